/* SPDX-License-Identifier: BSD-2-Clause */
/* From a flow's octets to items. Until a stream's first message, only octets that may belong to its
 * header are kept, so that a flow without messages uses no memory. Then a reader takes the octets.
 */
#include "capture/internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE = 60,            /* seconds that a missing segment may be late, */
    PATIENCE_ACKED = 1,       /* or that it may be captured after its acknowledgment */
    SMALL_READER = 128 * 1024 /* a larger one is freed after use */
};

static const uint8_t token[4] = {'R', 'E', 'L', 'O'};

/* ---- Memory ---- */

static uint64_t memory_of(const struct cap_flow *flow)
{
    return flow->pieces.memory + (flow->reader == NULL ? 0 : reload_reader_memory(flow->reader));
}

/* Counts a flow's memory again. */
static void charge(struct capture *c, struct cap_flow *flow)
{
    uint64_t now = sizeof *flow + memory_of(flow);
    c->memory += now - flow->charged;
    flow->charged = now;
}

/* Frees pieces, except those in an item to come and the octets that are kept to compare
 * retransmissions. */
static void drop_before(struct cap_flow *flow, uint64_t kept)
{
    uint64_t end = flow->state == CAP_READING ? flow->taken : flow->fed - flow->hold_len;
    uint64_t history = flow->fed < kept ? 0 : flow->fed - kept;
    if (end > history)
        end = history;
    if (end < flow->floor + kept / 4 || end == flow->floor)
        return;
    cap_pieces_drop(&flow->pieces, end);
    flow->floor = end;
}

static void drop_pieces(struct cap_flow *flow)
{
    drop_before(flow, CAP_HISTORY);
}

/* Whether a flow is over its limit, even without the octets kept for comparison. */
static bool over_limit(const struct capture *c, struct cap_flow *flow)
{
    if (memory_of(flow) > c->options.flow_limit)
        drop_before(flow, 0);
    return memory_of(flow) > c->options.flow_limit;
}

/* ---- A flow's octets, in order ---- */

/* The number of the packet with the octets before the next ones, if a message has begun in these
 * that is not complete; else 0. */
static uint64_t number_within(const struct cap_flow *flow)
{
    const struct cap_piece *piece = NULL;
    bool begun = flow->state == CAP_READING ? flow->taken < flow->fed
                                            : flow->state == CAP_SEEKING && flow->at_start &&
                                                  flow->hold_len >= sizeof token;
    if (begun)
        piece = cap_pieces_at(&flow->pieces, flow->fed - 1);
    return piece == NULL ? 0 : piece->stamp.number;
}

/* The end of the missing octets: the next captured ones or, if a message has begun, the end of
 * those that were acknowledged. The next octet if none are known to be missing. */
static uint64_t missing_to(const struct cap_flow *flow, const struct cap_piece *next,
                           uint64_t number)
{
    if (next != NULL)
        return next->start;
    uint64_t acked = flow->acked < flow->fin ? flow->acked : flow->fin;
    return number != 0 && acked > flow->fed ? acked : flow->fed;
}

/* Whether missing octets can no longer come. */
static bool is_lost(struct capture *c, struct cap_flow *flow, uint64_t end,
                    const struct cap_stamp *next)
{
    if (flow->hole_since == 0)
        flow->hole_since = c->now;
    if (over_limit(c, flow) && !flow->closing) {
        cap_warn_frame(c, ++c->counts.flow_limits, next,
                       "the limit for one flow (--flow-limit) is reached; missing octets are "
                       "treated as lost");
        return true;
    }
    int patience = flow->acked >= end ? PATIENCE_ACKED : PATIENCE;
    return flow->closing || c->now > flow->hole_since + patience ||
           c->now < flow->hole_since - patience;
}

/* Looks for missing octets at the next place. Those that can no longer come become a lost piece. */
static reload_err check_hole(struct capture *c, struct cap_flow *flow)
{
    bool differs = false;
    const struct cap_piece *next = cap_pieces_from(&flow->pieces, flow->fed);
    const struct cap_stamp *stamp = next == NULL ? &c->packet.stamp : &next->stamp;
    uint64_t number = number_within(flow), end = missing_to(flow, next, number);
    if (end == flow->fed) {
        cap_hole_close(c, flow);
        return RELOAD_OK;
    }
    if (!is_lost(c, flow, end, stamp)) {
        cap_hole_open(c, flow, number);
        return RELOAD_OK;
    }
    return cap_pieces_add(&flow->pieces, flow->fed, NULL, (size_t)(end - flow->fed), stamp, false,
                          &differs)
               ? RELOAD_OK
               : RELOAD_ERR_MEMORY;
}

