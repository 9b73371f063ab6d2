#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-keygen ca, issue, request, revoke and crl: their files, checked by openssl and certtool, and the CA's practice (S§7).
. "$(dirname "$0")/tap.bash"

from=2023-01-01T00:00:00Z
until=2024-01-01T00:00:00Z
now=1700000000 # 2023-11-14T22:13:20Z
dates=(--not-before "$from" --not-after "$until")
long=(--not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z)

# ---- help and mistakes ----

for command in ca issue request revoke crl; do
    t "$command --help" 0 "~Usage: reload-keygen $command .*" '' reload-keygen $command --help
done
usage() # DESCRIPTION REGEX ARGUMENT...
{
    t "usage: $1" 2 '' "~reload-keygen $2"$'\n'"Try 'reload-keygen[a-z ]* --help'\\." reload-keygen "${@:3}"
}
usage "ca without --overlay" 'ca: --overlay or --succeed is required' ca -o d
usage "ca without --output" 'ca: --output is required' ca --overlay chat
usage "ca with an operand" 'ca: .*"x".*' ca --overlay chat -o d x
for overlay in '' 'a b' 'a/b' 'a%b' 'a@b' $'a\nb' 'ä'; do
    usage "--overlay '$overlay'" 'ca: --overlay: .*' ca --overlay "$overlay" -o d
done
for bits in 1023 8193 0 x; do
    usage "ca --bits $bits" 'ca: --bits: .*' ca --overlay chat -o d --bits $bits
    usage "issue --bits $bits" 'issue: --bits: .*' issue --ca d -o p --bits $bits
done
usage "a date before 1970" 'ca: --not-before: .*: date out of range \(1970 to 9999\)' ca --overlay chat -o d --not-before 1969-12-31T23:59:59Z
usage "a date after 9999" 'issue: --not-after: .*: date out of range \(1970 to 9999\)' issue --ca d -o p --not-after 253402300800
usage "ca that ends before it begins" 'ca: --not-after is before --not-before \(default: now\)' ca --overlay chat -o d --not-before 2 --not-after 1
usage "issue without --ca" 'issue: --ca is required' issue -o p
usage "issue without --output" 'issue: --output is required' issue --ca d
usage "--request with --bits" 'issue: --request cannot be combined with --bits' issue --ca d -o p --request r --bits 2048
usage "--peers with --peer-id" 'issue: --peers cannot be combined with --peer-id' issue --ca d -o p --peers 1 --peer-id "$alice"
usage "--peer-id of 39 digits" 'issue: .*--peer-id.*' issue --ca d -o p --peer-id "${alice:1}"
for user in alice @example.com alice@ '' 'a b@c' $'a\n@b' 'a,b@c'; do
    usage "--user '$user'" 'issue: --user: .*' issue --ca d -o p --user "$user"
done
usage "--renew with names" 'issue: --renew cannot be combined with --user' issue --ca d -o p --renew c --user a@b
usage "revoke without --ca" 'revoke: --ca is required' revoke --serial 00
usage "revoke of nothing" "revoke: --serial, --user or a certificate's file is required" revoke --ca d
usage "crl without --ca" 'crl: --ca is required' crl
usage "crl that expires before its date" 'crl: --next-update is before --time' crl --ca d --time 2 --next-update 1
usage "request without --output" 'request: --output is required' request
ok "usage errors leave no file" only_files . run
t "issue by a missing CA fails" 4 '' '=reload-keygen issue: d: No such file or directory; '\''reload-keygen ca --overlay=NAME --output=d'\'' makes a CA' reload-keygen issue --ca d -o p --user a@b
ok "issue by a missing CA leaves no file" only_files . run

# ---- ca ----

