/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages as hex dumps: the name and value of each field beside its octets, and a gutter between
 * them that marks what each signature covers. Each octet of a message is written once. */
#include "common/array.h"
#include "common/octets.h"
#include "dump/dump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW = 16,         /* octets in a row */
    TOKEN_SIZE = 4,   /* octets before the first header field */
    HEAD = 4,         /* octets of an attribute's type and Length */
    OFFSET_WIDTH = 8, /* digits of an offset */
    MAX_COLUMNS = 4,  /* of a message's gutter: for its signature, a BODY's, that of the BODY's
                         PEER-INFO, and a spare one */
    SHORT_TEXT = 64,  /* octets of text that are shown on one row */
    CERT_COLUMN = 10  /* of the values in a certificate's lines */
};

/* A signature, and the octets that it covers. */
struct mark {
    uint32_t attr;
    uint32_t from, end; /* in the message */
    uint32_t length;    /* D2: the Length that is digested */
    bool has_length;
    bool misplaced;  /* D9 */
    const char *why; /* reason for marking nothing, or NULL */
    unsigned column;
    char letter;
};

/* The message, or one that an APPLICATION.BODY holds. */
struct section {
    struct section *outer; /* NULL: none */
    const reload_msg *msg;
    size_t base; /* offset of its octets in the outermost message */
    unsigned indent;
    unsigned tunnel;    /* number of outer messages */
    struct mark *marks; /* in order of from */
    size_t count, cap;
    size_t next;                /* the first that begins after the octets written */
    size_t active[MAX_COLUMNS]; /* the last mark that began in a column, plus 1; 0: none */
    size_t until[MAX_COLUMNS];  /* where that mark ends */
    unsigned columns;
};

struct annotator {
    reload_printer rows;   /* prints the rows */
    reload_printer beside; /* prints a line for each of the next rows, into notes */
    reload_buf notes;
    size_t printed; /* octets of notes that are in rows */
    size_t marked;  /* letters in use */
};

static int append_note(void *arg, const void *octets, size_t len)
{
    reload_buf *notes = arg;
    reload_buf_append(notes, octets, len);
    return 0;
}

static void annotator_begin(struct annotator *a, unsigned flags, reload_sink sink, void *arg)
{
    *a = (struct annotator){.marked = 0};
    reload_printer_init(&a->rows, flags, sink, arg);
    reload_printer_init(&a->beside, flags, append_note, &a->notes);
}

static reload_err annotator_end(struct annotator *a)
{
    reload_err notes = reload_printer_finish(&a->beside), rows = reload_printer_finish(&a->rows);
    if (notes == RELOAD_OK)
        notes = a->notes.err;
    reload_buf_free(&a->notes);
    return rows != RELOAD_OK ? rows : notes;
}

/* ---- Rows ---- */

/* The gutter beside an octet: a column for each signature that may cover it, those of outer
 * messages first. Rows come in order of their octets, and all octets of a row are covered alike.
 * octets: false if the row has none. */
static void print_gutter(struct annotator *a, struct section *s, size_t at, bool octets)
{
    if (s == NULL)
        return;
    print_gutter(a, s->outer, at, octets);
    for (; octets && s->next < s->count && s->base + s->marks[s->next].from <= at; s->next++)
        if (s->marks[s->next].why == NULL)
            s->active[s->marks[s->next].column] = s->next + 1;
    for (unsigned c = 0; c < s->columns; c++) {
        const struct mark *mark = s->active[c] == 0 ? NULL : &s->marks[s->active[c] - 1];
        bool covered = octets && mark != NULL && at < s->base + mark->end;
        reload_print(&a->rows, "%c", covered ? mark->letter : octets ? '.' : ' ');
    }
}

