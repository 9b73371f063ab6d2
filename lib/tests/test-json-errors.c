/* SPDX-License-Identifier: BSD-2-Clause */
/* Refused JSON, with the pointer or the line of each error */
#include "json-text.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_refused(const char *text, reload_err err, const char *pointer)
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
    check_refused("{\"header\": {\"method\": 0}, \"x\": 1}", V, "/x");
    check_refused("{\"header\": {\"method\": 0, \"Method\": 0}}", V, "/header/Method");
    check_refused("{\"header\": {\"method\": 0, \"a/b~c\": 0}}", V, "/header/a~1b~0c");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"\", \"\": 1}]}", V, "/attributes/0/");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"\", \"length\": 1}]}", V,
                  "/attributes/0/length");
    check_refused(H "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"SDP\", \"value\": \"\"}, "
                    "{\"type\": \"SDP\", \"vlaue\": \"\"}]}]}",
                  V, "/attributes/0/value/1/vlaue");
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 200, \"phrase\": \"\"}}]}",
                  V, "/attributes/0/value/phrase");
    check_refused(
        H
        "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"port\": 1, \"x\": 1}}]}",
        V, "/attributes/0/value/x");
    check_refused("{\"header\": {\"method\": 0}, \"trailing\": {\"hex\": \"\", \"x\": 1}}", V,
                  "/trailing/x");
    check_refused("{\"garbage\": {\"hex\": \"\", \"x\": 1}}", V, "/garbage/x");
    check_refused("{\"garbage\": {\"hex\": \"\"}, \"header\": {\"method\": 0}}", V, "/header");
}

struct text {
    const char *json, *text;
};

/* A row's text is refused with its error. */
static void check_texts(const struct text *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        reload_buf buf = {0};
        reload_diag diag;
        assert_int_equal(reload_json_read(rows[i].json, strlen(rows[i].json), &buf, &diag),
                         RELOAD_ERR_VALUE);
        assert_string_equal(diag.text, rows[i].text);
        reload_buf_free(&buf);
    }
}

/* An error quotes an unknown name, and states the expected ones. */
static void test_texts(void **state)
{
    (void)state;
    static const struct text rows[] = {
        {"{\"header\": {\"method\": \"PEER_SEARCH\"}}",
         "\"PEER_SEARCH\": not a known name (did you mean PEER-SEARCH?)"},
        {"{\"header\": {\"method\": 0, \"routing\": \"signed\"}}",
         "\"signed\": not a known name; must be UNSPECIFIED, PROXY, REDIRECT, or an integer"},
        {"{\"header\": {\"method\": 0, \"routing\": "
         "\"012345678901234567890123456789012345678\u00e9\"}}",
         "\"012345678901234567890123456789012345678\": not a known name; must be UNSPECIFIED, "
         "PROXY, REDIRECT, or an integer"},
        {H "{\"type\": \"PEERID\", \"hex\": \"\"}]}",
         "\"PEERID\": not an attribute's name (did you mean PEER-ID?)"},
        {H "{\"type\": \"0x12\", \"hex\": \"\"}]}",
         "\"0x12\": not an attribute's name; must be an attribute's name, or 0x and four hex "
         "digits"},
        {"{\"hedaer\": {\"method\": 0}}", "unknown key (did you mean \"header\"?)"},
        {"{\"header\": {\"methd\": 0}}", "unknown key (did you mean \"method\"?)"},
        {"{\"header\": {\"method\": 0, \"Method\": 0}}", "unknown key (did you mean \"method\"?)"},
        {"{\"header\": {\"method\": 0, \"forced-length\": 0}}",
         "unknown key (did you mean \"forced_length\"?)"},
        {"{\"header\": {\"method\": 0, \"colour\": 0}}", "unknown key"},
        {H "{\"type\": \"SDP\", \"vlaue\": \"\"}]}", "unknown key (did you mean \"value\"?)"},
        {H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\", \"prot\": 1}}]}",
         "unknown key (did you mean \"port\"?)"},
    };
    check_texts(rows, COUNT(rows));
}

