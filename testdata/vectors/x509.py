# SPDX-License-Identifier: BSD-2-Clause
"""X.509 certificates and CRLs for the vectors, with versions, extensions, keys and signatures that a CA does not make.

All output is deterministic. For test vectors only: the private keys are not protected.
"""

import base64
import calendar
import hashlib
import math
import time

# ---- DER ----


def tlv(tag, *parts):
    value = b"".join(parts)
    size = len(value)
    if size < 128:
        head = bytes([size])
    else:
        octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
        head = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + head + value


def integer(number):
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = (int(part) for part in text.split("."))
    octets = b""
    for number in [first * 40 + second] + rest:
        septets = [number & 127]
        while number := number >> 7:
            septets.append(number & 127 | 128)
        octets += bytes(reversed(septets))
    return tlv(6, octets)


def bits(octets, unused=0):
    return tlv(3, bytes([unused]) + octets)


def seconds(text):
    """Seconds since the epoch of a time such as 2007-07-08T12:00:00Z. An integer is returned unchanged."""
    return text if isinstance(text, int) else calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def when(text):
    """The DER of a time: UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280)."""
    text = text.replace("-", "").replace(":", "").replace("T", "") if isinstance(text, str) else \
        time.strftime("%Y%m%d%H%M%SZ", time.gmtime(text))
    return tlv(0x17, text[2:].encode()) if text[:4] < "2050" else tlv(0x18, text.encode())


def name(common_name):
    return tlv(0x30, tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(12, common_name.encode()))))


def pem(label, der):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def from_pem(text):
    return base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-")))


def read(der, at=0):
    """The tag and value of the element at an offset, and the offset after it."""
    tag, size, at = der[at], der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7f
        size, at = int.from_bytes(der[at:at + count], "big"), at + count
    return tag, der[at:at + size], at + size


def children(der):
    at, found = 0, []
    while at < len(der):
        tag, value, at = read(der, at)
        found.append((tag, value))
    return found


# ---- keys ----

