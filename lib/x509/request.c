/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate requests (RFC 2986): reading and making them. */
#include "x509/asn1write.h"
#include "x509/request.h"
#include "crypto/rng.h"

#include <stdlib.h>

static reload_err check_request(reload_request *request, reload_diag *diag)
{
    const mbedtls_x509_csr *csr = &request->csr;
    const rl_signed s = {.md = csr->sig_md,
                         .algorithm = csr->sig_pk,
                         .options = csr->sig_opts,
                         .octets = {csr->cri.p, csr->cri.len},
                         .signature = {csr->sig.p, csr->sig.len}};
    bool match;
    if (!rl_pk_usable(&csr->pk, RL_MIN_RSA_BITS))
        return rl_fail(diag, RELOAD_ERR_VALUE,
                       "its key is not an RSA key of %d to %d bits with an exponent of at most 64",
                       RL_MIN_RSA_BITS, RL_MAX_RSA_BITS);
    reload_err err = rl_pk_verify(&csr->pk, &s, &match);
    if (err == RELOAD_OK)
        err = rl_write_dn(&csr->subject, request->subject, sizeof request->subject);
    if (err != RELOAD_OK)
        return rl_fail(diag, err, "%s", reload_strerror(err));
    return match ? RELOAD_OK
                 : rl_fail(diag, RELOAD_ERR_SYNTAX, "its signature does not verify with its key");
}

reload_err reload_request_parse(const uint8_t *octets, size_t len, reload_request **result,
                                reload_diag *diag)
{
    uint8_t *text = rl_pem_or_der(octets, &len);
    reload_request *request = calloc(1, sizeof *request);
    *result = NULL;
    if (text == NULL || request == NULL) {
        free(text);
        free(request);
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    }
    mbedtls_x509_csr_init(&request->csr);
    reload_err err =
        rl_parsed(mbedtls_x509_csr_parse(&request->csr, text, len), "certificate request", diag);
    free(text);
    if (err == RELOAD_OK)
        err = check_request(request, diag);
    if (err != RELOAD_OK)
        reload_request_free(&request);
    *result = request;
    return err;
}

void reload_request_free(reload_request **request)
{
    if (request == NULL || *request == NULL)
        return;
    mbedtls_x509_csr_free(&(*request)->csr);
    free(*request);
    *request = NULL;
}

const char *reload_request_subject(const reload_request *request)
{
    return request->subject;
}

unsigned reload_request_key_bits(const reload_request *request)
{
    return rl_pk_bits(&request->csr.pk);
}

static int write_csr(void *context, unsigned char *text, size_t size, reload_key *key)
{
    return mbedtls_x509write_csr_pem(context, text, size, rl_rng_callback, rl_key_rng(key));
}

reload_err reload_request_write(reload_key *key, const char *subject, reload_buf *out,
                                reload_diag *diag)
{
    mbedtls_x509write_csr csr;
    mbedtls_x509write_csr_init(&csr);
    mbedtls_x509write_csr_set_md_alg(&csr, MBEDTLS_MD_SHA256);
    mbedtls_x509write_csr_set_key(&csr, rl_key_pk(key));
    int failed = mbedtls_x509write_csr_set_subject_name(&csr, subject);
    reload_err err = failed == 0 ? rl_append_pem(write_csr, &csr, key, 16384, out, diag)
                                 : rl_fail(diag, rl_write_error(failed, RELOAD_ERR_VALUE),
                                           "the subject cannot be written (mbed TLS: -0x%04x)",
                                           (unsigned)-failed);
    mbedtls_x509write_csr_free(&csr);
    return err;
}
