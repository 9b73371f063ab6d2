/* SPDX-License-Identifier: BSD-2-Clause */
/* --lint: the drafts' rules for a message's form, which do not change the verdict (D24). */
#ifndef VERIFY_LINT_H
#define VERIFY_LINT_H

#include <reload.h>

/* The rules, in the order of reload-checks(7). */
enum lint_rule {
    LINT_TTL_ZERO = 0,
    LINT_UNKNOWN_ROUTING,
    LINT_LFRG_WITHOUT_FRAG,
    LINT_RESERVED_FRAGMENT_BITS,
    LINT_EXPERIMENTAL_VERSION,
    LINT_UNKNOWN_VERSION,
    LINT_UNKNOWN_DHT,
    LINT_UNKNOWN_HASH,
    LINT_UNKNOWN_SECURITY,
    LINT_SECURITY_LEFT_OPEN,
    LINT_RESERVED_METHOD_BIT,
    LINT_UNKNOWN_METHOD,
    LINT_JOIN_DESTINATION,
    LINT_PUT_DESTINATION,
    LINT_TRANSACTION_ID_ZERO,
    LINT_TRANSACTION_ID_FORM,
    LINT_OVERLAY_ZERO,
    LINT_RESPONSE_CODE_IN_REQUEST,
    LINT_MISSING_RESPONSE_CODE,
    LINT_UNKNOWN_RESPONSE_CODE,
    LINT_UNDECIPHERABLE_OUTSIDE_JOIN,
    LINT_MISSING_SOURCE_INFO,
    LINT_SOURCE_INFO_ADVISED,
    LINT_RESOURCE_NOT_APPLICABLE,
    LINT_MISSING_RESOURCE,
    LINT_RESOURCE_WITHOUT_200,
    LINT_REDIRECT_IN_REQUEST,
    LINT_REDIRECT_WITHOUT_302,
    LINT_MISSING_REDIRECT,
    LINT_SDP_IN_TUNNEL,
    LINT_MISSING_SDP,
    LINT_SDP_WITHOUT_200,
    LINT_APPLICATION_NOT_APPLICABLE,
    LINT_MISSING_APPLICATION,
    LINT_MISSING_SIGNATURE,
    LINT_SIGNATURE_UNDER_NONE,
    LINT_SIGNATURE_NOT_LAST,
    LINT_ROUTE_LOG_NOT_AT_END,
    LINT_UNKNOWN_ATTRIBUTE,
    LINT_OUT_OF_PLACE,
    LINT_REPEATED_ATTRIBUTE,
    LINT_BAD_VALUE,
    LINT_NONZERO_PADDING,
    LINT_MISSING_PEER_ID,
    LINT_SOURCE_ID_MISMATCH,
    LINT_MISSING_PEER_CERT,
    LINT_CERTIFICATE_WITHOUT_CERTS,
    LINT_PEER_SIGNATURE_NOT_LAST,
    LINT_MISSING_KEY,
    LINT_MISSING_BODY,
    LINT_MISSING_CERTIFICATE_BODY,
    LINT_MISSING_REGISTERED_BODY,
    LINT_MISSING_ENTRY,
    LINT_MISSING_BODY_EXPIRATION,
    LINT_UNSIGNED_BODY,
    LINT_BODY_SIGNATURE_NOT_LAST,
    LINT_CERTIFICATE_NOT_SOLE,
    LINT_MISSING_PARAMETER_NAME,
    LINT_MISSING_PARAMETER_OP,
    LINT_MISSING_PARAMETER_VALUE,
    LINT_UNKNOWN_OP,
    LINT_MISSING_TIMESTAMP,
    LINT_MISSING_DIGEST,
    LINT_DIGEST_NOT_LAST,
    LINT_DIGEST_LENGTH,
    LINT_INNER_TIMESTAMP_LATER,
    LINT_MISSING_ROUTE_LOG_VERSION,
    LINT_MISSING_ROUTE_LOG_TRANSPORT,
    LINT_MISSING_ROUTE_LOG_PEER_INFO,
    LINT_UNKNOWN_TRANSPORT,
    LINT_MISSING_APPLICATION_NAME,
    LINT_MISSING_APPLICATION_BODY,
    LINT_MISSING_APPLICATION_DIALOG,
    LINT_TUNNELLED_NO_MESSAGE,
    LINT_RULES /* number of rules */
};

/* The level of a rule in the drafts. MUST: they use that word, "required", "mandatory", "exactly
 * one" or "not applicable", or a decision calls the message incorrect. SHOULD: they use that word.
 * NONE: they only describe the message. */
enum lint_level { LINT_LEVEL_NONE = 0, LINT_LEVEL_SHOULD, LINT_LEVEL_MUST };

/* A row of the table of rules. */
struct lint_rule_def {
    const char *word; /* for scripts: "response-code-in-request" */
    enum lint_level level;
    const char *section; /* sections that state it: "B§5.2", "S§5.1, D9" */
    const char *text;    /* a sentence without its full stop */
};

/* The row of a rule; NULL if rule is out of range. */
const struct lint_rule_def *lint_rule_of(enum lint_rule rule);
/* "MUST" or "SHOULD"; NULL for LINT_LEVEL_NONE. */
const char *lint_level_text(enum lint_level level);

/* A broken rule and its place. */
struct lint_finding {
    enum lint_rule rule;
    uint32_t attr;      /* the attribute, or the container of a missing member; or RELOAD_NO_ATTR */
    reload_field field; /* the header field; or RELOAD_FIELDS */
    char detail[128];   /* ASCII, without text from the message */
};

/* Takes a finding, valid during the call. Returns 0; any other value ends the run. */
typedef int (*lint_sink)(void *arg, const struct lint_finding *finding);

enum {
    LINT_REPLICAS = 16
}; /* a RESOURCE-PUT may go to a KEY's Resource-ID or to its replicas 1 to 16 */

/* Passes each broken rule to sink: header, message as a whole, attributes in message order. The
 * rules are those of the overlay's algorithm, whatever the message's Security. Signatures and
 * certificates are not checked, and a tunnelled message is not checked. Nothing is allocated. Only
 * the readable part of a malformed message is checked. An attribute that the rest may contain is
 * not reported as missing. After the SIGNATURE only ROUTE-LOGs are checked (D10); of a fragment
 * (D14) only the header; of another Version only TTL, Routing, the fragment bits and EXP.
 * RELOAD_ERR_ARGUMENT: no such algorithm; RELOAD_ERR_WRITE: from sink; RELOAD_ERR_CRYPTO. */
reload_err lint_message(reload_security algorithm, const reload_msg *msg, lint_sink sink,
                        void *arg);

/* Writes a finding's place as a JSON Pointer, always terminated: an attribute, a header field
 * ("/header/ttl"), or "/attributes" for a missing attribute of the message. Returns false if it
 * does not fit. */
bool lint_pointer(const reload_msg *msg, const struct lint_finding *finding, char *text,
                  size_t size);

#endif
