#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Bad input: each tool reports the file, the offset or pointer, and the cause, exits with the right status and leaves no output file.
# The messages after the bad one are still handled.
# Many seconds of CPU: inputs of 16 MB, and each kind of bad input for each tool.
. "$(dirname "$0")/tap.bash"

secret=$work/secret
install -m 600 "$TESTDATA/hmac.secret" "$secret"
mkdir dir
good=$(hex <"$TESTDATA/tunnelled.hmac.bin") # 124 octets
unhex "$good" >good.bin
sign=(reload-sign --secret "$secret")
verify=(reload-verify --secret "$secret" --time 946702799)
"${sign[@]}" good.bin >resigned.bin
same good.bin resigned.bin "signing a signed message again changes nothing"

# quote TEXT: a regular expression that matches TEXT only
quote()
{
    printf '%s' "$1" | sed 's/[][\\.*^$+?(){}|]/\\&/g'
}

# each_tool DESCRIPTION FILE PLACE CAUSE: FILE holds one bad item, PLACE is "offset N" and CAUSE a regular expression. Each tool reads
# FILE alone (status, error, no output file), after a good message in one stream, and before a good file.
each_tool()
{
    local description=$1 file=$2 place=$3 cause=$4
    local error
    error="$(quote "$file"): $place: message 1: $cause"
    t "$description: reload-dump" 3 '*' "~reload-dump: $error" reload-dump "$file"
    t "$description: reload-dump -f line" 3 '~1 .*' "~reload-dump: $error" reload-dump -f line "$file"
    t "$description: reload-dump -f binary" 3 "@$file" "~reload-dump: $error" reload-dump -f binary "$file"
    t "$description: reload-sign" 3 '' "~reload-sign: $error" "${sign[@]}" -o dir/out "$file"
    t "$description: reload-sign --none" 3 '' "~reload-sign: $error" reload-sign --none -o dir/out "$file"
    t "$description: reload-sign --strip" 3 '' "~reload-sign: $error" reload-sign --strip -o dir/out "$file"
    t "$description: reload-sign --append-route-log" 3 '' "~reload-sign: $error" reload-sign --append-route-log '[]' -o dir/out "$file"
    t "$description: reload-verify" 1 "~$(quote "$file"): offset 0: message 1: .*malformed: ${cause#*garbage: }" "~reload-verify: $error" \
        "${verify[@]}" "$file"
    t "$description: reload-verify -f binary" 1 '' "~reload-verify: $error" "${verify[@]}" -f binary -o passed "$file"
    is "$(stat -c %s passed)" 0 "$description: reload-verify -f binary leaves an empty file, since nothing passed"
    t "$description: reload-verify --none --quiet" 1 '' "~reload-verify: $error" reload-verify --none --quiet "$file"
    ok "$description: neither an output file nor a temporary one is left" only_files dir
    cat good.bin "$file" >stream.bin
    t "$description: the message before it is shown" 3 @stream.bin '*' reload-dump -f binary stream.bin
    t "$description: the message before it is signed" 3 @good.bin '~reload-sign: stream\.bin: offset [0-9]+: message 2: .*' \
        "${sign[@]}" stream.bin
    t "$description: the message before it is passed on" 1 @good.bin '~reload-verify: stream\.bin: offset [0-9]+: message 2: .*' \
        "${verify[@]}" -f binary stream.bin
    t "$description: the next file is handled" 3 @good.bin "~reload-sign: $error" "${sign[@]}" "$file" good.bin
}

# handles_next DESCRIPTION FILE INDEX: FILE holds bad items, then good.bin as the INDEXth item.
handles_next()
{
    t "$1: the next message is shown" 3 "~.*"$'\n'"$3 $2, offset [0-9]+: PEER-JOIN request.*" '*' reload-dump -f line "$2"
    t "$1: the next message is signed" 3 @good.bin '*' "${sign[@]}" "$2"
    t "$1: the next message is passed on" 1 @good.bin '*' "${verify[@]}" -f binary "$2"
}

