/* SPDX-License-Identifier: BSD-2-Clause */
/* TIMESTAMPs at and beyond the limits. */
#include "common/octets.h"
#include "mutate/catalogue.h"

#include <inttypes.h>

/* Replaces a signature's TIMESTAMP, and signs it and the message again. */
static bool time_set(struct mutant *m, uint32_t index, int64_t time)
{
    const struct site *site = &m->base->sites[index];
    uint8_t attr[8] = {0x08, 0x01, 0x00, 0x04};
    if (time < 0 || time > UINT32_MAX || !mutant_can_sign(m, index) ||
        m->states[index].stamp == time)
        return false;
    octets_put32(attr + 4, (uint32_t)time);
    bool good = site->timestamp != RELOAD_NO_ATTR
                    ? mutant_write(m, base_attr(m->base, site->timestamp)->offset + 4u, attr + 4, 4)
                    : mutant_insert(m, site->attr, base_attr(m->base, site->digest)->offset, attr,
                                    sizeof attr);
    m->states[index].stamp = time;
    m->signing = site->role == ROLE_MESSAGE ? SIGN_MESSAGE : SIGN_ALL;
    mutant_comment(m, "%s: a TIMESTAMP %" PRId64 " s from the time of checking",
                   attr_name(m, site->attr), time - m->base->options->time);
    return good && mutant_resign(m);
}

bool time_of_message(struct mutant *m, uint32_t at)
{
    int64_t now = m->base->options->time,
            skew = m->base->options->skew_limit ? m->base->options->max_skew : 0;
    const int64_t times[] = {now - skew - 1, now - skew, now + skew + 1, now + skew, 0, UINT32_MAX};
    (void)at;
    return time_set(m, 0, times[m->mutation->argument]);
}

bool time_inside(struct mutant *m, uint32_t index)
{
    int64_t now = m->base->options->time,
            skew = m->base->options->skew_limit ? m->base->options->max_skew : 0;
    int64_t span = m->states[index].expiration + skew;
    uint32_t when = m->mutation->argument;
    if (m->base->sites[index].role == ROLE_MESSAGE ||
        (m->states[index].expiration < 0 && (when == STALE || when == STALE_EDGE)))
        return false;
    const int64_t times[] = {now - span - 1, now - span, now + skew + 1, now + skew};
    return time_set(m, index, times[when]);
}
