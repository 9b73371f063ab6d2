/* SPDX-License-Identifier: BSD-2-Clause */
/* D24, step 10: stale, future and expired signatures */
#include "crafting.h"

/* Verifies at a time with a maximum skew. */
static void check_time(const struct plan *p, int64_t time, int64_t skew, const char *reason)
{
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    const int64_t most = INT64_MAX / RELOAD_SECOND;
    reload_policy_set_max_skew(policy, (skew > most ? most : skew) * RELOAD_SECOND);
    craft(p, &buf);
    check_octets(policy, &buf, time, reason == NULL ? RELOAD_VALID : RELOAD_INVALID, reason,
                 reason == NULL ? 0 : 431, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_stale_and_future(void **state)
{
    (void)state;
    struct plan p = {.message = {"TD", NOW, false, false}};
    /* the default is 300 s */
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&p, &buf);
    check_octets(policy, &buf, NOW + 300, RELOAD_VALID, NULL, 0, NULL);
    check_octets(policy, &buf, NOW + 301, RELOAD_INVALID, "stale", 431,
                 BODY_SIG "=unchecked /attributes/2=stale");
    check_octets(policy, &buf, NOW - 300, RELOAD_VALID, NULL, 0, NULL);
    check_octets(policy, &buf, NOW - 301, RELOAD_INVALID, "future", 431,
                 BODY_SIG "=unchecked /attributes/2=future");
    reload_policy_free(&policy);
    reload_buf_free(&buf);
    check_time(&p, NOW + 10, 10, NULL);
    check_time(&p, NOW + 11, 10, "stale");
    check_time(&p, NOW - 10, 10, NULL);
    check_time(&p, NOW - 11, 10, "future");
    check_time(&p, NOW, 0, NULL);
    check_time(&p, NOW + 1, 0, "stale");
    check_time(&p, NOW - 1, 0, "future");
    /* no limit */
    check_time(&p, (int64_t)NOW + 1000000000, -1, NULL);
    check_time(&p, 0, -1, NULL);
    /* without TIMESTAMP (D4) */
    check_time(&(struct plan){0}, 0, 0, NULL);
    /* responses have no code */
    craft(&(struct plan){.response = true, .message = {"TD", NOW, false, false}}, &buf);
    policy = new_policy();
    check_octets(policy, &buf, NOW + 301, RELOAD_INVALID, "stale", 0, NULL);
    check_octets(policy, &buf, NOW - 301, RELOAD_INVALID, "future", 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

/* Sums of more than 32 bits */
static void test_large_times(void **state)
{
    (void)state;
    struct plan late = {.message = {"TD", UINT32_MAX, false, false}},
                early = {.message = {"TD", 0, false, false}};
    check_time(&late, (int64_t)UINT32_MAX + 300, 300, NULL);
    check_time(&late, (int64_t)UINT32_MAX + 301, 300, "stale");
    check_time(&late, 5, 300, "future");
    check_time(&late, 5, UINT32_MAX, NULL);
    check_time(&late, 5, INT64_MAX, NULL);
    check_time(&early, INT64_C(1) << 33, 300, "stale");
    check_time(&early, INT64_C(1) << 33, INT64_C(1) << 33, NULL);
    check_time(&early, -300, 300, NULL);
    check_time(&early, -301, 300, "future");
    struct plan long_lived = {.body = {"TD", UINT32_MAX, false, false},
                              .body_expiration = UINT32_MAX};
    check_time(&long_lived, 2 * (int64_t)UINT32_MAX + 300, 300, NULL);
    check_time(&long_lived, 2 * (int64_t)UINT32_MAX + 301, 300, "expired");
}

/* Extreme times of verification */
static void test_extreme_times(void **state)
{
    (void)state;
    struct plan p = {.message = {"TD", NOW, false, false}},
                body = {.body = {"TD", NOW, false, false}};
    check_time(&p, INT64_MAX, 300, "stale");
    check_time(&body, INT64_MAX, 300, "expired");
    check_time(&p, INT64_MIN, 300, "future");
    check_time(&body, INT64_MIN, 300, "future");
}

static void test_expired(void **state)
{
    (void)state;
    /* BODY: TIMESTAMP + EXPIRATION + skew */
    struct plan body = {.body = {"TD", NOW, false, false}, .body_expiration = 100};
    check_time(&body, NOW + 100 + 300, 300, NULL);
    check_time(&body, NOW + 100 + 301, 300, "expired");
    check_time(&body, NOW - 300, 300, NULL);
    check_time(&body, NOW - 301, 300, "future");
    /* without limit, the skew is 0, and no TIMESTAMP is in the future */
    check_time(&body, NOW + 100, -1, NULL);
    check_time(&body, NOW + 101, -1, "expired");
    check_time(&body, 0, -1, NULL);
    /* EXPIRATION 0 */
    struct plan zero = {.body = {"TD", NOW, false, false}, .body_expiration = 1};
    check_time(&zero, NOW, 0, NULL);
    check_time(&zero, NOW + 1, 0, "expired");
    check_time(&zero, NOW + 300, 300, NULL);
    check_time(&zero, NOW + 301, 300, "expired");
    /* without TIMESTAMP, nothing expires */
    check_time(&(struct plan){.body_expiration = 1}, INT64_C(1) << 40, 300, NULL);
    /* an inner TIMESTAMP is never stale */
    check_time(&(struct plan){.body = {"TD", 0, false, false}, .body_expiration = UINT32_MAX}, NOW,
               0, NULL);
    /* PEER-INFO: TIMESTAMP + PEER-EXPIRATION + skew */
    struct plan peer = {.source = {"TD", NOW, false, false}, .source_expiration = 100};
    check_time(&peer, NOW + 100 + 300, 300, NULL);
    check_time(&peer, NOW + 100 + 301, 300, "expired");
    check_time(&peer, NOW - 301, 300, "future");
    check_time(&(struct plan){.source = {"TD", NOW, false, false}, .source_expiration = 1},
               NOW + 301, 300, "expired");
    check_time(&(struct plan){.redirect = {"TD", NOW, false, false}}, NOW + 3600 + 301, 300,
               "expired");
    check_time(&(struct plan){.body_peer = {"TD", NOW, false, false}}, NOW + 3600 + 301, 300,
               "expired");
    /* without EXPIRATION, which only a PUT request requires */
    check_time(&(struct plan){.method = RELOAD_RESOURCE_GET,
                              .no_expiration = true,
                              .body = {"TD", NOW, false, false}},
               NOW + 1000000, 300, NULL);
    /* codes */
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft(&body, &buf);
    check_octets(policy, &buf, NOW + 401, RELOAD_INVALID, "expired", 431,
                 BODY_SIG "=expired /attributes/2=valid");
    body.response = true;
    craft(&body, &buf);
    check_octets(policy, &buf, NOW + 401, RELOAD_INVALID, "expired", 0,
                 BODY_SIG "=expired /attributes/2=valid");
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stale_and_future),
        cmocka_unit_test(test_large_times),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_expired),
    };
    return cmocka_run_group_tests_name("verify-time", tests, NULL, NULL);
}
