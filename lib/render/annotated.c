/* Messages as hex dumps: each field's name and value beside its octets, and what each signature
 * covers in a gutter between the two. Every octet of a message comes out once. */
#include "render/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW = 16,         /* octets in a row */
    OFFSET_WIDTH = 8, /* digits of an offset in a message, of which 8 suffice */
    MAX_COLUMNS = 4, /* of a message's gutter: its own signature, a BODY's, its PEER-INFO's, and one
                        to spare */
    SHORT_TEXT = 64, /* octets of text that are shown on one row */
    CERT_COLUMN = 10 /* where the values in a certificate's lines begin */
};

/* A signature, and the octets that it covers. */
struct mark {
    uint32_t attr;
    uint32_t from, end; /* in the message; none where nothing is marked */
    uint32_t length;    /* D2: what is digested for the message's Length */
    bool has_length;
    bool misplaced;  /* D9 */
    const char *why; /* nothing is marked; else NULL */
    unsigned column;
    char letter;
};

/* A message that is shown: the whole one, or one in an APPLICATION.BODY of it. */
struct section {
    struct section *carrier; /* NULL: none */
    const reload_msg *msg;
    size_t base; /* where its octets begin in the whole message */
    unsigned indent;
    unsigned tunnel;    /* how many carriers there are */
    struct mark *marks; /* in order of from */
    size_t count, cap;
    size_t next;                /* the first that has not begun at the octets last shown */
    size_t active[MAX_COLUMNS]; /* the mark that was the last to begin in a column, plus one; 0:
                                   none */
    size_t until[MAX_COLUMNS];  /* where that one ends */
    unsigned columns;
};

struct annotator {
    rl_text t; /* the rows */
    rl_text n; /* what stands beside the octets of the next rows: a line each */
    reload_buf notes;
    size_t said;   /* how much of notes is in rows already */
    size_t marked; /* how many letters are in use */
};

static int to_notes(void *arg, const void *octets, size_t len)
{
    reload_buf *notes = arg;
    reload_buf_append(notes, octets, len);
    return 0;
}

static struct annotator begin(unsigned flags, reload_sink sink, void *arg)
{
    return (struct annotator){.t = {.sink = sink, .arg = arg, .flags = flags},
                              .n = {.sink = to_notes, .flags = flags}};
}

static reload_err end(struct annotator *a)
{
    reload_err notes = rl_finish(&a->n), rows = rl_finish(&a->t);
    if (notes == RELOAD_OK)
        notes = a->notes.err;
    reload_buf_free(&a->notes);
    return rows != RELOAD_OK ? rows : notes;
}

static void fail(struct annotator *a, reload_err err)
{
    if (a->t.err == RELOAD_OK)
        a->t.err = err;
}

/* ---- Rows ---- */

/* The gutter beside an octet of the whole message: a column for each signature that may cover it,
 * those of the carriers first. Rows come in order of their octets, and end where what covers them
 * changes. octets: false beside a row without any. */
static void gutter(struct annotator *a, struct section *s, size_t at, bool octets)
{
    if (s == NULL)
        return;
    gutter(a, s->carrier, at, octets);
    for (; octets && s->next < s->count && s->base + s->marks[s->next].from <= at; s->next++)
        if (s->marks[s->next].why == NULL)
            s->active[s->marks[s->next].column] = s->next + 1;
    for (unsigned c = 0; c < s->columns; c++) {
        const struct mark *mark = s->active[c] == 0 ? NULL : &s->marks[s->active[c] - 1];
        bool covered = octets && mark != NULL && at < s->base + mark->end;
        rl_say(&a->t, "%c", covered ? mark->letter : octets ? '.' : ' ');
    }
}

