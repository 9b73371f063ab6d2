/* Messages for people: the tree, and one line a message. */
#include "draft01/draft01.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    MAX_VALUE_COLUMN = 50, /* names that are longer push their own value to the right */
    MAX_OCTETS = 32        /* of an octet string; JSON shows all of it */
};

/* A rendering on its way to a sink, a line at a time. */
struct text {
    reload_sink sink;
    void *arg;
    unsigned flags;
    reload_buf line;
    size_t column;  /* where values begin */
    unsigned indent; /* of everything: a message inside a message stands further in */
    reload_err err;
};

enum colour { PLAIN, NAME, TITLE, WARNING, FAINT };

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void say(struct text *t, const char *format, ...)
{
    char words[192];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (n > 0)
        reload_buf_append(&t->line, words, (size_t)n < sizeof words ? (size_t)n : sizeof words - 1);
}

static void colour(struct text *t, enum colour c)
{
    static const char *const codes[] = {
        [PLAIN] = "\033[0m", [NAME] = "\033[36m", [TITLE] = "\033[1m", [WARNING] = "\033[31m", [FAINT] = "\033[2m"};
    if ((t->flags & RELOAD_COLOUR) != 0)
        reload_buf_append(&t->line, codes[c], strlen(codes[c]));
}

static void end_line(struct text *t)
{
    reload_buf_append(&t->line, "\n", 1);
    if (t->err == RELOAD_OK)
        t->err = t->line.err;
    if (t->err == RELOAD_OK && t->sink(t->arg, t->line.octets, t->line.len) != 0)
        t->err = RELOAD_ERR_WRITE;
    t->line.len = 0;
}

static reload_err finish(struct text *t)
{
    reload_buf_free(&t->line);
    return t->err;
}