# ---- truncated header ----
head -c 67 good.bin >short-header.bin
# this file lacks a good message at its end: the truncated header would include the next message's first octet
each_tool "a header of 67 octets" short-header.bin "offset 0" '67 octets of garbage: .*67 octets, expected 68.*'
head -c 3 good.bin >token.bin
t "three octets of the token are garbage" 3 '*' '~reload-dump: token\.bin: offset 0: message 1: 3 octets of garbage: .*' reload-dump token.bin
printf R >octet.bin
t "a single octet is garbage" 3 '~.*! 1 octet of garbage: .*' '~reload-dump: octet\.bin: offset 0: message 1: 1 octet of garbage: .*' reload-dump octet.bin
t "a single octet in a ladder" 3 '~.* 1 octet of garbage: .*' '*' reload-dump -f ladder octet.bin
t "a single octet is compared" 2 '~.*octet\.bin, offset 0: 1 octet of garbage.*' '*' reload-dump --diff octet.bin good.bin
cat short-header.bin good.bin >stream.bin # Length now includes part of the next header
t "the next message's first octet completes a header of 67 octets" 3 @stream.bin '*' reload-dump -f binary stream.bin
{ printf 'no message at all'; cat good.bin; } >garbage-first.bin
t "garbage without a token is reported" 3 '*' '~reload-dump: garbage-first\.bin: offset 0: message 1: 17 octets of garbage: .*token 52454c4f.*' reload-dump garbage-first.bin
handles_next "garbage" garbage-first.bin 2
{ cat good.bin; printf 'no message at all'; cat good.bin; } >garbage-between.bin
t "garbage between messages is reported with its offset" 3 '~1 .*'$'\n''2 garbage-between\.bin, offset 124: .*'$'\n''3 garbage-between\.bin, offset 141: .*' \
    '~reload-dump: garbage-between\.bin: offset 124: message 2: 17 octets of garbage: .*' reload-dump -f line garbage-between.bin

# ---- a wrong Length ----
unhex "$(patch 13 000039 "$good")" >long.bin
each_tool "a Length one too large" long.bin "offset 13" '.*truncated.* 57, .* 56 .*'
unhex "$(patch 13 ffffff "$good")" >longest.bin
each_tool "a Length of 16777215" longest.bin "offset 13" '.*truncated.* 16777215, .* 56 .*'
unhex "$(patch 13 000037 "$good")" >shorter.bin # 123 octets, then one octet of garbage
t "a Length one too small" 3 @shorter.bin \
    '~reload-dump: shorter\.bin: offset 96: message 1: .*Length runs past.*'$'\n''reload-dump: shorter\.bin: offset 123: message 2: 1 octet of garbage: .*' \
    reload-dump -f binary shorter.bin
cat shorter.bin good.bin >shorter-first.bin
handles_next "a Length one too small" shorter-first.bin 3
unhex "$(patch 13 000000 "$good")" >none.bin
t "a Length of 0" 3 '~1 .*PEER-JOIN request, 68 octets.*'$'\n''2 none\.bin, offset 68: .*' \
    '~reload-dump: none\.bin: offset 68: message 2: 56 octets of garbage: .*' reload-dump -f line none.bin

# ---- attributes longer than their container ----
unhex "$(message 02 01 "$(attr 0002 "$(attr 0101 "$alice")")00070009$(text 12345678)")" >attribute.bin
each_tool "an attribute longer than the message" attribute.bin "offset 96" '.*Length runs past the end of its container.*'
unhex "$(message 02 01 "$(attr 0002 "01010015$alice")")" >member.bin
each_tool "a member longer than its container" member.bin "offset 72" 'SOURCE-INFO.*Length runs past the end of its container.*'
unhex "$(message 02 11 "$(attr 0003 "$(attr 0202 "$(attr 0303 61)0305ffff")")")" >deep.bin
each_tool "a member two levels down" deep.bin "offset 84" 'RESOURCE-INFO\.BODY.*Length runs past the end of its container.*'
cat member.bin good.bin >member-first.bin
handles_next "a member longer than its container" member-first.bin 2
unhex "$(message 02 01 "$(attr 0002 "$(attr 0101 "$alice")")000700")" >half-head.bin
each_tool "half an attribute's head" half-head.bin "offset 96" '.*fewer than four octets.*'

