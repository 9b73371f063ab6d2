#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c, jq and python3
# Self-signed identities (D28): certificates that openssl made, the keys that are remembered, and the file they are in.
# Many seconds of CPU: each message needs a process, because the pins are kept between runs.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

names="subjectAltName=URI:reload://$alice@chat/,email:alice@example.com"

# a configuration without the extensions of OpenSSL's own, which would make a CA of everybody
printf '[req]\ndistinguished_name = none\n[none]\n' >self.cnf
# self NAME SUBJECT-ALT-NAME [OPTION...]: NAME.key (made unless it is there) and NAME.crt, signed with it
self()
{
    [ -e "$1.key" ] || openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" 2>/dev/null ||
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" 2>/dev/null
    chmod 600 "$1.key"
    openssl req -config self.cnf -x509 -new -key "$1.key" -out "$1.crt" -subj "/CN=$1" -addext "$2" "${@:3}" 2>/dev/null || bail_out "openssl makes no $1.crt"
}
self one "$names"
self two "$names"
self bobby "subjectAltName=URI:reload://$bob@chat/,email:bob@example.com"

pin=(reload-verify --overlay chat --time "$now" --pin pins)
# put NAME [KEY [OPTION...]]: a RESOURCE-PUT of alice's signed by NAME; search NAME: a PEER-SEARCH
put()
{
    jq -c --arg key "${2:-alice@example.com}" '.attributes[1].value[0].value = $key' RESOURCE-PUT.json | sign_as "$1" "${@:3}"
}
search()
{
    sign_as "$1" <PEER-SEARCH.json
}
# the pins, as the manual shows them
pins()
{
    python3 -c 'import sqlite3; [print(*row) for row in sqlite3.connect("pins").execute("SELECT name, sha256 FROM pin ORDER BY name")]'
}
key_of()
{
    openssl x509 -in "$1.crt" -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum | cut -d ' ' -f 1
}

# ---- first sight, and after ----

