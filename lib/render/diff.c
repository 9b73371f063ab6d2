/* What differs between two messages, field by field. */
#include "render/print.h"
#include "x509/x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_SHOWN = 32, /* octets of an octet string, from the first that differs */
    MAX_EDITS =
        1024, /* insertions and deletions in one list of attributes that are looked for exactly */
    A = 0,
    B = 1
};

/* Steps that all the looking for alignments in one comparison may take. */
static const uint64_t max_steps = UINT64_C(1) << 27;

/* Two messages that are compared: the whole ones, or those in two APPLICATION.BODYs. */
struct pair {
    const reload_msg *msg[2];
    const struct pair *carrier; /* NULL: none */
    uint32_t attr[2];           /* the APPLICATION.BODYs in it */
    unsigned tunnel;            /* how many carriers there are */
};

struct diff {
    rl_text t;
    const reload_diff_side *side[2];
    bool found; /* a difference, whose heading is written */
    uint64_t steps;
};

/* ---- What is written ---- */

static void fail(struct diff *d, reload_err err)
{
    if (d->t.err == RELOAD_OK)
        d->t.err = err;
}

static const char *const signs[2] = {"-", "+"};

static void begin_sign(struct diff *d, int side)
{
    rl_colour(&d->t, side == A ? RL_WARNING : RL_ADDED);
    rl_say(&d->t, "%s ", signs[side]);
}

static void end_sign(struct diff *d)
{
    rl_colour(&d->t, RL_PLAIN);
    rl_end_line(&d->t);
}

/* "--- 1: a.bin, offset 0: PEER-JOIN request, 124 octets" */
static void title(struct diff *d, int side)
{
    const reload_diff_side *s = d->side[side];
    rl_colour(&d->t, RL_TITLE);
    rl_say(&d->t, "%s%s%s ", signs[side], signs[side], signs[side]);
    rl_colour(&d->t, RL_PLAIN);
    if (s->msg == NULL && s->octets == NULL) {
        rl_say(&d->t, "no message");
    } else {
        rl_say_origin(&d->t, s->origin, ": ");
        if (s->msg != NULL)
            rl_say_title(&d->t, s->msg);
        else
            rl_say(&d->t, "%zu octets of garbage", s->len);
    }
    rl_end_line(&d->t);
}

/* Notes that there is a difference; above the first stand the titles. */
static void found(struct diff *d)
{
    if (d->found)
        return;
    d->found = true;
    title(d, A);
    title(d, B);
}

/* The JSON Pointer of an attribute, or of the message itself where i is RELOAD_NO_ATTR. */
static void say_pointer(struct diff *d, const struct pair *p, int side, uint32_t i)
{
    char pointer[256];
    if (p->carrier != NULL) {
        say_pointer(d, p->carrier, side, p->attr[side]);
        rl_say(&d->t, "/message");
    }
    if (i == RELOAD_NO_ATTR)
        return;
    (void)reload_msg_pointer(p->msg[side], i, pointer, sizeof pointer);
    reload_buf_append(&d->t.line, pointer, strlen(pointer));
}

/* "SOURCE-INFO/PEER-ID", and a slash behind where something follows. */
static void say_names(struct diff *d, const struct pair *p, int side, uint32_t i, bool slash)
{
    uint32_t path[RELOAD_MAX_DEPTH];
    size_t depth = 0;
    char unknown[8];
    if (p->carrier != NULL)
        say_names(d, p->carrier, side, p->attr[side], true);
    for (; i != RELOAD_NO_ATTR && depth < RELOAD_MAX_DEPTH;
         i = reload_msg_attr(p->msg[side], i)->parent)
        path[depth++] = i;
    while (depth-- > 0)
        rl_say(&d->t, "%s%s", rl_name_of(reload_msg_attr(p->msg[side], path[depth]), unknown),
               depth > 0 || slash ? "/" : "");
}

/* The line above a difference: where it is in either message, the place in the other one too where
 * that is another, and its name. attr: RELOAD_NO_ATTR for what is not there; tail: what is appended
 * to both pointers; name: what is appended to the names. */
