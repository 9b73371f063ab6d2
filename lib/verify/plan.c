/* SPDX-License-Identifier: BSD-2-Clause */
/* Queries and effects, from the judge to the commit. */
#include "verify/plan.h"

#include <stdlib.h>

void rl_plan_clear(rl_plan *plan)
{
    if (plan == NULL)
        return;
    rl_candidates_clear(&plan->candidates);
    plan->msg = NULL;
    plan->count = plan->identity_count = 0;
    reload_buf_reset(&plan->names);
}

void rl_plan_free(rl_plan **plan)
{
    if (*plan == NULL)
        return;
    rl_plan_clear(*plan);
    reload_buf_free(&(*plan)->names);
    free((*plan)->steps);
    rl_candidates_free(&(*plan)->candidates);
    free((*plan)->identities);
    free(*plan);
    *plan = NULL;
}

rl_step *rl_plan_step(rl_plan *plan, rl_step_kind kind)
{
    rl_step *steps = rl_grow(plan->steps, &plan->cap, plan->count, sizeof *steps);
    if (steps == NULL)
        return NULL;
    plan->steps = steps;
    rl_step *step = &steps[plan->count++];
    *step = (rl_step){.kind = kind};
    return step;
}

bool rl_plan_identity(rl_plan *plan, size_t name, size_t *index)
{
    rl_identity *identities =
        rl_grow(plan->identities, &plan->identity_cap, plan->identity_count, sizeof *identities);
    if (identities == NULL)
        return false;
    plan->identities = identities;
    *index = plan->identity_count++;
    plan->identities[*index] = (rl_identity){.name = name};
    return true;
}
