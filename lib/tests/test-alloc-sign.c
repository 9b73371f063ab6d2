/* SPDX-License-Identifier: BSD-2-Clause */
/* Failing allocations while signing and verifying: RELOAD_ERR_MEMORY, without a verdict, crashes or
 * leaks (with AddressSanitizer) */
#include "jobs.h"
#include "verify/lint.h"
#include "verify/report-json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static const uint8_t key[] = "secret";

static reload_err run_sign(void *arg)
{
    reload_msg *msg = arg;
    reload_buf out;
    reload_diag diag = {0};
    begin_out(&out);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_HMAC);
    reload_err err = s == NULL ? RELOAD_ERR_MEMORY : reload_signer_set_secret(s, key, 6);
    if (err == RELOAD_OK) {
        const reload_sign_options options = {
            .size = sizeof options,
            .flags = RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO | RELOAD_SIGN_RESIGN_BODIES};
        err = reload_sign(s, msg, &options, &out, &diag);
        job_check(err == RELOAD_OK || diag.code == err, "another code in the diagnostic");
    }
    end_out(&out, err);
    reload_signer_free(&s);
    return err;
}

static void test_sign_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_sign, msg, false);
    reload_msg_free(&msg);
}

/* A request without Transaction ID, which requires a random generator */
static void test_sign_alloc_random(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_message(&buf, "");
    memset(buf.octets + 56, 0, 8);
    reload_msg *msg = test_parse(&buf);
    each_allocation(run_sign, msg, false);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static reload_err run_strip(void *arg)
{
    reload_buf out;
    begin_out(&out);
    reload_err err = reload_strip(arg, 0, &out, NULL);
    end_out(&out, err);
    return err;
}

static reload_err run_append(void *arg)
{
    static const uint8_t attr[4] = {0, 4, 0, 0};
    reload_buf out;
    begin_out(&out);
    reload_err err = reload_append_attr(arg, attr, sizeof attr, 0, &out, NULL);
    end_out(&out, err);
    return err;
}

static void test_strip_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_strip, msg, false);
    each_allocation(run_append, msg, false);
    reload_msg_free(&msg);
}

/* The verdict is valid, or unchecked after an error. */
static reload_err run_verify(void *arg)
{
    reload_msg *msg = arg;
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    reload_err err = policy == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    for (unsigned i = 0; i < 20 && err == RELOAD_OK; i++)
        err = reload_policy_add_secret(policy, key,
                                       i < 19 ? i % 5 + 1 : 6); /* the last one is correct */
    if (err == RELOAD_OK)
        err = test_verify(policy, NULL, msg, 1183900000, report);
    job_check(report->verdict == (err == RELOAD_OK ? RELOAD_VALID : RELOAD_UNCHECKED),
              "another verdict");
    job_check(report->reason == RELOAD_REASON_NONE, "unexpected reason");
    for (size_t i = 0; i < report->count; i++)
        job_check(reload_report_signature(report, i)->verdict ==
                      (err == RELOAD_OK ? RELOAD_VALID : RELOAD_UNCHECKED),
                  "another verdict of a signature");
    if (err == RELOAD_OK)
        err = report_json_write(report, msg, &(struct report_place){&origin, 68},
                                RELOAD_SECURITY_OPEN, NULL, 0, discard, NULL);
    reload_report_free(&report);
    reload_policy_free(&policy);
    return err;
}

static void test_verify_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_verify, msg, false);
    each_allocation(run_verify, msg, true);
    reload_msg_free(&msg);
}

static int count_finding(void *arg, const struct lint_finding *finding)
{
    (void)finding;
    ++*(size_t *)arg;
    return 0;
}

