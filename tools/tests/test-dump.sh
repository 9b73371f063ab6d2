#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-dump: each option, the JSON rendering key by key, and the escaping of untrusted input.
. "$(dirname "$0")/tap.bash"

mkdir dir
good=$TESTDATA/tunnelled.hmac.bin
esc=$'\033'

# ---- help and mistakes ----

t "--help prints on standard output" 0 '~Usage: reload-dump .*' '' reload-dump --help
for option in -f,\ --format=FORM --pretty --meta --color=WHEN -i,\ --input=FORM -o,\ --output=FILE -q,\ --quiet -h,\ --help -V,\ --version; do
    ok "--help lists $option" grep -qE -- "^ +$option( |\$)" "$output"
done
t "--help ignores later options" 0 '~Usage: reload-dump .*' '' reload-dump --help --frobnicate
t "--version" 0 '~reload-dump \(libreload\) [0-9.]+' '' reload-dump --version
t "--help fails if it cannot be written" 4 '' '~reload-dump: .*No space left on device' bash -c 'exec reload-dump --help >/dev/full'
usage()
{
    t "usage: $1" 2 '' "~reload-dump: $2"$'\n'"Try 'reload-dump --help'\\." reload-dump "${@:3}"
}
usage "an unknown option" '.*--frobnicate.*' --frobnicate
usage "an unknown short option" '.*-x.*' -x "$good"
usage "-f xml" '.*"xml".*text.*line.*json.*hex.*binary.*' -f xml "$good"
usage "-f without FORM" '.*-f.*' -f
usage "-i text" '.*"text".*' -i text "$good"
usage "--color sometimes" '--color: "sometimes".*auto, always, never.*' --color sometimes "$good"
usage "--pretty=yes" 'option --pretty takes no argument' --pretty=yes "$good"
usage "an option with ESC" '.*\\x1b.*' "--${esc}[31m" "$good"
t "an abbreviated long option is accepted" 0 '*' '' reload-dump --form json "$good"
t "-- ends the options" 4 '' '=reload-dump: --help: No such file or directory' reload-dump -- --help
t "options after files are accepted" 0 '~\{"header".*' '' reload-dump "$good" -f json

# ---- JSON ----

