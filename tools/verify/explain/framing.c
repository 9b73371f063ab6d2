/* SPDX-License-Identifier: BSD-2-Clause */
/* Malformed messages: mistakes of an encoder that reproduce the octets. Each is tried once, in time
 * linear in the message's octets. */
#include "base/fault.h"
#include "common/octets.h"
#include "verify/explain/explain.h"

#include <string.h>

enum { HEAD = 4, WIDE_HEAD = 6 };

static uint32_t padding_of(uint64_t length)
{
    return (uint32_t)((4 - length % 4) % 4);
}

/* ---- The header's Length ---- */

/* The end of a run of attributes. */
struct run_end {
    uint64_t last;    /* where the last attribute begins */
    uint64_t at;      /* where the last attribute ends, which may be past the run's octets */
    uint32_t padding; /* of all of them */
    bool whole;       /* no head is missing octets */
};

/* Steps over the attributes from an offset up to limit. */
static struct run_end walk(const uint8_t *octets, uint64_t from, uint64_t limit)
{
    struct run_end end = {.last = from, .at = from};
    while (end.at < limit && limit - end.at >= HEAD) {
        uint32_t length = octets_get16(octets + end.at + 2);
        end.last = end.at;
        end.padding += padding_of(length);
        end.at += HEAD + length + padding_of(length);
    }
    end.whole = end.at >= limit;
    return end;
}

/* Whether the attributes of a message end where this Length says. */
static bool is_framed(const uint8_t *octets, size_t len, uint32_t length)
{
    uint64_t end = (uint64_t)RELOAD_HEADER_SIZE + length;
    return length > 0 && end <= len && walk(octets, RELOAD_HEADER_SIZE, end).at == end;
}

/* The same if Length has 16 bits, and the header one octet less. */
static bool is_framed_narrowly(const uint8_t *octets, size_t len)
{
    uint64_t from = RELOAD_HEADER_SIZE - 1;
    uint32_t length = octets_get16(octets + reload_field_def_of(RELOAD_F_LENGTH)->bit / 8u);
    return length > 0 && from + length <= len &&
           walk(octets, from, from + length).at == from + length;
}

/* Whether a run's last attribute is a SIGNATURE, and end is where its DIGEST or the DIGEST's value
 * begins. A DIGEST has at least 20 octets. */
static bool ends_before_digest(const uint8_t *octets, const struct run_end *run, uint64_t end)
{
    if (!run->whole || run->at < end + RELOAD_HMAC_SIZE || end < run->last + HEAD ||
        octets_get16(octets + run->last) != RELOAD_A_SIGNATURE)
        return false;
    struct run_end members = walk(octets, run->last + HEAD, end);
    if (members.at == end)
        return run->at >= end + HEAD + RELOAD_HMAC_SIZE;
    return members.at == run->at && members.last + HEAD == end &&
           octets_get16(octets + members.last) == RELOAD_A_DIGEST;
}

static uint32_t swapped(uint32_t length)
{
    return (length & 0xff) << 16 | (length & 0xff00) | length >> 16;
}

static void explain_length(const uint8_t *octets, size_t len, uint32_t length,
                           explain_faults *found)
{
    uint64_t end = (uint64_t)RELOAD_HEADER_SIZE + length;
    struct run_end run = walk(octets, RELOAD_HEADER_SIZE, end < len ? end : len);
    if (swapped(length) != length && is_framed(octets, len, swapped(length)))
        explain_fault_add(found, READ_FRAMED_LITTLE_ENDIAN);
    if (length >= RELOAD_HEADER_SIZE && is_framed(octets, len, length - RELOAD_HEADER_SIZE))
        explain_fault_add(found, READ_FRAMED_WITH_HEADER);
    if (run.whole && run.padding > 0 && run.at == end + run.padding)
        explain_fault_add(found, READ_FRAMED_WITHOUT_PADDING);
    if (end <= len && ends_before_digest(octets, &run, end))
        explain_fault_add(found, READ_FRAMED_WITHOUT_DIGEST);
    if (is_framed_narrowly(octets, len))
        explain_fault_add(found, READ_FRAMED_LENGTH_OF_16_BITS);
    if (found->count > 0)
        return;
    if (length > HEAD && is_framed(octets, len, length - HEAD))
        explain_fault_add(found, READ_FRAMED_FOUR_LONG);
    else if (run.whole && run.at == end + HEAD)
        explain_fault_add(found, READ_FRAMED_FOUR_SHORT);
}

/* ---- Styles of attributes ---- */

/* An encoder's style of writing attributes. */
struct style {
    explain_reading reading;
    bool header_swapped;    /* the header's Length is little-endian */
    bool swapped;           /* type and Length are little-endian */
    uint8_t head;           /* octets of type and Length */
    uint8_t value_counts;   /* octets of the head that a value's Length counts, */
    uint8_t members_counts; /* and that of a composite */
    enum { UNPADDED, PADDED, PADDED_WITH_HEAD } padding;
};

static const struct style right = {READ_NO_READING, false, false, HEAD, 0, 0, PADDED};

