/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of two CAs and of a leaf, the same in each run, and certificates for them */
#ifndef RL_TESTS_ISSUING_H
#define RL_TESTS_ISSUING_H

#include "test.h"

#include <reload/cert.h>

extern reload_key *ca_key, *other_key, *leaf_key;
extern const uint8_t test_serial[2];
extern const reload_cert_spec ca_spec;

/* A group's setup and teardown */
int setup_keys(void **state);
int teardown_keys(void **state);

/* Issues and parses a certificate. Its PEM is appended to pem, unless pem is NULL. */
reload_cert *issue_cert(const reload_cert_spec *spec, reload_key *subject,
                        const reload_cert *issuer, reload_key *issuer_key, reload_buf *pem);

#endif