# ---- missing padding ----
unhex "$(message 02 01 "00070005$(text 12345)")" >padding.bin
each_tool "missing padding" padding.bin "offset 68" '.*padding runs past the end of its container.*'
unhex "$(message 02 01 "$(attr 0002 "01020001610000")")" >member-padding.bin
each_tool "missing padding in a container" member-padding.bin "offset 72" 'SOURCE-INFO.*padding runs past the end of its container.*'
cat padding.bin good.bin >padding-first.bin
handles_next "missing padding" padding-first.bin 2

# ---- 10,000 nested composites ----
nested=
for ((i = 0; i < 10000; i++)); do # each holds all that follow: the outermost's Length is 39996
    printf '0002%04x' $(((9999 - i) * 4))
done >nested.hex
nested=$(cat nested.hex)
unhex "$(message 02 01 "$nested")" >nested.bin
is "$(stat -c %s nested.bin)" 40068 "10,000 nested composites have been made"
each_tool "10,000 nested composites" nested.bin 'offset 128' '.*nested deeper than 16.*'
cat nested.bin good.bin >nested-first.bin
handles_next "10,000 nested composites" nested-first.bin 2
is "$(reload-dump -f json nested.bin 2>said | jq -c '[.. | .error? // empty]')" '["nested deeper than 16 attributes"]' \
    "10,000 nested composites are shown down to depth 16"
{
    printf '{"header": {"method": 1}, "attributes": ['
    for ((i = 0; i < 10000; i++)); do printf '{"type": "SOURCE-INFO", "value": ['; done
    for ((i = 0; i < 10000; i++)); do printf ']}'; done
    printf ']}\n'
    reload-dump -f json good.bin
} >nested.json
for tool in "reload-dump -f binary" "${sign[*]}"; do
    read -ra words <<<"$tool"
    t "10,000 nested in JSON: ${tool%% *}" 3 @good.bin "~${tool%% *}: nested\\.json: offset 0: message 1: line 1, column [0-9]+: .*(deep|depth).*" "${words[@]}" nested.json
done
t "10,000 nested in JSON: reload-verify" 1 @good.bin '~reload-verify: nested\.json: offset 0: message 1: line 1, column [0-9]+: .*(deep|depth).*' \
    "${verify[@]}" -f binary nested.json
{
    printf '{"header": {"method": 1}, "attributes": ['
    for ((i = 0; i < 17; i++)); do printf '{"type": "SOURCE-INFO", "value": ['; done
    for ((i = 0; i < 17; i++)); do printf ']}'; done
    printf ']}\n'
} >nested-17.json
t "17 nested in JSON" 3 '' '~reload-dump: nested-17\.json: offset 0: message 1: /attributes/0(/value/0){15}/value: .*16.*' reload-dump nested-17.json
{ head -c 100000 /dev/zero | tr '\0' '['; echo; reload-dump -f json good.bin; } >brackets.json
t "100,000 brackets" 3 @good.bin '~reload-dump: brackets\.json: offset [0-9]+: message 1: line 1, column [0-9]+: .*' reload-dump -f binary brackets.json

