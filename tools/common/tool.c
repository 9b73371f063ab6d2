/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"
#include "common/batch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

int64_t tool_milliseconds(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void tool_status(struct tool *tool, int status)
{
    if (status > tool->status)
        tool->status = status;
}

void tool_hide_memory(void)
{
    const struct rlimit none = {0, 0};
    if (RL_FAULT("no core dump holds a key"))
        return;
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0); /* a handler of core dumps may disregard the limit */
}

void tool_keep(struct tool *tool, const char *path)
{
    struct stat st;
    if (tool->kept_count < MAX_KEPT && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        tool->kept[tool->kept_count].dev = st.st_dev;
        tool->kept[tool->kept_count++].ino = st.st_ino;
    }
}

bool tool_may_write(struct tool *tool, const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    for (size_t i = 0; exists && i < tool->kept_count; i++)
        if (tool->kept[i].dev == st.st_dev && tool->kept[i].ino == st.st_ino) {
            tool_error(
                tool, STATUS_FAILED,
                "%s: in use as a key, certificate or state file; an output cannot replace it",
                path);
            return false;
        }
    return true;
}

/* A reload_sink: standard error, or the batch that collects what is printed there. */
static int to_errors(void *arg, const void *octets, size_t len)
{
    const struct tool *tool = arg;
    if (tool->batch == NULL || RL_FAULT("replay: errors wait for the commit"))
        return fwrite(octets, 1, len, stderr) == len ? 0 : -1;
    batch_write(tool->batch, octets, len);
    return 0;
}

/* Prints "tool: …", with control characters escaped, so that input cannot drive the terminal. */
static void print_error(const struct tool *tool, const char *format, va_list args)
{
    char line[2048];
    void *sink_arg = (void *)(uintptr_t)tool;
    int n = vsnprintf(line, sizeof line, format, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    (void)to_errors(sink_arg, tool->name, strlen(tool->name));
    (void)to_errors(sink_arg, ": ", 2);
    (void)reload_escape((const uint8_t *)line, len, to_errors, sink_arg);
    (void)to_errors(sink_arg, "\n", 1);
}

void tool_error(struct tool *tool, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(tool, format, args);
    va_end(args);
    tool_status(tool, status);
}

void tool_error_diag(struct tool *tool, const char *path, const reload_diag *diag)
{
    if (diag->line > 0)
        tool_error(tool, STATUS_FAILED, "%s: line %u, column %u: %s", path, diag->line,
                   diag->column, diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        tool_error(tool, STATUS_FAILED, "%s: %s: %s", path, diag->pointer, diag->text);
    else if (diag->has_offset)
        tool_error(tool, STATUS_FAILED, "%s: offset %" PRIu64 ": %s", path, diag->offset,
                   diag->text);
    else
        tool_error(tool, STATUS_FAILED, "%s: %s", path, diag->text);
}

void tool_warn(const struct tool *tool, const char *format, ...)
{
    va_list args;
    if (tool->quiet)
        return;
    va_start(args, format);
    print_error(tool, format, args);
    va_end(args);
}

void tool_usage(const struct tool *tool, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(tool, format, args);
    va_end(args);
    (void)fprintf(stderr, "Try '%s --help'.\n", tool->name);
    exit(STATUS_USAGE);
}
