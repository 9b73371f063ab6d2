/* How a commit turns the verdict that the judge found without the store, and that judging is pure.
 */
#include "test.h"

#include "x509/x509.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1183896000 };

/* ---- Two self-signed identities with the same names ---- */

struct identity {
    reload_buf key, cert;
    char *der; /* in hex */
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
};
static struct identity first, second;

static char *to_hex(const uint8_t *octets, size_t len)
{
    char *digits = calloc(2 * len + 1, 1);
    assert_non_null(digits);
    reload_hex_encode(octets, len, digits);
    return digits;
}

static void make_identity(struct identity *who, const char *seed)
{
    static const uint8_t serial[1] = {1};
    static const reload_cert_name names[] = {{true, {0x46, 0x3a, 0xc4, 0x13, 0xc4}, "chat"},
                                             {false, {0}, "alice@example.com"}};
    const reload_cert_spec spec = {seed, names, 2, serial, 1, 1000000000, 1000000001, false};
    reload_rng *rng;
    reload_key *key;
    reload_cert *cert;
    size_t len;
    assert_int_equal(reload_rng_new((const uint8_t *)seed, strlen(seed), &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, 2048, &key), RELOAD_OK);
    assert_int_equal(reload_key_write(key, &who->key), RELOAD_OK);
    assert_int_equal(reload_cert_issue(&spec, key, NULL, 0, NULL, key, &who->cert, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_cert_parse(who->cert.octets, who->cert.len, &cert, NULL), RELOAD_OK);
    const uint8_t *der = reload_cert_octets(cert, &len);
    who->der = to_hex(der, len);
    assert_int_equal(rl_cert_fingerprint(cert, who->fingerprint), RELOAD_OK);
    reload_cert_free(&cert);
    reload_key_free(&key);
    reload_rng_free(&rng);
}

static void free_identity(struct identity *who)
{
    reload_buf_free(&who->key);
    reload_buf_free(&who->cert);
    free(who->der);
}

static int setup(void **state)
{
    (void)state;
    make_identity(&first, "CN=first");
    make_identity(&second, "CN=second");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free_identity(&first);
    free_identity(&second);
    return 0;
}

/* ---- A store ---- */

enum { MOST = 64 };

struct memory {
    struct {
        char name[64];
        uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
    } pins[MOST];
    size_t pin_count;
    reload_peer_state peer; /* of the only peer */
    bool has_peer;
    uint8_t requests[MOST][RELOAD_TRANSACTION_SIZE];
    reload_request_state request; /* the same of all */
    size_t request_count;
};

static reload_err find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                            bool *found)
{
    const struct memory *memory = arg;
    (void)id;
    *peer = memory->peer;
    *found = memory->has_peer;
    return RELOAD_OK;
}

static reload_err keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            const reload_peer_state *peer)
{
    struct memory *memory = arg;
    (void)id;
    memory->peer = *peer;
    memory->has_peer = true;
    return RELOAD_OK;
}

static reload_err find_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, reload_request_state *request, bool *found)
{
    const struct memory *memory = arg;
    (void)overlay;
    *found = false;
    *request = memory->request;
    for (size_t i = 0; i < memory->request_count && !*found; i++)
        *found = memcmp(memory->requests[i], transaction_id, RELOAD_TRANSACTION_SIZE) == 0;
    return RELOAD_OK;
}

static reload_err keep_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, const reload_request_state *request)
{
    struct memory *memory = arg;
    (void)overlay;
    assert_true(memory->request_count < MOST);
    memcpy(memory->requests[memory->request_count++], transaction_id, RELOAD_TRANSACTION_SIZE);
    memory->request = *request;
    return RELOAD_OK;
}

static reload_err find_pin(void *arg, const char *name,
                           uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found)
{
    const struct memory *memory = arg;
    *found = false;
    for (size_t i = 0; i < memory->pin_count; i++)
        if (strcmp(memory->pins[i].name, name) == 0) {
            memcpy(fingerprint, memory->pins[i].fingerprint, RELOAD_FINGERPRINT_SIZE);
            *found = true;
        }
    return RELOAD_OK;
}

