/* SPDX-License-Identifier: BSD-2-Clause */
/* The streaming JSON writer, whose text is the same as jansson's */
#include "test.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static void check_text(reload_json_writer *w, reload_buf *out, const char *text)
{
    assert_int_equal(reload_json_writer_finish(w), RELOAD_OK);
    reload_buf_append(out, "", 1);
    assert_string_equal((const char *)out->octets, text);
    reload_buf_free(out);
}

/* ---- Values ---- */

static void test_short_values(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, 0, test_sink, &out);
    reload_json_begin_array(&w);
    reload_json_bool(&w, true);
    reload_json_bool(&w, false);
    reload_json_null(&w);
    reload_json_string(&w, NULL);
    reload_json_string(&w, "");
    reload_json_text(&w, NULL, 0);
    reload_json_hex(&w, NULL, 0);
    reload_json_hex(&w, (const uint8_t *)"\0\xab\xff", 3);
    reload_json_end_array(&w);
    check_text(&w, &out, "[true, false, null, null, \"\", \"\", \"\", \"00abff\"]");
}

static void test_integers(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, 0, test_sink, &out);
    reload_json_begin_array(&w);
    reload_json_integer(&w, 0);
    reload_json_integer(&w, -1);
    reload_json_integer(&w, 1234567890);
    reload_json_integer(&w, INT64_MAX);
    reload_json_integer(&w, INT64_MIN);
    reload_json_end_array(&w);
    check_text(&w, &out, "[0, -1, 1234567890, 9223372036854775807, -9223372036854775808]");
}

/* Seconds are an integer, or a double as jansson writes it with 16 digits. */
static void test_seconds(void **state)
{
    (void)state;
    static const reload_time times[] = {0,
                                        1,
                                        12,
                                        99,
                                        100,
                                        123456,
                                        500000,
                                        -1,
                                        -250000,
                                        -3000000,
                                        1000000,
                                        1183896000 * RELOAD_SECOND,
                                        1183896000 * RELOAD_SECOND + 1,
                                        1183896000 * RELOAD_SECOND + 123456,
                                        UINT32_MAX * RELOAD_SECOND + 999999,
                                        RELOAD_MAX_TIME * RELOAD_SECOND - 1,
                                        RELOAD_MAX_TIME * RELOAD_SECOND};
    for (size_t i = 0; i < COUNT(times); i++) {
        reload_buf out = {0};
        reload_json_writer w;
        json_t *json = times[i] % RELOAD_SECOND == 0
                           ? json_integer((json_int_t)(times[i] / RELOAD_SECOND))
                           : json_real((double)times[i] / (double)RELOAD_SECOND);
        char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(16));
        assert_non_null(text);
        reload_json_writer_init(&w, 0, test_sink, &out);
        reload_json_seconds(&w, times[i]);
        check_text(&w, &out, text);
        free(text);
        json_decref(json);
    }
}

static void test_fractional_seconds(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, 0, test_sink, &out);
    reload_json_begin_array(&w);
    reload_json_seconds(&w, 12);
    reload_json_seconds(&w, 1183896000 * RELOAD_SECOND + 500000);
    reload_json_end_array(&w);
    check_text(&w, &out, "[1.2e-5, 1183896000.5]");
}

/* The decimal point is a full stop in every locale. */
static void test_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL)
            test_fractional_seconds(state);
    (void)setlocale(LC_NUMERIC, "C");
}

/* ---- Strings ---- */

static void check_string(unsigned flags, const char *octets, size_t len, const char *text)
{
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, flags, test_sink, &out);
    reload_json_text(&w, (const uint8_t *)octets, len);
    check_text(&w, &out, text);
}

