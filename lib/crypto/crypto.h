/* Digests, random octets and private keys, by mbed TLS. crypto.c and cert.c alone include its headers, and know its versions
 * apart. */
#ifndef RL_CRYPTO_CRYPTO_H
#define RL_CRYPTO_CRYPTO_H

#include "wire/wire.h"

enum { RL_SHA1_SIZE = 20, RL_SHA256_SIZE = 32 };

/* SHA-1 of octets followed by more (which may be none). RELOAD_ERR_CRYPTO. */
reload_err rl_sha1(const uint8_t *octets, size_t len, const uint8_t *more, size_t more_len, uint8_t digest[RL_SHA1_SIZE]);

/* HMAC-SHA1 (RFC 2104) under a key that is prepared once. Not to be used by two threads at once. */
typedef struct rl_hmac rl_hmac;
/* RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO; *hmac is then NULL. */
reload_err rl_hmac_new(const uint8_t *key, size_t len, rl_hmac **hmac);
/* The same with SHA-256, which no verifier takes: its digests are RL_SHA256_SIZE octets long. */
reload_err rl_hmac_new_sha256(const uint8_t *key, size_t len, rl_hmac **hmac);
/* Wipes the key, frees and sets to NULL. */
void rl_hmac_free(rl_hmac **hmac);
/* The HMAC of the pieces one after the other: RELOAD_HMAC_SIZE octets. */
reload_err rl_hmac_digest(rl_hmac *hmac, const rl_pieces *pieces, uint8_t *digest);

/* The octets of its key. */
const uint8_t *rl_hmac_key(const rl_hmac *hmac, size_t *len);

/* The hashes that a signer may have taken for SHA-1. */
typedef enum rl_hash {
    RL_HASH_SHA1,
    RL_HASH_MD5,
    RL_HASH_SHA224,
    RL_HASH_SHA256,
    RL_HASH_SHA384,
    RL_HASH_SHA512,
    RL_HASHES /* how many there are */
} rl_hash;
enum { RL_MAX_HASH_SIZE = 64 };
/* Octets of a digest; 0 where mbed TLS was built without the hash. */
size_t rl_hash_size(rl_hash hash);
/* The digest of octets followed by more (which may be none), rl_hash_size octets. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_hash_of(rl_hash hash, const uint8_t *octets, size_t len, const uint8_t *more, size_t more_len, uint8_t *digest);
/* The HMAC of octets under a key. */
reload_err rl_hmac_of(rl_hash hash, const uint8_t *key, size_t key_len, const uint8_t *octets, size_t len, uint8_t *digest);

/* SHA-1 of the pieces one after the other. */
reload_err rl_sha1_pieces(const rl_pieces *pieces, uint8_t digest[RL_SHA1_SIZE]);

/* Compares in a time that does not depend on the octets. */
bool rl_equal(const uint8_t *a, const uint8_t *b, size_t len);

/* A reload_rng in the form that mbed TLS calls: 0, or an error of its own. */
int rl_rng_callback(void *rng, unsigned char *octets, size_t len);

/* ---- RSA private keys: what reload.h does not show ---- */

enum { RL_MIN_RSA_BITS = 1024, RL_MAX_RSA_BITS = 8192 }; /* D13 */

/* Octets of its modulus, and so of a signature. */
size_t rl_key_size(const reload_key *key);
/* RSASSA-PKCS1-v1_5 over SHA-1 of the pieces (D13), rl_key_size octets. */
reload_err rl_key_sign(reload_key *key, const rl_pieces *pieces, uint8_t *signature);
/* The same over SHA-256 of octets, which no verifier takes. */
reload_err rl_key_sign_sha256(reload_key *key, const uint8_t *octets, size_t len, uint8_t *signature);
/* How many bits the key of an mbedtls_pk_context has: for RSA those of its modulus, to the bit (D13). */
size_t rl_pk_bits(const void *pk);
/* Its mbedtls_pk_context and its source of random octets for blinding, for cert.c. */
void *rl_key_pk(reload_key *key);
reload_rng *rl_key_rng(reload_key *key);

#endif
