/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging a message as a receiving peer must: D24's checklist, without the store. */
#include "verify/judge.h"
#include "verify/words.h"

#include "base/fault.h"
#include "x509/mismatch.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- The judge ---- */

static void free_macs(rl_mac **macs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rl_mac_free(&macs[i]);
    free(macs);
}

reload_err reload_judge_set_policy(reload_judge *judge, const reload_policy *policy)
{
    if (!policy->sealed)
        return RELOAD_ERR_ARGUMENT;
    size_t count = policy->suite->kind == RELOAD_SUITE_MAC ? policy->secret_count : 0;
    rl_mac **macs = count == 0 ? NULL : calloc(count, sizeof *macs);
    reload_err err = count == 0 || macs != NULL ? RELOAD_OK : RELOAD_ERR_MEMORY;
    for (size_t i = 0; i < count && err == RELOAD_OK; i++)
        err = rl_mac_new(policy->suite->md, policy->secrets[i].octets, policy->secrets[i].len,
                         &macs[i]);
    if (err != RELOAD_OK) {
        free_macs(macs, macs == NULL ? 0 : count);
        return err;
    }
    free_macs(judge->macs, judge->mac_count);
    rl_known_forget_policy(&judge->known);
    judge->policy = policy;
    judge->macs = macs;
    judge->mac_count = count;
    return RELOAD_OK;
}

reload_judge *reload_judge_new(const reload_policy *policy)
{
    reload_judge *judge = calloc(1, sizeof *judge);
    if (judge != NULL && reload_judge_set_policy(judge, policy) != RELOAD_OK)
        reload_judge_free(&judge);
    if (judge != NULL)
        reload_judge_set_cache(judge, RELOAD_DEFAULT_CACHE);
    return judge;
}

void reload_judge_set_cache(reload_judge *judge, size_t octets)
{
    rl_known_set_limit(&judge->known, octets);
}

void reload_judge_free(reload_judge **judge)
{
    if (judge == NULL || *judge == NULL)
        return;
    free_macs((*judge)->macs, (*judge)->mac_count);
    rl_scratch_clear(&(*judge)->scratch);
    rl_candidates_free(&(*judge)->scratch.candidates);
    rl_known_free(&(*judge)->known);
    free(*judge);
    *judge = NULL;
}

reload_reason rl_judge_fail(rl_judging *j, reload_reason reason, uint32_t attr, const char *format,
                            ...)
{
    va_list args;
    va_start(args, format);
    reason = rl_finding_vset(&j->finding, j->msg, reason, attr, format, args);
    va_end(args);
    return reason;
}

/* Whether a check failed. Keeps the message's first failure. */
static bool fails(rl_judging *j, reload_reason reason)
{
    if (reason != RELOAD_REASON_NONE && j->first.reason == RELOAD_REASON_NONE) {
        j->first = j->finding;
        if (j->plan != NULL)
            j->plan->decisive = j->plan->count;
    }
    return reason != RELOAD_REASON_NONE;
}

/* Whether a result ends the checking of signatures. */
static bool stops(rl_judging *j, reload_reason reason)
{
    bool all = j->policy->check_all && !RL_FAULT("check-all: signatures after one that fails");
    return j->err != RELOAD_OK || (fails(j, reason) && !all);
}

/* ---- Steps 1 to 4 ---- */

