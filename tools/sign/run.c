/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/run.h"

#include "common/packets.h"
#include "sign/keys.h"
#include "sign/route-log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    struct tool *tool;
    const struct sign_options *options;
    struct credentials credentials;
    reload_buf route_log; /* encoded; empty: none is appended */
    reload_buf response;  /* unsigned */
    reload_buf half_done; /* without the ROUTE-LOG */
    reload_buf done;      /* the message to write */
    reload_msg *msg;
    char *request; /* --reply-to: the only input file */
    struct input in;
    struct output out;
    struct packets *packets; /* of pcapng; else NULL */
};

/* ---- One message ---- */

/* The message to sign: the input message, or a response to it. */
static reload_err message_to_sign(struct run *r, const reload_msg **msg, reload_diag *diag)
{
    *msg = r->in.msg;
    if (r->options->reply_to == NULL)
        return RELOAD_OK;
    reload_buf_reset(&r->response);
    reload_err err = reload_reply(r->in.msg, (unsigned)r->options->code, &r->response, diag);
    if (err == RELOAD_OK)
        err = reload_msg_parse(r->msg, r->response.octets, r->response.len, diag);
    *msg = r->msg;
    return err;
}

static reload_err append_route_log(struct run *r, const reload_msg *msg, reload_buf *out,
                                   reload_diag *diag)
{
    return reload_append_attr(msg, r->route_log.octets, r->route_log.len, r->options->flags, out,
                              diag);
}

/* Signs, strips, or appends a ROUTE-LOG. */
static reload_err first_step(struct run *r, reload_buf *out, reload_diag *diag)
{
    const reload_msg *msg;
    const struct credentials *s = &r->credentials;
    reload_err err = message_to_sign(r, &msg, diag);
    if (err != RELOAD_OK)
        return err;
    if (r->options->strip)
        return reload_strip(msg, r->options->flags, out, diag);
    if (r->options->tbs)
        return reload_sign_tbs(s->signer, msg, &s->options, out, diag);
    if (s->signer != NULL)
        return reload_sign(s->signer, msg, &s->options, out, diag);
    return append_route_log(r, msg, out, diag);
}

/* All steps from the input to r->done. The result is parsed into r->msg, except the output of
 * --tbs. */
static reload_err work(struct run *r, reload_diag *diag)
{
    bool two_steps = r->route_log.len > 0 && (r->options->strip || r->credentials.signer != NULL);
    reload_buf_reset(&r->done);
    reload_buf_reset(&r->half_done);
    reload_err err = first_step(r, two_steps ? &r->half_done : &r->done, diag);
    if (err == RELOAD_OK && two_steps) {
        err = reload_msg_parse(r->msg, r->half_done.octets, r->half_done.len, diag);
        if (err == RELOAD_OK)
            err = append_route_log(r, r->msg, &r->done, diag);
    }
    if (err == RELOAD_OK && !r->options->tbs)
        err = reload_msg_parse(r->msg, r->done.octets, r->done.len, diag);
    return err;
}

static void report(struct run *r, reload_err err, const reload_diag *diag)
{
    input_error(&r->in, err == RELOAD_ERR_MALFORMED ? STATUS_MALFORMED : STATUS_FAILED, diag);
}

/* Reports a message after the only one that an option accepts. */
static void report_second(struct run *r, const char *option)
{
    reload_diag diag = {0};
    (void)snprintf(diag.text, sizeof diag.text, "%s accepts one message", option);
    input_error(&r->in, STATUS_FAILED, &diag);
}

/* ---- Writing ---- */

static void warn_of_message(const struct run *r, const char *text)
{
    tool_warn(r->tool, "%s: message %" PRIu64 ": warning: %s", r->in.file, r->in.index, text);
}

static bool lacks_signature(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    return attr->type == RELOAD_A_BODY && attr->in_place && !attr->ignored &&
           reload_msg_member(msg, i, RELOAD_A_BODY_SIGNATURE) == RELOAD_NO_ATTR &&
           reload_msg_member(msg, i, RELOAD_A_BODY_CERTIFICATE) == RELOAD_NO_ATTR;
}

/* Warns of parts of a signed message that no signature protects. */
static void warn_of_unsigned(const struct run *r)
{
    bool ignored = false, body = false;
    for (uint32_t i = 0; i < reload_msg_count(r->msg); i++) {
        const reload_attr *attr = reload_msg_attr(r->msg, i);
        ignored = ignored || (attr->ignored && attr->depth == 1);
        body = body || lacks_signature(r->msg, i);
    }
    if (ignored)
        warn_of_message(r, "attributes after the SIGNATURE are not signed and will be ignored; "
                           "--strip makes them part of the message");
    if (body)
        warn_of_message(r, "a BODY has no signature, so verifiers will reject the message; use "
                           "--sign-bodies");
}

