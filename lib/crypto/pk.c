/* SPDX-License-Identifier: BSD-2-Clause */
/* Public keys: size, comparison, RSA and other signatures. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* 3.6 hides the numbers of an RSA key */
#include "crypto/pk.h"

#include "base/fault.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/rsa.h>

/* mbed TLS takes keys as not const even if it only reads them: 2.28 always does, and verifying with
 * an RSA key stores a number in it (rl_pk_prepare). */
static mbedtls_pk_context *unconst(const mbedtls_pk_context *pk)
{
    return (mbedtls_pk_context *)(uintptr_t)pk;
}

unsigned rl_pk_bits(const mbedtls_pk_context *pk)
{
    /* mbedtls_pk_get_bitlen rounds an RSA modulus up to whole octets: 2047 bits would count as 2048
     */
    return mbedtls_pk_get_type(pk) == MBEDTLS_PK_RSA
               ? (unsigned)mbedtls_mpi_bitlen(&mbedtls_pk_rsa(*pk)->N)
               : (unsigned)mbedtls_pk_get_bitlen(pk);
}

bool rl_exponent_is_weak(const uint8_t *exponent, size_t len)
{
    while (len > 0 && exponent[0] == 0) {
        exponent++;
        len--;
    }
    if (len == 0)
        return true;
    bool bad = exponent[len - 1] % 2 == 0 || (len == 1 && exponent[0] == 1);
    return (len > 8 && !RL_FAULT("D13: a long exponent is a weak key")) ||
           (bad && !RL_FAULT("D13: an exponent that is even or 1 is a weak key"));
}

static bool has_weak_exponent(const mbedtls_pk_context *rsa)
{
    uint8_t exponent[RL_MAX_RSA_BITS / 8];
    const mbedtls_mpi *e = &mbedtls_pk_rsa(*rsa)->E;
    size_t len = mbedtls_mpi_size(e);
    return len > sizeof exponent || mbedtls_mpi_write_binary(e, exponent, len) != 0 ||
           rl_exponent_is_weak(exponent, len);
}

bool rl_pk_usable(const mbedtls_pk_context *pk, unsigned min_bits)
{
    if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_RSA)
        return false;
    unsigned bits = rl_pk_bits(pk);
    return bits >= min_bits && bits <= RL_MAX_RSA_BITS && !has_weak_exponent(pk);
}

void rl_pk_fault_text(const mbedtls_pk_context *pk, unsigned min_bits, char *text, size_t size)
{
    unsigned bits = rl_pk_bits(pk);
    if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_RSA)
        (void)snprintf(text, size, "has a key of type %s, expected RSA", mbedtls_pk_get_name(pk));
    else if (bits < min_bits || bits > RL_MAX_RSA_BITS)
        (void)snprintf(text, size, "has an RSA key of %u bits, expected %u to %d", bits, min_bits,
                       RL_MAX_RSA_BITS);
    else
        (void)snprintf(text, size,
                       "has an RSA key whose exponent is even, 1 or longer than 64 bits");
}

reload_err rl_pk_prepare(mbedtls_pk_context *pk)
{
    /* the first operation stores a number in the RSA key that depends on its modulus */
    uint8_t one[RL_MAX_RSA_BITS / 8] = {0}, result[RL_MAX_RSA_BITS / 8];
    size_t len = mbedtls_pk_get_len(pk);
    if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_RSA || len == 0 || len > sizeof one)
        return RELOAD_OK;
    one[len - 1] = 1;
    int failed = mbedtls_rsa_public(mbedtls_pk_rsa(*pk), one, result);
    return failed == 0 ? RELOAD_OK : rl_write_error(failed, RELOAD_OK);
}

int rl_pk_write(const mbedtls_pk_context *pk, uint8_t der[RL_SPKI_SIZE])
{
    return mbedtls_pk_write_pubkey_der(unconst(pk), der, RL_SPKI_SIZE);
}

int rl_pk_write_private(const mbedtls_pk_context *pk, unsigned char *der, size_t size)
{
    return mbedtls_pk_write_key_der(unconst(pk), der, size);
}

bool rl_pk_same(const mbedtls_pk_context *a, const mbedtls_pk_context *b)
{
    uint8_t ours[RL_SPKI_SIZE], theirs[RL_SPKI_SIZE];
    int n = rl_pk_write(a, ours), m = rl_pk_write(b, theirs);
    return n > 0 && n == m &&
           memcmp(ours + sizeof ours - n, theirs + sizeof theirs - m, (size_t)n) == 0;
}

reload_err rl_pk_recover(const mbedtls_pk_context *pk, const uint8_t *signature, uint8_t *block,
                         bool *good)
{
    return rl_verify_error(mbedtls_rsa_public(mbedtls_pk_rsa(*pk), signature, block), good);
}

reload_err rl_pk_verify(const mbedtls_pk_context *pk, const rl_signed *s, bool *match)
{
    uint8_t digest[MBEDTLS_MD_MAX_SIZE];
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(s->md);
    *match = false;
    if (md == NULL)
        return RELOAD_OK;
    int failed = mbedtls_md(md, s->octets.octets, s->octets.len, digest);
    if (failed != 0)
        return rl_write_error(failed, RELOAD_ERR_CRYPTO);
    failed = mbedtls_pk_verify_ext(s->algorithm, s->options, unconst(pk), s->md, digest,
                                   mbedtls_md_get_size(md), s->signature.octets, s->signature.len);
    return rl_verify_error(failed, match);
}

reload_err rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md, const uint8_t *digest,
                               reload_span signature, bool *match)
{
    int failed = mbedtls_pk_verify(unconst(pk), rl_md_type(md), digest, reload_md_size(md),
                                   signature.octets, signature.len);
    return rl_verify_error(failed, match);
}
