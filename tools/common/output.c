/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"
#include "common/descriptors.h"
#include "common/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PENDING = 64 * 1024 };

/* Temporary files that a signal must remove: a tool's output, and a certificate written meanwhile.
 */
enum { MAX_UNFINISHED = 4 };
static const char *volatile unfinished[MAX_UNFINISHED];

static void on_signal(int number)
{
    for (size_t i = 0; i < MAX_UNFINISHED; i++) {
        const char *path = unfinished[i];
        if (path != NULL)
            (void)unlink(path);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Replaces one of the unfinished files; NULL is a free entry. */
static void replace_unfinished(const char *from, const char *to)
{
    size_t i = 0;
    while (i < MAX_UNFINISHED && unfinished[i] != from)
        i++;
    if (i < MAX_UNFINISHED)
        unfinished[i] = to;
}

static void watch_signals(void)
{
    static const int numbers[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                  SIGPIPE, SIGXFSZ, SIGXCPU, SIGALRM};
    struct sigaction action = {.sa_handler = on_signal}, old;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], NULL, &old) == 0 &&
            old.sa_handler == SIG_DFL) /* nohup's SIGHUP stays ignored */
            (void)sigaction(numbers[i], &action, NULL);
}

static const char *output_name(const struct output *out)
{
    return out->path == NULL ? "standard output" : out->path;
}

static void output_fail(struct output *out, const char *what)
{
    if (!out->failed)
        tool_error(out->tool, STATUS_FAILED, "%s: %s: %s", output_name(out), what, strerror(errno));
    out->failed = true;
}

static mode_t default_mode(void)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

/* The name of a file beside the target, whatever the target's own length; NULL without memory. */
static char *temporary_name(const char *target)
{
    static const char name[] = ".reload-XXXXXX";
    const char *slash = strrchr(target, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - target) + 1;
    char *path = malloc(len + sizeof name);
    if (path != NULL) {
        memcpy(path, target, len);
        memcpy(path + len, name, sizeof name);
    }
    return path;
}

/* Creates a file of that mode in the target's directory. */
static bool open_temporary(struct output *out, mode_t mode)
{
    out->temporary = temporary_name(out->target);
    if (out->temporary == NULL) {
        output_fail(out, "cannot be written");
        return false;
    }
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before); /* until the file is among the unfinished */
    watch_signals();
    out->fd = mkstemp(out->temporary); /* O_EXCL, mode 0600 */
    if (out->fd >= 0)
        replace_unfinished(NULL, out->temporary);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (out->fd < 0) {
        output_fail(out, "cannot create a file in its directory");
        free(out->temporary);
        out->temporary = NULL;
        return false;
    }
    out->own = true;
    if (fchmod(out->fd, mode) != 0) /* the umask may have removed even the owner's rights */
        output_fail(out, "its mode cannot be set");
    return true;
}

/* Writes to an open descriptor, at its offset. */
static bool open_descriptor(struct output *out, int fd)
{
    out->fd = fd;
    if (fcntl(fd, F_GETFD) == -1)
        output_fail(out, "cannot be written");
    else if (!out->state && !tool_may_write_to(out->tool, fd, output_name(out)))
        out->failed = true;
    return !out->failed;
}

/* Opens a pipe or a device, which a file cannot replace. */
static bool open_special(struct output *out, const char *path)
{
    int fd = open(path, O_WRONLY | O_NOCTTY);
    if (fd < 0) {
        output_fail(out, "cannot be opened");
        return false;
    }
    out->fd = fd;
    out->own = true;
    return true;
}

/* Prepares a file that takes the path's place, or is created there. */
static bool open_file(struct output *out, const char *path, const struct stat *old)
{
    if (!out->state && !tool_may_write(out->tool, path)) {
        out->failed = true;
        return false;
    }
    if (old != NULL && out->secret && !out->force) {
        tool_error(out->tool, STATUS_FAILED, "%s: already exists; --force replaces it", path);
        out->failed = true;
        return false;
    }
    out->target = old != NULL ? realpath(path, NULL) : strdup(path);
    if (out->target == NULL) {
        output_fail(out, "cannot be written");
        return false;
    }
    return open_temporary(out, out->secret   ? 0600
                               : old != NULL ? old->st_mode & 0777
                                             : default_mode());
}

