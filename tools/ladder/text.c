/* SPDX-License-Identifier: BSD-2-Clause */
/* A ladder in characters, as wide as a terminal: in panels of as many peers as fit. */
#include "ladder/internal.h"

#include <inttypes.h>
#include <reload/print.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MIN_WIDTH = 60,
    MAX_WIDTH = 4096,
    MIN_GAP = 14,
    MAX_HEAD = 22,   /* columns of a peer's name or address */
    PANEL_ROWS = 20, /* after so many rows, the head is repeated */
    MAX_LANES = 256
};

/* Characters of a line that are drawn; other characters are drawn as they are. */
enum glyph { BAR = 1, DASH, LEFT_TIP, RIGHT_TIP, OUT_RIGHT, BACK_RIGHT, OUT_LEFT, BACK_LEFT };

static const char *const glyphs[2][9] = {
    {NULL, "|", "-", "<", ">", "+", "+", "+", "+"},
    {NULL, "│", "─", "<", ">", "┐", "┘", "┌", "└"},
};

struct page {
    struct ladder *ladder;
    reload_printer p;
    bool utf8;
    size_t width, gap;
    size_t index_width, gutter; /* columns before the picture */
    size_t first;               /* column of the first lane */
    size_t max_lanes;
    char *line;                         /* of width columns */
    size_t panel;                       /* number of the current panel, from 1; 0: none */
    size_t lanes;                       /* in it */
    struct ladder_id *peers[MAX_LANES]; /* of them */
    size_t rows;                        /* since the last head */
};

/* ---- Lines ---- */

static void clear_line(struct page *g)
{
    memset(g->line, ' ', g->width);
}

static size_t column_of(const struct page *g, const struct ladder_id *id)
{
    return g->first + id->column * g->gap;
}

static void draw_bars(struct page *g)
{
    for (size_t i = 0; i < g->lanes; i++)
        g->line[g->first + i * g->gap] = BAR;
}

/* Puts text at a column, as far as it fits before end. A text that is cut ends with "~". */
static void page_put(struct page *g, size_t column, size_t end, const char *text)
{
    size_t len = strlen(text), space = end > column ? end - column : 0;
    if (len <= space) {
        memcpy(g->line + column, text, len);
    } else if (space > 0) {
        len = space - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) /* inside a character */
            len--;
        memcpy(g->line + column, text, len);
        g->line[column + len] = '~';
    }
}

/* Puts text in the middle of [from, end). */
static void put_centred(struct page *g, size_t from, size_t end, const char *text)
{
    size_t len = strlen(text), space = end - from;
    page_put(g, len < space ? from + (space - len) / 2 : from, end, text);
}

/* Prints the line without trailing blanks, with columns [from, end) in a colour. */
static void print_line(struct page *g, size_t from, size_t end, reload_colour colour)
{
    size_t len = g->width;
    while (len > 0 && g->line[len - 1] == ' ')
        len--;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)g->line[i];
        if (i == from && from < end)
            reload_print_colour(&g->p, colour);
        if (c <= BACK_LEFT)
            reload_print_raw(&g->p, glyphs[g->utf8][c], strlen(glyphs[g->utf8][c]));
        else
            reload_print_raw(&g->p, &g->line[i], 1);
        if (from < end && i + 1 == (end < len ? end : len) && i >= from)
            reload_print_colour(&g->p, RELOAD_COLOUR_PLAIN);
    }
    reload_print_end_line(&g->p);
}

/* ---- Heads ---- */

/* The time of the first message of the panel that has one. */
static void print_moment(struct page *g, const struct ladder_row *row)
{
    char text[RELOAD_TIME_SIZE];
    if (!row->timed)
        return;
    reload_time_fraction_text(row->seconds, row->nanoseconds, 6, text);
    reload_print_coloured(&g->p, RELOAD_COLOUR_FAINT, text);
    reload_print_end_line(&g->p);
}

static void text_of_name(const struct ladder_id *id, char text[ADDRESS_SIZE])
{
    ladder_name(id, text);
}

static void text_of_address(const struct ladder_id *id, char text[ADDRESS_SIZE])
{
    memcpy(text, id->address, ADDRESS_SIZE);
}

/* A text for each peer above its column. A text that is wider than the column continues on the next
 * line. */
