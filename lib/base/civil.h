/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates of the Gregorian calendar in UTC, without leap seconds. The C library's gmtime and timegm
 * follow a zone with leap seconds, such as TZ=right/UTC.
 *
 *     rl_civil_valid      for dates from outside
 *     rl_civil_seconds    instead of timegm: x509 (validity), base (RFC 3339)
 *     rl_civil_of         instead of gmtime: x509 (issuing)
 *     reload_time_text    instead of strftime: render, tools (reload/base.h)
 */
#ifndef RL_BASE_CIVIL_H
#define RL_BASE_CIVIL_H

#include "base/base.h"

typedef struct rl_civil {
    int64_t year;
    unsigned month; /* 1 to 12 */
    unsigned day;   /* from 1 */
    unsigned hour, minute;
    unsigned second; /* 60: a leap second, the same time as the next minute's first */
} rl_civil;

/* Whether there is such a date and time. */
bool rl_civil_valid(const rl_civil *civil);
/* Seconds since the epoch of a valid date and time. */
int64_t rl_civil_seconds(const rl_civil *civil);
/* The date and time of seconds since the epoch. */
rl_civil rl_civil_of(int64_t seconds);

#endif
