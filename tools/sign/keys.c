/* SPDX-License-Identifier: BSD-2-Clause */
#include "sign/keys.h"

#include "base/fault.h"

/* ---- Secret and keys ---- */

static key_taker signer_take_key, take_resource_key;
static octets_taker signer_take_cert;

static reload_err signer_take_key(void *signer, const uint8_t *octets, size_t len,
                                  const char *passphrase, reload_diag *diag)
{
    return reload_signer_set_key(signer, octets, len, passphrase, diag);
}

static reload_err take_resource_key(void *signer, const uint8_t *octets, size_t len,
                                    const char *passphrase, reload_diag *diag)
{
    return reload_signer_set_resource_key(signer, octets, len, passphrase, diag);
}

/* A signer that takes a certificate, and its validity. */
struct taken_cert {
    reload_signer *signer;
    reload_err (*set)(reload_signer *signer, const uint8_t *octets, size_t len, reload_diag *diag);
    reload_time not_before, not_after;
};

static reload_err signer_take_cert(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    struct taken_cert *t = arg;
    reload_cert *cert = NULL;
    reload_err err = t->set(t->signer, octets, len, diag);
    if (err == RELOAD_OK)
        err = reload_cert_parse(octets, len, &cert, diag);
    if (err == RELOAD_OK) {
        t->not_before = reload_cert_not_before(cert);
        t->not_after = reload_cert_not_after(cert);
    }
    reload_cert_free(&cert);
    return err;
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

/* Whether the keys read so far are usable; the error names the files read last. */
static bool check_keys(struct tool *tool, const struct sign_options *o, reload_signer *signer,
                       const char *key, const char *cert)
{
    reload_diag diag;
    if (o->key == NULL || reload_signer_check(signer, o->flags, &diag) == RELOAD_OK)
        return true;
    tool_error(tool, STATUS_FAILED, "%s, %s: %s", key, cert, diag.text);
    return false;
}

/* Warns of a certificate that is not valid at the time of signing, which D32 leaves to verifiers.
 * Returns false after reporting it for --mutate, whose results would be wrong. */
static bool check_validity(struct tool *tool, const struct sign_options *o, const char *path,
                           const struct taken_cert *t, int64_t stamp)
{
    char at[RELOAD_TIME_SIZE], from[RELOAD_TIME_SIZE], until[RELOAD_TIME_SIZE];
    reload_time time = stamp * RELOAD_SECOND;
    if ((t->not_before <= time && time <= t->not_after) || stamp < 0 || /* which is then refused */
        RL_FAULT("sign: a certificate that is not valid at the time"))
        return true;
    reload_time_text(stamp, at);
    reload_time_text(t->not_before / RELOAD_SECOND, from);
    reload_time_text(t->not_after / RELOAD_SECOND, until);
    if (o->mutate.list == NULL) {
        tool_warn(tool, "warning: %s: valid from %s to %s, not at the time of signing, %s", path,
                  from, until, at);
        return true;
    }
    tool_error(tool, STATUS_FAILED, "%s: valid from %s to %s, so no message of --time %s is valid",
               path, from, until, at);
    return false;
}

static bool signer_read_cert(struct tool *tool, const struct sign_options *o, const char *path,
                             struct taken_cert *t, int64_t stamp)
{
    return content_read(tool, path, &kind_cert, signer_take_cert, t) &&
           check_validity(tool, o, path, t, stamp);
}

/* Warns of a passphrase that no key requires. */
static void check_passphrase(const struct tool *tool, const struct sign_options *o, bool plain,
                             bool plain_resource)
{
    if (o->passphrase_file == NULL || !plain || !plain_resource)
        return;
    passphrase_warn_unused(tool, o->key != NULL ? o->key : o->resource_key);
}

static bool read_keys(struct tool *tool, const struct sign_options *o, reload_signer *signer,
                      int64_t stamp)
{
    struct taken_cert peer = {.signer = signer, .set = reload_signer_set_cert},
                      resource = {.signer = signer, .set = reload_signer_set_resource_cert};
    const char *passphrase = o->passphrase_file;
    bool plain = true, plain_resource = true;
    if ((o->key != NULL && !key_read(tool, o->key, passphrase, signer_take_key, signer, &plain)) ||
        !signer_read_cert(tool, o, o->cert, &peer, stamp) ||
        !check_keys(tool, o, signer, o->key, o->cert))
        return false;
    if (o->resource_key != NULL &&
        (!key_read(tool, o->resource_key, passphrase, take_resource_key, signer, &plain_resource) ||
         !signer_read_cert(tool, o, o->resource_cert, &resource, stamp) ||
         !check_keys(tool, o, signer, o->resource_key, o->resource_cert)))
        return false;
    check_passphrase(tool, o, plain, plain_resource);
    return true;
}

/* ---- Policy ---- */

/* The algorithm of the credentials. */
static const reload_suite *suite_of(const struct sign_options *o)
{
    return o->policy.none    ? policy_suite(RELOAD_SUITE_NONE)
           : o->cert != NULL ? policy_suite(RELOAD_SUITE_PUBLIC_KEY)
                             : policy_suite(RELOAD_SUITE_MAC);
}

static bool apply_policy(struct tool *tool, struct sign_options *o, reload_signer *signer)
{
    struct policy_options *policy = &o->policy;
    if (!policy_load_as(tool, policy, suite_of(o), (o->flags & RELOAD_SIGN_FORCE) != 0))
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
    if (!file_read(tool, path, &kind_digest, &s->digest))
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
    if (o->tbs && o->time == NOT_SPECIFIED &&
        (o->cert != NULL || (o->flags & RELOAD_SIGN_TIMESTAMP) != 0))
        tool_warn(tool, "warning: without --time, --attach will sign another TIMESTAMP");
    if (o->mutate.list != NULL && o->time == NOT_SPECIFIED)
        tool_warn(tool, "warning: without --time, another run makes other messages");
}

/* The policy by which mutants are labelled. */
static void set_mutate_policy(struct sign_options *o, int64_t stamp)
{
    int64_t skew = o->policy.max_skew;
    o->mutate.overlay = o->policy.overlay;
    o->mutate.suite = o->policy.suite;
    o->mutate.time = stamp;
    o->mutate.json_flags = o->json_flags;
    o->mutate.skew_limit = skew != POLICY_NO_SKEW_LIMIT;
    o->mutate.max_skew = skew == NOT_SPECIFIED ? RELOAD_DEFAULT_SKEW : skew;
}

bool credentials_open(struct tool *tool, struct sign_options *o, struct credentials *s)
{
    *s = (struct credentials){.signer = reload_signer_new((reload_security)suite_of(o)->security)};
    if (s->signer == NULL)
        return succeeded(tool, RELOAD_ERR_MEMORY);
    set_options(tool, o, s);
    if ((o->secret != NULL && !read_secret(tool, o->secret, s->signer)) ||
        (o->cert != NULL && !read_keys(tool, o, s->signer, s->options.time)) ||
        !apply_policy(tool, o, s->signer) ||
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
