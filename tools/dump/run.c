/* SPDX-License-Identifier: BSD-2-Clause */
#include "dump/run.h"

#include "base/fault.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FINGERPRINT = 20 }; /* octets of a SHA-1 */

/* ---- Certificates ---- */

/* Whether octets are a certificate in DER and nothing else. */
static bool is_der(struct dump *d, reload_span octets)
{
    reload_cert *cert;
    size_t len;
    reload_err err = reload_cert_parse(octets.octets, octets.len, &cert, NULL);
    if (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_CRYPTO)
        tool_error(d->tool, STATUS_FAILED, "%s: %s", d->certs, reload_strerror(err));
    if (err != RELOAD_OK)
        return RL_FAULT("reload-dump: only certificates are written");
    (void)reload_cert_octets(cert, &len);
    reload_cert_free(&cert);
    return len == octets.len; /* not PEM */
}

/* Writes a certificate as it is (DER), unless its file exists. Anything else is skipped. */
static void write_cert(struct dump *d, reload_span cert)
{
    char path[4096], digits[2 * FINGERPRINT + 1] = "";
    uint8_t fingerprint[FINGERPRINT];
    struct output out;
    reload_err err = reload_digest(RELOAD_MD_SHA1, &cert, 1, fingerprint);
    if (err != RELOAD_OK) {
        tool_error(d->tool, STATUS_FAILED, "%s: %s", d->certs, reload_strerror(err));
        return;
    }
    reload_hex_encode(fingerprint, sizeof fingerprint, digits);
    int n = snprintf(path, sizeof path, "%s/%s.der", d->certs, digits);
    if (n < 0 || (size_t)n >= sizeof path)
        tool_error(d->tool, STATUS_FAILED, "%s: name too long", d->certs);
    else if (access(path, F_OK) != 0 && is_der(d, cert) && output_open(&out, d->tool, path, 0)) {
        (void)output_write(&out, cert.octets, cert.len);
        (void)output_close(&out);
    }
}

void dump_write_certs(struct dump *d, const reload_msg *msg)
{
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        reload_span cert;
        cert.octets = reload_msg_value_octets(msg, i, &cert.len);
        if (reload_is_certificate(reload_msg_attr(msg, i)->type))
            write_cert(d, cert);
    }
}

/* ---- Messages ---- */

/* The item's message, or NULL. */
static const reload_msg *item_message(const struct input *in)
{
    return in->item->kind == RELOAD_ITEM_MESSAGE ? in->msg : NULL;
}

const reload_origin *dump_shown_origin(const struct dump *d, const reload_origin *origin)
{
    bool shown = d->meta || (d->form->flags & FORM_OPTIONAL_ORIGIN) == 0;
    return shown ? origin : NULL;
}

reload_err dump_render(const struct dump *d, unsigned cache, const struct kept *kept,
                       reload_sink sink, void *arg)
{
    const reload_origin *origin = dump_shown_origin(d, &kept->origin);
    unsigned flags = d->flags | d->terminal_flags;
    if (d->form == &form_text)
        return reload_text_write_cached(d->caches[cache], kept->msg, origin, flags, sink, arg);
    return d->form->message(kept->msg, origin, flags, sink, arg);
}

static void write_rendered(struct dump *d, const struct kept *kept)
{
    output_check(d->out, dump_render(d, d->jobs, kept, output_write, d->out));
    (void)output_write(d->out, d->form->end, strlen(d->form->end));
}

void dump_write_message(struct dump *d, const struct kept *kept)
{
    reload_span octets;
    octets.octets = reload_msg_octets(kept->msg, &octets.len);
    if (d->tbs != NULL)
        dump_tbs(d, kept);
    else if (d->ladder != NULL)
        output_check(d->out, ladder_add(d->ladder, kept->msg, &kept->origin, &kept->capture, NULL));
    else if (d->packets != NULL)
        packets_write(d->packets, 0, octets, &kept->origin, &kept->capture,
                      kept->origin.capture == NULL ? NULL : kept->numbers);
    else
        write_rendered(d, kept);
    if (d->certs != NULL)
        dump_write_certs(d, kept->msg);
}

static void write_garbage(struct dump *d, struct input *in)
{
    reload_span octets = {in->item->octets, in->item->len};
    if (d->ladder != NULL)
        output_check(
            d->out, ladder_add_garbage(d->ladder, in->item->len, in->item->diag.text, &in->origin));
    else if (d->packets != NULL)
        packets_write(d->packets, 0, octets, &in->origin, &in->ends, in->numbers);
    else
        output_garbage(d->out, d->form, in->item, dump_shown_origin(d, &in->origin), d->flags);
}

/* ---- Items ---- */

/* Writes the item if it is chosen, and reports its fault in any case. */
static void dump_item(struct dump *d, struct input *in)
{
    reload_diag diag;
    bool taken = choice_takes(d->choice, item_message(in), &in->origin);
    in->reported = d->reported && taken && in->item->kind != RELOAD_ITEM_BAD;
    bool is_message = input_is_message(in);
    if (is_message && reload_msg_check(in->msg, &diag) != RELOAD_OK)
        input_error(in, STATUS_MALFORMED, &diag);
    if (is_message) {
        slots_add(d, taken ? slots_keep(d, in) : RELOAD_OK, in->item->len);
        return;
    }
    slots_drain(d);
    if (taken && in->item->kind == RELOAD_ITEM_GARBAGE && d->tbs == NULL)
        write_garbage(d, in);
}

