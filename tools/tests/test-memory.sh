#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Peak memory does not grow with a stream's length: below 16 MiB for messages of common size.
# Many seconds of CPU: streams of 62 MB.
. "$(dirname "$0")/tap.bash"

limit=$((16 * 1024)) # KiB
copies=18            # doublings: 262144 messages of 248 octets, 62 MiB
patience=120

for tool in reload-dump reload-sign reload-verify; do
    if grep -qaE '__(asan|tsan|msan)_init' "$RELOAD_TOOLS/$tool"; then
        skip "peak memory" "$tool is built with a sanitizer, which uses more memory"
        done_testing
    fi
done
[ -r /proc/self/status ] || { skip "peak memory" "no /proc"; done_testing; }
grep -q '^VmHWM:' /proc/self/status || { skip "peak memory" "no VmHWM in /proc"; done_testing; }

secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
cp "$TESTDATA/route-log.hmac.bin" stream.bin
for ((i = 0; i < copies; i++)); do
    cat stream.bin stream.bin >twice
    mv twice stream.bin
done
count=$((1 << copies))
is "$(stat -c %s stream.bin)" $((248 * count)) "the stream has $((248 * count)) octets"

# peak DESCRIPTION STREAM UNIT AMOUNT COMMAND...: writes STREAM to COMMAND, reads AMOUNT lines (UNIT -n) or octets (-c) of output,
# and compares COMMAND's peak memory with $limit while it waits for more input.
peak()
{
    local description=$1 stream=$2 unit=$3 amount=$4 pid kib writer status
    shift 4
    rm -f in out
    mkfifo in out
    "$@" <in >out 2>errors &
    pid=$!
    exec 8>in 7<out
    cat "$stream" >&8 &
    writer=$!
    timeout "$patience" head "$unit" "$amount" <&7 >taken
    wait "$writer"
    [ "$(cat "/proc/$pid/comm")" = "$1" ] || bail_out "process $pid is not $1"
    kib=$(awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
    exec 8>&-
    timeout "$patience" cat <&7 >rest
    exec 7<&-
    wait "$pid"
    status=$?
    local octets
    case $unit in
    -n) octets=$(wc -l <taken) ;;
    *) octets=$(stat -c %s taken) ;;
    esac
    if [ "$octets" != "$amount" ] || [ -s rest ] || [ -s errors ] || [ "$status" != 0 ]; then
        fail "$description" "status $status, $octets of $amount were written, then $(stat -c %s rest) octets" "$(head -c 500 errors)"
    elif [ -z "$kib" ]; then
        fail "$description" "peak memory could not be read"
    elif [ "$kib" -ge "$limit" ]; then
        fail "$description" "$kib KiB"
    else
        pass "$description: $kib KiB"
    fi
    rm -f taken rest
}

peak "reload-dump -f line" stream.bin -n "$count" reload-dump -f line
peak "reload-dump -f binary" stream.bin -c $((248 * count)) reload-dump -f binary
peak "reload-verify" stream.bin -n "$count" reload-verify --secret "$secret" --time 946702799
peak "reload-verify -f binary" stream.bin -c $((248 * count)) reload-verify --secret "$secret" --time 946702799 -f binary
peak "reload-sign" stream.bin -c $((248 * count)) reload-sign --secret "$secret" --timestamp --time 946702799

text_lines=$(reload-dump "$TESTDATA/route-log.hmac.bin" | wc -l)
head -c $((248 * 32768)) stream.bin >short.bin
peak "reload-dump -f text" short.bin -n $((text_lines * 32768)) reload-dump -f text
peak "reload-dump -f json" short.bin -n 32768 reload-dump -f json
peak "reload-verify --json" short.bin -n 32768 reload-verify --secret "$secret" --time 946702799 --json
reload-dump -f json short.bin >short.json
peak "JSON input" short.json -c $((248 * 32768)) reload-dump -f binary
{ printf '['; paste -sd, short.json; printf ']'; } >array.json
peak "one JSON array" array.json -c $((248 * 32768)) reload-dump -f binary

# pages COMMAND...: the pages of memory that COMMAND touches. MALLOC_PERTURB_, which meson sets, would touch all that is allocated.
pages()
{
    env -u MALLOC_PERTURB_ python3 -c '
import os, resource, sys

def pages():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt

before, null = pages(), os.open("/dev/null", os.O_WRONLY)
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
os.waitpid(child, 0)
print(pages() - before)' "$@"
}

# Each page that a short run touches costs more than its work: slots for thousands of messages stay untouched.
for command in "reload-verify --secret $secret" reload-dump "reload-sign --secret $secret"; do
    read -ra words <<<"$command"
    one=$(pages "${words[@]}" --jobs 1 "$TESTDATA/route-log.hmac.bin")
    many=$(pages "${words[@]}" --jobs 16 "$TESTDATA/route-log.hmac.bin")
    if [ "$((many - one))" -lt 40 ]; then
        pass "${words[0]}: one message with 16 jobs touches $many pages, with one $one"
    else
        fail "${words[0]}: one message with 16 jobs touches $many pages, with one $one"
    fi
done

# values of any kind that JSON input ignores
ignored()
{
    printf '{"header": {"method": 1}, "attributes": [{"type": "SDP", "value": "", "error": ['
    yes '1,{},"a"' | head -n 1000000 | paste -sd,
    printf ']}], "meta": {"x": "'
    head -c 10000000 /dev/zero | tr '\0' x
    printf '"'
    seq -f ', "%.0f": 1' 1000000
    printf '}}\n'
}
ignored >ignored.json
peak "ignored values of $(stat -c %s ignored.json) octets in JSON" ignored.json -c 72 reload-dump -f binary
reload-dump -f hex short.bin >short.hex
peak "hex input" short.hex -c $((248 * 32768)) reload-dump -f binary
tr -d '\n' <short.hex >single.hex
peak "hex input in one line" single.hex -c $((248 * 32768)) reload-dump -f binary
done_testing
