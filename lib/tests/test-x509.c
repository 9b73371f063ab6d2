/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys, certificates, requests, CRLs, and the trust store */
#include "failing.h"
#include "issuing.h"

#include "crypto/pk.h"
#include "x509/x509.h"

#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/error.h>
#include <mbedtls/pem.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509.h>

static const reload_cert_spec leaf_spec = {.size = sizeof leaf_spec,
                                           .subject = "CN=leaf",
                                           .serial = test_serial,
                                           .serial_len = sizeof test_serial,
                                           .not_before = 1000000000 * RELOAD_SECOND,
                                           .not_after = 1000000100 * RELOAD_SECOND};

/* ---- Errors of mbed TLS ---- */

static void test_parse_errors(void **state)
{
    (void)state;
    static const struct {
        int code;
        reload_err err;
    } rows[] = {
        {0, RELOAD_OK},
        {MBEDTLS_ERR_X509_INVALID_FORMAT, RELOAD_ERR_SYNTAX},
        {MBEDTLS_ERR_X509_INVALID_FORMAT + MBEDTLS_ERR_ASN1_OUT_OF_DATA, RELOAD_ERR_SYNTAX},
        {MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG, RELOAD_ERR_SYNTAX},
        {MBEDTLS_ERR_ASN1_OUT_OF_DATA, RELOAD_ERR_SYNTAX},
        {MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT, RELOAD_ERR_SYNTAX},
        {MBEDTLS_ERR_PK_INVALID_PUBKEY, RELOAD_ERR_SYNTAX},
        {MBEDTLS_ERR_X509_ALLOC_FAILED, RELOAD_ERR_MEMORY},
        {MBEDTLS_ERR_PEM_ALLOC_FAILED, RELOAD_ERR_MEMORY},
        {MBEDTLS_ERR_X509_INVALID_NAME + MBEDTLS_ERR_ASN1_ALLOC_FAILED, RELOAD_ERR_MEMORY},
        {MBEDTLS_ERR_PK_INVALID_PUBKEY + MBEDTLS_ERR_MPI_ALLOC_FAILED, RELOAD_ERR_MEMORY},
        {MBEDTLS_ERR_ERROR_CORRUPTION_DETECTED, RELOAD_ERR_CRYPTO},
        {MBEDTLS_ERR_X509_FATAL_ERROR, RELOAD_ERR_CRYPTO},
        {MBEDTLS_ERR_MPI_DIVISION_BY_ZERO, RELOAD_ERR_CRYPTO},
        {-0x7ffd, RELOAD_ERR_CRYPTO}, /* unknown */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("# -0x%04x\n", (unsigned)-rows[i].code);
        assert_int_equal(rl_parse_error(rows[i].code), rows[i].err);
    }
}

static void test_verify_errors(void **state)
{
    (void)state;
    static const struct {
        int code;
        reload_err err;
    } rows[] = {
        {MBEDTLS_ERR_RSA_VERIFY_FAILED, RELOAD_OK},
        {MBEDTLS_ERR_RSA_INVALID_PADDING, RELOAD_OK},
        {MBEDTLS_ERR_RSA_BAD_INPUT_DATA, RELOAD_OK},
        {MBEDTLS_ERR_RSA_PUBLIC_FAILED + MBEDTLS_ERR_MPI_BAD_INPUT_DATA, RELOAD_OK},
        {MBEDTLS_ERR_PK_SIG_LEN_MISMATCH, RELOAD_OK},
        {MBEDTLS_ERR_PK_TYPE_MISMATCH, RELOAD_OK},
        {MBEDTLS_ERR_ECP_VERIFY_FAILED, RELOAD_OK},
        {MBEDTLS_ERR_ECP_BAD_INPUT_DATA + MBEDTLS_ERR_ASN1_LENGTH_MISMATCH, RELOAD_OK},
        {MBEDTLS_ERR_RSA_PUBLIC_FAILED + MBEDTLS_ERR_MPI_ALLOC_FAILED, RELOAD_ERR_MEMORY},
        {MBEDTLS_ERR_PK_ALLOC_FAILED, RELOAD_ERR_MEMORY},
        {MBEDTLS_ERR_RSA_PUBLIC_FAILED, RELOAD_ERR_CRYPTO},
        {MBEDTLS_ERR_RSA_PUBLIC_FAILED + MBEDTLS_ERR_MPI_NOT_ACCEPTABLE, RELOAD_ERR_CRYPTO},
        {MBEDTLS_ERR_MPI_BAD_INPUT_DATA, RELOAD_ERR_CRYPTO},
        {MBEDTLS_ERR_ERROR_CORRUPTION_DETECTED, RELOAD_ERR_CRYPTO},
        {-0x7ffd, RELOAD_ERR_CRYPTO},
    };
    bool match = false;
    assert_int_equal(rl_verify_error(0, &match), RELOAD_OK);
    assert_true(match);
    for (size_t i = 0; i < COUNT(rows); i++) {
        print_message("# -0x%04x\n", (unsigned)-rows[i].code);
        assert_int_equal(rl_verify_error(rows[i].code, &match), rows[i].err);
        assert_false(match);
    }
}

