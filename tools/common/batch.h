/* What is printed about messages, collected until what it depends on is committed. */
#ifndef RELOAD_BATCH_H
#define RELOAD_BATCH_H

#include "common/tool.h"

/* Zero-initialise it, and set the tool. While the tool's batch points to it, tool_error and
 * tool_warn print to errors. */
struct batch {
    struct tool *tool;
    reload_buf out;    /* for the output */
    reload_buf errors; /* whole lines for standard error */
    int64_t since;     /* of the oldest octet, by tool_milliseconds */
};

/* A reload_sink: collects octets for the output. */
int batch_write(void *batch, const void *octets, size_t len);
/* Collects octets for standard error. */
void batch_write_error(struct batch *batch, const void *octets, size_t len);
bool batch_is_empty(const struct batch *batch);
/* Whether so much is collected, or for so long, that it must go out even if input does not pause.
 */
bool batch_is_due(const struct batch *batch);
/* Prints the errors, writes the rest to the output, and leaves the batch empty. Returns false after
 * reporting that memory was short, or that the output failed. */
bool batch_flush(struct batch *batch, struct output *out);
/* Frees the memory without printing. */
void batch_free(struct batch *batch);

#endif
