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
    check_binary(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH M68, "M68@0!5 M68@68");
    /* header fields may have any value */
    check_binary("52454c4f"
                 "00ffffff"
                 "ff00ffff"
                 "ff000000" HEADER_FROM_LENGTH,
                 "M68@0");
}

/* ---- Broken messages (D33) ---- */

#define UNKNOWN(head, octets) "0655" head octets
#define WHOLE                 UNKNOWN("0008", "0011223344556677")
#define PART                  UNKNOWN("0008", "00112233")
#define M80                   HEADER_TO_LENGTH "00000c" HEADER_FROM_LENGTH WHOLE
#define CUT76                 HEADER_TO_LENGTH "000018" HEADER_FROM_LENGTH PART
/* not framed: its attribute runs past its end */
#define BROKEN76 HEADER_TO_LENGTH "000008" HEADER_FROM_LENGTH PART
/* RELOAD peer, version 1.0, port of wait: 6084 */
#define LINE                                                                       \
    "52454c4f414420706565722c2076657273696f6e20312e302c20706f7274206f662077616974" \
    "3a20363038340a"

static void test_broken(void **state)
{
    (void)state;
    /* a truncated message, and one that is not framed, end at the next framed one */
    check_binary(CUT76 M80 M68, "M76@0!5 M80@76 M68@156");
    check_binary(M80 CUT76 M80, "M80@0 M76@80!5 M80@156");
    check_binary(BROKEN76 M80, "M76@0 M80@76");
    /* fewer octets than a header at the end are garbage */
    check_binary("52454c4f2000" M80, "G6@0!3 M80@6");
    check_binary("52454c4f" M80, "G4@0!3 M80@4");
    check_binary(CUT76 "52454c4f2000" M80, "M82@0!5 M80@82");
    check_binary(M68 "52454c4f200000000101010301000001" M80, "M68@0 G16@68!3 M80@84");
    /* the next framed one, and whole, or none */
    check_binary(CUT76 CUT76 M80, "M92@0 G60@92!3 M80@152");
    check_binary(HEADER_TO_LENGTH "0000ff" HEADER_FROM_LENGTH CUT76, "M144@0");
    check_binary(HEADER_TO_LENGTH "0000ff" HEADER_FROM_LENGTH BROKEN76 "00", "M145@0");
    /* text with the token in it */
    check_binary("0a" LINE LINE M80, "G91@0!3 M80@91");
    /* a truncated attribute takes octets of the next message, if all other attributes follow */
    check_binary(HEADER_TO_LENGTH "00000c" HEADER_FROM_LENGTH UNKNOWN("0008", "00112233") M80,
                 "M80@0 G76@80!3");
    check_binary(M68 "0a" LINE LINE M80 LINE LINE M68, "M68@0 G91@68!3 M80@159 M90@239!5 M68@329");
}

/* Each field that makes a header implausible: it does not begin a message after garbage. */
static void test_plausible(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t octet;
        bool plausible;
    } rows[] = {
        {4, 0x00, true},  {4, 0xff, true},   {5, 0x02, true},  {5, 0x03, false},  {5, 0xff, false},
        {6, 0x80, true},  {6, 0x40, true},   {6, 0xc0, true},  {6, 0x20, false},  {6, 0x01, false},
        {7, 0x80, false}, {7, 0x01, false},  {8, 0x81, true},  {8, 0x00, false},  {8, 0x02, false},
        {8, 0x82, false}, {9, 0x00, true},   {9, 0x0f, true},  {9, 0x10, false},  {9, 0xff, false},
        {10, 0x0f, true}, {10, 0x10, false}, {11, 0x00, true}, {11, 0x0f, true},  {11, 0x10, false},
        {12, 0xbf, true}, {12, 0x40, false}, {12, 0x3f, true}, {12, 0xc0, false}, {16, 0xff, true},
        {0, 0x53, false}, {3, 0x50, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf buf = {0};
        test_hex(&buf, "ff" M68);
        buf.octets[1 + rows[i].at] = rows[i].octet;
        print_message("# octet %zu is %02x\n", rows[i].at, rows[i].octet);
        test_reads(buf.octets, buf.len, RELOAD_FORM_BINARY,
                   rows[i].plausible ? "G1@0!3 M68@1" : "G69@0!3", NULL);
        reload_buf_free(&buf);
    }
}

