/* SPDX-License-Identifier: BSD-2-Clause */
/* Hex dumps with an offset column to octets: xxd, hexdump -C, od -Ax -tx1, tcpdump -x and -X. */
#include "base/fault.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Octets that "*" may add to an input: a longest message, and as many as this for each character,
 * so that the work stays linear in the input. */
enum { REPEATS_PER_CHARACTER = 256 };

/* Makes the next line available. *len: its characters without the line feed. 1, 0 if it is too
 * long, or -1 on failure. */
static int whole_line(rl_chars *c, size_t *len)
{
    for (*len = 0; *len <= RL_MAX_DUMP_LINE; (*len)++) {
        int more = rl_chars_ahead(c, *len);
        if (more < 0)
            return -1;
        if (more == 0 || c->text[c->pos + *len] == '\n')
            return 1;
    }
    return 0;
}

static void take_line(rl_chars *c, size_t len)
{
    for (size_t i = 0; i < len; i++)
        (void)rl_chars_take(c);
    if (c->pos < c->len)
        (void)rl_chars_take(c); /* the line feed */
}

static const unsigned bases[] = {16, 8, 10};
enum { BASES = sizeof bases / sizeof bases[0] };

/* The base of offsets: the first base that fits all lines so far. */
static unsigned offset_base(const rl_dump *d)
{
    for (size_t i = 0; i < BASES; i++)
        if ((d->misfits & 1u << i) == 0)
            return bases[i];
    return bases[0];
}

/* The offset of a line. It shows in which base the offsets count the octets. */
static uint64_t line_offset(rl_dump *d, const rl_dump_line *line)
{
    uint64_t value;
    unsigned misfits = d->misfits;
    for (size_t i = 0; i < BASES && !d->star; i++)
        if (!rl_dump_number(line->offset, line->digits, bases[i], &value) || value != d->count)
            misfits |= 1u << i;
    if (misfits != (1u << BASES) - 1)
        d->misfits = misfits;
    return rl_dump_number(line->offset, line->digits, offset_base(d), &value) ? value : UINT64_MAX;
}

/* Repeats the last line up to the next offset. */
static bool start_repeat(rl_hextext *h, uint64_t offset, size_t at)
{
    rl_dump *d = &h->dump;
    uint64_t budget = RL_MAX_PIECE + h->chars.offset * REPEATS_PER_CHARACTER;
    if (offset < d->count || (offset - d->count) % d->line.count != 0)
        return rl_hextext_fail(h, rl_chars_place(&h->chars, at),
                               "the offset after * does not end a repeated line");
    if (offset - d->count > budget - d->repeated)
        return rl_hextext_fail(h, rl_chars_place(&h->chars, at), "* repeats too many octets");
    d->star = false;
    d->repeat = offset - d->count;
    d->repeated += d->repeat;
    d->count = offset;
    return true;
}

static bool wrong_offset(rl_hextext *h, const rl_dump_line *line)
{
    char text[96];
    unsigned base = offset_base(&h->dump);
    const char *format = base == 8    ? "offset is %.*s, expected %0*" PRIo64
                         : base == 10 ? "offset is %.*s, expected %0*" PRIu64
                                      : "offset is %.*s, expected %0*" PRIx64;
    (void)snprintf(text, sizeof text, format, (int)line->digits, (const char *)line->offset,
                   (int)line->digits, h->dump.count);
    return rl_hextext_fail(h, rl_chars_place(&h->chars, line->at), text);
}

/* Whether the next line begins with the digits of a token: a message in another layout follows. */
static bool is_token(const rl_hextext *h, const rl_dump_line *line, size_t len)
{
    return rl_begins_token(h->chars.text + h->chars.pos + line->at, len - line->at);
}

/* Takes a line with an offset, unless a new dump begins there. Returns whether the dump goes on. */
static bool offset_line(rl_hextext *h, const rl_dump_line *line, size_t len)
{
    rl_dump *d = &h->dump;
    uint64_t offset = line_offset(d, line);
    if (d->star)
        return start_repeat(h, offset, line->at);
    if (d->begun && (offset == 0 || (offset != d->count && is_token(h, line, len))))
        return false;
    if (offset != d->count && !RL_FAULT("input: the offsets of a dump count its octets"))
        return wrong_offset(h, line);
    d->begun = true;
    if (line->count > 0) {
        d->line = *line;
        d->line_at = h->chars.offset;
        d->pos = 0;
        d->count += line->count;
    }
    take_line(&h->chars, len);
    return line->count > 0; /* an offset alone ends the dump */
}

static bool no_offset(rl_hextext *h)
{
    return rl_hextext_fail(h, rl_chars_place(&h->chars, 0), "no offset follows *");
}

/* Takes a line that is not part of a dump's octets. Returns whether the dump goes on. */
static bool other_line(rl_hextext *h, const rl_dump_line *line, size_t len)
{
    rl_dump *d = &h->dump;
    bool packets = h->layout == RL_LAYOUT_PACKETS;
    if (d->star) {
        return no_offset(h);
    } else if (line->kind == RL_LINE_REPEAT && d->line.count > 0) {
        d->star = true;
        d->star_at = h->chars.offset;
    } else if (d->begun && (packets || is_token(h, line, len))) {
        return false;
    } else if (line->kind != RL_LINE_BLANK && !packets) {
        return rl_hextext_fail(h, rl_chars_place(&h->chars, line->at), "not a line of a hex dump");
    }
    take_line(&h->chars, len);
    return line->kind != RL_LINE_BLANK || !d->begun;
}

/* Reads the next line: 1, 0 if the dump is over, -1 on failure. */
static int next_line(rl_hextext *h)
{
    rl_dump_line line;
    size_t len;
    int mark = rl_hextext_skip_mark(h), whole = whole_line(&h->chars, &len);
    if (mark < 0 || whole < 0)
        return -1;
    if (whole == 0)
        return rl_hextext_fail(h, rl_chars_place(&h->chars, 0), "line too long for a hex dump");
    if (len == 0 && h->chars.pos == h->chars.len)
        return h->dump.star ? no_offset(h) : 0;
    rl_dump_line_read(&line, h->chars.text + h->chars.pos, len);
    if (line.kind == RL_LINE_OFFSET && (h->layout != RL_LAYOUT_PACKETS || line.prefixed))
        return offset_line(h, &line, len);
    return other_line(h, &line, len);
}

/* Whether a whole line has been read, so that reading it cannot wait. */
static bool has_line(const rl_chars *c)
{
    return memchr(c->text + c->pos, '\n', c->len - c->pos) != NULL;
}

ptrdiff_t rl_dump_pull(rl_hextext *h, uint8_t *octets, size_t size, uint64_t *where)
{
    rl_dump *d = &h->dump;
    size_t n = 0;
    while (n < size) {
        bool repeated = d->repeat > 0;
        if (repeated || d->pos < d->line.count) {
            size_t at = repeated ? (size_t)(d->line.count - d->repeat % d->line.count) : d->pos++;
            at %= d->line.count;
            d->repeat -= repeated ? 1 : 0;
            if (where != NULL)
                where[n] = repeated ? d->star_at : d->line_at + d->line.columns[at];
            octets[n++] = d->line.octets[at];
            continue;
        }
        if (h->over || (n > 0 && !has_line(&h->chars)))
            break;
        int more = next_line(h);
        if (more < 0)
            return -1;
        h->over = more == 0;
    }
    return (ptrdiff_t)n;
}

void rl_dump_open(rl_dump *d)
{
    uint64_t repeated = d->repeated;
    *d = (rl_dump){.repeated = repeated};
}
