/* SPDX-License-Identifier: BSD-2-Clause */
/* Allocations that fail inside mbed TLS are never reported as a fault of the input. */
#include "test.h"

#include "crypto/key.h"
#include "crypto/pk.h"
#include "x509/x509.h"

#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define CAN_REPLACE false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_REPLACE false
#endif
#endif
#ifndef CAN_REPLACE
#define CAN_REPLACE true

/* This calloc takes the place of the C library's in shared libraries too. */
static long countdown = -1;
static bool failed, lasting; /* lasting: all later allocations fail too */

void *__libc_calloc(size_t count, size_t size);
void *calloc(size_t count, size_t size);

void *calloc(size_t count, size_t size)
{
    if (countdown == 0) {
        failed = true;
        countdown = lasting ? 0 : -1;
        return NULL;
    }
    countdown -= countdown > 0;
    return __libc_calloc(count, size);
}
#else
static long countdown;
static bool failed, lasting;
#endif

/* A self-signed CA certificate in DER, in which octets are replaced. */
static void make_certificate(reload_buf *der, const char *from, const char *to, size_t size)
{
    static const uint8_t serial[] = {1};
    const reload_cert_spec spec = {
        .size = sizeof spec, .subject = "CN=CA", .serial = serial, .serial_len = 1, .ca = true};
    reload_rng *rng;
    reload_key *own;
    reload_cert *cert;
    reload_buf pem = {0};
    size_t len;
    assert_int_equal(reload_rng_new((const uint8_t *)"memory", 6, &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, 1024, &own), RELOAD_OK);
    assert_int_equal(reload_cert_issue(&spec, own, NULL, NULL, own, &pem, NULL), RELOAD_OK);
    assert_int_equal(reload_cert_parse(pem.octets, pem.len, &cert, NULL), RELOAD_OK);
    const uint8_t *octets = reload_cert_octets(cert, &len);
    reload_buf_append(der, octets, len);
    for (uint8_t *at = der->octets; size > 0; at += size) {
        at = memmem(at, (size_t)(der->octets + len - at), from, size);
        if (at == NULL)
            break;
        memcpy(at, to, size);
    }
    reload_buf_free(&pem);
    reload_cert_free(&cert);
    reload_key_free(&own);
    reload_rng_free(&rng);
}

/* Each allocation fails in turn while a certificate is read: this never makes it bad, weak or
 * untrusted. */
static void read_failing(const reload_buf *der, rl_cert_fault fault)
{
    long n = 0;
    rl_objection objection;
    for (failed = true; failed; n++) {
        reload_cert *cert;
        failed = false;
        countdown = n;
        reload_err err = rl_cert_read(der->octets, der->len, &cert, &objection);
        countdown = -1;
        assert_int_equal(err, failed ? RELOAD_ERR_MEMORY : RELOAD_OK);
        reload_cert_free(&cert);
    }
    assert_int_equal(objection.fault, fault);
    print_message("# %ld allocations\n", n - 1);
    assert_true(n > 5);
}

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t size;
        rl_cert_fault fault;
    } rows[] = {
        {"", "", 0, RL_CERT_GOOD},
        /* an unknown signature algorithm; a key that is not RSA */
        {"\xf7\x0d\x01\x01\x0b", "\xf7\x0d\x01\x01\x7f", 5, RL_CERT_GOOD},
        {"\xf7\x0d\x01\x01\x01", "\xf7\x0d\x01\x01\x7e", 5, RL_CERT_WEAK},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf der = {0};
        make_certificate(&der, rows[i].from, rows[i].to, rows[i].size);
        read_failing(&der, rows[i].fault);
        reload_buf_free(&der);
    }
}

static void test_given(void **state)
{
    (void)state;
    reload_buf der = {0};
    long n = 0;
    make_certificate(&der, "", "", 0);
    for (failed = true; failed; n++) {
        rl_trust *trust = rl_trust_new();
        assert_non_null(trust);
        failed = false;
        countdown = n;
        reload_err err = rl_trust_add_ca(trust, der.octets, der.len, NULL);
        countdown = -1;
        assert_int_equal(err, failed ? RELOAD_ERR_MEMORY : RELOAD_OK);
        rl_trust_free(&trust);
    }
    reload_buf_free(&der);
}

/* ---- Keys ---- */

static reload_key *key;
static reload_buf request_pem;

static reload_err make_rng(void)
{
    reload_rng *rng = NULL;
    reload_err err = reload_rng_new((const uint8_t *)"memory", 6, &rng);
    reload_rng_free(&rng);
    return err;
}

static reload_err write_key(void)
{
    reload_buf pem = {0};
    reload_err err = reload_key_write(key, &pem);
    reload_buf_free(&pem);
    return err;
}

static reload_err parse_request(void)
{
    reload_request *request = NULL;
    reload_err err = reload_request_parse(request_pem.octets, request_pem.len, &request, NULL);
    reload_request_free(&request);
    return err;
}

static reload_buf key_pem, encrypted_pem;

