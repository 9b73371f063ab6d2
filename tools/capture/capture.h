/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages in captures: from the packets of pcap and pcapng files, through IP fragments, datagrams
 * and TCP streams, to the items of the library's reader.
 *
 *     capture_open(c, file, source, arg)      for each file of the capture, then
 *     while (capture_next(c, &item) == RELOAD_OK && item != NULL) ...
 *     capture_finish(c)                       after the last file, then capture_next again
 *
 * Flows and fragments continue from one file to the next. Items come in the order of the packets in
 * which they end. */
#ifndef RELOAD_TOOL_CAPTURE_H
#define RELOAD_TOOL_CAPTURE_H

#include <reload.h>

struct capture;

enum { CAPTURE_MAX_TEXT = 255 };
/* An interface's if_name and if_description in pcapng, in UTF-8. A longer text is not kept. */
struct capture_interface {
    uint8_t name_len, description_len;
    uint8_t name[CAPTURE_MAX_TEXT], description[CAPTURE_MAX_TEXT];
};

/* A packet as its file has it, selected by the filter or not. */
struct capture_packet {
    uint64_t number;                       /* over all files, from 1 */
    uint32_t interface;                    /* in its file; 0 of a pcap file */
    uint16_t link;                         /* LINKTYPE_… */
    uint8_t resolution;                    /* of time, as if_tsresol states it */
    int64_t offset;                        /* seconds to add to time: if_tsoffset */
    const struct capture_interface *texts; /* as long as the capture; NULL: none */
    uint64_t time;
    const uint8_t *octets; /* valid during the call */
    uint32_t len;          /* captured */
    uint32_t sent;         /* on the network, as far as the file says */
};
/* Receives each packet before it is parsed. */
typedef void capture_take(void *arg, const struct capture_packet *packet);

struct capture_options {
    const char *filter;   /* libpcap's expression; NULL: every packet is read */
    int64_t max_message;  /* D33; 0: any */
    uint64_t flow_limit;  /* octets kept for one flow; 0: CAPTURE_FLOW_LIMIT */
    uint64_t total_limit; /* octets kept for all flows, fragments and items that wait; 0:
                             CAPTURE_TOTAL_LIMIT */
    capture_take *take;   /* NULL: packets are not passed on */
    void *take_arg;
};

#define CAPTURE_FLOW_LIMIT  (UINT64_C(64) << 20)
#define CAPTURE_TOTAL_LIMIT (UINT64_C(256) << 20)

/* A message or garbage. The item and its pointers are valid until the next call. */
struct capture_item {
    reload_item item;        /* its offset counts in the datagram, or in the flow's direction */
    reload_capture facts;    /* frames, time, addresses, transport, and whether it is incomplete */
    const char *file;        /* of the packet that completes it */
    const uint64_t *numbers; /* over all files, of the packets in facts.frames */
};

/* Counts of what a capture contains. The names of encapsulations are static strings. */
enum {
    CAPTURE_MAX_NAMES = 32 /* kinds of packets that were not examined */
};
struct capture_counts {
    uint64_t packets;
    uint64_t messages, garbage;
    uint64_t skipped_datagrams;         /* UDP without a message: how many, */
    const char *skipped_file;           /* in which file the first of them is, */
    uint64_t skipped_frame;             /* and in which packet of it; */
    uint64_t skipped_flows;             /* TCP directions without a message, */
    uint64_t skipped_octets;            /* and octets before a stream's first message */
    uint64_t stun, dtls, tls;           /* datagrams of STUN and DTLS, flows of TLS */
    uint64_t cut;                       /* packets cut by the snaplen */
    uint64_t lost_octets, gaps;         /* of TCP streams */
    uint64_t repeated;                  /* messages captured twice, as on two interfaces */
    uint64_t disordered;                /* files that begin before the end of the previous one */
    uint64_t lost_fragments;            /* datagrams with missing fragments */
    uint64_t later_fragments;           /* fragments that are not a datagram's first */
    uint64_t overlaps;                  /* segments or fragments that contradict earlier ones */
    uint64_t flow_limits, total_limits; /* times that a limit was reached */
    uint64_t broken;                    /* packets whose headers cannot be read */
    struct capture_name {
        const char *name; /* "GRE"; NULL ends the list */
        uint64_t packets;
    } others[CAPTURE_MAX_NAMES + 1];
};

/* Kinds of files, according to their first octets. */
enum capture_kind {
    CAPTURE_NONE = 0, /* not a capture */
    CAPTURE_MORE,     /* more octets are needed to decide */
    CAPTURE_YES,      /* pcap or pcapng, or either compressed by gzip */
    CAPTURE_FOREIGN   /* of a format that libpcap does not read, which has a name */
};
/* all: no more octets follow. *foreign: the name of such a format. */
enum capture_kind capture_recognise(const uint8_t *octets, size_t len, bool all,
                                    const char **foreign);
/* The command that makes a file that libpcap reads. */
#define CAPTURE_CONVERT "editcap -F pcap FILE OUT"

/* Whether libpcap accepts a filter, for Ethernet. If libpcap is missing, every filter is accepted.
 * RELOAD_ERR_READ: diag has libpcap's words. */
reload_err capture_check_filter(const char *filter, reload_diag *diag);

/* Takes a warning about a file, or about no file in particular (NULL). */
typedef void capture_warn(void *arg, const char *file, const char *words);

/* A capture without packets; NULL if memory runs out. */
struct capture *capture_new(const struct capture_options *options, capture_warn *warn, void *arg);
void capture_free(struct capture **capture);
/* Begins the next file, after the end of the last. file must stay valid as long as the capture.
 * RELOAD_ERR_READ: diag describes why it cannot be read; another file can be opened. */
reload_err capture_open(struct capture *capture, const char *file, reload_source source, void *arg,
                        reload_diag *diag);
/* The next item, or NULL at the end of the file. After a failure, which diag describes, the file is
 * at its end. RELOAD_ERR_READ, RELOAD_ERR_MEMORY. */
reload_err capture_next(struct capture *capture, const struct capture_item **item,
                        reload_diag *diag);
/* Ends all flows: capture_next then returns the remaining items of flows and fragments. */
void capture_finish(struct capture *capture);
const struct capture_counts *capture_counts(const struct capture *capture);

/* Contents of files outside their packets. */
enum { CAPTURE_COMMENTS = 1, CAPTURE_NAMES = 2, CAPTURE_SECRETS = 4 };
unsigned capture_extras(const struct capture *capture);
/* The last file's link type, LINKTYPE_…; -1: no file was opened. */
int capture_link(const struct capture *capture);

/* Takes the numbers of the packets whose octets may belong to an item to come, in any order and
 * perhaps repeatedly. Call it from a capture_take, or while a capture waits for input. */
typedef void capture_number(void *arg, uint64_t number);
void capture_pending(const struct capture *capture, capture_number *take, void *arg);

#endif
