/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the harnesses that judge messages: a store in memory, and the invariants of reports */
#ifndef RL_FUZZ_JUDGING_H
#define RL_FUZZ_JUDGING_H

#include "fuzz.h"

enum { NOW = 1183900000, HEAD = 4, LENGTH_AT = 13, LENGTH_END = 16 };

bool same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
/* Whether the attributes cover the whole message. */
bool is_framed(const reload_msg *msg);
bool is_request(const reload_msg *msg);

/* ---- A store ---- */

typedef enum fuzz_kind { FUZZ_PEER, FUZZ_REQUEST, FUZZ_PIN, FUZZ_KINDS } fuzz_kind;

struct fuzz_entry {
    fuzz_kind kind;
    reload_buf key, value;
};

/* Zero-initialise it. */
struct fuzz_store {
    struct fuzz_entry *entry;
    size_t count;
    size_t kept[FUZZ_KINDS]; /* number of times that an entry was added or replaced */
};

void fuzz_store_clear(struct fuzz_store *store);
reload_store fuzz_store_functions(struct fuzz_store *store);
/* Whether the store has a pin of that name. */
bool fuzz_store_has_pin(const struct fuzz_store *store, const char *name);

/* ---- Judging ---- */

struct verifier {
    reload_policy *policy;
    reload_judge *judge;
    unsigned remembers; /* RELOAD_REMEMBER_… */
};

/* Seals the policy and makes the judge. */
void verifier_begin(struct verifier *verifier);
/* Verifies a message. The report is checked; it is valid until the next call. */
const reload_report *verify_with(const struct verifier *verifier, const reload_msg *msg,
                                 reload_moment moment, struct fuzz_store *store);
/* The same with an empty store. */
const reload_report *verify(const struct verifier *verifier, const reload_msg *msg, int64_t time);
/* The report's entry of a signature, or NULL */
const reload_signature *entry_of(const reload_report *report, uint32_t attr);
/* The expected reason, by D24's order, of a message whose signatures are all correct */
reload_reason expected_reason(const reload_msg *msg);
/* A changed bit that the signature covers makes a message that passes invalid. */
void check_tampering(const struct verifier *verifier, const reload_buf *good, int64_t time,
                     unsigned seed);
/* Wrong digests are explained, and the report does not change. */
void check_explaining(const struct verifier *verifier, const reload_msg *msg, int64_t time);

#endif