/* Ends a row with the next line of notes. */
static void end_row(struct annotator *a, const struct section *s, unsigned depth)
{
    const uint8_t *line = a->notes.octets == NULL ? NULL : a->notes.octets + a->printed;
    size_t left = a->notes.len - a->printed;
    const uint8_t *newline = left == 0 ? NULL : memchr(line, '\n', left);
    if (newline != NULL && newline > line) {
        reload_print(&a->rows, "  %*s", (int)(s->indent + 2u * depth), "");
        reload_print_raw(&a->rows, line, (size_t)(newline - line));
    }
    if (newline != NULL)
        a->printed += (size_t)(newline - line) + 1;
    reload_print_end_line(&a->rows);
}

/* A row of 0 to 16 octets. */
static void print_octet_row(struct annotator *a, struct section *s, const uint8_t *octets,
                            size_t at, size_t len, unsigned depth)
{
    char cells[3 * ROW];
    memset(cells, ' ', sizeof cells);
    for (size_t i = 0; i < len; i++)
        reload_hex_encode(octets + i, 1, cells + 3 * i);
    if (len > 0) {
        reload_print_colour(&a->rows, RELOAD_COLOUR_FAINT);
        reload_print(&a->rows, "%*zu  ", OFFSET_WIDTH, at);
        reload_print_colour(&a->rows, RELOAD_COLOUR_PLAIN);
    } else {
        reload_print(&a->rows, "%*s  ", OFFSET_WIDTH, "");
    }
    reload_print(&a->rows, "%.*s ", (int)sizeof cells, cells);
    print_gutter(a, s, at, len > 0);
    end_row(a, s, depth);
}

/* Rows for len octets at an offset of the section's message, with the notes beside them, and rows
 * without octets if there are more notes. */
static void print_rows(struct annotator *a, struct section *s, size_t offset, size_t len,
                       unsigned depth)
{
    size_t message;
    const uint8_t *octets = reload_msg_octets(s->msg, &message) + offset;
    for (size_t i = 0; i < len && a->rows.err == RELOAD_OK; i += ROW)
        print_octet_row(a, s, octets + i, s->base + offset + i, len - i < ROW ? len - i : ROW,
                        depth);
    while (a->printed < a->notes.len && a->rows.err == RELOAD_OK)
        print_octet_row(a, s, NULL, 0, 0, depth);
    a->notes.len = a->printed = 0;
}

/* ---- Signatures ---- */

/* The reason for marking nothing for a signature, or NULL. */
static const char *why_unmarked(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    if (reload_role_at(msg, i) == RELOAD_ROLE_NONE)
        return attr->ignored ? "after the SIGNATURE" : "out of place";
    if (attr->repeated)
        return "duplicate";
    if (attr->flaw != RELOAD_FLAW_NONE)
        return "members cannot be read";
    return reload_msg_member(msg, i, RELOAD_A_DIGEST) == RELOAD_NO_ATTR ? "no DIGEST" : NULL;
}

/* Marks the octets from the first to the last that are digested. Of these, only the Length of a
 * message may be replaced. */
static void measure_mark(const reload_msg *msg, struct mark *mark)
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
        mark->length = octets_get24(covered.length);
    mark->misplaced = site.misplaced;
}

static int compare_marks(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : x->attr < y->attr ? -1 : 1;
}

/* Gives each mark the first free column and the next letter. */
static void arrange_marks(struct annotator *a, struct section *s)
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
    for (uint32_t i = 0; i < reload_msg_count(s->msg) && a->rows.err == RELOAD_OK; i++) {
        if (!reload_is_signature(reload_msg_attr(s->msg, i)->type))
            continue;
        struct mark *marks = array_grow(s->marks, &s->cap, s->count, sizeof *marks);
        if (marks == NULL) {
            reload_printer_fail(&a->rows, RELOAD_ERR_MEMORY);
            return;
        }
        s->marks = marks;
        struct mark mark = {
            .attr = i, .from = reload_msg_attr(s->msg, i)->offset, .why = why_unmarked(s->msg, i)};
        if (mark.why == NULL)
            measure_mark(s->msg, &mark);
        s->marks[s->count++] = mark;
    }
    if (s->count > 0)
        qsort(s->marks, s->count, sizeof *s->marks, compare_marks);
    arrange_marks(a, s);
}

