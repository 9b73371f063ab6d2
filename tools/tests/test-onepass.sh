#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2154 # single quotes hold scripts for bash -c; variables of tap.bash
# One pass of reload-verify: --report and --rejects beside the filter, --check-all, files and warnings in JSON, and CRLs that change.
#
#   RELOAD_FAKE_CLOCK  the library fake-clock
. "$(dirname "$0")/tap.bash"
. "$(dirname "$0")/certs.bash"

[ -r "${RELOAD_FAKE_CLOCK:?is not set: the library fake-clock}" ] || bail_out "$RELOAD_FAKE_CLOCK is missing"
patience=30 # seconds, used up by a faulty tool only
install -m 600 "$TESTDATA/hmac.secret" secret
hmac=(reload-verify --secret secret --time 946702799)
good=$TESTDATA/tunnelled.hmac.bin
size=$(stat -c %s "$good")
head -c $((size - 1)) "$good" >forged.bin
printf '\377' >>forged.bin
head -c 100 "$good" >short.bin
printf 'noise' >noise
cat "$good" noise forged.bin "$good" short.bin >stream.bin
cat "$good" "$good" >passed.bin
cat forged.bin short.bin >rejected.bin

# ---- all outputs of one run ----

# lines FILE: each line in short: its verdict, error or warning
lines()
{
    jq -rs '[.[] | .verdict // (if .warning then "warning" else "error" end)] | join(" ")' "$1"
}
t "--report and --rejects beside a filter" 1 @passed.bin '*' "${hmac[@]}" -f binary --report report --rejects rejects stream.bin
same rejects rejected.bin "--rejects has the invalid and malformed messages, and no garbage"
is "$(lines report)" "valid malformed invalid valid malformed" "--report has a line for each item"
is "$(jq -sc '[.[] | [.offset, .length]]' report)" \
    "[[0,$size],[$size,5],[$((size + 5)),$size],[$((2 * size + 5)),$size],[$((3 * size + 5)),100]]" "a line has the offset and the length"
"${hmac[@]}" --json stream.bin >json 2>/dev/null
same report json "--report has the lines of --json"
t "--report is the same with --quiet and without -f" 1 '' '*' "${hmac[@]}" -q --report quiet stream.bin
same quiet json "--report has the lines of --json, with --quiet too"
reload-dump -f hex -o expected rejected.bin 2>/dev/null
t "--rejects in the form hex" 1 '*' '*' "${hmac[@]}" -q -f hex --rejects rejects stream.bin
same rejects expected "--rejects has the form hex"
t "--rejects in the form json" 1 '*' '*' "${hmac[@]}" -q -f json --rejects rejects stream.bin
is "$(reload-dump -f binary rejects 2>/dev/null | sha1sum)" "$(sha1sum <rejected.bin)" "--rejects has the messages as JSON"
is "$(jq -sc '[.[].meta]' rejects)" "$(jq -sc '[.[] | select(.verdict != "valid" and .method) | {file, offset, index}]' report)" \
    "with the places that their lines in the report have"
is "$(jq -sc '[.[] | has("meta")]' "$output")" '[false,false]' "messages that pass have no place"
t "--report as an open descriptor, which it continues" 0 "@$good" '' bash -c 'echo before >log; exec "$@" -f binary --report /dev/fd/3 3>>log' - "${hmac[@]}" "$good"
is "$(head -n 1 log) $(sed 1d log | jq -r .verdict)" "before valid" "an open descriptor is continued"

# ---- which files appear ----

printf yesterday >old
cp old rejects
t "nothing passes: the filter's file is empty, not yesterday's" 1 '' '*' "${hmac[@]}" -f binary -o old --rejects rejects forged.bin
ok "the filter's file is empty" test -e old -a ! -s old
same rejects forged.bin "--rejects has the message"
t "nothing is rejected: the file of rejects is empty" 0 '' '' "${hmac[@]}" -f binary -o old --rejects rejects "$good"
ok "the file of rejects is empty" test -e rejects -a ! -s rejects
printf yesterday >old
t "input that cannot be read: status 4" 4 '' '*' "${hmac[@]}" -f binary -o old --report report missing
is "$(cat old)" yesterday "the filter's file stays as it is if input could not be read"
is "$(jq -c . report)" '{"file":"missing","error":"No such file or directory"}' "the report appears with status 4, and has the file"
t "a CA that cannot be read: status 4" 4 '' '*' reload-verify --ca missing.crt --report report "$good"
is "$(jq -c . report)" '{"file":"missing.crt","error":"No such file or directory"}' "the report has that file"
: >empty
t "an empty file: status 1" 1 '' '*' "${hmac[@]}" -q --report report empty
is "$(jq -c . report)" '{"file":"empty","error":"no message in it"}' "the report has a file without a message"

