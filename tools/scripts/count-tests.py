"""Counts what a meson test run really ran: python3 count-tests.py testlog.json

Prints "PASSED FAILED". A test that speaks TAP counts as many times as it has lines; one that failed without saying so in a
line, because it crashed or ran out of time, counts as one failure more.
"""

import json
import re
import sys

LINE = re.compile(r"^(not ok|ok)\b(.*)$", re.MULTILINE)
SKIPPED = re.compile(r"#\s*skip", re.IGNORECASE)

passed = failed = 0
with open(sys.argv[1], encoding="utf-8") as log:
    for record in map(json.loads, log):
        good = bad = 0
        for verdict, rest in LINE.findall(record.get("stdout", "")):
            if verdict == "not ok":
                bad += 1
            elif not SKIPPED.search(rest):
                good += 1
        ended_well = record["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
        if good + bad == 0 and record["result"] == "OK":
            good = 1
        if not ended_well and bad == 0:
            bad = 1
        passed += good
        failed += bad
print(passed, failed)
