/* SPDX-License-Identifier: BSD-2-Clause */
/* Identifiers and secrets. */
#include "test.h"

#include <string.h>

static void test_overlay(void **state)
{
    (void)state;
    /* D15 */
    assert_int_equal(reload_overlay_id("123456789"), 0xcbf43926);
    assert_int_equal(reload_overlay_id("chat"), 0x659df2aa);
    assert_int_equal(reload_overlay_id(""), 0);
}

static void test_resource(void **state)
{
    (void)state;
    static const uint8_t key[] = "alice@example.com";
    /* D17: SHA-1 of the KEY followed by the replica number, except 0 */
    static const struct {
        uint32_t replica;
        const char *text;
    } rows[] = {{0, "alice@example.com"},
                {1, "alice@example.com1"},
                {10, "alice@example.com10"},
                {4294967295, "alice@example.com4294967295"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t id[20], expected[20];
        test_sha1(rows[i].text, expected);
        assert_int_equal(reload_resource_id(key, sizeof key - 1, rows[i].replica, id), RELOAD_OK);
        assert_memory_equal(id, expected, 20);
    }
    uint8_t id[20];
    assert_int_equal(reload_resource_id((const uint8_t *)"abc", 3, 0, id), RELOAD_OK);
    test_same(id, 20, "a9993e364706816aba3e25717850c26c9cd0d89d"); /* test vector of FIPS 180 */
    assert_int_equal(reload_resource_id(NULL, 0, 0, id), RELOAD_OK);
    test_same(id, 20, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    assert_int_equal(reload_resource_id((const uint8_t *)"ab\0c", 4, 0, id),
                     RELOAD_OK); /* NUL is allowed */
    uint8_t ab[20];
    test_sha1("ab", ab);
    assert_memory_not_equal(id, ab, 20);
}

/* Computes the Peer-ID of an address given as text. */
static void address_id(const char *text, uint8_t id[20])
{
    reload_value value;
    assert_true(reload_address_parse(text, &value));
    assert_int_equal(reload_address_id(value.address, value.ipv6, value.port, id), RELOAD_OK);
}

static void test_address_id(void **state)
{
    (void)state;
    uint8_t id[20], sha1[20];
    /* B§8.1.1's example: port 5060 = 0x13c4 turns ...c4b449 into ...c413c4. The address is one
     * whose SHA-1 ends in these octets. */
    test_sha1("10.41.10.24", sha1);
    test_same(sha1, 20, "35f5ed3fc4929de99ee48d44153b20198ec4b449");
    address_id("10.41.10.24:5060", id);
    test_same(id, 20, "35f5ed3fc4929de99ee48d44153b20198ec413c4");
    /* the SHA-1 is of the address in canonical form */
    test_sha1("2001:db8::1", sha1);
    address_id("[2001:DB8:0:0::1]:65535", id);
    assert_memory_equal(id, sha1, 18);
    test_same(id + 18, 2, "ffff");
    address_id("10.4.1.2:0", id);
    test_sha1("10.4.1.2", sha1);
    assert_memory_equal(id, sha1, 18);
    test_same(id + 18, 2, "0000");
}

static void test_address(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        bool ipv6;
        uint16_t port;
        const char *formatted;
    } rows[] = {
        {"10.4.1.2:5060", true, false, 5060, "10.4.1.2:5060"},
        {"255.255.255.255:65535", true, false, 65535, "255.255.255.255:65535"},
        {"10.4.1.2:05060", true, false, 5060, "10.4.1.2:5060"},
        {"[::]:0", true, true, 0, "[::]:0"},
        {"[2001:db8:0::1]:1", true, true, 1, "[2001:db8::1]:1"},
        {"[::ffff:10.4.1.2]:80", true, true, 80, "[::ffff:10.4.1.2]:80"},
        {"", false, false, 0, NULL},
        {":5060", false, false, 0, NULL},
        {"10.4.1.2", false, false, 0, NULL},
        {"10.4.1.2:", false, false, 0, NULL},
        {"10.4.1.2:65536", false, false, 0, NULL},
        {"10.4.1.2:-1", false, false, 0, NULL},
        {"10.4.1.2:+1", false, false, 0, NULL},
        {"10.4.1.2: 1", false, false, 0, NULL},
        {"10.4.1.2:1x", false, false, 0, NULL},
        {"10.4.1.2:000001", false, false, 0, NULL},
        {"10.4.1.256:1", false, false, 0, NULL},
        {"10.4.1:1", false, false, 0, NULL},
        {"example.com:1", false, false, 0, NULL},
        {"2001:db8::1:5060", false, false, 0, NULL},
        {"[2001:db8::1]", false, false, 0, NULL},
        {"[2001:db8::1:5060", false, false, 0, NULL},
        {"[10.4.1.2]:5060", false, false, 0, NULL},
        {"[]:5060", false, false, 0, NULL},
        {"[2001:db8::1]5060", false, false, 0, NULL},
        {"[00000000000000000000000000000000000000000000000000000000000001]:1", false, false, 0,
         NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_value value;
        char text[56];
        print_message("# %s\n", rows[i].text);
        assert_int_equal(reload_address_parse(rows[i].text, &value), rows[i].good);
        if (!rows[i].good)
            continue;
        assert_int_equal(value.kind, RELOAD_KIND_IP_PORT);
        assert_int_equal(value.protocol, 0);
        assert_int_equal(value.ipv6, rows[i].ipv6);
        assert_int_equal(value.port, rows[i].port);
        reload_address_format(&value, text, sizeof text);
        assert_string_equal(text, rows[i].formatted);
    }
    /* the longest text */
    reload_value longest = {.kind = RELOAD_KIND_IP_PORT, .ipv6 = true, .port = 65535};
    char text[56];
    memset(longest.address, 0xff, sizeof longest.address);
    reload_address_format(&longest, text, sizeof text);
    assert_string_equal(text, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}

/* D12 */
#define ROW(text, err, offset, hex)              \
    {                                            \
        text, sizeof(text) - 1, err, offset, hex \
    }
static const struct {
    const char *text;
    size_t len;
    reload_err err;
    int offset; /* -1: has_offset is false */
    const char *hex;
} secret_rows[] = {
    ROW("secret", RELOAD_OK, -1, "736563726574"),
    ROW("secret\n", RELOAD_OK, -1, "736563726574"),
    ROW("secret\r\n", RELOAD_OK, -1, "736563726574"),
    ROW("secret\n\n", RELOAD_OK, -1, "7365637265740a"), /* removes a single line end */
    ROW("secret\r\n\r\n", RELOAD_OK, -1, "7365637265740d0a"),
    ROW("secret\r", RELOAD_OK, -1, "7365637265740d"), /* CR is not a line end */
    ROW("secret\n\r", RELOAD_OK, -1, "7365637265740a0d"),
    ROW(" secret ", RELOAD_OK, -1, "2073656372657420"),
    ROW("\0\xff", RELOAD_OK, -1, "00ff"),
    ROW("\nx", RELOAD_OK, -1, "0a78"),
    ROW("hex", RELOAD_OK, -1, "686578"),
    ROW("HEX:00", RELOAD_OK, -1, "4845583a3030"), /* the prefix is case-sensitive */
    ROW(" hex:00", RELOAD_OK, -1, "206865783a3030"),
    ROW("hex:00", RELOAD_OK, -1, "00"),
    ROW("hex:00FFaB\n", RELOAD_OK, -1, "00ffab"),
    ROW("hex:00\r\n", RELOAD_OK, -1, "00"),
    ROW("", RELOAD_ERR_VALUE, -1, ""),
    ROW("\n", RELOAD_ERR_VALUE, -1, ""),
    ROW("\r\n", RELOAD_ERR_VALUE, -1, ""),
    ROW("hex:", RELOAD_ERR_VALUE, -1, ""),
    ROW("hex:\n", RELOAD_ERR_VALUE, -1, ""),
    ROW("hex:\r\n", RELOAD_ERR_VALUE, -1, ""),
    ROW("hex:0", RELOAD_ERR_SYNTAX, 5, ""),
    ROW("hex:000\n", RELOAD_ERR_SYNTAX, 7, ""),
    ROW("hex:0g", RELOAD_ERR_SYNTAX, 5, ""),
    ROW("hex: 00", RELOAD_ERR_SYNTAX, 4, ""),
    ROW("hex:00 ", RELOAD_ERR_SYNTAX, 6, ""),
    ROW("hex:00\n\n", RELOAD_ERR_SYNTAX, 6, ""),
    ROW("hex:00\r", RELOAD_ERR_SYNTAX, 6, ""),
    ROW("hex:00\0", RELOAD_ERR_SYNTAX, 6, ""),
};
#undef ROW

static void test_secret(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(secret_rows); i++) {
        reload_buf secret = {0};
        reload_diag diag = {0};
        print_message("# %zu\n", i);
        assert_int_equal(reload_secret_parse((const uint8_t *)secret_rows[i].text,
                                             secret_rows[i].len, &secret, &diag),
                         secret_rows[i].err);
        test_same(secret.octets, secret.len, secret_rows[i].hex);
        if (secret_rows[i].err != RELOAD_OK) {
            assert_int_equal(diag.code, secret_rows[i].err);
            assert_int_equal(diag.has_offset, secret_rows[i].offset >= 0);
            if (secret_rows[i].offset >= 0)
                assert_int_equal(diag.offset, secret_rows[i].offset);
        }
        reload_buf_free(&secret);
    }
}

static void test_random_octets(void **state)
{
    (void)state;
    uint8_t a[64] = {0}, b[64] = {0}, zeros[64] = {0};
    static uint8_t many[5000]; /* more than the generator's maximum request */
    reload_rng *one, *other;
    assert_int_equal(reload_rng_new(NULL, 0, &one), RELOAD_OK);
    assert_int_equal(reload_rng_new(NULL, 0, &other), RELOAD_OK);
    assert_int_equal(reload_rng_fill(one, a, sizeof a), RELOAD_OK);
    assert_int_equal(reload_rng_fill(other, b, sizeof b), RELOAD_OK);
    assert_memory_not_equal(a, zeros, sizeof a);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(reload_rng_fill(one, many, sizeof many), RELOAD_OK);
    assert_memory_not_equal(many + sizeof many - 64, zeros, 64);
    assert_int_equal(reload_rng_fill(one, NULL, 0), RELOAD_OK);
    reload_rng_free(&one);
    reload_rng_free(&other);
    assert_null(one);
}

/* The first output of an HMAC_DRBG (SP 800-90A, HMAC-SHA256) seeded with the octets 00 to 0f,
 * computed with Python's hmac module: K and V updated with the seed, then one V */
static void test_seeded_octets(void **state)
{
    (void)state;
    uint8_t seed[16], octets[16], other[16];
    reload_rng *rng;
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    assert_int_equal(reload_rng_new(seed, sizeof seed, &rng), RELOAD_OK);
    assert_int_equal(reload_rng_fill(rng, octets, sizeof octets), RELOAD_OK);
    reload_rng_free(&rng);
    static const uint8_t expected[16] = {0x09, 0x94, 0x27, 0xd6, 0x19, 0x2f, 0x1b, 0x0a,
                                         0xb5, 0xa1, 0x31, 0x2e, 0xdf, 0x28, 0x0e, 0xef};
    assert_memory_equal(octets, expected, sizeof expected);
    seed[0] = 1;
    assert_int_equal(reload_rng_new(seed, sizeof seed, &rng), RELOAD_OK);
    assert_int_equal(reload_rng_fill(rng, other, sizeof other), RELOAD_OK);
    reload_rng_free(&rng);
    assert_memory_not_equal(octets, other, sizeof other);
}

static void test_escape(void **state)
{
    (void)state;
#define ROW(text, escaped)              \
    {                                   \
        text, sizeof(text) - 1, escaped \
    }
    static const struct {
        const char *text;
        size_t len;
        const char *escaped;
    } rows[] = {
        ROW("", ""),
        ROW("plain \"text\" ~", "plain \"text\" ~"),
        ROW("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
        ROW("a\nb\rc\td", "a\\nb\\rc\\td"),
        ROW("\033[31m", "\\x1b[31m"),
        ROW("\0\x7f", "\\x00\\x7f"),
        ROW("a\\b", "a\\\\b"),
        ROW("\xc2\x9b", "\\u{009b}"),     /* C1 control character: CSI */
        ROW("\xe2\x80\xae", "\\u{202e}"), /* right-to-left override */
        ROW("\xe2\x80\x8b", "\\u{200b}"), /* zero-width space */
        ROW("\xef\xbb\xbf", "\\u{feff}"),
        ROW("\xff"
            "a\xc3",
            "\\xffa\\xc3"),                     /* not UTF-8 */
        ROW("\xed\xa0\x80", "\\xed\\xa0\\x80"), /* surrogate */
        /* text that a reader could read as a message */
        ROW("key {\"header\": {}}", "key \\x7b\"header\": {}}"),
        ROW("[{ \t\"garbage\"", "[\\x7b \\t\"garbage\""),
        ROW("{}, {1, { header", "{}, {1, { header"),
        ROW("RELO", "\\x52ELO"),
        ROW("RELORELO", "\\x52ELO\\x52ELO"),
        ROW("not a RELOAD message", "not a RELOAD message"),
        ROW("52454c4f20000000", "\\u{0035}2454c4f20000000"),
        ROW("0: 5245 4C4f 2000 0000", "0: \\u{0035}245 4C4f 2000 0000"),
        ROW("0x52, 0x45, 0x4c, 0x4f, 0x20, 0, 0x00 0 00",
            "0x\\u{0035}2, 0x45, 0x4c, 0x4f, 0x20, 0, 0x00 0 00"),
        ROW("5\n2:45-4c4f20000000", "\\u{0035}\\n2:45-4c4f20000000"),
        ROW("the token 52454c4f is missing", "the token 52454c4f is missing"),
    };
#undef ROW
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf out = {0};
        assert_int_equal(reload_escape((const uint8_t *)rows[i].text, rows[i].len, test_sink, &out),
                         RELOAD_OK);
        reload_buf_append(&out, "", 1);
        assert_string_equal((const char *)out.octets, rows[i].escaped);
        reload_buf_free(&out);
    }
}

static int fail_write(void *arg, const void *octets, size_t len)
{
    (void)arg;
    (void)octets;
    (void)len;
    return -1;
}

static void test_escape_fails(void **state)
{
    (void)state;
    assert_int_equal(reload_escape((const uint8_t *)"a", 1, fail_write, NULL), RELOAD_ERR_WRITE);
}

/* ---- Blocks of RSA ---- */

static void test_pkcs1_content(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int len; /* -1: another structure */
    } rows[] = {
        {"0001 ffffffffffffffff 00 abcd", 2},   {"0001 ffffffffffffffffff 00 ab", 1},
        {"0001 ffffffffffffffff 00", 0},        {"0001 ffffffffffffffff 00 00", 1},
        {"0001 ffffffffffffff 00 abcd", -1}, /* seven */
        {"0001 ffffffffffffffff fe 00 ab", -1}, {"0001 ffffffffffffffff ff", -1},
        {"0001 ffffffffffffffff", -1},          {"0002 ffffffffffffffff 00 ab", -1},
        {"0101 ffffffffffffffff 00 ab", -1},    {"", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf block = {0};
        test_hex(&block, rows[i].hex);
        const reload_span content = reload_pkcs1_content(block.octets, block.len);
        assert_int_equal(content.octets != NULL, rows[i].len >= 0);
        assert_int_equal(content.len, rows[i].len < 0 ? 0 : rows[i].len);
        if (content.octets != NULL)
            assert_ptr_equal(content.octets + content.len, block.octets + block.len);
        reload_buf_free(&block);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overlay),       cmocka_unit_test(test_resource),
        cmocka_unit_test(test_address_id),    cmocka_unit_test(test_address),
        cmocka_unit_test(test_secret),        cmocka_unit_test(test_random_octets),
        cmocka_unit_test(test_seeded_octets), cmocka_unit_test(test_escape),
        cmocka_unit_test(test_escape_fails),  cmocka_unit_test(test_pkcs1_content),
    };
    return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