/* A line for each signature: letter, name, and the octets covered. */
static void print_legend(reload_printer *p, const struct section *s, unsigned indent)
{
    for (size_t i = 0; i < s->count && p->err == RELOAD_OK; i++) {
        const struct mark *mark = &s->marks[i];
        char pointer[256];
        (void)reload_msg_pointer(s->msg, mark->attr, pointer, sizeof pointer);
        reload_print(p, "%*s%c  ", (int)indent, "", mark->why == NULL ? mark->letter : '-');
        reload_print_coloured(p, RELOAD_COLOUR_NAME,
                              reload_msg_attr(s->msg, mark->attr)->def->name);
        reload_print(p, " ");
        reload_print_raw(p, pointer, strlen(pointer));
        reload_print(p, " (Security ");
        reload_print_field(p, s->msg, RELOAD_F_SECURITY);
        if (mark->why != NULL) {
            reload_print(p, "): nothing is marked: %s", mark->why);
        } else {
            reload_print(p, "): octets %zu to %zu", s->base + mark->from, s->base + mark->end - 1);
            if (mark->has_length && mark->length != reload_msg_field(s->msg, RELOAD_F_LENGTH))
                reload_print(p, ", digested with Length %" PRIu32, mark->length);
            if (mark->misplaced)
                reload_print_coloured(p, RELOAD_COLOUR_WARNING, " ! misplaced");
        }
        reload_print_end_line(p);
    }
}

/* ---- The header ---- */

/* The Lengths that are digested in place of the header's. */
static void note_length(struct annotator *a, const struct section *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct mark *mark = &s->marks[i];
        if (mark->why != NULL || !mark->has_length ||
            mark->length == reload_msg_field(s->msg, RELOAD_F_LENGTH))
            continue;
        reload_print(&a->beside, " (%c digests %" PRIu32 ", %02x %02x %02x: D2)", mark->letter,
                     mark->length, mark->length >> 16 & 0xff, mark->length >> 8 & 0xff,
                     mark->length & 0xff);
    }
}

/* Rows for the header; fields that share octets share a row. */
static void print_header(struct annotator *a, struct section *s)
{
    size_t len;
    reload_print_coloured(&a->beside, RELOAD_COLOUR_NAME, "token");
    reload_print(&a->beside, " ");
    reload_print_quoted(&a->beside, reload_msg_octets(s->msg, &len), TOKEN_SIZE);
    reload_print_end_line(&a->beside);
    print_rows(a, s, 0, TOKEN_SIZE, 0);
    size_t first = TOKEN_SIZE;
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const reload_field_def *def = reload_field_def_of(f);
        size_t bit = (size_t)def->bit + def->width;
        if (def->bit / 8u > first || def->bit % 8 != 0)
            reload_print(&a->beside, ", ");
        reload_print_coloured(&a->beside, RELOAD_COLOUR_NAME, def->label);
        reload_print(&a->beside, " ");
        reload_print_field(&a->beside, s->msg, f);
        if (f == RELOAD_F_LENGTH)
            note_length(a, s);
        if (bit % 8 != 0)
            continue;
        reload_print_end_line(&a->beside);
        print_rows(a, s, first, bit / 8 - first, 0);
        first = bit / 8;
    }
}

/* ---- Attributes ---- */

/* Type and Length. */
static void print_head(struct annotator *a, struct section *s, size_t i)
{
    const reload_attr *attr = reload_msg_attr(s->msg, i);
    char unknown[8];
    reload_print_coloured(&a->beside, RELOAD_COLOUR_NAME, reload_attr_name(attr, unknown));
    if (attr->def != NULL)
        reload_print(&a->beside, " (0x%04x), Length %u", (unsigned)attr->type,
                     (unsigned)attr->length);
    else
        reload_print(&a->beside, " (unknown), Length %u", (unsigned)attr->length);
    reload_print_unsigned(&a->beside, s->msg, i);
    if (attr->def != NULL && !attr->in_place &&
        (attr->parent == RELOAD_NO_ATTR || reload_msg_attr(s->msg, attr->parent)->in_place))
        reload_print_coloured(&a->beside, RELOAD_COLOUR_WARNING, " ! out of place");
    if (attr->in_place && attr->repeated && attr->def->once)
        reload_print_coloured(&a->beside, RELOAD_COLOUR_WARNING, " ! duplicate");
    reload_print_end_line(&a->beside);
    print_rows(a, s, attr->offset, HEAD, attr->depth - 1u);
}