cat >wanted.json <<'END'
{"header": {"ttl": 30, "routing": "UNSPECIFIED", "frag": false, "lfrg": false, "frag_reserved": 0, "experimental": false, "version": 1, "dht": "Chord1.0", "hash": "SHA-1", "security": "HMAC", "response": false, "method": "PEER-SEARCH", "length": 180, "destination_id": "4823affe45000000000000000000000000000000", "source_id": "463ac413c4000000000000000000000000000000", "transaction_id": "386d157b00000004", "overlay": "659df2aa"}, "attributes": [{"type": "SOURCE-INFO", "value": [{"type": "PEER-ID", "value": "463ac413c4000000000000000000000000000000"}, {"type": "PEER-EXPIRATION", "value": 0}]}, {"type": "SIGNATURE", "value": [{"type": "TIMESTAMP", "value": 946702799}, {"type": "DIGEST", "hex": "2dc65a0e1043d255f8d8f9a03786443f555ceca4"}]}, {"type": "ROUTE-LOG", "value": [{"type": "ROUTE-LOG.P2PSIP-VERSION", "value": "RELOAD/0.1"}, {"type": "ROUTE-LOG.TRANSPORT", "value": "UDP"}, {"type": "ROUTE-LOG.PEER-INFO", "value": [{"type": "PEER-IP-PORT", "value": {"ip": "10.4.1.2", "port": 5060}}]}]}, {"type": "ROUTE-LOG", "value": [{"type": "ROUTE-LOG.TRANSPORT", "value": "TLS"}, {"type": "ROUTE-LOG.PEER-INFO", "value": [{"type": "PEER-ID", "value": "4823affe45000000000000000000000000000000"}, {"type": "PEER-IP-PORT", "value": {"ip": "2001:db8::1", "port": 5061}}]}]}]}
END
t "a message as JSON, key by key" 0 @wanted.json '' reload-dump -f json "$TESTDATA/route-log.hmac.bin"
reload-dump -f json --pretty "$TESTDATA/route-log.hmac.bin" >pretty.json
is "$(jq -c . pretty.json)" "$(jq -c . wanted.json)" "--pretty prints the same JSON"
is "$(head -n 3 pretty.json)" $'{\n  "header": {\n    "ttl": 30,' "--pretty is indented"
t "--meta adds file, offset and index" 0 "={\"file\":\"$good\",\"offset\":0,\"index\":1}
{\"file\":\"-\",\"offset\":0,\"index\":2}" '' bash -c 'reload-dump -f json --meta "$1" - <"$1" | jq -c .meta' - "$good"

# one FILTER EXPECTED HEX [STATUS]: jq's result of FILTER for a message as JSON
one()
{
    unhex "$3" | reload-dump -i binary -f json >one.json 2>one.err
    local status=$?
    is "$status $(jq -c "$1" one.json 2>&1)" "${4:-0} $2" "JSON: $1 is ${2:0:120}"
}
bare=$(message 02 01 "")
field()
{
    one ".header.$1" "$2" "$(patch "$3" "$4" "$bare")" "${5:-0}"
}
field ttl 0 4 00
field ttl 255 4 ff
field routing '"PROXY"' 5 01
field routing '"REDIRECT"' 5 02
field routing 3 5 03
field frag true 6 8000
field lfrg true 6 4000
field lfrg false 6 8000
field frag_reserved 16383 6 3fff
field experimental true 8 81
field version 1 8 81
field version 127 8 7f
field dht '"Bamboo1.0"' 9 02
field dht 0 9 00
field hash 0 10 00
field hash 2 10 02
field security '"NONE"' 11 01
field security '"CERTS"' 11 03
field security 0 11 00
field security 4 11 04
field response true 12 81
field method '"PEER-JOIN"' 12 80
field method '"RESOURCE-GET"' 12 10
field method '"RESOURCE-PUT"' 12 11
field method '"RESOURCE-TRANSFER"' 12 12
field method '"TRANSPORT-OPEN"' 12 20
field method '"TRANSPORT-TUNNEL"' 12 21
field method 48 12 30
field method 127 12 ff
field overlay '"00000000"' 64 00000000
one '[.header.length, .header.forced_length]' '[0,null]' "$bare"
one '[.header.length, .header.forced_length]' '[0,5]' "$(patch 13 000005 "$bare")" 3
one .attributes '[]' "$bare"

value()
{
    one '.attributes[0] | del(.type)' "$1" "$(message 02 01 "$(attr "$2" "$3")")" "${4:-0}"
}
value '{"value":{"code":431,"reason":"Integrity Check Failure"}}' 0001 "0000041f$(text "Integrity Check Failure")"
value '{"value":{"code":799,"reason":""}}' 0001 00000763
value '{"value":"v=0\r\n"}' 0007 763d300d0a
value '{"value":"\u0001\"\\é"}' 0007 01225cc3a9
value '{"value":{"ip":"10.4.1.2","port":5060}}' 0103 000113c40a040102
value '{"value":{"ip":"10.4.1.2","port":5060,"protocol":17}}' 0103 110113c40a040102
value '{"value":{"ip":"::","port":0}}' 0103 0002000000000000000000000000000000000000
value '{"value":300}' 0104 0000012c
value '{"hex":"3082"}' 0105 3082
value '{"value":"="}' 030a 01
value '{"value":"!="}' 030a 02
value '{"value":">"}' 030a 03
value '{"value":">="}' 030a 04
value '{"value":"<"}' 030a 05
value '{"value":"<="}' 030a 06
value '{"value":0}' 030a 00
value '{"value":"TCP"}' 0401 0006
value '{"value":"UDP"}' 0401 0011
value '{"value":"TLS"}' 0401 0038
value '{"value":"SCTP"}' 0401 0084
value '{"value":65535}' 0401 ffff
value '{"value":4294967295}' 0405 ffffffff
value '{"value":946702799}' 0801 386d89cf
value '{"hex":""}' 0802 ""
value '{"value":[]}' 0002 ""
one '.attributes | map(.type)' '["0x0000","0x0655","0xffff","0x0803"]' "$(message 02 01 "$(attr 0000 "")$(attr 0655 "")$(attr ffff "")$(attr 0803 "")")"
one '.attributes[0]' '{"type":"0x0655","hex":"ab","padding":"000001"}' "$(message 02 01 "06550001ab000001")"

# error TYPE VALUE STATUS: the attribute is rendered as hex, with an error
error()
{
    one '.attributes[0] | [.hex, (.error | type), has("value")]' "[\"$2\",\"string\",false]" "$(message 02 01 "$(attr "$1" "$2")")" "$3"
}
error 0001 "000004" 3
error 0001 "0000041fff" 3
error 0001 "00000800" 3
error 0001 "00000064" 3
error 0001 "00000164" 3
error 0001 "0100041f" 3
error 0002 "01010014" 3
error 0006 "080200" 3
error 0007 "6100" 3
error 0007 "c0af" 3
error 0007 "eda080" 3
error 0101 "${alice:2}" 0 # misplaced
error 0103 "000313c40a040102" 0
error 0103 "000113c40a0401" 0
error 0104 "00012c" 0
one '[.trailing.hex, (.trailing.error | type), (.attributes | length)]' '["00070005616263","string",1]' "$(message 02 01 "$(attr 0007 61)00070005616263")" 3
one '.garbage | [.hex, (.error | type)]' '["ffff","string"]' ffff 3
one '.attributes | map(.ignored)' '[null,null,null,true,true]' "$(message 02 01 "$(attr 0007 61)$(attr 0006 "")$(attr 0004 "")$(attr 0007 61)$(attr 0006 "")")"
one '.attributes[0].value[1] | [.message.header.method, (.message.attributes | map(.type)), .message.attributes[1].value[0].hex]' \
    '["PEER-JOIN",["SOURCE-INFO","SIGNATURE"],"083fadee1d4d0ba3e371ee9e513204cc35d42aa0"]' "$(hex <"$TESTDATA/tunnel.hmac.bin")"
one '.attributes[0].value[1] | has("message")' false "$(hex <"$TESTDATA/tunnel.hmac.bin" | sed "s/$(text reload)/$(text relaod)/")"

# json DESCRIPTION EXPECTED-HEX TEXT: the message encoded from TEXT
json()
{
    printf '%s' "$3" | reload-dump -f hex - >hexed 2>hexed.err
    is "$? $(cat hexed hexed.err)" "0 $2" "JSON input: $1"
}
json "no more than a method" "52454c4f20000000010101000100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" '{"header": {"method": 1}}'
empty_header=$(message 00 01 "")
hdr='"header": {"method": 1, "destination_id": "'$bob'", "source_id": "'$alice'", "transaction_id": "0102030405060708", "overlay": {"name": "chat"}}'
json "an overlay's name" "$empty_header" "{$hdr}"
json "output-only keys are ignored" "$empty_header" "{${hdr/\"method\"/\"length\": 77, \"method\"}, \"attributes\": [], \"meta\": {\"x\": [1]}}"
json "a text's SHA-1 for an ID" "$(patch 16 fc2398a73dd54d6237c4fdb58fd7d75347cf5af3 "$empty_header")" "{${hdr/\"$bob\"/{\"sha1\": \"alice@example.com\"\}}}"
hdr_with() # FIELDS
{
    printf '{%s}' "${hdr/\"method\": 1/$1}"
}
json "a header by numbers" "$(patch 4 0502 "$(patch 9 02010311 "$empty_header")")" "$(hdr_with '"method": 17, "ttl": 5, "routing": 2, "dht": 2, "hash": 1, "security": 3')"
json "a header by names" "$(patch 4 0502 "$(patch 9 02010311 "$empty_header")")" \
    "$(hdr_with '"method": "RESOURCE-PUT", "ttl": 5, "routing": "REDIRECT", "dht": "Bamboo1.0", "hash": "SHA-1", "security": "CERTS"')"
json "flags" "$(patch 6 c001 "$(patch 8 82 "$(patch 12 81 "$empty_header")")")" \
    "$(hdr_with '"method": 1, "frag": true, "lfrg": true, "frag_reserved": 1, "experimental": true, "version": 2, "response": true')"
attrs() # DESCRIPTION ATTRIBUTES-HEX JSON
{
    json "$1" "$(message 00 01 "$2")" "{$hdr, \"attributes\": [$3]}"
}
attrs "second spellings" "$(attr 0105 30)$(attr 0105 30)$(attr 0308 30)$(attr 0309 61)" \
    '{"type": "PEER-CERTIFICATE", "hex": "30"}, {"type": "PEER-CERTIFCATE", "hex": "30"}, {"type": "RESOURCE-CERTIFICATE", "hex": "30"}, {"type": "RESOURCE-INFO.BODY.PARAMETER.KEY", "value": "a"}'
attrs "0x for a known type" "$(attr 0007 61)" '{"type": "0x0007", "value": "a"}'
attrs "hex for any attribute" "$(attr 0101 01)$(attr 0102 ff)" '{"type": "PEER-ID", "hex": "01"}, {"type": "PEER-NAME", "hex": "FF"}'
attrs "an address as one string" "$(attr 0103 000113c40a040102)$(attr 0103 000213c420010db8000000000000000000000001)" \
    '{"type": "PEER-IP-PORT", "value": "10.4.1.2:5060"}, {"type": "PEER-IP-PORT", "value": "[2001:db8::1]:5060"}'
attrs "an address with its protocol" "$(attr 0103 060113c40a040102)" '{"type": "PEER-IP-PORT", "value": {"ip": "10.4.1.2", "port": 5060, "protocol": 6}}'
attrs "numbers for names" "$(attr 030a 06)$(attr 030a 2a)$(attr 0401 0084)" \
    '{"type": "RESOURCE-INFO.BODY.PARAMETER.OP", "value": 6}, {"type": "RESOURCE-INFO.BODY.PARAMETER.OP", "value": 42}, {"type": "ROUTE-LOG.TRANSPORT", "value": 132}'
attrs "names" "$(attr 030a 06)$(attr 0401 0084)" '{"type": "RESOURCE-INFO.BODY.PARAMETER.OP", "value": "<="}, {"type": "ROUTE-LOG.TRANSPORT", "value": "SCTP"}'
attrs "error, ignored and message are not read" "$(attr 0007 61)" '{"type": "SDP", "value": "a", "error": "x", "ignored": true, "message": {"header": 1}}'
attrs "padding" "000700016101020300070000" '{"type": "SDP", "value": "a", "padding": "010203"}, {"type": "SDP", "value": ""}'
printf '{%s, "attributes": [{"type": "SDP", "value": "a", "forced_length": 65535}]}' "$hdr" >lie.json
t "an attribute's forced_length is encoded" 3 "=$(message 00 01 "0007ffff61000000")" '*' reload-dump -f hex lie.json
printf '{%s, "attributes": [{"type": "SDP", "value": "a"}]}' "${hdr/\"method\"/\"forced_length\": 2, \"method\"}" >lie.json
t "a header's forced_length is encoded" 3 "~52454c4f2000000001010100010000020?.*" '*' reload-dump -f hex lie.json
printf '{"garbage": {"hex": "ffff"}}\n{%s}' "$hdr" >garbage.json
t "garbage in JSON is encoded unchanged" 3 "=ffff

$empty_header" '*' reload-dump -f hex garbage.json

# ---- text and line ----

t "text: header and attributes as a tree" 0 "=1: $good, offset 0: PEER-JOIN request, 124 octets
  TTL             32
  Routing         0x00 UNSPECIFIED
  Version         1
  DHT             0x01 Chord1.0
  Hash            0x01 SHA-1
  Security        0x02 HMAC
  Method          0x00 PEER-JOIN
  Length          56
  Destination ID  463ac413c4000000000000000000000000000000
  Source ID       463ac413c4000000000000000000000000000000
  Transaction ID  386d157b00000001
  Overlay         659df2aa
  SOURCE-INFO
    PEER-ID       463ac413c4000000000000000000000000000000
  SIGNATURE
    DIGEST        083fadee1d4d0ba3e371ee9e513204cc35d42aa0" '' reload-dump "$good"
t "-f text is the default" 0 @<(reload-dump "$good") '' reload-dump -f text "$good"
run reload-dump "$TESTDATA/section-4.1.hmac.bin"
ok "text: times as dates" grep -qx ' *TIMESTAMP *2000-01-01T04:59:59Z (946702799)' "$output"
ok "text: spans in units" grep -qx ' *RESOURCE-INFO.BODY.EXPIRATION *24000 s (6 h 40 min)' "$output"
is "$(grep -E '^ +(PEER|RESOURCE|TIMESTAMP|DIGEST|TTL|Length)[A-Z.-]* +[^ ]' "$output" | sed -E 's/^( +[^ ]+ +).*/\1/' | awk '{ print length }' | sort -u | wc -l)" 1 \
    "text: all values are in one column"
t "line: one line for each message" 0 "=1 $good, offset 0: PEER-JOIN request, 124 octets, 463ac413c4 > 463ac413c4, id 386d157b00000001, overlay 659df2aa, ttl 32, HMAC: SOURCE-INFO(463ac413c4), SIGNATURE()" \
    '' reload-dump -f line "$good"
cat "$TESTDATA"/*.hmac.bin >all.bin
t "line: each message of several files has its index and offset" 0 "=1 all.bin, offset 0
2 all.bin, offset 248
3 all.bin, offset 496
4 all.bin, offset 892
5 all.bin, offset 1140
6 all.bin, offset 1264
7 -, offset 0
8 all.bin, offset 0" '' bash -c 'reload-dump -f line all.bin - "$1" <"$1" | sed "s|$1|all.bin|" | cut -d: -f 1' - "$good"
t "-f hex" 0 "=$(hex <"$good")" '' reload-dump -f hex "$good"
t "-f binary" 0 "@$good" '' reload-dump -f binary "$good"

# ---- untrusted input ----

hostile=$'\033[31mred\007\nnew\r\t\x7f'
hostile+=$(printf '\xc2\x9b31m\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf\xc2\xad"\\\\x1b')
unhex "$(message 02 81 "$(attr 0001 "00000404$(text "$hostile")")$(attr 0002 "$(attr 0102 "$(text "$hostile")")$(attr 0102 "9b33316d")")$(attr 0003 "$(attr 0201 "$(text "$hostile")")")$(attr 0008 \
    "$(attr 0403 "$(text "$hostile")")")")" >hostile.bin
safe='\x1b[31mred\x07\nnew\r\t\x7f\u{009b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{00ad}\"\\\\x1b'
run reload-dump hostile.bin
ok "text: a PEER-NAME is escaped" grep -qxF "    PEER-NAME          \"$safe\"" <(sed -E 's/^(    PEER-NAME) +/\1          /' "$output")
is "$(grep -cF "\"$safe\"" "$output")" 4 "text: reason, KEY and APPLICATION.NAME are escaped too"
# harmless FILE: no control characters except newlines, no C1, bidi or invisible characters, as UTF-8 or as single octets
# shellcheck disable=SC2317 # called by ok
harmless()
{
    [ -s "$1" ] && ! tr -d '\n' <"$1" | grep -qP '[\x00-\x1f\x7f]' &&
        ! grep -qP '\xc2[\x80-\x9f\xad]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf' "$1" && iconv -f UTF-8 -t UTF-8 "$1"
}
ok "text: the whole output is harmless" harmless "$output"
lines=$(wc -l <"$output")
unhex "$(message 02 81 "$(attr 0001 "00000404$(text x)")$(attr 0002 "$(attr 0102 "$(text x)")$(attr 0102 "9b33316d")")$(attr 0003 "$(attr 0201 "$(text x)")")$(attr 0008 "$(attr 0403 "$(text x)")")")" >tame.bin
is "$(reload-dump tame.bin 2>/dev/null | wc -l)" "$lines" "text: a newline in a value does not start a line"
run reload-dump -f line hostile.bin
is "$(wc -l <"$output")" 1 "line: a newline in a value does not start a line"
ok "line: the whole output is harmless" harmless "$output"
ok "line: values are escaped" grep -qF "$safe" "$output"
printf '\033[31m\302\233' >"garbage"
run reload-dump garbage
ok "garbage is shown harmless" harmless "$output"
ok "the error about garbage is harmless" harmless "$errors"
name=$'n\033]0;title\007\nx\xff'
cp "$good" "$name"
for form in text line; do
    run reload-dump -f $form "$name"
    ok "$form: a file name with ESC is shown harmless" harmless "$output"
    ok "$form: a file name with ESC is escaped" grep -qF 'n\x1b]0;title\x07\nx\xff' "$output"
done
run reload-dump -f json --meta "$name"
is "$(jq -r '.meta.file | explode | map(select(. < 32)) | length' "$output")" 3 "json: a file name keeps ESC, escaped by JSON"
ok "json: a file name with ESC is written harmless" harmless "$output"
rm "$name"
printf '{"header": {"method": 1, "\\u001b[31m\\u202e": 1}}' >key.json
run reload-dump key.json
ok "the error about an unknown key with ESC is harmless" harmless "$errors"
printf '{"header": {"method": 1, "\033[31m": 1}}' >key.json
run reload-dump key.json
ok "the error about raw control characters in JSON is harmless" harmless "$errors"

# ---- colour ----

# colours: the number of coloured lines on standard input, or "no output"
colours()
{
    awk -v esc="$esc" 'index($0, esc) { n++ } END { print NR == 0 ? "no output" : n + 0 }'
}
is "$(reload-dump "$good" | colours)" 0 "output to a pipe has no colour"
is "$(reload-dump --color never "$good" | colours)" 0 "text has no colour with --color never"
is "$(reload-dump --color auto "$good" | colours)" 0 "output to a pipe has no colour with --color auto"
ok "--color always colours text" test "$(reload-dump --color always "$good" | colours)" -gt 10
ok "--color=always -f line colours a line" test "$(reload-dump --color=always -f line "$good" | colours)" = 1
ok "--color always overrides NO_COLOR" test "$(NO_COLOR=1 reload-dump --color always "$good" | colours)" -gt 10
t "--color=always with JSON is a usage error" 2 '' '~reload-dump: --color=always requires --format=text, line, ladder or annotated.*' reload-dump --color always -f json "$good"
t "colour does not change the text" 0 @<(reload-dump "$good") '' bash -c 'reload-dump --color always "$1" | sed "s/\x1b\[[0-9]*m//g"' - "$good"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    # terminal TERM [ENVIRONMENT [OPTION...]]: runs reload-dump on a terminal that script(1) creates
    terminal()
    {
        SHELL=/bin/sh script -qec "TERM=$1 ${2:-} reload-dump ${3:-} '$good'" /dev/null </dev/null
    }
    ok "output to a terminal is coloured" test "$(terminal xterm | colours)" -gt 10
    is "$(terminal xterm NO_COLOR=1 | colours)" 0 "output to a terminal has no colour with NO_COLOR"
    ok "an empty NO_COLOR is ignored" test "$(terminal xterm NO_COLOR= | colours)" -gt 10
    is "$(terminal dumb | colours)" 0 "output to a dumb terminal has no colour"
    is "$(terminal xterm '' '--color never' | colours)" 0 "output to a terminal has no colour with --color never"
    is "$(terminal xterm '' '-f json' | colours)" 0 "JSON on a terminal has no colour"
else
    skip "output to a terminal is coloured" "script(1) cannot create a terminal"
fi

# ---- attributes after the SIGNATURE (D10, D27) ----

unhex "$(message 02 01 "$(attr 0004 "")$(attr 0006 "")$(attr 0004 "")$(attr 0007 61)")" >after.bin
t "ROUTE-LOGs after the SIGNATURE are shown as unauthenticated" 0 '=  ROUTE-LOG
  SIGNATURE
  ROUTE-LOG (unauthenticated: after the SIGNATURE)
  SDP "a" (ignored: after the SIGNATURE)' '' bash -c 'reload-dump after.bin | tail -n 4 | sed "s/  *\"a/ \"a/"'
t "-f line shows ROUTE-LOGs after the SIGNATURE as unauthenticated" 0 '~1 .*: ROUTE-LOG, SIGNATURE, unauthenticated: ROUTE-LOG, SDP' '' reload-dump -f line after.bin
t "-f annotated shows ROUTE-LOGs after the SIGNATURE as unauthenticated" 0 '=1' '' bash -c 'reload-dump -f annotated after.bin | grep -c "ROUTE-LOG (0x0004), Length 0 (unauthenticated: after the SIGNATURE)$"'
unhex "$(message 02 01 "$(attr 0002 "$(attr 0105 "$(hex <"$TESTDATA/alice.crt")")")")" >pem.bin
t "PEM in a PEER-CERT is not a certificate" 0 '~ *! .*DER.*' '' bash -c 'reload-dump pem.bin | tail -n 1'
unhex "$(message 02 01 "$(attr 0004 "")")" >none.bin
t "without a SIGNATURE nothing is shown as unauthenticated" 0 '~[^(]*' '' bash -c 'reload-dump -f line none.bin; reload-dump none.bin | tail -n 1'

# ---- faults ----

head -c 100 "$TESTDATA/section-4.1.hmac.bin" >short.bin
printf 'noise' >noise
cat short.bin "$TESTDATA/section-4.1.hmac.bin" >next.bin
for form in text line annotated; do
    for kind in short.bin noise next.bin; do
        cause='truncated: |token 52454c4f is missing'
        reload-dump -f $form $kind >both 2>&1
        is "$? $(grep -cE "$cause" both)" "3 1" "$form: the fault of $kind is reported once in one file"
        is "$(reload-dump -f $form $kind 2>&1 | grep -cE "$cause")" 1 "$form: the fault of $kind is reported once in one pipe"
        t "$form: the fault of $kind is reported in both places" 3 '*' "~reload-dump: $kind: .*($cause).*" reload-dump -f $form $kind
        ok "$form: the output has it too" grep -qE "$cause" "$output"
    done
    is "$(reload-dump -f $form --max-message 10 "$TESTDATA/section-4.1.hmac.bin" 2>&1 | grep -c 'Length is 328, expected at most 10')" 1 \
        "$form: a message that is too large is reported once in one pipe"
    is "$(echo '{"header": {}}' | reload-dump -f $form 2>&1)" 'reload-dump: -: offset 0: message 1: /header/method: missing' \
        "$form: a message that cannot be written is reported"
    is "$(reload-dump -f $form --method PEER-JOIN short.bin 2>&1 | grep -c truncated)" 1 "$form: the fault of a message that is not chosen is reported"
done
is "$(reload-dump -f hex short.bin 2>&1 | grep -c truncated)" 1 "hex: the fault is reported in one pipe"

# ---- files, output and status ----

t "after a missing file, the next one is shown" 4 "@$good" '=reload-dump: missing: No such file or directory' reload-dump -f binary missing "$good"
t "an empty standard input: status 3" 3 '' '=reload-dump: -: no message in it' reload-dump
t "after an empty file, the next one is shown" 3 "@$good" '=reload-dump: /dev/null: no message in it' reload-dump -f binary /dev/null "$good"
t "status 4 overrides status 3" 4 '' '=reload-dump: /dev/null: no message in it
reload-dump: missing: No such file or directory' reload-dump /dev/null missing
t "- between two files reads standard input" 0 @three.bin '' bash -c 'cat "$1" "$1" "$1" >three.bin; exec reload-dump -f binary "$1" - "$1" <"$1"' - "$good"
t "-o FILE writes nothing on standard output" 0 '' '' reload-dump -f binary -o dir/out "$good"
same dir/out "$good" "-o FILE has the whole output"
is "$(stat -c %a dir/out)" 644 "-o FILE: the mode follows the umask 022"
(umask 027; reload-dump -f binary -o dir/out2 "$good")
is "$(stat -c %a dir/out2)" 640 "-o FILE: the mode follows the umask 027"
t "--output=FILE with an existing file succeeds" 0 '' '' reload-dump -f hex --output=dir/out "$good"
is "$(cat dir/out)" "$(hex <"$good")" "--output=FILE replaces an existing file"
t "-o FILE with a missing input fails" 4 '' '=reload-dump: missing: No such file or directory' reload-dump -o dir/new missing
t "-o FILE with an existing file and a missing input fails" 4 '' '=reload-dump: missing: No such file or directory' reload-dump -o dir/out missing
is "$(cat dir/out)" "$(hex <"$good")" "-o FILE with a missing input does not change an existing file"
ok "-o FILE with a missing input creates no file" only_files dir out out2
t "-o /dev/full fails" 4 '' '~reload-dump: /dev/full: .*No space left on device' reload-dump -o /dev/full "$good"
t "a full standard output fails" 4 '' '~reload-dump: standard output: .*No space left on device' bash -c 'exec reload-dump "$1" >/dev/full' - "$good"
t "a closed standard output fails" 4 '' '~reload-dump: standard output: .*Bad file descriptor' bash -c 'exec reload-dump "$1" >&-' - "$good"
t "-o with a directory fails" 4 '' '~reload-dump: dir: .*Is a directory' reload-dump -o dir "$good"
t "-o in a missing directory fails" 4 '' '~reload-dump: none/out: .*No such file or directory' reload-dump -o none/out "$good"
(echo before; reload-dump -f line -o /dev/stdout "$good"; echo after) >log
is "$(cat log)" "before
$(reload-dump -f line "$good")
after" "-o /dev/stdout continues at standard output's position"
t "-o writes to a pipe" 0 "@$good" '' bash -c 'mkfifo fifo; timeout 60 cat fifo & reload-dump -f binary -o fifo "$1"; wait' - "$good"
(ulimit -f 1; trap '' XFSZ; reload-dump -f json -o dir/limited "$TESTDATA/section-4.1.hmac.bin" all.bin all.bin all.bin) >said 2>&1
is "$? $(cat said)" "4 reload-dump: dir/limited: cannot be written: File too large" "-o reports a file that exceeds the size limit"
ok "-o leaves no file that exceeds the size limit, nor a part of it" only_files dir out out2
# --certs: of 1,000 values of four octets and three near certificates, only the certificate itself is written
der=$(openssl x509 -in "$TESTDATA/alice.crt" -outform DER | xxd -p | tr -d '\n')
values=("$der" "$der" "${der}00" "${der%??}" "$(xxd -p "$TESTDATA/alice.crt" | tr -d '\n')" "")
for ((i = 0; i < 1000; i++)); do
    values+=("$(printf '%08x' $((0x30820000 + i)))")
done
for value in "${values[@]}"; do
    printf '{"type": "RESOURCE-INFO.BODY", "value": [{"type": "RESOURCE-INFO.BODY.CERTIFICATE", "hex": "%s"}]}, ' "$value"
done >bodies
printf '{"header": {"method": "PEER-SEARCH"}, "attributes": [{"type": "SOURCE-INFO", "value": [{"type": "PEER-CERT", "hex": "30820000"}]},
    {"type": "RESOURCE", "value": [%s]}]}' "$(sed 's/, $//' bodies)" >certs.json
t "--certs with octets that are not a certificate" 0 '*' '' reload-dump -f line --certs found certs.json
is "$(cd found && for f in *; do printf '%s ' "$f"; xxd -p "$f" | tr -d '\n'; echo; done)" \
    "$(xxd -r -p <<<"$der" | sha1sum | cut -d' ' -f1).der $der" "--certs writes certificates only, each once"
mkdir sig
mkfifo slow
reload-dump --certs sig/certs -o sig/out slow 2>/dev/null &
pid=$!
exec 9<>slow # opening for reading and writing never blocks
cat "$TESTDATA/route-log.certs.bin" >&9
for ((i = 0; i < 1000; i++)); do
    [ -z "$(find sig -name '*.der')" ] || break
    sleep 0.01
done
kill -TERM "$pid"
wait "$pid"
exec 9>&-
is "$(ls sig)" certs "a call ended by a signal leaves no temporary file, even after writing a certificate"
t "--quiet still prints errors" 3 '*' '~reload-dump: -: offset 0: message 1: .*' bash -c 'printf x | reload-dump --quiet'
done_testing
