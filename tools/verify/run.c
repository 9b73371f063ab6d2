/* SPDX-License-Identifier: BSD-2-Clause */
/* From files to slots: reads and judges. */
#include "common/text.h"
#include "verify/verify.h"

#include <stdio.h>
#include <unistd.h>

/* ---- Judging ---- */

/* Prepares the slot's message for its judge. Its fault, if it is malformed, is reported here. */
static void prepare_slot(struct verify *v, struct slot *slot)
{
    reload_diag diag;
    reload_time captured = v->in.item->captured;
    if (v->options.capture_time && captured == RELOAD_NO_TIME) {
        slot_fail(v, slot, "its capture time is missing");
        return;
    }
    slot->moment = (reload_moment){.now = v->options.capture_time ? captured : policy_time(v),
                                   .captured = captured,
                                   .expect_replay = slots_expect_replay(v, v->in.msg)};
    policy_check_crls(v, slot->moment.now);
    if (reload_msg_check(v->in.msg, &diag) != RELOAD_OK)
        input_error(&v->in, STATUS_INVALID, &diag);
    slot->kept.msg = v->in.msg;
    reload_err err = v->keeps ? kept_message(&slot->kept, &v->in) : RELOAD_OK;
    if (err == RELOAD_OK)
        return;
    slot->kept.msg = NULL;
    slot_fail(v, slot, reload_strerror(err));
}

/* Garbage, and JSON or hex text that is not a message. */
static void describe_garbage(struct verify *v, struct slot *slot)
{
    reload_report *report = slot->report;
    const reload_diag *diag = &v->in.item->diag;
    reload_report_clear(report);
    report->verdict = RELOAD_MALFORMED;
    report->reason = RELOAD_REASON_MALFORMED;
    if (diag->line > 0)
        (void)snprintf(report->detail, sizeof report->detail, "line %u, column %u: %.*s",
                       diag->line, diag->column, text_start(diag->text, 200), diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        (void)snprintf(report->detail, sizeof report->detail, "%.*s: %.*s",
                       text_start(diag->pointer, 120), diag->pointer, text_start(diag->text, 120),
                       diag->text);
    else
        (void)snprintf(report->detail, sizeof report->detail, "%s", diag->text);
    slot->is_rest = v->in.item->kind == RELOAD_ITEM_GARBAGE && v->unsigned_file == v->in.file &&
                    explain_rest(v->in.item->octets, v->in.item->len);
    slot->has_report = true;
}

static void fill_slot(struct verify *v, struct slot *slot)
{
    bool is_message = v->in.item->kind == RELOAD_ITEM_MESSAGE;
    slot->chosen = choice_takes(&v->options.choice, is_message ? v->in.msg : NULL, &v->in.origin);
    v->in.reported = v->reported && choose_malformed(v, slot);
    if (kept_place(&slot->kept, &v->in) != RELOAD_OK)
        slot_fail(v, slot, reload_strerror(RELOAD_ERR_MEMORY));
    else if (slot->report == NULL && (slot->report = reload_report_new()) == NULL)
        slot_fail(v, slot, reload_strerror(RELOAD_ERR_MEMORY));
    else if (input_is_message(&v->in))
        prepare_slot(v, slot);
    else
        describe_garbage(v, slot);
    v->unsigned_file =
        slot->kept.msg != NULL && reload_msg_signature(slot->kept.msg) == RELOAD_NO_ATTR
            ? v->in.file
            : NULL;
}

/* Judges all messages. Returns whether all input was read. */
static bool verify_all(struct verify *v)
{
    bool more;
    while ((more = !writers_failed(v) && !v->stopped) && input_next(&v->in)) {
        policy_refresh(v);
        fill_slot(v, v->current);
        slots_add(v);
        writers_flush(v, true);
    }
    choice_finish(&v->options.choice, &v->tool, v->in.capture != NULL, NULL);
    slots_finish(v);
    return more && !v->stopped && !v->in.unread;
}

/* ---- Opening and closing ---- */

static bool open_store(struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    v->store.max_peers = (uint64_t)v->options.replay_peers;
    v->store.max_requests = DEFAULT_MAX_REQUESTS;
    v->functions = store_functions(&v->store);
    return (!p->replay || store_open_peers(&v->store, &v->tool, p->replay_state)) &&
           (!p->pair || store_open_requests(&v->store, &v->tool)) &&
           (p->pin == NULL || store_open_pins(&v->store, &v->tool, p->pin));
}

/* Writes pending output before waiting for input. */
static void verify_before_wait(void *arg)
{
    struct verify *v = arg;
    slots_finish(v);
    input_settle(&v->in);
    writers_flush(v, false);
}

static bool verify_open_input(struct verify *v, char **files, int count)
{
    const struct verify_options *o = &v->options;
    if (!input_open(&v->in, &v->tool, &o->input, files, count, NULL))
        return false;
    v->in.before_wait = verify_before_wait;
    v->in.before_wait_arg = v;
    v->in.packets = v->packets;
    v->reported = (o->form == NULL && !v->tool.quiet && !o->summary &&
                   output_shares(&v->out, STDERR_FILENO)) ||
                  (o->report != NULL && output_shares(&v->report, STDERR_FILENO));
    return true;
}

static bool open_slots(struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    v->stores = p->replay || p->pair || p->pin != NULL;
    if (slots_open(v))
        return true;
    tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    return false;
}

static bool open_all(struct verify *v, char **files, int count)
{
    bool loaded = policy_load(&v->tool, &v->options.policy); /* its error belongs in the output */
    if (!open_slots(v))
        return false;
    if (loaded)
        policy_list_files(v);
    return writers_open(v) && loaded && annotate_open(v) && policy_make(v) && open_store(v) &&
           verify_open_input(v, files, count);
}

void verify_run(struct verify *v, char **files, int count)
{
    bool read = false;
    v->tool.note = writers_note;
    v->tool.note_arg = v;
    if (open_all(v, files, count)) {
        read = verify_all(v);
        closing_print(v);
        annotate_finish(v, read);
        slots_finish(v); /* the notes of both */
        input_close(&v->in);
    } else {
        slots_finish(v); /* the notes about failures */
    }
    v->tool.batch = NULL;
    writers_close(v, read);
    packets_free(&v->packets);
    slots_free(v);
    pipeline_free(&v->pipeline);
    reload_buf_free(&v->notes);
    explanations_free(&v->explanations);
    store_close(&v->store);
    policy_forget(v);
    policy_free(&v->options.policy);
}
