#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-sign under HMAC and NONE: each option, completion (D29), signing again (D30) and refusals (D32).
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
export TESTDATA
mkdir dir
S=(reload-sign --secret secret)
carol=4823affe45000000000000000000000000000000

# ---- help and mistakes ----

t "--help prints on standard output" 0 '~Usage: reload-sign .*' '' reload-sign --help
for option in -f,\ --format=FORM -i,\ --input=FORM -o,\ --output=FILE -q,\ --quiet -s,\ --secret=FILE --none --timestamp -t,\ --time=TIME --transaction-id=HEX \
    --peer-id=HEX --sign-source-info --sign-bodies --resign-bodies --keep-security --force --strip --append-route-log=JSON --example=METHOD --pretty -h,\ --help -V,\ --version; do
    ok "--help lists $option" grep -qE -- "^ +$option( |\$)" "$output"
done
t "--version" 0 '~reload-sign \(libreload\) [0-9.]+' '' reload-sign --version
usage()
{
    t "usage: $1" 2 '' "~reload-sign: $2"$'\n'"Try 'reload-sign --help'\\." reload-sign "${@:3}"
}
good=$TESTDATA/tunnelled.json
usage "neither an algorithm nor another task" '.*--secret.*' "$good"
usage "--secret with --none" '.*--secret, --key and --none.*' --secret secret --none "$good"
usage "--strip with --secret" '.*--strip.*' --secret secret --strip "$good"
usage "--strip with --none" '.*--strip.*' --none --strip "$good"
usage "an unknown option" '.*--frobnicate.*' --frobnicate
usage "an unknown short option" '.*-x.*' -x
usage "--password, which does not exist" '.*--password.*' --password x
usage "--secret without FILE" '.*--secret.*' --secret
usage "-f pcap" '.*"pcap".*binary.*|.*"pcap".*json.*' --none -f pcap "$good"
usage "-f text" '.*"text".*' --none -f text "$good"
usage "-i xml" '.*"xml".*' --none -i xml "$good"
for id in 386d157b0000000 386d157b000000000 386d157b0000000g "" 0x386d157b000000; do
    usage "--transaction-id '$id'" '--transaction-id: .*16 hex digits' --secret secret --transaction-id "$id" "$good"
done
usage "--peer-id of 4 digits" '--peer-id: .*40 hex digits' --secret secret --peer-id 4823 "$good"
usage "--example of an unknown method" '--example: .*' --example FROBNICATE
usage "--example of a method without one" '--example: .*' --example 63
for time in 2007-02-29 2007-02-29T12:00:00Z 2007-07-08T24:00:00Z 2007-07-08T12:60:00Z 2007-07-08T12:00:00 2007-7-8T12:00:00Z 2007-07-08T12:00:00+24:00 \
    2007-07-08T12:00:00+0100 2007-13-01T00:00:00Z 2007-00-01T00:00:00Z 2007-04-31T00:00:00Z 1900-02-29T00:00:00Z 2007-07-8 2007-07-08T12:00Z 2007-07-08T12:00:00.Z \
    2007-07-08T12:00:00ZZ 07-07-08T12:00:00Z -1 +1 1e9 "" Now now+5 now+5x now+ "now +5m" 2007-02-30 2007-07-08-5 " 1" 1183896000s 99999999999999999999 2007-07-08T12:00:61Z; do
    usage "--time '$time'" "--time: \"$(printf '%s' "$time" | sed 's/[+.]/\\&/g')\" is not a time: .*" --secret secret --time "$time" "$good"
done
for time in 4294967296 1969-12-31T23:59:59Z 2106-02-07T06:28:16Z; do
    usage "--time $time, beyond 32 bits" '--time: .*32 bits' --secret secret --timestamp --time "$time" "$good"
done
ok "usage errors leave no file" only_files . run secret dir

# ---- times ----

