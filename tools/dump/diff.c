/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares two messages field by field. */
#include "dump/diff.h"

#include <stdio.h>
#include <string.h>

static bool is_same(reload_span a, reload_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.octets, b.octets, a.len) == 0);
}

static const uint32_t no_attrs[2] = {RELOAD_NO_ATTR, RELOAD_NO_ATTR};

static void compare_messages(struct diff_printer *p, const struct diff_pair *pair);
static void compare_members(struct diff_printer *p, const struct diff_pair *pair,
                            const uint32_t attr[2]);

/* ---- Attributes ---- */

/* The messages in two APPLICATION.BODYs. Returns false unless both hold a message that can be read.
 */
static bool compare_tunnelled(struct diff_printer *p, const struct diff_pair *pair,
                              const uint32_t attr[2])
{
    struct diff_pair inner = {
        .outer = pair, .attr = {attr[DIFF_OLD], attr[DIFF_NEW]}, .tunnel = pair->tunnel + 1};
    reload_span octets[2];
    reload_msg *msg[2] = {NULL, NULL};
    reload_err err = RELOAD_OK;
    if (pair->tunnel == RELOAD_MAX_TUNNEL)
        return false;
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++) {
        octets[side].octets = reload_msg_tunnelled(pair->msg[side], attr[side], &octets[side].len);
        if (octets[side].octets == NULL)
            return false;
    }
    for (int side = DIFF_OLD; side <= DIFF_NEW && err == RELOAD_OK; side++) {
        inner.msg[side] = msg[side] = reload_msg_new();
        err = msg[side] == NULL
                  ? RELOAD_ERR_MEMORY
                  : reload_msg_parse(msg[side], octets[side].octets, octets[side].len, NULL);
    }
    if (err == RELOAD_OK)
        compare_messages(p, &inner);
    reload_printer_fail(&p->out, err);
    reload_msg_free(&msg[DIFF_OLD]);
    reload_msg_free(&msg[DIFF_NEW]);
    return true;
}

static void compare_values(struct diff_printer *p, const struct diff_pair *pair,
                           const uint32_t attr[2])
{
    reload_span octets[2];
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++)
        octets[side].octets =
            reload_msg_value_octets(pair->msg[side], attr[side], &octets[side].len);
    if (is_same(octets[DIFF_OLD], octets[DIFF_NEW]) || compare_tunnelled(p, pair, attr))
        return;
    diff_print_place(p, pair, attr, "", "");
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++) {
        diff_begin_line(p, side);
        diff_print_value(p, pair->msg[side], attr[side],
                         diff_common(octets[DIFF_OLD], octets[DIFF_NEW]));
        diff_end_line(p);
    }
}

/* Padding, unless it is zero on both sides. */
static void compare_padding(struct diff_printer *p, const struct diff_pair *pair,
                            const uint32_t attr[2])
{
    reload_span octets[2];
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++)
        octets[side].octets = reload_msg_padding(pair->msg[side], attr[side], &octets[side].len);
    if (is_same(octets[DIFF_OLD], octets[DIFF_NEW]) ||
        !(any_set(octets[DIFF_OLD].octets, octets[DIFF_OLD].len) ||
          any_set(octets[DIFF_NEW].octets, octets[DIFF_NEW].len)))
        return;
    diff_print_place(p, pair, attr, "/padding", " padding");
    diff_print_octets(p, octets, NULL);
}

static bool has_members(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    return attr->def != NULL && attr->def->kind == RELOAD_KIND_COMPOSITE &&
           attr->flaw == RELOAD_FLAW_NONE;
}

static void compare_attrs(struct diff_printer *p, const struct diff_pair *pair,
                          const uint32_t attr[2])
{
    const reload_msg *a = pair->msg[DIFF_OLD], *b = pair->msg[DIFF_NEW];
    if (is_same(diff_attr_octets(a, attr[DIFF_OLD]), diff_attr_octets(b, attr[DIFF_NEW])))
        return;
    if (reload_msg_attr(a, attr[DIFF_OLD])->type != reload_msg_attr(b, attr[DIFF_NEW])->type) {
        diff_print_only(p, pair, DIFF_OLD, attr[DIFF_OLD]);
        diff_print_only(p, pair, DIFF_NEW, attr[DIFF_NEW]);
    } else if (has_members(a, attr[DIFF_OLD]) && has_members(b, attr[DIFF_NEW])) {
        compare_members(p, pair, attr);
    } else {
        compare_values(p, pair, attr);
        compare_padding(p, pair, attr);
    }
}

