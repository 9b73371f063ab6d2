/* SPDX-License-Identifier: BSD-2-Clause */
/* Printing a comparison. */
#include "dump/diff.h"

#include <string.h>

enum {
    MAX_SHOWN = 32,      /* octets of an octet string, from the first that differs */
    POINTER_SIZE = 2048, /* octets of a JSON Pointer into an inner message */
    FINGERPRINT = 20     /* octets of a SHA-1 */
};

static const char *const signs[2] = {"-", "+"};

void diff_begin_line(struct diff_printer *p, int side)
{
    reload_print_colour(&p->out, side == DIFF_OLD ? RELOAD_COLOUR_WARNING : RELOAD_COLOUR_ADDED);
    reload_print_raw(&p->out, signs[side], 1);
    reload_print_raw(&p->out, " ", 1);
}

void diff_end_line(struct diff_printer *p)
{
    reload_print_colour(&p->out, RELOAD_COLOUR_PLAIN);
    reload_print_end_line(&p->out);
}

/* ---- Titles and places ---- */

/* "--- 1: a.bin, offset 0: PEER-JOIN request, 124 octets" */
static void print_diff_title(struct diff_printer *p, int side)
{
    const diff_side *s = p->side[side];
    reload_print_colour(&p->out, RELOAD_COLOUR_TITLE);
    reload_print(&p->out, "%s%s%s ", signs[side], signs[side], signs[side]);
    reload_print_colour(&p->out, RELOAD_COLOUR_PLAIN);
    if (s->msg == NULL && s->octets == NULL) {
        reload_print(&p->out, "no message");
    } else {
        reload_print_origin(&p->out, s->origin);
        if (s->msg != NULL)
            reload_print_title(&p->out, s->msg);
        else
            reload_print(&p->out, "%zu octet%s of garbage", s->len, s->len == 1 ? "" : "s");
    }
    reload_print_end_line(&p->out);
}

void diff_print_titles(struct diff_printer *p)
{
    if (p->titled)
        return;
    p->titled = true;
    print_diff_title(p, DIFF_OLD);
    print_diff_title(p, DIFF_NEW);
}

struct pointer {
    char text[POINTER_SIZE];
    size_t len;
};

static void append_pointer(struct pointer *pointer, const char *text)
{
    size_t len = strlen(text), left = sizeof pointer->text - pointer->len;
    len = len < left ? len : left;
    memcpy(pointer->text + pointer->len, text, len);
    pointer->len += len;
}

/* The JSON Pointer of an attribute, or of the message if i is RELOAD_NO_ATTR. */
static void append_place(struct pointer *pointer, const struct diff_pair *pair, int side,
                         uint32_t i)
{
    char text[256];
    if (pair->outer != NULL) {
        append_place(pointer, pair->outer, side, pair->attr[side]);
        append_pointer(pointer, "/message");
    }
    if (i == RELOAD_NO_ATTR)
        return;
    (void)reload_msg_pointer(pair->msg[side], i, text, sizeof text);
    append_pointer(pointer, text);
}

/* "SOURCE-INFO/PEER-ID"; with slash, a slash after each name. */
static void print_names(struct diff_printer *p, const struct diff_pair *pair, int side, uint32_t i,
                        bool slash)
{
    uint32_t path[RELOAD_MAX_DEPTH];
    size_t depth = 0;
    char unknown[8];
    if (pair->outer != NULL)
        print_names(p, pair->outer, side, pair->attr[side], true);
    for (; i != RELOAD_NO_ATTR && depth < RELOAD_MAX_DEPTH;
         i = reload_msg_attr(pair->msg[side], i)->parent)
        path[depth++] = i;
    while (depth-- > 0) {
        const char *name = reload_attr_name(reload_msg_attr(pair->msg[side], path[depth]), unknown);
        reload_print_raw(&p->out, name, strlen(name));
        if (depth > 0 || slash)
            reload_print_raw(&p->out, "/", 1);
    }
}

/* The place on one side; other: the place on the other side, if that differs. */
static void print_place(struct diff_printer *p, const struct diff_pair *pair, int side, uint32_t i,
                        const struct pointer *pointer, const struct pointer *other,
                        const char *name)
{
    diff_print_titles(p);
    reload_print_colour(&p->out, RELOAD_COLOUR_NAME);
    reload_print_raw(&p->out, "@ ", 2);
    reload_print_raw(&p->out, pointer->text, pointer->len);
    if (other != NULL &&
        (other->len != pointer->len || memcmp(other->text, pointer->text, pointer->len) != 0)) {
        reload_print_raw(&p->out, " ", 1);
        reload_print_raw(&p->out, other->text, other->len);
    }
    reload_print_colour(&p->out, RELOAD_COLOUR_PLAIN);
    reload_print_raw(&p->out, "  ", 2);
    print_names(p, pair, side, i, i == RELOAD_NO_ATTR);
    reload_print_raw(&p->out, name, strlen(name));
    reload_print_end_line(&p->out);
}