static reload_err keep_pin(void *arg, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    struct memory *memory = arg;
    uint8_t stored[RELOAD_FINGERPRINT_SIZE];
    bool found;
    if (find_pin(arg, name, stored, &found) != RELOAD_OK || found)
        return RELOAD_OK;
    assert_true(memory->pin_count < MOST && strlen(name) < sizeof memory->pins[0].name);
    memcpy(memory->pins[memory->pin_count].name, name, strlen(name) + 1);
    memcpy(memory->pins[memory->pin_count++].fingerprint, fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

#define ALICE_PIN "peer:463ac413c4000000000000000000000000000000"
#define KEY_PIN   "key:alice@example.com"

/* ---- Messages ---- */

#define ID "463ac413c4000000000000000000000000000000"
#define HEAD(method, response, counter, more)                                                      \
    "{\"header\": {\"method\": \"" method "\", \"response\": " response                            \
    ", \"overlay\": {\"name\": \"chat\"}, \"source_id\": \"" ID                                    \
    "\", \"transaction_id\": \"4690ba50" counter "\"}, "                                           \
    "\"attributes\": [{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-ID\", \"value\": " \
    "\"" ID "\"}]}" more
#define BODY                                                                                   \
    "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", " \
    "\"value\": \"sip:alice@10.4.1.2\"}, {\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", "       \
    "\"value\": 600}]}"
#define CERT_BODY                                                                     \
    "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": \"RESOURCE-INFO.BODY." \
    "CERTIFICATE\", \"hex\": \"%s\"}]}, "
#define RESOURCE(bodies)                                                                   \
    ", {\"type\": \"RESOURCE\", \"value\": [{\"type\": \"RESOURCE-INFO.KEY\", \"value\": " \
    "\"alice@example.com\"}, " bodies "]}"
#define PUT(counter)    HEAD("RESOURCE-PUT", "false", counter, RESOURCE(BODY)) "]}"
#define SEARCH(counter) HEAD("PEER-SEARCH", "false", counter, "") "]}"

/* Signs a message under CERTS. */
static void make(const char *json, const struct identity *who, unsigned flags, reload_buf *out)
{
    reload_buf plain = {0};
    reload_diag diag;
    const reload_sign_options options = {.size = sizeof options, .time = NOW, .flags = flags};
    test_json(&plain, json);
    reload_msg *msg = test_parse(&plain);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_int_equal(reload_signer_set_key(s, who->key.octets, who->key.len, NULL, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_signer_set_cert(s, who->cert.octets, who->cert.len, NULL), RELOAD_OK);
    reload_buf_reset(out);
    if (reload_sign(s, msg, &options, out, &diag) != RELOAD_OK)
        fail_msg("not signed: %s", diag.text);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&plain);
}

/* The members of a PEER-INFO of alice's Peer-ID that is signed by the second identity, in hex. */
static char *second_peer_info(void)
{
    reload_buf octets = {0};
    size_t len;
    make(SEARCH("00000001"), &second, RELOAD_SIGN_SOURCE_INFO, &octets);
    reload_msg *msg = test_parse(&octets);
    const uint8_t *value = reload_msg_value_octets(
        msg, reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO), &len);
    char *hex = to_hex(value, len);
    reload_msg_free(&msg);
    reload_buf_free(&octets);
    return hex;
}

/* Appends a ROUTE-LOG whose PEER-INFO is that. */
static void append_route_log(reload_buf *octets)
{
    char *hex = second_peer_info(), json[8192];
    reload_buf attr = {0}, out = {0};
    (void)snprintf(json, sizeof json,
                   "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": \"ROUTE-LOG.PEER-INFO\", "
                   "\"hex\": \"%s\"}]}",
                   hex);
    assert_int_equal(reload_json_read_attr(json, strlen(json), &attr, NULL), RELOAD_OK);
    reload_msg *msg = test_parse(octets);
    assert_int_equal(reload_append_attr(msg, attr.octets, attr.len, 0, &out, NULL), RELOAD_OK);
    reload_msg_free(&msg);
    reload_buf_free(octets);
    *octets = out;
    reload_buf_free(&attr);
    free(hex);
}

/* Turns a bit of the digest of the signature of that type, the last one in the message. */
static void turn_digest(reload_buf *octets, uint16_t type)
{
    reload_msg *msg = test_parse(octets);
    size_t at = 0;
    for (size_t i = 0; i < reload_msg_count(msg); i++)
        if (reload_msg_attr(msg, i)->type == type)
            at = reload_msg_attr(msg, reload_msg_member(msg, (uint32_t)i, RELOAD_A_DIGEST))->offset;
    assert_true(at > 0);
    octets->octets[at + 20] ^= 1;
    reload_msg_free(&msg);
}

/* ---- Judging and committing ---- */

struct fixture {
    struct memory memory;
    reload_store store;
    reload_policy *policy;
    reload_judge *judge;
    reload_buf octets;
    reload_msg *msg;
    reload_report report;
    char text[1024];
};

static struct fixture *new_fixture(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->store = (reload_store){&f->memory,   find_peer, keep_peer, find_request,
                              keep_request, find_pin,  keep_pin};
    f->policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_policy_remember(f->policy,
                           RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_PINS | RELOAD_REMEMBER_REQUESTS);
    assert_int_equal(reload_policy_seal(f->policy, NULL), RELOAD_OK);
    f->judge = reload_judge_new(f->policy);
    f->msg = reload_msg_new();
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

/* "SIGNATURE=valid:CN=first …": each signature's verdict or reason, and its signer. */
static void list(const reload_msg *msg, const reload_report *report, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *s = &report->signatures[i];
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

static void verdict_is(struct fixture *f, const char *reason, const char *signatures)
{
    bool passes = reason == NULL;
    assert_string_equal(passes ? "" : reason, f->report.reason == RELOAD_REASON_NONE
                                                  ? ""
                                                  : reload_reason_text(f->report.reason));
    assert_int_equal(f->report.verdict, passes ? RELOAD_PINNED : RELOAD_INVALID);
    assert_int_equal(f->report.detail[0] != '\0', !passes);
    bool response = reload_msg_field(f->msg, RELOAD_F_RESPONSE) != 0;
    assert_int_equal(f->report.response_code, passes || response ? 0 : 431);
    list(f->msg, &f->report, f->text, sizeof f->text);
    assert_string_equal(f->text, signatures);
}

static const reload_moment now = {NOW * RELOAD_SECOND, RELOAD_NO_TIME};

/* Judges f->octets; the verdict without the store. */
static void judge(struct fixture *f, const char *reason, const char *signatures)
{
    assert_int_equal(reload_msg_parse(f->msg, f->octets.octets, f->octets.len, NULL), RELOAD_OK);
    assert_int_equal(reload_judge_message(f->judge, f->msg, now, &f->report), RELOAD_OK);
    verdict_is(f, reason, signatures);
}

/* Commits; the verdict with it. */
static void commit(struct fixture *f, const char *reason, const char *signatures)
{
    assert_int_equal(reload_commit(&f->store, &f->report), RELOAD_OK);
    verdict_is(f, reason, signatures);
}

#define BODY_SIG "RESOURCE-INFO.BODY.SIGNATURE"

/* D24: step 11 precedes step 12. */
static void test_replay_before_body(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make(PUT("00000005"), &first, 0, &f->octets);
    judge(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    commit(f, NULL, BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first");
    assert_int_equal(f->memory.pin_count, 2);
    /* the same request with a BODY that fails, and a good signature around it */
    reload_buf plain = {0}, json = {0};
    turn_digest(&f->octets, RELOAD_A_BODY_SIGNATURE);
    reload_msg *msg = test_parse(&f->octets);
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    reload_buf_append(&json, "", 1);
    make((const char *)json.octets, &first, 0, &plain);
    reload_msg_free(&msg);
    reload_buf_free(&json);
    reload_buf_free(&f->octets);
    f->octets = plain;
    judge(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    commit(f, "replay", BODY_SIG "=unchecked SIGNATURE=valid:CN=first");
    assert_string_equal(f->report.detail, "the Transaction ID's counter 5 was seen before");
    /* in the first place it fails in step 12, and changes no state */
    memset(&f->memory, 0, sizeof f->memory);
    judge(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    commit(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    assert_true(!f->memory.has_peer && f->memory.pin_count == 0);
    assert_int_equal(f->memory.request_count, 1); /* whatever the verdict */
    free_fixture(f);
}

/* D24: step 7 precedes step 8. */
static void test_pin_before_digest(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make(SEARCH("00000001"), &second, 0, &f->octets);
    turn_digest(&f->octets, RELOAD_A_SIGNATURE);
    judge(f, "bad-digest", "SIGNATURE=bad-digest:CN=second");
    commit(f, "bad-digest", "SIGNATURE=bad-digest:CN=second");
    assert_int_equal(f->memory.pin_count, 0);
    assert_int_equal(keep_pin(&f->memory, ALICE_PIN, first.fingerprint), RELOAD_OK);
    judge(f, "bad-digest", "SIGNATURE=bad-digest:CN=second");
    commit(f, "pin-mismatch", "SIGNATURE=pin-mismatch:CN=second");
    assert_non_null(strstr(f->report.detail,
                           "PEER-CERT at /attributes/0/value/1: its key differs from the one "
                           "stored for the PEER-ID"));
    free_fixture(f);
}

/* D28: two keys for one identity in one message. The effects of the steps before are dropped. */
static void test_two_keys(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    char json[8192], *hex = second_peer_info();
    (void)snprintf(json, sizeof json,
                   HEAD("PEER-SEARCH", "false", "00000001",
                        ", {\"type\": \"REDIRECT\", \"hex\": \"%s\"}") "]}",
                   hex);
    make(json, &first, 0, &f->octets);
    append_route_log(&f->octets);
    judge(f, NULL,
          "PEER-SIGNATURE=valid:CN=second SIGNATURE=valid:CN=first PEER-SIGNATURE=valid:CN=second");
    commit(
        f, "pin-mismatch",
        "PEER-SIGNATURE=pin-mismatch:CN=second SIGNATURE=valid:CN=first PEER-SIGNATURE=unchecked");
    assert_true(!f->memory.has_peer && f->memory.pin_count == 0);
    free(hex);
    free_fixture(f);
}

/* The round trip of a response stays if a later step fails; a response has no code. */
static void test_response(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    char json[8192], *hex = second_peer_info();
    (void)snprintf(
        json, sizeof json,
        HEAD("PEER-SEARCH", "true", "00000001", ", {\"type\": \"REDIRECT\", \"hex\": \"%s\"}") "]}",
        hex);
    make(json, &first, 0, &f->octets);
    judge(f, NULL, "PEER-SIGNATURE=valid:CN=second SIGNATURE=valid:CN=first");
    commit(f, "unmatched-response", "PEER-SIGNATURE=unchecked SIGNATURE=valid:CN=first");
    assert_false(f->report.has_round_trip);
    static const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE] = {0x46, 0x90, 0xba, 0x50,
                                                                    0,    0,    0,    1};
    const reload_request_state request = {.captured = 1000000};
    assert_int_equal(keep_request(&f->memory, transaction_id, 0, &request), RELOAD_OK);
    const reload_moment captured = {now.now, 3500000};
    assert_int_equal(reload_verify(f->judge, f->msg, captured, &f->store, &f->report), RELOAD_OK);
    verdict_is(f, "pin-mismatch", "PEER-SIGNATURE=pin-mismatch:CN=second SIGNATURE=valid:CN=first");
    assert_true(f->report.has_round_trip);
    assert_int_equal(f->report.round_trip, 2500000);
    free(hex);
    free_fixture(f);
}

/* D27: a ROUTE-LOG's pin is compared, with this message's and with the stored one, and never
 * stored; only its own entry changes. */
static void test_route_log(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make(SEARCH("00000001"), &first, 0, &f->octets);
    append_route_log(&f->octets);
    judge(f, NULL, "SIGNATURE=valid:CN=first PEER-SIGNATURE=valid:CN=second");
    commit(f, NULL, "SIGNATURE=valid:CN=first PEER-SIGNATURE=pin-mismatch:CN=second");
    assert_int_equal(f->memory.pin_count, 1);
    assert_memory_equal(f->memory.pins[0].fingerprint, first.fingerprint, RELOAD_FINGERPRINT_SIZE);
    assert_true(f->memory.has_peer);
    /* as a replay nothing of it is reached */
    judge(f, NULL, "SIGNATURE=valid:CN=first PEER-SIGNATURE=valid:CN=second");
    commit(f, "replay", "SIGNATURE=valid:CN=first PEER-SIGNATURE=unchecked");
    free_fixture(f);
}

/* A PUT by the first identity whose RESOURCE holds two certificates. */
static void make_two_certs(struct fixture *f, const struct identity *a, const struct identity *b)
{
    char json[16384];
    (void)snprintf(
        json, sizeof json,
        HEAD("RESOURCE-PUT", "false", "00000001", RESOURCE(CERT_BODY CERT_BODY BODY)) "]}", a->der,
        b->der);
    make(json, &first, 0, &f->octets);
}

/* D21 under pins: any certificate of the RESOURCE suffices; else the one that got furthest gives
 * the reason, and with the pins that may be another one. */
static void test_alternatives(void **state)
{
    (void)state;
    static const char good[] = BODY_SIG "=valid:CN=first SIGNATURE=valid:CN=first";
    struct fixture *f = new_fixture();
    make_two_certs(f, &second, &first);
    judge(f, NULL, good);
    commit(f, NULL, good);
    assert_string_equal(f->memory.pins[1].name, KEY_PIN);
    assert_memory_equal(f->memory.pins[1].fingerprint, first.fingerprint, RELOAD_FINGERPRINT_SIZE);
    /* the KEY is the second one's: whose certificate fits the pin has a bad digest, which is
     * further than the pin of the other */
    memset(&f->memory, 0, sizeof f->memory);
    assert_int_equal(keep_pin(&f->memory, KEY_PIN, second.fingerprint), RELOAD_OK);
    judge(f, NULL, good);
    commit(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    assert_int_equal(f->memory.pin_count, 1);
    /* only another key is known */
    memset(&f->memory, 0, sizeof f->memory);
    assert_int_equal(keep_pin(&f->memory, KEY_PIN, (const uint8_t *)KEY_PIN KEY_PIN), RELOAD_OK);
    judge(f, NULL, good);
    commit(f, "pin-mismatch", BODY_SIG "=pin-mismatch:CN=second SIGNATURE=valid:CN=first");
    assert_non_null(strstr(f->report.detail, "its key differs from the one stored for the KEY"));
    free_fixture(f);
}

/* The same where no certificate has made the signature. */
static void test_alternatives_of_bad_digest(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    reload_buf json = {0};
    make_two_certs(f, &second, &first);
    turn_digest(&f->octets, RELOAD_A_BODY_SIGNATURE);
    reload_msg *msg = test_parse(&f->octets);
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    reload_buf_append(&json, "", 1);
    make((const char *)json.octets, &first, 0, &f->octets);
    reload_msg_free(&msg);
    reload_buf_free(&json);
    judge(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    commit(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    assert_int_equal(keep_pin(&f->memory, KEY_PIN, first.fingerprint), RELOAD_OK);
    judge(f, "bad-digest", BODY_SIG "=bad-digest:CN=second SIGNATURE=valid:CN=first");
    commit(f, "bad-digest", BODY_SIG "=bad-digest:CN=first SIGNATURE=valid:CN=first");
    free_fixture(f);
}

/* ---- Without a store, and between two messages ---- */

static void test_no_store(void **state)
{
    (void)state;
    struct fixture *f = new_fixture();
    make(SEARCH("00000001"), &first, 0, &f->octets);
    judge(f, NULL, "SIGNATURE=valid:CN=first");
    assert_int_equal(reload_commit(NULL, &f->report), RELOAD_ERR_ARGUMENT);
    assert_int_equal(f->report.verdict, RELOAD_UNCHECKED);
    assert_int_equal(f->report.count, 0);
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
    reload_report report = {0};
    test_everything(&octets);
    reload_msg *msg = test_parse(&octets);
    const reload_moment moment = {INT64_C(1183900000) * RELOAD_SECOND, RELOAD_NO_TIME};
    reload_policy *good = hmac_policy("secret"), *bad = hmac_policy("another");
    assert_int_equal(reload_policy_seal(good, NULL), RELOAD_OK);
    reload_judge *j = reload_judge_new(good);
    assert_int_equal(reload_judge_set_policy(j, bad), RELOAD_ERR_ARGUMENT); /* not sealed */
    assert_int_equal(reload_verify(j, msg, moment, NULL, &report), RELOAD_OK);
    assert_int_equal(report.verdict, RELOAD_VALID);
    assert_int_equal(reload_policy_seal(bad, NULL), RELOAD_OK);
    assert_int_equal(reload_judge_set_policy(j, bad), RELOAD_OK);
    assert_int_equal(reload_verify(j, msg, moment, NULL, &report), RELOAD_OK);
    assert_int_equal(report.reason, RELOAD_REASON_BAD_DIGEST);
    assert_int_equal(reload_judge_set_policy(j, good), RELOAD_OK);
    reload_policy_free(&bad);
    assert_int_equal(reload_verify(j, msg, moment, NULL, &report), RELOAD_OK);
    assert_int_equal(report.verdict, RELOAD_VALID);
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
    reload_report report, alone; /* judged by a thread, and by the only one */
};

struct worker {
    pthread_t thread;
    const reload_policy *policy;
    struct item *items;
    size_t number;
    bool good;
};

/* Judges every second message. */
static void *work(void *arg)
{
    struct worker *w = arg;
    reload_judge *j = reload_judge_new(w->policy);
    w->good = j != NULL;
    for (size_t i = w->number; i < MESSAGES && w->good; i += THREADS)
        w->good = reload_judge_message(j, w->items[i].msg, now, &w->items[i].report) == RELOAD_OK;
    reload_judge_free(&j);
    return NULL;
}

/* Requests of both identities, good, bad and repeated. */
static void make_items(struct item *items)
{
    char json[2048];
    for (unsigned i = 0; i < MESSAGES; i++) {
        const struct identity *who = i % 7 == 3 ? &second : &first;
        (void)snprintf(json, sizeof json, PUT("%08x"), i % 5 == 4 ? i - 1 : i);
        make(json, who, i % 2 == 0 ? RELOAD_SIGN_SOURCE_INFO : 0, &items[i].octets);
        if (i % 11 == 10)
            turn_digest(&items[i].octets, RELOAD_A_SIGNATURE);
        items[i].msg = test_parse(&items[i].octets);
    }
}

static void same_reports(const struct item *item)
{
    char a[1024], b[1024];
    assert_int_equal(item->report.verdict, item->alone.verdict);
    assert_int_equal(item->report.reason, item->alone.reason);
    assert_int_equal(item->report.response_code, item->alone.response_code);
    assert_string_equal(item->report.detail, item->alone.detail);
    list(item->msg, &item->report, a, sizeof a);
    list(item->msg, &item->alone, b, sizeof b);
    assert_string_equal(a, b);
}

/* Two judges in two threads over one policy, and commits in order, give what one judge gives. */
static void test_threads(void **state)
{
    (void)state;
    static struct item items[MESSAGES];
    struct worker workers[THREADS];
    struct fixture *f = new_fixture();
    unsigned passed = 0, reasons[RELOAD_REASON_EXPIRED + 1] = {0};
    make_items(items);
    for (size_t i = 0; i < MESSAGES; i++)
        assert_int_equal(reload_verify(f->judge, items[i].msg, now, &f->store, &items[i].alone),
                         RELOAD_OK);
    for (size_t n = 0; n < THREADS; n++) {
        workers[n] = (struct worker){.policy = f->policy, .items = items, .number = n};
        assert_int_equal(pthread_create(&workers[n].thread, NULL, work, &workers[n]), 0);
    }
    for (size_t n = 0; n < THREADS; n++) {
        assert_int_equal(pthread_join(workers[n].thread, NULL), 0);
        assert_true(workers[n].good);
    }
    memset(&f->memory, 0, sizeof f->memory);
    for (size_t i = 0; i < MESSAGES; i++) {
        assert_int_equal(reload_commit(&f->store, &items[i].report), RELOAD_OK);
        same_reports(&items[i]);
        passed += items[i].report.verdict == RELOAD_PINNED;
        reasons[items[i].report.reason]++;
        reload_report_free(&items[i].report);
        reload_report_free(&items[i].alone);
        reload_msg_free(&items[i].msg);
        reload_buf_free(&items[i].octets);
    }
    assert_true(passed > 10 && reasons[RELOAD_REASON_REPLAY] > 0 &&
                reasons[RELOAD_REASON_PIN_MISMATCH] > 0 && reasons[RELOAD_REASON_BAD_DIGEST] > 0);
    free_fixture(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_before_body),
        cmocka_unit_test(test_pin_before_digest),
        cmocka_unit_test(test_two_keys),
        cmocka_unit_test(test_response),
        cmocka_unit_test(test_route_log),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_alternatives_of_bad_digest),
        cmocka_unit_test(test_no_store),
        cmocka_unit_test(test_replace_policy),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests_name("commit", tests, setup, teardown);
}
