/* SPDX-License-Identifier: BSD-2-Clause */
/* Trust (D18, steps 2 to 5): of all chains from a certificate to a trust anchor, one without
 * objection suffices. */
#include "x509/path.h"

#include "base/fault.h"

/* A judgement of one certificate */
struct trial {
    const reload_cert *cert;
    reload_time time;   /* a whole second */
    bool found;         /* a chain */
    rl_objection *best; /* the chain found so far that got furthest in D18's steps */
};

/* The requirement on a certificate that signs messages, whatever its chain, that this one fails
 * (D18 step 3); or NULL. */
static const char *leaf_fault(const reload_cert *cert)
{
    const mbedtls_x509_crt *crt = &cert->crt;
    bool has_usage = (crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
    if (crt->ca_istrue != 0 && !RL_FAULT("D18: a leaf is not a CA"))
        return "is a CA certificate, which cannot sign messages";
    if (has_usage && (crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0 &&
        !RL_FAULT("D18: a leaf's keyCertSign"))
        return "its keyUsage includes keyCertSign, so it cannot sign messages";
    if ((has_usage || RL_FAULT("D18: a leaf without keyUsage")) &&
        (crt->key_usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0 &&
        !RL_FAULT("D18: a leaf's digitalSignature"))
        return "its keyUsage lacks digitalSignature";
    if (cert->refuses_use && !RL_FAULT("D18: a critical extKeyUsage"))
        return "its critical extKeyUsage lacks anyExtendedKeyUsage";
    return NULL;
}

static bool is_valid_at(const mbedtls_x509_crt *crt, reload_time time)
{
    return (rl_date_read(&crt->valid_from) <= time || RL_FAULT("D18: notBefore")) &&
           (time <= rl_date_read(&crt->valid_to) || RL_FAULT("D18: notAfter"));
}

/* The i-th certificate of a chain and its issuer. */
static rl_link link_at(const rl_path *path, int i)
{
    return (rl_link){path->chain[i], path->chain[i + 1], path->chain[path->length - 1]};
}

/* The first certificate of a chain that is revoked, and since when; or NULL. */
static const mbedtls_x509_crt *find_revoked(const rl_path *path, reload_time time,
                                            reload_time *since)
{
    int end = RL_FAULT("D18: intermediates are revoked too") ? 1 : path->length - 1;
    for (int i = 0; i < end; i++) {
        const rl_link link = link_at(path, i);
        if (rl_is_revoked(path->trust, &link, time, since))
            return link.crt;
    }
    return NULL;
}

/* The first issuer in a chain without a current CRL, if that is required; or NULL. */
static const mbedtls_x509_crt *find_without_crl(const rl_path *path, reload_time time)
{
    int end = RL_FAULT("D18: each issuer requires a CRL") ? 1 : path->length - 1;
    for (int i = 0; i < end && path->trust->require_crl; i++) {
        const rl_link link = link_at(path, i);
        if (!rl_has_current_crl(path->trust, &link, time))
            return link.issuer;
    }
    return NULL;
}

static rl_objection weak(const mbedtls_x509_crt *crt, const rl_trust *trust)
{
    return (rl_objection){.fault = RL_CERT_WEAK,
                          .words = RL_WEAK_KEY_WORDS,
                          .at = crt,
                          .min_bits = trust->min_rsa_bits};
}

static rl_objection untrusted(const mbedtls_x509_crt *crt, const char *words)
{
    return (rl_objection){.fault = RL_CERT_UNTRUSTED, .words = words, .at = crt};
}

static rl_objection judge_dates(const rl_path *path, reload_time time)
{
    for (int i = 0; i < path->length; i++)
        if (!is_valid_at(path->chain[i], time))
            return (rl_objection){.fault = RL_CERT_EXPIRED,
                                  .words = rl_date_read(&path->chain[i]->valid_from) > time
                                               ? "is not yet valid"
                                               : "has expired",
                                  .at = path->chain[i],
                                  .time = time};
    return (rl_objection){.fault = RL_CERT_GOOD};
}

/* D18's steps 2 to 5 for a whole chain, whose signatures are good. */
static rl_objection judge_chain(const rl_path *path, const struct trial *t)
{
    const char *leaf = leaf_fault(t->cert);
    const mbedtls_x509_crt *lacking = find_without_crl(path, t->time), *at;
    reload_time since = 0;
    if ((at = rl_path_weak_key(path)) != NULL)
        return weak(at, path->trust);
    if (leaf != NULL)
        return untrusted(NULL, leaf);
    if ((at = rl_path_weak_hash(path)) != NULL)
        return untrusted(at, at->sig_md == MBEDTLS_MD_MD5 ? "is signed with MD5"
                                                          : "is signed with SHA-1");
    at = find_revoked(path, t->time, &since);
    if (at != NULL && !(lacking != NULL && RL_FAULT("D18: revoked before no current CRL")))
        return (rl_objection){
            .fault = RL_CERT_REVOKED, .words = "is revoked", .at = at, .time = since};
    if (lacking != NULL)
        return untrusted(lacking, "has no current CRL");
    return judge_dates(path, t->time);
}

static bool take_chain(rl_path *path)
{
    struct trial *t = path->arg;
    rl_objection objection = judge_chain(path, t);
    bool further =
        objection.fault > t->best->fault && !RL_FAULT("D18: the chain that got furthest");
    if (!t->found || objection.fault == RL_CERT_GOOD || further)
        *t->best = objection;
    t->found = true;
    return objection.fault != RL_CERT_GOOD;
}

/* The objection to a certificate without a chain of good signatures: the first one that holds for a
 * chain by names, whose signatures and issuers may be bad. */
static reload_err judge_by_names(const rl_path *path, const reload_cert *cert,
                                 rl_objection *objection)
{
    bool usable, any;
    reload_err err = rl_names_lead(path->trust, &cert->crt, true, &usable);
    if (err == RELOAD_OK)
        err = rl_names_lead(path->trust, &cert->crt, false, &any);
    if (err != RELOAD_OK)
        return err;
    if (any && !usable && !RL_FAULT("D18: a weak key before a bad signature"))
        *objection = (rl_objection){.fault = RL_CERT_WEAK, .words = RL_WEAK_CHAIN_WORDS};
    else if (cert->crt.sig_md == MBEDTLS_MD_NONE)
        *objection = (rl_objection){.fault = RL_CERT_UNTRUSTED,
                                    .words = "is signed with an unknown algorithm"};
    else
        *objection =
            (rl_objection){.fault = RL_CERT_UNTRUSTED,
                           .words = "does not chain to a CA certificate of the overlay",
                           .anchor = path->trust->has_anchors ? &path->trust->anchors : NULL};
    return RELOAD_OK;
}

reload_err rl_trust_judge(const rl_trust *trust, const reload_cert *cert, reload_time time,
                          rl_links *own, rl_links *given, rl_objection *objection)
{
    struct trial trial = {.cert = cert, .time = rl_whole_second(time), .best = objection};
    rl_path path = {.trust = trust,
                    .own = own,
                    .given = given,
                    .take = take_chain,
                    .arg = &trial,
                    .chain = {&cert->crt},
                    .length = 1,
                    .err = RELOAD_OK};
    *objection = (rl_objection){.fault = RL_CERT_GOOD};
    if (!trust->sealed)
        return RELOAD_ERR_ARGUMENT;
    if (!rl_pk_usable(&cert->crt.pk, trust->min_rsa_bits)) {
        *objection = weak(&cert->crt, trust);
        return RELOAD_OK;
    }
    reload_err err = rl_path_search(&path);
    if (err == RELOAD_OK && (!trial.found || objection->fault == RL_CERT_WEAK))
        err = judge_by_names(&path, cert, objection);
    if (objection->fault != RL_CERT_GOOD && !RL_FAULT("D18: the limit of a search"))
        objection->limit = path.limit;
    return err;
}

reload_err rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                               rl_objection *objection)
{
    bool match;
    *objection = (rl_objection){.fault = RL_CERT_GOOD};
    if (!rl_pk_usable(&cert->crt.pk, trust->min_rsa_bits)) {
        *objection = weak(&cert->crt, trust);
        return RELOAD_OK;
    }
    reload_err err = rl_crt_signed_by(&cert->crt, &cert->crt, &match);
    if (err == RELOAD_OK && !match && !RL_FAULT("D28: the certificate's own signature"))
        *objection = (rl_objection){.fault = RL_CERT_UNTRUSTED,
                                    .words = "is not self-signed: its own key does not verify its "
                                             "signature"};
    return err;
}
