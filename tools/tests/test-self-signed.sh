#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reload-keygen self-signed: self-signed certificates (S§3.2, D28), checked by openssl and certtool.
. "$(dirname "$0")/tap.bash"

now=1700000000 # 2023-11-14T22:13:20Z
dates=(--not-before 2023-01-01T00:00:00Z --not-after 2024-01-01T00:00:00Z)
small=(--bits 1024 -q "${dates[@]}")

t "--help prints on standard output" 0 '~Usage: reload-keygen self-signed .*' '' reload-keygen self-signed --help
loud()
{
    reload-keygen self-signed --overlay chat "${dates[@]}" "$@"
}
made() # with dates in the past, of which --quiet gives no warning
{
    loud --quiet "$@"
}

# ---- mistakes ----

usage() # DESCRIPTION REGEX ARGUMENT...
{
    t "usage: $1" 2 '' "~reload-keygen self-signed: $2"$'\n'"Try 'reload-keygen self-signed --help'\\." reload-keygen self-signed "${@:3}"
}
usage "no --overlay" '--overlay is required' -o p
usage "no --output" '--output is required' --overlay chat
usage "an operand" 'unexpected operand "x"' --overlay chat -o p x
for overlay in '' 'a b' a/b a%b a@b $'a\nb' 'ä'; do
    usage "--overlay '$overlay'" '--overlay: .*' --overlay "$overlay" -o p
done
for bits in 1023 8193 x; do
    usage "--bits $bits" '--bits: .*' --overlay chat -o p --bits $bits
done
usage "--key with --bits" '--key cannot be combined with --bits' --overlay chat -o p --key k --bits 2048
usage "--peers with --peer-id" '--peers cannot be combined with --peer-id' --overlay chat -o p --peers 1 --peer-id "$alice"
usage "--peer-id of 39 digits" '--peer-id: .*' --overlay chat -o p --peer-id "${alice:1}"
usage "--peers 65" '--peers: .*' --overlay chat -o p --peers 65
usage "--peers 0 without --user" '--peers=0 requires --user: .*' --overlay chat -o p --peers 0
usage "--user without a host" '--user: .*' --overlay chat -o p --user alice
usage "--not-after before --not-before" '--not-after is before --not-before \(default: now\)' --overlay chat -o p --not-before 2 --not-after 1
usage "--seed that is not hex" '--seed: .*' --overlay chat -o p --seed x
for option in --ca --request --renew; do
    t "usage: $option, an option of issue" 2 '' '*' reload-keygen self-signed --overlay chat -o p $option x
done
t "Peer-IDs that are not consecutive are refused" 4 '' '~reload-keygen self-signed: the Peer-IDs given are not consecutive .*' \
    made "${small[@]}" -o p --peer-id "$alice" --peer-id "$bob"
t "-o in a missing directory fails" 4 '' '~reload-keygen self-signed: .*No such file or directory' made "${small[@]}" -o no/p
ok "refusals leave no file" only_files . run

# ---- the certificate ----

t "a certificate for a user with two Peer-IDs is created" 0 '' '' made --user sip:Alice@Example.com --peers 2 -o alice
ok "a key file and a certificate file are created" only_files . run alice.key alice.crt
is "$(stat -c %a alice.key)" 600 "the key has mode 0600"
ok "the key is the certificate's" test "$(openssl pkey -in alice.key -pubout)" = "$(openssl x509 -in alice.crt -noout -pubkey)"
for purpose in any smimesign; do
    ok "openssl accepts the certificate and its signature for the purpose $purpose" openssl verify -x509_strict -check_ss_sig -purpose $purpose -attime $now \
        -CAfile alice.crt alice.crt
done
t "openssl does not accept the certificate unless it is trusted" 2 '' '~.*error 18 at 0 depth.*' openssl verify -attime $now alice.crt
openssl x509 -in alice.crt -noout -text >text
has() # DESCRIPTION REGEX: the file text contains this, over one line or two
{
    ok "$1" grep -qzE -- "$2" text
}
has "the certificate is X.509 v3" 'Version: 3 '
has "the certificate is signed with SHA-256" 'Signature Algorithm: sha256WithRSAEncryption'
has "the key has 2048 bits" 'Public-Key: \(2048 bit\)'
has "the keyUsage is critical, digitalSignature only" 'X509v3 Key Usage: critical'$'\n'' +Digital Signature'$'\n'
lacks text CA:TRUE "the certificate is not a CA"
is "$(openssl x509 -in alice.crt -noout -subject -issuer -nameopt RFC2253 | xargs)" "subject=CN=Alice@example.com issuer=CN=Alice@example.com" \
    "the certificate's issuer is its subject"
is "$(openssl x509 -in alice.crt -noout -startdate -enddate | xargs)" "notBefore=Jan 1 00:00:00 2023 GMT notAfter=Jan 1 00:00:00 2024 GMT" \
    "the certificate has the specified dates"
