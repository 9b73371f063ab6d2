/* SPDX-License-Identifier: BSD-2-Clause */
/* Issuing certificates (RFC 5280 section 4, S§7, D19). */
#include "x509/asn1write.h"
#include "x509/request.h"
#include "crypto/rng.h"

#include <stdio.h>
#include <stdlib.h>

#include <mbedtls/version.h>

enum { URI = 6, RFC822_NAME = 1 }; /* tags of a GeneralName */

static size_t write_peer(rl_asn1 *w, const reload_cert_name *name)
{
    char text[512], digits[2 * RELOAD_ID_SIZE];
    reload_hex_encode(name->id, sizeof name->id, digits);
    int n =
        snprintf(text, sizeof text, "reload://%.*s@%s/", (int)sizeof digits, digits, name->text);
    if (n < 0 || (size_t)n >= sizeof text) {
        w->failed = MBEDTLS_ERR_ASN1_BUF_TOO_SMALL;
        return 0;
    }
    return rl_asn1_wrap(w, rl_asn1_octets(w, text, (size_t)n), MBEDTLS_ASN1_CONTEXT_SPECIFIC | URI);
}

/* A user is written as an rfc822Name and as a SIP URI. */
static size_t write_user(rl_asn1 *w, const char *address)
{
    size_t len = strlen(address), uri = rl_asn1_octets(w, address, len);
    if (len >= 512) {
        w->failed = MBEDTLS_ERR_ASN1_BUF_TOO_SMALL;
        return 0;
    }
    uri += rl_asn1_octets(w, "sip:", 4);
    uri = rl_asn1_wrap(w, uri, MBEDTLS_ASN1_CONTEXT_SPECIFIC | URI);
    return uri + rl_asn1_wrap(w, rl_asn1_octets(w, address, len),
                              MBEDTLS_ASN1_CONTEXT_SPECIFIC | RFC822_NAME);
}

/* GeneralNames (RFC 5280 section 4.2.1.6), from the last to the first. */
static int write_names(const reload_cert_spec *spec, unsigned char *buf, size_t size,
                       const unsigned char **start, size_t *len)
{
    rl_asn1 w = {.at = buf + size, .start = buf};
    size_t n = 0;
    for (size_t i = spec->count; i-- > 0;)
        n += spec->names[i].peer ? write_peer(&w, &spec->names[i])
                                 : write_user(&w, spec->names[i].text);
    *len = rl_asn1_wrap(&w, n, RL_SEQUENCE);
    *start = w.at;
    return w.failed;
}

static int set_names(mbedtls_x509write_cert *crt, const reload_cert_spec *spec)
{
    size_t size = 64, len;
    const unsigned char *names;
    for (size_t i = 0; i < spec->count; i++)
        size += 2 * strlen(spec->names[i].text) + 128;
    unsigned char *buf = malloc(size);
    if (buf == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    int failed = write_names(spec, buf, size, &names, &len);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_extension(crt, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                                     MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME),
                                                     0, names, len);
    free(buf);
    return failed;
}

static int set_serial(mbedtls_x509write_cert *crt, const reload_cert_spec *spec)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    uint8_t serial[20];
    if (spec->serial_len > sizeof serial)
        return MBEDTLS_ERR_X509_BAD_INPUT_DATA;
    memcpy(serial, spec->serial, spec->serial_len); /* the argument is not const */
    return mbedtls_x509write_crt_set_serial_raw(crt, serial, spec->serial_len);
#else
    mbedtls_mpi serial;
    mbedtls_mpi_init(&serial);
    int failed = mbedtls_mpi_read_binary(&serial, spec->serial, spec->serial_len);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_serial(crt, &serial);
    mbedtls_mpi_free(&serial);
    return failed;
#endif
}

/* S§7 and RFC 5280 section 4.2: what the certificate may do, and what it names. */
static int set_extensions(mbedtls_x509write_cert *crt, const reload_cert_spec *spec)
{
    unsigned usage = spec->ca ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN
                              : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    int failed = mbedtls_x509write_crt_set_basic_constraints(crt, spec->ca, spec->ca ? 0 : -1);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_key_usage(crt, usage);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_subject_key_identifier(crt);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_authority_key_identifier(crt);
    return failed == 0 && spec->count > 0 ? set_names(crt, spec) : failed;
}

/* All of the spec but its dates. */
static int set_content(mbedtls_x509write_cert *crt, const reload_cert_spec *spec,
                       const char *issuer_name)
{
    int failed = mbedtls_x509write_crt_set_subject_name(crt, spec->subject);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_issuer_name(crt, issuer_name);
    if (failed == 0)
        failed = set_serial(crt, spec);
    return failed == 0 ? set_extensions(crt, spec) : failed;
}

/* The issuer's name in the form that mbed TLS reads. */
static bool write_issuer_name(const reload_cert *issuer, char *text, size_t size)
{
    int n = mbedtls_x509_dn_gets(text, size, &issuer->crt.subject);
    return n > 0 && (size_t)n < size;
}

static reload_err fill_certificate(mbedtls_x509write_cert *crt, const reload_cert_spec *spec,
                                   const reload_cert *issuer, reload_diag *diag)
{
    char from[RL_DATE_SIZE], to[RL_DATE_SIZE], name[1024];
    if (!rl_date_write(spec->not_before, from) || !rl_date_write(spec->not_after, to))
        return rl_fail(diag, RELOAD_ERR_VALUE, "date out of range (1970 to 9999)");
    if (issuer != NULL && !write_issuer_name(issuer, name, sizeof name))
        return rl_fail(diag, RELOAD_ERR_VALUE, "the issuer's name is too long");
    int failed = mbedtls_x509write_crt_set_validity(crt, from, to);
    if (failed == 0)
        failed = set_content(crt, spec, issuer == NULL ? spec->subject : name);
    return failed == 0 ? RELOAD_OK
                       : rl_fail(diag, rl_write_error(failed, RELOAD_ERR_VALUE),
                                 "a name or the serial number cannot be written (mbed TLS: "
                                 "-0x%04x)",
                                 (unsigned)-failed);
}

static int write_crt(void *context, unsigned char *text, size_t size, reload_key *key)
{
    return mbedtls_x509write_crt_pem(context, text, size, rl_rng_callback, rl_key_rng(key));
}

reload_err reload_cert_issue(const reload_cert_spec *spec, reload_key *subject,
                             const reload_request *request, const reload_cert *issuer,
                             reload_key *issuer_key, reload_buf *out, reload_diag *diag)
{
    mbedtls_x509write_cert crt;
    if (spec->size < sizeof *spec || (subject == NULL) == (request == NULL))
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "%s", reload_strerror(RELOAD_ERR_ARGUMENT));
    mbedtls_pk_context *pk =
        subject != NULL ? rl_key_pk(subject)
                        : (mbedtls_pk_context *)(uintptr_t)&request->csr.pk; /* only read */
    mbedtls_x509write_crt_init(&crt);
    mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&crt, pk);
    mbedtls_x509write_crt_set_issuer_key(&crt, rl_key_pk(issuer_key));
    reload_err err = fill_certificate(&crt, spec, issuer, diag);
    if (err == RELOAD_OK)
        err = rl_append_pem(write_crt, &crt, issuer_key, 65536, out, diag);
    mbedtls_x509write_crt_free(&crt);
    return err;
}
