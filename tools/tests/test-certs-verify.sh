#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# reload-verify under CERTS: names, missing attributes, freshness, BODYs, reports, files and profiles (D19 to D22, D24).
# Many seconds of CPU: openssl makes some 100 certificates, each in two or three processes, and each is tested in a message.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/openssl-certs.bash"

certify foreign leaf alice other "${leaf_extensions[@]}"
certify bare leaf alice ca "subjectAltName=$alice_names"
: >empty.der
crl revoked ca leaf.crt 231101000000Z -- "${fresh[@]}"

# ---- the peer's names (D19, D20) ----

mismatch=peer-id-mismatch:431
upper=${alice^^}
# names DESCRIPTION EXPECTED SUBJECT-ALT-NAME [OPTION...]: verdict on a peer's certificate with these names
names()
{
    certify names leaf alice ca "subjectAltName=$3"
    cert "$1" "$2" names "${@:4}"
}
names "a Peer-ID in upper-case hex" valid "URI:reload://$upper@chat/"
names "a Peer-ID in upper-case hex, --overlay" valid "URI:reload://$upper@chat/" --overlay chat
names "only a Peer-ID" valid "$alice_uri"
names "the second of two Peer-IDs" valid "URI:reload://$bob@chat/,$alice_uri"
names "another Peer-ID" "$mismatch" "URI:reload://$bob@chat/"
names "another overlay's Peer-ID" "$mismatch" "URI:reload://$alice@chatter/"
names "another overlay's Peer-ID, --overlay" "$mismatch" "URI:reload://$alice@chatter/" --overlay chat
names "another overlay's Peer-ID and this one's" valid "URI:reload://$alice@chatter/,$alice_uri" --overlay chat
names "the overlay's name in another case" "$mismatch" "URI:reload://$alice@Chat/"
names "the overlay's name in another case, --overlay" "$mismatch" "URI:reload://$alice@Chat/" --overlay chat
names "no slash after the overlay's name" "$mismatch" "URI:reload://$alice@chat"
names "two slashes after the overlay's name" "$mismatch" "URI:reload://$alice@chat//"
names "a path after the overlay's name" "$mismatch" "URI:reload://$alice@chat/x"
names "a port after the overlay's name" "$mismatch" "URI:reload://$alice@chat:6084/"
names "a Peer-ID without an overlay's name" "$mismatch" "URI:reload://$alice@/"
names "a Peer-ID without @" "$mismatch" "URI:reload://${alice}chat/"
names "only one slash before the Peer-ID" "$mismatch" "URI:reload:/$alice@chat/"
names "another scheme" "$mismatch" "URI:sip://$alice@chat/"
names "a Peer-ID of 39 digits" "$mismatch" "URI:reload://${alice:1}@chat/"
names "a Peer-ID of 41 digits" "$mismatch" "URI:reload://0$alice@chat/"
names "a letter that is not a hex digit" "$mismatch" "URI:reload://g${alice:1}@chat/"
names "a space before the Peer-ID" "$mismatch" "URI:reload:// ${alice:1}@chat/"
names "a percent-encoded digit" "$mismatch" "URI:reload://%34${alice:1}@chat/"
names "a percent-encoded letter of the overlay's name" "$mismatch" "URI:reload://$alice@%63hat/"
names "a percent-encoded letter of the overlay's name, --overlay" "$mismatch" "URI:reload://$alice@%63hat/" --overlay chat
names "a percent-encoded letter of the overlay's name, --overlay with the same encoding" "overlay-mismatch:498" "URI:reload://$alice@%63hat/" --overlay %63hat
names "a Peer-ID as an rfc822Name" "$mismatch" "email:reload://$alice@chat/"
names "a Peer-ID as a DNS name" "$mismatch" "DNS:reload://$alice@chat/"
names "users and no Peer-ID" "$mismatch" email:alice@example.com
certify nameless leaf alice ca keyUsage=digitalSignature
cert "a peer's certificate without names" "$mismatch" nameless
certify subject leaf "reload://$alice@chat/" ca keyUsage=digitalSignature
cert "a Peer-ID as the subject" "$mismatch" subject
issuer_alt=$(text "reload://$alice@chat/")
certify issuer-alt leaf alice ca "2.5.29.18=DER:30$(printf '%02x86%02x' $((${#issuer_alt} / 2 + 2)) $((${#issuer_alt} / 2)))$issuer_alt"
cert "a Peer-ID as an issuerAltName" "$mismatch" issuer-alt
# openssl refuses such octets in a name, so they are patched in
odd="URI:reload://$alice@chat/+odd/"
certify odd leaf alice ca "subjectAltName=$odd"
cert "text after the slash" "$mismatch" odd
odd_hex=$(text '/+odd/')
for octets in 00 0a 1f 7f 80 ff; do
    patched odd-octet odd "$odd_hex" "2f${octets}6f64642f"
    cert "octet $octets in an overlay's name" "$mismatch" odd-octet
    cert "octet $octets in an overlay's name, --overlay" "$mismatch" odd-octet --overlay chat
