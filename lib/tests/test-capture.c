/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures: link types, IP, fragments, UDP */
#include "packets.h"

#include "capture/internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define A_TO_B  "UDP 10.0.0.1:5060>10.0.0.2:6084"
#define A6_TO_B "UDP [2001:db8::1]:5060>[2001:db8::2]:6084"

static struct test_capture t;

static void add(reload_buf packet)
{
    test_capture_packet(&t, &packet);
    reload_buf_free(&packet);
}

static reload_buf nothing(void)
{
    return (reload_buf){0};
}

static reload_buf datagram(void)
{
    return test_udp(test_message_of(100, 1));
}

/* ---- Link types ---- */

static const struct {
    int link;
    const char *head; /* before an IPv4 packet */
} links[] = {
    {TEST_ETHERNET, "020000000001 020000000002 0800"},
    {TEST_ETHERNET, "020000000001 020000000002 8100 0005 0800"},
    {TEST_ETHERNET, "020000000001 020000000002 88a8 0005 8100 0006 0800"},
    {TEST_SLL, "0000 0001 0006 0200000000010000 0800"},
    {TEST_SLL, "0000 0001 0006 0200000000010000 8100 0005 0800"},
    {TEST_SLL2, "0800 0000 00000002 0001 00 06 0200000000010000"},
    {TEST_NULL, "02000000"},
    {TEST_NULL, "00000002"},
    {TEST_LOOP, "00000002"},
    {TEST_RAW, ""},
    {TEST_RAW_PCAP, ""},
    {TEST_RAW_BSD, ""},
    {TEST_IPV4, ""},
    {TEST_IPV6, ""},
};

static void test_links(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(links); i++) {
        test_capture_begin(&t, links[i].link);
        add(test_packet(links[i].head, test_ipv4(17, datagram())));
        test_capture_reads(&t, "M100@0 1 " A_TO_B " .001");
    }
}

/* Each link type that can be read has a row, with libpcap's number. */
static void test_all_links(void **unused)
{
    (void)unused;
    for (int link = 0; link <= 0xffff; link++) {
        bool found = !cap_link_known(link);
        for (size_t i = 0; i < COUNT(links); i++)
            found = found || links[i].link == link;
        if (!found)
            fail_msg("link type %d has no row in links", link);
    }
}

static void test_unknown_link(void **unused)
{
    (void)unused;
    test_capture_begin(&t, 147);
    add(datagram());
    test_capture_reads(&t, "");
    assert_non_null(strstr(t.fault, "link type 147"));
}

/* Every packet truncated anywhere is passed over. */
static void test_short_packets(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(links); i++) {
        reload_buf whole = test_packet(links[i].head, test_ipv4(17, datagram()));
        test_capture_begin(&t, links[i].link);
        for (size_t len = 0; len < 32; len++)
            add(test_octets(whole.octets, len));
        reload_buf_free(&whole);
        test_capture_reads(&t, "");
    }
}

/* ---- IP ---- */

static void test_ipv6_headers(void **unused)
{
    (void)unused;
    static const struct {
        unsigned next;
        const char *headers;
    } chains[] = {
        {17, ""},
        {0, "1100 000000000000"},                                   /* hop by hop */
        {0, "3c00 000000000000 1101 0000000000000000000000000000"}, /* destination options */
        {43, "1100 000000000000"},                                  /* routing */
        {51, "1101 0000 00000000 00000000"},                        /* authentication */
    };
    for (size_t i = 0; i < COUNT(chains); i++) {
        test_capture_begin(&t, TEST_ETHERNET);
        add(test_ethernet(0x86dd,
                          test_ipv6(chains[i].next, test_packet(chains[i].headers, datagram()))));
        test_capture_reads(&t, "M100@0 1 " A6_TO_B " .001");
    }
}

