/* SPDX-License-Identifier: BSD-2-Clause */
/* Times of the library's operations on a message, compared with the HMAC-SHA1 of the same octets by
 * mbed TLS alone */
#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/md.h>

enum { NOW = 1183900000 };

static const uint8_t secret[RELOAD_HMAC_SIZE] = "twenty octets of it";

/* ---- The messages ---- */

#define PEER "\"463ac413c4000000000000000000000000000000\""
/* S§4.1: alice@example.com registers a SIP contact and a mail address */
#define PUT(more)                                                                                  \
    "{\"header\": {\"method\": \"RESOURCE-PUT\", \"destination_id\": {\"sha1\": "                  \
    "\"alice@example.com\"},"                                                                      \
    "\"source_id\": " PEER                                                                         \
    ", \"transaction_id\": \"4690c25c00000000\", \"overlay\": {\"name\": \"chat\"}},"              \
    "\"attributes\": ["                                                                            \
    "{\"type\": \"SOURCE-INFO\", \"value\": [{\"type\": \"PEER-ID\", \"value\": " PEER "},"        \
    "{\"type\": \"PEER-IP-PORT\", \"value\": \"10.4.1.2:5060\"}, {\"type\": \"PEER-EXPIRATION\", " \
    "\"value\": 300}]},"                                                                           \
    "{\"type\": \"RESOURCE\", \"value\": [{\"type\": \"RESOURCE-INFO.KEY\", \"value\": "           \
    "\"alice@example.com\"},"                                                                      \
    "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": ["                                              \
    "{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"sip:alice@10.4.1.2:5060\"},"            \
    "{\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 300},"                               \
    "{\"type\": \"RESOURCE-INFO.BODY.PEER-INFO\", \"value\": [{\"type\": \"PEER-ID\", "            \
    "\"value\": " PEER "}]}]},"                                                                    \
    "{\"type\": \"RESOURCE-INFO.BODY\", \"value\": ["                                              \
    "{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"mailto:alice@example.com\"},"           \
    "{\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 24000},"                             \
    "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER\", \"value\": ["                                    \
    "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.NAME\", \"value\": \"type\"},"                      \
    "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.OP\", \"value\": \"=\"},"                           \
    "{\"type\": \"RESOURCE-INFO.BODY.PARAMETER.VALUE\", \"value\": \"voicemail\"}]}]}" more "]}]}"
/* one more registration, whose length makes the signed message 1024 octets long */
#define MORE                                                                           \
    ",{\"type\": \"RESOURCE-INFO.BODY\", \"value\": ["                                 \
    "{\"type\": \"RESOURCE-INFO.BODY.ENTRY\", \"value\": \"https://example.com/%s\"}," \
    "{\"type\": \"RESOURCE-INFO.BODY.EXPIRATION\", \"value\": 300}]}"

/* A message unsigned and signed, as octets and parsed */
struct sample {
    const char *name;
    reload_buf unsigned_octets, octets;
    reload_msg *unsigned_msg, *msg;
};

static const reload_sign_options options = {.size = sizeof options};
static reload_signer *signer;
static reload_policy *policy;
static reload_judge *judge;
static reload_report *report;
static reload_msg *scratch;
static reload_buf scratch_buf;
static mbedtls_md_context_t raw;

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

static void make_sample(struct sample *s, const char *name, const char *json)
{
    s->name = name;
    s->unsigned_msg = reload_msg_new();
    s->msg = reload_msg_new();
    must(s->unsigned_msg != NULL && s->msg != NULL, "reload_msg_new");
    must(reload_json_read(json, strlen(json), &s->unsigned_octets, NULL) == RELOAD_OK,
         "reload_json_read");
    must(reload_msg_parse(s->unsigned_msg, s->unsigned_octets.octets, s->unsigned_octets.len,
                          NULL) == RELOAD_OK,
         "reload_msg_parse");
    must(reload_sign(signer, s->unsigned_msg, &options, &s->octets, NULL) == RELOAD_OK,
         "reload_sign");
    must(reload_msg_parse(s->msg, s->octets.octets, s->octets.len, NULL) == RELOAD_OK,
         "reload_msg_parse");
}

static void free_sample(struct sample *s)
{
    reload_msg_free(&s->msg);
    reload_msg_free(&s->unsigned_msg);
    reload_buf_free(&s->octets);
    reload_buf_free(&s->unsigned_octets);
}

/* ---- The operations ---- */

static int count_octets(void *total, const void *octets, size_t len)
{
    (void)octets;
    *(size_t *)total += len;
    return 0;
}

static bool do_raw(const struct sample *s)
{
    uint8_t digest[RELOAD_HMAC_SIZE];
    return mbedtls_md_hmac_reset(&raw) == 0 &&
           mbedtls_md_hmac_update(&raw, s->octets.octets, s->octets.len) == 0 &&
           mbedtls_md_hmac_finish(&raw, digest) == 0;
}

static bool do_parse(const struct sample *s)
{
    return reload_msg_parse(scratch, s->octets.octets, s->octets.len, NULL) == RELOAD_OK;
}

static bool do_verify(const struct sample *s)
{
    const reload_moment moment = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, false};
    return do_parse(s) && reload_verify(judge, scratch, moment, NULL, report) == RELOAD_OK &&
           report->verdict == RELOAD_VALID;
}

static bool do_sign(const struct sample *s)
{
    reload_buf_reset(&scratch_buf);
    return reload_msg_parse(scratch, s->unsigned_octets.octets, s->unsigned_octets.len, NULL) ==
               RELOAD_OK &&
           reload_sign(signer, scratch, &options, &scratch_buf, NULL) == RELOAD_OK;
}

static bool do_line(const struct sample *s)
{
    size_t total = 0;
    return do_parse(s) && reload_line_write(scratch, NULL, 0, count_octets, &total) == RELOAD_OK &&
           total > 0;
}

static bool do_text(const struct sample *s)
{
    size_t total = 0;
    return do_parse(s) && reload_text_write(scratch, NULL, 0, count_octets, &total) == RELOAD_OK &&
           total > 0;
}

static bool do_json(const struct sample *s)
{
    size_t total = 0;
    return do_parse(s) && reload_json_write(scratch, NULL, 0, count_octets, &total) == RELOAD_OK &&
           total > 0;
}

static const struct operation {
    const char *name;
    bool (*run)(const struct sample *s);
} operations[] = {
    {"mbed TLS HMAC-SHA1 alone", do_raw}, /* the others are compared with it */
    {"parse", do_parse},
    {"parse, verify", do_verify},
    {"parse, sign", do_sign},
    {"parse, dump as line", do_line},
    {"parse, dump as text", do_text},
    {"parse, dump as JSON", do_json},
};

enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* ---- Measuring ---- */

static double now(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock_gettime");
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Returns the seconds that count runs take. */
static double run(const struct operation *operation, const struct sample *s, unsigned count)
{
    bool good = true;
    double begin = now();
    for (unsigned i = 0; i < count; i++)
        good = operation->run(s) && good;
    double end = now();
    must(good, operation->name);
    return end - begin;
}

/* Prints a sample's table. The operations alternate, so that other load affects all of them. */
static void measure(const struct sample *s, unsigned rounds, double seconds)
{
    unsigned count[OPERATIONS];
    double best[OPERATIONS];
    for (size_t i = 0; i < OPERATIONS; i++) { /* warms up and calibrates the number of runs */
        double taken = 0;
        for (count[i] = 1; (taken = run(&operations[i], s, count[i])) < seconds / 4; count[i] *= 2)
            continue;
        count[i] *= 4;
        best[i] = 1e9;
    }
    for (unsigned round = 0; round < rounds; round++)
        for (size_t i = 0; i < OPERATIONS; i++) {
            double each = run(&operations[i], s, count[i]) / count[i];
            if (each < best[i])
                best[i] = each;
        }
    (void)printf("%s, %zu octets signed, %zu attributes\n", s->name, s->octets.len,
                 reload_msg_count(s->msg));
    (void)printf("  %-26s %12s %14s %8s\n", "operation", "ns/message", "messages/s", "ratio");
    for (size_t i = 0; i < OPERATIONS; i++)
        (void)printf("  %-26s %12.0f %14.0f %8.2f\n", operations[i].name, best[i] * 1e9,
                     1 / best[i], best[i] / best[0]);
}

/* bench [--quick]: --quick runs each operation briefly, as a test. */
int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;
    char path[1024], more[2048], json[8192];
    struct sample put = {0}, kib = {0};
    signer = reload_signer_new(RELOAD_SECURITY_HMAC);
    policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    scratch = reload_msg_new();
    report = reload_report_new();
    mbedtls_md_init(&raw);
    must(signer != NULL && policy != NULL && scratch != NULL && report != NULL,
         "making a signer, a policy, a message and a report");
    must(reload_signer_set_secret(signer, secret, sizeof secret) == RELOAD_OK,
         "reload_signer_set_secret");
    must(reload_policy_add_secret(policy, secret, sizeof secret) == RELOAD_OK,
         "reload_policy_add_secret");
    must(reload_policy_seal(policy, NULL) == RELOAD_OK, "reload_policy_seal");
    judge = reload_judge_new(policy);
    must(judge != NULL, "reload_judge_new");
    must(mbedtls_md_setup(&raw, mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), 1) == 0,
         "mbedtls_md_setup");
    must(mbedtls_md_hmac_starts(&raw, secret, sizeof secret) == 0, "mbedtls_md_hmac_starts");

    make_sample(&put, "RESOURCE-PUT", PUT(""));
    /* the third BODY adds two attribute headers of 4 octets, ENTRY, EXPIRATION (8), SIGNATURE (28)
     */
    size_t fill = 1024 - put.octets.len - 8 - 8 - 28 - strlen("https://example.com/");
    must(fill < sizeof path, "fitting a message into 1024 octets");
    memset(path, 'x', fill);
    path[fill] = '\0';
    (void)snprintf(more, sizeof more, MORE, path);
    (void)snprintf(json, sizeof json, PUT("%s"), more);
    make_sample(&kib, "RESOURCE-PUT of 1 KiB", json);
    must(kib.octets.len == 1024, "making a message of 1024 octets");

    measure(&put, quick ? 1 : 15, quick ? 0.0005 : 0.05);
    measure(&kib, quick ? 1 : 15, quick ? 0.0005 : 0.05);

    free_sample(&put);
    free_sample(&kib);
    mbedtls_md_free(&raw);
    reload_report_free(&report);
    reload_buf_free(&scratch_buf);
    reload_msg_free(&scratch);
    reload_judge_free(&judge);
    reload_policy_free(&policy);
    reload_signer_free(&signer);
    return 0;
}