done
certify zero leaf alice ca "subjectAltName=URI:reload://$alice@chat/+"
patched zero-last zero "$(text chat/+)" "$(text chat/)00"
cert "a NUL at the end of a name" "$mismatch" zero-last
patched zero-before zero "$(text chat/+)" "$(text chat)002f"
cert "a NUL before the slash" "$mismatch" zero-before
patched zero-before zero "$(text chat/+)" "$(text chat)002f"
cert "a NUL before the slash, --overlay" "$mismatch" zero-before --overlay chat
# a constructed tag, and tags of other classes
san_hex=$(text "reload://$alice@chat/")
for tag in a6 06 16 46 c6; do
    patched odd-tag leaf "86$(printf '%02x' $((${#san_hex} / 2)))$san_hex" "$tag$(printf '%02x' $((${#san_hex} / 2)))$san_hex"
    with_cert odd-tag.der
    judge cert.bin --ca ca.crt
    case $got in
    "$mismatch" | "${of[bad]}") pass "a name with the tag $tag is not accepted" ;;
    *) fail "a name with the tag $tag is not accepted" "$got" ;;
    esac
done

# ---- the peer and the overlay of a message ----
source="(.header.source_id, .attributes[0].value[0].value) = \"$bob\""
change=$source cert "a PEER-ID that the certificate does not name" "$mismatch" leaf
change=".header.source_id = \"$bob\"" cert "a Source ID that is not the PEER-ID" "$mismatch" leaf
change=".attributes[0].value[0].value = \"$bob\"" cert "a PEER-ID that is not the Source ID" "$mismatch" leaf
change='.header.overlay = {name: "other"}' cert "an Overlay field that is not the certificate's" "$mismatch" leaf
change='.header.overlay = "00000000"' cert "an Overlay field of 0" "$mismatch" leaf
change='.header.overlay = "00000000"' cert "an Overlay field of 0, --overlay" overlay-mismatch:498 leaf --overlay chat
join=peer-id-mismatch:493
method=PEER-JOIN cert "a PEER-JOIN" valid leaf
method=PEER-JOIN change=$source cert "a PEER-JOIN with a PEER-ID that the certificate does not name" $join leaf
method=PEER-JOIN change=".header.source_id = \"$bob\"" cert "a PEER-JOIN with another Source ID" $join leaf
method=PEER-JOIN change='.header.overlay = {name: "other"}' cert "a PEER-JOIN to another overlay" $join leaf
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0: any overlay" valid leaf
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0, --overlay" valid leaf --overlay chat
certify elsewhere leaf alice ca "subjectAltName=URI:reload://$alice@chatter/"
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0, under another overlay's name" valid elsewhere
method=PEER-JOIN change='.header.overlay = "00000000"' cert "a PEER-JOIN with an Overlay field of 0, another --overlay" $join elsewhere --overlay chat
method=PEER-JOIN change='.header.security = 0' cert "a PEER-JOIN, Security 0" valid leaf
method=PEER-JOIN key=user cert "a PEER-JOIN with a bad digest" bad-digest:431 leaf
method=PEER-JOIN cert "a PEER-JOIN with another CA's certificate" "${of[untrusted]}" foreign
response=".header.response = true | .attributes = [{type: \"RESPONSE-CODE\", value: {code: 200, reason: \"OK\"}}] + .attributes"
change=$response cert "a response" valid leaf
change="$response | .header.source_id = \"$bob\"" cert "a response with its request's Source ID" valid leaf
change="$response | .attributes[1].value[0].value = \"$bob\"" cert "a response of another peer" peer-id-mismatch:null leaf
method=PEER-JOIN change="$response | .attributes[1].value[0].value = \"$bob\"" cert "a PEER-JOIN response of another peer" peer-id-mismatch:null leaf
change=$response cert "a response under another CA" untrusted-certificate:null foreign
change=$response key=user cert "a response with a bad digest" bad-digest:null leaf
change='.header.security = "HMAC"' cert "Security HMAC in an overlay under CERTS" security-mismatch:401 leaf
with_cert leaf.der
verdict "Security CERTS in an overlay under HMAC" security-mismatch:401 cert.bin --secret "$TESTDATA/hmac.secret"
verdict "the right --overlay" valid cert.bin --ca ca.crt --overlay chat
verdict "another --overlay" overlay-mismatch:498 cert.bin --ca ca.crt --overlay chatter

