/* SPDX-License-Identifier: BSD-2-Clause */
/* D29: completing and signing a message. D1 and D2 against a digest computed here. */
#include "signing.h"

#include <stdio.h>

/* D1, written out octet by octet */
static void test_covered_octets(void **state)
{
    (void)state;
    reload_buf out = {0}, covered = {0};
    uint8_t digest[20];
    reload_signer *s = signer_new(RELOAD_SIGN_TIMESTAMP);
    assert_int_equal(sign_hex(s, HEAD("00", "01", "00001c") IDS "00020018" PEER_ID, &out),
                     RELOAD_OK);
    test_hex(&covered, "01"                                       /* Version */
                       "01"                                       /* DHT */
                       "01"                                       /* Hash */
                       "02"                                       /* Security */
                       "01"                                       /* Method */
                       "000040"                                   /* Length */
                       "a6c5927a45000000000000000000000000000000" /* Destination ID */
             PEER                                                 /* Source ID */
                       "4690c25c00000007"                         /* Transaction ID */
                       "659df2aa"                                 /* Overlay */
                       "00020018"                                 /* SOURCE-INFO */
             PEER_ID "00060020" /* SIGNATURE: its own type and Length */
                       "08010004"
                       "4690e160"); /* TIMESTAMP */
    struct test_piece piece[3] = {{covered.octets, covered.len}, {NULL, 0}, {NULL, 0}};
    test_hmac(SECRET, piece, digest);
    assert_int_equal(out.len, 68 + 28 + 36);
    test_same(out.octets + 108, 4, "08020014");
    test_same_octets(out.octets + 112, 20, digest, 20);
    reload_signer_free(&s);
    reload_buf_free(&covered);
    reload_buf_free(&out);
}

static void test_added_signature(void **state)
{
    (void)state;
    /* D4: TIMESTAMP is added only with the flag */
    check_signed_with(0, HEAD("02", "01", "000000") IDS,
                      HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST,
                      (struct digest[]){{72, 0, 96}}, 1);
    check_signed_with(RELOAD_SIGN_TIMESTAMP, HEAD("02", "01", "000000") IDS,
                      HEAD("02", "01", "000024") IDS "00060020"
                                                     "080100044690e160"
                                                     "08020014" DIGEST,
                      (struct digest[]){{80, 0, 104}}, 1);
}