static const struct style styles[] = {
    {READ_ALL_LITTLE_ENDIAN, true, true, HEAD, 0, 0, PADDED},
    {READ_ATTRIBUTES_LITTLE_ENDIAN, false, true, HEAD, 0, 0, PADDED},
    {READ_PADDING_NOT_WRITTEN, false, false, HEAD, 0, 0, UNPADDED},
    {READ_ATTRIBUTE_LENGTH_WITH_HEAD, false, false, HEAD, HEAD, HEAD, PADDED},
    {READ_ATTRIBUTE_LENGTH_WITH_HEAD, false, false, HEAD, 0, HEAD, PADDED},
    {READ_ATTRIBUTE_LENGTH_WITH_HEAD, false, false, HEAD, HEAD, 0, PADDED},
    {READ_ATTRIBUTE_LENGTH_OF_32_BITS, false, false, WIDE_HEAD, 0, 0, PADDED},
    {READ_ATTRIBUTE_LENGTH_OF_32_BITS, false, false, WIDE_HEAD, 0, 0, PADDED_WITH_HEAD},
    {READ_ATTRIBUTE_LENGTH_OF_32_BITS, false, false, WIDE_HEAD, 0, 0, UNPADDED},
};

/* An attribute read in a style. */
struct part {
    const reload_attr_def *def;
    size_t value, len, end; /* end: padding included */
};

/* Reads the attribute at an offset. Returns false if it is not within the octets up to limit. */
static bool read_part(const struct style *s, const uint8_t *octets, size_t at, size_t limit,
                      struct part *part)
{
    if (limit - at < s->head)
        return false;
    uint32_t type = octets_get16(octets + at), length = octets_get16(octets + at + 2);
    if (s->swapped) {
        type = (type & 0xff) << 8 | type >> 8;
        length = (length & 0xff) << 8 | length >> 8;
    }
    if (s->head == WIDE_HEAD)
        length = length << 16 | octets_get16(octets + at + 4);
    part->def = reload_attr_def_of((uint16_t)type);
    uint32_t counts = part->def != NULL && part->def->kind == RELOAD_KIND_COMPOSITE
                          ? s->members_counts
                          : s->value_counts;
    part->value = at + s->head;
    if (length < counts || length - counts > limit - part->value)
        return false;
    part->len = length - counts;
    part->end = part->value + part->len;
    size_t padding = s->padding == UNPADDED ? 0
                     : s->padding == PADDED ? padding_of(part->len)
                                            : padding_of(s->head + part->len);
    if (padding > limit - part->end)
        return false;
    part->end += padding;
    return true;
}

/* Whether the octets are whole attributes in a style, and the members of composites too. depth: of
 * these attributes. *known: set if one of the message's own has a known type. */
static bool reads(const struct style *s, const uint8_t *octets, size_t from, size_t limit,
                  unsigned depth, bool *known)
{
    struct part part;
    for (size_t at = from; at < limit; at = part.end) {
        if (!read_part(s, octets, at, limit, &part))
            return false;
        *known = *known || (part.def != NULL && depth == 1);
        if (part.def != NULL && part.def->kind == RELOAD_KIND_COMPOSITE &&
            depth < RELOAD_MAX_DEPTH &&
            !reads(s, octets, part.value, part.value + part.len, depth + 1, known))
            return false;
    }
    return true;
}

/* The same for a message of this Length. Unknown types alone show no style but that without
 * padding, whose Lengths must fit. */
static bool message_reads(const struct style *s, const uint8_t *octets, size_t len, uint32_t length)
{
    uint64_t end = (uint64_t)RELOAD_HEADER_SIZE + (s->header_swapped ? swapped(length) : length);
    bool known = s == &right || s->reading == READ_PADDING_NOT_WRITTEN;
    return end > RELOAD_HEADER_SIZE && end <= len &&
           reads(s, octets, RELOAD_HEADER_SIZE, (size_t)end, 1, &known) && known;
}

static void explain_styles(const uint8_t *octets, size_t len, uint32_t length,
                           explain_faults *found)
{
    if (message_reads(&right, octets, len, length) || RL_FAULT("explain: attributes"))
        return;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (message_reads(&styles[i], octets, len, length))
            explain_fault_add(found, styles[i].reading);
}

/* ---- Values with their padding ---- */

/* Whether an attribute's value has no flaw if its last octets are padding. */
static bool is_padded_value(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    size_t len, zeros = 0;
    const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
    while (zeros < len && zeros < 3 && octets[len - 1 - zeros] == 0)
        zeros++;
    if (attr->def->kind == RELOAD_KIND_TEXT)
        return attr->flaw == RELOAD_FLAW_NUL && memchr(octets, 0, len - zeros) == NULL;
    return (attr->def->kind == RELOAD_KIND_OP && len == 4 && zeros == 3) ||
           (attr->def->kind == RELOAD_KIND_TRANSPORT && len == 4 && zeros >= 2);
}

/* Lengths that count the padding: all are multiples of four, and some values end with padding. */
static void explain_padded_values(const reload_msg *msg, explain_faults *found)
{
    bool fits = false;
    for (uint32_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        if (attr->length % 4 != 0)
            return;
        if (attr->flaw == RELOAD_FLAW_NONE)
            continue;
        if (!is_padded_value(msg, i))
            return;
        fits = true;
    }
    if (fits)
        explain_fault_add(found, READ_ATTRIBUTE_LENGTH_WITH_PADDING);
}

void explain_framing(const reload_msg *msg, explain_faults *found)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    uint32_t length = reload_msg_field(msg, RELOAD_F_LENGTH);
    explain_styles(octets, len, length, found);
    if (found->count > 0)
        return;
    if (is_framed(octets, len, length))
        explain_padded_values(msg, found);
    else
        explain_length(octets, len, length, found);
}

bool explain_rest(const uint8_t *octets, size_t len)
{
    bool known = false;
    return len >= HEAD && octets_get16(octets) == RELOAD_A_SIGNATURE &&
           reads(&right, octets, 0, len, 1, &known) &&
           !RL_FAULT("explain: a SIGNATURE after Length");
}
