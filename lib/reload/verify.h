/* Judging messages as a receiving peer must. */
#ifndef RELOAD_VERIFY_H
#define RELOAD_VERIFY_H

#include <reload/cert.h>
#include <reload/message.h>
#include <reload/render.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Verifying (S§5.2, S§5.3, S§6.1, S§7.1, D18 to D24, D26, D27) ---- */

typedef enum reload_verdict {
    RELOAD_UNCHECKED = 0, /* not reached */
    RELOAD_VALID,
    RELOAD_INVALID,
    RELOAD_UNSECURED, /* passed in an overlay run under NONE (D23) */
    RELOAD_MALFORMED,
    RELOAD_PINNED /* passed under keys that were only remembered (D28) */
} reload_verdict;

/* D24's reasons, in its order. */
typedef enum reload_reason {
    RELOAD_REASON_NONE = 0,
    RELOAD_REASON_MALFORMED,
    RELOAD_REASON_UNSUPPORTED_VERSION,
    RELOAD_REASON_FRAGMENT,
    RELOAD_REASON_OVERLAY_MISMATCH,
    RELOAD_REASON_SECURITY_MISMATCH,
    RELOAD_REASON_MISSING_SIGNATURE,
    RELOAD_REASON_MISSING_CERTIFICATE,
    RELOAD_REASON_DUPLICATE_ATTRIBUTE,
    RELOAD_REASON_MISPLACED,
    RELOAD_REASON_BAD_DIGEST_LENGTH,
    RELOAD_REASON_MISSING_TIMESTAMP,
    RELOAD_REASON_BAD_CERTIFICATE,
    RELOAD_REASON_WEAK_KEY,
    RELOAD_REASON_UNTRUSTED_CERTIFICATE,
    RELOAD_REASON_REVOKED_CERTIFICATE,
    RELOAD_REASON_EXPIRED_CERTIFICATE,
    RELOAD_REASON_PIN_MISMATCH,
    RELOAD_REASON_BAD_DIGEST,
    RELOAD_REASON_PEER_ID_MISMATCH,
    RELOAD_REASON_RESOURCE_KEY_MISMATCH,
    RELOAD_REASON_STALE,
    RELOAD_REASON_FUTURE,
    RELOAD_REASON_REPLAY,
    RELOAD_REASON_UNMATCHED_RESPONSE,
    RELOAD_REASON_MISSING_EXPIRATION,
    RELOAD_REASON_EXPIRED
} reload_reason;

/* The words that scripts see: "valid", "bad-digest". Static; NULL for RELOAD_REASON_NONE. */
const char *reload_verdict_text(reload_verdict verdict);
const char *reload_reason_text(reload_reason reason);

/* A misreading of the drafts that a digest may have been made by. The strings are static. */
typedef struct reload_reading {
    const char *word;    /* "length-not-restored": the same in every version */
    const char *says;    /* what was done */
    const char *section; /* where it stands how it is right */
} reload_reading;

/* The readings that are tried, in order; NULL when i is past the last. */
const reload_reading *reload_reading_at(size_t i);

enum {
    RELOAD_MAX_READINGS = 2, /* misreadings that are tried together */
    RELOAD_MAX_FITS = 8      /* fits that are told */
};

/* A misreading, or several at once, by which a digest fits. */
typedef struct reload_fit {
    const reload_reading *readings[RELOAD_MAX_READINGS];
    size_t count;
} reload_fit;

/* Why a digest is wrong. */
typedef struct reload_explanation {
    reload_fit fits[RELOAD_MAX_FITS]; /* of the fewest misreadings; several where they cannot be
                                         told apart */
    size_t count;                     /* 0: no known misreading fits */
    bool no_digest;                   /* there is none, or an empty one */
    bool key_fits;   /* CERTS: the certificate's key has made it, whatever it covers */
    bool incomplete; /* not all readings could be tried on so much */
} reload_explanation;

/* One signature of a message. */
typedef struct reload_signature {
    uint32_t attr; /* its index in the message */
    reload_verdict verdict;
    reload_reason reason;
    bool has_timestamp;
    uint32_t timestamp;
    const reload_cert *signer;       /* under CERTS, if its certificate could be read; owned by the
                                        report */
    reload_explanation *explanation; /* from reload_explain, or NULL; owned by the report */
} reload_signature;

