#!/bin/bash
# The second verifier, in Python and written from the specification alone, says of every vector what the vector says.
. "$(dirname "$0")/tap.bash"

command -v python3 >/dev/null || bail_out "the command python3 is missing"
vectors=$TESTDATA/vectors
export PYTHONDONTWRITEBYTECODE=1
for file in "$vectors"/*_test.json; do
    count=$(jq '[.testGroups[] | select(.type == "ReloadVerify") | .tests[]] | length' "$file")
    [ "$count" -gt 0 ] || continue
    t "${file##*/}: all $count" 0 "~.*all tests \(a test may have several\) +$count +$count +0" '' \
        "$vectors/run" --command "$vectors/verifier.py" --codes "$file"
done
ok "these were many" test "$tests" -ge 9
done_testing
