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

/* cRLNumber, id-ce 20, and reasonCode, id-ce 21 (RFC 5280 sections 5.2.3 and 5.3.1) */
#define RL_CRL_NUMBER_OID MBEDTLS_OID_ID_CE "\x14"
#define RL_CRL_REASON_OID MBEDTLS_OID_ID_CE "\x15"

/* Each returns the number of octets written. */

/* Takes the result of one of mbed TLS's functions. */
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
/* A subject that reload_subject_check accepts. */
size_t rl_asn1_subject(rl_asn1 *w, const char *subject);
/* A key's SubjectPublicKeyInfo. */
size_t rl_asn1_public_key(rl_asn1 *w, const mbedtls_pk_context *pk);
/* The octets of a key identifier: the SHA-1 of the public key (RFC 5280 section 4.2.1.2). */
size_t rl_asn1_key_id(rl_asn1 *w, const mbedtls_pk_context *pk);
/* An extension; its value is the last len octets. */
size_t rl_asn1_extension(rl_asn1 *w, size_t len, const char *oid, size_t oid_len, bool critical);
/* The extension AuthorityKeyIdentifier: the issuer's SubjectKeyIdentifier, or that of its key if it
 * has none. issuer: NULL if only the key is known. */
size_t rl_asn1_authority(rl_asn1 *w, const reload_cert *issuer, const mbedtls_pk_context *pk);

/* Appends DER as PEM with a label. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_append_pem(const char *label, reload_span der, reload_buf *out);

/* Writes the octets to be signed, a SEQUENCE. */
typedef void rl_asn1_writer(rl_asn1 *w, const void *context);
/* Appends PEM with a label: a SEQUENCE of the output of write (at most size octets), the algorithm,
 * and the signature by a key. RELOAD_ERR_VALUE: a date; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_append_signed(const char *label, rl_asn1_writer *write, const void *context,
                            size_t size, reload_key *key, reload_buf *out);

#endif
