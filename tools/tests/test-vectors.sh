#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold filters for jq and a script
# testdata/vectors: the files conform to their schemas, and the tools pass them. test-vectors-make.sh tests how they are made.
# Many seconds of CPU: all vectors, and one process for each of 60 that show the contract for other implementations.
. "$(dirname "$0")/tap.bash"

vectors=$TESTDATA/vectors
kinds=(bodies_test.json certs_test.json codec_test.json hmac_test.json id_test.json mutation_test.json names_test.json pinned_test.json replay_test.json
    secret_test.json sign_test.json stream_test.json trust_test.json tunnel_test.json verdicts_test.json)
run_tools=("$vectors/run" --tools "$RELOAD_TOOLS")

is "$(cd "$vectors" && printf '%s\n' *_test.json)" "$(printf '%s\n' "${kinds[@]}")" "this test covers all files"
ok "the suite is below 7 MB" test "$(cat "$vectors"/*_test.json | wc -c)" -lt 7000000

# D13's comparison in constant time, which vectors cannot show
if [ -e "$RELOAD_TOOLS/../lib/libreload.so" ]; then
    ok "digests are compared by mbed TLS's comparison in constant time" grep -q 'U .*mbedtls_ct_memcmp' \
        <(nm -D --undefined-only "$RELOAD_TOOLS/../lib/libreload.so")
else
    skip "digests are compared by mbed TLS's comparison in constant time" "no libreload.so"
fi

# files without vectors
echo '[]' >none.json
echo '{"testGroups": [{}], "numberOfTests": 0}' >half.json
echo '{' >broken.json

# ---- as they are installed ----

build=$RELOAD_TOOLS/..
if [ -d "$build/meson-info" ] && type meson >/dev/null 2>&1; then
    mkdir installed
    (cd "$build" && meson introspect --installed) | jq -r 'to_entries[] | select(.value | test("/libreload/vectors(/|$)")) | .key' |
        while read -r file; do cp -r "$file" installed/; done
    is "$(cd installed && printf '%s\n' *_test.json)" "$(printf '%s\n' "${kinds[@]}")" "all files are installed"
    t "the installed runner finds the installed vectors" 0 '~.*all tests .* 0' '' bash -c 'cd / && exec "$@"' - \
        "$PWD/installed/run" --tools "$RELOAD_TOOLS" hmac_test.json
    t "the installed verifier passes them" 0 '~.*all tests .* 0' '' bash -c 'cd / && exec "$@"' - \
        "$PWD/installed/run" --module "$PWD/installed/verifier.py" --codes hmac_test.json stream_test.json tunnel_test.json
    ok "the schemas are installed" test -f installed/schemas/codec_schema.json
    t "the installed wrapper of reload-verify works" 0 '~.*all tests .* 0' '' "$PWD/installed/run" --command "$PWD/installed/wrapper" --codes --tcid 1-3 \
        tunnel_test.json
else
    skip "the vectors are installed with their runner" "no build directory of meson"
fi

# ---- schemas, by an independent validator ----

