#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2154 # single quotes hold scripts for bash -c; variables of tap.bash
# Choosing messages in reload-dump and reload-verify, and the counts of reload-verify --summary.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
for name in response route-log section-4.1 tunnel tunnelled unknown; do
    cat "$TESTDATA/$name.hmac.bin"
done >good.bin
cp good.bin stream.bin
printf noise >>stream.bin

# indexes: the numbers of the messages in the lines of the last run, in order
indexes()
{
    local first rest all=()
    while read -r first rest; do
        case $first$rest in
        tunnelled:*) ;;
        *': message '*) rest=${rest#*: message } && all+=("${rest%%:*}") ;; # reload-verify
        *) all+=("$first") ;;
        esac
    done <"$output"
    echo "${all[*]}"
}

# ---- reload-dump ----

# chosen DESCRIPTION INDEXES OPTION...: which items of the stream reload-dump writes. The status is that of the garbage in any case.
chosen()
{
    run reload-dump -f line "${@:3}" stream.bin
    is "$status $(indexes)" "3 $2" "$1"
}
chosen "without a choice, everything" "1 2 3 4 5 6 7"
chosen "--method by name, and no garbage" "2" --method PEER-SEARCH
chosen "--method repeated, by number" "2 6" --method PEER-SEARCH --method 54
chosen "--peer: Source ID and Destination ID, and SOURCE-INFO of a response" "1 2 4 6" --peer 4823affe45000000000000000000000000000000
chosen "--peer: an odd number of digits in capitals" "1 2 4 6" --peer 4823AFFE4
chosen "--peer: another last digit" "" --peer 4823AFFE5
chosen "--peer repeated" "1 2 3 4 6" --peer 4823 --peer a6
chosen "--transaction" "2" --transaction 386d157b00000004
chosen "--transaction by its first digits" "1 2 3 4 5 6" --transaction 386d157b0000000
chosen "--transaction repeated" "2 5" --transaction 386d157b00000004 --transaction 386d157b00000001
chosen "--requests" "2 3 4 5 6" --requests
chosen "--responses" "1" --responses
chosen "every kind of option must fit" "4" --peer 4823 --requests --method TRANSPORT-TUNNEL --method RESOURCE-GET

t "a choice that no message matches causes a warning" 0 '' '=reload-dump: warning: none of 6 messages was chosen' reload-dump --peer ff good.bin
t "--quiet prints no such warning" 0 '' '' reload-dump -q --peer ff good.bin
t "a fault in an item that is not chosen is reported" 3 '~1 .*' '~reload-dump: stream.bin: offset .*: message 7: 5 octets of garbage.*' \
    reload-dump -f line --responses stream.bin
run reload-dump -f binary -o chosen.bin --method RESOURCE-PUT stream.bin
same chosen.bin "$TESTDATA/section-4.1.hmac.bin" "a chosen message is written octet for octet"
t "--diff compares the chosen messages" 0 '' '' reload-dump --diff --method PEER-SEARCH good.bin "$TESTDATA/route-log.hmac.bin"
t "--diff: none of one file's messages is chosen" 1 '*' "=reload-dump: $TESTDATA/response.hmac.bin: warning: none of 1 message was chosen" \
    reload-dump --diff --method RESOURCE-PUT good.bin "$TESTDATA/response.hmac.bin"
t "--tbs writes octets of the chosen messages" 0 '~[0-9a-f]+' '' reload-dump --tbs /attributes/1 -f hex --method PEER-SEARCH good.bin
mkdir certs
cat "$TESTDATA/section-4.1.certs.bin" >certs.bin
run reload-dump -f line --certs certs --responses certs.bin
ok "--certs writes no certificates of other messages" only_files certs ''

# ---- Frames ----

