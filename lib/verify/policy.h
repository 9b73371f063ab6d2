/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy's fields, which only the judge reads. */
#ifndef RL_VERIFY_POLICY_H
#define RL_VERIFY_POLICY_H

#include "x509/x509.h"

#include <reload/verify.h>

struct reload_policy {
    const reload_suite *suite;
    reload_buf *secrets;
    size_t secret_count;
    size_t secret_cap;
    rl_trust *trust;
    char *overlay_name; /* NULL: not configured */
    uint32_t overlay;   /* CRC-32 of the name */
    bool has_dht, has_hash;
    uint8_t dht, hash;
    reload_time max_skew; /* negative: no limit */
    bool require_peer_signature;
    bool check_all;    /* judging goes on after a failure of steps 5 to 12 */
    unsigned remember; /* RELOAD_REMEMBER_… that have an effect under the suite */
    bool sealed;
};

#endif
