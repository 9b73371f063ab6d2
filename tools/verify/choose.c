/* SPDX-License-Identifier: BSD-2-Clause */
/* The choice of messages to write, by their headers and by their failures. */
#include "base/fault.h"
#include "verify/verify.h"

/* ---- Options ---- */

void failures_reason_option(struct tool *tool, const struct option_row *row, const char *text,
                            void *target)
{
    static const char *words[VERIFY_REASONS]; /* those after RELOAD_REASON_NONE, and NULL */
    struct failures *failures = target;
    for (int i = 1; i < VERIFY_REASONS; i++)
        words[i - 1] = reload_reason_text((reload_reason)i);
    failures->reasons[argument_word(tool, row->name, text, words) + 1] = true;
    failures->by_reason = true;
}

/* ---- Choosing ---- */

/* Whether the report, or a report on an inner message, has a chosen failure. */
static bool has_failure(const struct failures *failures, const reload_report *report)
{
    bool failed = !reload_verdict_passes(report->verdict);
    if (failed && (!failures->by_reason || failures->reasons[report->reason]))
        return true;
    for (size_t i = 0; i < report->tunnelled_count && !RL_FAULT("choice: inner messages"); i++)
        if (has_failure(failures, reload_report_tunnelled(report, i)->report))
            return true;
    return false;
}

static bool takes_report(const struct failures *failures, const reload_report *report)
{
    return (!failures->all && !failures->by_reason) || has_failure(failures, report);
}

bool choose_malformed(const struct verify *v, const struct slot *slot)
{
    const struct failures *failures = &v->options.failures;
    return slot->chosen && (!failures->by_reason || failures->reasons[RELOAD_REASON_MALFORMED]);
}

bool choose_slot(const struct verify *v, const struct slot *slot)
{
    return slot->chosen && (!slot->has_report || takes_report(&v->options.failures, slot->report));
}
