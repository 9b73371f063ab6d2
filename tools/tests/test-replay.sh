#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c, jq and python3
# Replay (D25), sentence by sentence, and the replay state in a file.
# Many seconds of CPU: long streams, and runs that are killed or wait for one another.
here=$(dirname "$(realpath "$0")")
. "$here/tap.bash"
. "$here/certs.bash"

boot=$((now - 1000))
with=("${verify[@]}" --replay)

# of BOOT-TIME COUNTER...: a stream of requests by alice
of()
{
    requests alice "$alice" "$@"
}

# counters DESCRIPTION EXPECTED COUNTER...: the verdicts of one run on requests with these counters
counters()
{
    of "$boot" "${@:3}" >counters.bin
    verdicts "$1" "$2" "${with[@]}" counters.bin
}

# ---- one run ----

of "$boot" 0 >first.bin
of "$boot" 1 >second.bin
cat first.bin second.bin first.bin >three.bin
verdicts "a request seen before is a replay" "valid valid replay:431" "${with[@]}" three.bin
is "$status" 1 "a replay: status 1"
verdicts "without --replay, a repeated request is valid" "valid valid valid" "${verify[@]}" three.bin
verdicts "replays are detected across files" "valid valid valid replay:431 replay:431 replay:431" "${with[@]}" first.bin second.bin <(of "$boot" 2) three.bin
reload-dump -f json -o three.json three.bin
reload-dump -f hex -o three.hex three.bin
verdicts "replays are detected in JSON" "valid valid replay:431" "${with[@]}" three.json
verdicts "replays are detected across hex, JSON and binary" "valid replay:431 valid replay:431" "${with[@]}" <(head -n 1 three.hex) first.bin <(sed -n 2p three.json) second.bin
is "$(jq -r '.detail // empty' "$output" | sort -u)" "the Transaction ID's counter 0 was seen before
the Transaction ID's counter 1 was seen before" "a replay's detail names the counter"
t "a filter passes on each request once" 1 @passed.bin '~reload-verify: three\.bin: offset [0-9]+: message 3: not passed on: replay: .*' \
    bash -c 'cat first.bin second.bin >passed.bin; "$@" -f binary three.bin' - "${with[@]}"
{ requests alice "$alice" "$boot" 7; requests bob "$bob" "$boot" 7; requests alice "$alice" "$boot" 7; requests bob "$bob" "$boot" 7; } >peers.bin
verdicts "each peer has its own counters" "valid valid replay:431 replay:431" "${with[@]}" peers.bin

# ---- the window ----

counters "a counter 64 below the highest is within the window" "valid valid replay:431" 100 36 36
counters "a counter 65 below the highest is outside the window" "valid replay:431" 100 35
counters "a counter 63 below the highest is within the window" "valid valid replay:431 replay:431" 100 37 37 35
counters "the highest counter again is a replay" "valid replay:431" 100 100
counters "a counter one below the highest is valid once" "valid valid replay:431 replay:431" 100 99 99 100
counters "the window moves with the highest" "valid valid valid replay:431 valid replay:431" 100 36 101 36 37 37
counters "counters seen before the window moves are replays after it" "valid valid valid replay:431 replay:431 valid" 10 9 73 9 10 11
counters "after a move by 64, the old highest is the window's last" "valid valid replay:431 valid replay:431" 10 74 10 11 9
counters "after a move by 65, the old highest is below the window" "valid valid replay:431 valid" 10 75 10 11
counters "the window moves to the last counter" "valid valid replay:431 replay:431 valid" 10 4294967295 10 4294967230 4294967231
counters "the window moves from zero" "valid valid valid replay:431 replay:431" 0 1 4294967295 0 4294967295
counters "counters out of order are valid once" "valid valid valid valid valid replay:431" 5 3 4 1 2 3
seq 0 70 | shuf --random-source=<(yes) >order
# shellcheck disable=SC2046 # words
counters "counters within the window are valid in any order" "$(printf 'valid %.0s' $(seq 1 65) | sed 's/ $//')" $(head -n 200 order | awk '$1 <= 64')

# ---- boot times ----

