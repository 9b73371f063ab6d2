/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/captures.h"

#include "base/fault.h"
#include "common/packets.h"
#include "common/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Reading ---- */

/* A capture_warn. */
static void warn(void *arg, const char *file, const char *words)
{
    tool_warn_file(arg, file, "%s", words);
}

/* A capture_take. */
static void captures_take(void *arg, const struct capture_packet *packet)
{
    struct input *in = arg;
    if (packets_are_due(in->packets)) {
        if (in->before_wait != NULL)
            in->before_wait(in->before_wait_arg);
        input_settle(in);
    }
    packets_take(in->packets, packet);
}

void input_settle(struct input *in)
{
    if (in->packets != NULL && in->capture != NULL)
        packets_settle(in->packets, in->capture);
}

static bool make_capture(struct input *in)
{
    const struct capture_options options = {.filter = in->options.filter,
                                            .max_message = in->options.max_message,
                                            .flow_limit = (uint64_t)in->options.flow_limit,
                                            .total_limit = (uint64_t)in->options.total_limit,
                                            .take = in->packets == NULL ? NULL : captures_take,
                                            .take_arg = in};
    if (in->capture == NULL)
        in->capture = capture_new(&options, warn, in->tool);
    return in->capture != NULL;
}

/* The remedy if a capture is expected. */
static const char *remedy_for(reload_content content)
{
    switch (content) {
    case RELOAD_CONTENT_MESSAGE:
    case RELOAD_CONTENT_MESSAGE_JSON:
    case RELOAD_CONTENT_MESSAGE_HEX:
        return "omit --input=pcap";
    case RELOAD_CONTENT_BASE64:
        return "use --input=base64";
    default:
        return reload_content_remedy(content);
    }
}

/* Describes a file that is not a capture, which libpcap does not. */
static void describe_content(const struct input *in, reload_diag *diag)
{
    const reload_buf *head = &in->head;
    reload_content content = reload_recognise(head->octets, head->len);
    const char *remedy = remedy_for(content);
    diag->text[0] = '\0';
    if (content == RELOAD_CONTENT_UNKNOWN)
        text_append(diag->text, sizeof diag->text, "not a capture, expected pcap or pcapng");
    else
        text_append(diag->text, sizeof diag->text, "%s, not a capture%s%s",
                    reload_content_text(content), remedy == NULL ? "" : "; ",
                    remedy == NULL ? "" : remedy);
}

static void captures_report(struct input *in, reload_err err, const reload_diag *diag)
{
    in->unread = true;
    tool_error_file(in->tool, STATUS_FAILED, in->file, "%s",
                    err == RELOAD_ERR_READ ? diag->text : reload_strerror(err));
}

static void captures_refuse(struct input *in, const char *foreign)
{
    in->unread = true;
    tool_error_file(in->tool, STATUS_FAILED, in->file,
                    "a capture of the format %s, expected pcap or pcapng; to convert it: %s",
                    foreign, CAPTURE_CONVERT);
}

bool captures_open(struct input *in, reload_source source, const char *foreign)
{
    reload_diag diag = {0};
    if (foreign != NULL) {
        captures_refuse(in, foreign);
        return false;
    }
    reload_err err = make_capture(in) ? capture_open(in->capture, in->file, source, in, &diag)
                                      : RELOAD_ERR_MEMORY;
    if (err == RELOAD_OK) {
        in->in_capture = true;
        in->capture_file = in->file;
        return true;
    }
    if (err == RELOAD_ERR_READ &&
        capture_recognise(in->head.octets, in->head.len, in->head_over, &foreign) == CAPTURE_NONE)
        describe_content(in, &diag);
    captures_report(in, err, &diag);
    return false;
}

const struct capture_item *captures_next(struct input *in)
{
    const struct capture_item *item;
    reload_diag diag;
    reload_err err = capture_next(in->capture, &item, &diag);
    if (err != RELOAD_OK)
        captures_report(in, err, &diag);
    else if (item != NULL)
        in->capture_items++;
    else if (in->ending && in->capture_items == 0 && !in->unread)
        tool_error_file(in->tool, STATUS_MALFORMED, in->capture_file,
                        in->options.filter != NULL && capture_counts(in->capture)->packets == 0
                            ? "no packet passes --filter"
                            : "no message in it");
    if (item == NULL && in->ending)
        in->capture_items = 0;
    return item;
}

