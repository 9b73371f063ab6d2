/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of judging that requires the store. Messages are committed in input order, one at a
 * time. */
#include "base/fault.h"
#include "verify/report.h"
#include "x509/x509.h"

#include <inttypes.h>
#include <string.h>

/* One message being committed. */
struct committing {
    const reload_store *store;
    rl_plan *plan;
    rl_report *report;
    bool kept; /* D26: every message around this one passes, so this one may have effects */
    rl_finding finding; /* of the step that failed first */
    bool late;          /* the message has failed before the step */
    bool has_peer;      /* effects, applied if the message passes */
    uint8_t peer_id[RELOAD_ID_SIZE];
    reload_peer_state peer;
    rl_step *pins, **last_pin;
};

static const uint8_t *transaction_id(const reload_msg *msg)
{
    size_t len;
    return reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len);
}

static reload_err record_request(const struct committing *c)
{
    const reload_msg *msg = c->plan->msg;
    uint32_t overlay = reload_msg_field(msg, RELOAD_F_OVERLAY);
    bool join = reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN;
    if (!c->kept || (!reload_verdict_passes(c->report->result.verdict) &&
                     RL_FAULT("D25: a request is recorded whatever its verdict")))
        return RELOAD_OK;
    const reload_request_state request = {
        .captured = c->plan->captured,
        .open_overlay = overlay == 0 && join && !RL_FAULT("D25: the open Overlay of a PEER-JOIN")};
    return c->store->keep_request(c->store->arg, transaction_id(msg), overlay, &request);
}

/* ---- Pins (D28) ---- */

static const char *name_of(const struct committing *c, const rl_step *step)
{
    return (const char *)c->plan->names.octets + c->plan->identities[step->identity].name;
}

static const uint8_t *fingerprint_of(const struct committing *c, const rl_step *step)
{
    return c->plan->candidates.list[step->trial.chosen].fingerprint;
}

/* The key of a step's identity: the one that this message showed before, or else the stored one.
 * *pin: NULL without one. */
static reload_err find_pin(const struct committing *c, const rl_step *step,
                           uint8_t stored[RELOAD_FINGERPRINT_SIZE], const uint8_t **pin)
{
    const char *name = name_of(c, step);
    const rl_step *shown = c->plan->identities[step->identity].pin;
    bool found = false;
    *pin = NULL;
    if (name[0] == '\0')
        return RELOAD_OK;
    if (shown != NULL && !RL_FAULT("D28: two keys in one message")) {
        *pin = fingerprint_of(c, shown);
        return RELOAD_OK;
    }
    reload_err err = c->store->find_pin(c->store->arg, name, stored, &found);
    if (err == RELOAD_OK && found)
        *pin = stored;
    return err;
}

/* Adds the chosen candidate's key to the effects, unless an earlier step of this message did. */
static void note_pin(struct committing *c, rl_step *step)
{
    rl_identity *identity = &c->plan->identities[step->identity];
    if (name_of(c, step)[0] == '\0' || identity->pin != NULL)
        return;
    identity->pin = step;
    step->next = NULL;
    *c->last_pin = step;
    c->last_pin = &step->next;
}

static reload_err commit_signature(struct committing *c, rl_step *step)
{
    reload_signature *entry = &c->report->signatures[step->signature];
    uint8_t stored[RELOAD_FINGERPRINT_SIZE];
    const uint8_t *pin = NULL;
    if (!step->pinned)
        return RELOAD_OK;
    reload_err err = RELOAD_OK;
    if (step->trial.first < step->trial.end) /* else its objection remains */
        err = find_pin(c, step, stored, &pin);
    if (err == RELOAD_OK)
        err = rl_trial_decide(&step->trial, &c->plan->candidates, c->plan->msg, entry->attr,
                              c->plan->md, pin,
                              strncmp(name_of(c, step), "key:", 4) == 0 ? "KEY" : "PEER-ID");
    if (err != RELOAD_OK)
        return err;
    rl_signature_set_signer(entry,
                            rl_cert_share(c->plan->candidates.list[step->trial.chosen].cert));
    const rl_finding *finding = &step->trial.finding;
    if (finding->reason == RELOAD_REASON_NONE) {
        if (step->decides || RL_FAULT("D28: keys in ROUTE-LOGs are not stored"))
            note_pin(c, step);
        finding = &step->rest;
    }
    entry->reason = finding->reason;
    entry->verdict = finding->reason == RELOAD_REASON_NONE ? RELOAD_VALID : RELOAD_INVALID;
    if (step->decides && finding->reason != RELOAD_REASON_NONE &&
        (!c->late || RL_FAULT("check-all: the verdict is that of the first failure")))
        c->finding = *finding;
    return RELOAD_OK;
}

