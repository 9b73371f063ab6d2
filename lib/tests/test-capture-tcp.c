/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures: streams of TCP */
#include "packets.h"

#include <stdio.h>
#include <string.h>

#define A_TO_B "TCP 10.0.0.1:5060>10.0.0.2:6084"

static struct test_capture t;
static reload_buf stream;         /* messages of 300, 100 and 200 octets */
static const uint32_t isn = 1000; /* octet 0 has the next number */

static void add(reload_buf packet)
{
    test_capture_packet(&t, &packet);
    reload_buf_free(&packet);
}

static void add_octets(const void *octets, size_t len, uint32_t seq, unsigned flags)
{
    add(test_ipv4(6, test_tcp(seq, flags | TEST_ACK, test_octets(octets, len))));
}

/* Octets of the stream, at their place. */
static void add_part(size_t from, size_t len)
{
    add_octets(stream.octets + from, len, isn + 1 + (uint32_t)from, 0);
}

static void add_flag(unsigned flags, size_t at)
{
    add_octets("", 0, isn + (flags == TEST_SYN ? 0 : 1) + (uint32_t)at, flags);
}

static int begin(void **unused)
{
    (void)unused;
    static const size_t sizes[] = {300, 100, 200};
    stream = (reload_buf){0};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        reload_buf message = test_message_of(sizes[i], (uint8_t)i);
        reload_buf_append(&stream, message.octets, message.len);
        reload_buf_free(&message);
    }
    test_capture_begin(&t, TEST_RAW);
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    reload_buf_free(&stream);
    return 0;
}

static void test_in_order(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 250);
    add_part(250, 350);
    add_flag(TEST_FIN, 600);
    test_capture_reads(&t, "M300@0 2-3 " A_TO_B " .003\nM100@300 3 " A_TO_B
                           " .003\nM200@400 3 " A_TO_B " .003");
    assert_int_equal(t.counts.lost_octets, 0);
    assert_int_equal(t.counts.skipped_octets, 0);
}

static void test_out_of_order(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(400, 200);
    add_part(200, 200);
    add_part(200, 200); /* twice */
    add_part(0, 200);
    add_part(0, 200); /* retransmitted */
    add_flag(TEST_FIN, 600);
    test_capture_reads(&t, "M300@0 3,5 " A_TO_B " .005\nM100@300 3 " A_TO_B
                           " .005\nM200@400 2 " A_TO_B " .005");
}

/* Sequence numbers wrap; octets are one by one, in reverse within each group of seven. */
static void test_wrap(void **unused)
{
    (void)unused;
    const uint32_t start = UINT32_MAX - 90;
    add_octets("", 0, start - 1, TEST_SYN);
    for (size_t i = 0; i < 300; i++) {
        size_t at = i / 7 * 7 + 6 - i % 7;
        if (at < 300)
            add_octets(stream.octets + at, 1, start + (uint32_t)at, 0);
    }
    for (size_t at = 294; at < 300; at++)
        add_octets(stream.octets + at, 1, start + (uint32_t)at, 0);
    test_capture_reads(&t, "M300@0 2-301 " A_TO_B " .301");
}

static void test_overlap(void **unused)
{
    (void)unused;
    reload_buf other = test_octets(stream.octets, 300);
    memset(other.octets + 100, 'x', 100);
    add_flag(TEST_SYN, 0);
    add_part(0, 200);
    add_octets(other.octets + 100, 200, isn + 1 + 100, 0); /* 100 octets differ */
    add_part(150, 250);                                    /* these do not */
    test_capture_reads(&t, "M300@0 2-3 " A_TO_B " .003\nM100@300 4 " A_TO_B " .004");
    assert_int_equal(t.counts.overlaps, 1);
    assert_non_null(strstr(t.warnings, "a: frame 3: a TCP segment differs"));
    reload_buf_free(&other);
}

static void test_mid_stream(void **unused)
{
    (void)unused;
    static const char before[] = "the end of something RELO and more\n";
    add_octets(before, strlen(before), isn + 1 - (uint32_t)strlen(before), 0);
    add_part(0, 600);
    test_capture_reads(&t, "M300@35 2 " A_TO_B " .002\nM100@335 2 " A_TO_B
                           " .002\nM200@435 2 " A_TO_B " .002");
    assert_int_equal(t.counts.skipped_octets, strlen(before));
    assert_int_equal(t.counts.garbage, 0);
}

static void add_datagram(void)
{
    add(test_ipv4(17, test_udp(test_message_of(100, 9))));
}