static reload_reason judge_form(rl_judging *j)
{
    reload_diag diag;
    uint32_t version = reload_msg_field(j->msg, RELOAD_F_VERSION);
    if (reload_msg_check(j->msg, &diag) != RELOAD_OK) {
        if (diag.has_pointer)
            return rl_judge_fail(j, RELOAD_REASON_MALFORMED, RELOAD_NO_ATTR, "%.120s at %.100s",
                                 diag.text, diag.pointer);
        if (!diag.has_offset)
            return rl_judge_fail(j, RELOAD_REASON_MALFORMED, RELOAD_NO_ATTR, "%.120s", diag.text);
        return rl_judge_fail(j, RELOAD_REASON_MALFORMED, RELOAD_NO_ATTR,
                             "%.120s at offset %" PRIu64 " of the message", diag.text, diag.offset);
    }
    if (version != RELOAD_VERSION_1)
        return rl_judge_fail(j, RELOAD_REASON_UNSUPPORTED_VERSION, RELOAD_NO_ATTR,
                             "Version is %" PRIu32 ", expected 1", version);
    if (reload_msg_field(j->msg, RELOAD_F_FRAG) != 0)
        return rl_judge_fail(j, RELOAD_REASON_FRAGMENT, RELOAD_NO_ATTR,
                             "a fragment of a message cannot be verified");
    return RELOAD_REASON_NONE;
}

static reload_reason check_number(rl_judging *j, const char *field, reload_field id, bool has,
                                  uint32_t expected)
{
    char is[64], wanted[64];
    uint32_t found = reload_msg_field(j->msg, id);
    reload_names names = id == RELOAD_F_DHT ? RELOAD_NAMES_DHT : RELOAD_NAMES_HASH;
    return !has || found == expected
               ? RELOAD_REASON_NONE
               : rl_judge_fail(j, RELOAD_REASON_OVERLAY_MISMATCH, RELOAD_NO_ATTR,
                               "%s is %s, expected %s", field,
                               rl_number_text(names, found, is, sizeof is),
                               rl_number_text(names, expected, wanted, sizeof wanted));
}

/* Step 4: the overlay's parameters, and D23's algorithm. */
static reload_reason check_overlay(rl_judging *j)
{
    const reload_policy *p = j->policy;
    uint32_t overlay = reload_msg_field(j->msg, RELOAD_F_OVERLAY);
    uint32_t security = reload_msg_field(j->msg, RELOAD_F_SECURITY);
    char text[192];
    if (p->overlay_name != NULL && overlay != p->overlay && !(overlay == 0 && j->join_request)) {
        rl_overlay_mismatch_text(overlay, p->overlay_name, text, sizeof text);
        return rl_judge_fail(j, RELOAD_REASON_OVERLAY_MISMATCH, RELOAD_NO_ATTR, "%s", text);
    }
    reload_reason reason = check_number(j, "DHT", RELOAD_F_DHT, p->has_dht, p->dht);
    if (reason == RELOAD_REASON_NONE)
        reason = check_number(j, "Hash", RELOAD_F_HASH, p->has_hash, p->hash);
    if (reason == RELOAD_REASON_NONE && security != p->suite->security &&
        !(security == RELOAD_SECURITY_OPEN && j->join_request &&
          !RL_FAULT("D23: Security may be open in a PEER-JOIN request")))
        reason = rl_judge_fail(j, RELOAD_REASON_SECURITY_MISMATCH, RELOAD_NO_ATTR,
                               "Security is %s, expected %" PRIu32 " (%s)",
                               rl_number_text(RELOAD_NAMES_SECURITY, security, text, sizeof text),
                               p->suite->security, p->suite->name);
    return reason;
}

/* ---- Step 11 ---- */

static void plan_step(rl_judging *j, rl_step_kind kind)
{
    if (rl_plan_step(j->plan, kind) == NULL)
        j->err = RELOAD_ERR_MEMORY;
}

