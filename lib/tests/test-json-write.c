/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing messages as JSON, and reading them back */
#include "test.h"

#include <string.h>

static void test_write(void **state)
{
    (void)state;
    /* unnamed values are integers; a truncated message with errors and trailing octets; garbage */
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
    buf.octets[12] = 0xb0; /* a response of the DHT's method 0x30 */
    buf.octets[15] = 40;   /* but 38 octets follow the header */
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
    reload_origin origin = {.size = sizeof origin, .file = "a\xff.bin", .offset = 7, .index = 2};
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

static int fail_after_octets(void *arg, const void *octets, size_t len)
{
    size_t *left = arg;
    (void)octets;
    if (len > *left)
        return -1;
    *left -= len;
    return 0;
}

/* The sink's error is returned, wherever it occurs. */
static void test_write_errors(void **state)
{
    (void)state;
    reload_buf buf = {0}, out = {0};
    test_everything(&buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, test_sink, &out), RELOAD_OK);
    for (size_t at = 0; at < out.len; at += 17) {
        size_t left = at;
        assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, fail_after_octets, &left),
                         RELOAD_ERR_WRITE);
    }
    size_t left = out.len;
    assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, fail_after_octets, &left),
                     RELOAD_OK);
    assert_int_equal(left, 0);
    reload_msg_free(&msg);
    reload_buf_free(&out);
    reload_buf_free(&buf);
}

/* Asserts that the items of a binary stream, written as JSON and read back, are the same. */
static void check_round_trip(const uint8_t *octets, size_t len, unsigned flags)
{
    reload_reader *reader = reload_reader_new();
    reload_msg *msg = reload_msg_new();
    reload_buf text = {0}, read_back = {0}, kinds = {0}, kinds_read = {0};
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
        reload_buf_append(&kinds_read, &kind, 1);
        reload_buf_append(&read_back, item->octets, item->len);
    }
    test_same_octets(read_back.octets, read_back.len, octets, len);
    test_same_octets(kinds_read.octets, kinds_read.len, kinds.octets, kinds.len);
    reload_buf_free(&kinds_read);
    reload_buf_free(&kinds);
    reload_buf_free(&read_back);
    reload_buf_free(&text);
    reload_msg_free(&msg);
    reload_reader_free(&reader);
}

/* Messages with octets changed, removed, repeated or truncated, and random octets with tokens */
static void test_round_trip(void **state)
{
    (void)state;
    uint64_t seed = UINT64_C(0x52454c4f20070708);
    reload_buf base = {0};
    test_everything(&base);
    check_round_trip(base.octets, base.len, 0);
    check_round_trip(base.octets, base.len, RELOAD_PRETTY);
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
            case 2: /* removed */
                memmove(octets + at, octets + at + n, len - at - n);
                len -= n;
                break;
            case 3: /* repeated */
                if (len + n <= sizeof octets) {
                    memmove(octets + at + n, octets + at, len - at);
                    len += n;
                }
                break;
            case 4: /* truncated */
                len = at;
                break;
            case 5: /* a token */
                if (len - at >= 4)
                    memcpy(octets + at, "RELO", 4);
                break;
            default: /* another message appended */
                if (len + base.len <= sizeof octets) {
                    memcpy(octets + len, base.octets, base.len);
                    len += base.len;
                }
                break;
            }
        }
        if (round % 16 == 9 && len > 16) { /* a correct Length, so that the attributes are parsed */
            octets[13] = 0;
            octets[14] = (uint8_t)((len - 68) >> 8);
            octets[15] = (uint8_t)(len - 68);
        }
        check_round_trip(octets, len, round % 4 == 0 ? RELOAD_PRETTY : 0);
    }
    reload_buf_free(&base);
}

/* An origin without its size is refused before anything is written. */
static void test_origin_without_size(void **state)
{
    (void)state;
    static const struct {
        reload_err (*message)(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                              reload_sink sink, void *arg);
        reload_err (*garbage)(const uint8_t *octets, size_t len, const char *error,
                              const reload_origin *origin, unsigned flags, reload_sink sink,
                              void *arg);
    } forms[] = {
        {reload_json_write, reload_json_write_garbage},
        {reload_text_write, reload_text_write_garbage},
        {reload_line_write, reload_line_write_garbage},
    };
    const reload_origin origin = {.size = sizeof origin - 1, .file = "a.bin"};
    reload_buf buf = {0}, out = {0};
    test_message(&buf, "");
    reload_msg *msg = test_parse(&buf);
    for (size_t i = 0; i < COUNT(forms); i++) {
        assert_int_equal(forms[i].message(msg, &origin, 0, test_sink, &out), RELOAD_ERR_ARGUMENT);
        assert_int_equal(forms[i].garbage(buf.octets, 1, "no token", &origin, 0, test_sink, &out),
                         RELOAD_ERR_ARGUMENT);
        assert_int_equal(out.len, 0);
    }
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_pretty),
        cmocka_unit_test(test_origin_without_size),
        cmocka_unit_test(test_write_errors),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests_name("json-write", tests, NULL, NULL);
}
