/* SPDX-License-Identifier: BSD-2-Clause */
/* Signing malformed or too long messages, without keys, under NONE, and after an error. */
#include "signing.h"

#include <stdio.h>
#include <stdlib.h>

static void test_malformed(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        bool forced; /* accepted with FORCE */
    } rows[] = {
        {HEAD("02", "01", "000008") IDS "00070001"
                                        "ff000000",
         true}, /* step 3 */
        {HEAD("02", "01", "000008") IDS "00020004"
                                        "0102ffff",
         true},
        {HEAD("02", "01", "000008") IDS "00070000", true},  /* truncated: step 1 */
        {HEAD("02", "01", "000004") IDS "000700ff", false}, /* top-level framing */
        {HEAD("02", "01", "000005") IDS "00070000"
                                        "00",
         false},
        {HEAD("02", "01", "000008") IDS "00060000"
                                        "000700ff",
         false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_signer *s = signer_new(0);
        reload_buf out = {0};
        test_hex(&out, "aabb");
        assert_int_equal(sign_hex(s, rows[i].hex, &out), RELOAD_ERR_MALFORMED);
        test_same(out.octets, out.len, "aabb");
        options.flags = RELOAD_SIGN_FORCE;
        assert_int_equal(sign_hex(s, rows[i].hex, &out),
                         rows[i].forced ? RELOAD_OK : RELOAD_ERR_MALFORMED);
        if (!rows[i].forced) {
            test_same(out.octets, out.len, "aabb");
        } else {
            /* appended to out, and ends with a SIGNATURE whose digest is correct */
            uint8_t digest[20];
            size_t len = out.len - 2;
            test_message_digest(SECRET, out.octets + 2, len - 24, len, digest);
            test_same_octets(out.octets + 2 + len - 20, 20, digest, 20);
        }
        reload_signer_free(&s);
        reload_buf_free(&out);
    }
    /* malformed members after the SIGNATURE are ignored */
    check_signed_with(0,
                      HEAD("02", "01", "00000c") IDS "00060000"
                                                     "00020004"
                                                     "0102ffff",
                      HEAD("02", "01", "000024") IDS "0006001808020014" DIGEST "00020004"
                                                     "0102ffff",
                      (struct digest[]){{72, 0, 96}}, 1);
}

/* With FORCE, malformed containers are copied unsigned. */
static void test_force(void **state)
{
    (void)state;
    check_signed_with(RELOAD_SIGN_FORCE | RELOAD_SIGN_SOURCE_INFO,
                      HEAD("02", "11", "000018") IDS "00020004"
                                                     "0102ffff"
                                                     "0003000c"
                                                     "02020008"
                                                     "0303ffff"
                                                     "61626364",
                      HEAD("02", "11", "000034") IDS "00020004"
                                                     "0102ffff"
                                                     "0003000c"
                                                     "02020008"
                                                     "0303ffff"
                                                     "61626364"
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{96, 0, 120}}, 1);
}

static void test_too_long(void **state)
{
    (void)state;
    reload_buf in = {0}, out = {0};
    reload_builder b;
    reload_diag diag = {0};
    uint8_t *zeros = calloc(1, 0x10000);
    assert_non_null(zeros);
    /* a BODY whose Length cannot include a signature */
    reload_build_begin(&b, &in, NULL);
    reload_build_field(&b, RELOAD_F_METHOD, RELOAD_RESOURCE_PUT);
    reload_build_open(&b, RELOAD_A_RESOURCE);
    reload_build_open(&b, RELOAD_A_BODY);
    reload_build_octets(&b, 0x0655, zeros, 0xfff0);
    reload_build_close(&b);
    reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    reload_msg *msg = test_parse(&in);
    reload_signer *s = signer_new(0);
    test_hex(&out, "aa");
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_TOO_LONG);
    test_same(out.octets, out.len, "aa");
    assert_int_equal(out.err, RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(&in);
    /* a message whose Length cannot include a signature */
    reload_build_begin(&b, &in, NULL);
    for (unsigned i = 0; i < 255; i++)
        reload_build_octets(&b, 0x0655, zeros, 0xfffc);
    reload_build_octets(&b, 0x0655, zeros, 0xfff4);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    msg = test_parse(&in);
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_TOO_LONG);
    test_same(out.octets, out.len, "aa");
    reload_msg_free(&msg);
    reload_signer_free(&s);
    reload_buf_free(&out);
    reload_buf_free(&in);
    free(zeros);
}

static void test_missing_secret(void **state)
{
    (void)state;
    reload_buf out = {0};
    assert_null(reload_signer_new(RELOAD_SECURITY_OPEN));
    assert_null(reload_signer_new(UNKNOWN_SECURITY));
    set_options(0);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS); /* without key and certificate */
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    reload_signer_free(&s);
    s = reload_signer_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"", 0), RELOAD_ERR_VALUE);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    assert_int_equal(out.len, 0);
    reload_signer_free(&s);
    assert_null(s);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* With an attached digest, only inner signatures require the key. The diagnostic names the
 * container's position in the original message. */
