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

/* Writes a separator and that many digits. Returns the place after them. */
static char *put_part(char separator, uint64_t number, unsigned count, char *text)
{
    *text = separator;
    return rl_put_decimal(text + 1, number, count);
}

void reload_time_text(int64_t seconds, char text[RELOAD_TIME_SIZE])
{
    reload_time_fraction_text(seconds, 0, 0, text);
}

void reload_time_fraction_text(int64_t seconds, uint32_t nanoseconds, unsigned digits,
                               char text[RELOAD_TIME_SIZE])
{
    char all[64], *at = all; /* a year may have 12 digits and a sign */
    rl_civil c = rl_civil_of(seconds);
    if (c.year < 0 || c.year > 9999)
        at += snprintf(all, sizeof all / 2, "%04" PRId64, c.year);
    else
        at = rl_put_decimal(at, (uint64_t)c.year, 4);
    at = put_part('-', c.month, 2, at);
    at = put_part('-', c.day, 2, at);
    at = put_part('T', c.hour, 2, at);
    at = put_part(':', c.minute, 2, at);
    at = put_part(':', c.second, 2, at);
    if (digits > 0) {
        at = put_part('.', nanoseconds % 1000000000, 9, at);
        at -= digits < 9 ? 9 - digits : 0;
    }
    *at++ = 'Z';
    size_t len = (size_t)(at - all);
    len = len < RELOAD_TIME_SIZE ? len : RELOAD_TIME_SIZE - 1;
    memcpy(text, all, len);
    text[len] = '\0';
}
