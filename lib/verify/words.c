/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/words.h"

#include <inttypes.h>
#include <stdio.h>

const char *rl_span_text(reload_time span, char *text, size_t size)
{
    static const struct {
        int64_t seconds;
        const char *one, *many;
    } units[] = {{86400, "day", "days"}, {3600, "h", "h"}, {60, "min", "min"}, {1, "s", "s"}};
    int64_t left = span / RELOAD_SECOND;
    size_t used = 0;
    (void)snprintf(text, size, "0 s");
    for (unsigned i = 0, shown = 0; i < 4 && shown < 2 && used < size; i++) {
        int64_t n = left / units[i].seconds;
        left %= units[i].seconds;
        if (n == 0)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%" PRId64 " %s",
                                 shown++ == 0 ? "" : " ", n, n == 1 ? units[i].one : units[i].many);
    }
    return text;
}
