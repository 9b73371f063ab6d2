/* SPDX-License-Identifier: BSD-2-Clause */
/* The search of --explain. tools/tests/test-explain.sh has a digest for each misreading. */
#include "test.h"
#include "verify/explain/explain.h"
#include "verify/report-json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NOW = 1183900000, EXAMPLE_TIME = 946702799 };

static reload_buf everything; /* signed with "secret" */

static int setup_explain(void **state)
{
    (void)state;
    test_everything(&everything);
    return 0;
}

static int teardown_explain(void **state)
{
    (void)state;
    reload_buf_free(&everything);
    return 0;
}

static reload_policy *new_hmac_policy(const char *secret)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_non_null(policy);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)secret, strlen(secret)),
                     RELOAD_OK);
    return policy;
}

/* The explanation of the only wrong signature, or NULL */
static const struct explanation *only_explanation(const reload_report *report,
                                                  struct explanations *list)
{
    const struct explanation *only = NULL;
    explanations_rewind(list);
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *s = reload_report_signature(report, i);
        bool wrong =
            s->reason == RELOAD_REASON_BAD_DIGEST || s->reason == RELOAD_REASON_BAD_DIGEST_LENGTH;
        const struct explanation *explanation = explanations_of(list, s);
        assert_int_equal(explanation != NULL, wrong);
        assert_true(!wrong || only == NULL);
        only = wrong ? explanation : only;
    }
    return only;
}

/* Asserts that a fit has the readings of a word, such as "a" or "a+b". */
static void check_fit(const explain_fit *fit, const char *word)
{
    char words[128] = "";
    for (size_t i = 0; i < fit->count; i++)
        (void)snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s",
                       i == 0 ? "" : "+", fit->readings[i]->word);
    assert_string_equal(words, word);
}

/* Asserts that a message is invalid, and explained by one fit; word NULL: by none. */
static void check_explained(reload_policy *policy, const reload_buf *buf, int64_t time,
                            const char *word, bool key_fits)
{
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    struct explanations list = {0};
    reload_msg *msg = test_parse(buf);
    assert_int_equal(test_verify(policy, NULL, msg, time, report), RELOAD_OK);
    for (int run = 0; run < 2; run++) { /* a second run has the same result */
        reload_report before = *report;
        assert_int_equal(explain_report(policy, msg, report, &list), RELOAD_OK);
        assert_int_equal(report->verdict, RELOAD_INVALID);
        assert_memory_equal(report, &before, sizeof before);
        const struct explanation *explanation = only_explanation(report, &list);
        assert_non_null(explanation);
        assert_false(explanation->no_digest);
        assert_false(explanation->incomplete);
        assert_int_equal(explanation->key_fits, key_fits);
        assert_int_equal(explanation->count, word == NULL ? 0 : 1);
        if (word == NULL)
            continue;
        check_fit(&explanation->fits[0], word);
    }
    explanations_free(&list);
    reload_report_free(&report);
    reload_msg_free(&msg);
}

static void test_table(void **state)
{
    (void)state;
    size_t count = 0;
    for (const explain_reading_def *r; (r = explain_reading_at(count)) != NULL; count++) {
        assert_true(islower((unsigned char)r->word[0]));
        assert_int_equal(strspn(r->word, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(r->word));
        assert_true(strlen(r->text) > 0 && r->text[strlen(r->text) - 1] != '.');
        assert_true(r->section[0] == 'D' || strncmp(r->section, "B§", 3) == 0 ||
                    strncmp(r->section, "S§", 3) == 0);
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(explain_reading_at(i)->word, r->word);
    }
    assert_int_equal(count, 116);
    assert_null(explain_reading_at(count));
    assert_null(explain_reading_at(SIZE_MAX));
}

static void test_valid(void **state)
{
    (void)state;
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    struct explanations list = {0};
    reload_policy *policy = new_hmac_policy("secret"),
                  *none = reload_policy_new(RELOAD_SECURITY_NONE);
    reload_msg *msg = test_parse(&everything);
    assert_int_equal(explain_report(policy, msg, report, &list), RELOAD_OK); /* nothing judged */
    assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
    assert_int_equal(report->verdict, RELOAD_VALID);
    assert_int_equal(explain_report(policy, msg, report, &list), RELOAD_OK);
    assert_null(only_explanation(report, &list));
    assert_int_equal(test_verify(none, NULL, msg, NOW, report), RELOAD_OK);
    assert_int_equal(explain_report(none, msg, report, &list), RELOAD_OK);
    assert_null(only_explanation(report, &list));
    explanations_free(&list);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_policy_free(&none);
}

static void test_key(void **state)
{
    (void)state;
    reload_policy *policy = new_hmac_policy(" secret\t");
    check_explained(policy, &everything, NOW, "secret-trimmed", false);
    reload_policy_free(&policy);
    policy = new_hmac_policy("736563726574");
    check_explained(policy, &everything, NOW, "secret-from-hex", false);
    /* any of several secrets */
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)"another", 7), RELOAD_OK);
    check_explained(policy, &everything, NOW, "secret-from-hex", false);
    reload_policy_free(&policy);
    policy = new_hmac_policy("another");
    check_explained(policy, &everything, NOW, NULL, false);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)"c2VjcmV0", 8), RELOAD_OK);
    check_explained(policy, &everything, NOW, "secret-from-base64", false);
    reload_policy_free(&policy);
}

