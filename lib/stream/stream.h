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

/* Like reload_source. If where is not NULL, it receives each octet's position in the input. */
typedef ptrdiff_t (*rl_pull)(void *arg, uint8_t *octets, size_t size, uint64_t *where);

/* The framed messages, found for all headers in one pass (frames.c). */
typedef struct rl_frames {
    uint32_t *ring;        /* the chain of headers whose attributes come to each place */
    struct rl_node *nodes; /* the headers in order; element 0 is unused */
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
    uint64_t steps;       /* and attributes that searches have stepped over */
    struct {
        size_t sought;    /* in garbage: where to look for a header */
        bool searching;   /* the message at start is known not to be framed, */
        bool spent;       /* and its search has no steps left, */
        size_t search_at; /* or goes on here */
        size_t walk; /* the next attribute of the message that is_framed looks at; 0: the first */
    } resume;        /* state of the next item's search, if the source had no octets; else zeros */
    bool incomplete_dropped;  /* set by the source: drop an incomplete last item */
    bool dropped;             /* an incomplete last item was dropped, */
    uint64_t dropped_at;      /* at this position in the input */
    const char *dropped_dump; /* the notation of the dump that it was, or NULL */
    rl_frames frames;         /* last: opening clears what is before it */
} rl_framer;

/* Begins a new stream. Reuses memory, and keeps max_message. */
void rl_framer_open(rl_framer *f, rl_pull pull, void *arg, bool mapped);
void rl_framer_free(rl_framer *f);
/* The octets that it has allocated. */
size_t rl_framer_memory(const rl_framer *f);
/* The next MESSAGE, GARBAGE or END. */
reload_err rl_framer_next(rl_framer *f, reload_item *item);
/* Makes an item of that kind without octets, place and fault. */
void rl_item_clear(reload_item *item, reload_item_kind kind);
/* Says which dump was read as hex digits. Returns false if notation is NULL. */
bool rl_framer_name_dump(const char *notation, reload_diag *diag);

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
void rl_frames_reset(rl_frames *frames);
void rl_frames_free(rl_frames *frames);
size_t rl_frames_memory(const rl_frames *frames);

/* ---- Other content ---- */

/* Names the content of an input's octets that are not messages of its form, in diag's text, with a
 * remedy. starts: they begin the input. Returns false, with the text as it was, if the content is
 * unknown. */
bool rl_name_content(const uint8_t *octets, size_t len, reload_form form, bool starts,
                     reload_diag *diag);

/* ---- Characters of a text ---- */

/* A place in a text. */
typedef struct rl_place {
    uint64_t offset;
    unsigned line, column; /* from 1 */
} rl_place;

typedef struct rl_chars {
    reload_source source;
    void *arg;
    uint8_t text[8192]; /* more than a line of a dump */
    size_t pos, len;
    uint64_t offset;  /* of text[pos] in the input, */
    uint64_t line_at; /* and of its line */
    unsigned line;
    bool ended; /* of the input */
} rl_chars;

void rl_chars_open(rl_chars *c, reload_source source, void *arg);
/* Makes text[pos + ahead] available: 1, 0 at the end or if text is full, -1 on failure. Those
 * before it are available. */
int rl_chars_ahead(rl_chars *c, size_t ahead);
/* Takes text[pos], which is available. */
uint8_t rl_chars_take(rl_chars *c);
/* Counts a character that is not in text. */
void rl_chars_count(rl_chars *c, uint8_t character);
/* The place of text[pos + ahead], on the line of text[pos]. */
rl_place rl_chars_place(const rl_chars *c, size_t ahead);

/* ---- Hex text ---- */

enum {
    RL_MAX_LAYOUT = 4096,    /* characters that show how hex text is laid out */
    RL_MAX_DUMP_LINE = 2048, /* characters of a dump's line */
    RL_MAX_ROW = 1024,       /* octets of a dump's line */
    RL_MIN_OFFSET_DIGITS = 4,
    RL_MAX_OFFSET_DIGITS = 16
};

/* How hex text is laid out. */
typedef enum rl_layout {
    RL_LAYOUT_MORE = 0, /* more characters are needed to decide */
    RL_LAYOUT_NONE,     /* not hex text */
    RL_LAYOUT_DIGITS,   /* digits, white space, ":", "," and "0x" */
    RL_LAYOUT_ARRAY,    /* C: octets in braces after a declaration */
    RL_LAYOUT_DUMP,     /* lines with an offset: xxd, hexdump -C, od */
    RL_LAYOUT_PACKETS,  /* dumps between lines of text: tcpdump -x, -X */
    RL_LAYOUT_BASE64    /* never detected */
} rl_layout;

/* The layout of text that does not begin with white space. all: no more text follows. The first
 * RL_MAX_LAYOUT characters always decide. */
rl_layout rl_layout_of(const uint8_t *text, size_t len, bool all);

typedef enum rl_line_kind {
    RL_LINE_OTHER = 0,
    RL_LINE_BLANK,
    RL_LINE_REPEAT, /* "*" */
    RL_LINE_OFFSET  /* an offset, and octets if any */
} rl_line_kind;

