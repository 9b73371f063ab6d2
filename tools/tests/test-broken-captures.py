#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Reads each capture of testdata/captures truncated, and with wrong octets in the headers of its blocks. Prints TAP.

reload-dump must not crash, must report what it could not read, and must show every message that is complete before that place: as many
as the whole packets before it hold.

  RELOAD_TOOLS  the directory of the built tools
  TESTDATA      the directory testdata
"""

import concurrent.futures
import itertools
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

TOOL = pathlib.Path(os.environ["RELOAD_TOOLS"]) / "reload-dump"
CAPTURES = pathlib.Path(os.environ["TESTDATA"]) / "captures"
SMALL = 500  # octets of a file that is truncated everywhere
OFFSETS = 12  # at which a larger one is truncated; the fuzzer of captures tries more
PCAP_FILE, PCAP_RECORD = 24, 16
NG_FILE, NG_INTERFACE, NG_PACKET = 0x0A0D0D0A, 1, 6
GOOD, MALFORMED, FAILED = 0, 3, 4


class Result:
    """What reload-dump makes of a file of these octets."""

    def __init__(self, octets):
        with tempfile.NamedTemporaryFile(prefix="capture-") as file:
            file.write(octets)
            file.flush()
            run = subprocess.run([TOOL, "-q", "-f", "json", "--meta", file.name], capture_output=True, check=False)
            self.status = run.returncode
            self.errors = run.stderr.decode(errors="replace").replace(file.name, "FILE")
            self.lines = [line.replace(file.name, "FILE") for line in run.stdout.decode().splitlines()]

    def whole(self):
        """The messages that were captured completely, without their numbers, which count those captured in part."""
        values = map(json.loads, self.lines)
        return [re.sub('"index": [0-9]+', "", line) for line, value in zip(self.lines, values)
                if "garbage" not in value and not value.get("incomplete")]

    def faults(self, statuses):
        """The faults that are possible in any run."""
        if self.status not in statuses:
            yield f"status {self.status}, expected one of {statuses}: {self.errors[-300:]}"
        for line in self.errors.splitlines():
            if not re.fullmatch(r"reload-dump: (FILE|warning): .+", line):
                yield f"not an error of the tool: {line}"
        if self.status == FAILED and not re.search(r"^reload-dump: FILE: (?!frame)[A-Za-z].{10,}", self.errors, re.M):
            yield f"no clear error: {self.errors}"


# ---- Blocks ----

def blocks(octets):
    """The blocks of a capture, as (start, end, whether it is a packet); of pcap the file's header, and the packets."""
    at = 0
    if int.from_bytes(octets[:4], "big") == NG_FILE:
        while at + 12 <= len(octets):
            kind, size = (int.from_bytes(octets[i:i + 4], "little") for i in (at, at + 4))
            yield at, at + size, kind == NG_PACKET
            at += size
        return
    yield 0, PCAP_FILE, False
    at = PCAP_FILE
    while at + PCAP_RECORD <= len(octets):
        end = at + PCAP_RECORD + int.from_bytes(octets[at + 8:at + 12], "little")
        yield at, end, True
        at = end


def headers(octets):
    """The places of a block's header: of all that describe the file or an interface, and of some packets."""
    found = list(blocks(octets))
    packets = [block for block in found if block[2]]
    for start, end, _ in [block for block in found if not block[2]] + packets[:2] + packets[len(packets) // 2:][:1] + packets[-1:]:
        ng = int.from_bytes(octets[:4], "big") == NG_FILE
        size = min(end - start, 28 if ng else PCAP_RECORD if start > 0 else PCAP_FILE)
        yield from range(start, min(start + size, len(octets)))
        if ng:
            yield from range(max(start + size, end - 4), min(end, len(octets)))


# ---- Checks ----

def check_truncated(octets, length, before, whole):
    """octets are truncated to length; before: the result for the whole packets in them."""
    result = Result(octets[:length])
    faults = list(result.faults((MALFORMED,) if length < 4 else (GOOD, MALFORMED, FAILED)))
    if before is None:  # compressed
        if result.whole() != whole[:len(result.whole())]:
            faults.append("other messages than in the whole file")
    elif length >= 4 and result.lines != before.lines:  # fewer octets are not known for a capture
        faults.append(f"{len(result.lines)} messages, expected {len(before.lines)}")
    return [f"truncated to {length} octets: {fault}" for fault in faults]


def check_flipped(octets, place, bits, before):
    """An octet is wrong; before: the result for the packets before its block, or None."""
    damaged = bytearray(octets)
    damaged[place] ^= bits
    result = Result(bytes(damaged))
    faults = list(result.faults((GOOD, MALFORMED, FAILED)))
    if before is not None and result.whole()[:len(before.whole())] != before.whole():
        faults.append(f"{len(result.whole())} messages, expected the {len(before.whole())} before it")
    return [f"octet {place} is changed by {bits:#04x}: {fault}" for fault in faults]


def truncated(path, pool):
    octets = path.read_bytes()
    compressed = path.suffix == ".gz"
    whole = Result(octets).whole() if compressed else []
    if len(octets) <= SMALL:
        lengths = range(len(octets))
    else:
        lengths = sorted(random.Random(path.name).sample(range(len(octets)), OFFSETS))
    ends = [end for _, end, _ in blocks(octets) if end <= len(octets)] if not compressed else []
    before, jobs = {}, []
    for length in lengths:
        end = max((end for end in ends if end <= length), default=0)
        if not compressed and end not in before:
            before[end] = Result(octets[:end])
        jobs.append((length, before.get(end)))
    return list(itertools.chain.from_iterable(pool.map(lambda job: check_truncated(octets, *job, whole), jobs)))


def flipped(path, pool):
    octets = path.read_bytes()
    known = list(blocks(octets))
    before, jobs = {}, []
    for place in headers(octets):
        start, packet = next((start, packet) for start, end, packet in known if start <= place < end)
        if packet and start not in before:
            before[start] = Result(octets[:start])
        jobs.append((place, 0x01 if place % 2 else 0xFF, before.get(start)))
    return list(itertools.chain.from_iterable(pool.map(lambda job: check_flipped(octets, *job), jobs)))


def main():
    if not Result((CAPTURES / "udp.pcap").read_bytes()).lines:
        print("1..0 # SKIP this build reads no captures")
        return 0
    paths = sorted(path for path in CAPTURES.iterdir() if ".pcap" in path.name)
    # of those that are alike, one is enough
    small = [CAPTURES / name for name in ("mixed.pcap", "tcp-nano.pcap", "udp6.pcapng", "twice.pcapng", "text2pcap-tcp.pcapng")]
    checks = [(f"{path.name} truncated", truncated, path) for path in paths]
    checks += [(f"{path.name} with wrong octets in headers", flipped, path) for path in small]
    failed = 0
    print(f"1..{len(checks)}")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (name, check, path) in enumerate(checks, 1):
            faults = check(path, pool)
            print("".join(f"# {line}\n" for line in "\n".join(faults[:20]).splitlines()) + f"{'not ok' if faults else 'ok'} {number} - {name}", flush=True)
            failed += bool(faults)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
