/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of the store that reload_verify calls (D25, D28): which, when and with what */
#include "failing.h"
#include "fake-store.h"

#include "x509/x509.h"

#include <string.h>

enum { NOW = 1183896000, BOOT = 1183890000 };

static const uint8_t alice_id[RELOAD_ID_SIZE] = {0x46, 0x3a, 0xc4, 0x13, 0xc4};

/* Two self-signed identities with the same names */
struct identity {
    reload_buf key, cert;
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
};
static struct identity first, second;
static reload_buf ca;

static void make_self_signed(struct identity *who, const char *seed)
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
    reload_key *key = test_rsa_key(seed, 2048);
    reload_diag diag;
    reload_cert *cert;
    assert_int_equal(reload_key_write(key, &who->key), RELOAD_OK);
    assert_int_equal(reload_cert_issue(&spec, key, NULL, NULL, key, &who->cert, &diag), RELOAD_OK);
    assert_int_equal(reload_cert_parse(who->cert.octets, who->cert.len, &cert, &diag), RELOAD_OK);
    assert_int_equal(rl_cert_fingerprint(cert, who->fingerprint), RELOAD_OK);
    reload_cert_free(&cert);
    reload_key_free(&key);
}

static int setup_store(void **state)
{
    (void)state;
    make_self_signed(&first, "one");
    make_self_signed(&second, "two");
    test_file(&ca, "overlay/ca.crt");
    return 0;
}

static int teardown_store(void **state)
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
#define SEARCH(counter)   HEAD("PEER-SEARCH", "false", counter) "]}"
#define RESPONSE(counter) HEAD("PEER-SEARCH", "true", counter) "]}"

/* Signs a message given in JSON, under CERTS, or under HMAC if who is NULL. */
static void sign_json(const char *json, const struct identity *who, reload_buf *out)
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
        fail_msg("reload_sign: %s", diag.text);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&plain);
}

/* A policy, a judge and a store */
struct verifier {
    reload_policy *policy;
    reload_judge *judge;
    reload_store store;
    struct fake_store *fake;
};

static struct verifier new_verifier(struct fake_store *fake, unsigned what,
                                    reload_security security)
{
    struct verifier v = {reload_policy_new(security), NULL, fake_store_functions(fake), fake};
    assert_non_null(v.policy);
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

static const reload_moment now = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, false};

/* Judges a message and commits, and asserts the verdict, the reason and the calls. */
static void check_calls(const struct verifier *v, const reload_buf *octets, reload_verdict verdict,
                        reload_reason reason, const char *calls)
{
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_msg *msg = test_parse(octets);
    v->fake->calls[0] = '\0';
    assert_int_equal(reload_judge_message(v->judge, msg, now, report), RELOAD_OK);
    assert_string_equal(v->fake->calls, ""); /* only the commit calls the store */
    assert_int_equal(reload_commit(&v->store, report), RELOAD_OK);
    assert_string_equal(report->reason == RELOAD_REASON_NONE ? "none"
                                                             : reload_reason_text(report->reason),
                        reason == RELOAD_REASON_NONE ? "none" : reload_reason_text(reason));
    assert_int_equal(report->verdict, verdict);
    assert_string_equal(v->fake->calls, calls);
    assert_int_equal(reload_commit(&v->store, report),
                     RELOAD_OK); /* a second commit has no effect */
    assert_string_equal(v->fake->calls, calls);
    reload_report_free(&report);
    reload_msg_free(&msg);
}

enum { ALL = RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_REQUESTS | RELOAD_REMEMBER_PINS };

/* Messages of the first identity, and one of the second */
struct messages {
    reload_buf put, later, other, response, forged;
};

static void make_messages(struct messages *m)
{
    sign_json(PUT("00000005", "sip:alice@10.4.1.2"), &first, &m->put);
    sign_json(SEARCH("00000006"), &first, &m->later);
    sign_json(SEARCH("00000007"), &second, &m->other);
    sign_json(RESPONSE("00000005"), &first, &m->response);
    reload_buf_append(&m->forged, m->put.octets, m->put.len);
    m->forged.octets[m->forged.len - 1] ^= 1;
}

static void free_messages(struct messages *m)
{
    reload_buf_free(&m->put);
    reload_buf_free(&m->later);
    reload_buf_free(&m->other);
    reload_buf_free(&m->response);
    reload_buf_free(&m->forged);
}

