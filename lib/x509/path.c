/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for chains (D18): every chain from a certificate to a trust anchor is tried, up to a
 * number of signature checks. */
#include "x509/path.h"

#include "base/fault.h"

#include <search.h>
#include <stdlib.h>

/* ---- Issuers ---- */

bool rl_may_issue(const mbedtls_x509_crt *crt)
{
    bool has_usage = (crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
    if (crt->version != 3)
        return false;
    if (crt->ca_istrue == 0 && !RL_FAULT("D18: an issuer is a CA"))
        return false;
    return !has_usage || (crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0 ||
           RL_FAULT("D18: an issuer may sign certificates");
}

static bool is_self_issued(const mbedtls_x509_crt *crt)
{
    return rl_same_dn(&crt->issuer, &crt->subject);
}

/* Whether the next issuer's path length allows the intermediates of a chain. Self-issued
 * intermediates do not count (RFC 5280 section 4.2.1.9). */
static bool fits_path_length(const rl_path *path, const mbedtls_x509_crt *issuer)
{
    int below = 0;
    for (int i = 1; i < path->length; i++)
        below += !is_self_issued(path->chain[i]) || RL_FAULT("D18: self-issued intermediates");
    return issuer->max_pathlen == 0 || RL_FAULT("D18: the path length") ||
           issuer->max_pathlen >= 1 + below; /* mbed TLS stores the path length plus one */
}

/* A list's first certificate is empty before one has been added. */
static bool names_issuer(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer)
{
    return issuer->raw.len > 0 && rl_same_dn(&crt->issuer, &issuer->subject);
}

/* Whether candidate may have issued the last certificate of the chain; its signature is not
 * checked. */
static bool may_follow(const rl_path *path, const mbedtls_x509_crt *candidate)
{
    for (int i = 0; i < path->length; i++)
        if (path->chain[i] == candidate || (rl_same_octets(&path->chain[i]->raw, &candidate->raw) &&
                                            !RL_FAULT("D18: a certificate is once in a chain")))
            return false;
    return names_issuer(path->chain[path->length - 1], candidate) && rl_may_issue(candidate) &&
           fits_path_length(path, candidate);
}

/* ---- Signatures that were checked before ---- */

struct link {
    const mbedtls_x509_crt *crt, *issuer;
    bool good; /* the issuer's key has signed the certificate */
};

static int compare_links(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    uintptr_t p = (uintptr_t)x->crt, q = (uintptr_t)y->crt;
    if (p == q) {
        p = (uintptr_t)x->issuer;
        q = (uintptr_t)y->issuer;
    }
    return p < q ? -1 : p > q;
}

void rl_links_clear(rl_links *links)
{
    tdestroy(links->tree, free);
    links->tree = NULL;
}

static reload_err record(rl_links *links, const struct link *link)
{
    struct link *copy = malloc(sizeof *copy);
    if (copy == NULL)
        return RELOAD_ERR_MEMORY;
    *copy = *link;
    if (tsearch(copy, &links->tree, compare_links) != NULL)
        return RELOAD_OK;
    free(copy);
    return RELOAD_ERR_MEMORY;
}

/* Whether candidate's key has signed the last certificate of the chain. */
static reload_err is_signed(const rl_path *path, const mbedtls_x509_crt *candidate, bool *good)
{
    rl_links *links = path->length == 1 ? path->own : path->given;
    struct link link = {.crt = path->chain[path->length - 1], .issuer = candidate};
    struct link **found = links == NULL ? NULL : tfind(&link, &links->tree, compare_links);
    if (found != NULL) {
        *good = (*found)->good;
        return RELOAD_OK;
    }
    reload_err err = rl_crt_signed_by(link.crt, candidate, good);
    link.good = *good;
    return err == RELOAD_OK && links != NULL ? record(links, &link) : err;
}

/* ---- The search ---- */

/* Whether candidate has issued the last certificate of the chain. */
static bool path_follows(rl_path *path, const mbedtls_x509_crt *candidate)
{
    bool good = false;
    if (!may_follow(path, candidate))
        return false;
    if (path->signatures == RL_MAX_SIGNATURES && !RL_FAULT("D18: 1,000 signature checks")) {
        path->limit = "the search for chains was given up after 1,000 signature checks";
        return false;
    }
    path->signatures++;
    path->err = is_signed(path, candidate, &good);
    return path->err == RELOAD_OK && (good || RL_FAULT("D18: a certificate's signature"));
}

static bool search_from(rl_path *path);

/* Tries the certificates of a list as the next of the chain. Returns whether to go on. The depth is
 * bounded by RL_MAX_CHAIN. */
static bool try_list(rl_path *path, const mbedtls_x509_crt *list, bool anchors)
{
    bool on = true;
    for (; list != NULL && on; list = list->next) {
        if (path_follows(path, list)) {
            path->chain[path->length++] = list;
            on = anchors ? path->take(path) : search_from(path);
            path->length--;
        }
        on = on && path->err == RELOAD_OK &&
             (path->signatures < RL_MAX_SIGNATURES || path->limit == NULL);
    }
    return on;
}

static bool has_next(const rl_path *path)
{
    for (const mbedtls_x509_crt *next = &path->trust->intermediates; next != NULL;
         next = next->next)
        if (may_follow(path, next))
            return true;
    return false;
}

static bool search_from(rl_path *path)
{
    int most = RL_FAULT("D18: 64 intermediates") ? RL_MAX_CHAIN - 1 : RL_MAX_CHAIN;
    if (!try_list(path, &path->trust->anchors, true))
        return false;
    if (path->length + 1 < most)
        return try_list(path, &path->trust->intermediates, false);
    if (has_next(path))
        path->limit = "chains of more than 64 intermediates are not tried";
    return true;
}

reload_err rl_path_search(rl_path *path)
{
    (void)search_from(path);
    return path->err;
}

const mbedtls_x509_crt *rl_path_weak_key(const rl_path *path)
{
    for (int i = 0; i < path->length; i++)
        if (!rl_pk_usable(&path->chain[i]->pk, path->trust->min_rsa_bits) &&
            !RL_FAULT("D18: a weak key in the chain"))
            return path->chain[i];
    return NULL;
}

const mbedtls_x509_crt *rl_path_weak_hash(const rl_path *path)
{
    int exempt = RL_FAULT("D18: a trust anchor's signature is exempt") ? 0 : 1;
    for (int i = 0; i < path->length - exempt; i++) {
        mbedtls_md_type_t md = path->chain[i]->sig_md;
        if (md == MBEDTLS_MD_MD5 && !RL_FAULT("D18: MD5"))
            return path->chain[i];
        if (md == MBEDTLS_MD_SHA1 && !path->trust->allow_sha1 && !RL_FAULT("D18: SHA-1"))
            return path->chain[i];
    }
    return NULL;
}

/* ---- Chains by names ---- */

struct leading {
    const rl_trust *trust;
    bool usable;
    const mbedtls_x509_crt **reached; /* the first certificate, then intermediates by distance */
    size_t count;
};

static size_t count_list(const mbedtls_x509_crt *list)
{
    size_t count = 0;
    for (; list != NULL; list = list->next)
        count++;
    return count;
}

static bool may_lead(const struct leading *l, const mbedtls_x509_crt *from,
                     const mbedtls_x509_crt *to)
{
    return names_issuer(from, to) && (!l->usable || rl_pk_usable(&to->pk, l->trust->min_rsa_bits));
}

static bool leads_to_anchor(const struct leading *l, const mbedtls_x509_crt *from)
{
    for (const mbedtls_x509_crt *to = &l->trust->anchors; to != NULL; to = to->next)
        if (may_lead(l, from, to))
            return true;
    return false;
}

static void reach(struct leading *l, const mbedtls_x509_crt *to)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->reached[i] == to)
            return;
    l->reached[l->count++] = to;
}

reload_err rl_names_lead(const rl_trust *trust, const mbedtls_x509_crt *crt, bool usable, bool *yes)
{
    struct leading l = {.trust = trust, .usable = usable};
    size_t from = 0, level_end = 1;
    *yes = false;
    l.reached = calloc(count_list(&trust->intermediates) + 1, sizeof *l.reached);
    if (l.reached == NULL)
        return RELOAD_ERR_MEMORY;
    l.reached[l.count++] = crt;
    for (int depth = 1; depth < RL_MAX_CHAIN && from < l.count && !*yes; depth++) {
        for (; from < level_end && !*yes; from++) {
            *yes = leads_to_anchor(&l, l.reached[from]);
            for (const mbedtls_x509_crt *to = &trust->intermediates; to != NULL; to = to->next)
                if (may_lead(&l, l.reached[from], to))
                    reach(&l, to);
        }
        level_end = l.count;
    }
    free(l.reached);
    return RELOAD_OK;
}
