/* SPDX-License-Identifier: BSD-2-Clause */
/* D24, step 12: signatures inside the message; D27: ROUTE-LOGs */
#include "crafting.h"

static void test_missing_inner_signatures(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.no_body_signature = true}, "missing-signature", 401,
                  "/attributes/2=valid");
    /* in any method */
    check_verdict(&(struct plan){.no_body_signature = true, .method = RELOAD_RESOURCE_GET},
                  "missing-signature", 401, NULL);
    /* SOURCE-INFO's signature is required by reload_policy_require_peer_signature() */
    reload_buf buf = {0};
    for (int response = 0; response < 2; response++) {
        reload_policy *policy = new_policy();
        reload_policy_require_peer_signature(policy, true);
        craft(&(struct plan){.response = response}, &buf);
        check_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-signature", response ? 0 : 401,
                     BODY_SIG "=unchecked /attributes/2=valid");
        craft(&(struct plan){.response = response, .source = {"D", 0, false, false}}, &buf);
        check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
        reload_policy_require_peer_signature(policy, false);
        craft(&(struct plan){.response = response}, &buf);
        check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
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
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-expiration", 431,
                 "/attributes/1/value/1/value/1=missing-expiration /attributes/2=valid");
    /* only a PUT request requires it */
    craft(&(struct plan){.no_expiration = true, .response = true}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    craft(&(struct plan){.no_expiration = true, .method = RELOAD_RESOURCE_TRANSFER}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    /* after step 9, before step 10 */
    craft(&(struct plan){.no_expiration = true, .body = {"D", 0, true, false}}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "bad-digest", 431, NULL);
    craft(&(struct plan){.no_expiration = true, .body = {"TD", NOW + 301, false, false}}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-expiration", 431, NULL);
    /* after a missing signature */
    craft(&(struct plan){.no_expiration = true, .no_body_signature = true}, &buf);
    check_octets(policy, &buf, NOW, RELOAD_INVALID, "missing-signature", 401, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D12, D21: a BODY with a certificate alone requires neither signature nor EXPIRATION. */
static void test_certificate_body(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.certificate_body = true}, NULL, 0,
                  "/attributes/1/value/2/value/2=valid /attributes/2=valid");
    check_verdict(&(struct plan){.in_resource = "02020008"
                                                "03080001"
                                                "30000000"},
                  NULL, 0, NULL);
    check_verdict(&(struct plan){.in_resource = "0202000c"
                                                "03080001"
                                                "30000000"
                                                "06550000"},
                  "missing-signature", 401, NULL);
    check_verdict(&(struct plan){.in_resource = "02020000"}, "missing-signature", 401, NULL);
    check_verdict(&(struct plan){.in_resource = "02020004"
                                                "06550000"},
                  "missing-signature", 401, NULL);
}

/* The first BODY that fails decides. */
static void test_body_order(void **state)
{
    (void)state;
    check_verdict(
        &(struct plan){.in_resource = "02020010"
                                      "0306000c"
                                      "08020008"
                                      "0000000000000000"},
        "bad-digest-length", 431,
        "/attributes/1/value/0/value/0=bad-digest-length /attributes/1/value/2/value/2=unchecked "
        "/attributes/2=valid");
    /* PEER-INFOs are checked before all BODYs */
    check_verdict(&(struct plan){.in_resource = "02020000", .body_peer = {"D", 0, true, false}},
                  "bad-digest", 431, NULL);
    /* PEER-SIGNATURE is optional */
    check_verdict(&(struct plan){.in_body = "03070000"}, NULL, 0, NULL);
}

/* D27 */
static void test_route_logs(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.route_log = {"D", 0, true, false}}, NULL, 0,
                  BODY_SIG "=valid /attributes/2/value/0/value/2=bad-digest /attributes/3=valid");
    check_verdict(&(struct plan){.route_log = {"D", 0, false, true}}, NULL, 0,
                  BODY_SIG "=valid /attributes/2/value/0/value/2=misplaced /attributes/3=valid");
    check_verdict(&(struct plan){.route_log = {"TD", NOW + 301, false, false}}, NULL, 0,
                  BODY_SIG "=valid /attributes/2/value/0/value/2=future /attributes/3=valid");
    check_verdict(&(struct plan){.route_log = {"TD", NOW - 3901, false, false}}, NULL, 0,
                  BODY_SIG "=valid /attributes/2/value/0/value/2=expired /attributes/3=valid");
    /* checked only if the message is valid */
    check_verdict(
        &(struct plan){.route_log = {"D", 0, false, false}, .body = {"D", 0, true, false}},
        "bad-digest", 431,
        BODY_SIG "=bad-digest /attributes/2/value/0/value/2=unchecked /attributes/3=valid");
    /* without PEER-SIGNATURE */
    check_verdict(&(struct plan){.after = "00040000"}, NULL, 0,
                  BODY_SIG "=valid /attributes/2=valid");
}

/* D27, D11: a duplicate attribute in a ROUTE-LOG's PEER-INFO */
static void test_route_log_duplicate(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.after = "00040014"
                                          "04020010"
                                          "01050000"
                                          "01050000"
                                          "01060004"
                                          "08020000"},
                  NULL, 0,
                  BODY_SIG
                  "=valid /attributes/2=valid /attributes/3/value/0/value/2=duplicate-attribute");
}

