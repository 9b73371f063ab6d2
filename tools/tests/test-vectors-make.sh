#!/bin/bash
# testdata/vectors: make produces the same files again, and no requirement lacks a vector or a test.
# Many seconds of CPU: all vectors are made again, with some 300 tool processes and 200 RSA signatures in Python.
. "$(dirname "$0")/tap.bash"

vectors=$TESTDATA/vectors
mapfile -t kinds < <(cd "$vectors" && printf '%s\n' *_test.json)

mkdir made
t "make works, and every requirement has a vector or a test" 0 '' '' "$vectors/make" "$RELOAD_TOOLS" made
is "$(ls made)" "$(printf '%s\n' COVERAGE.md "${kinds[@]}")" "it makes these files and no others"
for name in COVERAGE.md "${kinds[@]}"; do
    same "made/$name" "$vectors/$name" "$name is made again"
done
ok "the suite is below 5 MB" test "$(cat "$vectors"/*_test.json | wc -c)" -lt 5000000

# a requirement without a vector, and one whose test is not there
cp -r "$vectors" copy
mkdir -p out/testdata
mv copy out/testdata/vectors
jq '. + {"D99.1": {says: "nobody shows this"}, "D99.2": {says: "nor this", shown_by: [{file: "testdata/vectors/README.md", test: "no such words"}]}}' \
    "$vectors/requirements.json" >out/testdata/vectors/requirements.json
find out/testdata/vectors/sources -name '*.json' ! -name common.json ! -name id.json -delete
mkdir made2
run out/testdata/vectors/make "$RELOAD_TOOLS" made2
ok "make fails where a requirement has no vector" grep -q 'D99\.1 has no vector: nobody shows this$' "$errors"
ok "and where the test that should show it is not there" grep -q 'D99\.2: .*README\.md has no test "no such words"$' "$errors"
is "$status" 1 "with status 1"
jq '.groups[0].tests[0].covers = "D0.1"' "$vectors/sources/id.json" >out/testdata/vectors/sources/id.json
run out/testdata/vectors/make "$RELOAD_TOOLS" made2
ok "a test that covers what is no requirement fails too" grep -q 'id 1 covers D0\.1, which requirements\.json does not have$' "$errors"
jq '. + {"D99.3": {says: "this is refused", reason: "empty"}}' "$vectors/requirements.json" >out/testdata/vectors/requirements.json
jq '.groups[0].tests[0].covers = "D99.3"' "$vectors/sources/id.json" >out/testdata/vectors/sources/id.json
run out/testdata/vectors/make "$RELOAD_TOOLS" made2
ok "so does one that covers a reason and has another" grep -q 'id covers D99\.3, but nowhere with its reason$' "$errors"
jq '.groups[0].tests |= [.[] | select(.misreading == "secret-as-hex") | del(.misreading)] | .groups |= .[:1]' \
    <(jq '.groups |= map(select(any(.tests[]; .misreading == "secret-as-hex")))' "$vectors/sources/hmac.json") >out/testdata/vectors/sources/hmac.json
t "so does a wrong digest without its misreading" 2 '' '~make: .*hmac\.json: the secret as hex digits: .*a wrong digest without the misreading.*' \
    out/testdata/vectors/make "$RELOAD_TOOLS" made2

# ---- mistakes ----

# mistaken DESCRIPTION ERROR COMMAND...: one line on standard error, and status 2
mistaken()
{
    local description=$1 error=$2
    shift 2
    t "a mistake: $description" 2 '' "~[a-z]+: $error" "$@"
    is "$(wc -l <"$errors")" 1 "in one line"
}
mkdir empty
mistaken "make with tools that are not there" 'reload-dump: no such command in empty' "$vectors/make" empty made
mistaken "make into no directory" 'missing: no directory' "$vectors/make" "$RELOAD_TOOLS" missing
t "make --help" 0 '~usage: .*' '' "$vectors/make" --help
done_testing