/* A length that is too large ends with the packet; one that is too small makes it unreadable. */
static void test_lying_lengths(void **unused)
{
    (void)unused;
    static const struct {
        size_t at;
        uint8_t octet;
        bool read;
        unsigned broken;
    } lies[] = {
        {0, 0x41, false, 1}, /* the header's length is less than a header */
        {0, 0x4f, false, 0}, /* it reaches into the payload */
        {2, 0xff, true, 0},  /* the total length */
        {3, 5, false, 1},    /* is less than the header */
        {24, 0xff, true, 0}, /* UDP's length */
        {25, 3, true, 0},    /* is less than its header */
        {0, 0x50, false, 1}, /* IP's version */
    };
    for (size_t i = 0; i < COUNT(lies); i++) {
        reload_buf packet = test_ipv4(17, datagram());
        packet.octets[lies[i].at] = lies[i].octet;
        test_capture_begin(&t, TEST_RAW);
        add(packet);
        test_capture_reads(&t, lies[i].read ? "M100@0 1 " A_TO_B " .001" : "");
        assert_int_equal(t.counts.broken, lies[i].broken);
    }
}

static void test_trailer(void **unused)
{
    (void)unused;
    reload_buf packet = test_ethernet(0x0800, test_ipv4(17, datagram()));
    reload_buf_append(&packet, "\0\0\0\0\0\0", 6);
    test_capture_begin(&t, TEST_ETHERNET);
    add(packet);
    test_capture_reads(&t, "M100@0 1 " A_TO_B " .001");
}

/* ---- Fragments ---- */

static void add_fragment(const reload_buf *whole, size_t from, size_t len, unsigned id)
{
    add(test_fragment(17, whole, from, len, id));
}

static void test_fragments(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1)); /* 308 octets */
    static const size_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {1, 0, 2}};
    for (size_t i = 0; i < COUNT(orders); i++) {
        test_capture_begin(&t, TEST_RAW);
        for (size_t k = 0; k < 3; k++) {
            size_t from = orders[i][k] * 104;
            add_fragment(&whole, from, from == 208 ? 100 : 104, 7);
        }
        test_capture_reads(&t, "M300@0 1-3 " A_TO_B " .003");
    }
    reload_buf_free(&whole);
}

static void test_fragments_overlap(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1)), other = test_udp(test_message_of(300, 2));
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 0, 104, 7);
    add_fragment(&whole, 0, 104, 7);  /* twice */
    add_fragment(&other, 72, 104, 7); /* octets 72 to 103 differ */
    add_fragment(&whole, 176, 132, 7);
    test_capture_reads(&t, "M300@0 1,3-4 " A_TO_B " .004");
    assert_int_equal(t.counts.overlaps, 1);
    assert_non_null(strstr(t.warnings, "a: frame 3: a fragment differs"));
    reload_buf_free(&whole);
    reload_buf_free(&other);
}

static void test_fragments_missing(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1));
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 0, 104, 7);
    add_fragment(&whole, 208, 100, 7);
    add_fragment(&whole, 104, 104, 8);
    t.seconds += 31; /* the same ID, but of another datagram */
    add_fragment(&whole, 104, 104, 7);
    test_capture_reads(&t, "M96@0 1 " A_TO_B " .001!");
    assert_int_equal(t.counts.lost_fragments, 3);
    reload_buf_free(&whole);
}

/* A datagram with missing fragments ends in its last captured packet, so it comes before those of
 * later packets. */
static void test_fragments_in_order(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1));
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 0, 104, 7);
    add(test_ipv4(17, datagram()));
    add_fragment(&whole, 0, 104, 8);
    add(test_ipv4(17, datagram()));
    add_fragment(&whole, 104, 104, 8);
    add_fragment(&whole, 208, 100, 8); /* it is complete here */
    t.seconds += 4;
    add(test_ipv4(17, datagram()));
    add_fragment(&whole, 0, 104, 9);
    add(test_ipv4(17, datagram()));
    test_capture_reads(&t, "M96@0 1 " A_TO_B " .001!\nM100@0 2 " A_TO_B " .002\nM100@0 4 " A_TO_B
                           " .004\nM300@0 3,5-6 " A_TO_B " .006\nM100@0 7 " A_TO_B
                           " .007\nM96@0 8 " A_TO_B " .008!\nM100@0 9 " A_TO_B " .009");
    assert_int_equal(t.counts.lost_fragments, 2);
    reload_buf_free(&whole);
}

/* A datagram that begins in a capture's first file is completed from the second, within two
 * seconds. */