# framed DESCRIPTION INDEXES FILE OPTION...: which items of a capture reload-dump writes
framed()
{
    run reload-dump -q -f json --meta "${@:4}" "$captures/$3"
    is "$(jq -sc 'map(.meta.index)' "$output")" "$2" "$1"
}
captures=$TESTDATA/captures
if [ "${RELOAD_CAPTURES:?is not set: 1 if this build reads captures, else 0}" = 1 ]; then
    framed "--frame with the first of a message's fragments" '[3]' udp.pcap --frame 7
    framed "--frame with the last one" '[3]' udp.pcap --frame 9
    framed "--frame with a range, in part" '[1,2]' udp.pcap --frame 4-5
    framed "--frame repeated" '[1,4]' udp.pcap --frame 3 --frame 11
    framed "--frame of a datagram of three" '[2,3,4]' mixed.pcap --frame 4
    framed "--frame has garbage" '[5,6]' mixed.pcap --frame 6
    framed "--frame and a header: no garbage" '[5]' mixed.pcap --frame 6 --requests
    run reload-dump -q -f binary -o third.bin --frame 7 "$captures/udp.pcap"
    t "--diff --frame: a captured message and one in another file" 0 '' '' reload-dump --diff --frame 8 "$captures/udp.pcap" third.bin
    t "--diff --frame: in the other order" 0 '' '' reload-dump --diff --frame 8 third.bin "$captures/udp.pcap"
    t "--diff --frame: of both captures" 1 '~--- 1: .*udp.pcap, frames 3-4.*' '' reload-dump --diff --frame 4 "$captures/udp.pcap" "$captures/udp6.pcapng"
    t "--diff --frame: a frame without a message" 1 '*' "=reload-dump: $captures/udp.pcap: warning: none of 4 messages was chosen" \
        reload-dump --diff --frame 1 "$captures/udp.pcap" third.bin
    t "--diff --frame without a capture" 2 '' '~reload-dump: --frame requires a capture, but no input is one' reload-dump --diff --frame 1 third.bin third.bin
    framed "frame numbers are each file's own" '[3]' rotated-2.pcap --frame 2 "$captures/rotated-1.pcap"
    t "a frame without a message draws a warning" 0 '' '~(.*
)*reload-dump: warning: none of 4 messages was chosen(
.*)*' reload-dump --frame 1 "$captures/udp.pcap"
    t "reload-verify --frame" 0 '~\{"index": 2, .*"verdict": "valid".*' '*' reload-verify --profile "$TESTDATA/overlay/overlay.json" --time capture --frame 6 \
        --json "$captures/udp.pcap"
else
    skip "--frame" "this build reads no captures"
fi

# ---- Usage ----

usage()
{
    t "usage: $1" 2 '' "~reload-[a-z]*: $2"$'\n'"Try '.* --help'\\." "${@:3}" good.bin
}
verify=(reload-verify --secret secret --time 946702799)
usage "a mistyped method" '--method: "RESOURCE-PTU" is unknown \(did you mean RESOURCE-PUT\?\)' reload-dump --method RESOURCE-PTU
usage "a method that does not fit" '--method: "128" is not an integer from 0 to 127' reload-dump --method 128
usage "a peer's name" '--peer: "alice@example.com" is not the first digits of an ID, in hex' reload-dump --peer alice@example.com
usage "no digit" '--peer: "" is not the first digits of an ID, in hex' reload-dump --peer ''
usage "a digit too many" '--transaction: "386d157b000000040" has 17 digits, expected at most 16' "${verify[@]}" --transaction 386d157b000000040
usage "a digit too many of a peer" '--peer: ".*" has 41 digits, expected at most 40' reload-dump --peer "${alice}0"
many=()
for ((i = 0; i < 65; i++)); do
    many+=(--transaction "$i")
done
usage "too many IDs" '--transaction: more than 64 IDs' reload-dump "${many[@]}"
usage "requests and responses" '--requests cannot be combined with --responses' reload-dump --requests --responses
usage "a frame 0" '--frame: "0" is not a frame number from 1 on, or a range such as 3-7' reload-dump --frame 0
usage "a range that ends before it begins" '--frame: "7-3" is not a frame number .*' reload-dump --frame 7-3
usage "a frame number that does not fit" '--frame: "99999999999999999999" is not a frame number .*' reload-dump --frame 99999999999999999999
usage "--frame of another form" '--frame requires captures: it cannot be combined with another --input' reload-dump -i json --frame 1
t "--frame without a capture" 2 '' '=reload-dump: --frame requires a capture, but no input is one' reload-dump --frame 1 good.bin
usage "a mistyped reason" '--reason: "bad-digets" is unknown \(did you mean bad-digest\?\), expected one of malformed, .*, missing-expiration, expired' \
    "${verify[@]}" --reason bad-digets
