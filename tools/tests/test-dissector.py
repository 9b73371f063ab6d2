#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the dissector reload07.lua in tshark with reload-dump, field by field. Prints TAP.

The messages are those of the vectors and of the fuzz corpus, and messages of these with octets changed at random. Each is a datagram, or a
TCP connection if it is larger. In testdata/captures, tshark finds the messages itself. As root, Wireshark 4.4 runs no Lua, so tshark is run as
another user then.

  RELOAD_TOOLS      the directory of the built tools
  RELOAD_DISSECTOR  reload07.lua
  RELOAD_TABLES     the program print-tables
  TESTDATA          the directory testdata
"""

import base64
import collections
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

PORT = 7777  # no protocol of Wireshark's
HEADER = 68
MAX_DATAGRAM = 65507
MAX_SEGMENT = 40000
MUTANTS = 600
TOKEN = b"RELO"
DECODE = ["-d", f"udp.port=={PORT},reload07", "-d", f"tcp.port=={PORT},reload07"]
NO_CERTIFICATES = ["--disable-protocol", "x509af"]  # half of the JSON is theirs
# Those of which tshark and reload-dump find the same messages. reload-dump also shows messages of which fragments are lost.
CAPTURES = ["again.pcap", "fragments-reordered.pcap", "lost-segment.pcap", "mixed.pcap", "reordered.pcap", "snaplen.pcap", "tcp6.pcapng",
            "udp6.pcapng", "wrap.pcap"]
TESTDATA = pathlib.Path(os.environ["TESTDATA"])
TABLES = [line.split("\t") for line in subprocess.run([os.environ["RELOAD_TABLES"]], stdout=subprocess.PIPE, check=True,
                                                      text=True).stdout.splitlines()]
TYPES = {int(row[1], 16): row[2] for row in TABLES if row[0] == "attribute"}
KEYS = {"reload07." + name.lower().replace("-", "_"): name for name in TYPES.values()}
FIELDS = [row[1] for row in TABLES if row[0] == "field"]
NUMBERS = {row[2]: int(row[1]) for row in TABLES if row[0] == "name"}  # no name is in two sets


# ---- Messages ----

def header_of(length):
    return TOKEN + bytes.fromhex("20000000 01010101 01") + length.to_bytes(3, "big") + bytes(52)


def attr(kind, *parts):
    value = b"".join(parts)
    return struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)


def message_of(*attributes):
    return header_of(sum(map(len, attributes))) + b"".join(attributes)


def source_info(*members):
    return message_of(attr(0x0002, *members))


def of_edges():
    """What reading and showing values may get wrong: the limits of UTF-8, characters to escape, addresses, times, tunnels"""
    for octets in ("c080 c1bf c280 dfbf df e09fbf e0a080 e0a0 ed9fbf eda080 efbfbf f08fbfbf f0908080 f09080 f48fbfbf f4908080 f5808080 80 ff "
                   "6100 c3bc00 00ff ff00").split():
        yield message_of(attr(0x0007, bytes.fromhex(octets)))
    for code in (0x01, 0x09, 0x0a, 0x0d, 0x1f, 0x20, 0x22, 0x5c, 0x7e, 0x7f, 0x80, 0x9f, 0xa0, 0xac, 0xad, 0xae, 0x61c, 0x180e, 0x200a, 0x200b,
                 0x200f, 0x2010, 0x2027, 0x2028, 0x202e, 0x202f, 0x205f, 0x2060, 0x206f, 0x2070, 0xfeff, 0xfff8, 0xfff9, 0xfffb, 0xfffc, 0xfffd,
                 0x1f600, 0xe0000, 0xe007f):
        yield message_of(attr(0x0003, attr(0x0201, f"a{chr(code)}b".encode())))
    for text in ("::", "::1", "::1.2.3.4", "::ffff:1.2.3.4", "::fffe:1.2.3.4", "1::", "1:0:0:2::3", "1::2:0:0:3:0", "0:1::", "::1:0:0:2",
                 "1:2:3:4:5:6:7:8", "1:0:3:4:5:6:7:8", "fe80::a:b", "::1:2.3.4.5"):
        yield source_info(attr(0x0103, b"\0\2\x13\xc4", socket.inet_pton(socket.AF_INET6, text)))
    for protocol in (0, 6, 17, 99):
        yield source_info(attr(0x0103, bytes([protocol]), b"\1\x13\xc4", bytes([10, 4, 1, 255])))
    for seconds in (0, 59, 60, 61, 3599, 3600, 86399, 86400, 90061, 68169599, 68169600, 951782399, 951782400, 4107542400, 2 ** 32 - 1):
        yield source_info(attr(0x0104, struct.pack(">I", seconds)), attr(0x0106, attr(0x0801, struct.pack(">I", seconds))))
    name, inner = attr(0x0403, b"reload"), attr(0x0404, header_of(0))
    for members in ((name, inner), (inner, name), (name, inner, inner), (attr(0x0403, b"x"), name, inner), (name, attr(0x0404, header_of(3), b"abcd"))):
        yield message_of(attr(0x0008, *members))
    tunnel = header_of(0)
    for _ in range(6):
        tunnel = message_of(attr(0x0008, name, attr(0x0404, tunnel)))
        yield tunnel


def hex_values(test):
    for key in ("msg", "before", "input", "request"):
        values = test.get(key, [])
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str) and re.fullmatch("([0-9a-f]{2})+", value):
                yield value
    yield "".join(part["hex"] * part.get("times", 1) for part in test.get("stream", []))


def of_vectors():
    for path in sorted((TESTDATA / "vectors").glob("*_test.json")):
        for group in json.loads(path.read_text())["testGroups"]:
            for test in group["tests"]:
                yield from map(bytes.fromhex, hex_values(test))


def of_corpus():
    for path in sorted((TESTDATA.parent / "lib/fuzz/corpus/message").iterdir()):
        octets = path.read_bytes()
        yield octets[max(octets.find(TOKEN), 0):]


def mutant(octets, rng):
    """The message with some octets after its token changed, removed, or repeated."""
    changed = bytearray(octets)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(4, len(changed))
        kind = rng.randrange(6)
        if kind < 3:
            changed[at] = rng.choice((0, 1, 2, 4, 0x10, 0x7f, 0x80, 0xff, rng.randrange(256)))
        elif kind == 3:
            del changed[at:at + rng.randrange(1, 9)]
        elif kind == 4:
            changed[at:at] = changed[max(at - rng.randrange(1, 40), 4):at]
        elif len(changed) > HEADER + 8:
            del changed[rng.randrange(HEADER, len(changed)):]
    return bytes(changed)


def all_messages():
    """Each once, in a fixed order. A datagram without a token belongs to no protocol of ours."""
    found = dict.fromkeys(octets for source in (of_edges, of_vectors, of_corpus) for octets in source() if TOKEN in octets)
    rng = random.Random(2007)
    bases = [octets for octets in found if 8 < len(octets) < 2000]
    while bases and len(found) < len(bases) + MUTANTS:
        found[mutant(rng.choice(bases), rng)] = None
    return [octets for octets in found if TOKEN in octets]


# ---- A capture ----

def ip(protocol, number, octets):
    """From 10.0.0.0 plus the message's number."""
    return struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(octets), 0, 0x4000, 64, protocol, 0, 0x0a000000 + number, 0x0b000000) + octets


