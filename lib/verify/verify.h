/* What a verifier knows, for those who explain its verdicts. */
#ifndef RL_VERIFY_VERIFY_H
#define RL_VERIFY_VERIFY_H

#include "wire/wire.h"
#include "x509/x509.h"

reload_security rl_verifier_algorithm(const reload_verifier *verifier);
/* The i-th shared secret; NULL when i is past the last. */
const uint8_t *rl_verifier_secret(const reload_verifier *verifier, size_t i, size_t *len);
const rl_trust *rl_verifier_trust(const reload_verifier *verifier);

#endif
