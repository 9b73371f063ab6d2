/* SPDX-License-Identifier: BSD-2-Clause */
/* The attributes that are shown in a special way. */
#include "render/print.h"

const uint16_t rl_summary[RL_SUMMARY] = {
    RELOAD_A_PEER_ID,          RELOAD_A_PEER_IP_PORT,        RELOAD_A_KEY,
    RELOAD_A_APPLICATION_NAME, RELOAD_A_ROUTE_LOG_TRANSPORT, RELOAD_A_TIMESTAMP,
};

bool rl_is_cert(const reload_attr *attr)
{
    return attr->type == RELOAD_A_PEER_CERT || attr->type == RELOAD_A_BODY_CERTIFICATE;
}
