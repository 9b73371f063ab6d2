/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes pcapng files, and puts octets that were not captured into packets. */
#ifndef RELOAD_PCAPNG_H
#define RELOAD_PCAPNG_H

#include <reload.h>

enum { PCAPNG_RAW = 101 /* LINKTYPE_RAW: IPv4 or IPv6 */ };

struct pcapng_interface {
    uint16_t link;                 /* LINKTYPE_… */
    uint8_t resolution;            /* of times: if_tsresol */
    int64_t offset;                /* in seconds, added to times: if_tsoffset */
    reload_span name, description; /* if_name and if_description; empty: there is none */
};

struct pcapng_packet {
    uint32_t interface; /* by the order of pcapng_write_interface */
    uint64_t time;      /* in the interface's resolution */
    const uint8_t *octets;
    uint32_t len;              /* captured, */
    uint32_t sent;             /* and on the network */
    const reload_buf *options; /* made by pcapng_add_comment; NULL: none */
};

/* Each writes a block, or two. RELOAD_ERR_WRITE: from sink. */
/* Begins a file. application: the program that writes it. */
reload_err pcapng_write_section(const char *application, reload_sink sink, void *arg);
reload_err pcapng_write_interface(const struct pcapng_interface *interface, reload_sink sink,
                                  void *arg);
reload_err pcapng_write_packet(const struct pcapng_packet *packet, reload_sink sink, void *arg);
/* Appends a comment to a packet's options: text of UTF-8, which is cut after 65535 octets. */
void pcapng_add_comment(reload_buf *options, const uint8_t *text, size_t len);

/* ---- Packets of our own ---- */

/* Between which ends octets go. */
struct pcapng_ends {
    bool ipv6, tcp;
    uint8_t source[16], destination[16]; /* 4 or 16 octets */
    uint16_t source_port, destination_port;
};

/* Takes a packet that begins with its IP header. */
typedef reload_err pcapng_packet_sink(void *arg, const uint8_t *octets, size_t len);
/* Makes packets that carry octets as one stream: a UDP datagram or, if tcp is set or the octets are
 * too many for it, a new TCP connection. The connection's sequence numbers begin with the one
 * specified. RELOAD_ERR_MEMORY, and what sink returns. */
reload_err pcapng_carry(const struct pcapng_ends *ends, uint32_t sequence, const uint8_t *octets,
                        size_t len, pcapng_packet_sink *sink, void *arg);

#endif
