# SPDX-License-Identifier: BSD-2-Clause
"""Makes the corpus: the files that both builds are run over. The older build makes it once; nothing in it is random.

  td  the tree's testdata            fz  the corpora of the fuzzers        v   the messages of the test vectors
  mu  mutations of good messages     st  streams and texts                 js  the JSON rendering of messages
  se  sequences: replay, pairing, pins        ov  an overlay's CA, peers, certificates and keys of every kind
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import tempfile

VERSION = 1  # another corpus is made if this changes
TOP = pathlib.Path(__file__).resolve().parents[3]
TIME_OF_TESTDATA = 946702799
NOW = 1700000000
ALICE = "463ac413c4000000000000000000000000000000"
BOB = "4823affe45000000000000000000000000000000"
LONG = ["--not-before", "2000-01-01T00:00:00Z", "--not-after", "2040-01-01T00:00:00Z"]
METHODS = ["PEER-JOIN", "PEER-SEARCH", "RESOURCE-GET", "RESOURCE-PUT", "RESOURCE-TRANSFER", "TRANSPORT-OPEN", "TRANSPORT-TUNNEL"]
MUTATIONS = 1000  # under each of HMAC and CERTS
NAMES = ["dht", "hash", "time", "max_skew", "min_rsa_bits", "overlay"]
SWITCHES = ["allow_sha1_certs", "require_peer_signature", "replay", "pair"]


class Maker:
    def __init__(self, tools, directory):
        self.tools, self.top = pathlib.Path(tools).resolve(), directory
        self.manifest = {}

    def path(self, name):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name, octets, mode=0o600):
        path = self.path(name)
        path.write_bytes(octets.encode() if isinstance(octets, str) else octets)
        path.chmod(mode)
        return name

    def run(self, tool, *arguments, octets=b"", statuses=(0,)):
        done = subprocess.run([str(self.tools / f"reload-{tool}"), *map(str, arguments)], input=octets, capture_output=True,
                              cwd=self.top, timeout=120, check=False, start_new_session=True)
        if done.returncode not in statuses:
            raise SystemExit(f"compare-builds: making the corpus: reload-{tool} {' '.join(map(str, arguments))}: "
                             f"status {done.returncode}: {done.stderr.decode()[-500:]}")
        return done.stdout

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.top, check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def sign(self, messages, who, *options):
        """Signed messages, each one's octets, of JSON messages."""
        identity = ["--secret", "td/hmac.secret", "--timestamp"] if who == "hmac" else ["--none"] if who == "none" else \
            ["--key", f"ov/{who}.key", "--cert", f"ov/{who}.crt"]
        text = "\n".join(json.dumps(message) for message in messages)
        when = [] if who == "none" else ["--time", NOW]
        return split(self.run("sign", "--quiet", *identity, *when, *options, octets=text.encode()))


def split(octets):
    """The messages of a stream of good ones."""
    messages = []
    while octets:
        end = 68 + int.from_bytes(octets[13:16], "big")
        messages.append(octets[:end])
        octets = octets[end:]
    return messages


def copy_tree(make):
    shutil.copytree(TOP / "testdata", make.top / "td", ignore=shutil.ignore_patterns("sources", "schemas", "__pycache__", "*.py"))
    for path in (make.top / "td").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o600)
    shutil.copytree(TOP / "lib/fuzz/corpus", make.top / "fz")
    for name in METHODS:
        example = json.loads(make.run("sign", "--example", name))
        example["header"]["transaction_id"] = "6553ec1800000001"
        make.write(f"js/example-{name}.json", json.dumps(example, indent=1))


def policy_options(make, place, group):
    policy, options = group["policy"], []
    if policy["security"] == "NONE":
        options.append("--none")
    for key in ("secrets", "ca", "intermediates", "crl"):
        for number, text in enumerate(group.get(key, [])):
            name = make.write(f"{place}/{key}{number}", f"hex:{text}" if key == "secrets" else text)
            options += ["--secret" if key == "secrets" else f"--{key}", f"c/{name}"]
    for name in NAMES:
        if name in policy:
            options += ["--" + name.replace("_", "-"), str(policy[name])]
    options += ["--" + name.replace("_", "-") for name in SWITCHES if policy.get(name)]
    return options + (["--pin", "pins"] if policy.get("pin") else [])


