#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# Answering a rejected request with a signed 401, 431, 493 or 498 in one line of shell: reload-verify's response_code is
# reload-sign's --code (D24, D31).
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o chat --bits 2048 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z
reload-keygen issue --quiet --ca chat --user alice@example.com --peer-id "$alice" -o alice "${dates[@]}" # the requester
reload-keygen issue --quiet --ca chat --peer-id "$bob" -o bob "${dates[@]}"     # the responder
reload-keygen secret -o secret
reload-keygen secret -o other.secret
by_alice=(reload-sign --key alice.key --cert alice.crt --time "$now")
by_secret=(reload-sign --secret secret --time "$now")

# the line of shell, under CERTS and under HMAC
judge='reload-verify --profile chat/overlay.json --time '$now
certs='reload-sign --reply-to bad.bin --code "$('$judge' --json bad.bin | jq .response_code)"'
certs+=" --key bob.key --cert bob.crt --time $now -o reply.bin"
judge_hmac='reload-verify --secret secret --overlay chat --dht Chord1.0 --hash SHA-1 --time '$now
hmac='reload-sign --reply-to bad.bin --code "$('$judge_hmac' --json bad.bin | jq .response_code)"'
hmac+=" --secret secret --peer-id $bob --time $now -o reply.bin"

# flipped FILE: creates bad.bin, the message with a flipped bit in its last octet
flipped()
{
    local message
    message=$(hex <"$1")
    unhex "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))" >bad.bin
}

phrase_of()
{
    case $1 in
    401) echo Unauthorized ;;
    431) echo "Integrity Check Failure" ;;
    493) echo Undecipherable ;;
    498) echo "Incompatible with Overlay" ;;
    esac
}

repeated='[.header | .method, .destination_id, .source_id, .transaction_id]'

# answered REQUEST REASON CODE LINE JUDGE: bad.bin is rejected with REASON, and LINE creates the answer, reply.bin
answered()
{
    rm -f reply.bin
    is "$($5 --json bad.bin | jq -c '[.verdict, .reason, .response_code]')" "[\"invalid\",\"$2\",$3]" "$1 is rejected"
    t "$1 is answered with $3 in one line" 0 '' '' sh -c "$4"
    reload-dump -f json reply.bin >reply.json
    is "$(jq -c '[.header.response, .attributes[0].type, .attributes[0].value]' reply.json)" \
        "$(jq -nc --argjson code "$3" --arg reason "$(phrase_of "$3")" '[true, "RESPONSE-CODE", {code: $code, reason: $reason}]')" \
        "$1: the response code is $3 $(phrase_of "$3")"
    is "$(jq -c "$repeated" reply.json)" "$(reload-dump -f json bad.bin | jq -c "$repeated")" "$1: the response repeats IDs and Transaction ID"
    is "$(jq -r '.attributes[1].value[0].value' reply.json)" "$bob" "$1: the response names the responder's PEER-ID"
    tail -c +9 reply.bin >covered # from offset 8 on; callers drop the octets from DIGEST on
}

