/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in certificates that are issued and read, and octets after an object in a file */
#include "test.h"

#include "x509/asn1write.h"
#include "x509/request.h"
#include "x509/x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/pem.h>

static reload_key *ca_key, *leaf_key;
static const uint8_t serial[] = {0x40, 1};

static int setup_keys(void **state)
{
    (void)state;
    ca_key = test_rsa_key("ca", 1024);
    leaf_key = test_rsa_key("leaf", 1024);
    return 0;
}

static int teardown_keys(void **state)
{
    (void)state;
    reload_key_free(&ca_key);
    reload_key_free(&leaf_key);
    return 0;
}

static reload_err issue(const char *subject, const reload_cert *issuer, reload_buf *pem,
                        reload_diag *diag)
{
    const reload_cert_spec spec = {.size = sizeof spec,
                                   .subject = subject,
                                   .serial = serial,
                                   .serial_len = sizeof serial,
                                   .not_after = 2000000000 * RELOAD_SECOND};
    return reload_cert_issue(&spec, leaf_key, NULL, issuer, ca_key, pem, diag);
}

static reload_cert *issued(const char *subject, const reload_cert *issuer)
{
    reload_buf pem = {0};
    reload_cert *cert;
    assert_int_equal(issue(subject, issuer, &pem, NULL), RELOAD_OK);
    assert_int_equal(reload_cert_parse(pem.octets, pem.len, &cert, NULL), RELOAD_OK);
    reload_buf_free(&pem);
    return cert;
}

/* ---- Subjects that are written ---- */

#define TEN(text) text text text text text text text text text text
#define SIXTY     TEN("ä") TEN("b") TEN("c") TEN("d") TEN("e") TEN("f")

static void test_subjects(void **state)
{
    (void)state;
    static const char *const subjects[] = {
        "CN=a+b@example.com", "CN=Über CA", "CN=#a=b;<c>\"d", "CN= a ", "CN=" SIXTY "1234",
    };
    for (size_t i = 0; i < COUNT(subjects); i++) {
        reload_buf pem = {0};
        reload_request *request;
        print_message("# %s\n", subjects[i]);
        reload_cert *cert = issued(subjects[i], NULL);
        assert_string_equal(reload_cert_subject(cert), subjects[i]);
        assert_string_equal(reload_cert_issuer(cert), subjects[i]);
        assert_int_equal(cert->crt.subject.val.tag, MBEDTLS_ASN1_UTF8_STRING);
        reload_cert_free(&cert);
        assert_int_equal(reload_request_write(leaf_key, subjects[i], &pem, NULL), RELOAD_OK);
        assert_int_equal(reload_request_parse(pem.octets, pem.len, &request, NULL), RELOAD_OK);
        assert_string_equal(reload_request_subject(request), subjects[i]);
        reload_request_free(&request);
        reload_buf_free(&pem);
    }
}

static void test_bad_subjects(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *text;
    } rows[] = {
        {"", "subject does not begin with \"CN=\""},
        {"O=x", "subject does not begin with \"CN=\""},
        {"CN=", "common name has 0 characters, expected 1 to 64"},
        {"CN=" SIXTY "12345", "common name has 65 characters, expected 1 to 64"},
        {"CN=ab\xfc"
         "c",
         "common name is not UTF-8: octet 0xfc as character 3"},
        {"CN=ä\n", "common name has the control character U+000A as character 2"},
        {"CN=\xc2\x9b", "common name has the control character U+009B as character 1"},
        {"CN=\x7f", "common name has the control character U+007F as character 1"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_diag diag = {0};
        reload_buf pem = {0};
        test_show(rows[i].subject);
        assert_int_equal(reload_subject_check(rows[i].subject, &diag), RELOAD_ERR_VALUE);
        assert_string_equal(diag.text, rows[i].text);
        diag = (reload_diag){0};
        assert_int_equal(issue(rows[i].subject, NULL, &pem, &diag), RELOAD_ERR_VALUE);
        assert_string_equal(diag.text, rows[i].text);
        assert_int_equal(reload_request_write(leaf_key, rows[i].subject, &pem, &diag),
                         RELOAD_ERR_VALUE);
        assert_int_equal(pem.len, 0);
    }
}

