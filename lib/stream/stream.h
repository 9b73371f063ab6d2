/* From an input's octets to messages, in three steps that know nothing of each other: hex text to
 * octets, JSON text to single values, octets to messages and garbage. reader.c puts them together.
 */
#ifndef RL_STREAM_STREAM_H
#define RL_STREAM_STREAM_H

#include "wire/wire.h"

#include <reload/stream.h>

enum {
    RL_CHUNK = 64 * 1024,                                  /* octets asked for at once */
    RL_MAX_PIECE = RELOAD_HEADER_SIZE + RELOAD_MAX_LENGTH, /* of garbage in one item */
    RL_MAX_JSON = 1 << 30, /* octets of one JSON value: what 16 MiB of attributes become */
    RL_MAX_NESTING = 256   /* of JSON: 16 attributes in each of 5 messages, and room */
};

/* U+FEFF in UTF-8, which some programs put in front of text. */
extern const uint8_t rl_byte_order_mark[3];

/* ---- Framing: octets to messages and garbage (json.md, "Framing of a binary stream") ---- */

/* Gives octets as a reload_source does; where (NULL: not wanted) gets the place in the input that
 * each comes from. */
typedef ptrdiff_t (*rl_pull)(void *arg, uint8_t *octets, size_t size, uint64_t *where);

typedef struct rl_framer {
    rl_pull pull;
    void *arg;
    uint8_t *octets;
    uint64_t *where; /* as many as octets, where mapped */
    size_t cap;
    size_t start;  /* of what is not given out yet, in octets */
    size_t avail;  /* how many there are from start */
    size_t given;  /* octets of the last item, to be dropped by the next call */
    uint64_t base; /* the place of octets[start], where not mapped */
    bool mapped;
    bool ended;
    bool incomplete_dropped; /* a source may set this: an unfinished last item is not given out, */
    bool dropped;            /* was there one? */
    uint64_t dropped_at;     /* its place */
} rl_framer;

/* Begins a new stream; memory is kept from the last one. */
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
    int high;        /* a digit that waits for its second half, or -1 */
    uint64_t high_at;
    bool line_blank; /* no digit on this line so far */
    bool begun;      /* a digit in this block so far */
    bool ended;      /* of the input */
    bool bad;        /* diag says why this block ended */
    bool skip;       /* the rest of the block is to be stepped over */
    reload_diag diag;
} rl_hextext;

void rl_hextext_open(rl_hextext *h, reload_source source, void *arg);
/* An rl_pull: the octets of a block of lines; 0 at its end, be it a blank line, something bad or
 * the input's end. Behind something bad a line that begins with a token's digits begins a block,
 * too. */
ptrdiff_t rl_hextext_pull(void *arg, uint8_t *octets, size_t size, uint64_t *where);
/* Begins the next block; after a bad one, steps over the rest of it. 1, 0 where there is none, -1
 * on failure. */
int rl_hextext_next(rl_hextext *h);

/* ---- JSON text ---- */

typedef struct rl_jsontext {
    reload_source source;
    void *arg;
    char *text;
    size_t cap;
    size_t start;          /* of what is still wanted */
    size_t pos;            /* of the next octet to look at */
    size_t len;            /* behind the last octet */
    uint64_t base;         /* place of text[0] in the input */
    unsigned line, column; /* of text[pos], in characters */
    bool in_array;         /* inside the array around all values, */
    bool after_value;      /* where a comma or the array's end must come, */
    bool after_comma;      /* or where a value must */
    unsigned resume; /* behind a broken value: the column that the next one begins at, or before;
                        else 0 */
    bool ended;
    uint8_t nesting[RL_MAX_NESTING]; /* '{' or '[' */
} rl_jsontext;

/* One JSON value's text. */
typedef struct rl_slice {
    const char
        *text; /* valid until the next call, with what it is broken by at its end; NULL: no more */
    size_t len;
    uint64_t offset;
    unsigned line, column;
    const char *broken;                  /* NULL, or why this is no value */
    unsigned broken_line, broken_column; /* where that shows */
} rl_slice;

void rl_jsontext_open(rl_jsontext *j, reload_source source, void *arg);
void rl_jsontext_free(rl_jsontext *j);
/* The next value of NDJSON, concatenated values or one array. Behind text that is no JSON it goes
 * on with the next line that begins a value. */
reload_err rl_jsontext_next(rl_jsontext *j, rl_slice *slice);

#endif
