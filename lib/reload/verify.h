/* SPDX-License-Identifier: BSD-2-Clause */
/* Verifying messages as a receiving peer must.
 *
 * A policy has the rules of an overlay; once sealed, any number of threads share it. A judge is one
 * thread's working memory. Judging fills in a report from the policy, the message and the time
 * alone. If the policy remembers earlier messages, a commit then asks the caller's store, may
 * change the verdict, and records the message; commits are made one at a time, in input order.
 * reload_verify does both. */
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
    RELOAD_UNSECURED, /* passed in an overlay under NONE (D23) */
    RELOAD_MALFORMED,
    RELOAD_PINNED /* passed under keys that are trusted on first use (D28) */
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

/* The words of reports, such as "valid" and "bad-digest". Static; NULL for RELOAD_REASON_NONE. */
const char *reload_verdict_text(reload_verdict verdict);
const char *reload_reason_text(reload_reason reason);
/* The response code for a request with that reason (D24), before D24's exceptions; 0: none. A
 * caller that writes a report's reason may take its response_code from here. */
unsigned reload_reason_code(reload_reason reason);

/* One signature of a message. Made by the library alone; later versions may add members at its end.
 */
typedef struct reload_signature {
    uint32_t attr; /* its index in the message */
    reload_verdict verdict;
    reload_reason reason;
    bool has_timestamp;
    uint32_t timestamp;
    const reload_cert *signer; /* under CERTS, if its certificate could be read; owned by the
                                  report */
} reload_signature;

/* The result for one message. Made by reload_report_new alone. Callers may read its members, and
 * write verdict, reason, response_code and detail. Later versions may add members at its end. */
typedef struct reload_report {
    reload_verdict verdict;
    reload_reason reason;
    uint16_t response_code; /* of the response to the request; 0: none is due, or the message is
                               itself a response (S§5.3) */
    char detail[256];       /* a description of the fault; empty without a reason */
    size_t count;           /* of signatures: reload_report_signature */
    size_t tunnelled_count; /* of inner messages: reload_report_tunnelled */
    bool has_round_trip;    /* the round trip of a response to a known request (D25) */
    reload_time round_trip; /* from the request's capture to the response's */
    reload_time checked_at; /* the time of checking, in whole seconds */
} reload_report;

/* A message inside a TRANSPORT-TUNNEL. Its verdict does not change the outer message's. Made by the
 * library alone; later versions may add members at its end. */
typedef struct reload_tunnelled {
    uint32_t attr;         /* the APPLICATION.BODY that holds it */
    reload_msg *msg;       /* owned by the outer report */
    reload_report *report; /* owned by the outer report */
} reload_tunnelled;

/* Makes a report without a verdict, which can be used for one message after another; NULL without
 * memory. */
reload_report *reload_report_new(void);
/* Frees the report and everything that it owns, and sets the pointer to NULL. */
void reload_report_free(reload_report **report);
/* Clears the report for the next message, but keeps memory. Pointers into the report become
 * invalid. */
void reload_report_clear(reload_report *report);

/* The i-th of the SIGNATUREs, PEER-SIGNATUREs and BODY.SIGNATUREs, in message order; NULL if i is
 * past the last. It belongs to the report, and is valid until the report is used again. */
const reload_signature *reload_report_signature(const reload_report *report, size_t i);
/* The i-th of the inner messages in message order, each judged on its own (D26); NULL if i is past
 * the last. It belongs to the report, and is valid until the report is used again. */
const reload_tunnelled *reload_report_tunnelled(const reload_report *report, size_t i);

/* Whether a message with that verdict passes: valid, pinned or unsecured. */
bool reload_verdict_passes(reload_verdict verdict);
/* Whether the message and each message inside it passed. */
bool reload_report_passed(const reload_report *report);

/* ---- Policy ---- */

/* The rules for an overlay's messages: algorithm, secrets, trust anchors, CRLs, limits. Build it,
 * seal it, then share it: a sealed policy is not written to, and any number of judges in any number
 * of threads may use it. */
typedef struct reload_policy reload_policy;

/* Makes an empty policy for an overlay that uses RELOAD_SECURITY_NONE, RELOAD_SECURITY_HMAC or
 * RELOAD_SECURITY_CERTS (D23); NULL without memory or for another algorithm. */
