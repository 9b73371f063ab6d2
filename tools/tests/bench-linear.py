#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Shows that time and memory grow linearly with a message (D34). Prints TAP.

Each kind of message is made in three sizes: 1, 4 and 16 units of octets. Some grow by the number of their containers, others by the
number of members in one container, which holds 64 KiB at most; of these, the input has as many messages as fill the same octets.
For each form of output and each check, the CPU time for an octet, and the memory, must not grow by more than half from a smaller
size to a larger one. Times are relative to each other in the same run; the time of a call with a small message is subtracted.

Usage: bench-linear.py [-k WORD]... [--unit OCTETS] [--list]
The environment variables RELOAD_TOOLS and TESTDATA name the directories of the tools and of the test data.
"""

import argparse
import hashlib
import hmac
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOOLS, TESTDATA = pathlib.Path(os.environ["RELOAD_TOOLS"]), pathlib.Path(os.environ["TESTDATA"])
SECRET = b"secret"
NOW = 1183896000
SIZES = 1, 4, 16
FULL = 60000  # octets of a container
FACTOR = 1.5
ENOUGH = 0.05  # seconds: shorter times say nothing
MEMORY = 16 << 20  # octets: less says nothing
TRIES = 4
ALICE = bytes.fromhex("463ac413c4000000000000000000000000000000")


# ---- Messages ----


def attribute(number, value=b""):
    return number.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)


def header(length, method, security):
    return (b"RELO" + bytes([32, 0, 0, 0, 1, 1, 1, security, method]) + length.to_bytes(3, "big") + bytes(20) + ALICE
            + bytes.fromhex("4690ba5000000001") + bytes.fromhex("659df2aa"))


def mac(octets):
    return hmac.digest(SECRET, octets, "sha1")


def signed(container, members):
    """A PEER-INFO or BODY with its signature under HMAC (D8)."""
    signature = {0x0202: 0x0306}.get(container, 0x0106)
    covered = members + (signature.to_bytes(2, "big") + b"\0\x18")
    return attribute(container, covered + attribute(0x0802, mac(covered)))


def message(attributes, method=0x11, security=2, after=b""):
    """A message signed under HMAC (D1, D2)."""
    covered = attributes + b"\0\x06\0\x18"
    length = len(covered) + 24
    octets = header(length, method, security) + covered
    octets += attribute(0x0802, mac(octets[8:]))
    return header(length + len(after), method, security) + octets[68:] + after


def fill(size, make):
    """Members until they have size octets: make(i) is the i-th."""
    found, length, i = [], 0, 0
    while length < size:
        found.append(make(i))
        length += len(found[-1])
        i += 1
    return b"".join(found)


def number(i):
    return b"%08d" % i


EXPIRATION = attribute(0x0305, (600).to_bytes(4, "big"))
KEY = attribute(0x0201, b"alice@example.com")
PEER_ID = attribute(0x0101, ALICE)


def body(i):
    return signed(0x0202, attribute(0x0303, b"sip:" + number(i) + b"@10.4.1.2") + EXPIRATION)


def peer_info(kind, i):
    return signed(kind, PEER_ID + attribute(0x0102, number(i)))


def route_log(i):
    return attribute(0x0004, attribute(0x0400, b"1.0") + peer_info(0x0402, i))


def tunnel(inner):
    return message(attribute(0x0008, attribute(0x0403, b"reload") + attribute(0x0404, inner)), method=0x21)


def tunnels(size):
    inner = tunnel(tunnel(message(fill(800, body_resource))))
    return message(fill(size, lambda i: attribute(0x0008, attribute(0x0403, b"reload") + attribute(0x0404, inner))), method=0x21)


def body_resource(i):
    return attribute(0x0003, KEY + body(i))


def resource(make):
    return lambda i: attribute(0x0003, KEY + fill(FULL, lambda k: make(100000 * i + k)))


def last_key(size):
    return attribute(0x0003, fill(size, body) + KEY)


def certificate(i):
    """A certificate BODY with a different certificate for each i: a good one with another serial number."""
    der = bytearray(DER)
    der[20:28] = number(i)
    return attribute(0x0202, attribute(0x0308, bytes(der)))


def repeated_signature(_):
    return attribute(0x0106, attribute(0x0802, bytes(20)))


DER = subprocess.run(["openssl", "x509", "-in", TESTDATA / "alice.crt", "-outform", "DER"], stdout=subprocess.PIPE, check=True).stdout

# name: one message of about so many octets. "in one …" grows within one container.
KINDS = {
    "BODYs": lambda n: message(fill(n, resource(body))),
    "BODYs in one RESOURCE": lambda n: message(attribute(0x0003, KEY + fill(n, body))),
    "BODYs in one RESOURCE before its KEY": lambda n: message(last_key(n)),
    "RESOURCEs": lambda n: message(fill(n, body_resource)),
    "PEER-INFOs": lambda n: message(fill(n, lambda i: attribute(0x0003, KEY + signed(0x0202, peer_info(0x0307, i) + EXPIRATION)))),
    "PEER-NAMEs in one PEER-INFO": lambda n: message(signed(0x0002, PEER_ID + fill(n, lambda i: attribute(0x0102, number(i))))),
    "PARAMETERs in one BODY": lambda n: message(attribute(0x0003, KEY + signed(0x0202, EXPIRATION + fill(
        n, lambda i: attribute(0x0304, attribute(0x0309, number(i)) + attribute(0x030a, b"\1") + attribute(0x030b, b"x")))))),
    "PEER-SIGNATUREs in one PEER-INFO": lambda n: message(b"", after=attribute(0x0004, attribute(0x0402, PEER_ID + fill(
        n, repeated_signature)))),
    "ROUTE-LOGs": lambda n: message(b"", after=fill(n, route_log)),
    "PEER-INFOs in one ROUTE-LOG": lambda n: message(b"", after=attribute(0x0004, fill(n, lambda i: peer_info(0x0402, i)))),
    "tunnels": tunnels,
    "nested tunnel in one APPLICATION": lambda n: tunnel(tunnel(tunnel(message(attribute(0x0003, KEY + fill(n - 500, body)))))),
    "certificates": lambda n: message(fill(n, resource(certificate))),
    "certificates in one RESOURCE": lambda n: message(attribute(0x0003, KEY + fill(n, certificate) + body(0))),
    "empty certificates in one RESOURCE": lambda n: message(attribute(0x0003, KEY + fill(
        n, lambda i: attribute(0x0202, attribute(0x0308, number(i)))) + body(0))),
    "unknown attributes": lambda n: message(fill(n, lambda i: attribute(0x7001, number(i)))),
    "empty unknown attributes": lambda n: message(fill(n, lambda i: attribute(0x7001))),
    "unknown attributes in one SOURCE-INFO": lambda n: message(attribute(0x0002, PEER_ID + fill(n, lambda i: attribute(0x7001)))),
    "SDPs": lambda n: message(fill(n, lambda i: attribute(0x0007, number(i)))),
    "one long SDP": lambda n: message(attribute(0x0007, b"v=0\n" * (n // 4))),
    "one SDP of control characters": lambda n: message(attribute(0x0007, b"\x01" * n)),
}


# ---- Calls ----


class Runner:
    """A small process that starts the tools: a child's memory counts from that of its parent."""
    script = """
import os, sys
null = os.open("/dev/null", os.O_RDWR)
for line in sys.stdin:
    words = line.rstrip("\\n").split("\\t")
    actions = [(os.POSIX_SPAWN_DUP2, null, i) for i in range(3)]
    pid = os.posix_spawn(words[0], words, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss, flush=True)
"""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-S", "-E", "-c", self.script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def run(self, command):
        """CPU seconds and the largest memory in octets of a call."""
        self.process.stdin.write("\t".join(str(word) for word in command) + "\n")
        self.process.stdin.flush()
        status, seconds, memory = self.process.stdout.readline().split()
        if int(status) not in (0, 1, 3):
            sys.exit(f"{command}: status {status}")
        return float(seconds), int(memory)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def calls(files):
    """name: command, for the files of an input."""
    verify = [TOOLS / "reload-verify", "--secret", files["secret"], "--time", NOW]
    certs = [TOOLS / "reload-verify", "--profile", TESTDATA / "overlay/overlay.json", "--time", NOW]
    dump = [TOOLS / "reload-dump"]
    found = {f"dump -f {form}": dump + ["-f", form, files["good"]] for form in
             ("text", "line", "json", "annotated", "hex", "binary")}
    found["dump -f json --pretty"] = dump + ["-f", "json", "--pretty", files["good"]]
    found["dump from JSON"] = dump + ["-f", "binary", files["json"]]
    found["dump --diff with itself"] = dump + ["--diff", files["good"], files["good"]]
    found["dump --diff with other octets"] = dump + ["--diff", files["good"], files["other"]]
    found["dump --diff in another order"] = dump + ["--diff", files["good"], files["reversed"]]
    found["verify -v"] = verify + ["-v", files["good"]]
    found["verify --json"] = verify + ["--json", files["good"]]
    found["verify -f json"] = verify + ["-f", "json", files["good"]]
    found["verify --lint"] = verify + ["--lint", "-v", files["good"]]
    found["verify --explain"] = verify + ["--explain", "-v", files["bad"]]
    found["verify under CERTS"] = certs + ["--json", "--explain", files["certs"]]
    found["sign"] = [TOOLS / "reload-sign", "--secret", files["secret"], "--resign-bodies", "--time", NOW, files["good"]]
    return found