# ---- missing, duplicate and misplaced attributes ----

# forged DESCRIPTION EXPECTED JQ [OPTION...]: verdict on cert.bin changed by JQ without signing again
forged()
{
    reload-dump -f json cert.bin | jq -c "$3" | reload-sign --append-route-log '[]' --force -o forged.bin
    verdict "$1" "$2" forged.bin --ca ca.crt "${@:4}"
}
missing="missing-certificate:401"
forged "a ROUTE-LOG after the SIGNATURE" valid .
forged "no SIGNATURE" missing-signature:401 'del(.attributes[1])'
forged "no SOURCE-INFO" $missing 'del(.attributes[0])'
forged "no PEER-ID" $missing 'del(.attributes[0].value[0])'
forged "no PEER-CERT" $missing 'del(.attributes[0].value[-1])'
forged "SOURCE-INFO after the SIGNATURE" $missing '.attributes |= [.[1], .[0]]'
forged "a second PEER-CERT" duplicate-attribute:431 '.attributes[0].value += [.attributes[0].value[-1]]'
forged "a second SOURCE-INFO" duplicate-attribute:431 '.attributes |= [.[0], .[0], .[1]]'
forged "a second SIGNATURE is ignored" valid '.attributes += [.attributes[1]]'
forged "no TIMESTAMP" missing-timestamp:431 'del(.attributes[1].value[0])'
forged "no DIGEST" bad-digest-length:431 'del(.attributes[1].value[1])'
forged "neither TIMESTAMP nor DIGEST" bad-digest-length:431 '.attributes[1].value = []'
forged "TIMESTAMP after DIGEST" misplaced:431 '.attributes[1].value |= [.[1], .[0]]'
forged "DIGEST of 255 octets" bad-digest-length:431 '.attributes[1].value[1].hex |= .[2:]'
forged "DIGEST of 257 octets" bad-digest-length:431 '.attributes[1].value[1].hex |= "00" + .'
forged "an empty DIGEST" bad-digest-length:431 '.attributes[1].value[1].hex = ""'
forged "DIGEST of 20 octets" bad-digest-length:431 '.attributes[1].value[1].hex |= .[:40]'
forged "an untrusted certificate precedes a DIGEST of another length" untrusted-certificate:431 '.attributes[1].value[1].hex |= .[2:] | .attributes[0].value[-1].hex = "'"$(hex <foreign.der)"'"'
forged "another DIGEST" bad-digest:431 ".attributes[1].value[1].hex |= $other_octet"
forged "another DIGEST precedes another PEER-ID" bad-digest:431 ".attributes[0].value[0].value = \"$bob\""
forged "another certificate of the same key" bad-digest:431 '.attributes[0].value[-1].hex = "'"$(hex <bare.der)"'"'
forged "a response without PEER-CERT" missing-certificate:null '.header.response = true | del(.attributes[0].value[-1])'
forged "TTL is not covered" valid '.header.ttl = 1'

# ---- freshness ----

