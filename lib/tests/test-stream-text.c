/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading hex text and JSON text */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_hex(const char *text, const char *expected, const char *octets)
{
    test_reads(text, strlen(text), RELOAD_FORM_HEX, expected, octets);
}

#define CUT HEADER_TO_LENGTH "000008" HEADER_FROM_LENGTH "00070000" /* 72 octets of 76 */

static void test_hex_text(void **state)
{
    (void)state;
    check_hex(M72, "M72@0", M72);
    check_hex(M72 "\n", "M72@0", M72);
    check_hex("\n\n  \r\n" M72 "\r\n", "M72@6", M72);
    check_hex(M72 M68, "M72@0 M68@144", M72 M68); /* Length ends the message */
    check_hex(M72 "\n" M68 "\n", "M72@0 M68@145", M72 M68);
    check_hex(M72 "\n\n" M68 "\n", "M72@0 M68@146", M72 M68); /* a blank line */
    check_hex(M72 "\r\n \t\r\n" M68 "\r\n", "M72@0 M68@150", M72 M68);
    check_hex("5 2\t4\n5 4\r\n c4f 20000000 01010102 01000000" HEADER_FROM_LENGTH, "M68@0", M68);
    check_hex("52454C4F20000000 01010102 01000000\n" HEADER_FROM_LENGTH, "M68@0",
              M68); /* upper case */
    /* a blank line ends a message */
    check_hex(CUT "\n\n" M68, "M72@0 M68@146", CUT M68);
    check_hex("52454c4f2000\n\n" M68, "G6@0!3 M68@14", "52454c4f2000" M68);
    check_hex("0011223344 " M68, "G5@0!3 M68@11", "0011223344" M68);
}

static void test_invalid_hex_text(void **state)
{
    (void)state;
    /* bad digits: complete messages before them are read, the rest of the block is skipped */
    check_hex(M68 "\n\n"
                  "52454c4fxx\n" M68 "\n\n" M72,
              "M68@0 B@146=3:9!6 M68@149 M72@287",
              M68 M68 M72); /* a line that begins with a token */
    check_hex(M68 "\n"
                  "52454c4fxx\n0000\n52454c4\n52454C4f20\n\n" M72,
              "M68@0 B@145=2:9!6 G5@161!3 M72@173", M68 "52454c4f20" M72);
    check_hex("52454c4f2000000\n" M68 "\n" M72, "B@14=1:15!6 M68@16 M72@153",
              M68 M72); /* a missing digit */
    check_hex("52454c4f20000\n0\n\n" M68, "G7@0!3 M68@17",
              "52454c4f200000" M68); /* continued in the next line */
    check_hex(M68 "\nxx\n\n" M72, "M68@0 B@137=2:1!6 M72@141", M68 M72);
    check_hex(CUT "\nxx\n\n" M72, "B@145=2:1!6 M72@149",
              M72); /* an incomplete message before an error is dropped */
    check_hex(M72 "x", "M72@0 B@144=1:145!6", M72);
    check_hex("52454c4f2000000x", "B@15=1:16!6", "");
    check_hex("52454c4f2000000x\n\n\n\n" M68 "\n\n", "B@15=1:16!6 M68@20", M68);
    /* an odd number of digits */
    check_hex("52454c4f20000", "B@12=1:13!6", "");
    check_hex("52454c4f20000\n\n" M68, "B@12=1:13!6 M68@15", M68);
    check_hex(M68 "5\n\n" M72, "M68@0 B@136=1:137!6 M72@139", M68 M72);
    check_hex(M68 "\n5", "M68@0 B@137=2:1!6", M68);
    /* 0x only before a number */
    check_hex("00 00 00 00 10x00\n\n" M68, "B@14=1:15!6 M68@19", M68);
}

/* ---- Layouts of hex text ---- */