static void heading(struct diff *d, const struct pair *p, const uint32_t attr[2], bool only,
                    const char *tail, const char *name)
{
    int first = only && attr[A] == RELOAD_NO_ATTR ? B : A;
    found(d);
    rl_colour(&d->t, RL_NAME);
    rl_say(&d->t, "@ ");
    size_t from = d->t.line.len;
    say_pointer(d, p, first, attr[first]);
    rl_say(&d->t, "%s", tail);
    size_t middle = d->t.line.len;
    if (!only) {
        rl_say(&d->t, " ");
        say_pointer(d, p, B, attr[B]);
        rl_say(&d->t, "%s", tail);
        size_t end = d->t.line.len;
        if (end - middle == middle - from + 1 &&
            memcmp(d->t.line.octets + from, d->t.line.octets + middle + 1, middle - from) == 0)
            d->t.line.len = middle;
    }
    rl_colour(&d->t, RL_PLAIN);
    rl_say(&d->t, "  ");
    say_names(d, p, first, attr[first], attr[first] == RELOAD_NO_ATTR);
    rl_say(&d->t, "%s", name);
    rl_end_line(&d->t);
}

static size_t common(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    size_t i = 0;
    while (i < a_len && i < b_len && a[i] == b[i])
        i++;
    return i;
}

/* Octets in full where they are few, else some from the first on that differs. */
static void say_octets(struct diff *d, const uint8_t *octets, size_t len, size_t from)
{
    if (len == 0) {
        rl_say(&d->t, "(no octets)");
        return;
    }
    if (len <= MAX_SHOWN) {
        rl_say_hex(&d->t, octets, len);
        return;
    }
    rl_say(&d->t, "%zu octets, from %zu on: ", len, from);
    rl_say_hex(&d->t, octets + from, len - from < MAX_SHOWN ? len - from : MAX_SHOWN);
    rl_say(&d->t, "%s", len - from > MAX_SHOWN ? "..." : len == from ? "none" : "");
}

/* A certificate in a line; false where it is none. */
static bool say_cert(struct diff *d, const uint8_t *octets, size_t len)
{
    reload_cert *cert;
    rl_objection objection;
    uint8_t fingerprint[RELOAD_ID_SIZE];
    reload_err err = rl_cert_read(octets, len, &cert, &objection);
    if (cert != NULL) {
        err = reload_resource_id(octets, len, 0, fingerprint); /* which is the SHA-1 */
        const char *const words[] = {reload_cert_subject(cert), ", issuer ",
                                     reload_cert_issuer(cert), ", serial ",
                                     reload_cert_serial(cert)};
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            reload_buf_append(&d->t.line, words[i], strlen(words[i])); /* escaped already */
        reload_cert_free(&cert);
        rl_say(&d->t, ", SHA-1 ");
        if (err == RELOAD_OK)
            rl_say_hex(&d->t, fingerprint, sizeof fingerprint);
        else
            fail(d, err);
        return true;
    }
    if (err != RELOAD_OK)
        fail(d, err);
    return false;
}

/* The value of an attribute that is not shown by its members. from: where the other one's octets
 * become others. */
static void say_value(struct diff *d, const reload_msg *msg, uint32_t i, size_t from)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_value value;
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
    bool decoded = reload_msg_value(msg, i, &value);
    if (decoded && value.kind != RELOAD_KIND_OCTETS) {
        rl_say_value(&d->t, &value);
    } else if (!rl_is_cert(attr) || !say_cert(d, octets, len)) {
        say_octets(d, octets, len, from);
    }
    if (attr->flaw != RELOAD_FLAW_NONE)
        rl_say(&d->t, " ! %s", reload_flaw_text((reload_flaw)attr->flaw));
}

/* An attribute that only one of the messages has, with its members. */
static void only_in(struct diff *d, const struct pair *p, int side, uint32_t i)
{
    const reload_msg *msg = p->msg[side];
    uint32_t attr[2] = {RELOAD_NO_ATTR, RELOAD_NO_ATTR};
    uint32_t end = reload_msg_attr(msg, i)->end;
    unsigned depth = reload_msg_attr(msg, i)->depth;
    attr[side] = i;
    heading(d, p, attr, true, "", "");
    for (; i < end && d->t.err == RELOAD_OK; i++) {
        const reload_attr *at = reload_msg_attr(msg, i);
        char unknown[8];
        size_t len;
        begin_sign(d, side);
        rl_say(&d->t, "%*s%s", (int)(2u * (at->depth - depth)), "", rl_name_of(at, unknown));
        if (at->end == i + 1 && at->length > 0) {
            rl_say(&d->t, " ");
            say_value(d, msg, i, 0);
        } else {
            rl_say(&d->t, ", Length %u", (unsigned)at->length);
        }
        const uint8_t *padding = reload_msg_padding(msg, i, &len);
        if (rl_any_set(padding, len)) {
            rl_say(&d->t, " (padding ");
            rl_say_hex(&d->t, padding, len);
            rl_say(&d->t, ")");
        }
        end_sign(d);
    }
}

