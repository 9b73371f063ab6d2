#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# reload-sign under CERTS: completion (D29), signing again (D30), refusals (D32), and forms of keys.
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z, 6553f100
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o ca --bits 2048 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z || bail_out "cannot create the CA"
issue()
{
    reload-keygen issue --quiet --ca ca "${dates[@]}" "$@" || bail_out "reload-keygen issue fails"
}
issue --user alice@example.com --peer-id "$alice" --peer-id "${alice%0}1" -o alice
issue --user bob@example.com --peer-id "$bob" -o bob
issue --user carol@example.com --peers 0 -o carol
for method in PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER; do
    reload-sign --example $method >"$method.json"
done
S=(reload-sign --key alice.key --cert alice.crt --time "$now")
V=(reload-verify --profile ca/overlay.json --time "$now")
alice_der=$(openssl x509 -in alice.crt -outform DER | hex)
bob_der=$(openssl x509 -in bob.crt -outform DER | hex)
carol_der=$(openssl x509 -in carol.crt -outform DER | hex)

# signed DESCRIPTION FILE [OPTION...]: signs into signed.bin and signed.json; reload-verify accepts the result
signed()
{
    t "$1" 0 '' '' "${S[@]}" -o signed.bin "${@:3}" "$2"
    reload-dump -f json signed.bin >signed.json
    t "$1: reload-verify accepts it" 0 '~signed\.bin: offset 0: message 1: .*: valid' '' "${V[@]}" signed.bin
}
# field DESCRIPTION JQ EXPECTED: compares a part of signed.json
field()
{
    is "$(jq -c "$2" signed.json 2>&1)" "$3" "$1"
}

# ---- mistakes on the command line ----

usage()
{
    t "usage: $1" 2 '' "~reload-sign: $2"$'\n'"Try 'reload-sign --help'\\." reload-sign "${@:3}"
}
usage "--key without --cert" '.*--key.*--cert.*' --key alice.key PEER-SEARCH.json
usage "--cert without --key" '--cert requires --key, --tbs or --attach' --cert alice.crt PEER-SEARCH.json
usage "--key with --secret" '.*--secret.*--key.*' --key alice.key --cert alice.crt --secret "$TESTDATA/hmac.secret" PEER-SEARCH.json
usage "--resource-key without --resource-cert" '.*--resource-key.*--resource-cert.*' --key alice.key --cert alice.crt --resource-key carol.key PEER-SEARCH.json
usage "--resource-key without --key" '--resource-key requires --cert' --secret "$TESTDATA/hmac.secret" --resource-key carol.key --resource-cert carol.crt PEER-SEARCH.json
usage "a malformed --boot-time" '.*--boot-time.*' --key alice.key --cert alice.crt --boot-time x PEER-SEARCH.json

# ---- D29: completion ----

