/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts that a judge keeps from one message to the next: certificates that it has read, and
 * signatures that were good. Results that depend on the time, on CRLs or on the policy are computed
 * for each message. */
#ifndef RL_VERIFY_KNOWN_H
#define RL_VERIFY_KNOWN_H

#include "x509/x509.h"

#include <reload/verify.h>

/* A certificate, found by its octets */
typedef struct rl_known_cert {
    uint64_t hash;     /* of its octets, for the order of the tree */
    reload_span der;   /* of cert, or of own */
    uint8_t *own;      /* a copy, if cert is NULL; owned */
    reload_cert *cert; /* NULL: cannot be read; unread has the cause; owned */
    rl_objection unread;
    bool has_fingerprint;
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]; /* of its key */
    rl_links links;                               /* checked signatures of the certificate */
    uint64_t message;                             /* the last one that it was judged for */
    rl_objection objection;                       /* of step 7 for that message */
    uint64_t listed;                              /* the last list to which it was added */
} rl_known_cert;

enum { RL_MAX_KNOWN_SIGNATURE = 512 }; /* of RSA-4096; longer ones are verified each time */

/* A good signature */
typedef struct rl_known_signature {
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]; /* of the key */
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    reload_md md;
    size_t len; /* 0: the entry is empty */
    uint8_t octets[RL_MAX_KNOWN_SIGNATURE];
} rl_known_signature;

/* Zero-initialise it. Certificates are in two trees: when the recent one is full at the end of a
 * message, it replaces the older one, whose certificates are dropped. */
typedef struct rl_known {
    size_t limit; /* octets */
    void *recent, *older;
    size_t recent_octets;           /* estimated */
    rl_links given;                 /* checked signatures of the policy's certificates */
    rl_known_signature *signatures; /* a quarter of the limit */
    uint64_t message;               /* the number of the current one, from 1 */
} rl_known;

/* Sets the largest memory between messages, in octets, and drops everything. */
void rl_known_set_limit(rl_known *known, size_t limit);
/* To be called before and after each message. */
void rl_known_begin_message(rl_known *known);
void rl_known_end_message(rl_known *known);
/* Drops the facts that depend on the policy's certificates. */
void rl_known_forget_policy(rl_known *known);
void rl_known_free(rl_known *known);

/* The certificate with these octets, read unless it is known. It stays until the message ends. On
 * failure NULL, with *err RELOAD_ERR_MEMORY or RELOAD_ERR_CRYPTO. */
rl_known_cert *rl_known_certificate(rl_known *known, reload_span der, reload_err *err);
/* rl_cert_verify_digest with the certificate's key, whose fingerprint is given, unless the
 * signature is known to be good. known: may be NULL. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err rl_known_verify(rl_known *known, const reload_cert *cert,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], reload_md md,
                           const uint8_t *digest, reload_span signature, bool *match);

#endif
