/* SPDX-License-Identifier: BSD-2-Clause */
/* Drives the steps from packets to items. */
#include "capture/internal.h"

#include "base/fault.h"
#include "common/octets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- Making and freeing ---- */

static bool allocate(struct capture *c)
{
    enum { ASSEMBLED = 65536, PARTS = 16 };
    c->assembled = malloc(ASSEMBLED);
    c->parts = malloc(PARTS * sizeof *c->parts);
    c->part_cap = PARTS;
    c->datagram_reader = reload_reader_new();
    return c->assembled != NULL && c->parts != NULL && c->datagram_reader != NULL;
}

struct capture *capture_new(const struct capture_options *options, capture_warn *warn, void *arg)
{
    struct capture *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->options = *options;
    if (c->options.flow_limit == 0)
        c->options.flow_limit = CAPTURE_FLOW_LIMIT;
    if (c->options.total_limit == 0)
        c->options.total_limit = CAPTURE_TOTAL_LIMIT;
    c->link = -1;
    c->warn = warn;
    c->warn_arg = arg;
    (void)!getrandom(c->secret, sizeof c->secret, GRND_NONBLOCK);
    c->secret[0] ^= (uintptr_t)c; /* if there was none */
    c->secret[1] |= 1;
    if (!allocate(c))
        capture_free(&c);
    return c;
}

void capture_free(struct capture **capture)
{
    struct capture *c = *capture;
    if (c == NULL)
        return;
    cap_file_close(&c->file);
    cap_order_free(c);
    cap_flows_free(c);
    cap_fragments_free(c);
    for (size_t i = 0; i < c->reader_count; i++)
        reload_reader_free(&c->readers[i]);
    reload_reader_free(&c->datagram_reader);
    free(c->assembled);
    free(c->parts);
    free(c->stamps);
    free(c->frames);
    free(c->numbers);
    cap_texts_free(c);
    free(c);
    *capture = NULL;
}

/* ---- For the steps ---- */

static uint64_t mix(const struct capture *c, uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * c->secret[1];
    return hash ^ hash >> 29;
}

/* Four words at a time, since each multiplication of one hash waits for the one before. */
uint64_t cap_hash(const struct capture *c, const void *octets, size_t len)
{
    uint64_t hash = c->secret[0], word, words[4], four[4];
    const uint8_t *at = octets;
    if (len >= 2 * sizeof words) {
        for (size_t i = 0; i < 4; i++)
            four[i] = hash + i;
        for (; len >= sizeof words; at += sizeof words, len -= sizeof words) {
            memcpy(words, at, sizeof words);
            for (size_t i = 0; i < 4; i++)
                four[i] = mix(c, four[i], words[i]);
        }
        for (size_t i = 0; i < 4; i++)
            hash = mix(c, hash, four[i]);
    }
    for (; len >= sizeof word; at += sizeof word, len -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = mix(c, hash, word);
    }
    if (len > 0) {
        word = 0;
        memcpy(&word, at, len);
        hash = mix(c, hash, word);
    }
    return hash ^ hash >> 32;
}

uint64_t cap_random(const struct capture *c)
{
    return cap_hash(c, &c->number, sizeof c->number) | 1;
}

void cap_take(struct capture *c, struct capture_packet *packet)
{
    packet->number = ++c->number;
    if (c->options.take != NULL)
        c->options.take(c->options.take_arg, packet);
}

void cap_count_other(struct capture *c, const char *name)
{
    struct capture_name *at = c->counts.others;
    for (; at->name != NULL; at++)
        if (strcmp(at->name, name) == 0)
            break;
    if (at == &c->counts.others[CAPTURE_MAX_NAMES])
        at--;
    else
        at->name = name;
    at->packets++;
}

void cap_warn_frame(struct capture *c, uint64_t times, const struct cap_stamp *stamp,
                    const char *words)
{
    char text[256];
    if (times > CAP_MAX_WARNINGS || c->warn == NULL)
        return;
    (void)snprintf(text, sizeof text, "frame %" PRIu64 ": %s%s", stamp->frame, words,
                   times == CAP_MAX_WARNINGS ? "; later cases are only counted" : "");
    c->warn(c->warn_arg, stamp->file, text);
}

