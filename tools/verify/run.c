/* SPDX-License-Identifier: BSD-2-Clause */
/* From files to reports: read, judge, commit what the store keeps, print. */
#include "base/fault.h"
#include "verify/report-json.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Policy and store ---- */

static reload_err take_ca(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_policy_add_ca(arg, octets, len, diag);
}

static reload_err take_intermediates(void *arg, const uint8_t *octets, size_t len,
                                     reload_diag *diag)
{
    return reload_policy_add_intermediates(arg, octets, len, diag);
}

static reload_err take_crl(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_policy_add_crl(arg, octets, len, diag);
}

static bool load_certs(struct verify *v, const struct file_list *list, octets_taker *take)
{
    for (size_t i = 0; i < list->count; i++)
        if (!certs_read(&v->tool, list->names[i], take, v->policy))
            return false;
    return true;
}

static bool fail_with(struct verify *v, reload_err err)
{
    tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(err));
    return false;
}

static bool load_secrets(struct verify *v, const struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        reload_buf secret = {0};
        bool good = secret_read(&v->tool, list->names[i], &secret);
        reload_err err =
            good ? reload_policy_add_secret(v->policy, secret.octets, secret.len) : RELOAD_OK;
        reload_buf_free(&secret);
        if (err != RELOAD_OK)
            return fail_with(v, err);
        if (!good)
            return false;
    }
    return true;
}

static void set_limits(struct verify *v, const struct policy_options *p)
{
    if (p->dht >= 0)
        reload_policy_set_dht(v->policy, (uint8_t)p->dht);
    if (p->hash >= 0)
        reload_policy_set_hash(v->policy, (uint8_t)p->hash);
    if (p->max_skew != NOT_SPECIFIED)
        reload_policy_set_max_skew(
            v->policy, p->max_skew == POLICY_NO_SKEW_LIMIT ? -1 : p->max_skew * RELOAD_SECOND);
    if (p->min_rsa_bits >= 0)
        reload_policy_set_min_rsa_bits(v->policy, (unsigned)p->min_rsa_bits);
    reload_policy_allow_sha1_certs(v->policy, p->allow_sha1_certs);
    reload_policy_require_crl(v->policy, p->require_crl);
    reload_policy_require_peer_signature(v->policy, p->require_peer_signature);
    reload_policy_remember(v->policy, (p->replay ? RELOAD_REMEMBER_PEERS : 0u) |
                                          (p->pair ? RELOAD_REMEMBER_REQUESTS : 0u) |
                                          (p->pin != NULL ? RELOAD_REMEMBER_PINS : 0u));
}

static void warn_of_crl(void *arg, size_t file, const char *words)
{
    const struct verify *v = arg;
    tool_warn(&v->tool, "%s: warning: %s", v->options.policy.crl.names[file], words);
}

/* Warns once of doubtful CRLs, as of the first time of checking (D18). */
static void check_crls(struct verify *v, reload_time now)
{
    if (!v->crls_checked)
        reload_policy_crl_warnings(v->policy, now, warn_of_crl, v);
    v->crls_checked = true;
}

static reload_time current_time(const struct verify *v)
{
    return v->options.time != TIME_NOT_SPECIFIED ? v->options.time : tool_now();
}

static bool make_policy(struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    reload_diag diag;
    bool certs = p->security == RELOAD_SECURITY_CERTS;
    v->policy = reload_policy_new(p->security);
    if (v->policy == NULL ||
        (p->overlay != NULL && reload_policy_set_overlay(v->policy, p->overlay) != RELOAD_OK))
        return fail_with(v, RELOAD_ERR_MEMORY);
    set_limits(v, p);
    if (!load_secrets(v, &p->secrets) ||
        (certs && (!load_certs(v, &p->ca, take_ca) ||
                   !load_certs(v, &p->intermediates, take_intermediates) ||
                   !load_certs(v, &p->crl, take_crl))))
        return false;
    if (reload_policy_seal(v->policy, &diag) != RELOAD_OK) {
        tool_error(&v->tool, STATUS_FAILED, "%s", diag.text);
        return false;
    }
    v->judge = reload_judge_new(v->policy);
    if (v->judge == NULL)
        return fail_with(v, RELOAD_ERR_MEMORY);
    if (!v->options.capture_time)
        check_crls(v, current_time(v));
    return true;
}