at()
{
    with_cert leaf.der
    verdict "$1" "$2" cert.bin --ca ca.crt --time "$3" "${@:4}"
}
at "a message checked 300 s later" valid $((now + 300))
at "a message checked 301 s later" stale:431 $((now + 301))
at "a message checked 300 s earlier" valid $((now - 300))
at "a message checked 301 s earlier" future:431 $((now - 301))
at "a message checked after its certificate expired, without a skew limit" expired-certificate:431 2024-06-01T00:00:00Z --max-skew none
at "a message checked before its certificate is valid, without a skew limit" expired-certificate:431 2022-06-01T00:00:00Z --max-skew none
at "a message checked in its certificate's last second, without a skew limit" valid 2024-01-01T00:00:00Z --max-skew none
at "a message checked one second after its certificate expired, without a skew limit" expired-certificate:431 2024-01-01T00:00:01Z --max-skew none
key=user cert "a stale message with a bad digest" bad-digest:431 leaf --time $((now + 301))
change=$source cert "a stale message with another PEER-ID" "$mismatch" leaf --time $((now + 301))

# ---- PEER-SIGNATURE ----

jq -c . <<<"${example[PEER-SEARCH]}" | "${sign[@]}" --key leaf.key --cert leaf.crt --sign-source-info -o cert.bin
verdict "a message with PEER-SIGNATURE, --require-peer-signature" valid cert.bin --ca ca.crt --require-peer-signature
is "$(jq -c '[.signatures[] | .type, .verdict]' "$report")" '["PEER-SIGNATURE","valid","SIGNATURE","valid"]' "the report lists PEER-SIGNATURE and SIGNATURE"
with_cert leaf.der
verdict "a message without PEER-SIGNATURE, --require-peer-signature" missing-signature:401 cert.bin --ca ca.crt --require-peer-signature
# ---- a peer in REDIRECT, with another certificate ----
certify bob user bob ca keyUsage=digitalSignature "subjectAltName=email:bob@example.com,URI:reload://$bob@chat/"
jq -c ".header.source_id = \"$bob\" | .attributes[0].value[0].value = \"$bob\"" <<<"${example[PEER-SEARCH]}" |
    "${sign[@]}" --key user.key --cert bob.crt --sign-source-info -f json | jq -c '.attributes[0].value' >bob.json
redirect()
{
    jq -c --slurpfile peer "$3" "$response | .attributes += [{type: \"REDIRECT\", value: (\$peer[0] | ${4:-.})}]" <<<"${example[PEER-SEARCH]}" |
        "${sign[@]}" --key leaf.key --cert leaf.crt -o cert.bin
    verdict "$1" "$2" cert.bin --ca ca.crt
}
redirect "a signed REDIRECT" valid bob.json
redirect "an unsigned REDIRECT" valid bob.json 'map(select(.type != "PEER-SIGNATURE"))'
redirect "a signed REDIRECT without its certificate" missing-certificate:null bob.json 'map(select(.type != "PEER-CERT"))'
redirect "a signed REDIRECT without its PEER-ID" missing-certificate:null bob.json 'map(select(.type != "PEER-ID"))'
redirect "a signed REDIRECT with another PEER-ID" bad-digest:null bob.json ".[0].value = \"$alice\""
redirect "a signed REDIRECT that is not last" misplaced:null bob.json '[.[-1]] + .[:-1]'

# ---- the resource's names (D21) ----

