/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RELOAD_LADDER_INTERNAL_H
#define RELOAD_LADDER_INTERNAL_H

#include "ladder/ladder.h"

enum {
    ADDRESS_SIZE = 56,
    LABEL_SIZE = 128,
    MIN_PREFIX = 4, /* hex digits of an ID, at least */
    ID_DIGITS = 2 * RELOAD_ID_SIZE
};

/* An ID, which usually is a peer's. */
struct ladder_id {
    uint8_t id[RELOAD_ID_SIZE]; /* the first member: the tree compares it */
    size_t number;
    bool sends;                 /* a peer's: it sent a message */
    char address[ADDRESS_SIZE]; /* empty: unknown */
    bool address_is_own;        /* from a message that it sent itself */
    size_t prefix;              /* hex digits that distinguish it from all others */
    size_t alias;               /* of a Resource-ID: the peer that answered for it; else this ID */
    size_t lane;                /* column of the picture */
    size_t panel;               /* the last panel of text that has it, from 1, */
    size_t column;              /* and its column there */
};

#define LADDER_NONE SIZE_MAX

/* An address and port of captured packets. */
struct ladder_end {
    uint8_t key[20]; /* the first member: the tree compares it */
    size_t number;
    size_t sender; /* of ids: the first peer that sends from it, or LADDER_NONE; */
    size_t target; /* and the first ID to which an unanswered request goes there */
};

/* A message, or garbage. */
struct ladder_row {
    uint64_t index; /* of the message in the run */
    int64_t seconds;
    uint32_t nanoseconds;
    bool timed;
    bool garbage;
    bool response;
    size_t source, destination; /* the header's, of ids */
    size_t from, to;            /* where the arrow begins and ends, of ids */
    size_t end;                 /* where the packet goes, of ends, or LADDER_NONE */
    bool answered;              /* a request with a response */
    uint8_t transaction[RELOAD_TRANSACTION_SIZE];
    uint64_t request; /* a response's request: its number in the run; 0: none */
    uint32_t method;
    uint32_t code;     /* 0: none */
    const char *words; /* of the verdict; NULL: none */
    enum ladder_tone tone;
    char *note; /* readable text, escaped; may be NULL */
};

struct ladder {
    struct ladder_row *rows;
    size_t count, cap;
    uint64_t more;          /* rows that did not fit */
    struct ladder_id **ids; /* in the order in which messages have them */
    size_t id_count, id_cap;
    void *tree; /* of ids, by their octets (tsearch) */
    struct ladder_end **ends;
    size_t end_count, end_cap;
    void *end_tree; /* of ends, by their keys */
    size_t lanes;   /* columns of the picture */
};

/* The widest texts of a ladder, in characters. */
struct ladder_widths {
    size_t label, words; /* of messages */
    size_t head;         /* an ID's prefix or address */
    size_t note;         /* of garbage */
    size_t delta;        /* 0: no message has a time */
};

/* arrange.c: pairs responses with requests, gives each peer a lane, and finds the shortest prefixes
 * that distinguish IDs. RELOAD_ERR_MEMORY. */
reload_err ladder_arrange(struct ladder *ladder);
/* "RESOURCE-GET 6f3a", with the destination if it is not the peer that answers; "RESOURCE-GET 200
 * (to 3)". */
void ladder_label(const struct ladder *ladder, const struct ladder_row *row, char text[LABEL_SIZE]);
/* "+0.002134": the time since the row before; empty for the first, and without times. */
void ladder_delta(const struct ladder *ladder, const struct ladder_row *row, char text[24]);
struct ladder_widths ladder_measure(const struct ladder *ladder);
/* The digits that distinguish an ID from all others. */
void ladder_name(const struct ladder_id *id, char text[ID_DIGITS + 1]);

/* text.c, svg.c */
reload_err ladder_write_text(struct ladder *ladder, size_t width, bool utf8, unsigned flags,
                             reload_sink sink, void *arg);
reload_err ladder_write_svg(const struct ladder *ladder, reload_sink sink, void *arg);

static inline size_t ladder_greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

#endif
