/* Renderings of messages: JSON and text. */
#ifndef RELOAD_RENDER_H
#define RELOAD_RENDER_H

#include <reload/json.h>
#include <reload/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- JSON and text ---- */

/* Where a message was found; part of a rendering where given. */
typedef struct reload_origin {
    const char *file; /* UTF-8 or not; escaped as needed */
    uint64_t offset;
    uint64_t index;   /* of the message in the run, from 1 */
    int64_t captured; /* when, in microseconds since the epoch; RELOAD_NO_TIME: not known */
} reload_origin;

/* With RELOAD_PRETTY and RELOAD_ASCII, which are for JSON. */
enum { RELOAD_COLOUR = 2 }; /* text with ANSI colours */

/* Writes the message's JSON rendering, an object without a final newline. origin becomes "meta";
 * NULL: no "meta". */
reload_err reload_json_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg);
/* Writes octets that belong to no message: {"garbage": …}. error says why. */
reload_err reload_json_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg);
/* Writes a header field as in that rendering: true or false, a name or number, or hex digits. */
void reload_json_field(reload_json_writer *w, const reload_msg *msg, reload_field field);
/* Appends the octets that one JSON object stands for (a message, or garbage) to out.
 * RELOAD_ERR_SYNTAX: bad syntax or a duplicate key, with line and column (of text) in diag;
 * RELOAD_ERR_VALUE, RELOAD_ERR_TOO_LONG: with a JSON Pointer. On failure out is as it was. */
reload_err reload_json_read(const char *text, size_t len, reload_buf *out, reload_diag *diag);
/* Appends one attribute, given as json.md's object for it, padding included. */
reload_err reload_json_read_attr(const char *text, size_t len, reload_buf *out, reload_diag *diag);

/* Writes the message as a tree for people. */
reload_err reload_text_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg);
/* Writes the message as one line, newline included. */
reload_err reload_line_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg);
/* Writes octets that belong to no message: as a short dump, or with line as one line. */
reload_err reload_text_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, bool line, unsigned flags,
                                     reload_sink sink, void *arg);
/* Writes the message as a hex dump with each field's name and value beside its octets, those of a
 * message inside it too, and marks the octets that each signature covers (D1, D2, D8). */
reload_err reload_annotated_write(const reload_msg *msg, const reload_origin *origin,
                                  unsigned flags, reload_sink sink, void *arg);
/* Writes octets that belong to no message as a hex dump. */
reload_err reload_annotated_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                          const reload_origin *origin, unsigned flags,
                                          reload_sink sink, void *arg);
/* One of the two that are compared: a message, or octets that belong to none, or nothing (msg and
 * octets NULL). */
typedef struct reload_diff_side {
    const reload_msg *msg;
    const uint8_t *octets; /* where msg is NULL */
    size_t len;
    const reload_origin *origin; /* NULL: not named in what is written */
} reload_diff_side;

/* Compares two messages, and writes for each field that differs a line "@ JSON Pointer  name", one
 * with the old value behind
 * "-" and one with the new behind "+"; nothing where the octets are the same. Two messages of which
 * an octet differs never come out the same. sink NULL: only *differ is wanted. Time and memory are
 * bounded by a multiple of the messages' size. */
reload_err reload_diff_write(const reload_diff_side *a, const reload_diff_side *b, unsigned flags,
                             reload_sink sink, void *arg, bool *differ);

#ifdef __cplusplus
}
#endif

#endif
