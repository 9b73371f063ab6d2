/* SPDX-License-Identifier: BSD-2-Clause */
/* The file has one line of fixed length:
 *
 *     boot-time 1183896000 next 0000000042
 *
 * An empty file is a counter from which no number was taken.
 *
 * The lock (flock) is held while one number is taken. The line is overwritten in place by one
 * pwrite, and synced before the number is used. It is not renamed into place, because a lock on the
 * old file would not exclude a process that opens the new one. Overwriting is safe: 40 octets at
 * the beginning of a file lie in one page and one sector, and only digits change, so that after a
 * kill or a loss of power the file has either the old line or the new one. A number taken by a
 * process that died is lost; none is taken twice. */
#include "sign/counter.h"

#include "base/fault.h"
#include "common/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char pattern[] = "boot-time dddddddddd next dddddddddd\n"; /* d: a decimal digit */

enum { LINE = sizeof pattern - 1, BOOT_TIME_AT = 10, NEXT_AT = 26 };

static const uint64_t all_used = (uint64_t)UINT32_MAX + 1;

/* The file's content. */
struct state {
    bool fresh; /* the file is empty */
    uint32_t boot_time;
    uint64_t next; /* all_used: no number is left */
};

/* Fails with the file's name and a cause. */
__attribute__((format(printf, 4, 5))) static reload_err counter_fail(const struct counter *c,
                                                                     reload_diag *diag,
                                                                     reload_err err,
                                                                     const char *format, ...)
{
    va_list args;
    diag->text[0] = '\0';
    text_append(diag->text, sizeof diag->text,
                "%s%.*s: ", err == RELOAD_ERR_REFUSED ? "refused: " : "", text_start(c->path, 120),
                c->path);
    va_start(args, format);
    text_vappend(diag->text, sizeof diag->text, format, args);
    va_end(args);
    diag->code = err;
    return err;
}