/* Writes all slots before the input is waited for. */
static void dump_before_wait(void *arg)
{
    struct dump *d = arg;
    slots_drain(d);
    input_settle(d->in);
}

/* Prepares the form pcapng. Returns false without memory. */
static bool open_packets(struct dump *d, struct input *in)
{
    if (d->form != &form_pcapng)
        return true;
    d->packets = in->packets = packets_new(d->tool, d->input.total_limit);
    if (d->packets != NULL)
        (void)packets_add_output(d->packets, d->out, PACKETS_CHOSEN);
    return d->packets != NULL;
}

static bool open_files(struct dump *d, struct input *in, char **files, int count)
{
    if (ladder_is_form(d->form) && (d->ladder = ladder_new()) == NULL) {
        output_check(d->out, RELOAD_ERR_MEMORY);
        return false;
    }
    if (!input_open(in, d->tool, &d->input, files, count, d->out))
        return false;
    in->before_wait = dump_before_wait;
    in->before_wait_arg = d;
    d->in = in;
    if (open_packets(d, in) && slots_open(d))
        return true;
    output_check(d->out, RELOAD_ERR_MEMORY);
    input_close(in);
    return false;
}

void dump_files(struct dump *d, char **files, int count)
{
    struct input in;
    d->reported = (d->form->flags & FORM_SHOWS_FAULTS) != 0 && output_shares(d->out, STDERR_FILENO);
    if (open_files(d, &in, files, count)) {
        while (!d->out->failed && input_next(&in))
            dump_item(d, &in);
        slots_drain(d);
        d->tool->batch = NULL; /* later errors do not belong to a message */
        choice_finish(d->choice, d->tool, in.capture != NULL, NULL);
        if (d->ladder != NULL && !d->out->failed)
            ladder_draw(d->ladder, d->form, d->out, d->flags);
        input_summarise(&in, NULL);
        if (d->packets != NULL)
            input_warn_of_extras(&in, "--format=pcapng");
        if (d->packets != NULL)
            packets_finish(d->packets, d->tool->status == STATUS_FINE, -1);
        input_close(&in);
    }
    slots_free(d);
    packets_free(&d->packets);
    ladder_free(&d->ladder);
}

/* ---- Comparing ---- */

/* A file to compare. */
struct side {
    struct input in;
    struct choice choice;
    bool more; /* it may have another item */
};

/* Reads the next item that is chosen. Returns false if there is none. */
static bool next_chosen(struct side *side)
{
    struct input *in = &side->in;
    while (input_next(in)) {
        if (choice_takes(&side->choice, item_message(in), &in->origin))
            return true;
        (void)input_is_message(in); /* reports its fault */
    }
    return false;
}

/* The next item of a side, if it has one. */
static diff_side next_side(struct side *side)
{
    struct input *in = &side->in;
    side->more = side->more && next_chosen(side);
    if (!side->more)
        return (diff_side){.msg = NULL};
    if (input_is_message(in))
        return (diff_side){.msg = in->msg, .origin = &in->origin};
    return (diff_side){.octets = in->item->octets, .len = in->item->len, .origin = &in->origin};
}

static bool is_bad(const struct side *side)
{
    return side->more && side->in.item->kind == RELOAD_ITEM_BAD;
}

/* Compares two inputs item by item. Unreadable items are reported, and not compared. */
static void diff_inputs(struct dump *d, struct side sides[2])
{
    bool differ;
    while (!d->out->failed) {
        diff_side a = next_side(&sides[0]), b = next_side(&sides[1]);
        if (!sides[0].more && !sides[1].more)
            return;
        if (is_bad(&sides[0]) || is_bad(&sides[1]))
            continue;
        output_check(d->out, diff_write(&a, &b, d->flags, d->tool->quiet ? NULL : output_write,
                                        d->out, &differ));
        if (differ)
            tool_status(d->tool, STATUS_INVALID);
    }
}

/* The choice applies to both files; frames apply to captures, so that a captured message can be
 * compared with one in another file. */
static bool open_side(struct dump *d, struct side *side, char **file)
{
    side->more = true;
    side->choice = *d->choice;
    side->choice.captured_frames = true;
    return input_open(&side->in, d->tool, &d->input, file, 1, d->out);
}

static void finish_sides(struct dump *d, const struct side sides[2], char **files)
{
    bool captures = sides[0].in.capture != NULL || sides[1].in.capture != NULL;
    for (int i = 0; i < (captures || d->choice->frames.count == 0 ? 2 : 1); i++)
        choice_finish(&sides[i].choice, d->tool, captures, files[i]);
}

void dump_diff(struct dump *d, char **files)
{
    struct side sides[2];
    if (!open_side(d, &sides[0], files))
        return;
    if (open_side(d, &sides[1], files + 1)) {
        diff_inputs(d, sides);
        finish_sides(d, sides, files);
        input_close(&sides[1].in);
    }
    input_close(&sides[0].in);
}