# put KEY SAN: creates cert.bin, a RESOURCE-PUT for KEY, its BODYs signed under a certificate with the names SAN
put()
{
    certify owner user owner ca "subjectAltName=$2"
    "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -o cert.bin <<<"${put_with_mark/@MARK@/$1}"
}
# user DESCRIPTION yes|no KEY SAN: whether a certificate with the names SAN may sign BODYs for KEY
user()
{
    local wanted=resource-key-mismatch:431
    [ "$2" = no ] || wanted=valid
    put "$3" "$4"
    verdict "$1" "$wanted" cert.bin --ca ca.crt
}
user "an rfc822Name" yes alice@example.com email:alice@example.com
user "a SIP URI" yes alice@example.com URI:sip:alice@example.com
user "a SIPS URI" yes alice@example.com URI:sips:alice@example.com
user "an rfc822Name and a SIP URI" yes alice@example.com email:alice@example.com,URI:sip:alice@example.com
user "the second of two users" yes bob@example.com email:alice@example.com,email:bob@example.com
user "the first of two users" yes alice@example.com email:alice@example.com,email:bob@example.com
user "neither of two users" no carol@example.com email:alice@example.com,email:bob@example.com
user "another user" no bob@example.com email:alice@example.com
for scheme in sip: sips: mailto: SIP: Sips: MailTo:; do
    user "a KEY with $scheme" yes "${scheme}alice@example.com" email:alice@example.com
    user "a KEY with $scheme and a SIP URI" yes "${scheme}alice@example.com" URI:sip:alice@example.com
done
user "a SIP URI in upper case" yes alice@example.com URI:SIP:alice@example.com
user "a KEY with two schemes" no sip:sip:alice@example.com email:alice@example.com
user "a KEY with another scheme" no tel:alice@example.com email:alice@example.com
user "a KEY with a scheme of another kind" no im:alice@example.com email:alice@example.com
user "an rfc822Name with sip:" yes alice@example.com email:sip:alice@example.com
user "a URI with two schemes drops only one" no alice@example.com URI:sip:mailto:alice@example.com
user "a mailto: URI does not name a user (D19)" no alice@example.com URI:mailto:alice@example.com
user "a URI without a scheme does not name a user" no alice@example.com URI:alice@example.com
user "a DNS name does not name a user" no alice@example.com DNS:alice@example.com
user "the host in another case" yes alice@EXAMPLE.com email:alice@example.com
user "the certificate's host in another case" yes alice@example.com email:alice@Example.COM
user "the user in another case" no Alice@example.com email:alice@example.com
user "the certificate's user in another case" no alice@example.com URI:sip:ALICE@example.com
user "a port in the KEY" no alice@example.com:5060 email:alice@example.com
user "a parameter in the KEY" no 'alice@example.com;transport=tcp' email:alice@example.com
user "the same parameter in both" yes 'alice@example.com;transport=tcp' 'URI:sip:alice@example.com;transport=tcp'
user "a port in the certificate" no alice@example.com URI:sip:alice@example.com:5060
user "a longer host in the KEY" no alice@example.com.evil email:alice@example.com
user "a shorter host in the KEY" no alice@example.co email:alice@example.com
user "a longer user in the KEY" no xalice@example.com email:alice@example.com
user "no @ in the KEY" no alice email:alice@example.com
user "no @ in either" no alice URI:sip:alice
user "nothing before @ in either" no @example.com URI:sip:@example.com
user "nothing after @ in either" no alice@ URI:sip:alice@
user "only @ in either" no @ URI:sip:@
user "two @: after the last one, case is ignored" yes a@b@EXAMPLE.com URI:sip:a@b@example.com
user "two @: before the last one, case matters" no a@B@example.com URI:sip:a@b@example.com
user "a percent-encoded letter in the certificate" no alice@example.com URI:sip:%61lice@example.com
user "an empty KEY" no '' email:alice@example.com
user "a space before the KEY" no ' alice@example.com' email:alice@example.com
user "a KEY outside ASCII" no 'ålice@example.com' email:alice@example.com
user "ASCII characters next to the letters have no case" no 'alice@[xample.com' 'URI:sip:alice@{xample.com'
user "a Peer-ID does not name a user" no "$alice@chat" "$alice_uri"
user "a Peer-ID's whole URI does not name a user" no "reload://$alice@chat/" "$alice_uri"
user "a certificate without users" no alice@example.com DNS:example.com
certify odd-user user owner ca subjectAltName=email:alice@example.com+.evil
for octets in 00 0a 7f e9; do
    patched odd-user2 odd-user "$(text com+.evil)" "$(text com)$octets$(text .evil)"
    jq -c . <<<"${example[RESOURCE-PUT]}" |
        "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert odd-user2.crt -o cert.bin
    verdict "octet $octets after the address" resource-key-mismatch:431 cert.bin --ca ca.crt
done

# ---- certificate BODYs (D21) ----