/* ---- Which attributes belong together ---- */

/* An attribute among those of its container. */
struct item {
    uint32_t attr;
    uint32_t key; /* the same for the same octets, and hardly ever for others */
    uint16_t type;
};

/* A run of items, and for those of the first message which of the second belong to them. */
struct items {
    struct item *item[2];
    size_t count[2];
    uint32_t *match;
};

/* A part of both runs that is aligned by itself. */
struct part {
    struct items *items;
    size_t from[2], end[2];
    bool by_type; /* else by octets */
};

static bool alike(const struct part *part, size_t a, size_t b)
{
    const struct item *x = &part->items->item[A][a], *y = &part->items->item[B][b];
    return part->by_type ? x->type == y->type : x->key == y->key;
}

/* How far each number of edits reaches on each diagonal: the row for d edits has d + 1 entries, for
 * diagonals -d, -d + 2 … d. */
static uint32_t *reach_row(uint32_t *reach, size_t d)
{
    return reach + d * (d + 1) / 2;
}

/* Whether the way to entry t of the row for d edits comes by an insertion, from the diagonal above;
 * else by a deletion. */
static bool inserted(const uint32_t *before, size_t d, size_t t)
{
    return t == 0 || (t != d && before[t - 1] < before[t]);
}

/* The fewest edits that make one part's run of the other's, by E. Myers' greedy algorithm. Returns
 * false where that takes more than max edits, or more steps than are left. */
static bool search(struct diff *d, const struct part *part, uint32_t *reach, size_t max,
                   size_t *edits)
{
    size_t n = part->end[A] - part->from[A], m = part->end[B] - part->from[B];
    for (size_t e = 0; e <= max; e++) {
        uint32_t *now = reach_row(reach, e);
        const uint32_t *before = e == 0 ? NULL : reach_row(reach, e - 1);
        for (size_t t = 0; t <= e; t++) {
            size_t x = e == 0 ? 0 : inserted(before, e, t) ? before[t] : before[t - 1] + (size_t)1;
            size_t y = x + e - 2 * t; /* it is on diagonal 2t - e */
            size_t start = x;
            while (x < n && y < m && alike(part, part->from[A] + x, part->from[B] + y)) {
                x++;
                y++;
            }
            now[t] = (uint32_t)x;
            if (x >= n && y >= m) {
                *edits = e;
                return true;
            }
            if (d->steps <= x - start)
                return false;
            d->steps -= x - start + 1;
        }
    }
    return false;
}

/* Walks back the way that was found, and matches the items that it passes together. */
static void match_back(const struct part *part, uint32_t *reach, size_t edits)
{
    size_t x = part->end[A] - part->from[A], y = part->end[B] - part->from[B];
    for (size_t e = edits;; e--) {
        size_t before_x = 0, before_y = 0, start = 0;
        if (e > 0) {
            size_t t = (e + x - y) / 2;
            const uint32_t *before = reach_row(reach, e - 1);
            bool insertion = inserted(before, e, t);
            before_x = before[insertion ? t : t - 1];
            start = before_x + !insertion;
            before_y = y - (x - start) - insertion;
        }
        while (x > start) {
            x--;
            y--;
            part->items->match[part->from[A] + x] = (uint32_t)(part->from[B] + y);
        }
        if (e == 0)
            return;
        x = before_x;
        y = before_y;
    }
}

/* Matches what begins and ends alike, and in between what the fewest edits leave. Where these are
 * too many to be found, types are matched one by one in order, and octets not at all. */