# ---- which messages and warnings have lines ----

reload-dump -f json "$good" | sed 's/}$/, "meta": {"time": 946702799}}/' | cat - <(reload-dump -f json "$good") >captured.json
t "a message that could not be checked" 4 '*' '*' reload-verify --secret secret --time capture -f json --report report --rejects rejects captured.json
is "$(sed -n 2p report | jq -c .)" '{"index":2,"file":"captured.json","offset":'"$(head -n 1 captured.json | wc -c)"',"error":"its capture time is missing"}' \
    "has a line of its own, and no verdict"
ok "that message is in neither file of messages" bash -c '[ "$(wc -l <"$1")" = 1 ] && [ ! -s rejects ]' - "$output"

# JSON keeps the time of a message's capture, so that a later run can verify it as of that time.
sed -n 1p captured.json >timed.json
run reload-verify --secret secret --time capture -f json timed.json
is "$status $(jq -r .meta.time "$output")" "0 2000-01-01T04:59:59Z" "a message that passes keeps its time"
run reload-verify --secret secret --time capture --overlay another -f json -o passed --rejects rejects timed.json
is "$status $(jq -r .meta.time rejects)" "1 2000-01-01T04:59:59Z" "a message that is rejected keeps its time"
t "the next run uses it" 0 '~.*: valid' '' reload-verify --secret secret --time capture rejects
run "${hmac[@]}" -f json "$good"
is "$(jq -c 'has("meta")' "$output")" false "a message that was not captured has no meta"
if [ "${RELOAD_CAPTURES:?is not set: 1 if this build reads captures, else 0}" = 1 ]; then
    run reload-verify --profile "$TESTDATA/overlay/overlay.json" --time capture --overlay another -f json -o passed --rejects rejects "$TESTDATA/captures/udp.pcap"
    is "$status $(jq -sc 'map([.meta.frames, .meta.source.port, .meta.transport])' rejects)" \
        '1 [[[3,4],58431,"UDP"],[[5,6],6084,"UDP"],[[7,8,9],58431,"UDP"],[[10,11],6084,"UDP"]]' "a captured message that is rejected keeps the facts of its packets"
    t "a captured message that is rejected is verified as of its capture" 0 '*' '' reload-verify --profile "$TESTDATA/overlay/overlay.json" --time capture rejects
else
    skip "captured messages that are rejected" "built without libpcap"
fi

install -m 604 secret readable
t "--json with --quiet has warnings alone" 0 '={"warning": "other users can read this file; chmod 600 prevents it", "file": "readable"}' '' \
    reload-verify --secret readable --time 946702799 -q --json "$good"
echo '{"replay": true}' >replay.json
t "--json has a warning of a profile" 0 '~\{"warning": "replay is detected .*", "file": "replay\.json"\}
\{"index": 1, .*\}' '*' "${hmac[@]}" --profile replay.json --json "$good"
install -m 600 "$TESTDATA/overlay/ca.crt" cert.secret
t "--json has a warning of a secret file of another kind" 1 '={"warning": "a certificate, not a shared secret; all its octets are used as the secret", "file": "cert.secret"}' \
    '=reload-verify: cert.secret: warning: a certificate, not a shared secret; all its octets are used as the secret' \
    bash -c '"$@" 2>&2 | grep warning; exit "${PIPESTATUS[0]}"' - reload-verify --secret cert.secret --time 946702799 --json "$good"
t "--quiet drops the warning only on standard error" 1 '~\{"warning": .*' '' reload-verify --secret cert.secret --time 946702799 -q --json "$good"
t "--json has a warning of --filter" 2 '={"warning": "--filter drops the fragments of a datagram after the first; '"'(udp port 1) or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)'"' keeps them", "file": null}' \
    '~reload-verify: warning: --filter drops .*' bash -c '"$@" | grep warning; exit "${PIPESTATUS[0]}"' - "${hmac[@]}" --json --filter 'udp port 1' "$good"
echo '{"overlay": "chat", "security": "CERTS"}' >no-ca.json
t "--json has the error of a profile without a CA" 4 '={"file": "no-ca.json", "error": "security is CERTS, but ca is missing; --ca is required"}' \
    '=reload-verify: no-ca.json: security is CERTS, but ca is missing; --ca is required' reload-verify --json --profile no-ca.json "$good"
t "--lint does not change that" 4 '={"file": "none.json", "error": "No such file or directory"}' \
    '=reload-verify: none.json: No such file or directory' reload-verify --json --lint --profile none.json "$good"
