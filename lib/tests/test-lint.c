/* Linting: for each rule a message that breaks it and nothing else, made from one that breaks none.
 */
#include "test.h"
#include "verify/lint.h"
#include "verify/report-json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALICE "463ac413c4000000000000000000000000000000"
#define BOB   "a6c5927a45000000000000000000000000000000"
#define KEY_ID \
    "f29d2ebebee51e3a8bb4cd84c9e8ccc2de8d5e84" /* put in its place when the test begins */
#define ZEROS "00000000000000000000000000000000"
#define SHA1  ZEROS "00000000"
#define RSA   ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS ZEROS

/* Single quotes stand for double ones. The Transaction ID's boot time is before the TIMESTAMP. */
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

/* Messages that break nothing, each in an overlay run as its Security field says. */
static const struct base {
    const char *name;
    reload_security algorithm;
    const char *text;
} bases[] = {
    {"search", RELOAD_SECURITY_HMAC,
     HEAD("PEER-SEARCH", "false", "HMAC", BOB) SOURCE SIGNATURE ", " ROUTE_LOG TAIL},
    {"search-certs", RELOAD_SECURITY_CERTS,
     HEAD("PEER-SEARCH", "false", "CERTS", BOB) CERT_SOURCE RSA_SIGNATURE TAIL},
    {"search-none", RELOAD_SECURITY_NONE,
     HEAD("PEER-SEARCH", "false", "NONE", BOB) PLAIN_SOURCE ROUTE_LOG TAIL},
    {"search-response", RELOAD_SECURITY_HMAC,
     HEAD("PEER-SEARCH", "true", "HMAC", BOB) CODE("200") SOURCE SIGNATURE TAIL},
    {"redirecting", RELOAD_SECURITY_HMAC,
     HEAD("PEER-SEARCH", "true", "HMAC", BOB) CODE("302") SOURCE REDIRECT SIGNATURE TAIL},
    {"join", RELOAD_SECURITY_HMAC, HEAD("PEER-JOIN", "false", "HMAC", ALICE) SOURCE SIGNATURE TAIL},
    {"join-response", RELOAD_SECURITY_HMAC,
     HEAD("PEER-JOIN", "true", "HMAC", BOB) CODE("493") SOURCE SIGNATURE TAIL},
    {"get", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-GET", "false", "HMAC", KEY_ID) SOURCE SIGNATURE TAIL},
    {"get-response", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-GET", "true", "HMAC", BOB) CODE("200") SOURCE RESOURCE SIGNATURE TAIL},
    {"put", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-PUT", "false", "HMAC", KEY_ID) SOURCE RESOURCE SIGNATURE TAIL},
    {"put-certs", RELOAD_SECURITY_CERTS,
     HEAD("RESOURCE-PUT", "false", "CERTS", KEY_ID) CERT_SOURCE RSA_RESOURCE RSA_SIGNATURE TAIL},
    {"transfer", RELOAD_SECURITY_HMAC,
     HEAD("RESOURCE-TRANSFER", "false", "HMAC", BOB) SOURCE RESOURCE SIGNATURE TAIL},
    {"open", RELOAD_SECURITY_HMAC,
     HEAD("TRANSPORT-OPEN", "false", "HMAC", BOB) SOURCE SDP SIGNATURE TAIL},
    {"open-response", RELOAD_SECURITY_HMAC,
     HEAD("TRANSPORT-OPEN", "true", "HMAC", BOB) CODE("200") SOURCE SDP SIGNATURE TAIL},
    {"tunnel", RELOAD_SECURITY_HMAC,
     HEAD("TRANSPORT-TUNNEL", "false", "HMAC", BOB) SOURCE APPLICATION SIGNATURE TAIL},
};

/* An edit of a base, and the one finding that follows from it. LINT_RULES: none does. */
struct edit {
    enum lint_rule rule;
    const char *path; /* "" with no finding */
    const char *base;
    const char *from, *to;         /* the first occurrence is replaced */
    const char *from_too, *to_too; /* another */
};

#define NO LINT_RULES, ""
/* clang-format off */
static const struct edit edits[] = {
    /* the header */
    {LINT_TTL_ZERO, "/header/ttl", "search", "'ttl': 32", "'ttl': 0", 0, 0},
    {NO, "search", "'ttl': 32", "'ttl': 1", 0, 0},
    {LINT_UNKNOWN_ROUTING, "/header/routing", "search", "'UNSPECIFIED'", "3", 0, 0},
    {NO, "search", "'UNSPECIFIED'", "2", 0, 0},
    {LINT_LFRG_WITHOUT_FRAG, "/header/lfrg", "search", "'lfrg': false", "'lfrg': true", 0, 0},
    {NO, "search", "'lfrg': false", "'lfrg': true", "'frag': false", "'frag': true"},
    {LINT_RESERVED_FRAGMENT_BITS, "/header/frag_reserved", "search", "'frag_reserved': 0", "'frag_reserved': 1", 0, 0},
    {LINT_RESERVED_FRAGMENT_BITS, "/header/frag_reserved", "search", "'frag_reserved': 0", "'frag_reserved': 8192",
     "'frag': false", "'frag': true"},
    {LINT_EXPERIMENTAL_VERSION, "/header/experimental", "search", "'experimental': false", "'experimental': true", 0, 0},
    {LINT_UNKNOWN_VERSION, "/header/version", "search", "'version': 1", "'version': 2", 0, 0},
    {LINT_UNKNOWN_DHT, "/header/dht", "search", "'Chord1.0'", "0", 0, 0},
    {LINT_UNKNOWN_DHT, "/header/dht", "search", "'Chord1.0'", "3", 0, 0},
    {NO, "search", "'Chord1.0'", "'Bamboo1.0'", 0, 0},
    {LINT_UNKNOWN_HASH, "/header/hash", "search", "'SHA-1'", "0", 0, 0},
    {LINT_UNKNOWN_HASH, "/header/hash", "search", "'SHA-1'", "2", 0, 0},
    {LINT_UNKNOWN_SECURITY, "/header/security", "search", "'HMAC'", "4", 0, 0},
    {NO, "search", "'HMAC'", "'CERTS'", 0, 0}, /* the verdict's business */
    {LINT_SECURITY_LEFT_OPEN, "/header/security", "search", "'HMAC'", "0", 0, 0},
    {NO, "join", "'HMAC'", "0", 0, 0},
    {LINT_SECURITY_LEFT_OPEN, "/header/security", "join-response", "'HMAC'", "0", 0, 0},
    {LINT_RESERVED_METHOD_BIT, "/header/method", "search", "'PEER-SEARCH'", "65", 0, 0},
    {LINT_RESERVED_METHOD_BIT, "/header/method", "search", "'PEER-SEARCH'", "112", 0, 0},
    {LINT_UNKNOWN_METHOD, "/header/method", "search", "'PEER-SEARCH'", "2", 0, 0},
    {LINT_UNKNOWN_METHOD, "/header/method", "search", "'PEER-SEARCH'", "47", 0, 0},
    {NO, "search", "'PEER-SEARCH'", "48", 0, 0}, /* the DHT's */
    {NO, "search", "'PEER-SEARCH'", "63", 0, 0},
    {LINT_JOIN_DESTINATION, "/header/destination_id", "join", ALICE, BOB, 0, 0},
    {LINT_PUT_DESTINATION, "/attributes/1/value/0", "put", KEY_ID, BOB, 0, 0},
    {LINT_PUT_DESTINATION, "/attributes/1/value/0", "put", "alice@", "Alice@", 0, 0},
    {LINT_PUT_DESTINATION, "/attributes/2/value/0", "put", RESOURCE,
     RESOURCE "{'type': 'RESOURCE', 'value': [{'type': 'RESOURCE-INFO.KEY', 'value': 'bob@example.com'}, " BODY "]}, ", 0, 0},
    {NO, "put", RESOURCE, RESOURCE RESOURCE, 0, 0},
    {LINT_TRANSACTION_ID_ZERO, "/header/transaction_id", "search", "4690c25c00000001", "0000000000000000", 0, 0},
    {LINT_TRANSACTION_ID_ZERO, "/header/transaction_id", "search-certs", "4690c25c00000001", "0000000000000000", 0, 0},
    {NO, "search-response", "4690c25c00000001", "0000000000000000", 0, 0},
    {LINT_TRANSACTION_ID_FORM, "/header/transaction_id", "search-certs", "4690c25c0", "000000000", 0, 0},
    {NO, "search", "4690c25c0", "000000000", 0, 0}, /* HMAC */
    /* the TIMESTAMP's own second, and later ones; ten years of 365 days before it, and a second more */
    {NO, "search-certs", "4690c25c0", "4690e1600", 0, 0},
    {LINT_TRANSACTION_ID_FORM, "/header/transaction_id", "search-certs", "4690c25c0", "4690e1610", 0, 0},
    {LINT_TRANSACTION_ID_FORM, "/header/transaction_id", "search-certs", "4690c25c0", "ffffffff0", 0, 0},
    {NO, "search-certs", "4690c25c0", "33c4de600", 0, 0},
    {LINT_TRANSACTION_ID_FORM, "/header/transaction_id", "search-certs", "4690c25c0", "33c4de5f0", 0, 0},
    /* 2^20 requests in no time, and 1000 more in a second */
    {NO, "search-certs", "4690c25c00000001", "4690e16000100000", 0, 0},
    {LINT_TRANSACTION_ID_FORM, "/header/transaction_id", "search-certs", "4690c25c00000001", "4690e16000100001", 0, 0},
    {NO, "search-certs", "4690c25c00000001", "4690e15f001003e8", 0, 0},
    {LINT_TRANSACTION_ID_FORM, "/header/transaction_id", "search-certs", "4690c25c00000001", "4690e15f001003e9", 0, 0},
    {LINT_OVERLAY_ZERO, "/header/overlay", "search", "659df2aa", "00000000", 0, 0},
    {NO, "join", "659df2aa", "00000000", 0, 0},

    /* which attributes a message carries */
    {LINT_RESPONSE_CODE_IN_REQUEST, "/attributes/0", "search", SOURCE, CODE("200") SOURCE, 0, 0},
    {LINT_RESPONSE_CODE_IN_REQUEST, "/attributes/0", "search", SOURCE, CODE("777") SOURCE, "'PEER-SEARCH'", "63"},
    {LINT_MISSING_RESPONSE_CODE, "/attributes", "search-response", CODE("200"), "", 0, 0},
    {LINT_MISSING_RESPONSE_CODE, "/attributes", "get-response", CODE("200"), "", 0, 0}, /* no code, no condition */
    {LINT_UNKNOWN_RESPONSE_CODE, "/attributes/0", "search-response", "200", "699", 0, 0},
    {LINT_UNKNOWN_RESPONSE_CODE, "/attributes/0", "search-response", "200", "202", 0, 0},
    {NO, "search-response", "200", "401", 0, 0},
    {NO, "search-response", "200", "404", 0, 0},
    {NO, "search-response", "200", "408", 0, 0},
    {NO, "search-response", "200", "431", 0, 0},
    {NO, "search-response", "200", "498", 0, 0},
    {NO, "search-response", "200", "499", 0, 0},
    {LINT_UNDECIPHERABLE_OUTSIDE_JOIN, "/attributes/0", "search-response", "200", "493", 0, 0},
    {LINT_MISSING_SOURCE_INFO, "/attributes", "search-response", SOURCE, "", 0, 0},
    {LINT_SOURCE_INFO_ADVISED, "/attributes", "search", SOURCE, "", 0, 0},
    {LINT_SOURCE_INFO_ADVISED, "/attributes", "join", SOURCE, "", 0, 0},
    {LINT_SOURCE_INFO_ADVISED, "/attributes", "put", SOURCE, "", 0, 0},
    {NO, "get", SOURCE, "", 0, 0},
    {LINT_MISSING_SOURCE_INFO, "/attributes", "search-certs", CERT_SOURCE, "", 0, 0},
    {LINT_RESOURCE_NOT_APPLICABLE, "/attributes/1", "search", SOURCE, SOURCE RESOURCE, 0, 0},
    {LINT_RESOURCE_NOT_APPLICABLE, "/attributes/1", "get", SOURCE, SOURCE RESOURCE, 0, 0},
    {LINT_RESOURCE_NOT_APPLICABLE, "/attributes/1", "open", SOURCE, SOURCE RESOURCE, 0, 0},
    {LINT_RESOURCE_NOT_APPLICABLE, "/attributes/2", "search-response", SOURCE, SOURCE RESOURCE, 0, 0},
    {LINT_RESOURCE_NOT_APPLICABLE, "/attributes/2", "search-response", SOURCE, SOURCE RESOURCE, "'PEER-SEARCH'", "'RESOURCE-PUT'"},
    {NO, "search", SOURCE, SOURCE RESOURCE, "'PEER-SEARCH'", "48"},
    {LINT_MISSING_RESOURCE, "/attributes", "put", RESOURCE, "", 0, 0},
    {LINT_MISSING_RESOURCE, "/attributes", "transfer", RESOURCE, "", 0, 0},
    {LINT_MISSING_RESOURCE, "/attributes", "get-response", RESOURCE, "", 0, 0},
    {NO, "get-response", RESOURCE, "", "200", "404"},
    {LINT_RESOURCE_WITHOUT_200, "/attributes/2", "get-response", "200", "404", 0, 0},
    {LINT_REDIRECT_IN_REQUEST, "/attributes/1", "search", SOURCE, SOURCE REDIRECT, 0, 0},
    {LINT_REDIRECT_WITHOUT_302, "/attributes/2", "redirecting", "302", "404", 0, 0},
    {LINT_REDIRECT_WITHOUT_302, "/attributes/2", "redirecting", "302", "200", 0, 0},
    {LINT_MISSING_REDIRECT, "/attributes", "redirecting", REDIRECT, "", 0, 0},
    {LINT_SDP_IN_TUNNEL, "/attributes/1", "tunnel", SOURCE, SOURCE SDP, 0, 0},
    {NO, "search", SOURCE, SOURCE SDP, 0, 0},
    {LINT_MISSING_SDP, "/attributes", "open", SDP, "", 0, 0},
    {LINT_MISSING_SDP, "/attributes", "open-response", SDP, "", 0, 0},
    {NO, "open-response", SDP, "", "200", "404"},
    {LINT_SDP_WITHOUT_200, "/attributes/2", "open-response", "200", "404", 0, 0},
    {LINT_APPLICATION_NOT_APPLICABLE, "/attributes/1", "search", SOURCE, SOURCE APPLICATION, 0, 0},
    {LINT_APPLICATION_NOT_APPLICABLE, "/attributes/2", "open-response", SOURCE, SOURCE APPLICATION, 0, 0},
    {NO, "search-response", SOURCE, SOURCE APPLICATION, "PEER-SEARCH", "TRANSPORT-TUNNEL"},
    {LINT_MISSING_APPLICATION, "/attributes", "tunnel", APPLICATION, "", 0, 0},
    {NO, "search-response", "PEER-SEARCH", "TRANSPORT-TUNNEL", 0, 0},
    {LINT_MISSING_SIGNATURE, "/attributes", "search", SIGNATURE ", ", "", 0, 0},
    {LINT_MISSING_SIGNATURE, "/attributes", "search-certs", CERT_SOURCE RSA_SIGNATURE, "{'type': 'SOURCE-INFO', 'value': [" PEER_ID ", {'type': 'PEER-CERT', 'hex': '30'}]}", 0, 0},
    {LINT_SIGNATURE_UNDER_NONE, "/attributes/1", "search-none", PLAIN_SOURCE, PLAIN_SOURCE SIGNATURE ", ", 0, 0},
    {LINT_SIGNATURE_UNDER_NONE, "/attributes/0/value/1", "search-none", PLAIN_SOURCE, SOURCE, 0, 0},
    {LINT_SIGNATURE_NOT_LAST, "/attributes/1", "search", ROUTE_LOG, "{'type': 'SDP', 'value': 'v=0'}", 0, 0},
    {LINT_SIGNATURE_NOT_LAST, "/attributes/1", "search", ROUTE_LOG, ROUTE_LOG ", " SIGNATURE, 0, 0},
    {NO, "search", ROUTE_LOG, ROUTE_LOG ", " ROUTE_LOG, 0, 0},
    {LINT_ROUTE_LOG_NOT_AT_END, "/attributes/1", "search", SIGNATURE, ROUTE_LOG ", " ROUTE_LOG ", " SIGNATURE, 0, 0},
    {LINT_ROUTE_LOG_NOT_AT_END, "/attributes/0", "search-none", PLAIN_SOURCE, ROUTE_LOG ", " PLAIN_SOURCE, 0, 0},

    /* all attributes */
    {LINT_UNKNOWN_ATTRIBUTE, "/attributes/0/value/0", "search", PEER_ID, "{'type': '0x0107', 'hex': ''}, " PEER_ID, 0, 0},
    {LINT_UNKNOWN_ATTRIBUTE, "/attributes/0", "search", SOURCE, "{'type': '0x0803', 'hex': ''}, " SOURCE, 0, 0},
    {LINT_UNKNOWN_ATTRIBUTE, "/attributes/0", "search", SOURCE, "{'type': '0x0700', 'hex': ''}, " SOURCE, 0, 0},
    {NO, "search", SOURCE, "{'type': '0x0600', 'hex': ''}, {'type': '0x06ff', 'hex': ''}, " SOURCE, 0, 0},
    {LINT_OUT_OF_PLACE, "/attributes/0", "search", SOURCE, PEER_ID ", " SOURCE, 0, 0},
    {LINT_OUT_OF_PLACE, "/attributes/0/value/0", "search", PEER_ID, BODY ", " PEER_ID, 0, 0}, /* with all in it */
    {LINT_REPEATED_ATTRIBUTE, "/attributes/0/value/1", "search", PEER_ID, PEER_ID ", " PEER_ID, 0, 0},
    {LINT_REPEATED_ATTRIBUTE, "/attributes/1", "search", SOURCE, SOURCE SOURCE, 0, 0},
    {LINT_REPEATED_ATTRIBUTE, "/attributes/1/value/1/value/1", "put", ENTRY, ENTRY ENTRY, 0, 0},
    {NO, "search", SOURCE, SOURCE SDP SDP, 0, 0},
    {LINT_BAD_VALUE, "/attributes/0/value/0", "search", "'value': '" ALICE "'", "'hex': '00'", 0, 0},
    {LINT_BAD_VALUE, "/attributes/2/value/0", "search", "'value': 'UDP'", "'hex': '11'", 0, 0},
    {LINT_BAD_VALUE, "/attributes/0", "search", "'value': [" PEER_ID ", " PEER_SIGNATURE "]", "'hex': '00'", 0, 0},
    {LINT_NONZERO_PADDING, "/attributes/1/value/1", "tunnel", "'hex': '00'", "'hex': '00', 'padding': '000001'", 0, 0},
    {LINT_NONZERO_PADDING, "/attributes/0", "search", SOURCE, "{'type': '0x0600', 'hex': '01', 'padding': '000100'}, " SOURCE, 0, 0},

    /* PEER-INFO */
    {LINT_MISSING_PEER_ID, "/attributes/0", "search", PEER_ID ", ", "", 0, 0},
    {LINT_MISSING_PEER_ID, "/attributes/2", "redirecting", REDIRECT, "{'type': 'REDIRECT', 'value': []}, ", 0, 0},
    {LINT_MISSING_PEER_ID, "/attributes/1/value/1/value/3", "put", BODY_PEER,
     "{'type': 'RESOURCE-INFO.BODY.PEER-INFO', 'value': []}, ", 0, 0},
    {LINT_SOURCE_ID_MISMATCH, "/attributes/0/value/0", "search", "'value': '" ALICE "'", "'value': '" BOB "'", 0, 0},
    {NO, "search-response", "'value': '" ALICE "'", "'value': '" BOB "'", 0, 0},
    {LINT_MISSING_PEER_CERT, "/attributes/0", "search-certs", CERT_SOURCE, PLAIN_SOURCE, 0, 0},
    {LINT_CERTIFICATE_WITHOUT_CERTS, "/attributes/0/value/1", "search", SOURCE, CERT_SOURCE, 0, 0},
    {LINT_CERTIFICATE_WITHOUT_CERTS, "/attributes/0/value/1", "search-none", PLAIN_SOURCE, CERT_SOURCE, 0, 0},
    {LINT_CERTIFICATE_WITHOUT_CERTS, "/attributes/1/value/2/value/0", "put", BODY, BODY ", " CERT_BODY, 0, 0},
    {LINT_PEER_SIGNATURE_NOT_LAST, "/attributes/0/value/1", "search", PEER_SIGNATURE,
     PEER_SIGNATURE ", {'type': 'PEER-NAME', 'value': ''}", 0, 0},

    /* RESOURCE */
    {LINT_MISSING_KEY, "/attributes/1", "put", KEY, "", 0, 0},
    {LINT_MISSING_BODY, "/attributes/1", "put", KEY BODY, "{'type': 'RESOURCE-INFO.KEY', 'value': 'alice@example.com'}", 0, 0},
    {LINT_MISSING_CERTIFICATE_BODY, "/attributes/1", "put-certs", ", " CERT_BODY, "", 0, 0},
    {LINT_MISSING_ENTRY, "/attributes/1/value/1", "put", ENTRY, "", 0, 0},
    {LINT_MISSING_BODY_EXPIRATION, "/attributes/1/value/1", "put", EXPIRATION, "", 0, 0},
    {NO, "transfer", EXPIRATION, "", 0, 0},
    {NO, "get-response", EXPIRATION, "", 0, 0},
    {LINT_UNSIGNED_BODY, "/attributes/1/value/1", "put", BODY_PEER BODY_SIGNATURE,
     "{'type': 'RESOURCE-INFO.BODY.PEER-INFO', 'value': [" PEER_ID "]}", 0, 0},
    {LINT_BODY_SIGNATURE_NOT_LAST, "/attributes/1/value/1/value/3", "put", BODY_PEER BODY_SIGNATURE,
     BODY_SIGNATURE ", {'type': 'RESOURCE-INFO.BODY.PEER-INFO', 'value': [" PEER_ID "]}", 0, 0},
    {LINT_CERTIFICATE_NOT_SOLE, "/attributes/1/value/3", "put-certs", ", " CERT_BODY,
     ", " CERT_BODY ", {'type': 'RESOURCE-INFO.BODY', 'value': [" ENTRY "{'type': 'RESOURCE-INFO.BODY.CERTIFICATE', 'hex': ''}]}", 0, 0},
    {LINT_MISSING_PARAMETER_NAME, "/attributes/1/value/1/value/2", "put",
     "{'type': 'RESOURCE-INFO.BODY.PARAMETER.NAME', 'value': 'q'}, ", "", 0, 0},
    {LINT_MISSING_PARAMETER_OP, "/attributes/1/value/1/value/2", "put",
     "{'type': 'RESOURCE-INFO.BODY.PARAMETER.OP', 'value': '='}, ", "", 0, 0},
    {LINT_MISSING_PARAMETER_VALUE, "/attributes/1/value/1/value/2", "put",
     ", {'type': 'RESOURCE-INFO.BODY.PARAMETER.VALUE', 'value': '1'}", "", 0, 0},
    {LINT_UNKNOWN_OP, "/attributes/1/value/1/value/2/value/1", "put", "'='", "7", 0, 0},
    {LINT_UNKNOWN_OP, "/attributes/1/value/1/value/2/value/1", "put", "'='", "0", 0, 0},

    /* signatures */
    {LINT_MISSING_TIMESTAMP, "/attributes/1", "search-certs", STAMP ", ", "", 0, 0},
    {LINT_MISSING_TIMESTAMP, "/attributes/1/value/1/value/2", "put-certs", STAMP ", ", "", 0, 0},
    {NO, "search", STAMP ", ", "", 0, 0},
    {LINT_MISSING_DIGEST, "/attributes/0/value/1", "search", ", " DIGEST, "", 0, 0},
    {LINT_MISSING_DIGEST, "/attributes/1", "search-certs", ", " RSA_DIGEST, "", 0, 0},
    {LINT_DIGEST_NOT_LAST, "/attributes/0/value/1/value/0", "search", STAMP ", " DIGEST, DIGEST ", " STAMP, 0, 0},
    {LINT_DIGEST_LENGTH, "/attributes/0/value/1/value/1", "search", SHA1, SHA1 "00", 0, 0},
    {LINT_DIGEST_LENGTH, "/attributes/1/value/1", "search-certs", RSA, SHA1, 0, 0},
    {LINT_DIGEST_LENGTH, "/attributes/1/value/1", "search-certs", RSA, RSA RSA RSA RSA RSA RSA RSA RSA "00", 0, 0},
    {NO, "search-certs", RSA, RSA RSA RSA RSA RSA RSA RSA RSA, 0, 0},
    {LINT_INNER_TIMESTAMP_LATER, "/attributes/0/value/1/value/0", "search", "1183900000", "1183900001", 0, 0},
    {LINT_INNER_TIMESTAMP_LATER, "/attributes/1/value/1/value/2/value/0", "put-certs", "1183900000", "1183900001", 0, 0},
    {NO, "put-certs", "1183900000", "1183899999", 0, 0},
    {NO, "get-response", BODY_SIGNATURE, "{'type': 'RESOURCE-INFO.BODY.SIGNATURE', 'value': [{'type': 'TIMESTAMP', 'value': 1183900001}, " DIGEST "]}", 0, 0},

    /* the others */
    {LINT_MISSING_ROUTE_LOG_VERSION, "/attributes/2", "search", LOG_VERSION, "", 0, 0},
    {LINT_MISSING_ROUTE_LOG_TRANSPORT, "/attributes/2", "search", "{'type': 'ROUTE-LOG.TRANSPORT', 'value': 'UDP'}, ", "", 0, 0},
    {LINT_MISSING_ROUTE_LOG_PEER_INFO, "/attributes/2", "search", "{'type': 'ROUTE-LOG.PEER-INFO', 'value': []}, ", "", 0, 0},
    {LINT_MISSING_REGISTERED_BODY, "/attributes/1", "put-certs", RSA_BODY ", ", "", 0, 0},
    {LINT_UNKNOWN_TRANSPORT, "/attributes/2/value/0", "search", "'UDP'", "1", 0, 0},
    {NO, "search", "'UDP'", "'SCTP'", 0, 0},
    {LINT_MISSING_APPLICATION_NAME, "/attributes/1", "tunnel", "{'type': 'APPLICATION.NAME', 'value': 'sip'}, ", "", 0, 0},
    {LINT_MISSING_APPLICATION_BODY, "/attributes/1", "tunnel", "{'type': 'APPLICATION.BODY', 'hex': '00'}, ", "", 0, 0},
    {LINT_MISSING_APPLICATION_DIALOG, "/attributes/1", "tunnel", ", {'type': 'APPLICATION.DIALOG', 'value': 7}", "", 0, 0},
    {LINT_TUNNELLED_NO_MESSAGE, "/attributes/1/value/1", "tunnel", "'sip'", "'reload'", 0, 0},
    {NO, "tunnel", "'sip'", "'reload'", "'00'", "'52454c4f20000000010101020100000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000'"},
};
/* clang-format on */

/* The findings of one run. */
struct found {
    const reload_msg *msg;
    size_t count;
    struct lint_finding list[32];
    size_t fails_after; /* the sink fails when it has taken that many; 0: never */
};

static int take(void *arg, const struct lint_finding *finding)
{
    struct found *found = arg;
    char pointer[256];
    assert_true(found->count < COUNT(found->list));
    assert_non_null(lint_rule_of(finding->rule));
    assert_true(finding->attr == RELOAD_NO_ATTR || finding->field == RELOAD_FIELDS);
    assert_true(finding->attr == RELOAD_NO_ATTR || finding->attr < reload_msg_count(found->msg));
    assert_true(lint_pointer(found->msg, finding, pointer, sizeof pointer));
    assert_true(strlen(finding->detail) > 0 &&
                strlen(finding->detail) < sizeof finding->detail - 1); /* not cut off */
    for (const char *p = finding->detail; *p != '\0'; p++)
        assert_true(*p >= ' ' && *p <= '~');
    found->list[found->count++] = *finding;
    return found->fails_after != 0 && found->count >= found->fails_after ? -1 : 0;
}

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (at == NULL)
        fail_msg("%s is not in %s", from, text);
    size_t size = strlen(text) - strlen(from) + strlen(to) + 1;
    char *result = malloc(size);
    assert_non_null(result);
    (void)snprintf(result, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return result;
}

static char key_id[2 * RELOAD_ID_SIZE + 1];

/* Makes a message of text with single quotes, KEY_ID being alice@example.com's where it is left. */
static reload_msg *make(const char *text, reload_buf *buf)
{
    char *copy = strstr(text, KEY_ID) == NULL ? strdup(text) : replaced(text, KEY_ID, key_id);
    assert_non_null(copy);
    for (char *p = copy; *p != '\0'; p++)
        *p = *p == '\'' ? '"' : *p;
    reload_buf_reset(buf);
    test_json(buf, copy);
    free(copy);
    return test_parse(buf);
}

static void lint(reload_security algorithm, const reload_msg *msg, struct found *found)
{
    *found = (struct found){.msg = msg};
    assert_int_equal(lint_message(algorithm, msg, take, found), RELOAD_OK);
}

static const struct base *base_named(const char *name)
{
    for (size_t i = 0; i < COUNT(bases); i++)
        if (strcmp(bases[i].name, name) == 0)
            return &bases[i];
    fail_msg("no base %s", name);
    return NULL;
}

/* Where a finding is; the text lives until the next call. */
static const char *path_of(const reload_msg *msg, const struct lint_finding *finding)
{
    static char pointer[256];
    assert_true(lint_pointer(msg, finding, pointer, sizeof pointer));
    return pointer;
}

/* That a message has this finding and no other; LINT_RULES: none. */
static void expect_one(reload_security algorithm, const reload_msg *msg, enum lint_rule rule,
                       const char *path, const char *what)
{
    struct found found;
    size_t wanted = rule == LINT_RULES ? 0 : 1;
    lint(algorithm, msg, &found);
    for (size_t i = 0; i < found.count; i++)
        if (found.count != wanted || found.list[i].rule != rule ||
            strcmp(path_of(msg, &found.list[i]), path) != 0)
            fail_msg("%s: found %s at %s: %s; expected %s at %s", what,
                     lint_rule_of(found.list[i].rule)->word, path_of(msg, &found.list[i]),
                     found.list[i].detail, wanted == 0 ? "nothing" : lint_rule_of(rule)->word,
                     path);
    if (found.count != wanted)
        fail_msg("%s: %s is not found", what, lint_rule_of(rule)->word);
}

static void test_good(void **state)
{
    reload_buf buf = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(bases); i++) {
        reload_msg *msg = make(bases[i].text, &buf);
        expect_one(bases[i].algorithm, msg, LINT_RULES, "", bases[i].name);
        reload_msg_free(&msg);
    }
    reload_buf_free(&buf);
}

static void test_each_rule(void **state)
{
    reload_buf buf = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(edits); i++) {
        const struct edit *e = &edits[i];
        const struct base *base = base_named(e->base);
        char what[64], *text = replaced(base->text, e->from, e->to);
        if (e->from_too != NULL) {
            char *once = text;
            text = replaced(once, e->from_too, e->to_too);
            free(once);
        }
        reload_msg *msg = make(text, &buf);
        (void)snprintf(what, sizeof what, "edit %zu, of %s", i, e->base);
        expect_one(base->algorithm, msg, e->rule, e->path, what);
        reload_msg_free(&msg);
        free(text);
    }
    reload_buf_free(&buf);
}

/* The table of edits breaks every rule at least once. */
static void test_all_rules(void **state)
{
    (void)state;
    for (int rule = 0; rule < LINT_RULES; rule++) {
        size_t i = 0;
        while (i < COUNT(edits) && edits[i].rule != (enum lint_rule)rule)
            i++;
        if (i == COUNT(edits))
            fail_msg("no message breaks %s", lint_rule_of((enum lint_rule)rule)->word);
    }
}

/* Words are in kebab case and told apart; each rule says where it is from and what it asks. */
static void test_table(void **state)
{
    (void)state;
    for (int i = 0; i < LINT_RULES; i++) {
        const struct lint_rule_def *def = lint_rule_of((enum lint_rule)i);
        assert_non_null(def);
        assert_true(strlen(def->word) > 3 &&
                    strspn(def->word, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
                        strlen(def->word));
        assert_true(strstr(def->section, "B§") == def->section ||
                    strstr(def->section, "S§") == def->section || def->section[0] == 'D');
        assert_true(strlen(def->text) > 10 && def->text[strlen(def->text) - 1] != '.');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(lint_rule_of((enum lint_rule)k)->word, def->word);
    }
    assert_null(lint_rule_of(LINT_RULES));
    assert_null(lint_rule_of((enum lint_rule) - 1));
    assert_string_equal(lint_level_text(LINT_LEVEL_MUST), "MUST");
    assert_string_equal(lint_level_text(lint_rule_of(LINT_SOURCE_INFO_ADVISED)->level), "SHOULD");
    assert_null(lint_level_text(LINT_LEVEL_NONE));
    assert_null(lint_level_text((enum lint_level)99));
    assert_string_equal(lint_rule_of(LINT_SIGNATURE_NOT_LAST)->section, "S§5.1, S§7.1");
    assert_int_equal(lint_rule_of(LINT_SIGNATURE_NOT_LAST)->level, LINT_LEVEL_MUST);
    assert_int_equal(lint_rule_of(LINT_UNKNOWN_ROUTING)->level, LINT_LEVEL_NONE);
}

/* D17: replica 16 is the last that is looked for. */
static void test_replicas(void **state)
{
    reload_buf buf = {0};
    (void)state;
    for (uint32_t replica = 0; replica <= LINT_REPLICAS + 1; replica++) {
        char name[40];
        uint8_t id[RELOAD_ID_SIZE];
        reload_msg *msg = make(base_named("put")->text, &buf);
        (void)snprintf(name, sizeof name,
                       replica == 0 ? "alice@example.com" : "alice@example.com%u",
                       (unsigned)replica);
        test_sha1(name, id);
        memcpy(buf.octets + 16, id, sizeof id); /* the message's octets are these */
        expect_one(RELOAD_SECURITY_HMAC, msg, replica <= 16 ? LINT_RULES : LINT_PUT_DESTINATION,
                   "/attributes/1/value/0", name);
        reload_msg_free(&msg);
    }
    reload_buf_free(&buf);
}

/* Of another Version only octets 4 to 8 are looked at; of a fragment, the header. */
static void test_unread(void **state)
{
    reload_buf buf = {0};
    struct found found;
    (void)state;
    reload_msg *msg = make(base_named("search")->text, &buf);
    memset(buf.octets + 4, 0xff, buf.len - 4);
    buf.octets[4] = 0; /* TTL */
    memset(buf.octets + 13, 0, 3);
    reload_msg_free(&msg);
    buf.len = RELOAD_HEADER_SIZE;
    msg = test_parse(&buf);
    lint(RELOAD_SECURITY_CERTS, msg, &found);
    assert_int_equal(found.count, 5);
    assert_int_equal(found.list[4].rule, LINT_UNKNOWN_VERSION);
    assert_int_equal(found.list[0].rule, LINT_TTL_ZERO);
    assert_int_equal(found.list[1].rule, LINT_UNKNOWN_ROUTING);
    assert_int_equal(found.list[2].rule, LINT_RESERVED_FRAGMENT_BITS);
    assert_int_equal(found.list[3].rule, LINT_EXPERIMENTAL_VERSION);
    reload_msg_free(&msg);

    char *text = replaced(base_named("search-certs")->text, "'frag': false", "'frag': true"),
         *other;
    other = replaced(text, "'attributes': [",
                     "'attributes': [{'type': 'APPLICATION', 'value': [], 'padding': ''}, ");
    msg = make(other, &buf);
    expect_one(RELOAD_SECURITY_CERTS, msg, LINT_RULES, "", "a fragment's attributes");
    reload_msg_free(&msg);
    free(other);
    other = replaced(text, "4690c25c0", "ffffffff0"); /* there is no TIMESTAMP to compare with */
    msg = make(other, &buf);
    expect_one(RELOAD_SECURITY_CERTS, msg, LINT_RULES, "", "a fragment's boot time");
    reload_msg_free(&msg);
    free(other);
    other = replaced(text, "'SHA-1'", "9");
    msg = make(other, &buf);
    expect_one(RELOAD_SECURITY_CERTS, msg, LINT_UNKNOWN_HASH, "/header/hash",
               "a fragment's header");
    reload_msg_free(&msg);
    free(other);
    free(text);
    reload_buf_free(&buf);
}

/* What the unreadable part of a message may hold is not missing; what can be read is looked at. */
static void test_malformed(void **state)
{
    reload_buf buf = {0};
    (void)state;
    /* cut short in front of the SIGNATURE, and in the middle of it */
    reload_msg *msg = make(base_named("get-response")->text, &buf);
    uint32_t source = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_RESOURCE),
             signature = reload_msg_signature(msg);
    size_t before_resource = reload_msg_attr(msg, source)->offset,
           in_signature = reload_msg_attr(msg, signature)->offset + 10;
    reload_msg_free(&msg);
    buf.len = in_signature;
    msg = test_parse(&buf);
    expect_one(RELOAD_SECURITY_HMAC, msg, LINT_RULES, "", "cut short in the SIGNATURE");
    reload_msg_free(&msg);
    buf.octets[4] = 0;
    buf.len = before_resource;
    msg = test_parse(&buf);
    expect_one(RELOAD_SECURITY_HMAC, msg, LINT_TTL_ZERO, "/header/ttl",
               "cut short in front of RESOURCE");
    reload_msg_free(&msg);
    /* the same octets as a whole message: both are missing */
    struct found found;
    test_set_length(&buf, 0);
    msg = test_parse(&buf);
    lint(RELOAD_SECURITY_HMAC, msg, &found);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.list[1].rule, LINT_MISSING_RESOURCE);
    assert_int_equal(found.list[2].rule, LINT_MISSING_SIGNATURE);
    reload_msg_free(&msg);
    /* broken behind the SIGNATURE: nothing in front of it can be hidden there */
    char *text = replaced(base_named("search-response")->text, CODE("200"), "");
    msg = make(text, &buf);
    reload_msg_free(&msg);
    reload_buf_append(&buf, "\0\1\0", 3);
    test_set_length(&buf, 0);
    msg = test_parse(&buf);
    expect_one(RELOAD_SECURITY_HMAC, msg, LINT_MISSING_RESPONSE_CODE, "/attributes",
               "broken behind the SIGNATURE");
    reload_msg_free(&msg);
    free(text);
    /* an empty message, which no octets were read into */
    msg = reload_msg_new();
    assert_non_null(msg);
    lint(RELOAD_SECURITY_HMAC, msg, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.list[0].rule, LINT_TTL_ZERO);
    assert_int_equal(found.list[1].rule, LINT_UNKNOWN_VERSION);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static int never(void *arg, const struct lint_finding *finding)
{
    (void)arg;
    fail_msg("%s is told", lint_rule_of(finding->rule)->word);
    return 0;
}

static void test_results(void **state)
{
    reload_buf buf = {0};
    char small[8];
    (void)state;
    char *text = replaced(base_named("search")->text, SIGNATURE ", ", ""),
         *other = replaced(text, "'ttl': 32", "'ttl': 0");
    reload_msg *msg = make(other, &buf);
    struct found found = {.msg = msg, .fails_after = 1};
    assert_int_equal(lint_message(RELOAD_SECURITY_OPEN, msg, never, NULL), RELOAD_ERR_ARGUMENT);
    assert_int_equal(lint_message((reload_security)4, msg, never, NULL), RELOAD_ERR_ARGUMENT);
    assert_int_equal(lint_message(RELOAD_SECURITY_HMAC, msg, take, &found), RELOAD_ERR_WRITE);
    assert_int_equal(found.count, 1); /* and then no more */
    found = (struct found){.msg = msg, .fails_after = 2};
    assert_int_equal(lint_message(RELOAD_SECURITY_HMAC, msg, take, &found), RELOAD_ERR_WRITE);
    assert_int_equal(found.count, 2);
    assert_false(lint_pointer(msg, &found.list[0], small, sizeof small));
    assert_int_equal(strlen(small), sizeof small - 1); /* terminated */
    assert_false(lint_pointer(msg, &found.list[1], small, sizeof small));
    reload_msg_free(&msg);
    free(text);
    free(other);
    reload_buf_free(&buf);
}

/* The report's JSON: an empty array, findings, and those of a message inside. */
static void test_report(void **state)
{
    static const char head[] =
        "{\"index\": 1, \"file\": \"-\", \"offset\": 0, \"verdict\": \"valid\", \"response_code\": "
        "null, "
        "\"method\": \"PEER-SEARCH\", \"response\": false, \"security\": \"HMAC\", "
        "\"source_id\": \"" ALICE "\", \"destination_id\": \"" BOB "\", "
        "\"transaction_id\": \"4690c25c00000001\", \"signatures\": []";
    const reload_origin origin = {.file = "-", .offset = 0, .index = 1};
    reload_report report = {.verdict = RELOAD_VALID};
    reload_buf buf = {0}, inner_buf = {0}, out = {0};
    char expected[1024];
    (void)state;
    reload_msg *msg = make(base_named("search")->text, &buf);
    assert_int_equal(
        report_json_write(&report, msg, &origin, RELOAD_SECURITY_HMAC, NULL, test_sink, &out),
        RELOAD_OK);
    reload_buf_append(&out, "", 1);
    (void)snprintf(expected, sizeof expected, "%s, \"lint\": []}", head);
    assert_string_equal((const char *)out.octets, expected);
    reload_buf_reset(&out);
    assert_int_equal(
        report_json_write(&report, msg, &origin, RELOAD_SECURITY_OPEN, NULL, test_sink, &out),
        RELOAD_OK);
    reload_buf_append(&out, "", 1);
    (void)snprintf(expected, sizeof expected, "%s}", head);
    assert_string_equal((const char *)out.octets, expected);
    reload_buf_reset(&out);

    /* two findings, and one in the inner message */
    reload_tunnelled tunnelled = {.attr = 0,
                                  .msg = make(base_named("join")->text, &inner_buf),
                                  .report = {.verdict = RELOAD_VALID}};
    inner_buf.octets[4] = 0;
    buf.octets[4] = 0;
    buf.octets[11] = 0;
    report.tunnelled = &tunnelled;
    report.tunnelled_count = 1;
    assert_int_equal(
        report_json_write(&report, msg, &origin, RELOAD_SECURITY_HMAC, NULL, test_sink, &out),
        RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_non_null(strstr((const char *)out.octets,
                           "\"lint\": [{\"rule\": \"ttl-zero\", \"section\": \"B§5.1\", \"level\": "
                           "\"MUST\", \"path\": \"/header/ttl\", "
                           "\"detail\": \"TTL is 0: receivers discard the message\"}, {\"rule\": "
                           "\"security-left-open\", \"section\": \"B§8.1.1, B§8.2.1\", "
                           "\"level\": \"MUST\", \"path\": \"/header/security\", \"detail\": "
                           "\"Security is 0 outside a PEER-JOIN request\"}], "
                           "\"tunnelled\": {\"path\": \"/attributes/0\", "));
    assert_non_null(strstr((const char *)out.octets,
                           "\"signatures\": [], \"lint\": [{\"rule\": \"ttl-zero\", \"section\": "
                           "\"B§5.1\", \"level\": \"MUST\", \"path\": \"/header/ttl\", "
                           "\"detail\": \"TTL is 0: receivers discard the message\"}]}}"));
    reload_buf_reset(&out);
    /* garbage */
    reload_report garbage = {.verdict = RELOAD_MALFORMED, .reason = RELOAD_REASON_MALFORMED};
    assert_int_equal(
        report_json_write(&garbage, NULL, &origin, RELOAD_SECURITY_HMAC, NULL, test_sink, &out),
        RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_non_null(strstr((const char *)out.octets, "\"signatures\": [], \"lint\": []}"));
    reload_msg_free(&tunnelled.msg);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
    reload_buf_free(&inner_buf);
    reload_buf_free(&out);
}

static int setup(void **state)
{
    uint8_t id[RELOAD_ID_SIZE];
    (void)state;
    test_sha1("alice@example.com", id);
    reload_hex_encode(id, sizeof id, key_id);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),      cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_all_rules), cmocka_unit_test(test_table),
        cmocka_unit_test(test_replicas),  cmocka_unit_test(test_unread),
        cmocka_unit_test(test_malformed), cmocka_unit_test(test_results),
        cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests_name("lint", tests, setup, NULL);
}
