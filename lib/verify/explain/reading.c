/* The table of misreadings, in the order of trying. reload-verify(1) lists them too. */
#include "verify/explain/explain.h"

#include <stdio.h>

/* clang-format off */
static const struct {
    rl_axis axis;
    reload_reading reading;
} table[RL_READINGS] = {
    /* The header's Length field */
    [RL_LENGTH_NOT_RESTORED] = {RL_AXIS_LENGTH,
        {"length-not-restored",
         "Length was used as received, not restored to the end of the SIGNATURE", "D2"}},
    [RL_LENGTH_ZERO] = {RL_AXIS_LENGTH,
        {"length-zero",
         "Length was zero", "D2"}},
    [RL_LENGTH_WITHOUT_SIGNATURE] = {RL_AXIS_LENGTH,
        {"length-without-signature",
         "Length did not count the SIGNATURE", "D2"}},
    [RL_LENGTH_WITHOUT_DIGEST] = {RL_AXIS_LENGTH,
        {"length-without-digest",
         "Length did not count the DIGEST", "D2"}},
    [RL_LENGTH_WITHOUT_PADDING] = {RL_AXIS_LENGTH,
        {"length-without-padding",
         "Length did not count the padding of the message's attributes", "D3"}},
    [RL_LENGTH_WITH_HEADER] = {RL_AXIS_LENGTH,
        {"length-with-header",
         "Length counted the header's 68 octets", "B§5.1"}},
    [RL_LENGTH_LITTLE_ENDIAN] = {RL_AXIS_LENGTH,
        {"length-little-endian",
         "Length was little-endian", "B§5.1"}},
    [RL_LENGTH_LEFT_OUT] = {RL_AXIS_LENGTH,
        {"length-left-out",
         "the Length field was left out", "D2"}},
    /* Where the range begins */
    [RL_FROM_OCTET_0] = {RL_AXIS_FROM,
        {"from-octet-0",
         "the range began at offset 0 of the message", "D1, D8"}},
    [RL_FROM_OCTET_4] = {RL_AXIS_FROM,
        {"from-octet-4",
         "the range began after the token, at offset 4 of the message", "D1"}},
    [RL_FROM_OCTET_7] = {RL_AXIS_FROM,
        {"from-octet-7",
         "the range began at offset 7 of the message (octets counted from one)", "D1"}},
    [RL_FROM_OCTET_8] = {RL_AXIS_FROM,
        {"from-octet-8",
         "the range began at offset 8 of the message, like the message's own SIGNATURE", "D8"}},
    [RL_FROM_OCTET_9] = {RL_AXIS_FROM,
        {"from-octet-9",
         "the range began at offset 9 of the message", "D1"}},
    [RL_FROM_OCTET_16] = {RL_AXIS_FROM,
        {"from-octet-16",
         "the range began after Length, at offset 16 of the message", "D1"}},
    [RL_FROM_ATTRIBUTES] = {RL_AXIS_FROM,
        {"from-attributes",
         "the range began at the message's first attribute, offset 68", "D1"}},
    [RL_FROM_CONTAINER_HEAD] = {RL_AXIS_FROM,
        {"from-container-head",
         "the range began with the type and Length of the PEER-INFO or BODY", "D8"}},
    [RL_FROM_RESOURCE] = {RL_AXIS_FROM,
        {"from-resource",
         "the range began at the first member of the RESOURCE", "D8"}},
    [RL_FROM_SIGNATURE] = {RL_AXIS_FROM,
        {"from-signature",
         "the range began at the signature attribute, and so covered only that", "D1, D8"}},
    /* Where it ends */
    [RL_TO_SIGNATURE] = {RL_AXIS_TO,
        {"to-signature",
         "the range ended before the signature attribute", "D1, B§5.2.6"}},
    [RL_TO_DIGEST_VALUE] = {RL_AXIS_TO,
        {"to-digest-value",
         "the range included the type and Length of DIGEST", "D1"}},
    [RL_TO_DIGEST_ZEROED] = {RL_AXIS_TO,
        {"to-digest-zeroed",
         "the range included the DIGEST attribute with its value set to zeros", "D1"}},
    [RL_TO_END_DIGEST_ZEROED] = {RL_AXIS_TO,
        {"to-end-digest-zeroed",
         "the range extended to the end of the message, with the value of DIGEST set to zeros", "D1, D10"}},
    [RL_TO_END_WITHOUT_DIGEST] = {RL_AXIS_TO,
        {"to-end-without-digest",
         "the range extended to the end of the message, without DIGEST", "D1, D10"}},
    [RL_TO_END_WITHOUT_SIGNATURE] = {RL_AXIS_TO,
        {"to-end-without-signature",
         "the range extended to the end of the message, without the SIGNATURE", "D1, D10"}},
    /* Changes inside the range */
    [RL_SIGNATURE_HEAD_LEFT_OUT] = {RL_AXIS_SIGNATURE,
        {"signature-head-left-out",
         "the signature attribute's own type and Length were left out", "D1, D8"}},
    [RL_SIGNATURE_LENGTH_WITHOUT_DIGEST] = {RL_AXIS_SIGNATURE,
        {"signature-length-without-digest",
         "the signature attribute's Length did not count the DIGEST", "D1, D3"}},
    [RL_SIGNATURE_LENGTH_ZERO] = {RL_AXIS_SIGNATURE,
        {"signature-length-zero",
         "the signature attribute's Length was zero", "D1, D3"}},
    [RL_TIMESTAMP_LEFT_OUT] = {RL_AXIS_TIMESTAMP,
        {"timestamp-left-out",
         "TIMESTAMP was left out", "D4, S§4"}},
    [RL_TIMESTAMP_HEAD_LEFT_OUT] = {RL_AXIS_TIMESTAMP,
        {"timestamp-head-left-out",
         "TIMESTAMP's type and Length were left out", "D1"}},
    [RL_TIMESTAMP_ZERO] = {RL_AXIS_TIMESTAMP,
        {"timestamp-zero",
         "TIMESTAMP was zero", "D4"}},
    [RL_PADDING_LEFT_OUT] = {RL_AXIS_PADDING,
        {"padding-left-out",
         "padding octets were left out", "D3, B§5.2"}},
    [RL_PADDING_ZEROED] = {RL_AXIS_PADDING,
        {"padding-zeroed",
         "padding octets were digested as zeros, not as received", "B§5.2"}},
    [RL_INNER_DIGESTS_ZERO] = {RL_AXIS_INNER,
        {"inner-digests-zero",
         "the DIGESTs of inner signatures were still zeros", "D8"}},
    [RL_DHT_ZERO] = {RL_AXIS_DHT,
        {"dht-zero",
         "the DHT field was zero", "D1"}},
    [RL_HASH_ZERO] = {RL_AXIS_HASH_FIELD,
        {"hash-zero",
         "the Hash field was zero", "D1"}},
    [RL_SECURITY_ZERO] = {RL_AXIS_SECURITY,
        {"security-zero",
         "the Security field was zero", "D1, D23"}},
    [RL_RESPONSE_FLIPPED] = {RL_AXIS_RESPONSE,
        {"response-flipped",
         "R/r was inverted: a request's for a response, or the reverse", "D1"}},
    [RL_DESTINATION_ID_ZERO] = {RL_AXIS_DESTINATION,
        {"destination-id-zero",
         "the Destination ID was zero", "D1"}},
    [RL_SOURCE_ID_ZERO] = {RL_AXIS_SOURCE,
        {"source-id-zero",
         "the Source ID was zero", "D1"}},
    [RL_TRANSACTION_ID_ZERO] = {RL_AXIS_TRANSACTION,
        {"transaction-id-zero",
         "the Transaction ID was zero", "D1"}},
    [RL_OVERLAY_ZERO] = {RL_AXIS_OVERLAY,
        {"overlay-zero",
         "the Overlay field was zero", "D1"}},
    /* The key */
    [RL_SECRET_AS_HEX] = {RL_AXIS_KEY,
        {"secret-as-hex",
         "the key was the secret's hex digits in lower case, not its octets", "D12"}},
    [RL_SECRET_AS_UPPER_HEX] = {RL_AXIS_KEY,
        {"secret-as-upper-hex",
         "the key was the secret's hex digits in upper case, not its octets", "D12"}},
    [RL_SECRET_WITH_HEX_PREFIX] = {RL_AXIS_KEY,
        {"secret-with-hex-prefix",
         "the key was the text of a secret file: hex: and the secret's hex digits", "D12"}},
    [RL_SECRET_FROM_HEX] = {RL_AXIS_KEY,
        {"secret-from-hex",
         "the key was the secret's text decoded as hex digits", "D12"}},
    [RL_SECRET_AS_BASE64] = {RL_AXIS_KEY,
        {"secret-as-base64",
         "the key was the secret in base64", "D12"}},
    [RL_SECRET_FROM_BASE64] = {RL_AXIS_KEY,
        {"secret-from-base64",
         "the key was the secret's text decoded as base64", "D12"}},
    [RL_SECRET_HASHED] = {RL_AXIS_KEY,
        {"secret-hashed",
         "the key was the SHA-1 of the secret", "D12"}},
    [RL_SECRET_TRIMMED] = {RL_AXIS_KEY,
        {"secret-trimmed",
         "white space around the secret was removed", "D12"}},
    [RL_SECRET_CUT_AT_NUL] = {RL_AXIS_KEY,
        {"secret-cut-at-nul",
         "the secret was cut at its first NUL", "D12"}},
    [RL_SECRET_CUT_TO_20] = {RL_AXIS_KEY,
        {"secret-cut-to-20",
         "the secret was cut to 20 octets", "D12"}},
    [RL_SECRET_CUT_TO_64] = {RL_AXIS_KEY,
        {"secret-cut-to-64",
         "the secret was cut to 64 octets (SHA-1's block), where HMAC hashes it", "D12"}},
    [RL_SECRET_EMPTY] = {RL_AXIS_KEY,
        {"secret-empty",
         "the key was empty", "D12"}},
    [RL_SECRET_WITH_LF] = {RL_AXIS_KEY_END,
        {"secret-with-lf",
         "the line feed at the end of the secret file was part of the key", "D12"}},
    [RL_SECRET_WITH_CRLF] = {RL_AXIS_KEY_END,
        {"secret-with-crlf",
         "the CR LF at the end of the secret file was part of the key", "D12"}},
    [RL_SECRET_WITH_NUL] = {RL_AXIS_KEY_END,
        {"secret-with-nul",
         "a terminating NUL was part of the key", "D12"}},
    [RL_SECRET_WITH_BLANK] = {RL_AXIS_KEY_END,
        {"secret-with-blank",
         "a blank after the secret was part of the key", "D12"}},
    [RL_KEY_OF_PEER_CERT] = {RL_AXIS_CERT,
        {"key-of-peer-cert",
         "the key was that of another PEER-CERT than the signer's", "D20, D21"}},
    [RL_KEY_OF_RESOURCE_CERT] = {RL_AXIS_CERT,
        {"key-of-resource-cert",
         "the key was that of a certificate BODY, not the signer's", "D20, D21"}},
    [RL_KEY_OF_CA] = {RL_AXIS_CERT,
        {"key-of-ca",
         "the key was that of a CA or intermediate certificate", "D18"}},
    /* The algorithm */
    [RL_MD5] = {RL_AXIS_HASH,
        {"md5",
         "the hash was MD5", "D12, D13"}},
    [RL_SHA_224] = {RL_AXIS_HASH,
        {"sha-224",
         "the hash was SHA-224", "D12, D13"}},
    [RL_SHA_256] = {RL_AXIS_HASH,
        {"sha-256",
         "the hash was SHA-256", "D12, D13"}},
    [RL_SHA_384] = {RL_AXIS_HASH,
        {"sha-384",
         "the hash was SHA-384", "D12, D13"}},
    [RL_SHA_512] = {RL_AXIS_HASH,
        {"sha-512",
         "the hash was SHA-512", "D12, D13"}},
    [RL_HASH_ONLY] = {RL_AXIS_MAC,
        {"hash-only",
         "the digest is a plain hash of the octets, made without a key", "D12, D13"}},
    [RL_SECRET_IN_FRONT] = {RL_AXIS_MAC,
        {"secret-in-front",
         "the digest is a hash of the secret followed by the octets, not an HMAC", "D12"}},
    [RL_SECRET_BEHIND] = {RL_AXIS_MAC,
        {"secret-behind",
         "the digest is a hash of the octets followed by the secret, not an HMAC", "D12"}},
    [RL_KEY_AND_OCTETS_SWAPPED] = {RL_AXIS_MAC,
        {"key-and-octets-swapped",
         "HMAC was given the octets as key and the secret as text", "D12"}},
    [RL_HASHED_TWICE] = {RL_AXIS_TWICE,
        {"hashed-twice",
         "the octets were hashed first, and the hash was digested again", "D12, D13"}},
    [RL_NO_DIGEST_INFO] = {RL_AXIS_BLOCK,
        {"no-digest-info",
         "the hash was signed without a DigestInfo", "D13"}},
    [RL_DIGEST_INFO_WITHOUT_NULL] = {RL_AXIS_BLOCK,
        {"digest-info-without-null",
         "the DigestInfo lacks the NULL parameters of its algorithm", "D13"}},
    [RL_PSS] = {RL_AXIS_BLOCK,
        {"pss",
         "the signature is RSASSA-PSS", "D13"}},
    /* The form of DIGEST */
    [RL_DIGEST_REVERSED] = {RL_AXIS_FORM,
        {"digest-reversed",
         "DIGEST's octets are in reverse order", "D12, D13"}},
    [RL_DIGEST_WORDS_REVERSED] = {RL_AXIS_FORM,
        {"digest-words-reversed",
         "each group of four octets of DIGEST is in reverse order", "D12"}},
    [RL_DIGEST_AS_HEX] = {RL_AXIS_FORM,
        {"digest-as-hex",
         "DIGEST holds hex digits, not octets", "S§6, D12, D13"}},
    [RL_DIGEST_AS_BASE64] = {RL_AXIS_FORM,
        {"digest-as-base64",
         "DIGEST holds base64, not octets", "S§6, D12, D13"}},
    [RL_DIGEST_CUT] = {RL_AXIS_FORM,
        {"digest-cut",
         "DIGEST is truncated", "D12"}},
    [RL_DIGEST_PADDED] = {RL_AXIS_FORM,
        {"digest-padded",
         "DIGEST is padded with zeros", "D12"}},
    [RL_DIGEST_ZEROS_DROPPED] = {RL_AXIS_FORM,
        {"digest-zeros-dropped",
         "DIGEST lacks the signature's leading zero octets", "D13"}},
    [RL_DIGEST_SIGN_OCTET] = {RL_AXIS_FORM,
        {"digest-sign-octet",
         "DIGEST has a zero octet before the signature", "D13"}},
};
/* clang-format on */

