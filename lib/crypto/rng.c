/* SPDX-License-Identifier: BSD-2-Clause */
/* Random octets: CTR_DRBG, or HMAC_DRBG with a seed for test vectors. */
#include "crypto/rng.h"

#include "crypto/pk.h"

#include <stdlib.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/hmac_drbg.h>
#include <mbedtls/md.h>

struct reload_rng {
    bool seeded;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context drbg;
    mbedtls_hmac_drbg_context seeded_drbg;
};

static reload_rng *random_new(bool seeded)
{
    reload_rng *rng = calloc(1, sizeof *rng);
    if (rng == NULL)
        return NULL;
    rng->seeded = seeded;
    mbedtls_entropy_init(&rng->entropy);
    mbedtls_ctr_drbg_init(&rng->drbg);
    mbedtls_hmac_drbg_init(&rng->seeded_drbg);
    return rng;
}

reload_err reload_rng_new(const uint8_t *seed, size_t len, reload_rng **rng)
{
    int failed;
    *rng = random_new(seed != NULL);
    if (*rng == NULL)
        return RELOAD_ERR_MEMORY;
    if (seed == NULL) {
        failed =
            mbedtls_ctr_drbg_seed(&(*rng)->drbg, mbedtls_entropy_func, &(*rng)->entropy, NULL, 0);
    } else {
        failed = mbedtls_hmac_drbg_seed_buf(
            &(*rng)->seeded_drbg, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), seed, len);
        mbedtls_hmac_drbg_set_reseed_interval(&(*rng)->seeded_drbg,
                                              INT32_MAX); /* a seed allows no reseeding */
    }
    if (failed != 0)
        reload_rng_free(rng);
    return failed == 0 ? RELOAD_OK : rl_write_error(failed, RELOAD_ERR_CRYPTO);
}

void reload_rng_free(reload_rng **rng)
{
    if (rng == NULL || *rng == NULL)
        return;
    mbedtls_hmac_drbg_free(&(*rng)->seeded_drbg);
    mbedtls_ctr_drbg_free(&(*rng)->drbg);
    mbedtls_entropy_free(&(*rng)->entropy);
    free(*rng);
    *rng = NULL;
}

int rl_rng_callback(void *arg, unsigned char *octets, size_t len)
{
    reload_rng *rng = arg;
    size_t most = rng->seeded ? MBEDTLS_HMAC_DRBG_MAX_REQUEST : MBEDTLS_CTR_DRBG_MAX_REQUEST;
    while (len > 0) {
        size_t n = len < most ? len : most;
        int failed = rng->seeded ? mbedtls_hmac_drbg_random(&rng->seeded_drbg, octets, n)
                                 : mbedtls_ctr_drbg_random(&rng->drbg, octets, n);
        if (failed != 0)
            return failed;
        octets += n;
        len -= n;
    }
    return 0;
}

reload_err reload_rng_fill(reload_rng *rng, uint8_t *octets, size_t len)
{
    return rl_rng_callback(rng, octets, len) == 0 ? RELOAD_OK : RELOAD_ERR_CRYPTO;
}