# stamp TIME SECONDS: --time TIME gives this TIMESTAMP
stamp()
{
    t "--time $1 gives TIMESTAMP $2" 0 "=$2" '' bash -c '
        reload-sign --secret secret --timestamp --time "$1" -f json "$TESTDATA/tunnelled.json" |
            jq ".attributes[-1].value[] | select(.type == \"TIMESTAMP\").value"' - "$1"
}
stamp 0 0
stamp 1183896000 1183896000
stamp 4294967295 4294967295
stamp 1970-01-01T00:00:00Z 0
stamp 2007-07-08T12:00:00Z 1183896000
stamp 2007-07-08t12:00:00z 1183896000
stamp 2007-07-08T12:00:00.999Z 1183896000
stamp 2007-07-08T12:00:00-00:00 1183896000
stamp 2007-07-08T14:30:00+02:30 1183896000
stamp 2007-07-07T23:30:00-12:30 1183896000
stamp 2008-02-29T00:00:00Z 1204243200
stamp 2000-02-29T00:00:00Z 951782400
stamp 2005-12-31T23:59:60Z 1136073600
stamp 2106-02-07T06:28:15Z 4294967295
stamp 2007-07-08 1183852800
stamp 2007-07-08+12h 1183896000
stamp 1183896300-5m 1183896000
stamp 2007-07-08T14:00:00+02:00+1w 1184500800
stamp 2006-07-08T12:00:00Z+1y 1183896000
stamp 2106-02-08-1d 4294944000

# ---- completion (D29) ----

# signed DESCRIPTION FILTER EXPECTED OPTION... [FILE]: jq's result of FILTER for the signed message; $warning: the expected warning
signed()
{
    local description=$1 filter=$2 expected=$3
    shift 3
    run reload-sign -f json "$@"
    if [ "$status" = 0 ] && holds "$errors" "${warning:-}"; then
        is "$(jq -c "$filter" "$output" 2>&1)" "$expected" "$description"
    else
        fail "$description" "status $status" "$(cat "$errors")"
    fi
}
types='[.attributes[].type]'
signed "Security is set" .header.security '"HMAC"' --secret secret "$good"
signed "Security is set under NONE" .header.security '"NONE"' --none "$good"
signed "--keep-security keeps a PEER-JOIN request's Security of 0" .header.security 0 --secret secret --keep-security "$good"
signed "--keep-security does not keep another request's Security of 0" .header.security '"HMAC"' --secret secret --keep-security "$TESTDATA/section-4.1.json"
jq '.header.response = true' "$good" >join-response.json
signed "--keep-security does not keep a PEER-JOIN response's Security of 0" .header.security '"HMAC"' --secret secret --keep-security join-response.json
signed "nothing is signed under NONE" "$types" '["SOURCE-INFO"]' --none "$good"
t "completing again under NONE changes nothing" 0 '=1' '' bash -c 'reload-sign --none "$TESTDATA/section-4.1.json" >none.bin; reload-sign --none none.bin | cmp - none.bin && echo 1'
signed "no TIMESTAMP without --timestamp (D4)" '[.attributes[-1].value[].type]' '["DIGEST"]' --secret secret --time 1 "$good"
signed "TIMESTAMP before DIGEST (D9)" '[.attributes[-1].value[] | .type, .value]' '["TIMESTAMP",1,"DIGEST",null]' --secret secret --timestamp --time 1 "$good"
signed "a missing Transaction ID is set" .header.transaction_id '"386d157b00000001"' --secret secret --transaction-id 386D157B00000001 "$good"
jq '.header.transaction_id = "0000000000000001"' "$good" >with-id.json
signed "an existing Transaction ID is kept" .header.transaction_id '"0000000000000001"' --secret secret --transaction-id 386d157b00000001 with-id.json
jq '.header.transaction_id = "0000000000000000"' "$good" >zero-id.json
signed "a Transaction ID of zeros is replaced" .header.transaction_id '"386d157b00000001"' --secret secret --transaction-id 386d157b00000001 zero-id.json
signed "a Transaction ID of zeros is replaced under NONE" .header.transaction_id '"386d157b00000001"' --none --transaction-id 386d157b00000001 zero-id.json
signed "a response keeps a Transaction ID of zeros" .header.transaction_id '"0000000000000000"' --secret secret --transaction-id 386d157b00000001 join-response.json
first=$("${S[@]}" -f json "$good" | jq -r .header.transaction_id)
second=$("${S[@]}" -f json "$good" | jq -r .header.transaction_id)
ok "without --transaction-id, a Transaction ID is random" test "$first" != "$second" -a "$first" != 0000000000000000 -a "${#second}" = 16
is "$("${S[@]}" -f json "$good" "$good" "$good" | jq -r .header.transaction_id | sort -u | wc -l)" 3 "each message of a run gets its own Transaction ID"

