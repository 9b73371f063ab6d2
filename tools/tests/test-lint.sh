#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reload-verify --lint: findings as text, as JSON and from a filter; verdicts and exit statuses do not change.
. "$(dirname "$0")/tap.bash"

install -m 600 "$TESTDATA/hmac.secret" secret
install -m 600 "$TESTDATA/alice.key" alice.key
now=946702799
V=(reload-verify --secret secret --time "$now")
C=(reload-verify --ca "$TESTDATA/overlay/ca.crt" --time 2027-01-01T00:00:00Z)
put=$TESTDATA/section-4.1.hmac.bin

ok "--help lists --lint" bash -c "reload-verify --help | grep -qE '^ +--lint +[a-z]'"
t "--lint takes no argument" 2 '' '~reload-verify: .*--lint.*'$'\n'".*" "${V[@]}" --lint=yes "$put"

# rules: the findings in the last JSON report, including inner messages
rules()
{
    jq -r '.. | .lint? // empty | .[] | "\(.rule) \(.path)"' "$output"
}

# ---- the signed examples break no rule ----

for method in PEER-JOIN PEER-SEARCH RESOURCE-GET RESOURCE-PUT RESOURCE-TRANSFER TRANSPORT-OPEN TRANSPORT-TUNNEL; do
    reload-sign --example "$method" >example.json
    reload-sign --secret secret --sign-bodies -o hmac.bin example.json
    reload-sign --key alice.key --cert "$TESTDATA/alice.crt" --sign-bodies --sign-source-info --time 2027-01-01T00:00:00Z -o certs.bin example.json
    reload-sign --none -o none.bin example.json
    t "$method under HMAC breaks no rule" 0 "=hmac.bin: offset 0: message 1: $method request: valid" '' "${V[@]}" --lint hmac.bin
    t "$method under CERTS breaks no rule" 0 "=certs.bin: offset 0: message 1: $method request: valid" '' "${C[@]}" --lint certs.bin
    t "$method under NONE breaks no rule" 0 "=none.bin: offset 0: message 1: $method request: unsecured" '' reload-verify --none --lint none.bin
    run "${C[@]}" --lint --json certs.bin
    is "$(jq -c '[.verdict, .lint]' "$output")" '["valid",[]]' "$method under CERTS has no findings as JSON"
    reload-sign --secret secret --timestamp --reply-to hmac.bin --code 404 --peer-id "$alice" -o reply.bin
    t "a reply to $method breaks no rule" 0 "~reply\\.bin: .*: $method response: valid" '' reload-verify --secret secret --lint reply.bin
done

# ---- text ----

# the draft's own example has DHT and Hash 0, and a Destination ID that is not its KEY's SHA-1
t "text: one line for each finding, after the message's line" 0 "=$put: offset 0: message 1: RESOURCE-PUT request: valid
    lint: unknown-dht /header/dht: DHT is 0, an undefined value (MUST, B§5.1, B§8.2.1)
    lint: unknown-hash /header/hash: Hash is 0, an undefined value (MUST, B§5.1, B§8.2.1)
    lint: put-destination /attributes/1/value/0: the Destination ID is not the Resource-ID of this KEY or of its replicas 1 to 16 (MUST, B§9.1, D17)" '' \
    "${V[@]}" --lint "$put"
t "text: after the signatures with -v, with the level if the rule has one" 0 "~$put: .*: valid
(    [A-Z.-]+ /[a-z0-9/]+: valid, TIMESTAMP $now
){3}    lint: unknown-dht .*" '' "${V[@]}" -v --lint "$put"
reload-sign --secret secret -o code.bin <(reload-sign --example PEER-SEARCH | jq '.attributes |= [{type: "RESPONSE-CODE", value: {code: 200, reason: "OK"}}] + .')
t "text: a finding has the section and the level" 0 '=code.bin: offset 0: message 1: PEER-SEARCH request: valid
    lint: response-code-in-request /attributes/0: not allowed in a PEER-SEARCH request (MUST, B§5.2)' '' "${V[@]}" --lint code.bin
t "without --lint nothing is reported" 0 '=code.bin: offset 0: message 1: PEER-SEARCH request: valid' '' "${V[@]}" code.bin
t "--lint with --quiet requires --report" 2 '' '~reload-verify: --lint with --quiet requires --report.*' "${V[@]}" --quiet --lint code.bin