/* Whether an octet of UTF-8 continues a character. */
static bool is_continuation(uint8_t octet)
{
    return (octet & 0xc0) == 0x80;
}

/* Long text: beside each row the characters that begin in it. */
static void note_long_text(struct annotator *a, const uint8_t *octets, size_t len)
{
    for (size_t at = 0, line = ROW; at < len; line += ROW) {
        size_t from = at;
        while (at < len && (at < line || is_continuation(octets[at])))
            at++;
        reload_print_quoted(&a->beside, octets + from, at - from);
        reload_print_end_line(&a->beside);
    }
}

/* A value without members. */
static void note_value(struct annotator *a, const reload_msg *msg, size_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_value value;
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
    if (!reload_msg_value(msg, i, &value)) {
        reload_print_warning(&a->beside, 0, reload_flaw_text((reload_flaw)attr->flaw));
    } else if (reload_is_certificate(attr->type)) {
        a->beside.column = CERT_COLUMN;
        reload_print_cert(&a->beside, 0, octets, len);
    } else if (value.kind == RELOAD_KIND_TEXT && len > SHORT_TEXT) {
        note_long_text(a, octets, len);
    } else if (len > 0 || value.kind == RELOAD_KIND_TEXT) {
        if (value.kind == RELOAD_KIND_OCTETS)
            reload_print(&a->beside, "%zu octet%s", len, len == 1 ? "" : "s");
        else
            reload_print_value(&a->beside, &value);
        reload_print_end_line(&a->beside);
    }
}

static void print_section(struct annotator *a, struct section *s);

/* The message that an attribute holds, indented. Returns false if it holds none. */
static bool print_inner(struct annotator *a, struct section *s, uint32_t i)
{
    size_t len;
    const reload_attr *attr = reload_msg_attr(s->msg, i);
    const uint8_t *octets = reload_msg_tunnelled(s->msg, i, &len);
    if (octets == NULL)
        return false;
    if (s->tunnel == RELOAD_MAX_TUNNEL) {
        reload_print_warning(&a->beside, 0, "inner messages are read no deeper (D26)");
        print_rows(a, s, attr->offset + HEAD, attr->length, attr->depth);
        return true;
    }
    reload_msg *msg = reload_msg_new();
    reload_err err = msg == NULL ? RELOAD_ERR_MEMORY : reload_msg_parse(msg, octets, len, NULL);
    if (err == RELOAD_OK) {
        struct section inner = {.outer = s,
                                .msg = msg,
                                .base = s->base + attr->offset + HEAD,
                                .indent = s->indent + 2u * attr->depth,
                                .tunnel = s->tunnel + 1};
        reload_print_colour(&a->beside, RELOAD_COLOUR_TITLE);
        reload_print_title(&a->beside, msg);
        reload_print_colour(&a->beside, RELOAD_COLOUR_PLAIN);
        reload_print_end_line(&a->beside);
        print_section(a, &inner);
    } else {
        reload_printer_fail(&a->rows, err);
    }
    reload_msg_free(&msg);
    return true;
}

