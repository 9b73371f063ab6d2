/* SPDX-License-Identifier: BSD-2-Clause */
/* The octets of a capture file: uncompressed, and watched for facts that libpcap does not report.
 */
#ifndef RELOAD_CAPTURE_FILE_H
#define RELOAD_CAPTURE_FILE_H

#include "capture/internal.h"

#include <sys/types.h>
#include <zlib.h>

enum { CAP_INTERFACES = 64 };

/* Watches a pcapng file's blocks: each interface's resolution, and each packet's interface. */
struct cap_watch {
    bool ng, big_endian;
    uint8_t block[32]; /* its first octets */
    size_t len;
    uint32_t type;
    uint64_t left;                  /* octets of the block */
    uint8_t digits[CAP_INTERFACES]; /* of each interface */
    uint32_t interfaces;            /* in this section */
    uint8_t option[8];              /* of an interface's description: its head and value */
    size_t option_len;
    uint64_t option_left;
    struct cap_seen {
        uint32_t via;
        uint8_t digits;
    } * seen;                 /* packets that libpcap has not returned */
    size_t first, count, cap; /* in seen, a ring */
    uint8_t head[4];          /* of the file */
    size_t head_len;
    uint8_t pcap_digits; /* of a file that is not pcapng */
};

void cap_watch_octets(struct cap_watch *w, const uint8_t *octets, size_t len);
/* Takes the next packet. */
void cap_watch_packet(struct cap_watch *w, uint32_t *via, uint8_t *digits);

struct cap_input {
    reload_source source;
    void *arg;
    bool decided, gzip, ended;
    z_stream z;
    bool open; /* z is */
    bool damaged;
    uint8_t octets[16 * 1024];
    size_t pos, len;
    uint64_t total; /* octets read, uncompressed */
    int fault;      /* errno, or -1: the compressed data is damaged */
    struct cap_watch watch;
};

void cap_input_open(struct cap_input *in, reload_source source, void *arg);
void cap_input_close(struct cap_input *in);
/* Uncompressed octets: their number, 0 at the end, -1 with fault set. */
ssize_t cap_input_read(struct cap_input *in, uint8_t *octets, size_t size);
/* The facts of the next packet. */
void cap_input_packet(struct cap_input *in, uint32_t *via, uint8_t *digits);

#endif