/* The piece that holds the next octet, or NULL if there is none yet. */
static reload_err next_piece(struct capture *c, struct cap_flow *flow, struct cap_piece **piece)
{
    *piece = cap_pieces_at(&flow->pieces, flow->fed);
    if (*piece != NULL || flow->fed >= flow->fin) {
        cap_hole_close(c, flow);
        return RELOAD_OK;
    }
    reload_err err = check_hole(c, flow);
    *piece = cap_pieces_at(&flow->pieces, flow->fed);
    return err;
}

static void note_last(struct cap_flow *flow, const struct cap_piece *piece)
{
    if (piece->stamp.number > flow->last.number)
        flow->last = piece->stamp;
}

/* Octets in order. Returns their number, 0 at the stream's end (flow->end has the cause),
 * RELOAD_SOURCE_WAITS, or -1 without memory. */
static ptrdiff_t next_octets(struct capture *c, struct cap_flow *flow, const uint8_t **octets)
{
    struct cap_piece *piece;
    if (flow->end != CAP_END_NOT)
        return 0;
    if (next_piece(c, flow, &piece) != RELOAD_OK)
        return -1;
    if (flow->fed >= flow->fin)
        flow->end = CAP_END_CLOSED;
    else if (piece == NULL && flow->closing)
        flow->end = flow->why;
    else if (piece == NULL)
        return RELOAD_SOURCE_WAITS;
    else if (piece->lost)
        flow->end = piece->cut ? CAP_END_CUT : CAP_END_LOST;
    if (flow->end != CAP_END_NOT)
        return 0;
    if (flow->state == CAP_SEEKING)
        note_last(flow, piece);
    uint64_t n = cap_piece_end(piece) - flow->fed;
    if (n > flow->fin - flow->fed)
        n = flow->fin - flow->fed;
    *octets = piece->octets + (flow->fed - piece->start);
    return (ptrdiff_t)n;
}

/* ---- Readers ---- */

/* A reload_source of the reader, whose arg is the capture: the flow is the one that is drained. */
static ptrdiff_t flow_pull(void *arg, uint8_t *octets, size_t size)
{
    struct capture *c = arg;
    struct cap_flow *flow = c->due;
    size_t held = flow->hold_len - flow->hold_given;
    const uint8_t *from = flow->hold + flow->hold_given;
    ptrdiff_t n = (ptrdiff_t)held;
    if (held == 0 && (n = next_octets(c, flow, &from)) <= 0)
        return n;
    if ((size_t)n > size)
        n = (ptrdiff_t)size;
    memcpy(octets, from, (size_t)n);
    if (held > 0)
        flow->hold_given += (size_t)n;
    else
        flow->fed += (uint64_t)n;
    return n;
}

/* Gives the flow a reader, whose input begins with the octets in the hold. */
static reload_err flow_open_reader(struct capture *c, struct cap_flow *flow)
{
    const reload_reader_options options = {.size = sizeof options,
                                           .form = RELOAD_FORM_BINARY,
                                           .max_message = (uint32_t)c->options.max_message};
    flow->reader = c->reader_count > 0 ? c->readers[--c->reader_count] : reload_reader_new();
    if (flow->reader == NULL)
        return RELOAD_ERR_MEMORY;
    flow->state = CAP_READING;
    flow->reader_base = flow->taken = flow->fed - flow->hold_len;
    flow->hold_given = 0;
    flow->end = CAP_END_NOT;
    return reload_reader_open_with(flow->reader, &options, flow_pull, c);
}

static void close_reader(struct capture *c, struct cap_flow *flow)
{
    if (flow->reader == NULL)
        return;
    if (c->reader_count < CAP_READERS && reload_reader_memory(flow->reader) <= SMALL_READER)
        c->readers[c->reader_count++] = flow->reader;
    else
        reload_reader_free(&flow->reader);
    flow->reader = NULL;
    flow->hold_len = flow->hold_given = 0;
}

/* ---- Seeking ---- */

/* Drops octets from the hold up to the next place where a header may begin. */
static void shift_hold(struct capture *c, struct cap_flow *flow, size_t from)
{
    size_t at = from;
    for (; at < flow->hold_len; at++) {
        size_t left = flow->hold_len - at, n = left < sizeof token ? left : sizeof token;
        if (memcmp(flow->hold + at, token, n) == 0)
            break;
    }
    if (at == 0)
        return;
    memmove(flow->hold, flow->hold + at, flow->hold_len - at);
    flow->hold_len -= at;
    c->counts.skipped_octets += at;
    flow->at_start = false;
}

