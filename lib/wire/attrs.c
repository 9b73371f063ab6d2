/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of attributes. */
#include "wire/wire.h"

#include <string.h>

#define COMPOSITE RELOAD_KIND_COMPOSITE
#define NONE      RELOAD_IN_NOTHING

/* Every attribute that B§5.2 and S§4 define, in order of type. A new attribute is a new row. */
/* clang-format off */
const reload_attr_def rl_attrs[] = {
    {RELOAD_A_RESPONSE_CODE, "RESPONSE-CODE", {0},
     RELOAD_KIND_RESPONSE, RELOAD_IN_MESSAGE, NONE, true, "B§5.2.1"},
    {RELOAD_A_SOURCE_INFO, "SOURCE-INFO", {0},
     COMPOSITE, RELOAD_IN_MESSAGE, RELOAD_IN_PEER_INFO, true, "B§5.2.2"},
    {RELOAD_A_RESOURCE, "RESOURCE", {0},
     COMPOSITE, RELOAD_IN_MESSAGE, RELOAD_IN_RESOURCE_INFO, false, "B§5.2.3"},
    {RELOAD_A_ROUTE_LOG, "ROUTE-LOG", {0},
     COMPOSITE, RELOAD_IN_MESSAGE, RELOAD_IN_ROUTE_LOG, false, "B§5.2.4"},
    {RELOAD_A_REDIRECT, "REDIRECT", {0},
     COMPOSITE, RELOAD_IN_MESSAGE, RELOAD_IN_PEER_INFO, true, "B§5.2.5"},
    {RELOAD_A_SIGNATURE, "SIGNATURE", {0},
     COMPOSITE, RELOAD_IN_MESSAGE, RELOAD_IN_SIGNATURE, false, "B§5.2.6, S§4"},
    {RELOAD_A_SDP, "SDP", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_MESSAGE, NONE, false, "B§5.2.7"},
    {RELOAD_A_APPLICATION, "APPLICATION", {0},
     COMPOSITE, RELOAD_IN_MESSAGE, RELOAD_IN_APPLICATION, false, "B§5.2.8"},

    {RELOAD_A_PEER_ID, "PEER-ID", {0},
     RELOAD_KIND_ID, RELOAD_IN_PEER_INFO, NONE, true, "B§5.2.2.1"},
    {RELOAD_A_PEER_NAME, "PEER-NAME", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_PEER_INFO, NONE, false, "B§5.2.2.2"},
    {RELOAD_A_PEER_IP_PORT, "PEER-IP-PORT", {0},
     RELOAD_KIND_IP_PORT, RELOAD_IN_PEER_INFO, NONE, false, "B§5.2.2.3"},
    {RELOAD_A_PEER_EXPIRATION, "PEER-EXPIRATION", {0},
     RELOAD_KIND_SECONDS, RELOAD_IN_PEER_INFO, NONE, true, "B§5.2.2.4"},
    {RELOAD_A_PEER_CERT, "PEER-CERT", {"PEER-CERTIFICATE", "PEER-CERTIFCATE"},
     RELOAD_KIND_OCTETS, RELOAD_IN_PEER_INFO, NONE, true, "B§5.2.2.5, S§7"},
    {RELOAD_A_PEER_SIGNATURE, "PEER-SIGNATURE", {0},
     COMPOSITE, RELOAD_IN_PEER_INFO, RELOAD_IN_SIGNATURE, true, "B§5.2.2.6, S§5.1"},

    {RELOAD_A_KEY, "RESOURCE-INFO.KEY", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_RESOURCE_INFO, NONE, true, "B§5.2.3.1"},
    {RELOAD_A_BODY, "RESOURCE-INFO.BODY", {0},
     COMPOSITE, RELOAD_IN_RESOURCE_INFO, RELOAD_IN_BODY, false, "B§5.2.3.2"},
    {RELOAD_A_BODY_ENTRY, "RESOURCE-INFO.BODY.ENTRY", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_BODY, NONE, true, "B§5.2.3.3"},
    {RELOAD_A_BODY_PARAMETER, "RESOURCE-INFO.BODY.PARAMETER", {0},
     COMPOSITE, RELOAD_IN_BODY, RELOAD_IN_PARAMETER, false, "B§5.2.3.4"},
    {RELOAD_A_BODY_EXPIRATION, "RESOURCE-INFO.BODY.EXPIRATION", {0},
     RELOAD_KIND_SECONDS, RELOAD_IN_BODY, NONE, true, "B§5.2.3.5"},
    {RELOAD_A_BODY_SIGNATURE, "RESOURCE-INFO.BODY.SIGNATURE", {0},
     COMPOSITE, RELOAD_IN_BODY, RELOAD_IN_SIGNATURE, true, "B§5.2.3.6, S§5.1"},
    {RELOAD_A_BODY_PEER_INFO, "RESOURCE-INFO.BODY.PEER-INFO", {0},
     COMPOSITE, RELOAD_IN_BODY, RELOAD_IN_PEER_INFO, true, "B§5.2.3.7"},
    {RELOAD_A_BODY_CERTIFICATE, "RESOURCE-INFO.BODY.CERTIFICATE", {"RESOURCE-CERTIFICATE"},
     RELOAD_KIND_OCTETS, RELOAD_IN_BODY, NONE, true, "B§5.2.3.2, S§5.1"},
    {RELOAD_A_PARAMETER_NAME, "RESOURCE-INFO.BODY.PARAMETER.NAME",
     {"RESOURCE-INFO.BODY.PARAMETER.KEY"},
     RELOAD_KIND_TEXT, RELOAD_IN_PARAMETER, NONE, true, "B§5.2.3.4, S§4.1"},
    {RELOAD_A_PARAMETER_OP, "RESOURCE-INFO.BODY.PARAMETER.OP", {0},
     RELOAD_KIND_OP, RELOAD_IN_PARAMETER, NONE, true, "B§5.2.3.4"},
    {RELOAD_A_PARAMETER_VALUE, "RESOURCE-INFO.BODY.PARAMETER.VALUE", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_PARAMETER, NONE, true, "B§5.2.3.4"},

    {RELOAD_A_ROUTE_LOG_VERSION, "ROUTE-LOG.P2PSIP-VERSION", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_ROUTE_LOG, NONE, false, "B§5.2.4.1"},
    {RELOAD_A_ROUTE_LOG_TRANSPORT, "ROUTE-LOG.TRANSPORT", {0},
     RELOAD_KIND_TRANSPORT, RELOAD_IN_ROUTE_LOG, NONE, false, "B§5.2.4.2"},
    {RELOAD_A_ROUTE_LOG_PEER_INFO, "ROUTE-LOG.PEER-INFO", {0},
     COMPOSITE, RELOAD_IN_ROUTE_LOG, RELOAD_IN_PEER_INFO, false, "B§5.2.4.3"},

    {RELOAD_A_APPLICATION_NAME, "APPLICATION.NAME", {0},
     RELOAD_KIND_TEXT, RELOAD_IN_APPLICATION, NONE, true, "B§5.2.8"},
    {RELOAD_A_APPLICATION_BODY, "APPLICATION.BODY", {0},
     RELOAD_KIND_OCTETS, RELOAD_IN_APPLICATION, NONE, true, "B§5.2.8"},
    {RELOAD_A_APPLICATION_DIALOG, "APPLICATION.DIALOG", {0},
     RELOAD_KIND_INTEGER, RELOAD_IN_APPLICATION, NONE, true, "B§5.2.8"},

    {RELOAD_A_TIMESTAMP, "TIMESTAMP", {0},
     RELOAD_KIND_TIME, RELOAD_IN_SIGNATURE, NONE, true, "S§4"},
    {RELOAD_A_DIGEST, "DIGEST", {0},
     RELOAD_KIND_OCTETS, RELOAD_IN_SIGNATURE, NONE, true, "S§4"},
};
/* clang-format on */

