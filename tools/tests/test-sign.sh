#!/bin/bash
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c
# reload-sign: each option, D29, D30 and D32 as far as HMAC and NONE go.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
export TESTDATA
mkdir dir
S=(reload-sign --secret secret)
carol=4823affe45000000000000000000000000000000

# ---- help and mistakes ----

t "--help is on standard output" 0 '~Usage: reload-sign .*' '' reload-sign --help
for option in -f,\ --format=FORM -i,\ --input=FORM -o,\ --output=FILE -q,\ --quiet --secret=FILE --none --timestamp --time=TIME --transaction-id=HEX \
    --peer-id=HEX --sign-source-info --sign-bodies --resign-bodies --keep-security --force --strip --append-route-log=JSON --example=METHOD --pretty --help --version; do
    ok "--help tells of $option" grep -qE -- "^ +$option( |\$)" "$output"
done
t "--version" 0 '~reload-sign \(libreload\) [0-9.]+' '' reload-sign --version
usage()
{
    t "usage: $1" 2 '' "~reload-sign: $2"$'\n'"Try 'reload-sign --help'\\." reload-sign "${@:3}"
}
good=$TESTDATA/tunnelled.json
usage "nothing to do" '.*--secret.*' "$good"
usage "--secret, --key and --none" '.*--secret, --key and --none.*' --secret secret --none "$good"
usage "--strip and --secret" '.*--strip.*' --secret secret --strip "$good"
usage "--strip and --none" '.*--strip.*' --none --strip "$good"
usage "an unknown option" '.*--frobnicate.*' --frobnicate
usage "an unknown short option" '.*-x.*' -x
usage "a secret on the command line has no option" '.*--password.*' --password x
usage "--secret without FILE" '.*--secret.*' --secret
usage "-f pcap" '.*"pcap".*binary.*|.*"pcap".*json.*' --none -f pcap "$good"
usage "-f text" '.*"text".*' --none -f text "$good"
usage "-i xml" '.*"xml".*' --none -i xml "$good"
for id in 386d157b0000000 386d157b000000000 386d157b0000000g "" 0x386d157b000000; do
    usage "--transaction-id '$id'" '--transaction-id: .*16 hex digits' --secret secret --transaction-id "$id" "$good"
done
usage "--peer-id" '--peer-id: .*40 hex digits' --secret secret --peer-id 4823 "$good"
usage "--example of nothing" '--example: .*' --example FROBNICATE
usage "--example of a method without one" '--example: .*' --example 63
for time in 2007-02-29 2007-02-29T12:00:00Z 2007-07-08T24:00:00Z 2007-07-08T12:60:00Z 2007-07-08T12:00:00 2007-7-8T12:00:00Z 2007-07-08T12:00:00+24:00 \
    2007-07-08T12:00:00+0100 2007-13-01T00:00:00Z 2007-00-01T00:00:00Z 2007-04-31T00:00:00Z 1900-02-29T00:00:00Z 2007-07-08 2007-07-08T12:00Z 2007-07-08T12:00:00.Z \
    2007-07-08T12:00:00ZZ 07-07-08T12:00:00Z -1 +1 1e9 "" now " 1" 1183896000s 99999999999999999999 2007-07-08T12:00:61Z; do
    usage "--time '$time'" "--time: \"$(printf '%s' "$time" | sed 's/[+.]/\\&/g')\" is neither .*" --secret secret --time "$time" "$good"
done
for time in 4294967296 1969-12-31T23:59:59Z 2106-02-07T06:28:16Z; do
    usage "--time $time, beyond 32 bits" '--time: .*32 bits' --secret secret --timestamp --time "$time" "$good"
done
ok "no files came of that" only_files . run secret dir

# ---- times that are right ----

