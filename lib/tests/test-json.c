/* Messages from and to JSON, sentence by sentence of reload-message(5). */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Accepted text ---- */

#define ID      "463ac413c4000000000000000000000000000000"
#define ZERO_ID "0000000000000000000000000000000000000000"

/* Messages of initial values: all that JSON leaves out. */
#define START  \
    "52454c4f" \
    "20000000" \
    "01010100"
#define REST                           \
    ZERO_ID ZERO_ID "0000000000000000" \
                    "00000000"
#define PLAIN(length) START "00" length REST
#define H             "{\"header\": {\"method\": 0}, \"attributes\": ["

static void reads(const char *text, const char *hex)
{
    reload_buf buf = {0};
    reload_diag diag = {0};
    test_show(text);
    if (reload_json_read(text, strlen(text), &buf, &diag) != RELOAD_OK)
        fail_msg("%s: %s", diag.pointer, diag.text);
    test_same(buf.octets, buf.len, hex);
    reload_buf_free(&buf);
}

static void test_defaults(void **state)
{
    (void)state;
    reads("{\"header\": {\"method\": \"PEER-JOIN\"}}", PLAIN("000000"));
    reads("{\"header\": {\"method\": 0}, \"attributes\": []}", PLAIN("000000"));
}

static void test_header_values(void **state)
{
    (void)state;
    /* names or integers */
    reads("{\"header\": {\"ttl\": 5, \"routing\": \"REDIRECT\", \"frag\": true, \"lfrg\": false, "
          "\"frag_reserved\": 4660,"
          "\"experimental\": true, \"version\": 127, \"dht\": \"Bamboo1.0\", \"hash\": 9, "
          "\"security\": \"CERTS\","
          "\"response\": true, \"method\": \"TRANSPORT-TUNNEL\", \"length\": 99, "
          "\"destination_id\": \"" ID "\","
          "\"source_id\": \"000102030405060708090A0B0C0D0E0F10111213\", \"transaction_id\": "
          "\"4690c25c00000007\","
          "\"overlay\": \"CBF43926\"}}",
          "52454c4f"
          "05"
          "02"
          "9234"
          "ff"
          "02"
          "09"
          "03"
          "a1"
          "000000" ID "000102030405060708090a0b0c0d0e0f10111213"
          "4690c25c00000007"
          "cbf43926");
    reads("{\"header\": {\"ttl\": 255, \"routing\": 2, \"frag_reserved\": 16383, \"version\": 0, "
          "\"dht\": 2, \"hash\": \"SHA-1\","
          "\"security\": 3, \"method\": 127, \"lfrg\": true}}",
          "52454c4f"
          "ff"
          "02"
          "7fff"
          "00"
          "02"
          "01"
          "03"
          "7f"
          "000000" REST);
    reads("{\"header\": {\"method\": 17, \"routing\": 255, \"dht\": 0, \"hash\": 0, \"security\": "
          "255}}",
          "52454c4f"
          "20"
          "ff"
          "0000"
          "01"
          "00"
          "00"
          "ff"
          "11"
          "000000" REST);
    /* an overlay by name, IDs by the text that they are the SHA-1 of */
    reads("{\"header\": {\"method\": 0, \"overlay\": {\"name\": \"chat\"}, \"source_id\": "
          "{\"sha1\": \"abc\"},"
          "\"destination_id\": {\"sha1\": \"\"}}}",
          START "00"
                "000000"
                "da39a3ee5e6b4b0d3255bfef95601890afd80709"
                "a9993e364706816aba3e25717850c26c9cd0d89d"
                "0000000000000000"
                "659df2aa");
}

static void test_every_method_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *octet;
    } rows[] = {{"PEER-JOIN", "00"},       {"PEER-SEARCH", "01"},       {"RESOURCE-GET", "10"},
                {"RESOURCE-PUT", "11"},    {"RESOURCE-TRANSFER", "12"}, {"TRANSPORT-OPEN", "20"},
                {"TRANSPORT-TUNNEL", "21"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[128], hex[256];
        (void)snprintf(text, sizeof text, "{\"header\": {\"method\": \"%s\"}}", rows[i].name);
        (void)snprintf(hex, sizeof hex,
                       START "%s"
                             "000000" REST,
                       rows[i].octet);
        reads(text, hex);
    }
}

static void test_types(void **state)
{
    (void)state;
    /* names, second spellings, "0x", integers */
    reads(
        H
        "{\"type\": \"PEER-CERT\", \"hex\": \"\"}, {\"type\": \"PEER-CERTIFICATE\", \"hex\": \"\"},"
        "{\"type\": \"PEER-CERTIFCATE\", \"hex\": \"\"}, {\"type\": \"0x0105\", \"hex\": \"\"}, "
        "{\"type\": 261, \"hex\": \"\"}]}",
        PLAIN("000014") "01050000"
                        "01050000"
                        "01050000"
                        "01050000"
                        "01050000");
    reads(H "{\"type\": \"RESOURCE-CERTIFICATE\", \"hex\": \"\"}, {\"type\": "
            "\"RESOURCE-INFO.BODY.PARAMETER.KEY\", \"value\": \"\"}]}",
          PLAIN("000008") "03080000"
                          "03090000");
    reads(H "{\"type\": \"0x0655\", \"hex\": \"aB\"}, {\"type\": \"0xFFff\", \"hex\": \"\"}, "
            "{\"type\": 0, \"hex\": \"\"},"
            "{\"type\": 65535, \"hex\": \"\"}]}",
          PLAIN("000014") "06550001"
                          "ab000000"
                          "ffff0000"
                          "00000000"
                          "ffff0000");
    /* a known type by number is typed */
    reads(H "{\"type\": \"0x0104\", \"value\": 300}, {\"type\": 260, \"value\": 300}]}",
          PLAIN("000010") "01040004"
                          "0000012c"
                          "01040004"
                          "0000012c");
}

