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

/* Whether one of the names between bars is specified. */
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

static void check_needs(const struct tool *tool, const struct option_set *set,
                        const struct option_row *row)
{
    char list[256] = "";
    const char *needs = row->needs == NULL ? "" : row->needs;
    while (*needs != '\0') {
        size_t len = strcspn(needs, " ");
        if (!has_one_of(set, needs, len) && !RL_FAULT("options: one that is required")) {
            list_options(needs, len, list, sizeof list);
            tool_usage(tool, "--%s requires %s", row->name, list);
        }
        needs += len + (needs[len] == ' ');
    }
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

void option_set_check(const struct tool *tool, const struct option_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        check_needs(tool, set, set->rows[i]);
        check_conflicts(tool, set, set->rows[i]);
    }
}
