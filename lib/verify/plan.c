/* SPDX-License-Identifier: BSD-2-Clause */
/* Queries and effects, from the judge to the commit. */
#include "verify/plan.h"

#include <stdlib.h>

void rl_plan_clear(rl_plan *plan)
{
    if (plan == NULL)
        return;
    for (size_t i = 0; i < plan->candidate_count; i++)
        reload_cert_free(&plan->candidates[i].signer);
    plan->msg = NULL;
    plan->count = plan->candidate_count = plan->noted = 0;
    reload_buf_reset(&plan->names);
}

void rl_plan_free(rl_plan **plan)
{
    if (*plan == NULL)
        return;
    rl_plan_clear(*plan);
    reload_buf_free(&(*plan)->names);
    free((*plan)->steps);
    free((*plan)->candidates);
    free(*plan);
    *plan = NULL;
}

rl_step *rl_plan_step(rl_plan *plan, rl_step_kind kind)
{
    void *steps = plan->steps;
    bool grown = rl_grow(&steps, &plan->cap, plan->count, sizeof *plan->steps);
    plan->steps = steps;
    if (!grown)
        return NULL;
    rl_step *step = &plan->steps[plan->count++];
    *step = (rl_step){.kind = kind};
    return step;
}

rl_candidate *rl_plan_candidate(rl_plan *plan)
{
    void *candidates = plan->candidates;
    bool grown =
        rl_grow(&candidates, &plan->candidate_cap, plan->candidate_count, sizeof *plan->candidates);
    plan->candidates = candidates;
    if (!grown)
        return NULL;
    rl_candidate *candidate = &plan->candidates[plan->candidate_count++];
    *candidate = (rl_candidate){0};
    return candidate;
}

size_t rl_best_candidate(const rl_candidate *candidates, size_t first, size_t end)
{
    size_t best = first;
    for (size_t i = first; i < end && candidates[best].finding.reason != RELOAD_REASON_NONE; i++)
        if (rl_reason_rank(candidates[i].finding.reason) >
            rl_reason_rank(candidates[best].finding.reason))
            best = i;
    return best;
}
