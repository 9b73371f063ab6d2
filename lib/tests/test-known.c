/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts that a judge keeps from one message to the next: they save operations, and a verdict never
 * depends on them. Linked with --wrap for the functions that are counted. */
#include "test.h"

#include "crypto/pk.h"
#include "x509/x509.h"

#include <string.h>

enum { NOW = 946702799, SIGNATURES = 3 };

/* ---- Counting ---- */

static unsigned digests, chains, reads;

reload_err __real_rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md,
                                      const uint8_t *digest, reload_span signature, bool *match);
reload_err __wrap_rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md,
                                      const uint8_t *digest, reload_span signature, bool *match);
reload_err __real_rl_pk_verify(const mbedtls_pk_context *pk, const rl_signed *s, bool *match);
reload_err __wrap_rl_pk_verify(const mbedtls_pk_context *pk, const rl_signed *s, bool *match);
reload_err __real_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection);
reload_err __wrap_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection);

reload_err __wrap_rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md,
                                      const uint8_t *digest, reload_span signature, bool *match)
{
    digests++;
    return __real_rl_pk_verify_digest(pk, md, digest, signature, match);
}

reload_err __wrap_rl_pk_verify(const mbedtls_pk_context *pk, const rl_signed *s, bool *match)
{
    chains++;
    return __real_rl_pk_verify(pk, s, match);
}

reload_err __wrap_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection)
{
    reads++;
    return __real_rl_cert_read(der, len, cert, objection);
}

/* ---- A judge with the draft's example ---- */

struct example {
    reload_buf octets, ca;
    reload_policy *policy;
    reload_judge *judge;
    reload_report *report;
};

/* crl: octets of a CRL, or NULL */
static reload_policy *new_policy(const reload_buf *ca, const reload_buf *crl)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    assert_non_null(policy);
    assert_int_equal(reload_policy_add_ca(policy, ca->octets, ca->len, NULL), RELOAD_OK);
    if (crl != NULL)
        assert_int_equal(reload_policy_add_crl(policy, crl->octets, crl->len, NULL), RELOAD_OK);
    assert_int_equal(reload_policy_seal(policy, NULL), RELOAD_OK);
    return policy;
}

static void setup_example(struct example *e)
{
    *e = (struct example){0};
    test_file(&e->octets, "section-4.1.certs.bin");
    test_file(&e->ca, "overlay/ca.crt");
    e->policy = new_policy(&e->ca, NULL);
    e->judge = reload_judge_new(e->policy);
    e->report = test_report_new(RELOAD_UNCHECKED);
    assert_non_null(e->judge);
}

static void free_example(struct example *e)
{
    reload_judge_free(&e->judge);
    reload_policy_free(&e->policy);
    reload_report_free(&e->report);
    reload_buf_free(&e->octets);
    reload_buf_free(&e->ca);
}

/* Judges the example at a time, and returns its reason, or its verdict if it has none. */
static const char *judge_at(struct example *e, int64_t seconds)
{
    const reload_moment moment = {seconds * RELOAD_SECOND, RELOAD_NO_TIME, false};
    reload_msg *msg = test_parse(&e->octets);
    digests = chains = reads = 0;
    assert_int_equal(reload_verify(e->judge, msg, moment, NULL, e->report), RELOAD_OK);
    reload_msg_free(&msg);
    const char *reason = reload_reason_text(e->report->reason);
    return reason == NULL ? reload_verdict_text(e->report->verdict) : reason;
}

/* ---- Tests ---- */

/* The second time nothing is read, and no RSA operation is made. */
static void test_saved(void **state)
{
    (void)state;
    struct example e;
    setup_example(&e);
    assert_string_equal(judge_at(&e, NOW), "valid");
    assert_int_equal(digests, SIGNATURES);
    assert_int_equal(chains, 1); /* both certificates are the same */
    assert_int_equal(reads, 1);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(judge_at(&e, NOW), "valid");
        assert_int_equal(digests, 0);
        assert_int_equal(chains, 0);
        assert_int_equal(reads, 0);
        assert_non_null(reload_report_signature(e.report, 0)->signer);
    }
    free_example(&e);
}

/* Without a cache each message costs the same. */
static void test_no_cache(void **state)
{
    (void)state;
    struct example e;
    setup_example(&e);
    reload_judge_set_cache(e.judge, 0);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(judge_at(&e, NOW), "valid");
        assert_int_equal(digests, SIGNATURES);
        assert_int_equal(chains, 1);
        assert_int_equal(reads, 1);
    }
    free_example(&e);
}

/* A known signature proves nothing about other octets. Each bit that it covers is changed. */
static void test_other_octets(void **state)
{
    (void)state;
    struct example e;
    setup_example(&e);
    assert_string_equal(judge_at(&e, NOW), "valid");
    size_t end = e.octets.len - 260; /* the message's DIGEST */
    for (size_t i = 8; i < end; i++) {
        if (i >= 13 && i < 16)
            continue; /* Length, which frames the message */
        e.octets.octets[i] ^= 1;
        assert_string_not_equal(judge_at(&e, NOW), "valid");
        e.octets.octets[i] ^= 1;
    }
    for (size_t i = end + 4; i < e.octets.len; i++) {
        e.octets.octets[i] ^= 1;
        assert_string_equal(judge_at(&e, NOW), "bad-digest");
        e.octets.octets[i] ^= 1;
    }
    assert_string_equal(judge_at(&e, NOW), "valid");
    assert_int_equal(digests, 0);
    free_example(&e);
}

