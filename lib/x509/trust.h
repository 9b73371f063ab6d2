/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates and CRLs that a verifier trusts, as the files of lib/x509 see them. */
#ifndef RL_X509_TRUST_H
#define RL_X509_TRUST_H

#include "x509/cert.h"

#include <mbedtls/x509_crl.h>

/* A CRL, and the given certificates that have signed it. */
typedef struct rl_crl {
    mbedtls_x509_crl crl;
    const mbedtls_x509_crt **signers; /* at most one entry for each given certificate */
    size_t count;
    size_t cap;
    bool named; /* a given certificate has the issuer's name */
    struct rl_crl *next;
} rl_crl;

struct rl_trust {
    mbedtls_x509_crt anchors;
    mbedtls_x509_crt intermediates;
    rl_crl *crls;
    bool has_anchors, has_intermediates;
    bool sealed; /* nothing was added since rl_trust_seal */
    unsigned min_rsa_bits;
    bool allow_sha1;
};

void rl_crls_free(rl_crl **crls);
/* Whether the certificate's key has signed the CRL. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_crl_verify(const mbedtls_x509_crl *crl, const mbedtls_x509_crt *signer, bool *good);
/* Works out which of the given certificates have signed a CRL. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err rl_crl_find_signers(rl_crl *crl, const rl_trust *trust);
/* D18 step 4: whether a CRL that issuer has signed lists the certificate with a date that is not
 * after the time. */
bool rl_is_revoked(const rl_trust *trust, const mbedtls_x509_crt *crt,
                   const mbedtls_x509_crt *issuer, reload_time time);

/* The dates of X.509 have whole seconds, and a period includes its last second. */
static inline reload_time rl_whole_second(reload_time time)
{
    reload_time rest = time % RELOAD_SECOND;
    return time - rest - (rest < 0 ? RELOAD_SECOND : 0);
}

#endif
