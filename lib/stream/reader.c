/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from an input of any form. */
#include "json/json.h"
#include "stream/stream.h"

#include <stdlib.h>
#include <string.h>

const uint8_t rl_byte_order_mark[3] = {0xef, 0xbb, 0xbf};

struct reload_reader {
    reload_form form;
    reload_source source;
    void *arg;
    uint8_t head[4096]; /* read to detect the form, then passed on */
    size_t head_pos, head_len;
    bool ended;
    rl_framer framer; /* of the input, or of one JSON value's octets */
    rl_hextext hex;
    bool block_over; /* the block of hex text has ended */
    rl_jsontext json;
    reload_buf octets; /* of the JSON value */
    size_t octets_pos;
    bool in_value;    /* the framer reads a JSON value's octets */
    int64_t captured; /* the JSON value's capture time */
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
    reload_buf_free(&(*reader)->octets);
    free(*reader);
    *reader = NULL;
}

/* A reload_source: head, then the caller's source. */
static ptrdiff_t pull_input(void *arg, uint8_t *octets, size_t size)
{
    reload_reader *r = arg;
    size_t left = r->head_len - r->head_pos;
    if (left == 0)
        return r->ended ? 0 : r->source(r->arg, octets, size);
    size_t n = left < size ? left : size;
    memcpy(octets, r->head + r->head_pos, n);
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
    ptrdiff_t n = rl_hextext_pull(&r->hex, octets, size, where);
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

/* Detects a form by its first octets; RELOAD_FORM_AUTO if more are needed. all: these are all. */
static reload_form detect_form(const uint8_t *octets, size_t len, bool all)
{
    size_t i = 0, digits = 0;
    if (len >= sizeof rl_byte_order_mark &&
        memcmp(octets, rl_byte_order_mark, sizeof rl_byte_order_mark) == 0)
        i = sizeof rl_byte_order_mark;
    for (; i < len && digits < 8; i++) {
        uint8_t c = octets[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (digits == 0 && (c == '{' || c == '['))
            return RELOAD_FORM_JSON;
        if (rl_hex_digit(c) < 0)
            return len < sizeof rl_byte_order_mark && !all &&
                           memcmp(octets, rl_byte_order_mark, len) == 0
                       ? RELOAD_FORM_AUTO
                       : RELOAD_FORM_BINARY;
        digits++;
    }
    return digits == 8 || all ? RELOAD_FORM_HEX : RELOAD_FORM_AUTO;
}

void reload_reader_open(reload_reader *r, reload_form form, reload_source source, void *arg)
{
    r->form = form;
    r->source = source;
    r->arg = arg;
    r->head_pos = r->head_len = 0;
    r->ended = false;
    r->in_value = false;
    r->block_over = false;
    r->slice = (rl_slice){0};
    rl_framer_open(&r->framer, pull_binary, r, false);
    rl_hextext_open(&r->hex, pull_input, r);
    rl_jsontext_open(&r->json, pull_input, r);
    if (form == RELOAD_FORM_HEX)
        rl_framer_open(&r->framer, pull_hex, r, true);
}

/* Detects the form of the input if the caller did not specify it. */
static reload_err decide_form(reload_reader *r)
{
    while (r->form == RELOAD_FORM_AUTO) {
        bool full = r->head_len == sizeof r->head;
        ptrdiff_t n =
            full ? 0 : r->source(r->arg, r->head + r->head_len, sizeof r->head - r->head_len);
        if (n < 0)
            return RELOAD_ERR_READ;
        r->head_len += (size_t)n;
        r->ended = n == 0 && !full;
        r->form = detect_form(r->head, r->head_len, n == 0);
        if (r->form == RELOAD_FORM_HEX)
            rl_framer_open(&r->framer, pull_hex, r, true);
    }
    return RELOAD_OK;
}

static reload_err next_hex(reload_reader *r, reload_item *item)
{
    for (;;) {
        if (r->block_over) {
            int more = rl_hextext_next(&r->hex);
            if (more <= 0)
                return more < 0 ? RELOAD_ERR_READ : RELOAD_OK;
            rl_framer_open(&r->framer, pull_hex, r, true);
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
            return RELOAD_OK;
        }
    }
}

/* A JSON value that is not a message. */
static void give_bad(reload_reader *r, reload_item *item, const reload_diag *diag)
{
    const rl_slice *s = &r->slice;
    *item = (reload_item){.kind = RELOAD_ITEM_BAD, .offset = s->offset, .diag = *diag};
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

static reload_err next_json(reload_reader *r, reload_item *item)
{
    for (;;) {
        if (r->in_value) {
            reload_err err = rl_framer_next(&r->framer, item);
            item->offset = item->diag.offset = r->slice.offset;
            item->captured = r->captured;
            if (err != RELOAD_OK || item->kind != RELOAD_ITEM_END)
                return err;
            r->in_value = false;
        }
        reload_diag diag;
        reload_err err = rl_jsontext_next(&r->json, &r->slice);
        *item = (reload_item){.kind = RELOAD_ITEM_END};
        if (err != RELOAD_OK || r->slice.text == NULL)
            return err;
        reload_buf_reset(&r->octets);
        r->octets_pos = 0;
        if (r->slice.broken == NULL)
            err =
                rl_json_read_captured(r->slice.text, r->slice.len, &r->octets, &r->captured, &diag);
        else
            err = rl_fail(&diag, RELOAD_ERR_SYNTAX, "%s", r->slice.broken);
        if (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_CRYPTO)
            return err;
        if (err != RELOAD_OK) {
            give_bad(r, item, &diag);
            return RELOAD_OK;
        }
        rl_framer_open(&r->framer, pull_value, r, false);
        r->in_value = true;
    }
}

static reload_err next_item(reload_reader *r, reload_item *item)
{
    reload_err err = decide_form(r);
    if (err != RELOAD_OK)
        return err;
    if (r->form == RELOAD_FORM_JSON)
        return next_json(r, item);
    if (r->form == RELOAD_FORM_HEX)
        return next_hex(r, item);
    return rl_framer_next(&r->framer, item);
}

reload_err reload_reader_next(reload_reader *r, const reload_item **item)
{
    r->item = (reload_item){.kind = RELOAD_ITEM_END};
    reload_err err = next_item(r, &r->item);
    if (err != RELOAD_OK)
        r->item = (reload_item){.kind = RELOAD_ITEM_END};
    r->item.form = r->form;
    *item = &r->item;
    return err;
}
