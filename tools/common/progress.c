/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/progress.h"

#include "common/descriptors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const progress_words[] = {"auto", "always", "never", NULL};

static struct {
    bool on, shown;
    const char *tool;
    uint64_t size, done;
    int64_t begun, last, patience; /* milliseconds */
} progress;

enum {
    PATIENCE = 1000, /* milliseconds before the line is shown */
    INTERVAL = 250
};

/* On a terminal that also shows the output, the two would be mixed. */
static bool is_wanted(const struct tool *tool, int when)
{
    if (tool->quiet || when == PROGRESS_NEVER)
        return false;
    return when == PROGRESS_ALWAYS || (isatty(STDERR_FILENO) != 0 && isatty(STDOUT_FILENO) == 0);
}

void progress_begin(const struct tool *tool, int when, uint64_t size)
{
    progress_hide();
    progress.on = size > 0 && is_wanted(tool, when);
    progress.tool = tool->name;
    progress.size = size;
    progress.done = 0;
    progress.last = 0;
    progress.begun = progress.on ? tool_milliseconds() : 0;
    progress.patience = when == PROGRESS_ALWAYS ? 0 : PATIENCE;
}

void progress_octets(size_t octets)
{
    progress.done += octets;
}

static void write_line(const char *line)
{
    (void)descriptor_write(STDERR_FILENO, line, strlen(line));
}

void progress_hide(void)
{
    if (progress.shown)
        write_line("\r\033[K");
    progress.shown = false;
}

void progress_show(uint64_t messages)
{
    enum { MILLION = 1000000 };
    char line[160];
    if (!progress.on)
        return;
    int64_t now = tool_milliseconds(), elapsed = now - progress.begun;
    if (elapsed <= progress.patience || now - progress.last < INTERVAL)
        return;
    uint64_t done = progress.done < progress.size ? progress.done : progress.size;
    double rate = (double)done * 1000 / (double)elapsed; /* octets a second */
    double left = rate > 0 ? (double)(progress.size - done) / rate : 0;
    (void)snprintf(line, sizeof line,
                   "\r%s: %.1f of %.1f MB, %" PRIu64 " messages, %.1f MB/s, %.0f s left\033[K",
                   progress.tool, (double)done / MILLION, (double)progress.size / MILLION, messages,
                   rate / MILLION, left);
    write_line(line);
    progress.shown = true;
    progress.last = now;
}