jq 'del(.attributes[0].value[0])' "$good" >no-peer-id.json
jq 'del(.attributes[0])' "$good" >no-info.json
signed "a SOURCE-INFO without PEER-ID gets the Source ID" '.attributes[0]' \
    '{"type":"SOURCE-INFO","value":[{"type":"PEER-ID","value":"463ac413c4000000000000000000000000000000"}]}' --secret secret no-peer-id.json
jq '.attributes[0].value = [{type: "PEER-NAME", value: "a"}, {type: "PEER-EXPIRATION", value: 1}]' "$good" >named.json
signed "an added PEER-ID is SOURCE-INFO's first member" '[.attributes[0].value[].type]' '["PEER-ID","PEER-NAME","PEER-EXPIRATION"]' --secret secret named.json
signed "a request's added PEER-ID is its Source ID, even with --peer-id" '.attributes[0].value[0].value' "\"$alice\"" --secret secret --peer-id "$carol" no-peer-id.json
signed "no SOURCE-INFO is added to a request" "$types" '["SIGNATURE"]' --secret secret no-info.json
signed "a response's SOURCE-INFO is added after the RESPONSE-CODE" "$types" '["RESPONSE-CODE","SOURCE-INFO","REDIRECT","SIGNATURE"]' --secret secret --peer-id "$carol" \
    "$TESTDATA/response.json"
signed "a response's added PEER-ID is --peer-id" '.attributes[1].value[0].value' "\"$carol\"" --secret secret --peer-id "$carol" "$TESTDATA/response.json"
jq 'del(.attributes[0])' "$TESTDATA/response.json" >no-code.json
signed "without RESPONSE-CODE, a response's SOURCE-INFO is added first" "$types" '["SOURCE-INFO","REDIRECT","SIGNATURE"]' --secret secret --peer-id "$carol" no-code.json
signed "a response's SOURCE-INFO is added under NONE" "$types" '["SOURCE-INFO","REDIRECT"]' --none --peer-id "$carol" no-code.json
t "a response without a PEER-ID is refused" 4 '' '~reload-sign: -: offset 0: message 1: refused: .*PEER-ID.*' "${S[@]}" -o dir/out <"$TESTDATA/response.json"
ok "a refused response leaves no file" only_files dir
"${S[@]}" "$good" >good.bin
t "after a refused message, the next one is signed" 4 @good.bin '~reload-sign: .*/response\.json: offset 0: message 1: refused: .*' "${S[@]}" "$TESTDATA/response.json" good.bin
t "a message with Security HMAC is refused under NONE" 4 '' '~reload-sign: good\.bin: offset 0: message 1: refused: .*HMAC.*NONE.*' reload-sign --none good.bin
jq '.header.security = "CERTS"' "$good" >certs.json
t "a message with Security CERTS is refused under HMAC" 4 '' '~reload-sign: certs\.json: offset 0: message 1: refused: .*CERTS.*HMAC.*' "${S[@]}" certs.json
signed "a message with Security CERTS is signed under HMAC with --force" '[.header.security, .attributes[-1].type]' '["CERTS","SIGNATURE"]' --secret secret --force certs.json

# ---- signatures and their places (D30) ----

