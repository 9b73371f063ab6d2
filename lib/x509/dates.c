/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates in certificates and CRLs. */
#include "x509/cert.h"

#include "base/civil.h"

#include <inttypes.h>
#include <stdio.h>

reload_time rl_date_read(const mbedtls_x509_time *date)
{
    const rl_civil civil = {.year = date->year,
                            .month = (unsigned)date->mon,
                            .day = (unsigned)date->day,
                            .hour = (unsigned)date->hour,
                            .minute = (unsigned)date->min,
                            .second = (unsigned)date->sec};
    return rl_civil_seconds(&civil) * RELOAD_SECOND;
}

bool rl_date_write(reload_time time, char text[RL_DATE_SIZE])
{
    rl_civil c = rl_civil_of(time / RELOAD_SECOND);
    return time >= 0 && c.year <= 9999 &&
           snprintf(text, RL_DATE_SIZE, "%04" PRId64 "%02u%02u%02u%02u%02u", c.year, c.month, c.day,
                    c.hour, c.minute, c.second) == RL_DATE_SIZE - 1;
}