/* The octets of a message as a row of hex digits, and its lines in each program's form */
static void test_separated(void **state)
{
    (void)state;
    char rest[400] = "", text[1200], commas[800] = "", prefixed[800] = "";
    for (size_t i = 0; i < strlen(HEADER_FROM_LENGTH) / 2; i++) {
        const char *digits = &HEADER_FROM_LENGTH[2 * i];
        (void)snprintf(rest + strlen(rest), sizeof rest - strlen(rest), ":%.2s", digits);
        (void)snprintf(commas + strlen(commas), sizeof commas - strlen(commas), ", 0x%.2s", digits);
        (void)snprintf(prefixed + strlen(prefixed), sizeof prefixed - strlen(prefixed), " 0X%.2s",
                       digits);
    }
    (void)snprintf(text, sizeof text, "52:45:4c:4f:20:00:00:00:01:01:01:02:01:00:00:00%s\n", rest);
    check_hex(text, "M68@0", M68);
    (void)snprintf(text, sizeof text,
                   "52:45:4c:4f:20:00:00:00:01:01:\n    01:02:01:00:00:00%s\n\n" M72, rest);
    check_hex(text, "M68@0 M72@210", M68 M72); /* as openssl breaks lines */
    (void)snprintf(text, sizeof text,
                   "0x52, 0x45,0x4c ,0x4f, 0x20, 0x0, 0x0, 0, 0x1, 0x1, 0x1, 0x2, 0x1, 0x0, 0x0, "
                   "0x0%s,\n",
                   commas);
    check_hex(text, "B@39=1:40!6", ""); /* a digit without 0x */
    (void)snprintf(text, sizeof text,
                   "0x52, 0x45,0x4c ,0x4f, 0x20, 0x0, 0x0, 0x0, 0x1, 0x1, 0x1, 0x2, 0x1, 0x0, 0x0, "
                   "0x0%s,\n",
                   commas);
    check_hex(text, "M68@2", M68);
    (void)snprintf(text, sizeof text, "0x52454c4f 0x20000000 0x01010102 0x01000000%s", prefixed);
    check_hex(text, "M68@2", M68);
    /* files that end without a line feed, joined by cat */
    (void)snprintf(text, sizeof text, "0x52454c4f0X20000000 0x010101020x01000000%s", prefixed);
    check_hex(text, "M68@2", M68);
    check_hex("0x52454c4f520x00\n\n" M68, "G6@2!3 M68@18", "52454c4f5200" M68);
    check_hex("0x52454c4f50x00\n\n" M68, "B@12=1:13!6 M68@17", M68);
    check_hex("0x52454c4f 520x00\n\n" M68, "B@14=1:15!6 M68@19", M68);
    /* separators where they do not separate octets */
    check_hex("52:45::4c4f\n\n" M68, "B@6=1:7!6 M68@13", M68);
    check_hex("52:4:54c4f52\n\n" M68, "B@3=1:4!6 M68@14", M68);
    check_hex("52,45,4c4f,, 00\n\n" M68, "B@11=1:12!6 M68@17", M68);
    check_hex("52454c4f0x,00\n\n" M68, "B@9=1:10!6 M68@15", M68);
    check_hex("52454c4f 0x,00\n\n" M68, "B@11=1:12!6 M68@16", M68);
    check_hex("52454c4f 0x", "B@11=1:12!6", "");
    check_hex("52454c4f 0x524\n\n" M68, "B@13=1:14!6 M68@16", M68);
}

/* A C array of a message's octets, by the format of each */
static const char *array_of(const char *hex, const char *format, char *text, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i + 1 < strlen(hex); i += 2)
        at += (size_t)snprintf(text + at, size - at, format, (int)hex[i], (int)hex[i + 1],
                               i % 24 == 22 ? '\n' : ' ');
    return text;
}

