#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# testdata/: generated files are reproduced octet for octet, and agree with the drafts.
. "$(dirname "$0")/tap.bash"

mkdir made
t "testdata/make succeeds without a warning" 0 '' '' "$TESTDATA/make" "$RELOAD_TOOLS" made
for name in section-4.1 response tunnelled tunnel unknown route-log; do
    same "made/$name.hmac.bin" "$TESTDATA/$name.hmac.bin" "$name.hmac.bin is reproduced"
    same "made/$name.hmac.json" "$TESTDATA/$name.hmac.json" "$name.hmac.json is reproduced"
done
for name in overlay/ca.key overlay/ca.crt overlay/index overlay/overlay.json alice.key alice.crt section-4.1.certs.bin \
    section-4.1.certs.json route-log.certs.bin route-log.certs.json route-log.hmac.annotated route-log.certs.annotated exchange.json exchange.svg; do
    same "made/$name" "$TESTDATA/$name" "$name is reproduced"
done
generated=$(cd "$TESTDATA" && printf '%s\n' *.hmac.bin *.hmac.json *.certs.bin *.certs.json *.annotated alice.* exchange.* overlay)
is "$(ls made)" "$(sort <<<"$generated")" "testdata/make creates exactly these files"
is "$(jq -r '.attributes[0].value[1].hex' "$TESTDATA/tunnel.json")" "$(hex <"$TESTDATA/tunnelled.hmac.bin")" \
    "tunnel.json holds tunnelled.hmac.bin"

# The example of the draft's section 4.1, built here from its attributes, with digests by openssl over the octets of D8 and D1
key=$(printf '%s' "$(cat "$TESTDATA/hmac.secret")" | hex)
stamp=$(attr 0801 "$(printf '%08x' 946702799)")
body()
{
    printf '%s' "$1$(attr 0306 "$stamp$(attr 0802 "$(hmac "$key" "$1$(printf '0306%04x' $((8 + 24)))$stamp")")")"
}
source=$(attr 0002 "$(attr 0101 "$alice")$(attr 0103 "000113c40a040102")$(attr 0104 0000012c)")
sip=$(attr 0303 "$(text sip:alice@10.4.1.2:5060)")$(attr 0305 0000012c)$(attr 0307 "$(attr 0101 "$alice")")
mail=$(attr 0303 "$(text mailto:alice@example.com)")$(attr 0305 00005dc0)
mail+=$(attr 0304 "$(attr 0309 "$(text type)")$(attr 030a 01)$(attr 030b "$(text voicemail)")")
resource=$(attr 0003 "$(attr 0201 "$(text alice@example.com)")$(attr 0202 "$(body "$sip")")$(attr 0202 "$(body "$mail")")")
rest=$source$resource$(printf '0006%04x' $((8 + 24)))$stamp
head=52454c4f20000000
signed=01000002$(printf '11%06x' $((${#rest} / 2 + 24)))$bob$alice
signed+=386d157b00000000$(printf '%08x' 0x659df2aa)$rest
unhex "$head$signed$(attr 0802 "$(hmac "$key" "$signed")")" >by-hand.bin
same "$TESTDATA/section-4.1.hmac.bin" by-hand.bin "section-4.1.hmac.bin equals the example built with openssl's digests"

secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
t "all signed files are valid" 0 '*' '' reload-verify --secret "$secret" --time 946702799 --overlay chat "$TESTDATA"/*.hmac.bin
t "all signed files are valid as JSON" 0 '*' '' reload-verify --secret "$secret" --time 946702799 --overlay chat "$TESTDATA"/*.hmac.json

t "the exchange has one message that was changed, and its refusal" 1 \
    $'~.*1: PEER-SEARCH request: valid\n.*2: .*: valid,.*\n.*3: .*: valid\n.*4: .*: valid,.*\n.*5: RESOURCE-PUT request: invalid: bad-digest .*\n.*6: RESOURCE-PUT response: valid,.*' \
    '' reload-verify --secret "$secret" --overlay chat --time capture --pair "$TESTDATA/exchange.json"
is "$(jq -r '.attributes[0].value.code // empty' "$TESTDATA/exchange.json" | xargs)" "200 200 431" "the exchange's response codes"

# CERTS
t "openssl accepts alice's certificate" 0 '~.*alice\.crt: OK.*' '' openssl verify -attime 946702799 -CAfile "$TESTDATA/overlay/ca.crt" \
    "$TESTDATA/alice.crt"
t "the example signed with alice's key is valid" 0 '~.*: valid$' '' reload-verify --ca "$TESTDATA/overlay/ca.crt" --overlay chat \
    --time 946702799 "$TESTDATA/section-4.1.certs.bin"
certs=$(reload-verify --ca "$TESTDATA/overlay/ca.crt" --json --time 946702799 "$TESTDATA/section-4.1.certs.json")
is "$(jq -c '[.signatures[] | .verdict, .signer.users[0], .signer.peer_ids]' <<<"$certs" | sort -u)" \
    "$(jq -nc --arg a "$alice" '[range(3) | "valid", "alice@example.com", [$a, $a[:39] + "1"]]')" \
    "each signature of the example as JSON is alice's"
# the message's digest by openssl: from offset 8 to DIGEST, which is the last 4 + 256 octets
openssl x509 -in "$TESTDATA/alice.crt" -noout -pubkey >alice.pub
tail -c +9 "$TESTDATA/section-4.1.certs.bin" | head -c -260 >covered
tail -c 256 "$TESTDATA/section-4.1.certs.bin" >digest
t "openssl verifies the message's digest" 0 '=Verified OK' '' openssl dgst -sha1 -verify alice.pub -signature digest covered

# A flipped bit in any signed octet is detected.
flip "$TESTDATA/section-4.1.hmac.bin" flipped 1
run reload-verify --json --secret "$secret" --time 946702799 -i binary flipped/*
is "$status" 1 "messages with a flipped bit: status 1"
is "$(jq -r .file "$output" | sort -u | wc -l)" "$(stat -c %s "$TESTDATA/section-4.1.hmac.bin")" "each message with a flipped bit has a verdict"
is "$(jq -rs 'group_by(.file) | map(select(all(.verdict == "valid")) | .[0].file) | join(" ")' "$output")" \
    "flipped/0004-001 flipped/0005-001 flipped/0006-001 flipped/0007-001" "only flipped bits in TTL, Routing and fragment bits leave the message valid"
done_testing
