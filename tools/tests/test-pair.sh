#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for jq
# Pairing (D25): a response must match a request that came before; round trips; --time capture.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
hmac=(reload-verify --secret secret --overlay chat)
pair=("${hmac[@]}" --pair)
seal=(reload-sign --secret secret)

# make NAME TRANSACTION-ID [JQ [OPTION...]]: NAME.bin, a signed PEER-SEARCH request; jq may make it something else
make()
{
    jq -c --arg t "$2" ".header.transaction_id = \$t | ${3:-.}" PEER-SEARCH.json | "${seal[@]}" "${@:4}" -o "$1.bin"
}
response='.header.response = true'
make q1 0000000000000001
make q2 0000000000000002
make a1 0000000000000001 "$response"
make a2 0000000000000002 "$response"
make a3 0000000000000003 "$response"

# ---- matching ----

verdicts "a response behind its request" "valid valid" "${pair[@]}" q1.bin a1.bin
is "$status" 0 "is good"
verdicts "before its request" "unmatched-response valid valid" "${pair[@]}" a1.bin q1.bin a1.bin
is "$status" 1 "is not"
is "$(head -n 1 "$output" | jq -c '[.verdict, .reason, .response_code, .detail]')" \
    '["invalid","unmatched-response",null,"no request with its Transaction ID and Overlay came before"]' "its code is null"
verdicts "of another Transaction ID" "valid unmatched-response" "${pair[@]}" q1.bin a2.bin
verdicts "without --pair" "valid valid" "${hmac[@]}" q1.bin a2.bin
verdicts "several, in any order" "valid valid valid unmatched-response valid" "${pair[@]}" q1.bin q2.bin a2.bin a3.bin a1.bin
verdicts "a request may have several responses" "valid valid valid" "${pair[@]}" q1.bin a1.bin a1.bin
verdicts "a request may be sent again" "valid valid valid valid valid" "${pair[@]}" q1.bin q1.bin a1.bin q1.bin a1.bin
cat q1.bin a1.bin a3.bin >stream.bin
verdicts "in one file" "valid valid unmatched-response" "${pair[@]}" stream.bin
verdicts "over JSON and hex" "valid valid" "${pair[@]}" <(reload-dump -f json q1.bin) <(reload-dump -f hex a1.bin)
verdicts "each run has requests of its own" "unmatched-response" "${pair[@]}" a1.bin
t "in text" 1 '~stream\.bin: offset [0-9]+: message 3: PEER-SEARCH response: invalid: unmatched-response: no request .*' '' \
    bash -c '"$@" | tail -n 1; exit "${PIPESTATUS[0]}"' - "${pair[@]}" stream.bin
t "a filter" 1 @two.bin '~reload-verify: stream\.bin: .*not passed on: unmatched-response: .*' bash -c 'cat q1.bin a1.bin >two.bin; "$@" -f binary stream.bin' - "${pair[@]}"
# the Method need not be the same, nor the IDs: only what D25 names counts
make other 0000000000000001 "$response | .header.method = \"RESOURCE-GET\" | .header.source_id = \"$bob\""
verdicts "Transaction ID and Overlay are what counts" "valid valid" "${pair[@]}" q1.bin other.bin

# ---- Overlay ----

any=(reload-verify --secret secret --pair)
make elsewhere 0000000000000001 "$response | .header.overlay = \"12345678\""
verdicts "of another Overlay" "valid unmatched-response" "${any[@]}" q1.bin elsewhere.bin
make asked 0000000000000001 '.header.overlay = "12345678"'
verdicts "of the same" "valid valid unmatched-response" "${any[@]}" asked.bin elsewhere.bin a1.bin
make join 0000000000000001 '.header.method = "PEER-JOIN" | .header.overlay = "00000000"'
make joined 0000000000000001 "$response | .header.method = \"PEER-JOIN\""
verdicts "a PEER-JOIN that leaves its Overlay open" "valid valid" "${pair[@]}" join.bin joined.bin
verdicts "its response only" "valid unmatched-response" "${pair[@]}" join.bin a1.bin
make join-chat 0000000000000001 '.header.method = "PEER-JOIN"'
make joined-elsewhere 0000000000000001 "$response | .header.method = \"PEER-JOIN\" | .header.overlay = \"12345678\""
verdicts "a PEER-JOIN that does not" "valid valid unmatched-response" "${any[@]}" join-chat.bin joined.bin joined-elsewhere.bin
make zero 0000000000000001 '.header.overlay = "00000000"'
verdicts "another request with Overlay 0 leaves nothing open" "valid unmatched-response" "${any[@]}" zero.bin joined.bin
make join-again 0000000000000002 '.header.method = "PEER-JOIN" | .header.overlay = "00000000"'
verdicts "nor does it take back what a PEER-JOIN has left open" "valid overlay-mismatch:498 valid" "${pair[@]}" join.bin zero.bin joined.bin
verdicts "nor has another PEER-JOIN to do with it" "valid unmatched-response" "${any[@]}" join-again.bin joined.bin

