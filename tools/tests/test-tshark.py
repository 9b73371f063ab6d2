#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares reload-dump with tshark over testdata/captures: the frames, times, addresses and lengths of all messages. Prints TAP.

The expected values come from tshark alone: packets, reassembled datagrams, and segments of TCP with their relative sequence numbers. Here
they are only put in order, and cut where each message's Length says.

  RELOAD_CAPTURES  1 if the build reads captures, else 0
  RELOAD_TOOLS     the directory of the built tools
  TESTDATA         the directory testdata
"""

import collections
import datetime
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HEADER = 68
TOKEN = b"RELO"
FIELDS = ["frame.number", "frame.interface_id", "frame.time_epoch", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.srcport", "udp.dstport",
          "udp.payload", "ip.fragment", "ipv6.fragment", "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.stream", "tcp.payload"]
# Encapsulations that are not examined, and datagrams that ICMP errors quote
NOT_LOOKED_INTO = {"vxlan", "mpls", "icmp", "icmpv6"}

Message = collections.namedtuple("Message", "frames time transport source destination length")


def tshark(path, *options):
    command = ["tshark", "-n", "-r", path, "--disable-protocol", "reload", "--disable-protocol", "reload-framing", *options]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, text=True).stdout


def packets(path):
    """What tshark shows of each packet."""
    options = ["-T", "fields", *itertools.chain.from_iterable(("-e", field) for field in FIELDS)]
    for line in tshark(path, *options).splitlines():
        packet = dict(zip(FIELDS, line.split("\t")))
        yield packet


def time_of(packet):
    seconds, _, fraction = packet["frame.time_epoch"].partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9])


def addresses(packet, protocol):
    source, destination = packet["ip.src"] or packet["ipv6.src"], packet["ip.dst"] or packet["ipv6.dst"]
    return (source, int(packet[f"{protocol}.srcport"])), (destination, int(packet[f"{protocol}.dstport"]))


def messages_in(octets):
    """The messages in a stream, as (start, end)."""
    at = 0 if octets.startswith(TOKEN) else octets.find(TOKEN)
    while at >= 0 and at + HEADER <= len(octets):
        end = at + HEADER + int.from_bytes(octets[at + 13:at + 16], "big")
        if end > len(octets):
            return
        yield at, end
        at = octets.find(TOKEN, end)


def in_datagrams(all_packets):
    for packet in all_packets:
        octets = bytes.fromhex(packet["udp.payload"].replace(":", ""))
        if not octets.startswith(TOKEN):
            continue
        fragments = packet["ip.fragment"] or packet["ipv6.fragment"] or packet["frame.number"]
        frames = sorted(map(int, fragments.split(",")))
        for start, end in messages_in(octets):
            yield Message(frames, time_of(packet), "UDP", *addresses(packet, "udp"), end - start)


class Direction:
    """One direction of a TCP connection: which frame was the first to carry each octet."""

    def __init__(self):
        self.octets, self.carrier, self.packets, self.addresses = {}, {}, {}, None

    def add(self, packet):
        number, sequence = int(packet["frame.number"]), int(packet["tcp.seq"])
        self.packets[number] = packet
        self.addresses = addresses(packet, "tcp")
        for i, octet in enumerate(bytes.fromhex(packet["tcp.payload"].replace(":", ""))):
            if sequence + i not in self.octets:
                self.octets[sequence + i], self.carrier[sequence + i] = octet, number

    def runs(self):
        """The parts without a gap, as their first sequence number and their octets."""
        places = sorted(self.octets)
        for _, group in itertools.groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
            run = [place for _, place in group]
            yield run[0], bytes(self.octets[place] for place in run)

    def messages(self):
        for first, octets in self.runs():
            for start, end in messages_in(octets):
                frames = sorted({self.carrier[first + i] for i in range(start, end)})
                # it is complete when it and all that goes before it are there
                last = max(self.carrier[first + i] for i in range(end))
                yield Message(frames, time_of(self.packets[last]), "TCP", *self.addresses, end - start)


def in_streams(all_packets):
    directions = collections.defaultdict(Direction)
    for packet in all_packets:
        if packet["tcp.payload"]:
            directions[packet["tcp.stream"], packet["tcp.srcport"]].add(packet)
    for direction in directions.values():
        yield from direction.messages()


def expected(path, all_packets, work):
    """Of several interfaces, each alone, since tshark reassembles over all of them."""
    interfaces = collections.defaultdict(list)
    for packet in all_packets:
        interfaces[packet["frame.interface_id"]].append(int(packet["frame.number"]))
    if len(interfaces) < 2:
        looked_into = [p for p in all_packets if not NOT_LOOKED_INTO & set(p["frame.protocols"].split(":"))]
        return [*in_datagrams(looked_into), *in_streams(looked_into)]
    result = []
    for interface, numbers in interfaces.items():
        part = work / "part.pcapng"
        tshark(path, "-Y", f"frame.interface_id == {interface}", "-w", part)
        result += [m._replace(frames=[numbers[frame - 1] for frame in m.frames]) for m in expected(part, list(packets(part)), work)]
    return result


def address(value):
    return value["ip"], value["port"]


def nanoseconds(text):
    date, _, fraction = text.removesuffix("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(date + "+00:00").timestamp()
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def found(*paths):
    """reload-dump's messages, and those captured in part."""
    dump = subprocess.run([pathlib.Path(os.environ["RELOAD_TOOLS"]) / "reload-dump", "-q", "-f", "json", "--meta", *paths],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, text=True)
    whole, parts = [], []
    for line in dump.stdout.splitlines():
        value = json.loads(line)
        if "garbage" in value:
            continue
        meta = value["meta"]
        message = Message(meta["frames"], nanoseconds(meta["time"]), meta["transport"], address(meta["source"]),
                          address(meta["destination"]), HEADER + value["header"]["length"])
        (parts if value.get("incomplete") else whole).append(message)
    return whole, parts, dump.returncode