def datagram(number, octets, port=PORT):
    return ip(17, number, struct.pack(">HHHH", port, port, 8 + len(octets), 0) + octets)


def segment(number, sequence, octets, flags=0x18, port=PORT):
    return ip(6, number, struct.pack(">HHIIBBHHH", port, port, sequence, 1, 0x50, flags, 0xffff, 0, 0) + octets)


def packets(number, octets):
    if len(octets) <= MAX_DATAGRAM - 20:
        yield datagram(number, octets)
        return
    yield segment(number, 0, b"", 0x02)
    for at in range(0, len(octets), MAX_SEGMENT):
        yield segment(number, 1 + at, octets[at:at + MAX_SEGMENT])


def write_packets(path, all_packets):
    """As raw IP, link type 101. A frame's time is its number."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 0x40000, 101))
        for frame, packet in enumerate(all_packets, 1):
            file.write(struct.pack("<IIII", frame, 0, len(packet), len(packet)) + packet)


def write_messages(path, messages):
    """Returns a function that gives the number of the message that a frame belongs to."""
    pairs = [(number, packet) for number, octets in enumerate(messages) for packet in packets(number, octets)]
    write_packets(path, [packet for _, packet in pairs])
    return lambda frame: pairs[frame - 1][0]


# ---- reload-dump ----

Item = collections.namedtuple("Item", "value fault fault_at line signed")


def lines_of(text):
    return text.rstrip("\n").split("\n") if text else []


def dump(path, *options):
    tool = pathlib.Path(os.environ["RELOAD_TOOLS"]) / "reload-dump"
    result = subprocess.run([tool, *options, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return result.stdout.decode(), result.stderr.decode()


def signed_octets(path, *options):
    """For each message, what its signatures cover, and how often and why they cover nothing."""
    messages = collections.defaultdict(list)
    index = 0
    for line in dump(path, "-f", "annotated", "--color=never", *options)[0].split("\n"):
        if m := re.match(r"(\d+): ", line):
            index = int(m[1])
        elif m := re.search(r" \(Security [^)]*\): octets (\d+) to (\d+)(?:, digested with Length (\d+))?", line):
            messages[index].append((int(m[1]), int(m[2]), m[3]))
        elif m := re.search(r" \(Security [^)]*\): nothing is marked: (.*)", line):
            messages[index].append(m[1])
    return messages


def expected(path, group_of, *options):
    """Each group of frames and its items, with the fault that reload-dump reports and the message's line."""
    out, errors = dump(path, "-f", "json", "--meta", *options)
    faults = {int(m[2]): (m[3], int(m[1])) for m in re.finditer(r"offset (\d+): message (\d+): (.*)", errors)}
    lines = lines_of(dump(path, "-f", "line", "--color=never", *options)[0])
    signed = signed_octets(path, *options)
    groups = collections.defaultdict(list)
    for text, line in zip(lines_of(out), lines):
        value = json.loads(text)
        meta = value.pop("meta")
        fault, at = faults.get(meta["index"], (None, 0)) if "garbage" not in value else (None, 0)
        line = re.sub(r"^.*?" + re.escape(path.name) + r":[-0-9,.]+: ", "", line)
        groups[group_of(meta["frames"][-1])].append(Item(value, fault, at - meta["offset"], line, signed[meta["index"]]))
    return groups


