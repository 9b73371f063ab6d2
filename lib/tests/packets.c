/* SPDX-License-Identifier: BSD-2-Clause */
#include "packets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Packets ---- */

static void put16(reload_buf *buf, size_t value)
{
    const uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    reload_buf_append(buf, octets, sizeof octets);
}

static void put32(reload_buf *buf, size_t value)
{
    put16(buf, value >> 16 & 0xffff);
    put16(buf, value & 0xffff);
}

static void put_inner(reload_buf *buf, reload_buf *inner)
{
    reload_buf_append(buf, inner->octets, inner->len);
    reload_buf_free(inner);
}

reload_buf test_octets(const void *octets, size_t len)
{
    reload_buf buf = {0};
    reload_buf_append(&buf, octets, len);
    return buf;
}

reload_buf test_packet(const char *hex, reload_buf inner)
{
    reload_buf buf = {0};
    test_hex(&buf, hex);
    put_inner(&buf, &inner);
    return buf;
}

reload_buf test_udp(reload_buf payload)
{
    reload_buf buf = {0};
    put16(&buf, 5060);
    put16(&buf, 6084);
    put16(&buf, payload.len + 8);
    put16(&buf, 0);
    put_inner(&buf, &payload);
    return buf;
}

static reload_buf tcp_head(uint16_t source, uint16_t destination, uint32_t seq, uint32_t ack,
                           unsigned flags)
{
    reload_buf buf = {0};
    put16(&buf, source);
    put16(&buf, destination);
    put32(&buf, seq);
    put32(&buf, ack);
    put16(&buf, 0x5000 | flags);
    put16(&buf, 0xffff);
    put32(&buf, 0);
    return buf;
}

reload_buf test_tcp(uint32_t seq, unsigned flags, reload_buf payload)
{
    reload_buf buf = tcp_head(5060, 6084, seq, 0, flags);
    put_inner(&buf, &payload);
    return buf;
}

static reload_buf ipv4(unsigned protocol, unsigned id, unsigned fragment, bool back,
                       reload_buf payload)
{
    reload_buf buf = {0};
    put16(&buf, 0x4500);
    put16(&buf, payload.len + 20);
    put16(&buf, id);
    put16(&buf, fragment);
    put16(&buf, 64u << 8 | protocol);
    put16(&buf, 0);
    put32(&buf, back ? 0x0a000002 : 0x0a000001);
    put32(&buf, back ? 0x0a000001 : 0x0a000002);
    put_inner(&buf, &payload);
    return buf;
}

reload_buf test_tcp_ack(uint32_t ack)
{
    return ipv4(6, 1, 0, true, tcp_head(6084, 5060, 1, ack, TEST_ACK));
}

reload_buf test_ipv4(unsigned protocol, reload_buf payload)
{
    return ipv4(protocol, 1, 0, false, payload);
}

reload_buf test_fragment(unsigned protocol, const reload_buf *whole, size_t from, size_t len,
                         unsigned id)
{
    unsigned more = from + len < whole->len ? 0x2000 : 0;
    return ipv4(protocol, id, more | (unsigned)(from / 8), false,
                test_octets(whole->octets + from, len));
}

reload_buf test_ipv6(unsigned next, reload_buf payload)
{
    reload_buf buf = {0};
    test_hex(&buf, "60000000");
    put16(&buf, payload.len);
    put16(&buf, next << 8 | 64);
    test_hex(&buf, "20010db8000000000000000000000001 20010db8000000000000000000000002");
    put_inner(&buf, &payload);
    return buf;
}

reload_buf test_ethernet(unsigned type, reload_buf packet)
{
    reload_buf buf = {0};
    test_hex(&buf, "020000000001 020000000002");
    put16(&buf, type);
    put_inner(&buf, &packet);
    return buf;
}

reload_buf test_message_of(size_t len, uint8_t number)
{
    reload_buf buf = {0};
    const uint8_t zero = 0;
    test_hex(&buf, HEADER);
    for (size_t left = len - buf.len; left > 0;) { /* attributes of at most 1004 octets */
        size_t size = left > 1004 ? 1004 : left;
        put16(&buf, 0x0655);
        put16(&buf, size - 4);
        for (size_t i = 4; i < size; i++)
            reload_buf_append(&buf, i == 4 ? &number : &zero, 1);
        left -= size;
    }
    test_set_length(&buf, 0);
    assert_int_equal(buf.len, len);
    return buf;
}

/* ---- Files ---- */

static void put_le32(reload_buf *buf, size_t value)
{
    const uint8_t octets[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                               (uint8_t)(value >> 24)};
    reload_buf_append(buf, octets, sizeof octets);
}

void test_capture_begin(struct test_capture *t, int link)
{
    memset(t, 0, sizeof *t);
    t->seconds = 1000;
    put_le32(&t->file, 0xa1b2c3d4);
    put_le32(&t->file, 0x00040002);
    put_le32(&t->file, 0);
    put_le32(&t->file, 0);
    put_le32(&t->file, 262144);
    put_le32(&t->file, (size_t)link);
}

void test_capture_packet(struct test_capture *t, const reload_buf *packet)
{
    size_t len = t->snaplen > 0 && packet->len > t->snaplen ? t->snaplen : packet->len;
    put_le32(&t->file, (size_t)t->seconds);
    put_le32(&t->file, ++t->count * 1000);
    put_le32(&t->file, len);
    put_le32(&t->file, packet->len);
    reload_buf_append(&t->file, packet->octets, len);
}