static void print_texts(struct page *g, void (*text_of)(const struct ladder_id *id, char *text),
                        reload_colour colour)
{
    size_t part = g->gap - 2 < MAX_HEAD ? g->gap - 2 : MAX_HEAD;
    bool any = true;
    for (size_t done = 0; any; done += part) {
        any = false;
        clear_line(g);
        for (size_t i = 0; i < g->lanes; i++) {
            char text[ADDRESS_SIZE];
            text_of(g->peers[i], text);
            if (strlen(text) <= done)
                continue;
            size_t len = strlen(text + done);
            len = len < part ? len : part;
            text[done + len] = '\0';
            page_put(g, g->first + i * g->gap - len / 2, g->width, text + done);
            any = true;
        }
        if (any)
            print_line(g, 0, g->width, colour);
    }
}

static void print_head(struct page *g, const struct ladder_row *row)
{
    if (g->panel > 1 || g->rows > 0)
        reload_print_end_line(&g->p);
    print_moment(g, row);
    print_texts(g, text_of_name, RELOAD_COLOUR_TITLE);
    print_texts(g, text_of_address, RELOAD_COLOUR_FAINT);
    clear_line(g);
    draw_bars(g);
    print_line(g, 0, 0, RELOAD_COLOUR_PLAIN);
    g->rows = 0;
}

/* ---- Panels ---- */

static void page_enter(struct page *g, struct ladder_id *id)
{
    if (id->panel == g->panel)
        return;
    id->panel = g->panel;
    g->peers[g->lanes++] = id;
}

static int compare_lanes(const void *left, const void *right)
{
    const struct ladder_id *const *a = left, *const *b = right;
    return ((*a)->lane > (*b)->lane) - ((*a)->lane < (*b)->lane);
}

/* Puts the panel's peers in the order of the whole picture. */
static void order_peers(struct page *g)
{
    qsort(g->peers, g->lanes, sizeof(struct ladder_id *), compare_lanes);
    for (size_t i = 0; i < g->lanes; i++)
        g->peers[i]->column = i;
}

/* The number of columns that a row adds to the panel. */
static size_t new_lanes(const struct page *g, const struct ladder_row *row)
{
    const struct ladder_id *from = g->ladder->ids[row->from], *to = g->ladder->ids[row->to];
    return (from->panel != g->panel ? 1U : 0U) + (to != from && to->panel != g->panel ? 1U : 0U);
}

/* Begins a panel at a row, with as many of the peers in the following rows as fit. */
static void begin_panel(struct page *g, const struct ladder_row *row)
{
    const struct ladder_row *end = g->ladder->rows + g->ladder->count;
    g->panel++;
    g->lanes = 0;
    for (const struct ladder_row *r = row; r < end; r++) {
        if (r->garbage)
            continue;
        if (g->lanes + new_lanes(g, r) > g->max_lanes)
            break;
        page_enter(g, g->ladder->ids[r->from]);
        page_enter(g, g->ladder->ids[r->to]);
    }
    order_peers(g);
    print_head(g, row);
}

/* ---- Rows ---- */

static reload_colour tone_colour(enum ladder_tone tone)
{
    return tone == LADDER_GOOD  ? RELOAD_COLOUR_ADDED
           : tone == LADDER_BAD ? RELOAD_COLOUR_WARNING
                                : RELOAD_COLOUR_PLAIN;
}

/* The number and the time since the message before. */
static void put_gutter(struct page *g, const struct ladder_row *row)
{
    char text[48], delta[24];
    ladder_delta(g->ladder, row, delta);
    (void)snprintf(text, sizeof text, "%*" PRIu64, (int)g->index_width, row->index);
    page_put(g, 0, g->gutter, text);
    if (strlen(delta) + 2 <= g->gutter)
        page_put(g, g->gutter - 2 - strlen(delta), g->gutter, delta);
}

static void print_garbage(struct page *g, const struct ladder_row *row)
{
    clear_line(g);
    put_gutter(g, row);
    page_put(g, g->gutter, g->gutter + 2, "! ");
    page_put(g, g->gutter + 2, g->width, row->note);
    print_line(g, g->gutter, g->width, RELOAD_COLOUR_WARNING);
}

/* Puts " text " into an arrow's line from column a to b. */
static void put_words(struct page *g, size_t a, size_t b, const char *words)
{
    char text[LABEL_SIZE];
    if (words == NULL)
        return;
    (void)snprintf(text, sizeof text, " %s ", words);
    put_centred(g, a + 2, b - 1, text);
}

