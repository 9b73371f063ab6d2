/* SPDX-License-Identifier: BSD-2-Clause */
/* Signing and verifying with two more rows of the suite table, HMAC-SHA256 and CERTS-SHA256. They
 * exist only in this test, which is built with wire/suite.c and RL_TEST_SUITES. */
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { HMAC_SHA256 = 0x7e, CERTS_SHA256 = 0x7f, EXAMPLE_TIME = 946702799 };

#define PUT                                                                                    \
    "{\"header\": {\"method\": \"RESOURCE-PUT\", \"security\": %u, \"overlay\": {\"name\": "   \
    "\"chat\"}, \"source_id\": \"463ac413c4000000000000000000000000000000\"}, "                \
    "\"attributes\": [{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-ID\", "        \
    "\"value\": \"463ac413c4000000000000000000000000000000\"}]}, {\"type\": \"RESOURCE\", "    \
    "\"value\": [{\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"alice@example.com\"}, "        \
    "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", " \
    "\"value\": \"sip:alice@10.4.1.2\"}, {\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", "       \
    "\"value\": 600}]}]}]}"

/* ---- Credentials ---- */

static reload_buf ca, key, cert;

static int setup_suite(void **state)
{
    (void)state;
    test_file(&ca, "overlay/ca.crt");
    test_file(&key, "alice.key");
    test_file(&cert, "alice.crt");
    return 0;
}

static int teardown_suite(void **state)
{
    (void)state;
    reload_buf_free(&ca);
    reload_buf_free(&key);
    reload_buf_free(&cert);
    return 0;
}

static reload_signer *new_signer(unsigned security)
{
    reload_signer *s = reload_signer_new((reload_security)security);
    assert_non_null(s);
    if (security == RELOAD_SECURITY_HMAC || security == HMAC_SHA256) {
        assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"secret", 6), RELOAD_OK);
    } else {
        assert_int_equal(reload_signer_set_key(s, key.octets, key.len, NULL, NULL), RELOAD_OK);
        assert_int_equal(reload_signer_set_cert(s, cert.octets, cert.len, NULL), RELOAD_OK);
    }
    return s;
}

static reload_policy *new_suite_policy(unsigned security)
{
    reload_policy *policy = reload_policy_new((reload_security)security);
    assert_non_null(policy);
    if (security == RELOAD_SECURITY_HMAC || security == HMAC_SHA256)
        assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)"secret", 6), RELOAD_OK);
    else
        assert_int_equal(reload_policy_add_ca(policy, ca.octets, ca.len, NULL), RELOAD_OK);
    return policy;
}

/* ---- Signing and verifying ---- */

/* Signs the example with an algorithm. */
static void sign_example(unsigned security, reload_buf *out)
{
    char json[2048];
    reload_buf plain = {0};
    reload_diag diag;
    const reload_sign_options options = {
        .size = sizeof options, .time = EXAMPLE_TIME, .flags = RELOAD_SIGN_SOURCE_INFO};
    (void)snprintf(json, sizeof json, PUT, security);
    test_json(&plain, json);
    reload_msg *msg = test_parse(&plain);
    reload_signer *s = new_signer(security);
    if (reload_sign(s, msg, &options, out, &diag) != RELOAD_OK)
        fail_msg("reload_sign: %s", diag.text);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&plain);
}

static void check_suite_verdict(unsigned security, const reload_buf *octets, const char *reason)
{
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_policy *policy = new_suite_policy(security);
    reload_msg *msg = test_parse(octets);
    assert_int_equal(test_verify(policy, NULL, msg, EXAMPLE_TIME, report), RELOAD_OK);
    assert_string_equal(reason, report->reason == RELOAD_REASON_NONE
                                    ? reload_verdict_text(report->verdict)
                                    : reload_reason_text(report->reason));
    assert_int_equal(report->count, 3); /* of SOURCE-INFO, the BODY and the message */
    for (size_t i = 0; i < report->count && report->verdict == RELOAD_VALID; i++)
        assert_int_equal(reload_report_signature(report, i)->verdict, RELOAD_VALID);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
}

static void test_rows(void **state)
{
    (void)state;
    assert_string_equal(reload_suite_of(HMAC_SHA256)->name, "HMAC-SHA256");
    assert_string_equal(reload_suite_of(CERTS_SHA256)->name, "CERTS-SHA256");
    assert_null(reload_suite_of(0x7d));
}

/* D1: a change of any octet from 8 on is detected. */
static void check_each_octet(unsigned security, reload_buf *octets, size_t step)
{
    reload_policy *policy = new_suite_policy(security);
    reload_msg *msg = reload_msg_new();
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    for (size_t i = 8; i < octets->len; i += step) {
        octets->octets[i] ^= 0x04;
        if (reload_msg_parse(msg, octets->octets, octets->len, NULL) == RELOAD_OK) {
            assert_int_equal(test_verify(policy, NULL, msg, EXAMPLE_TIME, report), RELOAD_OK);
            if (reload_report_passed(report))
                fail_msg("valid with another octet %zu", i);
        }
        octets->octets[i] ^= 0x04;
    }
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
}

