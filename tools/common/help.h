/* SPDX-License-Identifier: BSD-2-Clause */
/* --help. */
#ifndef RELOAD_HELP_H
#define RELOAD_HELP_H

#include "common/arguments.h"

#include <stdio.h>

/* Rows of every table: they print and end the program. */
extern const struct option_row help_row, version_row;

/* Prints usage, options, exit statuses and the manual's name, at most 80 columns wide. */
void help_print(FILE *to, const struct tool *tool, const struct command_line *line);

#endif