# ---- the request's verdict ----

message=$(hex <q1.bin)
# whatever DESCRIPTION REASON HEX: a request with that verdict counts
whatever()
{
    unhex "$3" >bad.bin
    verdicts "a request that is $1 counts" "$2 valid" "${pair[@]}" bad.bin a1.bin
}
whatever "forged" bad-digest:431 "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))"
whatever "unsigned" missing-signature:401 "$(message 02 01 "" | sed 's/0102030405060708/0000000000000001/')"
whatever "a fragment" fragment "$(patch 6 8000 "$message")"
whatever "of another Version" unsupported-version "$(patch 8 02 "$message")"
whatever "under another algorithm" security-mismatch:401 "$(patch 11 03 "$message")"
whatever "of another DHT and so on" bad-digest:431 "$(patch 9 02 "$message")"
whatever "malformed" malformed "$(message 02 01 "$(attr 0002 "$(attr 0101 00)")" | sed 's/0102030405060708/0000000000000001/')"
head -c $(($(stat -c %s q1.bin) - 1)) q1.bin >short.bin
verdicts "a request cut short counts" "malformed valid" "${pair[@]}" short.bin a1.bin
verdicts "garbage does not" "malformed unmatched-response" "${pair[@]}" <(printf 'garbage') a1.bin
# what else is wrong with a response comes first
message=$(hex <a3.bin)
unhex "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))" >bad.bin
verdicts "a forged response is a forged response" "bad-digest" "${pair[@]}" bad.bin

# ---- tunnels ----

# tunnel NAME FILE TRANSACTION-ID [JQ]: a TRANSPORT-TUNNEL request that carries the file's octets
tunnel()
{
    jq -c --arg t "$3" --arg body "$(hex <"$2")" '.header.transaction_id = $t | .attributes[1].value[0].value = "reload" |
        .attributes[1].value[1] = {type: "APPLICATION.BODY", hex: $body} | '"${4:-.}" TRANSPORT-TUNNEL.json | "${seal[@]}" -o "$1.bin"
}
tunnel carries-q1 q1.bin 00000000000000f1
tunnel carries-a1 a1.bin 00000000000000f2
verdicts "a request inside a tunnel counts" "valid valid" "${pair[@]}" carries-q1.bin a1.bin
verdicts "and a response inside one is looked at" "valid" "${pair[@]}" carries-a1.bin
is "$status $(jq -c '[.tunnelled.verdict, .tunnelled.reason]' "$output")" '1 ["invalid","unmatched-response"]' "on its own"
verdicts "behind its request" "valid valid" "${pair[@]}" q1.bin carries-a1.bin
is "$status $(jq -sc '.[1].tunnelled.verdict' "$output")" '0 "valid"' "it is matched"
tunnel forged-carrier q1.bin 00000000000000f1
truncate -s -1 forged-carrier.bin
printf '\377' >>forged-carrier.bin
verdicts "a request inside a carrier that is forged counts" "bad-digest:431 valid" "${pair[@]}" forged-carrier.bin a1.bin

# ---- algorithms ----

request_c=$(jq -c '.header.transaction_id = "6553ec1800000001"' PEER-SEARCH.json)
sign_as alice <<<"$request_c" >cq.bin
jq -c '.header.response = true | .attributes[0].value[0].value = "'"$bob"'"' <<<"$request_c" | sign_as bob >ca.bin
verdicts "under CERTS" "valid valid" "${verify[@]}" --pair cq.bin ca.bin
verdicts "before its request" "unmatched-response" "${verify[@]}" --pair ca.bin
verdicts "with --replay: a request that is a replay counts, and responses are no replays" "valid replay:431 valid valid" "${verify[@]}" --pair --replay cq.bin cq.bin ca.bin ca.bin
jq -c "$response" PEER-SEARCH.json | reload-sign --none -o none.bin
t "NONE" 0 '~none\.bin: .*: unsecured' '=reload-verify: warning: under NONE, responses are not matched with requests' reload-verify --none --pair none.bin
echo '{"overlay": "chat", "security": "HMAC", "pair": true}' >profile.json
verdicts "a profile's pair" "unmatched-response valid valid" reload-verify --profile profile.json --secret secret a1.bin q1.bin a1.bin

# ---- round trips ----

