/* What in a message breaks the drafts, whether or not it decides the verdict (D24). */
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
    [RELOAD_RULE_TTL_ZERO] = {"ttl-zero", MUST, "B§5.1", "TTL is not 0, at which a message is discarded"},
    [RELOAD_RULE_UNKNOWN_ROUTING] = {"unknown-routing", NONE, "B§5.1", "Routing is UNSPECIFIED, PROXY or REDIRECT"},
    [RELOAD_RULE_LFRG_WITHOUT_FRAG] = {"lfrg-without-frag", NONE, "B§5.1", "LFRG, the last fragment, is set in a fragment only"},
    [RELOAD_RULE_RESERVED_FRAGMENT_BITS] = {"reserved-fragment-bits", NONE, "B§5.1, D14",
                                            "The 14 bits reserved for fragmentation, which no draft defines, are 0"},
    [RELOAD_RULE_EXPERIMENTAL_VERSION] = {"experimental-version", NONE, "B§5.1",
                                          "EXP is not set: it is for private and experimental Versions"},
    [RELOAD_RULE_UNKNOWN_VERSION] = {"unknown-version", MUST, "B§8.1.1, B§8.2.1", "Version is 1"},
    [RELOAD_RULE_UNKNOWN_DHT] = {"unknown-dht", MUST, "B§5.1, B§8.2.1", "DHT is Chord1.0 or Bamboo1.0"},
    [RELOAD_RULE_UNKNOWN_HASH] = {"unknown-hash", MUST, "B§5.1, B§8.2.1", "Hash is SHA-1"},
    [RELOAD_RULE_UNKNOWN_SECURITY] = {"unknown-security", NONE, "S§4", "Security is NONE, HMAC or CERTS, or left open"},
    [RELOAD_RULE_SECURITY_LEFT_OPEN] = {"security-left-open", MUST, "B§8.1.1, B§8.2.1",
                                        "Security is left open (0) in a PEER-JOIN request only"},
    [RELOAD_RULE_RESERVED_METHOD_BIT] = {"reserved-method-bit", NONE, "B§5.1", "Bit 6 of the Method's octet is 0"},
    [RELOAD_RULE_UNKNOWN_METHOD] = {"unknown-method", NONE, "B§5.1",
                                    "The Method is one of the base draft's, or in the DHT algorithm's class"},
    [RELOAD_RULE_JOIN_DESTINATION] = {"join-destination", MUST, "B§8.1.1",
                                      "A PEER-JOIN request's Destination ID is its Source ID"},
    [RELOAD_RULE_PUT_DESTINATION] = {"put-destination", MUST, "B§9.1, D17",
                                     "A RESOURCE-PUT request's Destination ID is the Resource-ID of each KEY in it, or of one of its "
                                     "replicas 1 to 16"},
    [RELOAD_RULE_TRANSACTION_ID_ZERO] = {"transaction-id-zero", NONE, "B§5.1", "A request's Transaction ID is unique, and so not 0"},
    [RELOAD_RULE_TRANSACTION_ID_FORM] = {"transaction-id-form", MUST, "S§7",
                                         "CERTS: a request's Transaction ID is boot time and counter"},
    [RELOAD_RULE_OVERLAY_ZERO] = {"overlay-zero", MUST, "B§8.1.1, B§8.2.1", "Overlay is 0 in a PEER-JOIN request only"},

    /* which attributes a message carries */
    [RELOAD_RULE_RESPONSE_CODE_IN_REQUEST] = {"response-code-in-request", MUST, "B§5.2", "A request has no RESPONSE-CODE"},
    [RELOAD_RULE_MISSING_RESPONSE_CODE] = {"missing-response-code", MUST, "B§5.2", "A response has a RESPONSE-CODE"},
    [RELOAD_RULE_UNKNOWN_RESPONSE_CODE] = {"unknown-response-code", NONE, "B§5.2.1",
                                           "The code is 200, 302, 401, 404, 408, 431, 493, 498 or 499"},
    [RELOAD_RULE_UNDECIPHERABLE_OUTSIDE_JOIN] = {"undecipherable-outside-join", NONE, "B§8.1.2.1",
                                                 "The code 493 answers a PEER-JOIN only"},
    [RELOAD_RULE_MISSING_SOURCE_INFO] = {"missing-source-info", MUST, "B§5.2, S§5.1",
                                         "A response has a SOURCE-INFO, and under CERTS a request too"},
    [RELOAD_RULE_SOURCE_INFO_ADVISED] = {"source-info-advised", SHOULD, "B§8.1.1, B§8.2.1, B§9.1",
                                         "A request of PEER-JOIN, PEER-SEARCH or RESOURCE-PUT has a SOURCE-INFO under any algorithm"},
    [RELOAD_RULE_RESOURCE_NOT_APPLICABLE] = {"resource-not-applicable", MUST, "B§5.2",
                                             "RESOURCE is in requests of RESOURCE-PUT and RESOURCE-TRANSFER and in responses to "
                                             "RESOURCE-GET, and in no other of the base draft's methods"},
    [RELOAD_RULE_MISSING_RESOURCE] = {"missing-resource", MUST, "B§5.2",
                                      "A RESOURCE-PUT or RESOURCE-TRANSFER request has a RESOURCE, and so has a good response to "
                                      "RESOURCE-GET"},
    [RELOAD_RULE_RESOURCE_WITHOUT_200] = {"resource-without-200", NONE, "B§5.2",
                                          "A response has a RESOURCE only where its code is of class 2"},
    [RELOAD_RULE_REDIRECT_IN_REQUEST] = {"redirect-in-request", MUST, "B§5.2", "A request has no REDIRECT"},
    [RELOAD_RULE_REDIRECT_WITHOUT_302] = {"redirect-without-302", NONE, "B§5.2", "A response has a REDIRECT only where its code is 302"},
    [RELOAD_RULE_MISSING_REDIRECT] = {"missing-redirect", MUST, "B§5.2", "A response with the code 302 has a REDIRECT"},
    [RELOAD_RULE_SDP_IN_TUNNEL] = {"sdp-in-tunnel", MUST, "B§5.2", "TRANSPORT-TUNNEL has no SDP"},
    [RELOAD_RULE_MISSING_SDP] = {"missing-sdp", MUST, "B§5.2", "A TRANSPORT-OPEN request has an SDP, and so has a good response to it"},
    [RELOAD_RULE_SDP_WITHOUT_200] = {"sdp-without-200", NONE, "B§5.2", "A response has an SDP only where its code is of class 2"},
    [RELOAD_RULE_APPLICATION_NOT_APPLICABLE] = {"application-not-applicable", MUST, "B§5.2",
                                                "APPLICATION is in TRANSPORT-TUNNEL, and in no other of the base draft's methods"},
    [RELOAD_RULE_MISSING_APPLICATION] = {"missing-application", MUST, "B§5.2", "A TRANSPORT-TUNNEL request has an APPLICATION"},
    [RELOAD_RULE_MISSING_SIGNATURE] = {"missing-signature", MUST, "S§5.1, S§5.2", "HMAC and CERTS: a message has a SIGNATURE"},
    [RELOAD_RULE_SIGNATURE_UNDER_NONE] = {"signature-under-none", NONE, "S§3.2", "NONE: a message has no signature of any kind"},
    [RELOAD_RULE_SIGNATURE_NOT_LAST] = {"signature-not-last", MUST, "S§5.1, S§7.1", "Only ROUTE-LOGs follow the SIGNATURE"},
    [RELOAD_RULE_ROUTE_LOG_NOT_AT_END] = {"route-log-not-at-end", MUST, "S§8",
                                          "ROUTE-LOGs are appended to a message's end, behind its SIGNATURE"},

    /* all attributes */
    [RELOAD_RULE_UNKNOWN_ATTRIBUTE] = {"unknown-attribute", NONE, "B§5.2",
                                       "An attribute's type is one that the drafts define, or in the DHT algorithm's range"},
    [RELOAD_RULE_OUT_OF_PLACE] = {"out-of-place", NONE, "B§5.2", "An attribute stands where it belongs"},
    [RELOAD_RULE_REPEATED_ATTRIBUTE] = {"repeated-attribute", MUST, "D11", "What may come once in its container does not come twice"},
    [RELOAD_RULE_BAD_VALUE] = {"bad-value", MUST, "B§5.2, D24", "An attribute's value is what its type wants"},
    [RELOAD_RULE_NONZERO_PADDING] = {"nonzero-padding", NONE, "B§5.2", "Padding is zero"},

    /* PEER-INFO */
    [RELOAD_RULE_MISSING_PEER_ID] = {"missing-peer-id", NONE, "B§5.2.2.1", "SOURCE-INFO, REDIRECT and BODY.PEER-INFO have a PEER-ID"},
    [RELOAD_RULE_SOURCE_ID_MISMATCH] = {"source-id-mismatch", MUST, "B§8.1.1, B§8.2.1, B§9.1, D20", "A request's Source ID is its SOURCE-INFO's PEER-ID"},
    [RELOAD_RULE_MISSING_PEER_CERT] = {"missing-peer-cert", MUST, "S§5.1", "CERTS: SOURCE-INFO has a PEER-CERT"},
    [RELOAD_RULE_CERTIFICATE_WITHOUT_CERTS] = {"certificate-without-certs", NONE, "S§6",
                                               "HMAC and NONE: there is no certificate, since nothing is checked with one"},
    [RELOAD_RULE_PEER_SIGNATURE_NOT_LAST] = {"peer-signature-not-last", MUST, "S§5.1, D9", "PEER-SIGNATURE is last in its PEER-INFO"},

    /* RESOURCE */
    [RELOAD_RULE_MISSING_KEY] = {"missing-key", MUST, "B§5.2.3.1", "A RESOURCE has a KEY"},
    [RELOAD_RULE_MISSING_BODY] = {"missing-body", MUST, "B§5.2.3.2", "A RESOURCE has a BODY or more"},
    [RELOAD_RULE_MISSING_CERTIFICATE_BODY] = {"missing-certificate-body", MUST, "S§5.1",
                                              "CERTS: a RESOURCE has a BODY with a certificate"},
    [RELOAD_RULE_MISSING_REGISTERED_BODY] = {"missing-registered-body", NONE, "S§5.1",
                                             "CERTS: beside the certificate's a RESOURCE has another BODY"},
    [RELOAD_RULE_MISSING_ENTRY] = {"missing-entry", MUST, "B§5.2.3.3", "A BODY without a certificate has an ENTRY"},
    [RELOAD_RULE_MISSING_BODY_EXPIRATION] = {"missing-body-expiration", MUST, "B§9.1",
                                             "In a RESOURCE-PUT request, a BODY without a certificate has an EXPIRATION"},
    [RELOAD_RULE_UNSIGNED_BODY] = {"unsigned-body", MUST, "S§5.1", "HMAC and CERTS: a BODY without a certificate is signed"},
    [RELOAD_RULE_BODY_SIGNATURE_NOT_LAST] = {"body-signature-not-last", MUST, "S§5.1, D9", "BODY.SIGNATURE is last in its BODY"},
    [RELOAD_RULE_CERTIFICATE_NOT_SOLE] = {"certificate-not-sole", MUST, "S§5.1", "A certificate is alone in its BODY"},
    [RELOAD_RULE_MISSING_PARAMETER_NAME] = {"missing-parameter-name", MUST, "B§5.2.3.4", "A PARAMETER has a NAME"},
    [RELOAD_RULE_MISSING_PARAMETER_OP] = {"missing-parameter-op", MUST, "B§5.2.3.4", "A PARAMETER has an OP"},
    [RELOAD_RULE_MISSING_PARAMETER_VALUE] = {"missing-parameter-value", MUST, "B§5.2.3.4", "A PARAMETER has a VALUE"},
    [RELOAD_RULE_UNKNOWN_OP] = {"unknown-op", NONE, "B§5.2.3.4", "A PARAMETER's OP is 1 to 6"},

    /* signatures */
    [RELOAD_RULE_MISSING_TIMESTAMP] = {"missing-timestamp", MUST, "S§3.2, D4", "CERTS: a signature has a TIMESTAMP"},
    [RELOAD_RULE_MISSING_DIGEST] = {"missing-digest", MUST, "S§5.1", "A signature has a DIGEST"},
    [RELOAD_RULE_DIGEST_NOT_LAST] = {"digest-not-last", MUST, "S§5.1, D9", "DIGEST is last in its signature"},
    [RELOAD_RULE_DIGEST_LENGTH] = {"digest-length", NONE, "S§6, S§7, D12, D13",
                                   "A DIGEST has 20 octets under HMAC, and 128 to 1024 under CERTS"},
    [RELOAD_RULE_INNER_TIMESTAMP_LATER] = {"inner-timestamp-later", NONE, "D8",
                                           "What the sender signs inside of a message is signed before the message: SOURCE-INFO, and a "
                                           "RESOURCE-PUT request's BODYs"},

    /* the others */
    [RELOAD_RULE_MISSING_ROUTE_LOG_VERSION] = {"missing-route-log-version", MUST, "B§5.2.4", "A ROUTE-LOG has a P2PSIP-VERSION"},
    [RELOAD_RULE_MISSING_ROUTE_LOG_TRANSPORT] = {"missing-route-log-transport", MUST, "B§5.2.4", "A ROUTE-LOG has a TRANSPORT"},
    [RELOAD_RULE_MISSING_ROUTE_LOG_PEER_INFO] = {"missing-route-log-peer-info", MUST, "B§5.2.4", "A ROUTE-LOG has a PEER-INFO or more"},
    [RELOAD_RULE_UNKNOWN_TRANSPORT] = {"unknown-transport", NONE, "B§5.2.4.2", "ROUTE-LOG.TRANSPORT is TCP, UDP, TLS or SCTP"},
    [RELOAD_RULE_MISSING_APPLICATION_NAME] = {"missing-application-name", MUST, "B§5.2.8", "An APPLICATION has a NAME"},
    [RELOAD_RULE_MISSING_APPLICATION_BODY] = {"missing-application-body", MUST, "B§5.2.8", "An APPLICATION has a BODY"},
    [RELOAD_RULE_MISSING_APPLICATION_DIALOG] = {"missing-application-dialog", MUST, "B§5.2.8", "An APPLICATION has a DIALOG"},
    [RELOAD_RULE_TUNNELLED_NO_MESSAGE] = {"tunnelled-no-message", NONE, "B§8.1.2.1",
                                          "With the NAME reload, an APPLICATION's BODY is a RELOAD message"},
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

