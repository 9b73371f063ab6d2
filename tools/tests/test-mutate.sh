#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reload-sign --mutate: for several good messages, reload-verify judges each mutant under the set's policy. Verdict, reason and code
# must equal the mutant's label. The labels do not come from the verifier, so each checks the other.
# Many seconds of CPU: each mutation of several messages is written and judged.
. "$(dirname "$0")/tap.bash"

now=946702799
install -m 600 "$TESTDATA/hmac.secret" secret
install -m 600 "$TESTDATA/alice.key" alice.key
cp "$TESTDATA/alice.crt" .
cp -r "$TESTDATA/overlay" chat
valid=(--not-before 1999-01-01T00:00:00Z --not-after 2049-01-01T00:00:00Z --quiet --seed)
reload-keygen issue --ca chat -o bob --peer-id "$bob" "${valid[@]}" 02 || bail_out "cannot issue bob's certificate"
reload-keygen issue --ca chat -o user --peers 0 --user alice@example.com "${valid[@]}" 03 || bail_out "cannot issue the user's certificate"
reload-keygen issue --ca chat -o late --peers 0 --user bob@example.com "${valid[@]}" 04 --not-before 2010-01-01 || bail_out "cannot issue the late certificate"
by_secret=(--secret secret)
by_key=(--key alice.key --cert alice.crt)
by_bob=(--key bob.key --cert bob.crt)
by_user=("${by_bob[@]}" --resource-key user.key --resource-cert user.crt)

# a response with a signed REDIRECT and a signed PEER-INFO in a BODY
key=$(printf '%s' "$(cat "$TESTDATA/hmac.secret")" | hex)
signed_peer()
{
    local covered
    covered=$(attr 0101 "$alice")$(attr 0104 0000012c)01060020$(attr 0801 "$(printf '%08x' $now)")
    attr "$1" "$covered$(attr 0802 "$(hmac "$key" "$covered")")"
}
body=$(attr 0303 "$(text sip:alice@10.4.1.2)")$(attr 0305 0000012c)$(signed_peer 0307)
resource=$(attr 0003 "$(attr 0201 "$(text alice@example.com)")$(attr 0202 "$body")")
message 00 90 "$(attr 0001 "00000302$(text Moved)")$(signed_peer 0005)$resource" >peers.hex
# alice's registration, transferred by bob
jq --arg bob "$bob" '.header.method = "RESOURCE-TRANSFER" | .header.source_id = $bob | del(.header.security, .header.transaction_id) |
    .attributes |= map(select(.type == "RESOURCE"))' "$TESTDATA/section-4.1.certs.json" >to-transfer.json
jq --arg bob "$bob" '.header.source_id = $bob | .attributes |= map(select(.type != "SOURCE-INFO"))' "$TESTDATA/section-4.1.json" >by-bob.json

# mutants NAME ARGUMENT...: creates NAME.json, and NAME.tsv with one line for each mutant: mutation, path, signed again, result, reason, code
mutants()
{
    local name=$1
    shift
    t "$name: mutants are made" 0 '' '' reload-sign --mutate all --seed 2007 --time $now "$@" -o "$name.json"
    jq -r '.testGroups[0].tests[] | [.mutation, .path // "-", .signed_anew, .result, .reason // "-", .response_code // "-"] | @tsv' \
        "$name.json" >"$name.tsv"
}

# findings NAME ARGUMENT...: the verifier's result for each mutant, as in NAME.tsv. Each mutant is a block of hex; only the first message
# of a block, at the block's offset, is judged.
findings()
{
    local name=$1
    shift
    jq -r '.testGroups[0].tests[].msg + "\n"' "$name.json" >"$name.hex"
    jq -r '.testGroups[0].tests | reduce .[] as $test ([0]; . + [.[-1] + ($test.msg | length) + 2]) | .[:-1][]' "$name.json" >"$name.offsets"
    reload-verify --json -i hex --time $now "$@" "$name.hex" 2>/dev/null |
        jq -r '[.offset, (if .verdict == "valid" then "valid" else "invalid" end), .reason // "-", .response_code // "-"] | @tsv' |
        awk -F '\t' -v OFS='\t' 'NR == FNR {chosen[$1] = 1; next} chosen[$1] {print $2, $3, $4}' "$name.offsets" -
}

