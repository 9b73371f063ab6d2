/* SPDX-License-Identifier: BSD-2-Clause */
/* The base module: error texts, hex digits, buffers, arrays, UTF-8, dates and times */
#include "test.h"

#include "base/civil.h"
#include "common/array.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_error_texts(void **state)
{
    (void)state;
    for (int e = RELOAD_OK; e <= RELOAD_ERR_WAITS; e++)
        for (int d = RELOAD_OK; d < e; d++)
            assert_string_not_equal(reload_strerror((reload_err)e), reload_strerror((reload_err)d));
    assert_non_null(reload_strerror((reload_err)99));
    assert_non_null(reload_strerror((reload_err)-1));
}

static void test_hex_digits(void **state)
{
    (void)state;
    static const uint8_t octets[] = {0x00, 0x9a, 0xbc, 0xff};
    char digits[9] = "????????";
    uint8_t back[4];
    reload_hex_encode(octets, 4, digits);
    assert_string_equal(digits, "009abcff");
    assert_true(reload_hex_decode("009ABcFf", 8, back));
    assert_memory_equal(back, octets, 4);
    assert_false(reload_hex_decode("123", 3, back));
    assert_false(reload_hex_decode("1g", 2, back));
    assert_false(reload_hex_decode("g1", 2, back));
    assert_false(reload_hex_decode("1 ", 2, back));
    assert_true(reload_hex_decode("", 0, back));
}

static void test_buf(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_buf_append(&buf, NULL, 0);
    assert_int_equal(buf.len, 0);
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t octet = (uint8_t)i;
        reload_buf_append(&buf, &octet, 1);
    }
    assert_int_equal(buf.len, 1000);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(buf.octets[i], i & 0xff);
    reload_buf_append(&buf, "x", SIZE_MAX - 5); /* overflows */
    assert_int_equal(buf.err, RELOAD_ERR_MEMORY);
    assert_int_equal(buf.len, 1000);
    reload_buf_append(&buf, "x", 1); /* ignored after an error */
    assert_int_equal(buf.len, 1000);
    uint8_t *kept = buf.octets;
    reload_buf_reset(&buf);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.err, RELOAD_OK);
    assert_ptr_equal(buf.octets, kept);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(kept[i], 0); /* wiped */
    reload_buf_free(&buf);
    assert_null(buf.octets);
    reload_buf_free(NULL);
}

