/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing DER and PEM. */
#include "x509/asn1write.h"

#include "crypto/digest.h"
#include "x509/der.h"

#include <stdio.h>
#include <stdlib.h>

#include <mbedtls/pem.h>

size_t rl_asn1_written(rl_asn1 *w, int n)
{
    if (n < 0 && w->failed == 0)
        w->failed = n;
    return n < 0 ? 0 : (size_t)n;
}

/* Records a failure outside mbed TLS's functions for writing. */
static void asn1_fail(rl_asn1 *w, int failed)
{
    (void)rl_asn1_written(w, failed);
}

size_t rl_asn1_octets(rl_asn1 *w, const void *octets, size_t len)
{
    return rl_asn1_written(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, octets, len));
}

size_t rl_asn1_wrap(rl_asn1 *w, size_t len, unsigned char tag)
{
    len += rl_asn1_written(w, mbedtls_asn1_write_len(&w->at, w->start, len));
    return len + rl_asn1_written(w, mbedtls_asn1_write_tag(&w->at, w->start, tag));
}

size_t rl_asn1_integer(rl_asn1 *w, const uint8_t *octets, size_t len)
{
    while (len > 1 && octets[0] == 0) {
        octets++;
        len--;
    }
    size_t n = rl_asn1_octets(w, octets, len);
    if (len > 0 && octets[0] >= 0x80)
        n += rl_asn1_octets(w, "", 1);
    return rl_asn1_wrap(w, n, MBEDTLS_ASN1_INTEGER);
}

size_t rl_asn1_time(rl_asn1 *w, reload_time time)
{
    char text[RL_DATE_SIZE];
    if (!rl_date_write(time, text)) {
        asn1_fail(w, MBEDTLS_ERR_X509_INVALID_DATE);
        return 0;
    }
    bool utc = memcmp(text, "2050", 4) < 0; /* UTCTime until 2049, then GeneralizedTime */
    size_t len = rl_asn1_octets(w, "Z", 1);
    len += utc ? rl_asn1_octets(w, text + 2, 12) : rl_asn1_octets(w, text, 14);
    return rl_asn1_wrap(w, len, utc ? MBEDTLS_ASN1_UTC_TIME : MBEDTLS_ASN1_GENERALIZED_TIME);
}

size_t rl_asn1_algorithm(rl_asn1 *w)
{
    return rl_asn1_written(
        w, mbedtls_asn1_write_algorithm_identifier(&w->at, w->start, MBEDTLS_OID_PKCS1_SHA256,
                                                   MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS1_SHA256), 0));
}

size_t rl_asn1_public_key(rl_asn1 *w, const mbedtls_pk_context *pk)
{
    uint8_t der[RL_SPKI_SIZE];
    size_t len = rl_asn1_written(w, rl_pk_write(pk, der));
    return rl_asn1_octets(w, der + sizeof der - len, len);
}

size_t rl_asn1_key_id(rl_asn1 *w, const mbedtls_pk_context *pk)
{
    unsigned char public[RL_SPKI_SIZE], *at = public + sizeof public;
    uint8_t digest[RL_SHA1_SIZE] = {0};
    size_t len = rl_asn1_written(w, mbedtls_pk_write_pubkey(&at, public, pk));
    reload_err err = reload_digest(RELOAD_MD_SHA1, &(reload_span){at, len}, 1, digest);
    if (err != RELOAD_OK)
        asn1_fail(w, err == RELOAD_ERR_MEMORY ? MBEDTLS_ERR_X509_ALLOC_FAILED
                                              : MBEDTLS_ERR_X509_FATAL_ERROR);
    return rl_asn1_octets(w, digest, sizeof digest);
}

size_t rl_asn1_extension(rl_asn1 *w, size_t len, const char *oid, size_t oid_len, bool critical)
{
    size_t n = rl_asn1_wrap(w, len, MBEDTLS_ASN1_OCTET_STRING);
    if (critical)
        n += rl_asn1_written(w, mbedtls_asn1_write_bool(&w->at, w->start, 1));
    n += rl_asn1_written(w, mbedtls_asn1_write_oid(&w->at, w->start, oid, oid_len));
    return rl_asn1_wrap(w, n, RL_SEQUENCE);
}