cert=$alice_der
signed "a request is signed" PEER-SEARCH.json
field "Security is set" .header.security '"CERTS"'
field "PEER-CERT is the last of SOURCE-INFO" '.attributes[0].value | map(.type)' '["PEER-ID","PEER-IP-PORT","PEER-EXPIRATION","PEER-CERT"]'
field "PEER-CERT is the signer's certificate" '.attributes[0].value[-1].hex' "\"$cert\""
field "SIGNATURE is last" '.attributes | map(.type)' '["SOURCE-INFO","SIGNATURE"]'
field "TIMESTAMP, then DIGEST" '.attributes[-1].value | map(.type)' '["TIMESTAMP","DIGEST"]'
field "TIMESTAMP is --time" '.attributes[-1].value[0].value' $now
field "DIGEST is as long as the modulus" '.attributes[-1].value[1].hex | length' 512
field "the Transaction ID is --time and 0" .header.transaction_id '"6553f10000000000"'
jq 'del(.attributes[0])' PEER-SEARCH.json >bare.json
signed "a request without SOURCE-INFO is signed" bare.json
field "SOURCE-INFO is added" '.attributes[0].value | map(.type)' '["PEER-ID","PEER-CERT"]'
field "an added SOURCE-INFO has the Source ID" '.attributes[0].value[0].value' "\"$alice\""
jq 'del(.attributes[0].value[0])' PEER-SEARCH.json >bare.json
signed "a request without PEER-ID is signed" bare.json
field "PEER-ID is added first" '.attributes[0].value[0]' "{\"type\":\"PEER-ID\",\"value\":\"$alice\"}"
jq ".header.source_id = \"${alice%0}1\" | del(.attributes[0].value[0])" PEER-SEARCH.json >second.json
signed "a request from the certificate's second Peer-ID is signed" second.json
signed "--sign-source-info adds a PEER-SIGNATURE" PEER-SEARCH.json --sign-source-info
field "PEER-CERT precedes PEER-SIGNATURE" '.attributes[0].value[-2:] | map(.type)' '["PEER-CERT","PEER-SIGNATURE"]'
t "the PEER-SIGNATURE is valid" 0 '*' '' "${V[@]}" --require-peer-signature signed.bin
field "PEER-SIGNATURE has a TIMESTAMP" '.attributes[0].value[-1].value[0].value' $now
cp signed.bin peer-signed.bin
signed "a message with PEER-CERT and PEER-SIGNATURE is signed again" peer-signed.bin
field "signing again keeps one PEER-CERT and one PEER-SIGNATURE" '.attributes[0].value | map(.type)' '["PEER-ID","PEER-IP-PORT","PEER-EXPIRATION","PEER-CERT","PEER-SIGNATURE"]'
same signed.bin peer-signed.bin "signing again changes nothing: PKCS#1 v1.5 is deterministic"
"${S[@]}" --time $((now - 5)) --sign-source-info -f json PEER-SEARCH.json | jq 'del(.attributes[0].value[3])' >certless.json
signed "a message with PEER-SIGNATURE, without PEER-CERT is signed" certless.json
field "PEER-CERT is added before PEER-SIGNATURE" '.attributes[0].value[-2:] | map(.type)' '["PEER-CERT","PEER-SIGNATURE"]'
t "a PEER-JOIN is signed" 0 '' '' "${S[@]}" -f json -o signed.json PEER-JOIN.json
field "a PEER-JOIN's Security is set" .header.security '"CERTS"'
t "a PEER-JOIN is signed with --keep-security" 0 '' '' "${S[@]}" --keep-security -f json -o signed.json PEER-JOIN.json
field "a PEER-JOIN's Security stays 0 with --keep-security" '.header.security' 0
t "a PEER-JOIN with Security 0 is valid" 0 '~.*valid' '' "${V[@]}" signed.json
for security in HMAC NONE 4; do
    jq --arg s $security '.header.security = ($s | tonumber? // $s)' PEER-SEARCH.json >other.json
    t "Security $security is refused" 4 '' '~reload-sign: other\.json: .*refused: .*Security.*' "${S[@]}" other.json
done

# attributes after a SIGNATURE (D30)
reload-sign --append-route-log '[{"type": "ROUTE-LOG.TRANSPORT", "value": "UDP"}]' -o logged.bin peer-signed.bin
signed "a message with a ROUTE-LOG is signed again" logged.bin
field "a SIGNATURE stays before the ROUTE-LOG" '.attributes | map(.type)' '["SOURCE-INFO","SIGNATURE","ROUTE-LOG"]'

# Transaction IDs: boot time, and an increasing counter
cat PEER-SEARCH.json RESOURCE-GET.json PEER-JOIN.json >three.json
ids()
{
    jq -r .header.transaction_id "$output" | xargs
}
run "${S[@]}" -f json three.json
is "$(ids)" "6553f10000000000 6553f10000000001 6553f10000000002" "each request without an ID gets the next counter"
run "${S[@]}" -f json --boot-time 2023-11-14T00:00:00Z three.json PEER-SEARCH.json
is "$(ids)" "6552b88000000000 6552b88000000001 6552b88000000002 6552b88000000003" "the counter continues over several files, with --boot-time"
run "${S[@]}" -f json --transaction-id 0102030405060708 three.json
is "$(ids)" "0102030405060708 0102030405060708 0102030405060708" "--transaction-id is used for all messages"
jq -c '.header.transaction_id = "1122334455667788"' PEER-SEARCH.json >own.json
jq -c '.header.response = true' PEER-SEARCH.json >response.json
run "${S[@]}" -f json PEER-SEARCH.json own.json response.json RESOURCE-GET.json
is "$(ids)" "6553f10000000000 1122334455667788 0000000000000000 6553f10000000001" "requests with an ID and responses keep their ID and use no counter"
run reload-sign --secret "$TESTDATA/hmac.secret" -f json PEER-SEARCH.json PEER-SEARCH.json
is "$(jq -r .header.transaction_id "$output" | sort -u | wc -l)" 2 "Transaction IDs under HMAC are random"

