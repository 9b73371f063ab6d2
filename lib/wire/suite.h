/* The security algorithms (S§4): one row for each. Everything that depends on the algorithm asks
 * its row. */
#ifndef RL_WIRE_SUITE_H
#define RL_WIRE_SUITE_H

#include "base/base.h"

#include <reload/message.h>

typedef enum rl_suite_kind {
    RL_SUITE_NONE,      /* nothing is signed */
    RL_SUITE_MAC,       /* a message authentication code under a shared secret */
    RL_SUITE_PUBLIC_KEY /* a signature under a key that a certificate names */
} rl_suite_kind;

typedef struct rl_suite {
    uint32_t security; /* the header's Security */
    const char *name;
    rl_suite_kind kind;
    reload_md md;
    size_t digest_size; /* octets of DIGEST; 0: the size of the key's modulus */
    bool needs_timestamp;
    bool needs_certificates;
} rl_suite;

/* The row of a Security value, or NULL. */
const rl_suite *rl_suite_of(uint32_t security);
/* The rows in ascending order; NULL when i is past the last. */
const rl_suite *rl_suite_at(size_t i);

#endif
