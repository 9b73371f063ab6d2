/* SPDX-License-Identifier: BSD-2-Clause */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/md.h>

void test_hex(reload_buf *buf, const char *hex)
{
    char pair[2];
    size_t have = 0;
    for (; *hex != '\0'; hex++) {
        uint8_t octet;
        if (*hex == ' ' || *hex == '\n')
            continue;
        pair[have++] = *hex;
        if (have < 2)
            continue;
        if (!reload_hex_decode(pair, 2, &octet))
            fail_msg("invalid hex in the test: \"%.20s\"", hex);
        reload_buf_append(buf, &octet, 1);
        have = 0;
    }
    assert_int_equal(have, 0);
    assert_int_equal(buf->err, RELOAD_OK);
}

void test_set_length(reload_buf *buf, size_t start)
{
    size_t length = buf->len - start - 68;
    buf->octets[start + 13] = (uint8_t)(length >> 16);
    buf->octets[start + 14] = (uint8_t)(length >> 8);
    buf->octets[start + 15] = (uint8_t)length;
}

void test_message(reload_buf *buf, const char *attributes)
{
    size_t start = buf->len;
    test_hex(buf, HEADER);
    test_hex(buf, attributes);
    test_set_length(buf, start);
}

void test_same_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    size_t n = a_len < b_len ? a_len : b_len;
    bool differ = n > 0 && memcmp(a, b, n) != 0;
    for (size_t i = 0; differ && i < n; i++)
        if (a[i] != b[i])
            fail_msg("octet %zu is %02x, expected %02x", i, a[i], b[i]);
    assert_int_equal(a_len, b_len);
}

void test_survives_json(const reload_msg *msg, const reload_buf *octets)
{
    reload_buf json = {0}, back = {0};
    assert_int_equal(reload_json_write(msg, NULL, 0, test_sink, &json), RELOAD_OK);
    assert_int_equal(reload_json_read((const char *)json.octets, json.len, &back, NULL), RELOAD_OK);
    test_same_octets(back.octets, back.len, octets->octets, octets->len);
    reload_buf_free(&back);
    reload_buf_free(&json);
}

void test_same(const uint8_t *octets, size_t len, const char *hex)
{
    reload_buf expected = {0};
    test_hex(&expected, hex);
    test_same_octets(octets, len, expected.octets, expected.len);
    reload_buf_free(&expected);
}

reload_msg *test_parse(const reload_buf *buf)
{
    reload_diag diag = {0};
    reload_msg *msg = reload_msg_new();
    assert_non_null(msg);
    if (reload_msg_parse(msg, buf->octets, buf->len, &diag) != RELOAD_OK)
        fail_msg("reload_msg_parse: %s", diag.text);
    return msg;
}

void test_json(reload_buf *buf, const char *text)
{
    reload_diag diag = {0};
    if (reload_json_read(text, strlen(text), buf, &diag) != RELOAD_OK)
        fail_msg("reload_json_read: %s: %s", diag.pointer, diag.text);
}

void test_json_is(const reload_msg *msg, unsigned flags, const char *text)
{
    reload_buf out = {0};
    assert_int_equal(reload_json_write(msg, NULL, flags, test_sink, &out), RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal((const char *)out.octets, text);
    reload_buf_free(&out);
}

reload_report *test_report_new(reload_verdict verdict)
{
    reload_report *report = reload_report_new();
    assert_non_null(report);
    report->verdict = verdict;
    return report;
}

reload_err test_verify(reload_policy *policy, const reload_store *store, const reload_msg *msg,
                       int64_t seconds, reload_report *report)
{
    const int64_t most = INT64_MAX / RELOAD_SECOND;
    reload_moment moment = {.captured = RELOAD_NO_TIME};
    moment.now = (seconds > most ? most : seconds < -most ? -most : seconds) * RELOAD_SECOND;
    reload_err err = reload_policy_seal(policy, NULL);
    reload_judge *judge = err == RELOAD_OK ? reload_judge_new(policy) : NULL;
    if (err == RELOAD_OK && judge == NULL)
        err = RELOAD_ERR_MEMORY;
    if (err == RELOAD_OK)
        err = reload_verify(judge, msg, moment, store, report);
    reload_judge_free(&judge);
    return err;
}

int test_sink(void *arg, const void *octets, size_t len)
{
    reload_buf *buf = arg;
    reload_buf_append(buf, octets, len);
    return buf->err == RELOAD_OK ? 0 : -1;
}

ptrdiff_t test_pull(void *arg, uint8_t *octets, size_t size)
{
    struct test_source *s = arg;
    size_t n = s->len - s->pos;
    s->calls++;
    assert_true(size > 0);
    if (s->waits && s->calls % 2 == 1)
        return RELOAD_SOURCE_WAITS;
    if (n == 0)
        return s->fails ? -1 : 0;
    n = n < size ? n : size;
    n = s->chunk != 0 && n > s->chunk ? s->chunk : n;
    memcpy(octets, s->octets + s->pos, n);
    s->pos += n;
    return (ptrdiff_t)n;
}

uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

size_t test_below(uint64_t *state, size_t below)
{
    return (size_t)((test_random(state) >> 16) % below);
}

void test_hmac(const char *secret, const struct test_piece piece[3], uint8_t digest[20])
{
    mbedtls_md_context_t md;
    mbedtls_md_init(&md);
    assert_int_equal(mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), 1), 0);
    assert_int_equal(mbedtls_md_hmac_starts(&md, (const unsigned char *)secret, strlen(secret)), 0);
    for (size_t i = 0; i < 3; i++)
        if (piece[i].len > 0)
            assert_int_equal(mbedtls_md_hmac_update(&md, piece[i].octets, piece[i].len), 0);
    assert_int_equal(mbedtls_md_hmac_finish(&md, digest), 0);
    mbedtls_md_free(&md);
}