# responses
jq '.header.response = true | .attributes = [{type: "RESPONSE-CODE", value: {code: 200, reason: "OK"}}]' PEER-SEARCH.json >response.json
signed "a response is signed" response.json
field "SOURCE-INFO follows RESPONSE-CODE" '.attributes | map(.type)' '["RESPONSE-CODE","SOURCE-INFO","SIGNATURE"]'
field "a response's PEER-ID is the certificate's first" '.attributes[1].value[0].value' "\"$alice\""
signed "a response with --peer-id is signed" response.json --peer-id "${alice%0}1"
field "a response's PEER-ID is --peer-id" '.attributes[1].value[0].value' "\"${alice%0}1\""
t "a response with a --peer-id that the certificate does not name is refused" 4 '' '~.*refused: .*' "${S[@]}" --peer-id "$bob" response.json
t "a response by a certificate without Peer-IDs is refused" 4 '' '~.*refused: .*' reload-sign --key carol.key --cert carol.crt --time $now response.json
jq '.attributes = []' response.json >bare.json
signed "a response without RESPONSE-CODE is signed" bare.json
field "without RESPONSE-CODE, SOURCE-INFO is first" '.attributes | map(.type)' '["SOURCE-INFO","SIGNATURE"]'

# ---- BODYs ----

