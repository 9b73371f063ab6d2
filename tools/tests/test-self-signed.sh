#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-keygen self-signed (D28): what it makes, as openssl and certtool see it, and what reload-sign does with it.
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
make=(reload-keygen self-signed --overlay chat "${dates[@]}")

# ---- help and mistakes ----

t "--help" 0 '~Usage: reload-keygen self-signed .*' '' reload-keygen self-signed --help
usage() # DESCRIPTION WORDS ARGUMENT...
{
    t "usage: $1" 2 '' "~reload-keygen self-signed: $2"$'\n'"Try 'reload-keygen self-signed --help'\\." reload-keygen self-signed "${@:3}"
}
usage "no overlay" '--overlay .*' -o p
usage "no --output" '--overlay and --output .*' --overlay chat
usage "an operand" '.*"x".*' --overlay chat -o p x
for overlay in '' 'a b' 'a/b' 'a%b' 'a@b' $'a\nb' 'ä'; do
    usage "--overlay '$overlay'" '--overlay: .*' --overlay "$overlay" -o p
done
for bits in 1023 8193 0 x; do
    usage "--bits $bits" '--bits: .*' --overlay chat -o p --bits $bits
done
for user in alice @example.com alice@ '' 'a b@c' $'a\n@b' 'a,b@c'; do
    usage "--user '$user'" '--user: .*' --overlay chat -o p --user "$user"
done
usage "--peers and --peer-id" '--peers and --peer-id .*' --overlay chat -o p --peers 1 --peer-id "$alice"
usage "--peers 65" '--peers: .*' --overlay chat -o p --peers 65
usage "--peer-id of 39 digits" '--peer-id: .*' --overlay chat -o p --peer-id "${alice:1}"
usage "it ends before it begins" '--not-after .*' --overlay chat -o p --not-before 2 --not-after 1
usage "neither a user nor a Peer-ID" '.*neither a user nor a Peer-ID.*' --overlay chat -o p --peers 0
usage "--bits and --key" '--bits .*--key .*' --overlay chat -o p --bits 2048 --key k
usage "--seed of an odd number of digits" '--seed: .*' --overlay chat -o p --seed 012
refused() # DESCRIPTION WORDS ARGUMENT...
{
    t "$1" 4 '' "~reload-keygen self-signed: $2" "${make[@]}" -o refused "${@:3}"
}
refused "Peer-IDs with a gap" '.*not consecutive.*' --peer-id "$bob" --peer-id "${bob%0}2"
refused "Peer-IDs in descending order" '.*not consecutive.*' --peer-id "${bob%0}1" --peer-id "$bob"
refused "Peer-IDs over the namespace's end" '.*not consecutive.*' --peer-id ffffffffffffffffffffffffffffffffffffffff \
    --peer-id 0000000000000000000000000000000000000000
refused "no key file" 'none: No such file or directory' --key none
ok "none of these left a file behind" only_files . run
t "a directory that is not there" 4 '' '~reload-keygen self-signed: none/p\.key: .*' "${make[@]}" -o none/p

# ---- the certificate ----

t "a user with two Peer-IDs" 0 '' '' "${make[@]}" --user sip:Alice@EXAMPLE.com --user carol@example.com --peers 2 -o alice
ok "key and certificate" only_files . run alice.key alice.crt
is "$(stat -c %a alice.key)" 600 "its key is of mode 0600"
(umask 0; "${make[@]}" -o open)
is "$(stat -c %a open.key)" 600 "whatever the umask"
ok "the key is the certificate's" test "$(openssl pkey -in alice.key -pubout)" = "$(openssl x509 -in alice.crt -noout -pubkey)"
ok "it verifies under itself" openssl verify -x509_strict -check_ss_sig -attime $now -CAfile alice.crt alice.crt
t "and under no other" 2 '' '*' openssl verify -attime $now -CAfile open.crt alice.crt
der=$(openssl x509 -in alice.crt -outform DER | hex)
unhex "${der:0:$((${#der} - 2))}$(printf '%02x' $((0x${der: -2} ^ 1)))" | openssl x509 -inform DER -out flipped.crt
t "nor with a bit of its signature turned" 2 '' '~.*signature failure.*' openssl verify -check_ss_sig -attime $now -CAfile flipped.crt flipped.crt
openssl x509 -in alice.crt -noout -text >text
has() # DESCRIPTION REGEX
{
    ok "$1" grep -qzE -- "$2" text
}
has "X.509 v3" 'Version: 3 '
has "SHA-256" 'Signature Algorithm: sha256WithRSAEncryption'
has "2048 bits" 'Public-Key: \(2048 bit\)'
has "keyUsage is critical, and is digitalSignature alone" 'X509v3 Key Usage: critical'$'\n'' +Digital Signature *'$'\n'
ok "it is no CA" bash -c '! grep -q CA:TRUE text'
key_id() # NAME-OF-EXTENSION
{
    openssl x509 -in alice.crt -noout -ext "$1" | sed -n '2{s/keyid://; s/^ *//; p}'
}
ok "it has a subjectKeyIdentifier" test -n "$(key_id subjectKeyIdentifier)"
is "$(key_id authorityKeyIdentifier)" "$(key_id subjectKeyIdentifier)" "which is its authorityKeyIdentifier"
is "$(openssl x509 -in alice.crt -noout -startdate -enddate | xargs)" "notBefore=Jan 1 00:00:00 2023 GMT notAfter=Jan 1 00:00:00 2024 GMT" \
    "the dates asked for"
