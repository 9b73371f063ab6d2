/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between judging and printing: commits the state, then writes. */
#include "base/fault.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Filling ---- */

void slot_fail(struct verify *v, struct slot *slot, const char *why)
{
    slot->has_report = false;
    slot->error = why;
    tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked: %s",
               slot->kept.origin.file, slot->kept.origin.index, why);
}

static void verify_advance(struct verify *v)
{
    v->current = &v->slots[pipeline_current(v->pipeline)];
    v->tool.batch = v->keeps ? &v->current->early : NULL;
}

void slots_add(struct verify *v)
{
    pipeline_add(v->pipeline, v->current->kept.octets.len);
    verify_advance(v);
}

/* Of struct pipeline_calls: judges a slot's message. */
static void judge_slot(void *arg, unsigned worker, size_t i)
{
    struct verify *v = arg;
    struct slot *slot = &v->slots[i];
    if (slot->kept.msg == NULL)
        return;
    slot->err = reload_judge_message(v->judges[worker], slot->kept.msg, slot->moment, slot->report);
    slot->has_report = slot->err == RELOAD_OK;
}

/* ---- Forgetting ---- */

/* Drops the item, and frees the memory of a large one. */
static void clear_slot(struct slot *slot)
{
    slot->has_report = slot->is_rest = false;
    slot->error = NULL;
    slot->err = RELOAD_OK;
    reload_buf_reset(&slot->notes);
    if (kept_clear(&slot->kept))
        reload_report_free(&slot->report);
}

void slots_free(struct verify *v)
{
    for (size_t i = 0; v->slots != NULL && i < pipeline_used(v->pipeline); i++) {
        reload_report_free(&v->slots[i].report);
        kept_free(&v->slots[i].kept);
        reload_buf_free(&v->slots[i].notes);
        batch_free(&v->slots[i].early);
    }
    free(v->slots);
    v->slots = NULL;
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
    struct seen *entry = seen_of(v, slot->kept.msg, &seen);
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
    err = reload_judge_message(v->judges[v->judge_count - 1], slot->kept.msg, slot->moment,
                               slot->report);
    return err == RELOAD_OK ? reload_commit(&v->functions, slot->report) : err;
}

static void commit_slot(struct verify *v, struct slot *slot)
{
    if (slot->kept.msg == NULL || !slot->has_report)
        return;
    reload_err err = commit_report(v, slot);
    v->stopped = err == RELOAD_ERR_READ || err == RELOAD_ERR_WRITE;
    if (v->stopped) {
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked",
                   slot->kept.origin.file, slot->kept.origin.index);
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

static void commit_slots(struct verify *v, struct slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (v->keeps)
            v->tool.batch = &slots[i].early;
        if (slots[i].err != RELOAD_OK)
            slot_fail(v, &slots[i], reload_strerror(slots[i].err));
        if (v->stopped)
            drop_report(&slots[i]);
        else if (v->stores)
            commit_slot(v, &slots[i]);
    }
}

/* Puts the state on disk. Reports that may be wrong are not written. */
static void store_slots(struct verify *v, struct slot *slots, size_t count)
{
    if (store_commit(&v->store))
        return;
    v->stopped = v->lost = true;
    for (size_t i = 0; i < count; i++)
        drop_report(&slots[i]);
}

static void write_slot(struct verify *v, struct slot *slot)
{
    batch_flush(&slot->early, &v->tool);
    if (!writers_failed(v))
        writers_write(v, slot);
    clear_slot(slot);
}

/* Of struct pipeline_calls: commits slots in one transaction, and writes them once it is on disk.
 * The transaction is open here alone, so that other processes get their turns while messages are
 * read and judged, and while output waits for its reader. */
static void finish_slots(void *arg, size_t first, size_t count)
{
    struct verify *v = arg;
    struct slot *slots = &v->slots[first];
    struct batch *before = v->tool.batch;
    commit_slots(v, slots, count);
    bool early = v->stores && !RL_FAULT("replay: state is on disk before output");
    if (early)
        store_slots(v, slots, count);
    v->tool.batch = NULL;
    for (size_t i = 0; i < count; i++)
        write_slot(v, &slots[i]);
    if (v->stores && !early)
        (void)store_commit(&v->store);
    v->tool.batch = before;
}

void slots_finish(struct verify *v)
{
    if (v->slots == NULL)
        return;
    struct slot *current = v->current; /* it has no item, but may have notes */
    pipeline_drain(v->pipeline);
    v->tool.batch = NULL;
    write_slot(v, current);
    verify_advance(v);
}

bool slots_open(struct verify *v)
{
    const struct pipeline_calls calls = {judge_slot, finish_slots, v};
    unsigned jobs = (unsigned)v->options.jobs;
    v->keeps = v->stores || jobs > 1;
    v->pipeline = pipeline_new(jobs, v->keeps ? PIPELINE_BANK : 1, &calls);
    if (v->pipeline == NULL)
        return false;
    v->slots = calloc(pipeline_slots(v->pipeline), sizeof *v->slots);
    if (v->slots == NULL)
        return false;
    verify_advance(v);
    v->current->notes = v->notes;
    v->notes = (reload_buf){0};
    return true;
}
