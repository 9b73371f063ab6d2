/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate revocation lists (RFC 5280 section 5): reading and applying them (D18). */
#include "x509/bundle.h"
#include "x509/outer.h"
#include "x509/trust.h"

#include "base/fault.h"

#include <stdlib.h>

/* ---- Reading ---- */

void rl_crls_free(rl_crl **crls)
{
    for (rl_crl *crl = *crls, *next; crl != NULL; crl = next) {
        next = crl->next;
        mbedtls_x509_crl_free(&crl->crl);
        rl_crl_forget_signers(crl);
        free(crl->issuer);
        free(crl);
    }
    *crls = NULL;
}

static bool take_time(rl_der *d)
{
    return rl_der_take(d, MBEDTLS_ASN1_UTC_TIME, NULL, NULL) ||
           rl_der_take(d, MBEDTLS_ASN1_GENERALIZED_TIME, NULL, NULL);
}

/* The parts of a CRL that are checked before mbed TLS reads it */
struct outer_crl {
    reload_span issuer;
    rl_der entries, extensions; /* empty if absent */
};

/* TBSCertList (RFC 5280 section 5.1) */
static bool read_list(rl_der tbs, struct outer_crl *o)
{
    rl_der wrapped;
    (void)rl_der_take(&tbs, MBEDTLS_ASN1_INTEGER, NULL, NULL);
    if (!rl_der_take(&tbs, RL_SEQUENCE, NULL, NULL) ||
        !rl_der_take(&tbs, RL_SEQUENCE, NULL, &o->issuer) || !take_time(&tbs))
        return false;
    (void)take_time(&tbs);
    o->entries = o->extensions = (rl_der){tbs.p, tbs.p};
    (void)rl_der_take(&tbs, RL_SEQUENCE, &o->entries, NULL);
    if (rl_der_take(&tbs, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0, &wrapped,
                    NULL) &&
        (!rl_der_take(&wrapped, RL_SEQUENCE, &o->extensions, NULL) || !rl_der_done(&wrapped)))
        return false;
    return rl_der_done(&tbs);
}

/* An entry with an unknown critical extension may be of another issuer's certificate (RFC 5280
 * section 5.3). */
static reload_err check_entries(rl_der entries, rl_flaw *flaw)
{
    reload_err err = RELOAD_OK;
    while (err == RELOAD_OK && flaw->words == NULL && !rl_der_done(&entries)) {
        rl_der entry, extensions;
        if (!rl_der_take(&entries, RL_SEQUENCE, &entry, NULL) ||
            !rl_der_take(&entry, MBEDTLS_ASN1_INTEGER, NULL, NULL) || !take_time(&entry))
            flaw->words = "has an entry that is not in DER";
        else if (rl_der_take(&entry, RL_SEQUENCE, &extensions, NULL))
            err = rl_extensions_check(extensions, NULL, flaw);
    }
    return err;
}

/* Looks for faults that mbed TLS ignores or reports without their cause. RELOAD_ERR_MEMORY. */
static reload_err check_outer(reload_span der, struct outer_crl *o, rl_flaw *flaw)
{
    rl_der file = rl_der_of(der), crl, tbs;
    *o = (struct outer_crl){0};
    *flaw = (rl_flaw){0};
    if (!rl_der_take(&file, RL_SEQUENCE, &crl, NULL) ||
        !rl_der_take(&crl, RL_SEQUENCE, &tbs, NULL) || !read_list(tbs, o))
        flaw->words = "is not a CRL in DER";
    else if (!rl_der_done(&file))
        flaw->words = "is followed by other octets";
    reload_err err = RELOAD_OK;
    if (flaw->words == NULL)
        err = rl_extensions_check(o->extensions, NULL, flaw);
    if (err == RELOAD_OK && flaw->words == NULL)
        err = check_entries(o->entries, flaw);
    return err;
}

static reload_err read_crl(rl_crl *crl, const rl_bundled *object, reload_diag *diag)
{
    struct outer_crl outer;
    rl_flaw flaw;
    reload_err err = check_outer(object->der, &outer, &flaw);
    if (err == RELOAD_OK && flaw.words == NULL) {
        int failed = mbedtls_x509_crl_parse_der(&crl->crl, object->der.octets, object->der.len);
        err = rl_parse_error(failed);
        if (err == RELOAD_ERR_SYNTAX) {
            flaw.words = "has a field that cannot be read";
            err = RELOAD_OK;
        }
    }
    if (err == RELOAD_OK && flaw.words == NULL)
        err = rl_dn_text(&crl->crl.issuer, &crl->issuer);
    if (err == RELOAD_OK)
        return flaw.words == NULL ? RELOAD_OK
                                  : rl_flaw_fail(object->which, &flaw, outer.issuer, diag);
    return rl_fail_plain(diag, err);
}

/* The CRLs of a file */
struct taken {
    rl_crl *first, **end;
};

