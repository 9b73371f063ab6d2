/* SPDX-License-Identifier: BSD-2-Clause */
/* RSA private keys: reading, making, signing (D13). */
#include "crypto/encoding.h"
#include "crypto/pk.h"
#include "crypto/rng.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/rsa.h>
#include <mbedtls/version.h>

struct reload_key {
    mbedtls_pk_context pk;
    reload_rng *rng; /* for blinding */
    bool spoiled;    /* an operation failed and may have left wrong numbers for blinding */
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

static int parse_once(reload_key *key, const uint8_t *octets, size_t len, const char *passphrase)
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

/* mbed TLS reports numbers that are not a key, and an allocation that fails while it checks them,
 * by one code. The second attempt tells them apart: if memory is still short, it fails earlier. */
static int parse_key(reload_key *key, const uint8_t *octets, size_t len, const char *passphrase)
{
    int failed = parse_once(key, octets, len, passphrase);
    if (failed != MBEDTLS_ERR_PK_KEY_INVALID_FORMAT)
        return failed;
    mbedtls_pk_free(&key->pk);
    mbedtls_pk_init(&key->pk);
    return parse_once(key, octets, len, passphrase);
}

/* doubtful: a wrong passphrase may be the cause. */
static reload_err parse_failed(int failed, bool doubtful, reload_diag *diag)
{
    if (failed == MBEDTLS_ERR_PK_PASSWORD_REQUIRED)
        return rl_fail(diag, RELOAD_ERR_PASSPHRASE, "the key is encrypted: passphrase required");
    if (failed == MBEDTLS_ERR_PK_PASSWORD_MISMATCH)
        return rl_fail(diag, RELOAD_ERR_PASSPHRASE, "wrong passphrase");
    reload_err err = rl_parse_error(failed);
    if (err == RELOAD_ERR_MEMORY)
        return rl_fail_plain(diag, err);
    return rl_fail(diag, err,
                   "%snot a readable private key (mbed TLS: -0x%04x); to convert one: openssl rsa "
                   "-aes256 -traditional -in KEY -out NEW",
                   doubtful ? "wrong passphrase, or " : "", (unsigned)-failed);
}

/* D13. */
static reload_err check_usable(const mbedtls_pk_context *pk, reload_diag *diag)
{
    if (mbedtls_pk_get_type(pk) != MBEDTLS_PK_RSA)
        return rl_fail(diag, RELOAD_ERR_VALUE, "not an RSA key");
    unsigned bits = rl_pk_bits(pk);
    if (bits < RL_MIN_RSA_BITS || bits > RL_MAX_RSA_BITS)
        return rl_fail(diag, RELOAD_ERR_VALUE, "RSA key has %u bits, expected %d to %d", bits,
                       RL_MIN_RSA_BITS, RL_MAX_RSA_BITS);
    return RELOAD_OK;
}

reload_err reload_key_parse(const uint8_t *octets, size_t len, const char *passphrase,
                            reload_key **key, reload_diag *diag)
{
    /* mbed TLS reads PEM with its terminating NUL */
    reload_buf text = {0};
    reload_buf_append(&text, octets, len);
    reload_buf_append(&text, "", 1);
    *key = NULL;
    reload_err err = text.err == RELOAD_OK ? key_new(key) : text.err;
    if (err != RELOAD_OK) {
        reload_buf_free(&text);
        return rl_fail_plain(diag, err);
    }
    bool pem = rl_is_pem(octets, len);
    /* about one wrong passphrase in 256 leaves correct padding, but no key */
    bool doubtful = pem && passphrase != NULL && memmem(octets, len, "ENCRYPTED", 9) != NULL;
    int failed = parse_key(*key, text.octets, pem ? len + 1 : len, passphrase);
    reload_buf_free(&text);
    /* octets after DER are ignored by mbed TLS 2.28, and are an error of 3.6 */
    err = rl_check_encoding(octets, len, "private key", diag);
    if (err == RELOAD_OK && !pem)
        err = rl_check_end(octets, len, "key", diag);
    if (err == RELOAD_OK)
        err = failed != 0 ? parse_failed(failed, doubtful, diag) : check_usable(&(*key)->pk, diag);
    if (err == RELOAD_OK &&
        pem) /* an object that is not such a key is reported before trailing octets */
        err = rl_check_end(octets, len, "key", diag);
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
    return failed == 0 ? RELOAD_OK : rl_write_error(failed, RELOAD_ERR_CRYPTO);
}

reload_err rl_key_copy(const reload_key *key, reload_key **copy)
{
    reload_err err = key_new(copy);
    if (err != RELOAD_OK)
        return err;
    int failed = mbedtls_pk_setup(&(*copy)->pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
    if (failed == 0)
        failed = mbedtls_rsa_copy(mbedtls_pk_rsa((*copy)->pk), mbedtls_pk_rsa(key->pk));
    if (failed != 0)
        reload_key_free(copy);
    return failed == 0 ? RELOAD_OK : rl_write_error(failed, RELOAD_ERR_CRYPTO);
}

size_t rl_key_size(const reload_key *key)
{
    return mbedtls_pk_get_len(&key->pk);
}

/* ---- Signing ---- */

/* Copies the numbers of an RSA key, but not those for blinding. */
static int copy_rsa(const mbedtls_rsa_context *from, mbedtls_rsa_context *to)
{
    mbedtls_mpi n, p, q, d, e, *const all[] = {&n, &p, &q, &d, &e};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        mbedtls_mpi_init(all[i]);
    int failed = mbedtls_rsa_export(from, &n, &p, &q, &d, &e);
    if (failed == 0)
        failed = mbedtls_rsa_import(to, &n, &p, &q, &d, &e);
    if (failed == 0)
        failed = mbedtls_rsa_complete(to);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        mbedtls_mpi_free(all[i]);
    return failed;
}

/* Replaces the context of a key that a failed operation has spoiled. */
static int renew_key(reload_key *key)
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    int failed = mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
    if (failed == 0)
        failed = copy_rsa(mbedtls_pk_rsa(key->pk), mbedtls_pk_rsa(pk));
    if (failed == 0) {
        mbedtls_pk_context old = key->pk;
        key->pk = pk;
        pk = old;
        key->spoiled = false;
    }
    mbedtls_pk_free(&pk);
    return failed;
}

static int sign_once(reload_key *key, reload_md md, const uint8_t *digest, uint8_t *signature,
                     size_t *len)
{
    mbedtls_md_type_t type = rl_md_type(md);
    size_t size = reload_md_size(md);
    int failed = key->spoiled ? renew_key(key) : 0;
    if (failed != 0)
        return failed;
#if MBEDTLS_VERSION_MAJOR >= 3
    failed = mbedtls_pk_sign(&key->pk, type, digest, size, signature, rl_key_size(key), len,
                             rl_rng_callback, key->rng);
#else
    failed =
        mbedtls_pk_sign(&key->pk, type, digest, size, signature, len, rl_rng_callback, key->rng);
#endif
    key->spoiled = failed != 0;
    return failed;
}

reload_err rl_key_sign(reload_key *key, reload_md md, const reload_span *spans, size_t count,
                       uint8_t *signature)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    size_t len = 0;
    reload_err err = reload_digest(md, spans, count, digest);
    if (err != RELOAD_OK)
        return err;
    int failed = sign_once(key, md, digest, signature, &len);
    if (failed == MBEDTLS_ERR_RSA_VERIFY_FAILED) /* perhaps an allocation that failed unnoticed */
        failed = sign_once(key, md, digest, signature, &len);
    if (failed != 0)
        return rl_write_error(failed, RELOAD_ERR_CRYPTO);
    return len == rl_key_size(key) ? RELOAD_OK : RELOAD_ERR_CRYPTO;
}

const mbedtls_pk_context *rl_key_pk(const reload_key *key)
{
    return &key->pk;
}

reload_rng *rl_key_rng(reload_key *key)
{
    return key->rng;
}