bodies='[.attributes[] | select(.type == "RESOURCE") | .value[] | select(.type == "RESOURCE-INFO.BODY") | .value[-1].type]'
put=$TESTDATA/section-4.1.json
both='["RESOURCE-INFO.BODY.SIGNATURE","RESOURCE-INFO.BODY.SIGNATURE"]'
neither='["RESOURCE-INFO.BODY.PEER-INFO","RESOURCE-INFO.BODY.PARAMETER"]'
signed "BODYs of a RESOURCE-PUT request are signed" "$bodies" "$both" --secret secret "$put"
signed "BODYs are not signed under NONE" "$bodies" "$neither" --none "$put"
jq '.header.method = "RESOURCE-TRANSFER"' "$put" >transfer.json
unsigned='~reload-sign: .*: warning: a BODY has no signature, .*--sign-bodies'
after='~reload-sign: .*: warning: attributes after the SIGNATURE are not signed .*--strip .*'
warning=$unsigned signed "BODYs of a RESOURCE-TRANSFER are not signed" "$bodies" "$neither" --secret secret transfer.json
signed "BODYs of a RESOURCE-TRANSFER are signed with --sign-bodies" "$bodies" "$both" --secret secret --sign-bodies transfer.json
jq '.header.response = true' "$put" >put-response.json
warning=$unsigned signed "BODYs of a RESOURCE-PUT response are not signed" "$bodies" "$neither" --secret secret put-response.json
signed "BODYs of a RESOURCE-PUT response are signed with --sign-bodies" "$bodies" "$both" --secret secret --sign-bodies put-response.json
jq '.attributes[1].value += [{type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-CERTIFICATE", hex: "30"}]}]' "$put" >with-cert.json
signed "a certificate BODY is never signed (D12)" "$bodies" '["RESOURCE-INFO.BODY.SIGNATURE","RESOURCE-INFO.BODY.SIGNATURE","RESOURCE-INFO.BODY.CERTIFICATE"]' \
    --secret secret --sign-bodies --resign-bodies with-cert.json

printf 'another secret\n' >other
chmod 600 other
reload-sign --secret other --timestamp --time 5 "$put" >others.bin
digests='[.. | objects | select(.type == "DIGEST") | .hex]'
their=$(reload-dump -f json others.bin | jq -c "$digests")
ours=$("${S[@]}" -f json others.bin | jq -c "$digests")
is "$(jq -c '.[0:2]' <<<"$ours")" "$(jq -c '.[0:2]' <<<"$their")" "a signed BODY is kept when a message is signed again"
differ "$(jq '.[2]' <<<"$ours")" "$(jq '.[2]' <<<"$their")" "the SIGNATURE is replaced when a message is signed again"
signed "signed BODYs keep their TIMESTAMPs" '[.. | objects | select(.type == "TIMESTAMP") | .value]' '[5,5]' --secret secret --time 9 others.bin
signed "BODYs have new TIMESTAMPs with --resign-bodies" '[.. | objects | select(.type == "TIMESTAMP") | .value]' '[9,9,9]' --secret secret --time 9 --timestamp --resign-bodies others.bin
t "BODYs signed again are valid with the new secret" 0 '~-: offset 0: message 1: RESOURCE-PUT request: valid' '' bash -c \
    'reload-sign --secret secret --resign-bodies others.bin | reload-verify --secret secret'
t "BODYs kept from another secret are bad digests" 1 '~-: offset 0: message 1: RESOURCE-PUT request: invalid: bad-digest \(431\): .*/attributes/1/value/1/.*' '' bash -c \
    'reload-sign --secret secret others.bin | reload-verify --secret secret'
signed "--sign-source-info adds a PEER-SIGNATURE" '[.attributes[0].value[].type]' '["PEER-ID","PEER-SIGNATURE"]' --secret secret --sign-source-info "$good"
signed "--sign-source-info replaces an existing PEER-SIGNATURE" '[.attributes[0].value[].type]' '["PEER-ID","PEER-SIGNATURE"]' --secret secret --sign-source-info <("${S[@]}" --sign-source-info "$good")
usage "--sign-source-info under NONE" "--sign-source-info requires --secret or --cert" --none --sign-source-info "$good"
signed "a new SIGNATURE is added before the ROUTE-LOGs at the end" "$types" '["SOURCE-INFO","SIGNATURE","ROUTE-LOG"]' --secret secret "$TESTDATA/route-log.json"
jq '.attributes |= [.[1], .[0], .[1], .[1]]' "$TESTDATA/route-log.json" >logs.json
signed "a new SIGNATURE is added after ROUTE-LOGs that are not at the end" "$types" '["ROUTE-LOG","SOURCE-INFO","SIGNATURE","ROUTE-LOG","ROUTE-LOG"]' --secret secret logs.json
"${S[@]}" -f json "$TESTDATA/route-log.json" | jq -c '.attributes += [{type: "SDP", value: "follow", padding: "0102"}]' >after.json
warning=$after signed "an existing SIGNATURE is replaced in its place" "$types" '["SOURCE-INFO","SIGNATURE","ROUTE-LOG","SDP"]' --secret secret after.json
warning=$after signed "attributes after an existing SIGNATURE are kept octet for octet" '.attributes[3]' '{"type":"SDP","value":"follow","padding":"0102","ignored":true}' --secret secret after.json
jq '.attributes |= [{type: "SIGNATURE", value: []}] + .' "$good" >early.json
warning=$after signed "a SOURCE-INFO after the SIGNATURE is not changed" "$types" '["SIGNATURE","SOURCE-INFO"]' --secret secret early.json
for name in section-4.1 tunnelled tunnel unknown route-log; do
    t "signing $name.hmac.bin again changes nothing" 0 "@$TESTDATA/$name.hmac.bin" '' bash -c \
        'reload-sign --secret secret $(case $1 in section-4.1 | route-log) echo --timestamp ;; esac) --time 946702799 "$TESTDATA/$1.hmac.bin"' - "$name"
