/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of mutations. */
#include "mutate/catalogue.h"

#include <string.h>

/* The good message itself. */
static bool good_message(struct mutant *m, uint32_t at)
{
    (void)at;
    mutant_comment(m, "the good message itself");
    return true;
}

#define NOT_SIGNED     (1u << SIGN_NOTHING)
#define MESSAGE_SIGNED (1u << SIGN_MESSAGE)
#define EACH_WAY       (1u << SIGN_NOTHING | 1u << SIGN_MESSAGE | 1u << SIGN_ALL)

/* A row: name, group, flag, places, signings, function and its argument; description, section, and
 * the reason that it is for. check-manuals.sh compares the manual's table with this one. */
/* clang-format off */
static const struct mutation mutations[] = {
    {"none", "good", "Good", AT_MESSAGE, NOT_SIGNED, good_message, 0, "nothing", "D24", "valid"},

    {"flip-field", "flip", "BitFlip", AT_FIELDS, NOT_SIGNED | MESSAGE_SIGNED, flip_field, 0,
     "a bit of each header field", "B§5.1, D1", "bad-digest; valid for what a hop may change"},
    {"flip-token", "flip", "BitFlip", AT_MESSAGE, NOT_SIGNED, flip_token, 0,
     "a bit of the token", "B§5.1", "malformed"},
    {"flip-type", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_type, 0,
     "a bit of a type, which makes it unknown", "B§5.2", "bad-digest; missing-…"},
    {"flip-length", "flip", "BitFlip", AT_ATTRIBUTES, NOT_SIGNED, flip_length, 0,
     "a bit of a Length, which makes it too large", "D3", "malformed"},
    {"flip-value", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_value, 0,
     "a bit of a value that can be read all the same", "D1, D8", "bad-digest"},
    {"flip-padding", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_padding, 0,
     "a bit of padding", "D1, D8", "bad-digest"},

    {"header-length-up", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 0,
     "the header's Length one up", "B§5.1", "malformed"},
    {"header-length-down", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 1,
     "one down", "B§5.1", "malformed"},
    {"header-length-zero", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 2,
     "zero", "B§5.1", "missing-signature"},
    {"header-length-maximum", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 3,
     "16777215", "B§5.1", "malformed"},
    {"length-up", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_up, 0,
     "an attribute's Length one up", "D3", "malformed"},
    {"length-down", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_down, 0,
     "one down", "D3", "malformed"},
    {"length-zero", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_zero, 0,
     "zero", "D3", "malformed; missing-…"},
    {"length-maximum", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED, length_maximum, 0,
     "65535", "D3", "malformed"},

    {"drop", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_drop, 0,
     "an attribute dropped", "D24", "missing-…"},
    {"double", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_double, 0,
     "doubled", "D11", "duplicate-attribute"},
    {"swap", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_swap, 0,
     "swapped with the next one", "D9", "misplaced"},
    {"behind", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_behind, 0,
     "moved after the SIGNATURE", "D10", "missing-certificate"},
    {"lift", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_lift, 0,
     "moved to the message itself", "B§5.2", "missing-…"},
    {"sink", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_sink, 0,
     "moved into another one", "B§5.2", "missing-…"},

    {"insert-first", "insert", "Insertion", AT_MESSAGE, EACH_WAY, insert_attr, IN_FRONT,
     "an unknown attribute before all others", "D24", "bad-digest"},
    {"insert-before-signature", "insert", "Insertion", AT_MESSAGE, EACH_WAY,
     insert_attr, BEFORE_SIGNATURE, "before the SIGNATURE", "D24", "bad-digest"},
    {"insert-last", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, insert_attr, AT_THE_END,
     "after all others", "D10", "valid"},
    {"insert-before-digest", "insert", "Insertion", AT_SITES, EACH_WAY,
     insert_member, BEFORE_DIGEST, "before a DIGEST", "D1, D8", "bad-digest"},
    {"insert-behind-digest", "insert", "Insertion", AT_SITES, EACH_WAY, insert_member, AFTER_DIGEST,
     "after a DIGEST", "D9", "misplaced"},
    {"insert-behind-signature", "insert", "Insertion", AT_SITES, EACH_WAY,
     insert_member, AFTER_SIGNATURE, "after a BODY's or PEER-INFO's signature", "D9", "misplaced"},
    {"route-log", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, insert_appended, ROUTE_LOG,
     "a ROUTE-LOG appended", "D2, D27", "valid"},
    {"route-log-broken", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED,
     insert_appended, BROKEN_ROUTE_LOG, "one that cannot be read", "D10, D27", "valid"},
    {"source-info-broken", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED,
     insert_appended, BROKEN_SOURCE_INFO,
     "a SOURCE-INFO that cannot be read appended", "D10", "valid"},
    {"second-signature", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED,
     insert_appended, SECOND_SIGNATURE, "a bad second SIGNATURE appended", "D10", "valid"},

    {"short-value", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_size, 0,
     "a value an octet too short", "D24", "malformed"},
    {"long-value", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_size, 1,
     "an octet too long", "D24", "malformed"},
    {"not-utf8", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_text, 0,
     "text that is not UTF-8", "D24", "malformed"},
    {"nul", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_text, 1,
     "text with a NUL", "D24", "malformed"},
    {"response-reserved", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 0,
     "RESPONSE-CODE's reserved bits not zero", "B§5.2.1", "malformed"},
    {"response-class", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 1,
     "its class 0", "B§5.2.1", "malformed"},
    {"response-number", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 2,
     "its number 100", "B§5.2.1", "malformed"},
    {"address-family", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 3,
     "a PEER-IP-PORT's family 3", "B§5.2.2.3", "malformed"},
    {"address-size", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 4,
     "IPv4 for IPv6 and the other way round", "B§5.2.2.3", "malformed"},
    {"depth-15", "value", "Value", AT_MESSAGE, EACH_WAY, value_depth, RELOAD_MAX_DEPTH - 1,
     "attributes 15 deep", "D3", "bad-digest"},
    {"depth-16", "value", "Value", AT_MESSAGE, EACH_WAY, value_depth, RELOAD_MAX_DEPTH,
     "16 deep, the last a composite", "D3", "malformed"},

    {"cut-1", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 0,
     "the first octet alone", "D24", "malformed"},
    {"cut-token", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 1,
     "the token alone", "D24", "malformed"},
    {"cut-header", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 2,
     "the header without its last octet", "D24", "malformed"},
    {"cut-attributes", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 3,
     "the header alone", "D24", "malformed"},
    {"cut-head", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 4,
     "half of the first attribute's head", "D24", "malformed"},
    {"cut-signature", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 5,
     "up to the SIGNATURE", "D24", "malformed"},
    {"cut-digest", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 6,
     "up to the DIGEST", "D24", "malformed"},
    {"cut-last", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 7,
     "all but the last octet", "D24", "malformed"},
    {"cut-inside", "cut", "Cut", AT_ATTRIBUTES, NOT_SIGNED, cut_inside, 0,
     "up to somewhere in an attribute", "D24", "malformed"},
    {"overhang", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_overhang, 0,
     "octets after the end", "B§5.1", "valid"},
    {"overhang-counted", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_overhang, 1,
     "the same, in the header's Length", "D24", "malformed"},

    {"version-2", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_version, 2,
     "Version 2", "D24", "unsupported-version"},
    {"fragment", "header", "Header", AT_MESSAGE, NOT_SIGNED, header_frag, 0,
     "FRAG set", "D14", "fragment"},
    {"other-overlay", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_overlay, 0,
     "another Overlay", "D16, D20", "overlay-mismatch"},
    {"no-overlay", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_overlay, 1,
     "an Overlay of 0", "D20, D24", "overlay-mismatch; valid in a PEER-JOIN"},
    {"other-dht", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_dht, 0,
     "another DHT", "D24", "overlay-mismatch"},
    {"other-hash", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_hash, 0,
     "another Hash", "D24", "overlay-mismatch"},
    {"security-open", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED,
     header_security, RELOAD_SECURITY_OPEN,
     "Security 0", "D23", "security-mismatch; valid in a PEER-JOIN"},
    {"security-none", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED,
     header_security, RELOAD_SECURITY_NONE, "Security NONE", "D23", "security-mismatch"},
    {"security-other", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED,
     header_security, RELOAD_SECURITY_CERTS,
     "the other algorithm's Security", "D23", "security-mismatch"},
    {"response-bit", "header", "Header", AT_MESSAGE, NOT_SIGNED | MESSAGE_SIGNED,
     header_response, 0,
     "a response of a request, or the other way round", "D20, D24", "bad-digest"},
    {"other-source", "header", "Header", AT_MESSAGE, NOT_SIGNED | MESSAGE_SIGNED, header_source, 0,
     "another Source ID", "D20", "peer-id-mismatch"},
    {"late-boot", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_boot_time, 0,
     "a boot time later than the TIMESTAMP", "D25", "valid where replays are not looked for"},

    {"wrong-key", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_wrong_key, 0,
     "another secret or key", "D12, D13", "bad-digest"},
    {"sha256", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_sha256, 0,
     "SHA-256 in SHA-1's place", "D12, D13", "bad-digest"},
    {"no-secret", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_plain, 0,
     "SHA-1 instead of HMAC-SHA1", "D12", "bad-digest"},
    {"range-base", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_BASE,
     "what B§5.2.6 says is covered", "D1", "bad-digest"},
    {"range-all", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_ALL,
     "covered from the first octet", "D1", "bad-digest"},
    {"range-container", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_HEAD,
     "from the container's type", "D8", "bad-digest"},
    {"range-digest", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_DIGEST_HEAD,
     "up to DIGEST's value", "D1, D8", "bad-digest"},
    {"range-timestamp", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_NO_TIMESTAMP,
     "without TIMESTAMP", "D1, D8", "bad-digest"},
    {"range-length", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_LENGTH,
     "Length as a hop has left it", "D2", "bad-digest"},
    {"range-length-zero", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_LENGTH_ZERO,
     "a Length of 0", "D2", "bad-digest"},
    {"digest-zero", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_fill, 0,
     "zeros", "D24", "bad-digest"},
    {"digest-random", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_fill, 1,
     "random octets", "D24", "bad-digest"},
    {"digest-empty", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 0,
     "a DIGEST of no octets", "D24", "bad-digest-length"},
    {"digest-short", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 1,
     "an octet less", "D24", "bad-digest-length"},
    {"digest-long", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 2,
     "an octet more", "D24", "bad-digest-length"},
    {"digest-other-size", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 3,
     "as long as under the other algorithm", "D24", "bad-digest-length"},

    {"stale", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, STALE,
     "a TIMESTAMP a second older than allowed", "D24", "stale"},
    {"stale-edge", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, STALE_EDGE,
     "as old as allowed", "D24", "valid"},
    {"future", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, FUTURE,
     "a second further ahead than allowed", "D24", "future"},
    {"future-edge", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, FUTURE_EDGE,
     "as far ahead as allowed", "D24", "valid"},
    {"epoch", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, EPOCH,
     "1970", "D24", "stale"},
    {"end-of-time", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, END_OF_TIME,
     "2106", "D24", "future"},
    {"expired", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, STALE,
     "a BODY or PEER-INFO a second past its EXPIRATION", "D24", "expired"},
    {"expired-edge", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, STALE_EDGE,
     "in its last second", "D24", "valid"},
    {"inner-future", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, FUTURE,
     "signed a second further ahead than allowed", "D24", "future"},
    {"inner-future-edge", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, FUTURE_EDGE,
     "as far ahead as allowed", "D24", "valid"},

    {"cert-trailing", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_TRAILING,
     "an octet after a certificate", "D18", "bad-certificate"},
    {"cert-truncated", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_TRUNCATED,
     "its last octet missing", "D18", "bad-certificate"},
    {"cert-empty", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_EMPTY,
     "no octets", "D18", "bad-certificate"},
    {"cert-other", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_OTHER,
     "the message's other certificate, the user's", "D18", "bad-digest"},
};
/* clang-format on */