# judged NAME ARGUMENT...: the verifier agrees with the labels
judged()
{
    local name=$1 policy
    shift
    read -r -a policy < <(jq -r '.testGroups[0].policy | "--dht \(.dht) --hash \(.hash) --max-skew \(.max_skew)"' "$name.json")
    findings "$name" "$@" "${policy[@]}" >"$name.found"
    cut -f 4-6 "$name.tsv" >"$name.expected"
    [ "$(wc -l <"$name.expected")" -gt 100 ] || fail "$name: more than 100 mutants"
    if cmp -s "$name.expected" "$name.found"; then
        pass "$name: the verifier agrees with the labels of $(wc -l <"$name.expected") mutants"
    else
        fail "$name: the verifier agrees with the labels" "$(paste "$name.tsv" "$name.found" | awk -F '\t' '$4 != $7 || $5 != $8 || $6 != $9' | head -n 40)"
    fi
}

mutants put "${by_secret[@]}" --timestamp --overlay chat --resign-bodies "$TESTDATA/section-4.1.json"
judged put "${by_secret[@]}" --overlay chat
mutants signed-put "${by_secret[@]}" "$TESTDATA/section-4.1.hmac.bin"
judged signed-put "${by_secret[@]}"
mutants response "${by_secret[@]}" "$TESTDATA/response.hmac.bin"
judged response "${by_secret[@]}"
mutants route-log "${by_secret[@]}" --timestamp "$TESTDATA/route-log.hmac.json"
judged route-log "${by_secret[@]}"
mutants tunnel "${by_secret[@]}" "$TESTDATA/tunnel.hmac.bin"
judged tunnel "${by_secret[@]}"
mutants join "${by_secret[@]}" --keep-security --overlay chat "$TESTDATA/tunnelled.json"
judged join "${by_secret[@]}" --overlay chat
mutants unknown "${by_secret[@]}" "$TESTDATA/unknown.hmac.bin"
judged unknown "${by_secret[@]}"
mutants source-info "${by_secret[@]}" --timestamp --sign-source-info "$TESTDATA/section-4.1.json"
judged source-info "${by_secret[@]}"
mutants peers "${by_secret[@]}" --sign-bodies --peer-id "$alice" peers.hex
judged peers "${by_secret[@]}"
jq 'del(.header.dht, .header.hash)' "$TESTDATA/section-4.1.json" >to-profile.json
mutants certs "${by_key[@]}" --profile chat/overlay.json --sign-source-info to-profile.json
judged certs --ca chat/ca.crt --overlay chat
mutants certs-join "${by_key[@]}" "$TESTDATA/tunnelled.json"
judged certs-join --ca chat/ca.crt
jq '.header.overlay = "00000000"' "$TESTDATA/tunnelled.json" >no-overlay.json
mutants zero-join "${by_key[@]}" --overlay chat --keep-security no-overlay.json
judged zero-join --ca chat/ca.crt --overlay chat
mutants reply "${by_bob[@]}" --reply-to "$TESTDATA/section-4.1.certs.bin" --code 200
judged reply --ca chat/ca.crt
mutants user "${by_user[@]}" by-bob.json
judged user --ca chat/ca.crt
mutants transfer "${by_bob[@]}" to-transfer.json
judged transfer --ca chat/ca.crt
sets=(put signed-put response route-log tunnel join unknown source-info peers certs certs-join zero-join reply user transfer)

# a check of the comparison itself
printf other >other
chmod 600 other
findings join --secret other --overlay chat >join.other
is "$(cut -f 1 join.other | sort -u)" invalid "under another secret no mutant is valid"

# ---- coverage ----

