/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps 5 to 10 of D24 for one signature. */
#include "base/fault.h"
#include "crypto/digest.h"
#include "verify/judge.h"
#include "verify/words.h"

/* ---- Reading the message ---- */

bool rl_next_covered(reload_iter *it, uint16_t type)
{
    while (reload_next_of(it, type))
        if (!it->attr->ignored || RL_FAULT("D10: attributes after the SIGNATURE are ignored"))
            return true;
    return false;
}

uint32_t rl_covered_attr(const reload_msg *msg, uint16_t type)
{
    reload_iter it = reload_members(msg, RELOAD_NO_ATTR);
    return rl_next_covered(&it, type) ? it.index : RELOAD_NO_ATTR;
}

reload_time rl_time_at(const reload_msg *msg, uint32_t attr)
{
    reload_value value;
    return reload_msg_value(msg, attr, &value) ? value.number * RELOAD_SECOND : 0;
}

/* ---- Steps 5 and 6 ---- */

/* The second half of step 5: a certificate to check with is present. */
static reload_reason check_certificate_present(rl_judging *j, const reload_site *site)
{
    if (!j->policy->suite->needs_certificates)
        return RELOAD_REASON_NONE;
    if (site->role == RELOAD_ROLE_BODY) {
        uint32_t resource = reload_msg_attr(j->msg, site->container)->parent;
        return rl_resource_at(j, resource, false)->certified
                   ? RELOAD_REASON_NONE
                   : rl_judge_fail(j, RELOAD_REASON_MISSING_CERTIFICATE, resource,
                                   "has no BODY with a certificate");
    }
    uint32_t info = rl_peer_info_of(j->msg, site);
    if (info == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_MISSING_CERTIFICATE, RELOAD_NO_ATTR,
                             "the message has no SOURCE-INFO, which would hold the PEER-CERT");
    if (reload_msg_member(j->msg, info, RELOAD_A_PEER_ID) == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_MISSING_CERTIFICATE, info, "has no PEER-ID");
    if (reload_msg_member(j->msg, info, RELOAD_A_PEER_CERT) == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_MISSING_CERTIFICATE, info, "has no PEER-CERT");
    return RELOAD_REASON_NONE;
}

/* D11 for the attributes from first to end. */
static reload_reason check_duplicates(rl_judging *j, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        const reload_attr *attr = reload_msg_attr(j->msg, i);
        if (attr->in_place && attr->repeated && attr->def->once)
            return rl_judge_fail(j, RELOAD_REASON_DUPLICATE_ATTRIBUTE, i,
                                 "duplicate; at most one is allowed here");
    }
    return RELOAD_REASON_NONE;
}

/* D9: the one of the two that is not its container's last member */
static reload_reason fail_misplaced(rl_judging *j, const reload_site *site)
{
    uint32_t end = reload_msg_attr(j->msg, site->attr)->end;
    if (site->digest != RELOAD_NO_ATTR && reload_msg_attr(j->msg, site->digest)->end != end)
        return rl_judge_fail(j, RELOAD_REASON_MISPLACED, site->attr,
                             "DIGEST must be its last member");
    return rl_judge_fail(j, RELOAD_REASON_MISPLACED, site->attr, "must be the last member of %s",
                         reload_msg_attr(j->msg, site->container)->def->name);
}

/* Step 6 without D11. */
static reload_reason check_shape(rl_judging *j, const reload_site *site)
{
    const reload_suite *suite = j->policy->suite;
    if (site->misplaced)
        return fail_misplaced(j, site);
    if (site->digest == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_BAD_DIGEST_LENGTH, site->attr, "has no DIGEST");
    size_t len = reload_msg_attr(j->msg, site->digest)->length;
    if (suite->digest_size != 0 && len != suite->digest_size)
        return rl_judge_fail(j, RELOAD_REASON_BAD_DIGEST_LENGTH, site->digest,
                             "%zu octets long; %s requires %zu", len, suite->name,
                             suite->digest_size);
    if (suite->needs_timestamp && site->timestamp == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_MISSING_TIMESTAMP, site->attr, "has no TIMESTAMP");
    return RELOAD_REASON_NONE;
}

/* ---- Steps 7 to 10 ---- */

/* Step 8 under a MAC suite: a digest under any of the secrets is accepted. */
static reload_reason check_mac(rl_judging *j, const reload_site *site)
{
    reload_covered covered;
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    size_t len;
    reload_site_covered(j->msg, site, &covered);
    const uint8_t *received = reload_msg_value_octets(j->msg, site->digest, &len);
    bool match = false;
    for (size_t i = 0; i < j->judge->mac_count && !match && j->err == RELOAD_OK; i++) {
        j->err = rl_mac_digest(j->judge->macs[i], covered.span, covered.count, digest);
        match = j->err == RELOAD_OK && rl_equal(digest, received, j->policy->suite->digest_size);
    }
    rl_wipe(digest, sizeof digest);
    return match ? RELOAD_REASON_NONE
                 : rl_judge_fail(j, RELOAD_REASON_BAD_DIGEST, site->digest,
                                 "does not match the signed octets and the secret");
}

