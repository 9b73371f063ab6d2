#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# A CA's year: issue, request, renew, revoke, lose, restore, adopt, take over, roll over, two operators at once, a full disk and a
# kill at each step. Everything is checked with openssl.
. "$(dirname "$0")/tap.bash"

day=86400
now=1700000000 # 2023-11-14T22:13:20Z
# at SECONDS COMMAND...: runs a tool with the clock at that time
at()
{
    FAKE_CLOCK=$1 LD_PRELOAD=$RELOAD_FAKE_CLOCK ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" "${@:2}"
}
keygen()
{
    at $now reload-keygen "$@"
}
serial()
{
    openssl x509 -in "$1" -noout -serial | sed 's/.*=//' | tr A-F a-f
}
# shellcheck disable=SC2317 # ok runs it
# good CERT CA CRL [OPTION...]: whether openssl accepts a certificate with its CRL
good()
{
    openssl verify -attime "$now" -crl_check -CAfile "$2" -CRLfile "$3" "${@:4}" "$1"
}
# shellcheck disable=SC2317 # ok runs it
revoked()
{
    good "$@" 2>&1 | grep -q 'certificate revoked'
}
# number CRL: its number, in hex
number()
{
    openssl crl -in "$1" -noout -crlnumber | sed 's/.*=\(0x\)\{0,1\}0*//'
}
# shellcheck disable=SC2317 # ok runs it
# in_json EXPRESSION COMMAND...: whether jq's expression holds for a command's output
in_json()
{
    "${@:2}" | jq -e "$1"
}

# ---- the first day ----

small=(--bits 1024 --quiet)
t "a CA is made" 0 '' '' keygen ca --overlay chat "${small[@]}" --dht 5 -o ca
ok "the first CRL is in the directory" only_files ca ca.crt ca.key index issued overlay.crl overlay.json
ok "openssl accepts the first CRL" openssl crl -in ca/overlay.crl -noout -CAfile ca/ca.crt
is "$(number ca/overlay.crl) $(openssl crl -in ca/overlay.crl -noout -text | grep -c 'No Revoked')" "1 1" "the first CRL has number 1, and is empty"
is "$(jq -c '[.crl, .dht]' ca/overlay.json)" '[["overlay.crl"],5]' "the profile lists the CRL, and has --dht"

# ---- issue, request ----

id=463ac413c40000000000000000000000000000
t "the new certificate is reported" 0 "~serial    [0-9a-f]{32}
users     alice@example.com
not-after 2024-11-13T22:13:20Z
peer-id   ${id}00
peer-id   ${id}01" '*' keygen issue --ca ca --bits 1024 --user alice@example.com --peer-id ${id}00 --peer-id ${id}01 -o alice.crt
ok "a suffix of PREFIX is dropped" test -e alice.crt -a -e alice.key -a ! -e alice.crt.crt
same alice.crt "ca/issued/$(serial alice.crt).crt" "issued/ has a copy"
ok "openssl accepts a certificate with the first CRL" good alice.crt ca/ca.crt ca/overlay.crl
ok "the issued certificate is printed as JSON" in_json '.serial and .users == ["bob@example.com"] and (.peer_ids | length) == 1 and (.not_after - .not_before) == 365 * 86400' \
    keygen issue --ca ca "${small[@]}" --json --user bob@example.com -o bob
mkdir folder
for prefix in folder folder/ ''; do
    t "PREFIX \"$prefix\" is refused" 2 '' '~.*is a directory or empty.*' keygen issue --ca ca "${small[@]}" -o "$prefix"
done
keygen request "${small[@]}" -o carol
t "a request is certified" 0 '' '' keygen issue -q --ca ca --request carol.csr --user carol@example.com -o carol
cp ca/index index.before
# weak DESCRIPTION REGEX OPTION...: refused, and accepted with --allow-weak
weak()
{
    t "$1 is refused" 4 '' "~reload-keygen issue: .*$2.*" keygen issue -q --ca ca --user weak@example.com --peers 0 -o "weak$tests" "${@:3}"
    t "$1 is accepted with --allow-weak" 0 '' '' keygen issue -q --ca ca --user weak@example.com --peers 0 -o "weak$tests" --allow-weak "${@:3}"
}
openssl req -new -key ca/ca.key -subj /CN=x -out own.csr
openssl req -new -sha1 -key carol.key -subj /CN=x -out sha1.csr
weak "a request of the CA's own key" "its key is the CA's own" --request own.csr
weak "a request signed with SHA-1" "its signature uses SHA-1" --request sha1.csr
sed -i 's/"min_rsa_bits": 1024/"min_rsa_bits": 2048/' ca/overlay.json
weak "a request of a weak key" "its key has 1024 bits, verifiers expect at least 2048" --request carol.csr
sed -i 's/"min_rsa_bits": 2048/"min_rsa_bits": 1024/' ca/overlay.json
t "a certificate without names is refused" 2 '' '~.*--peers=0 requires --user.*' keygen issue --ca ca "${small[@]}" --peers 0 -o none
t "a certificate without names is issued with --allow-weak, and --json prints it despite --quiet" 0 '~\{"serial": "[0-9a-f]{32}", .*\}' '' keygen issue --ca ca "${small[@]}" --peers 0 --allow-weak --json -o none

