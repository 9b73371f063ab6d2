/* SPDX-License-Identifier: BSD-2-Clause */
/* Public-key operations and chain searches for one message (D21, D34): their numbers, not their
 * time. Linked with --wrap for the functions that are counted. */
#include "test.h"

#include "crypto/pk.h"
#include "x509/x509.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1183896000, BODIES = 80 };

/* ---- Counting ---- */

static unsigned operations, searches, reads, comparisons;

reload_err __real_rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md,
                                      const uint8_t *digest, reload_span signature, bool *match);
reload_err __wrap_rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md,
                                      const uint8_t *digest, reload_span signature, bool *match);
reload_err __real_rl_trust_judge(const rl_trust *trust, const reload_cert *cert, reload_time time,
                                 rl_links *own, rl_links *given, rl_objection *objection);
reload_err __wrap_rl_trust_judge(const rl_trust *trust, const reload_cert *cert, reload_time time,
                                 rl_links *own, rl_links *given, rl_objection *objection);
reload_err __real_rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                                      rl_objection *objection);
reload_err __wrap_rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                                      rl_objection *objection);
reload_err __real_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection);
reload_err __wrap_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection);
bool __real_rl_cert_names_user(const reload_cert *cert, const uint8_t *key, size_t len);
bool __wrap_rl_cert_names_user(const reload_cert *cert, const uint8_t *key, size_t len);

reload_err __wrap_rl_pk_verify_digest(const mbedtls_pk_context *pk, reload_md md,
                                      const uint8_t *digest, reload_span signature, bool *match)
{
    operations++;
    return __real_rl_pk_verify_digest(pk, md, digest, signature, match);
}

reload_err __wrap_rl_trust_judge(const rl_trust *trust, const reload_cert *cert, reload_time time,
                                 rl_links *own, rl_links *given, rl_objection *objection)
{
    searches++;
    return __real_rl_trust_judge(trust, cert, time, own, given, objection);
}

reload_err __wrap_rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                                      rl_objection *objection)
{
    searches++;
    return __real_rl_trust_judge_self(trust, cert, objection);
}

reload_err __wrap_rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                               rl_objection *objection)
{
    reads++;
    return __real_rl_cert_read(der, len, cert, objection);
}

bool __wrap_rl_cert_names_user(const reload_cert *cert, const uint8_t *key, size_t len)
{
    comparisons++;
    return __real_rl_cert_names_user(cert, key, len);
}

/* ---- Certificates ---- */

enum { GOOD, OTHER, KEYS };

static reload_key *keys[KEYS], *ca_key;
static reload_buf key_pem, ca_pem;
static reload_cert *ca;

static int setup_keys(void **state)
{
    (void)state;
    reload_buf pem = {0};
    for (int i = 0; i < KEYS; i++)
        keys[i] = test_rsa_key((const char[]){(char)('A' + i), '\0'}, 1024);
    assert_int_equal(reload_key_write(keys[GOOD], &key_pem), RELOAD_OK);
    test_file(&ca_pem, "overlay/ca.crt");
    test_file(&pem, "overlay/ca.key");
    assert_int_equal(reload_cert_parse(ca_pem.octets, ca_pem.len, &ca, NULL), RELOAD_OK);
    assert_int_equal(reload_key_parse(pem.octets, pem.len, NULL, &ca_key, NULL), RELOAD_OK);
    reload_buf_free(&pem);
    return 0;
}

static int teardown_keys(void **state)
{
    (void)state;
    for (int i = 0; i < KEYS; i++)
        reload_key_free(&keys[i]);
    reload_key_free(&ca_key);
    reload_cert_free(&ca);
    reload_buf_free(&key_pem);
    reload_buf_free(&ca_pem);
    return 0;
}

/* A certificate for alice in PEM. by: the CA, or NULL for one that is self-signed */
static void issue(unsigned serial, int key, const reload_cert *by, reload_buf *pem)
{
    const uint8_t number[2] = {1, (uint8_t)serial};
    static const reload_cert_name names[] = {{true, {0x46, 0x3a, 0xc4, 0x13, 0xc4}, "chat"},
                                             {false, {0}, "alice@example.com"}};
    const reload_cert_spec spec = {.size = sizeof spec,
                                   .subject = "CN=alice",
                                   .names = names,
                                   .count = 2,
                                   .serial = number,
                                   .serial_len = sizeof number,
                                   .not_before = 1000000000 * RELOAD_SECOND,
                                   .not_after = 2000000000 * RELOAD_SECOND};
    assert_int_equal(
        reload_cert_issue(&spec, keys[key], NULL, by, by == NULL ? keys[key] : ca_key, pem, NULL),
        RELOAD_OK);
}

