/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-dump's work after its options are read. */
#ifndef RELOAD_DUMP_RUN_H
#define RELOAD_DUMP_RUN_H

#include "common/choice.h"
#include "common/forms.h"
#include "common/packets.h"
#include "dump/dump.h"
#include "ladder/ladder.h"

enum { STATUS_DIFF_FAILED = 2 }; /* as of diff(1) */

struct dump {
    struct tool *tool;
    struct output *out;
    struct input_options input;
    const struct form *form;
    struct ladder *ladder;   /* if the form is one; made by dump_files */
    struct packets *packets; /* of pcapng; else NULL */
    unsigned flags;          /* of renderings */
    bool meta;
    struct choice *choice; /* which messages are written */
    const char *certs;     /* directory; NULL: certificates are not written */
    const char *tbs;       /* JSON Pointer of a signature whose octets are written; NULL: none */
};

/* Writes the messages of count files, or of standard input. */
void dump_files(struct dump *d, char **files, int count);
/* Writes the octets that the signature at d->tbs covers in the current message (tbs.c). */
void dump_tbs(struct dump *d, struct input *in);
/* Compares the messages of two files. The status becomes STATUS_INVALID if any differ. */
void dump_diff(struct dump *d, char **files);

#endif
