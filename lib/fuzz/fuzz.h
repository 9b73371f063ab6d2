/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the harnesses: reading and writing items, and the invariants of every input */
#ifndef RL_FUZZ_FUZZ_H
#define RL_FUZZ_FUZZ_H

#include "reload.h"

/* The harness, called by libFuzzer and replay.c */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts with a message if the condition is false. */
#define MUST(condition)                                \
    do {                                               \
        if (!(condition))                              \
            fuzz_fail(__FILE__, __LINE__, #condition); \
    } while (0)

__attribute__((noreturn)) void fuzz_fail(const char *file, int line, const char *condition);

/* A reload_sink that appends to a reload_buf, and one that reads each octet */
int fuzz_to_buf(void *buf, const void *octets, size_t len);
int fuzz_touch(void *unused, const void *octets, size_t len);

/* A reload_source over octets in memory. Each call returns at most step octets; 0: no limit. */
struct fuzz_source {
    const uint8_t *octets;
    size_t left;
    size_t step;
};

ptrdiff_t fuzz_pull(void *source, uint8_t *octets, size_t size);

/* The items of an input */
struct fuzz_item {
    reload_item_kind kind;
    uint64_t offset;
    size_t at, len; /* in the octets of struct fuzz_items */
    reload_diag diag;
    reload_time captured;
};

struct fuzz_items {
    reload_form form;
    reload_buf octets; /* of all MESSAGE and GARBAGE items, concatenated */
    struct fuzz_item *item;
    size_t count, cap;
    size_t bad; /* number of BAD items */
};

/* How octets are read. Each call of the source returns at most step octets; 0: no limit. */
struct fuzz_reading {
    reload_form form;
    uint32_t max_message; /* 0: no limit */
    size_t step;
};

/* Replaces items by those of octets. */
void fuzz_read_with(struct fuzz_items *items, const struct fuzz_reading *reading,
                    const uint8_t *octets, size_t len);
void fuzz_read(struct fuzz_items *items, reload_form form, const uint8_t *octets, size_t len,
               size_t step);
/* Asserts that two lists have items of the same kinds and octets, and optionally offsets. */
void fuzz_same_items(const struct fuzz_items *a, const struct fuzz_items *b, bool offsets);
void fuzz_items_free(struct fuzz_items *items);

/* ---- Failing allocations ---- */

/* Makes one of the library's next allocations fail, or none. The octets alone decide which, so that
 * runs repeat. */
void fuzz_begin_failing(const uint8_t *octets, size_t len);
/* Ends that. Returns whether err is RELOAD_ERR_MEMORY, and asserts that an allocation has failed
 * then. */
bool fuzz_end_failing(reload_err err);

/* Asserts that the items do not depend on the size of the source's chunks. */
void fuzz_chunks(const struct fuzz_items *whole, reload_form form, const uint8_t *octets,
                 size_t len);

/* Asserts that the items, written as JSON lines and as hex text, are the same when read back. */
void fuzz_round_trip(const struct fuzz_items *items);

#endif
