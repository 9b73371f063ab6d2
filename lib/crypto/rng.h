/* SPDX-License-Identifier: BSD-2-Clause */
/* Random octets for mbed TLS. */
#ifndef RL_CRYPTO_RNG_H
#define RL_CRYPTO_RNG_H

#include "base/base.h"

#include <reload/cert.h>

/* A reload_rng (first argument) as mbed TLS calls it: 0, or an error of its own. */
int rl_rng_callback(void *rng, unsigned char *octets, size_t len);

#endif
