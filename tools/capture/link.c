/* SPDX-License-Identifier: BSD-2-Clause */
/* From a packet's link layer to IP. */
#include "capture/internal.h"
#include "common/octets.h"

enum { /* link types, as libpcap numbers them */
       LINK_NULL = 0,
       LINK_ETHERNET = 1,
       LINK_RAW = 12,
       LINK_RAW_BSD = 14,
       LINK_LOOP = 108,
       LINK_SLL = 113,
       LINK_IPV4 = 228,
       LINK_IPV6 = 229,
       LINK_SLL2 = 276
};

/* Skips octets of the packet. Returns false if they were not all captured. */
static bool link_skip(struct cap_packet *p, size_t len)
{
    if (p->len < len)
        return false;
    p->octets += len;
    p->len -= len;
    p->sent -= len;
    return true;
}

/* ---- EtherTypes ---- */

enum { IPV4 = 0x0800, IPV6 = 0x86dd, SNAP = 0x0600 };

static bool is_vlan(unsigned type)
{
    return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

static const char *type_name(unsigned type)
{
    static const struct {
        unsigned type;
        const char *name;
    } names[] = {{0x0806, "ARP"},   {0x8035, "RARP"},  {0x8847, "MPLS"}, {0x8848, "MPLS"},
                 {0x8863, "PPPoE"}, {0x8864, "PPPoE"}, {0x88cc, "LLDP"}, {0x88e5, "MACsec"},
                 {0x88e7, "PBB"},   {0x6558, "GRE"},   {0x894f, "NSH"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return names[i].name;
    return type < SNAP ? "LLC" : "protocols other than IP";
}

/* Reads the octets after an EtherType: VLAN tags, then IP or something else. */
static enum cap_result read_type(struct cap_packet *p, unsigned type, const char **name)
{
    enum { TAG = 4, VID = 0x0fff };
    while (is_vlan(type)) {
        if (p->len < TAG)
            return CAP_BROKEN;
        p->via = p->via * 4099 + (octets_get16(p->octets) & VID) + 1;
        type = octets_get16(p->octets + 2);
        (void)link_skip(p, TAG);
    }
    if (type == IPV4 || type == IPV6)
        return CAP_IP;
    *name = type_name(type);
    return CAP_OTHER;
}

/* ---- Link types ---- */

static enum cap_result read_ethernet(struct cap_packet *p, const char **name)
{
    enum { HEADER = 14 };
    if (p->len < HEADER)
        return CAP_BROKEN;
    unsigned type = octets_get16(p->octets + 12);
    (void)link_skip(p, HEADER);
    return read_type(p, type, name);
}

static enum cap_result read_sll(struct cap_packet *p, const char **name)
{
    enum { HEADER = 16 };
    if (p->len < HEADER)
        return CAP_BROKEN;
    unsigned type = octets_get16(p->octets + 14);
    (void)link_skip(p, HEADER);
    return read_type(p, type, name);
}

static enum cap_result read_sll2(struct cap_packet *p, const char **name)
{
    enum { HEADER = 20 };
    if (p->len < HEADER)
        return CAP_BROKEN;
    unsigned type = octets_get16(p->octets);
    p->via = p->via * 4099 + octets_get32(p->octets + 4);
    (void)link_skip(p, HEADER);
    return read_type(p, type, name);
}

/* The address family, in the capturing host's byte order, of BSD's or Linux's numbers. */
static enum cap_result read_loopback(struct cap_packet *p, const char **name)
{
    if (p->len < 4)
        return CAP_BROKEN;
    uint32_t family = octets_get32(p->octets);
    if (family > 0xffff)
        family = (uint32_t)p->octets[0] | (uint32_t)p->octets[1] << 8;
    (void)link_skip(p, 4);
    if (family == 2 || family == 10 || family == 24 || family == 28 || family == 30)
        return CAP_IP;
    *name = "protocols other than IP";
    return CAP_OTHER;
}

static enum cap_result read_raw(struct cap_packet *p, const char **name)
{
    (void)p;
    (void)name;
    return CAP_IP;
}

typedef enum cap_result link_read(struct cap_packet *p, const char **name);

static const struct {
    int link;
    link_read *read;
} links[] = {
    {LINK_ETHERNET, read_ethernet}, {LINK_SLL, read_sll},       {LINK_SLL2, read_sll2},
    {LINK_NULL, read_loopback},     {LINK_LOOP, read_loopback}, {LINK_RAW, read_raw},
    {LINK_RAW_BSD, read_raw},       {LINK_IPV4, read_raw},      {LINK_IPV6, read_raw},
};
const char cap_link_names[] = "Ethernet, Linux cooked, loopback or raw IP";

/* The function that reads a link type, or NULL. */
static link_read *reader_of(int link)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].link == link)
            return links[i].read;
    return NULL;
}

bool cap_link_known(int link)
{
    return reader_of(link) != NULL;
}

enum cap_result cap_link_read(struct cap_packet *p, const char **name)
{
    return reader_of(p->link)(p, name);
}