static void test_items_wait(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1));
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 0, 104, 7);
    add(test_ipv4(17, datagram()));
    struct capture *c = test_capture_unfinished(&t);
    assert_int_equal(t.items, 0);
    capture_free(&c);
    t.pos = 0;
    t.seconds += 3;
    add(test_ipv4(17, nothing()));
    c = test_capture_unfinished(&t);
    assert_int_equal(t.items, 2);
    capture_free(&c);
    reload_buf_free(&t.file);
    reload_buf_free(&whole);
}

/* Octets beyond the last fragment, and lasts that disagree, are ignored. */
static void test_fragments_contradict(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1)),
               longer = test_udp(test_message_of(500, 1));
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 208, 100, 7);
    add_fragment(&longer, 400, 108, 7);
    add_fragment(&longer, 400, 104, 7);
    add_fragment(&whole, 0, 104, 7);
    add_fragment(&whole, 104, 104, 7);
    test_capture_reads(&t, "M300@0 1,4-5 " A_TO_B " .005");
    assert_int_equal(t.counts.broken, 2);
    reload_buf_free(&whole);
    reload_buf_free(&longer);
}

static void test_fragments_ipv6(void **unused)
{
    (void)unused;
    reload_buf whole = datagram(); /* 108 octets */
    test_capture_begin(&t, TEST_RAW);
    add(test_ipv6(44, test_packet("1100 0048 00000007", test_octets(whole.octets + 72, 36))));
    add(test_ipv6(44, test_packet("1100 0001 00000007", test_octets(whole.octets, 72))));
    test_capture_reads(&t, "M100@0 1-2 " A6_TO_B " .002");
    reload_buf_free(&whole);
}

static void test_files_in_turn(void **unused)
{
    (void)unused;
    static struct test_capture second;
    reload_buf whole = test_udp(test_message_of(300, 1));
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 0, 104, 7);
    struct test_capture first = t;
    test_capture_begin(&t, TEST_RAW);
    add_fragment(&whole, 104, 104, 7);
    add_fragment(&whole, 208, 100, 7);
    second = t;
    t = first;
    test_capture_reads_two(&t, &second, "M300@0 1,1-2 " A_TO_B " .002");
    reload_buf_free(&whole);
}

/* ---- UDP ---- */

static void test_several_in_one(void **unused)
{
    (void)unused;
    reload_buf payload = test_message_of(100, 1), more = test_message_of(72, 2);
    reload_buf_append(&payload, more.octets, more.len);
    reload_buf_append(&payload, "tail", 4);
    reload_buf_free(&more);
    test_capture_begin(&t, TEST_RAW);
    t.chunk = 1;
    add(test_ipv4(17, test_udp(payload)));
    test_capture_reads(&t, "M100@0 1 " A_TO_B " .001\nM72@100 1 " A_TO_B " .001\nG4@172 1 " A_TO_B
                           " .001");
}

static void test_snaplen(void **unused)
{
    (void)unused;
    reload_buf payload = test_message_of(100, 1), more = test_message_of(200, 2);
    reload_buf_append(&payload, more.octets, more.len);
    reload_buf_free(&more);
    test_capture_begin(&t, TEST_RAW);
    t.snaplen = 20 + 8 + 180;
    add(test_ipv4(17, test_udp(payload)));
    test_capture_reads(&t, "M100@0 1 " A_TO_B " .001\nM80@100 1 " A_TO_B " .001!");
    assert_int_equal(t.counts.cut, 1);
}

/* A sender's own mistake is not incomplete. */
static void test_truncated_by_sender(void **unused)
{
    (void)unused;
    reload_buf payload = test_message_of(100, 1);
    payload.len = 90;
    test_capture_begin(&t, TEST_RAW);
    add(test_ipv4(17, test_udp(payload)));
    test_capture_reads(&t, "M90@0 1 " A_TO_B " .001");
}