done

# ---- malformed messages ----

unhex "$(message 00 01 "$(attr 0002 "$(attr 0101 "463a")")")" >malformed.bin
t "a malformed message is not signed" 3 '' '~reload-sign: malformed\.bin: offset 72: message 1: PEER-ID.*' "${S[@]}" -o dir/out malformed.bin
ok "a malformed message leaves no file" only_files dir
signed "a malformed message is signed with --force" '[.attributes[-1].type, .attributes[0].value[0].hex]' '["SIGNATURE","463a"]' --secret secret --force malformed.bin
unhex "$(message 00 01 "$(attr 0002 "0101ffff")")" >inner.bin
signed "a container with malformed members is signed with --force" '[.attributes[-1].type, .attributes[0].hex]' '["SIGNATURE","0101ffff"]' --secret secret --force inner.bin
unhex "$(message 00 01 "$(attr 0002 "")0002ffff")" >outer.bin
t "a message with malformed top-level framing is not signed with --force" 3 '' '~reload-sign: outer\.bin: offset 72: message 1: .*Length runs past.*' "${S[@]}" --force -o dir/out outer.bin
ok "a message with malformed top-level framing leaves no file" only_files dir

# ---- --strip ----

for name in section-4.1 tunnelled tunnel unknown; do
    reload-sign --none "$TESTDATA/$name.json" --transaction-id 386d157b00000000 -f json | jq -c '.attributes, .header.method' >plain
    t "--strip of $name gives the unsigned message" 0 @plain '' bash -c 'reload-sign --strip -f json "$1" | jq -c ".attributes, .header.method"' - "$TESTDATA/$name.hmac.bin"
done
t "--strip removes all three kinds of signatures" 0 '=0' '' bash -c \
    'reload-sign --secret secret --sign-source-info "$TESTDATA/section-4.1.json" | reload-sign --strip -f json | jq "[.. | objects | select(.type? // \"\" | test(\"SIGNATURE\"))] | length"'
t "--strip does not change the header" 0 '="HMAC"' '' bash -c 'reload-sign --strip -f json "$TESTDATA/tunnelled.hmac.bin" | jq .header.security'

# ---- --append-route-log ----

