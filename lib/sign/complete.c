/* SPDX-License-Identifier: BSD-2-Clause */
/* Completing a message before it is signed (D29). */
#include "sign/sign.h"
#include "x509/mismatch.h"

#include <inttypes.h>
#include <string.h>

/* ---- The header ---- */

static reload_err refuse_field(reload_field field, uint32_t found, uint32_t expected,
                               reload_diag *diag)
{
    const reload_field_def *def = reload_field_def_of(field);
    char is[64], wanted[64];
    return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: %s is %s, expected %s", def->label,
                   rl_number_text(def->names, found, is, sizeof is),
                   rl_number_text(def->names, expected, wanted, sizeof wanted));
}

static reload_err refuse_overlay(uint32_t overlay, const char *expected, reload_diag *diag)
{
    char text[192];
    rl_overlay_mismatch_text(overlay, expected, text, sizeof text);
    return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: %s", text);
}

reload_err rl_complete_overlay(rl_rewrite *w, reload_diag *diag)
{
    const reload_signer *s = w->signer;
    bool forced = rl_forced(w);
    uint32_t overlay = reload_msg_field(w->msg, RELOAD_F_OVERLAY);
    uint32_t dht = reload_msg_field(w->msg, RELOAD_F_DHT);
    uint32_t hash = reload_msg_field(w->msg, RELOAD_F_HASH);
    if (s->overlay_name != NULL && overlay == 0 && !rl_is_join_request(w->msg))
        reload_build_field(&w->b, RELOAD_F_OVERLAY, s->overlay);
    else if (s->overlay_name != NULL && overlay != s->overlay && overlay != 0 && !forced)
        return refuse_overlay(overlay, s->overlay_name, diag);
    if (s->has_dht && dht != s->dht && !forced)
        return refuse_field(RELOAD_F_DHT, dht, s->dht, diag);
    if (s->has_hash && hash != s->hash && !forced)
        return refuse_field(RELOAD_F_HASH, hash, s->hash, diag);
    return RELOAD_OK;
}

reload_err rl_complete_security(rl_rewrite *w, reload_diag *diag)
{
    uint32_t security = reload_msg_field(w->msg, RELOAD_F_SECURITY);
    uint32_t expected = w->signer->suite->security;
    bool keep = (w->options.flags & RELOAD_SIGN_KEEP_SECURITY) != 0 && rl_is_join_request(w->msg);
    if (security == RELOAD_SECURITY_OPEN && !keep)
        reload_build_field(&w->b, RELOAD_F_SECURITY, expected);
    else if (security != RELOAD_SECURITY_OPEN && security != expected && !rl_forced(w))
        return refuse_field(RELOAD_F_SECURITY, security, expected, diag);
    return RELOAD_OK;
}

/* ---- The Transaction ID ---- */

/* S§7: boot time and counter. */
static reload_err next_counter(rl_rewrite *w, uint8_t id[RELOAD_TRANSACTION_SIZE],
                               reload_diag *diag)
{
    reload_signer *s = w->signer;
    reload_err fits =
        s->has_boot_time ? RELOAD_OK : rl_fits_time(w->options.time, "boot time", diag);
    if (fits != RELOAD_OK)
        return fits;
    uint32_t boot_time = s->has_boot_time ? s->boot_time : (uint32_t)w->options.time, counter = 0;
    if (s->counter_source != NULL) {
        reload_diag own = {0};
        reload_err err = s->counter_source(s->counter_arg, &boot_time, &counter, &own);
        if (err != RELOAD_OK)
            return rl_fail(diag, err, "%s", own.text[0] != '\0' ? own.text : reload_strerror(err));
    } else if (s->counter > UINT32_MAX) {
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: all counters of boot time %" PRIu32
                       " are used; a later boot time is required",
                       boot_time);
    } else {
        counter = (uint32_t)s->counter++;
    }
    rl_put32(id, boot_time);
    rl_put32(id + 4, counter);
    return RELOAD_OK;
}

static reload_err random_id(reload_signer *s, uint8_t id[RELOAD_TRANSACTION_SIZE],
                            reload_diag *diag)
{
    reload_err err = s->random == NULL ? reload_rng_new(NULL, 0, &s->random) : RELOAD_OK;
    if (err == RELOAD_OK)
        err = reload_rng_fill(s->random, id, RELOAD_TRANSACTION_SIZE);
    return err == RELOAD_OK ? RELOAD_OK
                            : rl_fail(diag, err, "no random octets for a Transaction ID: %s",
                                      reload_strerror(err));
}

