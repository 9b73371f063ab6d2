#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c, jq and python3
# Self-signed identities (D28): certificates made by openssl, and the keys stored in the file of pins.
# Many seconds of CPU: each message requires its own process, to test pins across runs.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

names="subjectAltName=URI:reload://$alice@chat/,email:alice@example.com"

# OpenSSL's own configuration would add CA:TRUE to each certificate
printf '[req]\ndistinguished_name = none\n[none]\n' >self.cnf
# self NAME SUBJECT-ALT-NAME [OPTION...]: creates NAME.key, unless it exists, and NAME.crt, self-signed
self()
{
    [ -e "$1.key" ] || openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" 2>/dev/null ||
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" 2>/dev/null
    chmod 600 "$1.key"
    openssl req -config self.cnf -x509 -new -key "$1.key" -out "$1.crt" -subj "/CN=$1" -addext "$2" "${@:3}" 2>/dev/null || bail_out "openssl cannot make $1.crt"
}
self one "$names"
self two "$names"
self bobby "subjectAltName=URI:reload://$bob@chat/,email:bob@example.com"

pin=(reload-verify --overlay chat --time "$now" --pin pins)
# put NAME [KEY [OPTION...]]: a RESOURCE-PUT from alice's Peer-ID, signed by NAME; search NAME: a PEER-SEARCH
put()
{
    jq -c --arg key "${2:-alice@example.com}" '.attributes[1].value[0].value = $key' RESOURCE-PUT.json | sign_as "$1" "${@:3}"
}
search()
{
    sign_as "$1" <PEER-SEARCH.json
}
# the stored pins, by the manual's query
pins()
{
    python3 -c 'import sqlite3; [print(*row) for row in sqlite3.connect("pins").execute("SELECT name, sha256 FROM pin ORDER BY name")]'
}
key_of()
{
    openssl x509 -in "$1.crt" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1
}

# ---- the first key, and later ones ----

put one >one.bin
put two >two.bin
search one >one-search.bin
search two >two-search.bin
verdicts "the first key of a Peer-ID is pinned" pinned "${pin[@]}" one.bin
is "$status" 0 "a pinned message: status 0"
is "$(jq -c '[.verdict, has("reason"), .response_code, [.signatures[].verdict]]' "$output")" '["pinned",false,null,["valid","valid","valid"]]' "a pinned message has valid signatures, but is not valid"
is "$(jq -r '.signatures[2].signer.subject' "$output")" "CN=one" "the report shows the self-signed certificate's subject"
is "$(pins)" "key:alice@example.com $(key_of one)
peer:$alice $(key_of one)" "the key is stored for the KEY and for the Peer-ID"
ok "a pin has the time of its creation" python3 -c 'import sqlite3, sys, datetime
for since, in sqlite3.connect("pins").execute("SELECT since FROM pin"):
    then = datetime.datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()) < 600, since'
verdicts "the same key is pinned again" "pinned pinned" "${pin[@]}" one.bin one-search.bin
# a file of pins that cannot be written; root can write all files, so a test as root runs the tool as another user
unprivileged=()
if [ "$(id -u)" = 0 ]; then
    unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 755 "$work"
fi
if ! "${unprivileged[@]}" "$RELOAD_TOOLS/reload-verify" --version >/dev/null 2>&1; then
    skip "known keys are accepted with a read-only file" "another user cannot run the tools"
    skip "a new key is not accepted with a read-only file" "another user cannot run the tools"
else
    mkdir readonly
    cp pins readonly
    chmod 444 readonly/pins
    chmod 555 readonly
    jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as bobby >bobby.bin
    t "known keys are accepted with a read-only file" 0 '~.*: pinned'$'\n''.*: pinned' '' \
        "${unprivileged[@]}" "${pin[@]}" --pin readonly/pins one.bin one-search.bin
    t "a new key is not accepted with a read-only file" 4 '' '~reload-verify: readonly/pins: cannot be written'$'\n''.*: could not be checked' \
        "${unprivileged[@]}" "${pin[@]}" --pin readonly/pins bobby.bin
    chmod 755 readonly