/* The items in order; at the same place, old before new. */
static void compare_items(struct diff_printer *p, const struct diff_pair *pair,
                          const struct diff_items *items)
{
    const struct diff_item *old = items->item[DIFF_OLD], *new = items->item[DIFF_NEW];
    size_t b = 0;
    for (size_t a = 0; a < items->count[DIFF_OLD] && p->out.err == RELOAD_OK; a++) {
        if (items->match[a] == RELOAD_NO_ATTR) {
            diff_print_only(p, pair, DIFF_OLD, old[a].attr);
            continue;
        }
        for (; b < items->match[a] && p->out.err == RELOAD_OK; b++)
            diff_print_only(p, pair, DIFF_NEW, new[b].attr);
        compare_attrs(p, pair, (const uint32_t[2]){old[a].attr, new[b].attr});
        b++;
    }
    for (; b < items->count[DIFF_NEW] && p->out.err == RELOAD_OK; b++)
        diff_print_only(p, pair, DIFF_NEW, new[b].attr);
}

/* The members of two attributes, or of two messages. RELOAD_MAX_DEPTH bounds the recursion. */
static void compare_members(struct diff_printer *p, const struct diff_pair *pair,
                            const uint32_t attr[2])
{
    struct diff_items items;
    reload_err err = diff_align(pair->msg, attr, &items);
    if (err == RELOAD_OK)
        compare_items(p, pair, &items);
    reload_printer_fail(&p->out, err);
    diff_items_free(&items);
}

/* ---- Messages ---- */

static bool is_same_field(const struct diff_pair *pair, reload_field f)
{
    const reload_field_def *def = reload_field_def_of(f);
    size_t len;
    if (def->kind == RELOAD_FIELD_OCTETS)
        return memcmp(reload_msg_field_octets(pair->msg[DIFF_OLD], f, &len),
                      reload_msg_field_octets(pair->msg[DIFF_NEW], f, &len), def->width / 8u) == 0;
    return reload_msg_field(pair->msg[DIFF_OLD], f) == reload_msg_field(pair->msg[DIFF_NEW], f);
}

static void compare_fields(struct diff_printer *p, const struct diff_pair *pair)
{
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        char tail[48], name[48];
        if (is_same_field(pair, f))
            continue;
        (void)snprintf(tail, sizeof tail, "/header/%s", reload_field_def_of(f)->key);
        (void)snprintf(name, sizeof name, "header.%s", reload_field_def_of(f)->key);
        diff_print_place(p, pair, no_attrs, tail, name);
        for (int side = DIFF_OLD; side <= DIFF_NEW; side++) {
            diff_begin_line(p, side);
            reload_print_field(&p->out, pair->msg[side], f);
            diff_end_line(p);
        }
    }
}

static void compare_trailing(struct diff_printer *p, const struct diff_pair *pair)
{
    reload_span octets[2];
    reload_flaw flaws[2];
    for (int side = DIFF_OLD; side <= DIFF_NEW; side++)
        octets[side].octets = reload_msg_trailing(pair->msg[side], &octets[side].len, &flaws[side]);
    if (is_same(octets[DIFF_OLD], octets[DIFF_NEW]))
        return;
    diff_print_place(p, pair, no_attrs, "/trailing", "trailing");
    diff_print_octets(p, octets, flaws);
}

/* Header, attributes and trailing octets are all that a message has. */
static void compare_messages(struct diff_printer *p, const struct diff_pair *pair)
{
    compare_fields(p, pair);
    compare_members(p, pair, no_attrs);
    compare_trailing(p, pair);
}

/* Compares octets, if at least one side is not a message. */
static void compare_garbage(struct diff_printer *p)
{
    const diff_side *a = p->side[DIFF_OLD], *b = p->side[DIFF_NEW];
    const reload_span octets[2] = {{a->octets, a->len}, {b->octets, b->len}};
    diff_print_titles(p);
    if (a->msg != NULL || b->msg != NULL || a->octets == NULL || b->octets == NULL)
        return;
    reload_print_coloured(&p->out, RELOAD_COLOUR_NAME, "@ /garbage");
    reload_print(&p->out, "  garbage");
    reload_print_end_line(&p->out);
    diff_print_octets(p, octets, NULL);
}

/* The octets of a side; NULL if there are none. */
static reload_span side_octets(const diff_side *side)
{
    reload_span span = {side->octets, side->len};
    if (side->msg != NULL)
        span.octets = reload_msg_octets(side->msg, &span.len);
    return span;
}

reload_err diff_write(const diff_side *a, const diff_side *b, unsigned flags, reload_sink sink,
                      void *arg, bool *differ)
{
    struct diff_printer p = {.side = {a, b}};
    reload_span old = side_octets(a), new = side_octets(b);
    *differ = (a->msg == NULL) != (b->msg == NULL) ||
              (old.octets == NULL) != (new.octets == NULL) || !is_same(old, new);
    if (!*differ || sink == NULL)
        return RELOAD_OK;
    reload_printer_init(&p.out, flags, sink, arg);
    if (a->msg != NULL && b->msg != NULL)
        compare_messages(&p, &(struct diff_pair){.msg = {a->msg, b->msg}});
    else
        compare_garbage(&p);
    return reload_printer_finish(&p.out);
}
