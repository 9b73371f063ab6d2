/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-sign's --counter-file: a counter of Transaction IDs kept between calls (S§7, D29). */
#ifndef RELOAD_COUNTER_H
#define RELOAD_COUNTER_H

#include "common/tool.h"

struct counter {
    const char *path;
    bool has_boot_time; /* --boot-time is specified; otherwise the file's is used */
    bool force;         /* a boot time earlier than the file's is accepted */
};

/* Checks the file, and creates it if missing, before input is read. Returns false after reporting
 * an error. */
bool counter_check(struct tool *tool, const struct counter *counter);
/* A reload_counter_source; arg: a struct counter. The number is on disk before it is returned. */
reload_err counter_next(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag);

#endif
