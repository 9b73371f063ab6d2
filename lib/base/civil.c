/* SPDX-License-Identifier: BSD-2-Clause */
/* Calendar arithmetic. */
#include "base/civil.h"

/* The epoch's day, counted from 1 March of year 0 */
enum { EPOCH_DAY = 719468, DAYS_IN_ERA = 146097, SECONDS_IN_DAY = 86400 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool rl_civil_valid(const rl_civil *c)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days[c->month - 1] + (c->month == 2 && is_leap(c->year)) && c->hour <= 23 &&
           c->minute <= 59 && c->second <= 60;
}

/* Years are counted from March, so that a leap day is the last day of its year; eras are the 400
 * years after which the calendar repeats. */
int64_t rl_civil_seconds(const rl_civil *c)
{
    int64_t year = c->month > 2 ? c->year : c->year - 1;
    int64_t month = c->month > 2 ? c->month - 3 : c->month + 9;
    int64_t era = floor_div(year, 400), year_of_era = year - era * 400;
    int64_t day_of_year = (153 * month + 2) / 5 + c->day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    int64_t days = era * DAYS_IN_ERA + day_of_era - EPOCH_DAY;
    return days * SECONDS_IN_DAY + c->hour * 3600 + c->minute * 60 + c->second;
}

rl_civil rl_civil_of(int64_t seconds)
{
    int64_t days = floor_div(seconds, SECONDS_IN_DAY);
    int64_t rest = seconds % SECONDS_IN_DAY;
    unsigned second_of_day = (unsigned)(rest < 0 ? rest + SECONDS_IN_DAY : rest);
    int64_t era = floor_div(days + EPOCH_DAY, DAYS_IN_ERA);
    int64_t day_of_era = days + EPOCH_DAY - era * DAYS_IN_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    return (rl_civil){.year = era * 400 + year_of_era + (month >= 10),
                      .month = (unsigned)(month < 10 ? month + 3 : month - 9),
                      .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
                      .hour = second_of_day / 3600,
                      .minute = second_of_day / 60 % 60,
                      .second = second_of_day % 60};
}