/* A reload_source */
static ptrdiff_t pull(void *arg, uint8_t *octets, size_t size)
{
    struct test_capture *t = arg;
    size_t n = t->file.len - t->pos;
    if (t->failures > 0 && t->pos == t->fail_at) {
        t->failures--;
        errno = t->fail_errno;
        return -1;
    }
    n = n < size ? n : size;
    n = t->chunk != 0 && n > t->chunk ? t->chunk : n;
    n = t->failures > 0 && n > t->fail_at - t->pos ? t->fail_at - t->pos : n;
    if (n > 0)
        memcpy(octets, t->file.octets + t->pos, n);
    t->pos += n;
    return (ptrdiff_t)n;
}

static void note_warning(void *arg, const char *file, const char *words)
{
    struct test_capture *t = arg;
    size_t used = strlen(t->warnings);
    (void)snprintf(t->warnings + used, sizeof t->warnings - used, "%s: %s\n", file, words);
}

static void append(struct test_capture *t, const char *text)
{
    size_t used = strlen(t->log);
    assert_true(used + strlen(text) + 1 < sizeof t->log);
    (void)snprintf(t->log + used, sizeof t->log - used, "%s", text);
}

static void append_frames(struct test_capture *t, const reload_capture *facts)
{
    char text[32];
    for (size_t i = 0, end; i < facts->frame_count; i = end) {
        for (end = i + 1;
             end < facts->frame_count && facts->frames[end] == facts->frames[end - 1] + 1;)
            end++;
        (void)snprintf(text, sizeof text, "%s%" PRIu64, i > 0 ? "," : "", facts->frames[i]);
        append(t, text);
        (void)snprintf(text, sizeof text, "-%" PRIu64, facts->frames[end - 1]);
        append(t, end - i > 1 ? text : "");
    }
}

static void assert_octets(const reload_buf *stream, const reload_item *item)
{
    assert_in_range(item->offset + item->len, item->len, stream->len);
    assert_memory_equal(item->octets, stream->octets + item->offset, item->len);
}

static void note_item(struct test_capture *t, const struct capture_item *it)
{
    char text[200], source[56], destination[56];
    if (t->stream != NULL)
        assert_octets(t->stream, &it->item);
    (void)snprintf(text, sizeof text, "%s%c%zu@%" PRIu64 " ", t->log[0] == '\0' ? "" : "\n",
                   it->item.kind == RELOAD_ITEM_MESSAGE ? 'M' : 'G', it->item.len, it->item.offset);
    append(t, text);
    append_frames(t, &it->facts);
    reload_address_format(&it->facts.source, source, sizeof source);
    reload_address_format(&it->facts.destination, destination, sizeof destination);
    (void)snprintf(text, sizeof text, " %s %s>%s .%03u%s", it->facts.transport, source, destination,
                   it->facts.fraction / 1000000, it->facts.incomplete ? "!" : "");
    append(t, text);
}

static void read_all(struct test_capture *t, struct capture *c)
{
    const struct capture_item *item = NULL;
    reload_diag diag;
    reload_err err;
    t->items = 0;
    while ((err = capture_next(c, &item, &diag)) == RELOAD_OK && item != NULL) {
        t->items++;
        if (!t->silent)
            note_item(t, item);
    }
    if (err != RELOAD_OK)
        memcpy(t->fault, diag.text, sizeof t->fault);
}

static void read_file(struct test_capture *t, struct capture *c, struct test_capture *from,
                      const char *name)
{
    reload_diag diag;
    if (capture_open(c, name, pull, from, &diag) == RELOAD_OK)
        read_all(t, c);
    else
        memcpy(t->fault, diag.text, sizeof t->fault);
}

static void read_two(struct test_capture *t, struct test_capture *second)
{
    struct capture *c = capture_new(&t->options, note_warning, t);
    assert_non_null(c);
    read_file(t, c, t, "a");
    if (second != NULL)
        read_file(t, c, second, "b");
    capture_finish(c);
    read_all(t, c);
    t->counts = *capture_counts(c);
    capture_free(&c);
    assert_null(c);
    reload_buf_free(&t->file);
    if (second != NULL)
        reload_buf_free(&second->file);
}

void test_capture_read(struct test_capture *t)
{
    read_two(t, NULL);
}

void test_capture_reads_two(struct test_capture *t, struct test_capture *second,
                            const char *expected)
{
    read_two(t, second);
    assert_string_equal(t->log, expected);
}

void test_capture_reads(struct test_capture *t, const char *expected)
{
    test_capture_reads_two(t, NULL, expected);
}

bool test_captures_are_read(void)
{
#ifdef HAVE_PCAP
    return true;
#else
    puts("1..0 # SKIP this build reads no captures");
    return false;
#endif
}

struct capture *test_capture_unfinished(struct test_capture *t)
{
    struct capture *c = capture_new(&t->options, note_warning, t);
    assert_non_null(c);
    t->silent = true;
    read_file(t, c, t, "a");
    t->counts = *capture_counts(c);
    return c;
}

void test_capture_counts(struct test_capture *t)
{
    t->silent = true;
    test_capture_reads_two(t, NULL, "");
}
