/* SPDX-License-Identifier: BSD-2-Clause */
/* Removing signatures from a message, and appending attributes to it. */
#include "signing.h"

#include <string.h>

static void check_stripped(unsigned flags, const char *hex, reload_err err, const char *expected)
{
    reload_buf in = {0}, out = {0};
    reload_diag diag = {0};
    test_hex(&in, hex);
    test_hex(&out, "aabb");
    reload_msg *msg = test_parse(&in);
    assert_int_equal(reload_strip(msg, flags, &out, &diag), err);
    test_same(out.octets + 2, out.len - 2, expected);
    reload_msg_free(&msg);
    reload_buf_free(&out);
    reload_buf_free(&in);
}

static void test_strip(void **state)
{
    (void)state;
    /* all three types are removed at any position; the other octets are kept */
    check_stripped(0,
                   HEAD("02", "11", "000048") IDS "00020008"
                                                  "01020000"
                                                  "01060000"
                                                  "00030018"
                                                  "02020014"
                                                  "06550001"
                                                  "61ffffff"
                                                  "03060008"
                                                  "08020001"
                                                  "ab000000"
                                                  "00060004"
                                                  "08020000"
                                                  "00040010"
                                                  "0402000c"
                                                  "01020001"
                                                  "62010203"
                                                  "01060000"
                                                  "00060000",
                   RELOAD_OK,
                   HEAD("02", "11", "000028") IDS "00020004"
                                                  "01020000"
                                                  "0003000c"
                                                  "02020008"
                                                  "06550001"
                                                  "61ffffff"
                                                  "0004000c"
                                                  "04020008"
                                                  "01020001"
                                                  "62010203");
    check_stripped(0, HEAD("02", "01", "000000") IDS, RELOAD_OK, HEAD("02", "01", "000000") IDS);
    check_stripped(0,
                   HEAD("02", "01", "000008") IDS "00070001"
                                                  "ff000000",
                   RELOAD_ERR_MALFORMED, "");
    check_stripped(RELOAD_SIGN_FORCE,
                   HEAD("02", "01", "00000c") IDS "00070001"
                                                  "ff000000"
                                                  "00060000",
                   RELOAD_OK,
                   HEAD("02", "01", "000008") IDS "00070001"
                                                  "ff000000");
    check_stripped(RELOAD_SIGN_FORCE, HEAD("02", "01", "000004") IDS "000700ff",
                   RELOAD_ERR_MALFORMED, "");
}

static void test_sign_and_strip(void **state)
{
    (void)state;
    static const char plain[] = HEAD("02", "11", "000034") IDS "00020018" PEER_ID "00030014"
                                                               "02010001"
                                                               "61000000"
                                                               "02020008" BODY;
    reload_signer *s = signer_new(RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO);
    reload_buf out = {0}, again = {0};
    assert_int_equal(sign_hex(s, plain, &out), RELOAD_OK);
    reload_msg *msg = test_parse(&out);
    assert_int_equal(reload_strip(msg, 0, &again, NULL), RELOAD_OK);
    test_same(again.octets, again.len, plain);
    reload_msg_free(&msg);
    reload_signer_free(&s);
    reload_buf_free(&again);
    reload_buf_free(&out);
}

#define APPENDED_ROUTE_LOG \
    "00040008"             \
    "04010002"             \
    "00060000"

/* Replaces out by the message with octets appended. */
static reload_err append_hex(const reload_buf *octets, const char *hex, unsigned flags,
                             reload_buf *out)
{
    reload_buf attr = {0};
    test_hex(&attr, hex);
    reload_msg *msg = test_parse(octets);
    reload_buf_reset(out);
    reload_err err = reload_append_attr(msg, attr.octets, attr.len, flags, out, NULL);
    reload_msg_free(&msg);
    reload_buf_free(&attr);
    return err;
}

static reload_err append_route_log(const reload_buf *octets, unsigned flags, reload_buf *out)
{
    return append_hex(octets, APPENDED_ROUTE_LOG, flags, out);
}

/* Only one attribute with its padding can be appended. */
static void test_append_other(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "000400", "0004000804010002000600",
                                      "000400080401000200060000"
                                      "00",
                                      "00070001"
                                      "41"};
    reload_buf octets = {0}, out = {0};
    reload_signer *s = signer_new(0);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &octets), RELOAD_OK);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(append_hex(&octets, bad[i], 0, &out), RELOAD_ERR_ARGUMENT);
        assert_int_equal(out.len, 0);
        assert_int_equal(append_hex(&octets, bad[i], RELOAD_SIGN_FORCE, &out), RELOAD_OK);
    }
    reload_signer_free(&s);
    reload_buf_free(&octets);
    reload_buf_free(&out);
}

/* D2, S§8: a signed message verifies after ROUTE-LOGs are appended. */
static void test_append(void **state)
{
    (void)state;
    reload_buf out = {0}, longer = {0}, again = {0};
    reload_signer *s = signer_new(0);
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_OK);
    for (unsigned hop = 1; hop <= 3; hop++) {
        assert_int_equal(append_route_log(&out, 0, &longer), RELOAD_OK);
        assert_int_equal(longer.len, 96 + 12 * hop);
        /* Length alone changes */
        test_same_octets(longer.octets, 13, out.octets, 13);
        test_same_octets(longer.octets + 16, out.len - 16, out.octets + 16, out.len - 16);
        test_same(longer.octets + out.len, 12, APPENDED_ROUTE_LOG);
        assert_int_equal(longer.octets[15], 28 + 12 * hop);
        reload_buf_reset(&out);
        reload_buf_append(&out, longer.octets, longer.len);
        reload_msg *msg = test_parse(&out);
        assert_int_equal(test_verify(policy, NULL, msg, 0, report), RELOAD_OK);
        assert_int_equal(report->verdict, RELOAD_VALID);
        reload_msg_free(&msg);
    }
    /* signing again keeps the ROUTE-LOGs after SIGNATURE */
    reload_msg *msg = test_parse(&out);
    assert_int_equal(reload_sign(s, msg, &options, &again, NULL), RELOAD_OK);
    test_same_octets(again.octets, again.len, out.octets, out.len);
    reload_msg_free(&msg);
    reload_report_free(&report);
    reload_policy_free(&policy);
    reload_signer_free(&s);
    reload_buf_free(&again);
    reload_buf_free(&longer);
    reload_buf_free(&out);
}

static void test_append_to_malformed(void **state)
{
    (void)state;
    reload_buf bad = {0}, longer = {0};
    test_hex(&bad, HEAD("02", "01", "000008") IDS "00070001"
                                                  "ff000000");
    assert_int_equal(append_route_log(&bad, 0, &longer), RELOAD_ERR_MALFORMED);
    assert_int_equal(longer.len, 0);
    assert_int_equal(append_route_log(&bad, RELOAD_SIGN_FORCE, &longer), RELOAD_OK);
    test_same(longer.octets, longer.len,
              HEAD("02", "01", "000014") IDS "00070001"
                                             "ff000000" APPENDED_ROUTE_LOG);
    reload_buf_free(&bad);
    reload_buf_free(&longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strip),
        cmocka_unit_test(test_sign_and_strip),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_append_other),
        cmocka_unit_test(test_append_to_malformed),
    };
    return cmocka_run_group_tests_name("strip", tests, NULL, NULL);
}
