#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-keygen ca, issue, request, revoke and crl: what they make, as openssl and certtool see it, and the CA's practice (S§7).
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
usage() # DESCRIPTION WORDS ARGUMENT...
{
    t "usage: $1" 2 '' "~reload-keygen $2"$'\n'"Try 'reload-keygen[a-z ]* --help'\\." reload-keygen "${@:3}"
}
usage "ca without --overlay" 'ca: --overlay is required' ca -o d
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
usage "ca that ends before it begins" 'ca: --not-after is before --not-before' ca --overlay chat -o d --not-before 2 --not-after 1
usage "issue without --ca" 'issue: --ca is required' issue -o p
usage "issue without --output" 'issue: --output is required' issue --ca d
usage "--request and --bits" 'issue: --bits cannot be combined with --request' issue --ca d -o p --request r --bits 2048
usage "--peers and --peer-id" 'issue: --peers cannot be combined with --peer-id' issue --ca d -o p --peers 1 --peer-id "$alice"
usage "--peer-id of 39 digits" 'issue: .*--peer-id.*' issue --ca d -o p --peer-id "${alice:1}"
for user in alice @example.com alice@ '' 'a b@c' $'a\n@b' 'a,b@c'; do
    usage "--user '$user'" 'issue: --user: .*' issue --ca d -o p --user "$user"
done
usage "--renew with names" 'issue: --renew cannot be combined with --user, .*' issue --ca d -o p --renew c --user a@b
usage "revoke without --ca" 'revoke: --ca is required' revoke --serial 00
usage "revoke without --serial" 'revoke: --serial is required' revoke --ca d
usage "crl without --ca" 'crl: --ca is required' crl
usage "crl that expires before its date" 'crl: --next-update is before --time' crl --ca d --time 2 --next-update 1
usage "request without --output" 'request: --output is required' request
ok "none of these left a file" only_files . run
t "issue by no CA" 4 '' '~reload-keygen issue: d: No such file or directory' reload-keygen issue --ca d -o p --user a@b
ok "nor did that" only_files . run

# ---- ca ----

t "a CA" 0 '' '' reload-keygen ca --overlay chat -o ca --bits 2048 "${long[@]}"
ok "its files" only_files ca ca.key ca.crt index overlay.json
is "$(stat -c %a ca/ca.key)" 600 "the key is of mode 0600"
cp ca/ca.key ca.key.before
t "no CRL takes its place" 4 '' '~reload-keygen crl: ca/ca\.key: in use as .*' reload-keygen crl --ca ca -o ca/ca.key
t "nor the certificate's" 4 '' '~reload-keygen crl: ca/ca\.crt: in use as .*' reload-keygen crl --ca ca -o ca/ca.crt
t "nor a key that it issues" 4 '' '~reload-keygen issue: ca/ca\.key: in use as .*' reload-keygen issue --ca ca --user a@example.com --force -o ca/ca
same ca/ca.key ca.key.before "it is as it was"
rm ca.key.before
(umask 0; reload-keygen ca -q --overlay chatter -o other --bits 1024 "${long[@]}")
is "$(stat -c %a other/ca.key)" 600 "whatever the umask"
openssl x509 -in ca/ca.crt -noout -text >text
has() # DESCRIPTION REGEX-OF-TWO-LINES...: in the file text
{
    ok "$1" grep -qzE -- "$2" text
}
has "X.509 v3" 'Version: 3 '
has "basicConstraints is critical, CA:TRUE" 'X509v3 Basic Constraints: critical'$'\n'' +CA:TRUE'
has "keyUsage is critical, and is keyCertSign and cRLSign" 'X509v3 Key Usage: critical'$'\n'' +Certificate Sign, CRL Sign'$'\n'
has "it has a subjectKeyIdentifier" 'X509v3 Subject Key Identifier: *'$'\n'
has "SHA-256" 'Signature Algorithm: sha256WithRSAEncryption'
has "2048 bits" 'Public-Key: \(2048 bit\)'
is "$(openssl x509 -in ca/ca.crt -noout -startdate -enddate | xargs)" "notBefore=Jan 1 00:00:00 2020 GMT notAfter=Jan 1 00:00:00 2040 GMT" "the dates asked for"
is "$(openssl x509 -in ca/ca.crt -noout -issuer | sed 's/^issuer//')" "$(openssl x509 -in ca/ca.crt -noout -subject | sed 's/^subject//')" "self-issued"
ok "openssl verify takes it" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt ca/ca.crt
ok "the key is the certificate's" test "$(openssl pkey -in ca/ca.key -pubout)" = "$(openssl x509 -in ca/ca.crt -noout -pubkey)"
is "$(jq -c '[.overlay, .security, .dht, .hash, .ca]' ca/overlay.json)" '["chat","CERTS","Chord1.0","SHA-1",["ca.crt"]]' "the profile"
is "$(jq -c '.min_rsa_bits' other/overlay.json)" 1024 "a CA of 1024 bits says so in its profile"
cp -r ca before
t "is not overwritten" 4 '' '~reload-keygen ca: ca.*: .*' reload-keygen ca --overlay chat -o ca --bits 1024 -q
ok "and stays as it is" diff -r ca before
for file in ca.crt index overlay.json; do
    mkdir "part-$file"
    cp "ca/$file" "part-$file/"
    t "nor where there is $file alone" 4 '' "~reload-keygen ca: .*: part-$file/$file exists" reload-keygen ca --overlay chat -o "part-$file" --bits 1024 -q
    is "$(ls "part-$file") $(cmp "ca/$file" "part-$file/$file" && echo same)" "$file same" "which stays as it is, alone"
