/* SPDX-License-Identifier: BSD-2-Clause */
/* Comparing messages: a difference in any octet is shown. */
#include "test.h"

#include "dump/dump.h"

#include <string.h>
#include <time.h>

/* Compares two inputs, as messages if they parse. Returns whether they differ. */
static bool compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
                    reload_buf *text)
{
    const uint8_t *octets[2] = {a, b};
    size_t len[2] = {a_len, b_len};
    reload_msg *msg[2];
    diff_side side[2];
    bool differ, differ_silently;
    for (int i = 0; i < 2; i++) {
        msg[i] = reload_msg_new();
        assert_non_null(msg[i]);
        bool good = reload_msg_parse(msg[i], octets[i], len[i], NULL) == RELOAD_OK;
        side[i] = (diff_side){.msg = good ? msg[i] : NULL,
                              .octets = good ? NULL : octets[i],
                              .len = good ? 0 : len[i]};
    }
    assert_int_equal(diff_write(&side[0], &side[1], 0, test_sink, text, &differ), RELOAD_OK);
    assert_int_equal(diff_write(&side[0], &side[1], 0, NULL, NULL, &differ_silently), RELOAD_OK);
    assert_int_equal(differ, differ_silently);
    assert_int_equal(differ, text->len > 0);
    reload_msg_free(&msg[0]);
    reload_msg_free(&msg[1]);
    return differ;
}

static bool begins(const uint8_t *at, const uint8_t *end, const char *text)
{
    return (size_t)(end - at) >= strlen(text) && memcmp(at, text, strlen(text)) == 0;
}

/* Asserts that a comparison has headings, and that after each one the "-" and the "+" lines
 * differ. */
static void check_shown_difference(const reload_buf *text, size_t at, unsigned bit)
{
    reload_buf lines[2] = {{0}, {0}};
    const uint8_t *line = text->octets, *end = text->octets + text->len;
    bool heading = false;
    for (;;) {
        if (line == end || begins(line, end, "@ /")) {
            bool same =
                lines[0].len == lines[1].len &&
                (lines[0].len == 0 || memcmp(lines[0].octets, lines[1].octets, lines[0].len) == 0);
            if (heading ? same : line == end)
                fail_msg("bit %u of octet %zu: %.*s", bit, at, (int)text->len,
                         (const char *)text->octets);
            if (line == end)
                break;
            heading = true;
            reload_buf_reset(&lines[0]);
            reload_buf_reset(&lines[1]);
        }
        const uint8_t *newline = memchr(line, '\n', (size_t)(end - line));
        assert_non_null(newline);
        if (begins(line, end, "- ") || begins(line, end, "+ "))
            reload_buf_append(&lines[line[0] == '+'], line + 1, (size_t)(newline - line));
        line = newline + 1;
    }
    reload_buf_free(&lines[0]);
    reload_buf_free(&lines[1]);
}

/* Flips in turn each bit of a message, or one bit of each octet. */
static void flip_all(const reload_buf *good, bool each_bit)
{
    reload_buf flipped = {0}, text = {0};
    reload_buf_append(&flipped, good->octets, good->len);
    assert_false(compare(good->octets, good->len, flipped.octets, flipped.len, &text));
    for (size_t at = 0; at < good->len; at++) {
        for (unsigned bit = each_bit ? 0 : (unsigned)(at % 8); bit < 8; bit += each_bit ? 1 : 8) {
            flipped.octets[at] ^= (uint8_t)(1u << bit);
            reload_msg *msg = reload_msg_new();
            reload_buf_reset(&text);
            assert_true(compare(good->octets, good->len, flipped.octets, flipped.len, &text));
            if (reload_msg_parse(msg, flipped.octets, flipped.len, NULL) == RELOAD_OK)
                check_shown_difference(&text, at, bit);
            reload_msg_free(&msg);
            flipped.octets[at] ^= (uint8_t)(1u << bit);
        }
    }
    reload_buf_free(&flipped);
    reload_buf_free(&text);
}

static void test_each_bit(void **state)
{
    (void)state;
    static const char *const files[] = {"section-4.1.certs.bin", "section-4.1.hmac.bin",
                                        "tunnel.hmac.bin",       "route-log.hmac.bin",
                                        "response.hmac.bin",     "unknown.hmac.bin"};
    for (size_t i = 0; i < COUNT(files); i++) {
        reload_buf buf = {0};
        test_file(&buf, files[i]);
        flip_all(&buf, i > 0); /* the first has 3 KB, most of it certificates */
        reload_buf_free(&buf);
    }
}

static void test_each_bit_of_everything(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_everything(&buf);
    reload_buf_append(&buf, "\0\7\0", 3); /* trailing */
    test_set_length(&buf, 0);
    flip_all(&buf, true);
    reload_buf_free(&buf);
}

/* A message and each truncated copy of it */
static void test_each_length(void **state)
{
    (void)state;
    reload_buf buf = {0}, text = {0};
    test_everything(&buf);
    for (size_t len = 0; len < buf.len; len++) {
        reload_buf_reset(&text);
        assert_true(compare(buf.octets, buf.len, buf.octets, len, &text));
        reload_buf_reset(&text);
        assert_true(compare(buf.octets, len, buf.octets, buf.len, &text));
    }
    reload_buf_free(&buf);
    reload_buf_free(&text);
}

