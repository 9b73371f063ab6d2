/* SPDX-License-Identifier: BSD-2-Clause */
/* Profiles: made by the library, read, written and freed. */
#include "failing.h"
#include "test.h"

#include <string.h>

static void test_new(void **state)
{
    (void)state;
    reload_profile *profile = reload_profile_new();
    assert_non_null(profile);
    assert_null(profile->overlay);
    assert_null(profile->ca[0]);
    assert_int_equal(profile->security, -1);
    assert_int_equal(profile->max_skew, -1);
    assert_false(profile->replay);
    reload_profile_free(&profile);
    assert_null(profile);
    reload_profile_free(&profile);
    reload_profile_free(NULL);
}

static const char text[] = "{\n"
                           "  \"overlay\": \"chat\",\n"
                           "  \"security\": \"CERTS\",\n"
                           "  \"dht\": \"Chord1.0\",\n"
                           "  \"ca\": [\n"
                           "    \"a.crt\",\n"
                           "    \"b.crt\"\n"
                           "  ],\n"
                           "  \"max_skew\": \"none\",\n"
                           "  \"replay\": true\n"
                           "}\n";

static void test_round_trip(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_profile *profile;
    assert_int_equal(reload_profile_read(text, strlen(text), &profile, NULL), RELOAD_OK);
    assert_string_equal(profile->overlay, "chat");
    assert_int_equal(profile->security, RELOAD_SECURITY_CERTS);
    assert_int_equal(profile->hash, -1);
    assert_string_equal(profile->ca[1], "b.crt");
    assert_null(profile->ca[2]);
    assert_int_equal(profile->max_skew, -2);
    assert_true(profile->replay);
    assert_int_equal(reload_profile_write(profile, test_sink, &out), RELOAD_OK);
    test_same_octets(out.octets, out.len, (const uint8_t *)text, strlen(text));
    reload_buf_free(&out);
    reload_profile_free(&profile);
}

/* An error states all accepted values. */
static void test_texts(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"max_skew\": \"5m\"}",
         "must be seconds, an integer from 0 to 4294967295, or \"none\", not \"5m\""},
        {"{\"max_skew\": -1}",
         "must be seconds, an integer from 0 to 4294967295, or \"none\", not -1"},
        {"{\"secret\": \"overlay.secret\"}", "a profile has no secret; use --secret=FILE"},
        {"{\"replay\": \"yes\"}", "must be true or false, not \"yes\""},
        {"{\"overlay\": 5}", "must be a string without NUL, not 5"},
        {"{\"security\": \"certs\"}", "\"certs\": not a known name (did you mean CERTS?)"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_profile *profile;
        reload_diag diag;
        assert_int_equal(reload_profile_read(rows[i][0], strlen(rows[i][0]), &profile, &diag),
                         RELOAD_ERR_VALUE);
        assert_null(profile);
        assert_string_equal(diag.text, rows[i][1]);
    }
}

/* A caller may fill in a profile: its strings are freed with it. */
static void test_filled_in(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_profile *profile = reload_profile_new();
    assert_non_null(profile);
    profile->overlay = strdup("chat");
    profile->crl[0] = strdup("a.crl");
    assert_int_equal(reload_profile_write(profile, test_sink, &out), RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal((const char *)out.octets,
                        "{\n  \"overlay\": \"chat\",\n  \"crl\": [\n    \"a.crl\"\n  ]\n}\n");
    reload_buf_free(&out);
    reload_profile_free(&profile);
}

/* Some editors write a byte order mark first. */
static void test_byte_order_mark(void **state)
{
    (void)state;
    static const char marked[] = "\xef\xbb\xbf{\"overlay\": \"chat\"}",
                      bad[] = "\xef\xbb\xbf{\"a\" 1}";
    reload_profile *profile;
    reload_diag diag;
    assert_int_equal(reload_profile_read(marked, sizeof marked - 1, &profile, NULL), RELOAD_OK);
    assert_string_equal(profile->overlay, "chat");
    reload_profile_free(&profile);
    assert_int_equal(reload_profile_read(bad, sizeof bad - 1, &profile, &diag), RELOAD_ERR_SYNTAX);
    assert_int_equal(diag.column, 7); /* the mark is a character */
}

static void test_errors(void **state)
{
    static const struct {
        const char *text;
        reload_err err;
        const char *pointer;
    } cases[] = {
        {"{", RELOAD_ERR_SYNTAX, ""},
        {"[]", RELOAD_ERR_VALUE, ""},
        {"{\"overlay\": \"chat\", \"colour\": 1}", RELOAD_ERR_VALUE, "/colour"},
        {"{\"ca\": [\"a.crt\", 1]}", RELOAD_ERR_VALUE, "/ca/1"},
        {"{\"overlay\": \"\"}", RELOAD_ERR_VALUE, "/overlay"}, /* D23 */
        {"{\"crl\": [\"a\", \"\"]}", RELOAD_ERR_VALUE, "/crl/1"},
        {"{\"ca\": \"a.crt\", \"pin\": \"b\"}", RELOAD_ERR_VALUE, ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        reload_profile *profile = NULL;
        reload_diag diag = {0};
        assert_int_equal(reload_profile_read(cases[i].text, strlen(cases[i].text), &profile, &diag),
                         cases[i].err);
        assert_null(profile);
        assert_int_equal(diag.code, cases[i].err);
        assert_string_equal(diag.has_pointer ? diag.pointer : "", cases[i].pointer);
    }
}

/* Each allocation fails in turn. */
static void test_no_memory(void **state)
{
    (void)state;
    for (long n = 0;; n++) {
        reload_profile *profile = NULL;
        failed = false;
        countdown = n;
        reload_err err = reload_profile_read(text, strlen(text), &profile, NULL);
        countdown = -1;
        if (!failed) {
            assert_int_equal(err, RELOAD_OK);
            reload_profile_free(&profile);
            break;
        }
        assert_int_equal(err, RELOAD_ERR_MEMORY);
        assert_null(profile);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_filled_in),
        cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
