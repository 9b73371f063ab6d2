#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Ladder diagrams of reload-dump and reload-verify, as text and as SVG.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
export COLUMNS=80 LC_ALL=C.UTF-8
alice=522b276a356bdf39013dfabea2cd43e141ecc9e8 bob=48181acd22b3edaebc8a447868a7df7ce629920a
carol=28b9f5d2a6e1eb8a4dd0ec7aa6b8b1a2b1ca2e0f resource=a62f2225bf70bfaccbc7f1ef2a397836717377de

# request NAME METHOD SOURCE DESTINATION TRANSACTION [TIME]: creates NAME.json, a signed request
request()
{
    reload-sign --example "$2" | jq -c --arg from "$3" --arg to "$4" --arg id "$5" '.header.source_id = $from | .header.destination_id = $to
        | .header.transaction_id = $id | .attributes[0].value[0].value = $from' |
        reload-sign --secret secret -f json | jq -c --arg time "${6-}" 'if $time == "" then . else .meta = {time: $time} end' >"$1.json"
}
# reply NAME REQUEST CODE PEER-ID [TIME]: creates NAME.json, the signed response of a peer
reply()
{
    reload-sign --secret secret -f json --reply-to "$2.json" --code "$3" --peer-id "$4" | jq -c --arg time "${5-}" 'if $time == "" then . else .meta = {time: $time} end' >"$1.json"
}
request q1 PEER-SEARCH $alice $bob 0000000000000001 2007-07-08T12:00:00.5Z
reply a1 q1 200 $bob 2007-07-08T12:00:00.502134Z
request q2 RESOURCE-PUT $alice $resource 0000000000000002 2007-07-08T12:00:02Z
reply a2 q2 200 $carol 2007-07-08T12:00:01.999999Z
request q3 PEER-JOIN $bob $bob 0000000000000003 2007-07-08T18:00:01.999999Z
request q5 PEER-SEARCH $bob $carol 0000000000000005
request q7 PEER-SEARCH $carol 0${resource:1} 0000000000000007
request q6 PEER-JOIN 0${resource:1} 0${resource:1} 0000000000000006
cat q1.json a1.json q2.json a2.json >exchange.json

# ---- text ----

cat >picture <<'END'
2007-07-08T12:00:00.500000Z
                   522b                      4818                      28b9
               10.4.1.2:5060
                     │                         │                         │
1                    │       PEER-SEARCH       │                         │
                     │────────────────────────>│                         │
2  +0.002134         │ PEER-SEARCH 200 (to 1)  │                         │
                     │<────────────────────────│                         │
3  +1.497866         │                 RESOURCE-PUT a62f                 │
                     │──────────────────────────────────────────────────>│
4  -0.000001         │              RESOURCE-PUT 200 (to 3)              │
                     │<──────────────────────────────────────────────────│
END
t "a ladder has a column for each peer, including one that answers for a Resource-ID" 0 @picture '' reload-dump -f ladder exchange.json
LC_ALL=C t "without UTF-8 a ladder is ASCII" 0 @<(sed 's/│/|/g; s/─/-/g' picture) '' reload-dump -f ladder exchange.json
t "a long time is in seconds" 0 '=2  +21599' '' bash -c 'reload-dump -f ladder q2.json q3.json | grep -o "^2  [+0-9]*"'
t "a ladder without times" 0 '=        522b           4818
    10.4.1.2:5060
          │              │
1         │ PEER-SEARCH  │
          │─────────────>│' '' bash -c "jq -c 'del(.meta)' q1.json | reload-dump -f ladder"
t "a message from a peer to itself" 0 '=        4818
    10.4.1.2:5060
          │
1         │─┐ PEER-JOIN
          │<┘' '' bash -c "jq -c 'del(.meta)' q3.json | reload-dump -f ladder"
t "a message from the last peer to itself that has no space on the right" 0 '=PEER-JOIN ┌─│
 └>│' '' \
    bash -c "jq -c 'del(.meta)' q1.json q5.json q7.json q6.json | COLUMNS=62 reload-dump -f ladder | grep -o 'PEER-JOIN ┌.*\| └>.*'"

# names of 41 columns and more continue on the next line, and are not cut
near=${alice%?}0
request near PEER-SEARCH $alice "$near" 0000000000000004
is "$(reload-dump -f ladder near.json | sed -n '1,2s/  */ /gp' | tr '\n' '|')" \
    " ${alice:0:22} ${near:0:22}| ${alice:22:18} ${near:22:18}|" "two IDs that differ in the last digit are distinguished"

# ---- width ----

for peer in 1 2 3 4 5; do
    request "fan$peer" PEER-SEARCH $alice "$peer${bob:1}" 000000000000001$peer
done
cat fan?.json >fan.json
heads()
{
    reload-dump -f ladder "$@" | grep -c 522b
}
is "$(heads fan.json)" 2 "peers that do not fit 80 columns begin another panel"
request back PEER-SEARCH "5${bob:1}" $alice 0000000000000020
is "$(reload-dump -f ladder fan.json back.json | sed -n 's/^ *//; /^522b  */s/  */ /gp' | tail -n 1 | cut -d ' ' -f 1)" 522b \
    "peers keep their order in another panel"
