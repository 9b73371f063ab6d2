/* SPDX-License-Identifier: BSD-2-Clause */
/* The outputs of reports and messages: standard output or --output, --report and --rejects. */
#include "base/fault.h"
#include "verify/report-json.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <unistd.h>

/* ---- Opening and closing ---- */

bool writers_open(struct verify *v)
{
    const struct verify_options *o = &v->options;
    if (o->report != NULL && !output_open(&v->report, &v->tool, o->report, 0))
        return false;
    v->report.complete = true; /* even after a failure */
    if (ladder_is_form(o->form) && (v->ladder = ladder_new()) == NULL) {
        tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return false;
    }
    return (o->annotate == NULL || output_open(&v->annotate, &v->tool, o->annotate, 0)) &&
           (o->rejects == NULL || output_open(&v->rejects, &v->tool, o->rejects, 0)) &&
           output_open(&v->out, &v->tool, o->output, 0);
}

static bool is_open(const struct output *out)
{
    return out->pending != NULL;
}

/* The main output and --rejects contain only messages that were judged: if state was lost, no file
 * appears. */
static void close_messages(struct output *out, bool read, bool lost)
{
    if (!is_open(out))
        return;
    out->complete = read && !RL_FAULT("an empty file appears if nothing passes");
    if (lost && output_is_hidden(out))
        output_discard(out);
    else
        (void)output_close(out);
}

void writers_close(struct verify *v, bool read)
{
    if (v->options.summary && is_open(&v->out) && (read || !counts_are_empty(&v->counts)))
        counts_write(&v->counts, v->options.json, &v->out);
    if (v->ladder != NULL && is_open(&v->out))
        ladder_draw(v->ladder, v->options.form, &v->out, color_flag(&v->out, v->options.color));
    ladder_free(&v->ladder);
    close_messages(&v->out, read, v->lost);
    close_messages(&v->rejects, read, v->lost);
    close_messages(&v->annotate, read, v->lost);
    if (is_open(&v->report))
        (void)output_close(&v->report);
}

void writers_flush(struct verify *v, bool old)
{
    struct output *const outputs[] = {&v->out, &v->rejects, &v->annotate, &v->report};
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        if (is_open(outputs[i]) && old)
            output_flush_old(outputs[i]);
        else if (is_open(outputs[i]))
            output_flush(outputs[i]);
}

bool writers_failed(const struct verify *v)
{
    return v->out.failed || v->rejects.failed || v->annotate.failed || v->report.failed;
}

/* ---- JSON ---- */

void writers_note(void *arg, const char *file, const char *words, bool warning)
{
    struct verify *v = arg;
    reload_buf *notes = v->current == NULL ? &v->notes : &v->current->notes;
    if ((!v->options.json || v->options.summary) && v->options.report == NULL)
        return;
    reload_err err = report_json_note(file, words, warning, RELOAD_ASCII, buf_write, notes);
    reload_buf_append(notes, "\n", 1);
    if (err != RELOAD_OK || notes->err != RELOAD_OK)
        tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
}

/* Writes the slot's notes, and its line if it is chosen. */
static void write_json(struct verify *v, const struct slot *slot, struct output *out, bool chosen,
                       bool reports)
{
    unsigned flags = output_flags(out);
    const struct report_place place = {&slot->kept.origin, slot->kept.length};
    if (slot->notes.len > 0)
        (void)output_write(out, slot->notes.octets, slot->notes.len);
    if (!chosen)
        return;
    const reload_suite *lint = v->options.lint ? v->options.policy.suite : NULL;
    if (slot->error != NULL)
        output_check(
            out, report_json_unchecked(&slot->kept.origin, slot->error, flags, output_write, out));
    else if (slot->has_report && reports)
        output_check(out, report_json_write(slot->report, slot->kept.msg, &place,
                                            lint == NULL ? RELOAD_SECURITY_OPEN
                                                         : (reload_security)lint->security,
                                            &v->explanations, flags, output_write, out));
    if (slot->error != NULL || (slot->has_report && reports))
        (void)output_write(out, "\n", 1);
    output_end_message(out);
}

/* ---- Messages ---- */

/* The origin that JSON has, or NULL: of a message whose capture is known, for later runs; of one
 * that was rejected, to find its line in the report. */
