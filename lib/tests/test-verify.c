/* SPDX-License-Identifier: BSD-2-Clause */
/* D24, steps 1 to 5, under HMAC and NONE; policies, and the list of signatures */
#include "crafting.h"

#include <stdio.h>
#include <string.h>

static void test_valid(void **state)
{
    (void)state;
    check_verdict(&(struct plan){0}, NULL, 0, BODY_SIG "=valid /attributes/2=valid");
    check_verdict(&(struct plan){.message = {"TD", NOW, false, false}}, NULL, 0,
                  BODY_SIG "=valid /attributes/2=valid");
    /* all signatures that a message can have */
    check_verdict(&(struct plan){.source = {"TD", NOW, false, false},
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
    buf.octets[15]++; /* Length is too large by one */
    check_octets(policy, &buf, NOW, RELOAD_MALFORMED, "malformed", 0,
                 SOURCE_SIG "=unchecked " BODY_SIG "=unchecked /attributes/2=unchecked");
    craft(&p, &buf);
    buf.octets[8] = 2;
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "unsupported-version", 0,
                 SOURCE_SIG "=unchecked " BODY_SIG "=unchecked /attributes/2=unchecked");
    /* EXP is not checked, but the digest covers it */
    craft(&p, &buf);
    buf.octets[8] = 0x81;
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
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
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "fragment", 0,
                 BODY_SIG "=unchecked /attributes/2=unchecked");
    /* FRAG alone makes a fragment, and octets 0 to 7 are not signed */
    buf.octets[4] = 0;
    buf.octets[5] = 0xff;
    buf.octets[6] = 0x7f;
    buf.octets[7] = 0xff;
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_step_3(void **state)
{
    (void)state;
    /* malformed values and members in place, before or in SIGNATURE */
    static const struct plan bad[] = {
        {.before = "00010004"
                   "00000164"}, /* RESPONSE-CODE out of range */
        {.before = "00070001"
                   "ff"
                   "000000"}, /* text in invalid UTF-8 */
        {.before = "00040004"
                   "01020001"}, /* a truncated member */
        {.in_source = "01010013"
                      "00000000000000000000000000000000000000"
                      "00"}, /* PEER-ID of 19 octets */
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
         .after = "000700ff"}, /* invalid top-level framing, at any position */
        {.message = {"D", 0, false, false}, .after = "00"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        print_message("# %zu\n", i);
        check_verdict(&bad[i], "malformed", 0, NULL);
    }
    /* misplaced and unknown attributes are not checked */
    check_verdict(&(struct plan){.before = "01010001"
                                           "00"
                                           "000000"},
                  NULL, 0, NULL);
    check_verdict(&(struct plan){.before = "06550004"
                                           "00000001"},
                  NULL, 0, NULL);
    check_verdict(&(struct plan){.in_source = "02020004"
                                              "03050000"},
                  NULL, 0, NULL);
    check_verdict(&(struct plan){.after = "00020004"
                                          "0102ffff"},
                  NULL, 0, NULL); /* D10 */
}

/* D3: a depth of 16 */
static void test_step_3_depth(void **state)
{
    (void)state;
    char hex[512] = "";
    for (unsigned depth = 15; depth <= 16; depth++) {
        hex[0] = '\0';
        for (unsigned i = 0; i < depth; i++)
            (void)snprintf(hex + strlen(hex), sizeof hex - strlen(hex), "0004%04x",
                           4 * (depth - 1 - i));
        check_verdict(&(struct plan){.before = hex}, depth == 15 ? NULL : "malformed", 0, NULL);
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
        check_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", code, unchecked);
        reload_policy_free(&policy);
        policy = new_policy();
        reload_policy_set_dht(policy, 2);
        check_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", code, unchecked);
        reload_policy_free(&policy);
        policy = new_policy();
        reload_policy_set_hash(policy, 2);
        check_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", code, unchecked);
        reload_policy_free(&policy);
    }
    /* only specified properties of the overlay are checked */
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    craft(&(struct plan){0}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* Overlay may be 0 in a PEER-JOIN request only. */
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
    } rows[] = {{0xff, false, "bad-digest", 431}, /* step 4 passes, and step 8 fails */
                {0xff, true, "overlay-mismatch", 0},
                {0, false, "overlay-mismatch", 498},
                {RELOAD_PEER_SEARCH, false, "overlay-mismatch", 498}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        craft(&(struct plan){.method = rows[i].method, .response = rows[i].response}, &buf);
        memset(buf.octets + 64, 0, 4);
        check_octets(policy, &buf, NOW, RELOAD_INVALID, rows[i].reason, rows[i].code, NULL);
    }
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D23 */
static void test_step_4_security(void **state)
{
    (void)state;
    static const char unchecked[] = BODY_SIG "=unchecked /attributes/2=unchecked";
    check_verdict(&(struct plan){.security = 1}, "security-mismatch", 401, unchecked);
    check_verdict(&(struct plan){.security = 3}, "security-mismatch", 401, unchecked);
    check_verdict(&(struct plan){.security = 0x82}, "security-mismatch", 401, unchecked);
    check_verdict(&(struct plan){.security = 0xff}, "security-mismatch", 401, unchecked);
    /* a PEER-JOIN request with Security 0 is verified with the overlay's algorithm */
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&(struct plan){.security = 0xff, .method = 0xff}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.security = 0xff, .method = 0xff, .message = {"D", 0, true, false}}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    craft(&(struct plan){.security = 0xff, .method = 0xff, .response = true}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "security-mismatch", 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* Under NONE, a message that passes steps 1 to 4 is unsecured. */
static void test_unsecured(void **state)
{
    (void)state;
    static const char unchecked[] = BODY_SIG "=unchecked /attributes/2=unchecked";
    reload_buf buf = {0};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_NONE);
    assert_int_equal(reload_policy_set_overlay(policy, ""), RELOAD_ERR_ARGUMENT); /* D23 */
    assert_int_equal(reload_policy_set_overlay(policy, "chat"), RELOAD_OK);
    craft(&(struct plan){.security = 1}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, unchecked);
    craft(&(struct plan){.security = 1,
                         .message = {"TD", 5, true, false},
                         .no_body_signature = true,
                         .no_expiration = true},
          &buf);
    check_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, "/attributes/2=unchecked");
    craft(&(struct plan){.security = 1, .no_message_signature = true}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, BODY_SIG "=unchecked");
    craft(&(struct plan){.security = 1,
                         .before = "00010004"
                                   "000002c8"},
          &buf);
    check_octets(policy, &buf, NOW, RELOAD_MALFORMED, "malformed", 0, NULL);
    craft(&(struct plan){.security = 2}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "security-mismatch", 401, unchecked);
    craft(&(struct plan){.security = 0xff}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "security-mismatch", 401, NULL);
    craft(&(struct plan){.security = 0xff, .method = 0xff}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_UNSECURED, NULL, 0, NULL);
    assert_int_equal(reload_policy_set_overlay(policy, "other"), RELOAD_OK);
    craft(&(struct plan){.security = 2}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "overlay-mismatch", 498, unchecked);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_step_5(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.no_message_signature = true}, "missing-signature", 401,
                  BODY_SIG "=unchecked");
    /* a misplaced SIGNATURE is not the message's */
    check_verdict(&(struct plan){.no_message_signature = true, .in_source = "00060000"},
                  "missing-signature", 401,
                  "/attributes/0/value/0=unchecked " BODY_SIG "=unchecked");
}

/* D12: any of several secrets */
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
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.secret = "secret19"}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.secret = "secret20"}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    craft(&(struct plan){.secret = "secret0"}, &buf); /* after a failure */
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    assert_null(policy);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_incomplete_policy(void **state)
{
    (void)state;
    assert_null(reload_policy_new(RELOAD_SECURITY_OPEN));
    assert_null(reload_policy_new(UNKNOWN_SECURITY));
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

/* TIMESTAMPs in the list of signatures */
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
        cmocka_unit_test(test_unsecured),
        cmocka_unit_test(test_step_5),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_incomplete_policy),
        cmocka_unit_test(test_listed_timestamps),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