t "a CA is created" 0 '' '' reload-keygen ca --overlay chat -o ca --bits 2048 "${long[@]}"
ok "a CA's directory has these files" only_files ca ca.key ca.crt index issued overlay.crl overlay.json
is "$(stat -c %a ca/ca.key)" 600 "a CA's key has mode 0600"
cp ca/ca.key ca.key.before
t "crl -o with the CA's key is refused" 4 '' '~reload-keygen crl: ca/ca\.key: in use as .*' reload-keygen crl --ca ca -o ca/ca.key
t "crl -o with the CA's certificate is refused" 4 '' '~reload-keygen crl: ca/ca\.crt: in use as .*' reload-keygen crl --ca ca -o ca/ca.crt
t "issue -o with the CA's key is refused, even with --force" 4 '' '~reload-keygen issue: ca/ca\.key: in use as .*' reload-keygen issue --ca ca --user a@example.com --force -o ca/ca
same ca/ca.key ca.key.before "the CA's key is not changed"
rm ca.key.before
(umask 0; reload-keygen ca -q --overlay chatter -o other --bits 1024 "${long[@]}")
is "$(stat -c %a other/ca.key)" 600 "a CA's key has mode 0600 with a umask of 0 too"
openssl x509 -in ca/ca.crt -noout -text >text
has() # DESCRIPTION REGEX: the file text contains this, over one line or two
{
    ok "$1" grep -qzE -- "$2" text
}
has "a CA is X.509 v3" 'Version: 3 '
has "a CA's basicConstraints are critical, CA:TRUE" 'X509v3 Basic Constraints: critical'$'\n'' +CA:TRUE'
has "a CA's keyUsage is critical, keyCertSign and cRLSign" 'X509v3 Key Usage: critical'$'\n'' +Certificate Sign, CRL Sign'$'\n'
has "a CA has a subjectKeyIdentifier" 'X509v3 Subject Key Identifier: *'$'\n'
has "a CA's certificate is signed with SHA-256" 'Signature Algorithm: sha256WithRSAEncryption'
has "a CA's key has 2048 bits" 'Public-Key: \(2048 bit\)'
is "$(openssl x509 -in ca/ca.crt -noout -startdate -enddate | xargs)" "notBefore=Jan 1 00:00:00 2020 GMT notAfter=Jan 1 00:00:00 2040 GMT" "a CA has the specified dates"
is "$(openssl x509 -in ca/ca.crt -noout -issuer | sed 's/^issuer//')" "$(openssl x509 -in ca/ca.crt -noout -subject | sed 's/^subject//')" "a CA's issuer is its subject"
ok "openssl accepts the CA's certificate" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt ca/ca.crt
ok "the CA's key is its certificate's" test "$(openssl pkey -in ca/ca.key -pubout)" = "$(openssl x509 -in ca/ca.crt -noout -pubkey)"
is "$(jq -c '[.overlay, .security, .dht, .hash, .ca]' ca/overlay.json)" '["chat","CERTS","Chord1.0","SHA-1",["ca.crt"]]' "the profile names overlay, security, algorithms and CA"
is "$(jq -c '.min_rsa_bits' other/overlay.json)" 1024 "the profile of a CA of 1024 bits has min_rsa_bits"
cp -r ca before
t "an existing CA is not overwritten" 4 '' '~reload-keygen ca: ca.*: .*' reload-keygen ca --overlay chat -o ca --bits 1024 -q
ok "an existing CA is not changed" diff -r ca before
for file in ca.crt index overlay.json; do
    mkdir "part-$file"
    cp "ca/$file" "part-$file/"
    t "an existing $file is not overwritten" 4 '' "~reload-keygen ca: .*: part-$file/$file exists.*" reload-keygen ca --overlay chat -o "part-$file" --bits 1024 -q
    is "$(ls "part-$file") $(cmp "ca/$file" "part-$file/$file" && echo same)" "$file same" "an existing $file is not changed, and no other file created"
done
t "ca --bits 1024 causes a warning" 0 '' '~reload-keygen ca: warning: .*' reload-keygen ca --overlay chat -o small --bits 1024 "${long[@]}"
t "ca --name is accepted" 0 '' '' reload-keygen ca --overlay chat -o named --bits 1024 -q --name "Chat Root" "${long[@]}"
is "$(openssl x509 -in named/ca.crt -noout -subject -nameopt RFC2253)" "subject=CN=Chat Root" "ca --name is the subject"

# ---- issue ----

issue()
{
    reload-keygen issue --quiet --ca ca "${dates[@]}" "$@"
}
t "a certificate for a user with two Peer-IDs is issued" 0 '' '' issue --user alice@example.com --peers 2 -o alice
is "$(stat -c %a alice.key)" 600 "a user's key has mode 0600"
ok "the user's key is its certificate's" test "$(openssl pkey -in alice.key -pubout)" = "$(openssl x509 -in alice.crt -noout -pubkey)"
ok "openssl accepts the user's certificate" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt alice.crt
ok "openssl accepts the user's certificate for S/MIME" openssl verify -purpose smimesign -attime $now -CAfile ca/ca.crt alice.crt
t "openssl refuses the user's certificate under another CA" 2 '' '*' openssl verify -attime $now -CAfile other/ca.crt alice.crt
openssl x509 -in alice.crt -noout -text >text
has "a user's certificate is X.509 v3" 'Version: 3 '
lacks text CA:TRUE "a user's certificate is not a CA"
has "a user's keyUsage is critical, digitalSignature" 'X509v3 Key Usage: critical'$'\n'' +Digital Signature'$'\n'
has "a user's certificate has an authorityKeyIdentifier" 'X509v3 Authority Key Identifier: *'$'\n'
is "$(openssl x509 -in alice.crt -noout -startdate -enddate | xargs)" "notBefore=Jan 1 00:00:00 2023 GMT notAfter=Jan 1 00:00:00 2024 GMT" "a user's certificate has the specified dates"