/* An array of the library, and one of the tools. */
static void test_arrays(void **state)
{
    (void)state;
    typedef void *grower(void *array, size_t *cap, size_t count, size_t element);
    static grower *const growers[] = {rl_grow, array_grow};
    for (size_t g = 0; g < COUNT(growers); g++) {
        uint32_t *array = NULL;
        size_t cap = 0;
        for (uint32_t i = 0; i < 1000; i++) {
            array = growers[g](array, &cap, i, sizeof *array);
            assert_non_null(array);
            assert_true(cap > i);
            array[i] = i;
        }
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(array[i], i);
        size_t full = cap;
        assert_ptr_equal(growers[g](array, &cap, cap - 1, sizeof *array), array);
        assert_null(growers[g](array, &cap, cap, SIZE_MAX / full)); /* 2 * full of them */
        assert_int_equal(cap, full);
        cap = SIZE_MAX / sizeof *array; /* twice as many octets are not a size_t */
        assert_null(growers[g](array, &cap, cap, sizeof *array));
        free(array);
    }
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t len;
        uint32_t code;
    } good[] = {{"A", 1, 0x41},
                {"\xc2\x80", 2, 0x80},
                {"\xdf\xbf", 2, 0x7ff},
                {"\xe0\xa0\x80", 3, 0x800},
                {"\xed\x9f\xbf", 3, 0xd7ff},
                {"\xee\x80\x80", 3, 0xe000},
                {"\xef\xbf\xbf", 3, 0xffff},
                {"\xf0\x90\x80\x80", 4, 0x10000},
                {"\xf4\x8f\xbf\xbf", 4, 0x10ffff}};
    static const char *const bad[] = {
        "\x80",         "\xbf",         "\xc1\xbf",         "\xc2",
        "\xc2\x41",     "\xe0\x9f\xbf", "\xed\xa0\x80",     "\xe1\x80",
        "\xf0\x8f\x80", "\xf1\x80\x80", "\xf4\x90\x80\x80", "\xf5",
        "\xff"};
    uint32_t code = 0;
    for (size_t i = 0; i < COUNT(good); i++) {
        const uint8_t *octets = (const uint8_t *)good[i].octets;
        assert_int_equal(rl_utf8(octets, good[i].len, &code), good[i].len);
        assert_int_equal(code, good[i].code);
        assert_int_equal(rl_utf8(octets, good[i].len - 1, &code), 0);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(rl_utf8((const uint8_t *)bad[i], strlen(bad[i]), &code), 0);
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } dates[] = {{0, "1970-01-01T00:00:00Z"},
                 {-1, "1969-12-31T23:59:59Z"},
                 {-62135596800, "0001-01-01T00:00:00Z"},
                 {-62167219200, "0000-01-01T00:00:00Z"},
                 {951782399, "2000-02-28T23:59:59Z"},
                 {951782400, "2000-02-29T00:00:00Z"}, /* divisible by 400 */
                 {951868800, "2000-03-01T00:00:00Z"},
                 {1183939199, "2007-07-08T23:59:59Z"},
                 {2147483647, "2038-01-19T03:14:07Z"}, /* 31 bits */
                 {2147483648, "2038-01-19T03:14:08Z"},
                 {4107542399, "2100-02-28T23:59:59Z"},
                 {4107542400, "2100-03-01T00:00:00Z"}, /* divisible by 100 */
                 {4294967295, "2106-02-07T06:28:15Z"}, /* 32 bits */
                 {4294967296, "2106-02-07T06:28:16Z"},
                 {253402300799, "9999-12-31T23:59:59Z"},
                 {253402300800, "10000-01-01T00:00:00Z"},
                 {RELOAD_MAX_TIME, "36812-02-20T00:36:16Z"}};
    for (size_t i = 0; i < COUNT(dates); i++) {
        char text[RELOAD_TIME_SIZE];
        reload_time parsed;
        reload_time_text(dates[i].seconds, text);
        assert_string_equal(text, dates[i].text);
        rl_civil civil = rl_civil_of(dates[i].seconds);
        assert_true(rl_civil_valid(&civil));
        assert_int_equal(rl_civil_seconds(&civil), dates[i].seconds);
        if (strlen(text) == 20) {
            assert_true(reload_time_parse(text, &parsed));
            assert_int_equal(parsed, dates[i].seconds * RELOAD_SECOND);
        }
    }
}

/* The first and the last that 64 bits hold */
static void test_extreme_dates(void **state)
{
    (void)state;
    char text[RELOAD_TIME_SIZE];
    reload_time_text(INT64_MIN, text);
    assert_string_equal(text, "-292277022657-01-27T08:29:52Z");
    reload_time_text(INT64_MAX, text);
    assert_string_equal(text, "292277026596-12-04T15:30:07Z");
}

/* Years of many digits with a fraction: the text is truncated at the size, and nothing is written
 * after it. */
static void test_long_times(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        unsigned digits;
        const char *text;
    } times[] = {{RELOAD_MAX_TIME, 9, "36812-02-20T00:36:16.123456789Z"},
                 {RELOAD_MAX_TIME * 4, 9, "141338-07-19T02:25:04.123456789"},
                 {INT64_MAX, 1, "292277026596-12-04T15:30:07.1Z"},
                 {INT64_MAX, 9, "292277026596-12-04T15:30:07.123"},
                 {INT64_MIN, 9, "-292277022657-01-27T08:29:52.12"}};
    for (size_t i = 0; i < COUNT(times); i++) {
        char text[2 * RELOAD_TIME_SIZE];
        memset(text, 'x', sizeof text);
        reload_time_fraction_text(times[i].seconds, 123456789, times[i].digits, text);
        assert_string_equal(text, times[i].text);
        for (size_t k = RELOAD_TIME_SIZE; k < sizeof text; k++)
            assert_int_equal(text[k], 'x');
    }
}

/* Each day of 1200 years follows the one before. */
static void test_each_day(void **state)
{
    (void)state;
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    rl_civil day = {.year = 1600, .month = 1, .day = 1};
    for (int64_t seconds = rl_civil_seconds(&day); day.year < 2800; seconds += 86400) {
        rl_civil got = rl_civil_of(seconds);
        assert_true(got.year == day.year && got.month == day.month && got.day == day.day);
        assert_int_equal(rl_civil_seconds(&day), seconds);
        bool leap = day.year % 400 == 0 || (day.year % 100 != 0 && day.year % 4 == 0);
        if (++day.day > days[day.month - 1] + (leap && day.month == 2)) {
            assert_false(rl_civil_valid(&day));
            day.day = 1;
            day.year += day.month == 12;
            day.month = day.month % 12 + 1;
        }
        assert_true(rl_civil_valid(&day));
    }
}

