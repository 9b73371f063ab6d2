/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing DER and PEM. */
#include "x509/asn1write.h"

#include <stdlib.h>

size_t rl_asn1_written(rl_asn1 *w, int n)
{
    if (n < 0 && w->failed == 0)
        w->failed = n;
    return n < 0 ? 0 : (size_t)n;
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
        w->failed = MBEDTLS_ERR_X509_INVALID_DATE;
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

size_t rl_asn1_extension(rl_asn1 *w, size_t len, const char *oid, size_t oid_len)
{
    size_t n = rl_asn1_wrap(w, len, MBEDTLS_ASN1_OCTET_STRING);
    n += rl_asn1_written(w, mbedtls_asn1_write_oid(&w->at, w->start, oid, oid_len));
    return rl_asn1_wrap(w, n, RL_SEQUENCE);
}

reload_err rl_append_pem(int (*write)(void *context, unsigned char *text, size_t size,
                                      reload_key *key),
                         void *context, reload_key *key, size_t size, reload_buf *out,
                         reload_diag *diag)
{
    unsigned char *text = malloc(size);
    if (text == NULL)
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    int failed = write(context, text, size, key);
    if (failed == 0)
        reload_buf_append(out, text, strlen((const char *)text));
    free(text);
    if (failed != 0)
        return rl_fail(diag, rl_write_error(failed, RELOAD_ERR_CRYPTO),
                       "cannot be written (mbed TLS: -0x%04x)", (unsigned)-failed);
    return out->err == RELOAD_OK ? RELOAD_OK
                                 : rl_fail(diag, out->err, "%s", reload_strerror(out->err));
}
