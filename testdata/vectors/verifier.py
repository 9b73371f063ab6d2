#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Judge one RELOAD message (2007 form, draft-lowekamp-p2psip-reload-security-01) as a receiving peer must.

This is a second implementation, written from the specification alone. It shares no code with libreload, the test vectors are run
against both, and it is short enough to read before writing a third. Below, S and a number is a section of the security draft, B
a section of draft-bryan-p2psip-reload-01, and D a decision of this project where the drafts are silent. The checks come in the
order of D24, and the functions are named after its steps.

The message is read from standard input. Standard output gets one line: `valid`, `unsecured`, `pinned` or the reason of the first
check that failed, followed by a space and the response code that a request is refused with. The exit status is 0 if the message
is accepted, 1 if it is rejected, and 2 if it could not be judged (standard error has the cause). The policy is in the environment:

  RELOAD_SECURITY        NONE, HMAC or CERTS: what the overlay runs under (required; D23)
  RELOAD_SECRET          HMAC: the secret's octets as hex digits; several are separated by spaces, and any one may match
  RELOAD_CA              CERTS: a PEM file of the CA certificates trusted
  RELOAD_INTERMEDIATES   a PEM file of intermediate certificates (D18)
  RELOAD_CRL             a PEM file of revocation lists (D18)
  RELOAD_OVERLAY         the overlay's name; RELOAD_DHT and RELOAD_HASH its algorithms, as numbers (absent: not checked)
  RELOAD_TIME            the time of checking, in seconds since the epoch (absent: now)
  RELOAD_MAX_SKEW        seconds that a TIMESTAMP may be off, or `none` (absent: 300)
  RELOAD_MIN_RSA_BITS    the smallest RSA key accepted (absent: 2048)
  RELOAD_ALLOW_SHA1_CERTS, RELOAD_REQUIRE_CRL, RELOAD_REQUIRE_PEER_SIGNATURE, RELOAD_REPLAY and RELOAD_PAIR (D25), RELOAD_PIN (D28): 1 for yes
  RELOAD_BEFORE          a file of earlier messages; they are judged first, and their verdicts are not printed

It needs only Python's own library and the openssl command. openssl decides whether a certificate can be parsed; certificates.py
reads its fields, checks RSA signatures, and builds chains. Tunnelled messages (D26) and ROUTE-LOGs (D27) do not change a message's
verdict; ROUTE-LOGs are not judged, tunnelled messages only for their effects on later ones. answer() does the same for a caller in
Python, many times in one process.
"""

import hmac
import os
import re
import sys
import time
import zlib
from base64 import b64decode

sys.dont_write_bytecode = True  # the vectors' directory must not change
from certificates import (address_of_record, BadDer, CannotJudge, Certificate, anchors_of, judge_trust, RevocationList,  # noqa: E402
                          rsa_signature_is_good)
from framer import items  # noqa: E402,F401 (run passes streams to this module)

NONE, HMAC, CERTS = 1, 2, 3  # the header's Security octet (S4)
PEER_JOIN, RESOURCE_PUT, TRANSPORT_TUNNEL = 0x00, 0x11, 0x21  # Methods (B5.1)
HEADER = 68  # octets (B5.1)
MAX_DEPTH = 16  # a composite at this depth is not parsed (D3)
MAX_TUNNEL = 4  # messages inside messages (D26)
MAX_RSA_BITS, MAX_EXPONENT_BITS = 8192, 64  # D13
MAX_TRIED = 8  # certificates on one BODY.SIGNATURE (D21)
PASSED = ("valid", "unsecured", "pinned")


class Rejected(Exception):
    """A failed check: D24's reason, and the code that a request is answered with."""

    def __init__(self, reason, code=None):
        super().__init__(reason)
        self.reason, self.code = reason, code


# ---- Attributes (B5.2, S4) -------------------------------------------------------------------------------------------------
#
# For each type: its container, the kind of its value, and whether it may occur only once there (D11). A kind is "octets", "text"
# and so on, which value_fits() checks, or a kind of container.