def vectors(make):
    groups, others = [], []
    for path in sorted((TOP / "testdata/vectors").glob("*_test.json")):
        for number, group in enumerate(json.loads(path.read_text(encoding="utf-8"))["testGroups"]):
            place = f"v/{path.stem.removesuffix('_test')}/{number}"
            if group["type"] != "ReloadVerify":
                others.append({"place": place, "group": other_vectors(make, place, group)})
                continue
            alone, after = [], []
            for test in group["tests"]:
                name = f"{place}/{test['tcId']}"
                file = "c/" + make.write(f"{name}.bin", bytes.fromhex(test["msg"]))
                before = ["c/" + make.write(f"{name}.before{n}.bin", bytes.fromhex(m)) for n, m in enumerate(test.get("before", []))]
                state = any(group["policy"].get(key) for key in ("replay", "pair", "pin"))
                (after if before or state else alone).append([*before, file] if before or state else file)
            groups.append({"options": policy_options(make, place, group), "alone": alone, "after": after})
    make.manifest.update(vectors=groups, other_vectors=others)


def other_vectors(make, place, group):
    """The files that tests of the other kinds need: a list of their own for each."""
    made = {"type": group["type"], "function": group.get("function"), "tests": []}
    for key in ("key", "cert", "resource_key", "resource_cert"):
        if key in group:
            made[key] = "c/" + make.write(f"{place}/{key}", group[key])
    if "secret" in group:
        made["secret"] = "c/" + make.write(f"{place}/secret", f"hex:{group['secret']}")
    for test in group["tests"]:
        name = f"{place}/{test['tcId']}"
        entry = {key: test[key] for key in ("options", "replica", "direction") if key in test}
        if group["type"] == "ReloadId":
            entry["input"] = test["input"]
        for key, suffix in (("msg", "bin"), ("request", "request"), ("file", "secret")):
            if key in test:
                entry[key] = "c/" + make.write(f"{name}.{suffix}", bytes.fromhex(test[key]))
        if "json" in test:
            entry["json"] = "c/" + make.write(f"{name}.json", json.dumps(test["json"]))
        if group["type"] == "ReloadSign" and "input" in test:
            text = isinstance(test["input"], str)
            entry["form"] = "binary" if text else "json"
            entry["input"] = "c/" + make.write(f"{name}.input", bytes.fromhex(test["input"]) if text else json.dumps(test["input"]))
        made["tests"].append(entry)
    return made