DIGEST_INFO = {
    "md5": bytes.fromhex("3020300c06082a864886f70d020505000410"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
RSA_WITH = {
    "md5": "1.2.840.113549.1.1.4",
    "sha1": "1.2.840.113549.1.1.5",
    "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
HASH_OID = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha224": "2.16.840.1.101.3.4.2.4",
            "sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
NULL = b"\x05\x00"


def digest_info(md, octets, null=True):
    algorithm = tlv(0x30, oid(HASH_OID[md]), NULL if null else b"")
    return tlv(0x30, algorithm, tlv(4, hashlib.new(md, octets).digest()))


class RsaKey:
    """An RSA private key from a PKCS#8 or PKCS#1 file."""

    def __init__(self, text):
        self.pem = text
        fields = children(children(from_pem(text))[0][1])
        if fields[1][0] == 0x30:
            fields = children(children(fields[2][1])[0][1])
        self.n, self.e, self.d, self.p, self.q, self.dp, self.dq, self.qinv = (int.from_bytes(v, "big") for _, v in fields[1:9])
        self.size = (self.n.bit_length() + 7) // 8

    def spki(self):
        return rsa_spki(self.n, self.e)

    def raw(self, block):
        """The private operation on an encoded message."""
        message = int.from_bytes(block, "big")
        m1, m2 = pow(message, self.dp, self.p), pow(message, self.dq, self.q)
        return (m2 + (m1 - m2) * self.qinv % self.p * self.q).to_bytes(self.size, "big")

    def pad(self, info):
        return b"\x00\x01" + b"\xff" * (self.size - 3 - len(info)) + b"\x00" + info

    def sign(self, octets, md="sha1"):
        return self.raw(self.pad(digest_info(md, octets)))

    def algorithm(self, md):
        return tlv(0x30, oid(RSA_WITH[md]), NULL)


class ExponentKey(RsaKey):
    """Another key's modulus with another public exponent. It signs only if the exponent has an inverse."""

    def __init__(self, base, e):
        self.n, self.e, self.p, self.q, self.qinv, self.size = base.n, e, base.p, base.q, base.qinv, base.size
        if math.gcd(e, (self.p - 1) * (self.q - 1)) == 1:
            self.dp, self.dq = pow(e, -1, self.p - 1), pow(e, -1, self.q - 1)


def rsa_spki(n, e=65537):
    return tlv(0x30, tlv(0x30, oid("1.2.840.113549.1.1.1"), NULL), bits(tlv(0x30, integer(n), integer(e))))


class BigKey:
    """An RSA public key of a size that reload-keygen does not make. Its modulus is a hash, so its private key is unknown."""

    def __init__(self, size):
        octets, count = b"", 0
        while len(octets) * 8 < size + 8:
            octets += hashlib.sha256(b"%d %d" % (size, count)).digest()
            count += 1
        self.n = int.from_bytes(octets, "big") % (1 << size - 1) | 1 << size - 1 | 1

    def spki(self):
        return rsa_spki(self.n)


class P256Key:
    """The P-256 key with private key 1. Its signatures use the nonce 1, and so need no curve arithmetic."""
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    x = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296
    y = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5

    def spki(self):
        point = b"\x04" + self.x.to_bytes(32, "big") + self.y.to_bytes(32, "big")
        return tlv(0x30, tlv(0x30, oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bits(point))

    def sign(self, octets, md="sha256"):
        z = int.from_bytes(hashlib.new(md, octets).digest(), "big")
        r = self.x % self.order
        return tlv(0x30, integer(r), integer((z + r) % self.order))

    def algorithm(self, md):
        assert md == "sha256"
        return tlv(0x30, oid("1.2.840.10045.4.3.2"))


class ExplicitP256Key(P256Key):
    """The same key with the curve's parameters instead of its name (RFC 3279 section 2.3.5)."""

    def spki(self):
        p = 2**256 - 2**224 + 2**192 + 2**96 - 1
        b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
        point = b"\x04" + self.x.to_bytes(32, "big") + self.y.to_bytes(32, "big")
        curve = tlv(0x30, tlv(4, (p - 3).to_bytes(32, "big")), tlv(4, b.to_bytes(32, "big")))
        parameters = tlv(0x30, integer(1), tlv(0x30, oid("1.2.840.10045.1.1"), integer(p)), curve, tlv(4, point), integer(self.order), integer(1))
        return tlv(0x30, tlv(0x30, oid("1.2.840.10045.2.1"), parameters), bits(point))


class DsaKey:
    """A DSA public key whose numbers have the usual sizes and no other property."""

    def spki(self):
        p, q, g, y = (int.from_bytes(hashlib.sha256(letter).digest() * 8, "big") >> shift | 1 for letter, shift in
                      ((b"p", 0), (b"q", 2048 - 256), (b"g", 0), (b"y", 0)))
        return tlv(0x30, tlv(0x30, oid("1.2.840.10040.4.1"), tlv(0x30, integer(p), integer(q), integer(g))), bits(integer(y)))


class Ed25519Key:
    """The public key of RFC 8032's first test vector."""

    def spki(self):
        point = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        return tlv(0x30, tlv(0x30, oid("1.3.101.112")), bits(point))


# ---- certificates ----

USAGES = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign"]
NAME_TAGS = {"email": 0x81, "dns": 0x82, "uri": 0x86}


def extension(number, critical, value):
    return tlv(0x30, oid(number), tlv(1, b"\xff") if critical else b"", tlv(4, value))


def general_names(names):
    """The DER of names given as "uri:…", "email:…", "dns:…" or "0xTAG:…". \\xNN in a name is one octet."""
    found = []
    for text in names:
        kind, value = text.split(":", 1)
        octets = value.encode("utf-8")
        if "\\x" in value:
            octets = value.encode("ascii").decode("unicode_escape").encode("latin-1")
        found.append(tlv(int(kind, 16) if kind.startswith("0x") else NAME_TAGS[kind], octets))
    return tlv(0x30, *found)


def extensions(spec):
    found = []
    basic = spec.get("basic")
    if basic is not None:
        value = (tlv(1, b"\xff") if basic.get("ca") else b"") + (integer(basic["pathlen"]) if "pathlen" in basic else b"")
        found.append(extension("2.5.29.19", basic.get("critical", True), tlv(0x30, value)))
    usage = spec.get("usage")
    if usage is not None:
        mask = sum(0x80 >> USAGES.index(word) for word in usage)
        unused = (mask & -mask).bit_length() - 1 if mask else 0
        found.append(extension("2.5.29.15", True, bits(bytes([mask]), unused)))
    if spec.get("san") is not None:
        found.append(extension("2.5.29.17", spec.get("san_critical", False), general_names(spec["san"])))
    for number, critical, value in spec.get("extensions", []):
        found.append(extension(number, critical, bytes.fromhex(value)))
    return found


def certificate(spec, key, issuer_name, issuer_key, serial):
    """The DER of a certificate for a public key, signed with the issuer's. README.md describes the specification."""
    found = extensions(spec)
    version = spec.get("version", 3)
    number = tlv(2, bytes.fromhex(spec["serial_hex"])) if "serial_hex" in spec else integer(serial)
    tbs = tlv(0x30,
              tlv(0xa0, integer(version - 1)) if version > 1 else b"",
              number, algorithm(spec, issuer_key), name(issuer_name),
              tlv(0x30, when(spec["not_before"]), when(spec["not_after"])), name(spec["subject"]), key.spki(),
              tlv(0xa3, tlv(0x30, *found)) if found and version == 3 else b"")
    return signed(tbs, issuer_key, spec)


def algorithm(spec, issuer_key):
    """The signature's AlgorithmIdentifier, or another in its place."""
    return bytes.fromhex(spec["algorithm"]) if "algorithm" in spec else issuer_key.algorithm(spec.get("md", "sha256"))


def signed(tbs, issuer_key, spec):
    signature = issuer_key.sign(tbs, spec.get("md", "sha256"))
    if spec.get("bad_signature"):
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    stated = bytes.fromhex(spec["outer_algorithm"]) if "outer_algorithm" in spec else algorithm(spec, issuer_key)
    return tlv(0x30, tbs, stated, bits(signature)) + bytes.fromhex(spec.get("behind", ""))


def crl(spec, issuer_name, issuer_key):
    """The DER of a CRL. spec["revoked"] holds pairs [serial, date]; a serial number may be the DER of its value."""
    entries = [tlv(0x30, integer(serial) if isinstance(serial, int) else tlv(2, serial), when(date)) for serial, date in spec["revoked"]]
    tbs = tlv(0x30, integer(1), algorithm(spec, issuer_key), name(issuer_name), when(spec["this_update"]),
              when(spec["next_update"]) if spec["next_update"] else b"",
              tlv(0x30, *entries) if entries else b"",
              tlv(0xa0, tlv(0x30, extension("2.5.29.20", False, integer(1)))))
    return signed(tbs, issuer_key, spec)