usage "--reason beside --invalid" '--invalid cannot be combined with --reason' "${verify[@]}" --invalid --reason bad-digest
usage "--invalid of the messages that pass" '--invalid cannot be combined with --format=hex; --rejects writes what failed' "${verify[@]}" --invalid -f hex
usage "--reason of the messages that pass" '--reason cannot be combined with --format=hex; --rejects writes what failed' "${verify[@]}" --reason stale -f hex
usage "a choice of lines that are not written" '--method with --quiet requires --report or --format' "${verify[@]}" -q --method PEER-JOIN
usage "--reason of lines that are not written" '--reason with --quiet requires --report or --format' "${verify[@]}" -q --reason stale
usage "--summary beside a filter" '--summary cannot be combined with --format' "${verify[@]}" --summary -f hex
usage "--summary with --verbose" '--summary cannot be combined with --verbose' "${verify[@]}" --summary -v
usage "--summary with --quiet" '--summary cannot be combined with --quiet' "${verify[@]}" --summary -q
for option in --lint --explain --check-all; do
    usage "$option has no place in a summary" "$option with --summary requires --report" "${verify[@]}" --summary --json $option
done

# ---- reload-verify ----

# Messages 1 to 6 pass, but for 3 and 6, of another DHT; 7 is forged, 8 has a forged message inside, 9 is garbage, 10 is truncated.
forged()
{
    local octets
    octets=$(hex <"$1")
    unhex "${octets%??}00"
}
forged "$TESTDATA/tunnelled.hmac.bin" >forged.bin
jq -c --arg hex "$(hex <forged.bin)" '(.. | objects | select(.type == "APPLICATION.BODY") | .hex) = $hex' "$TESTDATA/tunnel.json" |
    reload-sign --quiet --secret secret --time 946702799 --transaction-id 386d157b00000009 -o outer.bin
head -c 100 "$TESTDATA/unknown.hmac.bin" >short.bin
(cat good.bin forged.bin outer.bin && printf noise && cat short.bin) >mixed.bin
judge=("${verify[@]}" --dht Chord1.0)

# judged DESCRIPTION INDEXES OPTION...: which items reload-verify reports. The status is 1 in any case.
judged()
{
    run "${judge[@]}" "${@:3}" mixed.bin
    is "$status $(indexes)" "1 $2" "$1"
}
judged "without a choice, everything" "1 2 3 4 5 6 7 8 9 10"
judged "--invalid: failures, also inside another message" "3 6 7 8 9 10" --invalid
judged "--invalid beside --method" "3" --invalid --method RESOURCE-PUT
judged "--reason" "7 8" --reason bad-digest
judged "--reason repeated" "3 6 7 8" --reason bad-digest --reason overlay-mismatch
judged "--reason malformed: garbage too" "9 10" --reason malformed
judged "a method, of which all pass" "2" --method PEER-SEARCH
judged "--requests, and no garbage" "2 3 4 5 6 7 8 10" --requests
judged "--responses" "1" --responses
t "exit status: a message that is not chosen counts" 1 '' '' "${judge[@]}" --reason stale forged.bin
t "--pair counts a request that is not chosen" 0 '~.*: RESOURCE-GET response: valid' '' bash -c '
    reload-dump -f json "$TESTDATA/response.hmac.bin" | jq -c ".header.response = false | del(.attributes[0, 2], .header.length)" |
        reload-sign -q --secret secret --time 946702799 -o request.bin
    exec "$@" --pair --responses request.bin "$TESTDATA/response.hmac.bin"' - "${verify[@]}"
run "${judge[@]}" --reason stale --json --report report mixed.bin
ok "--report has the chosen messages" test -e report -a ! -s report
run "${judge[@]}" -f binary -o passed.bin --rejects rejects.bin --method PEER-JOIN --method PEER-SEARCH mixed.bin
cat "$TESTDATA/route-log.hmac.bin" "$TESTDATA/tunnelled.hmac.bin" >expected.bin
same passed.bin expected.bin "the filter passes on the chosen messages"
same rejects.bin forged.bin "--rejects has the chosen messages"
lacks "$errors" "message 3: not passed on" "a message that is not chosen draws no warning"
is "$("${judge[@]}" --reason bad-digest --json mixed.bin 2>&1 | grep -c 'message 10: truncated\|5 octets of garbage')" 2 \
    "faults are reported, even where the lines go, if the lines do not have them"
t "a choice that no message matches causes a warning, as JSON too" 0 '={"warning": "none of 6 messages was chosen", "file": null}' \
    '=reload-verify: warning: none of 6 messages was chosen' "${verify[@]}" --json --peer ff good.bin

# ---- --summary ----

cat >expected.txt <<'END'
9 messages, 1 garbage