/* ---- Step 11 (D25) ---- */

static reload_err commit_peer(struct committing *c)
{
    const reload_msg *msg = c->plan->msg;
    size_t len;
    bool known = false;
    reload_value stamp = {0};
    uint32_t signature = reload_msg_signature(msg);
    uint32_t boot_time = rl_get32(transaction_id(msg));
    uint32_t counter = rl_get32(transaction_id(msg) + 4);
    memcpy(c->peer_id, reload_msg_field_octets(msg, RELOAD_F_SOURCE_ID, &len), RELOAD_ID_SIZE);
    reload_err err = c->store->find_peer(c->store->arg, c->peer_id, &c->peer, &known);
    if (err != RELOAD_OK)
        return err;
    if (!rl_peer_is_replay(&c->peer, known, boot_time, counter)) {
        (void)reload_msg_value(msg, reload_msg_member(msg, signature, RELOAD_A_TIMESTAMP), &stamp);
        rl_peer_advance(&c->peer, known, boot_time, counter, stamp.number);
        c->has_peer = true;
    } else if (boot_time < c->peer.boot_time) {
        (void)rl_finding_set(&c->finding, msg, RELOAD_REASON_REPLAY, RELOAD_NO_ATTR,
                             "the Transaction ID's boot time is %" PRIu32
                             ", before the peer's latest, %" PRIu32,
                             boot_time, c->peer.boot_time);
    } else if (c->peer.counter - counter > RL_WINDOW) {
        (void)rl_finding_set(&c->finding, msg, RELOAD_REASON_REPLAY, RELOAD_NO_ATTR,
                             "the Transaction ID's counter is %" PRIu32
                             ", more than %d below the peer's highest, %" PRIu32,
                             counter, RL_WINDOW, c->peer.counter);
    } else {
        (void)rl_finding_set(&c->finding, msg, RELOAD_REASON_REPLAY, RELOAD_NO_ATTR,
                             "the Transaction ID's counter %" PRIu32 " was seen before", counter);
    }
    return RELOAD_OK;
}

static reload_err commit_response(struct committing *c)
{
    const reload_store *store = c->store;
    const reload_msg *msg = c->plan->msg;
    uint32_t overlay = reload_msg_field(msg, RELOAD_F_OVERLAY);
    reload_request_state request = {0};
    bool matched = false;
    reload_err err =
        store->find_request(store->arg, transaction_id(msg), overlay, &request, &matched);
    if (err == RELOAD_OK && !matched &&
        reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN) {
        /* B§8.1.1: a PEER-JOIN request may leave the Overlay to its response */
        err = store->find_request(store->arg, transaction_id(msg), 0, &request, &matched);
        matched = matched && request.open_overlay;
    }
    if (err != RELOAD_OK)
        return err;
    if (!matched) {
        (void)rl_finding_set(&c->finding, msg, RELOAD_REASON_UNMATCHED_RESPONSE, RELOAD_NO_ATTR,
                             "no earlier request has its Transaction ID and Overlay");
    } else if (request.captured != RELOAD_NO_TIME && c->plan->captured != RELOAD_NO_TIME &&
               !RL_FAULT("D25: round-trip times")) {
        c->report->result.has_round_trip = true;
        c->report->result.round_trip = c->plan->captured - request.captured;
    }
    return RELOAD_OK;
}

/* ---- Committing ---- */

static reload_err commit_step(struct committing *c, rl_step *step)
{
    switch (step->kind) {
    case RL_STEP_REQUEST:
        return record_request(c);
    case RL_STEP_SIGNATURE:
        return commit_signature(c, step);
    case RL_STEP_PEER:
        return commit_peer(c);
    case RL_STEP_RESPONSE:
        return commit_response(c);
    }
    return RELOAD_OK;
}

/* Runs the steps in order until one fails, and then, if the policy checks all, the steps of
 * signatures. *reached: the number of steps run. */