reload-sign --mutate=help >printed
sed -n 's/^  \([a-z0-9-]*\) .*/\1/p' printed | sort >catalogue
for name in "${sets[@]}"; do cut -f 1 "$name.tsv"; done | sort -u >made
same made catalogue "the mutants of all messages are those of --mutate=help"
is "$(for name in "${sets[@]}"; do cut -f 5 "$name.tsv"; done | sort -u | tr '\n' ' ')" \
    "- bad-certificate bad-digest bad-digest-length duplicate-attribute expired fragment future malformed misplaced missing-certificate missing-expiration missing-signature missing-timestamp overlay-mismatch peer-id-mismatch resource-key-mismatch security-mismatch stale unsupported-version untrusted-certificate " \
    "each reason that a single message can have occurs"
is "$(for name in "${sets[@]}"; do cut -f 6 "$name.tsv"; done | sort -u | tr '\n' ' ')" "- 401 431 493 498 " "each response code occurs"
for name in response reply; do
    is "$(jq -c '[.testGroups[0].tests[] | select(.response_code) | .path == "/header/response" or .mutation == "response-bit"] | unique' "$name.json")" \
        '[true]' "$name: only a response turned into a request has a response code"
done

# label SET MUTATION PATH SIGNED-AGAIN EXPECTED: pins some labels, so that a change of them is noticed
label()
{
    local set=$1 mutation=$2 place=$3 signing=$4
    is "$(awk -F '\t' -v m="$mutation" -v p="$place" -v s="$signing" '$1 == m && $2 == p && $3 == s {print $4, $5, $6}' "$set.tsv")" "$5" "$set: $mutation $place, signed again: $signing: $5"
}
label put none - none "valid - -"
label put flip-field /header/ttl none "valid - -"
label put flip-field /header/frag_reserved none "valid - -"
label put flip-field /header/frag none "invalid fragment -"
label put flip-field /header/destination_id none "invalid bad-digest 431"
label put flip-field /header/destination_id message "valid - -"
label put drop /attributes/2 none "invalid missing-signature 401"
label put drop /attributes/2/value/1 none "invalid bad-digest-length 431"
label put drop /attributes/1/value/1/value/1 message "invalid bad-digest 431"
label put drop /attributes/1/value/1/value/1 all "invalid missing-expiration 431"
label put drop /attributes/1/value/1/value/3 message "invalid missing-signature 401"
label put double /attributes/0/value/0 message "invalid duplicate-attribute 431"
label put swap /attributes/2/value/0 none "invalid misplaced 431"
label put lift /attributes/1/value/1/value/3/value/1 message "invalid bad-digest-length 431"
label put length-maximum /attributes/0 none "invalid malformed -"
label put not-utf8 /attributes/1/value/0 message "invalid malformed -"
label put security-other - message "invalid security-mismatch 401"
label put other-overlay - message "invalid overlay-mismatch 498"
label put version-2 - message "invalid unsupported-version -"
label put range-base /attributes/2 none "invalid bad-digest 431"
label put stale - message "invalid stale 431"
label put stale-edge - message "valid - -"
label put expired /attributes/1/value/1/value/3 all "invalid expired 431"
label put route-log - none "valid - -"
label put header-length-zero - none "invalid missing-signature 401"
label route-log drop /attributes/2 none "valid - -"
label certs drop /attributes/0/value/3 message "invalid missing-certificate 401"
label certs drop /attributes/1/value/3 message "invalid missing-certificate 401"
label certs drop /attributes/2/value/0 none "invalid missing-timestamp 431"
label certs flip-value /attributes/1/value/0 message "invalid resource-key-mismatch 431"
label certs behind /attributes/0 message "invalid missing-certificate 401"
label certs cert-trailing /attributes/0/value/3 message "invalid bad-certificate 431"
label certs flip-value /attributes/0/value/3 message "invalid untrusted-certificate 431"
label certs other-source - message "invalid peer-id-mismatch 431"
label certs late-boot - message "valid - -"
label certs digest-other-size /attributes/2 none "invalid bad-digest-length 431"
label certs-join other-source - message "invalid peer-id-mismatch 493"
label certs-join security-open - message "valid - -"
label user cert-other /attributes/0/value/1 message "invalid bad-digest 431"

