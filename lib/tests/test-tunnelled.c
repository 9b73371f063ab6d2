/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnelled messages */
#include "test.h"

#include <string.h>

#define INNER HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000" /* 72 octets */

#define NAME       \
    "04030006"     \
    "72656c6f6164" \
    "0000" /* APPLICATION.NAME "reload" */

/* clang-format off */
static const struct {
    const char *attributes;
    size_t attr;
    bool tunnelled; /* attr contains a tunnelled message */
} values[] = {
    /* APPLICATION { NAME "reload", BODY }, in either order */
    {"00080058" NAME "04040048" INNER, 2, true},
    {"00080058" "04040048" INNER NAME, 1, true},
    {"00080058" NAME "04040048" INNER, 1, false}, /* the NAME */
    {"00080058" NAME "04040048" INNER, 0, false}, /* the APPLICATION */
    /* truncated */
    {"00080054" NAME "04040044" HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH, 2, true},
    /* another name */
    {"00080058" "04030006" "52656c6f6164" "0000" "04040048" INNER, 2, false},
    {"00080058" "04030007" "72656c6f616464" "00" "04040048" INNER, 2, false},
    {"0008004c" "04040048" INNER, 1, false},
    /* octets after the message, fewer than a header, another token */
    {"0008005c" NAME "0404004c" INNER "00000000", 2, false},
    {"00080054" NAME "04040043" "52454c4f"
     "000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000" "00000000000000" "00", 2, false},
    {"00080054" NAME "04040044" "d2454c4f" "20000000" "01010102" "01000000" HEADER_FROM_LENGTH,
     2, false},
    /* outside APPLICATION */
    {"00020058" NAME "04040048" INNER, 2, false},
    {"04040048" INNER, 0, false},
};
/* clang-format on */

static void test_tunnelled(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(values); k++) {
        reload_buf buf = {0};
        size_t len = 0;
        test_message(&buf, values[k].attributes);
        reload_msg *msg = test_parse(&buf);
        const uint8_t *octets = reload_msg_tunnelled(msg, values[k].attr, &len);
        if (!values[k].tunnelled) {
            assert_null(octets);
        } else {
            size_t value_len;
            assert_ptr_equal(octets, reload_msg_value_octets(msg, values[k].attr, &value_len));
            assert_int_equal(len, value_len);
        }
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

static void test_tunnelled_json(void **state)
{
    (void)state;
    reload_buf buf = {0}, again = {0};
    test_message(&buf, "00080058"
                       "04030006"
                       "72656c6f6164"
                       "0000"
                       "04040048" INNER);
    static const char text[] = HEADER_JSON_TO_LENGTH
        "92" HEADER_JSON_FROM_LENGTH ", \"attributes\": [{\"type\": \"APPLICATION\", \"value\": ["
        "{\"type\": \"APPLICATION.NAME\", \"value\": \"reload\"}, "
        "{\"type\": \"APPLICATION.BODY\", \"hex\": \""
        "52454c4f200000000101010201000004a6c5927a45000000000000000000000000000000463ac413c400000000"
        "0000000000000000000000"
        "4690c25c00000000659df2aa00070000\", \"message\": " HEADER_JSON_TO_LENGTH
        "4" HEADER_JSON_FROM_LENGTH
        ", \"attributes\": [{\"type\": \"SDP\", \"value\": \"\"}]}}]}]}";
    reload_msg *msg = test_parse(&buf);
    test_json_is(msg, 0, text);
    test_json(&again, text);
    test_same_octets(again.octets, again.len, buf.octets, buf.len);
    reload_msg_free(&msg);
    reload_buf_free(&again);
    reload_buf_free(&buf);
}

/* D26: tunnelled messages are decoded to a depth of 4. */
static void test_tunnelled_depth(void **state)
{
    (void)state;
    reload_buf inner = {0};
    test_message(&inner, "");
    for (unsigned depth = 1; depth <= 6; depth++) {
        reload_buf outer = {0}, out = {0};
        reload_builder b;
        reload_build_begin(&b, &outer, inner.octets);
        reload_build_open(&b, RELOAD_A_APPLICATION);
        reload_build_octets(&b, RELOAD_A_APPLICATION_NAME, (const uint8_t *)"reload", 6);
        reload_build_octets(&b, RELOAD_A_APPLICATION_BODY, inner.octets, inner.len);
        reload_build_close(&b);
        assert_int_equal(reload_build_end(&b), RELOAD_OK);
        reload_msg *msg = test_parse(&outer);
        assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &out), RELOAD_OK);
        reload_buf_append(&out, "", 1);
        unsigned shown = 0;
        for (const char *at = (const char *)out.octets; (at = strstr(at, "\"message\": {")) != NULL;
             at++)
            shown++;
        assert_int_equal(shown, depth < 4 ? depth : 4);
        reload_msg_free(&msg);
        reload_buf_free(&out);
        reload_buf_free(&inner);
        inner = outer;
    }
    reload_buf_free(&inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tunnelled),
        cmocka_unit_test(test_tunnelled_json),
        cmocka_unit_test(test_tunnelled_depth),
    };
    return cmocka_run_group_tests_name("tunnelled", tests, NULL, NULL);
}
