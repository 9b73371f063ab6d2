#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# --jobs: any number of threads writes the same octets, reports the same errors and keeps the same state as one.
. "$(dirname "$0")/tap.bash"
. "$(dirname "$0")/certs.bash"

# Under ThreadSanitizer a run takes ten times as long, and fewer octets suffice.
counts=(1 2 5) repeats=6
[ -z "${TSAN_OPTIONS-}" ] || counts=(1 3) repeats=3

# alike DESCRIPTION COMMAND...: runs the command with 1 and more jobs; its output, errors, status and the files that it names with @
# (which become a name of their own) must be the same. The file list is in run/files.
alike()
{
    local description=$1 jobs word files command status
    shift
    for jobs in "${counts[@]}"; do
        files=() command=()
        for word in "$@"; do
            case $word in
            @*)
                files+=("${word#@}.$jobs")
                command+=("${word#@}.$jobs")
                ;;
            *) command+=("$word") ;;
            esac
        done
        "${command[@]}" --jobs "$jobs" >"out.$jobs" 2>"err.raw"
        status=$?
        sed "s/\.$jobs\b/.N/g" err.raw >"err.$jobs"
        echo "status $status" >>"err.$jobs"
        for word in "${files[@]}"; do
            case $word in
            *.db.*) sqlite3_dump "$word" ;;
            *) cat "$word" ;;
            esac >>"out.$jobs"
        done
    done
    if [ "$status" -gt 4 ] || [ "$status" -eq 2 ]; then
        fail "$description" "status $status" "$(tail -n 5 err.raw)"
        return
    fi
    for jobs in "${counts[@]:1}"; do
        if ! cmp -s out.1 "out.$jobs" || ! cmp -s err.1 "err.$jobs"; then
            fail "$description with $jobs jobs" "$(cmp out.1 "out.$jobs")" "$(diff err.1 "err.$jobs" | head -n 5)"
            return
        fi
    done
    pass "$description"
}

# sqlite3_dump FILE: the rows of a database, without the octets of its pages, which depend on their order
sqlite3_dump()
{
    python3 -c 'import sqlite3, sys; print("\n".join(sqlite3.connect(sys.argv[1]).iterdump()))' "$1"
}

# ---- Input ----