enum { ATTRS = sizeof rl_attrs / sizeof rl_attrs[0] };
_Static_assert(ATTRS <= 64, "the parser has a bit for each row");

/* For each high octet, the first and the last type; those between them have a row each. */
/* clang-format off */
#define GROUPS(X) \
    X(0, RELOAD_A_RESPONSE_CODE, RELOAD_A_APPLICATION) \
    X(1, RELOAD_A_PEER_ID, RELOAD_A_PEER_SIGNATURE) \
    X(2, RELOAD_A_KEY, RELOAD_A_BODY) \
    X(3, RELOAD_A_BODY_ENTRY, RELOAD_A_PARAMETER_VALUE) \
    X(4, RELOAD_A_ROUTE_LOG_VERSION, RELOAD_A_APPLICATION_DIALOG) \
    X(8, RELOAD_A_TIMESTAMP, RELOAD_A_DIGEST)
/* clang-format on */

/* Each group's first and last row */
#define GROUP_ROWS(high, first, last) FIRST_##high, LAST_##high = FIRST_##high + (last) - (first),
enum { GROUPS(GROUP_ROWS) GROUPED };
_Static_assert((int)GROUPED == (int)ATTRS,
               "a new row's type is in GROUPS, as the last of its high octet");

#define GROUP(high, first, last) \
    [high] = {.low = (first)&0xff, .count = (last) - (first) + 1, .row = FIRST_##high},
const rl_attr_group rl_attr_groups[RL_ATTR_GROUPS] = {GROUPS(GROUP)};

const reload_attr_def *reload_attr_def_of(uint16_t type)
{
    return rl_attr_def_of(type);
}

const reload_attr_def *reload_attr_def_named(const char *name)
{
    for (size_t i = 0; i < ATTRS; i++) {
        if (strcmp(rl_attrs[i].name, name) == 0)
            return &rl_attrs[i];
        for (size_t k = 0; k < sizeof rl_attrs[i].also / sizeof rl_attrs[i].also[0]; k++)
            if (rl_attrs[i].also[k] != NULL && strcmp(rl_attrs[i].also[k], name) == 0)
                return &rl_attrs[i];
    }
    return NULL;
}

const reload_attr_def *reload_attr_def_at(size_t i)
{
    return i < ATTRS ? &rl_attrs[i] : NULL;
}

bool reload_is_certificate(uint16_t type)
{
    return type == RELOAD_A_PEER_CERT || type == RELOAD_A_BODY_CERTIFICATE;
}
