/* SPDX-License-Identifier: BSD-2-Clause */
/* The streaming JSON writer: jansson's layout, without its trees. */
#include "base/base.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <reload/json.h>

enum { INDENT = 2, REAL_DIGITS = 16 }; /* a 17th digit shows how a double differs from 0.000001 */

void reload_json_writer_init(reload_json_writer *w, unsigned flags, reload_sink sink, void *arg)
{
    *w = (reload_json_writer){.sink = sink, .arg = arg, .flags = flags};
}

void reload_json_fail(reload_json_writer *w, reload_err err)
{
    if (w->err == RELOAD_OK)
        w->err = err;
}

/* ---- Octets ---- */

static void put_through(reload_json_writer *w, const char *text, size_t len)
{
    if (w->err == RELOAD_OK && len > 0 && w->sink(w->arg, text, len) != 0)
        w->err = RELOAD_ERR_WRITE;
}

static void flush(reload_json_writer *w)
{
    put_through(w, w->pending, w->used);
    w->used = 0;
}

static void writer_put(reload_json_writer *w, const char *text, size_t len)
{
    if (len > sizeof w->pending - w->used)
        flush(w);
    if (len > sizeof w->pending) {
        put_through(w, text, len);
        return;
    }
    memcpy(w->pending + w->used, text, len);
    w->used += len;
}

static void put_break(reload_json_writer *w)
{
    static const char blanks[] = "                                ";
    if ((w->flags & RELOAD_PRETTY) == 0)
        return;
    writer_put(w, "\n", 1);
    for (size_t left = (size_t)INDENT * w->depth; left > 0;) {
        size_t n = left < sizeof blanks - 1 ? left : sizeof blanks - 1;
        writer_put(w, blanks, n);
        left -= n;
    }
}

/* The separator before a member: a comma unless it is the first, and a break. */
static void put_separator(reload_json_writer *w)
{
    bool pretty = (w->flags & RELOAD_PRETTY) != 0;
    if (!w->empty)
        writer_put(w, ", ", pretty ? 1 : 2);
    w->empty = false;
    put_break(w);
}

/* ---- Nesting ---- */

static bool in_object(const reload_json_writer *w)
{
    return w->depth > 0 && (w->objects[(w->depth - 1) / 8] >> (w->depth - 1) % 8 & 1) != 0;
}

/* Checks that a value may come here, and writes what precedes it. */
static bool begin_value(reload_json_writer *w)
{
    if (in_object(w) ? !w->keyed : w->done)
        reload_json_fail(w, RELOAD_ERR_ARGUMENT);
    if (w->err != RELOAD_OK)
        return false;
    if (w->depth > 0 && !w->keyed)
        put_separator(w);
    w->keyed = false;
    return true;
}

static void end_value(reload_json_writer *w)
{
    w->done = w->depth == 0;
}

static void begin_members(reload_json_writer *w, bool object)
{
    if (w->depth == RELOAD_JSON_DEPTH)
        reload_json_fail(w, RELOAD_ERR_ARGUMENT);
    if (!begin_value(w))
        return;
    uint8_t bit = (uint8_t)(1u << w->depth % 8), *bits = &w->objects[w->depth / 8];
    *bits = (uint8_t)(object ? *bits | bit : *bits & ~bit);
    w->depth++;
    w->empty = true;
    writer_put(w, object ? "{" : "[", 1);
}

static void end_members(reload_json_writer *w, bool object)
{
    if (w->depth == 0 || in_object(w) != object || w->keyed)
        reload_json_fail(w, RELOAD_ERR_ARGUMENT);
    if (w->err != RELOAD_OK)
        return;
    w->depth--;
    if (!w->empty)
        put_break(w);
    w->empty = false; /* of what it is a member of */
    writer_put(w, object ? "}" : "]", 1);
    end_value(w);
}

void reload_json_begin_object(reload_json_writer *w)
{
    begin_members(w, true);
}

void reload_json_end_object(reload_json_writer *w)
{
    end_members(w, true);
}

void reload_json_begin_array(reload_json_writer *w)
{
    begin_members(w, false);
}

void reload_json_end_array(reload_json_writer *w)
{
    end_members(w, false);
}

reload_err reload_json_writer_finish(reload_json_writer *w)
{
    if (!w->done)
        reload_json_fail(w, RELOAD_ERR_ARGUMENT);
    flush(w);
    return w->err;
}

/* ---- Strings ---- */

/* Writes a character as an escape sequence. */
static void put_escape(reload_json_writer *w, uint32_t c)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* character and letter in turn */
    char words[16];
    int n;
    for (const char *pair = named; c != 0 && *pair != '\0'; pair += 2)
        if (c == (uint32_t)*pair) {
            writer_put(w, (const char[]){'\\', pair[1]}, 2);
            return;
        }
    if (c == 0x7f)
        n = snprintf(words, sizeof words, "\\u007f");
    else if (c < 0x10000)
        n = snprintf(words, sizeof words, "\\u%04" PRIX32, c);
    else
        n = snprintf(words, sizeof words, "\\u%04" PRIX32 "\\u%04" PRIX32,
                     0xd800 | (c - 0x10000) >> 10, 0xdc00 | (c & 0x3ff));
    writer_put(w, words, (size_t)n);
}

