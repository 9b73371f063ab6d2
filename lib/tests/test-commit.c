/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts before and after the commit, and judging in several threads */
#include "fake-store.h"
#include "identities.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Judging and committing ---- */

struct fixture {
    struct fake_store fake;
    reload_store store;
    reload_policy *policy;
    reload_judge *judge;
    reload_buf octets;
    reload_msg *msg;
    reload_report *report;
    char text[1024];
};

static struct fixture *new_fixture(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->store = fake_store_functions(&f->fake);
    f->policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_policy_remember(f->policy,
                           RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_PINS | RELOAD_REMEMBER_REQUESTS);
    assert_int_equal(reload_policy_seal(f->policy, NULL), RELOAD_OK);
    f->judge = reload_judge_new(f->policy);
    f->msg = reload_msg_new();
    f->report = test_report_new(RELOAD_UNCHECKED);
    assert_true(f->judge != NULL && f->msg != NULL);
    return f;
}

static void free_fixture(struct fixture *f)
{
    reload_report_free(&f->report);
    reload_msg_free(&f->msg);
    reload_buf_free(&f->octets);
    reload_judge_free(&f->judge);
    reload_policy_free(&f->policy);
    free(f);
}

/* Lists each signature's verdict or reason, and its signer: "SIGNATURE=valid:CN=first". */
static void list_signers(const reload_msg *msg, const reload_report *report, char *text,
                         size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *s = reload_report_signature(report, i);
        size_t len = strlen(text);
        assert_int_equal(s->verdict == RELOAD_INVALID, s->reason != RELOAD_REASON_NONE);
        assert_true(s->has_timestamp && s->timestamp == NOW);
        (void)snprintf(text + len, size - len, "%s%s=%s%s%s", i > 0 ? " " : "",
                       reload_msg_attr(msg, s->attr)->def->name,
                       s->reason == RELOAD_REASON_NONE ? reload_verdict_text(s->verdict)
                                                       : reload_reason_text(s->reason),
                       s->signer == NULL ? "" : ":",
                       s->signer == NULL ? "" : reload_cert_subject(s->signer));
    }
}

static void check_report_verdict(struct fixture *f, const char *reason, const char *signatures)
{
    bool passes = reason == NULL;
    assert_string_equal(passes ? "" : reason, f->report->reason == RELOAD_REASON_NONE
                                                  ? ""
                                                  : reload_reason_text(f->report->reason));
    assert_int_equal(f->report->verdict, passes ? RELOAD_PINNED : RELOAD_INVALID);
    assert_int_equal(f->report->detail[0] != '\0', !passes);
    bool response = reload_msg_field(f->msg, RELOAD_F_RESPONSE) != 0;
    assert_int_equal(f->report->response_code, passes || response ? 0 : 431);
    list_signers(f->msg, f->report, f->text, sizeof f->text);
    assert_string_equal(f->text, signatures);
}

static const reload_moment now = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, false};

/* Judges f->octets, and asserts the verdict without the store. */
static void judge_fixture(struct fixture *f, const char *reason, const char *signatures)
{
    assert_int_equal(reload_msg_parse(f->msg, f->octets.octets, f->octets.len, NULL), RELOAD_OK);
    assert_int_equal(reload_judge_message(f->judge, f->msg, now, f->report), RELOAD_OK);
    check_report_verdict(f, reason, signatures);
}

/* Commits, and asserts the verdict with the store. */
static void commit_fixture(struct fixture *f, const char *reason, const char *signatures)
{
    assert_int_equal(reload_commit(&f->store, f->report), RELOAD_OK);
    check_report_verdict(f, reason, signatures);
}

#define BODY_SIG "RESOURCE-INFO.BODY.SIGNATURE"

/* An expected replay is not judged past step 11. The store decides whether it is one. */
static void test_expected_replay(void **state)
{
    (void)state;
    const reload_moment expected = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, true};
    struct fixture *f = new_fixture();
    make_signed(PUT("00000005"), &first, 0, &f->octets);
    judge_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    commit_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    assert_int_equal(reload_judge_message(f->judge, f->msg, expected, f->report), RELOAD_OK);
    check_report_verdict(f, NULL, BODY_SIG "=unchecked SIGNATURE=valid:CN=first");
    commit_fixture(f, "replay", BODY_SIG "=unchecked SIGNATURE=valid:CN=first");
    /* the store has dropped the peer */
    clear_store(&f->fake);
    assert_int_equal(reload_judge_message(f->judge, f->msg, expected, f->report), RELOAD_OK);
    assert_int_equal(reload_commit(&f->store, f->report), RELOAD_ERR_AGAIN);
    assert_int_equal(f->report->verdict, RELOAD_UNCHECKED);
    assert_true(f->fake.peer_count == 0 && f->fake.pin_count == 0);
    judge_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    commit_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    free_fixture(f);
}