/* D25's part that needs no state: a Transaction ID's boot time is not after the TIMESTAMP. */
static reload_reason check_boot_time(rl_judging *j)
{
    size_t len;
    char by[64], allowed[64];
    uint32_t signature = reload_msg_signature(j->msg);
    reload_time stamp =
        rl_time_at(j->msg, reload_msg_member(j->msg, signature, RELOAD_A_TIMESTAMP));
    reload_time boot_time =
        rl_get32(reload_msg_field_octets(j->msg, RELOAD_F_TRANSACTION_ID, &len)) * RELOAD_SECOND;
    if (j->policy->max_skew < 0 && !RL_FAULT("D25: without a skew limit any boot time passes"))
        return RELOAD_REASON_NONE;
    if (boot_time <= stamp + j->policy->max_skew ||
        RL_FAULT("D25: the boot time is not after the TIMESTAMP"))
        return RELOAD_REASON_NONE;
    return rl_judge_fail(j, RELOAD_REASON_REPLAY, RELOAD_NO_ATTR,
                         "the Transaction ID's boot time is %s after TIMESTAMP; the limit is %s",
                         rl_span_text(boot_time - stamp, by, sizeof by),
                         rl_span_text(j->policy->max_skew, allowed, sizeof allowed));
}

static reload_reason check_over_time(rl_judging *j)
{
    bool response = reload_msg_field(j->msg, RELOAD_F_RESPONSE) != 0;
    reload_reason reason = RELOAD_REASON_NONE;
    if (!response && (j->policy->remember & RELOAD_REMEMBER_PEERS) != 0) {
        reason = check_boot_time(j);
        if (reason != RELOAD_REASON_NONE)
            return reason;
        plan_step(j, RL_STEP_PEER);
        j->plan->stopped = j->expect_replay && !j->policy->check_all;
    } else if (response && (j->policy->remember & RELOAD_REMEMBER_REQUESTS) != 0) {
        plan_step(j, RL_STEP_RESPONSE);
    }
    return reason;
}

/* ---- Step 12 ---- */

/* The PEER-SIGNATURE of a top-level PEER-INFO. */
static reload_reason check_peer(rl_judging *j, uint16_t type, bool required)
{
    uint32_t peer = rl_covered_attr(j->msg, type);
    if (peer != RELOAD_NO_ATTR)
        return rl_check_inner(j, peer, RELOAD_A_PEER_SIGNATURE, required);
    return required ? rl_judge_fail(j, RELOAD_REASON_MISSING_SIGNATURE, RELOAD_NO_ATTR,
                                    "the message has no SOURCE-INFO, which would hold the "
                                    "PEER-SIGNATURE")
                    : RELOAD_REASON_NONE;
}

static reload_reason check_body_peer(rl_judging *j, uint32_t body)
{
    uint32_t peer = reload_msg_member(j->msg, body, RELOAD_A_BODY_PEER_INFO);
    return peer == RELOAD_NO_ATTR ? RELOAD_REASON_NONE
                                  : rl_check_inner(j, peer, RELOAD_A_PEER_SIGNATURE, false);
}

static reload_reason judge_body(rl_judging *j, uint32_t body)
{
    return reload_is_certificate_body(j->msg, body) &&
                   !RL_FAULT("D21: a certificate BODY needs no signature")
               ? RELOAD_REASON_NONE
               : rl_check_inner(j, body, RELOAD_A_BODY_SIGNATURE, true);
}

/* Runs a check on each BODY of each RESOURCE, in order. Returns whether judging stops. */
static bool check_each_body(rl_judging *j, reload_reason (*check)(rl_judging *j, uint32_t body))
{
    bool stopped = false;
    reload_iter resources = reload_members(j->msg, RELOAD_NO_ATTR);
    while (!stopped && rl_next_covered(&resources, RELOAD_A_RESOURCE)) {
        reload_iter bodies = reload_members(j->msg, resources.index);
        while (!stopped && rl_next_covered(&bodies, RELOAD_A_BODY))
            stopped = stops(j, check(j, bodies.index));
    }
    return stopped;
}

