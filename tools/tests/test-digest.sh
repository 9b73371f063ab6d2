#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# HMAC digests over the octets of D1, D2 and D8: reload-sign's equal openssl's, and reload-verify accepts openssl's.
. "$(dirname "$0")/tap.bash"

secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
key=$(printf '%s' "$(cat "$TESTDATA/hmac.secret")" | hex)

# inner_digest HEX TYPE:NTH...: the expected DIGEST of the signature at this path, from the container's first member to DIGEST (D8)
inner_digest()
{
    local message=$1 container digest
    shift
    container=$(find_attr "$message" "${@:1:$(($# - 1))}") && digest=$(find_attr "$message" "$@" 0802:0) || return 1
    hmac "$key" "$(cut_octets "$message" $((container + 4)) "$digest")"
}

# message_digest HEX: the SIGNATURE's expected DIGEST, from offset 8 to DIGEST, with Length up to the SIGNATURE's end (D1, D2)
message_digest()
{
    local message=$1 signature digest end
    signature=$(find_attr "$message" 0006:0) && digest=$(find_attr "$message" 0006:0 0802:0) || return 1
    end=$((signature + 4 + (0x${message:$((2 * signature + 4)):4} + 3) / 4 * 4))
    hmac "$key" "$(cut_octets "$message" 8 13)$(printf '%06x' $((end - 68)))$(cut_octets "$message" 16 "$digest")"
}

found_digest() # HEX TYPE:NTH...: the DIGEST of the signature at this path
{
    local message=$1 at
    shift
    at=$(find_attr "$message" "$@" 0802:0) || return 1
    cut_octets "$message" $((at + 4)) $((at + 24))
}

# ---- reload-sign, checked by openssl ----

check_all() # FILE DESCRIPTION
{
    local message
    message=$(hex <"$1")
    is "$(found_digest "$message" 0003:0 0202:0 0306:0)" "$(inner_digest "$message" 0003:0 0202:0 0306:0)" "$2: first BODY.SIGNATURE"
    is "$(found_digest "$message" 0003:0 0202:1 0306:0)" "$(inner_digest "$message" 0003:0 0202:1 0306:0)" "$2: second BODY.SIGNATURE"
    is "$(found_digest "$message" 0002:0 0106:0)" "$(inner_digest "$message" 0002:0 0106:0)" "$2: PEER-SIGNATURE"
    is "$(found_digest "$message" 0006:0)" "$(message_digest "$message")" "$2: SIGNATURE"
}

sign=(reload-sign --secret "$secret" --time 2000-01-01T04:59:59Z --transaction-id 386d157b00000000)
t "reload-sign makes SIGNATURE, PEER-SIGNATURE and BODY.SIGNATUREs" 0 '' '' "${sign[@]}" --sign-source-info -o plain.bin "$TESTDATA/section-4.1.json"
check_all plain.bin "without TIMESTAMP"
t "reload-sign makes all signatures with TIMESTAMP" 0 '' '' "${sign[@]}" --sign-source-info --timestamp -o stamped.bin "$TESTDATA/section-4.1.json"
check_all stamped.bin "with TIMESTAMP"
ok "four TIMESTAMPs of eight octets are the difference in length" test "$(stat -c %s stamped.bin)" = $(($(stat -c %s plain.bin) + 4 * 8))

t "a ROUTE-LOG is appended" 0 '' '' reload-sign --append-route-log "$(cat "$TESTDATA/hop-2.json")" -o logged.bin stamped.bin
check_all logged.bin "before a ROUTE-LOG"
stamped=$(hex <stamped.bin)
logged=$(hex <logged.bin)
log=$(attr 0004 "$(attr 0401 0038)$(attr 0402 "$(attr 0101 4823affe45000000000000000000000000000000)$(attr 0103 \
    000213c520010db8000000000000000000000001)")")
