/* SPDX-License-Identifier: BSD-2-Clause */
/* Lint's rules for single attributes. */
#include "verify/lint-run.h"

#include <inttypes.h>
#include <string.h>

static void check_padding(struct lint *l, uint32_t i)
{
    size_t len;
    const uint8_t *padding = reload_msg_padding(l->msg, i, &len);
    for (size_t k = 0; k < len; k++)
        if (padding[k] != 0) {
            RAISE_ATTR(l, LINT_NONZERO_PADDING, i, "an octet of the padding is 0x%02x", padding[k]);
            return;
        }
}

/* The rules for every attribute. Returns whether the attribute is in place and readable. */
static bool check_attribute(struct lint *l, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(l->msg, i);
    uint32_t parent = attr->parent;
    check_padding(l, i);
    if (attr->def == NULL) {
        if (attr->type >> 8 != 0x06) /* the DHT algorithm's, B§5.2 */
            RAISE_ATTR(l, LINT_UNKNOWN_ATTRIBUTE, i,
                       attr->type >> 8 == 0x08 ? "0x%04x is reserved for the security algorithm, "
                                                 "which does not define it"
                                               : "type 0x%04x",
                       attr->type);
        return false;
    }
    if (!attr->in_place) {
        /* members of a misplaced container are misplaced with it: reported once */
        if (parent == RELOAD_NO_ATTR || reload_msg_attr(l->msg, parent)->in_place)
            RAISE_ATTR(l, LINT_OUT_OF_PLACE, i, "%s does not belong here", attr->def->name);
        return false;
    }
    if (attr->repeated && attr->def->once)
        RAISE_ATTR(l, LINT_REPEATED_ATTRIBUTE, i, "%s occurs before in the same container",
                   attr->def->name);
    if (attr->flaw != RELOAD_FLAW_NONE)
        RAISE_ATTR(l, LINT_BAD_VALUE, i, "%s of %u octets: %s", attr->def->name, attr->length,
                   reload_flaw_text((reload_flaw)attr->flaw));
    return attr->flaw == RELOAD_FLAW_NONE;
}

/* A required member. */
static void check_member(struct lint *l, uint32_t container, uint16_t type, enum lint_rule rule)
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
        check_member(l, i, RELOAD_A_PEER_ID, LINT_MISSING_PEER_ID);
    if (i != lint_first_of(l, RELOAD_A_SOURCE_INFO))
        return;
    if (!l->response && id != RELOAD_NO_ATTR && reload_msg_value(l->msg, id, &value) &&
        memcmp(value.octets, source, len) != 0)
        RAISE_ATTR(l, LINT_SOURCE_ID_MISMATCH, id, "the PEER-ID is not the request's Source ID");
    if (l->suite->needs_certificates)
        check_member(l, i, RELOAD_A_PEER_CERT, LINT_MISSING_PEER_CERT);
}

static void check_resource(struct lint *l, uint32_t i)
{
    unsigned certificates = 0, others = 0;
    reload_iter it = reload_members(l->msg, i);
    check_member(l, i, RELOAD_A_KEY, LINT_MISSING_KEY);
    check_member(l, i, RELOAD_A_BODY, LINT_MISSING_BODY);
    while (reload_next_of(&it, RELOAD_A_BODY)) {
        bool certificate = reload_is_certificate_body(l->msg, it.index);
        certificates += certificate;
        others += !certificate;
    }
    if (!l->suite->needs_certificates)
        return;
    if (certificates == 0)
        RAISE_ATTR(l, LINT_MISSING_CERTIFICATE_BODY, i,
                   "RESOURCE has no BODY with only a certificate");
    if (others == 0 && certificates > 0)
        RAISE_ATTR(l, LINT_MISSING_REGISTERED_BODY, i,
                   "RESOURCE has no BODY besides its certificate BODYs");
}

static void lint_body(struct lint *l, uint32_t i)
{
    if (reload_msg_member(l->msg, i, RELOAD_A_BODY_CERTIFICATE) != RELOAD_NO_ATTR) {
        if (!reload_is_certificate_body(l->msg, i))
            RAISE_ATTR(l, LINT_CERTIFICATE_NOT_SOLE, i, "the certificate's BODY has other members");
        return;
    }
    check_member(l, i, RELOAD_A_BODY_ENTRY, LINT_MISSING_ENTRY);
    if (lint_is_request(l, RELOAD_RESOURCE_PUT))
        check_member(l, i, RELOAD_A_BODY_EXPIRATION, LINT_MISSING_BODY_EXPIRATION);
    if (l->suite->kind != RELOAD_SUITE_NONE)
        check_member(l, i, RELOAD_A_BODY_SIGNATURE, LINT_UNSIGNED_BODY);
}

/* Whether the message's sender made this inner signature. */
static bool is_senders(const struct lint *l, uint32_t i)
{
    reload_role role = reload_role_at(l->msg, i);
    return role == RELOAD_ROLE_SOURCE ||
           (role == RELOAD_ROLE_BODY && lint_is_request(l, RELOAD_RESOURCE_PUT));
}

