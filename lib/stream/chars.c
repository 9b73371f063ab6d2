/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of a text, with as many ahead as a line of a dump has. */
#include "stream/stream.h"

#include <string.h>

void rl_chars_open(rl_chars *c, reload_source source, void *arg)
{
    c->source = source;
    c->arg = arg;
    c->pos = c->len = 0;
    c->offset = c->line_at = 0;
    c->line = 1;
    c->ended = false;
}

int rl_chars_ahead(rl_chars *c, size_t ahead)
{
    if (c->pos + ahead < c->len)
        return 1;
    if (c->ended || ahead >= sizeof c->text)
        return 0;
    if (c->pos > 0 && ahead > 0)
        memmove(c->text, c->text + c->pos, ahead);
    c->pos = 0;
    c->len = ahead;
    ptrdiff_t n = c->source(c->arg, c->text + ahead, sizeof c->text - ahead);
    if (n < 0)
        return -1;
    c->ended = n == 0;
    c->len += (size_t)n;
    return n > 0;
}

/* Counts a character that is not, or no longer, in text. */
void rl_chars_count(rl_chars *c, uint8_t character)
{
    c->offset++;
    if (character == '\n') {
        c->line++;
        c->line_at = c->offset;
    }
}

uint8_t rl_chars_take(rl_chars *c)
{
    uint8_t character = c->text[c->pos++];
    rl_chars_count(c, character);
    return character;
}

rl_place rl_chars_place(const rl_chars *c, size_t ahead)
{
    uint64_t column = c->offset + ahead - c->line_at + 1;
    return (rl_place){c->offset + ahead, c->line, column < UINT32_MAX ? (unsigned)column : 0};
}
