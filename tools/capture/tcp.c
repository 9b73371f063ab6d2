/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP: from segments to flows. */
#include "capture/internal.h"
#include "common/octets.h"

#include <string.h>

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };
enum {
    HEADER = 20,
    WINDOW = 1 << 26 /* octets; a segment that is further back belongs to another connection */
};

struct segment {
    const struct cap_payload *payload;
    size_t header;
    uint32_t seq, ack;
    unsigned flags;
    struct cap_key key;
};

static const struct cap_stamp *stamp_of(const struct segment *s)
{
    return &s->payload->parts[s->payload->part_count - 1].stamp;
}

static struct cap_key key_of(const struct cap_payload *p, bool reverse)
{
    struct cap_key key = {.via = p->via, .ipv6 = p->ipv6};
    memcpy(reverse ? key.destination : key.source, p->source, sizeof p->source);
    memcpy(reverse ? key.source : key.destination, p->destination, sizeof p->destination);
    uint16_t source = octets_get16(p->octets), destination = octets_get16(p->octets + 2);
    key.source_port = reverse ? destination : source;
    key.destination_port = reverse ? source : destination;
    return key;
}

/* ---- The other direction ---- */

/* How far a sequence number is after the next octet to be fed. */
static int32_t sequence_distance(const struct cap_flow *flow, uint32_t seq)
{
    return (int32_t)(seq - (flow->first + (uint32_t)flow->fed));
}

/* Records the octets of the other direction that an acknowledgment confirms. */
static void read_ack(struct capture *c, const struct segment *s)
{
    struct cap_key key = key_of(s->payload, true);
    struct cap_flow *other = (s->flags & ACK) == 0 ? NULL : cap_flow_find(c, &key);
    if (other == NULL)
        return;
    int32_t ahead = sequence_distance(other, s->ack);
    if (ahead > 0 && ahead < WINDOW && other->fed + (uint32_t)ahead > other->acked)
        other->acked = other->fed + (uint32_t)ahead;
    if (other->hole_since != 0 || other->acked > other->fed) /* octets are missing */
        cap_flow_due(c, other);
}

/* ---- Octets ---- */

/* Adds octets that were sent at a place, in the parts of their packets. */
static bool add_parts(struct capture *c, struct cap_flow *flow, const struct segment *s,
                      uint64_t start, size_t skip)
{
    const struct cap_payload *p = s->payload;
    bool differs = false, added = true;
    size_t at = s->header + skip;
    for (size_t i = 0; i < p->part_count && added; i++) {
        size_t end = p->parts[i].end < p->len ? p->parts[i].end : p->len;
        if (end <= at)
            continue;
        added = cap_pieces_add(&flow->pieces, start, p->octets + at, end - at, &p->parts[i].stamp,
                               false, &differs);
        start += end - at;
        at = end;
    }
    if (added)
        added = cap_pieces_add(&flow->pieces, start, NULL, p->missing, stamp_of(s), true, &differs);
    if (differs)
        cap_warn_frame(c, ++c->counts.overlaps, stamp_of(s),
                       "a TCP segment differs from an earlier one that it overlaps; the earlier "
                       "one is used");
    return added;
}

static reload_err add_octets(struct capture *c, struct cap_flow *flow, const struct segment *s)
{
    size_t len = s->payload->len - s->header;
    uint32_t seq = s->seq + ((s->flags & SYN) != 0 ? 1 : 0);
    int64_t start = (int64_t)flow->fed + sequence_distance(flow, seq);
    size_t skip = start < (int64_t)flow->floor ? (size_t)((int64_t)flow->floor - start) : 0;
    if ((s->flags & FIN) != 0 && flow->fin == UINT64_MAX &&
        start + (int64_t)(len + s->payload->missing) >= (int64_t)flow->fed)
        flow->fin = (uint64_t)start + len + s->payload->missing;
    return skip > len || add_parts(c, flow, s, (uint64_t)(start + (int64_t)skip), skip)
               ? RELOAD_OK
               : RELOAD_ERR_MEMORY;
}

/* ---- Flows ---- */

/* Whether a segment is of another connection than the flow, with the same addresses. */
static bool is_another(const struct cap_flow *flow, const struct segment *s, bool octets)
{
    if ((s->flags & SYN) != 0)
        return flow->over || flow->first != s->seq + 1;
    return octets && (sequence_distance(flow, s->seq) < -WINDOW ||
                      (flow->over && sequence_distance(flow, s->seq) >= 0));
}

static reload_err read_segment(struct capture *c, const struct segment *s)
{
    bool octets = s->payload->len > s->header || s->payload->missing > 0;
    struct cap_flow *flow = cap_flow_find(c, &s->key);
    if (flow != NULL && is_another(flow, s, octets)) {
        cap_flow_close(c, flow, CAP_END_CAPTURE);
        flow = NULL;
    }
    if (flow == NULL && !octets && (s->flags & SYN) == 0)
        return RELOAD_OK;
    if (flow == NULL) {
        flow = cap_flow_add(c, &s->key, s->seq + ((s->flags & SYN) != 0 ? 1 : 0));
        if (flow == NULL)
            return RELOAD_ERR_MEMORY;
    }
    cap_flow_touch(c, flow);
    if (flow->over || (!octets && (s->flags & (FIN | RST)) == 0))
        return RELOAD_OK;
    reload_err err = add_octets(c, flow, s);
    if ((s->flags & RST) != 0 && sequence_distance(flow, s->seq) >= 0 && flow->fin == UINT64_MAX)
        flow->fin = flow->fed + (uint32_t)sequence_distance(flow, s->seq);
    cap_flow_due(c, flow);
    return err;
}

reload_err cap_tcp_read(struct capture *c, const struct cap_payload *p)
{
    struct segment s = {.payload = p};
    s.header = p->len < HEADER ? 0 : (p->octets[12] >> 4) * (size_t)4;
    if (s.header < HEADER || s.header > p->len) {
        c->counts.broken++;
        return RELOAD_OK;
    }
    s.seq = octets_get32(p->octets + 4);
    s.ack = octets_get32(p->octets + 8);
    s.flags = p->octets[13];
    s.key = key_of(p, false);
    read_ack(c, &s);
    return read_segment(c, &s);
}