python=''
for candidate in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! "$candidate" -c 'import jsonschema' 2>/dev/null || python=$candidate
done
if [ -n "$python" ]; then
    t "the vectors conform to their schemas" 0 '' '' "$python" -W ignore "$vectors/validate" "${kinds[@]/#/$vectors/}"
    # unlike DESCRIPTION FILE FILTER: the file, changed by FILTER, does not conform to its schema. One process validates all such
    # files at the end.
    strict=() strict_files=()
    unlike()
    {
        local file=strict-${#strict[@]}.json
        jq "$3" "$vectors/$2" >"$file"
        strict+=("$1")
        strict_files+=("$file")
    }
    for name in missing broken none half; do
        t "a mistake: validate $name.json" 2 '' "~validate: $name\.json: .*" "$python" -W ignore "$vectors/validate" "$name.json"
    done
    t "validate --help prints on standard output" 0 '~usage: .*' '' "$python" -W ignore "$vectors/validate" --help
    unlike "an unknown key" hmac_test.json '.colour = 1'
    unlike "an unknown key in a group" hmac_test.json '.testGroups[0].colour = 1'
    unlike "an unknown key in a test" hmac_test.json '.testGroups[0].tests[0].colour = 1'
    unlike "an unknown key in a policy" hmac_test.json '.testGroups[0].policy.colour = 1'
    unlike "an unknown reason" hmac_test.json '.testGroups[0].tests[-1].reason = "ugly"'
    unlike "a valid message with a reason" hmac_test.json '.testGroups[0].tests[0].reason = "bad-digest"'
    unlike "a valid message with a code" hmac_test.json '.testGroups[0].tests[0].response_code = 431'
    unlike "upper-case hex" hmac_test.json '.testGroups[0].tests[0].msg |= ascii_upcase'
    unlike "half an octet" hmac_test.json '.testGroups[0].tests[0].msg += "0"'
    unlike "HMAC without a secret" hmac_test.json 'del(.testGroups[0].secrets)'
    unlike "CERTS without a CA" certs_test.json 'del(.testGroups[0].ca)'
    unlike "a CA that is not PEM" certs_test.json '.testGroups[0].ca[0] = "30"'
    unlike "a flag without a note" hmac_test.json 'del(.notes.Hmac)'
    unlike "a tcId twice" hmac_test.json '.testGroups[0].tests[1].tcId = 1'
    unlike "a wrong numberOfTests" hmac_test.json '.numberOfTests += 1'
    unlike "a codec test without octets" codec_test.json 'del(.testGroups[0].tests[0].msg)'
    unlike "a signer's refusal with a message" sign_test.json '(first(.testGroups[].tests[] | select(.result == "invalid")) | .msg) = "00"'
    unlike "a key without its certificate" sign_test.json 'del((first(.testGroups[] | select(has("cert"))) | .cert))'
    unlike "an identifier without output" id_test.json 'del(.testGroups[0].tests[0].output)'
    unlike "a secret file without its secret" secret_test.json 'del(.testGroups[0].tests[0].secret)'
    unlike "garbage without its error" stream_test.json '(first(.testGroups[].tests[].items[] | select(.kind == "garbage")) | .error) = null'
    run "$python" -W ignore "$vectors/validate" "${strict_files[@]}"
    is "$status" 1 "the status of files that do not conform"
    for n in "${!strict[@]}"; do
        ok "the schemas are strict: ${strict[n]}" grep -q "^strict-$n\.json: ." "$output"
    done
else
    fail "the vectors conform to their schemas" "the Debian package python3-jsonschema is missing"
fi

# ---- running ----

run "${run_tools[@]}" --tap "${kinds[@]/#/$vectors/}"
is "$status $(wc -l <"$output") $(cat "$errors")" "0 ${#kinds[@]} " "libreload passes all tests"
while read -r count name; do
    ok "$name: libreload passes its $count tests" grep -qE "^ok [0-9]+ - $name: $count of $count tests\$" "$output"
done < <(jq -r '"\([.testGroups[].tests[]] | length) \(input_filename | sub(".*/"; ""))"' "${kinds[@]/#/$vectors/}")

count=$(jq '[.testGroups[].tests[]] | length' "$vectors/tunnel_test.json")
t "tunnel_test.json: libreload passes its $count tests with one process for each" 0 \
    "~.*all tests \(a test may have several\) +$count +$count +0" '' "${run_tools[@]}" --each "$vectors/tunnel_test.json"

# wrong DESCRIPTION FILE FILTER REGEX: run reports a vector made wrong by FILTER. The file with it has no other vectors. One process
# runs all such files at the end.
wrong=() wrong_files=() wrong_reasons=()
wrong()
{
    local file=wrong-${#wrong[@]}.json
    jq ". as \$before | ($3) | .testGroups |= [to_entries[] | (.key as \$n | .value |
        .tests |= map(select(. as \$test | any(\$before.testGroups[\$n].tests[]; . == \$test) | not))) | select(.tests != [])] |
        .numberOfTests = ([.testGroups[].tests[]] | length)" "$vectors/$2" >"$file"
    wrong+=("$1")
    wrong_files+=("$file")
    wrong_reasons+=("$4")
}
first='first(.testGroups[].tests[] | select(.result == "valid" and .reason == null))'
digest='first(.testGroups[].tests[] | select(.reason == "bad-digest"))'
wrong "a valid message as invalid" hmac_test.json "($first) |= (.result = \"invalid\" | .reason = \"bad-digest\")" \
    'None None instead of .*'