reload_policy *reload_policy_new(reload_security algorithm);
/* Wipes the secrets, frees the policy and sets the pointer to NULL. No judge may still use the
 * policy. */
void reload_policy_free(reload_policy **policy);

/* The functions that follow change a policy, which must then be sealed (again). No judge may use
 * it meanwhile. */

/* Adds a shared secret. A digest under any of the policy's secrets is accepted. RELOAD_ERR_VALUE:
 * it is empty; RELOAD_ERR_MEMORY. */
reload_err reload_policy_add_secret(reload_policy *policy, const uint8_t *secret, size_t len);
/* Add trusted CA certificates, intermediate certificates that may link others to them, and
 * revocation lists (D18) for CERTS. Each takes one or more in PEM, or one in DER, and adds all or
 * none. RELOAD_ERR_SYNTAX, RELOAD_ERR_MEMORY. */
reload_err reload_policy_add_ca(reload_policy *policy, const uint8_t *octets, size_t len,
                                reload_diag *diag);
reload_err reload_policy_add_intermediates(reload_policy *policy, const uint8_t *octets, size_t len,
                                           reload_diag *diag);
reload_err reload_policy_add_crl(reload_policy *policy, const uint8_t *octets, size_t len,
                                 reload_diag *diag);
/* Sets the smallest accepted RSA key in bits, from 1024 to 8192 (D13; default: 2048). */
void reload_policy_set_min_rsa_bits(reload_policy *policy, unsigned bits);
/* Accepts certificates that are signed with SHA-1. */
void reload_policy_allow_sha1_certs(reload_policy *policy, bool allowed);
/* Requires a current CRL of each issuer in a chain (D18). */
void reload_policy_require_crl(reload_policy *policy, bool required);
/* Set expected header fields (D24 step 4). A field is not checked unless set. A certificate's
 * Peer-IDs must also be for that overlay name (D20). RELOAD_ERR_ARGUMENT: the name is empty (D23);
 * RELOAD_ERR_MEMORY. */
reload_err reload_policy_set_overlay(reload_policy *policy, const char *name);
void reload_policy_set_dht(reload_policy *policy, uint8_t dht);
void reload_policy_set_hash(reload_policy *policy, uint8_t hash);
/* Sets the largest accepted difference between TIMESTAMP and the time of checking (default:
 * RELOAD_DEFAULT_SKEW seconds); negative: no limit. */
void reload_policy_set_max_skew(reload_policy *policy, reload_time skew);
/* Requires a PEER-SIGNATURE in every SOURCE-INFO. */
void reload_policy_require_peer_signature(reload_policy *policy, bool required);
/* Checks every signature of a message that passes D24's steps 1 to 4, even after one fails. The
 * message's verdict stays that of the first failure; expect_replay of a moment has no effect. */
void reload_policy_check_all(reload_policy *policy, bool all);

enum {
    RELOAD_REMEMBER_PEERS = 1,    /* D25: a request that was seen before is a replay */
    RELOAD_REMEMBER_REQUESTS = 2, /* D25: a response must match a request */
    RELOAD_REMEMBER_PINS = 4      /* D28: self-signed certificates, the first key of each identity
                                     is stored; no CA is required */
};

/* Enables checks that require a store: any of RELOAD_REMEMBER_…, or-ed together. Peers and pins
 * have an effect under CERTS only, requests under HMAC and CERTS. */
void reload_policy_remember(reload_policy *policy, unsigned what);

/* Checks that the policy is complete, and prepares the data that its judges share.
 * RELOAD_ERR_ARGUMENT: a secret, a CA certificate or RELOAD_REMEMBER_PINS is missing;
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_policy_seal(reload_policy *policy, reload_diag *diag);

/* Receives a warning about a given file. file: the number of the call that added it, from 0 among
 * calls of the same function. words: one line without control characters, valid during the call. */
typedef void (*reload_policy_warning)(void *arg, reload_given given, size_t file,
                                      const char *words);