static reload_err commit_steps(struct committing *c, size_t *reached)
{
    rl_plan *plan = c->plan;
    reload_err err = RELOAD_OK;
    size_t i = 0;
    for (; i < plan->count && err == RELOAD_OK; i++) {
        c->late = c->finding.reason != RELOAD_REASON_NONE || i >= plan->decisive;
        if (c->late && !plan->all)
            break;
        if (!c->late || plan->steps[i].kind == RL_STEP_SIGNATURE)
            err = commit_step(c, &plan->steps[i]);
    }
    *reached = i;
    return err;
}

/* Changes the verdict: the judge's findings after the failed step do not count. */
static void turn_verdict(struct committing *c, size_t reached)
{
    rl_report_fail(c->report, &c->finding);
    for (size_t i = reached; i < c->plan->count; i++) {
        if (c->plan->steps[i].kind != RL_STEP_SIGNATURE)
            continue;
        reload_signature *entry = &c->report->signatures[c->plan->steps[i].signature];
        entry->verdict = RELOAD_UNCHECKED;
        entry->reason = RELOAD_REASON_NONE;
        rl_signature_set_signer(entry, NULL);
    }
}

static reload_err apply_effects(const struct committing *c)
{
    const reload_store *store = c->store;
    reload_err err = RELOAD_OK;
    if (c->has_peer)
        err = store->keep_peer(store->arg, c->peer_id, &c->peer);
    for (const rl_step *pin = c->pins; pin != NULL && err == RELOAD_OK; pin = pin->next)
        err = store->keep_pin(store->arg, name_of(c, pin), fingerprint_of(c, pin));
    return err;
}

static bool serves_step(const reload_store *store, const rl_step *step)
{
    switch (step->kind) {
    case RL_STEP_REQUEST:
        return store->keep_request != NULL;
    case RL_STEP_SIGNATURE:
        return !step->pinned || (store->find_pin != NULL && store->keep_pin != NULL);
    case RL_STEP_PEER:
        return store->find_peer != NULL && store->keep_peer != NULL;
    case RL_STEP_RESPONSE:
        return store->find_request != NULL;
    }
    return false;
}

/* Whether there is a store with the functions that the plan's steps call. */
static bool store_serves(const reload_store *store, const rl_plan *plan)
{
    bool serves = store != NULL;
    for (size_t i = 0; i < plan->count && serves; i++)
        serves = serves_step(store, &plan->steps[i]);
    return serves;
}

static reload_err commit_message(const reload_store *store, rl_report *report, bool kept)
{
    rl_plan *plan = report->plan;
    struct committing c = {.store = store, .plan = plan, .report = report, .kept = kept};
    if (plan == NULL || plan->count == 0)
        return RELOAD_OK;
    if (!store_serves(store, plan))
        return RELOAD_ERR_ARGUMENT;
    c.last_pin = &c.pins;
    size_t reached;
    reload_err err = commit_steps(&c, &reached);
    if (err == RELOAD_OK && c.finding.reason == RELOAD_REASON_NONE && plan->stopped)
        err = RELOAD_ERR_AGAIN;
    if (err == RELOAD_OK && c.finding.reason != RELOAD_REASON_NONE)
        turn_verdict(&c, reached);
    if (err == RELOAD_OK && kept &&
        (reload_verdict_passes(report->result.verdict) ||
         RL_FAULT("D25: a message that fails has no effects")))
        err = apply_effects(&c);
    rl_plan_clear(plan);
    return err;
}

/* D26: commits the outer message before its inner messages, and these in message order. An inner
 * message keeps its own verdict, but has effects only if every message around it passes: otherwise
 * anyone could use up a counter by wrapping a genuine request. */
static reload_err commit_all(const reload_store *store, rl_report *report, bool kept)
{
    reload_err err = commit_message(store, report, kept);
    kept = kept && (reload_verdict_passes(report->result.verdict) ||
                    RL_FAULT("D26: an inner message has effects only if the outer ones pass"));
    for (size_t i = 0; i < report->result.tunnelled_count && err == RELOAD_OK; i++)
        err = commit_all(store, rl_report_of(report->tunnelled[i].report), kept);
    return err;
}

reload_err reload_commit(const reload_store *given, reload_report *report)
{
    reload_store store;
    bool usable = rl_sized_copy(&store, sizeof store, given);
    reload_err err = commit_all(usable ? &store : NULL, rl_report_of(report), true);
    if (err != RELOAD_OK)
        reload_report_clear(report);
    return err;
}
