/* SPDX-License-Identifier: BSD-2-Clause */
/* Hex digits and base64 to octets. */
#include "stream/stream.h"

#include "base/fault.h"

#include <string.h>

/* Whether the digits of a token follow the next from characters: a message begins there in any
 * case. 1, 0, or -1 on failure. */
static int token_ahead(rl_hextext *h, size_t from)
{
    rl_chars *c = &h->chars;
    size_t mark = 0;
    int more = 1;
    while (mark < sizeof rl_byte_order_mark && (more = rl_chars_ahead(c, from + mark)) > 0 &&
           c->text[c->pos + from + mark] == rl_byte_order_mark[mark])
        mark++;
    from += mark == sizeof rl_byte_order_mark ? mark : 0;
    for (size_t i = 0; i < 2 * sizeof rl_token && more >= 0; i++) {
        if ((more = rl_chars_ahead(c, from + i)) <= 0)
            return more;
        uint8_t octet = rl_token[i / 2];
        if (rl_hex_digit(c->text[c->pos + from + i]) != (i % 2 == 0 ? octet >> 4 : octet & 0xf))
            return 0;
    }
    return more;
}

/* ---- Digits ---- */

/* Ends a number: "0x5" is an octet. Returns whether *octet is one. */
static bool end_number(rl_hextext *h, uint8_t *octet, uint64_t *where)
{
    bool single = h->prefixed && h->digits == 1 && h->high >= 0;
    if (single) {
        *octet = (uint8_t)h->high;
        *where = h->high_at.offset;
        h->high = -1;
        h->separable = true;
    }
    return single;
}

/* Ends the block before a missing digit. */
static int odd_digits(rl_hextext *h)
{
    (void)rl_hextext_fail(h, h->high_at, "odd number of hex digits");
    h->skip = false;
    return 0;
}

/* Takes a digit. Returns whether it completes an octet. */
static bool take_digit(rl_hextext *h, int digit, uint8_t *octet, uint64_t *where)
{
    h->line_blank = false;
    h->begun = true;
    if (h->high < 0) {
        h->high = digit;
        h->high_at = rl_chars_place(&h->chars, 0);
    } else {
        *octet = (uint8_t)(h->high << 4 | digit);
        *where = h->high_at.offset;
        h->high = -1;
        h->separable = true;
    }
    h->digits++;
    (void)rl_chars_take(&h->chars);
    return h->high < 0;
}

/* Takes a character between digits: white space, ":", ",", the x of 0x, or a closing brace. */
static void take_other(rl_hextext *h, uint8_t c)
{
    rl_place here = rl_chars_place(&h->chars, 0);
    /* "0x000x52": a number follows another where files without a last line feed were joined */
    bool x = (c == 'x' || c == 'X') && h->high == 0 && (h->digits == 1) != h->prefixed;
    bool blank = rl_hextext_is_blank(c), brace = c == '}' && h->in_braces;
    bool separator = (c == ':' || c == ',') && h->separable;
    if (!x && h->prefixed && h->digits == 0)
        (void)rl_hextext_fail(h, here, "no hex digit after 0x");
    else if ((c == ':' || c == ',' || brace) && h->high >= 0)
        (void)rl_hextext_fail(h, h->high_at, "odd number of hex digits");
    else if (!x && !blank && !separator && !brace)
        (void)rl_hextext_fail(h, here, "not a hex digit or white space");
    if (h->bad)
        return;
    h->prefixed = x;
    h->digits = 0;
    h->high = x ? -1 : h->high;
    h->separable = h->separable && !separator;
    h->line_blank = c == '\n' || (h->line_blank && blank);
    h->in_braces = h->in_braces && !brace;
    h->closed = h->over = brace;
    (void)rl_chars_take(&h->chars);
}

/* Takes the next character. *octet: the octet that it completes; *made: whether it does. Returns
 * false if the input cannot be read. */
static bool take_character(rl_hextext *h, uint8_t c, uint8_t *octet, uint64_t *where, bool *made)
{
    int digit = rl_hex_digit(c), token = 0;
    *made = digit < 0 && end_number(h, octet, where);
    if (*made)
        return true;
    if (digit >= 0) {
        if (h->in_braces && !h->prefixed && h->digits == 1)
            (void)rl_hextext_fail(h, h->high_at, "number without 0x");
        else
            *made = take_digit(h, digit, octet, where);
    } else if (c == '\n' && h->line_blank && h->begun) { /* a blank line */
        (void)rl_chars_take(&h->chars);
        h->over = true;
    } else if (c == '\n' && h->high >= 0 && (token = token_ahead(h, 1)) > 0) {
        (void)odd_digits(h); /* an octet's digits may be on two lines, but a message begins here */
    } else if (token == 0) {
        take_other(h, c);
    }
    return token >= 0;
}

