/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the capture module. A packet passes these steps:
 *
 *     pcap.c        a file's packets
 *     link.c        link layer, VLAN tags
 *     ip.c          IPv4, IPv6 with extension headers
 *     fragments.c   fragments to datagrams
 *     udp.c         a datagram is a stream
 *     tcp.c         segments to flows
 *     drain.c       a flow's octets to items
 *     twice.c       items that occur twice
 *     order.c       items in the order of their last packets
 *
 * capture.c drives them, and completes items with their facts. */
#ifndef RELOAD_CAPTURE_INTERNAL_H
#define RELOAD_CAPTURE_INTERNAL_H

#include "capture/capture.h"

#include <netinet/in.h>

/* ---- Packets ---- */

/* The packet from which octets come. */
struct cap_stamp {
    uint64_t number; /* over all files: their order */
    uint64_t frame;  /* in its file */
    const char *file;
    int64_t seconds;
    uint32_t fraction; /* in nanoseconds */
    uint8_t digits;    /* of the fraction that the file has */
};

struct cap_packet {
    const uint8_t *octets;
    size_t len;   /* captured */
    size_t sent;  /* on the network, at least len */
    int link;     /* DLT_… */
    uint32_t via; /* interface and VLANs, mixed */
    struct cap_stamp stamp;
};

/* Consecutive octets of a payload that come from one packet. */
struct cap_part {
    size_t end;
    struct cap_stamp stamp;
};

/* An IP payload: of one packet, or reassembled from fragments. */
struct cap_payload {
    bool ipv6;
    uint8_t protocol;
    uint8_t source[16], destination[16]; /* 4 or 16 octets, then zeros */
    uint32_t via;
    uint32_t id; /* its fragments': the lower 16 bits are IPv4's Identification */
    const uint8_t *octets;
    size_t len;
    size_t missing; /* octets after these that were sent, but not captured */
    bool fragments; /* missing since fragments were not captured, not by the snaplen */
    const struct cap_part *parts;
    size_t part_count;
};

enum cap_result {
    CAP_IP,    /* an IP packet */
    CAP_OTHER, /* something else, counted by name */
    CAP_BROKEN /* headers that cannot be read */
};

/* Finds the IP packet in a packet, whose octets, len, sent and via then are the IP packet's. *name:
 * of something else. */
enum cap_result cap_link_read(struct cap_packet *packet, const char **name);
/* Whether packets of a link type can be read. */
bool cap_link_known(int link);
/* For an error: the link types that are known. */
extern const char cap_link_names[];

/* ---- Pieces of a stream or datagram (pieces.c) ---- */

/* Octets that were captured together, or are known to be lost. Pieces do not overlap. */
struct cap_piece {
    struct cap_piece *left, *right;
    uint32_t priority;
    uint32_t len;
    uint64_t start;
    bool lost;
    bool cut; /* lost since the snaplen cut the packet */
    struct cap_stamp stamp;
    uint8_t octets[];
};

struct cap_pieces {
    struct cap_piece *root;
    uint64_t octets; /* of all pieces, the lost ones included */
    uint64_t memory;
    uint64_t random; /* never zero */
};

/* Adds octets; octets NULL: they are lost. Where pieces overlap, the first stays; *differs is set
 * if the new octets are others. Takes time that is linear in len, times the logarithm of the number
 * of pieces. Returns false without memory. */
bool cap_pieces_add(struct cap_pieces *p, uint64_t start, const uint8_t *octets, size_t len,
                    const struct cap_stamp *stamp, bool cut, bool *differs);
/* The piece with the octet at a place, or NULL. */
struct cap_piece *cap_pieces_at(const struct cap_pieces *p, uint64_t at);
/* The first piece that begins at or after a place, or NULL. */
struct cap_piece *cap_pieces_from(const struct cap_pieces *p, uint64_t at);
/* Frees the pieces that end at or before a place. */
void cap_pieces_drop(struct cap_pieces *p, uint64_t end);
void cap_pieces_free(struct cap_pieces *p);
/* Passes on the packets of the pieces with octets from a place on. */
void cap_pieces_pending(const struct cap_pieces *p, uint64_t from, capture_number *take, void *arg);

static inline uint64_t cap_piece_end(const struct cap_piece *piece)
{
    return piece->start + piece->len;
}

/* ---- Flows ---- */

/* Addresses and ports; compared as octets, so that unused octets are zero. */
struct cap_key {
    uint8_t source[16], destination[16];
    uint16_t source_port, destination_port;
    uint32_t via;
    uint32_t ipv6;
};

/* The reason for the end of a stream. */
enum cap_end {
    CAP_END_NOT = 0,
    CAP_END_CLOSED,  /* by its sender */
    CAP_END_LOST,    /* the following octets were not captured */
    CAP_END_CUT,     /* the snaplen cut them off */
    CAP_END_LIMIT,   /* of memory */
    CAP_END_CAPTURE, /* the capture ends, or the flow's port is used by another connection */
    CAP_END_FRAGMENTS
};

enum cap_state {
    CAP_SEEKING, /* no message in this stream so far */
    CAP_READING, /* the reader takes the stream's octets */
    CAP_PASSING  /* TLS: nothing is examined */
};