MESSAGE, PEER_INFO, RESOURCE_INFO, BODY, PARAMETER, ROUTE_LOG, APPLICATION, SIGNATURE = CONTAINERS = (
    "message", "peer-info", "resource-info", "body", "parameter", "route-log", "application", "signature")

ATTRIBUTES = {
    # type: (name, container, kind of value, only once)
    0x0001: ("RESPONSE-CODE", MESSAGE, "response-code", True),
    0x0002: ("SOURCE-INFO", MESSAGE, PEER_INFO, True),
    0x0003: ("RESOURCE", MESSAGE, RESOURCE_INFO, False),
    0x0004: ("ROUTE-LOG", MESSAGE, ROUTE_LOG, False),
    0x0005: ("REDIRECT", MESSAGE, PEER_INFO, True),
    0x0006: ("SIGNATURE", MESSAGE, SIGNATURE, False),  # only the first counts (D10)
    0x0007: ("SDP", MESSAGE, "text", False),
    0x0008: ("APPLICATION", MESSAGE, APPLICATION, False),
    0x0101: ("PEER-ID", PEER_INFO, "id", True),
    0x0102: ("PEER-NAME", PEER_INFO, "text", False),
    0x0103: ("PEER-IP-PORT", PEER_INFO, "ip-port", False),
    0x0104: ("PEER-EXPIRATION", PEER_INFO, "seconds", True),
    0x0105: ("PEER-CERT", PEER_INFO, "octets", True),
    0x0106: ("PEER-SIGNATURE", PEER_INFO, SIGNATURE, True),
    0x0201: ("KEY", RESOURCE_INFO, "text", True),
    0x0202: ("BODY", RESOURCE_INFO, BODY, False),
    0x0303: ("ENTRY", BODY, "text", True),
    0x0304: ("PARAMETER", BODY, PARAMETER, False),
    0x0305: ("BODY.EXPIRATION", BODY, "seconds", True),
    0x0306: ("BODY.SIGNATURE", BODY, SIGNATURE, True),
    0x0307: ("BODY.PEER-INFO", BODY, PEER_INFO, True),
    0x0308: ("BODY.CERTIFICATE", BODY, "octets", True),
    0x0309: ("PARAMETER.NAME", PARAMETER, "text", True),
    0x030a: ("PARAMETER.OP", PARAMETER, "op", True),
    0x030b: ("PARAMETER.VALUE", PARAMETER, "text", True),
    0x0400: ("P2PSIP-VERSION", ROUTE_LOG, "text", False),
    0x0401: ("TRANSPORT", ROUTE_LOG, "transport", False),
    0x0402: ("ROUTE-LOG.PEER-INFO", ROUTE_LOG, PEER_INFO, False),
    0x0403: ("APPLICATION.NAME", APPLICATION, "text", True),
    0x0404: ("APPLICATION.BODY", APPLICATION, "octets", True),
    0x0405: ("APPLICATION.DIALOG", APPLICATION, "seconds", True),  # a 32-bit integer too (D7)
    0x0801: ("TIMESTAMP", SIGNATURE, "seconds", True),
    0x0802: ("DIGEST", SIGNATURE, "octets", True),
}


def is_text(octets):
    try:
        return "\0" not in octets.decode("utf-8")
    except UnicodeDecodeError:
        return False


def value_fits(kind, value):
    """Whether a value is well formed for its kind, unless it is a container."""
    if kind == "text":
        return is_text(value)
    if kind == "response-code":  # 21 reserved bits, class in 3 bits, number in 8, reason phrase (B5.2.1)
        bits = int.from_bytes(value[:4], "big")
        return len(value) >= 4 and 1 <= bits >> 8 <= 7 and bits & 0xff <= 99 and is_text(value[4:])
    if kind == "ip-port":  # an octet that is ignored (D5), family, port, address
        return len(value) >= 4 and (value[1], len(value)) in ((1, 4 + 4), (2, 4 + 16))
    lengths = {"id": 20, "seconds": 4, "op": 1, "transport": 2}
    return len(value) == lengths.get(kind, len(value))