/* How many octets from the beginning are plain ASCII that needs no escape. */
static size_t plain_run(const reload_json_writer *w, const uint8_t *octets, size_t len)
{
    unsigned last = (w->flags & RELOAD_ASCII) != 0 ? 0x7e : 0x7f;
    size_t n = rl_plain(octets, len);
    while (n < len && octets[n] >= 0x20 && octets[n] <= last && octets[n] != '"' &&
           octets[n] != '\\')
        n++;
    return n;
}

/* Writes the character at the beginning, which is not plain; returns its octets. */
static size_t put_character(reload_json_writer *w, const uint8_t *octets, size_t len)
{
    uint32_t c;
    size_t n = rl_utf8(octets, len, &c);
    if (n == 0)
        c = 0xfffd;
    if (c < 0x80 || (w->flags & RELOAD_ASCII) != 0)
        put_escape(w, c);
    else
        writer_put(w, n == 0 ? "\xef\xbf\xbd" : (const char *)octets, n == 0 ? 3 : n);
    return n == 0 ? 1 : n;
}

static void put_quoted(reload_json_writer *w, const uint8_t *octets, size_t len)
{
    writer_put(w, "\"", 1);
    while (len > 0 && w->err == RELOAD_OK) {
        size_t n = plain_run(w, octets, len);
        writer_put(w, (const char *)octets, n);
        if (n == 0)
            n = put_character(w, octets, len);
        octets += n;
        len -= n;
    }
    writer_put(w, "\"", 1);
}

void reload_json_key(reload_json_writer *w, const char *key)
{
    if (!in_object(w) || w->keyed)
        reload_json_fail(w, RELOAD_ERR_ARGUMENT);
    if (w->err != RELOAD_OK)
        return;
    put_separator(w);
    put_quoted(w, (const uint8_t *)key, strlen(key));
    writer_put(w, ": ", 2);
    w->keyed = true;
}

void reload_json_text(reload_json_writer *w, const uint8_t *octets, size_t len)
{
    if (!begin_value(w))
        return;
    put_quoted(w, octets, len);
    end_value(w);
}

void reload_json_string(reload_json_writer *w, const char *text)
{
    if (text == NULL)
        reload_json_null(w);
    else
        reload_json_text(w, (const uint8_t *)text, strlen(text));
}

void reload_json_hex(reload_json_writer *w, const uint8_t *octets, size_t len)
{
    if (!begin_value(w))
        return;
    writer_put(w, "\"", 1);
    while (len > 0 && w->err == RELOAD_OK) {
        if (sizeof w->pending - w->used < 2)
            flush(w);
        size_t most = (sizeof w->pending - w->used) / 2, n = len < most ? len : most;
        reload_hex_encode(octets, n, w->pending + w->used);
        w->used += 2 * n;
        octets += n;
        len -= n;
    }
    writer_put(w, "\"", 1);
    end_value(w);
}

/* ---- Other values ---- */

static void put_word(reload_json_writer *w, const char *word)
{
    if (!begin_value(w))
        return;
    writer_put(w, word, strlen(word));
    end_value(w);
}

void reload_json_null(reload_json_writer *w)
{
    put_word(w, "null");
}

void reload_json_bool(reload_json_writer *w, bool value)
{
    put_word(w, value ? "true" : "false");
}

void reload_json_integer(reload_json_writer *w, int64_t value)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    *--at = '\0';
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--at = '-';
    put_word(w, at);
}

/* Makes printf's number JSON's, and a real: a full stop whatever the locale, and an exponent
 * without plus sign and leading zeros. */
static void tidy_real(char *number)
{
    char *to = number;
    bool real = false;
    for (const char *from = number; *from != '\0';) {
        real = real || strchr("-0123456789", *from) == NULL;
        if (*from == 'e') {
            *to++ = *from++;
            if (*from == '-')
                *to++ = *from++;
            from += strspn(from, "+0");
        } else if (strchr("-0123456789", *from) != NULL) {
            *to++ = *from++;
        } else {
            *to++ = '.';
            from += strcspn(from, "-0123456789e");
        }
    }
    memcpy(to, ".0", real ? 0 : 2);
    to[real ? 0 : 2] = '\0';
}

void reload_json_seconds(reload_json_writer *w, reload_time time)
{
    char number[48];
    if (time % RELOAD_SECOND == 0) {
        reload_json_integer(w, time / RELOAD_SECOND);
        return;
    }
    (void)snprintf(number, sizeof number, "%.*g", REAL_DIGITS,
                   (double)time / (double)RELOAD_SECOND);
    tidy_real(number);
    put_word(w, number);
}
