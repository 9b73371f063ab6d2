# SPDX-License-Identifier: BSD-2-Clause
"""Find octets whose RSA signature has a rare form: rsa-search.py KEY OCTETS OFFSET WIDTH zero|sum

Write 1, 2, 3 and so on over the WIDTH octets at OFFSET of OCTETS (in hex) until their RSA-SHA1 signature by KEY begins with a zero
octet ("zero"), or fits into as many octets after the modulus is added ("sum"). Print the number as hex digits, WIDTH octets of them.
One process does what would take hundreds of openssl commands; the test then lets openssl sign.
"""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["TESTDATA"], "vectors"))
import x509  # noqa: E402


def main(path, digits, offset, width, form):
    with open(path, encoding="ascii") as file:
        key = x509.RsaKey(file.read())
    octets, offset, width = bytearray.fromhex(digits), int(offset), int(width)
    for number in range(1, 10000):
        octets[offset:offset + width] = number.to_bytes(width, "big")
        signature = key.sign(bytes(octets))
        if signature[0] == 0 if form == "zero" else int.from_bytes(signature, "big") + key.n < 1 << 8 * key.size:
            print(octets[offset:offset + width].hex())
            return 0
    return 1


sys.exit(main(*sys.argv[1:]))