static void test_values(void **state)
{
    (void)state;
    reads(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 431, \"reason\": \"x\"}},"
            "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 100}}, {\"type\": "
            "\"RESPONSE-CODE\", \"value\": {\"code\": 799}}]}",
          PLAIN("00001c") "00010005"
                          "0000041f"
                          "78000000"
                          "00010004"
                          "00000100"
                          "00010004"
                          "00000763");
    reads(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"port\": 5060, "
            "\"protocol\": 255}},"
            "{\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:5060\"}]}",
          PLAIN("000018") "01030008"
                          "ff0113c4"
                          "0a040102"
                          "01030008"
                          "000113c4"
                          "0a040102");
    reads(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"2001:DB8::1\", \"port\": 0, "
            "\"protocol\": 0}},"
            "{\"type\": \"PEER-IP-PORT\", \"value\": \"[::ffff:10.4.1.2]:65535\"}]}",
          PLAIN("000030") "01030014"
                          "00020000"
                          "20010db8000000000000000000000001"
                          "01030014"
                          "0002ffff"
                          "00000000000000000000ffff0a040102");
    reads(H "{\"type\": \"PEER-ID\", \"value\": \"" ID
            "\"}, {\"type\": \"PEER-ID\", \"value\": {\"sha1\": \"abc\"}}]}",
          PLAIN("000030") "01010014" ID "01010014"
                          "a9993e364706816aba3e25717850c26c9cd0d89d");
    reads(H "{\"type\": \"PEER-EXPIRATION\", \"value\": 0}, {\"type\": \"TIMESTAMP\", \"value\": "
            "4294967295},"
            "{\"type\": \"APPLICATION.DIALOG\", \"value\": 7}]}",
          PLAIN("000018") "01040004"
                          "00000000"
                          "08010004"
                          "ffffffff"
                          "04050004"
                          "00000007");
    reads(H "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \">\"}, {\"type\": "
            "\"RESOURCE-INFO.BODY.PARAMETER.OP\","
            "\"value\": 255}, {\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": \"TLS\"}, {\"type\": "
            "\"ROUTE-LOG.TRANSPORT\", \"value\": 65535}]}",
          PLAIN("000020") "030a0001"
                          "03000000"
                          "030a0001"
                          "ff000000"
                          "04010002"
                          "00380000"
                          "04010002"
                          "ffff0000");
    reads(H "{\"type\": \"SDP\", \"value\": \"\\u00e9\\ud83d\\ude00\\n\"}]}",
          PLAIN("00000c") "00070007"
                          "c3a9f09f98800a"
                          "00");
    reads(
        H
        "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-NAME\", \"value\": \"ab\"}]}]}",
        PLAIN("00000c") "00020008"
                        "01020002"
                        "61620000");
}

/* Any attribute may have hex, which is written as it is. */
static void test_hex_values(void **state)
{
    (void)state;
    reads(H "{\"type\": \"PEER-ID\", \"hex\": \"00\"}, {\"type\": \"SOURCE-INFO\", \"hex\": "
            "\"0102ffff\"},"
            "{\"type\": \"SDP\", \"hex\": \"ff\"}, {\"type\": \"RESPONSE-CODE\", \"hex\": \"\"}]}",
          PLAIN("00001c") "01010001"
                          "00000000"
                          "00020004"
                          "0102ffff"
                          "00070001"
                          "ff000000"
                          "00010000");
}

static void test_lies(void **state)
{
    (void)state;
    /* forced_length in the header and on attributes; padding follows the actual length */
    reads("{\"header\": {\"method\": 0, \"forced_length\": 16777215}}", PLAIN("ffffff"));
    reads("{\"header\": {\"forced_length\": 0, \"method\": 0}, \"attributes\": [{\"type\": "
          "\"SDP\", \"value\": \"a\"}]}",
          PLAIN("000000") "00070001"
                          "61000000");
    reads(H "{\"type\": \"SDP\", \"value\": \"a\", \"forced_length\": 65535}, {\"type\": \"SDP\", "
            "\"value\": \"ab\", \"forced_length\": 0}]}",
          PLAIN("000010") "0007ffff"
                          "61000000"
                          "00070000"
                          "61620000");
    reads(H "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"SDP\", \"value\": \"\", "
            "\"forced_length\": 8}], \"forced_length\": 12}]}",
          PLAIN("000008") "0002000c"
                          "00070008");
    /* padding and trailing octets */
    reads(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"00beEF\"}, {\"type\": \"SDP\", "
            "\"value\": \"abcd\", \"padding\": \"\"}]}",
          PLAIN("000010") "00070001"
                          "6100beef"
                          "00070004"
                          "61626364");
    reads("{\"header\": {\"method\": 0}, \"trailing\": {\"hex\": \"0102ff\", \"error\": \"x\"}, "
          "\"attributes\": ["
          "{\"type\": \"SDP\", \"value\": \"\"}]}",
          PLAIN("000007") "00070000"
                          "0102ff");
    reads("{\"garbage\": {\"hex\": \"00Ff\", \"error\": \"no token\"}}", "00ff");
    reads("{\"garbage\": {\"hex\": \"\"}, \"meta\": {\"x\": [1]}}", "");
}

