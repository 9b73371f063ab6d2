/* SPDX-License-Identifier: BSD-2-Clause */
/* --annotate, and messages in their packets. */
#include "verify/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool annotate_open(struct verify *v)
{
    const struct verify_options *o = &v->options;
    bool messages = o->form == &form_pcapng;
    if (!messages && o->annotate == NULL)
        return true;
    v->packets = packets_new(&v->tool, o->input.total_limit);
    if (v->packets == NULL)
        return false;
    struct output *const outputs[] = {&v->out, &v->rejects, &v->annotate};
    const bool used[] = {messages, messages && o->rejects != NULL, o->annotate != NULL};
    for (unsigned i = PACKETS_OUT; i <= PACKETS_ANNOTATE; i++)
        packets_add_output(v->packets, used[i] ? outputs[i] : NULL,
                           i == PACKETS_ANNOTATE ? PACKETS_ALL : PACKETS_CHOSEN);
    return true;
}

void annotate_write_message(struct verify *v, const struct slot *slot, unsigned output)
{
    reload_span octets;
    octets.octets = reload_msg_octets(slot->kept.msg, &octets.len);
    packets_write(v->packets, output, octets, &slot->kept.origin, &slot->kept.capture,
                  slot->kept.origin.capture == NULL ? NULL : slot->kept.numbers);
}

void annotate_slot(struct verify *v, const struct slot *slot)
{
    reload_buf text = {0};
    char head[64];
    if (v->options.annotate == NULL || (!slot->has_report && slot->error == NULL))
        return;
    int n = snprintf(head, sizeof head, "reload-verify: message %" PRIu64 ": ",
                     slot->kept.origin.index);
    (void)buf_write(&text, head, (size_t)n);
    if (slot->has_report) {
        (void)report_verdict(slot->report, buf_write, &text);
    } else {
        (void)buf_write(&text, "not checked: ", strlen("not checked: "));
        (void)reload_escape((const uint8_t *)slot->error, strlen(slot->error), buf_write, &text);
    }
    if (text.err == RELOAD_OK)
        packets_comment(v->packets, &text, &slot->kept.origin, slot->kept.numbers);
    else
        output_check(&v->annotate, text.err);
    reload_buf_free(&text);
}

void annotate_finish(struct verify *v, bool read)
{
    if (v->packets == NULL)
        return;
    if (v->options.annotate != NULL)
        input_warn_of_extras(&v->in, "--annotate");
    if (v->options.form == &form_pcapng)
        input_warn_of_extras(&v->in, "--format=pcapng");
    packets_finish(v->packets, read, v->in.capture == NULL ? -1 : capture_link(v->in.capture));
}
