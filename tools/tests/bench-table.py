#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures the tools against other programs, as ratios within the same run, and prints a table.

Each row compares two commands over the same input, run alternately, by the median of their CPU times (for jobs: wall-clock times).
The other command is mbed TLS alone (lib/bench/raw.c), tshark, jq, openssl, or the same tool with other options. Input is made with
the tools. A row whose other program is missing is omitted.

Usage: bench-table.py [-k WORD]... [--runs N] [--scale N] [--rfc6940 DIR] [--list]

--scale makes the inputs larger (1 takes some minutes). tshark dissects no RELOAD of 2007; --rfc6940 specifies a directory with
messages of RFC 6940 (*.bin) that tshark is measured with, as many and as large as ours. Prints TAP; nothing depends on the times.
The environment variables RELOAD_TOOLS, RELOAD_RAW and TESTDATA name the tools' directory, raw.c's program and the test data.
"""

import argparse
import glob
import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

TOOLS, TESTDATA = pathlib.Path(os.environ["RELOAD_TOOLS"]), pathlib.Path(os.environ["TESTDATA"]).resolve()
RAW = os.environ["RELOAD_RAW"]
NOW = "1183900000"
KEY = ["--key", "alice.key", "--cert", str(TESTDATA / "alice.crt"), "--time", NOW]
CERTS = ["--ca", str(TESTDATA / "overlay/ca.crt"), "--time", NOW, "-q"]
HMAC = ["--secret", "secret", "-q"]


def tool(name, *args):
    return [str(TOOLS / name), *map(str, args)]


def run(command, **more):
    return subprocess.run(command, check=True, **{"stdout": subprocess.DEVNULL, **more})


def make(path, command, octets=None):
    with open(path, "wb") as file:
        run(command, stdout=file, **({} if octets is None else {"input": octets}))


# ---- Input ----


def put(number, more=()):
    """Section 4.1's message, with its own Transaction ID, and entries of its own."""
    text = json.loads((TESTDATA / "section-4.1.json").read_text())
    text["header"]["transaction_id"] = "%016x" % (0x4690c25c00000000 + number)
    for body in text["attributes"][1]["value"][1:]:
        entry = body["value"][0]
        entry["value"] += ";n=%d" % number
    text["attributes"] += more
    return json.dumps(text).encode() + b"\n"


