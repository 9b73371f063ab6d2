/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures: the memory that reading them takes, as the allocator sees it. What a capture counts for
 * itself is not asked. */
#include "packets.h"

#include <malloc.h>
#include <stdlib.h>
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

/* Adds a segment of TCP, whose source port tells flows apart. */
static void add_segment(unsigned port, uint32_t seq, const void *octets, size_t len)
{
    reload_buf packet = test_ipv4(6, test_tcp(seq, TEST_ACK, test_octets(octets, len)));
    packet.octets[20] = (uint8_t)(port >> 8);
    packet.octets[21] = (uint8_t)port;
    test_capture_packet(&t, &packet);
    reload_buf_free(&packet);
}

/* Reads the capture, whatever is in it. Returns the octets of memory that this took at most. */
static int64_t memory_of_reading(void)
{
    const int64_t before = heap.octets;
    heap.most = before;
    test_capture_counts(&t);
    return heap.most - before;
}

enum { KIB = 1024, MIB = 1024 * 1024 };

/* What is not looked at is not kept. */
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

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tls),
        TEST(test_without_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
