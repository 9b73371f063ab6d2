/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts and reasons in words, and the memory of reports. */
#include "base/fault.h"
#include "verify/report.h"

#include <stdio.h>
#include <stdlib.h>

/* D24: each reason's word and response code. rank: how far a check of one signature with one
 * certificate got before it failed. Only reasons of steps 7 to 9 have a rank; within step 7 it
 * follows D18's order. */
static const struct {
    const char *word;
    uint16_t code;
    uint8_t rank;
} reasons[] = {
    [RELOAD_REASON_NONE] = {NULL, 0, UINT8_MAX},
    [RELOAD_REASON_MALFORMED] = {"malformed", 0, 0},
    [RELOAD_REASON_UNSUPPORTED_VERSION] = {"unsupported-version", 0, 0},
    [RELOAD_REASON_FRAGMENT] = {"fragment", 0, 0},
    [RELOAD_REASON_OVERLAY_MISMATCH] = {"overlay-mismatch", 498, 0},
    [RELOAD_REASON_SECURITY_MISMATCH] = {"security-mismatch", 401, 0},
    [RELOAD_REASON_MISSING_SIGNATURE] = {"missing-signature", 401, 0},
    [RELOAD_REASON_MISSING_CERTIFICATE] = {"missing-certificate", 401, 0},
    [RELOAD_REASON_DUPLICATE_ATTRIBUTE] = {"duplicate-attribute", 431, 0},
    [RELOAD_REASON_MISPLACED] = {"misplaced", 431, 0},
    [RELOAD_REASON_BAD_DIGEST_LENGTH] = {"bad-digest-length", 431, 7},
    [RELOAD_REASON_MISSING_TIMESTAMP] = {"missing-timestamp", 431, 0},
    [RELOAD_REASON_BAD_CERTIFICATE] = {"bad-certificate", 431, 1},
    [RELOAD_REASON_WEAK_KEY] = {"weak-key", 431, 2},
    [RELOAD_REASON_UNTRUSTED_CERTIFICATE] = {"untrusted-certificate", 431, 3},
    [RELOAD_REASON_REVOKED_CERTIFICATE] = {"revoked-certificate", 431, 4},
    [RELOAD_REASON_EXPIRED_CERTIFICATE] = {"expired-certificate", 431, 5},
    [RELOAD_REASON_PIN_MISMATCH] = {"pin-mismatch", 431, 6},
    [RELOAD_REASON_BAD_DIGEST] = {"bad-digest", 431, 8},
    [RELOAD_REASON_PEER_ID_MISMATCH] = {"peer-id-mismatch", 431, 9},
    [RELOAD_REASON_RESOURCE_KEY_MISMATCH] = {"resource-key-mismatch", 431, 9},
    [RELOAD_REASON_STALE] = {"stale", 431, 0},
    [RELOAD_REASON_FUTURE] = {"future", 431, 0},
    [RELOAD_REASON_REPLAY] = {"replay", 431, 0},
    [RELOAD_REASON_UNMATCHED_RESPONSE] = {"unmatched-response", 0, 0},
    [RELOAD_REASON_MISSING_EXPIRATION] = {"missing-expiration", 431, 0},
    [RELOAD_REASON_EXPIRED] = {"expired", 431, 0},
};

const char *reload_reason_text(reload_reason reason)
{
    return (unsigned)reason < sizeof reasons / sizeof reasons[0] ? reasons[reason].word : NULL;
}

unsigned reload_reason_code(reload_reason reason)
{
    return (unsigned)reason < sizeof reasons / sizeof reasons[0] ? reasons[reason].code : 0;
}

int rl_reason_rank(reload_reason reason)
{
    return reasons[reason].rank;
}

const char *reload_verdict_text(reload_verdict verdict)
{
    switch (verdict) {
    case RELOAD_UNCHECKED:
        return "unchecked";
    case RELOAD_VALID:
        return "valid";
    case RELOAD_INVALID:
        return "invalid";
    case RELOAD_UNSECURED:
        return "unsecured";
    case RELOAD_MALFORMED:
        return "malformed";
    case RELOAD_PINNED:
        return "pinned";
    }
    return "unchecked";
}

bool reload_verdict_passes(reload_verdict verdict)
{
    return verdict == RELOAD_VALID || verdict == RELOAD_UNSECURED ||
           (verdict == RELOAD_PINNED && !RL_FAULT("D28: pinned messages pass"));
}

/* ---- Findings ---- */

