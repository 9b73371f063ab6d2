/* SPDX-License-Identifier: BSD-2-Clause */
/* The signers of CRLs among the given certificates (D18). */
#include "x509/path.h"

#include "base/fault.h"

#include <stdlib.h>

/* ---- Signers ---- */

void rl_crl_forget_signers(rl_crl *crl)
{
    for (size_t i = 0; i < crl->count; i++)
        free(crl->signers[i].anchors);
    free(crl->signers);
    crl->signers = NULL;
    crl->count = crl->cap = 0;
    crl->named = false;
    crl->limit = NULL;
}

static reload_err add_anchor(rl_signer *signer, const mbedtls_x509_crt *anchor)
{
    for (size_t i = 0; i < signer->count; i++)
        if (signer->anchors[i] == anchor)
            return RELOAD_OK;
    const mbedtls_x509_crt **anchors =
        rl_grow(signer->anchors, &signer->cap, signer->count, sizeof *anchors);
    if (anchors == NULL)
        return RELOAD_ERR_MEMORY;
    signer->anchors = anchors;
    signer->anchors[signer->count++] = anchor;
    return RELOAD_OK;
}

/* Records the anchor at which a path of a signer ends. Dates, revocation, and the rules for
 * certificates that sign messages do not matter. */
static bool take_path(rl_path *path)
{
    bool weak = !RL_FAULT("D18: a CRL signer's path") &&
                (rl_path_weak_key(path) != NULL || rl_path_weak_hash(path) != NULL);
    if (!weak)
        path->err = add_anchor(path->arg, path->chain[path->length - 1]);
    return path->err == RELOAD_OK;
}

/* Finds the anchors at which the paths of a signer end. */
static reload_err find_anchors(rl_crl *crl, rl_signer *signer, const rl_trust *trust, bool anchor)
{
    rl_path path = {.trust = trust,
                    .take = take_path,
                    .arg = signer,
                    .chain = {signer->crt},
                    .length = 1,
                    .err = RELOAD_OK};
    if (signer->crt->version != 3 && !RL_FAULT("D18: a CRL signer is of X.509 v3"))
        return RELOAD_OK;
    if (anchor && rl_pk_usable(&signer->crt->pk, trust->min_rsa_bits))
        path.err = add_anchor(signer, signer->crt);
    if (path.err == RELOAD_OK)
        (void)rl_path_search(&path);
    if (path.limit != NULL)
        crl->limit = path.limit;
    return path.err;
}

static reload_err add_signer(rl_crl *crl, const mbedtls_x509_crt *crt)
{
    rl_signer *signers = rl_grow(crl->signers, &crl->cap, crl->count, sizeof *signers);
    if (signers == NULL)
        return RELOAD_ERR_MEMORY;
    crl->signers = signers;
    crl->signers[crl->count++] = (rl_signer){.crt = crt};
    return RELOAD_OK;
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

/* Records the signers in a list of certificates. */
static reload_err find_signers(rl_crl *crl, const rl_trust *trust, const mbedtls_x509_crt *list,
                               bool anchors)
{
    reload_err err = RELOAD_OK;
    for (; list != NULL && err == RELOAD_OK; list = list->next) {
        bool good;
        if (list->raw.len == 0 || !rl_same_dn(&crl->crl.issuer, &list->subject))
            continue;
        crl->named = true;
        err = rl_crl_verify(&crl->crl, list, &good);
        good = good || RL_FAULT("D18: a CRL's signature");
        if (err == RELOAD_OK && good && (err = add_signer(crl, list)) == RELOAD_OK)
            err = find_anchors(crl, &crl->signers[crl->count - 1], trust, anchors);
    }
    return err;
}

reload_err rl_crl_find_signers(rl_crl *crl, const rl_trust *trust)
{
    rl_crl_forget_signers(crl);
    reload_err err = find_signers(crl, trust, &trust->anchors, true);
    return err == RELOAD_OK ? find_signers(crl, trust, &trust->intermediates, false) : err;
}