/* ---- Keys ---- */

static void test_passphrase(void **state)
{
    (void)state;
    static const char pem[] = "-----BEGIN RSA PRIVATE KEY-----\n"
                              "Proc-Type: 4,ENCRYPTED\n"
                              "DEK-Info: AES-128-CBC,E09CD4BBD999A22D09F4CFE6CEF480DF\n"
                              "\n"
                              "tjCEiE4p/lvrjUHCXCCZk1crYJ/T1fsv5o82rFzTAFgQ5IzkKtsnGwSplI6hYCFu\n"
                              "nMeIG7xJ/2FXI2ALiGK4aiz9sn7igWcQdbNmpV3FpOZwuFOz6DEPLJLoarTiUy5o\n"
                              "ktvVczAPTmBc5O5GWhZZRodKxlVduJb+6HwKajyFoTc1jJ1qEF2H7ypAn+PF0l1F\n"
                              "DCvoJgRQitTiyYBFCggt/YOFuT+FP4piNYDVC9uA77F+sjZyPO0Ncx9zWgH8kqHh\n"
                              "4ve2JW3F48m4A/+h5U83Qd/wSIAtlwNq20CoyPtVT8xBkcTqj+H1tOJDVux1Wi71\n"
                              "Dn6J9YJhMi03YhSRR8fCxALmnZqy7teeQxyVF9pbMnwIHsZcKWU7yRz8HzROCeCz\n"
                              "swR/gj/rUZLFpQAzIec+oMnKsJTrfPyU4m3zMjjOIAGqHliOGNOeNt53aw+BlDUA\n"
                              "sZrGBs3QZ8Y+4rNutvyQzZ9ahkRex5yVKREDOoQs8AHKMNaSPi8zGRonoqWPqhRr\n"
                              "o0ouV/SM+kc+BbnrnD4asUjFHpr60tSO+ReUet+scZeLlOHdB+D1TsLqy2osiHsN\n"
                              "amj9hp15ShNKwiAfTxInwA6OALLCDkyjgMq4KZYnUI0gtoxV7xvOwexQVfD3Otag\n"
                              "5gNoy+L6f6Vz5r9YxBF554arI42FN+w7AdquzsYkbyF0dt7W0SR6YX34YwlwiV0n\n"
                              "kf5JAe8QBlmUHQ6Tys7+KCiplgRLC2Avlp3wzBf6MAWUU2U/yVzGWoSrBOj/I0tr\n"
                              "AOFWm+YCjUutU5yzPqvQj5HFopRz3RklTeSEVijL2jOWmqHCeVqa04d+fl1YXjef\n"
                              "-----END RSA PRIVATE KEY-----\n";
    static const struct {
        const char *passphrase;
        reload_err err;
        const char *text;
    } rows[] = {
        {"correct", RELOAD_OK, ""},
        {NULL, RELOAD_ERR_PASSPHRASE, "the key is encrypted: passphrase required"},
        {"", RELOAD_ERR_PASSPHRASE, "wrong passphrase"},
        {"incorrect", RELOAD_ERR_PASSPHRASE, "wrong passphrase"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        reload_key *key;
        reload_diag diag = {0};
        assert_int_equal(
            reload_key_parse((const uint8_t *)pem, sizeof pem - 1, rows[i].passphrase, &key, &diag),
            rows[i].err);
        assert_int_equal(diag.code, rows[i].err);
        assert_string_equal(diag.text, rows[i].text);
        assert_int_equal(key != NULL, rows[i].err == RELOAD_OK);
        reload_key_free(&key);
    }
}

static void test_recover(void **state)
{
    (void)state;
    uint8_t signature[128], block[128], digest[20];
    bool good;
    const reload_span octets = {(const uint8_t *)"abc", 3};
    reload_cert *cert = issue_cert(&ca_spec, ca_key, NULL, ca_key, NULL);
    assert_int_equal(reload_cert_signature_size(cert), sizeof signature);
    assert_int_equal(rl_key_sign(ca_key, RELOAD_MD_SHA1, &octets, 1, signature), RELOAD_OK);
    assert_int_equal(reload_cert_recover(cert, signature, block, &good), RELOAD_OK);
    assert_true(good);
    test_sha1("abc", digest);
    test_same(block, 4, "0001ffff");
    test_same(block + 128 - 36, 16, "003021300906052b0e03021a05000414");
    assert_memory_equal(block + 128 - 20, digest, 20);
    const reload_span content = reload_pkcs1_content(block, sizeof block);
    assert_ptr_equal(content.octets, block + 128 - 35);
    assert_int_equal(content.len, 35);
    memset(signature, 0xff, sizeof signature); /* larger than any modulus */
    assert_int_equal(reload_cert_recover(cert, signature, block, &good), RELOAD_OK);
    assert_false(good);
    reload_cert_free(&cert);
}

/* ---- Requests ---- */

static void test_request(void **state)
{
    (void)state;
    reload_buf pem = {0}, cert_pem = {0};
    reload_request *request;
    reload_cert *cert;
    reload_diag diag = {0};
    assert_int_equal(reload_request_write(leaf_key, "CN=alice", &pem, &diag), RELOAD_OK);
    assert_int_equal(reload_request_parse(pem.octets, pem.len, &request, &diag), RELOAD_OK);
    assert_string_equal(reload_request_subject(request), "CN=alice");
    assert_int_equal(reload_request_key_bits(request), 1024);
    assert_int_equal(reload_cert_issue(&leaf_spec, NULL, request, NULL, ca_key, &cert_pem, &diag),
                     RELOAD_OK);
    assert_int_equal(reload_cert_parse(cert_pem.octets, cert_pem.len, &cert, &diag), RELOAD_OK);
    assert_true(reload_cert_fits_key(cert, leaf_key));
    assert_false(reload_cert_fits_key(cert, ca_key));
    assert_string_equal(reload_cert_subject(cert),
                        "CN=leaf"); /* from the spec, not from the request */
    reload_cert_free(&cert);
    reload_request_free(&request);
    assert_null(request);
    reload_buf_free(&cert_pem);
    reload_buf_free(&pem);
}

static void test_bad_request(void **state)
{
    (void)state;
    reload_buf pem = {0};
    reload_request *request;
    reload_diag diag = {0};
    assert_int_equal(reload_request_parse(NULL, 0, &request, &diag), RELOAD_ERR_SYNTAX);
    assert_null(request);
    assert_int_equal(reload_request_write(leaf_key, "CN=alice", &pem, &diag), RELOAD_OK);
    uint8_t *last = pem.octets;
    for (uint8_t *p = pem.octets; p + 5 < pem.octets + pem.len; p++)
        if (memcmp(p, "\n----", 5) == 0)
            last = p - 8; /* in the signature's base64 */
    *last = *last == 'A' ? 'B' : 'A';
    assert_int_equal(reload_request_parse(pem.octets, pem.len, &request, &diag), RELOAD_ERR_SYNTAX);
    assert_null(request);
    assert_string_equal(diag.text, "its signature does not verify with its key");
    reload_buf_free(&pem);
    assert_int_equal(reload_request_write(leaf_key, "NO-SUCH-ATTRIBUTE=alice", &pem, &diag),
                     RELOAD_ERR_VALUE);
    reload_buf_free(&pem);
}

/* ---- Issuing ---- */

static void test_issue_arguments(void **state)
{
    (void)state;
    reload_buf pem = {0}, out = {0};
    reload_request *request;
    reload_diag diag = {0};
    reload_cert_spec spec = leaf_spec;
    assert_int_equal(reload_request_write(leaf_key, "CN=alice", &pem, &diag), RELOAD_OK);
    assert_int_equal(reload_request_parse(pem.octets, pem.len, &request, &diag), RELOAD_OK);
    assert_int_equal(reload_cert_issue(&spec, NULL, NULL, NULL, ca_key, &out, &diag),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(reload_cert_issue(&spec, leaf_key, request, NULL, ca_key, &out, &diag),
                     RELOAD_ERR_ARGUMENT);
    spec.size = 0;
    assert_int_equal(reload_cert_issue(&spec, leaf_key, NULL, NULL, ca_key, &out, &diag),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(diag.code, RELOAD_ERR_ARGUMENT);
    assert_int_equal(out.len, 0);
    reload_request_free(&request);
    reload_buf_free(&pem);
}

/* Members after the size of a spec are not read: here, one that contradicts the subject, and the
 * CRL's number. Those of a later version are ignored. */
static void test_spec_size(void **state)
{
    (void)state;
    static const size_t cert_sizes[] = {offsetof(reload_cert_spec, same_subject),
                                        sizeof(reload_cert_spec) + 8};
    static const size_t crl_sizes[] = {offsetof(reload_crl_spec, number),
                                       sizeof(reload_crl_spec) + 8};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, NULL);
    reload_buf out = {0};
    for (size_t i = 0; i < COUNT(cert_sizes); i++) {
        reload_cert_spec spec = leaf_spec;
        reload_crl_spec crl_spec = {.next_update = RELOAD_SECOND};
        spec.same_subject = i == 0 ? ca : NULL;
        spec.size = cert_sizes[i];
        assert_int_equal(reload_cert_issue(&spec, leaf_key, NULL, ca, ca_key, &out, NULL),
                         RELOAD_OK);
        crl_spec.number.octets[0] = i == 0 ? 0xff : 0; /* too large */
        crl_spec.size = crl_sizes[i];
        assert_int_equal(reload_crl_issue(&crl_spec, ca, ca_key, &out, NULL), RELOAD_OK);
    }
    reload_cert_free(&ca);
    reload_buf_free(&out);
}

static void test_dates(void **state)
{
    (void)state;
    static const int64_t good[] = {0, 951782400 /* 2000-02-29 */, 2524607999, /* 2049 */
                                   2524608000, /* 2050 */ 253402300799 /* 9999-12-31T23:59:59 */};
    reload_cert_spec spec = leaf_spec;
    for (size_t i = 0; i < COUNT(good); i++) {
        print_message("# %lld\n", (long long)good[i]);
        spec.not_before = good[i] * RELOAD_SECOND;
        spec.not_after = spec.not_before + RELOAD_SECOND - 1; /* the same second */
        reload_cert *cert = issue_cert(&spec, leaf_key, NULL, leaf_key, NULL);
        assert_int_equal(reload_cert_not_before(cert), spec.not_before);
        assert_int_equal(reload_cert_not_after(cert), spec.not_before);
        reload_cert_free(&cert);
    }
    static const reload_time bad[] = {-1, 253402300800 * RELOAD_SECOND, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < COUNT(bad); i++) {
        reload_buf out = {0};
        reload_diag diag = {0};
        spec.not_before = 0;
        spec.not_after = bad[i];
        assert_int_equal(reload_cert_issue(&spec, leaf_key, NULL, NULL, leaf_key, &out, &diag),
                         RELOAD_ERR_VALUE);
        assert_string_equal(diag.text, "date out of range (1970 to 9999)");
        assert_int_equal(out.len, 0);
    }
}

/* ---- The trust store ---- */

static rl_cert_fault fault_at(const rl_trust *trust, const reload_cert *cert, reload_time time)
{
    rl_objection objection;
    assert_int_equal(rl_trust_judge(trust, cert, time, NULL, NULL, &objection), RELOAD_OK);
    assert_int_equal(objection.words != NULL, objection.fault != RL_CERT_GOOD);
    return objection.fault;
}

static rl_trust *new_trust(const reload_buf *pem)
{
    rl_trust *trust = rl_trust_new();
    assert_non_null(trust);
    rl_trust_set_min_rsa_bits(trust, 1024);
    assert_int_equal(rl_trust_add_ca(trust, pem->octets, pem->len, NULL), RELOAD_OK);
    return trust;
}

/* The validity period includes its first and its last second. */
static void test_validity(void **state)
{
    (void)state;
    reload_buf pem = {0};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &pem);
    reload_cert *leaf = issue_cert(&leaf_spec, leaf_key, ca, ca_key, NULL);
    rl_trust *trust = new_trust(&pem);
    rl_objection objection;
    assert_int_equal(rl_trust_judge(trust, leaf, leaf_spec.not_before, NULL, NULL, &objection),
                     RELOAD_ERR_ARGUMENT); /* not sealed */
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    assert_int_equal(fault_at(trust, leaf, leaf_spec.not_before - 1), RL_CERT_EXPIRED);
    assert_int_equal(fault_at(trust, leaf, leaf_spec.not_before), RL_CERT_GOOD);
    assert_int_equal(fault_at(trust, leaf, leaf_spec.not_after + RELOAD_SECOND - 1), RL_CERT_GOOD);
    assert_int_equal(fault_at(trust, leaf, leaf_spec.not_after + RELOAD_SECOND), RL_CERT_EXPIRED);
    assert_int_equal(fault_at(trust, leaf, -1), RL_CERT_EXPIRED);
    rl_trust_free(&trust);
    reload_cert_free(&leaf);
    reload_cert_free(&ca);
    reload_buf_free(&pem);
}

static void add_crl(rl_trust *trust, const reload_cert *issuer, reload_key *key, bool lists_leaf,
                    reload_time next_update)
{
    static const reload_revocation leaf = {test_serial, sizeof test_serial,
                                           1000000010 * RELOAD_SECOND, 0};
    const reload_crl_spec spec = {.size = sizeof spec,
                                  .entries = &leaf,
                                  .count = lists_leaf,
                                  .this_update = 1000000000 * RELOAD_SECOND,
                                  .next_update = next_update,
                                  .number = {{[19] = 1}}};
    reload_buf pem = {0};
    assert_int_equal(reload_crl_issue(&spec, issuer, key, &pem, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_add_crl(trust, pem.octets, pem.len, NULL), RELOAD_OK);
    reload_buf_free(&pem);
}

static void count_warning(void *arg, reload_given given, size_t file, const char *words)
{
    print_message("# %d, %zu: %s\n", (int)given, file, words);
    ++*(unsigned *)arg;
}

static unsigned crl_warnings(const rl_trust *trust, reload_time time)
{
    unsigned count = 0;
    (void)rl_trust_warnings(trust, time, RELOAD_NO_TIME, count_warning, &count);
    return count;
}

static void check_objection(const rl_trust *trust, const reload_cert *cert, int64_t seconds,
                            const char *text)
{
    rl_objection objection;
    char found[200];
    assert_int_equal(rl_trust_judge(trust, cert, seconds * RELOAD_SECOND, NULL, NULL, &objection),
                     RELOAD_OK);
    rl_objection_text(&objection, cert, found, sizeof found);
    assert_string_equal(found, text);
}

/* Both values of what does not match, and which certificate of the chain it is */
static void test_objection_text(void **state)
{
    (void)state;
    reload_buf pem = {0}, old_pem = {0};
    reload_cert_spec spec = ca_spec, old = ca_spec;
    old.subject = "CN=a name that is longer than the sixty-four octets that are sho\xc3\xbcn";
    old.not_after = 999999999 * RELOAD_SECOND;
    reload_cert *ca = issue_cert(&spec, ca_key, NULL, ca_key, &pem);
    reload_cert *leaf = issue_cert(&leaf_spec, leaf_key, ca, ca_key, NULL);
    reload_cert *old_ca = issue_cert(&old, other_key, NULL, other_key, &old_pem);
    reload_cert *old_leaf = issue_cert(&leaf_spec, leaf_key, old_ca, other_key, NULL);
    rl_trust *trust = new_trust(&pem);
    assert_int_equal(rl_trust_add_ca(trust, old_pem.octets, old_pem.len, NULL), RELOAD_OK);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    check_objection(trust, leaf, 999999999,
                    "is not yet valid: notBefore is 2001-09-09T01:46:40Z, the time of checking is "
                    "2001-09-09T01:46:39Z");
    check_objection(trust, leaf, 1000000101,
                    "has expired: notAfter is 2001-09-09T01:48:20Z, the time of checking is "
                    "2001-09-09T01:48:21Z");
    check_objection(trust, old_leaf, 1000000000,
                    "CN=a name that is longer than the sixty-four octets that are sho… in its "
                    "chain has expired: notAfter is 2001-09-09T01:46:39Z, the time of checking is "
                    "2001-09-09T01:46:40Z");
    rl_trust_require_crl(trust, true);
    check_objection(trust, leaf, 1000000000, "CN=CA in its chain has no current CRL");
    add_crl(trust, ca, ca_key, true, 2000000000 * RELOAD_SECOND);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    check_objection(trust, leaf, 1000000020, "is revoked since 2001-09-09T01:46:50Z");
    rl_trust_set_min_rsa_bits(trust, 1025);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    check_objection(trust, leaf, 1000000000, "has an RSA key of 1024 bits, expected 1025 to 8192");
    rl_trust_free(&trust);
    reload_cert_free(&old_leaf);
    reload_cert_free(&old_ca);
    reload_cert_free(&leaf);
    reload_cert_free(&ca);
    reload_buf_free(&old_pem);
    reload_buf_free(&pem);
}

/* Two CAs with the same name: a CRL applies only to the CA that signed it. */
static void test_crl_signers(void **state)
{
    (void)state;
    const reload_time then = 1000000020 * RELOAD_SECOND, later = 2000000000 * RELOAD_SECOND;
    reload_buf pem = {0};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &pem);
    reload_cert *other = issue_cert(&ca_spec, other_key, NULL, other_key, &pem);
    reload_cert *leaf = issue_cert(&leaf_spec, leaf_key, ca, ca_key, NULL);
    reload_cert *others_leaf = issue_cert(&leaf_spec, leaf_key, other, other_key, NULL);
    rl_trust *trust = new_trust(&pem);
    add_crl(trust, ca, leaf_key, true, later); /* signed with another key */
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    assert_int_equal(fault_at(trust, leaf, then), RL_CERT_GOOD);
    assert_int_equal(crl_warnings(trust, then), 1);
    add_crl(trust, other, other_key, false, later);
    add_crl(trust, ca, ca_key, true, later);
    rl_objection objection;
    assert_int_equal(rl_trust_judge(trust, leaf, then, NULL, NULL, &objection),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK);
    assert_int_equal(rl_trust_seal(trust), RELOAD_OK); /* no effect */
    assert_int_equal(fault_at(trust, leaf, then), RL_CERT_REVOKED);
    assert_int_equal(fault_at(trust, leaf, 1000000010 * RELOAD_SECOND - 1), RL_CERT_GOOD);
    assert_int_equal(fault_at(trust, leaf, 1000000010 * RELOAD_SECOND), RL_CERT_REVOKED);
    assert_int_equal(fault_at(trust, others_leaf, then), RL_CERT_GOOD);
    assert_int_equal(crl_warnings(trust, then), 1);
    assert_int_equal(crl_warnings(trust, later - 1), 1);
    assert_int_equal(crl_warnings(trust, later), 3); /* the two other CRLs have expired */
    unsigned changed = 0;
    assert_int_equal(rl_trust_warnings(trust, then, later - 1, count_warning, &changed), later);
    assert_int_equal(rl_trust_warnings(trust, later - 1, then, count_warning, &changed), later);
    assert_int_equal(changed, 0);
    assert_int_equal(rl_trust_warnings(trust, later, later - 1, count_warning, &changed),
                     later + RELOAD_SECOND);
    assert_int_equal(changed, 2);
    assert_int_equal(
        rl_trust_warnings(trust, later + RELOAD_SECOND, later, count_warning, &changed),
        RELOAD_NO_TIME);
    assert_int_equal(changed, 4); /* both CA certificates have expired */
    (void)rl_trust_warnings(trust, later + 2 * RELOAD_SECOND, later + RELOAD_SECOND, count_warning,
                            &changed);
    assert_int_equal(changed, 4);
    rl_trust_free(&trust);
    reload_cert_free(&ca);
    reload_cert_free(&other);
    reload_cert_free(&leaf);
    reload_cert_free(&others_leaf);
    reload_buf_free(&pem);
}

static void test_crl_arguments(void **state)
{
    (void)state;
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, NULL);
    reload_buf out = {0};
    reload_diag diag = {0};
    reload_crl_spec spec = {.size = 0};
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &out, &diag), RELOAD_ERR_ARGUMENT);
    spec.size = sizeof spec;
    spec.next_update = 253402300800 * RELOAD_SECOND;
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &out, &diag), RELOAD_ERR_VALUE);
    assert_int_equal(diag.code, RELOAD_ERR_VALUE);
    const reload_revocation nothing = {.time = RELOAD_SECOND}; /* no serial number */
    spec = (reload_crl_spec){.size = sizeof spec, .entries = &nothing, .count = 1};
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, &out, &diag), RELOAD_ERR_ARGUMENT);
    assert_int_equal(out.len, 0);
    reload_cert_free(&ca);
}