/* D24: step 11 precedes step 12. */
static void test_replay_before_body(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make_signed(PUT("00000005"), &first, 0, &f->octets);
    judge_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    commit_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    assert_int_equal(f->fake.pin_count, 2);
    /* the same request with a wrong BODY signature and a valid outer signature */
    reload_buf plain = {0}, json = {0};
    flip_digest_bit(&f->octets, RELOAD_A_BODY_SIGNATURE);
    reload_msg *msg = test_parse(&f->octets);
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    reload_buf_append(&json, "", 1);
    make_signed((const char *)json.octets, &first, 0, &plain);
    reload_msg_free(&msg);
    reload_buf_free(&json);
    reload_buf_free(&f->octets);
    f->octets = plain;
    judge_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    commit_fixture(f, "replay", BODY_SIG "=unchecked SIGNATURE=valid:CN=first");
    assert_string_equal(f->report->detail, "the Transaction ID's counter 5 was seen before");
    /* without the first request, it fails in step 12 and changes no state */
    clear_store(&f->fake);
    judge_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    commit_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    assert_true(f->fake.peer_count == 0 && f->fake.pin_count == 0);
    assert_int_equal(f->fake.request_count, 1); /* with any verdict */
    free_fixture(f);
}

/* D24: step 7 precedes step 8. */
static void test_pin_before_digest(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make_signed(SEARCH("00000001"), &second, 0, &f->octets);
    flip_digest_bit(&f->octets, RELOAD_A_SIGNATURE);
    judge_fixture(f, "bad-digest", "SIGNATURE=bad-digest:CN=second");
    commit_fixture(f, "bad-digest", "SIGNATURE=bad-digest:CN=second");
    assert_int_equal(f->fake.pin_count, 0);
    assert_int_equal(f->store.keep_pin(&f->fake, ALICE_PIN, first.fingerprint), RELOAD_OK);
    judge_fixture(f, "bad-digest", "SIGNATURE=bad-digest:CN=second");
    commit_fixture(f, "pin-mismatch", "SIGNATURE=pin-mismatch:CN=second");
    assert_non_null(strstr(f->report->detail,
                           "PEER-CERT at /attributes/0/value/1: its key differs from the one "
                           "stored for the PEER-ID"));
    free_fixture(f);
}

/* D28: two keys for an identity in one message. The effects of earlier steps are dropped. */
static void test_two_keys(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    char json[8192], *hex = second_peer_info();
    (void)snprintf(json, sizeof json,
                   HEAD("PEER-SEARCH", "false", "00000001",
                        ", {\"type\": \"REDIRECT\", \"hex\": \"%s\"}") "]}",
                   hex);
    make_signed(json, &first, 0, &f->octets);
    append_route_log(&f->octets);
    judge_fixture(
        f, NULL,
        "PEER-SIGNATURE=valid:CN=second SIGNATURE=valid:CN=first PEER-SIGNATURE=valid:CN=second");
    commit_fixture(
        f, "pin-mismatch",
        "PEER-SIGNATURE=pin-mismatch:CN=second SIGNATURE=valid:CN=first PEER-SIGNATURE=unchecked");
    assert_true(f->fake.peer_count == 0 && f->fake.pin_count == 0);
    free(hex);
    free_fixture(f);
}

/* The round-trip time of a response is reported even if a later step fails. */
static void test_response(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    char json[8192], *hex = second_peer_info();
    (void)snprintf(
        json, sizeof json,
        HEAD("PEER-SEARCH", "true", "00000001", ", {\"type\": \"REDIRECT\", \"hex\": \"%s\"}") "]}",
        hex);
    make_signed(json, &first, 0, &f->octets);
    judge_fixture(f, NULL, "PEER-SIGNATURE=valid:CN=second SIGNATURE=valid:CN=first");
    commit_fixture(f, "unmatched-response", "PEER-SIGNATURE=unchecked SIGNATURE=valid:CN=first");
    assert_false(f->report->has_round_trip);
    static const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE] = {0x46, 0x90, 0xba, 0x50,
                                                                    0,    0,    0,    1};
    const reload_request_state request = {.captured = 1000000};
    assert_int_equal(f->store.keep_request(&f->fake, transaction_id, 0x659df2aa, &request),
                     RELOAD_OK);
    const reload_moment captured = {now.now, 3500000, false};
    assert_int_equal(reload_verify(f->judge, f->msg, captured, &f->store, f->report), RELOAD_OK);
    check_report_verdict(f, "pin-mismatch",
                         "PEER-SIGNATURE=pin-mismatch:CN=second SIGNATURE=valid:CN=first");
    assert_true(f->report->has_round_trip);
    assert_int_equal(f->report->round_trip, 2500000);
    free(hex);
    free_fixture(f);
}

