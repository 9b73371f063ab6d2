/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of text for people, and values in them. */
#include "render/print.h"

#include "base/fault.h"
#include "x509/x509.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <reload/cert.h>

enum { MAX_OCTETS = 32 }; /* of an octet string; JSON shows all of it */

void reload_printer_init(reload_printer *p, unsigned flags, reload_sink sink, void *arg)
{
    *p = (reload_printer){.sink = sink, .arg = arg, .flags = flags};
}

reload_err reload_printer_finish(reload_printer *p)
{
    reload_buf_free(&p->line);
    return p->err;
}

void reload_printer_fail(reload_printer *p, reload_err err)
{
    if (p->err == RELOAD_OK)
        p->err = err;
}

/* ---- Parts of a line ---- */

void reload_print(reload_printer *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    rl_format(&p->line, format, args);
    va_end(args);
}

void reload_print_raw(reload_printer *p, const void *octets, size_t len)
{
    reload_buf_append(&p->line, octets, len);
}

void reload_print_colour(reload_printer *p, reload_colour c)
{
    static const char *const codes[] = {
        [RELOAD_COLOUR_PLAIN] = "\033[0m",  [RELOAD_COLOUR_NAME] = "\033[36m",
        [RELOAD_COLOUR_TITLE] = "\033[1m",  [RELOAD_COLOUR_WARNING] = "\033[31m",
        [RELOAD_COLOUR_ADDED] = "\033[32m", [RELOAD_COLOUR_FAINT] = "\033[2m"};
    if ((p->flags & RELOAD_COLOUR) != 0)
        reload_print_raw(p, codes[c], strlen(codes[c]));
}

void reload_print_coloured(reload_printer *p, reload_colour c, const char *words)
{
    reload_print_colour(p, c);
    reload_print_raw(p, words, strlen(words));
    reload_print_colour(p, RELOAD_COLOUR_PLAIN);
}

void reload_print_end_line(reload_printer *p)
{
    reload_print_raw(p, "\n", 1);
    if (p->err == RELOAD_OK)
        p->err = p->line.err;
    if (p->err == RELOAD_OK && p->sink(p->arg, p->line.octets, p->line.len) != 0)
        p->err = RELOAD_ERR_WRITE;
    p->line.len = 0;
}

/* ---- Values ---- */

void reload_print_quoted(reload_printer *p, const uint8_t *octets, size_t len)
{
    reload_print_raw(p, "\"", 1);
    rl_escape(&p->line, octets, len, '"');
    reload_print_raw(p, "\"", 1);
}

void reload_print_hex(reload_printer *p, const uint8_t *octets, size_t len)
{
    char digits[2 * MAX_OCTETS];
    size_t shown = len < MAX_OCTETS ? len : MAX_OCTETS;
    reload_hex_encode(octets, shown, digits);
    reload_print_raw(p, digits, 2 * shown);
    if (shown < len)
        reload_print(p, "... (%zu octets)", len);
}

/* "2007-07-08T12:00:00Z" */
static void print_time(reload_printer *p, int64_t seconds)
{
    char text[RELOAD_TIME_SIZE];
    reload_time_text(seconds, text);
    reload_print_raw(p, text, strlen(text));
}

/* "300 s (5 min)" */
static void print_span(reload_printer *p, uint32_t seconds)
{
    static const struct {
        uint32_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    reload_print(p, "%" PRIu32 " s", seconds);
    if (seconds < 60)
        return;
    const char *separator = " (";
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (seconds >= units[i].seconds) {
            reload_print(p, "%s%" PRIu32 " %s", separator, seconds / units[i].seconds,
                         units[i].unit);
            separator = " ";
        }
        seconds %= units[i].seconds;
    }
    reload_print(p, ")");
}

void rl_print_named(reload_printer *p, reload_names set, uint32_t value)
{
    const char *name = reload_name(set, value);
    if (name != NULL)
        reload_print_raw(p, name, strlen(name));
    else
        reload_print(p, "%" PRIu32, value);
}