static void test_arrays(void **state)
{
    (void)state;
    char octets[1024], text[4096];
    (void)array_of(M68, "0x%c%c,%c", octets, sizeof octets);
    (void)snprintf(text, sizeof text,
                   "unsigned char put_bin[] = {\n  %s};\nunsigned int put_bin_len = 68;\n", octets);
    check_hex(text, "M68@32", M68);
    size_t first = strlen(text);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                   "static const uint8_t b[68] =\n{\n%s\n}; /* } */\n\nint x;", octets);
    char expected[64];
    (void)snprintf(expected, sizeof expected, "M68@32 M68@%zu", first + 33);
    check_hex(text, expected, M68 M68);
    (void)snprintf(text, sizeof text, "{ %s", octets);
    check_hex(text, "M68@4", M68);
    (void)snprintf(text, sizeof text, "uint8_t a[] = {%s\n\n%s}", octets, octets);
    check_hex(text, "M68@17 M68@427", M68 M68); /* a blank line */
    (void)snprintf(text, sizeof text, "/* one\n\n * two */\nuint8_t a[] = {%s}", octets);
    check_hex(text, "M68@35", M68);
    /* braces of other code, and of an array of arrays */
    (void)snprintf(text, sizeof text,
                   "struct s {int a;};\nuint8_t a[] = {\n%s};\nstruct t {int a, b[2];} c = {0};\n"
                   "int f(void) { return 0; }\nuint8_t d[] = { %s};\nint g(void) { }\nint h[] = { ",
                   octets, octets);
    check_hex(text, "M68@37 M68@523", M68 M68);
    (void)snprintf(text, sizeof text, "uint8_t a[2][68] = {{%s}, {\n%s}};", octets, octets);
    check_hex(text, "M68@23 M68@436", M68 M68);
    /* numbers in decimal, and other faults: the next array is read */
    (void)snprintf(text, sizeof text, "uint8_t a[] = {0x52, 69}; uint8_t b[] = {%s}", octets);
    check_hex(text, "B@21=1:22!6 M68@43", M68);
    (void)snprintf(text, sizeof text, "uint8_t a[] = {0x52, 'E'}; uint8_t b[] = {%s}", octets);
    check_hex(text, "B@21=1:22!6 M68@44", M68);
    test_reads("{ 0", 3, RELOAD_FORM_JSON, "B@0=1:4!6", NULL);
}

/* tcpdump's lines for a datagram of octets in hex */
static size_t packet_text(char *text, size_t size, const char *hex)
{
    size_t at = (size_t)snprintf(text, size,
                                 "12:00:00.000001 IP 10.4.1.2.5060 > 10.4.1.3.5060: UDP, length "
                                 "%zu\n",
                                 strlen(hex) / 2);
    for (size_t i = 0; i < strlen(hex); i += 4) {
        if (i % 32 == 0)
            at += (size_t)snprintf(text + at, size - at,
                                   "%s\t0x%04zx: ", i == 0 ? "" : "  RELO{[\n", i / 2);
        at += (size_t)snprintf(text + at, size - at, " %.4s", hex + i);
    }
    return at + (size_t)snprintf(text + at, size - at, "  ab cd\n");
}

/* IP headers (version 4 without and with options, and version 6) and UDP headers, and octets that
 * are not such headers */
