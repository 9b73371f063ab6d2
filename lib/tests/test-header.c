/* SPDX-License-Identifier: BSD-2-Clause */
/* Header fields and names of values, against octets written by hand */
#include "test.h"

#include <string.h>

/* The fields' values differ, so that fields cannot be confused. */
static const char full_header[] = "52454c4f" /* token "RELO" */
                                  "05"       /* TTL 5 */
                                  "02"       /* Routing REDIRECT */
                                  "9234"     /* FRAG 1, LFRG 0, reserved 0x1234 */
                                  "ff"       /* EXP 1, Version 0x7f */
                                  "02"       /* DHT Bamboo1.0 */
                                  "09"       /* Hash 9 */
                                  "03"       /* Security CERTS */
                                  "a1"       /* response, Method TRANSPORT-TUNNEL */
                                  "000008"   /* Length 8 */
                                  "000102030405060708090a0b0c0d0e0f10111213" /* Destination ID */
                                  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233" /* Source ID */
                                  "4690c25c00000007"                         /* Transaction ID */
                                  "cbf43926"                                 /* Overlay */
                                  "0655"      /* an attribute of the DHT: type */
                                  "0004"      /* Length */
                                  "01020304"; /* value */

static const struct {
    reload_field field;
    uint32_t value;  /* of a number or flag */
    const char *hex; /* of octets */
} full_fields[] = {
    {RELOAD_F_TTL, 5, NULL},
    {RELOAD_F_ROUTING, 2, NULL},
    {RELOAD_F_FRAG, 1, NULL},
    {RELOAD_F_LFRG, 0, NULL},
    {RELOAD_F_FRAG_RESERVED, 0x1234, NULL},
    {RELOAD_F_EXPERIMENTAL, 1, NULL},
    {RELOAD_F_VERSION, 0x7f, NULL},
    {RELOAD_F_DHT, 2, NULL},
    {RELOAD_F_HASH, 9, NULL},
    {RELOAD_F_SECURITY, 3, NULL},
    {RELOAD_F_RESPONSE, 1, NULL},
    {RELOAD_F_METHOD, 0x21, NULL},
    {RELOAD_F_LENGTH, 8, NULL},
    {RELOAD_F_DESTINATION_ID, 0, "000102030405060708090a0b0c0d0e0f10111213"},
    {RELOAD_F_SOURCE_ID, 0, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff00112233"},
    {RELOAD_F_TRANSACTION_ID, 0, "4690c25c00000007"},
    {RELOAD_F_OVERLAY, 0xcbf43926, "cbf43926"},
};

static void test_header_get(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_hex(&buf, full_header);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(COUNT(full_fields), RELOAD_FIELDS);
    for (size_t i = 0; i < COUNT(full_fields); i++) {
        size_t len = 0;
        assert_int_equal(full_fields[i].field, i);
        assert_int_equal(reload_msg_field(msg, full_fields[i].field), full_fields[i].value);
        if (full_fields[i].hex != NULL) {
            const uint8_t *octets = reload_msg_field_octets(msg, full_fields[i].field, &len);
            assert_non_null(octets);
            test_same(octets, len, full_fields[i].hex);
        }
    }
    /* fields smaller than an octet have no octets */
    size_t len;
    assert_null(reload_msg_field_octets(msg, RELOAD_F_METHOD, &len));
    assert_null(reload_msg_field_octets(msg, RELOAD_F_VERSION, &len));
    const uint8_t *octets = reload_msg_octets(msg, &len);
    test_same(octets, len, full_header);
    assert_int_equal(reload_msg_count(msg), 1);
    assert_false(reload_msg_truncated(msg));
    reload_msg_free(&msg);
    assert_null(msg);
    reload_buf_free(&buf);
}

static void test_header_build(void **state)
{
    (void)state;
    static const uint8_t value[4] = {1, 2, 3, 4};
    reload_buf buf = {0}, ids = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, NULL);
    for (size_t i = 0; i < COUNT(full_fields); i++) {
        if (full_fields[i].hex == NULL) {
            if (full_fields[i].field != RELOAD_F_LENGTH)
                reload_build_field(&b, full_fields[i].field, full_fields[i].value);
            continue;
        }
        reload_buf_reset(&ids);
        test_hex(&ids, full_fields[i].hex);
        reload_build_field_octets(&b, full_fields[i].field, ids.octets);
    }
    reload_build_octets(&b, 0x0655, value, sizeof value);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets, buf.len, full_header);
    reload_buf_free(&ids);
    reload_buf_free(&buf);
}

