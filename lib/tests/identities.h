/* SPDX-License-Identifier: BSD-2-Clause */
/* Two self-signed identities with the same names, and messages signed by them */
#ifndef RL_TESTS_IDENTITIES_H
#define RL_TESTS_IDENTITIES_H

#include "test.h"

enum { NOW = 1183896000 };

struct identity {
    reload_buf key, cert;
    char *der; /* in hex */
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
};
extern struct identity first, second;

/* Octets in hex, which the caller frees */
char *to_hex(const uint8_t *octets, size_t len);

/* For a group of tests */
int setup_identities(void **state);
int teardown_identities(void **state);

#define ALICE_PIN "peer:463ac413c4000000000000000000000000000000"
#define KEY_PIN   "key:alice@example.com"

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

/* Replaces out by a message signed under CERTS. */
void make_signed(const char *json, const struct identity *who, unsigned flags, reload_buf *out);
/* The members of a PEER-INFO with alice's Peer-ID, signed by the second identity, in hex, which the
 * caller frees */
char *second_peer_info(void);
/* Appends a ROUTE-LOG with that PEER-INFO. */
void append_route_log(reload_buf *octets);
/* Flips a bit of the digest of the last signature of the given type. */
void flip_digest_bit(reload_buf *octets, uint16_t type);

#endif
