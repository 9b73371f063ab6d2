/* SPDX-License-Identifier: BSD-2-Clause */
/* A streaming JSON writer. */
#ifndef RELOAD_JSON_H
#define RELOAD_JSON_H

#include <reload/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    RELOAD_PRETTY = 1, /* on several lines, indented by 2 */
    RELOAD_ASCII = 4   /* escapes all but printable ASCII characters, for terminals */
};

enum { RELOAD_JSON_DEPTH = 256 }; /* levels of nesting; a message needs fewer than 200 */

/* Writes one JSON value to a sink, piece by piece, and allocates nothing:
 *
 *     reload_json_writer w;
 *     reload_json_writer_init(&w, RELOAD_PRETTY, sink, arg);
 *     reload_json_begin_object(&w);
 *     reload_json_key(&w, "ttl");
 *     reload_json_integer(&w, 32);
 *     reload_json_end_object(&w);
 *     err = reload_json_writer_finish(&w);
 *
 * The first error sticks, and nothing is written after it. RELOAD_ERR_WRITE: the sink failed.
 * RELOAD_ERR_ARGUMENT: a call that would make invalid JSON, such as a value without its key, a key
 * outside an object or a second value; or nesting beyond RELOAD_JSON_DEPTH. Duplicate keys are not
 * detected. */
typedef struct reload_json_writer {
    reload_err err; /* the first error; the caller may read it */
    /* the rest is private */
    reload_sink sink;
    void *arg;
    unsigned flags;
    unsigned depth;
    bool empty;                             /* the innermost object or array has no member */
    bool keyed;                             /* a key was written, and its value is due */
    bool done;                              /* the value is complete */
    uint8_t objects[RELOAD_JSON_DEPTH / 8]; /* a bit for each level: an object, not an array */
    size_t used;                            /* octets in pending */
    char pending[512];
} reload_json_writer;

/* Begins a value. flags: RELOAD_PRETTY, RELOAD_ASCII. */
void reload_json_writer_init(reload_json_writer *w, unsigned flags, reload_sink sink, void *arg);
/* Passes the last octets to the sink and returns the first error. RELOAD_ERR_ARGUMENT: the value is
 * not complete. No newline follows the value. */
reload_err reload_json_writer_finish(reload_json_writer *w);
/* Makes the writer fail with an error of the caller's, unless it has failed already. */
void reload_json_fail(reload_json_writer *w, reload_err err);

/* Begin and end an object or an array. They nest. */
void reload_json_begin_object(reload_json_writer *w);
void reload_json_end_object(reload_json_writer *w);
void reload_json_begin_array(reload_json_writer *w);
void reload_json_end_array(reload_json_writer *w);
/* Writes the key of an object's next value. */
void reload_json_key(reload_json_writer *w, const char *key);

/* Writes a string. Octets that are not UTF-8 become U+FFFD, one for each octet. NULL becomes
 * null. */
void reload_json_string(reload_json_writer *w, const char *text);
/* Writes len octets like reload_json_string. */
void reload_json_text(reload_json_writer *w, const uint8_t *octets, size_t len);
/* Writes octets as a string of hex digits. */
void reload_json_hex(reload_json_writer *w, const uint8_t *octets, size_t len);
/* Writes a number without a fraction. */
void reload_json_integer(reload_json_writer *w, int64_t value);
/* Writes a time or a span of time in seconds: an integer, or a number of at most 16 digits. */
void reload_json_seconds(reload_json_writer *w, reload_time time);
/* Write true, false or null. */
void reload_json_bool(reload_json_writer *w, bool value);
void reload_json_null(reload_json_writer *w);

#ifdef __cplusplus
}
#endif

#endif
