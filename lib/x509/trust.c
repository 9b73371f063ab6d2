/* SPDX-License-Identifier: BSD-2-Clause */
/* The trust store: CA certificates, intermediates and CRLs (D18). */
#include "x509/bundle.h"
#include "x509/outer.h"
#include "x509/trust.h"

#include <stdlib.h>

#include <mbedtls/platform.h>

rl_trust *rl_trust_new(void)
{
    rl_trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL)
        return NULL;
    mbedtls_x509_crt_init(&trust->anchors);
    mbedtls_x509_crt_init(&trust->intermediates);
    trust->min_rsa_bits = 2048; /* D13 */
    return trust;
}

void rl_trust_free(rl_trust **trust)
{
    if (trust == NULL || *trust == NULL)
        return;
    mbedtls_x509_crt_free(&(*trust)->anchors);
    mbedtls_x509_crt_free(&(*trust)->intermediates);
    rl_crls_free(&(*trust)->crls);
    free((*trust)->anchor_files.at);
    free((*trust)->intermediate_files.at);
    free(*trust);
    *trust = NULL;
}

/* ---- Adding ---- */

/* The certificates of a file. mbed TLS searches for the end of the list from the certificate that
 * it is given. */
struct taken {
    mbedtls_x509_crt first; /* empty if there is none */
    mbedtls_x509_crt *last;
    size_t count;
};

static reload_err take_certificate(void *arg, const rl_bundled *object, reload_diag *diag)
{
    struct taken *taken = arg;
    rl_outer outer;
    rl_flaw flaw;
    reload_err err = rl_outer_read(object->der, &outer, &flaw);
    if (err == RELOAD_OK && flaw.words == NULL) {
        int failed = mbedtls_x509_crt_parse_der(taken->last, object->der.octets, object->der.len);
        err = rl_key_unread(failed) && rl_outer_key(&outer) == RL_KEY_GOOD ? RELOAD_ERR_MEMORY
                                                                           : rl_parse_error(failed);
        if (err == RELOAD_ERR_SYNTAX) {
            flaw.words = "has a key, an algorithm or a field that cannot be read";
            err = RELOAD_OK;
        }
    }
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    if (flaw.words != NULL)
        return rl_flaw_fail(object->which, &flaw, outer.subject, diag);
    taken->last = taken->last->next == NULL ? taken->last : taken->last->next;
    taken->count++;
    return RELOAD_OK;
}

/* Moves the certificates of one list to the end of another, whose first is empty if it has none. */
static reload_err append_crts(mbedtls_x509_crt *list, mbedtls_x509_crt *more, reload_diag *diag)
{
    if (list->raw.len > 0) {
        mbedtls_x509_crt *first = mbedtls_calloc(1, sizeof *first);
        if (first == NULL)
            return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
        while (list->next != NULL)
            list = list->next;
        list->next = first;
        list = first;
    }
    *list = *more;
    mbedtls_x509_crt_init(more);
    return RELOAD_OK;
}

/* A file that cannot be used is counted too, so that numbers match the caller's files. */
static reload_err begin_file(rl_ends *ends, reload_diag *diag)
{
    size_t *at = rl_grow(ends->at, &ends->cap, ends->count, sizeof *at);
    if (at == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    ends->at = at;
    ends->at[ends->count] = ends->count == 0 ? 0 : ends->at[ends->count - 1];
    ends->count++;
    return RELOAD_OK;
}

static reload_err add_certificates(mbedtls_x509_crt *list, rl_ends *ends, bool *has,
                                   const uint8_t *octets, size_t len, reload_diag *diag)
{
    struct taken more = {.last = &more.first};
    mbedtls_x509_crt_init(&more.first);
    reload_err err = begin_file(ends, diag);
    if (err == RELOAD_OK)
        err = rl_bundle_read((reload_span){octets, len}, "CERTIFICATE", "certificate",
                             take_certificate, &more, diag);
    if (err == RELOAD_OK)
        err = append_crts(list, &more.first, diag);
    if (err == RELOAD_OK)
        ends->at[ends->count - 1] += more.count;
    *has = *has || err == RELOAD_OK;
    mbedtls_x509_crt_free(&more.first);
    return err;
}

reload_err rl_trust_add_ca(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag)
{
    trust->sealed = false;
    return add_certificates(&trust->anchors, &trust->anchor_files, &trust->has_anchors, octets, len,
                            diag);
}

reload_err rl_trust_add_intermediates(rl_trust *trust, const uint8_t *octets, size_t len,
                                      reload_diag *diag)
{
    trust->sealed = false;
    return add_certificates(&trust->intermediates, &trust->intermediate_files,
                            &trust->has_intermediates, octets, len, diag);
}

void rl_trust_set_min_rsa_bits(rl_trust *trust, unsigned bits)
{
    trust->sealed = false; /* the paths of CRLs' signers depend on it */
    /* D13 */
    trust->min_rsa_bits = bits < RL_MIN_RSA_BITS   ? RL_MIN_RSA_BITS
                          : bits > RL_MAX_RSA_BITS ? RL_MAX_RSA_BITS
                                                   : bits;
}

void rl_trust_allow_sha1(rl_trust *trust, bool allowed)
{
    trust->sealed = false;
    trust->allow_sha1 = allowed;
}

void rl_trust_require_crl(rl_trust *trust, bool required)
{
    trust->require_crl = required;
}

/* ---- Sealing ---- */

/* A list's first certificate is empty before one has been added. */
static reload_err prepare_keys(mbedtls_x509_crt *list)
{
    reload_err err = RELOAD_OK;
    for (; list != NULL && err == RELOAD_OK; list = list->next)
        if (list->raw.len > 0)
            err = rl_pk_prepare(&list->pk);
    return err;
}

reload_err rl_trust_seal(rl_trust *trust)
{
    if (trust->sealed)
        return RELOAD_OK;
    reload_err err = prepare_keys(&trust->anchors);
    if (err == RELOAD_OK)
        err = prepare_keys(&trust->intermediates);
    for (rl_crl *crl = trust->crls; crl != NULL && err == RELOAD_OK; crl = crl->next)
        err = rl_crl_find_signers(crl, trust);
    trust->sealed = err == RELOAD_OK;
    return err;
}

bool rl_trust_has_ca(const rl_trust *trust)
{
    return trust->has_anchors;
}

const uint8_t *rl_trust_cert_at(const rl_trust *trust, size_t i, size_t *len)
{
    const mbedtls_x509_crt *lists[] = {trust->has_anchors ? &trust->anchors : NULL,
                                       trust->has_intermediates ? &trust->intermediates : NULL};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (const mbedtls_x509_crt *crt = lists[k]; crt != NULL; crt = crt->next)
            if (i-- == 0) {
                *len = crt->raw.len;
                return crt->raw.p;
            }
    return NULL;
}
