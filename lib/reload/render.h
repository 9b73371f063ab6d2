/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages as JSON and as text. */
#ifndef RELOAD_RENDER_H
#define RELOAD_RENDER_H

#include <reload/json.h>
#include <reload/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The place and time of a message's capture from a network. */
typedef struct reload_capture {
    const uint64_t *frames; /* the numbers of the packets that hold its octets, ascending */
    size_t frame_count;
    int64_t seconds;   /* since the epoch: capture time of the packet that completes the message */
    uint32_t fraction; /* of the second, in nanoseconds */
    unsigned digits;   /* digits of the fraction in the file, 0 to 9 */
    reload_value source; /* addresses and ports: of RELOAD_KIND_IP_PORT */
    reload_value destination;
    const char *transport; /* "UDP" or "TCP" */
    bool incomplete;       /* captured only in part */
} reload_capture;

/* The place of a message in the input. Zero-initialise it and set size: without size, the functions
 * below return RELOAD_ERR_ARGUMENT. */
typedef struct reload_origin {
    size_t size;      /* sizeof(reload_origin): later versions may add members */
    const char *file; /* need not be UTF-8 */
    uint64_t offset;
    uint64_t index;                /* of the message in the run, from 1 */
    reload_time captured;          /* or RELOAD_NO_TIME */
    const reload_capture *capture; /* NULL: not from a capture */
} reload_origin;

/* Describes a message's place: "offset 12", or if it was captured "frames 3-5,
 * 2007-07-08T12:00:00.123456Z, UDP 10.4.1.2:5060 > 10.4.1.3:5060, offset 0". */
enum { RELOAD_PLACE_SIZE = 384 };
const char *reload_place_text(const reload_origin *origin, char text[RELOAD_PLACE_SIZE]);

enum {
    RELOAD_COLOUR = 2
}; /* text with ANSI colours; RELOAD_PRETTY and RELOAD_ASCII are for JSON */

/* ---- JSON ---- */

/* Writes a message as a JSON object, without a newline. origin becomes "meta", unless it is NULL.
 */
reload_err reload_json_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg);
/* Writes octets that are not a message: {"garbage": …}. error: the fault. */
reload_err reload_json_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg);
/* Writes a message's capture as members of an open object, from frames to transport. origin must
 * have a capture. */
void reload_json_capture(reload_json_writer *w, const reload_origin *origin);
/* Writes a header field's value as reload_json_write does: true or false, a name or a number, or
 * hex digits. */
void reload_json_field(reload_json_writer *w, const reload_msg *msg, reload_field field);
/* Reads a message or garbage from a JSON object, and appends its octets. RELOAD_ERR_SYNTAX: a fault
 * of syntax or a duplicate key, with its line and column in diag; RELOAD_ERR_VALUE,
 * RELOAD_ERR_TOO_LONG: with a JSON Pointer. On failure out is unchanged. */
reload_err reload_json_read(const char *text, size_t len, reload_buf *out, reload_diag *diag);
/* Reads an attribute from a JSON object, and appends its octets with the padding. */
reload_err reload_json_read_attr(const char *text, size_t len, reload_buf *out, reload_diag *diag);

/* ---- Text for people ---- */

/* Writes a message as a tree. */
reload_err reload_text_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg);
/* The text of certificates that was written before, so that those that recur are read once. It has
 * at most 64 certificates, and is for one thread at a time. */
typedef struct reload_text_cache reload_text_cache;
/* Makes an empty cache; NULL if memory runs out. */
reload_text_cache *reload_text_cache_new(void);
/* Frees the cache, and sets the pointer to NULL. */
void reload_text_cache_free(reload_text_cache **cache);
/* Writes a message as reload_text_write does. cache: of the messages before, or NULL. */
reload_err reload_text_write_cached(reload_text_cache *cache, const reload_msg *msg,
                                    const reload_origin *origin, unsigned flags, reload_sink sink,
                                    void *arg);
/* Writes a message as one line, newline included. */
reload_err reload_line_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg);
/* Write octets that are not a message as a tree or as one line. error: the fault. */
reload_err reload_text_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg);
reload_err reload_line_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg);

#ifdef __cplusplus
}
#endif

#endif
