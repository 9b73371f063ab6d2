/* The drafts' rules for a message's form. They decide no verdict (D24). */
#include "crypto/key.h"
#include "wire/wire.h"

#include <reload/verify.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NONE   RELOAD_LEVEL_NONE
#define SHOULD RELOAD_LEVEL_SHOULD
#define MUST   RELOAD_LEVEL_MUST

/* Every rule, in the order of reload_rule; reload-verify(1) has the same table. */
/* clang-format off */
static const reload_rule_def rules[] = {
    /* the header */
    [RELOAD_RULE_TTL_ZERO] = {"ttl-zero", MUST, "B§5.1",
        "TTL MUST NOT be 0; such a message is discarded"},
    [RELOAD_RULE_UNKNOWN_ROUTING] = {"unknown-routing", NONE, "B§5.1",
        "Routing is expected to be UNSPECIFIED, PROXY or REDIRECT"},
    [RELOAD_RULE_LFRG_WITHOUT_FRAG] = {"lfrg-without-frag", NONE, "B§5.1",
        "LFRG (last fragment) is expected only in a fragment"},
    [RELOAD_RULE_RESERVED_FRAGMENT_BITS] = {"reserved-fragment-bits", NONE, "B§5.1, D14",
        "The 14 bits reserved for fragmentation are expected to be 0"},
    [RELOAD_RULE_EXPERIMENTAL_VERSION] = {"experimental-version", NONE, "B§5.1",
        "EXP is expected to be 0; it marks private and experimental Versions"},
    [RELOAD_RULE_UNKNOWN_VERSION] = {"unknown-version", MUST, "B§8.1.1, B§8.2.1",
        "Version MUST be 1"},
    [RELOAD_RULE_UNKNOWN_DHT] = {"unknown-dht", MUST, "B§5.1, B§8.2.1",
        "DHT MUST be Chord1.0 or Bamboo1.0"},
    [RELOAD_RULE_UNKNOWN_HASH] = {"unknown-hash", MUST, "B§5.1, B§8.2.1",
        "Hash MUST be SHA-1"},
    [RELOAD_RULE_UNKNOWN_SECURITY] = {"unknown-security", NONE, "S§4",
        "Security is expected to be NONE, HMAC, CERTS or, if left open, 0"},
    [RELOAD_RULE_SECURITY_LEFT_OPEN] = {"security-left-open", MUST, "B§8.1.1, B§8.2.1",
        "Security MUST NOT be 0 outside a PEER-JOIN request"},
    [RELOAD_RULE_RESERVED_METHOD_BIT] = {"reserved-method-bit", NONE, "B§5.1",
        "Bit 6 of the Method octet is expected to be 0"},
    [RELOAD_RULE_UNKNOWN_METHOD] = {"unknown-method", NONE, "B§5.1",
        "Method is expected to be one of the base draft's, or in the DHT algorithm's class"},
    [RELOAD_RULE_JOIN_DESTINATION] = {"join-destination", MUST, "B§8.1.1",
        "A PEER-JOIN request's Destination ID MUST be its Source ID"},
    [RELOAD_RULE_PUT_DESTINATION] = {"put-destination", MUST, "B§9.1, D17",
        "A RESOURCE-PUT request's Destination ID MUST be the Resource-ID of each KEY in it, or "
        "of one of its replicas 1 to 16"},
    [RELOAD_RULE_TRANSACTION_ID_ZERO] = {"transaction-id-zero", NONE, "B§5.1",
        "A request's Transaction ID is expected to be unique, and so not 0"},
    [RELOAD_RULE_TRANSACTION_ID_FORM] = {"transaction-id-form", MUST, "S§7",
        "CERTS: a request's Transaction ID MUST be a boot time and a counter"},
    [RELOAD_RULE_OVERLAY_ZERO] = {"overlay-zero", MUST, "B§8.1.1, B§8.2.1",
        "Overlay MUST NOT be 0 outside a PEER-JOIN request"},

    /* which attributes a message carries */
    [RELOAD_RULE_RESPONSE_CODE_IN_REQUEST] = {"response-code-in-request", MUST, "B§5.2",
        "A request MUST NOT have a RESPONSE-CODE"},
    [RELOAD_RULE_MISSING_RESPONSE_CODE] = {"missing-response-code", MUST, "B§5.2",
        "A response MUST have a RESPONSE-CODE"},
    [RELOAD_RULE_UNKNOWN_RESPONSE_CODE] = {"unknown-response-code", NONE, "B§5.2.1",
        "The response code is expected to be 200, 302, 401, 404, 408, 431, 493, 498 or 499"},
    [RELOAD_RULE_UNDECIPHERABLE_OUTSIDE_JOIN] = {"undecipherable-outside-join", NONE, "B§8.1.2.1",
        "The response code 493 is expected only in a PEER-JOIN response"},
    [RELOAD_RULE_MISSING_SOURCE_INFO] = {"missing-source-info", MUST, "B§5.2, S§5.1",
        "A response MUST have a SOURCE-INFO; under CERTS, so MUST a request"},
    [RELOAD_RULE_SOURCE_INFO_ADVISED] = {"source-info-advised", SHOULD, "B§8.1.1, B§8.2.1, B§9.1",
        "A PEER-JOIN, PEER-SEARCH or RESOURCE-PUT request SHOULD have a SOURCE-INFO under any "
        "algorithm"},
    [RELOAD_RULE_RESOURCE_NOT_APPLICABLE] = {"resource-not-applicable", MUST, "B§5.2",
        "RESOURCE MUST NOT occur outside RESOURCE-PUT and RESOURCE-TRANSFER requests and "
        "RESOURCE-GET responses (of the base draft's methods)"},
    [RELOAD_RULE_MISSING_RESOURCE] = {"missing-resource", MUST, "B§5.2",
        "A RESOURCE-PUT or RESOURCE-TRANSFER request and a successful RESOURCE-GET response MUST "
        "have a RESOURCE"},
    [RELOAD_RULE_RESOURCE_WITHOUT_200] = {"resource-without-200", NONE, "B§5.2",
        "RESOURCE is expected in a response only if its code is of class 2"},
    [RELOAD_RULE_REDIRECT_IN_REQUEST] = {"redirect-in-request", MUST, "B§5.2",
        "A request MUST NOT have a REDIRECT"},
    [RELOAD_RULE_REDIRECT_WITHOUT_302] = {"redirect-without-302", NONE, "B§5.2",
        "REDIRECT is expected in a response only if its code is 302"},
    [RELOAD_RULE_MISSING_REDIRECT] = {"missing-redirect", MUST, "B§5.2",
        "A response with code 302 MUST have a REDIRECT"},
    [RELOAD_RULE_SDP_IN_TUNNEL] = {"sdp-in-tunnel", MUST, "B§5.2",
        "A TRANSPORT-TUNNEL message MUST NOT have an SDP"},
    [RELOAD_RULE_MISSING_SDP] = {"missing-sdp", MUST, "B§5.2",
        "A TRANSPORT-OPEN request and a successful response to it MUST have an SDP"},
    [RELOAD_RULE_SDP_WITHOUT_200] = {"sdp-without-200", NONE, "B§5.2",
        "SDP is expected in a response only if its code is of class 2"},
    [RELOAD_RULE_APPLICATION_NOT_APPLICABLE] = {"application-not-applicable", MUST, "B§5.2",
        "APPLICATION MUST NOT occur outside TRANSPORT-TUNNEL messages (of the base draft's "
        "methods)"},
    [RELOAD_RULE_MISSING_APPLICATION] = {"missing-application", MUST, "B§5.2",
        "A TRANSPORT-TUNNEL request MUST have an APPLICATION"},
    [RELOAD_RULE_MISSING_SIGNATURE] = {"missing-signature", MUST, "S§5.1, S§5.2",
        "HMAC and CERTS: a message MUST have a SIGNATURE"},
    [RELOAD_RULE_SIGNATURE_UNDER_NONE] = {"signature-under-none", NONE, "S§3.2",
        "NONE: a message is expected to have no signature of any kind"},
    [RELOAD_RULE_SIGNATURE_NOT_LAST] = {"signature-not-last", MUST, "S§5.1, S§7.1",
        "Attributes other than ROUTE-LOGs MUST NOT follow the SIGNATURE"},
    [RELOAD_RULE_ROUTE_LOG_NOT_AT_END] = {"route-log-not-at-end", MUST, "S§8",
        "ROUTE-LOGs MUST be at the end of the message, after its SIGNATURE"},

    /* all attributes */
    [RELOAD_RULE_UNKNOWN_ATTRIBUTE] = {"unknown-attribute", NONE, "B§5.2",
        "An attribute's type is expected to be defined by the drafts, or in the DHT algorithm's "
        "range"},
    [RELOAD_RULE_OUT_OF_PLACE] = {"out-of-place", NONE, "B§5.2",
        "An attribute is expected in a container that the drafts allow for it"},
    [RELOAD_RULE_REPEATED_ATTRIBUTE] = {"repeated-attribute", MUST, "D11",
        "An attribute that may occur once in its container MUST NOT occur twice"},
    [RELOAD_RULE_BAD_VALUE] = {"bad-value", MUST, "B§5.2, D24",
        "An attribute's value MUST fit its type"},
    [RELOAD_RULE_NONZERO_PADDING] = {"nonzero-padding", NONE, "B§5.2",
        "Padding is expected to be zero"},

    /* PEER-INFO */
    [RELOAD_RULE_MISSING_PEER_ID] = {"missing-peer-id", NONE, "B§5.2.2.1",
        "SOURCE-INFO, REDIRECT and BODY.PEER-INFO are expected to have a PEER-ID"},
    [RELOAD_RULE_SOURCE_ID_MISMATCH] = {"source-id-mismatch", MUST, "B§8.1.1, B§8.2.1, B§9.1, D20",
        "A request's Source ID MUST be its SOURCE-INFO's PEER-ID"},
    [RELOAD_RULE_MISSING_PEER_CERT] = {"missing-peer-cert", MUST, "S§5.1",
        "CERTS: SOURCE-INFO MUST have a PEER-CERT"},
    [RELOAD_RULE_CERTIFICATE_WITHOUT_CERTS] = {"certificate-without-certs", NONE, "S§6",
        "HMAC and NONE: a message is expected to have no certificate"},
    [RELOAD_RULE_PEER_SIGNATURE_NOT_LAST] = {"peer-signature-not-last", MUST, "S§5.1, D9",
        "PEER-SIGNATURE MUST be the last member of its PEER-INFO"},

    /* RESOURCE */
    [RELOAD_RULE_MISSING_KEY] = {"missing-key", MUST, "B§5.2.3.1",
        "A RESOURCE MUST have a KEY"},
    [RELOAD_RULE_MISSING_BODY] = {"missing-body", MUST, "B§5.2.3.2",
        "A RESOURCE MUST have at least one BODY"},
    [RELOAD_RULE_MISSING_CERTIFICATE_BODY] = {"missing-certificate-body", MUST, "S§5.1",
        "CERTS: a RESOURCE MUST have a BODY with a certificate"},
    [RELOAD_RULE_MISSING_REGISTERED_BODY] = {"missing-registered-body", NONE, "S§5.1",
        "CERTS: a RESOURCE is expected to have a BODY besides its certificate BODYs"},
    [RELOAD_RULE_MISSING_ENTRY] = {"missing-entry", MUST, "B§5.2.3.3",
        "A BODY without a certificate MUST have an ENTRY"},
    [RELOAD_RULE_MISSING_BODY_EXPIRATION] = {"missing-body-expiration", MUST, "B§9.1",
        "A BODY without a certificate MUST have an EXPIRATION in a RESOURCE-PUT request"},
    [RELOAD_RULE_UNSIGNED_BODY] = {"unsigned-body", MUST, "S§5.1",
        "HMAC and CERTS: a BODY without a certificate MUST be signed"},
    [RELOAD_RULE_BODY_SIGNATURE_NOT_LAST] = {"body-signature-not-last", MUST, "S§5.1, D9",
        "BODY.SIGNATURE MUST be the last member of its BODY"},
    [RELOAD_RULE_CERTIFICATE_NOT_SOLE] = {"certificate-not-sole", MUST, "S§5.1",
        "A CERTIFICATE MUST be the only member of its BODY"},
    [RELOAD_RULE_MISSING_PARAMETER_NAME] = {"missing-parameter-name", MUST, "B§5.2.3.4",
        "A PARAMETER MUST have a NAME"},
    [RELOAD_RULE_MISSING_PARAMETER_OP] = {"missing-parameter-op", MUST, "B§5.2.3.4",
        "A PARAMETER MUST have an OP"},
    [RELOAD_RULE_MISSING_PARAMETER_VALUE] = {"missing-parameter-value", MUST, "B§5.2.3.4",
        "A PARAMETER MUST have a VALUE"},
    [RELOAD_RULE_UNKNOWN_OP] = {"unknown-op", NONE, "B§5.2.3.4",
        "A PARAMETER's OP is expected to be 1 to 6"},

    /* signatures */
    [RELOAD_RULE_MISSING_TIMESTAMP] = {"missing-timestamp", MUST, "S§3.2, D4",
        "CERTS: a signature MUST have a TIMESTAMP"},
    [RELOAD_RULE_MISSING_DIGEST] = {"missing-digest", MUST, "S§5.1",
        "A signature MUST have a DIGEST"},
    [RELOAD_RULE_DIGEST_NOT_LAST] = {"digest-not-last", MUST, "S§5.1, D9",
        "DIGEST MUST be the last member of its signature"},
    [RELOAD_RULE_DIGEST_LENGTH] = {"digest-length", NONE, "S§6, S§7, D12, D13",
        "A DIGEST is expected to have 20 octets under HMAC, and 128 to 1024 under CERTS"},
    [RELOAD_RULE_INNER_TIMESTAMP_LATER] = {"inner-timestamp-later", NONE, "D8",
        "A sender is expected to sign SOURCE-INFO, and the BODYs of a RESOURCE-PUT request, "
        "before the message"},

    /* the others */
    [RELOAD_RULE_MISSING_ROUTE_LOG_VERSION] = {"missing-route-log-version", MUST, "B§5.2.4",
        "A ROUTE-LOG MUST have a P2PSIP-VERSION"},
    [RELOAD_RULE_MISSING_ROUTE_LOG_TRANSPORT] = {"missing-route-log-transport", MUST, "B§5.2.4",
        "A ROUTE-LOG MUST have a TRANSPORT"},
    [RELOAD_RULE_MISSING_ROUTE_LOG_PEER_INFO] = {"missing-route-log-peer-info", MUST, "B§5.2.4",
        "A ROUTE-LOG MUST have at least one PEER-INFO"},
    [RELOAD_RULE_UNKNOWN_TRANSPORT] = {"unknown-transport", NONE, "B§5.2.4.2",
        "ROUTE-LOG.TRANSPORT is expected to be TCP, UDP, TLS or SCTP"},
    [RELOAD_RULE_MISSING_APPLICATION_NAME] = {"missing-application-name", MUST, "B§5.2.8",
        "An APPLICATION MUST have a NAME"},
    [RELOAD_RULE_MISSING_APPLICATION_BODY] = {"missing-application-body", MUST, "B§5.2.8",
        "An APPLICATION MUST have a BODY"},
    [RELOAD_RULE_MISSING_APPLICATION_DIALOG] = {"missing-application-dialog", MUST, "B§5.2.8",
        "An APPLICATION MUST have a DIALOG"},
    [RELOAD_RULE_TUNNELLED_NO_MESSAGE] = {"tunnelled-no-message", NONE, "B§8.1.2.1",
        "An APPLICATION's BODY is expected to be a RELOAD message if its NAME is reload"},
};
/* clang-format on */

