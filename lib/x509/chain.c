/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains (D18, steps 2 to 5). mbed TLS builds one too, but by the machine's clock, and by the order
 * in which certificates are given; here every chain from the certificate to a trust anchor is
 * tried, and one without objection suffices.
 */
#include "base/fault.h"
#include "x509/trust.h"

enum {
    MAX_CHAIN = 10,      /* the certificate, 8 intermediates, the anchor */
    MAX_SIGNATURES = 256 /* verified in one search; enough for any honest set of certificates */
};

struct search {
    const rl_trust *trust;
    reload_time time; /* a whole second */
    const mbedtls_x509_crt *chain[MAX_CHAIN];
    int length;
    int signatures;
    bool found;        /* a chain */
    rl_objection best; /* of the chains found so far: the one that got furthest in D18's steps */
    reload_err err;
};

static const rl_objection good = {RL_CERT_GOOD, NULL};
static const rl_objection weak_itself = {
    RL_CERT_WEAK, "its key is not RSA, or has a size or exponent that is not accepted"};

/* What a certificate that signs messages must be, whatever its chain (D18 step 3). NULL, or why it
 * is not. */
static const char *leaf_fault(const mbedtls_x509_crt *crt)
{
    bool has_usage = (crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
    if (crt->ca_istrue != 0)
        return "is a CA certificate, which cannot sign messages";
    if (has_usage && (crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0)
        return "its keyUsage includes keyCertSign, so it cannot sign messages";
    if (has_usage && (crt->key_usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0)
        return "its keyUsage lacks digitalSignature";
    return NULL;
}

static bool has_weak_hash(const rl_trust *trust, const mbedtls_x509_crt *crt)
{
    return crt->sig_md == MBEDTLS_MD_MD5 || (crt->sig_md == MBEDTLS_MD_SHA1 && !trust->allow_sha1);
}

static bool is_valid_at(const mbedtls_x509_crt *crt, reload_time time)
{
    return rl_date_read(&crt->valid_from) <= time && time <= rl_date_read(&crt->valid_to);
}

/* D18's steps 2 to 5 for a whole chain, whose signatures are good. */
static rl_objection judge_chain(const struct search *s)
{
    const char *leaf = leaf_fault(s->chain[0]);
    int last = s->length - 1; /* the anchor */
    for (int i = 0; i <= last; i++)
        if (!rl_pk_usable(&s->chain[i]->pk, s->trust->min_rsa_bits))
            return (rl_objection){RL_CERT_WEAK, "a key in its chain is not RSA, or has a size or "
                                                "exponent that is not accepted"};
    if (leaf != NULL)
        return (rl_objection){RL_CERT_UNTRUSTED, leaf};
    for (int i = 0; i < last; i++)
        if (has_weak_hash(s->trust, s->chain[i]))
            return (rl_objection){RL_CERT_UNTRUSTED,
                                  "a certificate in its chain is signed with MD5 or SHA-1"};
    for (int i = 0; i < last; i++)
        if (rl_is_revoked(s->trust, s->chain[i], s->chain[i + 1], s->time))
            return (rl_objection){RL_CERT_REVOKED, "a certificate in its chain is revoked"};
    for (int i = 0; i <= last; i++)
        if (!is_valid_at(s->chain[i], s->time))
            return (rl_objection){RL_CERT_EXPIRED, "a certificate in its chain has expired or is "
                                                   "not yet valid at the time of checking"};
    return good;
}

/* Whether a certificate may issue others: it is a CA's, and its key may sign certificates. */
static bool may_issue(const mbedtls_x509_crt *crt)
{
    return crt->version == 3 && crt->ca_istrue != 0 &&
           ((crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) == 0 ||
            (crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0);
}

/* Whether candidate may have issued the last certificate of the chain; its signature is not
 * checked. */
static bool may_follow(const struct search *s, const mbedtls_x509_crt *candidate)
{
    const mbedtls_x509_crt *child = s->chain[s->length - 1];
    int below = 0; /* intermediates that the path length counts: all that are not self-issued */
    if (candidate->raw.len == 0 || !rl_same_dn(&child->issuer, &candidate->subject) ||
        !may_issue(candidate))
        return false;
    for (int i = 0; i < s->length; i++) {
        if (s->chain[i] == candidate)
            return false;
        below += i > 0 && !rl_same_dn(&s->chain[i]->issuer, &s->chain[i]->subject);
    }
    return candidate->max_pathlen == 0 ||
           candidate->max_pathlen >= 1 + below; /* mbed TLS keeps one more than is written */
}

static void keep_best(struct search *s)
{
    rl_objection objection = judge_chain(s);
    if (!s->found || objection.fault == RL_CERT_GOOD || objection.fault > s->best.fault)
        s->best = objection;
    s->found = true;
}

static void search_from(struct search *s);

/* Tries the certificates of a list as the next of the chain. The depth is bounded by MAX_CHAIN. */
static void try_list(struct search *s, const mbedtls_x509_crt *list, bool anchors)
{
    for (; list != NULL && s->err == RELOAD_OK && s->signatures < MAX_SIGNATURES &&
           !(s->found && s->best.fault == RL_CERT_GOOD);
         list = list->next) {
        bool match;
        if (!may_follow(s, list))
            continue;
        s->signatures++;
        s->err = rl_crt_signed_by(s->chain[s->length - 1], list, &match);
        if (s->err != RELOAD_OK || !match)
            continue;
        s->chain[s->length++] = list;
        if (anchors)
            keep_best(s);
        else
            search_from(s);
        s->length--;
    }
}

static void search_from(struct search *s)
{
    if (s->length == MAX_CHAIN)
        return;
    try_list(s, &s->trust->anchors, true);
    if (s->length + 1 < MAX_CHAIN)
        try_list(s, &s->trust->intermediates, false);
}

reload_err rl_trust_judge(const rl_trust *trust, const reload_cert *cert, reload_time time,
                          rl_objection *objection)
{
    struct search s = {.trust = trust,
                       .time = rl_whole_second(time),
                       .chain = {&cert->crt},
                       .length = 1,
                       .err = RELOAD_OK};
    *objection = good;
    if (!trust->sealed)
        return RELOAD_ERR_ARGUMENT;
    search_from(&s);
    if (s.found)
        *objection = s.best;
    else if (!rl_pk_usable(&cert->crt.pk, trust->min_rsa_bits))
        *objection = weak_itself;
    else
        *objection =
            (rl_objection){RL_CERT_UNTRUSTED, "does not chain to a CA certificate of the overlay"};
    return s.err;
}

reload_err rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                               rl_objection *objection)
{
    bool match;
    *objection = good;
    if (!rl_pk_usable(&cert->crt.pk, trust->min_rsa_bits)) {
        *objection = weak_itself;
        return RELOAD_OK;
    }
    reload_err err = rl_crt_signed_by(&cert->crt, &cert->crt, &match);
    if (err == RELOAD_OK && !match && !RL_FAULT("D28: the certificate's own signature"))
        *objection = (rl_objection){RL_CERT_UNTRUSTED, "is not self-signed: its own key does not "
                                                       "verify its signature"};
    return err;
}
