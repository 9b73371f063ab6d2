/* Cryptography, by mbed TLS. crypto.c is the one file that includes its headers and knows its versions apart. */
#ifndef RELOAD_CRYPTO_H
#define RELOAD_CRYPTO_H

#include "draft01/draft01.h"

enum { RL_SHA1_SIZE = 20 };

/* SHA-1 of octets followed by more (which may be none). RELOAD_ERR_CRYPTO. */
reload_err rl_sha1(const uint8_t *octets, size_t len, const uint8_t *more, size_t more_len, uint8_t digest[RL_SHA1_SIZE]);

/* HMAC-SHA1 (RFC 2104) under a key that is prepared once. Not to be used by two threads at once. */
typedef struct rl_hmac rl_hmac;
/* NULL without memory, or where mbed TLS has no SHA-1. */
rl_hmac *rl_hmac_new(const uint8_t *key, size_t len);
/* Wipes the key, frees and sets to NULL. */
void rl_hmac_free(rl_hmac **hmac);
/* The HMAC of the pieces one after the other. */
reload_err rl_hmac_digest(rl_hmac *hmac, const rl_pieces *pieces, uint8_t digest[RELOAD_HMAC_SIZE]);

/* Compares in a time that does not depend on the octets. */
bool rl_equal(const uint8_t *a, const uint8_t *b, size_t len);

/* A source of random octets: CTR_DRBG seeded by the operating system. */
typedef struct rl_random rl_random;
rl_random *rl_random_new(void);
void rl_random_free(rl_random **random);
reload_err rl_random_fill(rl_random *random, uint8_t *octets, size_t len);

#endif