class Inputs:
    """Makes each input when a row asks for it, in the current directory."""

    def __init__(self, scale):
        self.scale = scale

    def need(self, name):
        if not pathlib.Path(name).exists():
            getattr(self, "make_" + name.replace("-", "_").replace(".", "_"))(name)
        return name

    def repeat(self, name, one, size):
        with open(name, "wb") as file:
            for _ in range(size // len(one)):
                file.write(one)

    def make_kib_bin(self, name):
        """A message of 1,024 octets with one signature; most of it is text."""
        message = json.loads(put(0))
        message["attributes"][1] = {"type": "SDP", "value": "x" * 876}
        make(name, tool("reload-sign", *HMAC), json.dumps(message).encode())
        assert os.path.getsize(name) == 1024, os.path.getsize(name)

    def make_hmac_bin(self, name):
        self.repeat(name, pathlib.Path(self.need("kib.bin")).read_bytes(), 128 * 2**20 * self.scale)

    def unsigned(self, name, count):
        with open(name, "wb") as file:
            for number in range(count):
                file.write(put(number))

    def make_unsigned_json(self, name):
        self.unsigned(name, 1000 * self.scale)

    def make_certs_bin(self, name):
        self.unsigned("certs.json", 4000 * self.scale)
        make(name, tool("reload-sign", *KEY, "--sign-bodies", "certs.json"))

    def make_recurring_bin(self, name):
        """100 signed BODYs, two in each message, whose SIGNATURE is its own."""
        self.unsigned("bodies.json", 50)
        make("bodies.bin", tool("reload-sign", *KEY, "--sign-bodies", "bodies.json"))
        signed = run(tool("reload-dump", "-f", "json", "bodies.bin"), stdout=subprocess.PIPE).stdout
        bodies = [json.loads(line) for line in signed.splitlines()]
        with open("recurring.json", "w", encoding="ascii") as file:
            for number in range(4000 * self.scale):
                text = bodies[number % len(bodies)]
                text["header"]["transaction_id"] = "%016x" % (0x4690c25c10000000 + number)
                text["header"].pop("length", None)
                text["attributes"] = [part for part in text["attributes"] if part["type"] != "SIGNATURE"]
                file.write(json.dumps(text) + "\n")
        make(name, tool("reload-sign", *KEY, "recurring.json"))

    def make_small_bin(self, name):
        example = run(tool("reload-sign", "--example", "PEER-SEARCH"), stdout=subprocess.PIPE).stdout
        make(name, tool("reload-sign", *HMAC), example)

    def make_shown_bin(self, name):
        """Messages of some 900 octets, with a certificate."""
        octets = json.loads(put(0))
        octets["attributes"][1]["value"][1:] = []
        one = run(tool("reload-sign", *KEY), input=json.dumps(octets).encode(), stdout=subprocess.PIPE).stdout
        self.repeat(name, one, len(one) * 20000 * self.scale)

    def make_shown_ndjson(self, name):
        make(name, tool("reload-dump", "-f", "json", self.need("certs.bin")))

    def pcap(self, name, datagrams):
        """A capture of UDP over IPv4 over Ethernet, to port 6084."""
        with open(name, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for i, octets in enumerate(datagrams):
                udp = struct.pack(">HHHH", 5060, 6084, 8 + len(octets), 0)
                ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(octets), i & 65535, 0, 64, 17, 0, b"\n\4\1\2", b"\n\4\1\3")
                packet = bytes(12) + b"\x08\0" + ip + udp + octets
                file.write(struct.pack("<IIII", 1183900000 + i // 1000, i % 1000 * 1000, len(packet), len(packet)) + packet)

    def make_udp_pcap(self, name):
        one = pathlib.Path(self.need("kib.bin")).read_bytes()
        self.pcap(name, [one] * (100000 * self.scale))

    def make_rfc6940_pcap(self, name):
        """As many datagrams as shown.bin has messages."""
        found = [pathlib.Path(path).read_bytes() for path in sorted(glob.glob(str(self.rfc6940 / "*.bin")))]
        large = [octets for octets in found if len(octets) > 700]
        self.pcap(name, [large[i % len(large)] for i in range(20000 * self.scale)])


# ---- Measuring ----


def seconds(command, wall):
    """The CPU time, or the wall time, of a command; for raw.c's program, the seconds that it prints."""
    if command[0] == RAW:
        return float(run(command, stdout=subprocess.PIPE).stdout)
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run(command, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begin if wall else after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(commands, runs, wall=False):
    """The commands' median times, measured alternately after one warm-up run."""
    times = [[] for _ in commands]
    for turn in range(runs + 1):
        for command, found in zip(commands, times):
            taken = seconds(command, wall)
            if turn > 0:
                found.append(taken)
    return [statistics.median(found) for found in times]


def memory(name, command, size):
    """The peak memory in MiB of a command that reads that many octets, repeated from a file."""
    block = pathlib.Path(name).read_bytes()
    block *= max(1, 2**20 // len(block))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        for _ in range(size // len(block)):
            process.stdin.write(block)
        process.stdin.flush()
        status = pathlib.Path("/proc/%d/status" % process.pid).read_text()
        process.stdin.close()
    return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024


ROWS = []


def row(name, needs=()):
    """Enters a row: its function returns a value, how it is shown, and a note."""
    def enter(function):
        ROWS.append((name, needs, function))
        return function
    return enter


def count(name):
    """The number of messages in a file."""
    done = run(tool("reload-dump", "-f", "line", name), stdout=subprocess.PIPE)
    return done.stdout.count(b"\n")


@row("verify HMAC, 1 KiB messages, one job / mbed TLS HMAC-SHA1")
def verify_hmac(inputs, runs):
    name = inputs.need("hmac.bin")
    messages = os.path.getsize(name) // 1024
    ours, raw = medians([tool("reload-verify", *HMAC, "--jobs", 1, name), [RAW, "hmac", str(messages), "1024"]], runs)
    return raw / ours, "%.0f messages/s" % (messages / ours)


@row("verify CERTS, 3 different signatures a message, one job / mbed TLS RSA-2048 verify")
def verify_certs(inputs, runs):
    name = inputs.need("certs.bin")
    messages = count(name)
    ours, raw = medians([tool("reload-verify", *CERTS, "--jobs", 1, name),
                         [RAW, "verify", str(3 * messages), str(TESTDATA / "alice.key")]], runs)
    return raw / ours, "%.0f messages/s" % (messages / ours)


@row("verify CERTS, registrations that recur / all different")
def verify_recurring(inputs, runs):
    recurring, different = inputs.need("recurring.bin"), inputs.need("certs.bin")
    ours, other = medians([tool("reload-verify", *CERTS, "--jobs", 1, name) for name in (recurring, different)], runs)
    return (count(recurring) / ours) / (count(different) / other), "%.0f messages/s" % (count(recurring) / ours)


@row("sign CERTS, 3 signatures a message, one job / mbed TLS RSA-2048 sign")
def sign_certs(inputs, runs):
    name = inputs.need("unsigned.json")
    messages = 1000 * inputs.scale
    ours, raw = medians([tool("reload-sign", *KEY, "--sign-bodies", "--jobs", 1, name),
                         [RAW, "sign", str(3 * messages), str(TESTDATA / "alice.key")]], runs)
    return raw / ours, "%.0f messages/s" % (messages / ours)


def two_jobs(runs, *command):
    two, one = medians([[*command, "--jobs", "2"], [*command, "--jobs", "1"]], runs, wall=True)
    return one / two, ""


@row("verify CERTS, two jobs / one")
def jobs_verify_certs(inputs, runs):
    return two_jobs(runs, *tool("reload-verify", *CERTS, inputs.need("certs.bin")))


@row("sign CERTS, two jobs / one")
def jobs_sign_certs(inputs, runs):
    return two_jobs(runs, *tool("reload-sign", *KEY, "--sign-bodies", inputs.need("unsigned.json")))


@row("verify HMAC, two jobs / one")
def jobs_verify_hmac(inputs, runs):
    return two_jobs(runs, *tool("reload-verify", *HMAC, inputs.need("hmac.bin")))


def against_tshark(inputs, runs, ours, *theirs):
    shown, other = inputs.need("shown.bin"), inputs.need("rfc6940.pcap")
    mine, tshark = medians([tool("reload-dump", *ours, "--jobs", 1, shown), ["tshark", "-n", "-r", other, *theirs]], runs)
    return tshark / mine, "%.0f messages/s" % (20000 * inputs.scale / mine)


@row("dump text / tshark -V", ("tshark", "rfc6940"))
def dump_text(inputs, runs):
    return against_tshark(inputs, runs, ["-f", "text"], "-V")


@row("dump JSON / tshark -T json", ("tshark", "rfc6940"))
def dump_json(inputs, runs):
    return against_tshark(inputs, runs, ["-f", "json"], "-T", "json")


@row("dump JSON to binary / jq -c .", ("jq",))
def json_to_binary(inputs, runs):
    name = inputs.need("shown.ndjson")
    ours, jq = medians([tool("reload-dump", "-f", "binary", "--jobs", 1, name), ["jq", "-c", ".", name]], runs)
    return jq / ours, "%.0f MB/s" % (os.path.getsize(name) / ours / 1e6)


@row("dump line from a capture, UDP / tshark -T fields -e frame.number", ("tshark",))
def dump_capture(inputs, runs):
    name = inputs.need("udp.pcap")
    ours, tshark = medians([tool("reload-dump", "-f", "line", "--jobs", 1, name),
                            ["tshark", "-n", "-r", name, "-T", "fields", "-e", "frame.number"]], runs)
    return tshark / ours, "%.0f packets/s" % (100000 * inputs.scale / ours)


def many(command, times=200):
    """A command started that many times by one shell."""
    words = " ".join("'%s'" % word for word in command)
    return ["sh", "-c", "i=0; while [ $i -lt %d ]; do %s >/dev/null; i=$((i+1)); done" % (times, words)]


def starts(inputs, runs, command):
    name = inputs.need("small.bin")
    ours, openssl = medians([many([*command, name]), many(["openssl", "dgst", "-sha1", "-hmac", "rosebud", name])], runs)
    return ours / openssl, "%.2f ms" % (ours * 5)


@row("one small message: dump / openssl dgst -hmac", ("openssl",))
def start_dump(inputs, runs):
    return starts(inputs, runs, tool("reload-dump"))


@row("one small message: verify HMAC / openssl dgst -hmac", ("openssl",))
def start_verify(inputs, runs):
    return starts(inputs, runs, tool("reload-verify", *HMAC))


def peak(inputs, name, *command):
    size = 2**30 if inputs.scale > 1 else 2**27
    return memory(inputs.need(name), command, size), "MiB, one job, %d MiB of input" % (size >> 20)


@row("peak memory: verify HMAC")
def memory_verify_hmac(inputs, runs):
    return peak(inputs, "kib.bin", *tool("reload-verify", *HMAC, "--jobs", 1))


@row("peak memory: verify CERTS")
def memory_verify_certs(inputs, runs):
    return peak(inputs, "certs.bin", *tool("reload-verify", *CERTS, "--jobs", 1))


@row("peak memory: dump text")
def memory_dump(inputs, runs):
    return peak(inputs, "kib.bin", *tool("reload-dump", "--jobs", 1))


@row("peak memory: sign HMAC")
def memory_sign(inputs, runs):
    return peak(inputs, "kib.bin", *tool("reload-sign", *HMAC, "--jobs", 1))


def missing(needs, options):
    """A program or an option that a row requires and that is not there, or None."""
    for need in needs:
        if need == "rfc6940" and options.rfc6940 is None:
            return "--rfc6940"
        if need != "rfc6940" and shutil.which(need) is None:
            return need
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", action="append", default=[], metavar="WORD", help="measure only rows with this word")
    parser.add_argument("--runs", type=int, default=5, help="the median of so many runs (default: 5)")
    parser.add_argument("--scale", type=int, default=1, help="make inputs so many times larger (default: 1)")
    parser.add_argument("--rfc6940", type=lambda path: pathlib.Path(path).resolve(), help="messages of RFC 6940, for tshark")
    parser.add_argument("--list", action="store_true", help="list the rows")
    options = parser.parse_args()
    if options.list:
        print("\n".join(name for name, _, _ in ROWS))
        return
    done = 0
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for name in ("hmac.secret", "alice.key"):  # readable by their owner alone
            copy = pathlib.Path(name.replace("hmac.", ""))
            copy.write_bytes((TESTDATA / name).read_bytes())
            copy.chmod(0o600)
        inputs = Inputs(options.scale)
        inputs.rfc6940 = options.rfc6940
        for name, needs, function in ROWS:
            if options.k and not any(word in name for word in options.k):
                continue
            done += 1
            lacking = missing(needs, options)
            if lacking is not None:
                print("ok %d - %s # SKIP requires %s" % (done, name, lacking), flush=True)
                continue
            value, note = function(inputs, options.runs)
            print("ok %d - %s: %.2f%s" % (done, name, value, " (%s)" % note if note else ""), flush=True)
    print("1..%d" % done)


main()
