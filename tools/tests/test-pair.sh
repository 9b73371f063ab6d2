#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for jq
# Pairing (D25): a response must match an earlier request. Round-trip times and --time capture.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
hmac=(reload-verify --secret secret --overlay chat)
pair=("${hmac[@]}" --pair)
seal=(reload-sign --secret secret)

# make NAME TRANSACTION-ID [JQ [OPTION...]]: creates NAME.bin, a signed PEER-SEARCH request changed by JQ
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

verdicts "a response after its request is valid" "valid valid" "${pair[@]}" q1.bin a1.bin
is "$status" 0 "a response after its request: status 0"
verdicts "a response before its request is unmatched" "unmatched-response valid valid" "${pair[@]}" a1.bin q1.bin a1.bin
is "$status" 1 "a response before its request: status 1"
is "$(head -n 1 "$output" | jq -c '[.verdict, .reason, .response_code, .detail]')" \
    '["invalid","unmatched-response",null,"no earlier request has its Transaction ID and Overlay"]' "an unmatched response has no response code"
verdicts "a response with another Transaction ID is unmatched" "valid unmatched-response" "${pair[@]}" q1.bin a2.bin
verdicts "without --pair, a response need not match" "valid valid" "${hmac[@]}" q1.bin a2.bin
verdicts "several responses match in any order" "valid valid valid unmatched-response valid" "${pair[@]}" q1.bin q2.bin a2.bin a3.bin a1.bin
verdicts "a request may have several responses" "valid valid valid" "${pair[@]}" q1.bin a1.bin a1.bin
verdicts "a request may be sent again" "valid valid valid valid valid" "${pair[@]}" q1.bin q1.bin a1.bin q1.bin a1.bin
cat q1.bin a1.bin a3.bin >stream.bin
verdicts "a response matches a request in the same file" "valid valid unmatched-response" "${pair[@]}" stream.bin
verdicts "a response in hex matches a request in JSON" "valid valid" "${pair[@]}" <(reload-dump -f json q1.bin) <(reload-dump -f hex a1.bin)
verdicts "requests of another run do not match" "unmatched-response" "${pair[@]}" a1.bin
t "text: an unmatched response has its reason" 1 '~stream\.bin: offset [0-9]+: message 3: PEER-SEARCH response: invalid: unmatched-response: no earlier request .*' '' \
    bash -c '"$@" | tail -n 1; exit "${PIPESTATUS[0]}"' - "${pair[@]}" stream.bin
t "a filter does not pass on an unmatched response" 1 @two.bin '~reload-verify: stream\.bin: .*not passed on: unmatched-response: .*' bash -c 'cat q1.bin a1.bin >two.bin; "$@" -f binary stream.bin' - "${pair[@]}"
# D25 compares Transaction ID and Overlay, not Method or IDs
make other 0000000000000001 "$response | .header.method = \"RESOURCE-GET\" | .header.source_id = \"$bob\""
verdicts "a response with another Method and Source ID matches" "valid valid" "${pair[@]}" q1.bin other.bin

# ---- Overlay ----