# ---- a 16 MiB message ----
zeros=$(head -c 65532 /dev/zero | hex)
{ printf '%s' "$(attr 0655 "$zeros")" | xxd -r -p; } >big-attribute.bin # 65536 octets
{
    unhex "$(message 02 01 "" 16777212)"
    for ((i = 0; i < 255; i++)); do cat big-attribute.bin; done
    unhex 0655fff8
    head -c $((0xfff8)) /dev/zero
} >big.bin
is "$(stat -c %s big.bin)" $((68 + 16777212)) "a message of 16 MiB has been made"
t "a 16 MiB message: from binary" 0 @big.bin '' reload-dump -f binary big.bin
reload-dump -f json -o big.json big.bin
t "a 16 MiB message: from JSON" 0 @big.bin '' reload-dump -f binary big.json
reload-dump -f hex -o big.hex big.bin
t "a 16 MiB message: from hex" 0 @big.bin '' reload-dump -f binary big.hex
t "a 16 MiB message: line" 0 '~1 big\.bin, offset 0: PEER-SEARCH request, 16777280 octets, .*' '' reload-dump -f line big.bin
t "a 16 MiB message: unsigned" 1 '~big\.bin: offset 0: message 1: PEER-SEARCH request: invalid: missing-signature \(401\).*' '' "${verify[@]}" big.bin
t "a 16 MiB message that a signature makes too long" 4 '' '~reload-sign: big\.bin: offset 0: message 1: .*too long.*' "${sign[@]}" -o dir/out big.bin
ok "a message that a signature makes too long leaves no file" only_files dir
{ unhex "$(message 02 01 "" 16711680)"; for ((i = 0; i < 255; i++)); do cat big-attribute.bin; done; } >less-big.bin
t "a message of 16 MiB less 64 KiB is signed" 0 '' '' "${sign[@]}" -o big.signed less-big.bin
t "a signed message of nearly 16 MiB is valid" 0 '~big\.signed: offset 0: message 1: PEER-SEARCH request: valid' '' "${verify[@]}" big.signed
head -c -1 big.bin >big-short.bin
t "a 16 MiB message without its last octet is truncated" 3 '~1 big-short\.bin, offset 0: .*' '~reload-dump: big-short\.bin: offset 13: message 1: .*truncated.* 16777212, .* 16777211 .*' \
    reload-dump -f line big-short.bin
jq -c '.attributes += [{"type": "0x0655", "hex": "00000000"}]' big.json >bigger.json
t "JSON of a message over 16 MiB is refused" 3 '' '~reload-dump: bigger\.json: offset 0: message 1: .*16777215.*' reload-dump -o dir/out bigger.json
jq -cn '{header: {method: 1}, attributes: [{type: "0x0655", hex: ("00" * 65536)}]}' >long-value.json
t "JSON of an attribute of 65536 octets is refused" 3 '' '~reload-dump: long-value\.json: offset 0: message 1: /attributes/0: .*65535.*' reload-dump -o dir/out long-value.json
head -c 20000000 /dev/zero >zeros.bin
t "20 MB of zeros are garbage" 3 @zeros.bin '*' reload-dump -i binary -f binary zeros.bin
ok "refused JSON leaves no file" only_files dir
rm -f big.* bigger.json big-short.bin less-big.bin zeros.bin

# ---- no messages, unreadable files ----
: >empty
for how in "empty file" directory "missing file" "loop of links" "read error"; do
    case $how in
    "empty file") file=empty status_there=3 verify_there=1 cause='no message in it' ;;
    directory) file=run status_there=4 verify_there=4 cause='Is a directory, expected RELOAD messages' ;;
    "missing file") file=missing status_there=4 verify_there=4 cause='No such file or directory' ;;
    "loop of links") ln -s loop loop; file=loop status_there=4 verify_there=4 cause='Too many levels of symbolic links' ;;
    "read error") file=/proc/self/mem status_there=4 verify_there=4 cause='Input/output error' ;;
    esac
    for tool in reload-dump "${sign[*]}"; do
        name=${tool%% *}
        read -ra words <<<"$tool"
        t "$how: $name" "$status_there" '' "~$name: $file: $cause" "${words[@]}" -o dir/out "$file"
        t "$how: $name handles the next file" "$status_there" '*' "~$name: $file: $cause" "${words[@]}" "$file" good.bin
    done
    t "$how: reload-verify" "$verify_there" '' "~reload-verify: $file: $cause" "${verify[@]}" -o passed "$file"
    t "$how: reload-verify handles the next file" "$verify_there" '=good.bin: offset 0: message 1: PEER-JOIN request: valid' \
        "~reload-verify: $file: $cause" "${verify[@]}" "$file" good.bin
    ok "$how: no file left" only_files dir
