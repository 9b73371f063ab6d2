# SPDX-License-Identifier: BSD-2-Clause
"""Certificates and revocation lists for verifier.py, as D18 to D21 require.

The openssl command decides whether a certificate can be parsed. Its fields are read here from the DER, because D19 compares names
octet for octet. An RSA signature is opened here too: a public-key operation is one pow().
"""

import datetime
import hashlib
import hmac
import re
import subprocess
import zlib
from functools import lru_cache


class CannotJudge(Exception):
    """The policy is wrong or openssl is missing, so the message gets no verdict."""


class BadDer(Exception):
    """The octets are not the expected DER."""


class Der:
    """A reader of DER elements in their order. A tag is its octet: 0x30 SEQUENCE, 0x02 INTEGER, and so on."""

    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def tag(self):
        return self.octets[self.at] if self.at < len(self.octets) else None

    def next(self, *tags):
        """The value of the next element and the whole element. Its tag must be one of tags, if any are given."""
        start, octets = self.at, self.octets
        if start + 2 > len(octets) or tags and octets[start] not in tags or octets[start] & 0x1f == 0x1f:
            raise BadDer
        length, at = octets[start + 1], start + 2
        if length >= 0x80:
            size = length & 0x7f
            length, at = int.from_bytes(octets[at:at + size], "big"), at + size
            if not 1 <= size <= 4 or length < 0x80 or length >> 8 * (size - 1) == 0:
                raise BadDer  # not the shortest form
        if length > len(octets) - at:
            raise BadDer
        self.at = at + length
        return octets[at:self.at], octets[start:self.at]

    def value(self, *tags):
        return self.next(*tags)[0]

    def sub(self, *tags):
        return Der(self.value(*tags))

    def integer(self):
        value = self.value(0x02)
        if not value:
            raise BadDer
        return int.from_bytes(value, "big", signed=True)

    def bits(self):
        """The octets of a BIT STRING. Unused bits are allowed in the last octet only."""
        value = self.value(0x03)
        if not value or value[0] > 7 or len(value) == 1 and value[0]:
            raise BadDer
        return value[1:]

    def time(self):
        """A UTCTime or GeneralizedTime in seconds since the epoch (RFC 5280 section 4.1.2.5)."""
        tag, text = self.tag(), self.value(0x17, 0x18).decode("latin-1")
        if tag == 0x17:
            text = ("20" if text[:2] < "50" else "19") + text
        if not re.fullmatch("[0-9]{14}Z", text, re.ASCII):
            raise BadDer
        try:
            moment = datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ")
        except ValueError:
            raise BadDer from None
        return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp())

    def end(self):
        if self.at != len(self.octets):
            raise BadDer

    def rest(self):
        """A reader for each remaining SEQUENCE."""
        while self.tag() is not None:
            yield self.sub(0x30)


def openssl_parses(der):
    """Whether the openssl command can parse the certificate."""
    try:
        discard = subprocess.DEVNULL
        done = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout"], input=der, stdout=discard, stderr=discard, check=False)
    except OSError as error:
        raise CannotJudge(f"openssl: {error.strerror}") from error
    return done.returncode == 0


