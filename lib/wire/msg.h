/* SPDX-License-Identifier: BSD-2-Clause */
/* The parsed message, for the files of this module that read it. */
#ifndef RL_WIRE_MSG_H
#define RL_WIRE_MSG_H

#include "wire/wire.h"

struct reload_msg {
    const uint8_t *octets; /* borrowed */
    uint32_t len;
    reload_attr *attrs; /* in pre-order */
    size_t count;
    size_t cap;
    uint32_t signature;
    uint32_t trailing; /* offset of the first octet outside all attributes */
    reload_flaw trailing_flaw;
    char fault[128]; /* fault in the framing (D33), or empty */
};

/* Reads octets as a run of attributes to their end. *bad: where the first flaw is. */
reload_flaw rl_scan(const uint8_t *octets, size_t len, size_t *bad);

#endif
