/* SPDX-License-Identifier: BSD-2-Clause */
/* D30: replacing the SIGNATURE; signing BODYs and SOURCE-INFO. D8 against digests computed here. */
#include "signing.h"

#include <stdio.h>
#include <string.h>

static void test_replaced_signature(void **state)
{
    (void)state;
    /* at its position; the octets after it are kept, including padding, malformed members and
     * further SIGNATUREs; D2: the digest's Length ends with the SIGNATURE */
    check_signed_with(0,
                      HEAD("02", "01", "000030") IDS "06550001"
                                                     "61ffffff"
                                                     "00060008"
                                                     "08020002"
                                                     "abcd0000"
                                                     "00060004"
                                                     "08020000"
                                                     "00020004"
                                                     "0102ffff"
                                                     "00070001"
                                                     "ff010203"
                                                     "00040000",
                      HEAD("02", "01", "000040") IDS "06550001"
                                                     "61ffffff"
                                                     "0006001808020014" DIGEST "00060004"
                                                     "08020000"
                                                     "00020004"
                                                     "0102ffff"
                                                     "00070001"
                                                     "ff010203"
                                                     "00040000",
                      (struct digest[]){{80, 0, 104}}, 1);
}

static void test_before_route_logs(void **state)
{
    (void)state;
    /* a new SIGNATURE is added before the trailing ROUTE-LOGs */
    check_signed_with(0,
                      HEAD("02", "01", "000010") IDS "00040000"
                                                     "06550000"
                                                     "00040000"
                                                     "00040000",
                      HEAD("02", "01", "00002c") IDS "00040000"
                                                     "06550000"
                                                     "0006001808020014" DIGEST "00040000"
                                                     "00040000",
                      (struct digest[]){{80, 0, 104}}, 1);
    check_signed_with(0,
                      HEAD("02", "01", "000008") IDS "00040000"
                                                     "00040000",
                      HEAD("02", "01", "000024") IDS "0006001808020014" DIGEST "00040000"
                                                     "00040000",
                      (struct digest[]){{72, 0, 96}}, 1);
    check_signed_with(0,
                      HEAD("02", "01", "000008") IDS "00040000"
                                                     "06550000",
                      HEAD("02", "01", "000024") IDS "00040000"
                                                     "06550000"
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{80, 0, 104}}, 1);
}

static void test_bodies_in_put_requests(void **state)
{
    (void)state;
    /* unsigned BODYs get a SIGNATURE as their last member; D8: it covers the BODY from its first
     * member */
    check_signed_with(0,
                      HEAD("02", "11", "000018") IDS "00030014"
                                                     "02010001"
                                                     "61000000"
                                                     "02020008" BODY,
                      HEAD("02", "11", "000050") IDS "00030030"
                                                     "02010001"
                                                     "61000000"
                                                     "02020024" BODY SIGNED
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{124, 0, 148}, {96, 84, 0}}, 2);
    /* the digest covers the TIMESTAMP */
    check_signed_with(RELOAD_SIGN_TIMESTAMP,
                      HEAD("02", "11", "000010") IDS "0003000c"
                                                     "02020008" BODY,
                      HEAD("02", "11", "000058") IDS "00030030"
                                                     "0202002c" BODY "03060020"
                                                     "080100044690e160"
                                                     "08020014" DIGEST "00060020"
                                                     "080100044690e160"
                                                     "08020014" DIGEST,
                      (struct digest[]){{132, 0, 156}, {96, 76, 0}}, 2);
}

static void test_bodies_elsewhere(void **state)
{
    (void)state;
    static const char in[] = "0003000c"
                             "02020008" BODY;
    static const char *const methods[] = {"10", "12", "01", "91"};
    for (size_t i = 0; i < COUNT(methods); i++) {
        char hex[512], plain[512], all[512];
        const char *info = methods[i][0] == '9' ? "00020018" PEER_ID : "";
        size_t shift = strlen(info) / 2;
        (void)snprintf(hex, sizeof hex, HEAD("02", "%s", "0000%02x") IDS "%s%s", methods[i],
                       (unsigned)(0x10 + shift), info, in);
        (void)snprintf(plain, sizeof plain,
                       HEAD("02", "%s", "0000%02x") IDS "%s%s"
                                                        "0006001808020014" DIGEST,
                       methods[i], (unsigned)(0x2c + shift), info, in);
        (void)snprintf(all, sizeof all,
                       HEAD("02", "%s", "0000%02x") IDS "%s"
                                                        "00030028"
                                                        "02020024" BODY SIGNED
                                                        "0006001808020014" DIGEST,
                       methods[i], (unsigned)(0x48 + shift), info);
        /* only with a flag */
        check_signed_with(0, hex, plain, (struct digest[]){{88 + shift, 0, 112 + shift}}, 1);
        check_signed_with(
            RELOAD_SIGN_BODIES, hex, all,
            (struct digest[]){{116 + shift, 0, 140 + shift}, {88 + shift, 76 + shift, 0}}, 2);
        check_signed_with(
            RELOAD_SIGN_RESIGN_BODIES, hex, all,
            (struct digest[]){{116 + shift, 0, 140 + shift}, {88 + shift, 76 + shift, 0}}, 2);
    }
}