# bodies DESCRIPTION EXPECTED [CERT...]: verdict on a RESOURCE-PUT signed by user.key, with these certificate BODYs
bodies()
{
    local description=$1 wanted=$2 list='' name
    shift 2
    for name; do
        list+="{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY.CERTIFICATE\", \"hex\": \"$(hex <"$name.der")\"}]},"
    done
    list="[${list%,}]"
    # the BODYs' signatures are kept, the message is signed again
    jq -c --argjson list "$list" '.attributes[1].value |= map(select((.value | type) != "array" or .value[0].type != "RESOURCE-INFO.BODY.CERTIFICATE")) |
        .attributes[1].value |= '"${order:-. + \$list}" signed-put.json | "${sign[@]}" --force --key leaf.key --cert leaf.crt -o cert.bin
    verdict "$description" "$wanted" cert.bin --ca ca.crt
}
certify owner user owner ca subjectAltName=email:alice@example.com
certify not-owner user bob ca subjectAltName=email:bob@example.com
certify owner-old user owner ca subjectAltName=email:alice@example.com -- -startdate 20200101000000Z -enddate 20210101000000Z
certify owner-other user owner other subjectAltName=email:alice@example.com
certify another leaf owner ca subjectAltName=email:alice@example.com
certify longer leaf4096 owner ca subjectAltName=email:alice@example.com
certify owner-v1 user owner ca
be_v1 owner-v1 user
certify owner-ec ec owner ca subjectAltName=email:alice@example.com
"${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -f json -o signed-put.json <<<"${example[RESOURCE-PUT]}"
bodies "one certificate BODY" valid owner
order='[.[0]] + $list + .[1:]' bodies "a certificate BODY before the signed ones" valid owner
order='[.[0], .[1]] + $list + .[2:]' bodies "a certificate BODY between the signed ones" valid owner
bodies "the same certificate BODY twice" valid owner owner
bodies "no certificate BODY" missing-certificate:401
bodies "a certificate BODY of another key" bad-digest:431 another
bodies "a certificate BODY of a longer key" bad-digest-length:431 longer
bodies "a certificate BODY of another user" resource-key-mismatch:431 not-owner
bodies "an expired certificate BODY" expired-certificate:431 owner-old
bodies "a certificate BODY of another CA" untrusted-certificate:431 owner-other
bodies "a certificate BODY of X.509 v1" bad-certificate:431 owner-v1
bodies "a certificate BODY of an EC key" weak-key:431 owner-ec
for bad in another longer not-owner owner-old owner-other owner-v1 owner-ec; do
    bodies "one right certificate is enough: after $bad" valid "$bad" owner
    bodies "one right certificate is enough: before $bad" valid owner "$bad"
done
bodies "the reason is from the last step reached: digest after CA" bad-digest:431 owner-other another
bodies "the reason is from the last step reached: digest after CA, in reverse order" bad-digest:431 another owner-other
bodies "the reason is from the last step reached: user after digest" resource-key-mismatch:431 another not-owner owner-other
bodies "the reason is from the last step reached: user after digest, in reverse order" resource-key-mismatch:431 owner-other not-owner another
bodies "two certificates that fail in the same step" untrusted-certificate:431 owner-other owner-other
is "$(jq -c '[.signatures[] | .type, .verdict, .reason]' "$report")" \
    '["RESOURCE-INFO.BODY.SIGNATURE","invalid","untrusted-certificate","RESOURCE-INFO.BODY.SIGNATURE","unchecked",null,"SIGNATURE","valid",null]' \
    "a bad BODY leaves the SIGNATURE valid and the following BODYs unchecked"
# a certificate BODY that no signature uses
jq -c --arg hex 00 '.attributes[1].value = [.attributes[1].value[0], {type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}]}]' \
    <<<"${example[RESOURCE-PUT]}" | "${sign[@]}" --force --key leaf.key --cert leaf.crt -o cert.bin