/* The octets after a gap are a new stream. Octets before its first header are not garbage. A gap
 * that the other side has acknowledged may be filled for another second. */
static void test_gap(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 200);
    add(test_tcp_ack(isn + 1 + 250));
    add_part(250, 350);
    add_datagram();
    t.seconds += 2;
    add(test_tcp_ack(isn + 1 + 600));
    add_datagram();
    test_capture_reads(&t,
                       "M200@0 2 " A_TO_B " .002!\nM100@300 4 " A_TO_B " .004\nM200@400 4 " A_TO_B
                       " .004\nM100@0 5 UDP 10.0.0.1:5060>10.0.0.2:6084 .005\n"
                       "M100@0 7 UDP 10.0.0.1:5060>10.0.0.2:6084 .007");
    assert_int_equal(t.counts.lost_octets, 50);
    assert_int_equal(t.counts.gaps, 1);
    assert_int_equal(t.counts.skipped_octets, 50);
}

/* The end of a request was acknowledged, but not captured: the request comes before octets sent
 * after the acknowledgment. Its end may be captured for another second. */
static void test_gap_at_end(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 200);
    add(test_tcp_ack(isn + 1 + 300));
    add_datagram();
    t.seconds += 2;
    add_datagram();
    t.seconds += 2;
    add_datagram();
    struct capture *c = test_capture_unfinished(&t);
    assert_int_equal(t.items, 4);
    capture_free(&c);
    t.pos = 0;
    t.silent = false;
    add_part(300, 300);
    test_capture_reads(&t, "M200@0 2 " A_TO_B " .002!\n"
                           "M100@0 4 UDP 10.0.0.1:5060>10.0.0.2:6084 .004\n"
                           "M100@0 5 UDP 10.0.0.1:5060>10.0.0.2:6084 .005\n"
                           "M100@0 6 UDP 10.0.0.1:5060>10.0.0.2:6084 .006\n"
                           "M100@300 7 " A_TO_B " .007\nM200@400 7 " A_TO_B " .007");
    assert_int_equal(t.counts.lost_octets, 100);
}

/* The acknowledgment of FIN confirms no octet. */
static void test_fin_acknowledged(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 200);
    add_flag(TEST_FIN, 200);
    add(test_tcp_ack(isn + 1 + 201));
    add_datagram();
    test_capture_reads(&t,
                       "M200@0 2 " A_TO_B " .002\nM100@0 5 UDP 10.0.0.1:5060>10.0.0.2:6084 .005");
    assert_int_equal(t.counts.lost_octets, 0);
}

/* Messages that the capture's end leaves unfinished come in the order of their last packets. */
static void test_ends_in_order(void **unused)
{
    (void)unused;
    reload_buf datagram = test_udp(test_message_of(300, 1)),
               other = test_ipv4(6, test_tcp(1, TEST_ACK, test_octets(stream.octets, 80)));
    other.octets[21]++; /* its source port */
    add_part(0, 200);
    add(test_fragment(17, &datagram, 0, 104, 7));
    add(other);
    add(test_fragment(17, &datagram, 104, 104, 7));
    test_capture_reads(&t, "M200@0 1 " A_TO_B " .001!\n"
                           "M80@0 3 TCP 10.0.0.1:5061>10.0.0.2:6084 .003!\n"
                           "M200@0 2,4 UDP 10.0.0.1:5060>10.0.0.2:6084 .004!");
    reload_buf_free(&datagram);
}

/* A segment that was captured after its acknowledgment, and after the end of the connection */
static void test_late(void **unused)
{
    (void)unused;
    reload_buf_free(&t.file);
    for (unsigned last = 0; last < 2; last++) { /* from the middle, or the last one */
        test_capture_begin(&t, TEST_RAW);
        add_flag(TEST_SYN, 0);
        add_part(0, 200);
        if (last == 0)
            add_part(250, 350);
        add(test_tcp_ack(isn + 1 + 600));
        add_flag(TEST_FIN, 600);
        add(test_tcp_ack(isn + 1 + 601));
        t.count += 50; /* milliseconds */
        add_part(200, last == 0 ? 50 : 400);
        test_capture_reads(&t, last == 0 ? "M300@0 2-3,7 " A_TO_B " .057\nM100@300 3 " A_TO_B
                                           " .057\nM200@400 3 " A_TO_B " .057"
                                         : "M300@0 2,6 " A_TO_B " .056\nM100@300 6 " A_TO_B
                                           " .056\nM200@400 6 " A_TO_B " .056");
        assert_int_equal(t.counts.lost_octets, 0);
    }
}

