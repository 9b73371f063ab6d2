#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Captures as input of the tools
. "$(dirname "$0")/tap.bash"

if [ "${RELOAD_CAPTURES:?is not set: 1 if this build reads captures, else 0}" = 0 ]; then
    t "without libpcap, a capture is named" 4 '' '~reload-dump: .*udp\.pcap: captures cannot be read: this build was made without libpcap .*' \
        reload-dump "$TESTDATA/captures/udp.pcap"
    t "without libpcap, messages are read" 0 '*' '' reload-dump "$TESTDATA/tunnelled.hmac.bin"
    done_testing
fi

secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
one=$TESTDATA/section-4.1.hmac.bin
two=$TESTDATA/response.hmac.bin

hex()
{
    xxd -p "$1" | tr -d '\n'
}

# le32 N: hex digits; be16 N
le32()
{
    printf '%02x%02x%02x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}
be16()
{
    printf '%04x' "$1"
}

# file LINK PACKET...: a pcap file of packets in hex, a second apart from 2007-07-08T12:00:00.25Z on
file()
{
    local link=$1 time=1183896000 packet
    shift
    {
        printf 'd4c3b2a1020004000000000000000000%s%s' "$(le32 262144)" "$(le32 "$link")"
        for packet; do
            printf '%s%s%s%s%s' "$(le32 $time)" "$(le32 250000)" "$(le32 $((${#packet} / 2)))" "$(le32 $((${#packet} / 2)))" "$packet"
            time=$((time + 1))
        done
    } | xxd -r -p
}

# ip ID OFFSET MORE PAYLOAD: a fragment of UDP
ip()
{
    printf '4500%s%s%s40110000%s%s' "$(be16 $((20 + ${#4} / 2)))" "$(be16 "$1")" "$(be16 $(($2 / 8 + $3 * 8192)))" 0a0000010a000002 "$4"
}

udp()
{
    printf '13c417c4%s0000%s' "$(be16 $((8 + ${#1} / 2)))" "$1"
}

# check DESCRIPTION STATUS COMMAND...: output and errors go to out and err
check()
{
    local description=$1 wanted=$2 got
    shift 2
    "$@" >out 2>err
    got=$?
    if [ "$got" = "$wanted" ]; then
        pass "$description"
    else
        fail "$description" "status $got, expected $wanted" "$(cat err)"
    fi
}

# has DESCRIPTION FILE TEXT
has()
{
    if grep -qF -- "$3" "$2"; then
        pass "$1"
    else
        fail "$1" "$3" "$(cat "$2")"
    fi
}

datagram=$(udp "$(hex "$one")")
cut=$((8 + 200))
file 101 "$(ip 1 0 0 "$datagram")" "$(ip 2 0 0 "$(udp "$(hex "$two")")")" >two.pcap
file 101 "$(ip 7 0 1 "${datagram:0:$((cut * 2))}")" >first.pcap
file 101 "$(ip 7 $cut 0 "${datagram:$((cut * 2))}")" >second.pcap

check "a capture is read" 0 reload-dump -f json --meta two.pcap
jq -c '.meta | [.frames, .time, .source.ip, .destination.port, .transport, .file]' out >meta
has "its frames, times and addresses" meta '[[1],"2007-07-08T12:00:00.250000Z","10.0.0.1",6084,"UDP","two.pcap"]'
has "the frames, times and addresses of the second message" meta '[[2],"2007-07-08T12:00:01.250000Z","10.0.0.1",6084,"UDP","two.pcap"]'
has "a line at the end" err 'reload-dump: 2 packets, 2 messages'
check "octets are the messages'" 0 reload-dump -f binary -o got two.pcap
cat "$one" "$two" >both
check "octet for octet" 0 cmp got both
check "-q: no line at the end" 0 reload-dump -q -f line two.pcap
is "$(cat err)" "" "-q: nothing on standard error"
check "a pipe" 0 bash -c 'cat two.pcap | reload-dump -f line'
mv out piped
check "a pipe: the same" 0 bash -c 'cmp piped <(reload-dump -q -f line two.pcap | sed "s/two.pcap/-/")'
gzip -c two.pcap >two.gz
check "gzip" 0 reload-dump -f line two.gz
mv out zipped
check "gzip: the same" 0 bash -c 'cmp zipped <(reload-dump -q -f line two.pcap | sed "s/two.pcap/two.gz/")'

check "files in turn" 0 reload-dump -f json --meta first.pcap second.pcap
has "fragments continue" out '"frames": [1, 1]'
check "a file alone" 3 reload-dump -f json --meta first.pcap
has "is incomplete" out '"incomplete": true'
has "the error states the cause" err 'captured only in part: 200 of'
check "a binary file between captures" 3 reload-dump -f json --meta first.pcap "$two" second.pcap

check "--time capture" 1 reload-verify --secret "$secret" --time capture two.pcap
has "--time capture: frames and addresses" out 'two.pcap: frame 1, 2007-07-08T12:00:00.250000Z, UDP 10.0.0.1:5060 > 10.0.0.2:6084, offset 0: message 1: '
has "--time capture: verdicts at the end" err 'reload-verify: 2 packets, 2 messages; 1 valid, 1 invalid (1 stale)'
check "a report" 1 reload-verify --secret "$secret" --json two.pcap
has "a report: meta" out '"meta": {"frames": [1], "time": "2007-07-08T12:00:00.250000Z"'
xxd -p two.pcap | tr -d '\n' | sed "s/$(le32 1183896000)$(le32 250000)/0000000000000000/" | xxd -r -p >timeless.pcap
check "a message without a time" 4 reload-verify --secret "$secret" --time capture timeless.pcap
has "a message without a time: why" err 'could not be checked: its capture time is missing'

# Garbage names its packets in every form.
printf 'no RELOAD message, but its token' >words
file 101 "$(ip 1 0 0 "$datagram")" "$(ip 7 0 1 "$(udp "$(hex words)" | cut -c 1-48)")" "$(ip 7 24 0 "$(udp "$(hex words)" | cut -c 49-)")" >garbage.pcap
check "garbage" 3 reload-dump garbage.pcap
has "garbage as text" out '2: garbage.pcap, frames 2-3, 2007-07-08T12:00:02.250000Z, UDP 10.0.0.1:5060 > 10.0.0.2:6084, offset 0: ! 32 octets of garbage'
has "garbage in errors" err 'garbage.pcap: frame 3: offset 0: message 2: 32 octets of garbage'
check "garbage" 3 reload-dump -f line garbage.pcap
has "garbage as a line" out ' UDP garbage.pcap:2-3: ! 32 octets of garbage'
check "garbage" 3 reload-dump -f annotated garbage.pcap
has "garbage in a hex dump" out 'garbage.pcap, frames 2-3, '
check "garbage" 3 reload-dump -f json --meta garbage.pcap
has "garbage as JSON" out '"meta": {"file": "garbage.pcap", "offset": 0, "index": 2, "frames": [2, 3], "time": "2007-07-08T12:00:02.250000Z"'
check "garbage" 1 reload-verify --secret "$secret" --time capture --report report garbage.pcap
has "garbage in verdicts" out 'garbage.pcap: frames 2-3, 2007-07-08T12:00:02.250000Z, UDP 10.0.0.1:5060 > 10.0.0.2:6084, offset 0: message 2: malformed'
has "garbage in a report" report '"length": 32, "meta": {"frames": [2, 3], "time": "2007-07-08T12:00:02.250000Z"'

check "--explain: the other secret's message" 1 reload-verify --secret <(printf 'another\n') --explain --time capture -f binary -o /dev/null two.pcap
has "--explain: a warning names the frame" err 'two.pcap: frame 1: offset 0: message 1: explain: '
check "--tbs of an attribute that is not a signature" 4 reload-dump --tbs /attributes/0 two.pcap
has "--tbs: the error names the frame" err 'two.pcap: frame 1: offset 0: message 1: /attributes/0: '

check "--filter" 0 reload-dump -f line --filter 'ip[4:2] = 2' two.pcap
has "--filter keeps frame numbers" out 'two.pcap:2:'
check "--filter with ports" 3 reload-dump -f line --filter 'udp port 6084' first.pcap second.pcap
has "--filter with ports: a warning" err "'(udp port 6084) or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)' keeps them"
check "--filter: the proposed expression" 0 reload-dump -f line --filter '(udp port 6084) or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)' first.pcap second.pcap
check "--filter: a wrong expression" 2 reload-dump --filter 'udp prt 6084' two.pcap
has "--filter: libpcap's words" err 'syntax error'
check "--filter without captures" 2 reload-dump --filter udp -i json two.pcap

size=$(stat -c %s two.pcap)
wrong=""
for len in 1 3 4 10 23 24 30 40 41 100 $((size - 300)) $((size - 1)); do
    head -c "$len" two.pcap >short.pcap
    reload-dump -f line short.pcap >out 2>err
    case $len:$? in
    1:3 | 3:3 | 24:3 | *:4) ;;
    *) wrong="$wrong $len:$?" ;;
    esac