done
t "1024 bits draw a warning" 0 '' '~reload-keygen ca: warning: .*' reload-keygen ca --overlay chat -o small --bits 1024 "${long[@]}"
t "--name" 0 '' '' reload-keygen ca --overlay chat -o named --bits 1024 -q --name "Chat Root" "${long[@]}"
is "$(openssl x509 -in named/ca.crt -noout -subject -nameopt RFC2253)" "subject=CN=Chat Root" "is the subject"

# ---- issue ----

issue()
{
    reload-keygen issue --ca ca "${dates[@]}" "$@"
}
t "a user with two Peer-IDs" 0 '' '' issue --user alice@example.com --peers 2 -o alice
is "$(stat -c %a alice.key)" 600 "its key is of mode 0600"
ok "the key is the certificate's" test "$(openssl pkey -in alice.key -pubout)" = "$(openssl x509 -in alice.crt -noout -pubkey)"
ok "openssl verify takes it" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt alice.crt
ok "for S/MIME" openssl verify -purpose smimesign -attime $now -CAfile ca/ca.crt alice.crt
t "not under another CA" 2 '' '*' openssl verify -attime $now -CAfile other/ca.crt alice.crt
openssl x509 -in alice.crt -noout -text >text
has "X.509 v3" 'Version: 3 '
ok "it is not a CA" bash -c '! grep -q CA:TRUE text'
has "keyUsage is critical, and is digitalSignature" 'X509v3 Key Usage: critical'$'\n'' +Digital Signature'$'\n'
has "it has an authorityKeyIdentifier" 'X509v3 Authority Key Identifier: *'$'\n'
is "$(openssl x509 -in alice.crt -noout -startdate -enddate | xargs)" "notBefore=Jan 1 00:00:00 2023 GMT notAfter=Jan 1 00:00:00 2024 GMT" "the dates asked for"

# names CERT: its subjectAltName, one a line
names()
{
    openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | sed -n '2{s/^ *//; s/, /\n/g; p}'
}
peers()
{
    names "$1" | sed -n 's|^URI:reload://\([0-9a-f]\{40\}\)@chat/$|\1|p'
}
is "$(names alice.crt | grep -v reload | sort | xargs)" "URI:sip:alice@example.com email:alice@example.com" "its user is an rfc822Name and a SIP URI (D19)"
is "$(peers alice.crt | wc -l)" 2 "and two Peer-IDs"
is "$(names alice.crt | wc -l)" 4 "and nothing else"
is "$(openssl x509 -in alice.crt -noout -ext subjectAltName | head -n 1 | grep -c critical)" 0 "with a subject, subjectAltName is not critical"
# successor HEX: the next Peer-ID (the last 48 bits of one drawn here are all ones once in 2^48)
successor()
{
    printf '%s%012x' "${1:0:28}" $((0x${1:28} + 1))
}
mapfile -t ids < <(peers alice.crt)
is "${ids[1]}" "$(successor "${ids[0]}")" "which are consecutive"

