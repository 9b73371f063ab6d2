/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading one certificate (D18, step 1). */
#include "x509/cert.h"

#include "crypto/encoding.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/asn1.h>

enum { CONSTRUCTED_SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE };

/* Steps into an element. */
static bool enter(unsigned char **p, const unsigned char *end, int tag, size_t *len)
{
    return mbedtls_asn1_get_tag(p, end, len, tag) == 0;
}

/* Finds the SubjectPublicKeyInfo's value in a certificate by stepping over the fields before it
 * (RFC 5280 section 4.1). */
static bool find_key(unsigned char **p, const unsigned char *end)
{
    static const int tags[] = {
        MBEDTLS_ASN1_INTEGER, CONSTRUCTED_SEQUENCE, CONSTRUCTED_SEQUENCE, CONSTRUCTED_SEQUENCE,
        CONSTRUCTED_SEQUENCE}; /* serial number, signature, issuer, validity, subject */
    size_t len;
    if (!enter(p, end, CONSTRUCTED_SEQUENCE, &len) || !enter(p, end, CONSTRUCTED_SEQUENCE, &len))
        return false;
    if (enter(p, end, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0, &len))
        *p += len; /* version */
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (!enter(p, end, tags[i], &len))
            return false;
        *p += len;
    }
    return enter(p, end, CONSTRUCTED_SEQUENCE, &len);
}

/* Whether the key of a certificate that mbed TLS cannot read is one that D18's step 2 refuses: not
 * RSA, larger than 8192 bits, or with an exponent that D13 refuses. */
static bool key_is_refused(const uint8_t *der, size_t len)
{
    unsigned char *p = (unsigned char *)(uintptr_t)der; /* only read */
    const unsigned char *end = der + len;
    size_t n;
    if (!find_key(&p, end) || !enter(&p, end, CONSTRUCTED_SEQUENCE, &n))
        return false;
    unsigned char *algorithm_end = p + n;
    if (!enter(&p, algorithm_end, MBEDTLS_ASN1_OID, &n))
        return false;
    if (n != MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS1_RSA) || memcmp(p, MBEDTLS_OID_PKCS1_RSA, n) != 0)
        return true;
    p = algorithm_end;
    if (!enter(&p, end, MBEDTLS_ASN1_BIT_STRING, &n) || n == 0)
        return false;
    p++; /* the number of unused bits */
    if (!enter(&p, end, CONSTRUCTED_SEQUENCE, &n) || !enter(&p, end, MBEDTLS_ASN1_INTEGER, &n))
        return false;
    unsigned char *modulus_end = p + n;
    while (n > 0 && *p == 0) {
        p++;
        n--;
    }
    if (n > RL_MAX_RSA_BITS / 8)
        return true;
    p = modulus_end;
    return enter(&p, end, MBEDTLS_ASN1_INTEGER, &n) && rl_exponent_is_weak(p, n);
}

/* Why D18 objects to a certificate that mbed TLS cannot read. */
static rl_objection parse_objection(int failed, const uint8_t *der, size_t len)
{
    int high = -(int)((unsigned)-failed & ~0x7fu);
    bool algorithm = high == MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
    if ((algorithm || high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG ||
         high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE || high == MBEDTLS_ERR_PK_INVALID_PUBKEY) &&
        key_is_refused(der, len))
        return (rl_objection){RL_CERT_WEAK, "its key is not RSA, or has a size or exponent that is "
                                            "not accepted"};
    if (algorithm)
        return (rl_objection){RL_CERT_UNTRUSTED, "is signed with an unknown algorithm"};
    return (rl_objection){RL_CERT_BAD,
                          "not an X.509 certificate in DER, or has an unknown critical extension"};
}

static int compare_oids(const void *a, const void *b)
{
    const mbedtls_asn1_buf *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->len == 0 ? 0 : memcmp(x->p, y->p, x->len);
}

struct oids {
    mbedtls_asn1_buf *list;
    size_t count;
    size_t cap;
};

/* The OIDs of a certificate's extensions, known or unknown. RELOAD_ERR_MEMORY. */
static reload_err list_extensions(const mbedtls_x509_crt *crt, struct oids *oids)
{
    unsigned char *p = crt->v3_ext.p;
    size_t len;
    if (p == NULL)
        return RELOAD_OK;
    const unsigned char *end = p + crt->v3_ext.len;
    if (mbedtls_asn1_get_tag(&p, end, &len, CONSTRUCTED_SEQUENCE) != 0)
        return RELOAD_OK;
    while (p < end && mbedtls_asn1_get_tag(&p, end, &len, CONSTRUCTED_SEQUENCE) == 0) {
        unsigned char *next = p + len;
        void *list = oids->list;
        bool grown = rl_grow(&list, &oids->cap, oids->count, sizeof *oids->list);
        oids->list = list;
        if (!grown)
            return RELOAD_ERR_MEMORY;
        if (mbedtls_asn1_get_tag(&p, next, &len, MBEDTLS_ASN1_OID) != 0)
            break;
        oids->list[oids->count++] = (mbedtls_asn1_buf){MBEDTLS_ASN1_OID, len, p};
        p = next;
    }
    return RELOAD_OK;
}

