#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# From a rejected request to its signed 401, 431, 493 or 498 in one line of shell: reload-verify's response_code is
# reload-sign's --code (D24, D31).
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o chat --bits 2048 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z
reload-keygen issue --ca chat --user alice@example.com --peer-id "$alice" -o alice "${dates[@]}" # who asks
reload-keygen issue --ca chat --peer-id "$bob" -o bob "${dates[@]}"     # who answers
reload-keygen secret -o secret
reload-keygen secret -o other.secret
by_alice=(reload-sign --key alice.key --cert alice.crt --time "$now")
by_secret=(reload-sign --secret secret --time "$now")

# the one line, for an overlay under CERTS and for one under HMAC
judge='reload-verify --profile chat/overlay.json --time '$now
certs='reload-sign --reply-to bad.bin --code "$('$judge' --json bad.bin | jq .response_code)"'
certs+=" --key bob.key --cert bob.crt --time $now -o reply.bin"
judge_hmac='reload-verify --secret secret --overlay chat --dht Chord1.0 --hash SHA-1 --time '$now
hmac='reload-sign --reply-to bad.bin --code "$('$judge_hmac' --json bad.bin | jq .response_code)"'
hmac+=" --secret secret --peer-id $bob --time $now -o reply.bin"

# turned FILE: bad.bin is that message with a bit of its last octet turned
turned()
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

# made WHAT REASON CODE LINE JUDGE: bad.bin is rejected for the reason, and the line makes reply.bin, which answers it
made()
{
    rm -f reply.bin
    is "$($5 --json bad.bin | jq -c '[.verdict, .reason, .response_code]')" "[\"invalid\",\"$2\",$3]" "$1 is rejected"
    t "and answered with $3 in one line" 0 '' '' sh -c "$4"
    reload-dump -f json reply.bin >reply.json
    is "$(jq -c '[.header.response, .attributes[0].type, .attributes[0].value]' reply.json)" \
        "$(jq -nc --argjson code "$3" --arg reason "$(phrase_of "$3")" '[true, "RESPONSE-CODE", {code: $code, reason: $reason}]')" \
        "the response says $3 $(phrase_of "$3")"
    is "$(jq -c "$repeated" reply.json)" "$(reload-dump -f json bad.bin | jq -c "$repeated")" "it repeats IDs and Transaction ID"
    is "$(jq -r '.attributes[1].value[0].value' reply.json)" "$bob" "it names the responder's PEER-ID"
    tail -c +9 reply.bin >covered # from the header's third word to before DIGEST
}