/* A packet that is captured twice, and a sender that repeats itself. */
static void test_twice(void **unused)
{
    (void)unused;
    static const struct {
        const char *tag; /* of the second one */
        uint8_t id;      /* of both, in IPv4 */
        uint8_t change;  /* of the second one's */
        unsigned later;  /* milliseconds */
        uint64_t repeated;
    } pairs[] = {
        {"0800", 1, 0, 0, 1},          {"0800", 1, 0, 98, 1},
        {"0800", 1, 0, 100, 0},        {"0800", 1, 1, 0, 0},
        {"0800", 0, 0, 0, 0},          {"81000005 0800", 0, 0, 0, 1},
        {"81000005 0800", 1, 1, 0, 1}, {"81000005 0800", 0, 0, 100, 0},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        reload_buf first = test_ipv4(17, datagram()), second = test_ipv4(17, datagram());
        first.octets[5] = pairs[i].id;
        second.octets[5] = pairs[i].id + pairs[i].change;
        test_capture_begin(&t, TEST_ETHERNET);
        add(test_ethernet(0x0800, first));
        t.count += pairs[i].later;
        add(test_packet("020000000001 020000000002", test_packet(pairs[i].tag, second)));
        test_capture_counts(&t);
        assert_int_equal(t.counts.messages, 2);
        assert_int_equal(t.counts.repeated, pairs[i].repeated);
    }
}

/* One datagram with a message twice, and messages in other datagrams */
static void test_same_message(void **unused)
{
    (void)unused;
    reload_buf one = test_message_of(100, 1), two = test_message_of(100, 1);
    reload_buf_append(&two, one.octets, one.len);
    test_capture_begin(&t, TEST_RAW);
    add(test_ipv4(17, test_udp(two)));
    add(test_ipv4(17, test_udp(one)));
    test_capture_counts(&t);
    assert_int_equal(t.counts.messages, 3);
    assert_int_equal(t.counts.repeated, 0);
}

/* ---- Files ---- */

/* Reads two files of a packet each, the second of which begins some seconds and milliseconds after
 * the first. */
static const char *warnings_of_files(int64_t seconds, unsigned later)
{
    static struct test_capture second;
    test_capture_begin(&second, TEST_RAW);
    second.seconds += seconds;
    second.count = 50 + later;
    reload_buf packet = test_ipv4(17, datagram());
    test_capture_packet(&second, &packet);
    reload_buf_free(&packet);
    test_capture_begin(&t, TEST_RAW);
    t.silent = true;
    t.count = 50;
    add(test_ipv4(17, datagram()));
    t.seconds += 3;
    add(test_ipv4(17, datagram()));
    test_capture_reads_two(&t, &second, "");
    return t.warnings;
}

static void test_order_of_files(void **unused)
{
    (void)unused;
    assert_string_equal(warnings_of_files(3, 2), "");
    assert_string_equal(warnings_of_files(3, 0), ""); /* of several interfaces */
    assert_string_equal(warnings_of_files(1000, 0), "");
    const char *late = "b: begins at 1970-01-01T00:16:41.051000Z, before the end of a at "
                       "1970-01-01T00:16:43.052000Z; ";
    assert_int_equal(strncmp(warnings_of_files(1, 0), late, strlen(late)), 0);
    assert_non_null(strstr(t.warnings, "mergecap -w OUT FILE...\n"));
    assert_int_equal(t.counts.disordered, 1);
    assert_string_not_equal(warnings_of_files(-1, 0), "");
}

/* ---- Other packets ---- */

static uint64_t others(const char *name)
{
    for (const struct capture_name *n = t.counts.others; n->name != NULL; n++)
        if (strcmp(n->name, name) == 0)
            return n->packets;
    return 0;
}

static void test_others(void **unused)
{
    (void)unused;
    test_capture_begin(&t, TEST_ETHERNET);
    add(test_ethernet(0x0806, nothing()));
    add(test_ethernet(0x8847, test_ipv4(17, datagram())));
    add(test_ethernet(0x8864, test_packet("1100 0001 0000 0021", test_ipv4(17, datagram()))));
    add(test_ethernet(0x0800, test_ipv4(47, test_packet("00000800", test_ipv4(17, datagram())))));
    add(test_ethernet(0x0800, test_ipv4(4, test_ipv4(17, datagram()))));
    add(test_ethernet(0x0800,
                      test_ipv4(1, test_packet("0303000000000000", test_ipv4(17, datagram())))));
    test_capture_reads(&t, "");
    assert_int_equal(others("ARP"), 1);
    assert_int_equal(others("MPLS"), 1);
    assert_int_equal(others("PPPoE"), 1);
    assert_int_equal(others("GRE"), 1);
    assert_int_equal(others("IP in IP"), 1);
    assert_int_equal(others("ICMP"), 1);
}

