/* SPDX-License-Identifier: BSD-2-Clause */
/* The signer: keys, overlay and counter, which belong to all messages. */
#include "base/fault.h"
#include "crypto/id.h"
#include "sign/sign.h"
#include "x509/x509.h"

#include <stdlib.h>

reload_signer *reload_signer_new(reload_security algorithm)
{
    const reload_suite *suite = reload_suite_of((uint32_t)algorithm);
    if (suite == NULL)
        return NULL;
    reload_signer *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->suite = suite;
    s->built = reload_msg_new();
    if (s->built == NULL)
        reload_signer_free(&s);
    return s;
}

static void free_identity(rl_identity *identity)
{
    reload_key_free(&identity->key);
    reload_cert_free(&identity->cert);
}

void reload_signer_free(reload_signer **signer)
{
    if (signer == NULL || *signer == NULL)
        return;
    reload_buf_free(&(*signer)->secret);
    rl_mac_free(&(*signer)->mac);
    free_identity(&(*signer)->peer);
    free_identity(&(*signer)->resource);
    reload_rng_free(&(*signer)->random);
    reload_msg_free(&(*signer)->built);
    free((*signer)->signatures);
    free((*signer)->overlay_name);
    free(*signer);
    *signer = NULL;
}

static reload_err copy_identity(const rl_identity *identity, rl_identity *copy)
{
    copy->cert = rl_cert_share(identity->cert);
    return identity->key == NULL ? RELOAD_OK : rl_key_copy(identity->key, &copy->key);
}

/* Copies the members that own memory. */
static reload_err copy_parts(const reload_signer *s, reload_signer *copy)
{
    reload_err err = RELOAD_OK;
    if (s->secret.len > 0)
        err = reload_signer_set_secret(copy, s->secret.octets, s->secret.len);
    if (err == RELOAD_OK)
        err = copy_identity(&s->peer, &copy->peer);
    if (err == RELOAD_OK)
        err = copy_identity(&s->resource, &copy->resource);
    if (err == RELOAD_OK && s->overlay_name != NULL)
        err = reload_signer_set_overlay(copy, s->overlay_name);
    return err;
}

reload_err reload_signer_copy(const reload_signer *s, reload_signer **copy)
{
    *copy = reload_signer_new((reload_security)s->suite->security);
    if (*copy == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = copy_parts(s, *copy);
    if (err != RELOAD_OK) {
        reload_signer_free(copy);
        return err;
    }
    (*copy)->keys_fit = s->keys_fit;
    (*copy)->has_boot_time = s->has_boot_time;
    (*copy)->boot_time = s->boot_time;
    (*copy)->has_dht = s->has_dht;
    (*copy)->dht = s->dht;
    (*copy)->has_hash = s->has_hash;
    (*copy)->hash = s->hash;
    (*copy)->counter = s->counter;
    (*copy)->counter_source = s->counter_source;
    (*copy)->counter_arg = s->counter_arg;
    return RELOAD_OK;
}

/* ---- Secret and keys ---- */

reload_err reload_signer_set_secret(reload_signer *s, const uint8_t *secret, size_t len)
{
    if (len == 0)
        return RELOAD_ERR_VALUE;
    rl_mac_free(&s->mac);
    reload_buf_free(&s->secret);
    reload_buf_append(&s->secret, secret, len);
    return s->secret.err != RELOAD_OK ? s->secret.err
                                      : rl_mac_new(s->suite->md, secret, len, &s->mac);
}

static reload_err set_key(reload_signer *s, rl_identity *identity, const uint8_t *octets,
                          size_t len, const char *passphrase, reload_diag *diag)
{
    reload_key_free(&identity->key);
    s->keys_fit = false;
    return reload_key_parse(octets, len, passphrase, &identity->key, diag);
}

static reload_err set_cert(reload_signer *s, rl_identity *identity, const uint8_t *octets,
                           size_t len, reload_diag *diag)
{
    reload_cert_free(&identity->cert);
    s->keys_fit = false;
    return reload_cert_parse(octets, len, &identity->cert, diag);
}

reload_err reload_signer_set_key(reload_signer *s, const uint8_t *octets, size_t len,
                                 const char *passphrase, reload_diag *diag)
{
    return set_key(s, &s->peer, octets, len, passphrase, diag);
}

reload_err reload_signer_set_cert(reload_signer *s, const uint8_t *octets, size_t len,
                                  reload_diag *diag)
{
    return set_cert(s, &s->peer, octets, len, diag);
}

reload_err reload_signer_set_resource_key(reload_signer *s, const uint8_t *octets, size_t len,
                                          const char *passphrase, reload_diag *diag)
{
    return set_key(s, &s->resource, octets, len, passphrase, diag);
}

reload_err reload_signer_set_resource_cert(reload_signer *s, const uint8_t *octets, size_t len,
                                           reload_diag *diag)
{
    return set_cert(s, &s->resource, octets, len, diag);
}

const rl_identity *rl_resource_identity(const reload_signer *s)
{
    return s->resource.key != NULL ? &s->resource : &s->peer;
}

/* Whether an identity is complete. */
static reload_err check_complete(const rl_identity *identity, bool keyless, const char *owner,
                                 reload_diag *diag)
{
    if (identity->cert == NULL)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "the %s's certificate is required", owner);
    if (identity->key == NULL && !keyless)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "the %s's private key is required", owner);
    return RELOAD_OK;
}