openssl req -new -key carol.key -subj /CN=sip:mallory@example.com -out mallory.csr
t "unused subjects and impossible dates cause warnings" 0 '*' "~.*: the certificate has expired already: it ends at 2023-11-01T00:00:00Z
.*: the certificate ends at 2023-11-01T00:00:00Z, before the CA's certificate begins at 2023-11-14T22:13:20Z, so .*
.*mallory.csr: its subject CN=sip:mallory@example.com is not used, and the certificate names no user; --user=sip:mallory@example.com names this user" \
    keygen issue --ca ca --request mallory.csr --not-before 2023-10-01 --not-after 2023-11-01 -o mallory
t "a subject that is used causes no warning" 0 '*' '' keygen issue --ca ca --request mallory.csr --user mallory@example.com -o mallory --force

# ---- renew, list ----

t "a certificate is renewed by its serial number" 0 '' '' keygen issue --ca ca "${small[@]}" --renew "serial=$(serial alice.crt | tr a-f A-F)" \
    --not-after $((now + 400 * day)) -o alice2
is "$(openssl x509 -in alice2.crt -noout -ext subjectAltName)" "$(openssl x509 -in alice.crt -noout -ext subjectAltName)" "the renewed certificate has the same names"
ok "list has every Peer-ID" in_json "(map(select(.users == [\"alice@example.com\"])) | length) == 2 and .[0].peer_ids == [\"${id}00\", \"${id}01\"] and .[0].status == \"good\"" \
    keygen list --ca ca --json
ok "list --peer-id finds the second of a block" in_json 'map(.users[0]) | unique == ["alice@example.com"]' keygen list --ca ca --json --peer-id ${id}01
is "$(keygen list --ca ca --user bob@example.com | tail -n 1 | tr -s ' ' | cut -d ' ' -f 1-5)" \
    "$(serial bob.crt) good 2023-11-14T22:13:20Z 2024-11-13T22:13:20Z bob@example.com" "list is a table"
ok "list --json has the first and last second of a certificate" in_json ".[0] | .not_before == $now and .not_after == $now + 365 * $day" \
    keygen list --ca ca --json --user bob@example.com
mv "ca/issued/$(serial bob.crt).crt" bob.copy
ok "without a copy of the certificate, list does not know the first" in_json '.[0].not_before == null' \
    keygen list --ca ca --json --user bob@example.com
cp alice.crt "ca/issued/$(serial bob.crt).crt"
t "a copy of another certificate is not used" 0 $'~SERIAL .*\n[0-9a-f]{32}  good     -                     2024-11-13T22:13:20Z  bob@.*' '' \
    keygen list --ca ca --user bob@example.com
mv bob.copy "ca/issued/$(serial bob.crt).crt"
t "nothing expires within a day" 0 '' '' keygen list --ca ca --expiring 1d
ok "certificates that were not renewed expire within 340 days" in_json "map(.serial) | index(\"$(serial bob.crt)\") != null and index(\"$(serial alice.crt)\") == null" \
    at $((now + 340 * day)) reload-keygen list -q --ca ca --json --expiring 30d
long=$(printf 'd%.0s' {1..200})
cp -r ca "$long"
t "a file with a long path is listed" 1 "~SERIAL .*
$long/overlay\\.crl  good     -  *2[^ ]*Z  -  -" '' keygen list --ca "$long" --expiring 100d
rm -r "$long"
t "the CRL expires within 100 days" 1 $'~SERIAL .*\nca/overlay.crl .*' '' keygen list --ca ca --expiring 100d
keygen ca --overlay chat "${small[@]}" --name "other CA" -o other0
keygen crl --ca other0 --next-update $((now + 20 * day)) >/dev/null
cp -r ca both
cp other0/ca.crt both/other.crt
cp other0/overlay.crl both/other.crl
jq '.ca += ["other.crt"] | .crl += ["other.crl"]' ca/overlay.json >both/overlay.json
t "a CRL of another CA that the profile lists expires" 1 $'~SERIAL .*\nboth/other\\.crl +good .*' '' keygen list --ca both --expiring 30d
jq '.crl += ["other.crl"]' ca/overlay.json >both/overlay.json
t "a CRL of a CA that the profile does not list causes a warning" 0 '' \
    '=reload-keygen list: warning: both/other.crl: not signed by a CA that the profile lists, so verifiers ignore it' \
    at $now reload-keygen list --ca both --expiring 30d
