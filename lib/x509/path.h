/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for chains (D18). mbed TLS builds one too, but by the machine's clock, by the order in
 * which certificates are given, and with at most 8 intermediates. */
#ifndef RL_X509_PATH_H
#define RL_X509_PATH_H

#include "x509/trust.h"

enum {
    RL_MAX_CHAIN = 66,       /* the certificate, 64 intermediates, the anchor */
    RL_MAX_SIGNATURES = 1000 /* checked in one search */
};

/* A search from the first certificate of the chain, which the caller puts there. */
typedef struct rl_path {
    const rl_trust *trust;
    rl_links *own, *given; /* signatures of the first certificate, and of the others, that were
                              checked before; NULL: none is recorded */
    /* Receives each chain that ends at a trust anchor: its signatures are good, its issuers may
     * issue certificates, and no path length is exceeded. Returns false to end the search. */
    bool (*take)(struct rl_path *path);
    void *arg; /* for take */
    const mbedtls_x509_crt *chain[RL_MAX_CHAIN];
    int length;
    int signatures;    /* checked so far */
    const char *limit; /* static, which limit ended the search; NULL if none did */
    reload_err err;    /* take may set it, to end the search */
} rl_path;

/* RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_path_search(rl_path *path);
/* Whether a certificate chains by names alone to a trust anchor, through at most 64 intermediates.
 * usable: whether only certificates with keys that D13 accepts may follow the first.
 * RELOAD_ERR_MEMORY. */
reload_err rl_names_lead(const rl_trust *trust, const mbedtls_x509_crt *crt, bool usable,
                         bool *yes);
/* Whether a certificate may issue others: it is of X.509 v3 and a CA's, and its key may sign
 * certificates. */
bool rl_may_issue(const mbedtls_x509_crt *crt);

/* ---- What D18 requires of a chain, whatever the certificate is for ---- */

/* Its first certificate with a key that D13 does not accept; or NULL. */
const mbedtls_x509_crt *rl_path_weak_key(const rl_path *path);
/* Its first certificate that is signed with MD5, or with SHA-1 unless that is allowed; or NULL. */
const mbedtls_x509_crt *rl_path_weak_hash(const rl_path *path);

#endif