# Many more items than wait in the threads at once: messages of all kinds, malformed ones, and garbage.
corpus=$(realpath "$TESTDATA/../lib/fuzz/corpus")
cat "$TESTDATA"/*.bin "$corpus"/message/* "$corpus"/stream/* >some.bin
for ((i = 0; i < repeats; i++)); do
    cat some.bin
    printf 'garbage %d' "$i"
    head -c 100 "$TESTDATA/section-4.1.hmac.bin"
done >mixed.bin
for ((i = 0; i < 1700; i++)); do cat "$TESTDATA/section-4.1.hmac.bin"; done >many.bin
reload-dump -f json many.bin >many.json
install -m 600 "$TESTDATA/hmac.secret" secret
hmac=(reload-verify --secret secret --time 946702799)
certs=(reload-verify --profile "$TESTDATA/overlay/overlay.json" --time 946702799)

# ---- reload-dump ----

for form in text line json annotated hex binary ladder svg; do
    alike "dump --format=$form" reload-dump -f "$form" mixed.bin many.bin
done
alike "dump --pretty --meta" reload-dump -f json --pretty --meta mixed.bin
alike "dump of JSON" reload-dump -i json -f binary many.json
alike "dump of a choice" reload-dump -f line --method RESOURCE-PUT --requests mixed.bin
alike "dump of captures" reload-dump -f json --meta "$TESTDATA"/captures/{udp.pcap,tcp6.pcapng.gz}
alike "dump --max-message" reload-dump -f line --max-message 300 mixed.bin
for jobs in 1 4; do
    reload-dump -q -f line --certs "certs.$jobs" --jobs "$jobs" mixed.bin >/dev/null 2>&1
done
is "$(diff -r certs.1 certs.4 && [ -n "$(find certs.1 -name '*.der')" ] && echo same)" same "dump --certs writes the same files"

# ---- reload-verify ----

alike "verify under HMAC" "${hmac[@]}" mixed.bin many.bin
alike "verify -v under CERTS" "${certs[@]}" -v mixed.bin
alike "verify --json --check-all --lint --explain" "${certs[@]}" --json --check-all --lint --explain mixed.bin
alike "verify --summary" "${hmac[@]}" --summary mixed.bin
alike "the filter with its report and rejects" "${hmac[@]}" -q -f binary -o @good --report @report --rejects @bad mixed.bin many.bin
alike "verify --format=json" "${hmac[@]}" -f json mixed.bin
alike "verify --format=ladder" "${hmac[@]}" -f ladder some.bin
alike "verify of a capture" "${certs[@]}" --time capture --pair --json "$TESTDATA"/captures/{udp.pcap,tcp6.pcapng.gz}
alike "verify without a cache" "${certs[@]}" --json --cache 0 mixed.bin

{
    requests alice "$alice" "$now" {0..40} 7 {30..60} 7 41
    requests bob "$bob" "$now" 5 4 3 2 1 5 4
    cat many.bin
    requests alice "$alice" "$now" {50..70} 200 136 135
} >requests.bin
alike "verify --replay" "${verify[@]}" --json --replay requests.bin
alike "verify --replay-state" "${verify[@]}" --replay-state @state.db -f binary -o @good -q requests.bin
alike "a state that an earlier run has left" "${verify[@]}" --json --replay-state @state.db --report @report requests.bin
cat requests.bin requests.bin >twice.bin
alike "verify --pair" "${verify[@]}" --pair --json twice.bin
for name in alice bob mallory; do
    reload-keygen self-signed -q --overlay chat --user "$name@example.com" --peer-id "$alice" "${dates[@]}" -o "self-$name" ||
        bail_out "cannot make a self-signed certificate"
    for ((i = 0; i < 5; i++)); do
        sign_as "self-$name" --peer-id "$alice" PEER-SEARCH.json || bail_out "cannot sign"
    done
done >pins.bin
for jobs in 1 2 5; do
    reload-verify --pin "pins.$jobs" --time "$now" --json --jobs "$jobs" pins.bin >"pinned.$jobs"
done
is "$(cmp pinned.1 pinned.2 && cmp pinned.1 pinned.5 && jq -r .verdict pinned.1 | sort | uniq -c | tr -s ' ')" \
    " 10 invalid
 5 pinned" "pins: the first key is kept, whatever the number of threads"

# ---- reload-sign ----

jq -c '.header.transaction_id = "0000000000000000"' PEER-SEARCH.json >search.json
for ((i = 0; i < 60; i++)); do
    cat search.json
    [ $((i % 7)) -ne 3 ] || jq -c '.header.transaction_id = "00000000000000aa"' search.json
    [ $((i % 11)) -ne 5 ] || jq -c '.header.security = "HMAC"' search.json
    [ $((i % 13)) -ne 5 ] || echo '{"garbage": '
done >unsigned.json
alike "sign under HMAC" reload-sign --secret secret --transaction-id 00000000000000aa many.json
alike "sign under CERTS, with counters" reload-sign --key alice.key --cert alice.crt --time "$now" unsigned.json
alike "sign with --counter-file" reload-sign --key alice.key --cert alice.crt --time "$now" --counter-file @counter unsigned.json
alike "sign --tbs" reload-sign --tbs --key alice.key --cert alice.crt --time "$now" -f hex unsigned.json
alike "sign --strip" reload-sign --strip -f json mixed.bin
alike "sign --append-route-log" reload-sign --append-route-log '{"type": "ROUTE-LOG", "value": []}' -f hex many.bin

# ---- The option ----

# A slow pipe: each message is written before the next one is read.
mkfifo in out
"${hmac[@]}" --jobs 4 <in >out &
exec 3>in 4<out
for ((i = 1; i <= 3; i++)); do
    cat "$TESTDATA/section-4.1.hmac.bin" >&3
    read -r -t 60 line <&4
    is "${line##*: }" valid "message $i of a slow pipe is judged at once"
done
exec 3>&-
wait $!
is $? 0 "the slow pipe ends well"
exec 4<&-

# threads MOST COMMAND...: the number of threads of a run that has read many messages and waits for more; waits until it has MOST
threads()
{
    local most=$1 pid count
    shift
    "$@" <in >/dev/null 2>&1 &
    pid=$!
    exec 3>in
    cat "${input:-many.bin}" "${input:-many.bin}" >&3
    for ((i = 0; i < 100; i++)); do
        count=$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)
        [ "$count" -lt "$most" ] || break
        sleep 0.1
    done
    echo "$count"
    exec 3>&-
    wait "$pid"
}
one=1
[ -z "${TSAN_OPTIONS-}" ] || one=2 # ThreadSanitizer has a thread of its own
is "$(threads $((one + 3)) "${hmac[@]}" -q --jobs 3)" $((one + 3)) "verify --jobs 3 starts three threads"
is "$(threads $((one + 3)) reload-dump --jobs 3)" $((one + 3)) "dump --jobs 3 starts three threads"
is "$(input=many.json threads $((one + 2)) reload-sign --secret secret --transaction-id 00000000000000aa --jobs 2)" $((one + 2)) \
    "sign --jobs 2 starts two threads"
run timeout 60 bash -c 'reload-dump --jobs 1 many.bin | head -c 1000 >/dev/null; reload-dump --jobs 4 many.bin | head -c 1000 >/dev/null'
is "$status" 0 "a closed output ends a run with threads"
# A full device: the output is written while the tool waits for input, so that the error is found between two messages.
# The next one is sent when the tool sleeps, which it does only to wait.
fails_full()
{
    local pid
    "$@" --jobs 2 <in >/dev/full 2>full.err &
    pid=$!
    exec 3>in
    cat "$TESTDATA/section-4.1.hmac.bin" >&3
    for ((i = 0; i < 500; i++)); do
        [[ $(cut -d ' ' -f 2-3 "/proc/$pid/stat" 2>&1) != "($1) S" ]] || break
        sleep 0.02
    done
    cat "$TESTDATA/section-4.1.hmac.bin" >&3
    exec 3>&-
    wait "$pid"
    is "$? $(cat full.err)" "4 $1: standard output: cannot be written: No space left on device" "$1 reports a full device"
}
fails_full reload-dump
fails_full "${hmac[@]}"
fails_full reload-sign --secret secret

# Little memory, in which the largest message can be read but perhaps not be kept.
python3 - "$TESTDATA/section-4.1.hmac.bin" >large.bin <<'EOF'
import sys
header = bytearray(open(sys.argv[1], "rb").read(68))
members = (b"\x70\x01" + (60000).to_bytes(2, "big") + bytes(60000)) * 278
header[13:16] = len(members).to_bytes(3, "big")
sys.stdout.buffer.write(header + members)
EOF
silent=
for ((mebibytes = 24; mebibytes <= 72; mebibytes += 4)); do
    (ulimit -v $((mebibytes * 1024)) && exec reload-dump -f binary --jobs 2 large.bin) >/dev/null 2>memory.err ||
        [ -s memory.err ] || silent+=" $mebibytes"
done
is "$silent" '' "reload-dump names each lack of memory (silent with these MiB)"

run reload-verify --jobs 0 --secret secret many.bin
is "$status" 2 "--jobs 0 is a usage error"
run reload-dump --diff --jobs 2 many.bin many.bin
is "$status" 2 "--jobs cannot be combined with --diff"
run reload-sign --jobs 65 --secret secret many.json
is "$status" 2 "--jobs 65 is a usage error"
done_testing
