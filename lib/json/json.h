/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON, for the other modules of the library: what reload.h does not declare. */
#ifndef RL_JSON_JSON_H
#define RL_JSON_JSON_H

#include <reload/base.h>

/* reload_json_read, and the message's capture time (meta.time), or RELOAD_NO_TIME. */
reload_err rl_json_read_captured(const char *text, size_t len, reload_buf *out,
                                 reload_time *captured, reload_diag *diag);

#endif