static bool open_path(struct output *out, const char *path)
{
    struct stat st;
    int fd = RL_FAULT("/dev/fd/N is the open descriptor") ? -1 : descriptor_named(path);
    if (fd >= 0)
        return open_descriptor(out, fd);
    bool exists = stat(path, &st) == 0;
    if (exists && S_ISDIR(st.st_mode))
        errno = EISDIR;
    if (exists ? S_ISDIR(st.st_mode) : errno != ENOENT) {
        output_fail(out, "cannot be written");
        return false;
    }
    return exists && !S_ISREG(st.st_mode) ? open_special(out, path)
                                          : open_file(out, path, exists ? &st : NULL);
}

bool output_open(struct output *out, struct tool *tool, const char *path, unsigned flags)
{
    *out = (struct output){.tool = tool,
                           .path = path,
                           .fd = -1,
                           .secret = (flags & OUTPUT_SECRET) != 0,
                           .force = (flags & OUTPUT_FORCE) != 0,
                           .state = (flags & OUTPUT_STATE) != 0};
    if (path != NULL && strcmp(path, "-") == 0)
        out->path = path = NULL;
    out->pending = malloc(PENDING);
    if (out->pending == NULL)
        output_fail(out, "cannot be written");
    bool opened = out->pending != NULL &&
                  (path == NULL ? open_descriptor(out, STDOUT_FILENO) : open_path(out, path));
    if (!opened) {
        out->failed = true;
        (void)output_close(out);
    } else {
        out->terminal = isatty(out->fd) == 1;
    }
    return opened;
}

static void write_all(struct output *out, const uint8_t *octets, size_t len)
{
    if (!out->failed && !descriptor_write(out->fd, octets, len))
        output_fail(out, "cannot be written");
}

void output_flush(struct output *out)
{
    write_all(out, out->pending, out->len);
    out->len = out->whole = 0;
}

void output_end_message(struct output *out)
{
    out->whole = out->len;
}

/* Writes the pending octets of whole messages. */
static void flush_whole(struct output *out)
{
    write_all(out, out->pending, out->whole);
    out->len -= out->whole;
    memmove(out->pending, out->pending + out->whole, out->len);
    out->whole = 0;
}

void output_flush_old(struct output *out)
{
    enum { OLD_MS = 50 };
    if (out->len > 0 && tool_milliseconds() - out->since >= OLD_MS)
        output_flush(out);
}

int buf_write(void *arg, const void *octets, size_t len)
{
    reload_buf *buf = arg;
    reload_buf_append(buf, octets, len);
    return buf->err == RELOAD_OK ? 0 : -1;
}

int output_write(void *arg, const void *octets, size_t len)
{
    struct output *out = arg;
    if (len == 0)
        return out->failed ? -1 : 0;
    out->written = true;
    if (len > PENDING - out->len)
        flush_whole(out);
    if (len > PENDING - out->len)
        output_flush(out);
    if (len > PENDING) {
        write_all(out, octets, len);
    } else {
        if (out->len == 0)
            out->since = tool_milliseconds();
        memcpy(out->pending + out->len, octets, len);
        out->len += len;
        out->most = out->len > out->most ? out->len : out->most;
    }
    return out->failed ? -1 : 0;
}

void output_sync_directory(const char *path)
{
    char *copy = strdup(path);
    char *slash = copy == NULL ? NULL : strrchr(copy, '/');
    if (slash != NULL)
        slash[slash == copy] = '\0'; /* the root keeps its slash */
    int fd = open(slash != NULL ? copy : ".", O_RDONLY | O_DIRECTORY);
    if (fd >= 0) {
        (void)fsync(fd); /* some file systems cannot sync directories */
        (void)close(fd);
    }
    free(copy);
}

