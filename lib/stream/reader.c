/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from an input of any form. */
#include "base/fault.h"
#include "json/json.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint8_t rl_byte_order_mark[3] = {0xef, 0xbb, 0xbf};

enum {
    MAX_BLANKS = 1 << 20 /* white space before binary octets */
};

struct reload_reader {
    reload_form form;
    bool specified; /* the caller specified the form */
    reload_source source;
    void *arg;
    reload_buf head; /* read to detect the form, then passed on */
    size_t head_pos;
    bool ended;
    rl_framer framer; /* of the input, or of one JSON value's octets */
    rl_hextext hex;
    rl_datagram datagram; /* of tcpdump's text */
    bool block_over;      /* the block of hex text has ended */
    rl_jsontext json;
    rl_json_feed *feed;  /* allocated for the first JSON */
    bool held;           /* the slice has not been read yet, */
    reload_err held_err; /* and came with this result */
    reload_buf octets;   /* of the JSON value */
    size_t octets_pos;
    bool in_value;     /* the framer reads a JSON value's octets */
    rl_json_meta meta; /* of the JSON value */
    rl_slice slice;
    reload_item item; /* the last one returned */
};

/* The reload_source of a reader that has none. */
static ptrdiff_t no_input(void *arg, uint8_t *octets, size_t size)
{
    (void)arg;
    (void)octets;
    (void)size;
    return 0;
}

reload_reader *reload_reader_new(void)
{
    reload_reader *r = calloc(1, sizeof *r);
    if (r != NULL)
        reload_reader_open(r, RELOAD_FORM_BINARY, no_input, NULL);
    return r;
}

void reload_reader_free(reload_reader **reader)
{
    if (reader == NULL || *reader == NULL)
        return;
    rl_framer_free(&(*reader)->framer);
    rl_jsontext_free(&(*reader)->json);
    rl_json_feed_free(&(*reader)->feed);
    reload_buf_free(&(*reader)->head);
    reload_buf_free(&(*reader)->octets);
    free(*reader);
    *reader = NULL;
}

size_t reload_reader_memory(const reload_reader *r)
{
    return sizeof *r + rl_framer_memory(&r->framer) + r->json.cap + r->head.cap + r->octets.cap;
}

/* A reload_source: head, then the caller's source. */
static ptrdiff_t pull_input(void *arg, uint8_t *octets, size_t size)
{
    reload_reader *r = arg;
    size_t left = r->head.len - r->head_pos;
    if (left == 0)
        return r->ended ? 0 : r->source(r->arg, octets, size);
    size_t n = left < size ? left : size;
    memcpy(octets, r->head.octets + r->head_pos, n);
    r->head_pos += n;
    return (ptrdiff_t)n;
}

/* The framer's sources (rl_pull). */
static ptrdiff_t pull_binary(void *arg, uint8_t *octets, size_t size, uint64_t *where)
{
    (void)where;
    return pull_input(arg, octets, size);
}

static ptrdiff_t pull_hex(void *arg, uint8_t *octets, size_t size, uint64_t *where)
{
    reload_reader *r = arg;
    int more = r->hex.over || r->hex.bad ? 0 : rl_hextext_decide(&r->hex);
    ptrdiff_t n =
        more <= 0 ? more
        : r->hex.layout == RL_LAYOUT_PACKETS
            ? rl_datagram_pull(&r->datagram, rl_hextext_pull, &r->hex, octets, size, where)
            : rl_hextext_pull(&r->hex, octets, size, where);
    r->framer.incomplete_dropped = r->hex.bad;
    return n;
}

static ptrdiff_t pull_value(void *arg, uint8_t *octets, size_t size, uint64_t *where)
{
    reload_reader *r = arg;
    size_t left = r->octets.len - r->octets_pos;
    size_t n = left < size ? left : size;
    (void)where;
    if (n > 0)
        memcpy(octets, r->octets.octets + r->octets_pos, n);
    r->octets_pos += n;
    return (ptrdiff_t)n;
}

