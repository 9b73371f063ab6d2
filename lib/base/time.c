/* SPDX-License-Identifier: BSD-2-Clause */
/* Times as text. */
#include "base/civil.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads a number of count decimal digits. */
static bool digits(const char **text, size_t count, int *value)
{
    *value = 0;
    for (size_t i = 0; i < count; i++, (*text)++) {
        if (!is_digit(**text))
            return false;
        *value = *value * 10 + (**text - '0');
    }
    return true;
}

/* Two decimal digits. */
static bool number(const char **text, unsigned *value)
{
    int n;
    if (!digits(text, 2, &n))
        return false;
    *value = (unsigned)n;
    return true;
}

/* One of the allowed characters. */
static bool character(const char **text, const char *allowed)
{
    if (**text == '\0' || strchr(allowed, **text) == NULL)
        return false;
    (*text)++;
    return true;
}

/* An optional fraction of a second: a full stop and digits, of which the first six count. */
static bool fraction(const char **text, int *microseconds)
{
    *microseconds = 0;
    if (**text != '.')
        return true;
    (*text)++;
    if (!is_digit(**text))
        return false;
    for (int unit = (int)(RELOAD_SECOND / 10); is_digit(**text); (*text)++, unit /= 10)
        *microseconds += unit * (**text - '0');
    return true;
}

/* RFC 3339's date and time, without its zone. */
static bool read_civil(const char **text, rl_civil *civil, int *microseconds)
{
    int year;
    if (!digits(text, 4, &year) || !character(text, "-") || !number(text, &civil->month) ||
        !character(text, "-") || !number(text, &civil->day) || !character(text, "Tt ") ||
        !number(text, &civil->hour) || !character(text, ":") || !number(text, &civil->minute) ||
        !character(text, ":") || !number(text, &civil->second) || !fraction(text, microseconds))
        return false;
    civil->year = year;
    return rl_civil_valid(civil);
}

/* RFC 3339's zone, as seconds east of UTC. */
static bool read_zone(const char **text, int64_t *east)
{
    unsigned hour, minute;
    *east = 0;
    if (character(text, "Zz"))
        return true;
    int sign = **text == '-' ? -1 : 1;
    if (!character(text, "+-") || !number(text, &hour) || !character(text, ":") ||
        !number(text, &minute) || hour > 23 || minute > 59)
        return false;
    *east = sign * (int64_t)(hour * 3600 + minute * 60);
    return true;
}

/* RFC 3339 section 5.6. */
static bool read_rfc3339(const char *text, int64_t *microseconds)
{
    rl_civil civil;
    int fraction_part;
    int64_t east;
    if (!read_civil(&text, &civil, &fraction_part) || !read_zone(&text, &east) || *text != '\0')
        return false;
    *microseconds = (rl_civil_seconds(&civil) - east) * RELOAD_SECOND + fraction_part;
    return true;
}

bool reload_time_parse(const char *text, reload_time *time)
{
    const char *at = text;
    int64_t seconds = 0;
    int micro;
    while (is_digit(*at) && seconds <= RELOAD_MAX_TIME)
        seconds = seconds * 10 + (*at++ - '0');
    if (at == text || (*at != '\0' && *at != '.'))
        return read_rfc3339(text, time);
    if (seconds > RELOAD_MAX_TIME || !fraction(&at, &micro) || *at != '\0')
        return false;
    *time = seconds * RELOAD_SECOND + micro;
    return true;
}

void reload_time_text(int64_t seconds, char text[RELOAD_TIME_SIZE])
{
    reload_time_fraction_text(seconds, 0, 0, text);
}

void reload_time_fraction_text(int64_t seconds, uint32_t nanoseconds, unsigned digits,
                               char text[RELOAD_TIME_SIZE])
{
    rl_civil c = rl_civil_of(seconds);
    char fraction[16];
    (void)snprintf(fraction, sizeof fraction, ".%09" PRIu32, nanoseconds % 1000000000);
    int kept = digits == 0 ? 0 : digits > 9 ? 10 : (int)digits + 1; /* with the point */
    (void)snprintf(text, RELOAD_TIME_SIZE, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02u%.*sZ", c.year,
                   c.month, c.day, c.hour, c.minute, c.second, kept, fraction);
}