def overlay(make):
    """An overlay's CA, peers, and files of certificates and keys of every kind."""
    make.run("keygen", "ca", "-q", "--overlay", "chat", "--bits", 2048, "--seed", "00", *LONG, "-o", "ov")
    for name, peer, seed in (("alice", ALICE, "01"), ("bob", BOB, "02")):
        make.run("keygen", "issue", "-q", "--ca", "ov", "--seed", seed, *LONG, "--user", f"{name}@example.com", "--peer-id", peer, "-o", f"ov/{name}")
    make.run("keygen", "ca", "-q", "--overlay", "other", "--bits", 2048, "--seed", "03", *LONG, "-o", "ov/other")
    for name, seed in (("one", "04"), ("two", "05")):
        make.run("keygen", "self-signed", "-q", "--overlay", "chat", "--seed", seed, *LONG, "--user", "alice@example.com", "--peer-id", ALICE,
                 "-o", f"ov/{name}")
    make.run("keygen", "request", "-q", "--user", "erin@example.com", "--seed", "06", "-o", "ov/erin")
    make.run("keygen", "crl", "-q", "--ca", "ov", "--time", "2020-01-01T00:00:00Z", "--next-update", "2030-01-01T00:00:00Z", "-o", "ov/empty.crl")
    make.run("keygen", "issue", "-q", "--ca", "ov", "--seed", "07", *LONG, "--user", "carol@example.com", "--peer-id", "77" * 20, "-o", "ov/carol")
    serial = (make.top / "ov/index").read_text(encoding="utf-8").splitlines()[-1].split("\t")[0]
    make.manifest["carol"] = serial
    make.run("keygen", "revoke", "-q", "--ca", "ov", "--serial", serial, "--time", "2020-06-01T00:00:00Z")
    make.run("keygen", "crl", "-q", "--ca", "ov", "--time", "2020-07-01T00:00:00Z", "--next-update", "2030-01-01T00:00:00Z", "-o", "ov/carol.crl")
    make.run("keygen", "crl", "-q", "--ca", "ov", "--time", "2020-07-01T00:00:00Z", "--next-update", "2020-08-01T00:00:00Z", "-o", "ov/old.crl")
    read = {name: (make.top / f"ov/{name}").read_bytes() for name in ("alice.crt", "bob.crt", "ca.crt", "alice.key", "erin.csr", "carol.crl", "one.crt")}
    for name, kind in (("alice.crt", "x509"), ("ca.crt", "x509"), ("erin.csr", "req"), ("carol.crl", "crl")):
        make.openssl(kind, "-in", f"ov/{name}", "-outform", "DER", "-out", f"ov/{name}.der")
    der = (make.top / "ov/alice.crt.der").read_bytes()
    for name, octets in {
            "bundle": read["ca.crt"] + read["alice.crt"] + read["bob.crt"], "bundle-twice": read["alice.crt"] * 2,
            "text-before": b"Certificate of alice\n" + read["alice.crt"], "text-after": read["ca.crt"] + b"and so on\n",
            "with-key": read["alice.crt"] + read["alice.key"], "key-first": read["alice.key"] + read["alice.crt"],
            "der-trailing": der + b"\0", "der-short": der[:-1], "der-twice": der * 2, "empty": b"", "text": b"hello\n",
            "pem-short": read["ca.crt"][:-40], "pem-crlf": read["ca.crt"].replace(b"\n", b"\r\n"), "zeros": bytes(100),
            "pem-broken": read["ca.crt"].replace(b"MII", b"M!I", 1)}.items():
        make.write(f"ov/kinds/{name}", octets)
    for name in ("alice.crt", "alice.crt.der", "ca.crt", "ca.crt.der", "alice.key", "erin.csr", "erin.csr.der", "carol.crl", "carol.crl.der", "one.crt",
                 "empty.crl", "old.crl"):
        shutil.copy(make.top / "ov" / name, make.top / "ov/kinds" / name)
    keys(make, read["alice.key"])


def keys(make, pem):
    make.write("ov/pass", "open sesame\n")
    make.write("ov/pass-wrong", "wrong\n")
    make.write("ov/pass-empty", "")
    make.write("ov/pass-long", "x" * 5000)
    make.write("ov/keys/plain", pem)
    make.write("ov/keys/readable", pem, 0o644)
    make.write("ov/keys/twice", pem * 2)
    make.write("ov/keys/trailing", pem + b"more\n")
    make.write("ov/keys/short", pem[:-60])
    make.write("ov/keys/empty", b"")
    source = ["-in", "ov/keys/plain"]
    with_pass = ["-passout", "file:ov/pass"]
    for name, command in {
            "pkcs8.der": ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], "pkcs1.pem": ["rsa", "-traditional"],
            "pkcs1.der": ["rsa", "-traditional", "-outform", "DER"], "public": ["pkey", "-pubout"],
            "pbes2.pem": ["pkcs8", "-topk8", "-v2", "aes-256-cbc", *with_pass], "pbes2.der": ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-outform", "DER", *with_pass],
            "pbes2-sha1.pem": ["pkcs8", "-topk8", "-v2", "des3", "-v2prf", "hmacWithSHA1", *with_pass],
            "pbes1.pem": ["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", *with_pass],
            "legacy.pem": ["rsa", "-traditional", "-aes128", *with_pass]}.items():
        make.openssl(command[0], *source, *command[1:], "-out", f"ov/keys/{name}")
    make.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ov/keys/ec")
    for path in (make.top / "ov/keys").iterdir():
        if path.name != "readable":
            path.chmod(0o600)


