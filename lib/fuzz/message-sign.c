/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of signing, stripping and extending a message */
#include "message.h"

#include <string.h>

static const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t peer_id[RELOAD_ID_SIZE] = {0x46, 0x3a, 0xc4, 0x13, 0xc4};

/* An encoded ROUTE-LOG with a TRANSPORT */
static const uint8_t route_log[] = {0, 4, 0, 8, 4, 1, 0, 2, 0, 0x11, 0, 0};

/* The error for a message that cannot be rewritten. In a fragment and in another Version, only
 * Length can be malformed. */
static reload_err refusal(const reload_msg *msg, unsigned flags)
{
    bool known = reload_msg_field(msg, RELOAD_F_VERSION) == RELOAD_VERSION_1 &&
                 reload_msg_field(msg, RELOAD_F_FRAG) == 0;
    if ((flags & RELOAD_SIGN_FORCE) == 0 && reload_msg_check(msg, NULL) != RELOAD_OK)
        return RELOAD_ERR_MALFORMED;
    return known ? RELOAD_ERR_MALFORMED : RELOAD_ERR_REFUSED;
}

void check_appending(const reload_msg *msg)
{
    reload_buf out = {0};
    reload_diag diag;
    size_t len, n;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    for (unsigned flags = 0; flags <= RELOAD_SIGN_FORCE; flags += RELOAD_SIGN_FORCE) {
        bool accepts = is_framed(msg) && (flags != 0 || reload_msg_check(msg, NULL) == RELOAD_OK);
        reload_buf_reset(&out);
        reload_err err = reload_append_attr(msg, route_log, sizeof route_log, flags, &out, &diag);
        MUST(err == (accepts ? RELOAD_OK : refusal(msg, flags)));
        if (err != RELOAD_OK) {
            MUST(out.len == 0 && diag.code == err && diag.text[0] != '\0');
            continue;
        }
        MUST(out.len == len + sizeof route_log && memcmp(out.octets, octets, LENGTH_AT) == 0);
        MUST(memcmp(out.octets + LENGTH_END, octets + LENGTH_END, len - LENGTH_END) == 0);
        MUST(memcmp(out.octets + len, route_log, sizeof route_log) == 0);
        MUST(reload_msg_parse(all.again, out.octets, out.len, NULL) == RELOAD_OK &&
             !reload_msg_truncated(all.again));
        if (flags != 0)
            continue;
        /* a hop's ROUTE-LOG does not change the verdict */
        reload_report before = *verify(&all.hmac_verifier, msg, NOW);
        n = before.count;
        const reload_report *after = verify(&all.hmac_verifier, all.again, NOW);
        MUST(after->verdict == before.verdict && after->reason == before.reason &&
             after->count == n);
        MUST(after->response_code == before.response_code);
    }
    reload_buf_free(&out);
}

/* Signs a message and parses the result into all.made. Returns whether it was signed. */
static bool sign_message(reload_signer *signer, unsigned flags, const reload_msg *msg,
                         reload_buf *out)
{
    reload_diag diag;
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_security algorithm = signer == all.hmac ? RELOAD_SECURITY_HMAC : RELOAD_SECURITY_NONE;
    bool forced = (flags & RELOAD_SIGN_FORCE) != 0;
    bool formed = is_framed(msg) && (forced || reload_msg_check(msg, NULL) == RELOAD_OK);
    uint32_t security = reload_msg_field(msg, RELOAD_F_SECURITY);
    bool agrees = forced || security == RELOAD_SECURITY_OPEN || security == (uint32_t)algorithm;
    const reload_sign_options options = {.size = sizeof options,
                                         .time = NOW,
                                         .flags = flags,
                                         .transaction_id = transaction_id,
                                         .peer_id = peer_id};
    reload_buf_free(out);
    fuzz_begin_failing(octets, len);
    reload_err first = reload_sign(signer, msg, &options, out, &diag);
    bool no_memory = fuzz_end_failing(first);
    MUST(!no_memory || (out->len == 0 && diag.code == RELOAD_ERR_MEMORY));
    reload_buf_free(out);
    reload_err err = reload_sign(signer, msg, &options, out, &diag);
    MUST(no_memory || err == first);
    if (err != RELOAD_OK)
        MUST(out->len == 0 && out->err == RELOAD_OK && diag.code == err && diag.text[0] != '\0');
    MUST(err == (!formed                      ? refusal(msg, flags)
                 : !agrees                    ? RELOAD_ERR_REFUSED
                 : err == RELOAD_ERR_TOO_LONG ? err
                                              : RELOAD_OK));
    MUST(err != RELOAD_ERR_TOO_LONG || len > 32768); /* a shorter message cannot become too long */
    if (err != RELOAD_OK)
        return false;
    MUST(memcmp(out->octets, octets, 11) == 0 && memcmp(out->octets + 16, octets + 16, 40) == 0);
    MUST(reload_msg_parse(all.made, out->octets, out->len, NULL) == RELOAD_OK &&
         !reload_msg_truncated(all.made));
    MUST(is_framed(all.made) && (forced || reload_msg_check(all.made, NULL) == RELOAD_OK));
    return true;
}