bodies='.attributes[1].value | map(.type + if .type == "RESOURCE-INFO.BODY" then ":" + (.value | map(.type | sub(".*[.]"; "")) | join("+")) else "" end | sub("RESOURCE-INFO[.]"; ""))'
both='["KEY","BODY:ENTRY+EXPIRATION+PEER-INFO+SIGNATURE","BODY:ENTRY+EXPIRATION+PARAMETER+SIGNATURE","BODY:CERTIFICATE"]'
signed "a registration is signed" RESOURCE-PUT.json
field "a registration's BODYs are signed, and a certificate BODY is the last" "$bodies" "$both"
field "a certificate BODY holds the signer's certificate" '.attributes[1].value[-1].value[0].hex' "\"$cert\""
cp signed.bin put.bin
signed "a registration is signed again" put.bin
field "signing again keeps one certificate BODY" "$bodies" "$both"
same signed.bin put.bin "signing a registration again changes nothing"
signed "a registration is signed again later" put.bin --time $((now + 10))
field "signing again keeps signed BODYs octet for octet (D30)" '[.attributes[1].value[1, 2].value[-1].value[0].value, .attributes[2].value[0].value]' "[$now,$now,$((now + 10))]"
signed "a registration is signed again with --resign-bodies" put.bin --time $((now + 10)) --resign-bodies
field "--resign-bodies signs the BODYs again" '[.attributes[1].value[1, 2].value[-1].value[0].value]' "[$((now + 10)),$((now + 10))]"
field "--resign-bodies keeps one certificate BODY" "$bodies" "$both"
resource=(--resource-key carol.key --resource-cert carol.crt)
jq '.attributes[1].value[0].value = "carol@example.com"' RESOURCE-PUT.json >carol.json
signed "another user's registration is signed with --resource-key" carol.json "${resource[@]}"
field "the certificate BODY is that of --resource-cert" '.attributes[1].value[-1].value[0].hex' "\"$carol_der\""
field "PEER-CERT is that of --cert" '.attributes[0].value[-1].hex' "\"$cert\""
run "${V[@]}" --json signed.bin
is "$(jq -c '[.signatures[].signer.users[0]]' "$output")" '["carol@example.com","carol@example.com","alice@example.com"]' "the BODYs' signer is the user, the message's the peer"
cp signed.bin first.bin
signed "another user's registration is signed again with --resign-bodies" first.bin "${resource[@]}" --resign-bodies
field "an existing certificate BODY is not added again" '[.attributes[1].value[] | .value | arrays | .[0].type | select(. == "RESOURCE-INFO.BODY.CERTIFICATE")] | length' 1
jq '.attributes[1].value += [.attributes[1].value[1]]' RESOURCE-PUT.json >three-bodies.json
signed "a registration with three BODYs is signed" three-bodies.json
field "three BODYs share one certificate BODY" '[.attributes[1].value[1:][].value[0].type]' '["RESOURCE-INFO.BODY.ENTRY","RESOURCE-INFO.BODY.ENTRY","RESOURCE-INFO.BODY.ENTRY","RESOURCE-INFO.BODY.CERTIFICATE"]'
jq '.attributes += [.attributes[1]]' RESOURCE-PUT.json >two-resources.json
signed "a message with two RESOURCEs is signed" two-resources.json
field "each of two RESOURCEs has a certificate BODY" '[.attributes[1, 2].value[-1].value[0].type]' '["RESOURCE-INFO.BODY.CERTIFICATE","RESOURCE-INFO.BODY.CERTIFICATE"]'
jq --arg hex "$bob_der" '.attributes[1].value += [{type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}]}]' RESOURCE-PUT.json >others-cert.json
signed "a registration with another user's certificate BODY is signed" others-cert.json
field "another user's certificate BODY is kept, and the signer's added" '[.attributes[1].value[-2, -1].value[0].hex]' "[\"$bob_der\",\"$cert\"]"
jq --arg hex "$cert" '.attributes[1].value |= [.[0], {type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}]}] + .[1:]' RESOURCE-PUT.json >own-cert.json
signed "a registration with the signer's certificate BODY first is signed" own-cert.json
field "the signer's certificate BODY is not added again" '.attributes[1].value | length' 4
t "BODYs in other messages are not signed" 0 '' '~.*warning: a BODY has no signature.*' "${S[@]}" -f json -o signed.json RESOURCE-TRANSFER.json
field "no certificate BODY is added in other messages" "$bodies" '["KEY","BODY:ENTRY+EXPIRATION+PEER-INFO","BODY:ENTRY+EXPIRATION+PARAMETER"]'
signed "BODYs in other messages are signed with --sign-bodies" RESOURCE-TRANSFER.json --sign-bodies
field "--sign-bodies adds signatures and a certificate BODY" "$bodies" "$both"
# a registration forwarded by another peer
jq -c '.attributes[1]' <(reload-dump -f json put.bin) >forwarded
jq --slurpfile r forwarded --arg bob "$bob" '.header.source_id = $bob | .attributes[0].value[0].value = $bob | .attributes[1] = $r[0]' RESOURCE-TRANSFER.json >transfer.json
t "another peer signs a message with signed BODYs (S§5.1)" 0 '' '' reload-sign --key bob.key --cert bob.crt --time $((now + 100)) -o transfer.bin transfer.json
t "a message with another peer's BODYs is valid" 0 '~transfer\.bin: .*: valid' '' "${V[@]}" --time $((now + 100)) transfer.bin

# ---- D32: refusals ----

