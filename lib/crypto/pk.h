/* SPDX-License-Identifier: BSD-2-Clause */
/* Public keys of mbed TLS, and its error codes. Only lib/crypto and lib/x509 include this. */
#ifndef RL_CRYPTO_PK_H
#define RL_CRYPTO_PK_H

#include "crypto/key.h"

#include <mbedtls/pk.h>

/* The name of a hash in mbed TLS. */
mbedtls_md_type_t rl_md_type(reload_md md);

/* ---- The result for an error of mbed TLS ---- */

/* 0: RELOAD_OK; the input cannot be read: RELOAD_ERR_SYNTAX; RELOAD_ERR_MEMORY; anything else is
 * RELOAD_ERR_CRYPTO, which is not a finding about the input. */
reload_err rl_parse_error(int failed);
/* 0: *match is true; the signature does not verify: *match is false; both are RELOAD_OK.
 * RELOAD_ERR_MEMORY; anything else is RELOAD_ERR_CRYPTO, which is not a finding about the
 * signature. */
reload_err rl_verify_error(int failed, bool *match);
/* The result for an error in making or writing an object: RELOAD_ERR_MEMORY, or the given code. */
reload_err rl_write_error(int failed, reload_err otherwise);

/* Size of the key in bits; of an RSA modulus exactly (D13). */
unsigned rl_pk_bits(const mbedtls_pk_context *pk);
/* D13: whether a public exponent is even, 1, or longer than 64 bits. An exponent as long as the
 * modulus makes verifying a thousand times as expensive, and anyone can send one. No real key has
 * one. */
bool rl_exponent_is_weak(const uint8_t *exponent, size_t len);
/* D13: whether it is an RSA key of min_bits to 8192 bits whose exponent is not weak. */
bool rl_pk_usable(const mbedtls_pk_context *pk, unsigned min_bits);
/* Describes why a key is not usable: "has an RSA key of …". */
void rl_pk_fault_text(const mbedtls_pk_context *pk, unsigned min_bits, char *text, size_t size);
/* Computes what mbed TLS would compute at the key's first use, so that several threads can then
 * verify with the key. RELOAD_ERR_MEMORY. */
reload_err rl_pk_prepare(mbedtls_pk_context *pk);
/* The SubjectPublicKeyInfo in DER at the end of der, which has RL_SPKI_SIZE octets. Returns its
 * length, or an error of mbed TLS. */
enum { RL_SPKI_SIZE = 2 * RL_MAX_RSA_BITS / 8 + 64 }; /* enough for an exponent of modulus size */
int rl_pk_write(const mbedtls_pk_context *pk, uint8_t der[RL_SPKI_SIZE]);
/* Whether two keys are the same public key. */
bool rl_pk_same(const mbedtls_pk_context *a, const mbedtls_pk_context *b);

/* RSAVP1 (RFC 8017 section 5.2.2): recovers the block from a signature as long as a usable key's
 * modulus. *good: the signature is a number below the modulus. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err rl_pk_recover(const mbedtls_pk_context *pk, const uint8_t *signature, uint8_t *block,
                         bool *good);

/* The signed octets and the signature of a certificate, request or CRL. */
typedef struct rl_signed {
    mbedtls_md_type_t md;
    mbedtls_pk_type_t algorithm;
    const void *options; /* of RSASSA-PSS */
    reload_span octets;  /* the signed octets */
    reload_span signature;
} rl_signed;
/* Whether the key made the signature. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_pk_verify(const mbedtls_pk_context *pk, const rl_signed *s, bool *match);
/* Like rl_pk_verify, for a digest and the key's own algorithm: RSASSA-PKCS1-v1_5 for RSA. */
reload_err rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md, const uint8_t *digest,
                               reload_span signature, bool *match);

/* The key pair of a private key; owned by the key. */
const mbedtls_pk_context *rl_key_pk(const reload_key *key);
/* A private key as PKCS#1 in DER at the end of der, which has size octets. Returns its length, or
 * an error of mbed TLS. */
int rl_pk_write_private(const mbedtls_pk_context *pk, unsigned char *der, size_t size);
/* The private key's random source, for blinding; owned by the key. */
reload_rng *rl_key_rng(reload_key *key);

#endif
