/* D24, reason by reason, under HMAC and NONE. Digests are computed here, not by the library. */
#include "test.h"
#include "verify/report-json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "secret"
#define NOW    1183900000 /* the time of checking */

/* ---- Crafting ---- */

/* A signature to be put into a message: its members in order, T for TIMESTAMP, D for DIGEST, X for
 * an unknown one, d for a DIGEST of 19 octets, 0 for none at all. */
struct sig {
    const char *members; /* NULL: no signature */
    uint32_t timestamp;
    bool wrong; /* one bit of the digest is */
    bool early; /* not the last member of its container */
};

/* A RESOURCE-PUT, and what may be wrong with it. Zero is a good message in which all is signed. */
struct plan {
    uint8_t method; /* 0: RESOURCE-PUT */
    bool response;
    uint8_t security; /* 0: HMAC; 0xff: left open */
    struct sig message, source, redirect, body_peer, body, route_log;
    bool no_message_signature, no_body_signature, no_expiration;
    uint32_t source_expiration, body_expiration;   /* 0: an hour; 1 stands for 0 */
    const char *secret;                            /* NULL: SECRET */
    const char *before;                            /* raw attributes in front, in hex */
    const char *in_source, *in_resource, *in_body; /* raw members in front, in hex */
    const char *behind;                            /* raw attributes behind the SIGNATURE */
    bool certificate_body;                         /* a RESOURCE with one besides */
};

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
                          const char *secret, uint32_t expiration, const char *in_it)
{
    static const uint8_t id[20] = {0x46, 0x3a, 0xc4, 0x13, 0xc4};
    reload_build_open(b, type);
    size_t from = b->buf->len;
    put_raw(b, in_it);
    reload_build_octets(b, RELOAD_A_PEER_ID, id, sizeof id);
    put_seconds(b, RELOAD_A_PEER_EXPIRATION, expiration);
    if (sig->members != NULL)
        put_signature(b, RELOAD_A_PEER_SIGNATURE, sig, secret, from);
    if (sig->early)
        reload_build_octets(b, RELOAD_A_PEER_NAME, NULL, 0);
    reload_build_close(b);
}

static void craft(const struct plan *p, reload_buf *buf)
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
    put_raw(&b, p->behind);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
}

/* ---- Judging ---- */

static reload_policy *new_policy(void)
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

/* The signatures as "path=verdict" or "path=reason", one after the other. */
static void list(const reload_msg *msg, const reload_report *report, char *text, size_t size)
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

static void judge_octets(reload_policy *policy, const reload_buf *buf, int64_t time,
                         reload_verdict verdict, const char *reason, uint16_t code,
                         const char *signatures)
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
    list(msg, report, text, sizeof text);
    if (signatures != NULL)
        assert_string_equal(text, signatures);
    reload_report_free(&report);
    reload_msg_free(&msg);
}

/* Crafts and judges: the request, and the response, which gets the same reason and no code. */
static void judge(const struct plan *p, const char *reason, uint16_t code, const char *signatures)
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
        judge_octets(policy, &buf, NOW, verdict, reason, copy.response ? 0 : code, signatures);
        reload_policy_free(&policy);
        reload_buf_free(&buf);
    }
}

#define BODY_SIG   "/attributes/1/value/1/value/2"
#define SOURCE_SIG "/attributes/0/value/2"

/* ---- A good one, and steps 1 to 5 ---- */

static void test_valid(void **state)
{
    (void)state;
    judge(&(struct plan){0}, NULL, 0, BODY_SIG "=valid /attributes/2=valid");
    judge(&(struct plan){.message = {"TD", NOW, false, false}}, NULL, 0,
          BODY_SIG "=valid /attributes/2=valid");
    /* all there can be */
    judge(&(struct plan){.source = {"TD", NOW, false, false},
                         .redirect = {"D", 0, false, false},
                         .body_peer = {"D", 0, false, false},
                         .body = {"TXD", NOW, false, false},
                         .route_log = {"D", 0, false, false},
                         .message = {"XTD", NOW, false, false}},
          NULL, 0,
          "/attributes/0/value/2=valid /attributes/1/value/2=valid "
          "/attributes/2/value/1/value/1/value/2=valid "
          "/attributes/2/value/1/value/3=valid /attributes/3/value/0/value/2=valid "
          "/attributes/4=valid");
}

