/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/run.h"

#include "common/batch.h"
#include "common/kept.h"
#include "common/packets.h"
#include "common/pipeline.h"
#include "sign/keys.h"
#include "sign/route-log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message between reading and writing. */
struct slot {
    struct batch early; /* its errors */
    struct kept kept;
    uint64_t draw; /* its place among the messages that need a counter, from 1; 0: it needs none */
    reload_msg *msg; /* the result, except of --tbs; owned */
    reload_buf done; /* its octets */
    reload_err err;
    reload_diag diag;
};

/* What one thread works with. */
struct worker {
    struct run *run;
    reload_signer *signer; /* NULL: nothing is signed; of worker 0 the credentials' */
    reload_msg *msg;       /* an intermediate result */
    reload_buf response;   /* unsigned */
    reload_buf half_done;  /* without the ROUTE-LOG */
    uint64_t draw;         /* of the slot it works on; 0: it has drawn, or needs no counter */
};

/* Counters are drawn in input order: a worker waits for its turn. */
struct turns {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    uint64_t last;  /* the last draw that was made, or not needed after all */
    uint64_t given; /* the last place that was given to a slot */
    uint64_t next;  /* without --counter-file: the next counter */
};

struct run {
    struct tool *tool;
    const struct sign_options *options;
    struct credentials credentials;
    reload_buf route_log; /* encoded; empty: none is appended */
    unsigned jobs;
    struct worker *workers; /* owned */
    struct turns turns;
    struct pipeline *pipeline;
    struct slot *slots; /* those of the pipeline; owned */
    struct slot *current;
    char *request; /* --reply-to: the only input file */
    struct input in;
    struct output out;
    struct packets *packets; /* of pcapng; else NULL */
};

/* ---- One message ---- */

/* The message to sign: the input message, or a response to it. */
static reload_err message_to_sign(struct worker *w, const struct slot *slot, const reload_msg **msg,
                                  reload_diag *diag)
{
    const struct sign_options *o = w->run->options;
    *msg = slot->kept.msg;
    if (o->reply_to == NULL)
        return RELOAD_OK;
    reload_buf_reset(&w->response);
    reload_err err = reload_reply(slot->kept.msg, (unsigned)o->code, &w->response, diag);
    if (err == RELOAD_OK)
        err = reload_msg_parse(w->msg, w->response.octets, w->response.len, diag);
    *msg = w->msg;
    return err;
}

static reload_err append_route_log(const struct run *r, const reload_msg *msg, reload_buf *out,
                                   reload_diag *diag)
{
    return reload_append_attr(msg, r->route_log.octets, r->route_log.len, r->options->flags, out,
                              diag);
}

/* Signs, strips, or appends a ROUTE-LOG. */
static reload_err first_step(struct worker *w, const struct slot *slot, reload_buf *out,
                             reload_diag *diag)
{
    const reload_msg *msg;
    const struct sign_options *o = w->run->options;
    const reload_sign_options *sign = &w->run->credentials.options;
    reload_err err = message_to_sign(w, slot, &msg, diag);
    if (err != RELOAD_OK)
        return err;
    if (o->strip)
        return reload_strip(msg, o->flags, out, diag);
    if (o->tbs)
        return reload_sign_tbs(w->signer, msg, sign, out, diag);
    if (w->signer != NULL)
        return reload_sign(w->signer, msg, sign, out, diag);
    return append_route_log(w->run, msg, out, diag);
}

/* All steps from the input to slot->done. The result is parsed into slot->msg, except the output of
 * --tbs. */
static reload_err do_steps(struct worker *w, struct slot *slot, reload_diag *diag)
{
    const struct run *r = w->run;
    bool two_steps = r->route_log.len > 0 && (r->options->strip || w->signer != NULL);
    reload_buf_reset(&slot->done);
    reload_buf_reset(&w->half_done);
    reload_err err = first_step(w, slot, two_steps ? &w->half_done : &slot->done, diag);
    if (err == RELOAD_OK && two_steps) {
        err = reload_msg_parse(w->msg, w->half_done.octets, w->half_done.len, diag);
        if (err == RELOAD_OK)
            err = append_route_log(r, w->msg, &slot->done, diag);
    }
    if (err == RELOAD_OK && slot->msg == NULL && (slot->msg = reload_msg_new()) == NULL)
        err = diag->code = RELOAD_ERR_MEMORY;
    if (err == RELOAD_OK && !r->options->tbs)
        err = reload_msg_parse(slot->msg, slot->done.octets, slot->done.len, diag);
    return err;
}

/* ---- Counters ---- */

static void await_turn(struct worker *w)
{
    struct turns *turns = &w->run->turns;
    (void)pthread_mutex_lock(&turns->mutex);
    while (turns->last + 1 != w->draw)
        (void)pthread_cond_wait(&turns->moved, &turns->mutex);
    (void)pthread_mutex_unlock(&turns->mutex);
}

static void end_turn(struct worker *w)
{
    struct turns *turns = &w->run->turns;
    (void)pthread_mutex_lock(&turns->mutex);
    turns->last = w->draw;
    w->draw = 0;
    (void)pthread_cond_broadcast(&turns->moved);
    (void)pthread_mutex_unlock(&turns->mutex);
}

