/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate request, for the files of lib/x509. */
#ifndef RL_X509_REQUEST_H
#define RL_X509_REQUEST_H

#include "x509/cert.h"

#include <mbedtls/x509_csr.h>

struct reload_request {
    mbedtls_x509_csr csr;
    char *subject; /* escaped; owned */
};

#endif
