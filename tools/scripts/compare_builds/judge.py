# SPDX-License-Identifier: BSD-2-Clause
"""Judges two results of one case: what agrees, what differs in words alone, and what differs.

Each finding has a class:
  differ  the builds disagree
  values  numbers inside an error's or a finding's prose differ, or new ones were added
  words   only words differ
  stderr  lines, files, offsets or message numbers on standard error differ
Only `differ` counts as a disagreement; the others are reported.
"""

import re
import sqlite3
import tempfile
from itertools import zip_longest

CLASSES = ("differ", "values", "words", "stderr")

STRING = rb'"(?:[^"\\]|\\.)*"'
# Prose in JSON. A key inside a string value has escaped quotes, and is not matched.
JSON_PROSE = re.compile(rb'"(error|detail|warning|comment|description|says)": ' + STRING)
JSON_PROSE_LISTS = re.compile(rb'"(header)": \[(' + STRING + rb"(?:,\s*" + STRING + rb")*)\]")

# Where the prose of a text line begins.
PROSE = re.compile(
    r"(?:^|(?<=\s))! "
    r"|: (?:invalid|malformed)(?:: [a-z-]+)?(?: \(\d+\))?(?=: )"
    r"|\blint: \S+ \S+(?=: )"
    r"|\bexplain: \S+ \S+(?=: )")
SECTIONS = re.compile(r"\b[BS]§[\d.]*\d|\bD\d+\b|\bRFC \d+")
POINTER = r"/[A-Za-z_0-9.-]+(?:/[A-Za-z_0-9.-]+)*"
TOKEN = re.compile(POINTER + r"|\b[0-9A-Za-z]*\d[0-9A-Za-z]*\b|\b(?:[0-9a-f]{2})+\b")
WORDS_LIKE_HEX = {"be", "dead", "face", "fade", "deed", "feed", "bead", "deaf", "added", "decade", "facade", "ad"}
HELP_OPTION = re.compile(r"^\s{2,6}(-\w, )?\s*(--[a-z0-9-]+)(=\S+)?", re.M)
PLACE = re.compile(r"\b(offset|message) (\d+)")


def json_without_prose(octets):
    octets = JSON_PROSE_LISTS.sub(lambda m: b'"' + m[1] + b'": [' + b", ".join([b'"*"'] * len(re.findall(STRING, m[2]))) + b"]", octets)
    return JSON_PROSE.sub(rb'"\1": "*"', octets)


def tokens(text):
    """The numbers, hex digits and pointers of a text."""
    return [token for token in TOKEN.findall(SECTIONS.sub("", text)) if token not in WORDS_LIKE_HEX]


def split_prose(line):
    match = PROSE.search(line)
    return (line[:match.end()], line[match.end():]) if match else (line, "")


def is_subsequence(short, long):
    rest = iter(long)
    return all(token in rest for token in short)


def judge_text_line(old, new):
    """The class of a line that is not the same."""
    (old_fixed, old_prose), (new_fixed, new_prose) = split_prose(old), split_prose(new)
    if tokens(old_fixed) == tokens(new_fixed):
        return "words" if tokens(old_prose) == tokens(new_prose) else "values"
    # the prose may begin elsewhere: a line that keeps every value and adds some
    return "values" if old_prose and is_subsequence(tokens(old), tokens(new)) else "differ"


def lines_of(octets):
    return octets.decode("utf-8", "replace").split("\n")


def excerpts(old, new, size=120):
    """Both lines around their first difference."""
    at = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    begin, end = max(0, at - size), at + size
    return [("… " if begin else "") + line[begin:end] + (" …" if len(line) > end else "") for line in (old, new)]


def judge_lines(what, old, new, judge_line):
    old, new = lines_of(old), lines_of(new)
    if len(old) != len(new):
        first = next((pair for pair in zip_longest(old, new) if pair[0] != pair[1]
                      and (None in pair or judge_line(*pair) == "differ")), (old[-1], new[-1]))
        yield "differ", f"{what}: {len(old) - 1} and {len(new) - 1} lines", *first
        return
    for one, other in zip(old, new):
        if one != other:
            found = judge_line(one, other)
            if found == "differ":  # without the prose, which may be long and differ earlier
                one, other = (json_without_prose(line.encode()).decode() if line.startswith(("{", " ", "[")) else line for line in (one, other))
            yield found, what, *(excerpts(one, other) if found == "differ" or len(one) > 600 else (one, other))


