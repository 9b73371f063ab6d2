/* SPDX-License-Identifier: BSD-2-Clause */
/* The drafts' rules for a message's form, which do not change the verdict (D24). */
#include "base/fault.h"
#include "common/octets.h"
#include "verify/lint-run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool lint_pointer(const reload_msg *msg, const struct lint_finding *finding, char *text,
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
 * for the request, and one for a response with code 200. LINT_RULES: no rule. */
static const struct presence {
    uint16_t type;
    char columns[2 * (METHODS + 1) + 1];
    enum lint_rule missing;  /* broken by an M without it */
    enum lint_rule unwanted; /* broken by a - with it */
} presence[LINT_PRESENCE] = {
    /*                        JSGPXOT others */
    /*                        rprprprprprprprp (request, response) */
    {RELOAD_A_RESPONSE_CODE, "-M-M-M-M-M-M-M-M", LINT_MISSING_RESPONSE_CODE,
     LINT_RESPONSE_CODE_IN_REQUEST},
    {RELOAD_A_SOURCE_INFO, "OMOMOMOMOMOMOMOM", LINT_MISSING_SOURCE_INFO, LINT_RULES},
    {RELOAD_A_RESOURCE, "-----MM-M-----OO", LINT_MISSING_RESOURCE, LINT_RESOURCE_NOT_APPLICABLE},
    {RELOAD_A_ROUTE_LOG, "OOOOOOOOOOOOOOOO", LINT_RULES, LINT_RULES},
    {RELOAD_A_REDIRECT, "-O-O-O-O-O-O-O-O", LINT_MISSING_REDIRECT, LINT_REDIRECT_IN_REQUEST},
    {RELOAD_A_SIGNATURE, "OOOOOOOOOOOOOOOO", LINT_MISSING_SIGNATURE, LINT_RULES},
    {RELOAD_A_SDP, "OCOCOCOCOCMM--OO", LINT_MISSING_SDP, LINT_SDP_IN_TUNNEL},
    {RELOAD_A_APPLICATION, "------------MOOO", LINT_MISSING_APPLICATION,
     LINT_APPLICATION_NOT_APPLICABLE},
};

/* ---- One run over a message ---- */

void lint_raise(struct lint *l, enum lint_rule rule, uint32_t attr, reload_field field,
                const char *format, ...)
{
    struct lint_finding finding = {.rule = rule, .attr = attr, .field = field};
    va_list args;
    if (l->err != RELOAD_OK || RL_FAULT_OF("rule", lint_rule_of(rule)->word))
        return;
    va_start(args, format);
    (void)vsnprintf(finding.detail, sizeof finding.detail, format, args);
    va_end(args);
    if (l->sink(l->arg, &finding) != 0)
        l->err = RELOAD_ERR_WRITE;
}

bool lint_is_request(const struct lint *l, uint32_t method)
{
    return !l->response && l->method == method;
}

uint32_t lint_first_of(const struct lint *l, uint16_t type)
{
    for (size_t i = 0; i < LINT_PRESENCE; i++)
        if (presence[i].type == type)
            return l->first[i];
    return RELOAD_NO_ATTR;
}

/* ---- Header ---- */

/* A field whose values all have names. */
static void check_name(struct lint *l, reload_field field, enum lint_rule rule)
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
        RAISE_FIELD(l, LINT_TTL_ZERO, RELOAD_F_TTL, "TTL is 0: receivers discard the message");
    check_name(l, RELOAD_F_ROUTING, LINT_UNKNOWN_ROUTING);
    if (reload_msg_field(l->msg, RELOAD_F_LFRG) != 0 && frag == 0)
        RAISE_FIELD(l, LINT_LFRG_WITHOUT_FRAG, RELOAD_F_LFRG, "LFRG is set without FRAG");
    if (bits != 0)
        RAISE_FIELD(l, LINT_RESERVED_FRAGMENT_BITS, RELOAD_F_FRAG_RESERVED,
                    "bits 13 to 0 are %" PRIu32, bits);
    if (reload_msg_field(l->msg, RELOAD_F_EXPERIMENTAL) != 0)
        RAISE_FIELD(l, LINT_EXPERIMENTAL_VERSION, RELOAD_F_EXPERIMENTAL, "EXP is set");
    if (reload_msg_field(l->msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        RAISE_FIELD(l, LINT_UNKNOWN_VERSION, RELOAD_F_VERSION, "Version is %" PRIu32 ", expected 1",
                    reload_msg_field(l->msg, RELOAD_F_VERSION));
}

static void check_method(struct lint *l)
{
    enum { RESERVED_BIT = 0x40, DHT_CLASS = 0x30, CLASS = 0x70 };
    if ((l->method & RESERVED_BIT) != 0)
        RAISE_FIELD(l, LINT_RESERVED_METHOD_BIT, RELOAD_F_METHOD, "the Method is 0x%02" PRIx32,
                    l->method);
    else if ((l->method & CLASS) != DHT_CLASS &&
             reload_name(RELOAD_NAMES_METHOD, l->method) == NULL)
        RAISE_FIELD(l, LINT_UNKNOWN_METHOD, RELOAD_F_METHOD, "the Method is 0x%02" PRIx32,
                    l->method);
}

/*
 * S§7: under CERTS a request's Transaction ID is 32 bits of boot time and 32 bits of counter. One
 * message cannot prove that. These values cannot be a boot time and a counter:
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
    if (l->response) /* the request's sender chose it */
        return;
    if (memcmp(id, zero, sizeof zero) == 0) {
        RAISE_FIELD(l, LINT_TRANSACTION_ID_ZERO, RELOAD_F_TRANSACTION_ID,
                    "the Transaction ID is 0");
        return;
    }
    uint32_t boot = octets_get32(id), counter = octets_get32(id + 4);
    if (!l->suite->needs_certificates)
        return;
    if (boot == 0)
        RAISE_FIELD(l, LINT_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID, "%s: it is 0",
                    not_boot_time);
    else if (l->has_timestamp && boot > l->timestamp)
        RAISE_FIELD(l, LINT_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID,
                    "%s: %" PRIu32 " is later than the TIMESTAMP, %" PRIu32, not_boot_time, boot,
                    l->timestamp);
    else if (l->has_timestamp && l->timestamp - boot > years)
        RAISE_FIELD(l, LINT_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID,
                    "%s: %" PRIu32 " is more than ten years before the TIMESTAMP, %" PRIu32,
                    not_boot_time, boot, l->timestamp);
    else if (l->has_timestamp && counter > rate * (l->timestamp - boot) + spare)
        RAISE_FIELD(l, LINT_TRANSACTION_ID_FORM, RELOAD_F_TRANSACTION_ID,
                    "the second half is not a counter: %" PRIu32 " requests in %" PRIu32 " seconds",
                    counter, l->timestamp - boot);
}

