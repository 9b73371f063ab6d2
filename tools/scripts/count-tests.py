# SPDX-License-Identifier: BSD-2-Clause
"""Count the single tests of a meson test run: python3 count-tests.py testlog.json

Print "PASSED FAILED", then each failure with its name, its TAP line and its diagnostics. Each TAP line counts as one test; a skipped
one does not count. A test that crashed or timed out, without a failed line, counts as one more failure; the end of its output is
printed.
"""

import json
import re
import sys

LINE = re.compile(r"^(not ok|ok)\b(.*)$")
SKIPPED = re.compile(r"#\s*skip", re.IGNORECASE)
SHOWN = 20  # lines of each failure


def main(path):
    passed, failures = 0, []
    with open(path, encoding="utf-8") as log:
        for record in map(json.loads, log):
            lines = record.get("stdout", "").splitlines()
            good, bad = 0, []
            for number, line in enumerate(lines):
                match = LINE.match(line)
                if match and match[1] == "not ok":
                    bad.append(number)
                elif match and not SKIPPED.search(match[2]):
                    good += 1
            for number in bad:
                diagnostics = []
                for line in lines[number + 1:]:
                    if not line.startswith("#"):
                        break
                    diagnostics.append(line)
                failures.append([f"{record['name']}: {lines[number]}"] + diagnostics[:SHOWN])
            ended_well = record["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
            if not good and not bad and record["result"] == "OK":
                good = 1
            if not ended_well and not bad:
                last = ["# " + line for line in (lines + record.get("stderr", "").splitlines())[-SHOWN:]]
                failures.append([f"{record['name']}: {record['result']}"] + last)
            passed += good
    print(passed, len(failures))
    for failure in failures:
        print("\n".join(failure))


main(sys.argv[1])