/* ---- Failing allocations ---- */

struct inputs {
    reload_buf request, ca, crl;
};

static reload_err request_and_issue(const struct inputs *in, const reload_cert *ca,
                                    reload_cert **leaf)
{
    reload_request *request;
    reload_buf pem = {0};
    reload_err err = reload_request_parse(in->request.octets, in->request.len, &request, NULL);
    if (err == RELOAD_OK)
        err = reload_cert_issue(&leaf_spec, NULL, request, ca, ca_key, &pem, NULL);
    if (err == RELOAD_OK)
        err = reload_cert_parse(pem.octets, pem.len, leaf, NULL);
    reload_request_free(&request);
    reload_buf_free(&pem);
    return err;
}

static reload_err build_and_judge(const struct inputs *in, const reload_cert *ca,
                                  rl_objection *objection)
{
    reload_cert *leaf = NULL;
    rl_trust *trust = NULL;
    reload_err err = request_and_issue(in, ca, &leaf);
    if (err == RELOAD_OK && (trust = rl_trust_new()) == NULL)
        err = RELOAD_ERR_MEMORY;
    if (err == RELOAD_OK) {
        rl_trust_set_min_rsa_bits(trust, 1024);
        err = rl_trust_add_ca(trust, in->ca.octets, in->ca.len, NULL);
    }
    if (err == RELOAD_OK)
        err = rl_trust_add_crl(trust, in->crl.octets, in->crl.len, NULL);
    if (err == RELOAD_OK)
        err = rl_trust_seal(trust);
    if (err == RELOAD_OK)
        err = rl_trust_judge(trust, leaf, leaf_spec.not_after, NULL, NULL, objection);
    rl_trust_free(&trust);
    reload_cert_free(&leaf);
    return err;
}