# refused DESCRIPTION REGEX FILE [OPTION...]: the message is refused with status 4, the next one is signed; --force signs both
refused()
{
    t "refused: $1" 4 '' "~reload-sign: .*refused: $2.*" "${S[@]}" "${@:4}" "$3"
    run "${S[@]}" -f json "${@:4}" "$3" PEER-SEARCH.json
    is "$status $(jq -r .header.method "$output" | xargs)" "4 PEER-SEARCH" "refused: $1: the next message is signed"
    t "forced: $1" 0 '' '' "${S[@]}" --force "${@:4}" -o forced.bin "$3"
}
invalid() # REASON: of the message that refused has signed with --force
{
    t "reload-verify reports $1" 1 "~forced\\.bin: .*: invalid: $1 .*" '' "${V[@]}" forced.bin
}
jq ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" PEER-SEARCH.json >bad.json
refused "another peer's PEER-ID" ".*PEER-ID.*" bad.json
invalid peer-id-mismatch
jq ".header.source_id = \"$bob\" | del(.attributes[0])" PEER-SEARCH.json >bad.json
refused "another peer's Source ID without SOURCE-INFO" ".*PEER-ID.*" bad.json
invalid peer-id-mismatch
jq ".header.source_id = \"$bob\"" PEER-SEARCH.json >bad.json
refused "a Source ID that is not the PEER-ID" ".*Source ID.*" bad.json
invalid peer-id-mismatch
jq '.header.overlay = {name: "chatter"}' PEER-SEARCH.json >bad.json
refused "another Overlay" ".*" bad.json
t "reload-verify reports overlay-mismatch" 1 "~forced\\.bin: .*: invalid: overlay-mismatch \\(498\\).*" '' "${V[@]}" forced.bin
jq '.header.overlay = "00000000"' PEER-SEARCH.json >bad.json
refused "an Overlay of 0" ".*" bad.json
jq '.header.overlay = "00000000"' PEER-JOIN.json >join.json
signed "a PEER-JOIN with an Overlay of 0 is signed" join.json
jq '.header.overlay = {name: "chatter"}' PEER-JOIN.json >bad.json
refused "a PEER-JOIN to another Overlay" ".*" bad.json
jq --arg hex "$bob_der" '.attributes[0].value += [{type: "PEER-CERT", hex: $hex}]' PEER-SEARCH.json >bad.json
refused "a PEER-CERT of another key" ".*PEER-CERT.*" bad.json
invalid bad-digest
jq '.attributes[0].value += [{type: "PEER-CERT", hex: "3000"}]' PEER-SEARCH.json >bad.json
refused "a PEER-CERT that cannot be read" ".*PEER-CERT.*" bad.json
invalid bad-certificate
refused "another user's KEY" ".*KEY.*" carol.json
invalid resource-key-mismatch
jq 'del(.attributes[1].value[0])' RESOURCE-PUT.json >bad.json
refused "no KEY" ".*" bad.json
invalid resource-key-mismatch
refused "a KEY that is not the resource certificate's" ".*KEY.*" RESOURCE-PUT.json "${resource[@]}"
invalid resource-key-mismatch
jq '.header.response = true | .attributes[0].value[0].value = "'"$bob"'"' PEER-SEARCH.json >bad.json
refused "a response with another peer's PEER-ID" ".*" bad.json
jq '.header.response = true' PEER-SEARCH.json | jq ".header.source_id = \"$bob\"" >good.json
signed "a response with another Source ID in its header is signed" good.json
# not refused: BODYs that reload-sign does not sign
jq '.attributes[1].value[0].value = "bob@example.com"' RESOURCE-TRANSFER.json >unsigned.json
t "another user's unsigned BODYs cause a warning" 0 '' '~.*warning: a BODY has no signature.*' "${S[@]}" -o unsigned.bin unsigned.json

# keys and certificates that do not match
t "a key that is not the certificate's is refused" 4 '' '~reload-sign: .*refused: .*' reload-sign --key bob.key --cert alice.crt --time $now PEER-SEARCH.json
t "a key that is not the certificate's is accepted with --force" 0 '' '' reload-sign --force --key bob.key --cert alice.crt --time $now -o forced.bin PEER-SEARCH.json
invalid bad-digest
t "a resource key that is not its certificate's is refused" 4 '' '~reload-sign: .*refused: .*' "${S[@]}" --resource-key bob.key --resource-cert carol.crt carol.json
t "a CA's key is refused" 4 '' '~reload-sign: .*refused: .*CA.*' reload-sign --key ca/ca.key --cert ca/ca.crt --time $now PEER-SEARCH.json
t "a CA's key as --resource-key is refused" 4 '' '~reload-sign: .*refused: .*CA.*' "${S[@]}" --resource-key ca/ca.key --resource-cert ca/ca.crt RESOURCE-PUT.json
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
chmod 600 ec.key
t "an EC key is refused" 4 '' '~reload-sign: ec\.key: .*RSA.*' reload-sign --key ec.key --cert alice.crt --time $now PEER-SEARCH.json
t "an expired certificate is accepted, with a warning" 0 '' '~reload-sign: warning: alice\.crt: valid from .*, not at the time of signing, 2030-01-01T00:00:00Z' "${S[@]}" --time 2030-01-01T00:00:00Z -o later.bin PEER-SEARCH.json
t "a missing key file is refused" 4 '' '~reload-sign: none: No such file or directory' reload-sign --key none --cert alice.crt PEER-SEARCH.json
t "a missing certificate file is refused" 4 '' '~reload-sign: none: No such file or directory' reload-sign --key alice.key --cert none PEER-SEARCH.json
t "a certificate as --key is refused" 4 '' '~reload-sign: alice\.crt: .*' reload-sign -q --key alice.crt --cert alice.crt PEER-SEARCH.json
t "a key as --cert is refused" 4 '' '~reload-sign: alice\.key: .*' reload-sign --key alice.key --cert alice.key PEER-SEARCH.json
lacks "$errors" "$(sed -n 5p alice.key)" "the error does not show the key"
: >empty
chmod 600 empty
t "an empty key file is refused" 4 '' '~reload-sign: empty: .*' reload-sign --key empty --cert alice.crt PEER-SEARCH.json
t "an empty certificate file is refused" 4 '' '~reload-sign: empty: .*' reload-sign --key alice.key --cert empty PEER-SEARCH.json