/* A message from a peer to itself, beside its column on the side with space. */
static void print_loop(struct page *g, const struct ladder_row *row, const char *label, size_t at)
{
    enum { LOOP = 4 }; /* columns from the bar to the text */
    const char *words = row->words == NULL ? "" : row->words;
    size_t longest = ladder_greater(strlen(label), strlen(words));
    bool right = at + LOOP + longest < g->width || at < g->gutter + LOOP + longest;
    size_t end = right ? g->width : at - LOOP + 1,
           words_at = right ? at + LOOP : end - strlen(words);
    g->line[right ? at + 1 : at - 1] = DASH;
    g->line[right ? at + 2 : at - 2] = right ? OUT_RIGHT : OUT_LEFT;
    page_put(g, right ? at + LOOP : end - strlen(label), end, label);
    print_line(g, 0, 0, RELOAD_COLOUR_PLAIN);
    clear_line(g);
    draw_bars(g);
    g->line[right ? at + 1 : at - 1] = right ? LEFT_TIP : RIGHT_TIP;
    g->line[right ? at + 2 : at - 2] = right ? BACK_RIGHT : BACK_LEFT;
    page_put(g, words_at, end, words);
    print_line(g, words_at, words_at + strlen(words), tone_colour(row->tone));
}

static void print_arrow(struct page *g, const struct ladder_row *row, const char *label,
                        size_t from, size_t to)
{
    size_t a = from < to ? from : to, b = from < to ? to : from;
    put_centred(g, a + 1, b, label);
    print_line(g, 0, 0, RELOAD_COLOUR_PLAIN);
    clear_line(g);
    draw_bars(g);
    memset(g->line + a + 1, DASH, b - a - 1);
    g->line[from < to ? b - 1 : a + 1] = from < to ? RIGHT_TIP : LEFT_TIP;
    put_words(g, a, b, row->words);
    print_line(g, a + 1, b, tone_colour(row->tone));
}

static void print_text_row(struct page *g, const struct ladder_row *row)
{
    char label[LABEL_SIZE];
    size_t from = column_of(g, g->ladder->ids[row->from]),
           to = column_of(g, g->ladder->ids[row->to]);
    ladder_label(g->ladder, row, label);
    clear_line(g);
    draw_bars(g);
    put_gutter(g, row);
    if (from == to)
        print_loop(g, row, label, from);
    else
        print_arrow(g, row, label, from, to);
}

/* ---- The whole ---- */

/* The width of columns: that of the widest text, limited by the page. */
static void page_measure(struct page *g)
{
    struct ladder_widths widest = ladder_measure(g->ladder);
    const struct ladder_row *last = &g->ladder->rows[g->ladder->count - 1];
    size_t head = widest.head < MAX_HEAD ? widest.head : MAX_HEAD, half = (head + 1) / 2;
    size_t gap = ladder_greater(widest.label + 3, ladder_greater(widest.words + 7, head + 2));
    g->index_width = (size_t)snprintf(NULL, 0, "%" PRIu64, last->index);
    g->gutter = g->index_width + 2 + (widest.delta > 0 ? widest.delta + 2 : 0);
    size_t space = g->width - g->gutter - 2 * half;
    gap = ladder_greater(gap, MIN_GAP);
    g->gap = gap < space ? gap : space;
    g->first = g->gutter + half;
    g->max_lanes = 1 + space / g->gap; /* at least 2 */
    if (g->max_lanes > MAX_LANES)
        g->max_lanes = MAX_LANES;
}

static void print_rows(struct page *g)
{
    for (size_t i = 0; i < g->ladder->count; i++) {
        const struct ladder_row *row = &g->ladder->rows[i];
        if (row->garbage) {
            print_garbage(g, row);
            continue;
        }
        if (g->panel == 0 || new_lanes(g, row) > 0)
            begin_panel(g, row);
        else if (g->rows >= PANEL_ROWS)
            print_head(g, row);
        print_text_row(g, row);
        g->rows++;
    }
}

reload_err ladder_write_text(struct ladder *ladder, size_t width, bool utf8, unsigned flags,
                             reload_sink sink, void *arg)
{
    struct page g = {.ladder = ladder, .utf8 = utf8};
    g.width = width < MIN_WIDTH ? MIN_WIDTH : width > MAX_WIDTH ? MAX_WIDTH : width;
    g.line = malloc(g.width);
    if (g.line == NULL)
        return RELOAD_ERR_MEMORY;
    reload_printer_init(&g.p, flags, sink, arg);
    if (ladder->count > 0) {
        page_measure(&g);
        print_rows(&g);
    }
    free(g.line);
    return reload_printer_finish(&g.p);
}
