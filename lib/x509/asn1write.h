/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing DER (X.690), from the end of a buffer towards its beginning as mbed TLS does. */
#ifndef RL_X509_ASN1WRITE_H
#define RL_X509_ASN1WRITE_H

#include "x509/cert.h"

#include <mbedtls/asn1write.h>

/* The error is sticky: later writes have no effect. */
typedef struct rl_asn1 {
    unsigned char *at; /* the last octet written */
    unsigned char *start;
    int failed; /* an error of mbed TLS */
} rl_asn1;

/* cRLNumber, id-ce 20 (RFC 5280 section 5.2.3) */
static const char rl_crl_number_oid[] = MBEDTLS_OID_ID_CE "\x14";

enum { RL_SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE };

/* Each returns how many octets it has written. */

/* The result of one of mbed TLS's own functions. */
size_t rl_asn1_written(rl_asn1 *w, int n);
size_t rl_asn1_octets(rl_asn1 *w, const void *octets, size_t len);
/* Puts a tag and length before the last len octets; returns their sum. */
size_t rl_asn1_wrap(rl_asn1 *w, size_t len, unsigned char tag);
/* A positive INTEGER. */
size_t rl_asn1_integer(rl_asn1 *w, const uint8_t *octets, size_t len);
/* A time in the form that RFC 5280 section 5.1.2.4 requires. */
size_t rl_asn1_time(rl_asn1 *w, reload_time time);
/* sha256WithRSAEncryption */
size_t rl_asn1_algorithm(rl_asn1 *w);
/* An extension that is not critical; its value is the last len octets. */
size_t rl_asn1_extension(rl_asn1 *w, size_t len, const char *oid, size_t oid_len);

/* Appends what one of mbed TLS's functions writes as PEM, at most size octets. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err rl_append_pem(int (*write)(void *context, unsigned char *text, size_t size,
                                      reload_key *key),
                         void *context, reload_key *key, size_t size, reload_buf *out,
                         reload_diag *diag);

#endif
