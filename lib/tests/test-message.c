/* SPDX-License-Identifier: BSD-2-Clause */
/* Complete messages: length, padding, ignored and misplaced attributes */
#include "test.h"

#include <stdlib.h>
#include <string.h>

static void check_parse_error(const char *hex, size_t len, reload_err err, uint64_t offset)
{
    reload_buf buf = {0};
    reload_diag diag = {0};
    reload_msg *msg = reload_msg_new();
    test_hex(&buf, hex);
    assert_int_equal(reload_msg_parse(msg, buf.octets, len, &diag), err);
    assert_int_equal(diag.code, err);
    assert_true(diag.has_offset);
    assert_int_equal(diag.offset, offset);
    assert_int_equal(reload_msg_count(msg), 0);
    /* the message is then empty, with a header of zeros */
    static const uint8_t zeros[RELOAD_HEADER_SIZE];
    const uint8_t *octets = reload_msg_octets(msg, &len);
    test_same_octets(octets, len, zeros, sizeof zeros);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static void test_no_message(void **state)
{
    (void)state;
    check_parse_error(HEADER, 0, RELOAD_ERR_NO_MESSAGE, 0);
    check_parse_error(HEADER, 3, RELOAD_ERR_NO_MESSAGE, 0);
    check_parse_error(HEADER, 4, RELOAD_ERR_NO_MESSAGE, 0);
    check_parse_error(HEADER, 67, RELOAD_ERR_NO_MESSAGE, 0);
    check_parse_error("52454c50"
                      "20000000"
                      "01010102"
                      "01000000" HEADER_FROM_LENGTH,
                      68, RELOAD_ERR_NO_MESSAGE, 0);
    check_parse_error("d2454c4f"
                      "20000000"
                      "01010102"
                      "01000000" HEADER_FROM_LENGTH,
                      68, RELOAD_ERR_RFC6940, 0);
    check_parse_error("d2454c4f", 4, RELOAD_ERR_RFC6940, 0);
}

/* More octets than Length */
static void test_trailing_octets(void **state)
{
    (void)state;
    check_parse_error(HEADER "00", 69, RELOAD_ERR_VALUE, 68);
    check_parse_error(HEADER_TO_LENGTH "000004" HEADER_FROM_LENGTH "00070000"
                                       "00070000",
                      76, RELOAD_ERR_VALUE, 72);
}

/* Fewer octets than Length */
static void test_truncated(void **state)
{
    (void)state;
    static const char whole[] = HEADER_TO_LENGTH "000010" HEADER_FROM_LENGTH "00070008"
                                                 "6162636465666768"
                                                 "00070000";
    reload_buf buf = {0};
    test_hex(&buf, whole);
    for (size_t len = 68; len < buf.len; len++) {
        reload_buf cut = {0};
        reload_diag diag = {0};
        reload_buf_append(&cut, buf.octets, len);
        reload_msg *msg = test_parse(&cut);
        assert_true(reload_msg_truncated(msg));
        assert_int_equal(reload_msg_field(msg, RELOAD_F_LENGTH), 16);
        assert_int_equal(reload_msg_count(msg), len < 80 ? 0 : 1);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
        assert_int_equal(diag.offset, 13); /* the Length field */
        test_survives_json(msg, &cut);
        reload_msg_free(&msg);
        reload_buf_free(&cut);
    }
    reload_msg *msg = test_parse(&buf);
    assert_false(reload_msg_truncated(msg));
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* In a fragment or another Version, only the length (step 1) is checked. */
static void test_other_versions_and_fragments(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        reload_buf buf = {0};
        test_message(&buf, "000700ff"
                           "61626364");
        if (k == 1)
            buf.octets[8] = 2; /* Version 2 */
        if (k == 2)
            buf.octets[6] = 0x80; /* FRAG */
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, NULL), k == 0 ? RELOAD_ERR_MALFORMED : RELOAD_OK);
        reload_msg_free(&msg);
        buf.octets[15]++;
        msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, NULL), RELOAD_ERR_MALFORMED);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