static uint64_t counter_digits(const char *text)
{
    uint64_t value = 0;
    for (int i = 0; i < 10; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    return value;
}

static reload_err read_line(const struct counter *c, int fd, struct state *state, reload_diag *diag)
{
    char line[LINE + 1];
    ssize_t len;
    *state = (struct state){0};
    while ((len = pread(fd, line, sizeof line, 0)) < 0 && errno == EINTR)
        ;
    if (len < 0)
        return counter_fail(c, diag, RELOAD_ERR_READ, "%s", strerror(errno));
    if (len == 0) {
        state->fresh = true;
        return RELOAD_OK;
    }
    bool good = len == LINE;
    for (size_t i = 0; good && i < LINE; i++)
        good = pattern[i] == 'd' ? line[i] >= '0' && line[i] <= '9' : line[i] == pattern[i];
    if (!good) {
        const char *content = reload_content_text(content_of_file(c->path));
        return counter_fail(c, diag, RELOAD_ERR_SYNTAX,
                            "%s%snot a counter file: expected one line as reload-sign writes it%s",
                            content == NULL ? "" : content, content == NULL ? "" : ", ",
                            content == NULL ? "" : "; a missing file is created");
    }
    uint64_t boot_time = counter_digits(line + BOOT_TIME_AT);
    state->next = counter_digits(line + NEXT_AT);
    if (boot_time > UINT32_MAX || state->next > all_used)
        return counter_fail(c, diag, RELOAD_ERR_SYNTAX,
                            "not a counter file: its %s exceeds 32 bits",
                            boot_time > UINT32_MAX ? "boot time" : "counter");
    state->boot_time = (uint32_t)boot_time;
    return RELOAD_OK;
}

/* Locks an open file. Returns NULL, or the fault of the file. */
static const char *counter_lock(int fd, struct stat *there)
{
    int failed;
    if (fstat(fd, there) != 0)
        return strerror(errno);
    if (!S_ISREG(there->st_mode))
        return "not a regular file";
    int mode = RL_FAULT("S§7: the counter is locked") ? LOCK_SH : LOCK_EX;
    while ((failed = flock(fd, mode)) != 0 && errno == EINTR)
        ;
    return failed == 0 ? NULL : strerror(errno);
}

/* Opens the file and locks it, again if another file has taken its name meanwhile. */
static reload_err open_locked(const struct counter *c, int *fd, reload_diag *diag)
{
    enum { PATIENCE = 1000 };
    static const char directory[] =
        "Is a directory, expected a counter file; a missing file is created";
    struct stat there, named;
    for (int i = 0; i < PATIENCE; i++) {
        *fd = open(c->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
        const char *cause = *fd >= 0          ? counter_lock(*fd, &there)
                            : errno == EISDIR ? directory
                                              : strerror(errno);
        if (cause == NULL && stat(c->path, &named) == 0 && named.st_dev == there.st_dev &&
            named.st_ino == there.st_ino)
            return RELOAD_OK;
        if (*fd >= 0)
            (void)close(*fd);
        if (cause != NULL)
            return counter_fail(c, diag, RELOAD_ERR_READ, "%s", cause);
    }
    return counter_fail(c, diag, RELOAD_ERR_READ, "replaced too often by other processes");
}

/* Syncs the name of a new file. */
static void sync_name(const char *path)
{
    char *target = realpath(path, NULL);
    output_sync_directory(target != NULL ? target : path);
    free(target);
}

static ssize_t write_at_begin(int fd, const char *line)
{
    ssize_t n;
    while ((n = pwrite(fd, line, LINE, 0)) < 0 && errno == EINTR)
        ;
    return n;
}

static void write_words(const struct state *state, char line[LINE + 1])
{
    (void)snprintf(line, LINE + 1, "boot-time %010" PRIu32 " next %010" PRIu64 "\n",
                   state->boot_time, state->next);
}

static reload_err write_line(const struct counter *c, int fd, const struct state *before,
                             const struct state *after, reload_diag *diag)
{
    char line[LINE + 1];
    write_words(after, line);
    ssize_t n = write_at_begin(fd, line);
    int cause = n < 0 ? errno : ENOSPC;
    bool sync = !RL_FAULT("S§7: the counter is on disk before it is used");
    if (n == LINE && (!sync || fdatasync(fd) == 0)) {
        if (before->fresh)
            sync_name(c->path);
        return RELOAD_OK;
    }
    if (n == LINE) { /* perhaps on disk: the number is lost */
        cause = errno;
    } else if (n > 0 && before->fresh) {
        if (ftruncate(fd, 0) != 0)
            cause = errno;
    } else if (n > 0) {
        write_words(before, line);
        (void)write_at_begin(fd, line);
    }
    return counter_fail(c, diag, RELOAD_ERR_WRITE, "cannot be written: %s", strerror(cause));
}

/* Takes a number. boot_time is the one specified, or the TIMESTAMP. */
static reload_err counter_take(const struct counter *c, const struct state *state,
                               struct state *after, uint32_t boot_time, reload_diag *diag)
{
    *after = *state;
    if (state->fresh || (c->has_boot_time && (boot_time > state->boot_time ||
                                              (boot_time < state->boot_time && c->force))))
        *after = (struct state){.boot_time = boot_time};
    else if (c->has_boot_time && boot_time < state->boot_time)
        return counter_fail(c, diag, RELOAD_ERR_REFUSED,
                            "boot time %" PRIu32 " is earlier than the file's %" PRIu32
                            ": receivers would reject a replay",
                            boot_time, state->boot_time);
    if (after->next == all_used)
        return counter_fail(c, diag, RELOAD_ERR_REFUSED,
                            "all counters of boot time %" PRIu32
                            " are used; a later --boot-time is required",
                            after->boot_time);
    after->fresh = false;
    after->next++;
    return RELOAD_OK;
}

reload_err counter_next(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag)
{
    const struct counter *c = arg;
    struct state before, after;
    int fd;
    reload_err err = open_locked(c, &fd, diag);
    if (err != RELOAD_OK)
        return err;
    err = read_line(c, fd, &before, diag);
    if (err == RELOAD_OK)
        err = counter_take(c, &before, &after, *boot_time, diag);
    if (err == RELOAD_OK)
        err = write_line(c, fd, &before, &after, diag);
    if (err == RELOAD_OK) {
        *boot_time = after.boot_time;
        *counter = (uint32_t)(after.next - 1);
    }
    (void)close(fd); /* and unlocks it */
    return err;
}

bool counter_check(struct tool *tool, const struct counter *counter)
{
    struct state state;
    reload_diag diag = {0};
    int fd;
    reload_err err = open_locked(counter, &fd, &diag);
    if (err == RELOAD_OK) {
        err = read_line(counter, fd, &state, &diag);
        (void)close(fd);
    }
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "%s", diag.text);
    tool_keep(tool, counter->path);
    return err == RELOAD_OK;
}