/* "TIME is SPAN before (or after) the time of checking; the limit is SPAN" */
static reload_reason fail_skew(rl_judging *j, const reload_site *site, reload_reason reason,
                               reload_time by)
{
    char time[RELOAD_TIME_SIZE], span[64], allowed[64];
    reload_time_text(rl_time_at(j->msg, site->timestamp) / RELOAD_SECOND, time);
    return rl_judge_fail(
        j, reason, site->timestamp, "%s is %s %s the time of checking; the limit is %s", time,
        rl_span_text(by, span, sizeof span), reason == RELOAD_REASON_STALE ? "before" : "after",
        rl_span_text(j->policy->max_skew, allowed, sizeof allowed));
}

static reload_reason fail_expired(rl_judging *j, const reload_site *site, reload_time over,
                                  reload_time skew)
{
    char time[RELOAD_TIME_SIZE], span[64], allowed[64];
    reload_time end = rl_time_at(j->msg, site->timestamp) + rl_time_at(j->msg, site->expiration);
    reload_time_text(end / RELOAD_SECOND, time);
    return rl_judge_fail(j, RELOAD_REASON_EXPIRED, site->expiration,
                         "expired at %s, %s before the time of checking; the limit is %s", time,
                         rl_span_text(over, span, sizeof span),
                         rl_span_text(skew, allowed, sizeof allowed));
}

/* Step 10. A message must be fresh; a signature inside it must not have expired. */
static reload_reason check_time(rl_judging *j, const reload_site *site)
{
    if (site->timestamp == RELOAD_NO_ATTR)
        return RELOAD_REASON_NONE;
    reload_time stamp = rl_time_at(j->msg, site->timestamp);
    bool limit = j->policy->max_skew >= 0;
    reload_time skew = limit ? j->policy->max_skew : 0;
    if (site->role == RELOAD_ROLE_MESSAGE) {
        if (limit && j->now - stamp > skew)
            return fail_skew(j, site, RELOAD_REASON_STALE, j->now - stamp);
    } else if (site->expiration != RELOAD_NO_ATTR) {
        reload_time over = j->now - stamp - rl_time_at(j->msg, site->expiration);
        if (over > skew || (over > 0 && RL_FAULT("D24: the skew of an expiration")))
            return fail_expired(j, site, over, skew);
    }
    if (limit && stamp - j->now > skew)
        return fail_skew(j, site, RELOAD_REASON_FUTURE, stamp - j->now);
    return RELOAD_REASON_NONE;
}

/* B§9.1: a BODY of a RESOURCE-PUT request must expire. */
static reload_reason check_expiration_present(rl_judging *j, const reload_site *site)
{
    if (site->role != RELOAD_ROLE_BODY || site->expiration != RELOAD_NO_ATTR ||
        reload_msg_field(j->msg, RELOAD_F_METHOD) != RELOAD_RESOURCE_PUT ||
        reload_msg_field(j->msg, RELOAD_F_RESPONSE) != 0)
        return RELOAD_REASON_NONE;
    return rl_judge_fail(j, RELOAD_REASON_MISSING_EXPIRATION, site->container,
                         "has no RESOURCE-INFO.BODY.EXPIRATION");
}

/* Steps 6 (without D11) to 10. */
static reload_reason check_site(rl_judging *j, const reload_site *site)
{
    reload_reason reason = check_shape(j, site);
    if (reason == RELOAD_REASON_NONE)
        reason = j->policy->suite->kind == RELOAD_SUITE_MAC ? check_mac(j, site)
                                                            : rl_check_certificates(j, site);
    if (reason == RELOAD_REASON_NONE)
        reason = check_expiration_present(j, site);
    if (reason == RELOAD_REASON_NONE)
        reason = check_time(j, site);
    return reason;
}

/* ---- The report's entry ---- */

/* The report's entry of a signature, or NULL. The list is in message order. */
static reload_signature *entry_of(rl_report *report, uint32_t attr)
{
    size_t low = 0, high = report->result.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (report->signatures[middle].attr < attr)
            low = middle + 1;
        else
            high = middle;
    }
    return low < report->result.count && report->signatures[low].attr == attr
               ? &report->signatures[low]
               : NULL;
}