/* RFC 5280 section 4.2. Sorted first, so that many extensions do not take quadratic time. */
static reload_err has_duplicate_extension(const mbedtls_x509_crt *crt, bool *duplicate)
{
    struct oids oids = {0};
    reload_err err = list_extensions(crt, &oids);
    *duplicate = false;
    if (err == RELOAD_OK && oids.count > 1)
        qsort(oids.list, oids.count, sizeof *oids.list, compare_oids);
    for (size_t i = 1; i < oids.count && err == RELOAD_OK && !*duplicate; i++)
        *duplicate = compare_oids(&oids.list[i - 1], &oids.list[i]) == 0;
    free(oids.list);
    return err;
}

/* Works out the words and names that the certificate holds. */
static reload_err learn(reload_cert *cert)
{
    size_t len = cert->crt.serial.len;
    cert->serial = calloc(2 * len + 1, 1);
    reload_err err = cert->serial == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK)
        err = rl_dn_text(&cert->crt.subject, &cert->subject);
    if (err == RELOAD_OK)
        err = rl_dn_text(&cert->crt.issuer, &cert->issuer);
    if (err != RELOAD_OK)
        return err;
    reload_hex_encode(cert->crt.serial.p, len, cert->serial);
    return rl_names_read(cert);
}

/* What D18's step 1 objects to in a certificate that mbed TLS has read. RELOAD_ERR_MEMORY. */
static reload_err check_form(const mbedtls_x509_crt *crt, size_t len, rl_objection *objection)
{
    bool duplicate = false;
    reload_err err = RELOAD_OK;
    if (crt->raw.len != len)
        *objection = (rl_objection){RL_CERT_BAD, "octets follow the certificate"};
    else if (crt->version != 3)
        *objection = (rl_objection){RL_CERT_BAD, "not an X.509 v3 certificate"};
    else if ((err = has_duplicate_extension(crt, &duplicate)) == RELOAD_OK && duplicate)
        *objection = (rl_objection){RL_CERT_BAD, "has a duplicate extension"};
    return err;
}

reload_err rl_cert_read(const uint8_t *der, size_t len, reload_cert **result,
                        rl_objection *objection)
{
    *result = NULL;
    *objection = (rl_objection){RL_CERT_GOOD, NULL};
    reload_cert *cert = calloc(1, sizeof *cert);
    if (cert == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_x509_crt_init(&cert->crt);
    int failed = mbedtls_x509_crt_parse_der(&cert->crt, der, len);
    reload_err err = rl_parse_error(failed);
    if (err == RELOAD_ERR_SYNTAX) {
        *objection = parse_objection(failed, der, len);
        err = RELOAD_OK;
    } else if (err == RELOAD_OK) {
        err = check_form(&cert->crt, len, objection);
    }
    if (err == RELOAD_OK && objection->fault == RL_CERT_GOOD)
        err = learn(cert);
    if (err != RELOAD_OK || objection->fault != RL_CERT_GOOD)
        reload_cert_free(&cert);
    *result = cert;
    return err;
}

uint8_t *rl_pem_or_der(const uint8_t *octets, size_t *len)
{
    uint8_t *text = malloc(*len + 1);
    if (text == NULL)
        return NULL;
    if (*len > 0)
        memcpy(text, octets, *len);
    text[*len] = '\0';
    if (rl_is_pem(octets, *len))
        (*len)++;
    return text;
}

reload_err rl_parsed(int failed, const char *what, reload_diag *diag)
{
    if (failed > 0)
        return rl_fail(diag, RELOAD_ERR_SYNTAX, "%d of the %ss cannot be read", failed, what);
    reload_err err = rl_parse_error(failed);
    if (err == RELOAD_ERR_SYNTAX || err == RELOAD_ERR_CRYPTO)
        return rl_fail(diag, err, "not a readable %s (mbed TLS: -0x%04x)", what, (unsigned)-failed);
    return err == RELOAD_OK ? err : rl_fail(diag, err, "%s", reload_strerror(err));
}

/* The certificate that mbed TLS has read. */
static reload_err take_first(const mbedtls_x509_crt *crt, reload_cert **cert, reload_diag *diag)
{
    rl_objection objection;
    reload_err err = rl_cert_read(crt->raw.p, crt->raw.len, cert, &objection);
    if (err != RELOAD_OK)
        return rl_fail(diag, err, "%s", reload_strerror(err));
    return objection.fault == RL_CERT_GOOD
               ? RELOAD_OK
               : rl_fail(diag, RELOAD_ERR_SYNTAX, "%s", objection.words);
}

reload_err reload_cert_parse(const uint8_t *octets, size_t len, reload_cert **cert,
                             reload_diag *diag)
{
    mbedtls_x509_crt crt;
    size_t given = len;
    uint8_t *text = rl_pem_or_der(octets, &len);
    *cert = NULL;
    if (text == NULL)
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    mbedtls_x509_crt_init(&crt);
    reload_err err = rl_parsed(mbedtls_x509_crt_parse(&crt, text, len), "certificate", diag);
    if (err == RELOAD_OK)
        err = rl_check_end(text, given, "certificate", diag);
    if (err == RELOAD_OK)
        err = take_first(&crt, cert, diag);
    mbedtls_x509_crt_free(&crt);
    free(text);
    return err;
}