class Attribute:
    """An attribute of the message: its offsets, value and members."""

    def __init__(self, octets, at, value_end, end, container, depth):
        self.type = int.from_bytes(octets[at:at + 2], "big")
        self.at, self.value_at, self.value_end, self.end = at, at + 4, value_end, end
        self.value = octets[at + 4:value_end]
        self.name, place, self.kind, self.once = ATTRIBUTES.get(self.type, ("?", None, "octets", False))
        # In place: its type belongs in its container, which is in place too. Misplaced attributes do not affect a signature.
        self.in_place = place is not None and place == container
        self.members, self.too_deep = [], False
        if self.kind not in CONTAINERS:
            self.fits = value_fits(self.kind, self.value)
            return
        if depth == MAX_DEPTH:
            self.fits, self.too_deep = False, True
            return
        members = read_attributes(octets, self.value_at, value_end, self.kind if self.in_place else None, depth + 1)
        self.fits, self.members = members is not None, members or []

    def get(self, name):
        return get(self.members, name)

    def all_flaws(self):
        """Whether the attribute or one of its members makes the message malformed (step 3)."""
        return (self.too_deep or (self.in_place and not self.fits)) or any(member.all_flaws() for member in self.members)

    def is_certificate_body(self):
        return len(self.members) == 1 and self.members[0].name == "BODY.CERTIFICATE"  # D21


def get(attributes, name):
    """The first attribute with the name that is in place, or None."""
    return next((a for a in attributes if a.in_place and a.name == name), None)


def read_attributes(octets, at, end, container, depth):
    """The attributes from at to end, each padded to a multiple of 4. None if they do not fill the octets exactly (B5.2, D3)."""
    spans = []
    while at < end:
        value_end = at + 4 + int.from_bytes(octets[at + 2:at + 4], "big")
        next_at = value_end + -(value_end - at) % 4
        if end - at < 4 or next_at > end:
            return None
        spans.append((at, value_end, next_at))
        at = next_at
    return [Attribute(octets, *span, container, depth) for span in spans]


class Message:
    def __init__(self, octets):
        """Read the fields needed from the header (B5.1). Raises Rejected without a header."""
        if len(octets) < HEADER or octets[:4] != b"RELO":
            raise Rejected("malformed")
        self.octets = octets
        self.fragment = octets[6] >> 7
        self.version = octets[8] & 0x7f
        self.dht, self.hash, self.security = octets[9:12]
        self.response, self.method = octets[12] >> 7, octets[12] & 0x7f
        self.length = int.from_bytes(octets[13:16], "big")
        self.source = octets[36:56]
        self.transaction = octets[56:64]
        self.overlay = int.from_bytes(octets[64:68], "big")
        self.is_join = not self.response and self.method == PEER_JOIN
        self.attributes = []  # up to and including the SIGNATURE; set by step 3
        self.signature = None
        self.trust = {}  # DER of a certificate: the reason of step 7 that rejects it, or None (D21: once for each message)

    def tunnelled(self):
        """The octets of each message inside a TRANSPORT-TUNNEL (B8.1.2.1, D26)."""
        if self.method == TRANSPORT_TUNNEL:
            for attribute in self.attributes:
                name, body = attribute.get("APPLICATION.NAME"), attribute.get("APPLICATION.BODY")
                if name and body and name.value == b"reload":
                    yield body.value

    def covered(self, digest):
        """The octets that the message's digest covers: from Version to DIGEST (S5.1, D1), with a Length that ends with SIGNATURE (D2)."""
        length = self.signature.end - HEADER
        return self.octets[8:13] + length.to_bytes(3, "big") + self.octets[16:digest.at]


# ---- D24, steps 1 to 4: framing, and overlay and algorithm --------------------------------------------------------------------

def step_1_header(message):
    if len(message.octets) != HEADER + message.length:  # the input is one message, without trailing octets
        raise Rejected("malformed")
    if message.version != 1:
        raise Rejected("unsupported-version")


def step_2_fragment(message):
    if message.fragment:
        raise Rejected("fragment")  # D14