# ---- tshark ----

class Node(list):
    """The members of an object of JSON, in order, of which keys repeat. Key K's own children are those of K or of K_tree."""

    def first(self, key):
        return next((value for name, value in self if name == key), None)

    def items_of(self):
        """Key, value, children, and where in the octets the item begins."""
        at, last = 0, None
        for key, value in self:
            if key.endswith("_raw"):
                at = value[1]
                continue
            if last is not None and key == last[0] + "_tree":
                last[2] = value
                continue
            if last is not None:
                yield last
            last = [key, value, value if isinstance(value, Node) else Node(), at]
        if last is not None:
            yield last


def run_tshark(work, *options):
    """With the dissector in work, which any user can read."""
    command = ["tshark", *options, "-X", f"lua_script:{work / 'reload07.lua'}"]
    user = {"user": pwd.getpwnam("nobody").pw_uid, "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                            env={**os.environ, "HOME": str(work), "WIRESHARK_PLUGIN_DIR": str(work / "plugins")}, **user)
    return result.stdout.decode(), result.stderr.decode()


def tshark(path, *options):
    return run_tshark(path.parent, "-n", "-r", path, *options)


def packets_of(path, *options):
    out, errors = tshark(path, "-T", "json", "-x", "-J", "frame reload07", *options)
    return json.loads(out, object_pairs_hook=Node), errors


def number(text):
    return {"True": 1, "False": 0}[text] if text in ("True", "False") else int(text, 0) if re.fullmatch("0x[0-9a-f]+|[0-9]+", text) else None


def digits(text):
    return text.replace(":", "").removeprefix("0x")


def named(value):
    """A value of reload-dump's as the number that it names"""
    return NUMBERS[value] if isinstance(value, str) else value


def attribute(key, value, children):
    """The attribute as JSON of reload-dump's, with numbers for names."""
    kind = number(children.first("reload07.attribute.type"))
    result = {"type": TYPES.get(kind, f"0x{kind:04x}")}
    if key == "reload07.attribute":
        result["hex"] = digits(value)
        result["error"] = children.first("reload07.error")
    elif isinstance(value, Node) or value is None:
        result["value"] = members(children)
    else:
        result.update(leaf(key, value, children))
    padding = children.first("reload07.attribute.padding")
    if padding and int(digits(padding), 16):
        result["padding"] = digits(padding)
    if children.first("reload07.ignored"):
        result["ignored"] = True
    for name, _, inner, _ in children.items_of():
        if name == "reload07":
            result["message"] = message(inner)
    return {name: part for name, part in result.items() if part is not None}


def leaf(key, value, children):
    if children.first(key + ".reason") is not None:
        return {"value": {"code": int(value), "reason": children.first(key + ".reason")}}
    port = children.first(key + ".port")
    if port is not None:
        protocol = int(children.first(key + ".protocol"))
        shown = children.first(key + ".ip") or children.first(key + ".ipv6")
        return {"value": {"ip": shown, "port": int(port), **({"protocol": protocol} if protocol else {})}}
    return {"leaf": value}


def members(node):
    return [attribute(*item[:3]) for item in node.items_of() if item[0] in KEYS or item[0] == "reload07.attribute"]


def message(node):
    """A message as JSON of reload-dump's. Header fields are as Wireshark shows them."""
    header = {key: node.first("reload07." + key) for key in [*FIELDS, "forced_length"]}
    result = {"header": {key: value for key, value in header.items() if value is not None}, "attributes": members(node)}
    for name, value, children, _ in node.items_of():
        if name == "reload07.trailing":
            result["trailing"] = {"hex": digits(value), "error": children.first("reload07.error")}
    return result


def experts_of(node, name, at, inner=True):
    """The texts of the experts of a name, each with its place; those of tunnelled messages only if inner."""
    for key, _, children, place in node.items_of():
        if key == "_ws.expert" and children.first("reload07." + name) is not None:
            yield children.first("_ws.expert.message"), at
        elif inner or key != "reload07":
            yield from experts_of(children, name, place, inner)


def signed_of(node, start):
    """What signatures cover, relative to the message's start, and why they cover nothing."""
    return [*signed_items(node, start), *(text.removeprefix("signs nothing: ") for text, _ in experts_of(node, "signs_nothing", 0))]


def signed_items(node, start):
    for key, value in node:
        if key == "reload07.signed_raw":
            at, size = value[1] - start, value[2]
        elif key == "reload07.signed":
            yield at, at + size - 1, value.first("reload07.signed.length") if isinstance(value, Node) else None
        elif isinstance(value, Node):
            yield from signed_items(value, start)


# ---- Comparing ----

def same_field(key, wanted, shown):
    if key in ("source_id", "destination_id", "transaction_id", "overlay"):
        return wanted == digits(shown)
    return named(wanted) == number(shown)


def same_value(wanted, shown):
    """Whether an attribute has the value, which Wireshark shows as text, octets or a number."""
    if "hex" in wanted:
        return wanted["hex"] == digits(shown)
    value = wanted["value"]
    if isinstance(value, int):
        return value == number(shown)
    return value == shown or value == digits(shown) or value in NUMBERS and str(NUMBERS[value]) == shown


def differences_of_header(wanted, shown):
    for key in wanted.keys() | shown.keys():
        if key not in shown or key not in wanted or not same_field(key, wanted[key], shown[key]):
            yield f"header.{key}: {wanted.get(key)} and {shown.get(key)}"


def differences_of_attributes(wanted, shown, path):
    if len(wanted) != len(shown):
        yield f"{path}: {len(wanted)} attributes and {len(shown)}"
    for i, (a, b) in enumerate(zip(wanted, shown)):
        here = f"{path}/{i}"
        if isinstance(a.get("value"), list) and isinstance(b.get("value"), list):
            yield from differences_of_attributes(a["value"], b["value"], here)
            a, b = {**a, "value": None}, {**b, "value": None}
        if "message" in a and "message" in b:
            yield from differences(a["message"], b["message"], here)
            a, b = {**a, "message": None}, {**b, "message": None}
        if "leaf" in b and same_value(a, b["leaf"]):
            b = {**{key: part for key, part in b.items() if key != "leaf"}, **{key: a[key] for key in ("value", "hex") if key in a}}
        if a != b:
            yield f"{here}: {a} and {b}"


def differences(wanted, shown, path=""):
    """What differs between a message of reload-dump's and Wireshark's."""
    yield from differences_of_header(wanted["header"], shown["header"])
    yield from differences_of_attributes(wanted["attributes"], shown["attributes"], path)
    if wanted.get("trailing") != shown.get("trailing"):
        yield f"{path}: trailing: {wanted.get('trailing')} and {shown.get('trailing')}"


def differences_of_item(item, node, start):
    if "garbage" in item.value:
        found = digits(node.first("reload07.garbage") or "")
        if item.value["garbage"]["hex"] != found:
            yield f"garbage: {item.value['garbage']['hex']} and {found}"
        return
    yield from differences(item.value, message(node))
    signed = signed_of(node, start)
    if sorted(map(str, item.signed)) != sorted(map(str, signed)):
        yield f"signed: {item.signed} and {signed}"
    errors = [(text, at - start) for text, at in experts_of(node, "malformed", start, False)]
    if item.value.get("incomplete"):
        return
    if (item.fault is not None) != bool(errors):
        yield f"fault: {item.fault}, and {errors}"
    elif item.fault and (item.fault, item.fault_at) not in errors:
        yield f"fault: {item.fault} at {item.fault_at}, not in {errors}"


def layers_of(packet):
    """The packet's number, and its layers of ours with the place where each begins."""
    layers = packet.first("_source").first("layers")
    return int(layers.first("frame").first("frame.number")), [(node, at) for key, _, node, at in layers.items_of() if key == "reload07"]


def compare(path, wanted, group_of, *options):
    """Lines that describe each difference."""
    shown, errors = packets_of(path, *options)
    if "Lua" in errors:
        yield errors
    found = collections.defaultdict(list)
    for packet in shown:
        frame, layers = layers_of(packet)
        found[group_of(frame)] += layers
        yield from (f"frame {frame}: {key}" for key, _ in packet.first("_source").first("layers") if "Lua Error" in key)
    for group, items in wanted.items():
        layers = found.pop(group, [])
        if len(items) != len(layers):
            yield f"group {group}: {len(items)} messages and {len(layers)}"
        for item, (node, start) in zip(items, layers):
            yield from (f"group {group}: {text}" for text in differences_of_item(item, node, start))
    yield from (f"group {group}: only in tshark" for group, layers in found.items() if layers)


def compare_lines(path, wanted, group_of, *options):
    """The Info column has reload-dump's lines, as far as Wireshark keeps them."""
    columns = tshark(path, "-o", 'gui.column.format:"No.","%m","Protocol","%p","Info","%i"', *options)[0]
    shown = collections.defaultdict(list)
    for frame, protocol, info in (re.match(r" *(\d+) +(\S+) +(.*)", line).groups() for line in lines_of(columns)):
        if protocol == "RELOAD07":
            shown[group_of(int(frame))].append(info.strip())
    for group, items in wanted.items():
        line, info = " | ".join(item.line for item in items), " | ".join(shown[group])
        if any("garbage" in item.value for item in items):
            line = re.sub(r"(! \d+ octets? of garbage): [^|]*?( \||$)", r"\1\2", line)
        if not (line == info or len(info) > 2000 and line.startswith(info[:2000])):
            yield f"group {group}: {line!r} and {info!r}"


# ---- Tests ----

def test_messages(work):
    path = work / "messages.pcap"
    group_of = write_messages(path, all_messages())
    wanted = expected(path, group_of)
    yield f"{sum(map(len, wanted.values()))} messages: fields", compare(path, wanted, group_of, *DECODE, *NO_CERTIFICATES)
    yield "messages: the Info column", compare_lines(path, wanted, group_of, *DECODE)


def labels(work):
    """The text of each value in the tree, which is reload-dump's"""
    path = work / "edges.pcap"
    write_messages(path, list(of_edges()))
    # a value is after the name of its type, which is the first word
    wanted = re.findall(r"^ +([A-Z][-.A-Z0-9]+[A-Z]) +([^ (].*)$", dump(path, "--color=never")[0], re.M)
    shown = re.findall(r"^ +([A-Z][-.A-Z0-9]+[A-Z]): (.*)$", tshark(path, "-V", *DECODE)[0], re.M)
    wanted, shown = ([(name, text) for name, text in values if name in TYPES.values()] for values in (wanted, shown))
    wanted = [(name, re.sub(" ?! .*", "", text)) for name, text in wanted]
    shown = [(name, re.sub(r" \[.*\]$", "", text)) for name, text in shown]
    yield from (f"{a} and {b}" for a, b in zip(wanted, shown) if a != b)
    if len(wanted) != len(shown):
        yield f"{len(wanted)} labels and {len(shown)}"


def test_max_message(work):
    path = work / "large.pcap"
    streams = json.loads((TESTDATA / "vectors/stream_test.json").read_text())["testGroups"]
    group_of = write_messages(path, [bytes.fromhex(octets) for group in streams for test in group["tests"] for octets in hex_values(test)
                                     if len(octets) < 20000])
    yield "the longest message, as with --max-message", compare(
        path, expected(path, group_of, "--max-message=100"), group_of, *DECODE, "-o", "reload07.max_message:100")


def one_group(_):
    return 0


def test_captures(work):
    for name in CAPTURES:
        path = pathlib.Path(shutil.copy(TESTDATA / "captures" / name, work))
        wanted = expected(path, one_group)
        yield f"{name}: {len(wanted[0])} messages", compare(path, wanted, one_group, "-Y", "!icmp", "-o", "tcp.reassemble_out_of_order:TRUE")


def fields_alone(work):
    """What the tables and the fields of the dissector have not in common"""
    rows = [line.split("\t") for line in run_tshark(work, "-G", "fields")[0].splitlines() if line.startswith("F\t")]
    shown = {row[2]: row[5] if row[3].startswith("FT_UINT") else row[3] for row in rows if row[2].startswith("reload07.")}
    wanted = {"reload07.ttl": "BASE_DEC", "reload07.length": "BASE_DEC", "reload07.overlay": "BASE_HEX", "reload07.transaction_id": "BASE_HEX",
              "reload07.source_id": "FT_BYTES", "reload07.destination_id": "FT_BYTES"}
    yield from (f"{key} is {shown.get(key)}" for key, value in wanted.items() if shown.get(key) != value)
    yield from (f"no field {key}" for key in {*KEYS, *("reload07." + key for key in FIELDS)} - set(shown))


def table_of(path, *fields):
    columns = [option for field in fields for option in ("-e", field)]
    return [line.split("\t") for line in tshark(path, "-T", "fields", *columns, *DECODE)[0].split("\n") if line]


def installed(work):
    """It is loaded from the folder for plug-ins, and a second copy is not an error."""
    plugins = work / "plugins"
    plugins.mkdir()
    shutil.copy(work / "reload07.lua", plugins)
    fields, errors = run_tshark(work, "-G", "fields")
    if fields.count("\treload07.ttl\t") != 1 or "rror" in errors:
        yield f"{errors}"
    (work / "reload07.lua").rename(work / "elsewhere.lua")
    if "\treload07.ttl\t" not in run_tshark(work, "-G", "fields")[0]:
        yield "not loaded as a plug-in"
    (work / "elsewhere.lua").rename(work / "reload07.lua")
    shutil.rmtree(plugins)


def chosen_fields(work):
    path = pathlib.Path(shutil.copy(TESTDATA / "captures/udp.pcap", work))
    alice, bob = "463ac413c4" + 30 * "0", "4823affe45" + 30 * "0"
    wanted = [["0x01", alice], ["0x01", bob], ["0x11", f"{alice},{alice}"], ["0x11", bob]]
    rows = [row for row in table_of(path, "reload07.method", "reload07.peer_id", "x509sat.uTF8String") if row[0]]
    if [row[:2] for row in rows] != wanted:
        yield f"{rows}"
    if any("chat CA" not in row[2] for row in rows):
        yield f"a certificate is not dissected: {rows}"


def limits(work):
    """More attributes, messages and certificates than Wireshark shows of one packet: no error, but a note"""
    pem = "".join((TESTDATA / "alice.crt").read_text().splitlines()[1:-1])
    certificate = base64.b64decode(pem)
    path = work / "limits.pcap"
    bodies = [attr(0x0655) * 45000, attr(0x0105, certificate) * 60, attr(0x0101, b"a") * 45000]
    write_messages(path, [*map(message_of, bodies), header_of(HEADER * 14000 + 2) + header_of(0) * 14000 + b"ab"])
    rows = table_of(path, "ip.src", "reload07.token", "_ws.expert.message")
    found = {row[0]: row[2] for row in rows if row[1]}
    if len(found) != len(bodies) + 1:
        yield f"{len(found)} packets are dissected"
    for source, text in found.items():
        if not re.search("not dissected|only [0-9]+ attributes", text) or re.search("Lua|ug", text):
            yield f"{source}: {text[:200]}"


def recognised(work):
    """Plausible headers, headers with one implausible field, and traffic to RFC 6940's port"""
    header = header_of(0)
    cases = [(header, True), (b"relo" + header[4:], False), (b"the word RELO in a line of a log, and " + header[4:], False),
             (header[:67], False), (header + b"garbage", True)]
    cases += [(header[:at] + bytes([value]) + header[at + 1:], plausible) for at, value, plausible in (
        (4, 0, True), (5, 2, True), (5, 3, False), (6, 0xc0, True), (6, 0x20, False), (7, 1, False), (8, 0x81, True), (8, 2, False),
        (9, 15, True), (9, 16, False), (10, 15, True), (10, 16, False), (11, 15, True), (11, 16, False), (12, 0xbf, True), (12, 0x40, False))]
    frame = b"\x80" + bytes(4) + struct.pack(">I", 40)[1:] + b"\xd2ELO" + bytes(36)
    path = work / "recognised.pcap"
    write_packets(path, [datagram(number, octets) for number, (octets, _) in enumerate(cases)]
                  + [segment(100, 1, frame, port=6084), segment(101, 1, header, port=6084), segment(102, 1, header[:20]),
                     segment(102, 21, header[20:]), datagram(103, frame, 6084), datagram(104, b"STUN of a RELOAD client", 6084),
                     datagram(105, header[:8] + b"\2" + header[9:], 6084)])
    shown = [line.split("\t") for line in tshark(path, "-T", "fields", "-e", "frame.protocols", "-e", "reload07.token")[0].split("\n") if line]
    yield from (f"{octets.hex()}: {row}" for (octets, plausible), row in zip(cases, shown) if (row[1] != "") != plausible)
    at_port = shown[len(cases):]
    if [row[1] for row in at_port] != ["", "RELO", "", "RELO", "", "", "RELO"] or any("reload-framing" not in at_port[i][0] for i in (0, 4)):
        yield f"at RFC 6940's port, and in TCP: {at_port}"


def all_tests(work):
    yield "a field for each row of the tables", fields_alone(work)
    yield "installed, and loaded twice", installed(work)
    yield "chosen fields", chosen_fields(work)
    yield "packets that are recognised", recognised(work)
    yield "the labels of values", labels(work)
    yield "packets with more than Wireshark shows", limits(work)
    yield from test_max_message(work)
    yield from test_captures(work)
    yield from test_messages(work)


def skip_reason():
    if shutil.which("tshark") is None:
        return "tshark is not installed"
    return None if dump(TESTDATA / "captures/udp.pcap")[0] else "this build reads no captures"


def main():
    if reason := skip_reason():
        print(f"1..0 # SKIP {reason}")
        return 0
    failed = count = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        work.chmod(0o755)
        shutil.copy(os.environ["RELOAD_DISSECTOR"], work / "reload07.lua")
        for name, lines in all_tests(work):
            lines, count = list(lines), count + 1
            failed += bool(lines)
            print("".join(f"# {line}\n" for line in lines[:20]) + f"{'not ok' if lines else 'ok'} {count} - {name}", flush=True)
    print(f"1..{count}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
