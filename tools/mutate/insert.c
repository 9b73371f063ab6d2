/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes added. */
#include "common/octets.h"
#include "mutate/catalogue.h"

#include <string.h>

bool insert_attr(struct mutant *m, uint32_t at)
{
    uint8_t attr[12];
    (void)at;
    unknown_attr(m, attr);
    size_t offset = m->mutation->argument == IN_FRONT ? RELOAD_HEADER_SIZE
                    : m->mutation->argument == BEFORE_SIGNATURE
                        ? base_attr(m->base, m->base->signature)->offset
                        : m->base->len;
    mutant_comment(m, "an unknown attribute 0x%02x%02x inserted %s", attr[0], attr[1],
                   m->mutation->argument == IN_FRONT           ? "before all others"
                   : m->mutation->argument == BEFORE_SIGNATURE ? "before the SIGNATURE"
                                                               : "after all others");
    return mutant_insert(m, RELOAD_NO_ATTR, offset, attr, sizeof attr);
}

bool insert_member(struct mutant *m, uint32_t index)
{
    const struct site *site = &m->base->sites[index];
    uint8_t attr[12];
    uint32_t where = m->mutation->argument;
    unknown_attr(m, attr);
    if (where == AFTER_SIGNATURE && site->role == ROLE_MESSAGE)
        return false;
    m->states[index].misplaced = where != BEFORE_DIGEST;
    mutant_comment(m, "an unknown attribute 0x%02x%02x inserted %s %s", attr[0], attr[1],
                   where == BEFORE_DIGEST  ? "before the DIGEST of"
                   : where == AFTER_DIGEST ? "after the DIGEST of"
                                           : "after",
                   attr_name(m, site->attr));
    if (where == AFTER_SIGNATURE)
        return mutant_insert(m, site->container, base_end(m->base, site->attr), attr, sizeof attr);
    return mutant_insert(m, site->attr,
                         where == BEFORE_DIGEST ? base_attr(m->base, site->digest)->offset
                                                : base_end(m->base, site->digest),
                         attr, sizeof attr);
}

bool insert_appended(struct mutant *m, uint32_t at)
{
    static const uint8_t route_log[] = {0x00, 0x04, 0x00, 0x08, 0x04, 0x01,
                                        0x00, 0x02, 0x00, 0x11, 0x00, 0x00};
    static const uint8_t broken[] = {0x00, 0x00, 0x00, 0x08, 0x01, 0x01,
                                     0x00, 0x14, 0x46, 0x3a, 0xc4, 0x13};
    const struct base *base = m->base;
    uint8_t octets[sizeof broken];
    (void)at;
    memcpy(octets, m->mutation->argument == ROUTE_LOG ? route_log : broken, sizeof octets);
    switch (m->mutation->argument) {
    case ROUTE_LOG:
        mutant_comment(m, "a ROUTE-LOG appended, as a hop does");
        break;
    case BROKEN_ROUTE_LOG:
        octets_put16(octets, RELOAD_A_ROUTE_LOG);
        mutant_comment(m, "a ROUTE-LOG appended whose member runs past its end");
        break;
    case BROKEN_SOURCE_INFO:
        octets_put16(octets, RELOAD_A_SOURCE_INFO);
        mutant_comment(m, "a SOURCE-INFO appended whose member runs past its end");
        break;
    default:
        mutant_comment(m, "the SIGNATURE appended again, with another DIGEST");
        if (!mutant_insert(m, RELOAD_NO_ATTR, base->len,
                           base->octets + base_attr(base, base->signature)->offset,
                           base_size(base, base->signature)))
            return false;
        m->octets.octets[m->octets.len - 1] ^= 1;
        return true;
    }
    return mutant_insert(m, RELOAD_NO_ATTR, base->len, octets, sizeof octets);
}