is "$(sed -n '/Subject Key Id/{n;s/ //g;p}' text)" "$(sed -n '/Authority Key Id/{n;s/ //g;s/keyid://;p}' text)" "the authorityKeyIdentifier is the subjectKeyIdentifier"
names()
{
    openssl x509 -in "$1" -noout -ext subjectAltName 2>/dev/null | sed -n '2{s/^ *//; s/, /\n/g; p}'
}
peers()
{
    names "$1" | sed -n 's|^URI:reload://\([0-9a-f]\{40\}\)@chat/$|\1|p'
}
is "$(names alice.crt | grep -v reload | sort | xargs)" "URI:sip:Alice@example.com email:Alice@example.com" "a user is an rfc822Name and a SIP URI (D19)"
mapfile -t ids < <(peers alice.crt)
is "${#ids[@]} $(names alice.crt | wc -l)" "2 4" "the certificate has two Peer-IDs and no other names"
is "${ids[1]}" "$(printf '%s%012x' "${ids[0]:0:28}" $((0x${ids[0]:28} + 1)))" "two Peer-IDs are consecutive"
if command -v certtool >/dev/null; then
    ok "certtool reads the certificate" bash -c 'certtool --infile alice.crt -i >certtool.out'
    ok "certtool shows the Peer-ID" grep -qF "URI: reload://${ids[1]}@chat/" certtool.out
    ok "certtool shows the key usage as critical" bash -c 'grep -A1 "Key Usage (critical)" certtool.out | grep -q "Digital signature"'
    ok "certtool shows that it is not a CA" grep -q 'Certificate Authority (CA): FALSE' certtool.out
    ok "certtool reads the key, and it is the certificate's" test "$(certtool --load-privkey alice.key --pubkey-info 2>/dev/null | sed -n '/BEGIN/,$p')" = \
        "$(certtool --load-certificate alice.crt --pubkey-info 2>/dev/null | sed -n '/BEGIN/,$p')"
else
    skip "certtool" "not installed"
fi

t "a certificate without a user is created" 0 '' '' made -o peer "${small[@]}"
is "$(names peer.crt | wc -l) $(peers peer.crt | wc -l)" "1 1" "a certificate without a user has one Peer-ID"
is "$(openssl x509 -in peer.crt -noout -subject -nameopt RFC2253)" "subject=CN=$(peers peer.crt)" "a certificate without a user has its Peer-ID as the subject"
made -o other "${small[@]}"
differ "$(peers peer.crt)" "$(peers other.crt)" "another certificate has another Peer-ID"
differ "$(openssl x509 -in peer.crt -noout -serial)" "$(openssl x509 -in other.crt -noout -serial)" "another certificate has another serial number"
t "a certificate for a user without Peer-IDs is created" 0 '' '' made -o user "${small[@]}" --user bob@example.com --peers 0
is "$(names user.crt | sort | xargs)" "URI:sip:bob@example.com email:bob@example.com" "a certificate for a user without Peer-IDs has only the user's names"
t "--peer-id and --name are accepted" 0 '' '' made -o given "${small[@]}" --peer-id "$alice" --peer-id "${alice%0}1" --name "Alice's phone"
is "$(peers given.crt | xargs)" "$alice ${alice%0}1" "the certificate has the specified Peer-IDs"
is "$(openssl x509 -in given.crt -noout -subject -nameopt RFC2253)" "subject=CN=Alice's phone" "a --name with special characters is the subject"
t "--name is accepted" 0 '' '' made -o named "${small[@]}" --name "Alice phone"
is "$(openssl x509 -in named.crt -noout -subject -issuer -nameopt RFC2253 | xargs)" "subject=CN=Alice phone issuer=CN=Alice phone" "--name is subject and issuer"
t "a small key causes a warning" 0 '' '~reload-keygen self-signed: warning: .*2048.*' reload-keygen self-signed --overlay chat -o small --bits 1024
is "$(($(date -d "$(openssl x509 -in small.crt -noout -enddate | cut -d= -f2)" +%s) - $(date -d "$(openssl x509 -in small.crt -noout -startdate | cut -d= -f2)" +%s)))" \
    $((365 * 86400)) "a certificate is valid for a year by default"

# ---- existing files ----

cp alice.crt alice.crt.before
cp alice.key alice.key.before
t "an existing key is not overwritten" 4 '' '~reload-keygen self-signed: alice\.key: already exists; --force replaces it' made -o alice "${small[@]}"
mv peer.key away
t "an existing certificate is not overwritten" 4 '' '~reload-keygen self-signed: peer\.crt: already exists; --force replaces it' made -o peer "${small[@]}"
ok "with an existing certificate, no key is created" test ! -e peer.key
mv away peer.key
same alice.crt alice.crt.before "an existing certificate is not changed"
same alice.key alice.key.before "an existing key is not changed"
t "--force with existing files is accepted" 0 '' '' made -o other "${small[@]}" --force
ok "--force replaces both files" test "$(openssl pkey -in other.key -pubout)" = "$(openssl x509 -in other.crt -noout -pubkey)"

# ---- --key ----

t "--key certifies an existing key" 0 '' '' reload-keygen self-signed --quiet --overlay chat --key alice.key --user alice@example.com --peer-id "${ids[0]}" \
    --not-before 2024-01-01T00:00:00Z --not-after 2025-01-01T00:00:00Z -o renewed
