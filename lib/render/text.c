/* Messages for people: the tree, and one line a message. */
#include "render/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MAX_VALUE_COLUMN = 50 }; /* names that are longer push their own value to the right */

/* ---- The tree ---- */

/* Header fields that say nothing while they are zero. */
static bool quiet_field(const reload_msg *msg, reload_field f)
{
    return (reload_field_def_of(f)->kind == RELOAD_FIELD_FLAG || f == RELOAD_F_FRAG_RESERVED) &&
           reload_msg_field(msg, f) == 0;
}

static void field_line(rl_text *t, const reload_msg *msg, reload_field f)
{
    if (quiet_field(msg, f))
        return;
    rl_begin_line(t, 1, reload_field_def_of(f)->label, true);
    rl_say_field(t, msg, f);
    rl_end_line(t);
}

static void tree(rl_text *t, const reload_msg *msg, unsigned tunnel);

/* The message that an attribute carries, further in. */
static void tunnelled_tree(rl_text *t, const reload_msg *msg, size_t i, unsigned tunnel)
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
        rl_say(t, "%*s", (int)t->indent, "");
        tree(t, inner, tunnel + 1);
        t->indent = indent;
        t->column = column;
    } else if (t->err == RELOAD_OK) {
        t->err = err;
    }
    reload_msg_free(&inner);
}

static void attr_line(rl_text *t, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    char unknown[8];
    reload_value value;
    size_t len;
    bool decoded = reload_msg_value(msg, i, &value);
    bool composite = !decoded && attr->flaw == RELOAD_FLAW_NONE;
    rl_begin_line(t, attr->depth, rl_name_of(attr, unknown), !composite);
    if (decoded) {
        rl_say_value(t, &value);
    } else if (!composite) {
        const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
        rl_say_hex(t, octets, len);
        rl_colour(t, RL_WARNING);
        rl_say(t, "%s! %s", len > 0 ? " " : "", reload_flaw_text((reload_flaw)attr->flaw));
        rl_colour(t, RL_PLAIN);
    }
    const uint8_t *padding = reload_msg_padding(msg, i, &len);
    if (rl_any_set(padding, len)) {
        rl_say(t, " (padding ");
        rl_say_hex(t, padding, len);
        rl_say(t, ")");
    }
    rl_say_behind(t, msg, i);
    rl_end_line(t);
}

/* The column that all values of a message can begin at. */
static size_t value_column(const rl_text *t, const reload_msg *msg)
{
    size_t widest = 0;
    char unknown[8];
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        if (!quiet_field(msg, f) && 2 + strlen(reload_field_def_of(f)->label) > widest)
            widest = 2 + strlen(reload_field_def_of(f)->label);
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        size_t width = 2u * attr->depth + strlen(rl_name_of(attr, unknown));
        if (attr->end == i + 1 && width > widest)
            widest = width;
    }
    widest = widest < MAX_VALUE_COLUMN ? widest : MAX_VALUE_COLUMN;
    return t->indent + widest + 2;
}

/* The tree of a message; what stands in its first line before the title is there already. */
static void tree(rl_text *t, const reload_msg *msg, unsigned tunnel)
{
    size_t len;
    reload_flaw flaw;
    char words[128];
    rl_colour(t, RL_TITLE);
    rl_say_title(t, msg);
    rl_colour(t, RL_PLAIN);
    rl_end_line(t);
    t->column = value_column(t, msg);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        field_line(t, msg, f);
    for (size_t i = 0; i < reload_msg_count(msg) && t->err == RELOAD_OK; i++) {
        attr_line(t, msg, i);
        if (rl_is_cert(reload_msg_attr(msg, i))) {
            const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
            rl_cert_lines(t, reload_msg_attr(msg, i)->depth + 1u, octets, len);
        }
        tunnelled_tree(t, msg, i, tunnel);
    }
    const uint8_t *trailing = reload_msg_trailing(msg, &len, &flaw);
    if (len > 0) {
        (void)snprintf(words, sizeof words, "%zu octets cannot be read: %s", len,
                       reload_flaw_text(flaw));
        rl_warn_line(t, 1, words);
        rl_say(t, "%*s", (int)t->indent + 4, "");
        rl_say_hex(t, trailing, len);
        rl_end_line(t);
    }
    if (reload_msg_truncated(msg))
        rl_warn_missing(t, 1, msg);
}

reload_err reload_text_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg)
{
    rl_text t = {.sink = sink, .arg = arg, .flags = flags};
    rl_say_origin(&t, origin, ": ");
    tree(&t, msg, 0);
    return rl_finish(&t);
}

/* ---- One line ---- */

