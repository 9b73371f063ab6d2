/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/keys.h"

#include <string.h>

enum { MAX_DIGEST = 8192 / 8 };

/* ---- Secret and keys ---- */

static key_taker take_key, take_resource_key;
static octets_taker take_cert, take_resource_cert;

static reload_err take_key(void *signer, const uint8_t *octets, size_t len, const char *passphrase,
                           reload_diag *diag)
{
    return reload_signer_set_key(signer, octets, len, passphrase, diag);
}

static reload_err take_resource_key(void *signer, const uint8_t *octets, size_t len,
                                    const char *passphrase, reload_diag *diag)
{
    return reload_signer_set_resource_key(signer, octets, len, passphrase, diag);
}

static reload_err take_cert(void *signer, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_signer_set_cert(signer, octets, len, diag);
}

static reload_err take_resource_cert(void *signer, const uint8_t *octets, size_t len,
                                     reload_diag *diag)
{
    return reload_signer_set_resource_cert(signer, octets, len, diag);
}

/* Returns whether err is RELOAD_OK, after reporting it if not. */
static bool succeeded(struct tool *tool, reload_err err)
{
    if (err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(err));
    return err == RELOAD_OK;
}

static bool read_secret(struct tool *tool, const char *path, reload_signer *signer)
{
    reload_buf secret = {0};
    bool good = secret_read(tool, path, &secret) &&
                succeeded(tool, reload_signer_set_secret(signer, secret.octets, secret.len));
    reload_buf_free(&secret);
    return good;
}

/* Whether the keys read so far are usable; the error names the files of the last ones. */
static bool check_keys(struct tool *tool, const struct sign_options *o, reload_signer *signer,
                       const char *key, const char *cert)
{
    reload_diag diag;
    if (o->key == NULL || reload_signer_check(signer, o->flags, &diag) == RELOAD_OK)
        return true;
    tool_error(tool, STATUS_FAILED, "%s, %s: %s", key, cert, diag.text);
    return false;
}

static bool read_keys(struct tool *tool, const struct sign_options *o, reload_signer *signer)
{
    if ((o->key != NULL && !key_read(tool, o->key, o->passphrase_file, take_key, signer)) ||
        !certs_read(tool, o->cert, take_cert, signer) ||
        !check_keys(tool, o, signer, o->key, o->cert))
        return false;
    return o->resource_key == NULL ||
           (key_read(tool, o->resource_key, o->passphrase_file, take_resource_key, signer) &&
            certs_read(tool, o->resource_cert, take_resource_cert, signer) &&
            check_keys(tool, o, signer, o->resource_key, o->resource_cert));
}

/* ---- Policy ---- */

/* The algorithm that the credentials are for. */
static reload_security security_of(const struct sign_options *o)
{
    return o->policy.none    ? RELOAD_SECURITY_NONE
           : o->cert != NULL ? RELOAD_SECURITY_CERTS
                             : RELOAD_SECURITY_HMAC;
}

static bool apply_policy(struct tool *tool, struct sign_options *o, reload_signer *signer)
{
    struct policy_options *policy = &o->policy;
    if (!policy_load_as(tool, policy, security_of(o), (o->flags & RELOAD_SIGN_FORCE) != 0))
        return false;
    if (policy->dht != NOT_SPECIFIED)
        reload_signer_set_dht(signer, (uint8_t)policy->dht);
    if (policy->hash != NOT_SPECIFIED)
        reload_signer_set_hash(signer, (uint8_t)policy->hash);
    return policy->overlay == NULL ||
           succeeded(tool, reload_signer_set_overlay(signer, policy->overlay));
}

/* ---- Per message ---- */

static bool read_attached(struct tool *tool, const char *path, struct credentials *s)
{
    if (!file_read(tool, path, MAX_DIGEST, &s->digest, false))
        return false;
    s->attached = (reload_span){s->digest.octets, s->digest.len};
    s->options.attached = &s->attached;
    return true;
}

static bool use_counter(struct tool *tool, const struct sign_options *o, struct credentials *s)
{
    s->counter = (struct counter){.path = o->counter_file,
                                  .has_boot_time = o->boot_time != NOT_SPECIFIED,
                                  .force = (o->flags & RELOAD_SIGN_FORCE) != 0};
    reload_signer_set_counter_source(s->signer, counter_next, &s->counter);
    return counter_check(tool, &s->counter);
}

/* Under HMAC a new Transaction ID is random: for --mutate it follows from the seed. */
static bool seed_transaction_id(struct tool *tool, const struct sign_options *o,
                                struct credentials *s)
{
    s->options.transaction_id = s->transaction_id;
    return succeeded(tool, mutate_transaction_id(&o->mutate, s->transaction_id));
}

static void set_options(struct tool *tool, const struct sign_options *o, struct credentials *s)
{
    int64_t stamp = o->time != NOT_SPECIFIED ? o->time : tool_now() / RELOAD_SECOND;
    s->options = (reload_sign_options){.size = sizeof s->options, .time = stamp, .flags = o->flags};
    if (o->transaction_id.len > 0)
        s->options.transaction_id = o->transaction_id.octets;
    if (o->peer_id.len > 0)
        s->options.peer_id = o->peer_id.octets;
    if (o->boot_time != NOT_SPECIFIED)
        reload_signer_set_boot_time(s->signer, (uint32_t)o->boot_time);
    if (o->tbs && o->time == NOT_SPECIFIED)
        tool_warn(tool, "warning: without --time, --attach will sign another TIMESTAMP");
    if (o->mutate.list != NULL && o->time == NOT_SPECIFIED)
        tool_warn(tool, "warning: without --time, another run makes other messages");
}

/* The policy by which mutants are labelled. */
static void set_mutate_policy(struct sign_options *o, int64_t stamp)
{
    int64_t skew = o->policy.max_skew;
    o->mutate.overlay = o->policy.overlay;
    o->mutate.security = o->policy.security;
    o->mutate.time = stamp;
    o->mutate.json_flags = o->json_flags;
    o->mutate.skew_limit = skew != POLICY_NO_SKEW_LIMIT;
    o->mutate.max_skew = skew == NOT_SPECIFIED ? RELOAD_DEFAULT_SKEW : skew;
}

bool credentials_open(struct tool *tool, struct sign_options *o, struct credentials *s)
{
    *s = (struct credentials){.signer = reload_signer_new(security_of(o))};
    if (s->signer == NULL)
        return succeeded(tool, RELOAD_ERR_MEMORY);
    set_options(tool, o, s);
    if ((o->secret != NULL && !read_secret(tool, o->secret, s->signer)) ||
        (o->cert != NULL && !read_keys(tool, o, s->signer)) || !apply_policy(tool, o, s->signer) ||
        (o->attach != NULL && !read_attached(tool, o->attach, s)) ||
        (o->counter_file != NULL && !use_counter(tool, o, s)))
        return false;
    set_mutate_policy(o, s->options.time);
    return o->mutate.list == NULL || o->secret == NULL || o->transaction_id.len > 0 ||
           seed_transaction_id(tool, o, s);
}

void credentials_close(struct credentials *s)
{
    reload_signer_free(&s->signer);
    reload_buf_free(&s->digest);
}