ok "after its expiry a certificate is listed as expired" in_json "map(.serial) | index(\"$(serial bob.crt)\") != null" \
    at $((now + 380 * day)) reload-keygen list --ca ca --json --status expired
t "an expired CRL is listed, and a CA's certificate, but no expired certificate" 1 '~SERIAL [^
]*
ca/ca\.crt +expired +20[^
]*
ca/overlay\.crl +expired +- +2024-02-12T22:13:20Z  -  -' '' at $((now + 4000 * day)) reload-keygen list -q --ca ca --expiring 1d
ok "an expired CRL is listed in JSON from its nextUpdate on" in_json 'map([.file, .status]) | index([["ca/overlay.crl", "expired"]]) != null' \
    at $((now + 90 * day)) reload-keygen list -q --ca ca --expiring 1d --json
t "an expired CA issues nothing, and its successor is named" 4 '' \
    '~.*: ca: the CA.s certificate expired at 20[0-9TZ:-]*; '\''reload-keygen ca --succeed=ca --output=NEW'\'' makes its successor' \
    at $((now + 4000 * day)) reload-keygen issue --ca ca "${small[@]}" -o late
t "a CA issues nothing for the time after its expiry" 4 '' \
    '~.*: ca: the CA.s certificate expires at 20[0-9TZ:-]*, before --not-before, which is 2034-10-27T22:13:20Z' \
    keygen issue --ca ca "${small[@]}" --not-before now+4000d -o late
t "list --help has status 1" 0 '~.*  0 success
  1 --expiring listed something
  2 .*' '' reload-keygen list --help

# ---- revoke ----

t "by file, user and several serial numbers" 0 $'~(revoked [^\n]*\n){4}overlay.crl: number 2, good until 2024-02-12T22:13:20Z' '' \
    keygen revoke --ca ca alice.crt --user bob@example.com --serial "0x$(serial carol.crt | tr a-f A-F)" \
    --serial "$(serial none.crt | sed 's/../&:/g; s/:$//')" --reason keyCompromise
for name in alice bob carol none; do
    ok "openssl refuses $name's revoked certificate" revoked $name.crt ca/ca.crt ca/overlay.crl
done
ok "openssl accepts the renewed certificate" good alice2.crt ca/ca.crt ca/overlay.crl
is "$(openssl crl -in ca/overlay.crl -noout -text | grep -c 'Key Compromise')" 4 "the CRL has the reason"
is "$(grep -c ',keyCompromise	' ca/index)" 4 "the index has the reason"
t "the key of a compromised certificate causes a warning" 0 '*' "~.*carol.csr: its key is that of certificate $(serial carol.crt), which was revoked for keyCompromise" \
    keygen issue --ca ca --request carol.csr --user carol@example.com --peers 0 -o carol2
t "renewal in place requires the serial number" 4 '' "~.*alice2.crt: --output cannot replace the file of --renew; .*: --renew=$(serial alice2.crt) --force" \
    keygen issue -q --ca ca --bits 1024 --renew alice2.crt -o alice2 --force
t "of two reasons a compromise holds" 0 '' "~.*already revoked, as of .*
.*: reason was keyCompromise, and is not changed to superseded" keygen revoke --ca ca alice.crt --reason superseded
cp -r ca reason
keygen revoke -q --ca reason alice2.crt --reason superseded
t "a compromise replaces another reason; a future date causes a warning" 0 '~revoked .*' "~.*--time is in the future: .*
.*already revoked, as of .*
.*: reason was superseded, and is now keyCompromise" keygen revoke --ca reason alice2.crt --reason keyCompromise --time 2030-01-01
is "$(openssl crl -in reason/overlay.crl -noout -text | grep -c 'Key Compromise')" 5 "the CRL has the new reason"
cp ca/index index.before
t "one unknown serial number of two revokes nothing" 4 '' '~.*no certificate with serial number 1234;.*' keygen revoke --ca ca alice2.crt --serial 1234
for option in --serial=zz --serial= --serial=$(printf %042d 1 | tr 0 1) --user=alice; do
    t "revoke $option is a usage error" 2 '' "~.*${option%%=*}: .*" keygen revoke --ca none "$option"
done
t "--renew with neither a file nor a serial number" 4 '' '~.*--renew: "zz" is neither a file nor a serial number of 1 to 40 hex digits' \
    keygen issue --ca ca "${small[@]}" --renew zz -o x
t "a certificate of another CA is refused" 4 '' '~.*not issued by this CA.*' keygen revoke --ca ca "$TESTDATA/alice.crt"
same ca/index index.before "a refused revocation does not change the index"
t "the CA's own certificate is not revoked" 4 '' "~.*ca/ca.crt: the CA's own certificate, .*'reload-keygen ca --succeed=ca --output=NEW' replaces the CA's key" \
    keygen revoke --ca ca ca/ca.crt
t "an unknown reason is refused" 2 '' '*' keygen revoke --ca ca alice2.crt --reason stolen

