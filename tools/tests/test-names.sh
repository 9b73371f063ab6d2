#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# Names in certificates and requests, checked by openssl, and octets after an object in a file.
. "$(dirname "$0")/tap.bash"

dates=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)
now=1700000000
made=(-q --bits 1024 --seed 00)
usage() # DESCRIPTION REGEX ARGUMENT...
{
    t "usage: $1" 2 '' "~reload-keygen $2"$'\n'"Try 'reload-keygen[a-z ]* --help'\\." reload-keygen "${@:3}"
}
subject() # FILE [x509|req]: its subject, in UTF-8
{
    openssl "${2:-x509}" -in "$1" -noout -subject -nameopt oneline,-esc_msb,utf8,-space_eq | sed 's/^subject=//; s/"//g'
}
long=$(printf 'a%.0s' {1..65})@example.com

# ---- requests ----

reload-keygen request "${made[@]}" --user a+b@example.com -o plus
is "$(subject plus.csr req)" "CN=a+b@example.com" "a user with a plus sign is a request's subject"
ok "openssl accepts the request" openssl req -in plus.csr -verify -noout
usage "a user too long for a subject" 'request: --user: common name has 77 characters, expected 1 to 64' request -o long --user "$long"
usage "a user longer than any" 'request: --user: address of record has 300 octets, expected at most 256' request -o long \
    --user "$(printf 'a%.0s' {1..288})@example.com"
for user in 'a@x;transport=udp' 'sip:a@example.com:5060' 'a@example.com?subject=x' 'a@[::1]:1' 'a@[]' 'a@b/c'; do
    usage "--user '$user'" 'issue: --user: ".*": host is ".*", expected a name or address without port or parameters' issue --ca ca -o p --user "$user"
done
usage "a user twice" 'issue: --user: "a@example.com" is specified twice' issue --ca ca -o p --user a@EXAMPLE.com --user sip:a@example.com
ok "usage errors leave no file" bash -c '[ ! -e long.key ] && [ ! -e long.csr ] && [ ! -e p.crt ]'

# ---- a CA's name ----

t "a CA with a name in UTF-8 is made" 0 '' '' reload-keygen ca -q --bits 1024 --overlay chat --name 'Über CA' "${dates[@]}" -o ca
is "$(subject ca/ca.crt)" "CN=Über CA" "the CA's name is written"
ok "the CA's name is a UTF8String" bash -c 'openssl asn1parse -in ca/ca.crt | grep -q "UTF8STRING *:.*ber CA"'
names=('' "$(printf 'ä%.0s' {1..65})" $'a\xff' $'a\nb')
# as regular expressions
faults=('has 0 characters, expected 1 to 64' 'has 65 characters, expected 1 to 64' 'is not UTF-8: octet 0xff as character 2'
    'has the control character U\+000A as character 2')
for i in "${!names[@]}"; do
    usage "a CA's name that ${faults[i]}" "ca: --name: common name ${faults[i]}" ca --overlay chat -o no --name "${names[i]}"
    t "usage: a certificate's name that ${faults[i]}" 2 '' "~reload-keygen self-signed: --name: common name ${faults[i]}"$'\n'"Try .*" \
        reload-keygen self-signed --overlay chat -o no --name "${names[i]}"
done
overlay=$(printf 'o%.0s' {1..62})
usage "an overlay too long for the CA's name" 'ca: --name is required: .*common name has 65 characters, expected 1 to 64' ca --overlay "$overlay" -o no
ok "usage errors leave no file" bash -c '[ ! -e no ] && [ ! -e no.key ]'

