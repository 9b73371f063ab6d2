/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts that are too long for their array are cut between characters. */
#include "test.h"

#include "base/base.h"
#include "common/text.h"
#include "x509/mismatch.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 300 };

static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

/* "aaa" of some octets, and then the same character up to MOST octets */
static const char *long_text(size_t ascii, const char *character)
{
    static char text[MOST + 8];
    size_t len = ascii;
    memset(text, 'a', ascii);
    for (; len < MOST; len += strlen(character))
        memcpy(text + len, character, strlen(character));
    text[len] = '\0';
    return text;
}

static void check_utf8(const char *text)
{
    uint32_t code;
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text), n;
    for (; left > 0; left -= n, at += n) {
        n = rl_utf8(at, left, &code);
        if (n == 0)
            fail_msg("not UTF-8: %s", text);
    }
}

static void test_diag(void **state)
{
    (void)state;
    reload_diag diag;
    for (size_t i = 0; i < COUNT(characters); i++)
        for (size_t ascii = 0; ascii < 8; ascii++) {
            (void)rl_fail(&diag, RELOAD_ERR_VALUE, "%s", long_text(ascii, characters[i]));
            check_utf8(diag.text);
            assert_true(strlen(diag.text) > sizeof diag.text - 5);
            (void)rl_fail_at(&diag, RELOAD_ERR_VALUE, 0, "%s", long_text(ascii, characters[i]));
            check_utf8(diag.text);
        }
}

static void test_start(void **state)
{
    (void)state;
    assert_int_equal(rl_utf8_start("abc", 5), 3);
    assert_int_equal(rl_utf8_start("abc", 2), 2);
    assert_int_equal(rl_utf8_start("a\xe2\x82\xac", 3), 1);
    assert_int_equal(rl_utf8_start("a\xe2\x82\xac", 4), 4);
    assert_int_equal(rl_utf8_start("", 4), 0);
}

/* A long key in the error's pointer, and a long name in its text */
static void test_json_names(void **state)
{
    (void)state;
    reload_buf buf = {0};
    for (size_t i = 0; i < COUNT(characters); i++)
        for (size_t ascii = 0; ascii < MOST; ascii++) {
            char json[MOST + 64];
            reload_diag diag;
            const char *text = long_text(ascii, characters[i]);
            (void)snprintf(json, sizeof json, "{\"header\": {\"method\": 0}, \"%s\": 1}", text);
            assert_int_equal(reload_json_read(json, strlen(json), &buf, &diag), RELOAD_ERR_VALUE);
            check_utf8(diag.pointer);
            assert_string_equal(diag.pointer + strlen(diag.pointer) - 3, "...");
            (void)snprintf(json, sizeof json, "{\"header\": {\"method\": \"%s\"}}", text);
            assert_int_equal(reload_json_read(json, strlen(json), &buf, &diag), RELOAD_ERR_VALUE);
            check_utf8(diag.text);
        }
    reload_buf_free(&buf);
}

/* A certificate that names a Peer-ID for an overlay */
static reload_cert *make_cert(const uint8_t id[RELOAD_ID_SIZE])
{
    static const uint8_t serial = 1;
    reload_cert_name name = {.peer = true, .text = "chat"};
    reload_key *key = test_rsa_key("ca", 1024);
    reload_cert *cert;
    reload_buf pem = {0};
    memcpy(name.id, id, RELOAD_ID_SIZE);
    const reload_cert_spec spec = {.size = sizeof spec,
                                   .subject = "CN=alice",
                                   .serial = &serial,
                                   .serial_len = 1,
                                   .not_after = RELOAD_SECOND,
                                   .names = &name,
                                   .count = 1};
    assert_int_equal(reload_cert_issue(&spec, key, NULL, NULL, key, &pem, NULL), RELOAD_OK);
    assert_int_equal(reload_cert_parse(pem.octets, pem.len, &cert, NULL), RELOAD_OK);
    reload_key_free(&key);
    reload_buf_free(&pem);
    return cert;
}

/* The name of an overlay, which the user chooses */
static void test_overlay(void **state)
{
    (void)state;
    const uint8_t id[RELOAD_ID_SIZE] = {1};
    char text[192];
    reload_cert *cert = make_cert(id);
    for (size_t i = 0; i < COUNT(characters); i++)
        for (size_t ascii = 0; ascii < 8; ascii++) {
            const char *overlay = long_text(ascii, characters[i]);
            rl_peer_mismatch_text(cert, id, overlay, 0, text, sizeof text);
            check_utf8(text);
            assert_non_null(strstr(text, "\", expected \""));
            rl_overlay_mismatch_text(1, overlay, text, sizeof text);
            assert_null(strchr(text, '('));
        }
    rl_overlay_mismatch_text(1, "chat", text, sizeof text);
    assert_string_equal(text, "Overlay is 00000001, expected 659df2aa (CRC-32 of \"chat\")");
    rl_overlay_mismatch_text(1, "\xff", text, sizeof text);
    assert_null(strchr(text, '('));
    reload_cert_free(&cert);
}

/* The tools' own texts are cut between characters, too. */
static void test_tools(void **state)
{
    (void)state;
    char text[64];
    for (size_t i = 0; i < COUNT(characters); i++)
        for (size_t ascii = 0; ascii < 8; ascii++) {
            const char *from = long_text(ascii, characters[i]);
            for (size_t size = 1; size <= sizeof text; size++) {
                text[0] = '\0';
                text_append(text, size, "%s", from);
                check_utf8(text);
                assert_true(strlen(text) < size && strlen(text) + 4 >= size);
                text_append(text, size, "%s", "abcdef");
                assert_true(strlen(text) < size);
                assert_int_equal(text_start(from, (int)size), rl_utf8_start(from, (int)size));
            }
        }
    text[0] = '\0';
    text_append(text, sizeof text, "%s-", "\xe2\x82\xac");
    text_append(text, sizeof text, "%d", 7);
    assert_string_equal(text, "\xe2\x82\xac-7");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diag),       cmocka_unit_test(test_start),
        cmocka_unit_test(test_json_names), cmocka_unit_test(test_overlay),
        cmocka_unit_test(test_tools),
    };
    return cmocka_run_group_tests_name("cut-text", tests, NULL, NULL);
}
