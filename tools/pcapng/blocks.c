/* SPDX-License-Identifier: BSD-2-Clause */
/* The blocks of a pcapng file, in little-endian order. */
#include "pcapng/pcapng.h"

#include <string.h>

enum {
    SECTION = 0x0a0d0d0a,
    INTERFACE = 1,
    PACKET = 6,
    BYTE_ORDER = 0x1a2b3c4d,
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_APPLICATION = 4,
    OPTION_NAME = 2,
    OPTION_DESCRIPTION = 3,
    OPTION_TSRESOL = 9,
    OPTION_TSOFFSET = 14,
    OPTION_MAX = 65535,
    MICROSECONDS = 6
};

static const uint8_t zeros[4];

static void put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, (uint16_t)value);
    put16(p + 2, (uint16_t)(value >> 16));
}

static size_t padding(size_t len)
{
    return (4 - len % 4) % 4;
}

static void add_option(reload_buf *options, uint16_t code, const void *value, size_t len)
{
    uint8_t head[4];
    put16(head, code);
    put16(head + 2, (uint16_t)len);
    reload_buf_append(options, head, sizeof head);
    if (len > 0)
        reload_buf_append(options, value, len);
    reload_buf_append(options, zeros, padding(len));
}

/* Cuts text so that no character is cut. */
static size_t cut_text(const uint8_t *text, size_t len)
{
    if (len <= OPTION_MAX)
        return len;
    len = OPTION_MAX;
    while (len > 0 && (text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

void pcapng_add_comment(reload_buf *options, const uint8_t *text, size_t len)
{
    add_option(options, OPTION_COMMENT, text, cut_text(text, len));
}

/* ---- Blocks ---- */

static reload_err block_put(reload_sink sink, void *arg, const void *octets, size_t len)
{
    return len == 0 || sink(arg, octets, len) == 0 ? RELOAD_OK : RELOAD_ERR_WRITE;
}

/* A block of a head, octets that are padded, and options, which end with OPTION_END. */
static reload_err write_block(uint32_t type, const uint8_t *head, size_t head_len,
                              reload_span octets, const reload_buf *options, reload_sink sink,
                              void *arg)
{
    enum { FRAME = 12 };
    uint8_t begin[8], length[4], end[4] = {OPTION_END};
    size_t options_len = options == NULL || options->len == 0 ? 0 : options->len + sizeof end;
    size_t total = FRAME + head_len + octets.len + padding(octets.len) + options_len;
    if (total > UINT32_MAX || (options != NULL && options->err != RELOAD_OK))
        return RELOAD_ERR_MEMORY;
    put32(begin, type);
    put32(begin + 4, (uint32_t)total);
    put32(length, (uint32_t)total);
    reload_err err = block_put(sink, arg, begin, sizeof begin);
    if (err == RELOAD_OK)
        err = block_put(sink, arg, head, head_len);
    if (err == RELOAD_OK)
        err = block_put(sink, arg, octets.octets, octets.len);
    if (err == RELOAD_OK)
        err = block_put(sink, arg, zeros, padding(octets.len));
    if (err == RELOAD_OK && options_len > 0)
        err = block_put(sink, arg, options->octets, options->len);
    if (err == RELOAD_OK && options_len > 0)
        err = block_put(sink, arg, end, sizeof end);
    return err == RELOAD_OK ? block_put(sink, arg, length, sizeof length) : err;
}

reload_err pcapng_write_section(const char *application, reload_sink sink, void *arg)
{
    uint8_t head[16];
    reload_buf options = {0};
    put32(head, BYTE_ORDER);
    put16(head + 4, 1);
    put16(head + 6, 0);
    memset(head + 8, 0xff, 8); /* the section's length is not stated */
    add_option(&options, OPTION_APPLICATION, application, strlen(application));
    reload_err err =
        write_block(SECTION, head, sizeof head, (reload_span){NULL, 0}, &options, sink, arg);
    reload_buf_free(&options);
    return err;
}

reload_err pcapng_write_interface(const struct pcapng_interface *interface, reload_sink sink,
                                  void *arg)
{
    uint8_t head[8] = {0}, offset[8]; /* head: link type, reserved, no limit of a packet's size */
    reload_buf options = {0};
    put16(head, interface->link);
    if (interface->name.len > 0)
        add_option(&options, OPTION_NAME, interface->name.octets, interface->name.len);
    if (interface->description.len > 0)
        add_option(&options, OPTION_DESCRIPTION, interface->description.octets,
                   interface->description.len);
    if (interface->resolution != MICROSECONDS)
        add_option(&options, OPTION_TSRESOL, &interface->resolution, 1);
    put32(offset, (uint32_t)interface->offset);
    put32(offset + 4, (uint32_t)((uint64_t)interface->offset >> 32));
    if (interface->offset != 0)
        add_option(&options, OPTION_TSOFFSET, offset, sizeof offset);
    reload_err err =
        write_block(INTERFACE, head, sizeof head, (reload_span){NULL, 0}, &options, sink, arg);
    reload_buf_free(&options);
    return err;
}

reload_err pcapng_write_packet(const struct pcapng_packet *packet, reload_sink sink, void *arg)
{
    uint8_t head[20];
    put32(head, packet->interface);
    put32(head + 4, (uint32_t)(packet->time >> 32));
    put32(head + 8, (uint32_t)packet->time);
    put32(head + 12, packet->len);
    put32(head + 16, packet->sent);
    return write_block(PACKET, head, sizeof head, (reload_span){packet->octets, packet->len},
                       packet->options, sink, arg);
}
