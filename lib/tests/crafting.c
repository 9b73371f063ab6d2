/* SPDX-License-Identifier: BSD-2-Clause */
#include "crafting.h"

#include <stdio.h>
#include <string.h>

/* ---- Crafting ---- */

static void put_signature(reload_builder *b, uint16_t type, const struct sig *sig,
                          const char *secret, size_t from)
{
    reload_buf *buf = b->buf;
    size_t digest_at = 0, digest_len = 0;
    uint8_t zeros[20] = {0}, digest[20];
    reload_build_open(b, type);
    for (const char *m = sig->members; *m != '\0'; m++) {
        reload_value stamp = {.kind = RELOAD_KIND_TIME, .number = sig->timestamp};
        if (*m == 'T') {
            reload_build_value(b, RELOAD_A_TIMESTAMP, &stamp);
        } else if (*m == 'X') {
            reload_build_octets(b, 0x0803, zeros, 4);
        } else if (*m == 'D' || *m == 'd') {
            if (digest_at == 0) {
                digest_at = buf->len;
                digest_len = *m == 'd' ? 19 : 20;
            }
            reload_build_octets(b, RELOAD_A_DIGEST, zeros, *m == 'd' ? 19 : 20);
        }
    }
    reload_build_close(b);
    assert_int_equal(buf->err, RELOAD_OK);
    if (digest_at == 0)
        return;
    if (type == RELOAD_A_SIGNATURE) {
        test_message_digest(secret, buf->octets, digest_at, buf->len, digest);
    } else { /* D8 */
        struct test_piece piece[3] = {{buf->octets + from, digest_at - from}, {NULL, 0}, {NULL, 0}};
        test_hmac(secret, piece, digest);
    }
    digest[7] ^= sig->wrong ? 0x10 : 0;
    memcpy(buf->octets + digest_at + 4, digest, digest_len);
}

static void put_raw(reload_builder *b, const char *hex)
{
    if (hex != NULL)
        test_hex(b->buf, hex);
}

static void put_seconds(reload_builder *b, uint16_t type, uint32_t seconds)
{
    reload_value value = {.kind = RELOAD_KIND_SECONDS,
                          .number = seconds == 0   ? 3600
                                    : seconds == 1 ? 0
                                                   : seconds};
    reload_build_value(b, type, &value);
}

static void put_peer_info(reload_builder *b, uint16_t type, const struct sig *sig,
                          const char *secret, uint32_t expiration, const char *members)
{
    static const uint8_t id[20] = {0x46, 0x3a, 0xc4, 0x13, 0xc4};
    reload_build_open(b, type);
    size_t from = b->buf->len;
    put_raw(b, members);
    reload_build_octets(b, RELOAD_A_PEER_ID, id, sizeof id);
    put_seconds(b, RELOAD_A_PEER_EXPIRATION, expiration);
    if (sig->members != NULL)
        put_signature(b, RELOAD_A_PEER_SIGNATURE, sig, secret, from);
    if (sig->early)
        reload_build_octets(b, RELOAD_A_PEER_NAME, NULL, 0);
    reload_build_close(b);
}

