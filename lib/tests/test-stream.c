/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading inputs: framing of octets, detection of the form, failing sources */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_binary(const char *hex, const char *expected)
{
    reload_buf buf = {0};
    test_hex(&buf, hex);
    test_reads(buf.octets, buf.len, RELOAD_FORM_BINARY, expected, hex);
    reload_buf_free(&buf);
}

static void test_binary(void **state)
{
    (void)state;
    check_binary(M68, "M68@0");
    check_binary(M72, "M72@0");
    check_binary(M72 M68 M72, "M72@0 M68@72 M72@140");
    /* garbage before, between and after messages; errors: 3 not a message, 4 RFC 6940 */
    check_binary("ff00ff" M72, "G3@0!3 M72@3");
    check_binary(M72 "ff00ff" M68, "M72@0 G3@72!3 M68@75");
    check_binary(M68 "ff", "M68@0 G1@68!3");
    check_binary("ff", "G1@0!3");
    /* a token followed by fewer than 64 octets does not begin a message */
    check_binary("52454c4f", "G4@0!3");
    check_binary(M68 "52454c4f", "M68@0 G4@68!3");
    check_binary(M68 "52454c4f"
                     "ffffff52454c4f",
                 "M68@0 G11@68!3");
    check_binary(M68 "52454c", "M68@0 G3@68!3");
    /* incomplete and overlapping tokens in garbage */
    check_binary("5252455245"
                 "4c52454c" M68,
                 "G9@0!3 M68@9");
    check_binary("52454c52" M68, "G4@0!3 M68@4");
    /* a token inside a message does not begin another */
    check_binary(HEADER_TO_LENGTH "000048" HEADER_FROM_LENGTH "06550044" M68, "M140@0");
    /* RFC 6940's token has its own error */
    check_binary("d2454c4f"
                 "00000000" M68,
                 "G8@0!4 M68@8");
    check_binary("ff"
                 "d2454c4f"
                 "00000000" M68,
                 "G9@0!3 M68@9"); /* the first octets decide the error */
    /* the last message of a stream may be truncated */
    check_binary(M68 HEADER_TO_LENGTH "000005" HEADER_FROM_LENGTH "00070000", "M68@0 M72@68");
    check_binary(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH, "M68@0");
    check_binary(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH M68, "M136@0");
    /* header fields may have any value */
    check_binary("52454c4f"
                 "00ffffff"
                 "ff00ffff"
                 "ff000000" HEADER_FROM_LENGTH,
                 "M68@0");
}

static void test_cut_header(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_hex(&buf, M68 M68);
    for (size_t len = 69; len < 136; len++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "M68@0 G%zu@68!3", len - 68);
        test_reads(buf.octets, len, RELOAD_FORM_BINARY, expected, NULL);
    }
    reload_buf_free(&buf);
}

static void test_empty(void **state)
{
    (void)state;
    for (int form = RELOAD_FORM_AUTO; form <= RELOAD_FORM_HEX; form++) {
        struct test_log log;
        struct test_source source = {.octets = (const uint8_t *)"", .len = 0};
        test_collect(&log, (reload_form)form, &source, (reload_form)form);
        assert_string_equal(log.text, "");
        reload_buf_free(&log.octets);
    }
}

/* A reload_source that returns single octets near both ends of a garbage item, and long chunks
 * elsewhere */
static ptrdiff_t pull_at_edges(void *arg, uint8_t *octets, size_t size)
{
    enum { PIECE = RELOAD_HEADER_SIZE + RELOAD_MAX_LENGTH, NEAR = 200 };
    struct test_source *source = arg;
    size_t from_edge = source->pos % PIECE;
    bool near = from_edge < NEAR || from_edge >= PIECE - NEAR || source->len - source->pos < NEAR;
    source->chunk = near ? 1 : PIECE - NEAR - from_edge;
    return test_pull(source, octets, size);
}

/* Garbage of more than 16 MiB is split into the same items for all chunk sizes, and the following
 * message is read. This takes seconds: 40 MiB are read three times, and MALLOC_PERTURB_ (set by
 * meson) fills each block. */