static void test_response_before_request(void **state)
{
    (void)state;
    static struct fake_store fake;
    struct messages m = {0};
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    make_messages(&m);
    check_calls(&v, &m.response, RELOAD_INVALID, RELOAD_REASON_UNMATCHED_RESPONSE, "iq");
    assert_int_equal(fake.pin_count, 0);
    /* an invalid request is stored too, and matches its response */
    check_calls(&v, &m.forged, RELOAD_INVALID, RELOAD_REASON_BAD_DIGEST, "Qi");
    assert_true(fake.peer_count == 0 && fake.pin_count == 0 && fake.request_count == 1);
    check_calls(&v, &m.response, RELOAD_PINNED, RELOAD_REASON_NONE, "iqI");
    assert_int_equal(fake.pin_count, 1);
    free_verifier(&v);
    free_messages(&m);
}

/* The peer, and the pins of its Peer-ID and of the KEY, are stored after all checks. */
static void test_pinned_request(void **state)
{
    (void)state;
    static struct fake_store fake;
    struct messages m = {0};
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    make_messages(&m);
    check_calls(&v, &m.put, RELOAD_PINNED, RELOAD_REASON_NONE, "QipiPII");
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
    /* of a replay, only the request is stored */
    check_calls(&v, &m.put, RELOAD_INVALID, RELOAD_REASON_REPLAY, "Qip");
    check_calls(&v, &m.response, RELOAD_PINNED, RELOAD_REASON_NONE, "iqI");
    /* another key */
    check_calls(&v, &m.other, RELOAD_INVALID, RELOAD_REASON_PIN_MISMATCH, "Qi");
    check_calls(&v, &m.later, RELOAD_PINNED, RELOAD_REASON_NONE, "QipPI");
    assert_int_equal(fake.peers[0].peer.counter, 6);
    assert_int_equal(fake.peers[0].peer.window, 1);
    assert_int_equal(fake.peer_count, 1);
    free_verifier(&v);
    free_messages(&m);
}

/* Only state that the policy remembers is looked up or stored. */
static void test_calls_by_policy(void **state)
{
    (void)state;
    static struct fake_store fake;
    struct messages m = {0};
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    make_messages(&m);
    check_calls(&v, &m.put, RELOAD_PINNED, RELOAD_REASON_NONE, "QipiPII");
    free_verifier(&v);
    v = new_verifier(&fake, RELOAD_REMEMBER_PINS, RELOAD_SECURITY_CERTS);
    check_calls(&v, &m.put, RELOAD_PINNED, RELOAD_REASON_NONE, "iiII");
    check_calls(&v, &m.response, RELOAD_PINNED, RELOAD_REASON_NONE, "iI");
    free_verifier(&v);
    v = new_verifier(&fake, RELOAD_REMEMBER_PINS | RELOAD_REMEMBER_PEERS, RELOAD_SECURITY_CERTS);
    check_calls(&v, &m.put, RELOAD_INVALID, RELOAD_REASON_REPLAY, "ip");
    check_calls(&v, &m.response, RELOAD_PINNED, RELOAD_REASON_NONE, "iI");
    free_verifier(&v);
    v = new_verifier(&fake, RELOAD_REMEMBER_REQUESTS | RELOAD_REMEMBER_PEERS,
                     RELOAD_SECURITY_CERTS);
    check_calls(&v, &m.put, RELOAD_INVALID, RELOAD_REASON_UNTRUSTED_CERTIFICATE, "Q");
    free_verifier(&v);
    free_messages(&m);
}

/* If step 12 fails, the effects of step 11 are dropped. */
static void test_failing_body(void **state)
{
    (void)state;
    static struct fake_store fake;
    reload_buf put = {0}, json = {0}, forged = {0}, good = {0};
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    sign_json(PUT("ffffffff", "sip:alice@10.4.1.2"), &first, &put);
    /* the BODY's ENTRY changes, and the sender signs the message again */
    reload_msg *msg = test_parse(&put);
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    reload_buf_append(&json, "", 1);
    char *entry = strstr((char *)json.octets, "10.4.1.2");
    assert_non_null(entry);
    memcpy(entry, "10.9.9.9", 8);
    sign_json((const char *)json.octets, &first, &forged);
    check_calls(&v, &forged, RELOAD_INVALID, RELOAD_REASON_BAD_DIGEST, "Qipi");
    assert_true(fake.peer_count == 0 && fake.pin_count == 0);
    sign_json(SEARCH("00000001"), &first, &good);
    check_calls(&v, &good, RELOAD_PINNED, RELOAD_REASON_NONE,
                "QipPI"); /* the forged counter is not stored */
    reload_msg_free(&msg);
    free_verifier(&v);
    reload_buf_free(&put);
    reload_buf_free(&json);
    reload_buf_free(&forged);
    reload_buf_free(&good);
}

