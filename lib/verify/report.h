/* SPDX-License-Identifier: BSD-2-Clause */
/* A report with its private part. */
#ifndef RL_VERIFY_REPORT_H
#define RL_VERIFY_REPORT_H

#include "verify/plan.h"

/* Each reload_report is the first member of an rl_report. */
typedef struct rl_report {
    reload_report result;         /* its counts are the lengths of the arrays */
    reload_signature *signatures; /* in message order */
    size_t cap;
    reload_tunnelled *tunnelled;
    size_t tunnelled_cap;
    rl_plan *plan; /* queries and effects for reload_commit; NULL until the first */
} rl_report;

rl_report *rl_report_of(reload_report *report);
/* A new entry for attribute attr, unchecked; NULL without memory. */
reload_signature *rl_report_add_signature(rl_report *report, uint32_t attr);
/* A new entry with an empty message and report; NULL without memory. */
reload_tunnelled *rl_report_add_tunnelled(rl_report *report, uint32_t attr);
/* Makes the finding the report's verdict. */
void rl_report_fail(rl_report *report, const rl_finding *finding);
/* Replaces a signature's signer, which is freed. */
void rl_signature_set_signer(reload_signature *signature, reload_cert *signer);

#endif