/* Appends a certificate BODY in JSON. forged: the certificate's last octet is wrong */
static void append_certificate(reload_buf *json, const reload_buf *pem, bool forged)
{
    reload_cert *cert;
    size_t len;
    assert_int_equal(reload_cert_parse(pem->octets, pem->len, &cert, NULL), RELOAD_OK);
    const uint8_t *der = reload_cert_octets(cert, &len);
    char *digits = calloc(2 * len + 1, 1);
    assert_non_null(digits);
    reload_hex_encode(der, len, digits);
    if (forged)
        digits[2 * len - 1] = digits[2 * len - 1] == '0' ? '1' : '0';
    static const char head[] = "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": "
                               "\"RESOURCE-INFO.BODY.CERTIFICATE\", \"hex\": \"";
    reload_buf_append(json, head, sizeof head - 1);
    reload_buf_append(json, digits, 2 * len);
    reload_buf_append(json, "\"}]}, ", 6);
    free(digits);
    reload_cert_free(&cert);
}

/* ---- Messages ---- */

/* Certificate BODYs of a RESOURCE before its signed BODYs */
struct decoys {
    unsigned forged, other; /* certificates with a wrong signature, and of another key */
    bool last;              /* the right certificate follows them, else the signed BODYs */
    unsigned resources;
};

static void append_text(reload_buf *json, const char *text)
{
    reload_buf_append(json, text, strlen(text));
}