wrong "an invalid message as valid" hmac_test.json "($digest) |= (.result = \"valid\" | .reason = null | .response_code = null)" \
    'bad-digest 431 instead of None None'
wrong "another reason" hmac_test.json "($digest | .reason) = \"stale\"" 'bad-digest 431 instead of stale 431'
wrong "another code" hmac_test.json "($digest | .response_code) = 401" 'bad-digest 431 instead of bad-digest 401'
wrong "another misreading" hmac_test.json '(first(.testGroups[].tests[] | select(.misreading)) | .misreading) = ["from-octet-4"]' \
    "the digest is explained by .*, but \['from-octet-4'\]"
wrong "another reason of an inner message" tunnel_test.json '(first(.testGroups[].tests[] | select(.tunnelled.reason == "bad-digest")) | .tunnelled.reason) = "stale"' \
    'bad-digest 431 instead of stale 431'
wrong "another JSON" codec_test.json '(first(.testGroups[].tests[]) | .json.header.ttl) = 33' 'read as .*'
wrong "other octets" codec_test.json '(first(.testGroups[].tests[] | select(.direction == "encode" and .result == "valid")) | .msg) += "00"' 'written as .*'
wrong "another digest" sign_test.json '(first(.testGroups[].tests[] | select(.result == "valid")) | .msg) |= .[:-2] + "00"' 'status 0.*'
wrong "a refusal" sign_test.json '(first(.testGroups[].tests[] | select(.result == "valid"))) |= (del(.msg) | .result = "invalid" | .reason = "refused")' 'status 0.*'
wrong "another identifier" id_test.json '(first(.testGroups[].tests[]) | .output) |= .[:-2] + "00"' 'status 0.*'
wrong "another secret" secret_test.json '(first(.testGroups[].tests[]) | .secret) |= .[:-2] + "00"' 'status 0.*'
wrong "another length of an item" stream_test.json '(first(.testGroups[].tests[].items[]) | .length) += 1' 'item 1 is .*'
wrong "another error of an item" stream_test.json '(first(.testGroups[].tests[].items[] | select(.error == "attributes")) | .error) = "stream-end"' 'item [0-9]+ is .*'
run "${run_tools[@]}" "${wrong_files[@]}"
is "$status $(grep -c ': tcId ' "$output") $(cat "$errors")" "1 ${#wrong[@]} " "run reports each wrong vector once"
for n in "${!wrong[@]}"; do
    ok "run reports a wrong vector: ${wrong[n]}" grep -qE "^wrong-$n\.json: tcId [0-9]+: .*${wrong_reasons[n]}" "$output"
done
jq "($first) |= (.result = \"invalid\" | .reason = \"bad-digest\")" "$vectors/tunnel_test.json" >changed.json
count=$(jq .numberOfTests changed.json)
t "run names the one wrong vector among those of one process" 1 \
    "~changed\.json: tcId [0-9]+: .*None None instead of .*all tests \(a test may have several\) +$count +$((count - 1)) +1" '' \
    "${run_tools[@]}" changed.json
jq '.numberOfTests += 1' "$vectors/id_test.json" >changed.json
t "run reports a wrong count" 1 '~.*changed\.json: tcId 0: .*wrong count.*' '~changed\.json: numberOfTests is .*' "${run_tools[@]}" --tcid 1 changed.json
mkdir empty
mistaken "run of a missing file" 'missing_test\.json: No such file or directory' "${run_tools[@]}" missing_test.json
mistaken "run of malformed JSON" 'broken\.json: .*' "${run_tools[@]}" broken.json
mistaken "run of JSON without vectors" 'none\.json: no vectors: .*' "${run_tools[@]}" none.json
mistaken "run of an incomplete group" 'half\.json: .*' "${run_tools[@]}" half.json
mistaken "run with --jobs 0" '--jobs: less than one' "${run_tools[@]}" --jobs 0
mistaken "run with an empty command" '--command: no words' "$vectors/run" --command ''
mistaken "run with a missing command" '\./missing: no such command' "$vectors/run" --command ./missing
printf '#!/bin/sh\n' >verify-script
mistaken "run with a command that may not be executed" '\./verify-script: not executable; chmod \+x makes it so' "$vectors/run" --command ./verify-script
mistaken "run with a command that is not in PATH" 'verify-script: no such command in PATH; \./verify-script names the file here' \
    "$vectors/run" --command verify-script
