#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-verify under HMAC and NONE: each option, the report as text and JSON, the filter, and D24's reasons.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
key=$(printf '%s' "$(cat secret)" | hex)
export TESTDATA
mkdir dir
now=946702799
V=(reload-verify --secret secret --time "$now")
good=$TESTDATA/tunnelled.hmac.bin
put=$TESTDATA/section-4.1.hmac.bin

# ---- help and mistakes ----

t "--help prints on standard output" 0 '~Usage: reload-verify .*' '' reload-verify --help
for option in -s,\ --secret=FILE --none --overlay=NAME --dht=NAME --hash=NAME -t,\ --time=TIME --max-skew=SPAN --require-peer-signature --json -f,\ --format=FORM \
    -v,\ --verbose -i,\ --input=FORM -o,\ --output=FILE -q,\ --quiet -h,\ --help -V,\ --version; do
    ok "--help lists $option" grep -qE -- "^ +$option( |\$)" "$output"
done
t "--version" 0 '~reload-verify \(libreload\) [0-9.]+' '' reload-verify --version
usage()
{
    t "usage: $1" 2 '' "~reload-verify: $2"$'\n'"Try 'reload-verify --help'\\." reload-verify "${@:3}"
}
usage "no algorithm" '.*--secret.*' "$good"
usage "two algorithms" '.*--secret, --ca, --pin and --none.*' --secret secret --none "$good"
usage "an unknown option" '.*--frobnicate.*' --frobnicate
usage "--secret without FILE" '.*--secret.*' --secret
usage "--json with -f" '--json .*--format.*' --secret secret --json -f binary "$good"
usage "-f with --json" '--json .*--format.*' --secret secret -f binary --json "$good"
usage "-f text" '.*"text".*' --secret secret -f text "$good"
usage "-i xml" '.*"xml".*' --secret secret -i xml "$good"
for skew in -1 "" 1.5 4294967296 forever 5M 5mm m 7102y 99999999999999999999d; do
    usage "--max-skew '$skew'" '--max-skew: .*' --secret secret --max-skew "$skew" "$good"
done
for time in 2007-02-29T00:00:00Z 2007-07-08T24:00:00Z 2007-07-08T12:00:00 -1 "" yesterday 99999999999999999999; do
    usage "--time '$time'" '--time: .*' --secret secret --time "$time" "$good"
done
usage "--dht with an unknown name" '--dht: .*' --none --dht Chord "$good"
usage "--dht 256" '--dht: .*' --none --dht 256 "$good"
usage "--hash with an unknown name" '--hash: .*' --none --hash MD5 "$good"
secrets=()
for n in {1..17}; do secrets+=(--secret secret); done
ok "usage errors leave no file" only_files . run secret dir

# ---- the report as text ----

t "text: a valid request" 0 "=$good: offset 0: message 1: PEER-JOIN request: valid" '' "${V[@]}" "$good"
t "text: a valid response" 0 "=$TESTDATA/response.hmac.bin: offset 0: message 1: RESOURCE-GET response: valid" '' "${V[@]}" "$TESTDATA/response.hmac.bin"
t "text: a method without a name is a number" 0 "=$TESTDATA/unknown.hmac.bin: offset 0: message 1: method 54 request: valid" '' "${V[@]}" "$TESTDATA/unknown.hmac.bin"
t "-v: one line for each signature" 0 "=$put: offset 0: message 1: RESOURCE-PUT request: valid
    RESOURCE-INFO.BODY.SIGNATURE /attributes/1/value/1/value/3: valid, TIMESTAMP 946702799
    RESOURCE-INFO.BODY.SIGNATURE /attributes/1/value/2/value/3: valid, TIMESTAMP 946702799
    SIGNATURE /attributes/2: valid, TIMESTAMP 946702799" '' "${V[@]}" -v "$put"
t "-v: invalid and unchecked signatures" 1 "~$put: offset 0: message 1: RESOURCE-PUT request: invalid: stale \\(431\\): .*
    RESOURCE-INFO\\.BODY\\.SIGNATURE /attributes/1/value/1/value/3: unchecked, TIMESTAMP 946702799
    RESOURCE-INFO\\.BODY\\.SIGNATURE /attributes/1/value/2/value/3: unchecked, TIMESTAMP 946702799
    SIGNATURE /attributes/2: invalid: stale, TIMESTAMP 946702799" '' reload-verify --secret secret --time $((now + 301)) --verbose "$put"
