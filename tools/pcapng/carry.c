/* SPDX-License-Identifier: BSD-2-Clause */
/* Octets in packets of our own, from their IP headers on. */
#include "common/octets.h"
#include "pcapng/pcapng.h"

#include <stdlib.h>
#include <string.h>

enum {
    TCP = 6,
    UDP = 17,
    FIN = 1,
    SYN = 2,
    PSH = 8,
    ACK = 16,
    UDP_HEADER = 8,
    TCP_HEADER = 20,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    LARGEST = 65535,
    SEGMENT = 32 * 1024 /* octets in a TCP segment */
};

struct carry {
    const struct pcapng_ends *ends;
    uint8_t *packet;
    pcapng_packet_sink *sink;
    void *arg;
};

static uint32_t checksum_add(uint32_t sum, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)octets[i] << 8 | octets[i + 1];
    return len % 2 == 0 ? sum : sum + ((uint32_t)octets[len - 1] << 8);
}

/* The Internet checksum of a sum of at most 2^16 words. */
static uint16_t checksum(uint32_t sum)
{
    sum = (sum >> 16) + (sum & 0xffff);
    sum += sum >> 16;
    return (uint16_t)~sum;
}

static size_t address_len(const struct pcapng_ends *ends)
{
    return ends->ipv6 ? 16 : 4;
}

static size_t ip_header(const struct pcapng_ends *ends)
{
    return ends->ipv6 ? IPV6_HEADER : IPV4_HEADER;
}

static void put_ip(const struct carry *c, bool back, uint8_t protocol, size_t len)
{
    enum { HOPS = 64, DO_NOT_FRAGMENT = 0x4000 };
    const struct pcapng_ends *e = c->ends;
    const uint8_t *source = back ? e->destination : e->source,
                  *destination = back ? e->source : e->destination;
    uint8_t *p = c->packet;
    memset(p, 0, ip_header(e));
    if (e->ipv6) {
        p[0] = 0x60;
        octets_put16(p + 4, (uint32_t)len);
        p[6] = protocol;
        p[7] = HOPS;
        memcpy(p + 8, source, 16);
        memcpy(p + 24, destination, 16);
        return;
    }
    p[0] = 0x45;
    octets_put16(p + 2, (uint32_t)(IPV4_HEADER + len));
    octets_put16(p + 6, DO_NOT_FRAGMENT);
    p[8] = HOPS;
    p[9] = protocol;
    memcpy(p + 12, source, 4);
    memcpy(p + 16, destination, 4);
    octets_put16(p + 10, checksum(checksum_add(0, p, IPV4_HEADER)));
}

/* Completes a packet whose IP payload is in place but for its checksum, and passes it on. */
static reload_err send_packet(const struct carry *c, bool back, uint8_t protocol, size_t len)
{
    const struct pcapng_ends *e = c->ends;
    uint8_t *payload = c->packet + ip_header(e);
    uint8_t *sum = payload + (protocol == UDP ? 6 : 16);
    octets_put16(sum, 0);
    uint32_t total = checksum_add((uint32_t)protocol + (uint32_t)len, payload, len);
    total = checksum_add(total, e->source, address_len(e));
    total = checksum_add(total, e->destination, address_len(e));
    uint16_t check = checksum(total);
    octets_put16(sum, check == 0 && protocol == UDP ? 0xffff : check);
    put_ip(c, back, protocol, len);
    return c->sink(c->arg, c->packet, ip_header(e) + len);
}

static void put_ports(const struct carry *c, bool back)
{
    uint8_t *p = c->packet + ip_header(c->ends);
    octets_put16(p, back ? c->ends->destination_port : c->ends->source_port);
    octets_put16(p + 2, back ? c->ends->source_port : c->ends->destination_port);
}

static reload_err send_datagram(const struct carry *c, const uint8_t *octets, size_t len)
{
    uint8_t *p = c->packet + ip_header(c->ends);
    put_ports(c, false);
    octets_put16(p + 4, (uint32_t)(UDP_HEADER + len));
    if (len > 0)
        memcpy(p + UDP_HEADER, octets, len);
    return send_packet(c, false, UDP, UDP_HEADER + len);
}

static reload_err send_segment(const struct carry *c, bool back, unsigned flags, uint32_t sequence,
                               uint32_t acknowledged, reload_span octets)
{
    enum { WINDOW = 65535 };
    uint8_t *p = c->packet + ip_header(c->ends);
    memset(p, 0, TCP_HEADER);
    put_ports(c, back);
    octets_put32(p + 4, sequence);
    octets_put32(p + 8, acknowledged);
    p[12] = TCP_HEADER / 4 << 4;
    p[13] = (uint8_t)flags;
    octets_put16(p + 14, WINDOW);
    if (octets.len > 0)
        memcpy(p + TCP_HEADER, octets.octets, octets.len);
    return send_packet(c, back, TCP, TCP_HEADER + octets.len);
}

/* A connection: both ends' SYN, the octets, and the sender's FIN. */
static reload_err send_connection(const struct carry *c, uint32_t first, const uint8_t *octets,
                                  size_t len)
{
    const reload_span none = {NULL, 0};
    uint32_t next = first + 1, other = first + 1;
    reload_err err = send_segment(c, false, SYN, first, 0, none);
    if (err == RELOAD_OK)
        err = send_segment(c, true, SYN | ACK, first, next, none);
    if (err == RELOAD_OK)
        err = send_segment(c, false, ACK, next, other, none);
    while (len > 0 && err == RELOAD_OK) {
        size_t n = len < SEGMENT ? len : SEGMENT;
        err = send_segment(c, false, n == len ? PSH | ACK : ACK, next, other,
                           (reload_span){octets, n});
        octets += n;
        len -= n;
        next += (uint32_t)n;
    }
    return err == RELOAD_OK ? send_segment(c, false, FIN | ACK, next, other, none) : err;
}

reload_err pcapng_carry(const struct pcapng_ends *ends, uint32_t sequence, const uint8_t *octets,
                        size_t len, pcapng_packet_sink *sink, void *arg)
{
    /* IPv6 could carry more, but the same octets are to go the same way. */
    enum { DATAGRAM = LARGEST - IPV4_HEADER - UDP_HEADER };
    struct carry c = {ends, malloc(IPV6_HEADER + LARGEST), sink, arg};
    if (c.packet == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = !ends->tcp && len <= DATAGRAM ? send_datagram(&c, octets, len)
                                                   : send_connection(&c, sequence, octets, len);
    free(c.packet);
    return err;
}