_Static_assert(sizeof rules / sizeof rules[0] == RELOAD_RULES, "each rule has a row");

const reload_rule_def *reload_rule_def_of(reload_rule rule)
{
    return (unsigned)rule < RELOAD_RULES ? &rules[rule] : NULL;
}

const char *reload_level_text(reload_level level)
{
    return level == RELOAD_LEVEL_MUST ? "MUST" : level == RELOAD_LEVEL_SHOULD ? "SHOULD" : NULL;
}

bool reload_finding_pointer(const reload_msg *msg, const reload_finding *finding, char *text,
                            size_t size)
{
    int n;
    const reload_field_def *field = reload_field_def_of(finding->field);
    if (finding->attr != RELOAD_NO_ATTR)
        return reload_msg_pointer(msg, finding->attr, text, size);
    n = field == NULL ? snprintf(text, size, "/attributes")
                      : snprintf(text, size, "/header/%s", field->key);
    return n >= 0 && (size_t)n < size;
}

/* ---- Which attributes a message carries ---- */

/* The methods in the order of the presence table's columns. The last pair of columns is for all
 * other methods, for which the drafts state only the rules of every request or response. */
static const uint8_t methods[] = {
    RELOAD_PEER_JOIN,         RELOAD_PEER_SEARCH,    RELOAD_RESOURCE_GET,    RELOAD_RESOURCE_PUT,
    RELOAD_RESOURCE_TRANSFER, RELOAD_TRANSPORT_OPEN, RELOAD_TRANSPORT_TUNNEL};