verdict "a certificate BODY that no signature uses is not checked" valid cert.bin --ca ca.crt
jq -c --arg hex "$(hex <owner.der)" '.attributes[1].value = [.attributes[1].value[0], {type: "RESOURCE-INFO.BODY", value: [
    {type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: $hex}, {type: "RESOURCE-INFO.BODY.EXPIRATION", value: 300}]}]' \
    <<<"${example[RESOURCE-PUT]}" | "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -f json |
    jq -c '.attributes[1].value |= map(select((.value | type) != "array" or (.value | length) != 1 or .value[0].type != "RESOURCE-INFO.BODY.CERTIFICATE"))' |
    "${sign[@]}" --force --key leaf.key --cert leaf.crt -o cert.bin
verdict "a BODY with CERTIFICATE and another member is not a certificate BODY" missing-certificate:401 cert.bin --ca ca.crt

# resource DESCRIPTION EXPECTED JQ-BEFORE JQ-AFTER [OPTION...]: verdict on a RESOURCE-PUT changed before and after its BODYs are signed
resource()
{
    jq -c "$3" <<<"${example[RESOURCE-PUT]}" | "${sign[@]}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -f json |
        jq -c "$4" | "${sign[@]}" --time "${later:-$now}" --force --key leaf.key --cert leaf.crt --resource-key user.key --resource-cert owner.crt -o cert.bin
    verdict "$1" "$2" cert.bin --ca ca.crt "${@:5}"
}
resource "no KEY" resource-key-mismatch:431 'del(.attributes[1].value[0])' .
resource "a BODY without a signature" missing-signature:401 '.header.method = "RESOURCE-TRANSFER"' .
resource "a BODY without EXPIRATION in a PUT" missing-expiration:431 'del(.attributes[1].value[1].value[1])' .
resource "a changed ENTRY" bad-digest:431 . '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"'
resource "a BODY's DIGEST without TIMESTAMP" missing-timestamp:431 . 'del(.attributes[1].value[1].value[-1].value[0])'
resource "a BODY's DIGEST of another length" bad-digest-length:431 . '.attributes[1].value[1].value[-1].value[1].hex |= .[2:]'
resource "two KEYs" duplicate-attribute:431 . '.attributes[1].value |= [.[0]] + .'
resource "a bad digest precedes a missing EXPIRATION" bad-digest:431 'del(.attributes[1].value[1].value[1])' '.attributes[1].value[1].value[0].value = "x"'
resource "another user's KEY precedes a missing EXPIRATION" resource-key-mismatch:431 'del(.attributes[1].value[1].value[1]) | .attributes[1].value[0].value = "bob@example.com"' .
later=$((now + 700)) resource "a BODY that has expired" expired:431 . . --time $((now + 700))
later=$((now + 600)) resource "a BODY within its EXPIRATION and the skew" valid . . --time $((now + 600))
later=$((now - 500)) resource "a BODY from the future" future:431 . . --time $((now - 500))
resource "two RESOURCEs, each with its certificate" valid '.attributes += [.attributes[1]]' .
resource "two RESOURCEs, the second without its certificate" missing-certificate:401 '.attributes += [.attributes[1]]' 'del(.attributes[2].value[-1])'

# ---- --json: the signer ----

certify both user owner ca "subjectAltName=email:alice@example.com,email:bob@example.org,URI:reload://$bob@chat/,URI:reload://$upper@chat/"
resource "a message with two signers" valid . .
serial_of()
{
    openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}
