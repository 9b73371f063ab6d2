# SPDX-License-Identifier: BSD-2-Clause
"""Compares the CPU time of two release builds over large inputs.

CPU time, not elapsed time: it stays comparable while other processes run. The builds alternate, and each pair of runs gives a
ratio; the median of the ratios counts. A lone slow ratio is measured again with more runs before it is called slower.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from .corpus import NOW

RUNS = 5
MORE_RUNS = 11
LIMIT = 1.1
VERSION = "2"
SECRET = ["--secret", "td/hmac.secret"]
AS_ALICE = ["--key", "ov/alice.key", "--cert", "ov/alice.crt"]
AT = ["--time", str(NOW)]
CA = ["--ca", "ov/ca.crt", "--overlay", "chat"]

# input: the octets of a file, repeated
INPUTS = {"hmac": 100_000, "hmac-part": 20_000, "hmac-json": 10_000, "hmac-unsigned": 50_000, "certs": 2_000, "certs-unsigned": 100}
MEASUREMENTS = [
    ("verify 100,000 under HMAC", "verify", [*SECRET, *AT, "-q", "speed/hmac"]),
    ("verify --json 20,000 under HMAC", "verify", [*SECRET, *AT, "--json", "speed/hmac-part"]),
    ("verify -f binary 100,000 under HMAC", "verify", [*SECRET, *AT, "-f", "binary", "speed/hmac"]),
    ("verify 2,000 under CERTS", "verify", [*CA, *AT, "-q", "speed/certs"]),
    ("verify --replay 2,000 under CERTS", "verify", [*CA, *AT, "--replay", "-q", "speed/certs"]),
    ("dump 100,000 as line", "dump", ["-f", "line", "speed/hmac"]),
    ("dump 20,000 as json", "dump", ["-f", "json", "speed/hmac-part"]),
    ("dump 100,000 as text", "dump", ["-f", "text", "speed/hmac"]),
    ("dump 2,000 of CERTS as annotated", "dump", ["-f", "annotated", "speed/certs"]),
    ("dump 10,000 of JSON as binary", "dump", ["-f", "binary", "speed/hmac-json"]),
    ("sign 50,000 under HMAC", "sign", [*SECRET, *AT, "--force", "speed/hmac-unsigned"]),
    ("sign 100 under CERTS", "sign", [*AS_ALICE, *AT, "--force", "speed/certs-unsigned"]),
]


def make_inputs(tools, corpus):
    """Makes the large inputs in the corpus if they are missing."""
    target = corpus / "speed"
    stamp = target / "version"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == VERSION:
        return
    work = pathlib.Path(tempfile.mkdtemp(dir=corpus, prefix=".speed-"))

    def run(tool, *arguments):
        return subprocess.run([f"{tools}/reload-{tool}", *arguments], cwd=corpus, check=True, capture_output=True).stdout

    try:
        put = "js/example-RESOURCE-PUT.json"
        signed = {"hmac": run("sign", "-q", *SECRET, *AT, put), "certs": run("sign", "-q", *AS_ALICE, *AT, put), "none": run("sign", "-q", "--none", put)}
        octets = {"hmac": signed["hmac"], "hmac-part": signed["hmac"], "hmac-json": run("dump", "-f", "json", "td/section-4.1.hmac.bin"), "hmac-unsigned": signed["none"],
                  "certs": signed["certs"], "certs-unsigned": signed["none"]}
        for name, count in INPUTS.items():
            (work / name).write_bytes(octets[name] * count)
        (work / "version").write_text(VERSION, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def cpu_seconds(tools, tool, arguments, corpus):
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen([str(pathlib.Path(tools).resolve() / f"reload-{tool}"), *arguments], cwd=corpus, stdin=null, stdout=null, stderr=null)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"compare-builds: {tools}/reload-{tool} {' '.join(arguments)}: status {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def paired(old, new, tool, arguments, corpus, runs):
    """The median times of both, and the median of the ratios of each pair of runs."""
    olds, news = [], []
    for number in range(runs):
        for times, tools in ((olds, old), (news, new))[::1 if number % 2 == 0 else -1]:
            times.append(cpu_seconds(tools, tool, arguments, corpus))
    return statistics.median(olds), statistics.median(news), statistics.median(b / a for a, b in zip(olds, news))


def compare_speed(old, new, corpus, word):
    corpus = pathlib.Path(corpus).resolve()
    make_inputs(pathlib.Path(old).resolve(), corpus)
    slower = measured = 0
    print(f"{'CPU time, median of alternating runs':40} {'OLD':>8} {'NEW':>8} {'ratio':>6}")
    for name, tool, arguments in MEASUREMENTS:
        if word and word not in name:
            continue
        one, other, ratio = paired(old, new, tool, arguments, corpus, RUNS)
        again = ratio > LIMIT
        if again:
            one, other, ratio = paired(old, new, tool, arguments, corpus, MORE_RUNS)
        measured += 1
        slower += ratio > LIMIT
        print(f"{name:40} {one:7.3f}s {other:7.3f}s {ratio:6.2f}{'  measured again' if again else ''}{'  SLOWER' if ratio > LIMIT else ''}", flush=True)
    print("no measurement slower by more than a tenth" if not slower else f"{slower} of {measured} slower by more than a tenth")
    return 1 if slower or not measured else 0
