/* From inputs to messages: framing, hex text, JSON text, telling them apart. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a reader gave out: a line an item, and the octets. */
struct log {
    char text[4096];
    size_t len;
    reload_buf octets;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
note(struct log *log, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(log->text + log->len, sizeof log->text - log->len, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof log->text - log->len);
    log->len += (size_t)n;
}

/* "M72@0" a message of 72 octets at offset 0, "G5@72!2" garbage with the error code, "B80@1:2!6"
 * something bad at line 1, column 2, then the result if it is not RELOAD_OK. */
static void collect(struct log *log, reload_form form, struct test_source *source, reload_form told)
{
    reload_reader *reader = reload_reader_new();
    reload_item item;
    reload_err err;
    assert_non_null(reader);
    memset(log, 0, sizeof *log);
    reload_reader_open(reader, form, test_pull, source);
    while ((err = reload_reader_next(reader, &item)) == RELOAD_OK && item.kind != RELOAD_ITEM_END) {
        assert_int_equal(item.form, told);
        if (log->len > 0)
            note(log, " ");
        if (item.kind == RELOAD_ITEM_MESSAGE) {
            note(log, "M%zu@%llu", item.len, (unsigned long long)item.offset);
        } else if (item.kind == RELOAD_ITEM_GARBAGE) {
            note(log, "G%zu@%llu!%d", item.len, (unsigned long long)item.offset, item.diag.code);
        } else {
            note(log, "B@%llu", (unsigned long long)item.diag.offset);
            if (item.diag.line > 0)
                note(log, "=%u:%u", item.diag.line, item.diag.column);
            if (item.diag.has_pointer)
                note(log, "%s", item.diag.pointer);
            note(log, "!%d", item.diag.code);
        }
        if (item.kind != RELOAD_ITEM_MESSAGE) {
            assert_true(item.diag.has_offset);
            assert_true(item.diag.offset >=
                        item.offset); /* in hex text, an item begins before what is bad in it */
            assert_true(strlen(item.diag.text) > 0);
        }
        if (item.kind != RELOAD_ITEM_BAD)
            reload_buf_append(&log->octets, item.octets, item.len);
    }
    if (err != RELOAD_OK)
        note(log, "%s!%d", log->len > 0 ? " " : "", err);
    else
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK); /* the end stays the end */
    if (err == RELOAD_OK)
        assert_int_equal(item.kind, RELOAD_ITEM_END);
    reload_reader_free(&reader);
    assert_null(reader);
}

/* The same whether the octets come one by one, in odd pieces or all at once, told the form and not.
 * octets (hex; NULL: not looked at) is what comes out. */
static void reads(const void *input, size_t len, reload_form form, const char *wanted,
                  const char *octets)
{
    static const size_t chunks[] = {0, 1, 2, 7, 67, 4096};
    for (size_t k = 0; k < COUNT(chunks); k++)
        for (int told = 0; told < 2; told++) {
            struct log log;
            struct test_source source = {.octets = input, .len = len, .chunk = chunks[k]};
            collect(&log, told ? form : RELOAD_FORM_AUTO, &source, form);
            assert_string_equal(log.text, wanted);
            if (octets != NULL)
                test_same(log.octets.octets, log.octets.len, octets);
            reload_buf_free(&log.octets);
        }
}

/* ---- Binary ---- */

#define M68 HEADER                                                  /* a message of 68 octets */
#define M72 HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000" /* one of 72 */

static void binary(const char *hex, const char *wanted)
{
    reload_buf buf = {0};
    test_hex(&buf, hex);
    reads(buf.octets, buf.len, RELOAD_FORM_BINARY, wanted, hex);
    reload_buf_free(&buf);
}

