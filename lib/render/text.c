/* SPDX-License-Identifier: BSD-2-Clause */
/* A message as a tree. */
#include "render/certtext.h"

#include <stdio.h>
#include <string.h>

enum { MAX_VALUE_COLUMN = 50 }; /* after a longer name, the value begins further to the right */

/* Whether a header field is left out: it is 0, as it almost always is. */
static bool is_left_out(const reload_msg *msg, reload_field f)
{
    return (reload_field_def_of(f)->kind == RELOAD_FIELD_FLAG || f == RELOAD_F_FRAG_RESERVED) &&
           reload_msg_field(msg, f) == 0;
}

static void print_field_line(reload_printer *p, const reload_msg *msg, reload_field f)
{
    if (is_left_out(msg, f))
        return;
    reload_print_name(p, 1, reload_field_def_of(f)->label, true);
    reload_print_field(p, msg, f);
    reload_print_end_line(p);
}

static void print_tree(reload_printer *p, reload_text_cache *cache, const reload_msg *msg,
                       unsigned tunnel);

/* The message that an attribute carries, indented. */
static void print_inner_tree(reload_printer *p, reload_text_cache *cache, const reload_msg *msg,
                             size_t i, unsigned tunnel)
{
    size_t len;
    const uint8_t *octets = tunnel < RELOAD_MAX_TUNNEL ? reload_msg_tunnelled(msg, i, &len) : NULL;
    if (octets == NULL)
        return;
    reload_msg *inner = reload_msg_new();
    reload_err err = inner == NULL ? RELOAD_ERR_MEMORY : reload_msg_parse(inner, octets, len, NULL);
    if (err == RELOAD_OK) {
        unsigned indent = p->indent;
        size_t column = p->column;
        p->indent += 2u * (reload_msg_attr(msg, i)->depth + 2u);
        reload_print(p, "%*s", (int)p->indent, "");
        print_tree(p, cache, inner, tunnel + 1);
        p->indent = indent;
        p->column = column;
    } else {
        reload_printer_fail(p, err);
    }
    reload_msg_free(&inner);
}

static void print_attr_line(reload_printer *p, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    char unknown[8];
    reload_value value;
    size_t len;
    bool decoded = reload_msg_value(msg, i, &value);
    bool composite = !decoded && attr->flaw == RELOAD_FLAW_NONE;
    reload_print_name(p, attr->depth, reload_attr_name(attr, unknown), !composite);
    if (decoded) {
        reload_print_value(p, &value);
    } else if (!composite) {
        const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
        reload_print_hex(p, octets, len);
        reload_print_colour(p, RELOAD_COLOUR_WARNING);
        reload_print(p, "%s! %s", len > 0 ? " " : "", reload_flaw_text((reload_flaw)attr->flaw));
        reload_print_colour(p, RELOAD_COLOUR_PLAIN);
    }
    const uint8_t *padding = reload_msg_padding(msg, i, &len);
    if (rl_any_set(padding, len)) {
        reload_print(p, " (padding ");
        reload_print_hex(p, padding, len);
        reload_print(p, ")");
    }
    reload_print_unsigned(p, msg, i);
    reload_print_end_line(p);
}

/* The column at which the values of a message begin. */
static size_t value_column(const reload_printer *p, const reload_msg *msg)
{
    size_t widest = 0;
    char unknown[8];
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        if (!is_left_out(msg, f) && 2 + strlen(reload_field_def_of(f)->label) > widest)
            widest = 2 + strlen(reload_field_def_of(f)->label);
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        size_t width = 2u * attr->depth + strlen(reload_attr_name(attr, unknown));
        if (attr->end == i + 1 && width > widest)
            widest = width;
    }
    widest = widest < MAX_VALUE_COLUMN ? widest : MAX_VALUE_COLUMN;
    return p->indent + widest + 2;
}

static void print_trailing(reload_printer *p, const reload_msg *msg)
{
    size_t len;
    reload_flaw flaw;
    char text[128];
    const uint8_t *octets = reload_msg_trailing(msg, &len, &flaw);
    if (len == 0)
        return;
    (void)snprintf(text, sizeof text, "%zu octets cannot be read: %s", len, reload_flaw_text(flaw));
    reload_print_warning(p, 1, text);
    reload_print(p, "%*s", (int)p->indent + 4, "");
    reload_print_hex(p, octets, len);
    reload_print_end_line(p);
}

/* The tree of a message. The caller has begun its first line, which the title ends. */
static void print_tree(reload_printer *p, reload_text_cache *cache, const reload_msg *msg,
                       unsigned tunnel)
{
    size_t len;
    reload_print_colour(p, RELOAD_COLOUR_TITLE);
    reload_print_title(p, msg);
    reload_print_colour(p, RELOAD_COLOUR_PLAIN);
    reload_print_end_line(p);
    p->column = value_column(p, msg);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        print_field_line(p, msg, f);
    for (size_t i = 0; i < reload_msg_count(msg) && p->err == RELOAD_OK; i++) {
        print_attr_line(p, msg, i);
        if (reload_is_certificate(reload_msg_attr(msg, i)->type)) {
            const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
            rl_print_cert(p, cache, reload_msg_attr(msg, i)->depth + 1u, octets, len);
        }
        print_inner_tree(p, cache, msg, i, tunnel);
    }
    print_trailing(p, msg);
    reload_print_missing(p, 1, msg);
}

reload_err reload_text_write_cached(reload_text_cache *cache, const reload_msg *msg,
                                    const reload_origin *origin, unsigned flags, reload_sink sink,
                                    void *arg)
{
    reload_printer p;
    reload_printer_init(&p, flags, sink, arg);
    reload_print_origin(&p, origin);
    print_tree(&p, cache, msg, 0);
    return reload_printer_finish(&p);
}

reload_err reload_text_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg)
{
    return reload_text_write_cached(NULL, msg, origin, flags, sink, arg);
}

reload_err reload_text_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg)
{
    reload_printer p;
    reload_printer_init(&p, flags, sink, arg);
    reload_print_origin(&p, origin);
    reload_print_garbage(&p, len, error);
    reload_print_end_line(&p);
    reload_print(&p, "  ");
    reload_print_hex(&p, octets, len);
    reload_print_end_line(&p);
    return reload_printer_finish(&p);
}