if command -v certtool >/dev/null; then
    ok "certtool reads the CA's certificate" bash -c 'certtool --infile ca/ca.crt -i >certtool.out'
    ok "its basicConstraints are critical" grep -qE 'Basic Constraints \(critical\)' certtool.out
    ok "certtool reads the certificate" bash -c 'certtool --infile alice.crt -i >certtool.out'
    ok "and its Peer-IDs" grep -qF "reload://${ids[0]}@chat/" certtool.out
    ok "and its key usage" bash -c 'grep -A1 "Key Usage (critical)" certtool.out | grep -q "Digital signature"'
    ok "certtool reads the key" certtool --infile alice.key -k --outfile /dev/null
else
    skip "certtool" "not installed"
fi

# serials CERT...: of each, in hex
serial()
{
    openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}
# shellcheck disable=SC2317 # ok runs it
# the serial number's DER: positive, at most 20 octets (RFC 5280 section 4.1.2.2)
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
ok "the CA's serial number is good" good_serial ca/ca.crt
ok "the certificate's serial number is good" good_serial alice.crt
t "is not overwritten" 4 '' '~reload-keygen issue: alice\.key: .*exists.*--force.*' issue --user bob@example.com -o alice
is "$(serial alice.crt)" "$(grep -o '^[0-9a-f]*	' ca/index | head -n 1 | tr -d '\t')" "and stays as it is"
t "but with --force" 0 '' '' issue --user bob@example.com -o alice2 --bits 1024 -q
before=$(cat alice2.key)
t "the key is replaced" 0 '' '' issue --user bob@example.com -o alice2 --force --bits 1024 -q
ok "by another" test "$(cat alice2.key)" != "$before"
is "$(stat -c %a alice2.key)" 600 "of mode 0600"
t "two users" 0 '' '' issue --user sip:carol@example.com --user mailto:dave@example.com --peers 0 -o two --bits 1024 -q
is "$(names two.crt | sort | xargs)" "URI:sip:carol@example.com URI:sip:dave@example.com email:carol@example.com email:dave@example.com" "are named, their schemes put right"
t "a peer and no user" 0 '' '' issue -o peer --bits 1024 -q
is "$(names peer.crt | wc -l) $(peers peer.crt | wc -l)" "1 1" "has one Peer-ID"
t "neither a user nor a peer" 2 '' '~reload-keygen issue: --peers=0 requires --user: .*' issue --peers 0 -o empty
ok "leaves no file" test ! -e empty.key -a ! -e empty.crt
t "--bits 1024 -q" 0 '' '' openssl x509 -in peer.crt -noout
has1024=$(openssl x509 -in peer.crt -noout -text)
ok "is of 1024 bits" grep -q '(1024 bit)' <<<"$has1024"

# the index: a line a certificate, which a person can read
ok "the index names users" grep -qF alice@example.com ca/index
ok "the index names the first Peer-ID and how many" grep -qE "$(serial alice.crt).*${ids[0]}.*2" ca/index
ok "the index tells the end of validity" grep -qE "$(serial alice.crt).*2024-01-01T00:00:00Z" ca/index
is "$(grep -vc '^#' ca/index)" 5 "a line for each certificate"
ok "all of it printable" bash -c '! LC_ALL=C grep -q "[^[:print:][:space:]]" ca/index'

# ---- requests ----

t "a request" 0 '' '' reload-keygen request -o erin --user erin@example.com
ok "its files" test -e erin.key -a -e erin.csr
is "$(stat -c %a erin.key)" 600 "its key is of mode 0600"
ok "openssl req -verify takes it" bash -c 'openssl req -in erin.csr -verify -noout 2>&1 | grep -q "verify OK"'
is "$(openssl pkey -in erin.key -noout -text | head -n 1)" "Private-Key: (2048 bit, 2 primes)" "its key has 2048 bits"
is "$(openssl req -in erin.csr -noout -subject -nameopt RFC2253)" "subject=CN=erin@example.com" "its subject is the user"
ok "the key is the request's" test "$(openssl pkey -in erin.key -pubout)" = "$(openssl req -in erin.csr -noout -pubkey)"
t "is not overwritten" 4 '' '~reload-keygen request: erin\.key: .*exists.*' reload-keygen request -o erin --user erin@example.com
t "but with --force, and of another size with --bits" 0 '' '' reload-keygen request -o erin --user erin@example.com --force --bits 3072
is "$(openssl pkey -in erin.key -noout -text | head -n 1)" "Private-Key: (3072 bit, 2 primes)" "it is by a new key of that size"
t "issue --request" 0 '' '' issue --request erin.csr --user erin@example.com --peers 2 -o certified
ok "writes no key" test ! -e certified.key
ok "and certifies the request's" test "$(openssl pkey -in erin.key -pubout)" = "$(openssl x509 -in certified.crt -noout -pubkey)"
ok "openssl verify takes it" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt certified.crt
openssl req -new -key erin.key -subj /CN=mallory -addext "subjectAltName=URI:reload://$bob@chat/,email:root@example.com" \
    -addext basicConstraints=CA:TRUE -out wish.csr