def mutations(make):
    made = {"hmac": [], "certs": []}
    testdata = [f"td/{name}.json" for name in ("section-4.1", "tunnel", "unknown", "route-log", "tunnelled")]
    sources = {"hmac": testdata + [f"js/example-{name}.json" for name in METHODS],
               "certs": ["td/route-log.json", "td/section-4.1.json", "td/tunnel.json", "js/example-RESOURCE-TRANSFER.json",
                         "js/example-PEER-SEARCH.json"]}
    identity = {"hmac": ["--secret", "td/hmac.secret"], "certs": ["--key", "ov/alice.key", "--cert", "ov/alice.crt"]}
    for kind, files in sources.items():
        for number, file in enumerate(files):
            if len(made[kind]) >= MUTATIONS:
                break
            text = make.run("sign", "-q", "--mutate", "all", "--seed", f"{number:02x}", *identity[kind], "--time", NOW, file)
            tests = [test for group in json.loads(text)["testGroups"] for test in group["tests"]]
            for test in tests[:MUTATIONS - len(made[kind])]:
                made[kind].append("c/" + make.write(f"mu/{kind}/{number}/{test['tcId']:03}.bin", bytes.fromhex(test["msg"])))
    make.manifest["mutations"] = made


def streams(make):
    td = make.top / "td"
    good = [(td / f"{name}.bin").read_bytes() for name in
            ("section-4.1.hmac", "response.hmac", "tunnelled.hmac", "tunnel.hmac", "unknown.hmac", "route-log.hmac", "route-log.certs")]
    first, second = good[0], good[1]
    rendered = [make.run("dump", "-f", "json", octets=octets).strip() for octets in good]
    hexed = [octets.hex() for octets in good]
    binary = {
        "all": b"".join(good), "many": b"".join(good) * 100, "garbage": b"garbage", "garbage-before": b"hello" + first,
        "garbage-between": first + b"RELOhello" + second + bytes(9) + first, "garbage-after": first + b"x" * 70000,
        "garbage-long": b"R" * 200000 + first, "zeros": bytes(1000), "token": b"RELO", "tokens": b"RELO" * 40, "token-late": b"xREL" + first,
        "token-set-bit": bytes([0xd2]) + first[1:] + first, "nothing": b"", "one-octet": b"R", "newline": b"\n", "wrapped": first + b"\n" + second + b"\n",
        "http": b"HTTP/1.1 200 OK\r\n\r\n" + first, "large": large(first), "length-zero": first[:13] + bytes(3) + first[16:] + second,
        "length-all-ones": first[:13] + b"\xff" * 3 + first[16:] + second, "overlap": first[:100] + second + first[100:]}
    binary.update({f"cut-{at}": first[:at] for at in (1, 3, 4, 5, 13, 16, 67, 68, 69, 71, 72, 100, 200, len(first) - 1)})
    binary.update({f"cut-{at}-then-good": first[:at] + second for at in (3, 4, 40, 68, 72, 100, len(first) - 1)})
    binary.update({f"good-then-cut-{at}": second + first[:at] for at in (1, 4, 40, 68, 100)})
    lines = "\n".join(hexed)
    texts = {
        "lines": lines, "one": hexed[0], "upper": lines.upper(), "crlf": "\r\n".join(hexed) + "\r\n", "blocks": "\n\n".join(hexed), "joined": "".join(hexed),
        "spaced": " ".join(hexed[0][i:i + 2] for i in range(0, len(hexed[0]), 2)), "tabs": "\t".join(hexed[1][i:i + 8] for i in range(0, len(hexed[1]), 8)),
        "wrapped": "\n".join(hexed[0][i:i + 32] for i in range(0, len(hexed[0]), 32)), "odd": hexed[0][:-1] + "\n\n" + hexed[1],
        "bad": hexed[0][:50] + "xyz" + hexed[0][50:] + "\n\n" + hexed[1], "bom": "\ufeff" + lines, "short": hexed[0][:200] + "\n\n" + hexed[1],
        "garbage": "00ff\n" + hexed[0], "blank": "\n\n  \n" + hexed[0] + "\n\n\n", "words": "hello world\n" + hexed[0], "nul": hexed[0] + "\0" + hexed[1]}
    array = b"[" + b",\n".join(rendered) + b"]"
    pretty = make.run("dump", "-f", "json", "--pretty", octets=b"".join(good))
    meta = make.run("dump", "-f", "json", "--meta", "td/tunnel.hmac.bin", "td/response.hmac.bin")
    one = rendered[2]
    documents = {
        "array": array, "lines": b"\n".join(rendered), "concatenated": b"".join(rendered), "pretty": pretty, "meta": meta, "array-open": array[:-1],
        "array-empty": b"[]", "array-nested": b"[" + array + b"]", "array-of-numbers": b"[1, 2, " + one + b"]", "array-twice": array + array,
        "blank": b"\n \n" + one + b"\n\n\n" + one, "bom": b"\xef\xbb\xbf" + one, "garbage": b'{"garbage": {"hex": "00ff"}}' + one, "short": one[:-30] + b"\n" + one,
        "comma": one + b"," + one, "number": b"17", "string": b'"hello"', "syntax": one.replace(b":", b"", 1) + b"\n" + one, "deep": b"[" * 3000,
        "unknown-key": one.replace(b'"header"', b'"x": 1, "header"') + one, "duplicate": one.replace(b'"ttl": 32', b'"ttl": 32, "ttl": 3') + one,
        "out-of-range": one.replace(b'"ttl": 32', b'"ttl": 256') + one, "forced": one.replace(b'"ttl"', b'"forced_length": 5, "ttl"') + one,
        "binary-after": one + first, "hex-after": one + hexed[0].encode(), "no-header": b'{"attributes": []}' + one, "utf16": one.decode().encode("utf-16")}
    named = [(f"b-{name}", octets) for name, octets in binary.items()] + [(f"h-{name}", text.encode()) for name, text in texts.items()]
    named += [(f"j-{name}", octets) for name, octets in documents.items()]
    named += [("m-binary-hex", first + hexed[0].encode()), ("m-binary-json", first + rendered[0] + second), ("m-hex-binary", hexed[0].encode() + b"\n" + first)]
    make.manifest["streams"] = ["c/" + make.write(f"st/{name}", octets) for name, octets in named]


