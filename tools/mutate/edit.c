/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing a copy of the good message, and signing it again. */
#include "common/octets.h"
#include "mutate/mutate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

reload_err mutant_open(struct mutant *m, struct base *base, const struct mutation *mutation,
                       enum signing signing, const char *place)
{
    char purpose[512];
    *m = (struct mutant){.base = base,
                         .mutation = mutation,
                         .signing = signing,
                         .order = UINT64_MAX,
                         .err = RELOAD_OK};
    (void)snprintf(m->place, sizeof m->place, "%s", place);
    reload_buf_append(&m->octets, base->octets, base->len);
    m->at = calloc(base->count, sizeof *m->at);
    m->gone = calloc(base->count, sizeof *m->gone);
    m->altered = calloc(base->count, sizeof *m->altered);
    m->states = calloc(base->site_count, sizeof *m->states);
    if (m->at == NULL || m->gone == NULL || m->altered == NULL || m->states == NULL ||
        m->octets.err != RELOAD_OK)
        return RELOAD_ERR_MEMORY;
    for (uint32_t i = 0; i < base->count; i++)
        m->at[i] = base_attr(base, i)->offset;
    for (size_t i = 0; i < base->site_count; i++) {
        const struct site *site = &base->sites[i];
        reload_value value;
        m->states[i] = (struct state){.size = site->size, .stamp = -1, .expiration = -1};
        if (site->timestamp != RELOAD_NO_ATTR &&
            reload_msg_value(base->msg, site->timestamp, &value))
            m->states[i].stamp = value.number;
        if (site->expiration != RELOAD_NO_ATTR &&
            reload_msg_value(base->msg, site->expiration, &value))
            m->states[i].expiration = value.number;
    }
    /* the same random choices whichever mutations are selected, and whatever is signed again */
    (void)snprintf(purpose, sizeof purpose, "%s:%s", mutation->name, place);
    return base_rng(base, purpose, &m->rng);
}

void mutant_close(struct mutant *m)
{
    reload_buf_free(&m->octets);
    free(m->at);
    free(m->gone);
    free(m->altered);
    free(m->states);
    reload_rng_free(&m->rng);
}

void mutant_comment(struct mutant *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(m->comment, sizeof m->comment, format, args);
    va_end(args);
}

uint32_t mutant_random(struct mutant *m, uint32_t below)
{
    uint8_t octets[4] = {0};
    if (m->err == RELOAD_OK)
        m->err = reload_rng_fill(m->rng, octets, sizeof octets);
    return below == 0 ? 0 : octets_get32(octets) % below;
}

/* ---- Octets ---- */

/* Marks the signatures that cover len octets at an offset as broken; len 0: octets were inserted.
 */
static void mutant_touch(struct mutant *m, size_t offset, size_t len)
{
    const struct base *base = m->base;
    for (size_t i = 0; i < base->site_count; i++) {
        const struct site *site = &base->sites[i];
        size_t from =
            site->role == ROLE_MESSAGE ? 8 : base_attr(base, site->container)->offset + 4u;
        size_t end = base_attr(base, site->digest)->offset;
        if (site->role != ROLE_MESSAGE && offset < from &&
            offset + len >= base_end(base, site->container))
            continue; /* moved as a whole */
        if (len > 0 ? offset < end && offset + len > from : offset >= from && offset <= end)
            m->states[i].broken = true;
    }
}

void mutant_forget(struct mutant *m, uint32_t attr)
{
    for (uint32_t i = attr; i < base_attr(m->base, attr)->end; i++)
        m->gone[i] = true;
}

/* Translates an offset of the good message into the mutant: the head and, without members, the
 * value move with their attribute. */
static size_t mutant_offset(const struct mutant *m, size_t offset)
{
    const struct base *base = m->base;
    if (offset < RELOAD_HEADER_SIZE)
        return offset;
    uint32_t i = base->count - 1;
    while (i > 0 && base_attr(base, i)->offset > offset)
        i--;
    return m->at[i] + (offset - base_attr(base, i)->offset);
}

uint8_t *mutant_octets(struct mutant *m, size_t offset)
{
    return m->octets.octets + mutant_offset(m, offset);
}

bool mutant_write(struct mutant *m, size_t offset, const void *octets, size_t len)
{
    memcpy(mutant_octets(m, offset), octets, len);
    /* the header's Length is not covered as it is (D2) */
    if (offset != 13)
        mutant_touch(m, offset, len);
    return true;
}