static reload_err parse_as(const reload_buf *octets, const char *passphrase)
{
    reload_key *parsed = NULL;
    reload_diag diag;
    reload_err err = reload_key_parse(octets->octets, octets->len, passphrase, &parsed, &diag);
    reload_key_free(&parsed);
    return err;
}

static reload_err parse_pem(void)
{
    return parse_as(&key_pem, NULL);
}

static reload_err parse_encrypted(void)
{
    return parse_as(&encrypted_pem, "words");
}

static void test_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        reload_err (*call)(void);
        reload_err otherwise; /* mbed TLS 3.6 draws from the system's source of random octets with
                               * allocations, and hides why that fails */
    } calls[] = {{"reload_rng_new", make_rng, RELOAD_ERR_MEMORY},
                 {"reload_key_write", write_key, RELOAD_ERR_MEMORY},
                 {"reload_request_parse", parse_request, RELOAD_ERR_MEMORY},
                 {"reload_key_parse, PKCS #1", parse_pem, RELOAD_ERR_CRYPTO},
                 {"reload_key_parse, PKCS #8", parse_encrypted, RELOAD_ERR_CRYPTO}};
    reload_rng *rng;
    assert_int_equal(reload_rng_new((const uint8_t *)"memory", 6, &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, 1024, &key), RELOAD_OK);
    assert_int_equal(reload_request_write(key, "CN=alice", &request_pem, NULL), RELOAD_OK);
    assert_int_equal(reload_key_write(key, &key_pem), RELOAD_OK);
    assert_int_equal(reload_key_write_encrypted(key, "words", &encrypted_pem), RELOAD_OK);
    for (size_t i = 0; i < 2 * COUNT(calls); i++) {
        long n = 0;
        lasting = i % 2 != 0;
        for (failed = true; failed; n++) {
            failed = false;
            countdown = n;
            reload_err err = calls[i / 2].call();
            countdown = -1;
            /* mbed TLS may do without */
            bool good = failed && (err == RELOAD_ERR_MEMORY || err == calls[i / 2].otherwise);
            if (err != RELOAD_OK && !good)
                fail_msg("%s, allocation %ld: %s", calls[i / 2].name, n, reload_strerror(err));
        }
        print_message("# %s: %ld allocations\n", calls[i / 2].name, n - 1);
        assert_true(n > 1);
    }
    lasting = false;
    reload_buf_free(&request_pem);
    reload_buf_free(&key_pem);
    reload_buf_free(&encrypted_pem);
    reload_key_free(&key);
    reload_rng_free(&rng);
}

/* An operation that fails for lack of memory reports this, and does not spoil the next one. Under
 * mbed TLS the first private operation makes numbers that all later ones depend on. */
static void test_operations(void **state)
{
    (void)state;
    const reload_span span = {(const uint8_t *)"abc", 3};
    uint8_t expected[128], signature[128], digest[RELOAD_MAX_MD_SIZE];
    const reload_span made = {expected, sizeof expected};
    reload_rng *rng;
    assert_int_equal(reload_rng_new((const uint8_t *)"memory", 6, &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, 1024, &key), RELOAD_OK);
    assert_int_equal(reload_key_write(key, &key_pem), RELOAD_OK);
    assert_int_equal(rl_key_sign(key, RELOAD_MD_SHA1, &span, 1, expected), RELOAD_OK);
    assert_int_equal(reload_digest(RELOAD_MD_SHA1, &span, 1, digest), RELOAD_OK);
    for (unsigned i = 0; i < 4; i++) {
        bool signs = i < 2, match = true;
        long n = 0;
        lasting = i % 2 != 0;
        for (failed = true; failed; n++) {
            reload_key_free(&key);
            assert_int_equal(reload_key_parse(key_pem.octets, key_pem.len, NULL, &key, NULL),
                             RELOAD_OK);
            for (unsigned again = 0; again < 2; again++) {
                failed = again != 0 && failed;
                countdown = again != 0 ? -1 : n;
                reload_err err = signs ? rl_key_sign(key, RELOAD_MD_SHA1, &span, 1, signature)
                                       : rl_pk_verify_digest(rl_key_pk(key), RELOAD_MD_SHA1, digest,
                                                             made, &match);
                countdown = -1;
                if (again != 0 || !failed || err != RELOAD_ERR_MEMORY)
                    assert_int_equal(err, RELOAD_OK);
                assert_true(match || err != RELOAD_OK);
                if (signs && err == RELOAD_OK)
                    assert_memory_equal(signature, expected, sizeof expected);
            }
        }
        print_message("# %s: %ld allocations\n", signs ? "rl_key_sign" : "rl_pk_verify_digest",
                      n - 1);
        assert_true(n > 5);
    }
    lasting = false;
    reload_buf_free(&key_pem);
    reload_key_free(&key);
    reload_rng_free(&rng);
}

/* cmocka reports a test that is skipped as "not ok". */
int main(void)
{
    if (!CAN_REPLACE) {
        puts("1..0 # SKIP a sanitizer has the allocator");
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_given),
                                       cmocka_unit_test(test_keys),
                                       cmocka_unit_test(test_operations)};
    return cmocka_run_group_tests_name("mbed-memory", tests, NULL, NULL);
}
