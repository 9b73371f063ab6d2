/* SPDX-License-Identifier: BSD-2-Clause */
/* Escapes untrusted text, so that it is safe on a terminal and does not read as a message. */
#include "base/base.h"
#include "base/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Characters that control a terminal, or are invisible. */
static bool is_unsafe(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},
        {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
        {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* The next hex digit of a dump from *at on, or -1: white space, separators and "0x" are skipped. */
static int next_digit(const uint8_t *octets, size_t len, size_t *at)
{
    while (*at < len) {
        uint8_t c = octets[*at];
        bool prefix = c == '0' && len - *at > 1 && (octets[*at + 1] | 0x20) == 'x';
        if (!prefix && (c == 0 || strchr(" \t\r\n:,-", c) == NULL)) {
            ++*at;
            return rl_hex_digit(c);
        }
        *at += prefix ? 2 : 1;
    }
    return -1;
}

/* Whether the token and four octets of a header begin here in hex. */
static bool begins_hex(const uint8_t *octets, size_t len)
{
    static const uint8_t token[] = {5, 2, 4, 5, 4, 12, 4, 15};
    size_t at = 0;
    if (len == 0 || octets[0] != '5')
        return false;
    for (size_t i = 0; i < sizeof token; i++)
        if (next_digit(octets, len, &at) != token[i])
            return false;
    for (size_t i = 0; i < 8; i++)
        if (next_digit(octets, len, &at) < 0)
            return false;
    return true;
}

/* Whether an object with a key begins here. */
static bool begins_object(const uint8_t *octets, size_t len)
{
    size_t at = 1;
    while (at < len && strchr(" \t\r\n", octets[at]) != NULL && octets[at] != 0)
        at++;
    return at < len && octets[0] == '{' && octets[at] == '"';
}

/* Whether one of the library's readers could read a message here. The word RELOAD, which errors
 * contain, does not begin a header: its Routing would be "D". */
static bool begins_message(const uint8_t *octets, size_t len)
{
    if (RL_FAULT("S§8: quoted text is not a message"))
        return false;
    bool token = len >= 4 && memcmp(octets, "RELO", 4) == 0;
    bool word = len >= 6 && memcmp(octets, "RELOAD", 6) == 0;
    return (token && !word) || begins_object(octets, len) || begins_hex(octets, len);
}

/* The number of leading octets that require no escape: printable ASCII other than the quotation
 * mark and the backslash; without quote, also other than the first octets of a message. */
static size_t plain_run(const uint8_t *octets, size_t len, char quote)
{
    size_t i = 0;
    if (quote == '"')
        return rl_plain(octets, len);
    while (i < len && octets[i] >= ' ' && octets[i] < 0x7f && octets[i] != '\\' &&
           octets[i] != (uint8_t)quote &&
           (quote != 0 || (octets[i] != 'R' && octets[i] != '{' && octets[i] != '5')))
        i++;
    return i;
}

/* With quote, the text is a value of a report, which shows messages in any case. */
void rl_escape(reload_buf *buf, const uint8_t *octets, size_t len, char quote)
{
    while (len > 0) {
        size_t plain = plain_run(octets, len, quote);
        reload_buf_append(buf, octets, plain);
        octets += plain;
        len -= plain;
        if (len == 0)
            break;
        uint32_t c = 0;
        char words[16];
        size_t n = rl_utf8(octets, len, &c);
        int written = 0;
        if (n == 0)
            written = snprintf(words, sizeof words, "\\x%02x", octets[0]);
        else if (c == '\n' || c == '\r' || c == '\t')
            written = snprintf(words, sizeof words, "\\%c",
                               c == '\n'   ? 'n'
                               : c == '\r' ? 'r'
                                           : 't');
        else if (c == '\\' || (quote != 0 && c == (uint32_t)quote))
            written = snprintf(words, sizeof words, "\\%c", (int)c);
        else if (is_unsafe(c) || (quote == 0 && begins_message(octets, len)))
            /* without an escape here, the digits of the token would follow "\x" and form it again
             */
            written = snprintf(words, sizeof words,
                               c < 0x80 && c != '5' ? "\\x%02" PRIx32 : "\\u{%04" PRIx32 "}", c);
        if (written > 0)
            reload_buf_append(buf, words, (size_t)written);
        else
            reload_buf_append(buf, octets, n);
        n = n == 0 ? 1 : n;
        octets += n;
        len -= n;
    }
}

reload_err reload_escape(const uint8_t *octets, size_t len, reload_sink sink, void *arg)
{
    reload_buf buf = {0};
    rl_escape(&buf, octets, len, 0);
    reload_err err = buf.err;
    if (err == RELOAD_OK && buf.len > 0 && sink(arg, buf.octets, buf.len) != 0)
        err = RELOAD_ERR_WRITE;
    reload_buf_free(&buf);
    return err;
}
