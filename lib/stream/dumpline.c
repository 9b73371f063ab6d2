/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of a hex dump: offset, groups of digits, and text that is not read. */
#include "stream/stream.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool rl_dump_number(const uint8_t *digits, size_t len, unsigned base, uint64_t *value)
{
    *value = 0;
    if (len == 0 || len > RL_MAX_OFFSET_DIGITS)
        return false;
    for (size_t i = 0; i < len; i++) {
        int digit = rl_hex_digit(digits[i]);
        if (digit < 0 || (unsigned)digit >= base)
            return false;
        *value = *value * base + (unsigned)digit; /* 16 digits fit 64 bits in each base */
    }
    return true;
}

/* The number of hex digits from a place on. */
static size_t count_digits(const uint8_t *line, size_t len, size_t at)
{
    size_t n = 0;
    while (at + n < len && rl_hex_digit(line[at + n]) >= 0)
        n++;
    return n;
}

/* The white space from a place on. A tab counts as two. */
static size_t skip_gap(const uint8_t *line, size_t len, size_t *at)
{
    size_t width = 0;
    for (; *at < len && is_blank(line[*at]); (*at)++)
        width += line[*at] == '\t' ? 2 : 1;
    return width;
}

/* Adds the octets of a group of digits. Returns false if it is not a group, which ends them. */
static bool add_group(rl_dump_line *l, const uint8_t *line, size_t len, size_t at, size_t digits)
{
    if (digits == 0 || digits % 2 != 0 || (at + digits < len && !is_blank(line[at + digits])) ||
        digits / 2 > RL_MAX_ROW - l->count)
        return false;
    for (size_t i = 0; i < digits; i += 2) {
        (void)reload_hex_decode((const char *)line + at + i, 2, &l->octets[l->count]);
        l->columns[l->count++] = (uint16_t)(at + i);
    }
    return true;
}

/* Reads the groups of digits up to the text column. One space separates groups, or two in the
 * middle of hexdump -C's; more separate the text. */
static void read_groups(rl_dump_line *l, const uint8_t *line, size_t len, size_t at)
{
    size_t first = count_digits(line, len, at);
    for (;;) {
        size_t digits = count_digits(line, len, at);
        if (digits > first || !add_group(l, line, len, at, digits) || digits < first)
            return;
        at += digits;
        size_t gap = skip_gap(line, len, &at);
        if (gap != 1 && (gap != 2 || l->colon || first != 2 || l->count != 8))
            return;
    }
}

void rl_dump_line_read(rl_dump_line *l, const uint8_t *line, size_t len)
{
    size_t at = 0;
    l->kind = RL_LINE_OTHER;
    l->count = 0;
    (void)skip_gap(line, len, &at);
    l->at = at;
    while (len > at && is_blank(line[len - 1]))
        len--;
    if (at == len) {
        l->kind = RL_LINE_BLANK;
        return;
    }
    if (at + 1 == len && line[at] == '*') {
        l->kind = RL_LINE_REPEAT;
        return;
    }
    l->prefixed = len - at > 2 && line[at] == '0' && (line[at + 1] | 0x20) == 'x';
    at += l->prefixed ? 2 : 0;
    l->offset = line + at;
    l->digits = count_digits(line, len, at);
    at += l->digits;
    l->colon = at < len && line[at] == ':';
    at += l->colon ? 1 : 0;
    if (l->digits < RL_MIN_OFFSET_DIGITS || l->digits > RL_MAX_OFFSET_DIGITS ||
        (at < len && !is_blank(line[at])))
        return;
    l->kind = RL_LINE_OFFSET;
    (void)skip_gap(line, len, &at);
    if (at < len)
        read_groups(l, line, len, at);
    if (at < len && l->count == 0)
        l->kind = RL_LINE_OTHER;
}