# stamp TIME SECONDS
stamp()
{
    t "--time $1" 0 "=$2" '' bash -c '
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

# ---- completion (D29) ----

# signed DESCRIPTION FILTER WANTED OPTION... [FILE]: what jq's FILTER finds in the signed message.
signed()
{
    local description=$1 filter=$2 wanted=$3
    shift 3
    run reload-sign -f json "$@"
    if [ "$status" = 0 ] && holds "$errors" "${warning:-}"; then
        is "$(jq -c "$filter" "$output" 2>&1)" "$wanted" "$description"
    else
        fail "$description" "status $status" "$(cat "$errors")"
    fi
}
types='[.attributes[].type]'
signed "Security is set" .header.security '"HMAC"' --secret secret "$good"
signed "Security is set under NONE" .header.security '"NONE"' --none "$good"
signed "a PEER-JOIN request's is left open where asked for" .header.security 0 --secret secret --keep-security "$good"
signed "others' are not" .header.security '"HMAC"' --secret secret --keep-security "$TESTDATA/section-4.1.json"
jq '.header.response = true' "$good" >join-response.json
signed "nor a PEER-JOIN response's" .header.security '"HMAC"' --secret secret --keep-security join-response.json
signed "nothing is signed under NONE" "$types" '["SOURCE-INFO"]' --none "$good"
t "nor completed twice" 0 '=1' '' bash -c 'reload-sign --none "$TESTDATA/section-4.1.json" >none.bin; reload-sign --none none.bin | cmp - none.bin && echo 1'
signed "no TIMESTAMP unless asked for (D4)" '[.attributes[-1].value[].type]' '["DIGEST"]' --secret secret --time 1 "$good"
signed "TIMESTAMP before DIGEST (D9)" '[.attributes[-1].value[] | .type, .value]' '["TIMESTAMP",1,"DIGEST",null]' --secret secret --timestamp --time 1 "$good"
signed "a Transaction ID where there is none" .header.transaction_id '"386d157b00000001"' --secret secret --transaction-id 386D157B00000001 "$good"
jq '.header.transaction_id = "0000000000000001"' "$good" >with-id.json
signed "one that is there is kept" .header.transaction_id '"0000000000000001"' --secret secret --transaction-id 386d157b00000001 with-id.json
jq '.header.transaction_id = "0000000000000000"' "$good" >zero-id.json
signed "an all zero one is not" .header.transaction_id '"386d157b00000001"' --secret secret --transaction-id 386d157b00000001 zero-id.json
signed "under NONE too" .header.transaction_id '"386d157b00000001"' --none --transaction-id 386d157b00000001 zero-id.json
signed "a response keeps its own" .header.transaction_id '"0000000000000000"' --secret secret --transaction-id 386d157b00000001 join-response.json
first=$("${S[@]}" -f json "$good" | jq -r .header.transaction_id)
second=$("${S[@]}" -f json "$good" | jq -r .header.transaction_id)
ok "else a random one" test "$first" != "$second" -a "$first" != 0000000000000000 -a "${#second}" = 16
is "$("${S[@]}" -f json "$good" "$good" "$good" | jq -r .header.transaction_id | sort -u | wc -l)" 3 "each message gets its own"

jq 'del(.attributes[0].value[0])' "$good" >no-peer-id.json
jq 'del(.attributes[0])' "$good" >no-info.json
signed "a SOURCE-INFO without PEER-ID gets the Source ID" '.attributes[0]' \
    '{"type":"SOURCE-INFO","value":[{"type":"PEER-ID","value":"463ac413c4000000000000000000000000000000"}]}' --secret secret no-peer-id.json
jq '.attributes[0].value = [{type: "PEER-NAME", value: "a"}, {type: "PEER-EXPIRATION", value: 1}]' "$good" >named.json
signed "as its first member" '[.attributes[0].value[].type]' '["PEER-ID","PEER-NAME","PEER-EXPIRATION"]' --secret secret named.json
signed "a request's --peer-id is its Source ID whatever is told" '.attributes[0].value[0].value' "\"$alice\"" --secret secret --peer-id "$carol" no-peer-id.json
signed "no SOURCE-INFO is made in a request" "$types" '["SIGNATURE"]' --secret secret no-info.json
signed "a response's is made, behind the RESPONSE-CODE" "$types" '["RESPONSE-CODE","SOURCE-INFO","REDIRECT","SIGNATURE"]' --secret secret --peer-id "$carol" \
    "$TESTDATA/response.json"
signed "with the PEER-ID that was told" '.attributes[1].value[0].value' "\"$carol\"" --secret secret --peer-id "$carol" "$TESTDATA/response.json"
jq 'del(.attributes[0])' "$TESTDATA/response.json" >no-code.json
signed "or first" "$types" '["SOURCE-INFO","REDIRECT","SIGNATURE"]' --secret secret --peer-id "$carol" no-code.json
signed "under NONE too" "$types" '["SOURCE-INFO","REDIRECT"]' --none --peer-id "$carol" no-code.json
t "where nothing says its PEER-ID, it is refused" 4 '' '~reload-sign: -: offset 0: message 1: refused: .*PEER-ID.*' "${S[@]}" -o dir/out <"$TESTDATA/response.json"
ok "and no file is left" only_files dir
"${S[@]}" "$good" >good.bin
t "and the next message is signed" 4 @good.bin '~reload-sign: .*/response\.json: offset 0: message 1: refused: .*' "${S[@]}" "$TESTDATA/response.json" good.bin
t "another algorithm's message is refused" 4 '' '~reload-sign: good\.bin: offset 0: message 1: refused: .*HMAC.*NONE.*' reload-sign --none good.bin
jq '.header.security = "CERTS"' "$good" >certs.json
t "and CERTS under HMAC" 4 '' '~reload-sign: certs\.json: offset 0: message 1: refused: .*CERTS.*HMAC.*' "${S[@]}" certs.json
signed "--force crafts it all the same" '[.header.security, .attributes[-1].type]' '["CERTS","SIGNATURE"]' --secret secret --force certs.json

# ---- what is signed, and where (D30) ----

bodies='[.attributes[] | select(.type == "RESOURCE") | .value[] | select(.type == "RESOURCE-INFO.BODY") | .value[-1].type]'
put=$TESTDATA/section-4.1.json
both='["RESOURCE-INFO.BODY.SIGNATURE","RESOURCE-INFO.BODY.SIGNATURE"]'
neither='["RESOURCE-INFO.BODY.PEER-INFO","RESOURCE-INFO.BODY.PARAMETER"]'
signed "BODYs of a RESOURCE-PUT request" "$bodies" "$both" --secret secret "$put"
signed "not under NONE" "$bodies" "$neither" --none "$put"
jq '.header.method = "RESOURCE-TRANSFER"' "$put" >transfer.json
unsigned='~reload-sign: .*: warning: a BODY has no signature, .*--sign-bodies'
behind='~reload-sign: .*: warning: attributes after the SIGNATURE are not signed .*--strip .*'
warning=$unsigned signed "not of a RESOURCE-TRANSFER" "$bodies" "$neither" --secret secret transfer.json
signed "but with --sign-bodies" "$bodies" "$both" --secret secret --sign-bodies transfer.json
jq '.header.response = true' "$put" >put-response.json
warning=$unsigned signed "not of a RESOURCE-PUT response" "$bodies" "$neither" --secret secret put-response.json
signed "but with --sign-bodies" "$bodies" "$both" --secret secret --sign-bodies put-response.json
jq '.attributes[1].value += [{type: "RESOURCE-INFO.BODY", value: [{type: "RESOURCE-CERTIFICATE", hex: "30"}]}]' "$put" >with-cert.json
signed "never a certificate BODY (D12)" "$bodies" '["RESOURCE-INFO.BODY.SIGNATURE","RESOURCE-INFO.BODY.SIGNATURE","RESOURCE-INFO.BODY.CERTIFICATE"]' \
    --secret secret --sign-bodies --resign-bodies with-cert.json

printf 'another secret\n' >other
chmod 600 other
reload-sign --secret other --timestamp --time 5 "$put" >others.bin
digests='[.. | objects | select(.type == "DIGEST") | .hex]'
their=$(reload-dump -f json others.bin | jq -c "$digests")
ours=$("${S[@]}" -f json others.bin | jq -c "$digests")
is "$(jq -c '.[0:2]' <<<"$ours")" "$(jq -c '.[0:2]' <<<"$their")" "a signed BODY is carried as it is"
ok "the message's SIGNATURE is replaced" test "$(jq '.[2]' <<<"$ours")" != "$(jq '.[2]' <<<"$their")"
signed "its BODYs' TIMESTAMPs stay" '[.. | objects | select(.type == "TIMESTAMP") | .value]' '[5,5]' --secret secret --time 9 others.bin
signed "with --resign-bodies they are made anew" '[.. | objects | select(.type == "TIMESTAMP") | .value]' '[9,9,9]' --secret secret --time 9 --timestamp --resign-bodies others.bin
t "and verify under the new secret" 0 '~-: offset 0: message 1: RESOURCE-PUT request: valid' '' bash -c \
    'reload-sign --secret secret --resign-bodies others.bin | reload-verify --secret secret'
t "while those that were carried do not" 1 '~-: offset 0: message 1: RESOURCE-PUT request: invalid: bad-digest \(431\): .*/attributes/1/value/1/.*' '' bash -c \
    'reload-sign --secret secret others.bin | reload-verify --secret secret'
signed "--sign-source-info" '[.attributes[0].value[].type]' '["PEER-ID","PEER-SIGNATURE"]' --secret secret --sign-source-info "$good"
signed "once only" '[.attributes[0].value[].type]' '["PEER-ID","PEER-SIGNATURE"]' --secret secret --sign-source-info <("${S[@]}" --sign-source-info "$good")
signed "not under NONE" '[.attributes[0].value[].type]' '["PEER-ID"]' --none --sign-source-info "$good"
signed "a new SIGNATURE goes before the trailing ROUTE-LOGs" "$types" '["SOURCE-INFO","SIGNATURE","ROUTE-LOG"]' --secret secret "$TESTDATA/route-log.json"
jq '.attributes |= [.[1], .[0], .[1], .[1]]' "$TESTDATA/route-log.json" >logs.json
signed "before the trailing run alone" "$types" '["ROUTE-LOG","SOURCE-INFO","SIGNATURE","ROUTE-LOG","ROUTE-LOG"]' --secret secret logs.json
"${S[@]}" -f json "$TESTDATA/route-log.json" | jq -c '.attributes += [{type: "SDP", value: "behind", padding: "0102"}]' >behind.json
warning=$behind signed "an existing SIGNATURE is replaced where it stands" "$types" '["SOURCE-INFO","SIGNATURE","ROUTE-LOG","SDP"]' --secret secret behind.json
warning=$behind signed "and what follows stays octet for octet" '.attributes[3]' '{"type":"SDP","value":"behind","padding":"0102","ignored":true}' --secret secret behind.json
jq '.attributes |= [{type: "SIGNATURE", value: []}] + .' "$good" >early.json
warning=$behind signed "a SOURCE-INFO behind the SIGNATURE is not touched" "$types" '["SIGNATURE","SOURCE-INFO"]' --secret secret early.json
for name in section-4.1 tunnelled tunnel unknown route-log; do
    t "$name.hmac.bin signed again is the same" 0 "@$TESTDATA/$name.hmac.bin" '' bash -c \
        'reload-sign --secret secret $(case $1 in section-4.1 | route-log) echo --timestamp ;; esac) --time 946702799 "$TESTDATA/$1.hmac.bin"' - "$name"
done

# ---- malformed messages ----

unhex "$(message 00 01 "$(attr 0002 "$(attr 0101 "463a")")")" >malformed.bin
t "a malformed message is not signed" 3 '' '~reload-sign: malformed\.bin: offset 72: message 1: PEER-ID.*' "${S[@]}" -o dir/out malformed.bin
ok "and no file is left" only_files dir
signed "with --force it is" '[.attributes[-1].type, .attributes[0].value[0].hex]' '["SIGNATURE","463a"]' --secret secret --force malformed.bin
unhex "$(message 00 01 "$(attr 0002 "0101ffff")")" >inner.bin
signed "with --force one whose top-level framing holds" '[.attributes[-1].type, .attributes[0].hex]' '["SIGNATURE","0101ffff"]' --secret secret --force inner.bin
unhex "$(message 00 01 "$(attr 0002 "")0002ffff")" >outer.bin
t "but not one whose does not" 3 '' '~reload-sign: outer\.bin: offset 72: message 1: .*Length runs past.*' "${S[@]}" --force -o dir/out outer.bin
ok "and no file is left" only_files dir

# ---- --strip ----

for name in section-4.1 tunnelled tunnel unknown; do
    reload-sign --none "$TESTDATA/$name.json" --transaction-id 386d157b00000000 -f json | jq -c '.attributes, .header.method' >plain
    t "--strip of $name leaves what was signed" 0 @plain '' bash -c 'reload-sign --strip -f json "$1" | jq -c ".attributes, .header.method"' - "$TESTDATA/$name.hmac.bin"
done
t "--strip takes all three kinds off" 0 '=0' '' bash -c \
    'reload-sign --secret secret --sign-source-info "$TESTDATA/section-4.1.json" | reload-sign --strip -f json | jq "[.. | objects | select(.type? // \"\" | test(\"SIGNATURE\"))] | length"'
t "--strip leaves the header as it is" 0 '="HMAC"' '' bash -c 'reload-sign --strip -f json "$TESTDATA/tunnelled.hmac.bin" | jq .header.security'

# ---- --append-route-log ----

hop=$(cat "$TESTDATA/hop-2.json")
log=$(attr 0004 "$(attr 0401 0038)$(attr 0402 "$(attr 0101 "$carol")$(attr 0103 000213c520010db8000000000000000000000001)")")
message=$(hex <"$TESTDATA/tunnelled.hmac.bin")
unhex "$(patch 13 "$(printf '%06x' $((56 + ${#log} / 2)))" "$message")$log" >hopped.bin
t "--append-route-log with members" 0 @hopped.bin '' reload-sign --append-route-log "$hop" "$TESTDATA/tunnelled.hmac.bin"
t "--append-route-log with the attribute" 0 @hopped.bin '' reload-sign --append-route-log "{\"type\": \"ROUTE-LOG\", \"value\": $hop}" "$TESTDATA/tunnelled.hmac.bin"
signed "while signing" "$types" '["SOURCE-INFO","SIGNATURE","ROUTE-LOG"]' --secret secret --append-route-log "$hop" "$good"
signed "while stripping" "$types" '["SOURCE-INFO","ROUTE-LOG"]' --strip --append-route-log "$hop" "$TESTDATA/tunnelled.hmac.bin"
signed "an empty one" '.attributes[-1]' '{"type":"ROUTE-LOG","value":[]}' --append-route-log '[]' "$good"
for json in '' '[' '{}' '[{"type": "ROUTE-LOG.TRANSPORT", "value": 65536}]' '{"type": "SDP", "value": "a"}' '[1]' 'x' '[{"type": "ROUTE-LOG.TRANSPORT", "vlaue": 1}]' '[] []'; do
    t "--append-route-log '$json'" 2 '' '~reload-sign: --append-route-log: .*' reload-sign --append-route-log "$json" -o dir/out "$good"
done
ok "no file came of these" only_files dir

# ---- --example ----

for method in PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER TRANSPORT-OPEN TRANSPORT-TUNNEL; do
    t "--example $method" 0 '*' '' reload-sign --example "$method"
    cp "$output" example.json
    is "$(jq -r '.header.method' example.json)" "$method" "is of that method"
    t "and can be signed and verified" 0 "=-: offset 0: message 1: $method request: valid" '' bash -c \
        'reload-sign --secret secret --sign-bodies example.json | reload-verify --secret secret --overlay chat'
done
t "--example by number" 0 @<(reload-sign --example RESOURCE-PUT) '' reload-sign --example 17
t "--example -o FILE" 0 '' '' reload-sign --example PEER-JOIN -o example.out
t "writes it there" 0 @example.out '' reload-sign --example PEER-JOIN

# ---- forms ----

signed "-f json" '[keys_unsorted, .header.security]' '[["header","attributes"],"HMAC"]' --secret secret "$good"
t "-f json is one line" 0 =1 '' bash -c 'reload-sign --secret secret -f json "$TESTDATA/tunnelled.json" | wc -l'
t "--pretty is several" 0 '~\{'$'\n''  "header": \{'$'\n''    "ttl": 32,.*' '' "${S[@]}" -f json --pretty "$good"
t "-f hex" 0 "=$message" '' "${S[@]}" -f hex "$TESTDATA/tunnelled.hmac.bin"
t "--format=hex" 0 "=$message" '' "${S[@]}" --format=hex "$TESTDATA/tunnelled.hmac.bin"
t "-f binary is the default" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" -f binary "$TESTDATA/tunnelled.hmac.bin"
printf '%s' "$message" >one.hex
for form in binary json hex; do
    case $form in
    binary) input=$TESTDATA/tunnelled.hmac.bin ;;
    json) input=$TESTDATA/tunnelled.hmac.json ;;
    hex) input=one.hex ;;
    esac
    t "-i $form" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" -i "$form" "$input"
    t "$form told by itself" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" "$input"
done
cat "$TESTDATA/tunnelled.hmac.bin" "$TESTDATA/tunnelled.hmac.bin" "$TESTDATA/tunnelled.hmac.bin" >three.bin
t "several files and -, each of its own form" 0 @three.bin '' "${S[@]}" "$TESTDATA/tunnelled.hmac.bin" - one.hex <"$TESTDATA/tunnelled.hmac.json"
t "standard input is the default" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" <"$TESTDATA/tunnelled.hmac.bin"

# ---- output ----

t "-o FILE" 0 '' '' "${S[@]}" -o dir/out "$TESTDATA/tunnelled.hmac.bin"
same dir/out "$TESTDATA/tunnelled.hmac.bin" "appears whole"
is "$(stat -c %a dir/out)" 644 "of the usual mode"
t "-o - is standard output" 0 "@$TESTDATA/tunnelled.hmac.bin" '' "${S[@]}" -o - "$TESTDATA/tunnelled.hmac.bin"
t "-o of the input itself" 0 '' '' "${S[@]}" --append-route-log "$hop" -o dir/out dir/out
same dir/out hopped.bin "replaces it when all of it was read"
t "a failure leaves an existing file as it is" 3 '' '*' "${S[@]}" -o dir/out malformed.bin
same dir/out hopped.bin "it does"
ok "no file beside it" only_files dir out
rm dir/out
t "-o /dev/full" 4 '' '~reload-sign: /dev/full: .*No space left on device' "${S[@]}" -o /dev/full "$good"
t "a full standard output" 4 '' '~reload-sign: standard output: .*No space left on device' bash -c 'exec reload-sign --secret secret "$1" >/dev/full' - "$good"
t "a full standard output for --example" 4 '' '~reload-sign: standard output: .*No space left on device' bash -c 'exec reload-sign --example PEER-JOIN >/dev/full'
t "-o of a directory" 4 '' '~reload-sign: dir: .*Is a directory' "${S[@]}" -o dir "$good"
t "-o beside no directory" 4 '' '~reload-sign: none/out: .*No such file or directory' "${S[@]}" -o none/out "$good"
ln -s target dir/link
echo old >dir/target
t "-o of a link" 0 '' '' "${S[@]}" -o dir/link "$TESTDATA/tunnelled.hmac.bin"
same dir/target "$TESTDATA/tunnelled.hmac.bin" "writes what it points to"
ok "and leaves the link" test -L dir/link
rm dir/link dir/target
t "-o killed half way leaves nothing" 0 '' '' bash -c '
    mkfifo dir/in
    reload-sign --secret secret -o dir/out dir/in & pid=$!
    exec 8<>dir/in
    cat "$TESTDATA/tunnelled.hmac.bin" >&8
    for i in {1..5000}; do ls dir/out.* >dir/listing 2>/dev/null && break; kill -0 $pid || exit 1; done
    kill -TERM $pid
    wait $pid
    [ $? = 143 ] && rm dir/in dir/listing'
ok "not even a temporary file" only_files dir

# ---- secrets ----

install -m 644 secret readable
t "a secret that others can read draws a warning" 0 "@$TESTDATA/tunnelled.hmac.bin" '~reload-sign: readable: warning: .*' \
    reload-sign --secret readable "$TESTDATA/tunnelled.hmac.bin"
t "not with --quiet" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign --quiet --secret readable "$TESTDATA/tunnelled.hmac.bin"
t "not with -q" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign -q --secret readable "$TESTDATA/tunnelled.hmac.bin"
t "--quiet still says errors" 4 '' '=reload-sign: missing: No such file or directory' reload-sign -q --secret secret missing
chmod 640 readable
t "one that the group can read too" 0 "@$TESTDATA/tunnelled.hmac.bin" '~reload-sign: readable: warning: .*' \
    reload-sign --secret readable "$TESTDATA/tunnelled.hmac.bin"
cp secret mine
t "no output takes a secret's place" 4 '' '=reload-sign: mine: in use as a key, certificate or state file; an output cannot replace it' reload-sign --secret mine -o mine "$good"
ok "it stays as it is" cmp -s mine secret
echo old >shared
chmod 640 shared
t "a file that is replaced" 0 '' '' reload-sign --secret secret -o shared "$good"
is "$(stat -c %a shared)" 640 "keeps its mode"
t "/dev/fd/N" 0 "@$TESTDATA/tunnelled.hmac.bin" '' bash -c 'exec reload-sign --secret /dev/fd/5 "$TESTDATA/tunnelled.hmac.bin" 5< <(cat secret)'
t "/dev/fd/N of a process substitution" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign --secret <(cat secret) "$TESTDATA/tunnelled.hmac.bin"
t "/dev/stdin" 0 "@$TESTDATA/tunnelled.hmac.bin" '' reload-sign --secret /dev/stdin "$TESTDATA/tunnelled.hmac.bin" < <(cat secret)
run "${S[@]}" "$good"
is "$(grep -c 'for tests only' "$errors" "$output" | paste -sd' ')" "$errors:0 $output:0" "the secret is not in the output"
done_testing
