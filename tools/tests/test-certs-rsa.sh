#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck disable=SC2016 # single quotes hold scripts for bash -c and jq
# RSA digests over the octets of D1, D2 and D8: openssl accepts reload-sign's, reload-verify accepts openssl's and refuses bad blocks
# (D13, RFC 8017 section 9.2).
# Many seconds of CPU: five RSA keys are generated, one of 4096 bits, and each of 70 blocks is signed and judged by its own
# processes.
script=$(realpath "$0")
. "$(dirname "$0")/tap.bash"

now=1700000000
make_key()
{
    openssl genrsa "${@:3}" -out "$1.key" "$2" 2>/dev/null && openssl req -new -key "$1.key" -subj /CN=x -out "$1.csr"
}
make_key k2048 2048 &
make_key k4096 4096 &
make_key k1024 1024 &
make_key e3 2048 -3 &
make_key k2047 2047 &
wait
chmod 600 ./*.key
reload-keygen ca --overlay chat -o ca --bits 2048 --not-before 2020-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z || bail_out "cannot create the CA"
n=0
for key in k2048 k4096 k1024 e3 k2047; do
    n=$((n + 1))
    reload-keygen issue --quiet --ca ca --request $key.csr --allow-weak --user alice@example.com --peer-id "${alice%0}$n" --not-before 2023-01-01T00:00:00Z \
        --not-after 2024-01-01T00:00:00Z -o $key || bail_out "cannot issue a certificate for $key"
    openssl rsa -in $key.key -pubout -out $key.pub 2>/dev/null
    for method in PEER-SEARCH RESOURCE-PUT; do
        reload-sign --example $method | jq ".header.source_id = \"${alice%0}$n\" | .attributes[0].value[0].value = \"${alice%0}$n\"" >$key.$method.json
    done
done

# make KEY METHOD [OPTION...]: sets $message, a signed message in hex
make()
{
    message=$(reload-sign --key "$1.key" --cert "$1.crt" --time $now "${@:3}" "$1.$2.json" | hex)
}
verdict=
judge() # HEX [OPTION...]: sets $verdict
{
    verdict=$(unhex "$1" | reload-verify --ca ca/ca.crt --time $now --json "${@:2}" | jq -c '[.verdict, .reason, .response_code]')
}
valid='["valid",null,null]'
bad_digest='["invalid","bad-digest",431]'
bad_length='["invalid","bad-digest-length",431]'

# covered_by_message HEX: from offset 8 to DIGEST, with Length up to the SIGNATURE's end (D1, D2)
covered_by_message()
{
    local signature digest end
    signature=$(find_attr "$1" 0006:0) && digest=$(find_attr "$1" 0006:0 0802:0) || return 1
    end=$((signature + 4 + (0x${1:$((2 * signature + 4)):4} + 3) / 4 * 4))
    printf '%s' "$(cut_octets "$1" 8 13)$(printf '%06x' $((end - 68)))$(cut_octets "$1" 16 "$digest")"
}

# covered_by_inner HEX TYPE:NTH...: for the signature at this path, from its container's first member to DIGEST (D8)
covered_by_inner()
{
    local message=$1 container digest
    shift
    container=$(find_attr "$message" "${@:1:$(($# - 1))}") && digest=$(find_attr "$message" "$@" 0802:0) || return 1
    cut_octets "$message" $((container + 4)) "$digest"
}

digest_at() # HEX TYPE:NTH...: the DIGEST's octets
{
    local message=$1 at
    shift
    at=$(find_attr "$message" "$@" 0802:0) || return 1
    cut_octets "$message" $((at + 4)) $((at + 4 + 0x${message:$((2 * at + 4)):4}))
}

# ---- reload-sign, checked by openssl ----

accepts() # DESCRIPTION KEY OCTETS DIGEST
{
    local sha1
    unhex "$4" >digest.bin
    unhex "$3" >covered.bin
    ok "$1: openssl dgst -verify" openssl dgst -sha1 -verify "$2.pub" -signature digest.bin covered.bin
    sha1=$(openssl dgst -sha1 -binary covered.bin | hex)
    is "$(openssl pkeyutl -verifyrecover -pubin -inkey "$2.pub" -in digest.bin -pkeyopt rsa_padding_mode:pkcs1 | hex)" \
        "3021300906052b0e03021a05000414$sha1" "$1: its DigestInfo"
}
for key in k2048 k4096 k1024 e3 k2047; do
    make $key PEER-SEARCH
    accepts "SIGNATURE by $key" $key "$(covered_by_message "$message")" "$(digest_at "$message" 0006:0)"
    judge "$message" --min-rsa-bits 1024
    is "$verdict" "$valid" "SIGNATURE by $key: reload-verify accepts it"
done
make k2048 RESOURCE-PUT --sign-source-info
accepts "SIGNATURE of a registration" k2048 "$(covered_by_message "$message")" "$(digest_at "$message" 0006:0)"
accepts "PEER-SIGNATURE" k2048 "$(covered_by_inner "$message" 0002:0 0106:0)" "$(digest_at "$message" 0002:0 0106:0)"
for body in 0 1; do
    accepts "BODY.SIGNATURE $body" k2048 "$(covered_by_inner "$message" 0003:0 0202:$body 0306:0)" "$(digest_at "$message" 0003:0 0202:$body 0306:0)"
done
logged=$(unhex "$message" | reload-sign --append-route-log '[{"type": "ROUTE-LOG.TRANSPORT", "value": "UDP"}]' | hex)
differ "${logged:26:6}" "${message:26:6}" "a ROUTE-LOG raises Length"
accepts "SIGNATURE before a ROUTE-LOG (D2)" k2048 "$(covered_by_message "$logged")" "$(digest_at "$logged" 0006:0)"
judge "$logged"
is "$verdict" "$valid" "SIGNATURE before a ROUTE-LOG: reload-verify accepts it"

# ---- openssl's digests, accepted by reload-verify ----

# with_digest HEX DIGEST: the message with another DIGEST at its end
with_digest()
{
    printf '%s%s' "${1:0:$((${#1} - ${#2}))}" "$2"
}
dgst() # KEY HASH [OPTION...] <OCTETS: a signature in hex
{
    openssl dgst "-$2" -sign "$1.key" "${@:3}" | hex
}
for key in k2048 k4096 k1024 e3 k2047; do
    make $key PEER-SEARCH
    covered=$(covered_by_message "$message")
    other=${message/2000000001/1f00000001} # TTL, which is not covered
    judge "$(with_digest "$other" "$(unhex "$covered" | dgst $key sha1)")" --min-rsa-bits 1024
    is "$verdict" "$valid" "openssl's signature by $key is valid"
done
make k2048 PEER-SEARCH
covered=$(covered_by_message "$message")
for hash in md5 sha224 sha256 sha512 ripemd160; do
    digest=$(unhex "$covered" | dgst k2048 $hash 2>/dev/null)
    if [ ${#digest} = 512 ]; then
        judge "$(with_digest "$message" "$digest")"
        is "$verdict" "$bad_digest" "a signature over $hash is a bad digest"
    else
        skip "a signature over $hash is a bad digest" "not in this openssl"
    fi
done
judge "$(with_digest "$message" "$(unhex "$covered" | dgst k2048 sha1 -sigopt rsa_padding_mode:pss)")"
is "$verdict" "$bad_digest" "RSASSA-PSS is a bad digest"
judge "$(with_digest "$message" "$(unhex "$covered" | dgst e3 sha1)")"
is "$verdict" "$bad_digest" "another key's signature is a bad digest"

# ---- hand-made PKCS#1 blocks ----

raw() # KEY BLOCK: the private key applied to the block as it is
{
    unhex "$2" | openssl pkeyutl -decrypt -inkey "$1.key" -pkeyopt rsa_padding_mode:none | hex
}
repeat() # HEX N
{
    local octets
    printf -v octets '%*s' "$2" ''
    printf '%s' "${octets// /$1}"
}
# padded DATA: EMSA-PKCS1-v1_5 for 256 octets
padded()
{
    printf '0001%s00%s' "$(repeat ff $((256 - 3 - ${#1} / 2)))" "$1"
}
sha1=$(unhex "$covered" | openssl dgst -sha1 -binary | hex)
info=3021300906052b0e03021a05000414
block() # DESCRIPTION BLOCK EXPECTED: the verdict on the message with a DIGEST of this block
{
    [ ${#2} = 512 ] || bail_out "a block of $((${#2} / 2)) octets: $1"
    local number
    number=$(raw k2048 "$2")
    [ ${#number} = 512 ] || bail_out "openssl cannot sign the block: $1"
    judge "$(with_digest "$message" "$number")"
    is "$verdict" "$3" "$1: $3"
}
block "the right block" "$(padded "$info$sha1")" "$valid"
is "$(raw k2048 "$(padded "$info$sha1")")" "$(digest_at "$message" 0006:0)" "reload-sign makes the right block"
block "DigestInfo without NULL" "$(padded "301f300706052b0e03021a0414$sha1")" "$bad_digest"
block "a long-form length of the DigestInfo" "$(padded "308121300906052b0e03021a05000414$sha1")" "$bad_digest"
block "a long-form length of the AlgorithmIdentifier" "$(padded "302230810906052b0e03021a05000414$sha1")" "$bad_digest"
block "a long-form length of the OID" "$(padded "3022300a0681052b0e03021a05000414$sha1")" "$bad_digest"
block "a long-form length of the NULL" "$(padded "3022300a06052b0e03021a0581000414$sha1")" "$bad_digest"
block "a long-form length of the digest" "$(padded "3022300906052b0e03021a0500048114$sha1")" "$bad_digest"
block "an indefinite length" "$(padded "3080300906052b0e03021a05000414${sha1}0000")" "$bad_digest"
block "a constructed digest" "$(padded "3023300906052b0e03021a050024160414$sha1")" "$bad_digest"
block "octets in the NULL" "$(padded "3023300b06052b0e03021a050200000414$sha1")" "$bad_digest"
block "octets after the digest, within the DigestInfo" "$(padded "3023300906052b0e03021a05000414${sha1}0000")" "$bad_digest"
block "octets after the DigestInfo" "$(padded "$info${sha1}0000")" "$bad_digest"
block "an octet after the DigestInfo" "$(padded "$info${sha1}00")" "$bad_digest"
block "octets after the NULL" "$(padded "3023300b06052b0e03021a050005000414$sha1")" "$bad_digest"
block "short padding, and zeros after the DigestInfo" "0001$(repeat ff 8)00$info$sha1$(repeat 00 $((256 - 11 - 35)))" "$bad_digest"
block "short padding, and other octets after the DigestInfo" "0001$(repeat ff 8)00$info$sha1$(repeat a5 $((256 - 11 - 35)))" "$bad_digest"
block "no padding" "000100$info$sha1$(repeat 00 $((256 - 3 - 35)))" "$bad_digest"
block "short padding after zeros" "$(repeat 00 $((256 - 10 - 36)))01$(repeat ff 9)00$info$sha1" "$bad_digest"
block "padding with an octet that is not ff" "0001$(repeat ff 100)fe$(repeat ff $((256 - 3 - 35 - 101)))00$info$sha1" "$bad_digest"
block "padding that begins with another octet" "00017f$(repeat ff $((256 - 3 - 35 - 1)))00$info$sha1" "$bad_digest"
block "no zero after the padding" "0001$(repeat ff $((256 - 2 - 35)))$info$sha1" "$bad_digest"
block "an octet of 1 after the padding" "0001$(repeat ff $((256 - 3 - 35)))01$info$sha1" "$bad_digest"
block "SHA-256's OID over SHA-1's digest" "$(padded "3025300d06096086480165030402010500$(printf '0414')$sha1")" "$bad_digest"
block "MD5's OID" "$(padded "3024300c06082a864886f70d0205050004 14$sha1" | tr -d ' ')" "$bad_digest"
block "an OID that differs by one" "$(padded "3021300906052b0e03021b05000414$sha1")" "$bad_digest"
block "no DigestInfo" "$(padded "$sha1")" "$bad_digest"
block "padding without DigestInfo and digest" "$(padded "")" "$bad_digest"
block "block type 0" "0000$(repeat 00 $((256 - 3 - 35)))00$info$sha1" "$bad_digest"
block "block type 0 with ff" "0000$(repeat ff $((256 - 3 - 35)))00$info$sha1" "$bad_digest"
block "block type 2" "0002$(repeat a7 $((256 - 3 - 35)))00$info$sha1" "$bad_digest"
block "block type 2 with ff" "0002$(repeat ff $((256 - 3 - 35)))00$info$sha1" "$bad_digest"
block "a first octet of 1" "0101$(repeat ff $((256 - 3 - 35)))00$info$sha1" "$bad_digest"
block "another digest" "$(padded "$info${sha1:2}00")" "$bad_digest"
block "zeros" "$(repeat 00 256)" "$bad_digest"
block "the number 1" "$(repeat 00 255)01" "$bad_digest"
number=$(digest_at "$message" 0006:0)
judge "$(with_digest "$message" "$(repeat ff 256)")"
is "$verdict" "$bad_digest" "a number over the modulus is a bad digest"
modulus=$(openssl rsa -in k2048.key -noout -modulus | sed 's/.*=//' | tr A-F a-f)
judge "$(with_digest "$message" "$modulus")"
is "$verdict" "$bad_digest" "the modulus itself is a bad digest"
# a DIGEST of another length, with matching lengths of its containers
resized() # DIGEST: the message with this DIGEST, in hex
{
    unhex "$message" | reload-dump -f json | jq -c --arg hex "$1" '.attributes[-1].value[-1].hex = $hex' | reload-sign --append-route-log '[]' --force | hex
}
judge "$(resized "$number")"
is "$verdict" "$valid" "a message built again from JSON is valid"
judge "$(resized "00$number")"
is "$verdict" "$bad_length" "a zero before the signature is a bad length"
judge "$(resized "${number}00")"
is "$verdict" "$bad_length" "a zero after the signature is a bad length"
judge "$(resized "${number:2}")"
is "$verdict" "$bad_length" "a signature without its first octet is a bad length"
judge "$(resized "")"
is "$verdict" "$bad_length" "an empty DIGEST is a bad length"
judge "$(resized "$sha1")"
is "$verdict" "$bad_length" "a SHA-1 hash as DIGEST is a bad length"
judge "$(resized "$(repeat 00 256)$number")"
is "$verdict" "$bad_length" "a signature after as many zeros is a bad length"
# a signature's leading zero octet must be kept
command -v python3 >/dev/null || bail_out "the command python3 is missing"
# search KEY zero|sum: sets the Transaction ID's last four octets so that $number, the signature of $other, has this form
search()
{
    counter=$(python3 "$(dirname "$script")/rsa-search.py" "$1.key" "$covered" 52 4 "$2")
    other=${covered:0:104}${counter:-00000000}${covered:112}
    number=$(unhex "$other" | openssl dgst -sha1 -sign "$1.key" | hex)
}
search k2048 zero
if [ "${number:0:2}" = 00 ]; then
    message=${message:0:120}$counter${message:128}
    message=$(with_digest "$message" "$number")
    judge "$message"
    is "$verdict" "$valid" "a signature that begins with a zero octet is valid"
    judge "$(resized "${number:2}")"
    is "$verdict" "$bad_length" "a signature without its leading zero octet is a bad length"
else
    fail "a signature that begins with a zero octet is valid" "none found"
fi

# ---- forgeries by arithmetic ----

# s >= n: the same residue
make k2048 PEER-SEARCH
covered=$(covered_by_message "$message")
search k2048 sum
sum=$(python3 -c 'import sys; print("%0512x" % (int(sys.argv[1], 16) + int(sys.argv[2], 16)))' "$number" "$modulus")
message=${message:0:120}$counter${message:128}
judge "$(with_digest "$message" "$number")"
is "$verdict" "$valid" "a signature s is valid"
if [ ${#sum} = 512 ]; then
    judge "$(with_digest "$message" "$sum")"
    is "$verdict" "$bad_digest" "s + n, in as many octets, is a bad digest"
else
    fail "s + n, in as many octets, is a bad digest" "none found"
fi

# forgeries under exponent 3, without the private key: Bleichenbacher's, and one by the low bits
cat >forge.py <<'END'
import sys
how, digest_info = sys.argv[1], bytes.fromhex(sys.argv[2])


def cube_root(n):
    low, high = 0, 1 << (n.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        if middle ** 3 < n:
            low = middle + 1
        else:
            high = middle
    return low


if how == "high":  # the block begins correctly, and its end is arbitrary
    head = b"\0\1" + b"\xff" * 8 + b"\0" + digest_info
    least = int.from_bytes(head + bytes(256 - len(head)), "big")
    s = cube_root(least)
    assert (s ** 3).to_bytes(256, "big").startswith(head)
else:  # the block ends correctly, and its beginning is arbitrary
    tail = b"\0" + digest_info
    bits = 8 * len(tail)
    want, s = int.from_bytes(tail, "big"), 1
    for i in range(1, bits):
        if (s ** 3 - want) >> i & 1:
            s |= 1 << i
    assert (s ** 3).to_bytes(256, "big").endswith(tail)
    if how == "both":  # and its beginning has 00 01 and padding
        head = b"\0\1" + b"\xff" * 20
        least = int.from_bytes(head + bytes(256 - len(head)), "big")
        s += ((cube_root(least) >> bits) + 1) << bits
        while s ** 3 < least:
            s += 1 << bits
        block = (s ** 3).to_bytes(256, "big")
        assert block.startswith(head) and block.endswith(tail)
print("%0512x" % s)
END
make e3 PEER-SEARCH
judge "$message"
is "$verdict" "$valid" "exponent 3: reload-sign's signature is valid"
covered=$(covered_by_message "$message")
for counter in {1..200}; do
    other=${covered:0:104}$(printf '%08x' "$counter")${covered:112}
    sha1=$(unhex "$other" | openssl dgst -sha1 -binary | hex)
    [ $((0x${sha1: -1} & 1)) = 0 ] || break # a cube root modulo a power of two requires an odd number
done
message=${message:0:120}$(printf '%08x' "$counter")${message:128}
judge "$(with_digest "$message" "$(unhex "$other" | dgst e3 sha1)")"
is "$verdict" "$valid" "exponent 3: openssl's signature is valid"
for how in high low both; do
    forged=$(python3 forge.py $how "$info$sha1" 2>forge.err)
    if [ ${#forged} = 512 ]; then
        judge "$(with_digest "$message" "$forged")"
        is "$verdict" "$bad_digest" "exponent 3: a forgery from the $how end(s) is a bad digest"
        recovered=$(unhex "$forged" | openssl pkeyutl -encrypt -pubin -inkey e3.pub -pkeyopt rsa_padding_mode:none | hex)
        ok "exponent 3: the forgery from the $how end(s) recovers the DigestInfo" grep -q "00$info$sha1" <<<"$recovered"
    else
        fail "exponent 3: a forgery from the $how end(s) is a bad digest" "$(cat forge.err)"
    fi
done
done_testing