t "a request with wishes" 0 '' '' issue --request wish.csr --user mallory@example.com --peers 1 -o wish
is "$(names wish.crt | grep -v reload: | sort | xargs)" "URI:sip:mallory@example.com email:mallory@example.com" "gets the names that the CA says"
ok "and is not a CA" bash -c '! openssl x509 -in wish.crt -noout -text | grep -q CA:TRUE'
openssl req -in erin.csr -outform DER -out erin.der
t "a request in DER" 0 '' '' issue --request erin.der --user erin@example.com --peers 1 -o der
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
t "a request that is not there" 4 '' '~reload-keygen issue: none\.csr: No such file or directory' issue --request none.csr --user x@example.com -o refused
ok "no certificate was issued" test ! -e refused.crt
is "$(wc -l <ca/index)" "$lines" "and none is in the index"

# ---- Peer-IDs ----

by_request=(--request erin.csr)
for n in {1..20}; do
    issue "${by_request[@]}" --user "user$n@example.com" --peers $((n % 5 + 1)) -o "many$n" || echo "certificate $n" >>failed
done
ok "20 certificates" test ! -e failed
pids=()
for n in {1..8}; do
    issue "${by_request[@]}" --user "crowd$n@example.com" --peers 3 -o "crowd$n" 2>"crowd$n.err" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || echo "$pid" >>failed; done
