/* SPDX-License-Identifier: BSD-2-Clause */
/* The summary line at the end of a run over captures. */
#include "common/text.h"
#include "verify/verify.h"

#include <inttypes.h>

void closing_count(struct verify *v, const struct slot *slot)
{
    if (slot->has_report)
        v->verdicts[slot->report->verdict][slot->report->reason]++;
    else if (slot->error != NULL)
        v->unchecked++;
}

/* "3 invalid (2 bad-digest, 1 stale)" */
static void append_verdict(const struct verify *v, reload_verdict verdict, char *text, size_t size)
{
    uint64_t total = 0;
    const char *separator = " (";
    for (size_t i = 0; i < VERIFY_REASONS; i++)
        total += v->verdicts[verdict][i];
    if (total == 0)
        return;
    text_append(text, size, "%s%" PRIu64 " %s", text[0] == '\0' ? "" : ", ", total,
                reload_verdict_text(verdict));
    for (size_t i = 0; i < VERIFY_REASONS && verdict == RELOAD_INVALID; i++)
        if (v->verdicts[verdict][i] > 0) {
            text_append(text, size, "%s%" PRIu64 " %s", separator, v->verdicts[verdict][i],
                        reload_reason_text((reload_reason)i));
            separator = ", ";
        }
    text_append(text, size, "%s", separator[0] == ',' ? ")" : "");
}

void closing_print(struct verify *v)
{
    char text[1024] = "";
    for (int verdict = 0; verdict < VERIFY_VERDICTS; verdict++)
        append_verdict(v, (reload_verdict)verdict, text, sizeof text);
    if (v->unchecked > 0)
        text_append(text, sizeof text, "%s%" PRIu64 " not checked", text[0] == '\0' ? "" : ", ",
                    v->unchecked);
    input_summarise(&v->in, text);
}
