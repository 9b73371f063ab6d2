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

/* Which messages are framed, found for all headers in one pass (frames.c). */
typedef struct rl_frames {
    uint32_t *ring;        /* the chain of headers whose attributes come to each place */
    struct rl_node *nodes; /* the headers in their order; the first is not one */
    uint32_t *heap;        /* headers whose message's end the pass has not reached, by that end */
    size_t count, cap, waiting;
    uint64_t at;    /* where the pass is */
    bool ends[128]; /* places of the last 68 at which a message may end */
} rl_frames;

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
    bool anywhere;        /* D33: any header begins a message here, plausible or not */
    uint32_t max_message; /* D33: a larger Length makes a message malformed; 0: no limit */
    uint64_t framed;      /* one past the position of a message known to be framed; 0: none */
    uint64_t read;        /* D33: octets of the stream that messages have required so far, */
    uint64_t walked;      /* attributes stepped over in messages that are not framed */
    rl_frames frames;
    uint64_t steps;          /* and attributes that searches have stepped over */
    bool incomplete_dropped; /* set by the source: drop an incomplete last item */
    bool dropped;            /* an incomplete last item was dropped, */
    uint64_t dropped_at;     /* at this position in the input */
} rl_framer;

/* Begins a new stream. Reuses memory, and keeps max_message. */
void rl_framer_open(rl_framer *f, rl_pull pull, void *arg, bool mapped);
void rl_framer_free(rl_framer *f);
/* The next MESSAGE, GARBAGE or END. */
reload_err rl_framer_next(rl_framer *f, reload_item *item);

/* For the framer's own files. Places count from start. */
/* Reads until size octets are available or the stream ends. */
reload_err rl_framer_need(rl_framer *f, size_t size);
typedef enum rl_seek {
    RL_SEEK_FOUND, /* a plausible header is at the place */
    RL_SEEK_NONE,  /* none begins before the limit */
    RL_SEEK_ENDED  /* the stream ends before a header that begins before the limit could */
} rl_seek;
/* Looks for a plausible header (D33) that begins at or after *at and before limit. */
reload_err rl_framer_seek(rl_framer *f, size_t *at, size_t limit, rl_seek *found);
/* Finds where the message at start ends (D33's rules 2 to 5). *len: its octets; *cut: whether the
 * next message begins there before its Length is reached. */
reload_err rl_framer_end(rl_framer *f, size_t *len, bool *cut);
/* Whether the message at start, of size octets that have been read, is framed. The time for all
 * such questions in a stream is linear in its octets. RELOAD_ERR_MEMORY. */
reload_err rl_frames_ask(rl_framer *f, size_t size, bool *framed);
/* Empty, with the same memory. */
rl_frames rl_frames_reset(rl_frames frames);
void rl_frames_free(rl_frames *frames);

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
    uint64_t extent; /* of the value, or up to the fault */
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