# names CERT: its subjectAltName, one name per line
names()
{
    openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | sed -n '2{s/^ *//; s/, /\n/g; p}'
}
peers()
{
    names "$1" | sed -n 's|^URI:reload://\([0-9a-f]\{40\}\)@chat/$|\1|p'
}
is "$(names alice.crt | grep -v reload | sort | xargs)" "URI:sip:alice@example.com email:alice@example.com" "a user is an rfc822Name and a SIP URI (D19)"
is "$(peers alice.crt | wc -l)" 2 "a user with two Peer-IDs has two Peer-ID URIs"
is "$(names alice.crt | wc -l)" 4 "a user with two Peer-IDs has no other names"
is "$(openssl x509 -in alice.crt -noout -ext subjectAltName | head -n 1 | xargs)" "X509v3 Subject Alternative Name:" "with a subject, subjectAltName is not critical"
# successor HEX: the next Peer-ID, without a carry from the last 48 bits (needed once in 2^48 Peer-IDs)
successor()
{
    printf '%s%012x' "${1:0:28}" $((0x${1:28} + 1))
}
mapfile -t ids < <(peers alice.crt)
is "${ids[1]}" "$(successor "${ids[0]}")" "two Peer-IDs of a user are consecutive"

if command -v certtool >/dev/null; then
    ok "certtool reads the CA's certificate" bash -c 'certtool --infile ca/ca.crt -i >certtool.out'
    ok "certtool shows the CA's basicConstraints as critical" grep -qE 'Basic Constraints \(critical\)' certtool.out
    ok "certtool reads the user's certificate" bash -c 'certtool --infile alice.crt -i >certtool.out'
    ok "certtool shows the user's Peer-ID" grep -qF "reload://${ids[0]}@chat/" certtool.out
    ok "certtool shows the user's key usage as critical" bash -c 'grep -A1 "Key Usage (critical)" certtool.out | grep -q "Digital signature"'
    ok "certtool reads the user's key" certtool --infile alice.key -k --outfile /dev/null
else
    skip "certtool" "not installed"
fi

# serial CERT: its serial number, in hex
serial()
{
    openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}
# shellcheck disable=SC2317 # ok runs it
# good_serial CERT: whether its serial number is positive, of 8 to 20 octets (RFC 5280 section 4.1.2.2)
good_serial()
{
    local der length first
    der=$(openssl x509 -in "$1" -outform DER | hex)
    # SEQUENCE, SEQUENCE, [0] version, INTEGER
    [[ $der =~ ^3082....3082....a00302010202(..)(..) ]] || return 1
    length=$((0x${BASH_REMATCH[1]}))
    first=$((0x${BASH_REMATCH[2]}))
    [ "$length" -ge 8 ] && [ "$length" -le 20 ] && [ "$first" -lt 128 ] && [[ $(serial "$1") != 0 ]]
}
ok "the CA's serial number is positive, of 8 to 20 octets" good_serial ca/ca.crt
ok "the user's serial number is positive, of 8 to 20 octets" good_serial alice.crt
t "an existing key is not overwritten by issue" 4 '' '~reload-keygen issue: alice\.key: .*exists.*--force.*' issue --user bob@example.com -o alice
is "$(serial alice.crt)" "$(grep -o '^[0-9a-f]*	' ca/index | head -n 1 | tr -d '\t')" "an existing certificate is not changed"
t "--force with a new name is accepted" 0 '' '' issue --user bob@example.com -o alice2 --bits 1024 -q
before=$(cat alice2.key)
t "issue --force overwrites a key" 0 '' '' issue --user bob@example.com -o alice2 --force --bits 1024 -q
differ "$(cat alice2.key)" "$before" "issue --force writes a new key"
is "$(stat -c %a alice2.key)" 600 "a key written with --force has mode 0600"
t "a certificate for two users with schemes is issued" 0 '' '' issue --user sip:carol@example.com --user mailto:dave@example.com --peers 0 -o two --bits 1024 -q
is "$(names two.crt | sort | xargs)" "URI:sip:carol@example.com URI:sip:dave@example.com email:carol@example.com email:dave@example.com" "two users with schemes are named as sip: and rfc822Name"
t "a certificate without a user is issued" 0 '' '' issue -o peer --bits 1024 -q
is "$(names peer.crt | wc -l) $(peers peer.crt | wc -l)" "1 1" "a certificate without a user has one Peer-ID"
t "a certificate without a user and Peer-ID is refused" 2 '' '~reload-keygen issue: --peers=0 requires --user: .*' issue --peers 0 -o empty
ok "a refused certificate leaves no file" test ! -e empty.key -a ! -e empty.crt
t "openssl reads a certificate of --bits 1024" 0 '' '' openssl x509 -in peer.crt -noout
has1024=$(openssl x509 -in peer.crt -noout -text)
ok "a key of --bits 1024 has 1024 bits" grep -q '(1024 bit)' <<<"$has1024"