static void test_escapes(void **state)
{
    (void)state;
    check_string(0, "\"\\/\b\f\n\r\t", 8, "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    check_string(0, "\0\1\x1f\x7f", 4, "\"\\u0000\\u0001\\u001F\x7f\"");
    check_string(RELOAD_ASCII, "\0\1\x1f\x7f", 4, "\"\\u0000\\u0001\\u001F\\u007f\"");
    check_string(0, "Zo\xc3\xab \xf0\x9f\x98\x80", 9, "\"Zo\xc3\xab \xf0\x9f\x98\x80\"");
    check_string(RELOAD_ASCII, "Zo\xc3\xab \xf0\x9f\x98\x80", 9, "\"Zo\\u00EB \\uD83D\\uDE00\"");
}

static void test_not_utf8(void **state)
{
    (void)state;
    check_string(0, "a\xff\xc3", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    check_string(RELOAD_ASCII, "a\xff\xc3(", 4, "\"a\\uFFFD\\uFFFD(\"");
    check_string(0, "\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* surrogate */
}

/* Strings longer than the writer's buffer */
static void test_long_strings(void **state)
{
    (void)state;
    for (size_t len = 500; len < 530; len++) {
        uint8_t octets[600];
        char text[1300];
        memset(octets, 'x', sizeof octets);
        memset(text, 'x', sizeof text);
        text[0] = text[len + 1] = '"';
        text[len + 2] = '\0';
        check_string(0, (const char *)octets, len, text);
        reload_buf out = {0};
        reload_json_writer w;
        for (size_t i = 0; i < len; i++)
            memcpy(text + 1 + 2 * i, "78", 2);
        text[0] = text[2 * len + 1] = '"';
        text[2 * len + 2] = '\0';
        reload_json_writer_init(&w, 0, test_sink, &out);
        reload_json_hex(&w, octets, len);
        check_text(&w, &out, text);
    }
}

/* ---- Layout ---- */

static void write_layout(reload_json_writer *w)
{
    reload_json_begin_object(w);
    reload_json_key(w, "a");
    reload_json_begin_array(w);
    reload_json_end_array(w);
    reload_json_key(w, "b\"");
    reload_json_begin_object(w);
    reload_json_end_object(w);
    reload_json_key(w, "c");
    reload_json_begin_array(w);
    reload_json_integer(w, 1);
    reload_json_begin_object(w);
    reload_json_key(w, "d");
    reload_json_null(w);
    reload_json_end_object(w);
    reload_json_begin_array(w);
    reload_json_end_array(w);
    reload_json_integer(w, 2);
    reload_json_end_array(w);
    reload_json_key(w, "e");
    reload_json_bool(w, true);
    reload_json_end_object(w);
}

static void test_layout(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, 0, test_sink, &out);
    write_layout(&w);
    check_text(&w, &out,
               "{\"a\": [], \"b\\\"\": {}, \"c\": [1, {\"d\": null}, [], 2], \"e\": true}");
    reload_json_writer_init(&w, RELOAD_PRETTY, test_sink, &out);
    write_layout(&w);
    check_text(
        &w, &out,
        "{\n  \"a\": [],\n  \"b\\\"\": {},\n  \"c\": [\n    1,\n    {\n      \"d\": null\n    "
        "},\n    [],\n    2\n  ],\n  \"e\": true\n}");
}

/* ---- Against jansson ---- */

static void write_random_text(reload_json_writer *w, uint64_t *state, json_t **json)
{
    static const char *const pieces[] = {"\"",
                                         "\\",
                                         "/",
                                         "\b",
                                         "\n",
                                         "\x1f",
                                         "a",
                                         "0",
                                         "\xc3\xab",
                                         "\xe2\x80\xa8",
                                         "\xf0\x9f\x98\x80",
                                         "long text"};
    char text[256] = "";
    size_t len = 0;
    for (size_t n = test_below(state, 16); n > 0; n--) {
        const char *piece = pieces[test_below(state, COUNT(pieces))];
        size_t piece_len = strlen(piece);
        assert_true(len + piece_len < sizeof(text));
        memcpy(text + len, piece, piece_len + 1);
        len += piece_len;
    }
    reload_json_string(w, text);
    *json = json_string(text);
}

static json_t *write_random(reload_json_writer *w, uint64_t *state, unsigned depth)
{
    json_t *json = NULL;
    size_t count = test_below(state, 5);
    switch (test_below(state, depth == 6 ? 4 : 7)) {
    case 0:
        reload_json_bool(w, count > 2);
        return json_boolean(count > 2);
    case 1:
        reload_json_integer(w, (int64_t)*state);
        return json_integer((json_int_t)*state);
    case 2:
        reload_json_null(w);
        return json_null();
    case 3:
        write_random_text(w, state, &json);
        return json;
    case 4:
        json = json_array();
        reload_json_begin_array(w);
        while (count-- > 0)
            assert_int_equal(json_array_append_new(json, write_random(w, state, depth + 1)), 0);
        reload_json_end_array(w);
        return json;
    default:
        json = json_object();
        reload_json_begin_object(w);
        while (count-- > 0) {
            char key[32];
            (void)snprintf(key, sizeof key, "k\n%zu", count);
            reload_json_key(w, key);
            assert_int_equal(json_object_set_new(json, key, write_random(w, state, depth + 1)), 0);
        }
        reload_json_end_object(w);
        return json;
    }
}

static void test_random_values(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (unsigned i = 0; i < 4000; i++) {
        unsigned flags = (i & 1 ? RELOAD_PRETTY : 0) | (i & 2 ? RELOAD_ASCII : 0);
        reload_buf out = {0};
        reload_json_writer w;
        reload_json_writer_init(&w, flags, test_sink, &out);
        json_t *json = write_random(&w, &seed, 0);
        char *text = json_dumps(json, (i & 1 ? JSON_INDENT(2) : 0) |
                                          (i & 2 ? JSON_ENSURE_ASCII : 0) | JSON_ENCODE_ANY);
        assert_non_null(text);
        check_text(&w, &out, text);
        free(text);
        json_decref(json);
    }
}

/* ---- Failures ---- */

static void test_maximum_depth(void **state)
{
    (void)state;
    for (unsigned depth = RELOAD_JSON_DEPTH; depth <= RELOAD_JSON_DEPTH + 1; depth++) {
        reload_buf out = {0};
        reload_json_writer w;
        reload_json_writer_init(&w, 0, test_sink, &out);
        for (unsigned i = 0; i < depth; i++) {
            if (i % 3 != 0) {
                reload_json_begin_array(&w);
                continue;
            }
            reload_json_begin_object(&w);
            reload_json_key(&w, "k");
        }
        if (w.err == RELOAD_OK && depth % 3 == 1)
            reload_json_null(&w);
        for (unsigned i = depth; i-- > 0;)
            (i % 3 != 0 ? reload_json_end_array : reload_json_end_object)(&w);
        reload_err err = reload_json_writer_finish(&w);
        assert_int_equal(err, depth > RELOAD_JSON_DEPTH ? RELOAD_ERR_ARGUMENT : RELOAD_OK);
        reload_buf_free(&out);
    }
}

/* Asserts that the last of several calls, each given by a letter, fails. */
static void check_misuse(const char *calls)
{
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, 0, test_sink, &out);
    for (const char *c = calls; *c != '\0'; c++) {
        if (w.err != RELOAD_OK)
            fail_msg("%s: unexpected error before %c", calls, *c);
        switch (*c) {
        case '{':
            reload_json_begin_object(&w);
            break;
        case '}':
            reload_json_end_object(&w);
            break;
        case '[':
            reload_json_begin_array(&w);
            break;
        case ']':
            reload_json_end_array(&w);
            break;
        case 'k':
            reload_json_key(&w, "k");
            break;
        case 's':
            reload_json_string(&w, "s");
            break;
        case 'h':
            reload_json_hex(&w, (const uint8_t *)"h", 1);
            break;
        case 'i':
            reload_json_integer(&w, 1);
            break;
        case 't':
            reload_json_seconds(&w, 1);
            break;
        case 'b':
            reload_json_bool(&w, true);
            break;
        case 'n':
            reload_json_null(&w);
            break;
        default:
            assert_int_equal(reload_json_writer_finish(&w), RELOAD_ERR_ARGUMENT);
            break;
        }
    }
    assert_int_equal(w.err, RELOAD_ERR_ARGUMENT);
    reload_json_null(&w);
    assert_int_equal(reload_json_writer_finish(&w), RELOAD_ERR_ARGUMENT);
    assert_int_equal(out.len, 0);
    reload_buf_free(&out);
}