static void test_security(void **state)
{
    (void)state;
    static const struct digest digest[] = {{72, 0, 96}};
    /* 0 is replaced by the algorithm, in a PEER-JOIN request too */
    check_signed_with(0, HEAD("00", "01", "000000") IDS,
                      HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    check_signed_with(0, HEAD("00", "00", "000000") IDS,
                      HEAD("02", "00", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    /* KEEP_SECURITY keeps it */
    check_signed_with(RELOAD_SIGN_KEEP_SECURITY, HEAD("00", "00", "000000") IDS,
                      HEAD("00", "00", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    /* KEEP_SECURITY affects PEER-JOIN requests only */
    check_signed_with(RELOAD_SIGN_KEEP_SECURITY, HEAD("00", "01", "000000") IDS,
                      HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST, digest, 1);
    check_signed_with(RELOAD_SIGN_KEEP_SECURITY, HEAD("00", "80", "00001c") IDS "00020018" PEER_ID,
                      HEAD("02", "80", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
                      (struct digest[]){{100, 0, 124}}, 1);
    /* any other value is refused, and kept with FORCE */
    static const char *const others[] = {"01", "03", "ff"};
    for (size_t i = 0; i < COUNT(others); i++) {
        char hex[256];
        reload_buf out = {0};
        reload_signer *s = signer_new(0);
        (void)snprintf(hex, sizeof hex, HEAD("%s", "01", "000000") IDS, others[i]);
        assert_int_equal(sign_hex(s, hex, &out), RELOAD_ERR_REFUSED);
        assert_int_equal(out.len, 0);
        options.flags = RELOAD_SIGN_FORCE;
        assert_int_equal(sign_hex(s, hex, &out), RELOAD_OK);
        test_same(out.octets + 11, 1, others[i]);
        reload_signer_free(&s);
        reload_buf_free(&out);
    }
}

static void test_source_info_in_requests(void **state)
{
    (void)state;
    /* a missing SOURCE-INFO is not added; without PEER-ID it gets the Source ID as its first
     * member */
    check_signed_with(0,
                      HEAD("02", "01", "000008") IDS "00020004"
                                                     "01020000",
                      HEAD("02", "01", "00003c") IDS "0002001c" PEER_ID "01020000"
                                                     "0006001808020014" DIGEST,
                      (struct digest[]){{104, 0, 128}}, 1);
    check_signed_with(0, HEAD("02", "01", "000004") IDS "00020000",
                      HEAD("02", "01", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
                      (struct digest[]){{100, 0, 124}}, 1);
    /* an existing PEER-ID is kept at any position and with any value */
    check_signed_with(0,
                      HEAD("02", "01", "000020") IDS "0002001c"
                                                     "01020000"
                                                     "01010014" ZERO,
                      HEAD("02", "01", "00003c") IDS "0002001c"
                                                     "01020000"
                                                     "01010014" ZERO "0006001808020014" DIGEST,
                      (struct digest[]){{104, 0, 128}}, 1);
    /* options.peer_id does not replace the Source ID */
    reload_signer *s = signer_new(0);
    options.peer_id = (const uint8_t *)"aaaaaaaaaaaaaaaaaaaa";
    check_signed(s, HEAD("02", "01", "000004") IDS "00020000",
                 HEAD("02", "01", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
                 (struct digest[]){{100, 0, 124}}, 1);
    reload_signer_free(&s);
    /* a SOURCE-INFO after the SIGNATURE is ignored, and kept */
    check_signed_with(0,
                      HEAD("02", "01", "000008") IDS "00060000"
                                                     "00020000",
                      HEAD("02", "01", "000020") IDS "0006001808020014" DIGEST "00020000",
                      (struct digest[]){{72, 0, 96}}, 1);
}

#define GIVEN "6161616161616161616161616161616161616161"

static void test_source_info_in_responses(void **state)
{
    (void)state;
    reload_signer *s = signer_new(0);
    reload_buf out = {0};
    /* a missing SOURCE-INFO requires options.peer_id */
    test_hex(&out, "aabb");
    assert_int_equal(sign_hex(s,
                              HEAD("02", "81", "000008") IDS "00010004"
                                                             "00000200",
                              &out),
                     RELOAD_ERR_REFUSED);
    assert_int_equal(sign_hex(s, HEAD("02", "81", "000004") IDS "00020000", &out),
                     RELOAD_ERR_REFUSED);
    test_same(out.octets, out.len, "aabb");
    reload_buf_free(&out);
    /* it is added after a leading RESPONSE-CODE */
    options.peer_id = (const uint8_t *)"aaaaaaaaaaaaaaaaaaaa";
    check_signed(s,
                 HEAD("02", "81", "00000c") IDS "00010004"
                                                "00000200"
                                                "06550000",
                 HEAD("02", "81", "000044") IDS "00010004"
                                                "00000200"
                                                "00020018"
                                                "01010014" GIVEN "06550000"
                                                "0006001808020014" DIGEST,
                 (struct digest[]){{112, 0, 136}}, 1);
    /* or as the first attribute */
    check_signed(s,
                 HEAD("02", "81", "00000c") IDS "06550000"
                                                "00010004"
                                                "00000200",
                 HEAD("02", "81", "000044") IDS "00020018"
                                                "01010014" GIVEN "06550000"
                                                "00010004"
                                                "00000200"
                                                "0006001808020014" DIGEST,
                 (struct digest[]){{112, 0, 136}}, 1);
    check_signed(s, HEAD("02", "81", "000000") IDS,
                 HEAD("02", "81", "000038") IDS "00020018"
                                                "01010014" GIVEN "0006001808020014" DIGEST,
                 (struct digest[]){{100, 0, 124}}, 1);
    /* an existing SOURCE-INFO gets a missing PEER-ID as its first member */
    check_signed(s,
                 HEAD("02", "81", "000008") IDS "00020004"
                                                "01020000",
                 HEAD("02", "81", "00003c") IDS "0002001c"
                                                "01010014" GIVEN "01020000"
                                                "0006001808020014" DIGEST,
                 (struct digest[]){{104, 0, 128}}, 1);
    check_signed(s, HEAD("02", "81", "00001c") IDS "00020018" PEER_ID,
                 HEAD("02", "81", "000038") IDS "00020018" PEER_ID "0006001808020014" DIGEST,
                 (struct digest[]){{100, 0, 124}}, 1);
    /* it is added before a SIGNATURE that is the first attribute */
    check_signed(s, HEAD("02", "81", "000004") IDS "00060000",
                 HEAD("02", "81", "000038") IDS "00020018"
                                                "01010014" GIVEN "0006001808020014" DIGEST,
                 (struct digest[]){{100, 0, 124}}, 1);
    reload_signer_free(&s);
}

#define NO_TRANSACTION                                                 \
    "a6c5927a45000000000000000000000000000000" PEER "0000000000000000" \
    "659df2aa"

static void test_transaction_id(void **state)
{
    (void)state;
    static const uint8_t id[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    reload_signer *s = signer_new(0);
    reload_buf a = {0}, b = {0};
    /* random in a request whose Transaction ID is zero */
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") NO_TRANSACTION, &a), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") NO_TRANSACTION, &b), RELOAD_OK);
    assert_memory_not_equal(a.octets + 56, "\0\0\0\0\0\0\0", 8);
    assert_memory_not_equal(a.octets + 56, b.octets + 56, 8);
    reload_buf_free(&a);
    reload_buf_free(&b);
    /* or options.transaction_id */
    options.transaction_id = id;
    check_signed(s, HEAD("02", "01", "000000") NO_TRANSACTION,
                 HEAD("02", "01", "00001c") "a6c5927a45000000000000000000000000000000" PEER
                                            "0102030405060708"
                                            "659df2aa"
                                            "0006001808020014" DIGEST,
                 (struct digest[]){{72, 0, 96}}, 1);
    /* another Transaction ID is kept */
    check_signed(s, HEAD("02", "01", "000000") IDS,
                 HEAD("02", "01", "00001c") IDS "0006001808020014" DIGEST,
                 (struct digest[]){{72, 0, 96}}, 1);
    /* a response keeps its Transaction ID, even zero */
    check_signed(s, HEAD("02", "81", "00001c") NO_TRANSACTION "00020018" PEER_ID,
                 HEAD("02", "81", "000038") NO_TRANSACTION "00020018" PEER_ID
                                                           "0006001808020014" DIGEST,
                 (struct digest[]){{100, 0, 124}}, 1);
    reload_signer_free(&s);
}

/* Asserts that a PEER-SEARCH request gets a Transaction ID, given in hex. */
static void check_transaction_id(reload_signer *s, const char *hex)
{
    reload_buf out = {0}, id = {0};
    test_hex(&id, hex);
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") NO_TRANSACTION, &out), RELOAD_OK);
    assert_memory_equal(out.octets + 56, id.octets, RELOAD_TRANSACTION_SIZE);
    reload_buf_free(&out);
    reload_buf_free(&id);
}

/* S§7: 2^32 Transaction IDs per boot time */
static void test_counter(void **state)
{
    (void)state;
    reload_signer *s = certs_signer_new();
    reload_buf out = {0};
    check_transaction_id(s, "4690e16000000000"); /* TIMESTAMP, counter 0 */
    check_transaction_id(s, "4690e16000000001");
    reload_signer_set_boot_time(s, 1);
    reload_signer_set_counter(s, 0xfffffffe);
    check_transaction_id(s, "00000001fffffffe");
    check_transaction_id(s, "00000001ffffffff");
    for (int i = 0; i < 2; i++)
        assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") NO_TRANSACTION, &out),
                         RELOAD_ERR_REFUSED);
    assert_int_equal(out.len, 0);
    reload_signer_set_boot_time(s, 2);
    reload_signer_set_counter(s, 0);
    check_transaction_id(s, "0000000200000000");
    reload_buf_free(&out);
    reload_signer_free(&s);
}

/* A reload_counter_source that counts its calls. */
struct counter_source {
    unsigned calls;
    uint32_t boot_time; /* of the last call */
    reload_err err;
    const char *text;
};

static reload_err next_counter(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag)
{
    struct counter_source *src = arg;
    src->boot_time = *boot_time;
    *counter = 0x100 + src->calls++;
    *boot_time = 0xabcdef01;
    (void)snprintf(diag->text, sizeof diag->text, "%s", src->text);
    return src->err;
}

static void test_counter_source(void **state)
{
    (void)state;
    struct counter_source src = {.text = ""};
    reload_signer *s = certs_signer_new();
    reload_buf out = {0}, in = {0};
    reload_diag diag = {0};
    reload_signer_set_counter_source(s, next_counter, &src);
    check_transaction_id(s, "abcdef0100000100");
    assert_int_equal(src.boot_time, 1183900000);
    reload_signer_set_boot_time(s, 7);
    check_transaction_id(s, "abcdef0100000101");
    assert_int_equal(src.boot_time, 7);
    /* not called for a request with a Transaction ID, a response, or a refused message (the last
     * one by D32) */
    assert_int_equal(sign_hex(s, HEAD("03", "01", "000000") IDS, &out), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("03", "81", "000000") NO_TRANSACTION, &out), RELOAD_OK);
    assert_int_equal(sign_hex(s, HEAD("02", "01", "000000") NO_TRANSACTION, &out),
                     RELOAD_ERR_REFUSED);
    assert_int_equal(sign_hex(s,
                              HEAD("03", "01", "000000") PEER PEER "0000000000000000"
                                                                   "659df2ab",
                              &out),
                     RELOAD_ERR_REFUSED);
    assert_int_equal(src.calls, 2);
    /* its error and text are passed on */
    size_t len = out.len;
    test_hex(&in, HEAD("03", "01", "000000") NO_TRANSACTION);
    reload_msg *msg = test_parse(&in);
    src.err = RELOAD_ERR_WRITE;
    src.text = "no ink";
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_WRITE);
    assert_string_equal(diag.text, "no ink");
    assert_int_equal(reload_sign(s, msg, &options, &out, NULL), RELOAD_ERR_WRITE);
    src.text = "";
    assert_int_equal(reload_sign(s, msg, &options, &out, &diag), RELOAD_ERR_WRITE);
    assert_string_equal(diag.text, reload_strerror(RELOAD_ERR_WRITE));
    assert_int_equal(out.len, len);
    assert_int_equal(out.err, RELOAD_OK);
    /* without a source, the signer's own counter is used */
    reload_signer_set_counter_source(s, NULL, NULL);
    check_transaction_id(s, "0000000700000000");
    reload_msg_free(&msg);
    reload_buf_free(&in);
    reload_buf_free(&out);
    reload_signer_free(&s);
}

/* reload_signer_digest: the second test cases of RFC 2202 and RFC 4231 */
static void test_digest(void **state)
{
    static const char text[] = "what do ya want for nothing?";
    const reload_span span = {(const uint8_t *)text, sizeof text - 1};
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_HMAC);
    reload_buf out = {0};
    (void)state;
    assert_non_null(s);
    assert_int_equal(reload_signer_digest(s, RELOAD_MD_SHA1, &span, 1, 0, &out),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"Jefe", 4), RELOAD_OK);
    assert_int_equal(reload_signer_digest(s, RELOAD_MD_SHA1, &span, 1, 0, &out), RELOAD_OK);
    test_same(out.octets, out.len, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_int_equal(reload_signer_digest(s, RELOAD_MD_SHA256, &span, 1, 0, &out), RELOAD_OK);
    test_same(out.octets + 20, out.len - 20,
              "5bdcc146bf60754e6a042426089575c7"
              "5a003f089d2739839dec58b964ec3843");
    reload_signer_free(&s);
    s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_int_equal(
        reload_signer_digest(s, RELOAD_MD_SHA1, &span, 1, RELOAD_DIGEST_RESOURCE, &out),
        RELOAD_ERR_ARGUMENT);
    reload_signer_free(&s);
    reload_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_covered_octets),
        cmocka_unit_test(test_added_signature),
        cmocka_unit_test(test_security),
        cmocka_unit_test(test_source_info_in_requests),
        cmocka_unit_test(test_source_info_in_responses),
        cmocka_unit_test(test_transaction_id),
        cmocka_unit_test(test_counter),
        cmocka_unit_test(test_counter_source),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
