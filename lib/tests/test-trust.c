/* SPDX-License-Identifier: BSD-2-Clause */
/* The vectors about certificates (D18), judged in this process. TESTDATA names the test data's
 * directory. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static json_t *vectors;

static int load_vectors(void **state)
{
    (void)state;
    char path[1024];
    const char *dir = getenv("TESTDATA");
    if (dir == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/vectors/trust_test.json", dir);
    vectors = json_load_file(path, 0, NULL);
    return vectors == NULL ? -1 : 0;
}

static int free_vectors(void **state)
{
    (void)state;
    json_decref(vectors);
    return 0;
}

typedef reload_err adder(reload_policy *policy, const uint8_t *octets, size_t len,
                         reload_diag *diag);

static void add_files(reload_policy *policy, const json_t *group, const char *key, adder *add)
{
    size_t i;
    json_t *pem;
    json_array_foreach(json_object_get(group, key), i, pem)
    {
        reload_diag diag = {0};
        const uint8_t *text = (const uint8_t *)json_string_value(pem);
        if (add(policy, text, json_string_length(pem), &diag) != RELOAD_OK)
            fail_msg("%s: %s", key, diag.text);
    }
}

static reload_policy *policy_of(const json_t *group)
{
    const json_t *given = json_object_get(group, "policy");
    const json_t *bits = json_object_get(given, "min_rsa_bits");
    const json_t *skew = json_object_get(given, "max_skew");
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    assert_non_null(policy);
    add_files(policy, group, "ca", reload_policy_add_ca);
    add_files(policy, group, "intermediates", reload_policy_add_intermediates);
    add_files(policy, group, "crl", reload_policy_add_crl);
    if (bits != NULL)
        reload_policy_set_min_rsa_bits(policy, (unsigned)json_integer_value(bits));
    if (json_is_string(skew))
        reload_policy_set_max_skew(policy, -1);
    reload_policy_allow_sha1_certs(policy,
                                   json_is_true(json_object_get(given, "allow_sha1_certs")));
    reload_policy_require_crl(policy, json_is_true(json_object_get(given, "require_crl")));
    assert_int_equal(reload_policy_seal(policy, NULL), RELOAD_OK);
    return policy;
}

/* Returns whether a test's message gets the reason that the test states, or is valid. */
static bool judge(const json_t *test, reload_policy *policy, int64_t time)
{
    reload_buf octets = {0};
    const char *expected = json_string_value(json_object_get(test, "reason"));
    test_hex(&octets, json_string_value(json_object_get(test, "msg")));
    reload_msg *msg = test_parse(&octets);
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    assert_int_equal(test_verify(policy, NULL, msg, time, report), RELOAD_OK);
    const char *reason =
        report->verdict == RELOAD_VALID ? NULL : reload_reason_text(report->reason);
    bool same =
        (reason == NULL) == (expected == NULL) && (reason == NULL || strcmp(reason, expected) == 0);
    if (!same)
        print_message("# %s: %s %s, expected %s\n",
                      json_string_value(json_object_get(test, "comment")),
                      reason == NULL ? "valid" : reason, report->detail,
                      expected == NULL ? "valid" : expected);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_buf_free(&octets);
    return same;
}

static void test_vectors(void **state)
{
    (void)state;
    size_t g, t;
    json_t *group, *test;
    unsigned failed = 0, count = 0;
    json_array_foreach(json_object_get(vectors, "testGroups"), g, group)
    {
        const json_t *given = json_object_get(group, "policy");
        reload_policy *policy = policy_of(group);
        json_array_foreach(json_object_get(group, "tests"), t, test)
        {
            failed += !judge(test, policy, json_integer_value(json_object_get(given, "time")));
            count++;
        }
        reload_policy_free(&policy);
    }
    assert_int_equal(failed, 0);
    assert_int_equal(count, json_integer_value(json_object_get(vectors, "numberOfTests")));
}

/* ---- Details ---- */

/* The test of the vectors with a comment, and its group. */
static const json_t *find_test(const char *comment, const json_t **its_group)
{
    size_t g, t;
    json_t *group, *test;
    json_array_foreach(json_object_get(vectors, "testGroups"), g, group)
    {
        json_array_foreach(json_object_get(group, "tests"), t, test)
        {
            if (strcmp(json_string_value(json_object_get(test, "comment")), comment) == 0) {
                *its_group = group;
                return test;
            }
        }
    }
    fail_msg("no test \"%s\"", comment);
    return NULL;
}

