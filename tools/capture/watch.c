/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of a file that libpcap does not report: the resolution of its times, in pcapng each
 * packet's interface and its texts, and where another file was appended. The blocks pass here on
 * their way to libpcap, which alone checks them. */
#include "capture/file.h"
#include "common/octets.h"

#include <stdlib.h>
#include <string.h>

enum {
    SECTION = 0x0a0d0d0a,
    INTERFACE = 1,
    OLD_PACKET = 2,
    SIMPLE_PACKET = 3,
    NAMES = 4,
    PACKET = 6,
    SECRETS = 10,
    COMMENT = 1, /* an option of any block, */
    NAME = 2,    /* and those of an interface */
    DESCRIPTION = 3,
    TSRESOL = 9,
    TSOFFSET = 14,
    MICROSECONDS = 6,
    MAX_TEXTS = 256,   /* different interfaces whose texts are kept */
    MAX_SEEN = 1 << 16 /* packets in what libpcap reads ahead; more are not noted */
};

static uint32_t get32(const struct cap_watch *w, const uint8_t *p)
{
    return w->big_endian
               ? octets_get32(p)
               : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t get16(const struct cap_watch *w, const uint8_t *p)
{
    return (uint16_t)(w->big_endian ? octets_get16(p) : p[0] | p[1] << 8);
}

/* ---- Texts ---- */

/* The texts of an interface, kept with the capture; NULL: it has none, or
 * memory is short. */
static const struct capture_interface *keep_texts(struct capture *c,
                                                  const struct capture_interface *texts)
{
    struct cap_texts *kept = c->texts;
    if (texts->name_len == 0 && texts->description_len == 0)
        return NULL;
    while (kept != NULL && memcmp(&kept->texts, texts, sizeof *texts) != 0)
        kept = kept->next;
    if (kept != NULL)
        return &kept->texts;
    if (c->text_count == MAX_TEXTS || (kept = malloc(sizeof *kept)) == NULL)
        return NULL;
    *kept = (struct cap_texts){.next = c->texts, .texts = *texts};
    c->texts = kept;
    c->text_count++;
    return &kept->texts;
}

void cap_texts_free(struct capture *c)
{
    for (struct cap_texts *kept = c->texts, *next; kept != NULL; kept = next) {
        next = kept->next;
        free(kept);
    }
}

static void set_text(uint8_t *text, uint8_t *text_len, const uint8_t *octets, size_t len)
{
    if (len > CAPTURE_MAX_TEXT || len == 0)
        return;
    memcpy(text, octets, len);
    *text_len = (uint8_t)len;
}

/* ---- Packets ---- */

static bool grow_seen(struct cap_watch *w)
{
    size_t cap = w->cap == 0 ? 256 : 2 * w->cap;
    if (cap > MAX_SEEN)
        return false;
    struct cap_seen *seen = malloc(cap * sizeof *seen);
    if (seen == NULL)
        return false;
    for (size_t i = 0; i < w->count; i++)
        seen[i] = w->seen[(w->first + i) % w->cap];
    free(w->seen);
    w->seen = seen;
    w->first = 0;
    w->cap = cap;
    return true;
}

/* The digits of if_tsresol: a power of ten, or of two if the highest bit is set. */
static uint8_t digits_of(uint8_t resolution)
{
    unsigned power = resolution & 0x7fu;
    unsigned digits = (resolution & 0x80) != 0 ? (power * 3 + 9) / 10 : power;
    return (uint8_t)(digits > 9 ? 9 : digits);
}

static void note_packet(struct cap_watch *w, uint32_t interface)
{
    w->noted = w->count < w->cap || grow_seen(w);
    if (!w->noted)
        return;
    bool known = interface < w->interfaces && interface < CAP_INTERFACES;
    struct cap_seen *seen = &w->seen[(w->first + w->count) % w->cap];
    *seen =
        (struct cap_seen){.via = interface, .digits = MICROSECONDS, .raw = known, .lost = !known};
    if (known) {
        seen->resolution = w->times[interface].resolution;
        seen->offset = w->times[interface].offset;
        seen->texts = w->times[interface].texts;
        seen->digits = digits_of(seen->resolution);
    }
    w->count++;
}

void cap_watch_packet(struct cap_watch *w, struct cap_seen *seen)
{
    *seen = (struct cap_seen){.digits = w->ng ? MICROSECONDS : w->pcap_digits, .lost = w->ng};
    if (!w->ng || w->count == 0)
        return;
    *seen = w->seen[w->first];
    w->first = (w->first + 1) % w->cap;
    w->count--;
}

/* ---- Options ---- */

static void end_option(struct cap_watch *w)
{
    enum { HEAD = 4 };
    uint16_t code = get16(w, w->option), len = get16(w, w->option + 2);
    const uint8_t *value = w->option + HEAD;
    struct cap_times *times = w->type == INTERFACE && w->interfaces <= CAP_INTERFACES
                                  ? &w->times[w->interfaces - 1]
                                  : NULL;
    if (w->type == INTERFACE && code == NAME)
        set_text(w->texts.name, &w->texts.name_len, value, len);
    else if (w->type == INTERFACE && code == DESCRIPTION)
        set_text(w->texts.description, &w->texts.description_len, value, len);
    else if (code == COMMENT)
        *w->extras |= CAPTURE_COMMENTS;
    else if (code == 0)
        w->options_from = UINT64_MAX;
    else if (times != NULL && code == TSRESOL && len == 1)
        times->resolution = value[0];
    else if (times != NULL && code == TSOFFSET && len == 8)
        times->offset =
            (int64_t)(w->big_endian ? (uint64_t)get32(w, value) << 32 | get32(w, value + 4)
                                    : (uint64_t)get32(w, value + 4) << 32 | get32(w, value));
}

/* An octet of a block's options. */
static void read_option(struct cap_watch *w, uint8_t octet)
{
    enum { HEAD = 4 };
    if (w->option_len < sizeof w->option)
        w->option[w->option_len++] = octet;
    if (w->option_len == HEAD && w->option_left == 0)
        w->option_left = (get16(w, w->option + 2) + 3u) / 4 * 4 + 1;
    if (w->option_left > 0 && --w->option_left == 0) {
        end_option(w);
        w->option_len = 0;
    }
}

/* The options among the next octets of the block, which end before its trailer. */
static void read_options(struct cap_watch *w, const uint8_t *octets, uint64_t n)
{
    enum { TRAILER = 4 };
    for (uint64_t k = w->options_from <= w->at ? 0 : w->options_from - w->at;
         k < n && w->left - k > TRAILER && w->options_from != UINT64_MAX; k++)
        read_option(w, octets[k]);
}

/* ---- Blocks ---- */

/* The first 12 octets of a block have come. */
static void begin_block(struct cap_watch *w)
{
    uint32_t length = get32(w, w->block + 4);
    w->left = length < 12 ? UINT64_MAX : length; /* libpcap refuses it */
    w->options_from = UINT64_MAX;
    w->option_len = 0;
    w->option_left = 0;
    w->noted = false;
    switch (w->type) {
    case SECTION:
        w->interfaces = 0;
        w->options_from = 24;
        break;
    case INTERFACE:
        if (w->interfaces < CAP_INTERFACES)
            w->times[w->interfaces] = (struct cap_times){.resolution = MICROSECONDS};
        w->interfaces++;
        w->texts = (struct capture_interface){0};
        w->options_from = 16;
        break;
    case NAMES:
        *w->extras |= CAPTURE_NAMES;
        break;
    case SECRETS:
        *w->extras |= CAPTURE_SECRETS;
        break;
    case PACKET:
        note_packet(w, get32(w, w->block + 8));
        break;
    case OLD_PACKET:
        note_packet(w, get16(w, w->block + 8));
        break;
    case SIMPLE_PACKET:
        note_packet(w, 0);
        break;
    default:
        break;
    }
}

/* The first 24 octets of a packet's block have come. */
static void read_packet(struct cap_watch *w)
{
    enum { OCTETS = 28 };
    if (w->type != PACKET && w->type != OLD_PACKET)
        return;
    w->options_from = OCTETS + ((uint64_t)get32(w, w->block + 20) + 3) / 4 * 4;
    if (w->noted)
        w->seen[(w->first + w->count - 1) % w->cap].time =
            (uint64_t)get32(w, w->block + 12) << 32 | get32(w, w->block + 16);
}

static void end_block(struct cap_watch *w)
{
    w->at = 0;
    if (w->type == INTERFACE && w->interfaces <= CAP_INTERFACES)
        w->times[w->interfaces - 1].texts = keep_texts(w->capture, &w->texts);
}

/* Whether octets are the beginning of a capture file, at a place where its own packets or blocks
 * could be. */
static bool begins_file(const uint8_t octets[12])
{
    static const uint8_t pcap[][4] = {{0xa1, 0xb2, 0xc3, 0xd4},
                                      {0xd4, 0xc3, 0xb2, 0xa1},
                                      {0xa1, 0xb2, 0x3c, 0x4d},
                                      {0x4d, 0x3c, 0xb2, 0xa1}},
                         version[][4] = {{0, 2, 0, 4}, {2, 0, 4, 0}},
                         order[][4] = {{0x1a, 0x2b, 0x3c, 0x4d}, {0x4d, 0x3c, 0x2b, 0x1a}};
    for (size_t i = 0; i < sizeof pcap / sizeof pcap[0]; i++)
        if (memcmp(octets, pcap[i], 4) == 0)
            return memcmp(octets + 4, version[i % 2], 4) == 0;
    return octets_get32(octets) == SECTION &&
           (memcmp(octets + 8, order[0], 4) == 0 || memcmp(octets + 8, order[1], 4) == 0);
}

/* Takes an octet of a block's beginning. */
static void read_head(struct cap_watch *w, uint8_t octet)
{
    enum { HEAD = 12 };
    w->block[w->at++] = octet;
    if (w->at < HEAD)
        return;
    if (octets_get32(w->block) == SECTION)
        w->big_endian = w->block[8] == 0x1a;
    w->type = get32(w, w->block);
    if (w->type != SECTION && begins_file(w->block))
        w->joined = 1;
    begin_block(w);
    w->left -= HEAD;
    if (w->left == 0)
        end_block(w);
}

/* Keeps the first octets of a block. */
static void watch_keep(struct cap_watch *w, const uint8_t *octets, uint64_t n)
{
    uint64_t at = w->at;
    for (uint64_t k = 0; k < n && at < sizeof w->block; k++)
        w->block[at++] = octets[k];
    if (w->at < sizeof w->block && at == sizeof w->block)
        read_packet(w);
}

static void read_blocks(struct cap_watch *w, const uint8_t *octets, size_t len)
{
    enum { HEAD = 12 };
    for (size_t i = 0; i < len;) {
        if (w->at < HEAD) {
            read_head(w, octets[i++]);
            continue;
        }
        uint64_t n = len - i < w->left ? len - i : w->left;
        watch_keep(w, octets + i, n);
        read_options(w, octets + i, n);
        i += (size_t)n;
        w->at += n;
        w->left -= n;
        if (w->left == 0)
            end_block(w);
    }
}

/* ---- pcap ---- */

/* Counts packets up to one that is the header of another file. */
static void read_records(struct cap_watch *w, const uint8_t *octets, size_t len)
{
    enum { RECORD = 16 };
    for (size_t i = 0; i < len && w->joined == 0;) {
        if (w->left > 0) {
            uint64_t n = len - i < w->left ? len - i : w->left;
            i += (size_t)n;
            w->left -= n;
            continue;
        }
        w->block[w->at++] = octets[i++];
        if (w->at < RECORD)
            continue;
        w->at = 0;
        w->left = get32(w, w->block + 8);
        w->records++;
        if (begins_file(w->block))
            w->joined = w->records;
    }
}

/* Prepares to read the records of a file with this magic, if they have the usual form. */
static bool begin_records(struct cap_watch *w)
{
    enum { FILE_HEADER = 24 };
    static const uint8_t modified[][4] = {{0xa1, 0xb2, 0xcd, 0x34}, {0x34, 0xcd, 0xb2, 0xa1}};
    w->big_endian = w->head[0] == 0xa1;
    w->left = FILE_HEADER - sizeof w->head;
    return memcmp(w->head, modified[0], 4) != 0 && memcmp(w->head, modified[1], 4) != 0;
}

void cap_watch_octets(struct cap_watch *w, const uint8_t *octets, size_t len)
{
    static const uint8_t nanoseconds[][4] = {{0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1}};
    size_t i = 0;
    for (; w->head_len < sizeof w->head && i < len; i++)
        w->head[w->head_len++] = octets[i];
    if (i > 0 && w->head_len == sizeof w->head) {
        w->ng = octets_get32(w->head) == SECTION;
        w->pcap_digits =
            memcmp(w->head, nanoseconds[0], 4) == 0 || memcmp(w->head, nanoseconds[1], 4) == 0
                ? 9
                : MICROSECONDS;
        for (size_t k = 0; k < sizeof w->head && w->ng; k++)
            read_head(w, w->head[k]);
        w->records_read = !w->ng && begin_records(w);
    }
    if (w->ng)
        read_blocks(w, octets + i, len - i);
    else if (w->records_read)
        read_records(w, octets + i, len - i);
}
