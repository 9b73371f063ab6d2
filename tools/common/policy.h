/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy of an overlay, from a profile and options, for reload-sign and reload-verify. */
#ifndef RELOAD_TOOL_POLICY_H
#define RELOAD_TOOL_POLICY_H

#include "common/arguments.h"

/* Values of max_skew that are not seconds. */
#define POLICY_NO_SKEW_LIMIT INT64_C(-2)

/* The parameters that the options specify; policy_load adds those that only the profile has.
 * Initialise it with POLICY_OPTIONS_INIT, free it with policy_free. */
struct policy_options {
    const char *profile_file;
    bool none;                                        /* NONE is specified */
    struct file_list secrets, ca, intermediates, crl; /* files */
    const char *pin, *replay_state;                   /* files */
    const char *overlay;                              /* name */
    int64_t dht, hash;                                /* header values, or NOT_SPECIFIED */
    int64_t min_rsa_bits;                             /* or NOT_SPECIFIED */
    int64_t max_skew;                                 /* seconds, or NOT_SPECIFIED */
    bool allow_sha1_certs, require_crl, require_peer_signature;
    bool replay, pair;

    const reload_suite *suite; /* the security algorithm; NULL before policy_load has succeeded */
    reload_profile *profile;   /* owns the strings that policy_load takes from it */
};

#define POLICY_OPTIONS_INIT                                                         \
    {                                                                               \
        .dht = NOT_SPECIFIED, .hash = NOT_SPECIFIED, .min_rsa_bits = NOT_SPECIFIED, \
        .max_skew = NOT_SPECIFIED                                                   \
    }

/* Rows of a table of options for the member of the tool's struct that is a struct policy_options:
 * those of both tools, and those of reload-verify. needs: as in a row. */
/* clang-format off */
#define POLICY_COMMON_ROWS(struct_type, member, needs)                                           \
    OPTION_FILE('p', "profile", "FILE", struct_type, member.profile_file,                          \
                "read the overlay's parameters from its profile; options override it", needs),   \
    OPTION_CALL_ON(0, "overlay", "NAME", struct_type, member.overlay, const char *,              \
                   argument_overlay_option,                                                      \
                   "set the overlay's name, whose CRC-32 is the Overlay field", needs)
#define POLICY_VERIFY_ROWS(struct_type, member)                                                  \
    OPTION_FILES('s', "secret", struct_type, member.secrets,                                       \
                 "use HMAC with the shared secret in FILE; repeat to accept any of several"),    \
    OPTION_FILES('c', "ca", struct_type, member.ca,                                                \
                 "use CERTS and trust the CA certificates in FILE; may be repeated"),            \
    OPTION_STATE(0, "pin", "FILE", struct_type, member.pin,                                      \
                "use CERTS with self-signed certificates, and keep the first key seen for each " \
                "Peer-ID or KEY in FILE"),                                                       \
    OPTION_FLAG(0, "none", struct_type, member.none, "use NONE: messages are not signed"),       \
    OPTION_FILES(0, "intermediates", struct_type, member.intermediates,                          \
                 "use the intermediate certificates in FILE in chains to a CA; may be "          \
                 "repeated",                                                                     \
                 "ca|profile", "secret pin none"),                                               \
    OPTION_FILES(0, "crl", struct_type, member.crl,                                              \
                 "apply the CRLs in FILE; may be repeated", "ca|profile", "secret pin none"),    \
    OPTION_NUMBER(0, "min-rsa-bits", "N", struct_type, member.min_rsa_bits, 1024, 8192,          \
                  "reject RSA keys of fewer than N bits (default: 2048)", "ca|pin|profile",      \
                  "secret none"),                                                                \
    OPTION_FLAG(0, "allow-sha1-certs", struct_type, member.allow_sha1_certs,                     \
                "accept certificates signed with SHA-1", "ca|profile", "secret pin none"),       \
    OPTION_FLAG(0, "require-crl", struct_type, member.require_crl,                               \
                "require a current CRL of each issuer in a chain"),                              \
    OPTION_NAMED(0, "dht", "NAME", struct_type, member.dht, RELOAD_NAMES_DHT,                    \
                 "require this DHT algorithm, by name or number"),                               \
    OPTION_NAMED(0, "hash", "NAME", struct_type, member.hash, RELOAD_NAMES_HASH,                 \
                 "require this hash algorithm, by name or number"),                              \
    OPTION_CALL_ON(0, "max-skew", "SPAN", struct_type, member.max_skew, int64_t,                 \
                   policy_skew_option,                                                           \
                   "accept a TIMESTAMP up to SPAN before or after the time of checking "         \
                   "(default: 300), or none for no limit",                                       \
                   NULL, "none"),                                                                \
    OPTION_FLAG(0, "require-peer-signature", struct_type, member.require_peer_signature,         \
                "require a PEER-SIGNATURE in each SOURCE-INFO", NULL, "none"),                   \
    OPTION_FLAG(0, "replay", struct_type, member.replay,                                         \
                "under CERTS, reject a request that was seen before in this run",                \
                "ca|pin|profile", "secret none"),                                                \
    OPTION_STATE(0, "replay-state", "FILE", struct_type, member.replay_state,                    \
                "like --replay, but keep state in FILE, created if missing", "ca|pin|profile",   \
                "secret none"),                                                                  \
    OPTION_FLAG(0, "pair", struct_type, member.pair,                                             \
                "reject a response that answers no request seen before in this run", NULL,       \
                "none")
/* clang-format on */

/* The security algorithm of credentials of a kind: the first of its kind. */
const reload_suite *policy_suite(reload_suite_kind kind);

/* Handles --max-skew: a span, or none. target: an int64_t. */
option_call policy_skew_option;

/* Reads the profile, determines the security algorithm, and adds the profile's parameters that no
 * option specifies. A file option replaces the profile's whole list. replay, pair and pin are then
 * set only if they have an effect, with a warning otherwise. Returns false after reporting an
 * error. Ends the program if the profile lacks a parameter that only an option could add. */
bool policy_load(struct tool *tool, struct policy_options *policy);
/* Like policy_load, for reload-sign, whose credentials determine the algorithm. The profile must
 * agree, unless forced. */
bool policy_load_as(struct tool *tool, struct policy_options *policy, const reload_suite *suite,
                    bool force);
void policy_free(struct policy_options *policy);

/* Reads a profile. File names in it become relative to its directory, which is that of the file
 * that a symbolic link leads to. Returns false after reporting an error. */
bool profile_read(struct tool *tool, const char *path, reload_profile **profile);
/* Like profile_read, but keeps the file names as they are written. */
bool profile_read_as_written(struct tool *tool, const char *path, reload_profile **profile);

#endif
