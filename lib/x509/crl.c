/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate revocation lists (RFC 5280 section 5, D18). */
#include "x509/trust.h"

#include "crypto/encoding.h"

#include <stdlib.h>

#include <mbedtls/platform.h>

void rl_crls_free(rl_crl **crls)
{
    for (rl_crl *crl = *crls, *next; crl != NULL; crl = next) {
        next = crl->next;
        mbedtls_x509_crl_free(&crl->crl);
        free(crl->signers);
        free(crl);
    }
    *crls = NULL;
}

/* Moves the CRLs of one file from mbed TLS's list, which begins in first, to entries of their own.
 * What could not be moved is freed with the entry that it hangs on. */
static reload_err split_list(rl_crl *first)
{
    for (rl_crl *at = first; at->crl.next != NULL; at = at->next) {
        rl_crl *more = calloc(1, sizeof *more);
        if (more == NULL)
            return RELOAD_ERR_MEMORY;
        mbedtls_x509_crl *moved = at->crl.next;
        more->crl = *moved;
        at->crl.next = NULL;
        mbedtls_free(moved);
        more->next = at->next;
        at->next = more;
    }
    return RELOAD_OK;
}

reload_err rl_trust_add_crl(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag)
{
    size_t given = len;
    uint8_t *text = rl_pem_or_der(octets, &len);
    rl_crl *first = calloc(1, sizeof *first);
    trust->sealed = false;
    if (text == NULL || first == NULL) {
        free(text);
        free(first);
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    }
    mbedtls_x509_crl_init(&first->crl);
    reload_err err = rl_check_der_end(text, given, "CRL", diag);
    if (err == RELOAD_OK)
        err = rl_parsed(mbedtls_x509_crl_parse(&first->crl, text, len), "CRL", diag);
    free(text);
    first->next = trust->crls;
    trust->crls = first;
    if (err == RELOAD_OK && (err = split_list(first)) != RELOAD_OK)
        (void)rl_fail(diag, err, "%s", reload_strerror(err));
    return err;
}

reload_err rl_crl_verify(const mbedtls_x509_crl *crl, const mbedtls_x509_crt *signer, bool *good)
{
    const rl_signed s = {.md = crl->sig_md,
                         .algorithm = crl->sig_pk,
                         .options = crl->sig_opts,
                         .octets = {crl->tbs.p, crl->tbs.len},
                         .signature = {crl->sig.p, crl->sig.len}};
    return rl_pk_verify(&signer->pk, &s, good);
}

/* Notes the signers among a list of certificates. D18 asks no keyUsage of them: to ignore a CRL
 * that its CA did sign would be to trust what is revoked. */
static reload_err find_signers(rl_crl *crl, const mbedtls_x509_crt *list)
{
    for (; list != NULL; list = list->next) {
        bool good;
        if (list->raw.len == 0 || !rl_same_dn(&crl->crl.issuer, &list->subject))
            continue;
        crl->named = true;
        reload_err err = rl_crl_verify(&crl->crl, list, &good);
        if (err != RELOAD_OK)
            return err;
        if (!good)
            continue;
        void *signers = crl->signers;
        bool grown = rl_grow(&signers, &crl->cap, crl->count, sizeof *crl->signers);
        crl->signers = signers;
        if (!grown)
            return RELOAD_ERR_MEMORY;
        crl->signers[crl->count++] = list;
    }
    return RELOAD_OK;
}

reload_err rl_crl_find_signers(rl_crl *crl, const rl_trust *trust)
{
    crl->count = 0;
    crl->named = false;
    reload_err err = find_signers(crl, &trust->anchors);
    return err == RELOAD_OK ? find_signers(crl, &trust->intermediates) : err;
}

static bool is_signed_by(const rl_crl *crl, const mbedtls_x509_crt *issuer)
{
    for (size_t i = 0; i < crl->count; i++)
        if (crl->signers[i] == issuer)
            return true;
    return false;
}

bool rl_is_revoked(const rl_trust *trust, const mbedtls_x509_crt *crt,
                   const mbedtls_x509_crt *issuer, reload_time time)
{
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next) {
        if (!is_signed_by(crl, issuer))
            continue;
        for (const mbedtls_x509_crl_entry *e = &crl->crl.entry; e != NULL && e->raw.len > 0;
             e = e->next)
            if (rl_same_octets(&e->serial, &crt->serial) &&
                rl_date_read(&e->revocation_date) <= time)
                return true;
    }
    return false;
}

/* NULL, or the fault of a CRL. */
static const char *crl_fault(const rl_crl *crl, reload_time time)
{
    if (crl->count == 0)
        return crl->named ? "a CRL with a bad signature is ignored"
                          : "a CRL is ignored, since its issuer is not one of the given "
                            "certificates";
    bool early = rl_date_read(&crl->crl.this_update) > time;
    bool late = crl->crl.next_update.year != 0 && rl_date_read(&crl->crl.next_update) < time;
    return early || late ? "a CRL is out of date at the time of checking; it is still applied"
                         : NULL;
}

void rl_trust_check_crls(const rl_trust *trust, reload_time time,
                         void (*warn)(void *arg, const char *words), void *arg)
{
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next) {
        const char *fault = crl_fault(crl, rl_whole_second(time));
        if (fault != NULL)
            warn(arg, fault);
    }
}
