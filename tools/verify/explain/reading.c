/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of misreadings, in the order of trying. reload-verify(1) lists them too. */
#include "verify/explain/explain.h"

#include <stdio.h>

/* clang-format off */
static const struct {
    explain_axis axis;
    explain_reading_def reading;
} table[READ_READINGS] = {
    /* The header's Length field */
    [READ_LENGTH_NOT_RESTORED] = {READ_AXIS_LENGTH,
        {"length-not-restored",
         "Length was used as received, not restored to the end of the SIGNATURE", "D2"}},
    [READ_LENGTH_ZERO] = {READ_AXIS_LENGTH,
        {"length-zero",
         "Length was zero", "D2"}},
    [READ_LENGTH_WITHOUT_SIGNATURE] = {READ_AXIS_LENGTH,
        {"length-without-signature",
         "Length did not count the SIGNATURE", "D2"}},
    [READ_LENGTH_WITHOUT_DIGEST] = {READ_AXIS_LENGTH,
        {"length-without-digest",
         "Length did not count the DIGEST", "D2"}},
    [READ_LENGTH_WITHOUT_PADDING] = {READ_AXIS_LENGTH,
        {"length-without-padding",
         "Length did not count the padding of the message's attributes", "D3"}},
    [READ_LENGTH_WITH_HEADER] = {READ_AXIS_LENGTH,
        {"length-with-header",
         "Length counted the header's 68 octets", "B§5.1"}},
    [READ_LENGTH_LITTLE_ENDIAN] = {READ_AXIS_LENGTH,
        {"length-little-endian",
         "Length was little-endian", "B§5.1"}},
    [READ_LENGTH_LEFT_OUT] = {READ_AXIS_LENGTH,
        {"length-left-out",
         "the Length field was left out", "D2"}},
    /* Where the range begins */
    [READ_FROM_OCTET_0] = {READ_AXIS_FROM,
        {"from-octet-0",
         "the range began at offset 0 of the message", "D1, D8"}},
    [READ_FROM_OCTET_4] = {READ_AXIS_FROM,
        {"from-octet-4",
         "the range began after the token, at offset 4 of the message", "D1"}},
    [READ_FROM_OCTET_7] = {READ_AXIS_FROM,
        {"from-octet-7",
         "the range began at offset 7 of the message (octets counted from one)", "D1"}},
    [READ_FROM_OCTET_8] = {READ_AXIS_FROM,
        {"from-octet-8",
         "the range began at offset 8 of the message, like the message's own SIGNATURE", "D8"}},
    [READ_FROM_OCTET_9] = {READ_AXIS_FROM,
        {"from-octet-9",
         "the range began at offset 9 of the message", "D1"}},
    [READ_FROM_OCTET_16] = {READ_AXIS_FROM,
        {"from-octet-16",
         "the range began after Length, at offset 16 of the message", "D1"}},
    [READ_FROM_ATTRIBUTES] = {READ_AXIS_FROM,
        {"from-attributes",
         "the range began at the message's first attribute, offset 68", "D1"}},
    [READ_FROM_CONTAINER_HEAD] = {READ_AXIS_FROM,
        {"from-container-head",
         "the range began with the type and Length of the PEER-INFO or BODY", "D8"}},
    [READ_FROM_RESOURCE] = {READ_AXIS_FROM,
        {"from-resource",
         "the range began at the first member of the RESOURCE", "D8"}},
    [READ_FROM_SIGNATURE] = {READ_AXIS_FROM,
        {"from-signature",
         "the range began at the signature attribute, and so covered only that", "D1, D8"}},
    /* Where it ends */
    [READ_TO_SIGNATURE] = {READ_AXIS_TO,
        {"to-signature",
         "the range ended before the signature attribute", "D1, B§5.2.6"}},
    [READ_TO_DIGEST_VALUE] = {READ_AXIS_TO,
        {"to-digest-value",
         "the range included the type and Length of DIGEST", "D1"}},
    [READ_TO_DIGEST_ZEROED] = {READ_AXIS_TO,
        {"to-digest-zeroed",
         "the range included the DIGEST attribute with its value set to zeros", "D1"}},
    [READ_TO_END_DIGEST_ZEROED] = {READ_AXIS_TO,
        {"to-end-digest-zeroed",
         "the range extended to the end of the message, with the value of DIGEST set to zeros",
         "D1, D10"}},
    [READ_TO_END_WITHOUT_DIGEST] = {READ_AXIS_TO,
        {"to-end-without-digest",
         "the range extended to the end of the message, without DIGEST", "D1, D10"}},
    [READ_TO_END_WITHOUT_SIGNATURE] = {READ_AXIS_TO,
        {"to-end-without-signature",
         "the range extended to the end of the message, without the SIGNATURE", "D1, D10"}},
    /* Changes inside the range */
    [READ_SIGNATURE_HEAD_LEFT_OUT] = {READ_AXIS_SIGNATURE,
        {"signature-head-left-out",
         "the signature attribute's own type and Length were left out", "D1, D8"}},
    [READ_SIGNATURE_LENGTH_WITHOUT_DIGEST] = {READ_AXIS_SIGNATURE,
        {"signature-length-without-digest",
         "the signature attribute's Length did not count the DIGEST", "D1, D3"}},
    [READ_SIGNATURE_LENGTH_ZERO] = {READ_AXIS_SIGNATURE,
        {"signature-length-zero",
         "the signature attribute's Length was zero", "D1, D3"}},
    [READ_TIMESTAMP_LEFT_OUT] = {READ_AXIS_TIMESTAMP,
        {"timestamp-left-out",
         "TIMESTAMP was left out", "D4, S§4"}},
    [READ_TIMESTAMP_HEAD_LEFT_OUT] = {READ_AXIS_TIMESTAMP,
        {"timestamp-head-left-out",
         "TIMESTAMP's type and Length were left out", "D1"}},
    [READ_TIMESTAMP_ZERO] = {READ_AXIS_TIMESTAMP,
        {"timestamp-zero",
         "TIMESTAMP was zero", "D4"}},
    [READ_PADDING_LEFT_OUT] = {READ_AXIS_PADDING,
        {"padding-left-out",
         "padding octets were left out", "D3, B§5.2"}},
    [READ_PADDING_ZEROED] = {READ_AXIS_PADDING,
        {"padding-zeroed",
         "padding octets were digested as zeros, not as received", "B§5.2"}},
    [READ_INNER_DIGESTS_ZERO] = {READ_AXIS_INNER,
        {"inner-digests-zero",
         "the DIGESTs of inner signatures were still zeros", "D8"}},
    [READ_DHT_ZERO] = {READ_AXIS_DHT,
        {"dht-zero",
         "the DHT field was zero", "D1"}},
    [READ_HASH_ZERO] = {READ_AXIS_HASH_FIELD,
        {"hash-zero",
         "the Hash field was zero", "D1"}},
    [READ_SECURITY_ZERO] = {READ_AXIS_SECURITY,
        {"security-zero",
         "the Security field was zero", "D1, D23"}},
    [READ_RESPONSE_FLIPPED] = {READ_AXIS_RESPONSE,
        {"response-flipped",
         "R/r was inverted: a request's for a response, or the reverse", "D1"}},
    [READ_DESTINATION_ID_ZERO] = {READ_AXIS_DESTINATION,
        {"destination-id-zero",
         "the Destination ID was zero", "D1"}},
    [READ_SOURCE_ID_ZERO] = {READ_AXIS_SOURCE,
        {"source-id-zero",
         "the Source ID was zero", "D1"}},
    [READ_TRANSACTION_ID_ZERO] = {READ_AXIS_TRANSACTION,
        {"transaction-id-zero",
         "the Transaction ID was zero", "D1"}},
    [READ_OVERLAY_ZERO] = {READ_AXIS_OVERLAY,
        {"overlay-zero",
         "the Overlay field was zero", "D1"}},
    /* The key */
    [READ_SECRET_AS_HEX] = {READ_AXIS_KEY,
        {"secret-as-hex",
         "the key was the secret's hex digits in lower case, not its octets", "D12"}},
    [READ_SECRET_AS_UPPER_HEX] = {READ_AXIS_KEY,
        {"secret-as-upper-hex",
         "the key was the secret's hex digits in upper case, not its octets", "D12"}},
    [READ_SECRET_WITH_HEX_PREFIX] = {READ_AXIS_KEY,
        {"secret-with-hex-prefix",
         "the key was the text of a secret file: hex: and the secret's hex digits", "D12"}},
    [READ_SECRET_FROM_HEX] = {READ_AXIS_KEY,
        {"secret-from-hex",
         "the key was the secret's text decoded as hex digits", "D12"}},
    [READ_SECRET_AS_BASE64] = {READ_AXIS_KEY,
        {"secret-as-base64",
         "the key was the secret in base64", "D12"}},
    [READ_SECRET_FROM_BASE64] = {READ_AXIS_KEY,
        {"secret-from-base64",
         "the key was the secret's text decoded as base64", "D12"}},
    [READ_SECRET_HASHED] = {READ_AXIS_KEY,
        {"secret-hashed",
         "the key was the SHA-1 of the secret", "D12"}},
    [READ_SECRET_TRIMMED] = {READ_AXIS_KEY,
        {"secret-trimmed",
         "white space around the secret was removed", "D12"}},
    [READ_SECRET_CUT_AT_NUL] = {READ_AXIS_KEY,
        {"secret-cut-at-nul",
         "the secret was cut at its first NUL", "D12"}},
    [READ_SECRET_CUT_TO_20] = {READ_AXIS_KEY,
        {"secret-cut-to-20",
         "the secret was cut to 20 octets", "D12"}},
    [READ_SECRET_CUT_TO_64] = {READ_AXIS_KEY,
        {"secret-cut-to-64",
         "the secret was cut to 64 octets (SHA-1's block), where HMAC hashes it", "D12"}},
    [READ_SECRET_EMPTY] = {READ_AXIS_KEY,
        {"secret-empty",
         "the key was empty", "D12"}},
    [READ_SECRET_WITH_LF] = {READ_AXIS_KEY_END,
        {"secret-with-lf",
         "the line feed at the end of the secret file was part of the key", "D12"}},
    [READ_SECRET_WITH_CRLF] = {READ_AXIS_KEY_END,
        {"secret-with-crlf",
         "the CR LF at the end of the secret file was part of the key", "D12"}},
    [READ_SECRET_WITH_NUL] = {READ_AXIS_KEY_END,
        {"secret-with-nul",
         "a terminating NUL was part of the key", "D12"}},
    [READ_SECRET_WITH_BLANK] = {READ_AXIS_KEY_END,
        {"secret-with-blank",
         "a blank after the secret was part of the key", "D12"}},
    [READ_KEY_OF_PEER_CERT] = {READ_AXIS_CERT,
        {"key-of-peer-cert",
         "the key was that of another PEER-CERT than the signer's", "D20, D21"}},
    [READ_KEY_OF_RESOURCE_CERT] = {READ_AXIS_CERT,
        {"key-of-resource-cert",
         "the key was that of a certificate BODY, not the signer's", "D20, D21"}},
    [READ_KEY_OF_CA] = {READ_AXIS_CERT,
        {"key-of-ca",
         "the key was that of a CA or intermediate certificate", "D18"}},
    /* The algorithm */
    [READ_MD5] = {READ_AXIS_HASH,
        {"md5",
         "the hash was MD5", "D12, D13"}},
    [READ_SHA_224] = {READ_AXIS_HASH,
        {"sha-224",
         "the hash was SHA-224", "D12, D13"}},
    [READ_SHA_256] = {READ_AXIS_HASH,
        {"sha-256",
         "the hash was SHA-256", "D12, D13"}},
    [READ_SHA_384] = {READ_AXIS_HASH,
        {"sha-384",
         "the hash was SHA-384", "D12, D13"}},
    [READ_SHA_512] = {READ_AXIS_HASH,
        {"sha-512",
         "the hash was SHA-512", "D12, D13"}},
    [READ_HASH_ONLY] = {READ_AXIS_MAC,
        {"hash-only",
         "the digest is a plain hash of the octets, made without a key", "D12, D13"}},
    [READ_SECRET_IN_FRONT] = {READ_AXIS_MAC,
        {"secret-in-front",
         "the digest is a hash of the secret followed by the octets, not an HMAC", "D12"}},
    [READ_SECRET_BEHIND] = {READ_AXIS_MAC,
        {"secret-behind",
         "the digest is a hash of the octets followed by the secret, not an HMAC", "D12"}},
    [READ_KEY_AND_OCTETS_SWAPPED] = {READ_AXIS_MAC,
        {"key-and-octets-swapped",
         "HMAC was given the octets as key and the secret as text", "D12"}},
    [READ_HASHED_TWICE] = {READ_AXIS_TWICE,
        {"hashed-twice",
         "the octets were hashed first, and the hash was digested again", "D12, D13"}},
    [READ_NO_DIGEST_INFO] = {READ_AXIS_BLOCK,
        {"no-digest-info",
         "the hash was signed without a DigestInfo", "D13"}},
    [READ_DIGEST_INFO_WITHOUT_NULL] = {READ_AXIS_BLOCK,
        {"digest-info-without-null",
         "the DigestInfo lacks the NULL parameters of its algorithm", "D13"}},
    [READ_PSS] = {READ_AXIS_BLOCK,
        {"pss",
         "the signature is RSASSA-PSS", "D13"}},
    /* The form of DIGEST */
    [READ_DIGEST_REVERSED] = {READ_AXIS_FORM,
        {"digest-reversed",
         "DIGEST's octets are in reverse order", "D12, D13"}},
    [READ_DIGEST_WORDS_REVERSED] = {READ_AXIS_FORM,
        {"digest-words-reversed",
         "each group of four octets of DIGEST is in reverse order", "D12"}},
    [READ_DIGEST_AS_HEX] = {READ_AXIS_FORM,
        {"digest-as-hex",
         "DIGEST holds hex digits, not octets", "S§6, D12, D13"}},
    [READ_DIGEST_AS_BASE64] = {READ_AXIS_FORM,
        {"digest-as-base64",
         "DIGEST holds base64, not octets", "S§6, D12, D13"}},
    [READ_DIGEST_CUT] = {READ_AXIS_FORM,
        {"digest-cut",
         "DIGEST is truncated", "D12"}},
    [READ_DIGEST_PADDED] = {READ_AXIS_FORM,
        {"digest-padded",
         "DIGEST is padded with zeros", "D12"}},
    [READ_DIGEST_ZEROS_DROPPED] = {READ_AXIS_FORM,
        {"digest-zeros-dropped",
         "DIGEST lacks the signature's leading zero octets", "D13"}},
    [READ_DIGEST_SIGN_OCTET] = {READ_AXIS_FORM,
        {"digest-sign-octet",
         "DIGEST has a zero octet before the signature", "D13"}},
    /* Framing, Overlay, TIMESTAMP */
    [READ_FRAMED_LITTLE_ENDIAN] = {READ_AXIS_FAULT,
        {"framed-little-endian",
         "the header's Length is little-endian", "B§5.1"}},
    [READ_FRAMED_WITH_HEADER] = {READ_AXIS_FAULT,
        {"framed-with-header",
         "the header's Length counts the header's 68 octets", "B§5.1"}},
    [READ_FRAMED_WITHOUT_PADDING] = {READ_AXIS_FAULT,
        {"framed-without-padding",
         "the header's Length does not count the padding of the message's attributes", "D3"}},
    [READ_FRAMED_FOUR_SHORT] = {READ_AXIS_FAULT,
        {"framed-four-short",
         "the header's Length is four octets too small", "B§5.1"}},
    [READ_FRAMED_FOUR_LONG] = {READ_AXIS_FAULT,
        {"framed-four-long",
         "the header's Length is four octets too large", "B§5.1"}},
    [READ_PADDING_NOT_WRITTEN] = {READ_AXIS_FAULT,
        {"padding-not-written",
         "the message's attributes have no padding", "B§5.2"}},
    [READ_ALL_LITTLE_ENDIAN] = {READ_AXIS_FAULT,
        {"all-little-endian",
         "the header's Length, and the type and Length of each attribute, are little-endian",
         "B§5.1, B§5.2"}},
    [READ_ATTRIBUTES_LITTLE_ENDIAN] = {READ_AXIS_FAULT,
        {"attributes-little-endian",
         "the type and Length of each attribute are little-endian", "B§5.2"}},
    [READ_ATTRIBUTE_LENGTH_WITH_HEAD] = {READ_AXIS_FAULT,
        {"attribute-length-with-head",
         "an attribute's Length counts the four octets of its type and Length", "B§5.2"}},
    [READ_ATTRIBUTE_LENGTH_WITH_PADDING] = {READ_AXIS_FAULT,
        {"attribute-length-with-padding",
         "an attribute's Length counts its padding", "D3, B§5.2"}},
    [READ_ATTRIBUTE_LENGTH_OF_32_BITS] = {READ_AXIS_FAULT,
        {"attribute-length-of-32-bits",
         "the Length field of each attribute has 32 bits, not 16", "B§5.2"}},
    [READ_OVERLAY_WITH_LF] = {READ_AXIS_FAULT,
        {"overlay-with-lf",
         "Overlay is the CRC-32 of the name followed by a line feed", "D15"}},
    [READ_OVERLAY_WITH_CRLF] = {READ_AXIS_FAULT,
        {"overlay-with-crlf",
         "Overlay is the CRC-32 of the name followed by CR LF", "D15"}},
    [READ_OVERLAY_IN_OTHER_CASE] = {READ_AXIS_FAULT,
        {"overlay-in-other-case",
         "Overlay is the CRC-32 of the name in another case", "D15"}},
    [READ_OVERLAY_BYTE_SWAPPED] = {READ_AXIS_FAULT,
        {"overlay-byte-swapped",
         "Overlay is little-endian", "D15"}},
    [READ_TIME_IN_MILLISECONDS] = {READ_AXIS_FAULT,
        {"time-in-milliseconds",
         "TIMESTAMP counts milliseconds, cut to 32 bits", "D4"}},
    [READ_TIME_SINCE_1900] = {READ_AXIS_FAULT,
        {"time-since-1900",
         "TIMESTAMP counts seconds since 1900, as NTP does", "D4"}},
    [READ_TIME_BYTE_SWAPPED] = {READ_AXIS_FAULT,
        {"time-byte-swapped",
         "TIMESTAMP is little-endian", "D4"}},
    [READ_TIME_LOCAL] = {READ_AXIS_FAULT,
        {"time-local",
         "TIMESTAMP may be local time, not UTC", "D35"}},
};
/* clang-format on */

