#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The tools pass all of testdata/vectors. test-vectors.sh tests the files and their runner.
. "$(dirname "$0")/tap.bash"

vectors=$TESTDATA/vectors
run "$vectors/run" --tools "$RELOAD_TOOLS" --tap "$vectors"/*_test.json
is "$status $(cat "$errors")" "0 " "the tools pass all vectors"
while read -r count name; do
    if grep -qE "^ok [0-9]+ - $name: $count of $count tests\$" "$output"; then
        pass "$name: the tools pass its $count tests"
    else
        fail "$name: the tools pass its $count tests" "$(grep -F "$name" "$output")"
    fi
done < <(jq -r '"\([.testGroups[].tests[]] | length) \(input_filename | sub(".*/"; ""))"' "$vectors"/*_test.json)
done_testing