def turned(octets):
    """The message with its attributes in reverse order, unsigned; and with another last digit in a tenth of the numbers, whatever
    the size."""
    at, found = 68, []
    while at < len(octets):
        end = at + 4 + (int.from_bytes(octets[at + 2:at + 4], "big") + 3) // 4 * 4
        found.append(octets[at:end])
        at = end
    return octets[:68] + b"".join(reversed(found)), octets[:68] + re.sub(rb"(\d{7})1", rb"\g<1>7", octets[68:])


def write_input(folder, one, count):
    """The files of an input of count equal messages."""
    backwards, other = turned(one)
    bad = bytearray(one)
    bad[36] ^= 1  # the Source ID, which is covered
    files = {"secret": folder / "secret"}
    files["secret"].write_bytes(SECRET)
    files["secret"].chmod(0o600)
    for name, octets in ("good", one), ("other", other), ("reversed", backwards), ("bad", bytes(bad)):
        files[name] = folder / f"{name}.bin"
        files[name].write_bytes(octets * count)
    files["json"], files["certs"] = folder / "good.json", folder / "certs.bin"
    subprocess.run([TOOLS / "reload-dump", "-f", "json", "-o", files["json"], files["good"]], check=True)
    single = folder / "single.bin"
    single.write_bytes(one[:11] + b"\3" + one[12:])
    subprocess.run([TOOLS / "reload-sign", "--quiet", "--force", "--key", TESTDATA / "alice.key", "--cert", TESTDATA / "alice.crt",
                    "--time", str(NOW), "-o", files["certs"], single], check=False)
    if not files["certs"].exists():
        files["certs"].write_bytes(single.read_bytes())
    files["certs"].write_bytes(files["certs"].read_bytes() * count)
    return files