static reload_err trust_take_crl(void *arg, const rl_bundled *object, reload_diag *diag)
{
    struct taken *taken = arg;
    rl_crl *crl = calloc(1, sizeof *crl);
    if (crl == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    mbedtls_x509_crl_init(&crl->crl);
    crl->number = object->number;
    crl->total = object->total;
    reload_err err = read_crl(crl, object, diag);
    if (err != RELOAD_OK) {
        rl_crls_free(&crl);
        return err;
    }
    *taken->end = crl;
    taken->end = &crl->next;
    return RELOAD_OK;
}

reload_err rl_trust_add_crl(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag)
{
    struct taken more = {.end = &more.first};
    rl_crl **end = &trust->crls;
    trust->sealed = false;
    reload_err err =
        rl_bundle_read((reload_span){octets, len}, "X509 CRL", "CRL", trust_take_crl, &more, diag);
    size_t file = trust->crl_files++;
    if (err != RELOAD_OK) {
        rl_crls_free(&more.first);
        return err;
    }
    for (rl_crl *crl = more.first; crl != NULL; crl = crl->next)
        crl->file = file;
    while (*end != NULL)
        end = &(*end)->next;
    *end = more.first;
    return RELOAD_OK;
}

/* ---- Applying ---- */

bool rl_may_sign_crls(const mbedtls_x509_crt *crt)
{
    return (crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) == 0 ||
           (crt->key_usage & MBEDTLS_X509_KU_CRL_SIGN) != 0;
}

static bool ends_at(const rl_signer *signer, const mbedtls_x509_crt *anchor)
{
    for (size_t i = 0; i < signer->count; i++)
        if (signer->anchors[i] == anchor || RL_FAULT("D18: a CRL signer's trust anchor"))
            return true;
    return false;
}

bool rl_crl_counts(const rl_crl *crl, const rl_link *link)
{
    for (size_t i = 0; i < crl->count; i++) {
        const rl_signer *signer = &crl->signers[i];
        if (signer->crt == link->issuer)
            return rl_may_sign_crls(signer->crt) || !RL_FAULT("D18: an issuer without cRLSign");
        if (!RL_FAULT("D18: another signer of a CRL") &&
            (rl_may_sign_crls(signer->crt) || RL_FAULT("D18: another signer has cRLSign")) &&
            rl_same_dn(&signer->crt->subject, &link->issuer->subject) &&
            ends_at(signer, link->anchor))
            return true;
    }
    return false;
}

static bool is_begun(const rl_crl *crl, reload_time time)
{
    return rl_date_read(&crl->crl.this_update) <= time || RL_FAULT("D18: thisUpdate");
}

/* A CRL without nextUpdate is never current. */
static bool is_ended(const rl_crl *crl, reload_time time)
{
    return crl->crl.next_update.year != 0 && rl_date_read(&crl->crl.next_update) <= time &&
           !RL_FAULT("D18: nextUpdate");
}

/* Whether a CRL is current: thisUpdate is not after the time, and nextUpdate is. */
static bool crl_is_current(const rl_crl *crl, reload_time time)
{
    bool has_end = crl->crl.next_update.year != 0 || RL_FAULT("D18: a CRL without nextUpdate");
    return is_begun(crl, time) && has_end && !is_ended(crl, time);
}

/* Drops octets that do not change an INTEGER's value. */
static reload_span shortest(const mbedtls_x509_buf *integer)
{
    reload_span n = {integer->p, integer->len};
    while (n.len > 1 && ((n.octets[0] == 0 && n.octets[1] < 0x80) ||
                         (n.octets[0] == 0xff && n.octets[1] >= 0x80))) {
        n.octets++;
        n.len--;
    }
    return n;
}

static bool same_integer(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    if (RL_FAULT("D18: serial numbers are integers"))
        return rl_same_octets(a, b);
    const reload_span x = shortest(a), y = shortest(b);
    return x.len == y.len && (x.len == 0 || memcmp(x.octets, y.octets, x.len) == 0);
}

static bool lists(const rl_crl *crl, const mbedtls_x509_crt *crt, reload_time time,
                  reload_time *since)
{
    for (const mbedtls_x509_crl_entry *e = &crl->crl.entry; e != NULL && e->raw.len > 0;
         e = e->next) {
        if (!same_integer(&e->serial, &crt->serial))
            continue;
        *since = rl_date_read(&e->revocation_date);
        if (*since <= time || RL_FAULT("D18: the revocation date"))
            return true;
    }
    return false;
}

bool rl_is_revoked(const rl_trust *trust, const rl_link *link, reload_time time, reload_time *since)
{
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next)
        if (rl_crl_counts(crl, link) && lists(crl, link->crt, time, since) &&
            (crl_is_current(crl, time) || !RL_FAULT("D18: a CRL that is out of date counts")))
            return true;
    return false;
}

bool rl_has_current_crl(const rl_trust *trust, const rl_link *link, reload_time time)
{
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next)
        if (rl_crl_counts(crl, link) && crl_is_current(crl, time))
            return true;
    return false;
}
