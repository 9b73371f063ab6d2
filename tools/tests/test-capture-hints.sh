#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2154 # variables of tap.bash
# Hints for a capture or a command that lacks something
. "$(dirname "$0")/tap.bash"

captures=$TESTDATA/captures
verify=(reload-verify --profile "$TESTDATA/overlay/overlay.json")
if ! reload-dump -q -f hex "$captures/udp.pcap" >/dev/null 2>&1; then
    skip "hints about captures" "this build reads no captures"
    done_testing
fi

# A capture that tcpdump took with a filter on ports has only the first fragment of each datagram.
keeps="'(udp port N) or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)' keeps them"
# first_fragments: the packets of pcap on standard input without those that are later fragments of IPv4
first_fragments()
{
    python3 -c '
import struct, sys
octets = sys.stdin.buffer.read()
sys.stdout.buffer.write(octets[:24])
at = 24
while at < len(octets):
    end = at + 16 + struct.unpack_from("<I", octets, at + 8)[0]
    packet = octets[at + 16:end]
    if packet[12:14] != b"\x08\x00" or int.from_bytes(packet[20:22], "big") & 0x1FFF == 0:
        sys.stdout.buffer.write(octets[at:end])
    at = end'
}
first_fragments <"$captures/udp.pcap" >ports.pcap
run reload-dump -f line ports.pcap
is "$status" 3 "no later fragments"
ok "no later fragments: the filter that keeps them" grep -qF "warning: the capture has only first fragments of datagrams, as with a capture filter on ports; $keeps" "$errors"
run reload-dump -f line "$captures/lost-fragment.pcap"
is "$status $(grep -c 'capture filter on ports' "$errors")" "3 0" "one fragment is missing: no such warning"
run reload-dump -f line --filter 'udp port 6084' "$captures/udp.pcap"
is "$status $(grep -c 'keeps them' "$errors")" "3 1" "with --filter, one warning is enough"

t "no packet passes --filter" 3 '' '~reload-dump: .*udp.pcap: no packet passes --filter
.*0 packets, 0 messages' reload-dump --filter 'host 192.0.2.1' "$captures/udp.pcap"
t "packets pass, none has a message" 3 '' '~reload-dump: .*udp.pcap: no message in it
.*' reload-dump --filter arp "$captures/udp.pcap"

reload-dump -q -f binary "$captures/udp.pcap" >messages.bin

# A capture of both ends of an exchange
twice='warning: 4 messages were captured twice within 0.1 s, as on two interfaces, and both copies count; to remove duplicates: editcap -d IN OUT'
run "${verify[@]}" --time capture --replay --report report "$captures/twice.pcapng"
is "$status $(grep -cF "reload-verify: $twice" "$errors") $(jq -rs 'map(.warning // empty) | length' report)" "1 1 1" "messages that were captured twice: a warning, and a line of the report"
run reload-dump -f line "$captures/twice.pcapng"
is "$status $(grep -cF "$twice" "$errors")" "0 1" "reload-dump: the same"
run reload-dump -f line "$captures/mixed.pcap"
is "$status $(grep -c 'captured twice' "$errors")" "3 0" "a message that was sent three times: no such warning"
ok "the first datagram without a message" grep -qF ', 2 datagrams without a message (the first: frame 5), ' "$errors"
run reload-dump -f line "$captures/tcp-nano.pcap" "$captures/mixed.pcap"
ok "the first datagram without a message, of several files" grep -qF " (the first: frame 5 of $captures/mixed.pcap), " "$errors"

# Files in the wrong order
run reload-dump -f line "$captures"/rotated-{2,1,3}.pcap
is "$(grep -c "rotated-1.pcap: warning: begins at 2026-.*, before the end of .*/rotated-2.pcap at 2026-.*: specify the files in order of time, or use one file made by mergecap" "$errors")" 1 "files in the wrong order"
ok "files in the wrong order are counted" grep -q ' messages, .*1 file in the wrong order' "$errors"
run reload-dump -f line "$captures/rotated-2.pcap" messages.bin "$captures/rotated-1.pcap"
is "$(grep -c 'before the end' "$errors")" 0 "two captures, with another file between them"
run reload-dump -f line "$captures"/rotated-{1,2,3}.pcap
is "$status $(grep -c warning "$errors")" "0 0" "files in order"

# Captures that cat joined, of each kind
for pair in "udp.pcap tcp-nano.pcap 11" "udp.pcap.gz udp.pcap 11" "udp.pcap tcp6.pcapng 11" "tcp-nano.pcap tcp-nano.pcap 23" "tcp6.pcapng udp.pcap 23"; do
    read -r first second packets <<<"$pair"
    case $first in
    *.gz) zcat "$captures/$first" ;;
    *) cat "$captures/$first" ;;
    esac | cat - "$captures/$second" >joined
    run reload-dump -q -f hex joined
    is "$status $(wc -l <"$output") $(cat "$errors")" "4 4 reload-dump: joined: another capture begins after $packets packets: cat does not join captures; specify the files as arguments, or use mergecap -a -w - FILE..." \
        "$first and $second joined by cat"
done
cat "$captures/tcp6.pcapng" "$captures/udp6.pcapng" >joined
run reload-dump -q -f hex joined
is "$status $(wc -l <"$output")" "0 8" "sections of pcapng may follow each other"

# A capture with several link types: the commands of the error, for each interface
run reload-dump -q -f hex "$captures/link-types.pcapng"
is "$status" 4 "several link types"
if command -v tshark >run/null && command -v editcap >run/null && command -v capinfos >run/null; then
    [[ $(<"$errors") =~ 'split it by interface: '(tshark .* OUT)', with the TYPE that '(capinfos -I FILE)' shows'.* ]] || true
    split=${BASH_REMATCH[1]:-false} show=${BASH_REMATCH[2]:-false}
    mapfile -t types < <(bash -c "${show/FILE/\$1}" - "$captures/link-types.pcapng" | sed -n 's/.*Encapsulation = .* - \(.*\))$/\1/p')
    is "${types[*]}" "linux-sll ether" "several link types: the command that shows them"
    for interface in 0 1; do
        command=${split/== 0/== $interface} command=${command/FILE/\$1} command=${command/TYPE/${types[$interface]:-}}
        bash -c "${command/OUT/split.pcap}" - "$captures/link-types.pcapng" 2>run/null
        is "$(reload-dump -q -f hex split.pcap | wc -l)" 4 "several link types: the messages of interface $interface"
    done
fi

hint='(--time=capture checks it as of its capture)'
run "${verify[@]}" "$captures/udp.pcap"
is "$status $(grep -cF "$hint" "$output")" "1 4" "captured messages are stale: a hint"
run "${verify[@]}" --time 2020-01-01 "$captures/udp.pcap"
is "$status $(grep -cF "$hint" "$output")" "1 0" "not with a time"
run "${verify[@]}" messages.bin
is "$status $(grep -cF "$hint" "$output")" "1 0" "not without a capture time"
t "--time takes capture" 2 '' '~.*"captured" is not a time: expected seconds since the epoch, .* or -5m; or capture
.*' "${verify[@]}" --time captured "$captures/udp.pcap"

run reload-dump -q -f line "$captures/snaplen.pcap"
ok "octets of a packet cut by the snaplen" grep -q 'captured only in part: .*; the snaplen cut off the rest of the packet' "$errors"
run reload-dump --filter 'tcp and greater 600 and less 700' "$captures/tcp-nano.pcap" # the end of a message
ok "a connection captured from within a message" grep -qF '1 packet, 0 messages, 1 TCP flow without a message, 596 octets of TCP outside messages' "$errors"
done_testing