# ---- lose, restore, adopt ----

cp -r ca backup
keygen issue --ca ca "${small[@]}" --user dave@example.com --peers 2 -o dave
keygen issue --ca ca "${small[@]}" --user erin@example.com -o erin
keygen revoke -q --ca ca dave.crt --time 2023-11-01T00:00:00Z
cp backup/index ca/index
t "a restored index un-revokes nothing" 0 '' "~.*CRL number is 3, more than the index's 2, .*
.*lists certificate $(serial dave.crt), which the index lacks; it stays revoked" keygen crl --ca ca -o copy.crl
is "$(number ca/overlay.crl)" 4 "the number goes on"
ok "a revocation that only the CRL had remains" revoked dave.crt ca/ca.crt ca/overlay.crl
same copy.crl ca/overlay.crl "crl -o writes a copy"
keygen revoke -q --ca ca alice2.crt
sed "s/^\($(serial alice2.crt)	[^	]*	\)[^	]*/\1-/" ca/index >index.edited && cp index.edited ca/index
t "an index without a revocation: the certificate is not renewed" 4 '' '~.*revokes certificate .* as of .*
.*the certificate is revoked, as of .*; without --renew, .*' keygen issue --ca ca --bits 1024 --renew alice2.crt -o alice3
t "the CA's own certificate is not renewed" 4 '' "~.*ca/ca.crt: the CA's own certificate; 'reload-keygen ca --succeed=ca --output=NEW' .*" \
    keygen issue --ca ca --bits 1024 --renew ca/ca.crt -o own
t "an index that lacks certificates issues no Peer-ID" 4 '' "~.*ca/issued/[0-9a-f]*.crt: the index lacks this certificate and could issue its Peer-IDs again; 'reload-keygen adopt --ca=ca' enters it" \
    keygen issue -q --ca ca --bits 1024 -o again
t "adopt enters certificates that the index lacks" 0 "~adopted .*
adopted .*" '*' keygen adopt --ca ca
is "$(grep -c -e "$(serial dave.crt).*2023-11-01T00:00:00Z" -e "$(serial erin.crt).*	-	" ca/index)" 2 "certificates that the CRL lists are entered as revoked"
t "adopt again enters nothing" 0 '' '' keygen adopt --ca ca
before=$(keygen list --ca ca --json | jq -c 'map(del(.not_after)) | sort_by(.serial)')
rm ca/index
t "a lost index: the error names adopt" 4 '' "~.*ca/index: missing; 'reload-keygen adopt --ca=ca' makes it again from ca/issued" keygen list --ca ca
t "adopt makes a lost index again" 0 '*' '~.*index: missing; a new one is made, .*' keygen adopt --ca ca
is "$(keygen list --ca ca --json | jq -c 'map(del(.not_after)) | sort_by(.serial)')" "$before" "the new index has users, Peer-IDs and revocations"
is "$(keygen crl --ca ca | openssl crl -noout -crlnumber | sed 's/.*=\(0x\)\{0,1\}0*//')" 6 "the number goes on after the index was lost"
ok "nothing was un-revoked" revoked bob.crt ca/ca.crt ca/overlay.crl
ok "list --revoked has the revoked certificate" in_json "map(select(.status != \"revoked\")) == [] and any(.serial == \"$(serial bob.crt)\")" \
    keygen list --ca ca --json --revoked
is "$(keygen list --ca ca --revoked)" "$(keygen list --ca ca --status revoked)" "and is --status=revoked"
t "list --revoked of other certificates" 2 '' '~reload-keygen list: --revoked cannot be combined with --status=good
.*' keygen list --ca ca --revoked --status good
jq '.require_crl = true | .max_skew = 60 | .pair = true | del(.crl)' ca/overlay.json >profile && cp profile ca/overlay.json
t "a restored profile lists the CRL again" 0 '' '~.*overlay.json: now lists overlay.crl.*' keygen crl -o copy.crl --ca ca
is "$(jq -c '[.overlay, .crl]' ca/overlay.json)" '["chat",["overlay.crl"]]' "the profile lists the CRL, and keeps its other keys"
cp ca/overlay.crl good.crl
echo garbage >ca/overlay.crl
t "a damaged CRL is not replaced" 4 '' '~.*not a CRL of this CA.*' keygen revoke --ca ca erin.crt
cp good.crl ca/overlay.crl
# a folder of an older version
cp -r ca older
rm -r older/overlay.crl older/issued
sed -i '/"crl"/,/]/d' older/overlay.json
t "a folder without CRL and copies: issue" 0 '' '' keygen issue --ca older "${small[@]}" --user old@example.com -o old
t "a folder without CRL and copies: revoke" 0 '~revoked .*' '~.*overlay.json: now lists overlay.crl.*' keygen revoke --ca older --user old@example.com
ok "a folder without CRL and copies: openssl refuses the certificate" revoked old.crt older/ca.crt older/overlay.crl

