/* SPDX-License-Identifier: BSD-2-Clause */
/* Times of the library's operations on the draft's example under CERTS, compared with one RSA
 * verification by mbed TLS alone. The environment variable TESTDATA names the test data's
 * directory. */
#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

enum { NOW = 946702799 };

static struct {
    reload_buf ca, key, cert, octets, out;
    reload_signer *signer;
    reload_policy *policy;
    reload_judge *judge;
    reload_msg *msg;
    reload_report *report;
    mbedtls_x509_crt crt, issuer;
    unsigned char digest[32];
} b;

static void must(bool good, const char *what)
{
    if (good)
        return;
    (void)fprintf(stderr, "bench-certs: %s failed\n", what);
    exit(1);
}

static void load(reload_buf *buf, const char *name)
{
    char path[1024];
    uint8_t octets[4096];
    size_t n;
    const char *dir = getenv("TESTDATA");
    must(dir != NULL, "getenv(\"TESTDATA\")");
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    must(file != NULL, path);
    while ((n = fread(octets, 1, sizeof octets, file)) > 0)
        reload_buf_append(buf, octets, n);
    (void)fclose(file);
    must(buf->err == RELOAD_OK && buf->len > 0, path);
}

/* Verifies the certificate's signature, at the cost of verifying a DIGEST. */
static bool do_raw(void)
{
    return mbedtls_pk_verify(&b.issuer.pk, MBEDTLS_MD_SHA256, b.digest, sizeof b.digest,
                             b.crt.raw.p + b.crt.raw.len - 256, 256) == 0;
}

static bool do_parse(void)
{
    return reload_msg_parse(b.msg, b.octets.octets, b.octets.len, NULL) == RELOAD_OK;
}

static bool do_verify(void)
{
    const reload_moment moment = {NOW * RELOAD_SECOND, RELOAD_NO_TIME, false};
    return do_parse() && reload_verify(b.judge, b.msg, moment, NULL, b.report) == RELOAD_OK &&
           b.report->verdict == RELOAD_VALID;
}

static bool do_sign(void)
{
    const reload_sign_options options = {
        .size = sizeof options, .time = NOW, .flags = RELOAD_SIGN_RESIGN_BODIES};
    reload_buf_reset(&b.out);
    return do_parse() && reload_sign(b.signer, b.msg, &options, &b.out, NULL) == RELOAD_OK;
}

static const struct operation {
    const char *name;
    bool (*run)(void);
} operations[] = {
    {"mbed TLS RSA-2048 verify alone", do_raw},
    {"parse", do_parse},
    {"parse, verify (3 signatures)", do_verify},
    {"parse, sign (3 signatures)", do_sign},
};

static double now(void)
{
    struct timespec t;
    must(clock_gettime(CLOCK_MONOTONIC, &t) == 0, "clock_gettime");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns the time of one run in nanoseconds: the best of several rounds, each of at least the
 * given seconds. */
static double measure(const struct operation *operation, unsigned rounds, double seconds)
{
    double best = 0;
    for (unsigned round = 0; round < rounds; round++) {
        double from = now(), spent;
        unsigned count = 0;
        do {
            must(operation->run(), operation->name);
            count++;
            spent = now() - from;
        } while (spent < seconds);
        best = round == 0 || spent / count < best ? spent / count : best;
    }
    return best * 1e9;
}

static void set_up(void)
{
    load(&b.ca, "overlay/ca.crt");
    load(&b.key, "alice.key");
    load(&b.cert, "alice.crt");
    load(&b.octets, "section-4.1.certs.bin");
    b.signer = reload_signer_new(RELOAD_SECURITY_CERTS);
    b.policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    b.msg = reload_msg_new();
    b.report = reload_report_new();
    must(b.signer != NULL && b.policy != NULL && b.msg != NULL && b.report != NULL,
         "making a signer, a policy, a message and a report");
    must(reload_signer_set_key(b.signer, b.key.octets, b.key.len, NULL, NULL) == RELOAD_OK,
         "reload_signer_set_key");
    must(reload_signer_set_cert(b.signer, b.cert.octets, b.cert.len, NULL) == RELOAD_OK,
         "reload_signer_set_cert");
    must(reload_policy_add_ca(b.policy, b.ca.octets, b.ca.len, NULL) == RELOAD_OK,
         "reload_policy_add_ca");
    must(reload_policy_seal(b.policy, NULL) == RELOAD_OK, "reload_policy_seal");
    b.judge = reload_judge_new(b.policy);
    must(b.judge != NULL, "reload_judge_new");
    mbedtls_x509_crt_init(&b.crt);
    mbedtls_x509_crt_init(&b.issuer);
    reload_buf_append(&b.ca, "", 1); /* mbed TLS requires PEM's terminating NUL */
    reload_buf_append(&b.cert, "", 1);
    must(mbedtls_x509_crt_parse(&b.issuer, b.ca.octets, b.ca.len) == 0,
         "reading the CA's certificate");
    must(mbedtls_x509_crt_parse(&b.crt, b.cert.octets, b.cert.len) == 0,
         "reading alice's certificate");
    must(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), b.crt.tbs.p, b.crt.tbs.len,
                    b.digest) == 0,
         "mbedtls_md");
}

static void tear_down(void)
{
    mbedtls_x509_crt_free(&b.crt);
    mbedtls_x509_crt_free(&b.issuer);
    reload_report_free(&b.report);
    reload_msg_free(&b.msg);
    reload_judge_free(&b.judge);
    reload_policy_free(&b.policy);
    reload_signer_free(&b.signer);
    reload_buf *const bufs[] = {&b.ca, &b.key, &b.cert, &b.octets, &b.out};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
        reload_buf_free(bufs[i]);
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;
    double raw = 1;
    set_up();
    (void)printf("the draft's example under CERTS, RSA-2048, %zu octets\n", b.octets.len);
    (void)printf("  %-32s %12s %12s %8s\n", "operation", "ns/message", "messages/s", "ratio");
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        double ns = measure(&operations[i], quick ? 1 : 10, quick ? 0.0005 : 0.1);
        raw = i == 0 ? ns : raw;
        (void)printf("  %-32s %12.0f %12.0f %8.2f\n", operations[i].name, ns, 1e9 / ns, ns / raw);
    }
    tear_down();
    return 0;
}
