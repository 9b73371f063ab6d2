/* SPDX-License-Identifier: BSD-2-Clause */
/* Lengths that are wrong. */
#include "common/octets.h"
#include "mutate/catalogue.h"

#include <inttypes.h>

bool length_of_header(struct mutant *m, uint32_t at)
{
    (void)at;
    const uint32_t right = (uint32_t)m->base->len - RELOAD_HEADER_SIZE;
    const uint32_t lengths[] = {right + 1, right - 1, 0, RELOAD_MAX_LENGTH};
    uint32_t length = lengths[m->mutation->argument];
    if (right == RELOAD_MAX_LENGTH)
        return false;
    m->octets.octets[13] = (uint8_t)(length >> 16);
    octets_put16(m->octets.octets + 14, length & 0xffff);
    m->trailing = length < right;
    if (length > 0) /* the message or its last attribute is truncated */
        label_form(m, length > right ? STEP_HEADER : STEP_FORM, RELOAD_REASON_MALFORMED);
    else
        mutant_forget(m, m->base->signature);
    mutant_comment(m, "the header's Length is %" PRIu32 " instead of %" PRIu32, length, right);
    return true;
}

/* The value includes the next octet: padding, or the next attribute's. */
bool length_up(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    size_t padding;
    const uint8_t *next = reload_msg_padding(m->base->msg, attr, &padding);
    reload_kind kind = attr_kind(m, attr);
    uint8_t octets[2];
    bool last = base_end(m->base, attr) == container_end(m, attr);
    if (a->length == 0xffff)
        return false;
    octets_put16(octets, a->length + 1u);
    mutant_comment(m, "%s: its Length is %u instead of %u", attr_name(m, attr), a->length + 1u,
                   a->length);
    if (!mutant_write(m, a->offset + 2u, octets, sizeof octets))
        return false;
    if (!base_covered(m->base, attr) && a->depth > 1)
        return true; /* in a ROUTE-LOG */
    if (padding == 0 && last)
        return label_overrun(m, attr);
    if (kind_has_fixed_size(kind) || kind == RELOAD_KIND_COMPOSITE) {
        label_flawed(m, attr);
        return base_counts(m->base, attr); /* regardless of the octets after it */
    }
    if (padding == 0)
        return false;
    if (kind == RELOAD_KIND_OCTETS) {
        if (reload_is_certificate(a->type))
            label_certificate(m, attr, RELOAD_REASON_BAD_CERTIFICATE);
        return true;
    }
    if (next[0] != 0)
        return false;
    label_flawed(m, attr); /* text with a NUL */
    return true;
}

/* The value loses its last octet to the padding. */
bool length_down(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    size_t len;
    const uint8_t *value = base_value(m->base, attr, &len);
    reload_kind kind = attr_kind(m, attr);
    uint8_t octets[2];
    if (len == 0)
        return false;
    octets_put16(octets, a->length - 1u);
    mutant_comment(m, "%s: its Length is %u instead of %u", attr_name(m, attr), a->length - 1u,
                   a->length);
    if (!mutant_write(m, a->offset + 2u, octets, sizeof octets))
        return false;
    if (!base_covered(m->base, attr) && a->depth > 1)
        return true;
    if (kind_has_fixed_size(kind) || kind == RELOAD_KIND_COMPOSITE) {
        label_flawed(m, attr);
        return base_counts(m->base, attr);
    }
    if (len % 4 == 1) /* the padding becomes the next attribute */
        return false;
    if (kind == RELOAD_KIND_RESPONSE && len == 4)
        label_flawed(m, attr);
    else if ((kind == RELOAD_KIND_TEXT || kind == RELOAD_KIND_RESPONSE) && value[len - 1] >= 0x80)
        label_flawed(m, attr); /* a truncated UTF-8 sequence */
    else if (reload_is_certificate(a->type))
        label_certificate(m, attr, RELOAD_REASON_BAD_CERTIFICATE);
    for (size_t i = 0; i < m->base->site_count; i++)
        if (m->base->sites[i].digest == attr)
            m->states[i].size = len - 1;
    if (a->type == RELOAD_A_KEY)
        m->altered[attr] = true;
    return true;
}

/* A composite's members become misplaced siblings. */
bool length_zero(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    static const uint8_t zeros[2];
    reload_kind kind = attr_kind(m, attr);
    if (a->length == 0)
        return false;
    mutant_comment(m, "%s: its Length is 0 instead of %u", attr_name(m, attr), a->length);
    if (!mutant_write(m, a->offset + 2u, zeros, sizeof zeros))
        return false;
    if (kind_has_fixed_size(kind)) {
        label_flawed(m, attr);
        return base_counts(m->base, attr) || (!base_covered(m->base, attr) && a->depth > 1);
    }
    if (kind != RELOAD_KIND_COMPOSITE)
        return false;
    for (uint32_t i = attr + 1; i < a->end; i++)
        m->gone[i] = true;
    for (size_t i = 0; i < m->base->site_count; i++)
        if (m->base->sites[i].attr == attr && m->base->sites[i].role != ROLE_MESSAGE)
            m->states[i].misplaced = true; /* its members follow it */
    return true;
}

bool length_maximum(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    static const uint8_t octets[2] = {0xff, 0xff};
    if (a->offset + 4u + 0xffff <= container_end(m, attr))
        return false;
    mutant_comment(m, "%s: its Length is 65535 instead of %u", attr_name(m, attr), a->length);
    return label_overrun(m, attr) && mutant_write(m, a->offset + 2u, octets, sizeof octets);
}
