/* SPDX-License-Identifier: BSD-2-Clause */
/* The octets of a capture file: uncompressed, and searched for facts that libpcap does not report.
 */
#ifndef RELOAD_CAPTURE_FILE_H
#define RELOAD_CAPTURE_FILE_H

#include "capture/internal.h"

#include <sys/types.h>
#include <zlib.h>

enum { CAP_INTERFACES = 64 };

/* The known facts of a packet. */
struct cap_seen {
    uint32_t via;       /* interface */
    uint8_t digits;     /* of the fraction of its time that the file has */
    bool raw;           /* the next three are known: */
    uint8_t resolution; /* if_tsresol, */
    int64_t offset;     /* and if_tsoffset, of the interface */
    uint64_t time;
    const struct capture_interface *texts; /* or NULL */
    bool lost;                             /* there was too little memory to note it */
};

/* Watches a pcapng file's blocks: each interface's times, each packet's interface and time, and
 * contents outside packets. */
struct cap_watch {
    bool ng, big_endian;
    uint8_t block[24]; /* its first octets */
    uint64_t at;       /* in the block */
    uint32_t type;
    uint64_t left;         /* octets of the block */
    uint64_t options_from; /* where they begin in the block; UINT64_MAX: there are none */
    struct cap_times {
        uint8_t resolution;
        int64_t offset;
        const struct capture_interface *texts;
    } times[CAP_INTERFACES];              /* of each interface */
    struct capture_interface texts;       /* of the block */
    struct capture *capture;              /* keeps them */
    uint32_t interfaces;                  /* in this section */
    uint8_t option[4 + CAPTURE_MAX_TEXT]; /* its head and value */
    size_t option_len;
    uint64_t option_left;
    unsigned *extras;         /* CAPTURE_COMMENTS and so on are added to it */
    struct cap_seen *seen;    /* packets that libpcap has not returned */
    size_t first, count, cap; /* in seen, a ring */
    bool noted;               /* the block's packet is the last of them */
    uint8_t head[4];          /* of the file */
    size_t head_len;
    uint8_t pcap_digits; /* of a file that is not pcapng */
    bool records_read;   /* of such a file: they are counted */
    uint64_t records;
    uint64_t joined; /* the record, or block, that begins another file; 0: none does */
};

void cap_watch_octets(struct cap_watch *w, const uint8_t *octets, size_t len);
/* Takes the next packet. */
void cap_watch_packet(struct cap_watch *w, struct cap_seen *seen);

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
void cap_input_packet(struct cap_input *in, struct cap_seen *seen);

#endif