/* Adds to the Lengths of a container, its ancestors and the message. */
static bool add_to_lengths(struct mutant *m, uint32_t container, long by)
{
    uint8_t *octets = m->octets.octets;
    for (uint32_t i = container; i != RELOAD_NO_ATTR; i = base_attr(m->base, i)->parent) {
        long length = octets_get16(octets + m->at[i] + 2) + by;
        if (length < 0 || length > 0xffff)
            return false;
        octets_put16(octets + m->at[i] + 2, (uint32_t)length);
        mutant_touch(m, base_attr(m->base, i)->offset + 2u, 2);
    }
    long length = (long)octets_get24(octets + 13) + by;
    if (length < 0 || length > RELOAD_MAX_LENGTH)
        return false;
    octets_put24(octets + 13, (uint32_t)length);
    return true;
}

/* Replaces octets at an offset of the mutant, and moves those that follow. */
static bool splice(struct mutant *m, size_t at, size_t removed, const uint8_t *octets, size_t len)
{
    reload_buf made = {0};
    size_t rest = at + removed;
    reload_buf_append(&made, m->octets.octets, at);
    reload_buf_append(&made, octets, len);
    reload_buf_append(&made, m->octets.octets + rest, m->octets.len - rest);
    if (made.err != RELOAD_OK) {
        m->err = made.err;
        reload_buf_free(&made);
        return false;
    }
    reload_buf_free(&m->octets);
    m->octets = made;
    for (uint32_t i = 0; i < m->base->count; i++)
        if (m->at[i] >= rest)
            m->at[i] = (uint32_t)(m->at[i] + len - removed);
    return true;
}

/* Translates an offset of the good message at which an attribute begins or a container ends. */
static size_t boundary(const struct mutant *m, uint32_t parent, size_t offset)
{
    const struct base *base = m->base;
    for (uint32_t i = 0; i < base->count; i++)
        if (base_attr(base, i)->offset == offset && base_attr(base, i)->parent == parent)
            return m->at[i];
    if (parent == RELOAD_NO_ATTR)
        return m->octets.len;
    const uint8_t *head = m->octets.octets + m->at[parent];
    return offset == base_attr(base, parent)->offset + 4u
               ? m->at[parent] + 4 /* of an empty one */
               : m->at[parent] + 4 + octets_get16(head + 2);
}

bool mutant_insert(struct mutant *m, uint32_t parent, size_t offset, const void *octets, size_t len)
{
    size_t at = boundary(m, parent, offset);
    mutant_touch(m, offset, 0);
    return splice(m, at, 0, octets, len) && add_to_lengths(m, parent, (long)len);
}

bool mutant_remove(struct mutant *m, uint32_t attr)
{
    size_t size = base_size(m->base, attr);
    mutant_forget(m, attr);
    mutant_touch(m, base_attr(m->base, attr)->offset, size);
    return splice(m, m->at[attr], size, NULL, 0) &&
           add_to_lengths(m, base_attr(m->base, attr)->parent, -(long)size);
}

bool mutant_move(struct mutant *m, uint32_t attr, uint32_t parent, size_t offset)
{
    const struct base *base = m->base;
    size_t size = base_size(base, attr), from = base_attr(base, attr)->offset;
    uint32_t end = base_attr(base, attr)->end;
    reload_buf moved = {0};
    reload_buf_append(&moved, m->octets.octets + m->at[attr], size);
    mutant_touch(m, from, size);
    mutant_touch(m, offset, 0);
    size_t to = boundary(m, parent, offset), at = m->at[attr];
    bool good = moved.err == RELOAD_OK;
    if (!good)
        m->err = moved.err;
    good = good && splice(m, at, size, NULL, 0) &&
           add_to_lengths(m, base_attr(base, attr)->parent, -(long)size);
    to -= to > at ? size : 0;
    good = good && splice(m, to, 0, moved.octets, size) && add_to_lengths(m, parent, (long)size);
    for (uint32_t i = attr; i < end && good; i++)
        m->at[i] = (uint32_t)(to + (base_attr(base, i)->offset - from));
    reload_buf_free(&moved);
    return good;
}

bool mutant_set(struct mutant *m, uint32_t attr, const void *octets, size_t len)
{
    static const uint8_t zeros[3];
    const struct base *base = m->base;
    size_t before = base_size(base, attr) - 4, padding = (4 - len % 4) % 4;
    uint8_t length[2];
    reload_buf value = {0};
    if (len > 0xffff)
        return false;
    octets_put16(length, (uint32_t)len);
    reload_buf_append(&value, octets, len);
    reload_buf_append(&value, zeros, padding);
    mutant_touch(m, base_attr(base, attr)->offset + 2u, before + 2);
    memcpy(m->octets.octets + m->at[attr] + 2, length, sizeof length);
    bool good = value.err == RELOAD_OK;
    if (!good)
        m->err = value.err;
    good = good && splice(m, m->at[attr] + 4, before, value.octets, value.len) &&
           (before == value.len ||
            add_to_lengths(m, base_attr(base, attr)->parent, (long)value.len - (long)before));
    reload_buf_free(&value);
    return good;
}

