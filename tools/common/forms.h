/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of output forms. */
#ifndef RELOAD_FORMS_H
#define RELOAD_FORMS_H

#include "common/arguments.h"

/* Writes a message. origin may be NULL. flags: RELOAD_PRETTY, RELOAD_COLOUR, RELOAD_ASCII. */
typedef reload_err form_message(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                                reload_sink sink, void *arg);
/* Writes octets that are not a message. error: the fault. */
typedef reload_err form_garbage(const uint8_t *octets, size_t len, const char *error,
                                const reload_origin *origin, unsigned flags, reload_sink sink,
                                void *arg);

enum {
    FORM_OPTIONAL_ORIGIN = 1, /* the origin is shown on demand only */
    FORM_SHOWS_FAULTS = 2     /* of malformed messages and garbage */
};

struct form {
    const char *name;
    form_message *message;
    form_garbage *garbage;
    const char *end; /* written after each message and each run of garbage */
    unsigned flags;
};

extern const struct form form_text, form_line;
/* Forms that hold a message's octets, and so can be read again. */
extern const struct form form_json, form_hex, form_binary;
/* So does this one. It has no functions: packets.h writes it. */
extern const struct form form_pcapng;

/* The form that an option's argument names, of a list that ends with NULL. Another argument ends
 * the program. */
const struct form *form_named(const struct tool *tool, const char *name, const char *text,
                              const struct form *const *forms);
/* Handles an option whose argument is json, hex, binary or pcapng [const struct form *]. */
option_call form_octets_option;

/* Ends the program if binary octets would go to a terminal, unless "-" is the output's name. */
void form_check_terminal(const struct tool *tool, const struct form *form, const char *path);

/* The arguments of --color. */
extern const char *const color_words[];
enum { COLOR_AUTO, COLOR_ALWAYS };
/* RELOAD_COLOUR if an output is coloured, else 0. color: an index of color_words. */
unsigned color_flag(const struct output *out, int color);

/* Write a message, or garbage, in a form. Text that could drive a terminal is escaped if the output
 * is one. */
void output_message(struct output *out, const struct form *form, const reload_msg *msg,
                    const reload_origin *origin, unsigned flags);
void output_garbage(struct output *out, const struct form *form, const reload_item *item,
                    const reload_origin *origin, unsigned flags);
/* Writes hex digits alone. */
reload_err form_write_digits(const uint8_t *octets, size_t len, reload_sink sink, void *arg);

#endif
