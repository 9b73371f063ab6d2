/* SPDX-License-Identifier: BSD-2-Clause */
/* Items in the order of the packets in which they end. A message of which octets are missing ends
 * in its last captured packet, but is found only when these octets can no longer come. Until then,
 * items that end in later packets wait, as copies. */
#include "capture/internal.h"
#include "common/array.h"

#include <stdlib.h>
#include <string.h>

/* A copy of an item. */
struct cap_kept {
    uint64_t number;   /* of the packet in which it ends */
    uint64_t sequence; /* in which items were found */
    size_t memory;
    struct capture_item item;
    uint64_t numbers[]; /* then its frames, and its octets */
};

/* ---- Missing octets ---- */

void cap_hole_open(struct capture *c, struct cap_flow *flow, uint64_t number)
{
    struct cap_holes *h = &c->holes;
    if (number == 0 || flow->hole_number != 0)
        return;
    flow->hole_number = number;
    flow->prev_hole = h->last;
    flow->next_hole = NULL;
    *(h->last == NULL ? &h->first : &h->last->next_hole) = flow;
    h->last = flow;
    if (h->least > number)
        h->least = number;
}

void cap_hole_close(struct capture *c, struct cap_flow *flow)
{
    struct cap_holes *h = &c->holes;
    flow->hole_since = 0;
    if (flow->hole_number == 0)
        return;
    *(flow->prev_hole == NULL ? &h->first : &flow->prev_hole->next_hole) = flow->next_hole;
    *(flow->next_hole == NULL ? &h->last : &flow->next_hole->prev_hole) = flow->prev_hole;
    if (h->least == flow->hole_number)
        h->least = 0;
    flow->hole_number = 0;
}

void cap_holes_due(struct capture *c)
{
    for (struct cap_flow *flow = c->holes.first; flow != NULL; flow = flow->next_hole)
        cap_flow_due(c, flow);
}

/* The least number of a packet in which an item to come may end; UINT64_MAX: of packets to come
 * alone. */
static uint64_t least_to_come(struct capture *c)
{
    struct cap_holes *h = &c->holes;
    if (c->finishing && (c->sets.oldest != NULL || c->oldest != NULL))
        return 0;
    if (h->first == NULL) {
        h->least = UINT64_MAX;
    } else if (h->least == 0) {
        h->least = UINT64_MAX;
        for (const struct cap_flow *flow = h->first; flow != NULL; flow = flow->next_hole)
            if (flow->hole_number < h->least)
                h->least = flow->hole_number;
    }
    uint64_t fragment = cap_fragments_first(c);
    return fragment < h->least ? fragment : h->least;
}

/* ---- Items that wait ---- */

static bool ends_before(const struct cap_kept *a, const struct cap_kept *b)
{
    return a->number != b->number ? a->number < b->number : a->sequence < b->sequence;
}

/* A copy of the item in one allocation; NULL without memory. */
static struct cap_kept *copy_item(struct capture *c)
{
    const struct capture_item *it = &c->item;
    size_t count = it->facts.frame_count, size = count * sizeof *it->numbers;
    size_t memory = sizeof(struct cap_kept) + 2 * size + it->item.len;
    struct cap_kept *kept = malloc(memory);
    if (kept == NULL)
        return NULL;
    *kept = (struct cap_kept){.number = c->completed.number,
                              .sequence = ++c->kept.sequence,
                              .memory = memory,
                              .item = *it};
    uint64_t *frames = kept->numbers + count;
    uint8_t *octets = (uint8_t *)(frames + count);
    if (count > 0) {
        memcpy(kept->numbers, it->numbers, size);
        memcpy(frames, it->facts.frames, size);
    }
    if (it->item.len > 0)
        memcpy(octets, it->item.octets, it->item.len);
    kept->item.numbers = kept->numbers;
    kept->item.facts.frames = frames;
    kept->item.item.octets = octets;
    return kept;
}

reload_err cap_order_keep(struct capture *c)
{
    struct cap_order *o = &c->kept;
    struct cap_kept **heap = array_grow(o->heap, &o->cap, o->count, sizeof *heap);
    if (heap == NULL)
        return RELOAD_ERR_MEMORY;
    o->heap = heap;
    struct cap_kept *kept = copy_item(c);
    if (kept == NULL)
        return RELOAD_ERR_MEMORY;
    size_t at = o->count++;
    for (; at > 0 && ends_before(kept, o->heap[(at - 1) / 2]); at = (at - 1) / 2)
        o->heap[at] = o->heap[(at - 1) / 2];
    o->heap[at] = kept;
    c->memory += kept->memory;
    return RELOAD_OK;
}

static struct cap_kept *take_first(struct cap_order *o)
{
    struct cap_kept *first = o->heap[0], *last = o->heap[--o->count];
    size_t at = 0, child;
    while ((child = 2 * at + 1) < o->count) {
        if (child + 1 < o->count && ends_before(o->heap[child + 1], o->heap[child]))
            child++;
        if (!ends_before(o->heap[child], last))
            break;
        o->heap[at] = o->heap[child];
        at = child;
    }
    o->heap[at] = last;
    return first;
}

/* Frees the item that was passed on. */
static void free_passed(struct capture *c)
{
    if (c->kept.passed != NULL)
        c->memory -= c->kept.passed->memory;
    free(c->kept.passed);
    c->kept.passed = NULL;
}

bool cap_order_is_next(struct capture *c)
{
    free_passed(c);
    return c->kept.count == 0 && c->completed.number <= least_to_come(c);
}

bool cap_order_is_full(const struct capture *c)
{
    return c->memory + c->sets.memory > c->options.total_limit;
}

bool cap_order_next(struct capture *c)
{
    struct cap_order *o = &c->kept;
    free_passed(c);
    if (o->count == 0)
        return false;
    if (o->heap[0]->number > least_to_come(c)) {
        if (!cap_order_is_full(c))
            return false;
        cap_warn_frame(c, ++c->counts.total_limits, &c->packet.stamp,
                       "the limit for all flows (--total-limit) is reached; messages may be "
                       "numbered before an earlier one that was captured in part");
    }
    o->passed = take_first(o);
    c->item = o->passed->item;
    return true;
}

void cap_order_pending(const struct capture *c, capture_number *take, void *arg)
{
    for (size_t i = 0; i < c->kept.count; i++)
        for (size_t k = 0; k < c->kept.heap[i]->item.facts.frame_count; k++)
            take(arg, c->kept.heap[i]->numbers[k]);
}

void cap_order_free(struct capture *c)
{
    free_passed(c);
    for (size_t i = 0; i < c->kept.count; i++)
        free(c->kept.heap[i]);
    free(c->kept.heap);
}
