/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps from an input message to the result, and the threads that take them. */
#include "sign/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- One message ---- */

/* The message to sign: the input message, or a response to it. */
static reload_err message_to_sign(struct sign_worker *w, const struct sign_slot *slot,
                                  const reload_msg **msg, reload_diag *diag)
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

static reload_err append_route_log(const struct sign_run *r, const reload_msg *msg, reload_buf *out,
                                   reload_diag *diag)
{
    return reload_append_attr(msg, r->route_log.octets, r->route_log.len, r->options->flags, out,
                              diag);
}

/* Signs, strips, or appends a ROUTE-LOG. */
static reload_err first_step(struct sign_worker *w, const struct sign_slot *slot, reload_buf *out,
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

reload_err sign_steps(struct sign_worker *w, struct sign_slot *slot, reload_diag *diag)
{
    const struct sign_run *r = w->run;
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

static void await_turn(struct sign_worker *w)
{
    struct sign_turns *turns = &w->run->turns;
    (void)pthread_mutex_lock(&turns->mutex);
    while (turns->last + 1 != w->draw)
        (void)pthread_cond_wait(&turns->moved, &turns->mutex);
    (void)pthread_mutex_unlock(&turns->mutex);
}

static void end_turn(struct sign_worker *w)
{
    struct sign_turns *turns = &w->run->turns;
    (void)pthread_mutex_lock(&turns->mutex);
    turns->last = w->draw;
    w->draw = 0;
    (void)pthread_cond_broadcast(&turns->moved);
    (void)pthread_mutex_unlock(&turns->mutex);
}

static reload_err next_in_run(struct sign_turns *turns, uint32_t boot_time, uint32_t *counter,
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

/* A reload_counter_source: a struct sign_worker's, in its turn. */
static reload_err next_in_turn(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag)
{
    struct sign_worker *w = arg;
    struct sign_run *r = w->run;
    await_turn(w);
    reload_err err = r->options->counter_file == NULL
                         ? next_in_run(&r->turns, *boot_time, counter, diag)
                         : counter_next(&r->credentials.counter, boot_time, counter, diag);
    end_turn(w);
    return err;
}

/* Whether signing a message draws a counter (D29), unless the message is refused before. */
static bool needs_counter(const struct sign_run *r, const reload_msg *msg)
{
    static const uint8_t zeros[RELOAD_TRANSACTION_SIZE];
    const struct sign_options *o = r->options;
    size_t len;
    return r->jobs > 1 && r->credentials.signer != NULL && o->cert != NULL && o->reply_to == NULL &&
           o->transaction_id.len == 0 && reload_msg_field(msg, RELOAD_F_RESPONSE) == 0 &&
           memcmp(reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len), zeros,
                  sizeof zeros) == 0;
}

void sign_give_turn(struct sign_run *r, struct sign_slot *slot)
{
    slot->draw = needs_counter(r, slot->kept.msg) ? ++r->turns.given : 0;
}

/* Of struct pipeline_calls. */
static void work_on_slot(void *arg, unsigned worker, size_t i)
{
    struct sign_run *r = arg;
    struct sign_worker *w = &r->workers[worker];
    struct sign_slot *slot = &r->slots[i];
    if (slot->kept.msg == NULL)
        return;
    slot->diag = (reload_diag){0};
    w->draw = slot->draw;
    slot->err = sign_steps(w, slot, &slot->diag);
    if (w->draw != 0) { /* it was refused before it drew */
        await_turn(w);
        end_turn(w);
    }
}

/* ---- Workers and slots ---- */

/* Prepares a worker. Returns false after a failure. */
static reload_err open_worker(struct sign_run *r, unsigned i)
{
    struct sign_worker *w = &r->workers[i];
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

reload_err sign_workers_open(struct sign_run *r,
                             void (*finish)(void *run, size_t first, size_t count))
{
    /* Signing with RSA takes long, and draws counters in turn, so each message is a bank. */
    size_t bank = r->jobs > 1 && r->options->cert == NULL ? PIPELINE_BANK : 1;
    const struct pipeline_calls calls = {work_on_slot, finish, r};
    (void)pthread_mutex_init(&r->turns.mutex, NULL);
    (void)pthread_cond_init(&r->turns.moved, NULL);
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

void sign_workers_free(struct sign_run *r)
{
    size_t count = r->slots == NULL ? 0 : pipeline_used(r->pipeline);
    pipeline_free(&r->pipeline); /* first, since it ends the threads */
    for (unsigned i = 0; r->workers != NULL && i < r->jobs; i++) {
        struct sign_worker *w = &r->workers[i];
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
    (void)pthread_cond_destroy(&r->turns.moved);
    (void)pthread_mutex_destroy(&r->turns.mutex);
}
