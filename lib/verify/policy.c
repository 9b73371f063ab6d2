/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules for an overlay's messages. */
#include "verify/policy.h"

#include "crypto/id.h"

#include <stdlib.h>

reload_policy *reload_policy_new(reload_security algorithm)
{
    const reload_suite *suite = reload_suite_of((uint32_t)algorithm);
    reload_policy *policy = suite == NULL ? NULL : calloc(1, sizeof *policy);
    if (policy == NULL)
        return NULL;
    policy->suite = suite;
    policy->max_skew = RELOAD_DEFAULT_SKEW * RELOAD_SECOND;
    policy->trust = rl_trust_new();
    if (policy->trust == NULL)
        reload_policy_free(&policy);
    return policy;
}

void reload_policy_free(reload_policy **policy)
{
    if (policy == NULL || *policy == NULL)
        return;
    for (size_t i = 0; i < (*policy)->secret_count; i++)
        reload_buf_free(&(*policy)->secrets[i]);
    free((*policy)->secrets);
    rl_trust_free(&(*policy)->trust);
    free((*policy)->overlay_name);
    free(*policy);
    *policy = NULL;
}

reload_err reload_policy_add_secret(reload_policy *policy, const uint8_t *secret, size_t len)
{
    if (len == 0)
        return RELOAD_ERR_VALUE;
    policy->sealed = false;
    reload_buf *secrets =
        rl_grow(policy->secrets, &policy->secret_cap, policy->secret_count, sizeof *secrets);
    if (secrets == NULL)
        return RELOAD_ERR_MEMORY;
    policy->secrets = secrets;
    reload_buf added = {0};
    reload_buf_append(&added, secret, len);
    if (added.err != RELOAD_OK)
        return added.err;
    policy->secrets[policy->secret_count++] = added;
    return RELOAD_OK;
}

reload_err reload_policy_add_ca(reload_policy *policy, const uint8_t *octets, size_t len,
                                reload_diag *diag)
{
    policy->sealed = false;
    return rl_trust_add_ca(policy->trust, octets, len, diag);
}

reload_err reload_policy_add_intermediates(reload_policy *policy, const uint8_t *octets, size_t len,
                                           reload_diag *diag)
{
    policy->sealed = false;
    return rl_trust_add_intermediates(policy->trust, octets, len, diag);
}

reload_err reload_policy_add_crl(reload_policy *policy, const uint8_t *octets, size_t len,
                                 reload_diag *diag)
{
    policy->sealed = false;
    return rl_trust_add_crl(policy->trust, octets, len, diag);
}

void reload_policy_set_min_rsa_bits(reload_policy *policy, unsigned bits)
{
    policy->sealed = false;
    rl_trust_set_min_rsa_bits(policy->trust, bits);
}

void reload_policy_allow_sha1_certs(reload_policy *policy, bool allowed)
{
    policy->sealed = false;
    rl_trust_allow_sha1(policy->trust, allowed);
}

void reload_policy_require_crl(reload_policy *policy, bool required)
{
    policy->sealed = false;
    rl_trust_require_crl(policy->trust, required);
}

reload_err reload_policy_set_overlay(reload_policy *policy, const char *name)
{
    reload_err err = rl_overlay_set(name, &policy->overlay_name, &policy->overlay);
    policy->sealed = policy->sealed && err != RELOAD_OK;
    return err;
}

void reload_policy_set_dht(reload_policy *policy, uint8_t dht)
{
    policy->sealed = false;
    policy->dht = dht;
    policy->has_dht = true;
}

void reload_policy_set_hash(reload_policy *policy, uint8_t hash)
{
    policy->sealed = false;
    policy->hash = hash;
    policy->has_hash = true;
}

void reload_policy_set_max_skew(reload_policy *policy, reload_time skew)
{
    /* A skew beyond 32 bits of seconds allows every TIMESTAMP; the bound keeps sums in 64 bits. */
    const reload_time most = RELOAD_MAX_TIME * RELOAD_SECOND;
    policy->sealed = false;
    policy->max_skew = skew > most ? most : skew;
}

void reload_policy_require_peer_signature(reload_policy *policy, bool required)
{
    policy->sealed = false;
    policy->require_peer_signature = required;
}

void reload_policy_check_all(reload_policy *policy, bool all)
{
    policy->sealed = false;
    policy->check_all = all;
}

void reload_policy_remember(reload_policy *policy, unsigned what)
{
    policy->sealed = false;
    if (!policy->suite->needs_certificates)
        what &= ~(unsigned)(RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_PINS);
    policy->remember =
        policy->suite->kind == RELOAD_SUITE_NONE ? 0 : what; /* D23: steps 1 to 4 only */
}

/* A requirement of the algorithm that the policy lacks, or NULL. */
static const char *missing_part(const reload_policy *policy)
{
    if (policy->suite->kind == RELOAD_SUITE_MAC && policy->secret_count == 0)
        return "a secret is required";
    if (policy->suite->needs_certificates && !rl_trust_has_ca(policy->trust) &&
        (policy->remember & RELOAD_REMEMBER_PINS) == 0)
        return "a CA certificate or a store of pins is required";
    return NULL;
}

reload_err reload_policy_seal(reload_policy *policy, reload_diag *diag)
{
    const char *missing = missing_part(policy);
    if (missing != NULL)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "%s: %s", policy->suite->name, missing);
    reload_err err = rl_trust_seal(policy->trust);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    policy->sealed = true;
    return RELOAD_OK;
}

reload_time reload_policy_warnings(const reload_policy *policy, reload_time time, reload_time since,
                                   reload_policy_warning warn, void *arg)
{
    return rl_trust_warnings(policy->trust, time, since, warn, arg);
}

void reload_policy_describe_crls(const reload_policy *policy, size_t file,
                                 reload_policy_warning take, void *arg)
{
    rl_trust_describe_crls(policy->trust, file, take, arg);
}

reload_security reload_policy_security(const reload_policy *policy)
{
    return (reload_security)policy->suite->security;
}

reload_span reload_policy_secret(const reload_policy *policy, size_t i)
{
    if (i >= policy->secret_count)
        return (reload_span){NULL, 0};
    return (reload_span){policy->secrets[i].octets, policy->secrets[i].len};
}

reload_span reload_policy_cert(const reload_policy *policy, size_t i)
{
    reload_span der = {NULL, 0};
    der.octets = rl_trust_cert_at(policy->trust, i, &der.len);
    return der;
}

const char *reload_policy_overlay(const reload_policy *policy)
{
    return policy->overlay_name;
}

reload_time reload_policy_max_skew(const reload_policy *policy)
{
    return policy->max_skew;
}
