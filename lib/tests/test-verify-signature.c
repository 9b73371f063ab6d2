/* SPDX-License-Identifier: BSD-2-Clause */
/* D24, steps 6 to 9: duplicates, the place of signatures, and digests */
#include "crafting.h"

/* D11: each attribute that may occur once, in each container */
static const char *const duplicates[] = {
    "00010004"
    "00000200"
    "00010004"
    "00000200", /* RESPONSE-CODE */
    "00020000", /* SOURCE-INFO before the other one */
    "00050000"
    "00050000", /* REDIRECT */
    /* in each PEER-INFO */
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
    /* in RESOURCE, BODY, PARAMETER */
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
    /* in APPLICATION and signatures */
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

static void test_duplicates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(duplicates); i++) {
        print_message("# %s\n", duplicates[i]);
        check_verdict(&(struct plan){.before = duplicates[i]}, "duplicate-attribute", 431, NULL);
    }
    check_verdict(&(struct plan){.message = {"TTD", NOW, false, false}}, "duplicate-attribute", 431,
                  BODY_SIG "=unchecked /attributes/2=duplicate-attribute");
    check_verdict(&(struct plan){.message = {"DD", 0, false, false}}, "duplicate-attribute", 431,
                  BODY_SIG "=unchecked /attributes/2=duplicate-attribute");
}

/* Attributes that may be repeated, are misplaced, or follow the SIGNATURE */
static void test_allowed_repetitions(void **state)
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
        "0005001c" PEER_ID "01020000", /* different types */
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
        PEER_ID PEER_ID, /* misplaced */
        "00040030" PEER_ID PEER_ID,
    };
    for (size_t i = 0; i < COUNT(attrs); i++) {
        print_message("# %s\n", attrs[i]);
        check_verdict(&(struct plan){.before = attrs[i]}, NULL, 0, NULL);
    }
    static const char *const after[] = {
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
    for (size_t i = 0; i < COUNT(after); i++)
        check_verdict(&(struct plan){.after = after[i]}, NULL, 0, NULL);
}

/* D10: attributes after the SIGNATURE do not affect the verdict. */
static void test_after_signature(void **state)
{
    (void)state;
    /* an unsigned BODY, wrong inner signatures, a second SIGNATURE */
    check_verdict(&(struct plan){.after = "0003000c"
                                          "02020008"
                                          "03050004"
                                          "00000001"},
                  NULL, 0, NULL);
    check_verdict(&(struct plan){.after = "00030010"
                                          "0202000c"
                                          "03060008"
                                          "08020004"
                                          "00000000"},
                  NULL, 0,
                  BODY_SIG "=valid /attributes/2=valid /attributes/3/value/0/value/0=unchecked");
    check_verdict(&(struct plan){.after = "0002000c"
                                          "01060008"
                                          "08020004"
                                          "00000000"},
                  NULL, 0, BODY_SIG "=valid /attributes/2=valid /attributes/3/value/0=unchecked");
    check_verdict(&(struct plan){.after = "00060008"
                                          "08020004"
                                          "00000000"},
                  NULL, 0, BODY_SIG "=valid /attributes/2=valid /attributes/3=unchecked");
    /* D27: ROUTE-LOGs are checked, but do not affect the verdict */
    check_verdict(&(struct plan){.after = "00040010"
                                          "0402000c"
                                          "01060008"
                                          "08020004"
                                          "00000000"},
                  NULL, 0,
                  BODY_SIG
                  "=valid /attributes/2=valid /attributes/3/value/0/value/0=bad-digest-length");
}

/* D9 */
static void test_misplaced(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.message = {"DT", NOW, false, false}}, "misplaced", 431,
                  BODY_SIG "=unchecked /attributes/2=misplaced");
    check_verdict(&(struct plan){.message = {"DX", 0, false, false}}, "misplaced", 431, NULL);
    check_verdict(&(struct plan){.source = {"D", 0, false, true}}, "misplaced", 431,
                  SOURCE_SIG "=misplaced " BODY_SIG "=unchecked /attributes/2=valid");
    check_verdict(&(struct plan){.source = {"DT", NOW, false, false}}, "misplaced", 431,
                  SOURCE_SIG "=misplaced " BODY_SIG "=unchecked /attributes/2=valid");
    check_verdict(&(struct plan){.redirect = {"D", 0, false, true}}, "misplaced", 431, NULL);
    check_verdict(
        &(struct plan){.body_peer = {"D", 0, false, true}}, "misplaced", 431,
        "/attributes/1/value/1/value/1/value/2=misplaced /attributes/1/value/1/value/3=unchecked "
        "/attributes/2=valid");
    check_verdict(&(struct plan){.body = {"D", 0, false, true}}, "misplaced", 431,
                  BODY_SIG "=misplaced /attributes/2=valid");
    check_verdict(&(struct plan){.body = {"DX", 0, false, false}}, "misplaced", 431, NULL);
}

