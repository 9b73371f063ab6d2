/* SPDX-License-Identifier: BSD-2-Clause */
/* Aligns the attributes of two messages. */
#include "common/array.h"
#include "dump/diff.h"

#include <stdlib.h>

enum {
    MAX_EDITS = 1024, /* insertions and deletions that are searched for exactly */
    /* The search takes time that is quadratic in the edits. Its steps are bounded by the items, so
     * that time grows linearly with the octets (D34); the fewest edits of short runs are found. */
    STEPS_PER_ITEM = 16,
    STEPS_AT_LEAST = 4096
};

/* A part of both runs that is aligned by itself. */
struct part {
    struct diff_items *items;
    size_t from[2], end[2];
    bool by_type; /* else by octets */
};

static bool is_alike(const struct part *part, size_t a, size_t b)
{
    const struct diff_item *x = &part->items->item[DIFF_OLD][a],
                           *y = &part->items->item[DIFF_NEW][b];
    return part->by_type ? x->type == y->type : x->key == y->key;
}

/* The furthest position on each diagonal by number of edits. The row for d edits has d + 1 entries,
 * for diagonals -d, -d + 2 … d. */
static uint32_t *reach_row(uint32_t *reach, size_t d)
{
    return reach + d * (d + 1) / 2;
}

/* Whether the way to entry t of the row for d edits ends with an insertion, from the diagonal
 * above; else with a deletion. */
static bool is_insertion(const uint32_t *before, size_t d, size_t t)
{
    return t == 0 || (t != d && before[t - 1] < before[t]);
}

/* The fewest edits that turn the old run into the new one, by E. Myers' greedy algorithm. Returns
 * false if they are more than max, or the steps are used up. */
static bool search_edits(const struct part *part, uint32_t *reach, size_t max, size_t *edits)
{
    size_t n = part->end[DIFF_OLD] - part->from[DIFF_OLD],
           m = part->end[DIFF_NEW] - part->from[DIFF_NEW];
    uint64_t steps = STEPS_AT_LEAST + STEPS_PER_ITEM * (uint64_t)(n + m);
    for (size_t e = 0; e <= max; e++) {
        uint32_t *now = reach_row(reach, e);
        const uint32_t *before = e == 0 ? NULL : reach_row(reach, e - 1);
        for (size_t t = 0; t <= e; t++) {
            size_t x = 0;
            if (e > 0)
                x = is_insertion(before, e, t) ? before[t] : before[t - 1] + (size_t)1;
            size_t y = x + e - 2 * t; /* it is on diagonal 2t - e */
            size_t start = x;
            while (x < n && y < m &&
                   is_alike(part, part->from[DIFF_OLD] + x, part->from[DIFF_NEW] + y)) {
                x++;
                y++;
            }
            now[t] = (uint32_t)x;
            if (x >= n && y >= m) {
                *edits = e;
                return true;
            }
            if (steps <= x - start)
                return false;
            steps -= x - start + 1;
        }
    }
    return false;
}

/* Walks back along the edits that were found, and matches the items between them. */
static void match_back(const struct part *part, uint32_t *reach, size_t edits)
{
    size_t x = part->end[DIFF_OLD] - part->from[DIFF_OLD],
           y = part->end[DIFF_NEW] - part->from[DIFF_NEW];
    for (size_t e = edits;; e--) {
        size_t before_x = 0, before_y = 0, start = 0;
        if (e > 0) {
            size_t t = (e + x - y) / 2;
            const uint32_t *before = reach_row(reach, e - 1);
            bool insertion = is_insertion(before, e, t);
            before_x = before[insertion ? t : t - 1];
            start = before_x + !insertion;
            before_y = y - (x - start) - insertion;
        }
        while (x > start) {
            x--;
            y--;
            part->items->match[part->from[DIFF_OLD] + x] = (uint32_t)(part->from[DIFF_NEW] + y);
        }
        if (e == 0)
            return;
        x = before_x;
        y = before_y;
    }
}

/* Matches equal attributes at both ends, and removes them from the part. */
static void match_ends(struct part *part)
{
    uint32_t *match = part->items->match;
    for (;
         part->from[DIFF_OLD] < part->end[DIFF_OLD] && part->from[DIFF_NEW] < part->end[DIFF_NEW] &&
         is_alike(part, part->from[DIFF_OLD], part->from[DIFF_NEW]);
         part->from[DIFF_NEW]++)
        match[part->from[DIFF_OLD]++] = (uint32_t)part->from[DIFF_NEW];
    for (;
         part->from[DIFF_OLD] < part->end[DIFF_OLD] && part->from[DIFF_NEW] < part->end[DIFF_NEW] &&
         is_alike(part, part->end[DIFF_OLD] - 1, part->end[DIFF_NEW] - 1);
         part->end[DIFF_NEW]--)
        match[--part->end[DIFF_OLD]] = (uint32_t)part->end[DIFF_NEW] - 1;
}

