#include "crypto/crypto.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/hmac_drbg.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/version.h>

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

reload_err rl_sha1_pieces(const rl_pieces *pieces, uint8_t digest[RL_SHA1_SIZE])
{
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    bool failed = mbedtls_md_setup(&md, sha1(), 0) != 0 || mbedtls_md_starts(&md) != 0;
    for (size_t i = 0; i < pieces->count && !failed; i++)
        if (pieces->piece[i].len > 0)
            failed = mbedtls_md_update(&md, pieces->piece[i].octets, pieces->piece[i].len) != 0;
    failed = failed || mbedtls_md_finish(&md, digest) != 0;
    mbedtls_md_free(&md);
    return failed ? RELOAD_ERR_CRYPTO : RELOAD_OK;
}

static const mbedtls_md_info_t *md_of(rl_hash hash)
{
    static const mbedtls_md_type_t types[RL_HASHES] = {
        [RL_HASH_SHA1] = MBEDTLS_MD_SHA1,     [RL_HASH_MD5] = MBEDTLS_MD_MD5,       [RL_HASH_SHA224] = MBEDTLS_MD_SHA224,
        [RL_HASH_SHA256] = MBEDTLS_MD_SHA256, [RL_HASH_SHA384] = MBEDTLS_MD_SHA384, [RL_HASH_SHA512] = MBEDTLS_MD_SHA512,
    };
    return mbedtls_md_info_from_type(types[hash]);
}

static reload_err md_error(int failed)
{
    return failed == 0 ? RELOAD_OK : failed == MBEDTLS_ERR_MD_ALLOC_FAILED ? RELOAD_ERR_MEMORY : RELOAD_ERR_CRYPTO;
}

size_t rl_hash_size(rl_hash hash)
{
    return mbedtls_md_get_size(md_of(hash)); /* 0 for NULL */
}

reload_err rl_hash_of(rl_hash hash, const uint8_t *octets, size_t len, const uint8_t *more, size_t more_len, uint8_t *digest)
{
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    int failed = mbedtls_md_setup(&md, md_of(hash), 0);
    if (failed == 0)
        failed = mbedtls_md_starts(&md);
    if (failed == 0 && len > 0)
        failed = mbedtls_md_update(&md, octets, len);
    if (failed == 0 && more_len > 0)
        failed = mbedtls_md_update(&md, more, more_len);
    if (failed == 0)
        failed = mbedtls_md_finish(&md, digest);
    mbedtls_md_free(&md);
    return md_error(failed);
}

reload_err rl_hmac_of(rl_hash hash, const uint8_t *key, size_t key_len, const uint8_t *octets, size_t len, uint8_t *digest)
{
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    int failed = mbedtls_md_setup(&md, md_of(hash), 1);
    if (failed == 0)
        failed = mbedtls_md_hmac_starts(&md, key, key_len);
    if (failed == 0 && len > 0)
        failed = mbedtls_md_hmac_update(&md, octets, len);
    if (failed == 0)
        failed = mbedtls_md_hmac_finish(&md, digest);
    mbedtls_md_free(&md);
    return md_error(failed);
}

struct rl_hmac {
    mbedtls_md_context_t md; /* between two digests: started with the key */
    uint8_t *key;
    size_t len;
};

static reload_err hmac_new(mbedtls_md_type_t hash, const uint8_t *key, size_t len, rl_hmac **hmac)
{
    *hmac = calloc(1, sizeof **hmac);
    if (*hmac == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_md_init(&(*hmac)->md);
    (*hmac)->key = malloc(len > 0 ? len : 1);
    if ((*hmac)->key == NULL) {
        rl_hmac_free(hmac);
        return RELOAD_ERR_MEMORY;
    }
    memcpy((*hmac)->key, key, len);
    (*hmac)->len = len;
    int failed = mbedtls_md_setup(&(*hmac)->md, mbedtls_md_info_from_type(hash), 1);
    if (failed == 0)
        failed = mbedtls_md_hmac_starts(&(*hmac)->md, key, len);
    if (failed != 0)
        rl_hmac_free(hmac);
    return md_error(failed);
}

const uint8_t *rl_hmac_key(const rl_hmac *hmac, size_t *len)
{
    *len = hmac->len;
    return hmac->key;
}

reload_err rl_hmac_new(const uint8_t *key, size_t len, rl_hmac **hmac)
{
    return hmac_new(MBEDTLS_MD_SHA1, key, len, hmac);
}

reload_err rl_hmac_new_sha256(const uint8_t *key, size_t len, rl_hmac **hmac)
{
    return hmac_new(MBEDTLS_MD_SHA256, key, len, hmac);
}

void rl_hmac_free(rl_hmac **hmac)
{
    if (hmac == NULL || *hmac == NULL)
        return;
    mbedtls_md_free(&(*hmac)->md); /* wipes what it frees */
    if ((*hmac)->key != NULL)
        rl_wipe((*hmac)->key, (*hmac)->len);
    free((*hmac)->key);
    free(*hmac);
    *hmac = NULL;
}

reload_err rl_hmac_digest(rl_hmac *hmac, const rl_pieces *pieces, uint8_t *digest)
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
        failed = mbedtls_ctr_drbg_seed(&(*rng)->drbg, mbedtls_entropy_func, &(*rng)->entropy, NULL, 0);
    } else {
        failed = mbedtls_hmac_drbg_seed_buf(&(*rng)->seeded_drbg, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), seed, len);
        mbedtls_hmac_drbg_set_reseed_interval(&(*rng)->seeded_drbg, INT32_MAX); /* there is nothing to reseed from */
    }
    if (failed != 0)
        reload_rng_free(rng);
    return failed == 0 ? RELOAD_OK : RELOAD_ERR_CRYPTO;
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