/* An error states the value found and what was expected. */
static void test_values(void **state)
{
    (void)state;
    static const struct text rows[] = {
        {"{\"header\": {\"method\": 0, \"overlay\": \"chat\"}}",
         "must be a string of 8 hex digits, or an object with the key \"name\" and a text, not "
         "\"chat\""},
        {"{\"header\": {\"method\": 0, \"source_id\": \"alice\"}}",
         "must be a string of 40 hex digits, or an object with the key \"sha1\" and a text, not "
         "\"alice\""},
        {"{\"header\": {\"method\": 0, \"ttl\": 300}}",
         "must be an integer from 0 to 255, not 300"},
        {"{\"header\": {\"method\": 0, \"ttl\": -1}}", "must be an integer from 0 to 255, not -1"},
        {"{\"header\": {\"method\": 0, \"ttl\": 1.5}}",
         "must be an integer from 0 to 255, not a number with a fraction or exponent"},
        {"{\"header\": {\"method\": 0, \"response\": \"true\"}}",
         "must be true or false, not \"true\""},
        {"{\"header\": {\"method\": 0, \"ttl\": true}}",
         "must be an integer from 0 to 255, not true"},
        {"{\"header\": {\"method\": 0, \"ttl\": false}}",
         "must be an integer from 0 to 255, not false"},
        {"{\"header\": {\"method\": 0, \"ttl\": null}}",
         "must be an integer from 0 to 255, not null"},
        {"{\"header\": {\"method\": 0, \"ttl\": []}}",
         "must be an integer from 0 to 255, not an array"},
        {"{\"header\": {\"method\": 0}, \"attributes\": {}}",
         "must be an array of attributes, not an object"},
        {"{\"header\": {\"method\": 0}, \"attributes\": [{\"type\": \"SDP\", \"hex\": \"0x00\"}]}",
         "must be an even number of hex digits, not \"0x00\""},
        {"{\"attributes\": []}", "missing; must be an object"},
        {"{\"method\": \"PEER-JOIN\"}", "must be in \"header\""},
        {H "{\"type\": 65536, \"hex\": \"\"}]}",
         "must be an attribute's name, or 0x and four hex digits, not 65536"},
    };
    check_texts(rows, COUNT(rows));
}

static void test_missing(void **state)
{
    (void)state;
    check_refused("{}", V, "/header");
    check_refused("{\"attributes\": []}", V, "/header");
    check_refused("{\"header\": {}}", V, "/header/method");
    check_refused("{\"header\": {\"ttl\": 1}}", V, "/header/method");
    check_refused(H "{\"value\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": \"SDP\"}]}", V, "/attributes/0");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"\", \"hex\": \"\"}]}", V,
                  "/attributes/0"); /* either "value" or "hex" */
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"reason\": \"x\"}}]}", V,
                  "/attributes/0/value/code");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"port\": 1}}]}", V,
                  "/attributes/0/value/ip");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1.2\"}}]}", V,
                  "/attributes/0/value/port");
    check_refused("{\"garbage\": {}}", V, "/garbage/hex");
    check_refused("{\"header\": {\"method\": 0}, \"trailing\": {}}", V, "/trailing/hex");
}