/* The result for one message. Zero-initialise it. It can be used for one message after another. */
typedef struct reload_report {
    reload_verdict verdict;
    reload_reason reason;
    uint16_t response_code; /* to answer the request with; 0: none, or the message is a response
                               (S§5.3) */
    char detail[256];       /* the reason in words; empty without one */
    reload_signature
        *signatures; /* each SIGNATURE, PEER-SIGNATURE and BODY.SIGNATURE, in message order */
    size_t count;
    size_t cap;
    struct reload_tunnelled *tunnelled; /* inner messages, each judged on its own (D26) */
    size_t tunnelled_count;
    size_t tunnelled_cap;
    bool has_round_trip;      /* the round trip of a response to a known request (D25) */
    reload_time round_trip;   /* from the request's capture to the response's */
    struct reload_plan *plan; /* private: queries and effects for reload_commit */
} reload_report;

/* A message inside a TRANSPORT-TUNNEL. Its verdict does not change the outer message's. */
typedef struct reload_tunnelled {
    uint32_t attr;   /* the APPLICATION.BODY that holds it */
    reload_msg *msg; /* owned by the report */
    reload_report report;
} reload_tunnelled;

/* Whether a message with that verdict passes: valid, pinned or unsecured. */
bool reload_verdict_passes(reload_verdict verdict);
/* Whether the message and each message inside it passed. */
bool reload_report_passed(const reload_report *report);

/* Frees what a report owns and leaves it as if zero-initialised. */
void reload_report_free(reload_report *report);

/* ---- Policy ---- */

/* What an overlay's messages are judged by: algorithm, secrets, trust anchors, CRLs, limits. Build
 * it, seal it, then share it: a sealed policy is not written to, and any number of judges in any
 * number of threads may use it. */
typedef struct reload_policy reload_policy;

/* An empty policy for an overlay that uses RELOAD_SECURITY_NONE, RELOAD_SECURITY_HMAC or
 * RELOAD_SECURITY_CERTS (D23); NULL without memory or for another algorithm. */
reload_policy *reload_policy_new(reload_security algorithm);
/* Wipes the secrets, frees the policy and sets the pointer to NULL. No judge may use it. */
void reload_policy_free(reload_policy **policy);

/* The functions that follow change a policy, which must then be sealed (again). No judge may use
 * it meanwhile. */

/* Adds a shared secret. A digest under any of them is accepted. RELOAD_ERR_VALUE: it is empty;
 * RELOAD_ERR_MEMORY. */
reload_err reload_policy_add_secret(reload_policy *policy, const uint8_t *secret, size_t len);
/* CERTS: adds trusted CA certificates, intermediate certificates that may link others to them, and
 * revocation lists (D18). Each takes one or more in PEM, or one in DER. RELOAD_ERR_SYNTAX,
 * RELOAD_ERR_MEMORY. */
reload_err reload_policy_add_ca(reload_policy *policy, const uint8_t *octets, size_t len,
                                reload_diag *diag);
reload_err reload_policy_add_intermediates(reload_policy *policy, const uint8_t *octets, size_t len,
                                           reload_diag *diag);
reload_err reload_policy_add_crl(reload_policy *policy, const uint8_t *octets, size_t len,
                                 reload_diag *diag);
/* Smallest accepted RSA key in bits, from 1024 to 8192 (D13; default: 2048). */
void reload_policy_set_min_rsa_bits(reload_policy *policy, unsigned bits);
/* Accepts certificates that are signed with SHA-1. */
void reload_policy_allow_sha1_certs(reload_policy *policy, bool allowed);
/* Expected header fields (D24 step 4). A field is not checked unless set. The overlay's name is
 * also the one that a certificate's Peer-IDs must be named for (D20); RELOAD_ERR_MEMORY. */
reload_err reload_policy_set_overlay(reload_policy *policy, const char *name);
void reload_policy_set_dht(reload_policy *policy, uint8_t dht);
void reload_policy_set_hash(reload_policy *policy, uint8_t hash);
/* Largest accepted difference between TIMESTAMP and the time of checking (default:
 * RELOAD_DEFAULT_SKEW seconds); negative: no limit. */
void reload_policy_set_max_skew(reload_policy *policy, reload_time skew);
/* Requires a PEER-SIGNATURE in every SOURCE-INFO. */
void reload_policy_require_peer_signature(reload_policy *policy, bool required);

enum {
    RELOAD_REMEMBER_PEERS = 1,    /* D25: a request that was seen before is a replay */
    RELOAD_REMEMBER_REQUESTS = 2, /* D25: a response must match a request */
    RELOAD_REMEMBER_PINS = 4      /* D28: self-signed certificates, the first key of each identity
                                     is stored; no CA is required */
};

/* Asks for checks that need a store: any of RELOAD_REMEMBER_…, or-ed together. Peers and pins have
 * an effect under CERTS only, requests under HMAC and CERTS. */
void reload_policy_remember(reload_policy *policy, unsigned what);