static void test_missing_key(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        unsigned flags;
        uint64_t offset; /* 0: has_offset is false */
        const char *text;
    } rows[] = {
        {HEAD("03", "11", "000030") IDS "00020018" PEER_ID "00030010"
                                        "02010001"
                                        "61000000"
                                        "02020004"
                                        "06550000",
         RELOAD_SIGN_FORCE, 108,
         "refused: RESOURCE-INFO.BODY at /attributes/1/value/1 requires a signature with the "
         "private key, which is missing; a resource's key can sign it"},
        {HEAD("03", "01", "00001c") IDS "00020018" PEER_ID, RELOAD_SIGN_SOURCE_INFO, 68,
         "refused: SOURCE-INFO at /attributes/0 requires a signature with the private key, which "
         "is missing; sign it first, or not at all"},
        {HEAD("03", "01", "000000") IDS, RELOAD_SIGN_SOURCE_INFO, 0,
         "refused: the new SOURCE-INFO requires a signature with the private key, which is "
         "missing; do not sign it"},
        {HEAD("03", "01", "000000") IDS, 0, 0,
         "refused: the attached digest has 20 octets, expected 256"},
    };
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    reload_buf cert = {0}, out = {0};
    const reload_span digest = {(const uint8_t *)"aaaaaaaaaaaaaaaaaaaa", 20};
    test_file(&cert, "alice.crt");
    assert_int_equal(reload_signer_set_cert(s, cert.octets, cert.len, NULL), RELOAD_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf in = {0};
        reload_diag diag = {0};
        set_options(rows[i].flags);
        options.attached = &digest;
        test_hex(&in, rows[i].hex);
        reload_msg *msg = test_parse(&in);
        assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_REFUSED);
        assert_string_equal(diag.text, rows[i].text);
        assert_int_equal(diag.has_offset, rows[i].offset != 0);
        assert_int_equal(diag.offset, rows[i].offset);
        assert_int_equal(out.len, 0);
        reload_msg_free(&msg);
        reload_buf_free(&in);
    }
    /* without an attached digest, the message's own signature requires the key */
    set_options(0);
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    options.size = 0;
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_ARGUMENT);
    reload_buf_free(&out);
    reload_buf_free(&cert);
    reload_signer_free(&s);
}

/* Malformed members are an error, but for fragments and other Versions. Without a PEER-ID that can
 * be read, no certificate fits these. */
static void test_flawed_source_info(void **state)
{
    (void)state;
    static const char *const starts[] = {"52454c4f20008000010101", "52454c4f20000000020101"};
    for (size_t i = 0; i < COUNT(starts); i++) {
        reload_signer *s = certs_signer_new();
        reload_buf in = {0}, out = {0};
        reload_diag diag = {0};
        test_hex(&in, starts[i]);
        test_hex(&in, "0301000008" IDS "000200040102ffff");
        reload_msg *msg = test_parse(&in);
        assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
        assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_REFUSED);
        assert_string_equal(diag.text, "refused: SOURCE-INFO has no PEER-ID that can be read: an "
                                       "attribute's Length runs past the end of its container");
        assert_true(diag.has_offset && diag.offset == 68 && out.len == 0);
        reload_msg_free(&msg);
        reload_buf_free(&in);
        reload_buf_free(&out);
        reload_signer_free(&s);
    }
}

/* An empty attached digest is refused, or written with RELOAD_SIGN_FORCE. Its octets are NULL,
 * which the C library's functions may not get, whatever the length. */
static void test_empty_digest(void **state)
{
    (void)state;
    const reload_span digest = {.octets = NULL, .len = 0};
    reload_buf out = {0};
    reload_signer *s = signer_new(0);
    options.attached = &digest;
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_REFUSED);
    options.flags = RELOAD_SIGN_FORCE;
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_OK);
    assert_int_equal(out.len, RELOAD_HEADER_SIZE + 8);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* A member after the options' size is not read; here, a digest that would be refused. */
static void test_options_size(void **state)
{
    (void)state;
    static const uint8_t zero[1];
    const reload_span digest = {.octets = zero, .len = sizeof zero};
    reload_buf out = {0};
    reload_signer *s = signer_new(0);
    options.attached = &digest;
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_REFUSED);
    options.size = offsetof(reload_sign_options, attached);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_OK);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* Under NONE, a message is completed but not signed. */
