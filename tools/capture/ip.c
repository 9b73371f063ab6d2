/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 and IPv6, and their payloads. Checksums are not verified, since offloading makes them wrong.
 */
#include "capture/internal.h"
#include "common/octets.h"

#include <string.h>

enum {
    HOP_BY_HOP = 0,
    ICMP = 1,
    IGMP = 2,
    IPIP = 4,
    TCP = 6,
    UDP = 17,
    DCCP = 33,
    IPV6_IN_IP = 41,
    ROUTING = 43,
    FRAGMENT = 44,
    GRE = 47,
    ESP = 50,
    AUTHENTICATION = 51,
    ICMPV6 = 58,
    NO_NEXT = 59,
    DESTINATION = 60,
    OSPF = 89,
    ETHERNET_IN_IP = 97,
    IPCOMP = 108,
    VRRP = 112,
    L2TP = 115,
    SCTP = 132,
    MOBILITY = 135,
    UDP_LITE = 136,
    MPLS_IN_IP = 137,
    HIP = 139,
    SHIM6 = 140
};

static const char *protocol_name(uint8_t protocol)
{
    static const struct {
        uint8_t protocol;
        const char *name;
    } names[] = {{ICMP, "ICMP"},
                 {IGMP, "IGMP"},
                 {IPIP, "IP in IP"},
                 {DCCP, "DCCP"},
                 {IPV6_IN_IP, "IP in IP"},
                 {GRE, "GRE"},
                 {ESP, "ESP"},
                 {ICMPV6, "ICMP"},
                 {OSPF, "OSPF"},
                 {ETHERNET_IN_IP, "EtherIP"},
                 {IPCOMP, "IPComp"},
                 {VRRP, "VRRP"},
                 {L2TP, "L2TP"},
                 {SCTP, "SCTP"},
                 {UDP_LITE, "UDP-Lite"},
                 {MPLS_IN_IP, "MPLS"},
                 {NO_NEXT, "IPv6 without next header"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].protocol == protocol)
            return names[i].name;
    return "protocols other than UDP and TCP";
}

/* ---- Extension headers ---- */

/* The size of the extension header that a payload begins with; 0: it is not one. */
static size_t extension_size(const struct cap_payload *p)
{
    switch (p->protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION:
    case MOBILITY:
    case HIP:
    case SHIM6:
        return p->ipv6 ? (p->len < 2 ? SIZE_MAX : (p->octets[1] + (size_t)1) * 8) : 0;
    case AUTHENTICATION:
        return p->len < 2 ? SIZE_MAX : (p->octets[1] + (size_t)2) * 4;
    default:
        return 0;
    }
}

/* Skips octets that come before the payload. */
static void ip_advance(struct cap_payload *p, size_t len)
{
    p->octets += len;
    p->len -= len;
}

/* Skips extension headers. Returns false if they cannot be read. */
static bool skip_extensions(struct cap_payload *p)
{
    size_t size;
    while ((size = extension_size(p)) > 0) {
        if (size > p->len)
            return false;
        p->protocol = p->octets[0];
        ip_advance(p, size);
    }
    return true;
}

static reload_err broken(struct capture *c)
{
    c->counts.broken++;
    return RELOAD_OK;
}

/* The parts of a payload count from the octets after the headers that were skipped. */
static reload_err read_transport(struct capture *c, struct cap_payload *p, const uint8_t *whole)
{
    struct cap_part *parts = c->parts;
    size_t skipped = (size_t)(p->octets - whole), count = 0;
    for (size_t i = 0; i < p->part_count; i++)
        if (p->parts[i].end > skipped) {
            parts[count] = p->parts[i];
            parts[count++].end -= skipped;
        }
    p->parts = parts;
    p->part_count = count;
    if (p->protocol == UDP)
        return cap_udp_read(c, p);
    if (p->protocol == TCP)
        return cap_tcp_read(c, p);
    cap_count_other(c, protocol_name(p->protocol));
    return RELOAD_OK;
}