done
t "empty standard input" 3 '' '=reload-dump: -: no message in it' reload-dump
t "empty standard input: reload-verify" 1 '' '=reload-verify: -: no message in it' "${verify[@]}"
for form in json hex; do
    t "empty $form" 3 '' '=reload-dump: empty: no message in it' reload-dump -i "$form" empty
    printf ' \n\n \n' >blank
    t "blank $form" 3 '' '=reload-dump: blank: no message in it' reload-dump -i "$form" blank
done
echo '[]' >array.json
t "an empty JSON array" 3 '' '=reload-dump: array.json: no message in it' reload-dump array.json
chmod 000 empty
if [ "$(id -u)" = 0 ]; then
    unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    chmod 755 "$work"
else
    unprivileged=()
fi
if "${unprivileged[@]}" test -x "$RELOAD_TOOLS/reload-dump" && ! "${unprivileged[@]}" cat empty 2>said; then
    t "an unreadable file: reload-dump" 4 '' '=reload-dump: empty: Permission denied, expected RELOAD messages that this user can read' \
        "${unprivileged[@]}" "$RELOAD_TOOLS/reload-dump" empty
    t "an unreadable secret: reload-sign" 4 '' '=reload-sign: empty: Permission denied, expected a shared secret that this user can read' \
        "${unprivileged[@]}" "$RELOAD_TOOLS/reload-sign" --secret empty good.bin
    t "an unreadable secret: reload-verify" 4 '' '=reload-verify: empty: Permission denied, expected a shared secret that this user can read' \
        "${unprivileged[@]}" "$RELOAD_TOOLS/reload-verify" --secret empty good.bin
else
    skip "an unreadable file" "no other user to run as"
fi
chmod 644 empty

# ---- JSON ----
good_json=$(reload-dump -f json good.bin)
# json DESCRIPTION PLACE CAUSE TEXT: each tool refuses TEXT and handles the message after it.
json()
{
    local description=$1 place=$2 cause=$3
    local error="bad\\.json: $place: message 1: $cause"
    printf '%s\n%s\n' "$4" "$good_json" >bad.json
    t "$description: reload-dump" 3 @good.bin "~reload-dump: $error" reload-dump -f binary bad.json
    t "$description: reload-sign" 3 @good.bin "~reload-sign: $error" "${sign[@]}" bad.json
    t "$description: reload-verify" 1 @good.bin "~reload-verify: $error" "${verify[@]}" -f binary bad.json
    t "$description: reload-verify --json" 1 '~\{"index": 1, "file": "bad.json", "offset": 0, "length": [0-9]+, "verdict": "malformed", "reason": "malformed", "response_code": null, .*"method": null, .*\}'$'\n''\{"index": 2, .*"verdict": "valid".*' \
        "~reload-verify: $error" "${verify[@]}" --json bad.json
    printf '%s\n' "$4" >bad.json
    t "$description: reload-sign leaves no file" 3 '' "~reload-sign: $error" "${sign[@]}" -o dir/out bad.json
    ok "$description: neither an output file nor a temporary one is left" only_files dir
}
json "an unknown key" "offset 0" '/hedaer: unknown key \(did you mean "header"\?\)' '{"header": {"method": 1}, "hedaer": 1}'
json "an unknown key in the header" "offset 0" '/header/x~1y~0z: unknown key' '{"header": {"method": 1, "x/y~z": 1}}'
json "an unknown key in an attribute" "offset 0" '/attributes/1/vlaue: unknown key \(did you mean "value"\?\)' \
    '{"header": {"method": 1}, "attributes": [{"type": "SDP", "value": "a"}, {"type": "SDP", "vlaue": "a"}]}'