class Check:
    def __init__(self, runner):
        self.runner, self.count, self.failed = runner, 0, 0

    def measure(self, what, inputs, baseline):
        """inputs: octets and a command for each size. Other work on the machine disturbs some times, so the shortest one counts."""
        best = [self.runner.run(command) for _, command in inputs]
        for _ in range(TRIES):
            if self.growth(what, [(octets, *one) for (octets, _), one in zip(inputs, best)], baseline)[0]:
                break
            best = [min(one, self.runner.run(command)) for (_, command), one in zip(inputs, best)]
        good, line = self.growth(what, [(octets, *one) for (octets, _), one in zip(inputs, best)], baseline)
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {line}", flush=True)

    def growth(self, what, measured, baseline):
        """measured: (octets, seconds, memory) for each size; baseline: (seconds, memory) of a small input."""
        rates = [max(seconds - baseline[0], 0) / octets for octets, seconds, _ in measured]
        memory = [max(used - baseline[1], MEMORY) / octets for octets, _, used in measured]
        worst = max((later / sooner for sooner, later in zip(rates, rates[1:]) if sooner > 0), default=1)
        worst = max(worst, rates[-1] / rates[0] if rates[0] > 0 else 1)
        enough = measured[-1][1] - baseline[0] >= ENOUGH
        hungry = max((use / memory[i - 1] for i, use in enumerate(memory)
                      if i > 0 and measured[i - 1][2] - baseline[1] > MEMORY), default=1)
        good = (not enough or worst <= FACTOR) and hungry <= FACTOR
        return good, (f"{what}: {', '.join(f'{1e9 * rate:.0f}' for rate in rates)} ns, "
                      f"{', '.join(f'{use:.1f}' for use in memory)} octets for each octet")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("-k", action="append", default=[], metavar="WORD", help="only kinds and calls whose \"KIND: CALL\" contains each WORD")
    parser.add_argument("--unit", type=int, default=1 << 18, metavar="OCTETS", help="the smallest size (default: 262144)")
    parser.add_argument("--list", action="store_true", help="list the kinds")
    options = parser.parse_args()
    if options.list:
        print("\n".join(KINDS))
        return 0
    runner = Runner()
    check = Check(runner)
    with tempfile.TemporaryDirectory() as work:
        small = write_input(pathlib.Path(work), message(b""), 1)
        baseline = {name: min(runner.run(command) for _ in range(3)) for name, command in calls(small).items()}
        for kind, make in KINDS.items():
            names = [name for name in baseline if all(word in f"{kind}: {name}" for word in options.k)]
            inputs = []
            if not names:
                continue
            for size in SIZES:
                folder = pathlib.Path(work) / hashlib.sha1(f"{kind} {size}".encode()).hexdigest()[:8]
                folder.mkdir()
                inside = " in one " in kind or kind.startswith("one ")
                octets = make(FULL * size // SIZES[-1]) if inside else make(options.unit * size)
                count = max(1, options.unit * SIZES[-1] // len(octets)) if inside else 1
                inputs.append((len(octets) * count, calls(write_input(folder, octets, count))))
            for name in names:
                check.measure(f"{kind}: {name}", [(octets, commands[name]) for octets, commands in inputs], baseline[name])
    runner.end()
    print(f"1..{check.count}")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
