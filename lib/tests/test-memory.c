/* What a verifier learns over time (D25, D28): the window, the pins' names, and which functions of
 * the caller's memory reload_verify calls, with what, and when. */
#include "failing.h"
#include "test.h"

#include "verify/plan.h"
#include "x509/x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The window ---- */

/* D25 said naively: every counter of the latest boot time is kept. */
enum { SEEN = 4096 };

struct naive {
    bool known;
    uint32_t boot_time, highest, timestamp;
    uint32_t seen[SEEN];
    size_t count;
};

static bool naive_is_replay(const struct naive *n, uint32_t boot_time, uint32_t counter)
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

static void naive_advance(struct naive *n, uint32_t boot_time, uint32_t counter, uint32_t timestamp)
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
    struct naive naive;
    reload_peer_state peer;
    unsigned replays, taken;
};

/* One request for both; they must agree. */
static bool both(struct pair *p, uint32_t boot_time, uint32_t counter, uint32_t timestamp)
{
    bool replay = rl_peer_is_replay(&p->peer, p->naive.known, boot_time, counter);
    if (replay != naive_is_replay(&p->naive, boot_time, counter))
        fail_msg("boot time %u, counter %u, highest %u: %s", boot_time, counter, p->naive.highest,
                 replay ? "a replay" : "none");
    if (replay) {
        p->replays++;
        return false;
    }
    p->taken++;
    rl_peer_advance(&p->peer, p->naive.known, boot_time, counter, timestamp);
    naive_advance(&p->naive, boot_time, counter, timestamp);
    assert_int_equal(p->peer.boot_time, p->naive.boot_time);
    assert_int_equal(p->peer.counter, p->naive.highest);
    assert_int_equal(p->peer.timestamp, p->naive.timestamp);
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
    unsigned replays = 0, taken = 0;
    for (size_t s = 0; s < COUNT(starts); s++)
        for (unsigned spread = 2; spread <= 512; spread *= 2) {
            memset(&p, 0, sizeof p);
            p.peer = (reload_peer_state){0x5a5a5a5a, 0xa5a5a5a5, UINT64_MAX,
                                         7}; /* not looked at: the peer is not known */
            int64_t middle = starts[s];
            for (unsigned i = 0; i < 2000; i++) {
                int64_t counter = middle + (int64_t)test_below(&random, spread) - spread / 2;
                counter = counter < 0 ? 0 : counter > UINT32_MAX ? UINT32_MAX : counter;
                uint32_t boot_time =
                    (uint32_t)(1000 +
                               (test_below(&random, 50) == 0 ? test_below(&random, 20) : 10));
                (void)both(&p, boot_time, (uint32_t)counter, (uint32_t)test_below(&random, 1000));
                middle += test_below(&random, 4) == 0;
            }
            replays += p.replays;
            taken += p.taken;
        }
    assert_true(replays > 1000 && taken > 1000);
}

static void test_window_edges(void **state)
{
    (void)state;
    static const uint32_t highest[] = {0, 1, 63, 64, 65, 66, 128, 0x80000000, UINT32_MAX};
    static struct pair p;
    for (size_t h = 0; h < COUNT(highest); h++) {
        /* each counter below the highest, once only, down to 64 */
        memset(&p, 0, sizeof p);
        assert_true(both(&p, 5, highest[h], 9));
        assert_false(both(&p, 5, highest[h], 9));
        for (uint32_t below = 1; below <= 70 && below <= highest[h]; below++) {
            assert_int_equal(both(&p, 5, highest[h] - below, 9), below <= 64);
            assert_false(both(&p, 5, highest[h] - below, 9));
        }
        /* a step up: what was there stays seen as long as it is within the window */
        for (uint32_t by = 1; by <= 130 && by <= UINT32_MAX - highest[h]; by++) {
            memset(&p, 0, sizeof p);
            assert_true(both(&p, 5, highest[h], 9));
            if (highest[h] > 0)
                assert_true(both(&p, 5, highest[h] - 1, 9));
            assert_true(both(&p, 5, highest[h] + by, 9));
            assert_false(both(&p, 5, highest[h], 9));
            if (highest[h] > 0)
                assert_false(both(&p, 5, highest[h] - 1, 9));
            if (by > 1)
                assert_int_equal(both(&p, 5, highest[h] + 1, 9), by <= 65);
        }
    }
}