void check_signing(const reload_msg *msg, unsigned flags)
{
    reload_buf out = {0}, again = {0};
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    (void)sign_message(all.none, flags, msg, &out);
    if (out.len > 0 && flags == 0)
        MUST(verify(&all.none_verifier, all.made, NOW)->verdict == RELOAD_UNSECURED ||
             reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
             reload_msg_field(msg, RELOAD_F_FRAG) != 0);
    if (sign_message(all.hmac, flags, msg, &out)) {
        uint32_t before = reload_msg_signature(msg), after = reload_msg_signature(all.made);
        MUST(after != RELOAD_NO_ATTR);
        const reload_report *report = verify(&all.hmac_verifier, all.made, NOW);
        reload_reason reason = expected_reason(all.made);
        const reload_signature *entry = entry_of(report, after);
        uint32_t security = reload_msg_field(all.made, RELOAD_F_SECURITY);
        bool join = reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN &&
                    reload_msg_field(msg, RELOAD_F_RESPONSE) == 0;
        if (report->verdict != RELOAD_MALFORMED &&
            (security == RELOAD_SECURITY_HMAC || (security == 0 && join)) &&
            (reason == RELOAD_REASON_NONE || reason == RELOAD_REASON_MISSING_EXPIRATION))
            MUST(entry != NULL && entry->verdict == RELOAD_VALID);
        MUST(entry->has_timestamp == ((flags & RELOAD_SIGN_TIMESTAMP) != 0));
        if (before != RELOAD_NO_ATTR) { /* the octets after SIGNATURE are kept */
            const reload_attr *old = reload_msg_attr(msg, before),
                              *new = reload_msg_attr(all.made, after);
            size_t old_end = old->offset + HEAD + old->length + (4u - old->length % 4u) % 4u;
            size_t new_end = new->offset + HEAD + new->length;
            MUST(same(octets + old_end, len - old_end, out.octets + new_end, out.len - new_end));
        }
        bool valid = report->verdict == RELOAD_VALID;
        check_strictness(all.made);
        MUST(reload_msg_parse(all.again, out.octets, out.len, NULL) == RELOAD_OK);
        if (sign_message(all.hmac, flags, all.again, &again))
            MUST(same(out.octets, out.len, again.octets, again.len));
        if (valid)
            check_tampering(&all.hmac_verifier, &out, NOW, (unsigned)len + flags);
    }
    reload_buf_free(&out);
    reload_buf_free(&again);
}

