/* SPDX-License-Identifier: BSD-2-Clause */
/* A pcapng file that is written: for packets.c. */
#ifndef RELOAD_PACKET_OUTPUT_H
#define RELOAD_PACKET_OUTPUT_H

#include "capture/capture.h"
#include "common/tool.h"
#include "pcapng/pcapng.h"

/* Zero-initialise it but for out. */
struct packet_output {
    struct output *out;
    bool begun;
    bool mixed;        /* it was warned of several link types */
    uint16_t link;     /* of all interfaces so far; UINT16_MAX: libpcap does not read them */
    uint32_t sequence; /* of the next TCP connection */
    struct packet_interface {
        uint32_t interface; /* in its file; 0 of packets that are made */
        uint32_t number;    /* in the output */
        struct pcapng_interface facts;
    } * interfaces; /* in order */
    size_t count, cap;
};

/* Begins the file, if nothing was written, with an interface of a link type, or of raw IP if that
 * is -1. */
void packet_output_begin(struct packet_output *o, int link);
/* Writes a packet of a capture. comments: options, or NULL. */
void packet_output_write(struct packet_output *o, const struct capture_packet *packet,
                         const reload_buf *comments);
/* Writes octets in packets that are made for them: at a time, or RELOAD_NO_TIME, and with the
 * addresses and the transport where they are known. */
void packet_output_carry(struct packet_output *o, reload_span octets, reload_time time,
                         const reload_capture *known);
void packet_output_free(struct packet_output *o);

#endif