/* Keys for reading only say nothing, whatever they hold. */
static void test_for_reading_only(void **state)
{
    (void)state;
    reads("{\"meta\": {\"file\": \"x\", \"time\": 1}, \"header\": {\"method\": 0, \"length\": 77}, "
          "\"attributes\": [{\"type\": \"SDP\","
          "\"value\": \"\", \"ignored\": true, \"error\": \"x\", \"message\": {\"y\": 1}}]}",
          PLAIN("000004") "00070000");
    reads("{\"meta\": 7, \"header\": {\"method\": 0, \"length\": \"long\"}, \"attributes\": "
          "[{\"type\": \"SDP\","
          "\"value\": \"\", \"ignored\": 1, \"error\": null, \"message\": []}], \"trailing\": "
          "{\"hex\": \"\", \"error\": 1}}",
          PLAIN("000004") "00070000");
}

/* Out is appended to; on failure it is as it was. */
static void test_out(void **state)
{
    (void)state;
    reload_buf buf = {0};
    static const char good[] = "{\"garbage\": {\"hex\": \"bb\"}}";
    static const char bad[] =
        "{\"header\": {\"method\": 0}, \"attributes\": [{\"type\": \"SDP\", \"value\": \"a\"}, 1]}";
    test_hex(&buf, "aa");
    assert_int_equal(reload_json_read(good, strlen(good), &buf, NULL), RELOAD_OK);
    test_same(buf.octets, buf.len, "aabb");
    assert_int_equal(reload_json_read(bad, strlen(bad), &buf, NULL), RELOAD_ERR_VALUE);
    test_same(buf.octets, buf.len, "aabb");
    assert_int_equal(buf.err, RELOAD_OK);
    assert_int_equal(reload_json_read("{", 1, &buf, NULL), RELOAD_ERR_SYNTAX);
    test_same(buf.octets, buf.len, "aabb");
    reload_buf_free(&buf);
}

static void test_one_attribute(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_diag diag = {0};
    static const char good[] = "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": "
                               "\"ROUTE-LOG.TRANSPORT\", \"value\": \"TCP\"}]}";
    assert_int_equal(reload_json_read_attr(good, strlen(good), &buf, &diag), RELOAD_OK);
    test_same(buf.octets, buf.len,
              "00040008"
              "04010002"
              "00060000");
    static const char bad[] = "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": "
                              "\"ROUTE-LOG.TRANSPORT\", \"value\": \"tcp\"}]}";
    assert_int_equal(reload_json_read_attr(bad, strlen(bad), &buf, &diag), RELOAD_ERR_VALUE);
    assert_string_equal(diag.pointer, "/value/0/value");
    assert_int_equal(reload_json_read_attr("[]", 2, &buf, &diag), RELOAD_ERR_VALUE);
    assert_string_equal(diag.pointer, "");
    assert_int_equal(buf.len, 12);
    reload_buf_free(&buf);
}

/* ---- Errors ---- */

static void refuses(const char *text, reload_err err, const char *pointer)
{
    reload_buf buf = {0};
    reload_diag diag = {0};
    test_show(text);
    assert_int_equal(reload_json_read(text, strlen(text), &buf, &diag), err);
    assert_int_equal(diag.code, err);
    assert_true(diag.has_pointer);
    assert_string_equal(diag.pointer, pointer);
    assert_int_equal(diag.line, 0);
    assert_true(strlen(diag.text) > 0);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.err, RELOAD_OK);
    reload_buf_free(&buf);
}

#define V RELOAD_ERR_VALUE

static void test_unknown_keys(void **state)
{
    (void)state;
    refuses("{\"header\": {\"method\": 0}, \"x\": 1}", V, "/x");
    refuses("{\"header\": {\"method\": 0, \"Method\": 0}}", V, "/header/Method");
    refuses("{\"header\": {\"method\": 0, \"a/b~c\": 0}}", V, "/header/a~1b~0c");
    refuses(H "{\"type\": \"SDP\", \"value\": \"\", \"\": 1}]}", V, "/attributes/0/");
    refuses(H "{\"type\": \"SDP\", \"value\": \"\", \"length\": 1}]}", V, "/attributes/0/length");
    refuses(H "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"SDP\", \"value\": \"\"}, "
              "{\"type\": \"SDP\", \"vlaue\": \"\"}]}]}",
            V, "/attributes/0/value/1/vlaue");
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 200, \"phrase\": \"\"}}]}", V,
            "/attributes/0/value/phrase");
    refuses(
        H
        "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"port\": 1, \"x\": 1}}]}",
        V, "/attributes/0/value/x");
    refuses("{\"header\": {\"method\": 0}, \"trailing\": {\"hex\": \"\", \"x\": 1}}", V,
            "/trailing/x");
    refuses("{\"garbage\": {\"hex\": \"\", \"x\": 1}}", V, "/garbage/x");
    refuses("{\"garbage\": {\"hex\": \"\"}, \"header\": {\"method\": 0}}", V, "/header");
}

