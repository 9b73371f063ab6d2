/* SPDX-License-Identifier: BSD-2-Clause */
/* Text with a cache of certificates is the text without it. */
#include "test.h"

#include "identities.h"
#include "issuing.h"
#include "x509/x509.h"

#include <stdio.h>
#include <string.h>

/* How often a certificate was read */
static unsigned reads;

reload_err __real_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection);
reload_err __wrap_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection);

reload_err __wrap_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection)
{
    reads++;
    return __real_rl_cert_read(der, len, cert, objection);
}

static void check_same(reload_text_cache *cache, const reload_msg *msg, unsigned flags)
{
    reload_buf with = {0}, without = {0};
    assert_int_equal(reload_text_write(msg, NULL, flags, test_sink, &without), RELOAD_OK);
    for (unsigned i = 0; i < 2; i++) {
        reload_buf_reset(&with);
        assert_int_equal(reload_text_write_cached(cache, msg, NULL, flags, test_sink, &with),
                         RELOAD_OK);
        test_same_octets(with.octets, with.len, without.octets, without.len);
    }
    reload_buf_free(&with);
    reload_buf_free(&without);
}

/* A message with the certificate in SOURCE-INFO, in a BODY, or in a tunnelled message. wide: with
 * an attribute whose name moves the column of values. */
static void build(reload_buf *buf, unsigned where, bool wide, const uint8_t *cert, size_t len)
{
    reload_builder b;
    reload_buf inner = {0};
    reload_build_begin(&b, buf, NULL);
    if (where == 0) {
        reload_build_open(&b, RELOAD_A_SOURCE_INFO);
        reload_build_octets(&b, RELOAD_A_PEER_CERT, cert, len);
        reload_build_close(&b);
    } else if (where == 1) {
        reload_build_open(&b, RELOAD_A_RESOURCE);
        reload_build_open(&b, RELOAD_A_BODY);
        reload_build_octets(&b, RELOAD_A_BODY_CERTIFICATE, cert, len);
        reload_build_close(&b);
        reload_build_close(&b);
    } else {
        build(&inner, 0, false, cert, len);
        reload_build_open(&b, RELOAD_A_APPLICATION);
        reload_build_octets(&b, RELOAD_A_APPLICATION_NAME, (const uint8_t *)"reload", 6);
        reload_build_octets(&b, RELOAD_A_APPLICATION_BODY, inner.octets, inner.len);
        reload_build_close(&b);
    }
    if (wide) {
        reload_build_open(&b, RELOAD_A_RESOURCE);
        reload_build_open(&b, RELOAD_A_BODY);
        reload_build_open(&b, RELOAD_A_BODY_PARAMETER);
        reload_build_octets(&b, RELOAD_A_PARAMETER_NAME, (const uint8_t *)"q", 1);
        reload_build_close(&b);
        reload_build_close(&b);
        reload_build_close(&b);
    }
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    reload_buf_free(&inner);
}

static void check_everywhere(reload_text_cache *cache, const uint8_t *cert, size_t len)
{
    for (unsigned k = 0; k < 12; k++) {
        reload_buf buf = {0};
        build(&buf, k % 3, k % 2 == 0, cert, len);
        reload_msg *msg = test_parse(&buf);
        check_same(cache, msg, k % 4 == 3 ? RELOAD_COLOUR : 0);
        reload_msg_free(&msg);
        reload_buf_free(&buf);
    }
}

/* Certificates, and octets that are none: equal but for one octet, so that their places are the
 * same, empty, and too large to be kept. */
static void test_cache(void **state)
{
    (void)state;
    static uint8_t large[10000];
    reload_text_cache *cache = reload_text_cache_new();
    assert_non_null(cache);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 2; i++) {
            reload_buf cert = {0};
            test_hex(&cert, i == 0 ? first.der : second.der);
            check_everywhere(cache, cert.octets, cert.len);
            check_everywhere(cache, cert.octets, cert.len - 1);
            cert.octets[cert.len / 2] ^= 1;
            check_everywhere(cache, cert.octets, cert.len);
            reload_buf_free(&cert);
        }
        check_everywhere(cache, large, 0);
        check_everywhere(cache, large, 3);
        check_everywhere(cache, large, sizeof large);
    }
    reload_text_cache_free(&cache);
    assert_null(cache);
    reload_text_cache_free(&cache);
    reload_text_cache_free(NULL);
}

/* The first line that the sink refuses is not kept as written. */
static int refuse(void *arg, const void *octets, size_t len)
{
    unsigned *left = arg;
    (void)octets;
    (void)len;
    return *left == 0 ? -1 : (--*left, 0);
}

static void test_refused(void **state)
{
    (void)state;
    reload_buf buf = {0}, cert = {0};
    reload_text_cache *cache = reload_text_cache_new();
    test_hex(&cert, first.der);
    build(&buf, 0, false, cert.octets, cert.len);
    reload_msg *msg = test_parse(&buf);
    reload_err err = RELOAD_ERR_WRITE;
    for (unsigned lines = 0; err != RELOAD_OK; lines++) {
        unsigned left = lines;
        err = reload_text_write_cached(cache, msg, NULL, 0, refuse, &left);
        assert_true(err == RELOAD_OK || err == RELOAD_ERR_WRITE);
        assert_true(lines < 100);
        check_same(cache, msg, 0);
    }
    reload_msg_free(&msg);
    reload_buf_free(&buf);
    reload_buf_free(&cert);
    reload_text_cache_free(&cache);
}

/* How often a certificate is read for the text of five messages that have it */
static unsigned count_reads(const uint8_t *cert, size_t len)
{
    reload_buf buf = {0}, text = {0};
    reload_text_cache *cache = reload_text_cache_new();
    build(&buf, 0, false, cert, len);
    reload_msg *msg = test_parse(&buf);
    reads = 0;
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(reload_text_write_cached(cache, msg, NULL, 0, test_sink, &text),
                         RELOAD_OK);
    unsigned count = reads;
    check_same(cache, msg, 0);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
    reload_buf_free(&text);
    reload_text_cache_free(&cache);
    return count;
}

/* A certificate that recurs is read once, in each place. */
static void test_reads(void **state)
{
    (void)state;
    reload_buf cert = {0};
    test_hex(&cert, first.der);
    assert_int_equal(count_reads(cert.octets, cert.len), 1);
    reload_buf_free(&cert);
}

/* Many names in a small certificate make long lines, which are not kept: anyone could fill the
 * memory with them. */
static void test_many_names(void **state)
{
    (void)state;
    enum { NAMES = 450 };
    static char texts[NAMES][4];
    static reload_cert_name names[NAMES];
    reload_cert_spec spec = ca_spec;
    size_t len;
    for (size_t i = 0; i < NAMES; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "%03zu", i);
        names[i].text = texts[i];
    }
    spec.names = names;
    spec.count = NAMES;
    reload_key *key = test_rsa_key("many names", 1024);
    reload_cert *cert = issue_cert(&spec, key, NULL, key, NULL);
    const uint8_t *der = reload_cert_octets(cert, &len);
    assert_in_range(len, 0, 8 * 1024);
    assert_int_equal(count_reads(der, len), 5);
    reload_cert_free(&cert);
    reload_key_free(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_many_names),
    };
    return cmocka_run_group_tests_name("text-cache", tests, setup_identities, teardown_identities);
}
