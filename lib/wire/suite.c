/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of security algorithms. */
#include <reload/message.h>

static const reload_suite suites[] = {
    {RELOAD_SECURITY_NONE, "NONE", RELOAD_SUITE_NONE, RELOAD_MD_SHA1, 0, false, false},
    {RELOAD_SECURITY_HMAC, "HMAC", RELOAD_SUITE_MAC, RELOAD_MD_SHA1, 20, false, false}, /* D12 */
    {RELOAD_SECURITY_CERTS, "CERTS", RELOAD_SUITE_PUBLIC_KEY, RELOAD_MD_SHA1, 0, true,
     true}, /* D13 */
#ifdef RL_TEST_SUITES
    {0x7e, "HMAC-SHA256", RELOAD_SUITE_MAC, RELOAD_MD_SHA256, 32, false, false},
    {0x7f, "CERTS-SHA256", RELOAD_SUITE_PUBLIC_KEY, RELOAD_MD_SHA256, 0, true, true},
#endif
};

const reload_suite *reload_suite_at(size_t i)
{
    return i < sizeof suites / sizeof suites[0] ? &suites[i] : NULL;
}

const reload_suite *reload_suite_of(uint32_t security)
{
    const reload_suite *suite;
    for (size_t i = 0; (suite = reload_suite_at(i)) != NULL; i++)
        if (suite->security == security)
            return suite;
    return NULL;
}