/* TLS's first record: a handshake of version 3.0 to 3.4. */
static bool is_tls(const struct cap_flow *flow)
{
    return flow->at_start && flow->hold_len >= 3 && flow->hold[0] == 0x16 && flow->hold[1] == 3 &&
           flow->hold[2] <= 4;
}

static bool may_be_tls(const struct cap_flow *flow)
{
    static const uint8_t record[2] = {0x16, 3};
    return flow->at_start && flow->hold_len < 3 &&
           memcmp(flow->hold, record, flow->hold_len < 2 ? flow->hold_len : 2) == 0;
}

/* Takes an octet or more into the hold, as many as may belong to a header. */
static size_t hold_octets(struct capture *c, struct cap_flow *flow, const uint8_t *octets, size_t n)
{
    size_t wanted = flow->at_start && flow->hold_len < 3 ? 3 : sizeof flow->hold;
    if (flow->hold_len == 0 && !flow->at_start) { /* most octets of most flows */
        const uint8_t *p = memchr(octets, token[0], n);
        size_t skipped = p == NULL ? n : (size_t)(p - octets);
        c->counts.skipped_octets += skipped;
        if (skipped > 0)
            return skipped;
    }
    if (n > wanted - flow->hold_len)
        n = wanted - flow->hold_len;
    memcpy(flow->hold + flow->hold_len, octets, n);
    flow->hold_len += n;
    if (!is_tls(flow) && !may_be_tls(flow))
        shift_hold(c, flow, 0);
    return n;
}

/* Whether the hold is a header that begins a message. If not, moves to the next place. */
static bool is_header(struct capture *c, struct cap_flow *flow)
{
    if (flow->hold_len < sizeof flow->hold)
        return false;
    if (flow->at_start || reload_header_is_plausible(flow->hold))
        return true;
    shift_hold(c, flow, 1);
    return false;
}

/* Looks for the stream's first header. RELOAD_ERR_WAITS: no more octets yet. */
static reload_err seek(struct capture *c, struct cap_flow *flow)
{
    const uint8_t *octets;
    for (;;) {
        if (is_header(c, flow))
            return flow_open_reader(c, flow);
        ptrdiff_t n = next_octets(c, flow, &octets);
        if (n < 0)
            return n == RELOAD_SOURCE_WAITS ? RELOAD_ERR_WAITS : RELOAD_ERR_MEMORY;
        if (n == 0 && flow->at_start && flow->hold_len >= sizeof token)
            return flow_open_reader(c, flow); /* a part of a header */
        if (n == 0) {
            c->counts.skipped_octets += flow->hold_len;
            flow->hold_len = 0;
            return RELOAD_OK;
        }
        flow->fed +=
            flow->state == CAP_PASSING ? (uint64_t)n : hold_octets(c, flow, octets, (size_t)n);
        if (flow->state == CAP_SEEKING && is_tls(flow)) {
            c->counts.tls++;
            flow->state = CAP_PASSING;
            flow->hold_len = 0;
        }
        drop_pieces(flow);
    }
}

/* ---- Streams ---- */

/* Skips lost octets, so that the next stream begins. */
static void skip_lost(struct capture *c, struct cap_flow *flow)
{
    struct cap_piece *piece;
    while ((piece = cap_pieces_at(&flow->pieces, flow->fed)) != NULL && piece->lost) {
        c->counts.gaps += piece->cut ? 0 : 1;
        c->counts.lost_octets += piece->cut ? 0 : cap_piece_end(piece) - flow->fed;
        flow->fed = cap_piece_end(piece);
    }
}

/* Ends a stream. Returns whether another one begins in the flow. */
static bool end_stream(struct capture *c, struct cap_flow *flow)
{
    enum cap_end end = flow->end;
    close_reader(c, flow);
    flow->end = CAP_END_NOT;
    flow->taken = flow->fed;
    flow->hold_len = 0;
    flow->faulty = false;
    flow->last = (struct cap_stamp){0};
    if (end == CAP_END_LOST || end == CAP_END_CUT) {
        skip_lost(c, flow);
        flow->taken = flow->fed;
        if (flow->state != CAP_PASSING)
            flow->state = CAP_SEEKING;
        flow->at_start = true;
        return true;
    }
    if (end == CAP_END_LIMIT && !flow->closing) {
        flow->state = CAP_SEEKING;
        flow->at_start = false;
        return true;
    }
    flow->over = true;
    return false;
}

