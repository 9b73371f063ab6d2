/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of keys, certificates, requests and CRLs: one object in DER, or one or more in PEM. */
#ifndef RL_CRYPTO_ENCODING_H
#define RL_CRYPTO_ENCODING_H

#include "base/base.h"

/* Whether the octets are PEM, which may have other text before it. */
bool rl_is_pem(const uint8_t *octets, size_t len);
/* The number of PEM objects with a label, such as "CERTIFICATE", whole or not. */
size_t rl_pem_count(const uint8_t *octets, size_t len, const char *label);
/* Fails if the octets can be neither PEM nor DER. what: "private key". RELOAD_ERR_SYNTAX. */
reload_err rl_check_encoding(const uint8_t *octets, size_t len, const char *what,
                             reload_diag *diag);
/* Fails if octets follow the DER object that the octets begin with. what: "certificate".
 * RELOAD_ERR_SYNTAX. */
reload_err rl_check_der_end(const uint8_t *octets, size_t len, const char *what, reload_diag *diag);
/* Like rl_check_der_end, for a file with one object in DER or PEM. White space may follow PEM. */
reload_err rl_check_end(const uint8_t *octets, size_t len, const char *what, reload_diag *diag);

#endif