cat "$good" "$put" >two.bin
t "the index continues over files, the offset restarts" 0 "=two.bin: offset 0: message 1: PEER-JOIN request: valid
two.bin: offset 124: message 2: RESOURCE-PUT request: valid
-: offset 0: message 3: PEER-JOIN request: valid
two.bin: offset 0: message 4: PEER-JOIN request: valid
two.bin: offset 124: message 5: RESOURCE-PUT request: valid" '' "${V[@]}" two.bin - two.bin <"$good"
t "standard input is the default" 0 '=-: offset 0: message 1: PEER-JOIN request: valid' '' "${V[@]}" <"$good"
t "--quiet prints nothing" 0 '' '' "${V[@]}" --quiet two.bin
t "--quiet with an invalid message: status 1" 1 '' '' reload-verify --quiet --secret <(echo other) --time "$now" two.bin
t "-q --json prints nothing" 0 '' '' "${V[@]}" -q --json two.bin
t "without --time, the time of checking is now" 1 "~$put: .*: invalid: stale \\(431\\): .*" '' reload-verify --secret secret "$put"

# ---- the report as JSON ----

# report DESCRIPTION STATUS EXPECTED OPTION...: the only line of JSON, without detail
report()
{
    run reload-verify --json "${@:4}"
    if [ "$status" = "$2" ] && [ "$(wc -l <"$output")" = 1 ]; then
        is "$(jq -c 'del(.detail)' "$output" 2>&1)" "$3" "$1"
    else
        fail "$1" "status $status" "$(cat "$output" "$errors")"
    fi
}
ids='"source_id":"463ac413c4000000000000000000000000000000","destination_id"'
signature() # PATH TYPE VERDICT TIMESTAMP: a signature in a report
{
    printf '{"path":"%s","type":"%s",%s,"timestamp":%s,"signer":null}' "$1" "$2" "$3" "$4"
}
valid='"verdict":"valid"'
join_fields="\"method\":\"PEER-JOIN\",\"response\":false,\"security\":\"HMAC\",$ids:\"$alice\",\"transaction_id\":\"386d157b00000001\""
report "JSON: a valid message has all keys, in order" 0 "{\"index\":1,\"file\":\"$good\",\"offset\":0,\"length\":124,\"verdict\":\"valid\",\"response_code\":null,$join_fields,\"signatures\":[$(signature \
    /attributes/1 SIGNATURE "$valid" null)]}" --secret secret "$good"
put_fields="\"method\":\"RESOURCE-PUT\",\"response\":false,\"security\":\"HMAC\",$ids:\"$bob\",\"transaction_id\":\"386d157b00000000\""
report "JSON: a message's signatures are in order" 0 "{\"index\":1,\"file\":\"$put\",\"offset\":0,\"length\":396,\"verdict\":\"valid\",\"response_code\":null,$put_fields,\"signatures\":[$(signature \
    /attributes/1/value/1/value/3 RESOURCE-INFO.BODY.SIGNATURE "$valid" $now),$(signature /attributes/1/value/2/value/3 RESOURCE-INFO.BODY.SIGNATURE "$valid" \
    $now),$(signature /attributes/2 SIGNATURE "$valid" $now)]}" --secret secret --time $now "$put"
report "JSON: an invalid message" 1 "{\"index\":1,\"file\":\"$put\",\"offset\":0,\"length\":396,\"verdict\":\"invalid\",\"reason\":\"future\",\"response_code\":431,$put_fields,\"signatures\":[$(signature \
    /attributes/1/value/1/value/3 RESOURCE-INFO.BODY.SIGNATURE '"verdict":"unchecked"' $now),$(signature /attributes/1/value/2/value/3 \
    RESOURCE-INFO.BODY.SIGNATURE '"verdict":"unchecked"' $now),$(signature /attributes/2 SIGNATURE '"verdict":"invalid","reason":"future"' $now)]}" \
    --secret secret --time $((now - 301)) "$put"