json "an unknown key in a value" "offset 0" '/attributes/0/value/0/value/prot: unknown key \(did you mean "port"\?\)' \
    '{"header": {"method": 1}, "attributes": [{"type": "SOURCE-INFO", "value": [{"type": "PEER-IP-PORT", "value": {"ip": "::", "port": 1, "prot": 6}}]}]}'
json "a number out of range" "offset 0" '/header/ttl: .*255, not .*' '{"header": {"method": 1, "ttl": 256}}'
json "a negative number" "offset 0" '/header/ttl: .*255, not .*' '{"header": {"method": 1, "ttl": -1}}'
json "a fraction" "offset 0" '/header/ttl: .*255, not .*' '{"header": {"method": 1, "ttl": 1.0}}'
json "a number beyond 64 bits" "offset 0" '/header/ttl: .*255, not .*' '{"header": {"method": 1, "ttl": 99999999999999999999}}'
json "seconds beyond 32 bits" "offset 0" '/attributes/0/value/0/value: .*4294967295, not 4294967296' \
    '{"header": {"method": 1}, "attributes": [{"type": "SOURCE-INFO", "value": [{"type": "PEER-EXPIRATION", "value": 4294967296}]}]}'
json "a response code out of range" "offset 0" '/attributes/0/value/code: .*100 to 799, not 800' \
    '{"header": {"method": 1}, "attributes": [{"type": "RESPONSE-CODE", "value": {"code": 800, "reason": ""}}]}'
json "a response code of 99" "offset 0" '/attributes/0/value/code: .*100 to 799, not 99' \
    '{"header": {"method": 1}, "attributes": [{"type": "RESPONSE-CODE", "value": {"code": 99, "reason": ""}}]}'
json "an unknown method name" "offset 0" '/header/method: "PEER-JION": not a known name \(did you mean PEER-JOIN\?\)' '{"header": {"method": "PEER-JION"}}'
json "no method" "offset 0" '/header/method: missing' '{"header": {"ttl": 1}}'
json "no header" "offset 0" '/header: missing; must be an object' '{"attributes": []}'
json "an empty object" "offset 0" '/header: missing; must be an object' '{}'
json "a string for a number" "offset 0" '/header/ttl: .*' '{"header": {"method": 1, "ttl": "32"}}'
json "a number for a flag" "offset 0" '/header/response: .*' '{"header": {"method": 1, "response": 1}}'
json "null for a number" "offset 0" '/header/ttl: .*' '{"header": {"method": 1, "ttl": null}}'
json "an ID of 39 digits" "offset 0" '/header/source_id: .*40 hex digits.*' '{"header": {"method": 1, "source_id": "463ac413c400000000000000000000000000000"}}'
json "an ID with no hex digit" "offset 0" '/header/source_id: .*40 hex digits.*' '{"header": {"method": 1, "source_id": "463ac413c40000000000000000000000000000g0"}}'
json "odd hex" "offset 0" '/attributes/0/hex: .*even number of hex digits.*' '{"header": {"method": 1}, "attributes": [{"type": "0x0655", "hex": "abc"}]}'
json "value and hex" "offset 0" '/attributes/0: .*"value".*"hex".*' '{"header": {"method": 1}, "attributes": [{"type": "SDP", "value": "a", "hex": "61"}]}'
json "neither value nor hex" "offset 0" '/attributes/0: .*"value".*"hex".*' '{"header": {"method": 1}, "attributes": [{"type": "SDP"}]}'
json "a value for an unknown type" "offset 0" '/attributes/0/value: .*"hex".*' '{"header": {"method": 1}, "attributes": [{"type": "0x0655", "value": "61"}]}'
json "an unknown type" "offset 0" '/attributes/0/type: .*' '{"header": {"method": 1}, "attributes": [{"type": "SPD", "value": "a"}]}'
json "padding of the wrong size" "offset 0" '/attributes/0/padding: .*' '{"header": {"method": 1}, "attributes": [{"type": "SDP", "value": "a", "padding": "00"}]}'
json "attributes that are not an array" "offset 0" '/attributes: .*array.*' '{"header": {"method": 1}, "attributes": {}}'
json "a forced_length out of range" "offset 0" '/header/forced_length: .*16777215, not 16777216' '{"header": {"method": 1, "forced_length": 16777216}}'
json "a port out of range" "offset 0" '/attributes/0/value/0/value/port: .*65535, not 65536' \
    '{"header": {"method": 1}, "attributes": [{"type": "SOURCE-INFO", "value": [{"type": "PEER-IP-PORT", "value": {"ip": "10.0.0.1", "port": 65536}}]}]}'
