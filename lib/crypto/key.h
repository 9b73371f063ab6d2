/* SPDX-License-Identifier: BSD-2-Clause */
/* RSA private keys: the part that x509 and sign use. */
#ifndef RL_CRYPTO_KEY_H
#define RL_CRYPTO_KEY_H

#include "base/base.h"

#include <reload/cert.h>

enum { RL_MIN_RSA_BITS = 1024, RL_MAX_RSA_BITS = 8192 }; /* D13 */

/* Size of the modulus, and so of a signature, in octets. */
size_t rl_key_size(const reload_key *key);
/* A copy for another thread. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO; *copy is then NULL. */
reload_err rl_key_copy(const reload_key *key, reload_key **copy);
/* RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) over the spans in order. signature has rl_key_size
 * octets. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_key_sign(reload_key *key, reload_md md, const reload_span *spans, size_t count,
                       uint8_t *signature);

#endif