static void test_hmac_sha256(void **state)
{
    (void)state;
    reload_buf octets = {0};
    sign_example(HMAC_SHA256, &octets);
    check_suite_verdict(HMAC_SHA256, &octets, "valid");
    /* the digest is HMAC-SHA256 of the octets that D1 covers */
    reload_msg *msg = test_parse(&octets);
    reload_site site;
    reload_covered covered;
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    size_t len;
    reload_site_at(msg, reload_msg_signature(msg), &site);
    reload_site_covered(msg, &site, &covered);
    assert_int_equal(reload_hmac(RELOAD_MD_SHA256, (reload_span){(const uint8_t *)"secret", 6},
                                 covered.span, covered.count, digest),
                     RELOAD_OK);
    const uint8_t *value = reload_msg_value_octets(msg, site.digest, &len);
    assert_int_equal(len, 32);
    assert_memory_equal(value, digest, len);
    reload_msg_free(&msg);
    check_each_octet(HMAC_SHA256, &octets, 1);
    check_suite_verdict(RELOAD_SECURITY_HMAC, &octets, "security-mismatch");
    reload_buf_free(&octets);
}

static void test_certs_sha256(void **state)
{
    (void)state;
    reload_buf octets = {0};
    sign_example(CERTS_SHA256, &octets);
    check_suite_verdict(CERTS_SHA256, &octets, "valid");
    check_each_octet(CERTS_SHA256, &octets, 13);
    check_suite_verdict(RELOAD_SECURITY_CERTS, &octets, "security-mismatch");
    reload_buf_free(&octets);
}

/* S§7: a Transaction ID is shown as boot time and counter under each public-key suite, and under no
 * other. */
static void test_transaction_id_shown(void **state)
{
    (void)state;
    static const unsigned suites[] = {HMAC_SHA256, CERTS_SHA256, RELOAD_SECURITY_HMAC,
                                      RELOAD_SECURITY_CERTS};
    for (size_t i = 0; i < COUNT(suites); i++) {
        reload_buf octets = {0}, text = {0};
        sign_example(suites[i], &octets);
        reload_msg *msg = test_parse(&octets);
        assert_int_equal(reload_text_write(msg, NULL, 0, test_sink, &text), RELOAD_OK);
        reload_buf_append(&text, "", 1);
        assert_int_equal(strstr((const char *)text.octets, "(booted ") != NULL, i % 2 == 1);
        reload_msg_free(&msg);
        reload_buf_free(&text);
        reload_buf_free(&octets);
    }
}

/* Replaces a message's Security, and its digest by one with the given hash. */
static void sign_again(unsigned security, reload_md md, reload_buf *octets)
{
    reload_buf digest = {0};
    reload_site site;
    reload_covered covered;
    octets->octets[11] = (uint8_t)security;
    reload_msg *msg = test_parse(octets);
    reload_signer *s = new_signer(security);
    reload_site_at(msg, reload_msg_signature(msg), &site);
    reload_site_covered(msg, &site, &covered);
    assert_int_equal(reload_signer_digest(s, md, covered.span, covered.count, 0, &digest),
                     RELOAD_OK);
    const reload_attr *attr = reload_msg_attr(msg, site.digest);
    if (digest.len == attr->length)
        memcpy(octets->octets + attr->offset + 4, digest.octets, digest.len);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&digest);
}

/* A SHA-1 digest is refused, by its length under a MAC, by its signature under a key. */
static void test_sha1_refused(void **state)
{
    (void)state;
    reload_buf octets = {0};
    sign_example(RELOAD_SECURITY_HMAC, &octets);
    octets.octets[11] = HMAC_SHA256;
    check_suite_verdict(HMAC_SHA256, &octets, "bad-digest-length");
    reload_buf_reset(&octets);
    sign_example(CERTS_SHA256, &octets);
    sign_again(CERTS_SHA256, RELOAD_MD_SHA1, &octets);
    check_suite_verdict(CERTS_SHA256, &octets, "bad-digest");
    sign_again(CERTS_SHA256, RELOAD_MD_SHA256, &octets);
    check_suite_verdict(CERTS_SHA256, &octets, "valid");
    reload_buf_free(&octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_hmac_sha256),
        cmocka_unit_test(test_certs_sha256),
        cmocka_unit_test(test_sha1_refused),
        cmocka_unit_test(test_transaction_id_shown),
    };
    return cmocka_run_group_tests_name("suite", tests, setup_suite, teardown_suite);
}
