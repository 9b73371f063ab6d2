/* What both harnesses use: reading items, rendering them, and the identities that hold for every
 * input. */
#ifndef RL_FUZZ_FUZZ_H
#define RL_FUZZ_FUZZ_H

#include "reload.h"

/* The harness, as libFuzzer and replay.c call it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold and aborts. */
#define MUST(condition)                                  \
    do {                                                 \
        if (!(condition))                                \
            fuzz_broken(__FILE__, __LINE__, #condition); \
    } while (0)

__attribute__((noreturn)) void fuzz_broken(const char *file, int line, const char *condition);

/* A reload_sink that appends to a reload_buf, and one that only looks at each octet. */
int fuzz_to_buf(void *buf, const void *octets, size_t len);
int fuzz_look(void *unused, const void *octets, size_t len);

/* A reload_source over octets in memory, which gives at most step of them at once (0: all that is
 * wanted). */
struct fuzz_source {
    const uint8_t *octets;
    size_t left;
    size_t step;
};

ptrdiff_t fuzz_pull(void *source, uint8_t *octets, size_t size);

/* Items as a reader gave them. */
struct fuzz_item {
    reload_item_kind kind;
    uint64_t offset;
    size_t at, len; /* in the list's octets */
};

struct fuzz_items {
    reload_form form;
    reload_buf octets; /* of all MESSAGE and GARBAGE items, one behind the other */
    struct fuzz_item *item;
    size_t count, cap;
    size_t bad; /* BAD ones, which count among the items too */
};

/* Reads all items of octets. */
void fuzz_read(struct fuzz_items *items, reload_form form, const uint8_t *octets, size_t len,
               size_t step);
/* The items of two readings are the same; with offsets: they begin at the same places too. BAD ones
 * have to be nothing but in the same place of the list. */
void fuzz_same_items(const struct fuzz_items *a, const struct fuzz_items *b, bool offsets);
void fuzz_items_free(struct fuzz_items *items);

/* Reading octets of a form gives the same whatever the size of the pieces that they come in. */
void fuzz_chunks(const struct fuzz_items *whole, reload_form form, const uint8_t *octets,
                 size_t len);

/* Writes every item as JSON (a line each) and as hex text, as reload-dump does; reading each back
 * gives the same items. */
void fuzz_round_trip(const struct fuzz_items *items);

#endif