/* The methods in the order of the presence table's columns; the last pair of columns is for all
 * others, of which the drafts say what holds for every request or response, and no more. */
static const uint8_t methods[] = {
    RELOAD_PEER_JOIN,         RELOAD_PEER_SEARCH,    RELOAD_RESOURCE_GET,    RELOAD_RESOURCE_PUT,
    RELOAD_RESOURCE_TRANSFER, RELOAD_TRANSPORT_OPEN, RELOAD_TRANSPORT_TUNNEL};
enum { METHODS = sizeof methods / sizeof methods[0] };

/* B§5.2's table: M mandatory, O optional, C conditional, - not applicable; for each method, the
 * request and the response. That of a response is meant for the code 200. RELOAD_RULES stands for
 * no rule. */
static const struct presence {
    uint16_t type;
    char columns[2 * (METHODS + 1) + 1];
    reload_rule missing;  /* what an M without it breaks */
    reload_rule unwanted; /* what a - with it breaks */
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

/* ---- One message being looked at ---- */

struct lint {
    const reload_msg *msg;
    reload_security algorithm;
    reload_lint_sink sink;
    void *arg;
    reload_err err; /* the first one stays, and nothing is told from then on */
    bool response;
    uint32_t method;
    int code;                 /* a response's; -1: not known */
    uint32_t first[PRESENCE]; /* the first attribute of each row's type in the message, up to the
                                 SIGNATURE's end */
    bool has_timestamp;       /* the message's SIGNATURE has one */
    uint32_t timestamp;
};

/* Tells of a finding at an attribute, at a header field, or (RELOAD_NO_ATTR and RELOAD_FIELDS) in
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

/* The message's first attribute of a type that the presence table has; RELOAD_NO_ATTR where there
 * is none. */
static uint32_t first_of(const struct lint *l, uint16_t type)
{
    for (size_t i = 0; i < PRESENCE; i++)
        if (presence[i].type == type)
            return l->first[i];
    return RELOAD_NO_ATTR;
}

/* ---- Header ---- */

/* A field whose value has a name, or is one more that is known. */
static void check_name(struct lint *l, reload_field field, reload_rule rule)
{
    uint32_t value = reload_msg_field(l->msg, field);
    if (reload_name(reload_field_def_of(field)->names, value) == NULL)
        RAISE_FIELD(l, rule, field, "%s is %" PRIu32 ", which has no meaning",
                    reload_field_def_of(field)->label, value);
}

/* What holds in every Version, and in fragments: octets 4 to 8. */
static void check_framing_fields(struct lint *l)
{
    uint32_t frag = reload_msg_field(l->msg, RELOAD_F_FRAG),
             bits = reload_msg_field(l->msg, RELOAD_F_FRAG_RESERVED);
    if (reload_msg_field(l->msg, RELOAD_F_TTL) == 0)
        RAISE_FIELD(l, RELOAD_RULE_TTL_ZERO, RELOAD_F_TTL,
                    "TTL is 0: the message is to be discarded");
    check_name(l, RELOAD_F_ROUTING, RELOAD_RULE_UNKNOWN_ROUTING);
    if (reload_msg_field(l->msg, RELOAD_F_LFRG) != 0 && frag == 0)
        RAISE_FIELD(l, RELOAD_RULE_LFRG_WITHOUT_FRAG, RELOAD_F_LFRG,
                    "LFRG is set, and FRAG is not");
    if (bits != 0)
        RAISE_FIELD(l, RELOAD_RULE_RESERVED_FRAGMENT_BITS, RELOAD_F_FRAG_RESERVED,
                    "bits 13 to 0 are %" PRIu32, bits);
    if (reload_msg_field(l->msg, RELOAD_F_EXPERIMENTAL) != 0)
        RAISE_FIELD(l, RELOAD_RULE_EXPERIMENTAL_VERSION, RELOAD_F_EXPERIMENTAL, "EXP is set");
    if (reload_msg_field(l->msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        RAISE_FIELD(l, RELOAD_RULE_UNKNOWN_VERSION, RELOAD_F_VERSION, "the Version is %" PRIu32,
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
 * message cannot prove that; what cannot be both is told:
 *   - a boot time of 0, or one later than the message's own TIMESTAMP, which the same peer wrote by
 * the same clock;
 *   - a boot time more than ten years before that TIMESTAMP;
 *   - a counter of more than 1000 requests for each second since the boot time, and 2^20 more,
 * which leaves room for a signer that was started just now and signs many.
 */
static void check_transaction_id(struct lint *l)
{
    static const uint8_t zero[RELOAD_TRANSACTION_SIZE];
    static const char not_boot_time[] = "the first half is no boot time";
    const uint32_t years = 10 * 365 * 86400u;
    const uint64_t rate = 1000, spare = UINT64_C(1) << 20;
    size_t len;
    const uint8_t *id = reload_msg_field_octets(l->msg, RELOAD_F_TRANSACTION_ID, &len);
    if (l->response) /* it is the other peer's */
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
                    "the second half is no counter: %" PRIu32 " requests in %" PRIu32 " seconds",
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
                    "Security is 0 in what is no PEER-JOIN request");
    check_method(l);
    if (join && memcmp(destination, source, len) != 0)
        RAISE_FIELD(l, RELOAD_RULE_JOIN_DESTINATION, RELOAD_F_DESTINATION_ID,
                    "the Destination ID is not the Source ID");
    check_transaction_id(l);
    if (reload_msg_field(l->msg, RELOAD_F_OVERLAY) == 0 && !join)
        RAISE_FIELD(l, RELOAD_RULE_OVERLAY_ZERO, RELOAD_F_OVERLAY,
                    "Overlay is 0 in what is no PEER-JOIN request");
}

/* ---- Presence ---- */

/* Which column of the presence table a message's is. */
static size_t column_of(const struct lint *l)
{
    size_t i = 0;
    while (i < METHODS && methods[i] != l->method)
        i++;
    return 2 * i + (l->response ? 1 : 0);
}

/* "RESOURCE-PUT request"; "request" of a method without a name */
static const char *kind_of(const struct lint *l, char *text, size_t size)
{
    const char *name = reload_name(RELOAD_NAMES_METHOD, l->method);
    (void)snprintf(text, size, "%s%s%s", name == NULL ? "" : name, name == NULL ? "" : " ",
                   l->response ? "response" : "request");
    return text;
}

/* Whether a response's attribute is there only where the code is 200, or any other of class 2. */
static bool needs_success(const struct lint *l, uint16_t type)
{
    return l->response && (type == RELOAD_A_RESOURCE || type == RELOAD_A_SDP);
}

static void check_unwanted(struct lint *l, const struct presence *row, uint32_t attr, char cell)
{
    char kind[64];
    bool failed = l->code >= 0 && l->code / 100 != 2;
    if (cell == '-')
        RAISE_ATTR(l, row->unwanted, attr, "a %s has none", kind_of(l, kind, sizeof kind));
    else if (needs_success(l, row->type) && failed)
        RAISE_ATTR(l,
                   row->type == RELOAD_A_RESOURCE ? RELOAD_RULE_RESOURCE_WITHOUT_200
                                                  : RELOAD_RULE_SDP_WITHOUT_200,
                   attr, "the response's code is %d", l->code);
    else if (row->type == RELOAD_A_REDIRECT && l->code >= 0 && l->code != 302)
        RAISE_ATTR(l, RELOAD_RULE_REDIRECT_WITHOUT_302, attr, "the response's code is %d", l->code);
}

/* Whether this message, as it is run and answered, must have what a row is about. */
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
    /* what cannot be read in front of the SIGNATURE may hold what is missing */
    bool all_read = reload_msg_signature(l->msg) != RELOAD_NO_ATTR ||
                    (len == 0 && !reload_msg_cut_short(l->msg));
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
            RAISE(l, RELOAD_RULE_SOURCE_INFO_ADVISED, "a %s had better say who sends it",
                  kind_of(l, kind, sizeof kind));
    }
}

static void check_response_code(struct lint *l)
{
    uint32_t attr = first_of(l, RELOAD_A_RESPONSE_CODE);
    if (!l->response || l->code < 0)
        return;
    if (reload_name(RELOAD_NAMES_PHRASE, (uint32_t)l->code) == NULL)
        RAISE_ATTR(l, RELOAD_RULE_UNKNOWN_RESPONSE_CODE, attr, "the drafts have no code %d",
                   l->code);
    if (l->code == 493 && l->method != RELOAD_PEER_JOIN)
        RAISE_ATTR(l, RELOAD_RULE_UNDECIPHERABLE_OUTSIDE_JOIN, attr,
                   "the code is 493, and this is no response to a PEER-JOIN");
}

/* The order of the message's own attributes: its SIGNATURE, then ROUTE-LOGs. */
static void check_order(struct lint *l)
{
    uint32_t count = (uint32_t)reload_msg_count(l->msg), signature = reload_msg_signature(l->msg);
    uint32_t end = signature == RELOAD_NO_ATTR ? count : reload_msg_attr(l->msg, signature)->end;
    uint32_t early = RELOAD_NO_ATTR, behind = 0;
    for (uint32_t i = 0; i < end; i = reload_msg_attr(l->msg, i)->end) {
        if (early != RELOAD_NO_ATTR && reload_msg_attr(l->msg, i)->type != RELOAD_A_ROUTE_LOG) {
            RAISE_ATTR(l, RELOAD_RULE_ROUTE_LOG_NOT_AT_END, early,
                       "attributes other than ROUTE-LOG follow it");
            break;
        }
        if (early == RELOAD_NO_ATTR && reload_msg_attr(l->msg, i)->type == RELOAD_A_ROUTE_LOG)
            early = i;
    }
    for (uint32_t i = end; i < count; i = reload_msg_attr(l->msg, i)->end)
        behind += reload_msg_attr(l->msg, i)->type != RELOAD_A_ROUTE_LOG;
    if (behind > 0)
        RAISE_ATTR(l, RELOAD_RULE_SIGNATURE_NOT_LAST, signature,
                   "%" PRIu32 " other than ROUTE-LOG behind it", behind);
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

/* An attribute without regard to what it holds. Returns whether it is in its place and can be read.
 */
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
        /* what is in a misplaced container cannot be in its place either, and is not told again */
        if (parent == RELOAD_NO_ATTR || reload_msg_attr(l->msg, parent)->in_place)
            RAISE_ATTR(l, RELOAD_RULE_OUT_OF_PLACE, i, "%s does not belong here", attr->def->name);
        return false;
    }
    if (attr->repeated && attr->def->once)
        RAISE_ATTR(l, RELOAD_RULE_REPEATED_ATTRIBUTE, i, "%s is there already", attr->def->name);
    if (attr->flaw != RELOAD_FLAW_NONE)
        RAISE_ATTR(l, RELOAD_RULE_BAD_VALUE, i, "%s of %u octets: %s", attr->def->name,
                   attr->length, reload_flaw_text((reload_flaw)attr->flaw));
    return attr->flaw == RELOAD_FLAW_NONE;
}

/* A member that a container must have. */
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
    if (reload_msg_attr(l->msg, i)->type != RELOAD_A_ROUTE_LOG_PEER_INFO) /* a hop may say less */
        check_member(l, i, RELOAD_A_PEER_ID, RELOAD_RULE_MISSING_PEER_ID);
    if (i != first_of(l, RELOAD_A_SOURCE_INFO))
        return;
    if (!l->response && id != RELOAD_NO_ATTR && reload_msg_value(l->msg, id, &value) &&
        memcmp(value.octets, source, len) != 0)
        RAISE_ATTR(l, RELOAD_RULE_SOURCE_ID_MISMATCH, id, "this is not the request's Source ID");
    if (l->algorithm == RELOAD_SECURITY_CERTS)
        check_member(l, i, RELOAD_A_PEER_CERT, RELOAD_RULE_MISSING_PEER_CERT);
}

