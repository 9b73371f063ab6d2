/* SPDX-License-Identifier: BSD-2-Clause */
/* The explanations of a report, in its order. */
#include "common/array.h"
#include "verify/explain/explain.h"

#include <stdlib.h>

struct explanation *explanations_add(struct explanations *list, const reload_signature *signature)
{
    struct explanation *all = array_grow(list->all, &list->cap, list->count, sizeof *all);
    if (all == NULL)
        return NULL;
    list->all = all;
    list->all[list->count] = (struct explanation){.signature = signature};
    return &list->all[list->count++];
}

reload_err explanations_add_fault(struct explanations *list, const reload_report *report,
                                  explain_reading reading)
{
    struct explained_fault *faults =
        array_grow(list->faults, &list->fault_cap, list->fault_count, sizeof *faults);
    if (faults == NULL)
        return RELOAD_ERR_MEMORY;
    list->faults = faults;
    list->faults[list->fault_count++] =
        (struct explained_fault){report, explain_reading_at((size_t)reading)};
    return RELOAD_OK;
}

void explanations_clear(struct explanations *list)
{
    list->count = list->next = list->fault_count = list->next_fault = 0;
}

const struct explanation *explanations_of(struct explanations *list,
                                          const reload_signature *signature)
{
    return list->next < list->count && list->all[list->next].signature == signature
               ? &list->all[list->next++]
               : NULL;
}

const struct explained_fault *explanations_faults(struct explanations *list,
                                                  const reload_report *report, size_t *count)
{
    size_t from = list->next_fault;
    while (list->next_fault < list->fault_count && list->faults[list->next_fault].report == report)
        list->next_fault++;
    *count = list->next_fault - from;
    return *count == 0 ? NULL : &list->faults[from];
}

void explanations_rewind(struct explanations *list)
{
    list->next = list->next_fault = 0;
}

void explanations_free(struct explanations *list)
{
    free(list->all);
    free(list->faults);
    *list = (struct explanations){0};
}