/* ---- Signatures ---- */

/*
 * D1, D2, and possible misreadings:
 *
 *   0       8           13     16               SIGNATURE:     DIGEST:                end
 *   | token |EXP … Method|Length|IDs, attributes | TIMESTAMP …  | type, Length | value |
 *           |<------------------------------------------------->|                        right,
 * with Length = end - 68
 *           |<-------------- the header's Length, or 0 -------->|                        length,
 * length-zero
 *           |<---------------------------------->|                                       base
 * (B§5.2.6)
 *   |<--------------------------------------------------------->|                        all
 *           |<---------------------------------------------------------------->| digest-head
 *           |<------------------------------------->| up to TIMESTAMP no-timestamp
 *
 * D8's range begins at the container's first member; head: at the container.
 */
bool mutant_covered(struct mutant *m, size_t index, enum range range, reload_buf *covered)
{
    const struct site *site = &m->base->sites[index];
    const uint8_t *octets = m->octets.octets;
    size_t at = m->at[site->attr], digest = m->at[site->digest];
    size_t end = range == RANGE_BASE          ? at
                 : range == RANGE_DIGEST_HEAD ? digest + 4
                 : range == RANGE_NO_TIMESTAMP && site->timestamp != RELOAD_NO_ATTR
                     ? m->at[site->timestamp]
                     : digest;
    size_t length = at + 4 + (octets_get16(octets + at + 2) + 3u) / 4 * 4 - RELOAD_HEADER_SIZE;
    uint8_t length_field[3];
    octets_put24(length_field, (uint32_t)length);
    size_t from = 16;
    if (site->role != ROLE_MESSAGE) {
        from = m->at[site->container] + (range == RANGE_HEAD ? 0 : 4);
    } else {
        if (range == RANGE_LENGTH)
            memcpy(length_field, octets + 13, sizeof length_field);
        else if (range == RANGE_LENGTH_ZERO)
            memset(length_field, 0, sizeof length_field);
        size_t start = range == RANGE_ALL ? 0 : 8;
        reload_buf_append(covered, octets + start, 13 - start);
        reload_buf_append(covered, length_field, sizeof length_field);
    }
    reload_buf_append(covered, octets + from, end - from);
    if (covered->err != RELOAD_OK)
        m->err = covered->err;
    return covered->err == RELOAD_OK;
}

bool mutant_can_sign(const struct mutant *m, size_t index)
{
    const struct site *site = &m->base->sites[index];
    return site->ours && !m->gone[site->attr] && !m->gone[site->digest] &&
           m->states[index].size == site->size;
}

bool mutant_sign(struct mutant *m, size_t index)
{
    const struct site *site = &m->base->sites[index];
    reload_buf covered = {0}, digest = {0};
    bool good = mutant_covered(m, index, RANGE_RIGHT, &covered);
    if (good)
        m->err =
            reload_signer_digest(m->base->signer, m->base->options->suite->md,
                                 &(reload_span){covered.octets, covered.len}, 1,
                                 site->role == ROLE_BODY ? RELOAD_DIGEST_RESOURCE : 0, &digest);
    good = m->err == RELOAD_OK && digest.len == site->size;
    if (good) {
        memcpy(m->octets.octets + m->at[site->digest] + 4, digest.octets, digest.len);
        mutant_touch(m, base_attr(m->base, site->digest)->offset + 4u,
                     digest.len); /* for the enclosing signatures */
        m->states[index].broken = false;
    }
    reload_buf_free(&covered);
    reload_buf_free(&digest);
    return good;
}

/* Makes the broken signatures of a role again. Returns how many. */
static size_t sign_role(struct mutant *m, enum role role)
{
    size_t done = 0;
    for (size_t i = 0; i < m->base->site_count; i++)
        if (m->base->sites[i].role == role && m->states[i].broken && mutant_can_sign(m, i) &&
            mutant_sign(m, i))
            done++;
    return done;
}

bool mutant_resign(struct mutant *m)
{
    size_t inside = 0;
    if (m->signing == SIGN_NOTHING)
        return true;
    if (m->signing == SIGN_ALL) { /* inner signatures first: the outer ones cover them */
        inside =
            sign_role(m, ROLE_BODY_PEER) + sign_role(m, ROLE_SOURCE) + sign_role(m, ROLE_REDIRECT);
        inside += sign_role(m, ROLE_BODY);
    }
    return sign_role(m, ROLE_MESSAGE) > 0 && (m->signing == SIGN_MESSAGE || inside > 0) &&
           m->err == RELOAD_OK;
}