/* Appends two CRLs, of which the second lists the leaf. */
static void write_crls(reload_buf *pem, const reload_cert *ca)
{
    const reload_revocation leaf = {test_serial, sizeof test_serial, leaf_spec.not_before, 0};
    reload_crl_spec spec = {
        .size = sizeof spec, .next_update = RELOAD_SECOND, .number = {{[19] = 1}}};
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, pem, NULL), RELOAD_OK);
    spec.entries = &leaf;
    spec.count = 1;
    assert_int_equal(reload_crl_issue(&spec, ca, ca_key, pem, NULL), RELOAD_OK);
}

/* ---- Memory ---- */

/* Each allocation fails in turn: the only error is RELOAD_ERR_MEMORY, and the revoked certificate
 * is never accepted. */
static void test_failing_allocations(void **state)
{
    (void)state;
    struct inputs in = {0};
    rl_objection objection = {.fault = RL_CERT_GOOD};
    reload_cert *ca = issue_cert(&ca_spec, ca_key, NULL, ca_key, &in.ca);
    assert_int_equal(reload_request_write(leaf_key, "CN=leaf", &in.request, NULL), RELOAD_OK);
    write_crls(&in.crl, ca);
    long n = 0;
    for (failed = true; failed; n++) {
        failed = false;
        countdown = n;
        reload_err err = build_and_judge(&in, ca, &objection);
        countdown = -1;
        assert_int_equal(err, failed ? RELOAD_ERR_MEMORY : RELOAD_OK);
    }
    assert_int_equal(objection.fault, RL_CERT_REVOKED);
    assert_true(n > 10);
    reload_cert_free(&ca);
    reload_buf_free(&in.request);
    reload_buf_free(&in.ca);
    reload_buf_free(&in.crl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_errors),    cmocka_unit_test(test_verify_errors),
        cmocka_unit_test(test_passphrase),      cmocka_unit_test(test_recover),
        cmocka_unit_test(test_request),         cmocka_unit_test(test_bad_request),
        cmocka_unit_test(test_issue_arguments), cmocka_unit_test(test_spec_size),
        cmocka_unit_test(test_dates),           cmocka_unit_test(test_validity),
        cmocka_unit_test(test_crl_signers),     cmocka_unit_test(test_objection_text),
        cmocka_unit_test(test_crl_arguments),   cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests_name("x509", tests, setup_keys, teardown_keys);
}
