/* SPDX-License-Identifier: BSD-2-Clause */
/* No memory that the library frees holds a secret or a private key. */
#include "issuing.h"
#include "verify/explain/explain.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>

void *__real_calloc(size_t count, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static const char secret[] = "secret octets that may not stay",
                  hex_secret[] =
                      "hex:736563726574206f63746574732074686174206d6179206e6f742073746179";
static const char passphrase[] = "a passphrase of a key";
static uint8_t key_der[2048];
static char key_pem[4096];
static size_t der_len, pem_len;

enum { SOUGHT = 16 };
static struct sought {
    const void *octets; /* SOUGHT of them */
    const char *name;
} sought[5];
static unsigned found;

static long countdown = -1; /* allocations that succeed before one fails; negative: none fails */
static bool failed;

/* Memory is zeroed, so that what another block left in it is not found. */
void *__wrap_calloc(size_t count, size_t size)
{
    failed = failed || countdown == 0;
    return countdown < 0 || countdown-- > 0 ? __real_calloc(count, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
    return __wrap_calloc(1, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    size_t old = memory == NULL ? 0 : malloc_usable_size(memory);
    void *moved = __wrap_calloc(1, size);
    if (moved != NULL && old > 0) {
        memcpy(moved, memory, old < size ? old : size);
        __wrap_free(memory);
    }
    return moved;
}

void __wrap_free(void *memory)
{
    size_t len = memory == NULL ? 0 : malloc_usable_size(memory);
    for (size_t i = 0; i < COUNT(sought) && sought[i].octets != NULL; i++)
        if (len >= SOUGHT && memmem(memory, len, sought[i].octets, SOUGHT) != NULL) {
            test_show(sought[i].name);
            found++;
        }
    __real_free(memory);
}

/* The key's text and octets are kept out of the heap. */
static int setup(void **state)
{
    reload_buf pem = {0};
    if (setup_keys(state) != 0 || reload_key_write(leaf_key, &pem) != RELOAD_OK)
        return -1;
    memcpy(key_pem, pem.octets, pem.len);
    pem_len = pem.len;
    reload_buf_free(&pem);
    char text[sizeof key_pem];
    size_t n = 0;
    for (const char *line = strchr(key_pem, '\n') + 1; *line != '-'; line++)
        if (*line != '\n')
            text[n++] = *line;
    if (mbedtls_base64_decode(key_der, sizeof key_der, &der_len, (unsigned char *)text, n) != 0)
        return -1;
    sought[0] = (struct sought){secret, "a secret"};
    sought[1] = (struct sought){hex_secret + 4, "a secret in hex"};
    sought[2] = (struct sought){passphrase, "a passphrase"};
    sought[3] = (struct sought){key_der + der_len / 2, "a private key"}; /* after the public part */
    sought[4] = (struct sought){strchr(key_pem + pem_len / 2, '\n') + 1, "a private key in PEM"};
    return 0;
}

/* The search finds what is sought. */
static void test_search(void **state)
{
    (void)state;
    char *copy = strdup(secret);
    assert_non_null(copy);
    found = 0;
    __wrap_free(copy);
    assert_int_equal(found, 1);
    found = 0;
}

static void test_secrets(void **state)
{
    (void)state;
    static const char filler[1000];
    const char *const files[] = {secret, hex_secret};
    for (size_t i = 0; i < COUNT(files); i++) {
        reload_buf parsed = {0}, out = {0};
        assert_int_equal(
            reload_secret_parse((const uint8_t *)files[i], strlen(files[i]), &parsed, NULL),
            RELOAD_OK);
        reload_buf_append(&out, parsed.octets, parsed.len);
        reload_buf_append(&out, filler, sizeof filler); /* grows */
        reload_buf_free(&out);
        reload_signer *signer = reload_signer_new(RELOAD_SECURITY_HMAC), *copy;
        assert_int_equal(reload_signer_set_secret(signer, parsed.octets, parsed.len), RELOAD_OK);
        assert_int_equal(reload_signer_set_secret(signer, parsed.octets, parsed.len), RELOAD_OK);
        assert_int_equal(reload_signer_copy(signer, &copy), RELOAD_OK);
        reload_signer_free(&copy);
        reload_signer_free(&signer);
        reload_buf_free(&parsed);
    }
    assert_int_equal(found, 0);
}

/* Judging and explaining a wrong digest, which tries the secret in many forms. */
static void test_judging(void **state)
{
    (void)state;
    static struct explanations list;
    reload_buf octets = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    test_everything(&octets);
    reload_msg *msg = test_parse(&octets);
    for (size_t i = 0; i < 20; i++) /* the list grows */
        assert_int_equal(
            reload_policy_add_secret(policy, (const uint8_t *)secret, sizeof secret - 1),
            RELOAD_OK);
    assert_int_equal(test_verify(policy, NULL, msg, 1183900000, report), RELOAD_OK);
    assert_int_equal(report->reason, RELOAD_REASON_BAD_DIGEST);
    assert_int_equal(explain_report(policy, msg, report, &list), RELOAD_OK);
    explanations_free(&list);
    reload_msg_free(&msg);
    reload_report_free(&report);
    reload_policy_free(&policy);
    reload_buf_free(&octets);
    assert_int_equal(found, 0);
}

static void test_keys(void **state)
{
    (void)state;
    reload_key *key;
    reload_buf written = {0}, encrypted = {0};
    reload_signer *signer = reload_signer_new(RELOAD_SECURITY_CERTS), *copy;
    assert_int_equal(reload_key_parse(key_der, der_len, NULL, &key, NULL), RELOAD_OK);
    assert_int_equal(reload_key_write(key, &written), RELOAD_OK);
    assert_int_equal(reload_key_write_encrypted(key, passphrase, &encrypted), RELOAD_OK);
    reload_key_free(&key);
    assert_int_equal(reload_key_parse(encrypted.octets, encrypted.len, passphrase, &key, NULL),
                     RELOAD_OK);
    reload_key_free(&key);
    assert_int_equal(reload_key_parse(encrypted.octets, encrypted.len, "wrong", &key, NULL),
                     RELOAD_ERR_PASSPHRASE);
    reload_buf_append(&written, "more", 4);
    assert_int_equal(reload_key_parse(written.octets, written.len, NULL, &key, NULL),
                     RELOAD_ERR_SYNTAX);
    assert_int_equal(reload_signer_set_key(signer, (const uint8_t *)key_pem, pem_len, NULL, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_signer_copy(signer, &copy), RELOAD_OK);
    reload_signer_free(&copy);
    reload_signer_free(&signer);
    reload_buf_free(&written);
    reload_buf_free(&encrypted);
    assert_int_equal(found, 0);
}

/* Files of certificates and requests that have a private key too, or instead. */
static void test_other_files(void **state)
{
    (void)state;
    reload_buf file = {0}, request = {0};
    reload_request *parsed;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &file), *cert;
    const uint8_t *key = (const uint8_t *)key_pem;
    assert_int_equal(reload_cert_parse(key, pem_len, &cert, NULL), RELOAD_ERR_SYNTAX);
    assert_int_equal(reload_request_parse(key, pem_len, &parsed, NULL), RELOAD_ERR_SYNTAX);
    reload_buf_append(&file, key_pem, pem_len);
    assert_int_equal(reload_cert_parse(file.octets, file.len, &cert, NULL), RELOAD_ERR_SYNTAX);
    assert_int_equal(reload_policy_add_ca(policy, file.octets, file.len, NULL), RELOAD_OK);
    assert_int_equal(reload_policy_add_crl(policy, file.octets, file.len, NULL), RELOAD_ERR_SYNTAX);
    assert_int_equal(reload_request_write(leaf_key, "CN=leaf", &request, NULL), RELOAD_OK);
    reload_cert_free(&ca);
    reload_policy_free(&policy);
    reload_buf_free(&file);
    reload_buf_free(&request);
    assert_int_equal(found, 0);
}

/* Everything above that takes secrets, but for encryption, which takes long. */
static void use_secrets(const reload_msg *msg, reload_report *report)
{
    static struct explanations list;
    const reload_moment moment = {.now = 1183900000 * RELOAD_SECOND};
    reload_buf parsed = {0}, written = {0}, file = {0};
    reload_key *key = NULL;
    reload_cert *cert = NULL;
    reload_signer *signer = reload_signer_new(RELOAD_SECURITY_CERTS), *copy = NULL;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    reload_judge *judge = NULL;
    (void)reload_secret_parse((const uint8_t *)hex_secret, strlen(hex_secret), &parsed, NULL);
    if (policy != NULL && parsed.len > 0 &&
        reload_policy_add_secret(policy, parsed.octets, parsed.len) == RELOAD_OK &&
        reload_policy_seal(policy, NULL) == RELOAD_OK)
        judge = reload_judge_new(policy);
    if (judge != NULL && reload_judge_message(judge, msg, moment, report) == RELOAD_OK)
        (void)explain_report(policy, msg, report, &list);
    if (reload_key_parse(key_der, der_len, NULL, &key, NULL) == RELOAD_OK)
        (void)reload_key_write(key, &written);
    if (signer != NULL && parsed.len > 0 &&
        reload_signer_set_secret(signer, parsed.octets, parsed.len) == RELOAD_OK &&
        reload_signer_set_key(signer, (const uint8_t *)key_pem, pem_len, NULL, NULL) == RELOAD_OK)
        (void)reload_signer_copy(signer, &copy);
    reload_buf_append(&file, key_pem, pem_len);
    if (file.len > 0)
        (void)reload_cert_parse(file.octets, file.len, &cert, NULL);
    explanations_free(&list);
    reload_judge_free(&judge);
    reload_policy_free(&policy);
    reload_signer_free(&copy);
    reload_signer_free(&signer);
    reload_key_free(&key);
    reload_cert_free(&cert);
    reload_buf_free(&parsed);
    reload_buf_free(&written);
    reload_buf_free(&file);
}

/* Each allocation fails in turn. */
static void test_failing_allocations(void **state)
{
    (void)state;
    reload_buf octets = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    test_everything(&octets);
    reload_msg *msg = test_parse(&octets);
    long n = 0;
    do {
        failed = false;
        countdown = n++;
        use_secrets(msg, report);
        countdown = -1;
    } while (failed);
    assert_true(n > 20);
    assert_int_equal(found, 0);
    reload_msg_free(&msg);
    reload_report_free(&report);
    reload_buf_free(&octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search),      cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_judging),     cmocka_unit_test(test_keys),
        cmocka_unit_test(test_other_files), cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests_name("wipe", tests, setup, teardown_keys);
}
