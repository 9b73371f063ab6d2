/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates and CRLs that a verifier trusts, for the files of lib/x509. */
#ifndef RL_X509_TRUST_H
#define RL_X509_TRUST_H

#include "x509/cert.h"

#include <mbedtls/x509_crl.h>

/* A given certificate whose key has signed a CRL. */
typedef struct rl_signer {
    const mbedtls_x509_crt *crt;
    const char *fault;                /* static, why a path of it does not count; or NULL */
    const mbedtls_x509_crt **anchors; /* the anchors at which its paths end; owned */
    size_t count;
    size_t cap;
} rl_signer;

/* A CRL, and its signers among the given certificates. */
typedef struct rl_crl {
    mbedtls_x509_crl crl;
    size_t file;          /* which of the files, from 0 */
    size_t number, total; /* in the file, from 1 */
    char *issuer;         /* escaped; owned */
    rl_signer *signers;   /* owned */
    size_t count;
    size_t cap;
    bool named;        /* a given certificate has the issuer's name */
    bool has_issuer;   /* one of these can issue certificates, and is not weak */
    bool counts;       /* for the certificates of such an issuer */
    const char *limit; /* static, which limit ended the search for a signer's paths, or NULL */
    struct rl_crl *next;
} rl_crl;

/* The number of certificates in a list after each of its files. */
typedef struct rl_ends {
    size_t *at; /* owned */
    size_t count;
    size_t cap;
} rl_ends;

struct rl_trust {
    mbedtls_x509_crt anchors;
    mbedtls_x509_crt intermediates;
    rl_ends anchor_files, intermediate_files;
    rl_crl *crls;
    size_t crl_files; /* how many were added */
    bool has_anchors, has_intermediates;
    bool sealed; /* nothing was added since rl_trust_seal */
    unsigned min_rsa_bits;
    bool allow_sha1;
    bool require_crl;
};

void rl_crls_free(rl_crl **crls);
/* Whether the certificate's key has signed the CRL. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_crl_verify(const mbedtls_x509_crl *crl, const mbedtls_x509_crt *signer, bool *good);
/* Raises a number to that in a CRL's extensions, if there is one of at most 20 octets. */
void rl_crl_raise_number(reload_crl_number *number, const mbedtls_x509_buf *extensions);
void rl_crl_forget_signers(rl_crl *crl);
/* Finds the given certificates that have signed a CRL, the anchors at which their paths end, and
 * whether the CRL counts for any issuer. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_crl_find_signers(rl_crl *crl, const rl_trust *trust);
/* Whether a signer's key may sign CRLs: it has cRLSign or no keyUsage. */
bool rl_may_sign_crls(const mbedtls_x509_crt *crt);

/* A certificate of a chain and its issuer; the chain ends at the anchor. */
typedef struct rl_link {
    const mbedtls_x509_crt *crt, *issuer, *anchor;
} rl_link;

/* Whether a CRL counts for certificates of the link's issuer in chains that end at its anchor. */
bool rl_crl_counts(const rl_crl *crl, const rl_link *link);
/* D18 step 4: whether a CRL that counts lists the certificate with a date that is not after the
 * time. *since: that date. */
bool rl_is_revoked(const rl_trust *trust, const rl_link *link, reload_time time,
                   reload_time *since);
/* Whether a CRL that counts is current. */
bool rl_has_current_crl(const rl_trust *trust, const rl_link *link, reload_time time);

#endif
