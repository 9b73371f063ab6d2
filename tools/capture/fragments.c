/* SPDX-License-Identifier: BSD-2-Clause */
/* From IP fragments to IP payloads. Where fragments overlap, the one captured first counts. */
#include "capture/internal.h"
#include "common/array.h"

#include <stdlib.h>
#include <string.h>

enum {
    LARGEST = 65535,
    SECONDS = 2 /* that a fragment may be late */
};
#define UNKNOWN SIZE_MAX

struct set_key {
    uint8_t source[16], destination[16];
    uint32_t id, via, ipv6;
};

/* The fragments of one datagram. */
struct cap_set {
    struct set_key key;
    struct cap_set *chain;
    struct cap_set *newer, *older; /* by the first fragment captured */
    struct cap_pieces pieces;
    uint8_t protocol; /* by the first fragment */
    size_t total;     /* by the last fragment, or UNKNOWN */
    int64_t since;    /* when the first fragment was captured, */
    uint64_t number;  /* and in which packet */
};

/* ---- The table ---- */

static struct cap_set **set_bucket(struct capture *c, const struct set_key *key)
{
    return &c->sets.table[cap_hash(c, key, sizeof *key) & (c->sets.size - 1)];
}

static bool grow_sets(struct capture *c)
{
    struct cap_sets *s = &c->sets;
    size_t size = s->size == 0 ? 64 : 2 * s->size;
    if (s->size > 0 && s->count < s->size)
        return true;
    struct cap_set **table = calloc(size, sizeof(struct cap_set *));
    if (table == NULL)
        return false;
    free(s->table);
    s->table = table;
    s->size = size;
    for (struct cap_set *set = s->oldest; set != NULL; set = set->newer) {
        struct cap_set **at = set_bucket(c, &set->key);
        set->chain = *at;
        *at = set;
    }
    return true;
}

static struct cap_set *set_find(struct capture *c, const struct set_key *key)
{
    struct cap_set *set = c->sets.size == 0 ? NULL : *set_bucket(c, key);
    while (set != NULL && memcmp(&set->key, key, sizeof *key) != 0)
        set = set->chain;
    return set;
}

static struct cap_set *set_add(struct capture *c, const struct set_key *key,
                               const struct cap_stamp *stamp)
{
    struct cap_sets *s = &c->sets;
    struct cap_set *set = grow_sets(c) ? calloc(1, sizeof *set) : NULL;
    if (set == NULL)
        return NULL;
    struct cap_set **at = set_bucket(c, key);
    *set = (struct cap_set){.key = *key,
                            .chain = *at,
                            .older = s->newest,
                            .pieces.random = cap_random(c),
                            .total = UNKNOWN,
                            .since = stamp->seconds,
                            .number = stamp->number};
    *at = set;
    if (s->newest == NULL)
        s->oldest = set;
    else
        s->newest->newer = set;
    s->newest = set;
    s->count++;
    s->memory += sizeof *set;
    return set;
}

static void set_drop(struct capture *c, struct cap_set *set)
{
    struct cap_sets *s = &c->sets;
    struct cap_set **at = set_bucket(c, &set->key);
    while (*at != set)
        at = &(*at)->chain;
    *at = set->chain;
    *(set->older == NULL ? &s->oldest : &set->older->newer) = set->newer;
    *(set->newer == NULL ? &s->newest : &set->newer->older) = set->older;
    s->count--;
    s->memory -= sizeof *set + set->pieces.memory;
    cap_pieces_free(&set->pieces);
    free(set);
}

void cap_fragments_free(struct capture *c)
{
    while (c->sets.oldest != NULL)
        set_drop(c, c->sets.oldest);
    free(c->sets.table);
}

void cap_fragments_pending(const struct capture *c, capture_number *take, void *arg)
{
    for (const struct cap_set *set = c->sets.oldest; set != NULL; set = set->newer)
        cap_pieces_pending(&set->pieces, 0, take, arg);
}

/* ---- Putting together ---- */

static bool add_part(struct capture *c, size_t count, size_t end, const struct cap_stamp *stamp)
{
    struct cap_part *parts = array_grow(c->parts, &c->part_cap, count, sizeof *parts);
    if (parts == NULL)
        return false;
    c->parts = parts;
    c->parts[count] = (struct cap_part){.end = end, .stamp = *stamp};
    return true;
}