json "text with a NUL" "offset 0" '(/attributes/0/value|line 1, column [0-9]+): .*' '{"header": {"method": 1}, "attributes": [{"type": "SDP", "value": "a\u0000b"}]}'
json "a duplicate key" "offset 0" 'line 1, column [0-9]+: .*[Dd]uplicate.*ttl.*' '{"header": {"method": 1, "ttl": 1, "ttl": 1}}'
json "a duplicate key on the third line" "offset 0" 'line 3, column [0-9]+: .*[Dd]uplicate.*header.*' $'{"header":\n  {"method": 1},\n  "header": {"method": 1}}'
json "a trailing comma" "offset 0" 'line 1, column [0-9]+: .*' '{"header": {"method": 1,}}'
json "an unknown literal" "offset 0" 'line 2, column [0-9]+: .*' $'{"header":\n {"method": truth}}'
json "a string that is not UTF-8" "offset 0" 'line 1, column [0-9]+: .*' $'{"header": {"method": "\xff"}}'
json "an object that is never closed" "offset 0" 'line [12], column [0-9]+: .*' '{"header": {"method": 1}'
json "brackets that do not match" "offset 0" 'line 1, column [0-9]+: .*' '{"header": {"method": 1]}'
printf '%s\n{"header": {"method": 1}, "ttl": 1}\n%s\n{"header": {"method": 1}\n' "$good_json" "$good_json" >three.json
cat good.bin good.bin >two.bin
len=$((${#good_json} + 1))
t "of four objects, the faulty second and fourth are reported" 3 @two.bin \
    "~reload-dump: three\\.json: offset $len: message 2: /ttl: must be in \"header\""$'\n'"reload-dump: three\\.json: offset $((2 * len + 36)): message 4: line [45], column [0-9]+: .*" \
    reload-dump -f binary three.json
printf '[%s, {"header": {}},\n %s]' "$good_json" "$good_json" >array.json
t "of an array, the faulty second element is reported" 3 @two.bin "~reload-dump: array\\.json: offset $((${#good_json} + 3)): message 2: /header/method: missing" \
    reload-dump -f binary array.json
printf '[%s' "$good_json" >array.json
t "of an array that is never closed, the first element is handled" 3 @good.bin '~reload-dump: array\.json: offset [0-9]+: message 2: line 1, column [0-9]+: .*' reload-dump -f binary array.json

# ---- hex ----
printf '%s\n\n%sxy\n\n%s\n' "$good" "${good:0:20}" "$good" >bad.hex
t "of three blocks of hex, the second with other characters is reported" 3 @two.bin "~reload-dump: bad\\.hex: offset $((${#good} + 22)): message 2: .*hex digit.*" reload-dump -f binary bad.hex
printf '%s\n\n%s\n\n%s\n' "$good" "${good:0:21}" "$good" >bad.hex
t "of three blocks of hex, the second with an odd number of digits is reported" 3 @two.bin '~reload-dump: bad\.hex: offset [0-9]+: message 2: .*odd number.*' reload-dump -f binary bad.hex
printf '%s\n' "$good" "${good:0:50}x${good:51}" "$good" >bad.hex
t "of three lines of hex, the second with another character is reported" 3 @two.bin "~reload-dump: bad\\.hex: offset $((${#good} + 51)): message 2: .*hex digit.*" reload-dump -f binary bad.hex
printf '%s\n' "$good" "${good:0:50}${good:51}" "$good" >bad.hex
t "of three lines of hex, the second with a missing digit is reported" 3 @two.bin '~reload-dump: bad\.hex: offset [0-9]+: message 2: .*odd number.*' reload-dump -f binary bad.hex
printf '%s\n\n%s\n' "${good:0:246}" "$good" >bad.hex
t "a truncated message in hex is reported, and the next one shown" 3 '~1 .*truncated.*'$'\n''2 bad\.hex, offset 248: PEER-JOIN.*' \
    '~reload-dump: bad\.hex: offset 0: message 1: .*truncated.* 56, .* 55 .*' reload-dump -f line bad.hex
t "binary input with -i hex is refused" 3 '' '~reload-dump: good\.bin: offset 0: message 1: .*a RELOAD message, expected hex text; omit --input=hex' reload-dump -i hex good.bin
t "binary input with -i json is refused" 3 '' '~reload-dump: good\.bin: offset 0: message 1: line 1, column 1: .*' reload-dump -i json good.bin

# ---- secrets ----
# bad_secret DESCRIPTION CAUSE OCTETS: reload-sign and reload-verify refuse a secret file of OCTETS.
bad_secret()
{
    printf '%b' "$3" >bad.secret
    chmod 600 bad.secret
    t "$1: reload-sign" 4 '' "~reload-sign: bad\\.secret: $2" reload-sign --secret bad.secret -o dir/out good.bin
    t "$1: reload-verify" 4 '' "~reload-verify: bad\\.secret: $2" reload-verify --secret bad.secret -o dir/out good.bin
    t "$1: reload-verify, with a good secret too" 4 '' "~reload-verify: bad\\.secret: $2" reload-verify --secret "$secret" --secret bad.secret good.bin
    ok "$1: no file left" only_files dir
}
bad_secret "an empty secret" '.*empty.*' ''
bad_secret "a secret that is only a newline" '.*empty.*' '\n'
bad_secret "a secret that is only CR LF" '.*empty.*' '\r\n'
bad_secret "a hex secret without digits" '.*empty.*' 'hex:'
bad_secret "a hex secret that is only a newline" '.*empty.*' 'hex:\n'
bad_secret "a hex secret with an odd number of digits" 'offset [0-9]+: .*odd number.*' 'hex:abc'
bad_secret "a hex secret with other characters" 'offset 6: .*hex digit.*' 'hex:abxx'
bad_secret "a hex secret with a blank" 'offset 6: .*hex digit.*' 'hex:ab cd'
bad_secret "a hex secret with two newlines" 'offset 6: .*hex digit.*' 'hex:ab\n\n'
t "a secret that is a directory" 4 '' '=reload-sign: run: Is a directory, expected a shared secret' reload-sign --secret run good.bin
t "a secret that is missing" 4 '' '=reload-verify: missing: No such file or directory; --secret requires the name of a file that holds the secret' reload-verify --secret missing good.bin

# ---- a message of RFC 6940 ----
unhex "d2454c4f$(printf '00%.0s' {1..100})" >rfc6940.bin
cat rfc6940.bin good.bin >stream.bin
t "a message of RFC 6940 is recognized" 3 @good.bin '~reload-sign: stream\.bin: offset 0: message 1: 104 octets of garbage: .*RFC 6940.*' "${sign[@]}" stream.bin
done_testing