/* The white space and byte order marks that octets begin with. *partial: the rest may be the first
 * octets of a mark. */
static size_t skip_blanks(const uint8_t *octets, size_t len, bool *partial)
{
    size_t i = 0, size = sizeof rl_byte_order_mark;
    for (;;) {
        size_t left = len - i;
        *partial = left < size && memcmp(octets + i, rl_byte_order_mark, left) == 0;
        if (left >= size && memcmp(octets + i, rl_byte_order_mark, size) == 0)
            i += size;
        else if (left > 0 && rl_jsontext_is_blank((char)octets[i]))
            i++;
        else
            return i;
    }
}

/* Detects a form by the octets after the white space; RELOAD_FORM_AUTO if more are needed. all:
 * these are all. */
static reload_form detect_form(const uint8_t *octets, size_t len, bool all)
{
    bool json = !RL_FAULT("input: JSON is detected"), brace = octets[0] == '{' || octets[0] == '[';
    if (brace && len == 1 && !all)
        return RELOAD_FORM_AUTO;
    if (brace && len > 1 && octets[1] == 0) /* UTF-16, which garbage names */
        return RELOAD_FORM_BINARY;
    if (json && (octets[0] == '[' || octets[0] == RL_RECORD_SEPARATOR))
        return RELOAD_FORM_JSON;
    rl_layout layout = rl_layout_of(octets, len, all);
    if (layout == RL_LAYOUT_MORE)
        return RELOAD_FORM_AUTO;
    if (layout != RL_LAYOUT_NONE)
        return RELOAD_FORM_HEX;
    return json && octets[0] == '{' ? RELOAD_FORM_JSON : RELOAD_FORM_BINARY;
}

static void open_input(reload_reader *r, reload_form form, reload_source source, void *arg)
{
    r->form = form;
    r->specified = form != RELOAD_FORM_AUTO;
    r->source = source;
    r->arg = arg;
    r->head_pos = 0;
    reload_buf_reset(&r->head);
    r->ended = false;
    r->in_value = false;
    r->block_over = false;
    r->held = false;
    r->slice = (rl_slice){0};
    rl_framer_open(&r->framer, pull_binary, r, false);
    if (form == RELOAD_FORM_BINARY) /* a datagram of a capture, mostly */
        return;
    bool base64 = form == RELOAD_FORM_BASE64;
    rl_hextext_open(&r->hex, base64 ? RL_LAYOUT_BASE64 : RL_LAYOUT_MORE, pull_input, r);
    rl_datagram_open(&r->datagram);
    rl_jsontext_open(&r->json, pull_input, r);
    if (form == RELOAD_FORM_HEX || base64)
        rl_framer_open(&r->framer, pull_hex, r, true);
}

void reload_reader_open(reload_reader *r, reload_form form, reload_source source, void *arg)
{
    r->framer.max_message = 0;
    open_input(r, form, source, arg);
}

reload_err reload_reader_open_with(reload_reader *r, const reload_reader_options *given,
                                   reload_source source, void *arg)
{
    reload_reader_options options;
    bool usable = rl_sized_copy(&options, sizeof options, given);
    if (!usable)
        source = no_input;
    r->framer.max_message = options.max_message;
    open_input(r, options.form, source, arg);
    return usable ? RELOAD_OK : RELOAD_ERR_ARGUMENT;
}

/* Drops the white space that head begins with, since only text begins with as much. */
static void drop_blanks(reload_reader *r, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        rl_jsontext_count(&r->json, (char)r->head.octets[i]);
        rl_chars_count(&r->hex.chars, r->head.octets[i]);
    }
    r->json.base += len;
    memmove(r->head.octets, r->head.octets + len, r->head.len - len);
    r->head.len -= len;
}

