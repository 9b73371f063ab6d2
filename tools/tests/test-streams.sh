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
t "less than a header that is left is garbage" 1 '~-: offset 0: message 1: malformed: .*
-: offset 40: message 2: PEER-SEARCH request: valid' '~.*: 40 octets of garbage: .*' "${V[@]}" <short.bin
t "reload-sign signs the others" 3 '' '~reload-sign: cut\.bin: offset 0: message 1: truncated: the next message begins at offset 100' \
    reload-sign --secret "$secret" -o signed.bin cut.bin
t "those are valid" 0 '*' '' "${V[@]}" signed.bin
t "a filter passes the others" 1 '' '*' "${V[@]}" -f binary -o passed.bin cut.bin
cat "$search" "$put" >others.bin
same passed.bin others.bin "octet for octet"

# ---- hex text, JSON, files ----

{ xxd -p -c 0 "$put"; xxd -p -c 0 "$put" | cut -c 1-200; xxd -p -c 0 "$search"; xxd -p -c 0 "$put"; } >lines.hex
t "a line of hex text that is truncated loses no other" 1 '~-: offset 0: .*: valid
-: offset 793: message 2: .*: malformed: truncated: the next message begins at offset 994
-: offset 994: message 3: .*: valid
-: offset 1491: message 4: .*: valid' '*' "${V[@]}" <lines.hex
# 390 octets: only the last attribute is cut, which would take what it lacks from the next message
head -c 390 "$put" >cut-390.bin
{ xxd -p -c 0 cut-390.bin; echo; xxd -p -c 0 "$search"; } >blank.hex
t "a blank line ends a stream" 1 '~-: offset 0: .*: malformed: truncated: Length is 328, but 322 octets .*
-: offset 782: .*: valid' '*' "${V[@]}" <blank.hex
t "so does the end of a file" 1 '~.*: malformed: truncated: Length is 328, .*
.*search.bin: offset 0: .*: valid' '*' "${V[@]}" cut-390.bin "$(ln -s "$search" search.bin; echo search.bin)"
{ reload-dump -f json cut-390.bin; cat "$TESTDATA/route-log.hmac.json"; } >objects.json 2>/dev/null
t "and the end of a JSON object" 1 '~.*: malformed: truncated: Length is 328, .*
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
t "without --max-message, the octets that a Length promises are waited for" 124 '' '' \
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
