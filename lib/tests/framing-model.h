/* SPDX-License-Identifier: BSD-2-Clause */
/* D33's framing of a stream, by a model that reads the whole stream at once */
#ifndef RL_TESTS_FRAMING_MODEL_H
#define RL_TESTS_FRAMING_MODEL_H

#include "reload.h"

/* An item: 'M', a message, or 'G', garbage; with its octets, and the code of its diag. */
typedef void framing_note(void *arg, char kind, size_t at, size_t end, int error);

struct framing_model {
    const uint8_t *octets;
    size_t len;
    size_t max; /* --max-message, or RELOAD_MAX_LENGTH */
    framing_note *note;
    void *arg;
    /* the rest is private */
    uint64_t steps;
    size_t read;
};

/* Calls note for each item in order. */
void framing_read(struct framing_model *m);

/* Octets at a place, as an integer */
size_t framing_number(const struct framing_model *m, size_t at, size_t octets);
bool framing_is_header(const struct framing_model *m, size_t at);
/* Whether the message at a place is framed. search: its attributes count as steps (D33, rule 4). */
bool framing_is_framed(struct framing_model *m, size_t at, bool search);

#endif