/* Records the signature for the commit, which compares the pins. */
static void plan_signature(rl_judging *j, const reload_site *site, size_t index,
                           reload_reason reason)
{
    rl_step *step = rl_plan_step(j->plan, RL_STEP_SIGNATURE);
    if (step == NULL) {
        j->err = RELOAD_ERR_MEMORY;
        return;
    }
    step->signature = index;
    step->decides = site->role != RELOAD_ROLE_ROUTE_LOG;
    step->pinned = rl_uses_pins(j) && j->trial.chosen != RL_NO_CANDIDATE;
    if (!step->pinned)
        return;
    step->trial = j->trial;
    if (reason != RELOAD_REASON_NONE && j->trial.open)
        step->rest = j->finding;
    step->identity = rl_pin_identity(j, site);
}

/* Enters a signature's verdict and signer into the report. */
static void note_signature(rl_judging *j, const reload_site *site, reload_reason reason)
{
    reload_signature *entry = entry_of(j->report, site->attr);
    if (entry != NULL && j->err == RELOAD_OK) {
        entry->verdict = reason == RELOAD_REASON_NONE ? RELOAD_VALID : RELOAD_INVALID;
        entry->reason = reason;
        if (j->trial.chosen != RL_NO_CANDIDATE)
            rl_signature_set_signer(entry,
                                    rl_cert_share(j->candidates->list[j->trial.chosen].cert));
        if (j->plan != NULL)
            plan_signature(j, site, (size_t)(entry - j->report->signatures), reason);
    }
    j->trial.chosen = RL_NO_CANDIDATE;
}

/* ---- Which signature ---- */

reload_reason rl_check_message(rl_judging *j, uint32_t attr)
{
    if (attr == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_MISSING_SIGNATURE, RELOAD_NO_ATTR,
                             "the message has no SIGNATURE");
    reload_site site;
    reload_site_at(j->msg, attr, &site);
    reload_reason reason = check_certificate_present(j, &site);
    if (reason == RELOAD_REASON_NONE)
        reason = check_duplicates(j, 0, reload_msg_attr(j->msg, attr)->end);
    if (reason == RELOAD_REASON_NONE)
        reason = check_site(j, &site);
    note_signature(j, &site, reason);
    return reason;
}

/* D11 for an inner signature: duplicates in its container, and for a BODY of the RESOURCE's KEY. */
static reload_reason check_own_duplicates(rl_judging *j, const reload_site *site)
{
    const reload_attr *container = reload_msg_attr(j->msg, site->container);
    reload_reason reason = RELOAD_REASON_NONE;
    if (site->role == RELOAD_ROLE_BODY) {
        uint32_t key = rl_resource_at(j, container->parent, false)->key_again;
        if (key != RELOAD_NO_ATTR)
            reason = check_duplicates(j, key, key + 1);
    }
    return reason != RELOAD_REASON_NONE ? reason
                                        : check_duplicates(j, site->container + 1, container->end);
}

reload_reason rl_check_inner(rl_judging *j, uint32_t container, uint16_t type, bool required)
{
    uint32_t attr = reload_msg_member(j->msg, container, type);
    if (attr == RELOAD_NO_ATTR)
        return required ? rl_judge_fail(j, RELOAD_REASON_MISSING_SIGNATURE, container, "has no %s",
                                        reload_attr_def_of(type)->name)
                        : RELOAD_REASON_NONE;
    reload_site site;
    reload_site_at(j->msg, attr, &site);
    reload_reason reason = check_certificate_present(j, &site);
    if (reason == RELOAD_REASON_NONE && j->first.reason != RELOAD_REASON_NONE)
        reason = check_own_duplicates(j, &site); /* otherwise the message has no SIGNATURE */
    if (reason == RELOAD_REASON_NONE)
        reason = check_site(j, &site);
    note_signature(j, &site, reason);
    return reason;
}

static void check_route_log(rl_judging *j, const reload_site *site)
{
    reload_reason reason = RELOAD_REASON_DUPLICATE_ATTRIBUTE;
    if (!reload_msg_attr(j->msg, site->attr)->repeated) { /* one for each PEER-INFO */
        reason = check_certificate_present(j, site);
        if (reason == RELOAD_REASON_NONE)
            reason = check_duplicates(j, site->container + 1,
                                      reload_msg_attr(j->msg, site->container)->end);
        if (reason == RELOAD_REASON_NONE)
            reason = check_site(j, site);
    }
    note_signature(j, site, reason);
}

void rl_check_route_logs(rl_judging *j)
{
    enum { MAX_HOPS = 255 }; /* D27: a TTL of 8 bits allows no more */
    unsigned hops = 0;
    for (size_t i = 0; i < j->report->result.count && j->err == RELOAD_OK; i++) {
        reload_site site;
        if (hops >= MAX_HOPS && !RL_FAULT("D27: at most 255 ROUTE-LOGs are checked"))
            break;
        if (reload_role_at(j->msg, j->report->signatures[i].attr) != RELOAD_ROLE_ROUTE_LOG)
            continue;
        hops++;
        reload_site_at(j->msg, j->report->signatures[i].attr, &site);
        check_route_log(j, &site);
    }
}
