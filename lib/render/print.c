/* Lines for people, and values in words. */
#include "render/print.h"
#include "x509/x509.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_OCTETS = 32 }; /* of an octet string; JSON and the annotated form show all of it */

void rl_say(rl_text *t, const char *format, ...)
{
    char words[192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (n > 0)
        reload_buf_append(&t->line, words, (size_t)n < sizeof words ? (size_t)n : sizeof words - 1);
}

void rl_colour(rl_text *t, rl_colour_name c)
{
    static const char *const codes[] = {
        [RL_PLAIN] = "\033[0m",    [RL_NAME] = "\033[36m",  [RL_TITLE] = "\033[1m",
        [RL_WARNING] = "\033[31m", [RL_ADDED] = "\033[32m", [RL_FAINT] = "\033[2m"};
    if ((t->flags & RELOAD_COLOUR) != 0)
        reload_buf_append(&t->line, codes[c], strlen(codes[c]));
}

void rl_say_in(rl_text *t, rl_colour_name c, const char *words)
{
    rl_colour(t, c);
    reload_buf_append(&t->line, words, strlen(words));
    rl_colour(t, RL_PLAIN);
}

void rl_end_line(rl_text *t)
{
    reload_buf_append(&t->line, "\n", 1);
    if (t->err == RELOAD_OK)
        t->err = t->line.err;
    if (t->err == RELOAD_OK && t->sink(t->arg, t->line.octets, t->line.len) != 0)
        t->err = RELOAD_ERR_WRITE;
    t->line.len = 0;
}

reload_err rl_finish(rl_text *t)
{
    reload_buf_free(&t->line);
    return t->err;
}

void rl_say_quoted(rl_text *t, const uint8_t *octets, size_t len)
{
    rl_say(t, "\"");
    rl_escape(&t->line, octets, len, '"');
    rl_say(t, "\"");
}

void rl_say_hex(rl_text *t, const uint8_t *octets, size_t len)
{
    char digits[2 * MAX_OCTETS];
    size_t shown = len < MAX_OCTETS ? len : MAX_OCTETS;
    reload_hex_encode(octets, shown, digits);
    reload_buf_append(&t->line, digits, 2 * shown);
    if (shown < len)
        rl_say(t, "... (%zu octets)", len);
}

static void say_time(rl_text *t, uint32_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm tm;
    char words[32];
    if (gmtime_r(&when, &tm) != NULL &&
        strftime(words, sizeof words, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        rl_say(t, "%s", words);
}

/* "300 s (5 min)" */
static void say_span(rl_text *t, uint32_t seconds)
{
    static const struct {
        uint32_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    rl_say(t, "%" PRIu32 " s", seconds);
    if (seconds < 60)
        return;
    const char *separator = " (";
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (seconds >= units[i].seconds) {
            rl_say(t, "%s%" PRIu32 " %s", separator, seconds / units[i].seconds, units[i].unit);
            separator = " ";
        }
        seconds %= units[i].seconds;
    }
    rl_say(t, ")");
}

void rl_say_named(rl_text *t, reload_names set, uint32_t value)
{
    const char *name = reload_name(set, value);
    if (name != NULL)
        rl_say(t, "%s", name);
    else
        rl_say(t, "%" PRIu32, value);
}

void rl_say_value(rl_text *t, const reload_value *value)
{
    char address[64];
    switch (value->kind) {
    case RELOAD_KIND_TEXT:
        rl_say_quoted(t, value->octets, value->len);
        break;
    case RELOAD_KIND_SECONDS:
        say_span(t, value->number);
        break;
    case RELOAD_KIND_TIME:
        say_time(t, value->number);
        rl_say(t, " (%" PRIu32 ")", value->number);
        break;
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
        rl_say_named(t, rl_kind_names(value->kind), value->number);
        break;
    case RELOAD_KIND_RESPONSE:
        rl_say(t, "%" PRIu32 " ", value->number);
        rl_say_quoted(t, value->octets, value->len);
        break;
    case RELOAD_KIND_IP_PORT:
        reload_address_format(value, address, sizeof address);
        rl_say(t, "%s", address);
        if (value->protocol != 0) {
            rl_say(t, " ");
            rl_say_named(t, RELOAD_NAMES_TRANSPORT, value->protocol);
        }
        break;
    case RELOAD_KIND_ID:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        rl_say_hex(t, value->octets, value->len);
        break;
    }
}

const char *rl_name_of(const reload_attr *attr, char unknown[8])
{
    if (attr->def != NULL)
        return attr->def->name;
    (void)snprintf(unknown, 8, "0x%04x", (unsigned)attr->type);
    return unknown;
}

void rl_begin_line(rl_text *t, unsigned depth, const char *name, bool value)
{
    size_t indent = t->indent + 2u * depth, used = indent + strlen(name);
    rl_say(t, "%*s", (int)indent, "");
    rl_say_in(t, RL_NAME, name);
    if (value)
        rl_say(t, "%*s", used < t->column ? (int)(t->column - used) : 1, "");
}

void rl_warn_line(rl_text *t, unsigned depth, const char *words)
{
    rl_say(t, "%*s", (int)(t->indent + 2u * depth), "");
    rl_colour(t, RL_WARNING);
    rl_say(t, "! %s", words);
    rl_colour(t, RL_PLAIN);
    rl_end_line(t);
}

void rl_say_field(rl_text *t, const reload_msg *msg, reload_field f)
{
    const reload_field_def *def = reload_field_def_of(f);
    size_t len;
    if (def->kind == RELOAD_FIELD_FLAG) {
        rl_say(t, "%" PRIu32, reload_msg_field(msg, f));
    } else if (def->kind == RELOAD_FIELD_OCTETS) {
        const uint8_t *octets = reload_msg_field_octets(msg, f, &len);
        rl_say_hex(t, octets, len);
        /* S§7: boot time and counter, under CERTS */
        if (f == RELOAD_F_TRANSACTION_ID &&
            reload_msg_field(msg, RELOAD_F_SECURITY) == RELOAD_SECURITY_CERTS) {
            rl_say(t, " (booted ");
            say_time(t, rl_get32(octets));
            rl_say(t, ", request %" PRIu32 ")", rl_get32(octets + 4));
        }
    } else {
        uint32_t value = reload_msg_field(msg, f);
        const char *name = reload_name(def->names, value);
        if (def->names == RELOAD_NAMES_NONE)
            rl_say(t, "%" PRIu32, value);
        else
            rl_say(t, "0x%02" PRIx32 "%s%s", value, name == NULL ? "" : " ",
                   name == NULL ? "" : name);
    }
}

void rl_say_behind(rl_text *t, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    if (attr->depth == 1 && i > reload_msg_signature(msg))
        rl_say_in(t, RL_FAINT,
                  attr->ignored ? " (ignored: it stands behind the SIGNATURE)"
                                : " (unauthenticated: it stands behind the SIGNATURE)");
}

bool rl_is_cert(const reload_attr *attr)
{
    return attr->type == RELOAD_A_PEER_CERT || attr->type == RELOAD_A_BODY_CERTIFICATE;
}

/* "2007-07-08T12:00:00Z", or the number where no TIMESTAMP goes as far. */
static void say_long_time(rl_text *t, int64_t seconds)
{
    if (seconds >= 0 && seconds <= (int64_t)UINT32_MAX)
        say_time(t, (uint32_t)seconds);
    else
        rl_say(t, "%" PRId64, seconds);
}

void rl_cert_lines(rl_text *t, unsigned depth, const uint8_t *octets, size_t len)
{
    reload_cert *cert;
    rl_objection objection;
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    reload_err err = rl_cert_read(octets, len, &cert, &objection);
    if (cert == NULL) {
        if (err != RELOAD_OK && t->err == RELOAD_OK)
            t->err = err;
        rl_warn_line(t, depth, err == RELOAD_OK ? objection.words : reload_strerror(err));
        return;
    }
    const char *const labels[] = {"subject", "issuer", "serial"};
    const char *const texts[] = {reload_cert_subject(cert), reload_cert_issuer(cert),
                                 reload_cert_serial(cert)};
    for (size_t k = 0; k < sizeof labels / sizeof labels[0]; k++) {
        rl_begin_line(t, depth, labels[k], true);
        reload_buf_append(&t->line, texts[k], strlen(texts[k])); /* escaped already */
        rl_end_line(t);
    }
    rl_begin_line(t, depth, "valid", true);
    say_long_time(t, reload_cert_not_before(cert) / RELOAD_SECOND);
    rl_say(t, " to ");
    say_long_time(t, reload_cert_not_after(cert) / RELOAD_SECOND);
    rl_end_line(t);
    rl_begin_line(t, depth, "key", true);
    rl_say(t, "%s, %u bits", reload_cert_key_type(cert), reload_cert_key_bits(cert));
    rl_end_line(t);
    for (size_t k = 0; k < reload_cert_names(cert); k++) {
        const reload_cert_name *name = reload_cert_name_at(cert, k);
        rl_begin_line(t, depth, name->peer ? "Peer-ID" : "user", true);
        reload_hex_encode(name->id, RELOAD_ID_SIZE, digits);
        rl_say(t, "%s%s", name->peer ? digits : "", name->peer ? " in overlay " : "");
        rl_say_quoted(t, (const uint8_t *)name->text, strlen(name->text));
        rl_end_line(t);
    }
    reload_cert_free(&cert);
}

void rl_say_title(rl_text *t, const reload_msg *msg)
{
    size_t len;
    (void)reload_msg_octets(msg, &len);
    rl_say_named(t, RELOAD_NAMES_METHOD, reload_msg_field(msg, RELOAD_F_METHOD));
    rl_say(t, " %s, %zu octets",
           reload_msg_field(msg, RELOAD_F_RESPONSE) != 0 ? "response" : "request", len);
}

void rl_say_place(rl_text *t, const reload_origin *origin)
{
    rl_escape(&t->line, (const uint8_t *)origin->file, strlen(origin->file), 0);
    rl_say(t, ", offset %" PRIu64, origin->offset);
}

void rl_say_origin(rl_text *t, const reload_origin *origin, const char *after)
{
    if (origin == NULL)
        return;
    rl_colour(t, RL_FAINT);
    rl_say(t, "%" PRIu64 "%s", origin->index, after);
    rl_say_place(t, origin);
    rl_say(t, ": ");
    rl_colour(t, RL_PLAIN);
}

void rl_say_garbage(rl_text *t, size_t len, const char *error)
{
    rl_colour(t, RL_WARNING);
    rl_say(t, "! %zu octets of garbage: ", len);
    rl_escape(&t->line, (const uint8_t *)error, strlen(error), 0);
    rl_colour(t, RL_PLAIN);
}

bool rl_any_set(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return true;
    return false;
}

void rl_warn_missing(rl_text *t, unsigned depth, const reload_msg *msg)
{
    size_t len;
    char words[64];
    (void)reload_msg_octets(msg, &len);
    (void)snprintf(words, sizeof words, "truncated: %" PRIu32 " octets missing at the end",
                   reload_msg_field(msg, RELOAD_F_LENGTH) - (uint32_t)(len - RELOAD_HEADER_SIZE));
    rl_warn_line(t, depth, words);
}