/* The secret's file has the secret in another form than D12's. */
static void test_written_secret(void **state)
{
    (void)state;
    static const struct {
        const char *written, *word;
    } rows[] = {{"\"secret\"", "secret-without-quotes"},
                {"'secret'", "secret-without-quotes"},
                {"\"secret'", NULL},
                {"\"", NULL},
                {"\xef\xbb\xbfsecret", "secret-without-bom"},
                {"0x736563726574", "secret-from-0x"},
                {"0X736563726574", "secret-from-0x"},
                {"0x73656372657", NULL},
                {"HEX:736563726574", "secret-from-hex-prefix"},
                {"base64:c2VjcmV0", "secret-from-base64-prefix"},
                {"base64:c2VjcmV0!", NULL},
                {"0x", NULL},
                {"\xef\xbb\xbfhex:736563726574", "secret-without-bom+secret-from-hex-prefix"},
                {"\"base64:c2VjcmV0\"", "secret-without-quotes+secret-from-base64-prefix"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_policy *policy = new_hmac_policy(rows[i].written);
        check_explained(policy, &everything, NOW, rows[i].word, false);
        reload_policy_free(&policy);
    }
}

/* No reading fits a digest with a wrong bit. */
static void test_each_bit(void **state)
{
    (void)state;
    reload_policy *policy = new_hmac_policy("secret");
    reload_msg *msg = test_parse(&everything);
    const reload_attr *digest =
        reload_msg_attr(msg, reload_msg_member(msg, reload_msg_signature(msg), RELOAD_A_DIGEST));
    for (uint32_t i = 0; i < digest->length; i++) {
        uint8_t *octet = &everything.octets[digest->offset + 4 + i], bit = (uint8_t)(1u << i % 8);
        *octet ^= bit;
        check_explained(policy, &everything, NOW, NULL, false);
        *octet ^= bit;
    }
    reload_msg_free(&msg);
    reload_policy_free(&policy);
}

static void test_certs(void **state)
{
    (void)state;
    reload_buf ca = {0}, message = {0};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    test_file(&ca, "overlay/ca.crt");
    test_file(&message, "section-4.1.certs.bin");
    assert_int_equal(reload_policy_add_ca(policy, ca.octets, ca.len, NULL), RELOAD_OK);
    message.octets[12] ^= 0x80;
    check_explained(policy, &message, EXAMPLE_TIME, "response-flipped", true);
    message.octets[12] ^= 0x80;
    message.octets[36] ^= 1; /* the Destination ID: the key fits, but no reading */
    check_explained(policy, &message, EXAMPLE_TIME, NULL, true);
    message.octets[36] ^= 1;
    message.octets[message.len - 1] ^= 1;
    check_explained(policy, &message, EXAMPLE_TIME, NULL, false);
    reload_policy_free(&policy);
    reload_buf_free(&ca);
    reload_buf_free(&message);
}

static void test_fit_text(void **state)
{
    (void)state;
    static const explain_reading_def a = {"a", "this was done", "D1"},
                                     b = {"b", "that was too", "D2"};
    const explain_fit one = {{&a, NULL}, 1, ""}, two = {{&a, &b}, 2, ""},
                      none = {{NULL, NULL}, 0, ""};
    const char whole[] = "this was done (D1), and that was too (D2)";
    char text[sizeof whole + 1] = "x";
    explain_fit_text(&one, text, 0);
    assert_string_equal(text, "x");
    explain_fit_text(&none, text, sizeof text);
    assert_string_equal(text, "");
    explain_fit_text(&one, text, sizeof text);
    assert_string_equal(text, "this was done (D1)");
    for (size_t size = 1; size <= sizeof text; size++) {
        memset(text, '~', sizeof text);
        explain_fit_text(&two, text, size);
        size_t len = strlen(text);
        assert_int_equal(len, size - 1 < sizeof whole - 1 ? size - 1 : sizeof whole - 1);
        assert_memory_equal(text, whole, len);
        for (size_t i = size; i < sizeof text; i++)
            assert_int_equal(text[i], '~');
    }
}

/* D34: at most 64 keys are tried, those with the fewest misreadings of each secret first. */
static void test_key_limit(void **state)
{
    (void)state;
    explain_keys keys;
    reload_policy *policy = new_hmac_policy("secret 0");
    assert_int_equal(explain_keys_open(&keys, policy), RELOAD_OK);
    assert_in_range(keys.count, 20, EXPLAIN_MAX_KEYS);
    assert_false(keys.cut);
    explain_keys_close(&keys);
    for (char c = '1'; c <= '9'; c++) {
        const char secret[] = {'s', 'e', 'c', 'r', 'e', 't', ' ', c, '\0'};
        assert_int_equal(
            reload_policy_add_secret(policy, (const uint8_t *)secret, sizeof secret - 1),
            RELOAD_OK);
    }
    assert_int_equal(explain_keys_open(&keys, policy), RELOAD_OK);
    assert_int_equal(keys.count, EXPLAIN_MAX_KEYS);
    assert_true(keys.cut);
    for (size_t i = 0; i < keys.count; i++) {
        assert_int_equal(keys.keys[i].readings.count, i < 10 ? 0 : 1);
        if (i < 10) {
            const char secret[] = {'s', 'e', 'c', 'r', 'e', 't', ' ', (char)('0' + i)};
            assert_int_equal(keys.keys[i].len, sizeof secret);
            assert_memory_equal(keys.keys[i].octets, secret, sizeof secret);
        }
    }
    explain_keys_close(&keys);
    reload_policy_free(&policy);
}

static void test_report_json(void **state)
{
    (void)state;
    const reload_origin origin = {.size = sizeof origin, .file = "-", .offset = 0, .index = 1};
    static const char *const secrets[] = {" secret", "another"};
    static const char *const expected[] = {
        "\"explain\": [{\"reading\": [\"secret-trimmed\"], \"detail\": \"white space around the "
        "secret was removed (D12)\"}], \"explain_notes\": []}",
        "\"explain\": [], \"explain_notes\": []}"};
    for (size_t i = 0; i < COUNT(secrets); i++) {
        reload_report *report = test_report_new(RELOAD_UNCHECKED);
        reload_buf out = {0};
        struct explanations list = {0};
        reload_policy *policy = new_hmac_policy(secrets[i]);
        reload_msg *msg = test_parse(&everything);
        assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
        assert_int_equal(explain_report(policy, msg, report, &list), RELOAD_OK);
        assert_int_equal(report_json_write(report, msg, &(struct report_place){&origin, 68},
                                           RELOAD_SECURITY_OPEN, &list, 0, test_sink, &out),
                         RELOAD_OK);
        reload_buf_append(&out, "", 1);
        assert_non_null(strstr((const char *)out.octets, expected[i]));
        reload_buf_free(&out);
        explanations_free(&list);
        reload_report_free(&report);
        reload_msg_free(&msg);
        reload_policy_free(&policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),     cmocka_unit_test(test_valid),
        cmocka_unit_test(test_key),       cmocka_unit_test(test_written_secret),
        cmocka_unit_test(test_each_bit),  cmocka_unit_test(test_certs),
        cmocka_unit_test(test_fit_text),  cmocka_unit_test(test_report_json),
        cmocka_unit_test(test_key_limit),
    };
    return cmocka_run_group_tests_name("explain", tests, setup_explain, teardown_explain);
}