/* Returns whether judging stops. */
static bool check_inner_signatures(rl_judging *j)
{
    bool stopped = false;
    if (!RL_FAULT("D24: the PEER-SIGNATURE in SOURCE-INFO"))
        stopped = stops(j, check_peer(j, RELOAD_A_SOURCE_INFO, j->policy->require_peer_signature));
    if (!stopped && !RL_FAULT("D24: the PEER-SIGNATURE in REDIRECT"))
        stopped = stops(j, check_peer(j, RELOAD_A_REDIRECT, false));
    if (!stopped && !RL_FAULT("D24: the PEER-SIGNATURE in BODY.PEER-INFO"))
        stopped = check_each_body(j, check_body_peer);
    if (!stopped && !RL_FAULT("D24: the signatures of BODYs"))
        stopped = check_each_body(j, judge_body);
    return stopped;
}

/* ---- The checklist ---- */

static void run_checklist(rl_judging *j)
{
    if (fails(j, judge_form(j)) ||    /* 1 to 3 */
        fails(j, check_overlay(j)) || /* 4 */
        j->policy->suite->kind == RELOAD_SUITE_NONE)
        return;
    if ((reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0 ||
         !RL_FAULT("S§5.3: the SIGNATURE of a response")) &&
        stops(j, rl_check_message(j, reload_msg_signature(j->msg)))) /* 5 to 10 */
        return;
    if (j->first.reason == RELOAD_REASON_NONE && stops(j, check_over_time(j))) /* 11 */
        return;
    if (j->plan != NULL && j->plan->stopped)
        return;
    if (!check_inner_signatures(j) && /* 12 */
        !RL_FAULT("D27: the signatures of ROUTE-LOGs"))
        rl_check_route_logs(j); /* D27 */
}

/* ---- Before and after ---- */

/* Lists the signatures, all unchecked. */
static reload_err list_signatures(const reload_msg *msg, rl_report *report)
{
    size_t count = reload_msg_count(msg);
    for (size_t i = 0; i < count; i++) {
        if (!reload_is_signature(reload_msg_attr(msg, i)->type))
            continue;
        reload_signature *signature = rl_report_add_signature(report, (uint32_t)i);
        if (signature == NULL)
            return RELOAD_ERR_MEMORY;
        uint32_t timestamp = reload_msg_member(msg, (uint32_t)i, RELOAD_A_TIMESTAMP);
        reload_value value;
        if (timestamp != RELOAD_NO_ATTR && reload_msg_value(msg, timestamp, &value)) {
            signature->has_timestamp = true;
            signature->timestamp = value.number;
        }
    }
    return RELOAD_OK;
}

/* Begins the plan; D25: a request is recorded whatever its verdict. */
static reload_err begin_plan(rl_judging *j, reload_moment moment)
{
    rl_report *report = j->report;
    if (j->policy->remember == 0)
        return RELOAD_OK;
    if (report->plan == NULL)
        report->plan = calloc(1, sizeof *report->plan);
    if (report->plan == NULL)
        return RELOAD_ERR_MEMORY;
    j->plan = report->plan;
    j->plan->msg = j->msg;
    j->plan->md = j->policy->suite->md;
    j->plan->captured = moment.captured;
    j->plan->stopped = false;
    j->plan->all = j->policy->check_all;
    j->plan->decisive = SIZE_MAX;
    if (rl_uses_pins(j))
        j->candidates = &j->plan->candidates;
    rl_scratch_forget_identities(&j->judge->scratch);
    if ((j->policy->remember & RELOAD_REMEMBER_REQUESTS) != 0 &&
        reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0)
        plan_step(j, RL_STEP_REQUEST);
    return j->err;
}

static void conclude(rl_judging *j)
{
    reload_report *result = &j->report->result;
    if (j->first.reason != RELOAD_REASON_NONE)
        rl_report_fail(j->report, &j->first);
    else if (j->policy->suite->kind == RELOAD_SUITE_NONE)
        result->verdict = RELOAD_UNSECURED;
    else if ((j->policy->remember & RELOAD_REMEMBER_PINS) != 0 &&
             !RL_FAULT("D28: pinned, never valid"))
        result->verdict = RELOAD_PINNED;
    else
        result->verdict = RELOAD_VALID;
}

