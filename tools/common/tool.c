/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"
#include "common/batch.h"
#include "common/descriptors.h"
#include "common/progress.h"
#include "common/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int64_t tool_milliseconds(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

reload_time tool_now(void)
{
    const int64_t most = RELOAD_MAX_TIME;
    int64_t now = time(NULL);
    return (now < -most ? -most : now > most ? most : now) * RELOAD_SECOND;
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

/* Set if an error or a warning could not be written. */
static bool errors_lost;

void tool_print_lines(const void *octets, size_t len)
{
    progress_hide();
    if (!descriptor_write(STDERR_FILENO, octets, len) && !RL_FAULT("lost errors are noticed"))
        errors_lost = true;
}

int tool_finish(struct tool *tool)
{
    if (errors_lost)
        tool_status(tool, STATUS_FAILED);
    tool_free_kept(tool);
    reload_buf_free(&tool->passphrase);
    return tool->status;
}

/* A reload_sink. */
static int to_line(void *arg, const void *octets, size_t len)
{
    reload_buf_append(arg, octets, len);
    return 0;
}

/* Prints a line on standard error, or to the batch that collects such lines. */
static void print_line(const struct tool *tool, const reload_buf *line)
{
    if (line->err != RELOAD_OK)
        errors_lost = true;
    else if (tool->batch == NULL || RL_FAULT("replay: errors wait for the commit"))
        tool_print_lines(line->octets, line->len);
    else
        batch_write(tool->batch, line->octets, line->len);
}

/* Prints "tool: …", escaped, so that quoted input is safe on a terminal and does not read as a
 * message. */
static void print_error(const struct tool *tool, const char *format, va_list args)
{
    char words[2048] = "";
    reload_buf line = {0};
    text_vappend(words, sizeof words, format, args);
    reload_buf_append(&line, tool->name, strlen(tool->name));
    reload_buf_append(&line, ": ", 2);
    if (reload_escape((const uint8_t *)words, strlen(words), to_line, &line) != RELOAD_OK)
        errors_lost = true;
    reload_buf_append(&line, "\n", 1);
    print_line(tool, &line);
    reload_buf_free(&line);
}

__attribute__((format(printf, 2, 3))) static void print_words(const struct tool *tool,
                                                              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(tool, format, args);
    va_end(args);
}

void tool_error(struct tool *tool, int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(tool, format, args);
    va_end(args);
    tool_status(tool, status);
}

/* Prints "tool: file: …", unless it is a warning in a quiet run, and passes it to the note
 * function. */
static void report_file(const struct tool *tool, const char *file, bool warning, const char *format,
                        va_list args)
{
    char words[1024] = "";
    text_vappend(words, sizeof words, format, args);
    if (!warning)
        print_words(tool, "%s: %s", file, words);
    else if (!tool->quiet)
        print_words(tool, "%s%swarning: %s", file == NULL ? "" : file, file == NULL ? "" : ": ",
                    words);
    if (tool->note != NULL)
        tool->note(tool->note_arg, file, words, warning);
}

void tool_error_file(struct tool *tool, int status, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_file(tool, file, false, format, args);
    va_end(args);
    tool_status(tool, status);
}

void tool_error_diag(struct tool *tool, const char *path, const reload_diag *diag)
{
    if (diag->line > 0)
        tool_error_file(tool, STATUS_FAILED, path, "line %u, column %u: %s", diag->line,
                        diag->column, diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        tool_error_file(tool, STATUS_FAILED, path, "%s: %s", diag->pointer, diag->text);
    else if (diag->has_offset)
        tool_error_file(tool, STATUS_FAILED, path, "offset %" PRIu64 ": %s", diag->offset,
                        diag->text);
    else
        tool_error_file(tool, STATUS_FAILED, path, "%s", diag->text);
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

void tool_warn_file(const struct tool *tool, const char *file, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_file(tool, file, true, format, args);
    va_end(args);
}

void tool_usage(const struct tool *tool, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_error(tool, format, args);
    va_end(args);
    char hint[96];
    int n = snprintf(hint, sizeof hint, "Try '%s --help'.\n", tool->name);
    tool_print_lines(hint, n < 0 ? 0 : (size_t)n);
    exit(errors_lost ? STATUS_FAILED : STATUS_USAGE);
}
