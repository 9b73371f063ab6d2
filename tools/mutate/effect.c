/* SPDX-License-Identifier: BSD-2-Clause */
/* The effect of a changed attribute on the label. */
#include "common/octets.h"
#include "mutate/catalogue.h"

#include <string.h>

const char *attr_name(const struct mutant *m, uint32_t attr)
{
    const reload_attr_def *def = base_attr(m->base, attr)->def;
    return def == NULL ? "the unknown attribute" : def->name;
}

reload_kind attr_kind(const struct mutant *m, uint32_t attr)
{
    const reload_attr_def *def = base_attr(m->base, attr)->def;
    return def == NULL ? RELOAD_KIND_OCTETS : def->kind;
}

/* Whether all values of a kind have one size, so that any other is malformed. */
bool kind_has_fixed_size(reload_kind kind)
{
    switch (kind) {
    case RELOAD_KIND_ID:
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
    case RELOAD_KIND_IP_PORT:
        return true;
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    case RELOAD_KIND_TEXT:
    case RELOAD_KIND_RESPONSE:
        return false;
    }
    return false;
}

void label_flawed(struct mutant *m, uint32_t attr)
{
    if (base_counts(m->base, attr))
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
}

void label_changed(struct mutant *m, uint32_t attr, const uint8_t *value)
{
    const struct base *base = m->base;
    for (size_t i = 0; i < base->site_count; i++) {
        const struct site *site = &base->sites[i];
        if (site->timestamp == attr)
            m->states[i].stamp = octets_get32(value);
        if (site->expiration == attr)
            m->states[i].expiration = octets_get32(value);
        if (site->info != RELOAD_NO_ATTR && base_attr(base, attr)->type == RELOAD_A_PEER_ID &&
            base_attr(base, attr)->parent == site->info)
            m->states[i].other_id = true;
        if (site->digest == attr)
            m->states[i].broken = true;
    }
    if (base_attr(base, attr)->type == RELOAD_A_KEY)
        m->altered[attr] = true;
}

bool label_overrun(struct mutant *m, uint32_t attr)
{
    uint32_t parent = base_attr(m->base, attr)->parent;
    if (parent == RELOAD_NO_ATTR)
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
    else if (base_counts(m->base, parent))
        label_flawed(m, parent);
    else
        return !base_covered(m->base, attr); /* without effect in a ROUTE-LOG after the SIGNATURE */
    return true;
}

size_t container_end(const struct mutant *m, uint32_t attr)
{
    uint32_t parent = base_attr(m->base, attr)->parent;
    return parent == RELOAD_NO_ATTR
               ? m->base->len
               : base_attr(m->base, parent)->offset + 4u + base_attr(m->base, parent)->length;
}

bool unknown_type(struct mutant *m, uint16_t type, uint16_t *unknown, unsigned *bit)
{
    unsigned first = mutant_random(m, 16);
    for (unsigned i = 0; i < 16; i++) {
        *bit = (first + i) % 16;
        *unknown = (uint16_t)(type ^ 1u << *bit);
        if (reload_attr_def_of(*unknown) == NULL)
            return true;
    }
    return false;
}

void unknown_attr(struct mutant *m, uint8_t attr[12])
{
    memset(attr, 0, 12);
    octets_put16(attr,
                 0x0600 + mutant_random(m, 0x100)); /* reserved for the DHT: opaque anywhere */
    octets_put16(attr + 2, 5);
    for (int i = 0; i < 5; i++)
        attr[4 + i] = (uint8_t)mutant_random(m, 256);
}
