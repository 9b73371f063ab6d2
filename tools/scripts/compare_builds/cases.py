# SPDX-License-Identifier: BSD-2-Clause
"""The cases: command lines over the corpus, by kind. A command runs in an empty directory in which `c` is the corpus."""

import dataclasses
import itertools
import json
import pathlib

from .corpus import ALICE, BOB, LONG, METHODS, NOW, TIME_OF_TESTDATA

BATCH = 200
TRANSACTION = ["--transaction-id", "6553ec1800000002"]
SECRET = ["--secret", "c/td/hmac.secret"]
CA = ["--ca", "c/ov/ca.crt", "--overlay", "chat"]
AT = ["--time", str(NOW)]
AS_ALICE = ["--key", "c/ov/alice.key", "--cert", "c/ov/alice.crt"]
DUMP_FORMS = [["-f", form] for form in ("text", "line", "annotated", "json", "hex", "binary")] + [["-f", "json", "--pretty"], ["-f", "json", "--meta"]]
VERIFY_FORMS = [["--json", "--lint", "--explain"], ["-v", "--lint", "--explain"], ["-f", "binary"]]
KEYGEN_COMMANDS = ["secret", "id", "ca", "issue", "request", "revoke", "crl", "list", "adopt", "export", "self-signed"]


def at(identity):
    """The time of signing; --none has no use for it."""
    return [] if identity == ["--none"] else AT


@dataclasses.dataclass
class Step:
    tool: str
    arguments: list
    stdin: str = ""  # a file of the corpus; nothing if empty

    @property
    def form(self):
        """How standard output is compared."""
        arguments = self.arguments
        if "--help" in arguments:
            return "help"
        if "--uuid" in arguments or (self.tool == "keygen" and arguments[:1] == ["secret"]):
            return "length"
        chosen = [value for option, value in zip(arguments, arguments[1:]) if option in ("-f", "--format")]
        form = chosen[-1] if chosen else ""
        if "--json" in arguments or form == "json" or "--mutate" in arguments or (self.tool == "sign" and arguments == ["--mutate", "help"]):
            return "text" if "help" in arguments else "json"
        if form in ("text", "line", "annotated") or "--version" in arguments or "--diff" in arguments:
            return "text"
        return "octets" if form or self.tool in ("sign", "keygen") else "text"


@dataclasses.dataclass
class Case:
    kind: str
    steps: list
    inputs: list = dataclasses.field(default_factory=list)  # appended to the only step's arguments; may be run in parts
    copies: list = dataclasses.field(default_factory=list)  # files or folders of the corpus that are copied first, [from, to]

    @property
    def random(self):
        """Whether the output is random, or contains the directory's name, so that only names and modes of files are compared."""
        return any(step.tool == "keygen" and (step.arguments[:1] in (["secret"], ["request"]) and "--seed" not in step.arguments
                                              or "--succeed" in step.arguments) for step in self.steps)

    def command_lines(self):
        return [" ".join([f"reload-{step.tool}", *(argument or "''" for argument in step.arguments), *self.inputs]) + (f" <{step.stdin}" if step.stdin else "")
                for step in self.steps]

    def key(self):
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    def part(self, inputs):
        return dataclasses.replace(self, inputs=inputs)


def one(kind, tool, arguments, stdin="", **more):
    return Case(kind, [Step(tool, [str(argument) for argument in arguments], stdin)], **more)


def batches(kind, tool, arguments, inputs, size=BATCH):
    for number in range(0, len(inputs), size):
        yield one(kind, tool, arguments, inputs=list(inputs[number:number + size]))


def files_in(corpus, *folders):
    top = pathlib.Path(corpus)
    return [f"c/{path.relative_to(top)}" for folder in folders for path in sorted((top / folder).rglob("*")) if path.is_file()]