static void test_signed_bodies(void **state)
{
    (void)state;
    /* kept octet for octet: malformed, misplaced, with nonzero padding */
    static const char in[] = HEAD("02", "11", "00001c") IDS "00030018"
                                                            "02020014"
                                                            "03060008"
                                                            "08020001"
                                                            "ab010203"
                                                            "06550001"
                                                            "61ffffff";
    static const char out[] = HEAD("02", "11", "000038") IDS "00030018"
                                                             "02020014"
                                                             "03060008"
                                                             "08020001"
                                                             "ab010203"
                                                             "06550001"
                                                             "61ffffff"
                                                             "0006001808020014" DIGEST;
    check_signed_with(0, in, out, (struct digest[]){{100, 0, 124}}, 1);
    check_signed_with(RELOAD_SIGN_BODIES, in, out, (struct digest[]){{100, 0, 124}}, 1);
    /* RESIGN_BODIES replaces the SIGNATURE, as the last member */
    check_signed_with(RELOAD_SIGN_RESIGN_BODIES, in,
                      HEAD("02", "11", "000048") IDS "00030028"
                                                     "02020024"
                                                     "06550001"
                                                     "61ffffff" SIGNED "0006001808020014" DIGEST,
                      (struct digest[]){{116, 0, 140}, {88, 76, 0}}, 2);
}

/* A certificate BODY is never signed (D12), nor is a BODY outside RESOURCE or after the
 * SIGNATURE. */
static void test_unsigned_bodies(void **state)
{
    (void)state;
    unsigned all = RELOAD_SIGN_BODIES | RELOAD_SIGN_RESIGN_BODIES;
    check_signed_with(all,
                      HEAD("02", "11", "000010") IDS "0003000c"
                                                     "02020008"
                                                     "03080001"
                                                     "30010203",
                      HEAD("02", "11", "00002c") IDS "0003000c"
                                                     "02020008"
                                                     "03080001"
                                                     "30010203"
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{88, 0, 112}}, 1);
    check_signed_with(all, HEAD("02", "11", "00000c") IDS "02020008" BODY,
                      HEAD("02", "11", "000028") IDS "02020008" BODY "0006001808020014" DIGEST,
                      (struct digest[]){{84, 0, 108}}, 1);
    check_signed_with(all,
                      HEAD("02", "11", "000014") IDS "00060000"
                                                     "0003000c"
                                                     "02020008" BODY,
                      HEAD("02", "11", "00002c") IDS "0006001808020014" DIGEST "0003000c"
                                                     "02020008" BODY,
                      (struct digest[]){{72, 0, 96}}, 1);
}

static void test_signed_source_info(void **state)
{
    (void)state;
    /* D8: PEER-SIGNATURE covers the PEER-INFO from its first member, and is made before SIGNATURE
     */
    check_signed_with(RELOAD_SIGN_SOURCE_INFO,
                      HEAD("02", "01", "000008") IDS "00020004"
                                                     "01020000",
                      HEAD("02", "01", "000058") IDS "00020038" PEER_ID "01020000"
                                                     "0106001808020014" DIGEST
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{132, 0, 156}, {104, 72, 0}}, 2);
    /* an existing PEER-SIGNATURE is replaced, as the last member */
    check_signed_with(RELOAD_SIGN_SOURCE_INFO,
                      HEAD("02", "01", "000024") IDS "00020020" PEER_ID "01060000"
                                                     "01020000",
                      HEAD("02", "01", "000058") IDS "00020038" PEER_ID "01020000"
                                                     "0106001808020014" DIGEST
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{132, 0, 156}, {104, 72, 0}}, 2);
    /* without the flag it is kept */
    check_signed_with(0,
                      HEAD("02", "01", "000024") IDS "00020020" PEER_ID "01060000"
                                                     "01020000",
                      HEAD("02", "01", "000040") IDS "00020020" PEER_ID "01060000"
                                                     "01020000"
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{108, 0, 132}}, 1);
    /* a PEER-SIGNATURE in REDIRECT belongs to another peer */
    check_signed_with(RELOAD_SIGN_SOURCE_INFO,
                      HEAD("02", "01", "000008") IDS "00050004"
                                                     "01060000",
                      HEAD("02", "01", "000024") IDS "00050004"
                                                     "01060000"
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{80, 0, 104}}, 1);
}

/* The message's digest covers the inner digests, which are made first. */
static void test_everything_verifies(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    reload_policy_require_peer_signature(policy, true);
    test_everything(&buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(test_verify(policy, NULL, msg, 1183900000, report), RELOAD_OK);
    assert_int_equal(report->verdict, RELOAD_VALID);
    assert_int_equal(report->count, 3);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replaced_signature),     cmocka_unit_test(test_before_route_logs),
        cmocka_unit_test(test_bodies_in_put_requests), cmocka_unit_test(test_bodies_elsewhere),
        cmocka_unit_test(test_signed_bodies),          cmocka_unit_test(test_unsigned_bodies),
        cmocka_unit_test(test_signed_source_info),     cmocka_unit_test(test_everything_verifies),
    };
    return cmocka_run_group_tests_name("sign-parts", tests, NULL, NULL);
}
