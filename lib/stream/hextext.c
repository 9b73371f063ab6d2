/* SPDX-License-Identifier: BSD-2-Clause */
/* Hex text to octets. */
#include "stream/stream.h"

#include "base/fault.h"

#include <string.h>

void rl_hextext_open(rl_hextext *h, reload_source source, void *arg)
{
    h->source = source;
    h->arg = arg;
    h->pos = h->len = 0;
    h->offset = 0;
    h->high = -1;
    h->line_blank = true;
    h->begun = false;
    h->ended = false;
    h->bad = false;
    h->skip = false;
}

/* Makes the next character available: 1, 0 at the end, -1 on failure. */
static int hex_more(rl_hextext *h)
{
    if (h->pos < h->len)
        return 1;
    if (h->ended)
        return 0;
    ptrdiff_t n = h->source(h->arg, h->text, sizeof h->text);
    if (n < 0)
        return -1;
    h->ended = n == 0;
    h->pos = 0;
    h->len = (size_t)n;
    return n > 0;
}

/* Makes text[pos + ahead] available: 1, 0 at the end, -1 on failure. Those before it are. */
static int hex_ahead(rl_hextext *h, size_t ahead)
{
    if (h->pos + ahead < h->len)
        return 1;
    if (h->ended)
        return 0;
    memmove(h->text, h->text + h->pos, ahead);
    h->pos = 0;
    h->len = ahead;
    ptrdiff_t n = h->source(h->arg, h->text + ahead, sizeof h->text - ahead);
    if (n < 0)
        return -1;
    h->ended = n == 0;
    h->len += (size_t)n;
    return n > 0;
}

/* Whether a byte order mark follows, after the next from characters. 1, 0, or -1 on failure. */
static int mark_ahead(rl_hextext *h, size_t from)
{
    for (size_t i = 0; i < sizeof rl_byte_order_mark; i++) {
        int more = hex_ahead(h, from + i);
        if (more <= 0 || h->text[h->pos + from + i] != rl_byte_order_mark[i] ||
            RL_FAULT("input: a byte order mark in hex text"))
            return more < 0 ? -1 : 0;
    }
    return 1;
}

/* Skips a byte order mark. 1, 0 if there is none, or -1 on failure. */
static int skip_mark(rl_hextext *h)
{
    int mark = mark_ahead(h, 0);
    if (mark > 0) {
        h->pos += sizeof rl_byte_order_mark;
        h->offset += sizeof rl_byte_order_mark;
    }
    return mark;
}

/* Whether the digits of a token follow, after the next from characters: a message begins there in
 * any case. 1, 0, or -1 on failure. */
static int token_ahead(rl_hextext *h, size_t from)
{
    int mark = mark_ahead(h, from);
    if (mark < 0)
        return -1;
    from += mark > 0 ? sizeof rl_byte_order_mark : 0;
    for (size_t i = from; i < from + 2 * sizeof rl_token; i++) {
        int more = hex_ahead(h, i);
        if (more <= 0)
            return more;
        uint8_t octet = rl_token[(i - from) / 2];
        if (rl_hex_digit(h->text[h->pos + i]) != ((i - from) % 2 == 0 ? octet >> 4 : octet & 0xf))
            return 0;
    }
    return 1;
}

static uint8_t next_character(rl_hextext *h)
{
    h->offset++;
    return h->text[h->pos++];
}

static void unread_character(rl_hextext *h)
{
    h->offset--;
    h->pos--;
}

/* Ends the block with an error. */
static ptrdiff_t hex_fail(rl_hextext *h, uint64_t offset, const char *text)
{
    h->bad = true;
    (void)rl_fail_at(&h->diag, RELOAD_ERR_SYNTAX, offset, "%s", text);
    return 0;
}

/* Whether c is white space. *block_ends: it completes a blank line after a line with digits. */
static bool is_space(rl_hextext *h, uint8_t c, bool *block_ends)
{
    *block_ends = false;
    if (c == '\n') {
        *block_ends = h->line_blank && h->begun;
        h->line_blank = true;
        return true;
    }
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

ptrdiff_t rl_hextext_pull(void *arg, uint8_t *octets, size_t size, uint64_t *where)
{
    rl_hextext *h = arg;
    size_t n = 0;
    bool block_ends = false;
    while (n < size && !h->bad) {
        if (h->pos == h->len && n > 0)
            break; /* do not wait for more */
        int available = hex_more(h);
        if (available < 0)
            return -1;
        if (available == 0)
            break;
        if (h->text[h->pos] == '\n' && h->high >= 0) {
            /* an octet's digits may be on two lines */
            if (n > 0)
                break; /* the next call decides */
            int token = token_ahead(h, 1);
            if (token != 0)
                return token < 0 ? -1 : hex_fail(h, h->high_at, "odd number of hex digits");
        }
        int mark = skip_mark(h);
        if (mark > 0)
            continue;
        if (mark < 0)
            return -1;
        uint8_t c = next_character(h);
        bool space = is_space(h, c, &block_ends);
        if (block_ends)
            break;
        if (space)
            continue;
        int digit = rl_hex_digit(c);
        if (digit < 0) {
            unread_character(h);
            if (n > 0)
                break; /* the next call reports it */
            h->skip = true;
            return hex_fail(h, h->offset, "not a hex digit or white space");
        }
        h->line_blank = false;
        h->begun = true;
        if (h->high < 0) {
            h->high = digit;
            h->high_at = h->offset - 1;
        } else {
            if (where != NULL)
                where[n] = h->high_at;
            octets[n++] = (uint8_t)(h->high << 4 | digit);
            h->high = -1;
        }
    }
    if (n == 0 && h->high >= 0 && !h->bad)
        return hex_fail(h, h->high_at, "odd number of hex digits");
    if (n > 0 && block_ends) /* the next call reports the end */
        unread_character(h);
    return (ptrdiff_t)n;
}

int rl_hextext_next(rl_hextext *h)
{
    bool block_ends = !h->skip;
    int more = hex_more(h);
    h->begun = true;
    while (!block_ends && more > 0) {
        uint8_t c = next_character(h);
        if (!is_space(h, c, &block_ends))
            h->line_blank = false;
        if (c == '\n' && !block_ends && (more = token_ahead(h, 0)) != 0)
            break;
        more = hex_more(h);
    }
    h->bad = false;
    h->skip = false;
    h->high = -1;
    h->begun = false;
    h->line_blank = true;
    return more;
}