mistaken "run with missing tools" 'reload-verify: no such command in empty' "$vectors/run" --tools empty
mistaken "run with a missing secret" 'missing: No such file or directory' "${run_tools[@]}" --secret missing
t "run --help prints on standard output" 0 '~usage: .*' '' "$vectors/run" --help

# ---- another implementation: reload-verify wrapped in README.md's contract ----

# A process for each message is slow, so these are samples: one test of each result in each group, from files that together use
# all variables except RELOAD_CRL.
for name in tunnel_test.json replay_test.json pinned_test.json verdicts_test.json; do
    jq '.testGroups |= map(.tests |= (group_by(.result) | map(.[0]))) | .numberOfTests = ([.testGroups[].tests[]] | length)' \
        "$vectors/$name" >"$name"
    count=$(jq .numberOfTests "$name")
    t "$name: the wrapper passes $count tests, with reasons and codes" 0 "~.*all tests \(a test may have several\) +$count +$count +0" '' \
        "$vectors/run" --command "$vectors/wrapper" --codes "$name"
done
jq '.testGroups |= .[:2] | .testGroups[].tests |= (group_by(.result) | map(.[0])) | .numberOfTests = ([.testGroups[].tests[]] | length)' \
    "$vectors/hmac_test.json" >hmac_test.json
jq '.testGroups |= (map(select(.crl)) | .[:8]) | .numberOfTests = ([.testGroups[].tests[]] | length)' "$vectors/trust_test.json" >crl_test.json
t "the wrapper passes tests with CRLs" 0 '~.*all tests .* 0' '' "$vectors/run" --command "$vectors/wrapper" --codes crl_test.json
for lacks in crl replay; do
    sed "/^\[ -z \"\${RELOAD_${lacks^^}/d" "$vectors/wrapper" >"without-$lacks"
    chmod +x "without-$lacks"
done
t "a wrapper that ignores CRLs fails" 1 '~.*accepted, but invalid \(revoked-certificate\).*' '' "$vectors/run" --command ./without-crl crl_test.json
t "a wrapper that ignores replays fails" 1 '~.*accepted, but invalid \(replay\).*' '' "$vectors/run" --command ./without-replay replay_test.json
head -c 200 /dev/zero | tr '\0' s >long.secret
chmod 600 long.secret
reload-sign --secret long.secret -o long.bin "$TESTDATA/section-4.1.json"
hmac=(env RELOAD_SECURITY=HMAC RELOAD_SECRET="$(printf '73%.0s' {1..200})" "$vectors/wrapper")
t "the wrapper accepts a secret that is longer than a file name" 0 '~valid *' '' "${hmac[@]}" <long.bin
t "a wrapper without a temporary directory has no verdict" 2 '' '*' env TMPDIR=missing "${hmac[@]}" <long.bin
t "a command runs tests of verifying only" 1 '~.*ReloadId +40 not run: only tests of verifying go to a command' '' "$vectors/run" --command "$vectors/wrapper" "$vectors/id_test.json"
t "a command that accepts everything fails" 1 '~.*accepted, but invalid \(.*' '' "$vectors/run" --command true hmac_test.json
t "a command that refuses everything fails" 1 '~.*rejected, but valid: .*' '' "$vectors/run" --command false hmac_test.json
printf '#!/bin/sh\nexit 2\n' >failing
chmod +x failing
t "a command with status 2 does not count as refusing" 1 '~.*: status 2: .*' '' "$vectors/run" --command ./failing tunnel_test.json
printf '#!/bin/sh\necho stale\nexit 1\n' >stale
chmod +x stale
jq '.testGroups |= map(.tests |= map(select(.result == "invalid")) | select(.tests != [])) | .numberOfTests = ([.testGroups[].tests[]] | length)' \
    hmac_test.json >invalid_test.json