/* Appends the next line of notes to a row and ends it. */
static void end_row(struct annotator *a, const struct section *s, unsigned depth)
{
    const uint8_t *line = a->notes.octets == NULL ? NULL : a->notes.octets + a->said;
    size_t left = a->notes.len - a->said;
    const uint8_t *newline = left == 0 ? NULL : memchr(line, '\n', left);
    if (newline != NULL && newline > line) {
        rl_say(&a->t, "  %*s", (int)(s->indent + 2u * depth), "");
        reload_buf_append(&a->t.line, line, (size_t)(newline - line));
    }
    if (newline != NULL)
        a->said += (size_t)(newline - line) + 1;
    rl_end_line(&a->t);
}

/* A row of up to 16 octets; of none where len is 0. */
static void row(struct annotator *a, struct section *s, const uint8_t *octets, size_t at,
                size_t len, unsigned depth)
{
    char cells[3 * ROW];
    memset(cells, ' ', sizeof cells);
    for (size_t i = 0; i < len; i++)
        reload_hex_encode(octets + i, 1, cells + 3 * i);
    if (len > 0) {
        rl_colour(&a->t, RL_FAINT);
        rl_say(&a->t, "%*zu  ", OFFSET_WIDTH, at);
        rl_colour(&a->t, RL_PLAIN);
    } else {
        rl_say(&a->t, "%*s  ", OFFSET_WIDTH, "");
    }
    rl_say(&a->t, "%.*s ", (int)sizeof cells, cells);
    gutter(a, s, at, len > 0);
    end_row(a, s, depth);
}

/* Rows for len octets at an offset of the section's message, with the notes beside them, and
 * further rows where there are more notes than octets. */
static void rows(struct annotator *a, struct section *s, size_t offset, size_t len, unsigned depth)
{
    size_t message;
    const uint8_t *octets = reload_msg_octets(s->msg, &message) + offset;
    for (size_t i = 0; i < len && a->t.err == RELOAD_OK; i += ROW)
        row(a, s, octets + i, s->base + offset + i, len - i < ROW ? len - i : ROW, depth);
    while (a->said < a->notes.len && a->t.err == RELOAD_OK)
        row(a, s, NULL, 0, 0, depth);
    a->notes.len = a->said = 0;
}

/* ---- Signatures ---- */

/* Why nothing is marked for a signature, or NULL. */
static const char *unmarked(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    if (reload_role_at(msg, i) == RELOAD_ROLE_NONE)
        return attr->ignored ? "it stands behind the SIGNATURE" : "it is out of its place";
    if (attr->repeated)
        return "another one stands before it";
    if (attr->flaw != RELOAD_FLAW_NONE)
        return "its members cannot be read";
    return reload_msg_member(msg, i, RELOAD_A_DIGEST) == RELOAD_NO_ATTR ? "it has no DIGEST" : NULL;
}

/* What a signature covers: from the first octet to the last of what signer and verifier digest.
 * Only the Length of a message is not as it stands there. */
static void measure(const reload_msg *msg, struct mark *mark)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_site site;
    reload_covered covered;
    reload_site_at(msg, mark->attr, &site);
    reload_site_covered(msg, &site, &covered);
    mark->from = (uint32_t)(covered.span[0].octets - octets);
    mark->end = (uint32_t)(covered.span[covered.count - 1].octets - octets +
                           (ptrdiff_t)covered.span[covered.count - 1].len);
    mark->has_length = covered.count > 1;
    if (mark->has_length)
        mark->length = (uint32_t)covered.length[0] << 16 | rl_get16(covered.length + 1);
    mark->misplaced = site.misplaced;
}

static int by_place(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : x->attr < y->attr ? -1 : 1;
}

/* Gives each range the first column that is free, and the next letter. */
static void arrange(struct annotator *a, struct section *s)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (size_t i = 0; i < s->count; i++) {
        struct mark *mark = &s->marks[i];
        if (mark->why != NULL)
            continue;
        mark->letter = letters[a->marked++ % (sizeof letters - 1)];
        while (mark->column + 1 < MAX_COLUMNS && s->until[mark->column] > mark->from)
            mark->column++;
        s->until[mark->column] = mark->end;
        if (s->columns <= mark->column)
            s->columns = mark->column + 1;
    }
}

