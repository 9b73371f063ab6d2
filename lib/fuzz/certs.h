/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the harness of messages under CERTS */
#ifndef RL_FUZZ_CERTS_H
#define RL_FUZZ_CERTS_H

#include "identities.h"

/* Inputs name a policy by its number: append only. */
enum policy {
    POLICY_PLAIN,     /* one CA, 1024 bits */
    POLICY_FULL,      /* intermediates, CRLs, the overlay's name; replay and pairing */
    POLICY_PINS,      /* pins, replay and pairing */
    POLICY_LOOSE,     /* SHA-1, no skew limit; PEER-SIGNATURE required */
    POLICY_WEAK,      /* 2048 bits, which no key here has */
    POLICY_PINS_CHAT, /* pins alone, the overlay's name */
    POLICIES
};

/* The first octets of an input */
struct options {
    uint8_t policy, time, flags, seed;
};

#endif