{ of "$boot" 5; of $((boot + 1)) 5; of $((boot + 1)) 4; of $((boot + 1)) 5; } >boots.bin
verdicts "a later boot time restarts the counters" "valid valid valid replay:431" "${with[@]}" boots.bin
{ of "$boot" 5; of $((boot + 1)) 0; of "$boot" 6; of $((boot - 1)) 999; } >boots.bin
verdicts "an earlier boot time is a replay" "valid valid replay:431 replay:431" "${with[@]}" boots.bin
is "$(jq -r '.detail // empty' "$output" | sort -u)" "the Transaction ID's boot time is $((boot - 1)), before the peer's latest, $((boot + 1))
the Transaction ID's boot time is $boot, before the peer's latest, $((boot + 1))" "the detail of an earlier boot time names both"
of $((now + 300)) 0 >ahead.bin
verdicts "a boot time 300 s after the TIMESTAMP is valid" valid "${with[@]}" ahead.bin
of $((now + 301)) 0 >too-far.bin
verdicts "a boot time 301 s after the TIMESTAMP is a replay" replay:431 "${with[@]}" too-far.bin
is "$(jq -r .detail "$output")" "the Transaction ID's boot time is 5 min 1 s after TIMESTAMP; the limit is 5 min" "the detail of a late boot time names the limit"
verdicts "a boot time 301 s after the TIMESTAMP is valid with --max-skew 301" valid "${with[@]}" --max-skew 301 too-far.bin
verdicts "a boot time 300 s after the TIMESTAMP is a replay with --max-skew 299" replay:431 "${with[@]}" --max-skew 299 ahead.bin
requests alice "$alice" $((now + 100)) 0 -- --time $((now - 200)) >own.bin
verdicts "a boot time is compared with the TIMESTAMP: 300 s after it" "valid" "${with[@]}" own.bin
requests alice "$alice" $((now + 101)) 0 -- --time $((now - 200)) >own.bin
verdicts "a boot time is compared with the TIMESTAMP: 301 s after it" "replay:431" "${with[@]}" own.bin
{ of 4294967295 0; of 4294967295 0; of "$boot" 1; } >last.bin
verdicts "--max-skew none allows any boot time, but no replay" "valid replay:431 replay:431" "${with[@]}" --max-skew none last.bin
{ cat too-far.bin; of "$boot" 0; } >after.bin
verdicts "a boot time too late is not stored" "replay:431 valid" "${with[@]}" after.bin

# ---- invalid messages store no state ----

far=$(of "$boot" 4294967295 | hex)
unhex "${far:0:$((${#far} - 2))}$(printf '%02x' $((0x${far: -2} ^ 1)))" >forged.bin
cat forged.bin first.bin >after.bin
verdicts "a bad digest with a high counter stores no state" "bad-digest:431 valid" "${with[@]}" after.bin
jq -c --arg t "$(printf '%08x%08x' "$boot" 4294967295)" '.header.transaction_id = $t' RESOURCE-PUT.json | sign_as alice -f json |
    jq -c '.attributes[1].value[1].value[0].value = "sip:mallory@10.9.9.9"' | sign_as alice >bad-body.bin
cat bad-body.bin first.bin bad-body.bin >after.bin
verdicts "a BODY that fails in step 12 stores no state" "bad-digest:431 valid bad-digest:431" "${with[@]}" after.bin
requests alice "$alice" "$boot" 500 -- --time $((now - 301)) >stale.bin
cat stale.bin first.bin >after.bin
verdicts "a stale message stores no state" "stale:431 valid" "${with[@]}" after.bin
reload-verify --quiet --ca ca/ca.crt --overlay chat --time "$now" --replay-state step12.state bad-body.bin forged.bin stale.bin
verdicts "invalid messages store no state for another run" "valid" "${verify[@]}" --replay-state step12.state first.bin
cat bad-body.bin first.bin first.bin >after.bin
verdicts "a replay (step 11) precedes a bad BODY (step 12)" "valid replay:431 replay:431" "${verify[@]}" --replay <(of "$boot" 4294967295) bad-body.bin first.bin

# ---- messages not checked for replay ----