/* Nonzero padding is kept, and is part of the JSON. */
static void test_padding(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_message(&buf, "00070001"
                       "61"
                       "0000ff" /* one octet of text */
                       "00070002"
                       "6162"
                       "0100" /* two */
                       "00070003"
                       "616263"
                       "80" /* three */
                       "00070004"
                       "61626364" /* four: none */
                       "00070003"
                       "616263"
                       "00");
    static const char *const padding[] = {"0000ff", "0100", "80", "", "00"};
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), COUNT(padding));
    for (size_t i = 0; i < COUNT(padding); i++) {
        size_t len;
        const uint8_t *octets = reload_msg_padding(msg, i, &len);
        test_same(octets, len, padding[i]);
    }
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    test_json_is(msg, 0,
                 HEADER_JSON_TO_LENGTH
                 "40" HEADER_JSON_FROM_LENGTH ", \"attributes\": ["
                 "{\"type\": \"SDP\", \"value\": \"a\", \"padding\": \"0000ff\"}, "
                 "{\"type\": \"SDP\", \"value\": \"ab\", \"padding\": \"0100\"}, "
                 "{\"type\": \"SDP\", \"value\": \"abc\", \"padding\": \"80\"}, "
                 "{\"type\": \"SDP\", \"value\": \"abcd\"}, "
                 "{\"type\": \"SDP\", \"value\": \"abc\"}]}");
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* The maximum number of attributes: 16 MiB of attributes of four octets. This takes a second. */
static void test_many_attributes(void **state)
{
    (void)state;
    enum { MANY = 0xffffff / 4 };
    reload_buf buf = {0};
    test_hex(&buf, HEADER);
    uint8_t *attrs = calloc(MANY, 4);
    assert_non_null(attrs);
    for (size_t i = 0; i < MANY; i++)
        attrs[4 * i + 1] = 7; /* SDP */
    reload_buf_append(&buf, attrs, (size_t)MANY * 4);
    free(attrs);
    test_set_length(&buf, 0);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), MANY);
    const reload_attr *last = reload_msg_attr(msg, MANY - 1);
    assert_int_equal(last->offset, 68 + 4 * ((size_t)MANY - 1));
    assert_int_equal(last->ordinal, MANY - 1);
    assert_int_equal(last->type, RELOAD_A_SDP);
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* Attributes in and out of place, before and after the SIGNATURE (D10) */
static const struct {
    uint16_t type;
    bool in_place, ignored;
    const char *pointer;
} mixed[] = {
    {0x0002, true, false, "/attributes/0"},
    {0x0101, true, false, "/attributes/0/value/0"},
    {0x0201, false, false, "/attributes/0/value/1"},         /* KEY in PEER-INFO */
    {0x0202, false, false, "/attributes/0/value/2"},         /* BODY in PEER-INFO */
    {0x0303, false, false, "/attributes/0/value/2/value/0"}, /* its ENTRY */
    {0x0655, false, false, "/attributes/1"},
    {0x0006, true, false, "/attributes/2"},
    {0x0801, true, false, "/attributes/2/value/0"},
    {0x0004, true, false, "/attributes/3"}, /* ROUTE-LOGs are not ignored */
    {0x0402, true, false, "/attributes/3/value/0"},
    {0x0102, true, false, "/attributes/3/value/0/value/0"},
    {0x0005, true, true, "/attributes/4"},
    {0x0102, true, true, "/attributes/4/value/0"},
    {0x0006, true, true, "/attributes/5"}, /* a second SIGNATURE */
    {0x0004, true, false, "/attributes/6"},
    {0x0655, false, true, "/attributes/7"},
};

static const char mixed_attributes[] = "00020028" /* SOURCE-INFO */
                                       "01010014"
                                       "463ac413c4000000000000000000000000000000" /* PEER-ID */
                                       "02010001"
                                       "61"
                                       "000000"   /* KEY */
                                       "02020004" /* BODY */
                                       "03030000" /* ENTRY */
                                       "06550000" /* of the DHT */
                                       "00060008" /* SIGNATURE */
                                       "08010004"
                                       "00000000" /* TIMESTAMP */
                                       "00040008" /* ROUTE-LOG */
                                       "04020004" /* PEER-INFO */
                                       "01020000" /* PEER-NAME */
                                       "00050004" /* REDIRECT */
                                       "01020000" /* PEER-NAME */
                                       "00060000" /* SIGNATURE */
                                       "00040000" /* ROUTE-LOG */
                                       "06550000";