static reload_err next_in_run(struct turns *turns, uint32_t boot_time, uint32_t *counter,
                              reload_diag *diag)
{
    if (turns->next <= UINT32_MAX) {
        *counter = (uint32_t)turns->next++;
        return RELOAD_OK;
    }
    (void)snprintf(diag->text, sizeof diag->text,
                   "refused: all counters of boot time %" PRIu32
                   " are used; a later boot time is required",
                   boot_time);
    return diag->code = RELOAD_ERR_REFUSED;
}

/* A reload_counter_source: a struct worker's, in its turn. */
static reload_err next_in_turn(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag)
{
    struct worker *w = arg;
    struct run *r = w->run;
    await_turn(w);
    reload_err err = r->options->counter_file == NULL
                         ? next_in_run(&r->turns, *boot_time, counter, diag)
                         : counter_next(&r->credentials.counter, boot_time, counter, diag);
    end_turn(w);
    return err;
}

/* Whether signing a message draws a counter (D29), unless the message is refused before. */
static bool needs_counter(const struct run *r, const reload_msg *msg)
{
    static const uint8_t zeros[RELOAD_TRANSACTION_SIZE];
    const struct sign_options *o = r->options;
    size_t len;
    return r->jobs > 1 && r->credentials.signer != NULL && o->cert != NULL && o->reply_to == NULL &&
           o->transaction_id.len == 0 && reload_msg_field(msg, RELOAD_F_RESPONSE) == 0 &&
           memcmp(reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len), zeros,
                  sizeof zeros) == 0;
}

/* Of struct pipeline_calls. */
static void work_on_slot(void *arg, unsigned worker, size_t i)
{
    struct run *r = arg;
    struct worker *w = &r->workers[worker];
    struct slot *slot = &r->slots[i];
    if (slot->kept.msg == NULL)
        return;
    slot->diag = (reload_diag){0};
    w->draw = slot->draw;
    slot->err = do_steps(w, slot, &slot->diag);
    if (w->draw != 0) { /* it was refused before it drew */
        await_turn(w);
        end_turn(w);
    }
}

static void report(const struct run *r, const struct slot *slot)
{
    item_error(r->tool, &slot->kept.origin, &slot->kept.kind,
               slot->err == RELOAD_ERR_MALFORMED ? STATUS_MALFORMED : STATUS_FAILED, &slot->diag);
}

/* Reports a message after the only one that an option accepts. */
static void report_second(struct run *r, const char *option)
{
    reload_diag diag = {0};
    (void)snprintf(diag.text, sizeof diag.text, "%s accepts one message", option);
    input_error(&r->in, STATUS_FAILED, &diag);
}

/* ---- Writing ---- */

static void warn_of_message(const struct run *r, const struct slot *slot, const char *text)
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
static void warn_of_unsigned(const struct run *r, const struct slot *slot)
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
static void write_tbs(struct run *r, const struct slot *slot, const struct form *form)
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
static void write_packets(struct run *r, const struct slot *slot)
{
    reload_capture ends = slot->kept.capture;
    if (r->options->reply_to != NULL) {
        ends.source = slot->kept.capture.destination;
        ends.destination = slot->kept.capture.source;
    }
    packets_write(r->packets, 0, (reload_span){slot->done.octets, slot->done.len},
                  &slot->kept.origin, &ends, NULL);
}

static void write_done(struct run *r, const struct slot *slot)
{
    const struct sign_options *o = r->options;
    const struct form *form = o->form == NULL ? &form_binary : o->form;
    bool sign = r->credentials.signer != NULL && !o->tbs;
    if (sign && reload_msg_field(slot->msg, RELOAD_F_SECURITY) != RELOAD_SECURITY_NONE)
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
    struct run *r = arg;
    struct batch *before = r->tool->batch;
    for (size_t i = first; i < first + count; i++) {
        struct slot *slot = &r->slots[i];
        r->tool->batch = NULL;
        batch_flush(&slot->early, r->tool);
        if (slot->kept.msg != NULL && slot->err != RELOAD_OK)
            report(r, slot);
        else if (slot->kept.msg != NULL && !r->out.failed)
            write_done(r, slot);
        (void)kept_clear(&slot->kept);
    }
    r->tool->batch = before;
}

static void advance(struct run *r)
{
    r->current = &r->slots[pipeline_current(r->pipeline)];
    r->tool->batch = &r->current->early;
}

/* Writes all slots, and the errors of the one that has no item yet. */
static void drain(struct run *r)
{
    struct slot *current = r->current;
    pipeline_drain(r->pipeline);
    r->tool->batch = NULL;
    batch_flush(&current->early, r->tool);
    advance(r);
}

/* Writes all slots before the input is waited for. */
static void before_wait(void *arg)
{
    struct run *r = arg;
    drain(r);
    input_settle(&r->in);
}