static void test_packets(void **state)
{
    (void)state;
    static const struct {
        const char *packet, *expected, *octets;
    } rows[] = {
        {"45000060000040004011000a0a0401020a040103"
         "13c413c4004c0000" M68,
         "M68@163", M68},
        {"46000064000040004011000a0a0401020a04010301010100"
         "13c413c4004c0000" M68,
         "M68@192", M68},
        {"60000000004c1140"
         "20010db8000000000000000000000001"
         "20010db8000000000000000000000002"
         "13c413c4004c0000" M68,
         "M68@250", M68},
        {M68, "M68@75", M68},
        /* padding after the datagram is dropped */
        {"45000060000040004011000a0a0401020a040103"
         "13c413c4004c0000" M68 "0000ffff",
         "M68@164", M68},
        {"4500001c000040004011000a0a0401020a040103"
         "13c413c400080000"
         "52454c4f",
         "", ""},
        /* a later fragment, TCP, a UDP length that is too small, an IP length that is */
        {"45000060000000014011000a0a0401020a040103"
         "13c413c4004c0000",
         "G28@75!3", NULL},
        {"45000060000040004006000a0a0401020a040103"
         "13c413c4004c0000",
         "G28@75!3", NULL},
        {"45000060000040004011000a0a0401020a040103"
         "13c413c400070000",
         "G28@75!3", NULL},
        {"4500001b000040004011000a0a0401020a040103"
         "13c413c4004c0000",
         "G28@75!3", NULL},
        {"44000060000040004011000a0a0401020a04010313c413c4004c0000", "G28@75!3", NULL},
        {"4500", "G2@74!3", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[2048];
        (void)packet_text(text, sizeof text, rows[i].packet);
        print_message("# row %zu\n", i);
        check_hex(text, rows[i].expected, rows[i].octets);
    }
}

/* Each dump is a stream; lines without an offset are skipped. */
static void test_packet_streams(void **state)
{
    (void)state;
    char text[8192] = "tcpdump: listening on lo\n\nreading [x] {\n";
    size_t at = strlen(text), first = at;
    at += packet_text(text + at, sizeof text - at, CUT);
    size_t second = at;
    at += packet_text(text + at, sizeof text - at, M68);
    at += (size_t)snprintf(text + at, sizeof text - at, "\n52454c4f not an offset\n\n");
    size_t third = at;
    at += packet_text(text + at, sizeof text - at, M72);
    char expected[128];
    (void)snprintf(expected, sizeof expected, "M72@%zu M68@%zu M72@%zu", first + 75, second + 75,
                   third + 75);
    check_hex(text, expected, CUT M68 M72);
    (void)snprintf(text + at, sizeof text - at, "\t0x0010:  5245\n\t0x0020:  4c4f\n");
    (void)snprintf(expected + strlen(expected), sizeof expected - strlen(expected), " B@%zu=25:2!6",
                   at + 1);
    check_hex(text, expected, CUT M68 M72);
}

/* tcpdump -tt writes a time in seconds. */
static void test_packet_times(void **state)
{
    (void)state;
    char text[2048] = "1183896000.000001 ";
    (void)packet_text(text + strlen(text), sizeof text - strlen(text), M68);
    check_hex(text, "M68@93", M68);
    check_hex("1183896000\n", "G5@0!3", "1183896000");
}

/* ---- Base64 ---- */

static void check_base64(const char *text, const char *expected, const char *octets)
{
    static const size_t chunks[] = {0, 1, 3, 64};
    for (size_t k = 0; k < COUNT(chunks); k++) {
        struct test_log log;
        struct test_source source = {
            .octets = (const uint8_t *)text, .len = strlen(text), .chunk = chunks[k]};
        test_collect(&log, RELOAD_FORM_BASE64, &source, RELOAD_FORM_BASE64);
        assert_string_equal(log.text, expected);
        test_same(log.octets.octets, log.octets.len, octets);
        reload_buf_free(&log.octets);
    }
}

static void test_base64(void **state)
{
    (void)state;
    check_base64("", "", "");
    check_base64("UkVMTw==", "G4@0!3", "52454c4f"); /* RFC 4648 section 10's lengths */
    check_base64("UkVMTw", "G4@0!3", "52454c4f");
    check_base64("UkVM", "G3@0!3", "52454c");
    check_base64("UkU=\n", "G2@0!3", "5245");
    check_base64("+/-_", "G3@0!3", "fbffbf");
    check_base64("\xef\xbb\xbf U\nk V\r\nM\t", "G3@4!3", "52454c");
    check_base64("UkU=\nUkVM\n\nUg==", "G5@0!3 G1@11!3", "524552454c52"); /* a blank line */
    /* faults: the rest of the block is skipped */
    check_base64("UkVMTwA@\n\nUg==", "B@7=1:8!6 G1@10!3", "52");
    check_base64("Uk@\nUkVMTwAA\n", "B@2=1:3!6 G6@4!3", "52454c4f0000");
    check_base64("UkVMT\n\nUg==", "B@4=1:5!6 G1@7!3", "52");
    check_base64("U", "B@0=1:1!6", "");
    check_base64("UkV=", "B@3=1:4!6", ""); /* bits that are not zero */
    check_base64("Uk=V", "B@3=1:4!6", "");
    check_base64("Uk=", "B@3=1:4!6", "");
    check_base64("UkVM=", "B@4=1:5!6", "");
}

/* ---- JSON ---- */

#define BAD_VALUE "{\"header\":{\"method\": \"NONE\"}}" /* 29 characters */

static void check_json(const char *text, const char *expected)
{
    test_reads(text, strlen(text), RELOAD_FORM_JSON, expected, NULL);
}

static void test_json_text(void **state)
{
    (void)state;
    assert_int_equal(strlen(J68), 34);
    assert_int_equal(strlen(J72), 68);
    assert_int_equal(strlen(BAD_VALUE), 29);
    check_json(J68, "M68@0");
    check_json(J68 "\n" J72 "\n", "M68@0 M72@35"); /* NDJSON */
    check_json(J68 "\r\n\r\n" J72 "\r\n", "M68@0 M72@38");
    check_json(J68 J72, "M68@0 M72@34"); /* concatenated */
    check_json(" " J68 " " J72 " ", "M68@1 M72@36");
    check_json("[" J68 "," J72 "]", "M68@1 M72@36"); /* one array */
    check_json("[\n  " J68 ",\n  " J72 "\n]\n", "M68@4 M72@42");
    check_json("[]", "");
    check_json("[ ]\n", "");
    check_json("{\n  \"header\": {\n    \"method\": 0\n  }\n}\n" J68, "M68@0 M68@38");
    /* each JSON value is a separate stream: garbage, and messages with a wrong Length */
    check_json("{\"garbage\": {\"hex\": \"ff00\"}}" J68, "G2@0!3 M68@28");
    check_json("{\"garbage\": {\"hex\": \"\"}}" J68, "M68@24");
    check_json("{\"garbage\": {\"hex\": \"d2454c4f\", \"error\": \"x\"}}", "G4@0!4");
    check_json("{\"header\": {\"method\": 0, \"forced_length\": 4}}" J72, "M68@0 M72@45");
    check_json(
        "{\"header\": {\"method\": 0, \"forced_length\": 0}, \"attributes\": [{\"type\": \"SDP\", "
        "\"hex\": \"\"}]}" J68,
        "M68@0 G4@0!3 M68@89");
    /* brackets and quotes inside strings are text */
    check_json("{\"header\": {\"method\": 0}, \"meta\": \"}]\\\"{[\\\\\"}" J68, "M68@0 M68@45");
}

static void test_json_byte_order_mark(void **state)
{
    (void)state;
    check_json("\xef\xbb\xbf" J68, "M68@3");
    check_json("\xef\xbb\xbf[" J68 "]", "M68@4");
    check_json("\xef\xbb\xbf\n" J68, "M68@4");
}

/* Files joined by cat; RFC 7464's text sequences */
static void test_joined(void **state)
{
    (void)state;
    check_json(J68 "\n\xef\xbb\xbf" J72, "M68@0 M72@38");
    check_json("\xef\xbb\xbf\xef\xbb\xbf[" J68 "]\xef\xbb\xbf[" J72 "]", "M68@7 M72@46");
    check_json(J68 "\n\xef\xbb" J72, "M68@0 B@35=2:1!6 M72@37");
    check_json("\x1e" J68 "\n\x1e" J72 "\n\x1e", "M68@1 M72@37");
    check_json("\n\x1e\x1e\n" J68 "\x1e" J72, "M68@4 M72@39");
    /* a truncated text: the next record is the next value, on the same line too */
    check_json("\x1e{\"header\": {\"meth\x1e" J68 "\x1e{\"a\x1e" J72,
               "B@1=1:19!6 M68@19 B@54=1:58!6 M72@58");
    check_json("\x1e[" J68 ",\x1e" J72, "M68@2 B@37=1:38!6 M72@38");
    check_json("\x1enonsense\x1e" J72, "B@1=1:2!6 M72@10");
    check_hex("\xef\xbb\xbf" M68 "\n\xef\xbb\xbf" M72, "M68@3 M72@143", M68 M72);
    check_hex(M68 "\xef\xbb\xbf" M72, "M68@0 M72@139", M68 M72);
    check_hex(M68 "x\n\xef\xbb\xbf" M72, "M68@0 B@136=1:137!6 M72@141", M68 M72);
}

/* Any amount of white space before the first value */
static void test_blanks(void **state)
{
    (void)state;
    static const size_t counts[] = {4095, 4096, 4097, 100000, 2000001};
    static char text[2000001 + 256];
    for (size_t i = 0; i < COUNT(counts); i++) {
        size_t n = counts[i];
        char expected[64];
        struct test_log log;
        memset(text, '\n', n);
        for (int form = 0; form < 2; form++) {
            const char *rest = form == 0 ? J68 "x" : M68 "x";
            memcpy(text + n, rest, strlen(rest));
            struct test_source source = {.octets = (const uint8_t *)text, .len = n + strlen(rest)};
            if (form == 0)
                (void)snprintf(expected, sizeof expected, "M68@%zu B@%zu=%zu:35!6", n, n + 34,
                               n + 1);
            else
                (void)snprintf(expected, sizeof expected, "M68@%zu B@%zu=%zu:137!6", n, n + 136,
                               n + 1);
            test_collect(&log, RELOAD_FORM_AUTO, &source,
                         form == 0 ? RELOAD_FORM_JSON : RELOAD_FORM_HEX);
            assert_string_equal(log.text, expected);
            reload_buf_free(&log.octets);
        }
    }
    /* and before binary octets, of which it is a part */
    memset(text, ' ', 10000);
    memcpy(text + 10000, "RELO", 4);
    struct test_log log;
    struct test_source source = {.octets = (const uint8_t *)text, .len = 10004};
    test_collect(&log, RELOAD_FORM_AUTO, &source, RELOAD_FORM_BINARY);
    assert_string_equal(log.text, "G10004@0!3");
    reload_buf_free(&log.octets);
}

/* The same fault again and again is one item. */
static void test_runs(void **state)
{
    (void)state;
    check_json("[,,,,,,,, " J68 "]", "B@1=1:2!6 M68@10");
    check_json("[" J68 ",,," J68 "]", "M68@1 B@36=1:37!6 M68@38");
    check_json("[,," J68 ",,", "B@1=1:2!6 M68@3 B@38=1:39!6 B@39=1:40!6");
    check_json("{\n{\n{\n" J68, "B@0=2:1!6 M68@6");
    check_json("{}{}" J68, "B@0/header!7 B@2/header!7 M68@4"); /* values of their own */
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    struct test_source source = {.octets = (const uint8_t *)"[,,,", .len = 4};
    assert_non_null(reader);
    reload_reader_open(reader, RELOAD_FORM_JSON, test_pull, &source);
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_string_equal(item->diag.text, "comma without a value before it (3 times)");
    reload_reader_free(&reader);
}

/* An error is reported as soon as the octets exceed a message, and the next value is read. */
static void test_json_too_long(void **state)
{
    (void)state;
    static const char before[] = "{\"garbage\": {\"hex\": \"", after[] = "\"}}\n" J68;
    enum { DIGITS = 2 * (68 + 0xffffff) };
    char *text = malloc(sizeof before + DIGITS + sizeof after + 8);
    assert_non_null(text);
    for (size_t extra = 0; extra <= 2; extra += 2) {
        struct test_log log;
        char expected[64];
        size_t n = sizeof before - 1;
        memcpy(text, before, n);
        memset(text + n, '0', DIGITS + extra);
        n += DIGITS + extra;
        memcpy(text + n, after, sizeof after - 1);
        struct test_source source = {.octets = (const uint8_t *)text, .len = n + sizeof after - 1};
        test_collect(&log, RELOAD_FORM_JSON, &source, RELOAD_FORM_JSON);
        if (extra == 0)
            (void)snprintf(expected, sizeof expected, "G%d@0!3 M68@%zu", DIGITS / 2, n + 4);
        else
            (void)snprintf(expected, sizeof expected, " M68@%zu", n + 4);
        assert_non_null(strstr(log.text, expected));
        assert_int_equal(strncmp(log.text, extra == 0 ? "G" : "B@0=1:", extra == 0 ? 1 : 6), 0);
        reload_buf_free(&log.octets);
    }
    free(text);
}

/* The next value is read after an invalid one. */
static void test_json_bad_values(void **state)
{
    (void)state;
    check_json(BAD_VALUE "\n" J68, "B@0/header/method!7 M68@30");
    check_json(J68 BAD_VALUE J72, "M68@0 B@34/header/method!7 M72@63");
    check_json("[" J68 "," BAD_VALUE "," J72 "]", "M68@1 B@36/header/method!7 M72@66");
    check_json("{}" J68, "B@0/header!7 M68@2");
    check_json("{\"a\": [{}, {\"b\": [[]]}]}\n" J68, "B@0/a!7 M68@25");
    /* syntax errors outside brackets */
    check_json("{\"header\" 1}\n" J68, "B@0=1:11!6 M68@13");
    check_json(J68 "\n{\"header\": nope}\n" J72, "M68@0 B@35=2:15!6 M72@52");
    check_json(J68 " {\"a\": 1, \"a\": 2} " J72, "M68@0 B@35=1:47!6 M72@52");
    check_json("{\n\"a\": 1,\n\"a\": 2}\n" J72, "B@0=3:3!6 M72@18");
    check_json("{\"a\": \"\xff\"}\n" J68, "B@0=1:7!6 M68@11");
}

/* Messages are read after text that is not an object. */
static void test_json_broken(void **state)
{
    (void)state;
    /* not closed: the next line that begins an object is the next message */
    check_json("{\"header\": {\"method\": 0}\n" J68 "\n" J72, "B@0=2:1!6 M68@25 M72@60");
    check_json("{\"header\": {\n" J68, "B@0=2:1!6 M68@13");
    check_json(J68 "\n{\"header\": {\"method\": \"PEER\n" J72, "M68@0 B@35=2:28!6 M72@63");
    check_json(J68 "\n{\"header\": }}\n" J72 "\n", "M68@0 B@35=2:12!6 B@47=2:13!6 M72@49");
    check_json(J68 "\n]\n" J72 "\n", "M68@0 B@35=2:1!6 M72@37");
    check_json(J68 "\nnonsense\n" J72 "\n", "M68@0 B@35=2:1!6 M72@44");
    check_json("[" J68 ",\n{\"header\": ],\n" J72 "]\n", "M68@1 B@37=2:12!6 M72@51");
    /* over several lines: an indented object is part of the invalid one */
    check_json("{\n  \"header\": {\"method\": 0},\n  \"attributes\": [\n    {\"type\": 1}},\n    "
               "{\"type\": 7, \"hex\": \"\"}\n  ]\n}\n" J68,
               "B@0=4:16!6 M68@98");
    /* truncated input */
    check_json(J68 "\n{\"header\": {", "M68@0 B@35=2:13!6");
    check_json("[" J68 ",", "M68@1 B@36=1:37!6");
    check_json("[" J68, "M68@1 B@35=1:36!6");
    check_json("{", "B@0=1:2!6");
}

/* Values of the wrong type between messages, also on the same line */
static void test_json_wrong_types(void **state)
{
    (void)state;
    static const char *const between[] = {"1", "\"x\"", "null", "true", "[]", "1.5"};
    for (size_t i = 0; i < COUNT(between); i++) {
        char text[256];
        for (int form = 0; form < 2; form++) {
            struct test_log log;
            (void)snprintf(text, sizeof text, form == 0 ? "[" J68 ", %s, " J72 "]" : J68 " %s " J72,
                           between[i]);
            struct test_source source = {.octets = (const uint8_t *)text, .len = strlen(text)};
            test_collect(&log, RELOAD_FORM_JSON, &source, RELOAD_FORM_JSON);
            print_message("# %s: %s\n", between[i], log.text);
            assert_non_null(strstr(log.text, "M68@"));
            if (form == 0 || strcmp(between[i], "[]") != 0) /* an empty array is not an error */
                assert_non_null(strstr(log.text, " B@"));
            assert_non_null(strstr(log.text, " M72@"));
            reload_buf_free(&log.octets);
        }
    }
}

/* Columns count characters from the beginning of the line. */
static void test_json_columns(void **state)
{
    (void)state;
    check_json(J68 "{\"b\" 1}\n", "M68@0 B@34=1:40!6");
    check_json("{\"header\": {\"method\": 0}, \"meta\": \"\xc3\xa9\"}{\"b\" 1}\n",
               "M68@0 B@39=1:44!6"); /* 38 characters before it */
}

/* A value that is nested too deeply */
static void test_json_deep(void **state)
{
    (void)state;
    enum { DEEP = 100000 };
    char *text = malloc(6 * DEEP + 64);
    size_t len = 0;
    struct test_log log;
    assert_non_null(text);
    for (size_t i = 0; i < DEEP; i++, len += 5)
        memcpy(text + len, "{\"a\":", 5);
    text[len++] = '\n';
    memcpy(text + len, J68, 34);
    struct test_source source = {.octets = (const uint8_t *)text, .len = len + 34};
    test_collect(&log, RELOAD_FORM_AUTO, &source, RELOAD_FORM_JSON);
    assert_int_equal(strncmp(log.text, "B@0=", 4), 0);
    assert_non_null(strstr(log.text, " M68@500001"));
    reload_buf_free(&log.octets);
    free(text);
}

/* The octets that each item takes in the input */
static void check_extents(const char *text, const char *expected)
{
    struct test_source source = {.octets = (const uint8_t *)text, .len = strlen(text)};
    const reload_item *item;
    char list[256] = "";
    reload_reader *reader = reload_reader_new();
    assert_non_null(reader);
    reload_reader_open(reader, RELOAD_FORM_AUTO, test_pull, &source);
    while (reload_reader_next(reader, &item) == RELOAD_OK && item->kind != RELOAD_ITEM_END)
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), "%s%llu+%llu",
                       list[0] == '\0' ? "" : " ", (unsigned long long)item->offset,
                       (unsigned long long)item->extent);
    assert_string_equal(list, expected);
    reload_reader_free(&reader);
}