static void test_missing(void **state)
{
    (void)state;
    refuses("{}", V, "/header");
    refuses("{\"attributes\": []}", V, "/header");
    refuses("{\"header\": {}}", V, "/header/method"); /* method is required */
    refuses("{\"header\": {\"ttl\": 1}}", V, "/header/method");
    refuses(H "{\"value\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": \"SDP\"}]}", V, "/attributes/0");
    refuses(H "{\"type\": \"SDP\", \"value\": \"\", \"hex\": \"\"}]}", V,
            "/attributes/0"); /* exactly one of the two */
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"reason\": \"x\"}}]}", V,
            "/attributes/0/value/code");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"port\": 1}}]}", V,
            "/attributes/0/value/ip");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\"}}]}", V,
            "/attributes/0/value/port");
    refuses("{\"garbage\": {}}", V, "/garbage/hex");
    refuses("{\"header\": {\"method\": 0}, \"trailing\": {}}", V, "/trailing/hex");
}

static void test_wrong_types(void **state)
{
    (void)state;
    refuses("[]", V, "");
    refuses("{\"header\": []}", V, "/header");
    refuses("{\"header\": {\"method\": 0}, \"attributes\": {}}", V, "/attributes");
    refuses("{\"header\": {\"method\": 0}, \"attributes\": null}", V, "/attributes");
    refuses(H "1]}", V, "/attributes/0");
    refuses("{\"header\": {\"method\": null}}", V, "/header/method");
    refuses("{\"header\": {\"method\": 1.0}}", V, "/header/method");
    refuses("{\"header\": {\"method\": 0, \"ttl\": \"5\"}}", V, "/header/ttl");
    refuses("{\"header\": {\"method\": 0, \"ttl\": true}}", V, "/header/ttl");
    refuses("{\"header\": {\"method\": 0, \"frag\": 1}}", V, "/header/frag");
    refuses("{\"header\": {\"method\": 0, \"response\": \"true\"}}", V, "/header/response");
    refuses("{\"header\": {\"method\": 0, \"overlay\": 1704850090}}", V, "/header/overlay");
    refuses("{\"header\": {\"method\": 0, \"overlay\": {\"sha1\": \"chat\"}}}", V,
            "/header/overlay");
    refuses("{\"header\": {\"method\": 0, \"overlay\": {\"name\": \"chat\", \"x\": 1}}}", V,
            "/header/overlay");
    refuses("{\"header\": {\"method\": 0, \"overlay\": {\"name\": 1}}}", V, "/header/overlay");
    refuses("{\"header\": {\"method\": 0, \"source_id\": {\"name\": \"x\"}}}", V,
            "/header/source_id");
    refuses("{\"header\": {\"method\": 0, \"source_id\": 1}}", V, "/header/source_id");
    refuses("{\"header\": {\"method\": 0, \"transaction_id\": {\"sha1\": \"x\"}}}", V,
            "/header/transaction_id");
    refuses(H "{\"type\": null, \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": \"SDP\", \"value\": 1}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"SDP\", \"hex\": 1}]}", V, "/attributes/0/hex");
    refuses(H "{\"type\": \"PEER-EXPIRATION\", \"value\": \"300\"}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-EXPIRATION\", \"value\": 300.0}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"SOURCE-INFO\", \"value\": {}}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": 200}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": \"200\"}}]}", V,
            "/attributes/0/value/code");
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 200, \"reason\": 1}}]}", V,
            "/attributes/0/value/reason");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": 1}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": 1, \"port\": 1}}]}", V,
            "/attributes/0/value/ip");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"::\", \"port\": 1, \"protocol\": "
              "\"UDP\"}}]}",
            V, "/attributes/0/value/protocol");
    refuses(H "{\"type\": \"SDP\", \"value\": \"\", \"forced_length\": \"1\"}]}", V,
            "/attributes/0/forced_length");
    refuses(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": 0}]}", V,
            "/attributes/0/padding");
    refuses("{\"garbage\": \"00\"}", V, "/garbage");
    refuses("{\"header\": {\"method\": 0}, \"trailing\": \"00\"}", V, "/trailing");
    /* octet strings are hex, never value */
    refuses(H "{\"type\": \"DIGEST\", \"value\": \"00\"}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"0x0655\", \"value\": 1}]}", V, "/attributes/0/value");
}