/* Without an acknowledgment, a gap lasts to the end of the capture, or for a minute. */
static void test_gap_without_ack(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 200);
    add_part(300, 100);
    t.seconds += 61;
    add_part(400, 200);
    add_part(200, 100); /* too late */
    test_capture_reads(&t, "M200@0 2 " A_TO_B " .002!\nM100@300 3 " A_TO_B
                           " .003\nM200@400 4 " A_TO_B " .004");
    assert_int_equal(t.counts.lost_octets, 100);
}

static void test_snaplen(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    t.snaplen = 40 + 250;
    add_part(0, 300);
    add_part(300, 300);
    add_part(600, 0);
    test_capture_reads(&t, "M250@0 2 " A_TO_B " .002!\nM100@300 3 " A_TO_B
                           " .003\nM150@400 3 " A_TO_B " .003!");
    assert_int_equal(t.counts.lost_octets, 0);
    assert_int_equal(t.counts.cut, 2);
}

static void test_ends(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 350);
    test_capture_reads(&t, "M300@0 2 " A_TO_B " .002\nG50@300 2 " A_TO_B " .002!");
    test_capture_begin(&t, TEST_RAW);
    add_part(0, 390);
    add_flag(TEST_FIN, 390); /* by the sender */
    add_part(0, 390);        /* retransmitted */
    test_capture_reads(&t, "M300@0 1 " A_TO_B " .001\nM90@300 1 " A_TO_B " .001");
    test_capture_begin(&t, TEST_RAW);
    add_part(0, 390);
    add_flag(TEST_RST, 390);
    test_capture_reads(&t, "M300@0 1 " A_TO_B " .001\nM90@300 1 " A_TO_B " .001");
}

/* The same port again */
static void test_new_connection(void **unused)
{
    (void)unused;
    add_flag(TEST_SYN, 0);
    add_part(0, 200);
    add_octets("", 0, 77000, TEST_SYN);
    add_octets("", 0, 77000, TEST_SYN);
    add_octets(stream.octets, 300, 77001, 0);
    test_capture_reads(&t, "M200@0 2 " A_TO_B " .002!\nM300@0 5 " A_TO_B " .005");
}

static void test_without_message(void **unused)
{
    (void)unused;
    add_octets("GET / HTTP/1.1\r\n", 16, 5000, 0);
    add_octets("RELO", 4, 5016, 0);
    test_capture_reads(&t, "");
    assert_int_equal(t.counts.skipped_flows, 1);
    assert_int_equal(t.counts.skipped_octets, 20);
    test_capture_begin(&t, TEST_RAW);
    add_octets("\x16", 1, 5000, 0);
    add_octets("\x03\x01\x02", 3, 5001, 0);
    add_octets(stream.octets, 300, 5004, 0);
    test_capture_reads(&t, "");
    assert_int_equal(t.counts.tls, 1);
    assert_int_equal(t.counts.skipped_flows, 0);
}

static void test_garbage(void **unused)
{
    (void)unused;
    add_part(0, 300);
    add_octets("noise", 5, isn + 1 + 300, 0);
    add_octets(stream.octets, 300, isn + 1 + 305, 0);
    test_capture_reads(&t, "M300@0 1 " A_TO_B " .001\nG5@300 2 " A_TO_B " .002\nM300@305 3 " A_TO_B
                           " .003");
}

/* A segment in fragments of IP */
static void test_fragments(void **unused)
{
    (void)unused;
    reload_buf whole = test_tcp(1, 0, test_octets(stream.octets, 600));
    add(test_fragment(6, &whole, 400, 220, 9));
    add(test_fragment(6, &whole, 0, 400, 9));
    test_capture_reads(&t, "M300@0 2 " A_TO_B " .002\nM100@300 1-2 " A_TO_B
                           " .002\nM200@400 1 " A_TO_B " .002");
    reload_buf_free(&whole);
}

/* ---- Limits ---- */

/* Expected lines that are added one by one */
struct expected {
    char text[32768];
    size_t len;
};

/* A message of frame at offset, complete or not. */
static void expect(struct expected *e, size_t len, unsigned offset, unsigned frame, unsigned port,
                   const char *end)
{
    int n = snprintf(e->text + e->len, sizeof e->text - e->len,
                     "%sM%zu@%u %u TCP 10.0.0.1:%u>10.0.0.2:6084 .%03u%s", e->len == 0 ? "" : "\n",
                     len, offset, frame, port, frame, end);
    assert_in_range(n, 1, sizeof e->text - e->len - 1);
    e->len += (size_t)n;
}