static void test_boot_time(void **state)
{
    (void)state;
    static struct pair p;
    memset(&p, 0, sizeof p);
    assert_true(both(&p, 100, 50, 900));
    assert_true(both(&p, 100, 60, 1000));
    assert_false(both(&p, 99, 61, 2000)); /* earlier: a replay, whatever the counter */
    assert_false(both(&p, 0, UINT32_MAX, 2000));
    assert_true(both(&p, 101, 60, 950)); /* later: anew, with any counter */
    assert_int_equal(p.peer.window, 0);
    assert_int_equal(p.peer.timestamp,
                     1000); /* the newest of all, which says when the peer is forgotten */
    assert_true(both(&p, 101, 59, 940));
    assert_false(both(&p, 100, 61, 950));
    assert_true(both(&p, UINT32_MAX, 0, 950));
    assert_false(both(&p, UINT32_MAX, 0, 950));
    assert_true(both(&p, UINT32_MAX, UINT32_MAX, 950));
    assert_false(both(&p, UINT32_MAX, 1, 950)); /* far below the window */
}

/* ---- Names of pins ---- */

static void name_is(const char *key, const char *name)
{
    reload_buf buf = {0};
    assert_int_equal(rl_pin_name_of_key((const uint8_t *)key, strlen(key), &buf), RELOAD_OK);
    assert_int_equal(buf.len, strlen(name) + 1);
    assert_string_equal((const char *)buf.octets, name);
    reload_buf_free(&buf);
}

static void test_names(void **state)
{
    (void)state;
    static const uint8_t id[RELOAD_ID_SIZE] = {0x46, 0x3A, [19] = 0xff};
    reload_buf buf = {0};
    assert_int_equal(rl_pin_name_of_peer(id, &buf), RELOAD_OK);
    assert_string_equal((const char *)buf.octets, "peer:463a0000000000000000000000000000000000ff");
    assert_int_equal(buf.len, 46);
    reload_buf_free(&buf);
    name_is("alice@example.com", "key:alice@example.com");
    name_is("sip:alice@example.com", "key:alice@example.com");
    name_is("sips:alice@example.com", "key:alice@example.com");
    name_is("MailTo:alice@example.com", "key:alice@example.com");
    name_is("sip:sip:alice@example.com", "key:sip:alice@example.com"); /* one is dropped */
    name_is("tel:alice@example.com", "key:tel:alice@example.com");
    name_is("Alice@EXAMPLE.Com", "key:Alice@example.com"); /* the host alone has no case */
    name_is("SIP:Alice@EXAMPLE.Com", "key:Alice@example.com");
    name_is("A@B@C", "key:A@B@c");
    name_is("A@@C", "key:A@@c");
    name_is("Alice", "key:Alice"); /* no host */
    name_is("Alice@", "key:Alice@");
    name_is("@Example.COM", "key:@example.com");
    name_is("a@[Z\x80\xc3\x84", "key:a@[z\x80\xc3\x84"); /* ASCII's letters alone */
    name_is("", "key:");
    name_is("sip:", "key:");
    /* it is appended: what stands in front is not touched */
    reload_buf_append(&buf, "X@Y", 3);
    assert_int_equal(rl_pin_name_of_key((const uint8_t *)"P@Q", 3, &buf), RELOAD_OK);
    assert_memory_equal(buf.octets, "X@Ykey:P@q", 11);
    reload_buf_free(&buf);
}

/* ---- A memory in memory ---- */

enum { MOST = 16 };

struct fake {
    struct {
        uint8_t id[RELOAD_ID_SIZE];
        reload_peer_state peer;
    } peers[MOST];
    struct {
        uint8_t transaction[RELOAD_TRANSACTION_SIZE];
        uint32_t overlay;
        reload_request_state request;
    } requests[MOST];
    struct {
        char name[64];
        uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
    } pins[MOST];
    size_t peer_count, request_count, pin_count;
    char calls[256];   /* a letter each: p P find and keep a peer, q Q a request, i I a pin */
    char failing;      /* the call that does not work, by that letter */
    unsigned spared;   /* how often it works before */
    reload_err result; /* what it returns */
};

static reload_err called(struct fake *fake, char letter)
{
    size_t len = strlen(fake->calls);
    assert_true(len + 1 < sizeof fake->calls);
    fake->calls[len] = letter;
    fake->calls[len + 1] = '\0';
    if (fake->failing == letter && fake->spared-- == 0)
        return fake->result;
    return RELOAD_OK;
}

