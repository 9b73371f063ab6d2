/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from an input: binary, JSON, hex text or base64.
 *
 * A reader takes octets from a source, a function of the caller's, and gives one item after
 * another: a message, garbage between messages, or text that cannot be read. It goes on after both,
 * in bounded memory. */
#ifndef RELOAD_STREAM_H
#define RELOAD_STREAM_H

#include <reload/base.h>
#include <reload/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Streams ---- */

/* The form of an input. RELOAD_FORM_AUTO detects it by the first octets. */
typedef enum reload_form {
    RELOAD_FORM_AUTO = 0,
    RELOAD_FORM_BINARY,
    RELOAD_FORM_JSON,
    RELOAD_FORM_HEX,
    RELOAD_FORM_BASE64 /* never detected */
} reload_form;

typedef enum reload_item_kind {
    RELOAD_ITEM_END = 0, /* end of the input */
    RELOAD_ITEM_MESSAGE, /* a header and as many octets as its Length, or fewer (D33) */
    RELOAD_ITEM_GARBAGE, /* octets up to the next message or the end, in parts of at most 16 MiB */
    RELOAD_ITEM_BAD      /* text with an error, described by diag */
} reload_item_kind;

/* Made by the library alone, and read by the caller; later versions may add members at its end. */
typedef struct reload_item {
    reload_item_kind kind;
    reload_form form;
    const uint8_t *octets; /* of MESSAGE and GARBAGE */
    size_t len;
    uint64_t offset;      /* of the item in the input, in octets of the input's own form */
    reload_time captured; /* JSON's meta.time in microseconds, or RELOAD_NO_TIME */
    /* The fault; its offset is a position in the input. Of a MESSAGE: RELOAD_OK, or the fault that
     * reload_item_parse passes to reload_msg_check. */
    reload_diag diag;
    /* The number of octets that the item occupies in the input, in the input's own form. Hex text
     * counts from its first digit to its last, JSON as the value that holds the item, and BAD
     * up to the fault. */
    uint64_t extent;
    /* JSON's meta.source and meta.destination, of RELOAD_KIND_IP_PORT if they are known, and
     * meta.transport, "UDP", "TCP" or NULL. */
    reload_value source, destination;
    const char *transport;
} reload_item;

/* How an input is read. Zero-initialise it and set size to sizeof(reload_reader_options). Members
 * that a caller's older struct lacks count as zero. */
typedef struct reload_reader_options {
    size_t size;
    reload_form form;
    uint32_t max_message; /* D33: a message with a larger Length is malformed; 0: no limit */
} reload_reader_options;

/* Reads messages from an input. Memory is bounded by the two longest messages. A message whose
 * Length is above max_message counts too. */
typedef struct reload_reader reload_reader;

/* Makes a reader without input, whose next item is END; NULL without memory. */
reload_reader *reload_reader_new(void);
/* Frees the reader and sets the pointer to NULL. */
void reload_reader_free(reload_reader **reader);
/* The memory that a reader holds, in octets, for callers with many readers: a reader keeps its
 * buffers from one input to the next. The memory of a JSON parser within a call is not counted. */
size_t reload_reader_memory(const reload_reader *reader);
/* Begins a new input. The source is called only if no whole item is buffered. */
void reload_reader_open(reload_reader *reader, reload_form form, reload_source source, void *arg);
/* Like reload_reader_open, with options. RELOAD_ERR_ARGUMENT: options has no size; the input is
 * then empty. */
reload_err reload_reader_open_with(reload_reader *reader, const reload_reader_options *options,
                                   reload_source source, void *arg);
/* The next item, which the reader owns. The item and its octets are valid until the next call with
 * the reader. On failure the item is END. After RELOAD_ERR_READ (the source failed) or
 * RELOAD_ERR_MEMORY this input cannot be read further, but another one can be opened.
 * RELOAD_ERR_WAITS: the source has no octets yet; a later call continues from there. */
reload_err reload_reader_next(reload_reader *reader, const reload_item **item);
/* Whether octets are a plausible header (D33): one that begins a message even in garbage. */
bool reload_header_is_plausible(const uint8_t header[RELOAD_HEADER_SIZE]);
/* Parses a MESSAGE like reload_msg_parse. The reader may know a fault that the octets alone do not
 * show (D33): the next message begins in this one, or this one is larger than max_message.
 * reload_msg_check then reports that fault. RELOAD_ERR_ARGUMENT: the item is not a MESSAGE. */
reload_err reload_item_parse(const reload_item *item, reload_msg *msg, reload_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