static void test_invalid_dates(void **state)
{
    (void)state;
    static const rl_civil invalid[] = {{2007, 0, 1, 0, 0, 0},  {2007, 13, 1, 0, 0, 0},
                                       {2007, 1, 0, 0, 0, 0},  {2007, 1, 32, 0, 0, 0},
                                       {2007, 2, 29, 0, 0, 0}, {2100, 2, 29, 0, 0, 0},
                                       {2000, 2, 30, 0, 0, 0}, {2007, 1, 1, 24, 0, 0},
                                       {2007, 1, 1, 0, 60, 0}, {2007, 1, 1, 0, 0, 61}};
    for (size_t i = 0; i < COUNT(invalid); i++)
        assert_false(rl_civil_valid(&invalid[i]));
    /* a leap second is the next minute's first second */
    rl_civil leap = {2016, 12, 31, 23, 59, 60}, next = {2017, 1, 1, 0, 0, 0};
    assert_true(rl_civil_valid(&leap));
    assert_int_equal(rl_civil_seconds(&leap), rl_civil_seconds(&next));
}

/* The time zone of the environment has no effect, even one with leap seconds. */
static void test_zone(void **state)
{
    (void)state;
    static const char *const zones[] = {"right/UTC", "America/New_York", "UTC0"};
    for (size_t i = 0; i < COUNT(zones); i++) {
        char text[RELOAD_TIME_SIZE];
        reload_time time;
        assert_int_equal(setenv("TZ", zones[i], 1), 0);
        tzset();
        assert_true(reload_time_parse("2026-01-01T00:00:00Z", &time));
        assert_int_equal(time, 1767225600 * RELOAD_SECOND);
        reload_time_text(1767225600, text);
        assert_string_equal(text, "2026-01-01T00:00:00Z");
    }
}

static void check_parsed_time(const char *text, int64_t microseconds)
{
    int64_t got = -1;
    if (!reload_time_parse(text, &got))
        fail_msg("\"%s\" is refused", text);
    if (got != microseconds)
        fail_msg("\"%s\" is %lld", text, (long long)got);
}

static void test_time_parse(void **state)
{
    (void)state;
    check_parsed_time("0", 0);
    check_parsed_time("1183896000", INT64_C(1183896000000000));
    check_parsed_time("0001183896000", INT64_C(1183896000000000));
    check_parsed_time("1183896000.5", INT64_C(1183896000500000));
    check_parsed_time("1183896000.000001", INT64_C(1183896000000001));
    check_parsed_time("1183896000.0000019",
                      INT64_C(1183896000000001)); /* less than a microsecond */
    check_parsed_time("1183896000.123456789123456789123456789", INT64_C(1183896000123456));
    check_parsed_time("1099511627776", INT64_C(1099511627776000000));
    check_parsed_time("1970-01-01T00:00:00Z", 0);
    check_parsed_time("2007-07-08T12:00:00Z", INT64_C(1183896000000000));
    check_parsed_time("2007-07-08t12:00:00z", INT64_C(1183896000000000));
    check_parsed_time("2007-07-08 12:00:00Z", INT64_C(1183896000000000));
    check_parsed_time("2007-07-08T12:00:00.25Z", INT64_C(1183896000250000));
    check_parsed_time("2007-07-08T12:00:00.9999999Z", INT64_C(1183896000999999));
    check_parsed_time("2007-07-08T14:00:00+02:00", INT64_C(1183896000000000));
    check_parsed_time("2007-07-08T06:30:00.5-05:30", INT64_C(1183896000500000));
    check_parsed_time("2007-07-08T12:00:00-00:00", INT64_C(1183896000000000));
    check_parsed_time("2007-07-09T11:59:00+23:59", INT64_C(1183896000000000));
    check_parsed_time("2008-02-29T00:00:00Z", INT64_C(1204243200000000));
    check_parsed_time("2000-02-29T00:00:00Z", INT64_C(951782400000000));
    check_parsed_time("2005-12-31T23:59:60Z", INT64_C(1136073600000000)); /* leap second */
    check_parsed_time("9999-12-31T23:59:59Z", INT64_C(253402300799000000));
}

