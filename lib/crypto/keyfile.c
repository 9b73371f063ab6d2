/* SPDX-License-Identifier: BSD-2-Clause */
/* Private key files: PKCS#1, and PKCS#8 encrypted with PBES2 (RFC 8018). mbed TLS reads both and
 * writes the first only. */
#include "crypto/pk.h"

#include <string.h>

#include <mbedtls/asn1write.h>
#include <mbedtls/base64.h>
#include <mbedtls/des.h>
#include <mbedtls/oid.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/version.h>

enum { SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE };
/* A key of 8192 bits takes some 4700 octets. */
enum { MAX_DER = 8192, MAX_TEXT = 12288 };
/* DES-EDE3-CBC is the strongest cipher of PBES2 that mbed TLS 2.28 reads. */
enum { SALT = 16, BLOCK = 8, CIPHER_KEY = 24, ITERATIONS = 200000 };

/* Appends DER as PEM. mbedtls_pem_write_buffer does not wipe its own buffer in every version. */
static reload_err append_pem(const char *label, const unsigned char *der, size_t der_len,
                             reload_buf *pem)
{
    enum { LINE = 64 };
    unsigned char text[MAX_TEXT];
    size_t len = 0;
    bool good = mbedtls_base64_encode(text, sizeof text, &len, der, der_len) == 0;
    if (good) {
        reload_buf_append(pem, "-----BEGIN ", 11);
        reload_buf_append(pem, label, strlen(label));
        reload_buf_append(pem, "-----\n", 6);
    }
    for (size_t at = 0; good && at < len; at += LINE) {
        reload_buf_append(pem, text + at, len - at < LINE ? len - at : LINE);
        reload_buf_append(pem, "\n", 1);
    }
    if (good) {
        reload_buf_append(pem, "-----END ", 9);
        reload_buf_append(pem, label, strlen(label));
        reload_buf_append(pem, "-----\n", 6);
    }
    rl_wipe(text, sizeof text);
    return good ? pem->err : RELOAD_ERR_CRYPTO;
}

reload_err reload_key_write(const reload_key *key, reload_buf *pem)
{
    unsigned char der[MAX_DER];
    int n = rl_pk_write_private(rl_key_pk(key), der, sizeof der);
    reload_err err = n <= 0 ? rl_write_error(n, RELOAD_ERR_CRYPTO)
                            : append_pem("RSA PRIVATE KEY", der + sizeof der - n, (size_t)n, pem);
    rl_wipe(der, sizeof der);
    return err;
}

/* ---- Encryption ---- */

struct encryption {
    uint8_t salt[SALT];
    uint8_t iv[BLOCK];
    uint8_t key[CIPHER_KEY];
};

static int derive_key(const char *passphrase, struct encryption *e)
{
    const unsigned char *password = (const unsigned char *)passphrase;
#if MBEDTLS_VERSION_NUMBER >= 0x03030000
    return mbedtls_pkcs5_pbkdf2_hmac_ext(MBEDTLS_MD_SHA256, password, strlen(passphrase), e->salt,
                                         SALT, ITERATIONS, CIPHER_KEY, e->key);
#else
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    int failed = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1);
    if (failed == 0)
        failed = mbedtls_pkcs5_pbkdf2_hmac(&md, password, strlen(passphrase), e->salt, SALT,
                                           ITERATIONS, CIPHER_KEY, e->key);
    mbedtls_md_free(&md);
    return failed;
#endif
}

/* Encrypts whole blocks in place. */
static int encrypt(const struct encryption *e, unsigned char *octets, size_t len)
{
    mbedtls_des3_context des;
    uint8_t iv[BLOCK];
    memcpy(iv, e->iv, sizeof iv);
    mbedtls_des3_init(&des);
    int failed = mbedtls_des3_set3key_enc(&des, e->key);
    if (failed == 0)
        failed = mbedtls_des3_crypt_cbc(&des, MBEDTLS_DES_ENCRYPT, len, iv, octets, octets);
    mbedtls_des3_free(&des);
    return failed;
}

/* ---- DER, written from the end ---- */

/* Adds the result of one of mbed TLS's functions to a sum, which an error replaces. */
static int keyfile_add(int sum, int n)
{
    return sum < 0 ? sum : n < 0 ? n : sum + n;
}

/* Puts a tag and length before the last sum octets. */
static int wrap(unsigned char **at, unsigned char *start, int sum, unsigned char tag)
{
    if (sum >= 0)
        sum = keyfile_add(sum, mbedtls_asn1_write_len(at, start, (size_t)sum));
    return sum < 0 ? sum : keyfile_add(sum, mbedtls_asn1_write_tag(at, start, tag));
}

