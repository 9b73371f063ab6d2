/* SPDX-License-Identifier: BSD-2-Clause */
/* From an input's octets to messages, in independent steps: hex text to octets, JSON text to single
 * values, octets to messages and garbage. reader.c combines them. */
#ifndef RL_STREAM_STREAM_H
#define RL_STREAM_STREAM_H

#include "json/json.h"
#include "wire/wire.h"

#include <reload/stream.h>

enum {
    RL_CHUNK = 64 * 1024,                                  /* octets asked for at once */
    RL_MAX_PIECE = RELOAD_HEADER_SIZE + RELOAD_MAX_LENGTH, /* of garbage in one item */
    RL_MAX_REWIND = 1 << 20, /* octets of a broken JSON value in which the next one is searched */
    RL_MAX_NESTING = 256     /* of JSON; more than 16 attributes in each of 5 messages need */
};

/* U+FEFF in UTF-8, which some programs write before text; cat leaves it between texts. */
extern const uint8_t rl_byte_order_mark[3];
enum { RL_RECORD_SEPARATOR = 0x1e }; /* RFC 7464: before each JSON text */

/* ---- Framing: octets to messages and garbage ---- */

/* Like reload_source; where, if not NULL, gets each octet's position in the input. */
typedef ptrdiff_t (*rl_pull)(void *arg, uint8_t *octets, size_t size, uint64_t *where);

typedef struct rl_framer {
    rl_pull pull;
    void *arg;
    uint8_t *octets;
    uint64_t *where; /* as many as octets, where mapped */
    size_t cap;
    size_t start;  /* of the octets not yet returned */
    size_t avail;  /* number of octets from start */
    size_t given;  /* octets of the last item, dropped by the next call */
    uint64_t base; /* position of octets[start] in the input if not mapped */
    bool mapped;
    bool ended;
    bool incomplete_dropped; /* set by the source: drop an incomplete last item */
    bool dropped;            /* an incomplete last item was dropped, */
    uint64_t dropped_at;     /* at this position in the input */
} rl_framer;

/* Begins a new stream. Reuses memory. */
void rl_framer_open(rl_framer *f, rl_pull pull, void *arg, bool mapped);
void rl_framer_free(rl_framer *f);
/* The next MESSAGE, GARBAGE or END. */
reload_err rl_framer_next(rl_framer *f, reload_item *item);

/* ---- Hex text ---- */

typedef struct rl_hextext {
    reload_source source;
    void *arg;
    uint8_t text[4096];
    size_t pos, len;
    uint64_t offset; /* of text[pos] in the input */
    int high;        /* an octet's first digit, if its second has not been read; else -1 */
    uint64_t high_at;
    bool line_blank; /* no digit on this line so far */
    bool begun;      /* a digit in this block so far */
    bool ended;      /* of the input */
    bool bad;        /* diag says why this block ended */
    bool skip;       /* the rest of the block is to be skipped */
    reload_diag diag;
} rl_hextext;

void rl_hextext_open(rl_hextext *h, reload_source source, void *arg);
/* An rl_pull: the octets of a block of lines; 0 at its end, which is a blank line, an error or the
 * end of the input. After an error, a line that begins with a token also begins a block. */
ptrdiff_t rl_hextext_pull(void *arg, uint8_t *octets, size_t size, uint64_t *where);
/* Begins the next block; after an error, skips the rest of the last one. 1, 0 if there is none, -1
 * on failure. */
int rl_hextext_next(rl_hextext *h);

/* ---- JSON text ---- */

typedef struct rl_jsontext {
    reload_source source;
    void *arg;
    char *text;
    size_t cap;
    size_t start;          /* of the text still needed */
    size_t pos;            /* of the next octet */
    size_t len;            /* end of the text */
    uint64_t base;         /* position of text[0] in the input */
    unsigned line, column; /* of text[pos], in characters */
    bool in_array;         /* inside the array around all values, */
    bool after_value;      /* where a comma or the array's end is expected, */
    bool after_comma;      /* or where a value is expected */
    unsigned resume; /* after a broken value: the next begins at or before this column; else 0 */
    bool resting;    /* the rest of a value that is too long follows */
    bool ended;
    uint64_t rewound; /* octets that were scanned again */
    size_t depth;     /* of the value so far */
    char before;      /* the last character except white space and strings */
    bool in_string;
    bool escaped;
    uint8_t nesting[RL_MAX_NESTING]; /* '{' or '[' */
} rl_jsontext;

/* One JSON value. */
typedef struct rl_slice {
    bool there; /* false: no more */
    uint64_t offset;
    unsigned line, column;
    const char *broken;                  /* NULL, or why this is not a value */
    unsigned broken_line, broken_column; /* position of the fault */
    bool too_long;                       /* broken for this reason */
} rl_slice;

void rl_jsontext_open(rl_jsontext *j, reload_source source, void *arg);
void rl_jsontext_free(rl_jsontext *j);
/* Counts the line and column of an octet that the caller has skipped. */
void rl_jsontext_count(rl_jsontext *j, char c);
/* The next value of NDJSON, concatenated values, a text sequence (RFC 7464) or one array. Its text
 * goes to feed, with octets for what it encodes. After text that is not JSON it continues with the
 * next line that begins a value. */
reload_err rl_jsontext_next(rl_jsontext *j, rl_slice *slice, rl_json_feed *feed,
                            reload_buf *octets);

#endif