/* A Transaction ID's boot time is not after the TIMESTAMP, unless the policy has no limit. */
static void test_boot_time(void **state)
{
    (void)state;
    static struct fake_store fake;
    char json[] = SEARCH("00000001");
    reload_buf late = {0};
    memcpy(strstr(json, "4690ba50"), "7fffffff", 8);
    sign_json(json, &first, &late);
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
    check_calls(&v, &late, RELOAD_INVALID, RELOAD_REASON_REPLAY, "Qi");
    reload_policy_set_max_skew(v.policy, -1);
    assert_int_equal(reload_policy_seal(v.policy, NULL), RELOAD_OK);
    check_calls(&v, &late, RELOAD_PINNED, RELOAD_REASON_NONE, "QipPI");
    free_verifier(&v);
    reload_buf_free(&late);
}

/* Under pins a certificate's own signature is checked, and before the message's digest. */
static void test_self_signature(void **state)
{
    (void)state;
    static struct fake_store fake;
    reload_buf search = {0};
    sign_json(SEARCH("00000001"), &first, &search);
    reload_msg *msg = test_parse(&search);
    uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    const reload_attr *cert =
        reload_msg_attr(msg, reload_msg_member(msg, info, RELOAD_A_PEER_CERT));
    search.octets[cert->offset + 4 + cert->length - 1] ^= 1;
    reload_msg_free(&msg);
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, RELOAD_REMEMBER_PINS, RELOAD_SECURITY_CERTS);
    check_calls(&v, &search, RELOAD_INVALID, RELOAD_REASON_UNTRUSTED_CERTIFICATE, "");
    free_verifier(&v);
    reload_buf_free(&search);
}

/* A PEER-JOIN request that leaves Overlay open matches a response with any. */
static void test_open_overlay(void **state)
{
    (void)state;
    static struct fake_store fake;
    char json[] = HEAD("PEER-JOIN", "false", "00000001") "]}";
    reload_buf join = {0}, response = {0};
    sign_json(HEAD("PEER-JOIN", "true", "00000001") "]}", NULL, &response);
    memcpy(strstr(json, "{\"name\": \"chat\"}"), "\"00000000\"      ", 16);
    sign_json(json, NULL, &join);
    clear_store(&fake);
    struct verifier v = new_verifier(&fake, RELOAD_REMEMBER_REQUESTS, RELOAD_SECURITY_HMAC);
    check_calls(&v, &join, RELOAD_VALID, RELOAD_REASON_NONE, "Q");
    assert_true(fake.requests[0].request.open_overlay);
    check_calls(&v, &response, RELOAD_VALID, RELOAD_REASON_NONE, "qq");
    free_verifier(&v);
    reload_buf_free(&join);
    reload_buf_free(&response);
}

/* HMAC stores only requests, NONE nothing. */
static void test_algorithms(void **state)
{
    (void)state;
    static struct fake_store fake;
    reload_buf request = {0}, response = {0}, plain = {0};
    clear_store(&fake);
    sign_json(SEARCH("00000001"), NULL, &request);
    sign_json(RESPONSE("00000001"), NULL, &response);
    struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_HMAC);
    check_calls(&v, &request, RELOAD_VALID, RELOAD_REASON_NONE, "Q");
    check_calls(&v, &request, RELOAD_VALID, RELOAD_REASON_NONE, "Q");
    check_calls(&v, &response, RELOAD_VALID, RELOAD_REASON_NONE, "q");
    clear_store(&fake);
    check_calls(&v, &response, RELOAD_INVALID, RELOAD_REASON_UNMATCHED_RESPONSE, "q");
    free_verifier(&v);
    v = new_verifier(&fake, ALL, RELOAD_SECURITY_NONE);
    test_json(&plain, "{\"header\": {\"method\": \"PEER-SEARCH\", \"security\": \"NONE\", "
                      "\"response\": true}, \"attributes\": []}");
    check_calls(&v, &plain, RELOAD_UNSECURED, RELOAD_REASON_NONE, "");
    free_verifier(&v);
    reload_buf_free(&request);
    reload_buf_free(&response);
    reload_buf_free(&plain);
}

