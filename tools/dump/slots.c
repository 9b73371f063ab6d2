/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between reading and writing. With several jobs, threads render them into a buffer for
 * each bank of slots. */
#include "dump/run.h"

#include <stdlib.h>
#include <string.h>

static size_t bank_of(size_t slot)
{
    return slot / PIPELINE_BANK;
}

/* Of struct pipeline_calls: renders a slot's message, unless it is written by other means. The
 * text of a very large one would take too much memory. */
static void render_slot(void *arg, unsigned worker, size_t i)
{
    enum { LARGE = 256 * 1024 };
    struct dump *d = arg;
    struct dump_slot *slot = &d->slots[i];
    reload_buf *text = &d->texts[bank_of(i)];
    size_t len;
    slot->rendered = false;
    if (slot->kept.msg == NULL || d->texts == NULL || d->form->message == NULL || d->tbs != NULL)
        return;
    (void)reload_msg_octets(slot->kept.msg, &len);
    if (len > LARGE)
        return;
    slot->err = dump_render(d, worker, &slot->kept, buf_write, text);
    (void)buf_write(text, d->form->end, strlen(d->form->end));
    if (text->err != RELOAD_OK)
        slot->err = text->err;
    slot->rendered = true;
    slot->end = text->len;
}

static void write_slot(struct dump *d, struct dump_slot *slot, const reload_buf *text, size_t from)
{
    output_check(d->out, slot->err);
    if (slot->kept.msg != NULL && slot->rendered) {
        if (!d->out->failed)
            (void)output_write(d->out, text->octets + from, slot->end - from);
        if (d->certs != NULL)
            dump_write_certs(d, slot->kept.msg);
    } else if (slot->kept.msg != NULL) {
        dump_write_message(d, &slot->kept);
    }
    (void)kept_clear(&slot->kept);
}

/* Of struct pipeline_calls. After the output has failed only errors are written; among them may be
 * this failure, if the output was flushed before the slot was filled. */
static void write_slots(void *arg, size_t first, size_t count)
{
    enum { LARGE = 1024 * 1024 };
    struct dump *d = arg;
    struct batch *before = d->tool->batch;
    reload_buf *text = d->texts == NULL ? NULL : &d->texts[bank_of(first)];
    size_t from = 0;
    d->tool->batch = NULL;
    for (size_t i = first; i < first + count; i++) {
        struct dump_slot *slot = &d->slots[i];
        bool rendered = slot->rendered && slot->kept.msg != NULL;
        if (!d->out->failed)
            write_slot(d, slot, text, from);
        batch_flush(&slot->early, d->tool);
        from = rendered ? slot->end : from;
    }
    if (text != NULL && text->cap > LARGE)
        reload_buf_free(text);
    else if (text != NULL)
        reload_buf_reset(text);
    d->tool->batch = before;
}

static void dump_advance(struct dump *d)
{
    d->current = &d->slots[pipeline_current(d->pipeline)];
    d->tool->batch = &d->current->early;
}

void slots_drain(struct dump *d)
{
    struct dump_slot *current = d->current;
    pipeline_drain(d->pipeline);
    d->tool->batch = NULL;
    batch_flush(&current->early, d->tool);
    dump_advance(d);
}

void slots_add(struct dump *d, reload_err err, size_t octets)
{
    d->current->err = err;
    pipeline_add(d->pipeline, octets);
    dump_advance(d);
}

/* Makes the caches of the form text. */
static bool open_caches(struct dump *d)
{
    d->caches = d->form == &form_text ? calloc(d->jobs + 1u, sizeof *d->caches) : NULL;
    bool made = d->caches != NULL || d->form != &form_text;
    for (unsigned i = 0; d->caches != NULL && made && i <= d->jobs; i++)
        made = (d->caches[i] = reload_text_cache_new()) != NULL;
    return made;
}

bool slots_open(struct dump *d)
{
    const struct pipeline_calls calls = {render_slot, write_slots, d};
    d->pipeline = pipeline_new(d->jobs, d->jobs > 1 ? PIPELINE_BANK : 1, &calls);
    if (d->pipeline == NULL)
        return false;
    size_t count = pipeline_slots(d->pipeline);
    d->slots = calloc(count, sizeof *d->slots);
    if (d->slots == NULL)
        return false;
    if (d->jobs > 1 && (d->texts = calloc(count / PIPELINE_BANK, sizeof *d->texts)) == NULL)
        return false;
    if (!open_caches(d))
        return false;
    d->terminal_flags = output_flags(d->out);
    dump_advance(d);
    return true;
}

void slots_free(struct dump *d)
{
    size_t used = d->pipeline == NULL ? 0 : pipeline_used(d->pipeline);
    d->tool->batch = NULL;
    for (size_t i = 0; d->slots != NULL && i < used; i++) {
        batch_free(&d->slots[i].early);
        kept_free(&d->slots[i].kept);
    }
    for (size_t i = 0; d->texts != NULL && i * PIPELINE_BANK < used; i++)
        reload_buf_free(&d->texts[i]);
    free(d->slots);
    free(d->texts);
    pipeline_free(&d->pipeline); /* ends the threads */
    for (unsigned i = 0; d->caches != NULL && i <= d->jobs; i++)
        reload_text_cache_free(&d->caches[i]);
    free(d->caches);
}

reload_err slots_keep(struct dump *d, struct input *in)
{
    struct kept *kept = &d->current->kept;
    reload_err err = kept_place(kept, in);
    if (err == RELOAD_OK && d->jobs > 1)
        return kept_message(kept, in);
    kept->msg = err == RELOAD_OK ? in->msg : NULL;
    return err;
}
