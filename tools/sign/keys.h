/* SPDX-License-Identifier: BSD-2-Clause */
/* The credentials for signing messages, made from the options. */
#ifndef RELOAD_SIGN_KEYS_H
#define RELOAD_SIGN_KEYS_H

#include "sign/counter.h"
#include "sign/options.h"

struct credentials {
    reload_signer *signer; /* NULL: nothing is signed */
    reload_sign_options options;
    uint8_t transaction_id[RELOAD_TRANSACTION_SIZE];
    reload_buf digest; /* the attached one */
    reload_span attached;
    struct counter counter;
};

/* Reads secret, keys, profile and attached digest. Completes options' policy, and its mutate with
 * the policy. Returns false after reporting an error. */
bool credentials_open(struct tool *tool, struct sign_options *options,
                      struct credentials *credentials);
void credentials_close(struct credentials *credentials);

#endif