jq -c --arg t "$(printf '%08x%08x' "$boot" 3)" '.header.response = true | .header.transaction_id = $t' PEER-SEARCH.json | sign_as alice >response.bin
cat response.bin response.bin >responses.bin
verdicts "a repeated response is valid" "valid valid" "${with[@]}" responses.bin
{ cat response.bin; of "$boot" 3; } >responses.bin
verdicts "a request with a response's ID is valid" "valid valid" "${with[@]}" responses.bin
install -m 600 "$TESTDATA/hmac.secret" secret
reload-sign --secret secret -o hmac.bin PEER-SEARCH.json
cat hmac.bin hmac.bin >hmac-twice.bin
printf '{"replay": true}' >replay.json
printf '{"replay_state": "hmac.state"}' >replay-state.json
warning='=reload-verify: replay.json: warning: replay is detected under CERTS only, where Transaction IDs are numbered'
t "a profile's replay under HMAC causes a warning" 0 '~.*: valid
.*: valid' "$warning" reload-verify --secret secret --profile replay.json hmac-twice.bin
t "a profile's replay_state under HMAC causes no warning with --quiet" 0 '' '' reload-verify --secret secret --quiet --profile replay-state.json hmac-twice.bin
ok "a profile's replay_state under HMAC creates no file" test ! -e hmac.state
t "--replay under HMAC is a usage error" 2 '' '~reload-verify: --replay requires --ca, --pin or --profile
.*' reload-verify --secret secret --replay hmac-twice.bin
reload-sign --none -o none.bin PEER-SEARCH.json
cat none.bin none.bin >none-twice.bin
t "a profile's replay under NONE causes a warning" 0 '~.*: unsecured
.*: unsecured' "$warning" reload-verify --none --profile replay.json none-twice.bin

# ---- the state ----

state=("${verify[@]}" --replay-state state)
verdicts "--replay-state implies --replay" "valid valid replay:431" "${state[@]}" three.bin
ok "--replay-state creates one file" bash -c '[ -f state ] && [ -z "$(ls state?* 2>/dev/null)" ]'
verdicts "another run detects the replays" "replay:431 replay:431 replay:431" "${state[@]}" three.bin
verdicts "another run accepts a new request between replays" "replay:431 valid replay:431" "${state[@]}" first.bin <(of "$boot" 2) second.bin
verdicts "without the file, another run detects no earlier replay" "valid valid replay:431" "${with[@]}" three.bin
verdicts "a state file with an absolute path is used" "valid" "${verify[@]}" --replay-state "$PWD/other.state" first.bin
verdicts "a state file has the same content with a relative path" "replay:431 valid" "${verify[@]}" --replay-state other.state first.bin second.bin
for name in ':memory:' 'file:state?mode=memory' '-dash'; do
    reload-verify --quiet --ca ca/ca.crt --time "$now" --replay-state="$name" first.bin
    verdicts "a state file named $name is used" "replay:431" "${verify[@]}" --replay-state="$name" first.bin
    ok "a state file named $name has this name" test -s "./$name"
done
: >empty.state
verdicts "an empty state file is like a new one" "valid" "${verify[@]}" --replay-state empty.state first.bin
reload-verify --quiet --ca ca/ca.crt --time "$now" -f json -o out.json --replay-state file.state three.bin
verdicts "the state is stored with -o too" "replay:431 replay:431 replay:431" "${verify[@]}" --replay-state file.state three.bin

# --replay-peers
many=()
for i in 1 2 3 4; do
    peer "p$i" "${alice:0:39}$i" "1$i"
    many+=("p$i.bin")
    requests "p$i" "${alice:0:39}$i" "$boot" 0 -- --time $((now - 100 + i)) >"p$i.bin"
done
peers=("${verify[@]}" --replay-state peers.state --replay-peers 3)
verdicts "requests of as many peers as --replay-peers are valid" "valid valid valid" "${peers[@]}" p2.bin p1.bin p3.bin
verdicts "as many peers as --replay-peers are stored" "replay:431 replay:431 replay:431" "${peers[@]}" "${many[@]:0:3}"
verdicts "a request of one more peer is valid" "valid" "${peers[@]}" p4.bin
verdicts "the peers with the latest TIMESTAMPs are still stored" "replay:431 replay:431 replay:431" "${peers[@]}" p2.bin p3.bin p4.bin
verdicts "the peer with the oldest last TIMESTAMP was dropped, and is stored again at its next request" "valid replay:431" "${peers[@]}" p1.bin p1.bin
requests p2 "${alice:0:39}2" "$boot" 1 -- --time "$now" >p2-newer.bin
verdicts "a newer TIMESTAMP keeps a peer" "valid valid valid" "${verify[@]}" --replay-state newer.state --replay-peers 2 p2.bin p3.bin p2-newer.bin
verdicts "a peer with a newer TIMESTAMP is not dropped" "valid replay:431" "${verify[@]}" --replay-state newer.state --replay-peers 2 p4.bin p2.bin
verdicts "the latest peer is stored" "replay:431" "${verify[@]}" --replay-state newer.state --replay-peers 3 p4.bin
verdicts "the peer without a newer TIMESTAMP was dropped" "valid" "${verify[@]}" --replay-state newer.state --replay-peers 3 p3.bin
verdicts "a smaller --replay-peers is accepted" "valid" "${verify[@]}" --replay-state newer.state --replay-peers 1 <(requests p2 "${alice:0:39}2" "$boot" 2)
is "$(python3 -c 'import sqlite3; print(sqlite3.connect("newer.state").execute("SELECT count(*), (SELECT peers FROM number) FROM peer").fetchone())')" "(1, 1)" "a smaller --replay-peers drops all excess peers"
for n in 0 -1 x 4294967296; do
    t "--replay-peers $n is refused" 2 '' '~reload-verify: --replay-peers: .*' "${verify[@]}" --replay --replay-peers "$n" first.bin
