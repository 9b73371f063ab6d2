/* SPDX-License-Identifier: BSD-2-Clause */
/* The Peer-IDs that a CA assigns: consecutive, and each one once (S§7). */
#include "keygen/keygen.h"

#include <string.h>

bool id_add(const uint8_t id[RELOAD_ID_SIZE], unsigned n, uint8_t sum[RELOAD_ID_SIZE])
{
    uint64_t carry = n;
    for (size_t i = RELOAD_ID_SIZE; i-- > 0; carry >>= 8) {
        carry += id[i];
        sum[i] = (uint8_t)carry;
    }
    return carry == 0;
}

/* Whether an entry names one of the Peer-IDs from first to last. */
static bool entry_overlaps(const struct entry *entry, const uint8_t first[RELOAD_ID_SIZE],
                           const uint8_t last[RELOAD_ID_SIZE])
{
    uint8_t other_last[RELOAD_ID_SIZE];
    return entry->peers > 0 && id_add(entry->first, entry->peers - 1, other_last) &&
           memcmp(first, other_last, RELOAD_ID_SIZE) <= 0 &&
           memcmp(entry->first, last, RELOAD_ID_SIZE) <= 0;
}

bool index_taken(const struct index *index, const uint8_t first[RELOAD_ID_SIZE], unsigned count)
{
    uint8_t last[RELOAD_ID_SIZE];
    if (count == 0)
        return false;
    if (!id_add(first, count - 1, last))
        return true; /* past the last Peer-ID */
    for (size_t i = 0; i < index->count; i++)
        if (entry_overlaps(&index->entries[i], first, last))
            return true;
    return false;
}

const struct entry *index_renewable(const struct index *index, const uint8_t first[RELOAD_ID_SIZE],
                                    unsigned count)
{
    uint8_t last[RELOAD_ID_SIZE];
    const struct entry *found = NULL;
    if (count > 0 && id_add(first, count - 1, last))
        for (size_t i = 0; i < index->count; i++)
            if (index->entries[i].revoked < 0 && entry_overlaps(&index->entries[i], first, last))
                found = &index->entries[i];
    return found;
}

unsigned index_peers_of(const struct index *index, const char *user)
{
    unsigned sum = 0;
    for (size_t i = 0; i < index->count; i++) {
        const struct entry *entry = &index->entries[i];
        bool counted = !entry_has_user(entry, user);
        /* a renewed certificate names Peer-IDs that were counted before */
        for (size_t k = 0; k < i && !counted; k++)
            counted = index->entries[k].peers > 0 &&
                      memcmp(index->entries[k].first, entry->first, RELOAD_ID_SIZE) == 0 &&
                      entry_has_user(&index->entries[k], user);
        if (!counted)
            sum += entry->peers;
    }
    return sum;
}

bool index_draw(const struct index *index, struct tool *tool, reload_rng *rng, unsigned count,
                uint8_t first[RELOAD_ID_SIZE])
{
    do {
        reload_err err = reload_rng_fill(rng, first, RELOAD_ID_SIZE);
        if (err != RELOAD_OK) {
            tool_error(tool, STATUS_FAILED, "cannot draw random octets: %s", reload_strerror(err));
            return false;
        }
    } while (index_taken(index, first, count));
    return true;
}