# ---- the form of the output ----

is "$(jq -c '[.algorithm, .schema, .numberOfTests == (.testGroups[0].tests | length), (.header | type), (.testGroups | length), .testGroups[0].type]' put.json)" \
    '["RELOAD-HMAC","verify_schema.json",true,"array",1,"ReloadVerify"]' "the document names its algorithm, schema and type"
is "$(jq -c '.testGroups[0].policy' put.json)" \
    '{"security":"HMAC","overlay":"chat","dht":0,"hash":0,"time":946702799,"max_skew":300}' "the group has the policy"
is "$(jq -c '[.algorithm, .testGroups[0].policy]' certs-join.json)" \
    '["RELOAD-CERTS",{"security":"CERTS","dht":1,"hash":1,"time":946702799,"max_skew":300}]' "under CERTS without --overlay, the policy has no overlay"
for name in put certs peers; do
    is "$(jq -c '[([.testGroups[].tests[].flags[]] | unique) == (.notes | keys), ([.notes[].description | length > 10] | all),
        ([.testGroups[].tests[].tcId] == [range(1; .numberOfTests + 1)])]' "$name.json")" '[true,true,true]' \
        "$name: each flag has a note, and the tests are numbered"
done
vectors=$TESTDATA/vectors
for arguments in "put --secret secret" "certs-join --ca chat/ca.crt"; do
    read -r name option file <<<"$arguments"
    count=$(jq .numberOfTests "$name.json")
    t "$name: the vectors' run accepts the set" 0 "~.*all tests \(a test may have several\) +$count +$count +0" '' \
        "$vectors/run" --tools "$RELOAD_TOOLS" "$option" "$file" "$name.json"
    t "$name: the vectors' run refuses the set without keys" 2 '' "~run: $name\.json: a group has no (secrets: --secret|ca: --ca) is required" "$vectors/run" --tools "$RELOAD_TOOLS" "$name.json"
    if python3 -c 'import jsonschema' 2>/dev/null; then
        t "$name conforms to its schema" 0 '' '' python3 -W ignore "$vectors/validate" "$name.json"
    else
        skip "$name conforms to its schema" "the Debian package python3-jsonschema is missing"
    fi
done
t "--mutate-dir creates a directory" 0 '' '' reload-sign --mutate all --seed 2007 --time $now "${by_secret[@]}" --keep-security --overlay chat "$TESTDATA/tunnelled.json" \
    --mutate-dir join
jq -r '.testGroups[0].tests[] | [.tcId, .mutation, .path // "-", .signed_anew, .result, .reason // "-", .response_code // "-", .comment] | @tsv' \
    join.json >join.from-json
cut -f 1,3- join/index.tsv >join.from-index
same join.from-json join.from-index "--mutate-dir: the index has the document's labels"
jq -r '.testGroups[0].tests[].msg' join.json >join.from-json
while IFS=$'\t' read -r _ file _; do hex <"join/$file"; echo; done <join/index.tsv >join.from-files
same join.from-json join.from-files "--mutate-dir: the files have the document's messages"
is "$(find join -type f | wc -l)" "$(($(wc -l <join/index.tsv) + 1))" "--mutate-dir: the directory has no other files"
is "$(jq -r '[.testGroups[0].tests[].msg] | length - (unique | length)' join.json | tr -d '-' | awk '{print ($1 < 20)}')" 1 \
    "fewer than 20 mutants of a message are duplicates"
t "--pretty indents the document" 0 '~\{'$'\n''  "algorithm": .*' '' reload-sign --mutate none --seed 00 --pretty --time $now "${by_secret[@]}" "$TESTDATA/tunnelled.json"
is "$(cat ./*.json join/* | tr -d '\000' | grep -a -c "$key")" 0 "neither document nor directory contains the secret"