static void test_out_of_range(void **state)
{
    (void)state;
    refuses("{\"header\": {\"method\": 128}}", V, "/header/method");
    refuses("{\"header\": {\"method\": \"peer-join\"}}", V, "/header/method");
    refuses("{\"header\": {\"method\": \"HMAC\"}}", V, "/header/method");
    refuses("{\"header\": {\"method\": 0, \"ttl\": 256}}", V, "/header/ttl");
    refuses("{\"header\": {\"method\": 0, \"ttl\": -1}}", V, "/header/ttl");
    refuses("{\"header\": {\"method\": 0, \"ttl\": 4294967297}}", V, "/header/ttl");
    refuses("{\"header\": {\"method\": 0, \"version\": 128}}", V, "/header/version");
    refuses("{\"header\": {\"method\": 0, \"routing\": 256}}", V, "/header/routing");
    refuses("{\"header\": {\"method\": 0, \"routing\": \"\"}}", V, "/header/routing");
    refuses("{\"header\": {\"method\": 0, \"frag_reserved\": 16384}}", V, "/header/frag_reserved");
    refuses("{\"header\": {\"method\": 0, \"forced_length\": 16777216}}", V,
            "/header/forced_length");
    refuses("{\"header\": {\"method\": 0, \"forced_length\": -1}}", V, "/header/forced_length");
    refuses("{\"header\": {\"method\": 0, \"overlay\": \"659df2a\"}}", V, "/header/overlay");
    refuses("{\"header\": {\"method\": 0, \"overlay\": \"659df2aag0\"}}", V, "/header/overlay");
    refuses("{\"header\": {\"method\": 0, \"source_id\": \"00\"}}", V, "/header/source_id");
    refuses("{\"header\": {\"method\": 0, \"source_id\": "
            "\"g63ac413c4000000000000000000000000000000\"}}",
            V, "/header/source_id");
    refuses("{\"header\": {\"method\": 0, \"transaction_id\": \"4690c25c0000000\"}}", V,
            "/header/transaction_id");
    refuses(H "{\"type\": \"NO-SUCH\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": \"0x655\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": \"0x00655\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": \"0x06g5\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": 65536, \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": -1, \"hex\": \"\"}]}", V, "/attributes/0/type");
    refuses(H "{\"type\": \"SDP\", \"hex\": \"0\"}]}", V, "/attributes/0/hex");
    refuses(H "{\"type\": \"SDP\", \"hex\": \"0x\"}]}", V, "/attributes/0/hex");
    refuses(H "{\"type\": \"SDP\", \"hex\": \"00 \"}]}", V, "/attributes/0/hex");
    refuses(H "{\"type\": \"PEER-EXPIRATION\", \"value\": 4294967296}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-EXPIRATION\", \"value\": -1}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-ID\", \"value\": \"00\"}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 99}}]}", V,
            "/attributes/0/value/code");
    refuses(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 800}}]}", V,
            "/attributes/0/value/code");
    refuses(H "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": 256}]}", V,
            "/attributes/0/value");
    refuses(H "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \"==\"}]}", V,
            "/attributes/0/value");
    refuses(H "{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": 65536}]}", V, "/attributes/0/value");
    refuses(H "{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": \"DCCP\"}]}", V,
            "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:65536\"}]}", V,
            "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1\", \"port\": 1}}]}", V,
            "/attributes/0/value/ip");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"::\", \"port\": 65536}}]}", V,
            "/attributes/0/value/port");
    refuses(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"::\", \"port\": 1, \"protocol\": "
              "256}}]}",
            V, "/attributes/0/value/protocol");
    refuses(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"0000\"}]}", V,
            "/attributes/0/padding");
    refuses(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"00000000\"}]}", V,
            "/attributes/0/padding");
    refuses(H "{\"type\": \"SDP\", \"value\": \"\", \"forced_length\": 65536}]}", V,
            "/attributes/0/forced_length");
    refuses("{\"garbage\": {\"hex\": \"0\"}}", V, "/garbage/hex");
}

/* A number beyond the machine's integers is out of range like others, and its place is reported.
 */
static void test_far_out_of_range(void **state)
{
    (void)state;
    refuses("{\"header\": {\"method\": 0, \"ttl\": 99999999999999999999}}", V, "/header/ttl");
    refuses(H "{\"type\": \"PEER-EXPIRATION\", \"value\": -99999999999999999999}]}", V,
            "/attributes/0/value");
    refuses(H "{\"type\": \"PEER-EXPIRATION\", \"value\": -1e300}]}", V, "/attributes/0/value");
    /* beyond a double's range, only the place in the text is known */
    static const char text[] = H "{\"type\": \"PEER-EXPIRATION\", \"value\": 1e999}]}";
    reload_buf buf = {0};
    reload_diag diag = {0};
    assert_int_equal(reload_json_read(text, sizeof text - 1, &buf, &diag), RELOAD_ERR_SYNTAX);
    assert_int_equal(diag.line, 1);
    assert_true(diag.column > 60);
    assert_string_equal(diag.text, "number too large");
    reload_buf_free(&buf);
}

/* A NUL is JSON, but no text of ours. */
static void test_nul_in_text(void **state)
{
    (void)state;
    refuses(H "{\"type\": \"SDP\", \"value\": \"a\\u0000b\"}]}", V, "/attributes/0/value");
}