/* Linting does not allocate memory. */
static void test_lint_alloc(void **state)
{
    (void)state;
    reload_report *report = test_report_new(RELOAD_VALID);
    reload_msg *msg = test_parse(&everything);
    size_t found = 0;
    json_set_alloc_funcs(__wrap_malloc, free);
    failed = false;
    countdown = 0;
    reload_err err = lint_message(RELOAD_SECURITY_CERTS, msg, count_finding, &found);
    job_check(err == RELOAD_OK && found > 0, "linting fails");
    err = report_json_write(report, msg, &(struct report_place){&origin, 68}, RELOAD_SECURITY_CERTS,
                            NULL, 0, discard, NULL);
    job_check(err == RELOAD_OK, "writing the findings fails");
    job_check(countdown == 0 && !failed, "linting allocates memory");
    stop_failing();
    reload_report_free(&report);
    reload_msg_free(&msg);
}

/* Verifies and explains; an error excludes an explanation. */
static reload_err explain(reload_policy *policy, const reload_msg *msg, int64_t time,
                          const char *word)
{
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = test_verify(policy, NULL, msg, time, report);
    bool judged = err == RELOAD_OK, explained = false;
    struct explanations list = {0};
    if (judged)
        err = explain_report(policy, msg, report, &list);
    for (size_t i = 0; i < report->count; i++) {
        const struct explanation *explanation =
            explanations_of(&list, reload_report_signature(report, i));
        explained = explained || explanation != NULL;
        job_check(explanation == NULL ||
                      (explanation->count == 1 &&
                       strcmp(explanation->fits[0].readings[0]->word, word) == 0),
                  "another explanation");
    }
    job_check(explained == (err == RELOAD_OK), "an explanation after an error, or a missing one");
    job_check(!judged || report->verdict == RELOAD_INVALID, "another verdict");
    if (err == RELOAD_OK)
        err = report_json_write(report, msg, &(struct report_place){&origin, 68},
                                RELOAD_SECURITY_OPEN, &list, 0, discard, NULL);
    explanations_free(&list);
    reload_report_free(&report);
    return err;
}

static reload_err run_explain(void *arg)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_secret(policy, (const uint8_t *)" secret", 7);
    if (err == RELOAD_OK)
        err = explain(policy, arg, 1183900000, "secret-trimmed");
    reload_policy_free(&policy);
    return err;
}

static void test_explain_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_explain, msg, false);
    each_allocation(run_explain, msg, true);
    reload_msg_free(&msg);
}

/* ---- Certificates ---- */

/* Input to sign and verify under CERTS */
static struct {
    reload_buf ca, key, cert, message;
} certs;

static int setup_certs(void **state)
{
    (void)state;
    test_file(&certs.ca, "overlay/ca.crt");
    test_file(&certs.key, "alice.key");
    test_file(&certs.cert, "alice.crt");
    test_file(&certs.message, "section-4.1.certs.bin");
    return 0;
}

static int teardown_certs(void **state)
{
    (void)state;
    reload_buf_free(&certs.ca);
    reload_buf_free(&certs.key);
    reload_buf_free(&certs.cert);
    reload_buf_free(&certs.message);
    return 0;
}

enum { EXAMPLE_TIME = 946702799 };

static reload_err run_verify_certs(void *arg)
{
    reload_msg *msg = arg;
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    report->verdict = RELOAD_VALID;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_ca(policy, certs.ca.octets, certs.ca.len, NULL);
    if (err == RELOAD_OK)
        err = test_verify(policy, NULL, msg, EXAMPLE_TIME, report);
    if (policy != NULL && err == RELOAD_OK) {
        job_check(report->verdict == RELOAD_VALID && report->count == 3,
                  "expected a valid message");
        for (size_t i = 0; i < report->count; i++)
            job_check(strcmp(reload_cert_subject(reload_report_signature(report, i)->signer),
                             "CN=alice@example.com") == 0,
                      "expected alice as the signer");
    } else if (report->verdict != RELOAD_VALID) { /* judged */
        job_check(report->verdict == RELOAD_UNCHECKED, "a verdict after an error");
    }
    reload_report_free(&report);
    reload_policy_free(&policy);
    return err;
}

static void test_verify_certs_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_verify_certs, msg, false);
    reload_msg_free(&msg);
}