/* Checks that the policy is complete, and prepares what its judges share. RELOAD_ERR_ARGUMENT: a
 * secret, a CA certificate or RELOAD_REMEMBER_PINS is missing; RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_policy_seal(reload_policy *policy, reload_diag *diag);

/* Calls warn with static words for each CRL that is out of date at that time, of an unknown issuer,
 * or badly signed (D18). The policy is sealed. */
void reload_policy_crl_warnings(const reload_policy *policy, reload_time time,
                                void (*warn)(void *arg, const char *words), void *arg);

/* The algorithm; the i-th secret; the DER of the i-th certificate that was added, CA certificates
 * first. Octets are NULL when i is past the last. */
reload_security reload_policy_security(const reload_policy *policy);
reload_span reload_policy_secret(const reload_policy *policy, size_t i);
reload_span reload_policy_cert(const reload_policy *policy, size_t i);

/* ---- Store: state from one message to the next ---- */

/* State of a peer whose requests passed (D25). */
typedef struct reload_peer_state {
    uint32_t boot_time; /* the latest */
    uint32_t counter;   /* the highest of that boot time */
    uint64_t window;    /* bit i: the counter i + 1 below the highest was seen */
    uint32_t timestamp; /* the latest TIMESTAMP of its requests */
} reload_peer_state;

/* A request that a response can match (D25). */
typedef struct reload_request_state {
    reload_time captured; /* or RELOAD_NO_TIME */
    bool open_overlay;    /* a PEER-JOIN request with Overlay 0 */
} reload_request_state;

/* The caller's functions, each called with arg. A find function sets *found, and fills in the entry
 * if there is one; a keep function adds an entry or replaces it, but keep_pin leaves an existing
 * pin as it is. A result other than RELOAD_OK becomes that of reload_commit. If several processes
 * share a store, all calls of one reload_commit must be one transaction, to be rolled back if it
 * fails. Functions for what the policy does not remember may be NULL. */
typedef struct reload_store {
    void *arg;
    reload_err (*find_peer)(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                            bool *found);
    reload_err (*keep_peer)(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            const reload_peer_state *peer);
    reload_err (*find_request)(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, reload_request_state *request, bool *found);
    reload_err (*keep_request)(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, const reload_request_state *request);
    /* name: "peer:" and a Peer-ID in hex, or "key:" and a KEY; fingerprint: the SHA-256 of the
     * SubjectPublicKeyInfo */
    reload_err (*find_pin)(void *arg, const char *name,
                           uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found);
    reload_err (*keep_pin)(void *arg, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]);
} reload_store;

/* ---- Judge and commit ---- */

/* One thread's working memory. */
typedef struct reload_judge reload_judge;

/* A judge for a sealed policy, which must outlive it; NULL without memory, and if the policy is not
 * sealed. */
reload_judge *reload_judge_new(const reload_policy *policy);
/* Wipes it, frees it and sets the pointer to NULL. */
void reload_judge_free(reload_judge **judge);
/* Replaces the policy, between two messages. On failure the judge keeps the old one.
 * RELOAD_ERR_ARGUMENT: not sealed; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_judge_set_policy(reload_judge *judge, const reload_policy *policy);

/* When a message is judged. */
typedef struct reload_moment {
    reload_time now;      /* the time of checking; only its whole seconds count */
    reload_time captured; /* when the message was captured, or RELOAD_NO_TIME */
} reload_moment;

/* Judges a message by the policy alone, without the store. The same message, policy and moment give
 * the same report. If the policy remembers something, the verdict is provisional until
 * reload_commit; the message must stay as it is until then. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO:
 * the message could not be judged, and the report has no verdict but RELOAD_UNCHECKED. */
reload_err reload_judge_message(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                                reload_report *report);

/* Asks the store what the verdict depends on, turns the verdict if a check fails there, and records
 * the effects: a request always, peers and pins only if the message passes every step (D25, D28).
 * Reports are committed in input order, one at a time. store: NULL if the policy remembers nothing.
 * On failure, RELOAD_ERR_ARGUMENT (no store) or the store's own, the report has no verdict but
 * RELOAD_UNCHECKED. */
reload_err reload_commit(const reload_store *store, reload_report *report);

/* reload_judge_message and reload_commit. */
reload_err reload_verify(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                         const reload_store *store, reload_report *report);

/* Explains each signature of a report, and of those inside it, whose reason is
 * RELOAD_REASON_BAD_DIGEST or RELOAD_REASON_BAD_DIGEST_LENGTH: tries the readings in turn, and two
 * at a time where none fits alone. Verdicts stay as they are. The work for a message is bounded.
 * policy, msg and report: as of reload_verify. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_explain(const reload_policy *policy, const reload_msg *msg,
                          reload_report *report);
/* Writes a fit in words into text, always terminated. */
void reload_fit_text(const reload_fit *fit, char *text, size_t size);