# rejected_certs REQUEST REASON CODE VERIFY-OPTION...: the requester verifies the response with these options
openssl x509 -in bob.crt -noout -pubkey >bob.pub
rejected_certs()
{
    answered "CERTS: $1" "$2" "$3" "$certs" "$judge"
    t "CERTS: $1: the response is valid" 0 '~reply\.bin: .* response: valid' '' reload-verify --ca chat/ca.crt --time $now "${@:4}" reply.bin
    is "$(reload-verify --json --ca chat/ca.crt --time $now "${@:4}" reply.bin |
        jq -c '[.signatures[] | [.type, .verdict, .signer.peer_ids]]')" "[[\"SIGNATURE\",\"valid\",[\"$bob\"]]]" "CERTS: $1: the response is signed by the responder"
    tail -c 256 reply.bin >signature
    ok "CERTS: $1: openssl verifies the responder's signature" openssl dgst -sha1 -verify bob.pub -signature signature <(head -c -260 covered)
}

rejected_hmac()
{
    answered "HMAC: $1" "$2" "$3" "$hmac" "$judge_hmac"
    t "HMAC: $1: the response is valid" 0 '~reply\.bin: .* response: valid' '' reload-verify --secret secret --time $now "${@:4}" reply.bin
    t "HMAC: $1: the response is invalid with another secret" 1 '~reply\.bin: .* response: invalid: bad-digest:.*' '' \
        reload-verify --secret other.secret --time $now "${@:4}" reply.bin
    is "$(tail -c 20 reply.bin | hex)" "$(hmac "$(sed 's/^hex://' secret)" "$(head -c -24 covered | hex)")" "HMAC: $1: openssl computes the response's digest"
}

# ---- the four codes ----

for method in PEER-JOIN PEER-SEARCH RESOURCE-PUT; do
    reload-sign --example $method >$method.json
done
chat=(--overlay chat --dht Chord1.0 --hash SHA-1)

"${by_alice[@]}" -o good.bin PEER-SEARCH.json
reload-sign --strip -o bad.bin good.bin
rejected_certs "a request without a signature" missing-signature 401 "${chat[@]}"
"${by_secret[@]}" -o bad.bin PEER-SEARCH.json
rejected_certs "a request signed with a secret" security-mismatch 401 "${chat[@]}"
# changed FILTER FILE: creates bad.bin, the message changed by FILTER without signing again
changed()
{
    rm -f bad.bin
    reload-dump -f json "$2" | jq -c "$1" | reload-dump -f binary -o bad.bin
}
changed '.attributes[0].value |= map(select(.type != "PEER-CERT"))' good.bin
rejected_certs "a request without a certificate" missing-certificate 401 "${chat[@]}"
flipped good.bin
rejected_certs "a request with a flipped bit in its digest" bad-digest 431 "${chat[@]}"
"${by_alice[@]}" -o put.bin RESOURCE-PUT.json
changed '.header.ttl = 33 | .header.source_id = "'"$bob"'"' put.bin
rejected_certs "a request whose Source ID was changed" bad-digest 431 "${chat[@]}"
jq -c --arg id "${alice%0}1" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-JOIN.json >join.json
"${by_alice[@]}" --force -o bad.bin join.json
rejected_certs "a PEER-JOIN whose PEER-ID its certificate does not name" peer-id-mismatch 493 "${chat[@]}"
# a PEER-JOIN with Overlay 0: the answer's Overlay is the profile's
jq -c '.header.overlay = "00000000"' join.json >open.json
"${by_alice[@]}" --force -o bad.bin open.json
is "$($judge --json bad.bin | jq -c '[.reason, .response_code]')" '["peer-id-mismatch",493]' "a PEER-JOIN with Overlay 0 is rejected"
rm -f reply.bin
t "a PEER-JOIN with Overlay 0 is answered with 493 in one line, with the profile" 0 '' '' sh -c "$certs --profile chat/overlay.json"
is "$(reload-dump -f json reply.bin | jq -c '[.attributes[0].value.code, .header.overlay]')" "[493,\"$(reload-keygen id --overlay chat)\"]" \
    "the answer to a PEER-JOIN with Overlay 0 has the profile's Overlay"
t "the answer to a PEER-JOIN with Overlay 0 is paired with the request" 1 '~bad\.bin: .*
reply\.bin: .* response: valid' '' reload-verify --ca chat/ca.crt --time $now "${chat[@]}" --pair bad.bin reply.bin
for field in '.header.dht = 2' '.header.hash = 2'; do
    jq -c "$field" PEER-SEARCH.json >search.json
    "${by_alice[@]}" -o bad.bin search.json
    rejected_certs "a request with $field" overlay-mismatch 498 --overlay chat
done

reload-sign --example PEER-SEARCH | "${by_secret[@]}" -o good.bin
reload-sign --strip -o bad.bin good.bin
rejected_hmac "a request without a signature" missing-signature 401 "${chat[@]}"
"${by_alice[@]}" -o bad.bin PEER-SEARCH.json
rejected_hmac "a request signed with a certificate's key" security-mismatch 401 "${chat[@]}"
flipped good.bin
rejected_hmac "a request with a flipped bit in its digest" bad-digest 431 "${chat[@]}"
reload-sign --secret other.secret --time "$now" -o bad.bin PEER-SEARCH.json
rejected_hmac "a request signed with another secret" bad-digest 431 "${chat[@]}"
jq -c '.header.overlay = {name: "other"}' PEER-SEARCH.json >wrong.json
"${by_secret[@]}" -o bad.bin wrong.json
rejected_hmac "a request for another overlay" overlay-mismatch 498 --overlay other
is "$(jq -r .header.overlay reply.json)" "$(reload-keygen id --overlay other)" "the answer to a request for another overlay has the request's Overlay (D31)"

# Under CERTS, the responder's certificate does not name the Overlay field that a 498 repeats (D31, D32).
"${by_alice[@]}" --force -o bad.bin wrong.json
is "$($judge --json bad.bin | jq -c '[.verdict, .reason, .response_code]')" '["invalid","overlay-mismatch",498]' \
    "CERTS: a request for another overlay is rejected"
rm -f reply.bin
t "CERTS: a 498 by a certificate for another overlay is refused" 4 '' '~reload-sign: bad\.bin: .*refused: PEER-ID: the certificate names it for overlay "chat", whose CRC-32 is 659df2aa, but Overlay is [0-9a-f]{8}' sh -c "$certs"
ok "CERTS: a refused 498 leaves no file" test ! -e reply.bin
t "CERTS: a 498 is made in one line with --force" 0 '' '' sh -c "$certs --force"
is "$(reload-dump -f json reply.bin | jq -c '[.attributes[0].value.code, .header.overlay]')" \
    "[498,\"$(reload-keygen id --overlay other)\"]" "CERTS: a 498 made with --force has its code and the request's Overlay"
tail -c +9 reply.bin >covered
tail -c 256 reply.bin >signature
ok "CERTS: a 498 made with --force is signed by the responder" openssl dgst -sha1 -verify bob.pub -signature signature <(head -c -260 covered)
t "CERTS: a 498 made with --force has a PEER-ID mismatch" 1 '~reply\.bin: .* response: invalid: peer-id-mismatch:.*' '' \
    reload-verify --ca chat/ca.crt --time $now reply.bin

# ---- messages without an answer: the line fails, and leaves no file ----

unanswered() # MESSAGE VERDICT [ERROR-REGEX]
{
    rm -f reply.bin
    is "$($judge --json bad.bin 2>/dev/null | jq -c '[.verdict, .response_code]')" "[\"$2\",null]" "$1 has no response code"
    t "$1: the line fails" 2 '' '~'"${3-}"'reload-sign: --code: "null" .*' sh -c "$certs"
    ok "$1: the line leaves no file" test ! -e reply.bin
}
"${by_alice[@]}" -o bad.bin PEER-SEARCH.json
unanswered "a valid request" valid
cp bad.bin good.bin
reload-sign --key alice.key --cert alice.crt --time $now --reply-to good.bin --code 200 -o bad.bin
unanswered "a valid response" valid
cp bad.bin response.bin
flipped response.bin
unanswered "a response with a flipped bit in its digest" invalid
head -c 100 good.bin >bad.bin
unanswered "a malformed message" malformed 'reload-verify: bad\.bin: offset 13: message 1: truncated: .*'$'\n'
: >bad.bin
rm -f reply.bin
t "an empty file: the line fails" 2 '' '~reload-verify: bad\.bin: no message in it'$'\n''reload-sign: --code: "null" .*' sh -c "$certs"
reload-sign --strip good.bin good.bin >bad.bin
t "two requests with two codes: the line fails" 2 '' '~reload-sign: --code: "401.*' sh -c "$certs"
ok "two requests with two codes: the line leaves no file" test ! -e reply.bin
done_testing