static reload_err run_verify_forged(void *arg)
{
    reload_msg *msg = arg;
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_ca(policy, certs.ca.octets, certs.ca.len, NULL);
    if (err == RELOAD_OK)
        err = test_verify(policy, NULL, msg, EXAMPLE_TIME, report);
    if (err == RELOAD_OK)
        job_check(report->verdict == RELOAD_INVALID && report->reason == RELOAD_REASON_BAD_DIGEST,
                  "another verdict");
    else
        job_check(report->verdict == RELOAD_UNCHECKED, "a verdict after an error");
    reload_report_free(&report);
    reload_policy_free(&policy);
    return err;
}

/* A forged message with valid inner signatures is never valid. */
static void test_verify_forged_alloc(void **state)
{
    (void)state;
    reload_buf forged = {0};
    reload_msg *msg = test_parse(&certs.message);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_int_equal(reload_signer_set_key(s, certs.key.octets, certs.key.len, NULL, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_signer_set_cert(s, certs.cert.octets, certs.cert.len, NULL), RELOAD_OK);
    const reload_sign_options options = {
        .size = sizeof options, .time = EXAMPLE_TIME, .flags = RELOAD_SIGN_SOURCE_INFO};
    assert_int_equal(reload_sign(s, msg, &options, &forged, NULL), RELOAD_OK);
    forged.octets[forged.len - 1] ^= 1;
    reload_msg_free(&msg);
    msg = test_parse(&forged);
    each_allocation(run_verify_forged, msg, false);
    reload_msg_free(&msg);
    reload_signer_free(&s);
    reload_buf_free(&forged);
}

static reload_err run_sign_certs(void *arg)
{
    reload_msg *msg = arg;
    reload_buf out;
    reload_diag diag = {0};
    begin_out(&out);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    reload_err err = s == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_signer_set_key(s, certs.key.octets, certs.key.len, NULL, &diag);
    if (err == RELOAD_OK)
        err = reload_signer_set_cert(s, certs.cert.octets, certs.cert.len, &diag);
    if (err == RELOAD_OK) {
        const reload_sign_options options = {.size = sizeof options,
                                             .time = EXAMPLE_TIME,
                                             .flags = RELOAD_SIGN_SOURCE_INFO |
                                                      RELOAD_SIGN_RESIGN_BODIES};
        err = reload_sign(s, msg, &options, &out, &diag);
    }
    job_check(err == RELOAD_OK || diag.code == err || s == NULL, "another code in the diagnostic");
    end_out(&out, err);
    reload_signer_free(&s);
    return err;
}

static void test_sign_certs_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_sign_certs, msg, false);
    reload_msg_free(&msg);
}

static reload_err run_text_certs(void *arg)
{
    return reload_text_write(arg, NULL, 0, discard, NULL);
}

static void test_text_certs_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_text_certs, msg, false);
    reload_msg_free(&msg);
}

static reload_err run_explain_certs(void *arg)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_ca(policy, certs.ca.octets, certs.ca.len, NULL);
    if (err == RELOAD_OK)
        err = explain(policy, arg, EXAMPLE_TIME, "response-flipped");
    reload_policy_free(&policy);
    return err;
}

static void test_explain_certs_alloc(void **state)
{
    (void)state;
    certs.message.octets[12] ^= 0x80; /* response */
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_explain_certs, msg, false);
    reload_msg_free(&msg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_alloc),
        cmocka_unit_test(test_sign_alloc_random),
        cmocka_unit_test(test_strip_alloc),
        cmocka_unit_test(test_verify_alloc),
        cmocka_unit_test(test_lint_alloc),
        cmocka_unit_test(test_explain_alloc),
        cmocka_unit_test_setup_teardown(test_verify_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_verify_forged_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_sign_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_text_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_explain_certs_alloc, setup_certs, teardown_certs),
    };
    return cmocka_run_group_tests_name("alloc-sign", tests, setup_jobs, teardown_jobs);
}