/* An ID's first 40 bits, as the drafts' examples write them. */
static void say_short_id(rl_text *t, const uint8_t *id)
{
    char digits[10];
    reload_hex_encode(id, sizeof digits / 2, digits);
    reload_buf_append(&t->line, digits, sizeof digits);
}

/* The value of a member, in the summary of its container. Returns whether there was one. */
static bool say_member(rl_text *t, const reload_msg *msg, uint32_t container, uint16_t type,
                       const char *before)
{
    reload_value value;
    uint32_t i = reload_msg_member(msg, container, type);
    if (i == RELOAD_NO_ATTR || !reload_msg_value(msg, i, &value))
        return false;
    rl_say(t, "%s", before);
    if (value.kind == RELOAD_KIND_ID)
        say_short_id(t, value.octets);
    else
        rl_say_value(t, &value);
    return true;
}

/* What a composite holds, in brackets. */
static void say_summary(rl_text *t, const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    unsigned bodies = 0;
    rl_say(t, "(");
    bool said = say_member(t, msg, i, RELOAD_A_PEER_ID, "");
    said = say_member(t, msg, i, RELOAD_A_PEER_IP_PORT, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_KEY, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_APPLICATION_NAME, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_ROUTE_LOG_TRANSPORT, said ? " " : "") || said;
    said = say_member(t, msg, i, RELOAD_A_TIMESTAMP, said ? " " : "") || said;
    for (uint32_t m = i + 1; m < attr->end; m = reload_msg_attr(msg, m)->end)
        bodies += reload_msg_attr(msg, m)->type == RELOAD_A_BODY;
    if (bodies > 0)
        rl_say(t, "%s%u BOD%s", said ? " " : "", bodies, bodies == 1 ? "Y" : "IES");
    rl_say(t, ")");
}

reload_err reload_line_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg)
{
    rl_text t = {.sink = sink, .arg = arg, .flags = flags};
    char unknown[8];
    size_t len;
    reload_diag diag;
    if (origin != NULL) {
        rl_say(&t, "%" PRIu64 " ", origin->index);
        rl_say_place(&t, origin);
        rl_say(&t, ": ");
    }
    rl_colour(&t, RL_TITLE);
    rl_say_title(&t, msg);
    rl_colour(&t, RL_PLAIN);
    rl_say(&t, ", ");
    say_short_id(&t, reload_msg_field_octets(msg, RELOAD_F_SOURCE_ID, &len));
    rl_say(&t, " > ");
    say_short_id(&t, reload_msg_field_octets(msg, RELOAD_F_DESTINATION_ID, &len));
    rl_say(&t, ", id ");
    const uint8_t *transaction = reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len);
    rl_say_hex(&t, transaction, len);
    rl_say(&t, ", overlay %08" PRIx32 ", ttl %" PRIu32 ", ",
           reload_msg_field(msg, RELOAD_F_OVERLAY), reload_msg_field(msg, RELOAD_F_TTL));
    rl_say_named(&t, RELOAD_NAMES_SECURITY, reload_msg_field(msg, RELOAD_F_SECURITY));
    uint32_t signature = reload_msg_signature(msg);
    uint32_t behind = signature == RELOAD_NO_ATTR
                          ? RELOAD_NO_ATTR
                          : reload_msg_attr(msg, signature)->end; /* D10, D27 */
    for (uint32_t i = 0; i < reload_msg_count(msg); i = reload_msg_attr(msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        rl_say(&t, "%s%s%s", i == 0 ? ": " : ", ", i == behind ? "unauthenticated: " : "",
               rl_name_of(attr, unknown));
        if (attr->end > i + 1)
            say_summary(&t, msg, i);
        else if (attr->type == RELOAD_A_RESPONSE_CODE)
            (void)say_member(&t, msg, RELOAD_NO_ATTR, RELOAD_A_RESPONSE_CODE, " ");
    }
    if (reload_msg_check(msg, &diag) != RELOAD_OK) {
        rl_colour(&t, RL_WARNING);
        rl_say(&t, " ! %s", diag.text);
        rl_colour(&t, RL_PLAIN);
    }
    rl_end_line(&t);
    return rl_finish(&t);
}

reload_err reload_text_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, bool line, unsigned flags,
                                     reload_sink sink, void *arg)
{
    rl_text t = {.sink = sink, .arg = arg, .flags = flags};
    rl_say_origin(&t, origin, line ? " " : ": ");
    rl_say_garbage(&t, len, error);
    if (!line) {
        rl_end_line(&t);
        rl_say(&t, "  ");
        rl_say_hex(&t, octets, len);
    }
    rl_end_line(&t);
    return rl_finish(&t);
}