any=(reload-verify --secret secret --pair)
make elsewhere 0000000000000001 "$response | .header.overlay = \"12345678\""
verdicts "a response with another Overlay is unmatched" "valid unmatched-response" "${any[@]}" q1.bin elsewhere.bin
make asked 0000000000000001 '.header.overlay = "12345678"'
verdicts "a response with the request's Overlay matches" "valid valid unmatched-response" "${any[@]}" asked.bin elsewhere.bin a1.bin
make join 0000000000000001 '.header.method = "PEER-JOIN" | .header.overlay = "00000000"'
make joined 0000000000000001 "$response | .header.method = \"PEER-JOIN\""
verdicts "a PEER-JOIN with Overlay 0 matches a response with any Overlay" "valid valid" "${pair[@]}" join.bin joined.bin
verdicts "a PEER-JOIN with Overlay 0 matches only a PEER-JOIN response" "valid unmatched-response" "${pair[@]}" join.bin a1.bin
make join-chat 0000000000000001 '.header.method = "PEER-JOIN"'
make joined-elsewhere 0000000000000001 "$response | .header.method = \"PEER-JOIN\" | .header.overlay = \"12345678\""
verdicts "a PEER-JOIN with an Overlay matches only that Overlay" "valid valid unmatched-response" "${any[@]}" join-chat.bin joined.bin joined-elsewhere.bin
make zero 0000000000000001 '.header.overlay = "00000000"'
verdicts "another request with Overlay 0 does not match any Overlay" "valid unmatched-response" "${any[@]}" zero.bin joined.bin
make join-again 0000000000000002 '.header.method = "PEER-JOIN" | .header.overlay = "00000000"'
verdicts "another request with Overlay 0 does not replace a PEER-JOIN" "valid overlay-mismatch:498 valid" "${pair[@]}" join.bin zero.bin joined.bin
verdicts "a PEER-JOIN with another Transaction ID does not match" "valid unmatched-response" "${any[@]}" join-again.bin joined.bin

# ---- the request's verdict ----

message=$(hex <q1.bin)
# paired DESCRIPTION REASON HEX: a response matches a request with this verdict
paired()
{
    unhex "$3" >bad.bin
    verdicts "a response matches a request that is $1" "$2 valid" "${pair[@]}" bad.bin a1.bin
}
paired "forged" bad-digest:431 "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))"
paired "unsigned" missing-signature:401 "$(message 02 01 "" | sed 's/0102030405060708/0000000000000001/')"
paired "a fragment" fragment "$(patch 6 8000 "$message")"
paired "of another Version" unsupported-version "$(patch 8 02 "$message")"
paired "under another algorithm" security-mismatch:401 "$(patch 11 03 "$message")"
paired "changed in its DHT" bad-digest:431 "$(patch 9 02 "$message")"
paired "malformed" malformed "$(message 02 01 "$(attr 0002 "$(attr 0101 00)")" | sed 's/0102030405060708/0000000000000001/')"
head -c $(($(stat -c %s q1.bin) - 1)) q1.bin >short.bin
verdicts "a response matches a truncated request" "malformed valid" "${pair[@]}" short.bin a1.bin
verdicts "a response does not match garbage" "malformed unmatched-response" "${pair[@]}" <(printf 'garbage') a1.bin
# a response's other faults precede unmatched-response
message=$(hex <a3.bin)
unhex "${message:0:$((${#message} - 2))}$(printf '%02x' $((0x${message: -2} ^ 1)))" >bad.bin
verdicts "an unmatched response that is forged is a bad digest" "bad-digest" "${pair[@]}" bad.bin

# ---- tunnels ----

# tunnel NAME FILE TRANSACTION-ID [JQ]: creates NAME.bin, a TRANSPORT-TUNNEL request with the file's octets as the inner message
tunnel()
{
    jq -c --arg t "$3" --arg body "$(hex <"$2")" '.header.transaction_id = $t | .attributes[1].value[0].value = "reload" |
        .attributes[1].value[1] = {type: "APPLICATION.BODY", hex: $body} | '"${4:-.}" TRANSPORT-TUNNEL.json | "${seal[@]}" -o "$1.bin"
}
tunnel outer-q1 q1.bin 00000000000000f1
tunnel outer-a1 a1.bin 00000000000000f2
verdicts "a response matches an inner request" "valid valid" "${pair[@]}" outer-q1.bin a1.bin
verdicts "an outer message is valid if its inner response is unmatched" "valid" "${pair[@]}" outer-a1.bin
is "$status $(jq -c '[.tunnelled[0].verdict, .tunnelled[0].reason]' "$output")" '1 ["invalid","unmatched-response"]' "an inner response is unmatched"
verdicts "an outer message of an inner response is valid" "valid valid" "${pair[@]}" q1.bin outer-a1.bin
is "$status $(jq -sc '.[1].tunnelled[0].verdict' "$output")" '0 "valid"' "an inner response matches a request"
tunnel forged-outer q1.bin 00000000000000f1
truncate -s -1 forged-outer.bin
printf '\377' >>forged-outer.bin
verdicts "a response does not match the inner request of a forged outer message" "bad-digest:431 unmatched-response" "${pair[@]}" forged-outer.bin a1.bin