done

# ---- unusable files ----

# unchanged DESCRIPTION FILE ERROR-REGEX: the file is refused, and not changed
unchanged()
{
    cp "$2" before
    t "$1" 4 '' "~reload-verify: $3" "${verify[@]}" --replay-state "$2" first.bin
    same "$2" before "$1: the file is not changed"
    ok "$1: no other file is left" bash -c '[ -z "$(ls "$1"?* 2>/dev/null)" ]' - "$2"
}
head -c 20000 /dev/urandom >random.state
unchanged "random octets are refused" random.state 'random\.state: cannot be used: not a database of reload-verify'
echo "notes" >notes.state
unchanged "a text file is refused" notes.state 'notes\.state: cannot be used: not a database of reload-verify'
python3 -c 'import sqlite3; d = sqlite3.connect("foreign.state"); d.execute("CREATE TABLE t (x)"); d.commit()'
unchanged "another program's database is refused" foreign.state 'foreign\.state: not a database of replay state: application_id is 0x00000000, expected 0x524c7270'
python3 -c 'import sqlite3; d = sqlite3.connect("tagged.state"); d.execute("PRAGMA application_id = 77"); d.commit()'
unchanged "another program's database without a table is refused" tagged.state 'tagged\.state: not a database of replay state: application_id is 0x0000004d, expected 0x524c7270'
openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.crt -subj /CN=alice -addext "subjectAltName=URI:reload://$alice@chat/" 2>/dev/null
of "$boot" 0 | reload-verify --quiet --pin pins
unchanged "a file of pins is refused" pins 'pins: not a database of replay state: application_id is 0x524c706e, expected 0x524c7270'
cp state future.state
python3 -c 'import sqlite3; d = sqlite3.connect("future.state"); d.execute("PRAGMA user_version = 2"); d.commit()'
unchanged "a state file of another version is refused" future.state 'future\.state: was written by another version of reload-verify: user_version is [0-9]+, expected 1'
cp state broken.state
python3 -c 'import sqlite3; d = sqlite3.connect("broken.state"); d.execute("DROP TABLE number"); d.commit()'
unchanged "a state file with a missing table is refused" broken.state 'broken\.state: cannot be .*'
head -c 6000 state >cut.state
unchanged "a truncated state file is refused" cut.state 'cut\.state: cannot be .*'
mkdir directory.state
t "a directory as the state file is refused" 4 '' '~reload-verify: directory\.state: cannot be opened: .*' "${verify[@]}" --replay-state directory.state first.bin
t "a state file in a missing directory is refused" 4 '' '~reload-verify: missing/state: cannot be opened: .*' "${verify[@]}" --replay-state missing/state first.bin
t "a state file without a name is refused" 2 '' $'~reload-verify: --replay-state: the name is empty, expected FILE\nTry .*' "${verify[@]}" --replay-state= first.bin
# read-only files; root can write all files, so a test as root runs the tool as another user
unprivileged=()
if [ "$(id -u)" = 0 ]; then
    unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 755 "$work"
fi
if [ "$(id -u)" = 0 ] && ! "${unprivileged[@]}" "$RELOAD_TOOLS/reload-verify" --version >/dev/null 2>&1; then
    skip "a read-only state file is refused" "another user cannot run the tools"
    skip "a new state file in a read-only directory is refused" "another user cannot run the tools"