static void test_wrong_types(void **state)
{
    (void)state;
    check_refused("[]", V, "");
    check_refused("{\"header\": []}", V, "/header");
    check_refused("{\"header\": {\"method\": 0}, \"attributes\": {}}", V, "/attributes");
    check_refused("{\"header\": {\"method\": 0}, \"attributes\": null}", V, "/attributes");
    check_refused(H "1]}", V, "/attributes/0");
    check_refused("{\"header\": {\"method\": null}}", V, "/header/method");
    check_refused("{\"header\": {\"method\": 1.0}}", V, "/header/method");
    check_refused("{\"header\": {\"method\": 0, \"ttl\": \"5\"}}", V, "/header/ttl");
    check_refused("{\"header\": {\"method\": 0, \"ttl\": true}}", V, "/header/ttl");
    check_refused("{\"header\": {\"method\": 0, \"frag\": 1}}", V, "/header/frag");
    check_refused("{\"header\": {\"method\": 0, \"response\": \"true\"}}", V, "/header/response");
    check_refused("{\"header\": {\"method\": 0, \"overlay\": 1704850090}}", V, "/header/overlay");
    check_refused("{\"header\": {\"method\": 0, \"overlay\": {\"sha1\": \"chat\"}}}", V,
                  "/header/overlay");
    check_refused("{\"header\": {\"method\": 0, \"overlay\": {\"name\": \"chat\", \"x\": 1}}}", V,
                  "/header/overlay");
    check_refused("{\"header\": {\"method\": 0, \"overlay\": {\"name\": 1}}}", V,
                  "/header/overlay");
    check_refused("{\"header\": {\"method\": 0, \"source_id\": {\"name\": \"x\"}}}", V,
                  "/header/source_id");
    check_refused("{\"header\": {\"method\": 0, \"source_id\": 1}}", V, "/header/source_id");
    check_refused("{\"header\": {\"method\": 0, \"transaction_id\": {\"sha1\": \"x\"}}}", V,
                  "/header/transaction_id");
    check_refused(H "{\"type\": null, \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": \"SDP\", \"value\": 1}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"SDP\", \"hex\": 1}]}", V, "/attributes/0/hex");
    check_refused(H "{\"type\": \"PEER-EXPIRATION\", \"value\": \"300\"}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-EXPIRATION\", \"value\": 300.0}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"SOURCE-INFO\", \"value\": {}}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": 200}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": \"200\"}}]}", V,
                  "/attributes/0/value/code");
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 200, \"reason\": 1}}]}", V,
                  "/attributes/0/value/reason");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": 1}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": 1, \"port\": 1}}]}", V,
                  "/attributes/0/value/ip");
    check_refused(
        H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"::\", \"port\": 1, \"protocol\": "
          "\"UDP\"}}]}",
        V, "/attributes/0/value/protocol");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"\", \"forced_length\": \"1\"}]}", V,
                  "/attributes/0/forced_length");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": 0}]}", V,
                  "/attributes/0/padding");
    check_refused("{\"garbage\": \"00\"}", V, "/garbage");
    check_refused("{\"header\": {\"method\": 0}, \"trailing\": \"00\"}", V, "/trailing");
    /* octet strings require "hex" */
    check_refused(H "{\"type\": \"DIGEST\", \"value\": \"00\"}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"0x0655\", \"value\": 1}]}", V, "/attributes/0/value");
}

static void test_header_out_of_range(void **state)
{
    (void)state;
    check_refused("{\"header\": {\"method\": 128}}", V, "/header/method");
    check_refused("{\"header\": {\"method\": \"peer-join\"}}", V, "/header/method");
    check_refused("{\"header\": {\"method\": \"HMAC\"}}", V, "/header/method");
    check_refused("{\"header\": {\"method\": 0, \"ttl\": 256}}", V, "/header/ttl");
    check_refused("{\"header\": {\"method\": 0, \"ttl\": -1}}", V, "/header/ttl");
    check_refused("{\"header\": {\"method\": 0, \"ttl\": 4294967297}}", V, "/header/ttl");
    check_refused("{\"header\": {\"method\": 0, \"version\": 128}}", V, "/header/version");
    check_refused("{\"header\": {\"method\": 0, \"routing\": 256}}", V, "/header/routing");
    check_refused("{\"header\": {\"method\": 0, \"routing\": \"\"}}", V, "/header/routing");
    check_refused("{\"header\": {\"method\": 0, \"frag_reserved\": 16384}}", V,
                  "/header/frag_reserved");
    check_refused("{\"header\": {\"method\": 0, \"forced_length\": 16777216}}", V,
                  "/header/forced_length");
    check_refused("{\"header\": {\"method\": 0, \"forced_length\": -1}}", V,
                  "/header/forced_length");
    check_refused("{\"header\": {\"method\": 0, \"overlay\": \"659df2a\"}}", V, "/header/overlay");
    check_refused("{\"header\": {\"method\": 0, \"overlay\": \"659df2aag0\"}}", V,
                  "/header/overlay");
    check_refused("{\"header\": {\"method\": 0, \"source_id\": \"00\"}}", V, "/header/source_id");
    check_refused("{\"header\": {\"method\": 0, \"source_id\": "
                  "\"g63ac413c4000000000000000000000000000000\"}}",
                  V, "/header/source_id");
    check_refused("{\"header\": {\"method\": 0, \"transaction_id\": \"4690c25c0000000\"}}", V,
                  "/header/transaction_id");
}

