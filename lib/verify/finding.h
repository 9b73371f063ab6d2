/* SPDX-License-Identifier: BSD-2-Clause */
/* The failure of a message, or of one of its signatures. */
#ifndef RL_VERIFY_FINDING_H
#define RL_VERIFY_FINDING_H

#include "base/base.h"

#include <reload/verify.h>

typedef struct rl_finding {
    reload_reason reason;
    uint16_t code;    /* the response code for a request; 0 for a response */
    char detail[256]; /* as in the report */
} rl_finding;

/* Describes a failure at attribute attr (RELOAD_NO_ATTR: no attribute). Returns the reason. */
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
reload_reason
rl_finding_set(rl_finding *finding, const reload_msg *msg, reload_reason reason, uint32_t attr,
               const char *format, ...);
#if defined(__GNUC__)
__attribute__((format(printf, 5, 0)))
#endif
reload_reason
rl_finding_vset(rl_finding *finding, const reload_msg *msg, reload_reason reason, uint32_t attr,
                const char *format, va_list args);

/* D21: of two findings about one signature, the one with the higher rank got further. */
int rl_reason_rank(reload_reason reason);

#endif
