#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# reload-verify --explain: one test for each misreading. openssl computes the digests, each according to one misreading.
# Many seconds of CPU: one openssl process for each of 230 digests.
script=$(realpath "$0")
. "$(dirname "$0")/tap.bash"

now=1183900000
printf 'the secret of 27 octets ~~~' >secret
chmod 600 secret
key=$(hex <secret)
reload-keygen ca --overlay chat -o ca --bits 2048 --not-before 2007-01-01T00:00:00Z --not-after 2040-01-01T00:00:00Z || bail_out "cannot create the CA"
for name in alice bob; do
    reload-keygen issue --quiet --ca ca --user $name@example.com --peer-id "${!name}" --bits 2048 --not-before 2007-01-01T00:00:00Z \
        --not-after 2040-01-01T00:00:00Z -o $name || bail_out "cannot issue a certificate for $name"
    openssl x509 -in $name.crt -outform DER -out $name.der
done
: >asserted

# ---- Messages -----------------------------------------------------------------------------------------------------------

mode=hmac
secret_file=secret
# judge HEX [OPTION...]: the report with --explain, as JSON
judge()
{
    local options=(--secret "$secret_file")
    [ $mode = hmac ] || options=(--ca ca/ca.crt)
    unhex "$1" | reload-verify "${options[@]}" --time $now --explain --json "${@:2}" 2>judge.err
}

# explained READINGS DESCRIPTION HEX [TYPE]: the only wrong digest, in a signature of TYPE, fits READINGS and no others ("a+b c":
# a and b together, or c; "": none). The next judge_explained runs the test.
explained()
{
    descriptions+=("$mode: $2")
    expected+=("invalid|1|${4:-SIGNATURE}|$1|")
    messages+=("$3")
    printf '%s\n' "${1//[ +]/$'\n'}" >>asserted
}
descriptions=() expected=() messages=()

# judge_explained: judges all messages since its last call in one process, under $mode and $secret_file.
judge_explained()
{
    local options=(--secret "$secret_file") i got
    [ $mode = hmac ] || options=(--ca ca/ca.crt)
    printf '%s\n\n' "${messages[@]}" | reload-verify -i hex "${options[@]}" --time $now --explain --json 2>judge.err |
        jq -r '[.verdict, ([.signatures[] | select(.explain)] | length), (.signatures[] | select(.explain) | .type,
            ([.explain[].reading | join("+")] | join(" ")))] | map("\(.)|") | join("")' >judged
    mapfile -t got <judged
    is "${#got[@]}" "${#messages[@]}" "$mode: each of ${#messages[@]} messages has a verdict"
    for i in "${!messages[@]}"; do
        is "${got[i]-}" "${expected[i]}" "${descriptions[i]}"
    done
    descriptions=() expected=() messages=()
}

# mac OCTETS: the digest by the secret or the key, in hex
mac()
{
    if [ $mode = hmac ]; then
        hmac "$key" "$1"
    else
        unhex "$1" | openssl dgst -sha1 -sign alice.key | hex
    fi
}

stamp=$(attr 0801 "$(printf '%08x' $now)")
log=$(attr 0004 "$(attr 0401 0038)")