/* A message without signatures, after all of them were added, has the verdict of D24. */
static void check_valid(const uint8_t *octets, size_t len, unsigned flags)
{
    reload_buf plain = {0}, out = {0}, back = {0};
    reload_builder b;
    reload_msg *msg = reload_msg_new();
    MUST(msg != NULL);
    reload_build_begin(&b, &plain, octets);
    reload_build_raw(&b, octets + RELOAD_HEADER_SIZE, len - RELOAD_HEADER_SIZE);
    reload_build_field(&b, RELOAD_F_SECURITY, RELOAD_SECURITY_OPEN);
    MUST(reload_build_end(&b) == RELOAD_OK);
    MUST(reload_msg_parse(msg, plain.octets, plain.len, NULL) == RELOAD_OK);
    if (sign_message(all.hmac, flags, msg, &out)) {
        const reload_report *report = verify(&all.hmac_verifier, all.made, NOW);
        reload_reason reason = expected_reason(all.made);
        MUST(report->reason == reason);
        MUST(report->verdict == (reason == RELOAD_REASON_NONE ? RELOAD_VALID : RELOAD_INVALID));
        if (reason == RELOAD_REASON_NONE) {
            for (size_t i = 0; i < report->count; i++)
                MUST(reload_report_signature(report, i)->verdict == RELOAD_VALID);
            bool stamped = (flags & RELOAD_SIGN_TIMESTAMP) != 0;
            MUST(verify(&all.hmac_verifier, all.made, NOW + 300)->verdict == RELOAD_VALID ||
                 stamped);
            reload_reason late = verify(&all.hmac_verifier, all.made, (int64_t)NOW + 301)->reason;
            MUST(late == (stamped ? RELOAD_REASON_STALE : RELOAD_REASON_NONE));
            reload_reason early = verify(&all.hmac_verifier, all.made, NOW - 301)->reason;
            MUST(early == (stamped ? RELOAD_REASON_FUTURE : RELOAD_REASON_NONE));
            check_tampering(&all.hmac_verifier, &out, NOW, (unsigned)len);
        }
        check_json(all.made);
        /* removing the signatures restores the message, unless signing completed it */
        MUST(reload_msg_parse(all.made, out.octets, out.len, NULL) == RELOAD_OK);
        MUST(reload_strip(all.made, 0, &back, NULL) == RELOAD_OK);
        uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
        bool complete = info == RELOAD_NO_ATTR
                            ? reload_msg_field(msg, RELOAD_F_RESPONSE) == 0
                            : reload_msg_attr(msg, info)->flaw != RELOAD_FLAW_NONE ||
                                  reload_msg_member(msg, info, RELOAD_A_PEER_ID) != RELOAD_NO_ATTR;
        if (complete)
            MUST(same(back.octets + RELOAD_HEADER_SIZE, back.len - RELOAD_HEADER_SIZE,
                      plain.octets + RELOAD_HEADER_SIZE, plain.len - RELOAD_HEADER_SIZE));
    }
    reload_buf_free(&plain);
    reload_buf_free(&out);
    reload_buf_free(&back);
    reload_msg_free(&msg);
}

void check_stripping(const reload_msg *msg, unsigned seed)
{
    static const unsigned extra[] = {0, RELOAD_SIGN_TIMESTAMP, RELOAD_SIGN_SOURCE_INFO,
                                     RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO |
                                         RELOAD_SIGN_RESIGN_BODIES,
                                     RELOAD_SIGN_KEEP_SECURITY | RELOAD_SIGN_SOURCE_INFO};
    reload_buf plain = {0}, again = {0};
    for (unsigned flags = 0; flags <= RELOAD_SIGN_FORCE; flags += RELOAD_SIGN_FORCE) {
        bool accepts = is_framed(msg) && (flags != 0 || reload_msg_check(msg, NULL) == RELOAD_OK);
        reload_buf_reset(&plain);
        reload_buf_reset(&again);
        MUST(reload_strip(msg, flags, &plain, NULL) == (accepts ? RELOAD_OK : refusal(msg, flags)));
        if (!accepts)
            continue;
        MUST(reload_msg_parse(all.again, plain.octets, plain.len, NULL) == RELOAD_OK);
        MUST(verify(&all.hmac_verifier, all.again, NOW)->count == 0);
        MUST(reload_strip(all.again, RELOAD_SIGN_FORCE, &again, NULL) == RELOAD_OK);
        MUST(same(plain.octets, plain.len, again.octets, again.len));
        if (flags == 0)
            check_valid(plain.octets, plain.len,
                        RELOAD_SIGN_BODIES | extra[seed % (sizeof extra / sizeof extra[0])]);
    }
    reload_buf_free(&plain);
    reload_buf_free(&again);
}
