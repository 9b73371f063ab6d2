/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of CA certificates, intermediates and CRLs: errors name the object that cannot be used. */
#include "test.h"

#include "x509/x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>

static reload_key *key;
static reload_cert *ca;
static const uint8_t serial[] = {1};

/* Appends a certificate with a subject, in PEM. */
static void issue_as(const char *subject, bool is_ca, reload_buf *pem)
{
    const reload_cert_spec spec = {.size = sizeof spec,
                                   .subject = subject,
                                   .serial = serial,
                                   .serial_len = sizeof serial,
                                   .not_after = 2000000000 * RELOAD_SECOND,
                                   .ca = is_ca};
    assert_int_equal(reload_cert_issue(&spec, key, NULL, NULL, key, pem, NULL), RELOAD_OK);
}

static void issue(const char *subject, reload_buf *pem)
{
    issue_as(subject, true, pem);
}

static int setup(void **state)
{
    (void)state;
    reload_rng *rng;
    reload_buf pem = {0};
    assert_int_equal(reload_rng_new((const uint8_t *)"given", 5, &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, 1024, &key), RELOAD_OK);
    reload_rng_free(&rng);
    issue("CN=CA", &pem);
    assert_int_equal(reload_cert_parse(pem.octets, pem.len, &ca, NULL), RELOAD_OK);
    reload_buf_free(&pem);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reload_cert_free(&ca);
    reload_key_free(&key);
    return 0;
}

/* Appends octets as PEM. */
static void append_pem(reload_buf *pem, const char *label, const uint8_t *der, size_t len)
{
    unsigned char text[4096];
    char line[64];
    size_t size;
    assert_int_equal(mbedtls_base64_encode(text, sizeof text, &size, der, len), 0);
    (void)snprintf(line, sizeof line, "-----BEGIN %s-----\n", label);
    reload_buf_append(pem, line, strlen(line));
    reload_buf_append(pem, text, size);
    (void)snprintf(line, sizeof line, "\n-----END %s-----\n", label);
    reload_buf_append(pem, line, strlen(line));
}

/* Replaces octets wherever they occur in DER. */
static void replace(uint8_t *der, size_t len, const char *from, const char *to, size_t size)
{
    unsigned count = 0;
    for (uint8_t *at = der; (at = memmem(at, (size_t)(der + len - at), from, size)) != NULL;) {
        memcpy(at, to, size);
        at += size;
        count++;
    }
    assert_true(count > 0);
}

/* Appends a certificate in PEM, in which octets are replaced. */
static void append_changed(reload_buf *pem, const char *from, const char *to, size_t size)
{
    size_t len;
    const uint8_t *octets = reload_cert_octets(ca, &len);
    uint8_t *der = malloc(len);
    assert_non_null(der);
    memcpy(der, octets, len);
    replace(der, len, from, to, size);
    append_pem(pem, "CERTIFICATE", der, len);
    free(der);
}

typedef reload_err adder(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag);

static void count_warning(void *arg, reload_given given, size_t file, const char *words)
{
    (void)given, (void)file, (void)words;
    ++*(size_t *)arg;
}

/* A file that cannot be used adds nothing, also if its first object can be read. */
static void expect(adder *add, const reload_buf *file, const char *text)
{
    size_t len, warnings = 0;
    reload_diag diag = {0};
    rl_trust *trust = rl_trust_new();
    assert_non_null(trust);
    assert_int_equal(add(trust, file->octets, file->len, &diag),
                     text[0] == '\0' ? RELOAD_OK : RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, text);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    (void)rl_trust_warnings(trust, 0, RELOAD_NO_TIME, count_warning, &warnings);
    if (text[0] != '\0') {
        assert_null(rl_trust_cert_at(trust, 0, &len));
        assert_int_equal(warnings, 0);
    } else {
        assert_true(rl_trust_cert_at(trust, 0, &len) != NULL || warnings > 0);
    }
    rl_trust_free(&trust);
}

