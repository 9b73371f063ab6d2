#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# testdata/vectors/make reproduces the files, and each requirement has a vector or a test.
# Many seconds of CPU: all vectors are made again, with some 300 tool processes and 200 RSA signatures in Python.
. "$(dirname "$0")/tap.bash"

vectors=$TESTDATA/vectors
mapfile -t kinds < <(cd "$vectors" && printf '%s\n' *_test.json)

mkdir made
t "make succeeds: each requirement has a vector or a test" 0 '' '' "$vectors/make" "$RELOAD_TOOLS" made
is "$(ls made)" "$(printf '%s\n' COVERAGE.md "${kinds[@]}")" "make creates exactly these files"
for name in COVERAGE.md "${kinds[@]}"; do
    same "made/$name" "$vectors/$name" "$name is reproduced" \
        "to make it again: testdata/vectors/make TOOLS; then review what changed: git diff -I tcId -I numberOfTests testdata/vectors"
done

# a requirement without a vector, and one whose test does not exist
cp -r "$vectors" copy
mkdir -p out/testdata
mv copy out/testdata/vectors
jq '. + {"D99.1": {says: "a rule without a vector"}, "D99.2": {says: "a rule without a test", shown_by: [{file: "testdata/vectors/README.md", test: "no such words"}]},
    "S99-1": {says: "a rule that nothing does"}}' \
    "$vectors/requirements.json" >out/testdata/vectors/requirements.json
find out/testdata/vectors/sources -name '*.json' ! -name common.json ! -name id.json -delete
mkdir made2
run out/testdata/vectors/make "$RELOAD_TOOLS" made2
ok "make reports a requirement without a vector" grep -q 'D99\.1 has no vector: a rule without a vector$' "$errors"
ok "make reports a requirement whose test does not exist" grep -q 'D99\.2: .*README\.md has no test "no such words"$' "$errors"
ok "make reports a requirement of the draft that nothing does" grep -q 'S99-1 has no "by", what does it: a rule that nothing does$' "$errors"
is "$status" 1 "make with a requirement without a vector: status 1"
jq '.groups[0].tests[0].covers = "D0.1"' "$vectors/sources/id.json" >out/testdata/vectors/sources/id.json
run out/testdata/vectors/make "$RELOAD_TOOLS" made2
ok "make reports a test that covers an unknown requirement" grep -q 'id 1 covers D0\.1, which requirements\.json does not have$' "$errors"
jq '. + {"D99.3": {says: "this is refused", reason: "empty"}}' "$vectors/requirements.json" >out/testdata/vectors/requirements.json
jq '.groups[0].tests[0].covers = "D99.3"' "$vectors/sources/id.json" >out/testdata/vectors/sources/id.json
run out/testdata/vectors/make "$RELOAD_TOOLS" made2
ok "make reports a test that covers a requirement with another reason" grep -q 'id covers D99\.3, but nowhere with its reason$' "$errors"
jq '.groups[0].tests |= [.[] | select(.misreading == "secret-as-hex") | del(.misreading)] | .groups |= .[:1]' \
    <(jq '.groups |= map(select(any(.tests[]; .misreading == "secret-as-hex")))' "$vectors/sources/hmac.json") >out/testdata/vectors/sources/hmac.json
t "make reports a wrong digest without its misreading" 2 '' '~make: .*hmac\.json: the secret as hex digits: .*a wrong digest without the misreading.*' \
    out/testdata/vectors/make "$RELOAD_TOOLS" made2

# ---- mistakes ----

mkdir empty
mistaken "make with missing tools" 'reload-dump: no such command in empty' "$vectors/make" empty made
mistaken "make into a missing directory" 'missing: no directory' "$vectors/make" "$RELOAD_TOOLS" missing
t "make --help prints on standard output" 0 '~usage: .*' '' "$vectors/make" --help
done_testing