static void test_serials(void **state)
{
    (void)state;
    static const uint8_t digits[21] = {0x7f};
    static const struct {
        const uint8_t *serial;
        size_t len;
        reload_err err;
    } rows[] = {
        {digits, 20, RELOAD_OK},
        {digits, 21, RELOAD_ERR_VALUE},
        {digits, 0, RELOAD_ERR_VALUE},
        {digits + 1, 1, RELOAD_ERR_VALUE}, /* 0 */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_buf pem = {0};
        const reload_cert_spec spec = {.size = sizeof spec,
                                       .subject = "CN=x",
                                       .serial = rows[i].serial,
                                       .serial_len = rows[i].len};
        assert_int_equal(reload_cert_issue(&spec, leaf_key, NULL, NULL, leaf_key, &pem, NULL),
                         rows[i].err);
        reload_buf_free(&pem);
    }
}

/* An issuer whose CN is a TeletexString, with an octet that is not UTF-8: its name is copied. */
static void test_issuer(void **state)
{
    (void)state;
    size_t len;
    reload_cert *plain = issued("CN=CA", NULL), *ca;
    const uint8_t *der = reload_cert_octets(plain, &len);
    uint8_t *changed = malloc(len);
    assert_non_null(changed);
    memcpy(changed, der, len);
    uint8_t *value = changed + (plain->crt.subject.val.p - der);
    value[-2] = MBEDTLS_ASN1_T61_STRING;
    value[1] = 0xfc;
    assert_int_equal(reload_cert_parse(changed, len, &ca, NULL), RELOAD_OK);
    assert_string_equal(reload_cert_subject(ca), "CN=C\\xfc");
    reload_cert *leaf = issued("CN=leaf", ca);
    assert_true(rl_same_octets(&leaf->crt.issuer_raw, &ca->crt.subject_raw));
    reload_cert_free(&leaf);
    reload_cert_free(&ca);
    reload_cert_free(&plain);
    free(changed);
}

/* ---- Names that are read ---- */

static mbedtls_x509_name attribute(const char *oid, size_t oid_len, int tag, const char *value,
                                   size_t len)
{
    mbedtls_x509_name name = {0};
    name.oid = (mbedtls_x509_buf){MBEDTLS_ASN1_OID, oid_len, (unsigned char *)(uintptr_t)oid};
    name.val = (mbedtls_x509_buf){tag, len, (unsigned char *)(uintptr_t)value};
    return name;
}

#define CN MBEDTLS_OID_AT_CN, MBEDTLS_OID_SIZE(MBEDTLS_OID_AT_CN)

static void check_text(const mbedtls_x509_name *name, const char *expected)
{
    char *text;
    assert_int_equal(rl_dn_text(name, &text), RELOAD_OK);
    assert_string_equal(text, expected);
    free(text);
}

