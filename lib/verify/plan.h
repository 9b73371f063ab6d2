/* SPDX-License-Identifier: BSD-2-Clause */
/* A judged message's queries to the store and effects on it (D25, D28). The judge records one step
 * for each check that requires the store, in D24's order; reload_commit runs the steps. */
#ifndef RL_VERIFY_PLAN_H
#define RL_VERIFY_PLAN_H

#include "verify/trial.h"

typedef enum rl_step_kind {
    RL_STEP_REQUEST,   /* record the request for pairing, whatever the verdict */
    RL_STEP_SIGNATURE, /* a signature was judged; compare the pins of its certificates */
    RL_STEP_PEER,      /* step 11: compare with the peer's state */
    RL_STEP_RESPONSE   /* step 11: find the response's request */
} rl_step_kind;

typedef struct rl_step {
    rl_step_kind kind;
    /* the following members are for RL_STEP_SIGNATURE */
    size_t signature;     /* index in the report */
    bool decides;         /* its failure fails the message, and its pin is stored (not for D27) */
    bool pinned;          /* a certificate was tried, and its pin counts */
    size_t identity;      /* the identity that its certificates represent */
    rl_trial trial;       /* among the plan's candidates */
    rl_finding rest;      /* of step 10, if a candidate passes */
    struct rl_step *next; /* in the commit's list of pins to store */
} rl_step;

/* A Peer-ID or KEY for which a key is stored */
typedef struct rl_identity {
    size_t name;        /* offset in the plan's names */
    const rl_step *pin; /* the first step of the commit that showed its key */
} rl_identity;

typedef struct rl_plan {
    const reload_msg *msg; /* unchanged until the commit */
    reload_md md;          /* of its signatures */
    reload_time captured;
    bool stopped;    /* at step 11, where a replay is expected */
    bool all;        /* signatures are judged after a failure too */
    size_t decisive; /* number of steps up to the judge's first failure; later steps do not change
                        the verdict */
    rl_step *steps;
    size_t count;
    size_t cap;
    rl_candidates candidates; /* under pins; steps of a RESOURCE share them */
    rl_identity *identities;
    size_t identity_count;
    size_t identity_cap;
    reload_buf names; /* terminated strings */
} rl_plan;

/* Drops all steps and keeps the memory. NULL: does nothing. */
void rl_plan_clear(rl_plan *plan);
void rl_plan_free(rl_plan **plan);
/* A new step, zeroed; NULL without memory. */
rl_step *rl_plan_step(rl_plan *plan, rl_step_kind kind);
/* Enters an identity. Returns false without memory. */
bool rl_plan_identity(rl_plan *plan, size_t name, size_t *index);

/* ---- Replay (D25) ---- */

enum { RL_WINDOW = 64 }; /* number of recorded counters below the highest */

/* Whether a request with this boot time and counter was seen, or may have been. known: the store
 * has the peer. */
bool rl_peer_is_replay(const reload_peer_state *peer, bool known, uint32_t boot_time,
                       uint32_t counter);
/* The peer's state after a request with this boot time and counter that is not a replay. */
void rl_peer_advance(reload_peer_state *peer, bool known, uint32_t boot_time, uint32_t counter,
                     uint32_t timestamp);

/* ---- Pins (D28) ---- */

/* Appends the name under which an identity is stored, with a terminating NUL: "peer:" and 40 hex
 * digits, or "key:" and a KEY in the form that D21 compares. That form has no scheme, and the host
 * in lower case. */
reload_err rl_pin_name_of_peer(const uint8_t id[RELOAD_ID_SIZE], reload_buf *name);
reload_err rl_pin_name_of_key(const uint8_t *key, size_t len, reload_buf *name);

#endif