/* A line of a dump. */
typedef struct rl_dump_line {
    rl_line_kind kind;
    bool prefixed;         /* the offset begins with 0x, */
    bool colon;            /* and ends with a colon */
    size_t at;             /* where the line's first character is that is not white space */
    const uint8_t *offset; /* the digits of the offset, in the line */
    size_t digits;
    size_t count;
    uint8_t octets[RL_MAX_ROW];
    uint16_t columns[RL_MAX_ROW]; /* where in the line each octet's digits are */
} rl_dump_line;

/* Reads a line of at most RL_MAX_DUMP_LINE characters. */
void rl_dump_line_read(rl_dump_line *l, const uint8_t *line, size_t len);
/* Reads a number of at most RL_MAX_OFFSET_DIGITS digits. Returns false if it is not one. */
bool rl_dump_number(const uint8_t *digits, size_t len, unsigned base, uint64_t *value);

typedef struct rl_dump {
    rl_dump_line line; /* the last line with octets, */
    uint64_t line_at;  /* its place in the input, */
    size_t pos;        /* and its octets that have been returned */
    bool begun;        /* the first line has been read */
    unsigned misfits;  /* bases in which an offset does not count the octets */
    uint64_t count;    /* of octets up to the next line */
    bool star;         /* "*" has been read, */
    uint64_t star_at;  /* at this place */
    uint64_t repeat;   /* octets of line to return again */
    uint64_t repeated; /* such octets of the whole input */
} rl_dump;

typedef struct rl_hextext {
    rl_chars chars;
    rl_layout layout; /* of this block; RL_LAYOUT_MORE: not decided yet */
    bool first;       /* this is the first block */
    int high;         /* an octet's first digit, if its second has not been read; else -1 */
    rl_place high_at;
    unsigned digits;                 /* of the number that is being read, and */
    bool prefixed;                   /* whether 0x comes before them */
    bool separable;                  /* an octet has been read since the last ":" or "," */
    bool line_blank;                 /* no digit on this line so far */
    bool begun;                      /* a digit in this block so far */
    bool in_braces;                  /* the layout is an array whose brace is open, */
    bool closed;                     /* or has been closed */
    unsigned bits, sextets, padding; /* of base64: bits not returned, and the group's characters */
    rl_dump dump;
    bool over; /* the block has ended, */
    bool bad;  /* with an error, which diag describes */
    bool skip; /* the rest of the block is to be skipped */
    reload_diag diag;
} rl_hextext;

/* layout: RL_LAYOUT_MORE, or RL_LAYOUT_BASE64. */
void rl_hextext_open(rl_hextext *h, rl_layout layout, reload_source source, void *arg);
/* Decides the layout of the block: 1, 0 if there is none, -1 on failure. */
int rl_hextext_decide(rl_hextext *h);
/* An rl_pull: the octets of a block of lines; 0 at its end. A blank line, an error, a brace, the
 * end of a dump or of the input ends a block. After an error, a line that begins with a token or a
 * dump also begins a block. */
ptrdiff_t rl_hextext_pull(void *arg, uint8_t *octets, size_t size, uint64_t *where);
/* Begins the next block; after an error, skips the rest of the last one. 1, 0 if there is none, -1
 * on failure. */
int rl_hextext_next(rl_hextext *h);

/* For the files of hex text. */
/* Ends the block with an error. Returns 0. */
int rl_hextext_fail(rl_hextext *h, rl_place at, const char *text);
/* Skips a byte order mark. 1, 0 if there is none, or -1 on failure. */
int rl_hextext_skip_mark(rl_hextext *h);
/* Whether c is white space. */
bool rl_hextext_is_blank(uint8_t c);
/* Whether text begins with the digits of a token. */
bool rl_begins_token(const uint8_t *text, size_t len);
/* The octets of a block in each layout. */
ptrdiff_t rl_digits_pull(rl_hextext *h, uint8_t *octets, size_t size, uint64_t *where);
ptrdiff_t rl_base64_pull(rl_hextext *h, uint8_t *octets, size_t size, uint64_t *where);
ptrdiff_t rl_dump_pull(rl_hextext *h, uint8_t *octets, size_t size, uint64_t *where);
/* Begins a dump, in the same input. */
void rl_dump_open(rl_dump *d);

/* ---- Datagrams ---- */

typedef struct rl_datagram {
    uint8_t head[60 + 8]; /* the longest IP and UDP headers */
    uint64_t where[60 + 8];
    size_t len, pos;
    bool begun;
    uint64_t left; /* octets of the payload */
} rl_datagram;

void rl_datagram_open(rl_datagram *d);
/* Pulls the octets of a datagram, IP and UDP headers removed if it has them. */
ptrdiff_t rl_datagram_pull(rl_datagram *d, rl_pull pull, void *arg, uint8_t *octets, size_t size,
                           uint64_t *where);

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
    unsigned
        resume;   /* after a broken value: the next value begins at or before this column; else 0 */
    bool resting; /* the rest of a value that is too long follows */
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
/* Whether c is white space of JSON (RFC 8259 section 2). */
bool rl_jsontext_is_blank(char c);
/* The next value of NDJSON, concatenated values, a text sequence (RFC 7464) or one array. Its text
 * goes to feed, with octets for what it encodes. After text that is not JSON it continues with the
 * next line that begins a value. */
reload_err rl_jsontext_next(rl_jsontext *j, rl_slice *slice, rl_json_feed *feed,
                            reload_buf *octets);

#endif