static void test_extents(void **state)
{
    (void)state;
    check_extents(M68 "\n" M72 "\n", "0+136 137+144");
    check_extents(" 5245 4c4f20000000 01010102 01000000\n" HEADER_FROM_LENGTH "\n0011",
                  "1+140 142+4");
    check_extents(M68 "\nxx\n\n" M72, "0+136 137+1 141+144");
    check_extents(CUT "\nxx\n\n" M72, "0+146 149+144");
    check_extents("[" J68 ", " J72 "]", "1+34 37+68");
    check_extents(BAD_VALUE "\n" J68 "x" J68, "0+29 30+34 64+1 65+34");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex_text),         cmocka_unit_test(test_invalid_hex_text),
        cmocka_unit_test(test_json_text),        cmocka_unit_test(test_json_byte_order_mark),
        cmocka_unit_test(test_json_bad_values),  cmocka_unit_test(test_json_broken),
        cmocka_unit_test(test_json_wrong_types), cmocka_unit_test(test_json_columns),
        cmocka_unit_test(test_json_deep),        cmocka_unit_test(test_joined),
        cmocka_unit_test(test_blanks),           cmocka_unit_test(test_runs),
        cmocka_unit_test(test_json_too_long),    cmocka_unit_test(test_extents),
        cmocka_unit_test(test_separated),        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_packets),          cmocka_unit_test(test_packet_streams),
        cmocka_unit_test(test_packet_times),     cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests_name("stream-text", tests, NULL, NULL);
}
