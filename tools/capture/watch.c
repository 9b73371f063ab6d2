/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts of a file that libpcap does not report: the resolution of its times, and in pcapng each
 * packet's interface. The blocks pass here on their way to libpcap, which alone checks them. */
#include "capture/file.h"

#include <stdlib.h>
#include <string.h>

enum {
    SECTION = 0x0a0d0d0a,
    INTERFACE = 1,
    OLD_PACKET = 2,
    SIMPLE_PACKET = 3,
    PACKET = 6,
    TSRESOL = 9,
    MICROSECONDS = 6,
    MAX_SEEN = 1 << 16 /* packets in what libpcap reads ahead; more are not noted */
};

static uint32_t get32(const struct cap_watch *w, const uint8_t *p)
{
    return w->big_endian
               ? cap_get32(p)
               : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint16_t get16(const struct cap_watch *w, const uint8_t *p)
{
    return (uint16_t)(w->big_endian ? cap_get16(p) : p[0] | p[1] << 8);
}

/* ---- Packets ---- */

static bool grow(struct cap_watch *w)
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

static void note_packet(struct cap_watch *w, uint32_t interface)
{
    if (w->count == w->cap && !grow(w))
        return;
    bool known = interface < w->interfaces && interface < CAP_INTERFACES;
    w->seen[(w->first + w->count) % w->cap] =
        (struct cap_seen){.via = interface, .digits = known ? w->digits[interface] : MICROSECONDS};
    w->count++;
}

void cap_watch_packet(struct cap_watch *w, uint32_t *via, uint8_t *digits)
{
    *via = 0;
    *digits = w->pcap_digits;
    if (!w->ng)
        return;
    *digits = MICROSECONDS;
    if (w->count == 0)
        return;
    *via = w->seen[w->first].via;
    *digits = w->seen[w->first].digits;
    w->first = (w->first + 1) % w->cap;
    w->count--;
}

/* ---- Blocks ---- */

/* The digits of if_tsresol: a power of ten, or of two if the highest bit is set. */
static uint8_t digits_of(uint8_t resolution)
{
    unsigned power = resolution & 0x7fu;
    unsigned digits = (resolution & 0x80) != 0 ? (power * 3 + 9) / 10 : power;
    return (uint8_t)(digits > 9 ? 9 : digits);
}

/* An octet of an interface's options. */
static void read_option(struct cap_watch *w, uint8_t octet)
{
    enum { HEAD = 4 };
    if (w->option_len < sizeof w->option)
        w->option[w->option_len++] = octet;
    if (w->option_len == HEAD && w->option_left == 0)
        w->option_left = (get16(w, w->option + 2) + 3u) / 4 * 4 + 1;
    if (w->option_left > 0 && --w->option_left == 0) {
        if (get16(w, w->option) == TSRESOL && get16(w, w->option + 2) == 1 &&
            w->interfaces <= CAP_INTERFACES)
            w->digits[w->interfaces - 1] = digits_of(w->option[HEAD]);
        w->option_len = 0;
    }
}

/* The first octets of a block have come. */
static void begin_block(struct cap_watch *w)
{
    uint32_t length = get32(w, w->block + 4);
    w->left = length < 12 ? UINT64_MAX : length; /* libpcap refuses it */
    if (w->type == SECTION) {
        w->interfaces = 0;
    } else if (w->type == INTERFACE) {
        if (w->interfaces < CAP_INTERFACES)
            w->digits[w->interfaces] = MICROSECONDS;
        w->interfaces++;
        w->option_len = 0;
        w->option_left = 0;
    } else if (w->type == PACKET) {
        note_packet(w, get32(w, w->block + 8));
    } else if (w->type == OLD_PACKET) {
        note_packet(w, get16(w, w->block + 8));
    } else if (w->type == SIMPLE_PACKET) {
        note_packet(w, 0);
    }
}

/* Takes an octet of a block's beginning. */
static void read_head(struct cap_watch *w, uint8_t octet)
{
    enum { HEAD = 12 };
    w->block[w->len++] = octet;
    if (w->len < HEAD)
        return;
    if (cap_get32(w->block) == SECTION)
        w->big_endian = w->block[8] == 0x1a;
    w->type = get32(w, w->block);
    begin_block(w);
    w->left -= HEAD;
    if (w->left == 0)
        w->len = 0;
}

static void read_blocks(struct cap_watch *w, const uint8_t *octets, size_t len)
{
    enum { HEAD = 12, OPTIONS_FROM = 16, TRAILER = 4 };
    for (size_t i = 0; i < len;) {
        if (w->len < HEAD) {
            read_head(w, octets[i++]);
            continue;
        }
        uint64_t n = len - i < w->left ? len - i : w->left;
        for (size_t k = 0; w->type == INTERFACE && k < n; k++)
            if (w->len + k >= OPTIONS_FROM && w->left - k > TRAILER)
                read_option(w, octets[i + k]);
        w->len = w->len + n < OPTIONS_FROM ? w->len + (size_t)n : OPTIONS_FROM;
        i += (size_t)n;
        w->left -= n;
        if (w->left == 0)
            w->len = 0;
    }
}

void cap_watch_octets(struct cap_watch *w, const uint8_t *octets, size_t len)
{
    static const uint8_t nanoseconds[][4] = {{0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1}};
    size_t i = 0;
    for (; w->head_len < sizeof w->head && i < len; i++)
        w->head[w->head_len++] = octets[i];
    if (i > 0 && w->head_len == sizeof w->head) {
        w->ng = cap_get32(w->head) == SECTION;
        w->pcap_digits =
            memcmp(w->head, nanoseconds[0], 4) == 0 || memcmp(w->head, nanoseconds[1], 4) == 0
                ? 9
                : MICROSECONDS;
        for (size_t k = 0; k < sizeof w->head && w->ng; k++)
            read_head(w, w->head[k]);
    }
    if (w->ng)
        read_blocks(w, octets + i, len - i);
}