static int write_algorithm(unsigned char **at, unsigned char *start, int parameters,
                           const char *oid, size_t oid_len)
{
    return parameters < 0 ? parameters
                          : mbedtls_asn1_write_algorithm_identifier(at, start, oid, oid_len,
                                                                    (size_t)parameters);
}

/* PrivateKeyInfo (RFC 5208) at the end of der. */
static int write_private_key_info(const reload_key *key, unsigned char *der, size_t size,
                                  unsigned char **at)
{
    *at = der + size;
    int n = rl_pk_write_private(rl_key_pk(key), der, size);
    if (n < 0)
        return n;
    *at -= n;
    n = wrap(at, der, n, MBEDTLS_ASN1_OCTET_STRING);
    n = keyfile_add(n, write_algorithm(at, der, 0, MBEDTLS_OID_PKCS1_RSA,
                                       MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS1_RSA)));
    n = keyfile_add(n, mbedtls_asn1_write_int(at, der, 0)); /* version */
    return wrap(at, der, n, SEQUENCE);
}

/* PBKDF2-params with HMAC-SHA256 (RFC 8018 appendix A.2), as an AlgorithmIdentifier. */
static int write_derivation(const struct encryption *e, unsigned char **at, unsigned char *start)
{
    int n = write_algorithm(at, start, 0, MBEDTLS_OID_HMAC_SHA256,
                            MBEDTLS_OID_SIZE(MBEDTLS_OID_HMAC_SHA256));
    n = keyfile_add(n, mbedtls_asn1_write_int(at, start, ITERATIONS));
    n = keyfile_add(n, mbedtls_asn1_write_octet_string(at, start, e->salt, SALT));
    n = wrap(at, start, n, SEQUENCE);
    return write_algorithm(at, start, n, MBEDTLS_OID_PKCS5_PBKDF2,
                           MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS5_PBKDF2));
}

/* PBES2-params (RFC 8018 appendix A.4), as an AlgorithmIdentifier. */
static int write_scheme(const struct encryption *e, unsigned char **at, unsigned char *start)
{
    int cipher = mbedtls_asn1_write_octet_string(at, start, e->iv, BLOCK);
    cipher = write_algorithm(at, start, cipher, MBEDTLS_OID_DES_EDE3_CBC,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_DES_EDE3_CBC));
    int n = keyfile_add(cipher, write_derivation(e, at, start));
    n = wrap(at, start, n, SEQUENCE);
    return write_algorithm(at, start, n, MBEDTLS_OID_PKCS5_PBES2,
                           MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS5_PBES2));
}

/* Encrypts the info at the end of der and makes it an EncryptedPrivateKeyInfo there. */
static int write_encrypted(const struct encryption *e, const unsigned char *info, size_t len,
                           unsigned char *der, unsigned char **at)
{
    size_t padding = BLOCK - len % BLOCK;
    if (len > MAX_DER - padding)
        return MBEDTLS_ERR_ASN1_BUF_TOO_SMALL;
    unsigned char *end = der + MAX_DER, *begin = end - len - padding;
    memmove(begin, info, len);
    memset(begin + len, (int)padding, padding);
    int failed = encrypt(e, begin, len + padding);
    if (failed != 0)
        return failed;
    *at = begin;
    int n = wrap(at, der, (int)(len + padding), MBEDTLS_ASN1_OCTET_STRING);
    n = keyfile_add(n, write_scheme(e, at, der));
    return wrap(at, der, n, SEQUENCE);
}

reload_err reload_key_write_encrypted(reload_key *key, const char *passphrase, reload_buf *pem)
{
    unsigned char der[MAX_DER], *at = der;
    struct encryption e = {{0}, {0}, {0}};
    reload_err err = reload_rng_fill(rl_key_rng(key), e.salt, sizeof e.salt);
    if (err == RELOAD_OK)
        err = reload_rng_fill(rl_key_rng(key), e.iv, sizeof e.iv);
    if (err == RELOAD_OK) {
        int n = derive_key(passphrase, &e);
        if (n == 0)
            n = write_private_key_info(key, der, sizeof der, &at);
        if (n > 0)
            n = write_encrypted(&e, at, (size_t)n, der, &at);
        err = n <= 0 ? rl_write_error(n, RELOAD_ERR_CRYPTO)
                     : append_pem("ENCRYPTED PRIVATE KEY", at, (size_t)n, pem);
    }
    rl_wipe(der, sizeof der);
    rl_wipe(&e, sizeof e);
    return err;
}
