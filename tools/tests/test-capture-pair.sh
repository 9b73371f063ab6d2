#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016,SC2154 # single quotes hold scripts for jq; variables of tap.bash
# reload-verify --pair over captured exchanges: each response's round trip, in text and as JSON.
. "$(dirname "$0")/tap.bash"

captures=$TESTDATA/captures
verify=(reload-verify --profile "$TESTDATA/overlay/overlay.json" --time capture --pair)
if ! reload-dump -q -f hex "$captures/udp.pcap" >/dev/null 2>&1; then
    skip "round trips of captures" "this build reads no captures"
    done_testing
fi

# Expected: the time between the packets that complete request and response, which test-tshark.py compares with tshark's
microseconds='def us: capture("^(?<s>[^.]*)[.](?<f>.{6})") | (.s + "Z" | fromdate) * 1000000 + (.f | tonumber);'
between()
{
    reload-dump -q -f json --meta "$@" | jq -sc "$microseconds"'
        (map(select(.header.response | not) | {(.header.transaction_id): (.meta.time | us)}) | add) as $asked |
        map(if .header.response then (.meta.time | us) - $asked[.header.transaction_id] else null end)'
}

for files in udp.pcap udp6.pcapng tcp-nano.pcap tcp6.pcapng.gz sll.pcap offload.pcap reordered.pcap "rotated-1.pcap rotated-2.pcap rotated-3.pcap"; do
    paths=()
    for file in $files; do
        paths+=("$captures/$file")
    done
    run "${verify[@]}" --json "${paths[@]}"
    wanted=$(between "${paths[@]}")
    is "$status $(jq -c 'map(if .round_trip then .round_trip * 1000000 | round else null end)' <(jq -s . "$output"))" "0 $wanted" "$files: as JSON"
    ok "$files: requests have none, responses have one" jq -e '[.[0, 2] == null, (.[1, 3] > 0 and .[1, 3] < 1000000)] | all' <<<"$wanted"
    run "${verify[@]}" "${paths[@]}"
    jq '.[] | values / 1000000' <<<"$wanted" | xargs printf '%.6f\n' >expected
    sed -n 's/.* message [0-9]*: .* response: valid, round trip \([0-9.]*\) s$/\1/p' "$output" >shown
    same shown expected "$files: in text"
done

# A request captured after its response
run "${verify[@]}" --json "$captures/late-segment.pcap"
is "$(jq -sc 'map([.response, .reason, .round_trip != null])' "$output")" \
    '[[false,null,false],[true,null,true],[true,"unmatched-response",false],[false,null,false]]' "a request that is complete after its response does not match it"
# A request of which a fragment was not captured ends in its last captured packet.
run "${verify[@]}" --json "$captures/lost-fragment.pcap"
is "$(jq -sc 'map([.meta.frames[-1], .incomplete, .verdict, .round_trip != null])' "$output")" \
    '[[3,true,"malformed",false],[5,null,"valid",true],[8,null,"valid",false],[10,null,"valid",true]]' "a request captured in part comes before its response"
# Each message of both interfaces
run "${verify[@]}" --json "$captures/twice.pcapng"
is "$(jq -sc 'map(select(.index) | .round_trip != null)' "$output")" '[false,false,true,true,false,false,true,true]' "a response that is captured twice has a round trip each time"
done_testing