put one >one.bin
put two >two.bin
search one >one-search.bin
search two >two-search.bin
verdicts "first seen" pinned "${pin[@]}" one.bin
is "$status" 0 "is good"
is "$(jq -c '[.verdict, has("reason"), .response_code, [.signatures[].verdict]]' "$output")" '["pinned",false,null,["valid","valid","valid"]]' "and never valid"
is "$(jq -r '.signatures[2].signer.subject' "$output")" "CN=one" "says who it says it is"
is "$(pins)" "key:alice@example.com $(key_of one)
peer:$alice $(key_of one)" "the pins are the key's, for the KEY and for the Peer-ID"
ok "since when is there too" python3 -c 'import sqlite3, sys, datetime
for since, in sqlite3.connect("pins").execute("SELECT since FROM pin"):
    then = datetime.datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    assert abs((datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()) < 600, since'
verdicts "again" "pinned pinned" "${pin[@]}" one.bin one-search.bin
verdicts "another key for the Peer-ID" "pin-mismatch:431" "${pin[@]}" two-search.bin
is "$status" 1 "is a failure"
is "$(jq -c '[.signatures[] | .verdict, .reason]' "$output")" '["invalid","pin-mismatch"]' "of that signature"
is "$(jq -r .detail "$output")" "PEER-CERT at /attributes/0/value/3: its key differs from the one stored for the PEER-ID" "says why"
verdicts "and in a RESOURCE-PUT" "pin-mismatch:431 pinned" "${pin[@]}" two.bin one.bin
rm -f pins
verdicts "who comes first has it" "pinned pin-mismatch:431 pinned" "${pin[@]}" two.bin one.bin two-search.bin
t "in text" 0 '=two.bin: offset 0: message 1: RESOURCE-PUT request: pinned' '' "${pin[@]}" two.bin
cat two.bin one.bin two-search.bin >three.bin
t "a filter passes on what is pinned" 1 @passed.bin '~reload-verify: three\.bin: .*message 2: not passed on: pin-mismatch: .*' \
    bash -c 'cat two.bin two-search.bin >passed.bin; "$@" -f binary three.bin' - "${pin[@]}"
self renewed "$names"
cp two.key renewed.key
self renewed "$names"
put renewed >renewed.bin
verdicts "it is the key that counts: another certificate of it" "pinned" "${pin[@]}" renewed.bin
python3 -c 'import sqlite3; d = sqlite3.connect("pins"); d.execute("DELETE FROM pin"); d.commit()'
verdicts "a row that is deleted lets another key in" "pinned pin-mismatch:431" "${pin[@]}" one.bin two.bin

# ---- KEYs ----

self keys1 "subjectAltName=URI:reload://$alice@chat/,email:alice@example.com,email:b@example.com"
# for a KEY alone: the message is bobby's, its BODYs another's
resource()
{
    jq -c --arg key "$2" --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .attributes[1].value[0].value = $key' RESOURCE-PUT.json |
        sign_as bobby --resource-key "$1.key" --resource-cert "$1.crt" "${@:3}"
}
rm -f pins
resource one alice@example.com >first.bin
verdicts "a KEY's key" "pinned" "${pin[@]}" first.bin
is "$(pins | sed 's/ .*//')" "key:alice@example.com
peer:$bob" "is remembered beside its sender's"
for key in alice@example.com sip:alice@example.com SIPS:alice@example.com mailto:alice@EXAMPLE.com alice@Example.Com; do
    resource two "$key" >other.bin
    verdicts "another key for $key" "pin-mismatch:431" "${pin[@]}" other.bin
    resource one "$key" >same.bin
    verdicts "the same key for $key" "pinned" "${pin[@]}" same.bin
done
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["valid","valid","valid"]' "all signatures are good"
"${pin[@]}" --json other.bin >report.json
is "$(jq -c '[.signatures[] | .type, .verdict, .reason]' report.json)" \
    '["RESOURCE-INFO.BODY.SIGNATURE","invalid","pin-mismatch","RESOURCE-INFO.BODY.SIGNATURE","unchecked",null,"SIGNATURE","valid",null]' "it is the BODY's signature that has another"
ok "and the KEY for which another key is known" grep -q "its key differs from the one stored for the KEY" report.json
resource keys1 b@example.com >b.bin
verdicts "another KEY is another pin" "pinned" "${pin[@]}" b.bin
is "$(pins | wc -l)" 3 "which is remembered, and nothing else"
verdicts "the user's case counts" "resource-key-mismatch:431" "${pin[@]}" <(resource one Alice@example.com --force)
is "$(pins | wc -l)" 3 "and what did not pass is not remembered"

# ---- only what passes every step is remembered ----

rm -f pins
message=$(hex <one.bin)
unhex "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))" >forged.bin
verdicts "a forged message is not" "bad-digest:431 pinned" "${pin[@]}" forged.bin two-search.bin
rm -f pins
put one alice@example.com -f json | jq -c '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"' | sign_as one >bad-body.bin
verdicts "nor is one whose BODY fails in step 12" "bad-digest:431 pinned" "${pin[@]}" bad-body.bin two.bin
rm -f pins
verdicts "nor one that is stale" "stale:431 pinned" "${pin[@]}" <(sign_as one --time $((now - 301)) <PEER-SEARCH.json) two-search.bin
rm -f pins
jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .header.transaction_id = "0000000000000001"' PEER-SEARCH.json |
    sign_as bobby >bobby.bin
carrier=$(jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id | .header.transaction_id = "0000000000000001"' RESOURCE-PUT.json)
sign_as bobby --resource-key one.key --resource-cert one.crt <<<"$carrier" >replay.bin
verdicts "nor a replay" "pinned replay:431" "${pin[@]}" --replay bobby.bin replay.bin
is "$(pins | sed 's/ .*//')" "peer:$bob" "though what it replays was"

# ---- certificates ----

# judged DESCRIPTION WANTED FILE: without any pin so far, which only what passes may leave behind
judged()
{
    local count=0
    rm -f pins
    verdicts "$1" "$2" "${pin[@]}" "${@:3}"
    [ "$2" = pinned ] && count=1
    is "$(pins | wc -l)" "$count" "$1: $count remembered"
}
sign_as alice <PEER-SEARCH.json >ca-signed.bin
judged "signed by a CA" "untrusted-certificate:431" ca-signed.bin
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.key 2>/dev/null
self weak "$names"
search weak >weak.bin
judged "a key of 1024 bits" "weak-key:431" weak.bin
judged "--min-rsa-bits 1024" pinned weak.bin --min-rsa-bits 1024
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
self ec "$names"
openssl x509 -in ec.crt -outform DER -out ec.der
# with_cert NAME FILE.der: a search that NAME's key signs, with that certificate
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
judged "a certificate that was altered" "untrusted-certificate:431" altered.bin
unhex "${der:0:$((${#der} - 2))}$(printf '%02x' $((0x${der: -2} ^ 1)))" >flipped.der
with_cert one flipped.der >flipped.bin
judged "a bit of its signature turned" "untrusted-certificate:431" flipped.bin
head -c -1 one.der >cut.der
with_cert one cut.der >cut.bin
judged "one cut short" "bad-certificate:431" cut.bin
openssl req -new -key two.key -subj /CN=one -addext "$names" -out two.csr 2>/dev/null
openssl x509 -req -in two.csr -CA one.crt -CAkey one.key -copy_extensions copy -days 99 -outform DER -out by-one.der 2>/dev/null
with_cert two by-one.der >by-one.bin
judged "a certificate that another key has signed" "untrusted-certificate:431" by-one.bin
self expired "$names" -days 1
search expired >expired.bin
judged "how long it is valid is not asked: long over" pinned --time 4000000000 --max-skew none expired.bin
judged "or not yet begun" pinned expired.bin
self ca-like "$names" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
with_cert ca-like <(openssl x509 -in ca-like.crt -outform DER) >ca-like.bin
judged "nor whether it is a CA's, or what its key is for" pinned ca-like.bin
self sha1 "$names" -sha1
search sha1 >sha1.bin
judged "nor by what digest it signs itself" pinned sha1.bin
self nobody "subjectAltName=email:alice@example.com"
sign_as nobody --force <PEER-SEARCH.json >nobody.bin
judged "it must name the Peer-ID" "peer-id-mismatch:431" nobody.bin
self elsewhere "subjectAltName=URI:reload://$alice@chatter/"
sign_as elsewhere --force <PEER-SEARCH.json >elsewhere.bin
judged "for this overlay" "peer-id-mismatch:431" elsewhere.bin
sign_as nobody --force <PEER-JOIN.json >join.bin
judged "in a PEER-JOIN" "peer-id-mismatch:493" join.bin
jq -c 'del(.attributes[0].value[] | select(.type == "PEER-CERT"))' <(reload-dump -f json one-search.bin) | reload-dump -f binary >certless.bin
judged "no certificate" "missing-certificate:401" certless.bin

# ---- several identities in one message ----

# peer_info NAME ID [OPTION...]: a signed PEER-INFO's members
peer_info()
{
    jq -c --arg id "$2" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json |
        sign_as "$1" --sign-source-info -f json "${@:3}" | jq -c '.attributes[0].value'
}
# carrying PLACE MEMBERS: a RESOURCE-PUT of one's with that PEER-INFO in its first BODY
carrying()
{
    jq -c --argjson info "$2" '.attributes[1].value[1].value = (.attributes[1].value[1].value | map(select(.type != "RESOURCE-INFO.BODY.PEER-INFO"))) + [{type: "RESOURCE-INFO.BODY.PEER-INFO", value: $info}]' \
        RESOURCE-PUT.json | sign_as "$1" "${@:3}"
}
rm -f pins
carrying one "$(peer_info two "$alice")" >both.bin
verdicts "one Peer-ID with two keys in one message" "pin-mismatch:431" "${pin[@]}" both.bin
is "$(jq -c '[.signatures[] | .type, .verdict, .reason] | .[:3]' "$output")" '["PEER-SIGNATURE","invalid","pin-mismatch"]' "it is the second that mismatches"
is "$(pins)" "" "and none of them is remembered"
carrying one "$(peer_info one "$alice")" --sign-source-info >same.bin
verdicts "with one key" "pinned" "${pin[@]}" same.bin
is "$(pins | wc -l)" 2 "it is one pin, beside the KEY's"
carrying one "$(peer_info bobby "$bob")" >others.bin
verdicts "another peer in a BODY" "pinned" "${pin[@]}" others.bin
is "$(pins | sed 's/ .*//')" "key:alice@example.com
peer:$alice
peer:$bob" "is remembered too"
self bobby2 "subjectAltName=URI:reload://$bob@chat/"
carrying one "$(peer_info bobby2 "$bob")" >others.bin
verdicts "and its key compared" "pin-mismatch:431" "${pin[@]}" others.bin
# ROUTE-LOG: compared, and not remembered (D27)
rm -f pins
reload-sign --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $(peer_info bobby "$bob")}]" one-search.bin >logged.bin
verdicts "a ROUTE-LOG" "pinned" "${pin[@]}" logged.bin
is "$(jq -c '[.signatures[] | .type, .verdict]' "$output")" '["SIGNATURE","valid","PEER-SIGNATURE","valid"]' "is checked"
is "$(pins | sed 's/ .*//')" "peer:$alice" "and not remembered"
verdicts "so another key for who is in it is good" "pinned" "${pin[@]}" <(jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as bobby2)
verdicts "then it mismatches, and the message passes" "pinned" "${pin[@]}" logged.bin
is "$(jq -c '[.signatures[] | .type, .verdict, .reason]' "$output")" '["SIGNATURE","valid",null,"PEER-SIGNATURE","invalid","pin-mismatch"]' "as the report shows"
reload-sign --append-route-log "[{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": $(peer_info two "$alice")}]" one-search.bin >logged.bin
rm -f pins
verdicts "a ROUTE-LOG with another key for the sender" "pinned" "${pin[@]}" logged.bin
is "$(jq -c '[.signatures[1] | .verdict, .reason]' "$output")" '["invalid","pin-mismatch"]' "is compared with what the message itself has shown"
# responses are pinned as well
rm -f pins
jq -c '.header.response = true' PEER-SEARCH.json | sign_as one >response.bin
verdicts "a response" "pinned pin-mismatch:431" "${pin[@]}" response.bin two-search.bin
verdicts "which has no code" "pin-mismatch" "${pin[@]}" <(jq -c '.header.response = true' PEER-SEARCH.json | sign_as two)