void reload_print_value(reload_printer *p, const reload_value *value)
{
    char address[64];
    switch (value->kind) {
    case RELOAD_KIND_TEXT:
        reload_print_quoted(p, value->octets, value->len);
        break;
    case RELOAD_KIND_SECONDS:
        print_span(p, value->number);
        break;
    case RELOAD_KIND_TIME:
        print_time(p, value->number);
        reload_print(p, " (%" PRIu32 ")", value->number);
        break;
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
        rl_print_named(p, rl_kind_names(value->kind), value->number);
        break;
    case RELOAD_KIND_RESPONSE:
        reload_print(p, "%" PRIu32 " ", value->number);
        reload_print_quoted(p, value->octets, value->len);
        break;
    case RELOAD_KIND_IP_PORT:
        reload_address_format(value, address, sizeof address);
        reload_print_raw(p, address, strlen(address));
        if (value->protocol != 0) {
            reload_print(p, " ");
            rl_print_named(p, RELOAD_NAMES_TRANSPORT, value->protocol);
        }
        break;
    case RELOAD_KIND_ID:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        reload_print_hex(p, value->octets, value->len);
        break;
    }
}

/* S§7: boot time and counter of a Transaction ID that is numbered */
static void print_numbered(reload_printer *p, const reload_msg *msg, const uint8_t *id)
{
    const reload_suite *suite = reload_suite_of(reload_msg_field(msg, RELOAD_F_SECURITY));
    if (suite == NULL || suite->kind != RELOAD_SUITE_PUBLIC_KEY)
        return;
    reload_print(p, " (booted ");
    print_time(p, rl_get32(id));
    reload_print(p, ", request %" PRIu32 ")", rl_get32(id + 4));
}

void reload_print_field(reload_printer *p, const reload_msg *msg, reload_field field)
{
    const reload_field_def *def = reload_field_def_of(field);
    size_t len;
    if (def->kind == RELOAD_FIELD_FLAG) {
        reload_print(p, "%" PRIu32, reload_msg_field(msg, field));
    } else if (def->kind == RELOAD_FIELD_OCTETS) {
        const uint8_t *octets = reload_msg_field_octets(msg, field, &len);
        reload_print_hex(p, octets, len);
        if (field == RELOAD_F_TRANSACTION_ID)
            print_numbered(p, msg, octets);
    } else {
        uint32_t value = reload_msg_field(msg, field);
        const char *name = reload_name(def->names, value);
        if (def->names == RELOAD_NAMES_NONE)
            reload_print(p, "%" PRIu32, value);
        else
            reload_print(p, "0x%02" PRIx32 "%s%s", value, name == NULL ? "" : " ",
                         name == NULL ? "" : name);
    }
}

/* ---- Messages and attributes ---- */

void reload_print_title(reload_printer *p, const reload_msg *msg)
{
    size_t len;
    (void)reload_msg_octets(msg, &len);
    rl_print_named(p, RELOAD_NAMES_METHOD, reload_msg_field(msg, RELOAD_F_METHOD));
    reload_print(p, " %s, %zu octets",
                 reload_msg_field(msg, RELOAD_F_RESPONSE) != 0 ? "response" : "request", len);
}

void reload_print_origin(reload_printer *p, const reload_origin *origin)
{
    if (origin == NULL)
        return;
    reload_print_colour(p, RELOAD_COLOUR_FAINT);
    rl_print_place(p, origin, ": ");
    reload_print_colour(p, RELOAD_COLOUR_PLAIN);
}

void reload_print_garbage(reload_printer *p, size_t len, const char *error)
{
    reload_print_colour(p, RELOAD_COLOUR_WARNING);
    reload_print(p, "! %zu octet%s of garbage: ", len, len == 1 ? "" : "s");
    rl_escape(&p->line, (const uint8_t *)error, strlen(error), 0);
    reload_print_colour(p, RELOAD_COLOUR_PLAIN);
}

void reload_print_unsigned(reload_printer *p, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    if (attr->depth == 1 && i > reload_msg_signature(msg) &&
        !RL_FAULT("D27: ROUTE-LOGs are shown as unauthenticated"))
        reload_print_coloured(p, RELOAD_COLOUR_FAINT,
                              attr->ignored ? " (ignored: after the SIGNATURE)"
                                            : " (unauthenticated: after the SIGNATURE)");
}

const char *reload_attr_name(const reload_attr *attr, char unknown[8])
{
    if (attr->def != NULL)
        return attr->def->name;
    (void)snprintf(unknown, 8, "0x%04x", (unsigned)attr->type);
    return unknown;
}