/* Times are judged for each message. */
static void test_time(void **state)
{
    (void)state;
    struct example e;
    setup_example(&e);
    assert_string_equal(judge_at(&e, NOW), "valid");
    assert_string_equal(judge_at(&e, NOW + 100000), "stale");
    assert_string_equal(judge_at(&e, 4000000000), "expired-certificate");
    assert_int_equal(reads, 0);
    assert_string_equal(judge_at(&e, 900000000), "expired-certificate"); /* not yet valid */
    assert_string_equal(judge_at(&e, NOW), "valid");
    free_example(&e);
}

/* Appends a CRL by the CA that lists alice's certificate. */
static void make_crl(const struct example *e, reload_buf *crl)
{
    reload_cert *ca, *alice;
    reload_key *key;
    reload_buf pem = {0}, key_pem = {0};
    test_file(&pem, "alice.crt");
    test_file(&key_pem, "overlay/ca.key");
    assert_int_equal(reload_cert_parse(e->ca.octets, e->ca.len, &ca, NULL), RELOAD_OK);
    assert_int_equal(reload_cert_parse(pem.octets, pem.len, &alice, NULL), RELOAD_OK);
    assert_int_equal(reload_key_parse(key_pem.octets, key_pem.len, NULL, &key, NULL), RELOAD_OK);
    uint8_t serial[32];
    const char *digits = reload_cert_serial(alice);
    size_t len = strlen(digits) / 2;
    assert_true(len <= sizeof serial && reload_hex_decode(digits, 2 * len, serial));
    const reload_revocation entry = {
        .serial = serial, .serial_len = len, .time = (NOW - 1000) * RELOAD_SECOND};
    const reload_crl_spec spec = {.size = sizeof spec,
                                  .entries = &entry,
                                  .count = 1,
                                  .this_update = (NOW - 1000) * RELOAD_SECOND,
                                  .next_update = (NOW + 1000) * RELOAD_SECOND,
                                  .number = {.octets = {[19] = 1}}};
    assert_int_equal(reload_crl_issue(&spec, ca, key, crl, NULL), RELOAD_OK);
    reload_key_free(&key);
    reload_cert_free(&ca);
    reload_cert_free(&alice);
    reload_buf_free(&pem);
    reload_buf_free(&key_pem);
}

/* A policy that replaces the old one decides alone; signatures stay known. */
static void test_policy(void **state)
{
    (void)state;
    struct example e;
    reload_buf crl = {0}, other = {0};
    setup_example(&e);
    make_crl(&e, &crl);
    assert_string_equal(judge_at(&e, NOW), "valid");
    reload_policy *revoking = new_policy(&e.ca, &crl);
    assert_int_equal(reload_judge_set_policy(e.judge, revoking), RELOAD_OK);
    assert_string_equal(judge_at(&e, NOW), "revoked-certificate");
    test_file(&other, "alice.crt"); /* not a CA */
    reload_policy *strange = new_policy(&other, NULL);
    assert_int_equal(reload_judge_set_policy(e.judge, strange), RELOAD_OK);
    assert_string_equal(judge_at(&e, NOW), "untrusted-certificate");
    assert_int_equal(reload_judge_set_policy(e.judge, e.policy), RELOAD_OK);
    assert_string_equal(judge_at(&e, NOW), "valid");
    assert_int_equal(digests, 0);
    reload_policy_free(&revoking);
    reload_policy_free(&strange);
    reload_buf_free(&crl);
    reload_buf_free(&other);
    free_example(&e);
}

/* Memory is bounded: of many different certificates, which cannot be read, old ones are dropped. */
static void test_bound(void **state)
{
    (void)state;
    struct example e;
    enum { MESSAGES = 2000 };
    setup_example(&e);
    reload_judge_set_cache(e.judge, 64 * 1024);
    reload_msg *msg = test_parse(&e.octets);
    uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    uint32_t cert = reload_msg_member(msg, info, RELOAD_A_PEER_CERT);
    size_t len,
        at = (size_t)(reload_msg_value_octets(msg, cert, &len) - reload_msg_octets(msg, &len));
    reload_msg_free(&msg);
    for (unsigned i = 0; i < MESSAGES; i++) { /* the CA's signature has these octets */
        memcpy(e.octets.octets + at + 20, &i, sizeof i);
        assert_string_not_equal(judge_at(&e, NOW), "valid");
        assert_int_equal(reads, 1);
        assert_string_not_equal(judge_at(&e, NOW), "valid");
        assert_int_equal(reads, 0);
    }
    unsigned first = 0;
    memcpy(e.octets.octets + at + 20, &first, sizeof first);
    assert_string_not_equal(judge_at(&e, NOW), "valid");
    assert_int_equal(reads, 1);
    free_example(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saved),        cmocka_unit_test(test_no_cache),
        cmocka_unit_test(test_other_octets), cmocka_unit_test(test_time),
        cmocka_unit_test(test_policy),       cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests_name("known", tests, NULL, NULL);
}