ok "and 8 at once" test ! -e failed
is "$(cat crowd*.err)" "" "without a word"
for file in many*.crt crowd*.crt; do
    mapfile -t ids < <(peers "$file")
    for ((i = 1; i < ${#ids[@]}; i++)); do
        [ "${ids[i]}" = "$(successor "${ids[i - 1]}")" ] || echo "$file: ${ids[*]}" >>gaps
    done
done
ok "the Peer-IDs of each are consecutive" test ! -e gaps
for file in alice.crt alice2.crt peer.crt certified.crt wish.crt der.crt many*.crt crowd*.crt; do peers "$file"; done | sort >all
is "$(uniq -d all)" "" "no Peer-ID was issued twice"
is "$(wc -l <all)" $((2 + 1 + 1 + 2 + 1 + 1 + 60 + 24)) "and each certificate has as many as asked for"
is "$(cut -c 1-2 all | sort -u | wc -l | awk '{ print ($1 > 10) }')" 1 "they are spread over the namespace"
ok "each line of the index has its certificate" bash -c 'for f in many*.crt crowd*.crt; do grep -q "^$(openssl x509 -in "$f" -noout -serial | sed "s/.*=//" | tr A-F a-f)" ca/index || exit 1; done'
is "$(for f in many*.crt crowd*.crt; do serial "$f"; done | sort | uniq -d)" "" "no serial number was given twice"

too_many()
{
    t "$1" 4 '' "~reload-keygen issue: .*$2.*" issue "${by_request[@]}" -o toomany "${@:3}"
}
too_many "17 Peer-IDs for one user" 'greedy@example.com would have 17 Peer-IDs; the CA.s limit is 16' --user greedy@example.com --peers 17
too_many "17 Peer-IDs without a user" 'limit is 16' --peers 17
t "16 Peer-IDs" 0 '' '' issue "${by_request[@]}" --user greedy@example.com --peers 16 -o greedy
too_many "and one more" greedy@example.com --user greedy@example.com --peers 1
too_many "and one more beside another user" greedy@example.com --user modest@example.com --user sip:greedy@example.com --peers 1
t "none more" 0 '' '' issue "${by_request[@]}" --user greedy@example.com --peers 0 -o greedy0
too_many "the host in another case is the same user (D21)" greedy@example.com --user greedy@EXAMPLE.com --peers 1
t "ca --max-peers" 0 '' '' reload-keygen ca --overlay chat -o few --bits 1024 -q --max-peers 2 "${long[@]}"
t "2 of 2" 0 '' '' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user a@example.com --peers 2 -o few2
t "3 of 2" 4 '' '~reload-keygen issue: .*' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user b@example.com --peers 3 -o few3

t "--peer-id" 0 '' '' issue "${by_request[@]}" --user frank@example.com --peer-id "$alice" --peer-id "${alice%0}1" -o frank
is "$(peers frank.crt | xargs)" "$alice ${alice%0}1" "is named"
refused()
{
    t "$1" 4 '' "~reload-keygen issue: .*" issue "${by_request[@]}" -o refused "${@:2}"
}
refused "a Peer-ID that is taken" --user g@example.com --peer-id "$alice"
refused "a Peer-ID inside a block that is taken" --user g@example.com --peer-id "${alice%0}1"
refused "a block that runs into one that is taken" --user g@example.com --peer-id "463ac413c3ffffffffffffffffffffffffffffff" --peer-id "$alice"
refused "Peer-IDs with a gap" --user g@example.com --peer-id "$bob" --peer-id "${bob%0}2"
refused "Peer-IDs in descending order" --user g@example.com --peer-id "${bob%0}1" --peer-id "$bob"
refused "one Peer-ID twice" --user g@example.com --peer-id "$bob" --peer-id "$bob"
last=ffffffffffffffffffffffffffffffffffffffff
refused "Peer-IDs over the namespace's end" --user g@example.com --peer-id $last --peer-id 0000000000000000000000000000000000000000
ok "no certificate was issued" test ! -e refused.crt
t "the namespace's last" 0 '' '' issue "${by_request[@]}" --user g@example.com --peer-id $last -o last
t "the namespace's first" 0 '' '' issue "${by_request[@]}" --user g@example.com --peer-id 0000000000000000000000000000000000000000 -o first
t "upper-case --peer-id" 0 '' '' issue "${by_request[@]}" --user h@example.com --peer-id "${bob^^}" -o upper
is "$(peers upper.crt)" "$bob" "is the same"
refused "and is taken" --user g@example.com --peer-id "$bob"

# ---- renewing and revoking ----

t "issue --renew" 0 '' '' issue --renew certified.crt "${by_request[@]}" -o renewed
is "$(names renewed.crt | sort)" "$(names certified.crt | sort)" "keeps the names"
ok "under another serial number" test "$(serial renewed.crt)" != "$(serial certified.crt)"
ok "openssl verify takes it" openssl verify -x509_strict -attime $now -CAfile ca/ca.crt renewed.crt
t "renewing with a new key" 0 '' '' issue --renew renewed.crt -o renewed2 --bits 1024 -q
is "$(names renewed2.crt | sort)" "$(names certified.crt | sort)" "keeps the names too"
t "renewing does not use up Peer-IDs" 0 '' '' issue --renew greedy.crt "${by_request[@]}" -o greedy2
refused "a certificate of another CA is not renewed" --renew few2.crt
t "issue --peers 2 of a certificate that lies about its serial" 0 '' '' openssl req -x509 -key ec.key -subj /CN=x -days 9999 -set_serial "0x$(serial alice.crt)" \
    -addext "subjectAltName=email:root@example.com,URI:reload://$alice@chat/" -out liar.crt
refused "a certificate with a serial number of this CA's, but not signed by it, is not renewed" --renew liar.crt
refused "garbage is not renewed" --renew garbage.csr

revoke()
{
    reload-keygen revoke --ca ca "$@"
}
crl()
{
    reload-keygen crl --ca ca --time 2023-11-01T00:00:00Z --next-update 2023-12-01T00:00:00Z "$@"
}
t "a CRL" 0 '' '' crl -o empty.crl
ok "openssl crl takes it" openssl crl -in empty.crl -noout -CAfile ca/ca.crt
openssl crl -in empty.crl -noout -text >text
has "version 2" 'Version 2 '
has "with nothing in it" 'No Revoked Certificates'
is "$(openssl crl -in empty.crl -noout -lastupdate -nextupdate | xargs)" "lastUpdate=Nov 1 00:00:00 2023 GMT nextUpdate=Dec 1 00:00:00 2023 GMT" "the dates asked for"
number=$(openssl crl -in empty.crl -noout -crlnumber | sed 's/.*=0x//')
t "revoke" 0 '' '' revoke --serial "$(serial alice.crt)" --time 2023-10-01T12:34:56Z
t "the next CRL" 0 '' '' crl -o one.crl
ok "openssl crl takes it" openssl crl -in one.crl -noout -CAfile ca/ca.crt
openssl crl -in one.crl -noout -text >text
is "$(grep -A1 'Serial Number' text | tr -s ' \n' ' ')" " Serial Number: $(serial alice.crt | tr a-f A-F) Revocation Date: Oct 1 12:34:56 2023 GMT " "lists it with its date"
has "an authorityKeyIdentifier" 'X509v3 Authority Key Identifier'
is "$(openssl x509 -in ca/ca.crt -noout -ext subjectKeyIdentifier | tail -n 1 | tr -d ' ')" "$(grep -A1 'Authority Key Id' text | tail -n 1 | sed 's/keyid://; s/ //g')" "which is the CA's"
next=$(openssl crl -in one.crl -noout -crlnumber | sed 's/.*=0x//')
ok "its number is higher" test $((0x$next)) -gt $((0x$number))
t "openssl verify refuses a revoked certificate" 2 '' '~.*certificate revoked.*' openssl verify -crl_check -attime $now -CAfile ca/ca.crt -CRLfile one.crl alice.crt
ok "and takes another" openssl verify -crl_check -attime $now -CAfile ca/ca.crt -CRLfile one.crl certified.crt
if command -v certtool >/dev/null; then
    ok "certtool takes the CRL" bash -c 'certtool --infile one.crl --crl-info >certtool.out'
    ok "and reads its entry" grep -qi "$(serial alice.crt)" certtool.out
else
    skip "certtool and the CRL" "not installed"
fi
ok "the index shows it as revoked" grep -qE "^$(serial alice.crt).*2023-10-01T12:34:56Z" ca/index
refused "a revoked certificate is not renewed" --renew alice.crt
t "revoking again changes nothing" 0 '' '~reload-keygen revoke: warning: .* is already revoked' revoke --serial "$(serial alice.crt)" --time 2022-01-01T00:00:00Z
t "nor says so with --quiet" 0 '' '' revoke --quiet --serial "$(serial alice.crt)"
ok "its date is kept" grep -qE "^$(serial alice.crt).*2023-10-01T12:34:56Z" ca/index
t "upper-case --serial" 0 '' '' revoke --serial "$(serial certified.crt | tr a-f A-F)" --time 2023-10-02T00:00:00Z
t "a serial number with colons or odd digits is refused" 4 '' '~reload-keygen revoke: .*' revoke --serial 123
t "an unknown serial number" 4 '' '~reload-keygen revoke: .*' revoke --serial 00112233445566778899aabbccddeeff
chmod 644 ca/ca.key
t "a CRL by a key that others can read" 0 '' '~reload-keygen crl: ca/ca\.key: warning: .*' crl -o open.crl
t "with --quiet no word of it" 0 '' '' crl --quiet -o open.crl
chmod 600 ca/ca.key
t "a CRL on standard output" 0 '~-----BEGIN X509 CRL-----.*' '' crl
reload-keygen crl --ca ca --time 2023-11-02T00:00:00Z --next-update 2060-12-01T00:00:00Z -o two.crl
is "$(openssl crl -in two.crl -noout -text | grep -c 'Serial Number')" 2 "both are listed"
is "$(openssl crl -in two.crl -noout -nextupdate)" "nextUpdate=Dec  1 00:00:00 2060 GMT" "a date beyond 2049"
ok "openssl crl takes it" openssl crl -in two.crl -noout -CAfile ca/ca.crt
revoked_peers=$(peers alice.crt | head -n 1)
refused "a revoked certificate's Peer-ID stays taken" --user z@example.com --peer-id "$revoked_peers"

# reload-verify's view
jq -c ".header.source_id = \"$alice\"" <<<"$(reload-sign --example PEER-SEARCH)" | reload-sign --time $now --key erin.key --cert frank.crt -o frank.bin
t "reload-verify takes it, by the profile" 0 '~frank\.bin: .*: valid' '' reload-verify --time $now --profile ca/overlay.json frank.bin
t "and with the CRL" 0 '~frank\.bin: .*: valid' '' reload-verify --time $now --profile ca/overlay.json --crl one.crl frank.bin
revoke --serial "$(serial frank.crt)" --time 2023-10-02T00:00:00Z
crl -o three.crl
t "until it is revoked" 1 '~frank\.bin: .*: invalid: revoked-certificate .*' '' reload-verify --time $now --profile ca/overlay.json --crl three.crl frank.bin

# ---- uniformly (S§7): every first and every last digit of a block's first Peer-ID occurs among 256 (by chance one is missing once
# in some 500,000 runs) ----
t "a request to issue from" 0 '' '' reload-keygen request -q --bits 1024 --user u@example.com -o spread
t "a CA to issue from" 0 '' '' reload-keygen ca -q --overlay chat -o spread-ca --bits 1024
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
    t "$1: a certificate" 0 '' '~reload-keygen issue: warning: .*test vectors.*' reload-keygen issue --ca "$1" --user alice@example.com --peers 2 --bits 1024 --seed "$2" "${dates[@]}" -o "$1/alice"
    t "$1: a request" 0 '' '~reload-keygen request: warning: .*test vectors.*' reload-keygen request --user alice@example.com --bits 1024 --seed "$2" -o "$1/req"
}
seeded seed1 00112233
seeded seed2 00112233
ok "are the same octet for octet" diff -r seed1 seed2
t "another certificate" 0 '' '*' reload-keygen issue --ca seed1 --user bob@example.com --bits 1024 --seed 00112233 "${dates[@]}" -o seed1/bob
ok "has a key of its own" test "$(openssl pkey -in seed1/bob.key -pubout)" != "$(openssl pkey -in seed1/alice.key -pubout)"
ok "the CA's is another too" test "$(openssl pkey -in seed1/ca.key -pubout)" != "$(openssl pkey -in seed1/alice.key -pubout)"
t "another seed" 0 '' '*' reload-keygen ca --overlay chat -o seed3 --bits 1024 --seed 00112234 "${long[@]}"
ok "gives another key" test "$(openssl pkey -in seed1/ca.key -pubout)" != "$(openssl pkey -in seed3/ca.key -pubout)"
for seed in '' 0 xy; do
    t "--seed '$seed'" 2 '' '~reload-keygen ca: .*--seed: .*' reload-keygen ca --overlay chat -o seed4 --bits 1024 --seed "$seed"
done
is "$(stat -c %a seed1/alice.key)" 600 "a key made with --seed is of mode 0600"

# ---- the index ----

# what a killed call leaves beside the index
head -c 30 few/index >few/index.tmp
head -c 30 few/index >few/.index.abcdef
head -c 30 few/index >few/index.12345
t "leftovers of a killed call change nothing" 0 '' '' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user c@example.com -o few4
is "$(grep -vc '^#' few/index)" 2 "the index has both certificates"
cp few/index index.good
corrupt() # DESCRIPTION LINE
{
    t "an index with $1" 4 '' "~reload-keygen issue: few/index: line $2: .*" reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user d@example.com -o few5
    t "an index with $1: no CRL" 4 '' "~reload-keygen crl: few/index: line $2: .*" reload-keygen crl --ca few
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
corrupt "a field too few" "$at"
sed -i "${at}s/\$/\tx/" few/index
corrupt "a field too many" "$at"
sed -i "${at}s/.*/garbage/" few/index
corrupt "garbage" "$at"
head -c -5 index.good >few/index
corrupt "a truncated last line" $((at + 1))
sed -i "${at}s/.\$/\x00/" few/index
corrupt "a NUL" "$at"
sed -i "$((at + 1))s/^/\x00/" few/index
corrupt "a NUL that begins a line" $((at + 1))
sed -i 's/^# crl-number.*/# crl-number x/' few/index
corrupt "a malformed CRL number" '[0-9]*'
rm few/index
t "no index" 4 '' '~reload-keygen issue: few/index: No such file or directory' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user d@example.com -o few5
: >few/index
t "an empty index makes no CRL in which nothing is revoked" 4 '' '~reload-keygen crl: few/index: .*' reload-keygen crl --ca few
cp index.good few/index
cp other/ca.key few/ca.key
t "a CA with another's key" 4 '' '~reload-keygen issue: few: .*' reload-keygen issue --ca few "${dates[@]}" "${by_request[@]}" --user d@example.com -o few5
ok "none of these issued a certificate" test ! -e few5.crt
same few/index index.good "nor changed the index"

# a private key is in no other file than its own
key_line=$(sed -n 5p alice.key)
is "$(grep -rlF -- "$key_line" . | xargs)" ./alice.key "a private key is in its file only"
done_testing