def step_3_attributes(message):
    attributes = read_attributes(message.octets, HEADER, len(message.octets), MESSAGE, 1)
    if attributes is None:
        raise Rejected("malformed")
    message.signature = get(attributes, "SIGNATURE")
    if message.signature:
        del attributes[attributes.index(message.signature) + 1:]  # all after it is ignored, ROUTE-LOGs included (S7.1, D10)
    message.attributes = attributes
    if any(attribute.all_flaws() for attribute in attributes):
        raise Rejected("malformed")


def step_4_overlay(message, policy):
    ours = policy.overlay is None or message.overlay == zlib.crc32(policy.overlay)  # D15
    if not ours and not (message.is_join and message.overlay == 0):
        raise Rejected("overlay-mismatch", 498)
    if policy.dht not in (None, message.dht) or policy.hash not in (None, message.hash):
        raise Rejected("overlay-mismatch", 498)
    if message.security != policy.security and not (message.is_join and message.security == 0):
        raise Rejected("security-mismatch", 401)  # D23


# ---- D24, steps 5 to 10: one signature ---------------------------------------------------------------------------------------

class Site:
    """A signature to judge, and the facts that depend on its place. There is a subclass for each of the three places."""

    container = ()  # it must be the last of these attributes (D9); empty for the message's SIGNATURE
    mismatch, mismatch_code = "peer-id-mismatch", 431

    def certificates(self):
        """The DER of each certificate that may be the signer's. Empty if a required sibling is missing."""
        return self.peer_certificate(self.peer_info)

    @staticmethod
    def peer_certificate(peer_info):
        if peer_info and peer_info.get("PEER-ID") and peer_info.get("PEER-CERT"):
            return [peer_info.get("PEER-CERT").value]
        return []

    def names(self, certificate):
        """Whether the certificate names this signer (step 9): its Peer-ID for the overlay (D20)."""
        return (self.peer_info.get("PEER-ID").value in certificate.peer_ids(self.policy, self.message))

    def identity(self):
        """The identity that a self-signed certificate is pinned to (D28)."""
        return self.peer_info.get("PEER-ID").value

    def check_after_names(self):
        """A check between steps 9 and 10."""

    def check_time(self, timestamp):
        """Step 10 for elements that may be stored and forwarded: valid from TIMESTAMP for EXPIRATION seconds."""
        skew = self.policy.skew or 0
        if timestamp is None:
            return
        if self.expiration and self.policy.time > timestamp + number(self.expiration) + skew:
            raise Rejected("expired", 431)
        if self.policy.skew is not None and timestamp > self.policy.time + skew:
            raise Rejected("future", 431)


class MessageSite(Site):
    """The message's own SIGNATURE (S5.1), made by the peer of the SOURCE-INFO."""

    def __init__(self, message, policy):
        self.message, self.policy, self.signature, self.covered = message, policy, message.signature, message.covered
        self.peer_info = get(message.attributes, "SOURCE-INFO")
        if message.is_join:
            self.mismatch_code = 493  # B8.1.2.1

    def names(self, certificate):
        source = self.message.response or self.message.source == self.peer_info.get("PEER-ID").value
        return source and super().names(certificate)

    def check_time(self, timestamp):
        if timestamp is None or self.policy.skew is None:
            return
        if timestamp < self.policy.time - self.policy.skew:
            raise Rejected("stale", 431)
        if timestamp > self.policy.time + self.policy.skew:
            raise Rejected("future", 431)


class PeerSite(Site):
    """A PEER-SIGNATURE: a peer's description of itself, which others may forward (S5.1)."""

    def __init__(self, message, policy, peer_info):
        self.message, self.policy, self.peer_info, self.container = message, policy, peer_info, peer_info.members
        self.signature, self.expiration = peer_info.get("PEER-SIGNATURE"), peer_info.get("PEER-EXPIRATION")

    def covered(self, digest):
        return self.message.octets[self.peer_info.value_at:digest.at]  # D8