is "$logged" "$(patch 13 "$(printf '%06x' $(((${#stamped} + ${#log}) / 2 - 68)))" "$stamped")$log" \
    "appending changes Length and nothing else before the ROUTE-LOG"
t "a second ROUTE-LOG is appended" 0 '' '' reload-sign --append-route-log "$(cat "$TESTDATA/hop-2.json")" -o logged-2.bin logged.bin
check_all logged-2.bin "before two ROUTE-LOGs"
t "all four messages are valid" 0 '*' '' reload-verify --secret "$secret" --time 946702799 --require-peer-signature plain.bin stamped.bin logged.bin logged-2.bin

for name in response tunnelled tunnel unknown route-log; do
    message=$(hex <"$TESTDATA/$name.hmac.bin")
    is "$(found_digest "$message" 0006:0)" "$(message_digest "$message")" "$name.hmac.bin: SIGNATURE"
done
message=$(hex <"$TESTDATA/response.hmac.bin")
is "$(found_digest "$message" 0002:0 0106:0)" "$(inner_digest "$message" 0002:0 0106:0)" "response.hmac.bin: PEER-SIGNATURE"

# secret files (D12)
make_secret() # OCTETS-HEX
{
    unhex "$1" >other.secret
    chmod 600 other.secret
}
for octets in 61:61 610a:61 610d0a:61 610a0a:610a 610d:610d 610a0d0a:610a 000a00:000a00 6865783a30306646:00ff 6865783a303066460d0a:00ff \
    6865780a:686578 "4865783a30300a:4865783a3030" "$(printf 'ab%.0s' {1..200}):$(printf 'ab%.0s' {1..200})"; do
    make_secret "${octets%:*}"
    reload-sign --secret other.secret -o other.bin "$TESTDATA/section-4.1.json"
    message=$(hex <other.bin)
    is "$(found_digest "$message" 0006:0)" "$(key=${octets#*:} message_digest "$message")" "a secret file of $(printf '%.30s' "${octets%:*}") (hex)"
done

# ---- openssl's digests, accepted by reload-verify ----

# seal ATTRIBUTES [TIMESTAMP]: a message with Security HMAC, signed by openssl
seal()
{
    local before unsigned
    local stamp=${2:-}
    before=$1$(printf '0006%04x' $((${#stamp} / 2 + 24)))$stamp
    unsigned=$(message 02 "${method:-01}" "$before" $((${#before} / 2 + 24)))
    printf '%s' "$unsigned$(attr 0802 "$(hmac "$key" "${unsigned:16}")")"
}

seal_inner() # TYPE MEMBERS [TIMESTAMP]: MEMBERS followed by their signature of TYPE
{
    local before
    local stamp=${3:-}
    before=$2$1$(printf '%04x' $((${#stamp} / 2 + 24)))$stamp
    printf '%s' "$before$(attr 0802 "$(hmac "$key" "$before")")"
}

verdict()
{
    unhex "$1" | reload-verify --secret "$secret" --time 946702799 --json "${@:2}" 2>verdict.err |
        jq -c '[.verdict, .reason, .response_code, [.signatures[] | .path, .verdict, .reason, .timestamp]]'
}

stamp=$(attr 0801 "$(printf '%08x' 946702799)")
info=$(attr 0101 "$alice")
is "$(verdict "$(seal "$(attr 0002 "$info")")")" '["valid",null,null,["/attributes/1","valid",null,null]]' "openssl's SIGNATURE"
is "$(verdict "$(seal "$(attr 0002 "$info")" "$stamp")")" '["valid",null,null,["/attributes/1","valid",null,946702799]]' \
    "openssl's SIGNATURE with TIMESTAMP"
is "$(verdict "$(seal "")")" '["valid",null,null,["/attributes/0","valid",null,null]]' "openssl's SIGNATURE over a bare message"
sealed=$(seal "$(attr 0002 "$info")" "$stamp")
is "$(verdict "$(patch 13 "$(printf '%06x' $((${#sealed} / 2 + ${#log} / 2 - 68)))" "$sealed")$log")" \
    '["valid",null,null,["/attributes/1","valid",null,946702799]]' "openssl's SIGNATURE before a ROUTE-LOG (D2)"
is "$(verdict "$(patch 4 0102c000 "$sealed")" | cut -c 1-10)" '["invalid"' "a fragment is not verified (D14)"
is "$(verdict "$(patch 4 01020001 "$sealed")")" '["valid",null,null,["/attributes/1","valid",null,946702799]]' \
    "octets 4 to 7 are not covered"

peer=$(attr 0002 "$(seal_inner 0106 "$info" "$stamp")")
is "$(verdict "$(seal "$peer")" --require-peer-signature)" \
    '["valid",null,null,["/attributes/0/value/1","valid",null,946702799,"/attributes/1","valid",null,null]]' "openssl's PEER-SIGNATURE (D8)"
contact=$(attr 0303 "$(text sip:alice@10.4.1.2)")$(attr 0305 0000003c)
body=$(attr 0202 "$(seal_inner 0306 "$contact")")
put=$(method=11 seal "$(attr 0003 "$(attr 0201 "$(text alice)")$body")")
is "$(verdict "$put")" '["valid",null,null,["/attributes/0/value/1/value/2","valid",null,null,"/attributes/1","valid",null,null]]' \
    "openssl's BODY.SIGNATURE (D8)"

# misreadings of the drafts
wrong() # DESCRIPTION HEX EXPECTED
{
    is "$(verdict "$2")" "$3" "a wrong digest: $1"
}
bad_digest='["invalid","bad-digest",431,["/attributes/0","invalid","bad-digest",null]]'
before=00060018
unsigned=$(message 02 01 "$before" 28)
wrong "from offset 0" "$unsigned$(attr 0802 "$(hmac "$key" "$unsigned")")" "$bad_digest"
wrong "from offset 9" "$unsigned$(attr 0802 "$(hmac "$key" "${unsigned:18}")")" "$bad_digest"
wrong "up to the SIGNATURE (B§5.2.6)" "$unsigned$(attr 0802 "$(hmac "$key" "${unsigned:16:120}")")" "$bad_digest"
wrong "over DIGEST's type and Length" "$unsigned$(attr 0802 "$(hmac "$key" "${unsigned:16}08020014")")" "$bad_digest"
wrong "SHA-256 truncated to 20 octets" "$unsigned$(attr 0802 "$(unhex "${unsigned:16}" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | head -c 20 | hex)")" "$bad_digest"
wrong "the secret with its newline" "$unsigned$(attr 0802 "$(hmac "${key}0a" "${unsigned:16}")")" "$bad_digest"
unsigned=$(message 02 01 "$before" $((28 + ${#log} / 2)))
wrong "Length that includes a ROUTE-LOG" "$unsigned$(attr 0802 "$(hmac "$key" "${unsigned:16}")")$log" "$bad_digest"
members=${info}01060018
peer=$(attr 0002 "$members$(attr 0802 "$(hmac "$key" "000200$(printf '%02x' $((${#members} / 2 + 24)))$members")")")
wrong "a PEER-SIGNATURE over its container's type and Length" "$(seal "$peer")" \
    '["invalid","bad-digest",431,["/attributes/0/value/1","invalid","bad-digest",null,"/attributes/1","valid",null,null]]'
# ---- reload-dump --tbs, checked by openssl ----

# tbs FILE POINTER JQ-PATH DESCRIPTION: the HMAC of the octets equals the DIGEST
tbs()
{
    is "$(reload-dump --tbs "$2" "$1" | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" -r | cut -c 1-40)" \
        "$(reload-dump -f json "$1" | jq -r "$3.value[-1].hex")" "--tbs: $4"
}

tbs logged.bin /attributes/2 '.attributes[2]' "SIGNATURE, before a ROUTE-LOG (D2)"
tbs logged.bin /attributes/1/value/2/value/3 '.attributes[1].value[2].value[3]' "BODY.SIGNATURE"
tbs logged.bin /attributes/0/value/3 '.attributes[0].value[3]' "PEER-SIGNATURE"
reload-dump --tbs /attributes/2 logged.bin | xxd -p -c 0 >tbs.hex
t "--tbs in hex, a line a message" 0 "=$(cat tbs.hex tbs.hex)" '' reload-dump --tbs /attributes/2 -f hex logged.bin logged.bin
t "--tbs: not a signature" 4 '' '=reload-dump: logged.bin: offset 0: message 1: /attributes/0: SOURCE-INFO is not a signature; -f annotated lists them' \
    reload-dump --tbs /attributes/0 logged.bin
t "--tbs: no attribute" 4 '' '=reload-dump: logged.bin: offset 0: message 1: /attributes/9: no attribute there; -f annotated lists the signatures' \
    reload-dump --tbs /attributes/9 logged.bin
header='"header": {"method": "PEER-SEARCH"}'
t "--tbs: no DIGEST, an unknown type, and a second SIGNATURE" 4 '' '=reload-dump: -: offset 0: message 1: /attributes/1: SIGNATURE has no DIGEST
reload-dump: -: offset 120: message 2: /attributes/1: 0x7777 is not a signature; -f annotated lists them
reload-dump: -: offset 235: message 3: /attributes/1: SIGNATURE is misplaced and signs nothing' reload-dump --tbs /attributes/1 <<END
{$header, "attributes": [{"type": "SDP", "value": ""}, {"type": "SIGNATURE", "value": []}]}
{$header, "attributes": [{"type": "SDP", "value": ""}, {"type": "0x7777", "hex": ""}]}
{$header, "attributes": [{"type": "SIGNATURE", "value": []}, {"type": "SIGNATURE", "value": []}]}
END
t "--tbs cannot be combined with --meta" 2 '' '~reload-dump: --tbs cannot be combined with --meta.*' reload-dump --tbs /attributes/2 --meta logged.bin
t "--tbs writes no text" 2 '' '~reload-dump: --tbs writes binary or hex, not text.*' reload-dump --tbs /attributes/2 -f text logged.bin
t "--tbs takes a JSON Pointer" 2 '' '~reload-dump: --tbs: "attributes" is not a JSON Pointer.*' reload-dump --tbs attributes logged.bin
t "--diff cannot be combined with --tbs" 2 '' '~reload-dump: --diff cannot be combined with --tbs.*' \
    reload-dump --diff --tbs /attributes/2 logged.bin logged.bin

# RSA: the signature verifies over the octets, a BODY's too
validity=(--not-before 2007-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o ca "${validity[@]}" >ca.out || bail_out "cannot create the CA"
reload-keygen issue --ca ca --user alice@example.com --peer-id 463ac413c4000000000000000000000000000000 "${validity[@]}" -o alice >alice.out ||
    bail_out "cannot issue a certificate"
reload-sign --key alice.key --cert alice.crt -o rsa.bin <<<'{"header": {"method": "RESOURCE-PUT", "dht": 1,
    "source_id": "463ac413c4000000000000000000000000000000", "overlay": {"name": "chat"}}, "attributes": [{"type": "RESOURCE", "value":
    [{"type": "RESOURCE-INFO.KEY", "value": "alice@example.com"}, {"type": "RESOURCE-INFO.BODY", "value":
    [{"type": "RESOURCE-INFO.BODY.ENTRY", "value": "x"}, {"type": "RESOURCE-INFO.BODY.EXPIRATION", "value": 60}]}]}]}' ||
    bail_out "cannot sign"
openssl x509 -in alice.crt -noout -pubkey >alice.pub
for path in /attributes/2 /attributes/1/value/1/value/2; do
    reload-dump --tbs $path rsa.bin >octets
    reload-dump -f json rsa.bin | jq -r "getpath(\"$path\"[1:] / \"/\" | map(tonumber? // .)).value[-1].hex" | xxd -r -p >signature
    t "--tbs: openssl verifies $path" 0 '=Verified OK' '' openssl dgst -sha1 -verify alice.pub -signature signature octets
done

done_testing