/* Calls warn for each CRL that is ignored or doubtful at that time, and for each given certificate
 * that cannot be an issuer or is not valid (D18). since: the time of an earlier call, to get only
 * later warnings, or RELOAD_NO_TIME. Returns the first later time at which a warning changes, or
 * RELOAD_NO_TIME. The policy must be sealed. */
reload_time reload_policy_warnings(const reload_policy *policy, reload_time time, reload_time since,
                                   reload_policy_warning warn, void *arg);
/* Calls take for each CRL of a file, numbered from 0, with its issuer, number and nextUpdate. */
void reload_policy_describe_crls(const reload_policy *policy, size_t file,
                                 reload_policy_warning take, void *arg);

/* The policy's algorithm, its i-th secret, and the DER of the i-th certificate that was added to
 * it, CA certificates first. Octets are NULL if i is past the last. */
reload_security reload_policy_security(const reload_policy *policy);
reload_span reload_policy_secret(const reload_policy *policy, size_t i);
reload_span reload_policy_cert(const reload_policy *policy, size_t i);
/* The policy's overlay name, or NULL, and its largest accepted difference of TIMESTAMP; negative:
 * no limit. */
const char *reload_policy_overlay(const reload_policy *policy);
reload_time reload_policy_max_skew(const reload_policy *policy);

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
 * if it exists. A keep function adds or replaces an entry, but keep_pin leaves an existing pin
 * unchanged. A result other than RELOAD_OK becomes that of reload_commit. If several processes
 * share a store, all calls of one reload_commit must be one transaction, to be rolled back if it
 * fails. Functions for state that the policy does not remember may be NULL. Zero-initialise it and
 * set size. */
typedef struct reload_store {
    size_t size; /* sizeof(reload_store): later versions may add members */
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

/* Makes a judge for a sealed policy, which must outlive the judge; NULL without memory, or if the
 * policy is not sealed. */
reload_judge *reload_judge_new(const reload_policy *policy);
/* Wipes the judge, frees it and sets the pointer to NULL. */
void reload_judge_free(reload_judge **judge);
/* Replaces the policy, between two messages. On failure the judge keeps the old one.
 * RELOAD_ERR_ARGUMENT: not sealed; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_judge_set_policy(reload_judge *judge, const reload_policy *policy);

/* Limits the memory, in octets, for facts that a judge keeps between messages (default:
 * RELOAD_DEFAULT_CACHE). The facts are certificates and their signers, and good signatures with
 * key, digest and octets. The time, CRLs and the rest of the policy are checked for each message.
 * 0: nothing is kept. */
enum { RELOAD_DEFAULT_CACHE = 4 * 1024 * 1024 };
void reload_judge_set_cache(reload_judge *judge, size_t octets);

/* When a message is judged. */
typedef struct reload_moment {
    reload_time now;      /* the time of checking; only its whole seconds count */
    reload_time captured; /* when the message was captured, or RELOAD_NO_TIME */
    /* The request is likely a replay (D25): step 12 is skipped, since step 11 will fail in
     * reload_commit. A sender of replays thus cannot cause work on inner signatures. If the store
     * disagrees, reload_commit returns RELOAD_ERR_AGAIN. */
    bool expect_replay;
} reload_moment;

/* Judges a message by the policy alone, without the store. The same message, policy and moment give
 * the same report. If the policy remembers something, the verdict is provisional until
 * reload_commit; the message must not change until then. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO: the
 * message could not be judged, and the report's verdict is RELOAD_UNCHECKED. */
reload_err reload_judge_message(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                                reload_report *report);

/* Queries the store, and changes the verdict if a check against the store fails. Then records the
 * effects: a request always, peers and pins only if the message passes every step (D25, D28).
 * Reports are committed in input order, one at a time. store: NULL if the policy remembers nothing.
 * On failure the report's verdict is RELOAD_UNCHECKED: RELOAD_ERR_ARGUMENT (no store, or one
 * without size or without a function that the message requires), RELOAD_ERR_AGAIN (see
 * reload_moment), or the store's error. */
reload_err reload_commit(const reload_store *store, reload_report *report);

/* Judges a message like reload_judge_message, and calls reload_commit if that succeeds. */
reload_err reload_verify(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                         const reload_store *store, reload_report *report);

#ifdef __cplusplus
}
#endif

#endif