static reload_err flow_give(struct capture *c, struct cap_flow *flow, const reload_item *item)
{
    const struct cap_key *key = &flow->key;
    uint64_t begin = flow->reader_base + item->offset, end = begin + item->len;
    reload_err err = RELOAD_OK;
    cap_item_begin(c, item);
    cap_item_needs(c, &flow->last);
    c->item.item.offset = begin;
    cap_address(&c->item.facts.source, key->ipv6 != 0, key->source, key->source_port);
    cap_address(&c->item.facts.destination, key->ipv6 != 0, key->destination,
                key->destination_port);
    c->item.facts.transport = "TCP";
    for (uint64_t at = begin; at < end && err == RELOAD_OK;) {
        const struct cap_piece *piece = cap_pieces_at(&flow->pieces, at);
        if (piece == NULL)
            break;
        err = cap_item_add(c, &piece->stamp);
        note_last(flow, piece);
        at = cap_piece_end(piece);
    }
    flow->found = flow->found || item->kind == RELOAD_ITEM_MESSAGE;
    flow->faulty = flow->faulty || item->kind != RELOAD_ITEM_MESSAGE ||
                   item->diag.code != RELOAD_OK || !cap_is_whole(item);
    bool last = flow->end != CAP_END_NOT && end == flow->fed && !cap_is_whole(item);
    flow->taken = end;
    if (err == RELOAD_OK)
        cap_item_finish(c, last ? flow->end : CAP_END_NOT, key->via, 0);
    return err;
}

/* ---- Flows ---- */

/* Enforces the limit for one flow: if its reader takes too much memory, its stream ends here. */
static bool is_too_much(struct capture *c, struct cap_flow *flow)
{
    bool holds = flow->fed > flow->taken;
    if (flow->end != CAP_END_NOT || (!holds && !flow->faulty) || !over_limit(c, flow))
        return false;
    const struct cap_piece *piece = holds ? cap_pieces_at(&flow->pieces, flow->fed - 1) : NULL;
    if (piece != NULL)
        cap_warn_frame(c, ++c->counts.flow_limits, &piece->stamp,
                       "the limit for one flow (--flow-limit) is reached; its message is dropped");
    return true;
}

/* The next item of a flow. RELOAD_ERR_WAITS: no item yet or, with flow->over, no further item. */
static reload_err read_flow(struct capture *c, struct cap_flow *flow)
{
    const reload_item *item;
    for (;;) {
        reload_err err = RELOAD_OK;
        if (flow->state != CAP_READING)
            err = seek(c, flow);
        else if (flow->reader == NULL)
            err = flow_open_reader(c, flow);
        if (err != RELOAD_OK)
            return err;
        if (flow->state == CAP_READING) {
            err = reload_reader_next(flow->reader, &item);
            if (err == RELOAD_OK && item->kind != RELOAD_ITEM_END)
                return flow_give(c, flow, item);
            if (err == RELOAD_ERR_WAITS && is_too_much(c, flow)) {
                flow->end = CAP_END_LIMIT;
                continue; /* with what the reader holds */
            }
            if (err != RELOAD_OK)
                return err == RELOAD_ERR_READ ? RELOAD_ERR_MEMORY : err;
        }
        if (!end_stream(c, flow))
            return RELOAD_ERR_WAITS;
    }
}

static void finish_flow(struct capture *c, struct cap_flow *flow)
{
    if (flow->reader != NULL && flow->taken == flow->fed && !flow->faulty)
        close_reader(c, flow);
    drop_pieces(flow);
    charge(c, flow);
    c->due = flow->next_due;
    flow->due = false;
    if (flow->over || !flow->listed)
        cap_hole_close(c, flow);
    if (flow->listed)
        return;
    if (!flow->found && flow->fed > 0 && flow->state != CAP_PASSING)
        c->counts.skipped_flows++;
    c->memory -= flow->charged;
    close_reader(c, flow);
    cap_pieces_free(&flow->pieces);
    free(flow);
}

reload_err cap_flows_next(struct capture *c, bool *found)
{
    *found = false;
    while (c->due != NULL) {
        struct cap_flow *flow = c->due;
        reload_err err = flow->over ? RELOAD_ERR_WAITS : read_flow(c, flow);
        if (err != RELOAD_ERR_WAITS) {
            *found = err == RELOAD_OK;
            return err;
        }
        finish_flow(c, flow);
    }
    return RELOAD_OK;
}