static const char *const invalid_times[] = {
    "",
    " ",
    ".",
    ".5",
    "1.",
    "1.x",
    "1e3",
    "-1",
    "+1",
    " 1",
    "1 ",
    "1.5.5",
    "0x10",
    "now",
    "capture",
    "1099511627777",
    "99999999999999999999999999",
    "2007-07-08",
    "2007-07-08T12:00:00",
    "2007-07-08T12:00Z",
    "2007-07-08T12:00:00.Z",
    "2007-07-08T12:00:00Zx",
    "2007-07-08T12:00:00+2:00",
    "2007-07-08T12:00:00+0200",
    "2007-07-08T12:00:00+24:00",
    "2007-07-08T12:00:00+02:60",
    "2007-07-08T24:00:00Z",
    "2007-07-08T12:60:00Z",
    "2007-07-08T12:00:61Z",
    "2007-13-08T12:00:00Z",
    "2007-00-08T12:00:00Z",
    "2007-07-00T12:00:00Z",
    "2007-07-32T12:00:00Z",
    "2007-02-29T12:00:00Z",
    "2100-02-29T12:00:00Z",
    "07-07-08T12:00:00Z",
    "12007-07-08T12:00:00Z",
    "2007/07/08T12:00:00Z",
    "2007-07-08_12:00:00Z",
    "-2007-07-08T12:00:00Z",
};

static void test_invalid_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(invalid_times); i++) {
        int64_t got;
        if (reload_time_parse(invalid_times[i], &got))
            fail_msg("\"%s\" is accepted", invalid_times[i]);
    }
}

/* Texts of 17 characters with each octet at each place: the ASCII or plain part ends there. */
static void test_runs(void **state)
{
    (void)state;
    enum { LEN = 157 }; /* blocks, words and single octets */
    for (unsigned octet = 0; octet < 256; octet++)
        for (size_t at = 0; at < LEN; at++) {
            uint8_t text[LEN];
            memset(text, 'x', sizeof text);
            text[at] = (uint8_t)octet;
            bool ascii = octet > 0 && octet < 0x80;
            bool plain = octet >= 0x20 && octet < 0x7f && octet != 0x22 && octet != 0x5c;
            assert_int_equal(rl_ascii(text, LEN), ascii ? LEN : at);
            assert_int_equal(rl_plain(text, LEN), plain ? LEN : at);
            assert_int_equal(rl_plain(text, at), at);
        }
}

static void test_decimal(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 7, 10, 4294967295, UINT64_MAX};
    for (size_t i = 0; i < COUNT(numbers); i++)
        for (int least = 1; least <= 20; least++) {
            char text[24], expected[24];
            *rl_put_decimal(text, numbers[i], (unsigned)least) = '\0';
            (void)snprintf(expected, sizeof expected, "%0*" PRIu64, least, numbers[i]);
            assert_string_equal(text, expected);
        }
}

/* Structs of other versions: smaller ones, larger ones, and sizes that none has */
static void test_sized(void **state)
{
    (void)state;
    struct sized {
        size_t size;
        const char *words[2];
    } known, given = {.words = {"first", "second"}};
    assert_false(rl_sized_copy(&known, sizeof known, NULL));
    for (size_t size = 0; size <= sizeof given + sizeof(void *); size++) {
        given.size = size;
        bool possible = size > 0 && size % sizeof(void *) == 0;
        assert_int_equal(rl_sized_copy(&known, sizeof known, &given), possible);
        for (size_t i = 0; i < COUNT(given.words); i++)
            assert_ptr_equal(known.words[i],
                             possible && size >= (i + 2) * sizeof(void *) ? given.words[i] : NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),          cmocka_unit_test(test_decimal),
        cmocka_unit_test(test_error_texts),   cmocka_unit_test(test_hex_digits),
        cmocka_unit_test(test_buf),           cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_dates),         cmocka_unit_test(test_extreme_dates),
        cmocka_unit_test(test_long_times),    cmocka_unit_test(test_each_day),
        cmocka_unit_test(test_invalid_dates), cmocka_unit_test(test_zone),
        cmocka_unit_test(test_time_parse),    cmocka_unit_test(test_invalid_times),
        cmocka_unit_test(test_arrays),        cmocka_unit_test(test_sized),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
