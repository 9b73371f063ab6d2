#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold filters for jq and scripts for bash -c
# reload-sign --counter-file: Transaction IDs continue from call to call (S§7, D29).
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/alice.key" alice.key
cp "$TESTDATA/alice.crt" .
install -m 600 "$TESTDATA/hmac.secret" secret
by_key=(--key alice.key --cert alice.crt)
search='{"header": {"method": "PEER-SEARCH", "source_id": "463ac413c4000000000000000000000000000000", "overlay": {"name": "chat"}}}'
foreign='{"header": {"method": "PEER-SEARCH", "source_id": "a6c5927a45000000000000000000000000000000", "overlay": {"name": "chat"}}}'
printf '%s\n' "$search" >one.json
for _ in 1 2 3 4 5; do cat one.json; done >five.json

# counts FILE BOOT-TIME NEXT DESCRIPTION: compares the file's content
counts()
{
    is "$(cat "$1")" "boot-time $(printf %010d "$2") next $(printf %010d "$3")" "$4"
}

# ids [FILE...]: the Transaction IDs in the files (default: $output)
ids()
{
    cat -- "${@:-$output}" | reload-dump -f json | jq -r .header.transaction_id | tr '\n' ' ' | sed 's/ $//'
}

# gives DESCRIPTION IDS ARGUMENT...: reload-sign succeeds and uses these Transaction IDs
gives()
{
    local expected=$2
    t "$1" 0 '*' '' reload-sign "${by_key[@]}" "${@:3}"
    is "$(ids)" "$expected" "$1: $expected"
}

# refuses DESCRIPTION FILE REGEX ARGUMENT...: reload-sign exits with status 4 and this error, and does not change the file
refuses()
{
    cp "$2" before
    t "$1" 4 '' "~$3" reload-sign "${by_key[@]}" --counter-file "$2" "${@:4}"
    same "$2" before "$1: the file is not changed"
}

# ---- From call to call ----

at=(--time 1700000000)
gives "a new file starts with the TIMESTAMP and zero" 6553f10000000000 --counter-file c "${at[@]}" one.json
counts c 1700000000 1 "the file holds boot time and next counter, in one line"
gives "the next call continues, at any time" 6553f10000000001 --counter-file c one.json
gives "each message of a call has its own number" "6553f10000000002 6553f10000000003 6553f10000000004 6553f10000000005 6553f10000000006" --counter-file c five.json
gives "each message of several files has its own number" "6553f10000000007 6553f10000000008" --counter-file c one.json one.json
counts c 1700000000 9 "the file counts all messages"
t "a message numbered by the file is valid" 0 '~.*: valid' '' bash -c 'reload-sign --key alice.key --cert alice.crt --counter-file c one.json |
    reload-verify --ca "$TESTDATA/overlay/ca.crt" --overlay chat'
is "$(stat -c %a c)" 644 "the file's mode follows the umask 022"
(umask 077; reload-sign "${by_key[@]}" --counter-file private one.json >private.bin)
is "$(stat -c %a private)" 600 "the file's mode follows the umask 077"

: >empty
gives "an empty file is like a new one" 6553f10000000000 --counter-file empty "${at[@]}" one.json
counts empty 1700000000 1 "an empty file is written to"
ln -s target link
gives "a symbolic link is followed" 6553f10000000000 --counter-file link "${at[@]}" one.json
ok "a symbolic link is not replaced" test -L link
counts target 1700000000 1 "a symbolic link's target is written to"

# ---- Messages that use a number ----

jq -c '.header.transaction_id = "1122334455667788"' one.json >own.json
jq -c '.header.response = true' one.json >response.json
gives "requests with an ID and responses keep their ID and use no number" "6553f10000000001 1122334455667788 0000000000000000 6553f10000000002" \
    --counter-file target one.json own.json response.json one.json