enum { METHODS = sizeof methods / sizeof methods[0] };

/* B§5.2's table: M mandatory, O optional, C conditional, - not applicable. For each method a column
 * for the request, and one for a response with code 200. RELOAD_RULES: no rule. */
static const struct presence {
    uint16_t type;
    char columns[2 * (METHODS + 1) + 1];
    reload_rule missing;  /* broken by an M without it */
    reload_rule unwanted; /* broken by a - with it */
} presence[] = {
    /*                        JSGPXOT others */
    /*                        rprprprprprprprp (request, response) */
    {RELOAD_A_RESPONSE_CODE, "-M-M-M-M-M-M-M-M", RELOAD_RULE_MISSING_RESPONSE_CODE,
     RELOAD_RULE_RESPONSE_CODE_IN_REQUEST},
    {RELOAD_A_SOURCE_INFO, "OMOMOMOMOMOMOMOM", RELOAD_RULE_MISSING_SOURCE_INFO, RELOAD_RULES},
    {RELOAD_A_RESOURCE, "-----MM-M-----OO", RELOAD_RULE_MISSING_RESOURCE,
     RELOAD_RULE_RESOURCE_NOT_APPLICABLE},
    {RELOAD_A_ROUTE_LOG, "OOOOOOOOOOOOOOOO", RELOAD_RULES, RELOAD_RULES},
    {RELOAD_A_REDIRECT, "-O-O-O-O-O-O-O-O", RELOAD_RULE_MISSING_REDIRECT,
     RELOAD_RULE_REDIRECT_IN_REQUEST},
    {RELOAD_A_SIGNATURE, "OOOOOOOOOOOOOOOO", RELOAD_RULE_MISSING_SIGNATURE, RELOAD_RULES},
    {RELOAD_A_SDP, "OCOCOCOCOCMM--OO", RELOAD_RULE_MISSING_SDP, RELOAD_RULE_SDP_IN_TUNNEL},
    {RELOAD_A_APPLICATION, "------------MOOO", RELOAD_RULE_MISSING_APPLICATION,
     RELOAD_RULE_APPLICATION_NOT_APPLICABLE},
};
enum { PRESENCE = sizeof presence / sizeof presence[0] };

