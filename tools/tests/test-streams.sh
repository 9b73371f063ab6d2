#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Streams with truncated messages and other octets in them (D33), and --max-message. testdata/vectors/stream_test.json has more.
. "$(dirname "$0")/tap.bash"

put=$TESTDATA/section-4.1.hmac.bin search=$TESTDATA/route-log.hmac.bin
secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
V=(reload-verify --secret "$secret" --time 946702800)
is "$(stat -c %s "$put" "$search" | xargs)" "396 248" "the messages' sizes"

# ---- log lines ----

line='starting RELOAD peer, version 1.0, waiting for connections on port 6084 and so on, at your service'
{ echo "$line"; cat "$put" "$put"; } >log.bin
t "a log line with RELOAD in it loses no message" 1 '~-: offset 0: message 1: malformed: .*
-: offset 99: message 2: RESOURCE-PUT request: valid
-: offset 495: message 3: RESOURCE-PUT request: valid' '~.*: 99 octets of garbage: .*' "${V[@]}" <log.bin
{ cat "$put"; echo "${line#* }"; cat "$search"; } >after.bin
t "a log line that begins with RELOAD, after a message" 1 '~-: offset 0: message 1: RESOURCE-PUT request: valid
-: offset 396: message 2: .*: malformed: truncated: the next message begins at offset 486
-: offset 486: message 3: PEER-SEARCH request: valid' '*' "${V[@]}" <after.bin

# ---- truncated messages ----

{ head -c 100 "$put"; cat "$search" "$put"; } >cut.bin
t "a truncated message loses no other" 1 '=-: offset 0: message 1: RESOURCE-PUT request: malformed: truncated: the next message begins at offset 100
-: offset 100: message 2: PEER-SEARCH request: valid
-: offset 348: message 3: RESOURCE-PUT request: valid' \
    '=reload-verify: -: offset 0: message 1: truncated: the next message begins at offset 100' "${V[@]}" <cut.bin
run "${V[@]}" --json cut.bin
is "$(jq -c '[.offset, .verdict, .reason, .response_code, .detail]' "$output" | head -1)" \
    '[0,"malformed","malformed",null,"truncated: the next message begins at offset 100"]' "the verdict in JSON"
run reload-dump -f json cut.bin
is "$status $(jq -c '[.header.length, .header.forced_length]' "$output" | xargs)" "3 [32,328] [180,null] [328,null]" "forced_length in JSON"
reload-dump -f json cut.bin 2>/dev/null | reload-dump -i json -f binary >again.bin 2>/dev/null
same again.bin cut.bin "to JSON and back"
{ head -c 40 "$put"; cat "$search"; } >short.bin
t "fewer octets than a header at the end are garbage" 1 '~-: offset 0: message 1: malformed: .*
-: offset 40: message 2: PEER-SEARCH request: valid' '~.*: 40 octets of garbage: .*' "${V[@]}" <short.bin
t "reload-sign signs the others" 3 '' '~reload-sign: cut\.bin: offset 0: message 1: truncated: the next message begins at offset 100' \
    reload-sign --secret "$secret" -o signed.bin cut.bin
t "those are valid" 0 '*' '' "${V[@]}" signed.bin
t "a filter passes the others" 1 '' '*' "${V[@]}" -f binary -o passed.bin cut.bin
cat "$search" "$put" >others.bin
same passed.bin others.bin "octet for octet"

# ---- hex dumps ----

# Each program's dump of one message, read in one process
zeros='{"header": {"method": "PEER-JOIN"}, "attributes": [{"type": "0x0700", "hex": "'$(printf '%0400d' 0)'"}]}'
reload-dump -f binary <<<"$zeros" >zeros.bin
for name in put zeros; do
    file=$put
    [ $name = put ] || file=zeros.bin
    xxd "$file" >xxd.$name
    xxd -a "$file" >xxd-a.$name
    xxd -g 1 -u "$file" >xxd-g1.$name
    xxd -c 256 "$file" >xxd-c.$name
    xxd -g 0 "$file" >xxd-g0.$name
    xxd -d "$file" >xxd-d.$name
    xxd -p "$file" >xxd-p.$name
    (xxd -i "$file") >xxd-i.$name
    xxd -i <"$file" | sed '1s/^/{/; $s/$/}/' >braces.$name
    xxd -i <"$file" >commas.$name
    od -Ax -tx1 "$file" >od.$name
    od -Ax -tx1 -v "$file" >od-v.$name
    od -tx1z "$file" >od-z.$name
    od -Ad -tx1 -w8 "$file" >od-d.$name
    xxd -p -c 1 "$file" | paste -sd: | fold -w 45 >colons.$name
    ! command -v hexdump >/dev/null || hexdump -C "$file" >hexdump.$name
    ! command -v hexdump >/dev/null || hexdump -v -C "$file" >hexdump-v.$name
    for _ in *."$name"; do
        cat "$file"
    done >expected.bin
    t "each program's dump of $name is read" 0 '' '' reload-dump -f binary -o read.bin ./*."$name"
    same read.bin expected.bin "as the same octets"
    [ $name = put ] || continue
    base64 "$file" >put.base64
    { base64 -w 0 "$file"; echo; tr -d = <put.base64 | tr +/ -_; } >more.base64
    cat "$file" "$file" >expected.bin
    t "base64, also of URLs" 0 '' '' reload-dump -i base64 -f binary -o read.bin more.base64
    same read.bin expected.bin "as the same octets"
done
head -c 300 "$put" | xxd | cat - xxd.put od.put >dumps.txt
t "consecutive dumps are separate streams" 1 '~-: offset 10: message 1: .*: malformed: truncated: Length is 328, .*
-: offset 1298: message 2: .*: valid
-: offset [0-9]+: message 3: .*: valid' '*' "${V[@]}" <dumps.txt
sed '3s/^00000020/00000030/' xxd.put >skipped.txt
t "a line is missing" 3 '' '=reload-dump: skipped.txt: offset 136: message 1: line 3, column 1: offset is 00000030, expected 00000020' \
    reload-dump skipped.txt
reload-dump -f binary <<<"$zeros" | base64 | tr A . >dots.base64
t "text that is not base64" 3 '' '~reload-dump: dots.base64: offset [0-9]*: message 1: line 1, column 7: not a character of base64' \
    reload-dump -i base64 dots.base64

# tcpdump's output for the message in a UDP datagram, as tcpdump 4.99 writes it with -x and with -X
packet=450001a800010000401164f70a0401020a04010313c413c401940000$(xxd -p -c 0 "$put")
{
    echo 'reading from file put.pcap, link-type EN10MB (Ethernet), snapshot length 262144'
    echo '12:00:00.123456 IP 10.4.1.2.5060 > 10.4.1.3.5060: UDP, length 396'
    xxd -r -p <<<"$packet" | xxd | sed -E 's/^0000(....:) (.{39}).*/\t0x\1  \2/; s/ +$//'
    echo '1183896000.123456 IP 10.4.1.2.5060 > 10.4.1.3.5060: UDP, length 396'
    xxd -r -p <<<"$packet" | xxd | sed -E 's/^0000(....:) /\t0x\1  /'
} >tcpdump.txt
t "tcpdump -x and -X" 0 '~-: offset [0-9]+: message 1: RESOURCE-PUT request: valid
-: offset [0-9]+: message 2: RESOURCE-PUT request: valid' '' "${V[@]}" <tcpdump.txt