/* Characters that a terminal acts upon, or that nobody sees. */
static bool unsafe(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* Appends text from strangers. quote: a character to be escaped too, or 0. */
static void escape(reload_buf *buf, const uint8_t *octets, size_t len, char quote)
{
    while (len > 0) {
        uint32_t c = 0;
        char words[16];
        size_t n = rl_utf8(octets, len, &c);
        int written = 0;
        if (n == 0)
            written = snprintf(words, sizeof words, "\\x%02x", octets[0]);
        else if (c == '\n' || c == '\r' || c == '\t')
            written = snprintf(words, sizeof words, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c == '\\' || (quote != 0 && c == (uint32_t)quote))
            written = snprintf(words, sizeof words, "\\%c", (int)c);
        else if (unsafe(c))
            written = snprintf(words, sizeof words, c < 0x80 ? "\\x%02" PRIx32 : "\\u{%04" PRIx32 "}", c);
        if (written > 0)
            reload_buf_append(buf, words, (size_t)written);
        else
            reload_buf_append(buf, octets, n);
        n = n == 0 ? 1 : n;
        octets += n;
        len -= n;
    }
}

reload_err reload_escape(const uint8_t *octets, size_t len, reload_sink sink, void *arg)
{
    reload_buf buf = {0};
    escape(&buf, octets, len, 0);
    reload_err err = buf.err;
    if (err == RELOAD_OK && buf.len > 0 && sink(arg, buf.octets, buf.len) != 0)
        err = RELOAD_ERR_WRITE;
    reload_buf_free(&buf);
    return err;
}

static void say_quoted(struct text *t, const uint8_t *octets, size_t len)
{
    say(t, "\"");
    escape(&t->line, octets, len, '"');
    say(t, "\"");
}

static void say_hex(struct text *t, const uint8_t *octets, size_t len)
{
    char digits[2 * MAX_OCTETS];
    size_t shown = len < MAX_OCTETS ? len : MAX_OCTETS;
    reload_hex_encode(octets, shown, digits);
    reload_buf_append(&t->line, digits, 2 * shown);
    if (shown < len)
        say(t, "... (%zu octets)", len);
}

static void say_time(struct text *t, uint32_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm tm;
    char words[32];
    if (gmtime_r(&when, &tm) != NULL && strftime(words, sizeof words, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        say(t, "%s", words);
}

/* "300 s (5 min)" */
static void say_span(struct text *t, uint32_t seconds)
{
    static const struct {
        uint32_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    say(t, "%" PRIu32 " s", seconds);
    if (seconds < 60)
        return;
    const char *separator = " (";
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (seconds >= units[i].seconds) {
            say(t, "%s%" PRIu32 " %s", separator, seconds / units[i].seconds, units[i].unit);
            separator = " ";
        }
        seconds %= units[i].seconds;
    }
    say(t, ")");
}

static void say_named(struct text *t, reload_names set, uint32_t value)
{
    const char *name = reload_name(set, value);
    if (name != NULL)
        say(t, "%s", name);
    else
        say(t, "%" PRIu32, value);
}

static void say_value(struct text *t, const reload_value *value)
{
    char address[64];
    switch (value->kind) {
    case RELOAD_KIND_TEXT:
        say_quoted(t, value->octets, value->len);
        break;
    case RELOAD_KIND_SECONDS:
        say_span(t, value->number);
        break;
    case RELOAD_KIND_TIME:
        say_time(t, value->number);
        say(t, " (%" PRIu32 ")", value->number);
        break;
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
        say_named(t, rl_kind_names(value->kind), value->number);
        break;
    case RELOAD_KIND_RESPONSE:
        say(t, "%" PRIu32 " ", value->number);
        say_quoted(t, value->octets, value->len);
        break;
    case RELOAD_KIND_IP_PORT:
        reload_address_format(value, address, sizeof address);
        say(t, "%s", address);
        if (value->protocol != 0) {
            say(t, " ");
            say_named(t, RELOAD_NAMES_TRANSPORT, value->protocol);
        }
        break;
    case RELOAD_KIND_ID:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        say_hex(t, value->octets, value->len);
        break;
    }
}

/* ---- The tree -------------------------------------------------------------------------------------------------- */

static const char *name_of(const reload_attr *attr, char unknown[8])
{
    if (attr->def != NULL)
        return attr->def->name;
    (void)snprintf(unknown, 8, "0x%04x", (unsigned)attr->type);
    return unknown;
}

/* Begins a line with a name at a depth, and blanks up to the column of values where a value follows. */
static void begin_line(struct text *t, unsigned depth, const char *name, bool value)
{
    size_t indent = t->indent + 2u * depth, used = indent + strlen(name);
    say(t, "%*s", (int)indent, "");
    colour(t, NAME);
    say(t, "%s", name);
    colour(t, PLAIN);
    if (value)
        say(t, "%*s", used < t->column ? (int)(t->column - used) : 1, "");
}

static void warn_line(struct text *t, unsigned depth, const char *words)
{
    say(t, "%*s", (int)(t->indent + 2u * depth), "");
    colour(t, WARNING);
    say(t, "! %s", words);
    colour(t, PLAIN);
    end_line(t);
}

/* Header fields that say nothing while they are zero. */
static bool quiet_field(const reload_msg *msg, reload_field f)
{
    return (reload_field_def_of(f)->kind == RELOAD_FIELD_FLAG || f == RELOAD_F_FRAG_RESERVED) && reload_msg_field(msg, f) == 0;
}

static void field_line(struct text *t, const reload_msg *msg, reload_field f)
{
    const reload_field_def *def = reload_field_def_of(f);
    size_t len;
    if (quiet_field(msg, f))
        return;
    begin_line(t, 1, def->label, true);
    if (def->kind == RELOAD_FIELD_FLAG) {
        say(t, "1");
    } else if (def->kind == RELOAD_FIELD_OCTETS) {
        const uint8_t *octets = reload_msg_field_octets(msg, f, &len);
        say_hex(t, octets, len);
        /* S§7: boot time and counter, under CERTS */
        if (f == RELOAD_F_TRANSACTION_ID && reload_msg_field(msg, RELOAD_F_SECURITY) == RELOAD_SECURITY_CERTS) {
            say(t, " (booted ");
            say_time(t, rl_get32(octets));
            say(t, ", request %" PRIu32 ")", rl_get32(octets + 4));
        }
    } else {
        uint32_t value = reload_msg_field(msg, f);
        const char *name = reload_name(def->names, value);
        if (def->names == RELOAD_NAMES_NONE)
            say(t, "%" PRIu32, value);
        else
            say(t, "0x%02" PRIx32 "%s%s", value, name == NULL ? "" : " ", name == NULL ? "" : name);
    }
    end_line(t);
}

static void tree(struct text *t, const reload_msg *msg, unsigned tunnel);

/* The message that an attribute carries, further in. */
static void tunnelled_tree(struct text *t, const reload_msg *msg, size_t i, unsigned tunnel)
{
    size_t len;
    const uint8_t *octets = tunnel < RELOAD_MAX_TUNNEL ? reload_msg_tunnelled(msg, i, &len) : NULL;
    if (octets == NULL)
        return;
    reload_msg *inner = reload_msg_new();
    reload_err err = inner == NULL ? RELOAD_ERR_MEMORY : reload_msg_parse(inner, octets, len, NULL);
    if (err == RELOAD_OK) {
        unsigned indent = t->indent;
        size_t column = t->column;
        t->indent += 2u * (reload_msg_attr(msg, i)->depth + 2u);
        say(t, "%*s", (int)t->indent, "");
        tree(t, inner, tunnel + 1);
        t->indent = indent;
        t->column = column;
    } else if (t->err == RELOAD_OK) {
        t->err = err;
    }
    reload_msg_free(&inner);
}

static void attr_line(struct text *t, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    char unknown[8];
    reload_value value;
    size_t len;
    bool decoded = reload_msg_value(msg, i, &value);
    bool composite = !decoded && attr->flaw == RELOAD_FLAW_NONE;
    begin_line(t, attr->depth, name_of(attr, unknown), !composite);
    if (decoded) {
        say_value(t, &value);
    } else if (!composite) {
        const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
        say_hex(t, octets, len);
        colour(t, WARNING);
        say(t, "%s! %s", len > 0 ? " " : "", reload_flaw_text((reload_flaw)attr->flaw));
        colour(t, PLAIN);
    }
    const uint8_t *padding = reload_msg_padding(msg, i, &len);
    for (size_t k = 0; k < len; k++)
        if (padding[k] != 0) {
            say(t, " (padding ");
            say_hex(t, padding, len);
            say(t, ")");
            break;
        }
    if (attr->ignored && attr->depth == 1) {
        colour(t, FAINT);
        say(t, " (ignored: it stands behind the SIGNATURE)");
        colour(t, PLAIN);
    }
    end_line(t);
}

static bool is_cert(const reload_attr *attr)
{
    return attr->type == RELOAD_A_PEER_CERT || attr->type == RELOAD_A_BODY_CERTIFICATE;
}

/* "2007-07-08T12:00:00Z", or the number where no TIMESTAMP goes as far. */
static void say_long_time(struct text *t, int64_t seconds)
{
    if (seconds >= 0 && seconds <= (int64_t)UINT32_MAX)
        say_time(t, (uint32_t)seconds);
    else
        say(t, "%" PRId64, seconds);
}

/* What a certificate says, in lines below it. */
static void cert_lines(struct text *t, const reload_msg *msg, size_t i)
{
    unsigned depth = reload_msg_attr(msg, i)->depth + 1u;
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
    reload_cert *cert;
    reload_diag diag;
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    reload_err err = reload_cert_parse(octets, len, &cert, &diag);
    if (err != RELOAD_OK) {
        if (err == RELOAD_ERR_MEMORY && t->err == RELOAD_OK)
            t->err = err;
        warn_line(t, depth, diag.text);
        return;
    }
    const char *const labels[] = {"subject", "issuer", "serial"};
    const char *const texts[] = {reload_cert_subject(cert), reload_cert_issuer(cert), reload_cert_serial(cert)};
    for (size_t k = 0; k < sizeof labels / sizeof labels[0]; k++) {
        begin_line(t, depth, labels[k], true);
        reload_buf_append(&t->line, texts[k], strlen(texts[k])); /* escaped already */
        end_line(t);
    }
    begin_line(t, depth, "valid", true);
    say_long_time(t, reload_cert_not_before(cert));
    say(t, " to ");
    say_long_time(t, reload_cert_not_after(cert));
    end_line(t);
    begin_line(t, depth, "key", true);
    say(t, "%s, %u bits", reload_cert_key_type(cert), reload_cert_key_bits(cert));
    end_line(t);
    for (size_t k = 0; k < reload_cert_names(cert); k++) {
        const reload_cert_name *name = reload_cert_name_at(cert, k);
        begin_line(t, depth, name->peer ? "Peer-ID" : "user", true);
        reload_hex_encode(name->id, RELOAD_ID_SIZE, digits);
        say(t, "%s%s", name->peer ? digits : "", name->peer ? " in overlay " : "");
        say_quoted(t, (const uint8_t *)name->text, strlen(name->text));
        end_line(t);
    }
    reload_cert_free(&cert);
}

/* The column that all values of a message can begin at. */
static size_t value_column(const struct text *t, const reload_msg *msg)
{
    size_t widest = 0;
    char unknown[8];
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        if (!quiet_field(msg, f) && 2 + strlen(reload_field_def_of(f)->label) > widest)
            widest = 2 + strlen(reload_field_def_of(f)->label);
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        size_t width = 2u * attr->depth + strlen(name_of(attr, unknown));
        if (attr->end == i + 1 && width > widest)
            widest = width;
    }
    widest = widest < MAX_VALUE_COLUMN ? widest : MAX_VALUE_COLUMN;
    return t->indent + widest + 2;
}

static void say_title(struct text *t, const reload_msg *msg)
{
    size_t len;
    (void)reload_msg_octets(msg, &len);
    say_named(t, RELOAD_NAMES_METHOD, reload_msg_field(msg, RELOAD_F_METHOD));
    say(t, " %s, %zu octets", reload_msg_field(msg, RELOAD_F_RESPONSE) != 0 ? "response" : "request", len);
}

/* The tree of a message; what stands in its first line before the title is there already. */
static void tree(struct text *t, const reload_msg *msg, unsigned tunnel)
{
    size_t len;
    reload_flaw flaw;
    char words[128];
    colour(t, TITLE);
    say_title(t, msg);
    colour(t, PLAIN);
    end_line(t);
    t->column = value_column(t, msg);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        field_line(t, msg, f);
    for (size_t i = 0; i < reload_msg_count(msg) && t->err == RELOAD_OK; i++) {
        attr_line(t, msg, i);
        if (is_cert(reload_msg_attr(msg, i)))
            cert_lines(t, msg, i);
        tunnelled_tree(t, msg, i, tunnel);
    }
    const uint8_t *trailing = reload_msg_trailing(msg, &len, &flaw);
    if (len > 0) {
        (void)snprintf(words, sizeof words, "%zu octets cannot be read: %s", len, reload_flaw_text(flaw));
        warn_line(t, 1, words);
        say(t, "%*s", (int)t->indent + 4, "");
        say_hex(t, trailing, len);
        end_line(t);
    }
    if (reload_msg_cut_short(msg)) {
        (void)reload_msg_octets(msg, &len);
        (void)snprintf(words, sizeof words, "cut short: %" PRIu32 " octets are missing at the end",
                       reload_msg_field(msg, RELOAD_F_LENGTH) - (uint32_t)(len - RELOAD_HEADER_SIZE));
        warn_line(t, 1, words);
    }
}

/* "put.bin, offset 0" */
static void say_place(struct text *t, const reload_origin *origin)
{
    escape(&t->line, (const uint8_t *)origin->file, strlen(origin->file), 0);
    say(t, ", offset %" PRIu64, origin->offset);
}

reload_err reload_text_write(const reload_msg *msg, const reload_origin *origin, unsigned flags, reload_sink sink, void *arg)
{
    struct text t = {.sink = sink, .arg = arg, .flags = flags};
    if (origin != NULL) {
        colour(&t, FAINT);
        say(&t, "%" PRIu64 ": ", origin->index);
        say_place(&t, origin);
        say(&t, ": ");
        colour(&t, PLAIN);
    }
    tree(&t, msg, 0);
    return finish(&t);
}

/* ---- One line -------------------------------------------------------------------------------------------------- */

/* An ID's first 40 bits, as the drafts' examples write them. */
static void say_short_id(struct text *t, const uint8_t *id)
{
    char digits[10];
    reload_hex_encode(id, sizeof digits / 2, digits);
    reload_buf_append(&t->line, digits, sizeof digits);
}

/* The value of a member, in the summary of its container. Returns whether there was one. */
static bool say_member(struct text *t, const reload_msg *msg, uint32_t container, uint16_t type, const char *before)
{
    reload_value value;
    uint32_t i = reload_msg_member(msg, container, type);
    if (i == RELOAD_NO_ATTR || !reload_msg_value(msg, i, &value))
        return false;
    say(t, "%s", before);
    if (value.kind == RELOAD_KIND_ID)
        say_short_id(t, value.octets);
    else
        say_value(t, &value);
    return true;
}

/* What a composite holds, in brackets. */
static void say_summary(struct text *t, const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    unsigned bodies = 0;
    say(t, "(");
    bool said = say_member(t, msg, i, RELOAD_A_PEER_ID, "");
    said = say_member(t, msg, i, RELOAD_A_PEER_IP_PORT, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_KEY, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_APPLICATION_NAME, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_ROUTE_LOG_TRANSPORT, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_TIMESTAMP, said ? " " : "") || said;
    for (uint32_t m = i + 1; m < attr->end; m = reload_msg_attr(msg, m)->end)
        bodies += reload_msg_attr(msg, m)->type == RELOAD_A_BODY;
    if (bodies > 0)
        say(t, "%s%u BOD%s", said ? " " : "", bodies, bodies == 1 ? "Y" : "IES");
    say(t, ")");
}

reload_err reload_line_write(const reload_msg *msg, const reload_origin *origin, unsigned flags, reload_sink sink, void *arg)
{
    struct text t = {.sink = sink, .arg = arg, .flags = flags};
    char unknown[8];
    size_t len;
    reload_diag diag;
    if (origin != NULL) {
        say(&t, "%" PRIu64 " ", origin->index);
        say_place(&t, origin);
        say(&t, ": ");
    }
    colour(&t, TITLE);
    say_title(&t, msg);
    colour(&t, PLAIN);
    say(&t, ", ");
    say_short_id(&t, reload_msg_field_octets(msg, RELOAD_F_SOURCE_ID, &len));
    say(&t, " > ");
    say_short_id(&t, reload_msg_field_octets(msg, RELOAD_F_DESTINATION_ID, &len));
    say(&t, ", id ");
    const uint8_t *transaction = reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len);
    say_hex(&t, transaction, len);
    say(&t, ", overlay %08" PRIx32 ", ttl %" PRIu32 ", ", reload_msg_field(msg, RELOAD_F_OVERLAY),
        reload_msg_field(msg, RELOAD_F_TTL));
    say_named(&t, RELOAD_NAMES_SECURITY, reload_msg_field(msg, RELOAD_F_SECURITY));
    for (uint32_t i = 0; i < reload_msg_count(msg); i = reload_msg_attr(msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        say(&t, "%s%s", i == 0 ? ": " : ", ", name_of(attr, unknown));
        if (attr->end > i + 1)
            say_summary(&t, msg, i);
        else if (attr->type == RELOAD_A_RESPONSE_CODE)
            (void)say_member(&t, msg, RELOAD_NO_ATTR, RELOAD_A_RESPONSE_CODE, " ");
    }
    if (reload_msg_check(msg, &diag) != RELOAD_OK) {
        colour(&t, WARNING);
        say(&t, " ! %s", diag.text);
        colour(&t, PLAIN);
    }
    end_line(&t);
    return finish(&t);
}

reload_err reload_text_write_garbage(const uint8_t *octets, size_t len, const char *error, const reload_origin *origin, bool line,
                                     unsigned flags, reload_sink sink, void *arg)
{
    struct text t = {.sink = sink, .arg = arg, .flags = flags};
    if (origin != NULL) {
        colour(&t, FAINT);
        say(&t, "%" PRIu64 "%s", origin->index, line ? " " : ": ");
        say_place(&t, origin);
        say(&t, ": ");
        colour(&t, PLAIN);
    }
    colour(&t, WARNING);
    say(&t, "! %zu octets of garbage: ", len);
    escape(&t.line, (const uint8_t *)error, strlen(error), 0);
    colour(&t, PLAIN);
    if (!line) {
        end_line(&t);
        say(&t, "  ");
        say_hex(&t, octets, len);
    }
    end_line(&t);
    return finish(&t);
}