/* Ends the input. */
static bool end_digits(rl_hextext *h, uint8_t *octet, uint64_t *where)
{
    bool made = end_number(h, octet, where);
    if (!made && h->prefixed && h->digits == 0)
        (void)rl_hextext_fail(h, rl_chars_place(&h->chars, 0), "no hex digit after 0x");
    h->over = !made;
    return made;
}

ptrdiff_t rl_digits_pull(rl_hextext *h, uint8_t *octets, size_t size, uint64_t *where)
{
    rl_chars *c = &h->chars;
    uint64_t at = 0;
    size_t n = 0;
    while (n < size && !h->over && !h->bad) {
        if (n > 0 && (c->pos == c->len || (c->text[c->pos] == '\n' && h->high >= 0)))
            break; /* do not wait for more */
        int more = rl_chars_ahead(c, 0), mark = more > 0 ? rl_hextext_skip_mark(h) : 0;
        bool made = false;
        if (more < 0 || mark < 0)
            return -1;
        if (mark > 0)
            continue;
        if (more == 0)
            made = end_digits(h, &octets[n], &at);
        else if (!take_character(h, c->text[c->pos], &octets[n], &at, &made))
            return -1;
        if (made && where != NULL)
            where[n] = at;
        n += made ? 1 : 0;
    }
    if (h->over && !h->bad && h->high >= 0)
        (void)odd_digits(h);
    return (ptrdiff_t)n;
}

/* ---- Base64 ---- */

/* The value of a character of base64 (RFC 4648 sections 4 and 5), or -1. */
static int base64_value(uint8_t c)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c == '\0' ? NULL : strchr(letters, c);
    return found != NULL ? (int)(found - letters) : c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Ends a group, with or without padding. */
static void end_group(rl_hextext *h, bool padded)
{
    bool whole = h->sextets == 0 && h->padding == 0;
    bool good = whole || (h->sextets >= 2 && (!padded || h->sextets + h->padding == 4));
    if (!good || (h->bits & ((1u << (h->sextets * 6 % 8)) - 1)) != 0) {
        (void)rl_hextext_fail(h, padded ? rl_chars_place(&h->chars, 0) : h->high_at,
                              good ? "bits after the last octet of base64 are not zero"
                                   : "base64 ends within an octet");
        h->skip = !h->over;
    }
    h->bits = h->sextets = h->padding = 0;
}

/* Takes a character of a group. Returns whether it completes an octet. */
static bool take_sextet(rl_hextext *h, int value, uint8_t *octet, uint64_t *where)
{
    h->line_blank = false;
    h->begun = true;
    h->bits = (h->bits << 6 | (unsigned)value) & 0xffff;
    if (h->sextets == 0 || RL_FAULT("input: the place of an octet in base64"))
        h->high_at = rl_chars_place(&h->chars, 0);
    *where = h->high_at.offset;
    h->high_at = rl_chars_place(&h->chars, 0);
    h->sextets++;
    if (h->sextets == 1)
        return false;
    *octet = (uint8_t)(h->bits >> (8 - 2 * h->sextets));
    h->sextets %= 4;
    return true;
}

/* Takes the next character. Returns whether it completes an octet. */
static bool take_base64(rl_hextext *h, uint8_t c, uint8_t *octet, uint64_t *where)
{
    bool made = false;
    int value = base64_value(c);
    if (value >= 0 && h->padding == 0) {
        made = take_sextet(h, value, octet, where);
    } else if (c == '=' && h->sextets >= 2) {
        h->padding++;
        if (h->sextets + h->padding == 4)
            end_group(h, true);
    } else if (c == '\n' && h->line_blank && h->begun) {
        h->over = true;
    } else if (!rl_hextext_is_blank(c)) {
        (void)rl_hextext_fail(h, rl_chars_place(&h->chars, 0), "not a character of base64");
    }
    h->line_blank = c == '\n' || (h->line_blank && rl_hextext_is_blank(c));
    if (!h->bad)
        (void)rl_chars_take(&h->chars);
    return made;
}

ptrdiff_t rl_base64_pull(rl_hextext *h, uint8_t *octets, size_t size, uint64_t *where)
{
    rl_chars *c = &h->chars;
    uint64_t at = 0;
    size_t n = 0;
    while (n < size && !h->over && !h->bad) {
        if (c->pos == c->len && n > 0)
            break; /* do not wait for more */
        int more = rl_chars_ahead(c, 0), mark = more > 0 ? rl_hextext_skip_mark(h) : 0;
        if (more < 0 || mark < 0)
            return -1;
        h->over = more == 0;
        if (more == 0 || mark > 0 || !take_base64(h, c->text[c->pos], &octets[n], &at))
            continue;
        if (where != NULL)
            where[n] = at;
        n++;
    }
    if (h->over && !h->bad)
        end_group(h, h->padding > 0);
    return (ptrdiff_t)n;
}