static void align(struct diff *d, struct part part)
{
    uint32_t *match = part.items->match;
    for (; part.from[A] < part.end[A] && part.from[B] < part.end[B] &&
           alike(&part, part.from[A], part.from[B]);
         part.from[B]++)
        match[part.from[A]++] = (uint32_t)part.from[B];
    for (; part.from[A] < part.end[A] && part.from[B] < part.end[B] &&
           alike(&part, part.end[A] - 1, part.end[B] - 1);
         part.end[B]--)
        match[--part.end[A]] = (uint32_t)part.end[B] - 1;
    size_t n = part.end[A] - part.from[A], m = part.end[B] - part.from[B], edits;
    size_t max = n + m < MAX_EDITS ? n + m : MAX_EDITS;
    if (n == 0 || m == 0 || d->t.err != RELOAD_OK)
        return;
    uint32_t *reach = malloc((max + 1) * (max + 2) / 2 * sizeof *reach);
    if (reach == NULL) {
        fail(d, RELOAD_ERR_MEMORY);
        return;
    }
    if (search(d, &part, reach, max, &edits)) {
        match_back(&part, reach, edits);
    } else if (part.by_type) {
        for (size_t i = 0; i < n && i < m; i++)
            if (alike(&part, part.from[A] + i, part.from[B] + i))
                match[part.from[A] + i] = (uint32_t)(part.from[B] + i);
    }
    free(reach);
}

/* First come the attributes that are the same in both, then between these the ones of the same
 * type. */
static void align_items(struct diff *d, struct items *items)
{
    struct part gap = {.items = items, .by_type = true};
    align(d, (struct part){.items = items, .end = {items->count[A], items->count[B]}});
    for (size_t i = 0; i <= items->count[A] && d->t.err == RELOAD_OK; i++) {
        if (i < items->count[A] && items->match[i] == RELOAD_NO_ATTR)
            continue;
        gap.end[A] = i;
        gap.end[B] = i < items->count[A] ? items->match[i] : items->count[B];
        align(d, gap);
        gap.from[A] = i + 1;
        gap.from[B] = gap.end[B] + 1;
    }
}

/* The octets of an attribute from its type to its padding. */
static const uint8_t *whole(const reload_msg *msg, uint32_t i, size_t *len)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    *len = RL_HEAD + (size_t)attr->length + rl_padding(attr->length);
    return reload_msg_value_octets(msg, i, &(size_t){0}) - RL_HEAD;
}

/* FNV-1a, which is quick on what is short. */
static uint32_t hash(const uint8_t *octets, size_t len)
{
    uint32_t h = UINT32_C(2166136261);
    for (size_t i = 0; i < len; i++)
        h = (h ^ octets[i]) * UINT32_C(16777619);
    return h;
}

/* Lists the members of an attribute, or those of the message itself. */
static bool list(const reload_msg *msg, uint32_t parent, struct item **items, size_t *count)
{
    size_t cap = 0, len;
    uint32_t end = parent == RELOAD_NO_ATTR ? (uint32_t)reload_msg_count(msg)
                                            : reload_msg_attr(msg, parent)->end;
    for (uint32_t i = parent == RELOAD_NO_ATTR ? 0 : parent + 1; i < end;
         i = reload_msg_attr(msg, i)->end) {
        void *grown = *items;
        bool good = rl_grow(&grown, &cap, *count, sizeof **items);
        *items = grown;
        if (!good)
            return false;
        const uint8_t *octets = whole(msg, i, &len);
        (*items)[(*count)++] = (struct item){
            .attr = i, .key = hash(octets, len), .type = reload_msg_attr(msg, i)->type};
    }
    return true;
}

/* ---- Comparing ---- */

static bool same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static void compare_messages(struct diff *d, const struct pair *p);
static void compare_members(struct diff *d, const struct pair *p, uint32_t a, uint32_t b);

/* The messages in two APPLICATION.BODYs. Returns false where they do not both hold one that is
 * read. */
static bool compare_tunnelled(struct diff *d, const struct pair *p, const uint32_t attr[2])
{
    struct pair inner = {.carrier = p, .attr = {attr[A], attr[B]}, .tunnel = p->tunnel + 1};
    const uint8_t *octets[2];
    size_t len[2];
    reload_msg *msg[2] = {NULL, NULL};
    reload_err err = RELOAD_OK;
    if (p->tunnel == RELOAD_MAX_TUNNEL)
        return false;
    for (int side = A; side <= B; side++)
        if ((octets[side] = reload_msg_tunnelled(p->msg[side], attr[side], &len[side])) == NULL)
            return false;
    for (int side = A; side <= B && err == RELOAD_OK; side++) {
        inner.msg[side] = msg[side] = reload_msg_new();
        err = msg[side] == NULL ? RELOAD_ERR_MEMORY
                                : reload_msg_parse(msg[side], octets[side], len[side], NULL);
    }
    if (err == RELOAD_OK)
        compare_messages(d, &inner);
    else
        fail(d, err);
    reload_msg_free(&msg[A]);
    reload_msg_free(&msg[B]);
    return true;
}

