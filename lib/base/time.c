/* Times as people and programs write them. */
#include "base/base.h"

#include <string.h>
#include <time.h>

enum { MICRO = 1000000 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* count decimal digits. */
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

static bool character(const char **text, const char *allowed)
{
    if (**text == '\0' || strchr(allowed, **text) == NULL)
        return false;
    (*text)++;
    return true;
}

/* A fraction of a second, if there is one: a full stop and digits, of which the first six count. */
static bool fraction(const char **text, int *microseconds)
{
    *microseconds = 0;
    if (**text != '.')
        return true;
    (*text)++;
    if (!is_digit(**text))
        return false;
    for (int unit = MICRO / 10; is_digit(**text); (*text)++, unit /= 10)
        *microseconds += unit * (**text - '0');
    return true;
}

/* RFC 3339 section 5.6. */
static bool rfc3339(const char *text, int64_t *time)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day, hour, minute, second, micro, zone_hour = 0, zone_minute = 0, sign = 0;
    if (!digits(&text, 4, &year) || !character(&text, "-") || !digits(&text, 2, &month) ||
        !character(&text, "-") || !digits(&text, 2, &day) || !character(&text, "Tt ") ||
        !digits(&text, 2, &hour) || !character(&text, ":") || !digits(&text, 2, &minute) ||
        !character(&text, ":") || !digits(&text, 2, &second) || !fraction(&text, &micro))
        return false;
    if (!character(&text, "Zz")) {
        sign = *text == '-' ? -1 : 1;
        if (!character(&text, "+-") || !digits(&text, 2, &zone_hour) || !character(&text, ":") ||
            !digits(&text, 2, &zone_minute))
            return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (*text != '\0' || month < 1 || month > 12 || day < 1 ||
        day > days[month - 1] + (month == 2 && leap) || hour > 23 || minute > 59 || second > 60 ||
        zone_hour > 23 || zone_minute > 59)
        return false;
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    *time = ((int64_t)timegm(&tm) - sign * (zone_hour * 3600 + zone_minute * 60)) * MICRO + micro;
    return true;
}

bool reload_time_parse(const char *text, int64_t *microseconds)
{
    const char *at = text;
    int64_t seconds = 0;
    int micro;
    while (is_digit(*at) && seconds <= RELOAD_MAX_TIME)
        seconds = seconds * 10 + (*at++ - '0');
    if (at == text || (*at != '\0' && *at != '.'))
        return rfc3339(text, microseconds);
    if (seconds > RELOAD_MAX_TIME || !fraction(&at, &micro) || *at != '\0')
        return false;
    *microseconds = seconds * MICRO + micro;
    return true;
}