/* Takes the octets from the start to the first that is missing. */
static reload_err assemble(struct capture *c, const struct cap_set *set, struct cap_payload *p)
{
    struct cap_piece *piece;
    *p = (struct cap_payload){.ipv6 = set->key.ipv6 != 0,
                              .protocol = set->protocol,
                              .via = set->key.via,
                              .id = set->key.id,
                              .octets = c->assembled};
    memcpy(p->source, set->key.source, sizeof p->source);
    memcpy(p->destination, set->key.destination, sizeof p->destination);
    while ((piece = cap_pieces_at(&set->pieces, p->len)) != NULL && !piece->lost) {
        memcpy(c->assembled + p->len, piece->octets, piece->len);
        p->len += piece->len;
        if (!add_part(c, p->part_count, p->len, &piece->stamp))
            return RELOAD_ERR_MEMORY;
        p->part_count++;
    }
    p->parts = c->parts;
    p->fragments = piece == NULL;
    p->missing = set->total == UNKNOWN ? 1 : set->total - p->len;
    return RELOAD_OK;
}

static reload_err end_set(struct capture *c, struct cap_set *set)
{
    struct cap_payload p;
    bool whole = set->total != UNKNOWN && set->pieces.octets == set->total;
    reload_err err = assemble(c, set, &p);
    if (!whole)
        c->counts.lost_fragments++;
    set_drop(c, set);
    return err == RELOAD_OK && p.len > 0 ? cap_ip_payload(c, &p) : err;
}

reload_err cap_fragments_end_oldest(struct capture *c)
{
    return c->sets.oldest == NULL ? RELOAD_OK : end_set(c, c->sets.oldest);
}

/* Whether a fragment fits the others' total; sets it by the last fragment. */
static bool fits(struct cap_set *set, size_t end, bool last)
{
    if (set->total != UNKNOWN)
        return end <= set->total && (!last || end == set->total);
    if (!last)
        return true;
    if (cap_pieces_from(&set->pieces, end) != NULL || cap_pieces_at(&set->pieces, end) != NULL)
        return false;
    set->total = end;
    return true;
}

static bool add_octets(struct capture *c, struct cap_set *set, const struct cap_payload *p,
                       size_t offset)
{
    bool differs = false;
    const struct cap_stamp *stamp = &p->parts[0].stamp;
    uint64_t before = set->pieces.memory;
    bool added =
        cap_pieces_add(&set->pieces, offset, p->octets, p->len, stamp, false, &differs) &&
        cap_pieces_add(&set->pieces, offset + p->len, NULL, p->missing, stamp, true, &differs);
    c->sets.memory += set->pieces.memory - before;
    if (differs)
        cap_warn_frame(c, ++c->counts.overlaps, stamp,
                       "a fragment differs from an earlier one that it overlaps; the earlier one "
                       "is used");
    return added;
}

reload_err cap_fragment_add(struct capture *c, const struct cap_payload *p,
                            const struct cap_fragment *fragment)
{
    size_t end = fragment->offset + p->len + p->missing;
    struct set_key key = {.id = fragment->id, .via = p->via, .ipv6 = p->ipv6};
    memcpy(key.source, p->source, sizeof key.source);
    memcpy(key.destination, p->destination, sizeof key.destination);
    struct cap_set *set = set_find(c, &key);
    if (set == NULL && (set = set_add(c, &key, &p->parts[0].stamp)) == NULL)
        return RELOAD_ERR_MEMORY;
    if (p->len + p->missing == 0 || end > LARGEST || !fits(set, end, !fragment->more)) {
        c->counts.broken++;
        return RELOAD_OK;
    }
    if (!add_octets(c, set, p, fragment->offset))
        return RELOAD_ERR_MEMORY;
    c->counts.later_fragments += fragment->offset > 0 ? 1 : 0;
    if (fragment->offset == 0)
        set->protocol = p->protocol;
    return set->pieces.octets == set->total ? end_set(c, set) : RELOAD_OK;
}

uint64_t cap_fragments_first(const struct capture *c)
{
    return c->sets.oldest == NULL ? UINT64_MAX : c->sets.oldest->number;
}

bool cap_fragments_expired(const struct capture *c, int64_t now)
{
    const struct cap_set *set = c->sets.oldest;
    return set != NULL && (now > set->since + SECONDS || now < set->since - SECONDS);
}
