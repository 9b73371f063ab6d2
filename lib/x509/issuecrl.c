/* SPDX-License-Identifier: BSD-2-Clause */
/* Issuing CRLs (RFC 5280 section 5). mbed TLS only reads them. */
#include "x509/asn1write.h"
#include "crypto/digest.h"

#include <stdlib.h>

#include <mbedtls/pem.h>

/* AuthorityKeyIdentifier: the SHA-1 of the issuer's public key, as in its own certificate. */
static size_t write_authority(rl_asn1 *w, reload_key *issuer_key)
{
    unsigned char public[2048];
    uint8_t digest[RL_SHA1_SIZE];
    unsigned char *at = public + sizeof public;
    size_t len = rl_asn1_written(w, mbedtls_pk_write_pubkey(&at, public, rl_key_pk(issuer_key)));
    if (reload_digest(RELOAD_MD_SHA1, &(reload_span){at, len}, 1, digest) != RELOAD_OK)
        w->failed = MBEDTLS_ERR_X509_ALLOC_FAILED;
    size_t n = rl_asn1_octets(w, digest, sizeof digest);
    n = rl_asn1_wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | 0);
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_extension(w, n, MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER));
}

static size_t write_crl_extensions(rl_asn1 *w, const reload_crl_number *number,
                                   reload_key *issuer_key)
{
    size_t n = rl_asn1_integer(w, number->octets, sizeof number->octets);
    n = rl_asn1_extension(w, n, rl_crl_number_oid, sizeof rl_crl_number_oid - 1);
    n += write_authority(w, issuer_key);
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0);
}

/* The list is left out if it would be empty. */
static size_t write_entries(rl_asn1 *w, const reload_crl_spec *spec)
{
    size_t list = 0;
    for (size_t i = spec->count; i-- > 0;) {
        size_t entry = rl_asn1_time(w, spec->entries[i].time);
        entry += rl_asn1_integer(w, spec->entries[i].serial, spec->entries[i].serial_len);
        list += rl_asn1_wrap(w, entry, RL_SEQUENCE);
    }
    return spec->count == 0 ? 0 : rl_asn1_wrap(w, list, RL_SEQUENCE);
}

/* TBSCertList (RFC 5280 section 5.1), from its last field to its first. */
static size_t write_body(rl_asn1 *w, const reload_crl_spec *spec, const reload_cert *issuer,
                         reload_key *issuer_key)
{
    size_t len = write_crl_extensions(w, &spec->number, issuer_key);
    len += write_entries(w, spec);
    len += rl_asn1_time(w, spec->next_update);
    len += rl_asn1_time(w, spec->this_update);
    len += rl_asn1_octets(w, issuer->crt.subject_raw.p, issuer->crt.subject_raw.len);
    len += rl_asn1_algorithm(w);
    len += rl_asn1_written(w, mbedtls_asn1_write_int(&w->at, w->start, 1)); /* v2 */
    return rl_asn1_wrap(w, len, RL_SEQUENCE);
}

/* Signs the body and appends the whole as PEM. size: of each of the buffers der and pem. */
static reload_err append_crl(reload_span body, reload_key *issuer_key, unsigned char *der,
                             unsigned char *pem, size_t size, reload_buf *out)
{
    static const char head[] = "-----BEGIN X509 CRL-----\n", foot[] = "-----END X509 CRL-----\n";
    uint8_t signature[RL_MAX_RSA_BITS / 8];
    rl_asn1 w = {.at = der + size, .start = der};
    size_t pem_len = 0;
    reload_err err = rl_key_sign(issuer_key, RELOAD_MD_SHA256, &body, 1, signature);
    if (err != RELOAD_OK)
        return err;
    size_t len = rl_asn1_written(
        &w, mbedtls_asn1_write_bitstring(&w.at, w.start, signature, rl_key_size(issuer_key) * 8));
    len += rl_asn1_algorithm(&w);
    len += rl_asn1_octets(&w, body.octets, body.len);
    len = rl_asn1_wrap(&w, len, RL_SEQUENCE);
    int failed = w.failed;
    if (failed == 0)
        failed = mbedtls_pem_write_buffer(head, foot, w.at, len, pem, size, &pem_len);
    if (failed != 0)
        return rl_write_error(failed, RELOAD_ERR_CRYPTO);
    reload_buf_append(out, pem, strlen((const char *)pem));
    return out->err;
}

static reload_err make_crl(const reload_crl_spec *spec, const reload_cert *issuer,
                           reload_key *issuer_key, reload_buf *out)
{
    enum { ENTRY_SIZE = 64 }; /* a serial number of 20 octets and a date take 45 */
    size_t size = 4096 + issuer->crt.subject_raw.len;
    if (spec->count > (SIZE_MAX / 4 - size) / ENTRY_SIZE)
        return RELOAD_ERR_TOO_LONG;
    size += spec->count * ENTRY_SIZE;
    unsigned char *body = malloc(size), *der = malloc(4 * size), *pem = malloc(4 * size);
    reload_err err = body == NULL || der == NULL || pem == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK) {
        rl_asn1 w = {.at = body + size, .start = body};
        size_t len = write_body(&w, spec, issuer, issuer_key);
        if (w.failed == MBEDTLS_ERR_X509_INVALID_DATE)
            err = RELOAD_ERR_VALUE;
        else if (w.failed != 0)
            err = rl_write_error(w.failed, RELOAD_ERR_CRYPTO);
        else
            err = append_crl((reload_span){w.at, len}, issuer_key, der, pem, 4 * size, out);
    }
    free(body);
    free(der);
    free(pem);
    return err;
}

reload_err reload_crl_issue(const reload_crl_spec *spec, const reload_cert *issuer,
                            reload_key *issuer_key, reload_buf *out, reload_diag *diag)
{
    bool good = spec->size >= sizeof *spec && spec->number.octets[0] < 0x80; /* 20 octets in DER */
    reload_err err = good ? make_crl(spec, issuer, issuer_key, out) : RELOAD_ERR_ARGUMENT;
    return err == RELOAD_OK
               ? RELOAD_OK
               : rl_fail(diag, err, "the CRL cannot be written: %s", reload_strerror(err));
}