void diff_print_place(struct diff_printer *p, const struct diff_pair *pair, const uint32_t attr[2],
                      const char *tail, const char *name)
{
    struct pointer pointer[2];
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++) {
        pointer[side].len = 0;
        append_place(&pointer[side], pair, side, attr[side]);
        append_pointer(&pointer[side], tail);
    }
    print_place(p, pair, DIFF_OLD, attr[DIFF_OLD], &pointer[DIFF_OLD], &pointer[DIFF_NEW], name);
}

/* ---- Values ---- */

size_t diff_common(reload_span a, reload_span b)
{
    size_t i = 0;
    while (i < a.len && i < b.len && a.octets[i] == b.octets[i])
        i++;
    return i;
}

/* All octets of a short value, else some octets from the first difference on. */
static void print_some_octets(struct diff_printer *p, reload_span span, size_t from)
{
    if (span.len == 0) {
        reload_print(&p->out, "(no octets)");
        return;
    }
    if (span.len <= MAX_SHOWN) {
        reload_print_hex(&p->out, span.octets, span.len);
        return;
    }
    size_t left = span.len - from;
    reload_print(&p->out, "%zu octets, from %zu on: ", span.len, from);
    reload_print_hex(&p->out, span.octets + from, left < MAX_SHOWN ? left : MAX_SHOWN);
    reload_print(&p->out, "%s", left > MAX_SHOWN ? "..." : left == 0 ? "none" : "");
}

void diff_print_octets(struct diff_printer *p, const reload_span octets[2],
                       const reload_flaw *flaws)
{
    size_t from = diff_common(octets[DIFF_OLD], octets[DIFF_NEW]);
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++) {
        diff_begin_line(p, side);
        print_some_octets(p, octets[side], from);
        if (flaws != NULL && flaws[side] != RELOAD_FLAW_NONE)
            reload_print(&p->out, " ! %s", reload_flaw_text(flaws[side]));
        diff_end_line(p);
    }
}

/* A certificate in DER on one line. Returns false if the octets are not one. */
static bool print_cert_summary(struct diff_printer *p, reload_span octets)
{
    reload_cert *cert;
    uint8_t fingerprint[FINGERPRINT];
    size_t len;
    reload_err err = reload_cert_parse(octets.octets, octets.len, &cert, NULL);
    if (err == RELOAD_ERR_MEMORY)
        reload_printer_fail(&p->out, err);
    if (err != RELOAD_OK)
        return false;
    (void)reload_cert_octets(cert, &len);
    bool der = len == octets.len;
    if (der) {
        const char *const texts[] = {reload_cert_subject(cert), ", issuer ",
                                     reload_cert_issuer(cert),  ", serial ",
                                     reload_cert_serial(cert),  ", SHA-1 "};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            reload_print_raw(&p->out, texts[i], strlen(texts[i])); /* escaped already */
        reload_printer_fail(&p->out, reload_digest(RELOAD_MD_SHA1, &octets, 1, fingerprint));
        reload_print_hex(&p->out, fingerprint, sizeof fingerprint);
    }
    reload_cert_free(&cert);
    return der;
}

void diff_print_value(struct diff_printer *p, const reload_msg *msg, uint32_t i, size_t from)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_value value;
    reload_span octets;
    octets.octets = reload_msg_value_octets(msg, i, &octets.len);
    if (reload_msg_value(msg, i, &value) && value.kind != RELOAD_KIND_OCTETS)
        reload_print_value(&p->out, &value);
    else if (!reload_is_certificate(attr->type) || !print_cert_summary(p, octets))
        print_some_octets(p, octets, from);
    if (attr->flaw != RELOAD_FLAW_NONE)
        reload_print(&p->out, " ! %s", reload_flaw_text((reload_flaw)attr->flaw));
}

/* A line of an attribute that only one side has. */
static void print_only_line(struct diff_printer *p, const reload_msg *msg, int side, uint32_t i,
                            unsigned indent)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    char unknown[8];
    size_t len;
    const char *name = reload_attr_name(attr, unknown);
    diff_begin_line(p, side);
    if (indent > 0)
        reload_print(&p->out, "%*s", (int)indent, "");
    reload_print_raw(&p->out, name, strlen(name));
    if (attr->end == i + 1 && attr->length > 0) {
        reload_print_raw(&p->out, " ", 1);
        diff_print_value(p, msg, i, 0);
    } else {
        reload_print(&p->out, ", Length %u", (unsigned)attr->length);
    }
    const uint8_t *padding = reload_msg_padding(msg, i, &len);
    if (any_set(padding, len)) {
        reload_print(&p->out, " (padding ");
        reload_print_hex(&p->out, padding, len);
        reload_print(&p->out, ")");
    }
    diff_end_line(p);
}

void diff_print_only(struct diff_printer *p, const struct diff_pair *pair, int side, uint32_t i)
{
    const reload_msg *msg = pair->msg[side];
    const reload_attr *attr = reload_msg_attr(msg, i);
    struct pointer pointer;
    pointer.len = 0;
    append_place(&pointer, pair, side, i);
    print_place(p, pair, side, i, &pointer, NULL, "");
    for (uint32_t k = i; k < attr->end && p->out.err == RELOAD_OK; k++)
        print_only_line(p, msg, side, k,
                        2u * (reload_msg_attr(msg, k)->depth - (unsigned)attr->depth));
}
