#include "common/batch.h"

#include <stdio.h>

enum { BATCH_SIZE = 64 * 1024, BATCH_MS = 50 };

static void batch_append(struct batch *batch, reload_buf *buf, const void *octets, size_t len)
{
    if (batch_is_empty(batch))
        batch->since = tool_milliseconds();
    reload_buf_append(buf, octets, len);
}

int batch_write(void *arg, const void *octets, size_t len)
{
    struct batch *batch = arg;
    batch_append(batch, &batch->out, octets, len);
    return batch->out.err == RELOAD_OK ? 0 : -1;
}

void batch_write_error(struct batch *batch, const void *octets, size_t len)
{
    batch_append(batch, &batch->errors, octets, len);
}

bool batch_is_empty(const struct batch *batch)
{
    return batch->out.len == 0 && batch->errors.len == 0;
}

bool batch_is_due(const struct batch *batch)
{
    return batch->out.len + batch->errors.len >= BATCH_SIZE ||
           (!batch_is_empty(batch) && tool_milliseconds() - batch->since >= BATCH_MS);
}

bool batch_flush(struct batch *batch, struct output *out)
{
    struct tool *tool = batch->tool;
    struct batch *active = tool->batch;
    tool->batch = NULL; /* an error from here on is printed at once */
    (void)fwrite(batch->errors.octets, 1, batch->errors.len, stderr);
    if (batch->out.err != RELOAD_OK || batch->errors.err != RELOAD_OK) {
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        out->failed = true; /* no output, rather than one with gaps */
    }
    bool written = output_write(out, batch->out.octets, batch->out.len) == 0;
    tool->batch = active;
    reload_buf_reset(&batch->out);
    reload_buf_reset(&batch->errors);
    return written;
}

void batch_free(struct batch *batch)
{
    reload_buf_free(&batch->out);
    reload_buf_free(&batch->errors);
}