class BodySite(Site):
    """A BODY.SIGNATURE: a registration, signed by the resource itself (S3.3, S5.1)."""

    mismatch = "resource-key-mismatch"

    def __init__(self, message, policy, resource, body):
        self.message, self.policy, self.resource, self.body, self.container = message, policy, resource, body, body.members
        self.signature, self.expiration = body.get("BODY.SIGNATURE"), body.get("BODY.EXPIRATION")

    def covered(self, digest):
        return self.message.octets[self.body.value_at:digest.at]  # D8

    def certificates(self):
        return [body.members[0].value for body in self.resource.members
                if body.in_place and body.name == "BODY" and body.is_certificate_body()]

    def names(self, certificate):
        user = self.identity()
        return user is not None and b"" not in (user[0], user[1]) and user in certificate.users

    def identity(self):
        key = self.resource.get("KEY")
        return address_of_record(key.value) if key else None

    def check_after_names(self):
        message = self.message
        if not message.response and message.method == RESOURCE_PUT and not self.expiration:
            raise Rejected("missing-expiration", 431)  # B9.1


def judge_signature(site, run):
    """Steps 5 to 10 for one signature."""
    step_5_present(site)
    timestamp, digest = step_6_form(site)
    if site.policy.security == HMAC:
        step_8_hmac(site, digest)
    else:
        step_7_to_9_any_certificate(site, digest, run)
    site.check_after_names()
    site.check_time(number(timestamp))  # step 10


def number(attribute):
    return int.from_bytes(attribute.value, "big") if attribute else None


def step_5_present(site):
    if not site.signature:
        raise Rejected("missing-signature", 401)  # S6.1, S7.1
    if site.policy.security == CERTS and not site.certificates():
        raise Rejected("missing-certificate", 401)  # S7.1, D22


def step_6_form(site):
    if has_duplicates(site.message.attributes):
        raise Rejected("duplicate-attribute", 431)  # D11: checked for the whole message, so inner signatures pass
    timestamp, digest = site.signature.get("TIMESTAMP"), site.signature.get("DIGEST")
    if digest and digest is not site.signature.members[-1] or site.container and site.signature is not site.container[-1]:
        raise Rejected("misplaced", 431)  # D9
    if not digest or site.policy.security == HMAC and len(digest.value) != 20:
        raise Rejected("bad-digest-length", 431)
    if site.policy.security == CERTS and not timestamp:
        raise Rejected("missing-timestamp", 431)  # D4
    return timestamp, digest


def has_duplicates(attributes):
    once = [a.type for a in attributes if a.in_place and a.once]
    return len(once) != len(set(once)) or any(has_duplicates(a.members) for a in attributes)


def step_8_hmac(site, digest):
    covered = site.covered(digest)
    if not any(hmac.compare_digest(hmac.digest(secret, covered, "sha1"), digest.value) for secret in site.policy.secrets):
        raise Rejected("bad-digest", 431)  # S6, D12


# The order of the checks, for D21: if no certificate of a RESOURCE passes, the reason is that of the one that fails last.
PROGRESS = ("bad-certificate", "weak-key", "untrusted-certificate", "revoked-certificate", "expired-certificate", "pin-mismatch",
            "bad-digest-length", "bad-digest", "peer-id-mismatch", "resource-key-mismatch")


def step_7_to_9_any_certificate(site, digest, run):
    """D21: of the different certificates, those that pass step 7 are tried, at most eight, those that name the KEY first."""
    passed, rejections = [], []
    for der in dict.fromkeys(site.certificates()):
        certificate = Certificate.parsed(der)
        try:
            step_7(certificate, site, run)
            passed.append(certificate)
        except Rejected as rejected:
            rejections.append(rejected)
    passed.sort(key=site.names, reverse=True)  # a stable sort
    for certificate in passed[:MAX_TRIED]:
        try:
            step_8_rsa(certificate, site.covered(digest), digest.value)
            step_9_names(certificate, site)
            if site.policy.pin:
                run.new_pins.setdefault(site.identity(), certificate.key)
            return
        except Rejected as rejected:
            rejections.append(rejected)
    raise max(rejections, key=lambda rejected: PROGRESS.index(rejected.reason))  # the first of equals