static void test_binary(void **state)
{
    (void)state;
    binary(M68, "M68@0");
    binary(M72, "M72@0");
    binary(M72 M68 M72, "M72@0 M68@72 M72@140");
    /* garbage before, between and behind; errors: 3 no message, 4 RFC 6940 */
    binary("ff00ff" M72, "G3@0!3 M72@3");
    binary(M72 "ff00ff" M68, "M72@0 G3@72!3 M68@75");
    binary(M68 "ff", "M68@0 G1@68!3");
    binary("ff", "G1@0!3");
    /* a token with fewer than 64 octets behind it begins no message */
    binary("52454c4f", "G4@0!3");
    binary(M68 "52454c4f", "M68@0 G4@68!3");
    binary(M68 "52454c4f"
               "ffffff52454c4f",
           "M68@0 G11@68!3");
    binary(M68 "52454c", "M68@0 G3@68!3");
    /* tokens inside garbage that are cut off, or begin anew */
    binary("5252455245"
           "4c52454c" M68,
           "G9@0!3 M68@9");
    binary("52454c52" M68, "G4@0!3 M68@4");
    /* the token inside a message's own octets begins no other */
    binary(HEADER_TO_LENGTH "000048" HEADER_FROM_LENGTH "06550044" M68, "M140@0");
    /* RFC 6940's token is told by name */
    binary("d2454c4f"
           "00000000" M68,
           "G8@0!4 M68@8");
    binary("ff"
           "d2454c4f"
           "00000000" M68,
           "G9@0!3 M68@9"); /* garbage is told by its beginning */
    /* the last message of a stream may be cut short */
    binary(M68 HEADER_TO_LENGTH "000005" HEADER_FROM_LENGTH "00070000", "M68@0 M72@68");
    binary(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH, "M68@0");
    binary(HEADER_TO_LENGTH "ffffff" HEADER_FROM_LENGTH M68, "M136@0");
    /* header fields may have any value */
    binary("52454c4f"
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
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "M68@0 G%zu@68!3", len - 68);
        reads(buf.octets, len, RELOAD_FORM_BINARY, wanted, NULL);
    }
    reload_buf_free(&buf);
}

static void test_empty(void **state)
{
    (void)state;
    for (int form = RELOAD_FORM_AUTO; form <= RELOAD_FORM_HEX; form++) {
        struct log log;
        struct test_source source = {.octets = (const uint8_t *)"", .len = 0};
        collect(&log, (reload_form)form, &source, (reload_form)form);
        assert_string_equal(log.text, "");
        reload_buf_free(&log.octets);
    }
}

/* Garbage of more than 16 MiB comes in parts that make up the whole, and the message behind it
 * still comes. */
static void test_much_garbage(void **state)
{
    (void)state;
    enum { MUCH = 40 << 20 };
    static const size_t chunks[] = {0, 1, 65536};
    uint8_t *much = calloc(1, MUCH + 68);
    reload_buf message = {0};
    char first[4096] = "";
    assert_non_null(much);
    test_hex(&message, M68);
    memcpy(much + MUCH, message.octets, 68);
    for (size_t k = 0; k < COUNT(chunks); k++) {
        struct log log;
        struct test_source source = {.octets = much, .len = MUCH + 68, .chunk = chunks[k]};
        collect(&log, RELOAD_FORM_BINARY, &source, RELOAD_FORM_BINARY);
        test_same_octets(log.octets.octets, log.octets.len, much, MUCH + 68);
        assert_int_equal(strncmp(log.text, "G", 1), 0);
        assert_non_null(strstr(log.text, " G"));
        assert_non_null(strstr(log.text, " M68@41943040"));
        reload_buf_free(&log.octets);
        if (k == 0)
            memcpy(first, log.text, sizeof first);
        else
            assert_string_equal(log.text,
                                first); /* what is given out does not depend on how it came */
    }
    reload_buf_free(&message);
    free(much);
}

/* ---- Hex text ---- */

static void hex(const char *text, const char *wanted, const char *octets)
{
    reads(text, strlen(text), RELOAD_FORM_HEX, wanted, octets);
}

#define CUT HEADER_TO_LENGTH "000008" HEADER_FROM_LENGTH "00070000" /* 72 octets of 76 */