# ---- options, files, profile ----

for option in "--ca ca/ca.crt" "--secret $TESTDATA/hmac.secret" --none; do
    # shellcheck disable=SC2086 # words
    t "--pin and $option" 2 '' '~reload-verify: --secret, --ca, --pin and --none cannot be combined: .*' reload-verify --pin pins $option one.bin
done
reload-verify --quiet --ca ca/ca.crt --time "$now" --replay-state state ca-signed.bin
cp state before
t "a replay state" 4 '' '=reload-verify: state: is a database of something else than pins' reload-verify --pin state one.bin
same state before "is left as it was"
t "one file for both" 4 '' '=reload-verify: both: is a database of something else than pins' reload-verify --pin both --replay-state both one.bin
echo notes >notes
t "a text" 4 '' '=reload-verify: notes: cannot be used: not a database of reload-verify' reload-verify --pin notes one.bin
ok "is left as it was" test "$(cat notes)" = notes
t "in a directory that is not there" 4 '' '~reload-verify: missing/pins: cannot be opened: .*' reload-verify --pin missing/pins one.bin
rm -f pins
run "${pin[@]}" one.bin
python3 -c 'import sqlite3; d = sqlite3.connect("pins"); d.execute("UPDATE pin SET sha256 = \"what\""); d.commit()'
t "a pin that is none" 4 '' "~reload-verify: pins: the pin of peer:$alice is not a SHA-256 digest in hex
reload-verify: one\\.bin: message 1: could not be checked" "${pin[@]}" one.bin
# a carrier that is good, of alice, around a message of bob's that cannot be judged: nothing of it is remembered
jq -c --arg id "$bob" '.header.source_id = $id | .attributes[0].value[0].value = $id' PEER-SEARCH.json | sign_as bobby >inside.bin
jq -c --arg body "$(hex <inside.bin)" '.attributes[1].value = [{type: "APPLICATION.NAME", value: "reload"}, {type: "APPLICATION.BODY", hex: $body},
    {type: "APPLICATION.DIALOG", value: 1}]' TRANSPORT-TUNNEL.json | sign_as one >around.bin
