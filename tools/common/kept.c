/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/kept.h"

#include <stdlib.h>
#include <string.h>

/* Grows the arrays of frames. */
static bool reserve_frames(struct kept *k, size_t count)
{
    if (k->frame_cap >= count)
        return true;
    uint64_t *frames = realloc(k->frames, count * sizeof *frames);
    if (frames == NULL)
        return false;
    k->frames = frames;
    uint64_t *numbers = realloc(k->numbers, count * sizeof *numbers);
    if (numbers == NULL)
        return false;
    k->numbers = numbers;
    k->frame_cap = count;
    return true;
}

reload_err kept_place(struct kept *k, const struct input *in)
{
    const reload_capture *capture = in->origin.capture;
    k->length = in->length;
    k->kind = (struct item_kind){in->item->kind, in->item->form};
    k->origin = in->origin;
    k->capture = in->ends;
    if (capture == NULL)
        return RELOAD_OK;
    k->origin.capture = NULL; /* until it is copied */
    if (!reserve_frames(k, capture->frame_count))
        return RELOAD_ERR_MEMORY;
    k->capture = *capture;
    if (capture->frame_count > 0) {
        memcpy(k->frames, capture->frames, capture->frame_count * sizeof *k->frames);
        memcpy(k->numbers, in->numbers, capture->frame_count * sizeof *k->numbers);
    }
    k->capture.frames = k->frames;
    k->origin.capture = &k->capture;
    return RELOAD_OK;
}

reload_err kept_message(struct kept *k, struct input *in)
{
    if (k->own_msg == NULL && (k->own_msg = reload_msg_new()) == NULL)
        return RELOAD_ERR_MEMORY;
    reload_buf_append(&k->octets, in->item->octets, in->item->len);
    if (k->octets.err != RELOAD_OK)
        return k->octets.err;
    reload_msg *parsed = in->msg;
    in->msg = k->own_msg;
    k->msg = k->own_msg = parsed;
    reload_msg_moved(parsed, k->octets.octets);
    return RELOAD_OK;
}

bool kept_clear(struct kept *k)
{
    enum { LARGE = 4 * 1024 };
    k->msg = NULL;
    reload_buf_reset(&k->octets);
    if (k->octets.cap <= LARGE)
        return false;
    reload_buf_free(&k->octets);
    reload_msg_free(&k->own_msg);
    return true;
}

void kept_free(struct kept *k)
{
    free(k->frames);
    free(k->numbers);
    reload_msg_free(&k->own_msg);
    reload_buf_free(&k->octets);
    *k = (struct kept){0};
}