static void test_hex_text(void **state)
{
    (void)state;
    hex(M72, "M72@0", M72);
    hex(M72 "\n", "M72@0", M72);
    hex("\n\n  \r\n" M72 "\r\n", "M72@6", M72);
    hex(M72 M68, "M72@0 M68@144", M72 M68); /* the message's end */
    hex(M72 "\n" M68 "\n", "M72@0 M68@145", M72 M68);
    hex(M72 "\n\n" M68 "\n", "M72@0 M68@146", M72 M68); /* a blank line */
    hex(M72 "\r\n \t\r\n" M68 "\r\n", "M72@0 M68@150", M72 M68);
    hex("5 2\t4\n5 4\r\n c4f 20000000 01010102 01000000" HEADER_FROM_LENGTH, "M68@0", M68);
    hex("52454C4F20000000 01010102 01000000\n" HEADER_FROM_LENGTH, "M68@0", M68); /* upper case */
    /* a blank line ends a message, and the next one begins anew */
    hex(CUT "\n\n" M68, "M72@0 M68@146", CUT M68);
    hex("52454c4f2000\n\n" M68, "G6@0!3 M68@14", "52454c4f2000" M68);
    hex("0011223344 " M68, "G5@0!3 M68@11", "0011223344" M68);
}

static void test_hex_text_bad(void **state)
{
    (void)state;
    /* bad digits: the rest of the block is stepped over, the next block is read; what was whole has
     * come */
    hex(M68 "\n\n"
            "52454c4fxx\n" M68 "\n\n" M72,
        "M68@0 B@146!6 M68@149 M72@287", M68 M68 M72); /* a line that begins a message */
    hex(M68 "\n"
            "52454c4fxx\n0000\n52454c4\n52454C4f20\n\n" M72,
        "M68@0 B@145!6 G5@161!3 M72@173", M68 "52454c4f20" M72);
    hex("52454c4f2000000\n" M68 "\n" M72, "B@14!6 M68@16 M72@153",
        M68 M72); /* a digit is missing */
    hex("52454c4f20000\n0\n\n" M68, "G7@0!3 M68@17",
        "52454c4f200000" M68); /* it stands in the next line */
    hex(M68 "\nxx\n\n" M72, "M68@0 B@137!6 M72@141", M68 M72);
    hex(CUT "\nxx\n\n" M72, "B@145!6 M72@149", M72); /* an unfinished message is not made up */
    hex(M72 "x", "M72@0 B@144!6", M72);
    hex("52454c4f2000000x", "B@15!6", "");
    hex("52454c4f2000000x\n\n\n\n" M68 "\n\n", "B@15!6 M68@20", M68);
    /* an odd number of digits */
    hex("52454c4f20000", "B@12!6", "");
    hex("52454c4f20000\n\n" M68, "B@12!6 M68@15", M68);
    hex(M68 "5\n\n" M72, "M68@0 B@136!6 M72@139", M68 M72);
    hex(M68 "\n5", "M68@0 B@137!6", M68);
    /* 0x in front is not taken */
    hex("00 00 00 00 0x00\n\n" M68, "B@13!6 M68@18", M68);
}

/* ---- JSON ---- */

#define J68 "{\"header\":{\"method\": \"PEER-JOIN\"}}" /* 34 characters */
#define J72                                                                                            \
    "{\"header\":{\"method\": 1}, \"attributes\": [{\"type\": \"SDP\", \"hex\": \"\"}]}" /* 68         \
                                                                                            characters \
                                                                                          */
#define BAD_VALUE "{\"header\":{\"method\": \"NONE\"}}" /* 29 characters */

static void json(const char *text, const char *wanted)
{
    reads(text, strlen(text), RELOAD_FORM_JSON, wanted, NULL);
}

