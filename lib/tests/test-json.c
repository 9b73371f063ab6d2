/* SPDX-License-Identifier: BSD-2-Clause */
/* Accepted JSON, by the sentences of reload-message(5) */
#include "json-text.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static void check_read(const char *text, const char *hex)
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
    check_read("{\"header\": {\"method\": \"PEER-JOIN\"}}", PLAIN("000000"));
    check_read("{\"header\": {\"method\": 0}, \"attributes\": []}", PLAIN("000000"));
}

static void test_header_values(void **state)
{
    (void)state;
    /* names or integers */
    check_read(
        "{\"header\": {\"ttl\": 5, \"routing\": \"REDIRECT\", \"frag\": true, \"lfrg\": false, "
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
    check_read(
        "{\"header\": {\"ttl\": 255, \"routing\": 2, \"frag_reserved\": 16383, \"version\": 0, "
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
    check_read(
        "{\"header\": {\"method\": 17, \"routing\": 255, \"dht\": 0, \"hash\": 0, \"security\": "
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
}

/* An overlay by name, and IDs by the text of which they are the SHA-1 */
static void test_names_and_hashes(void **state)
{
    (void)state;
    check_read("{\"header\": {\"method\": 0, \"overlay\": {\"name\": \"chat\"}, \"source_id\": "
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
        check_read(text, hex);
    }
}

static void test_types(void **state)
{
    (void)state;
    /* names, the drafts' other spellings, "0x", integers */
    check_read(
        H
        "{\"type\": \"PEER-CERT\", \"hex\": \"\"}, {\"type\": \"PEER-CERTIFICATE\", \"hex\": \"\"},"
        "{\"type\": \"PEER-CERTIFCATE\", \"hex\": \"\"}, {\"type\": \"0x0105\", \"hex\": \"\"}, "
        "{\"type\": 261, \"hex\": \"\"}]}",
        PLAIN("000014") "01050000"
                        "01050000"
                        "01050000"
                        "01050000"
                        "01050000");
    check_read(H "{\"type\": \"RESOURCE-CERTIFICATE\", \"hex\": \"\"}, {\"type\": "
                 "\"RESOURCE-INFO.BODY.PARAMETER.KEY\", \"value\": \"\"}]}",
               PLAIN("000008") "03080000"
                               "03090000");
    check_read(H "{\"type\": \"0x0655\", \"hex\": \"aB\"}, {\"type\": \"0xFFff\", \"hex\": \"\"}, "
                 "{\"type\": 0, \"hex\": \"\"},"
                 "{\"type\": 65535, \"hex\": \"\"}]}",
               PLAIN("000014") "06550001"
                               "ab000000"
                               "ffff0000"
                               "00000000"
                               "ffff0000");
    /* a known type given as a number accepts "value" */
    check_read(H "{\"type\": \"0x0104\", \"value\": 300}, {\"type\": 260, \"value\": 300}]}",
               PLAIN("000010") "01040004"
                               "0000012c"
                               "01040004"
                               "0000012c");
}

static void test_values(void **state)
{
    (void)state;
    check_read(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 431, \"reason\": \"x\"}},"
                 "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 100}}, {\"type\": "
                 "\"RESPONSE-CODE\", \"value\": {\"code\": 799}}]}",
               PLAIN("00001c") "00010005"
                               "0000041f"
                               "78000000"
                               "00010004"
                               "00000100"
                               "00010004"
                               "00000763");
    check_read(H "{\"type\": \"PEER-ID\", \"value\": \"" ID
                 "\"}, {\"type\": \"PEER-ID\", \"value\": {\"sha1\": \"abc\"}}]}",
               PLAIN("000030") "01010014" ID "01010014"
                               "a9993e364706816aba3e25717850c26c9cd0d89d");
    check_read(
        H "{\"type\": \"PEER-EXPIRATION\", \"value\": 0}, {\"type\": \"TIMESTAMP\", \"value\": "
          "4294967295},"
          "{\"type\": \"APPLICATION.DIALOG\", \"value\": 7}]}",
        PLAIN("000018") "01040004"
                        "00000000"
                        "08010004"
                        "ffffffff"
                        "04050004"
                        "00000007");
    check_read(
        H "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \">\"}, {\"type\": "
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
    check_read(H "{\"type\": \"SDP\", \"value\": \"\\u00e9\\ud83d\\ude00\\n\"}]}",
               PLAIN("00000c") "00070007"
                               "c3a9f09f98800a"
                               "00");
    check_read(
        H
        "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-NAME\", \"value\": \"ab\"}]}]}",
        PLAIN("00000c") "00020008"
                        "01020002"
                        "61620000");
}

static void test_address_values(void **state)
{
    (void)state;
    check_read(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"port\": 5060, "
                 "\"protocol\": 255}},"
                 "{\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:5060\"}]}",
               PLAIN("000018") "01030008"
                               "ff0113c4"
                               "0a040102"
                               "01030008"
                               "000113c4"
                               "0a040102");
    check_read(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"2001:DB8::1\", \"port\": 0, "
                 "\"protocol\": 0}},"
                 "{\"type\": \"PEER-IP-PORT\", \"value\": \"[::ffff:10.4.1.2]:65535\"}]}",
               PLAIN("000030") "01030014"
                               "00020000"
                               "20010db8000000000000000000000001"
                               "01030014"
                               "0002ffff"
                               "00000000000000000000ffff0a040102");
}

/* Any attribute accepts "hex", whose octets are not checked. */
static void test_hex_values(void **state)
{
    (void)state;
    check_read(
        H "{\"type\": \"PEER-ID\", \"hex\": \"00\"}, {\"type\": \"SOURCE-INFO\", \"hex\": "
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

static void test_forced_values(void **state)
{
    (void)state;
    /* forced_length in the header and in attributes; the padding is for the actual length */
    check_read("{\"header\": {\"method\": 0, \"forced_length\": 16777215}}", PLAIN("ffffff"));
    check_read("{\"header\": {\"forced_length\": 0, \"method\": 0}, \"attributes\": [{\"type\": "
               "\"SDP\", \"value\": \"a\"}]}",
               PLAIN("000000") "00070001"
                               "61000000");
    check_read(
        H "{\"type\": \"SDP\", \"value\": \"a\", \"forced_length\": 65535}, {\"type\": \"SDP\", "
          "\"value\": \"ab\", \"forced_length\": 0}]}",
        PLAIN("000010") "0007ffff"
                        "61000000"
                        "00070000"
                        "61620000");
    check_read(H "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"SDP\", \"value\": \"\", "
                 "\"forced_length\": 8}], \"forced_length\": 12}]}",
               PLAIN("000008") "0002000c"
                               "00070008");
    /* padding and trailing octets */
    check_read(
        H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"00beEF\"}, {\"type\": \"SDP\", "
          "\"value\": \"abcd\", \"padding\": \"\"}]}",
        PLAIN("000010") "00070001"
                        "6100beef"
                        "00070004"
                        "61626364");
    check_read(
        "{\"header\": {\"method\": 0}, \"trailing\": {\"hex\": \"0102ff\", \"error\": \"x\"}, "
        "\"attributes\": ["
        "{\"type\": \"SDP\", \"value\": \"\"}]}",
        PLAIN("000007") "00070000"
                        "0102ff");
    check_read("{\"garbage\": {\"hex\": \"00Ff\", \"error\": \"no token\"}}", "00ff");
    check_read("{\"garbage\": {\"hex\": \"\"}, \"meta\": {\"x\": [1]}}", "");
}

/* Keys that only output has are ignored, with any value. */
static void test_ignored_keys(void **state)
{
    (void)state;
    check_read(
        "{\"meta\": {\"file\": \"x\", \"time\": 1}, \"header\": {\"method\": 0, \"length\": 77}, "
        "\"attributes\": [{\"type\": \"SDP\","
        "\"value\": \"\", \"ignored\": true, \"error\": \"x\", \"message\": {\"y\": 1}}]}",
        PLAIN("000004") "00070000");
    check_read("{\"meta\": 7, \"header\": {\"method\": 0, \"length\": \"long\"}, \"attributes\": "
               "[{\"type\": \"SDP\","
               "\"value\": \"\", \"ignored\": 1, \"error\": null, \"message\": []}], \"trailing\": "
               "{\"hex\": \"\", \"error\": 1}}",
               PLAIN("000004") "00070000");
}

/* The octets are appended; an error appends nothing. */
static void test_output_buffer(void **state)
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

/* ---- Meta ---- */

/* The message's item, without octets, of an object with this member. */
static reload_item read_meta(const char *meta)
{
    char text[512];
    const reload_item *item;
    (void)snprintf(text, sizeof text, "{\"header\": {\"method\": 0}, \"meta\": %s}", meta);
    struct test_source source = {.octets = (const uint8_t *)text, .len = strlen(text)};
    reload_reader *reader = reload_reader_new();
    test_show(text);
    assert_non_null(reader);
    reload_reader_open(reader, RELOAD_FORM_JSON, test_pull, &source);
    assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
    assert_int_equal(item->kind, RELOAD_ITEM_MESSAGE);
    reload_item copy = *item;
    copy.octets = NULL;
    reload_reader_free(&reader);
    return copy;
}

static void test_meta(void **state)
{
    static const uint8_t ipv4[] = {10, 4, 1, 2}, ipv6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 3};
    (void)state;
    reload_item item = read_meta(
        "{\"time\": \"2007-07-08T12:00:00.25Z\", \"transport\": \"TCP\", \"destination\": {\"ip\": "
        "\"2001:db8::3\", \"port\": 65535}, \"source\": {\"port\": 0, \"ip\": \"10.4.1.2\"}}");
    assert_int_equal(item.captured, 1183896000 * RELOAD_SECOND + 250000);
    assert_string_equal(item.transport, "TCP");
    assert_int_equal(item.source.kind, RELOAD_KIND_IP_PORT);
    assert_false(item.source.ipv6);
    assert_memory_equal(item.source.address, ipv4, sizeof ipv4);
    assert_int_equal(item.source.port, 0);
    assert_int_equal(item.destination.kind, RELOAD_KIND_IP_PORT);
    assert_true(item.destination.ipv6);
    assert_memory_equal(item.destination.address, ipv6, sizeof ipv6);
    assert_int_equal(item.destination.port, 65535);
}

/* Unreadable values in meta are treated as unknown. */
static void test_meta_of_others(void **state)
{
    static const char *const metas[] = {
        "{}",
        "[]",
        "7",
        "{\"time\": [], \"source\": 7, \"transport\": \"SCTP\"}",
        "{\"source\": {\"ip\": \"10.4.1.2\"}, \"transport\": {\"ip\": 1}}",
        "{\"source\": {\"ip\": \"10.4.1.2\", \"port\": 65536}}",
        "{\"source\": {\"ip\": \"10.4.1.2\", \"port\": -1}}",
        "{\"source\": {\"ip\": \"10.4.1.2\", \"port\": 1e999}}",
        "{\"source\": {\"ip\": \"10.4.1.2\", \"port\": 99999999999999999999}}",
        "{\"source\": {\"ip\": \"10.4.1\", \"port\": 1}}",
        "{\"source\": {\"ip\": {\"a\": [1, {}]}, \"port\": 1}}",
        "{\"source\": [{\"ip\": \"10.4.1.2\", \"port\": 1}]}",
        "{\"sources\": {\"ip\": \"10.4.1.2\", \"port\": 1}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof metas / sizeof metas[0]; i++) {
        reload_item item = read_meta(metas[i]);
        assert_int_equal(item.captured, RELOAD_NO_TIME);
        assert_int_equal(item.source.kind, RELOAD_KIND_OCTETS);
        assert_int_equal(item.destination.kind, RELOAD_KIND_OCTETS);
        assert_null(item.transport);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_header_values),
        cmocka_unit_test(test_names_and_hashes),
        cmocka_unit_test(test_every_method_by_name),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_address_values),
        cmocka_unit_test(test_hex_values),
        cmocka_unit_test(test_forced_values),
        cmocka_unit_test(test_ignored_keys),
        cmocka_unit_test(test_output_buffer),
        cmocka_unit_test(test_one_attribute),
        cmocka_unit_test(test_meta),
        cmocka_unit_test(test_meta_of_others),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
