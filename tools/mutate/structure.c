/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes missing, repeated or moved. */
#include "mutate/catalogue.h"

#include <string.h>

bool structure_drop(struct mutant *m, uint32_t attr)
{
    mutant_comment(m, "%s dropped", attr_name(m, attr));
    return mutant_remove(m, attr);
}

/* D11. */
bool structure_double(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    if (base_counts(m->base, attr) && a->def->once)
        label_message(m, STEP_DUPLICATE, RELOAD_REASON_DUPLICATE_ATTRIBUTE);
    mutant_comment(m, "%s doubled", attr_name(m, attr));
    return mutant_insert(m, a->parent, base_end(m->base, attr), m->base->octets + a->offset,
                         base_size(m->base, attr));
}

bool structure_swap(struct mutant *m, uint32_t attr)
{
    const struct base *base = m->base;
    const reload_attr *a = base_attr(base, attr);
    uint32_t next = a->end, container = a->parent;
    uint32_t end = container == RELOAD_NO_ATTR ? base->count : base_attr(base, container)->end;
    if (next >= end)
        return false;
    const reload_attr *b = base_attr(base, next);
    if (base_size(base, attr) == base_size(base, next) &&
        memcmp(base->octets + a->offset, base->octets + b->offset, base_size(base, attr)) == 0)
        return false;
    mutant_comment(m, "%s swapped with the %s after it", attr_name(m, attr), attr_name(m, next));
    if (next == base->signature)
        mutant_forget(m, attr); /* D10 */
    for (size_t i = 0; i < base->site_count; i++)
        if (base->sites[i].digest == next ||
            (base->sites[i].attr == next && next != base->signature))
            m->states[i].misplaced = true; /* D9 */
    return mutant_move(m, next, container, a->offset);
}

/* To the end of the message, where the attribute is ignored (D10). */
bool structure_behind(struct mutant *m, uint32_t attr)
{
    if (attr >= m->base->signature || base_attr(m->base, attr)->depth > 1)
        return false;
    mutant_forget(m, attr);
    mutant_comment(m, "%s moved after the SIGNATURE, to the end of the message",
                   attr_name(m, attr));
    return mutant_move(m, attr, RELOAD_NO_ATTR, m->base->len);
}

/* Out of its container, to the place before the SIGNATURE. */
bool structure_lift(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    if (a->depth == 1 || (a->def != NULL && a->def->in == RELOAD_IN_MESSAGE))
        return false;
    mutant_forget(m, attr);
    mutant_comment(m, "%s moved out of %s, to the front of the SIGNATURE", attr_name(m, attr),
                   attr_name(m, a->parent));
    return mutant_move(m, attr, RELOAD_NO_ATTR, base_attr(m->base, m->base->signature)->offset);
}

/* Into the first other composite of the message. */
bool structure_sink(struct mutant *m, uint32_t attr)
{
    const struct base *base = m->base;
    uint32_t into = 0;
    if (base_attr(base, attr)->depth > 1 || !base_covered(base, attr))
        return false;
    while (into < base->signature && (into == attr || attr_kind(m, into) != RELOAD_KIND_COMPOSITE))
        into = base_attr(base, into)->end;
    for (uint32_t i = attr; i < base_attr(base, attr)->end; i++)
        if (base_attr(base, i)->depth + 1 >= RELOAD_MAX_DEPTH)
            return false;
    if (into >= base->signature)
        return false;
    mutant_forget(m, attr);
    mutant_comment(m, "%s moved into %s, as its first member", attr_name(m, attr),
                   attr_name(m, into));
    return mutant_move(m, attr, into, base_attr(base, into)->offset + 4u);
}