static void test_bad_digest_length(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.message = {"T", NOW, false, false}}, "bad-digest-length", 431,
                  BODY_SIG "=unchecked /attributes/2=bad-digest-length");
    check_verdict(&(struct plan){.message = {"", 0, false, false}}, "bad-digest-length", 431, NULL);
    check_verdict(&(struct plan){.message = {"d", 0, false, false}}, "bad-digest-length", 431,
                  BODY_SIG "=unchecked /attributes/2=bad-digest-length");
    check_verdict(&(struct plan){.source = {"d", 0, false, false}}, "bad-digest-length", 431,
                  SOURCE_SIG "=bad-digest-length " BODY_SIG "=unchecked /attributes/2=valid");
    check_verdict(&(struct plan){.body = {"T", NOW, false, false}}, "bad-digest-length", 431,
                  BODY_SIG "=bad-digest-length /attributes/2=valid");
}

static void test_bad_digest(void **state)
{
    (void)state;
    check_verdict(&(struct plan){.message = {"D", 0, true, false}}, "bad-digest", 431,
                  BODY_SIG "=unchecked /attributes/2=bad-digest");
    check_verdict(&(struct plan){.source = {"D", 0, true, false}}, "bad-digest", 431,
                  SOURCE_SIG "=bad-digest " BODY_SIG "=unchecked /attributes/2=valid");
    check_verdict(&(struct plan){.redirect = {"D", 0, true, false}}, "bad-digest", 431,
                  "/attributes/1/value/2=bad-digest /attributes/2/value/1/value/2=unchecked "
                  "/attributes/3=valid");
    check_verdict(&(struct plan){.body_peer = {"D", 0, true, false}}, "bad-digest", 431,
                  "/attributes/1/value/1/value/1/value/2=bad-digest "
                  "/attributes/1/value/1/value/3=unchecked /attributes/2=valid");
    check_verdict(&(struct plan){.body = {"D", 0, true, false}}, "bad-digest", 431,
                  BODY_SIG "=bad-digest /attributes/2=valid");
    check_verdict(&(struct plan){.secret = "another"}, "bad-digest", 431,
                  BODY_SIG "=unchecked /attributes/2=bad-digest");
}

/* A changed octet from 8 on makes the message invalid; one of the first 8 does not. */
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
                fail_msg("valid with another octet %zu", i);
            if (!covered)
                assert_int_equal(report->verdict, RELOAD_VALID);
        } else {
            assert_true(i < 4 || (i >= 13 && i < 16)); /* token, Length */
        }
        buf.octets[i] ^= 0x04;
    }
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void check_detail(const reload_buf *buf, const char *detail)
{
    reload_policy *policy = new_policy();
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_msg *msg = test_parse(buf);
    assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
    assert_string_equal(report->detail, detail);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
}

/* The detail names the rule that is broken, and counts offsets in the message. */
static void test_details(void **state)
{
    (void)state;
    const struct plan digest = {.message = {"DT", NOW, false, false}};
    const struct plan place = {.source = {"D", 0, false, true}};
    reload_buf buf = {0};
    craft(&digest, &buf);
    check_detail(&buf, "SIGNATURE at /attributes/2: DIGEST must be its last member");
    craft(&place, &buf);
    check_detail(&buf, "PEER-SIGNATURE at " SOURCE_SIG ": must be the last member of SOURCE-INFO");
    buf.octets[70] = 0x7f;
    check_detail(&buf,
                 "an attribute's Length runs past the end of its container (last 188 octets of the "
                 "message) at offset 68 of the message");
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duplicates),        cmocka_unit_test(test_allowed_repetitions),
        cmocka_unit_test(test_after_signature),   cmocka_unit_test(test_misplaced),
        cmocka_unit_test(test_bad_digest_length), cmocka_unit_test(test_bad_digest),
        cmocka_unit_test(test_each_octet),        cmocka_unit_test(test_details),
    };
    return cmocka_run_group_tests_name("verify-signature", tests, NULL, NULL);
}
