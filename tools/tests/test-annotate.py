#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Captures that the tools write: reload-verify --annotate, and the form pcapng. Prints TAP.

The output is checked by tshark, editcap and capinfos, and by this file's own reader of pcapng.

  RELOAD_TOOLS  the directory of the built tools
  TESTDATA      the directory testdata
"""

import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(os.environ["RELOAD_TOOLS"]).resolve()
TESTDATA = pathlib.Path(os.environ["TESTDATA"]).resolve()
CAPTURES = sorted(path for path in (TESTDATA / "captures").iterdir() if ".pcap" in path.name)
SECTION, INTERFACE, NAMES, PACKET, SECRETS, SIMPLE = 0x0A0D0D0A, 1, 4, 6, 10, 3
tests = failures = 0


def check(good, description, *lines):
    global tests, failures
    tests += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {tests} - {description}")
    for line in lines if not good else ():
        print("# " + str(line)[:2000].replace("\n", "\n# "))


def run(*command, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    command = [str(word) for word in command]
    if command[0].startswith("reload-"):
        command[0] = str(TOOLS / command[0])
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)


def judge(*options, **more):
    return run("reload-verify", "--profile", TESTDATA / "overlay/overlay.json", "--time", "capture", *options, **more)


# ---- Reading and writing pcapng ----


def options_of(octets):
    at, found = 0, []
    while at + 4 <= len(octets):
        code, length = struct.unpack_from("<HH", octets, at)
        if code == 0:
            break
        found.append((code, octets[at + 4 : at + 4 + length]))
        at += 4 + (length + 3) // 4 * 4
    return found


def read_pcapng(path):
    """The packets of one of our files: link type, if_tsresol, if_tsoffset, time, length, octets and comments."""
    octets, at, interfaces, found = pathlib.Path(path).read_bytes(), 0, [], []
    while at < len(octets):
        kind, length = struct.unpack_from("<II", octets, at)
        body = octets[at + 8 : at + length - 4]
        assert struct.unpack_from("<I", octets, at + length - 4)[0] == length and length % 4 == 0
        if kind == INTERFACE:
            options = dict(options_of(body[8:]))
            offset = struct.unpack("<q", options.get(14, bytes(8)))[0]
            interfaces.append((struct.unpack_from("<H", body)[0], options.get(9, b"\x06")[0], offset))
        elif kind == PACKET:
            interface, high, low, size, sent = struct.unpack_from("<IIIII", body)
            comments = [text.decode() for code, text in options_of(body[20 + (size + 3) // 4 * 4 :]) if code == 1]
            found.append((*interfaces[interface], high << 32 | low, sent, body[20 : 20 + size], comments))
        else:
            assert kind == SECTION
        at += length
    return found


def option(code, value=b""):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def section(*options):
    return block(SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + b"".join(options))


def interface(link, *options):
    return block(INTERFACE, struct.pack("<HHI", link, 0, 0) + b"".join(options))


def packet(number, time, octets, *options, sent=None):
    padded = octets + bytes(-len(octets) % 4)
    head = struct.pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, len(octets), len(octets) if sent is None else sent)
    return block(PACKET, head + padded + b"".join(options))


def ipv4(protocol, payload, number=0):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), number, 0, 64, protocol, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
    return head + payload


def ethernet(octets):
    return bytes(12) + b"\x08\0" + octets


def udp(payload):
    return ipv4(17, struct.pack(">HHHH", 5060, 6084, 8 + len(payload), 0) + payload)


def tcp(sequence, payload, port=5060, flags=0x10):
    return ipv4(6, struct.pack(">HHIIBBHHH", port, 6084, sequence, 0, 0x50, flags, 65535, 0, 0) + payload)


def message(size, transaction=1):
    """A message under NONE of that size, a multiple of 4."""
    attributes = b""
    while len(attributes) < size - 68:
        n = min(size - 68 - len(attributes) - 4, 60000)
        attributes += struct.pack(">HH", 0x0699, n) + bytes(i % 251 for i in range(n))
    head = b"RELO" + bytes.fromhex("2000000001010101") + b"\x01" + len(attributes).to_bytes(3, "big")
    return head + b"\xa6" * 20 + b"\x46" * 20 + transaction.to_bytes(8, "big") + bytes(4) + attributes


# ---- By tools that we did not write ----


def packets_by_editcap(path):
    """The link type, then time, lengths and octets of each packet, from a pcap file that editcap makes; None if it cannot."""
    run("editcap", "-F", "nsecpcap", path, "by-editcap")
    if not os.path.exists("by-editcap"):
        return None
    octets, at, found = pathlib.Path("by-editcap").read_bytes(), 24, []
    os.remove("by-editcap")
    found.append(octets[20:24])
    while at < len(octets):
        seconds, fraction, size, sent = struct.unpack_from("<IIII", octets, at)
        found.append((seconds, fraction, sent, octets[at + 16 : at + 16 + size]))
        at += 16 + size
    return found


def comments_by_tshark(path):
    """(frame, comments) of the frames with comments. tshark puts several in one line, separated by commas."""
    done = run("tshark", "-n", "-r", path, "-Y", "frame.comment", "-T", "json", "-e", "frame.number", "-e", "frame.comment")
    layers = [entry["_source"]["layers"] for entry in json.loads(done.stdout or b"[]")]
    return [(int(layer["frame.number"][0]), layer["frame.comment"]) for layer in layers]


def is_read(path):
    return run("capinfos", path).returncode == 0 and run("tshark", "-n", "-r", path).returncode == 0


def expected_comment(line):
    text = f"reload-verify: message {line['index']}: {line['verdict']}"
    if "reason" in line and line["reason"] != "malformed":
        text += ": " + line["reason"]
    if line.get("response_code") is not None:
        text += f" ({line['response_code']})"
    return text + (": " + line["detail"] if line.get("detail") else "")


# ---- The captures of testdata ----


def annotate_capture(path):
    for name in ("out", "report"):
        if os.path.exists(name):
            os.remove(name)
    done = judge("-q", "--annotate", "out", "--report", "report", path)
    lines = [line for line in map(json.loads, open("report", encoding="utf-8")) if "index" in line]
    if path.name == "link-types.pcapng":  # libpcap refuses it
        check(done.returncode == 4 and not os.path.exists("out"), f"{path.name}: nothing is written of what cannot be read", done)
        return
    check(done.returncode == judge("-q", path).returncode, f"{path.name}: --annotate changes no exit status", done)
    check(run("capinfos", "out").returncode == 0, f"{path.name}: capinfos reads the annotated capture")
    given, got = packets_by_editcap(path), packets_by_editcap("out")
    check(given is not None and given == got, f"{path.name}: editcap finds the input's link type and packets")
    expected = {}
    for line in lines:
        expected.setdefault(line["meta"]["frames"][-1], []).append(expected_comment(line))
    shown = comments_by_tshark("out")
    check(sorted(expected.items()) == shown, f"{path.name}: tshark shows a comment for each message", expected, shown)
    own = read_pcapng("out")
    comments = [text for packet in own for text in packet[-1]]
    check(all(text.isprintable() and text.isascii() for text in comments) and len(own) == len(got) - 1, f"{path.name}: comments are plain lines")


def form_pcapng(path):
    done = run("reload-dump", "-f", "pcapng", "-o", "out", path)
    if path.name in ("link-types.pcapng", "mpls.pcapng", "vxlan.pcap", "rotated-3.pcap"):
        check(not os.path.exists("out"), f"{path.name}: a capture without messages gives no file", done)
        return
    given = run("reload-dump", "-q", "-f", "hex", path).stdout
    check(given != b"" and given == run("reload-dump", "-q", "-f", "hex", "out").stdout, f"{path.name}: they have the same messages")
    frames = [(line.get("meta") or {}).get("frames", []) for line in map(json.loads, run("reload-dump", "-q", "-f", "json", "--meta", path).stdout.splitlines())]
    expected = sorted({frame for group in frames for frame in group})
    given, got = packets_by_editcap(path), packets_by_editcap("out")  # which reads it as tshark does
    check(got == [given[0]] + [given[frame] for frame in expected], f"{path.name}: they are the messages' own packets, once each")
    os.remove("out")


# ---- Messages that were not captured ----


def test_made_packets():
    sizes = [68, 400, 65504, 65508, 70000, 3000000]
    messages = [message(size) for size in sizes]
    pathlib.Path("in").write_bytes(b"".join(messages) + b"garbage")
    done = run("reload-dump", "-f", "pcapng", "-o", "out", "in")
    check(done.returncode == 3 and is_read("out"), "messages from a file become a capture that tshark and capinfos read", done)
    check(run("reload-dump", "-q", "-f", "binary", "out").stdout == b"".join(messages), "which has the same messages, of any size")
    fields = ["-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "ip.dst", "-e", "udp.srcport", "-e", "udp.payload"]
    rows = [line.split("\t") for line in run("tshark", "-n", "-r", "out", "-Y", "udp", *fields).stdout.decode().splitlines()]
    check([bytes.fromhex(row[4]) for row in rows] == [*messages[:3], b"garbage"], "tshark finds those up to a datagram's size, and garbage, in datagrams")
    check({tuple(row[:4]) for row in rows} == {("0.000000000", "192.0.2.1", "192.0.2.2", "49152")}, "at the default addresses and time", rows[0][:4])
    for stream, octets in enumerate(messages[3:]):
        lines = run("tshark", "-n", "-r", "out", "-q", "-z", f"follow,tcp,raw,{stream}").stdout.decode().splitlines()
        got = "".join(line for line in lines if line and set(line) <= set("0123456789abcdef"))
        check(bytes.fromhex(got) == octets, f"tshark finds one of {len(octets)} octets in a TCP stream of its own")
    wrong = run("tshark", "-n", "-r", "out", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
                "-Y", "ip.checksum.status != 1 || udp.checksum.status != 1 || tcp.checksum.status != 1 || _ws.malformed")
    check(wrong.returncode == 0 and wrong.stdout == b"", "every checksum is right", wrong)
    piped = run("reload-dump", "-f", "pcapng", input=messages[1], stdin=None)
    pathlib.Path("out").write_bytes(piped.stdout)
    check(run("reload-dump", "-q", "-f", "binary", "out").stdout == messages[1], "through pipes")
    done = run("reload-dump", "-f", "pcapng", "-o", "out", "/dev/null")
    check(done.returncode == 3 and len(read_pcapng("out")) == 1, "without a message the old file stays")


def test_meta():
    """Captured messages that went through JSON keep what meta has."""
    fields = ["-T", "fields", *sum((["-e", field] for field in ("ip.src", "ipv6.src", "udp.srcport", "tcp.srcport", "ipv6.dst", "tcp.dstport")), [])]
    for name, proto in (("udp.pcap", "udp"), ("tcp6.pcapng", "tcp"), ("udp6.pcapng", "udp")):
        path = TESTDATA / "captures" / name
        text = run("reload-dump", "-q", "-f", "json", "--meta", path).stdout
        done = run("reload-dump", "-f", "pcapng", "-o", "out", input=text, stdin=None)
        kept = ("time", "source", "destination", "transport")
        given, got = ([{key: json.loads(line)["meta"][key] for key in kept} for line in lines.splitlines()]
                      for lines in (text, run("reload-dump", "-q", "-f", "json", "--meta", "out").stdout))
        for meta in given:
            meta["time"] = meta["time"][:26] + "Z"  # microseconds
        check(done.returncode == 0 and given == got, f"{name}: JSON's meta gives addresses, ports, transport and time", given, got)
        sources = {line for line in run("tshark", "-n", "-r", "out", "-Y", f"frame.len > 200 && {proto}", *fields).stdout.splitlines()}
        check(len(sources) == 2, f"{name}: tshark finds both directions", sources)
    reply = run("reload-sign", "--reply-to", TESTDATA / "captures/udp.pcap", "--code", "404", "--none", "--force", "-f", "pcapng", "-o", "out")
    lines = run("reload-dump", "-q", "-f", "json", "--meta", "out").stdout.splitlines()
    first = json.loads(lines[0])["meta"] if lines else {}
    check(first.get("destination", {}).get("port") == 58431, "a response goes to where its request came from", reply, first)


# ---- Interfaces, times, and contents that are not kept ----


def test_interfaces():
    one = ethernet(udp((TESTDATA / "section-4.1.hmac.bin").read_bytes()))
    times = [(0, 1183896000 << 20 | 77), (1, 1183896000_123456789), (2, 5), (0, 1183896001 << 20), (2, (1 << 64) - 1)]
    interfaces = [(1, 0x80 | 20, 0), (1, 9, 0), (1, 3, 1183896000)]
    names = [interface(link, option(9, bytes([resolution])), option(14, struct.pack("<q", offset)), option(0)) for link, resolution, offset in interfaces]
    packets = [packet(number, time, one if at != 3 else one[:300], sent=len(one)) for at, (number, time) in enumerate(times)]
    plain = section() + b"".join(names) + b"".join(packets)
    pathlib.Path("in").write_bytes(plain)
    at_once = ["reload-verify", "--none", "-q"]
    done = run(*at_once, "--annotate", "out", "in")
    got = read_pcapng("out")
    check([(*each[:5], each[5]) for each in got] == [(*interfaces[number], time, len(one), one if at != 3 else one[:300]) for at, (number, time) in enumerate(times)],
          "each packet keeps its interface's resolution and offset, its time and its lengths", done)
    check([len(each[-1]) for each in got] == [1, 1, 1, 1, 1], "and gets its comment", got)
    check(b"warning" not in done.stderr, "without a warning", done)
    with gzip.open("in.gz", "wb") as file:
        file.write(plain)
    run(*at_once, "--annotate", "out-gz", "in.gz")
    same = pathlib.Path("out").read_bytes()
    check(pathlib.Path("out-gz").read_bytes() == same, "compressed input gives the same file")
    piped = run(*at_once, "--annotate", "/dev/stdout", "-o", "/dev/null", input=plain, stdin=None)
    check(piped.stdout == same, "so does a pipe, into a pipe", piped.stderr)
    pathlib.Path("in").write_bytes(section() + interface(1) + block(SIMPLE, struct.pack("<I", len(one)) + one) + packet(0, 7, one))
    judge("-q", "--annotate", "out", "in")
    check([each[3] for each in read_pcapng("out")] == [0, 7], "a packet without a time has time 0")
    big = b"".join(struct.pack(">I", value) for value in (SECTION, 28, 0x1A2B3C4D)) + struct.pack(">HHqI", 1, 0, -1, 28)
    big += struct.pack(">IIHHI", INTERFACE, 32, 1, 0, 0) + struct.pack(">HHB3xHHI", 9, 1, 9, 0, 0, 32)
    size = 32 + (len(one) + 3) // 4 * 4
    big += struct.pack(">IIIIIII", PACKET, size, 0, 9, 8, len(one), len(one)) + one + bytes(-len(one) % 4) + struct.pack(">I", size)
    pathlib.Path("in").write_bytes(big)
    judge("-q", "--annotate", "out", "in")
    check([each[1:4] for each in read_pcapng("out")] == [(9, 0, 9 << 32 | 8)], "big-endian input")


def test_interface_names():
    """if_name and if_description of each interface, which may follow other options or be long."""
    one = ethernet(udp(message(200)))
    texts = [(b"eth0", "Büro".encode()), (b"", b"only a description"), (b"eth1", b""), (b"", b""), (b"x" * 255, b"y" * 256), (b"eth0", b"another")]
    words = [[option(code, text) for code, text in zip((2, 3), pair) if text] for pair in texts]
    plain = section() + b"".join(interface(1, option(9, b"\x09"), option(14, bytes(8)), *each, option(0)) for each in words)
    plain += b"".join(packet(number, number + 1, one) for number in range(len(texts)))
    plain += section() + interface(1, option(2, b"eth9")) + packet(0, 9, one)  # numbered from 0 again
    pathlib.Path("in").write_bytes(plain)
    expected = [*texts[:4], (texts[4][0], b""), texts[5], (b"eth9", b"")]
    fields = ["-T", "fields", "-e", "frame.interface_name", "-e", "frame.interface_description"]
    for command in (["reload-verify", "--none", "-q", "--annotate", "out", "in"], ["reload-verify", "--none", "-q", "-f", "pcapng", "-o", "out", "in"],
                    ["reload-dump", "-q", "-f", "pcapng", "-o", "out", "in"]):
        if os.path.exists("out"):
            os.remove("out")
        done = run(*command)
        octets, at, got = pathlib.Path("out").read_bytes(), 0, []
        while at < len(octets):
            kind, length = struct.unpack_from("<II", octets, at)
            if kind == INTERFACE:
                options = dict(options_of(octets[at + 16 : at + length - 4]))
                got.append((options.get(2, b""), options.get(3, b"")))
            at += length
        check(got == expected, f"{' '.join(command[:4])}: interfaces keep their names and descriptions", done, got)
        rows = [line.split("\t") for line in run("tshark", "-n", "-r", "out", *fields).stdout.decode().splitlines()]
        check(rows[0] == ["eth0", "Büro"] and rows[5] == ["eth0", "another"] and rows[-1][0] == "eth9", f"{' '.join(command[:4])}: tshark shows each packet's", rows)


def test_extras():
    one = udp((TESTDATA / "section-4.1.hmac.bin").read_bytes())
    start, end = section() + interface(101), packet(0, 7, one)
    rows = [("a packet's comment", start + packet(0, 7, one, option(2, b"\0\0\0\0"), option(1, b"mine"), option(0)), "comments"),
            ("a section's comment", section(option(1, b"mine"), option(0)) + interface(101) + end, "comments"),
            ("names", start + block(NAMES, struct.pack("<HH", 1, 6) + b"\x0a\0\0\1a\0" + bytes(2) + bytes(4)) + end, "host names"),
            ("secrets", start + block(SECRETS, struct.pack("<II", 0x544C534B, 4) + b"KEY ") + end, "secrets"),
            ("all of them", section(option(1, b"x")) + interface(101) + block(NAMES, bytes(4)) + block(SECRETS, struct.pack("<II", 0x544C534B, 0)) + end,
             "comments, host names and secrets"),
            ("none of them", start + packet(0, 7, one, option(2, b"\0\0\0\0"), option(0)), None)]
    for name, octets, words in rows:
        pathlib.Path("in").write_bytes(octets)
        done = judge("--annotate", "out", "in")
        expected = f"reload-verify: warning: --annotate does not keep the input's own {words}\n".encode()
        check((expected in done.stderr) if words else b"--annotate" not in done.stderr, f"a warning of {name}", done)
        check(len(read_pcapng("out")) == 1 and len(read_pcapng("out")[0][-1]) == 1, f"{name}: only our comment is there")
        expected = f"warning: --format=pcapng does not keep the input's own {words}\n".encode()
        for done in (run("reload-dump", "-f", "pcapng", "-o", "out", "in"), judge("-f", "pcapng", "-o", "out", "in")):
            check((expected in done.stderr) if words else b"does not keep" not in done.stderr, f"a warning of {name} with --format=pcapng", done)
    pathlib.Path("in").write_bytes(rows[0][1])
    check(b"own comments" in judge("--annotate", "out", "--report", "/dev/stdout", "-o", "/dev/null", "in").stdout, "the report has the warning")


# ---- Several files, filters, choices, limits ----


def test_files():
    paths = [TESTDATA / f"captures/rotated-{i}.pcap" for i in (1, 2, 3)]
    judge("-q", "--annotate", "out", *paths)
    given = [packets_by_editcap(path) for path in paths]
    check(packets_by_editcap("out") == given[0] + given[1][1:] + given[2][1:], "consecutive files become one, in order")
    texts = [text for each in read_pcapng("out") for text in each[-1]]
    check(len(texts) == 4 and all(text.endswith(": valid") for text in texts), "with the messages that continue in the next file", texts)
    check(len(run("reload-dump", "-q", "-f", "hex", "out").stdout.splitlines()) == 4, "our tools read it")
    mixed = [TESTDATA / "captures/udp.pcap", TESTDATA / "captures/raw.pcapng"]
    done = judge("--annotate", "out", *mixed)
    check(b"not by libpcap" in done.stderr and is_read("out"), "tshark reads a file of two link types, and a warning says who does not", done)
    judge("-q", "--filter", "udp port 99", "--annotate", "out", mixed[0])
    check(packets_by_editcap("out") == packets_by_editcap(mixed[0]), "packets that --filter drops are written")
    judge("-q", "--annotate", "all", mixed[0])
    judge("-q", "--invalid", "--method", "PEER-JOIN", "--report", "report", "--annotate", "out", mixed[0])
    check(pathlib.Path("all").read_bytes() == pathlib.Path("out").read_bytes(), "options that choose messages change nothing")


def test_filter_form():
    """Valid and invalid messages go to different files, in their own packets."""
    good, bad = message(200, 1), message(200, 2)[:8] + b"\x02" + message(200, 2)[9:]
    packets = [udp(good), udp(bad), udp(b"other"), udp(good + bad)]
    pathlib.Path("in").write_bytes(section() + interface(101) + b"".join(packet(0, time, each) for time, each in enumerate(packets)))
    done = run("reload-verify", "--none", "-q", "-f", "pcapng", "-o", "out", "--rejects", "rejects", "--annotate", "all", "in")
    check([each[3] for each in read_pcapng("out")] == [0, 3], "the filter writes the packets of messages that pass", done)
    check([each[3] for each in read_pcapng("rejects")] == [1, 3], "--rejects those of the others")
    check([len(each[-1]) for each in read_pcapng("all")] == [1, 1, 0, 2], "--annotate all packets")
    check(not any(each[-1] for each in read_pcapng("out")), "and only there are comments")
    run("reload-verify", "--none", "-q", "-f", "pcapng", "-o", "out", "--method", "PEER-JOIN", "in")
    check(os.path.getsize("out") > 0 and read_pcapng("out") == [] and is_read("out"), "if nothing passes, a file without packets")
    pathlib.Path("one").write_bytes(good)
    run("reload-verify", "--none", "-q", "-f", "pcapng", "-o", "out", "in", "one")
    check([each[3] for each in read_pcapng("out")] == [0, 3, 0], "a file that is not a capture follows it")


def test_limit():
    """A message whose second half comes after many packets; more than may wait."""
    half, other = message(4000, 1), message(1000, 2)
    late = [tcp(1, half[:2000]), *[udp(other)] * 3000, tcp(2001, half[2000:]), udp(other)]
    pathlib.Path("in").write_bytes(section() + interface(101) + b"".join(packet(0, time, each) for time, each in enumerate(late)))
    annotate = ["reload-verify", "--none", "-q", "--annotate", "out", "in"]
    run(*annotate)
    comments = [each[-1] for each in read_pcapng("out")]
    check(comments[0] == [] and all(len(each) == 1 for each in comments[1:]), "a comment for each message, however many packets wait")
    limited = run(*[word for word in annotate if word != "-q"], "--total-limit", "100000")
    check([each[-1] for each in read_pcapng("out")] == comments, "the same if fewer may wait")
    check(b"the limit for waiting packets (--total-limit) is reached" in limited.stderr, "with a warning", limited)
    ends = [*late[:-2], tcp(1, b"x" * 10, port=7)]
    pathlib.Path("in").write_bytes(section() + interface(101) + b"".join(packet(0, time, each) for time, each in enumerate(ends)))
    run(*annotate)
    comments = [each[-1] for each in read_pcapng("out")]
    check(len(comments[0]) == 1 and comments[-1] == [], "a message that never ends has its comment on its own packet, however many follow")
    limited = run(*[word for word in annotate if word != "-q"], "--total-limit", "100000")
    comments = [each[-1] for each in read_pcapng("out")]
    check(len(comments) == len(ends) and sum(map(len, comments)) == 3001 and len(comments[-1]) == 1,
          "if its packet is written already, a message has its comment on the last packet")
    check(b"1 comment is on a later packet than the last of the message" in limited.stderr, "with a warning", limited)
    pathlib.Path("in").write_bytes(section() + interface(101) + b"".join(packet(0, time, each) for time, each in enumerate(late)))
    for limit in ("100000", "3000"):
        run("reload-dump", "-q", "-f", "pcapng", "--total-limit", limit, "-o", "out", "in")
        got = sorted(run("reload-dump", "-q", "-f", "hex", "out").stdout.splitlines())
        check(got == sorted(run("reload-dump", "-q", "-f", "hex", "--total-limit", limit, "in").stdout.splitlines()),
              f"the form pcapng loses no message at a limit of {limit}")


# ---- The command line ----


def test_usage():
    pathlib.Path("text").write_text("no capture\n", encoding="utf-8")
    capture = TESTDATA / "captures/udp.pcap"
    rows = [("another form of input", ["--annotate", "new", "-i", "json", capture], 2, b"--annotate requires captures"),
            ("the same file as --output", ["--annotate", "new", "-o", "new", capture], 2, b"new"),
            ("the same file as --report", ["--annotate", "new", "--report", "./new", capture], 2, b"new"),
            ("input that is not a capture", ["--annotate", "new", "text"], 2, b"text: not a capture, which --annotate requires"),
            ("its own input", ["--annotate", "copy", "copy"], 4, b"copy"),
            ("a missing directory", ["--annotate", "missing/new", capture], 4, b"missing/new")]
    shutil.copy(capture, "copy")
    for name, options, status, words in rows:
        done = judge("-q", *options)
        check(done.returncode == status and words in done.stderr and not os.path.exists("new"), f"--annotate refuses {name}", done)
    check(pathlib.Path("copy").read_bytes() == capture.read_bytes(), "the input stays as it is")
    for tool, options in (("reload-dump", []), ("reload-sign", ["--strip"]), ("reload-verify", ["--none"])):
        done = run("script", "-qec", f"{TOOLS / tool} {' '.join(options)} -f pcapng {capture}", "/dev/null")
        check(done.returncode == 2 and b"not written to a terminal" in done.stdout, f"{tool}: no packets on a terminal", done)
    done = run("reload-sign", "--secret", TESTDATA / "hmac.secret", "--tbs", "-f", "pcapng", TESTDATA / "section-4.1.json")
    check(done.returncode == 2 and b"--tbs cannot be combined with --format=pcapng" in done.stderr, "--tbs writes no packets", done)
    if os.path.exists("/dev/full"):
        done = judge("-q", "--annotate", "/dev/full", capture)
        check(done.returncode == 4 and b"/dev/full: cannot be written" in done.stderr, "a full disk is an error", done)


def main():
    for command in ("tshark", "editcap", "capinfos", "script"):
        if shutil.which(command) is None:
            print(f"1..0 # SKIP {command} is not installed")
            return 0
    os.environ.update(LC_ALL="C.UTF-8", TZ="UTC0")
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        if b"libpcap" in run("reload-dump", "-f", "line", CAPTURES[0]).stderr:
            print("1..0 # SKIP libpcap is not installed")
            return 0
        for path in CAPTURES:
            annotate_capture(path)
            if os.path.exists("out"):
                os.remove("out")
            form_pcapng(path)
        for test in (test_made_packets, test_meta, test_interfaces, test_interface_names, test_extras, test_files, test_filter_form, test_limit, test_usage):
            test()
        os.chdir("/")
    print(f"1..{tests}")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