# the index: one readable line for each certificate
ok "the index names users" grep -qF alice@example.com ca/index
ok "the index names the first Peer-ID and how many" grep -qE "$(serial alice.crt).*${ids[0]}.*2" ca/index
ok "the index shows the end of validity" grep -qE "$(serial alice.crt).*2024-01-01T00:00:00Z" ca/index
is "$(grep -vc '^#' ca/index)" 5 "the index has one line for each certificate"
lacks ca/index '[^[:print:][:space:]]' "the index is printable"

# ---- requests ----

t "a request is created" 0 '' '' reload-keygen request -o erin --user erin@example.com
ok "a request has a key file and a request file" test -e erin.key -a -e erin.csr
is "$(stat -c %a erin.key)" 600 "a request's key has mode 0600"
ok "openssl req -verify accepts a request" bash -c 'openssl req -in erin.csr -verify -noout 2>&1 | grep -q "verify OK"'
is "$(openssl pkey -in erin.key -noout -text | head -n 1)" "Private-Key: (2048 bit, 2 primes)" "a request's key has 2048 bits"
is "$(openssl req -in erin.csr -noout -subject -nameopt RFC2253)" "subject=CN=erin@example.com" "a request's subject is the user"
ok "the request's public key is that of its key file" test "$(openssl pkey -in erin.key -pubout)" = "$(openssl req -in erin.csr -noout -pubkey)"
t "an existing key is not overwritten by request" 4 '' '~reload-keygen request: erin\.key: .*exists.*' reload-keygen request -o erin --user erin@example.com
t "request --force with another --bits overwrites a key" 0 '' '' reload-keygen request -o erin --user erin@example.com --force --bits 3072
is "$(openssl pkey -in erin.key -noout -text | head -n 1)" "Private-Key: (3072 bit, 2 primes)" "request --force writes a new key of that size"
t "issue --request is accepted" 0 '' '' issue --request erin.csr --user erin@example.com --peers 2 -o certified
ok "issue --request writes no key" test ! -e certified.key
ok "issue --request certifies the request's key" test "$(openssl pkey -in erin.key -pubout)" = "$(openssl x509 -in certified.crt -noout -pubkey)"
ok "openssl accepts the certificate by request" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt certified.crt
openssl req -new -key erin.key -subj /CN=mallory -addext "subjectAltName=URI:reload://$bob@chat/,email:root@example.com" \
    -addext basicConstraints=CA:TRUE -out wish.csr
t "a request with names and extensions is accepted" 0 '' '' issue --request wish.csr --user mallory@example.com --peers 1 -o wish
is "$(names wish.crt | grep -v reload: | sort | xargs)" "URI:sip:mallory@example.com email:mallory@example.com" "a request's own names are ignored"
openssl x509 -in wish.crt -noout -text >text
lacks text CA:TRUE "a request's CA:TRUE is ignored"
openssl req -in erin.csr -outform DER -out erin.der
t "a request in DER is accepted" 0 '' '' issue --request erin.der --user erin@example.com --peers 1 -o der
lines=$(wc -l <ca/index)
csr=$(hex <erin.der)
unhex "${csr:0:$((${#csr} - 2))}$(printf '%02x' $((0x${csr: -2} ^ 1)))" >flipped.csr
bad_request()
{
    t "a request $1 is refused" 4 '' "~reload-keygen issue: $2: .*" issue --request "$2" --user x@example.com -o refused
}
bad_request "with a bad signature" flipped.csr
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
openssl req -new -key ec.key -subj /CN=x -out ec.csr
bad_request "of an EC key" ec.csr
openssl genpkey -algorithm ED25519 -out ed.key
openssl req -new -key ed.key -subj /CN=x -out ed.csr
bad_request "of an Ed25519 key" ed.csr
openssl genrsa -out small.key 512 2>/dev/null && openssl req -new -key small.key -subj /CN=x -out small.csr
bad_request "of RSA 512" small.csr
echo garbage >garbage.csr
bad_request "of garbage" garbage.csr
bad_request "that is a certificate" alice.crt
: >empty.csr
bad_request "of an empty file" empty.csr
t "a missing request is refused" 4 '' '~reload-keygen issue: none\.csr: No such file or directory' issue --request none.csr --user x@example.com -o refused
ok "refused requests give no certificate" test ! -e refused.crt
is "$(wc -l <ca/index)" "$lines" "refused requests do not change the index"

# ---- Peer-IDs ----

by_request=(--request erin.csr)
for n in {1..20}; do
    issue "${by_request[@]}" --user "user$n@example.com" --peers $((n % 5 + 1)) -o "many$n" || echo "certificate $n" >>failed
done
ok "20 certificates are issued one after another" test ! -e failed
pids=()
for n in {1..8}; do
    issue "${by_request[@]}" --user "crowd$n@example.com" --peers 3 -o "crowd$n" 2>"crowd$n.err" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || echo "$pid" >>failed; done
