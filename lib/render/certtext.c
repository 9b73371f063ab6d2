/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of certificates, kept from message to message: the same ones recur, and reading one
 * takes longer than all other lines of a message. */
#include "render/certtext.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 64, MAX_KEPT = 8 * 1024 /* octets of a certificate, and of its lines */ };

/* A certificate's lines, and all that they depend on */
struct entry {
    reload_buf der;
    reload_buf lines;
    size_t column;
    unsigned indent, depth, flags;
};

struct reload_text_cache {
    struct entry entries[ENTRIES];
};

reload_text_cache *reload_text_cache_new(void)
{
    return calloc(1, sizeof(reload_text_cache));
}

void reload_text_cache_free(reload_text_cache **cache)
{
    if (cache == NULL || *cache == NULL)
        return;
    for (size_t i = 0; i < ENTRIES; i++) {
        reload_buf_free(&(*cache)->entries[i].der);
        reload_buf_free(&(*cache)->entries[i].lines);
    }
    free(*cache);
    *cache = NULL;
}

/* The place of a certificate, by the last octets of its signature. Its octets are compared. */
static struct entry *entry_of(reload_text_cache *cache, const uint8_t *octets, size_t len)
{
    uint32_t number = len < sizeof number ? 0 : rl_get32(octets + len - sizeof number);
    return &cache->entries[number % ENTRIES];
}

static bool entry_fits(const struct entry *e, const reload_printer *p, unsigned depth,
                       const uint8_t *octets, size_t len)
{
    return e->lines.len > 0 && e->column == p->column && e->indent == p->indent &&
           e->depth == depth && e->flags == p->flags && e->der.len == len &&
           memcmp(e->der.octets, octets, len) == 0;
}

static int append_lines(void *arg, const void *octets, size_t len)
{
    reload_buf *lines = arg;
    reload_buf_append(lines, octets, len);
    return lines->err == RELOAD_OK ? 0 : -1;
}

/* Prints a certificate's lines into an entry. It stays empty after a failure. */
static void print_entry(struct entry *e, reload_printer *p, unsigned depth, const uint8_t *octets,
                        size_t len)
{
    reload_sink sink = p->sink;
    void *arg = p->arg;
    reload_buf_reset(&e->der);
    reload_buf_reset(&e->lines);
    reload_buf_append(&e->der, octets, len);
    e->column = p->column;
    e->indent = p->indent;
    e->depth = depth;
    e->flags = p->flags;
    p->sink = append_lines;
    p->arg = &e->lines;
    reload_print_cert(p, depth, octets, len);
    p->sink = sink;
    p->arg = arg;
    if (e->der.err != RELOAD_OK)
        reload_printer_fail(p, e->der.err);
    else if (e->lines.err != RELOAD_OK)
        p->err = e->lines.err; /* not of the caller's sink */
    if (p->err != RELOAD_OK)
        reload_buf_reset(&e->lines);
}

void rl_print_cert(reload_printer *p, reload_text_cache *cache, unsigned depth,
                   const uint8_t *octets, size_t len)
{
    if (cache == NULL || len > MAX_KEPT || len == 0 || p->err != RELOAD_OK) {
        reload_print_cert(p, depth, octets, len);
        return;
    }
    struct entry *e = entry_of(cache, octets, len);
    if (!entry_fits(e, p, depth, octets, len))
        print_entry(e, p, depth, octets, len);
    if (p->err == RELOAD_OK && p->sink(p->arg, e->lines.octets, e->lines.len) != 0)
        p->err = RELOAD_ERR_WRITE;
    if (e->lines.len > MAX_KEPT) /* of many names, or deeply indented */
        reload_buf_free(&e->lines);
}
