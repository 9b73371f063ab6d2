/* SPDX-License-Identifier: BSD-2-Clause */
/* Framing of streams (D33), against a model that reads the whole stream at once */
#include "collect.h"
#include "framing-model.h"

#include "stream/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The model ---- */

static void note_item(void *arg, char kind, size_t at, size_t end, int error)
{
    struct test_log *log = arg;
    log->len += (size_t)snprintf(log->text + log->len, sizeof log->text - log->len, "%s%c%zu@%zu",
                                 log->len > 0 ? " " : "", kind, end - at, at);
    if (error != 0)
        log->len +=
            (size_t)snprintf(log->text + log->len, sizeof log->text - log->len, "!%d", error);
    assert_true(log->len + 64 < sizeof log->text);
}

/* Compares the items with the model's, for each size of chunks. */
static void check_stream(const reload_buf *stream, uint32_t max)
{
    static const size_t chunks[] = {0, 1, 5, 64, 1000};
    struct test_log *expected = calloc(1, sizeof *expected);
    assert_non_null(expected);
    struct framing_model m = {.octets = stream->octets,
                              .len = stream->len,
                              .max = max == 0 ? RELOAD_MAX_LENGTH : max,
                              .note = note_item,
                              .arg = expected};
    framing_read(&m);
    for (size_t k = 0; k < COUNT(chunks); k++) {
        struct test_log log;
        struct test_source source = {.octets = stream->octets,
                                     .len = stream->len,
                                     .chunk = chunks[k],
                                     .waits = k % 2 == 1,
                                     .max_message = max};
        test_collect(&log, RELOAD_FORM_BINARY, &source, RELOAD_FORM_BINARY);
        if (strcmp(log.text, expected->text) != 0) {
            for (size_t i = 0; i < stream->len && i < 4096; i++)
                print_message("%02x", stream->octets[i]);
            fail_msg("max %" PRIu32 ", chunks of %zu:\n%s\nmodel:\n%s", max, chunks[k], log.text,
                     expected->text);
        }
        test_same_octets(log.octets.octets, log.octets.len, stream->octets, stream->len);
        reload_buf_free(&log.octets);
    }
    free(expected);
}

/* ---- Streams from pieces ---- */

static uint64_t state = 33;

static size_t below(size_t limit)
{
    return (size_t)(test_random(&state) % limit);
}

/* A message with some attributes, or with another message in one of them. */
static void add_message(reload_buf *buf, unsigned depth)
{
    size_t start = buf->len;
    test_hex(buf, HEADER);
    for (size_t n = below(4); n > 0; n--) {
        uint8_t head[4] = {0x06, 0x55, 0, 0};
        size_t at = buf->len;
        reload_buf_append(buf, head, sizeof head);
        if (depth < 2 && below(3) == 0)
            add_message(buf, depth + 1);
        else
            for (size_t i = below(40); i > 0; i--)
                reload_buf_append(buf, "\0", 1);
        size_t len = buf->len - at - 4;
        buf->octets[at + 3] = (uint8_t)len;
        buf->octets[at + 2] = (uint8_t)(len >> 8);
        for (; len % 4 != 0; len++)
            reload_buf_append(buf, "\0", 1);
    }
    test_set_length(buf, start);
}

/* Changes octets of a message: its Length, a field that makes it implausible, an attribute. */
static void spoil(reload_buf *buf, size_t start)
{
    static const uint8_t places[] = {5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 15, 15, 15, 70, 71};
    static const uint8_t values[] = {0, 1, 2, 3, 4, 15, 16, 64, 65, 128, 129, 255};
    for (size_t n = 1 + below(2); n > 0; n--) {
        size_t at = start + places[below(sizeof places)];
        if (at < buf->len)
            buf->octets[at] = values[below(sizeof values)];
    }
}

static void add_piece(reload_buf *buf)
{
    static const char *const lines[] = {
        "starting RELOAD peer, version 1.0, waiting on port 6084, and so on, at your service\n",
        "RELO",
        "R",
        "RELORELO",
        "\n",
    };
    size_t start = buf->len;
    switch (below(5)) {
    case 0: {
        const char *line = lines[below(COUNT(lines))];
        reload_buf_append(buf, line, strlen(line));
        break;
    }
    case 1: /* truncated */
        add_message(buf, 0);
        buf->len -= below(buf->len - start);
        break;
    case 2:
        add_message(buf, 0);
        spoil(buf, start);
        break;
    default:
        add_message(buf, 0);
        break;
    }
}

static void test_random_streams(void **unused)
{
    (void)unused;
    static const uint32_t limits[] = {0, 0, 0, 1, 4, 68, 100, 255};
    for (unsigned k = 0; k < 3000; k++) {
        reload_buf buf = {0};
        for (size_t n = 1 + below(6); n > 0; n--)
            add_piece(&buf);
        check_stream(&buf, limits[below(COUNT(limits))]);
        reload_buf_free(&buf);
    }
}

/* ---- The bound (rule 4) ---- */

static void put_length(reload_buf *buf, size_t start, size_t length)
{
    for (size_t i = 0; i < 3; i++)
        buf->octets[start + 13 + i] = (uint8_t)(length >> (16 - 8 * i));
}

/* Broken messages, in each of which an attribute runs past the end by two octets; then attributes
 * without value; then a good message. Each header's walk takes all of these. */