reload_err cap_ip_payload(struct capture *c, struct cap_payload *p)
{
    const uint8_t *whole = p->octets;
    return skip_extensions(p) ? read_transport(c, p, whole) : broken(c);
}

/* ---- Packets ---- */

/* Clips a payload to the length in its header. total octets of it were sent. */
static void clip(struct cap_payload *p, const struct cap_packet *packet, size_t header,
                 size_t total)
{
    if (total == 0 || total > packet->sent) /* segmentation offload; or never there */
        total = packet->sent;
    size_t captured = packet->len < total ? packet->len : total;
    p->octets = packet->octets + header;
    p->len = captured - header;
    p->missing = total - captured;
}

static reload_err ip_take(struct capture *c, struct cap_payload *p, const struct cap_packet *packet,
                          const struct cap_fragment *fragment)
{
    const struct cap_part part = {.end = p->len, .stamp = packet->stamp};
    p->parts = &part;
    p->part_count = 1;
    p->via = packet->via;
    p->id = fragment->id;
    if (fragment->offset == 0 && !fragment->more)
        return cap_ip_payload(c, p);
    return cap_fragment_add(c, p, fragment);
}

static reload_err read_ipv4(struct capture *c, const struct cap_packet *packet)
{
    enum { LEAST = 20, MORE = 0x2000, OFFSET = 0x1fff };
    const uint8_t *o = packet->octets;
    if (packet->len < LEAST)
        return broken(c);
    size_t header = (o[0] & 15u) * 4, total = octets_get16(o + 2);
    unsigned flags = octets_get16(o + 6);
    if (header < LEAST || header > packet->len || (total != 0 && total < header))
        return broken(c);
    struct cap_payload p = {.protocol = o[9]};
    memcpy(p.source, o + 12, 4);
    memcpy(p.destination, o + 16, 4);
    clip(&p, packet, header, total);
    const struct cap_fragment fragment = {.id = octets_get16(o + 4) | (uint32_t)o[9] << 16,
                                          .offset = (flags & OFFSET) * (size_t)8,
                                          .more = (flags & MORE) != 0};
    return ip_take(c, &p, packet, &fragment);
}

/* Reads a fragment header, which comes after the extension headers of each fragment. */
static bool read_fragment(struct cap_payload *p, struct cap_fragment *fragment)
{
    enum { SIZE = 8, OFFSET = 0xfff8 };
    if (p->protocol != FRAGMENT)
        return true;
    if (p->len < SIZE)
        return false;
    unsigned flags = octets_get16(p->octets + 2);
    *fragment = (struct cap_fragment){
        .id = octets_get32(p->octets + 4), .offset = flags & OFFSET, .more = (flags & 1) != 0};
    p->protocol = p->octets[0];
    ip_advance(p, SIZE);
    return true;
}

static reload_err read_ipv6(struct capture *c, const struct cap_packet *packet)
{
    enum { HEADER = 40 };
    const uint8_t *o = packet->octets;
    struct cap_fragment fragment = {0};
    if (packet->len < HEADER)
        return broken(c);
    size_t total = octets_get16(o + 4);
    struct cap_payload p = {.ipv6 = true, .protocol = o[6]};
    memcpy(p.source, o + 8, 16);
    memcpy(p.destination, o + 24, 16);
    clip(&p, packet, HEADER, total == 0 ? 0 : HEADER + total);
    if (!skip_extensions(&p) || !read_fragment(&p, &fragment))
        return broken(c);
    return ip_take(c, &p, packet, &fragment);
}

reload_err cap_ip_read(struct capture *c, const struct cap_packet *packet)
{
    unsigned version = packet->len > 0 ? packet->octets[0] >> 4 : 0;
    if (version == 4)
        return read_ipv4(c, packet);
    if (version == 6)
        return read_ipv6(c, packet);
    return broken(c);
}