static void test_misuse(void **state)
{
    (void)state;
    static const char *const calls[] = {
        ".",   "k",   "}",    "]",    "nn",    "n{",   "n[",  "{}n",  "[]{", "{]", "[}",
        "{k}", "{kk", "{n",   "{s",   "{h",    "{i",   "{t",  "{b",   "{{",  "{[", "[k",
        "{.",  "[.",  "[[].", "{kn.", "{kn}}", "{kn]", "[n}", "{k[k", "{kns"};
    for (size_t i = 0; i < COUNT(calls); i++)
        check_misuse(calls[i]);
}

/* The first error is kept, also one set by the caller. */
static void test_error_of_caller(void **state)
{
    (void)state;
    reload_buf out = {0};
    reload_json_writer w;
    reload_json_writer_init(&w, 0, test_sink, &out);
    reload_json_fail(&w, RELOAD_OK);
    reload_json_null(&w);
    reload_json_fail(&w, RELOAD_ERR_MEMORY);
    reload_json_fail(&w, RELOAD_ERR_CRYPTO);
    assert_int_equal(reload_json_writer_finish(&w), RELOAD_ERR_MEMORY);
    reload_buf_free(&out);
}

struct limited_sink {
    size_t left; /* number of octets to accept */
    bool failed;
};