/* Detects the form of the input if the caller did not specify it. */
static reload_err decide_form(reload_reader *r)
{
    uint8_t octets[4096];
    size_t blanks = 0; /* that head begins with */
    bool partial;
    while (r->form == RELOAD_FORM_AUTO) {
        ptrdiff_t n = r->source(r->arg, octets, sizeof octets);
        if (n < 0)
            return RELOAD_ERR_READ;
        r->ended = n == 0;
        reload_buf_append(&r->head, octets, (size_t)n);
        if (r->head.err != RELOAD_OK)
            return RELOAD_ERR_MEMORY;
        if (r->head.len > 0)
            blanks += skip_blanks(r->head.octets + blanks, r->head.len - blanks, &partial);
        if (r->head.len > 0 && partial && !r->ended)
            continue;
        if (blanks > MAX_BLANKS) {
            drop_blanks(r, blanks);
            blanks = 0;
        }
        r->form = r->head.len == blanks
                      ? r->ended ? RELOAD_FORM_HEX : RELOAD_FORM_AUTO
                      : detect_form(r->head.octets + blanks, r->head.len - blanks, r->ended);
        if (r->form == RELOAD_FORM_BINARY && r->json.base > 0)
            r->form = RELOAD_FORM_HEX;
        if (r->form == RELOAD_FORM_HEX)
            rl_framer_open(&r->framer, pull_hex, r, true);
    }
    return RELOAD_OK;
}

/* Names the content of text that is not of the form that the caller specified. Only a fault in its
 * first characters shows that. Returns false if it is unknown. */
static bool name_text(const reload_reader *r, reload_item *item)
{
    enum { FIRST = 8 };
    const rl_chars *c = &r->hex.chars;
    const rl_jsontext *j = &r->json;
    bool json = r->form == RELOAD_FORM_JSON;
    bool whole = json ? j->base == 0 : c->offset == c->pos; /* the buffer has the first octet */
    return r->specified && whole && item->diag.offset < FIRST &&
           rl_name_content(json ? (const uint8_t *)j->text : c->text, json ? j->len : c->len,
                           r->form, true, &item->diag);
}

static reload_err next_hex(reload_reader *r, reload_item *item)
{
    for (;;) {
        if (r->block_over) {
            int more = rl_hextext_next(&r->hex);
            if (more <= 0)
                return more < 0 ? RELOAD_ERR_READ : RELOAD_OK;
            rl_framer_open(&r->framer, pull_hex, r, true);
            rl_datagram_open(&r->datagram);
            r->block_over = false;
        }
        reload_err err = rl_framer_next(&r->framer, item);
        if (err != RELOAD_OK || item->kind != RELOAD_ITEM_END)
            return err;
        r->block_over = true;
        if (r->hex.bad) {
            item->kind = RELOAD_ITEM_BAD;
            item->diag = r->hex.diag;
            item->offset = r->framer.dropped ? r->framer.dropped_at : item->diag.offset;
            item->extent = item->diag.offset + 1 - item->offset;
            if (!rl_framer_name_dump(r->framer.dropped_dump, &item->diag))
                (void)name_text(r, item);
            return RELOAD_OK;
        }
    }
}

/* A JSON value that is not a message. */
static void give_bad(reload_reader *r, reload_item *item, const reload_diag *diag)
{
    const rl_slice *s = &r->slice;
    rl_item_clear(item, RELOAD_ITEM_BAD);
    item->offset = s->offset;
    item->extent = s->extent;
    item->diag = *diag;
    item->diag.has_offset = true;
    item->diag.offset = s->offset;
    if (s->broken != NULL) {
        item->diag.line = s->broken_line;
        item->diag.column = s->broken_column;
    } else if (item->diag.line > 0) {
        if (item->diag.line == 1)
            item->diag.column += s->column - 1;
        item->diag.line += s->line - 1;
    }
}

