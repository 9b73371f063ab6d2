/* SPDX-License-Identifier: BSD-2-Clause */
/* Building messages */
#include "test.h"

#include <stdlib.h>

static reload_err build_value(uint16_t type, const reload_value *value)
{
    reload_buf buf = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, NULL);
    reload_build_value(&b, type, value);
    reload_build_field(&b, RELOAD_F_TTL, 1); /* keeps the error */
    reload_err err = reload_build_end(&b);
    reload_buf_free(&buf);
    return err;
}

static void test_build_values(void **state)
{
    (void)state;
    static const uint8_t zeros[21];
    static const uint8_t nul[1];
    static const struct {
        uint16_t type;
        reload_value value;
        reload_err err;
    } rows[] = {
        {RELOAD_A_PARAMETER_OP, {.kind = RELOAD_KIND_OP, .number = 255}, RELOAD_OK},
        {RELOAD_A_PARAMETER_OP, {.kind = RELOAD_KIND_OP, .number = 256}, RELOAD_ERR_VALUE},
        {RELOAD_A_ROUTE_LOG_TRANSPORT, {.kind = RELOAD_KIND_TRANSPORT, .number = 65535}, RELOAD_OK},
        {RELOAD_A_ROUTE_LOG_TRANSPORT,
         {.kind = RELOAD_KIND_TRANSPORT, .number = 65536},
         RELOAD_ERR_VALUE},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 99}, RELOAD_ERR_VALUE},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 100}, RELOAD_OK},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 799}, RELOAD_OK},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 800}, RELOAD_ERR_VALUE},
        {RELOAD_A_RESPONSE_CODE, {.kind = RELOAD_KIND_RESPONSE, .number = 25700}, RELOAD_ERR_VALUE},
        {RELOAD_A_PEER_ID, {.kind = RELOAD_KIND_ID, .octets = zeros, .len = 20}, RELOAD_OK},
        {RELOAD_A_PEER_ID, {.kind = RELOAD_KIND_ID, .octets = zeros, .len = 19}, RELOAD_ERR_VALUE},
        {RELOAD_A_PEER_ID, {.kind = RELOAD_KIND_ID, .octets = zeros, .len = 21}, RELOAD_ERR_VALUE},
        {RELOAD_A_SDP, {.kind = RELOAD_KIND_TEXT, .octets = nul, .len = 1}, RELOAD_ERR_VALUE},
        {RELOAD_A_SDP,
         {.kind = RELOAD_KIND_TEXT, .octets = (const uint8_t *)"\xff", .len = 1},
         RELOAD_ERR_VALUE},
        {RELOAD_A_SDP, {.kind = RELOAD_KIND_TEXT}, RELOAD_OK},
        {RELOAD_A_SOURCE_INFO, {.kind = RELOAD_KIND_COMPOSITE}, RELOAD_ERR_ARGUMENT},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(build_value(rows[i].type, &rows[i].value), rows[i].err);
}

static void test_build_limits(void **state)
{
    (void)state;
    uint8_t *octets = calloc(1, 0x10000);
    reload_buf buf = {0};
    reload_builder b;
    assert_non_null(octets);
    /* an attribute's Length */
    reload_build_begin(&b, &buf, NULL);
    reload_build_octets(&b, 0x0655, octets, 0xffff);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    assert_int_equal(buf.len, 68 + 4 + 0xffff + 1);
    reload_buf_free(&buf);
    reload_build_begin(&b, &buf, NULL);
    reload_build_octets(&b, 0x0655, octets, 0x10000);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_TOO_LONG);
    reload_buf_free(&buf);
    /* a container's Length */
    reload_build_begin(&b, &buf, NULL);
    reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    reload_build_octets(&b, 0x0655, octets, 0xfffc);
    reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_TOO_LONG);
    reload_buf_free(&buf);
    /* the header's Length: 255 attributes of 64 KiB fit, 256 do not */
    for (unsigned n = 255; n <= 256; n++) {
        reload_build_begin(&b, &buf, NULL);
        for (unsigned i = 0; i < n; i++)
            reload_build_octets(&b, 0x0655, octets, 0xfffc);
        assert_int_equal(reload_build_end(&b), n == 255 ? RELOAD_OK : RELOAD_ERR_TOO_LONG);
        reload_buf_free(&buf);
    }
    /* response codes */
    for (unsigned code = 0; code <= 1000; code++) {
        const reload_value value = {.kind = RELOAD_KIND_RESPONSE, .number = code};
        reload_build_begin(&b, &buf, NULL);
        reload_build_value(&b, RELOAD_A_RESPONSE_CODE, &value);
        assert_int_equal(reload_build_end(&b),
                         code >= 100 && code <= 799 ? RELOAD_OK : RELOAD_ERR_VALUE);
        reload_buf_free(&buf);
    }
    /* at most 16 open containers; unbalanced calls */
    for (unsigned n = 16; n <= 17; n++) {
        reload_build_begin(&b, &buf, NULL);
        for (unsigned i = 0; i < n; i++)
            reload_build_open(&b, RELOAD_A_SOURCE_INFO);
        for (unsigned i = 0; i < 16; i++)
            reload_build_close(&b);
        assert_int_equal(reload_build_end(&b), n == 16 ? RELOAD_OK : RELOAD_ERR_VALUE);
        reload_buf_free(&buf);
    }
    reload_build_begin(&b, &buf, NULL);
    reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_ARGUMENT);
    reload_buf_free(&buf);
    reload_build_begin(&b, &buf, NULL);
    reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    assert_int_equal(reload_build_end(&b), RELOAD_ERR_ARGUMENT);
    reload_buf_free(&buf);
    free(octets);
}

/* A message is appended to the buffer. */
static void test_build_append(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_builder b;
    test_hex(&buf, "aabb");
    reload_build_begin(&b, &buf, NULL);
    reload_build_field(&b, RELOAD_F_TTL, 7);
    reload_build_octets(&b, RELOAD_A_SDP, (const uint8_t *)"a", 1);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets, 7,
              "aabb"
              "52454c4f"
              "07");
    test_same(buf.octets + 2 + 13, 3, "000008");
    test_same(buf.octets + 70, buf.len - 70,
              "00070001"
              "61000000");
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_values),
        cmocka_unit_test(test_build_limits),
        cmocka_unit_test(test_build_append),
    };
    return cmocka_run_group_tests_name("build", tests, NULL, NULL);
}