printf '%s\n' "$foreign" >foreign.json
refuses "a refused message uses no number" target 'reload-sign: foreign.json: .*refused: .*the certificate names.*' foreign.json
t "a refused message between others is reported" 4 '*' '~.*refused: .*the certificate names.*' reload-sign "${by_key[@]}" --counter-file target one.json foreign.json one.json
is "$(ids)" "6553f10000000003 6553f10000000004" "a refused message between others leaves no gap in the IDs"
jq -c '.header.security = "HMAC"' one.json >hmac.json
refuses "a message with another Security uses no number" target '.*refused: Security is 2 .HMAC., expected 3 .CERTS.' hmac.json
jq -nc --arg alice "$alice" '{header: {method: "RESOURCE-PUT", source_id: $alice, overlay: {name: "chat"}}, attributes: [{type: "RESOURCE",
    value: [{type: "RESOURCE-INFO.KEY", value: "alice@example.com"},
        {type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.ENTRY", value: ("x" * 65000)}]}]}]}' >long.json
refuses "a message that its signature makes too long uses no number" target 'reload-sign: long.json: .*too long.*' long.json
t "a malformed message is not signed" 3 '' '*' reload-sign "${by_key[@]}" --counter-file target <(head -c 100 "$TESTDATA/section-4.1.certs.bin")
counts target 1700000000 5 "a malformed message uses no number"

# ---- Boot times ----

gives "a new file starts with --boot-time" "5000000000000000 5000000000000001" --counter-file boot --boot-time 1342177280 one.json one.json
gives "the same --boot-time continues" 5000000000000002 --counter-file boot --boot-time 1342177280 one.json
gives "a call without --boot-time continues" 5000000000000003 --counter-file boot one.json
gives "a later --boot-time restarts the counter at zero" "5000000100000000 5000000100000001" --counter-file boot --boot-time 1342177281 one.json one.json
gives "a call without --boot-time continues with the later boot time" 5000000100000002 --counter-file boot one.json
refuses "an earlier --boot-time is refused" boot '.*message 1: refused: boot: boot time 1342177280 is earlier than the file.s 1342177281: .*' \
    --boot-time 1342177280 one.json
gives "an earlier --boot-time is accepted if no message needs a number" 1122334455667788 --counter-file boot --boot-time 1342177280 own.json
gives "an earlier --boot-time is accepted with --force" "5000000000000000 5000000000000001" --counter-file boot --boot-time 1342177280 --force one.json one.json
counts boot 1342177280 2 "--force stores the earlier boot time"
gives "the first boot time, 0, is accepted" 0000000000000000 --counter-file ends --boot-time 0 one.json
gives "the last boot time, 4294967295, is accepted" ffffffff00000000 --counter-file ends --boot-time 4294967295 one.json

# ---- The counter's end ----

printf 'boot-time 1700000000 next 4294967295\n' >full
t "the second of two messages is refused if one number is left" 4 '*' '~reload-sign: one.json: .*message 2: refused: full: all counters of boot time 1700000000 are used; .*' \
    reload-sign "${by_key[@]}" --counter-file full one.json one.json
is "$(ids)" 6553f100ffffffff "the last number is used once"
counts full 1700000000 4294967296 "the file records that no number is left"
refuses "without a number left, messages are refused" full '.*; a later --boot-time is required' one.json
refuses "without a number left, messages are refused even with --force" full '.*; a later --boot-time is required' --force --boot-time 1700000000 one.json
gives "a later boot time restarts a used-up counter" 6553f10100000000 --counter-file full --boot-time 1700000001 one.json

# ---- Unusable files ----

bad() # DESCRIPTION REGEX: reload-sign refuses the file bad
{
    refuses "$1" bad "reload-sign: bad: $2" one.json
}
not_ours='not a counter file: expected one line as reload-sign writes it'
printf 'hello\n' >bad
bad "a file of other text is refused" "$not_ours"
printf 'boot-time 1700000000 next 000000000\n' >bad
bad "a file with a missing digit is refused" "$not_ours"
printf 'boot-time 1700000000 next 0000000000' >bad
bad "a file without a line feed is refused" "$not_ours"
printf 'boot-time 1700000000 next 0000000000\n\n' >bad
bad "a file of two lines is refused" "$not_ours"
printf 'boot-time 17000000x0 next 0000000000\n' >bad
bad "a file with a letter in its boot time is refused" "$not_ours"
printf 'boot-time 1700000000 next 000000000\0\n' >bad
bad "a file with a NUL is refused" "$not_ours"
printf 'boot-time 4294967296 next 0000000000\n' >bad
bad "a boot time over 32 bits is refused" 'not a counter file: its boot time exceeds 32 bits'
printf 'boot-time 1700000000 next 4294967297\n' >bad
bad "a counter over 2^32 is refused" 'not a counter file: its counter exceeds 32 bits'
head -c 100000 /dev/zero >bad
bad "a large file is refused" "$not_ours"
t "the counter file is checked before any input is read" 4 '' "~reload-sign: bad: $not_ours" reload-sign "${by_key[@]}" --counter-file bad own.json missing.json
mkdir dir
t "a directory as the counter file is refused" 4 '' '~reload-sign: dir: Is a directory, expected a counter file; a missing file is created' reload-sign "${by_key[@]}" --counter-file dir one.json
mkfifo fifo
t "a pipe as the counter file is refused" 4 '' '~reload-sign: fifo: not a regular file' timeout 20 reload-sign "${by_key[@]}" --counter-file fifo one.json
t "a device as the counter file is refused" 4 '' '~reload-sign: /dev/null: not a regular file' reload-sign "${by_key[@]}" --counter-file /dev/null one.json
t "a counter file in a missing directory is refused" 4 '' '~reload-sign: no/c: No such file or directory' reload-sign "${by_key[@]}" --counter-file no/c one.json
overwritten()
{
    mkfifo in
    reload-sign "${by_key[@]}" --counter-file went <in >out 2>err &
    exec 8>in
    cat one.json >&8
    until [ -s out ]; do sleep 0.05; done
    echo nonsense >went
    cat one.json >&8
    exec 8>&-
    wait $!
}
overwritten
is "$? $(cat went) $(cat err)" "4 nonsense reload-sign: -: offset 124: message 2: went: $not_ours" "a file overwritten during a run is reported at the next message"
is "$(ids out | wc -w)" 1 "the message after a file was overwritten is not written"
rm in out

# files that the user cannot write; root can write all files, so a test as root runs the tool as another user
not_permitted() # DESCRIPTION REGEX FILE
{
    if [ "$(id -u)" != 0 ]; then
        t "$1" 4 '' "~$2" reload-sign "${by_key[@]}" --counter-file "$3" one.json
    elif setpriv --reuid 65534 --regid 65534 --clear-groups reload-sign --version >/dev/null 2>&1; then
        t "$1" 4 '' "~$2" setpriv --reuid 65534 --regid 65534 --clear-groups reload-sign -q "${by_key[@]}" --counter-file "$3" one.json
    else
        skip "$1" "another user cannot run the tools"
    fi
}
chmod 755 .
[ "$(id -u)" != 0 ] || chown 65534 alice.key
cp c readonly
chmod 444 readonly
not_permitted "a read-only counter file is refused" 'reload-sign: readonly: Permission denied' readonly
same readonly c "a read-only counter file is not changed"
mkdir -m 555 closed
not_permitted "a new counter file in a read-only directory is refused" 'reload-sign: closed/c: Permission denied' closed/c
ok "a read-only directory stays empty" only_files closed
chmod 700 closed .
[ "$(id -u)" != 0 ] || chown 0 alice.key

# ---- Several calls at once ----

callers=24
for ((i = 0; i < callers; i++)); do
    reload-sign "${by_key[@]}" --counter-file shared --boot-time 1342177280 -o "shared.$i" five.json 2>"shared.err.$i" &
    pids[i]=$!
done
statuses=
for pid in "${pids[@]}"; do
    wait "$pid" || statuses+=" $?"
done
is "$statuses$(cat shared.err.*)" "" "$callers calls at once on a new file all succeed"
for ((i = 0; i < 5 * callers; i++)); do printf '50000000%08x\n' "$i"; done >all
is "$(ids shared.[0-9]* | tr ' ' '\n' | sort)" "$(cat all)" "IDs of calls at once are unique, from zero, without a gap"
for ((i = 0; i < callers; i++)); do
    ids "shared.$i" | tr ' ' '\n' | sort -c || echo "not in order: shared.$i"
done >order 2>&1
ok "IDs of calls at once increase within each call" test ! -s order
counts shared 1342177280 $((5 * callers)) "the file counts the messages of all calls"

# a call that waits for input does not block others
mkfifo in
reload-sign "${by_key[@]}" --counter-file live "${at[@]}" <in >live.out 2>live.err &
pid=$!
exec 8>in
cat one.json >&8
until [ -s live.out ] || ! kill -0 $pid; do sleep 0.05; done
t "while one call waits for input, another signs" 0 '*' '' timeout 20 reload-sign "${by_key[@]}" --counter-file live five.json
is "$(ids)" "6553f10000000001 6553f10000000002 6553f10000000003 6553f10000000004 6553f10000000005" "the other call's IDs follow those of the waiting call"
cat one.json >&8
exec 8>&-
wait $pid
is "$? $(ids live.out) $(cat live.err)" "0 6553f10000000000 6553f10000000006 " "the waiting call's next ID follows the other call's"

# a call that waits for the lock on a file that is replaced meanwhile must use the new file
cp live held
ln held other
reload-sign "${by_key[@]}" --counter-file held <in >held.bin 2>held.err &
pid=$!
exec 8>in
cat one.json >&8
until [ -s held.bin ] || ! kill -0 $pid; do sleep 0.05; done
exec 7<>other
flock 7
cat one.json >&8
sleep 0.5
is "$(ids held.bin)" 6553f10000000007 "a call waits while another holds the lock"
printf 'boot-time 1700000000 next 0000000100\n' >new
mv new held
exec 7>&-
exec 8>&-
wait $pid
is "$? $(ids held.bin)$(cat held.err)" "0 6553f10000000007 6553f10000000064" "after the file is replaced, the waiting call uses the new one's number"
counts other 1700000000 8 "the replaced file is not written to"
counts held 1700000000 101 "the new file is written to"

# ---- Killed calls ----

# a number is on disk before the message is written
if ASAN_OPTIONS=detect_leaks=0 strace -o trace -e trace=pwrite64,fdatasync,write reload-sign "${by_key[@]}" --counter-file traced one.json >traced.bin 2>strace.err &&
    grep -q write trace; then
    is "$(grep -oE '^(pwrite64|fdatasync|write)' trace | tr '\n' ' ')" "pwrite64 fdatasync write " "a number is synced before its message is written"
else
    skip "a number is synced before its message is written" "strace does not work here"
fi

for _ in {1..8}; do cat five.json; done >forty.json
sum=0
next=0 # if no call came as far as a number
: >seen
broken=
for ((i = 0; i < 25; i++)); do
    reload-sign "${by_key[@]}" --counter-file killed --boot-time 1342177280 forty.json >killed.out 2>/dev/null &
    pid=$!
    sleep "0.0$((RANDOM % 90 + 10))"
    kill -9 $pid 2>/dev/null && sum=$((sum + 1))
    wait $pid 2>/dev/null
    reload-dump -f json killed.out 2>/dev/null | jq -r 'select(.header) | .header.transaction_id' >>seen
    if [ -s killed ]; then
        [[ $(cat killed) =~ ^boot-time\ 1342177280\ next\ ([0-9]{10})$ ]] && [ "$(stat -c %s killed)" = 37 ] || broken+=" [$(cat killed)]"
        next=$((10#${BASH_REMATCH[1]:-0}))
        last=$(sort seen | tail -n 1)
        [ -z "$last" ] || [ $((0x${last:8})) -lt "$next" ] || broken+=" [$last was written, and $next is next]"
    fi
done
is "$broken" "" "after kill -9 the file is intact, and its counter exceeds all IDs written"
ok "several calls were killed" test "$sum" -ge 5
is "$(sort seen | uniq -d)" "" "after kill -9 no ID was written twice"
t "a call after kill -9 succeeds" 0 '*' '' reload-sign "${by_key[@]}" --counter-file killed --boot-time 1342177280 one.json
is "$(ids)" "50000000$(printf %08x "$next")" "a call after kill -9 uses the file's next number"

# ---- Usage ----

for words in "--secret secret" "--none" "--strip" "--append-route-log []" \
    "--key alice.key --cert alice.crt --transaction-id 0102030405060708" "--cert alice.crt --tbs" "--cert alice.crt --attach one.json" \
    "--key alice.key --cert alice.crt --code 200 --reply-to $TESTDATA/section-4.1.certs.bin"; do
    # shellcheck disable=SC2086 # words
    t "usage: $words" 2 '' '~reload-sign: --counter-file .*'$'\n''Try .*' reload-sign --counter-file unused $words
done
ok "usage errors create no file" test ! -e unused
done_testing
