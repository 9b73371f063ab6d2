/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a CA: its key, its certificates, and its CRLs */
#include "failing.h"
#include "issuing.h"

#include "x509/x509.h"

#include <string.h>

#include <mbedtls/pem.h>

/* 2^159 - 1 */
static const char largest[] = "730750818665451459101842416358141509827966271487";

static void append_numbered(reload_buf *pem, const char *digits, const reload_cert *issuer,
                            reload_key *key)
{
    reload_crl_spec spec = {.size = sizeof spec, .next_update = RELOAD_SECOND};
    assert_true(reload_crl_number_parse(digits, &spec.number));
    assert_int_equal(reload_crl_issue(&spec, issuer, key, pem, NULL), RELOAD_OK);
}

/* The largest number of the issuer's own CRLs in a file; "none" if it has issued none of them. */
static void check_number(const reload_buf *pem, const reload_cert *issuer, const char *expected)
{
    reload_crl *crl = NULL;
    char text[RELOAD_CRL_NUMBER_SIZE] = "none";
    assert_int_equal(reload_crl_read(pem->octets, pem->len, issuer, &crl, NULL), RELOAD_OK);
    if (crl != NULL)
        reload_crl_number_text(reload_crl_number_of(crl), text);
    assert_string_equal(text, expected);
    reload_crl_free(&crl);
}

static void test_crl_number_read(void **state)
{
    (void)state;
    reload_buf unused = {0}, pem = {0};
    reload_crl *crl;
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &unused);
    append_numbered(&pem, "99", ca, other_key);
    check_number(&pem, ca, "none");
    append_numbered(&pem, "128", ca, ca_key);
    append_numbered(&pem, "5", ca, ca_key);
    check_number(&pem, ca, "128");
    append_numbered(&pem, largest, ca, ca_key);
    check_number(&pem, ca, largest);
    assert_int_equal(reload_crl_read((const uint8_t *)"x", 1, ca, &crl, NULL), RELOAD_ERR_SYNTAX);
    assert_null(crl);
    reload_crl_spec spec = {.size = sizeof spec, .number = {{0x80}}};
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &pem, NULL), RELOAD_ERR_ARGUMENT);
    reload_cert_free(&ca);
    reload_buf_free(&unused);
    reload_buf_free(&pem);
}

/* Entries are read as they were written, without the leading zero of a serial number. */
static void test_crl_entries(void **state)
{
    (void)state;
    static const uint8_t one[] = {0x01}, high[] = {0xff, 0x02};
    const reload_revocation list[] = {{one, sizeof one, 1000000010 * RELOAD_SECOND, 0},
                                      {high, sizeof high, 2600000000 * RELOAD_SECOND, 1}};
    reload_crl_spec spec = {.size = sizeof spec,
                            .entries = list,
                            .count = COUNT(list),
                            .this_update = 5 * RELOAD_SECOND,
                            .next_update = 1000000020 * RELOAD_SECOND};
    reload_buf unused = {0}, pem = {0};
    reload_crl *crl = NULL;
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &unused);
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &pem, NULL), RELOAD_OK);
    assert_int_equal(reload_crl_read(pem.octets, pem.len, ca, &crl, NULL), RELOAD_OK);
    assert_non_null(crl);
    assert_true(reload_crl_next_update(crl) == spec.next_update);
    for (size_t i = 0; i < COUNT(list); i++) {
        const reload_revocation *entry = reload_crl_entry_at(crl, i);
        assert_non_null(entry);
        assert_int_equal(entry->serial_len, list[i].serial_len);
        assert_memory_equal(entry->serial, list[i].serial, list[i].serial_len);
        assert_true(entry->time == list[i].time);
        assert_int_equal(entry->reason, list[i].reason);
    }
    assert_null(reload_crl_entry_at(crl, COUNT(list)));
    reload_crl_free(&crl);
    reload_cert_free(&ca);
    reload_buf_free(&unused);
    reload_buf_free(&pem);
}

/* A key that was written with a passphrase is read only with that passphrase. */
static void test_encrypted_key(void **state)
{
    (void)state;
    reload_buf pem = {0}, plain = {0}, again = {0};
    reload_key *key = NULL;
    assert_int_equal(reload_key_write_encrypted(ca_key, "rosebud", &pem), RELOAD_OK);
    assert_int_equal(reload_key_parse(pem.octets, pem.len, NULL, &key, NULL),
                     RELOAD_ERR_PASSPHRASE);
    assert_int_equal(reload_key_parse(pem.octets, pem.len, "rosebuds", &key, NULL),
                     RELOAD_ERR_PASSPHRASE);
    assert_int_equal(reload_key_parse(pem.octets, pem.len, "rosebud", &key, NULL), RELOAD_OK);
    assert_int_equal(reload_key_write(key, &again), RELOAD_OK);
    assert_int_equal(reload_key_write(ca_key, &plain), RELOAD_OK);
    assert_int_equal(again.len, plain.len);
    assert_memory_equal(again.octets, plain.octets, plain.len);
    reload_key_free(&key);
    reload_buf_free(&pem);
    reload_buf_free(&plain);
    reload_buf_free(&again);
}

/* A CA certificate can have the subject of another one, and certificates name the issuer's own key
 * identifier. */
