/* SPDX-License-Identifier: BSD-2-Clause */
/* A ladder as an SVG picture: its text can be selected, and it follows a light or dark page. */
#include "ladder/internal.h"

#include <inttypes.h>
#include <reload/print.h>
#include <stdio.h>
#include <string.h>

/* In pixels */
enum {
    MARGIN = 24,
    NUMBER = 40, /* for a message's number, */
    TIME = 110,  /* and for a time */
    HEAD = 84,
    ROW = 44,
    CHARACTER = 8, /* the width of a character, rounded up */
    MIN_GAP = 170,
    TIP = 7 /* of an arrow */
};

struct picture {
    const struct ladder *ladder;
    reload_printer p;
    size_t gutter, gap, width, height;
};

static const char style[] =
    "<style>\n"
    "svg { --page: #ffffff; --ink: #1f2328; --faint: #656d76; --good: #116329; --bad: #b3141d; "
    "background: var(--page) }\n"
    "@media (prefers-color-scheme: dark) { svg { --page: #0d1117; --ink: #e6edf3; "
    "--faint: #8d96a0; --good: #56d364; --bad: #ff7b72 } }\n"
    ".page { fill: var(--page) }\n"
    "text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, \"DejaVu Sans Mono\", "
    "monospace; fill: var(--ink); stroke: var(--page); stroke-width: 6px; paint-order: stroke; "
    "stroke-linejoin: round; white-space: pre }\n"
    ".peer { font-weight: bold }\n"
    ".faint { fill: var(--faint) }\n"
    ".life { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3 }\n"
    ".arrow { stroke: var(--ink); stroke-width: 1.5; fill: none }\n"
    ".good .arrow { stroke: var(--good) }\n"
    ".good .verdict { fill: var(--good) }\n"
    ".bad .arrow { stroke: var(--bad) }\n"
    ".bad .verdict { fill: var(--bad); font-weight: bold }\n"
    "</style>\n";

/* ---- Text ---- */

/* Text for XML. Control characters are already escaped, so only the characters of markup remain. */
static void print_xml(reload_printer *p, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            reload_print(p, "&amp;");
            break;
        case '<':
            reload_print(p, "&lt;");
            break;
        case '>':
            reload_print(p, "&gt;");
            break;
        case '"':
            reload_print(p, "&quot;");
            break;
        default:
            reload_print_raw(p, text, 1);
        }
    }
}

static void print_svg_text(struct picture *g, const char *class, const char *anchor, size_t x,
                           size_t y, const char *text)
{
    if (text[0] == '\0')
        return;
    reload_print(&g->p, "<text class=\"%s\" text-anchor=\"%s\" x=\"%zu\" y=\"%zu\">", class, anchor,
                 x, y);
    print_xml(&g->p, text);
    reload_print(&g->p, "</text>");
    reload_print_end_line(&g->p);
}

static void print_block(struct picture *g, const char *text)
{
    reload_print_raw(&g->p, text, strlen(text) - 1);
    reload_print_end_line(&g->p);
}

/* ---- Rows ---- */

static size_t x_of(const struct picture *g, const struct ladder_id *id)
{
    return MARGIN + g->gutter + g->gap / 2 + id->lane * g->gap;
}

static void print_time(struct picture *g, const struct ladder_row *row, size_t y)
{
    char number[24], text[RELOAD_TIME_SIZE];
    (void)snprintf(number, sizeof number, "%" PRIu64, row->index);
    print_svg_text(g, "faint", "end", MARGIN + NUMBER - CHARACTER, y, number);
    ladder_delta(g->ladder, row, text);
    print_svg_text(g, "faint", "end", MARGIN + g->gutter - CHARACTER, y, text);
}

/* The arrow from x to another x, or back to x. */
static void print_path(struct picture *g, size_t from, size_t to, size_t y)
{
    reload_printer *p = &g->p;
    if (from == to) {
        reload_print(
            p, "<path class=\"arrow\" d=\"M%zu %zu h%d v%d h-%d m%d -%d l-%d %d l%d %d\"/>", from,
            y - ROW / 3, MARGIN, ROW / 3, MARGIN, TIP, TIP / 2, TIP, TIP / 2, TIP, TIP / 2);
    } else {
        int back = to > from ? -TIP : TIP;
        reload_print(p, "<path class=\"arrow\" d=\"M%zu %zu H%zu m%d -%d l%d %d l%d %d\"/>", from,
                     y, to, back, TIP / 2 + 1, -back, TIP / 2 + 1, back, TIP / 2 + 1);
    }
    reload_print_end_line(p);
}

