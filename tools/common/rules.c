/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/rules.h"

#include "base/fault.h"

#include <stdio.h>
#include <string.h>

void option_set_add(struct option_set *set, const struct option_row *row)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i] == row)
            return;
    if (set->count < ARGUMENT_MAX_ROWS)
        set->rows[set->count++] = row;
}

/* Whether the option of that name is specified. */
static bool has_option(const struct option_set *set, const char *name, size_t len)
{
    for (size_t i = 0; i < set->count; i++)
        if (strncmp(set->rows[i]->name, name, len) == 0 && set->rows[i]->name[len] == '\0')
            return true;
    return false;
}

/* Whether one of the options whose names are between bars is specified. */
static bool has_one_of(const struct option_set *set, const char *names, size_t len)
{
    const char *end = names + len;
    while (names < end) {
        size_t n = strcspn(names, "| ");
        if (has_option(set, names, n))
            return true;
        names += n + 1;
    }
    return false;
}

/* "--a, --b or --c" of names between bars. */
static void list_options(const char *names, size_t len, char *text, size_t size)
{
    const char *end = names + len;
    size_t used = 0;
    for (bool first = true; names < end && used < size; first = false) {
        size_t n = strcspn(names, "| ");
        const char *between = first ? "" : names + n < end ? ", " : " or ";
        used += (size_t)snprintf(text + used, size - used, "%s--%.*s", between, (int)n, names);
        names += n + 1;
    }
}

/* Whether one option of each group between spaces is specified. Returns false after listing those
 * of the first group that is not. */
static bool has_all(const struct option_set *set, const char *groups, char *list, size_t size)
{
    while (groups != NULL && *groups != '\0') {
        size_t len = strcspn(groups, " ");
        if (!has_one_of(set, groups, len)) {
            list_options(groups, len, list, size);
            return false;
        }
        groups += len + (groups[len] == ' ');
    }
    return true;
}

static void check_required(const struct tool *tool, const struct option_set *set,
                           const char *required)
{
    char list[256] = "";
    if (!has_all(set, required, list, sizeof list) && !RL_FAULT("options: one of the command line"))
        tool_usage(tool, "%s%s is required", strchr(list, ',') != NULL ? "one of " : "", list);
}

static void check_needs(const struct tool *tool, const struct option_set *set,
                        const struct option_row *row)
{
    char list[256] = "";
    if (!has_all(set, row->needs, list, sizeof list) && !RL_FAULT("options: one that is required"))
        tool_usage(tool, "--%s requires %s", row->name, list);
}

static void check_conflicts(const struct tool *tool, const struct option_set *set,
                            const struct option_row *row)
{
    const char *names = row->conflicts == NULL ? "" : row->conflicts;
    while (*names != '\0') {
        size_t len = strcspn(names, " ");
        if (has_option(set, names, len) && !RL_FAULT("options: one without effect beside another"))
            tool_usage(tool, "--%s cannot be combined with --%.*s", row->name, (int)len, names);
        names += len + (names[len] == ' ');
    }
}

void option_set_check(const struct tool *tool, const struct option_set *set, const char *required)
{
    check_required(tool, set, required);
    for (size_t i = 0; i < set->count; i++) {
        check_needs(tool, set, set->rows[i]);
        check_conflicts(tool, set, set->rows[i]);
    }
}
