/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/descriptors.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CANNOT_START = 4 }; /* STATUS_FAILED */

void descriptors_open_standard(void)
{
    /* open returns the lowest free number, which is this one, since those below are open */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
            !RL_FAULT("closed standard descriptors are opened") &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(CANNOT_START);
}

/* Whether a call that returned n is to be repeated: after a signal, or after waiting for a
 * non-blocking descriptor that was not ready. */
static bool is_to_repeat(ssize_t n, int fd, short events)
{
    struct pollfd ready = {.fd = fd, .events = events};
    if (n >= 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
        return false;
    if (errno == EINTR)
        return true;
    return !RL_FAULT("S§8: non-blocking pipes are waited for") &&
           (poll(&ready, 1, -1) >= 0 || errno == EINTR);
}

ssize_t descriptor_read(int fd, void *octets, size_t size)
{
    ssize_t n;
    do {
        n = read(fd, octets, size);
    } while (is_to_repeat(n, fd, POLLIN));
    return n;
}

bool descriptor_write(int fd, const void *octets, size_t len)
{
    const uint8_t *at = octets;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && !is_to_repeat(n, fd, POLLOUT))
            return false;
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* The descriptor that a path itself names, or -1. */
static int named_literally(const char *path)
{
    static const char *const standard[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    static const char *const directories[] = {"/dev/fd/", "/proc/self/fd/"};
    for (int fd = 0; fd < 3; fd++)
        if (strcmp(path, standard[fd]) == 0)
            return fd;
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        size_t len = strlen(directories[i]);
        const char *digits = path + len;
        if (strncmp(path, directories[i], len) != 0 || *digits == '\0' ||
            digits[strspn(digits, "0123456789")] != '\0')
            continue;
        errno = 0;
        long fd = strtol(digits, NULL, 10);
        return errno == 0 && fd < INT_MAX ? (int)fd : INT_MAX; /* INT_MAX: never open */
    }
    return -1;
}

int descriptor_named(const char *path)
{
    enum { MAX_LINKS = 8 };
    char links[2][4096];
    for (int i = 0; i < MAX_LINKS; i++) {
        int fd = named_literally(path);
        if (fd >= 0)
            return fd;
        char *target = links[i % 2];
        ssize_t len = readlink(path, target, sizeof links[0] - 1);
        if (len <= 0 || target[0] != '/')
            return -1;
        target[len] = '\0';
        path = target;
    }
    return -1;
}