static void check_resource(struct lint *l, uint32_t i)
{
    uint32_t end = reload_msg_attr(l->msg, i)->end, member = i + 1;
    check_member(l, i, RELOAD_A_KEY, RELOAD_RULE_MISSING_KEY);
    check_member(l, i, RELOAD_A_BODY, RELOAD_RULE_MISSING_BODY);
    while (member < end && !rl_is_certificate_body(l->msg, member))
        member = reload_msg_attr(l->msg, member)->end;
    if (l->algorithm != RELOAD_SECURITY_CERTS)
        return;
    if (member >= end)
        RAISE_ATTR(l, RELOAD_RULE_MISSING_CERTIFICATE_BODY, i,
                   "RESOURCE has no BODY with a certificate alone");
    member = i + 1;
    while (member < end && (reload_msg_attr(l->msg, member)->type != RELOAD_A_BODY ||
                            rl_is_certificate_body(l->msg, member)))
        member = reload_msg_attr(l->msg, member)->end;
    if (member >= end && reload_msg_member(l->msg, i, RELOAD_A_BODY) != RELOAD_NO_ATTR)
        RAISE_ATTR(l, RELOAD_RULE_MISSING_REGISTERED_BODY, i,
                   "RESOURCE registers nothing beside a certificate");
}

static void check_body(struct lint *l, uint32_t i)
{
    if (reload_msg_member(l->msg, i, RELOAD_A_BODY_CERTIFICATE) != RELOAD_NO_ATTR) {
        if (!rl_is_certificate_body(l->msg, i))
            RAISE_ATTR(l, RELOAD_RULE_CERTIFICATE_NOT_SOLE, i,
                       "other members stand beside the certificate");
        return;
    }
    check_member(l, i, RELOAD_A_BODY_ENTRY, RELOAD_RULE_MISSING_ENTRY);
    if (is_request(l, RELOAD_RESOURCE_PUT))
        check_member(l, i, RELOAD_A_BODY_EXPIRATION, RELOAD_RULE_MISSING_BODY_EXPIRATION);
    if (l->algorithm != RELOAD_SECURITY_NONE)
        check_member(l, i, RELOAD_A_BODY_SIGNATURE, RELOAD_RULE_UNSIGNED_BODY);
}

