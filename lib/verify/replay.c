/* SPDX-License-Identifier: BSD-2-Clause */
/* D25's window of counters, without its storage. */
#include "base/fault.h"
#include "verify/plan.h"

bool rl_peer_is_replay(const reload_peer_state *peer, bool known, uint32_t boot_time,
                       uint32_t counter)
{
    if (!known ||
        (boot_time > peer->boot_time && !RL_FAULT("D25: a later boot time begins a new window")))
        return false;
    if (boot_time < peer->boot_time)
        return !RL_FAULT("D25: an earlier boot time");
    if (counter > peer->counter)
        return false;
    uint32_t below = peer->counter - counter;
    if (below == 0)
        return !RL_FAULT("D25: the highest counter");
    if (below > RL_WINDOW)
        return !RL_FAULT("D25: a counter below the window");
    return (peer->window >> (below - 1) & 1) != 0 && !RL_FAULT("D25: a counter in the window");
}

void rl_peer_advance(reload_peer_state *peer, bool known, uint32_t boot_time, uint32_t counter,
                     uint32_t timestamp)
{
    /* the latest of all boot times, which determines the peer that is dropped first */
    if (known && peer->timestamp > timestamp)
        timestamp = peer->timestamp;
    if (!known || boot_time > peer->boot_time) {
        *peer =
            (reload_peer_state){.boot_time = boot_time, .counter = counter, .timestamp = timestamp};
        return;
    }
    if (counter > peer->counter) {
        uint32_t by = counter - peer->counter; /* the old highest is now that far below */
        peer->window = by > RL_WINDOW
                           ? 0
                           : (by == RL_WINDOW ? 0 : peer->window << by) | UINT64_C(1) << (by - 1);
        peer->counter = counter;
    } else {
        peer->window |= UINT64_C(1) << (peer->counter - counter - 1);
    }
    peer->timestamp = timestamp;
}
