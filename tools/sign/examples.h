/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON messages to start from, one for each method (reload-sign --example). */
#ifndef RELOAD_EXAMPLES_H
#define RELOAD_EXAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* The example of a method, or NULL. */
const char *example_of(uint32_t method);

#endif
