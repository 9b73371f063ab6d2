#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the results of the vectors about CRLs and chains with those of "openssl verify": judge-by-openssl.py VECTORS

openssl must not accept a certificate that is revoked, nor report one as revoked that is not. It refuses a certificate if an issuer has
no CRL that counts, so more is compared only without CRLs, or if CRLs are required: both accept it, or both refuse it. Prints TAP.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

VECTORS = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(VECTORS))
sys.dont_write_bytecode = True
import x509  # noqa: E402

FLAGS = {"CrlSigner", "RequireCrl", "Search", "Revocation"}
FIRST = "openssl tries one certificate or CRL of a name, unless key identifiers select another"
# What openssl decides otherwise, and why
OTHERWISE = {
    "revoked one second after the time of checking": "openssl does not compare the revocation date",
    "an empty CRL and one that lists the certificate": FIRST,
    "a CRL signed by the old key of two CA certificates with one name, for a certificate under the new": FIRST,
    "a CRL is required: a current CRL by a CRL key of the CA": FIRST,
    "five certificates of one key that certify each other, and the last of six leads to the CA": FIRST,
    "five certificates of one key that certify each other, and the third of six leads to the CA": FIRST,
    "pathlen 0 and the CA's new key, certified by the old": FIRST,
    "a CRL is required: a CRL without nextUpdate": "openssl takes it for current",
    "a CRL is required: a current CRL by an issuer without cRLSign": "openssl requires cRLSign",
    "65 intermediates": "openssl has another limit",
    "a trust anchor of X.509 v1": "openssl accepts it",
}
# What openssl cannot read, so that it does not judge the certificate
UNREAD = {
    "a CRL lists the serial number 5 as its value with a leading zero octet",
    "a CRL lists the serial number 133 as its value with more leading zero octets",
}


def peer_cert(octets):
    """The PEER-CERT in the SOURCE-INFO, which is the first attribute."""
    at, end = 72, 72 + int.from_bytes(octets[70:72], "big")
    while at < end:
        kind, size = int.from_bytes(octets[at:at + 2], "big"), int.from_bytes(octets[at + 2:at + 4], "big")
        if kind == 0x0105:
            return octets[at + 4:at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
    raise ValueError("no PEER-CERT")


def verify(work, group, test):
    """What openssl says: valid, revoked, the number of its first error, or None if it has not judged the certificate."""
    policy = group["policy"]
    leaf = work / "leaf"
    leaf.write_text(x509.pem("CERTIFICATE", peer_cert(bytes.fromhex(test["msg"]))))
    command = ["openssl", "verify", "-attime", str(policy["time"]), "-auth_level", "0", "-partial_chain"]
    for key, option in (("ca", "-CAfile"), ("intermediates", "-untrusted"), ("crl", "-CRLfile")):
        if group.get(key):
            (work / key).write_text("".join(group[key]))
            command += [option, work / key]
    if group.get("crl") or policy.get("require_crl"):
        command += ["-crl_check_all", "-extended_crl"]
    done = subprocess.run([*command, leaf], capture_output=True, check=False, text=True)
    found = re.search(r"error (\d+) at", done.stdout + done.stderr)
    return "valid" if done.returncode == 0 else "revoked" if found and found[1] == "23" else found[1] if found else None


def main():
    tests = [(group, test) for group in json.loads((VECTORS / "trust_test.json").read_text())["testGroups"]
             for test in group["tests"] if FLAGS & set(test["flags"])]
    print(f"1..{len(tests)}")
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        for number, (group, test) in enumerate(tests, 1):
            result, comment = verify(pathlib.Path(work), group, test), test["comment"]
            expected = {"revoked-certificate": "revoked", None: "valid"}.get(test["reason"], "refused")
            strict = not group.get("crl") or group["policy"].get("require_crl")
            same = result != "valid" if expected == "revoked" else result != "revoked"
            if strict:
                same = same and (result == "valid") == (expected == "valid")
            why = OTHERWISE.get(comment)
            good = result is None if comment in UNREAD else result is not None and same == (why is None)
            failed += not good
            print("ok" if good else "not ok", number, "-", f"{comment}: {expected}, openssl: {result}" + (f" ({why})" if why else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
