#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# reload-sign under CERTS: what it completes (D29), what it signs anew (D30), what it refuses (D32), and the keys that it reads.
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z, 6553f100
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
reload-keygen ca --overlay chat -o ca --bits 2048 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z || bail_out "no CA"
issue()
{
    reload-keygen issue --ca ca "${dates[@]}" "$@" || bail_out "reload-keygen issue fails"
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

# signed DESCRIPTION FILE [OPTION...]: signs into signed.bin and signed.json, and reload-verify takes it
signed()
{
    t "$1" 0 '' '' "${S[@]}" -o signed.bin "${@:3}" "$2"
    reload-dump -f json signed.bin >signed.json
    t "$1: verifies" 0 '~signed\.bin: offset 0: message 1: .*: valid' '' "${V[@]}" signed.bin
}
# field DESCRIPTION JQ WANTED
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
usage "--cert without --key" '--cert requires --key, or --tbs or --attach' --cert alice.crt PEER-SEARCH.json
usage "--key and --secret" '.*--secret.*--key.*' --key alice.key --cert alice.crt --secret "$TESTDATA/hmac.secret" PEER-SEARCH.json
usage "--resource-key without --resource-cert" '.*--resource-key.*--resource-cert.*' --key alice.key --cert alice.crt --resource-key carol.key PEER-SEARCH.json
usage "--resource-key without --key" '.*--key.*' --secret "$TESTDATA/hmac.secret" --resource-key carol.key --resource-cert carol.crt PEER-SEARCH.json
usage "--boot-time that is none" '.*--boot-time.*' --key alice.key --cert alice.crt --boot-time x PEER-SEARCH.json

# ---- D29: completion ----

cert=$alice_der
signed "a request" PEER-SEARCH.json
field "its Security is set" .header.security '"CERTS"'
field "PEER-CERT is the last of SOURCE-INFO" '.attributes[0].value | map(.type)' '["PEER-ID","PEER-IP-PORT","PEER-EXPIRATION","PEER-CERT"]'
field "and is the certificate" '.attributes[0].value[-1].hex' "\"$cert\""
field "SIGNATURE is last" '.attributes | map(.type)' '["SOURCE-INFO","SIGNATURE"]'
field "TIMESTAMP, then DIGEST" '.attributes[-1].value | map(.type)' '["TIMESTAMP","DIGEST"]'
field "TIMESTAMP is --time" '.attributes[-1].value[0].value' $now
field "DIGEST is as long as the modulus" '.attributes[-1].value[1].hex | length' 512
field "the Transaction ID is --time and 0" .header.transaction_id '"6553f10000000000"'
jq 'del(.attributes[0])' PEER-SEARCH.json >bare.json
signed "no SOURCE-INFO" bare.json
field "it is made" '.attributes[0].value | map(.type)' '["PEER-ID","PEER-CERT"]'
field "of the Source ID" '.attributes[0].value[0].value' "\"$alice\""
jq 'del(.attributes[0].value[0])' PEER-SEARCH.json >bare.json
signed "no PEER-ID" bare.json
field "it is made, first" '.attributes[0].value[0]' "{\"type\":\"PEER-ID\",\"value\":\"$alice\"}"
jq ".header.source_id = \"${alice%0}1\" | del(.attributes[0].value[0])" PEER-SEARCH.json >second.json
signed "the certificate's second Peer-ID" second.json
signed "with --sign-source-info" PEER-SEARCH.json --sign-source-info
field "PEER-CERT stands before PEER-SIGNATURE" '.attributes[0].value[-2:] | map(.type)' '["PEER-CERT","PEER-SIGNATURE"]'
t "and that one verifies" 0 '*' '' "${V[@]}" --require-peer-signature signed.bin
field "PEER-SIGNATURE has a TIMESTAMP" '.attributes[0].value[-1].value[0].value' $now
cp signed.bin peer-signed.bin
signed "what has a PEER-CERT and a PEER-SIGNATURE" peer-signed.bin
field "keeps one of each" '.attributes[0].value | map(.type)' '["PEER-ID","PEER-IP-PORT","PEER-EXPIRATION","PEER-CERT","PEER-SIGNATURE"]'
same signed.bin peer-signed.bin "and is what it was: PKCS#1 v1.5 is deterministic"
"${S[@]}" --time $((now - 5)) --sign-source-info -f json PEER-SEARCH.json | jq 'del(.attributes[0].value[3])' >certless.json
signed "a PEER-SIGNATURE without PEER-CERT" certless.json
field "gets it in front" '.attributes[0].value[-2:] | map(.type)' '["PEER-CERT","PEER-SIGNATURE"]'
t "a PEER-JOIN" 0 '' '' "${S[@]}" -f json -o signed.json PEER-JOIN.json
field "gets its Security" .header.security '"CERTS"'
t "with --keep-security" 0 '' '' "${S[@]}" --keep-security -f json -o signed.json PEER-JOIN.json
field "it is left open" '.header.security' 0
t "and verifies" 0 '~.*valid' '' "${V[@]}" signed.json
for security in HMAC NONE 4; do
    jq --arg s $security '.header.security = ($s | tonumber? // $s)' PEER-SEARCH.json >other.json
    t "Security $security is refused" 4 '' '~reload-sign: other\.json: .*refused: .*Security.*' "${S[@]}" other.json
done

# ROUTE-LOGs and what follows a SIGNATURE (D30)
reload-sign --append-route-log '[{"type": "ROUTE-LOG.TRANSPORT", "value": "UDP"}]' -o logged.bin peer-signed.bin
signed "a message with a ROUTE-LOG" logged.bin
field "stays in front of it" '.attributes | map(.type)' '["SOURCE-INFO","SIGNATURE","ROUTE-LOG"]'

# Transaction IDs: boot time, and a counter that goes up
cat PEER-SEARCH.json RESOURCE-GET.json PEER-JOIN.json >three.json
ids()
{
    jq -r .header.transaction_id "$output" | xargs
}
run "${S[@]}" -f json three.json
is "$(ids)" "6553f10000000000 6553f10000000001 6553f10000000002" "a counter for each request that this run gives one"
run "${S[@]}" -f json --boot-time 2023-11-14T00:00:00Z three.json PEER-SEARCH.json
is "$(ids)" "6552b88000000000 6552b88000000001 6552b88000000002 6552b88000000003" "--boot-time, and over several files"
run "${S[@]}" -f json --transaction-id 0102030405060708 three.json
is "$(ids)" "0102030405060708 0102030405060708 0102030405060708" "--transaction-id"
jq -c '.header.transaction_id = "1122334455667788"' PEER-SEARCH.json >own.json
jq -c '.header.response = true' PEER-SEARCH.json >response.json
run "${S[@]}" -f json PEER-SEARCH.json own.json response.json RESOURCE-GET.json
is "$(ids)" "6553f10000000000 1122334455667788 0000000000000000 6553f10000000001" "one's own is kept, a response's too, and neither counts"
run reload-sign --secret "$TESTDATA/hmac.secret" -f json PEER-SEARCH.json PEER-SEARCH.json
is "$(jq -r .header.transaction_id "$output" | sort -u | wc -l)" 2 "under HMAC they are random"

# responses
jq '.header.response = true | .attributes = [{type: "RESPONSE-CODE", value: {code: 200, reason: "OK"}}]' PEER-SEARCH.json >response.json
signed "a response" response.json
field "SOURCE-INFO stands behind RESPONSE-CODE" '.attributes | map(.type)' '["RESPONSE-CODE","SOURCE-INFO","SIGNATURE"]'
field "its PEER-ID is the certificate's first" '.attributes[1].value[0].value' "\"$alice\""
signed "a response with --peer-id" response.json --peer-id "${alice%0}1"
field "says that one" '.attributes[1].value[0].value' "\"${alice%0}1\""
t "a response with a --peer-id that the certificate does not name" 4 '' '~.*refused: .*' "${S[@]}" --peer-id "$bob" response.json
t "a response by a certificate without Peer-IDs" 4 '' '~.*refused: .*' reload-sign --key carol.key --cert carol.crt --time $now response.json
jq '.attributes = []' response.json >bare.json
signed "a response without RESPONSE-CODE" bare.json
field "SOURCE-INFO is first" '.attributes | map(.type)' '["SOURCE-INFO","SIGNATURE"]'

# ---- BODYs ----

bodies='.attributes[1].value | map(.type + if .type == "RESOURCE-INFO.BODY" then ":" + (.value | map(.type | sub(".*[.]"; "")) | join("+")) else "" end | sub("RESOURCE-INFO[.]"; ""))'
both='["KEY","BODY:ENTRY+EXPIRATION+PEER-INFO+SIGNATURE","BODY:ENTRY+EXPIRATION+PARAMETER+SIGNATURE","BODY:CERTIFICATE"]'
signed "a registration" RESOURCE-PUT.json
field "its BODYs are signed, and a certificate BODY is the last" "$bodies" "$both"
field "with the certificate" '.attributes[1].value[-1].value[0].hex' "\"$cert\""
cp signed.bin put.bin
signed "signed again" put.bin
field "it has the certificate BODY once" "$bodies" "$both"
same signed.bin put.bin "and is what it was"
signed "signed later" put.bin --time $((now + 10))
field "its BODYs are carried octet for octet (D30)" '[.attributes[1].value[1, 2].value[-1].value[0].value, .attributes[2].value[0].value]' "[$now,$now,$((now + 10))]"
signed "--resign-bodies" put.bin --time $((now + 10)) --resign-bodies
field "signs them anew" '[.attributes[1].value[1, 2].value[-1].value[0].value]' "[$((now + 10)),$((now + 10))]"
field "and the certificate BODY stays the only one" "$bodies" "$both"
resource=(--resource-key carol.key --resource-cert carol.crt)
jq '.attributes[1].value[0].value = "carol@example.com"' RESOURCE-PUT.json >carol.json
signed "another's registration, with --resource-key" carol.json "${resource[@]}"
field "has that one's certificate" '.attributes[1].value[-1].value[0].hex' "\"$carol_der\""
field "and the peer's as PEER-CERT" '.attributes[0].value[-1].hex' "\"$cert\""
run "${V[@]}" --json signed.bin
is "$(jq -c '[.signatures[].signer.users[0]]' "$output")" '["carol@example.com","carol@example.com","alice@example.com"]' "the signers"
signed "another BODY of the same key: the certificate that is there is not added again" signed.bin "${resource[@]}" --resign-bodies
field "so there is one" '[.attributes[1].value[] | .value | arrays | .[0].type | select(. == "RESOURCE-INFO.BODY.CERTIFICATE")] | length' 1
jq '.attributes[1].value += [.attributes[1].value[1]]' RESOURCE-PUT.json >three-bodies.json
signed "three BODYs" three-bodies.json
field "one certificate BODY" '[.attributes[1].value[1:][].value[0].type]' '["RESOURCE-INFO.BODY.ENTRY","RESOURCE-INFO.BODY.ENTRY","RESOURCE-INFO.BODY.ENTRY","RESOURCE-INFO.BODY.CERTIFICATE"]'
jq '.attributes += [.attributes[1]]' RESOURCE-PUT.json >two-resources.json
signed "two RESOURCEs" two-resources.json
field "each has a certificate BODY" '[.attributes[1, 2].value[-1].value[0].type]' '["RESOURCE-INFO.BODY.CERTIFICATE","RESOURCE-INFO.BODY.CERTIFICATE"]'
jq --arg hex "$bob_der" '.attributes[1].value += [{type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}]}]' RESOURCE-PUT.json >others-cert.json
signed "another's certificate BODY stays" others-cert.json
field "and the signer's is added" '[.attributes[1].value[-2, -1].value[0].hex]' "[\"$bob_der\",\"$cert\"]"
jq --arg hex "$cert" '.attributes[1].value |= [.[0], {type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}]}] + .[1:]' RESOURCE-PUT.json >own-cert.json
signed "the signer's own certificate BODY, elsewhere" own-cert.json
field "is enough" '.attributes[1].value | length' 4
t "BODYs in other messages are not signed" 0 '' '~.*warning: a BODY has no signature.*' "${S[@]}" -f json -o signed.json RESOURCE-TRANSFER.json
field "nor is a certificate BODY added" "$bodies" '["KEY","BODY:ENTRY+EXPIRATION+PEER-INFO","BODY:ENTRY+EXPIRATION+PARAMETER"]'
signed "but with --sign-bodies" RESOURCE-TRANSFER.json --sign-bodies
field "both" "$bodies" "$both"
# a registration carried on by another peer
jq -c '.attributes[1]' <(reload-dump -f json put.bin) >carried
jq --slurpfile r carried --arg bob "$bob" '.header.source_id = $bob | .attributes[0].value[0].value = $bob | .attributes[1] = $r[0]' RESOURCE-TRANSFER.json >transfer.json
t "another peer carries signed BODYs on (S§5.1)" 0 '' '' reload-sign --key bob.key --cert bob.crt --time $((now + 100)) -o transfer.bin transfer.json
t "and all verify" 0 '~transfer\.bin: .*: valid' '' "${V[@]}" --time $((now + 100)) transfer.bin

# ---- D32: refusals ----

# refused DESCRIPTION WORDS FILE [OPTION...]: status 4, and the message behind it is signed; with --force this one too
refused()
{
    t "refused: $1" 4 '' "~reload-sign: .*refused: $2.*" "${S[@]}" "${@:4}" "$3"
    run "${S[@]}" -f json "${@:4}" "$3" PEER-SEARCH.json
    is "$status $(jq -r .header.method "$output" | xargs)" "4 PEER-SEARCH" "refused: $1: the next message is signed"
    t "forced: $1" 0 '' '' "${S[@]}" --force "${@:4}" -o forced.bin "$3"
}
invalid() # REASON
{
    t "and is $1 for reload-verify" 1 "~forced\\.bin: .*: invalid: $1 .*" '' "${V[@]}" forced.bin
}
jq ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" PEER-SEARCH.json >bad.json
refused "another's PEER-ID" ".*PEER-ID.*" bad.json
invalid peer-id-mismatch
jq ".header.source_id = \"$bob\" | del(.attributes[0])" PEER-SEARCH.json >bad.json
refused "another's Source ID, from which SOURCE-INFO is made" ".*PEER-ID.*" bad.json
invalid peer-id-mismatch
jq ".header.source_id = \"$bob\"" PEER-SEARCH.json >bad.json
refused "a Source ID that is not the PEER-ID" ".*Source ID.*" bad.json
invalid peer-id-mismatch
jq '.header.overlay = {name: "chatter"}' PEER-SEARCH.json >bad.json
refused "another Overlay" ".*" bad.json
t "and is overlay-mismatch for reload-verify" 1 "~forced\\.bin: .*: invalid: overlay-mismatch \\(498\\).*" '' "${V[@]}" forced.bin
jq '.header.overlay = "00000000"' PEER-SEARCH.json >bad.json
refused "an Overlay of 0" ".*" bad.json
jq '.header.overlay = "00000000"' PEER-JOIN.json >join.json
signed "an Overlay of 0 in a PEER-JOIN" join.json
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
refused "a response with another's PEER-ID" ".*" bad.json
jq '.header.response = true' PEER-SEARCH.json | jq ".header.source_id = \"$bob\"" >good.json
signed "a response whose header has another Source ID" good.json
# what does not count
jq '.attributes[1].value[0].value = "bob@example.com"' RESOURCE-TRANSFER.json >unsigned.json
t "another's BODYs that are not signed here" 0 '' '~.*warning: a BODY has no signature.*' "${S[@]}" -o unsigned.bin unsigned.json

# keys that do not fit
t "a key that is not the certificate's" 4 '' '~reload-sign: .*refused: .*' reload-sign --key bob.key --cert alice.crt --time $now PEER-SEARCH.json
t "with --force" 0 '' '' reload-sign --force --key bob.key --cert alice.crt --time $now -o forced.bin PEER-SEARCH.json
invalid bad-digest
t "a resource key that is not the certificate's" 4 '' '~reload-sign: .*refused: .*' "${S[@]}" --resource-key bob.key --resource-cert carol.crt carol.json
t "a CA's key" 4 '' '~reload-sign: .*refused: .*CA.*' reload-sign --key ca/ca.key --cert ca/ca.crt --time $now PEER-SEARCH.json
t "a CA's key as the resource's" 4 '' '~reload-sign: .*refused: .*CA.*' "${S[@]}" --resource-key ca/ca.key --resource-cert ca/ca.crt RESOURCE-PUT.json
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
chmod 600 ec.key
t "an EC key" 4 '' '~reload-sign: ec\.key: .*RSA.*' reload-sign --key ec.key --cert alice.crt --time $now PEER-SEARCH.json
t "an expired certificate is the verifier's business" 0 '' '' "${S[@]}" --time 2030-01-01T00:00:00Z -o later.bin PEER-SEARCH.json
t "no key file" 4 '' '~reload-sign: none: No such file or directory' reload-sign --key none --cert alice.crt PEER-SEARCH.json
t "no certificate file" 4 '' '~reload-sign: none: No such file or directory' reload-sign --key alice.key --cert none PEER-SEARCH.json
t "a certificate as the key" 4 '' '~reload-sign: alice\.crt: .*' reload-sign -q --key alice.crt --cert alice.crt PEER-SEARCH.json
t "a key as the certificate" 4 '' '~reload-sign: alice\.key: .*' reload-sign --key alice.key --cert alice.key PEER-SEARCH.json
ok "no error shows the key" bash -c '! grep -qF "$(sed -n 5p alice.key)" "$1"' - "$errors"
: >empty
chmod 600 empty
t "an empty key file" 4 '' '~reload-sign: empty: .*' reload-sign --key empty --cert alice.crt PEER-SEARCH.json
t "an empty certificate file" 4 '' '~reload-sign: empty: .*' reload-sign --key alice.key --cert empty PEER-SEARCH.json

# ---- forms of keys and certificates ----

"${S[@]}" -o wanted.bin PEER-SEARCH.json
form() # DESCRIPTION KEY [OPTION...]
{
    chmod 600 "$2"
    t "$1" 0 @wanted.bin '' reload-sign --key "$2" --cert alice.crt --time $now "${@:3}" PEER-SEARCH.json
}
openssl pkey -in alice.key -out pkcs8.key
ok "openssl wrote PKCS#8" grep -q 'BEGIN PRIVATE KEY' pkcs8.key
form "PKCS#8 in PEM" pkcs8.key
openssl pkey -in alice.key -traditional -out pkcs1.key
ok "openssl wrote PKCS#1" grep -q 'BEGIN RSA PRIVATE KEY' pkcs1.key
form "PKCS#1 in PEM" pkcs1.key
openssl pkcs8 -topk8 -nocrypt -in alice.key -outform DER -out pkcs8.der
form "PKCS#8 in DER" pkcs8.der
openssl rsa -in alice.key -traditional -outform DER -out pkcs1.der 2>/dev/null
form "PKCS#1 in DER" pkcs1.der
form "with --passphrase-file for a key that wants none" pkcs1.key --passphrase-file <(echo x)
openssl x509 -in alice.crt -outform DER -out alice.der
t "a certificate in DER" 0 @wanted.bin '' reload-sign --key alice.key --cert alice.der --time $now PEER-SEARCH.json
t "a key and a certificate from /dev/fd/N" 0 @wanted.bin '' bash -c 'exec reload-sign --key /dev/fd/6 --cert /dev/fd/7 --time '$now' PEER-SEARCH.json 6< <(cat alice.key) 7< <(cat alice.crt)'
{ openssl x509 -in alice.crt -noout -text; cat alice.crt; } >text.crt
t "a certificate with text in front" 0 @wanted.bin '' reload-sign --key alice.key --cert text.crt --time $now PEER-SEARCH.json
install -m 644 alice.key readable.key
t "a key that others can read draws a warning" 0 @wanted.bin '~reload-sign: readable\.key: warning: .*' reload-sign --key readable.key --cert alice.crt --time $now PEER-SEARCH.json
t "not with --quiet" 0 @wanted.bin '' reload-sign -q --key readable.key --cert alice.crt --time $now PEER-SEARCH.json
t "a certificate that others can read draws none" 0 @wanted.bin '' "${S[@]}" PEER-SEARCH.json

printf 'pass phrase\n' >phrase
printf 'pass phrase\r\n' >phrase-crlf
cp phrase phrase2
printf 'wrong\n' >wrong
chmod 600 phrase phrase2 phrase-crlf wrong
for cipher in aes128 aes256 des3; do
    openssl rsa -in alice.key -traditional -$cipher -passout file:phrase -out "$cipher.key" 2>/dev/null
    ok "openssl wrote PKCS#1 under $cipher" grep -q 'Proc-Type: 4,ENCRYPTED' "$cipher.key"
    form "PKCS#1 under $cipher" "$cipher.key" --passphrase-file phrase
    t "PKCS#1 under $cipher with a wrong passphrase" 4 '' "~reload-sign: $cipher\\.key: wrong passphrase.*" reload-sign --key "$cipher.key" --cert alice.crt --passphrase-file wrong PEER-SEARCH.json
done
# one in some hundreds of wrong passphrases decrypts a key to octets whose padding is right; here "wrong" does
junk=3082000430020500 # no key, but begun like one
salt=0011223344556677
one=$({ printf wrong; unhex $salt; } | openssl md5 -binary | xxd -p)
two=$({ unhex "$one"; printf wrong; unhex $salt; } | openssl md5 -binary | xxd -p)
{
    printf '%s\n' '-----BEGIN RSA PRIVATE KEY-----' 'Proc-Type: 4,ENCRYPTED' "DEK-Info: AES-256-CBC,${salt}8899AABBCCDDEEFF" ''
    unhex $junk | openssl enc -aes-256-cbc -K "$one$two" -iv ${salt}8899AABBCCDDEEFF | base64
    printf '%s\n' '-----END RSA PRIVATE KEY-----'
} >chance.key
chmod 600 chance.key
t "a wrong passphrase whose padding is right by chance" 4 '' "~reload-sign: chance\\.key: wrong passphrase, or not a readable private key .*" \
    reload-sign --key chance.key --cert alice.crt --passphrase-file wrong PEER-SEARCH.json
form "a passphrase with CR LF" aes256.key --passphrase-file phrase-crlf
t "no passphrase and no terminal" 4 '' '~reload-sign: aes256\.key: .*--passphrase-file.*' setsid -w reload-sign --key aes256.key --cert alice.crt PEER-SEARCH.json
t "an empty passphrase" 4 '' '~reload-sign: aes256\.key: .*passphrase.*' reload-sign --key aes256.key --cert alice.crt --passphrase-file <(echo) PEER-SEARCH.json
t "no passphrase file" 4 '' '~reload-sign: none: No such file or directory' reload-sign --key aes256.key --cert alice.crt --passphrase-file none PEER-SEARCH.json
chmod 644 phrase
t "a passphrase file that others can read draws a warning" 0 @wanted.bin '~reload-sign: phrase: warning: .*' reload-sign --key aes256.key --cert alice.crt --passphrase-file phrase --time $now PEER-SEARCH.json
chmod 600 phrase
# PKCS#8: what mbed TLS cannot read, the error says how to convert, and that is true
for scheme in -v2:aes-256-cbc -v2:aes-128-cbc -v2:des3 -v1:PBE-SHA1-3DES; do
    name=pkcs8-${scheme#*:}.key
    openssl pkcs8 -topk8 "${scheme%%:*}" "${scheme#*:}" -in alice.key -passout file:phrase -out "$name" 2>/dev/null || continue
    chmod 600 "$name"
    run reload-sign --key "$name" --cert alice.crt --passphrase-file phrase --time $now PEER-SEARCH.json
    if [ "$status" = 0 ]; then
        same "$output" wanted.bin "PKCS#8 under ${scheme#*:}"
    else
        is "$status" 4 "PKCS#8 under ${scheme#*:} is refused"
        ok "and the error says how to convert it" grep -qE 'openssl rsa .*-traditional.* -in KEY' "$errors"
        openssl rsa -aes256 -traditional -in "$name" -passin file:phrase -passout file:phrase2 -out converted.key 2>/dev/null
        form "which makes it readable" converted.key --passphrase-file phrase2
    fi
    t "PKCS#8 under ${scheme#*:} with a wrong passphrase" 4 '' "~reload-sign: $name: .*" reload-sign --key "$name" --cert alice.crt --passphrase-file wrong PEER-SEARCH.json
done

# ---- S/MIME (S§3.4): the same certificate signs mail ----

printf 'Content-Type: text/plain\r\n\r\nHello, Bob.\r\n' >mail
ok "openssl cms signs mail with a user's certificate" openssl cms -sign -in mail -signer alice.crt -inkey alice.key -out mail.eml
ok "and accepts it with the overlay's CA" openssl cms -verify -in mail.eml -CAfile ca/ca.crt -attime $now -out mail.out
ok "for the mail's purpose" openssl cms -verify -in mail.eml -CAfile ca/ca.crt -purpose smimesign -attime $now -out mail.out
same mail.out mail "with what was signed"
is "$(openssl x509 -in alice.crt -noout -email | head -n 1)" alice@example.com "the certificate names the mail's sender"
reload-keygen ca -q --overlay chat -o other --bits 1024 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z
ok "but not with another CA" bash -c '! openssl cms -verify -in mail.eml -CAfile other/ca.crt -attime '$now' -out mail.out'

# ---- reload-dump shows certificates ----

t "reload-dump --certs" 0 '*' '' bash -c 'mkdir certs && reload-dump --certs certs put.bin'
is "$(for f in certs/*; do openssl x509 -inform DER -in "$f" -noout -subject; done | sort -u)" "$(openssl x509 -in alice.crt -noout -subject)" "writes the certificate"
is "$(find certs -type f | wc -l)" 1 "once"
t "reload-dump tells whose it is" 0 '~.*alice@example\.com.*' '' reload-dump put.bin

# ---- private keys are in no output ----

modulus_part()
{
    openssl rsa -in "$1" -noout -text 2>/dev/null | sed -n '/^prime1:/,/^prime2:/p' | tr -d ' :\n' | sed 's/prime[12]//g' | cut -c 20-60
}
ok "no file but the keys' own holds alice's key" bash -c '! for f in *.bin *.json run/* mail.eml certs/*; do xxd -p "$f" | tr -d "\n" | grep -F "$1"; done | grep -q .' - "$(modulus_part alice.key)"
is "$(modulus_part alice.key | wc -c)" 42 "which was looked for"
ok "nor in PEM" bash -c '! grep -rlF --exclude="*.key" -- "$(sed -n 5p alice.key)" .'
done_testing