/* D27: a ROUTE-LOG's key is compared with the message's pins and the stored ones, but not stored.
 * Only its own entry changes. */
static void test_route_log(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make_signed(SEARCH("00000001"), &first, 0, &f->octets);
    append_route_log(&f->octets);
    judge_fixture(f, NULL, "SIGNATURE=valid:CN=first PEER-SIGNATURE=valid:CN=second");
    commit_fixture(f, NULL, "SIGNATURE=valid:CN=first PEER-SIGNATURE=pin-mismatch:CN=second");
    assert_int_equal(f->fake.pin_count, 1);
    assert_memory_equal(f->fake.pins[0].fingerprint, first.fingerprint, RELOAD_FINGERPRINT_SIZE);
    assert_int_equal(f->fake.peer_count, 1);
    /* in a replay, the ROUTE-LOG is not checked */
    judge_fixture(f, NULL, "SIGNATURE=valid:CN=first PEER-SIGNATURE=valid:CN=second");
    commit_fixture(f, "replay", "SIGNATURE=valid:CN=first PEER-SIGNATURE=unchecked");
    free_fixture(f);
}

/* Makes a PUT by the first identity whose RESOURCE has two certificates. */
static void make_two_certs(struct fixture *f, const struct identity *a, const struct identity *b)
{
    char json[16384];
    (void)snprintf(
        json, sizeof json,
        HEAD("RESOURCE-PUT", "false", "00000001", RESOURCE(CERT_BODY CERT_BODY BODY)) "]}", a->der,
        b->der);
    make_signed(json, &first, 0, &f->octets);
}

/* D21 with pins: any certificate of the RESOURCE suffices. Otherwise, the reason is that of the
 * certificate that passes the most steps, which depends on the pins. */
static void test_alternatives(void **state)
{
    (void)state;
    static const char good[] = BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first";
    struct fixture *f = new_fixture();
    make_two_certs(f, &second, &first);
    judge_fixture(f, NULL, good);
    commit_fixture(f, NULL, good);
    assert_string_equal(f->fake.pins[1].name, KEY_PIN);
    assert_memory_equal(f->fake.pins[1].fingerprint, first.fingerprint, RELOAD_FINGERPRINT_SIZE);
    /* the KEY's pin is of the second identity: its certificate fails later than the other one */
    clear_store(&f->fake);
    assert_int_equal(f->store.keep_pin(&f->fake, KEY_PIN, second.fingerprint), RELOAD_OK);
    judge_fixture(f, NULL, good);
    commit_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    assert_int_equal(f->fake.pin_count, 1);
    /* the KEY's pin is of another key */
    clear_store(&f->fake);
    assert_int_equal(f->store.keep_pin(&f->fake, KEY_PIN, (const uint8_t *)KEY_PIN KEY_PIN),
                     RELOAD_OK);
    judge_fixture(f, NULL, good);
    commit_fixture(f, "pin-mismatch", BODY_SIG "=pin-mismatch:CN=second SIGNATURE=valid:CN=first");
    assert_non_null(strstr(f->report->detail, "its key differs from the one stored for the KEY"));
    free_fixture(f);
}