enum { CAP_HISTORY = 16 * 1024 }; /* octets kept to be compared with a retransmission */

/* One direction of a TCP connection. Its octets are counted from the first one captured. */
struct cap_flow {
    struct cap_key key;
    struct cap_flow *chain;         /* in the table */
    struct cap_flow *newer, *older; /* by the last packet */
    struct cap_flow *next_due;      /* of those to be drained */
    bool due, listed;               /* is among those, and in the table */
    uint32_t first;                 /* the sequence number of octet 0 */
    uint64_t fed;                   /* octets that have been examined */
    uint64_t floor;                 /* octets from here to fed are kept in pieces */
    uint64_t acked;                 /* the other direction has acknowledged octets up to here */
    uint64_t fin;                   /* the end by FIN, or UINT64_MAX */
    bool closing;                   /* nothing follows the captured octets, */
    enum cap_end why;               /* for this reason */
    bool over;                      /* closed by its sender: later octets are retransmissions */
    struct cap_pieces pieces;

    enum cap_state state;
    bool at_start;                    /* hold begins where the stream does */
    uint8_t hold[RELOAD_HEADER_SIZE]; /* seeking: what may become a header */
    size_t hold_len, hold_given;
    reload_reader *reader; /* NULL while no octets wait in it */
    uint64_t reader_base;  /* the place where its input begins */
    uint64_t taken;        /* octets before are in items */
    struct cap_stamp last; /* the last packet of those that hold the stream's octets before taken */
    enum cap_end end;      /* of the reader's input */
    bool faulty;           /* the reader found a fault in this stream */
    bool found;            /* a message */
    uint64_t charged;      /* memory that is counted for it */
    int64_t hole_since;    /* in seconds: octets are missing since then; 0: none are */
    uint64_t hole_number;  /* of a packet with the message before them, or 0 */
    struct cap_flow *next_hole, *prev_hole; /* of those with such a message */
};

/* Flows with missing octets after the beginning of a message. */
struct cap_holes {
    struct cap_flow *first, *last;
    uint64_t least; /* of their hole_numbers; 0: not known */
};

struct cap_set;

/* Fragments of datagrams. */
struct cap_sets {
    struct cap_set **table;
    size_t size, count;
    struct cap_set *oldest, *newest;
    uint64_t memory;
};

/* Items that wait, in a heap by the packets in which they end. */
struct cap_order {
    struct cap_kept **heap;
    size_t count, cap;
    uint64_t sequence;
    struct cap_kept *passed; /* the current item */
};

/* The place at which a message was last found. */
struct cap_occurrence {
    uint64_t hash; /* of its octets and addresses */
    uint64_t number;
    int64_t time;
    uint32_t via, id;
};

/* The texts of an interface, in the list of those in all files. */
struct cap_texts {
    struct cap_texts *next;
    struct capture_interface texts;
};

struct cap_file; /* pcap.c */

enum { CAP_READERS = 8, CAP_MAX_WARNINGS = 8, CAP_OCCURRENCES = 1024 };

struct capture {
    struct capture_options options;
    capture_warn *warn;
    void *warn_arg;
    struct capture_counts counts;
    uint64_t secret[2]; /* of hashes, so that a sender cannot make them equal */
    uint64_t number;    /* of packets */
    struct cap_file *file;
    bool finishing;
    struct cap_packet packet; /* read but not yet examined, if pending */
    bool pending;
    int64_t now; /* when the last packet was captured, in seconds */

    struct cap_flow **table;
    size_t table_size, flow_count;
    struct cap_flow *oldest, *newest;
    struct cap_flow *due, *due_last;     /* flows to be drained, in order */
    uint64_t memory;                     /* of flows, with their readers, and of kept items */
    reload_reader *readers[CAP_READERS]; /* small ones that no flow uses */
    size_t reader_count;

    struct cap_holes holes;
    struct cap_order kept;
    struct cap_sets sets;
    uint8_t *assembled; /* a datagram from fragments */
    struct cap_part *parts;
    size_t part_cap;

    struct cap_payload datagram; /* the one that is read; octets NULL: none */
    reload_value datagram_source, datagram_destination;
    size_t datagram_pos;
    reload_reader *datagram_reader;

    struct capture_item item;
    struct cap_stamp completed; /* the packet that completes the item */
    struct cap_stamp *stamps;   /* of the item */
    size_t stamp_count, stamp_cap;
    uint64_t *frames, *numbers;
    struct cap_occurrence occurrences[CAP_OCCURRENCES]; /* by their hashes */
    struct cap_texts *texts;
    size_t text_count;
    struct cap_stamp begun, latest; /* the first packet of the file, and the latest of all */
    bool begins;                    /* the file's first packet comes */
    unsigned extras;                /* of the files read */
    int link;                       /* of the last file; -1: none */
};

/* ---- capture.c ---- */

