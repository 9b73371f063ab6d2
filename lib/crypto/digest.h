/* SPDX-License-Identifier: BSD-2-Clause */
/* Digests of spans of octets. The public part is in reload/base.h. */
#ifndef RL_CRYPTO_DIGEST_H
#define RL_CRYPTO_DIGEST_H

#include "base/base.h"

enum { RL_SHA1_SIZE = 20, RL_SHA256_SIZE = 32 };

/* Compares in constant time. */
bool rl_equal(const uint8_t *a, const uint8_t *b, size_t len);

#endif
