/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/packets.h"

#include "base/fault.h"
#include "common/array.h"
#include "common/packet-output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUTS = 3 };
#define DUE_OCTETS (UINT64_C(1) << 20)

/* A packet that waits. */
struct held {
    struct capture_packet packet; /* its octets follow */
    unsigned wanted, written;     /* bits of outputs */
    bool needed;                  /* a later message may be in it */
    reload_buf comments;          /* options */
    uint8_t octets[];
};

struct packets {
    struct tool *tool;
    uint64_t limit;
    struct packet_output outputs[OUTPUTS];
    unsigned count;
    unsigned all;       /* bits of outputs that get every packet */
    bool chosen;        /* some output gets those of messages */
    struct held **held; /* by number */
    size_t held_count, held_cap;
    uint64_t memory;    /* of them */
    uint64_t due;       /* at this much memory packets_settle is to be called */
    uint64_t oldest;    /* while settling: the first number that is needed */
    uint64_t limits;    /* times that the limit was reached */
    uint64_t misplaced; /* comments on another packet than the item's last */
};

struct packets *packets_new(struct tool *tool, int64_t limit)
{
    struct packets *p = calloc(1, sizeof *p);
    if (p == NULL) {
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return NULL;
    }
    p->tool = tool;
    p->limit = limit == 0 ? CAPTURE_TOTAL_LIMIT : (uint64_t)limit;
    p->due = p->limit < DUE_OCTETS ? p->limit : DUE_OCTETS;
    return p;
}

static void free_held(struct packets *p, struct held *held)
{
    p->memory -= sizeof *held + held->packet.len + held->comments.cap;
    reload_buf_free(&held->comments);
    free(held);
}

void packets_free(struct packets **packets)
{
    struct packets *p = *packets;
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->held_count; i++)
        free_held(p, p->held[i]);
    free(p->held);
    for (unsigned i = 0; i < p->count; i++)
        packet_output_free(&p->outputs[i]);
    free(p);
    *packets = NULL;
}

unsigned packets_add_output(struct packets *p, struct output *out, enum packets_kind kind)
{
    p->outputs[p->count] = (struct packet_output){.out = out};
    if (out != NULL && kind == PACKETS_CHOSEN)
        p->chosen = true;
    else if (out != NULL)
        p->all |= 1u << p->count;
    return p->count++;
}

/* ---- Keeping ---- */

static void packets_fail(struct packets *p)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->outputs[i].out != NULL)
            output_check(p->outputs[i].out, RELOAD_ERR_MEMORY);
}

void packets_take(void *arg, const struct capture_packet *packet)
{
    struct packets *p = arg;
    struct held **grown = array_grow(p->held, &p->held_cap, p->held_count, sizeof *grown);
    if (grown != NULL)
        p->held = grown;
    struct held *held = grown == NULL ? NULL : malloc(sizeof *held + packet->len);
    if (held == NULL) {
        packets_fail(p);
        return;
    }
    *held = (struct held){.packet = *packet, .wanted = p->all};
    if (packet->len > 0)
        memcpy(held->octets, packet->octets, packet->len);
    held->packet.octets = held->octets;
    p->held[p->held_count++] = held;
    p->memory += sizeof *held + packet->len;
}

static struct held *packets_find(const struct packets *p, uint64_t number)
{
    size_t from = 0, to = p->held_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (p->held[middle]->packet.number < number)
            from = middle + 1;
        else
            to = middle;
    }
    return from < p->held_count && p->held[from]->packet.number == number ? p->held[from] : NULL;
}

/* ---- Items ---- */

/* Marks the packets of an item. Returns false if they are not all there. */
static bool want(const struct packets *p, unsigned output, const reload_origin *origin,
                 const uint64_t *numbers)
{
    size_t count = numbers == NULL ? 0 : origin->capture->frame_count;
    for (size_t i = 0; i < count; i++)
        if (packets_find(p, numbers[i]) == NULL)
            return false;
    for (size_t i = 0; i < count; i++)
        packets_find(p, numbers[i])->wanted |= 1u << output;
    return count > 0;
}

