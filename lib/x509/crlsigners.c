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
    crl->named = crl->has_issuer = crl->counts = false;
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

#define WEAK_KEY "ignored: a key in its signer's chain is weak"

/* Records the anchor at which a path of a signer ends. Dates, revocation, and the rules for
 * certificates that sign messages do not matter. */
static bool take_path(rl_path *path)
{
    rl_signer *signer = path->arg;
    const char *fault =
        rl_path_weak_key(path) != NULL ? WEAK_KEY
        : rl_path_weak_hash(path) != NULL
            ? "ignored: a certificate in its signer's chain is signed with MD5 or SHA-1"
            : NULL;
    if (fault != NULL && !RL_FAULT("D18: a CRL signer's path"))
        signer->fault = fault;
    else
        path->err = add_anchor(signer, path->chain[path->length - 1]);
    return path->err == RELOAD_OK;
}

/* An anchor's own key ends its path, if that is not weak. */
static reload_err end_at_itself(rl_signer *signer, const rl_trust *trust)
{
    if (rl_pk_usable(&signer->crt->pk, trust->min_rsa_bits))
        return add_anchor(signer, signer->crt);
    signer->fault = WEAK_KEY;
    return RELOAD_OK;
}

/* Finds the anchors at which the paths of a certificate end. is_issuer: paths in which it has
 * issued another one, for which it stands in. */
static reload_err search_anchors(rl_crl *crl, rl_signer *signer, const rl_trust *trust,
                                 bool is_issuer)
{
    rl_path path = {.trust = trust,
                    .take = take_path,
                    .arg = signer,
                    .chain = {signer->crt, signer->crt},
                    .length = is_issuer ? 2 : 1,
                    .err = RELOAD_OK};
    reload_err err = rl_path_search(&path);
    if (path.limit != NULL)
        crl->limit = path.limit;
    return err;
}

/* Finds the anchors at which the paths of a signer end. */
static reload_err find_anchors(rl_crl *crl, rl_signer *signer, const rl_trust *trust, bool anchor)
{
    if (signer->crt->version != 3 && !RL_FAULT("D18: a CRL signer is of X.509 v3")) {
        signer->fault = "ignored: its signer's certificate is not X.509 v3";
        return RELOAD_OK;
    }
    reload_err err = anchor ? end_at_itself(signer, trust) : RELOAD_OK;
    return err == RELOAD_OK ? search_anchors(crl, signer, trust, false) : err;
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

/* ---- Issuers ---- */

/* Finds whether the CRL counts for certificates of one issuer. */
static reload_err try_issuer(rl_crl *crl, const rl_trust *trust, const mbedtls_x509_crt *crt,
                             bool anchor)
{
    rl_signer issuer = {.crt = crt};
    reload_err err =
        anchor ? end_at_itself(&issuer, trust) : search_anchors(crl, &issuer, trust, true);
    for (size_t i = 0; i < issuer.count && err == RELOAD_OK; i++) {
        const rl_link link = {.issuer = crt, .anchor = issuer.anchors[i]};
        crl->has_issuer = true;
        crl->counts = crl->counts || rl_crl_counts(crl, &link);
    }
    free(issuer.anchors);
    return err;
}

/* Finds whether the CRL counts for certificates of the issuers in a list of certificates. */
static reload_err try_issuers(rl_crl *crl, const rl_trust *trust, const mbedtls_x509_crt *list,
                              bool anchors)
{
    reload_err err = RELOAD_OK;
    for (; list != NULL && err == RELOAD_OK && crl->count > 0 && !crl->counts; list = list->next)
        if (list->raw.len > 0 && rl_same_dn(&crl->crl.issuer, &list->subject) && rl_may_issue(list))
            err = try_issuer(crl, trust, list, anchors);
    return err;
}

reload_err rl_crl_find_signers(rl_crl *crl, const rl_trust *trust)
{
    rl_crl_forget_signers(crl);
    reload_err err = find_signers(crl, trust, &trust->anchors, true);
    if (err == RELOAD_OK)
        err = find_signers(crl, trust, &trust->intermediates, false);
    if (err == RELOAD_OK)
        err = try_issuers(crl, trust, &trust->anchors, true);
    return err == RELOAD_OK ? try_issuers(crl, trust, &trust->intermediates, false) : err;
}