def large(message):
    body = b"".join(b"\x00\x07\xff\xff" + bytes([65 + n]) * 65535 + b"\0" for n in range(9))
    return message[:13] + len(body).to_bytes(3, "big") + message[16:68] + body


def request(identifier, transaction):
    return {"header": {"method": "PEER-SEARCH", "source_id": identifier, "destination_id": BOB, "transaction_id": transaction, "overlay": {"name": "chat"}},
            "attributes": [{"type": "SOURCE-INFO", "value": [{"type": "PEER-ID", "value": identifier}]}]}


def sequences(make):
    boot = NOW - 1000
    counters = [[0, 1, 0], [100, 36, 36], [100, 35], [100, 37, 37, 35], [100, 99, 99, 100], [100, 36, 101, 36, 37, 37], [10, 9, 73, 9, 10, 11],
                [10, 74, 10, 11, 9], [10, 75, 10, 11], [10, 2**32 - 1, 10, 2**32 - 66, 2**32 - 65], [0, 1, 2**32 - 1, 0, 2**32 - 1], [5, 3, 4, 1, 2, 3],
                [n * 37 % 65 for n in range(70)]]
    boots = [[(boot, 5), (boot + 1, 5), (boot + 1, 4), (boot + 1, 5)], [(boot, 5), (boot + 1, 0), (boot, 6), (boot - 1, 999)], [(NOW + 300, 0)],
             [(NOW + 301, 0)], [(2**32 - 1, 0), (2**32 - 1, 0), (boot, 1)]]
    plans = [[("alice", boot, counter) for counter in row] for row in counters] + [[("alice", *pair) for pair in row] for row in boots]
    plans.append([(who, boot, 7) for who in ("alice", "bob", "alice", "bob")])
    plans.append([(who, boot, n) for n in (1, 2, 1) for who in ("alice", "bob")])
    replays = []
    for number, plan in enumerate(plans):
        for who in ("certs", "hmac"):
            octets = b""
            for peer, boot_time, counter in plan:
                message = request(ALICE if peer == "alice" else BOB, f"{boot_time:08x}{counter:08x}")
                octets += make.sign([message], peer if who == "certs" else "hmac", "--force")[0]
            replays.append([who, "c/" + make.write(f"se/replay/{number:02}-{who}", octets)])
    make.manifest["replays"] = replays
    pairs(make)
    pins(make)
    state = replays[0][1]
    make.run("verify", "-q", "--ca", "ov/ca.crt", "--time", NOW, "--replay-state", "se/state", state[2:], statuses=(0, 1))
    make.run("verify", "-q", "--overlay", "chat", "--time", NOW, "--pin", "se/pins", "se/pins-one-put.bin", statuses=(0, 1))
    make.write("se/state-broken", b"SQLite format 3\0" + bytes(100))
    make.write("se/state-text", b"hello\n")