void captures_end(struct input *in)
{
    capture_finish(in->capture);
    in->in_capture = false;
    in->ending = true;
}

void captures_over(struct input *in)
{
    in->ending = false;
    if (in->packets == NULL)
        return;
    if (in->before_wait != NULL)
        in->before_wait(in->before_wait_arg);
    packets_settle(in->packets, NULL);
}

/* ---- Options ---- */

/* The remedy; %s is the filter. */
#define KEEPS_FRAGMENTS "'(%s) or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)' keeps them"

/* Whether a filter asks for ports, which only the first fragment of a datagram has. TCP avoids
 * fragments. */
static bool filter_drops_fragments(const char *filter)
{
    static const char *const words[] = {"port", "portrange", "udp[", "tcp["};
    bool tcp_alone = strstr(filter, "tcp") != NULL && strstr(filter, "udp") == NULL;
    if (tcp_alone || strstr(filter, "ip[6:2]") != NULL || strstr(filter, "ip[6]") != NULL)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(filter, words[i]) != NULL)
            return true;
    return false;
}

/* A specified option that applies only to captures; NULL: there is none. */
static const char *capture_option(const struct input_options *o)
{
    return o->filter != NULL     ? "--filter"
           : o->flow_limit != 0  ? "--flow-limit"
           : o->total_limit != 0 ? "--total-limit"
                                 : NULL;
}

void input_check(const struct tool *tool, const struct input_options *o)
{
    bool other = o->form.form != RELOAD_FORM_AUTO && !o->form.capture;
    const char *option = capture_option(o);
    if (other && o->captures_only)
        tool_usage(tool,
                   "--annotate requires captures: it cannot be combined with another --input");
    if (other && option != NULL)
        tool_usage(tool, "%s requires captures: it cannot be combined with another --input",
                   option);
    reload_diag diag;
    if (o->filter != NULL && capture_check_filter(o->filter, &diag) != RELOAD_OK)
        tool_usage(tool,
                   "--filter: \"%s\": %s; expected an expression of pcap-filter(7), such as "
                   "\"udp port 6084\"",
                   o->filter, diag.text);
}

void captures_warn(const struct tool *tool, const struct input_options *o)
{
    if (o->filter != NULL && filter_drops_fragments(o->filter) &&
        !RL_FAULT("captures: a filter that drops fragments is noticed"))
        tool_warn_file(
            tool, NULL,
            "--filter drops the fragments of a datagram after the first; " KEEPS_FRAGMENTS,
            o->filter);
}

/* ---- Places ---- */

const char *origin_place(const reload_origin *origin, uint64_t offset, char text[96])
{
    enum { SIZE = 96 };
    const reload_capture *capture = origin->capture;
    text[0] = '\0';
    if (capture != NULL && capture->frame_count > 0)
        text_append(text, SIZE, "frame %" PRIu64 ": ", capture->frames[capture->frame_count - 1]);
    text_append(text, SIZE, "offset %" PRIu64, offset);
    return text;
}

/* ---- The summary ---- */

/* Appends ", 3 things", unless there are none. */
static void append_count(char *text, size_t size, uint64_t count, const char *one, const char *many)
{
    if (count > 0)
        text_append(text, size, ", %" PRIu64 " %s", count, count == 1 ? one : many);
}

/* Data that was not captured, or is contradictory. */
static void append_losses(char *text, size_t size, const struct capture_counts *n)
{
    append_count(text, size, n->lost_octets, "octet of TCP lost", "octets of TCP lost");
    append_count(text, size, n->gaps, "gap", "gaps");
    append_count(text, size, n->lost_fragments, "datagram with fragments missing",
                 "datagrams with fragments missing");
    append_count(text, size, n->cut, "packet truncated by the snaplen",
                 "packets truncated by the snaplen");
    append_count(text, size, n->overlaps, "overlap that differs", "overlaps that differ");
    append_count(text, size, n->broken, "packet with unreadable headers",
                 "packets with unreadable headers");
    append_count(text, size, n->disordered, "file in the wrong order", "files in the wrong order");
    append_count(text, size, n->flow_limits + n->total_limits, "limit reached",
                 "times a limit reached");
}