static void test_depth(void **state)
{
    (void)state;
    /* a composite at depth 16 is written as hex; typed, it is too deep */
    for (unsigned depth = 15; depth <= 17; depth++) {
        char text[4096] = "{\"header\": {\"method\": 0}, \"attributes\": [";
        char pointer[512] = "/attributes/0";
        for (unsigned i = 0; i < depth; i++) {
            (void)strncat(text, "{\"type\": \"SOURCE-INFO\", \"value\": [",
                          sizeof text - strlen(text) - 1);
            if (i > 0 && i < 16)
                (void)strncat(pointer, "/value/0", sizeof pointer - strlen(pointer) - 1);
        }
        for (unsigned i = 0; i < depth; i++)
            (void)strncat(text, "]}", sizeof text - strlen(text) - 1);
        (void)strncat(text, "]}", sizeof text - strlen(text) - 1);
        (void)strncat(pointer, "/value", sizeof pointer - strlen(pointer) - 1);
        if (depth > 15) {
            refuses(text, V, pointer);
            continue;
        }
        reload_buf buf = {0};
        test_json(&buf, text);
        assert_int_equal(buf.len, 68 + 15 * 4);
        reload_buf_free(&buf);
    }
}

static void test_too_long(void **state)
{
    (void)state;
    enum { LONG = 0x10000 };
    char *digits = malloc(2 * LONG + 1), *text = malloc(260u * (2 * LONG + 64));
    assert_non_null(digits);
    assert_non_null(text);
    memset(digits, '0', 2 * LONG);
    digits[2 * LONG] = '\0';
    (void)snprintf(text, 2 * LONG + 200, H "{\"type\": 1621, \"hex\": \"%s\"}]}", digits);
    refuses(text, RELOAD_ERR_TOO_LONG, "/attributes/0");
    (void)snprintf(text, 2 * LONG + 200,
                   H "{\"type\": 2, \"value\": [{\"type\": 1621, \"hex\": \"%.131064s\"}]}]}",
                   digits);
    refuses(text, RELOAD_ERR_TOO_LONG, "/attributes/0");
    /* the header's Length: 256 attributes of 64 KiB, unless forced_length is given */
    for (int forced = 0; forced < 2; forced++) {
        size_t len =
            (size_t)snprintf(text, 128, "{\"header\": {\"method\": 0%s}, \"attributes\": [",
                             forced ? ", \"forced_length\": 5" : "");
        for (unsigned i = 0; i < 256; i++)
            len += (size_t)snprintf(text + len, 2 * LONG + 64,
                                    "%s{\"type\": 1621, \"hex\": \"%.131064s\"}", i > 0 ? "," : "",
                                    digits);
        text[len++] = ']';
        text[len++] = '}';
        text[len] = '\0';
        if (!forced) {
            refuses(text, RELOAD_ERR_TOO_LONG, "");
            continue;
        }
        reload_buf buf = {0};
        test_json(&buf, text);
        assert_int_equal(buf.len, 68 + 256 * 0x10000);
        test_same(buf.octets + 13, 3, "000005");
        reload_buf_free(&buf);
    }
    free(text);
    free(digits);
}

static void syntax(const char *text, unsigned line, unsigned column)
{
    reload_buf buf = {0};
    reload_diag diag = {0};
    test_show(text);
    assert_int_equal(reload_json_read(text, strlen(text), &buf, &diag), RELOAD_ERR_SYNTAX);
    assert_int_equal(diag.code, RELOAD_ERR_SYNTAX);
    assert_int_equal(diag.line, line);
    assert_int_equal(diag.column, column);
    assert_false(diag.has_pointer);
    assert_true(strlen(diag.text) > 0);
    assert_int_equal(buf.len, 0);
    reload_buf_free(&buf);
}

/* Line and column of the last character of the fault. */
static void test_syntax(void **state)
{
    (void)state;
    syntax("", 1, 1);
    syntax("{", 1, 1);
    syntax("{\"header\" 0}", 1, 11);
    syntax("{\"header\":\n  {\"method\": nope}}", 2, 17);
    syntax("{\"header\": {\"method\": 0}} x", 1, 27);
    syntax("{\"header\": {\"method\": 0}}{}", 1, 26);
    syntax("{\"header\": {\"method\": 0,}}", 1, 25);
    syntax("{\"header\": {\"method\": 01}}", 1, 23);
    syntax("{'header': 0}", 1, 2);
    /* duplicate keys, at any level */
    syntax("{\"header\": {\"method\": 0}, \"header\": {\"method\": 0}}", 1, 34);
    syntax("{\"header\": {\"method\": 0,\n\"method\": 0}}", 2, 8);
    syntax("{\"meta\": {\"a\": 1, \"a\": 1}}", 1, 21);
    /* columns are characters, not octets */
    syntax("{\"\xc3\xa9\xe2\x82\xac\" 0}", 1, 7);
    /* no UTF-8, and no lone surrogates */
    syntax("{\"\xff\"}", 1, 2);
    syntax("{\"meta\": \"\\ud800\"}", 1, 17);
}

/* ---- Out and in again ---- */