def step_7(certificate, site, run):
    if site.policy.pin:
        step_7_pinned(certificate, site, run)
        return
    trust = site.message.trust
    if certificate.der not in trust:
        trust[certificate.der] = None
        try:
            step_7_trust(certificate, site.policy)
        except Rejected as rejected:
            trust[certificate.der] = rejected.reason
    if trust[certificate.der]:
        raise Rejected(trust[certificate.der], 431)


def step_7_trust(certificate, policy):
    """D18: the first of five conditions that applies."""
    if certificate.flaw:
        raise Rejected("bad-certificate", 431)
    if not policy.key_is_strong(certificate):
        raise Rejected("weak-key", 431)
    reason = judge_trust(certificate, policy)
    if reason is not None:
        raise Rejected(reason, 431)


def step_7_pinned(certificate, site, run):
    """D28, instead of D18: a self-signed certificate, and the key seen first."""
    if certificate.flaw:
        raise Rejected("bad-certificate", 431)
    if not site.policy.key_is_strong(certificate):
        raise Rejected("weak-key", 431)
    if not certificate.is_signed_by(certificate):
        raise Rejected("untrusted-certificate", 431)
    identity = site.identity()
    if run.pins.get(identity, run.new_pins.get(identity, certificate.key)) != certificate.key:
        raise Rejected("pin-mismatch", 431)


def step_8_rsa(certificate, covered, signature):
    """RSASSA-PKCS1-v1_5 over SHA-1 (S7, D13)."""
    if len(signature) != (certificate.key[0].bit_length() + 7) // 8:
        raise Rejected("bad-digest-length", 431)
    if not rsa_signature_is_good(certificate.key, "sha1", covered, signature):
        raise Rejected("bad-digest", 431)


def step_9_names(certificate, site):
    if not site.names(certificate):
        raise Rejected(site.mismatch, site.mismatch_code)


# ---- D24, steps 11 and 12, and the verdict -------------------------------------------------------------------------------------

