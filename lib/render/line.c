/* SPDX-License-Identifier: BSD-2-Clause */
/* A message on one line. */
#include "render/print.h"

#include "base/fault.h"

#include <inttypes.h>
#include <string.h>

static void print_line_words(reload_printer *p, const char *words)
{
    reload_print_raw(p, words, strlen(words));
}

/* An ID's first 40 bits, as in the drafts' examples. */
static void print_short_id(reload_printer *p, const uint8_t *id)
{
    char digits[10];
    reload_hex_encode(id, sizeof digits / 2, digits);
    reload_print_raw(p, digits, sizeof digits);
}

static void print_short_value(reload_printer *p, const reload_value *value)
{
    if (value->kind == RELOAD_KIND_ID)
        print_short_id(p, value->octets);
    else
        reload_print_value(p, value);
}

/* In brackets, the members that identify a composite, and its number of BODYs. */
static void print_summary(reload_printer *p, const reload_msg *msg, uint32_t i)
{
    const char *separator = "";
    unsigned bodies = 0;
    reload_print_raw(p, "(", 1);
    for (size_t k = 0; k < RL_SUMMARY; k++) {
        reload_value value;
        uint32_t member = reload_msg_member(msg, i, rl_summary[k]);
        if (member == RELOAD_NO_ATTR || !reload_msg_value(msg, member, &value))
            continue;
        print_line_words(p, separator);
        print_short_value(p, &value);
        separator = " ";
    }
    reload_iter it = reload_members(msg, i);
    while (reload_next_of(&it, RELOAD_A_BODY))
        bodies++;
    if (bodies > 0)
        reload_print(p, "%s%u BOD%s", separator, bodies, bodies == 1 ? "Y" : "IES");
    reload_print_raw(p, ")", 1);
}

static void print_header(reload_printer *p, const reload_msg *msg)
{
    size_t len;
    reload_print_colour(p, RELOAD_COLOUR_TITLE);
    reload_print_title(p, msg);
    reload_print_colour(p, RELOAD_COLOUR_PLAIN);
    reload_print(p, ", ");
    print_short_id(p, reload_msg_field_octets(msg, RELOAD_F_SOURCE_ID, &len));
    reload_print(p, " > ");
    print_short_id(p, reload_msg_field_octets(msg, RELOAD_F_DESTINATION_ID, &len));
    reload_print(p, ", id ");
    const uint8_t *transaction = reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len);
    reload_print_hex(p, transaction, len);
    reload_print(p, ", overlay %08" PRIx32 ", ttl %" PRIu32 ", ",
                 reload_msg_field(msg, RELOAD_F_OVERLAY), reload_msg_field(msg, RELOAD_F_TTL));
    rl_print_named(p, RELOAD_NAMES_SECURITY, reload_msg_field(msg, RELOAD_F_SECURITY));
}

/* The members of the message. */
static void print_attrs(reload_printer *p, const reload_msg *msg)
{
    uint32_t signature = reload_msg_signature(msg); /* unauthenticated after it: D10, D27 */
    const char *separator = ": ";
    reload_iter it = reload_members(msg, RELOAD_NO_ATTR);
    while (reload_next(&it)) {
        char unknown[8];
        reload_value value;
        bool first_after =
            signature != RELOAD_NO_ATTR && it.index == reload_msg_attr(msg, signature)->end;
        bool mark = first_after && !RL_FAULT("D27: a line marks what is unauthenticated");
        print_line_words(p, separator);
        print_line_words(p, mark ? "unauthenticated: " : "");
        print_line_words(p, reload_attr_name(it.attr, unknown));
        separator = ", ";
        if (it.attr->end > it.index + 1) {
            print_summary(p, msg, it.index);
        } else if (it.attr->type == RELOAD_A_RESPONSE_CODE &&
                   reload_msg_value(msg, it.index, &value)) {
            reload_print(p, " ");
            reload_print_value(p, &value);
        }
    }
}

/* "   1 2007-07-08T12:00:00.123456Z 10.4.1.2:5060 > 10.4.1.3:5060 UDP put.pcap:3-5 ", in columns,
 * or, if the message was not captured, "1 put.bin, offset 0: ". */
static void print_line_place(reload_printer *p, const reload_origin *origin)
{
    enum { ADDRESS = 21 }; /* columns: as many as IPv4 needs */
    char source[56], destination[56];
    if (origin == NULL)
        return;
    if (origin->size < sizeof *origin || origin->capture == NULL) {
        rl_print_place(p, origin, " ");
    } else {
        reload_address_format(&origin->capture->source, source, sizeof source);
        reload_address_format(&origin->capture->destination, destination, sizeof destination);
        reload_print(p, "%4" PRIu64 " ", origin->index);
        rl_print_capture_time(p, origin);
        reload_print(p, " %-*s > %-*s %s ", ADDRESS, source, ADDRESS, destination,
                     origin->capture->transport);
        rl_escape(&p->line, (const uint8_t *)origin->file, strlen(origin->file), 0);
        reload_print(p, ":");
        rl_print_frames(p, origin->capture);
        reload_print(p, ": ");
    }
}

reload_err reload_line_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg)
{
    reload_printer p;
    reload_diag diag;
    reload_printer_init(&p, flags, sink, arg);
    print_line_place(&p, origin);
    print_header(&p, msg);
    print_attrs(&p, msg);
    if (reload_msg_check(msg, &diag) != RELOAD_OK) {
        reload_print_colour(&p, RELOAD_COLOUR_WARNING);
        reload_print(&p, " ! %s", diag.text);
        reload_print_colour(&p, RELOAD_COLOUR_PLAIN);
    }
    reload_print_end_line(&p);
    return reload_printer_finish(&p);
}

reload_err reload_line_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg)
{
    (void)octets;
    reload_printer p;
    reload_printer_init(&p, flags, sink, arg);
    if (origin != NULL) {
        reload_print_colour(&p, RELOAD_COLOUR_FAINT);
        print_line_place(&p, origin);
        reload_print_colour(&p, RELOAD_COLOUR_PLAIN);
    }
    reload_print_garbage(&p, len, error);
    reload_print_end_line(&p);
    return reload_printer_finish(&p);
}