static void test_written(void **state)
{
    (void)state;
    /* numbers without a name are integers; garbage; trailing; cut short; errors are said */
    reload_buf buf = {0}, out = {0};
    test_message(&buf, "030a0001"
                       "00000000"
                       "04010002"
                       "12340000"
                       "01030008"
                       "010113c4"
                       "0a040102"
                       "00020001"
                       "00000000"
                       "0007");
    buf.octets[5] = 7;
    buf.octets[9] = 0;
    buf.octets[10] = 0;
    buf.octets[11] = 0;
    buf.octets[12] = 0xb0; /* a response, of the DHT's method 0x30 */
    buf.octets[15] = 40;   /* 38 octets are there */
    reload_msg *msg = test_parse(&buf);
    test_json_is(
        msg, 0,
        "{\"header\": {\"ttl\": 32, \"routing\": 7, \"frag\": false, \"lfrg\": false, "
        "\"frag_reserved\": 0, "
        "\"experimental\": false, \"version\": 1, \"dht\": 0, \"hash\": 0, \"security\": 0, "
        "\"response\": true, "
        "\"method\": 48, \"length\": 38, \"forced_length\": 40, "
        "\"destination_id\": \"a6c5927a45000000000000000000000000000000\", "
        "\"source_id\": \"463ac413c4000000000000000000000000000000\", \"transaction_id\": "
        "\"4690c25c00000000\", "
        "\"overlay\": \"659df2aa\"}, \"attributes\": ["
        "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": 0}, "
        "{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": 4660}, "
        "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"port\": 5060, "
        "\"protocol\": 1}}, "
        "{\"type\": \"SOURCE-INFO\", \"hex\": \"00\", "
        "\"error\": \"fewer than four octets left, too few for an attribute's type and Length\"}], "
        "\"trailing\": {\"hex\": \"0007\", "
        "\"error\": \"fewer than four octets left, too few for an attribute's type and Length\"}}");
    assert_int_equal(reload_json_write_garbage((const uint8_t *)"\x00\xff", 2, "no token", NULL, 0,
                                               test_sink, &out),
                     RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal((const char *)out.octets,
                        "{\"garbage\": {\"hex\": \"00ff\", \"error\": \"no token\"}}");
    reload_msg_free(&msg);
    reload_buf_free(&out);
    reload_buf_free(&buf);
}

static void test_pretty(void **state)
{
    (void)state;
    reload_buf buf = {0}, out = {0};
    reload_origin origin = {.file = "a\xff.bin", .offset = 7, .index = 2};
    test_message(&buf, "00020008"
                       "01040004"
                       "0000012c"
                       "00070000");
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_json_write(msg, &origin, RELOAD_PRETTY, test_sink, &out), RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal((const char *)out.octets,
                        "{\n"
                        "  \"header\": {\n"
                        "    \"ttl\": 32,\n"
                        "    \"routing\": \"UNSPECIFIED\",\n"
                        "    \"frag\": false,\n"
                        "    \"lfrg\": false,\n"
                        "    \"frag_reserved\": 0,\n"
                        "    \"experimental\": false,\n"
                        "    \"version\": 1,\n"
                        "    \"dht\": \"Chord1.0\",\n"
                        "    \"hash\": \"SHA-1\",\n"
                        "    \"security\": \"HMAC\",\n"
                        "    \"response\": false,\n"
                        "    \"method\": \"PEER-SEARCH\",\n"
                        "    \"length\": 16,\n"
                        "    \"destination_id\": \"a6c5927a45000000000000000000000000000000\",\n"
                        "    \"source_id\": \"463ac413c4000000000000000000000000000000\",\n"
                        "    \"transaction_id\": \"4690c25c00000000\",\n"
                        "    \"overlay\": \"659df2aa\"\n"
                        "  },\n"
                        "  \"attributes\": [\n"
                        "    {\n"
                        "      \"type\": \"SOURCE-INFO\",\n"
                        "      \"value\": [\n"
                        "        {\n"
                        "          \"type\": \"PEER-EXPIRATION\",\n"
                        "          \"value\": 300\n"
                        "        }\n"
                        "      ]\n"
                        "    },\n"
                        "    {\n"
                        "      \"type\": \"SDP\",\n"
                        "      \"value\": \"\"\n"
                        "    }\n"
                        "  ],\n"
                        "  \"meta\": {\n"
                        "    \"file\": \"a\xef\xbf\xbd.bin\",\n"
                        "    \"offset\": 7,\n"
                        "    \"index\": 2\n"
                        "  }\n"
                        "}");
    reload_msg_free(&msg);
    reload_buf_free(&out);
    reload_buf_free(&buf);
}

static int refuse_after(void *arg, const void *octets, size_t len)
{
    size_t *left = arg;
    (void)octets;
    if (len > *left)
        return -1;
    *left -= len;
    return 0;
}

/* A sink that fails at any place makes the writer say so. */
static void test_write_errors(void **state)
{
    (void)state;
    reload_buf buf = {0}, out = {0};
    test_everything(&buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, test_sink, &out), RELOAD_OK);
    for (size_t at = 0; at < out.len; at += 17) {
        size_t left = at;
        assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, refuse_after, &left),
                         RELOAD_ERR_WRITE);
    }
    size_t left = out.len;
    assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, refuse_after, &left), RELOAD_OK);
    assert_int_equal(left, 0);
    reload_msg_free(&msg);
    reload_buf_free(&out);
    reload_buf_free(&buf);
}