/* Each insertion or removal is shown once, without other differences. */
static const struct {
    const char *a, *b, *text;
} alignment_rows[] = {
    {"06550001"
     "01000000"
     "06550001"
     "02000000",
     "06550001"
     "02000000",
     "@ /attributes/0  0x0655\n- 0x0655 01\n"},
    {"06550001"
     "01000000",
     "06550001"
     "02000000"
     "06550001"
     "01000000",
     "@ /attributes/0  0x0655\n+ 0x0655 02\n"},
    {"06550001"
     "01000000"
     "06560001"
     "01000000",
     "06560001"
     "01000000"
     "06550001"
     "01000000",
     "@ /attributes/0  0x0655\n- 0x0655 01\n@ /attributes/1  0x0655\n+ 0x0655 01\n"},
    {"06550001"
     "01000000"
     "06550001"
     "03000000",
     "06550001"
     "02000000"
     "06550001"
     "03000000",
     "@ /attributes/0  0x0655\n- 01\n+ 02\n"},
    {"06550001"
     "01000000",
     "06550001"
     "01000001",
     "@ /attributes/0/padding  0x0655 padding\n- 000000\n+ 000001\n"},
    /* the last member's padding outside and inside its container's Length */
    {"00020005"
     "01020001"
     "61000000",
     "00020008"
     "01020001"
     "61000000",
     "@ /attributes/0  SOURCE-INFO\n- 0102000161 ! an attribute's padding runs past the end of "
     "its container\n+ 0102000161000000\n"},
    {"06550000", "06560000",
     "@ /attributes/0  0x0655\n- 0x0655, Length 0\n@ /attributes/0  0x0656\n+ 0x0656, Length "
     "0\n"},
};

static void test_alignment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(alignment_rows); i++) {
        reload_buf a = {0}, b = {0}, text = {0};
        test_message(&a, alignment_rows[i].a);
        test_message(&b, alignment_rows[i].b);
        assert_true(compare(a.octets, a.len, b.octets, b.len, &text));
        reload_buf_append(&text, "", 1);
        const char *at = strstr((const char *)text.octets, "@ /attributes");
        assert_non_null(at);
        assert_string_equal(at, alignment_rows[i].text);
        reload_buf_free(&a);
        reload_buf_free(&b);
        reload_buf_free(&text);
    }
}

/* A reload_sink that counts octets. */
static int count_octets(void *arg, const void *octets, size_t len)
{
    (void)octets;
    *(size_t *)arg += len;
    return 0;
}

/* Compares two messages of maximum length made of empty attributes. disjoint: without common types;
 * otherwise, each type is one of seven. Returns the length of the text. */
static size_t compare_large(bool disjoint)
{
    enum { COUNT_EACH = 0xfffffc / 4 };
    reload_buf buf[2] = {{0}, {0}};
    reload_msg *msg[2];
    uint64_t state = 1;
    size_t length = 0;
    bool differ;
    for (unsigned k = 0; k < 2; k++) {
        reload_builder b;
        reload_build_begin(&b, &buf[k], NULL);
        for (unsigned i = 0; i < COUNT_EACH; i++)
            reload_build_octets(&b, (uint16_t)(0x0655 + (disjoint ? k : test_below(&state, 7))),
                                NULL, 0);
        assert_int_equal(reload_build_end(&b), RELOAD_OK);
        msg[k] = test_parse(&buf[k]);
    }
    const diff_side side[2] = {{.msg = msg[0]}, {.msg = msg[1]}};
    assert_int_equal(diff_write(&side[0], &side[1], 0, count_octets, &length, &differ), RELOAD_OK);
    assert_true(differ);
    for (unsigned k = 0; k < 2; k++) {
        reload_msg_free(&msg[k]);
        reload_buf_free(&buf[k]);
    }
    return length;
}

/* The time is seconds, and the text's length a small multiple of the messages' length. */
static void test_maximum_length(void **state)
{
    (void)state;
    time_t begin = time(NULL);
    size_t disjoint = compare_large(true), common = compare_large(false);
    assert_in_range(disjoint, 1 << 24, UINT64_C(32) << 24);
    assert_in_range(common, 1 << 20, UINT64_C(32) << 24);
    assert_true(time(NULL) - begin < 200);
}

/* A sink that fails after a number of calls */
static int fail_after_calls(void *arg, const void *octets, size_t len)
{
    (void)octets;
    (void)len;
    unsigned *left = arg;
    return *left == 0 ? -1 : ((*left)--, 0);
}

static void test_failing_sink(void **state)
{
    (void)state;
    reload_buf a = {0}, b = {0};
    test_message(&a, "06550001"
                     "01000000");
    test_message(&b, "06550001"
                     "02000000"
                     "06560000");
    reload_msg *x = test_parse(&a), *y = test_parse(&b);
    const diff_side side[2] = {{.msg = x}, {.msg = y}};
    bool differ;
    unsigned lines = 0, left;
    for (;; lines++) {
        left = lines;
        reload_err err = diff_write(&side[0], &side[1], 0, fail_after_calls, &left, &differ);
        assert_true(differ);
        if (err == RELOAD_OK)
            break;
        assert_int_equal(err, RELOAD_ERR_WRITE);
    }
    assert_true(lines >= 8); /* titles, Length, 0x0655 and 0x0656 */
    reload_msg_free(&x);
    reload_msg_free(&y);
    reload_buf_free(&a);
    reload_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_bit),     cmocka_unit_test(test_each_bit_of_everything),
        cmocka_unit_test(test_each_length),  cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_failing_sink), cmocka_unit_test(test_maximum_length),
    };
    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
