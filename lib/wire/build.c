/* SPDX-License-Identifier: BSD-2-Clause */
/* Building: a message appended to a buffer, attribute by attribute. */
#include "wire/wire.h"

#include <string.h>

static void build_fail(reload_builder *b, reload_err err)
{
    if (b->buf->err == RELOAD_OK)
        b->buf->err = err;
}

void reload_build_begin(reload_builder *b, reload_buf *buf, const uint8_t *header)
{
    uint8_t initial[RELOAD_HEADER_SIZE];
    *b = (reload_builder){.buf = buf, .start = buf->len};
    if (header == NULL) {
        rl_header_initial(initial);
        header = initial;
    }
    reload_buf_append(buf, header, RELOAD_HEADER_SIZE);
}

void reload_build_field(reload_builder *b, reload_field field, uint32_t value)
{
    if (b->buf->err == RELOAD_OK && !rl_field_set(b->buf->octets + b->start, field, value))
        build_fail(b, RELOAD_ERR_VALUE);
}

void reload_build_field_octets(reload_builder *b, reload_field field, const uint8_t *octets)
{
    const reload_field_def *def = reload_field_def_of(field);
    if (def == NULL || def->bit % 8 != 0 || def->width % 8 != 0)
        build_fail(b, RELOAD_ERR_VALUE);
    else if (b->buf->err == RELOAD_OK)
        memcpy(b->buf->octets + b->start + def->bit / 8, octets, def->width / 8u);
}

/* Appends an attribute's head, with Length still 0. Returns its position. */
static size_t append_head(reload_builder *b, uint16_t type)
{
    uint8_t octets[RL_HEAD] = {0};
    size_t at = b->buf->len;
    rl_put16(octets, type);
    reload_buf_append(b->buf, octets, sizeof octets);
    return at;
}

/* Sets the Length of the attribute at position at, whose value is complete, and pads it. */
static void finish_attr(reload_builder *b, size_t at)
{
    static const uint8_t zeros[3];
    if (b->buf->err != RELOAD_OK)
        return;
    size_t len = b->buf->len - at - RL_HEAD;
    if (len > RL_MAX_VALUE) {
        build_fail(b, RELOAD_ERR_TOO_LONG);
        return;
    }
    rl_put16(b->buf->octets + at + 2, (uint32_t)len);
    reload_buf_append(b->buf, zeros, rl_padding(len));
}

void reload_build_open(reload_builder *b, uint16_t type)
{
    if (b->depth >= RELOAD_MAX_DEPTH) {
        build_fail(b, RELOAD_ERR_VALUE);
        return;
    }
    b->open[b->depth++] = append_head(b, type);
}

void reload_build_close(reload_builder *b)
{
    if (b->depth == 0)
        build_fail(b, RELOAD_ERR_ARGUMENT);
    else
        finish_attr(b, b->open[--b->depth]);
}

void reload_build_octets(reload_builder *b, uint16_t type, const uint8_t *octets, size_t len)
{
    size_t at = append_head(b, type);
    reload_buf_append(b->buf, octets, len);
    finish_attr(b, at);
}

void reload_build_value(reload_builder *b, uint16_t type, const reload_value *value)
{
    if (value->kind == RELOAD_KIND_COMPOSITE) {
        build_fail(b, RELOAD_ERR_ARGUMENT);
        return;
    }
    size_t at = append_head(b, type);
    rl_kind_encode(value, b->buf);
    finish_attr(b, at);
}

void reload_build_raw(reload_builder *b, const uint8_t *octets, size_t len)
{
    reload_buf_append(b->buf, octets, len);
}

reload_err reload_build_end(reload_builder *b)
{
    if (b->depth != 0)
        build_fail(b, RELOAD_ERR_ARGUMENT);
    if (b->buf->err != RELOAD_OK)
        return b->buf->err;
    size_t length = b->buf->len - b->start - RELOAD_HEADER_SIZE;
    if (length > RELOAD_MAX_LENGTH)
        build_fail(b, RELOAD_ERR_TOO_LONG);
    else
        reload_build_field(b, RELOAD_F_LENGTH, (uint32_t)length);
    return b->buf->err;
}