/* The detail names the limit that ended a search, if one did. */
static void test_limits(void **state)
{
    (void)state;
    static const struct {
        const char *comment, *limit;
    } rows[] = {
        {"twelve certificates of one key that certify each other, and no CA",
         "the search for chains was given up after 1,000 signature checks"},
        {"65 intermediates", "chains of more than 64 intermediates are not tried"},
        {"64 intermediates, of which the first is missing", ""},
        {"a certificate of another CA", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const json_t *group;
        const json_t *test = find_test(rows[i].comment, &group);
        reload_policy *policy = policy_of(group);
        reload_buf octets = {0};
        test_hex(&octets, json_string_value(json_object_get(test, "msg")));
        reload_msg *msg = test_parse(&octets);
        reload_report *report = test_report_new(RELOAD_UNCHECKED);
        assert_int_equal(test_verify(policy, NULL, msg, 1183896000, report), RELOAD_OK);
        print_message("# %s\n", report->detail);
        const char *limit = strstr(report->detail, "; ");
        assert_string_equal(limit == NULL ? "" : limit + 2, rows[i].limit);
        reload_report_free(&report);
        reload_msg_free(&msg);
        reload_buf_free(&octets);
        reload_policy_free(&policy);
    }
}

/* ---- Warnings of CRLs ---- */

struct warnings {
    unsigned count;
    char text[512];
};

static void take_warning(void *arg, reload_given given, size_t file, const char *words)
{
    struct warnings *w = arg;
    print_message("# %d, %zu: %s\n", (int)given, file, words);
    if (given != RELOAD_GIVEN_CRL)
        return;
    w->count++;
    (void)snprintf(w->text, sizeof w->text, "%s", words);
}

/* Tests of the vectors, and the warning of each one's CRLs */
static const struct {
    const char *comment, *warning; /* empty: none */
} crl_warnings[] = {
    {"a CRL signed by a CRL key of the CA", ""},
    {"a CRL signed by the CA's new key, certified by the old", ""},
    {"a CRL signed by an expired CRL key", ""},
    {"a CRL is required: a current CRL", ""},
    {"a CRL signed by a CRL key that is not given",
     "CRL by CN=CRL CA: ignored: its signature does not verify with a given certificate of its "
     "issuer"},
    {"a CRL is required: a CRL with a bad signature",
     "CRL by CN=CRL CA: ignored: its signature does not verify with a given certificate of its "
     "issuer"},
    {"a CRL signed by a CRL key with another name",
     "CRL by CN=intermediate of CRL CA: ignored: no given certificate has its issuer's name"},
    {"a CRL signed by a CRL key whose keyUsage lacks cRLSign",
     "CRL by CN=CRL CA: ignored: its signer's keyUsage lacks cRLSign"},
    {"a CRL signed by a self-signed certificate with the CA's name, given as an intermediate",
     "CRL by CN=CRL CA: ignored: its signer does not chain to a CA certificate of the overlay"},
    {"a CRL signed by a CRL key of X.509 v1",
     "CRL by CN=CRL CA: ignored: its signer's certificate is not X.509 v3"},
    {"a CRL signed by a CRL key of RSA 1024",
     "CRL by CN=CRL CA: ignored: a key in its signer's chain is weak"},
    {"a CRL signed by a CRL key whose certificate is signed with SHA-1",
     "CRL by CN=CRL CA: ignored: a certificate in its signer's chain is signed with MD5 or "
     "SHA-1"},
    {"a CRL signed by a CRL key under another trusted CA with another key",
     "CRL by CN=CRL CA: ignored: its signer and its issuer chain to different CA certificates"},
    {"a CRL signed by a CA with the same name that is trusted too", ""},
    {"a CRL signed by an intermediate that is not a CA",
     "CRL by CN=intermediate of CRL CA: ignored: no given certificate with its issuer's name "
     "can "
     "issue certificates"},
    {"a CRL signed by an intermediate whose path length is exceeded",
     "CRL by CN=intermediate of CRL CA: ignored: no given certificate with its issuer's name "
     "can "
     "issue certificates"},
    {"revoked by an intermediate without cRLSign, whose CRL is applied",
     "CRL by CN=intermediate without cRLSign: its signer's keyUsage lacks cRLSign; applied to "
     "certificates that it issued"},
    {"an expired CRL is applied",
     "CRL by CN=chat CA: out of date, but still applied: nextUpdate is 2007-02-01T00:00:00Z, "
     "the time of checking is 2007-07-08T12:00:00Z"},
    {"a CRL that is not yet valid is applied",
     "CRL by CN=chat CA: not yet valid, but still applied: thisUpdate is 2007-08-01T00:00:00Z, "
     "the time of checking is 2007-07-08T12:00:00Z"},
    {"a CRL is required: a CRL that ends in the second of checking",
     "CRL by CN=CRL CA: out of date, but still applied: nextUpdate is 2007-07-08T12:00:00Z, "
     "the time of checking is 2007-07-08T12:00:00Z"},
    {"a CRL is required: a CRL without nextUpdate",
     "CRL by CN=CRL CA: not current, but still applied: no nextUpdate"},
};

/* Each CRL that is ignored or doubtful causes one warning. */
static void test_warnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(crl_warnings); i++) {
        const json_t *group;
        struct warnings w = {0};
        (void)find_test(crl_warnings[i].comment, &group);
        reload_policy *policy = policy_of(group);
        (void)reload_policy_warnings(policy, 1183896000 * RELOAD_SECOND, RELOAD_NO_TIME,
                                     take_warning, &w);
        assert_string_equal(w.text, crl_warnings[i].warning);
        assert_int_equal(w.count, crl_warnings[i].warning[0] != '\0');
        reload_policy_free(&policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_warnings),
    };
    return cmocka_run_group_tests_name("trust", tests, load_vectors, free_vectors);
}