t "a wrong reason passes without --reasons" 0 '*' '' "$vectors/run" --command ./stale invalid_test.json
t "a wrong reason fails with --reasons" 1 '~.*stale instead of bad-digest.*' '' "$vectors/run" --command ./stale --reasons invalid_test.json
t "a missing reason fails with --reasons" 1 '~.*nothing instead of bad-digest.*' '' "$vectors/run" --command false --reasons invalid_test.json
printf '#!/bin/sh\necho bad-digest 401\nexit 1\n' >coded
chmod +x coded
t "a wrong code fails with --codes" 1 '~.*bad-digest 401 instead of bad-digest 431.*' '' \
    "$vectors/run" --command ./coded --codes invalid_test.json

# ---- choosing and showing tests ----

t "a failure names the decision" 1 "~.*tcId 1: .*: rejected, but valid: b'' \[D26\].*" '' "$vectors/run" --command false --tcid 1 tunnel_test.json
t "--tcid" 1 '~.*all tests .* 3 +0 +3' '' "$vectors/run" --command false --tcid 1,3-4 --flag Tunnel "$vectors/tunnel_test.json"
t "--flag, and a file beside the script" 0 '~.*Address +14 +14 +0.*all tests .* 0' '' "$vectors/run" --tools "$RELOAD_TOOLS" --flag ResourceId \
    --flag Address id_test.json
mistaken "run of an unknown test" '--tcid: 99999: no test has such a number' "$vectors/run" --command true --tcid 1,99999 tunnel_test.json
mistaken "run of a range without tests" '--tcid: 99998-99999: no test has such a number' "$vectors/run" --command true --tcid 99998-99999 tunnel_test.json
t "run of a range that ends before it begins" 2 '' '~.*argument --tcid: 3-1: no number is in this range' "$vectors/run" --command true --tcid 3-1 tunnel_test.json
mistaken "run of an unknown flag" '--flag: Tunel: no test has this flag \(did you mean Tunnel\?\)' "$vectors/run" --command true --flag Tunel tunnel_test.json
mistaken "run of a number and a flag that no test has both" 'no test has both one of --tcid and one of --flag' \
    "$vectors/run" --command true --flag None --tcid 1 tunnel_test.json
mistaken "run --show of all" '--show requires --tcid or --flag' "$vectors/run" --show --command true
mkdir shown
export TMPDIR=$work/shown
for how in --command:./stale "--tools:$RELOAD_TOOLS" "--module:$vectors/verifier.py"; do
    run "$vectors/run" "${how%%:*}" "${how#*:}" --tcid 1 --show hmac_test.json
    for text in 'hmac_test.json: tcId 1: a request: PEER-JOIN' 'decisions: D12, ' 'environment: RELOAD_SECURITY=HMAC' 'message: 52454c4f' \
        'expected: result "valid", reason null' 'command: ' 'output: '; do
        ok "${how%%:*} --show prints $text" grep -qF -- "$text" "$output"
    done
done
ok "--show keeps the files" test -d "$(sed -n 's/^files: //p' "$output")"
unset TMPDIR
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    script -qec "'$vectors/run' --module '$vectors/verifier.py' --tcid 1-2 '$vectors/tunnel_test.json'" shown/terminal >/dev/null </dev/null
    ok "progress on a terminal" grep -qF 'tunnel_test.json: 2 of 2 tests' shown/terminal
else
    skip "progress on a terminal" "script(1) cannot create a terminal"
fi

# The second verifier has the library's attributes.
"${RELOAD_TABLES:?is not set: the program print-tables}" | sed -n 's/^attribute\t\([^\t]*\)\t.*/\1/p' | sort >library
python3 -c 'import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verifier
for kind in verifier.ATTRIBUTES: print(f"0x{kind:04x}")' "$vectors" | sort >second
same second library "verifier.py has the types of the library's attributes"
done_testing