fi
verdicts "another key for the Peer-ID is a mismatch" "pin-mismatch:431" "${pin[@]}" two-search.bin
is "$status" 1 "a mismatch: status 1"
is "$(jq -c '[.signatures[] | .verdict, .reason]' "$output")" '["invalid","pin-mismatch"]' "a mismatch is reported for its signature"
ok "a mismatch is explained in the detail" grep -qE '"PEER-CERT at /attributes/0/value/3: its key differs from the one stored for the PEER-ID: SHA-256 [0-9a-f]{16}\.\.\., stored [0-9a-f]{16}\.\.\."' "$output"
verdicts "another key in a RESOURCE-PUT is a mismatch" "pin-mismatch:431 pinned" "${pin[@]}" two.bin one.bin
rm -f pins
verdicts "the first of two keys is pinned" "pinned pin-mismatch:431 pinned" "${pin[@]}" two.bin one.bin two-search.bin
t "text: a pinned message" 0 '=two.bin: offset 0: message 1: RESOURCE-PUT request: pinned' '' "${pin[@]}" two.bin
cat two.bin one.bin two-search.bin >three.bin
t "a filter passes on pinned messages" 1 @passed.bin '~reload-verify: three\.bin: .*message 2: not passed on: pin-mismatch: .*' \
    bash -c 'cat two.bin two-search.bin >passed.bin; "$@" -f binary three.bin' - "${pin[@]}"
self renewed "$names"
cp two.key renewed.key
self renewed "$names"
put renewed >renewed.bin
verdicts "another certificate with the same key is pinned" "pinned" "${pin[@]}" renewed.bin
python3 -c 'import sqlite3; d = sqlite3.connect("pins"); d.execute("DELETE FROM pin"); d.commit()'
verdicts "after its row is deleted, another key is pinned" "pinned pin-mismatch:431" "${pin[@]}" one.bin two.bin

# ---- KEYs ----

self keys1 "subjectAltName=URI:reload://$alice@chat/,email:alice@example.com,email:b@example.com"
# resource NAME KEY [OPTION...]: a RESOURCE-PUT from bobby, its BODYs signed by NAME
resource()
{
    jq -c --arg key "$2" --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .attributes[1].value[0].value = $key' RESOURCE-PUT.json |
        sign_as bobby --resource-key "$1.key" --resource-cert "$1.crt" "${@:3}"
}
rm -f pins
resource one alice@example.com >first.bin
verdicts "the first key of a KEY is pinned" "pinned" "${pin[@]}" first.bin
is "$(pins | sed 's/ .*//')" "key:alice@example.com
peer:$bob" "the KEY's key is stored in addition to the sender's"
for key in alice@example.com sip:alice@example.com SIPS:alice@example.com mailto:alice@EXAMPLE.com alice@Example.Com; do
    resource two "$key" >other.bin
    verdicts "another key for $key is a mismatch" "pin-mismatch:431" "${pin[@]}" other.bin
    resource one "$key" >same.bin
    verdicts "the same key for $key is pinned" "pinned" "${pin[@]}" same.bin
done
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["valid","valid","valid"]' "the same key: all signatures are valid"
"${pin[@]}" --json other.bin >report.json
is "$(jq -c '[.signatures[] | .type, .verdict, .reason]' report.json)" \
    '["RESOURCE-INFO.BODY.SIGNATURE","invalid","pin-mismatch","RESOURCE-INFO.BODY.SIGNATURE","unchecked",null,"SIGNATURE","valid",null]' "another key for a KEY is reported for the BODY's signature"
ok "another key for a KEY is explained in the detail" grep -q "its key differs from the one stored for the KEY" report.json
resource keys1 b@example.com >b.bin
verdicts "the same key for another KEY is pinned" "pinned" "${pin[@]}" b.bin
is "$(pins | wc -l)" 3 "one pin is added for another KEY"
verdicts "a KEY with the user in another case is a mismatch of names" "resource-key-mismatch:431" "${pin[@]}" <(resource one Alice@example.com --force)
is "$(pins | wc -l)" 3 "no pin is added for an invalid message"

# ---- invalid messages store no pin ----

rm -f pins
message=$(hex <one.bin)
unhex "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))" >forged.bin
verdicts "a forged message stores no pin" "bad-digest:431 pinned" "${pin[@]}" forged.bin two-search.bin
rm -f pins
put one alice@example.com -f json | jq -c '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"' | sign_as one >bad-body.bin
verdicts "a message whose BODY fails in step 12 stores no pin" "bad-digest:431 pinned" "${pin[@]}" bad-body.bin two.bin
rm -f pins
verdicts "a stale message stores no pin" "stale:431 pinned" "${pin[@]}" <(sign_as one --time $((now - 301)) <PEER-SEARCH.json) two-search.bin
rm -f pins
jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .header.transaction_id = "0000000000000001"' PEER-SEARCH.json |
    sign_as bobby >bobby.bin
