/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to sign in hex, and checks of the digests of signed messages. */
#ifndef RL_TESTS_SIGNING_H
#define RL_TESTS_SIGNING_H

#include "test.h"

#define SECRET  "secret"
#define PEER    "463ac413c4000000000000000000000000000000"
#define PEER_ID "01010014" PEER
#define ZERO    "0000000000000000000000000000000000000000"

/* A header with the given Security, Method and Length */
#define HEAD(security, method, length) \
    "52454c4f"                         \
    "20"                               \
    "00"                               \
    "0000"                             \
    "01"                               \
    "01"                               \
    "01" security method length
#define IDS                                                            \
    "a6c5927a45000000000000000000000000000000" PEER "4690c25c00000007" \
    "659df2aa"
#define DIGEST ZERO /* the tests check the digest separately */

/* The options for the next message */
extern reload_sign_options options;

void set_options(unsigned flags);
/* A new HMAC signer with SECRET; sets the options. */
reload_signer *signer_new(unsigned flags);
/* A new signer with alice's key and certificate; clears the flags. */
reload_signer *certs_signer_new(void);
/* Signs a message given in hex and appends the result to out. */
reload_err sign_hex(reload_signer *s, const char *hex, reload_buf *out);

/* The position of a signature's digest, and the octets that it covers */
struct digest {
    size_t at;   /* offset of the DIGEST attribute */
    size_t from; /* offset of the container's first member (D8); 0: the message's own digest */
    size_t end;  /* end of the message's SIGNATURE, padding included (D2) */
};

/* Asserts that each digest of the signed message is correct, and that its octets, with zeros for
 * the digests, are as expected. */
void check_signed(reload_signer *s, const char *hex, const char *expected,
                  const struct digest *digests, size_t count);
/* The same with a new HMAC signer and the given flags */
void check_signed_with(unsigned flags, const char *hex, const char *expected,
                       const struct digest *digests, size_t count);

#define BODY   \
    "03050004" \
    "00000e10" /* EXPIRATION */
#define SIGNED "0306001808020014" DIGEST

#endif