void craft(const struct plan *p, reload_buf *buf)
{
    static const uint8_t overlay[4] = {0x65, 0x9d, 0xf2, 0xaa},
                         transaction[8] = {0x46, 0x90, 0xc2, 0x5c};
    const char *secret = p->secret == NULL ? SECRET : p->secret;
    static const struct sig good = {.members = "D"};
    reload_builder b;
    reload_buf_reset(buf);
    reload_build_begin(&b, buf, NULL);
    reload_build_field(&b, RELOAD_F_SECURITY,
                       p->security == 0      ? 2
                       : p->security == 0xff ? 0
                                             : p->security);
    reload_build_field(&b, RELOAD_F_METHOD,
                       p->method == 0      ? RELOAD_RESOURCE_PUT
                       : p->method == 0xff ? RELOAD_PEER_JOIN
                                           : p->method);
    reload_build_field(&b, RELOAD_F_RESPONSE, p->response);
    reload_build_field_octets(&b, RELOAD_F_OVERLAY, overlay);
    reload_build_field_octets(&b, RELOAD_F_TRANSACTION_ID, transaction);
    put_raw(&b, p->before);
    put_peer_info(&b, RELOAD_A_SOURCE_INFO, &p->source, secret, p->source_expiration, p->in_source);
    if (p->redirect.members != NULL)
        put_peer_info(&b, RELOAD_A_REDIRECT, &p->redirect, secret, 0, NULL);
    reload_build_open(&b, RELOAD_A_RESOURCE);
    put_raw(&b, p->in_resource);
    reload_build_octets(&b, RELOAD_A_KEY, (const uint8_t *)"alice@example.com", 17);
    if (p->certificate_body) {
        reload_build_open(&b, RELOAD_A_BODY);
        reload_build_octets(&b, RELOAD_A_BODY_CERTIFICATE, (const uint8_t *)"0", 1);
        reload_build_close(&b);
    }
    reload_build_open(&b, RELOAD_A_BODY);
    size_t from = buf->len;
    put_raw(&b, p->in_body);
    reload_build_octets(&b, RELOAD_A_BODY_ENTRY, (const uint8_t *)"sip:alice@10.4.1.2", 18);
    if (p->body_peer.members != NULL)
        put_peer_info(&b, RELOAD_A_BODY_PEER_INFO, &p->body_peer, secret, 0, NULL);
    if (!p->no_expiration)
        put_seconds(&b, RELOAD_A_BODY_EXPIRATION, p->body_expiration);
    if (!p->no_body_signature)
        put_signature(&b, RELOAD_A_BODY_SIGNATURE, p->body.members != NULL ? &p->body : &good,
                      secret, from);
    if (p->body.early)
        reload_build_octets(&b, 0x0655, NULL, 0);
    reload_build_close(&b);
    reload_build_close(&b);
    if (p->route_log.members != NULL) {
        reload_build_open(&b, RELOAD_A_ROUTE_LOG);
        put_peer_info(&b, RELOAD_A_ROUTE_LOG_PEER_INFO, &p->route_log, secret, 0, NULL);
        reload_build_close(&b);
    }
    if (!p->no_message_signature)
        put_signature(&b, RELOAD_A_SIGNATURE, p->message.members != NULL ? &p->message : &good,
                      secret, 0);
    put_raw(&b, p->after);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
}

/* ---- Verifying ---- */

reload_policy *new_policy(void)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_non_null(policy);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    assert_int_equal(reload_policy_set_overlay(policy, "chat"), RELOAD_OK);
    reload_policy_set_dht(policy, 1);
    reload_policy_set_hash(policy, 1);
    return policy;
}

/* Lists the signatures as "path=verdict" or "path=reason". */
static void list_signatures(const reload_msg *msg, const reload_report *report, char *text,
                            size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < report->count; i++) {
        char pointer[256];
        const reload_signature *s = reload_report_signature(report, i);
        size_t len = strlen(text);
        assert_true(reload_msg_pointer(msg, s->attr, pointer, sizeof pointer));
        assert_int_equal(s->verdict == RELOAD_INVALID, s->reason != RELOAD_REASON_NONE);
        (void)snprintf(text + len, size - len, "%s%s=%s", i > 0 ? " " : "", pointer,
                       s->reason == RELOAD_REASON_NONE ? reload_verdict_text(s->verdict)
                                                       : reload_reason_text(s->reason));
    }
}

void check_octets(reload_policy *policy, const reload_buf *buf, int64_t time,
                  reload_verdict verdict, const char *reason, uint16_t code, const char *signatures)
{
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    char text[2048];
    reload_msg *msg = test_parse(buf);
    assert_int_equal(test_verify(policy, NULL, msg, time, report), RELOAD_OK);
    if (reason == NULL)
        assert_null(reload_reason_text(report->reason));
    else
        assert_string_equal(
            report->reason == RELOAD_REASON_NONE ? "none" : reload_reason_text(report->reason),
            reason);
    assert_int_equal(report->verdict, verdict);
    assert_int_equal(report->response_code, code);
    assert_int_equal(report->detail[0] != '\0', reason != NULL);
    list_signatures(msg, report, text, sizeof text);
    if (signatures != NULL)
        assert_string_equal(text, signatures);
    reload_report_free(&report);
    reload_msg_free(&msg);
}

void check_verdict(const struct plan *p, const char *reason, uint16_t code, const char *signatures)
{
    reload_verdict verdict = reason == NULL                     ? RELOAD_VALID
                             : strcmp(reason, "malformed") == 0 ? RELOAD_MALFORMED
                                                                : RELOAD_INVALID;
    for (int response = 0; response < 2; response++) {
        struct plan copy = *p;
        reload_buf buf = {0};
        reload_policy *policy = new_policy();
        copy.response = p->response || response;
        craft(&copy, &buf);
        check_octets(policy, &buf, NOW, verdict, reason, copy.response ? 0 : code, signatures);
        reload_policy_free(&policy);
        reload_buf_free(&buf);
    }
}
