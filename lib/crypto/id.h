/* SPDX-License-Identifier: BSD-2-Clause */
/* The name of an overlay, with its Overlay. The public part is in reload/cert.h. */
#ifndef RL_CRYPTO_ID_H
#define RL_CRYPTO_ID_H

#include "base/base.h"

/* Replaces a name by a copy, and its Overlay. RELOAD_ERR_ARGUMENT: the name is empty;
 * RELOAD_ERR_MEMORY. Both are then unchanged. */
reload_err rl_overlay_set(const char *name, char **copy, uint32_t *overlay);

#endif