static void find_marks(struct annotator *a, struct section *s)
{
    for (uint32_t i = 0; i < reload_msg_count(s->msg) && a->t.err == RELOAD_OK; i++) {
        if (!reload_is_signature(reload_msg_attr(s->msg, i)->type))
            continue;
        void *marks = s->marks;
        bool grown = rl_grow(&marks, &s->cap, s->count, sizeof *s->marks);
        s->marks = marks;
        if (!grown) {
            fail(a, RELOAD_ERR_MEMORY);
            return;
        }
        struct mark mark = {
            .attr = i, .from = reload_msg_attr(s->msg, i)->offset, .why = unmarked(s->msg, i)};
        if (mark.why == NULL)
            measure(s->msg, &mark);
        s->marks[s->count++] = mark;
    }
    if (s->count > 0)
        qsort(s->marks, s->count, sizeof *s->marks, by_place);
    arrange(a, s);
}

/* A line for each signature: its letter, what it is, and what it covers. */
static void legend(rl_text *t, const struct section *s, unsigned indent)
{
    for (size_t i = 0; i < s->count && t->err == RELOAD_OK; i++) {
        const struct mark *mark = &s->marks[i];
        char pointer[256];
        (void)reload_msg_pointer(s->msg, mark->attr, pointer, sizeof pointer);
        rl_say(t, "%*s%c  ", (int)indent, "", mark->why == NULL ? mark->letter : '-');
        rl_say_in(t, RL_NAME, reload_msg_attr(s->msg, mark->attr)->def->name);
        rl_say(t, " ");
        reload_buf_append(&t->line, pointer, strlen(pointer));
        rl_say(t, " (Security ");
        rl_say_field(t, s->msg, RELOAD_F_SECURITY);
        if (mark->why != NULL) {
            rl_say(t, "): nothing is marked: %s", mark->why);
        } else {
            rl_say(t, "): octets %zu to %zu", s->base + mark->from, s->base + mark->end - 1);
            if (mark->has_length && mark->length != reload_msg_field(s->msg, RELOAD_F_LENGTH))
                rl_say(t, ", digested with Length %" PRIu32, mark->length);
            if (mark->misplaced)
                rl_say_in(t, RL_WARNING, " ! misplaced");
        }
        rl_end_line(t);
    }
}

/* ---- The header ---- */

/* The Length that a digest takes in instead of the header's. */
static void note_length(struct annotator *a, const struct section *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct mark *mark = &s->marks[i];
        if (mark->why != NULL || !mark->has_length ||
            mark->length == reload_msg_field(s->msg, RELOAD_F_LENGTH))
            continue;
        rl_say(&a->n, " (%c digests %" PRIu32 ", %02x %02x %02x: D2)", mark->letter, mark->length,
               mark->length >> 16 & 0xff, mark->length >> 8 & 0xff, mark->length & 0xff);
    }
}

/* Rows for the header: the fields that share octets stand together. */
static void header(struct annotator *a, struct section *s)
{
    rl_say_in(&a->n, RL_NAME, "token");
    rl_say(&a->n, " ");
    rl_say_quoted(&a->n, rl_token, sizeof rl_token);
    rl_end_line(&a->n);
    rows(a, s, 0, sizeof rl_token, 0);
    size_t first = sizeof rl_token;
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of(f);
        size_t bit = (size_t)def->bit + def->width;
        if (def->bit / 8u > first || def->bit % 8 != 0)
            rl_say(&a->n, ", ");
        rl_say_in(&a->n, RL_NAME, def->label);
        rl_say(&a->n, " ");
        rl_say_field(&a->n, s->msg, f);
        if (f == RELOAD_F_LENGTH)
            note_length(a, s);
        if (bit % 8 != 0)
            continue;
        rl_end_line(&a->n);
        rows(a, s, first, bit / 8 - first, 0);
        first = bit / 8;
    }
}

/* ---- Attributes ---- */