# ---- algorithms ----

request_c=$(jq -c '.header.transaction_id = "6553ec1800000001"' PEER-SEARCH.json)
sign_as alice <<<"$request_c" >cq.bin
jq -c '.header.response = true | .attributes[0].value[0].value = "'"$bob"'"' <<<"$request_c" | sign_as bob >ca.bin
verdicts "a response under CERTS matches its request" "valid valid" "${verify[@]}" --pair cq.bin ca.bin
verdicts "a response under CERTS before its request is unmatched" "unmatched-response" "${verify[@]}" --pair ca.bin
verdicts "with --replay, a response matches a replayed request, and may be repeated" "valid replay:431 valid valid" "${verify[@]}" --pair --replay cq.bin cq.bin ca.bin ca.bin
jq -c "$response" PEER-SEARCH.json | reload-sign --none -o none.bin
echo '{"pair": true}' >profile.json
t "a profile's pair under NONE causes a warning" 0 '~none\.bin: .*: unsecured' '=reload-verify: profile.json: warning: under NONE, responses are not matched with requests' reload-verify --none --profile profile.json none.bin
echo '{"overlay": "chat", "security": "HMAC", "pair": true}' >profile.json
verdicts "a profile's pair turns pairing on" "unmatched-response valid valid" reload-verify --profile profile.json --secret secret a1.bin q1.bin a1.bin

# ---- round trips ----

# at TIME FILE: the message as JSON, captured at TIME, which is JSON
at()
{
    reload-dump -f json "$2" | jq -c --argjson time "$1" '.meta = {time: $time}'
}
# trip DESCRIPTION EXPECTED REQUEST-TIME RESPONSE-TIME: the round trip of a captured request and response
trip()
{
    { at "$3" q1.bin; at "$4" a1.bin; } >captured.json
    run "${pair[@]}" --json captured.json
    is "$status $(jq -sc --argjson expected "$2" '[.[].verdict, if .[1].round_trip == $expected then "right" else .[1].round_trip end]' "$output")" \
        '0 ["valid","valid","right"]' "$1"
}
trip "a round trip in seconds" 2 1183896000 1183896002
trip "a round trip of a fraction of a second" 0.25 1183896000.5 1183896000.75
trip "a round trip of a microsecond" 0.000001 '"1183896000.000001"' '"1183896000.000002"'
trip "a round trip of 0" 0 1183896000 1183896000
trip "a round trip between times as strings" 1.5 '"1183896000"' '"1183896001.5"'
trip "a round trip between times of RFC 3339" 3661.25 '"2007-07-08T12:00:00.25Z"' '"2007-07-08T14:01:01.5+01:00"'
trip "a round trip between a time of RFC 3339 and a number" 1.000001 '"2007-07-08T12:00:00Z"' 1183896001.000001
is "$(grep -o '"round_trip": [^,}]*' "$output")" '"round_trip": 1.000001' "a round trip is written with six decimals at most, not as the nearest double"
trip "a negative round trip of a response captured before its request" -1 1183896001 1183896000
trip "no round trip of a request without a time" null null 1183896000
trip "no round trip of a response without a time" null 1183896000 null
trip "no round trip of a malformed time" null '"yesterday"' 1183896000
trip "no round trip of a time that is an array" null '[1183896000]' 1183896000
trip "no round trip of a time out of range" null 1e300 1183896000
lacks "$output" round_trip "without a round trip, the key is absent"
{ at 1000 q1.bin; at 1007 q1.bin; at 1008.5 a1.bin; at 1010 a1.bin; } >captured.json
run "${pair[@]}" --json captured.json
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,null,1.5,3]' "a round trip starts at the last of several equal requests"
t "text: a response has its round trip" 0 '~.*: message 3: PEER-SEARCH response: valid, round trip 1\.500000 s
captured\.json: .*: message 4: PEER-SEARCH response: valid, round trip 3\.000000 s' '' bash -c '"$@" | tail -n 2' - "${pair[@]}" captured.json
t "without --pair, text has no round trips" 0 '~([^,]*: valid
?)*' '' "${hmac[@]}" captured.json
run "${pair[@]}" --json <(at 1000 q1.bin) a1.bin <(at 1002 a1.bin)
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,null,2]' "a round trip between files with and without times"
{ at 1000 join.bin; at 1004 joined.bin; } >captured.json
run "${pair[@]}" --json captured.json
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,4]' "a round trip of a PEER-JOIN with Overlay 0"
run "${pair[@]}" --json <(at 1000 q1.bin) <(at 1001 bad.bin) <(at 1002 a2.bin)
is "$(jq -sc '[.[].round_trip]' "$output")" '[null,null,null]' "an unmatched response has no round trip"

