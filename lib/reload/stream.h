/* Messages from an input: binary, JSON or hex text. */
#ifndef RELOAD_STREAM_H
#define RELOAD_STREAM_H

#include <reload/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Streams ---- */

/* The form of an input: one of these, or told by its first octets. */
typedef enum reload_form {
    RELOAD_FORM_AUTO = 0,
    RELOAD_FORM_BINARY,
    RELOAD_FORM_JSON,
    RELOAD_FORM_HEX
} reload_form;

typedef enum reload_item_kind {
    RELOAD_ITEM_END = 0, /* no more */
    RELOAD_ITEM_MESSAGE, /* a message: a header, and as many octets as its Length says, or fewer at
                            the end */
    RELOAD_ITEM_GARBAGE, /* octets up to the next message or the end; over 16 MiB they come in parts
                          */
    RELOAD_ITEM_BAD      /* a piece of JSON or hex text that makes no octets; diag says why */
} reload_item_kind;

typedef struct reload_item {
    reload_item_kind kind;
    reload_form form;
    const uint8_t *octets; /* of MESSAGE and GARBAGE; valid until the next call */
    size_t len;
    uint64_t offset;  /* in the input, in octets of the input's own form: where the item begins */
    int64_t captured; /* microseconds since the epoch, as JSON's meta.time says; RELOAD_NO_TIME: not
                         known */
    reload_diag diag; /* GARBAGE and BAD: what it is; its offset is the place in the input */
} reload_item;

/* Reads messages from an input, in memory bounded by its longest message. */
typedef struct reload_reader reload_reader;

/* A reader without input, whose next item is the end; NULL without memory. */
reload_reader *reload_reader_new(void);
/* Frees it and sets the pointer to NULL. */
void reload_reader_free(reload_reader **reader);
/* Begins a new input. The source is called for more octets only when no whole item is there. */
void reload_reader_open(reload_reader *reader, reload_form form, reload_source source, void *arg);
/* The next item. RELOAD_ERR_READ: the source failed; RELOAD_ERR_MEMORY. Then another input may be
 * opened, and this one not be read further. */
reload_err reload_reader_next(reload_reader *reader, reload_item *item);

#ifdef __cplusplus
}
#endif

#endif
