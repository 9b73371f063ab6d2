/* SPDX-License-Identifier: BSD-2-Clause */
/* Values with and without flaws, and nesting */
#include "test.h"

#include <string.h>

#define AT 68 /* the first attribute of a message */

/* One flaw in each row: the value is not decoded, and the message is malformed with a diagnostic of
 * the flaw's position. */
/* clang-format off */
static const struct {
    const char *hex;    /* the attributes */
    uint32_t attr;      /* the attribute with the flaw, or RELOAD_NO_ATTR: the top-level framing */
    reload_flaw flaw;
    uint64_t offset;    /* of the flaw */
    const char *pointer; /* of the attribute */
} flaws[] = {
    /* the top-level framing */
    {"00070000" /* an empty SDP */ "00", RELOAD_NO_ATTR, RELOAD_FLAW_HEAD, AT + 4, NULL},
    {"00070000" "0007", RELOAD_NO_ATTR, RELOAD_FLAW_HEAD, AT + 4, NULL},
    {"00070000" "000700", RELOAD_NO_ATTR, RELOAD_FLAW_HEAD, AT + 4, NULL},
    {"00070000" "00070001", RELOAD_NO_ATTR, RELOAD_FLAW_LENGTH, AT + 4, NULL},
    {"00070000" "00070005" "61626364", RELOAD_NO_ATTR, RELOAD_FLAW_LENGTH, AT + 4, NULL},
    {"00070000" "0655ffff" "61626364", RELOAD_NO_ATTR, RELOAD_FLAW_LENGTH, AT + 4, NULL},
    {"00070001" "61", RELOAD_NO_ATTR, RELOAD_FLAW_PADDING, AT, NULL},
    {"00070001" "610000", RELOAD_NO_ATTR, RELOAD_FLAW_PADDING, AT, NULL},
    {"00070003" "616263", RELOAD_NO_ATTR, RELOAD_FLAW_PADDING, AT, NULL},
    /* the framing of members; the offset is the member's */
    {"00020003" "010200" "00", 0, RELOAD_FLAW_HEAD, AT + 4, "/attributes/0"},
    {"00020006" "01020000" "0102" "0000", 0, RELOAD_FLAW_HEAD, AT + 8, "/attributes/0"},
    {"00020008" "01020005" "61626364", 0, RELOAD_FLAW_LENGTH, AT + 4, "/attributes/0"},
    {"0002000c" "01020000" "01020005" "61626364", 0, RELOAD_FLAW_LENGTH, AT + 8, "/attributes/0"},
    {"00020005" "01020001" "61" "000000", 0, RELOAD_FLAW_PADDING, AT + 4, "/attributes/0"},
    /* a member that overlaps its container's sibling */
    {"00020008" "01020008" "61626364" "00070000", 0, RELOAD_FLAW_LENGTH, AT + 4, "/attributes/0"},
    /* a member of a member */
    {"0003000c" "02020008" "03030005" "61626364",
     1, RELOAD_FLAW_LENGTH, AT + 8, "/attributes/0/value/0"},
    /* sizes */
    {"00010003" "000002" "00", 0, RELOAD_FLAW_SIZE, AT, "/attributes/0"},
    {"00020018" "01010013" "00000000000000000000000000000000000000" "00",
     1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"0002001c" "01010015" "000000000000000000000000000000000000000000" "000000",
     1, RELOAD_FLAW_SIZE, AT + 4,
     "/attributes/0/value/0"},
    {"00020008" "01030003" "000100" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00020008" "01040003" "000000" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"0002000c" "01040005" "0000000000" "000000",
     1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00060008" "08010003" "000000" "00", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00080008" "04050002" "0000" "0000", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00030010" "0202000c" "03040008" "030a0002" "0101" "0000", 3, RELOAD_FLAW_SIZE, AT + 12,
     "/attributes/0/value/0/value/0/value/0"},
    {"0003000c" "02020008" "03040004" "030a0000",
     3, RELOAD_FLAW_SIZE, AT + 12, "/attributes/0/value/0/value/0/value/0"},
    {"00040008" "04010001" "06" "000000", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    {"00040008" "04010004" "00000006", 1, RELOAD_FLAW_SIZE, AT + 4, "/attributes/0/value/0"},
    /* text (RFC 3629): a lone continuation, overlong, a surrogate, past U+10FFFF, truncated, NUL */
    {"00070001" "80" "000000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070002" "c080" "0000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070003" "e08080" "00", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070003" "eda080" "00", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070004" "f0808080", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070004" "f4908080", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070001" "ff" "000000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00070002" "61c3" "a900", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"}, /* padded */
    {"00070002" "6100" "0000", 0, RELOAD_FLAW_NUL, AT, "/attributes/0"},
    /* RESPONSE-CODE */
    {"00010004" "00001000", 0, RELOAD_FLAW_RESERVED, AT, "/attributes/0"},
    {"00010004" "80000200", 0, RELOAD_FLAW_RESERVED, AT, "/attributes/0"},
    {"00010004" "00000000", 0, RELOAD_FLAW_CODE, AT, "/attributes/0"},
    {"00010004" "00000264", 0, RELOAD_FLAW_CODE, AT, "/attributes/0"},
    {"00010005" "00000200" "ff" "000000", 0, RELOAD_FLAW_UTF8, AT, "/attributes/0"},
    {"00010005" "00000200" "00" "000000", 0, RELOAD_FLAW_NUL, AT, "/attributes/0"},
    /* PEER-IP-PORT */
    {"0002000c" "01030008" "000013c4" "0a040102",
     1, RELOAD_FLAW_FAMILY, AT + 4, "/attributes/0/value/0"},
    {"0002000c" "01030008" "000313c4" "0a040102",
     1, RELOAD_FLAW_FAMILY, AT + 4, "/attributes/0/value/0"},
    {"00020008" "01030004" "000113c4", 1, RELOAD_FLAW_ADDRESS, AT + 4, "/attributes/0/value/0"},
    {"0002000c" "01030008" "000213c4" "0a040102",
     1, RELOAD_FLAW_ADDRESS, AT + 4, "/attributes/0/value/0"},
    {"00020018" "01030014" "000113c4" "20010db8000000000000000000000001",
     1, RELOAD_FLAW_ADDRESS, AT + 4,
     "/attributes/0/value/0"},
};
/* clang-format on */

static void test_flaws(void **state)
{
    (void)state;
    bool seen[RELOAD_FLAW_ADDRESS + 1] = {false};
    for (size_t k = 0; k < COUNT(flaws); k++) {
        reload_buf buf = {0};
        reload_diag diag = {0};
        print_message("# %s\n", flaws[k].hex);
        test_message(&buf, flaws[k].hex);
        reload_msg *msg = test_parse(&buf);
        seen[flaws[k].flaw] = true;
        if (flaws[k].attr == RELOAD_NO_ATTR) {
            size_t len;
            reload_flaw flaw;
            const uint8_t *trailing = reload_msg_trailing(msg, &len, &flaw);
            assert_int_equal(flaw, flaws[k].flaw);
            assert_ptr_equal(trailing, buf.octets + flaws[k].offset);
            assert_int_equal(len, buf.len - flaws[k].offset);
        } else {
            reload_value value;
            const reload_attr *attr = reload_msg_attr(msg, flaws[k].attr);
            assert_int_equal(attr->flaw, flaws[k].flaw);
            assert_int_equal(attr->end, flaws[k].attr + 1); /* no members */
            assert_false(reload_msg_value(msg, flaws[k].attr, &value));
        }
        /* no other attribute has a flaw */
        for (size_t i = 0; i < reload_msg_count(msg); i++)
            if (i != flaws[k].attr)
                assert_int_equal(reload_msg_attr(msg, i)->flaw, RELOAD_FLAW_NONE);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
        assert_int_equal(diag.code, RELOAD_ERR_MALFORMED);
        assert_true(diag.has_offset);
        assert_int_equal(diag.offset, flaws[k].offset);
        assert_int_equal(diag.has_pointer, flaws[k].pointer != NULL);
        if (flaws[k].pointer != NULL)
            assert_string_equal(diag.pointer, flaws[k].pointer);
        const char *flaw = strstr(diag.text, reload_flaw_text(flaws[k].flaw));
        assert_non_null(flaw);
        if (flaws[k].flaw == RELOAD_FLAW_SIZE || flaws[k].flaw == RELOAD_FLAW_ADDRESS)
            assert_non_null(strstr(flaw, ", expected "));
        else if (flaws[k].flaw == RELOAD_FLAW_FAMILY)
            assert_non_null(strstr(flaw, ", found "));
        test_survives_json(msg, &buf);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
    for (reload_flaw f = RELOAD_FLAW_HEAD; f <= RELOAD_FLAW_ADDRESS; f++) {
        assert_true(seen[f] || f == RELOAD_FLAW_DEPTH); /* test_depth */
        for (reload_flaw g = RELOAD_FLAW_NONE; g < f; g++)
            assert_string_not_equal(reload_flaw_text(f), reload_flaw_text(g));
    }
    assert_non_null(reload_flaw_text((reload_flaw)99));
}

/* Values without flaws: bounds, empty texts and containers, octets of any length */
static void test_no_flaws(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "00070000",
        "00020000",
        "00070004"
        "f48fbfbf", /* U+10FFFF */
        "00070003"
        "efbfbf"
        "00", /* U+FFFF */
        "00070003"
        "ee8080"
        "00", /* U+E000, after the surrogates */
        "00070003"
        "ed9fbf"
        "00", /* U+D7FF, before them */
        "00010004"
        "00000100", /* 100 */
        "00010004"
        "00000763", /* 799 */
        "00060004"
        "08020000",
        "08030001"
        "ff"
        "000000",
    };
    for (size_t k = 0; k < COUNT(good); k++) {
        reload_buf buf = {0};
        reload_diag diag;
        test_message(&buf, good[k]);
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_OK);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

/* D24: a flaw in a misplaced attribute or after the SIGNATURE does not make a message malformed. */
static void test_ignored_flaws(void **state)
{
    (void)state;
    static const char *const good[] = {
        "01010001"
        "00"
        "000000", /* a PEER-ID of one octet at the top level */
        "00040008"
        "01010001"
        "00"
        "000000", /* the same in a ROUTE-LOG */
        "00060000"
        "00070001"
        "ff"
        "000000", /* invalid text after the SIGNATURE */
        "00060000"
        "00020003"
        "010200"
        "00", /* invalid members after the SIGNATURE */
        "00060000"
        "00040008"
        "04010001"
        "06"
        "000000", /* invalid members in a ROUTE-LOG */
        "0655000c"
        "0655ffff"
        "0000000000000000", /* an unknown type has no members */
    };
    for (size_t k = 0; k < COUNT(good); k++) {
        reload_buf buf = {0};
        reload_diag diag;
        test_message(&buf, good[k]);
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_check(msg, &diag), RELOAD_OK);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
    /* the top-level framing must be correct after the SIGNATURE too (D10) */
    reload_buf buf = {0};
    reload_diag diag;
    test_message(&buf, "00060000"
                       "000700ff");
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_check(msg, &diag), RELOAD_ERR_MALFORMED);
    assert_int_equal(diag.offset, AT + 4);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* Appends a message of nested containers, the innermost empty. */
static void append_nested(reload_buf *buf, size_t depth)
{
    test_hex(buf, HEADER);
    for (size_t i = 0; i < depth; i++) {
        size_t len = 4 * (depth - 1 - i);
        uint8_t head[4] = {0x00, 0x02, (uint8_t)(len >> 8), (uint8_t)len};
        reload_buf_append(buf, head, sizeof head);
    }
    test_set_length(buf, 0);
}

static void test_depth(void **state)
{
    (void)state;
    /* a container is decoded at depth 15, and not decoded at depth 16 (D3) */
    static const struct {
        size_t depth, count;
        reload_flaw last;
    } rows[] = {
        {1, 1, RELOAD_FLAW_NONE},    {15, 15, RELOAD_FLAW_NONE},     {16, 16, RELOAD_FLAW_DEPTH},
        {17, 16, RELOAD_FLAW_DEPTH}, {10000, 16, RELOAD_FLAW_DEPTH},
    };
    for (size_t k = 0; k < COUNT(rows); k++) {
        reload_buf buf = {0};
        reload_diag diag;
        append_nested(&buf, rows[k].depth);
        reload_msg *msg = test_parse(&buf);
        assert_int_equal(reload_msg_count(msg), rows[k].count);
        const reload_attr *last = reload_msg_attr(msg, rows[k].count - 1);
        assert_int_equal(last->depth, rows[k].count);
        assert_int_equal(last->flaw, rows[k].last);
        assert_int_equal(reload_msg_check(msg, &diag),
                         rows[k].last == RELOAD_FLAW_NONE ? RELOAD_OK : RELOAD_ERR_MALFORMED);
        if (rows[k].last != RELOAD_FLAW_NONE) {
            assert_int_equal(diag.offset, AT + 4 * 15);
            assert_true(diag.has_pointer);
        }
        test_survives_json(msg, &buf);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

/* Any attribute except a container is decoded at depth 16. */
static void test_depth_leaf(void **state)
{
    (void)state;
    reload_buf buf = {0};
    reload_builder b;
    reload_value value = {.kind = RELOAD_KIND_SECONDS, .number = 300};
    reload_build_begin(&b, &buf, NULL);
    for (unsigned i = 0; i < 15; i++)
        reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    reload_build_value(&b, RELOAD_A_PEER_EXPIRATION, &value);
    for (unsigned i = 0; i < 15; i++)
        reload_build_close(&b);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(reload_msg_count(msg), 16);
    assert_int_equal(reload_msg_attr(msg, 15)->depth, 16);
    assert_int_equal(reload_msg_attr(msg, 15)->flaw, RELOAD_FLAW_NONE);
    assert_int_equal(reload_msg_check(msg, NULL), RELOAD_OK);
    char pointer[256];
    assert_true(reload_msg_pointer(msg, 15, pointer, sizeof pointer));
    assert_string_equal(
        pointer,
        "/attributes/0/value/0/value/0/value/0/value/0/value/0/value/0/value/0/value/0/value/0"
        "/value/0/value/0/value/0/value/0/value/0/value/0");
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flaws),         cmocka_unit_test(test_no_flaws),
        cmocka_unit_test(test_ignored_flaws), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_depth_leaf),
    };
    return cmocka_run_group_tests_name("flaws", tests, NULL, NULL);
}