static void test_unsecured(void **state)
{
    (void)state;
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_NONE);
    set_options(RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO | RELOAD_SIGN_BODIES |
                RELOAD_SIGN_RESIGN_BODIES);
    check_signed(s,
                 HEAD("00", "11", "000014") IDS "00020000"
                                                "0003000c"
                                                "02020008" BODY,
                 HEAD("01", "11", "00002c") IDS "00020018" PEER_ID "0003000c"
                                                "02020008" BODY,
                 NULL, 0);
    reload_buf out = {0};
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_ERR_REFUSED);
    assert_int_equal(out.len, 0);
    reload_buf_free(&out);
    reload_signer_free(&s);
}

/* A signer can be used again, also after an error. */
static void test_signer_reuse(void **state)
{
    (void)state;
    reload_signer *s = signer_new(RELOAD_SIGN_SOURCE_INFO);
    reload_buf out = {0};
    for (unsigned i = 0; i < 3; i++) {
        check_signed(s,
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
        assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_ERR_REFUSED);
        check_signed(s, HEAD("02", "01", "000000") IDS,
                     HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST,
                     (struct digest[]){{72, 0, 96}}, 1);
    }
    /* another secret */
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"other", 5), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") IDS, &out), RELOAD_OK);
    uint8_t digest[20];
    test_message_digest("other", out.octets, 72, 96, digest);
    test_same_octets(out.octets + 76, 20, digest, 20);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* D35: a value that does not fit 32 bits is refused, if it is to be written. */
static void test_time(void **state)
{
    (void)state;
    static const struct {
        int64_t time;
        const char *text;
    } rows[] = {
        {-1, "1969-12-31T23:59:59Z"},
        {INT64_C(0x100000000), "2106-02-07T06:28:16Z"},
        {INT64_C(0x100000000) + 1183900000, "2143-08-14T19:34:56Z"},
        {INT64_MIN, "-292277022657-01-27T08:29:52Z"},
        {INT64_MAX, "292277026596-12-04T15:30:07Z"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        reload_buf in = {0}, out = {0};
        reload_diag diag = {0};
        reload_signer *s = signer_new(RELOAD_SIGN_TIMESTAMP);
        (void)snprintf(text, sizeof text,
                       "refused: TIMESTAMP is %s, outside 1970 to 2106-02-07T06:28:15Z, the range "
                       "of 32 bits",
                       rows[i].text);
        options.time = rows[i].time;
        test_hex(&in, HEAD("02", "01", "000000") IDS);
        reload_msg *msg = test_parse(&in);
        assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_REFUSED);
        assert_string_equal(diag.text, text);
        options.flags = RELOAD_SIGN_FORCE | RELOAD_SIGN_TIMESTAMP;
        assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_REFUSED);
        assert_int_equal(out.len, 0);
        options.flags = 0; /* nothing to write */
        assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_OK);
        reload_msg_free(&msg);
        reload_signer_free(&s);
        reload_buf_free(&in);
        reload_buf_free(&out);
    }
}

/* D35: a message that is refused uses no counter; one that fails later leaves a gap. */
static void test_gaps(void **state)
{
    (void)state;
    static const uint8_t zero[1];
    const reload_span digest = {.octets = zero, .len = sizeof zero};
    static const char request[] = HEAD("03", "01", "000000") "a6c5927a4500000000000000000000000000"
                                                             "0000" PEER "0000000000000000659df2aa";
    reload_signer *s = certs_signer_new();
    reload_buf out = {0};
    assert_int_equal(sign_hex(s, request, &out), RELOAD_OK);
    options.time = -1;
    assert_int_equal(sign_hex(s, request, &out), RELOAD_ERR_REFUSED);
    options.time = 1183900000;
    options.attached = &digest; /* detected last */
    assert_int_equal(sign_hex(s, request, &out), RELOAD_ERR_REFUSED);
    options.attached = NULL;
    size_t second = out.len;
    assert_int_equal(sign_hex(s, request, &out), RELOAD_OK);
    test_same(out.octets + 56, 8, "4690e16000000000");
    test_same(out.octets + second + 56, 8, "4690e16000000002");
    reload_signer_free(&s);
    reload_buf_free(&out);
}

/* D23 */
static void test_empty_overlay(void **state)
{
    (void)state;
    reload_signer *s = signer_new(0);
    assert_int_equal(reload_signer_set_overlay(s, ""), RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_signer_set_overlay(s, "chat"), RELOAD_OK);
    reload_signer_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed),     cmocka_unit_test(test_force),
        cmocka_unit_test(test_too_long),      cmocka_unit_test(test_missing_secret),
        cmocka_unit_test(test_missing_key),   cmocka_unit_test(test_flawed_source_info),
        cmocka_unit_test(test_options_size),  cmocka_unit_test(test_empty_digest),
        cmocka_unit_test(test_unsecured),     cmocka_unit_test(test_signer_reuse),
        cmocka_unit_test(test_time),          cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_empty_overlay),
    };
    return cmocka_run_group_tests_name("sign-errors", tests, NULL, NULL);
}
