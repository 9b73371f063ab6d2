/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages with faults, crafted without the library's signer, and checks of their verdicts */
#ifndef RL_TESTS_CRAFTING_H
#define RL_TESTS_CRAFTING_H

#include "test.h"

#define SECRET "secret"
#define NOW    1183900000 /* the time of verification */

/* A signature to craft. Its members are given in order: T is TIMESTAMP, D is DIGEST, d is a DIGEST
 * of 19 octets, X is an unknown attribute. */
struct sig {
    const char *members; /* NULL: no signature */
    uint32_t timestamp;
    bool wrong; /* one bit of the digest is flipped */
    bool early; /* followed by another member of its container */
};

/* A message to craft, with its faults. A zeroed plan is a valid RESOURCE-PUT request. */
struct plan {
    uint8_t method; /* 0: RESOURCE-PUT; 0xff: PEER-JOIN */
    bool response;
    uint8_t security; /* 0: HMAC; 0xff: OPEN */
    struct sig message, source, redirect, body_peer, body, route_log;
    bool no_message_signature, no_body_signature, no_expiration;
    uint32_t source_expiration, body_expiration;   /* 0: an hour; 1: 0 s */
    const char *secret;                            /* NULL: SECRET */
    const char *before;                            /* attributes before SOURCE-INFO, in hex */
    const char *in_source, *in_resource, *in_body; /* the container's first members, in hex */
    const char *after;                             /* attributes after SIGNATURE, in hex */
    bool certificate_body;                         /* RESOURCE has a certificate BODY too */
};

/* Replaces buf by the planned message. Its digests are computed by mbed TLS alone. */
void craft(const struct plan *p, reload_buf *buf);

/* A new policy for HMAC with SECRET and the overlay of crafted messages */
reload_policy *new_policy(void);
/* Verifies octets and asserts the verdict, the reason (NULL: none), the response code, and the list
 * of signatures (NULL: any), such as "/attributes/1=valid /attributes/2=bad-digest". */
void check_octets(reload_policy *policy, const reload_buf *buf, int64_t time,
                  reload_verdict verdict, const char *reason, uint16_t code,
                  const char *signatures);
/* Crafts and verifies a request, and its response, which fails for the same reason, without a
 * response code. */
void check_verdict(const struct plan *p, const char *reason, uint16_t code, const char *signatures);

#define BODY_SIG   "/attributes/1/value/1/value/2"
#define SOURCE_SIG "/attributes/0/value/2"
#define PEER_ID \
    "01010014"  \
    "463ac413c4000000000000000000000000000000"

#endif