# ---- --time capture ----

# one message at five capture times
jq -c . PEER-SEARCH.json | sign_as alice >timed.bin
{ at "$now" timed.bin; at $((now + 300)).999999 timed.bin; at $((now + 301)) timed.bin; at $((now - 301)) timed.bin; at "\"2023-11-14T22:13:20.5Z\"" timed.bin; } >captured.json
capture=(reload-verify --ca ca/ca.crt --overlay chat --time capture)
verdicts "--time capture judges each message at its capture time" "valid valid stale:431 future:431 valid" "${capture[@]}" captured.json
verdicts "--time capture judges certificates at the capture time" "expired-certificate:431 valid" "${capture[@]}" --max-skew none <(at 1900000000 timed.bin) <(at "$now" timed.bin)
{ at "$now" timed.bin; reload-dump -f json timed.bin; at "$now" timed.bin; } >captured.json
t "--time capture: a message without a capture time could not be checked" 4 '~captured\.json: .* message 1: PEER-SEARCH request: valid
captured\.json: .* message 3: PEER-SEARCH request: valid' '=reload-verify: captured.json: message 2: could not be checked: its capture time is missing' "${capture[@]}" captured.json
t "--time capture: binary has no capture time" 4 '' '=reload-verify: timed.bin: message 1: could not be checked: its capture time is missing' "${capture[@]}" timed.bin
t "--time capture: a filter does not pass on a message without a capture time" 4 @once.bin '~.*message 2: could not be checked.*' bash -c 'cat timed.bin timed.bin >once.bin; "$@" -f binary captured.json' - "${capture[@]}"
{ at 1000 a3.bin; } >captured.json
t "reload-dump --meta keeps the time" 0 '="1970-01-01T00:16:40Z"' '' bash -c 'reload-dump -f json --meta captured.json | jq .meta.time'
at '"2007-07-08T12:00:00.25Z"' a3.bin >captured.json
t "reload-dump --meta writes the time in UTC" 0 '="2007-07-08T12:00:00.250000Z"' '' bash -c 'reload-dump -f json --meta captured.json | jq .meta.time'
t "reload-dump --meta writes no time of a message without one" 0 '=null' '' bash -c 'reload-dump -f json --meta a3.bin | jq .meta.time'
t "reload-dump without --meta writes no time" 0 '=null' '' bash -c 'reload-dump -f json captured.json | jq .meta'
ok "--time capture accepts the output of reload-dump --meta" bash -c 'reload-dump -f json --meta captured.json | reload-verify --secret secret --time capture'
done_testing