# ---- determinism ----

again=(reload-sign --time "$now" "${by_secret[@]}" "$TESTDATA/section-4.1.json" --mutate)
"${again[@]}" all --seed 00 >a
"${again[@]}" all --seed 00 >b
same a b "the same seed gives the same document"
"${again[@]}" all --seed 01 >b
differ "$(jq -r '.testGroups[0].tests[].msg' a)" "$(jq -r '.testGroups[0].tests[].msg' b)" "another seed gives other mutants"
"${again[@]}" drop,flip,stale --seed 00 >b
is "$(jq -c '.testGroups[0].tests[] | del(.tcId)' b)" \
    "$(jq -c '.testGroups[0].tests[] | select((.mutation | startswith("flip-")) or .mutation == "drop" or .mutation == "stale") | del(.tcId)' a)" \
    "names and groups select from the same mutants, in the catalogue's order"
is "$(jq -c '[.testGroups[0].tests[].mutation] | unique' b)" '["drop","flip-field","flip-length","flip-padding","flip-token","flip-type","flip-value","stale"]' \
    "names and groups select no other mutants"
reload-sign "${by_key[@]}" --time $now --mutate wrong-key --seed 05 "$TESTDATA/tunnelled.json" >a
is "$(jq -r '.testGroups[0].tests[0].msg' a | sha1sum | cut -d ' ' -f 1)" 45473dfe548ecf1c81b39357b3cf5b2da03343f2 "wrong-key uses the same RSA key with each version of mbed TLS"

# ---- mistakes ----

message=$TESTDATA/tunnelled.json
M=(reload-sign --time "$now" "${by_secret[@]}")
for words in "--mutate all" "--mutate dorp --seed 00" "--mutate drop, --seed 00" "--mutate  --seed 00" "--mutate all --seed 0" "--mutate all --seed 0g" \
    "--mutate all --seed " "--seed 00" "--mutate-dir x" "--mutate all --seed 00 -f binary" "--mutate all --seed 00 -f json --mutate-dir x" \
    "--mutate all --seed 00 --mutate-dir x -o y" "--mutate all --seed 00 --tbs" "--mutate all --seed 00 --attach secret"; do
    IFS=' ' read -r -a split <<<"${words//  / \'\' }"
    t "usage: $words" 2 '' '*' "${M[@]}" "${split[@]//\'\'/}" "$message"
done
for words in "--none" "--strip" ""; do
    # shellcheck disable=SC2086 # words
    t "usage: --mutate $words" 2 '' '*' reload-sign $words --mutate all --seed 00 "$message"