/* Only whole seconds count, since TIMESTAMPs are whole seconds. The bound is far beyond any
 * TIMESTAMP, and keeps sums in 64 bits. */
static reload_time bounded_second(reload_time now)
{
    const reload_time last = 2 * RELOAD_MAX_TIME * RELOAD_SECOND;
    return rl_whole_second(now < -last ? -last : now > last ? last : now);
}

static reload_err judge_message(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                                rl_report *report, unsigned depth);

/* D26: judges the messages that a TRANSPORT-TUNNEL holds before its SIGNATURE's end, each on its
 * own. */
static reload_err judge_tunnelled(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                                  rl_report *report, unsigned depth)
{
    size_t count = reload_msg_count(msg), len;
    reload_err err = RELOAD_OK;
    if ((depth >= RELOAD_MAX_TUNNEL && !RL_FAULT("D26: tunnelled messages to a depth of 4")) ||
        reload_msg_field(msg, RELOAD_F_METHOD) != RELOAD_TRANSPORT_TUNNEL)
        return RELOAD_OK;
    if ((reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
         reload_msg_field(msg, RELOAD_F_FRAG) != 0) &&
        !RL_FAULT("D14: a fragment's octets have no known form"))
        return RELOAD_OK; /* nor have messages of another Version */
    for (size_t i = 0; i < count && err == RELOAD_OK; i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        const uint8_t *octets =
            attr->in_place && !attr->ignored ? reload_msg_tunnelled(msg, i, &len) : NULL;
        if (octets == NULL)
            continue;
        reload_tunnelled *inner = rl_report_add_tunnelled(report, (uint32_t)i);
        if (inner == NULL)
            return RELOAD_ERR_MEMORY;
        err = reload_msg_parse(inner->msg, octets, len, NULL);
        if (err == RELOAD_OK)
            err = judge_message(judge, inner->msg, moment, rl_report_of(inner->report), depth + 1);
    }
    return err;
}

/* depth: how many messages are around this one. */
static reload_err judge_message(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                                rl_report *report, unsigned depth)
{
    rl_judging j = {.judge = judge,
                    .policy = judge->policy,
                    .msg = msg,
                    .now = bounded_second(moment.now),
                    .expect_replay = moment.expect_replay && depth == 0,
                    .report = report,
                    .resource = {.attr = RELOAD_NO_ATTR},
                    .candidates = &judge->scratch.candidates,
                    .trial = {.chosen = RL_NO_CANDIDATE},
                    .join_request = reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN &&
                                    reload_msg_field(msg, RELOAD_F_RESPONSE) == 0};
    reload_report_clear(&report->result);
    report->result.checked_at = j.now;
    j.err = list_signatures(msg, report);
    if (j.err == RELOAD_OK)
        j.err = begin_plan(&j, moment);
    if (j.err == RELOAD_OK)
        run_checklist(&j);
    if (j.err == RELOAD_OK)
        conclude(&j);
    if (j.err == RELOAD_OK && !RL_FAULT("D26: tunnelled messages are judged"))
        j.err = judge_tunnelled(judge, msg, moment, report, depth);
    if (j.err != RELOAD_OK)
        reload_report_clear(&report->result);
    return j.err;
}

reload_err reload_judge_message(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                                reload_report *report)
{
    rl_known_begin_message(&judge->known);
    reload_err err = judge_message(judge, msg, moment, rl_report_of(report), 0);
    rl_scratch_clear(&judge->scratch);
    rl_known_end_message(&judge->known);
    return err;
}

reload_err reload_verify(reload_judge *judge, const reload_msg *msg, reload_moment moment,
                         const reload_store *store, reload_report *report)
{
    reload_err err = reload_judge_message(judge, msg, moment, report);
    return err == RELOAD_OK ? reload_commit(store, report) : err;
}