t "JSON: an invalid message has a detail" 1 '="string"' '' bash -c 'reload-verify --json --secret secret --time 1 "$1" | jq ".detail | type"; exit "${PIPESTATUS[0]}"' - "$put"
null='"method":null,"response":null,"security":null,"source_id":null,"destination_id":null,"transaction_id":null,"signatures":[]'
printf garbage >garbage
report "JSON: garbage" 1 "{\"index\":1,\"file\":\"garbage\",\"offset\":0,\"length\":7,\"verdict\":\"malformed\",\"reason\":\"malformed\",\"response_code\":null,$null}" --none garbage
{ cat "$good"; printf garbage; cat "$good"; printf x; } >mixed
t "garbage between messages is counted" 1 '=[1,0,"valid"]
[2,124,"malformed"]
[3,131,"valid"]
[4,255,"malformed"]' '*' bash -c 'reload-verify --secret secret --json mixed | jq -c "[.index, .offset, .verdict]"; exit "${PIPESTATUS[0]}"'
reload-dump -f json two.bin >two.json
first=$(head -n 1 two.json | wc -c)
t "the offset counts octets of JSON input" 0 "=0
$first" '' bash -c 'reload-verify --secret secret --time '$now' --json two.json | jq .offset'
reload-dump -f hex two.bin >two.hex
t "the offset counts octets of hex input" 0 "=0
249" '' bash -c 'reload-verify --secret secret --time '$now' --json two.hex | jq .offset'
t "standard input is named -" 0 '="-"' '' bash -c 'reload-verify --secret secret --json <"$1" | jq .file' - "$good"
cp "$good" $'na\033[31m\nme'
t "a file name with ESC and newline is escaped as JSON" 0 '="na\u001b[31m\nme"' '' bash -c 'reload-verify --secret secret --json "$1" | jq .file' - $'na\033[31m\nme'
t "a file name with ESC and newline is escaped in text" 0 '=na\x1b[31m\nme: offset 0: message 1: PEER-JOIN request: valid' '' "${V[@]}" $'na\033[31m\nme'
t "a file name with ESC and newline is escaped in errors" 4 '' '=reload-verify: no\x1b[31m\nne: No such file or directory' "${V[@]}" $'no\033[31m\nne'
rm $'na\033[31m\nme'

# ---- the filter ----

reload-sign --secret <(echo other) --resign-bodies -o others.bin two.bin
cat "$good" others.bin "$put" garbage "$good" >stream.bin
cat "$good" "$put" "$good" >passed.bin
bad_at=$(stat -c %s others.bin)
refusals="reload-verify: stream\\.bin: offset 124: message 2: .*bad-digest.*
reload-verify: stream\\.bin: offset 248: message 3: .*bad-digest.*
reload-verify: stream\\.bin: offset $((124 + bad_at + 396)): message 5: 7 octets of garbage: .*"
t "-f binary passes on the valid messages octet for octet" 1 @passed.bin "~$refusals" "${V[@]}" -f binary stream.bin
reload-dump -f json passed.bin >passed.json
t "-f json passes on the valid messages" 1 @passed.json "~$refusals" "${V[@]}" -f json stream.bin
reload-dump -f hex passed.bin >passed.hex
t "-f hex passes on the valid messages" 1 @passed.hex "~$refusals" "${V[@]}" -f hex stream.bin
t "-f binary --quiet prints only errors, no refusals" 1 @passed.bin '~reload-verify: stream\.bin: .*garbage: .*' "${V[@]}" -q -f binary stream.bin
t "-f binary keeps TTL and Length as changed by hops" 0 @hopped.bin '' bash -c '
    reload-sign --append-route-log "$(cat "$TESTDATA/hop-2.json")" "$1" | { head -c 4; printf "\037"; head -c 1 >/dev/null; cat; } >hopped.bin
    reload-verify --secret secret -f binary hopped.bin' - "$good"
