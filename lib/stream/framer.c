/* SPDX-License-Identifier: BSD-2-Clause */
/* Framing: octets to messages and garbage. */
#include "base/fault.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void rl_framer_open(rl_framer *f, rl_pull pull, void *arg, bool mapped)
{
    uint8_t *octets = f->octets;
    uint64_t *where = f->where;
    size_t cap = f->cap;
    uint32_t max_message = f->max_message;
    memset(f, 0, offsetof(rl_framer, frames));
    rl_frames_reset(&f->frames);
    f->octets = octets;
    f->where = where;
    f->cap = cap;
    f->max_message = max_message;
    f->anywhere = true;
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
    rl_frames_free(&f->frames);
    *f = (rl_framer){0};
}

size_t rl_framer_memory(const rl_framer *f)
{
    size_t each = sizeof *f->octets + (f->where == NULL ? 0 : sizeof *f->where);
    return f->cap * each + rl_frames_memory(&f->frames);
}

/* Makes the buffer hold size octets from start. */
static bool framer_reserve(rl_framer *f, size_t size)
{
    if (f->start > 0) {
        memmove(f->octets, f->octets + f->start, f->avail);
        if (f->mapped)
            memmove(f->where, f->where + f->start, f->avail * sizeof *f->where);
        f->start = 0;
    }
    /* a quarter stays free, so that octets are moved only after many have been used */
    size_t cap = f->cap < RL_CHUNK ? RL_CHUNK : f->cap;
    while (cap / 4 * 3 < size)
        cap *= 2; /* no overflow: size is at most two messages */
    if (cap == f->cap)
        return true;
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

reload_err rl_framer_need(rl_framer *f, size_t size)
{
    while (f->avail < size && !f->ended) {
        /* memory grows with the octets received, not with a Length */
        size_t soon = 2 * f->avail + RL_CHUNK, held = size < soon ? size : soon;
        if (f->start + held > f->cap && !framer_reserve(f, held))
            return RELOAD_ERR_MEMORY;
        size_t at = f->start + f->avail;
        ptrdiff_t n =
            f->pull(f->arg, f->octets + at, f->cap - at, f->mapped ? f->where + at : NULL);
        if (n < 0)
            return n == RELOAD_SOURCE_WAITS ? RELOAD_ERR_WAITS : RELOAD_ERR_READ;
        f->ended = n == 0;
        f->avail += (size_t)n;
    }
    return RELOAD_OK;
}

/* ---- Looking for headers ---- */

/* The first place at or after from where a token begins, or may begin when more octets come. */
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

reload_err rl_framer_seek(rl_framer *f, size_t *at, size_t limit, rl_seek *found)
{
    *found = RL_SEEK_NONE;
    for (; *at < limit; (*at)++) {
        reload_err err;
        do {
            if ((err = rl_framer_need(f, *at + 1)) != RELOAD_OK)
                return err;
            *at = find_token(f, *at);
        } while (*at == f->avail && !f->ended && *at < limit);
        if (*at >= limit)
            return RELOAD_OK;
        if ((err = rl_framer_need(f, *at + RELOAD_HEADER_SIZE)) != RELOAD_OK)
            return err;
        if (f->avail - *at < RELOAD_HEADER_SIZE) {
            *found = RL_SEEK_ENDED;
            return RELOAD_OK;
        }
        if (rl_is_plausible(f->octets + f->start + *at) ||
            RL_FAULT("D33: a plausible header begins a message elsewhere")) {
            *found = RL_SEEK_FOUND;
            return RELOAD_OK;
        }
    }
    return RELOAD_OK;
}

/* ---- Items ---- */

/* The input's position of a place. */
static uint64_t position(const rl_framer *f, size_t at)
{
    return f->mapped ? f->where[f->start + at] : f->base + at;
}

/* The notation of a dump whose offset and digits were read as hex: words in the order of a
 * machine's memory, or in octal. NULL if it is not such. */
static const char *dump_notation(const uint8_t *octets, size_t len)
{
    static const struct {
        const char *octets;
        size_t len;
        const char *text;
    } dumps[] = {
        {"\x45\x52\x4f\x4c", 4, "its octets are swapped in pairs, as hexdump and od -x write them"},
        {"\x4f\x4c\x45\x52", 4,
         "its octets are reversed in fours, as xxd -e and od -tx4 write them"},
        {"\0\0\0\0\x42\x52\x20\x47\x51", 9, "a dump in octal, as od writes it"},
        {"\0\0\0\x01\x22\x10\x51\x14\x11", 9, "a dump in octal, as hexdump -b writes it"},
    };
    for (size_t i = 0; i < sizeof dumps / sizeof dumps[0]; i++)
        if (len >= dumps[i].len && memcmp(octets, dumps[i].octets, dumps[i].len) == 0)
            return dumps[i].text;
    return NULL;
}

bool rl_framer_name_dump(const char *notation, reload_diag *diag)
{
    if (notation != NULL)
        (void)rl_fail(diag, RELOAD_ERR_NO_MESSAGE,
                      "not a RELOAD message: %s; use xxd or hexdump -C", notation);
    return notation != NULL;
}

/* Names a token that was written as a little-endian number, before a header that is right
 * otherwise. Returns false if it is not one: in a dump of words, TTL would be among the reserved
 * bits. */
static bool explain_swapped_token(reload_item *item)
{
    uint8_t header[RELOAD_HEADER_SIZE];
    if (item->len < sizeof header)
        return false;
    memcpy(header, item->octets, sizeof header);
    for (size_t i = 0; i < sizeof rl_token; i++)
        header[i] = item->octets[sizeof rl_token - 1 - i];
    if (!rl_is_plausible(header))
        return false;
    (void)rl_fail(&item->diag, RELOAD_ERR_NO_MESSAGE,
                  "not a RELOAD message: the token is little-endian, expected 52454c4f");
    return true;
}

/* Describes why a token in garbage does not begin a message. */
static void explain_token(const rl_framer *f, reload_item *item)
{
    size_t at = find_token(f, 0);
    if (explain_swapped_token(item) ||
        rl_framer_name_dump(dump_notation(item->octets, item->len), &item->diag))
        return;
    if (at >= item->len || item->len - at < sizeof rl_token)
        return;
    if (f->avail - at >= RELOAD_HEADER_SIZE)
        (void)rl_fail(&item->diag, RELOAD_ERR_NO_MESSAGE,
                      "not a RELOAD message: the header at octet %zu is not plausible", at);
    else if (at > 0)
        (void)rl_fail(&item->diag, RELOAD_ERR_NO_MESSAGE,
                      "not a RELOAD message: truncated header at octet %zu: %zu octets, "
                      "expected 68",
                      at, f->avail - at);
}

void rl_item_clear(reload_item *item, reload_item_kind kind)
{
    memset(item, 0, offsetof(reload_item, diag));
    item->kind = kind;
    rl_diag_clear(&item->diag);
    item->extent = 0;
    item->source = item->destination = (reload_value){0};
    item->transport = NULL;
}

static reload_err give(rl_framer *f, reload_item *item, reload_item_kind kind, size_t len)
{
    rl_item_clear(item, kind);
    item->octets = f->octets + f->start;
    item->len = len;
    item->offset = position(f, 0);
    item->extent = f->mapped && len > 0 ? position(f, len - 1) + 2 - item->offset : len;
    if (kind == RELOAD_ITEM_GARBAGE &&
        rl_check_header(item->octets, len, &item->diag) != RELOAD_ERR_RFC6940)
        explain_token(f, item);
    if (kind == RELOAD_ITEM_GARBAGE && !f->mapped &&
        rl_name_content(item->octets, len, RELOAD_FORM_BINARY, f->base == 0, &item->diag))
        item->diag.code = RELOAD_ERR_NO_MESSAGE;
    item->diag.has_offset = true;
    item->diag.offset = item->offset;
    f->given = len;
    f->anywhere = kind == RELOAD_ITEM_MESSAGE;
    return RELOAD_OK;
}

static reload_err give_rest(rl_framer *f, reload_item *item, reload_item_kind kind)
{
    if (f->incomplete_dropped || f->avail == 0) {
        f->dropped = f->avail > 0;
        f->dropped_at = f->dropped ? position(f, 0) : 0;
        f->dropped_dump = f->dropped ? dump_notation(f->octets + f->start, f->avail) : NULL;
        f->avail = 0;
        rl_item_clear(item, RELOAD_ITEM_END);
        return RELOAD_OK;
    }
    return give(f, item, kind, f->avail);
}

/* D33's rule 3: a broken message, or garbage if fewer octets than a header are left. */
static reload_err give_cut(rl_framer *f, reload_item *item, size_t len)
{
    uint64_t next = position(f, len);
    if (len < RELOAD_HEADER_SIZE)
        return give(f, item, RELOAD_ITEM_GARBAGE, len);
    (void)give(f, item, RELOAD_ITEM_MESSAGE, len);
    (void)rl_fail_at(&item->diag, RELOAD_ERR_MALFORMED, item->offset,
                     "truncated: the next message begins at offset %" PRIu64, next);
    return RELOAD_OK;
}

static reload_err give_message(rl_framer *f, reload_item *item)
{
    uint32_t length = rl_field_get(f->octets + f->start, RELOAD_F_LENGTH);
    size_t len;
    bool cut;
    reload_err err = rl_framer_end(f, &len, &cut);
    if (err != RELOAD_OK)
        return err;
    if (cut)
        return give_cut(f, item, len);
    if (len > f->avail)
        return give_rest(f, item, RELOAD_ITEM_MESSAGE);
    (void)give(f, item, RELOAD_ITEM_MESSAGE, len);
    if (f->max_message > 0 && length > f->max_message)
        (void)rl_fail_at(&item->diag, RELOAD_ERR_MALFORMED, item->offset,
                         "Length is %" PRIu32 ", expected at most %" PRIu32, length,
                         f->max_message);
    return RELOAD_OK;
}

/* Whether a header, plausible or not, begins a message here. */
static reload_err at_header(rl_framer *f, bool *header)
{
    reload_err err = f->anywhere ? rl_framer_need(f, RELOAD_HEADER_SIZE) : RELOAD_OK;
    *header = err == RELOAD_OK && f->anywhere && f->avail >= RELOAD_HEADER_SIZE &&
              memcmp(f->octets + f->start, rl_token, sizeof rl_token) == 0;
    return err;
}

reload_err rl_framer_next(rl_framer *f, reload_item *item)
{
    f->start += f->given;
    f->avail -= f->given;
    f->base += f->given;
    if (f->given > 0)
        memset(&f->resume, 0, sizeof f->resume);
    f->given = 0;
    bool header;
    size_t at = f->resume.sought;
    rl_seek found;
    reload_err err = at_header(f, &header);
    if (err != RELOAD_OK)
        return err;
    if (header)
        return give_message(f, item);
    err = rl_framer_seek(f, &at, RL_MAX_PIECE, &found);
    f->resume.sought = at;
    if (err != RELOAD_OK)
        return err;
    if (found == RL_SEEK_NONE)
        return give(f, item, RELOAD_ITEM_GARBAGE, RL_MAX_PIECE);
    if (found == RL_SEEK_ENDED)
        return give_rest(f, item, RELOAD_ITEM_GARBAGE);
    return at == 0 ? give_message(f, item) : give(f, item, RELOAD_ITEM_GARBAGE, at);
}