/* Writes the report as one JSON object without a newline. msg: what was judged; NULL for octets
 * that are no message, of which report gives verdict, reason and detail alone. origin: not NULL. */
reload_err reload_json_write_report(const reload_report *report, const reload_msg *msg,
                                    const reload_origin *origin, reload_sink sink, void *arg);

/* ---- Linting (D24) ---- */

/* What the drafts ask of a message, in the order of reload-verify(1)'s table. Some of it decides
 * the verdict too; lint decides nothing. */
typedef enum reload_rule {
    RELOAD_RULE_TTL_ZERO = 0,
    RELOAD_RULE_UNKNOWN_ROUTING,
    RELOAD_RULE_LFRG_WITHOUT_FRAG,
    RELOAD_RULE_RESERVED_FRAGMENT_BITS,
    RELOAD_RULE_EXPERIMENTAL_VERSION,
    RELOAD_RULE_UNKNOWN_VERSION,
    RELOAD_RULE_UNKNOWN_DHT,
    RELOAD_RULE_UNKNOWN_HASH,
    RELOAD_RULE_UNKNOWN_SECURITY,
    RELOAD_RULE_SECURITY_LEFT_OPEN,
    RELOAD_RULE_RESERVED_METHOD_BIT,
    RELOAD_RULE_UNKNOWN_METHOD,
    RELOAD_RULE_JOIN_DESTINATION,
    RELOAD_RULE_PUT_DESTINATION,
    RELOAD_RULE_TRANSACTION_ID_ZERO,
    RELOAD_RULE_TRANSACTION_ID_FORM,
    RELOAD_RULE_OVERLAY_ZERO,
    RELOAD_RULE_RESPONSE_CODE_IN_REQUEST,
    RELOAD_RULE_MISSING_RESPONSE_CODE,
    RELOAD_RULE_UNKNOWN_RESPONSE_CODE,
    RELOAD_RULE_UNDECIPHERABLE_OUTSIDE_JOIN,
    RELOAD_RULE_MISSING_SOURCE_INFO,
    RELOAD_RULE_SOURCE_INFO_ADVISED,
    RELOAD_RULE_RESOURCE_NOT_APPLICABLE,
    RELOAD_RULE_MISSING_RESOURCE,
    RELOAD_RULE_RESOURCE_WITHOUT_200,
    RELOAD_RULE_REDIRECT_IN_REQUEST,
    RELOAD_RULE_REDIRECT_WITHOUT_302,
    RELOAD_RULE_MISSING_REDIRECT,
    RELOAD_RULE_SDP_IN_TUNNEL,
    RELOAD_RULE_MISSING_SDP,
    RELOAD_RULE_SDP_WITHOUT_200,
    RELOAD_RULE_APPLICATION_NOT_APPLICABLE,
    RELOAD_RULE_MISSING_APPLICATION,
    RELOAD_RULE_MISSING_SIGNATURE,
    RELOAD_RULE_SIGNATURE_UNDER_NONE,
    RELOAD_RULE_SIGNATURE_NOT_LAST,
    RELOAD_RULE_ROUTE_LOG_NOT_AT_END,
    RELOAD_RULE_UNKNOWN_ATTRIBUTE,
    RELOAD_RULE_OUT_OF_PLACE,
    RELOAD_RULE_REPEATED_ATTRIBUTE,
    RELOAD_RULE_BAD_VALUE,
    RELOAD_RULE_NONZERO_PADDING,
    RELOAD_RULE_MISSING_PEER_ID,
    RELOAD_RULE_SOURCE_ID_MISMATCH,
    RELOAD_RULE_MISSING_PEER_CERT,
    RELOAD_RULE_CERTIFICATE_WITHOUT_CERTS,
    RELOAD_RULE_PEER_SIGNATURE_NOT_LAST,
    RELOAD_RULE_MISSING_KEY,
    RELOAD_RULE_MISSING_BODY,
    RELOAD_RULE_MISSING_CERTIFICATE_BODY,
    RELOAD_RULE_MISSING_REGISTERED_BODY,
    RELOAD_RULE_MISSING_ENTRY,
    RELOAD_RULE_MISSING_BODY_EXPIRATION,
    RELOAD_RULE_UNSIGNED_BODY,
    RELOAD_RULE_BODY_SIGNATURE_NOT_LAST,
    RELOAD_RULE_CERTIFICATE_NOT_SOLE,
    RELOAD_RULE_MISSING_PARAMETER_NAME,
    RELOAD_RULE_MISSING_PARAMETER_OP,
    RELOAD_RULE_MISSING_PARAMETER_VALUE,
    RELOAD_RULE_UNKNOWN_OP,
    RELOAD_RULE_MISSING_TIMESTAMP,
    RELOAD_RULE_MISSING_DIGEST,
    RELOAD_RULE_DIGEST_NOT_LAST,
    RELOAD_RULE_DIGEST_LENGTH,
    RELOAD_RULE_INNER_TIMESTAMP_LATER,
    RELOAD_RULE_MISSING_ROUTE_LOG_VERSION,
    RELOAD_RULE_MISSING_ROUTE_LOG_TRANSPORT,
    RELOAD_RULE_MISSING_ROUTE_LOG_PEER_INFO,
    RELOAD_RULE_UNKNOWN_TRANSPORT,
    RELOAD_RULE_MISSING_APPLICATION_NAME,
    RELOAD_RULE_MISSING_APPLICATION_BODY,
    RELOAD_RULE_MISSING_APPLICATION_DIALOG,
    RELOAD_RULE_TUNNELLED_NO_MESSAGE,
    RELOAD_RULES /* how many there are */
} reload_rule;