/* Whether the sender of the message made this signature inside of it. */
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
        RAISE_ATTR(l, RELOAD_RULE_SIGNATURE_UNDER_NONE, i,
                   "there is nobody to check a %s under NONE", attr->def->name);
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
        RAISE_ATTR(l, RELOAD_RULE_DIGEST_LENGTH, i, "%u octets instead of 20", length);
    else if (l->algorithm == RELOAD_SECURITY_CERTS && (length < LEAST || length > MOST))
        RAISE_ATTR(l, RELOAD_RULE_DIGEST_LENGTH, i,
                   "%u octets, as no RSA key of 1024 to 8192 bits makes them", length);
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
                   "no RELOAD message that fills the value");
}

static void check_named_value(struct lint *l, uint32_t i, reload_names names, reload_rule rule)
{
    reload_value value;
    if (reload_msg_value(l->msg, i, &value) && reload_name(names, value.number) == NULL)
        RAISE_ATTR(l, rule, i, "%" PRIu32 " has no meaning", value.number);
}

/* An attribute in its place and readable, by what it is. */
static void check_content(struct lint *l, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(l->msg, i);
    if (attr->def->members == RELOAD_IN_PEER_INFO)
        check_peer_info(l, i);
    else if (attr->def->members == RELOAD_IN_SIGNATURE && !(attr->repeated && attr->def->once))
        check_signature(l, i); /* one for each container is looked at closely */
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
            RAISE_ATTR(l, RELOAD_RULE_CERTIFICATE_WITHOUT_CERTS, i, "%s has no use in this overlay",
                       attr->def->name);
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

/* Whether the Destination ID is that of a KEY, or of a replica that is looked for. */
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

/* Told once: the first KEY that is stored in the wrong place. A KEY like the one before it is not
 * computed again. */
static void check_put_destination(struct lint *l)
{
    uint32_t r = first_of(l, RELOAD_A_RESOURCE);
    const uint8_t *last = NULL;
    size_t last_len = 0;
    if (!is_request(l, RELOAD_RESOURCE_PUT) || r == RELOAD_NO_ATTR)
        return;
    for (uint32_t count = (uint32_t)reload_msg_count(l->msg); r < count && l->err == RELOAD_OK;
         r = reload_msg_attr(l->msg, r)->end) {
        const reload_attr *attr = reload_msg_attr(l->msg, r);
        uint32_t key = attr->type == RELOAD_A_RESOURCE && !attr->ignored
                           ? reload_msg_member(l->msg, r, RELOAD_A_KEY)
                           : RELOAD_NO_ATTR;
        reload_value value;
        if (key == RELOAD_NO_ATTR || !reload_msg_value(l->msg, key, &value) ||
            (last != NULL && value.len == last_len && memcmp(value.octets, last, last_len) == 0))
            continue;
        if (!is_destination_of(l, value.octets, value.len)) {
            RAISE_ATTR(l, RELOAD_RULE_PUT_DESTINATION, key,
                       "the Destination ID is not this KEY's, nor that of its replicas 1 to %d",
                       RELOAD_LINT_REPLICAS);
            return;
        }
        last = value.octets;
        last_len = value.len;
    }
}

/* ---- The whole message ---- */

/* Finds what the rules ask for again and again: first attributes, code, TIMESTAMP. */
static void prepare(struct lint *l)
{
    uint32_t count = (uint32_t)reload_msg_count(l->msg);
    reload_value value;
    l->code = -1;
    for (size_t k = 0; k < PRESENCE; k++)
        l->first[k] = RELOAD_NO_ATTR;
    for (uint32_t i = 0; i < count; i = reload_msg_attr(l->msg, i)->end)
        for (size_t k = 0; k < PRESENCE && !reload_msg_attr(l->msg, i)->ignored; k++)
            if (presence[k].type == reload_msg_attr(l->msg, i)->type &&
                l->first[k] == RELOAD_NO_ATTR)
                l->first[k] = i;
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
        RELOAD_VERSION_1) /* nobody knows what the rest means */
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
            check_attribute(&l, i)) /* D10: signature-not-last has told of those */
            check_content(&l, i);
    return l.err;
}