done
check "truncated anywhere" 0 test -z "$wrong"
head -c $((size - 1)) two.pcap >short.pcap
check "truncated" 4 reload-dump -f line short.pcap
has "truncated: the readable part" out '   1 2007-07-08T12:00:00.250000Z'
has "truncated: why" err 'truncated dump file'
file 147 00 >unknown.pcap
check "an unknown link type" 4 reload-dump unknown.pcap
has "an unknown link type is named" err 'link type 147'
{
    # pcapng with two interfaces
    printf '0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000'
    printf '0100000014000000010000000000000014000000'
    printf '0100000014000000650000000000000014000000'
} | xxd -r -p >mixed.pcapng
check "several link types" 4 reload-dump mixed.pcapng
has "several link types: the command that splits them" err "editcap -F pcap -T TYPE"
{
    printf '0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000'
    printf '0100000020000000650000000000000009000100090000000000000020000000' # nanoseconds
    packet=$(ip 1 0 0 "$datagram")
    pad=$(((4 - ${#packet} / 2 % 4) % 4))
    total=$((32 + ${#packet} / 2 + pad))
    ns=$((1183896000 * 1000000000 + 123456789))
    printf '06000000%s00000000%s%s%s%s%s' "$(le32 $total)" "$(le32 $((ns >> 32)))" "$(le32 $((ns & 0xffffffff)))" "$(le32 $((${#packet} / 2)))" "$(le32 $((${#packet} / 2)))" "$packet"
    printf '%.*s' $((pad * 2)) 000000
    le32 $total
} | xxd -r -p >ns.pcapng
check "pcapng" 0 reload-dump -f line ns.pcapng
has "pcapng: the interface's resolution" out '2007-07-08T12:00:00.123456789Z'

check "--total-limit" 3 reload-dump -f line --total-limit 100 first.pcap second.pcap
has "--total-limit: a warning" err '--total-limit'
reordered=$TESTDATA/captures/reordered.pcap
check "--flow-limit, which no flow reaches" 0 reload-dump -f line --flow-limit 1000000 "$reordered"
check "--flow-limit" 3 reload-dump -f line --flow-limit 100 "$reordered"
has "--flow-limit: a warning" err 'frame 6: the limit for one flow (--flow-limit) is reached; its message is dropped'
mkdir lib && : >lib/libpcap.so.0.8
check "libpcap is missing" 4 env LD_LIBRARY_PATH="$work/lib" reload-dump two.pcap
has "libpcap is missing: named" err 'libpcap is required'
check "without captures, it is not needed" 0 env LD_LIBRARY_PATH="$work/lib" reload-dump "$one"
ldd "$RELOAD_TOOLS/reload-dump" >out
mv out linked
has "ldd lists the libraries" linked libc.so
check "nothing links to libpcap" 1 grep pcap linked

# A live capture: each message is shown before the next packet comes.
mkfifo in shown
reload-dump -f line <in >shown 2>err &
pid=$!
exec 8>in 7<shown
head -c $((24 + 16 + 20 + 8 + $(stat -c %s "$one"))) two.pcap >&8
timeout 30 head -n 1 <&7 >out
has "a live capture" out '   1 2007-07-08T12:00:00.250000Z'
exec 8>&-
wait "$pid"
exec 7<&-

check "--progress=always" 0 reload-dump -f line --progress=always -o got two.pcap
check "--progress with another word" 2 reload-dump --progress=maybe two.pcap
done_testing