VERDICT                                     MESSAGES
valid                                              5
invalid                                            3
malformed                                          1

REASON                                      MESSAGES
malformed                                          1
overlay-mismatch                                   2
bad-digest                                         1

METHOD                                      MESSAGES      PASSED      FAILED
PEER-JOIN                                          2           1           1
PEER-SEARCH                                        1           1           0
RESOURCE-GET                                       1           1           0
RESOURCE-PUT                                       1           0           1
TRANSPORT-TUNNEL                                   2           2           0
54                                                 2           0           2

SECURITY                                    MESSAGES      PASSED      FAILED
HMAC                                               9           5           4

PEER                                        MESSAGES      PASSED      FAILED
463ac413c4000000000000000000000000000000           8           4           4
4823affe45000000000000000000000000000000           1           1           0

TUNNELLED                                   MESSAGES
valid                                              1
invalid                                            1
bad-digest                                         1
END
t "--summary as a table" 1 @expected.txt '*' "${judge[@]}" --summary mixed.bin
cat >expected.json <<'END'
{"messages": 9, "garbage": 1, "unchecked": 0, "verdicts": {"valid": 5, "invalid": 3, "unsecured": 0, "malformed": 1, "pinned": 0}, "reasons": {"malformed": 1, "overlay-mismatch": 2, "bad-digest": 1}, "methods": [{"method": "PEER-JOIN", "passed": 1, "failed": 1}, {"method": "PEER-SEARCH", "passed": 1, "failed": 0}, {"method": "RESOURCE-GET", "passed": 1, "failed": 0}, {"method": "RESOURCE-PUT", "passed": 0, "failed": 1}, {"method": "TRANSPORT-TUNNEL", "passed": 2, "failed": 0}, {"method": 54, "passed": 0, "failed": 2}], "securities": [{"security": "HMAC", "passed": 5, "failed": 4}], "peers": [{"peer_id": "463ac413c4000000000000000000000000000000", "passed": 4, "failed": 4}, {"peer_id": "4823affe45000000000000000000000000000000", "passed": 1, "failed": 0}], "other_peers": {"passed": 0, "failed": 0}, "tunnelled": {"messages": 2, "verdicts": {"valid": 1, "invalid": 1, "unsecured": 0, "malformed": 0, "pinned": 0}, "reasons": {"bad-digest": 1}}}
END
t "--summary --json writes an object, and --report has the lines" 1 @expected.json '*' "${judge[@]}" --summary --json --report report mixed.bin
is "$(wc -l <report)" 10 "the report has a line for each item"
"${judge[@]}" --summary --json --method PEER-JOIN mixed.bin >"$output" 2>"$errors"
is "$(jq -c '[.messages, .garbage, .verdicts.valid]' "$output")" "[2,0,1]" "--summary counts the chosen messages"
t "--summary counts messages that could not be checked" 4 '=0 messages, 6 not checked' '*' reload-verify --secret secret --time capture --summary good.bin
printf yesterday >old
t "no summary of input that cannot be read" 4 '' '*' "${verify[@]}" --summary -o old missing
is "$(cat old)" yesterday "an existing file stays as it is"
t "a summary of nothing" 1 '=0 messages' '*' "${verify[@]}" --summary /dev/null

# At most 1000 rows are for peers whose first message failed, and 1000 for those whose first passed. Here 1002 peers fail, 1001 pass, and the last
# of those that failed passes too.
python3 -I - >peers.json <<'END'
import json
def message(number):
    header = {"method": "PEER-SEARCH", "security": "HMAC", "overlay": "659df2aa", "source_id": f"{number:040x}",
              "destination_id": f"{number:040x}", "transaction_id": f"{number:016x}"}
    print(json.dumps({"header": header, "attributes": []}))
for number in [*range(1002), *range(5000, 6001), 1001]:
    message(number)
END
(head -n 1002 peers.json; tail -n 1002 peers.json | reload-sign --quiet --secret secret -f json) >many.json
run "${verify[@]}" --summary --json many.json
is "$(jq -c '[(.peers | length), ([.peers[] | .passed] | add), ([.peers[] | .failed] | add), .other_peers.passed, .other_peers.failed]' "$output")" \
    '[2000,1000,1000,2,2]' "the number of rows is bounded, and the rest is counted together"
run "${verify[@]}" --summary many.json
is "$(tail -n 1 "$output" | tr -s ' ')" "(other peers) 4 2 2" "the table has them too"

done_testing