/* Reads a stream, writes it as JSON, reads that: the same octets, cut the same way. */
static void check_identity(const uint8_t *octets, size_t len, unsigned flags)
{
    reload_reader *reader = reload_reader_new();
    reload_msg *msg = reload_msg_new();
    reload_buf text = {0}, again = {0}, kinds = {0}, kinds_again = {0};
    const reload_item *item;
    struct test_source source = {.octets = octets, .len = len};
    reload_reader_open(reader, RELOAD_FORM_BINARY, test_pull, &source);
    for (;;) {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        if (item->kind == RELOAD_ITEM_END)
            break;
        uint8_t kind = (uint8_t)item->kind;
        reload_buf_append(&kinds, &kind, 1);
        if (item->kind == RELOAD_ITEM_MESSAGE) {
            assert_int_equal(reload_msg_parse(msg, item->octets, item->len, NULL), RELOAD_OK);
            assert_int_equal(reload_json_write(msg, NULL, flags, test_sink, &text), RELOAD_OK);
        } else {
            assert_int_equal(item->kind, RELOAD_ITEM_GARBAGE);
            assert_int_equal(reload_json_write_garbage(item->octets, item->len, item->diag.text,
                                                       NULL, flags, test_sink, &text),
                             RELOAD_OK);
        }
        reload_buf_append(&text, "\n", 1);
    }
    if (flags == 0) { /* one line each */
        size_t lines = 0;
        for (size_t i = 0; i < text.len; i++)
            lines += text.octets[i] == '\n';
        assert_int_equal(lines, kinds.len);
    }
    source = (struct test_source){.octets = text.octets, .len = text.len};
    reload_reader_open(reader, RELOAD_FORM_JSON, test_pull, &source);
    for (;;) {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        if (item->kind == RELOAD_ITEM_END)
            break;
        uint8_t kind = (uint8_t)item->kind;
        reload_buf_append(&kinds_again, &kind, 1);
        reload_buf_append(&again, item->octets, item->len);
    }
    test_same_octets(again.octets, again.len, octets, len);
    test_same_octets(kinds_again.octets, kinds_again.len, kinds.octets, kinds.len);
    reload_buf_free(&kinds_again);
    reload_buf_free(&kinds);
    reload_buf_free(&again);
    reload_buf_free(&text);
    reload_msg_free(&msg);
    reload_reader_free(&reader);
}

/* Messages with a few octets changed, taken out, put in, cut off or doubled, and plain random
 * octets with tokens in them. */
static void test_identity(void **state)
{
    (void)state;
    uint64_t seed = UINT64_C(0x52454c4f20070708);
    reload_buf base = {0};
    test_everything(&base);
    check_identity(base.octets, base.len, 0);
    check_identity(base.octets, base.len, RELOAD_PRETTY);
    for (unsigned round = 0; round < 4000; round++) {
        uint8_t octets[4096];
        size_t len = base.len;
        memcpy(octets, base.octets, len);
        if (round % 8 == 7) {
            len = test_below(&seed, 400);
            for (size_t i = 0; i < len; i++)
                octets[i] = (uint8_t)test_random(&seed);
        }
        for (size_t changes = test_below(&seed, 6); changes > 0 && len > 0; changes--) {
            size_t at = test_below(&seed, len), n = test_below(&seed, 24);
            n = n < len - at ? n : len - at;
            switch (test_below(&seed, 7)) {
            case 0:
                octets[at] = (uint8_t)test_random(&seed);
                break;
            case 1:
                octets[at] ^= (uint8_t)(1u << test_below(&seed, 8));
                break;
            case 2: /* out */
                memmove(octets + at, octets + at + n, len - at - n);
                len -= n;
                break;
            case 3: /* doubled */
                if (len + n <= sizeof octets) {
                    memmove(octets + at + n, octets + at, len - at);
                    len += n;
                }
                break;
            case 4: /* cut off */
                len = at;
                break;
            case 5: /* a token */
                if (len - at >= 4)
                    memcpy(octets + at, "RELO", 4);
                break;
            default: /* another message after it */
                if (len + base.len <= sizeof octets) {
                    memcpy(octets + len, base.octets, base.len);
                    len += base.len;
                }
                break;
            }
        }
        if (round % 16 == 9 &&
            len > 16) /* a Length that is right again, so that the attributes are reached */
            octets[13] = 0, octets[14] = (uint8_t)((len - 68) >> 8),
            octets[15] = (uint8_t)(len - 68);
        check_identity(octets, len, round % 4 == 0 ? RELOAD_PRETTY : 0);
    }
    reload_buf_free(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_header_values),
        cmocka_unit_test(test_every_method_by_name),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_hex_values),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_for_reading_only),
        cmocka_unit_test(test_out),
        cmocka_unit_test(test_one_attribute),
        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_out_of_range),
        cmocka_unit_test(test_far_out_of_range),
        cmocka_unit_test(test_nul_in_text),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_written),
        cmocka_unit_test(test_pretty),
        cmocka_unit_test(test_write_errors),
        cmocka_unit_test(test_identity),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