static void test_invalid_attributes(void **state)
{
    (void)state;
    check_refused(H "{\"type\": \"NO-SUCH\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": \"0x655\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": \"0x00655\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": \"0x06g5\", \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": 65536, \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": -1, \"hex\": \"\"}]}", V, "/attributes/0/type");
    check_refused(H "{\"type\": \"SDP\", \"hex\": \"0\"}]}", V, "/attributes/0/hex");
    check_refused(H "{\"type\": \"SDP\", \"hex\": \"0x\"}]}", V, "/attributes/0/hex");
    check_refused(H "{\"type\": \"SDP\", \"hex\": \"00 \"}]}", V, "/attributes/0/hex");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"0000\"}]}", V,
                  "/attributes/0/padding");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"00000000\"}]}", V,
                  "/attributes/0/padding");
    check_refused(H "{\"type\": \"SDP\", \"value\": \"\", \"forced_length\": 65536}]}", V,
                  "/attributes/0/forced_length");
    check_refused("{\"garbage\": {\"hex\": \"0\"}}", V, "/garbage/hex");
}

static void test_values_out_of_range(void **state)
{
    (void)state;
    check_refused(H "{\"type\": \"PEER-EXPIRATION\", \"value\": 4294967296}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-EXPIRATION\", \"value\": -1}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-ID\", \"value\": \"00\"}]}", V, "/attributes/0/value");
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 99}}]}", V,
                  "/attributes/0/value/code");
    check_refused(H "{\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 800}}]}", V,
                  "/attributes/0/value/code");
    check_refused(H "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": 256}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \"==\"}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": 65536}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": \"DCCP\"}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:65536\"}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"10.4.1\", \"port\": 1}}]}",
                  V, "/attributes/0/value/ip");
    check_refused(H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"::\", \"port\": 65536}}]}",
                  V, "/attributes/0/value/port");
    check_refused(
        H "{\"type\": \"PEER-IP-PORT\", \"value\": {\"ip\": \"::\", \"port\": 1, \"protocol\": "
          "256}}]}",
        V, "/attributes/0/value/protocol");
}

/* A number that exceeds 64 bits is out of range, and is reported with its pointer. */
static void test_huge_numbers(void **state)
{
    (void)state;
    check_refused("{\"header\": {\"method\": 0, \"ttl\": 99999999999999999999}}", V, "/header/ttl");
    check_refused(H "{\"type\": \"PEER-EXPIRATION\", \"value\": -99999999999999999999}]}", V,
                  "/attributes/0/value");
    check_refused(H "{\"type\": \"PEER-EXPIRATION\", \"value\": -1e300}]}", V,
                  "/attributes/0/value");
    /* such a number in an ignored place has no effect, and turns no other number into an integer */
    check_refused("{\"header\": {\"method\": 0, \"ttl\": 1.5}, \"meta\": 99999999999999999999}", V,
                  "/header/ttl");
    check_refused("{\"meta\": {\"time\": 99999999999999999999}, \"header\": {\"method\": 1e0}}", V,
                  "/header/method");
    check_refused("{\"header\": {\"method\": 0, \"version\": 99999999999999999999, \"ttl\": 1.5}}",
                  V, "/header/version");
    check_refused(H "{\"type\": 1.0, \"hex\": \"\", \"error\": -99999999999999999999}]}", V,
                  "/attributes/0/type");
    check_refused("{\"header\": {\"method\": 0, \"ttl\": 9223372036854775808}}", V, "/header/ttl");
    /* a number that exceeds a double's range is a syntax error */
    static const char text[] = H "{\"type\": \"PEER-EXPIRATION\", \"value\": 1e999}]}";
    reload_buf buf = {0};
    reload_diag diag = {0};
    assert_int_equal(reload_json_read(text, sizeof text - 1, &buf, &diag), RELOAD_ERR_SYNTAX);
    assert_int_equal(diag.line, 1);
    assert_true(diag.column > 60);
    assert_string_equal(diag.text, "number too large");
    reload_buf_free(&buf);
}

/* NUL is allowed in JSON, but not in text values. */
static void test_nul_in_text(void **state)
{
    (void)state;
    check_refused(H "{\"type\": \"SDP\", \"value\": \"a\\u0000b\"}]}", V, "/attributes/0/value");
}