put_by_bob=$(jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .header.transaction_id = "0000000000000001"' RESOURCE-PUT.json)
sign_as bobby --resource-key one.key --resource-cert one.crt <<<"$put_by_bob" >replay.bin
verdicts "the second request with an ID is a replay" "pinned replay:431" "${pin[@]}" --replay bobby.bin replay.bin
is "$(pins | sed 's/ .*//')" "peer:$bob" "a replay stores no pin"

# ---- certificates ----

# judged DESCRIPTION EXPECTED [OPTION...] FILE: the verdict without pins, and whether a pin is stored: only if pinned
judged()
{
    local count=0
    rm -f pins
    verdicts "$1" "$2" "${pin[@]}" "${@:3}"
    [ "$2" = pinned ] && count=1
    is "$(pins | wc -l)" "$count" "$1: pins stored: $count"
}
sign_as alice <PEER-SEARCH.json >ca-signed.bin
judged "a certificate signed by a CA" "untrusted-certificate:431" ca-signed.bin
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.key 2>/dev/null
self weak "$names"
search weak >weak.bin
judged "a key of 1024 bits" "weak-key:431" weak.bin
judged "a key of 1024 bits, --min-rsa-bits 1024" pinned weak.bin --min-rsa-bits 1024
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
self ec "$names"
openssl x509 -in ec.crt -outform DER -out ec.der
# with_cert NAME FILE.der: a PEER-SEARCH signed by NAME's key, with this certificate
with_cert()
{
    jq -c --arg cert "$(hex <"$2")" '.attributes[0].value += [{type: "PEER-CERT", hex: $cert}]' PEER-SEARCH.json | sign_as "$1" --force
}
with_cert one ec.der >ec.bin
judged "a key that is not RSA" "weak-key:431" ec.bin
openssl x509 -in one.crt -outform DER -out one.der
der=$(hex <one.der)
unhex "${der/$(text alice@example.com)/$(text alicf@example.com)}" >altered.der
with_cert one altered.der >altered.bin
judged "a certificate with a changed name" "untrusted-certificate:431" altered.bin
unhex "${der:0:$((${#der} - 2))}$(printf '%02x' $((0x${der: -2} ^ 1)))" >flipped.der
with_cert one flipped.der >flipped.bin
judged "a certificate with a flipped bit in its signature" "untrusted-certificate:431" flipped.bin
head -c -1 one.der >cut.der
with_cert one cut.der >cut.bin
judged "a truncated certificate" "bad-certificate:431" cut.bin
openssl req -new -key two.key -subj /CN=one -addext "$names" -out two.csr 2>/dev/null
openssl x509 -req -in two.csr -CA one.crt -CAkey one.key -copy_extensions copy -days 99 -outform DER -out by-one.der 2>/dev/null
with_cert two by-one.der >by-one.bin
judged "a certificate signed by another key" "untrusted-certificate:431" by-one.bin
self expired "$names" -days 1
search expired >expired.bin
judged "an expired certificate" pinned --time 4000000000 --max-skew none expired.bin
judged "a certificate that is not yet valid" pinned expired.bin
self ca-like "$names" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
with_cert ca-like <(openssl x509 -in ca-like.crt -outform DER) >ca-like.bin
judged "a CA's certificate with another keyUsage" pinned ca-like.bin
self sha1 "$names" -sha1
search sha1 >sha1.bin
judged "a certificate self-signed with SHA-1" pinned sha1.bin
self nameless "subjectAltName=email:alice@example.com"
sign_as nameless --force <PEER-SEARCH.json >nameless.bin
judged "a certificate without the Peer-ID" "peer-id-mismatch:431" nameless.bin
self elsewhere "subjectAltName=URI:reload://$alice@chatter/"
sign_as elsewhere --force <PEER-SEARCH.json >elsewhere.bin
judged "a certificate with the Peer-ID in another overlay" "peer-id-mismatch:431" elsewhere.bin
sign_as nameless --force <PEER-JOIN.json >join.bin
judged "a certificate without the Peer-ID, in a PEER-JOIN" "peer-id-mismatch:493" join.bin
jq -c 'del(.attributes[0].value[] | select(.type == "PEER-CERT"))' <(reload-dump -f json one-search.bin) | reload-dump -f binary >certless.bin
judged "a message without a certificate" "missing-certificate:401" certless.bin

# ---- several identities in one message ----

# peer_info NAME ID [OPTION...]: the members of a PEER-INFO signed by NAME
peer_info()
{
    jq -c --arg id "$2" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json |
        sign_as "$1" --sign-source-info -f json "${@:3}" | jq -c '.attributes[0].value'
}
# with_peer NAME MEMBERS [OPTION...]: a RESOURCE-PUT signed by NAME with this PEER-INFO in its first BODY
with_peer()
{
    jq -c --argjson info "$2" '.attributes[1].value[1].value = (.attributes[1].value[1].value | map(select(.type != "RESOURCE-INFO.BODY.PEER-INFO"))) + [{type: "RESOURCE-INFO.BODY.PEER-INFO", value: $info}]' \
        RESOURCE-PUT.json | sign_as "$1" "${@:3}"
}
rm -f pins
with_peer one "$(peer_info two "$alice")" >both.bin
verdicts "two keys for one Peer-ID in one message are a mismatch" "pin-mismatch:431" "${pin[@]}" both.bin
is "$(jq -c '[.signatures[] | .type, .verdict, .reason] | .[:3]' "$output")" '["PEER-SIGNATURE","invalid","pin-mismatch"]' "two keys for one Peer-ID: the second signature is reported"
is "$(pins)" "" "two keys for one Peer-ID: no pin is stored"
with_peer one "$(peer_info one "$alice")" --sign-source-info >same.bin
verdicts "one key for one Peer-ID twice in one message is pinned" "pinned" "${pin[@]}" same.bin
is "$(pins | wc -l)" 2 "one key for one Peer-ID twice is one pin, besides the KEY's"
with_peer one "$(peer_info bobby "$bob")" >others.bin
verdicts "a message with another peer in a BODY is pinned" "pinned" "${pin[@]}" others.bin
is "$(pins | sed 's/ .*//')" "key:alice@example.com
peer:$alice
peer:$bob" "the key of a peer in a BODY is stored"
self bobby2 "subjectAltName=URI:reload://$bob@chat/"
with_peer one "$(peer_info bobby2 "$bob")" >others.bin
verdicts "another key of a peer in a BODY is a mismatch" "pin-mismatch:431" "${pin[@]}" others.bin
# ROUTE-LOG: compared, but not stored (D27)
rm -f pins
reload-sign --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $(peer_info bobby "$bob")}]" one-search.bin >logged.bin
verdicts "a message with a signed ROUTE-LOG is pinned" "pinned" "${pin[@]}" logged.bin
is "$(jq -c '[.signatures[] | .type, .verdict]' "$output")" '["SIGNATURE","valid","PEER-SIGNATURE","valid"]' "a ROUTE-LOG's signature is checked"
is "$(pins | sed 's/ .*//')" "peer:$alice" "a ROUTE-LOG's key is not stored"
verdicts "another key for a ROUTE-LOG's peer is pinned" "pinned" "${pin[@]}" <(jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as bobby2)
verdicts "a message with a mismatch in its ROUTE-LOG is pinned" "pinned" "${pin[@]}" logged.bin
is "$(jq -c '[.signatures[] | .type, .verdict, .reason]' "$output")" '["SIGNATURE","valid",null,"PEER-SIGNATURE","invalid","pin-mismatch"]' "a mismatch in a ROUTE-LOG is reported for its signature"
reload-sign --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $(peer_info two "$alice")}]" one-search.bin >logged.bin
rm -f pins
verdicts "a message with another key for its sender in a ROUTE-LOG is pinned" "pinned" "${pin[@]}" logged.bin
is "$(jq -c '[.signatures[1] | .verdict, .reason]' "$output")" '["invalid","pin-mismatch"]' "a ROUTE-LOG is compared with the keys of its own message"
# responses
rm -f pins
jq -c '.header.response = true' PEER-SEARCH.json | sign_as one >response.bin
verdicts "a response's key is stored" "pinned pin-mismatch:431" "${pin[@]}" response.bin two-search.bin
verdicts "a response's mismatch has no response code" "pin-mismatch" "${pin[@]}" <(jq -c '.header.response = true' PEER-SEARCH.json | sign_as two)