static int accept_limited(void *arg, const void *octets, size_t len)
{
    struct limited_sink *r = arg;
    (void)octets;
    assert_false(r->failed); /* the sink is not called again */
    r->failed = len > r->left;
    r->left -= r->failed ? 0 : len;
    return r->failed ? -1 : 0;
}

/* Returns the number of octets accepted by the sink. */
static size_t write_limited(size_t accepted)
{
    struct limited_sink r = {.left = accepted};
    reload_json_writer w;
    reload_json_writer_init(&w, RELOAD_PRETTY, accept_limited, &r);
    reload_json_begin_array(&w);
    for (unsigned i = 0; i < 30; i++) {
        uint8_t octets[100] = {0};
        reload_json_hex(&w, octets, sizeof octets);
        reload_json_string(&w, "text");
    }
    reload_json_end_array(&w);
    reload_err err = reload_json_writer_finish(&w);
    assert_int_equal(err, r.failed ? RELOAD_ERR_WRITE : RELOAD_OK);
    return accepted - r.left;
}

static void test_failing_sink(void **state)
{
    (void)state;
    size_t all = write_limited(SIZE_MAX);
    assert_in_range(all, 6000, 7000);
    for (size_t accepted = 0; accepted < all; accepted += 50)
        assert_true(write_limited(accepted) < all);
    assert_int_equal(write_limited(all), all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_values),    cmocka_unit_test(test_integers),
        cmocka_unit_test(test_seconds),         cmocka_unit_test(test_fractional_seconds),
        cmocka_unit_test(test_locale),          cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_not_utf8),        cmocka_unit_test(test_long_strings),
        cmocka_unit_test(test_layout),          cmocka_unit_test(test_random_values),
        cmocka_unit_test(test_maximum_depth),   cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_error_of_caller), cmocka_unit_test(test_failing_sink),
    };
    return cmocka_run_group_tests_name("json-writer", tests, NULL, NULL);
}
