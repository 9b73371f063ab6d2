/* SPDX-License-Identifier: BSD-2-Clause */
/* Items of the input that are kept while more is read. */
#ifndef RELOAD_KEPT_H
#define RELOAD_KEPT_H

#include "common/tool.h"

/* Zero-initialise it. */
struct kept {
    const reload_msg *msg; /* NULL: not a message */
    reload_msg *own_msg;   /* octets for msg, if it is kept */
    reload_buf octets;     /* of own_msg */
    reload_origin origin;
    reload_capture capture; /* what origin points to, if the message was captured; else its ends; */
    uint64_t *frames;       /* and what that points to */
    uint64_t *numbers;      /* of its packets, over all files */
    size_t frame_cap;
    uint64_t length; /* in octets of the file */
    struct item_kind kind;
};

/* Copies the place of the input's item. RELOAD_ERR_MEMORY. */
reload_err kept_place(struct kept *kept, const struct input *in);
/* Moves the message of the input's item. RELOAD_ERR_MEMORY. */
reload_err kept_message(struct kept *kept, struct input *in);
/* Drops the item. Returns whether it was large, so that its memory was freed. */
bool kept_clear(struct kept *kept);
void kept_free(struct kept *kept);

#endif