# RSA PKCS #1 signatures of certificates and revocation lists: the last octet of 1.2.840.113549.1.1.n, and the hash
PKCS1 = bytes.fromhex("06092a864886f70d0101")
HASHES = {4: "md5", 5: "sha1", 14: "sha224", 11: "sha256", 12: "sha384", 13: "sha512"}
# The DER of DigestInfo up to the digest (RFC 8017 section 9.2, note 1)
DIGEST_INFOS = {name: bytes.fromhex(octets) for name, octets in {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha1": "3021300906052b0e03021a05000414",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}.items()}


@lru_cache(maxsize=1000)
def rsa_signature_is_good(key, hash_name, octets, signature):
    """RSASSA-PKCS1-v1_5 (D13): the block that the signature opens to must equal the only correct one, octet for octet."""
    n, e = key
    size = (n.bit_length() + 7) // 8
    digest_info = DIGEST_INFOS[hash_name] + hashlib.new(hash_name, octets).digest()
    block = b"\0\1" + b"\xff" * (size - len(digest_info) - 3) + b"\0" + digest_info
    number = int.from_bytes(signature, "big")
    return len(signature) == size and number < n and hmac.compare_digest(pow(number, e, n).to_bytes(size, "big"), block)


BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_ALT_NAME, EXT_KEY_USAGE, ANY_EXTENDED_KEY_USAGE = (bytes.fromhex(oid) for oid in (
    "551d13", "551d0f", "551d11", "551d25", "551d2500"))

GENERAL_NAMES = (0xa0, 0x81, 0x82, 0xa3, 0xa4, 0xa5, 0x86, 0x87, 0x88)  # the tags in a subjectAltName (RFC 5280 section 4.2.1.6)


class Signed:
    """The common form of certificates and revocation lists: signed contents, algorithm and signature."""

    def __init__(self, der):
        outer = Der(der)
        body = outer.sub(0x30)
        outer.end()
        tbs, self.tbs = body.next(0x30)
        algorithm = body.next(0x30)[1]
        self.signature = body.bits()
        body.end()
        inner_algorithm = self.read(Der(tbs))
        self.one_algorithm = inner_algorithm == algorithm  # it is stated twice (RFC 5280 section 4.1.1.2)
        fields = Der(algorithm).sub(0x30)
        oid = fields.next(0x06)[1]
        plain = fields.octets[fields.at:] in (b"", b"\5\0")  # no parameters, or NULL
        self.hash = HASHES.get(oid[-1]) if oid[:-1] == PKCS1 and plain else None

    def is_signed_by(self, issuer):
        return self.hash is not None and issuer.key is not None and rsa_signature_is_good(
            issuer.key, self.hash, self.tbs, self.signature)


class Certificate(Signed):
    """The facts that D18 to D21 ask for. flaw is D18's first condition; if it holds, the other fields may be missing."""

    def __init__(self, der):
        self.der, self.flaw, self.key, self.subject, self.issuer = der, True, None, None, None
        self.is_ca, self.path_length, self.usage, self.mails, self.uris, self.refuses_use = False, None, None, [], [], False
        try:
            super().__init__(der)
        except BadDer:
            return
        self.flaw = self.flaw or not self.one_algorithm or not openssl_parses(der)

    @staticmethod
    @lru_cache(maxsize=1000)
    def parsed(der):
        return Certificate(der)

    def read(self, tbs):
        """TBSCertificate (RFC 5280 section 4.1); returns its signature algorithm."""
        version = tbs.sub(0xa0).integer() if tbs.tag() == 0xa0 else 0
        self.serial = tbs.integer()
        algorithm = tbs.next(0x30)[1]
        self.issuer = tbs.value(0x30)
        validity = tbs.sub(0x30)
        self.not_before, self.not_after = validity.time(), validity.time()
        self.subject = tbs.value(0x30)
        self.read_key(tbs.sub(0x30))
        for unique_id in (0x81, 0x82):
            if tbs.tag() == unique_id:
                tbs.value()
        good_extensions = self.read_extensions(tbs.sub(0xa3).sub(0x30)) if tbs.tag() == 0xa3 else True
        tbs.end()
        self.flaw = not (version == 2 and good_extensions)
        return algorithm

    def read_key(self, info):
        """Read a SubjectPublicKeyInfo. The key remains None unless it is RSA."""
        algorithm = info.sub(0x30)
        if algorithm.next(0x06)[1] == PKCS1 + b"\1":
            if algorithm.value(0x05):  # NULL (RFC 3279 section 2.3.1)
                raise BadDer
            algorithm.end()
            numbers = Der(info.bits()).sub(0x30)
            n, e = numbers.integer(), numbers.integer()
            numbers.end()
            if n <= 0 or e < 0:
                raise BadDer
            if n & 1:  # an even number is not a product of odd primes
                self.key = n, e

    def read_extensions(self, extensions):
        """Read the four extensions that are understood. Returns False for a duplicate or an unknown critical one."""
        readers = {BASIC_CONSTRAINTS: self.read_constraints, KEY_USAGE: self.read_usage, SUBJECT_ALT_NAME: self.read_names,
                   EXT_KEY_USAGE: self.read_purposes}
        seen = set()
        good = True
        for extension in extensions.rest():
            oid = extension.value(0x06)
            critical = extension.tag() == 0x01 and extension.value(0x01) != b"\0"
            value = extension.sub(0x04)
            extension.end()
            good = good and oid not in seen and (oid in readers or not critical)
            self.critical = critical
            seen.add(oid)
            if oid in readers:
                readers[oid](value)
                value.end()
        return good

    def read_constraints(self, value):
        constraints = value.sub(0x30)
        if constraints.tag() == 0x01:
            self.is_ca = constraints.value(0x01) != b"\0"
        if constraints.tag() == 0x02:
            self.path_length = constraints.integer()
        constraints.end()

    def read_usage(self, value):
        self.usage = (value.bits() or b"\0")[0]

    def read_purposes(self, value):
        purposes, found = value.sub(0x30), []
        while purposes.tag() is not None:
            found.append(purposes.value(0x06))
        self.refuses_use = self.critical and ANY_EXTENDED_KEY_USAGE not in found

    def read_names(self, value):
        names = value.sub(0x30)
        while names.tag() is not None:
            kind = {0x81: self.mails, 0x86: self.uris}.get(names.tag(), [])
            name = names.value(*GENERAL_NAMES)
            if all(0x20 <= octet < 0x7f for octet in name):  # D19: a name with any other octet matches nothing
                kind.append(name)

    # Bits of keyUsage; without the extension every use is allowed (RFC 5280 section 4.2.1.3)
    def may_sign_messages(self):
        return self.usage is None or bool(self.usage & 0x80)  # digitalSignature

    def may_sign_certificates(self):
        return self.is_ca and not self.flaw and (self.usage is None or bool(self.usage & 0x04))  # keyCertSign

    def may_sign_lists(self):
        return not self.flaw and (self.usage is None or bool(self.usage & 0x02))  # cRLSign

    def is_leaf(self):
        may_sign_certificates = self.is_ca or self.usage is not None and self.usage & 0x04
        return not may_sign_certificates and self.may_sign_messages() and not self.refuses_use

    def peer_ids(self, policy, message):
        """The Peer-IDs that it names for the overlay (D19, D20)."""
        ids = set()
        for uri in self.uris:
            match = re.fullmatch(rb"reload://([0-9A-Fa-f]{40})@(.+)/", uri, re.DOTALL)
            if not match:
                continue
            if policy.overlay is not None:
                right_overlay = match[2] == policy.overlay
            else:
                right_overlay = zlib.crc32(match[2]) == message.overlay or message.is_join and message.overlay == 0
            if right_overlay:
                ids.add(bytes.fromhex(match[1].decode()))
        return ids

    @property
    def users(self):
        """The addresses of record that it names (D19, D21), as address_of_record() returns them."""
        uris = [uri for uri in self.uris if uri.lower().startswith((b"sip:", b"sips:"))]
        return {address_of_record(name) for name in self.mails + uris}


def address_of_record(text):
    """User and host for comparison (D21): without one scheme, split at the last @, host in lower case."""
    text = re.sub(rb"^(sips?|mailto):", b"", text, count=1, flags=re.IGNORECASE)
    user, _, host = text.rpartition(b"@")
    return user, host.lower()


class RevocationList(Signed):
    def read(self, tbs):
        """TBSCertList (RFC 5280 section 5.1); returns its signature algorithm."""
        if tbs.tag() == 0x02:
            tbs.value()
        algorithm = tbs.next(0x30)[1]
        self.issuer = tbs.value(0x30)
        self.this_update = tbs.time()
        self.next_update = tbs.time() if tbs.tag() in (0x17, 0x18) else None
        self.revoked = []
        for entry in tbs.sub(0x30).rest() if tbs.tag() == 0x30 else ():
            self.revoked.append((entry.integer(), entry.time()))
            if entry.tag() == 0x30:
                self.read_extensions(entry.sub(0x30))
        if tbs.tag() == 0xa0:
            self.read_extensions(tbs.sub(0xa0).sub(0x30))
        tbs.end()
        return algorithm

    @staticmethod
    def read_extensions(extensions):
        for extension in extensions.rest():
            extension.value(0x06)
            if extension.tag() == 0x01 and extension.value(0x01) != b"\0":
                raise BadDer  # the list may be partial, or an entry another issuer's; RFC 5280 section 5 forbids to apply it

    def signers(self, policy):
        return [given for given in policy.anchors + policy.intermediates if given.subject == self.issuer and self.is_signed_by(given)]

    def counts(self, issuer, anchor, policy):
        """Whether it counts for certificates of an issuer in a chain that ends at an anchor."""
        if self.issuer != issuer.subject:
            return False
        return any(signer is issuer or signer.may_sign_lists() and anchor in policy.anchors_of(signer) for signer in self.signers(policy))

    def counts_for_any(self, policy):
        """Whether it counts for certificates of any issuer supplied, in a chain of strong keys and hashes."""
        may_issue = [given for given in policy.intermediates if given.subject == self.issuer and given.may_sign_certificates()]
        ends = [(anchor, anchor) for anchor in policy.anchors if anchor.may_sign_certificates() and policy.key_is_strong(anchor)]
        for issuer in may_issue:  # stands in for a certificate that it has issued
            ends += [(issuer, chain[-1]) for chain in Search(policy).chains([issuer, issuer]) if is_strong(chain, policy)]
        return any(self.counts(issuer, anchor, policy) for issuer, anchor in ends)

    def lists(self, certificate, time):
        return any(serial == certificate.serial and date <= time for serial, date in self.revoked)

    def is_current(self, time):
        return self.next_update is not None and self.this_update <= time < self.next_update


MAX_INTERMEDIATES, MAX_CHECKS = 64, 1000


class Search:
    """The chains from a certificate to the anchors whose signatures are good and whose issuers may issue (D18)."""

    def __init__(self, policy):
        self.policy, self.checks = policy, 0

    def follows(self, chain, issuer):
        below = [between for between in chain[1:] if between.subject != between.issuer]
        if issuer in chain or issuer.subject != chain[-1].issuer or not issuer.may_sign_certificates():
            return False
        if issuer.path_length is not None and len(below) > issuer.path_length:
            return False
        if self.checks == MAX_CHECKS:
            return False
        self.checks += 1
        return chain[-1].is_signed_by(issuer)

    def chains(self, chain):
        for anchor in self.policy.anchors:
            if self.follows(chain, anchor):
                yield chain + [anchor]
        for intermediate in self.policy.intermediates if len(chain) <= MAX_INTERMEDIATES else ():
            if self.follows(chain, intermediate):
                yield from self.chains(chain + [intermediate])


def anchors_of(certificate, policy):
    """The anchors at which the paths of a CRL's signer end. Dates, revocation and the rules for leaves are not applied."""
    if not policy.key_is_strong(certificate):
        return []
    found = [certificate] if certificate in policy.anchors else []
    for chain in Search(policy).chains([certificate]):
        if is_strong(chain, policy):
            found.append(chain[-1])
    return found


def is_strong(chain, policy):
    """Whether a chain has no weak key or hash; the anchor's own signature is exempt."""
    return all(map(policy.key_is_strong, chain)) and not any(policy.hash_is_weak(signed) for signed in chain[:-1])


def judge_chain(chain, policy):
    """The first of D18's conditions 2 to 5 that holds for a chain of good signatures (leaf first, CA last), or None."""
    if not all(map(policy.key_is_strong, chain)):
        return "weak-key"
    if not chain[0].is_leaf() or any(map(policy.hash_is_weak, chain[:-1])):
        return "untrusted-certificate"
    without_list = False
    for certificate, issuer in zip(chain, chain[1:]):
        counting = [crl for crl in policy.revocation_lists if crl.counts(issuer, chain[-1], policy)]
        if any(crl.lists(certificate, policy.time) for crl in counting):
            return "revoked-certificate"
        without_list = without_list or not any(crl.is_current(policy.time) for crl in counting)
    if policy.require_crl and without_list:
        return "untrusted-certificate"
    if not all(certificate.not_before <= policy.time <= certificate.not_after for certificate in chain):
        return "expired-certificate"
    return None


def judge_names(certificate, policy):
    """The condition of a chain by names alone, in which a signature is bad or an issuer may not issue. A weak key comes first, but a
    chain without one gets further."""
    seen, edge, anchored = {certificate: True}, [certificate], set()
    for _ in range(MAX_INTERMEDIATES + 1):
        level = []
        for below in edge:
            for above in policy.anchors:
                if above.subject == below.issuer:
                    anchored.add(seen[below] and policy.key_is_strong(above))
            for above in policy.intermediates:
                strong = seen[below] and policy.key_is_strong(above)
                if above.subject == below.issuer and (above not in seen or strong and not seen[above]):
                    seen[above] = strong
                    level.append(above)
        edge = level
    return "weak-key" if anchored == {False} else "untrusted-certificate"


def judge_trust(certificate, policy):
    """D18's conditions 2 to 5 for a certificate. Of several chains, the one that gets furthest counts."""
    order = ["weak-key", "untrusted-certificate", "revoked-certificate", "expired-certificate"]
    if not policy.key_is_strong(certificate):
        return "weak-key"
    furthest = "weak-key"
    for chain in Search(policy).chains([certificate]):
        result = judge_chain(chain, policy)
        if result is None:
            return None
        furthest = max(furthest, result, key=order.index)
    return judge_names(certificate, policy) if furthest == "weak-key" else furthest