static void test_large_garbage(void **state)
{
    (void)state;
    enum { LARGE = 40 << 20 };
    static const reload_source sources[] = {test_pull, pull_at_edges, test_pull};
    static const size_t chunks[] = {0, 1, 65536};
    uint8_t *large = calloc(1, LARGE + 68);
    reload_buf message = {0};
    char first[4096] = "";
    assert_non_null(large);
    test_hex(&message, M68);
    memcpy(large + LARGE, message.octets, 68);
    for (size_t k = 0; k < COUNT(chunks); k++) {
        struct test_log log;
        struct test_source source = {.octets = large, .len = LARGE + 68, .chunk = chunks[k]};
        test_collect_from(&log, RELOAD_FORM_BINARY, sources[k], &source, RELOAD_FORM_BINARY);
        test_same_octets(log.octets.octets, log.octets.len, large, LARGE + 68);
        assert_int_equal(strncmp(log.text, "G", 1), 0);
        assert_non_null(strstr(log.text, " G"));
        assert_non_null(strstr(log.text, " M68@41943040"));
        reload_buf_free(&log.octets);
        if (k == 0)
            memcpy(first, log.text, sizeof first);
        else
            assert_string_equal(log.text, first);
    }
    reload_buf_free(&message);
    free(large);
}

/* ---- Forms and failures ---- */

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        reload_form form;
    } rows[] = {
        {"{", RELOAD_FORM_JSON},
        {" \r\n\t{", RELOAD_FORM_JSON},
        {"[", RELOAD_FORM_JSON},
        {"\xef\xbb\xbf{", RELOAD_FORM_JSON},
        {"RELO", RELOAD_FORM_BINARY},
        {"52454c4f", RELOAD_FORM_HEX},
        {" 52 45 4c 4f", RELOAD_FORM_HEX},
        {"52454C4F", RELOAD_FORM_HEX},
        {"5245zz", RELOAD_FORM_BINARY},
        {"\xd2"
         "ELO",
         RELOAD_FORM_BINARY},
        {"x{", RELOAD_FORM_BINARY},
        {"52{", RELOAD_FORM_BINARY},
        {"\xef\xbb", RELOAD_FORM_BINARY},
        {"5245", RELOAD_FORM_HEX},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t chunk = 0; chunk < 2; chunk++) {
            reload_reader *reader = reload_reader_new();
            const reload_item *item;
            struct test_source source = {.octets = (const uint8_t *)rows[i].text,
                                         .len = strlen(rows[i].text),
                                         .chunk = chunk};
            reload_reader_open(reader, RELOAD_FORM_AUTO, test_pull, &source);
            assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
            print_message("# %zu\n", i);
            assert_int_equal(item->form, rows[i].form);
            reload_reader_free(&reader);
        }
}

/* A specified form is not detected. */
static void test_forced_form(void **state)
{
    (void)state;
    struct test_log log;
    struct test_source source = {.octets = (const uint8_t *)"{}", .len = 2};
    test_collect(&log, RELOAD_FORM_BINARY, &source, RELOAD_FORM_BINARY);
    assert_string_equal(log.text, "G2@0!3");
    reload_buf_free(&log.octets);
    source.pos = 0;
    test_collect(&log, RELOAD_FORM_HEX, &source, RELOAD_FORM_HEX);
    assert_string_equal(log.text, "B@0!6");
    reload_buf_free(&log.octets);
    source = (struct test_source){.octets = (const uint8_t *)"RELO", .len = 4};
    test_collect(&log, RELOAD_FORM_JSON, &source, RELOAD_FORM_JSON);
    assert_string_equal(log.text, "B@0=1:1!6");
    reload_buf_free(&log.octets);
}