subject() # CERT
{
    openssl x509 -in "$1" -noout -subject -nameopt RFC2253 | sed 's/^subject= *//'
}
issuer()
{
    openssl x509 -in "$1" -noout -issuer -nameopt RFC2253 | sed 's/^issuer= *//'
}
is "$(subject alice.crt)" CN=Alice@example.com "its common name is the first user"
is "$(issuer alice.crt)" CN=Alice@example.com "and its issuer's too"

# names CERT: its subjectAltName, one a line
names()
{
    openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | sed -n '2{s/^ *//; s/, /\n/g; p}'
}
peers()
{
    names "$1" | sed -n 's|^URI:reload://\([0-9a-f]\{40\}\)@chat/$|\1|p'
}
is "$(names alice.crt | grep -v reload: | xargs)" \
    "email:Alice@example.com URI:sip:Alice@example.com email:carol@example.com URI:sip:carol@example.com" \
    "each user stands there as rfc822Name and SIP URI (D19)"
mapfile -t ids < <(peers alice.crt)
is "${#ids[@]} $(names alice.crt | wc -l)" "2 6" "and two Peer-IDs, and nothing else"
is "${ids[1]-}" "$(printf '%s%012x' "${ids[0]:0:28}" $((0x${ids[0]:28} + 1)))" "which are consecutive"
ok "another draws others" test "$(peers open.crt)" != "${ids[0]}"
is "$(names open.crt)" "URI:reload://$(peers open.crt)@chat/" "one Peer-ID unless told"
is "$(subject open.crt)" "CN=$(peers open.crt)" "which is the common name where there is no user"
t "--peer-id" 0 '' '' "${make[@]}" --peer-id "${alice^^}" --peer-id "${alice%0}1" -o told
is "$(peers told.crt | xargs)" "$alice ${alice%0}1" "is named"
t "--peers 0 and a user" 0 '' '' "${make[@]}" --peers 0 --user carol@example.com -o carol
is "$(names carol.crt | xargs)" "email:carol@example.com URI:sip:carol@example.com" "names the user alone"
t "--name" 0 '' '' "${make[@]}" --name "Bob at home" --peer-id "$bob" -o bob
is "$(subject bob.crt), $(issuer bob.crt)" "CN=Bob at home, CN=Bob at home" "is subject and issuer"
t "--bits 1024 draws a warning" 0 '' '~reload-keygen self-signed: warning: .*2048.*' "${make[@]}" --bits 1024 -o small
has_bits=$(openssl x509 -in small.crt -noout -text | grep -o '([0-9]* bit)')
is "$has_bits" "(1024 bit)" "and is done"
t "not with --quiet" 0 '' '' "${make[@]}" -q --bits 1024 -o quiet
reload-keygen self-signed --overlay chat --not-before 2023-01-01T00:00:00Z -o year
is "$(openssl x509 -in year.crt -noout -enddate)" "notAfter=Jan  1 00:00:00 2024 GMT" "a year unless told"

if command -v certtool >/dev/null; then
    ok "certtool reads the certificate" bash -c 'certtool --infile alice.crt -i >certtool.out'
    ok "and its Peer-IDs" grep -qF "reload://${ids[0]}@chat/" certtool.out
    ok "and its key usage" bash -c 'grep -A1 "Key Usage (critical)" certtool.out | grep -q "Digital signature"'
    ok "certtool reads the key" certtool --infile alice.key -k --outfile /dev/null