ok "8 certificates are issued at once" test ! -e failed
is "$(cat crowd*.err)" "" "8 certificates at once cause no message"
for file in many*.crt crowd*.crt; do
    mapfile -t ids < <(peers "$file")
    for ((i = 1; i < ${#ids[@]}; i++)); do
        [ "${ids[i]}" = "$(successor "${ids[i - 1]}")" ] || echo "$file: ${ids[*]}" >>gaps
    done
done
ok "the Peer-IDs of each are consecutive" test ! -e gaps
for file in alice.crt alice2.crt peer.crt certified.crt wish.crt der.crt many*.crt crowd*.crt; do peers "$file"; done | sort >all
is "$(uniq -d all)" "" "no Peer-ID was issued twice"
is "$(wc -l <all)" $((2 + 1 + 1 + 2 + 1 + 1 + 60 + 24)) "each certificate has the specified number of Peer-IDs"
is "$(cut -c 1-2 all | sort -u | wc -l | awk '{ print ($1 > 10) }')" 1 "Peer-IDs are spread over the namespace"
ok "each certificate has a line in the index" bash -c 'for f in many*.crt crowd*.crt; do grep -q "^$(openssl x509 -in "$f" -noout -serial | sed "s/.*=//" | tr A-F a-f)" ca/index || exit 1; done'
is "$(for f in many*.crt crowd*.crt; do serial "$f"; done | sort | uniq -d)" "" "no serial number was used twice"

too_many()
{
    t "$1" 4 '' "~reload-keygen issue: .*$2.*" issue "${by_request[@]}" -o toomany "${@:3}"
}
too_many "17 Peer-IDs for one user are refused" 'greedy@example.com would have 17 Peer-IDs with those of expired and revoked certificates; the CA.s limit is 16 \(max-peers in ca/index\)' --user greedy@example.com --peers 17
too_many "17 Peer-IDs without a user are refused" '17 Peer-IDs in a certificate; the CA.s limit is 16 \(max-peers in ca/index\)' --peers 17
t "16 Peer-IDs for one user are issued" 0 '' '' issue "${by_request[@]}" --user greedy@example.com --peers 16 -o greedy
too_many "a user's 17th Peer-ID is refused" greedy@example.com --user greedy@example.com --peers 1
too_many "a user's 17th Peer-ID is refused together with another user" greedy@example.com --user modest@example.com --user sip:greedy@example.com --peers 1
t "a user with 16 Peer-IDs gets a certificate without any" 0 '' '' issue "${by_request[@]}" --user greedy@example.com --peers 0 -o greedy0
too_many "a user's 17th Peer-ID is refused with the host in another case (D21)" greedy@example.com --user greedy@EXAMPLE.com --peers 1
t "ca --max-peers is accepted" 0 '' '' reload-keygen ca --overlay chat -o few --bits 1024 -q --max-peers 2 "${long[@]}"
t "two Peer-IDs under --max-peers 2 are issued" 0 '' '' reload-keygen issue --quiet --ca few "${dates[@]}" "${by_request[@]}" --user a@example.com --peers 2 -o few2
t "three Peer-IDs under --max-peers 2 are refused" 4 '' '~reload-keygen issue: .*' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user b@example.com --peers 3 -o few3

t "issue --peer-id twice is accepted" 0 '' '' issue "${by_request[@]}" --user frank@example.com --peer-id "$alice" --peer-id "${alice%0}1" -o frank
is "$(peers frank.crt | xargs)" "$alice ${alice%0}1" "issue --peer-id names both Peer-IDs"
refused()
{
    t "$1" 4 '' "~reload-keygen issue: .*" issue "${by_request[@]}" -o refused "${@:2}"
}
t "a Peer-ID already issued is refused, and the error names the certificate to renew" 4 '' \
    "~.*: Peer-ID $alice or one after it was issued by this CA before; --renew=$(serial frank.crt) names it again" \
    issue "${by_request[@]}" -o refused --user g@example.com --peer-id "$alice"
refused "a Peer-ID inside a block already issued is refused" --user g@example.com --peer-id "${alice%0}1"
refused "a block that overlaps one already issued is refused" --user g@example.com --peer-id "463ac413c3ffffffffffffffffffffffffffffff" --peer-id "$alice"
refused "Peer-IDs with a gap are refused" --user g@example.com --peer-id "$bob" --peer-id "${bob%0}2"
refused "Peer-IDs in descending order are refused" --user g@example.com --peer-id "${bob%0}1" --peer-id "$bob"
refused "the same Peer-ID twice is refused" --user g@example.com --peer-id "$bob" --peer-id "$bob"
last=ffffffffffffffffffffffffffffffffffffffff
refused "Peer-IDs across the namespace's end are refused" --user g@example.com --peer-id $last --peer-id 0000000000000000000000000000000000000000
ok "refused Peer-IDs give no certificate" test ! -e refused.crt
t "the namespace's last Peer-ID is issued" 0 '' '' issue "${by_request[@]}" --user g@example.com --peer-id $last -o last
t "the namespace's first Peer-ID is issued" 0 '' '' issue "${by_request[@]}" --user g@example.com --peer-id 0000000000000000000000000000000000000000 -o first
t "an upper-case --peer-id is accepted" 0 '' '' issue "${by_request[@]}" --user h@example.com --peer-id "${bob^^}" -o upper
is "$(peers upper.crt)" "$bob" "an upper-case --peer-id is written in lower case"
refused "a Peer-ID issued from an upper-case --peer-id is refused" --user g@example.com --peer-id "$bob"

# ---- renewing and revoking ----

t "issue --renew is accepted" 0 '' '' issue --renew certified.crt "${by_request[@]}" -o renewed
is "$(names renewed.crt | sort)" "$(names certified.crt | sort)" "issue --renew keeps the names"
differ "$(serial renewed.crt)" "$(serial certified.crt)" "issue --renew uses a new serial number"
ok "openssl accepts the renewed certificate" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt renewed.crt
t "issue --renew with a new key is accepted" 0 '' '' issue --renew renewed.crt -o renewed2 --bits 1024 -q
is "$(names renewed2.crt | sort)" "$(names certified.crt | sort)" "issue --renew with a new key keeps the names"
t "issue --renew does not count towards --max-peers" 0 '' '' issue --renew greedy.crt "${by_request[@]}" -o greedy2
refused "a certificate of another CA is not renewed" --renew few2.crt
t "openssl makes a self-signed certificate with a serial number of the CA" 0 '' '' openssl req -x509 -key ec.key -subj /CN=x -days 9999 -set_serial "0x$(serial alice.crt)" \
    -addext "subjectAltName=email:root@example.com,URI:reload://$alice@chat/" -out liar.crt
refused "a certificate with a serial number of this CA's, but not signed by it, is not renewed" --renew liar.crt
refused "garbage is not renewed" --renew garbage.csr

revoke()
{
    reload-keygen revoke --quiet --ca ca "$@"
}
crl()
{
    reload-keygen crl --ca ca --time 2023-11-01T00:00:00Z --next-update 2023-12-01T00:00:00Z "$@"
}
t "a CRL is created" 0 '' '' crl -o empty.crl
ok "openssl accepts an empty CRL" openssl crl -in empty.crl -noout -CAfile ca/ca.crt
openssl crl -in empty.crl -noout -text >text
has "a CRL has version 2" 'Version 2 '
has "the first CRL is empty" 'No Revoked Certificates'
is "$(openssl crl -in empty.crl -noout -lastupdate -nextupdate | xargs)" "lastUpdate=Nov 1 00:00:00 2023 GMT nextUpdate=Dec 1 00:00:00 2023 GMT" "a CRL has the specified dates"
number=$(openssl crl -in empty.crl -noout -crlnumber | sed 's/.*=0x//')
t "revoke is accepted" 0 '' '' revoke --serial "$(serial alice.crt)" --time 2023-10-01T12:34:56Z
t "a CRL after revoke is created" 0 '' '' crl -o one.crl
ok "openssl accepts a CRL with one entry" openssl crl -in one.crl -noout -CAfile ca/ca.crt
openssl crl -in one.crl -noout -text >text
is "$(grep -A1 'Serial Number' text | tr -s ' \n' ' ')" " Serial Number: $(serial alice.crt | tr a-f A-F) Revocation Date: Oct 1 12:34:56 2023 GMT " "a CRL lists the revoked certificate with its date"
has "a CRL has an authorityKeyIdentifier" 'X509v3 Authority Key Identifier'
is "$(openssl x509 -in ca/ca.crt -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' ')" "$(grep -A1 'Authority Key Id' text | tail -n 1 | sed 's/keyid://; s/ //g')" "a CRL's authorityKeyIdentifier is the CA's"
next=$(openssl crl -in one.crl -noout -crlnumber | sed 's/.*=0x//')
ok "a later CRL has a higher number" test $((0x$next)) -gt $((0x$number))
t "openssl verify refuses a revoked certificate" 2 '' '~.*certificate revoked.*' openssl verify -crl_check -attime $now -CAfile ca/ca.crt -CRLfile one.crl alice.crt
ok "openssl verify accepts a certificate not on the CRL" openssl verify -crl_check -attime $now -CAfile ca/ca.crt -CRLfile one.crl certified.crt
if command -v certtool >/dev/null; then
    ok "certtool reads the CRL" bash -c 'certtool --infile one.crl --crl-info >certtool.out'
    ok "certtool shows the CRL's entry" grep -qi "$(serial alice.crt)" certtool.out
else
    skip "certtool and the CRL" "not installed"
fi
ok "the index shows it as revoked" grep -qE "^$(serial alice.crt).*2023-10-01T12:34:56Z" ca/index
refused "a revoked certificate is not renewed" --renew alice.crt
t "revoking again causes a warning" 0 '' '~reload-keygen revoke: warning: .* is already revoked, as of 2023-10-01T12:34:56Z' reload-keygen revoke --ca ca --serial "$(serial alice.crt)"
t "revoking again with --quiet causes no warning" 0 '' '' revoke --quiet --serial "$(serial alice.crt)"
ok "revoking again keeps the date" grep -qE "^$(serial alice.crt).*2023-10-01T12:34:56Z" ca/index
t "an upper-case --serial is accepted" 0 '' '' revoke --serial "$(serial certified.crt | tr a-f A-F)" --time 2023-10-02T00:00:00Z
t "a serial number with an odd number of digits is refused" 4 '' '~reload-keygen revoke: .*' revoke --serial 123
t "an unknown serial number is refused" 4 '' '~reload-keygen revoke: .*' revoke --serial 00112233445566778899aabbccddeeff
chmod 644 ca/ca.key
t "a CRL by a key that others can read causes a warning" 0 '' '~reload-keygen crl: ca/ca\.key: warning: .*' crl -o open.crl
t "a CRL by a key that others can read causes no warning with --quiet" 0 '' '' crl --quiet -o open.crl
chmod 600 ca/ca.key
t "crl without -o prints the CRL on standard output" 0 '~-----BEGIN X509 CRL-----.*' '' crl
reload-keygen crl --ca ca --time 2023-11-02T00:00:00Z --next-update 2060-12-01T00:00:00Z -o two.crl
is "$(openssl crl -in two.crl -noout -text | grep -c 'Serial Number')" 2 "a CRL lists both revoked certificates"
is "$(openssl crl -in two.crl -noout -nextupdate)" "nextUpdate=Dec  1 00:00:00 2060 GMT" "a CRL can have a date after 2049"
ok "openssl accepts a CRL with two entries" openssl crl -in two.crl -noout -CAfile ca/ca.crt
revoked_peers=$(peers alice.crt | head -n 1)
t "a revoked certificate's Peer-ID is refused, and the error does not advise to renew it" 4 '' \
    "~.*: Peer-ID $revoked_peers or one after it was issued by this CA before, in a revoked certificate, and is not issued again; .*" \
    issue "${by_request[@]}" -o refused --user z@example.com --peer-id "$revoked_peers"

# reload-verify with the CA's files
jq -c ".header.source_id = \"$alice\"" <<<"$(reload-sign --example PEER-SEARCH)" | reload-sign --time $now --key erin.key --cert frank.crt -o frank.bin
t "reload-verify accepts a message with the CA's profile" 0 '~frank\.bin: .*: valid' '' reload-verify --time $now --profile ca/overlay.json frank.bin
t "reload-verify accepts a message with a CRL of other certificates" 0 '~frank\.bin: .*: valid' '' reload-verify --time $now --profile ca/overlay.json --crl one.crl frank.bin
revoke --serial "$(serial frank.crt)" --time 2023-10-02T00:00:00Z
crl -o three.crl
t "reload-verify refuses a message with a CRL of its certificate" 1 '~frank\.bin: .*: invalid: revoked-certificate .*' '' reload-verify --time $now --profile ca/overlay.json --crl three.crl frank.bin

# ---- uniform Peer-IDs (S§7): each first and each last digit of a block's first Peer-ID occurs among 256 (by chance, one is missing
# once in some 500,000 runs) ----
t "a request for 256 certificates is created" 0 '' '' reload-keygen request -q --bits 1024 --user u@example.com -o spread
t "a CA for 256 certificates is created" 0 '' '' reload-keygen ca -q --overlay chat -o spread-ca --bits 1024
for ((i = 0; i < 256; i++)); do
    reload-keygen issue -q --ca spread-ca --request spread.csr --user "u$i@example.com" --peers 1 -o "spread-$i" || echo "issue $i failed"
done >spread.errors 2>&1
ok "256 certificates are issued" test ! -s spread.errors
grep -v '^#' spread-ca/index | cut -f 4 >spread.ids
is "$(cut -c 1 spread.ids | sort -u | wc -l) $(cut -c 40 spread.ids | sort -u | wc -l)" "16 16" \
    "Peer-IDs are drawn from the whole namespace"

# ---- --seed ----

seeded()
{
    t "$1: a CA" 0 '' '~reload-keygen ca: warning: .*test vectors.*' reload-keygen ca --overlay chat -o "$1" --bits 1024 --seed "$2" "${long[@]}"
    t "$1: a certificate" 0 '~serial .*' '~reload-keygen issue: warning: .*test vectors.*' reload-keygen issue --ca "$1" --user alice@example.com --peers 2 --bits 1024 --seed "$2" "${dates[@]}" -o "$1/alice"
    t "$1: a request" 0 '' '~reload-keygen request: warning: .*test vectors.*' reload-keygen request --user alice@example.com --bits 1024 --seed "$2" -o "$1/req"
}
seeded seed1 00112233
seeded seed2 00112233
ok "equal seeds give equal files, octet for octet" diff -r seed1 seed2
t "a second certificate with the same seed is issued" 0 '*' '*' reload-keygen issue --ca seed1 --user bob@example.com --bits 1024 --seed 00112233 "${dates[@]}" -o seed1/bob
differ "$(openssl pkey -in seed1/bob.key -pubout)" "$(openssl pkey -in seed1/alice.key -pubout)" "a second certificate with the same seed has its own key"
differ "$(openssl pkey -in seed1/ca.key -pubout)" "$(openssl pkey -in seed1/alice.key -pubout)" "the CA's key differs from a user's with the same seed"
t "a CA with another seed is created" 0 '' '*' reload-keygen ca --overlay chat -o seed3 --bits 1024 --seed 00112234 "${long[@]}"
differ "$(openssl pkey -in seed1/ca.key -pubout)" "$(openssl pkey -in seed3/ca.key -pubout)" "another seed gives another key"
for seed in '' 0 xy; do
    t "--seed '$seed' is refused" 2 '' '~reload-keygen ca: .*--seed: .*' reload-keygen ca --overlay chat -o seed4 --bits 1024 --seed "$seed"
done
is "$(stat -c %a seed1/alice.key)" 600 "a key made with --seed has mode 0600"

# ---- the index ----

# temporary files of killed calls
head -c 30 few/index >few/index.tmp
head -c 30 few/index >few/.index.abcdef
head -c 30 few/index >few/index.12345
t "temporary files of killed calls are ignored" 0 '' '' reload-keygen issue --quiet --ca few "${dates[@]}" "${by_request[@]}" --user c@example.com -o few4
is "$(grep -vc '^#' few/index)" 2 "the index has the certificates before and after killed calls"
cp few/index index.good
corrupt() # DESCRIPTION LINE: the index is refused, with this line number
{
    t "an index with $1 is refused by issue" 4 '' "~reload-keygen issue: few/index: line $2: .*" reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user d@example.com -o few5
    t "an index with $1 is refused by crl" 4 '' "~reload-keygen crl: few/index: line $2: .*" reload-keygen crl --ca few
    cp index.good few/index
    rm -f few5.crt
}
at=$(grep -n -m 1 -v '^#' few/index | cut -d : -f 1)
sed -i "${at}s/^./g/" few/index
corrupt "a serial number that is not hex" "$at"
sed -i "${at}s/\t[0-9]*\t\([^\t]*\)\$/\tx\t\1/" few/index
corrupt "a malformed number of Peer-IDs" "$at"
sed -i "${at}s/2024-01-01/2024-13-01/" few/index
corrupt "a malformed date" "$at"
sed -i "${at}s/\t[^\t]*\$//" few/index
corrupt "a missing field" "$at"
sed -i "${at}s/\$/\tx/" few/index
corrupt "an extra field" "$at"
sed -i "${at}s/.*/garbage/" few/index
corrupt "garbage" "$at"
head -c -5 index.good >few/index
corrupt "a truncated last line" $((at + 1))
sed -i "${at}s/.\$/\x00/" few/index
corrupt "a NUL" "$at"
sed -i "$((at + 1))s/^/\x00/" few/index
corrupt "a NUL at the start of a line" $((at + 1))
sed -i 's/^# crl-number.*/# crl-number x/' few/index
corrupt "a malformed CRL number" '[0-9]*'
rm few/index
t "a missing index is refused" 4 '' '~reload-keygen issue: few/index: missing; .reload-keygen adopt --ca=few. makes it again from few/issued' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user d@example.com -o few5
: >few/index
t "an empty index is refused by crl" 4 '' '~reload-keygen crl: few/index: .*' reload-keygen crl --ca few
cp index.good few/index
cp other/ca.key few/ca.key
t "a CA with another CA's key is refused" 4 '' '~reload-keygen issue: few/ca.key, few/ca.crt: private key and certificate do not match: .*' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user d@example.com -o few5
ok "a refused index or key issues no certificate" test ! -e few5.crt
same few/index index.good "a refused key does not change the index"

users=()
for i in {1..5}; do users+=("$i$(printf 'u%.0s' {1..200})@example.com"); done
t "a certificate with long names is issued" 0 '' '' issue "${by_request[@]}" "${users[@]/#/--user=}" -o long
t "revoke prints the names whole" 0 "~revoked $(serial long.crt) $(IFS=,; echo "${users[*]}")"$'\n''overlay\.crl: number .*' '' \
    reload-keygen revoke --ca ca --serial "$(serial long.crt)"

# a private key must be in its own file only
key_line=$(sed -n 5p alice.key)
is "$(grep -rlF -- "$key_line" . | xargs)" ./alice.key "a private key is in its own file only"
done_testing
