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
    {"none", "good", "Good", AT_MESSAGE, NOT_SIGNED, good_message, 0,
     "change nothing", "D24", "valid"},

    {"flip-field", "flip", "BitFlip", AT_FIELDS, NOT_SIGNED | MESSAGE_SIGNED, flip_field, 0,
     "flip a bit of each header field", "B§5.1, D1",
     "bad-digest; valid for fields that a hop may change"},
    {"flip-token", "flip", "BitFlip", AT_MESSAGE, NOT_SIGNED, flip_token, 0,
     "flip a bit of the token", "B§5.1", "malformed"},
    {"flip-type", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_type, 0,
     "flip a bit of a type, which makes it unknown", "B§5.2", "bad-digest; missing-…"},
    {"flip-length", "flip", "BitFlip", AT_ATTRIBUTES, NOT_SIGNED, flip_length, 0,
     "flip a bit of a Length, which makes it too large", "D3", "malformed"},
    {"flip-value", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_value, 0,
     "flip a bit of a value, which stays readable", "D1, D8", "bad-digest"},
    {"flip-padding", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_padding, 0,
     "flip a bit of padding", "D1, D8", "bad-digest"},

    {"header-length-up", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 0,
     "add one to the header's Length", "B§5.1", "malformed"},
    {"header-length-down", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 1,
     "subtract one from the header's Length", "B§5.1", "malformed"},
    {"header-length-zero", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 2,
     "set the header's Length to 0", "B§5.1", "missing-signature"},
    {"header-length-maximum", "length", "Length", AT_MESSAGE, NOT_SIGNED, length_of_header, 3,
     "set the header's Length to 16777215", "B§5.1", "malformed"},
    {"length-up", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_up, 0,
     "add one to an attribute's Length", "D3", "malformed"},
    {"length-down", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_down, 0,
     "subtract one from an attribute's Length", "D3", "malformed"},
    {"length-zero", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_zero, 0,
     "set an attribute's Length to 0", "D3", "malformed; missing-…"},
    {"length-maximum", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED, length_maximum, 0,
     "set an attribute's Length to 65535", "D3", "malformed"},

    {"drop", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_drop, 0,
     "drop an attribute", "D24", "missing-…"},
    {"double", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_double, 0,
     "write an attribute twice", "D11", "duplicate-attribute"},
    {"swap", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_swap, 0,
     "swap an attribute with the next one", "D9", "misplaced"},
    {"behind", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_behind, 0,
     "move an attribute after the SIGNATURE", "D10", "missing-certificate"},
    {"lift", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_lift, 0,
     "move an attribute to the message itself", "B§5.2", "missing-…"},
    {"sink", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, structure_sink, 0,
     "move an attribute into another one", "B§5.2", "missing-…"},

    {"insert-first", "insert", "Insertion", AT_MESSAGE, EACH_WAY, insert_attr, IN_FRONT,
     "insert an unknown attribute before all others", "D24", "bad-digest"},
    {"insert-before-signature", "insert", "Insertion", AT_MESSAGE, EACH_WAY,
     insert_attr, BEFORE_SIGNATURE, "insert an unknown attribute before the SIGNATURE", "D24",
     "bad-digest"},
    {"insert-last", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, insert_attr, AT_THE_END,
     "insert an unknown attribute after all others", "D10", "valid"},
    {"insert-before-digest", "insert", "Insertion", AT_SITES, EACH_WAY,
     insert_member, BEFORE_DIGEST,
     "insert an unknown attribute before a DIGEST", "D1, D8", "bad-digest"},
    {"insert-behind-digest", "insert", "Insertion", AT_SITES, EACH_WAY, insert_member, AFTER_DIGEST,
     "insert an unknown attribute after a DIGEST", "D9", "misplaced"},
    {"insert-behind-signature", "insert", "Insertion", AT_SITES, EACH_WAY,
     insert_member, AFTER_SIGNATURE, "insert an unknown attribute after an inner signature", "D9",
     "misplaced"},
    {"route-log", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, insert_appended, ROUTE_LOG,
     "append a ROUTE-LOG", "D2, D27", "valid"},
    {"route-log-broken", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED,
     insert_appended, BROKEN_ROUTE_LOG,
     "append a ROUTE-LOG that cannot be read", "D10, D27", "valid"},
    {"source-info-broken", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED,
     insert_appended, BROKEN_SOURCE_INFO,
     "append a SOURCE-INFO that cannot be read", "D10", "valid"},
    {"second-signature", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED,
     insert_appended, SECOND_SIGNATURE, "append a bad second SIGNATURE", "D10", "valid"},

    {"short-value", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_size, 0,
     "make a value an octet too short", "D24", "malformed"},
    {"long-value", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_size, 1,
     "make a value an octet too long", "D24", "malformed"},
    {"not-utf8", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_text, 0,
     "write text that is not UTF-8", "D24", "malformed"},
    {"nul", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_text, 1,
     "write text with a NUL", "D24", "malformed"},
    {"response-reserved", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 0,
     "set RESPONSE-CODE's reserved bits", "B§5.2.1", "malformed"},
    {"response-class", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 1,
     "set RESPONSE-CODE's class to 0", "B§5.2.1", "malformed"},
    {"response-number", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 2,
     "set RESPONSE-CODE's number to 100", "B§5.2.1", "malformed"},
    {"address-family", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 3,
     "set a PEER-IP-PORT's family to 3", "B§5.2.2.3", "malformed"},
    {"address-size", "value", "Value", AT_ATTRIBUTES, EACH_WAY, value_octet, 4,
     "write IPv4 for IPv6, or the reverse", "B§5.2.2.3", "malformed"},
    {"depth-15", "value", "Value", AT_MESSAGE, EACH_WAY, value_depth, RELOAD_MAX_DEPTH - 1,
     "nest attributes 15 deep", "D3", "bad-digest"},
    {"depth-16", "value", "Value", AT_MESSAGE, EACH_WAY, value_depth, RELOAD_MAX_DEPTH,
     "nest attributes 16 deep, the last a composite", "D3", "malformed"},

    {"cut-1", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 0,
     "keep only the first octet", "D24", "malformed"},
    {"cut-token", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 1,
     "keep only the token", "D24", "malformed"},
    {"cut-header", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 2,
     "keep the header without its last octet", "D24", "malformed"},
    {"cut-attributes", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 3,
     "keep only the header", "D24", "malformed"},
    {"cut-head", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 4,
     "end inside the first attribute's head", "D24", "malformed"},
    {"cut-signature", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 5,
     "end before the SIGNATURE", "D24", "malformed"},
    {"cut-digest", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 6,
     "end before the DIGEST", "D24", "malformed"},
    {"cut-last", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_message, 7,
     "drop the last octet", "D24", "malformed"},
    {"cut-inside", "cut", "Cut", AT_ATTRIBUTES, NOT_SIGNED, cut_inside, 0,
     "end inside an attribute", "D24", "malformed"},
    {"overhang", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_overhang, 0,
     "append octets after the end", "B§5.1", "valid"},
    {"overhang-counted", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut_overhang, 1,
     "append octets, and count them in Length", "D24", "malformed"},

    {"version-2", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_version, 2,
     "set Version to 2", "D24", "unsupported-version"},
    {"fragment", "header", "Header", AT_MESSAGE, NOT_SIGNED, header_frag, 0,
     "set FRAG", "D14", "fragment"},
    {"other-overlay", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_overlay, 0,
     "set another Overlay", "D16, D20", "overlay-mismatch"},
    {"no-overlay", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_overlay, 1,
     "set Overlay to 0", "D20, D24", "overlay-mismatch; valid in a PEER-JOIN"},
    {"other-dht", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_dht, 0,
     "set another DHT", "D24", "overlay-mismatch"},
    {"other-hash", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_hash, 0,
     "set another Hash", "D24", "overlay-mismatch"},
    {"security-open", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED,
     header_security, RELOAD_SECURITY_OPEN,
     "set Security to 0", "D23", "security-mismatch; valid in a PEER-JOIN"},
    {"security-none", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED,
     header_security, RELOAD_SECURITY_NONE, "set Security to NONE", "D23", "security-mismatch"},
    {"security-other", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED,
     header_security, SECURITY_OTHER,
     "set Security to the other algorithm", "D23", "security-mismatch"},
    {"response-bit", "header", "Header", AT_MESSAGE, NOT_SIGNED | MESSAGE_SIGNED,
     header_response, 0,
     "make a request a response, or the reverse", "D20, D24", "bad-digest"},
    {"other-source", "header", "Header", AT_MESSAGE, NOT_SIGNED | MESSAGE_SIGNED, header_source, 0,
     "set another Source ID", "D20", "peer-id-mismatch"},
    {"late-boot", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, header_boot_time, 0,
     "set a boot time after the TIMESTAMP", "D25", "valid without --replay"},

    {"wrong-key", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_wrong_key, 0,
     "sign with another secret or key", "D12, D13", "bad-digest"},
    {"sha256", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_sha256, 0,
     "sign with SHA-256 instead of SHA-1", "D12, D13", "bad-digest"},
    {"no-secret", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_plain, 0,
     "use SHA-1 instead of HMAC-SHA1", "D12", "bad-digest"},
    {"range-base", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_BASE,
     "cover what B§5.2.6 specifies", "D1", "bad-digest"},
    {"range-all", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_ALL,
     "cover the message from its first octet", "D1", "bad-digest"},
    {"range-container", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_HEAD,
     "cover the container's head too", "D8", "bad-digest"},
    {"range-digest", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_DIGEST_HEAD,
     "cover the head of DIGEST too", "D1, D8", "bad-digest"},
    {"range-timestamp", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_NO_TIMESTAMP,
     "do not cover TIMESTAMP", "D1, D8", "bad-digest"},
    {"range-length", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_LENGTH,
     "cover the Length that a hop has raised", "D2", "bad-digest"},
    {"range-length-zero", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_LENGTH_ZERO,
     "cover a Length of 0", "D2", "bad-digest"},
    {"digest-zero", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_fill, 0,
     "fill DIGEST with zeros", "D24", "bad-digest"},
    {"digest-random", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_fill, 1,
     "fill DIGEST with random octets", "D24", "bad-digest"},
    {"digest-empty", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 0,
     "write a DIGEST without octets", "D24", "bad-digest-length"},
    {"digest-short", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 1,
     "make DIGEST an octet shorter", "D24", "bad-digest-length"},
    {"digest-long", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 2,
     "make DIGEST an octet longer", "D24", "bad-digest-length"},
    {"digest-other-size", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 3,
     "use the other algorithm's length", "D24", "bad-digest-length"},

    {"stale", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, STALE,
     "set TIMESTAMP a second earlier than allowed", "D24", "stale"},
    {"stale-edge", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, STALE_EDGE,
     "set TIMESTAMP as early as allowed", "D24", "valid"},
    {"future", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, FUTURE,
     "set TIMESTAMP a second later than allowed", "D24", "future"},
    {"future-edge", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, FUTURE_EDGE,
     "set TIMESTAMP as late as allowed", "D24", "valid"},
    {"epoch", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, EPOCH,
     "set TIMESTAMP to 1970", "D24", "stale"},
    {"end-of-time", "time", "Time", AT_MESSAGE, NOT_SIGNED, time_of_message, END_OF_TIME,
     "set TIMESTAMP to 2106", "D24", "future"},
    {"expired", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, STALE,
     "let an EXPIRATION end a second too early", "D24", "expired"},
    {"expired-edge", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, STALE_EDGE,
     "let an EXPIRATION end in this second", "D24", "valid"},
    {"inner-future", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, FUTURE,
     "sign an inner signature too late by a second", "D24", "future"},
    {"inner-future-edge", "time", "Time", AT_SITES, NOT_SIGNED, time_inside, FUTURE_EDGE,
     "sign an inner signature as late as allowed", "D24", "valid"},

    {"cert-trailing", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_TRAILING,
     "append an octet to a certificate", "D18", "bad-certificate"},
    {"cert-truncated", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_TRUNCATED,
     "drop a certificate's last octet", "D18", "bad-certificate"},
    {"cert-empty", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_EMPTY,
     "write a certificate without octets", "D18", "bad-certificate"},
    {"cert-other", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, cert_replace, CERT_OTHER,
     "write the message's other certificate", "D18", "bad-digest"},
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
        {"Good", "The unchanged message."},
        {"BitFlip", "One bit is flipped."},
        {"Length", "A Length is wrong."},
        {"Structure", "An attribute is missing, duplicate or misplaced."},
        {"Insertion", "An attribute was inserted."},
        {"Value", "An attribute's value does not fit its type."},
        {"Cut", "Octets are missing at the end, or too many are present."},
        {"Header", "A header field is changed."},
        {"Digest", "A DIGEST was not made as the drafts specify."},
        {"Time", "A TIMESTAMP is changed, to the edge of the accepted range or beyond it."},
        {"Certificate", "A certificate is damaged, empty or replaced by another one."},
        {"SignedAnew", "The message was signed again, so its SIGNATURE's digest is correct."},
        {"AllSignedAnew", "The BODYs and PEER-INFOs that contain the mutation were signed again, "
                          "and then the message."},
        {"Trailing", "Octets follow the end that the header's Length gives. The result is that of "
                     "the message before them."},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(flags[i].flag, flag) == 0)
            return flags[i].text;
    return NULL;
}
