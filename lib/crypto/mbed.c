/* SPDX-License-Identifier: BSD-2-Clause */
/* Error codes of mbed TLS. A code may be the sum of a high-level code (a multiple of 0x80) and a
 * low-level one (below 0x80). Only the codes listed here are faults of the input. Any other code is
 * a failure of the library, which must not be reported as a bad signature or certificate. */
#include "crypto/pk.h"

#include <mbedtls/aes.h>
#include <mbedtls/asn1.h>
#include <mbedtls/base64.h>
#include <mbedtls/bignum.h>
#include <mbedtls/cipher.h>
#include <mbedtls/des.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/pkcs12.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int high_of(int failed)
{
    return -(int)((unsigned)-failed & ~0x7fu);
}

static int low_of(int failed)
{
    return -(int)((unsigned)-failed & 0x7fu);
}

static bool listed(int code, const int *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] == code)
            return true;
    return false;
}

static bool is_memory(int failed)
{
    static const int high[] = {MBEDTLS_ERR_X509_ALLOC_FAILED, MBEDTLS_ERR_PK_ALLOC_FAILED,
                               MBEDTLS_ERR_MD_ALLOC_FAILED,   MBEDTLS_ERR_PEM_ALLOC_FAILED,
                               MBEDTLS_ERR_ECP_ALLOC_FAILED,  MBEDTLS_ERR_CIPHER_ALLOC_FAILED};
    static const int low[] = {MBEDTLS_ERR_MPI_ALLOC_FAILED, MBEDTLS_ERR_ASN1_ALLOC_FAILED};
    return listed(high_of(failed), high, COUNT(high)) || listed(low_of(failed), low, COUNT(low));
}

/* X.509, PKCS#1 and PKCS#8 structures, PEM, and the keys in them. */
static bool is_bad_input(int failed)
{
    static const int high[] = {
        MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE,
        MBEDTLS_ERR_X509_UNKNOWN_OID,
        MBEDTLS_ERR_X509_INVALID_FORMAT,
        MBEDTLS_ERR_X509_INVALID_VERSION,
        MBEDTLS_ERR_X509_INVALID_SERIAL,
        MBEDTLS_ERR_X509_INVALID_ALG,
        MBEDTLS_ERR_X509_INVALID_NAME,
        MBEDTLS_ERR_X509_INVALID_DATE,
        MBEDTLS_ERR_X509_INVALID_SIGNATURE,
        MBEDTLS_ERR_X509_INVALID_EXTENSIONS,
        MBEDTLS_ERR_X509_UNKNOWN_VERSION,
        MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG,
        MBEDTLS_ERR_X509_SIG_MISMATCH,
        MBEDTLS_ERR_X509_CERT_UNKNOWN_FORMAT,
        MBEDTLS_ERR_X509_BAD_INPUT_DATA, /* no octets at all */
        MBEDTLS_ERR_PK_KEY_INVALID_VERSION,
        MBEDTLS_ERR_PK_KEY_INVALID_FORMAT,
        MBEDTLS_ERR_PK_UNKNOWN_PK_ALG,
        MBEDTLS_ERR_PK_INVALID_PUBKEY,
        MBEDTLS_ERR_PK_INVALID_ALG,
        MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE,
        MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE,
        MBEDTLS_ERR_PK_TYPE_MISMATCH,
        MBEDTLS_ERR_ECP_BAD_INPUT_DATA,
        MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE,
        MBEDTLS_ERR_ECP_INVALID_KEY,
        MBEDTLS_ERR_RSA_BAD_INPUT_DATA,
        MBEDTLS_ERR_RSA_KEY_CHECK_FAILED,
        MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT,
        MBEDTLS_ERR_PEM_INVALID_DATA,
        MBEDTLS_ERR_PEM_INVALID_ENC_IV,
        MBEDTLS_ERR_PEM_UNKNOWN_ENC_ALG,
        MBEDTLS_ERR_PEM_FEATURE_UNAVAILABLE,
        MBEDTLS_ERR_PEM_BAD_INPUT_DATA,
        MBEDTLS_ERR_PKCS5_BAD_INPUT_DATA,
        MBEDTLS_ERR_PKCS5_INVALID_FORMAT,
        MBEDTLS_ERR_PKCS5_FEATURE_UNAVAILABLE,
        MBEDTLS_ERR_PKCS12_BAD_INPUT_DATA,
        MBEDTLS_ERR_PKCS12_FEATURE_UNAVAILABLE,
        MBEDTLS_ERR_PKCS12_PBE_INVALID_FORMAT,
    };
    static const int low[] = {
        MBEDTLS_ERR_ASN1_OUT_OF_DATA,         MBEDTLS_ERR_ASN1_UNEXPECTED_TAG,
        MBEDTLS_ERR_ASN1_INVALID_LENGTH,      MBEDTLS_ERR_ASN1_LENGTH_MISMATCH,
        MBEDTLS_ERR_ASN1_INVALID_DATA,        MBEDTLS_ERR_OID_NOT_FOUND,
        MBEDTLS_ERR_BASE64_INVALID_CHARACTER, MBEDTLS_ERR_AES_INVALID_INPUT_LENGTH,
        MBEDTLS_ERR_DES_INVALID_INPUT_LENGTH,
    };
    return high_of(failed) != 0 ? listed(high_of(failed), high, COUNT(high))
                                : listed(failed, low, COUNT(low));
}

reload_err rl_parse_error(int failed)
{
    if (failed == 0)
        return RELOAD_OK;
    if (is_memory(failed))
        return RELOAD_ERR_MEMORY;
    return is_bad_input(failed) ? RELOAD_ERR_SYNTAX : RELOAD_ERR_CRYPTO;
}

reload_err rl_verify_error(int failed, bool *match)
{
    static const int wrong[] = {
        MBEDTLS_ERR_RSA_VERIFY_FAILED,
        MBEDTLS_ERR_RSA_INVALID_PADDING,
        MBEDTLS_ERR_RSA_BAD_INPUT_DATA, /* a modulus too short for the hash */
        MBEDTLS_ERR_PK_SIG_LEN_MISMATCH,
        MBEDTLS_ERR_PK_TYPE_MISMATCH, /* signed by another kind of key */
        MBEDTLS_ERR_ECP_VERIFY_FAILED,
        MBEDTLS_ERR_ECP_BAD_INPUT_DATA, /* no two numbers, or numbers out of range */
        MBEDTLS_ERR_ECP_INVALID_KEY,
    };
    *match = failed == 0;
    if (failed == 0)
        return RELOAD_OK;
    if (is_memory(failed))
        return RELOAD_ERR_MEMORY;
    if (listed(high_of(failed), wrong, COUNT(wrong)))
        return RELOAD_OK;
    /* a number that is not below the modulus, or an even modulus */
    if (high_of(failed) == MBEDTLS_ERR_RSA_PUBLIC_FAILED &&
        low_of(failed) == MBEDTLS_ERR_MPI_BAD_INPUT_DATA)
        return RELOAD_OK;
    return RELOAD_ERR_CRYPTO;
}

reload_err rl_write_error(int failed, reload_err otherwise)
{
    return is_memory(failed) ? RELOAD_ERR_MEMORY : otherwise;
}
