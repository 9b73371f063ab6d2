/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages as pcapng: captured ones in their own packets, others in packets that are made for them;
 * and a capture with comments on its messages.
 *
 * A packet waits until every message that has octets in it has been written, for which the capture
 * says what it still needs. At a limit of memory packets are written earlier, or not kept. */
#ifndef RELOAD_PACKETS_H
#define RELOAD_PACKETS_H

#include "capture/capture.h"
#include "common/tool.h"

struct packets;

/* limit: octets of packets that wait; 0: CAPTURE_TOTAL_LIMIT. NULL without memory, which is
 * reported. */
struct packets *packets_new(struct tool *tool, int64_t limit);
void packets_free(struct packets **packets);

enum packets_kind {
    PACKETS_CHOSEN, /* what packets_write puts there */
    PACKETS_ALL     /* every packet, with comments */
};
/* Adds an output, of at most three, and returns its number, from 0. out NULL: nothing is written to
 * it. */
unsigned packets_add_output(struct packets *packets, struct output *out, enum packets_kind kind);

/* Writes a message or garbage to an output: the packets with these numbers, each packet once.
 * Without numbers, or if a packet is no longer kept, packets are made for the octets. These have
 * the origin's time, and the addresses and transport of ends if known. */
void packets_write(struct packets *packets, unsigned output, reload_span octets,
                   const reload_origin *origin, const reload_capture *ends,
                   const uint64_t *numbers);
/* Comments on the last packet of a captured item. */
void packets_comment(struct packets *packets, const reload_buf *text, const reload_origin *origin,
                     const uint64_t *numbers);

/* A capture_take: keeps a packet. */
void packets_take(void *packets, const struct capture_packet *packet);
/* Whether so many packets wait that packets_settle should be called, before one is taken. */
bool packets_are_due(const struct packets *packets);
/* Writes the packets that no later message can be in; all, if the capture has ended (NULL). Items
 * that were read before must have been written. */
void packets_settle(struct packets *packets, const struct capture *capture);
/* Writes all waiting packets, before the outputs are closed. complete: an output to which nothing
 * was written becomes a file without packets. link: of that file, or -1. */
void packets_finish(struct packets *packets, bool complete, int link);

#endif
