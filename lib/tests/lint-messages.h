/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages that conform to every lint rule, and edits each of which breaks one. */
#ifndef RL_TESTS_LINT_MESSAGES_H
#define RL_TESTS_LINT_MESSAGES_H

#include "test.h"
#include "verify/lint.h"

#define ALICE  "463ac413c4000000000000000000000000000000"
#define BOB    "a6c5927a45000000000000000000000000000000"
#define KEY_ID "f29d2ebebee51e3a8bb4cd84c9e8ccc2de8d5e84" /* replaced by KEY's Resource-ID */
#define ZEROS  "00000000000000000000000000000000"
#define SHA1   ZEROS "00000000"
#define RSA    ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS

/* Single quotes are replaced by double quotes. The Transaction ID's boot time is before the
 * TIMESTAMP. */
#define HEAD(method, response, security, destination)                                       \
    "{'header': {'ttl': 32, 'routing': 'UNSPECIFIED', 'frag': false, 'lfrg': false, "       \
    "'frag_reserved': 0, "                                                                  \
    "'experimental': false, 'version': 1, 'dht': 'Chord1.0', 'hash': 'SHA-1', 'security': " \
    "'" security "', 'response': " response ", 'method': '" method                          \
    "', 'destination_id': '" destination "', 'source_id': '" ALICE                          \
    "', 'transaction_id': '4690c25c00000001', 'overlay': '659df2aa'}, 'attributes': ["
#define TAIL           "]}"
#define PEER_ID        "{'type': 'PEER-ID', 'value': '" ALICE "'}"
#define STAMP          "{'type': 'TIMESTAMP', 'value': 1183900000}"
#define DIGEST         "{'type': 'DIGEST', 'hex': '" SHA1 "'}"
#define RSA_DIGEST     "{'type': 'DIGEST', 'hex': '" RSA "'}"
#define PEER_SIGNATURE "{'type': 'PEER-SIGNATURE', 'value': [" STAMP ", " DIGEST "]}"
#define SOURCE         "{'type': 'SOURCE-INFO', 'value': [" PEER_ID ", " PEER_SIGNATURE "]}, "
#define CERT_SOURCE \
    "{'type': 'SOURCE-INFO', 'value': [" PEER_ID ", {'type': 'PEER-CERT', 'hex': '30'}]}, "
#define PLAIN_SOURCE   "{'type': 'SOURCE-INFO', 'value': [" PEER_ID "]}, "
#define SIGNATURE      "{'type': 'SIGNATURE', 'value': [" STAMP ", " DIGEST "]}"
#define RSA_SIGNATURE  "{'type': 'SIGNATURE', 'value': [" STAMP ", " RSA_DIGEST "]}"
#define CODE(code)     "{'type': 'RESPONSE-CODE', 'value': {'code': " code ", 'reason': 'text'}}, "
#define SDP            "{'type': 'SDP', 'value': 'v=0'}, "
#define REDIRECT       "{'type': 'REDIRECT', 'value': [" PEER_ID "]}, "
#define BODY_SIGNATURE "{'type': 'RESOURCE-INFO.BODY.SIGNATURE', 'value': [" STAMP ", " DIGEST "]}"
#define RSA_BODY_SIGNATURE \
    "{'type': 'RESOURCE-INFO.BODY.SIGNATURE', 'value': [" STAMP ", " RSA_DIGEST "]}"
#define KEY        "{'type': 'RESOURCE-INFO.KEY', 'value': 'alice@example.com'}, "
#define ENTRY      "{'type': 'RESOURCE-INFO.BODY.ENTRY', 'value': 'sip:alice'}, "
#define EXPIRATION "{'type': 'RESOURCE-INFO.BODY.EXPIRATION', 'value': 300}, "
#define PARAMETER                                                   \
    "{'type': 'RESOURCE-INFO.BODY.PARAMETER', 'value': ["           \
    "{'type': 'RESOURCE-INFO.BODY.PARAMETER.NAME', 'value': 'q'}, " \
    "{'type': 'RESOURCE-INFO.BODY.PARAMETER.OP', 'value': '='}, "   \
    "{'type': 'RESOURCE-INFO.BODY.PARAMETER.VALUE', 'value': '1'}]}, "
#define BODY_PEER "{'type': 'RESOURCE-INFO.BODY.PEER-INFO', 'value': [" PEER_ID "]}, "
#define BODY                                                                         \
    "{'type': 'RESOURCE-INFO.BODY', 'value': [" ENTRY EXPIRATION PARAMETER BODY_PEER \
        BODY_SIGNATURE "]}"
#define RSA_BODY \
    "{'type': 'RESOURCE-INFO.BODY', 'value': [" ENTRY EXPIRATION RSA_BODY_SIGNATURE "]}"
#define CERT_BODY                                                                                 \
    "{'type': 'RESOURCE-INFO.BODY', 'value': [{'type': 'RESOURCE-INFO.BODY.CERTIFICATE', 'hex': " \
    "'30'}]}"
#define RESOURCE     "{'type': 'RESOURCE', 'value': [" KEY BODY "]}, "
#define RSA_RESOURCE "{'type': 'RESOURCE', 'value': [" KEY RSA_BODY ", " CERT_BODY "]}, "
#define LOG_VERSION  ", {'type': 'ROUTE-LOG.P2PSIP-VERSION', 'value': 'RELOAD/0.1'}"
#define ROUTE_LOG                                                                       \
    "{'type': 'ROUTE-LOG', 'value': [{'type': 'ROUTE-LOG.TRANSPORT', 'value': 'UDP'}, " \
    "{'type': 'ROUTE-LOG.PEER-INFO', 'value': []}" LOG_VERSION "]}"
#define APPLICATION                                                                    \
    "{'type': 'APPLICATION', 'value': [{'type': 'APPLICATION.NAME', 'value': 'sip'}, " \
    "{'type': 'APPLICATION.BODY', 'hex': '00'}, {'type': 'APPLICATION.DIALOG', 'value': 7}]}, "

/* Messages without findings in an overlay of the given algorithm */
struct base {
    const char *name;
    reload_security algorithm;
    const char *text;
};
extern const struct base lint_bases[];
extern const size_t lint_base_count;
const struct base *base_named(const char *name);

/* An edit of a base, and its only finding; LINT_RULES: no finding */
struct edit {
    enum lint_rule rule;
    const char *path; /* "" without finding */
    const char *base;
    const char *from, *to;   /* replaces the first occurrence */
    const char *from2, *to2; /* a second replacement, or NULL */
};
extern const struct edit lint_edits[];
extern const size_t lint_edit_count;

/* Sets the Resource-ID that replaces KEY_ID; for a group of tests. */
int setup_lint(void **state);
/* A copy of text with the first occurrence replaced, which the caller frees. */
char *replaced(const char *text, const char *from, const char *to);
/* Makes a message from text with single quotes and KEY_ID. */
reload_msg *make_message(const char *text, reload_buf *buf);

#endif