class Run:
    """The messages of one run and the state they share: replay and pairing (D25), and the pinned keys (D28)."""

    def __init__(self, policy):
        self.policy = policy
        self.requests = set()  # (Transaction ID, Overlay) of each earlier request; Overlay is None for a PEER-JOIN's 0
        self.peers = {}  # Peer-ID: (boot time, highest counter, counters seen in the window)
        self.pins, self.new_pins = {}, {}  # identity: key; new_pins are those of the current message

    def judge(self, octets, depth=0, has_effects=True):
        """The verdict or reason, and the response code or None. Messages inside this one are judged after it, and have effects if
        it and every message around it pass (D26)."""
        message, code = None, None
        try:
            message = Message(octets)
            word = self.judge_message(message, has_effects)
        except Rejected as rejected:
            answered = message is not None and not message.response  # a response is discarded without an answer (S5.3)
            word, code = rejected.reason, rejected.code if answered else None
        if message is None:
            return word, code
        if has_effects and not message.response:
            self.requests.add((message.transaction, None if message.is_join and message.overlay == 0 else message.overlay))
        if depth < MAX_TUNNEL:
            for inner in message.tunnelled():
                self.judge(inner, depth + 1, has_effects and word in PASSED)
        return word, code

    def judge_message(self, message, has_effects):
        policy = self.policy
        step_1_header(message)
        step_2_fragment(message)
        step_3_attributes(message)
        step_4_overlay(message, policy)
        if policy.security == NONE:
            return "unsecured"  # D23
        self.new_pins = {}
        site = MessageSite(message, policy)
        judge_signature(site, self)
        self.step_11_replay(message, site)
        self.step_12_inner(message, site)
        if has_effects:
            self.remember(message, site)
        return "pinned" if policy.security == CERTS and policy.pin else "valid"

    def step_11_replay(self, message, site):
        policy = self.policy
        if message.response:
            asked = {(message.transaction, message.overlay)}
            if message.method == PEER_JOIN:  # its request may have left the overlay open (B8.1.1)
                asked.add((message.transaction, None))
            if policy.pair and not asked & self.requests:
                raise Rejected("unmatched-response")
        elif policy.replay and policy.security == CERTS:
            boot_time, counter = self.transaction(message)  # S7
            timestamp = number(site.signature.get("TIMESTAMP"))
            if policy.skew is not None and boot_time > timestamp + policy.skew:
                raise Rejected("replay", 431)
            last_boot, highest, seen = self.peers.get(message.source, (-1, 0, set()))
            if boot_time < last_boot or boot_time == last_boot and (counter in seen or counter < highest - 64):
                raise Rejected("replay", 431)

    @staticmethod
    def transaction(message):
        return int.from_bytes(message.transaction[:4], "big"), int.from_bytes(message.transaction[4:], "big")

    def step_12_inner(self, message, site):
        policy = self.policy
        resources = [a for a in message.attributes if a.name == "RESOURCE"]
        bodies = [(resource, body) for resource in resources for body in resource.members
                  if body.in_place and body.name == "BODY"]
        source_info = site.peer_info
        if policy.require_peer_signature and not (source_info and source_info.get("PEER-SIGNATURE")):
            raise Rejected("missing-signature", 401)
        peer_infos = [source_info, get(message.attributes, "REDIRECT")] + [body.get("BODY.PEER-INFO") for _, body in bodies]
        for peer_info in peer_infos:
            if peer_info and peer_info.get("PEER-SIGNATURE"):
                judge_signature(PeerSite(message, policy, peer_info), self)
        for resource, body in bodies:
            if not body.is_certificate_body():
                judge_signature(BodySite(message, policy, resource, body), self)

    def remember(self, message, site):
        """Commit the state. Only a message that passed every step does, so that forged ones cannot lock a peer out (D25, D28)."""
        self.pins.update(self.new_pins)
        if message.response or self.policy.security != CERTS:
            return
        boot_time, counter = self.transaction(message)
        last_boot, highest, seen = self.peers.get(message.source, (-1, 0, set()))
        if boot_time > last_boot:
            highest, seen = counter, set()
        highest = max(highest, counter)
        seen = {c for c in seen | {counter} if c >= highest - 64}
        self.peers[message.source] = boot_time, highest, seen


# ---- Policy, input and output ------------------------------------------------------------------------------------------------