/* ---- RSA private keys ---- */

struct reload_key {
    mbedtls_pk_context pk;
    reload_rng *rng; /* for blinding */
};

static reload_err key_new(reload_key **key)
{
    *key = calloc(1, sizeof **key);
    if (*key == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_pk_init(&(*key)->pk);
    reload_err err = reload_rng_new(NULL, 0, &(*key)->rng);
    if (err != RELOAD_OK)
        reload_key_free(key);
    return err;
}

void reload_key_free(reload_key **key)
{
    if (key == NULL || *key == NULL)
        return;
    mbedtls_pk_free(&(*key)->pk); /* wipes what it frees */
    reload_rng_free(&(*key)->rng);
    free(*key);
    *key = NULL;
}

/* mbedtls_pk_get_bitlen rounds the modulus of an RSA key up to octets: one of 2047 bits would pass for 2048. */
size_t rl_pk_bits(const void *pk)
{
    const mbedtls_pk_context *context = pk;
    uint8_t modulus[RL_MAX_RSA_BITS / 8];
    size_t bits = mbedtls_pk_get_bitlen(context), len = bits / 8;
    if (mbedtls_pk_get_type(context) != MBEDTLS_PK_RSA || len == 0 || len > sizeof modulus ||
        mbedtls_rsa_export_raw(mbedtls_pk_rsa(*context), modulus, len, NULL, 0, NULL, 0, NULL, 0, NULL, 0) != 0)
        return bits;
    for (unsigned mask = 0x80; mask > 0 && (modulus[0] & mask) == 0; mask >>= 1)
        bits--;
    return bits;
}

static int parse_key(reload_key *key, const uint8_t *octets, size_t len, const char *passphrase)
{
    const unsigned char *password = (const unsigned char *)passphrase;
    size_t password_len = passphrase == NULL ? 0 : strlen(passphrase);
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_parse_key(&key->pk, octets, len, password, password_len, rl_rng_callback, key->rng);
#else
    return mbedtls_pk_parse_key(&key->pk, octets, len, password, password_len);
#endif
}

reload_err reload_key_parse(const uint8_t *octets, size_t len, const char *passphrase, reload_key **key, reload_diag *diag)
{
    /* mbed TLS takes PEM with its terminating NUL */
    reload_buf text = {0};
    reload_buf_append(&text, octets, len);
    reload_buf_append(&text, "", 1);
    *key = NULL;
    reload_err err = text.err == RELOAD_OK ? key_new(key) : text.err;
    if (err != RELOAD_OK) {
        reload_buf_free(&text);
        return rl_fail(diag, err, "%s", reload_strerror(err));
    }
    bool pem = len > 0 && memmem(octets, len, "-----BEGIN", 10) != NULL;
    /* of the passphrases that are not the key's, one in some hundreds leaves padding that is right, and then no key */
    bool doubtful = pem && passphrase != NULL && memmem(octets, len, "ENCRYPTED", 9) != NULL;
    int failed = parse_key(*key, text.octets, pem ? len + 1 : len, passphrase);
    reload_buf_free(&text);
    if (failed == MBEDTLS_ERR_PK_PASSWORD_REQUIRED || failed == MBEDTLS_ERR_PK_PASSWORD_MISMATCH)
        err = rl_fail(diag, RELOAD_ERR_REFUSED, failed == MBEDTLS_ERR_PK_PASSWORD_REQUIRED ? "the key wants a passphrase"
                                                                                           : "not the key's passphrase");
    else if (failed != 0)
        err = rl_fail(diag, RELOAD_ERR_SYNTAX,
                      "%sno private key that can be read here (mbed TLS: -0x%04x); openssl rsa -aes256 -traditional "
                      "-in KEY -out NEW converts one",
                      doubtful ? "not the key's passphrase, or " : "", (unsigned)-failed);
    else if (mbedtls_pk_get_type(&(*key)->pk) != MBEDTLS_PK_RSA)
        err = rl_fail(diag, RELOAD_ERR_VALUE, "not an RSA key");
    else if (rl_pk_bits(&(*key)->pk) < RL_MIN_RSA_BITS || rl_pk_bits(&(*key)->pk) > RL_MAX_RSA_BITS)
        err = rl_fail(diag, RELOAD_ERR_VALUE, "an RSA key of %zu bits; 1024 to 8192 can be used", rl_pk_bits(&(*key)->pk));
    if (err != RELOAD_OK)
        reload_key_free(key);
    return err;
}

reload_err reload_key_generate(reload_rng *rng, unsigned bits, reload_key **key)
{
    reload_err err = key_new(key);
    if (err != RELOAD_OK)
        return err;
    int failed = mbedtls_pk_setup(&(*key)->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
    if (failed == 0)
        failed = mbedtls_rsa_gen_key(mbedtls_pk_rsa((*key)->pk), rl_rng_callback, rng, bits, 65537);
    if (failed != 0)
        reload_key_free(key);
    return failed == 0 ? RELOAD_OK : RELOAD_ERR_CRYPTO;
}

size_t rl_key_size(const reload_key *key)
{
    return mbedtls_pk_get_len(&key->pk);
}

/* Signs a digest of size octets, made with that hash. */
static reload_err sign_digest(reload_key *key, mbedtls_md_type_t hash, const uint8_t *digest, size_t size, uint8_t *signature)
{
    size_t len = 0;
#if MBEDTLS_VERSION_MAJOR >= 3
    int failed = mbedtls_pk_sign(&key->pk, hash, digest, size, signature, rl_key_size(key), &len, rl_rng_callback, key->rng);
#else
    int failed = mbedtls_pk_sign(&key->pk, hash, digest, size, signature, &len, rl_rng_callback, key->rng);
#endif
    return failed == 0 && len == rl_key_size(key) ? RELOAD_OK : RELOAD_ERR_CRYPTO;
}

reload_err rl_key_sign(reload_key *key, const rl_pieces *pieces, uint8_t *signature)
{
    uint8_t digest[RL_SHA1_SIZE];
    reload_err err = rl_sha1_pieces(pieces, digest);
    return err != RELOAD_OK ? err : sign_digest(key, MBEDTLS_MD_SHA1, digest, sizeof digest, signature);
}

reload_err rl_key_sign_sha256(reload_key *key, const uint8_t *octets, size_t len, uint8_t *signature)
{
    uint8_t digest[RL_SHA256_SIZE];
    if (mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), octets, len, digest) != 0)
        return RELOAD_ERR_CRYPTO;
    return sign_digest(key, MBEDTLS_MD_SHA256, digest, sizeof digest, signature);
}