/* Takes the input's message into the current slot. */
static void take_message(struct run *r)
{
    struct slot *slot = r->current;
    reload_err err = kept_place(&slot->kept, &r->in);
    if (err == RELOAD_OK && r->jobs > 1)
        err = kept_message(&slot->kept, &r->in);
    else if (err == RELOAD_OK)
        slot->kept.msg = r->in.msg;
    if (err != RELOAD_OK)
        output_check(&r->out, err);
    else
        slot->draw = needs_counter(r, slot->kept.msg) ? ++r->turns.given : 0;
    pipeline_add(r->pipeline, r->in.item->len);
    advance(r);
}

static void work_on_all(struct run *r)
{
    advance(r);
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

static bool open_input(struct run *r, struct output *flushed)
{
    const struct sign_options *o = r->options;
    r->request = (char *)o->reply_to;
    if (r->request != NULL
            ? !input_open(&r->in, r->tool, &o->input, &r->request, 1, flushed)
            : !input_open(&r->in, r->tool, &o->input, o->files, o->file_count, flushed))
        return false;
    if (flushed != NULL) {
        r->in.before_wait = before_wait;
        r->in.before_wait_arg = r;
    }
    return true;
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
    struct slot *slot = &r->slots[0];
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
        slot->err = err == RELOAD_OK ? do_steps(&r->workers[0], slot, &slot->diag) : err;
        if (slot->err != RELOAD_OK)
            report(r, slot);
        done = true;
        file = strdup(r->in.file);
    }
    if (done && r->tool->status == STATUS_FINE)
        mutate(r->tool, &r->options->mutate, r->credentials.signer, slot->done.octets,
               slot->done.len, file == NULL ? "-" : file, r->options->output);
    free(file);
}

/* ---- Workers and slots ---- */

/* Prepares a worker. Returns false after a failure. */
static reload_err open_worker(struct run *r, unsigned i)
{
    struct worker *w = &r->workers[i];
    const reload_signer *signer = r->credentials.signer;
    w->run = r;
    w->msg = reload_msg_new();
    if (w->msg == NULL)
        return RELOAD_ERR_MEMORY;
    if (r->jobs == 1 || signer == NULL) {
        w->signer = r->credentials.signer;
        return RELOAD_OK;
    }
    reload_err err = reload_signer_copy(signer, &w->signer);
    if (err == RELOAD_OK)
        reload_signer_set_counter_source(w->signer, next_in_turn, w);
    return err;
}

static reload_err open_workers(struct run *r)
{
    /* Signing with RSA takes long, and draws counters in turn, so each message is a bank. */
    size_t bank = r->jobs > 1 && r->options->cert == NULL ? PIPELINE_BANK : 1;
    const struct pipeline_calls calls = {work_on_slot, write_slots, r};
    r->pipeline = pipeline_new(r->jobs, bank, &calls);
    r->workers = calloc(r->jobs, sizeof *r->workers);
    if (r->pipeline == NULL || r->workers == NULL)
        return RELOAD_ERR_MEMORY;
    r->slots = calloc(pipeline_slots(r->pipeline), sizeof *r->slots);
    reload_err err = r->slots == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    for (unsigned i = 0; i < r->jobs && err == RELOAD_OK; i++)
        err = open_worker(r, i);
    return err;
}

static void free_workers(struct run *r)
{
    size_t count = r->slots == NULL ? 0 : pipeline_used(r->pipeline);
    pipeline_free(&r->pipeline); /* first, since it ends the threads */
    for (unsigned i = 0; r->workers != NULL && i < r->jobs; i++) {
        struct worker *w = &r->workers[i];
        if (r->jobs > 1)
            reload_signer_free(&w->signer);
        reload_msg_free(&w->msg);
        reload_buf_free(&w->response);
        reload_buf_free(&w->half_done);
    }
    for (size_t i = 0; i < count; i++) {
        batch_free(&r->slots[i].early);
        kept_free(&r->slots[i].kept);
        reload_msg_free(&r->slots[i].msg);
        reload_buf_free(&r->slots[i].done);
    }
    free(r->workers);
    free(r->slots);
}

static void run_with_keys(struct run *r)
{
    (void)pthread_mutex_init(&r->turns.mutex, NULL);
    (void)pthread_cond_init(&r->turns.moved, NULL);
    reload_err err = open_workers(r);
    if (err != RELOAD_OK) {
        tool_error(r->tool, STATUS_FAILED, "%s", reload_strerror(err));
    } else if (r->options->mutate.list == NULL) {
        sign_all(r);
    } else if (open_input(r, NULL)) {
        mutate_one(r);
        input_close(&r->in);
    }
    free_workers(r);
    (void)pthread_cond_destroy(&r->turns.moved);
    (void)pthread_mutex_destroy(&r->turns.mutex);
}

void sign_run(struct tool *tool, struct sign_options *options)
{
    struct run r = {.tool = tool, .options = options};
    r.jobs = options->mutate.list != NULL || options->attach != NULL ? 1 : (unsigned)options->jobs;
    if (tool_may_write(tool, options->output) &&
        (options->route_log == NULL || route_log_read(tool, options->route_log, &r.route_log)) &&
        (!sign_options_keyed(options) || credentials_open(tool, options, &r.credentials)))
        run_with_keys(&r);
    credentials_close(&r.credentials);
    reload_buf_free(&r.route_log);
}