static void test_json_text(void **state)
{
    (void)state;
    assert_int_equal(strlen(J68), 34);
    assert_int_equal(strlen(J72), 68);
    assert_int_equal(strlen(BAD_VALUE), 29);
    json(J68, "M68@0");
    json(J68 "\n" J72 "\n", "M68@0 M72@35"); /* NDJSON */
    json(J68 "\r\n\r\n" J72 "\r\n", "M68@0 M72@38");
    json(J68 J72, "M68@0 M72@34"); /* concatenated */
    json(" " J68 " " J72 " ", "M68@1 M72@36");
    json("[" J68 "," J72 "]", "M68@1 M72@36"); /* one array */
    json("[\n  " J68 ",\n  " J72 "\n]\n", "M68@4 M72@42");
    json("[]", "");
    json("[ ]\n", "");
    json("{\n  \"header\": {\n    \"method\": 0\n  }\n}\n" J68, "M68@0 M68@38");
    /* garbage, and messages whose Length lies, are streams of their own */
    json("{\"garbage\": {\"hex\": \"ff00\"}}" J68, "G2@0!3 M68@28");
    json("{\"garbage\": {\"hex\": \"\"}}" J68, "M68@24");
    json("{\"garbage\": {\"hex\": \"d2454c4f\", \"error\": \"x\"}}", "G4@0!4");
    json("{\"header\": {\"method\": 0, \"forced_length\": 4}}" J72, "M68@0 M72@45");
    json("{\"header\": {\"method\": 0, \"forced_length\": 0}, \"attributes\": [{\"type\": \"SDP\", "
         "\"hex\": \"\"}]}" J68,
         "M68@0 G4@0!3 M68@89");
    /* brackets and quotes inside strings are text */
    json("{\"header\": {\"method\": 0}, \"meta\": \"}]\\\"{[\\\\\"}" J68, "M68@0 M68@45");
}

static void test_json_byte_order_mark(void **state)
{
    (void)state;
    json("\xef\xbb\xbf" J68, "M68@3");
    json("\xef\xbb\xbf[" J68 "]", "M68@4");
    json("\xef\xbb\xbf\n" J68, "M68@4");
}

/* Values that are wrong: the next one comes. */
static void test_json_bad_values(void **state)
{
    (void)state;
    json(BAD_VALUE "\n" J68, "B@0/header/method!7 M68@30");
    json(J68 BAD_VALUE J72, "M68@0 B@34/header/method!7 M72@63");
    json("[" J68 "," BAD_VALUE "," J72 "]", "M68@1 B@36/header/method!7 M72@66");
    json("{}" J68, "B@0/header!7 M68@2");
    json("{\"a\": [{}, {\"b\": [[]]}]}\n" J68, "B@0/a!7 M68@25");
    /* syntax that brackets do not show */
    json("{\"header\" 1}\n" J68, "B@0=1:11!6 M68@13");
    json(J68 "\n{\"header\": nope}\n" J72, "M68@0 B@35=2:15!6 M72@52");
    json(J68 " {\"a\": 1, \"a\": 2} " J72, "M68@0 B@35=1:47!6 M72@52");
    json("{\n\"a\": 1,\n\"a\": 2}\n" J72, "B@0=3:3!6 M72@18");
    json("{\"a\": \"\xff\"}\n" J68, "B@0=1:7!6 M68@11");
}

/* Text that is no object at all. The messages behind it must come. */
static void test_json_broken(void **state)
{
    (void)state;
    /* never closed: the next line that begins an object is the next message */
    json("{\"header\": {\"method\": 0}\n" J68 "\n" J72, "B@0=2:1!6 M68@25 M72@60");
    json("{\"header\": {\n" J68, "B@0=2:1!6 M68@13");
    json(J68 "\n{\"header\": {\"method\": \"PEER\n" J72, "M68@0 B@35=2:28!6 M72@63");
    json(J68 "\n{\"header\": }}\n" J72 "\n", "M68@0 B@35=2:12!6 B@47=2:13!6 M72@49");
    json(J68 "\n]\n" J72 "\n", "M68@0 B@35=2:1!6 M72@37");
    json(J68 "\nnonsense\n" J72 "\n", "M68@0 B@35=2:1!6 M72@44");
    json("[" J68 ",\n{\"header\": ],\n" J72 "]\n", "M68@1 B@37=2:12!6 M72@51");
    /* over several lines: what stands further in is part of the broken one */
    json("{\n  \"header\": {\"method\": 0},\n  \"attributes\": [\n    {\"type\": 1}},\n    "
         "{\"type\": 7, \"hex\": \"\"}\n  ]\n}\n" J68,
         "B@0=4:16!6 M68@98");
    /* the end */
    json(J68 "\n{\"header\": {", "M68@0 B@35=2:13!6");
    json("[" J68 ",", "M68@1 B@36=1:37!6");
    json("[" J68, "M68@1 B@35=1:36!6");
    json("{", "B@0=1:2!6");
}