/* Matches the ends, and the items between them that the fewest edits leave. If there are too many
 * edits to find, items are matched by type in order, without comparing octets. */
static reload_err align_part(struct part part)
{
    match_ends(&part);
    size_t n = part.end[DIFF_OLD] - part.from[DIFF_OLD],
           m = part.end[DIFF_NEW] - part.from[DIFF_NEW], edits;
    size_t max = n + m < MAX_EDITS ? n + m : MAX_EDITS;
    if (n == 0 || m == 0)
        return RELOAD_OK;
    uint32_t *reach = malloc((max + 1) * (max + 2) / 2 * sizeof *reach);
    if (reach == NULL)
        return RELOAD_ERR_MEMORY;
    if (search_edits(&part, reach, max, &edits)) {
        match_back(&part, reach, edits);
    } else if (part.by_type) {
        for (size_t i = 0; i < n && i < m; i++)
            if (is_alike(&part, part.from[DIFF_OLD] + i, part.from[DIFF_NEW] + i))
                part.items->match[part.from[DIFF_OLD] + i] = (uint32_t)(part.from[DIFF_NEW] + i);
    }
    free(reach);
    return RELOAD_OK;
}

/* Matches the items with equal octets first, then, between these, items of the same type. */
static reload_err align_items(struct diff_items *items)
{
    struct part gap = {.items = items, .by_type = true};
    reload_err err = align_part(
        (struct part){.items = items, .end = {items->count[DIFF_OLD], items->count[DIFF_NEW]}});
    for (size_t i = 0; i <= items->count[DIFF_OLD] && err == RELOAD_OK; i++) {
        bool last = i == items->count[DIFF_OLD];
        if (!last && items->match[i] == RELOAD_NO_ATTR)
            continue;
        gap.end[DIFF_OLD] = i;
        gap.end[DIFF_NEW] = last ? items->count[DIFF_NEW] : items->match[i];
        err = align_part(gap);
        gap.from[DIFF_OLD] = i + 1;
        gap.from[DIFF_NEW] = gap.end[DIFF_NEW] + 1;
    }
    return err;
}

/* ---- Items ---- */

reload_span diff_attr_octets(const reload_msg *msg, uint32_t i)
{
    size_t len, padding;
    const uint8_t *octets = reload_msg_octets(msg, &len) + reload_msg_attr(msg, i)->offset;
    const uint8_t *value = reload_msg_value_octets(msg, i, &len);
    (void)reload_msg_padding(msg, i, &padding);
    return (reload_span){octets, (size_t)(value - octets) + len + padding};
}

/* FNV-1a, which is fast for few octets. */
static uint32_t hash_octets(reload_span span)
{
    uint32_t h = UINT32_C(2166136261);
    for (size_t i = 0; i < span.len; i++)
        h = (h ^ span.octets[i]) * UINT32_C(16777619);
    return h;
}

static bool list_members(const reload_msg *msg, uint32_t parent, struct diff_item **items,
                         size_t *count)
{
    size_t cap = 0;
    reload_iter it = reload_members(msg, parent);
    while (reload_next(&it)) {
        struct diff_item *grown = array_grow(*items, &cap, *count, sizeof *grown);
        if (grown == NULL)
            return false;
        *items = grown;
        (*items)[(*count)++] =
            (struct diff_item){.attr = it.index,
                               .key = hash_octets(diff_attr_octets(msg, it.index)),
                               .type = it.attr->type};
    }
    return true;
}

reload_err diff_align(const reload_msg *const msg[2], const uint32_t parent[2],
                      struct diff_items *items)
{
    *items = (struct diff_items){.match = NULL};
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++)
        if (!list_members(msg[side], parent[side], &items->item[side], &items->count[side]))
            return RELOAD_ERR_MEMORY;
    items->match = malloc((items->count[DIFF_OLD] + 1) * sizeof *items->match);
    if (items->match == NULL)
        return RELOAD_ERR_MEMORY;
    for (size_t i = 0; i < items->count[DIFF_OLD]; i++)
        items->match[i] = RELOAD_NO_ATTR;
    return align_items(items);
}

void diff_items_free(struct diff_items *items)
{
    free(items->item[DIFF_OLD]);
    free(items->item[DIFF_NEW]);
    free(items->match);
}