/* The octets of a certificate's SubjectKeyIdentifier. */
static bool find_key_id(const reload_cert *cert, rl_der *id)
{
    const rl_der extensions = rl_der_of((reload_span){cert->crt.v3_ext.p, cert->crt.v3_ext.len});
    rl_der value;
    return rl_extension_find(extensions, MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER), &value) &&
           rl_der_take(&value, MBEDTLS_ASN1_OCTET_STRING, id, NULL);
}

size_t rl_asn1_authority(rl_asn1 *w, const reload_cert *issuer, const mbedtls_pk_context *pk)
{
    rl_der id;
    size_t n = issuer != NULL && find_key_id(issuer, &id)
                   ? rl_asn1_octets(w, id.p, (size_t)(id.end - id.p))
                   : rl_asn1_key_id(w, pk);
    n = rl_asn1_wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | 0);
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_extension(w, n, MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER), false);
}

/* ---- Signing ---- */

/* The error of a writer as a reload_err. */
static reload_err writing_error(const rl_asn1 *w)
{
    if (w->failed == 0)
        return RELOAD_OK;
    return rl_write_error(w->failed, w->failed == MBEDTLS_ERR_X509_INVALID_DATE
                                         ? RELOAD_ERR_VALUE
                                         : RELOAD_ERR_CRYPTO);
}

/* Signs the body. The signed object is written at the end of der, which has size octets. */
static reload_err sign_body(reload_span body, reload_key *key, unsigned char *der, size_t size,
                            reload_span *whole)
{
    uint8_t signature[RL_MAX_RSA_BITS / 8];
    rl_asn1 w = {.at = der + size, .start = der};
    reload_err err = rl_key_sign(key, RELOAD_MD_SHA256, &body, 1, signature);
    if (err != RELOAD_OK)
        return err;
    size_t len = rl_asn1_written(
        &w, mbedtls_asn1_write_bitstring(&w.at, w.start, signature, rl_key_size(key) * 8));
    len += rl_asn1_algorithm(&w);
    len += rl_asn1_octets(&w, body.octets, body.len);
    len = rl_asn1_wrap(&w, len, RL_SEQUENCE);
    *whole = (reload_span){w.at, len};
    return writing_error(&w);
}

reload_err rl_append_pem(const char *label, reload_span der, reload_buf *out)
{
    char head[64], foot[64];
    size_t size = der.len / 48 * 65 + 256, len = 0; /* 64 characters and LF for 48 octets */
    unsigned char *pem = malloc(size);
    if (pem == NULL)
        return RELOAD_ERR_MEMORY;
    (void)snprintf(head, sizeof head, "-----BEGIN %s-----\n", label);
    (void)snprintf(foot, sizeof foot, "-----END %s-----\n", label);
    int failed = mbedtls_pem_write_buffer(head, foot, der.octets, der.len, pem, size, &len);
    if (failed == 0)
        reload_buf_append(out, pem, strlen((const char *)pem));
    free(pem);
    return failed == 0 ? out->err : rl_write_error(failed, RELOAD_ERR_CRYPTO);
}

reload_err rl_append_signed(const char *label, rl_asn1_writer *write, const void *context,
                            size_t size, reload_key *key, reload_buf *out)
{
    enum { SIGNATURE_SIZE = RL_MAX_RSA_BITS / 8 + 64 }; /* with its algorithm */
    unsigned char *body = malloc(size), *der = malloc(size + SIGNATURE_SIZE);
    reload_err err = body == NULL || der == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK) {
        rl_asn1 w = {.at = body + size, .start = body};
        reload_span whole;
        write(&w, context);
        err = writing_error(&w);
        if (err == RELOAD_OK)
            err = sign_body((reload_span){w.at, (size_t)(body + size - w.at)}, key, der,
                            size + SIGNATURE_SIZE, &whole);
        if (err == RELOAD_OK)
            err = rl_append_pem(label, whole, out);
    }
    free(body);
    free(der);
    return err;
}
