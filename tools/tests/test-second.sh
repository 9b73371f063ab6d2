#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold jq's scripts
# testdata/vectors/verifier.py, the second implementation: its result and status for each of D24's reasons. reload-verify must
# agree.
# Many seconds of CPU: each of some 190 messages is signed, then judged by one process of each implementation.
. "$(dirname "$0")/tap.bash"
command -v python3 >/dev/null || bail_out "the command python3 is missing"

second=$TESTDATA/vectors/verifier.py
now=1700000000
export PYTHONDONTWRITEBYTECODE=1

# policy OPTION...: sets the array policy, the second implementation's environment for reload-verify's options
policy()
{
    local secrets='' name
    policy=(RELOAD_TIME="$now" RELOAD_SECURITY=CERTS)
    while [ $# -gt 0 ]; do
        case $1 in
        --secret)
            secrets+=" $(head -c -1 "$2" | hex)"
            policy+=(RELOAD_SECURITY=HMAC RELOAD_SECRET="$secrets")
            ;;
        --none)
            policy+=(RELOAD_SECURITY=NONE)
            shift
            continue
            ;;
        --allow-sha1-certs | --require-peer-signature)
            name=${1#--}
            name=${name//-/_}
            policy+=("RELOAD_${name^^}=1")
            shift
            continue
            ;;
        --ca | --intermediates | --crl | --time | --max-skew | --min-rsa-bits | --overlay | --dht | --hash)
            name=${1#--}
            name=${name//-/_}
            policy+=("RELOAD_${name^^}=$2")
            ;;
        *) bail_out "policy: $1" ;;
        esac
        shift 2
    done
}

# second DESCRIPTION EXPECTED FILE [NAME=VALUE...]: the second implementation's result, such as "bad-digest 431", and its status
second()
{
    local expected_status=1
    [[ ! $2 =~ ^(valid|unsecured|pinned)$ ]] || expected_status=0
    run env "${@:4}" "$second" <"$3"
    if [ "$status" = "$expected_status" ] && holds "$output" "=$2"; then
        pass "$1"
    else
        fail "$1" "expected: $2" "     got: $(cat "$output"), status $status" "$(cat "$errors")"
    fi
}

# both DESCRIPTION EXPECTED FILE [OPTION...]: the result of both implementations with reload-verify's options
both()
{
    local said
    policy "${@:4}"
    second "$1" "$2" "$3" "${policy[@]}"
    said=$(reload-verify -i binary --json --time "$now" "${@:4}" "$3" 2>"$errors" |
        jq -r 'select(.index) | "\(.reason // .verdict)\(if .response_code == null then "" else " \(.response_code)" end)"')
    is "$said" "$2" "$1: reload-verify agrees"
}

# make FILE SIGN-OPTION...: signs the JSON message on standard input into FILE
make()
{
    reload-sign --quiet --force --time "${at:-$now}" -o "$1" "${@:2}" || bail_out "reload-sign cannot make $1"
}

# edit FILE JQ [FROM]: writes FROM (default: good.bin), changed by JQ, to FILE without signing again
edit()
{
    reload-dump -f json "${3:-good.bin}" | jq -c "$2" | reload-dump -i json -f binary -o "$1" 2>/dev/null
}

declare -A example
for name in PEER-JOIN PEER-SEARCH RESOURCE-PUT; do
    example[$name]=$(reload-sign --example $name | jq -c '.header.transaction_id = "6553f10000000001"')
done

# ---- HMAC, and steps that do not depend on the algorithm ----

install -m 600 "$TESTDATA/hmac.secret" secret
(umask 077; printf 'another secret\n' >other)
H=(--secret secret)
make good.bin "${H[@]}" --timestamp --sign-source-info <<<"${example[RESOURCE-PUT]}"
make join.bin "${H[@]}" --timestamp <<<"${example[PEER-JOIN]}"
good=$(hex <good.bin)
for name in section-4.1 response tunnelled tunnel unknown route-log; do
    both "testdata's $name" valid "$TESTDATA/$name.hmac.bin" "${H[@]}" --time 946702799
done
both "a RESOURCE-PUT" valid good.bin "${H[@]}"
both "a message under another secret" "bad-digest 431" good.bin --secret other
both "one matching secret of two" valid good.bin --secret other --secret secret

# step 1
unhex "${good:0:134}" >cut.bin
second "a message of 67 octets" malformed cut.bin RELOAD_SECURITY=HMAC RELOAD_SECRET=00
unhex "${good:0:$((${#good} - 2))}" >cut.bin
both "a message without its last octet" malformed cut.bin "${H[@]}"
unhex "${good}00" >longer.bin
second "an octet after the message" malformed longer.bin RELOAD_SECURITY=HMAC RELOAD_SECRET=00
unhex "$(patch 0 53 "$good")" >token.bin
both "a wrong token" malformed token.bin "${H[@]}"
: >empty.bin
second "an empty file" malformed empty.bin RELOAD_SECURITY=NONE
unhex "$(patch 8 02 "$good")" >version.bin
both "Version 2" unsupported-version version.bin "${H[@]}"
unhex "$(patch 8 81 "$good")" >exp.bin
both "EXP is ignored, but covered" "bad-digest 431" exp.bin "${H[@]}"
# step 2
unhex "$(patch 6 80 "$good")" >fragment.bin
both "a fragment" fragment fragment.bin "${H[@]}"
unhex "$(patch 4 0102 "$(patch 6 7f "$good")")" >hop.bin
both "TTL, Routing and fragment bits as hops may change them" "valid" hop.bin "${H[@]}"
# step 3
for case in 'PEER-ID of 19 octets|.attributes[0].value[0] = {type: "PEER-ID", hex: ("00" * 19)}' \
    'text that is not UTF-8|.attributes[1].value[0] = {type: "RESOURCE-INFO.KEY", hex: "ff"}' \
    'text with a NUL|.attributes[1].value[0] = {type: "RESOURCE-INFO.KEY", hex: "610062"}' \
    'an IPv6 address of 4 octets|.attributes[0].value[1] = {type: "PEER-IP-PORT", hex: "000213c40a040102"}' \
    'an OP of two octets|.attributes[1].value[2].value[2].value[1] = {type: "RESOURCE-INFO.BODY.PARAMETER.OP", hex: "0001"}' \
    'a TIMESTAMP of 8 octets|.attributes[2].value[0] = {type: "TIMESTAMP", hex: ("00" * 8)}' \
    'members that cannot be read|.attributes[0] = {type: "SOURCE-INFO", hex: "01010014"}' \
    'a code of number 100|.attributes = [{type: "RESPONSE-CODE", hex: "00000264"}] + .attributes' \
    'a code with reserved bits|.attributes = [{type: "RESPONSE-CODE", hex: "00000a00"}] + .attributes' \
    'a depth of 16|.attributes = [reduce range(16) as $_ ({type: "0x9999", hex: ""}; {type: "RESOURCE", value: [.]})] + .attributes'; do
    edit flawed.bin "${case#*|}"
    both "${case%%|*}" malformed flawed.bin "${H[@]}"
done
edit deep.bin '.attributes = [reduce range(15) as $_ ({type: "0x9999", hex: ""}; {type: "RESOURCE", value: [.]})] + .attributes'
both "a depth of 15" "bad-digest 431" deep.bin "${H[@]}"
edit elsewhere.bin '.attributes = [{type: "PEER-ID", hex: "00"}] + .attributes'
both "a malformed attribute that is misplaced" "bad-digest 431" elsewhere.bin "${H[@]}"
edit trailing.bin '.attributes += [{type: "SOURCE-INFO", hex: "0101"}, .attributes[2]]'
both "attributes after the SIGNATURE are ignored (D2, D10)" valid trailing.bin "${H[@]}"
unhex "$(patch 13 "$(printf %06x $((${#good} / 2 - 64)))" "$good")00060004" >framing.bin
both "malformed framing after the SIGNATURE" malformed framing.bin "${H[@]}"
# step 4
both "the specified overlay, DHT and hash" valid good.bin "${H[@]}" --overlay chat --dht 1 --hash 1
both "another overlay" "overlay-mismatch 498" good.bin "${H[@]}" --overlay chatter
both "another DHT" "overlay-mismatch 498" good.bin "${H[@]}" --dht 2
both "another hash" "overlay-mismatch 498" good.bin "${H[@]}" --hash 2
both "another algorithm" "security-mismatch 401" good.bin --none
unhex "$(patch 64 00000000 "$good")" >overlay0.bin
both "Overlay 0 in a RESOURCE-PUT" "overlay-mismatch 498" overlay0.bin "${H[@]}" --overlay chat
unhex "$(patch 11 00 "$good")" >security0.bin
both "Security 0 in a RESOURCE-PUT" "security-mismatch 401" security0.bin "${H[@]}"
jq -c '.header.overlay = "00000000"' <<<"${example[PEER-JOIN]}" | make join0.bin "${H[@]}" --keep-security
both "Overlay and Security 0 in a PEER-JOIN request" valid join0.bin "${H[@]}" --overlay chat
reload-sign --quiet --none -o none.bin <<<"${example[PEER-SEARCH]}"
both "a message under NONE" unsecured none.bin --none
# steps 5 and 6
edit unsigned.bin 'del(.attributes[2])'
both "a message without SIGNATURE" "missing-signature 401" unsigned.bin "${H[@]}"
edit twice.bin '.attributes[0].value |= [.[0]] + .'
both "two PEER-IDs" "duplicate-attribute 431" twice.bin "${H[@]}"
edit twice.bin '.attributes[2].value |= [.[0]] + .'
both "two TIMESTAMPs" "duplicate-attribute 431" twice.bin "${H[@]}"
edit misplaced.bin '.attributes[2].value |= reverse'
both "a DIGEST that is not last" "misplaced 431" misplaced.bin "${H[@]}"
edit length.bin '.attributes[2].value[1].hex |= .[2:]'
both "DIGEST of 19 octets" "bad-digest-length 431" length.bin "${H[@]}"
edit length.bin 'del(.attributes[2].value[1])'
both "a SIGNATURE without DIGEST" "bad-digest-length 431" length.bin "${H[@]}"
# steps 8 and 10
unhex "$(patch 20 ff "$good")" >digest.bin
both "another Destination ID" "bad-digest 431" digest.bin "${H[@]}"
reload-sign --quiet --append-route-log '[{"type": "ROUTE-LOG.P2PSIP-VERSION", "value": "1"}]' -o route.bin good.bin
both "a ROUTE-LOG after the SIGNATURE (D2)" valid route.bin "${H[@]}"
both "a message checked 300 s later" valid good.bin "${H[@]}" --time $((now + 300))
both "a message checked 301 s later" "stale 431" good.bin "${H[@]}" --time $((now + 301))
both "a message checked 300 s earlier" valid good.bin "${H[@]}" --time $((now - 300))
both "a message checked 301 s earlier" "future 431" good.bin "${H[@]}" --time $((now - 301))
# step 12
at=$((now + 601)) make late.bin "${H[@]}" --timestamp < <(reload-dump -f json good.bin)
both "an expired SOURCE-INFO" "expired 431" late.bin "${H[@]}" --time $((now + 601))
both "no skew limit: a SOURCE-INFO after its EXPIRATION" "expired 431" good.bin \
    "${H[@]}" --max-skew none --time $((now + 301))
both "no skew limit: a SOURCE-INFO within its EXPIRATION" valid good.bin "${H[@]}" --max-skew none --time $((now + 300))
both "no skew limit: a message from the future" valid good.bin "${H[@]}" --max-skew none --time 5
both "a message with the required PEER-SIGNATURE" valid good.bin "${H[@]}" --require-peer-signature
both "a message without the required PEER-SIGNATURE" "missing-signature 401" join.bin "${H[@]}" --require-peer-signature
sign=("${H[@]}" --timestamp)
resigned() # JQ [SIGN-OPTION...]: writes good.bin, changed by JQ and signed again, to resigned.bin
{
    reload-dump -f json good.bin | jq -c "$1" | make resigned.bin "${sign[@]}" "${@:2}"
}
resigned '.attributes[0].value |= [.[-1]] + .[:-1]'
both "a PEER-SIGNATURE that is not last" "misplaced 431" resigned.bin "${H[@]}"
resigned '.attributes[0].value[1].value.port = 1'
both "a changed SOURCE-INFO" "bad-digest 431" resigned.bin "${H[@]}"
resigned '.header.method = "RESOURCE-TRANSFER" | del(.attributes[1].value[1].value[-1])'
both "a BODY without a signature" "missing-signature 401" resigned.bin "${H[@]}"
jq -c 'del(.attributes[1].value[1].value[1])' <<<"${example[RESOURCE-PUT]}" | make body.bin "${H[@]}"
both "a PUT's BODY without EXPIRATION" "missing-expiration 431" body.bin "${H[@]}"
jq -c '.header.method = "RESOURCE-TRANSFER" | del(.attributes[1].value[1].value[1])' <<<"${example[RESOURCE-PUT]}" |
    make body.bin "${H[@]}" --sign-bodies
both "a RESOURCE-TRANSFER's BODY without EXPIRATION" valid body.bin "${H[@]}"
# a response has the same reasons, without a code (S§5.3)
make response.bin "${H[@]}" --reply-to good.bin --code 200 --peer-id $alice </dev/null
both "a response" valid response.bin "${H[@]}"
both "a response with a bad digest" bad-digest response.bin --secret other
both "a response of another overlay" overlay-mismatch response.bin "${H[@]}" --overlay chatter

# ---- CERTS ----

valid=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
reload-keygen ca --quiet --overlay chat --bits 2048 --seed 00 "${valid[@]}" -o ca
reload-keygen ca --quiet --overlay chat --bits 2048 --seed 01 "${valid[@]}" -o other-ca
reload-keygen issue --quiet --ca ca --user alice@example.com --seed 02 "${valid[@]}" --peer-id $alice -o alice
reload-keygen issue --quiet --ca ca --user bob@example.com --seed 03 "${valid[@]}" --peer-id $bob -o bob
reload-keygen issue --quiet --ca other-ca --user alice@example.com --seed 04 "${valid[@]}" --peer-id $alice -o foreign
reload-keygen issue --quiet --ca ca --user carol@example.com --bits 1024 --seed 05 "${valid[@]}" --peers 1 -o weak
reload-keygen crl --ca ca --time $now -o empty.crl
reload-keygen revoke --quiet --ca ca --serial "$(openssl x509 -in bob.crt -noout -serial | sed 's/.*=//')" --time $now
reload-keygen crl --ca ca --time $now --next-update $((now + 9)) -o bob.crl
C=(--ca ca/ca.crt)
alice_signs=(--key alice.key --cert alice.crt)
make good.bin "${alice_signs[@]}" --sign-source-info <<<"${example[RESOURCE-PUT]}"
good=$(hex <good.bin)
both "testdata's CERTS example" valid "$TESTDATA/section-4.1.certs.bin" --ca "$TESTDATA/overlay/ca.crt" --time 946702799
both "a RESOURCE-PUT under CERTS" valid good.bin "${C[@]}"
both "a RESOURCE-PUT under CERTS, with --overlay" valid good.bin "${C[@]}" --overlay chat
# steps 5 and 6
edit no.bin 'del(.attributes[0])'
both "a message without SOURCE-INFO" "missing-certificate 401" no.bin "${C[@]}"
edit no.bin 'del(.attributes[0].value[0])'
both "a message without PEER-ID" "missing-certificate 401" no.bin "${C[@]}"
edit no.bin '.attributes[0].value |= map(select(.type != "PEER-CERT"))'
both "a message without PEER-CERT" "missing-certificate 401" no.bin "${C[@]}"
edit no.bin 'del(.attributes[2].value[0])'
both "a message without TIMESTAMP" "missing-timestamp 431" no.bin "${C[@]}"
# step 7
replaced() # NAME.der: writes cert.bin, the message with this file as its PEER-CERT
{
    edit cert.bin '(.attributes[0].value[] | select(.type == "PEER-CERT")).hex = "'"$(hex <"$1")"'"'
}
openssl x509 -in alice.crt -outform DER -out alice.der
{ cat alice.der; printf '\0'; } >trailing.der
head -c -1 alice.der >short.der
for name in trailing short; do
    replaced $name.der
    both "a certificate in $name.der" "bad-certificate 431" cert.bin "${C[@]}"
done
make weak.bin --key weak.key --cert weak.crt <<<"${example[PEER-SEARCH]}"
both "a key of 1024 bits" "weak-key 431" weak.bin "${C[@]}"
both "a key of 1024 bits, --min-rsa-bits 1024" "peer-id-mismatch 431" weak.bin "${C[@]}" --min-rsa-bits 1024
both "a key of 2048 bits, --min-rsa-bits 2049" "weak-key 431" good.bin "${C[@]}" --min-rsa-bits 2049
make foreign.bin --key foreign.key --cert foreign.crt <<<"${example[PEER-SEARCH]}"
both "another CA's certificate" "untrusted-certificate 431" foreign.bin "${C[@]}"
printf '%s' "$(hex <alice.der)" | sed 's/..$/00/' | xxd -r -p >flipped.der
cmp -s flipped.der alice.der && printf '%s' "$(hex <alice.der)" | sed 's/..$/01/' | xxd -r -p >flipped.der
replaced flipped.der
both "a certificate with a changed signature" "untrusted-certificate 431" cert.bin "${C[@]}"
jq -c ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" <<<"${example[PEER-SEARCH]}" |
    make bob.bin --key bob.key --cert bob.crt
both "bob's certificate with an empty CRL" valid bob.bin "${C[@]}" --crl empty.crl
both "bob's certificate, revoked" "revoked-certificate 431" bob.bin "${C[@]}" --crl bob.crl
both "alice's certificate, not revoked" valid good.bin "${C[@]}" --crl bob.crl
at=$((now - 1)) make bob1.bin --key bob.key --cert bob.crt < <(reload-dump -f json bob.bin)
both "bob's certificate, revoked one second after checking" valid bob1.bin "${C[@]}" --crl bob.crl --time $((now - 1))
both "bob's certificate, revoked by an expired CRL" "revoked-certificate 431" bob.bin "${C[@]}" --crl bob.crl --time $((now + 99))
far=$(date -u -d 2041-01-01T00:00:00Z +%s)
both "a stale message with an expired certificate" "expired-certificate 431" good.bin "${C[@]}" --time "$far"
both "a certificate that is not yet valid" "expired-certificate 431" good.bin "${C[@]}" --time 1
# step 8
edit length.bin '.attributes[2].value[1].hex |= .[2:]'
both "DIGEST of 255 octets" "bad-digest-length 431" length.bin "${C[@]}"
edit digest.bin '.attributes[2].value[1].hex |= "ff" * 256'
both "a DIGEST not below the modulus" "bad-digest 431" digest.bin "${C[@]}"
reload-sign --quiet --tbs "${alice_signs[@]}" --time $now -o tbs <<<"${example[PEER-SEARCH]}"
openssl dgst -sha256 -sign alice.key -out sha256.sig tbs
make sha256.bin --cert alice.crt --attach sha256.sig <<<"${example[PEER-SEARCH]}"
both "RSA over SHA-256" "bad-digest 431" sha256.bin "${C[@]}"
openssl dgst -sha1 -sign alice.key -out sha1.sig tbs
make sha1.bin --cert alice.crt --attach sha1.sig <<<"${example[PEER-SEARCH]}"
both "RSA over SHA-1, by openssl" valid sha1.bin "${C[@]}"
openssl dgst -sha1 -binary tbs | openssl pkeyutl -sign -inkey alice.key -out bare.sig
make bare.bin --cert alice.crt --attach bare.sig <<<"${example[PEER-SEARCH]}"
both "RSA over a hash without DigestInfo (D13)" "bad-digest 431" bare.bin "${C[@]}"
{ printf '301f300706052b0e03021a0414'; openssl dgst -sha1 -binary tbs | hex; } | xxd -r -p |
    openssl pkeyutl -sign -inkey alice.key -out loose.sig
make loose.bin --cert alice.crt --attach loose.sig <<<"${example[PEER-SEARCH]}"
both "RSA over a DigestInfo without NULL (D13)" "bad-digest 431" loose.bin "${C[@]}"
# step 9
jq -c ".header.source_id = \"$bob\"" <<<"${example[PEER-SEARCH]}" | make id.bin "${alice_signs[@]}"
both "another Source ID" "peer-id-mismatch 431" id.bin "${C[@]}"
jq -c ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" <<<"${example[PEER-JOIN]}" |
    make id.bin "${alice_signs[@]}"
both "another peer's Peer-ID in a PEER-JOIN" "peer-id-mismatch 493" id.bin "${C[@]}"
jq -c '.header.overlay = "00000001"' <<<"${example[PEER-SEARCH]}" | make id.bin "${alice_signs[@]}"
both "a Peer-ID of another overlay" "peer-id-mismatch 431" id.bin "${C[@]}"
jq -c '.header.overlay = "00000000"' <<<"${example[PEER-JOIN]}" | make id.bin "${alice_signs[@]}"
both "a PEER-JOIN request with Overlay 0" valid id.bin "${C[@]}"
# step 12 (D21)
sign=("${alice_signs[@]}")
jq -c '.attributes[1].value[0].value = "bob@example.com"' <<<"${example[RESOURCE-PUT]}" | make key.bin "${alice_signs[@]}"
both "another user's KEY" "resource-key-mismatch 431" key.bin "${C[@]}"
jq -c '.attributes[1].value[0].value = "SIPS:alice@Example.COM"' <<<"${example[RESOURCE-PUT]}" | make key.bin "${alice_signs[@]}"
both "a KEY with a scheme and its host in another case" valid key.bin "${C[@]}"
jq -c 'del(.attributes[1].value[0])' <<<"${example[RESOURCE-PUT]}" | make key.bin "${alice_signs[@]}"
both "a RESOURCE without KEY" "resource-key-mismatch 431" key.bin "${C[@]}"
resigned 'del(.attributes[1].value[-1])'
both "no certificate BODY" "missing-certificate 401" resigned.bin "${C[@]}"
resigned '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"'
both "a changed BODY" "bad-digest 431" resigned.bin "${C[@]}"
body_of() # DER...: certificate BODYs with these files, as JSON
{
    local der
    for der; do
        printf '{"type":"RESOURCE-INFO.BODY","value":[{"type":"RESOURCE-INFO.BODY.CERTIFICATE","hex":"%s"}]}' "$(hex <"$der")"
    done | jq -cs .
}
for name in bob foreign; do
    openssl x509 -in $name.crt -outform DER -out $name.der
done
resigned ".attributes[1].value |= .[:1] + $(body_of bob.der foreign.der) + .[1:]"
both "one right certificate BODY of several" valid resigned.bin "${C[@]}"
resigned ".attributes[1].value |= .[:-1] + $(body_of foreign.der bob.der short.der)"
both "several wrong certificate BODYs: the reason is from the last step reached, the digest" "bad-digest 431" resigned.bin "${C[@]}"
resigned ".attributes[1].value |= .[:-1] + $(body_of short.der foreign.der trailing.der)"
both "several wrong certificate BODYs: the reason is from the last step reached, trust" "untrusted-certificate 431" resigned.bin "${C[@]}"

# ---- replay and pairing (D25) ----

# later DESCRIPTION EXPECTED FILE "BEFORE..." NAME=VALUE...: the second implementation's result for FILE after the messages BEFORE
later()
{
    local before
    read -ra before <<<"$4"
    cat "${before[@]}" >before.bin
    second "$1" "$2" "$3" RELOAD_TIME=$now RELOAD_SECURITY=CERTS RELOAD_CA=ca/ca.crt RELOAD_BEFORE=before.bin "${@:5}"
}
# counted FILE BOOT-TIME COUNTER: writes a request with this Transaction ID to FILE
counted()
{
    jq -c ".header.transaction_id = \"$(printf '%08x%08x' "$2" "$3")\"" <<<"${example[PEER-SEARCH]}" |
    make "$1" "${alice_signs[@]}"
}
boot=$((now - 1000))
counted c100.bin $boot 100
counted c36.bin $boot 36
counted c35.bin $boot 35
counted c101.bin $boot 101
counted earlier.bin $((boot - 1)) 200
counted new-boot.bin $((boot + 1)) 0
counted boot-ahead.bin $((now + 301)) 0
counted boot-skew.bin $((now + 300)) 0
R=RELOAD_REPLAY=1
later "a request seen before" "replay 431" c100.bin c100.bin $R
later "a request seen before, without replay protection" valid c100.bin c100.bin
later "a counter 64 below the highest" valid c36.bin c100.bin $R
later "a counter 64 below the highest, twice" "replay 431" c36.bin "c100.bin c36.bin" $R
later "a counter 65 below the highest" "replay 431" c35.bin c100.bin $R
later "a counter one above the highest" valid c101.bin c100.bin $R
later "a request seen before another one" "replay 431" c100.bin "c100.bin c101.bin" $R
later "an earlier boot time" "replay 431" earlier.bin c100.bin $R
later "a later boot time" valid new-boot.bin c100.bin $R
later "an earlier boot time after a later one" "replay 431" c101.bin "c100.bin new-boot.bin" $R
later "a boot time 301 s after TIMESTAMP" "replay 431" boot-ahead.bin empty.bin $R
later "a boot time 300 s after TIMESTAMP" valid boot-skew.bin empty.bin $R
later "a boot time 301 s after TIMESTAMP, without a skew limit" valid boot-ahead.bin empty.bin $R RELOAD_MAX_SKEW=none
edit forged.bin ".attributes[1].value[1].hex |= $other_octet" c101.bin
later "a request after a forgery of it" valid c101.bin forged.bin $R
later "a request after garbage, another request and a truncated message" valid c101.bin "trailing.der c100.bin cut.bin" $R
make reply.bin "${alice_signs[@]}" --reply-to c100.bin --code 200 </dev/null
P=RELOAD_PAIR=1
later "a response after its request" valid reply.bin c100.bin $P
later "a response without a request" unmatched-response reply.bin empty.bin $P
later "a response after another request" unmatched-response reply.bin c101.bin $P
edit forged.bin ".attributes[1].value[1].hex |= $other_octet" c100.bin
later "a response after a forgery of its request" valid reply.bin forged.bin $P
edit overlay1.bin '.header.overlay = "00000001"' c100.bin
later "a response after a request with another Overlay" unmatched-response reply.bin overlay1.bin $P
edit overlay0.bin '.header.overlay = "00000000"' c100.bin
later "a response after a PEER-SEARCH request with Overlay 0" unmatched-response reply.bin overlay0.bin $P
edit overlay0.bin '.header |= (.overlay = "00000000" | .method = "PEER-JOIN")' c100.bin
reload-dump -f json reply.bin | jq -c '.header.method = "PEER-JOIN"' | make joined.bin "${alice_signs[@]}"
later "a PEER-JOIN response after a PEER-JOIN request with Overlay 0" valid joined.bin overlay0.bin $P
later "a PEER-SEARCH response after a PEER-JOIN request with Overlay 0" unmatched-response reply.bin overlay0.bin $P
later "requests are not paired" valid c101.bin empty.bin $P

# ---- self-signed identities (D28) ----

# self_signed NAME: creates a key and a self-signed certificate for alice
self_signed()
{
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -subj "/CN=$1" -days 1 \
        -addext "subjectAltName=URI:reload://$alice@chat/,email:alice@example.com" -out "$1.crt" 2>/dev/null || bail_out "openssl cannot make $1.crt"
}
self_signed one
self_signed two
for name in one two; do
    make $name.bin --key $name.key --cert $name.crt <<<"${example[PEER-SEARCH]}"
    make $name-put.bin --key alice.key --cert alice.crt --resource-key $name.key --resource-cert $name.crt <<<"${example[RESOURCE-PUT]}"
    make $name-both.bin --key $name.key --cert $name.crt <<<"${example[RESOURCE-PUT]}"
done
pin() { later "$1" "$2" "$3" "$4" RELOAD_CA= RELOAD_PIN=1 "${@:5}"; }
pin "a self-signed identity" pinned one.bin empty.bin
pin "a self-signed identity seen before" pinned one.bin one.bin
pin "another key for the Peer-ID" "pin-mismatch 431" two.bin one.bin
pin "another key for the Peer-ID, after its rejection" "pin-mismatch 431" two.bin "one.bin two.bin"
edit forged.bin ".attributes[1].value[1].hex |= $other_octet" one.bin
pin "another key for the Peer-ID after a forgery with the first" pinned two.bin forged.bin
pin "a CA's certificate" "untrusted-certificate 431" good.bin empty.bin
pin "a key too small" "weak-key 431" one.bin empty.bin RELOAD_MIN_RSA_BITS=3072
pin "a stale message with an expired self-signed certificate" "stale 431" one.bin empty.bin RELOAD_TIME="$far"
pin "a Peer-ID that the self-signed certificate does not name" "peer-id-mismatch 431" <(jq -c ".header.source_id = \"$bob\"" <<<"${example[PEER-SEARCH]}" |
    reload-sign --quiet --force --time $now --key one.key --cert one.crt) empty.bin
pin "a self-signed identity for a user and a peer" pinned one-both.bin empty.bin
pin "a peer's certificate issued by a CA, with a self-signed user's" "untrusted-certificate 431" one-put.bin empty.bin
make three.bin --key one.key --cert one.crt --resource-key two.key --resource-cert two.crt <<<"${example[RESOURCE-PUT]}"
pin "another key for the KEY" "pin-mismatch 431" three.bin one-both.bin
jq -c '.attributes[1].value[0].value = "sip:alice@EXAMPLE.com"' <<<"${example[RESOURCE-PUT]}" |
    make four.bin --key one.key --cert one.crt --resource-key two.key --resource-cert two.crt
pin "another key for the KEY in another spelling" "pin-mismatch 431" four.bin one-both.bin
later "a self-signed identity without RELOAD_PIN" "untrusted-certificate 431" one.bin empty.bin

# ---- errors: status 2 ----

cannot()
{
    t "$1" 2 '' '~verifier\.py: .+' env "${@:2}" "$second"
}
cannot "no policy"
cannot "an unknown algorithm" RELOAD_SECURITY=RSA
cannot "HMAC without a secret" RELOAD_SECURITY=HMAC
cannot "a secret that is not hex" RELOAD_SECURITY=HMAC RELOAD_SECRET=xyz
cannot "a missing CA file" RELOAD_SECURITY=CERTS RELOAD_CA=missing
cannot "a file without a certificate" RELOAD_SECURITY=CERTS RELOAD_CA=alice.key
cannot "a CRL file without a CRL" RELOAD_SECURITY=CERTS RELOAD_CA=ca/ca.crt RELOAD_CRL=ca/ca.crt
for name in TIME MAX_SKEW MIN_RSA_BITS DHT HASH; do
    cannot "RELOAD_$name=x" RELOAD_SECURITY=NONE RELOAD_$name=x
    cannot "RELOAD_$name=-1" RELOAD_SECURITY=NONE RELOAD_$name=-1
done
cannot "RELOAD_PIN=yes" RELOAD_SECURITY=NONE RELOAD_PIN=yes
mkdir bin
python=$(python3 -c "import sys; print(sys.executable)")
t "a missing openssl command" 2 '' '~verifier\.py: openssl: .*' \
    env PATH="$PWD/bin" RELOAD_SECURITY=CERTS RELOAD_CA=ca/ca.crt "$python" "$second" <good.bin
done_testing