static reload_err find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                            bool *found)
{
    struct fake *fake = arg;
    *found = false;
    for (size_t i = 0; i < fake->peer_count; i++)
        if (memcmp(fake->peers[i].id, id, RELOAD_ID_SIZE) == 0) {
            *found = true;
            *peer = fake->peers[i].peer;
        }
    return called(fake, 'p');
}

static reload_err keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            const reload_peer_state *peer)
{
    struct fake *fake = arg;
    size_t i = 0;
    reload_err err = called(fake, 'P');
    if (err != RELOAD_OK)
        return err;
    while (i < fake->peer_count && memcmp(fake->peers[i].id, id, RELOAD_ID_SIZE) != 0)
        i++;
    assert_true(i < MOST);
    memcpy(fake->peers[i].id, id, RELOAD_ID_SIZE);
    fake->peers[i].peer = *peer;
    fake->peer_count += i == fake->peer_count;
    return RELOAD_OK;
}

static reload_err find_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, reload_request_state *request, bool *found)
{
    struct fake *fake = arg;
    *found = false;
    for (size_t i = 0; i < fake->request_count; i++)
        if (memcmp(fake->requests[i].transaction, transaction_id, RELOAD_TRANSACTION_SIZE) == 0 &&
            fake->requests[i].overlay == overlay) {
            *found = true;
            *request = fake->requests[i].request;
        }
    return called(fake, 'q');
}

static reload_err keep_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, const reload_request_state *request)
{
    struct fake *fake = arg;
    reload_err err = called(fake, 'Q');
    if (err != RELOAD_OK)
        return err;
    assert_true(fake->request_count < MOST);
    memcpy(fake->requests[fake->request_count].transaction, transaction_id,
           RELOAD_TRANSACTION_SIZE);
    fake->requests[fake->request_count].overlay = overlay;
    fake->requests[fake->request_count++].request = *request;
    return RELOAD_OK;
}

static reload_err find_pin(void *arg, const char *name,
                           uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found)
{
    struct fake *fake = arg;
    *found = false;
    for (size_t i = 0; i < fake->pin_count; i++)
        if (strcmp(fake->pins[i].name, name) == 0) {
            *found = true;
            memcpy(fingerprint, fake->pins[i].fingerprint, RELOAD_FINGERPRINT_SIZE);
        }
    return called(fake, 'i');
}

