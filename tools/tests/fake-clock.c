/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock for tests. Preloaded, it makes the time of day that of the environment variable
 * FAKE_CLOCK, in seconds since the epoch, and monotonic time run FAKE_SPEED times as fast.
 * FAKE_HAND names a file whose modification time is the time of day instead, so that a test can
 * move it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The value of an environment variable. A mistake in a test ends the process in a way that no test
 * expects. */
static long long number(const char *name, long long otherwise)
{
    const char *text = getenv(name);
    char *end = NULL;
    int before = errno;
    errno = 0;
    long long value = text == NULL ? otherwise : strtoll(text, &end, 10);
    if (text != NULL && (end == text || *end != '\0' || errno != 0))
        abort();
    errno = before;
    return value;
}

time_t time(time_t *result)
{
    struct stat hand;
    const char *file = getenv("FAKE_HAND");
    time_t now =
        file != NULL && stat(file, &hand) == 0 ? hand.st_mtime : (time_t)number("FAKE_CLOCK", 0);
    if (result != NULL)
        *result = now;
    return now;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const long long second = 1000000000;
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (clock == CLOCK_MONOTONIC) {
        long long time = (now->tv_sec % 100000 * second + now->tv_nsec) * number("FAKE_SPEED", 1);
        now->tv_sec = (time_t)(time / second);
        now->tv_nsec = (long)(time % second);
    }
    return 0;
}
