/* SPDX-License-Identifier: BSD-2-Clause */
/* Hex text to octets: blocks, their layouts, and recovery after an error. */
#include "stream/stream.h"

#include "base/fault.h"

#include <string.h>

/* The start of a block. */
static void begin_block(rl_hextext *h)
{
    h->high = -1;
    h->digits = 0;
    h->prefixed = false;
    h->separable = false;
    h->line_blank = true;
    h->begun = false;
    h->bits = h->sextets = h->padding = 0;
    h->over = h->bad = h->skip = false;
    rl_dump_open(&h->dump);
}

void rl_hextext_open(rl_hextext *h, rl_layout layout, reload_source source, void *arg)
{
    rl_chars_open(&h->chars, source, arg);
    h->layout = layout;
    h->first = true;
    h->in_braces = false;
    h->closed = false;
    h->dump.repeated = 0;
    begin_block(h);
}

int rl_hextext_fail(rl_hextext *h, rl_place at, const char *text)
{
    h->bad = true;
    h->skip = true;
    (void)rl_fail_at(&h->diag, RELOAD_ERR_SYNTAX, at.offset, "%s", text);
    h->diag.line = at.line;
    h->diag.column = at.column;
    return 0;
}

bool rl_hextext_is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool rl_begins_token(const uint8_t *text, size_t len)
{
    uint8_t octets[sizeof rl_token];
    return len >= 2 * sizeof octets &&
           reload_hex_decode((const char *)text, 2 * sizeof octets, octets) &&
           memcmp(octets, rl_token, sizeof octets) == 0;
}

int rl_hextext_skip_mark(rl_hextext *h)
{
    rl_chars *c = &h->chars;
    for (size_t i = 0; i < sizeof rl_byte_order_mark; i++) {
        int more = rl_chars_ahead(c, i);
        if (more <= 0 || c->text[c->pos + i] != rl_byte_order_mark[i] ||
            RL_FAULT("input: a byte order mark in hex text"))
            return more < 0 ? -1 : 0;
    }
    for (size_t i = 0; i < sizeof rl_byte_order_mark; i++)
        (void)rl_chars_take(c);
    return 1;
}

/* ---- Layouts ---- */

/* Skips white space and byte order marks: 1, 0 at the end, -1 on failure. */
static int hextext_skip_blanks(rl_hextext *h)
{
    for (;;) {
        int more = rl_chars_ahead(&h->chars, 0), mark = rl_hextext_skip_mark(h);
        if (more <= 0 || mark < 0)
            return more < 0 || mark < 0 ? -1 : 0;
        if (mark == 0 && !rl_hextext_is_blank(h->chars.text[h->chars.pos]))
            return 1;
        if (mark == 0)
            (void)rl_chars_take(&h->chars);
    }
}

/* The characters up to a blank line, before which a block after the first is decided. */
static size_t block_end(const uint8_t *text, size_t len, bool *ends)
{
    bool blank = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n' && blank) {
            *ends = true;
            return i;
        }
        blank = text[i] == '\n' || (blank && rl_hextext_is_blank(text[i]));
    }
    return len;
}

/* Whether a number in hex follows, after white space: an array begins there. 1, 0, or -1 on
 * failure. */
static int number_ahead(rl_hextext *h)
{
    rl_chars *c = &h->chars;
    size_t at = 0;
    int more;
    while ((more = rl_chars_ahead(c, at)) > 0 && rl_hextext_is_blank(c->text[c->pos + at]))
        at++;
    if (more <= 0 || c->text[c->pos + at] != '0')
        return more < 0 ? -1 : 0;
    more = rl_chars_ahead(c, at + 1);
    return more > 0 ? (c->text[c->pos + at + 1] | 0x20) == 'x' : more;
}

/* Skips up to the brace that opens an array: 1, 0 if there is none, -1 on failure. Other braces do
 * not count. */
static int open_brace(rl_hextext *h)
{
    int more;
    while ((more = rl_chars_ahead(&h->chars, 0)) > 0) {
        bool brace = rl_chars_take(&h->chars) == '{';
        int array = brace ? number_ahead(h) : 0;
        if (array < 0)
            return -1;
        if (array > 0) {
            h->in_braces = true;
            h->closed = false;
            h->layout = RL_LAYOUT_ARRAY;
            break;
        }
    }
    return more;
}

