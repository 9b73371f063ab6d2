/* SPDX-License-Identifier: BSD-2-Clause */
/* The window of seen counters (D25), and the names of pins (D28) */
#include "test.h"

#include "verify/plan.h"

#include <string.h>

/* D25 without a window: all counters of the latest boot time are stored. */
enum { SEEN = 4096 };

struct reference {
    bool known;
    uint32_t boot_time, highest, timestamp;
    uint32_t seen[SEEN];
    size_t count;
};

static bool reference_is_replay(const struct reference *n, uint32_t boot_time, uint32_t counter)
{
    if (!n->known || boot_time > n->boot_time)
        return false;
    if (boot_time < n->boot_time || (int64_t)counter < (int64_t)n->highest - 64)
        return true;
    for (size_t i = 0; i < n->count; i++)
        if (n->seen[i] == counter)
            return true;
    return false;
}

static void reference_advance(struct reference *n, uint32_t boot_time, uint32_t counter,
                              uint32_t timestamp)
{
    if (!n->known || boot_time > n->boot_time) {
        n->boot_time = boot_time;
        n->highest = counter;
        n->count = 0;
    }
    n->timestamp = n->known && n->timestamp > timestamp ? n->timestamp : timestamp;
    n->known = true;
    n->highest = counter > n->highest ? counter : n->highest;
    assert_true(n->count < SEEN);
    n->seen[n->count++] = counter;
}

struct pair {
    struct reference reference;
    reload_peer_state peer;
    unsigned replays, accepted;
};

/* Asserts that both implementations agree on a request; returns whether it is accepted. */
static bool check_request(struct pair *p, uint32_t boot_time, uint32_t counter, uint32_t timestamp)
{
    bool replay = rl_peer_is_replay(&p->peer, p->reference.known, boot_time, counter);
    if (replay != reference_is_replay(&p->reference, boot_time, counter))
        fail_msg("boot time %u, counter %u, highest %u: %s", boot_time, counter,
                 p->reference.highest, replay ? "replay" : "no replay");
    if (replay) {
        p->replays++;
        return false;
    }
    p->accepted++;
    rl_peer_advance(&p->peer, p->reference.known, boot_time, counter, timestamp);
    reference_advance(&p->reference, boot_time, counter, timestamp);
    assert_int_equal(p->peer.boot_time, p->reference.boot_time);
    assert_int_equal(p->peer.counter, p->reference.highest);
    assert_int_equal(p->peer.timestamp, p->reference.timestamp);
    return true;
}

static void test_window_random(void **state)
{
    (void)state;
    static const uint32_t starts[] = {
        0,         1, 63, 64, 65, 1000, 0x7fffffc0, 0x80000000, UINT32_MAX - 200, UINT32_MAX - 1,
        UINT32_MAX};
    static struct pair p;
    uint64_t random = 25;
    unsigned replays = 0, accepted = 0;
    for (size_t s = 0; s < COUNT(starts); s++)
        for (unsigned spread = 2; spread <= 512; spread *= 2) {
            memset(&p, 0, sizeof p);
            p.peer = (reload_peer_state){0x5a5a5a5a, 0xa5a5a5a5, UINT64_MAX,
                                         7}; /* ignored: the peer is unknown */
            int64_t middle = starts[s];
            for (unsigned i = 0; i < 2000; i++) {
                int64_t counter = middle + (int64_t)test_below(&random, spread) - spread / 2;
                counter = counter < 0 ? 0 : counter > UINT32_MAX ? UINT32_MAX : counter;
                uint32_t boot_time =
                    (uint32_t)(1000 +
                               (test_below(&random, 50) == 0 ? test_below(&random, 20) : 10));
                (void)check_request(&p, boot_time, (uint32_t)counter,
                                    (uint32_t)test_below(&random, 1000));
                middle += test_below(&random, 4) == 0;
            }
            replays += p.replays;
            accepted += p.accepted;
        }
    assert_true(replays > 1000 && accepted > 1000);
}

static void test_window_edges(void **state)
{
    (void)state;
    static const uint32_t highest[] = {0, 1, 63, 64, 65, 66, 128, 0x80000000, UINT32_MAX};
    static struct pair p;
    for (size_t h = 0; h < COUNT(highest); h++) {
        /* each of the 64 counters below the highest is accepted once */
        memset(&p, 0, sizeof p);
        assert_true(check_request(&p, 5, highest[h], 9));
        assert_false(check_request(&p, 5, highest[h], 9));
        for (uint32_t below = 1; below <= 70 && below <= highest[h]; below++) {
            assert_int_equal(check_request(&p, 5, highest[h] - below, 9), below <= 64);
            assert_false(check_request(&p, 5, highest[h] - below, 9));
        }
        /* after a larger counter, those in the window are still known */
        for (uint32_t by = 1; by <= 130 && by <= UINT32_MAX - highest[h]; by++) {
            memset(&p, 0, sizeof p);
            assert_true(check_request(&p, 5, highest[h], 9));
            if (highest[h] > 0)
                assert_true(check_request(&p, 5, highest[h] - 1, 9));
            assert_true(check_request(&p, 5, highest[h] + by, 9));
            assert_false(check_request(&p, 5, highest[h], 9));
            if (highest[h] > 0)
                assert_false(check_request(&p, 5, highest[h] - 1, 9));
            if (by > 1)
                assert_int_equal(check_request(&p, 5, highest[h] + 1, 9), by <= 65);
        }
    }
}

