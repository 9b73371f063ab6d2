/* Signatures: where they are and which octets they cover. */
#include "wire/wire.h"

bool rl_is_signature(uint16_t type)
{
    return type == RELOAD_A_SIGNATURE || type == RELOAD_A_PEER_SIGNATURE || type == RELOAD_A_BODY_SIGNATURE;
}

bool rl_is_certificate_body(const reload_msg *msg, uint32_t body)
{
    const reload_attr *attr = reload_msg_attr(msg, body);
    return attr->type == RELOAD_A_BODY && attr->end == body + 2 &&
           reload_msg_attr(msg, body + 1)->type == RELOAD_A_BODY_CERTIFICATE;
}

rl_role rl_role_at(const reload_msg *msg, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    uint32_t signature = reload_msg_signature(msg);
    if (!attr->in_place)
        return RL_ROLE_NONE;
    if (attr->type == RELOAD_A_SIGNATURE)
        return i == signature ? RL_ROLE_MESSAGE : RL_ROLE_NONE;
    uint16_t container = reload_msg_attr(msg, attr->parent)->type;
    if (container == RELOAD_A_ROUTE_LOG_PEER_INFO)
        return RL_ROLE_ROUTE_LOG;
    if (attr->ignored)
        return RL_ROLE_NONE;
    switch (container) {
    case RELOAD_A_SOURCE_INFO:
        return RL_ROLE_SOURCE;
    case RELOAD_A_REDIRECT:
        return RL_ROLE_REDIRECT;
    case RELOAD_A_BODY_PEER_INFO:
        return RL_ROLE_BODY_PEER;
    case RELOAD_A_BODY:
        return RL_ROLE_BODY;
    default:
        return RL_ROLE_NONE;
    }
}

void rl_site_at(const reload_msg *msg, uint32_t i, rl_site *site)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    *site = (rl_site){.role = rl_role_at(msg, i),
                      .attr = i,
                      .container = attr->parent,
                      .timestamp = reload_msg_member(msg, i, RELOAD_A_TIMESTAMP),
                      .digest = reload_msg_member(msg, i, RELOAD_A_DIGEST),
                      .expiration = RELOAD_NO_ATTR};
    site->misplaced = site->digest != RELOAD_NO_ATTR && reload_msg_attr(msg, site->digest)->end != attr->end;
    if (attr->parent == RELOAD_NO_ATTR)
        return;
    if (attr->end != reload_msg_attr(msg, attr->parent)->end)
        site->misplaced = true;
    site->expiration = reload_msg_member(msg, attr->parent,
                                         attr->type == RELOAD_A_BODY_SIGNATURE ? RELOAD_A_BODY_EXPIRATION
                                                                               : RELOAD_A_PEER_EXPIRATION);
}

/*
 * What is digested. A message (D1, D2), from offset 8 to DIGEST:
 *
 *   0        8             13     16                                                              68 + Length
 *   | token… | EXP … Method|Length| IDs … | attributes … | SIGNATURE: | TIMESTAMP | DIGEST … | ROUTE-LOG … |
 *            |<----------->|<---->|<------------------------------------------------>|                      |
 *                           = end of SIGNATURE - 68, as the sender wrote it
 *
 * A PEER-INFO or a BODY (D8), from its first member to DIGEST:
 *
 *   | type, Length | PEER-ID … | PEER-SIGNATURE: | TIMESTAMP | DIGEST … |
 *                  |<-------------------------------------->|
 */
void rl_signed_pieces(const reload_msg *msg, const rl_site *site, rl_pieces *pieces)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    uint32_t end = reload_msg_attr(msg, site->digest)->offset;
    if (site->role != RL_ROLE_MESSAGE) {
        uint32_t from = reload_msg_attr(msg, site->container)->offset + RL_HEAD;
        pieces->count = 1;
        pieces->piece[0].octets = octets + from;
        pieces->piece[0].len = end - from;
        return;
    }
    const reload_attr *signature = reload_msg_attr(msg, site->attr);
    uint32_t length = signature->offset + RL_HEAD + signature->length + (uint32_t)rl_padding(signature->length) -
                      RELOAD_HEADER_SIZE;
    pieces->length[0] = (uint8_t)(length >> 16);
    pieces->length[1] = (uint8_t)(length >> 8);
    pieces->length[2] = (uint8_t)length;
    pieces->count = 3;
    pieces->piece[0].octets = octets + RL_SIGNED_FROM;
    pieces->piece[0].len = RL_LENGTH_AT - RL_SIGNED_FROM;
    pieces->piece[1].octets = pieces->length;
    pieces->piece[1].len = sizeof pieces->length;
    pieces->piece[2].octets = octets + RL_LENGTH_END;
    pieces->piece[2].len = end - RL_LENGTH_END;
}