static bool open_store(struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    v->store.max_peers = (uint64_t)v->options.replay_peers;
    v->store.max_requests = DEFAULT_MAX_REQUESTS;
    v->stores = p->replay || p->pair || p->pin != NULL;
    v->functions = store_functions(&v->store);
    return (!p->replay || store_open_peers(&v->store, &v->tool, p->replay_state)) &&
           (!p->pair || store_open_requests(&v->store, &v->tool)) &&
           (p->pin == NULL || store_open_pins(&v->store, &v->tool, p->pin));
}

/* ---- Printing ---- */

static void print_json(struct verify *v, const struct slot *slot)
{
    reload_security lint = v->options.lint ? v->options.policy.security : RELOAD_SECURITY_OPEN;
    output_check(&v->out,
                 report_json_write(slot->report, slot->msg, &slot->origin, lint, &v->explanations,
                                   output_flags(&v->out), output_write, &v->out));
    (void)output_write(&v->out, "\n", 1);
}

static void print_slot(struct verify *v, struct slot *slot)
{
    reload_err err;
    v->explanations.count = 0;
    if (slot->msg != NULL && v->options.explain && !v->tool.quiet &&
        (err = explain_report(v->policy, slot->msg, slot->report, &v->explanations)) != RELOAD_OK)
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be explained: %s",
                   slot->origin.file, slot->origin.index, reload_strerror(err));
    if (slot->msg != NULL && !reload_report_passed(slot->report))
        tool_status(&v->tool, STATUS_INVALID);
    if (v->options.form != NULL)
        report_filtered(v, slot);
    else if (!v->tool.quiet && v->options.json)
        print_json(v, slot);
    else if (!v->tool.quiet)
        report_text(v, slot);
}

/* Forgets the item, and what memory a large one took. */
static void clear_slot(struct slot *slot)
{
    enum { KEPT = 64 * 1024 };
    slot->has_report = false;
    slot->msg = NULL;
    reload_buf_reset(&slot->octets);
    if (slot->octets.cap > KEPT) {
        reload_buf_free(&slot->octets);
        reload_msg_free(&slot->own_msg);
        reload_report_free(&slot->report);
    }
}

static void free_slots(struct verify *v)
{
    for (size_t i = 0; i < MAX_SLOTS; i++) {
        reload_report_free(&v->slots[i].report);
        reload_msg_free(&v->slots[i].own_msg);
        reload_buf_free(&v->slots[i].octets);
        batch_free(&v->slots[i].early);
    }
}

/* ---- Committing ---- */

static void report_unchecked(struct verify *v, const struct slot *slot, reload_err err)
{
    tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked%s%s",
               slot->origin.file, slot->origin.index, err == RELOAD_OK ? "" : ": ",
               err == RELOAD_OK ? "" : reload_strerror(err));
}

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

/* Whether a request passed before in this run: a hint that saves work, since the store decides. */
static bool expects_replay(struct verify *v, const reload_msg *msg)
{
    struct seen seen, *entry = seen_of(v, msg, &seen);
    return v->options.policy.replay && memcmp(entry, &seen, sizeof seen) == 0;
}

static void note_seen(struct verify *v, const struct slot *slot)
{
    struct seen seen, *entry = seen_of(v, slot->msg, &seen);
    if (v->options.policy.replay && reload_verdict_passes(slot->report->verdict))
        *entry = seen;
}

/* Commits a message to the open transaction. A replay that is none after all, because its peer was
 * dropped from the store, is judged again. */
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
    if (err != RELOAD_OK) {
        slot->has_report = false;
        report_unchecked(v, slot, v->stopped ? RELOAD_OK : err);
    } else {
        note_seen(v, slot);
    }
    if (!store_end_message(&v->store, err == RELOAD_OK)) {
        slot->has_report = false;
        v->stopped = true;
    }
}

/* Commits the filled slots in one transaction, and prints them once it is on disk. The transaction
 * is open here alone, so that other processes get their turns while messages are read and judged,
 * and while output waits for its reader. The slot that is being filled may have errors already. */
static void finish_slots(struct verify *v)
{
    size_t count = v->filled;
    for (size_t i = 0; i < count; i++) {
        v->tool.batch = &v->slots[i].early;
        if (v->stopped)
            v->slots[i].has_report = false;
        else if (v->stores)
            commit_slot(v, &v->slots[i]);
    }
    bool early = v->stores && !RL_FAULT("replay: state is on disk before output");
    if (early && !store_commit(&v->store))
        v->out.failed = true; /* reports that may not hold are not printed */
    v->tool.batch = NULL;
    for (size_t i = 0; i < MAX_SLOTS && i <= count; i++) {
        batch_flush(&v->slots[i].early, &v->tool);
        if (v->slots[i].has_report && !v->out.failed)
            print_slot(v, &v->slots[i]);
        clear_slot(&v->slots[i]);
    }
    if (v->stores && !early)
        (void)store_commit(&v->store);
    v->filled = v->octets = 0;
    v->tool.batch = v->stores ? &v->slots[0].early : NULL;
}