/* A hash that depends on the capture's secret. */
uint64_t cap_hash(const struct capture *c, const void *octets, size_t len);
uint64_t cap_random(const struct capture *c);
/* Counts a packet by name. */
void cap_count_other(struct capture *c, const char *name);
/* Warns of a packet, a few times for each kind. */
void cap_warn_frame(struct capture *c, uint64_t times, const struct cap_stamp *stamp,
                    const char *words);
/* Completes the item with what the reader returned: then its stamps are added, and it is finished.
 */
void cap_item_begin(struct capture *c, const reload_item *item);
reload_err cap_item_add(struct capture *c, const struct cap_stamp *stamp);
/* Records a packet that was required to read the item, even if it holds none of the item's octets.
 */
void cap_item_needs(struct capture *c, const struct cap_stamp *stamp);
/* Whether an item is a message with as many octets as its Length says. */
bool cap_is_whole(const reload_item *item);
/* end: of the stream, if the item ends with it. via, id: of its packet; id 0: unknown. */
void cap_item_finish(struct capture *c, enum cap_end end, uint32_t via, uint32_t id);
/* Gives a packet its number, and passes it on. */
void cap_take(struct capture *c, struct capture_packet *packet);
/* Sets an address of RELOAD_KIND_IP_PORT. */
void cap_address(reload_value *value, bool ipv6, const uint8_t *address, uint16_t port);

/* ---- The steps ---- */

/* pcap.c */
reload_err cap_file_open(struct capture *c, reload_source source, void *arg, reload_diag *diag);
/* The next packet that passes the filter, without its file. *more: whether there was one. */
reload_err cap_file_next(struct capture *c, struct cap_packet *packet, bool *more,
                         reload_diag *diag);
void cap_file_close(struct cap_file **file);
/* watch.c */
void cap_texts_free(struct capture *c);

/* ip.c: all that follows may make the datagram or due flows. RELOAD_ERR_MEMORY. */
reload_err cap_ip_read(struct capture *c, const struct cap_packet *packet);
/* Handles an IP payload, after its fragments were put together. */
reload_err cap_ip_payload(struct capture *c, struct cap_payload *payload);

/* fragments.c */
struct cap_fragment {
    uint32_t id;
    size_t offset;
    bool more; /* it is not the last */
};
reload_err cap_fragment_add(struct capture *c, const struct cap_payload *payload,
                            const struct cap_fragment *fragment);
/* Whether the oldest datagram is too old for another fragment, whose ID may then be used again. */
bool cap_fragments_expired(const struct capture *c, int64_t now);
/* Ends the oldest datagram, if any, and reads the captured part of it. */
reload_err cap_fragments_end_oldest(struct capture *c);
/* The number of the first packet of the oldest datagram; UINT64_MAX: there is none. */
uint64_t cap_fragments_first(const struct capture *c);
void cap_fragments_free(struct capture *c);
void cap_fragments_pending(const struct capture *c, capture_number *take, void *arg);

/* udp.c */
reload_err cap_udp_read(struct capture *c, const struct cap_payload *payload);
/* The next item of the datagram; false: none is left. */
reload_err cap_datagram_next(struct capture *c, bool *found);

/* tcp.c */
reload_err cap_tcp_read(struct capture *c, const struct cap_payload *payload);

/* flows.c */
struct cap_flow *cap_flow_find(const struct capture *c, const struct cap_key *key);
/* A new flow, the newest; NULL without memory. */
struct cap_flow *cap_flow_add(struct capture *c, const struct cap_key *key, uint32_t first);
void cap_flow_touch(struct capture *c, struct cap_flow *flow);
/* Asks for the flow to be drained. */
void cap_flow_due(struct capture *c, struct cap_flow *flow);
/* Ends a flow: it leaves the table, and is freed once it is drained. */
void cap_flow_close(struct capture *c, struct cap_flow *flow, enum cap_end why);
void cap_flows_free(struct capture *c);
void cap_flows_pending(const struct capture *c, capture_number *take, void *arg);

/* drain.c */
/* The next item of the flows that are due; false: none is left. */
reload_err cap_flows_next(struct capture *c, bool *found);

/* twice.c: counts the current item, a message, if its packet was captured before. */
void cap_count_twice(struct capture *c, uint32_t via, uint32_t id);

/* order.c */
/* Records that octets of a flow are missing after the beginning of a message, which has octets in
 * the packet with this number; 0: no message has begun. */
void cap_hole_open(struct capture *c, struct cap_flow *flow, uint64_t number);
void cap_hole_close(struct capture *c, struct cap_flow *flow);
/* Asks for flows with such octets to be drained: it may be too late for these. */
void cap_holes_due(struct capture *c);
/* Whether the current item can be passed on at once, since no item to come is earlier. */
bool cap_order_is_next(struct capture *c);
/* Keeps a copy of the current item until it is the next one. RELOAD_ERR_MEMORY. */
reload_err cap_order_keep(struct capture *c);
/* Whether the waiting items and flows take too much memory, so that kept items can wait no longer.
 */
bool cap_order_is_full(const struct capture *c);
/* Makes the next kept item the current one. Returns false if none can be passed on. */
bool cap_order_next(struct capture *c);
void cap_order_pending(const struct capture *c, capture_number *take, void *arg);
void cap_order_free(struct capture *c);

#endif
