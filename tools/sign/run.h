/* SPDX-License-Identifier: BSD-2-Clause */
/* Working on all messages of the input. */
#ifndef RELOAD_SIGN_RUN_H
#define RELOAD_SIGN_RUN_H

#include "sign/options.h"

/* Signs, strips, extends or mutates them, as the options specify. Raises the tool's status after
 * reporting an error. */
void sign_run(struct tool *tool, struct sign_options *options);

#endif