class Policy:
    """The policy in the environment (see above). Keys and values are bytes, as in os.environb: an overlay's name is octets."""

    def __init__(self, environment):
        def text(name):
            return environment.get(b"RELOAD_" + name.encode(), b"").decode("utf-8", "surrogateescape")

        def integer(name, default, lowest, highest):
            value = text(name)
            try:
                result = int(value, 0) if value else default
            except ValueError:
                result = None if default is not None else -1
            if result != default and (result is None or not lowest <= result <= highest):
                raise CannotJudge(f"RELOAD_{name}: not a number from {lowest} to {highest}")
            return result

        def flag(name):
            if text(name) not in ("", "0", "1"):
                raise CannotJudge(f"RELOAD_{name}: not 0 or 1")
            return text(name) == "1"

        self.security = {"NONE": NONE, "HMAC": HMAC, "CERTS": CERTS}.get(text("SECURITY"))
        if self.security is None:
            raise CannotJudge("RELOAD_SECURITY: not NONE, HMAC or CERTS")
        try:
            self.secrets = [bytes.fromhex(secret) for secret in text("SECRET").split()]
        except ValueError:
            raise CannotJudge("RELOAD_SECRET: not hex digits") from None
        if self.security == HMAC and not self.secrets:
            raise CannotJudge("RELOAD_SECRET: no secret")
        self.overlay = environment.get(b"RELOAD_OVERLAY")  # may be empty
        self.dht, self.hash = integer("DHT", None, 0, 255), integer("HASH", None, 0, 255)
        self.time = integer("TIME", int(time.time()), 0, 2**63 - 1)
        self.skew = None if text("MAX_SKEW") == "none" else integer("MAX_SKEW", 300, 0, 2**63 - 1)
        self.min_rsa_bits = integer("MIN_RSA_BITS", 2048, 1024, MAX_RSA_BITS)
        self.allow_sha1, self.require_peer_signature = flag("ALLOW_SHA1_CERTS"), flag("REQUIRE_PEER_SIGNATURE")
        self.replay, self.pair, self.pin = flag("REPLAY"), flag("PAIR"), flag("PIN")
        self.anchors = [Certificate.parsed(der) for der in read_pem(text("CA"), "CERTIFICATE")]
        self.intermediates = [Certificate.parsed(der) for der in read_pem(text("INTERMEDIATES"), "CERTIFICATE")]
        self.before = text("BEFORE")
        try:
            self.revocation_lists = [RevocationList(der) for der in read_pem(text("CRL"), "X509 CRL")]
        except BadDer:
            raise CannotJudge(f"{text('CRL')}: not a complete revocation list") from None
        self.require_crl = flag("REQUIRE_CRL")
        self.warnings, self.anchors_by_signer = [], {}
        for crl in self.revocation_lists:  # D18
            signers = [signer for signer in crl.signers(self) if self.anchors_of(signer)]
            if not crl.counts_for_any(self):
                self.warnings.append("a revocation list is ignored: it is not signed by a certificate supplied, or not by one that may")
            else:
                if not any(signer.may_sign_lists() for signer in signers):
                    self.warnings.append("a revocation list is by an issuer that may not sign lists")
                if self.time < crl.this_update or crl.next_update is not None and self.time >= crl.next_update:
                    self.warnings.append("a revocation list is out of date")

    def hash_is_weak(self, certificate):
        return certificate.hash == "md5" or certificate.hash == "sha1" and not self.allow_sha1

    def anchors_of(self, signer):
        if signer not in self.anchors_by_signer:
            self.anchors_by_signer[signer] = anchors_of(signer, self)
        return self.anchors_by_signer[signer]

    def key_is_strong(self, certificate):
        if certificate.key is None:
            return False
        n, e = certificate.key
        return self.min_rsa_bits <= n.bit_length() <= MAX_RSA_BITS and e % 2 and 1 < e < 1 << MAX_EXPONENT_BITS


def read_file(name):
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        raise CannotJudge(f"{name}: {error.strerror}") from error


def read_pem(name, label):
    """The DER of each block with that label (RFC 7468)."""
    if not name:
        return []
    pattern = rb"-----BEGIN %b-----\r?\n([A-Za-z0-9+/=\r\n]*)-----END %b-----" % (label.encode(), label.encode())
    blocks = re.findall(pattern, read_file(name))
    if not blocks:
        raise CannotJudge(f"{name}: {label} not found")
    return [b64decode(block) for block in blocks]


def split(octets):
    """The messages of a stream. The header's Length delimits each; octets between messages are skipped."""
    at = octets.find(b"RELO")
    while at >= 0 and len(octets) - at >= HEADER:
        end = min(len(octets), at + HEADER + int.from_bytes(octets[at + 13:at + 16], "big"))
        yield octets[at:end]
        at = octets.find(b"RELO", end)


def answer(environment, octets):
    """The exit status, standard output and standard error for one message. environment maps bytes to bytes."""
    warnings = []
    try:
        policy = Policy(environment)
        warnings = policy.warnings
        run = Run(policy)
        for earlier in split(read_file(policy.before)) if policy.before else ():
            run.judge(earlier)
        word, code = run.judge(octets)
        status, line = 0 if word in PASSED else 1, (word if code is None else f"{word} {code}") + "\n"
    except CannotJudge as error:
        status, line, warnings = 2, "", warnings + [error]
    return status, line, "".join(f"verifier.py: {warning}\n" for warning in warnings)


def main():
    status, line, warnings = answer(os.environb, sys.stdin.buffer.read())
    sys.stderr.write(warnings)
    print(line, end="", flush=True)
    return status


if __name__ == "__main__":
    try:
        STATUS = main()
    except Exception as bug:  # Python would exit with 1, which is a verdict
        print(f"verifier.py: cannot judge: {type(bug).__name__}: {bug}", file=sys.stderr)
        STATUS = 2
    sys.exit(STATUS)
