/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps 7 to 9 of D24 under a public-key suite: which certificate made a signature (D21). */
#ifndef RL_VERIFY_TRIAL_H
#define RL_VERIFY_TRIAL_H

#include "verify/finding.h"
#include "verify/known.h"

enum { RL_MAX_TRIES = 8 }; /* D21 */
#define RL_NO_CANDIDATE SIZE_MAX

/* A certificate that may have made a signature */
typedef struct rl_candidate {
    uint32_t attr;                                /* the certificate */
    reload_cert *cert;                            /* NULL: cannot be read */
    rl_objection objection;                       /* of step 7 without pins */
    bool names_key;                               /* step 9 of a BODY */
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]; /* of its key, unless there is an objection */
} rl_candidate;

typedef struct rl_candidates {
    rl_candidate *list;
    size_t count;
    size_t cap;
} rl_candidates;

/* Drops all and keeps the memory. */
void rl_candidates_clear(rl_candidates *candidates);
void rl_candidates_free(rl_candidates *candidates);
/* Adds a share of the candidate's certificate. RELOAD_ERR_MEMORY. */
reload_err rl_candidates_add(rl_candidates *candidates, const rl_candidate *candidate);

/* The candidates of one signature, and the results of steps 8 and 9 */
typedef struct rl_trial {
    size_t first, end; /* without objection, in the order of trying */
    size_t objected;   /* of the candidates with an objection, the one that got furthest; or
                          RL_NO_CANDIDATE */
    size_t tried;      /* of those from first on */
    reload_reason reasons[RL_MAX_TRIES]; /* theirs */
    size_t chosen;      /* determines the finding; RL_NO_CANDIDATE: no certificate was tried */
    rl_finding finding; /* its reason is RELOAD_REASON_NONE if a certificate passed */
    bool open;          /* a certificate passed, or will pass if its pin matches */
} rl_trial;

/* A signature to try candidates on */
typedef struct rl_claim {
    const reload_msg *msg;
    const reload_site *site;
    reload_md md;
    rl_known *known;                    /* signatures found good before, or NULL */
    uint8_t digest[RELOAD_MAX_MD_SIZE]; /* of the covered octets */
} rl_claim;

/* Digests the octets that a signature covers. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_claim_read(rl_claim *claim, const reload_msg *msg, const reload_site *site,
                         reload_md md);
/* Step 8, and step 9 for a BODY. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_claim_try(const rl_claim *claim, const rl_candidate *candidate, rl_finding *finding);
/* Records the finding about the next candidate, or about the objected one if index is
 * trial->objected. Keeps the finding that got furthest; of equal ones, the first. */
void rl_trial_note(rl_trial *trial, size_t index, const rl_finding *finding);
/* Decides a trial by a pin (D28), or NULL if there is none. At most one candidate is tried, and at
 * most RL_MAX_TRIES in all. identity: "KEY" or "PEER-ID". RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_trial_decide(rl_trial *trial, const rl_candidates *candidates, const reload_msg *msg,
                           uint32_t signature, reload_md md, const uint8_t *pin,
                           const char *identity);

#endif