/* D2, S§8: a ROUTE-LOG appended by a hop does not change the verdict. */
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
        check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0,
                     BODY_SIG "=valid /attributes/2=valid");
    }
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D27: at most 255 PEER-SIGNATUREs in ROUTE-LOGs are checked. */
static void test_many_route_logs(void **state)
{
    (void)state;
    enum { CHECKED = 255, LOGS = CHECKED + 2 };
    reload_buf buf = {0};
    unsigned counts[2] = {0};
    reload_policy *policy = new_policy();
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    craft(&(struct plan){0}, &buf);
    for (unsigned hop = 0; hop < LOGS; hop++)
        test_hex(&buf, "00040020"
                       "0402001c"
                       "01060018"
                       "08020014"
                       "0000000000000000000000000000000000000000");
    test_set_length(&buf, 0);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
    assert_int_equal(report->verdict, RELOAD_VALID);
    for (size_t i = 0; i < report->count; i++) {
        reload_verdict verdict = reload_report_signature(report, i)->verdict;
        counts[0] += verdict == RELOAD_INVALID;
        counts[1] += verdict == RELOAD_UNCHECKED;
    }
    assert_int_equal(counts[0], CHECKED);
    assert_int_equal(counts[1], LOGS - CHECKED);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* D8: a BODY's or PEER-INFO's signature is valid in another message. */
static void test_moved(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.body = {"TD", NOW, false, false}, .method = RELOAD_RESOURCE_GET},
                  NULL, 0, NULL);
    check_verdict(&(struct plan){.before = "00070000", .source = {"D", 0, false, false}}, NULL, 0,
                  NULL);
}

/* ---- reload_policy_check_all ---- */

/* Crafts a message, and asserts the verdict and signatures with all signatures checked. */
static void check_all(const struct plan *p, const char *reason, uint16_t code,
                      const char *signatures)
{
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    reload_policy_check_all(policy, true);
    craft(p, &buf);
    check_octets(policy, &buf, NOW, reason == NULL ? RELOAD_VALID : RELOAD_INVALID, reason, code,
                 signatures);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

#define WRONG               \
    {                       \
        "D", 0, true, false \
    }

/* Each signature has its own finding; the verdict is that of the first failure. */
static void test_check_all(void **state)
{
    (void)state;
    check_all(&(struct plan){.message = WRONG}, "bad-digest", 431,
              BODY_SIG "=valid /attributes/2=bad-digest");
    check_all(&(struct plan){.message = {"TD", NOW - 301, false, false}, .body = WRONG}, "stale",
              431, BODY_SIG "=bad-digest /attributes/2=stale");
    check_all(&(struct plan){.message = WRONG, .source = WRONG, .body = {"DT", 0, false, false}},
              "bad-digest", 431,
              SOURCE_SIG "=bad-digest " BODY_SIG "=misplaced /attributes/2=bad-digest");
    check_all(&(struct plan){.source = WRONG, .redirect = {"D", 0, false, false}, .body = WRONG},
              "bad-digest", 431,
              SOURCE_SIG "=bad-digest /attributes/1/value/2=valid /attributes/2/value/1/value/2="
                         "bad-digest /attributes/3=valid");
    check_all(&(struct plan){.no_message_signature = true}, "missing-signature", 401,
              BODY_SIG "=valid");
    check_all(&(struct plan){.body = WRONG, .route_log = WRONG}, "bad-digest", 431,
              BODY_SIG "=bad-digest /attributes/2/value/0/value/2=bad-digest "
                       "/attributes/3=valid");
    /* without it, those after the first failure are unchecked */
    check_verdict(&(struct plan){.message = WRONG}, "bad-digest", 431,
                  BODY_SIG "=unchecked /attributes/2=bad-digest");
    /* steps 1 to 4 end the check */
    check_all(&(struct plan){.security = 1, .message = WRONG}, "security-mismatch", 401,
              BODY_SIG "=unchecked /attributes/2=unchecked");
}

/* D11: a duplicate fails the message, and of the inner signatures those in its container. */
static void test_check_all_duplicates(void **state)
{
    (void)state;
    check_all(&(struct plan){.in_source = PEER_ID, .source = {"D", 0, false, false}},
              "duplicate-attribute", 431,
              "/attributes/0/value/3=duplicate-attribute " BODY_SIG
              "=valid /attributes/2=duplicate-attribute");
    check_all(&(struct plan){.in_body = "03030000"}, "duplicate-attribute", 431,
              "/attributes/1/value/1/value/3=duplicate-attribute "
              "/attributes/2=duplicate-attribute");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_inner_signatures),
        cmocka_unit_test(test_missing_expiration),
        cmocka_unit_test(test_certificate_body),
        cmocka_unit_test(test_body_order),
        cmocka_unit_test(test_route_logs),
        cmocka_unit_test(test_route_log_duplicate),
        cmocka_unit_test(test_appended_route_log),
        cmocka_unit_test(test_many_route_logs),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_check_all),
        cmocka_unit_test(test_check_all_duplicates),
    };
    return cmocka_run_group_tests_name("verify-inner", tests, NULL, NULL);
}
