/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of certificates, kept from message to message. */
#ifndef RL_RENDER_CERTTEXT_H
#define RL_RENDER_CERTTEXT_H

#include "render/print.h"

#include <reload/render.h>

/* Like reload_print_cert, unless the cache, which may be NULL, has the lines. */
void rl_print_cert(reload_printer *p, reload_text_cache *cache, unsigned depth,
                   const uint8_t *octets, size_t len);

#endif