/* The four octets of type and Length. */
static void head(struct annotator *a, struct section *s, size_t i)
{
    const reload_attr *attr = reload_msg_attr(s->msg, i);
    char unknown[8];
    rl_say_in(&a->n, RL_NAME, rl_name_of(attr, unknown));
    if (attr->def != NULL)
        rl_say(&a->n, " (0x%04x), Length %u", (unsigned)attr->type, (unsigned)attr->length);
    else
        rl_say(&a->n, " (unknown), Length %u", (unsigned)attr->length);
    rl_say_behind(&a->n, s->msg, i);
    if (attr->def != NULL && !attr->in_place &&
        (attr->parent == RELOAD_NO_ATTR || reload_msg_attr(s->msg, attr->parent)->in_place))
        rl_say_in(&a->n, RL_WARNING, " ! out of its place");
    if (attr->in_place && attr->repeated && attr->def->once)
        rl_say_in(&a->n, RL_WARNING, " ! the same stands before it");
    rl_end_line(&a->n);
    rows(a, s, attr->offset, RL_HEAD, attr->depth - 1u);
}

/* Text that takes more than a few rows: beside each row the characters that begin in it. */
static void note_long_text(struct annotator *a, const uint8_t *octets, size_t len)
{
    for (size_t at = 0, line = ROW; at < len; line += ROW) {
        size_t from = at;
        while (at < line && at < len) {
            uint32_t code;
            at += rl_utf8(octets + at, len - at, &code); /* which is not 0: the text has no flaw */
        }
        rl_say_quoted(&a->n, octets + from, at - from);
        rl_end_line(&a->n);
    }
}

/* What a value without members says. */
static void note_value(struct annotator *a, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_value value;
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
    if (!reload_msg_value(msg, i, &value)) {
        rl_warn_line(&a->n, 0, reload_flaw_text((reload_flaw)attr->flaw));
    } else if (rl_is_cert(attr)) {
        a->n.column = CERT_COLUMN;
        rl_cert_lines(&a->n, 0, octets, len);
    } else if (value.kind == RELOAD_KIND_TEXT && len > SHORT_TEXT) {
        note_long_text(a, octets, len);
    } else if (len > 0 || value.kind == RELOAD_KIND_TEXT) {
        if (value.kind == RELOAD_KIND_OCTETS)
            rl_say(&a->n, "%zu octet%s", len, len == 1 ? "" : "s");
        else
            rl_say_value(&a->n, &value);
        rl_end_line(&a->n);
    }
}

static void show_section(struct annotator *a, struct section *s);

/* The message that an attribute carries, further in. Returns whether there was one. */
static bool tunnelled(struct annotator *a, struct section *s, uint32_t i)
{
    size_t len;
    const reload_attr *attr = reload_msg_attr(s->msg, i);
    const uint8_t *octets = reload_msg_tunnelled(s->msg, i, &len);
    if (octets == NULL)
        return false;
    if (s->tunnel == RELOAD_MAX_TUNNEL) {
        rl_warn_line(&a->n, 0, "a message further in than messages are read (D26)");
        rows(a, s, attr->offset + RL_HEAD, attr->length, attr->depth);
        return true;
    }
    reload_msg *msg = reload_msg_new();
    reload_err err = msg == NULL ? RELOAD_ERR_MEMORY : reload_msg_parse(msg, octets, len, NULL);
    if (err == RELOAD_OK) {
        struct section inner = {.carrier = s,
                                .msg = msg,
                                .base = s->base + attr->offset + RL_HEAD,
                                .indent = s->indent + 2u * attr->depth,
                                .tunnel = s->tunnel + 1};
        rl_colour(&a->n, RL_TITLE);
        rl_say_title(&a->n, msg);
        rl_colour(&a->n, RL_PLAIN);
        rl_end_line(&a->n);
        show_section(a, &inner);
    } else {
        fail(a, err);
    }
    reload_msg_free(&msg);
    return true;
}