static void append_resource(reload_buf *json, const struct decoys *d, const reload_cert *by,
                            const reload_buf *good)
{
    append_text(json, ", {\"type\": \"RESOURCE\", \"value\": [{\"type\": \"RESOURCE-INFO.KEY\", "
                      "\"value\": \"alice@example.com\"}, ");
    for (unsigned i = 0; i < d->forged + d->other; i++) {
        reload_buf pem = {0};
        bool forged = i < d->forged;
        issue(2 + i, forged ? GOOD : OTHER, by, &pem);
        append_certificate(json, &pem, forged);
        reload_buf_free(&pem);
    }
    if (d->last)
        append_certificate(json, good, false);
    for (int i = 0; i < BODIES; i++)
        append_text(json, "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": [{\"type\": "
                          "\"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 600}]}, ");
    json->len -= 2; /* the last comma */
    append_text(json, "]}");
}

static void make_message(const struct decoys *d, const reload_cert *by, reload_buf *out)
{
    reload_buf json = {0}, plain = {0}, good = {0};
    reload_diag diag = {0};
    const reload_sign_options options = {.size = sizeof options, .time = NOW};
    issue(1, GOOD, by, &good);
    append_text(&json, "{\"header\": {\"method\": \"RESOURCE-PUT\", \"overlay\": {\"name\": "
                       "\"chat\"}, \"source_id\": \"463ac413c4000000000000000000000000000000\"}, "
                       "\"attributes\": [{\"type\": \"SDP\", \"value\": \"\"}");
    for (unsigned i = 0; i < d->resources; i++)
        append_resource(&json, d, by, &good);
    reload_buf_append(&json, "]}", 3);
    test_json(&plain, (const char *)json.octets);
    reload_msg *msg = test_parse(&plain);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_int_equal(reload_signer_set_key(s, key_pem.octets, key_pem.len, NULL, NULL), RELOAD_OK);
    assert_int_equal(reload_signer_set_cert(s, good.octets, good.len, NULL), RELOAD_OK);
    if (reload_sign(s, msg, &options, out, &diag) != RELOAD_OK)
        fail_msg("reload_sign: %s", diag.text);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&json);
    reload_buf_free(&plain);
    reload_buf_free(&good);
}

/* ---- A store with one pin for all names ---- */

struct pin {
    bool known;
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
};

static reload_err find_pin(void *arg, const char *name,
                           uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found)
{
    const struct pin *pin = arg;
    (void)name;
    *found = pin->known;
    memcpy(fingerprint, pin->fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

static reload_err keep_pin(void *arg, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    struct pin *pin = arg;
    (void)name;
    pin->known = true;
    memcpy(pin->fingerprint, fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

/* ---- Tests ---- */

static bool check_all; /* in new policies */

static reload_policy *new_policy(bool pins)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_policy_set_min_rsa_bits(policy, 1024);
    if (pins)
        reload_policy_remember(policy, RELOAD_REMEMBER_PINS);
    else
        assert_int_equal(reload_policy_add_ca(policy, ca_pem.octets, ca_pem.len, NULL), RELOAD_OK);
    reload_policy_check_all(policy, check_all);
    assert_int_equal(reload_policy_seal(policy, NULL), RELOAD_OK);
    return policy;
}

/* Verifies a message with decoys, twice with the same judge, and asserts the verdict and the number
 * of operations, of searches for a chain, and of comparisons with the KEY. pin: NULL, or a store */
static void check_work(const struct decoys *d, struct pin *pin, const char *reason,
                       unsigned expected_operations, unsigned expected_searches,
                       unsigned expected_comparisons)
{
    const reload_moment now = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, false};
    const reload_store store = {
        .size = sizeof store, .arg = pin, .find_pin = find_pin, .keep_pin = keep_pin};
    reload_buf octets = {0};
    make_message(d, pin == NULL ? ca : NULL, &octets);
    reload_policy *policy = new_policy(pin != NULL);
    reload_judge *judge = reload_judge_new(policy);
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_msg *msg = test_parse(&octets);
    reload_judge_set_cache(judge, 0); /* the second time costs the same */
    for (int i = 0; i < 2; i++) {
        operations = searches = reads = comparisons = 0;
        assert_int_equal(reload_verify(judge, msg, now, &store, report), RELOAD_OK);
        assert_string_equal(
            report->reason == RELOAD_REASON_NONE ? "none" : reload_reason_text(report->reason),
            reason);
        assert_int_equal(operations, expected_operations);
        assert_int_equal(searches, expected_searches);
        assert_int_equal(reads, expected_searches);
        assert_int_equal(comparisons, expected_comparisons);
    }
    reload_report_free(&report);
    reload_judge_free(&judge);
    reload_policy_free(&policy);
    reload_msg_free(&msg);
    reload_buf_free(&octets);
}

/* Certificates that fail step 7 cost one search each, whatever the number of signatures. */
static void test_forged(void **state)
{
    (void)state;
    check_work(&(struct decoys){.forged = 31, .last = true, .resources = 1}, NULL, "none",
               1 + BODIES, 32, 1);
}

/* Certificates that pass step 7 cost at most eight operations for each signature. */
static void test_other_keys(void **state)
{
    (void)state;
    check_work(&(struct decoys){.other = 7, .last = true, .resources = 1}, NULL, "none",
               1 + 8 * BODIES, 8, 8);
    check_work(&(struct decoys){.other = 8, .last = true, .resources = 1}, NULL, "bad-digest",
               1 + 8, 9, 9);
}

/* One search for each different certificate of the message, and one comparison for each of a
 * RESOURCE. */
static void test_resources(void **state)
{
    (void)state;
    check_work(&(struct decoys){.forged = 12, .other = 7, .last = true, .resources = 3}, NULL,
               "none", 1 + 3 * 8 * BODIES, 20, 3 * 8);
}

static void test_pins(void **state)
{
    (void)state;
    struct pin pin = {0};
    /* no pin: the judge tries seven on each, and the commit an eighth on the first */
    check_work(&(struct decoys){.other = 31, .last = true, .resources = 1}, &pin, "bad-digest",
               1 + 7 * BODIES + 1, 32, 32);
    check_work(&(struct decoys){.forged = 31, .last = true, .resources = 1}, &pin, "none",
               1 + BODIES, 32, 1);
    /* now the key is known: the commit tries its certificate on each */
    assert_true(pin.known);
    check_work(&(struct decoys){.other = 31, .last = true, .resources = 1}, &pin, "none",
               1 + 8 * BODIES, 32, 32);
}

/* Signatures after a failed one cost as much as in a message that passes. */
static void test_check_all(void **state)
{
    (void)state;
    struct pin pin = {0};
    check_all = true;
    check_work(&(struct decoys){.other = 8, .last = true, .resources = 1}, NULL, "bad-digest",
               1 + 8 * BODIES, 9, 9);
    check_work(&(struct decoys){.forged = 12, .other = 8, .resources = 3}, NULL, "bad-digest",
               1 + 3 * 8 * BODIES, 21, 3 * 9);
    check_work(&(struct decoys){.other = 31, .last = true, .resources = 1}, &pin, "bad-digest",
               1 + 8 * BODIES, 32, 32);
    check_all = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forged),    cmocka_unit_test(test_other_keys),
        cmocka_unit_test(test_resources), cmocka_unit_test(test_pins),
        cmocka_unit_test(test_check_all),
    };
    return cmocka_run_group_tests_name("work", tests, setup_keys, teardown_keys);
}
