#include "crypto.h"

#include <stdlib.h>

#include <mbedtls/constant_time.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>

static const mbedtls_md_info_t *sha1(void)
{
    return mbedtls_md_info_from_type(MBEDTLS_MD_SHA1);
}

reload_err rl_sha1(const uint8_t *octets, size_t len, const uint8_t *more, size_t more_len, uint8_t digest[RL_SHA1_SIZE])
{
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    int failed = mbedtls_md_setup(&md, sha1(), 0) != 0 || mbedtls_md_starts(&md) != 0 ||
                 (len > 0 && mbedtls_md_update(&md, octets, len) != 0) ||
                 (more_len > 0 && mbedtls_md_update(&md, more, more_len) != 0) || mbedtls_md_finish(&md, digest) != 0;
    mbedtls_md_free(&md);
    return failed ? RELOAD_ERR_CRYPTO : RELOAD_OK;
}

struct rl_hmac {
    mbedtls_md_context_t md; /* between two digests: started with the key */
};

rl_hmac *rl_hmac_new(const uint8_t *key, size_t len)
{
    rl_hmac *hmac = calloc(1, sizeof *hmac);
    if (hmac == NULL)
        return NULL;
    mbedtls_md_init(&hmac->md);
    if (mbedtls_md_setup(&hmac->md, sha1(), 1) != 0 || mbedtls_md_hmac_starts(&hmac->md, key, len) != 0)
        rl_hmac_free(&hmac);
    return hmac;
}

void rl_hmac_free(rl_hmac **hmac)
{
    if (hmac == NULL || *hmac == NULL)
        return;
    mbedtls_md_free(&(*hmac)->md); /* wipes what it frees */
    free(*hmac);
    *hmac = NULL;
}

reload_err rl_hmac_digest(rl_hmac *hmac, const rl_pieces *pieces, uint8_t digest[RELOAD_HMAC_SIZE])
{
    bool failed = false;
    for (size_t i = 0; i < pieces->count && !failed; i++)
        if (pieces->piece[i].len > 0)
            failed = mbedtls_md_hmac_update(&hmac->md, pieces->piece[i].octets, pieces->piece[i].len) != 0;
    failed = failed || mbedtls_md_hmac_finish(&hmac->md, digest) != 0;
    /* reset after a failure too: what went in must not leak into the next digest */
    failed = mbedtls_md_hmac_reset(&hmac->md) != 0 || failed;
    return failed ? RELOAD_ERR_CRYPTO : RELOAD_OK;
}

bool rl_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return mbedtls_ct_memcmp(a, b, len) == 0;
}

struct rl_random {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context drbg;
};

rl_random *rl_random_new(void)
{
    rl_random *random = calloc(1, sizeof *random);
    if (random == NULL)
        return NULL;
    mbedtls_entropy_init(&random->entropy);
    mbedtls_ctr_drbg_init(&random->drbg);
    if (mbedtls_ctr_drbg_seed(&random->drbg, mbedtls_entropy_func, &random->entropy, NULL, 0) != 0)
        rl_random_free(&random);
    return random;
}

void rl_random_free(rl_random **random)
{
    if (random == NULL || *random == NULL)
        return;
    mbedtls_ctr_drbg_free(&(*random)->drbg);
    mbedtls_entropy_free(&(*random)->entropy);
    free(*random);
    *random = NULL;
}

reload_err rl_random_fill(rl_random *random, uint8_t *octets, size_t len)
{
    while (len > 0) {
        size_t n = len < MBEDTLS_CTR_DRBG_MAX_REQUEST ? len : MBEDTLS_CTR_DRBG_MAX_REQUEST;
        if (mbedtls_ctr_drbg_random(&random->drbg, octets, n) != 0)
            return RELOAD_ERR_CRYPTO;
        octets += n;
        len -= n;
    }
    return RELOAD_OK;
}

reload_err reload_random(uint8_t *octets, size_t len)
{
    rl_random *random = rl_random_new();
    if (random == NULL)
        return RELOAD_ERR_CRYPTO;
    reload_err err = rl_random_fill(random, octets, len);
    rl_random_free(&random);
    return err;
}