void test_message_digest(const char *secret, const uint8_t *octets, size_t digest_at,
                         size_t signature_end, uint8_t digest[20])
{
    size_t length = signature_end - 68;
    uint8_t field[3] = {(uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};
    struct test_piece piece[3] = {{octets + 8, 5}, {field, 3}, {octets + 16, digest_at - 16}};
    test_hmac(secret, piece, digest);
}

void test_sha1(const char *text, uint8_t digest[20])
{
    const mbedtls_md_info_t *sha1 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA1);
    assert_int_equal(mbedtls_md(sha1, (const unsigned char *)text, strlen(text), digest), 0);
}

void test_everything(reload_buf *buf)
{
    static const char text[] =
        "{\"header\": {\"method\": \"RESOURCE-PUT\", \"transaction_id\": \"4690c25c00000001\","
        "  \"source_id\": \"463ac413c4000000000000000000000000000000\", \"overlay\": {\"name\": "
        "\"chat\"}},"
        " \"attributes\": ["
        "  {\"type\": \"RESPONSE-CODE\", \"value\": {\"code\": 200, \"reason\": \"OK\"}},"
        "  {\"type\": \"SOURCE-INFO\", \"value\": ["
        "   {\"type\": \"PEER-ID\", \"value\": \"463ac413c4000000000000000000000000000000\"},"
        "   {\"type\": \"PEER-NAME\", \"value\": \"alice \u00e9\"},"
        "   {\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:5060\"},"
        "   {\"type\": \"PEER-IP-PORT\", \"value\": \"[2001:db8::1]:5060\"},"
        "   {\"type\": \"PEER-EXPIRATION\", \"value\": 300},"
        "   {\"type\": \"PEER-CERT\", \"hex\": \"30\"}]},"
        "  {\"type\": \"RESOURCE\", \"value\": ["
        "   {\"type\": \"RESOURCE-INFO.KEY\", \"value\": \"alice@example.com\"},"
        "   {\"type\": \"RESOURCE-INFO.BODY\", \"value\": ["
        "    {\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"sip:alice@10.4.1.2\"},"
        "    {\"type\": \"RESOURCE-INFO.BODY.PARAMETER\", \"value\": ["
        "     {\"type\": \"RESOURCE-INFO.BODY.PARAMETER.NAME\", \"value\": \"q\"},"
        "     {\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \">=\"},"
        "     {\"type\": \"RESOURCE-INFO.BODY.PARAMETER.VALUE\", \"value\": \"0.5\"}]},"
        "    {\"type\": \"RESOURCE-INFO.BODY.PEER-INFO\", \"value\": []},"
        "    {\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 3600}]},"
        "   {\"type\": \"RESOURCE-INFO.BODY\", \"value\": ["
        "    {\"type\": \"RESOURCE-INFO.BODY.CERTIFICATE\", \"hex\": \"3082\", \"padding\": "
        "\"beef\"}]}]},"
        "  {\"type\": \"REDIRECT\", \"value\": []},"
        "  {\"type\": \"SDP\", \"value\": \"v=0\\r\\n\"},"
        "  {\"type\": \"APPLICATION\", \"value\": ["
        "   {\"type\": \"APPLICATION.NAME\", \"value\": \"sip\"},"
        "   {\"type\": \"APPLICATION.BODY\", \"hex\": \"00ff\"},"
        "   {\"type\": \"APPLICATION.DIALOG\", \"value\": 7}]},"
        "  {\"type\": \"0x0655\", \"hex\": \"010203\"},"
        "  {\"type\": \"ROUTE-LOG\", \"value\": ["
        "   {\"type\": \"ROUTE-LOG.P2PSIP-VERSION\", \"value\": \"1.0\"},"
        "   {\"type\": \"ROUTE-LOG.TRANSPORT\", \"value\": \"UDP\"},"
        "   {\"type\": \"ROUTE-LOG.PEER-INFO\", \"value\": []}]}]}";
    reload_buf plain = {0};
    reload_diag diag = {0};
    test_json(&plain, text);
    reload_msg *msg = test_parse(&plain);
    reload_signer *signer = reload_signer_new(RELOAD_SECURITY_HMAC);
    assert_non_null(signer);
    assert_int_equal(reload_signer_set_secret(signer, (const uint8_t *)"secret", 6), RELOAD_OK);
    const reload_sign_options options = {.size = sizeof options,
                                         .time = 1183900000,
                                         .flags = RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO};
    if (reload_sign(signer, msg, &options, buf, &diag) != RELOAD_OK)
        fail_msg("reload_sign: %s", diag.text);
    reload_signer_free(&signer);
    reload_msg_free(&msg);
    reload_buf_free(&plain);
}

void test_show(const char *text)
{
    char line[256];
    (void)snprintf(line, sizeof line, "%s", text);
    for (char *c = line; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    print_message("# %s\n", line);
}

reload_key *test_rsa_key(const char *seed, unsigned bits)
{
    reload_rng *rng;
    reload_key *key;
    assert_int_equal(reload_rng_new((const uint8_t *)seed, strlen(seed), &rng), RELOAD_OK);
    assert_int_equal(reload_key_generate(rng, bits, &key), RELOAD_OK);
    reload_rng_free(&rng);
    return key;
}

void test_file(reload_buf *buf, const char *name)
{
    char path[1024];
    uint8_t octets[4096];
    size_t n;
    const char *dir = getenv("TESTDATA");
    assert_non_null(dir);
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    while ((n = fread(octets, 1, sizeof octets, file)) > 0)
        reload_buf_append(buf, octets, n);
    assert_int_equal(ferror(file), 0);
    (void)fclose(file);
    assert_int_equal(buf->err, RELOAD_OK);
}