static reload_err keep_pin(void *arg, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    struct fake *fake = arg;
    reload_err err = called(fake, 'I');
    for (size_t i = 0; i < fake->pin_count; i++)
        if (strcmp(fake->pins[i].name, name) == 0)
            return err;
    if (err != RELOAD_OK)
        return err;
    assert_true(fake->pin_count < MOST && strlen(name) < sizeof fake->pins[0].name);
    memcpy(fake->pins[fake->pin_count].name, name, strlen(name) + 1);
    memcpy(fake->pins[fake->pin_count++].fingerprint, fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

static void forget_all(struct fake *fake)
{
    memset(fake, 0, sizeof *fake);
}

static const reload_store functions = {NULL,         find_peer, keep_peer, find_request,
                                       keep_request, find_pin,  keep_pin};

/* ---- Times ---- */

static void time_is(const char *text, int64_t microseconds)
{
    int64_t got = -1;
    if (!reload_time_parse(text, &got))
        fail_msg("\"%s\" is not taken", text);
    if (got != microseconds)
        fail_msg("\"%s\" is %lld", text, (long long)got);
}

static void test_times(void **state)
{
    (void)state;
    time_is("0", 0);
    time_is("1183896000", INT64_C(1183896000000000));
    time_is("0001183896000", INT64_C(1183896000000000));
    time_is("1183896000.5", INT64_C(1183896000500000));
    time_is("1183896000.000001", INT64_C(1183896000000001));
    time_is("1183896000.0000019", INT64_C(1183896000000001)); /* finer than a microsecond */
    time_is("1183896000.123456789123456789123456789", INT64_C(1183896000123456));
    time_is("1099511627776", INT64_C(1099511627776000000));
    time_is("1970-01-01T00:00:00Z", 0);
    time_is("2007-07-08T12:00:00Z", INT64_C(1183896000000000));
    time_is("2007-07-08t12:00:00z", INT64_C(1183896000000000));
    time_is("2007-07-08 12:00:00Z", INT64_C(1183896000000000));
    time_is("2007-07-08T12:00:00.25Z", INT64_C(1183896000250000));
    time_is("2007-07-08T12:00:00.9999999Z", INT64_C(1183896000999999));
    time_is("2007-07-08T14:00:00+02:00", INT64_C(1183896000000000));
    time_is("2007-07-08T06:30:00.5-05:30", INT64_C(1183896000500000));
    time_is("2007-07-08T12:00:00-00:00", INT64_C(1183896000000000));
    time_is("2007-07-09T11:59:00+23:59", INT64_C(1183896000000000));
    time_is("2008-02-29T00:00:00Z", INT64_C(1204243200000000));
    time_is("2000-02-29T00:00:00Z", INT64_C(951782400000000));
    time_is("2005-12-31T23:59:60Z", INT64_C(1136073600000000)); /* a leap second */
    time_is("9999-12-31T23:59:59Z", INT64_C(253402300799000000));
    static const char *const rubbish[] = {
        "",
        " ",
        ".",
        ".5",
        "1.",
        "1.x",
        "1e3",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.5.5",
        "0x10",
        "now",
        "capture",
        "1099511627777",
        "99999999999999999999999999",
        "2007-07-08",
        "2007-07-08T12:00:00",
        "2007-07-08T12:00Z",
        "2007-07-08T12:00:00.Z",
        "2007-07-08T12:00:00Zx",
        "2007-07-08T12:00:00+2:00",
        "2007-07-08T12:00:00+0200",
        "2007-07-08T12:00:00+24:00",
        "2007-07-08T12:00:00+02:60",
        "2007-07-08T24:00:00Z",
        "2007-07-08T12:60:00Z",
        "2007-07-08T12:00:61Z",
        "2007-13-08T12:00:00Z",
        "2007-00-08T12:00:00Z",
        "2007-07-00T12:00:00Z",
        "2007-07-32T12:00:00Z",
        "2007-02-29T12:00:00Z",
        "2100-02-29T12:00:00Z",
        "07-07-08T12:00:00Z",
        "12007-07-08T12:00:00Z",
        "2007/07/08T12:00:00Z",
        "2007-07-08_12:00:00Z",
        "-2007-07-08T12:00:00Z",
    };
    for (size_t i = 0; i < COUNT(rubbish); i++) {
        int64_t got;
        if (reload_time_parse(rubbish[i], &got))
            fail_msg("\"%s\" is taken", rubbish[i]);
    }
}

/* ---- reload_verify and its memory ---- */

enum { NOW = 1183896000, BOOT = 1183890000 };

static const uint8_t alice_id[RELOAD_ID_SIZE] = {0x46, 0x3a, 0xc4, 0x13, 0xc4};

/* Two who sign for themselves, with the same names. */
struct identity {
    reload_buf key, cert;
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
};
static struct identity first, second;
static reload_buf ca;

static void make_identity(struct identity *who, const char *seed)
{
    static const uint8_t serial[1] = {1};
    static const reload_cert_name names[] = {{true, {0x46, 0x3a, 0xc4, 0x13, 0xc4}, "chat"},
                                             {false, {0}, "alice@example.com"}};
    static const reload_cert_spec spec = {.size = sizeof spec,
                                          .subject = "CN=alice",
                                          .names = names,
                                          .count = 2,
                                          .serial = serial,
                                          .serial_len = 1,
                                          .not_before = 1000000000 * RELOAD_SECOND,
                                          .not_after = 1000000001 * RELOAD_SECOND}; /* expired */
    reload_rng *rng;
    reload_key *key;
    reload_diag diag;
    reload_cert *cert;
    assert_int_equal(reload_rng_new((const uint8_t *)seed, strlen(seed), &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, 2048, &key), RELOAD_OK);
    assert_int_equal(reload_key_write(key, &who->key), RELOAD_OK);
    assert_int_equal(reload_cert_issue(&spec, key, NULL, NULL, key, &who->cert, &diag), RELOAD_OK);
    assert_int_equal(reload_cert_parse(who->cert.octets, who->cert.len, &cert, &diag), RELOAD_OK);
    assert_int_equal(rl_cert_fingerprint(cert, who->fingerprint), RELOAD_OK);
    reload_cert_free(&cert);
    reload_key_free(&key);
    reload_rng_free(&rng);
}

static int setup(void **state)
{
    (void)state;
    make_identity(&first, "one");
    make_identity(&second, "two");
    test_file(&ca, "overlay/ca.crt");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reload_buf_free(&first.key);
    reload_buf_free(&first.cert);
    reload_buf_free(&second.key);
    reload_buf_free(&second.cert);
    reload_buf_free(&ca);
    return 0;
}

#define HEAD(method, response, counter)                                                 \
    "{\"header\": {\"method\": \"" method "\", \"response\": " response                 \
    ", \"overlay\": {\"name\": \"chat\"}, "                                             \
    "\"source_id\": \"463ac413c4000000000000000000000000000000\", \"transaction_id\": " \
    "\"4690ba50" counter "\"}, "                                                        \
    "\"attributes\": [{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-ID\", " \
    "\"value\": \"463ac413c4000000000000000000000000000000\"}]}"
#define PUT(counter, entry)                                                                \
    HEAD("RESOURCE-PUT", "false", counter)                                                 \
    ", {\"type\": \"RESOURCE\", \"value\": ["                                              \
    "{\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"sip:alice@EXAMPLE.com\"}, {\"type\": " \
    "\"RESOURCE-INFO.BODY\", "                                                             \
    "\"value\": [{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"" entry "\"}, "     \
    "{\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 600}]}]}]}"
#define SEARCH(counter) HEAD("PEER-SEARCH", "false", counter) "]}"
#define ANSWER(counter) HEAD("PEER-SEARCH", "true", counter) "]}"

/* Signs the message that JSON tells, under CERTS by who, or under HMAC where who is NULL. */
static void make(const char *json, const struct identity *who, reload_buf *out)
{
    reload_buf plain = {0};
    reload_diag diag;
    test_json(&plain, json);
    reload_msg *msg = test_parse(&plain);
    reload_signer *s =
        reload_signer_new(who == NULL ? RELOAD_SECURITY_HMAC : RELOAD_SECURITY_CERTS);
    assert_non_null(s);
    if (who == NULL) {
        assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)"secret", 6), RELOAD_OK);
    } else {
        assert_int_equal(reload_signer_set_key(s, who->key.octets, who->key.len, NULL, &diag),
                         RELOAD_OK);
        assert_int_equal(reload_signer_set_cert(s, who->cert.octets, who->cert.len, &diag),
                         RELOAD_OK);
    }
    const reload_sign_options options = {.size = sizeof options, .time = NOW};
    if (reload_sign(s, msg, &options, out, &diag) != RELOAD_OK)
        fail_msg("not signed: %s", diag.text);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&plain);
}