else
    cp state readonly.state
    chmod 444 readonly.state
    t "a read-only state file is refused" 4 '' '~reload-verify: readonly\.state: cannot be written' "${unprivileged[@]}" "${verify[@]}" --replay-state readonly.state first.bin
    mkdir -m 555 readonly
    t "a new state file in a read-only directory is refused" 4 '' '~reload-verify: readonly/state: cannot be opened: .*' "${unprivileged[@]}" "${verify[@]}" --replay-state readonly/state first.bin
    chmod 755 readonly
fi

# ---- several runs at once ----

of "$boot" $(seq 0 299) >crowd.bin
size=$(($(stat -c %s crowd.bin) / 300))
is $((size * 300)) "$(stat -c %s crowd.bin)" "all requests have the same size"
# each_once DESCRIPTION FILE...: each message of crowd.bin is in exactly one of the files
each_once()
{
    local got
    got=$(cat "${@:2}" | xxd -p -c "$size" | sort | md5sum)
    is "$got" "$(xxd -p -c "$size" crowd.bin | sort | md5sum)" "$1"
}
for n in 1 2 3 4; do
    "${verify[@]}" --replay-state crowd.state -f binary crowd.bin >"crowd.$n" 2>"crowd.$n.err" &
    runs[n]=$!
done
statuses=
for n in 1 2 3 4; do
    wait "${runs[n]}"
    statuses+="$? "
done
each_once "four runs share a new file: exactly one of them passes on each message" crowd.[1-4]
ok "four runs share a new file: the others report replays" bash -c '! grep -vq "not passed on: replay: " crowd.?.err && [ "$(cat crowd.?.err | wc -l)" = 900 ]'
is "${statuses//[01] /}" "" "four runs on the same messages report no other errors ($statuses)"

# A run that waits for input does not block others, and uses the state that they store. Only a faulty tool uses up $patience.
patience=30
# waiting COMMAND...: starts a run in the background. Descriptor 8 writes to it, descriptor 7 reads its output
waiting()
{
    rm -f live live.out
    mkfifo live live.out
    "$@" <live >live.out 2>live.err &
    live_pid=$!
    exec 8>live 7<live.out
}
rm -f live.state
waiting "${verify[@]}" --replay-state live.state
of "$boot" 0 >&8
t "a live pipe: a message is reported at once" 0 '=-: offset 0: message 1: PEER-SEARCH request: valid' '' timeout $patience head -n 1 <&7
verdicts "a waiting run does not block others, which use its state" "replay:431 valid" timeout $patience "${verify[@]}" --replay-state live.state first.bin second.bin
of "$boot" 1 2 >&8
t "a waiting run uses the state that others stored meanwhile" 0 '~-: offset [0-9]+: message 2: PEER-SEARCH request: invalid: replay \(431\): [^:]*
-: offset [0-9]+: message 3: PEER-SEARCH request: valid' '' timeout $patience head -n 2 <&7
exec 8>&-
wait "$live_pid"
is "$?" 1 "a waiting run ends with its status"
exec 7<&-
# a run that has judged a file and waits until a FIFO is opened for writing
rm -f live fifo.state
mkfifo live
"${verify[@]}" --replay-state fifo.state first.bin live >fifo.out 2>&1 &
live_pid=$!
for ((i = 0; i < 300; i++)); do
    [ ! -s fifo.out ] || break
    sleep 0.1
done
is "$(cat fifo.out)" "first.bin: offset 0: message 1: PEER-SEARCH request: valid" "a file is reported before the next one, a FIFO, is opened"
verdicts "a run that waits for a FIFO does not block others" "replay:431 valid" timeout $patience "${verify[@]}" --replay-state fifo.state first.bin second.bin
timeout $patience cp second.bin live
wait "$live_pid"
ok "a run that waited for a FIFO uses the state stored meanwhile" grep -q 'message 2: PEER-SEARCH request: invalid: replay' fifo.out
# a filter on a live pipe
waiting "${verify[@]}" --replay-state filter.state -f binary
cat first.bin >&8
timeout $patience head -c "$size" <&7 >live.got
same live.got first.bin "a filter on a live pipe passes a message on at once"
cat first.bin second.bin >&8
timeout $patience head -c "$size" <&7 >live.got
same live.got second.bin "a filter on a live pipe does not pass on a replay"
exec 8>&-
wait "$live_pid"
exec 7<&-
# an endless stream of bad messages must neither block other runs nor delay good messages
head -c $((size - 1)) first.bin >bad.bin
printf '\377' >>bad.bin
for ((i = 0; i < 200; i++)); do cat bad.bin; done >bads.bin
rm -f flood.state
waiting "${verify[@]}" --replay-state flood.state -f binary
{ cat first.bin; while cat bads.bin 2>&9; do :; done; } >&8 9>/dev/null &
flood=$!
timeout $patience head -c "$size" <&7 >live.got
same live.got first.bin "in an endless stream of bad messages, a good one passes at once"
verdicts "an endless stream of bad messages does not block others" "replay:431 valid" timeout $patience "${verify[@]}" --replay-state flood.state first.bin second.bin
kill "$flood" "$live_pid"
exec 8>&- 7<&-
wait "$flood" "$live_pid" 2>/dev/null
# until_held STATE: waits until a run has uncommitted changes, for three seconds at most (it may have committed already)
until_held()
{
    for ((i = 0; i < 30; i++)); do
        [ ! -e "$1-journal" ] || break
        sleep 0.1
    done
}
for name in flood unread; do
    rm -f $name.state
    "${verify[@]}" --quiet --replay-state $name.state <(of "$boot" 2)
