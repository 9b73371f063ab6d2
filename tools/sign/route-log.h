/* SPDX-License-Identifier: BSD-2-Clause */
/* The ROUTE-LOG of --append-route-log. */
#ifndef RELOAD_SIGN_ROUTE_LOG_H
#define RELOAD_SIGN_ROUTE_LOG_H

#include "common/tool.h"

/* Reads a ROUTE-LOG from JSON, an array of its members or the object for the whole attribute, and
 * appends the encoded attribute. JSON of another kind ends the program. Returns false after
 * reporting that memory is short. */
bool route_log_read(struct tool *tool, const char *json, reload_buf *attr);

#endif