# ---- export ----

t "export" 0 '' '' keygen export --ca ca -o public
ok "export writes only the files that verifiers need" only_files public ca.crt overlay.crl overlay.json
same public/overlay.crl ca/overlay.crl "export copies the CRL"
same_before=$(number public/overlay.crl)
cp -r ca ca.saved
keygen revoke -q --ca ca erin.crt
t "export replaces a CRL by a newer one" 0 '' '' keygen export --ca ca -o public
cp public/overlay.crl published.crl
rm -r ca && mv ca.saved ca # index and CRL of a backup
t "export replaces no CRL by an older one" 4 '' "~.*public/overlay.crl: not written: the CRL in ca has number $((0x$same_before)), expected at least $((0x$same_before + 1)), and lacks 1 revocation; 'reload-keygen crl --ca=ca --output=public/overlay.crl' continues both" keygen export --ca ca -o public
same public/overlay.crl published.crl "a refused export leaves the published CRL"
t "the command that the error names continues the published CRL" 0 '' '*' keygen crl --ca=ca --output=public/overlay.crl
ok "a revocation that only the published CRL had remains" revoked erin.crt ca/ca.crt ca/overlay.crl
t "export replaces the CRL that was continued" 0 '' '' keygen export --ca ca -o public
before=$(keygen list --ca ca --json | jq -c 'map(del(.not_after)) | sort_by(.serial)')
next=$(printf %X $((0x$(number ca/overlay.crl) + 1)))
cp ca/overlay.crl last.crl
rm ca/index ca/overlay.crl
t "adopt without index and CRL warns that revocations are unknown" 0 '*' "~.*index: missing; .*
.*ca/overlay.crl: missing, so revoked certificates are entered as good; .*'reload-keygen crl --ca=ca --crl=FILE' continues the last published CRL" keygen adopt --ca ca
t "a CRL of another CA is not continued" 4 '' '~.*backup/index: .*' keygen crl --ca ca --crl backup/index -o copy.crl
t "crl --crl continues the last published CRL" 0 '' '*' keygen crl --ca ca --crl last.crl -o copy.crl
is "$(keygen list --ca ca --json | jq -c 'map(del(.not_after)) | sort_by(.serial)')" "$before" "the certificates that it lists are revoked again"
is "$(number ca/overlay.crl)" "$next" "its number goes on"
t "export to a CA's folder is refused" 4 '' '~.*holds a CA.*' keygen export --ca ca -o older

keygen issue --ca ca "${small[@]}" --user gus@example.com -o gus
cp ca/overlay.crl older.crl
keygen revoke -q --ca ca gus.crt
cp older.crl ca/overlay.crl # as after a revoke that failed between index and CRL
t "export with a CRL older than the index names the remedy" 4 '' "~.*not written: the CRL in ca has number [0-9]*, expected [0-9]*, that of the index; 'reload-keygen crl --ca=ca --output=/dev/null' renews it" keygen export --ca ca -o public
t "revoking again renews a CRL that is older than the index" 0 '~revoked .*overlay.crl: number .*' '~.*already revoked, as of .*' keygen revoke --ca ca gus.crt
ok "then openssl knows that it is revoked" revoked gus.crt ca/ca.crt ca/overlay.crl

# ---- passphrase ----

printf 'rosebud\n' >passphrase
chmod 600 passphrase
t "a CA with a passphrase" 0 '' '' keygen ca --overlay chat "${small[@]}" --passphrase-file passphrase -o locked
ok "openssl reads the encrypted key" openssl pkey -in locked/ca.key -passin file:passphrase -noout
t "without a passphrase nothing is issued" 4 '' '~.*passphrase required.*' setsid reload-keygen issue --ca locked "${small[@]}" -o l
t "a passphrase of a key that is not encrypted causes a warning" 0 '' '~.*ca/ca.key: not encrypted, so --passphrase-file has no effect' \
    keygen crl --ca ca -o copy.crl --passphrase-file passphrase
t "with the passphrase a certificate is issued" 0 '' '' keygen issue --ca locked "${small[@]}" --passphrase-file passphrase -o l
t "with the passphrase it is revoked" 0 '~revoked .*' '' keygen revoke --ca locked --passphrase-file passphrase l.crt
t "list requires no passphrase" 0 '*' '' keygen list --ca locked
t "a request with a passphrase" 0 '' '' keygen request "${small[@]}" --passphrase-file passphrase -o r
ok "openssl reads the request's key" openssl pkey -in r.key -passin file:passphrase -noout

# ---- a CA that was made elsewhere ----

openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -days 9999 -subj '/C=DE/O=Other/CN=Root' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
mkdir -p demo/new
: >demo/index.txt
printf '[ca]\ndefault_ca = c\n[c]\ndatabase = demo/index.txt\ndefault_md = sha256\ncrlnumber = demo/crlnumber\n' >demo.cnf
echo 1000 >demo/crlnumber
printf '%s\n' "subjectAltName=email:frank@example.com,URI:reload://${id}02@chat/,URI:reload://${id}03@chat/,URI:reload://${id}09@chat/" >frank.ext
for name in frank gina; do
    sed -i "s/email:[a-z]*/email:$name/" frank.ext
    openssl req -new -key carol.key -subj /CN=$name -out $name.csr
    openssl x509 -req -in $name.csr -CA other.crt -CAkey other.key -set_serial $((RANDOM + 2)) -days 9999 -extfile frank.ext -out $name.crt 2>/dev/null
done
openssl ca -batch -config demo.cnf -cert other.crt -keyfile other.key -revoke gina.crt 2>/dev/null
openssl ca -batch -config demo.cnf -cert other.crt -keyfile other.key -gencrl -crldays 30 -out other.crl 2>/dev/null
t "another CA's key is refused" 4 '' '~.*carol\.key, other\.crt: private key and certificate do not match: SHA-256 of their public keys is [0-9a-f]{64} and [0-9a-f]{64}' reload-keygen ca --overlay chat --key carol.key --cert other.crt -o taken
t "a certificate that is not a CA's is not taken over" 4 '' '~.*bob\.crt: not a CA certificate: .*' keygen ca --overlay chat --key bob.key --cert bob.crt -o taken
t "another CA's CRL is not continued" 4 '' '~.*ca/overlay\.crl: not signed by the CA in other\.crt' \
    reload-keygen ca --overlay chat --key other.key --cert other.crt --crl ca/overlay.crl -o taken
t "another CA's certificate is not adopted" 4 '' '~.*alice\.crt: not issued by this CA, but by .*' keygen adopt --ca ca "$TESTDATA/alice.crt"
t "a CA is taken over without its CRL" 0 '' "~.*: without --crl, certificates that this CA revoked before are not known; 'reload-keygen crl --ca=bare --crl=FILE' .*" \
    reload-keygen ca --overlay chat --key other.key --cert other.crt -o bare
t "a CA of openssl is taken over" 0 '' '~.*CRL number 4096 is continued; 1 certificate stays revoked' reload-keygen ca --overlay chat --key other.key --cert other.crt --crl other.crl -o taken
is "$(number taken/overlay.crl)" 1001 "its CRL's number goes on"
t "adopt enters its certificates, with a warning of overlapping Peer-IDs" 0 '~adopted .* frank@example.com
adopted .* gina@example.com revoked' $'~.*gina.crt: Peer-ID .* is named by another certificate too\n.* too' reload-keygen adopt --ca taken frank.crt gina.crt
is "$(grep -vc "^#" taken/index)" 4 "the index has a line for each block of Peer-IDs"
ok "list joins the lines of a certificate" in_json 'length == 2 and (map(.peer_ids | length) == [3, 3])' reload-keygen list --ca taken --json
t "an adopted certificate is revoked" 0 '~revoked .*' '' reload-keygen revoke --ca taken frank.crt
now_real=$(date +%s)
is "$(openssl verify -attime "$now_real" -crl_check -CAfile other.crt -CRLfile taken/overlay.crl frank.crt gina.crt 2>&1 | grep -c 'certificate revoked')" 2 \
    "openssl refuses both"

# ---- roll-over ----

