#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2154 # variables of tap.bash
# Captures of formats that libpcap does not read: each is named, with the command that converts it.
. "$(dirname "$0")/tap.bash"

capture=$TESTDATA/captures/udp.pcap
refused()
{
    echo "=reload-dump: $1: a capture of the format $2, expected pcap or pcapng; to convert it: editcap -F pcap FILE OUT"
}

# foreign NAME FORMAT: a file that begins with these octets
foreign()
{
    {
        printf '%b' "$1"
        cat "$capture"
    } >foreign
    t "$2 is named" 4 '' "$(refused foreign "$2")" reload-dump foreign
}
foreign 'snoop\0\0\0\0\0\0\02\0\0\0\04' snoop
foreign 'RTSS\01\01' "Network Monitor"
foreign 'GMBU\0\02' "Network Monitor"
foreign 'TRSNIFF data    \x1a' Sniffer
foreign 'VL\0\0' NetXRay
foreign 'XCP\00002.001' "Sniffer for Windows"
foreign '\0\0\02\0\x12\05\0\x10' K12
foreign '+---------+---------------+----------+' "K12 text"
foreign '\xaa\xaa\xaa\xaa' 5View
foreign 'iptrace 2.0' iptrace
foreign 'TR\0\x64\0' nettl
foreign '\x7fver' EtherPeek
foreign 'ObserverPktBufferVersion=15.00' Observer
foreign '\05VNF' "Visual Networks"
foreign '\01\x10\x4c\0\01\05Trace Display' LANalyzer

printf 'snoop\0\0\0\0\0\0\2' | gzip >foreign.gz
t "one that is compressed" 4 '' "$(refused foreign.gz snoop)" reload-dump foreign.gz
printf 'snoop\0\0\0\0\0\0\2' >foreign
t "from a pipe" 4 '' "$(refused - snoop)" bash -c 'cat foreign | reload-dump'
t "reload-verify" 4 '' '~reload-verify: foreign: a capture of the format snoop, .*' reload-verify --profile "$TESTDATA/overlay/overlay.json" foreign
printf snoop >short
t "fewer octets are not one" 3 '*' '~reload-dump: short: .* 5 octets of garbage.*' reload-dump short
run reload-dump -f binary foreign "$TESTDATA/response.hmac.bin"
is "$status $(cmp "$output" "$TESTDATA/response.hmac.bin" && echo same)" "4 same" "the next file is read"
t "--input=binary reads the octets" 3 '*' '~.*12 octets of garbage.*' reload-dump -i binary foreign

# Other files that libpcap refuses, and files as Wireshark writes them: the error has the command
wanted=$(reload-dump -q -f hex "$capture" 2>/dev/null)
if [ -z "$wanted" ]; then
    skip "files that libpcap refuses" "this build reads no captures"
    t "captures are refused" 4 '' "=reload-dump: $capture: captures cannot be read: this build was made without libpcap (meson -Dpcap=enabled)" reload-dump "$capture"
    done_testing
fi
cat "$capture" >>foreign
t "--input=pcap" 4 '' '~reload-dump: foreign: a capture of the format snoop, .*' reload-dump -i pcap foreign
if ! command -v editcap >/dev/null; then
    skip "editcap" "editcap is not installed"
else
    for format in 5views lanalyzer netmon1 netmon2 ngsniffer ngwsniffer_1_1 ngwsniffer_2_0 nettl observer snoop visual; do
        editcap -F $format "$capture" written 2>/dev/null
        t "$format as editcap writes it" 4 '' '~reload-dump: written: a capture of the format .*' reload-dump written
        editcap -F pcap written converted 2>/dev/null
        is "$(reload-dump -q -f hex converted)" "$wanted" "$format: the command converts it"
    done
fi
# testdata/captures/links
if type tshark text2pcap >/dev/null 2>&1; then
    links=$TESTDATA/captures/links
    cp "$capture" ./-udp.pcap
    t "links makes captures of other link types" 0 '' '' "$links" -udp.pcap
    for name in raw null vlan qinq mpls; do
        is "$(reload-dump -q -f hex $name.pcapng 2>/dev/null)" "$(reload-dump -q -f hex "$TESTDATA/captures/$name.pcapng" 2>/dev/null)" \
            "$name.pcapng has the messages of testdata"
    done
    t "links names a capture that it cannot read" 2 '' '~.*missing\.pcap.*' "$links" missing.pcap
    t "links names a capture without IPv4" 1 '' '~.*tcp6\.pcapng has no IPv4 over Ethernet' "$links" "$TESTDATA/captures/tcp6.pcapng"
    t "links names a capture that it cannot make" 1 '' "=$links: x.pcapng is not among: raw.pcapng null.pcapng vlan.pcapng qinq.pcapng mpls.pcapng" \
        "$links" "$capture" x.pcapng
else
    skip "testdata/captures/links" "tshark or text2pcap is missing"
fi

done_testing