/* ---- One run over a message ---- */

struct lint {
    const reload_msg *msg;
    reload_security algorithm;
    reload_lint_sink sink;
    void *arg;
    reload_err err; /* the first error; nothing is reported after it */
    bool response;
    uint32_t method;
    int code;                 /* a response's; -1: not known */
    uint32_t first[PRESENCE]; /* the first attribute of each row's type, up to the
                                 SIGNATURE's end */
    bool has_timestamp;       /* the message's SIGNATURE has one */
    uint32_t timestamp;
};

/* Reports a finding at an attribute, at a header field, or (RELOAD_NO_ATTR and RELOAD_FIELDS) in
 * the message. */
__attribute__((format(printf, 5, 6))) static void raise_at(struct lint *l, reload_rule rule,
                                                           uint32_t attr, reload_field field,
                                                           const char *format, ...)
{
    reload_finding finding = {.rule = rule, .attr = attr, .field = field};
    va_list args;
    if (l->err != RELOAD_OK)
        return;
    va_start(args, format);
    (void)vsnprintf(finding.detail, sizeof finding.detail, format, args);
    va_end(args);
    if (l->sink(l->arg, &finding) != 0)
        l->err = RELOAD_ERR_WRITE;
}

#define RAISE_FIELD(l, rule, field, ...) raise_at(l, rule, RELOAD_NO_ATTR, field, __VA_ARGS__)
#define RAISE_ATTR(l, rule, attr, ...)   raise_at(l, rule, attr, RELOAD_FIELDS, __VA_ARGS__)
#define RAISE(l, rule, ...)              raise_at(l, rule, RELOAD_NO_ATTR, RELOAD_FIELDS, __VA_ARGS__)

static bool is_request(const struct lint *l, uint32_t method)
{
    return !l->response && l->method == method;
}

/* The message's first attribute of a type in the presence table, or RELOAD_NO_ATTR. */
static uint32_t first_of(const struct lint *l, uint16_t type)
{
    for (size_t i = 0; i < PRESENCE; i++)
        if (presence[i].type == type)
            return l->first[i];
    return RELOAD_NO_ATTR;
}

/* ---- Header ---- */

/* A field whose values all have names. */
static void check_name(struct lint *l, reload_field field, reload_rule rule)
{
    uint32_t value = reload_msg_field(l->msg, field);
    if (reload_name(reload_field_def_of(field)->names, value) == NULL)
        RAISE_FIELD(l, rule, field, "%s is %" PRIu32 ", an undefined value",
                    reload_field_def_of(field)->label, value);
}

