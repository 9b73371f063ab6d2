/* SPDX-License-Identifier: BSD-2-Clause */
/* The progress of long work on files, on a line of the terminal that is written over. */
#ifndef RELOAD_PROGRESS_H
#define RELOAD_PROGRESS_H

#include "common/tool.h"

/* Values of --progress. */
extern const char *const progress_words[];
enum { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

/* Begins a file of size octets; 0: not a regular file, so nothing is shown. */
void progress_begin(const struct tool *tool, int when, uint64_t size);
void progress_octets(size_t octets);
/* Shows the line if it is time for it. messages: so far. */
void progress_show(uint64_t messages);
/* Removes the line, before something else is written. */
void progress_hide(void);

#endif
