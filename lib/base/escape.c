/* SPDX-License-Identifier: BSD-2-Clause */
/* Untrusted text, made safe for a terminal. */
#include "base/base.h"

#include <inttypes.h>
#include <stdio.h>

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

void rl_escape(reload_buf *buf, const uint8_t *octets, size_t len, char quote)
{
    while (len > 0) {
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
        else if (is_unsafe(c))
            written =
                snprintf(words, sizeof words, c < 0x80 ? "\\x%02" PRIx32 : "\\u{%04" PRIx32 "}", c);
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