/* Each number and flag with all bits set, and with none; the other fields do not change. */
static void test_header_each_field_alone(void **state)
{
    (void)state;
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of(f);
        assert_non_null(def);
        if (def->width > 32 || f == RELOAD_F_LENGTH)
            continue;
        for (int ones = 0; ones < 2; ones++) {
            uint8_t header[68], expected[68];
            memset(header, ones ? 0 : 0xff, sizeof header);
            memcpy(header, "RELO", 4);
            memcpy(expected, header, sizeof expected);
            expected[13] = expected[14] = expected[15] = 0; /* Length, set by the end */
            for (unsigned bit = def->bit; bit < (unsigned)def->bit + def->width; bit++) {
                uint8_t mask = (uint8_t)(0x80u >> bit % 8);
                expected[bit / 8] =
                    (uint8_t)(ones ? expected[bit / 8] | mask : expected[bit / 8] & ~mask);
            }
            uint32_t all = (uint32_t)((UINT64_C(1) << def->width) - 1);
            reload_buf buf = {0};
            reload_builder b;
            reload_build_begin(&b, &buf, header);
            reload_build_field(&b, f, ones ? all : 0);
            assert_int_equal(reload_build_end(&b), RELOAD_OK);
            test_same_octets(buf.octets, buf.len, expected, sizeof expected);
            reload_msg *msg = test_parse(&buf);
            assert_int_equal(reload_msg_field(msg, f), ones ? all : 0);
            reload_msg_free(&msg);
            reload_buf_free(&buf);
            if (def->width == 32)
                continue;
            /* the next larger value is out of range */
            reload_build_begin(&b, &buf, header);
            reload_build_field(&b, f, all + 1);
            assert_int_equal(reload_build_end(&b), RELOAD_ERR_VALUE);
            reload_buf_free(&buf);
        }
    }
    assert_null(reload_field_def_of(RELOAD_FIELDS));
}

static void test_header_initial(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, NULL);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    test_same(buf.octets, buf.len,
              "52454c4f"                                 /* token */
              "20"                                       /* TTL 32 */
              "00"                                       /* UNSPECIFIED */
              "0000"                                     /* no fragment */
              "01"                                       /* Version 1 */
              "01"                                       /* Chord1.0 */
              "01"                                       /* SHA-1 */
              "00"                                       /* Security left open */
              "00"                                       /* PEER-JOIN request */
              "000000"                                   /* Length */
              "0000000000000000000000000000000000000000" /* Destination ID */
              "0000000000000000000000000000000000000000" /* Source ID */
              "0000000000000000"                         /* Transaction ID */
              "00000000");                               /* Overlay */
    reload_buf_free(&buf);
}

/* Names of header values, OP and TRANSPORT, in both directions */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        reload_names set;
        uint32_t value;
        const char *name;
    } rows[] = {
        {RELOAD_NAMES_ROUTING, 0, "UNSPECIFIED"},
        {RELOAD_NAMES_ROUTING, 1, "PROXY"},
        {RELOAD_NAMES_ROUTING, 2, "REDIRECT"},
        {RELOAD_NAMES_ROUTING, 3, NULL},
        {RELOAD_NAMES_DHT, 0, NULL},
        {RELOAD_NAMES_DHT, 1, "Chord1.0"},
        {RELOAD_NAMES_DHT, 2, "Bamboo1.0"},
        {RELOAD_NAMES_DHT, 3, NULL},
        {RELOAD_NAMES_HASH, 0, NULL},
        {RELOAD_NAMES_HASH, 1, "SHA-1"},
        {RELOAD_NAMES_SECURITY, 0, NULL},
        {RELOAD_NAMES_SECURITY, 1, "NONE"},
        {RELOAD_NAMES_SECURITY, 2, "HMAC"},
        {RELOAD_NAMES_SECURITY, 3, "CERTS"},
        {RELOAD_NAMES_METHOD, 0x00, "PEER-JOIN"},
        {RELOAD_NAMES_METHOD, 0x01, "PEER-SEARCH"},
        {RELOAD_NAMES_METHOD, 0x10, "RESOURCE-GET"},
        {RELOAD_NAMES_METHOD, 0x11, "RESOURCE-PUT"},
        {RELOAD_NAMES_METHOD, 0x12, "RESOURCE-TRANSFER"},
        {RELOAD_NAMES_METHOD, 0x20, "TRANSPORT-OPEN"},
        {RELOAD_NAMES_METHOD, 0x21, "TRANSPORT-TUNNEL"},
        {RELOAD_NAMES_METHOD, 0x30, NULL},
        {RELOAD_NAMES_OP, 0, NULL},
        {RELOAD_NAMES_OP, 1, "="},
        {RELOAD_NAMES_OP, 2, "!="},
        {RELOAD_NAMES_OP, 3, ">"},
        {RELOAD_NAMES_OP, 4, ">="},
        {RELOAD_NAMES_OP, 5, "<"},
        {RELOAD_NAMES_OP, 6, "<="},
        {RELOAD_NAMES_OP, 7, NULL},
        {RELOAD_NAMES_TRANSPORT, 0x06, "TCP"},
        {RELOAD_NAMES_TRANSPORT, 0x11, "UDP"},
        {RELOAD_NAMES_TRANSPORT, 0x38, "TLS"},
        {RELOAD_NAMES_TRANSPORT, 0x84, "SCTP"},
        {RELOAD_NAMES_NONE, 1, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t value = 0xdead;
        const char *name = reload_name(rows[i].set, rows[i].value);
        if (rows[i].name == NULL) {
            assert_null(name);
            continue;
        }
        assert_string_equal(name, rows[i].name);
        assert_true(reload_name_lookup(rows[i].set, rows[i].name, &value));
        assert_int_equal(value, rows[i].value);
    }
    uint32_t value;
    assert_false(reload_name_lookup(RELOAD_NAMES_SECURITY, "hmac", &value));
    assert_false(reload_name_lookup(RELOAD_NAMES_METHOD, "HMAC", &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_get),
        cmocka_unit_test(test_header_build),
        cmocka_unit_test(test_header_each_field_alone),
        cmocka_unit_test(test_header_initial),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
