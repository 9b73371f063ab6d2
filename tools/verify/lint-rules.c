/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of lint's rules; reload-checks(7) lists them too. */
#include "verify/lint.h"

#define NONE   LINT_LEVEL_NONE
#define SHOULD LINT_LEVEL_SHOULD
#define MUST   LINT_LEVEL_MUST

/* Every rule, in the order of enum lint_rule; reload-checks(7) has the same list. */
/* clang-format off */
static const struct lint_rule_def rules[] = {
    /* the header */
    [LINT_TTL_ZERO] = {"ttl-zero", MUST, "B§5.1",
        "TTL MUST NOT be 0; such a message is discarded"},
    [LINT_UNKNOWN_ROUTING] = {"unknown-routing", NONE, "B§5.1",
        "Routing is expected to be UNSPECIFIED, PROXY or REDIRECT"},
    [LINT_LFRG_WITHOUT_FRAG] = {"lfrg-without-frag", NONE, "B§5.1",
        "LFRG (last fragment) is expected only in a fragment"},
    [LINT_RESERVED_FRAGMENT_BITS] = {"reserved-fragment-bits", NONE, "B§5.1, D14",
        "The 14 bits reserved for fragmentation are expected to be 0"},
    [LINT_EXPERIMENTAL_VERSION] = {"experimental-version", NONE, "B§5.1",
        "EXP is expected to be 0; it marks private and experimental Versions"},
    [LINT_UNKNOWN_VERSION] = {"unknown-version", MUST, "B§8.1.1, B§8.2.1",
        "Version MUST be 1"},
    [LINT_UNKNOWN_DHT] = {"unknown-dht", MUST, "B§5.1, B§8.2.1",
        "DHT MUST be Chord1.0 or Bamboo1.0"},
    [LINT_UNKNOWN_HASH] = {"unknown-hash", MUST, "B§5.1, B§8.2.1",
        "Hash MUST be SHA-1"},
    [LINT_UNKNOWN_SECURITY] = {"unknown-security", NONE, "S§4",
        "Security is expected to be NONE, HMAC, CERTS or, if left open, 0"},
    [LINT_SECURITY_LEFT_OPEN] = {"security-left-open", MUST, "B§8.1.1, B§8.2.1",
        "Security MUST NOT be 0 outside a PEER-JOIN request"},
    [LINT_RESERVED_METHOD_BIT] = {"reserved-method-bit", NONE, "B§5.1",
        "Bit 6 of the Method octet is expected to be 0"},
    [LINT_UNKNOWN_METHOD] = {"unknown-method", NONE, "B§5.1",
        "Method is expected to be one of the base draft's, or in the DHT algorithm's class"},
    [LINT_JOIN_DESTINATION] = {"join-destination", MUST, "B§8.1.1",
        "A PEER-JOIN request's Destination ID MUST be its Source ID"},
    [LINT_PUT_DESTINATION] = {"put-destination", MUST, "B§9.1, D17",
        "A RESOURCE-PUT request's Destination ID MUST be the Resource-ID of each KEY in it, or "
        "of one of its replicas 1 to 16"},
    [LINT_TRANSACTION_ID_ZERO] = {"transaction-id-zero", NONE, "B§5.1",
        "A request's Transaction ID is expected to be unique, and so not 0"},
    [LINT_TRANSACTION_ID_FORM] = {"transaction-id-form", MUST, "S§7",
        "CERTS: a request's Transaction ID MUST be a boot time and a counter"},
    [LINT_OVERLAY_ZERO] = {"overlay-zero", MUST, "B§8.1.1, B§8.2.1",
        "Overlay MUST NOT be 0 outside a PEER-JOIN request"},

    /* which attributes a message carries */
    [LINT_RESPONSE_CODE_IN_REQUEST] = {"response-code-in-request", MUST, "B§5.2",
        "A request MUST NOT have a RESPONSE-CODE"},
    [LINT_MISSING_RESPONSE_CODE] = {"missing-response-code", MUST, "B§5.2",
        "A response MUST have a RESPONSE-CODE"},
    [LINT_UNKNOWN_RESPONSE_CODE] = {"unknown-response-code", NONE, "B§5.2.1",
        "The response code is expected to be 200, 302, 401, 404, 408, 431, 493, 498 or 499"},
    [LINT_UNDECIPHERABLE_OUTSIDE_JOIN] = {"undecipherable-outside-join", NONE, "B§8.1.2.1",
        "The response code 493 is expected only in a PEER-JOIN response"},
    [LINT_MISSING_SOURCE_INFO] = {"missing-source-info", MUST, "B§5.2, S§5.1",
        "A response and, under CERTS, a request MUST have a SOURCE-INFO"},
    [LINT_SOURCE_INFO_ADVISED] = {"source-info-advised", SHOULD, "B§8.1.1, B§8.2.1, B§9.1",
        "A PEER-JOIN, PEER-SEARCH or RESOURCE-PUT request SHOULD have a SOURCE-INFO under any "
        "algorithm"},
    [LINT_RESOURCE_NOT_APPLICABLE] = {"resource-not-applicable", MUST, "B§5.2",
        "RESOURCE MUST NOT occur outside RESOURCE-PUT and RESOURCE-TRANSFER requests and "
        "RESOURCE-GET responses (of the base draft's methods)"},
    [LINT_MISSING_RESOURCE] = {"missing-resource", MUST, "B§5.2",
        "A RESOURCE-PUT or RESOURCE-TRANSFER request and a successful RESOURCE-GET response MUST "
        "have a RESOURCE"},
    [LINT_RESOURCE_WITHOUT_200] = {"resource-without-200", NONE, "B§5.2",
        "RESOURCE is expected in a response only if its code is of class 2"},
    [LINT_REDIRECT_IN_REQUEST] = {"redirect-in-request", MUST, "B§5.2",
        "A request MUST NOT have a REDIRECT"},
    [LINT_REDIRECT_WITHOUT_302] = {"redirect-without-302", NONE, "B§5.2",
        "REDIRECT is expected in a response only if its code is 302"},
    [LINT_MISSING_REDIRECT] = {"missing-redirect", MUST, "B§5.2",
        "A response with code 302 MUST have a REDIRECT"},
    [LINT_SDP_IN_TUNNEL] = {"sdp-in-tunnel", MUST, "B§5.2",
        "A TRANSPORT-TUNNEL message MUST NOT have an SDP"},
    [LINT_MISSING_SDP] = {"missing-sdp", MUST, "B§5.2",
        "A TRANSPORT-OPEN request and a successful response to it MUST have an SDP"},
    [LINT_SDP_WITHOUT_200] = {"sdp-without-200", NONE, "B§5.2",
        "SDP is expected in a response only if its code is of class 2"},
    [LINT_APPLICATION_NOT_APPLICABLE] = {"application-not-applicable", MUST, "B§5.2",
        "APPLICATION MUST NOT occur outside TRANSPORT-TUNNEL messages (of the base draft's "
        "methods)"},
    [LINT_MISSING_APPLICATION] = {"missing-application", MUST, "B§5.2",
        "A TRANSPORT-TUNNEL request MUST have an APPLICATION"},
    [LINT_MISSING_SIGNATURE] = {"missing-signature", MUST, "S§5.1, S§5.2",
        "HMAC and CERTS: a message MUST have a SIGNATURE"},
    [LINT_SIGNATURE_UNDER_NONE] = {"signature-under-none", NONE, "S§3.2",
        "NONE: a message is expected to have no signature of any kind"},
    [LINT_SIGNATURE_NOT_LAST] = {"signature-not-last", MUST, "S§5.1, S§7.1",
        "Attributes other than ROUTE-LOGs MUST NOT follow the SIGNATURE"},
    [LINT_ROUTE_LOG_NOT_AT_END] = {"route-log-not-at-end", MUST, "S§8",
        "ROUTE-LOGs MUST be at the end of the message, after its SIGNATURE"},

    /* all attributes */
    [LINT_UNKNOWN_ATTRIBUTE] = {"unknown-attribute", NONE, "B§5.2",
        "An attribute's type is expected to be defined by the drafts, or in the DHT algorithm's "
        "range"},
    [LINT_OUT_OF_PLACE] = {"out-of-place", NONE, "B§5.2",
        "An attribute is expected in a container that the drafts allow for it"},
    [LINT_REPEATED_ATTRIBUTE] = {"repeated-attribute", MUST, "D11",
        "An attribute that may occur once in its container MUST NOT occur twice"},
    [LINT_BAD_VALUE] = {"bad-value", MUST, "B§5.2, D24",
        "An attribute's value MUST fit its type"},
    [LINT_NONZERO_PADDING] = {"nonzero-padding", NONE, "B§5.2",
        "Padding is expected to be zero"},

    /* PEER-INFO */
    [LINT_MISSING_PEER_ID] = {"missing-peer-id", NONE, "B§5.2.2.1",
        "SOURCE-INFO, REDIRECT and BODY.PEER-INFO are expected to have a PEER-ID"},
    [LINT_SOURCE_ID_MISMATCH] = {"source-id-mismatch", MUST, "B§8.1.1, B§8.2.1, B§9.1, D20",
        "A request's Source ID MUST be its SOURCE-INFO's PEER-ID"},
    [LINT_MISSING_PEER_CERT] = {"missing-peer-cert", MUST, "S§5.1",
        "CERTS: SOURCE-INFO MUST have a PEER-CERT"},
    [LINT_CERTIFICATE_WITHOUT_CERTS] = {"certificate-without-certs", NONE, "S§6",
        "HMAC and NONE: a message is expected to have no certificate"},
    [LINT_PEER_SIGNATURE_NOT_LAST] = {"peer-signature-not-last", MUST, "S§5.1, D9",
        "PEER-SIGNATURE MUST be the last member of its PEER-INFO"},

    /* RESOURCE */
    [LINT_MISSING_KEY] = {"missing-key", MUST, "B§5.2.3.1",
        "A RESOURCE MUST have a KEY"},
    [LINT_MISSING_BODY] = {"missing-body", MUST, "B§5.2.3.2",
        "A RESOURCE MUST have at least one BODY"},
    [LINT_MISSING_CERTIFICATE_BODY] = {"missing-certificate-body", MUST, "S§5.1",
        "CERTS: a RESOURCE MUST have a BODY with a certificate"},
    [LINT_MISSING_REGISTERED_BODY] = {"missing-registered-body", NONE, "S§5.1",
        "CERTS: a RESOURCE is expected to have a BODY besides its certificate BODYs"},
    [LINT_MISSING_ENTRY] = {"missing-entry", MUST, "B§5.2.3.3",
        "A BODY without a certificate MUST have an ENTRY"},
    [LINT_MISSING_BODY_EXPIRATION] = {"missing-body-expiration", MUST, "B§9.1",
        "A BODY without a certificate MUST have an EXPIRATION in a RESOURCE-PUT request"},
    [LINT_UNSIGNED_BODY] = {"unsigned-body", MUST, "S§5.1",
        "HMAC and CERTS: a BODY without a certificate MUST be signed"},
    [LINT_BODY_SIGNATURE_NOT_LAST] = {"body-signature-not-last", MUST, "S§5.1, D9",
        "BODY.SIGNATURE MUST be the last member of its BODY"},
    [LINT_CERTIFICATE_NOT_SOLE] = {"certificate-not-sole", MUST, "S§5.1",
        "A CERTIFICATE MUST be the only member of its BODY"},
    [LINT_MISSING_PARAMETER_NAME] = {"missing-parameter-name", MUST, "B§5.2.3.4",
        "A PARAMETER MUST have a NAME"},
    [LINT_MISSING_PARAMETER_OP] = {"missing-parameter-op", MUST, "B§5.2.3.4",
        "A PARAMETER MUST have an OP"},
    [LINT_MISSING_PARAMETER_VALUE] = {"missing-parameter-value", MUST, "B§5.2.3.4",
        "A PARAMETER MUST have a VALUE"},
    [LINT_UNKNOWN_OP] = {"unknown-op", NONE, "B§5.2.3.4",
        "A PARAMETER's OP is expected to be 1 to 6"},

    /* signatures */
    [LINT_MISSING_TIMESTAMP] = {"missing-timestamp", MUST, "S§3.2, D4",
        "CERTS: a signature MUST have a TIMESTAMP"},
    [LINT_MISSING_DIGEST] = {"missing-digest", MUST, "S§5.1",
        "A signature MUST have a DIGEST"},
    [LINT_DIGEST_NOT_LAST] = {"digest-not-last", MUST, "S§5.1, D9",
        "DIGEST MUST be the last member of its signature"},
    [LINT_DIGEST_LENGTH] = {"digest-length", NONE, "S§6, S§7, D12, D13",
        "A DIGEST is expected to have 20 octets under HMAC, and 128 to 1024 under CERTS"},
    [LINT_INNER_TIMESTAMP_LATER] = {"inner-timestamp-later", NONE, "D8",
        "A sender is expected to sign SOURCE-INFO, and the BODYs of a RESOURCE-PUT request, "
        "before the message"},

    /* the others */
    [LINT_MISSING_ROUTE_LOG_VERSION] = {"missing-route-log-version", MUST, "B§5.2.4",
        "A ROUTE-LOG MUST have a P2PSIP-VERSION"},
    [LINT_MISSING_ROUTE_LOG_TRANSPORT] = {"missing-route-log-transport", MUST, "B§5.2.4",
        "A ROUTE-LOG MUST have a TRANSPORT"},
    [LINT_MISSING_ROUTE_LOG_PEER_INFO] = {"missing-route-log-peer-info", MUST, "B§5.2.4",
        "A ROUTE-LOG MUST have at least one PEER-INFO"},
    [LINT_UNKNOWN_TRANSPORT] = {"unknown-transport", NONE, "B§5.2.4.2",
        "ROUTE-LOG.TRANSPORT is expected to be TCP, UDP, TLS or SCTP"},
    [LINT_MISSING_APPLICATION_NAME] = {"missing-application-name", MUST, "B§5.2.8",
        "An APPLICATION MUST have a NAME"},
    [LINT_MISSING_APPLICATION_BODY] = {"missing-application-body", MUST, "B§5.2.8",
        "An APPLICATION MUST have a BODY"},
    [LINT_MISSING_APPLICATION_DIALOG] = {"missing-application-dialog", MUST, "B§5.2.8",
        "An APPLICATION MUST have a DIALOG"},
    [LINT_TUNNELLED_NO_MESSAGE] = {"tunnelled-no-message", NONE, "B§8.1.2.1",
        "An APPLICATION's BODY is expected to be a RELOAD message if its NAME is reload"},
};
/* clang-format on */

_Static_assert(sizeof rules / sizeof rules[0] == LINT_RULES, "each rule has a row");

const struct lint_rule_def *lint_rule_of(enum lint_rule rule)
{
    return (unsigned)rule < LINT_RULES ? &rules[rule] : NULL;
}

const char *lint_level_text(enum lint_level level)
{
    return level == LINT_LEVEL_MUST ? "MUST" : level == LINT_LEVEL_SHOULD ? "SHOULD" : NULL;
}