/* json.md: an error, and the next message is handled: values of the wrong type between messages, on
 * one line too. */
static void test_json_no_object_on_the_same_line(void **state)
{
    (void)state;
    static const char *const between[] = {"1", "\"x\"", "null", "true", "[]", "1.5"};
    for (size_t i = 0; i < COUNT(between); i++) {
        char text[256];
        for (int form = 0; form < 2; form++) {
            struct log log;
            (void)snprintf(text, sizeof text, form == 0 ? "[" J68 ", %s, " J72 "]" : J68 " %s " J72,
                           between[i]);
            struct test_source source = {.octets = (const uint8_t *)text, .len = strlen(text)};
            collect(&log, RELOAD_FORM_JSON, &source, RELOAD_FORM_JSON);
            print_message("# %s: %s\n", between[i], log.text);
            assert_non_null(strstr(log.text, "M68@"));
            if (form == 0 || strcmp(between[i], "[]") !=
                                 0) /* no messages, in an array of their own, are no error */
                assert_non_null(strstr(log.text, " B@"));
            assert_non_null(strstr(log.text, " M72@"));
            reload_buf_free(&log.octets);
        }
    }
}

/* reload.h: columns are characters, wherever on the line the value begins. */
static void test_json_columns(void **state)
{
    (void)state;
    json(J68 "{\"b\" 1}\n", "M68@0 B@34=1:40!6");
    json("{\"header\": {\"method\": 0}, \"meta\": \"\xc3\xa9\"}{\"b\" 1}\n",
         "M68@0 B@39=1:44!6"); /* 38 characters before it */
}

/* Deeper than can be read. */
static void test_json_deep(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *text = malloc(6 * DEEP + 64);
    size_t len = 0;
    struct log log;
    assert_non_null(text);
    for (size_t i = 0; i < DEEP; i++, len += 5)
        memcpy(text + len, "{\"a\":", 5);
    text[len++] = '\n';
    memcpy(text + len, J68, 34);
    struct test_source source = {.octets = (const uint8_t *)text, .len = len + 34};
    collect(&log, RELOAD_FORM_AUTO, &source, RELOAD_FORM_JSON);
    assert_int_equal(strncmp(log.text, "B@0=", 4), 0);
    assert_non_null(strstr(log.text, " M68@500001"));
    reload_buf_free(&log.octets);
    free(text);
}

/* ---- Telling forms apart, and failures ---- */

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
            reload_item item;
            struct test_source source = {.octets = (const uint8_t *)rows[i].text,
                                         .len = strlen(rows[i].text),
                                         .chunk = chunk};
            reload_reader_open(reader, RELOAD_FORM_AUTO, test_pull, &source);
            assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
            print_message("# %zu\n", i);
            assert_int_equal(item.form, rows[i].form);
            reload_reader_free(&reader);
        }
}

/* A form that is forced is taken, whatever the octets look like. */
static void test_forced_form(void **state)
{
    (void)state;
    struct log log;
    struct test_source source = {.octets = (const uint8_t *)"{}", .len = 2};
    collect(&log, RELOAD_FORM_BINARY, &source, RELOAD_FORM_BINARY);
    assert_string_equal(log.text, "G2@0!3");
    reload_buf_free(&log.octets);
    source.pos = 0;
    collect(&log, RELOAD_FORM_HEX, &source, RELOAD_FORM_HEX);
    assert_string_equal(log.text, "B@0!6");
    reload_buf_free(&log.octets);
    source = (struct test_source){.octets = (const uint8_t *)"RELO", .len = 4};
    collect(&log, RELOAD_FORM_JSON, &source, RELOAD_FORM_JSON);
    assert_string_equal(log.text, "B@0=1:1!6");
    reload_buf_free(&log.octets);
}