const reload_reading *reload_reading_at(size_t i)
{
    return i < RL_READINGS ? &table[i].reading : NULL;
}

rl_axis rl_reading_axis(rl_reading reading)
{
    return table[reading].axis;
}

rl_reading rl_hash_reading(reload_md hash)
{
    static const rl_reading readings[RELOAD_MDS] = {
        [RELOAD_MD_SHA1] = RL_NO_READING, [RELOAD_MD_MD5] = RL_MD5,
        [RELOAD_MD_SHA224] = RL_SHA_224,  [RELOAD_MD_SHA256] = RL_SHA_256,
        [RELOAD_MD_SHA384] = RL_SHA_384,  [RELOAD_MD_SHA512] = RL_SHA_512,
    };
    return readings[hash];
}

bool rl_set_add(rl_set *set, rl_reading reading)
{
    if (reading == RL_NO_READING)
        return true;
    if (set->count == RELOAD_MAX_READINGS)
        return false;
    unsigned at = set->count;
    for (unsigned i = 0; i < set->count; i++)
        if (rl_reading_axis(set->reading[i]) == rl_reading_axis(reading))
            return false;
    for (; at > 0 && set->reading[at - 1] > reading; at--)
        set->reading[at] = set->reading[at - 1];
    set->reading[at] = reading;
    set->count++;
    return true;
}

bool rl_set_join(rl_set *set, const rl_set *other)
{
    bool good = true;
    for (unsigned i = 0; i < other->count && good; i++)
        good = rl_set_add(set, other->reading[i]);
    return good;
}

void reload_fit_text(const reload_fit *fit, char *text, size_t size)
{
    size_t at = 0;
    if (size == 0)
        return;
    text[0] = '\0';
    for (size_t i = 0; i < fit->count; i++) {
        const reload_reading *reading = fit->readings[i];
        int n = snprintf(text + at, size - at, "%s%s (%s)", i == 0 ? "" : ", and ", reading->says,
                         reading->section);
        if (n < 0 || (size_t)n >= size - at)
            return;
        at += (size_t)n;
    }
}
