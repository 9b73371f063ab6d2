/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the framed messages (D33), in one pass for all headers of a stream. Stepping over each
 * message's attributes would take time quadratic in the stream's octets, if many broken messages
 * have large Lengths.
 *
 * From a place, an attribute leads to one later place at most 64 KiB ahead. So headers whose
 * attributes come to the same place stay together from there on: they form a chain, a set of a
 * union-find forest. The pass goes through the places, moves the chain at each to the next, and
 * unites chains that meet. A message is framed if its header is in the chain that comes to its end.
 */
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>

enum {
    RING = 1 << 17,     /* more places than an attribute has octets */
    MAX_NODES = 1 << 21 /* then the pass restarts, which takes less time than those before */
};

struct rl_node {
    uint64_t begin, end; /* the message's */
    uint32_t parent;     /* in the forest */
    bool framed;         /* if the pass has reached its end */
};

void rl_frames_reset(rl_frames *frames)
{
    if (frames->ring != NULL && frames->count > 0)
        memset(frames->ring, 0, RING * sizeof *frames->ring);
    memset(frames->ends, 0, sizeof frames->ends);
    frames->count = frames->waiting = 0;
    frames->at = 0;
}

size_t rl_frames_memory(const rl_frames *frames)
{
    size_t each = sizeof *frames->nodes + sizeof *frames->heap;
    return frames->cap * each + (frames->ring == NULL ? 0 : RING * sizeof *frames->ring);
}

void rl_frames_free(rl_frames *frames)
{
    free(frames->ring);
    free(frames->nodes);
    free(frames->heap);
    *frames = (rl_frames){0};
}

static uint32_t *ring_at(const rl_frames *s, uint64_t place)
{
    return &s->ring[place % RING];
}

static bool *may_end_at(rl_frames *s, uint64_t place)
{
    return &s->ends[place % sizeof s->ends];
}

/* ---- The forest ---- */

static uint32_t root_of(const rl_frames *s, uint32_t node)
{
    struct rl_node *nodes = s->nodes;
    while (nodes[node].parent != node)
        node = nodes[node].parent = nodes[nodes[node].parent].parent;
    return node;
}

/* Brings a chain to a place. */
static void arrive(rl_frames *s, uint32_t chain, uint64_t place)
{
    uint32_t *there = ring_at(s, place);
    chain = root_of(s, chain);
    if (*there != 0)
        s->nodes[chain].parent = root_of(s, *there);
    else
        *there = chain;
}

static bool comes_to(const rl_frames *s, uint32_t node, uint64_t place)
{
    uint32_t there = *ring_at(s, place);
    return there != 0 && root_of(s, there) == root_of(s, node);
}

/* ---- The messages whose end the pass has not reached ---- */

static bool ends_before(const rl_frames *s, size_t a, size_t b)
{
    return s->nodes[s->heap[a]].end < s->nodes[s->heap[b]].end;
}

static void heap_swap(rl_frames *s, size_t a, size_t b)
{
    uint32_t node = s->heap[a];
    s->heap[a] = s->heap[b];
    s->heap[b] = node;
}

static void heap_push(rl_frames *s, uint32_t node)
{
    size_t i = s->waiting++;
    s->heap[i] = node;
    for (; i > 0 && ends_before(s, i, (i - 1) / 2); i = (i - 1) / 2)
        heap_swap(s, i, (i - 1) / 2);
}

static uint32_t heap_pop(rl_frames *s)
{
    uint32_t first = s->heap[0];
    s->heap[0] = s->heap[--s->waiting];
    for (size_t i = 0, child; (child = 2 * i + 1) < s->waiting; i = child) {
        if (child + 1 < s->waiting && ends_before(s, child + 1, child))
            child++;
        if (!ends_before(s, child, i))
            break;
        heap_swap(s, i, child);
    }
    return first;
}

/* ---- The pass ---- */

