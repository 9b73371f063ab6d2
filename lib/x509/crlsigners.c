/* SPDX-License-Identifier: BSD-2-Clause */
/* Who has signed a CRL, and warnings of CRLs that do not count or count doubtfully (D18). */
#include "x509/path.h"

#include "base/fault.h"

#include <stdio.h>
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
    void *anchors = signer->anchors;
    bool grown = rl_grow(&anchors, &signer->cap, signer->count, sizeof *signer->anchors);
    signer->anchors = anchors;
    if (!grown)
        return RELOAD_ERR_MEMORY;
    signer->anchors[signer->count++] = anchor;
    return RELOAD_OK;
}

/* Notes where a path of a signer ends. Dates, revocation, and the rules for certificates that sign
 * messages do not matter. */
static bool take_path(rl_path *path)
{
    bool weak = !RL_FAULT("D18: a CRL signer's path") &&
                (rl_path_weak_key(path) != NULL || rl_path_weak_hash(path) != NULL);
    if (!weak)
        path->err = add_anchor(path->arg, path->chain[path->length - 1]);
    return path->err == RELOAD_OK;
}

/* Works out at which anchors the paths of a signer end. */
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
    void *signers = crl->signers;
    bool grown = rl_grow(&signers, &crl->cap, crl->count, sizeof *crl->signers);
    crl->signers = signers;
    if (!grown)
        return RELOAD_ERR_MEMORY;
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

/* Notes the signers among a list of certificates. */
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

/* ---- Warnings ---- */

struct warning {
    rl_crl_warning *warn;
    void *arg;
};

/* Warns with the name of the CRL before the words. */
static void warn_of(const struct warning *w, const rl_crl *crl, const char *words)
{
    reload_buf text = {0};
    char which[64] = "CRL by ";
    if (crl->total > 1)
        (void)snprintf(which, sizeof which, "CRL %zu of %zu, by ", crl->number, crl->total);
    const char *parts[] = {which, crl->issuer, ": ", words};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        reload_buf_append(&text, parts[i], strlen(parts[i]));
    reload_buf_append(&text, "", 1);
    w->warn(w->arg, crl->file, text.err == RELOAD_OK ? (const char *)text.octets : words);
    reload_buf_free(&text);
}

/* Why no certificate is looked up in a CRL. NULL: a signer suffices. *lacks_sign: it does as the
 * issuer of certificates only. */
static const char *why_ignored(const rl_crl *crl, bool *lacks_sign)
{
    bool chains = false, issues = false, signs = false;
    *lacks_sign = false;
    if (crl->count == 0)
        return crl->named ? "ignored: bad signature, by no given certificate of its issuer"
                          : "ignored: no given certificate has its issuer's name";
    for (size_t i = 0; i < crl->count; i++) {
        const rl_signer *s = &crl->signers[i];
        chains = chains || s->count > 0;
        signs = signs || (s->count > 0 && rl_may_sign_crls(s->crt));
        issues = issues || (s->count > 0 && rl_may_issue(s->crt));
    }
    *lacks_sign = issues && !signs;
    if (!chains)
        return "ignored: its signer does not chain to a CA certificate of the overlay";
    return issues || signs ? NULL : "ignored: its signer's keyUsage lacks cRLSign";
}

static void warn_of_dates(const struct warning *w, const rl_trust *trust, const rl_crl *crl,
                          reload_time time)
{
    char ours[RELOAD_TIME_SIZE], its[RELOAD_TIME_SIZE];
    char words[160] = "";
    bool has_end = crl->crl.next_update.year != 0;
    bool early = rl_date_read(&crl->crl.this_update) > time;
    if (early || (has_end && rl_date_read(&crl->crl.next_update) <= time)) {
        const mbedtls_x509_time *date = early ? &crl->crl.this_update : &crl->crl.next_update;
        reload_time_text(rl_date_read(date) / RELOAD_SECOND, its);
        reload_time_text(time / RELOAD_SECOND, ours);
        (void)snprintf(words, sizeof words,
                       "out of date, but still applied: %s is %s, the time of checking is %s",
                       early ? "thisUpdate" : "nextUpdate", its, ours);
    } else if (!has_end && trust->require_crl) {
        (void)snprintf(words, sizeof words, "not current, but still applied: no nextUpdate");
    }
    if (words[0] != '\0' && !RL_FAULT("D18: a warning of an out-of-date CRL"))
        warn_of(w, crl, words);
}

void rl_trust_check_crls(const rl_trust *trust, reload_time time, rl_crl_warning *warn, void *arg)
{
    const struct warning w = {warn, arg};
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next) {
        bool lacks_sign;
        const char *fault = why_ignored(crl, &lacks_sign);
        if (fault != NULL) {
            if (!RL_FAULT("D18: a warning of an ignored CRL"))
                warn_of(&w, crl, fault);
        } else if (lacks_sign && !RL_FAULT("D18: a warning of an issuer without cRLSign")) {
            warn_of(&w, crl,
                    "its signer's keyUsage lacks cRLSign; applied to certificates that it issued");
        }
        if (crl->limit != NULL)
            warn_of(&w, crl, crl->limit);
        if (fault == NULL)
            warn_of_dates(&w, trust, crl, rl_whole_second(time));
    }
}