int rl_hextext_decide(rl_hextext *h)
{
    rl_chars *c = &h->chars;
    size_t len = 0;
    int more = h->layout == RL_LAYOUT_MORE ? hextext_skip_blanks(h) : 1;
    while (h->layout == RL_LAYOUT_MORE && more > 0) {
        more = rl_chars_ahead(c, len);
        if (more < 0)
            return -1;
        bool all = more == 0;
        len = c->len - c->pos;
        size_t size = h->first ? len : block_end(c->text + c->pos, len, &all);
        h->layout = rl_layout_of(c->text + c->pos, size, all);
        more = 1;
    }
    if (h->layout == RL_LAYOUT_NONE)
        h->layout = RL_LAYOUT_DIGITS; /* which reports the first character */
    if (h->layout == RL_LAYOUT_ARRAY && !h->in_braces && more > 0)
        more = open_brace(h);
    h->first = false;
    return more;
}

ptrdiff_t rl_hextext_pull(void *arg, uint8_t *octets, size_t size, uint64_t *where)
{
    rl_hextext *h = arg;
    int more = h->over || h->bad ? 0 : rl_hextext_decide(h);
    if (more <= 0)
        return more;
    switch (h->layout) {
    case RL_LAYOUT_DUMP:
    case RL_LAYOUT_PACKETS:
        return rl_dump_pull(h, octets, size, where);
    case RL_LAYOUT_BASE64:
        return rl_base64_pull(h, octets, size, where);
    default:
        return rl_digits_pull(h, octets, size, where);
    }
}

/* ---- The next block ---- */

/* Whether text begins with an offset of 0. */
static bool zero_offset(const uint8_t *text, size_t len, bool prefixed)
{
    size_t at = 0, zeros = 0;
    while (at < len && rl_hextext_is_blank(text[at]))
        at++;
    if (prefixed && (len - at < 2 || text[at] != '0' || text[at + 1] != 'x'))
        return false;
    for (at += prefixed ? 2 : 0; at < len && text[at] == '0'; at++)
        zeros++;
    return zeros >= RL_MIN_OFFSET_DIGITS && at < len &&
           (text[at] == ':' || rl_hextext_is_blank(text[at]));
}

/* Whether the digits of a token follow, or the first offset of a dump: a block begins there in any
 * case. 1, 0, or -1 on failure. */
static int block_ahead(rl_hextext *h)
{
    enum { ENOUGH = 32 };
    rl_chars *c = &h->chars;
    size_t n = 0;
    int more = rl_hextext_skip_mark(h);
    while (more >= 0 && n < ENOUGH && (more = rl_chars_ahead(c, n)) > 0 &&
           c->text[c->pos + n] != '\n')
        n++;
    const uint8_t *text = c->text + c->pos;
    if (more < 0)
        return -1;
    switch (h->layout) {
    case RL_LAYOUT_BASE64:
        return n >= 5 && memcmp(text, "UkVMT", 5) == 0;
    case RL_LAYOUT_PACKETS:
        return zero_offset(text, n, true);
    case RL_LAYOUT_DUMP:
        if (zero_offset(text, n, false))
            return 1;
        break;
    default:
        break;
    }
    return rl_begins_token(text, n);
}

/* Skips the rest of a block with an error: 1, 0 at the end of the input, -1 on failure. */
static int skip_block(rl_hextext *h)
{
    int more;
    bool blank = false;
    while ((more = rl_chars_ahead(&h->chars, 0)) > 0) {
        uint8_t c = rl_chars_take(&h->chars);
        if (c == '}' && h->in_braces) {
            h->in_braces = false;
            h->closed = true;
            return 1;
        }
        if (c == '\n') {
            int found = blank ? 1 : block_ahead(h);
            if (found != 0)
                return found;
        }
        blank = c == '\n' || (blank && rl_hextext_is_blank(c));
    }
    return more;
}

int rl_hextext_next(rl_hextext *h)
{
    int more = h->skip ? skip_block(h) : rl_chars_ahead(&h->chars, 0);
    if (more > 0 && h->closed)
        more = open_brace(h);
    begin_block(h);
    if (!h->in_braces && h->layout != RL_LAYOUT_PACKETS && h->layout != RL_LAYOUT_BASE64)
        h->layout = RL_LAYOUT_MORE;
    return more;
}