/* After a jump, each counter below the highest, once and again; before it, each subset of
 * counters that matters: none, one, every other, all. */
static void test_window_jumps(void **state)
{
    (void)state;
    static const uint32_t jumps[] = {1, 2, 62, 63, 64, 65, 66, 127, 128, 129};
    static const uint32_t steps[] = {0, 1, 2, 64}; /* between counters seen; 0: none */
    static struct pair p;
    const uint32_t highest = 1000;
    for (size_t j = 0; j < COUNT(jumps); j++)
        for (size_t s = 0; s < COUNT(steps); s++) {
            memset(&p, 0, sizeof p);
            assert_true(check_request(&p, 5, highest, 9));
            for (uint32_t below = steps[s]; below > 0 && below <= 64; below += steps[s])
                assert_true(check_request(&p, 5, highest - below, 9));
            assert_true(check_request(&p, 5, highest + jumps[j], 9));
            for (uint32_t below = 1; below <= jumps[j] + 70; below++) {
                (void)check_request(&p, 5, highest + jumps[j] - below, 9);
                assert_false(check_request(&p, 5, highest + jumps[j] - below, 9));
            }
        }
}

static void test_boot_time(void **state)
{
    (void)state;
    static struct pair p;
    memset(&p, 0, sizeof p);
    assert_true(check_request(&p, 100, 50, 900));
    assert_true(check_request(&p, 100, 60, 1000));
    assert_false(
        check_request(&p, 99, 61, 2000)); /* an earlier boot time is a replay, with any counter */
    assert_false(check_request(&p, 0, UINT32_MAX, 2000));
    assert_true(
        check_request(&p, 101, 60, 950)); /* a later boot time is accepted, with any counter */
    assert_int_equal(p.peer.window, 0);
    assert_int_equal(p.peer.timestamp, 1000); /* the newest, by which peers are dropped */
    assert_true(check_request(&p, 101, 59, 940));
    assert_false(check_request(&p, 100, 61, 950));
    assert_true(check_request(&p, UINT32_MAX, 0, 950));
    assert_false(check_request(&p, UINT32_MAX, 0, 950));
    assert_true(check_request(&p, UINT32_MAX, UINT32_MAX, 950));
    assert_false(check_request(&p, UINT32_MAX, 1, 950)); /* below the window */
}

static void check_name(const char *key, const char *name)
{
    reload_buf buf = {0};
    assert_int_equal(rl_pin_name_of_key((const uint8_t *)key, strlen(key), &buf), RELOAD_OK);
    assert_int_equal(buf.len, strlen(name) + 1);
    assert_string_equal((const char *)buf.octets, name);
    reload_buf_free(&buf);
}

static void test_pin_names(void **state)
{
    (void)state;
    static const uint8_t id[RELOAD_ID_SIZE] = {0x46, 0x3A, [19] = 0xff};
    reload_buf buf = {0};
    assert_int_equal(rl_pin_name_of_peer(id, &buf), RELOAD_OK);
    assert_string_equal((const char *)buf.octets, "peer:463a0000000000000000000000000000000000ff");
    assert_int_equal(buf.len, 46);
    reload_buf_free(&buf);
    check_name("alice@example.com", "key:alice@example.com");
    check_name("sip:alice@example.com", "key:alice@example.com");
    check_name("sips:alice@example.com", "key:alice@example.com");
    check_name("MailTo:alice@example.com", "key:alice@example.com");
    check_name("sip:sip:alice@example.com",
               "key:sip:alice@example.com"); /* a single scheme is removed */
    check_name("tel:alice@example.com", "key:tel:alice@example.com");
    check_name("Alice@EXAMPLE.Com", "key:Alice@example.com"); /* the host is in lower case */
    check_name("SIP:Alice@EXAMPLE.Com", "key:Alice@example.com");
    check_name("A@B@C", "key:A@B@c");
    check_name("A@@C", "key:A@@c");
    check_name("Alice", "key:Alice"); /* without host */
    check_name("Alice@", "key:Alice@");
    check_name("@Example.COM", "key:@example.com");
    check_name("a@[Z\x80\xc3\x84", "key:a@[z\x80\xc3\x84"); /* ASCII letters only */
    check_name("", "key:");
    check_name("sip:", "key:");
    /* the name is appended; the octets before it do not change */
    reload_buf_append(&buf, "X@Y", 3);
    assert_int_equal(rl_pin_name_of_key((const uint8_t *)"P@Q", 3, &buf), RELOAD_OK);
    assert_memory_equal(buf.octets, "X@Ykey:P@q", 11);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window_random), cmocka_unit_test(test_window_edges),
        cmocka_unit_test(test_window_jumps),  cmocka_unit_test(test_boot_time),
        cmocka_unit_test(test_pin_names),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
