/* SPDX-License-Identifier: BSD-2-Clause */
/* The limits that the tools are measured against: mbed TLS alone, in one thread.
 *
 *   raw hmac COUNT SIZE         COUNT HMAC-SHA1 of SIZE octets
 *   raw verify|sign COUNT KEY   COUNT RSA operations with the key in a file, each on another digest
 *
 * Prints the CPU time in seconds. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/version.h>

enum { DIGEST = 20, SIGNATURE = 1024 };

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "raw: %s failed\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0, "clock_gettime");
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double time_hmac(unsigned long count, size_t size)
{
    static const uint8_t secret[] = "twenty octets of it";
    uint8_t digest[DIGEST];
    mbedtls_md_context_t md;
    uint8_t *octets = calloc(size, 1);
    mbedtls_md_init(&md);
    must(octets != NULL &&
             mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), 1) == 0 &&
             mbedtls_md_hmac_starts(&md, secret, sizeof secret) == 0,
         "mbedtls_md_setup");
    double begin = now();
    for (unsigned long i = 0; i < count; i++)
        must(mbedtls_md_hmac_reset(&md) == 0 && mbedtls_md_hmac_update(&md, octets, size) == 0 &&
                 mbedtls_md_hmac_finish(&md, digest) == 0,
             "mbedtls_md_hmac_update");
    double taken = now() - begin;
    mbedtls_md_free(&md);
    free(octets);
    return taken;
}

/* ---- RSA ---- */

static mbedtls_pk_context key;
static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context rng;

static void open_key(const char *path)
{
    mbedtls_pk_init(&key);
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&rng);
    must(mbedtls_ctr_drbg_seed(&rng, mbedtls_entropy_func, &entropy, NULL, 0) == 0,
         "mbedtls_ctr_drbg_seed");
#if MBEDTLS_VERSION_MAJOR < 3
    must(mbedtls_pk_parse_keyfile(&key, path, NULL) == 0, path);
#else
    must(mbedtls_pk_parse_keyfile(&key, path, NULL, mbedtls_ctr_drbg_random, &rng) == 0, path);
#endif
}

static void close_key(void)
{
    mbedtls_pk_free(&key);
    mbedtls_ctr_drbg_free(&rng);
    mbedtls_entropy_free(&entropy);
}

static void sign(const uint8_t digest[DIGEST], uint8_t signature[SIGNATURE], size_t *len)
{
#if MBEDTLS_VERSION_MAJOR < 3
    must(mbedtls_pk_sign(&key, MBEDTLS_MD_SHA1, digest, DIGEST, signature, len,
                         mbedtls_ctr_drbg_random, &rng) == 0,
         "mbedtls_pk_sign");
#else
    must(mbedtls_pk_sign(&key, MBEDTLS_MD_SHA1, digest, DIGEST, signature, SIGNATURE, len,
                         mbedtls_ctr_drbg_random, &rng) == 0,
         "mbedtls_pk_sign");
#endif
}

static double time_rsa(bool verify, unsigned long count, const char *path)
{
    uint8_t digest[DIGEST] = {0}, signature[SIGNATURE];
    size_t len = 0;
    open_key(path);
    sign(digest, signature, &len);
    double begin = now();
    for (unsigned long i = 0; i < count; i++) {
        if (verify) {
            must(mbedtls_pk_verify(&key, MBEDTLS_MD_SHA1, digest, DIGEST, signature, len) == 0,
                 "mbedtls_pk_verify");
        } else {
            memcpy(digest, &i, sizeof i);
            sign(digest, signature, &len);
        }
    }
    double taken = now() - begin;
    close_key();
    return taken;
}

int main(int argc, char **argv)
{
    must(argc == 4, "usage: raw hmac COUNT SIZE | raw verify|sign COUNT KEY;");
    unsigned long count = strtoul(argv[2], NULL, 10);
    double taken = strcmp(argv[1], "hmac") == 0
                       ? time_hmac(count, (size_t)strtoul(argv[3], NULL, 10))
                       : time_rsa(strcmp(argv[1], "verify") == 0, count, argv[3]);
    (void)printf("%.9f\n", taken);
    return 0;
}
