#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold filters for jq and scripts for bash -c
# reload-sign --counter-file: Transaction IDs that go on from call to call (S§7, D29).
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/alice.key" alice.key
cp "$TESTDATA/alice.crt" .
install -m 600 "$TESTDATA/hmac.secret" secret
by_key=(--key alice.key --cert alice.crt)
search='{"header": {"method": "PEER-SEARCH", "source_id": "463ac413c4000000000000000000000000000000", "overlay": {"name": "chat"}}}'
stranger='{"header": {"method": "PEER-SEARCH", "source_id": "a6c5927a45000000000000000000000000000000", "overlay": {"name": "chat"}}}'
printf '%s\n' "$search" >one.json
for _ in 1 2 3 4 5; do cat one.json; done >five.json

# counts FILE BOOT-TIME NEXT DESCRIPTION
counts()
{
    is "$(cat "$1")" "boot-time $(printf %010d "$2") next $(printf %010d "$3")" "$4"
}

# ids: the Transaction IDs in $output, or in files
ids()
{
    cat -- "${@:-$output}" | reload-dump -f json | jq -r .header.transaction_id | tr '\n' ' ' | sed 's/ $//'
}

# gives DESCRIPTION IDS ARGUMENT...: signs, and gives these Transaction IDs
gives()
{
    local wanted=$2
    t "$1" 0 '*' '' reload-sign "${by_key[@]}" "${@:3}"
    is "$(ids)" "$wanted" "... gives $wanted"
}

# refuses DESCRIPTION FILE WORDS ARGUMENT...: status 4, these words, and the file stays as it is
refuses()
{
    cp "$2" before
    t "$1" 4 '' "~$3" reload-sign "${by_key[@]}" --counter-file "$2" "${@:4}"
    same "$2" before "... and the file stays as it is"
}

# ---- From call to call ----

at=(--time 1700000000)
gives "a new file begins with the TIMESTAMP and zero" 6553f10000000000 --counter-file c "${at[@]}" one.json
counts c 1700000000 1 "the file says so, in one line"
gives "the next call goes on, whatever its time" 6553f10000000001 --counter-file c one.json
gives "several messages in one call" "6553f10000000002 6553f10000000003 6553f10000000004 6553f10000000005 6553f10000000006" --counter-file c five.json
gives "several files" "6553f10000000007 6553f10000000008" --counter-file c one.json one.json
counts c 1700000000 9 "all of them are counted"
t "what is signed so verifies" 0 '~.*: valid' '' bash -c 'reload-sign --key alice.key --cert alice.crt --counter-file c one.json |
    reload-verify --ca "$TESTDATA/overlay/ca.crt" --overlay chat'
is "$(stat -c %a c)" 644 "its mode is the umask's"
(umask 077; reload-sign "${by_key[@]}" --counter-file private one.json >private.bin)
is "$(stat -c %a private)" 600 "whatever that is"

: >empty
gives "an empty file is a new one" 6553f10000000000 --counter-file empty "${at[@]}" one.json
counts empty 1700000000 1 "and is written to"
ln -s behind link
gives "a symbolic link is followed" 6553f10000000000 --counter-file link "${at[@]}" one.json
ok "and stays one" test -L link
counts behind 1700000000 1 "the file behind it counts"

# ---- Who takes a number ----

jq -c '.header.transaction_id = "1122334455667788"' one.json >own.json
jq -c '.header.response = true' one.json >response.json
gives "a request's own ID is kept, a response's too, and neither counts" "6553f10000000001 1122334455667788 0000000000000000 6553f10000000002" \
    --counter-file behind one.json own.json response.json one.json