is "$(jq -c '.signatures[0].signer | [.subject, .serial, .peer_ids, .users]' "$report")" "[\"CN=owner\",\"$(serial_of owner.crt)\",[],[\"alice@example.com\"]]" "the report describes the user's certificate"
is "$(jq -c '.signatures[2].signer | [.subject, .serial, .peer_ids]' "$report")" "[\"CN=alice\",\"$(serial_of leaf.crt)\",[\"$alice\"]]" "the report describes the peer's certificate"
is "$(jq -c '.signatures[2].signer.users' "$report")" '["alice@example.com"]' "an address as both rfc822Name and SIP URI is reported as one user"
with_cert both.der user
verdict "a certificate with two Peer-IDs and two users" valid cert.bin --ca ca.crt
is "$(jq -c '.signatures[0].signer | [.peer_ids, .users]' "$report")" "[[\"$bob\",\"$alice\"],[\"alice@example.com\",\"bob@example.org\"]]" "the report lists two Peer-IDs and two users"
with_cert empty.der
judge cert.bin --ca ca.crt
is "$(jq -c '.signatures[0].signer' "$report")" null "the signer of an unreadable certificate is null"
certify control leaf x ca "${leaf_extensions[@]}" -- -subj $'/CN=a\033[31mb\nc' -utf8
with_cert control.der
t "a subject with control characters is accepted with -v" 0 '*' '' reload-verify -v --time $now --ca ca.crt cert.bin
ok "control characters are escaped in text" bash -c '! grep -q "$(printf "\033")" "$1" && [ "$(wc -l <"$1")" = 2 ]' - "$output"
t "a subject with control characters is accepted with --json" 0 '*' '' reload-verify --json --time $now --ca ca.crt cert.bin
ok "control characters are escaped in JSON, on one line" bash -c '! grep -q "$(printf "\033")" "$1" && [ "$(wc -l <"$1")" = 1 ] && jq -e . "$1"' - "$output"

# ---- files ----

with_cert leaf.der
echo garbage >garbage
for option in ca intermediates crl; do
    t "--$option with a missing file is refused" 4 '' '~reload-verify: missing: No such file or directory' reload-verify --time $now --ca ca.crt --$option missing cert.bin
    t "--$option with garbage is refused" 4 '' '~reload-verify: garbage: .*' reload-verify --time $now --ca ca.crt --$option garbage cert.bin
    t "--$option with an empty file is refused" 4 '' '~reload-verify: empty\.der: .*' reload-verify --time $now --ca ca.crt --$option empty.der cert.bin
done
t "--ca with a key is refused" 4 '' '~reload-verify: ca\.key: .*' reload-verify --time $now --ca ca.key cert.bin
for bits in 1023 8193 0 -1 x; do
    t "--min-rsa-bits $bits is refused" 2 '' '~reload-verify: --min-rsa-bits: .*' reload-verify --time $now --ca ca.crt --min-rsa-bits $bits cert.bin
done
t "--ca cannot be combined with --secret" 2 '' '~reload-verify: --secret, --ca, --pin and --none.*' reload-verify --ca ca.crt --secret "$TESTDATA/hmac.secret" cert.bin

# ---- the profile ----

mkdir profile
cp ca.crt profile/
profile()
{
    printf '%s' "$3" >profile/overlay.json
    verdict "$1" "$2" cert.bin --profile profile/overlay.json "${@:4}"
}
profile "a profile with a CA file in its directory" valid '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"]}'
ln -s profile/overlay.json linked.json
verdict "a symbolic link to that profile" valid cert.bin --profile linked.json
profile "a profile of another overlay" overlay-mismatch:498 '{"overlay": "chatter", "security": "CERTS", "ca": ["ca.crt"]}'
profile "a profile of another overlay, overridden" valid '{"overlay": "chatter", "security": "CERTS", "ca": ["ca.crt"]}' --overlay chat
profile "a profile's min_rsa_bits" weak-key:431 '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "min_rsa_bits": 3072}'
profile "a profile's min_rsa_bits, overridden" valid '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "min_rsa_bits": 3072}' --min-rsa-bits 2048
cp revoked.crl profile/
profile "a profile's CRL" revoked-certificate:431 '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "crl": ["revoked.crl"]}'

# ---- many messages, several files ----

with_cert leaf.der; cp cert.bin good.bin
with_cert foreign.der; cp cert.bin bad.bin
cat good.bin bad.bin good.bin >mixed.bin
t "each message of a file has its own verdict" 1 '=["valid",null]
["invalid","untrusted-certificate"]
["valid",null]' '' bash -c 'reload-verify --json --time '$now' --ca ca.crt mixed.bin | jq -c "[.verdict, .reason]"; exit "${PIPESTATUS[0]}"'
t "-f binary passes on the two valid messages only" 1 @two-good.bin '~reload-verify: mixed\.bin: .*untrusted-certificate.*' bash -c 'cat good.bin good.bin >two-good.bin; reload-verify -f binary --time '$now' --ca ca.crt mixed.bin'
done_testing
