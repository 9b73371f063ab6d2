/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of verifying a message under any policy */
#include "judging.h"
#include "verify/report-json.h"

#include <string.h>

bool same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

bool is_framed(const reload_msg *msg)
{
    size_t len;
    reload_flaw flaw;
    (void)reload_msg_trailing(msg, &len, &flaw);
    return len == 0;
}

bool is_request(const reload_msg *msg)
{
    return reload_msg_field(msg, RELOAD_F_RESPONSE) == 0;
}

void verifier_begin(struct verifier *verifier)
{
    reload_policy_remember(verifier->policy, verifier->remembers);
    MUST(reload_policy_seal(verifier->policy, NULL) == RELOAD_OK);
    verifier->judge = reload_judge_new(verifier->policy);
    MUST(verifier->judge != NULL);
}

/* Asserts the invariants of each signature of any report. */
static void check_signatures(const reload_report *report, const reload_msg *msg, bool secured)
{
    size_t signatures = 0;
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        uint16_t type = reload_msg_attr(msg, i)->type;
        if (!reload_is_signature(type))
            continue;
        MUST(signatures < report->count && reload_report_signature(report, signatures)->attr == i);
        const reload_signature *signature = reload_report_signature(report, signatures++);
        MUST((signature->verdict == RELOAD_INVALID) == (signature->reason != RELOAD_REASON_NONE));
        MUST(signature->verdict == RELOAD_UNCHECKED ||
             (secured && report->verdict != RELOAD_MALFORMED));
        /* an invalid signature makes the message invalid, except in a ROUTE-LOG (D27) */
        MUST(signature->verdict != RELOAD_INVALID || !reload_verdict_passes(report->verdict) ||
             type == RELOAD_A_PEER_SIGNATURE);
    }
    MUST(signatures == report->count);
}

/* Asserts the invariants of any report. */
static void check_report(const reload_report *report, const reload_msg *msg,
                         const struct verifier *verifier)
{
    const reload_origin origin = {
        .size = sizeof origin, .file = "-", .index = 1, .captured = 1183900000500000};
    bool secured = reload_policy_security(verifier->policy) != RELOAD_SECURITY_NONE;
    bool pins = (verifier->remembers & RELOAD_REMEMBER_PINS) != 0;
    MUST(reload_verdict_passes(report->verdict) == (report->reason == RELOAD_REASON_NONE));
    MUST(report->verdict != RELOAD_UNCHECKED);
    MUST(report->verdict != RELOAD_VALID || (secured && !pins)); /* D23, D28 */
    MUST(report->verdict != RELOAD_PINNED || pins);
    MUST(report->verdict != RELOAD_UNSECURED || !secured);
    MUST((report->verdict == RELOAD_MALFORMED) == (report->reason == RELOAD_REASON_MALFORMED));
    MUST((report->verdict == RELOAD_MALFORMED) == (reload_msg_check(msg, NULL) != RELOAD_OK));
    MUST((report->detail[0] == '\0') == (report->reason == RELOAD_REASON_NONE));
    MUST(report->response_code == 0 || (report->verdict == RELOAD_INVALID && is_request(msg)));
    check_signatures(report, msg, secured);
    MUST(report_json_write(report, msg, &(struct report_place){&origin, 68}, RELOAD_SECURITY_OPEN,
                           NULL, RELOAD_ASCII, fuzz_touch, NULL) == RELOAD_OK);
}

/* Judges a message while an allocation fails: there is no verdict then, and the judge stays usable,
 * which the verification that follows shows. */
static void check_failing_judge(const struct verifier *verifier, const reload_msg *msg,
                                reload_moment moment)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_report *report = reload_report_new();
    MUST(report != NULL);
    fuzz_begin_failing(octets, len);
    reload_err err = reload_judge_message(verifier->judge, msg, moment, report);
    if (fuzz_end_failing(err))
        MUST(report->verdict == RELOAD_UNCHECKED && report->count == 0);
    else
        MUST(err == RELOAD_OK && report->verdict != RELOAD_UNCHECKED);
    reload_report_free(&report);
}

const reload_report *verify_with(const struct verifier *verifier, const reload_msg *msg,
                                 reload_moment moment, struct fuzz_store *store)
{
    static reload_report *report;
    const reload_store functions = fuzz_store_functions(store);
    if (report == NULL)
        report = reload_report_new();
    MUST(report != NULL);
    check_failing_judge(verifier, msg, moment);
    MUST(reload_verify(verifier->judge, msg, moment, &functions, report) == RELOAD_OK);
    check_report(report, msg, verifier);
    return report;
}

const reload_report *verify(const struct verifier *verifier, const reload_msg *msg, int64_t time)
{
    struct fuzz_store store = {0};
    const reload_moment moment = {time * RELOAD_SECOND, RELOAD_NO_TIME, false};
    const reload_report *report = verify_with(verifier, msg, moment, &store);
    fuzz_store_clear(&store);
    return report;
}

const reload_signature *entry_of(const reload_report *report, uint32_t attr)
{
    for (size_t i = 0; i < report->count; i++)
        if (reload_report_signature(report, i)->attr == attr)
            return reload_report_signature(report, i);
    return NULL;
}