static void add_costly(reload_buf *buf, size_t headers, size_t attrs)
{
    size_t first = buf->len, end = first + 68 * headers + 4 * attrs;
    reload_buf zeros = {0};
    for (size_t i = 0; i < headers; i++)
        test_hex(buf, HEADER);
    for (size_t i = 0; i < attrs; i++)
        reload_buf_append(&zeros, "\0\0\0\0", 4);
    reload_buf_append(buf, zeros.octets, zeros.len);
    reload_buf_free(&zeros);
    for (size_t i = 0; i < headers; i++) {
        size_t at = first + 68 * i;
        /* the next header's octets are one attribute: its head is in the Destination ID */
        put_length(buf, at, end - at - 68 - 2);
    }
}

/* "RELO" as an attribute's head has a Length of 0x4c4f; the attribute ends among the zeros. */
static void test_bound(void **unused)
{
    (void)unused;
    static const struct {
        size_t headers, attrs;
        bool spent;
    } rows[] = {{40, 20000, false}, {120, 20000, true}, {150, 14000, true}, {60, 24000, false}};
    for (size_t k = 0; k < COUNT(rows); k++) {
        reload_buf buf = {0};
        struct test_log log;
        add_costly(&buf, rows[k].headers, rows[k].attrs);
        test_hex(&buf, HEADER HEADER);
        check_stream(&buf, 0);
        struct test_source source = {.octets = buf.octets, .len = buf.len};
        test_collect(&log, RELOAD_FORM_BINARY, &source, RELOAD_FORM_BINARY);
        print_message("# %.120s\n", log.text);
        assert_int_equal(strstr(log.text, "!5") != NULL, rows[k].spent);
        reload_buf_free(&log.octets);
        reload_buf_free(&buf);
    }
}

/* ---- The pass that finds which messages are framed ---- */

static ptrdiff_t pull_stream(void *arg, uint8_t *octets, size_t size, uint64_t *where)
{
    (void)where;
    return test_pull(arg, octets, size);
}

/* Asks for headers in their order, some left out, and compares with a walk over the attributes.
 * Returns the number of framed messages with attributes. */
static size_t check_pass(const reload_buf *stream, rl_framer *f)
{
    struct test_source source = {.octets = stream->octets, .len = stream->len};
    struct framing_model m = {
        .octets = stream->octets, .len = stream->len, .max = RELOAD_MAX_LENGTH};
    size_t count = 0;
    rl_framer_open(f, pull_stream, &source, false);
    assert_int_equal(rl_framer_need(f, stream->len + 1), RELOAD_OK);
    for (size_t at = 0; at < stream->len; at++) {
        bool framed;
        size_t size = framing_is_header(&m, at) ? 68 + framing_number(&m, at + 13, 3) : SIZE_MAX;
        f->start = at;
        f->base = at;
        f->avail = stream->len - at;
        if (size > f->avail || below(4) == 0)
            continue;
        assert_int_equal(rl_frames_ask(f, size, &framed), RELOAD_OK);
        if (framed != framing_is_framed(&m, at, false))
            fail_msg("the message at %zu: %d", at, framed);
        count += framed && size > 68;
    }
    f->start = f->avail = 0;
    return count;
}

/* Octets that read as short attributes at many places, and headers among them. */
static void add_attributes(reload_buf *buf, size_t len, size_t headers)
{
    reload_buf header = {0};
    test_hex(&header, HEADER);
    while (buf->len < len) {
        uint8_t octet = below(20) == 0 ? (uint8_t)below(48) : 0;
        reload_buf_append(buf, &octet, 1);
    }
    while (headers-- > 0) {
        size_t at = below(len - 68);
        memcpy(buf->octets + at, header.octets, 68);
        put_length(buf, at,
                   below(2) == 0 ? 4 * below((len - at - 68) / 4 + 1) : below(len - at - 67));
    }
    reload_buf_free(&header);
}

static void test_pass(void **unused)
{
    (void)unused;
    rl_framer f = {0};
    size_t framed = 0;
    for (unsigned k = 0; k < 600; k++) {
        reload_buf buf = {0};
        add_attributes(&buf, 100 + below(3000), 1 + below(20));
        framed += check_pass(&buf, &f);
        reload_buf_free(&buf);
    }
    print_message("# %zu framed messages\n", framed);
    assert_true(framed > 100);
    reload_buf broken = {0};
    add_costly(&broken, 1000, 60000);
    (void)check_pass(&broken, &f);
    reload_buf_free(&broken);
    rl_framer_free(&f);
}

/* The time for many broken messages grows with the octets: stepping over the attributes of each
 * would take 2^30 steps. */
static void test_linear(void **unused)
{
    (void)unused;
    enum { HEADERS = 10000, ATTRS = 200000 };
    reload_buf buf = {0};
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    size_t count = 0;
    add_costly(&buf, HEADERS, ATTRS);
    struct test_source source = {.octets = buf.octets, .len = buf.len};
    reload_reader_open(reader, RELOAD_FORM_BINARY, test_pull, &source);
    do {
        assert_int_equal(reload_reader_next(reader, &item), RELOAD_OK);
        count += item->kind == RELOAD_ITEM_MESSAGE;
    } while (item->kind != RELOAD_ITEM_END);
    print_message("# %zu messages\n", count);
    assert_true(count > HEADERS / 2);
    reload_reader_free(&reader);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_pass),
        cmocka_unit_test(test_linear),
    };
    return cmocka_run_group_tests_name("stream-model", tests, NULL, NULL);
}