static void test_flow_limit(void **unused)
{
    (void)unused;
    t.options.flow_limit = 4000;
    add_flag(TEST_SYN, 0);
    struct expected found = {.len = 0};
    for (uint32_t i = 0; i < 40; i++) { /* after a hole that is never filled */
        add_octets(stream.octets, 600, isn + 101 + i * 600, 0);
        expect(&found, 300, 100 + i * 600, i + 2, 5060, "");
        expect(&found, 100, 400 + i * 600, i + 2, 5060, "");
        expect(&found, 200, 500 + i * 600, i + 2, 5060, "");
    }
    test_capture_reads(&t, found.text);
    assert_int_equal(t.counts.flow_limits, 1);
    assert_int_equal(t.counts.messages, 120);
    assert_non_null(strstr(t.warnings, "--flow-limit"));
}

static void test_long_message(void **unused)
{
    (void)unused;
    reload_buf message = test_message_of(300000, 1);
    char expected[100];
    unsigned packets;
    t.options.flow_limit = 200000; /* memory, which its reader uses too */
    for (uint32_t i = 0; i < 300; i++)
        add_octets(message.octets + i * 1000, 1000, i * 1000, 0);
    test_capture_reads(&t, t.log);
    assert_int_equal(sscanf(t.log, "M%u@0", &packets), 1);
    packets /= 1000;
    assert_in_range(packets, 20, 180);
    (void)snprintf(expected, sizeof expected, "M%u000@0 1-%u " A_TO_B " .%03u!", packets, packets,
                   packets);
    assert_string_equal(t.log, expected);
    assert_non_null(strstr(t.warnings, "--flow-limit"));
    reload_buf_free(&message);
}

/* Many flows, each with the beginning of a message */
static void test_total_limit(void **unused)
{
    (void)unused;
    t.options.total_limit = 1000000;
    struct expected found = {.len = 0};
    for (unsigned port = 0; port < 300; port++) {
        reload_buf packet = test_ipv4(6, test_tcp(1, 0, test_octets(stream.octets, 80)));
        packet.octets[20] = (uint8_t)(port >> 8);
        packet.octets[21] = (uint8_t)port;
        add(packet);
        expect(&found, 80, 0, port + 1, port, "!");
    }
    test_capture_reads(&t, found.text);
    assert_int_equal(t.counts.messages, 300);
    assert_true(t.counts.total_limits > 280);
}

/* Segments in a random order, overlapping: each message is found once, octet for octet. */
static void test_any_order(void **unused)
{
    (void)unused;
    uint64_t state = 13;
    reload_buf_free(&t.file);
    for (unsigned k = 0; k < 300; k++) {
        test_capture_begin(&t, TEST_RAW);
        t.chunk = 1 + test_below(&state, 100);
        add_flag(TEST_SYN, 0);
        for (unsigned i = 0; i < 20; i++) {
            size_t from = test_below(&state, 600);
            add_part(from, 1 + test_below(&state, 600 - from));
        }
        for (size_t at = 0; at < 600; at += 50)
            add_part(550 - at, 50);
        add_flag(TEST_FIN, 600);
        t.stream = &stream;
        test_capture_read(&t);
        assert_int_equal(t.counts.messages, 3);
        assert_int_equal(t.counts.garbage + t.counts.overlaps + t.counts.lost_octets, 0);
        assert_null(strchr(t.log, '!'));
        assert_int_equal(strncmp(t.log, "M300@0 ", 7), 0);
        assert_non_null(strstr(t.log, "\nM100@300 "));
        assert_non_null(strstr(t.log, "\nM200@400 "));
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_in_order),        TEST(test_out_of_order),     TEST(test_wrap),
        TEST(test_overlap),         TEST(test_mid_stream),       TEST(test_gap),
        TEST(test_gap_at_end),      TEST(test_fin_acknowledged), TEST(test_late),
        TEST(test_snaplen),         TEST(test_gap_without_ack),  TEST(test_ends),
        TEST(test_ends_in_order),   TEST(test_garbage),          TEST(test_new_connection),
        TEST(test_without_message), TEST(test_fragments),        TEST(test_flow_limit),
        TEST(test_long_message),    TEST(test_total_limit),      TEST(test_any_order),
    };
    return TEST_CAPTURES(tests);
}
