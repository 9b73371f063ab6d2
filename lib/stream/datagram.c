/* SPDX-License-Identifier: BSD-2-Clause */
/* The payload of a datagram: its octets without IP and UDP headers. */
#include "base/fault.h"
#include "stream/stream.h"

#include <string.h>

enum { UDP = 17, UDP_HEADER = 8, IPV4_HEADER = 20, IPV6_HEADER = 40 };

void rl_datagram_open(rl_datagram *d)
{
    d->len = d->pos = 0;
    d->begun = false;
    d->left = UINT64_MAX;
}

/* The octets that show whether there are headers. */
static size_t octets_needed(const rl_datagram *d)
{
    unsigned version = d->len > 0 ? d->head[0] >> 4 : 0;
    if (version == 4)
        return (d->head[0] & 15u) * 4 + UDP_HEADER;
    return version == 6 ? IPV6_HEADER + UDP_HEADER : 1;
}

/* Skips the headers of a UDP datagram, except of fragments after the first. Octets after the
 * datagram's payload are dropped. */
static void skip_headers(rl_datagram *d)
{
    bool v4 = d->head[0] >> 4 == 4;
    size_t ip = v4 ? (d->head[0] & 15u) * 4 : IPV6_HEADER;
    if (d->len <= 1 || ip < IPV4_HEADER || d->len < ip + UDP_HEADER ||
        RL_FAULT("input: the IP and UDP headers of tcpdump's dumps are removed"))
        return;
    size_t packet = v4 ? rl_get16(d->head + 2) : IPV6_HEADER + rl_get16(d->head + 4);
    size_t udp = rl_get16(d->head + ip + 4);
    bool whole = !v4 || (rl_get16(d->head + 6) & 0x1fff) == 0;
    if (d->head[v4 ? 9 : 6] != UDP || !whole || udp < UDP_HEADER || packet < ip + UDP_HEADER)
        return;
    d->pos = ip + UDP_HEADER;
    d->left = (udp < packet - ip ? udp : packet - ip) - UDP_HEADER;
}

static int read_head(rl_datagram *d, rl_pull pull, void *arg)
{
    ptrdiff_t n = 1;
    while (n > 0 && d->len < octets_needed(d)) {
        n = pull(arg, d->head + d->len, octets_needed(d) - d->len, d->where + d->len);
        if (n < 0)
            return -1;
        d->len += (size_t)n;
    }
    d->begun = true;
    if (d->len > 0)
        skip_headers(d);
    return 0;
}

ptrdiff_t rl_datagram_pull(rl_datagram *d, rl_pull pull, void *arg, uint8_t *octets, size_t size,
                           uint64_t *where)
{
    if (!d->begun && read_head(d, pull, arg) < 0)
        return -1;
    ptrdiff_t n = 0;
    if (d->pos < d->len) {
        n = (ptrdiff_t)(d->len - d->pos < size ? d->len - d->pos : size);
        memcpy(octets, d->head + d->pos, (size_t)n);
        memcpy(where, d->where + d->pos, (size_t)n * sizeof *where);
        d->pos += (size_t)n;
    } else {
        n = pull(arg, octets, size, where);
        while (n > 0 && d->left == 0) /* to the datagram's end */
            n = pull(arg, octets, size, where);
    }
    if (n > 0 && (uint64_t)n > d->left)
        n = (ptrdiff_t)d->left;
    d->left -= n > 0 ? (uint64_t)n : 0;
    return n;
}
