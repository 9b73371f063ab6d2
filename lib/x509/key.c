/* SPDX-License-Identifier: BSD-2-Clause */
/* The public key in a certificate (D13). */
#include "x509/cert.h"

bool reload_cert_fits_key(const reload_cert *cert, const reload_key *key)
{
    return rl_pk_same(rl_key_pk(key), &cert->crt.pk);
}

bool reload_cert_same_key(const reload_cert *a, const reload_cert *b)
{
    return rl_pk_same(&a->crt.pk, &b->crt.pk);
}

static reload_err fingerprint_key(const mbedtls_pk_context *pk,
                                  uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    uint8_t der[RL_SPKI_SIZE];
    int n = rl_pk_write(pk, der);
    if (n < 0)
        return rl_write_error(n, RELOAD_ERR_CRYPTO);
    const reload_span span = {der + sizeof der - n, (size_t)n};
    return reload_digest(RELOAD_MD_SHA256, &span, 1, fingerprint);
}

reload_err rl_cert_fingerprint(const reload_cert *cert,
                               uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    return fingerprint_key(&cert->crt.pk, fingerprint);
}

reload_err reload_cert_check_key(const reload_cert *cert, const reload_key *key, reload_diag *diag)
{
    uint8_t own[RELOAD_FINGERPRINT_SIZE], other[RELOAD_FINGERPRINT_SIZE];
    char own_text[2 * sizeof own + 1] = "", other_text[2 * sizeof other + 1] = "";
    if (reload_cert_fits_key(cert, key))
        return RELOAD_OK;
    reload_err err = fingerprint_key(rl_key_pk(key), own);
    if (err == RELOAD_OK)
        err = rl_cert_fingerprint(cert, other);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    reload_hex_encode(own, sizeof own, own_text);
    reload_hex_encode(other, sizeof other, other_text);
    return rl_fail(diag, RELOAD_ERR_VALUE,
                   "private key and certificate do not match: SHA-256 of their public keys is %s "
                   "and %s",
                   own_text, other_text);
}

size_t reload_cert_signature_size(const reload_cert *cert)
{
    return mbedtls_pk_get_len(&cert->crt.pk);
}

reload_err rl_cert_verify(const reload_cert *cert, reload_md md, const reload_span *spans,
                          size_t count, reload_span signature, bool *match)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    *match = false;
    if (signature.len != reload_cert_signature_size(cert))
        return RELOAD_OK;
    reload_err err = reload_digest(md, spans, count, digest);
    return err == RELOAD_OK ? rl_cert_verify_digest(cert, md, digest, signature, match) : err;
}

reload_err rl_cert_verify_digest(const reload_cert *cert, reload_md md, const uint8_t *digest,
                                 reload_span signature, bool *match)
{
    return rl_pk_verify_digest(&cert->crt.pk, md, digest, signature, match);
}

reload_err reload_cert_recover(const reload_cert *cert, const uint8_t *signature, uint8_t *block,
                               bool *good)
{
    *good = false;
    return rl_pk_usable(&cert->crt.pk, RL_MIN_RSA_BITS)
               ? rl_pk_recover(&cert->crt.pk, signature, block, good)
               : RELOAD_OK;
}

reload_span reload_pkcs1_content(const uint8_t *block, size_t len)
{
    size_t at = 2;
    if (len < 11 || block[0] != 0 || block[1] != 1)
        return (reload_span){NULL, 0};
    while (at < len && block[at] == 0xff)
        at++;
    if (at < 10 || at == len || block[at] != 0)
        return (reload_span){NULL, 0};
    return (reload_span){block + at + 1, len - at - 1};
}

reload_err rl_crt_signed_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer, bool *good)
{
    const rl_signed s = {.md = crt->sig_md,
                         .algorithm = crt->sig_pk,
                         .options = crt->sig_opts,
                         .octets = {crt->tbs.p, crt->tbs.len},
                         .signature = {crt->sig.p, crt->sig.len}};
    return rl_pk_verify(&issuer->pk, &s, good);
}

reload_err reload_cert_issued_by(const reload_cert *cert, const reload_cert *issuer, bool *yes)
{
    *yes = false;
    return rl_same_dn(&cert->crt.issuer, &issuer->crt.subject)
               ? rl_crt_signed_by(&cert->crt, &issuer->crt, yes)
               : RELOAD_OK;
}
