/* SPDX-License-Identifier: BSD-2-Clause */
/* Header fields changed and signed again. */
#include "common/octets.h"
#include "common/policy.h"
#include "mutate/catalogue.h"

#include <inttypes.h>
#include <string.h>

static bool header_set(struct mutant *m, reload_field field, uint32_t value)
{
    const reload_field_def *def = reload_field_def_of(field);
    bool changes = false;
    for (unsigned i = 0; i < def->width; i++) {
        unsigned bit = def->bit + i;
        uint8_t octet = *mutant_octets(m, bit / 8), mask = (uint8_t)(0x80u >> bit % 8);
        bool set = def->width - 1 - i < 32 && (value >> (def->width - 1 - i) & 1) != 0;
        if (((octet & mask) != 0) == set)
            continue;
        octet ^= mask;
        changes = true;
        (void)mutant_write(m, bit / 8, &octet, 1);
    }
    mutant_comment(m, "the header's %s set to 0x%" PRIx32, def->label, value);
    return changes;
}

bool header_overlay(struct mutant *m, uint32_t at)
{
    (void)at;
    return header_set(m, RELOAD_F_OVERLAY,
                      m->mutation->argument != 0 ? 0 : mutant_random(m, UINT32_MAX) | 1);
}

bool header_version(struct mutant *m, uint32_t at)
{
    (void)at;
    return header_set(m, RELOAD_F_VERSION, m->mutation->argument);
}

bool header_frag(struct mutant *m, uint32_t at)
{
    (void)at;
    return header_set(m, RELOAD_F_FRAG, 1);
}

bool header_dht(struct mutant *m, uint32_t at)
{
    (void)at;
    return header_set(m, RELOAD_F_DHT,
                      m->base->octets[9] == RELOAD_DHT_BAMBOO ? RELOAD_DHT_CHORD
                                                              : RELOAD_DHT_BAMBOO);
}

bool header_hash(struct mutant *m, uint32_t at)
{
    (void)at;
    return header_set(m, RELOAD_F_HASH, (m->base->octets[10] + 1u) & 0xff);
}

const reload_suite *other_suite(const struct base *base)
{
    return policy_suite(base->certs ? RELOAD_SUITE_MAC : RELOAD_SUITE_PUBLIC_KEY);
}

bool header_security(struct mutant *m, uint32_t at)
{
    (void)at;
    uint32_t value = m->mutation->argument;
    return header_set(m, RELOAD_F_SECURITY,
                      value == SECURITY_OTHER ? other_suite(m->base)->security : value);
}

bool header_response(struct mutant *m, uint32_t at)
{
    (void)at;
    return header_set(m, RELOAD_F_RESPONSE, reload_msg_field(m->base->msg, RELOAD_F_RESPONSE) ^ 1);
}

bool header_source(struct mutant *m, uint32_t at)
{
    (void)at;
    uint8_t id[RELOAD_ID_SIZE];
    for (size_t i = 0; i < sizeof id; i++)
        id[i] = (uint8_t)mutant_random(m, 256);
    mutant_comment(m, "the header's Source ID replaced by another");
    return memcmp(id, m->base->octets + 36, sizeof id) != 0 && mutant_write(m, 36, id, sizeof id);
}

/* S§7: a boot time that only verifiers that detect replays reject (D25). */
bool header_boot_time(struct mutant *m, uint32_t at)
{
    const struct mutate_options *policy = m->base->options;
    int64_t boot = policy->time + (policy->skew_limit ? policy->max_skew : 0) + 1;
    uint8_t octets[4];
    (void)at;
    if (!m->base->certs || (m->base->octets[12] & 0x80) != 0 || boot < 0 || boot > UINT32_MAX)
        return false;
    octets_put32(octets, (uint32_t)boot);
    mutant_comment(m, "the Transaction ID's boot time is later than the TIMESTAMP: a verifier that "
                      "detects replays rejects it (D25)");
    return mutant_write(m, 56, octets, sizeof octets);
}
