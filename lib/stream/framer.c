/* SPDX-License-Identifier: BSD-2-Clause */
/* Framing: octets to messages and garbage. */
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>

void rl_framer_open(rl_framer *f, rl_pull pull, void *arg, bool mapped)
{
    rl_framer kept = {.octets = f->octets, .where = f->where, .cap = f->cap};
    *f = kept;
    f->pull = pull;
    f->arg = arg;
    f->mapped = mapped;
    if (!mapped) {
        free(f->where);
        f->where = NULL;
    } else if (f->where == NULL) {
        f->cap = 0; /* allocate both arrays with the same size */
    }
}

void rl_framer_free(rl_framer *f)
{
    free(f->octets);
    free(f->where);
    *f = (rl_framer){0};
}

/* Makes the buffer hold size octets from start on. */
static bool framer_reserve(rl_framer *f, size_t size)
{
    if (f->start > 0) {
        memmove(f->octets, f->octets + f->start, f->avail);
        if (f->mapped)
            memmove(f->where, f->where + f->start, f->avail * sizeof *f->where);
        f->start = 0;
    }
    if (size <= f->cap)
        return true;
    size_t cap = f->cap < RL_CHUNK ? RL_CHUNK : f->cap;
    while (cap < size)
        cap *= 2; /* no overflow: size is at most two messages */
    uint8_t *octets = realloc(f->octets, cap);
    if (octets == NULL)
        return false;
    f->octets = octets;
    if (f->mapped) {
        uint64_t *where = realloc(f->where, cap * sizeof *where);
        if (where == NULL)
            return false;
        f->where = where;
    }
    f->cap = cap;
    return true;
}

/* Reads until size octets are available or the input ends. */
static reload_err need(rl_framer *f, size_t size)
{
    while (f->avail < size && !f->ended) {
        if (f->start + size > f->cap && !framer_reserve(f, size))
            return RELOAD_ERR_MEMORY;
        size_t at = f->start + f->avail;
        ptrdiff_t n =
            f->pull(f->arg, f->octets + at, f->cap - at, f->mapped ? f->where + at : NULL);
        if (n < 0)
            return RELOAD_ERR_READ;
        f->ended = n == 0;
        f->avail += (size_t)n;
    }
    return RELOAD_OK;
}

static reload_err give(rl_framer *f, reload_item *item, reload_item_kind kind, size_t len)
{
    *item = (reload_item){.kind = kind, .octets = f->octets + f->start, .len = len};
    item->offset = f->mapped ? f->where[f->start] : f->base;
    /* the rest of a piece that was too long may look like a header */
    if (kind == RELOAD_ITEM_GARBAGE && rl_check_header(item->octets, len, &item->diag) == RELOAD_OK)
        (void)rl_fail(&item->diag, RELOAD_ERR_NO_MESSAGE, "not a RELOAD message");
    item->diag.has_offset = true;
    item->diag.offset = item->offset;
    f->given = len;
    return RELOAD_OK;
}

static reload_err give_rest(rl_framer *f, reload_item *item, reload_item_kind kind)
{
    if (f->incomplete_dropped || f->avail == 0) {
        f->dropped = f->avail > 0;
        f->dropped_at = !f->dropped ? 0 : f->mapped ? f->where[f->start] : f->base;
        f->avail = 0;
        *item = (reload_item){.kind = RELOAD_ITEM_END};
        return RELOAD_OK;
    }
    return give(f, item, kind, f->avail);
}

/* The first position at or after from where a token begins, or may begin when more octets come. */
static size_t find_token(const rl_framer *f, size_t from)
{
    const uint8_t *octets = f->octets + f->start;
    while (from < f->avail) {
        const uint8_t *p = memchr(octets + from, rl_token[0], f->avail - from);
        if (p == NULL)
            return f->avail;
        from = (size_t)(p - octets);
        size_t left = f->avail - from;
        if (memcmp(p, rl_token, left < sizeof rl_token ? left : sizeof rl_token) == 0)
            return from;
        from++;
    }
    return f->avail;
}

reload_err rl_framer_next(rl_framer *f, reload_item *item)
{
    f->start += f->given;
    f->avail -= f->given;
    f->base += f->given;
    f->given = 0;
    size_t at = 0;
    for (;;) {
        reload_err err = need(f, at + 1);
        if (err != RELOAD_OK)
            return err;
        at = find_token(f, at);
        if (at >= RL_MAX_PIECE)
            return give(f, item, RELOAD_ITEM_GARBAGE, RL_MAX_PIECE);
        if (at == f->avail && !f->ended)
            continue;
        err = need(f, at + RELOAD_HEADER_SIZE);
        if (err != RELOAD_OK)
            return err;
        if (f->avail - at < RELOAD_HEADER_SIZE) /* a whole header cannot follow */
            return give_rest(f, item, RELOAD_ITEM_GARBAGE);
        if (memcmp(f->octets + f->start + at, rl_token, sizeof rl_token) == 0)
            break;
        at++;
    }
    if (at > 0)
        return give(f, item, RELOAD_ITEM_GARBAGE, at);
    size_t whole = RELOAD_HEADER_SIZE + (size_t)rl_field_get(f->octets + f->start, RELOAD_F_LENGTH);
    reload_err err = need(f, whole);
    if (err != RELOAD_OK)
        return err;
    if (f->avail < whole)
        return give_rest(f, item, RELOAD_ITEM_MESSAGE);
    return give(f, item, RELOAD_ITEM_MESSAGE, whole);
}