# ---- options, files, profile ----

for option in "--ca ca/ca.crt" "--secret $TESTDATA/hmac.secret" --none; do
    # shellcheck disable=SC2086 # words
    t "--pin cannot be combined with $option" 2 '' '~reload-verify: --secret, --ca, --pin and --none cannot be combined: .*' reload-verify --pin pins $option one.bin
done
reload-verify --quiet --ca ca/ca.crt --time "$now" --replay-state state ca-signed.bin
cp state before
t "--pin with a replay state is refused" 4 '' '=reload-verify: state: not a database of pins: application_id is 0x524c7270, expected 0x524c706e' reload-verify --pin state one.bin
same state before "--pin does not change a replay state"
t "--pin and --replay-state with the same file are refused" 4 '' '=reload-verify: both: not a database of pins: application_id is 0x524c7270, expected 0x524c706e' reload-verify --pin both --replay-state both one.bin
echo notes >notes
t "--pin with a text file is refused" 4 '' '=reload-verify: notes: cannot be used: not a database of reload-verify' reload-verify --pin notes one.bin
ok "--pin does not change a text file" test "$(cat notes)" = notes
t "--pin in a missing directory is refused" 4 '' '~reload-verify: missing/pins: cannot be opened: .*' reload-verify --pin missing/pins one.bin
rm -f pins
run "${pin[@]}" one.bin
python3 -c 'import sqlite3; d = sqlite3.connect("pins"); d.execute("UPDATE pin SET sha256 = \"what\""); d.commit()'
t "a malformed pin is reported" 4 '' "~reload-verify: pins: the pin of peer:$alice is not a SHA-256 digest in hex
reload-verify: one\\.bin: message 1: could not be checked" "${pin[@]}" one.bin
# alice's good outer message with an inner message of bob's that cannot be judged: no pin or replay state is stored
jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as bobby >inner.bin
jq -c --arg body "$(hex <inner.bin)" '.attributes[1].value = [{type: "APPLICATION.NAME", value: "reload"}, {type: "APPLICATION.BODY", hex: $body},
    {type: "APPLICATION.DIALOG", value: 1}]' TRANSPORT-TUNNEL.json | sign_as one >outer.bin