is "$(COLUMNS=120 heads fan.json)" 1 "120 columns have space for six peers"
ok "no line is wider than 80 columns" test "$(reload-dump -f ladder fan.json exchange.json | wc -L)" -le 80
ok "no line is wider than 60 columns" test "$(COLUMNS=60 reload-dump -f ladder exchange.json near.json fan.json | wc -L)" -le 60
for _ in $(seq 45); do cat a1.json; done >many.json
is "$(heads many.json)" 3 "the head is repeated after 20 messages"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    columns()
    {
        env -u COLUMNS script -qec "stty cols $1; reload-dump -f ladder fan.json$2" /dev/null </dev/null | grep -c 522b
    }
    is "$(columns 120 '')" 1 "a ladder is as wide as the terminal"
    is "$(columns 80 '')" 2 "a ladder fits a terminal of 80 columns"
    is "$(columns 120 ' | cat')" 1 "a ladder through a pager is as wide as the terminal"
else
    skip "a ladder is as wide as the terminal" "script(1) cannot create a terminal"
fi

# ---- verdicts ----

reload-dump -f hex a2.json | sed 's/..$/ff/' >bad.hex
printf 'hello, this is not a message' >garbage
verify=(reload-verify --secret secret --max-skew none)
run "${verify[@]}" -f ladder q1.json bad.hex
is "$status $(grep -o '[a-z-]*digest\|valid' "$output" | tr '\n' ' ')" "1 valid bad-digest " "verdicts are in the arrows, and the status is the usual one"
run "${verify[@]}" -f ladder --color=always q1.json bad.hex
for shown in '[32m─* valid ─*>' '[31m<─* bad-digest ─*'; do
    ok "an arrow has its colour: ${shown##*m}" grep -q "$(printf '\033')\\$shown$(printf '\033')\[0m" "$output"
done
run "${verify[@]}" -f ladder q1.json garbage
is "$(grep -c '^2 *+\{0,1\}[0-9.]* *! 28 octets of garbage: ' "$output")" 1 "garbage has a line"
run "${verify[@]}" -f ladder --invalid q1.json bad.hex
is "$(grep -c PEER-SEARCH "$output")$(grep -c RESOURCE-PUT "$output")" 01 "--invalid draws only messages that failed"
run "${verify[@]}" -f ladder --reason stale q1.json bad.hex
is "$status$(grep -c '>' "$output")" 10 "--reason draws only messages that failed for this reason"
run "${verify[@]}" -f ladder --report report q1.json bad.hex
is "$(jq -r .verdict report | tr '\n' ' ')" "valid invalid " "--report beside a ladder"
truncated=$(reload-dump -f hex q1.json)
printf '%s\n\n' "${truncated:0:200}" >truncated.hex
run "${verify[@]}" -f ladder truncated.hex
is "$(grep -c '── malformed ─>' "$output")" 1 "a malformed message has an arrow"
run reload-dump -f ladder truncated.hex
is "$status$(grep -c '── malformed ─>' "$output")" 31 "reload-dump marks a malformed message"

# ---- options ----

# refused DESCRIPTION ERROR COMMAND...: a usage error
refused()
{
    local description=$1 error=$2
    shift 2
    run "$@"
    is "$status $(head -n 1 "$errors")" "2 $error" "$description"
}

refused "--color=always requires a ladder" 'reload-verify: --color=always requires --format=ladder' "${verify[@]}" -f json --color=always q1.json
refused "--lint beside a ladder requires --report" 'reload-verify: --lint with --format=ladder requires --report' "${verify[@]}" -f ladder --lint q1.json
refused "--rejects requires a form that holds messages" 'reload-verify: --rejects requires --format=binary, json, hex or pcapng' "${verify[@]}" -f svg --rejects r q1.json
refused "--invalid with a filter" 'reload-verify: --invalid cannot be combined with --format=json; --rejects writes what failed' "${verify[@]}" -f json --invalid q1.json
run reload-dump -f ladder --method RESOURCE-PUT exchange.json
is "$(grep -c PEER-SEARCH "$output")$(grep -c RESOURCE-PUT "$output")" 02 "--method selects the messages to draw"

# ---- SVG ----

cat >svg.py <<'END'
"""Print the text elements of an SVG file, class and text, after checking that it is well-formed and stays on its page."""
import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
style = root.find("{*}style").text
assert "prefers-color-scheme: dark" in style
width, height = int(root.get("width")), int(root.get("height"))
for text in root.iter("{http://www.w3.org/2000/svg}text"):
    assert 0 <= int(text.get("x")) <= width and 0 <= int(text.get("y")) <= height, text.attrib
    print(text.get("class"), text.text)
for title in root.iter("{http://www.w3.org/2000/svg}title"):
    print("title", title.text)