done
t "an unknown mutation is named in the error" 2 '' '~reload-sign: --mutate: "dorp" is not a mutation or group \(did you mean drop\?\).*' "${M[@]}" --mutate all,dorp --seed 00 "$message"
cat "$TESTDATA/tunnelled.hmac.bin" "$TESTDATA/tunnelled.hmac.bin" >two.bin
t "two messages are refused" 4 '' '~reload-sign: two.bin: .*message 2: --mutate accepts one message' "${M[@]}" --mutate all --seed 00 two.bin
t "two messages with -o are refused" 4 '' '*' "${M[@]}" --mutate all --seed 00 -o none.json two.bin
ok "two messages with -o leave no file" test ! -e none.json
head -c 80 two.bin >half.bin
t "a malformed message is refused" 3 '' '~reload-sign: half.bin: .*truncated.*' "${M[@]}" --mutate all --seed 00 half.bin
printf '' >empty
t "an empty file is refused" 3 '' '*' "${M[@]}" --mutate all --seed 00 empty
t "a message under another algorithm is refused" 4 '' '~.*refused: .*Security.*' reload-sign "${by_key[@]}" --time $now --mutate all --seed 00 "$TESTDATA/tunnelled.hmac.bin"
# refused FILTER REGEX ARGUMENT...: section 4.1's message, changed by jq, is refused as not valid
refused()
{
    local filter=$1 reason=$2
    shift 2
    t "$filter is refused: $reason" 4 '' "~reload-sign: .*refused: .*$reason.*" "${M[@]}" "$@" --mutate all --seed 00 <(jq "$filter" "$TESTDATA/section-4.1.json")
}
refused '.header.version = 2' 'Version is 2, expected 1'
refused '.header.frag = true' 'fragment'
refused '.attributes[0].value += [.attributes[0].value[0]]' 'PEER-ID occurs twice'
refused 'del(.attributes[1].value[1].value[1])' 'no EXPIRATION'
refused '.header.method = "RESOURCE-TRANSFER"' 'a BODY is not signed'
refused '.attributes += [{type: "SIGNATURE", value: []}, {type: "SDP", value: "x"}]' 'SDP follows the SIGNATURE'
refused '.attributes[1].value[1].value += [{type: "RESOURCE-INFO.BODY.SIGNATURE", value: [{type: "DIGEST", hex: "00"}]}]' 'not made with this secret'
refused '.attributes[1].value[1].value += [{type: "RESOURCE-INFO.BODY.CERTIFICATE", hex: "00"}]' 'CERTIFICATE and other members'
t "an unreadable ROUTE-LOG after the SIGNATURE is refused" 4 '' '~.*refused: .*wrong length for its type' "${M[@]}" --mutate all --seed 00 \
    <(jq '.attributes += [{type: "ROUTE-LOG", value: [{type: "ROUTE-LOG.TRANSPORT", hex: "00"}]}]' "$TESTDATA/tunnelled.hmac.json")
t "an expired BODY is refused" 4 '' '~.*not valid: expired.*' reload-sign "${by_secret[@]}" --time 956702799 --mutate all --seed 00 \
    "$TESTDATA/section-4.1.hmac.bin"
t "--mutate without --time causes a warning" 0 '*' '~reload-sign: warning: without --time.*' reload-sign "${by_secret[@]}" --mutate none --seed 00 "$message"
t "a mutation that does not apply causes a warning" 0 '*' '~reload-sign: warning: none of these mutations applies .*' "${M[@]}" --mutate response-class --seed 00 "$message"
is "$(jq .numberOfTests "$output")" 0 "a mutation that does not apply gives an empty set"
t "--force, which would make the results wrong, is refused" 2 '' '~.*--force cannot be combined with --mutate.*' "${M[@]}" --force --mutate all --seed 00 "$message"
t "a certificate that is not valid at --time is refused" 4 '' '~reload-sign: alice.crt: valid from .* to .*, so no message of --time 1980-01-01T00:00:00Z is valid' \
    reload-sign "${by_key[@]}" --time 1980-01-01 --mutate all --seed 00 "$message"
t "a resource certificate that is not valid at --time is refused" 4 '' '~reload-sign: late.crt: valid from 2010-01-01T00:00:00Z to .*' \
    reload-sign "${by_bob[@]}" --resource-key late.key --resource-cert late.crt --time $now --mutate all --seed 00 "$message"
t "without --mutate, a certificate that is not valid causes a warning" 0 '*' '~reload-sign: warning: alice.crt: valid from .* to .*, not at the time of signing, 1980-01-01T00:00:00Z' \
    reload-sign "${by_key[@]}" --time 1980-01-01 "$message"
mkdir there
t "--mutate-dir with an existing directory is refused" 4 '' '~reload-sign: there: cannot be created: File exists' "${M[@]}" --mutate all --seed 00 --mutate-dir there "$message"
t "--mutate=help requires no other option" 0 '@printed' '' reload-sign --mutate=help
t "a profile's max_skew of none is accepted" 0 '*' '' "${M[@]}" --mutate stale,epoch,end-of-time --seed 00 --profile <(echo '{"max_skew": "none"}') "$message"
is "$(jq -c '[.testGroups[0] | .policy.max_skew, .tests[].result]' "$output")" '["none","valid","valid","valid"]' "with a max_skew of none, no mutant is stale or in the future"
done_testing
