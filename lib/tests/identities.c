/* SPDX-License-Identifier: BSD-2-Clause */
#include "identities.h"

#include "x509/x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Two self-signed identities with the same names ---- */

struct identity first, second;

char *to_hex(const uint8_t *octets, size_t len)
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
    const reload_cert_spec spec = {.size = sizeof spec,
                                   .subject = seed,
                                   .names = names,
                                   .count = 2,
                                   .serial = serial,
                                   .serial_len = 1,
                                   .not_before = 1000000000 * RELOAD_SECOND,
                                   .not_after = 1000000001 * RELOAD_SECOND};
    reload_key *key = test_rsa_key(seed, 2048);
    reload_cert *cert;
    size_t len;
    assert_int_equal(reload_key_write(key, &who->key), RELOAD_OK);
    assert_int_equal(reload_cert_issue(&spec, key, NULL, NULL, key, &who->cert, NULL), RELOAD_OK);
    assert_int_equal(reload_cert_parse(who->cert.octets, who->cert.len, &cert, NULL), RELOAD_OK);
    const uint8_t *der = reload_cert_octets(cert, &len);
    who->der = to_hex(der, len);
    assert_int_equal(rl_cert_fingerprint(cert, who->fingerprint), RELOAD_OK);
    reload_cert_free(&cert);
    reload_key_free(&key);
}

static void free_identity(struct identity *who)
{
    reload_buf_free(&who->key);
    reload_buf_free(&who->cert);
    free(who->der);
}

int setup_identities(void **state)
{
    (void)state;
    make_identity(&first, "CN=first");
    make_identity(&second, "CN=second");
    return 0;
}

int teardown_identities(void **state)
{
    (void)state;
    free_identity(&first);
    free_identity(&second);
    return 0;
}

/* ---- Messages ---- */

void make_signed(const char *json, const struct identity *who, unsigned flags, reload_buf *out)
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
        fail_msg("reload_sign: %s", diag.text);
    reload_signer_free(&s);
    reload_msg_free(&msg);
    reload_buf_free(&plain);
}

char *second_peer_info(void)
{
    reload_buf octets = {0};
    size_t len;
    make_signed(SEARCH("00000001"), &second, RELOAD_SIGN_SOURCE_INFO, &octets);
    reload_msg *msg = test_parse(&octets);
    const uint8_t *value = reload_msg_value_octets(
        msg, reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO), &len);
    char *hex = to_hex(value, len);
    reload_msg_free(&msg);
    reload_buf_free(&octets);
    return hex;
}

void append_route_log(reload_buf *octets)
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

void flip_digest_bit(reload_buf *octets, uint16_t type)
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
