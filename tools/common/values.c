/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of options. */
#include "common/arguments.h"

#include "base/fault.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t argument_number(const struct tool *tool, const char *name, const char *text, int64_t min,
                        int64_t max)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || errno != 0 || value < min ||
        value > max)
        tool_usage(tool, "--%s: \"%s\" is not an integer from %" PRId64 " to %" PRId64, name, text,
                   min, max);
    return value;
}

bool argument_time_parse(const char *text, reload_time *time)
{
    if (!reload_time_parse(text, time))
        return false;
    reload_time fraction = *time % RELOAD_SECOND;
    *time -= fraction < 0 ? fraction + RELOAD_SECOND : fraction;
    return true;
}

/* ---- Times and spans ---- */

/* The seconds of a unit of spans; 0: not a unit. */
static int64_t unit_seconds(char unit)
{
    static const char letters[] = "smhdwy";
    static const int64_t seconds[] = {1, 60, 3600, 86400, 7 * 86400, 365 * 86400};
    const char *at = unit == '\0' ? NULL : strchr(letters, unit);
    return at == NULL ? 0 : seconds[at - letters];
}

/* Reads a number with a unit, or, if plain, seconds without one. */
static bool read_span(const char *text, bool plain, int64_t *seconds)
{
    const int64_t most = RELOAD_MAX_TIME;
    int64_t number = 0;
    const char *at = text;
    for (; isdigit((unsigned char)*at) && number <= most; at++)
        number = number * 10 + (*at - '0');
    int64_t unit = *at == '\0' && plain ? 1 : unit_seconds(*at);
    if (at == text || unit == 0 || (*at != '\0' && at[1] != '\0') || number > most / unit)
        return false;
    *seconds = number * unit;
    return true;
}

int64_t argument_span(const struct tool *tool, const char *name, const char *text, int64_t max)
{
    int64_t seconds;
    if (!read_span(text, true, &seconds))
        tool_usage(
            tool,
            "--%s: \"%s\" is not a span: expected seconds, or a number with s, m, h, d, w or "
            "y, such as 30d",
            name, text);
    if (seconds > max)
        tool_usage(tool, "--%s: \"%s\" is %" PRId64 " s, expected at most %" PRId64 " s", name,
                   text, seconds, max);
    return seconds;
}

/* Reads a time without a span after it. */
static bool read_time(const char *text, reload_time *time)
{
    char with_clock[32];
    if (strcmp(text, "now") == 0) {
        *time = tool_now();
        return true;
    }
    if (argument_time_parse(text, time))
        return true;
    (void)snprintf(with_clock, sizeof with_clock, "%.20sT00:00:00Z", text);
    return strlen(text) == strlen("2007-07-08") && argument_time_parse(with_clock, time);
}

/* Reads a time, optionally followed by a sign and a span. */
static bool read_moment(const char *text, reload_time *time)
{
    char base[64];
    const char *sign = NULL;
    int64_t seconds;
    for (const char *at = text; *at != '\0'; at++)
        if (*at == '+' || *at == '-')
            sign = at;
    if (sign == NULL || !read_span(sign + 1, false, &seconds))
        return read_time(text, time);
    size_t len = (size_t)(sign - text);
    if (len >= sizeof base)
        return false;
    memcpy(base, text, len);
    base[len] = '\0';
    if (!read_time(base, time))
        return false;
    *time += (*sign == '-' ? -seconds : seconds) * RELOAD_SECOND;
    return true;
}

reload_time argument_time_or(const struct tool *tool, const char *name, const char *text,
                             const char *words)
{
    reload_time time;
    if (!read_moment(text, &time))
        tool_usage(tool,
                   "--%s: \"%s\" is not a time: expected seconds since the epoch, "
                   "2007-07-08T12:00:00Z, 2007-07-08 or now, and optionally a span such as +30d "
                   "or -5m%s",
                   name, text, words);
    return time;
}

reload_time argument_time(const struct tool *tool, const char *name, const char *text)
{
    return argument_time_or(tool, name, text, "");
}

/* ---- Octets, names and words ---- */

void argument_octets(const struct tool *tool, const char *name, const char *text, uint8_t *octets,
                     size_t len)
{
    size_t found = strlen(text);
    if (found != 2 * len && strspn(text, "0123456789abcdefABCDEF") == found)
        tool_usage(tool, "--%s: \"%s\" has %zu digits, expected %zu hex digits", name, text, found,
                   2 * len);
    if (found != 2 * len || !reload_hex_decode(text, 2 * len, octets))
        tool_usage(tool, "--%s: \"%s\" is not %zu hex digits", name, text, 2 * len);
}

uint8_t argument_named(const struct tool *tool, const char *name, const char *text,
                       reload_names names)
{
    uint32_t value;
    char list[512] = "";
    const char *words[257];
    size_t count = 0;
    if (reload_name_lookup(names, text, &value))
        return (uint8_t)value;
    if (isdigit((unsigned char)text[0]))
        return (uint8_t)argument_number(tool, name, text, 0,
                                        names == RELOAD_NAMES_METHOD ? 127 : 255);
    for (uint32_t i = 0; i < 256; i++) {
        const char *known = reload_name(names, i);
        size_t used = strlen(list);
        if (known == NULL)
            continue;
        (void)snprintf(list + used, sizeof list - used, "%s, ", known);
        words[count++] = known;
    }
    words[count] = NULL;
    const char *near = reload_nearest_word(text, words);
    if (near != NULL)
        tool_usage(tool, "--%s: \"%s\" is unknown (did you mean %s?)", name, text, near);
    tool_usage(tool, "--%s: \"%s\" is unknown, expected %sor a number", name, text, list);
}

int argument_word(const struct tool *tool, const char *name, const char *text,
                  const char *const *words)
{
    char list[640] = "";
    for (int i = 0; words[i] != NULL; i++) {
        size_t used = strlen(list);
        if (strcmp(text, words[i]) == 0)
            return i;
        (void)snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    const char *near = reload_nearest_word(text, words);
    if (near != NULL)
        tool_usage(tool, "--%s: \"%s\" is unknown (did you mean %s?), expected one of %s", name,
                   text, near, list);
    tool_usage(tool, "--%s: \"%s\" is unknown, expected one of %s", name, text, list);
}

struct input_form argument_form(const struct tool *tool, const char *name, const char *text)
{
    static const char *const words[] = {"binary", "json", "hex", "base64", "pcap", NULL};
    static const struct input_form forms[] = {{RELOAD_FORM_BINARY, false},
                                              {RELOAD_FORM_JSON, false},
                                              {RELOAD_FORM_HEX, false},
                                              {RELOAD_FORM_BASE64, false},
                                              {RELOAD_FORM_BINARY, true}};
    return forms[argument_word(tool, name, text, words)];
}

void argument_overlay_option(struct tool *tool, const struct option_row *row, const char *text,
                             void *target)
{
    if (text[0] == '\0' && !RL_FAULT("D23: an empty name on the command line"))
        tool_usage(tool, "--%s: the name is empty", row->name);
    *(const char **)target = text;
}

void argument_file(const struct tool *tool, const char *name, const char *text,
                   struct file_list *list)
{
    if (list->count == RELOAD_MAX_FILES)
        tool_usage(tool, "--%s: more than %d files", name, RELOAD_MAX_FILES);
    list->names[list->count++] = text;
}