/* A policy, a judge and a store. */
struct verifier {
    reload_policy *policy;
    reload_judge *judge;
    reload_store store;
    struct fake *fake;
};

static struct verifier new_verifier(struct fake *fake, unsigned what, reload_security security)
{
    struct verifier v = {reload_policy_new(security), NULL, functions, fake};
    assert_non_null(v.policy);
    v.store.arg = fake;
    if (security == RELOAD_SECURITY_HMAC)
        assert_int_equal(reload_policy_add_secret(v.policy, (const uint8_t *)"secret", 6),
                         RELOAD_OK);
    else if (security == RELOAD_SECURITY_CERTS && (what & RELOAD_REMEMBER_PINS) == 0)
        assert_int_equal(reload_policy_add_ca(v.policy, ca.octets, ca.len, NULL), RELOAD_OK);
    reload_policy_remember(v.policy, what);
    assert_int_equal(reload_policy_seal(v.policy, NULL), RELOAD_OK);
    v.judge = reload_judge_new(v.policy);
    assert_non_null(v.judge);
    return v;
}

static void free_verifier(struct verifier *v)
{
    reload_judge_free(&v->judge);
    reload_policy_free(&v->policy);
}

static const reload_moment now = {NOW * RELOAD_SECOND, RELOAD_NO_TIME};

/* Judges and commits; the verdict, and which calls there were. */
static void judged(const struct verifier *v, const reload_buf *octets, reload_verdict verdict,
                   reload_reason reason, const char *calls)
{
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_msg *msg = test_parse(octets);
    v->fake->calls[0] = '\0';
    assert_int_equal(reload_judge_message(v->judge, msg, now, report), RELOAD_OK);
    assert_string_equal(v->fake->calls, ""); /* judging asks nothing */
    assert_int_equal(reload_commit(&v->store, report), RELOAD_OK);
    assert_string_equal(report->reason == RELOAD_REASON_NONE ? "none"
                                                             : reload_reason_text(report->reason),
                        reason == RELOAD_REASON_NONE ? "none" : reload_reason_text(reason));
    assert_int_equal(report->verdict, verdict);
    assert_string_equal(v->fake->calls, calls);
    assert_int_equal(reload_commit(&v->store, report), RELOAD_OK); /* once: nothing is left */
    assert_string_equal(v->fake->calls, calls);
    reload_report_free(&report);
    reload_msg_free(&msg);
}

