/* SPDX-License-Identifier: BSD-2-Clause */
/* Signature sites: their roles, and the octets that they cover. */
#include "base/fault.h"
#include "wire/wire.h"

bool reload_is_signature(uint16_t type)
{
    return type == RELOAD_A_SIGNATURE || type == RELOAD_A_PEER_SIGNATURE ||
           type == RELOAD_A_BODY_SIGNATURE;
}

bool reload_is_certificate_body(const reload_msg *msg, uint32_t body)
{
    const reload_attr *attr = reload_msg_attr(msg, body);
    return attr->type == RELOAD_A_BODY && attr->end == body + 2 &&
           reload_msg_attr(msg, body + 1)->type == RELOAD_A_BODY_CERTIFICATE;
}

reload_role reload_role_at(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    uint32_t signature = reload_msg_signature(msg);
    if (!attr->in_place)
        return RELOAD_ROLE_NONE;
    if (attr->type == RELOAD_A_SIGNATURE)
        return i == signature ? RELOAD_ROLE_MESSAGE : RELOAD_ROLE_NONE;
    uint16_t container = reload_msg_attr(msg, attr->parent)->type;
    if (container == RELOAD_A_ROUTE_LOG_PEER_INFO)
        return RELOAD_ROLE_ROUTE_LOG;
    if (attr->ignored)
        return RELOAD_ROLE_NONE;
    switch (container) {
    case RELOAD_A_SOURCE_INFO:
        return RELOAD_ROLE_SOURCE;
    case RELOAD_A_REDIRECT:
        return RELOAD_ROLE_REDIRECT;
    case RELOAD_A_BODY_PEER_INFO:
        return RELOAD_ROLE_BODY_PEER;
    case RELOAD_A_BODY:
        return RELOAD_ROLE_BODY;
    default:
        return RELOAD_ROLE_NONE;
    }
}

void reload_site_at(const reload_msg *msg, uint32_t i, reload_site *site)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    *site = (reload_site){.role = reload_role_at(msg, i),
                          .attr = i,
                          .container = attr->parent,
                          .timestamp = reload_msg_member(msg, i, RELOAD_A_TIMESTAMP),
                          .digest = reload_msg_member(msg, i, RELOAD_A_DIGEST),
                          .expiration = RELOAD_NO_ATTR};
    site->misplaced =
        site->digest != RELOAD_NO_ATTR && reload_msg_attr(msg, site->digest)->end != attr->end;
    if (attr->parent == RELOAD_NO_ATTR)
        return;
    if (attr->end != reload_msg_attr(msg, attr->parent)->end)
        site->misplaced = true;
    site->expiration =
        reload_msg_member(msg, attr->parent,
                          attr->type == RELOAD_A_BODY_SIGNATURE ? RELOAD_A_BODY_EXPIRATION
                                                                : RELOAD_A_PEER_EXPIRATION);
}

/*
 * The octets that are digested, before DIGEST. A message's SIGNATURE (D1, D2):
 *
 *   0              8             13       16       68             SIGNATURE
 *   +--------------+-------------+--------+--------+--------------+------+-----------+--------+
 *   | token ... FR | E ... Method| Length | IDs ...| attributes   | head | TIMESTAMP | DIGEST |
 *   +--------------+-------------+--------+--------+--------------+------+-----------+--------+
 *                  |<- span 0 -->|<- 1 -->|<---------------- span 2 ---------------->|
 *
 * Span 1 is not the header's Length, which grows with each ROUTE-LOG after SIGNATURE, but the
 * Length of a message that ends with SIGNATURE.
 *
 * The signature of a PEER-INFO or a BODY (D8):
 *
 *   container      its first member               its signature
 *   +--------------+------------------------------+------+-----------+--------+
 *   | type, Length | PEER-ID ...                  | head | TIMESTAMP | DIGEST |
 *   +--------------+------------------------------+------+-----------+--------+
 *                  |<------------------- span 0 -------------------->|
 */
void reload_site_covered(const reload_msg *msg, const reload_site *site, reload_covered *covered)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    uint32_t end = reload_msg_attr(msg, site->digest)->offset;
    if (site->role != RELOAD_ROLE_MESSAGE) {
        uint32_t head = RL_FAULT("D8: the container's head is not covered") ? 0 : RL_HEAD;
        uint32_t from = reload_msg_attr(msg, site->container)->offset + head;
        covered->count = 1;
        covered->span[0] = (reload_span){octets + from, end - from};
        return;
    }
    const reload_attr *signature = reload_msg_attr(msg, site->attr);
    uint32_t length = signature->offset + RL_HEAD + signature->length +
                      (uint32_t)rl_padding(signature->length) - RELOAD_HEADER_SIZE;
    if (RL_FAULT("D2: Length up to the SIGNATURE's end"))
        length = reload_msg_field(msg, RELOAD_F_LENGTH);
    covered->length[0] = (uint8_t)(length >> 16);
    covered->length[1] = (uint8_t)(length >> 8);
    covered->length[2] = (uint8_t)length;
    covered->count = 3;
    uint32_t from = RL_SIGNED_FROM - (RL_FAULT("D1: the token is not covered") ? 1 : 0);
    covered->span[0] = (reload_span){octets + from, RL_LENGTH_AT - from};
    covered->span[1] = (reload_span){covered->length, sizeof covered->length};
    covered->span[2] = (reload_span){octets + RL_LENGTH_END, end - RL_LENGTH_END};
}