/* D11: whether a container has two attributes, in place, of a type that may occur once */
static bool has_duplicates(const reload_msg *msg)
{
    uint32_t signature = reload_msg_signature(msg);
    size_t end =
        signature == RELOAD_NO_ATTR ? reload_msg_count(msg) : reload_msg_attr(msg, signature)->end;
    for (size_t i = 0; i < end; i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        if (attr->in_place && attr->def->once &&
            reload_msg_member(msg, attr->parent, attr->type) != i)
            return true;
    }
    return false;
}

/* Whether a PUT request has a BODY, except a certificate BODY, without EXPIRATION */
static bool lacks_expiration(const reload_msg *msg)
{
    if (reload_msg_field(msg, RELOAD_F_METHOD) != RELOAD_RESOURCE_PUT ||
        reload_msg_field(msg, RELOAD_F_RESPONSE) != 0)
        return false;
    for (uint32_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        bool certificate =
            attr->end == i + 2 && reload_msg_attr(msg, i + 1)->type == RELOAD_A_BODY_CERTIFICATE;
        if (attr->type == RELOAD_A_BODY && attr->in_place && !attr->ignored && !certificate &&
            reload_msg_member(msg, i, RELOAD_A_BODY_EXPIRATION) == RELOAD_NO_ATTR)
            return true;
    }
    return false;
}

reload_reason expected_reason(const reload_msg *msg)
{
    if (reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        return RELOAD_REASON_UNSUPPORTED_VERSION;
    if (reload_msg_field(msg, RELOAD_F_FRAG) != 0)
        return RELOAD_REASON_FRAGMENT;
    if (has_duplicates(msg))
        return RELOAD_REASON_DUPLICATE_ATTRIBUTE;
    return lacks_expiration(msg) ? RELOAD_REASON_MISSING_EXPIRATION : RELOAD_REASON_NONE;
}

/* The attribute in which a bit is flipped is covered, or is DIGEST. */
static void check_flipped(const struct verifier *verifier, const reload_msg *msg, int64_t time,
                          size_t at, uint8_t bit)
{
    enum { FRAG_AT = 6, FRAG = 0x80, COVERED_AT = 8 };
    reload_verdict verdict = verify(verifier, msg, time)->verdict;
    if (at < COVERED_AT && !(at == FRAG_AT && bit == FRAG))
        MUST(reload_verdict_passes(verdict));
    else if (at >= LENGTH_AT && at < LENGTH_END)
        MUST(verdict != RELOAD_UNSECURED); /* D2: the signature may not cover it */
    else
        MUST(verdict == RELOAD_INVALID || verdict == RELOAD_MALFORMED);
}

void check_tampering(const struct verifier *verifier, const reload_buf *good, int64_t time,
                     unsigned seed)
{
    static reload_msg *msg;
    reload_buf copy = {0};
    if (msg == NULL)
        msg = reload_msg_new();
    reload_buf_append(&copy, good->octets, good->len);
    MUST(msg != NULL && reload_msg_parse(msg, copy.octets, copy.len, NULL) == RELOAD_OK);
    const reload_attr *signature = reload_msg_attr(msg, reload_msg_signature(msg));
    size_t end = signature->offset + HEAD + signature->length;
    for (unsigned k = 0; k < 8; k++) {
        size_t at = k < 4 ? 4 + k : 8 + (seed + k * 2654435761u) % (end - 8);
        uint8_t bit = (uint8_t)(1u << (seed + k) % 8);
        copy.octets[at] ^= bit;
        if (reload_msg_parse(msg, copy.octets, copy.len, NULL) == RELOAD_OK)
            check_flipped(verifier, msg, time, at, bit);
        copy.octets[at] ^= bit;
    }
    reload_buf_free(&copy);
}

void check_explaining(const struct verifier *verifier, const reload_msg *msg, int64_t time)
{
    static struct explanations list;
    const reload_report *report = verify(verifier, msg, time);
    const reload_origin origin = {.size = sizeof origin, .file = "-", .index = 1};
    reload_report before = *report;
    MUST(explain_report(verifier->policy, msg, report, &list) == RELOAD_OK);
    MUST(memcmp(&before, report, sizeof before) == 0);
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = reload_report_signature(report, i);
        const struct explanation *explanation = explanations_of(&list, signature);
        bool wrong = signature->reason == RELOAD_REASON_BAD_DIGEST ||
                     signature->reason == RELOAD_REASON_BAD_DIGEST_LENGTH;
        MUST((explanation != NULL) == wrong);
        for (size_t k = 0; wrong && k < explanation->count; k++) {
            const explain_fit *fit = &explanation->fits[k];
            MUST(fit->count >= 1 && fit->count <= EXPLAIN_MAX_READINGS &&
                 fit->readings[fit->count - 1] != NULL);
        }
    }
    MUST(report_json_write(report, msg, &(struct report_place){&origin, 68}, RELOAD_SECURITY_OPEN,
                           &list, RELOAD_ASCII, fuzz_touch, NULL) == RELOAD_OK);
}