static void print_attribute(struct annotator *a, struct section *s, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(s->msg, i);
    size_t len;
    print_head(a, s, i);
    if (attr->end == i + 1 && !print_inner(a, s, i)) {
        if (attr->def == NULL || attr->def->kind != RELOAD_KIND_COMPOSITE ||
            attr->flaw != RELOAD_FLAW_NONE)
            note_value(a, s->msg, i);
        print_rows(a, s, attr->offset + HEAD, attr->length, attr->depth);
    }
    const uint8_t *padding = reload_msg_padding(s->msg, i, &len);
    if (len > 0) {
        reload_print_coloured(&a->beside, RELOAD_COLOUR_FAINT,
                              any_set(padding, len) ? "padding, not zero" : "padding");
        reload_print_end_line(&a->beside);
        print_rows(a, s, attr->offset + HEAD + attr->length, len, attr->depth);
    }
}

/* Octets that cannot be read as an attribute: type and Length, as far as present, and the rest. */
static void print_trailing(struct annotator *a, struct section *s)
{
    size_t len, all;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_trailing(s->msg, &len, &flaw);
    size_t offset = (size_t)(octets - reload_msg_octets(s->msg, &all));
    size_t first = len < HEAD ? len : HEAD;
    if (len == 0)
        return;
    if (len >= HEAD) {
        const reload_attr attr = {.type = octets_get16(octets),
                                  .def = reload_attr_def_of(octets_get16(octets))};
        char unknown[8];
        reload_print_coloured(&a->beside, RELOAD_COLOUR_NAME, reload_attr_name(&attr, unknown));
        reload_print(&a->beside, ", Length %u ", (unsigned)octets_get16(octets + 2));
    }
    reload_print_warning(&a->beside, 0, reload_flaw_text(flaw));
    print_rows(a, s, offset, first, 0);
    if (len > first) {
        reload_print(&a->beside, "%zu octet%s of it", len - first, len - first == 1 ? "" : "s");
        reload_print_end_line(&a->beside);
        print_rows(a, s, offset + first, len - first, 1);
    }
}

/* The message with its inner messages. */
static void print_section(struct annotator *a, struct section *s)
{
    find_marks(a, s);
    if (s->outer == NULL) {
        print_legend(&a->rows, s, 2);
    } else {
        print_legend(&a->beside, s, 2); /* after its title */
        print_rows(a, s, 0, 0, 0);
    }
    print_header(a, s);
    for (uint32_t i = 0; i < reload_msg_count(s->msg) && a->rows.err == RELOAD_OK; i++)
        print_attribute(a, s, i);
    print_trailing(a, s);
    reload_print_missing(&a->beside, 0, s->msg);
    print_rows(a, s, 0, 0, 0);
    free(s->marks);
}

reload_err annotated_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                           reload_sink sink, void *arg)
{
    struct annotator a;
    struct section s = {.msg = msg};
    annotator_begin(&a, flags, sink, arg);
    reload_print_origin(&a.rows, origin);
    reload_print_colour(&a.rows, RELOAD_COLOUR_TITLE);
    reload_print_title(&a.rows, msg);
    reload_print_colour(&a.rows, RELOAD_COLOUR_PLAIN);
    reload_print_end_line(&a.rows);
    print_section(&a, &s);
    return annotator_end(&a);
}

reload_err annotated_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                   const reload_origin *origin, unsigned flags, reload_sink sink,
                                   void *arg)
{
    struct annotator a;
    struct section s = {.indent = 0};
    annotator_begin(&a, flags, sink, arg);
    reload_print_origin(&a.rows, origin);
    reload_print_garbage(&a.rows, len, error);
    reload_print_end_line(&a.rows);
    for (size_t at = 0; at < len && a.rows.err == RELOAD_OK; at += ROW) {
        size_t n = len - at < ROW ? len - at : ROW;
        reload_print(&a.beside, "|");
        for (size_t i = 0; i < n; i++)
            reload_print(&a.beside, "%c",
                         octets[at + i] >= 0x20 && octets[at + i] < 0x7f ? octets[at + i] : '.');
        reload_print(&a.beside, "|");
        reload_print_end_line(&a.beside);
        print_octet_row(&a, &s, octets + at, at, n, 0);
        a.notes.len = a.printed = 0;
    }
    return annotator_end(&a);
}
