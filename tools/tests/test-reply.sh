#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold filters for jq
# reload-sign --reply-to (D31), --tbs and --attach, and --profile: output and refusals.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
install -m 600 "$TESTDATA/alice.key" alice.key
cp "$TESTDATA/alice.crt" .
ca=$TESTDATA/overlay/ca.crt
now=946702799
by_secret=(--secret secret --time "$now")
by_key=(--key alice.key --cert alice.crt --time "$now")
request=$TESTDATA/section-4.1.certs.bin

# ---- --reply-to: the request's Method, IDs, Transaction ID, Overlay, DHT and Hash; RESPONSE-CODE, then SOURCE-INFO ----

same_fields='[.header | .method, .destination_id, .source_id, .transaction_id, .overlay, .dht, .hash]'
asked=$(reload-dump -f json "$request" | jq -c "$same_fields")
for row in '200 OK' '302 Moved Temporarily' '401 Unauthorized' '404 Not Found' '408 Request Timeout' '431 Integrity Check Failure' \
    '493 Undecipherable' '498 Incompatible with Overlay' '499 Unwilling To Proxy' '100' '799'; do
    code=${row%% *}
    phrase=${row#"$code"}
    t "--code $code makes a response" 0 '*' '' reload-sign "${by_key[@]}" --reply-to "$request" --code "$code" -f json
    cp "$output" reply.json
    is "$(jq -c "$same_fields" reply.json)" "$asked" "--code $code repeats the request's fields"
    is "$(jq -c '[.header.response, .header.security, (.attributes | map(.type)), .attributes[0].value]' reply.json)" \
        "$(jq -nc --argjson code "$code" --arg reason "${phrase# }" \
            '[true, "CERTS", ["RESPONSE-CODE", "SOURCE-INFO", "SIGNATURE"], {code: $code, reason: $reason}]')" \
        "--code $code has RESPONSE-CODE $code$phrase, then SOURCE-INFO"
done
t "a response is valid" 0 '~.*response: valid' '' reload-verify --ca "$ca" --overlay chat --time $now reply.json
is "$(jq -r '.attributes[1].value[0].value' reply.json)" "$alice" "a response's PEER-ID is the certificate's first"
t "under HMAC, --reply-to without --peer-id is refused" 4 '' '~reload-sign: .*message 1: refused: the response has no PEER-ID in a SOURCE-INFO, .*; --peer-id specifies one' reload-sign "${by_secret[@]}" \
    --reply-to "$TESTDATA/section-4.1.hmac.bin" --code 200
t "under HMAC, --reply-to with --peer-id makes a response" 0 '*' '' reload-sign "${by_secret[@]}" --reply-to "$TESTDATA/section-4.1.hmac.bin" --code 200 --peer-id "$bob" -f json
is "$(jq -r '.attributes[1].value[0].value' "$output")" "$bob" "under HMAC, a response has the PEER-ID of --peer-id"
t "--reply-to with a response is refused" 4 '' '~reload-sign: reply.json: .*refused: a response is not answered' reload-sign "${by_key[@]}" \
    --reply-to reply.json --code 200
head -c 100 "$request" >half.bin
t "--reply-to with a malformed request is refused" 3 '' '~reload-sign: half.bin: offset 13: message 1: truncated.*' reload-sign "${by_key[@]}" --reply-to half.bin --code 400
patch 8 02 "$(hex <"$request")" >version2.hex
t "--reply-to with another Version is refused" 4 '' '~.*refused: Version is 2, expected 1' reload-sign "${by_key[@]}" --reply-to version2.hex --code 400
cat "$request" "$request" >two.bin
is "$(reload-sign "${by_key[@]}" --reply-to two.bin --code 404 | reload-dump -f json | jq -r '.attributes[0].value.code' | tr '\n' ' ')" "404 404 " \
    "each request of a file is answered"
for words in "--reply-to $request" "--code 200" "--reply-to $request --code 99" "--reply-to $request --code 800" "--reply-to $request --code 200 $request"; do
    # shellcheck disable=SC2086 # words
    t "usage: $words" 2 '' '*' reload-sign "${by_key[@]}" $words
done
t "usage: --reply-to without key, secret or --none" 2 '' '*' reload-sign --reply-to "$request" --code 200

# ---- --tbs and --attach, with digests by openssl ----

search=$TESTDATA/tunnelled.json
for form in binary hex; do
    t "--tbs under HMAC, -f $form" 0 '*' '' reload-sign "${by_secret[@]}" --tbs -f $form --transaction-id 386d157b00000001 "$search"
    cp "$output" tbs.$form
done
is "$(cat tbs.hex)" "$(hex <tbs.binary)" "--tbs prints the same octets as binary and as hex"
openssl dgst -sha1 -mac HMAC -macopt "hexkey:$(printf '%s' "$(cat "$TESTDATA/hmac.secret")" | hex)" -binary tbs.binary >digest
t "--attach makes a message under HMAC" 0 '' '' reload-sign "${by_secret[@]}" --attach digest --transaction-id 386d157b00000001 -o attached.bin "$search"
same attached.bin "$TESTDATA/tunnelled.hmac.bin" "--attach makes the same message as --secret alone"
printf '\0' >>digest
t "a digest of 21 octets is refused" 4 '' '~.*refused: the attached digest has 21 octets, expected 20' reload-sign "${by_secret[@]}" --attach digest "$search"
head -c 20 /dev/zero >digest
t "a digest that does not match is refused" 4 '' '~.*refused: the attached digest does not match this message: it was made with another secret, .*' reload-sign "${by_secret[@]}" --attach digest "$search"
t "a digest that does not match is attached with --force" 0 '*' '' reload-sign "${by_secret[@]}" --attach digest --force "$search"
is "$(tail -c 20 "$output" | hex)" "$(head -c 20 /dev/zero | hex)" "a digest attached with --force ends the message"

reload-sign "${by_key[@]}" -o expected.bin "$search"
t "--tbs under CERTS requires no key" 0 '*' '' reload-sign --cert alice.crt --time $now --tbs "$search"
cp "$output" tbs.certs
is "$(hex <tbs.certs)" "$(tail -c +9 expected.bin | head -c -260 | hex)" "--tbs under CERTS prints the octets from offset 8 to DIGEST"
openssl dgst -sha1 -sign alice.key tbs.certs >signature
t "--attach under CERTS requires no key" 0 '@expected.bin' '' reload-sign --cert alice.crt --time $now --attach signature "$search"
t "--tbs with a message that has PEER-CERT prints the same octets" 0 '@tbs.certs' '' reload-sign --cert alice.crt --time $now --tbs expected.bin
for size in 20 255 257; do
    head -c $size signature >short
    [ $size -lt 257 ] || cat signature <(printf x) >short
    t "an RSA signature of $size octets is refused" 4 '' "~.*refused: the attached digest has $size octets, expected 256" reload-sign --cert alice.crt --time $now --attach short "$search"
    t "an RSA signature of $size octets is attached with --force" 0 '*' '' reload-sign --cert alice.crt --time $now --attach short --force "$search"
    is "$(reload-verify --ca "$ca" --time $now --json "$output" | jq -r .reason)" bad-digest-length "reload-verify reports an RSA signature of $size octets"
done
# explained DESCRIPTION WORDS FILE: the digest in FILE is refused, and the error states the cause
explained()
{
    t "$1 is explained" 4 "" "~.*refused: .*$2.*" reload-sign --cert alice.crt --time $now --attach "$3" "$search"
}
openssl dgst -sha1 -sign alice.key tbs.binary >other.octets
explained "a signature over other octets" "the key signed SHA-1 $(openssl dgst -sha1 -r tbs.binary | cut -c 1-40), expected $(openssl dgst -sha1 -r tbs.certs | cut -c 1-40); message, TIMESTAMP" other.octets
openssl dgst -sha256 -sign alice.key tbs.certs >sha256
explained "a signature over SHA-256" "the certificate.s key made it over a hash other than SHA-1" sha256
openssl genrsa -traditional -out strange.key 2048 2>run/null
openssl dgst -sha1 -sign strange.key tbs.certs >strange
explained "a signature by another key" "the certificate.s key did not make it" strange
hex <signature >signature.hex
explained "a signature in hex" "512 octets, expected 256: it is hex text, not raw octets; use xxd -r -p FILE" signature.hex
zero=946703122 # a TIMESTAMP with which the signature begins with a zero octet
reload-sign --cert alice.crt --time $zero --tbs -o zero.tbs "$search"
openssl dgst -sha1 -sign alice.key zero.tbs | tail -c +2 >dropped
t "a signature without its leading zero octet is explained" 4 '' '~.*has 255 octets, expected 256: its leading zero octets are missing; .*' \
    reload-sign --cert alice.crt --time $zero --attach dropped "$search"
head -c 256 /dev/zero >zeros
t "an RSA signature of zeros is refused" 4 '' '~.*refused: the attached digest does not match this message: the certificate.s key did not make it with PKCS #1 v1.5' reload-sign --cert alice.crt --time $now --attach zeros "$search"
for step in "--tbs" "--attach signature" "--attach signature --force"; do
    # shellcheck disable=SC2086 # words
    t "$step: an unsigned BODY requires the key" 4 '' \
        '~.*refused: RESOURCE-INFO.BODY at /attributes/1/value/1 requires a signature with the private key, which is missing; .*' \
        reload-sign --cert alice.crt --time $now $step "$TESTDATA/section-4.1.json"
    # shellcheck disable=SC2086
    t "$step: SOURCE-INFO requires the key" 4 '' \
        '~.*refused: SOURCE-INFO at /attributes/0 requires a signature with the private key, which is missing; .*' \
        reload-sign --cert alice.crt --time $now $step --sign-source-info "$search"
done
cat "$search" "$search" >two.json
t "--attach accepts only one message" 4 '@expected.bin' '~reload-sign: two.json: .*message 2: --attach accepts one message' \
    reload-sign --cert alice.crt --time $now --attach signature two.json
t "--tbs without --time causes a warning" 0 '*' '~reload-sign: warning: without --time.*' reload-sign --cert alice.crt --tbs "$search"
for words in "--tbs --none" "--tbs" "--tbs --attach signature --secret secret" "--tbs --secret secret -f json" "--cert alice.crt" "--key alice.key"; do
    # shellcheck disable=SC2086 # words
    t "usage: $words" 2 '' '*' reload-sign $words "$search"
done

# ---- --profile ----

profile=$TESTDATA/overlay/overlay.json
search()
{
    jq -nc --arg alice "$alice" "{header: ({method: \"PEER-SEARCH\", source_id: \$alice} + $1)}"
}
t "a message without Overlay is signed with --profile" 0 '*' '' reload-sign "${by_key[@]}" --profile "$profile" -f json <(search '{}')
is "$(jq -r .header.overlay "$output")" 659df2aa "a missing Overlay is set from the profile"
for field in '{overlay: "00000001"}' '{overlay: "659df2aa", dht: 2}' '{overlay: "659df2aa", hash: 0}'; do
    t "a header with $field is refused under the profile" 4 '' '~.*refused: [A-Z][A-Za-z]* is [0-9a-f]+.*, expected [0-9a-f]+ \(.*\)' reload-sign "${by_key[@]}" --profile "$profile" <(search "$field")
    t "a header with $field is signed with --force" 0 '*' '' reload-sign "${by_key[@]}" --profile "$profile" --force <(search "$field")
done
t "--secret with a profile of security CERTS is refused" 4 '' '~.*overlay.json: security is CERTS, but the options specify HMAC' reload-sign "${by_secret[@]}" --profile "$profile" "$search"
sed 's/"chat"/"other"/' "$profile" >other.json
t "a certificate for another overlay is refused (D32)" 4 '' '~.*refused: PEER-ID: the certificate names it for overlay "chat", expected "other"' \
    reload-sign "${by_key[@]}" --profile other.json <(search '{method: "PEER-JOIN"}')
t "a missing profile is refused" 4 '' '~reload-sign: missing: No such file.*' reload-sign "${by_key[@]}" --profile missing "$search"
echo '{"overlay": "chat", "colour": 1}' >bad.json
echo '{"overlay": "chat", "secuirty": "CERTS"}' >near.json
t "a profile with a mistyped key is refused, with the nearest one" 4 '' '~reload-sign: near.json: /secuirty: unknown key \(did you mean "security"\?\)' \
    reload-sign "${by_key[@]}" --profile near.json "$search"
t "a profile with an unknown key is refused" 4 '' '~reload-sign: bad.json: /colour: unknown key' reload-sign "${by_key[@]}" --profile bad.json "$search"

# reload-verify: options override the profile
t "reload-verify --profile accepts a message of the overlay" 0 '~.*: valid' '' reload-verify --profile "$profile" --dht 0 --hash 0 --time $now "$request"
t "reload-verify uses the profile's DHT without --dht" 1 '~.*overlay-mismatch.*' '' reload-verify --profile "$profile" --hash 0 --time $now "$request"
t "reload-verify --secret overrides the profile's CA" 0 '~.*: valid' "=reload-verify: $profile: warning: security is CERTS, but the options specify HMAC" \
    reload-verify --profile "$profile" --secret secret --dht 0 --hash 0 --time $now \
    "$TESTDATA/section-4.1.hmac.bin"
echo '{"security": "HMAC", "ca": ["ca.crt"]}' >hmac.json
t "reload-verify uses the profile's security, even if its files differ" 2 '' '~.*security is HMAC, which requires --secret.*'$'\n''.*' reload-verify --profile hmac.json "$request"
done_testing