static void test_same_subject(void **state)
{
    (void)state;
    reload_buf first = {0}, second = {0}, pem = {0};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &first), *link = NULL;
    reload_cert_spec spec = ca_spec;
    bool issued = false;
    assert_int_equal(reload_cert_issue(&spec, other_key, NULL, ca, NULL, &second, NULL),
                     RELOAD_ERR_ARGUMENT);
    spec.same_subject = ca;
    assert_int_equal(reload_cert_issue(&spec, other_key, NULL, ca, ca_key, &second, NULL),
                     RELOAD_ERR_ARGUMENT);
    spec.subject = NULL;
    assert_int_equal(reload_cert_issue(&spec, other_key, NULL, ca, ca_key, &second, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_cert_parse(second.octets, second.len, &link, NULL), RELOAD_OK);
    assert_string_equal(reload_cert_subject(link), reload_cert_subject(ca));
    assert_int_equal(reload_cert_issued_by(link, ca, &issued), RELOAD_OK);
    assert_true(issued);
    assert_int_equal(reload_cert_usage(link),
                     RELOAD_CERT_CA | RELOAD_CERT_SIGNS_CERTS | RELOAD_CERT_SIGNS_CRLS);
    assert_int_equal(reload_cert_write(ca, &pem), RELOAD_OK);
    assert_int_equal(pem.len, first.len);
    assert_memory_equal(pem.octets, first.octets, first.len);
    reload_cert_free(&ca);
    reload_cert_free(&link);
    reload_buf_free(&first);
    reload_buf_free(&second);
    reload_buf_free(&pem);
}

/* A file that ends within its second CRL */
static void test_truncated_crls(void **state)
{
    (void)state;
    reload_buf pem = {0};
    reload_crl *crl;
    reload_diag diag;
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, NULL);
    append_numbered(&pem, "1", ca, ca_key);
    append_numbered(&pem, "2", ca, ca_key);
    assert_int_equal(reload_crl_read(pem.octets, pem.len - 20, ca, &crl, &diag), RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, "1 of 2 CRLs can be read: truncated");
    assert_null(crl);
    reload_cert_free(&ca);
    reload_buf_free(&pem);
}

/* A message's certificate with a signature algorithm that mbed TLS does not know is written as it
 * was received. */
static void test_unknown_algorithm(void **state)
{
    (void)state;
    static const uint8_t sha256[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b};
    unsigned char expected[2048];
    reload_buf der = {0}, pem = {0};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, NULL), *odd;
    rl_objection objection;
    size_t len, changed = 0;
    const uint8_t *octets = reload_cert_octets(ca, &len);
    reload_buf_append(&der, octets, len);
    uint8_t *at = der.octets;
    while ((at = memmem(at, (size_t)(der.octets + len - at), sha256, sizeof sha256)) != NULL) {
        at[sizeof sha256 - 1] = 0x7f;
        changed++;
    }
    assert_int_equal(changed, 2);
    assert_int_equal(mbedtls_pem_write_buffer("-----BEGIN CERTIFICATE-----\n",
                                              "-----END CERTIFICATE-----\n", der.octets, len,
                                              expected, sizeof expected, &len),
                     0);
    assert_int_equal(rl_cert_read(der.octets, der.len, &odd, &objection), RELOAD_OK);
    assert_int_equal(objection.fault, RL_CERT_GOOD);
    assert_int_equal(reload_cert_write(odd, &pem), RELOAD_OK);
    assert_int_equal(pem.len, strlen((const char *)expected));
    assert_memory_equal(pem.octets, expected, pem.len);
    reload_cert_free(&ca);
    reload_cert_free(&odd);
    reload_buf_free(&der);
    reload_buf_free(&pem);
}

static reload_err read_and_write(const reload_buf *crls, const reload_cert *ca)
{
    reload_buf pem = {0};
    reload_crl *crl = NULL;
    reload_err err = reload_crl_read(crls->octets, crls->len, ca, &crl, NULL);
    if (err == RELOAD_OK)
        err = reload_cert_write(ca, &pem);
    reload_crl_free(&crl);
    reload_buf_free(&pem);
    return err;
}

/* Each allocation fails in turn. */
static void test_failing_allocations(void **state)
{
    (void)state;
    reload_buf pem = {0}, crls = {0};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &pem);
    const reload_revocation entry = {test_serial, sizeof test_serial, RELOAD_SECOND, 1};
    reload_crl_spec spec = {
        .size = sizeof spec, .entries = &entry, .count = 1, .next_update = RELOAD_SECOND};
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &crls, NULL), RELOAD_OK);
    failed = true;
    for (long n = 0; failed; n++) {
        failed = false;
        countdown = n;
        reload_err err = read_and_write(&crls, ca);
        countdown = -1;
        assert_int_equal(err, failed ? RELOAD_ERR_MEMORY : RELOAD_OK);
    }
    reload_cert_free(&ca);
    reload_buf_free(&pem);
    reload_buf_free(&crls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crl_number_read),     cmocka_unit_test(test_crl_entries),
        cmocka_unit_test(test_encrypted_key),       cmocka_unit_test(test_same_subject),
        cmocka_unit_test(test_truncated_crls),      cmocka_unit_test(test_unknown_algorithm),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests_name("ca", tests, setup_keys, teardown_keys);
}
