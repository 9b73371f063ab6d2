/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/batch.h"

void batch_write(struct batch *batch, const void *octets, size_t len)
{
    reload_buf_append(&batch->lines, octets, len);
}

void batch_flush(struct batch *batch, struct tool *tool)
{
    if (batch->lines.len > 0)
        tool_print_lines(batch->lines.octets, batch->lines.len);
    if (batch->lines.err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(batch->lines.err));
    reload_buf_reset(&batch->lines);
}

void batch_free(struct batch *batch)
{
    reload_buf_free(&batch->lines);
}
