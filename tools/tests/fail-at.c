/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures for tests: preloaded, it counts the steps that change files. From step FAIL_AT on the
 * disk is full; at step KILL_AT the process is killed. */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static long steps;

/* The value of an environment variable; 0 without it. A mistake in a test ends the process in a way
 * that no test expects. */
static long setting(const char *name)
{
    const char *value = getenv(name);
    char *end = NULL;
    errno = 0;
    long number = value == NULL ? 0 : strtol(value, &end, 10);
    if (value != NULL && (end == value || *end != '\0' || errno != 0 || number < 0))
        abort();
    return number;
}

/* Counts a step. Returns whether it fails; a step that frees space never does. */
static int fails(int needs_space)
{
    long fail = setting("FAIL_AT");
    if (++steps == setting("KILL_AT"))
        (void)kill(getpid(), SIGKILL);
    if (fail == 0 || steps < fail || !needs_space)
        return 0;
    errno = ENOSPC;
    return 1;
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

int rename(const char *from, const char *to)
{
    return fails(0) ? -1 : REAL(int (*)(const char *, const char *), "rename")(from, to);
}

int link(const char *from, const char *to)
{
    return fails(1) ? -1 : REAL(int (*)(const char *, const char *), "link")(from, to);
}

int unlink(const char *name)
{
    return fails(0) ? -1 : REAL(int (*)(const char *), "unlink")(name);
}

int mkdir(const char *name, mode_t mode)
{
    return fails(1) ? -1 : REAL(int (*)(const char *, mode_t), "mkdir")(name, mode);
}

/* mkstemp64 by name, since files have 64-bit offsets */
int mkstemp(char *name)
{
    return fails(1) ? -1 : REAL(int (*)(char *), "mkstemp64")(name);
}

ssize_t write(int fd, const void *octets, size_t len)
{
    return fd > 2 && fails(1)
               ? -1
               : REAL(ssize_t(*)(int, const void *, size_t), "write")(fd, octets, len);
}
