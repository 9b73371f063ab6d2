/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture to messages, with limits of memory. The items do not depend on how the file is read,
 * and memory is bounded. The first octets choose how the rest becomes a file. */
#include "fuzz.h"

#include "capture/internal.h"

#include <string.h>

struct options {
    uint8_t mode; /* the file itself; packets; segments of TCP */
    uint8_t link, step, limit, max_message;
};
enum { MODE_FILE, MODE_PACKETS, MODE_SEGMENTS, MODES };

/* ---- Files from octets ---- */

static void put_le(reload_buf *buf, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t octet = (uint8_t)(value >> 8 * i);
        reload_buf_append(buf, &octet, 1);
    }
}

static void begin_file(reload_buf *file, uint32_t link)
{
    put_le(file, 0xa1b2c3d4, 4);
    put_le(file, 0x00040002, 4);
    put_le(file, 0, 8);
    put_le(file, 262144, 4);
    put_le(file, link, 4);
}

static void put_packet(reload_buf *file, uint32_t seconds, const uint8_t *head, size_t head_len,
                       const uint8_t *octets, size_t len, size_t cut)
{
    put_le(file, seconds, 4);
    put_le(file, 0, 4);
    put_le(file, (uint32_t)(head_len + len), 4);
    put_le(file, (uint32_t)(head_len + len + cut), 4);
    reload_buf_append(file, head, head_len);
    reload_buf_append(file, octets, len);
}

/* Each packet: seconds since the last, octets cut off, its length, its octets */
static void make_packets(reload_buf *file, uint8_t link, const uint8_t *octets, size_t len)
{
    static const uint32_t links[] = {1, 101, 113, 276, 0, 108, 228, 229};
    uint32_t now = 1;
    begin_file(file, links[link % (sizeof links / sizeof links[0])]);
    while (len >= 4) {
        size_t size = octets[2] | (size_t)octets[3] << 8;
        size = size < len - 4 ? size : len - 4;
        now += octets[0];
        put_packet(file, now, NULL, 0, octets + 4, size, octets[1]);
        octets += 4 + size;
        len -= 4 + size;
    }
}

/* Each segment: flags, direction and port; a distance; octets cut off; its length; its octets */
static void make_segments(reload_buf *file, const uint8_t *octets, size_t len)
{
    begin_file(file, 101);
    for (uint32_t now = 1; len >= 6; now++) {
        size_t size = octets[4] | (size_t)octets[5] << 8;
        size = size < len - 6 ? size : len - 6;
        bool back = (octets[0] & 0x80) != 0;
        uint8_t head[40] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2};
        uint8_t *tcp = head + 20;
        head[back ? 15 : 19] = 1;
        head[back ? 19 : 15] = 2;
        tcp[back ? 3 : 1] = (octets[0] & 0x60) >> 5;
        tcp[back ? 10 : 6] = octets[2];
        tcp[back ? 11 : 7] = octets[1];
        tcp[12] = 0x50;
        tcp[13] = (octets[0] & 0x07) | 0x10;
        put_packet(file, now, head, sizeof head, octets + 6, size, octets[3]);
        octets += 6 + size;
        len -= 6 + size;
    }
}

/* ---- Reading ---- */

static reload_msg *msg;

/* Appends an item's facts, as JSON and as a line. */
static void describe(const struct capture_item *it, uint64_t index, reload_buf *text)
{
    const reload_origin origin = {.size = sizeof origin,
                                  .file = it->file,
                                  .offset = it->item.offset,
                                  .index = index,
                                  .captured = it->item.captured,
                                  .capture = &it->facts};
    const reload_item *item = &it->item;
    if (item->kind == RELOAD_ITEM_MESSAGE) {
        MUST(reload_item_parse(item, msg, NULL) == RELOAD_OK);
        MUST(reload_json_write(msg, &origin, 0, fuzz_to_buf, text) == RELOAD_OK);
        MUST(reload_line_write(msg, &origin, 0, fuzz_to_buf, text) == RELOAD_OK);
        return;
    }
    MUST(item->kind == RELOAD_ITEM_GARBAGE);
    MUST(reload_json_write_garbage(item->octets, item->len, item->diag.text, &origin, 0,
                                   fuzz_to_buf, text) == RELOAD_OK);
}

static void check_item(const struct capture *c, const struct capture_item *it)
{
    MUST(it->file != NULL && it->facts.frame_count > 0);
    for (size_t i = 0; i < it->facts.frame_count; i++)
        MUST(it->facts.frames[i] <= c->counts.packets &&
             (i == 0 || it->facts.frames[i] > it->facts.frames[i - 1]));
    MUST(!it->facts.incomplete || it->item.diag.code != RELOAD_OK);
}

/* One packet, and the octets that a reader reads ahead, may exceed the limit. */
static void check_memory(const struct capture *c)
{
    MUST(c->memory + c->sets.memory <= c->options.total_limit + (1 << 20));
    MUST(c->flow_count > 0 || c->due != NULL || c->kept.count > 0 || c->kept.passed != NULL ||
         c->memory == 0);
    MUST(c->sets.count > 0 || c->sets.memory == 0);
}

static void read_all(struct capture *c, reload_buf *text, uint64_t *index)
{
    const struct capture_item *it = NULL;
    reload_diag diag;
    while (capture_next(c, &it, &diag) == RELOAD_OK && it != NULL) {
        check_item(c, it);
        check_memory(c);
        describe(it, ++*index, text);
    }
}

static void read_file(const struct options *o, size_t step, const reload_buf *file,
                      reload_buf *text)
{
    const struct capture_options options = {.max_message = o->max_message,
                                            .flow_limit = (uint64_t)1 << (8 + o->limit % 16),
                                            .total_limit = (uint64_t)1 << (12 + o->limit % 16)};
    struct fuzz_source source = {file->octets, file->len, step};
    struct capture *c = capture_new(&options, NULL, NULL);
    uint64_t index = 0;
    reload_diag diag;
    MUST(c != NULL);
    if (capture_open(c, "a", fuzz_pull, &source, &diag) == RELOAD_OK)
        read_all(c, text, &index);
    capture_finish(c);
    read_all(c, text, &index);
    MUST(index == c->counts.messages + c->counts.garbage);
    MUST(c->memory == 0 && c->sets.memory == 0 && c->flow_count == 0);
    capture_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options o;
    reload_buf file = {0}, text = {0}, again = {0};
    if (size < sizeof o)
        return 0;
    memcpy(&o, data, sizeof o);
    data += sizeof o;
    size -= sizeof o;
    if (msg == NULL)
        msg = reload_msg_new();
    MUST(msg != NULL);
    if (o.mode % MODES == MODE_PACKETS)
        make_packets(&file, o.link, data, size);
    else if (o.mode % MODES == MODE_SEGMENTS)
        make_segments(&file, data, size);
    else
        reload_buf_append(&file, data, size);
    read_file(&o, 0, &file, &text);
    read_file(&o, 1 + o.step, &file, &again);
    MUST(text.len == again.len &&
         (text.len == 0 || memcmp(text.octets, again.octets, text.len) == 0));
    reload_buf_free(&file);
    reload_buf_free(&text);
    reload_buf_free(&again);
    return 0;
}