enum { ALL = RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_REQUESTS | RELOAD_REMEMBER_PINS };

static void test_calls(void **state)
{
    (void)state;
    static struct fake fake;
    reload_buf put = {0}, later = {0}, other = {0}, answer = {0}, forged = {0};
    forget_all(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    make(PUT("00000005", "sip:alice@10.4.1.2"), &first, &put);
    make(SEARCH("00000006"), &first, &later);
    make(SEARCH("00000007"), &second, &other);
    make(ANSWER("00000005"), &first, &answer);

    /* a response before its request: looked for, and nothing is learnt from it */
    judged(&v, &answer, RELOAD_INVALID, RELOAD_REASON_UNMATCHED_RESPONSE, "iq");
    assert_int_equal(fake.pin_count, 0);
    /* a message that fails in the last octet of all: its request is remembered, and nothing else */
    reload_buf_append(&forged, put.octets, put.len);
    forged.octets[forged.len - 1] ^= 1;
    judged(&v, &forged, RELOAD_INVALID, RELOAD_REASON_BAD_DIGEST, "Qi");
    assert_true(fake.peer_count == 0 && fake.pin_count == 0 && fake.request_count == 1);
    judged(&v, &answer, RELOAD_PINNED, RELOAD_REASON_NONE,
           "iqI"); /* which is enough for its response */
    assert_int_equal(fake.pin_count, 1);

    /* one that passes: the peer, its Peer-ID's pin and the KEY's are kept, once all is checked */
    forget_all(&fake);
    judged(&v, &put, RELOAD_PINNED, RELOAD_REASON_NONE, "QipiPII");
    assert_int_equal(fake.peer_count, 1);
    assert_memory_equal(fake.peers[0].id, alice_id, RELOAD_ID_SIZE);
    assert_int_equal(fake.peers[0].peer.boot_time, BOOT);
    assert_int_equal(fake.peers[0].peer.counter, 5);
    assert_int_equal(fake.peers[0].peer.timestamp, NOW);
    assert_int_equal(fake.pin_count, 2);
    assert_string_equal(fake.pins[0].name, "peer:463ac413c4000000000000000000000000000000");
    assert_string_equal(fake.pins[1].name, "key:alice@example.com");
    assert_memory_equal(fake.pins[0].fingerprint, first.fingerprint, RELOAD_FINGERPRINT_SIZE);
    assert_memory_equal(fake.pins[1].fingerprint, first.fingerprint, RELOAD_FINGERPRINT_SIZE);
    assert_int_equal(fake.requests[0].overlay, 0x659df2aa);
    assert_int_equal(fake.requests[0].request.captured, RELOAD_NO_TIME);
    assert_false(fake.requests[0].request.open_overlay);
    /* again: a replay, of which nothing is kept but the request */
    judged(&v, &put, RELOAD_INVALID, RELOAD_REASON_REPLAY, "Qip");
    judged(&v, &answer, RELOAD_PINNED, RELOAD_REASON_NONE, "iqI");
    /* another key */
    judged(&v, &other, RELOAD_INVALID, RELOAD_REASON_PIN_MISMATCH, "Qi");
    judged(&v, &later, RELOAD_PINNED, RELOAD_REASON_NONE, "QipPI");
    assert_int_equal(fake.peers[0].peer.counter, 6);
    assert_int_equal(fake.peers[0].peer.window, 1);
    assert_int_equal(fake.peer_count, 1);

    /* only what was asked for is asked */
    free_verifier(&v);
    v = new_verifier(&fake, RELOAD_REMEMBER_PINS, RELOAD_SECURITY_CERTS);
    judged(&v, &put, RELOAD_PINNED, RELOAD_REASON_NONE, "iiII");
    judged(&v, &answer, RELOAD_PINNED, RELOAD_REASON_NONE, "iI");
    free_verifier(&v);
    v = new_verifier(&fake, RELOAD_REMEMBER_PINS | RELOAD_REMEMBER_PEERS, RELOAD_SECURITY_CERTS);
    judged(&v, &put, RELOAD_INVALID, RELOAD_REASON_REPLAY, "ip");
    judged(&v, &answer, RELOAD_PINNED, RELOAD_REASON_NONE, "iI");
    free_verifier(&v);
    v = new_verifier(&fake, RELOAD_REMEMBER_REQUESTS | RELOAD_REMEMBER_PEERS,
                     RELOAD_SECURITY_CERTS);
    judged(&v, &put, RELOAD_INVALID, RELOAD_REASON_UNTRUSTED_CERTIFICATE, "Q");
    free_verifier(&v);
    reload_buf_free(&put);
    reload_buf_free(&later);
    reload_buf_free(&other);
    reload_buf_free(&answer);
    reload_buf_free(&forged);
}

/* Step 12 fails behind a step 11 that passed: what that one found is not kept. */
static void test_step_12(void **state)
{
    (void)state;
    static struct fake fake;
    reload_buf put = {0}, json = {0}, forged = {0}, good = {0};
    forget_all(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    make(PUT("ffffffff", "sip:alice@10.4.1.2"), &first, &put);
    /* its BODY's entry is another, and the message is signed anew by its sender */
    reload_msg *msg = test_parse(&put);
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    reload_buf_append(&json, "", 1);
    char *entry = strstr((char *)json.octets, "10.4.1.2");
    assert_non_null(entry);
    memcpy(entry, "10.9.9.9", 8);
    make((const char *)json.octets, &first, &forged);
    judged(&v, &forged, RELOAD_INVALID, RELOAD_REASON_BAD_DIGEST, "Qipi");
    assert_true(fake.peer_count == 0 && fake.pin_count == 0);
    make(SEARCH("00000001"), &first, &good);
    judged(&v, &good, RELOAD_PINNED, RELOAD_REASON_NONE,
           "QipPI"); /* a far counter has locked nobody out */
    reload_msg_free(&msg);
    free_verifier(&v);
    reload_buf_free(&put);
    reload_buf_free(&json);
    reload_buf_free(&forged);
    reload_buf_free(&good);
}

/* Which algorithm matters to what. */
static void test_algorithms(void **state)
{
    (void)state;
    static struct fake fake;
    reload_buf request = {0}, answer = {0}, plain = {0};
    forget_all(&fake);
    make(SEARCH("00000001"), NULL, &request);
    make(ANSWER("00000001"), NULL, &answer);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_HMAC);
    judged(&v, &request, RELOAD_VALID, RELOAD_REASON_NONE, "Q");
    judged(&v, &request, RELOAD_VALID, RELOAD_REASON_NONE, "Q");
    judged(&v, &answer, RELOAD_VALID, RELOAD_REASON_NONE, "q");
    forget_all(&fake);
    judged(&v, &answer, RELOAD_INVALID, RELOAD_REASON_UNMATCHED_RESPONSE, "q");
    free_verifier(&v);
    v = new_verifier(&fake, ALL, RELOAD_SECURITY_NONE);
    test_json(&plain, "{\"header\": {\"method\": \"PEER-SEARCH\", \"security\": \"NONE\", "
                      "\"response\": true}, \"attributes\": []}");
    judged(&v, &plain, RELOAD_UNSECURED, RELOAD_REASON_NONE, "");
    free_verifier(&v);
    reload_buf_free(&request);
    reload_buf_free(&answer);
    reload_buf_free(&plain);
}

static void test_round_trip(void **state)
{
    (void)state;
    static struct fake fake;
    reload_buf request = {0}, answer = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_moment moment = now;
    static const struct {
        int64_t request, answer;
        bool has;
        int64_t trip;
    } cases[] = {
        {1000000, 3500000, true, 2500000},
        {RELOAD_NO_TIME, 5, false, 0},
        {5, RELOAD_NO_TIME, false, 0},
        {RELOAD_NO_TIME, RELOAD_NO_TIME, false, 0},
        {7, 7, true, 0},
        {9, 4, true, -5},
    };
    make(SEARCH("00000001"), NULL, &request);
    make(ANSWER("00000001"), NULL, &answer);
    reload_msg *q = test_parse(&request), *a = test_parse(&answer);
    struct verifier v = new_verifier(&fake, RELOAD_REMEMBER_REQUESTS, RELOAD_SECURITY_HMAC);
    for (size_t i = 0; i < COUNT(cases); i++) {
        forget_all(&fake);
        moment.captured = cases[i].request;
        assert_int_equal(reload_verify(v.judge, q, moment, &v.store, report), RELOAD_OK);
        assert_false(report->has_round_trip);
        assert_int_equal(fake.requests[0].request.captured, cases[i].request);
        moment.captured = cases[i].answer;
        assert_int_equal(reload_verify(v.judge, a, moment, &v.store, report), RELOAD_OK);
        assert_int_equal(report->has_round_trip, cases[i].has);
        if (cases[i].has)
            assert_int_equal(report->round_trip, cases[i].trip);
    }
    reload_report_free(&report);
    reload_msg_free(&q);
    reload_msg_free(&a);
    free_verifier(&v);
    reload_buf_free(&request);
    reload_buf_free(&answer);
}

/* Each function of the memory failing, at its first call and at its second: reload_verify says so,
 * there is no verdict, and no peer and no pin was kept after the failure. */
static void test_failing_memory(void **state)
{
    (void)state;
    static struct fake fake;
    static const char letters[] = "pPqQiI";
    reload_buf put = {0}, answer = {0};
    make(PUT("00000001", "sip:alice@10.4.1.2"), &first, &put);
    make(ANSWER("00000001"), &first, &answer);
    reload_msg *request = test_parse(&put), *response = test_parse(&answer);
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof letters - 1; i++)
        for (unsigned spared = 0; spared < 2; spared++) {
            const reload_msg *msg = letters[i] == 'q' ? response : request;
            reload_report *report = test_report_new(RELOAD_VALID);
            forget_all(&fake);
            fake.failing = letters[i];
            fake.spared = spared;
            fake.result = i % 2 == 0 ? RELOAD_ERR_READ : RELOAD_ERR_WRITE;
            struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
            reload_err err = reload_verify(v.judge, msg, now, &v.store, report);
            char *at = strchr(fake.calls, letters[i]);
            if (at != NULL && spared > 0)
                at = strchr(at + 1, letters[i]);
            if (at == NULL) { /* not called so often */
                assert_int_equal(err, RELOAD_OK);
            } else {
                failures++;
                assert_int_equal(err, fake.result);
                assert_int_equal(report->verdict, RELOAD_UNCHECKED);
                assert_int_equal(report->reason, RELOAD_REASON_NONE);
                assert_int_equal(report->count, 0);
                assert_string_equal(at + 1, ""); /* nothing is asked or kept from then on */
            }
            reload_report_free(&report);
            free_verifier(&v);
        }
    assert_int_equal(failures, 8); /* i and I twice */
    reload_msg_free(&request);
    reload_msg_free(&response);
    reload_buf_free(&put);
    reload_buf_free(&answer);
}