reload_err reload_key_write(reload_key *key, reload_buf *pem)
{
    /* not by mbedtls_pk_write_key_pem, whose own buffer is not wiped in every version */
    static const char head[] = "-----BEGIN RSA PRIVATE KEY-----\n", foot[] = "-----END RSA PRIVATE KEY-----\n";
    enum { LINE = 64 };
    unsigned char der[8192], text[12288]; /* 8192 bits take some 4700 octets */
    size_t len = 0;
    int n = mbedtls_pk_write_key_der(&key->pk, der, sizeof der); /* at the end of der */
    bool good = n > 0 && mbedtls_base64_encode(text, sizeof text, &len, der + sizeof der - (n > 0 ? n : 0), n > 0 ? (size_t)n : 0) == 0;
    if (good)
        reload_buf_append(pem, head, sizeof head - 1);
    for (size_t at = 0; good && at < len; at += LINE) {
        reload_buf_append(pem, text + at, len - at < LINE ? len - at : LINE);
        reload_buf_append(pem, "\n", 1);
    }
    if (good)
        reload_buf_append(pem, foot, sizeof foot - 1);
    rl_wipe(der, sizeof der);
    rl_wipe(text, sizeof text);
    return good ? pem->err : RELOAD_ERR_CRYPTO;
}

void *rl_key_pk(reload_key *key)
{
    return &key->pk;
}

reload_rng *rl_key_rng(reload_key *key)
{
    return key->rng;
}
