/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text is the same as printf's. Blanks follow names. */
#include "test.h"

#include "base/base.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Asserts that a format yields the same text as vsnprintf. */
__attribute__((format(printf, 1, 2))) static void check(const char *format, ...)
{
    char expected[4096];
    reload_buf buf = {0};
    va_list args;
    va_start(args, format);
    int n = vsnprintf(expected, sizeof expected, format, args);
    va_end(args);
    reload_buf_append(&buf, "before", 6);
    va_start(args, format);
    rl_format(&buf, format, args);
    va_end(args);
    reload_buf_append(&buf, "", 1);
    assert_true(n >= 0 && (size_t)n < sizeof expected);
    assert_int_equal(buf.err, RELOAD_OK);
    assert_string_equal((const char *)buf.octets + 6, expected);
    reload_buf_free(&buf);
}

static void test_numbers(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0,          1,         9,         10,      -1,
                                      4294967295, INT64_MAX, INT64_MIN, INT_MIN, INT_MAX};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        int64_t n = numbers[i];
        check("%d %5d|%-5d|", (int)n, (int)n, (int)n);
        check("%" PRId64 " %12" PRId64 "|%-12" PRId64 "|", n, n, n);
        check("%u %8u|%-8u|%08u", (unsigned)n, (unsigned)n, (unsigned)n, (unsigned)n);
        check("%" PRIu64 " %zu %" PRIx64 " %020" PRIu64, (uint64_t)n, (size_t)n, (uint64_t)n,
              (uint64_t)n);
        check("%" PRIu32 " %02" PRIx32 " %08" PRIx32, (uint32_t)n, (uint32_t)n, (uint32_t)n);
        check("%05d|%+d|%#x|%.3d", (int)n, (int)n, (unsigned)n, (int)n); /* by printf */
    }
}

static void test_texts(void **state)
{
    (void)state;
    check("plain");
    check("%s", "");
    check("%s: %s, 100%%", "name", "value");
    check("%10s|%-10s|%*s|%-*s|", "right", "left", 7, "star", 40, "far");
    check("%.3s|%.*s|%8.2s|", "truncated", 4, "truncated", "truncated");
    check("%c%c%3c|", 'a', 'b', 'c');
    check("%*s%c  ", 70, "", 'x');
}

/* A format with another conversion is cut as its comment says. */
static void test_cut(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    check("%s%s", text, text);
    reload_buf buf = {0};
    reload_printer p;
    reload_printer_init(&p, 0, test_sink, &buf);
    reload_print(&p, "%s%+d", text, 1);
    reload_print_end_line(&p);
    assert_int_equal(reload_printer_finish(&p), RELOAD_OK);
    assert_int_equal(buf.len, 192); /* with the LF */
    reload_buf_free(&buf);
}

/* Values begin in the column, or after one blank. */
static void test_names(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_printer p;
    reload_printer_init(&p, 0, test_sink, &buf);
    p.column = 12;
    p.indent = 2;
    reload_print_name(&p, 1, "short", true);
    reload_print(&p, "1");
    reload_print_end_line(&p);
    reload_print_name(&p, 0, "of ten ...", true);
    reload_print(&p, "2");
    reload_print_end_line(&p);
    reload_print_name(&p, 2, "container", false);
    reload_print_end_line(&p);
    assert_int_equal(reload_printer_finish(&p), RELOAD_OK);
    reload_buf_append(&buf, "", 1);
    assert_string_equal((const char *)buf.octets, "    short   1\n"
                                                  "  of ten ... 2\n"
                                                  "      container\n");
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