static void check_mixed_json(const reload_msg *msg)
{
    test_json_is(
        msg, 0,
        HEADER_JSON_TO_LENGTH
        "92" HEADER_JSON_FROM_LENGTH ", \"attributes\": ["
        "{\"type\": \"SOURCE-INFO\", \"value\": ["
        "{\"type\": \"PEER-ID\", \"value\": \"463ac413c4000000000000000000000000000000\"}, "
        "{\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"a\"}, "
        "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", "
        "\"value\": \"\"}]}]}, "
        "{\"type\": \"0x0655\", \"hex\": \"\"}, "
        "{\"type\": \"SIGNATURE\", \"value\": [{\"type\": \"TIMESTAMP\", \"value\": 0}]}, "
        "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": "
        "[{\"type\": \"PEER-NAME\", \"value\": \"\"}]}]}, "
        "{\"type\": \"REDIRECT\", \"value\": [{\"type\": \"PEER-NAME\", \"value\": \"\"}], "
        "\"ignored\": true}, "
        "{\"type\": \"SIGNATURE\", \"value\": [], \"ignored\": true}, "
        "{\"type\": \"ROUTE-LOG\", \"value\": []}, "
        "{\"type\": \"0x0655\", \"hex\": \"\", \"ignored\": true}]}");
}

static void test_ignored_and_in_place(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_message(&buf, mixed_attributes);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), COUNT(mixed));
    for (size_t i = 0; i < COUNT(mixed); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        char pointer[64], small[14];
        assert_int_equal(attr->type, mixed[i].type);
        assert_int_equal(attr->in_place, mixed[i].in_place);
        assert_int_equal(attr->ignored, mixed[i].ignored);
        assert_true(reload_msg_pointer(msg, i, pointer, sizeof pointer));
        assert_string_equal(pointer, mixed[i].pointer);
        assert_int_equal(reload_msg_pointer(msg, i, small, sizeof small),
                         strlen(mixed[i].pointer) < sizeof small);
    }
    assert_int_equal(reload_msg_signature(msg), 6);
    assert_int_equal(reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_ROUTE_LOG), 8);
    assert_int_equal(reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_PEER_ID),
                     RELOAD_NO_ATTR); /* not a top-level attribute */
    assert_int_equal(reload_msg_member(msg, 0, RELOAD_A_BODY), 3);
    assert_int_equal(reload_msg_member(msg, 0, RELOAD_A_SIGNATURE), RELOAD_NO_ATTR);
    check_mixed_json(msg);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* An object can parse another message. */
static void test_reuse(void **state)
{
    (void)state;
    reload_buf a = {0}, b = {0};
    test_message(&a, "00060000"
                     "00070000");
    test_message(&b, "00070000");
    reload_msg *msg = test_parse(&a);
    assert_int_equal(reload_msg_signature(msg), 0);
    assert_int_equal(reload_msg_parse(msg, b.octets, b.len, NULL), RELOAD_OK);
    assert_int_equal(reload_msg_count(msg), 1);
    assert_int_equal(reload_msg_signature(msg), RELOAD_NO_ATTR);
    assert_false(reload_msg_attr(msg, 0)->ignored);
    assert_int_equal(reload_msg_parse(msg, b.octets, 5, NULL), RELOAD_ERR_NO_MESSAGE);
    assert_int_equal(reload_msg_count(msg), 0);
    reload_msg_free(&msg);
    reload_msg_free(&msg);
    reload_msg_free(NULL);
    reload_buf_free(&b);
    reload_buf_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_message),
        cmocka_unit_test(test_trailing_octets),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_other_versions_and_fragments),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_many_attributes),
        cmocka_unit_test(test_ignored_and_in_place),
        cmocka_unit_test(test_reuse),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