static void test_step_1(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    struct plan p = {.source = {"D", 0, false, false}};
    craft(&p, &buf);
    buf.octets[15]++; /* one octet more than there is */
    judge_octets(policy, &buf, NOW, RELOAD_MALFORMED, "malformed", 0,
                 SOURCE_SIG "=unchecked " BODY_SIG "=unchecked /attributes/2=unchecked");
    craft(&p, &buf);
    buf.octets[8] = 2;
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "unsupported-version", 0,
                 SOURCE_SIG "=unchecked " BODY_SIG "=unchecked /attributes/2=unchecked");
    /* EXP decides nothing (but is covered by the digest) */
    craft(&p, &buf);
    buf.octets[8] = 0x81;
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_step_2(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&(struct plan){0}, &buf);
    buf.octets[6] = 0x80;
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "fragment", 0,
                 BODY_SIG "=unchecked /attributes/2=unchecked");
    /* LFRG and the reserved bits alone make no fragment, and octets 0 to 7 are not signed */
    buf.octets[4] = 0;
    buf.octets[5] = 0xff;
    buf.octets[6] = 0x7f;
    buf.octets[7] = 0xff;
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_step_3(void **state)
{
    (void)state;
    /* values and members in their place, before or in the SIGNATURE */
    static const struct plan bad[] = {
        {.before = "00010004"
                   "00000164"}, /* a RESPONSE-CODE out of range */
        {.before = "00070001"
                   "ff"
                   "000000"}, /* text that is not UTF-8 */
        {.before = "00040004"
                   "01020001"}, /* members that cannot be read */
        {.in_source = "01010013"
                      "00000000000000000000000000000000000000"
                      "00"}, /* a PEER-ID of 19 octets */
        {.in_source = "01030004"
                      "00030000"},
        {.in_resource = "02010001"
                        "00"
                        "000000"},
        {.in_body = "03050003"
                    "000000"
                    "00"},
        {.in_body = "03040008"
                    "030a0002"
                    "0101"
                    "0000"},
        {.message = {"D", 0, false, false},
         .behind = "000700ff"}, /* framing broken at the top, anywhere */
        {.message = {"D", 0, false, false}, .behind = "00"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        print_message("# %zu\n", i);
        judge(&bad[i], "malformed", 0, NULL);
    }
    /* not in their place, or unknown: nothing */
    judge(&(struct plan){.before = "01010001"
                                   "00"
                                   "000000"},
          NULL, 0, NULL);
    judge(&(struct plan){.before = "06550004"
                                   "00000001"},
          NULL, 0, NULL);
    judge(&(struct plan){.in_source = "02020004"
                                      "03050000"},
          NULL, 0, NULL);
    judge(&(struct plan){.behind = "00020004"
                                   "0102ffff"},
          NULL, 0, NULL); /* D10 */
}

/* A depth of more than 16. */
static void test_step_3_depth(void **state)
{
    (void)state;
    char hex[512] = "";
    for (unsigned depth = 15; depth <= 16; depth++) {
        hex[0] = '\0';
        for (unsigned i = 0; i < depth; i++)
            (void)snprintf(hex + strlen(hex), sizeof hex - strlen(hex), "0004%04x",
                           4 * (depth - 1 - i));
        judge(&(struct plan){.before = hex}, depth == 15 ? NULL : "malformed", 0, NULL);
    }
}

static void test_step_4_overlay(void **state)
{
    (void)state;
    reload_buf buf = {0};
    for (int response = 0; response < 2; response++) {
        uint16_t code = response ? 0 : 498;
        static const char unchecked[] = BODY_SIG "=unchecked /attributes/2=unchecked";
        craft(&(struct plan){.response = response}, &buf);
        reload_policy *policy = new_policy();
        assert_int_equal(reload_policy_set_overlay(policy, "chat2"), RELOAD_OK);
        judge_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", code, unchecked);
        reload_policy_free(&policy);
        policy = new_policy();
        reload_policy_set_dht(policy, 2);
        judge_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", code, unchecked);
        reload_policy_free(&policy);
        policy = new_policy();
        reload_policy_set_hash(policy, 2);
        judge_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", code, unchecked);
        reload_policy_free(&policy);
    }
    /* not told: not checked */
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    craft(&(struct plan){0}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* An Overlay of 0 passes in a PEER-JOIN request, and nowhere else. */
static void test_step_4_overlay_zero(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    static const struct {
        uint8_t method;
        bool response;
        const char *reason;
        uint16_t code;
    } rows[] = {{0xff, false, "bad-digest", 431}, /* it passed: only then is the digest looked at */
                {0xff, true, "overlay-mismatch", 0},
                {0, false, "overlay-mismatch", 498},
                {RELOAD_PEER_SEARCH, false, "overlay-mismatch", 498}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        craft(&(struct plan){.method = rows[i].method, .response = rows[i].response}, &buf);
        memset(buf.octets + 64, 0, 4);
        judge_octets(policy, &buf, NOW, RELOAD_INVALID, rows[i].reason, rows[i].code, NULL);
    }
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D23 */
static void test_step_4_security(void **state)
{
    (void)state;
    static const char unchecked[] = BODY_SIG "=unchecked /attributes/2=unchecked";
    judge(&(struct plan){.security = 1}, "security-mismatch", 401, unchecked);
    judge(&(struct plan){.security = 3}, "security-mismatch", 401, unchecked);
    judge(&(struct plan){.security = 0x82}, "security-mismatch", 401, unchecked);
    judge(&(struct plan){.security = 0xff}, "security-mismatch", 401, unchecked);
    /* 0 in a PEER-JOIN request is checked under the overlay's algorithm */
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&(struct plan){.security = 0xff, .method = 0xff}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.security = 0xff, .method = 0xff, .message = {"D", 0, true, false}}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    craft(&(struct plan){.security = 0xff, .method = 0xff, .response = true}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "security-mismatch", 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* An overlay run under NONE: steps 1 to 4, then unsecured. */
static void test_none(void **state)
{
    (void)state;
    static const char unchecked[] = BODY_SIG "=unchecked /attributes/2=unchecked";
    reload_buf buf = {0};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_NONE);
    assert_int_equal(reload_policy_set_overlay(policy, "chat"), RELOAD_OK);
    craft(&(struct plan){.security = 1}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, unchecked);
    craft(&(struct plan){.security = 1,
                         .message = {"TD", 5, true, false},
                         .no_body_signature = true,
                         .no_expiration = true},
          &buf);
    judge_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, "/attributes/2=unchecked");
    craft(&(struct plan){.security = 1, .no_message_signature = true}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, BODY_SIG "=unchecked");
    craft(&(struct plan){.security = 1,
                         .before = "00010004"
                                   "000002c8"},
          &buf);
    judge_octets(policy, &buf, NOW, RELOAD_MALFORMED, "malformed", 0, NULL);
    craft(&(struct plan){.security = 2}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "security-mismatch", 401, unchecked);
    craft(&(struct plan){.security = 0xff}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "security-mismatch", 401, NULL);
    craft(&(struct plan){.security = 0xff, .method = 0xff}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, NULL);
    assert_int_equal(reload_policy_set_overlay(policy, "other"), RELOAD_OK);
    craft(&(struct plan){.security = 2}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", 498, unchecked);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_step_5(void **state)
{
    (void)state;
    judge(&(struct plan){.no_message_signature = true}, "missing-signature", 401,
          BODY_SIG "=unchecked");
    /* a SIGNATURE elsewhere is none of the message's */
    judge(&(struct plan){.no_message_signature = true, .in_source = "00060000"},
          "missing-signature", 401, "/attributes/0/value/0=unchecked " BODY_SIG "=unchecked");
}

/* ---- Step 6 ---- */

#define PEER_ID \
    "01010014"  \
    "463ac413c4000000000000000000000000000000"

/* D11: everything that may be there once, in every container. */
static void test_duplicates(void **state)
{
    (void)state;
    static const char *const attrs[] = {
        "00010004"
        "00000200"
        "00010004"
        "00000200", /* RESPONSE-CODE */
        "00020000", /* SOURCE-INFO, besides the one that is there */
        "00050000"
        "00050000", /* REDIRECT */
        /* PEER-INFO, in each of its places */
        "00050030" PEER_ID PEER_ID,
        "00050010"
        "01040004"
        "00000001"
        "01040004"
        "00000001",
        "00050008"
        "01050000"
        "01050000",
        "00050008"
        "01060000"
        "01060000",
        "0004000c"
        "04020008"
        "01050000"
        "01050000",
        /* RESOURCE, BODY, PARAMETER */
        "00030008"
        "02010000"
        "02010000",
        "0003000c"
        "02020008"
        "03030000"
        "03030000",
        "00030014"
        "02020010"
        "03050004"
        "00000001"
        "03050004"
        "00000001",
        "0003000c"
        "02020008"
        "03060000"
        "03060000",
        "0003000c"
        "02020008"
        "03070000"
        "03070000",
        "00030010"
        "0202000c"
        "03070008"
        "01050000"
        "01050000",
        "0003000c"
        "02020008"
        "03080000"
        "03080000",
        "00030010"
        "0202000c"
        "03040008"
        "03090000"
        "03090000",
        "00030018"
        "02020014"
        "03040010"
        "030a0001"
        "01000000"
        "030a0001"
        "01000000",
        "00030010"
        "0202000c"
        "03040008"
        "030b0000"
        "030b0000",
        /* APPLICATION, SIGNATURE */
        "00080008"
        "04030000"
        "04030000",
        "00080008"
        "04040000"
        "04040000",
        "00080010"
        "04050004"
        "00000001"
        "04050004"
        "00000001",
        "0003001c"
        "02020018"
        "03060014"
        "08010004"
        "00000001"
        "08010004"
        "00000001"
        "08020000",
        "0005000c"
        "01060008"
        "08020000"
        "08020000",
    };
    for (size_t i = 0; i < COUNT(attrs); i++) {
        print_message("# %s\n", attrs[i]);
        judge(&(struct plan){.before = attrs[i]}, "duplicate-attribute", 431, NULL);
    }
    judge(&(struct plan){.message = {"TTD", NOW, false, false}}, "duplicate-attribute", 431,
          BODY_SIG "=unchecked /attributes/2=duplicate-attribute");
    judge(&(struct plan){.message = {"DD", 0, false, false}}, "duplicate-attribute", 431,
          BODY_SIG "=unchecked /attributes/2=duplicate-attribute");
}

/* What may be there several times, or is not in its place, or is behind the SIGNATURE. */
static void test_no_duplicates(void **state)
{
    (void)state;
    static const char *const attrs[] = {
        "00040000"
        "00040000", /* ROUTE-LOG */
        "00030000"
        "00030000", /* RESOURCE */
        "00070000"
        "00070000", /* SDP */
        "00080000"
        "00080000", /* APPLICATION */
        "06550000"
        "06550000", /* unknown */
        "00050008"
        "01020000"
        "01020000",                    /* PEER-NAME */
        "0005001c" PEER_ID "01020000", /* one of each */
        "00050018"
        "01030008"
        "00010000"
        "00000000"
        "01030008"
        "00010000"
        "00000000", /* PEER-IP-PORT */
        "00040008"
        "04000000"
        "04000000",
        "00040010"
        "04010002"
        "00060000"
        "04010002"
        "00060000",
        "00040008"
        "04020000"
        "04020000",
        PEER_ID PEER_ID, /* out of place */
        "00040030" PEER_ID PEER_ID,
    };
    for (size_t i = 0; i < COUNT(attrs); i++) {
        print_message("# %s\n", attrs[i]);
        judge(&(struct plan){.before = attrs[i]}, NULL, 0, NULL);
    }
    static const char *const behind[] = {
        "00060000", /* a second SIGNATURE */
        "00020000", /* a second SOURCE-INFO */
        "00010004"
        "00000200"
        "00010004"
        "00000200",
        "00050030" PEER_ID PEER_ID,
        "00060008"
        "08020000"
        "08020000",
    };
    for (size_t i = 0; i < COUNT(behind); i++)
        judge(&(struct plan){.behind = behind[i]}, NULL, 0, NULL);
}

/* D10: nothing behind the SIGNATURE counts. */
static void test_behind_the_signature(void **state)
{
    (void)state;
    /* an unsigned BODY, bad signatures, a message SIGNATURE that is wrong */
    judge(&(struct plan){.behind = "0003000c"
                                   "02020008"
                                   "03050004"
                                   "00000001"},
          NULL, 0, NULL);
    judge(&(struct plan){.behind = "00030010"
                                   "0202000c"
                                   "03060008"
                                   "08020004"
                                   "00000000"},
          NULL, 0, BODY_SIG "=valid /attributes/2=valid /attributes/3/value/0/value/0=unchecked");
    judge(&(struct plan){.behind = "0002000c"
                                   "01060008"
                                   "08020004"
                                   "00000000"},
          NULL, 0, BODY_SIG "=valid /attributes/2=valid /attributes/3/value/0=unchecked");
    judge(&(struct plan){.behind = "00060008"
                                   "08020004"
                                   "00000000"},
          NULL, 0, BODY_SIG "=valid /attributes/2=valid /attributes/3=unchecked");
    /* D27: but ROUTE-LOGs are looked at, and fail nothing */
    judge(&(struct plan){.behind = "00040010"
                                   "0402000c"
                                   "01060008"
                                   "08020004"
                                   "00000000"},
          NULL, 0,
          BODY_SIG "=valid /attributes/2=valid /attributes/3/value/0/value/0=bad-digest-length");
}

/* D9 */
static void test_misplaced(void **state)
{
    (void)state;
    judge(&(struct plan){.message = {"DT", NOW, false, false}}, "misplaced", 431,
          BODY_SIG "=unchecked /attributes/2=misplaced");
    judge(&(struct plan){.message = {"DX", 0, false, false}}, "misplaced", 431, NULL);
    judge(&(struct plan){.source = {"D", 0, false, true}}, "misplaced", 431,
          SOURCE_SIG "=misplaced " BODY_SIG "=unchecked /attributes/2=valid");
    judge(&(struct plan){.source = {"DT", NOW, false, false}}, "misplaced", 431,
          SOURCE_SIG "=misplaced " BODY_SIG "=unchecked /attributes/2=valid");
    judge(&(struct plan){.redirect = {"D", 0, false, true}}, "misplaced", 431, NULL);
    judge(&(struct plan){.body_peer = {"D", 0, false, true}}, "misplaced", 431,
          "/attributes/1/value/1/value/1/value/2=misplaced /attributes/1/value/1/value/3=unchecked "
          "/attributes/2=valid");
    judge(&(struct plan){.body = {"D", 0, false, true}}, "misplaced", 431,
          BODY_SIG "=misplaced /attributes/2=valid");
    judge(&(struct plan){.body = {"DX", 0, false, false}}, "misplaced", 431, NULL);
}

static void test_bad_digest_length(void **state)
{
    (void)state;
    judge(&(struct plan){.message = {"T", NOW, false, false}}, "bad-digest-length", 431,
          BODY_SIG "=unchecked /attributes/2=bad-digest-length");
    judge(&(struct plan){.message = {"", 0, false, false}}, "bad-digest-length", 431, NULL);
    judge(&(struct plan){.message = {"d", 0, false, false}}, "bad-digest-length", 431,
          BODY_SIG "=unchecked /attributes/2=bad-digest-length");
    judge(&(struct plan){.source = {"d", 0, false, false}}, "bad-digest-length", 431,
          SOURCE_SIG "=bad-digest-length " BODY_SIG "=unchecked /attributes/2=valid");
    judge(&(struct plan){.body = {"T", NOW, false, false}}, "bad-digest-length", 431,
          BODY_SIG "=bad-digest-length /attributes/2=valid");
}

/* ---- Step 8 ---- */

static void test_bad_digest(void **state)
{
    (void)state;
    judge(&(struct plan){.message = {"D", 0, true, false}}, "bad-digest", 431,
          BODY_SIG "=unchecked /attributes/2=bad-digest");
    judge(&(struct plan){.source = {"D", 0, true, false}}, "bad-digest", 431,
          SOURCE_SIG "=bad-digest " BODY_SIG "=unchecked /attributes/2=valid");
    judge(&(struct plan){.redirect = {"D", 0, true, false}}, "bad-digest", 431,
          "/attributes/1/value/2=bad-digest /attributes/2/value/1/value/2=unchecked "
          "/attributes/3=valid");
    judge(&(struct plan){.body_peer = {"D", 0, true, false}}, "bad-digest", 431,
          "/attributes/1/value/1/value/1/value/2=bad-digest "
          "/attributes/1/value/1/value/3=unchecked /attributes/2=valid");
    judge(&(struct plan){.body = {"D", 0, true, false}}, "bad-digest", 431,
          BODY_SIG "=bad-digest /attributes/2=valid");
    judge(&(struct plan){.secret = "another"}, "bad-digest", 431,
          BODY_SIG "=unchecked /attributes/2=bad-digest");
}

/* Every octet from 8 up to DIGEST is covered but the three of Length, and the 20 of the digest
 * count; the eight octets before and DIGEST's own padding (it has none) do not. */
static void test_each_octet(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_msg *msg = reload_msg_new();
    craft(&(struct plan){.message = {"TD", NOW, false, false},
                         .before = "06550001"
                                   "61"
                                   "000000"},
          &buf);
    for (size_t i = 0; i < buf.len; i++) {
        buf.octets[i] ^= 0x04;
        bool covered = i >= 8;
        if (reload_msg_parse(msg, buf.octets, buf.len, NULL) == RELOAD_OK) {
            assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
            if (covered && report->verdict == RELOAD_VALID)
                fail_msg("octet %zu may change", i);
            if (!covered)
                assert_int_equal(report->verdict, RELOAD_VALID);
        } else {
            assert_true(i < 4 || (i >= 13 && i < 16)); /* the token; Length */
        }
        buf.octets[i] ^= 0x04;
    }
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D12: any one of several secrets will do. */
static void test_secrets(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)"", 0), RELOAD_ERR_VALUE);
    for (unsigned i = 0; i < 20; i++) {
        char secret[16];
        (void)snprintf(secret, sizeof secret, "secret%u", i);
        assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)secret, strlen(secret)),
                         RELOAD_OK);
    }
    craft(&(struct plan){.secret = "secret0"}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.secret = "secret19"}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.secret = "secret20"}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    craft(&(struct plan){.secret = "secret0"}, &buf); /* the last failure has left nothing behind */
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    assert_null(policy);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_not_judged(void **state)
{
    (void)state;
    assert_null(reload_policy_new(RELOAD_SECURITY_OPEN));
    assert_null(reload_policy_new((reload_security)4));
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_diag diag;
    assert_null(reload_judge_new(policy)); /* not sealed */
    assert_int_equal(reload_policy_seal(policy, &diag), RELOAD_ERR_ARGUMENT);
    assert_string_equal(diag.text, "CERTS: a CA certificate or a store of pins is required");
    assert_null(reload_judge_new(policy));
    reload_policy_free(&policy);
    policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_seal(policy, &diag), RELOAD_ERR_ARGUMENT);
    assert_string_equal(diag.text, "HMAC: a secret is required");
    reload_policy_free(&policy);
    reload_judge *judge = NULL;
    reload_judge_free(&judge);
    reload_judge_free(NULL);
    reload_policy_free(NULL);
    reload_report *report = NULL;
    reload_report_free(&report);
    reload_report_free(NULL);
}