/* The same with a signature by neither certificate */
static void test_alternatives_of_bad_digest(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    reload_buf json = {0};
    make_two_certs(f, &second, &first);
    flip_digest_bit(&f->octets, RELOAD_A_BODY_SIGNATURE);
    reload_msg *msg = test_parse(&f->octets);
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    reload_buf_append(&json, "", 1);
    make_signed((const char *)json.octets, &first, 0, &f->octets);
    reload_msg_free(&msg);
    reload_buf_free(&json);
    judge_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    commit_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    assert_int_equal(f->store.keep_pin(&f->fake, KEY_PIN, first.fingerprint), RELOAD_OK);
    judge_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    commit_fixture(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    free_fixture(f);
}

/* ---- Tunnelled messages (D26) ---- */

/* Wraps f->octets in a TRANSPORT-TUNNEL with a counter; bad: flips a bit of its digest. */
static void wrap(struct fixture *f, char counter, bool bad)
{
    char *hex = to_hex(f->octets.octets, f->octets.len);
    size_t size = strlen(hex) + 2048;
    char *json = malloc(size);
    assert_non_null(json);
    int len = snprintf(json, size,
                       HEAD("TRANSPORT-TUNNEL", "false", "0000000%c",
                            ", {\"type\": \"APPLICATION\", \"value\": [{\"type\": "
                            "\"APPLICATION.NAME\", \"value\": \"reload\"}, {\"type\": "
                            "\"APPLICATION.BODY\", \"hex\": \"%s\"}]}") "]}",
                       counter, hex);
    assert_true(len > 0 && (size_t)len < size);
    make_signed(json, &first, 0, &f->octets);
    if (bad)
        flip_digest_bit(&f->octets, RELOAD_A_SIGNATURE);
    free(json);
    free(hex);
}

/* Judges and commits f->octets. Asserts the verdicts from the outermost message in, and the
 * counters of the effects: the highest counter seen (0: none) and the requests recorded. */
static void check_effects(struct fixture *f, const char *verdicts, uint32_t counter,
                          size_t requests)
{
    char text[64] = "";
    assert_int_equal(reload_msg_parse(f->msg, f->octets.octets, f->octets.len, NULL), RELOAD_OK);
    assert_int_equal(reload_verify(f->judge, f->msg, now, &f->store, f->report), RELOAD_OK);
    const reload_report *report = f->report;
    for (;;) {
        size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "%s%s", at > 0 ? " " : "",
                       report->reason == RELOAD_REASON_NONE ? reload_verdict_text(report->verdict)
                                                            : reload_reason_text(report->reason));
        if (report->tunnelled_count == 0)
            break;
        report = reload_report_tunnelled(report, 0)->report;
    }
    assert_string_equal(text, verdicts);
    assert_int_equal(f->fake.peer_count > 0, counter > 0);
    assert_int_equal(f->fake.peer_count > 0 ? f->fake.peers[0].peer.counter : 0, counter);
    assert_int_equal(f->fake.pin_count > 0, counter > 0);
    assert_int_equal(f->fake.request_count, requests);
}

static void test_tunnel_effects(void **state)
{
    (void)state;
    static const struct {
        bool bad[3]; /* from the innermost message out */
        const char *verdicts;
        uint32_t counter;
        size_t requests;
    } cases[] = {
        {{false, false, false}, "pinned pinned pinned", 7, 3},
        /* a request around others is recorded with any verdict, those inside it only if it passes
         */
        {{false, false, true}, "bad-digest pinned pinned", 0, 1},
        {{false, true, false}, "pinned bad-digest pinned", 1, 2},
        {{true, false, false}, "pinned pinned bad-digest", 2, 3},
        {{false, true, true}, "bad-digest bad-digest pinned", 0, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct fixture *f = new_fixture();
        make_signed(SEARCH("00000007"), &first, 0, &f->octets);
        if (cases[i].bad[0])
            flip_digest_bit(&f->octets, RELOAD_A_SIGNATURE);
        wrap(f, '2', cases[i].bad[1]);
        wrap(f, '1', cases[i].bad[2]);
        check_effects(f, cases[i].verdicts, cases[i].counter, cases[i].requests);
        free_fixture(f);
    }
}

/* A request that came first in a tunnel that fails still passes by itself. */
static void test_tunnel_uses_no_counter(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make_signed(SEARCH("00000007"), &first, 0, &f->octets);
    wrap(f, '8', true);
    check_effects(f, "bad-digest pinned", 0, 1);
    make_signed(SEARCH("00000007"), &first, 0, &f->octets);
    check_effects(f, "pinned", 7, 2);
    wrap(f, '8', true);
    check_effects(f, "bad-digest replay", 7, 3);
    free_fixture(f);
}

/* ---- Without a store, and between messages ---- */

static void test_missing_store(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make_signed(SEARCH("00000001"), &first, 0, &f->octets);
    judge_fixture(f, NULL, "SIGNATURE=valid:CN=first");
    assert_int_equal(reload_commit(NULL, f->report), RELOAD_ERR_ARGUMENT);
    assert_int_equal(f->report->verdict, RELOAD_UNCHECKED);
    assert_int_equal(f->report->count, 0);
    /* a smaller store lacks the functions after its size; a larger one is of a later version */
    const size_t sizes[] = {0, offsetof(reload_store, find_peer), offsetof(reload_store, keep_peer),
                            offsetof(reload_store, keep_pin), sizeof f->store + 8};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        judge_fixture(f, NULL, "SIGNATURE=valid:CN=first");
        f->store.size = sizes[i];
        assert_int_equal(reload_commit(&f->store, f->report),
                         sizes[i] > sizeof f->store ? RELOAD_OK : RELOAD_ERR_ARGUMENT);
    }
    f->store.find_peer = NULL;
    judge_fixture(f, NULL, "SIGNATURE=valid:CN=first");
    assert_int_equal(reload_commit(&f->store, f->report), RELOAD_ERR_ARGUMENT);
    free_fixture(f);
}

