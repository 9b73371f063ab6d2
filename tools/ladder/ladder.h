/* SPDX-License-Identifier: BSD-2-Clause */
/* An exchange of messages as a ladder diagram: a column for each peer, an arrow for each message.
 * Messages are collected first and drawn together at the end. */
#ifndef RELOAD_LADDER_H
#define RELOAD_LADDER_H

#include "common/forms.h"

enum {
    LADDER_ROWS = 50000 /* messages and runs of garbage that one ladder holds */
};

/* The forms' names: they draw all messages at the end, and have no functions for a single one. */
extern const struct form form_ladder, form_svg;
/* Whether a form draws a ladder; false for NULL. */
bool ladder_is_form(const struct form *form);

enum ladder_tone { LADDER_PLAIN, LADDER_GOOD, LADDER_BAD };

/* The verdict on a message. Its words are static strings of ASCII. */
struct ladder_verdict {
    enum ladder_tone tone;
    const char *words;  /* drawn in the arrow */
    const char *detail; /* for a tooltip; may be NULL */
};

struct ladder;

/* NULL if memory runs out. */
struct ladder *ladder_new(void);
void ladder_free(struct ladder **ladder);
/* Add the next message or garbage. ends: its addresses, where they are known. verdict: NULL without
 * one; a malformed message is drawn as malformed in any case. Beyond LADDER_ROWS, rows are only
 * counted. RELOAD_ERR_MEMORY. */
reload_err ladder_add(struct ladder *ladder, const reload_msg *msg, const reload_origin *origin,
                      const reload_capture *ends, const struct ladder_verdict *verdict);
reload_err ladder_add_garbage(struct ladder *ladder, size_t len, const char *error,
                              const reload_origin *origin);

/* Draws the ladder in a form, to an output, and warns of rows that it lacks. flags: RELOAD_COLOUR.
 * Errors are the output's. */
void ladder_draw(struct ladder *ladder, const struct form *form, struct output *out,
                 unsigned flags);

#endif