const struct mutation *mutation_at(size_t i)
{
    return i < sizeof mutations / sizeof mutations[0] ? &mutations[i] : NULL;
}

const char *flag_text(const char *flag)
{
    static const struct {
        const char *flag, *text;
    } flags[] = {
        {"Good", "The message that all others were made of."},
        {"BitFlip", "One bit is another."},
        {"Length", "A Length is not what it must be."},
        {"Structure", "An attribute is missing, there twice, or in another place."},
        {"Insertion", "An attribute was put in."},
        {"Value", "An attribute's value is none of its type."},
        {"Cut", "Octets are missing at the end, or too many are there."},
        {"Header", "A header field has another value."},
        {"Digest", "A DIGEST was made in another way than the drafts say."},
        {"Time", "A TIMESTAMP is changed, to the edge of the accepted range or beyond it."},
        {"Certificate", "A certificate is another, or none."},
        {"SignedAnew", "The message's SIGNATURE was made again, so that its digest is right."},
        {"AllSignedAnew",
         "So were the signatures of the BODYs and PEER-INFOs that the mutation is in."},
        {"Trailing", "Octets follow the end that the header's Length gives. The result is that of "
                     "the message before it."},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(flags[i].flag, flag) == 0)
            return flags[i].text;
    return NULL;
}
