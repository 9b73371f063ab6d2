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

/* Reads an open file to its end and closes it. fd is -1, with errno, if it could not be opened.
 * Returns 0, or an errno: EFBIG if the file has more octets than its kind. */
static int load_open(int fd, size_t max, reload_buf *buf)
{
    uint8_t chunk[4096];
    ssize_t n = -1;
    while (fd >= 0 && buf->err == RELOAD_OK && buf->len <= max &&
           (n = descriptor_read(fd, chunk, sizeof chunk)) > 0)
        reload_buf_append(buf, chunk, (size_t)n);
    int cause = n < 0 ? errno : buf->err != RELOAD_OK ? ENOMEM : buf->len > max ? EFBIG : 0;
    if (fd >= 0)
        (void)close(fd);
    explicit_bzero(chunk, sizeof chunk);
    return cause;
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

/* Describes why a file cannot be read. */
static const char *describe_cause(int cause, const struct file_kind *kind, char *text, size_t size)
{
    if (cause == EFBIG)
        (void)snprintf(text, size, "longer than %zu octets", kind->max);
    else
        (void)snprintf(text, size, "%s",
                       cause == ENOMEM ? reload_strerror(RELOAD_ERR_MEMORY) : strerror(cause));
    return text;
}

bool file_load(const char *path, const struct file_kind *kind, reload_buf *buf, reload_diag *diag)
{
    int cause = load_open(open_whole(path), kind->max, buf);
    *diag = (reload_diag){.code = cause == 0 ? RELOAD_OK : RELOAD_ERR_READ};
    if (cause != 0)
        (void)describe_cause(cause, kind, diag->text, sizeof diag->text);
    return cause == 0;
}

/* Writes where a CA's directory has the file of a kind. Returns false if it has none. */
static bool find_in_ca(const char *path, const char *file, char *inside, size_t size)
{
    bool ends = path[0] != '\0' && path[strlen(path) - 1] == '/';
    int n = file == NULL ? -1 : snprintf(inside, size, "%s%s%s", path, ends ? "" : "/", file);
    return n >= 0 && (size_t)n < size && access(inside, F_OK) == 0;
}

/* Reports a directory in place of a file. For the file of a CA's directory, it names that. */
static void directory_error(struct tool *tool, const char *path, const struct file_kind *kind)
{
    char inside[4096], profile[4096];
    bool found = find_in_ca(path, kind->in_ca, inside, sizeof inside);
    bool either = found && kind == &kind_ca_certs &&
                  find_in_ca(path, kind_profile.in_ca, profile, sizeof profile);
    tool_error_file(tool, STATUS_FAILED, path, "%s, expected %s%s%s%s%s", strerror(EISDIR),
                    kind->text, found ? "; use " : "", found ? inside : "",
                    either ? ", or --profile=" : "", either ? profile : "");
}

/* Reports a missing file, and one that may be meant. */
static void missing_error(struct tool *tool, const char *path, const struct file_kind *kind)
{
    char other[4096];
    int n = snprintf(other, sizeof other, "%s%s", path, kind->suffix == NULL ? "" : kind->suffix);
    bool found = kind->suffix != NULL && n >= 0 && (size_t)n < sizeof other &&
                 strcmp(path, "-") != 0 && access(other, F_OK) == 0;
    tool_error_file(tool, STATUS_FAILED, path, "%s%s%s", strerror(ENOENT),
                    kind == &kind_secret /* perhaps the secret itself */
                        ? "; --secret requires the name of a file that holds the secret"
                        : found ? "; use " : "",
                    found ? other : "");
}

void file_error(struct tool *tool, const char *path, const struct file_kind *kind, int cause)
{
    char text[128];
    if (cause == EISDIR)
        directory_error(tool, path, kind);
    else if (cause == ENOENT)
        missing_error(tool, path, kind);
    else
        tool_error_file(tool, STATUS_FAILED, path, "%s%s%s%s",
                        describe_cause(cause, kind, text, sizeof text),
                        cause == EACCES || cause == EFBIG ? ", expected " : "",
                        cause == EACCES || cause == EFBIG ? kind->text : "",
                        cause == EACCES ? " that this user can read" : "");
}

bool file_read(struct tool *tool, const char *path, const struct file_kind *kind, reload_buf *buf)
{
    int fd = open_whole(path), cause = errno;
    if (fd >= 0 && kind->secret) {
        tool_hide_memory();
        check_mode(tool, path, fd);
    }
    errno = cause;
    cause = load_open(fd, kind->max, buf);
    if (cause != 0 && (cause != EFBIG || !content_error(tool, path, buf, kind)))
        file_error(tool, path, kind, cause);
    return cause == 0;
}

reload_content content_of_file(const char *path)
{
    uint8_t octets[4096];
    int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : descriptor_read(fd, octets, sizeof octets);
    if (fd >= 0)
        (void)close(fd);
    return n < 0 ? RELOAD_CONTENT_UNKNOWN : reload_recognise(octets, (size_t)n);
}