ok "--key writes no key" test ! -e renewed.key
same alice.key alice.key.before "--key does not change the key"
ok "--key: the certificate is for this key" test "$(openssl pkey -in alice.key -pubout)" = "$(openssl x509 -in renewed.crt -noout -pubkey)"
ok "openssl accepts the certificate by --key" openssl verify -x509_strict -check_ss_sig -attime 1710000000 -CAfile renewed.crt renewed.crt
is "$(peers renewed.crt)" "${ids[0]}" "--key: the certificate has the specified Peer-ID"
t "--key with the same -o replaces only the certificate" 0 '' '' made --key alice.key --peer-id "${ids[0]}" -o alice --force
same alice.key alice.key.before "--key with the same -o does not change the key"
openssl ecparam -name prime256v1 -genkey -noout -out ec.key
chmod 600 ec.key
t "--key with an EC key is refused" 4 '' '~reload-keygen self-signed: ec\.key: .*' made --key ec.key -o bad
t "--key with a missing file is refused" 4 '' '~reload-keygen self-signed: missing\.key: No such file or directory' made --key missing.key -o bad
t "--key with a certificate is refused" 4 '' '~reload-keygen self-signed: alice\.crt: .*' made --key alice.crt -q -o bad
openssl genrsa -out der.key 2048 2>/dev/null
openssl rsa -in der.key -outform DER -out der.key.der 2>/dev/null
chmod 600 der.key.der
t "--key with openssl's key in DER is accepted" 0 '' '' made --key der.key.der -o der
ok "--key: the certificate is for the key in DER" test "$(openssl pkey -in der.key -pubout)" = "$(openssl x509 -in der.crt -noout -pubkey)"
ok "refused keys leave no file" test ! -e bad.crt -a ! -e bad.key

# ---- --seed ----

for i in 1 2; do
    t "--seed causes a warning" 0 '' '~reload-keygen self-signed: warning: with --seed .*' loud --bits 2048 --user alice@example.com --peers 2 --seed 0a -o seed$i
done
same seed1.key seed2.key "the same seed gives the same key"
same seed1.crt seed2.crt "the same seed gives the same certificate"
made "${small[@]}" --user alice@example.com --peers 2 --seed 0b -o seed3
differ "$(peers seed3.crt)" "$(peers seed1.crt)" "another seed gives other Peer-IDs"
reload-keygen self-signed --overlay chatter -q "${dates[@]}" --user alice@example.com --peers 2 --seed 0a -o seed4
differ "$(cat seed1.key)" "$(cat seed4.key)" "another overlay with the same seed gives another key"
made -q --user bob@example.com --peers 2 --seed 0a -o seed5
differ "$(cat seed1.key)" "$(cat seed5.key)" "another user with the same seed gives another key"

# ---- signing ----

reload-keygen self-signed -q --overlay chat --user alice@example.com --peer-id "$alice" -o signer "${dates[@]}"
by_key=(--key signer.key --cert signer.crt --time "$now")
printf '{"header": {"method": "PEER-SEARCH", "source_id": "%s", "overlay": {"name": "chat"}}}' "$alice" >search.json
t "reload-sign signs with a self-signed certificate" 0 '' '' reload-sign "${by_key[@]}" -o search.bin search.json
tail -c +9 search.bin | head -c -260 >covered # from offset 8 to DIGEST, which is the message's last 260 octets
tail -c 256 search.bin >digest
openssl x509 -in signer.crt -noout -pubkey >public
ok "openssl verifies the message's digest" openssl dgst -sha1 -verify public -signature digest covered
is "$(reload-dump -f json search.bin | jq -r '.attributes[0].value[1] | .type, .hex' | xargs)" \
    "PEER-CERT $(openssl x509 -in signer.crt -outform DER | hex)" "the message's PEER-CERT is the self-signed certificate"
is "$(reload-verify --ca "$TESTDATA/overlay/ca.crt" --time $now --json search.bin | jq -r .reason)" untrusted-certificate "reload-verify --ca reports the certificate as untrusted"
is "$(reload-dump -f json "$TESTDATA/section-4.1.json" | jq '.header.overlay = {name: "chat"}' | reload-sign "${by_key[@]}" |
    reload-verify --ca "$TESTDATA/overlay/ca.crt" --time $now --json | jq -r '.signatures[-1].signer.peer_ids[0]')" "$alice" "BODYs of the certificate's user are signed"
sed "s/$alice/$bob/" search.json >bob.json
t "a message of another peer is refused (D32)" 4 '' '~.*refused: PEER-ID: [0-9a-f]{40}, but the certificate names [0-9a-f]{40}' reload-sign "${by_key[@]}" bob.json
reload-keygen self-signed -q --overlay other --peer-id "$alice" -o elsewhere "${dates[@]}"
t "a certificate for another overlay is refused" 4 '' '~.*refused: PEER-ID: the certificate names it for overlay "other", .*' \
    reload-sign --key elsewhere.key --cert elsewhere.crt search.json
done_testing