/* D32: whether an identity may sign messages. */
static reload_err check_fits(const rl_identity *identity, const char *owner, reload_diag *diag)
{
    reload_diag found = {0};
    reload_err err = identity->key == NULL
                         ? RELOAD_OK
                         : reload_cert_check_key(identity->cert, identity->key, &found);
    if (err != RELOAD_OK && err != RELOAD_ERR_VALUE)
        return rl_fail(diag, err, "%s", found.text);
    if (err != RELOAD_OK && !RL_FAULT("D32: a key other than the certificate's is refused"))
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: the %s's %s", owner, found.text);
    if (rl_cert_is_ca(identity->cert) && !RL_FAULT("D32: a CA certificate is refused"))
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the %s's certificate is a CA certificate, which cannot sign "
                       "messages",
                       owner);
    return RELOAD_OK;
}

static reload_err check_identities(reload_signer *s, bool forced, bool keyless, reload_diag *diag)
{
    bool resource = s->resource.key != NULL || s->resource.cert != NULL;
    reload_err err = check_complete(&s->peer, keyless, "peer", diag);
    if (err == RELOAD_OK && !forced && !s->keys_fit)
        err = check_fits(&s->peer, "peer", diag);
    if (err == RELOAD_OK && resource)
        err = check_complete(&s->resource, false, "resource", diag);
    if (err == RELOAD_OK && resource && !forced && !s->keys_fit)
        err = check_fits(&s->resource, "resource", diag);
    if (err == RELOAD_OK && !forced)
        s->keys_fit = true;
    return err;
}

reload_err rl_signer_check(reload_signer *s, unsigned flags, bool keyless, reload_diag *diag)
{
    switch (s->suite->kind) {
    case RELOAD_SUITE_MAC:
        return s->mac != NULL ? RELOAD_OK
                              : rl_fail(diag, RELOAD_ERR_ARGUMENT, "a secret is required");
    case RELOAD_SUITE_PUBLIC_KEY:
        return check_identities(s, (flags & RELOAD_SIGN_FORCE) != 0, keyless, diag);
    default:
        return RELOAD_OK;
    }
}

reload_err reload_signer_check(reload_signer *s, unsigned flags, reload_diag *diag)
{
    return rl_signer_check(s, flags, false, diag);
}

/* ---- Overlay and counter ---- */

reload_err reload_signer_set_overlay(reload_signer *s, const char *name)
{
    return rl_overlay_set(name, &s->overlay_name, &s->overlay);
}

void reload_signer_set_dht(reload_signer *s, uint8_t dht)
{
    s->dht = dht;
    s->has_dht = true;
}

void reload_signer_set_hash(reload_signer *s, uint8_t hash)
{
    s->hash = hash;
    s->has_hash = true;
}

void reload_signer_set_boot_time(reload_signer *s, uint32_t boot_time)
{
    s->boot_time = boot_time;
    s->has_boot_time = true;
}

void reload_signer_set_counter(reload_signer *s, uint32_t counter)
{
    s->counter = counter;
}

void reload_signer_set_counter_source(reload_signer *s, reload_counter_source source, void *arg)
{
    s->counter_source = source;
    s->counter_arg = arg;
}
