/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-dump's work after its options are read. */
#ifndef RELOAD_DUMP_RUN_H
#define RELOAD_DUMP_RUN_H

#include "common/batch.h"
#include "common/choice.h"
#include "common/forms.h"
#include "common/kept.h"
#include "common/packets.h"
#include "common/pipeline.h"
#include "dump/dump.h"
#include "ladder/ladder.h"

enum { STATUS_DIFF_FAILED = 2 }; /* as of diff(1) */

/* A message between reading and writing. */
struct dump_slot {
    struct batch early; /* its errors */
    struct kept kept;
    bool rendered;  /* into its bank's buffer, */
    size_t end;     /* up to there */
    reload_err err; /* of taking the message, or of rendering it */
};

struct dump {
    struct tool *tool;
    struct output *out;
    struct input_options input;
    const struct form *form;
    struct ladder *ladder;   /* if the form is one; made by dump_files */
    struct packets *packets; /* of pcapng; else NULL */
    unsigned flags;          /* of renderings */
    unsigned terminal_flags; /* of the output */
    unsigned jobs;
    struct input *in;
    struct pipeline *pipeline;
    struct dump_slot *slots; /* those of the pipeline; owned */
    struct dump_slot *current;
    reload_buf *texts;          /* of each bank; owned */
    reload_text_cache **caches; /* of the form text: of each worker, then of the caller; owned */
    bool meta;
    bool reported;         /* faults go where standard error goes, with the form */
    struct choice *choice; /* which messages are written */
    const char *certs;     /* directory; NULL: certificates are not written */
    const char *tbs;       /* JSON Pointer of a signature whose octets are written; NULL: none */
};

/* ---- run.c ---- */

/* Renders a message in the form, with the cache of that number. */
reload_err dump_render(const struct dump *d, unsigned cache, const struct kept *kept,
                       reload_sink sink, void *arg);
/* Writes a message in the form, and its certificates. */
void dump_write_message(struct dump *d, const struct kept *kept);
void dump_write_certs(struct dump *d, const reload_msg *msg);
/* The origin, or NULL if the form does not show it. */
const reload_origin *dump_shown_origin(const struct dump *d, const reload_origin *origin);

/* ---- slots.c: between reading and writing ---- */

/* Returns false without memory. */
bool slots_open(struct dump *d);
void slots_free(struct dump *d);
/* Takes the input's message into the current slot. RELOAD_ERR_MEMORY. */
reload_err slots_keep(struct dump *d, struct input *in);
/* Passes the current slot on: a message of that many octets. err: why it could not be taken. */
void slots_add(struct dump *d, reload_err err, size_t octets);
/* Writes all slots, and the errors of the one that has no item yet. */
void slots_drain(struct dump *d);

/* ---- */

/* Writes the messages of count files, or of standard input. */
void dump_files(struct dump *d, char **files, int count);
/* Writes the octets that the signature at d->tbs covers in a message (tbs.c). */
void dump_tbs(struct dump *d, const struct kept *kept);
/* Compares the messages of two files. The status becomes STATUS_INVALID if any differ. */
void dump_diff(struct dump *d, char **files);

#endif