static void test_depth(void **state)
{
    (void)state;
    /* a container at depth 16 requires "hex" */
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
            check_refused(text, V, pointer);
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
    check_refused(text, RELOAD_ERR_TOO_LONG, "/attributes/0");
    (void)snprintf(text, 2 * LONG + 200,
                   H "{\"type\": 2, \"value\": [{\"type\": 1621, \"hex\": \"%.131064s\"}]}]}",
                   digits);
    check_refused(text, RELOAD_ERR_TOO_LONG, "/attributes/0");
    /* 256 attributes of 64 KiB exceed a message, whatever Length is forced */
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
        check_refused(text, RELOAD_ERR_TOO_LONG, "");
    }
    free(text);
    free(digits);
}

static void check_syntax_error(const char *text, unsigned line, unsigned column)
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

/* Line and column are those of the error's last character. */
static void test_syntax(void **state)
{
    (void)state;
    check_syntax_error("", 1, 1);
    check_syntax_error("{", 1, 1);
    check_syntax_error("{\"header\" 0}", 1, 11);
    check_syntax_error("{\"header\":\n  {\"method\": nope}}", 2, 17);
    check_syntax_error("{\"header\": {\"method\": 0}} x", 1, 27);
    check_syntax_error("{\"header\": {\"method\": 0}}{}", 1, 26);
    check_syntax_error("{\"header\": {\"method\": 0,}}", 1, 25);
    check_syntax_error("{\"header\": {\"method\": 01}}", 1, 23);
    check_syntax_error("{'header': 0}", 1, 2);
    /* duplicate keys, at any level */
    check_syntax_error("{\"header\": {\"method\": 0}, \"header\": {\"method\": 0}}", 1, 34);
    check_syntax_error("{\"header\": {\"method\": 0,\n\"method\": 0}}", 2, 8);
    check_syntax_error("{\"meta\": {\"a\": 1, \"a\": 1}}", 1, 21);
    /* columns count characters */
    check_syntax_error("{\"\xc3\xa9\xe2\x82\xac\" 0}", 1, 7);
    /* not UTF-8; a lone surrogate */
    check_syntax_error("{\"\xff\"}", 1, 2);
    check_syntax_error("{\"meta\": \"\\ud800\"}", 1, 17);
}

/* Faults in ignored values, which are not stored, are found where they are. */
static void test_ignored_syntax(void **state)
{
    (void)state;
    check_syntax_error("{\"meta\": [1, [2, 3], {\"a\": [4]} 5]}", 1, 33);
    check_syntax_error("{\"meta\": [1, 2, ]}", 1, 17);
    check_syntax_error("{\"meta\": {\"a\": 1, }}", 1, 19);
    check_syntax_error("{\"meta\": {\"a\": {\"b\": 1, \"c\": 2}, \"d\": 3, \"\\u0061\": 4}}", 1,
                       49);
    check_syntax_error("{\"meta\": {\"a\\u0000\": 1}}", 1, 19);
    check_syntax_error("{\"meta\": [\n[01]]}", 2, 2);
    check_syntax_error("{\"meta\": [1.]}", 1, 12);
    check_syntax_error("{\"meta\": [truth]}", 1, 15);
    check_syntax_error(
        "{\"meta\": \"1234567890123456789012345678901234567890123456789012345678901234567890\\x\"}",
        1, 82);
    check_syntax_error(
        "{\"meta\": [1] \"1234567890123456789012345678901234567890123456789012345678901"
        "234567890\"}",
        1, 85);
    check_syntax_error(H "{\"type\": 7, \"hex\": \"\", \"error\": [1, 2}]}]}", 1, 79);
    check_syntax_error(H "{\"type\": 7, \"hex\": \"\", \"message\": {\"a\": 1, \"a\": 2}}]}", 1,
                       87);
    /* after white space and ignored values */
    check_syntax_error(
        "{\"meta\": [1, 2,                                                            "
        "                 \n\n 3], \"header\" 1}",
        3, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_wrong_types),
        cmocka_unit_test(test_header_out_of_range),
        cmocka_unit_test(test_invalid_attributes),
        cmocka_unit_test(test_values_out_of_range),
        cmocka_unit_test(test_huge_numbers),
        cmocka_unit_test(test_nul_in_text),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_ignored_syntax),
    };
    return cmocka_run_group_tests_name("json-errors", tests, NULL, NULL);
}