void cap_address(reload_value *value, bool ipv6, const uint8_t *address, uint16_t port)
{
    *value = (reload_value){.kind = RELOAD_KIND_IP_PORT, .ipv6 = ipv6, .port = port};
    memcpy(value->address, address, ipv6 ? 16 : 4);
}

/* ---- Items ---- */

void cap_item_begin(struct capture *c, const reload_item *item)
{
    c->item.item = *item;
    c->item.facts = (reload_capture){0};
    c->item.file = NULL;
    c->item.numbers = NULL;
    c->completed = (struct cap_stamp){0};
    c->stamp_count = 0;
}

static bool grow_stamps(struct capture *c)
{
    size_t cap = c->stamp_cap == 0 ? 16 : 2 * c->stamp_cap;
    struct cap_stamp *stamps = realloc(c->stamps, cap * sizeof *stamps);
    if (stamps == NULL)
        return false;
    c->stamps = stamps;
    uint64_t *frames = realloc(c->frames, cap * sizeof *frames);
    if (frames == NULL)
        return false;
    c->frames = frames;
    uint64_t *numbers = realloc(c->numbers, cap * sizeof *numbers);
    if (numbers == NULL)
        return false;
    c->numbers = numbers;
    c->stamp_cap = cap;
    return true;
}

void cap_item_needs(struct capture *c, const struct cap_stamp *stamp)
{
    if (stamp->number > c->completed.number)
        c->completed = *stamp;
}

reload_err cap_item_add(struct capture *c, const struct cap_stamp *stamp)
{
    cap_item_needs(c, stamp);
    if (c->stamp_count > 0 && c->stamps[c->stamp_count - 1].number == stamp->number)
        return RELOAD_OK;
    if (c->stamp_count == c->stamp_cap && !grow_stamps(c))
        return RELOAD_ERR_MEMORY;
    c->stamps[c->stamp_count++] = *stamp;
    return RELOAD_OK;
}