/* Two runs of octets that differ. flaws: why they cannot be read, or RELOAD_FLAW_NONE. */
static void octets_lines(struct diff *d, const uint8_t *const octets[2], const size_t len[2],
                         const reload_flaw flaws[2])
{
    size_t from = common(octets[A], len[A], octets[B], len[B]);
    for (int side = A; side <= B; side++) {
        begin_sign(d, side);
        say_octets(d, octets[side], len[side], from);
        if (flaws[side] != RELOAD_FLAW_NONE)
            rl_say(&d->t, " ! %s", reload_flaw_text(flaws[side]));
        end_sign(d);
    }
}

static const reload_flaw no_flaws[2];

static void compare_values(struct diff *d, const struct pair *p, const uint32_t attr[2])
{
    const uint8_t *octets[2];
    size_t len[2];
    for (int side = A; side <= B; side++)
        octets[side] = reload_msg_value_octets(p->msg[side], attr[side], &len[side]);
    if (same(octets[A], len[A], octets[B], len[B]) || compare_tunnelled(d, p, attr))
        return;
    heading(d, p, attr, false, "", "");
    for (int side = A; side <= B; side++) {
        begin_sign(d, side);
        say_value(d, p->msg[side], attr[side], common(octets[A], len[A], octets[B], len[B]));
        end_sign(d);
    }
}

/* Padding of which some is not zero. */
static void compare_padding(struct diff *d, const struct pair *p, const uint32_t attr[2])
{
    const uint8_t *octets[2];
    size_t len[2];
    for (int side = A; side <= B; side++)
        octets[side] = reload_msg_padding(p->msg[side], attr[side], &len[side]);
    if (same(octets[A], len[A], octets[B], len[B]) ||
        !(rl_any_set(octets[A], len[A]) || rl_any_set(octets[B], len[B])))
        return;
    heading(d, p, attr, false, "/padding", " padding");
    octets_lines(d, octets, len, no_flaws);
}

static bool has_members(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    return attr->def != NULL && attr->def->kind == RELOAD_KIND_COMPOSITE &&
           attr->flaw == RELOAD_FLAW_NONE;
}

static void compare_attrs(struct diff *d, const struct pair *p, uint32_t a, uint32_t b)
{
    const uint32_t attr[2] = {a, b};
    size_t len[2];
    const uint8_t *first = whole(p->msg[A], a, &len[A]), *second = whole(p->msg[B], b, &len[B]);
    if (same(first, len[A], second, len[B]))
        return;
    if (reload_msg_attr(p->msg[A], a)->type != reload_msg_attr(p->msg[B], b)->type) {
        only_in(d, p, A, a);
        only_in(d, p, B, b);
    } else if (has_members(p->msg[A], a) && has_members(p->msg[B], b)) {
        compare_members(d, p, a, b);
    } else {
        compare_values(d, p, attr);
        compare_padding(d, p, attr);
    }
}

/* What the alignment says, in order: of what stands in one place, the first message's before the
 * second's. */
static void compare_items(struct diff *d, const struct pair *p, const struct items *items)
{
    size_t b = 0;
    for (size_t a = 0; a < items->count[A] && d->t.err == RELOAD_OK; a++) {
        if (items->match[a] == RELOAD_NO_ATTR) {
            only_in(d, p, A, items->item[A][a].attr);
            continue;
        }
        for (; b < items->match[a] && d->t.err == RELOAD_OK; b++)
            only_in(d, p, B, items->item[B][b].attr);
        compare_attrs(d, p, items->item[A][a].attr, items->item[B][b++].attr);
    }
    for (; b < items->count[B] && d->t.err == RELOAD_OK; b++)
        only_in(d, p, B, items->item[B][b].attr);
}

/* The members of two attributes, or of two messages. The depth is bounded as that of messages is.
 */