# ---- forms of keys and certificates ----

"${S[@]}" -o wanted.bin PEER-SEARCH.json
form() # DESCRIPTION KEY [OPTION...]: reload-sign reads this key
{
    chmod 600 "$2"
    t "$1" 0 @wanted.bin '' reload-sign --key "$2" --cert alice.crt --time $now "${@:3}" PEER-SEARCH.json
}
openssl pkey -in alice.key -out pkcs8.key
ok "openssl wrote PKCS#8" grep -q 'BEGIN PRIVATE KEY' pkcs8.key
form "a key in PKCS#8 PEM is accepted" pkcs8.key
openssl pkey -in alice.key -traditional -out pkcs1.key
ok "openssl wrote PKCS#1" grep -q 'BEGIN RSA PRIVATE KEY' pkcs1.key
form "a key in PKCS#1 PEM is accepted" pkcs1.key
openssl pkcs8 -topk8 -nocrypt -in alice.key -outform DER -out pkcs8.der
form "a key in PKCS#8 DER is accepted" pkcs8.der
openssl rsa -in alice.key -traditional -outform DER -out pkcs1.der 2>/dev/null
form "a key in PKCS#1 DER is accepted" pkcs1.der
t "a passphrase of an unencrypted key causes a warning" 0 @wanted.bin \
    '=reload-sign: warning: pkcs1.key: not encrypted, so --passphrase-file has no effect' \
    reload-sign --key pkcs1.key --cert alice.crt --time $now --passphrase-file <(echo x) PEER-SEARCH.json
openssl rsa -in alice.key -aes256 -traditional -passout pass:x -out x.key 2>/dev/null
chmod 600 x.key
t "a passphrase of one of two keys causes none" 0 @wanted.bin '' reload-sign --key pkcs1.key --cert alice.crt --resource-key x.key \
    --resource-cert alice.crt --time $now --passphrase-file <(echo x) PEER-SEARCH.json
openssl x509 -in alice.crt -outform DER -out alice.der
t "a certificate in DER is accepted" 0 @wanted.bin '' reload-sign --key alice.key --cert alice.der --time $now PEER-SEARCH.json
t "a key and a certificate from /dev/fd/N are accepted" 0 @wanted.bin '' bash -c 'exec reload-sign --key /dev/fd/6 --cert /dev/fd/7 --time '$now' PEER-SEARCH.json 6< <(cat alice.key) 7< <(cat alice.crt)'
{ openssl x509 -in alice.crt -noout -text; cat alice.crt; } >text.crt
t "a certificate after text is accepted" 0 @wanted.bin '' reload-sign --key alice.key --cert text.crt --time $now PEER-SEARCH.json
install -m 644 alice.key readable.key
t "a key that others can read causes a warning" 0 @wanted.bin '~reload-sign: readable\.key: warning: .*' reload-sign --key readable.key --cert alice.crt --time $now PEER-SEARCH.json
t "a key that others can read causes no warning with --quiet" 0 @wanted.bin '' reload-sign -q --key readable.key --cert alice.crt --time $now PEER-SEARCH.json
t "a certificate that others can read causes no warning" 0 @wanted.bin '' "${S[@]}" PEER-SEARCH.json