done
# the same, for a run without output that never waits for input
for ((i = 0; i < 20; i++)); do cat bads.bin; done >many.bin
mapfile -t much < <(yes many.bin | head -n 1000)
"${verify[@]}" --quiet --replay-state flood.state first.bin "${much[@]}" &
flood=$!
until_held flood.state
verdicts "an endless run with --quiet does not block others" "replay:431 valid" timeout $patience "${verify[@]}" --replay-state flood.state first.bin second.bin
kill "$flood"
wait "$flood" 2>/dev/null
# a run blocked by its standard error, a full pipe
mkfifo unread
exec 6<>unread
head -c 65536 /dev/zero >&6 # the capacity of a pipe
"${verify[@]}" --replay-state unread.state -f binary first.bin many.bin >/dev/null 2>unread &
stuck=$!
until_held unread.state
verdicts "a run blocked by its standard error does not block others" "replay:431 valid" timeout $patience "${verify[@]}" --replay-state unread.state first.bin second.bin
kill "$stuck"
wait "$stuck" 2>/dev/null
exec 6>&-
for name in /dev/null /dev; do
    t "a state file of $name is refused" 4 '' "~reload-verify: $name: cannot be opened: not a regular file; a missing file is created" "${verify[@]}" --replay-state $name first.bin
done
ok "a state file of /dev/null leaves no journal" test ! -e /dev/null-journal
# waiting for another program that writes
cat >hold.py <<'END'
import sqlite3, sys, time
d = sqlite3.connect(sys.argv[1], isolation_level=None)
d.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
d.execute("COMMIT")
END
mkfifo hold
python3 hold.py state <hold >held &
holder=$!
exec 9>hold
for ((i = 0; i < 300; i++)); do
    [ ! -s held ] || break
    sleep 0.1
done
"${state[@]}" first.bin >held.out 2>&1 9>&- &
waiter=$!
sleep 0.5
ok "a run waits while another program holds the file" bash -c '[ ! -s held.out ] && kill -0 "$1"' - "$waiter"
exec 9>&-
wait "$holder" "$waiter"
ok "a run continues when another program releases the file" grep -q 'invalid: replay' held.out

# before a message is passed on, the state is synced, the journal removed, and the directory synced
rm -f synced.state
"${verify[@]}" --replay-state synced.state first.bin >synced.out
if ASAN_OPTIONS=detect_leaks=0 strace -o trace -e trace=fdatasync,fsync,unlink,write "${verify[@]}" --replay-state synced.state \
    -f binary second.bin >synced.out 2>strace.err && grep -q write trace; then
    is "$(sed -n '/^unlink/,$p' trace | grep -oE '^(f(data)?sync|unlink|write)' | tr '\n' ' ')" "unlink fdatasync write " \
        "a message is passed on after the journal's removal has been synced"
    ok "the state is synced before the journal is removed" bash -c 'sed "/^unlink/,\$d" trace | tail -n 1 | grep -q "^fdatasync"'
else
    skip "a message is passed on after the journal's removal has been synced" "strace does not work here"
fi

# ---- killed at any moment ----

