/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the harness of file readers */
#ifndef RL_FUZZ_FILES_H
#define RL_FUZZ_FILES_H

#include "identities.h"

/* A failed reader gives its reason in a line, and memory and mbed TLS did not fail. */
void check_diag(reload_err err, const reload_diag *diag);

/* files-x509.c. Certificates and CRLs are also read after they were signed again by the CA. */
void check_certificate(const uint8_t *data, size_t size);
void check_crl(const uint8_t *data, size_t size);
void check_key(const uint8_t *data, size_t size);
void check_request(const uint8_t *data, size_t size);
/* Issues the certificate or CRL that the input describes, and reads it again. */
void check_issuing(const uint8_t *data, size_t size);
void check_revoking(const uint8_t *data, size_t size);

#endif