rm -f pins
run "${pin[@]}" inside.bin
python3 -c 'import sqlite3; d = sqlite3.connect("pins"); d.execute("UPDATE pin SET sha256 = \"what\""); d.commit()'
t "a message inside that cannot be judged" 4 '' "~reload-verify: pins: the pin of peer:$bob is not a SHA-256 digest in hex
reload-verify: around\\.bin: message 1: could not be checked" "${pin[@]}" --replay-state seen around.bin
rm -f pins
verdicts "leaves nothing behind of its carrier, which is judged another time" "pinned" "${pin[@]}" --replay-state seen around.bin
mkdir profile
echo '{"overlay": "chat", "pin": "its.pins"}' >profile/pin.json
: >profile/empty.json
t "an empty profile" 4 '' '~reload-verify: profile/empty\.json: line 1, column 1: .*expected near end of file.*' reload-verify --profile profile/empty.json one.bin
echo '{"overlay": "chat", "ca": ["ca.crt"], "pin": "its.pins"}' >profile/both.json
t "a profile with a CA and pins" 4 '' '~reload-verify: profile/both\.json: "ca" cannot be combined with "pin"' \
    reload-verify --profile profile/both.json --time "$now" one.bin
verdicts "a profile's pin" "pinned pin-mismatch:431" reload-verify --profile profile/pin.json --time "$now" one.bin two.bin
ok "lies beside the profile" test -s profile/its.pins
verdicts "an option takes its place" "pinned" reload-verify --profile profile/pin.json --pin mine.pins --time "$now" two.bin
verdicts "so does --ca" "valid" reload-verify --profile profile/pin.json --ca ca/ca.crt --time "$now" ca-signed.bin
rm -f pins
jq -c '.header.transaction_id = "6553ec1800000001"' PEER-SEARCH.json >ask.json
sign_as one <ask.json >ask.bin
jq -c '.header.response = true' ask.json | sign_as one >answer.bin
jq -c '.header.response = true | .header.transaction_id = "6553ec1800000009"' ask.json | sign_as one >answer-9.bin
verdicts "with --replay and --pair, each in its place" "pinned replay:431 pinned unmatched-response" "${pin[@]}" --replay --pair ask.bin ask.bin answer.bin answer-9.bin

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
is "$statuses" "$one_round$one_round$one_round$one_round$one_round" "of two keys that are first seen at once, exactly one has it"
done_testing