# ---- hex text, JSON, files ----

{ xxd -p -c 0 "$put"; xxd -p -c 0 "$put" | cut -c 1-200; xxd -p -c 0 "$search"; xxd -p -c 0 "$put"; } >lines.hex
t "a truncated line of hex text loses no other message" 1 '~-: offset 0: .*: valid
-: offset 793: message 2: .*: malformed: truncated: the next message begins at offset 994
-: offset 994: message 3: .*: valid
-: offset 1491: message 4: .*: valid' '*' "${V[@]}" <lines.hex
# 390 octets: only the last attribute is cut, which would take what it lacks from the next message
head -c 390 "$put" >cut-390.bin
{ xxd -p -c 0 cut-390.bin; echo; xxd -p -c 0 "$search"; } >blank.hex
t "a blank line ends a stream" 1 '~-: offset 0: .*: malformed: truncated: Length is 328, but 322 octets .*
-: offset 782: .*: valid' '*' "${V[@]}" <blank.hex
t "the end of a file ends a stream" 1 '~.*: malformed: truncated: Length is 328, .*
.*search.bin: offset 0: .*: valid' '*' "${V[@]}" cut-390.bin "$(ln -s "$search" search.bin; echo search.bin)"
{ reload-dump -f json cut-390.bin; cat "$TESTDATA/route-log.hmac.json"; } >objects.json 2>/dev/null
t "the end of a JSON object ends a stream" 1 '~.*: malformed: truncated: Length is 328, .*
.*: valid' '*' "${V[@]}" objects.json

# ---- --max-message ----

for tool in "${V[*]}" reload-dump "reload-sign --secret $secret"; do
    name=${tool%% *}
    read -ra words <<<"$tool"
    refused=3 shown='*'
    [ "$name" != reload-verify ] || refused=1
    [ "$name" != reload-sign ] || shown='' # it refuses
    t "$name: a Length of --max-message" 0 '*' '' "${words[@]}" --max-message 328 "$put"
    t "$name: a Length above --max-message" $refused "$shown" "~$name: .*: offset 0: message 1: Length is 328, expected at most 327" \
        "${words[@]}" --max-message=327 "$put"
    t "$name: --max-message 0" 2 '' '~.*: --max-message: "0" is not an integer from 1 to 16777215.*' "${words[@]}" --max-message 0 "$put"
    t "$name: --max-message 16777216" 2 '' '~.*: --max-message: .*' "${words[@]}" --max-message 16777216 "$put"
done
t "its verdict" 1 '~.*: malformed: Length is 328, expected at most 327' '*' "${V[@]}" --max-message 327 "$put"

# A message that promises 16 MiB, and another one; then the pipe stays open.
{ head -c 13 "$put"; printf '\377\377\377'; head -c 100 "$put" | tail -c +17; cat "$search"; } >promise.bin
t "without --max-message, the stream waits for as many octets as Length" 124 '' '' \
    timeout 3 bash -c '{ cat promise.bin; sleep 5; } | "$@"' - "${V[@]}"
mkfifo pipe
{ cat promise.bin; exec sleep 60; } >pipe &
writer=$!
timeout 30 "${V[@]}" --max-message 1000 <pipe >live 2>/dev/null &
reader=$!
for _ in {1..200}; do
    [ "$(wc -l <live 2>/dev/null || echo 0)" -lt 2 ] || break
    sleep 0.1
done
is "$(wc -l <live)" 2 "with --max-message, they are not: both messages are reported while the pipe is open"
kill "$writer" "$reader" 2>/dev/null
wait "$writer" "$reader" 2>/dev/null
done_testing