def judge_json_line(old, new):
    same = json_without_prose(old.encode()) == json_without_prose(new.encode())
    return "words" if same else "differ"


def hex_around(octets, at):
    return f"octet {at} of {len(octets)}: {octets[max(0, at - 8):at].hex()}[{octets[at:at + 16].hex()}]"


def judge_octets(what, old, new):
    at = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    if all(32 <= octet < 127 or octet == 10 for octet in (old[:4000] + new[:4000])):
        yield from judge_lines(what, old, new, lambda one, other: "differ")
    else:
        yield "differ", what, hex_around(old, at), hex_around(new, at)


def help_options(octets):
    return sorted(f"{m[0].strip().split('  ')[0]}" for m in HELP_OPTION.finditer(octets.decode("utf-8", "replace")))


def judge_help(what, old, new):
    old, new = help_options(old), help_options(new)
    gone, come = [o for o in old if o not in new], [o for o in new if o not in old]
    if gone or come:
        yield "differ", what, f"options only here: {' '.join(gone)}", f"options only here: {' '.join(come)}"
    else:
        yield "words", what, "(help)", "(help)"


def judge_output(form, what, old, new):
    if old == new:
        return
    if form == "json":
        yield from judge_lines(what, old, new, judge_json_line)
    elif form == "text":
        yield from judge_lines(what, old, new, judge_text_line)
    elif form == "help":
        yield from judge_help(what, old, new)
    elif form == "length":
        if len(old) != len(new):
            yield "differ", what, f"{len(old)} octets", f"{len(new)} octets"
    else:
        yield from judge_octets(what, old, new)


def places(octets):
    """What standard error reports on: each line's file, offset and message."""
    for line in lines_of(octets)[:-1]:
        files = re.findall(r"(?<![\w/])c/[\w./-]*\w|(?<= )-(?=:)", line)
        yield " ".join(files[:1] + [f"{word} {number}" for word, number in PLACE.findall(line)]), line


def judge_errors(old, new):
    if old == new:
        return
    olds, news = list(places(old)), list(places(new))
    changed = False
    for one, other in zip_longest(olds, news, fillvalue=("", "")):
        if one[0] != other[0] or len(olds) != len(news):
            if one != other:
                yield "stderr", f"standard error: {len(olds)} and {len(news)} lines", one[1], other[1]
                return
        elif one[1] != other[1]:
            changed = True
            yield "words", "standard error", one[1], other[1]
    if not changed:
        yield "words", "standard error", "", ""


def database(octets):
    """A state file's rows, without the time at which each was added."""
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        file.write(octets)
        file.flush()
        try:
            connection = sqlite3.connect(file.name)
            text = "\n".join(connection.iterdump())
            connection.close()
        except sqlite3.Error as error:
            text = f"not read: {error}"
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", text).encode()


def plain_file(octets):
    return database(octets) if octets.startswith(b"SQLite format 3") else octets


def judge_files(old, new, random):
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield "differ", f"file {name}", *(f"{len(files[name][1])} octets" if name in files else "missing" for files in (old, new))
            continue
        (old_mode, old_octets), (new_mode, new_octets) = old[name], new[name]
        if old_mode != new_mode:
            yield "differ", f"file {name}: mode", f"{old_mode:o}", f"{new_mode:o}"
        if old_octets != new_octets and not random:
            yield from judge_output("octets", f"file {name}", plain_file(old_octets), plain_file(new_octets))


def judge(case, old, new):
    """[(class, what, old line, new line)…] of two results: lists of steps, and the files that are there after the last one."""
    findings = []
    for number, (step, one, other) in enumerate(zip(case.steps, old["steps"], new["steps"]), 1):
        which = f"step {number}: " if len(case.steps) > 1 else ""
        if one[0] != other[0]:
            findings.append(("differ", f"{which}exit status {one[0]} and {other[0]}",
                             *(lines_of(result[2])[0] or lines_of(result[1])[0] for result in (one, other))))
        findings += [(cls, which + what, a, b) for cls, what, a, b in judge_output(step.form, "standard output", one[1], other[1])]
        findings += [(cls, which + what, a, b) for cls, what, a, b in judge_errors(one[2], other[2])]
    findings += judge_files(old["files"], new["files"], case.random)
    return findings