void packets_write(struct packets *p, unsigned output, reload_span octets,
                   const reload_origin *origin, const reload_capture *ends, const uint64_t *numbers)
{
    if (!want(p, output, origin, numbers))
        packet_output_carry(&p->outputs[output], octets, origin->captured, ends);
}

void packets_comment(struct packets *p, const reload_buf *text, const reload_origin *origin,
                     const uint64_t *numbers)
{
    size_t count = origin->capture == NULL ? 0 : origin->capture->frame_count;
    struct held *held = count == 0 || numbers == NULL ? NULL : packets_find(p, numbers[count - 1]);
    if (held == NULL || (held->written & p->all) != 0) {
        p->misplaced++;
        held = p->held_count == 0 ? NULL : p->held[p->held_count - 1];
    }
    if (held == NULL)
        return;
    p->memory -= held->comments.cap;
    pcapng_add_comment(&held->comments, text->octets, text->len);
    p->memory += held->comments.cap;
}

/* ---- Writing ---- */

bool packets_are_due(const struct packets *p)
{
    return p->memory >= p->due;
}

/* Writes a packet to the outputs that get it. */
static void write_held(struct packets *p, struct held *held)
{
    for (unsigned i = 0; i < p->count; i++)
        if (((held->wanted & ~held->written) >> i & 1) != 0)
            packet_output_write(&p->outputs[i], &held->packet,
                                (p->all >> i & 1) != 0 ? &held->comments : NULL);
    held->written |= held->wanted;
}

/* A capture_number. */
static void need(void *arg, uint64_t number)
{
    struct packets *p = arg;
    struct held *held = packets_find(p, number);
    if (held != NULL)
        held->needed = true;
    if (number < p->oldest && !RL_FAULT("packets: a packet waits for messages to come"))
        p->oldest = number;
}

/* Writes and forgets the packets that no later message can be in, up to the first that one may be
 * in, so that they stay in order. Packets after it that no output gets are forgotten too. */
static void write_settled(struct packets *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->held_count; i++) {
        struct held *held = p->held[i];
        if (held->packet.number >= p->oldest && (held->needed || held->wanted != 0)) {
            p->held[kept++] = held;
            continue;
        }
        write_held(p, held);
        free_held(p, held);
    }
    p->held_count = kept;
}

/* At the limit: writes the packets that outputs get, and forgets those that are not needed; if that
 * is not enough, writes all. The last packet stays for late comments. */
static void force(struct packets *p)
{
    size_t kept = 0;
    uint64_t needed = 0;
    if (p->limits++ == 0)
        tool_warn_file(p->tool, NULL,
                       "the limit for waiting packets (--total-limit) is reached; comments may "
                       "be on later packets, and messages in packets made for them");
    for (size_t i = 0; i < p->held_count; i++)
        if (p->held[i]->needed)
            needed += sizeof *p->held[i] + p->held[i]->packet.len;
    bool keep = p->chosen && needed <= p->limit / 2;
    for (size_t i = 0; i < p->held_count; i++) {
        struct held *held = p->held[i];
        if (i + 1 < p->held_count)
            write_held(p, held);
        if ((keep && held->needed) || i + 1 == p->held_count)
            p->held[kept++] = held;
        else
            free_held(p, held);
    }
    p->held_count = kept;
}

void packets_settle(struct packets *p, const struct capture *capture)
{
    p->oldest = UINT64_MAX;
    for (size_t i = 0; i < p->held_count; i++)
        p->held[i]->needed = false;
    if (capture != NULL)
        capture_pending(capture, need, p);
    write_settled(p);
    if (p->memory >= p->limit)
        force(p);
    p->due = p->memory < DUE_OCTETS / 2 ? DUE_OCTETS : 2 * p->memory;
    if (p->due > p->limit)
        p->due = p->limit;
}

void packets_finish(struct packets *p, bool complete, int link)
{
    packets_settle(p, NULL);
    for (unsigned i = 0; i < p->count; i++)
        if (p->outputs[i].out != NULL && (complete || !output_is_hidden(p->outputs[i].out)))
            packet_output_begin(&p->outputs[i], link);
    if (p->misplaced > 0)
        tool_warn_file(p->tool, NULL,
                       "%" PRIu64 " comment%s on a later packet than the last of the message",
                       p->misplaced, p->misplaced == 1 ? " is" : "s are");
}
