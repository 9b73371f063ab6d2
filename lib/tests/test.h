/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the library's tests. */
#ifndef RL_TESTS_TEST_H
#define RL_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reload.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* No row of the table of security algorithms, nor the next value for one */
#define UNKNOWN_SECURITY ((reload_security)0x7d)

/* The header of a PEER-SEARCH request under HMAC in hex, before and after its Length */
#define HEADER_TO_LENGTH         \
    "52454c4f" /* token */       \
    "20"       /* TTL 32 */      \
    "00"       /* UNSPECIFIED */ \
    "0000"     /* no fragment */ \
    "01"       /* Version 1 */   \
    "01"       /* Chord1.0 */    \
    "01"       /* SHA-1 */       \
    "02"       /* HMAC */        \
    "01"       /* PEER-SEARCH */
#define HEADER_FROM_LENGTH                                          \
    "a6c5927a45000000000000000000000000000000" /* Destination ID */ \
    "463ac413c4000000000000000000000000000000" /* Source ID */      \
    "4690c25c00000000"                         /* Transaction ID */ \
    "659df2aa"                                 /* Overlay "chat" */
#define HEADER HEADER_TO_LENGTH "000000" HEADER_FROM_LENGTH

/* The same in JSON */
#define HEADER_JSON_TO_LENGTH                                                                     \
    "{\"header\": {\"ttl\": 32, \"routing\": \"UNSPECIFIED\", \"frag\": false, \"lfrg\": false, " \
    "\"frag_reserved\": 0, \"experimental\": false, \"version\": 1, \"dht\": \"Chord1.0\", "      \
    "\"hash\": \"SHA-1\", "                                                                       \
    "\"security\": \"HMAC\", \"response\": false, \"method\": \"PEER-SEARCH\", \"length\": "
#define HEADER_JSON_FROM_LENGTH                                                         \
    ", \"destination_id\": \"a6c5927a45000000000000000000000000000000\", "              \
    "\"source_id\": \"463ac413c4000000000000000000000000000000\", \"transaction_id\": " \
    "\"4690c25c00000000\", "                                                            \
    "\"overlay\": \"659df2aa\"}"

/* Appends octets given in hex, with white space. */
void test_hex(reload_buf *buf, const char *hex);
/* Appends a message: HEADER with the correct Length, and attributes in hex. */
void test_message(reload_buf *buf, const char *attributes);
/* Sets the Length of the message from start to the buffer's end. */
void test_set_length(reload_buf *buf, size_t start);
/* Asserts that octets are as expected, in hex. */
void test_same(const uint8_t *octets, size_t len, const char *hex);
/* Asserts that octets are equal. */
void test_same_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
/* Asserts that JSON preserves a message's octets. */
void test_survives_json(const reload_msg *msg, const reload_buf *octets);

/* Parses a buffer into a new message, which the caller frees. */
reload_msg *test_parse(const reload_buf *buf);
/* Appends a message given in JSON. */
void test_json(reload_buf *buf, const char *text);
/* Asserts that a message's JSON is as expected. */
void test_json_is(const reload_msg *msg, unsigned flags, const char *text);

/* A new report with that verdict. */
reload_report *test_report_new(reload_verdict verdict);
/* Seals a policy and verifies a message with a new judge. */
reload_err test_verify(reload_policy *policy, const reload_store *store, const reload_msg *msg,
                       int64_t seconds, reload_report *report);

/* A reload_sink: appends to the reload_buf at arg. */
int test_sink(void *arg, const void *octets, size_t len);

/* A reload_source over octets in memory. */
struct test_source {
    const uint8_t *octets;
    size_t len;
    size_t pos;
    size_t chunk;         /* most octets in a call; 0: no limit */
    bool fails;           /* fails at the end */
    bool waits;           /* has no octets at every second call */
    uint32_t max_message; /* of test_collect's reader */
    unsigned calls;       /* number of calls */
};
ptrdiff_t test_pull(void *arg, uint8_t *octets, size_t size);

/* Reproducible pseudo-random numbers (xorshift64*); the state must not be zero. */
uint64_t test_random(uint64_t *state);
/* A number from 0 to below - 1. */
size_t test_below(uint64_t *state, size_t below);

/* HMAC-SHA1 of three pieces in order, by mbed TLS alone */
struct test_piece {
    const uint8_t *octets;
    size_t len;
};
void test_hmac(const char *secret, const struct test_piece piece[3], uint8_t digest[20]);
/* A message's digest by D1 and D2: octets 8 to digest_at - 1, with Length = signature_end - 68 */
void test_message_digest(const char *secret, const uint8_t *octets, size_t digest_at,
                         size_t signature_end, uint8_t digest[20]);
void test_sha1(const char *text, uint8_t digest[20]);

/* Appends a signed message that has every known attribute. */
void test_everything(reload_buf *buf);

/* The RSA key of a seed, the same in each run. The caller frees it. */
reload_key *test_rsa_key(const char *seed, unsigned bits);

/* Appends a file of the directory in the environment variable TESTDATA. */
void test_file(reload_buf *buf, const char *name);

/* Prints text as a TAP diagnostic, on one line. */
void test_show(const char *text);

#endif