static void test_name_text(void **state)
{
    (void)state;
    static const struct {
        int tag;
        const char *value;
        size_t len;
        const char *text;
    } rows[] = {
        {MBEDTLS_ASN1_UTF8_STRING, "Über", 5, "CN=Über"},
        {MBEDTLS_ASN1_UTF8_STRING, "a\x1b[0m\n", 6, "CN=a\\x1b[0m\\n"},
        {MBEDTLS_ASN1_UTF8_STRING, "a\xe2\x80\xae", 4, "CN=a\\u{202e}"},
        {MBEDTLS_ASN1_UTF8_STRING, "a, O=b", 6, "CN=a\\, O=b"},
        {MBEDTLS_ASN1_UTF8_STRING, "a + O=b+c", 9, "CN=a \\+ O=b+c"},
        {MBEDTLS_ASN1_UTF8_STRING, "a\\", 2, "CN=a\\\\"},
        {MBEDTLS_ASN1_UTF8_STRING, "", 0, "CN="},
        {MBEDTLS_ASN1_T61_STRING, "M\xfcller", 6, "CN=M\\xfcller"},
        {MBEDTLS_ASN1_BMP_STRING, "\x00\xdc\x00,\x26\x3a", 6, "CN=Ü\\,☺"},
        {MBEDTLS_ASN1_BMP_STRING, "\xd8\x00\x00", 3, "CN=\xef\xbf\xbd\xef\xbf\xbd"},
        {MBEDTLS_ASN1_UNIVERSAL_STRING, "\x00\x01\xf6\x00", 4, "CN=\xf0\x9f\x98\x80"},
        {MBEDTLS_ASN1_UNIVERSAL_STRING, "\x00\x11\x00\x00", 4, "CN=\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        test_show(rows[i].text);
        const mbedtls_x509_name name = attribute(CN, rows[i].tag, rows[i].value, rows[i].len);
        check_text(&name, rows[i].text);
    }
    const mbedtls_x509_name none = {0};
    check_text(&none, "");
}

static void test_names_text(void **state)
{
    (void)state;
    mbedtls_x509_name names[3];
    names[0] = attribute(CN, MBEDTLS_ASN1_UTF8_STRING, "a", 1);
    names[1] = attribute(MBEDTLS_OID_AT_ORGANIZATION, MBEDTLS_OID_SIZE(MBEDTLS_OID_AT_ORGANIZATION),
                         MBEDTLS_ASN1_UTF8_STRING, "b", 1);
    names[2] = attribute("\x2a\x03\x04", 3, MBEDTLS_ASN1_UTF8_STRING, "c", 1);
    names[0].next_merged = 1;
    names[0].next = &names[1];
    names[1].next = &names[2];
    check_text(names, "CN=a + O=b, 1.2.3.4=c");
}

/* A subject of 1,200 octets and a serial number of 80 */
static void test_whole(void **state)
{
    (void)state;
    char value[1201] = "", expected[1204] = "CN=";
    memset(value, 'x', 1200);
    memcpy(expected + 3, value, sizeof value);
    const mbedtls_x509_name name = attribute(CN, MBEDTLS_ASN1_UTF8_STRING, value, 1200);
    check_text(&name, expected);

    unsigned char der[2048];
    uint8_t number[80];
    reload_cert *plain = issued("CN=x", NULL), *cert;
    const mbedtls_x509_crt *crt = &plain->crt;
    const uint8_t *tbs_end = crt->tbs.p + crt->tbs.len, *after = crt->serial.p + crt->serial.len;
    memset(number, 0x5a, sizeof number);
    rl_asn1 w = {.at = der + sizeof der, .start = der};
    size_t rest = rl_asn1_octets(&w, tbs_end, (size_t)(crt->raw.p + crt->raw.len - tbs_end));
    size_t len = rl_asn1_octets(&w, after, (size_t)(tbs_end - after));
    len += rl_asn1_integer(&w, number, sizeof number);
    len += rl_asn1_octets(&w, "\xa0\x03\x02\x01\x02", 5);
    len = rl_asn1_wrap(&w, rl_asn1_wrap(&w, len, RL_SEQUENCE) + rest, RL_SEQUENCE);
    assert_int_equal(reload_cert_parse(w.at, len, &cert, NULL), RELOAD_OK);
    test_same(number, sizeof number, reload_cert_serial(cert));
    reload_cert_free(&cert);
    reload_cert_free(&plain);
}

/* ---- A request with an empty subject ---- */

static void write_unnamed(rl_asn1 *w, const void *pk)
{
    size_t len = rl_asn1_octets(w, "\xa0\x00", 2);
    len += rl_asn1_public_key(w, pk);
    len += rl_asn1_octets(w, "\x30\x00", 2);
    len += rl_asn1_octets(w, "\x02\x01\x00", 3);
    (void)rl_asn1_wrap(w, len, RL_SEQUENCE);
}

static void test_unnamed_request(void **state)
{
    (void)state;
    static const char *const labels[] = {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"};
    const mbedtls_pk_context *pk = rl_key_pk(leaf_key);
    reload_request *request;
    reload_diag diag = {0};
    for (size_t i = 0; i < COUNT(labels); i++) {
        reload_buf pem = {0};
        assert_int_equal(rl_append_signed(labels[i], write_unnamed, pk, 4096, leaf_key, &pem),
                         RELOAD_OK);
        assert_int_equal(reload_request_parse(pem.octets, pem.len, &request, &diag), RELOAD_OK);
        assert_string_equal(reload_request_subject(request), "");
        assert_int_equal(reload_request_key_bits(request), 1024);
        reload_request_free(&request);
        reload_buf_free(&pem);
    }
    reload_buf pem = {0}; /* its signature is checked */
    assert_int_equal(rl_append_signed(labels[0], write_unnamed, pk, 4096, ca_key, &pem), RELOAD_OK);
    assert_int_equal(reload_request_parse(pem.octets, pem.len, &request, &diag), RELOAD_ERR_SYNTAX);
    assert_string_equal(diag.text, "its signature does not verify with its key");
    reload_buf_free(&pem);
}

/* ---- What follows ---- */

static void append_text(reload_buf *buf, const char *text)
{
    reload_buf_append(buf, text, strlen(text));
}

static void expect_cert(const reload_buf *file, reload_err err, const char *text)
{
    reload_cert *cert;
    reload_diag diag = {0};
    assert_int_equal(reload_cert_parse(file->octets, file->len, &cert, &diag), err);
    assert_string_equal(diag.text, text);
    reload_cert_free(&cert);
}

static void expect_bundle(const reload_buf *file, reload_err err, const char *text)
{
    reload_diag diag = {0};
    rl_trust *trust = rl_trust_new();
    assert_int_equal(rl_trust_add_ca(trust, file->octets, file->len, &diag), err);
    assert_string_equal(diag.text, text);
    rl_trust_free(&trust);
}

static void test_after_certificate(void **state)
{
    (void)state;
    reload_buf der = {0}, pem = {0};
    size_t len;
    char text[128];
    reload_cert *cert = issued("CN=a", NULL);
    const uint8_t *octets = reload_cert_octets(cert, &len);
    reload_buf_append(&der, octets, len);
    expect_cert(&der, RELOAD_OK, "");
    expect_bundle(&der, RELOAD_OK, "");
    reload_buf_append(&der, octets, len);
    (void)snprintf(text, sizeof text, "%zu octets after the certificate, expected one", len);
    expect_cert(&der, RELOAD_ERR_SYNTAX, text);
    (void)snprintf(text, sizeof text, "%zu octets after the certificate; only PEM can hold several",
                   len);
    expect_bundle(&der, RELOAD_ERR_SYNTAX, text);

    append_text(&pem, "a text, and\n");
    assert_int_equal(issue("CN=a", NULL, &pem, NULL), RELOAD_OK);
    append_text(&pem, " \r\n\t\n");
    expect_cert(&pem, RELOAD_OK, "");
    len = pem.len;
    assert_int_equal(issue("CN=b", NULL, &pem, NULL), RELOAD_OK);
    (void)snprintf(text, sizeof text, "%zu octets after the certificate, expected one",
                   pem.len - len);
    expect_cert(&pem, RELOAD_ERR_SYNTAX, text);
    expect_bundle(&pem, RELOAD_OK, "");
    pem.len -= 10; /* the second is truncated */
    expect_bundle(&pem, RELOAD_ERR_SYNTAX, "1 of 2 certificates can be read: truncated");
    reload_cert_free(&cert);
    reload_buf_free(&pem);
    reload_buf_free(&der);
}

/* The DER of a PEM file's object */
static void decode_pem(const reload_buf *pem, const char *label, reload_buf *der)
{
    char head[64], foot[64];
    mbedtls_pem_context context;
    size_t used;
    reload_buf text = {0};
    reload_buf_append(&text, pem->octets, pem->len);
    reload_buf_append(&text, "", 1);
    (void)snprintf(head, sizeof head, "-----BEGIN %s-----", label);
    (void)snprintf(foot, sizeof foot, "-----END %s-----", label);
    mbedtls_pem_init(&context);
    assert_int_equal(mbedtls_pem_read_buffer(&context, head, foot, text.octets, NULL, 0, &used), 0);
    reload_buf_append(der, context.buf, context.buflen);
    mbedtls_pem_free(&context);
    reload_buf_free(&text);
}

static void test_after_key(void **state)
{
    (void)state;
    reload_buf pem = {0}, der = {0};
    reload_key *key;
    reload_diag diag = {0};
    assert_int_equal(reload_key_write(leaf_key, &pem), RELOAD_OK);
    decode_pem(&pem, "RSA PRIVATE KEY", &der);
    assert_int_equal(reload_key_parse(der.octets, der.len, NULL, &key, &diag), RELOAD_OK);
    reload_key_free(&key);
    append_text(&der, "\n");
    append_text(&pem, "x");
    reload_buf *const files[] = {&der, &pem};
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_int_equal(reload_key_parse(files[i]->octets, files[i]->len, NULL, &key, &diag),
                         RELOAD_ERR_SYNTAX);
        assert_null(key);
        assert_string_equal(diag.text, "1 octet after the key, expected one");
        reload_buf_free(files[i]);
    }
}

static void test_after_request(void **state)
{
    (void)state;
    reload_buf pem = {0}, der = {0};
    reload_request *request;
    reload_diag diag = {0};
    assert_int_equal(reload_request_write(leaf_key, "CN=a", &pem, NULL), RELOAD_OK);
    decode_pem(&pem, "CERTIFICATE REQUEST", &der);
    assert_int_equal(reload_request_parse(der.octets, der.len, &request, &diag), RELOAD_OK);
    reload_request_free(&request);
    append_text(&der, "xy");
    append_text(&pem, "xy");
    reload_buf *const files[] = {&der, &pem};
    for (size_t i = 0; i < COUNT(files); i++) {
        assert_int_equal(reload_request_parse(files[i]->octets, files[i]->len, &request, &diag),
                         RELOAD_ERR_SYNTAX);
        assert_string_equal(diag.text, "2 octets after the request, expected one");
        reload_buf_free(files[i]);
    }
}

static void test_after_crl(void **state)
{
    (void)state;
    const reload_crl_spec spec = {
        .size = sizeof spec, .next_update = RELOAD_SECOND, .number = {{1}}};
    reload_buf pem = {0}, der = {0};
    reload_diag diag = {0};
    char text[128];
    reload_cert *ca = issued("CN=CA", NULL);
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &pem, NULL), RELOAD_OK);
    decode_pem(&pem, "X509 CRL", &der);
    rl_trust *trust = rl_trust_new();
    assert_int_equal(rl_trust_add_crl(trust, der.octets, der.len, &diag), RELOAD_OK);
    size_t len = der.len;
    decode_pem(&pem, "X509 CRL", &der);
    assert_int_equal(rl_trust_add_crl(trust, der.octets, der.len, &diag), RELOAD_ERR_SYNTAX);
    (void)snprintf(text, sizeof text, "%zu octets after the CRL; only PEM can hold several", len);
    assert_string_equal(diag.text, text);
    rl_trust_free(&trust);
    reload_cert_free(&ca);
    reload_buf_free(&pem);
    reload_buf_free(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_bad_subjects),
        cmocka_unit_test(test_serials),
        cmocka_unit_test(test_issuer),
        cmocka_unit_test(test_name_text),
        cmocka_unit_test(test_names_text),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_unnamed_request),
        cmocka_unit_test(test_after_certificate),
        cmocka_unit_test(test_after_key),
        cmocka_unit_test(test_after_request),
        cmocka_unit_test(test_after_crl),
    };
    return cmocka_run_group_tests_name("issue", tests, setup_keys, teardown_keys);
}
