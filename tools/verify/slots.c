/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between judging and printing: commits the state, then writes. */
#include "base/fault.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Filling ---- */

reload_err slot_keep_origin(struct verify *v, struct slot *slot)
{
    const reload_capture *capture = v->in.origin.capture;
    slot->origin = v->in.origin;
    slot->capture = v->in.ends;
    if (capture == NULL)
        return RELOAD_OK;
    slot->origin.capture = NULL; /* until it is copied */
    if (slot->frame_cap < capture->frame_count) {
        uint64_t *frames = realloc(slot->frames, capture->frame_count * sizeof *frames);
        if (frames == NULL)
            return RELOAD_ERR_MEMORY;
        slot->frames = frames;
        uint64_t *numbers = realloc(slot->numbers, capture->frame_count * sizeof *numbers);
        if (numbers == NULL)
            return RELOAD_ERR_MEMORY;
        slot->numbers = numbers;
        slot->frame_cap = capture->frame_count;
    }
    slot->capture = *capture;
    if (capture->frame_count > 0) {
        memcpy(slot->frames, capture->frames, capture->frame_count * sizeof *slot->frames);
        memcpy(slot->numbers, v->in.numbers, capture->frame_count * sizeof *slot->numbers);
    }
    slot->capture.frames = slot->frames;
    slot->origin.capture = &slot->capture;
    return RELOAD_OK;
}

reload_err slot_keep_message(struct verify *v, struct slot *slot)
{
    if (slot->own_msg == NULL && (slot->own_msg = reload_msg_new()) == NULL)
        return RELOAD_ERR_MEMORY;
    reload_buf_append(&slot->octets, v->in.item->octets, v->in.item->len);
    if (slot->octets.err != RELOAD_OK)
        return slot->octets.err;
    v->octets += slot->octets.len;
    reload_msg *parsed = v->in.msg;
    v->in.msg = slot->own_msg;
    slot->msg = slot->own_msg = parsed;
    reload_msg_moved(parsed, slot->octets.octets);
    return RELOAD_OK;
}

void slot_fail(struct verify *v, struct slot *slot, const char *why)
{
    slot->has_report = false;
    slot->error = why;
    tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked: %s",
               slot->origin.file, slot->origin.index, why);
}

bool slots_are_due(const struct verify *v)
{
    enum { MAX_OCTETS = 1024 * 1024, MAX_MS = 50 };
    return v->filled > 0 && (!v->stores || v->filled == MAX_SLOTS || v->octets >= MAX_OCTETS ||
                             (tool_milliseconds() - v->since >= MAX_MS &&
                              !RL_FAULT("replay: messages wait at most 50 ms")));
}

void slots_advance(struct verify *v)
{
    v->current = &v->slots[v->filled];
    v->tool.batch = v->stores ? &v->current->early : NULL;
}

/* ---- Forgetting ---- */

/* Drops the item, and frees the memory of a large one. */
static void clear_slot(struct slot *slot)
{
    enum { KEPT = 64 * 1024 };
    slot->has_report = slot->is_rest = false;
    slot->error = NULL;
    slot->msg = NULL;
    reload_buf_reset(&slot->notes);
    reload_buf_reset(&slot->octets);
    if (slot->octets.cap > KEPT) {
        reload_buf_free(&slot->octets);
        reload_msg_free(&slot->own_msg);
        reload_report_free(&slot->report);
    }
}

void slots_free(struct verify *v)
{
    for (size_t i = 0; i < MAX_SLOTS; i++) {
        reload_report_free(&v->slots[i].report);
        free(v->slots[i].frames);
        free(v->slots[i].numbers);
        reload_msg_free(&v->slots[i].own_msg);
        reload_buf_free(&v->slots[i].octets);
        reload_buf_free(&v->slots[i].notes);
        batch_free(&v->slots[i].early);
    }
}

/* ---- Replays of this run ---- */