static void test_same_port(void **unused)
{
    (void)unused;
    test_capture_begin(&t, TEST_RAW);
    add(test_ipv4(17, test_udp(test_packet("000100142112a442 000000000000000000000000 52454c4f",
                                           test_message_of(100, 1)))));
    add(test_ipv4(17,
                  test_udp(test_packet("16fefd 0000 000000000001 0064", test_message_of(100, 1)))));
    add(test_ipv4(17, test_udp(test_octets("hello", 5))));
    reload_buf vxlan =
        test_udp(test_packet("0800000000000100", test_ethernet(0x0800, test_ipv4(17, datagram()))));
    vxlan.octets[2] = 4789 >> 8;
    vxlan.octets[3] = 4789 & 255;
    add(test_ipv4(17, vxlan));
    test_capture_reads(&t, "");
    assert_int_equal(t.counts.stun, 1);
    assert_int_equal(t.counts.dtls, 1);
    assert_int_equal(t.counts.skipped_datagrams, 1);
    assert_int_equal(others("VXLAN"), 1);
}

/* ---- Limits ---- */

/* Fragments of many datagrams, none of which is whole */
static void test_many_fragments(void **unused)
{
    (void)unused;
    reload_buf whole = test_udp(test_message_of(300, 1));
    test_capture_begin(&t, TEST_RAW);
    t.options.total_limit = 20000;
    for (unsigned id = 0; id < 1000; id++)
        add_fragment(&whole, 104, 104, id);
    test_capture_reads(&t, "");
    assert_int_equal(t.counts.lost_fragments, 1000);
    assert_true(t.counts.total_limits > 900);
    assert_non_null(strstr(t.warnings, "--total-limit"));
    reload_buf_free(&whole);
}

/* ---- The source ---- */

/* A source that fails is reported with its own error; one that was interrupted is asked again. */
static void test_failing_source(void **unused)
{
    (void)unused;
    static const size_t places[] = {0, 1, 2, 20, 24, 60};
    for (size_t i = 0; i < COUNT(places); i++) {
        test_capture_begin(&t, TEST_RAW);
        add(test_ipv4(17, datagram()));
        t.failures = 3;
        t.fail_at = places[i];
        t.fail_errno = EINTR;
        test_capture_reads(&t, "M100@0 1 " A_TO_B " .001");
        assert_string_equal(t.fault, "");
        test_capture_begin(&t, TEST_RAW);
        add(test_ipv4(17, datagram()));
        t.failures = UINT_MAX;
        t.fail_at = places[i];
        t.fail_errno = i % 2 == 0 ? ENXIO : 0;
        test_capture_reads(&t, "");
        assert_string_equal(t.fault, strerror(i % 2 == 0 ? ENXIO : EIO));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_all_links),
        cmocka_unit_test(test_unknown_link),
        cmocka_unit_test(test_short_packets),
        cmocka_unit_test(test_ipv6_headers),
        cmocka_unit_test(test_lying_lengths),
        cmocka_unit_test(test_trailer),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_fragments_overlap),
        cmocka_unit_test(test_fragments_missing),
        cmocka_unit_test(test_fragments_in_order),
        cmocka_unit_test(test_items_wait),
        cmocka_unit_test(test_fragments_contradict),
        cmocka_unit_test(test_fragments_ipv6),
        cmocka_unit_test(test_files_in_turn),
        cmocka_unit_test(test_several_in_one),
        cmocka_unit_test(test_snaplen),
        cmocka_unit_test(test_truncated_by_sender),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_same_message),
        cmocka_unit_test(test_order_of_files),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_same_port),
        cmocka_unit_test(test_many_fragments),
        cmocka_unit_test(test_failing_source),
    };
    return TEST_CAPTURES(tests);
}
