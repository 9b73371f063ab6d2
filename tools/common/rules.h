/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks which options may be combined, by the rows' needs and conflicts. */
#ifndef RELOAD_RULES_H
#define RELOAD_RULES_H

#include "common/arguments.h"

/* The options of a command line, each once. */
struct option_set {
    const struct option_row *rows[ARGUMENT_MAX_ROWS];
    size_t count;
};

void option_set_add(struct option_set *set, const struct option_row *row);
/* Ends the program if a required option is missing, or if an option lacks one that it needs or
 * conflicts with another. */
void option_set_check(const struct tool *tool, const struct option_set *set, const char *required);

#endif
