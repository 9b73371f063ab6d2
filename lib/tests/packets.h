/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures built from packets, and the items read from them as one line of text */
#ifndef RL_TESTS_PACKETS_H
#define RL_TESTS_PACKETS_H

#include "test.h"

#include "capture/capture.h"

enum {
    TEST_NULL = 0,
    TEST_ETHERNET = 1,
    TEST_RAW_PCAP = 12,
    TEST_RAW_BSD = 14,
    TEST_RAW = 101,
    TEST_LOOP = 108,
    TEST_SLL = 113,
    TEST_IPV4 = 228,
    TEST_IPV6 = 229,
    TEST_SLL2 = 276,
    TEST_FIN = 1,
    TEST_SYN = 2,
    TEST_RST = 4,
    TEST_ACK = 16
};

/* A capture file in memory, and how it is read */
struct test_capture {
    reload_buf file;
    size_t snaplen;  /* 0: no limit */
    int64_t seconds; /* of the next packet; each is one millisecond later than the last */
    unsigned count;
    size_t chunk; /* octets that the source gives at once; 0: all */
    size_t pos;
    const reload_buf *stream; /* the octets of the flow; NULL: not compared */
    unsigned failures;        /* of the source, when pos is fail_at, */
    size_t fail_at;
    int fail_errno; /* with this in errno */
    struct capture_options options;
    struct capture_counts counts; /* after reading */
    bool silent;                  /* no log is kept */
    unsigned items;               /* read, in the log or not */
    char log[32768];
    char warnings[2048];
    char fault[256]; /* of a file that cannot be read */
};

/* Runs the tests, or skips them if this build reads no captures. */
#define TEST_CAPTURES(tests) \
    (test_captures_are_read() ? cmocka_run_group_tests(tests, NULL, NULL) : 0)
/* Without captures, prints a plan of no tests. */
bool test_captures_are_read(void);

/* Begins a file of a link type. */
void test_capture_begin(struct test_capture *t, int link);
void test_capture_packet(struct test_capture *t, const reload_buf *packet);
/* Reads the file, and asserts its items. "M144@0 1-3 UDP 10.0.0.1:5060>10.0.0.2:6084 .002": a
 * message of 144 octets at offset 0, in these frames, with its time's milliseconds. G: garbage. "!"
 * at the end: incomplete. Frees the file. */
void test_capture_reads(struct test_capture *t, const char *expected);
/* The same, without the assertion: for a log that the caller examines. */
void test_capture_read(struct test_capture *t);
/* Reads the file for its counts and warnings only, and keeps no log. */
void test_capture_counts(struct test_capture *t);
/* Reads the file, and returns the capture before its end. Keeps the file, and no log. */
struct capture *test_capture_unfinished(struct test_capture *t);
/* Reads two files as one capture. */
void test_capture_reads_two(struct test_capture *t, struct test_capture *second,
                            const char *expected);

/* Each returns a packet that wraps another, which it frees. */
reload_buf test_octets(const void *octets, size_t len);
reload_buf test_packet(const char *hex, reload_buf inner);
reload_buf test_udp(reload_buf payload);
reload_buf test_tcp(uint32_t seq, unsigned flags, reload_buf payload);
/* A packet in the other direction. */
reload_buf test_tcp_ack(uint32_t ack);
reload_buf test_ipv4(unsigned protocol, reload_buf payload);
reload_buf test_ipv6(unsigned next, reload_buf payload);
/* A fragment of an IPv4 packet's payload. */
reload_buf test_fragment(unsigned protocol, const reload_buf *whole, size_t from, size_t len,
                         unsigned id);
reload_buf test_ethernet(unsigned type, reload_buf packet);
/* A message of len octets, framed, with a number in it. */
reload_buf test_message_of(size_t len, uint8_t number);

#endif