# shellcheck disable=SC2317 # called by t
issue() # CA OPTION...
{
    reload-keygen issue -q --ca "$1" --request plus.csr "${dates[@]}" "${@:2}"
}
t "a certificate by a CA with a name in UTF-8 is issued" 0 '' '' issue ca --user a+b@example.com -o leaf
is "$(subject leaf.crt)" "CN=a+b@example.com" "a user with a plus sign is a certificate's subject"
ok "openssl accepts the certificate" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt leaf.crt
reload-keygen crl --ca ca --time 2023-11-01T00:00:00Z --next-update 2024-01-01T00:00:00Z -o ca.crl
ok "openssl accepts the CRL" openssl verify -crl_check -attime $now -CAfile ca/ca.crt -CRLfile ca.crl leaf.crt
# other types of strings, and an RDN of two attributes
printf '%s\n' '[req]' 'distinguished_name = dn' 'string_mask = nombstr' 'prompt = no' '[dn]' 'O = Müller' '1.CN = x' '+OU = y' >types.cnf
openssl req -x509 -new -key ca/ca.key -config types.cnf -utf8 -days 9999 -addext keyUsage=critical,keyCertSign,cRLSign -out types.crt
ok "openssl wrote a TeletexString" bash -c 'openssl asn1parse -in types.crt | grep -q T61STRING'
cp -r ca types
cp types.crt types/ca.crt
rm types/overlay.crl # of the CA's first name
t "a certificate by a CA with a TeletexString in its name is issued" 0 '' '' issue types --user t@example.com -o typed
ok "openssl accepts the certificate" openssl verify -CAfile types.crt typed.crt
reload-keygen crl --ca types -o types.crl
ok "openssl accepts the CRL" openssl verify -crl_check -CAfile types.crt -CRLfile types.crl typed.crt
t "a certificate's subject is its first name that is short enough" 0 '' '' issue ca --user "$long" --peer-id "$alice" -o second
is "$(subject second.crt)" "CN=$alice" "a user too long for a subject is not its subject"
ok "the user is still named" bash -c "openssl x509 -in second.crt -noout -ext subjectAltName | grep -qF 'email:$long'"
t "a certificate whose names are all too long for a subject is refused" 4 '' \
    '=reload-keygen issue: no user is short enough for the subject: common name has 77 characters, expected 1 to 64' issue ca --user "$long" --peers 0 -o third
ok "a refused certificate leaves no line in the index" test "$(grep -c "$long" ca/index)" = 1

# ---- Peer-IDs at the end ----

last=ffffffffffffffffffffffffffffffffffffffff
t "no Peer-ID follows the last" 4 '' "=reload-keygen issue: the Peer-IDs given are not consecutive: none follows $last, the last Peer-ID" \
    issue ca --peer-id $last --peer-id 0000000000000000000000000000000000000000 -o end
t "a gap in Peer-IDs is shown" 4 '' "~reload-keygen issue: the Peer-IDs given are not consecutive .*: ${alice%0}2 follows $alice, expected ${alice%0}1" \
    issue ca --peer-id "$alice" --peer-id "${alice%0}2" -o end

# ---- a request with an empty subject ----

openssl req -new -key plus.key -subj / -out unnamed.csr
openssl req -in unnamed.csr -outform DER -out unnamed.der
for form in csr der; do
    t "a request with an empty subject is accepted ($form)" 0 '' '' reload-keygen issue -q --ca ca --request unnamed.$form --user u@example.com "${dates[@]}" -o unnamed
    ok "openssl accepts the certificate ($form)" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt unnamed.crt
    ok "it is for the request's key ($form)" test "$(openssl x509 -in unnamed.crt -noout -pubkey)" = "$(openssl pkey -in plus.key -pubout)"
    rm unnamed.crt
done
{ head -c -1 unnamed.der; printf x; } >forged.der
t "a request with an empty subject and a bad signature is refused" 4 '' '=reload-keygen issue: forged.der: its signature does not verify with its key' \
    issue ca --request forged.der --user u@example.com -o forged

# ---- octets after an object in a file ----