printf 'pass phrase\n' >phrase
printf 'pass phrase\r\n' >phrase-crlf
cp phrase phrase2
printf 'wrong\n' >wrong
chmod 600 phrase phrase2 phrase-crlf wrong
for cipher in aes128 aes256 des3; do
    openssl rsa -in alice.key -traditional -$cipher -passout file:phrase -out "$cipher.key" 2>/dev/null
    ok "openssl wrote PKCS#1 under $cipher" grep -q 'Proc-Type: 4,ENCRYPTED' "$cipher.key"
    form "a key in PKCS#1 under $cipher is accepted" "$cipher.key" --passphrase-file phrase
    t "PKCS#1 under $cipher with a wrong passphrase" 4 '' "~reload-sign: $cipher\\.key: wrong passphrase.*" reload-sign --key "$cipher.key" --cert alice.crt --passphrase-file wrong PEER-SEARCH.json
done
# one in some hundreds of wrong passphrases decrypts a key to octets with correct padding; for this key, "wrong" does
junk=3082000430020500 # begins like a key, but is not one
salt=0011223344556677
one=$({ printf wrong; unhex $salt; } | openssl md5 -binary | xxd -p)
two=$({ unhex "$one"; printf wrong; unhex $salt; } | openssl md5 -binary | xxd -p)
{
    printf '%s\n' '-----BEGIN RSA PRIVATE KEY-----' 'Proc-Type: 4,ENCRYPTED' "DEK-Info: AES-256-CBC,${salt}8899AABBCCDDEEFF" ''
    unhex $junk | openssl enc -aes-256-cbc -K "$one$two" -iv ${salt}8899AABBCCDDEEFF | base64
    printf '%s\n' '-----END RSA PRIVATE KEY-----'
} >chance.key
chmod 600 chance.key
t "a wrong passphrase that gives correct padding by chance is reported" 4 '' "~reload-sign: chance\\.key: wrong passphrase, or not a readable private key .*" \
    reload-sign --key chance.key --cert alice.crt --passphrase-file wrong PEER-SEARCH.json
