/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures: the memory for reading them, measured by the allocator, not by the capture itself. */
#include "packets.h"

#include <malloc.h>
#include <string.h>

/* ---- The heap ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static struct {
    int64_t octets, most;
} heap;

static void *heap_add(void *memory)
{
    heap.octets += (int64_t)malloc_usable_size(memory);
    if (heap.octets > heap.most)
        heap.most = heap.octets;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return heap_add(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return heap_add(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    int64_t before = (int64_t)malloc_usable_size(memory);
    void *grown = __real_realloc(memory, size);
    if (grown != NULL)
        heap.octets -= before;
    return grown == NULL ? NULL : heap_add(grown);
}

void __wrap_free(void *memory)
{
    heap.octets -= (int64_t)malloc_usable_size(memory);
    __real_free(memory);
}

/* ---- Captures ---- */

static struct test_capture t;

static int begin(void **unused)
{
    (void)unused;
    test_capture_begin(&t, TEST_RAW);
    return 0;
}

/* Adds a segment of TCP. The source port distinguishes flows. */
static void add_segment(unsigned port, uint32_t seq, const void *octets, size_t len)
{
    reload_buf packet = test_ipv4(6, test_tcp(seq, TEST_ACK, test_octets(octets, len)));
    packet.octets[20] = (uint8_t)(port >> 8);
    packet.octets[21] = (uint8_t)port;
    test_capture_packet(&t, &packet);
    reload_buf_free(&packet);
}

/* Reads the capture without checking its items. Returns the peak of memory in octets. */
static int64_t memory_of_reading(void)
{
    const int64_t before = heap.octets;
    heap.most = before;
    test_capture_counts(&t);
    return heap.most - before;
}

enum { KIB = 1024, MIB = 1024 * 1024 };

/* Octets that are not examined are not kept. */
static void test_tls(void **unused)
{
    (void)unused;
    uint8_t record[1024] = {0x16, 3, 1};
    for (uint32_t i = 0; i < 8 * KIB; i++)
        add_segment(1, 1 + i * KIB, record, sizeof record);
    assert_in_range(memory_of_reading(), 1, 512 * KIB);
    assert_int_equal(t.counts.tls, 1);
}

static void test_without_message(void **unused)
{
    (void)unused;
    uint8_t octets[1024] = {0};
    for (uint32_t i = 0; i < 8 * KIB; i++)
        add_segment(1, 1 + i * KIB, octets, sizeof octets);
    assert_in_range(memory_of_reading(), 1, 512 * KIB);
    assert_int_equal(t.counts.skipped_octets, 8 * MIB);
}

/* ---- Limits ---- */

enum {
    FLOWS = 16,
    SEGMENT = 60000,
    SLACK = 4 * MIB /* the memory that one packet may add: a reader's buffer doubles */
};

/* Gives each flow the same octets, a segment of each in turn. */
static void add_to_all(const reload_buf *octets, size_t from, size_t to)
{
    for (size_t at = from, n; at < to; at += n) {
        n = to - at < SEGMENT ? to - at : SEGMENT;
        for (unsigned port = 1; port <= FLOWS; port++)
            add_segment(port, (uint32_t)(1 + at), octets->octets + at, n);
    }
}

/* Readers that hold the beginnings of large messages. */
static void test_readers_that_hold(void **unused)
{
    (void)unused;
    reload_buf message = test_message_of(1700 * KIB, 1);
    t.options.total_limit = 16 * MIB;
    add_to_all(&message, 0, message.len - 1);
    assert_in_range(memory_of_reading(), 1, 16 * MIB + SLACK);
    assert_in_range(t.counts.total_limits, 1, UINT32_MAX);
    reload_buf_free(&message);
}

/* Readers that held a large message, and that no flow uses now. */
static void test_readers_that_held(void **unused)
{
    (void)unused;
    reload_buf message = test_message_of(1700 * KIB, 1);
    t.options.total_limit = 128 * MIB;
    add_to_all(&message, 0, message.len);
    const int64_t before = heap.octets;
    struct capture *c = test_capture_unfinished(&t);
    assert_int_equal(t.counts.messages, FLOWS);
    assert_in_range(heap.octets - before, 1, 2 * MIB);
    capture_free(&c);
    reload_buf_free(&t.file);
    reload_buf_free(&message);
}

/* Truncated messages inside messages: finding their ends requires memory too. */
static void test_broken_messages(void **unused)
{
    (void)unused;
    reload_buf octets = test_message_of(RELOAD_HEADER_SIZE, 0);
    octets.octets[13] = 0x10; /* Length: 1 MiB */
    reload_buf unit = test_packet("06550044", test_octets(octets.octets, octets.len));
    while (octets.len < 1400 * KIB)
        reload_buf_append(&octets, unit.octets, unit.len);
    t.options.total_limit = 16 * MIB;
    add_to_all(&octets, 0, octets.len);
    assert_in_range(memory_of_reading(), 1, 16 * MIB + SLACK);
    reload_buf_free(&octets);
    reload_buf_free(&unit);
}

/* Messages that wait for an earlier one, of which a segment is missing */
static void test_messages_that_wait(void **unused)
{
    (void)unused;
    reload_buf message = test_message_of(SEGMENT, 1);
    t.options.total_limit = 4 * MIB;
    add_segment(1, 1, message.octets, 1000);
    add_segment(1, 2001, message.octets + 2000, 1000);
    for (uint32_t i = 0; i < 200; i++)
        add_segment(2, 1 + i * SEGMENT, message.octets, message.len);
    assert_in_range(memory_of_reading(), 1, 4 * MIB + SLACK);
    assert_int_equal(t.counts.messages, 201);
    assert_in_range(t.counts.total_limits, 1, UINT32_MAX);
    assert_non_null(strstr(t.warnings, "--total-limit"));
    reload_buf_free(&message);
}

/* One flow alone */
static void test_flow_limit(void **unused)
{
    (void)unused;
    reload_buf message = test_message_of(12 * MIB, 1);
    t.options.flow_limit = 4 * MIB;
    for (size_t at = 0; at < message.len; at += SEGMENT)
        add_segment(1, (uint32_t)(1 + at), message.octets + at,
                    message.len - at < SEGMENT ? message.len - at : SEGMENT);
    assert_in_range(memory_of_reading(), 1, 4 * MIB + SLACK);
    assert_int_equal(t.counts.flow_limits, 1);
    reload_buf_free(&message);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tls),
        TEST(test_without_message),
        TEST(test_readers_that_hold),
        TEST(test_readers_that_held),
        TEST(test_broken_messages),
        TEST(test_messages_that_wait),
        TEST(test_flow_limit),
    };
    return TEST_CAPTURES(tests);
}