# fixture [TRAILER-LENGTH]: sets the parts of a message to sign: $attributes, $head (the SIGNATURE's type and Length),
# $before (all up to DIGEST, Length as received) and $covered (D1, D2); $size, a DIGEST's octets; $source, SOURCE-INFO's members,
# and $unpadded, the same without padding
fixture()
{
    local trailer=${1:-0} rest
    size=20 security=02 source=$(attr 0101 "$alice") unpadded=$(attr 0101 "$alice")
    if [ $mode = certs ]; then
        size=256 security=03 source=$source$(attr 0105 "$(hex <alice.der)")
        unpadded=${unpadded}0105$(printf '%04x' "$(stat -c %s alice.der)")$(hex <alice.der)
    fi
    attributes=$(attr 0002 "$source")$(attr 0007 "$(text sdp-5)")
    head=0006$(printf '%04x' $((8 + 4 + size)))
    rest=$attributes$head$stamp
    length=$((${#rest} / 2 + 4 + size))
    before=$(message $security 01 "$rest" $((length + trailer)))
    covered=$(patch 13 "$(printf '%06x' $length)" "$before")
    covered=${covered:16}
}

sealed() # DIGEST [TRAILER]: the message with this digest
{
    printf '%s%s%s' "$before" "$(attr 0802 "$1")" "${2:-}"
}

# try READINGS DESCRIPTION OCTETS [TRAILER]: explained with a digest over OCTETS
try()
{
    explained "$1" "$2" "$(sealed "$(mac "$3")" "${4:-}")"
}

# at LENGTH: the covered octets with this Length, in six hex digits
at()
{
    patch 5 "$1" "$covered"
}

# ---- Length, range and omissions: the message's SIGNATURE -------------------------------------------------------------

for mode in hmac certs; do
    fixture
    judge "$(sealed "$(mac "$covered")")" >good.json
    is "$(jq -c '[.verdict, (.signatures[0] | has("explain"))]' good.json)" '["valid",false]' "$mode: a right digest is not explained"
    zeros=$(printf '%0*d' $((2 * size)) 0)
    whole=${before:0:16}$covered
    n=$((${#attributes} / 2))
    explained "" "a digest of unrelated octets" "$(sealed "$(mac 00112233)")"
    try length-zero "Length zero" "$(at 000000)"
    try length-without-signature "Length without the SIGNATURE" "$(at "$(printf '%06x' $n)")"
    try length-without-digest "Length without DIGEST" "$(at "$(printf '%06x' $((length - 4 - size)))")"
    try length-without-digest-value "Length without DIGEST's value" "$(at "$(printf '%06x' $((length - size)))")"
    try length-without-padding "Length without padding" "$(at "$(printf '%06x' $((length - 3)))")"
    try length-with-header "Length with the header" "$(at "$(printf '%06x' $((length + 68)))")"
    lh=$(printf '%06x' $length)
    try length-little-endian "Length in little-endian order" "$(at "${lh:4:2}${lh:2:2}${lh:0:2}")"
    try length-left-out "Length left out" "${covered:0:10}${covered:16}"
    try from-octet-0 "from offset 0" "$whole"
    try from-octet-4 "from offset 4" "${whole:8}"
    try from-octet-7 "from offset 7" "${whole:14}"
    try from-octet-9 "from offset 9" "${whole:18}"
    try from-octet-16 "from offset 16" "${whole:32}"
    try from-attributes "from offset 68" "${whole:136}"
    try from-signature "from the SIGNATURE" "$head$stamp"
    try to-signature "up to the SIGNATURE (B§5.2.6)" "${covered:0:-24}"
    try to-digest-value "over DIGEST's type and Length" "${covered}0802$(printf '%04x' $size)"
    try to-digest-zeroed "over DIGEST with zeros" "${covered}0802$(printf '%04x' $size)$zeros"
    before_signature=${covered:0:-24}
    try signature-head-left-out "without the SIGNATURE's type and Length" "$before_signature$stamp"
    try signature-length-without-digest "the SIGNATURE's Length without DIGEST" "${before_signature}00060008$stamp"
    try signature-length-without-digest-value "the SIGNATURE's Length without DIGEST's value" "${before_signature}0006000c$stamp"
    try signature-length-zero "the SIGNATURE's Length zero" "${before_signature}00060000$stamp"
    try timestamp-left-out "without TIMESTAMP" "$before_signature$head"
    try timestamp-head-left-out "TIMESTAMP's value alone" "$before_signature$head${stamp:8}"
    try timestamp-zero "TIMESTAMP zero" "$before_signature${head}0801000400000000"
    try padding-left-out "without padding" "${covered:0:120}0002$(printf '%04x' $((${#source} / 2)))${unpadded}0007$(printf '%04x' 5)$(text sdp-5)$head$stamp"
    try dht-zero "DHT zero" "$(patch 1 00 "$covered")"
    try hash-zero "Hash zero" "$(patch 2 00 "$covered")"
    try security-zero "Security zero" "$(patch 3 00 "$covered")"
    try response-flipped "R/r of a response" "$(patch 4 81 "$covered")"
    try destination-id-zero "Destination ID zero" "$(patch 8 "$(printf '%040d' 0)" "$covered")"
    try source-id-zero "Source ID zero" "$(patch 28 "$(printf '%040d' 0)" "$covered")"
    try transaction-id-zero "Transaction ID zero" "$(patch 48 "$(printf '%016d' 0)" "$covered")"
    try overlay-zero "Overlay zero" "$(patch 56 00000000 "$covered")"

    # two misreadings at once
    try length-zero+from-octet-7 "Length zero, from offset 7" "$(x=$(at 000000) && printf '00%s' "$x")"
    try length-without-digest+signature-length-without-digest "Lengths without DIGEST" \
        "$(x=$(at "$(printf '%06x' $((length - 4 - size)))") && printf '%s' "${x:0:-24}00060008$stamp")"
    try transaction-id-zero+overlay-zero "two fields zero" "$(patch 48 "$(printf '%024d' 0)" "$covered")"
    try "" "three misreadings at once are not found" "$(patch 28 "$(printf '%064d' 0)" "$covered")"

    # padding other than as received
    padded=$attributes
    attributes=${attributes:0:-6}abcdef
    before=${before/$padded/$attributes}
    covered=${covered/$padded/$attributes}
    try padding-zeroed "padding zero instead of as received" "${covered/$attributes/$padded}"

    # with a ROUTE-LOG after the SIGNATURE
    fixture $((${#log} / 2))
    digest_head=0802$(printf '%04x' $size)
    is "$(judge "$(sealed "$(mac "$covered")" "$log")" | jq -r .verdict)" valid "$mode: a ROUTE-LOG after the SIGNATURE"
    try length-not-restored "Length with the ROUTE-LOG" "${before:16}" "$log"
    try to-end-digest-zeroed "to the end, DIGEST zero" "$covered$digest_head$zeros$log" "$log"
    try to-end-without-digest "to the end, without DIGEST" "$covered$log" "$log"
    try to-end-without-signature "to the end, without SIGNATURE" "${covered:0:-24}$log" "$log"
    try length-not-restored+to-end-without-digest "the ROUTE-LOG in range and Length" "${before:16}$log" "$log"
    try length-not-restored+timestamp-left-out "Length with the ROUTE-LOG, no TIMESTAMP" "$(x=${before:16} && printf '%s' "${x:0:-16}")" "$log"

    # ---- the same for PEER-SIGNATURE and BODY.SIGNATURE ----

    # inner ROLE OCTETS: sets $made, a message in hex whose signature of ROLE is over OCTETS, otherwise correct
    inner()
    {
        local signature
        signature=$sig_head$stamp$(attr 0802 "$(mac "$2")")
        attributes=$(place "$1" "$signature")
        local rest=$attributes$head$stamp
        local l=$((${#rest} / 2 + 4 + size))
        made=$(message $security 01 "$rest" $l)
        made=$made$(attr 0802 "$(mac "${made:16}")")
    }
    place() # ROLE SIGNATURE: the attributes with this signature
    {
        local other=
        if [ "$1" = peer ]; then
            attr 0002 "$members$2"
        else
            [ $mode = hmac ] || other=$(attr 0202 "$(attr 0308 "$(hex <alice.der)")")
            printf '%s' "$(attr 0002 "$source")$(attr 0003 "$(attr 0201 "$resource_key")$(attr 0202 "$members$2")$other")"
        fi
    }
    resource_key=$(text alice@example.com)
    for role in peer body; do
        if [ $role = peer ]; then
            type=PEER-SIGNATURE members=$source$(attr 0102 "$(text alice)") sig_type=0106
        else
            type=RESOURCE-INFO.BODY.SIGNATURE members=$(attr 0303 "$(text sip:a@b.c)")$(attr 0305 00000e10) sig_type=0306
        fi
        sig_head=$sig_type$(printf '%04x' $((12 + size)))
        inner $role "$members$sig_head$stamp"
        right=$members$sig_head$stamp
        is "$(judge "$made" | jq -r .verdict)" valid "$mode: a right $type"
        container=0002
        [ $role = peer ] || container=0202
        container=$container$(printf '%04x' $((${#members} / 2 + 4 + 12 + size)))
        try_inner() # READINGS DESCRIPTION OCTETS
        {
            inner $role "$3"
            explained "$1" "$type: $2" "$made" $type
        }
        try_inner "" "a digest of unrelated octets" 00
        try_inner from-container-head "with its container's type and Length (D8)" "$container$right"
        inner $role ""
        upto=${made%%"$right"*}$right
        try_inner from-octet-8 "from offset 8 of the message" "${upto:16}"
        try_inner from-octet-0 "from offset 0 of the message" "$upto"
        try_inner length-zero+from-octet-8 "from offset 8, Length zero" "$(patch 5 000000 "${upto:16}")"
        try_inner from-signature "from the signature attribute" "$sig_head$stamp"
        try_inner to-signature "up to the signature attribute" "$members"
        try_inner to-digest-value "over DIGEST's type and Length" "${right}$digest_head"
        try_inner to-digest-zeroed "over DIGEST with zeros" "$right$digest_head$zeros"
        try_inner signature-head-left-out "without the signature's own head" "$members$stamp"
        try_inner signature-length-without-digest "the signature's Length without DIGEST" "$members${sig_type}0008$stamp"
        try_inner signature-length-without-digest-value "the signature's Length without DIGEST's value" "$members${sig_type}000c$stamp"
        try_inner timestamp-left-out "without TIMESTAMP" "$members$sig_head"
        try_inner from-container-head+to-signature "with its container's head, without its own" "$container$members"
        if [ $role = peer ]; then
            # the name's five octets have three of padding
            try_inner padding-left-out "without padding" "${unpadded}01020005$(text alice)$sig_head$stamp"
        else
            try_inner from-resource "from the KEY" "$(attr 0201 "$resource_key")$container$right"
        fi

        # the message's SIGNATURE over an inner DIGEST of zeros
        inner $role "$right"
        outer=${made:16:$((${#made} - 16 - 2 * size - 8))}
        inner_digest=$(attr 0802 "$(mac "$right")")
        over=${outer/"$right$inner_digest"/"$right$digest_head$zeros"}
        explained inner-digests-zero "SIGNATURE: over a $type with a DIGEST of zeros" "${made:0:16}$outer$(attr 0802 "$(mac "$over")")"
    done
    judge_explained
done

# ---- Which key: HMAC ----------------------------------------------------------------------------------------------------

mode=hmac
fixture
# by_key READINGS DESCRIPTION KEY: explained with a digest by KEY
by_key()
{
    explained "$1" "$2" "$(sealed "$(hmac "$3" "$covered")")"
}
use_secret() # OCTETS-HEX: makes these octets the verifier's secret
{
    judge_explained
    key=$1
    printf 'hex:%s\n' "$1" >other.secret
    chmod 600 other.secret
    secret_file=other.secret
}
sha1_of()
{
    unhex "$1" | openssl dgst -sha1 -binary | hex
}
by_key secret-with-lf "the secret with its LF" "${key}0a"
by_key secret-with-crlf "the secret with its CR LF" "${key}0d0a"
by_key secret-with-blank "the secret with a blank" "${key}20"
by_key secret-as-hex "the secret as hex digits" "$(text "$key")"
by_key secret-as-upper-hex "the secret as hex digits, upper case" "$(text "${key^^}")"
by_key secret-with-hex-prefix "the text of a secret file" "$(text "hex:$key")"
by_key secret-with-hex-prefix+secret-with-lf "the whole secret file" "$(text "hex:$key")0a"
by_key secret-as-base64 "the secret in base64" "$(unhex "$key" | base64 -w 0 | hex)"
by_key secret-hashed "the secret's hash" "$(sha1_of "$key")"
by_key secret-cut-to-20 "the secret truncated to 20 octets" "${key:0:40}"
explained secret-empty "an empty secret" "$(sealed "$(unhex "$covered" | openssl dgst -sha1 -hmac '' -binary | hex)")"
explained length-zero+secret-with-lf "a misread range and a misread key" "$(sealed "$(hmac "${key}0a" "$(at 000000)")")"
printf 'another' >another.secret
chmod 600 another.secret
is "$(unhex "$(sealed "$(hmac "$(text another)0a" "$covered")")" | reload-verify --secret secret --secret another.secret --explain --json |
    jq -c '[.signatures[0].explain[].reading]')" '[["secret-with-lf"]]' "a digest by the second of two secrets is explained"
# the secret in other forms than D12's, in five files
written=("without-quotes \"another\"" "without-bom \xef\xbb\xbfanother" "from-0x 0x616e6f74686572" "from-hex-prefix Hex:616e6f74686572"
    "from-base64-prefix base64:YW5vdGhlcg==")
for i in "${!written[@]}"; do
    printf '%b' "${written[i]#* }" >"written.$i"
    chmod 600 "written.$i"
done
is "$(unhex "$(sealed "$(hmac "$(text another)" "$covered")")" | reload-verify --secret written.0 --secret written.1 --secret written.2 \
    --secret written.3 --secret written.4 --time $now --explain --json | jq -r '.signatures[0].explain[].reading | join("+")' | sort)" \
    "$(printf 'secret-%s\n' "${written[@]%% *}" | sort)" "a digest by a secret that its file has in another form is explained"
printf 'secret-%s\n' "${written[@]%% *}" >>asserted
use_secret "$(text 00112233445566)"
by_key secret-from-hex "the octets given by the secret's hex digits" 00112233445566
use_secret "$(text c2VjcmV0IQ==)"
by_key secret-from-base64 "the octets given by the secret's base64" "$(text 'secret!')"
use_secret "20$(text secret)0920"
by_key secret-trimmed "the secret without white space around it" "$(text secret)"
use_secret "$(text one)00$(text two)"
by_key secret-cut-at-nul "the secret up to its first NUL" "$(text one)"
use_secret "$(printf 'a1%.0s' {1..70})"
by_key secret-cut-to-64 "the secret truncated to 64 octets" "${key:0:128}"
by_key secret-with-nul "the secret with a NUL" "${key}00"
judge_explained
secret_file=secret
key=$(hex <secret)

# ---- Which algorithm and form: HMAC -------------------------------------------------------------------------------------

# dgst HASH OPTION...: the digest of standard input, in hex
dgst()
{
    openssl dgst "-$1" "${@:2}" -binary | hex
}
keyed=(-mac HMAC -macopt "hexkey:$key")
for_size() # OCTETS: like fixture, with a DIGEST of this size
{
    head=0006$(printf '%04x' $((12 + ($1 + 3) / 4 * 4)))
    local rest=$attributes$head$stamp
    before=$(message 02 01 "$rest" $((${#rest} / 2 + 4 + ($1 + 3) / 4 * 4)))
    covered=${before:16}
}
for hash in md5:16 sha-224:28 sha-256:32 sha-384:48 sha-512:64; do
    word=${hash%:*}
    for_size "${hash#*:}"
    digest=$(unhex "$covered" | dgst "${word/-/}" "${keyed[@]}")
    explained "$word" "HMAC with $word in a DIGEST of ${hash#*:} octets" "$(sealed "$digest")"
    for_size 20
    digest=$(unhex "$covered" | dgst "${word/-/}" "${keyed[@]}")
    if [ "$word" = md5 ]; then
        explained md5+digest-padded "HMAC with md5, padded to 20 octets" "$(sealed "${digest}00000000")"
    else
        explained "$word" "HMAC with $word, truncated to 20 octets" "$(sealed "${digest:0:40}")"
    fi
done
fixture
explained hash-only "SHA-1 without a key" "$(sealed "$(sha1_of "$covered")")"
explained secret-in-front "SHA-1 of secret, then octets" "$(sealed "$(sha1_of "$key$covered")")"
explained secret-behind "SHA-1 of octets, then secret" "$(sealed "$(sha1_of "$covered$key")")"
explained key-and-octets-swapped "HMAC with its arguments swapped" "$(sealed "$(hmac "$covered" "$key")")"
explained hashed-twice "HMAC of a hash" "$(sealed "$(hmac "$key" "$(sha1_of "$covered")")")"
explained length-zero+hash-only "a misread range and algorithm" "$(sealed "$(sha1_of "$(at 000000)")")"
explained secret-with-lf+secret-in-front "a misread key and algorithm" "$(sealed "$(sha1_of "${key}0a$covered")")"
right=$(hmac "$key" "$covered")
explained digest-reversed "an HMAC with its octets in reverse order" "$(sealed "$(printf '%s' "$right" | fold -w 2 | tac | tr -d '\n')")"
explained digest-words-reversed "an HMAC with the octets of each word in reverse order" "$(sealed "$(printf '%s' "$right" | sed -E 's/(..)(..)(..)(..)/\4\3\2\1/g')")"
for_size 40
explained digest-as-hex "an HMAC as hex" "$(sealed "$(text "$(hmac "$key" "$covered")")")"
explained digest-as-hex "an HMAC as hex, upper case" "$(sealed "$(x=$(hmac "$key" "$covered") && text "${x^^}")")"
for_size 28
base64=$(unhex "$(hmac "$key" "$covered")" | base64)
explained digest-as-base64 "an HMAC as base64" "$(sealed "$(text "$base64")")"
explained length-zero+digest-as-base64 "a misread range and form" "$(sealed "$(text "$(unhex "$(hmac "$key" "$(at 000000)")" | base64)")")"
for_size 12
explained digest-cut "HMAC-SHA1-96" "$(sealed "$(x=$(hmac "$key" "$covered") && printf '%s' "${x:0:24}")")"
for_size 32
explained digest-padded "an HMAC padded to 32 octets" "$(sealed "$(hmac "$key" "$covered")000000000000000000000000")"
for_size 19
explained "" "a DIGEST of 19 octets without an explanation" "$(sealed "$(printf '%038d' 1)")"

judge_explained

# ---- Which key, algorithm and form: CERTS -------------------------------------------------------------------------------

mode=certs
# certs_fixture SIZE [ATTRIBUTES]: like fixture, with a DIGEST of SIZE octets and ATTRIBUTES first
certs_fixture()
{
    attributes=${2:-}$(attr 0002 "$(attr 0101 "$alice")$(attr 0105 "$(hex <alice.der)")")
    local padded=$((($1 + 3) / 4 * 4))
    head=0006$(printf '%04x' $((12 + padded)))
    local rest=$attributes$head$stamp
    before=$(message 03 01 "$rest" $((${#rest} / 2 + 4 + padded)))
    covered=${before:16}
}
sign_with() # KEY HASH [OPTION...]
{
    unhex "$covered" | openssl dgst "-$2" -sign "$1" "${@:3}" | hex
}
raw() # DATA: the RSA signature whose PKCS #1 v1.5 block (type 1) holds DATA
{
    unhex "$1" | openssl pkeyutl -sign -inkey alice.key -pkeyopt rsa_padding_mode:pkcs1 | hex
}
certs_fixture 256
for hash in md5 sha-224 sha-256 sha-384 sha-512; do
    explained $hash "RSA over $hash" "$(sealed "$(sign_with alice.key "${hash/-/}")")"
done
sha1=$(sha1_of "$covered")
explained no-digest-info "a hash without DigestInfo" "$(sealed "$(raw "$sha1")")"
explained digest-info-without-null "DigestInfo without NULL" "$(sealed "$(raw "301f300706052b0e03021a0414$sha1")")"
for salt in digest max 0; do
    explained pss "PSS, salt: $salt" "$(sealed "$(sign_with alice.key sha1 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt)")"
done
explained sha-256+pss "PSS over SHA-256" "$(sealed "$(sign_with alice.key sha256 -sigopt rsa_padding_mode:pss)")"
explained sha-256+no-digest-info "SHA-256 without DigestInfo" "$(sealed "$(raw "$(unhex "$covered" | dgst sha256)")")"
explained hashed-twice "RSA over a hash of the hash" "$(sealed "$(unhex "$sha1" | openssl dgst -sha1 -sign alice.key | hex)")"
signature=$(sign_with alice.key sha1)
explained digest-reversed "an RSA signature with its octets in reverse order" "$(sealed "$(printf '%s' "$signature" | fold -w 2 | tac | tr -d '\n')")"
explained key-of-ca "signed by the CA's key" "$(sealed "$(sign_with ca/ca.key sha1)")"
explained "" "signed by a key whose certificate is not in the message" "$(sealed "$(sign_with bob.key sha1)")"
certs_fixture 256 "$(attr 0003 "$(attr 0201 "$(text bob)")$(attr 0202 "$(attr 0308 "$(hex <bob.der)")")")"
explained key-of-resource-cert "signed by the resource's key" "$(sealed "$(sign_with bob.key sha1)")"
certs_fixture 256 "$(attr 0005 "$(attr 0105 "$(hex <bob.der)")")"
explained key-of-peer-cert "signed by another peer's key" "$(sealed "$(sign_with bob.key sha1)")"
explained key-of-peer-cert+sha-256 "signed by another peer's key over SHA-256" "$(sealed "$(sign_with bob.key sha256)")"
certs_fixture 512
explained digest-as-hex "an RSA signature as hex" "$(sealed "$(text "$(sign_with alice.key sha1)")")"
certs_fixture 344
explained digest-as-base64 "an RSA signature as base64" "$(sealed "$(sign_with alice.key sha1 | xxd -r -p | base64 -w 0 | hex)")"
certs_fixture 20
explained hash-only "an unsigned hash" "$(sealed "$(sha1_of "$covered")")"
certs_fixture 257
explained digest-sign-octet "a zero octet before the RSA signature" "$(sealed "00$(sign_with alice.key sha1)")"
certs_fixture 255
# one signature in 256 begins with a zero octet
before=$(patch 56 "$(python3 "$(dirname "$script")/rsa-search.py" alice.key "$covered" 48 8 zero)" "$before")
covered=${before:16}
signature=$(sign_with alice.key sha1)
is "${signature:0:2}" 00 "certs: the signature to shorten begins with a zero octet"
zeros_dropped=${signature:2}
explained digest-zeros-dropped "an RSA signature without its first octet, which was zero" "$(sealed "$zeros_dropped")"

judge_explained

# ---- Other faults than digests -------------------------------------------------------------------------------------------

mode=hmac
# fault READING DESCRIPTION HEX [OPTION...]: the message, or its SIGNATURE, is explained by READING alone ("": by none)
fault()
{
    is "$(judge "$3" "${@:4}" | jq -rs '.[0] | [(.explain // .signatures[-1].explain // [])[].reading | join("+")] | join(" ")')" "$1" "$2"
    printf '%s\n' "$1" >>asserted
}
crc() # TEXT: the CRC-32 of a text with escapes as printf %b has them, by gzip
{
    local octets
    octets=$(printf '%b' "$1" | gzip -c | tail -c 8 | head -c 4 | hex)
    printf '%s' "${octets:6:2}${octets:4:2}${octets:2:2}${octets:0:2}"
}

padded=$(attr 0007 "$(text sdp-5)")$(attr 0007 "$(text sdp-5)")
unpadded=${padded:0:18}${padded:24:18}
n=$((${#padded} / 2))
fault "" "a well-formed message" "$(message 02 01 "$padded")"
fault framed-little-endian "Length is little-endian" "$(message 02 01 "$padded" $((n << 16)))"
fault framed-little-endian "the same, before another message" "$(message 02 01 "$padded" $((n << 16)))$(message 02 01 "$padded")"
fault framed-with-header "Length counts the header" "$(message 02 01 "$padded" $((n + 68)))"
fault framed-without-padding "Length does not count padding" "$(message 02 01 "$padded" $((n - 6)))ffff"
fault padding-not-written "no padding" "$(message 02 01 "$unpadded")"
fault "" "a Length that fits nothing" "$(message 02 01 "$padded" $((n + 1)))"

# malformed READINGS DESCRIPTION HEX: a malformed message fits READINGS. The next judge_malformed runs the test.
malformed()
{
    descriptions+=("$2")
    expected+=("malformed $1")
    messages+=("$3")
    printf '%s\n' "${1// /$'\n'}" >>asserted
}
# judge_malformed: judges all messages since its last call in one process. These tests ignore the octets after a message.
judge_malformed()
{
    local i got
    mapfile -t got < <(printf '%s\n\n' "${messages[@]}" | reload-verify -i hex --secret secret --time $now --explain --json 2>judge.err |
        jq -r 'select(.method) | "\(.verdict) \([(.explain // [])[].reading | join("+")] | join(" "))"')
    is "${#got[@]}" "${#messages[@]}" "each of ${#messages[@]} malformed messages has a verdict"
    for i in "${!messages[@]}"; do
        is "${got[i]-}" "${expected[i]}" "${descriptions[i]}"
    done
    descriptions=() expected=() messages=()
}
# styled TYPE VALUE: an attribute as an encoder of $style writes it
styled()
{
    local n=$((${#2} / 2)) length composite=false zeros=000000
    local padding=$(((4 - n % 4) % 4))
    case $1 in 0003 | 0202) composite=true ;; esac
    length=$(printf '%04x' $n)
    case $style:$composite in
    *unpadded:*) padding=0 ;;
    head:* | head-of-members:true | head-of-values:false) length=$(printf '%04x' $((n + 4))) ;;
    padding:*) length=$(printf '%04x' $((n + padding))) ;;
    esac
    case $style in
    swapped) printf '%s%s%s' "${1:2}${1:0:2}" "${length:2}${length:0:2}" "$2" ;;
    wide*) printf '%s%08x%s' "$1" "$n" "$2" ;;
    *) printf '%s%s%s' "$1" "$length" "$2" ;;
    esac
    [ "$style" != wide-aligned ] || padding=$(((4 - (n + 6) % 4) % 4))
    printf '%s' "${zeros:0:$((2 * padding))}"
}
# put: sets $put, the attributes of a RESOURCE-PUT request in $style, and $n, their octets
put()
{
    put=$(styled 0003 "$(styled 0201 "$(text alice@example.com)")$(styled 0202 "$(styled 0303 "$(text "$entry")")$(styled 0305 00000e10)")")
    n=$((${#put} / 2))
}
entry=sip:alice@10.4.1.2:506
for row in "padding-not-written unpadded" "attributes-little-endian swapped" "attribute-length-with-head head" \
    "attribute-length-with-head head-of-members" "attribute-length-with-head head-of-values" "attribute-length-with-padding padding" \
    "attribute-length-of-32-bits wide" "attribute-length-of-32-bits wide-aligned" "attribute-length-of-32-bits wide-unpadded"; do
    style=${row#* }
    put
    malformed "${row% *}" "attributes written in the style $style" "$(message 02 11 "$put")"
done
style=unpadded entry=sip:alice@10.4.1.2:5060
put
is $((n % 4)) 0 "without padding, the octets of a RESOURCE are a multiple of four"
malformed padding-not-written "no padding, which only the RESOURCE's members show" "$(message 02 11 "$put")"
unknown=06550005$(text abcde) # 9 octets
malformed padding-not-written "no padding, an unknown type alone" "$(message 02 01 "$unknown")"
malformed padding-not-written "no padding, unknown types first and last" "$(message 02 01 "$unknown${unpadded}$unknown")"
malformed padding-not-written "no padding, unknown types alone" "$(message 02 01 "$unknown$unknown")"
malformed attributes-little-endian "little-endian attributes, of which the first has an unknown type" \
    "$(message 02 01 "55060500$(text abcde)00000007000500$(text sdp-5)000000")"
malformed "" "little-endian attributes of unknown types" "$(message 02 01 "55060500$(text abcde)000000")"
malformed "" "an unknown type whose Length is too large" "$(message 02 01 "06550006$(text abcde)")"
style=swapped
put
malformed all-little-endian "Length and attributes are little-endian" "$(message 02 11 "$put" $((n << 16)))"
style=right
put
malformed framed-four-short "Length is four octets short" "$(message 02 11 "$put" $((n - 4)))"
malformed framed-four-long "Length is four octets long" "$(message 02 11 "$put" $((n + 4)))"
malformed "" "a KEY that is not UTF-8" "$(message 02 11 "${put/$(text alice@example)/$(text alice)ff$(text example)}")"
malformed "" "a KEY with a NUL inside" "$(message 02 11 "${put/$(text alice@example)/$(text alice)00$(text example)}")"
malformed "" "a Length two octets long" "$(message 02 11 "$put" $((n + 2)))"
for row in "framed-without-digest 24" "framed-without-digest 20" " 16" " 28" " 22"; do
    fixture "-${row#* }"
    malformed "${row% *}" "Length ends ${row#* } octets before the SIGNATURE does" "$(sealed "$(mac "$covered")")"
done
mode=certs
fixture -260
malformed framed-without-digest "Length does not count an RSA signature" "$(sealed "$(printf '%0512d' 1)")"
mode=hmac
judge_malformed
n=$((${#padded} / 2))
fixture
good=$(sealed "$(mac "$covered")")
fault "" "the right Overlay" "$good" --overlay chat
fault "" "the Overlay of another name" "$good" --overlay chat2
overlays=("with-lf $(crc 'chat2\n')" "with-crlf $(crc 'chat2\r\n')" "with-nul $(crc 'chat2\0')" "adler-32 05d101d3"
    "crc-32c 0814541c" "cksum $(printf '%08x' "$(printf chat2 | cksum | cut -d ' ' -f 1)")"
    "not-inverted $(printf '%08x' $((0x$(crc chat2) ^ 0xffffffff)))")
is "$(for row in "${overlays[@]}"; do patch 64 "${row#* }" "$good"; printf '\n\n'; done |
    reload-verify -i hex --secret secret --time $now --overlay chat2 --explain --json | jq -r '[.explain[].reading[]] | join(" ")')" \
    "$(printf 'overlay-%s\n' "${overlays[@]%% *}")" "Overlay is another checksum, or that of the name and an octet after it"
printf 'overlay-%s\n' "${overlays[@]%% *}" >>asserted
fault overlay-in-other-case "Overlay of the name in another case" "$(patch 64 "$(crc cHat2.EXAMPLE.NET)" "$good")" --overlay Chat2.example.net
fault overlay-byte-swapped "Overlay is little-endian" "$(patch 64 aaf29d65 "$good")" --overlay chat

# a Length of another width, at offset 13: one octet less or more
long=$(message 02 01 "$(attr 0007 "$(head -c 300 /dev/zero | tr '\0' a | hex)")")
for x in "$good" "$long"; do
    fault framed-length-of-16-bits "Length has 16 bits, in $((${#x} / 2)) octets" "${x:0:26}${x:28}"
    fault framed-length-of-32-bits "Length has 32 bits, in $((${#x} / 2)) octets" "${x:0:26}00${x:26}" --overlay chat
    fault "" "Length has 32 bits, in another overlay, in $((${#x} / 2)) octets" "${x:0:26}00${x:26}" --overlay chat2
done
seconds=$(printf '%08x' $now)
for row in "time-in-milliseconds $(printf '%08x' $(((now * 1000 + 123) & 0xffffffff)))" "time-since-1900 $(printf '%08x' $((now + 2208988800)))" \
    "time-byte-swapped ${seconds:6:2}${seconds:4:2}${seconds:2:2}${seconds:0:2}" "time-local $(printf '%08x' $((now + 7200 - 30)))" \
    "time-local $(printf '%08x' $((now - 12600)))" " $(printf '%08x' $((now + 1350)))"; do
    stamp=$(attr 0801 "${row#* }")
    fixture
    fault "${row%% *}" "TIMESTAMP ${row#* }" "$(sealed "$(mac "$covered")")"
done
unhex "$(message 02 01 "$padded" $((n + 68)))" >framed.bin
t "text: a malformed message is explained" 1 '~framed.bin: offset 0: .*: malformed: .*
    explain: the message fits: framed-with-header: the header.s Length counts the header.s 68 octets \(B§5.1\)' '*' \
    reload-verify --secret secret --time $now --explain framed.bin
fixture
before_signature=$(message 02 01 "$attributes")
signature=$(attr 0006 "$stamp$(attr 0802 "$(printf '%040d' 1)")")
printf '%s\n\n' "$before_signature$signature$log" "$before_signature${signature:0:-8}" "$signature" "$(sealed "$(mac "$covered")")$signature" |
    reload-verify -i hex --secret secret --time $now --explain --json 2>judge.err >rest.json
is "$(jq -r 'select(.method == null) | "\(.index) \([(.explain // [])[].reading[]] | join(" "))"' rest.json)" "2 framed-without-signature
4 
5 
7 " "garbage that is the SIGNATURE after a message without one is explained"
echo framed-without-signature >>asserted
unhex "$before_signature$signature" >rest.bin
t "text: garbage that is a SIGNATURE is explained" 1 '~rest.bin: offset 0: .*missing-signature.*
rest.bin: offset [0-9]*: message 2: malformed: .*
    explain: the message fits: framed-without-signature: .*' '*' reload-verify --secret secret --time $now --explain rest.bin
stamp=$(attr 0801 "$(printf '%08x' $((now + 3600)))")
fixture
sealed "$(mac "$covered")" | xxd -r -p >local.bin
t "text: a TIMESTAMP is explained" 1 '~local.bin: offset 0: .*: future .*
    explain: SIGNATURE /attributes/2: TIMESTAMP fits: time-local: TIMESTAMP may be local time, not UTC \(D35\)' '' \
    reload-verify --secret secret --time $now --explain local.bin

# ---- Each reading has a test --------------------------------------------------------------------------------------------

"$RELOAD_TABLES" | sed -n 's/^reading\t\([^\t]*\)\t.*/\1/p' | sort -u >words
ok "print-tables prints the readings" test "$(wc -l <words)" -gt 70
sed '/^$/d' asserted | sort -u >asserted.words
same asserted.words words "each reading has a test"

# ---- Output -------------------------------------------------------------------------------------------------------------

mode=hmac
fixture
digest=$(hmac "$key" "$(at 000000)")
unhex "$(sealed "$digest")" >wrong.bin
V=(reload-verify --secret secret --time "$now")
line="wrong.bin: offset 0: message 1: PEER-SEARCH request: invalid: bad-digest (431): DIGEST at /attributes/2/value/1: does not match the signed octets and the secret"
says="explain: SIGNATURE /attributes/2: the digest fits: length-zero: Length was zero (D2)"
t "text: the explanation follows the error" 1 "=$line
    $says" '' "${V[@]}" --explain wrong.bin
t "text without --explain has no explanation, and a hint" 1 "=$line (--explain may tell why)" '' "${V[@]}" wrong.bin
t "text, -v: the explanation follows the signature" 1 "=$line
    SIGNATURE /attributes/2: invalid: bad-digest, TIMESTAMP $((now + 3600))
    $says" '' "${V[@]}" --explain -v wrong.bin
t "--explain with --quiet requires --report" 2 '' '~reload-verify: --explain with --quiet requires --report.*' "${V[@]}" --explain --quiet wrong.bin
t "a filter prints the explanation on standard error" 1 '' "=reload-verify: ${line/: PEER-SEARCH request: invalid: bad-digest (431)/: not passed on: bad-digest}
reload-verify: wrong.bin: offset 0: message 1: $says" "${V[@]}" --explain -f binary wrong.bin
unhex "$(sealed "$(hmac "${key}0a" "$(at 000000)")")" >two.bin
t "text: two readings at once are joined by \"and\"" 1 "=${line/wrong.bin/two.bin}
    explain: SIGNATURE /attributes/2: the digest fits: length-zero, secret-with-lf: Length was zero (D2), and the line feed at the end of the secret file was part of the key (D12)" \
    '' "${V[@]}" --explain two.bin
is "$("${V[@]}" --explain --json two.bin | jq -c '.signatures[0].explain')" \
    '[{"reading":["length-zero","secret-with-lf"],"detail":"Length was zero (D2), and the line feed at the end of the secret file was part of the key (D12)"}]' "JSON: two readings at once are in one list"
is "$("${V[@]}" --json two.bin | jq -c '.signatures[0] | has("explain")')" false "JSON without --explain has no explanation"
is "$("${V[@]}" --explain --json two.bin | jq -c 'del(.signatures[0].explain, .signatures[0].explain_notes)')" "$("${V[@]}" --json two.bin | jq -c .)" "--explain adds only its own keys to JSON"
unhex "$(sealed "$(printf '%040d' 1)")" >none.bin
t "text: no reading fits" 1 "=${line/wrong.bin/none.bin}
    explain: SIGNATURE /attributes/2: no known misreading fits (reload-dump --tbs=/attributes/2 writes the covered octets)" '' "${V[@]}" --explain none.bin
is "$("${V[@]}" --explain --json none.bin | jq -c '.signatures[0].explain')" '[]' "JSON: no reading fits"
is "$("${V[@]}" --explain --json none.bin | jq -c '.signatures[0].explain_notes')" '[]' "JSON: no notes if all readings were tried"
unhex "$(message 02 01 00060000)" >absent.bin
t "text: a signature without DIGEST" 1 "~.*: invalid: bad-digest-length .*
    explain: SIGNATURE /attributes/0: there is no digest" '' "${V[@]}" --explain absent.bin
unhex "$(message 02 01 "")" >unsigned.bin
t "text: a message without a signature has no explanation" 1 "~.*: invalid: missing-signature [^
]*" '' "${V[@]}" --explain unsigned.bin
# without TIMESTAMP, two readings cover the same octets
stamp='' head=00060018
rest=$attributes$head
before=$(message 02 01 "$rest" $((${#rest} / 2 + 24)))
explained "to-signature signature-head-left-out" "two readings that cannot be distinguished" "$(sealed "$(hmac "$key" "${before:16:$((${#before} - 24))}")")"
judge_explained

# an inner message
inner=$(hex <wrong.bin)
attributes=$(attr 0008 "$(attr 0403 "$(text reload)")$(attr 0404 "$inner")$(attr 0405 00000001)")
rest=$attributes$head
before=$(message 02 21 "$rest" $((${#rest} / 2 + 24)))
unhex "$(sealed "$(hmac "$key" "${before:16}")")" >outer.bin
t "text: an inner message is explained" 1 "=outer.bin: offset 0: message 1: TRANSPORT-TUNNEL request: valid
    tunnelled: ${line#*message 1: }
        $says" '' "${V[@]}" --explain outer.bin
is "$("${V[@]}" --explain --json outer.bin | jq -c '.tunnelled[0].signatures[0].explain[0].reading')" '["length-zero"]' "JSON: an inner message is explained"

# CERTS: a note if the key is right
mode=certs
stamp=$(attr 0801 "$(printf '%08x' $now)")
fixture
unhex "$(sealed "$(mac 00)")" >other.bin
t "text: the right key over other octets" 1 "~.*: invalid: bad-digest .*
    explain: SIGNATURE /attributes/2: no known misreading fits; the certificate's key has signed other octets .reload-dump --tbs=/attributes/2 writes the covered octets." '' \
    reload-verify --ca ca/ca.crt --time $now --explain other.bin

# and whose key it is otherwise
serial=$(openssl x509 -in bob.crt -noout -serial | cut -d = -f 2 | tr A-F a-f)
unhex "$(sealed "$(unhex "$covered" | openssl dgst -sha1 -sign bob.key | hex)")" >foreign.bin
t "text: the certificate of a foreign key" 1 "~.*: invalid: bad-digest .*
    explain: SIGNATURE /attributes/2: the digest fits: key-of-ca: .*: CN=[^,]*, .*serial 0*$serial" '~.*not a CA.s.*' \
    reload-verify --ca ca/ca.crt --ca bob.crt --time $now --explain foreign.bin
unhex "$(sealed "$(printf 00 | openssl dgst -sha1 -sign bob.key | hex)")" >foreign.bin
t "text: a foreign key over other octets" 1 "~.*: invalid: bad-digest .*
    explain: SIGNATURE /attributes/2: no known misreading fits; the key of .*serial 0*$serial has signed other octets .reload-dump --tbs=/attributes/2 writes the covered octets." '~.*not a CA.s.*' \
    reload-verify --ca ca/ca.crt --ca bob.crt --time $now --explain foreign.bin


# nothing is known of a key that is not in the message
reload-keygen self-signed -q --overlay chat --peers 0 --user eve@example.com -o eve
unhex "$(sealed "$(unhex "$covered" | openssl dgst -sha1 -sign eve.key | hex)")" >unknown.bin
t "text: the key of a certificate that is not given" 1 "~.*: invalid: bad-digest .*
    explain: SIGNATURE /attributes/2: no known misreading fits; it was made with another key or padding, or changed" '' \
    reload-verify --ca ca/ca.crt --time $now --explain unknown.bin

# a name that is not ASCII and longer than is shown: it is cut between characters
name=x$(printf '€%.0s' {1..63})
reload-keygen ca -q --overlay chat --name "$name" --bits 2048 --not-before 2006-01-01 --not-after 2030-01-01 -o named2
unhex "$(sealed "$(unhex "$covered" | openssl dgst -sha1 -sign named2/ca.key | hex)")" >named.bin
serial=$(openssl x509 -in named2/ca.crt -noout -serial | cut -d = -f 2 | tr A-F a-f)
t "text: the name of a foreign key's certificate is shown in UTF-8" 1 "~.*: invalid: bad-digest .*
    explain: SIGNATURE /attributes/2: the digest fits: key-of-ca: .*: CN=${name:0:175}, serial 0*$serial" '' \
    reload-verify --ca ca/ca.crt --ca named2/ca.crt --time $now --explain named.bin

# a message too large to try all readings
mode=hmac
attributes=
for i in {1..9}; do attributes+=0007ffff$(head -c 65535 /dev/zero | tr '\0' a | hex)00; done
stamp='' head=00060018 rest=$attributes$head
before=$(message 02 01 "$rest" $((${#rest} / 2 + 24)))
sealed "$(printf '%040d' 1)" | xxd -r -p >large.bin
t "text: a message too large to try all readings" 1 "~.*: invalid: bad-digest .*
    explain: SIGNATURE /attributes/9: no known misreading fits; not all were tried .reload-dump --tbs=/attributes/9 writes the covered octets." '' timeout 60 "${V[@]}" --explain large.bin
done_testing