/* If the source fails, complete items are read before RELOAD_ERR_READ. */
static void test_read_errors(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_hex(&buf, M68 M72);
    static const struct {
        reload_form form;
        const char *text; /* NULL: buf */
        const char *expected;
    } rows[] = {
        {RELOAD_FORM_BINARY, NULL, "M68@0 M72@68 !10"},
        {RELOAD_FORM_AUTO, "", "!10"},
        {RELOAD_FORM_BINARY, "", "!10"},
        {RELOAD_FORM_BINARY, "xy", "!10"},
        {RELOAD_FORM_HEX, M68, "M68@0 !10"},
        {RELOAD_FORM_HEX, M68 "\n\n52", "M68@0 !10"},
        {RELOAD_FORM_HEX, "", "!10"},
        {RELOAD_FORM_JSON, J68 "\n", "M68@0 !10"},
        {RELOAD_FORM_JSON, J68 "\n{", "M68@0 !10"},
        {RELOAD_FORM_JSON, "", "!10"},
        {RELOAD_FORM_JSON, J68 "\nxx", "M68@0 B@35=2:1!6 !10"},
    };
    assert_int_equal(RELOAD_ERR_READ, 10);
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t chunk = 0; chunk < 2; chunk++) {
            struct test_log log;
            struct test_source source = {
                .octets = buf.octets, .len = buf.len, .chunk = chunk, .fails = true};
            if (rows[i].text != NULL) {
                source.octets = (const uint8_t *)rows[i].text;
                source.len = strlen(rows[i].text);
            }
            test_collect(&log, rows[i].form, &source, rows[i].form);
            assert_string_equal(log.text, rows[i].expected);
            reload_buf_free(&log.octets);
        }
    reload_buf_free(&buf);
}

/* An open pipe: complete messages are returned before a read that could block. */
static ptrdiff_t pull_once(void *arg, uint8_t *octets, size_t size)
{
    struct test_source *s = arg;
    if (s->pos == s->len)
        fail_msg("another read after complete messages");
    return test_pull(arg, octets, size);
}

static void check_live(const void *text, size_t len, size_t chunk, unsigned messages)
{
    struct test_source source = {.octets = text, .len = len, .chunk = chunk};
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    reload_reader_open(reader, RELOAD_FORM_AUTO, pull_once, &source);
    for (unsigned i = 0; i < messages; i++) {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        assert_int_equal(item->kind, RELOAD_ITEM_MESSAGE);
    }
    reload_reader_free(&reader);
}

static void test_live_pipe(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk < 2; chunk++) {
        reload_buf buf = {0};
        test_hex(&buf, M68 M72);
        check_live(buf.octets, buf.len, chunk, 2);
        check_live(buf.octets, 68, chunk, 1);
        check_live(M72, strlen(M72), chunk, 1);
        check_live(M72 "\n\n" M68, 2 * (72 + 68) + 2, chunk, 2);
        check_live(J68, 34, chunk, 1);
        check_live(J68 "\n" J72, 34 + 1 + 68, chunk, 2);
        check_live("[" J68 "," J72, 1 + 34 + 1 + 68, chunk, 2);
        reload_buf_free(&buf);
    }
}

/* A reader can open another input, of another form. */
static void test_reopen(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_reader *reader = reload_reader_new();
    test_hex(&buf, M72 M68);
    for (unsigned k = 0; k < 9; k++) {
        const reload_item *item;
        static const char hex_text[] = "ff" M68 "zz\n\n" M72;
        static const char json_text[] = "[" J72 ", {";
        struct test_source source = {.octets = buf.octets, .len = buf.len};
        if (k % 3 == 1)
            source = (struct test_source){.octets = (const uint8_t *)hex_text,
                                          .len = sizeof hex_text - 1};
        if (k % 3 == 2)
            source = (struct test_source){.octets = (const uint8_t *)json_text,
                                          .len = sizeof json_text - 1};
        reload_reader_open(reader, RELOAD_FORM_AUTO, test_pull, &source);
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        assert_int_equal(item->kind, k % 3 == 1 ? RELOAD_ITEM_GARBAGE : RELOAD_ITEM_MESSAGE);
        assert_int_equal(item->len, k % 3 == 1 ? 1 : 72);
        assert_int_equal(item->offset, k % 3 == 2 ? 1 : 0);
        if (k < 3) /* leave the first inputs unfinished */
            continue;
        while (item->kind != RELOAD_ITEM_END)
            assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    }
    reload_reader_free(&reader);
    reload_reader_free(&reader);
    reload_reader_free(NULL);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binary),      cmocka_unit_test(test_cut_header),
        cmocka_unit_test(test_empty),       cmocka_unit_test(test_large_garbage),
        cmocka_unit_test(test_forms),       cmocka_unit_test(test_forced_form),
        cmocka_unit_test(test_read_errors), cmocka_unit_test(test_live_pipe),
        cmocka_unit_test(test_reopen),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