static void compare_members(struct diff *d, const struct pair *p, uint32_t a, uint32_t b)
{
    struct items items = {.count = {0, 0}};
    bool good = list(p->msg[A], a, &items.item[A], &items.count[A]) &&
                list(p->msg[B], b, &items.item[B], &items.count[B]);
    items.match = good ? malloc((items.count[A] + 1) * sizeof *items.match) : NULL;
    if (items.match != NULL) {
        for (size_t i = 0; i < items.count[A]; i++)
            items.match[i] = RELOAD_NO_ATTR;
        align_items(d, &items);
        compare_items(d, p, &items);
    } else {
        fail(d, RELOAD_ERR_MEMORY);
    }
    free(items.item[A]);
    free(items.item[B]);
    free(items.match);
}

static const uint32_t no_attrs[2] = {RELOAD_NO_ATTR, RELOAD_NO_ATTR};

static void compare_fields(struct diff *d, const struct pair *p)
{
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of(f);
        char tail[48], name[48];
        size_t len;
        if (def->kind == RELOAD_FIELD_OCTETS
                ? memcmp(reload_msg_field_octets(p->msg[A], f, &len),
                         reload_msg_field_octets(p->msg[B], f, &len), def->width / 8u) == 0
                : reload_msg_field(p->msg[A], f) == reload_msg_field(p->msg[B], f))
            continue;
        (void)snprintf(tail, sizeof tail, "/header/%s", def->key);
        (void)snprintf(name, sizeof name, "header.%s", def->key);
        heading(d, p, no_attrs, false, tail, name);
        for (int side = A; side <= B; side++) {
            begin_sign(d, side);
            rl_say_field(&d->t, p->msg[side], f);
            end_sign(d);
        }
    }
}

static void compare_trailing(struct diff *d, const struct pair *p)
{
    const uint8_t *octets[2];
    size_t len[2];
    reload_flaw flaws[2];
    for (int side = A; side <= B; side++)
        octets[side] = reload_msg_trailing(p->msg[side], &len[side], &flaws[side]);
    if (same(octets[A], len[A], octets[B], len[B]))
        return;
    heading(d, p, no_attrs, false, "/trailing", "trailing");
    octets_lines(d, octets, len, flaws);
}

/* Header, attributes and what follows them are all the octets that a message has. */
static void compare_messages(struct diff *d, const struct pair *p)
{
    compare_fields(d, p);
    compare_members(d, p, RELOAD_NO_ATTR, RELOAD_NO_ATTR);
    compare_trailing(d, p);
}

/* Octets of which at least one run is no message. */
static void compare_garbage(struct diff *d)
{
    const uint8_t *const octets[2] = {d->side[A]->octets, d->side[B]->octets};
    const size_t len[2] = {d->side[A]->len, d->side[B]->len};
    found(d);
    if (d->side[A]->msg != NULL || d->side[B]->msg != NULL || octets[A] == NULL ||
        octets[B] == NULL)
        return;
    rl_say_in(&d->t, RL_NAME, "@ /garbage");
    rl_say(&d->t, "  garbage");
    rl_end_line(&d->t);
    octets_lines(d, octets, len, no_flaws);
}

/* The octets of a side; NULL where there is nothing. */
static const uint8_t *octets_of(const reload_diff_side *side, size_t *len)
{
    if (side->msg != NULL)
        return reload_msg_octets(side->msg, len);
    *len = side->len;
    return side->octets;
}

reload_err reload_diff_write(const reload_diff_side *a, const reload_diff_side *b, unsigned flags,
                             reload_sink sink, void *arg, bool *differ)
{
    struct diff d = {
        .t = {.sink = sink, .arg = arg, .flags = flags}, .side = {a, b}, .steps = max_steps};
    size_t a_len, b_len;
    const uint8_t *a_octets = octets_of(a, &a_len), *b_octets = octets_of(b, &b_len);
    *differ = (a->msg == NULL) != (b->msg == NULL) || (a_octets == NULL) != (b_octets == NULL) ||
              !same(a_octets, a_len, b_octets, b_len);
    if (!*differ || sink == NULL)
        return RELOAD_OK;
    if (a->msg != NULL && b->msg != NULL)
        compare_messages(&d, &(struct pair){.msg = {a->msg, b->msg}});
    else
        compare_garbage(&d);
    return rl_finish(&d.t);
}