# a flipped bit in any octet from the TTL to DIGEST: octets that hops change are not covered, all others are (D1, S§8)
reload-sign --secret secret --timestamp --time "$now" --transaction-id 386d157b00000007 -o whole.bin "$TESTDATA/tunnelled.json"
whole=$(hex <whole.bin)
size=$((${#whole} / 2))
mkdir flipped
for ((at = 4; at < size - 24; at++)); do
    unhex "$(patch "$at" "$(printf %02x $((0x${whole:2 * at:2} ^ 1)))" "$whole")" >"flipped/$(printf %03d "$at")"
done
ok "the message before flipping bits is valid" "${V[@]}" whole.bin
is "$("${V[@]}" --json flipped/* 2>/dev/null | jq -r 'select(.verdict == "valid") | .file' | tr '\n' ' ')" \
    "flipped/004 flipped/005 flipped/006 flipped/007 " "a flipped bit is detected, except in TTL, Routing and the fragment bits"
is "$("${V[@]}" --json flipped/05[6-9] flipped/06[0-3] flipped/$((size - 28)) | jq -r .reason | uniq -c | xargs)" "9 bad-digest" \
    "a flipped bit in Transaction ID or TIMESTAMP is a bad digest"
t "-f binary without a valid message prints nothing" 1 '' '*' "${V[@]}" -f binary others.bin
reload-sign --none -o unsecured.bin "$TESTDATA/tunnelled.json"
t "a filter passes on an unsecured message under --none" 0 @unsecured.bin '' reload-verify --none -f binary unsecured.bin
t "a message under --none is unsecured, not valid" 0 '=unsecured.bin: offset 0: message 1: PEER-JOIN request: unsecured' '' reload-verify --none unsecured.bin
t "a filter does not pass on an unsecured message under --secret" 1 '' '~reload-verify: unsecured\.bin: offset 0: message 1: .*security-mismatch.*' "${V[@]}" -f binary unsecured.bin
t "-o FILE prints only refusals" 1 '' "~$refusals" "${V[@]}" -f binary -o dir/out stream.bin
same dir/out passed.bin "-o FILE has the valid messages"
t "-o FILE with a report prints nothing" 0 '' '' "${V[@]}" -o dir/out "$good"
is "$(cat dir/out)" "$good: offset 0: message 1: PEER-JOIN request: valid" "-o FILE with a report replaces an existing file"
ok "-o FILE leaves no other file" only_files dir out
rm dir/out
t "-o /dev/full fails" 4 '' '~reload-verify: /dev/full: .*No space left on device' "${V[@]}" -o /dev/full "$good"
t "a full standard output fails" 4 '' '~reload-verify: standard output: .*No space left on device' bash -c 'exec reload-verify --secret secret "$1" >/dev/full' - "$good"
t "-o with a directory fails" 4 '' '~reload-verify: dir: .*Is a directory' "${V[@]}" -o dir "$good"
t "-i binary with hex text is garbage" 1 '~.*malformed.*' '*' "${V[@]}" -i binary two.hex
t "-i hex reads hex" 0 '*' '' "${V[@]}" -i hex two.hex
t "-i json reads JSON" 0 '*' '' "${V[@]}" -i json two.json

# ---- exit statuses ----

t "an empty standard input: status 1" 1 '' '=reload-verify: -: no message in it' "${V[@]}"
t "status 4 overrides status 1" 4 '*' '=reload-verify: missing: No such file or directory' "${V[@]}" others.bin missing "$good"
t "one invalid message of several: status 1" 1 '*' '' "${V[@]}" "$good" others.bin "$good"

# ---- secrets ----

t "one matching secret of several is enough" 0 '*' '' reload-verify --secret <(echo wrong) --secret <(echo other) --secret secret --time $now others.bin two.bin
t "several secrets without a matching one: status 1" 1 '*' '' reload-verify --secret <(echo wrong) --secret <(echo more) --time $now two.bin
t "a secret as hex: matches the same secret as text" 0 '*' '' reload-verify --secret <(printf 'hex:%s' "$key") --time $now two.bin
t "a secret with CR LF matches" 0 '*' '' reload-verify --secret <(printf '%s\r\n' "$(cat secret)") --time $now two.bin
t "a secret from /dev/fd/N is read" 0 '*' '' bash -c 'exec reload-verify --secret /dev/fd/6 "$1" 6< <(cat secret)' - "$good"
install -m 604 secret readable
t "a secret that others can read causes a warning" 0 '*' '~reload-verify: readable: warning: .*' reload-verify --secret readable "$good"
t "a secret that others can read causes no warning with --quiet" 0 '' '' reload-verify -q --secret readable "$good"
run reload-verify "${secrets[@]}" --time $now "$good"
case $status in
0) ok "17 secrets are accepted" holds "$errors" '' ;;
*) is "$status" 2 "17 secrets are refused as a usage error" ;;
esac

# ---- times ----

# at DESCRIPTION STATUS REGEX TIME FILE [OPTION...]: the verdict at this time
at()
{
    t "$1" "$2" "~$5: offset 0: message 1: [A-Z-]+ request: $3" '' reload-verify --secret secret --time "$4" "${@:6}" "$5"
}
log=$TESTDATA/route-log.hmac.bin
at "a message checked 300 s later is valid" 0 valid $((now + 300)) "$log"
at "a message checked 301 s later is stale" 1 'invalid: stale \(431\): .*' $((now + 301)) "$log"
at "a message checked 300 s earlier is valid" 0 valid $((now - 300)) "$log"
at "a message checked 301 s earlier is from the future" 1 'invalid: future \(431\): .*' $((now - 301)) "$log"
at "--max-skew 0: the same second is valid" 0 valid $now "$log" --max-skew 0
at "--max-skew 0: one second later is stale" 1 'invalid: stale \(431\): .*' $((now + 1)) "$log" --max-skew 0
at "--max-skew 0: judged one second earlier, the message is from the future" 1 'invalid: future \(431\): .*' $((now - 1)) "$log" --max-skew 0
at "--max-skew 4294967295: time 0 is valid" 0 valid 0 "$log" --max-skew 4294967295
at "--max-skew none: time 0 is valid" 0 valid 0 "$log" --max-skew none
at "--max-skew none: a time far in the future is valid" 0 valid 1000000000000 "$log" --max-skew none
at "--time accepts RFC 3339" 0 valid 2000-01-01T04:59:59Z "$log"
at "--time accepts RFC 3339 with another zone" 0 valid 2000-01-01T05:59:59+01:00 "$log"
at "--time before 1970: a message is from the future" 1 'invalid: future \(431\): .*' 1960-01-01T00:00:00Z "$log"
at "a message without TIMESTAMP is valid at any time (D4)" 0 valid 0 "$good"
at "a BODY is valid within its EXPIRATION and the skew" 0 valid $((now + 300)) "$put" --max-skew 300
reload-sign --secret secret --timestamp --time $now -o late.bin "$TESTDATA/section-4.1.json"
reload-sign --secret secret --timestamp --time $((now + 1000)) -o resent.bin late.bin
at "a BODY in a later message is valid within EXPIRATION + skew" 0 valid $((now + 600)) resent.bin --overlay chat --max-skew 400
at "a BODY in a later message is valid in its last second" 0 valid $((now + 700)) resent.bin --max-skew 400
at "a BODY in a later message has expired" 1 'invalid: expired \(431\): .*' $((now + 1300)) resent.bin
at "a BODY in a later message has expired after its last second" 1 'invalid: expired \(431\): .*' $((now + 701)) resent.bin --max-skew 400
at "a BODY in a later message has expired without a skew limit" 1 'invalid: expired \(431\): .*' $((now + 301)) resent.bin --max-skew none
at "a BODY in a later message is valid in its last second without a skew limit" 0 valid $((now + 300)) resent.bin --max-skew none
reload-sign --secret secret --timestamp --time $((now - 1000)) -o early.bin late.bin
at "a BODY from the future is reported" 1 'invalid: future \(431\): .*' $((now - 1000)) early.bin

# ---- the overlay and its algorithms ----

# overlay DESCRIPTION STATUS FILE OPTION...: valid (0) or overlay-mismatch (1)
overlay()
{
    local words='valid'
    [ "$2" = 0 ] || words='invalid: overlay-mismatch \(498\): .*'
    t "$1" "$2" "~$3: offset 0: message 1: [A-Z-]+ request: $words" '' "${V[@]}" "${@:4}" "$3"
}
overlay "--overlay with the right name" 0 "$put" --overlay chat
overlay "--overlay with another name" 1 "$put" --overlay chatter
overlay "--dht with the right number" 0 "$put" --dht 0
overlay "--dht with another algorithm's name" 1 "$put" --dht Chord1.0
overlay "--dht Bamboo1.0 for a message of Chord" 1 "$good" --dht Bamboo1.0
overlay "--dht with the right name" 0 "$good" --dht Chord1.0
overlay "--hash with the right number" 0 "$put" --hash 0
overlay "--hash with another algorithm's name" 1 "$put" --hash SHA-1
overlay "--hash with the right name" 0 "$good" --hash SHA-1
reload-sign --secret secret -o zero.bin <(jq '.header.overlay = "00000000"' "$TESTDATA/tunnelled.json")
overlay "an Overlay of 0 in a PEER-JOIN request" 0 zero.bin --overlay chat
reload-sign --secret secret --time $now --timestamp -o zero.bin <(jq '.header.overlay = "00000000"' "$TESTDATA/section-4.1.json")
overlay "an Overlay of 0 in a RESOURCE-PUT request" 1 zero.bin --overlay chat
reload-sign --secret secret --keep-security -o open.bin "$TESTDATA/tunnelled.json"
overlay "a Security of 0 in a PEER-JOIN request (D23)" 0 open.bin
reload-sign --secret secret --sign-source-info -o peer.bin "$TESTDATA/tunnelled.json"
overlay "--require-peer-signature with a PEER-SIGNATURE" 0 peer.bin --require-peer-signature
t "--require-peer-signature without a PEER-SIGNATURE" 1 '~.*: invalid: missing-signature \(401\): .*' '' "${V[@]}" --require-peer-signature "$good"
reload-sign --secret secret -o bare.bin <(jq '.attributes = []' "$TESTDATA/tunnelled.json")
t "--require-peer-signature without a SOURCE-INFO" 1 '~.*: invalid: missing-signature \(401\): .*' '' "${V[@]}" --require-peer-signature bare.bin

# ---- D24's reasons, by step ----

# seal SECURITY METHOD ATTRIBUTES: a message with a SIGNATURE at its end
seal()
{
    local unsigned
    unsigned=$(message "$1" "$2" "${3}00060018" $((${#3} / 2 + 28)))
    printf '%s' "$unsigned$(attr 0802 "$(hmac "$key" "${unsigned:16}")")"
}
# judged DESCRIPTION EXPECTED HEX [OPTION...]: verdict, reason and code, and the status that follows
judged()
{
    unhex "$3" >judged.bin
    run reload-verify --time $now --json -i binary "${@:4}" judged.bin
    local expected_status=1
    case $2 in valid* | unsecured*) expected_status=0 ;; esac
    is "$status $(head -n 1 "$output" | jq -r '"\(.verdict) \(.reason) \(.response_code)"' 2>&1)" "$expected_status $2" "$1"
}
with=(--secret secret)
info=$(attr 0002 "$(attr 0101 "$alice")")
judged "a valid message" "valid null null" "$(seal 02 01 "$info")" "${with[@]}"
judged "1: a truncated message" "malformed malformed null" "$(patch 13 00ffff "$(seal 02 01 "$info")")" "${with[@]}"
judged "1: Version 2" "invalid unsupported-version null" "$(patch 8 02 "$(seal 02 01 "$info")")" "${with[@]}"
judged "1: EXP is ignored, but covered" "invalid bad-digest 431" "$(patch 8 81 "$(seal 02 01 "$info")")" "${with[@]}"
judged "2: a message with FRAG" "invalid fragment null" "$(patch 6 8000 "$(seal 02 01 "$info")")" "${with[@]}"
judged "2: a message with LFRG only is not a fragment" "valid null null" "$(patch 6 4000 "$(seal 02 01 "$info")")" "${with[@]}"
judged "3: malformed top-level framing, also after the SIGNATURE" "malformed malformed null" "$(s=$(seal 02 01 "$info"); patch 13 "$(printf '%06x' $((${#s} / 2 - 68 + 4)))" "${s}0007ffff")" "${with[@]}"
judged "3: a PEER-ID of 19 octets" "malformed malformed null" "$(seal 02 01 "$(attr 0002 "$(attr 0101 "${alice:0:38}")")")" "${with[@]}"
judged "3: text that is not UTF-8" "malformed malformed null" "$(seal 02 01 "$(attr 0007 ff)")" "${with[@]}"
judged "3: a RESPONSE-CODE out of range" "malformed malformed null" "$(seal 02 81 "$(attr 0001 00000064)")" "${with[@]}"
judged "3: a malformed attribute that is misplaced is ignored" "valid null null" "$(seal 02 01 "$(attr 0101 00)$info")" "${with[@]}"
judged "3: a malformed attribute after the SIGNATURE is ignored (D10)" "valid null null" "$(s=$(seal 02 01 "$info"); patch 13 "$(printf '%06x' $((${#s} / 2 - 68 + 8)))" "$s$(attr 0002 0101ffff)")" "${with[@]}"
judged "3 precedes 4" "malformed malformed null" "$(seal 02 01 "$(attr 0007 ff)")" "${with[@]}" --overlay other
judged "4: another overlay" "invalid overlay-mismatch 498" "$(seal 02 01 "$info")" "${with[@]}" --overlay other
judged "4: another overlay in a response has no code" "invalid overlay-mismatch null" "$(seal 02 81 "$info")" "${with[@]}" --overlay other
judged "4: Security NONE" "invalid security-mismatch 401" "$(seal 01 01 "$info")" "${with[@]}"
judged "4: Security CERTS" "invalid security-mismatch 401" "$(seal 03 01 "$info")" "${with[@]}"
judged "4: Security 0 in a PEER-SEARCH" "invalid security-mismatch 401" "$(seal 00 01 "$info")" "${with[@]}"
judged "4: Security 0 in a PEER-JOIN response" "invalid security-mismatch null" "$(seal 00 80 "$info")" "${with[@]}"
judged "4: Security HMAC under NONE" "invalid security-mismatch 401" "$(seal 02 01 "$info")" --none
judged "4: Security NONE under NONE" "unsecured null null" "$(message 01 01 "$info")" --none
judged "4: a wrong SIGNATURE under NONE is ignored" "unsecured null null" "$(message 01 01 "$(attr 0006 "")$(attr 0006 "")")" --none
judged "5: no SIGNATURE" "invalid missing-signature 401" "$(message 02 01 "$info")" "${with[@]}"
judged "6: two SOURCE-INFOs" "invalid duplicate-attribute 431" "$(seal 02 01 "$info$info")" "${with[@]}"
judged "6: two PEER-IDs" "invalid duplicate-attribute 431" "$(seal 02 01 "$(attr 0002 "$(attr 0101 "$alice")$(attr 0101 "$alice")")")" "${with[@]}"
judged "6: two PEER-NAMEs are allowed" "valid null null" "$(seal 02 01 "$(attr 0002 "$(attr 0102 61)$(attr 0102 61)")")" "${with[@]}"
judged "6: two RESPONSE-CODEs" "invalid duplicate-attribute null" "$(seal 02 81 "$(attr 0001 00000200)$(attr 0001 00000200)")" "${with[@]}"
digest() { attr 0802 "$(printf '00%.0s' {1..20})"; }
judged "6: TIMESTAMP after DIGEST" "invalid misplaced 431" "$(message 02 01 "$info$(attr 0006 "$(digest)$(attr 0801 00000000)")")" "${with[@]}"
judged "6: a duplicate DIGEST precedes misplaced" "invalid duplicate-attribute 431" "$(message 02 01 "$info$(attr 0006 "$(digest)$(digest)")")" "${with[@]}"
judged "6: no DIGEST" "invalid bad-digest-length 431" "$(message 02 01 "$info$(attr 0006 "")")" "${with[@]}"
judged "6: a DIGEST of 19 octets" "invalid bad-digest-length 431" "$(message 02 01 "$info$(attr 0006 "$(attr 0802 "$(printf '00%.0s' {1..19})")")")" "${with[@]}"
judged "8: a wrong digest" "invalid bad-digest 431" "$(message 02 01 "$info$(attr 0006 "$(digest)")")" "${with[@]}"
judged "12: a BODY of a RESOURCE without signature" "invalid missing-signature 401" "$(seal 02 11 "$(attr 0003 "$(attr 0202 "$(attr 0303 61)")")")" "${with[@]}"
judged "12: a certificate BODY requires no signature" "valid null null" "$(seal 02 11 "$(attr 0003 "$(attr 0202 "$(attr 0308 61)")")")" "${with[@]}"
inner() # TYPE MEMBERS: the members followed by their signature
{
    printf '%s%s0018%s' "$2" "$1" "$(attr 0802 "$(hmac "$key" "${2}${1}0018")")"
}
resource() # MEMBERS: a RESOURCE with a BODY of these members
{
    attr 0003 "$(attr 0202 "$1")"
}
expiring=$(attr 0303 61)$(attr 0305 00000000)
judged "12: a signed BODY" "valid null null" "$(seal 02 11 "$(resource "$(inner 0306 "$expiring")")")" "${with[@]}"
judged "12: a BODY of a RESOURCE-PUT without EXPIRATION" "invalid missing-expiration 431" "$(seal 02 11 "$(resource "$(inner 0306 "$(attr 0303 61)")")")" "${with[@]}"
judged "12: its digest goes first" "invalid bad-digest 431" "$(seal 02 11 "$(resource "$(attr 0303 61)$(attr 0306 "$(digest)")")")" "${with[@]}"
judged "12: a BODY of a RESOURCE-TRANSFER requires no EXPIRATION" "valid null null" "$(seal 02 12 "$(resource "$(inner 0306 "$(attr 0303 61)")")")" "${with[@]}"
judged "12: a BODY of a RESOURCE-PUT response requires no EXPIRATION" "valid null null" "$(seal 02 91 "$(resource "$(inner 0306 "$(attr 0303 61)")")")" "${with[@]}"
judged "12: a BODY.SIGNATURE that is not last" "invalid misplaced 431" "$(seal 02 11 "$(resource "$(inner 0306 "$expiring")$(attr 0655 "")")")" "${with[@]}"
judged "12: a BODY.SIGNATURE without DIGEST" "invalid bad-digest-length 431" "$(seal 02 11 "$(resource "$expiring$(attr 0306 "")")")" "${with[@]}"
peer() # TYPE: a PEER-INFO with a wrong PEER-SIGNATURE
{
    attr "$1" "$(attr 0101 "$alice")$(attr 0106 "$(digest)")"
}
judged "12: a wrong PEER-SIGNATURE in SOURCE-INFO" "invalid bad-digest 431" "$(seal 02 01 "$(peer 0002)")" "${with[@]}"
judged "12: a wrong PEER-SIGNATURE in REDIRECT" "invalid bad-digest null" "$(seal 02 81 "$(peer 0005)")" "${with[@]}"
judged "12: a wrong PEER-SIGNATURE in BODY.PEER-INFO" "invalid bad-digest 431" "$(seal 02 11 "$(resource "$(inner 0306 "$expiring$(peer 0307)")")")" "${with[@]}"
log=$(attr 0004 "$(peer 0402)")
s=$(seal 02 01 "$info")
s=$(patch 13 "$(printf '%06x' $(((${#s} + ${#log}) / 2 - 68)))" "$s$log")
judged "D27: a wrong PEER-SIGNATURE in a ROUTE-LOG leaves the message valid" "valid null null" "$s" "${with[@]}"
is "$(jq -c '[.signatures[] | .path, .type, .verdict, .reason]' "$output")" \
    '["/attributes/1","SIGNATURE","valid",null,"/attributes/2/value/0/value/1","PEER-SIGNATURE","invalid","bad-digest"]' "D27: a wrong PEER-SIGNATURE in a ROUTE-LOG is reported"
log=$(attr 0004 "$(attr 0402 "$(inner 0106 "$(attr 0101 "$alice")")")")
s=$(seal 02 01 "$info")
judged "D27: a right PEER-SIGNATURE in a ROUTE-LOG leaves the message valid" "valid null null" "$(patch 13 "$(printf '%06x' $(((${#s} + ${#log}) / 2 - 68)))" "$s$log")" "${with[@]}"
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["valid","valid"]' "D27: a right PEER-SIGNATURE in a ROUTE-LOG is valid"
s=$(seal 02 01 "$info")
second=$(attr 0006 "$(digest)")
judged "D10: a second SIGNATURE is ignored" "valid null null" "$(patch 13 "$(printf '%06x' $(((${#s} + ${#second}) / 2 - 68)))" "$s$second")" "${with[@]}"
is "$(jq -c '[.signatures[] | .verdict]' "$output")" '["valid","unchecked"]' "D10: a second SIGNATURE is unchecked"

# ---- inner messages (D26) ----

tunnel=$TESTDATA/tunnel.hmac.bin
run "${V[@]}" --json "$tunnel"
is "$status $(jq -c '[.verdict, .tunnelled[0].verdict, .tunnelled[0].method, .tunnelled[0].transaction_id, (.tunnelled[0].signatures // [] | length)]' "$output")" \
    '0 ["valid","valid","PEER-JOIN","386d157b00000001",1]' "an inner message is judged separately"
jq -c ".attributes[0].value[1].hex = \"$(patch 123 ff "$(hex <"$good")")\"" "$TESTDATA/tunnel.json" >bad-tunnel.json
reload-sign --secret secret -o bad-tunnel.bin bad-tunnel.json
run "${V[@]}" --json bad-tunnel.bin
is "$(jq -c '[.verdict, .tunnelled[0].verdict, .tunnelled[0].reason]' "$output")" '["valid","invalid","bad-digest"]' \
    "an invalid inner message does not change the outer message's verdict"
is "$status" 1 "an invalid inner message: status 1"
printf 'no message' | cat "$tunnel" - >tunnel-garbage.bin
for form in --json --verbose; do
    run "${V[@]}" $form tunnel-garbage.bin
    is "$status $(grep -c tunnelled "$output") $(tail -n 1 "$output" | grep -c malformed)" "1 1 1" \
        "garbage after an outer message is reported without the inner message, $form"
done
done_testing