rm -f pins
run "${pin[@]}" inner.bin
python3 -c 'import sqlite3; d = sqlite3.connect("pins"); d.execute("UPDATE pin SET sha256 = \"what\""); d.commit()'
t "an inner message that could not be checked is reported" 4 '' "~reload-verify: pins: the pin of peer:$bob is not a SHA-256 digest in hex
reload-verify: outer\\.bin: message 1: could not be checked" "${pin[@]}" --replay-state seen outer.bin
rm -f pins
verdicts "an outer message whose inner message could not be checked stores no state" "pinned" "${pin[@]}" --replay-state seen outer.bin
mkdir profile
echo '{"overlay": "chat", "pin": "its.pins"}' >profile/pin.json
: >profile/empty.json
t "an empty profile is refused" 4 '' '=reload-verify: profile/empty.json: empty, expected an overlay'\''s profile' reload-verify --profile profile/empty.json one.bin
echo '{"overlay": "chat", "ca": ["ca.crt"], "pin": "its.pins"}' >profile/both.json
t "a profile with a CA and pins is refused" 4 '' '~reload-verify: profile/both\.json: "ca" cannot be combined with "pin"' \
    reload-verify --profile profile/both.json --time "$now" one.bin
verdicts "a profile's pin turns pinning on" "pinned pin-mismatch:431" reload-verify --profile profile/pin.json --time "$now" one.bin two.bin
ok "a profile's pin is a file in the profile's directory" test -s profile/its.pins
verdicts "--pin overrides a profile's pin" "pinned" reload-verify --profile profile/pin.json --pin mine.pins --time "$now" two.bin
verdicts "--ca overrides a profile's pin" "valid" reload-verify --profile profile/pin.json --ca ca/ca.crt --time "$now" ca-signed.bin
rm -f pins
jq -c '.header.transaction_id = "6553ec1800000001"' PEER-SEARCH.json >ask.json
sign_as one <ask.json >ask.bin
jq -c '.header.response = true' ask.json | sign_as one >answer.bin
jq -c '.header.response = true | .header.transaction_id = "6553ec1800000009"' ask.json | sign_as one >answer-9.bin
verdicts "--pin works with --replay and --pair" "pinned replay:431 pinned unmatched-response" "${pin[@]}" --replay --pair ask.bin ask.bin answer.bin answer-9.bin

# ---- several runs at once ----

statuses=
for round in 1 2 3 4 5; do
    rm -f pins
    for name in one two; do
        for copy in a b; do
            "${pin[@]}" --json "$name-search.bin" >"$name.$copy.json" 2>"$name.$copy.err" &
        done
    done
    wait
    statuses+="$(for copy in a b; do for name in one two; do in_short <"$name.$copy.json"; echo; done; done | sort | tr '\n' ' ') "
    [ "$(pins | wc -l)" = 1 ] || statuses+="not one pin in round $round"
    [ "$(cat one.a.json one.b.json | jq -r .verdict | sort -u | wc -l)" = 1 ] || statuses+="one key has both verdicts in round $round"
done
one_round="pin-mismatch:431 pin-mismatch:431 pinned pinned  "
is "$statuses" "$one_round$one_round$one_round$one_round$one_round" "of two keys first seen at once, exactly one is pinned"
done_testing