# at TIME FILE: the message as JSON, captured then; TIME is JSON
at()
{
    reload-dump -f json "$2" | jq -c --argjson time "$1" '.meta = {time: $time}'
}
# trip DESCRIPTION WANTED REQUEST-TIME RESPONSE-TIME
trip()
{
    { at "$3" q1.bin; at "$4" a1.bin; } >captured.json
    run "${pair[@]}" --json captured.json
    is "$status $(jq -sc --argjson wanted "$2" '[.[].verdict, if .[1].round_trip == $wanted then "right" else .[1].round_trip end]' "$output")" \
        '0 ["valid","valid","right"]' "$1"
}
trip "in seconds" 2 1183896000 1183896002
trip "with fractions" 0.25 1183896000.5 1183896000.75
trip "a microsecond" 0.000001 '"1183896000.000001"' '"1183896000.000002"'
trip "none at all" 0 1183896000 1183896000
trip "as strings" 1.5 '"1183896000"' '"1183896001.5"'
trip "RFC 3339" 3661.25 '"2007-07-08T12:00:00.25Z"' '"2007-07-08T14:01:01.5+01:00"'
trip "RFC 3339 and a number" 1.000001 '"2007-07-08T12:00:00Z"' 1183896001.000001
is "$(grep -o '"round_trip": [^,}]*' "$output")" '"round_trip": 1.000001' "which is written as people write it, not as the nearest double"
trip "a response that was captured before its request" -1 1183896001 1183896000
trip "a request without a time" null null 1183896000
trip "a response without a time" null 1183896000 null
trip "a time that is none" null '"yesterday"' 1183896000
trip "a time of another kind" null '[1183896000]' 1183896000
trip "a time too late to be one" null 1e300 1183896000
ok "where there is none, the key is not there" bash -c '! grep -q round_trip "$1"' - "$output"
{ at 1000 q1.bin; at 1007 q1.bin; at 1008.5 a1.bin; at 1010 a1.bin; } >captured.json
run "${pair[@]}" --json captured.json
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,null,1.5,3]' "of a request that was sent again, the last one counts"
t "in text" 0 '~.*: message 3: PEER-SEARCH response: valid, round trip 1\.500000 s
captured\.json: .*: message 4: PEER-SEARCH response: valid, round trip 3\.000000 s' '' bash -c '"$@" | tail -n 2' - "${pair[@]}" captured.json
t "without --pair there are none" 0 '~([^,]*: valid
?)*' '' "${hmac[@]}" captured.json
run "${pair[@]}" --json <(at 1000 q1.bin) a1.bin <(at 1002 a1.bin)
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,null,2]' "over files of other forms"
{ at 1000 join.bin; at 1004 joined.bin; } >captured.json
run "${pair[@]}" --json captured.json
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,4]' "of a PEER-JOIN that leaves its Overlay open"
run "${pair[@]}" --json <(at 1000 q1.bin) <(at 1001 bad.bin) <(at 1002 a2.bin)
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,null,null]' "an unmatched response has none"

# ---- --time capture ----

# each message is judged at its own time: the same TIMESTAMP, good, stale, and good again
jq -c . PEER-SEARCH.json | sign_as alice >timed.bin
{ at "$now" timed.bin; at $((now + 300)).999999 timed.bin; at $((now + 301)) timed.bin; at $((now - 301)) timed.bin; at "\"2023-11-14T22:13:20.5Z\"" timed.bin; } >captured.json
capture=(reload-verify --ca ca/ca.crt --overlay chat --time capture)
verdicts "--time capture" "valid valid stale:431 future:431 valid" "${capture[@]}" captured.json
verdicts "a certificate is judged at that time too" "expired-certificate:431 valid" "${capture[@]}" --max-skew none <(at 1900000000 timed.bin) <(at "$now" timed.bin)
{ at "$now" timed.bin; reload-dump -f json timed.bin; at "$now" timed.bin; } >captured.json
t "a message that does not say when could not be checked, and the others are" 4 '~captured\.json: .* message 1: PEER-SEARCH request: valid
captured\.json: .* message 3: PEER-SEARCH request: valid' '=reload-verify: captured.json: message 2: could not be checked: its capture time is missing' "${capture[@]}" captured.json
t "nor does binary say it" 4 '' '=reload-verify: timed.bin: message 1: could not be checked: its capture time is missing' "${capture[@]}" timed.bin
t "a filter lets it not pass" 4 @once.bin '~.*message 2: could not be checked.*' bash -c 'cat timed.bin timed.bin >once.bin; "$@" -f binary captured.json' - "${capture[@]}"
{ at 1000 a3.bin; } >captured.json
t "reload-dump --meta keeps the time" 0 '=1000' '' bash -c 'reload-dump -f json --meta captured.json | jq .meta.time'
at '"2007-07-08T12:00:00.25Z"' a3.bin >captured.json
t "as a number" 0 '=1183896000.25' '' bash -c 'reload-dump -f json --meta captured.json | jq .meta.time'
t "of a message that has one" 0 '=null' '' bash -c 'reload-dump -f json --meta a3.bin | jq .meta.time'
t "and without --meta there is none" 0 '=null' '' bash -c 'reload-dump -f json captured.json | jq .meta'
ok "so what went through it is judged the same" bash -c 'reload-dump -f json --meta captured.json | reload-verify --secret secret --time capture'
done_testing