else
    skip "certtool" "not installed"
fi

# ---- files that are there already ----

cp alice.key key.before
cp alice.crt crt.before
t "a key is not overwritten" 4 '' '~reload-keygen self-signed: alice\.key: .*--force.*' "${make[@]}" -o alice
rm alice.key
t "nor a certificate" 4 '' '~reload-keygen self-signed: alice\.crt: .*--force.*' "${make[@]}" -o alice
ok "and no key is written" test ! -e alice.key
install -m 600 key.before alice.key
same alice.crt crt.before "the certificate stays as it is"
cp alice.key forced.key
cp alice.crt forced.crt
t "unless --force says so" 0 '' '' "${make[@]}" --force -o forced
ok "then both are new" bash -c '! cmp -s forced.key alice.key && ! cmp -s forced.crt alice.crt'
ok "and belong together" test "$(openssl pkey -in forced.key -pubout)" = "$(openssl x509 -in forced.crt -noout -pubkey)"

# ---- a key that is there ----

t "--key" 0 '' '' "${make[@]}" --key alice.key --user alice@example.com --peer-id "$alice" -o again
ok "writes no key" test ! -e again.key
is "$(openssl x509 -in again.crt -noout -pubkey)" "$(openssl pkey -in alice.key -pubout)" "and certifies that one"
ok "which verifies under itself" openssl verify -x509_strict -check_ss_sig -attime $now -CAfile again.crt again.crt
t "--key does not overwrite either" 4 '' '~reload-keygen self-signed: again\.crt: .*--force.*' "${make[@]}" --key alice.key -o again
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
chmod 600 ec.key
refused "an EC key" 'ec\.key: .*RSA.*' --key ec.key
refused "a certificate as the key" 'alice\.crt: .*' -q --key alice.crt
ok "these made no certificate" test ! -e refused.crt

# ---- --seed ----

t "--seed warns" 0 '' '~reload-keygen self-signed: warning: .*' "${make[@]}" --seed 00ff --user alice@example.com --peers 2 -o seed1
"${make[@]}" -q --seed 00ff --user alice@example.com --peers 2 -o seed2
same seed2.key seed1.key "one seed makes one key"
same seed2.crt seed1.crt "and one certificate"
"${make[@]}" -q --seed 00fe --user alice@example.com --peers 2 -o seed3
ok "another seed makes another key" bash -c '! cmp -s seed3.key seed1.key'
ok "and other Peer-IDs" test "$(peers seed3.crt)" != "$(peers seed1.crt)"
"${make[@]}" -q --seed 00ff --user bob@example.com --peers 2 -o seed4
ok "and so does another user" bash -c '! cmp -s seed4.key seed1.key'
reload-keygen self-signed --overlay other "${dates[@]}" -q --seed 00ff --user alice@example.com --peers 2 -o seed5
ok "and another overlay" bash -c '! cmp -s seed5.key seed1.key'

# ---- reload-sign signs with it ----

reload-sign --example PEER-SEARCH >search.json
t "reload-sign signs with it" 0 '' '' reload-sign --key alice.key --cert again.crt --time $now -o search.bin search.json
reload-sign --key alice.key --cert again.crt --time $now --tbs -o search.tbs search.json
tail -c 256 search.bin >search.sig
openssl x509 -in again.crt -noout -pubkey >again.pub
ok "and openssl finds the signature good" openssl dgst -sha1 -verify again.pub -signature search.sig search.tbs
t "a verifier with a CA does not trust it" 1 '~.*: invalid: untrusted-certificate \(431\):.*' '' \
    reload-verify --ca "$TESTDATA/overlay/ca.crt" --time $now search.bin
t "not even where it is given as the CA" 1 '~.*: invalid: untrusted-certificate \(431\):.*' '' reload-verify --ca again.crt --time $now search.bin
t "another peer's PEER-ID is refused (D32)" 4 '' '~reload-sign: .*refused: .*PEER-ID.*' reload-sign --key bob.key --cert bob.crt --time $now search.json
jq '.header.overlay = {name: "other"}' search.json >other.json
t "another overlay too" 4 '' '~reload-sign: .*refused: .*Overlay.*' reload-sign --key alice.key --cert again.crt --time $now other.json
is "$(grep -rlF -- "$(sed -n 5p bob.key)" . | xargs)" ./bob.key "a private key is in its file only"
done_testing