/* The place of a request in the table of those that passed; *seen becomes its entry. */
static struct seen *seen_of(struct verify *v, const reload_msg *msg, struct seen *seen)
{
    size_t len, hash = 0;
    memcpy(seen->octets, reload_msg_field_octets(msg, RELOAD_F_SOURCE_ID, &len), RELOAD_ID_SIZE);
    memcpy(seen->octets + RELOAD_ID_SIZE,
           reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len), RELOAD_TRANSACTION_SIZE);
    for (size_t i = 0; i < sizeof seen->octets; i++)
        hash = hash * 31 + seen->octets[i];
    return &v->seen[hash % SEEN];
}

bool slots_expect_replay(struct verify *v, const reload_msg *msg)
{
    struct seen seen;
    return v->options.policy.replay && memcmp(seen_of(v, msg, &seen), &seen, sizeof seen) == 0;
}

static void note_seen(struct verify *v, const struct slot *slot)
{
    struct seen seen;
    if (!v->options.policy.replay || !reload_verdict_passes(slot->report->verdict))
        return;
    struct seen *entry = seen_of(v, slot->msg, &seen);
    *entry = seen;
}

/* ---- Committing ---- */

/* Drops a report that may be wrong, since the store failed. The failure has been reported. */
static void drop_report(struct slot *slot)
{
    if (slot->has_report)
        slot->error = "the state could not be read or stored";
    slot->has_report = false;
}

/* Commits a message to the open transaction. A message that turns out not to be a replay, since its
 * peer was dropped from the store, is judged again. */
static reload_err commit_report(struct verify *v, struct slot *slot)
{
    reload_err err = reload_commit(&v->functions, slot->report);
    if (err != RELOAD_ERR_AGAIN)
        return err;
    slot->moment.expect_replay = false;
    if (!store_end_message(&v->store, false))
        return RELOAD_ERR_READ;
    err = reload_judge_message(v->judge, slot->msg, slot->moment, slot->report);
    return err == RELOAD_OK ? reload_commit(&v->functions, slot->report) : err;
}

static void commit_slot(struct verify *v, struct slot *slot)
{
    if (slot->msg == NULL || !slot->has_report)
        return;
    reload_err err = commit_report(v, slot);
    v->stopped = err == RELOAD_ERR_READ || err == RELOAD_ERR_WRITE;
    if (v->stopped) {
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked",
                   slot->origin.file, slot->origin.index);
        drop_report(slot);
    } else if (err != RELOAD_OK) {
        slot_fail(v, slot, reload_strerror(err));
    } else {
        note_seen(v, slot);
    }
    if (!store_end_message(&v->store, err == RELOAD_OK)) {
        drop_report(slot);
        v->stopped = true;
    }
}

static void commit_slots(struct verify *v)
{
    for (size_t i = 0; i < v->filled; i++) {
        v->tool.batch = &v->slots[i].early;
        if (v->stopped)
            drop_report(&v->slots[i]);
        else if (v->stores)
            commit_slot(v, &v->slots[i]);
    }
}

/* Puts the state on disk. Reports that may be wrong are not written. */
static void store_slots(struct verify *v)
{
    if (store_commit(&v->store))
        return;
    v->stopped = v->lost = true;
    for (size_t i = 0; i < v->filled; i++)
        drop_report(&v->slots[i]);
}

void slots_finish(struct verify *v)
{
    size_t count = v->filled;
    commit_slots(v);
    bool early = v->stores && !RL_FAULT("replay: state is on disk before output");
    if (early)
        store_slots(v);
    v->tool.batch = NULL;
    for (size_t i = 0; i < MAX_SLOTS && i <= count; i++) {
        batch_flush(&v->slots[i].early, &v->tool);
        if (!writers_failed(v))
            writers_write(v, &v->slots[i]);
        clear_slot(&v->slots[i]);
    }
    if (v->stores && !early)
        (void)store_commit(&v->store);
    v->filled = v->octets = 0;
    slots_advance(v);
}