static void print_message(struct picture *g, const struct ladder_row *row, size_t y)
{
    char label[LABEL_SIZE];
    size_t from = x_of(g, g->ladder->ids[row->from]), to = x_of(g, g->ladder->ids[row->to]);
    const char *anchor = from == to ? "start" : "middle";
    size_t x = from == to ? from + MARGIN + CHARACTER : (from + to) / 2;
    ladder_label(g->ladder, row, label);
    print_path(g, from, to, y);
    print_svg_text(g, "label", anchor, x, y - 12, label);
    if (row->words != NULL)
        print_svg_text(g, "verdict", anchor, x, y + CHARACTER / 2, row->words);
}

static void print_svg_row(struct picture *g, const struct ladder_row *row, size_t y)
{
    static const char *const tones[] = {"plain", "good", "bad"};
    reload_print(&g->p, "<g class=\"%s\">", tones[row->tone]);
    reload_print_end_line(&g->p);
    if (row->note != NULL && !row->garbage) {
        reload_print(&g->p, "<title>");
        print_xml(&g->p, row->note);
        reload_print(&g->p, "</title>");
        reload_print_end_line(&g->p);
    }
    print_time(g, row, y);
    if (row->garbage)
        print_svg_text(g, "verdict", "start", MARGIN + g->gutter, y, row->note);
    else
        print_message(g, row, y);
    reload_print(&g->p, "</g>");
    reload_print_end_line(&g->p);
}

/* ---- The whole ---- */

static void svg_measure(struct picture *g)
{
    const struct ladder *l = g->ladder;
    struct ladder_widths widest = ladder_measure(l);
    size_t longest =
        ladder_greater(widest.label + 2, ladder_greater(widest.words + 8, widest.head + 2));
    g->gap = ladder_greater(MIN_GAP, longest * CHARACTER);
    g->gutter = NUMBER + (widest.delta > 0 ? TIME : 0);
    g->width = 2 * MARGIN + g->gutter +
               ladder_greater(g->gap * ladder_greater(l->lanes, 1), widest.note * CHARACTER);
    g->height = 2 * MARGIN + HEAD + ROW * l->count;
}

static void print_peers(struct picture *g)
{
    const struct ladder *l = g->ladder;
    for (size_t i = 0; i < l->id_count; i++) {
        char name[ID_DIGITS + 1];
        const struct ladder_id *id = l->ids[i];
        if (id->lane == SIZE_MAX)
            continue;
        size_t x = x_of(g, id);
        reload_print(&g->p, "<line class=\"life\" x1=\"%zu\" y1=\"%d\" x2=\"%zu\" y2=\"%zu\"/>", x,
                     HEAD, x, g->height - MARGIN);
        reload_print_end_line(&g->p);
        ladder_name(id, name);
        print_svg_text(g, "peer", "middle", x, MARGIN + 16, name);
        print_svg_text(g, "faint", "middle", x, MARGIN + 34, id->address);
    }
}

/* The time of the first message, above the numbers. */
static void print_moment(struct picture *g)
{
    char text[RELOAD_TIME_SIZE];
    const struct ladder *l = g->ladder;
    if (l->count == 0 || !l->rows[0].timed)
        return;
    reload_time_fraction_text(l->rows[0].seconds, l->rows[0].nanoseconds, 6, text);
    print_svg_text(g, "faint", "start", MARGIN, MARGIN + 56, text);
}

reload_err ladder_write_svg(const struct ladder *ladder, reload_sink sink, void *arg)
{
    struct picture g = {.ladder = ladder};
    reload_printer_init(&g.p, 0, sink, arg);
    svg_measure(&g);
    reload_print(&g.p,
                 "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%zu\" "
                 "height=\"%zu\" viewBox=\"0 0 %zu %zu\">",
                 g.width, g.height, g.width, g.height);
    reload_print_end_line(&g.p);
    reload_print(&g.p, "<title>RELOAD messages: %zu between %zu peers</title>", ladder->count,
                 ladder->lanes);
    reload_print_end_line(&g.p);
    print_block(&g, style);
    reload_print(&g.p, "<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>");
    reload_print_end_line(&g.p);
    print_peers(&g);
    print_moment(&g);
    for (size_t i = 0; i < ladder->count; i++)
        print_svg_row(&g, &ladder->rows[i], HEAD + ROW * (i + 1));
    print_block(&g, "</svg>\n");
    return reload_printer_finish(&g.p);
}
