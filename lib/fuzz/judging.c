/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of verifying a message */
#include "message.h"

#include <string.h>

const reload_report *verify(const struct verifier *verifier, const reload_msg *msg, int64_t time)
{
    reload_report *report = all.report;
    const reload_origin origin = {
        .size = sizeof origin, .file = "-", .index = 1, .captured = 1183900000500000};
    size_t signatures = 0;
    const reload_moment moment = {time * RELOAD_SECOND, RELOAD_NO_TIME, false};
    MUST(reload_verify(verifier->judge, msg, moment, NULL, report) == RELOAD_OK);
    MUST((report->verdict == RELOAD_VALID || report->verdict == RELOAD_UNSECURED) ==
         (report->reason == RELOAD_REASON_NONE));
    MUST(report->verdict != RELOAD_UNCHECKED);
    MUST(report->verdict !=
         (verifier == &all.none_verifier ? RELOAD_VALID : RELOAD_UNSECURED)); /* D23 */
    MUST((report->verdict == RELOAD_MALFORMED) == (report->reason == RELOAD_REASON_MALFORMED));
    MUST((report->verdict == RELOAD_MALFORMED) == (reload_msg_check(msg, NULL) != RELOAD_OK));
    MUST((report->detail[0] == '\0') == (report->reason == RELOAD_REASON_NONE));
    MUST(report->response_code == 0 ||
         (report->verdict == RELOAD_INVALID && reload_msg_field(msg, RELOAD_F_RESPONSE) == 0));
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        uint16_t type = reload_msg_attr(msg, i)->type;
        if (type != RELOAD_A_SIGNATURE && type != RELOAD_A_PEER_SIGNATURE &&
            type != RELOAD_A_BODY_SIGNATURE)
            continue;
        MUST(signatures < report->count && reload_report_signature(report, signatures)->attr == i);
        const reload_signature *signature = reload_report_signature(report, signatures++);
        MUST((signature->verdict == RELOAD_INVALID) == (signature->reason != RELOAD_REASON_NONE));
        MUST(signature->verdict == RELOAD_UNCHECKED ||
             (verifier != &all.none_verifier && report->verdict != RELOAD_MALFORMED));
        /* an invalid signature makes the message invalid, except in a ROUTE-LOG (D27) */
        MUST(signature->verdict != RELOAD_INVALID || report->verdict != RELOAD_VALID ||
             type == RELOAD_A_PEER_SIGNATURE);
    }
    MUST(signatures == report->count);
    MUST(report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, NULL, RELOAD_ASCII,
                           fuzz_touch, NULL) == RELOAD_OK);
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

void check_tampering(const reload_buf *good, unsigned seed)
{
    reload_buf copy = {0};
    reload_msg *msg = all.again;
    reload_buf_append(&copy, good->octets, good->len);
    MUST(reload_msg_parse(msg, copy.octets, copy.len, NULL) == RELOAD_OK);
    const reload_attr *signature = reload_msg_attr(msg, reload_msg_signature(msg));
    size_t end = signature->offset + HEAD + signature->length;
    for (unsigned k = 0; k < 8; k++) {
        size_t at = k < 4 ? 4 + k : 8 + (seed + k * 2654435761u) % (end - 8);
        uint8_t bit = (uint8_t)(1u << (seed + k) % 8);
        copy.octets[at] ^= bit;
        if (reload_msg_parse(msg, copy.octets, copy.len, NULL) == RELOAD_OK) {
            reload_verdict verdict = verify(&all.hmac_verifier, msg, NOW)->verdict;
            if (k < 4 && !(at == 6 && bit == 0x80))
                MUST(verdict == RELOAD_VALID);
            else if (at >= LENGTH_AT && at < LENGTH_END)
                MUST(verdict != RELOAD_UNSECURED); /* D2: the signature may not cover it */
            else
                MUST(verdict == RELOAD_INVALID || verdict == RELOAD_MALFORMED);
        }
        copy.octets[at] ^= bit;
    }
    reload_buf_free(&copy);
}

void check_strictness(const reload_msg *msg)
{
    reload_reason lax = verify(&all.hmac_verifier, msg, NOW)->reason;
    reload_reason strict = verify(&all.strict_verifier, msg, NOW)->reason;
    bool early = lax == RELOAD_REASON_MALFORMED || lax == RELOAD_REASON_UNSUPPORTED_VERSION ||
                 lax == RELOAD_REASON_FRAGMENT;
    MUST(strict == lax || (!early && (strict == RELOAD_REASON_OVERLAY_MISMATCH ||
                                      strict == RELOAD_REASON_MISSING_SIGNATURE)));
    MUST(strict != RELOAD_REASON_NONE || lax == RELOAD_REASON_NONE);
}

void check_explaining(const reload_msg *msg)
{
    const reload_report *report = verify(&all.hmac_verifier, msg, NOW);
    const reload_origin origin = {.size = sizeof origin, .file = "-", .index = 1};
    reload_report before = *report;
    MUST(explain_report(all.hmac_verifier.policy, msg, report, &all.explanations) == RELOAD_OK);
    MUST(memcmp(&before, report, sizeof before) == 0);
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = reload_report_signature(report, i);
        const struct explanation *explanation = explanations_of(&all.explanations, signature);
        bool wrong = signature->reason == RELOAD_REASON_BAD_DIGEST ||
                     signature->reason == RELOAD_REASON_BAD_DIGEST_LENGTH;
        MUST((explanation != NULL) == wrong);
        for (size_t k = 0; wrong && k < explanation->count; k++) {
            const explain_fit *fit = &explanation->fits[k];
            MUST(fit->count >= 1 && fit->count <= EXPLAIN_MAX_READINGS &&
                 fit->readings[fit->count - 1] != NULL);
        }
    }
    MUST(report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, &all.explanations,
                           RELOAD_ASCII, fuzz_touch, NULL) == RELOAD_OK);
}