printf '%s\n' "$stranger" >stranger.json
refuses "a refused message takes none" behind 'reload-sign: stranger.json: .*refused: the certificate does not name.*' stranger.json
t "nor does it between others" 4 '*' '~.*refused: the certificate does not name.*' reload-sign "${by_key[@]}" --counter-file behind one.json stranger.json one.json
is "$(ids)" "6553f10000000003 6553f10000000004" "their IDs have no gap"
jq -c '.header.security = "HMAC"' one.json >hmac.json
refuses "nor does a message of another algorithm" behind '.*refused: Security is 2 .HMAC., expected 3 .CERTS.' hmac.json
jq -nc --arg alice "$alice" '{header: {method: "RESOURCE-PUT", source_id: $alice, overlay: {name: "chat"}}, attributes: [{type: "RESOURCE",
    value: [{type: "RESOURCE-INFO.KEY", value: "alice@example.com"},
        {type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-INFO.BODY.ENTRY", value: ("x" * 65000)}]}]}]}' >long.json
refuses "nor does one that its signature makes too long" behind 'reload-sign: long.json: .*too long.*' long.json
t "nor do garbage and malformed messages" 3 '' '*' reload-sign "${by_key[@]}" --counter-file behind <(head -c 100 "$TESTDATA/section-4.1.certs.bin")
counts behind 1700000000 5 "as the file says"

# ---- Boot times ----

gives "--boot-time in a new file" "5000000000000000 5000000000000001" --counter-file boot --boot-time 1342177280 one.json one.json
gives "the same goes on" 5000000000000002 --counter-file boot --boot-time 1342177280 one.json
gives "without --boot-time too" 5000000000000003 --counter-file boot one.json
gives "a later one begins at zero" "5000000100000000 5000000100000001" --counter-file boot --boot-time 1342177281 one.json one.json
gives "and is the file's from then on" 5000000100000002 --counter-file boot one.json
refuses "an earlier one is refused" boot '.*message 1: refused: boot: boot time 1342177280 is earlier than the file.s 1342177281: .*' \
    --boot-time 1342177280 one.json
gives "but is no matter where no number is wanted" 1122334455667788 --counter-file boot --boot-time 1342177280 own.json
gives "--force takes it" "5000000000000000 5000000000000001" --counter-file boot --boot-time 1342177280 --force one.json one.json
counts boot 1342177280 2 "and it is the file's"
gives "the first and the last boot time" 0000000000000000 --counter-file ends --boot-time 0 one.json
gives "..." ffffffff00000000 --counter-file ends --boot-time 4294967295 one.json

# ---- The counter's end ----

printf 'boot-time 1700000000 next 4294967295\n' >full
t "the last number" 4 '*' '~reload-sign: one.json: .*message 2: refused: full: all counters of boot time 1700000000 are used; .*' \
    reload-sign "${by_key[@]}" --counter-file full one.json one.json
is "$(ids)" 6553f100ffffffff "is given once"
counts full 1700000000 4294967296 "and then there is none"
refuses "from then on all are refused" full '.*; a later --boot-time is required' one.json
refuses "--force makes no number either" full '.*; a later --boot-time is required' --force --boot-time 1700000000 one.json
gives "with a later boot time it goes on" 6553f10100000000 --counter-file full --boot-time 1700000001 one.json

# ---- Files that will not do ----

bad() # DESCRIPTION WORDS: the file bad
{
    refuses "$1" bad "reload-sign: bad: $2" one.json
}
not_ours='not a counter file: expected one line as reload-sign writes it'
printf 'hello\n' >bad
bad "another file" "$not_ours"
printf 'boot-time 1700000000 next 000000000\n' >bad
bad "a digit too few" "$not_ours"
printf 'boot-time 1700000000 next 0000000000' >bad
bad "no line feed" "$not_ours"
printf 'boot-time 1700000000 next 0000000000\n\n' >bad
bad "a line too many" "$not_ours"
printf 'boot-time 17000000x0 next 0000000000\n' >bad
bad "a letter" "$not_ours"
printf 'boot-time 1700000000 next 000000000\0\n' >bad
bad "a NUL" "$not_ours"
printf 'boot-time 4294967296 next 0000000000\n' >bad
bad "a boot time over 32 bits" 'not a counter file: its boot time exceeds 32 bits'
printf 'boot-time 1700000000 next 4294967297\n' >bad
bad "a counter over its end" 'not a counter file: its counter exceeds 32 bits'
head -c 100000 /dev/zero >bad
bad "a large file" "$not_ours"
t "it is looked at before any input" 4 '' "~reload-sign: bad: $not_ours" reload-sign "${by_key[@]}" --counter-file bad own.json missing.json
mkdir dir
t "a directory" 4 '' '~reload-sign: dir: Is a directory' reload-sign "${by_key[@]}" --counter-file dir one.json
mkfifo fifo
t "a pipe" 4 '' '~reload-sign: fifo: not a regular file' timeout 20 reload-sign "${by_key[@]}" --counter-file fifo one.json
t "a device" 4 '' '~reload-sign: /dev/null: not a regular file' reload-sign "${by_key[@]}" --counter-file /dev/null one.json
t "no directory" 4 '' '~reload-sign: no/c: No such file or directory' reload-sign "${by_key[@]}" --counter-file no/c one.json
gone()
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
gone
is "$? $(cat went) $(cat err)" "4 nonsense reload-sign: -: offset 124: message 2: went: $not_ours" "a file that is spoilt during a run, at the first message after that"
is "$(ids out | wc -w)" 1 "which is not written"
rm in out

# files that the user may not write: for root there are none, so a test as root asks as nobody
may_not() # DESCRIPTION WORDS FILE
{
    if [ "$(id -u)" != 0 ]; then
        t "$1" 4 '' "~$2" reload-sign "${by_key[@]}" --counter-file "$3" one.json
    elif setpriv --reuid 65534 --regid 65534 --clear-groups reload-sign --version >/dev/null 2>&1; then
        t "$1" 4 '' "~$2" setpriv --reuid 65534 --regid 65534 --clear-groups reload-sign -q "${by_key[@]}" --counter-file "$3" one.json
    else
        skip "$1" "nobody cannot run the tools"
    fi
}
chmod 755 .
[ "$(id -u)" != 0 ] || chown 65534 alice.key
cp c readonly
chmod 444 readonly
may_not "a file that may be read only" 'reload-sign: readonly: Permission denied' readonly
same readonly c "... stays as it is"
mkdir -m 555 closed
may_not "a directory that may be read only" 'reload-sign: closed/c: Permission denied' closed/c
ok "... stays empty" only_files closed
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
is "$statuses$(cat shared.err.*)" "" "$callers calls at once all succeed, the file's first among them"
for ((i = 0; i < 5 * callers; i++)); do printf '50000000%08x\n' "$i"; done >all
is "$(ids shared.[0-9]* | tr ' ' '\n' | sort)" "$(cat all)" "their IDs are all there are from zero, each once"
for ((i = 0; i < callers; i++)); do
    ids "shared.$i" | tr ' ' '\n' | sort -c || echo "not in order: shared.$i"
done >order 2>&1
ok "and grow within each call" test ! -s order
counts shared 1342177280 $((5 * callers)) "the file counts them"

# a call that waits for its input holds nobody up
mkfifo in
reload-sign "${by_key[@]}" --counter-file live "${at[@]}" <in >live.out 2>live.err &
pid=$!
exec 8>in
cat one.json >&8
until [ -s live.out ] || ! kill -0 $pid; do sleep 0.05; done
t "while a call waits for input, another counts" 0 '*' '' timeout 20 reload-sign "${by_key[@]}" --counter-file live five.json
is "$(ids)" "6553f10000000001 6553f10000000002 6553f10000000003 6553f10000000004 6553f10000000005" "... on from what that call took"
cat one.json >&8
exec 8>&-
wait $pid
is "$? $(ids live.out) $(cat live.err)" "0 6553f10000000000 6553f10000000006 " "and the call that waited goes on from there"

# a file that is put in the place of another: whoever waits for the lock on the old one takes a number from the new one
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
is "$? $(ids held.bin)$(cat held.err)" "0 6553f10000000007 6553f10000000064" "a file that was replaced meanwhile counts no more"
counts other 1700000000 8 "and is not written to"
counts held 1700000000 101 "but the new one is"

# ---- Calls that die ----

# a number is on disk before the message is written
if ASAN_OPTIONS=detect_leaks=0 strace -o trace -e trace=pwrite64,fdatasync,write reload-sign "${by_key[@]}" --counter-file traced one.json >traced.bin 2>strace.err &&
    grep -q write trace; then
    is "$(grep -oE '^(pwrite64|fdatasync|write)' trace | tr '\n' ' ')" "pwrite64 fdatasync write " "a number is synced before its message is written"
else
    skip "a number is synced before its message is written" "strace does not work here"
fi

for _ in {1..8}; do cat five.json; done >forty.json
sum=0
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
is "$broken" "" "after kill -9 the file is whole, and past all that was written"
ok "several calls were killed" test "$sum" -ge 5
is "$(sort seen | uniq -d)" "" "and no ID was written twice"
t "the next call goes on" 0 '*' '' reload-sign "${by_key[@]}" --counter-file killed one.json
is "$(ids)" "50000000$(printf %08x "$next")" "... where the file says"

# ---- Usage ----

for words in "--secret secret" "--none" "--strip" "--append-route-log []" \
    "--key alice.key --cert alice.crt --transaction-id 0102030405060708" "--cert alice.crt --tbs" "--cert alice.crt --attach one.json" \
    "--key alice.key --cert alice.crt --code 200 --reply-to $TESTDATA/section-4.1.certs.bin"; do
    # shellcheck disable=SC2086 # words
    t "usage: $words" 2 '' '~reload-sign: --counter-file .*'$'\n''Try .*' reload-sign --counter-file unused $words
done
ok "none of these made a file" test ! -e unused
done_testing