hop=$(cat "$TESTDATA/hop-2.json")
log=$(attr 0004 "$(attr 0401 0038)$(attr 0402 "$(attr 0101 "$carol")$(attr 0103 000213c520010db8000000000000000000000001)")")
message=$(hex <"$TESTDATA/tunnelled.hmac.bin")
unhex "$(patch 13 "$(printf '%06x' $((56 + ${#log} / 2)))" "$message")$log" >hopped.bin
t "--append-route-log with members appends a ROUTE-LOG" 0 @hopped.bin '' reload-sign --append-route-log "$hop" "$TESTDATA/tunnelled.hmac.bin"
t "--append-route-log with the attribute appends a ROUTE-LOG" 0 @hopped.bin '' reload-sign --append-route-log "{\"type\": \"ROUTE-LOG\", \"value\": $hop}" "$TESTDATA/tunnelled.hmac.bin"
signed "--append-route-log appends a ROUTE-LOG after the new SIGNATURE" "$types" '["SOURCE-INFO","SIGNATURE","ROUTE-LOG"]' --secret secret --append-route-log "$hop" "$good"
signed "--append-route-log appends a ROUTE-LOG to a stripped message" "$types" '["SOURCE-INFO","ROUTE-LOG"]' --strip --append-route-log "$hop" "$TESTDATA/tunnelled.hmac.bin"
signed "--append-route-log '[]' appends an empty ROUTE-LOG" '.attributes[-1]' '{"type":"ROUTE-LOG","value":[]}' --append-route-log '[]' "$good"
for json in '' '[' '{}' '[{"type": "ROUTE-LOG.TRANSPORT", "value": 65536}]' '{"type": "SDP", "value": "a"}' '[1]' 'x' '[{"type": "ROUTE-LOG.TRANSPORT", "vlaue": 1}]' '[] []'; do
    t "--append-route-log '$json' is refused" 2 '' $'~reload-sign: --append-route-log: .*\nTry .*' reload-sign --append-route-log "$json" -o dir/out "$good"
done
ok "refused ROUTE-LOGs leave no file" only_files dir

# ---- --example ----

for method in PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER TRANSPORT-OPEN TRANSPORT-TUNNEL; do
    t "--example $method prints an example" 0 '*' '' reload-sign --example "$method"
    cp "$output" example.json
    is "$(jq -r '.header.method' example.json)" "$method" "--example $method has this method"
    t "--example $method can be signed and verified" 0 "=-: offset 0: message 1: $method request: valid" '' bash -c \
        'reload-sign --secret secret --sign-bodies example.json | reload-verify --secret secret --overlay chat'
done
t "--example accepts a number" 0 @<(reload-sign --example RESOURCE-PUT) '' reload-sign --example 17
t "--example -o FILE prints nothing" 0 '' '' reload-sign --example PEER-JOIN -o example.out
t "--example -o FILE writes the example to FILE" 0 @example.out '' reload-sign --example PEER-JOIN

# ---- forms ----

signed "-f json prints the message as JSON" '[keys_unsorted, .header.security]' '[["header","attributes"],"HMAC"]' --secret secret "$good"
t "-f json prints one line" 0 =1 '' bash -c 'reload-sign --secret secret -f json "$TESTDATA/tunnelled.json" | wc -l'
t "--pretty indents JSON" 0 '~\{'$'\n''  "header": \{'$'\n''    "ttl": 32,.*' '' "${S[@]}" -f json --pretty "$good"
t "-f hex prints hex" 0 "=$message" '' "${S[@]}" -f hex "$TESTDATA/tunnelled.hmac.bin"
t "--format=hex prints hex" 0 "=$message" '' "${S[@]}" --format=hex "$TESTDATA/tunnelled.hmac.bin"
t "-f binary is the default" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" -f binary "$TESTDATA/tunnelled.hmac.bin"
printf '%s' "$message" >one.hex
for form in binary json hex; do
    case $form in
    binary) input=$TESTDATA/tunnelled.hmac.bin ;;
    json) input=$TESTDATA/tunnelled.hmac.json ;;
    hex) input=one.hex ;;
    esac
    t "-i $form reads $form" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" -i "$form" "$input"
    t "$form is detected without -i" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" "$input"
done
cat "$TESTDATA/tunnelled.hmac.bin" "$TESTDATA/tunnelled.hmac.bin" "$TESTDATA/tunnelled.hmac.bin" >three.bin
t "several files and - may have different forms" 0 @three.bin '' "${S[@]}" "$TESTDATA/tunnelled.hmac.bin" - one.hex <"$TESTDATA/tunnelled.hmac.json"
t "standard input is the default" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" <"$TESTDATA/tunnelled.hmac.bin"

# ---- output ----

t "-o FILE prints nothing" 0 '' '' "${S[@]}" -o dir/out "$TESTDATA/tunnelled.hmac.bin"
same dir/out "$TESTDATA/tunnelled.hmac.bin" "-o FILE has the whole output"
is "$(stat -c %a dir/out)" 644 "-o FILE: the mode follows the umask"
t "-o - prints on standard output" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" -o - "$TESTDATA/tunnelled.hmac.bin"
t "-o with the input file is refused" 4 '' '~reload-sign: dir/out: in use as .*' "${S[@]}" --append-route-log "$hop" -o dir/out dir/out
same dir/out "$TESTDATA/tunnelled.hmac.bin" "-o does not change the input file"
t "-o with an existing file and malformed input fails" 3 '' '*' "${S[@]}" -o dir/out malformed.bin
same dir/out "$TESTDATA/tunnelled.hmac.bin" "-o does not change an existing file after a failure"
ok "-o leaves no other file after a failure" only_files dir out
rm dir/out
t "-o /dev/full fails" 4 '' '~reload-sign: /dev/full: .*No space left on device' "${S[@]}" -o /dev/full "$good"
t "a full standard output fails" 4 '' '~reload-sign: standard output: .*No space left on device' bash -c 'exec reload-sign --secret secret "$1" >/dev/full' - "$good"
t "--example fails with a full standard output" 4 '' '~reload-sign: standard output: .*No space left on device' bash -c 'exec reload-sign --example PEER-JOIN >/dev/full'
t "-o with a directory fails" 4 '' '~reload-sign: dir: .*Is a directory' "${S[@]}" -o dir "$good"
t "-o in a missing directory fails" 4 '' '~reload-sign: none/out: .*No such file or directory' "${S[@]}" -o none/out "$good"
ln -s target dir/link
echo old >dir/target
t "-o with a symbolic link succeeds" 0 '' '' "${S[@]}" -o dir/link "$TESTDATA/tunnelled.hmac.bin"
same dir/target "$TESTDATA/tunnelled.hmac.bin" "-o writes to a symbolic link's target"
ok "-o does not replace a symbolic link" test -L dir/link
rm dir/link dir/target
t "-o removes its temporary file when killed" 0 '' '' bash -c '
    mkfifo dir/in
    reload-sign --secret secret -o dir/out dir/in & pid=$!
    exec 8<>dir/in
    cat "$TESTDATA/tunnelled.hmac.bin" >&8
    for i in {1..500}; do
        files=(dir/.reload-*)
        [ ! -e "${files[0]}" ] || break
        sleep 0.02
    done
    [ -e "${files[0]}" ] || echo "no temporary file"
    kill -TERM $pid
    wait $pid
    [ $? = 143 ] && rm dir/in'
ok "-o leaves no file when killed" only_files dir

# ---- secrets ----

install -m 644 secret readable
t "a secret that others can read causes a warning" 0 "@$TESTDATA/tunnelled.hmac.bin" '~reload-sign: readable: warning: .*' \
    reload-sign --secret readable "$TESTDATA/tunnelled.hmac.bin"
t "a secret that others can read causes no warning with --quiet" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign --quiet --secret readable "$TESTDATA/tunnelled.hmac.bin"
t "a secret that others can read causes no warning with -q" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign -q --secret readable "$TESTDATA/tunnelled.hmac.bin"
t "--quiet still prints errors" 4 '' '=reload-sign: missing: No such file or directory' reload-sign -q --secret secret missing
chmod 640 readable
t "a secret that the group can read causes a warning" 0 "@$TESTDATA/tunnelled.hmac.bin" '~reload-sign: readable: warning: .*' \
    reload-sign --secret readable "$TESTDATA/tunnelled.hmac.bin"
cp secret mine
t "-o with the secret file is refused" 4 '' '=reload-sign: mine: in use as an input, key, certificate or state file; an output cannot replace it' reload-sign --secret mine -o mine "$good"
ok "-o does not change the secret file" cmp -s mine secret
echo old >shared
chmod 640 shared
t "-o with a file of mode 0640 succeeds" 0 '' '' reload-sign --secret secret -o shared "$good"
is "$(stat -c %a shared)" 640 "-o keeps an existing file's mode"
t "a secret from /dev/fd/N is read" 0 "@$TESTDATA/tunnelled.hmac.bin" '' bash -c 'exec reload-sign --secret /dev/fd/5 "$TESTDATA/tunnelled.hmac.bin" 5< <(cat secret)'
t "a secret from a process substitution is read" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign --secret <(cat secret) "$TESTDATA/tunnelled.hmac.bin"
t "a secret from /dev/stdin is read" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign --secret /dev/stdin "$TESTDATA/tunnelled.hmac.bin" < <(cat secret)
run "${S[@]}" "$good"
is "$status $(cat "$errors")" "0 " "signing prints no errors"
lacks "$output" 'for tests only' "the output does not contain the secret"
done_testing