static void check_signature(struct lint *l, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(l->msg, i);
    uint32_t digest = reload_msg_member(l->msg, i, RELOAD_A_DIGEST),
             timestamp = reload_msg_member(l->msg, i, RELOAD_A_TIMESTAMP);
    reload_value value;
    if (l->suite->kind == RELOAD_SUITE_NONE)
        RAISE_ATTR(l, LINT_SIGNATURE_UNDER_NONE, i, "a %s is never checked under NONE",
                   attr->def->name);
    if (attr->parent != RELOAD_NO_ATTR && !is_last(l->msg, i))
        RAISE_ATTR(l,
                   attr->type == RELOAD_A_PEER_SIGNATURE ? LINT_PEER_SIGNATURE_NOT_LAST
                                                         : LINT_BODY_SIGNATURE_NOT_LAST,
                   i, "other members follow it");
    if (l->suite->needs_certificates)
        check_member(l, i, RELOAD_A_TIMESTAMP, LINT_MISSING_TIMESTAMP);
    if (timestamp != RELOAD_NO_ATTR && l->has_timestamp && is_senders(l, i) &&
        reload_msg_value(l->msg, timestamp, &value) && value.number > l->timestamp)
        RAISE_ATTR(l, LINT_INNER_TIMESTAMP_LATER, timestamp,
                   "%" PRIu32 " is later than the message's %" PRIu32, value.number, l->timestamp);
    check_member(l, i, RELOAD_A_DIGEST, LINT_MISSING_DIGEST);
    if (digest != RELOAD_NO_ATTR && !is_last(l->msg, digest))
        RAISE_ATTR(l, LINT_DIGEST_NOT_LAST, digest, "other members follow it");
}

static void check_digest(struct lint *l, uint32_t i)
{
    enum { LEAST = 1024 / 8, MOST = 8192 / 8 }; /* D13 */
    unsigned length = reload_msg_attr(l->msg, i)->length;
    if (l->suite->digest_size != 0 && length != l->suite->digest_size)
        RAISE_ATTR(l, LINT_DIGEST_LENGTH, i, "%u octets, expected %zu", length,
                   l->suite->digest_size);
    else if (l->suite->kind == RELOAD_SUITE_PUBLIC_KEY && (length < LEAST || length > MOST))
        RAISE_ATTR(l, LINT_DIGEST_LENGTH, i,
                   "%u octets, expected 128 to 1024 (RSA keys of 1024 to 8192 bits)", length);
}

static void check_application(struct lint *l, uint32_t i)
{
    static const char reload[] = "reload";
    uint32_t name = reload_msg_member(l->msg, i, RELOAD_A_APPLICATION_NAME);
    uint32_t body = reload_msg_member(l->msg, i, RELOAD_A_APPLICATION_BODY);
    size_t len;
    check_member(l, i, RELOAD_A_APPLICATION_NAME, LINT_MISSING_APPLICATION_NAME);
    check_member(l, i, RELOAD_A_APPLICATION_BODY, LINT_MISSING_APPLICATION_BODY);
    check_member(l, i, RELOAD_A_APPLICATION_DIALOG, LINT_MISSING_APPLICATION_DIALOG);
    if (name == RELOAD_NO_ATTR || body == RELOAD_NO_ATTR)
        return;
    const uint8_t *octets = reload_msg_value_octets(l->msg, name, &len);
    if (len == sizeof reload - 1 && memcmp(octets, reload, len) == 0 &&
        reload_msg_tunnelled(l->msg, body, &len) == NULL)
        RAISE_ATTR(l, LINT_TUNNELLED_NO_MESSAGE, body, "the value is not one whole RELOAD message");
}

static void check_named_value(struct lint *l, uint32_t i, reload_names names, enum lint_rule rule)
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
        lint_body(l, i);
        break;
    case RELOAD_A_BODY_PARAMETER:
        check_member(l, i, RELOAD_A_PARAMETER_NAME, LINT_MISSING_PARAMETER_NAME);
        check_member(l, i, RELOAD_A_PARAMETER_OP, LINT_MISSING_PARAMETER_OP);
        check_member(l, i, RELOAD_A_PARAMETER_VALUE, LINT_MISSING_PARAMETER_VALUE);
        break;
    case RELOAD_A_PARAMETER_OP:
        check_named_value(l, i, RELOAD_NAMES_OP, LINT_UNKNOWN_OP);
        break;
    case RELOAD_A_ROUTE_LOG:
        check_member(l, i, RELOAD_A_ROUTE_LOG_VERSION, LINT_MISSING_ROUTE_LOG_VERSION);
        check_member(l, i, RELOAD_A_ROUTE_LOG_TRANSPORT, LINT_MISSING_ROUTE_LOG_TRANSPORT);
        check_member(l, i, RELOAD_A_ROUTE_LOG_PEER_INFO, LINT_MISSING_ROUTE_LOG_PEER_INFO);
        break;
    case RELOAD_A_ROUTE_LOG_TRANSPORT:
        check_named_value(l, i, RELOAD_NAMES_TRANSPORT, LINT_UNKNOWN_TRANSPORT);
        break;
    case RELOAD_A_PEER_CERT:
    case RELOAD_A_BODY_CERTIFICATE:
        if (!l->suite->needs_certificates)
            RAISE_ATTR(l, LINT_CERTIFICATE_WITHOUT_CERTS, i, "%s is not used in this overlay",
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

void lint_attribute(struct lint *l, uint32_t attr)
{
    if (check_attribute(l, attr))
        check_content(l, attr);
}