of "$boot" $(seq 1000 1599) >crowd.bin
: >passed
passes=0
unreadable=
for ((round = 0; round < 20; round++)); do
    "${verify[@]}" --replay-state killed.state -f binary crowd.bin >round.out 2>/dev/null &
    victim=$!
    sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
    kill -9 "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
    got=$(($(stat -c %s round.out) / size)) # complete messages: the last write of a killed process may be partial
    [ "$got" = 0 ] || passes=$((passes + 1))
    head -c $((got * size)) round.out >>passed
    if [ -e killed.state ]; then
        check=$(python3 -c 'import sqlite3; print(sqlite3.connect("killed.state").execute("PRAGMA integrity_check").fetchone()[0])' 2>&1)
        [ "$check" = ok ] || unreadable+="round $round: $check; "
    fi
done 2>/dev/null
is "$unreadable" "" "after each of 20 killed runs the file is intact ($passes of them passed on a message)"
"${verify[@]}" --replay-state killed.state -f binary crowd.bin >round.out 2>/dev/null
cat round.out >>passed
is "$(xxd -p -c "$size" passed | sort | uniq -d | wc -l)" 0 "killed runs pass on no message twice"
is "$(comm -23 <(xxd -p -c "$size" passed | sort) <(xxd -p -c "$size" crowd.bin | sort) | wc -l)" 0 "killed runs pass on no other octets"
reload-verify --quiet --ca ca/ca.crt --time "$now" --replay-state killed.state crowd.bin
"${verify[@]}" --replay-state killed.state --json crowd.bin | in_short | tr ' ' '\n' | sort | uniq -c | sed 's/^ *//' >left
is "$(cat left)" "600 replay:431" "after killed runs and a complete one, all messages are replays"

# ---- the profile ----

mkdir profile
cp ca/ca.crt profile/
echo '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "replay": true}' >profile/replay.json
verdicts "a profile's replay turns replay detection on" "valid valid replay:431" reload-verify --profile profile/replay.json --time "$now" three.bin
echo '{"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"], "replay_state": "its.state"}' >profile/state.json
verdicts "a profile's replay_state is accepted" "valid" reload-verify --profile profile/state.json --time "$now" first.bin
verdicts "a profile's replay_state is used by another run" "replay:431" reload-verify --profile profile/state.json --time "$now" first.bin
ok "a profile's replay_state is a file in the profile's directory" test -s profile/its.state
verdicts "--replay-state overrides a profile's replay_state" "valid" reload-verify --profile profile/state.json --time "$now" --replay-state mine.state first.bin
ok "--replay-state creates its own file" test -s mine.state

# ---- cost ----

# A call's reads do not grow with the number of peers. The kernel counts the octets read.
cat >fill.py <<'END'
import sqlite3, sys, hashlib
path, count = sys.argv[1], int(sys.argv[2])
d = sqlite3.connect(path)
d.executemany("INSERT INTO peer VALUES (?, 1, 1, 0, ?)",
              ((hashlib.sha1(b"%d" % i).digest(), 1000000 + i % 1000) for i in range(count)))
d.commit()
END
if [ -r /proc/self/io ]; then
    for count in 10 100000; do
        reload-verify --quiet --ca ca/ca.crt --time "$now" --replay-state "cost.$count" second.bin
        python3 fill.py "cost.$count" "$count"
        # a shell's count includes its children's reads
        octets[count]=$(bash -c '"$@" >/dev/null; awk "/^rchar/ { print \$2 }" /proc/$$/io' - "${verify[@]}" --replay-state "cost.$count" <(of "$boot" 9))
    done
    difference=$((octets[100000] - octets[10]))
    ok "a call with 100000 known peers reads $difference octets more than with 10 (${octets[10]})" test "$difference" -lt 65536
    ok "the file of 100000 known peers has $(stat -c %s cost.100000) octets" test "$(stat -c %s cost.100000)" -gt 4000000
    # the same if a message drops the oldest peer
    forgetting=$(bash -c '"$@" >/dev/null; awk "/^rchar/ { print \$2 }" /proc/$$/io' - "${verify[@]}" --replay-state cost.100000 --replay-peers 100001 <(requests bob "$bob" "$boot" 1))
    ok "a call that drops a peer reads $((forgetting - octets[10])) octets more" test $((forgetting - octets[10])) -lt 65536
    is "$(python3 -c 'import sqlite3; print(sqlite3.connect("cost.100000").execute("SELECT count(*), (SELECT peers FROM number) FROM peer").fetchone())')" "(100001, 100001)" "the call has dropped a peer"
else
    skip "a call's reads" "no /proc/self/io"
fi
done_testing