static void attribute(struct annotator *a, struct section *s, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(s->msg, i);
    size_t len;
    head(a, s, i);
    if (attr->end == i + 1 && !tunnelled(a, s, i)) {
        if (attr->def == NULL || attr->def->kind != RELOAD_KIND_COMPOSITE ||
            attr->flaw != RELOAD_FLAW_NONE)
            note_value(a, s->msg, i);
        rows(a, s, attr->offset + RL_HEAD, attr->length, attr->depth);
    }
    const uint8_t *padding = reload_msg_padding(s->msg, i, &len);
    if (len > 0) {
        rl_say_in(&a->n, RL_FAINT, rl_any_set(padding, len) ? "padding, not zero" : "padding");
        rl_end_line(&a->n);
        rows(a, s, attr->offset + RL_HEAD + attr->length, len, attr->depth);
    }
}

/* What could not be read as an attribute: type and Length as far as they are there, and the rest.
 */
static void trailing(struct annotator *a, struct section *s)
{
    size_t len, all;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_trailing(s->msg, &len, &flaw);
    size_t offset = (size_t)(octets - reload_msg_octets(s->msg, &all));
    size_t first = len < RL_HEAD ? len : RL_HEAD;
    if (len == 0)
        return;
    if (len >= RL_HEAD) {
        const reload_attr attr = {.type = rl_get16(octets),
                                  .def = reload_attr_def_of(rl_get16(octets))};
        char unknown[8];
        rl_say_in(&a->n, RL_NAME, rl_name_of(&attr, unknown));
        rl_say(&a->n, ", Length %u ", (unsigned)rl_get16(octets + 2));
    }
    rl_warn_line(&a->n, 0, reload_flaw_text(flaw));
    rows(a, s, offset, first, 0);
    if (len > first) {
        rl_say(&a->n, "%zu octet%s of it", len - first, len - first == 1 ? "" : "s");
        rl_end_line(&a->n);
        rows(a, s, offset + first, len - first, 1);
    }
}

/* The message, and the rows of those that it carries. */
static void show_section(struct annotator *a, struct section *s)
{
    find_marks(a, s);
    if (s->carrier == NULL) {
        legend(&a->t, s, 2);
    } else {
        legend(&a->n, s, 2); /* below its title, which is there already */
        rows(a, s, 0, 0, 0);
    }
    header(a, s);
    for (uint32_t i = 0; i < reload_msg_count(s->msg) && a->t.err == RELOAD_OK; i++)
        attribute(a, s, i);
    trailing(a, s);
    if (reload_msg_truncated(s->msg)) {
        rl_warn_missing(&a->n, 0, s->msg);
        rows(a, s, 0, 0, 0);
    }
    free(s->marks);
}

reload_err reload_annotated_write(const reload_msg *msg, const reload_origin *origin,
                                  unsigned flags, reload_sink sink, void *arg)
{
    struct annotator a = begin(flags, sink, arg);
    struct section s = {.msg = msg};
    a.n.arg = &a.notes;
    rl_say_origin(&a.t, origin, ": ");
    rl_colour(&a.t, RL_TITLE);
    rl_say_title(&a.t, msg);
    rl_colour(&a.t, RL_PLAIN);
    rl_end_line(&a.t);
    show_section(&a, &s);
    return end(&a);
}

reload_err reload_annotated_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                          const reload_origin *origin, unsigned flags,
                                          reload_sink sink, void *arg)
{
    struct annotator a = begin(flags, sink, arg);
    struct section s = {.indent = 0};
    a.n.arg = &a.notes;
    rl_say_origin(&a.t, origin, ": ");
    rl_say_garbage(&a.t, len, error);
    rl_end_line(&a.t);
    for (size_t at = 0; at < len && a.t.err == RELOAD_OK; at += ROW) {
        size_t n = len - at < ROW ? len - at : ROW;
        rl_say(&a.n, "|");
        for (size_t i = 0; i < n; i++)
            rl_say(&a.n, "%c",
                   octets[at + i] >= 0x20 && octets[at + i] < 0x7f ? octets[at + i] : '.');
        rl_say(&a.n, "|");
        rl_end_line(&a.n);
        row(&a, &s, octets + at, at, n, 0);
        a.notes.len = a.said = 0;
    }
    return end(&a);
}