# ---- JSON ----

run "${V[@]}" --json --lint code.bin
is "$status $(jq -c '.lint' "$output")" \
    '0 [{"rule":"response-code-in-request","section":"B§5.2","level":"MUST","path":"/attributes/0","detail":"not allowed in a PEER-SEARCH request"}]' "JSON: a finding has rule, section, level, path and detail"
jq -c 'del(.lint)' "$output" >with
"${V[@]}" --json code.bin | jq -c . >without
same with without "JSON: --lint only adds the key lint"
run "${V[@]}" --lint --json "$put"
is "$(jq -c '[.lint[] | [.rule, .level, .path]]' "$output")" \
    '[["unknown-dht","MUST","/header/dht"],["unknown-hash","MUST","/header/hash"],["put-destination","MUST","/attributes/1/value/0"]]' "JSON: several findings, in order"
printf 'garbage' >garbage
run "${V[@]}" --lint --json garbage
is "$status $(jq -c '[.verdict, .lint]' "$output")" '1 ["malformed",[]]' "JSON: garbage breaks no rule"

# ---- verdicts ----

reload-sign --secret secret -o broken.bin <(reload-sign --example PEER-SEARCH | jq '.header.ttl = 0 | .header.experimental = true | .attributes = []')
for file in broken.bin code.bin "$put" garbage; do
    "${V[@]}" "$file" >plain 2>plain.err
    expected=$?
    run "${V[@]}" --lint "$file"
    is "$status $(grep -v '^    lint: ' "$output")" "$expected $(cat plain)" "--lint changes neither verdict nor status of $(basename "$file")"
done
t "an invalid message has findings too" 1 '~broken\.bin: .*: invalid: bad-digest \(431\): .*
    lint: ttl-zero /header/ttl: .*
    lint: experimental-version /header/experimental: EXP is set \(B§5\.1\)
    lint: source-info-advised /attributes: a PEER-SEARCH request without SOURCE-INFO \(SHOULD, B§8\.1\.1, B§8\.2\.1, B§9\.1\)' '' \
    reload-verify --secret <(echo other) --time "$now" --lint broken.bin
head -c 70 broken.bin >short.bin
run "${V[@]}" --lint --json short.bin
is "$status $(jq -r .verdict "$output") $(rules | tr '\n' ' ')" '1 malformed ttl-zero /header/ttl experimental-version /header/experimental ' \
    "a truncated message has findings for its readable part"

after=$(hex <code.bin)0015000464656164 # PEER-EXPIRATION, misplaced
after=$(patch 13 "$(printf %06x $((${#after} / 2 - 68)))" "$after")
unhex "$after" >after.bin
run "${V[@]}" --lint --json after.bin
is "$(jq -c '.lint[] | select(.rule == "signature-not-last") | [.section, .level, .path, .detail]' "$output")" \
    '["S§5.1, S§7.1","MUST","/attributes/2","attributes other than ROUTE-LOG after it: 1"]' "a SIGNATURE that is not last is found"

after=$(hex <broken.bin)0002001801010014$(printf %040x 0) # SOURCE-INFO, ignored
after=$(patch 13 "$(printf %06x $((${#after} / 2 - 68)))" "$after")
unhex "$after" >late.bin
run "${V[@]}" --lint --json late.bin
is "$(jq -r '.lint[] | select(.rule == "source-info-advised") | .detail' "$output")" \
    'a PEER-SEARCH request without SOURCE-INFO (one follows the SIGNATURE, where it is ignored)' "a SOURCE-INFO after the SIGNATURE is named"
run reload-verify --ca "$TESTDATA/overlay/ca.crt" --time "$now" --lint --json late.bin
is "$(jq -r '.lint[] | select(.rule == "missing-source-info") | .detail' "$output")" \
    'SOURCE-INFO is missing in a PEER-SEARCH request (one follows the SIGNATURE, where it is ignored)' "a SOURCE-INFO after the SIGNATURE is named if one is required"

# ---- the overlay's algorithm chooses the rules ----