/* Whether the slots must not wait for a pause of the input. */
static bool slots_are_due(const struct verify *v)
{
    enum { MAX_OCTETS = 1024 * 1024, MAX_MS = 50 };
    return v->filled > 0 && (!v->stores || v->filled == MAX_SLOTS || v->octets >= MAX_OCTETS ||
                             (tool_milliseconds() - v->since >= MAX_MS &&
                              !RL_FAULT("replay: messages wait at most 50 ms")));
}

static void before_wait(void *arg)
{
    finish_slots(arg);
}

/* ---- Judging ---- */

/* Moves the message from the input to the slot, since more is read before it is printed. */
static reload_err keep_message(struct verify *v, struct slot *slot)
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

static void judge_slot(struct verify *v, struct slot *slot)
{
    reload_diag diag;
    reload_time captured = v->in.item->captured;
    if (v->options.capture_time && captured == RELOAD_NO_TIME) {
        tool_error(&v->tool, STATUS_FAILED,
                   "%s: message %" PRIu64 ": could not be checked: its capture time is missing",
                   slot->origin.file, slot->origin.index);
        return;
    }
    slot->moment = (reload_moment){.now = v->options.capture_time ? captured : current_time(v),
                                   .captured = captured,
                                   .expect_replay = expects_replay(v, v->in.msg)};
    check_crls(v, slot->moment.now);
    slot->msg = v->in.msg;
    reload_err err = v->stores ? keep_message(v, slot) : RELOAD_OK;
    if (err == RELOAD_OK)
        err = reload_judge_message(v->judge, slot->msg, slot->moment, slot->report);
    if (err != RELOAD_OK) {
        report_unchecked(v, slot, err);
        return;
    }
    if (slot->report->verdict == RELOAD_MALFORMED &&
        reload_msg_check(slot->msg, &diag) != RELOAD_OK)
        input_error(&v->in, STATUS_INVALID, &diag);
    slot->has_report = true;
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
        (void)snprintf(report->detail, sizeof report->detail, "line %u, column %u: %.200s",
                       diag->line, diag->column, diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        (void)snprintf(report->detail, sizeof report->detail, "%.120s: %.120s", diag->pointer,
                       diag->text);
    else
        (void)snprintf(report->detail, sizeof report->detail, "%s", diag->text);
    slot->has_report = true;
}

static void fill_slot(struct verify *v, struct slot *slot)
{
    if (slot->report == NULL && (slot->report = reload_report_new()) == NULL)
        report_unchecked(v, slot, RELOAD_ERR_MEMORY);
    else if (input_is_message(&v->in))
        judge_slot(v, slot);
    else
        describe_garbage(v, slot);
}

static void verify_all(struct verify *v)
{
    v->tool.batch = v->stores ? &v->slots[0].early : NULL;
    while (!v->out.failed && !v->stopped && input_next(&v->in)) {
        struct slot *slot = &v->slots[v->filled];
        slot->origin = v->in.origin;
        if (v->filled++ == 0 && v->stores)
            v->since = tool_milliseconds();
        fill_slot(v, slot);
        if (slots_are_due(v))
            finish_slots(v);
        else
            v->tool.batch = &v->slots[v->filled].early;
        output_flush_old(&v->out);
    }
    finish_slots(v);
    v->tool.batch = NULL;
}

static bool open_all(struct verify *v, char **files, int count)
{
    if (!policy_load(&v->tool, &v->options.policy) ||
        !tool_may_write(&v->tool, v->options.output) || !make_policy(v) || !open_store(v) ||
        !output_open(&v->out, &v->tool, v->options.output, 0))
        return false;
    if (!input_open(&v->in, &v->tool, &v->options.input, files, count, &v->out)) {
        (void)output_close(&v->out);
        return false;
    }
    v->in.before_wait = before_wait;
    v->in.before_wait_arg = v;
    return true;
}

void verify_run(struct verify *v, char **files, int count)
{
    if (open_all(v, files, count)) {
        verify_all(v);
        input_close(&v->in);
        (void)output_close(&v->out);
    }
    free_slots(v);
    explanations_free(&v->explanations);
    store_close(&v->store);
    reload_judge_free(&v->judge);
    reload_policy_free(&v->policy);
    policy_free(&v->options.policy);
}
