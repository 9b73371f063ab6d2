/* reload-sign's --counter-file: the counter of Transaction IDs that goes on from call to call (S§7,
 * D29). */
#ifndef RELOAD_COUNTER_H
#define RELOAD_COUNTER_H

#include "common/tool.h"

struct counter {
    const char *path;
    bool has_boot_time; /* --boot-time tells it; otherwise the file does */
    bool force;         /* an earlier boot time than the file's is taken */
};

/* Looks at the file, which is made where there is none, before anything is read. Returns false
 * having said why it will not do. */
bool counter_check(struct tool *tool, const struct counter *counter);
/* A reload_counter_source; arg: a struct counter. The number is on disk before it is given. */
reload_err counter_next(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag);

#endif
