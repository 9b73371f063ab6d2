/* SPDX-License-Identifier: BSD-2-Clause */
/* A clock for tests: preloaded, it makes the time of day that of the environment variable
 * FAKE_CLOCK, in seconds since the epoch. */
#include <stdlib.h>
#include <time.h>

time_t time(time_t *result)
{
    const char *seconds = getenv("FAKE_CLOCK");
    time_t now = seconds == NULL ? 0 : (time_t)strtoll(seconds, NULL, 10);
    if (result != NULL)
        *result = now;
    return now;
}
