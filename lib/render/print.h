/* What the renderings for people share: lines on their way to a sink, colours, and values in words.
 */
#ifndef RL_RENDER_PRINT_H
#define RL_RENDER_PRINT_H

#include "wire/wire.h"

#include <reload/render.h>

/* A rendering on its way to a sink, a line at a time. Zero-initialise what is not said. */
typedef struct rl_text {
    reload_sink sink;
    void *arg;
    unsigned flags;
    reload_buf line;
    size_t column;   /* where values begin */
    unsigned indent; /* of everything: a message inside a message stands further in */
    reload_err err;
} rl_text;

typedef enum rl_colour_name {
    RL_PLAIN,
    RL_NAME,
    RL_TITLE,
    RL_WARNING,
    RL_ADDED,
    RL_FAINT
} rl_colour_name;

/* Appends to the line: at most 191 octets at once. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void rl_say(rl_text *t, const char *format, ...);
/* Goes on in a colour, where the rendering has any. */
void rl_colour(rl_text *t, rl_colour_name c);
/* Words in a colour. */
void rl_say_in(rl_text *t, rl_colour_name c, const char *words);
/* Gives the line to the sink, and keeps the first error. */
void rl_end_line(rl_text *t);
/* Frees the line. Returns the first error. */
reload_err rl_finish(rl_text *t);

/* Untrusted text, escaped between quotes. */
void rl_say_quoted(rl_text *t, const uint8_t *octets, size_t len);
/* The first 32 octets, and how many there are where there are more. */
void rl_say_hex(rl_text *t, const uint8_t *octets, size_t len);
void rl_say_named(rl_text *t, reload_names set, uint32_t value);
void rl_say_value(rl_text *t, const reload_value *value);
/* A header field's value. */
void rl_say_field(rl_text *t, const reload_msg *msg, reload_field f);
/* "PEER-JOIN request, 124 octets" */
void rl_say_title(rl_text *t, const reload_msg *msg);
/* "put.bin, offset 0" */
void rl_say_place(rl_text *t, const reload_origin *origin);
/* "1: put.bin, offset 0: ", or nothing where origin is NULL. after: what stands behind the number.
 */
void rl_say_origin(rl_text *t, const reload_origin *origin, const char *after);
/* "! 5 octets of garbage: no RELOAD message begins here" */
void rl_say_garbage(rl_text *t, size_t len, const char *error);

/* An attribute's name, or its type in hex. */
const char *rl_name_of(const reload_attr *attr, char unknown[8]);
/* What a top-level attribute is that stands behind the SIGNATURE: ignored (D10), or a ROUTE-LOG,
 * which nobody vouches for (D27). */
void rl_say_behind(rl_text *t, const reload_msg *msg, size_t i);
/* Whether an attribute's value is a certificate. */
bool rl_is_cert(const reload_attr *attr);
/* Whether octets hold anything but zeros. */
bool rl_any_set(const uint8_t *octets, size_t len);

/* Begins a line with a name at a depth, and blanks up to the column of values where a value
 * follows. */
void rl_begin_line(rl_text *t, unsigned depth, const char *name, bool value);
/* A line with a remark. */
void rl_warn_line(rl_text *t, unsigned depth, const char *words);
/* A line with the number of octets that a truncated message lacks. */
void rl_warn_missing(rl_text *t, unsigned depth, const reload_msg *msg);
/* What a certificate says, a line each. */
void rl_cert_lines(rl_text *t, unsigned depth, const uint8_t *octets, size_t len);

#endif