/* keyUsage, which is critical, becomes another extension. */
static void test_critical(void **state)
{
    (void)state;
    static const struct {
        const char *oid, *text;
    } rows[] = {
        {"\x06\x03\x55\x1d\x1e", "2.5.29.30 (nameConstraints)"},
        {"\x06\x03\x55\x1d\x20", "2.5.29.32 (certificatePolicies)"},
        {"\x06\x03\x55\x1d\x7f", "2.5.29.127"},
        {"\x06\x03\x2a\x03\x04", "1.2.3.4"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf pem = {0}, alone = {0};
        char text[256];
        issue("CN=good", &pem);
        append_changed(&pem, "\x06\x03\x55\x1d\x0f", rows[i].oid, 5);
        append_changed(&alone, "\x06\x03\x55\x1d\x0f", rows[i].oid, 5);
        issue("CN=good too", &pem);
        (void)snprintf(text, sizeof text,
                       "certificate 2 of 3 has an unknown critical extension %s: CN=CA",
                       rows[i].text);
        expect(rl_trust_add_ca, &pem, text);
        expect(rl_trust_add_intermediates, &pem, text);
        (void)snprintf(text, sizeof text,
                       "the certificate has an unknown critical extension %s: CN=CA", rows[i].text);
        expect(rl_trust_add_ca, &alone, text);
        reload_buf_free(&pem);
        reload_buf_free(&alone);
    }
}

static void test_other_flaws(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t size;
        const char *text;
    } rows[] = {
        {"\x06\x03\x55\x1d\x0f", "\x06\x03\x55\x1d\x13", 5,
         "certificate 2 of 2 has a duplicate extension 2.5.29.19 (basicConstraints): CN=CA"},
        {"\x06\x03\x55\x1d\x0f", "\x05\x03\x55\x1d\x0f", 5,
         "certificate 2 of 2 has an extension that is not in DER: CN=CA"},
        {"700101000000Z", "70010100000xZ", 13,
         "certificate 2 of 2 has a key, an algorithm or a field that cannot be read: CN=CA"},
        {"\x02\x01\x01", "\x05\x01\x01", 3,
         "certificate 2 of 2 is not an X.509 certificate in DER"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf pem = {0};
        issue("CN=good", &pem);
        append_changed(&pem, rows[i].from, rows[i].to, rows[i].size);
        expect(rl_trust_add_ca, &pem, rows[i].text);
        reload_buf_free(&pem);
    }
}

/* ---- CRLs ---- */

/* Makes a CRL in DER, with one entry. The caller frees it. */
static uint8_t *make_crl(size_t *len)
{
    const reload_revocation entry = {.serial = serial, .serial_len = sizeof serial};
    const reload_crl_spec spec = {
        .size = sizeof spec, .entries = &entry, .count = 1, .next_update = RELOAD_SECOND};
    reload_buf pem = {0};
    assert_int_equal(reload_crl_issue(&spec, ca, key, &pem, NULL), RELOAD_OK);
    reload_buf_append(&pem, "", 1);
    char *from = strchr((char *)pem.octets, '\n'), *to = strstr(from, "-----END");
    uint8_t *der = malloc(pem.len);
    assert_non_null(der);
    assert_int_equal(mbedtls_base64_decode(der, pem.len, len, (uint8_t *)from, (size_t)(to - from)),
                     0);
    reload_buf_free(&pem);
    return der;
}

/* The authority key identifier becomes a critical extension. */
static void test_crls(void **state)
{
    (void)state;
    static const struct {
        const char *oid, *text;
    } rows[] = {
        {"\x06\x03\x55\x1d\x1c\x01\x01\xff\x04\x15", "2.5.29.28 (issuingDistributionPoint)"},
        {"\x06\x03\x55\x1d\x1b\x01\x01\xff\x04\x15", "2.5.29.27 (deltaCRLIndicator)"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf pem = {0};
        char text[256];
        size_t len;
        uint8_t *der = make_crl(&len);
        append_pem(&pem, "X509 CRL", der, len);
        expect(rl_trust_add_crl, &pem, "");
        replace(der, len, "\x06\x03\x55\x1d\x23\x04\x18\x30\x16\x80", rows[i].oid, 10);
        append_pem(&pem, "X509 CRL", der, len);
        (void)snprintf(text, sizeof text, "CRL 2 of 2 has an unknown critical extension %s: CN=CA",
                       rows[i].text);
        expect(rl_trust_add_crl, &pem, text);
        free(der);
        reload_buf_free(&pem);
    }
}

/* An entry with a critical certificateIssuer (RFC 5280 section 5.3.3), in a CRL by CN=X. mbed TLS
 * passes it over. */
static void test_critical_entry(void **state)
{
    (void)state;
    reload_buf der = {0};
    test_hex(&der, "30816a3055020101300d06092a864886f70d01010b0500300c310a300806035504030c015817"
                   "0d3037303730313030303030305a30243022020105170d3037303730313030303030305a300e"
                   "300c0603551d1d0101ff04023000300d06092a864886f70d01010b050003020000");
    expect(rl_trust_add_crl, &der,
           "the CRL has an unknown critical extension 2.5.29.29 (certificateIssuer): CN=X");
    reload_buf_free(&der);
}

/* ---- Text ---- */

static void test_text(void **state)
{
    (void)state;
    static const uint8_t text[] = "0 is a text's first digit, and 0x30\n";
    reload_buf file = {0};
    reload_diag diag = {0};
    reload_cert *cert;
    reload_crl *crl;
    reload_request *request;
    reload_key *private_key;
    reload_buf_append(&file, text, sizeof text - 1);
    expect(rl_trust_add_ca, &file, "neither PEM nor DER, expected a certificate");
    expect(rl_trust_add_intermediates, &file, "neither PEM nor DER, expected a certificate");
    expect(rl_trust_add_crl, &file, "neither PEM nor DER, expected a CRL");
    reload_buf_free(&file);
    assert_int_equal(reload_cert_parse(text, sizeof text - 1, &cert, &diag), RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, "neither PEM nor DER, expected a certificate");
    assert_int_equal(reload_crl_read(text, sizeof text - 1, ca, &crl, &diag), RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, "neither PEM nor DER, expected a CRL");
    assert_int_equal(reload_request_parse(text, sizeof text - 1, &request, &diag),
                     RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, "neither PEM nor DER, expected a certificate request");
    assert_int_equal(reload_key_parse(text, sizeof text - 1, NULL, &private_key, &diag),
                     RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, "neither PEM nor DER, expected a private key");
}

/* ---- Warnings ---- */

static void append_warning(void *arg, reload_given given, size_t file, const char *words)
{
    char text[256];
    (void)snprintf(text, sizeof text, "%d %zu %s\n", (int)given, file, words);
    reload_buf_append(arg, text, strlen(text));
}

/* Appends a CRL by a certificate in PEM. */
static void issue_crl(const reload_buf *issuer, reload_buf *pem)
{
    const reload_crl_spec spec = {.size = sizeof spec,
                                  .this_update = 1000000000 * RELOAD_SECOND,
                                  .next_update = 2000000000 * RELOAD_SECOND,
                                  .number = {{[19] = 1}}};
    reload_cert *cert;
    assert_int_equal(reload_cert_parse(issuer->octets, issuer->len, &cert, NULL), RELOAD_OK);
    assert_int_equal(reload_crl_issue(&spec, cert, key, pem, NULL), RELOAD_OK);
    reload_cert_free(&cert);
}

/* Given certificates that cannot be issuers, or not now. One that has signed a CRL has a use. */
static void test_certificate_warnings(void **state)
{
    (void)state;
    const reload_time end = 2000000000 * RELOAD_SECOND;
    reload_buf good = {0}, bad = {0}, signer = {0}, crl = {0}, warnings = {0};
    rl_trust *trust = rl_trust_new();
    issue("CN=CA", &good);
    issue("CN=CA", &bad);
    issue_as("CN=leaf", false, &bad);
    issue_as("CN=CRL key", false, &signer);
    issue_crl(&signer, &crl);
    rl_trust_set_min_rsa_bits(trust, 1024);
    assert_int_equal(rl_trust_add_ca(trust, good.octets, good.len, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_add_ca(trust, bad.octets, bad.len, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_add_intermediates(trust, good.octets, good.len, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_add_intermediates(trust, signer.octets, signer.len, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_add_crl(trust, crl.octets, crl.len, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    (void)rl_trust_warnings(trust, end - RELOAD_SECOND, RELOAD_NO_TIME, append_warning, &warnings);
    (void)rl_trust_warnings(trust, end + RELOAD_SECOND, end, append_warning, &warnings);
    reload_buf_append(&warnings, "", 1);
#define EXPIRED                                                           \
    "expired: notAfter is 2033-05-18T03:33:20Z, the time of checking is " \
    "2033-05-18T03:33:21Z\n"
    assert_string_equal((const char *)warnings.octets,
                        "0 1 certificate 2 of 2, of CN=leaf: not a CA's (basicConstraints); no "
                        "certificate can chain to it\n"
                        "2 0 CRL by CN=CRL key: ignored: its signer does not chain to a CA "
                        "certificate of the overlay\n"
                        "0 0 certificate of CN=CA: " EXPIRED
                        "0 1 certificate 1 of 2, of CN=CA: " EXPIRED
                        "1 0 certificate of CN=CA: " EXPIRED);
#undef EXPIRED
    rl_trust_free(&trust);
    reload_buf *const buffers[] = {&good, &bad, &signer, &crl, &warnings};
    for (size_t i = 0; i < COUNT(buffers); i++)
        reload_buf_free(buffers[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),           cmocka_unit_test(test_critical),
        cmocka_unit_test(test_other_flaws),    cmocka_unit_test(test_crls),
        cmocka_unit_test(test_critical_entry), cmocka_unit_test(test_certificate_warnings),
    };
    return cmocka_run_group_tests_name("given", tests, setup, teardown);
}
