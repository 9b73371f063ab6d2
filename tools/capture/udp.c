/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP: each datagram is a separate stream. */
#include "capture/internal.h"
#include "common/octets.h"

#include <string.h>

static const uint8_t token[4] = {'R', 'E', 'L', 'O'};

/* ---- Other protocols on the same port ---- */

/* RFC 8489: two bits of zero, the length, the magic cookie. */
static bool is_stun(const uint8_t *o, size_t len)
{
    enum { HEADER = 20, COOKIE = 0x2112a442 };
    return len >= HEADER && o[0] < 0x40 && octets_get32(o + 4) == COOKIE &&
           octets_get16(o + 2) % 4 == 0;
}

/* A record: content type 20 to 25, version 1.0 (or its draft's), 1.2 or 1.3. */
static bool is_dtls(const uint8_t *o, size_t len)
{
    enum { HEADER = 13 };
    return len >= HEADER && o[0] >= 20 && o[0] <= 25 && o[1] == 0xfe && o[2] >= 0xfc;
}

/* A tunnel, by its port and the first octets of its header. */
static const char *tunnel_name(uint16_t port, const uint8_t *o, size_t len)
{
    if (len < 8 || memcmp(o, token, sizeof token) == 0)
        return NULL;
    switch (port) {
    case 4789:
    case 8472:
        return o[0] == 0x08 && o[1] == 0 ? "VXLAN" : NULL;
    case 4790:
        return "VXLAN";
    case 6081:
        return o[0] >> 6 == 0 ? "Geneve" : NULL;
    case 2152:
        return o[0] >> 5 == 1 ? "GTP-U" : NULL;
    case 1701:
        return (o[1] & 15) == 2 ? "L2TP" : NULL;
    case 4500:
        return octets_get32(o) != 0 ? "ESP" : NULL;
    case 3544:
        return o[0] >> 4 == 6 ? "Teredo" : NULL;
    case 6635:
        return "MPLS";
    default:
        return NULL;
    }
}

static void count_skipped(struct capture *c, const struct cap_stamp *stamp)
{
    struct capture_counts *n = &c->counts;
    if (n->skipped_datagrams++ > 0)
        return;
    n->skipped_file = stamp->file;
    n->skipped_frame = stamp->frame;
}

/* Counts a datagram that holds other data than messages. stamp: of its first packet. */
static bool is_other(struct capture *c, const uint8_t *o, size_t len, uint16_t port,
                     const struct cap_stamp *stamp)
{
    const char *name = tunnel_name(port, o, len);
    if (name != NULL)
        cap_count_other(c, name);
    else if (is_stun(o, len))
        c->counts.stun++;
    else if (is_dtls(o, len))
        c->counts.dtls++;
    else if (memmem(o, len, token, sizeof token) == NULL)
        count_skipped(c, stamp);
    else
        return false;
    return true;
}

/* ---- Datagrams ---- */

/* A reload_source. */
static ptrdiff_t datagram_pull(void *arg, uint8_t *octets, size_t size)
{
    struct capture *c = arg;
    size_t left = c->datagram.len - c->datagram_pos, n = left < size ? left : size;
    if (n > 0)
        memcpy(octets, c->datagram.octets + c->datagram_pos, n);
    c->datagram_pos += n;
    return (ptrdiff_t)n;
}

static void datagram_open_reader(struct capture *c)
{
    const reload_reader_options options = {.size = sizeof options,
                                           .form = RELOAD_FORM_BINARY,
                                           .max_message = (uint32_t)c->options.max_message};
    c->datagram_pos = 0;
    (void)reload_reader_open_with(c->datagram_reader, &options, datagram_pull, c);
}

reload_err cap_udp_read(struct capture *c, const struct cap_payload *p)
{
    enum { HEADER = 8 };
    const uint8_t *o = p->octets;
    if (p->len < HEADER) {
        c->counts.broken++;
        return RELOAD_OK;
    }
    size_t sent = p->len + p->missing, length = octets_get16(o + 4);
    if (length >= HEADER && length < sent)
        sent = length;
    size_t len = (p->len < sent ? p->len : sent) - HEADER;
    if (is_other(c, o + HEADER, len, octets_get16(o + 2), &p->parts[0].stamp))
        return RELOAD_OK;
    c->datagram = *p;
    c->datagram.octets = o + HEADER;
    c->datagram.len = len;
    c->datagram.missing = sent - HEADER - len;
    cap_address(&c->datagram_source, p->ipv6, p->source, octets_get16(o));
    cap_address(&c->datagram_destination, p->ipv6, p->destination, octets_get16(o + 2));
    datagram_open_reader(c);
    return RELOAD_OK;
}

/* Adds the packets that hold the octets from begin to end. All of the datagram's are needed. */
static reload_err add_stamps(struct capture *c, size_t begin, size_t end)
{
    enum { HEADER = 8 };
    size_t at = 0;
    reload_err err = RELOAD_OK;
    for (size_t i = 0; i < c->datagram.part_count && err == RELOAD_OK; i++) {
        const struct cap_part *part = &c->datagram.parts[i];
        cap_item_needs(c, &part->stamp);
        if (at < end + HEADER && part->end > begin + HEADER)
            err = cap_item_add(c, &part->stamp);
        at = part->end;
    }
    return err;
}

reload_err cap_datagram_next(struct capture *c, bool *found)
{
    const reload_item *item;
    const struct cap_payload *d = &c->datagram;
    *found = false;
    if (d->octets == NULL)
        return RELOAD_OK;
    reload_err err = reload_reader_next(c->datagram_reader, &item);
    if (err != RELOAD_OK || item->kind == RELOAD_ITEM_END) {
        c->datagram.octets = NULL;
        return err;
    }
    *found = true;
    cap_item_begin(c, item);
    c->item.facts.source = c->datagram_source;
    c->item.facts.destination = c->datagram_destination;
    c->item.facts.transport = "UDP";
    err = add_stamps(c, (size_t)item->offset, (size_t)item->offset + item->len);
    bool last = item->offset + item->len == d->len && d->missing > 0;
    if (err == RELOAD_OK)
        cap_item_finish(c,
                        !last          ? CAP_END_NOT
                        : d->fragments ? CAP_END_FRAGMENTS
                                       : CAP_END_CUT,
                        d->via, d->ipv6 ? d->id : d->id & 0xffff);
    return err;
}
