/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures as input: for input.c. */
#ifndef RELOAD_CAPTURES_H
#define RELOAD_CAPTURES_H

#include "capture/capture.h"
#include "common/tool.h"

/* Opens the input's file as the next one of the capture. foreign: the name of its format if that is
 * not read, or NULL. Returns false after reporting an error. */
bool captures_open(struct input *in, reload_source source, const char *foreign);
/* The next item; NULL at the end of the file, after reporting an error if there was one. */
const struct capture_item *captures_next(struct input *in);
/* Warns of a filter that drops parts of messages. */
void captures_warn(const struct tool *tool, const struct input_options *options);
/* Ends the capture after its last file: its last items follow, */
void captures_end(struct input *in);
/* and after them nothing. */
void captures_over(struct input *in);

#endif