reload-sign --example PEER-SEARCH >search.json
jq -c ".header.source_id = \"$alice\"" search.json >own.json
openssl x509 -in ca/ca.crt -outform DER -out ca.der
openssl crl -in ca.crl -outform DER -out crl.der
openssl pkey -in plus.key -outform DER -out key.der
openssl x509 -in second.crt -outform DER -out cert.der
for object in ca crl cert key; do cat $object.der $object.der >$object.two; done
cat unnamed.der unnamed.der >csr.two
cat second.crt ca/ca.crt >cert.pem
cat plus.key second.crt >key.pem
cat ca/ca.crt types.crt >ca.pem
head -c -10 ca.pem >cut.pem
sign=(reload-sign --time "$now")
verify=(reload-verify --time "$now" --min-rsa-bits 1024)
t "a message is signed with a key and certificate in DER" 0 '' '' "${sign[@]}" --key key.der --cert cert.der own.json -o own.bin
t "the message is valid under a CA in DER" 0 '*' '' "${verify[@]}" --ca ca.der own.bin
t "the message is valid under a bundle in PEM" 0 '*' '~.*not a CA.s.*' "${verify[@]}" --ca ca.pem --crl ca.crl own.bin
several='[0-9]* octets after the'
t "two CA certificates in DER are refused" 4 '' "~reload-verify: ca.two: offset [0-9]*: $several certificate; only PEM can hold several" "${verify[@]}" --ca ca.two own.bin
t "two intermediates in DER are refused" 4 '' "~reload-verify: ca.two: .*only PEM can hold several" "${verify[@]}" --ca ca.der --intermediates ca.two own.bin
t "two CRLs in DER are refused" 4 '' "~reload-verify: crl.two: .*$several CRL; only PEM can hold several" "${verify[@]}" --ca ca.der --crl crl.two own.bin
t "a truncated bundle is refused" 4 '' '~reload-verify: cut.pem: 1 of 2 certificates can be read: truncated' "${verify[@]}" --ca cut.pem own.bin
for form in two pem; do
    t "octets after a certificate are refused ($form)" 4 '' "~reload-sign: cert.$form: .*$several certificate, expected one" "${sign[@]}" --key key.der --cert cert.$form own.json
    t "octets after a key are refused ($form)" 4 '' "~reload-sign: key.$form: .*$several key, expected one" "${sign[@]}" --key key.$form --cert cert.der own.json
done
t "octets after a request are refused" 4 '' "~reload-keygen issue: csr.two: offset [0-9]*: $several request, expected one" issue ca --request csr.two --user u@example.com -o two

# ---- names in output ----

units=$(for _ in {1..20}; do printf '/OU=%s' "$(printf 'u%.0s' {1..64})"; done)
openssl req -x509 -new -key plus.key -subj "$units/CN=Jörg, a=b" -utf8 -days 9999 -addext "subjectAltName=URI:reload://$alice@chat/" \
    -addext keyUsage=critical,digitalSignature -addext basicConstraints=critical,CA:FALSE -out shown.crt
name=$(for _ in {1..20}; do printf 'OU=%s, ' "$(printf 'u%.0s' {1..64})"; done)'CN=Jörg\, a=b'
reload-sign --key plus.key --cert shown.crt own.json -o shown.bin
reload-verify --pin pins --min-rsa-bits 1024 --json shown.bin >shown.json
is "$(jq -r '.signatures[0].signer.subject' shown.json)" "$name" "the report has a long subject in UTF-8 whole"
ok "the report in text too" grep -qF "signer $name" <(reload-verify --pin pins --min-rsa-bits 1024 -v shown.bin)
is "$(reload-dump shown.bin | grep -cF "$name")" 2 "reload-dump shows it as subject and issuer"

# ---- an overlay's name is never empty (D23) ----

t "usage: verify --overlay ''" 2 '' "~reload-verify: --overlay: the name is empty"$'\n'"Try .*" reload-verify --none --overlay '' own.bin
t "usage: sign --overlay ''" 2 '' "~reload-sign: --overlay: the name is empty"$'\n'"Try .*" reload-sign --none --overlay '' own.json
usage "id --overlay ''" 'id: --overlay: the name is empty' id --overlay ''
printf '{"overlay": "", "security": "NONE"}' >empty.json
t "a profile with an empty name is refused" 4 '' '=reload-verify: empty.json: /overlay: must not be empty' reload-verify --profile empty.json own.bin
done_testing
