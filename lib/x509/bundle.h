/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of several certificates or CRLs. */
#ifndef RL_X509_BUNDLE_H
#define RL_X509_BUNDLE_H

#include "x509/cert.h"

/* An object of a file. */
typedef struct rl_bundled {
    reload_span der;
    size_t number, total; /* from 1 */
    char which[64];       /* "certificate 2 of 3", "the CRL" */
} rl_bundled;

typedef reload_err rl_bundle_taker(void *arg, const rl_bundled *object, reload_diag *diag);
/* Passes each object of a file to take: one in DER, or one or more in PEM. Stops at the first
 * error. label: of PEM, "CERTIFICATE"; what: "certificate". RELOAD_ERR_SYNTAX, RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO, or an error of take. */
reload_err rl_bundle_read(reload_span file, const char *label, const char *what,
                          rl_bundle_taker *take, void *arg, reload_diag *diag);

#endif