/* The octets to be signed, as hex digits or as they are. */
static void write_tbs(struct run *r, const struct form *form)
{
    if (form == &form_hex) {
        output_check(&r->out,
                     form_write_digits(r->done.octets, r->done.len, output_write, &r->out));
        (void)output_write(&r->out, "\n", 1);
    } else {
        (void)output_write(&r->out, r->done.octets, r->done.len);
    }
}

/* The message in packets that are made for it. A response goes back where its request came from. */
static void write_packets(struct run *r)
{
    reload_capture ends = r->in.ends;
    if (r->options->reply_to != NULL) {
        ends.source = r->in.ends.destination;
        ends.destination = r->in.ends.source;
    }
    packets_write(r->packets, 0, (reload_span){r->done.octets, r->done.len}, &r->in.origin, &ends,
                  NULL);
}

static void write_done(struct run *r)
{
    const struct sign_options *o = r->options;
    const struct form *form = o->form == NULL ? &form_binary : o->form;
    bool sign = r->credentials.signer != NULL && !o->tbs;
    if (sign && reload_msg_field(r->msg, RELOAD_F_SECURITY) != RELOAD_SECURITY_NONE)
        warn_of_unsigned(r);
    if (o->tbs)
        write_tbs(r, form);
    else if (r->packets != NULL)
        write_packets(r);
    else
        output_message(&r->out, form, r->msg, NULL, o->json_flags);
    if (sign && (o->flags & RELOAD_SIGN_SOURCE_INFO) != 0 &&
        reload_msg_member(r->msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO) == RELOAD_NO_ATTR)
        warn_of_message(r, "no SOURCE-INFO to sign");
}

/* ---- All messages ---- */

static void work_on_all(struct run *r)
{
    for (bool any = false; !r->out.failed && input_next(&r->in);) {
        reload_diag diag = {0};
        if (!input_is_message(&r->in))
            continue;
        if (any && r->options->attach != NULL) {
            report_second(r, "--attach");
            continue;
        }
        any = true;
        reload_err err = work(r, &diag);
        if (err == RELOAD_OK)
            write_done(r);
        else
            report(r, err, &diag);
    }
}

static bool open_input(struct run *r, struct output *flushed)
{
    const struct sign_options *o = r->options;
    r->request = (char *)o->reply_to;
    return r->request != NULL
               ? input_open(&r->in, r->tool, &o->input, &r->request, 1, flushed)
               : input_open(&r->in, r->tool, &o->input, o->files, o->file_count, flushed);
}

/* Prepares the form pcapng. No packet is kept, since what is written was not captured. Returns
 * false without memory. */
static bool open_packets(struct run *r)
{
    if (r->options->form != &form_pcapng)
        return true;
    r->packets = packets_new(r->tool, 0);
    if (r->packets != NULL)
        (void)packets_add_output(r->packets, &r->out, PACKETS_CHOSEN);
    return r->packets != NULL;
}

static void sign_all(struct run *r)
{
    if (!output_open(&r->out, r->tool, r->options->output, 0))
        return;
    if (open_packets(r) && open_input(r, &r->out)) {
        work_on_all(r);
        if (r->packets != NULL)
            packets_finish(r->packets, r->tool->status == STATUS_FINE, -1);
        input_close(&r->in);
    }
    packets_free(&r->packets);
    (void)output_close(&r->out);
}

/* --mutate: signs the only message, and makes the mutants of it. */
static void mutate_one(struct run *r)
{
    bool done = false;
    char *file = NULL;
    while (input_next(&r->in)) {
        reload_diag diag = {0};
        if (!input_is_message(&r->in))
            continue;
        if (done) {
            report_second(r, "--mutate");
            continue;
        }
        reload_err err = work(r, &diag);
        if (err != RELOAD_OK)
            report(r, err, &diag);
        done = true;
        file = strdup(r->in.file);
    }
    if (done && r->tool->status == STATUS_FINE)
        mutate(r->tool, &r->options->mutate, r->credentials.signer, r->done.octets, r->done.len,
               file == NULL ? "-" : file, r->options->output);
    free(file);
}

static void run_with_keys(struct run *r)
{
    r->msg = reload_msg_new();
    if (r->msg == NULL) {
        tool_error(r->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    } else if (r->options->mutate.list == NULL) {
        sign_all(r);
    } else if (open_input(r, NULL)) {
        mutate_one(r);
        input_close(&r->in);
    }
    reload_msg_free(&r->msg);
}

void sign_run(struct tool *tool, struct sign_options *options)
{
    struct run r = {.tool = tool, .options = options};
    if (tool_may_write(tool, options->output) &&
        (options->route_log == NULL || route_log_read(tool, options->route_log, &r.route_log)) &&
        (!sign_options_keyed(options) || credentials_open(tool, options, &r.credentials)))
        run_with_keys(&r);
    credentials_close(&r.credentials);
    reload_buf *const bufs[] = {&r.route_log, &r.response, &r.half_done, &r.done};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        reload_buf_free(bufs[i]);
}
