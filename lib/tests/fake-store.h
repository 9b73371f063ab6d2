/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in memory, which records its calls and can fail */
#ifndef RL_TESTS_FAKE_STORE_H
#define RL_TESTS_FAKE_STORE_H

#include "test.h"

enum { STORE_SIZE = 64 };

struct fake_store {
    struct {
        uint8_t id[RELOAD_ID_SIZE];
        reload_peer_state peer;
    } peers[STORE_SIZE];
    struct {
        uint8_t transaction[RELOAD_TRANSACTION_SIZE];
        uint32_t overlay;
        reload_request_state request;
    } requests[STORE_SIZE];
    struct {
        char name[64];
        uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
    } pins[STORE_SIZE];
    size_t peer_count, request_count, pin_count;
    char calls[1024];  /* a letter for each call: p finds and P keeps a peer, q and Q a request, i
                          and I a pin */
    char failing;      /* the letter of the failing call */
    unsigned spared;   /* number of calls that succeed before */
    reload_err result; /* the error that it returns */
};

void clear_store(struct fake_store *fake);
reload_store fake_store_functions(struct fake_store *fake);

#endif