def pairs(make):
    files = {}
    for who, peer, answerer in (("hmac", "hmac", "hmac"), ("certs", "alice", "bob")):
        for number in (1, 2):
            question = make.sign([request(ALICE, f"6553ec18{number:08x}")], peer)[0]
            files[f"{who}-q{number}"] = make.write(f"se/pair-{who}-q{number}.bin", question)
            key = ["--secret", "td/hmac.secret"] if who == "hmac" else ["--key", f"ov/{answerer}.key", "--cert", f"ov/{answerer}.crt"]
            more = ["--peer-id", BOB] if who == "hmac" else []
            answer = make.run("sign", "-q", *key, *more, "--time", NOW, "--reply-to", files[f"{who}-q{number}"], "--code", 200 * number)
            files[f"{who}-a{number}"] = make.write(f"se/pair-{who}-a{number}.bin", answer)
        last = (make.top / files[f"{who}-a1"]).read_bytes()
        files[f"{who}-forged"] = make.write(f"se/pair-{who}-forged.bin", last[:-1] + bytes([last[-1] ^ 1]))
        question = json.loads((make.top / "js/example-TRANSPORT-TUNNEL.json").read_bytes())
        question["attributes"][1]["value"][0]["value"] = "reload"
        for inner in ("q1", "a1"):
            question["attributes"][1]["value"][1]["hex"] = (make.top / files[f"{who}-{inner}"]).read_bytes().hex()
            files[f"{who}-tunnel-{inner}"] = make.write(f"se/pair-{who}-tunnel-{inner}.bin", make.sign([question], peer)[0])
    orders = [["q1", "a1"], ["a1"], ["a1", "q1"], ["q1", "a1", "a1"], ["q1", "q2", "a2", "a1"], ["q1", "a2"], ["q1", "q1", "a1", "a1", "a1"],
              ["q1", "forged", "a1"], ["tunnel-q1", "a1"], ["q1", "tunnel-a1"], ["tunnel-a1"], ["q1", "a1", "q2", "a2", "q1", "a1"]]
    make.manifest["pairs"] = [[who, ["c/" + files[f"{who}-{name}"] for name in order]] for who in ("hmac", "certs") for order in orders]


def pins(make):
    files = {}
    for who in ("one", "two", "alice"):
        for name, method in (("put", "RESOURCE-PUT"), ("search", "PEER-SEARCH"), ("join", "PEER-JOIN")):
            message = json.loads((make.top / f"js/example-{method}.json").read_bytes())
            files[f"{who}-{name}"] = make.write(f"se/pins-{who}-{name}.bin", make.sign([message], who)[0])
    orders = [["one-put"], ["one-put", "two-put"], ["one-put", "one-search", "two-search"], ["two-search", "one-put"], ["one-join", "one-put", "two-join"],
              ["alice-put"], ["one-put", "alice-put"], ["two-put", "two-put", "one-put", "one-search"]]
    make.manifest["pins"] = [["c/" + files[name] for name in order] for order in orders]