static void test_round_trip(void **state)
{
    (void)state;
    static struct fake_store fake;
    reload_buf request = {0}, response = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_moment moment = now;
    static const struct {
        int64_t request, response;
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
    sign_json(SEARCH("00000001"), NULL, &request);
    sign_json(RESPONSE("00000001"), NULL, &response);
    reload_msg *q = test_parse(&request), *a = test_parse(&response);
    struct verifier v = new_verifier(&fake, RELOAD_REMEMBER_REQUESTS, RELOAD_SECURITY_HMAC);
    for (size_t i = 0; i < COUNT(cases); i++) {
        clear_store(&fake);
        moment.captured = cases[i].request;
        assert_int_equal(reload_verify(v.judge, q, moment, &v.store, report), RELOAD_OK);
        assert_false(report->has_round_trip);
        assert_int_equal(fake.requests[0].request.captured, cases[i].request);
        moment.captured = cases[i].response;
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
    reload_buf_free(&response);
}

/* Each function of the store fails at its first or second call: reload_verify returns the error,
 * the verdict is unchecked, and no further function is called. */
static void test_failing_store(void **state)
{
    (void)state;
    static struct fake_store fake;
    static const char letters[] = "pPqQiI";
    reload_buf put = {0}, response = {0};
    sign_json(PUT("00000001", "sip:alice@10.4.1.2"), &first, &put);
    sign_json(RESPONSE("00000001"), &first, &response);
    reload_msg *request = test_parse(&put), *response_msg = test_parse(&response);
    unsigned failures = 0;
    for (size_t i = 0; i < sizeof letters - 1; i++)
        for (unsigned spared = 0; spared < 2; spared++) {
            const reload_msg *msg = letters[i] == 'q' ? response_msg : request;
            reload_report *report = test_report_new(RELOAD_VALID);
            clear_store(&fake);
            fake.failing = letters[i];
            fake.spared = spared;
            fake.result = i % 2 == 0 ? RELOAD_ERR_READ : RELOAD_ERR_WRITE;
            struct verifier v = new_verifier(&fake, ALL, RELOAD_SECURITY_CERTS);
            reload_err err = reload_verify(v.judge, msg, now, &v.store, report);
            char *at = strchr(fake.calls, letters[i]);
            if (at != NULL && spared > 0)
                at = strchr(at + 1, letters[i]);
            if (at == NULL) { /* not called, or not twice */
                assert_int_equal(err, RELOAD_OK);
            } else {
                failures++;
                assert_int_equal(err, fake.result);
                assert_int_equal(report->verdict, RELOAD_UNCHECKED);
                assert_int_equal(report->reason, RELOAD_REASON_NONE);
                assert_int_equal(report->count, 0);
                assert_string_equal(at + 1, ""); /* no further call */
            }
            reload_report_free(&report);
            free_verifier(&v);
        }
    assert_int_equal(failures, 8); /* i and I are called twice */
    reload_msg_free(&request);
    reload_msg_free(&response_msg);
    reload_buf_free(&put);
    reload_buf_free(&response);
}

/* Each allocation fails in turn: the verdict is unchecked, and no peer or pin is stored. */
static void test_failing_allocations(void **state)
{
    (void)state;
    static struct fake_store fake;
    reload_buf put = {0};
    sign_json(PUT("00000001", "sip:alice@10.4.1.2"), &first, &put);
    reload_msg *msg = test_parse(&put);
    unsigned failures = 0;
    for (long n = 0;; n++) {
        reload_report *report = test_report_new(RELOAD_VALID);
        clear_store(&fake);
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
    assert_true(failures > 15);
    reload_msg_free(&msg);
    reload_buf_free(&put);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_response_before_request),
        cmocka_unit_test(test_pinned_request),
        cmocka_unit_test(test_calls_by_policy),
        cmocka_unit_test(test_failing_body),
        cmocka_unit_test(test_boot_time),
        cmocka_unit_test(test_self_signature),
        cmocka_unit_test(test_open_overlay),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_failing_store),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests_name("store", tests, setup_store, teardown_store);
}