t "--report has the error of a profile that cannot be read" 4 '' '*' reload-verify --report report --profile no-profile.json "$good"
is "$(jq -c . report)" '{"file":"no-profile.json","error":"No such file or directory"}' "the report has that file"
t "--json has the error of a state file" 4 '={"file": ".", "error": "cannot be opened: not a regular file; a missing file is created"}' \
    '=reload-verify: .: cannot be opened: not a regular file; a missing file is created' reload-verify --json --ca "$TESTDATA/overlay/ca.crt" --replay-state . "$good"
t "a message in one: tunnelled is an array" 0 '=[1,"valid"]' '' bash -c '"$@" --json "$TESTDATA/tunnel.hmac.bin" | jq -c ".tunnelled | [length, .[0].verdict]"' - "${hmac[@]}"

# ---- malformed messages, with both output streams in one file ----

for kind in short.bin noise; do
    "${hmac[@]}" $kind >both 2>&1
    is "$(wc -l <both)" 1 "$kind is reported once in one file"
    is "$("${hmac[@]}" $kind 2>&1 | wc -l)" 1 "$kind is reported once in one pipe"
    is "$("${hmac[@]}" --json $kind 2>&1 | wc -l)" 1 "$kind is reported once in one pipe, as JSON"
    is "$("${hmac[@]}" -q $kind 2>&1 | wc -l)" 1 "$kind is reported once with --quiet"
    is "$("${hmac[@]}" -f binary $kind 2>&1 | wc -l)" 1 "$kind is reported once by a filter"
    t "$kind is reported in both places" 1 '*' '*' "${hmac[@]}" $kind
done

# ---- usage ----

# refused DESCRIPTION ERROR OPTION...
refused()
{
    t "$1" 2 '' "~reload-verify: $2"$'\nTry .*' "${hmac[@]}" "${@:3}" "$good"
}
refused "--rejects without -f" '--rejects requires --format=binary, json, hex or pcapng' --rejects rejects
refused "two outputs on standard output" 'at most one output may be standard output' -f binary --report -
refused "two more outputs on standard output" 'at most one output may be standard output' -f binary -o old --report - --rejects -
refused "standard output and its name" '/dev/stdout and standard output are the same file.*' --report /dev/stdout
refused "an output and a report in one file" './old and old are the same file.*' -o old --report ./old
refused "a report and rejects in one new file" 'new and ./new are the same file.*' -f binary --report new --rejects ./new
refused "--check-all without a report of signatures" '--check-all requires .*' --check-all
t "--check-all with --none" 2 '' '*' reload-verify --none --check-all --json "$good"
ok "the mistakes wrote nothing" test ! -e new
t "--report does not replace the input" 4 '' '~.*in use as an input.*' "${hmac[@]}" --report stream.bin stream.bin

# ---- --check-all ----

sign_as alice RESOURCE-PUT.json >put.bin
jq -c "(.. | objects | select(.type == \"DIGEST\") | .hex) |= $other_octet" <(reload-dump -f json put.bin) >bad.json
for all in "" --check-all; do
    # shellcheck disable=SC2086 # nothing, or an option
    run "${verify[@]}" --json $all bad.json
    verdicts=$(jq -c '[.verdict, .reason, [.signatures[] | .reason // .verdict | .[:4]]]' "$output")
    case $all in
    '') is "$verdicts" '["invalid","bad-digest",["unch","unch","bad-"]]' "without --check-all, the first failure ends the check" ;;
    *) is "$verdicts" '["invalid","bad-digest",["bad-","bad-","bad-"]]' "with --check-all, each signature has its own finding" ;;
    esac
done

# ---- CRLs that change ----

# gate OPTION...: starts a filter with the CRL in list.crl that reads from descriptor 8; its output is live.out
gate()
{
    rm -f live
    mkfifo live
    FAKE_CLOCK=$now FAKE_SPEED=${speed:-1} LD_PRELOAD=$RELOAD_FAKE_CLOCK ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 \
        "${verify[@]}" --crl list.crl "$@" <live >live.out 2>live.err &
    live_pid=$!
    exec 8>live
}
# send: one message to the gate; waits until it is reported
send()
{
    local i lines
    lines=$(wc -l <live.out)
    cat search.bin >&8
    for ((i = 0; i < 10 * patience; i++)); do
        [ "$(wc -l <live.out)" = "$lines" ] || break
        sleep 0.1
    done
}
# end_gate DESCRIPTION EXPECTED: compares the gate's lines in short: reasons, verdicts and warnings
end_gate()
{
    exec 8>&-
    wait "$live_pid"
    is "$(jq -rs '[.[] | .reason // .verdict // (if .warning then "warning" else "error" end)] | join(" ")' live.out)" "$2" "$1"
}
sign_as alice PEER-SEARCH.json >search.bin
crl=(reload-keygen crl --quiet --ca ca --time "$now" --next-update 2040-01-01T00:00:00Z)
serial=$(openssl x509 -in alice.crt -noout -serial)
"${crl[@]}" -o first.crl || bail_out "cannot make the first CRL"
reload-keygen revoke --quiet --ca ca --serial "${serial#*=}" --time "$((now - 10))" || bail_out "cannot revoke"
"${crl[@]}" -o second.crl || bail_out "cannot make the second CRL"