static int by_number(const void *a, const void *b)
{
    const struct cap_stamp *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The frames, and the time of the packet that completes the item: the last frame, or an earlier one
 * that arrived late. */
static void set_frames(struct capture *c)
{
    reload_capture *facts = &c->item.facts;
    size_t count = 0;
    qsort(c->stamps, c->stamp_count, sizeof *c->stamps, by_number);
    for (size_t i = 0; i < c->stamp_count; i++)
        if (i == 0 || c->stamps[i].number != c->stamps[i - 1].number) {
            c->numbers[count] = c->stamps[i].number;
            c->frames[count++] = c->stamps[i].frame;
        }
    c->item.numbers = c->numbers;
    facts->frames = c->frames;
    facts->frame_count = count;
    if (count == 0)
        return;
    c->item.file = c->stamps[c->stamp_count - 1].file;
    const struct cap_stamp *last = &c->completed;
    facts->seconds = last->seconds;
    facts->fraction = last->fraction;
    facts->digits = last->digits;
    if (last->seconds >= 0 && last->seconds <= RELOAD_MAX_TIME)
        c->item.item.captured = last->seconds * RELOAD_SECOND + last->fraction / 1000;
}

static const char *end_text(enum cap_end end)
{
    switch (end) {
    case CAP_END_LOST:
        return "the octets after them were lost during capture";
    case CAP_END_CUT:
        return "the snaplen cut off the rest of the packet";
    case CAP_END_LIMIT:
        return "a memory limit was reached";
    case CAP_END_CAPTURE:
        return "the capture ends before the rest";
    case CAP_END_FRAGMENTS:
        return "some of its fragments are missing";
    default:
        return NULL;
    }
}

/* The size of a message by the Length in its header. */
static size_t message_size(const uint8_t *header)
{
    return RELOAD_HEADER_SIZE + octets_get24(header + 13);
}

bool cap_is_whole(const reload_item *item)
{
    return item->kind == RELOAD_ITEM_MESSAGE && item->len >= message_size(item->octets);
}

/* The missing octets are not the sender's fault: they were not captured. */
static void describe_part(struct capture_item *it, const char *cause)
{
    reload_diag *diag = &it->item.diag;
    bool header = it->item.len >= RELOAD_HEADER_SIZE && it->item.kind == RELOAD_ITEM_MESSAGE;
    it->facts.incomplete = true;
    diag->has_offset = true;
    diag->offset = it->item.offset;
    if (diag->code == RELOAD_OK)
        diag->code = RELOAD_ERR_MALFORMED;
    if (header)
        (void)snprintf(diag->text, sizeof diag->text,
                       "captured only in part: %zu of %zu octets; %s", it->item.len,
                       message_size(it->item.octets), cause);
    else
        (void)snprintf(diag->text, sizeof diag->text, "captured only in part; %s", cause);
}

void cap_item_finish(struct capture *c, enum cap_end end, uint32_t via, uint32_t id)
{
    const char *cause = end_text(end);
    set_frames(c);
    if (cause != NULL && !cap_is_whole(&c->item.item))
        describe_part(&c->item, cause);
    if (c->item.item.kind != RELOAD_ITEM_MESSAGE) {
        c->counts.garbage++;
        return;
    }
    c->counts.messages++;
    cap_count_twice(c, via, id);
}

/* ---- Packets ---- */

static reload_err read_packet(struct capture *c)
{
    const char *name = NULL;
    c->pending = false;
    switch (cap_link_read(&c->packet, &name)) {
    case CAP_IP:
        return cap_ip_read(c, &c->packet);
    case CAP_OTHER:
        cap_count_other(c, name);
        return RELOAD_OK;
    default:
        c->counts.broken++;
        return RELOAD_OK;
    }
}

/* Whether a file's first packet was captured before the end of the previous file. Packets of
 * several interfaces may be in a slightly different order. */
static bool begins_early(const struct cap_stamp *packet, const struct cap_stamp *begun,
                         const struct cap_stamp *latest)
{
    enum { SLIGHTLY = 1 };
    if (packet->seconds == 0 || begun->number == 0)
        return false;
    return packet->seconds < latest->seconds - SLIGHTLY || packet->seconds < begun->seconds ||
           (packet->seconds == begun->seconds && packet->fraction < begun->fraction);
}

static void warn_of_order(struct capture *c)
{
    const struct cap_stamp *packet = &c->packet.stamp, *latest = &c->latest;
    char text[512], begins[RELOAD_TIME_SIZE], ends[RELOAD_TIME_SIZE];
    if (++c->counts.disordered > CAP_MAX_WARNINGS || c->warn == NULL)
        return;
    reload_time_fraction_text(packet->seconds, packet->fraction, packet->digits, begins);
    reload_time_fraction_text(latest->seconds, latest->fraction, latest->digits, ends);
    (void)snprintf(text, sizeof text,
                   "begins at %s, before the end of %.160s at %s; flows and fragments continue "
                   "from file to file: specify the files in order of time, or use one file made "
                   "by mergecap -w OUT FILE...%s",
                   begins, latest->file, ends,
                   c->counts.disordered == CAP_MAX_WARNINGS ? "; later cases are only counted"
                                                            : "");
    c->warn(c->warn_arg, packet->file, text);
}

/* Compares the packet's time with those of the files before. */
static void check_order(struct capture *c)
{
    const struct cap_stamp *packet = &c->packet.stamp;
    if (c->begins && begins_early(packet, &c->begun, &c->latest) &&
        !RL_FAULT("captures: files in the wrong order"))
        warn_of_order(c);
    if (c->begins)
        c->begun = *packet;
    c->begins = false;
    if (c->latest.number == 0 || packet->seconds > c->latest.seconds ||
        (packet->seconds == c->latest.seconds && packet->fraction > c->latest.fraction))
        c->latest = *packet;
}

/* Reads the next packet of the file. *more: whether there was one. */
static reload_err next_packet(struct capture *c, bool *more, reload_diag *diag)
{
    reload_err err = cap_file_next(c, &c->packet, more, diag);
    c->pending = err == RELOAD_OK && *more;
    if (!c->pending) {
        cap_file_close(&c->file);
        return err;
    }
    c->packet.stamp.number = c->number;
    if (c->now != c->packet.stamp.seconds)
        cap_holes_due(c);
    c->now = c->packet.stamp.seconds;
    check_order(c);
    c->counts.packets++;
    if (c->packet.len < c->packet.sent)
        c->counts.cut++;
    return RELOAD_OK;
}

/* ---- Limits ---- */

/* Ends the flow or datagram that has waited longest, if all together require too much memory.
 * *ended: whether one was ended. */
static reload_err keep_limit(struct capture *c, bool *ended)
{
    const struct cap_stamp stamp = c->packet.stamp;
    *ended = c->memory + c->sets.memory > c->options.total_limit;
    if (!*ended)
        return RELOAD_OK;
    cap_warn_frame(c, ++c->counts.total_limits, &stamp,
                   "the limit for all flows (--total-limit) is reached; the flow that was idle "
                   "longest is ended");
    if (c->oldest == NULL || c->sets.memory > c->options.total_limit / 4)
        return cap_fragments_end_oldest(c);
    cap_flow_close(c, c->oldest, CAP_END_LIMIT);
    return RELOAD_OK;
}

/* Ends a flow or datagram, if all are to end. *ended: whether one was ended. */
static reload_err end_next(struct capture *c, bool *ended)
{
    *ended = true;
    if (c->sets.oldest != NULL)
        return cap_fragments_end_oldest(c);
    if (c->oldest != NULL)
        cap_flow_close(c, c->oldest, CAP_END_CAPTURE);
    else
        *ended = false;
    return RELOAD_OK;
}

/* ---- The interface ---- */

reload_err capture_open(struct capture *c, const char *file, reload_source source, void *arg,
                        reload_diag *diag)
{
    cap_file_close(&c->file);
    c->finishing = false;
    reload_err err = cap_file_open(c, source, arg, diag);
    c->packet.stamp.file = file;
    c->begins = true;
    return err;
}

void capture_finish(struct capture *c)
{
    cap_file_close(&c->file);
    c->finishing = true;
    c->begun = c->latest = (struct cap_stamp){0}; /* files to come are another capture */
}

/* The next item, in order. *found: there is one. *more: there may be another. */
static reload_err next_item(struct capture *c, bool *found, bool *more)
{
    reload_err err = cap_datagram_next(c, more);
    if (err == RELOAD_OK && !*more)
        err = cap_flows_next(c, more);
    if (err != RELOAD_OK)
        return err;
    *found = *more && cap_order_is_next(c);
    if (*more && !*found)
        err = cap_order_keep(c);
    if (err == RELOAD_OK && !*found && (!*more || cap_order_is_full(c)))
        *found = cap_order_next(c);
    return err;
}

/* A step. *done: an item was found, or there is nothing to do. */
static reload_err step(struct capture *c, bool *found, bool *done, reload_diag *diag)
{
    bool more = false;
    reload_err err = next_item(c, found, &more);
    *done = err != RELOAD_OK || *found;
    if (*done || more)
        return err;
    if ((err = keep_limit(c, &more)) != RELOAD_OK || more)
        return err;
    if (c->pending && cap_fragments_expired(c, c->now))
        return cap_fragments_end_oldest(c);
    if (c->pending)
        return read_packet(c);
    if (c->file != NULL) {
        err = next_packet(c, &more, diag);
    } else if (c->finishing) {
        err = end_next(c, &more);
    }
    *done = !more;
    return err;
}

reload_err capture_next(struct capture *c, const struct capture_item **item, reload_diag *diag)
{
    bool found = false, done = false;
    reload_err err = RELOAD_OK;
    *diag = (reload_diag){.code = RELOAD_OK};
    while (err == RELOAD_OK && !done)
        err = step(c, &found, &done, diag);
    *item = err == RELOAD_OK && found ? &c->item : NULL;
    if (err == RELOAD_ERR_MEMORY)
        *diag = (reload_diag){.code = err};
    return err;
}

const struct capture_counts *capture_counts(const struct capture *c)
{
    return &c->counts;
}

unsigned capture_extras(const struct capture *c)
{
    return c->extras;
}

int capture_link(const struct capture *c)
{
    return c->link;
}

void capture_pending(const struct capture *c, capture_number *take, void *arg)
{
    if (c->pending)
        take(arg, c->packet.stamp.number);
    cap_order_pending(c, take, arg);
    cap_fragments_pending(c, take, arg);
    cap_flows_pending(c, take, arg);
}