/* The text about garbage reports whether it has a token, and why that token does not begin a
 * message. */
static void test_garbage_words(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *words;
    } rows[] = {
        {"78", "the token 52454c4f is missing"},
        {"782052454c", "the token 52454c4f is missing"},
        {"782052454c4f20790a", "truncated header at octet 2: 7 octets, expected 68"},
        {"52454c4f20", "truncated header: 5 octets, expected 68"},
        {"ff52454c4fffffffff" M68, "the header at octet 1 is not plausible"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf buf = {0};
        const reload_item *item;
        char words[128];
        reload_reader *reader = reload_reader_new();
        test_hex(&buf, rows[i].hex);
        const reload_reader_options options = {.size = sizeof options};
        struct test_source source = {.octets = buf.octets, .len = buf.len};
        assert_int_equal(reload_reader_open_with(reader, &options, test_pull, &source), RELOAD_OK);
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        assert_int_equal(item->kind, RELOAD_ITEM_GARBAGE);
        (void)snprintf(words, sizeof words, "%s%s",
                       i == 3 ? "" : "not a RELOAD message: ", rows[i].words);
        assert_string_equal(item->diag.text, words);
        reload_reader_free(&reader);
        reload_buf_free(&buf);
    }
}

/* The fault of a message's framing is in the item, and passed on to the parsed message. */
static void check_fault(const char *text, reload_form form, uint32_t max, const char *expected)
{
    reload_buf buf = {0};
    reload_reader *reader = reload_reader_new();
    reload_msg *msg = reload_msg_new();
    const reload_item *item;
    reload_diag diag;
    if (form == RELOAD_FORM_BINARY)
        test_hex(&buf, text);
    else
        reload_buf_append(&buf, text, strlen(text));
    struct test_source source = {.octets = buf.octets, .len = buf.len};
    const reload_reader_options options = {.size = sizeof options, .max_message = max};
    assert_int_equal(reload_reader_open_with(reader, &options, test_pull, &source), RELOAD_OK);
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_int_equal(item->kind, RELOAD_ITEM_MESSAGE);
    assert_int_equal(item->form, form);
    assert_int_equal(item->diag.code, RELOAD_ERR_MALFORMED);
    assert_string_equal(item->diag.text, expected);
    assert_int_equal(reload_item_parse(item, msg, &diag), RELOAD_OK);
    assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
    assert_string_equal(diag.text, expected);
    assert_false(diag.has_offset);
    /* not a fault of the next message */
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_int_equal(reload_item_parse(item, msg, &diag), RELOAD_OK);
    assert_int_equal(reload_msg_check(msg, &diag), RELOAD_OK);
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_int_equal(item->kind, RELOAD_ITEM_END);
    assert_int_equal(reload_item_parse(item, msg, &diag), RELOAD_ERR_ARGUMENT);
    reload_msg_free(&msg);
    reload_reader_free(&reader);
    reload_buf_free(&buf);
}

static void test_fault(void **state)
{
    (void)state;
    check_fault(CUT76 M68, RELOAD_FORM_BINARY, 0,
                "truncated: the next message begins at offset 76");
    check_fault(CUT76 "\n" M68, RELOAD_FORM_HEX, 0,
                "truncated: the next message begins at offset 153");
    check_fault(M80 M68, RELOAD_FORM_BINARY, 11, "Length is 12, expected at most 11");
    check_fault(M80 M68, RELOAD_FORM_HEX, 1, "Length is 12, expected at most 1");
    check_fault(CUT76 M68, RELOAD_FORM_BINARY, 11,
                "truncated: the next message begins at offset 76");
}