/* Each allocation failing in turn: no verdict, and neither peer nor pin kept. */
static void test_failing_allocations(void **state)
{
    (void)state;
    static struct fake fake;
    reload_buf put = {0};
    make(PUT("00000001", "sip:alice@10.4.1.2"), &first, &put);
    reload_msg *msg = test_parse(&put);
    unsigned failures = 0;
    for (long n = 0;; n++) {
        reload_report *report = test_report_new(RELOAD_VALID);
        forget_all(&fake);
        struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
        failed = false;
        countdown = n;
        reload_err err = reload_verify(v.judge, msg, now, &v.store, report);
        countdown = -1;
        reload_verdict verdict = report->verdict;
        reload_report_free(&report);
        free_verifier(&v);
        if (!failed) {
            assert_int_equal(err, RELOAD_OK);
            assert_int_equal(verdict, RELOAD_PINNED);
            assert_int_equal(fake.pin_count, 2);
            break;
        }
        failures++;
        if (err != RELOAD_ERR_MEMORY || verdict != RELOAD_UNCHECKED || fake.peer_count != 0 ||
            fake.pin_count != 0)
            fail_msg("allocation %ld: result %d, verdict %d, %zu peers and %zu pins kept", n, err,
                     verdict, fake.peer_count, fake.pin_count);
    }
    assert_true(failures > 20);
    reload_msg_free(&msg);
    reload_buf_free(&put);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window_random),
        cmocka_unit_test(test_window_edges),
        cmocka_unit_test(test_boot_time),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_step_12),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests_name("memory", tests, setup, teardown);
}