static reload_err next_slice(reload_reader *r)
{
    if (r->feed == NULL && (r->feed = rl_json_feed_new()) == NULL)
        return RELOAD_ERR_MEMORY;
    if (r->held) {
        r->held = false;
        return r->held_err;
    }
    reload_buf_reset(&r->octets);
    r->octets_pos = 0;
    return rl_jsontext_next(&r->json, &r->slice, r->feed, &r->octets);
}

/* Broken text. Consecutive faults of the same kind are one item. */
static reload_err give_broken(reload_reader *r, reload_item *item)
{
    reload_diag diag;
    const char *why = r->slice.broken;
    uint64_t count = 1;
    (void)rl_fail(&diag, r->slice.too_long ? RELOAD_ERR_TOO_LONG : RELOAD_ERR_SYNTAX, "%s", why);
    give_bad(r, item, &diag);
    bool named = name_text(r, item);
    if (r->slice.too_long)
        return RELOAD_OK;
    while ((r->held_err = next_slice(r)) == RELOAD_OK && r->slice.broken == why &&
           !RL_FAULT("input: a run of one fault is one item"))
        count++;
    r->held = true;
    if (count > 1 && !named)
        (void)snprintf(item->diag.text, sizeof item->diag.text, "%s (%" PRIu64 " times)", why,
                       count);
    return RELOAD_OK;
}

/* The octets of a whole value, or its fault. */
static reload_err read_value(reload_reader *r, reload_item *item)
{
    reload_diag diag;
    reload_err err = rl_json_feed_end(r->feed, &r->meta, &diag);
    if (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_CRYPTO)
        return err;
    r->in_value = err == RELOAD_OK;
    if (r->in_value)
        rl_framer_open(&r->framer, pull_value, r, false);
    else
        give_bad(r, item, &diag);
    return RELOAD_OK;
}

static reload_err next_json(reload_reader *r, reload_item *item)
{
    for (;;) {
        reload_err err;
        if (r->in_value) {
            err = rl_framer_next(&r->framer, item);
            item->offset = item->diag.offset = r->slice.offset;
            item->extent = r->slice.extent;
            item->captured = r->meta.captured;
            item->source = r->meta.source;
            item->destination = r->meta.destination;
            item->transport = r->meta.transport;
            if (err != RELOAD_OK || item->kind != RELOAD_ITEM_END)
                return err;
            r->in_value = false;
        }
        rl_item_clear(item, RELOAD_ITEM_END);
        err = next_slice(r);
        if (err != RELOAD_OK || !r->slice.there)
            return err;
        if (r->slice.broken != NULL)
            return give_broken(r, item);
        err = read_value(r, item);
        if (err != RELOAD_OK || !r->in_value)
            return err;
    }
}

static reload_err next_item(reload_reader *r, reload_item *item)
{
    reload_err err = decide_form(r);
    if (err != RELOAD_OK)
        return err;
    if (r->form == RELOAD_FORM_JSON)
        return next_json(r, item);
    if (r->form == RELOAD_FORM_HEX || r->form == RELOAD_FORM_BASE64)
        return next_hex(r, item);
    return rl_framer_next(&r->framer, item);
}

reload_err reload_reader_next(reload_reader *r, const reload_item **item)
{
    rl_item_clear(&r->item, RELOAD_ITEM_END);
    reload_err err = next_item(r, &r->item);
    if (err != RELOAD_OK)
        rl_item_clear(&r->item, RELOAD_ITEM_END);
    r->item.form = r->form;
    *item = &r->item;
    return err;
}

bool reload_header_is_plausible(const uint8_t header[RELOAD_HEADER_SIZE])
{
    return rl_is_plausible(header);
}

reload_err reload_item_parse(const reload_item *item, reload_msg *msg, reload_diag *diag)
{
    if (item->kind != RELOAD_ITEM_MESSAGE)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "the item is not a message");
    reload_err err = reload_msg_parse(msg, item->octets, item->len, diag);
    if (err == RELOAD_OK && item->diag.code != RELOAD_OK)
        rl_msg_fault(msg, &item->diag);
    return err;
}