reload_reason rl_finding_vset(rl_finding *finding, const reload_msg *msg, reload_reason reason,
                              uint32_t attr, const char *format, va_list args)
{
    char pointer[256];
    size_t len = 0;
    bool response = reload_msg_field(msg, RELOAD_F_RESPONSE) != 0;
    if (RL_FAULT_OF("reason", reasons[reason].word)) /* the check passes */
        return RELOAD_REASON_NONE;
    finding->reason = reason;
    finding->code =
        response && !RL_FAULT("D24: a response gets no code") ? 0 : reasons[reason].code;
    if (attr != RELOAD_NO_ATTR && reload_msg_pointer(msg, attr, pointer, sizeof pointer)) {
        int n = snprintf(finding->detail, sizeof finding->detail,
                         "%s at %.100s: ", reload_msg_attr(msg, attr)->def->name, pointer);
        len = n > 0 ? (size_t)n : 0;
    }
    rl_vtext(finding->detail + len, sizeof finding->detail - len, format, args);
    return reason;
}

reload_reason rl_finding_set(rl_finding *finding, const reload_msg *msg, reload_reason reason,
                             uint32_t attr, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reason = rl_finding_vset(finding, msg, reason, attr, format, args);
    va_end(args);
    return reason;
}

/* ---- Reports ---- */

rl_report *rl_report_of(reload_report *report)
{
    return (rl_report *)report;
}

reload_report *reload_report_new(void)
{
    rl_report *report = calloc(1, sizeof *report);
    return report == NULL ? NULL : &report->result;
}

static void free_tunnelled(reload_tunnelled *tunnelled)
{
    reload_msg_free(&tunnelled->msg);
    reload_report_free(&tunnelled->report);
}

void reload_report_clear(reload_report *report)
{
    rl_report *r = rl_report_of(report);
    for (size_t i = 0; i < report->tunnelled_count; i++)
        free_tunnelled(&r->tunnelled[i]);
    for (size_t i = 0; i < report->count; i++)
        rl_signature_set_signer(&r->signatures[i], NULL);
    rl_plan_clear(r->plan);
    *report = (reload_report){0};
}

void reload_report_free(reload_report **report)
{
    if (report == NULL || *report == NULL)
        return;
    rl_report *r = rl_report_of(*report);
    reload_report_clear(*report);
    rl_plan_free(&r->plan);
    free(r->signatures);
    free(r->tunnelled);
    free(r);
    *report = NULL;
}

const reload_signature *reload_report_signature(const reload_report *report, size_t i)
{
    return i < report->count ? &((const rl_report *)report)->signatures[i] : NULL;
}

const reload_tunnelled *reload_report_tunnelled(const reload_report *report, size_t i)
{
    return i < report->tunnelled_count ? &((const rl_report *)report)->tunnelled[i] : NULL;
}

bool reload_report_passed(const reload_report *report)
{
    bool passed = reload_verdict_passes(report->verdict);
    for (size_t i = 0; i < report->tunnelled_count && passed; i++)
        passed = reload_report_passed(reload_report_tunnelled(report, i)->report) ||
                 RL_FAULT("D26: a tunnelled failure fails the run");
    return passed;
}

reload_signature *rl_report_add_signature(rl_report *report, uint32_t attr)
{
    reload_signature *signatures =
        rl_grow(report->signatures, &report->cap, report->result.count, sizeof *signatures);
    if (signatures == NULL)
        return NULL;
    report->signatures = signatures;
    reload_signature *signature = &signatures[report->result.count++];
    *signature = (reload_signature){.attr = attr};
    return signature;
}

reload_tunnelled *rl_report_add_tunnelled(rl_report *report, uint32_t attr)
{
    reload_tunnelled *array = rl_grow(report->tunnelled, &report->tunnelled_cap,
                                      report->result.tunnelled_count, sizeof *array);
    if (array == NULL)
        return NULL;
    report->tunnelled = array;
    reload_tunnelled *tunnelled = &array[report->result.tunnelled_count];
    *tunnelled =
        (reload_tunnelled){.attr = attr, .msg = reload_msg_new(), .report = reload_report_new()};
    if (tunnelled->msg == NULL || tunnelled->report == NULL) {
        free_tunnelled(tunnelled);
        return NULL;
    }
    report->result.tunnelled_count++;
    return tunnelled;
}

void rl_report_fail(rl_report *report, const rl_finding *finding)
{
    reload_report *result = &report->result;
    result->verdict =
        finding->reason == RELOAD_REASON_MALFORMED ? RELOAD_MALFORMED : RELOAD_INVALID;
    result->reason = finding->reason;
    result->response_code = finding->code;
    (void)snprintf(result->detail, sizeof result->detail, "%s", finding->detail);
}

void rl_signature_set_signer(reload_signature *signature, reload_cert *signer)
{
    reload_cert *old = (reload_cert *)(uintptr_t)signature->signer; /* const to callers only */
    reload_cert_free(&old);
    signature->signer = signer;
}
