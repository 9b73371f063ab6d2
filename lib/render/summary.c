/* SPDX-License-Identifier: BSD-2-Clause */
/* Which members a line shows. */
#include "render/print.h"

const uint16_t rl_summary[RL_SUMMARY] = {
    RELOAD_A_PEER_ID,          RELOAD_A_PEER_IP_PORT,        RELOAD_A_KEY,
    RELOAD_A_APPLICATION_NAME, RELOAD_A_ROUTE_LOG_TRANSPORT, RELOAD_A_TIMESTAMP,
};