/* How strictly a draft asks for it: MUST where it says so, or says required, mandatory, exactly one
 * or not applicable, and where a decision calls the message incorrect; SHOULD where it says that;
 * NONE where it only describes. */
typedef enum reload_level {
    RELOAD_LEVEL_NONE = 0,
    RELOAD_LEVEL_SHOULD,
    RELOAD_LEVEL_MUST
} reload_level;

/* A row of the table of rules. */
typedef struct reload_rule_def {
    const char *word; /* for scripts: "response-code-in-request" */
    reload_level level;
    const char *section; /* what asks for it: "B§5.2", "S§5.1, D9" */
    const char *asks;    /* a sentence, without its full stop */
} reload_rule_def;

/* The row of a rule; NULL for a value that is none. */
const reload_rule_def *reload_rule_def_of(reload_rule rule);
/* "MUST" or "SHOULD", or NULL for RELOAD_LEVEL_NONE. Static. */
const char *reload_level_text(reload_level level);

/* A rule that a message breaks, and where. */
typedef struct reload_finding {
    reload_rule rule;
    uint32_t attr;      /* the attribute; of a missing member, the container; else RELOAD_NO_ATTR */
    reload_field field; /* the header field; else RELOAD_FIELDS */
    char detail[128];   /* in words, ASCII alone and nothing from strangers */
} reload_finding;

/* Takes a finding, which lives as long as the call. Returns 0; anything else makes the caller stop
 * with RELOAD_ERR_WRITE. */
typedef int (*reload_lint_sink)(void *arg, const reload_finding *finding);

enum {
    RELOAD_LINT_REPLICAS = 16
}; /* a RESOURCE-PUT may go to the KEY's Resource-ID, or to that of replica 1 to this */

/* Looks for what in a message breaks the drafts, in an overlay run under that algorithm (as for a
 * verifier, it is not taken from the message), and tells sink of each: header first, then the
 * message as a whole, then attributes in message order. Neither signatures nor certificates are
 * checked, and a tunnelled message is octets here. Nothing is allocated. A malformed message is
 * looked at as far as it can be read; what may be in the part that cannot is not called missing.
 * Behind the SIGNATURE only ROUTE-LOGs are looked at (D10). Of a fragment (D14) only the header is,
 * and of another Version only TTL, Routing, the fragment bits and EXP. RELOAD_ERR_ARGUMENT: no such
 * algorithm; RELOAD_ERR_WRITE: the sink's; RELOAD_ERR_CRYPTO. */
reload_err reload_lint(reload_security algorithm, const reload_msg *msg, reload_lint_sink sink,
                       void *arg);

/* Writes a JSON Pointer to where a finding is into text, always terminated: an attribute, a header
 * field ("/header/ttl"), or
 * "/attributes" for what the message lacks. Returns false where it did not fit. */
bool reload_finding_pointer(const reload_msg *msg, const reload_finding *finding, char *text,
                            size_t size);

/* reload_json_write_report with what reload_lint finds in the message, and in each that it carries,
 * as "lint"; RELOAD_ERR_ARGUMENT and RELOAD_ERR_CRYPTO are reload_lint's. */
reload_err reload_json_write_report_lint(const reload_report *report, const reload_msg *msg,
                                         const reload_origin *origin, reload_security algorithm,
                                         reload_sink sink, void *arg);

#ifdef __cplusplus
}
#endif

#endif