END
reload-dump -f svg exchange.json >exchange.svg
t "an SVG has the same text" 0 '=peer 522b
faint 10.4.1.2:5060
peer 4818
peer 28b9
faint 2007-07-08T12:00:00.500000Z
faint 1
label PEER-SEARCH
faint 2
faint +0.002134
label PEER-SEARCH 200 (to 1)
faint 3
faint +1.497866
label RESOURCE-PUT a62f
faint 4
faint -0.000001
label RESOURCE-PUT 200 (to 3)
title RELOAD messages: 4 between 3 peers' '' python3 svg.py exchange.svg
printf '{"header": {"method": "PEER-JOIN"}, "attributes": [], "a<b>&\\"\\u0007\xc2\x9b": 1}' >hostile.json
run "${verify[@]}" -f svg q1.json bad.hex hostile.json q3.json garbage
cp "$output" verdicts.svg
ok "an SVG with verdicts is well-formed" eval 'python3 svg.py verdicts.svg >verdicts'
for shown in 'verdict valid' 'verdict bad-digest' 'verdict 28 octets of garbage: ' 'label PEER-JOIN'; do
    ok "an SVG shows $shown" grep -q "^$shown" verdicts
done
ok "an SVG escapes untrusted text" grep -qF 'a<b>&' verdicts
is "$(LC_ALL=C grep -cP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' verdicts.svg)" 0 "an SVG has no control characters"

# ---- limits ----

python3 - <<'END'
with open("q1.hex", "w") as file:
    import subprocess
    digits = subprocess.run(["reload-dump", "-f", "hex", "q1.json"], capture_output=True, text=True, check=True).stdout
    file.write(digits * 50001)
END
t "a ladder has 50000 messages" 0 '*' '=reload-dump: warning: the ladder holds 50000 messages, and 1 more is not drawn: choose with --peer, --transaction or --filter' \
    reload-dump -f ladder q1.hex

# ---- captures ----

if [ "${RELOAD_CAPTURES:?is not set: 1 if this build reads captures, else 0}" = 1 ]; then
    run reload-dump -f ladder "$TESTDATA/captures/udp.pcap"
    is "$(sed -n '2,3s/  */ /gp' "$output" | tr '\n' '|')" " 463a 4823| 10.4.1.2:58431 10.4.1.3:6084|" "captured messages show the peers' addresses"
    # between "NAME FROM TO"...: NAME.json as packets between these addresses
    between()
    {
        local line name from to
        for line; do
            read -r name from to <<<"$line"
            jq -c --arg from "$from" --arg to "$to" 'def place: split(":") | {ip: .[0], port: (.[1] | tonumber)};
                .meta = {time: 1183896000, source: ($from | place), destination: ($to | place), transport: "UDP"}' "$name.json"
        done | reload-dump -q -f pcapng
    }
    columns_of()
    {
        reload-dump -q -f ladder sent.pcapng | sed -n '2,3s/  */ /gp' | tr '\n' '|'
    }
    a=10.0.0.1:5000 b=10.0.0.2:6084 c=10.0.0.3:6084
    between "q2 $a $b" "q7 $c $b" >sent.pcapng # nothing answers at b
    is "$(columns_of)" " 522b a62f 28b9| 10.0.0.1:5000 10.0.0.2:6084 10.0.0.3:6084|" "unanswered requests to one endpoint have one column"
    is "$(reload-dump -q -f ladder sent.pcapng | grep -c 'PEER-SEARCH 062f')" 1 "with the Destination ID that is not the column's"
    between "q2 $a $b" "q5 $b $c" >sent.pcapng
    is "$(columns_of)" " 522b 4818 28b9| 10.0.0.1:5000 10.0.0.2:6084 10.0.0.3:6084|" "an unanswered request goes to the peer that sends from there"
    between "q6 $a $b" "q5 $b $c" >sent.pcapng
    is "$(columns_of)$(reload-dump -q -f ladder sent.pcapng | grep -c '┐')" " 062f 4818 28b9| 10.0.0.1:5000 10.0.0.2:6084 10.0.0.3:6084|0" \
        "also one to the sender's own ID"
    between "q2 $a $c" "q1 $a $b" "a1 $b $a" "q2 $a $b" >sent.pcapng
    is "$(columns_of)$(reload-dump -q -f ladder sent.pcapng | grep -c 'RESOURCE-PUT a62f')" " 522b a62f 4818| 10.0.0.1:5000 10.0.0.3:6084 10.0.0.2:6084|1" \
        "each packet leads to its destination"
    reload-dump -q -f json --meta sent.pcapng >sent.json
    t "JSON's meta gives the same ladder as the capture" 0 @<(reload-dump -q -f ladder sent.pcapng) '' reload-dump -f ladder sent.json
    t "with verdicts too" 0 @<(reload-verify --secret secret --max-skew none -q -f ladder sent.pcapng) '' \
        reload-verify --secret secret --max-skew none -f ladder sent.json
    reload-dump -q -f svg sent.pcapng >sent.svg
    is "$(python3 svg.py sent.svg | grep -c '^peer ')" 3 "an SVG has the same columns"
else
    skip "captured messages show the peers' addresses" "built without libpcap"
fi
done_testing
