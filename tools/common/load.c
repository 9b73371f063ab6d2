/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files. */
#include "base/fault.h"
#include "common/descriptors.h"
#include "common/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Warns of a secret file that other users can read. */
static void check_mode(const struct tool *tool, const char *path, int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
        tool_warn_file(tool, path, "other users can read this file; chmod 600 prevents it");
}

/* Reads an open file to its end and closes it. fd is -1, with errno, if it could not be opened. */
static bool load_open(int fd, size_t max, reload_buf *buf, reload_diag *diag)
{
    uint8_t chunk[4096];
    ssize_t n = -1;
    while (fd >= 0 && buf->err == RELOAD_OK && buf->len <= max &&
           (n = descriptor_read(fd, chunk, sizeof chunk)) > 0)
        reload_buf_append(buf, chunk, (size_t)n);
    *diag = (reload_diag){.code = RELOAD_ERR_READ};
    if (n < 0)
        (void)snprintf(diag->text, sizeof diag->text, "%s", strerror(errno));
    else if (buf->err != RELOAD_OK)
        (void)snprintf(diag->text, sizeof diag->text, "%s", reload_strerror(buf->err));
    else if (buf->len > max)
        (void)snprintf(diag->text, sizeof diag->text, "longer than %zu octets", max);
    else
        diag->code = RELOAD_OK;
    if (fd >= 0)
        (void)close(fd);
    explicit_bzero(chunk, sizeof chunk);
    return diag->code == RELOAD_OK;
}

bool path_is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0 || descriptor_named(path) == STDIN_FILENO;
}

static int open_whole(const char *path)
{
    return strcmp(path, "-") == 0 && !RL_FAULT("options: - is standard input")
               ? dup(STDIN_FILENO)
               : open(path, O_RDONLY | O_NOCTTY);
}

bool file_load(const char *path, size_t max, reload_buf *buf, reload_diag *diag)
{
    return load_open(open_whole(path), max, buf, diag);
}

bool file_read(struct tool *tool, const char *path, size_t max, reload_buf *buf, bool secret)
{
    reload_diag diag;
    int fd = open_whole(path), cause = errno;
    if (fd >= 0 && secret) {
        tool_hide_memory();
        check_mode(tool, path, fd);
    }
    errno = cause;
    if (load_open(fd, max, buf, &diag))
        return true;
    tool_error_file(tool, STATUS_FAILED, path, "%s", diag.text);
    return false;
}