/* The rules for every Version, and for fragments: octets 4 to 8. */
static void check_framing_fields(struct lint *l)
{
    uint32_t frag = reload_msg_field(l->msg, RELOAD_F_FRAG),
             bits = reload_msg_field(l->msg, RELOAD_F_FRAG_RESERVED);
    if (reload_msg_field(l->msg, RELOAD_F_TTL) == 0)
        RAISE_FIELD(l, RELOAD_RULE_TTL_ZERO, RELOAD_F_TTL,
                    "TTL is 0: receivers discard the message");
    check_name(l, RELOAD_F_ROUTING, RELOAD_RULE_UNKNOWN_ROUTING);
    if (reload_msg_field(l->msg, RELOAD_F_LFRG) != 0 && frag == 0)
        RAISE_FIELD(l, RELOAD_RULE_LFRG_WITHOUT_FRAG, RELOAD_F_LFRG, "LFRG is set without FRAG");
    if (bits != 0)
        RAISE_FIELD(l, RELOAD_RULE_RESERVED_FRAGMENT_BITS, RELOAD_F_FRAG_RESERVED,
                    "bits 13 to 0 are %" PRIu32, bits);
    if (reload_msg_field(l->msg, RELOAD_F_EXPERIMENTAL) != 0)
        RAISE_FIELD(l, RELOAD_RULE_EXPERIMENTAL_VERSION, RELOAD_F_EXPERIMENTAL, "EXP is set");
    if (reload_msg_field(l->msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        RAISE_FIELD(l, RELOAD_RULE_UNKNOWN_VERSION, RELOAD_F_VERSION,
                    "Version is %" PRIu32 ", expected 1",
                    reload_msg_field(l->msg, RELOAD_F_VERSION));
}

static void check_method(struct lint *l)
{
    enum { RESERVED_BIT = 0x40, DHT_CLASS = 0x30, CLASS = 0x70 };
    if ((l->method & RESERVED_BIT) != 0)
        RAISE_FIELD(l, RELOAD_RULE_RESERVED_METHOD_BIT, RELOAD_F_METHOD,
                    "the Method is 0x%02" PRIx32, l->method);
    else if ((l->method & CLASS) != DHT_CLASS &&
             reload_name(RELOAD_NAMES_METHOD, l->method) == NULL)
        RAISE_FIELD(l, RELOAD_RULE_UNKNOWN_METHOD, RELOAD_F_METHOD, "the Method is 0x%02" PRIx32,
                    l->method);
}

/*
 * S§7: under CERTS a request's Transaction ID is 32 bits of boot time and 32 bits of counter. One
 * message cannot prove that. Reported is what cannot be a boot time and a counter:
 *   - a boot time of 0, or later than the message's own TIMESTAMP (the same peer's clock wrote
 * both)
 *   - a boot time more than ten years before that TIMESTAMP
 *   - a counter above 1000 requests for each second since the boot time, plus 2^20 for a signer
 *     that has just been started
 */
static void check_transaction_id(struct lint *l)
{
    static const uint8_t zero[RELOAD_TRANSACTION_SIZE];
    static const char not_boot_time[] = "the first half is not a boot time";
    const uint32_t years = 10 * 365 * 86400u;
    const uint64_t rate = 1000, spare = UINT64_C(1) << 20;
    size_t len;
    const uint8_t *id = reload_msg_field_octets(l->msg, RELOAD_F_TRANSACTION_ID, &len);
    if (l->response) /* the other peer chose it */
        return;
    if (memcmp(id, zero, sizeof zero) == 0) {
        RAISE_FIELD(l, RELOAD_RULE_TRANSACTION_ID_ZERO, RELOAD_F_TRANSACTION_ID,
                    "the Transaction ID is 0");
        return;
    }
    uint32_t boot = rl_get32(id), counter = rl_get32(id + 4);
    if (l->algorithm != RELOAD_SECURITY_CERTS)
        return;
    if (boot == 0)
        RAISE_FIELD(l, RELOAD_RULE_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID, "%s: it is 0",
                    not_boot_time);
    else if (l->has_timestamp && boot > l->timestamp)
        RAISE_FIELD(l, RELOAD_RULE_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID,
                    "%s: %" PRIu32 " is later than the TIMESTAMP, %" PRIu32, not_boot_time, boot,
                    l->timestamp);
    else if (l->has_timestamp && l->timestamp - boot > years)
        RAISE_FIELD(l, RELOAD_RULE_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID,
                    "%s: %" PRIu32 " is more than ten years before the TIMESTAMP, %" PRIu32,
                    not_boot_time, boot, l->timestamp);
    else if (l->has_timestamp && counter > rate * (l->timestamp - boot) + spare)
        RAISE_FIELD(l, RELOAD_RULE_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID,
                    "the second half is not a counter: %" PRIu32 " requests in %" PRIu32 " seconds",
                    counter, l->timestamp - boot);
}

/* The rest of the header of a message or fragment of Version 1. */
static void check_header(struct lint *l)
{
    size_t len;
    const uint8_t *destination = reload_msg_field_octets(l->msg, RELOAD_F_DESTINATION_ID, &len);
    const uint8_t *source = reload_msg_field_octets(l->msg, RELOAD_F_SOURCE_ID, &len);
    bool join = is_request(l, RELOAD_PEER_JOIN);
    check_name(l, RELOAD_F_DHT, RELOAD_RULE_UNKNOWN_DHT);
    check_name(l, RELOAD_F_HASH, RELOAD_RULE_UNKNOWN_HASH);
    if (reload_msg_field(l->msg, RELOAD_F_SECURITY) != RELOAD_SECURITY_OPEN)
        check_name(l, RELOAD_F_SECURITY, RELOAD_RULE_UNKNOWN_SECURITY);
    else if (!join)
        RAISE_FIELD(l, RELOAD_RULE_SECURITY_LEFT_OPEN, RELOAD_F_SECURITY,
                    "Security is 0 outside a PEER-JOIN request");
    check_method(l);
    if (join && memcmp(destination, source, len) != 0)
        RAISE_FIELD(l, RELOAD_RULE_JOIN_DESTINATION, RELOAD_F_DESTINATION_ID,
                    "the Destination ID is not the Source ID");
    check_transaction_id(l);
    if (reload_msg_field(l->msg, RELOAD_F_OVERLAY) == 0 && !join)
        RAISE_FIELD(l, RELOAD_RULE_OVERLAY_ZERO, RELOAD_F_OVERLAY,
                    "Overlay is 0 outside a PEER-JOIN request");
}

/* ---- Presence ---- */

/* The message's column of the presence table. */
static size_t column_of(const struct lint *l)
{
    size_t i = 0;
    while (i < METHODS && methods[i] != l->method)
        i++;
    return 2 * i + (l->response ? 1 : 0);
}

/* "RESOURCE-PUT request"; just "request" if the method has no name */
static const char *kind_of(const struct lint *l, char *text, size_t size)
{
    const char *name = reload_name(RELOAD_NAMES_METHOD, l->method);
    (void)snprintf(text, size, "%s%s%s", name == NULL ? "" : name, name == NULL ? "" : " ",
                   l->response ? "response" : "request");
    return text;
}

/* Whether a response has the attribute only if its code is of class 2. */
static bool needs_success(const struct lint *l, uint16_t type)
{
    return l->response && (type == RELOAD_A_RESOURCE || type == RELOAD_A_SDP);
}

static void check_unwanted(struct lint *l, const struct presence *row, uint32_t attr, char cell)
{
    char kind[64];
    bool failed = l->code >= 0 && l->code / 100 != 2;
    if (cell == '-')
        RAISE_ATTR(l, row->unwanted, attr, "not allowed in a %s", kind_of(l, kind, sizeof kind));
    else if (needs_success(l, row->type) && failed)
        RAISE_ATTR(l,
                   row->type == RELOAD_A_RESOURCE ? RELOAD_RULE_RESOURCE_WITHOUT_200
                                                  : RELOAD_RULE_SDP_WITHOUT_200,
                   attr, "the response's code is %d", l->code);
    else if (row->type == RELOAD_A_REDIRECT && l->code >= 0 && l->code != 302)
        RAISE_ATTR(l, RELOAD_RULE_REDIRECT_WITHOUT_302, attr, "the response's code is %d", l->code);
}

/* Whether this message requires the attribute of a row. */
static bool is_mandatory(const struct lint *l, uint16_t type, char cell)
{
    if (type == RELOAD_A_SIGNATURE)
        return l->algorithm != RELOAD_SECURITY_NONE;
    if (type == RELOAD_A_SOURCE_INFO && l->algorithm == RELOAD_SECURITY_CERTS)
        return true;
    if (type == RELOAD_A_REDIRECT)
        return l->code == 302;
    return cell == 'M' && (!needs_success(l, type) || l->code / 100 == 2);
}

static void check_presence(struct lint *l)
{
    size_t column = column_of(l), len;
    char kind[64];
    reload_flaw flaw;
    (void)reload_msg_trailing(l->msg, &len, &flaw);
    /* an unreadable part before the SIGNATURE may hold the missing attribute */
    bool all_read = reload_msg_signature(l->msg) != RELOAD_NO_ATTR ||
                    (len == 0 && !reload_msg_truncated(l->msg));
    for (size_t i = 0; i < PRESENCE; i++) {
        char cell = presence[i].columns[column];
        if (l->first[i] != RELOAD_NO_ATTR)
            check_unwanted(l, &presence[i], l->first[i], cell);
        else if (all_read && is_mandatory(l, presence[i].type, cell))
            RAISE(l, presence[i].missing, "%s is missing in a %s",
                  reload_attr_def_of(presence[i].type)->name, kind_of(l, kind, sizeof kind));
        else if (all_read && presence[i].type == RELOAD_A_SOURCE_INFO &&
                 (is_request(l, RELOAD_PEER_JOIN) || is_request(l, RELOAD_PEER_SEARCH) ||
                  is_request(l, RELOAD_RESOURCE_PUT)))
            RAISE(l, RELOAD_RULE_SOURCE_INFO_ADVISED, "a %s without SOURCE-INFO",
                  kind_of(l, kind, sizeof kind));
    }
}

static void check_response_code(struct lint *l)
{
    uint32_t attr = first_of(l, RELOAD_A_RESPONSE_CODE);
    if (!l->response || l->code < 0)
        return;
    if (reload_name(RELOAD_NAMES_PHRASE, (uint32_t)l->code) == NULL)
        RAISE_ATTR(l, RELOAD_RULE_UNKNOWN_RESPONSE_CODE, attr, "code %d is not defined", l->code);
    if (l->code == 493 && l->method != RELOAD_PEER_JOIN)
        RAISE_ATTR(l, RELOAD_RULE_UNDECIPHERABLE_OUTSIDE_JOIN, attr,
                   "the code is 493 outside a PEER-JOIN response");
}

/* ROUTE-LOGs before the SIGNATURE (or in a message without one) that other attributes follow. */
static void check_early_route_logs(struct lint *l, uint32_t end)
{
    uint32_t early = RELOAD_NO_ATTR;
    reload_iter it = reload_members(l->msg, RELOAD_NO_ATTR);
    while (reload_next(&it) && it.index < end) {
        bool route_log = it.attr->type == RELOAD_A_ROUTE_LOG;
        if (route_log && early == RELOAD_NO_ATTR)
            early = it.index;
        if (route_log || early == RELOAD_NO_ATTR)
            continue;
        RAISE_ATTR(l, RELOAD_RULE_ROUTE_LOG_NOT_AT_END, early,
                   "attributes other than ROUTE-LOG follow it");
        return;
    }
}

/* The order of the message's own attributes: its SIGNATURE, then ROUTE-LOGs. */
static void check_order(struct lint *l)
{
    uint32_t signature = reload_msg_signature(l->msg), others = 0;
    uint32_t end = signature == RELOAD_NO_ATTR ? (uint32_t)reload_msg_count(l->msg)
                                               : reload_msg_attr(l->msg, signature)->end;
    check_early_route_logs(l, end);
    reload_iter it = reload_members(l->msg, RELOAD_NO_ATTR);
    while (reload_next(&it))
        others += it.index >= end && it.attr->type != RELOAD_A_ROUTE_LOG;
    if (others > 0)
        RAISE_ATTR(l, RELOAD_RULE_SIGNATURE_NOT_LAST, signature,
                   "attributes other than ROUTE-LOG after it: %" PRIu32, others);
}

/* ---- Attributes ---- */

static void check_padding(struct lint *l, uint32_t i)
{
    size_t len;
    const uint8_t *padding = reload_msg_padding(l->msg, i, &len);
    for (size_t k = 0; k < len; k++)
        if (padding[k] != 0) {
            RAISE_ATTR(l, RELOAD_RULE_NONZERO_PADDING, i, "an octet of the padding is 0x%02x",
                       padding[k]);
            return;
        }
}

/* The rules for every attribute. Returns whether it is where the drafts allow it, and readable. */
static bool check_attribute(struct lint *l, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(l->msg, i);
    uint32_t parent = attr->parent;
    check_padding(l, i);
    if (attr->def == NULL) {
        if (attr->type >> 8 != 0x06) /* the DHT algorithm's, B§5.2 */
            RAISE_ATTR(l, RELOAD_RULE_UNKNOWN_ATTRIBUTE, i,
                       attr->type >> 8 == 0x08 ? "0x%04x is reserved for the security algorithm, "
                                                 "which does not define it"
                                               : "type 0x%04x",
                       attr->type);
        return false;
    }
    if (!attr->in_place) {
        /* members of a misplaced container are misplaced with it: reported once */
        if (parent == RELOAD_NO_ATTR || reload_msg_attr(l->msg, parent)->in_place)
            RAISE_ATTR(l, RELOAD_RULE_OUT_OF_PLACE, i, "%s does not belong here", attr->def->name);
        return false;
    }
    if (attr->repeated && attr->def->once)
        RAISE_ATTR(l, RELOAD_RULE_REPEATED_ATTRIBUTE, i, "%s occurs before in the same container",
                   attr->def->name);
    if (attr->flaw != RELOAD_FLAW_NONE)
        RAISE_ATTR(l, RELOAD_RULE_BAD_VALUE, i, "%s of %u octets: %s", attr->def->name,
                   attr->length, reload_flaw_text((reload_flaw)attr->flaw));
    return attr->flaw == RELOAD_FLAW_NONE;
}

/* A required member. */
static void check_member(struct lint *l, uint32_t container, uint16_t type, reload_rule rule)
{
    if (reload_msg_member(l->msg, container, type) == RELOAD_NO_ATTR)
        RAISE_ATTR(l, rule, container, "%s has no %s",
                   reload_msg_attr(l->msg, container)->def->name, reload_attr_def_of(type)->name);
}

static bool is_last(const reload_msg *msg, uint32_t i)
{
    return reload_msg_attr(msg, i)->end ==
           reload_msg_attr(msg, reload_msg_attr(msg, i)->parent)->end;
}

static void check_peer_info(struct lint *l, uint32_t i)
{
    size_t len;
    const uint8_t *source = reload_msg_field_octets(l->msg, RELOAD_F_SOURCE_ID, &len);
    uint32_t id = reload_msg_member(l->msg, i, RELOAD_A_PEER_ID);
    reload_value value;
    if (reload_msg_attr(l->msg, i)->type !=
        RELOAD_A_ROUTE_LOG_PEER_INFO) /* not required of a hop */
        check_member(l, i, RELOAD_A_PEER_ID, RELOAD_RULE_MISSING_PEER_ID);
    if (i != first_of(l, RELOAD_A_SOURCE_INFO))
        return;
    if (!l->response && id != RELOAD_NO_ATTR && reload_msg_value(l->msg, id, &value) &&
        memcmp(value.octets, source, len) != 0)
        RAISE_ATTR(l, RELOAD_RULE_SOURCE_ID_MISMATCH, id,
                   "the PEER-ID is not the request's Source ID");
    if (l->algorithm == RELOAD_SECURITY_CERTS)
        check_member(l, i, RELOAD_A_PEER_CERT, RELOAD_RULE_MISSING_PEER_CERT);
}

static void check_resource(struct lint *l, uint32_t i)
{
    unsigned certificates = 0, others = 0;
    reload_iter it = reload_members(l->msg, i);
    check_member(l, i, RELOAD_A_KEY, RELOAD_RULE_MISSING_KEY);
    check_member(l, i, RELOAD_A_BODY, RELOAD_RULE_MISSING_BODY);
    while (reload_next_of(&it, RELOAD_A_BODY)) {
        bool certificate = rl_is_certificate_body(l->msg, it.index);
        certificates += certificate;
        others += !certificate;
    }
    if (l->algorithm != RELOAD_SECURITY_CERTS)
        return;
    if (certificates == 0)
        RAISE_ATTR(l, RELOAD_RULE_MISSING_CERTIFICATE_BODY, i,
                   "RESOURCE has no BODY with only a certificate");
    if (others == 0 && certificates > 0)
        RAISE_ATTR(l, RELOAD_RULE_MISSING_REGISTERED_BODY, i,
                   "RESOURCE has no BODY besides its certificate BODYs");
}

static void check_body(struct lint *l, uint32_t i)
{
    if (reload_msg_member(l->msg, i, RELOAD_A_BODY_CERTIFICATE) != RELOAD_NO_ATTR) {
        if (!rl_is_certificate_body(l->msg, i))
            RAISE_ATTR(l, RELOAD_RULE_CERTIFICATE_NOT_SOLE, i,
                       "the certificate's BODY has other members");
        return;
    }
    check_member(l, i, RELOAD_A_BODY_ENTRY, RELOAD_RULE_MISSING_ENTRY);
    if (is_request(l, RELOAD_RESOURCE_PUT))
        check_member(l, i, RELOAD_A_BODY_EXPIRATION, RELOAD_RULE_MISSING_BODY_EXPIRATION);
    if (l->algorithm != RELOAD_SECURITY_NONE)
        check_member(l, i, RELOAD_A_BODY_SIGNATURE, RELOAD_RULE_UNSIGNED_BODY);
}

/* Whether the message's sender made this inner signature. */
static bool is_senders(const struct lint *l, uint32_t i)
{
    reload_role role = reload_role_at(l->msg, i);
    return role == RELOAD_ROLE_SOURCE ||
           (role == RELOAD_ROLE_BODY && is_request(l, RELOAD_RESOURCE_PUT));
}

static void check_signature(struct lint *l, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(l->msg, i);
    uint32_t digest = reload_msg_member(l->msg, i, RELOAD_A_DIGEST),
             timestamp = reload_msg_member(l->msg, i, RELOAD_A_TIMESTAMP);
    reload_value value;
    if (l->algorithm == RELOAD_SECURITY_NONE)
        RAISE_ATTR(l, RELOAD_RULE_SIGNATURE_UNDER_NONE, i, "a %s is never checked under NONE",
                   attr->def->name);
    if (attr->parent != RELOAD_NO_ATTR && !is_last(l->msg, i))
        RAISE_ATTR(l,
                   attr->type == RELOAD_A_PEER_SIGNATURE ? RELOAD_RULE_PEER_SIGNATURE_NOT_LAST
                                                         : RELOAD_RULE_BODY_SIGNATURE_NOT_LAST,
                   i, "other members follow it");
    if (l->algorithm == RELOAD_SECURITY_CERTS)
        check_member(l, i, RELOAD_A_TIMESTAMP, RELOAD_RULE_MISSING_TIMESTAMP);
    if (timestamp != RELOAD_NO_ATTR && l->has_timestamp && is_senders(l, i) &&
        reload_msg_value(l->msg, timestamp, &value) && value.number > l->timestamp)
        RAISE_ATTR(l, RELOAD_RULE_INNER_TIMESTAMP_LATER, timestamp,
                   "%" PRIu32 " is later than the message's %" PRIu32, value.number, l->timestamp);
    check_member(l, i, RELOAD_A_DIGEST, RELOAD_RULE_MISSING_DIGEST);
    if (digest != RELOAD_NO_ATTR && !is_last(l->msg, digest))
        RAISE_ATTR(l, RELOAD_RULE_DIGEST_NOT_LAST, digest, "other members follow it");
}

static void check_digest(struct lint *l, uint32_t i)
{
    enum { LEAST = RL_MIN_RSA_BITS / 8, MOST = RL_MAX_RSA_BITS / 8 };
    unsigned length = reload_msg_attr(l->msg, i)->length;
    if (l->algorithm == RELOAD_SECURITY_HMAC && length != RELOAD_HMAC_SIZE)
        RAISE_ATTR(l, RELOAD_RULE_DIGEST_LENGTH, i, "%u octets, expected 20", length);
    else if (l->algorithm == RELOAD_SECURITY_CERTS && (length < LEAST || length > MOST))
        RAISE_ATTR(l, RELOAD_RULE_DIGEST_LENGTH, i,
                   "%u octets, expected 128 to 1024 (RSA keys of 1024 to 8192 bits)", length);
}

static void check_application(struct lint *l, uint32_t i)
{
    static const char reload[] = "reload";
    uint32_t name = reload_msg_member(l->msg, i, RELOAD_A_APPLICATION_NAME);
    uint32_t body = reload_msg_member(l->msg, i, RELOAD_A_APPLICATION_BODY);
    size_t len;
    check_member(l, i, RELOAD_A_APPLICATION_NAME, RELOAD_RULE_MISSING_APPLICATION_NAME);
    check_member(l, i, RELOAD_A_APPLICATION_BODY, RELOAD_RULE_MISSING_APPLICATION_BODY);
    check_member(l, i, RELOAD_A_APPLICATION_DIALOG, RELOAD_RULE_MISSING_APPLICATION_DIALOG);
    if (name == RELOAD_NO_ATTR || body == RELOAD_NO_ATTR)
        return;
    const uint8_t *octets = reload_msg_value_octets(l->msg, name, &len);
    if (len == sizeof reload - 1 && memcmp(octets, reload, len) == 0 &&
        reload_msg_tunnelled(l->msg, body, &len) == NULL)
        RAISE_ATTR(l, RELOAD_RULE_TUNNELLED_NO_MESSAGE, body,
                   "the value is not one whole RELOAD message");
}

static void check_named_value(struct lint *l, uint32_t i, reload_names names, reload_rule rule)
{
    reload_value value;
    if (reload_msg_value(l->msg, i, &value) && reload_name(names, value.number) == NULL)
        RAISE_ATTR(l, rule, i, "%" PRIu32 " is an undefined value", value.number);
}

/* The rules of an attribute's type. */
static void check_content(struct lint *l, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(l->msg, i);
    if (attr->def->members == RELOAD_IN_PEER_INFO)
        check_peer_info(l, i);
    else if (attr->def->members == RELOAD_IN_SIGNATURE && !(attr->repeated && attr->def->once))
        check_signature(l, i); /* the first of each container */
    switch (attr->type) {
    case RELOAD_A_RESOURCE:
        check_resource(l, i);
        break;
    case RELOAD_A_BODY:
        check_body(l, i);
        break;
    case RELOAD_A_BODY_PARAMETER:
        check_member(l, i, RELOAD_A_PARAMETER_NAME, RELOAD_RULE_MISSING_PARAMETER_NAME);
        check_member(l, i, RELOAD_A_PARAMETER_OP, RELOAD_RULE_MISSING_PARAMETER_OP);
        check_member(l, i, RELOAD_A_PARAMETER_VALUE, RELOAD_RULE_MISSING_PARAMETER_VALUE);
        break;
    case RELOAD_A_PARAMETER_OP:
        check_named_value(l, i, RELOAD_NAMES_OP, RELOAD_RULE_UNKNOWN_OP);
        break;
    case RELOAD_A_ROUTE_LOG:
        check_member(l, i, RELOAD_A_ROUTE_LOG_VERSION, RELOAD_RULE_MISSING_ROUTE_LOG_VERSION);
        check_member(l, i, RELOAD_A_ROUTE_LOG_TRANSPORT, RELOAD_RULE_MISSING_ROUTE_LOG_TRANSPORT);
        check_member(l, i, RELOAD_A_ROUTE_LOG_PEER_INFO, RELOAD_RULE_MISSING_ROUTE_LOG_PEER_INFO);
        break;
    case RELOAD_A_ROUTE_LOG_TRANSPORT:
        check_named_value(l, i, RELOAD_NAMES_TRANSPORT, RELOAD_RULE_UNKNOWN_TRANSPORT);
        break;
    case RELOAD_A_PEER_CERT:
    case RELOAD_A_BODY_CERTIFICATE:
        if (l->algorithm != RELOAD_SECURITY_CERTS)
            RAISE_ATTR(l, RELOAD_RULE_CERTIFICATE_WITHOUT_CERTS, i,
                       "%s is not used in this overlay", attr->def->name);
        break;
    case RELOAD_A_DIGEST:
        check_digest(l, i);
        break;
    case RELOAD_A_APPLICATION:
        check_application(l, i);
        break;
    default:
        break;
    }
}

/* Whether the Destination ID is the Resource-ID of a KEY, or of one of its replicas. */
static bool is_destination_of(struct lint *l, const uint8_t *key, size_t len)
{
    uint8_t id[RELOAD_ID_SIZE];
    size_t size;
    const uint8_t *destination = reload_msg_field_octets(l->msg, RELOAD_F_DESTINATION_ID, &size);
    bool match = false;
    for (uint32_t replica = 0; replica <= RELOAD_LINT_REPLICAS && !match && l->err == RELOAD_OK;
         replica++) {
        l->err = reload_resource_id(key, len, replica, id);
        match = l->err == RELOAD_OK && memcmp(id, destination, size) == 0;
    }
    return match;
}

/* Reports the first KEY with another Resource-ID. A KEY equal to the last one is not digested
 * again. */
static void check_put_destination(struct lint *l)
{
    const uint8_t *last = NULL;
    size_t last_len = 0;
    reload_iter it = reload_members(l->msg, RELOAD_NO_ATTR);
    if (!is_request(l, RELOAD_RESOURCE_PUT))
        return;
    while (l->err == RELOAD_OK && reload_next_of(&it, RELOAD_A_RESOURCE)) {
        uint32_t key = reload_msg_member(l->msg, it.index, RELOAD_A_KEY);
        reload_value value;
        if (it.attr->ignored || key == RELOAD_NO_ATTR || !reload_msg_value(l->msg, key, &value) ||
            (last != NULL && value.len == last_len && memcmp(value.octets, last, last_len) == 0))
            continue;
        if (!is_destination_of(l, value.octets, value.len)) {
            RAISE_ATTR(l, RELOAD_RULE_PUT_DESTINATION, key,
                       "the Destination ID is not the Resource-ID of this KEY or of its replicas 1 "
                       "to %d",
                       RELOAD_LINT_REPLICAS);
            return;
        }
        last = value.octets;
        last_len = value.len;
    }
}

/* ---- The whole message ---- */

/* Looks up the first attributes, the code and the TIMESTAMP, which many rules need. */
static void prepare(struct lint *l)
{
    reload_value value;
    l->code = -1;
    for (size_t k = 0; k < PRESENCE; k++)
        l->first[k] = RELOAD_NO_ATTR;
    reload_iter it = reload_members(l->msg, RELOAD_NO_ATTR);
    while (reload_next(&it))
        for (size_t k = 0; k < PRESENCE && !it.attr->ignored; k++)
            if (presence[k].type == it.attr->type && l->first[k] == RELOAD_NO_ATTR)
                l->first[k] = it.index;
    uint32_t code = first_of(l, RELOAD_A_RESPONSE_CODE), signature = reload_msg_signature(l->msg);
    if (l->response && code != RELOAD_NO_ATTR && reload_msg_value(l->msg, code, &value))
        l->code = (int)value.number;
    uint32_t timestamp = signature == RELOAD_NO_ATTR
                             ? RELOAD_NO_ATTR
                             : reload_msg_member(l->msg, signature, RELOAD_A_TIMESTAMP);
    if (timestamp != RELOAD_NO_ATTR && reload_msg_value(l->msg, timestamp, &value)) {
        l->has_timestamp = true;
        l->timestamp = value.number;
    }
}

reload_err reload_lint(reload_security algorithm, const reload_msg *msg, reload_lint_sink sink,
                       void *arg)
{
    struct lint l = {
        .msg = msg, .algorithm = algorithm, .sink = sink, .arg = arg, .err = RELOAD_OK};
    if (algorithm != RELOAD_SECURITY_NONE && algorithm != RELOAD_SECURITY_HMAC &&
        algorithm != RELOAD_SECURITY_CERTS)
        return RELOAD_ERR_ARGUMENT;
    l.response = reload_msg_field(msg, RELOAD_F_RESPONSE) != 0;
    l.method = reload_msg_field(msg, RELOAD_F_METHOD);
    check_framing_fields(&l);
    if (reload_msg_field(msg, RELOAD_F_VERSION) !=
        RELOAD_VERSION_1) /* the rest is not defined here */
        return l.err;
    bool fragment = reload_msg_field(msg, RELOAD_F_FRAG) != 0;
    if (!fragment)
        prepare(&l);
    check_header(&l);
    if (fragment) /* D14: its octets may begin in the middle of an attribute */
        return l.err;
    check_put_destination(&l);
    check_presence(&l);
    check_response_code(&l);
    check_order(&l);
    for (uint32_t i = 0; i < reload_msg_count(msg) && l.err == RELOAD_OK; i++)
        if (!reload_msg_attr(msg, i)->ignored &&
            check_attribute(&l, i)) /* D10: reported by signature-not-last */
            check_content(&l, i);
    return l.err;
}