reload_err rl_complete_transaction_id(rl_rewrite *w, reload_diag *diag)
{
    static const uint8_t zeros[RELOAD_TRANSACTION_SIZE];
    uint8_t id[RELOAD_TRANSACTION_SIZE];
    reload_err err = RELOAD_OK;
    size_t len;
    if (!rl_is_request(w->msg) ||
        memcmp(reload_msg_field_octets(w->msg, RELOAD_F_TRANSACTION_ID, &len), zeros,
               sizeof zeros) != 0)
        return RELOAD_OK;
    if (w->options.transaction_id != NULL)
        memcpy(id, w->options.transaction_id, sizeof id);
    else if (w->signer->suite->kind == RELOAD_SUITE_PUBLIC_KEY)
        err = next_counter(w, id, diag);
    else
        err = random_id(w->signer, id, diag);
    if (err == RELOAD_OK)
        reload_build_field_octets(&w->b, RELOAD_F_TRANSACTION_ID, id);
    return err;
}

/* ---- SOURCE-INFO ---- */

/* The first Peer-ID that a certificate names, or NULL. */
static const uint8_t *first_peer_id(const reload_cert *cert)
{
    for (size_t i = 0; cert != NULL && i < reload_cert_names(cert); i++)
        if (reload_cert_name_at(cert, i)->peer)
            return reload_cert_name_at(cert, i)->id;
    return NULL;
}

/* The PEER-ID for a SOURCE-INFO without one, or NULL. */
static const uint8_t *peer_id_of(const rl_rewrite *w)
{
    size_t len;
    if (rl_is_request(w->msg))
        return reload_msg_field_octets(w->msg, RELOAD_F_SOURCE_ID, &len);
    return w->options.peer_id != NULL ? w->options.peer_id : first_peer_id(w->signer->peer.cert);
}

static bool has_member(const reload_msg *msg, uint32_t parent, uint16_t type)
{
    return reload_msg_member(msg, parent, type) != RELOAD_NO_ATTR;
}

/* A SOURCE-INFO whose members cannot be read is left unchanged, but then no certificate is checked
 * against its PEER-ID (D32). Without force, this happens only in fragments and other Versions. */
static reload_err keep_flawed(const rl_rewrite *w, const reload_attr *info, reload_diag *diag)
{
    if (!w->signer->suite->needs_certificates || rl_forced(w))
        return RELOAD_OK;
    return rl_fail_at(diag, RELOAD_ERR_REFUSED, info->offset,
                      "refused: SOURCE-INFO has no PEER-ID that can be read: %s",
                      reload_flaw_text(info->flaw));
}

reload_err rl_complete_source(rl_rewrite *w, reload_diag *diag)
{
    const reload_suite *suite = w->signer->suite;
    rl_source *c = &w->source;
    uint32_t info = reload_msg_member(w->msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    if (info != RELOAD_NO_ATTR && reload_msg_attr(w->msg, info)->ignored)
        info = RELOAD_NO_ATTR;
    bool there = info != RELOAD_NO_ATTR;
    *c = (rl_source){.info = info};
    if (there && reload_msg_attr(w->msg, info)->flaw != RELOAD_FLAW_NONE)
        return keep_flawed(w, reload_msg_attr(w->msg, info), diag);
    if (!there && !suite->needs_certificates && rl_is_request(w->msg))
        return RELOAD_OK;
    bool has_peer_id = there && has_member(w->msg, info, RELOAD_A_PEER_ID);
    c->make = !there;
    c->cert = suite->needs_certificates && !(there && has_member(w->msg, info, RELOAD_A_PEER_CERT));
    c->sign = suite->kind != RELOAD_SUITE_NONE && (w->options.flags & RELOAD_SIGN_SOURCE_INFO) != 0;
    /* an addition would break an existing PEER-SIGNATURE (D8) */
    if (suite->kind != RELOAD_SUITE_NONE && there && (!has_peer_id || c->cert) &&
        has_member(w->msg, info, RELOAD_A_PEER_SIGNATURE))
        c->sign = true;
    if (has_peer_id)
        return RELOAD_OK;
    c->peer_id = peer_id_of(w);
    if (c->peer_id != NULL)
        return RELOAD_OK;
    if (!rl_forced(w))
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the response has no PEER-ID in a SOURCE-INFO, and none is "
                       "specified; --peer-id specifies one");
    *c = (rl_source){.info = info};
    return RELOAD_OK;
}
