/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors and warnings about a message, collected until the state that they depend on is committed.
 */
#ifndef RELOAD_BATCH_H
#define RELOAD_BATCH_H

#include "common/tool.h"

/* Zero-initialise it. While a tool's batch points to it, tool_error and tool_warn print to it. */
struct batch {
    reload_buf lines; /* for standard error */
};

void batch_write(struct batch *batch, const void *octets, size_t len);
/* Prints the lines, and leaves the batch empty. The tool's batch must be NULL. */
void batch_flush(struct batch *batch, struct tool *tool);
/* Frees the memory without printing. */
void batch_free(struct batch *batch);

#endif
