/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/run.h"

#include "sign/route-log.h"
#include "sign/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sign_report(const struct sign_run *r, const struct sign_slot *slot)
{
    item_error(r->tool, &slot->kept.origin, &slot->kept.kind,
               slot->err == RELOAD_ERR_MALFORMED ? STATUS_MALFORMED : STATUS_FAILED, &slot->diag);
}

/* Reports a message after the only one that an option accepts. */
static void report_second(struct sign_run *r, const char *option)
{
    reload_diag diag = {0};
    (void)snprintf(diag.text, sizeof diag.text, "%s accepts one message", option);
    input_error(&r->in, STATUS_FAILED, &diag);
}

/* ---- Writing ---- */

static void warn_of_message(const struct sign_run *r, const struct sign_slot *slot,
                            const char *text)
{
    tool_warn(r->tool, "%s: message %" PRIu64 ": warning: %s", slot->kept.origin.file,
              slot->kept.origin.index, text);
}

static bool lacks_signature(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    return attr->type == RELOAD_A_BODY && attr->in_place && !attr->ignored &&
           reload_msg_member(msg, i, RELOAD_A_BODY_SIGNATURE) == RELOAD_NO_ATTR &&
           reload_msg_member(msg, i, RELOAD_A_BODY_CERTIFICATE) == RELOAD_NO_ATTR;
}

/* Warns of parts of a signed message that no signature protects. */
static void warn_of_unsigned(const struct sign_run *r, const struct sign_slot *slot)
{
    bool ignored = false, body = false;
    for (uint32_t i = 0; i < reload_msg_count(slot->msg); i++) {
        const reload_attr *attr = reload_msg_attr(slot->msg, i);
        ignored = ignored || (attr->ignored && attr->depth == 1);
        body = body || lacks_signature(slot->msg, i);
    }
    if (ignored)
        warn_of_message(r, slot,
                        "attributes after the SIGNATURE are not signed and will be ignored; "
                        "--strip makes them part of the message");
    if (body)
        warn_of_message(r, slot,
                        "a BODY has no signature, so verifiers will reject the message; use "
                        "--sign-bodies");
}

/* The octets to be signed, as hex digits or as they are. */
static void write_tbs(struct sign_run *r, const struct sign_slot *slot, const struct form *form)
{
    if (form == &form_hex) {
        output_check(&r->out,
                     form_write_digits(slot->done.octets, slot->done.len, output_write, &r->out));
        (void)output_write(&r->out, "\n", 1);
    } else {
        (void)output_write(&r->out, slot->done.octets, slot->done.len);
    }
}

/* The message in packets that are made for it. A response goes back where its request came from. */
static void write_packets(struct sign_run *r, const struct sign_slot *slot)
{
    reload_capture ends = slot->kept.capture;
    if (r->options->reply_to != NULL) {
        ends.source = slot->kept.capture.destination;
        ends.destination = slot->kept.capture.source;
    }
    packets_write(r->packets, 0, (reload_span){slot->done.octets, slot->done.len},
                  &slot->kept.origin, &ends, NULL);
}

static void write_done(struct sign_run *r, const struct sign_slot *slot)
{
    const struct sign_options *o = r->options;
    const struct form *form = o->form == NULL ? &form_binary : o->form;
    bool sign = r->credentials.signer != NULL && !o->tbs;
    const reload_suite *suite = reload_suite_of(reload_msg_field(slot->msg, RELOAD_F_SECURITY));
    if (sign && (suite == NULL || suite->kind != RELOAD_SUITE_NONE))
        warn_of_unsigned(r, slot);
    if (o->tbs)
        write_tbs(r, slot, form);
    else if (r->packets != NULL)
        write_packets(r, slot);
    else
        output_message(&r->out, form, slot->msg, NULL, o->json_flags);
    if (sign && (o->flags & RELOAD_SIGN_SOURCE_INFO) != 0 &&
        reload_msg_member(slot->msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO) == RELOAD_NO_ATTR)
        warn_of_message(r, slot, "no SOURCE-INFO to sign");
}

/* ---- All messages ---- */

/* Of struct pipeline_calls. */
static void write_slots(void *arg, size_t first, size_t count)
{
    struct sign_run *r = arg;
    struct batch *before = r->tool->batch;
    for (size_t i = first; i < first + count; i++) {
        struct sign_slot *slot = &r->slots[i];
        r->tool->batch = NULL;
        batch_flush(&slot->early, r->tool);
        if (slot->kept.msg != NULL && slot->err != RELOAD_OK)
            sign_report(r, slot);
        else if (slot->kept.msg != NULL && !r->out.failed)
            write_done(r, slot);
        (void)kept_clear(&slot->kept);
    }
    r->tool->batch = before;
}

static void sign_advance(struct sign_run *r)
{
    r->current = &r->slots[pipeline_current(r->pipeline)];
    r->tool->batch = &r->current->early;
}

