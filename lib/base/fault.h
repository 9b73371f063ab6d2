/* SPDX-License-Identifier: BSD-2-Clause */
/* Fault points: each names one behaviour. A test build (meson's fault_points) disables the
 * behaviour that RELOAD_FAULT in the environment names. tools/tests/fault-points shows that a test
 * notices each. In any other build every fault point is false. */
#ifndef RL_BASE_FAULT_H
#define RL_BASE_FAULT_H

#include <stdbool.h>

#ifdef RL_FAULT_POINTS

#include <stdlib.h>
#include <string.h>

static inline bool rl_fault(const char *name)
{
    const char *on = getenv("RELOAD_FAULT");
    return on != NULL && strcmp(on, name) == 0;
}

static inline bool rl_fault_of(const char *kind, const char *word)
{
    const char *on = getenv("RELOAD_FAULT");
    size_t len = strlen(kind);
    return on != NULL && strncmp(on, kind, len) == 0 && strncmp(on + len, ": ", 2) == 0 &&
           strcmp(on + len + 2, word) == 0;
}

/* "D20: Source ID" */
#define RL_FAULT(name) rl_fault(name)
/* "kind: word", for names made at run time */
#define RL_FAULT_OF(kind, word) rl_fault_of(kind, word)

#else

#define RL_FAULT(name)          false
#define RL_FAULT_OF(kind, word) false

#endif

#endif
