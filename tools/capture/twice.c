/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts messages that a capture holds twice: on two interfaces, or in two captures that were
 * merged. Both copies have the same addresses, octets and place in their datagram or flow, at
 * almost the same time. They are on two interfaces or in the same IP packet, since a sender may
 * repeat itself. */
#include "capture/internal.h"

#include <string.h>

#define NEAR 100000000u /* nanoseconds */

/* Compared as octets, so that unused octets are zero. */
struct occurrence_key {
    uint64_t octets; /* a hash of them */
    uint64_t offset, len;
    uint8_t source[16], destination[16];
    uint16_t source_port, destination_port;
    uint32_t tcp; /* whether it is */
};

static struct occurrence_key occurrence_key_of(const struct capture *c)
{
    const reload_capture *facts = &c->item.facts;
    struct occurrence_key key = {
        .octets = cap_hash(c, c->item.item.octets, c->item.item.len),
        .offset = c->item.item.offset,
        .len = c->datagram.octets == NULL ? 0 : c->datagram.len,
        .source_port = facts->source.port,
        .destination_port = facts->destination.port,
        .tcp = strcmp(facts->transport, "TCP") == 0,
    };
    memcpy(key.source, facts->source.address, sizeof key.source);
    memcpy(key.destination, facts->destination.address, sizeof key.destination);
    return key;
}

/* Nanoseconds since the epoch, of times that fit; a few other times are equal to them. */
static int64_t time_of(const struct cap_stamp *stamp)
{
    return (int64_t)((uint64_t)stamp->seconds * 1000000000u + stamp->fraction);
}

void cap_count_twice(struct capture *c, uint32_t via, uint32_t id)
{
    const struct occurrence_key key = occurrence_key_of(c);
    const struct cap_occurrence now = {.hash = cap_hash(c, &key, sizeof key),
                                       .number = c->completed.number,
                                       .time = time_of(&c->completed),
                                       .via = via,
                                       .id = id};
    struct cap_occurrence *last = &c->occurrences[now.hash % CAP_OCCURRENCES];
    uint64_t apart = (uint64_t)now.time - (uint64_t)last->time;
    bool near = apart <= NEAR || -apart <= NEAR;
    bool same_packet = last->via != via || (id != 0 && last->id == id);
    if (last->hash == now.hash && last->number != now.number && near && same_packet)
        c->counts.repeated++;
    *last = now;
}