/* Writes all slots, and the errors of the one that has no item yet. */
static void drain(struct sign_run *r)
{
    struct sign_slot *current = r->current;
    pipeline_drain(r->pipeline);
    r->tool->batch = NULL;
    batch_flush(&current->early, r->tool);
    sign_advance(r);
}

/* Writes all slots before the input is waited for. */
static void sign_before_wait(void *arg)
{
    struct sign_run *r = arg;
    drain(r);
    input_settle(&r->in);
}

/* Takes the input's message into the current slot. */
static void take_message(struct sign_run *r)
{
    struct sign_slot *slot = r->current;
    reload_err err = kept_place(&slot->kept, &r->in);
    if (err == RELOAD_OK && r->jobs > 1)
        err = kept_message(&slot->kept, &r->in);
    else if (err == RELOAD_OK)
        slot->kept.msg = r->in.msg;
    if (err != RELOAD_OK)
        output_check(&r->out, err);
    else
        sign_give_turn(r, slot);
    pipeline_add(r->pipeline, r->in.item->len);
    sign_advance(r);
}

static void work_on_all(struct sign_run *r)
{
    sign_advance(r);
    for (bool any = false; !r->out.failed && input_next(&r->in);) {
        if (!input_is_message(&r->in))
            continue;
        if (any && r->options->attach != NULL) {
            report_second(r, "--attach");
            continue;
        }
        any = true;
        take_message(r);
    }
    drain(r);
    r->tool->batch = NULL;
}

static bool sign_open_input(struct sign_run *r, struct output *flushed)
{
    const struct sign_options *o = r->options;
    r->request = (char *)o->reply_to;
    if (r->request != NULL
            ? !input_open(&r->in, r->tool, &o->input, &r->request, 1, flushed)
            : !input_open(&r->in, r->tool, &o->input, o->files, o->file_count, flushed))
        return false;
    if (flushed != NULL) {
        r->in.before_wait = sign_before_wait;
        r->in.before_wait_arg = r;
    }
    return true;
}

/* Prepares the form pcapng. No packet is kept, since the written messages were not captured.
 * Returns false without memory. */
static bool open_packets(struct sign_run *r)
{
    if (r->options->form != &form_pcapng)
        return true;
    r->packets = packets_new(r->tool, 0);
    if (r->packets != NULL)
        (void)packets_add_output(r->packets, &r->out, PACKETS_CHOSEN);
    return r->packets != NULL;
}

static void sign_all(struct sign_run *r)
{
    if (!output_open(&r->out, r->tool, r->options->output, 0))
        return;
    if (open_packets(r) && sign_open_input(r, &r->out)) {
        work_on_all(r);
        if (r->packets != NULL)
            packets_finish(r->packets, r->tool->status == STATUS_FINE, -1);
        input_close(&r->in);
    }
    packets_free(&r->packets);
    (void)output_close(&r->out);
}

/* --mutate: signs the only message, and makes the mutants of it. */
static void mutate_one(struct sign_run *r)
{
    struct sign_slot *slot = &r->slots[0];
    bool done = false;
    char *file = NULL;
    while (input_next(&r->in)) {
        if (!input_is_message(&r->in))
            continue;
        if (done) {
            report_second(r, "--mutate");
            continue;
        }
        reload_err err = kept_place(&slot->kept, &r->in);
        slot->kept.msg = r->in.msg;
        slot->err = err == RELOAD_OK ? sign_steps(&r->workers[0], slot, &slot->diag) : err;
        if (slot->err != RELOAD_OK)
            sign_report(r, slot);
        done = true;
        file = strdup(r->in.file);
    }
    if (done && r->tool->status == STATUS_FINE)
        mutate(r->tool, &r->options->mutate, r->credentials.signer, slot->done.octets,
               slot->done.len, file == NULL ? "-" : file, r->options->output);
    free(file);
}

static void run_with_keys(struct sign_run *r)
{
    reload_err err = sign_workers_open(r, write_slots);
    if (err != RELOAD_OK) {
        tool_error(r->tool, STATUS_FAILED, "%s", reload_strerror(err));
    } else if (r->options->mutate.list == NULL) {
        sign_all(r);
    } else if (sign_open_input(r, NULL)) {
        mutate_one(r);
        input_close(&r->in);
    }
    sign_workers_free(r);
}

void sign_run(struct tool *tool, struct sign_options *options)
{
    struct sign_run r = {.tool = tool, .options = options};
    r.jobs = options->mutate.list != NULL || options->attach != NULL ? 1 : (unsigned)options->jobs;
    if (tool_may_write(tool, options->output) &&
        (options->route_log == NULL || route_log_read(tool, options->route_log, &r.route_log)) &&
        (!sign_options_keyed(options) || credentials_open(tool, options, &r.credentials)))
        run_with_keys(&r);
    credentials_close(&r.credentials);
    reload_buf_free(&r.route_log);
}
