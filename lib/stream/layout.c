/* SPDX-License-Identifier: BSD-2-Clause */
/* How hex text is laid out. */
#include "stream/stream.h"

#include <string.h>

enum { MIN_DIGITS = 8 }; /* of hex text, unless it is shorter */

static bool is_decimal(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* ---- Dumps ---- */

/* Whether the second line of a dump repeats the first, or begins with an offset of count. */
static rl_layout second_line(const uint8_t *text, size_t len, bool all, size_t count)
{
    static const unsigned bases[] = {16, 8, 10};
    size_t size = 0;
    uint64_t value;
    while (size < len && !rl_hextext_is_blank(text[size]) && size <= RL_MAX_OFFSET_DIGITS)
        size++;
    if (size == len && !all)
        return RL_LAYOUT_MORE;
    if (size == 1 && text[0] == '*')
        return RL_LAYOUT_DUMP;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (rl_dump_number(text, size, bases[i], &value) && value == count)
            return RL_LAYOUT_DUMP;
    return RL_LAYOUT_NONE;
}

/* Whether a line ends with a column of text between bars, as hexdump -C and od -z write it. */
static bool has_text_column(const uint8_t *line, size_t len)
{
    while (len > 0 && rl_hextext_is_blank(line[len - 1]))
        len--;
    return len > 0 && (line[len - 1] == '|' || line[len - 1] == '<');
}

/* Whether text begins with a line of a dump whose offset is 0. Without a colon after the offset or
 * a column of text, the second line decides. */
static rl_layout dump_layout(const uint8_t *text, size_t len, bool all)
{
    rl_dump_line line;
    size_t zeros = len > 1 && text[0] == '0' && (text[1] | 0x20) == 'x' ? 2 : 0, end;
    bool prefixed = zeros > 0;
    for (end = zeros; end < len && text[end] == '0' && end <= RL_MAX_OFFSET_DIGITS; end++)
        ;
    if (end + 1 >= len && !all)
        return RL_LAYOUT_MORE;
    if (end - zeros < RL_MIN_OFFSET_DIGITS || end + 1 >= len)
        return RL_LAYOUT_NONE;
    if (text[end] == ':' && rl_hextext_is_blank(text[end + 1]))
        return prefixed ? RL_LAYOUT_PACKETS : RL_LAYOUT_DUMP;
    if (!rl_hextext_is_blank(text[end]))
        return RL_LAYOUT_NONE;
    const uint8_t *feed = memchr(text, '\n', len);
    size_t first = feed == NULL ? len : (size_t)(feed - text);
    if (feed == NULL && !all && len <= RL_MAX_DUMP_LINE)
        return RL_LAYOUT_MORE;
    rl_dump_line_read(&line, text, first);
    if (first > RL_MAX_DUMP_LINE || line.kind != RL_LINE_OFFSET || line.count == 0)
        return RL_LAYOUT_NONE;
    if (has_text_column(text, first))
        return RL_LAYOUT_DUMP;
    return feed == NULL ? RL_LAYOUT_NONE : second_line(feed + 1, len - first - 1, all, line.count);
}

/* ---- Digits ---- */

/* Whether text begins with eight digits, or is only digits. A time in seconds, "1183896000.1", as
 * tcpdump -tt writes it before a packet, is not hex. */
static rl_layout digits_layout(const uint8_t *text, size_t len, bool all)
{
    size_t digits = 0, decimals = 0;
    while (decimals < len && is_decimal(text[decimals]) && decimals < 2 * MIN_DIGITS)
        decimals++;
    if (decimals == len && !all)
        return RL_LAYOUT_MORE;
    if (decimals >= MIN_DIGITS && decimals < len && text[decimals] == '.')
        return RL_LAYOUT_NONE;
    for (size_t i = 0; i < len && digits < MIN_DIGITS; i++) {
        if (rl_hex_digit(text[i]) >= 0)
            digits++;
        else if (i > 0 && text[i - 1] == '0' && (text[i] | 0x20) == 'x')
            digits--;
        else if (!rl_hextext_is_blank(text[i]) &&
                 (digits == 0 || (text[i] != ':' && text[i] != ',')))
            return RL_LAYOUT_NONE;
    }
    return digits == MIN_DIGITS || (all && digits > 0) ? RL_LAYOUT_DIGITS
           : all                                       ? RL_LAYOUT_NONE
                                                       : RL_LAYOUT_MORE;
}

/* ---- Text before the digits ---- */

static size_t layout_skip_blanks(const uint8_t *text, size_t len, size_t at)
{
    while (at < len && rl_hextext_is_blank(text[at]))
        at++;
    return at;
}

/* An array of octets in hex begins with "0x" after its brace. */
static rl_layout after_brace(const uint8_t *text, size_t len, size_t at, bool all)
{
    at = layout_skip_blanks(text, len, at);
    if (at < len && text[at] != '0')
        return RL_LAYOUT_NONE;
    if (len - at < 2)
        return all ? RL_LAYOUT_NONE : RL_LAYOUT_MORE;
    return (text[at + 1] | 0x20) == 'x' ? RL_LAYOUT_ARRAY : RL_LAYOUT_NONE;
}

/* Whether the first line of a packet, "0x0000:", begins at a place. */
static rl_layout packet_line(const uint8_t *text, size_t len, size_t at, bool all)
{
    static const uint8_t first[] = "0x0000:";
    at = layout_skip_blanks(text, len, at);
    size_t left = len - at, size = sizeof first - 1;
    if (memcmp(text + at, first, left < size ? left : size) != 0)
        return RL_LAYOUT_NONE;
    return left >= size ? RL_LAYOUT_PACKETS : all ? RL_LAYOUT_NONE : RL_LAYOUT_MORE;
}

/* Whether text leads to an array, "unsigned char put_bin[] = {", or to tcpdump's first dump. */
static rl_layout text_layout(const uint8_t *text, size_t len, bool all)
{
    bool bracket = false;
    for (size_t i = 0; i < len; i++) {
        rl_layout found = RL_LAYOUT_NONE;
        if (!rl_hextext_is_blank(text[i]) && (text[i] < ' ' || text[i] > '~'))
            return RL_LAYOUT_NONE;
        bracket = bracket || text[i] == '[';
        if (text[i] == '{' && bracket)
            found = after_brace(text, len, i + 1, all);
        else if (text[i] == '\n' && rl_begins_token(text + i + 1, len - i - 1))
            return RL_LAYOUT_NONE;
        else if (text[i] == '\n')
            found = packet_line(text, len, i + 1, all);
        if (found != RL_LAYOUT_NONE)
            return found;
    }
    return all ? RL_LAYOUT_NONE : RL_LAYOUT_MORE;
}

rl_layout rl_layout_of(const uint8_t *text, size_t len, bool all)
{
    if (len >= RL_MAX_LAYOUT) {
        len = RL_MAX_LAYOUT;
        all = true;
    }
    if (len == 0)
        return all ? RL_LAYOUT_NONE : RL_LAYOUT_MORE;
    if (text[0] == '{')
        return after_brace(text, len, 1, all);
    rl_layout found = dump_layout(text, len, all);
    if (found == RL_LAYOUT_NONE)
        found = digits_layout(text, len, all);
    if (found == RL_LAYOUT_NONE)
        found = text_layout(text, len, all);
    return found;
}