static reload_err add_header(rl_frames *s, const uint8_t *header, uint64_t begin)
{
    if (s->count == 0)
        s->count = 1; /* 0 is none */
    if (s->count >= s->cap) {
        size_t cap = s->cap < 1024 ? 1024 : 2 * s->cap;
        void *nodes = realloc(s->nodes, cap * sizeof *s->nodes);
        if (nodes == NULL)
            return RELOAD_ERR_MEMORY;
        s->nodes = nodes;
        void *heap = realloc(s->heap, cap * sizeof *s->heap);
        if (heap == NULL)
            return RELOAD_ERR_MEMORY;
        s->heap = heap;
        s->cap = cap;
    }
    uint32_t node = (uint32_t)s->count++;
    uint64_t from = begin + RELOAD_HEADER_SIZE;
    s->nodes[node] = (struct rl_node){
        .begin = begin, .end = from + rl_field_get(header, RELOAD_F_LENGTH), .parent = node};
    arrive(s, node, from);
    heap_push(s, node);
    return RELOAD_OK;
}

/* Passes a place, of which four octets have been read. A header is added where its attributes
 * begin, since all its octets have been read then. */
static reload_err pass(rl_framer *f)
{
    rl_frames *s = &f->frames;
    const uint8_t *octets = f->octets + f->start + (s->at - f->base);
    reload_err err = RELOAD_OK;
    if (s->at - f->base >= RELOAD_HEADER_SIZE) {
        const uint8_t *header = octets - RELOAD_HEADER_SIZE;
        bool *may_end = may_end_at(s, s->at - RELOAD_HEADER_SIZE);
        if (memcmp(header, rl_token, sizeof rl_token) == 0 && (*may_end || rl_is_plausible(header)))
            err = add_header(s, header, s->at - RELOAD_HEADER_SIZE);
        *may_end = false;
    }
    while (s->waiting > 0 && s->nodes[s->heap[0]].end <= s->at) {
        uint32_t node = heap_pop(s);
        s->nodes[node].framed = s->nodes[node].end == s->at && comes_to(s, node, s->at);
        *may_end_at(s, s->at) = true;
    }
    uint32_t chain = *ring_at(s, s->at);
    *ring_at(s, s->at) = 0;
    if (chain != 0)
        arrive(s, chain, s->at + rl_attr_size(octets));
    s->at++;
    return err;
}

/* Moves to the message at start; the octets before it have been dropped. */
static void frames_skip(rl_framer *f)
{
    rl_frames *s = &f->frames;
    if (s->ring != NULL && f->base - s->at >= RING)
        memset(s->ring, 0, RING * sizeof *s->ring);
    else if (s->ring != NULL)
        for (uint64_t place = s->at; place < f->base; place++)
            *ring_at(s, place) = 0;
    s->at = f->base;
}

/* The header that begins at a place; 0 if the pass has not added it. */
static uint32_t node_at(const rl_frames *s, uint64_t begin)
{
    size_t low = 1, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->nodes[middle].begin < begin)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->count && s->nodes[low].begin == begin ? (uint32_t)low : 0;
}

/* Passes all places of the message at start, and all before. */
static reload_err pass_message(rl_framer *f, uint64_t end)
{
    rl_frames *s = &f->frames;
    reload_err err = RELOAD_OK;
    if (s->ring == NULL && (s->ring = calloc(RING, sizeof *s->ring)) == NULL)
        return RELOAD_ERR_MEMORY;
    if (s->at <= f->base + RELOAD_HEADER_SIZE)
        *may_end_at(s, f->base) = true;
    while (err == RELOAD_OK && s->at + RL_HEAD <= end)
        err = pass(f);
    return err;
}

reload_err rl_frames_ask(rl_framer *f, size_t size, bool *framed)
{
    rl_frames *s = &f->frames;
    uint64_t end = f->base + size;
    *framed = size == RELOAD_HEADER_SIZE;
    if (size < RELOAD_HEADER_SIZE + RL_HEAD)
        return RELOAD_OK;
    if (s->at < f->base)
        frames_skip(f);
    reload_err err = s->count < MAX_NODES ? pass_message(f, end) : RELOAD_OK;
    uint32_t node = node_at(s, f->base);
    if (err == RELOAD_OK && (node == 0 || s->count >= MAX_NODES)) {
        rl_frames_reset(s);
        s->at = f->base;
        err = pass_message(f, end);
        node = node_at(s, f->base);
    }
    if (err == RELOAD_OK)
        *framed = end < s->at ? s->nodes[node].framed : comes_to(s, node, end);
    return err;
}