# rejected_certs WHAT REASON CODE VERIFY-OPTION...: the options are the requester's, who judges the response
openssl x509 -in bob.crt -noout -pubkey >bob.pub
rejected_certs()
{
    made "CERTS: $1" "$2" "$3" "$certs" "$judge"
    t "it is valid" 0 '~reply\.bin: .* response: valid' '' reload-verify --ca chat/ca.crt --time $now "${@:4}" reply.bin
    is "$(reload-verify --json --ca chat/ca.crt --time $now "${@:4}" reply.bin |
        jq -c '[.signatures[] | [.type, .verdict, .signer.peer_ids]]')" "[[\"SIGNATURE\",\"valid\",[\"$bob\"]]]" "it is signed by the responder"
    tail -c 256 reply.bin >signature
    ok "which openssl says too" openssl dgst -sha1 -verify bob.pub -signature signature <(head -c -260 covered)
}

rejected_hmac()
{
    made "HMAC: $1" "$2" "$3" "$hmac" "$judge_hmac"
    t "it is valid" 0 '~reply\.bin: .* response: valid' '' reload-verify --secret secret --time $now "${@:4}" reply.bin
    t "not with another secret" 1 '~reply\.bin: .* response: invalid: bad-digest:.*' '' \
        reload-verify --secret other.secret --time $now "${@:4}" reply.bin
    is "$(tail -c 20 reply.bin | hex)" "$(hmac "$(sed 's/^hex://' secret)" "$(head -c -24 covered | hex)")" "it is signed by the responder"
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
# changed FILTER FILE: bad.bin is the message with a change that leaves its signature as it is
changed()
{
    rm -f bad.bin
    reload-dump -f json "$2" | jq -c "$1" | reload-dump -f binary -o bad.bin
}
changed '.attributes[0].value |= map(select(.type != "PEER-CERT"))' good.bin
rejected_certs "a request without a certificate" missing-certificate 401 "${chat[@]}"
turned good.bin
rejected_certs "a request with a bit of its digest turned" bad-digest 431 "${chat[@]}"
"${by_alice[@]}" -o put.bin RESOURCE-PUT.json
changed '.header.ttl = 33 | .header.source_id = "'"$bob"'"' put.bin
rejected_certs "a request whose Source ID was changed" bad-digest 431 "${chat[@]}"
jq -c --arg id "${alice%0}1" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-JOIN.json >join.json
"${by_alice[@]}" --force -o bad.bin join.json
rejected_certs "a PEER-JOIN whose PEER-ID its certificate does not name" peer-id-mismatch 493 "${chat[@]}"
# a PEER-JOIN that leaves its Overlay open: the profile says which one the answer is in
jq -c '.header.overlay = "00000000"' join.json >open.json
"${by_alice[@]}" --force -o bad.bin open.json
is "$($judge --json bad.bin | jq -c '[.reason, .response_code]')" '["peer-id-mismatch",493]' "a PEER-JOIN with Overlay 0 is rejected"
rm -f reply.bin
t "and answered with 493 in one line, with the profile" 0 '' '' sh -c "$certs --profile chat/overlay.json"
is "$(reload-dump -f json reply.bin | jq -c '[.attributes[0].value.code, .header.overlay]')" "[493,\"$(reload-keygen id --overlay chat)\"]" \
    "which says the overlay"
t "and is the answer to it" 1 '~bad\.bin: .*
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
turned good.bin
rejected_hmac "a request with a bit of its digest turned" bad-digest 431 "${chat[@]}"
reload-sign --secret other.secret --time "$now" -o bad.bin PEER-SEARCH.json
rejected_hmac "a request signed with another secret" bad-digest 431 "${chat[@]}"
jq -c '.header.overlay = {name: "other"}' PEER-SEARCH.json >wrong.json
"${by_secret[@]}" -o bad.bin wrong.json
rejected_hmac "a request for another overlay" overlay-mismatch 498 --overlay other
is "$(jq -r .header.overlay reply.json)" "$(reload-keygen id --overlay other)" "its Overlay field is the request's (D31)"

# Under CERTS the responder's certificate does not name it for the Overlay field that a 498 repeats (D31, D32).
"${by_alice[@]}" --force -o bad.bin wrong.json
is "$($judge --json bad.bin | jq -c '[.verdict, .reason, .response_code]')" '["invalid","overlay-mismatch",498]' \
    "CERTS: a request for another overlay is rejected"
rm -f reply.bin
t "a certificate for this one does not sign the answer" 4 '' '~reload-sign: bad\.bin: .*refused: .*PEER-ID [0-9a-f]{40} for Overlay [0-9a-f]{8}' sh -c "$certs"
ok "no file" test ! -e reply.bin
t "with --force it is made in one line" 0 '' '' sh -c "$certs --force"
is "$(reload-dump -f json reply.bin | jq -c '[.attributes[0].value.code, .header.overlay]')" \
    "[498,\"$(reload-keygen id --overlay other)\"]" "and says 498"
tail -c +9 reply.bin >covered
tail -c 256 reply.bin >signature
ok "it is signed by the responder" openssl dgst -sha1 -verify bob.pub -signature signature <(head -c -260 covered)
t "whom its certificate does not name there" 1 '~reply\.bin: .* response: invalid: peer-id-mismatch:.*' '' \
    reload-verify --ca chat/ca.crt --time $now reply.bin

# ---- what is not answered: the line fails, and leaves no file ----

unanswered() # WHAT VERDICT [WHAT-RELOAD-VERIFY-SAYS-OF-IT]
{
    rm -f reply.bin
    is "$($judge --json bad.bin 2>/dev/null | jq -c '[.verdict, .response_code]')" "[\"$2\",null]" "$1 has no response code"
    t "the one line fails" 2 '' '~'"${3-}"'reload-sign: --code: "null" .*' sh -c "$certs"
    ok "and leaves no file" test ! -e reply.bin
}
"${by_alice[@]}" -o bad.bin PEER-SEARCH.json
unanswered "a valid request" valid
cp bad.bin good.bin
reload-sign --key alice.key --cert alice.crt --time $now --reply-to good.bin --code 200 -o bad.bin
unanswered "a valid response" valid
cp bad.bin response.bin
turned response.bin
unanswered "a response with a bit of its digest turned" invalid
head -c 100 good.bin >bad.bin
unanswered "a malformed message" malformed 'reload-verify: bad\.bin: offset 13: message 1: truncated: .*'$'\n'
: >bad.bin
rm -f reply.bin
t "an empty file fails too" 2 '' '~reload-verify: bad\.bin: no message in it'$'\n''reload-sign: --code: "" .*' sh -c "$certs"
reload-sign --strip good.bin good.bin >bad.bin
t "and so do two requests, which have two codes" 2 '' '~reload-sign: --code: "401.*' sh -c "$certs"
ok "no file" test ! -e reply.bin
done_testing