static void test_max_message(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint32_t max;
        const char *expected;
    } rows[] = {
        {M80 M68, 12, "M80@0 M68@80"},
        {M80 M68, 11, "M80@0!5 M68@80"},
        {HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH "0655ffff" M68, 12, "M72@0!5 M68@72"},
        /* framed, but too large: the message in it ends it */
        {HEADER_TO_LENGTH "000048" HEADER_FROM_LENGTH "06550044" M68, 71, "M72@0!5 M68@72"},
        {HEADER_TO_LENGTH "000048" HEADER_FROM_LENGTH "06550044" M68, 72, "M140@0"},
        /* one that is too large itself does not end another */
        {CUT76 M80 M68, 11, "M92@0!5 G64@92!3 M68@156"},
        {HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH "00", 5, "M69@0"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t chunk = 0; chunk < 2; chunk++) {
            reload_buf buf = {0};
            struct test_log log;
            test_hex(&buf, rows[i].hex);
            struct test_source source = {
                .octets = buf.octets, .len = buf.len, .chunk = chunk, .max_message = rows[i].max};
            test_collect(&log, RELOAD_FORM_BINARY, &source, RELOAD_FORM_BINARY);
            assert_string_equal(log.text, rows[i].expected);
            reload_buf_free(&log.octets);
            reload_buf_free(&buf);
        }
}

static void test_options(void **state)
{
    (void)state;
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    struct test_source source = {.octets = (const uint8_t *)"x", .len = 1};
    reload_reader_options options = {.form = RELOAD_FORM_HEX, .max_message = 1};
    assert_int_equal(reload_reader_open_with(reader, NULL, test_pull, &source),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_reader_open_with(reader, &options, test_pull, &source),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_int_equal(item->kind, RELOAD_ITEM_END);
    /* members that a caller's struct lacks are zero: the form is detected */
    options.size = offsetof(reload_reader_options, form);
    assert_int_equal(reload_reader_open_with(reader, &options, test_pull, &source), RELOAD_OK);
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_int_equal(item->form, RELOAD_FORM_BINARY);
    reload_reader_free(&reader);
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
    assert_string_equal(log.text, "B@0=1:1!6");
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

static void check_live_max(const void *text, size_t len, size_t chunk, unsigned messages,
                           uint32_t max)
{
    struct test_source source = {.octets = text, .len = len, .chunk = chunk};
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    const reload_reader_options options = {.size = sizeof options, .max_message = max};
    assert_int_equal(reload_reader_open_with(reader, &options, pull_once, &source), RELOAD_OK);
    for (unsigned i = 0; i < messages; i++) {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        assert_int_equal(item->kind, RELOAD_ITEM_MESSAGE);
    }
    reload_reader_free(&reader);
}

static void check_live(const void *text, size_t len, size_t chunk, unsigned messages)
{
    check_live_max(text, len, chunk, messages, 0);
}

static void check_live_hex(const char *hex, unsigned messages, uint32_t max)
{
    for (size_t chunk = 0; chunk < 2; chunk++) {
        reload_buf buf = {0};
        test_hex(&buf, hex);
        check_live_max(buf.octets, buf.len, chunk, messages, max);
        reload_buf_free(&buf);
    }
}

/* A broken message is delivered when its Length's octets and the next message are there; one that
 * is too large, when the next message is. */
static void test_live_broken(void **state)
{
    (void)state;
    check_live_hex(CUT76 M68, 2, 0);
    check_live_hex(HEADER_TO_LENGTH "00004c" HEADER_FROM_LENGTH UNKNOWN("ffff", "00112233") M68, 2,
                   0);
    check_live_hex(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH UNKNOWN("ffff", "00112233") M68, 2,
                   1000);
    /* the reader does not wait for a message in it that is not framed */
    check_live_hex(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH UNKNOWN("ffff", "00112233")
                       HEADER_TO_LENGTH "000100" HEADER_FROM_LENGTH UNKNOWN("ffff", "") M68,
                   2, 1000);
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
        cmocka_unit_test(test_reopen),      cmocka_unit_test(test_broken),
        cmocka_unit_test(test_plausible),   cmocka_unit_test(test_garbage_words),
        cmocka_unit_test(test_fault),       cmocka_unit_test(test_max_message),
        cmocka_unit_test(test_options),     cmocka_unit_test(test_live_broken),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
