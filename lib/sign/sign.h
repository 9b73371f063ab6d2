/* SPDX-License-Identifier: BSD-2-Clause */
/* Declarations shared by the files of the signing module. */
#ifndef RL_SIGN_SIGN_H
#define RL_SIGN_SIGN_H

#include "crypto/key.h"
#include "crypto/mac.h"
#include "wire/wire.h"

#include <reload/sign.h>

/* A key and its certificate. */
typedef struct rl_identity {
    reload_key *key;
    reload_cert *cert;
} rl_identity;

/* A signature placed in the message, whose digest is computed last. */
typedef struct rl_placed {
    uint32_t offset;
    const rl_identity *identity; /* of a public-key suite */
} rl_placed;

struct reload_signer {
    const reload_suite *suite;
    reload_buf secret; /* for hash functions other than the suite's */
    rl_mac *mac;       /* the secret, prepared for the suite's hash function */
    rl_identity peer;
    rl_identity resource; /* empty: the peer's signs BODYs */
    bool keys_fit;        /* the keys were checked against their certificates */
    bool has_boot_time, has_dht, has_hash;
    uint8_t dht, hash;
    char *overlay_name; /* NULL: not set */
    uint32_t overlay;
    uint32_t boot_time;
    uint64_t counter;                     /* above 32 bits: all values are used */
    reload_counter_source counter_source; /* NULL: the counter above */
    void *counter_arg;
    reload_rng *random;    /* made when first needed */
    reload_msg *built;     /* the message under work, parsed again to find its signatures */
    rl_placed *signatures; /* in ascending order */
    size_t count, cap;
};

/* The members that D29 adds to SOURCE-INFO. */
typedef struct rl_source {
    uint32_t info;          /* the SOURCE-INFO; RELOAD_NO_ATTR if there is none */
    bool make;              /* one is added */
    const uint8_t *peer_id; /* the PEER-ID that it lacks, or NULL */
    bool cert;              /* it lacks a PEER-CERT */
    bool sign;              /* to be signed: a new PEER-SIGNATURE replaces any other */
} rl_source;

/* One rewriting of a message. Errors of writing stick in the builder's buffer. */
typedef struct rl_rewrite {
    reload_signer *signer; /* NULL: nothing is signed */
    reload_sign_options options;
    const reload_msg *msg;
    const uint8_t *octets;
    reload_builder b;
    rl_source source;
} rl_rewrite;

/* ---- signer.c ---- */

/* keyless: the peer's key may be missing. */
reload_err rl_signer_check(reload_signer *signer, unsigned flags, bool keyless, reload_diag *diag);
/* The identity that signs BODYs. */
const rl_identity *rl_resource_identity(const reload_signer *signer);

/* ---- rewrite.c ---- */

/* Begins a rewriting at the end of out. RELOAD_ERR_MALFORMED or RELOAD_ERR_REFUSED: the message
 * cannot be rewritten. */
reload_err rl_rewrite_begin(rl_rewrite *w, const reload_msg *msg, unsigned flags, reload_buf *out,
                            reload_diag *diag);
/* Ends the rewriting: sets Length. On failure the length of out is restored. */
reload_err rl_rewrite_end(rl_rewrite *w, reload_diag *diag);
/* Restores the length of out. */
void rl_rewrite_abandon(rl_rewrite *w);
/* Copies an attribute unchanged. */
void rl_copy(rl_rewrite *w, const reload_attr *attr);

static inline bool rl_forced(const rl_rewrite *w)
{
    return (w->options.flags & RELOAD_SIGN_FORCE) != 0;
}

static inline bool rl_is_request(const reload_msg *msg)
{
    return reload_msg_field(msg, RELOAD_F_RESPONSE) == 0;
}

static inline bool rl_is_join_request(const reload_msg *msg)
{
    return rl_is_request(msg) && reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN;
}

/* ---- complete.c: D29 ---- */

/* The Overlay field, and whether the overlay's parameters agree. */
reload_err rl_complete_overlay(rl_rewrite *w, reload_diag *diag);
/* Finds the members that SOURCE-INFO lacks, for w->source. */
reload_err rl_complete_source(rl_rewrite *w, reload_diag *diag);
/* The Security field. */
reload_err rl_complete_security(rl_rewrite *w, reload_diag *diag);
/* The Transaction ID of a request without one. Called when all else is written, so that a message
 * that is refused or becomes too long uses no counter value. */
reload_err rl_complete_transaction_id(rl_rewrite *w, reload_diag *diag);

/* ---- refuse.c: D32 ---- */

/* Whether the peer's certificate names the PEER-ID, and the resource's the user of each KEY. */
reload_err rl_check_names(const rl_rewrite *w, reload_diag *diag);
/* D35: whether the TIMESTAMP, if one is written, fits its field. */
reload_err rl_check_time(const rl_rewrite *w, reload_diag *diag);
/* Whether a time fits a field of 32 bits. name: "TIMESTAMP". */
reload_err rl_fits_time(int64_t seconds, const char *name, reload_diag *diag);
/* Whether all keys are present for the signatures inside the message. */
reload_err rl_check_keys(const rl_rewrite *w, reload_diag *diag);

/* ---- place.c: D30 ---- */

/* Whether a BODY is to be signed. */
bool rl_signs_body(const rl_rewrite *w, uint32_t body);
/* Writes the completed message, with zeros for the digests of new signatures. */
void rl_place_attributes(rl_rewrite *w);

/* ---- attached.c ---- */

/* Whether an attached signature of size octets is the certificate's over the covered octets.
 * RELOAD_ERR_REFUSED: it is not, and the diagnostic explains why as far as possible;
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_check_attached(const reload_cert *cert, reload_md md, const reload_covered *covered,
                             const reload_span *attached, size_t size, reload_diag *diag);
/* Whether an attached MAC of len octets is that of the covered octets, with the same results. */
reload_err rl_check_attached_mac(const uint8_t *digest, size_t len, const reload_span *attached,
                                 reload_diag *diag);

/* ---- digests.c ---- */

/* Computes the digests of the signatures placed. tbs: leaves only the octets that the message's own
 * digest covers. */
reload_err rl_put_digests(rl_rewrite *w, bool tbs, reload_diag *diag);

#endif