def differences(path, work):
    whole, parts, status = found(path)
    if path.name == "link-types.pcapng":  # libpcap reads one link type
        return [] if status == 4 and not whole else [f"status {status}, {len(whole)} messages"]
    all_packets = list(packets(path))
    wanted = expected(path, all_packets, work)
    lines = [f"tshark alone: {m}" for m in wanted if m not in whole] + [f"reload-dump alone: {m}" for m in whole if m not in wanted]
    if [m.time for m in whole] != sorted(m.time for m in whole):
        lines.append("the messages are not in the order of the packets in which they end")
    if len(whole) != len(wanted):
        lines.append(f"{len(whole)} messages, expected {len(wanted)}")
    if parts:  # tshark reassembles no part: the packets alone are compared
        known = {int(p["frame.number"]): p for p in all_packets}
        for m in parts:
            last = known[m.frames[-1]]
            if (time_of(last), last["ip.src"], last["ip.dst"]) != (m.time, m.source[0], m.destination[0]):
                lines.append(f"in part: {m}")
    return lines


def differences_of_rotated(directory, work):
    """Files in turn are one capture: fragments and flows continue. Frame numbers are each file's own."""
    packets_each = 5
    whole, parts, _ = found(*sorted(directory.glob("rotated-*.pcap")))
    path = directory / "udp.pcap"
    wanted = [m._replace(frames=[(frame - 1) % packets_each + 1 for frame in m.frames]) for m in expected(path, list(packets(path)), work)]
    return [] if whole == wanted and not parts else [f"{len(parts)} in part", f"     got: {whole}", f"expected: {wanted}"]


def main():
    captures = sorted(path for path in (pathlib.Path(os.environ["TESTDATA"]) / "captures").iterdir() if ".pcap" in path.name)
    if shutil.which("tshark") is None:
        print("1..0 # SKIP tshark is not installed")
        return 0
    if os.environ["RELOAD_CAPTURES"] == "0":
        print("1..0 # SKIP this build reads no captures")
        return 0
    failed = 0
    print(f"1..{len(captures) + 1}")
    with tempfile.TemporaryDirectory() as work:
        checks = [(path.name, lambda path=path: differences(path, pathlib.Path(work))) for path in captures]
        checks.append(("rotated files in turn", lambda: differences_of_rotated(captures[0].parent, pathlib.Path(work))))
        for number, (name, check) in enumerate(checks, 1):
            lines = check()
            print("".join(f"# {line}\n" for line in lines) + f"{'not ok' if lines else 'ok'} {number} - {name}", flush=True)
            failed += bool(lines)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