const explain_reading_def *explain_reading_at(size_t i)
{
    return i < READ_READINGS ? &table[i].reading : NULL;
}

explain_axis explain_reading_axis(explain_reading reading)
{
    return table[reading].axis;
}

explain_reading explain_hash_reading(reload_md hash)
{
    static const explain_reading readings[RELOAD_MDS] = {
        [RELOAD_MD_SHA1] = READ_NO_READING, [RELOAD_MD_MD5] = READ_MD5,
        [RELOAD_MD_SHA224] = READ_SHA_224,  [RELOAD_MD_SHA256] = READ_SHA_256,
        [RELOAD_MD_SHA384] = READ_SHA_384,  [RELOAD_MD_SHA512] = READ_SHA_512,
    };
    return readings[hash];
}

bool explain_set_add(explain_set *set, explain_reading reading)
{
    if (reading == READ_NO_READING)
        return true;
    if (set->count == EXPLAIN_MAX_READINGS)
        return false;
    unsigned at = set->count;
    for (unsigned i = 0; i < set->count; i++)
        if (explain_reading_axis(set->reading[i]) == explain_reading_axis(reading))
            return false;
    for (; at > 0 && set->reading[at - 1] > reading; at--)
        set->reading[at] = set->reading[at - 1];
    set->reading[at] = reading;
    set->count++;
    return true;
}

bool explain_set_join(explain_set *set, const explain_set *other)
{
    bool good = true;
    for (unsigned i = 0; i < other->count && good; i++)
        good = explain_set_add(set, other->reading[i]);
    return good;
}

void explain_fit_text(const explain_fit *fit, char *text, size_t size)
{
    size_t at = 0;
    if (size == 0)
        return;
    text[0] = '\0';
    for (size_t i = 0; i < fit->count; i++) {
        const explain_reading_def *reading = fit->readings[i];
        int n = snprintf(text + at, size - at, "%s%s (%s)", i == 0 ? "" : ", and ", reading->text,
                         reading->section);
        if (n < 0 || (size_t)n >= size - at)
            return;
        at += (size_t)n;
    }
    if (fit->whose[0] != '\0')
        (void)snprintf(text + at, size - at, ": %s", fit->whose);
}
