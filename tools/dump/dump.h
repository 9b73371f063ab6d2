/* SPDX-License-Identifier: BSD-2-Clause */
/* The forms of output that only reload-dump has. */
#ifndef RELOAD_DUMP_H
#define RELOAD_DUMP_H

#include <reload.h>

/* Writes a message as a hex dump, with the name and value of each field beside its octets, in inner
 * messages too. Marks the octets that each signature covers (D1, D2, D8). */
reload_err annotated_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                           reload_sink sink, void *arg);
/* Writes octets that are not a message as a hex dump. */
reload_err annotated_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                   const reload_origin *origin, unsigned flags, reload_sink sink,
                                   void *arg);

/* One side of a comparison: a message, or octets that are not one, or nothing (msg and octets
 * NULL). */
typedef struct diff_side {
    const reload_msg *msg;
    const uint8_t *octets; /* if msg is NULL */
    size_t len;
    const reload_origin *origin; /* NULL: not printed */
} diff_side;

/* Compares two sides. Writes for each field that differs a line "@ JSON Pointer  name", the old
 * value after "-" and the new value after "+"; writes nothing if the octets are equal. If an octet
 * differs, something is written. sink NULL: sets *differ only. Time and memory are bounded by a
 * multiple of the messages' size. */
reload_err diff_write(const diff_side *a, const diff_side *b, unsigned flags, reload_sink sink,
                      void *arg, bool *differ);

/* ---- Helpers of both ---- */

/* Whether an octet is not 0. */
static inline bool any_set(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return true;
    return false;
}

#endif
