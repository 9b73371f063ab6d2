/* SPDX-License-Identifier: BSD-2-Clause */
/* CRL numbers of up to 20 octets */
#include "test.h"

#include <reload/cert.h>

/* 2^159 - 1 and 2^159 */
static const char largest[] = "730750818665451459101842416358141509827966271487";
static const char too_large[] = "730750818665451459101842416358141509827966271488";

static void test_crl_number_digits(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0", "1", "255", "256", "4294967295", "18446744073709551616", largest};
    static const char *const bad[] = {"", "-1", " 1", "1x", "0x1", too_large};
    char text[RELOAD_CRL_NUMBER_SIZE];
    reload_crl_number number;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(reload_crl_number_parse(good[i], &number));
        reload_crl_number_text(&number, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(reload_crl_number_parse(bad[i], &number));
}

static void test_crl_number_next(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"0", "1"}, {"4294967295", "4294967296"}, {"18446744073709551615", "18446744073709551616"}};
    char text[RELOAD_CRL_NUMBER_SIZE];
    reload_crl_number number, before;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_true(reload_crl_number_parse(rows[i][0], &number));
        before = number;
        assert_true(reload_crl_number_next(&number));
        assert_true(reload_crl_number_compare(&number, &before) > 0);
        reload_crl_number_text(&number, text);
        assert_string_equal(text, rows[i][1]);
    }
    assert_true(reload_crl_number_parse(largest, &number));
    assert_false(reload_crl_number_next(&number));
    reload_crl_number_text(&number, text);
    assert_string_equal(text, largest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_crl_number_digits),
                                       cmocka_unit_test(test_crl_number_next)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