static reload_policy *hmac_policy(const char *secret)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    assert_int_equal(reload_policy_add_secret(policy, (const uint8_t *)secret, strlen(secret)),
                     RELOAD_OK);
    return policy;
}

static void test_replace_policy(void **state)
{
    (void)state;
    reload_buf octets = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    test_everything(&octets);
    reload_msg *msg = test_parse(&octets);
    const reload_moment moment = {INT64_C(1183900000) * RELOAD_SECOND, RELOAD_NO_TIME, false};
    reload_policy *good = hmac_policy("secret"), *bad = hmac_policy("another");
    assert_int_equal(reload_policy_seal(good, NULL), RELOAD_OK);
    reload_judge *j = reload_judge_new(good);
    assert_int_equal(reload_judge_set_policy(j, bad), RELOAD_ERR_ARGUMENT); /* not sealed */
    assert_int_equal(reload_verify(j, msg, moment, NULL, report), RELOAD_OK);
    assert_int_equal(report->verdict, RELOAD_VALID);
    assert_int_equal(reload_policy_seal(bad, NULL), RELOAD_OK);
    assert_int_equal(reload_judge_set_policy(j, bad), RELOAD_OK);
    assert_int_equal(reload_verify(j, msg, moment, NULL, report), RELOAD_OK);
    assert_int_equal(report->reason, RELOAD_REASON_BAD_DIGEST);
    assert_int_equal(reload_judge_set_policy(j, good), RELOAD_OK);
    reload_policy_free(&bad);
    assert_int_equal(reload_verify(j, msg, moment, NULL, report), RELOAD_OK);
    assert_int_equal(report->verdict, RELOAD_VALID);
    reload_report_free(&report);
    reload_judge_free(&j);
    reload_policy_free(&good);
    reload_msg_free(&msg);
    reload_buf_free(&octets);
}

/* ---- Threads ---- */

enum { THREADS = 2, MESSAGES = 48 };

struct item {
    reload_buf octets;
    reload_msg *msg;
    reload_report *report, *alone; /* by a thread's judge, and by a single judge */
};

struct worker {
    pthread_t thread;
    const reload_policy *policy;
    struct item *items;
    size_t number;
    bool good;
};

/* Judges a thread's share of the messages. */
static void *run_worker(void *arg)
{
    struct worker *w = arg;
    reload_judge *j = reload_judge_new(w->policy);
    w->good = j != NULL;
    for (size_t i = w->number; i < MESSAGES && w->good; i += THREADS)
        w->good = reload_judge_message(j, w->items[i].msg, now, w->items[i].report) == RELOAD_OK;
    reload_judge_free(&j);
    return NULL;
}

/* Requests of both identities: valid, invalid and repeated */
static void make_items(struct item *items)
{
    char json[2048];
    for (unsigned i = 0; i < MESSAGES; i++) {
        const struct identity *who = i % 7 == 3 ? &second : &first;
        (void)snprintf(json, sizeof json, PUT("%08x"), i % 5 == 4 ? i - 1 : i);
        make_signed(json, who, i % 2 == 0 ? RELOAD_SIGN_SOURCE_INFO : 0, &items[i].octets);
        if (i % 11 == 10)
            flip_digest_bit(&items[i].octets, RELOAD_A_SIGNATURE);
        items[i].msg = test_parse(&items[i].octets);
        items[i].report = test_report_new(RELOAD_UNCHECKED);
        items[i].alone = test_report_new(RELOAD_UNCHECKED);
    }
}

static void check_same_reports(const struct item *item)
{
    char a[1024], b[1024];
    assert_int_equal(item->report->verdict, item->alone->verdict);
    assert_int_equal(item->report->reason, item->alone->reason);
    assert_int_equal(item->report->response_code, item->alone->response_code);
    assert_string_equal(item->report->detail, item->alone->detail);
    list_signers(item->msg, item->report, a, sizeof a);
    list_signers(item->msg, item->alone, b, sizeof b);
    assert_string_equal(a, b);
}

