#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The second verifier, in Python and written from the specification alone, agrees with every vector.
# One process judges each file, which is faster; for one file, a process judges each message, as the contract requires.
. "$(dirname "$0")/tap.bash"

command -v python3 >/dev/null || bail_out "the command python3 is missing"
vectors=$TESTDATA/vectors
export PYTHONDONTWRITEBYTECODE=1
for file in "$vectors"/*_test.json; do
    count=$(jq '[.testGroups[] | select(.type == "ReloadVerify" or .type == "ReloadStream") | .tests[]] | length' "$file")
    [ "$count" -gt 0 ] || continue
    t "${file##*/}: the second verifier passes all $count tests" 0 "~.*all tests \(a test may have several\) +$count +$count +0" '' \
        "$vectors/run" --module "$vectors/verifier.py" --codes "$file"
done
ok "at least ten files have tests for a verifier in Python" test "$tests" -ge 10
count=$(jq '[.testGroups[].tests[]] | length' "$vectors/pinned_test.json")
t "pinned_test.json: the second verifier passes all $count tests with one process for each" 0 "~.*all tests \(a test may have several\) +$count +$count +0" '' \
    "$vectors/run" --command "$vectors/verifier.py" --codes "$vectors/pinned_test.json"

mistaken "a module that does not exist" 'missing\.py: No such file or directory' "$vectors/run" --module missing.py
mistaken "a file that is not a module" 'vector\.json: not a Python module' "$vectors/run" --module vector.json
echo 'judge = None' >empty.py
mistaken "a module without answer()" 'empty\.py: the module has no answer\(\)' "$vectors/run" --module empty.py
mistaken "--tools with --module" '--tools cannot be combined with --module' "$vectors/run" --tools "$RELOAD_TOOLS" --module verifier.py
mistaken "--tools with --command" '--tools cannot be combined with --command' "$vectors/run" --tools "$RELOAD_TOOLS" --command true
t "a module beside the script is found" 0 '~.*all tests .* 0' '' "$vectors/run" --module verifier.py --tcid 1 tunnel_test.json
mistaken "--command with --module" '--command cannot be combined with --module' "$vectors/run" --command true --module empty.py
cat >accepting.py <<'END'
def answer(environment, octets):
    return 0, "valid\n", ""
END
t "a module that accepts everything fails" 1 '~.*accepted, but invalid \(.*' '' "$vectors/run" --module accepting.py "$vectors/hmac_test.json"
done_testing