bool output_is_hidden(const struct output *out)
{
    return out->temporary != NULL;
}

bool output_sync(struct output *out)
{
    output_flush(out);
    if (!out->failed && fsync(out->fd) != 0 && errno != EINVAL && errno != EROFS)
        output_fail(out, "cannot be synced");
    return !out->failed;
}

/* Gives the temporary file its name, unless a file has it. */
static void link_into_place(struct output *out)
{
    if (link(out->temporary, out->target) != 0)
        output_fail(out, "cannot be put in place");
    else if (unlink(out->temporary) != 0)
        tool_error(out->tool, STATUS_FAILED, "%s: its second name %s cannot be removed: %s",
                   out->path, out->temporary, strerror(errno));
}

/* Gives the temporary file its name. Without --force a key replaces no file, not even one created
 * meanwhile. */
static void publish(struct output *out)
{
    (void)output_sync(out);
    if (close(out->fd) != 0)
        output_fail(out, "cannot be closed");
    out->fd = -1;
    if (out->failed)
        return;
    if (out->secret && !out->force)
        link_into_place(out);
    else if (rename(out->temporary, out->target) != 0)
        output_fail(out, "cannot be renamed into place");
    if (!out->failed)
        output_sync_directory(out->target);
}

/* Makes the file appear, or removes it. */
static void end_temporary(struct output *out)
{
    bool keep = !out->failed && (out->written || out->complete || out->tool->status == STATUS_FINE);
    if (keep)
        publish(out);
    if (!keep || out->failed)
        (void)unlink(out->temporary);
    replace_unfinished(out->temporary, NULL);
}

bool output_close(struct output *out)
{
    output_flush(out);
    if (out->temporary != NULL)
        end_temporary(out);
    if (out->own && out->fd >= 0 && close(out->fd) != 0)
        output_fail(out, "cannot be closed");
    if (out->pending != NULL)
        explicit_bzero(out->pending, out->most); /* it may hold a key */
    free(out->pending);
    free(out->temporary);
    free(out->target);
    bool good = !out->failed;
    *out = (struct output){.fd = -1};
    return good;
}

void output_discard(struct output *out)
{
    out->failed = true;
    (void)output_close(out);
}

void output_check(struct output *out, reload_err err)
{
    if (err == RELOAD_OK || err == RELOAD_ERR_WRITE) /* reported by output_write */
        return;
    if (!out->failed)
        tool_error(out->tool, STATUS_FAILED, "%s: %s", output_name(out), reload_strerror(err));
    out->failed = true;
}

void output_text(struct output *out, const char *text)
{
    (void)output_write(out, text, strlen(text));
}

void output_print(struct output *out, const char *format, ...)
{
    char line[1024], *longer = NULL;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(line, sizeof line, format, args);
    if (n > 0 && (size_t)n < sizeof line) {
        (void)output_write(out, line, (size_t)n);
    } else if (n > 0 && vasprintf(&longer, format, again) == n) {
        (void)output_write(out, longer, (size_t)n);
        free(longer);
    } else if (n != 0) {
        output_check(out, RELOAD_ERR_MEMORY);
    }
    va_end(again);
    va_end(args);
}

void output_write_buf(struct output *out, const reload_buf *buf)
{
    output_check(out, buf->err);
    if (buf->err == RELOAD_OK)
        (void)output_write(out, buf->octets, buf->len);
}

bool output_shares(const struct output *out, int fd)
{
    struct stat a, b;
    return !output_is_hidden(out) && fstat(out->fd, &a) == 0 && fstat(fd, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino &&
           !RL_FAULT("a malformed message is reported once in one place");
}

unsigned output_flags(const struct output *out)
{
    return out->terminal && !RL_FAULT("no control characters reach a terminal") ? RELOAD_ASCII : 0;
}

bool output_takes_colour(const struct output *out)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    return out->terminal && (no_colour == NULL || no_colour[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}