/* files: how many the capture may have. */
static void append_skipped(char *text, size_t size, const struct capture_counts *n, int files)
{
    append_count(text, size, n->skipped_datagrams, "datagram without a message",
                 "datagrams without a message");
    if (n->skipped_datagrams > 0)
        text_append(text, size, " (%sframe %" PRIu64 "%s%s)",
                    n->skipped_datagrams > 1 ? "the first: " : "", n->skipped_frame,
                    files > 1 ? " of " : "", files > 1 ? n->skipped_file : "");
    append_count(text, size, n->skipped_flows, "TCP flow without a message",
                 "TCP flows without a message");
    append_count(text, size, n->skipped_octets, "octet of TCP outside messages",
                 "octets of TCP outside messages");
    append_count(text, size, n->stun, "datagram of STUN", "datagrams of STUN");
    append_count(text, size, n->dtls, "datagram of DTLS", "datagrams of DTLS");
    append_count(text, size, n->tls, "flow of TLS", "flows of TLS");
}

static void warn_of_twice(const struct input *in, const struct capture_counts *n)
{
    if (n->repeated > 0 && !RL_FAULT("captures: messages that are there twice"))
        tool_warn_file(in->tool, NULL,
                       "%" PRIu64 " message%s captured twice within 0.1 s, as on two interfaces, "
                       "and both copies count; to remove duplicates: editcap -d IN OUT",
                       n->repeated, n->repeated == 1 ? " was" : "s were");
}

/* If no datagram has more than its first fragment, the capture was made with a filter on ports. */
static void warn_of_fragments(const struct input *in, const struct capture_counts *n)
{
    bool known = in->options.filter != NULL && filter_drops_fragments(in->options.filter);
    if (n->lost_fragments > 0 && n->later_fragments == 0 && !known && !in->unread)
        tool_warn_file(in->tool, NULL,
                       "the capture has only first fragments of datagrams, as with a capture "
                       "filter on ports; " KEEPS_FRAGMENTS,
                       "udp port N");
}

/* Prints a line for each kind of packets that were not examined, and one for the rest. */
static void print_counts(const struct input *in, const struct capture_counts *n, const char *more)
{
    char text[1500] = "";
    for (const struct capture_name *name = n->others; name->name != NULL; name++)
        tool_warn(in->tool, "%" PRIu64 " packet%s in %s %s not examined", name->packets,
                  name->packets == 1 ? "" : "s", name->name, name->packets == 1 ? "was" : "were");
    (void)snprintf(text, sizeof text, "%" PRIu64 " packet%s", n->packets,
                   n->packets == 1 ? "" : "s");
    text_append(text, sizeof text, ", %" PRIu64 " message%s", n->messages,
                n->messages == 1 ? "" : "s");
    append_count(text, sizeof text, n->garbage, "run of garbage", "runs of garbage");
    append_losses(text, sizeof text, n);
    append_skipped(text, sizeof text, n, in->count);
    if (more != NULL && more[0] != '\0')
        text_append(text, sizeof text, "; %s", more);
    tool_warn(in->tool, "%s", text);
}

void input_summarise(const struct input *in, const char *more)
{
    const struct capture_counts *n = in->capture == NULL ? NULL : capture_counts(in->capture);
    const char *option = capture_option(&in->options);
    if (n == NULL && option != NULL && !in->unread)
        tool_error(in->tool, STATUS_USAGE, "%s requires a capture, but no input is one", option);
    if (n == NULL || in->capture_file == NULL)
        return;
    print_counts(in, n, more);
    warn_of_fragments(in, n);
    warn_of_twice(in, n);
}

void input_warn_of_extras(const struct input *in, const char *option)
{
    unsigned extras = in->capture == NULL ? 0 : capture_extras(in->capture);
    const char *const names[] = {"comments", "host names", "secrets"};
    char text[64] = "";
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((extras >> i & 1) != 0)
            text_append(text, sizeof text, "%s%s",
                        text[0] == '\0'            ? ""
                        : (extras >> (i + 1)) == 0 ? " and "
                                                   : ", ",
                        names[i]);
    if (text[0] != '\0')
        tool_warn_file(in->tool, NULL, "%s does not keep the input's own %s", option, text);
}