def renderings(make):
    """The JSON of messages, each file with several."""
    made = []
    mutants = [name[2:] for name in make.manifest["mutations"]["hmac"][::4] + make.manifest["mutations"]["certs"][::8]]
    vectors_in = [name[2:] for group in make.manifest["vectors"] for name in group["alone"][::5]]
    fuzzed = sorted(str(path.relative_to(make.top)) for path in (make.top / "fz").rglob("*") if path.is_file())
    names = mutants + vectors_in + fuzzed
    for number in range(0, len(names), 20):
        text = make.run("dump", "-q", "-f", "json", *names[number:number + 20], statuses=(0, 1, 3))
        made.append("c/" + make.write(f"js/{number:05}.json", text))
    make.manifest["renderings"] = made


def profiles(make):
    shutil.copy(make.top / "ov/ca.crt", make.path("ov/profiles/ca.crt"))
    for name in ("carol.crl", "alice.crt"):
        shutil.copy(make.top / "ov" / name, make.top / "ov/profiles" / name)
    shutil.copy(make.top / "td/hmac.secret", make.top / "ov/profiles/secret")
    certs, hmac = {"overlay": "chat", "security": "CERTS", "ca": ["ca.crt"]}, {"overlay": "chat", "security": "HMAC", "secret": "secret"}
    variants = [certs, hmac, {"overlay": "chat", "security": "NONE"}, {"security": "NONE"}, {"overlay": "chat"}, {}, {**certs, "overlay": "chatter"},
                {**certs, "overlay": ""}, {**certs, "overlay": 3}, {**certs, "min_rsa_bits": 3072}, {**certs, "min_rsa_bits": "x"}, {**certs, "max_skew": 0},
                {**certs, "max_skew": "none"}, {**certs, "max_skew": -1}, {**certs, "crl": ["carol.crl"]}, {**certs, "crl": "carol.crl"},
                {**certs, "intermediates": ["alice.crt"]}, {**certs, "ca": "ca.crt"}, {**certs, "ca": ["none.crt"]}, {**certs, "ca": []},
                {**certs, "require_peer_signature": True}, {**certs, "require_peer_signature": "yes"}, {**certs, "dht": "Chord1.0"}, {**certs, "dht": 7},
                {**certs, "dht": "x"}, {**certs, "hash": 2}, {**certs, "hash": "SHA-1"}, {**certs, "security": "RSA"}, {**certs, "security": 3},
                {**certs, "unknown": 1}, {**certs, "secret": "secret"}, {**hmac, "ca": ["ca.crt"]}, {**hmac, "secret": "none"}, {**certs, "replay": True},
                {**certs, "allow_sha1_certs": True}, {**hmac, "secret": ["secret"]}, {**hmac, "secrets": ["secret"]}, {**certs, "pin": "pins"}]
    texts = [json.dumps(variant) for variant in variants] + ["", "[]", "{", "17", '{"overlay": "chat", "overlay": "chat"}', "\ufeff" + json.dumps(certs), "hello"]
    make.manifest["profiles"] = ["c/" + make.write(f"ov/profiles/{number:02}.json", text) for number, text in enumerate(texts)]


def digest_of(directory):
    digest = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        digest.update(f"{path.relative_to(directory)} {path.lstat().st_mode:o}\n".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def make_corpus(tools, directory):
    """Makes the corpus if it is missing; returns its content."""
    directory = pathlib.Path(directory)
    stamp = directory / "corpus.json"
    if stamp.exists():
        manifest = json.loads(stamp.read_text(encoding="utf-8"))
        if manifest["version"] == VERSION:
            return manifest
        shutil.rmtree(directory)
    elif directory.exists() and any(directory.iterdir()):
        raise SystemExit(f"compare-builds: {directory} is not a corpus, and not empty")
    directory.parent.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(dir=directory.parent, prefix=".corpus-"))
    try:
        make = Maker(tools, work)
        for part in (copy_tree, overlay, vectors, mutations, streams, sequences, renderings, profiles):
            part(make)
        make.manifest.update(version=VERSION, digest=digest_of(work))
        (work / "corpus.json").write_text(json.dumps(make.manifest), encoding="utf-8")
        work.chmod(0o755)
        work.rename(directory)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return make.manifest