/* The rest of the header of a message or fragment of Version 1. */
static void check_header(struct lint *l)
{
    size_t len;
    const uint8_t *destination = reload_msg_field_octets(l->msg, RELOAD_F_DESTINATION_ID, &len);
    const uint8_t *source = reload_msg_field_octets(l->msg, RELOAD_F_SOURCE_ID, &len);
    bool join = lint_is_request(l, RELOAD_PEER_JOIN);
    check_name(l, RELOAD_F_DHT, LINT_UNKNOWN_DHT);
    check_name(l, RELOAD_F_HASH, LINT_UNKNOWN_HASH);
    if (reload_msg_field(l->msg, RELOAD_F_SECURITY) != RELOAD_SECURITY_OPEN)
        check_name(l, RELOAD_F_SECURITY, LINT_UNKNOWN_SECURITY);
    else if (!join)
        RAISE_FIELD(l, LINT_SECURITY_LEFT_OPEN, RELOAD_F_SECURITY,
                    "Security is 0 outside a PEER-JOIN request");
    check_method(l);
    if (join && memcmp(destination, source, len) != 0)
        RAISE_FIELD(l, LINT_JOIN_DESTINATION, RELOAD_F_DESTINATION_ID,
                    "the Destination ID is not the Source ID");
    check_transaction_id(l);
    if (reload_msg_field(l->msg, RELOAD_F_OVERLAY) == 0 && !join)
        RAISE_FIELD(l, LINT_OVERLAY_ZERO, RELOAD_F_OVERLAY,
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
        RAISE_ATTR(
            l, row->type == RELOAD_A_RESOURCE ? LINT_RESOURCE_WITHOUT_200 : LINT_SDP_WITHOUT_200,
            attr, "the response's code is %d", l->code);
    else if (row->type == RELOAD_A_REDIRECT && l->code >= 0 && l->code != 302)
        RAISE_ATTR(l, LINT_REDIRECT_WITHOUT_302, attr, "the response's code is %d", l->code);
}

/* Whether this message requires the attribute of a row. */
static bool is_mandatory(const struct lint *l, uint16_t type, char cell)
{
    if (type == RELOAD_A_SIGNATURE)
        return l->suite->kind != RELOAD_SUITE_NONE;
    if (type == RELOAD_A_SOURCE_INFO && l->suite->needs_certificates)
        return true;
    if (type == RELOAD_A_REDIRECT)
        return l->code == 302;
    return cell == 'M' && (!needs_success(l, type) || l->code / 100 == 2);
}

/* A note for a missing attribute if one follows the SIGNATURE, where it is ignored (D10). */
static const char *ignored_text(const struct lint *l, uint16_t type)
{
    reload_iter it = reload_members(l->msg, RELOAD_NO_ATTR);
    while (reload_next_of(&it, type))
        if (it.attr->ignored)
            return " (one follows the SIGNATURE, where it is ignored)";
    return "";
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
    for (size_t i = 0; i < LINT_PRESENCE; i++) {
        char cell = presence[i].columns[column];
        if (l->first[i] != RELOAD_NO_ATTR)
            check_unwanted(l, &presence[i], l->first[i], cell);
        else if (all_read && is_mandatory(l, presence[i].type, cell))
            RAISE(l, presence[i].missing, "%s is missing in a %s%s",
                  reload_attr_def_of(presence[i].type)->name, kind_of(l, kind, sizeof kind),
                  ignored_text(l, presence[i].type));
        else if (all_read && presence[i].type == RELOAD_A_SOURCE_INFO &&
                 (lint_is_request(l, RELOAD_PEER_JOIN) || lint_is_request(l, RELOAD_PEER_SEARCH) ||
                  lint_is_request(l, RELOAD_RESOURCE_PUT)))
            RAISE(l, LINT_SOURCE_INFO_ADVISED, "a %s without SOURCE-INFO%s",
                  kind_of(l, kind, sizeof kind), ignored_text(l, RELOAD_A_SOURCE_INFO));
    }
}

static void check_response_code(struct lint *l)
{
    uint32_t attr = lint_first_of(l, RELOAD_A_RESPONSE_CODE);
    if (!l->response || l->code < 0)
        return;
    if (reload_name(RELOAD_NAMES_PHRASE, (uint32_t)l->code) == NULL)
        RAISE_ATTR(l, LINT_UNKNOWN_RESPONSE_CODE, attr, "code %d is not defined", l->code);
    if (l->code == 493 && l->method != RELOAD_PEER_JOIN)
        RAISE_ATTR(l, LINT_UNDECIPHERABLE_OUTSIDE_JOIN, attr,
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
        RAISE_ATTR(l, LINT_ROUTE_LOG_NOT_AT_END, early,
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
        RAISE_ATTR(l, LINT_SIGNATURE_NOT_LAST, signature,
                   "attributes other than ROUTE-LOG after it: %" PRIu32, others);
}

/* ---- Destinations ---- */

/* Whether the Destination ID is the Resource-ID of a KEY, or of one of its replicas. */
static bool is_destination_of(struct lint *l, const uint8_t *key, size_t len)
{
    uint8_t id[RELOAD_ID_SIZE];
    size_t size;
    const uint8_t *destination = reload_msg_field_octets(l->msg, RELOAD_F_DESTINATION_ID, &size);
    bool match = false;
    for (uint32_t replica = 0; replica <= LINT_REPLICAS && !match && l->err == RELOAD_OK;
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
    if (!lint_is_request(l, RELOAD_RESOURCE_PUT))
        return;
    while (l->err == RELOAD_OK && reload_next_of(&it, RELOAD_A_RESOURCE)) {
        uint32_t key = reload_msg_member(l->msg, it.index, RELOAD_A_KEY);
        reload_value value;
        if (it.attr->ignored || key == RELOAD_NO_ATTR || !reload_msg_value(l->msg, key, &value) ||
            (last != NULL && value.len == last_len && memcmp(value.octets, last, last_len) == 0))
            continue;
        if (!is_destination_of(l, value.octets, value.len)) {
            RAISE_ATTR(l, LINT_PUT_DESTINATION, key,
                       "the Destination ID is not the Resource-ID of this KEY or of its replicas 1 "
                       "to %d",
                       LINT_REPLICAS);
            return;
        }
        last = value.octets;
        last_len = value.len;
    }
}

/* ---- The whole message ---- */

/* Looks up the first attributes, the code and the TIMESTAMP, which many rules need. */
static void lint_prepare(struct lint *l)
{
    reload_value value;
    l->code = -1;
    for (size_t k = 0; k < LINT_PRESENCE; k++)
        l->first[k] = RELOAD_NO_ATTR;
    reload_iter it = reload_members(l->msg, RELOAD_NO_ATTR);
    while (reload_next(&it))
        for (size_t k = 0; k < LINT_PRESENCE && !it.attr->ignored; k++)
            if (presence[k].type == it.attr->type && l->first[k] == RELOAD_NO_ATTR)
                l->first[k] = it.index;
    uint32_t code = lint_first_of(l, RELOAD_A_RESPONSE_CODE),
             signature = reload_msg_signature(l->msg);
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

reload_err lint_message(reload_security algorithm, const reload_msg *msg, lint_sink sink, void *arg)
{
    struct lint l = {.msg = msg,
                     .suite = reload_suite_of((uint32_t)algorithm),
                     .sink = sink,
                     .arg = arg,
                     .err = RELOAD_OK};
    if (l.suite == NULL)
        return RELOAD_ERR_ARGUMENT;
    l.response = reload_msg_field(msg, RELOAD_F_RESPONSE) != 0;
    l.method = reload_msg_field(msg, RELOAD_F_METHOD);
    check_framing_fields(&l);
    if (reload_msg_field(msg, RELOAD_F_VERSION) !=
        RELOAD_VERSION_1) /* the rest is not defined here */
        return l.err;
    bool fragment = reload_msg_field(msg, RELOAD_F_FRAG) != 0;
    if (!fragment)
        lint_prepare(&l);
    check_header(&l);
    if (fragment) /* D14: its octets may begin in the middle of an attribute */
        return l.err;
    check_put_destination(&l);
    check_presence(&l);
    check_response_code(&l);
    check_order(&l);
    for (uint32_t i = 0; i < reload_msg_count(msg) && l.err == RELOAD_OK; i++)
        if (!reload_msg_attr(msg, i)->ignored) /* D10: reported by signature-not-last */
            lint_attribute(&l, i);
    return l.err;
}