/* A source that fails: what was whole has come, then RELOAD_ERR_READ. */
static void test_read_errors(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_hex(&buf, M68 M72);
    static const struct {
        reload_form form;
        const char *text; /* NULL: buf */
        const char *wanted;
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
            struct log log;
            struct test_source source = {
                .octets = buf.octets, .len = buf.len, .chunk = chunk, .fails = true};
            if (rows[i].text != NULL) {
                source.octets = (const uint8_t *)rows[i].text;
                source.len = strlen(rows[i].text);
            }
            collect(&log, rows[i].form, &source, rows[i].form);
            assert_string_equal(log.text, rows[i].wanted);
            reload_buf_free(&log.octets);
        }
    reload_buf_free(&buf);
}

/* A live pipe: a message that is there is given out without asking for more. A second call would
 * wait for ever, so here it fails the test. */
static ptrdiff_t pull_once(void *arg, uint8_t *octets, size_t size)
{
    struct test_source *s = arg;
    if (s->pos == s->len)
        fail_msg("asked for more than the whole messages that were there");
    return test_pull(arg, octets, size);
}

static void live(const void *text, size_t len, size_t chunk, unsigned messages)
{
    struct test_source source = {.octets = text, .len = len, .chunk = chunk};
    reload_reader *reader = reload_reader_new();
    reload_item item;
    reload_reader_open(reader, RELOAD_FORM_AUTO, pull_once, &source);
    for (unsigned i = 0; i < messages; i++) {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        assert_int_equal(item.kind, RELOAD_ITEM_MESSAGE);
    }
    reload_reader_free(&reader);
}

static void test_live_pipe(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk < 2; chunk++) {
        reload_buf buf = {0};
        test_hex(&buf, M68 M72);
        live(buf.octets, buf.len, chunk, 2);
        live(buf.octets, 68, chunk, 1);
        live(M72, strlen(M72), chunk, 1);
        live(M72 "\n\n" M68, 2 * (72 + 68) + 2, chunk, 2);
        live(J68, 34, chunk, 1);
        live(J68 "\n" J72, 34 + 1 + 68, chunk, 2);
        live("[" J68 "," J72, 1 + 34 + 1 + 68, chunk, 2);
        reload_buf_free(&buf);
    }
}

/* One reader for one input after the other, of another form each. */
static void test_open_again(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_reader *reader = reload_reader_new();
    test_hex(&buf, M72 M68);
    for (unsigned k = 0; k < 9; k++) {
        reload_item item;
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
        assert_int_equal(item.kind, k % 3 == 1 ? RELOAD_ITEM_GARBAGE : RELOAD_ITEM_MESSAGE);
        assert_int_equal(item.len, k % 3 == 1 ? 1 : 72);
        assert_int_equal(item.offset, k % 3 == 2 ? 1 : 0);
        if (k < 3) /* leave the first ones unfinished */
            continue;
        while (item.kind != RELOAD_ITEM_END)
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
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_cut_header),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_much_garbage),
        cmocka_unit_test(test_hex_text),
        cmocka_unit_test(test_hex_text_bad),
        cmocka_unit_test(test_json_text),
        cmocka_unit_test(test_json_byte_order_mark),
        cmocka_unit_test(test_json_bad_values),
        cmocka_unit_test(test_json_broken),
        cmocka_unit_test(test_json_no_object_on_the_same_line),
        cmocka_unit_test(test_json_columns),
        cmocka_unit_test(test_json_deep),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_forced_form),
        cmocka_unit_test(test_read_errors),
        cmocka_unit_test(test_live_pipe),
        cmocka_unit_test(test_open_again),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