bool rl_any_set(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return true;
    return false;
}

/* ---- Lines with a depth ---- */

static void print_blanks(reload_printer *p, size_t count)
{
    static const char blanks[] = "                                ";
    for (; count >= sizeof blanks; count -= sizeof blanks - 1)
        reload_print_raw(p, blanks, sizeof blanks - 1);
    reload_print_raw(p, blanks, count);
}

void reload_print_name(reload_printer *p, unsigned depth, const char *name, bool value)
{
    size_t indent = p->indent + 2u * depth, used = indent + strlen(name);
    print_blanks(p, indent);
    reload_print_coloured(p, RELOAD_COLOUR_NAME, name);
    if (value)
        print_blanks(p, used < p->column ? p->column - used : 1);
}

void reload_print_warning(reload_printer *p, unsigned depth, const char *words)
{
    reload_print(p, "%*s", (int)(p->indent + 2u * depth), "");
    reload_print_colour(p, RELOAD_COLOUR_WARNING);
    reload_print(p, "! %s", words);
    reload_print_colour(p, RELOAD_COLOUR_PLAIN);
    reload_print_end_line(p);
}

void reload_print_missing(reload_printer *p, unsigned depth, const reload_msg *msg)
{
    size_t len;
    char words[64];
    const char *fault = rl_msg_fault_text(msg);
    (void)reload_msg_octets(msg, &len);
    if (fault == NULL && reload_msg_truncated(msg)) {
        uint32_t missing =
            reload_msg_field(msg, RELOAD_F_LENGTH) - (uint32_t)(len - RELOAD_HEADER_SIZE);
        (void)snprintf(words, sizeof words, "truncated: %" PRIu32 " octet%s missing at the end",
                       missing, missing == 1 ? "" : "s");
        fault = words;
    }
    if (fault != NULL)
        reload_print_warning(p, depth, fault);
}

/* ---- Certificates ---- */

/* A date, or seconds if no TIMESTAMP can have them. */
static void print_date(reload_printer *p, int64_t seconds)
{
    if (seconds >= 0 && seconds <= (int64_t)UINT32_MAX)
        print_time(p, seconds);
    else
        reload_print(p, "%" PRId64, seconds);
}

/* A line with a certificate's text, which is escaped already. */
static void print_cert_text(reload_printer *p, unsigned depth, const char *name, const char *text)
{
    reload_print_name(p, depth, name, true);
    reload_print_raw(p, text, strlen(text));
    reload_print_end_line(p);
}

static void print_cert_name(reload_printer *p, unsigned depth, const reload_cert_name *name)
{
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    reload_hex_encode(name->id, RELOAD_ID_SIZE, digits);
    reload_print_name(p, depth, name->peer ? "Peer-ID" : "user", true);
    if (name->peer)
        reload_print(p, "%s in overlay ", digits);
    reload_print_quoted(p, (const uint8_t *)name->text, strlen(name->text));
    reload_print_end_line(p);
}

void reload_print_cert(reload_printer *p, unsigned depth, const uint8_t *octets, size_t len)
{
    reload_cert *cert;
    rl_objection objection;
    reload_err err = rl_cert_read(octets, len, &cert, &objection);
    if (cert == NULL) {
        reload_printer_fail(p, err);
        reload_print_warning(p, depth, err == RELOAD_OK ? objection.words : reload_strerror(err));
        return;
    }
    print_cert_text(p, depth, "subject", reload_cert_subject(cert));
    print_cert_text(p, depth, "issuer", reload_cert_issuer(cert));
    print_cert_text(p, depth, "serial", reload_cert_serial(cert));
    reload_print_name(p, depth, "valid", true);
    print_date(p, reload_cert_not_before(cert) / RELOAD_SECOND);
    reload_print(p, " to ");
    print_date(p, reload_cert_not_after(cert) / RELOAD_SECOND);
    reload_print_end_line(p);
    reload_print_name(p, depth, "key", true);
    reload_print(p, "%s, %u bits", reload_cert_key_type(cert), reload_cert_key_bits(cert));
    reload_print_end_line(p);
    for (size_t k = 0; k < reload_cert_names(cert); k++)
        print_cert_name(p, depth, reload_cert_name_at(cert, k));
    reload_cert_free(&cert);
}