/* ---- Step 10 ---- */

/* A message signed at stamp, judged at time with a skew. */
static void timed(const struct plan *p, int64_t time, int64_t skew, const char *reason)
{
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    const int64_t most = INT64_MAX / RELOAD_SECOND;
    reload_policy_set_max_skew(policy, (skew > most ? most : skew) * RELOAD_SECOND);
    craft(p, &buf);
    judge_octets(policy, &buf, time, reason == NULL ? RELOAD_VALID : RELOAD_INVALID, reason,
                 reason == NULL ? 0 : 431, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_stale_and_future(void **state)
{
    (void)state;
    struct plan p = {.message = {"TD", NOW, false, false}};
    /* 300 s unless told otherwise */
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&p, &buf);
    judge_octets(policy, &buf, NOW + 300, RELOAD_VALID, NULL, 0, NULL);
    judge_octets(policy, &buf, NOW + 301, RELOAD_INVALID, "stale", 431,
                 BODY_SIG "=unchecked /attributes/2=stale");
    judge_octets(policy, &buf, NOW - 300, RELOAD_VALID, NULL, 0, NULL);
    judge_octets(policy, &buf, NOW - 301, RELOAD_INVALID, "future", 431,
                 BODY_SIG "=unchecked /attributes/2=future");
    reload_policy_free(&policy);
    reload_buf_free(&buf);
    timed(&p, NOW + 10, 10, NULL);
    timed(&p, NOW + 11, 10, "stale");
    timed(&p, NOW - 10, 10, NULL);
    timed(&p, NOW - 11, 10, "future");
    timed(&p, NOW, 0, NULL);
    timed(&p, NOW + 1, 0, "stale");
    timed(&p, NOW - 1, 0, "future");
    /* no limit */
    timed(&p, (int64_t)NOW + 1000000000, -1, NULL);
    timed(&p, 0, -1, NULL);
    /* no TIMESTAMP: nothing to look at (D4) */
    timed(&(struct plan){0}, 0, 0, NULL);
    /* responses get no code */
    craft(&(struct plan){.response = true, .message = {"TD", NOW, false, false}}, &buf);
    policy = new_policy();
    judge_octets(policy, &buf, NOW + 301, RELOAD_INVALID, "stale", 0, NULL);
    judge_octets(policy, &buf, NOW - 301, RELOAD_INVALID, "future", 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* Sums are made in 64 bits. */
static void test_large_times(void **state)
{
    (void)state;
    struct plan late = {.message = {"TD", UINT32_MAX, false, false}},
                early = {.message = {"TD", 0, false, false}};
    timed(&late, (int64_t)UINT32_MAX + 300, 300, NULL);
    timed(&late, (int64_t)UINT32_MAX + 301, 300, "stale");
    timed(&late, 5, 300, "future");
    timed(&late, 5, UINT32_MAX, NULL);
    timed(&late, 5, INT64_MAX, NULL);
    timed(&early, INT64_C(1) << 33, 300, "stale");
    timed(&early, INT64_C(1) << 33, INT64_C(1) << 33, NULL);
    timed(&early, -300, 300, NULL);
    timed(&early, -301, 300, "future");
    struct plan long_lived = {.body = {"TD", UINT32_MAX, false, false},
                              .body_expiration = UINT32_MAX};
    timed(&long_lived, 2 * (int64_t)UINT32_MAX + 300, 300, NULL);
    timed(&long_lived, 2 * (int64_t)UINT32_MAX + 301, 300, "expired");
}

/* Any 64-bit time of checking. */
static void test_extreme_times(void **state)
{
    (void)state;
    struct plan p = {.message = {"TD", NOW, false, false}},
                body = {.body = {"TD", NOW, false, false}};
    timed(&p, INT64_MAX, 300, "stale");
    timed(&body, INT64_MAX, 300, "expired");
    timed(&p, INT64_MIN, 300, "future");
    timed(&body, INT64_MIN, 300, "future");
}

static void test_expired(void **state)
{
    (void)state;
    /* BODY: TIMESTAMP + EXPIRATION + skew */
    struct plan body = {.body = {"TD", NOW, false, false}, .body_expiration = 100};
    timed(&body, NOW + 100 + 300, 300, NULL);
    timed(&body, NOW + 100 + 301, 300, "expired");
    timed(&body, NOW - 300, 300, NULL);
    timed(&body, NOW - 301, 300, "future");
    /* with no skew limit a skew of 0, and no future */
    timed(&body, NOW + 100, -1, NULL);
    timed(&body, NOW + 101, -1, "expired");
    timed(&body, 0, -1, NULL);
    /* 0 is a value */
    struct plan zero = {.body = {"TD", NOW, false, false}, .body_expiration = 1};
    timed(&zero, NOW, 0, NULL);
    timed(&zero, NOW + 1, 0, "expired");
    timed(&zero, NOW + 300, 300, NULL);
    timed(&zero, NOW + 301, 300, "expired");
    /* no TIMESTAMP: no expiry */
    timed(&(struct plan){.body_expiration = 1}, INT64_C(1) << 40, 300, NULL);
    /* an inner TIMESTAMP may be as old as it likes while it has not expired: it is never stale */
    timed(&(struct plan){.body = {"TD", 0, false, false}, .body_expiration = UINT32_MAX}, NOW, 0,
          NULL);
    /* PEER-INFO likewise, by its PEER-EXPIRATION */
    struct plan peer = {.source = {"TD", NOW, false, false}, .source_expiration = 100};
    timed(&peer, NOW + 100 + 300, 300, NULL);
    timed(&peer, NOW + 100 + 301, 300, "expired");
    timed(&peer, NOW - 301, 300, "future");
    timed(&(struct plan){.source = {"TD", NOW, false, false}, .source_expiration = 1}, NOW + 301,
          300, "expired");
    timed(&(struct plan){.redirect = {"TD", NOW, false, false}}, NOW + 3600 + 301, 300, "expired");
    timed(&(struct plan){.body_peer = {"TD", NOW, false, false}}, NOW + 3600 + 301, 300, "expired");
    /* no EXPIRATION: no expiry (a BODY's is required in a PUT request alone) */
    timed(&(struct plan){.method = RELOAD_RESOURCE_GET,
                         .no_expiration = true,
                         .body = {"TD", NOW, false, false}},
          NOW + 1000000, 300, NULL);
    /* the list of signatures, the codes */
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&body, &buf);
    judge_octets(policy, &buf, NOW + 401, RELOAD_INVALID, "expired", 431,
                 BODY_SIG "=expired /attributes/2=valid");
    body.response = true;
    craft(&body, &buf);
    judge_octets(policy, &buf, NOW + 401, RELOAD_INVALID, "expired", 0,
                 BODY_SIG "=expired /attributes/2=valid");
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* ---- Step 12 ---- */

static void test_missing_inner_signatures(void **state)
{
    (void)state;
    judge(&(struct plan){.no_body_signature = true}, "missing-signature", 401,
          "/attributes/2=valid");
    /* in any method */
    judge(&(struct plan){.no_body_signature = true, .method = RELOAD_RESOURCE_GET},
          "missing-signature", 401, NULL);
    /* SOURCE-INFO's is required when the verifier is told so */
    reload_buf buf = {0};
    for (int response = 0; response < 2; response++) {
        reload_policy *policy = new_policy();
        reload_policy_require_peer_signature(policy, true);
        craft(&(struct plan){.response = response}, &buf);
        judge_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-signature", response ? 0 : 401,
                     BODY_SIG "=unchecked /attributes/2=valid");
        craft(&(struct plan){.response = response, .source = {"D", 0, false, false}}, &buf);
        judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
        reload_policy_require_peer_signature(policy, false);
        craft(&(struct plan){.response = response}, &buf);
        judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
        reload_policy_free(&policy);
    }
    reload_buf_free(&buf);
}

static void test_missing_expiration(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&(struct plan){.no_expiration = true}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-expiration", 431,
                 "/attributes/1/value/1/value/1=missing-expiration /attributes/2=valid");
    /* in PUT requests alone */
    craft(&(struct plan){.no_expiration = true, .response = true}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.no_expiration = true, .method = RELOAD_RESOURCE_TRANSFER}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    /* after its step 9, before its step 10 */
    craft(&(struct plan){.no_expiration = true, .body = {"D", 0, true, false}}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    craft(&(struct plan){.no_expiration = true, .body = {"TD", NOW + 301, false, false}}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-expiration", 431, NULL);
    /* a missing signature comes first */
    craft(&(struct plan){.no_expiration = true, .no_body_signature = true}, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-signature", 401, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D12, D21: a certificate BODY needs no signature, nor an EXPIRATION; with anything else in it, it
 * is none. */
static void test_certificate_body(void **state)
{
    (void)state;
    judge(&(struct plan){.certificate_body = true}, NULL, 0,
          "/attributes/1/value/2/value/2=valid /attributes/2=valid");
    judge(&(struct plan){.in_resource = "02020008"
                                        "03080001"
                                        "30000000"},
          NULL, 0, NULL);
    judge(&(struct plan){.in_resource = "0202000c"
                                        "03080001"
                                        "30000000"
                                        "06550000"},
          "missing-signature", 401, NULL);
    judge(&(struct plan){.in_resource = "02020000"}, "missing-signature", 401, NULL);
    judge(&(struct plan){.in_resource = "02020004"
                                        "06550000"},
          "missing-signature", 401, NULL);
}

/* Each BODY in order: the first that fails decides. */
static void test_body_order(void **state)
{
    (void)state;
    judge(&(struct plan){.in_resource = "02020010"
                                        "0306000c"
                                        "08020008"
                                        "0000000000000000"},
          "bad-digest-length", 431,
          "/attributes/1/value/0/value/0=bad-digest-length /attributes/1/value/2/value/2=unchecked "
          "/attributes/2=valid");
    /* PEER-INFOs come before all BODYs */
    judge(&(struct plan){.in_resource = "02020000", .body_peer = {"D", 0, true, false}},
          "bad-digest", 431, NULL);
    /* a PEER-INFO without PEER-SIGNATURE is fine */
    judge(&(struct plan){.in_body = "03070000"}, NULL, 0, NULL);
}

/* D27 */
static void test_route_logs(void **state)
{
    (void)state;
    judge(&(struct plan){.route_log = {"D", 0, true, false}}, NULL, 0,
          BODY_SIG "=valid /attributes/2/value/0/value/2=bad-digest /attributes/3=valid");
    judge(&(struct plan){.route_log = {"D", 0, false, true}}, NULL, 0,
          BODY_SIG "=valid /attributes/2/value/0/value/2=misplaced /attributes/3=valid");
    judge(&(struct plan){.route_log = {"TD", NOW + 301, false, false}}, NULL, 0,
          BODY_SIG "=valid /attributes/2/value/0/value/2=future /attributes/3=valid");
    judge(&(struct plan){.route_log = {"TD", NOW - 3901, false, false}}, NULL, 0,
          BODY_SIG "=valid /attributes/2/value/0/value/2=expired /attributes/3=valid");
    /* only where the message is otherwise good */
    judge(&(struct plan){.route_log = {"D", 0, false, false}, .body = {"D", 0, true, false}},
          "bad-digest", 431,
          BODY_SIG "=bad-digest /attributes/2/value/0/value/2=unchecked /attributes/3=valid");
    /* without a PEER-SIGNATURE there is nothing to check */
    judge(&(struct plan){.behind = "00040000"}, NULL, 0, BODY_SIG "=valid /attributes/2=valid");
}

/* D27, D11: a PEER-INFO behind the SIGNATURE with two of what may come once. */
static void test_route_log_duplicate(void **state)
{
    (void)state;
    judge(&(struct plan){.behind = "00040014"
                                   "04020010"
                                   "01050000"
                                   "01050000"
                                   "01060004"
                                   "08020000"},
          NULL, 0,
          BODY_SIG "=valid /attributes/2=valid /attributes/3/value/0/value/2=duplicate-attribute");
}

/* D2, S§8: a hop appends a ROUTE-LOG and raises Length; the digest still holds. */
static void test_appended_route_log(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&(struct plan){0}, &buf);
    for (unsigned hop = 0; hop < 3; hop++) {
        test_hex(&buf, "00040008"
                       "04010002"
                       "00110000");
        test_set_length(&buf, 0);
        buf.octets[4]--;
        judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0,
                     BODY_SIG "=valid /attributes/2=valid");
    }
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D8: a BODY moved to another message keeps its signature; so does a PEER-INFO in another
 * container. */
static void test_moved(void **state)
{
    (void)state;
    judge(&(struct plan){.body = {"TD", NOW, false, false}, .method = RELOAD_RESOURCE_GET}, NULL, 0,
          NULL);
    judge(&(struct plan){.before = "00070000", .source = {"D", 0, false, false}}, NULL, 0, NULL);
}

/* Timestamps in the list of signatures. */
static void test_listed_timestamps(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_policy *policy = new_policy();
    craft(&(struct plan){.body = {"TD", 0, false, false},
                         .source = {"TD", NOW - 1, false, false},
                         .body_expiration = UINT32_MAX},
          &buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
    assert_int_equal(report->count, 3);
    assert_true(reload_report_signature(report, 0)->has_timestamp);
    assert_int_equal(reload_report_signature(report, 0)->timestamp, NOW - 1);
    assert_true(reload_report_signature(report, 1)->has_timestamp);
    assert_int_equal(reload_report_signature(report, 1)->timestamp, 0);
    assert_false(reload_report_signature(report, 2)->has_timestamp);
    assert_null(reload_report_signature(report, 3));
    assert_null(reload_report_tunnelled(report, 0));
    reload_report_clear(report);
    assert_int_equal(report->verdict, RELOAD_UNCHECKED);
    assert_int_equal(report->count, 0);
    assert_null(reload_report_signature(report, 0));
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* ---- D24's order ---- */

/* Faults in D24's order. Each may be made alone or with any other; the earlier one decides. */
enum fault {
    F_CUT,
    F_VERSION,
    F_FRAGMENT,
    F_VALUE,
    F_OVERLAY,
    F_SECURITY,
    F_NO_SIGNATURE,
    F_DUPLICATE,
    F_MISPLACED,
    F_LENGTH,
    F_DIGEST,
    F_STALE,
    F_SOURCE,
    F_REDIRECT,
    F_BODY_PEER,
    F_BODY_UNSIGNED,
    F_BODY_DIGEST,
    F_NO_EXPIRATION,
    F_EXPIRED,
    FAULTS
};

static const struct {
    const char *reason;
    uint16_t code;
} faults[FAULTS] = {
    [F_CUT] = {"malformed", 0},
    [F_VERSION] = {"unsupported-version", 0},
    [F_FRAGMENT] = {"fragment", 0},
    [F_VALUE] = {"malformed", 0},
    [F_OVERLAY] = {"overlay-mismatch", 498},
    [F_SECURITY] = {"security-mismatch", 401},
    [F_NO_SIGNATURE] = {"missing-signature", 401},
    [F_DUPLICATE] = {"duplicate-attribute", 431},
    [F_MISPLACED] = {"misplaced", 431},
    [F_LENGTH] = {"bad-digest-length", 431},
    [F_DIGEST] = {"bad-digest", 431},
    [F_STALE] = {"stale", 431},
    [F_SOURCE] = {"bad-digest", 431},
    [F_REDIRECT] = {"bad-digest-length", 431},
    [F_BODY_PEER] = {"misplaced", 431},
    [F_BODY_UNSIGNED] = {"missing-signature", 401},
    [F_BODY_DIGEST] = {"bad-digest", 431},
    [F_NO_EXPIRATION] = {"missing-expiration", 431},
    [F_EXPIRED] = {"expired", 431},
};

/* Whether both can be had in one message. */
static bool compatible(enum fault a, enum fault b)
{
    /* what is not there has no other fault; a digest is wrong or too short or missing */
    if (a == F_NO_SIGNATURE)
        return b != F_MISPLACED && b != F_LENGTH && b != F_DIGEST && b != F_STALE;
    if (a == F_BODY_UNSIGNED)
        return b != F_BODY_DIGEST && b != F_EXPIRED;
    return !(a == F_NO_EXPIRATION && b == F_EXPIRED) && !(a == F_LENGTH && b == F_DIGEST) &&
           !(a == F_DIGEST && b == F_LENGTH);
}

static void craft_faults(const bool has[FAULTS], bool response, reload_buf *buf)
{
    struct plan p = {.response = response,
                     .message = {"TD", NOW, false, false},
                     .source = {"D", 0, false, false},
                     .redirect = {"D", 0, false, false},
                     .body_peer = {"D", 0, false, false},
                     .body = {"D", 0, false, false}};
    if (has[F_VALUE])
        p.before = "00070001"
                   "ff"
                   "000000";
    if (has[F_SECURITY])
        p.security = 3;
    p.no_message_signature = has[F_NO_SIGNATURE];
    if (has[F_DUPLICATE])
        p.in_source = PEER_ID;
    if (has[F_MISPLACED])
        p.message.members = has[F_LENGTH] ? "dT" : "DT";
    else if (has[F_LENGTH])
        p.message.members = "Td";
    p.message.wrong = has[F_DIGEST];
    if (has[F_STALE])
        p.message.timestamp = NOW - 301;
    p.source.wrong = has[F_SOURCE];
    if (has[F_REDIRECT])
        p.redirect.members = "d";
    p.body_peer.early = has[F_BODY_PEER];
    p.no_body_signature = has[F_BODY_UNSIGNED];
    p.body.wrong = has[F_BODY_DIGEST];
    p.no_expiration = has[F_NO_EXPIRATION];
    if (has[F_EXPIRED]) {
        p.body = (struct sig){"TD", NOW - 301, has[F_BODY_DIGEST], false};
        p.body_expiration = 1;
    }
    craft(&p, buf);
    if (has[F_CUT])
        buf->octets[15]++;
    if (has[F_VERSION])
        buf->octets[8] = 9;
    if (has[F_FRAGMENT])
        buf->octets[6] = 0x80;
}

static void test_order(void **state)
{
    (void)state;
    for (int a = 0; a < FAULTS; a++)
        for (int b = a; b < FAULTS; b++)
            for (int response = 0; response < 2; response++) {
                bool has[FAULTS] = {false};
                reload_buf buf = {0};
                if (a != b && !compatible((enum fault)a, (enum fault)b))
                    continue;
                if (response && (a == F_NO_EXPIRATION || b == F_NO_EXPIRATION))
                    continue; /* a fault in requests alone */
                has[a] = has[b] = true;
                reload_policy *policy = new_policy();
                if (has[F_OVERLAY])
                    assert_int_equal(reload_policy_set_overlay(policy, "other"), RELOAD_OK);
                craft_faults(has, response, &buf);
                print_message("# %s, then %s\n", faults[a].reason, faults[b].reason);
                judge_octets(policy, &buf, NOW,
                             strcmp(faults[a].reason, "malformed") == 0 ? RELOAD_MALFORMED
                                                                        : RELOAD_INVALID,
                             faults[a].reason, response ? 0 : faults[a].code, NULL);
                reload_policy_free(&policy);
                reload_buf_free(&buf);
            }
    /* and with none of them it is valid */
    bool none[FAULTS] = {false};
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft_faults(none, false, &buf);
    judge_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* ---- Words, and the report as JSON ---- */

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(reload_verdict_text(RELOAD_UNCHECKED), "unchecked");
    assert_string_equal(reload_verdict_text(RELOAD_VALID), "valid");
    assert_string_equal(reload_verdict_text(RELOAD_INVALID), "invalid");
    assert_string_equal(reload_verdict_text(RELOAD_UNSECURED), "unsecured");
    assert_string_equal(reload_verdict_text(RELOAD_MALFORMED), "malformed");
    assert_null(reload_reason_text(RELOAD_REASON_NONE));
    assert_null(reload_reason_text((reload_reason)999));
}

static void report_is(const struct plan *p, const char *text)
{
    reload_buf buf = {0}, out = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_origin origin = {.file = "put.bin", .offset = 5, .index = 3};
    reload_policy *policy = new_policy();
    craft(p, &buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
    assert_int_equal(
        report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, NULL, test_sink, &out),
        RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal((const char *)out.octets, text);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&out);
    reload_buf_free(&buf);
}

static void test_report_json(void **state)
{
    (void)state;
    report_is(&(struct plan){.message = {"TD", NOW, false, false}},
              "{\"index\": 3, \"file\": \"put.bin\", \"offset\": 5, \"verdict\": \"valid\", "
              "\"response_code\": null, "
              "\"method\": \"RESOURCE-PUT\", \"response\": false, \"security\": \"HMAC\", "
              "\"source_id\": \"0000000000000000000000000000000000000000\", "
              "\"destination_id\": \"0000000000000000000000000000000000000000\", "
              "\"transaction_id\": \"4690c25c00000000\", "
              "\"signatures\": [{\"path\": \"" BODY_SIG
              "\", \"type\": \"RESOURCE-INFO.BODY.SIGNATURE\", \"verdict\": \"valid\", "
              "\"timestamp\": null, \"signer\": null}, {\"path\": \"/attributes/2\", \"type\": "
              "\"SIGNATURE\", "
              "\"verdict\": \"valid\", \"timestamp\": 1183900000, \"signer\": null}]}");
    report_is(
        &(struct plan){.no_body_signature = true, .message = {"D", 0, true, false}},
        "{\"index\": 3, \"file\": \"put.bin\", \"offset\": 5, \"verdict\": \"invalid\", "
        "\"reason\": \"bad-digest\", "
        "\"response_code\": 431, \"detail\": "
        "\"DIGEST at /attributes/2/value/0: does not match the signed octets and the secret\", "
        "\"method\": \"RESOURCE-PUT\", \"response\": false, \"security\": \"HMAC\", "
        "\"source_id\": \"0000000000000000000000000000000000000000\", "
        "\"destination_id\": \"0000000000000000000000000000000000000000\", "
        "\"transaction_id\": \"4690c25c00000000\", "
        "\"signatures\": [{\"path\": \"/attributes/2\", \"type\": \"SIGNATURE\", "
        "\"verdict\": \"invalid\", \"reason\": \"bad-digest\", \"timestamp\": null, "
        "\"signer\": null}]}");
    /* garbage: null fields */
    reload_buf out = {0};
    reload_origin origin = {.file = "-", .offset = 0, .index = 1};
    reload_report *garbage = test_report_new(RELOAD_MALFORMED);
    garbage->reason = RELOAD_REASON_MALFORMED;
    assert_int_equal(
        report_json_write(garbage, NULL, &origin, RELOAD_SECURITY_OPEN, NULL, test_sink, &out),
        RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal(
        (const char *)out.octets,
        "{\"index\": 1, \"file\": \"-\", \"offset\": 0, \"verdict\": \"malformed\", \"reason\": "
        "\"malformed\", "
        "\"response_code\": null, \"method\": null, \"response\": null, \"security\": null, "
        "\"source_id\": null, \"destination_id\": null, \"transaction_id\": null, \"signatures\": "
        "[]}");
    reload_report_free(&garbage);
    reload_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_step_1),
        cmocka_unit_test(test_step_2),
        cmocka_unit_test(test_step_3),
        cmocka_unit_test(test_step_3_depth),
        cmocka_unit_test(test_step_4_overlay),
        cmocka_unit_test(test_step_4_overlay_zero),
        cmocka_unit_test(test_step_4_security),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_step_5),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_no_duplicates),
        cmocka_unit_test(test_behind_the_signature),
        cmocka_unit_test(test_misplaced),
        cmocka_unit_test(test_bad_digest_length),
        cmocka_unit_test(test_bad_digest),
        cmocka_unit_test(test_each_octet),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_not_judged),
        cmocka_unit_test(test_stale_and_future),
        cmocka_unit_test(test_large_times),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_expired),
        cmocka_unit_test(test_missing_inner_signatures),
        cmocka_unit_test(test_missing_expiration),
        cmocka_unit_test(test_certificate_body),
        cmocka_unit_test(test_body_order),
        cmocka_unit_test(test_route_logs),
        cmocka_unit_test(test_route_log_duplicate),
        cmocka_unit_test(test_appended_route_log),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_listed_timestamps),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_report_json),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
