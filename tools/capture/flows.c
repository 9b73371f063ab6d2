/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of flows, and the order of their last packets. */
#include "capture/internal.h"

#include <stdlib.h>
#include <string.h>

static struct cap_flow **flow_bucket(const struct capture *c, const struct cap_key *key)
{
    return &c->table[cap_hash(c, key, sizeof *key) & (c->table_size - 1)];
}

struct cap_flow *cap_flow_find(const struct capture *c, const struct cap_key *key)
{
    struct cap_flow *flow = c->table_size == 0 ? NULL : *flow_bucket(c, key);
    while (flow != NULL && memcmp(&flow->key, key, sizeof *key) != 0)
        flow = flow->chain;
    return flow;
}

static bool grow_flows(struct capture *c)
{
    size_t size = c->table_size == 0 ? 64 : 2 * c->table_size;
    if (c->table_size > 0 && c->flow_count < c->table_size)
        return true;
    struct cap_flow **table = calloc(size, sizeof(struct cap_flow *));
    if (table == NULL)
        return false;
    free(c->table);
    c->table = table;
    c->table_size = size;
    for (struct cap_flow *flow = c->oldest; flow != NULL; flow = flow->newer) {
        struct cap_flow **at = flow_bucket(c, &flow->key);
        flow->chain = *at;
        *at = flow;
    }
    return true;
}

static void link_newest(struct capture *c, struct cap_flow *flow)
{
    flow->newer = NULL;
    flow->older = c->newest;
    *(c->newest == NULL ? &c->oldest : &c->newest->newer) = flow;
    c->newest = flow;
}

static void unlink_age(struct capture *c, struct cap_flow *flow)
{
    *(flow->older == NULL ? &c->oldest : &flow->older->newer) = flow->newer;
    *(flow->newer == NULL ? &c->newest : &flow->newer->older) = flow->older;
}

struct cap_flow *cap_flow_add(struct capture *c, const struct cap_key *key, uint32_t first)
{
    struct cap_flow *flow = grow_flows(c) ? calloc(1, sizeof *flow) : NULL;
    if (flow == NULL)
        return NULL;
    struct cap_flow **at = flow_bucket(c, key);
    flow->key = *key;
    flow->chain = *at;
    *at = flow;
    flow->listed = true;
    flow->first = first;
    flow->fin = UINT64_MAX;
    flow->pieces.random = cap_random(c);
    flow->at_start = true;
    flow->charged = sizeof *flow;
    c->memory += flow->charged;
    c->flow_count++;
    link_newest(c, flow);
    return flow;
}

void cap_flow_touch(struct capture *c, struct cap_flow *flow)
{
    unlink_age(c, flow);
    link_newest(c, flow);
}

void cap_flow_due(struct capture *c, struct cap_flow *flow)
{
    if (flow->due)
        return;
    flow->due = true;
    flow->next_due = NULL;
    *(c->due == NULL ? &c->due : &c->due_last->next_due) = flow;
    c->due_last = flow;
}

void cap_flow_close(struct capture *c, struct cap_flow *flow, enum cap_end why)
{
    struct cap_flow **at = flow_bucket(c, &flow->key);
    while (*at != flow)
        at = &(*at)->chain;
    *at = flow->chain;
    unlink_age(c, flow);
    c->flow_count--;
    flow->listed = false;
    flow->closing = true;
    flow->why = why;
    cap_flow_due(c, flow);
}

void cap_flows_pending(const struct capture *c, capture_number *take, void *arg)
{
    for (const struct cap_flow *flow = c->oldest; flow != NULL; flow = flow->newer)
        if (flow->state != CAP_PASSING && !flow->over)
            cap_pieces_pending(
                &flow->pieces,
                flow->state == CAP_SEEKING ? flow->fed - flow->hold_len : flow->taken, take, arg);
}

static void free_flow(struct cap_flow *flow)
{
    reload_reader_free(&flow->reader);
    cap_pieces_free(&flow->pieces);
    free(flow);
}

void cap_flows_free(struct capture *c)
{
    for (struct cap_flow *flow = c->due, *next; flow != NULL; flow = next) {
        next = flow->next_due;
        if (!flow->listed)
            free_flow(flow);
    }
    for (struct cap_flow *flow = c->oldest, *next; flow != NULL; flow = next) {
        next = flow->newer;
        free_flow(flow);
    }
    free(c->table);
}
