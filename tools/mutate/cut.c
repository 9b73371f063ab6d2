/* SPDX-License-Identifier: BSD-2-Clause */
/* Missing octets, and extra octets. */
#include "mutate/catalogue.h"

bool cut_message(struct mutant *m, uint32_t at)
{
    const struct base *base = m->base;
    const size_t lengths[] = {1,
                              4,
                              RELOAD_HEADER_SIZE - 1,
                              RELOAD_HEADER_SIZE,
                              RELOAD_HEADER_SIZE + 2,
                              base_attr(base, base->signature)->offset,
                              base_attr(base, base->sites[0].digest)->offset,
                              base->len - 1};
    (void)at;
    m->octets.len = lengths[m->mutation->argument];
    label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
    mutant_comment(m, "truncated after %zu of %zu octets", m->octets.len, base->len);
    return true;
}

bool cut_inside(struct mutant *m, uint32_t attr)
{
    size_t size = base_size(m->base, attr);
    if (base_attr(m->base, attr)->depth > 1)
        return false;
    m->octets.len = base_attr(m->base, attr)->offset + mutant_random(m, (uint32_t)size);
    label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
    mutant_comment(m, "truncated in %s, after %zu of %zu octets", attr_name(m, attr), m->octets.len,
                   m->base->len);
    return true;
}

/* Octets after the message, included in its Length or not. */
bool cut_overhang(struct mutant *m, uint32_t at)
{
    uint8_t octets[3];
    (void)at;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)mutant_random(m, 256);
    if (m->mutation->argument != 0) {
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
        mutant_comment(m, "three octets after the last attribute, counted in the header's Length");
        return mutant_insert(m, RELOAD_NO_ATTR, m->base->len, octets, sizeof octets);
    }
    reload_buf_append(&m->octets, octets, sizeof octets);
    m->err = m->octets.err;
    m->trailing = true;
    mutant_comment(m, "three octets after the end of the message");
    return m->err == RELOAD_OK;
}