class Cases:
    def __init__(self, corpus, manifest):
        self.corpus, self.manifest = corpus, manifest
        self.testdata = [name for name in files_in(corpus, "td") if "/vectors/" not in name or name.endswith("id_test.json")]
        self.good = [name for name in self.testdata if name.endswith(".bin")]
        self.fuzzed = files_in(corpus, "fz")
        self.mutants = manifest["mutations"]
        self.vectors = [name for group in manifest["vectors"] for name in group["alone"] + [n for row in group["after"] for n in row]]
        self.examples = [f"c/js/example-{method}.json" for method in METHODS]

    def all(self):
        for part in (self.dump, self.convert, self.verify_vectors, self.other_vectors, self.verify, self.streams, self.sequences, self.profiles,
                     self.certificates, self.keys, self.sign, self.mutate, self.diff, self.keygen, self.usage, self.pairs_of_options, self.files):
            yield from part()

    def dump(self):
        everything = [*self.testdata, *self.fuzzed, *self.mutants["hmac"], *self.mutants["certs"], *self.vectors]
        for form in DUMP_FORMS:
            yield from batches("dump", "dump", form, everything)
        yield from batches("dump", "dump", ["--certs", "made"], everything)
        yield from batches("dump", "dump", ["--certs", "made", "-q", "-f", "line"], self.good)
        for forced in ("binary", "json", "hex"):
            for form in ("text", "json"):
                yield from batches("dump forced", "dump", ["-i", forced, "-f", form], [*self.testdata, *self.fuzzed])
        yield from batches("dump", "dump", ["--color", "always"], [*self.good, *self.fuzzed])
        for name in self.good:
            for form in ("json", "text", "annotated"):
                yield one("dump", "dump", ["-f", form, "--meta"] if form == "json" else ["-f", form, "-"], name[2:])

    def convert(self):
        for form in ("binary", "hex", "json"):
            yield from batches("json in", "dump", ["-f", form], self.manifest["renderings"], 10)

    def verify_vectors(self):
        for number, group in enumerate(self.manifest["vectors"]):
            for form in VERIFY_FORMS[0], VERIFY_FORMS[1 + number % 2]:
                if group["alone"]:
                    yield from batches("vectors: verify", "verify", [*form, *group["options"]], group["alone"])
            for at, row in enumerate(group["after"]):
                for form in (["--json", "--explain"], ["-v"]) if at % 4 == 0 else (["--json"],):
                    yield one("vectors: sequences", "verify", [*form, *group["options"], *row])

    def other_vectors(self):
        for entry in self.manifest["other_vectors"]:
            group = entry["group"]
            identity = [word for key in ("secret", "key", "cert", "resource_key", "resource_cert") if key in group
                        for word in ("--" + key.replace("_", "-"), group[key])] or ["--none"]
            if group["type"] == "ReloadCodec":
                for form in ("json", "text", "annotated", "binary"):
                    yield from batches("vectors: codec", "dump", ["-i", "binary", "-f", form], [test["msg"] for test in group["tests"] if "msg" in test])
                    yield from batches("vectors: codec", "dump", ["-i", "json", "-f", form], [test["json"] for test in group["tests"]])
                continue
            for test in group["tests"]:
                if group["type"] == "ReloadSign":
                    yield self.sign_vector(identity, test)
                elif group["type"] == "ReloadId":
                    yield one("vectors: id", "keygen", ["id", f"--{group['function']}", test["input"], *(["--replica", test["replica"]] if "replica" in test else [])])
                elif group["type"] == "ReloadSecretFile":
                    yield one("vectors: secret", "sign", ["--secret", test["file"], *AT, self.examples[0]])

    def sign_vector(self, identity, test):
        options = [word for name, value in test["options"].items() for word in ["--" + name.replace("_", "-")] + ([] if value is True else [value])]
        if "request" in test:
            return one("vectors: sign", "sign", [*identity, *options, "--reply-to", test["request"]])
        return one("vectors: sign", "sign", [*identity, *options, "-i", test["form"], test["input"]])

    def verify(self):
        testdata_at = ["--time", str(TIME_OF_TESTDATA)]
        everything = [*self.testdata, *self.fuzzed]
        for form in [*VERIFY_FORMS, ["--json"], [], ["-f", "json"], ["-f", "hex"], ["-q"]]:
            for policy in ([*SECRET, *testdata_at], ["--ca", "c/td/overlay/ca.crt", *testdata_at], ["--none"], ["--profile", "c/td/overlay/overlay.json", *testdata_at]):
                yield from batches("verify", "verify", [*form, *policy], everything)
            for policy, names in ((SECRET + AT, self.mutants["hmac"]), (CA + AT, self.mutants["certs"]), (SECRET + AT, self.mutants["certs"][::4]),
                                  (CA + AT, self.mutants["hmac"][::4]), (["--none"], self.mutants["hmac"][::3] + self.mutants["certs"][::3]),
                                  (["--pin", "pins", "--overlay", "chat", *AT], self.mutants["certs"][::5]),
                                  (["--profile", "c/ov/overlay.json", *AT], self.mutants["certs"][::7])):
                yield from batches("verify mutations", "verify", [*form, *policy], names)
        for more in (["--max-skew", "0"], ["--max-skew", "none"], ["--overlay", "other"], ["--dht", "7"], ["--hash", "9"], ["--dht", "Chord1.0", "--hash", "SHA-1"],
                     ["--require-peer-signature"], ["--replay"], ["--pair"], ["--replay", "--pair"], ["--time", "0"], ["--time", "2030-01-01T00:00:00Z"],
                     ["--min-rsa-bits", "3072"]):
            yield from batches("verify options", "verify", ["--json", *SECRET, *testdata_at, *more], everything)
            yield from batches("verify options", "verify", ["--json", *CA, *AT, *more], self.mutants["certs"][::5] + self.good)

    def streams(self):
        names = self.manifest["streams"]
        for form in DUMP_FORMS:
            yield from batches("streams", "dump", form, names, 30)
        for form in [*VERIFY_FORMS, ["--json"], ["-f", "json"]]:
            yield from batches("streams", "verify", [*form, *SECRET, "--time", TIME_OF_TESTDATA], names, 30)
        for number, name in enumerate(names):
            yield one("streams: stdin", "dump", ["-f", "json", "--meta"], name[2:])
            yield one("streams: stdin", "verify", ["--json", *SECRET, "--time", TIME_OF_TESTDATA], name[2:])
            if number % 3 == 0:
                yield one("streams: stdin", "dump", ["-f", "line", "-"], name[2:])
        yield from batches("streams", "sign", [*SECRET, *AT, *TRANSACTION, "--force"], names, 20)
        for forced in ("binary", "json", "hex"):
            yield from batches("streams", "dump", ["-i", forced, "-f", "json"], names, 10)
        for name in ("c/st", "none", "c/st/b-nothing", "/dev/null"):
            for tool, options in (("dump", []), ("verify", SECRET + AT), ("sign", SECRET + AT)):
                yield one("streams: files", tool, [*options, self.good[0], name, self.good[-1]])

    def sequences(self):
        for number, (who, name) in enumerate(self.manifest["replays"]):
            policy = [*(SECRET if who == "hmac" else CA), *AT]
            for more in (["--json"], (["-v"], ["-f", "binary"], ["--json", "--max-skew", "none"])[number // 2 % 3]):
                yield one("replay", "verify", ["--replay", *more, *policy, name])
            state = ["--json", "--replay-state", "state", *policy, name]
            yield Case("replay", [Step("verify", state), Step("verify", state), Step("verify", ["--replay-peers", "1", *state])])
            if who == "certs":
                yield one("replay", "verify", state, copies=[["se/state", "state"]])
        for broken in ("state-broken", "state-text", "pins"):
            yield one("replay", "verify", ["--replay-state", "state", *CA, *AT, self.manifest["replays"][0][1]], copies=[[f"se/{broken}", "state"]])
        for who, names in self.manifest["pairs"]:
            policy = [*(SECRET if who == "hmac" else CA), *AT]
            for more in (["--json"], ["-v"], ["-f", "binary"], ["--json", "--replay"]):
                yield one("pairing", "verify", ["--pair", *more, *policy, *names])
        for names in self.manifest["pins"]:
            policy = ["--overlay", "chat", *AT, "--pin", "pins"]
            for more in (["--json"], ["-v", "--lint"], ["-f", "binary"], ["--json", "--replay", "--pair"]):
                yield Case("pins", [Step("verify", [*more, *policy, *names])])
                yield Case("pins", [Step("verify", [*more, *policy, *names]), Step("verify", [*more, *policy, *names[::-1]])], copies=[["se/pins", "pins"]])
                yield Case("pins", [Step("verify", [*more, *policy, name]) for name in names])
        for broken in ("state-broken", "state-text", "state"):
            yield one("pins", "verify", ["--pin", "pins", *AT, self.manifest["pins"][0][0]], copies=[[f"se/{broken}", "pins"]])

    def profiles(self):
        messages = [self.good[0], self.mutants["certs"][0], self.manifest["replays"][0][1]]
        for name in self.manifest["profiles"]:
            for more in (["--json"], ["--overlay", "chat"], SECRET, ["--none"], ["-v", "--ca", "c/ov/ca.crt", "--max-skew", "none"]):
                yield one("profiles", "verify", ["--profile", name, *AT, *more, *messages])
            for identity in (SECRET, AS_ALICE):
                yield one("profiles", "sign", [*identity, "--profile", name, *AT, self.examples[1]])
        yield one("profiles", "verify", ["--profile", "none", self.good[0]])

    def certificates(self):
        kinds, message = files_in(self.corpus, "ov/kinds"), self.mutants["certs"][0]
        for name in [*kinds, "none", "c/ov"]:
            yield one("certificate files", "verify", ["--json", "--ca", name, *AT, message])
            yield one("certificate files", "verify", ["-v", *CA, "--intermediates", name, *AT, message])
            yield one("certificate files", "verify", ["-v", *CA, "--crl", name, *AT, message])
            yield one("certificate files", "sign", ["--key", "c/ov/alice.key", "--cert", name, *AT, self.examples[3]])
            yield one("certificate files", "sign", [*AS_ALICE, "--resource-key", "c/ov/alice.key", "--resource-cert", name, *AT, self.examples[3]])
            issue = ["issue", "-q", "--ca", "ca", "--seed", "33", *LONG, "-o", "new"]
            for option in ("--request", "--renew"):
                yield one("certificate files", "keygen", [*issue, option, name], copies=[["ov", "ca"]])
        for crls in itertools.permutations(["c/ov/carol.crl", "c/ov/old.crl", "c/ov/empty.crl"], 2):
            yield one("certificate files", "verify", ["--json", *CA, "--crl", crls[0], "--crl", crls[1], *AT, message])
        for cas in (["c/ov/other/ca.crt", "c/ov/ca.crt"], ["c/ov/ca.crt", "c/ov/other/ca.crt"], ["c/ov/other/ca.crt"]):
            yield one("certificate files", "verify", ["--json", *(word for ca in cas for word in ("--ca", ca)), *AT, message])

    def keys(self):
        for name in [*files_in(self.corpus, "ov/keys"), "c/ov/alice.crt", "c/ov/bob.key", "none", "c/ov"]:
            for phrase in ([], *(["--passphrase-file", f"c/ov/{file}"] for file in ("pass", "pass-wrong", "pass-empty"))):
                yield one("key files", "sign", ["--key", name, "--cert", "c/ov/alice.crt", *phrase, *AT, self.examples[3]])
            yield one("key files", "sign", [*AS_ALICE, "--resource-key", name, "--resource-cert", "c/ov/alice.crt", *AT, self.examples[3]])
            yield one("key files", "keygen", ["self-signed", "--overlay", "chat", "--key", name, "--peer-id", ALICE, "--seed", "11", *LONG, "-o", "new"])
            yield one("key files", "sign", ["--secret", name, *AT, self.examples[3]])

    def sign(self):
        identities = [SECRET, [*SECRET, "--timestamp"], AS_ALICE, ["--none"]]
        sources = [*self.examples, *(f"c/td/{name}.json" for name in ("section-4.1", "response", "tunnel", "tunnelled", "unknown", "route-log"))]
        options = [[], ["--sign-source-info"], ["--sign-bodies"], ["--resign-bodies"], ["--sign-source-info", "--sign-bodies", "--resign-bodies"], ["--tbs"],
                   ["-f", "json", "--pretty"], ["-f", "hex"], ["--peer-id", BOB], ["--boot-time", "5", "--counter-file", "counter"], ["--boot-time", "5"],
                   ["--profile", "c/ov/overlay.json"], ["--overlay", "other"], ["--keep-security"], ["--force"], ["--append-route-log", '[{"type": "PEER-ID", "value": "%s"}]' % BOB],
                   ["--attach", "c/ov/pass"], ["--attach", "c/td/tunnel.hmac.bin", "--force"]]
        for identity in identities:
            for option in options:
                yield from batches("sign", "sign", [*identity, *at(identity), *TRANSACTION, *option], sources)
        for identity in (SECRET, ["--none"], ["--strip"], ["--strip", "-f", "json"]):
            when = [] if identity[0] == "--strip" else [*at(identity), *TRANSACTION, "--force"]
            yield from batches("sign messages", "sign", [*identity, *when], [*self.good, *self.fuzzed, *self.vectors])
        yield from batches("sign messages", "sign", [*AS_ALICE, *AT, *TRANSACTION, "--force"], [*self.good, *self.vectors[::9]])
        yield one("sign", "sign", [*SECRET, *AS_ALICE, *AT, self.good[0]])
        for source in self.good[:4] + self.manifest["replays"][0][1:]:
            for identity, peer in itertools.product(identities, ([], ["--peer-id", BOB])):
                for code in ("200", "404"):
                    yield one("reply", "sign", [*identity, *at(identity), *peer, "--reply-to", source, "--code", code])
        counter = Step("sign", [*SECRET, *AT, "--boot-time", "5", "--counter-file", "counter", *self.examples])
        yield Case("sign", [counter, counter, Step("sign", ["--boot-time", "6", *counter.arguments])])
        hop = (pathlib.Path(self.corpus) / "td/hop-2.json").read_text(encoding="utf-8")
        for log in (hop, "[]", "{}", "x", '[{"type": "PEER-ID"}]'):
            yield from batches("sign messages", "sign", ["--append-route-log", log], [*self.good, *self.fuzzed])

    def mutate(self):
        for source in (self.examples[1], self.examples[3], "c/td/tunnel.json", "c/td/route-log.json"):
            for names in ("all", "flip", "digest,time", "cut", "swap", "none", "cert", "nothing") if source == self.examples[1] else ("all", "value"):
                yield one("mutate", "sign", ["--mutate", names, "--seed", "07", *SECRET, *AT, source])
        for source in (self.examples[1], self.examples[3]):
            yield one("mutate", "sign", ["--mutate", "all", "--seed", "08", *AS_ALICE, *AT, source])
        yield one("mutate", "sign", ["--mutate", "digest,value", "--seed", "07", "--mutate-dir", "made", *SECRET, *AT, self.examples[3]])
        yield one("mutate", "sign", ["--mutate", "help"])
        for method in (*METHODS, "x", "54", ""):
            yield one("mutate", "sign", ["--example", method])

    def diff(self):
        pairs = list(itertools.product(self.good[:5], repeat=2))
        for names in self.mutants.values():
            pairs += [(names[0], name) for name in names[1:200:6]]
        pairs += [("c/st/b-all", "c/st/j-lines"), ("c/st/b-all", "c/st/b-many"), ("c/st/b-garbage", self.good[0]), ("c/st/h-lines", "c/st/j-array"),
                  ("none", self.good[0]), (self.good[0], "c/td/README.md")]
        for left, right in pairs:
            yield one("diff", "dump", ["--diff", left, right])
        yield one("diff", "dump", ["--diff", self.good[0]])

    def keygen(self):
        ca = ["ca", "--overlay", "chat", "--bits", "1024", "--seed", "00", *LONG]
        issue = ["issue", "--ca", "ca", "--bits", "1024", *LONG]
        alone = ["self-signed", "--overlay", "chat", "--bits", "1024", *LONG, "--seed", "05"]
        revoke = ["revoke", "-q", "--ca", "ca", "--serial", self.manifest["carol"]]
        crl = ["crl", "--ca", "ca", "--time", "2021-01-01T00:00:00Z", "--next-update", "2022-01-01T00:00:00Z"]
        plans = [
            [[*ca, "-o", "ca"]], [[*ca, "-o", "ca"], [*ca, "-o", "ca"]], [[*ca, "-o", "ca", "--name", "Root", "--max-peers", "2"],
             [*issue, "--seed", "01", "--user", "a@b", "--peers", "3", "-o", "x"], [*issue, "--seed", "01", "--user", "a@b", "--peers", "2", "-o", "x"],
             [*issue, "--seed", "02", "--user", "a@b", "-o", "y"]],
            [[*ca, "-o", "ca"], [*issue, "--seed", "01", "--user", "a@b", "--user", "c@d", "--peers", "4", "-o", "x"],
             [*issue, "--seed", "03", "--renew", "x.crt", "-o", "new"], [*issue, "--seed", "03", "-o", "new"], [*issue, "--seed", "04", "--force", "-o", "new"], crl],
            [["request", "--bits", "1024", "--seed", "06", "--user", "e@f", "-o", "r"], [*ca, "-o", "ca"], [*issue, "--seed", "07", "--request", "r.csr", "--user", "e@f", "-o", "r"]],
            [[*alone, "--peer-id", ALICE, "-o", "s"], [*alone, "--peer-id", ALICE, "-o", "s"], [*alone, "--force", "--peers", "3", "--name", "n", "-o", "s"]],
            [[*alone, "--user", "a@b", "-o", "t"], [*alone, "--user", "a@b", "--key", "t.key", "-o", "u"]],
            # A CA's years: list, revoke by file and user, a lost index, roll-over, export, a CA taken over. The last CRL has a fixed date.
            [[*ca, "-o", "ca"], [*issue, "--seed", "01", "--user", "a@b", "--peers", "2", "--json", "-o", "x"], [*issue, "--seed", "02", "--user", "c@d", "-o", "y"],
             ["list", "--ca", "ca"], ["list", "--ca", "ca", "--json", "--user", "a@b"], ["list", "--ca", "ca", "--status", "good", "--peer-id", ALICE],
             ["revoke", "-q", "--ca", "ca", "x.crt", "--reason", "superseded", "--time", "2020-12-01"], ["revoke", "-q", "--ca", "ca", "--user", "c@d", "--time", "2020-12-02"],
             ["list", "--ca", "ca", "--revoked"], ["adopt", "--ca", "ca"], ["adopt", "--ca", "ca", "y.crt"], crl, ["export", "--ca", "ca", "-o", "public"],
             ["export", "--ca", "ca", "-o", "ca"]],
            [[*ca, "-o", "ca"], [*issue, "--seed", "01", "--user", "a@b", "-o", "x"], ["ca", "--succeed", "ca", "--bits", "1024", "--seed", "03", *LONG, "-o", "next"],
             ["list", "--ca", "next"], [*issue, "--seed", "04", "-o", "z"], [*crl[:2], "next", *crl[3:]], ["export", "--ca", "next", "-o", "public"],
             ["ca", "--succeed", "ca", "-o", "third"]],
            [[*ca, "-o", "ca"], ["ca", "--overlay", "chat", "--key", "ca/ca.key", "--cert", "ca/ca.crt", "--crl", "ca/overlay.crl", "-o", "taken"],
             ["list", "--ca", "taken", "--json"], ["adopt", "--ca", "taken", "ca/ca.crt"], [*crl[:2], "taken", *crl[3:]]],
            [["secret", "-o", "s"], ["secret", "-o", "s"], ["secret", "--force", "--bits", "256", "-o", "s"], ["secret", "-o", "-"], ["secret", "--bits", "8", "-o", "w"]]]
        for plan in plans:
            yield Case("keygen", [Step("keygen", arguments) for arguments in plan])
        for plan in ([crl, [*revoke, "--time", "2020-12-01T00:00:00Z"], crl], [[*revoke, "--time", "2019-12-01T00:00:00Z"], [*crl, "-o", "new.crl"]],
                     [["revoke", "--ca", "ca", "--serial", "00"], ["revoke", "--ca", "ca", "--serial", "x"], ["crl", "--ca", "none"]],
                     [[*issue, "--seed", "09", "--peer-id", ALICE, "-o", "x"], [*issue, "--seed", "09", "--peer-id", "00" * 20, "-o", "x"]],
                     [[*issue, "--seed", "09", "--not-before", "2039-01-01T00:00:00Z", "--not-after", "2050-01-01T00:00:00Z", "-o", "x"],
                      [*issue, "--seed", "09", "--not-after", "1999-01-01T00:00:00Z", "-o", "x"]],
                     [[*issue, "--seed", "09", "--user", "", "-o", "x"], [*issue, "--seed", "09", "--user", "no address", "-o", "x"], [*issue, "--seed", "0", "-o", "x"]]):
            yield Case("keygen", [Step("keygen", arguments) for arguments in plan], copies=[["ov", "ca"]])
        for arguments in (["--resource", "alice@example.com"], ["--resource", "a", "--replica", "3"], ["--resource", ""], ["--resource", "Zoë"], ["--overlay", "chat"],
                          ["--overlay", ""], ["--address", "10.4.1.2:5060"], ["--address", "[2001:db8::1]:5060"], ["--address", "10.4.1.2"], ["--address", "[::1]"],
                          ["--uuid"], ["--uuid", "--transport", "udp:5060"], ["--uuid", "--transport", "x:1"], ["--resource", "a", "-o", "id"]):
            for more in ([], ["-v"]) if "--uuid" not in arguments else ([],):
                yield one("keygen id", "keygen", ["id", *arguments, *more])

    def usage(self):
        for tool in ("dump", "sign", "verify", "keygen"):
            for arguments in (["--help"], ["--version"], ["--frobnicate"], ["-x"], ["--"], ["-f"], ["-f", "x"], ["-i", "x"], ["-o"], ["--help=x"], ["--quiet=x"],
                              ["--hel"], ["--ver"], [""], []):
                yield one("usage", tool, arguments)
        for command in KEYGEN_COMMANDS:
            for arguments in (["--help"], ["--frobnicate"], [], ["operand"], ["-o"], ["-o", "made"], ["--seed", "x"], ["--seed", ""], ["--bits", "1"], ["--bits"],
                              ["--peers", "0"], ["--peer-id", "x"], ["--not-before", "x"], ["--overlay", ""], ["--ca", "none", "-o", "x"], ["--replica", "1"], ["--force=1"]):
                yield one("usage", "keygen", [command, *arguments])
        yield one("usage", "keygen", ["frobnicate"])
        bad = ["", "x", "-1", "99999999999999999999", "0x10", " 1", "1.5", "none", "2007-13-01T00:00:00Z", "2007-07-08T12:00:00Z", "2007-07-08", "now"]
        for option, value in itertools.product(["--time", "--max-skew", "--min-rsa-bits", "--replay-peers", "--dht", "--hash", "--overlay"], bad):
            base = [*CA, *([] if option == "--time" else AT), *(["--replay-state", "s"] if option == "--replay-peers" else [])]
            if not (option == "--time" and value == "now"):
                yield one("usage: values", "verify", ["--json", *base, option, value, self.manifest["replays"][0][1]])
        for option, value in itertools.product(["--time", "--transaction-id", "--boot-time", "--peer-id", "--code", "--seed", "--mutate", "--example"], bad):
            base = [*SECRET, *([] if option == "--time" else AT), *(["--reply-to", self.good[1]] if option == "--code" else [])]
            if not (option in ("--time", "--boot-time") and value == "now"):
                yield one("usage: values", "sign", [*base, option, value, *(["--mutate", "cut"] if option == "--seed" else []), self.examples[1]])

    def pairs_of_options(self):
        """Every pair of options, which may exclude or require each other."""
        verify = [SECRET, ["--ca", "c/ov/ca.crt"], ["--none"], ["--profile", "c/ov/overlay.json"], ["--pin", "pins"], ["--intermediates", "c/ov/bob.crt"],
                  ["--crl", "c/ov/carol.crl"], ["--min-rsa-bits", "2048"], ["--overlay", "chat"], ["--dht", "1"],
                  ["--time", "capture"], ["--max-skew", "5"], ["--require-peer-signature"], ["--replay"], ["--replay-state", "state"], ["--replay-peers", "5"], ["--pair"],
                  ["--json"], ["--lint"], ["--explain"], ["-f", "binary"], ["-f", "json"], ["-v"], ["-o", "out"]]
        sign = [SECRET, ["--key", "c/ov/alice.key"], ["--cert", "c/ov/alice.crt"], ["--resource-key", "c/ov/bob.key"], ["--resource-cert", "c/ov/bob.crt"],
                ["--passphrase-file", "c/ov/pass"], ["--none"], ["--timestamp"], ["--transaction-id", "6553ec1800000003"], ["--boot-time", "7"],
                ["--counter-file", "counter"], ["--peer-id", BOB], ["--sign-source-info"], ["--sign-bodies"], ["--force"],
                ["--profile", "c/ov/overlay.json"], ["--overlay", "chat"], ["--reply-to", self.good[4]], ["--code", "200"], ["--tbs"], ["--attach", "c/ov/pass"], ["--strip"],
                ["--append-route-log", "[]"], ["--mutate", "cut-1"], ["--mutate-dir", "made"], ["--seed", "01"], ["--example", "PEER-JOIN"], ["-f", "json"], ["--pretty"],
                ["-o", "out"]]
        dump = [["-f", "json"], ["-f", "hex"], ["--pretty"], ["--meta"], ["--color", "never"], ["--certs", "made"], ["--diff"], ["-i", "binary"], ["-o", "out"], ["-q"]]
        for left, right in itertools.combinations(verify, 2):
            base = [] if left in verify[:5] or right in verify[:5] else CA
            yield one("options: pairs", "verify", [*base, *left, *right, *([] if "capture" in left + right else AT), self.mutants["certs"][0], self.good[0]])
        for number, (left, right) in enumerate(itertools.combinations(sign, 2)):
            base = [] if left in sign[:7] else (SECRET, AS_ALICE)[number % 2]
            yield one("options: pairs", "sign", [*base, *left, *right, *AT, self.examples[3]])
        for left, right in itertools.combinations(dump, 2):
            yield one("options: pairs", "dump", [*left, *right, self.good[0], self.good[1]])

    def files(self):
        """Output files: made, replaced, refused."""
        copies = [["td/tunnel.hmac.bin", "in"], ["td/hmac.secret", "secret"], ["ov/alice.key", "key"], ["ov/alice.crt", "cert"]]
        for output in ("out", "in", "secret", "key", "cert", "none/out", "/dev/full", "-", ""):
            for tool, options in (("dump", ["-f", "json"]), ("sign", ["--secret", "secret", *AT]), ("sign", ["--key", "key", "--cert", "cert", *AT]),
                                  ("verify", ["--secret", "secret", *AT, "-f", "binary"]), ("verify", ["--secret", "secret", *AT, "--replay-state", output, "--json"])):
                yield one("files", tool, [*options, "-o", output, "in"], copies=copies)
        yield one("files", "dump", ["--certs", "in", "in"], copies=copies)
        yield one("files", "sign", ["--secret", "secret", *AT, "--mutate", "cut", "--seed", "01", "--mutate-dir", "in", "in"], copies=copies)