/* Judges in two threads that share a policy, with commits in order, agree with a single judge. */
static void test_threads(void **state)
{
    (void)state;
    static struct item items[MESSAGES];
    struct worker workers[THREADS];
    struct fixture *f = new_fixture();
    unsigned passed = 0, reasons[RELOAD_REASON_EXPIRED + 1] = {0};
    make_items(items);
    for (size_t i = 0; i < MESSAGES; i++)
        assert_int_equal(reload_verify(f->judge, items[i].msg, now, &f->store, items[i].alone),
                         RELOAD_OK);
    for (size_t n = 0; n < THREADS; n++) {
        workers[n] = (struct worker){.policy = f->policy, .items = items, .number = n};
        assert_int_equal(pthread_create(&workers[n].thread, NULL, run_worker, &workers[n]), 0);
    }
    for (size_t n = 0; n < THREADS; n++) {
        assert_int_equal(pthread_join(workers[n].thread, NULL), 0);
        assert_true(workers[n].good);
    }
    clear_store(&f->fake);
    for (size_t i = 0; i < MESSAGES; i++) {
        assert_int_equal(reload_commit(&f->store, items[i].report), RELOAD_OK);
        check_same_reports(&items[i]);
        passed += items[i].report->verdict == RELOAD_PINNED;
        reasons[items[i].report->reason]++;
        reload_report_free(&items[i].report);
        reload_report_free(&items[i].alone);
        reload_msg_free(&items[i].msg);
        reload_buf_free(&items[i].octets);
    }
    assert_true(passed > 10 && reasons[RELOAD_REASON_REPLAY] > 0 &&
                reasons[RELOAD_REASON_PIN_MISMATCH] > 0 && reasons[RELOAD_REASON_BAD_DIGEST] > 0);
    free_fixture(f);
}

/* With all signatures checked, a failure against the store keeps later signatures' findings. */
static void test_check_all(void **state)
{
    (void)state;
    const reload_moment expected = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, true};
    struct fixture *f = new_fixture();
    reload_policy_check_all(f->policy, true);
    assert_int_equal(reload_policy_seal(f->policy, NULL), RELOAD_OK);
    make_signed(PUT("00000005"), &first, 0, &f->octets);
    judge_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    commit_fixture(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    /* a replay, also if it is expected */
    assert_int_equal(reload_judge_message(f->judge, f->msg, expected, f->report), RELOAD_OK);
    commit_fixture(f, "replay", BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    /* another key: a pin mismatch comes before the digest of the BODY */
    make_signed(PUT("00000006"), &second, 0, &f->octets);
    judge_fixture(f, NULL, BODY_SIG "=valid:CN=second SIGNATURE=valid:CN=second");
    commit_fixture(f, "pin-mismatch",
                   BODY_SIG "=pin-mismatch:CN=second SIGNATURE=pin-mismatch:CN=second");
    /* the judge's first failure stays, although a later pin does not match */
    flip_digest_bit(&f->octets, RELOAD_A_SIGNATURE);
    memset(&f->fake.pins[0], 0, sizeof f->fake.pins[0]); /* the Peer-ID's */
    judge_fixture(f, "bad-digest", BODY_SIG "=valid:CN=second SIGNATURE=bad-digest:CN=second");
    commit_fixture(f, "bad-digest",
                   BODY_SIG "=pin-mismatch:CN=second SIGNATURE=bad-digest:CN=second");
    assert_int_equal(f->fake.peers[0].peer.counter, 5);
    assert_int_equal(f->fake.pin_count, 2);
    free_fixture(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expected_replay),   cmocka_unit_test(test_replay_before_body),
        cmocka_unit_test(test_pin_before_digest), cmocka_unit_test(test_two_keys),
        cmocka_unit_test(test_response),          cmocka_unit_test(test_route_log),
        cmocka_unit_test(test_alternatives),      cmocka_unit_test(test_alternatives_of_bad_digest),
        cmocka_unit_test(test_tunnel_effects),    cmocka_unit_test(test_tunnel_uses_no_counter),
        cmocka_unit_test(test_missing_store),     cmocka_unit_test(test_replace_policy),
        cmocka_unit_test(test_threads),           cmocka_unit_test(test_check_all),
    };
    return cmocka_run_group_tests_name("commit", tests, setup_identities, teardown_identities);
}