form "a passphrase with CR LF is accepted" aes256.key --passphrase-file phrase-crlf
t "an encrypted key without passphrase and terminal is refused" 4 '' '~reload-sign: aes256\.key: .*--passphrase-file.*' setsid -w reload-sign --key aes256.key --cert alice.crt PEER-SEARCH.json
t "an empty passphrase is refused" 4 '' '~reload-sign: aes256\.key: .*passphrase.*' reload-sign --key aes256.key --cert alice.crt --passphrase-file <(echo) PEER-SEARCH.json
t "a missing passphrase file is refused" 4 '' '~reload-sign: none: No such file or directory' reload-sign --key aes256.key --cert alice.crt --passphrase-file none PEER-SEARCH.json
chmod 644 phrase
t "a passphrase file that others can read causes a warning" 0 @wanted.bin '~reload-sign: phrase: warning: .*' reload-sign --key aes256.key --cert alice.crt --passphrase-file phrase --time $now PEER-SEARCH.json
chmod 600 phrase
# if mbed TLS cannot read encrypted PKCS#8, the error has a working command that converts the key
for scheme in -v2:aes-256-cbc -v2:aes-128-cbc -v2:des3 -v1:PBE-SHA1-3DES; do
    name=pkcs8-${scheme#*:}.key
    openssl pkcs8 -topk8 "${scheme%%:*}" "${scheme#*:}" -in alice.key -passout file:phrase -out "$name" 2>/dev/null || continue
    chmod 600 "$name"
    run reload-sign --key "$name" --cert alice.crt --passphrase-file phrase --time $now PEER-SEARCH.json
    if [ "$status" = 0 ]; then
        same "$output" wanted.bin "a key in PKCS#8 under ${scheme#*:} is accepted"
    else
        is "$status" 4 "PKCS#8 under ${scheme#*:} is refused"
        ok "PKCS#8 under ${scheme#*:}: the error has the command to convert it" grep -qE 'openssl rsa .*-traditional.* -in KEY' "$errors"
        openssl rsa -aes256 -traditional -in "$name" -passin file:phrase -passout file:phrase2 -out converted.key 2>/dev/null
        form "PKCS#8 under ${scheme#*:}: the converted key is accepted" converted.key --passphrase-file phrase2
    fi
    t "PKCS#8 under ${scheme#*:} with a wrong passphrase" 4 '' "~reload-sign: $name: .*" reload-sign --key "$name" --cert alice.crt --passphrase-file wrong PEER-SEARCH.json
done
# the error for PKCS#12 has the options that convert key and certificate
openssl pkcs12 -export -in alice.crt -inkey alice.key -certfile ca/ca.crt -passout file:phrase -out alice.p12
chmod 600 alice.p12
run reload-sign --key alice.p12 --cert alice.crt --time $now PEER-SEARCH.json
is "$status" 4 "PKCS#12 is refused"
[[ $(<"$errors") =~ 'openssl pkcs12 -in FILE '(.*)' -out KEY, and '(.*)' -out CERT' ]] || true
read -r -a options <<<"${BASH_REMATCH[1]:-}"
openssl pkcs12 -in alice.p12 "${options[@]}" -passin file:phrase -passout file:phrase2 -out p12.key
form "PKCS#12: the converted key is accepted" p12.key
read -r -a options <<<"${BASH_REMATCH[2]:-}"
openssl pkcs12 -in alice.p12 "${options[@]}" -passin file:phrase -passout file:phrase2 -out p12.crt
t "PKCS#12: the converted certificate is accepted" 0 @wanted.bin '' reload-sign --key alice.key --cert p12.crt --time $now PEER-SEARCH.json

# ---- S/MIME (S§3.4): the same certificate signs mail ----

printf 'Content-Type: text/plain\r\n\r\nHello, Bob.\r\n' >mail
ok "openssl cms signs mail with a user's certificate" openssl cms -sign -in mail -signer alice.crt -inkey alice.key -out mail.eml
ok "openssl cms accepts the mail with the overlay's CA" openssl cms -verify -in mail.eml -CAfile ca/ca.crt -attime $now -out mail.out
ok "openssl cms accepts the mail for S/MIME" openssl cms -verify -in mail.eml -CAfile ca/ca.crt -purpose smimesign -attime $now -out mail.out
same mail.out mail "openssl cms extracts the signed mail"
is "$(openssl x509 -in alice.crt -noout -email | head -n 1)" alice@example.com "the certificate names the mail's sender"
reload-keygen ca -q --overlay chat -o other --bits 1024 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z
t "openssl cms refuses the mail with another CA" 4 '' '~.*(unable to get local issuer certificate|self-signed certificate).*' \
    openssl cms -verify -in mail.eml -CAfile other/ca.crt -attime $now -out mail.out

# ---- reload-dump shows certificates ----

t "reload-dump --certs is accepted" 0 '*' '' bash -c 'mkdir certs && reload-dump --certs certs put.bin'
is "$(for f in certs/*; do openssl x509 -inform DER -in "$f" -noout -subject; done | sort -u)" "$(openssl x509 -in alice.crt -noout -subject)" "reload-dump --certs writes the certificate"
is "$(find certs -type f | wc -l)" 1 "reload-dump --certs writes a certificate once"
t "reload-dump shows a certificate's user" 0 '~.*alice@example\.com.*' '' reload-dump put.bin

# ---- no output contains a private key ----

modulus_part()
{
    openssl rsa -in "$1" -noout -text 2>/dev/null | sed -n '/^prime1:/,/^prime2:/p' | tr -d ' :\n' | sed 's/prime[12]//g' | cut -c 20-60
}
ok "no file but the keys' own holds alice's key" bash -c '! for f in *.bin *.json run/* mail.eml certs/*; do xxd -p "$f" | tr -d "\n" | grep -F "$1"; done | grep -q .' - "$(modulus_part alice.key)"
is "$(modulus_part alice.key | wc -c)" 42 "the part of alice's key to search for has been found"
ok "no file but the keys' own holds alice's key in PEM" bash -c '! grep -rlF --exclude="*.key" -- "$(sed -n 5p alice.key)" .'
done_testing
