/* SPDX-License-Identifier: BSD-2-Clause */
/* HMAC (RFC 2104) under a key that is prepared once. */
#ifndef RL_CRYPTO_MAC_H
#define RL_CRYPTO_MAC_H

#include "base/base.h"

/* A prepared key. Belongs to one thread. */
typedef struct rl_mac rl_mac;
/* RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO; *mac is then NULL. */
reload_err rl_mac_new(reload_md md, const uint8_t *key, size_t len, rl_mac **mac);
/* Wipes the key, frees it and sets the pointer to NULL. */
void rl_mac_free(rl_mac **mac);
/* The HMAC of the spans in order, reload_md_size octets. RELOAD_ERR_CRYPTO. */
reload_err rl_mac_digest(rl_mac *mac, const reload_span *spans, size_t count, uint8_t *digest);

#endif
