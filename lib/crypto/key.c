/* RSA private keys: reading, making, writing, signing (D13). */
#include "crypto/key.h"
#include "crypto/digest.h"
#include "crypto/rng.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/version.h>

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

/* mbedtls_pk_get_bitlen rounds the modulus of an RSA key up to octets: one of 2047 bits would pass
 * for 2048. */
size_t rl_pk_bits(const void *pk)
{
    const mbedtls_pk_context *context = pk;
    uint8_t modulus[RL_MAX_RSA_BITS / 8];
    size_t bits = mbedtls_pk_get_bitlen(context), len = bits / 8;
    if (mbedtls_pk_get_type(context) != MBEDTLS_PK_RSA || len == 0 || len > sizeof modulus ||
        mbedtls_rsa_export_raw(mbedtls_pk_rsa(*context), modulus, len, NULL, 0, NULL, 0, NULL, 0,
                               NULL, 0) != 0)
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
    return mbedtls_pk_parse_key(&key->pk, octets, len, password, password_len, rl_rng_callback,
                                key->rng);
#else
    return mbedtls_pk_parse_key(&key->pk, octets, len, password, password_len);
#endif
}

reload_err reload_key_parse(const uint8_t *octets, size_t len, const char *passphrase,
                            reload_key **key, reload_diag *diag)
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
    /* of the passphrases that are not the key's, one in some hundreds leaves padding that is right,
     * and then no key */
    bool doubtful = pem && passphrase != NULL && memmem(octets, len, "ENCRYPTED", 9) != NULL;
    int failed = parse_key(*key, text.octets, pem ? len + 1 : len, passphrase);
    reload_buf_free(&text);
    if (failed == MBEDTLS_ERR_PK_PASSWORD_REQUIRED || failed == MBEDTLS_ERR_PK_PASSWORD_MISMATCH)
        err = rl_fail(diag, RELOAD_ERR_REFUSED,
                      failed == MBEDTLS_ERR_PK_PASSWORD_REQUIRED ? "the key wants a passphrase"
                                                                 : "not the key's passphrase");
    else if (failed != 0)
        err = rl_fail(diag, RELOAD_ERR_SYNTAX,
                      "%sno private key that can be read here (mbed TLS: -0x%04x); openssl rsa "
                      "-aes256 -traditional "
                      "-in KEY -out NEW converts one",
                      doubtful ? "not the key's passphrase, or " : "", (unsigned)-failed);
    else if (mbedtls_pk_get_type(&(*key)->pk) != MBEDTLS_PK_RSA)
        err = rl_fail(diag, RELOAD_ERR_VALUE, "not an RSA key");
    else if (rl_pk_bits(&(*key)->pk) < RL_MIN_RSA_BITS || rl_pk_bits(&(*key)->pk) > RL_MAX_RSA_BITS)
        err = rl_fail(diag, RELOAD_ERR_VALUE, "an RSA key of %zu bits; 1024 to 8192 can be used",
                      rl_pk_bits(&(*key)->pk));
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

reload_err rl_key_sign(reload_key *key, reload_md md, const reload_span *spans, size_t count,
                       uint8_t *signature)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    mbedtls_md_type_t type = (mbedtls_md_type_t)rl_md_type(md);
    size_t size = reload_md_size(md), len = 0;
    reload_err err = reload_digest(md, spans, count, digest);
    if (err != RELOAD_OK)
        return err;
#if MBEDTLS_VERSION_MAJOR >= 3
    int failed = mbedtls_pk_sign(&key->pk, type, digest, size, signature, rl_key_size(key), &len,
                                 rl_rng_callback, key->rng);
#else
    int failed =
        mbedtls_pk_sign(&key->pk, type, digest, size, signature, &len, rl_rng_callback, key->rng);
#endif
    return failed == 0 && len == rl_key_size(key) ? RELOAD_OK : RELOAD_ERR_CRYPTO;
}

reload_err reload_key_write(reload_key *key, reload_buf *pem)
{
    /* not by mbedtls_pk_write_key_pem, whose own buffer is not wiped in every version */
    static const char head[] = "-----BEGIN RSA PRIVATE KEY-----\n",
                      foot[] = "-----END RSA PRIVATE KEY-----\n";
    enum { LINE = 64 };
    unsigned char der[8192], text[12288]; /* 8192 bits take some 4700 octets */
    size_t len = 0;
    int n = mbedtls_pk_write_key_der(&key->pk, der, sizeof der); /* at the end of der */
    bool good =
        n > 0 && mbedtls_base64_encode(text, sizeof text, &len, der + sizeof der - (n > 0 ? n : 0),
                                       n > 0 ? (size_t)n : 0) == 0;
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