t "the Security field does not choose the rules" 1 '~code\.bin: .*: invalid: security-mismatch \(401\): .*
    lint: response-code-in-request .*
    lint: missing-peer-cert /attributes/1: SOURCE-INFO has no PEER-CERT \(MUST, S§5\.1\)
    lint: missing-timestamp /attributes/2: SIGNATURE has no TIMESTAMP \(MUST, S§3\.2, D4\)
    lint: digest-length /attributes/2/value/0: .*' '' "${C[@]}" --lint code.bin
run reload-verify --none --lint --json code.bin
is "$(rules | grep signature)" 'signature-under-none /attributes/2' "--none has its own rules"
t "the algorithm comes from a profile" 0 '~certs\.bin: .*: TRANSPORT-TUNNEL request: valid' '' \
    reload-verify --profile "$TESTDATA/overlay/overlay.json" --time 2027-01-01T00:00:00Z --lint certs.bin
reload-sign --key alice.key --cert "$TESTDATA/alice.crt" --time 2027-01-01T00:00:00Z --transaction-id ffffffffffffffff -o random.bin \
    <(reload-sign --example PEER-SEARCH)
t "CERTS: a Transaction ID without a boot time is found" 0 '~random\.bin: .*: valid
    lint: transaction-id-form /header/transaction_id: the first half is not a boot time: 4294967295 is later than the TIMESTAMP, 1798761600 \(MUST, S§7\)' '' \
    "${C[@]}" --lint random.bin

# ---- tunnelled messages ----

reload-sign --secret secret -o inner.bin <(reload-sign --example PEER-JOIN | jq ".header.ttl = 0 | .header.destination_id = \"$bob\"")
reload-sign --secret secret -o outer.bin <(reload-sign --example TRANSPORT-TUNNEL |
    jq --arg hex "$(hex <inner.bin)" '.header.ttl = 0 | .attributes[1].value[0].value = "reload" | .attributes[1].value[1].hex = $hex')
t "text: an inner message's findings are in the outer message's report" 0 '=outer.bin: offset 0: message 1: TRANSPORT-TUNNEL request: valid
    lint: ttl-zero /header/ttl: TTL is 0: receivers discard the message (MUST, B§5.1)
    tunnelled: PEER-JOIN request: valid
        lint: ttl-zero /header/ttl: TTL is 0: receivers discard the message (MUST, B§5.1)
        lint: join-destination /header/destination_id: the Destination ID is not the Source ID (MUST, B§8.1.1)' '' "${V[@]}" --lint outer.bin
run "${V[@]}" --lint --json outer.bin
is "$(jq -c '[[.lint[].rule], [.tunnelled[0].lint[].rule]]' "$output")" '[["ttl-zero"],["ttl-zero","join-destination"]]' "JSON: an inner message's findings are in the outer message's report"

# ---- a filter ----

"${V[@]}" -f binary outer.bin code.bin >plain
t "a filter passes on the same messages and prints findings on standard error" 0 @plain '=reload-verify: outer.bin: offset 0: message 1: lint: ttl-zero /header/ttl: TTL is 0: receivers discard the message (MUST, B§5.1)
reload-verify: outer.bin: offset 0: message 1: tunnelled: lint: ttl-zero /header/ttl: TTL is 0: receivers discard the message (MUST, B§5.1)
reload-verify: outer.bin: offset 0: message 1: tunnelled: lint: join-destination /header/destination_id: the Destination ID is not the Source ID (MUST, B§8.1.1)
reload-verify: code.bin: offset 0: message 2: lint: response-code-in-request /attributes/0: not allowed in a PEER-SEARCH request (MUST, B§5.2)' \
    "${V[@]}" -f binary --lint outer.bin code.bin
t "a filter with --quiet and --report prints no findings" 0 @plain '' "${V[@]}" -q -f binary --lint --report report outer.bin code.bin

# ---- the other test messages ----

# findings FILE EXPECTED: the findings of a message in testdata
findings()
{
    run "${V[@]}" --lint --json "$TESTDATA/$1"
    is "$(rules)" "$2" "$1: its findings"
}
findings response.hmac.bin ''
findings route-log.hmac.bin 'missing-route-log-version /attributes/3'
findings tunnel.hmac.bin ''
findings tunnelled.hmac.bin ''
findings unknown.hmac.bin 'nonzero-padding /attributes/1/value/2
nonzero-padding /attributes/2
unknown-attribute /attributes/2'

done_testing