issuer=$(openssl crl -in first.crl -noout -issuer -nameopt RFC2253)
issuer=${issuer#issuer=}
first=$(openssl crl -in first.crl -noout -crlnumber)
first=$((${first#crlNumber=}))
cp first.crl list.crl
gate --json --report notes
send
cp second.crl list.crl
send
kill -HUP "$live_pid"
send
cp ca/ca.crt list.crl
kill -HUP "$live_pid"
send
cp first.crl list.crl
kill -HUP "$live_pid"
send
kill -HUP "$live_pid"
send
end_gate "SIGHUP reads the CRL again; an unreadable CRL causes a warning and changes nothing" \
    "valid valid revoked-certificate warning revoked-certificate valid valid"
is "$(sed -n 4p live.out | jq -rc 'del(.warning), .warning')" '{"file":"list.crl"}
a certificate, not a CRL; it belongs to --cert or --ca; the CRLs that were read before stay in use' "the warning has the file and its content"
is "$(grep 'again' live.err)" "reload-verify: list.crl: read again: CRL by $issuer: number $((first + 2)), nextUpdate 2040-01-01T00:00:00Z
reload-verify: list.crl: read again: CRL by $issuer: number $first, nextUpdate 2040-01-01T00:00:00Z
reload-verify: the CRLs were read again; none has changed" "a note on standard error for each CRL that has changed"
ok "the warning is on standard error" grep -q 'list\.crl: warning: .*stay in use' live.err
same notes live.out "a report has the same lines"

cp first.crl list.crl
speed=2000 gate --json # a minute is 30 ms
send
sleep 0.1
send
cp second.crl next.crl
mv next.crl list.crl
sleep 0.1
send
rm list.crl
sleep 0.1
send
sleep 0.1
send
end_gate "each minute, a CRL that has changed is read again; a failure is reported once" \
    "valid valid revoked-certificate warning revoked-certificate revoked-certificate"
cp first.crl list.crl
gate --json
send
cp second.crl list.crl
send
end_gate "within a minute, a change is not noticed" "valid valid"

# ---- a CRL goes out of date ----

reload-keygen crl --quiet --ca ca --time "$((now - 100))" --next-update "$((now - 1))" -o over.crl || bail_out "cannot make a CRL that has ended"
reload-keygen crl --quiet --ca ca --time "$now" --next-update "$((now + 100))" -o list.crl || bail_out "cannot make a CRL that ends soon"
jq -c --arg id "$bob" '.header.source_id = $id | del(.attributes[] | select(.type == "SOURCE-INFO"))' PEER-SEARCH.json | sign_as bob >search.bin
touch -d "@$now" hand
export FAKE_HAND=hand
verify=(reload-verify --ca ca/ca.crt --overlay chat --max-skew none)
gate --json --require-crl --crl over.crl
send
touch -d "@$((now + 99))" hand
send
touch -d "@$((now + 100))" hand
send
send
unset FAKE_HAND
end_gate "a CRL that goes out of date during the run causes a warning, once, before the next message" \
    "warning valid valid warning untrusted-certificate untrusted-certificate"
is "$(sed -n 4p live.out | jq -r .file)" list.crl "the warning names the CRL's file"
ok "the warning names the issuer and the date" grep -q "list\.crl: warning: CRL by .*: out of date, but still applied: nextUpdate is $(date -u -d "@$((now + 100))" +%FT%TZ)" live.err

t "--require-crl without a CRL causes a warning" 1 '~.*untrusted-certificate.*' '=reload-verify: warning: every certificate will be rejected: a CRL is required, but none is given' \
    reload-verify --ca ca/ca.crt --overlay chat --require-crl --time "$now" search.bin
t "without CRLs, SIGHUP ends the program" 129 '' '' bash -c 'exec "$@" < <(sleep 0.5; kill -HUP $$; sleep 2)' - "${hmac[@]}"

done_testing