cp -r ca base0
keygen issue --ca ca "${small[@]}" --user henry@example.com -o henry
keygen issue --ca ca "${small[@]}" --user ida@example.com -o ida
t "a CA is succeeded" 0 '' '' keygen ca --succeed ca "${small[@]}" -o next
ok "the new CA's files" only_files next ca.crt ca.key index issued link.crt old.crt overlay.crl overlay.json
is "$(jq -c '[.overlay, .dht, .ca, .intermediates, .crl]' next/overlay.json)" '["chat",5,["ca.crt","old.crt"],["link.crt"],["overlay.crl"]]' "the new profile"
is "$(openssl x509 -in next/ca.crt -noout -subject)" "$(openssl x509 -in ca/ca.crt -noout -subject)" "the new CA has the old one's subject"
ok "openssl accepts the link by the old CA" openssl verify -attime $now -CAfile ca/ca.crt next/link.crt
is "$(ls next/issued)" "$(ls ca/issued)" "the copies of issued certificates are taken over"
keygen ca --succeed base0 "${small[@]}" --not-after now+20y -o next0
t "list --expiring: the CA that was succeeded has expired" 1 '~SERIAL [^
]*
next0/overlay\.crl +expired .*' '' at $((now + 4000 * day)) reload-keygen list --ca next0 --expiring 1d
for command in "issue --bits 1024 -q -o x" "revoke henry.crt" adopt; do
    # shellcheck disable=SC2086 # several words
    t "the old CA refuses ${command%% *}" 4 '' "~.*succeeded by another CA: --ca=$work/next is required" keygen ${command%% *} --ca ca ${command#"${command%% *}"}
done
t "the old CA renews its CRL" 0 '' '' keygen crl --ca ca -o copy.crl
keygen issue --ca next "${small[@]}" --user jack@example.com -o jack
ok "openssl: a new certificate by the new CA" good jack.crt next/ca.crt next/overlay.crl
ok "openssl: a new certificate by the old CA and the link" good jack.crt ca/ca.crt next/overlay.crl -untrusted next/link.crt
ok "openssl: an old certificate by the old CA" good henry.crt ca/ca.crt ca/overlay.crl
t "an old certificate is renewed by the new CA" 0 '' '' keygen issue --ca next "${small[@]}" --renew henry.crt -o henry2
t "an old and a new certificate are revoked" 0 '*' '' keygen revoke --ca next henry.crt jack.crt
ok "openssl: the old certificate is revoked by the old CRL" revoked henry.crt ca/ca.crt ca/overlay.crl
ok "openssl: the new certificate is revoked by the new CRL" revoked jack.crt next/ca.crt next/overlay.crl
ok "openssl: bob's certificate stays revoked" revoked bob.crt ca/ca.crt ca/overlay.crl
ok "the new CRL lists the old certificate too" bash -c "openssl crl -in next/overlay.crl -noout -text | grep -qi '$(serial henry.crt)'"
mv ca/ca.key away.key
t "without the old key the old CRL is not renewed, with a warning" 0 '*' '~.*its key cannot be read, so its CRL is not renewed' keygen revoke --ca next ida.crt
mv away.key ca/ca.key
keygen crl --ca next -o copy.crl
ok "openssl: the old CRL has later revocations" revoked ida.crt ca/ca.crt ca/overlay.crl
t "a CA is not succeeded twice" 4 '' "~.*succeeded by another CA: --succeed=$work/next is required" keygen ca --succeed ca "${small[@]}" -o third
ok "a refused roll-over leaves no folder" test ! -e third
keygen export --ca next -o public2
is "$(jq -c '[.overlay, .require_crl, .max_skew, .pair]' {ca,public,next,public2}/overlay.json | sort -u)" '["chat",true,60,true]' \
    "the settings of an edited profile are kept by each command, by export and by a roll-over"
cp -r public2 public2.saved
t "the old CA is not exported over the new one" 4 '' "~.*: succeeded by another CA: --ca=$work/next is required" keygen export --ca ca -o public2
ok "a refused export changes nothing" diff -r public2 public2.saved
t "the old CA is exported to a directory of its own" 0 '' '' keygen export --ca ca -o public3
t "the old CA is exported again" 0 '' '' keygen export --ca ca -o public3
for command in "issue --bits 1024 -q -o x" adopt list "crl -o copy.crl" "export -o public4"; do
    # shellcheck disable=SC2086 # several words
    t "${command%% *} refuses a directory that export wrote" 4 '' "~.*: public2: not a CA's directory: ca.key, index and issued are missing, as in a directory that 'reload-keygen export' writes" \
        keygen ${command%% *} --ca public2 ${command#"${command%% *}"}
done
ok "export has the link and both CAs" only_files public2 ca.crt link.crt old.crt overlay.crl overlay.json

mv next moved
t "a successor that was moved: its new path is required" 4 '' "~.*succeeded by $work/next, which is missing or unfinished; if it was moved, write its new path into ca/successor; .*" \
    keygen issue --ca ca --bits 1024 -q -o x
echo "$work/moved" >ca/successor
t "the new path of a successor that was moved is found" 4 '' "~.*succeeded by another CA: --ca=$work/moved is required" keygen issue --ca ca --bits 1024 -q -o x
mv moved next && echo "$work/next" >ca/successor
mv ca elsewhere
t "a predecessor that was moved: its new path is required" 0 '*' '~.*its key cannot be read, .*; if the directory was moved, write its new path into the index.s line "# succeeds"' keygen crl --ca next
mv elsewhere ca

keygen ca --overlay chat "${small[@]}" --not-before 2020-01-01 --not-after 2021-01-01 -o ended
t "the link of an expired CA has expired" 0 '' '~.*: the old CA.s certificate has expired, and so has link.crt: .*' keygen ca --succeed ended --bits 2048 -o begun
ok "the link does not end before it begins" bash -c '[ "$(openssl x509 -in begun/link.crt -noout -startdate | cut -d = -f 2)" = "$(openssl x509 -in begun/link.crt -noout -enddate | cut -d = -f 2)" ]'

# ---- two operators at once ----

for n in 1 2 3 4; do
    keygen issue --ca next --request carol.csr -q --user "op$n@example.com" -o "op$n" 2>"op$n.err" &
    keygen revoke --ca next -q --user "op$n@example.com" 2>/dev/null >/dev/null &
    keygen crl --ca next -q -o "op$n.crl" 2>"crl$n.err" &
done
wait
is "$(cat op?.err crl?.err)" '' "calls at once wait for each other"
is "$(grep -c '	op[1-4]@example.com$' next/index)" 4 "each certificate has its line"
is "$(for n in 1 2 3 4; do number op$n.crl; done | sort -u | wc -l)" 4 "each CRL has its own number"
flock next sleep 2 &
until ! flock -n next true; do sleep 0.02; done
t "a call that waits for another one reports that" 0 '*' '~reload-keygen list: next: waiting for another call of reload-keygen' keygen list --ca next

# ---- a full disk, and a kill, at each step ----

keygen ca --overlay chat "${small[@]}" -o base
keygen request "${small[@]}" -o peer
keygen issue -q --ca base --request peer.csr --user kate@example.com -o kate
keygen issue -q --ca base --request peer.csr --user leo@example.com -o leo
keygen revoke -q --ca base leo.crt
leo=$(serial leo.crt) kate=$(serial kate.crt)
cp -r base lost
sed -i "/^$kate/d" lost/index
from=base # the folder that a call begins with
# preloaded NAME=VALUE COMMAND...: a command in the folder "step"
preloaded()
{
    (
        cd step || exit 1
        env "$1" FAKE_CLOCK=$now LD_PRELOAD="$RELOAD_FAIL_AT $RELOAD_FAKE_CLOCK" ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0" "${@:2}" >out 2>err
    ) 2>/dev/null
}
# step MODE N COMMAND...: the exit status of a command in the folder "step", whose disk is full, or which is killed, at step N
step()
{
    rm -rf step
    mkdir step
    cp -r $from step/base
    preloaded "$1=$2" "${@:3}"
}
# shellcheck disable=SC2317 # each_step runs it
# consistent: whether the folder can be used, its CRL has all revocations, and its list has all certificates
consistent()
{
    local list crl
    list=$(keygen list -q --ca step/base --json) && [[ $list == *"$leo"* ]] || return 1
    crl=$(openssl crl -in step/base/overlay.crl -noout -text -CAfile step/base/ca.crt 2>&1) || return 1
    [[ $crl == *'verify OK'* && ${crl,,} == *"$leo"* ]] || return 1
    [ ! -e step/x.crt ] || [[ $list == *"$(serial step/x.crt)"* ]]
}
# shellcheck disable=SC2317
# again COMMAND...: whether a killed call succeeds when it is made again, or reports the files that it left
again()
{
    preloaded KILL_AT=0 "$@" || [[ $(<step/err) =~ 'already exists; --force'|'already holds a CA'|'which is missing or unfinished'|'succeeded by another CA' ]]
}
# each_step DESCRIPTION COMMAND...: as long as a step fails, the folder is consistent; with a full disk the index is not changed
# either, and no file appears; a killed call can be made again
each_step()
{
    local mode n bad
    for mode in FAIL_AT KILL_AT; do
        bad=()
        for ((n = 1; n < 60; n++)); do
            step $mode "$n" "${@:2}" && break
            consistent || bad+=("step $n: not consistent: $(cat step/err)")
            if [ $mode = FAIL_AT ]; then
                cmp -s $from/index step/base/index || bad+=("step $n: the index has changed: $(cat step/err)")
                [ -z "$(find step -name 'x.*' -o -name '.reload-*')" ] || bad+=("step $n: files are left")
            else
                again "${@:2}" || bad+=("step $n: again: $(cat step/err)")
            fi
        done
        [ $n -gt 3 ] || bad+=("no step failed")
        revoked leo.crt step/base/ca.crt step/base/overlay.crl || bad+=("openssl accepts the revoked certificate")
        [ $n -lt 60 ] || bad+=("the call never succeeds")
        if [ ${#bad[@]} -eq 0 ]; then pass "$1, $mode"; else fail "$1, $mode" "${bad[@]}"; fi
    done
}
each_step "issue" reload-keygen issue -q --ca base --request ../peer.csr --user mia@example.com -o x
each_step "revoke" reload-keygen revoke -q --ca base --serial "$kate"
each_step "crl" reload-keygen crl --ca base -o x.crl
each_step "renew" reload-keygen issue -q --ca base --request ../peer.csr --renew "$kate" -o x
each_step "export" reload-keygen export --ca base -o x.public
each_step "request" reload-keygen request "${small[@]}" --seed 01 -o x
each_step "a new CA" reload-keygen ca --overlay chat "${small[@]}" --seed 01 -o x.ca
each_step "a CA taken over" reload-keygen ca --overlay chat --key ../other.key --cert ../other.crt -o x.ca
from=lost
each_step "adopt" reload-keygen adopt --ca base
from=base
each_step "roll-over" reload-keygen ca --succeed base "${small[@]}" --seed 01 -o x.next
done_testing
