/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a comparison: pairing attributes, and printing differences. */
#ifndef RELOAD_DUMP_DIFF_H
#define RELOAD_DUMP_DIFF_H

#include "dump/dump.h"

enum { DIFF_OLD = 0, DIFF_NEW = 1 };

/* ---- Alignment ---- */

/* A member of a message or composite. */
struct diff_item {
    uint32_t attr;
    uint32_t key; /* a hash of its octets */
    uint16_t type;
};

/* The members of one message or composite on each side, and for each old one the index of the new
 * one that corresponds, or RELOAD_NO_ATTR. */
struct diff_items {
    struct diff_item *item[2];
    size_t count[2];
    uint32_t *match;
};

/* Lists the members of an attribute of each message (RELOAD_NO_ATTR: of the message), and aligns
 * them: members with equal octets correspond, and between these, members of equal type. In long
 * runs with many differences, fewer members correspond. RELOAD_ERR_MEMORY. Free items after
 * failures too. */
reload_err diff_align(const reload_msg *const msg[2], const uint32_t parent[2],
                      struct diff_items *items);
void diff_items_free(struct diff_items *items);

/* The octets of an attribute from its type to its padding. */
reload_span diff_attr_octets(const reload_msg *msg, uint32_t i);

/* ---- Printing ---- */

/* Two messages that are compared: the outermost, or those in two APPLICATION.BODYs. */
struct diff_pair {
    const reload_msg *msg[2];
    const struct diff_pair *outer; /* NULL: none */
    uint32_t attr[2];              /* the APPLICATION.BODYs in the outer messages */
    unsigned tunnel;               /* number of outer messages */
};

struct diff_printer {
    reload_printer out;
    const diff_side *side[2];
    bool titled; /* the titles are printed */
};

/* Prints the titles, unless they are printed. */
void diff_print_titles(struct diff_printer *p);
/* The line above a difference: "@ pointer  name". attr: the attribute on each side, RELOAD_NO_ATTR
 * for the message; tail and name are appended to the pointers and to the names. */
void diff_print_place(struct diff_printer *p, const struct diff_pair *pair, const uint32_t attr[2],
                      const char *tail, const char *name);
/* Begins a line with "-" or "+". */
void diff_begin_line(struct diff_printer *p, int side);
void diff_end_line(struct diff_printer *p);
/* The value of an attribute that is not shown by its members. from: the first octet that differs
 * from the other side. */
void diff_print_value(struct diff_printer *p, const reload_msg *msg, uint32_t i, size_t from);
/* Two lines with octets. flaws: of unreadable octets, or RELOAD_FLAW_NONE; NULL: none. */
void diff_print_octets(struct diff_printer *p, const reload_span octets[2],
                       const reload_flaw *flaws);
/* An attribute that only one side has, with its members. */
void diff_print_only(struct diff_printer *p, const struct diff_pair *pair, int side, uint32_t i);

/* The number of octets at the beginning that are equal. */
size_t diff_common(reload_span a, reload_span b);

#endif
