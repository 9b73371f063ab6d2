/* The table of security algorithms. */
#include "wire/suite.h"

static const rl_suite suites[] = {
    {RELOAD_SECURITY_NONE, "NONE", RL_SUITE_NONE, RELOAD_MD_SHA1, 0, false, false},
    {RELOAD_SECURITY_HMAC, "HMAC", RL_SUITE_MAC, RELOAD_MD_SHA1, 20, false, false},       /* D12 */
    {RELOAD_SECURITY_CERTS, "CERTS", RL_SUITE_PUBLIC_KEY, RELOAD_MD_SHA1, 0, true, true}, /* D13 */
#ifdef RL_TEST_SUITES
    {0x7e, "HMAC-SHA256", RL_SUITE_MAC, RELOAD_MD_SHA256, 32, false, false},
    {0x7f, "CERTS-SHA256", RL_SUITE_PUBLIC_KEY, RELOAD_MD_SHA256, 0, true, true},
#endif
};

const rl_suite *rl_suite_at(size_t i)
{
    return i < sizeof suites / sizeof suites[0] ? &suites[i] : NULL;
}

const rl_suite *rl_suite_of(uint32_t security)
{
    const rl_suite *suite;
    for (size_t i = 0; (suite = rl_suite_at(i)) != NULL; i++)
        if (suite->security == security)
            return suite;
    return NULL;
}