static const reload_origin *kept_origin(const struct slot *slot)
{
    bool known = slot->kept.origin.capture != NULL || slot->kept.origin.captured != RELOAD_NO_TIME;
    bool rejected = !reload_verdict_passes(slot->report->verdict) &&
                    !RL_FAULT("rejects: the place of a message");
    return known || rejected ? &slot->kept.origin : NULL;
}

static void write_message(struct verify *v, const struct slot *slot)
{
    bool passes = reload_verdict_passes(slot->report->verdict);
    struct output *out = passes ? &v->out : &v->rejects;
    if (slot->kept.msg == NULL)
        return;
    if (is_open(out) && v->options.form == &form_pcapng) {
        annotate_write_message(v, slot, passes ? PACKETS_OUT : PACKETS_REJECTS);
    } else if (is_open(out)) {
        output_message(out, v->options.form, slot->kept.msg, kept_origin(slot), 0);
        output_end_message(out);
    }
    report_rejected(v, slot);
}

/* ---- The ladder ---- */

static struct ladder_verdict ladder_verdict_of(const struct slot *slot)
{
    const reload_report *report = slot->report;
    if (!slot->has_report)
        return (struct ladder_verdict){LADDER_BAD, "not checked", slot->error};
    bool by_reason = report->reason != RELOAD_REASON_NONE;
    return (struct ladder_verdict){
        .tone = !reload_verdict_passes(report->verdict) ? LADDER_BAD
                : report->verdict == RELOAD_VALID       ? LADDER_GOOD
                                                        : LADDER_PLAIN,
        .words =
            by_reason ? reload_reason_text(report->reason) : reload_verdict_text(report->verdict),
        .detail = report->detail,
    };
}

static void draw_slot(struct verify *v, const struct slot *slot)
{
    if (slot->kept.msg != NULL) {
        struct ladder_verdict verdict = ladder_verdict_of(slot);
        output_check(&v->out, ladder_add(v->ladder, slot->kept.msg, &slot->kept.origin,
                                         &slot->kept.capture, &verdict));
    } else if (slot->has_report) {
        output_check(&v->out, ladder_add_garbage(v->ladder, slot->kept.length, slot->report->detail,
                                                 &slot->kept.origin));
    }
}

/* ---- Slots ---- */

static void explain_slot(struct verify *v, const struct slot *slot)
{
    reload_err err = RELOAD_OK;
    explanations_clear(&v->explanations);
    if (!v->options.explain || (v->tool.quiet && v->options.report == NULL))
        return;
    if (slot->kept.msg != NULL)
        err = explain_report(v->policy, slot->kept.msg, slot->report, &v->explanations);
    else if (slot->is_rest)
        err = explanations_add_fault(&v->explanations, slot->report, READ_FRAMED_WITHOUT_SIGNATURE);
    if (err != RELOAD_OK)
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be explained: %s",
                   slot->kept.origin.file, slot->kept.origin.index, reload_strerror(err));
}

static void count_slot(struct verify *v, const struct slot *slot)
{
    if (slot->has_report)
        counts_add(&v->counts, slot->kept.msg, slot->report);
    else if (slot->error != NULL)
        counts_add_unchecked(&v->counts);
}

void writers_write(struct verify *v, struct slot *slot)
{
    bool chosen = choose_slot(v, slot);
    closing_count(v, slot);
    annotate_slot(v, slot);
    if (slot->has_report && chosen)
        explain_slot(v, slot);
    if (slot->has_report && slot->kept.msg != NULL && !reload_report_passed(slot->report))
        tool_status(&v->tool, STATUS_INVALID);
    if (is_open(&v->report))
        write_json(v, slot, &v->report, chosen, true);
    if (v->options.summary && chosen)
        count_slot(v, slot);
    else if (v->options.json && !v->options.summary && is_open(&v->out))
        write_json(v, slot, &v->out, chosen, !v->tool.quiet);
    if (v->ladder != NULL && chosen)
        draw_slot(v, slot);
    if (v->ladder != NULL || !slot->has_report || !chosen || v->options.json || v->options.summary)
        return;
    if (v->options.form != NULL)
        write_message(v, slot);
    else if (!v->tool.quiet)
        report_text(v, slot);
    output_end_message(&v->out);
}
