/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusing what a key must not or cannot sign (D32). */
#include "base/fault.h"
#include "sign/sign.h"
#include "x509/mismatch.h"

#include <string.h>

/* ---- Names ---- */

/* The SOURCE-INFO's PEER-ID, as completed. */
static const uint8_t *source_peer_id(const rl_rewrite *w, size_t *len)
{
    *len = RELOAD_ID_SIZE;
    return w->source.peer_id != NULL
               ? w->source.peer_id
               : reload_msg_value_octets(
                     w->msg, reload_msg_member(w->msg, w->source.info, RELOAD_A_PEER_ID), len);
}

static reload_err refuse_peer_id(const rl_rewrite *w, const uint8_t *id, size_t len,
                                 uint32_t overlay, reload_diag *diag)
{
    char text[192];
    if (len != RELOAD_ID_SIZE)
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: PEER-ID is %zu octets long, expected %d",
                       len, RELOAD_ID_SIZE);
    rl_peer_mismatch_text(w->signer->peer.cert, id, w->signer->overlay_name, overlay, text,
                          sizeof text);
    return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: PEER-ID: %s", text);
}

static reload_err check_peer_id(const rl_rewrite *w, reload_diag *diag)
{
    uint32_t overlay =
        rl_field_get(w->b.buf->octets + w->b.start, RELOAD_F_OVERLAY); /* as completed */
    bool any_overlay = rl_is_join_request(w->msg) && overlay == 0;
    size_t len, source_len;
    const uint8_t *id = source_peer_id(w, &len);
    char digits[2 * RELOAD_ID_SIZE + 1] = "", source_digits[2 * RELOAD_ID_SIZE + 1] = "";
    if (len == RELOAD_ID_SIZE)
        reload_hex_encode(id, len, digits);
    bool named =
        len == RELOAD_ID_SIZE &&
        rl_cert_names_peer(w->signer->peer.cert, id, w->signer->overlay_name, overlay, any_overlay);
    if (!named && !RL_FAULT("D32: a PEER-ID that the certificate does not name is refused"))
        return refuse_peer_id(w, id, len, overlay, diag);
    const uint8_t *source = reload_msg_field_octets(w->msg, RELOAD_F_SOURCE_ID, &source_len);
    if (!rl_is_request(w->msg) || memcmp(id, source, RELOAD_ID_SIZE) == 0)
        return RELOAD_OK;
    reload_hex_encode(source, RELOAD_ID_SIZE, source_digits);
    return rl_fail(diag, RELOAD_ERR_REFUSED,
                   "refused: PEER-ID is %s, expected the request's Source ID %s", digits,
                   source_digits);
}

/* Whether the existing PEER-CERT has the signer's key. */
static reload_err check_peer_cert(const rl_rewrite *w, reload_diag *diag)
{
    reload_cert *there = NULL;
    rl_objection objection;
    size_t len;
    uint32_t attr = reload_msg_member(w->msg, w->source.info, RELOAD_A_PEER_CERT);
    const uint8_t *der = reload_msg_value_octets(w->msg, attr, &len);
    reload_err err = rl_cert_read(der, len, &there, &objection);
    bool read = there != NULL, fits = read && reload_cert_same_key(there, w->signer->peer.cert);
    reload_cert_free(&there);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    return fits || RL_FAULT("D32: a PEER-CERT with another key is refused")
               ? RELOAD_OK
               : rl_fail_at(diag, RELOAD_ERR_REFUSED, reload_msg_attr(w->msg, attr)->offset,
                            "refused: PEER-CERT %s",
                            read ? "has another key than the signer's certificate"
                                 : "cannot be read as a certificate");
}

static bool signs_some_body(const rl_rewrite *w, uint32_t resource, uint32_t *body)
{
    reload_iter it = reload_members(w->msg, resource);
    while (reload_next_of(&it, RELOAD_A_BODY)) {
        *body = it.index;
        if (rl_signs_body(w, it.index))
            return true;
    }
    return false;
}

static reload_err refuse_key(const reload_cert *cert, const uint8_t *key, size_t len,
                             uint64_t offset, reload_diag *diag)
{
    char text[192];
    rl_key_mismatch_text(cert, key, len, text, sizeof text);
    return rl_fail_at(diag, RELOAD_ERR_REFUSED, offset, "refused: RESOURCE-INFO.KEY: %s", text);
}

/* The KEY of each RESOURCE in which a BODY is signed is an address of the signing user. */
static reload_err check_resources(const rl_rewrite *w, reload_diag *diag)
{
    const reload_cert *cert = rl_resource_identity(w->signer)->cert;
    reload_iter it = reload_members(w->msg, RELOAD_NO_ATTR);
    while (reload_next_of(&it, RELOAD_A_RESOURCE)) {
        size_t len;
        uint32_t body, key = reload_msg_member(w->msg, it.index, RELOAD_A_KEY);
        if (it.attr->ignored || !signs_some_body(w, it.index, &body))
            continue;
        if (key == RELOAD_NO_ATTR)
            return rl_fail_at(diag, RELOAD_ERR_REFUSED, it.attr->offset,
                              "refused: RESOURCE has no RESOURCE-INFO.KEY, which the certificate "
                              "must name");
        const uint8_t *octets = reload_msg_value_octets(w->msg, key, &len);
        if (!rl_cert_names_user(cert, octets, len) &&
            !RL_FAULT("D32: a KEY that the certificate does not name is refused"))
            return refuse_key(cert, octets, len, it.attr->offset, diag);
    }
    return RELOAD_OK;
}

reload_err rl_check_names(const rl_rewrite *w, reload_diag *diag)
{
    if (!w->signer->suite->needs_certificates || rl_forced(w))
        return RELOAD_OK;
    reload_err err = check_peer_id(w, diag);
    if (err == RELOAD_OK && !w->source.cert)
        err = check_peer_cert(w, diag);
    return err == RELOAD_OK ? check_resources(w, diag) : err;
}

/* ---- Keys ---- */

static reload_err refuse_without_key(const rl_rewrite *w, uint32_t attr, reload_diag *diag)
{
    char pointer[200];
    const reload_attr *a = reload_msg_attr(w->msg, attr);
    (void)reload_msg_pointer(w->msg, attr, pointer, sizeof pointer);
    return rl_fail_at(diag, RELOAD_ERR_REFUSED, a->offset,
                      "refused: %s at %s requires a signature with the private key, which is "
                      "missing; %s",
                      a->def->name, pointer,
                      a->type == RELOAD_A_SOURCE_INFO ? "sign it first, or not at all"
                                                      : "a resource's key can sign it");
}

reload_err rl_check_keys(const rl_rewrite *w, reload_diag *diag)
{
    const reload_signer *s = w->signer;
    if (s->suite->kind != RELOAD_SUITE_PUBLIC_KEY)
        return RELOAD_OK;
    if (w->source.sign && s->peer.key == NULL) {
        if (!w->source.make)
            return refuse_without_key(w, w->source.info, diag);
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the new SOURCE-INFO requires a signature with the private key, "
                       "which is missing; do not sign it");
    }
    if (rl_resource_identity(s)->key != NULL)
        return RELOAD_OK;
    reload_iter it = reload_members(w->msg, RELOAD_NO_ATTR);
    while (reload_next_of(&it, RELOAD_A_RESOURCE)) {
        uint32_t body;
        if (!it.attr->ignored && signs_some_body(w, it.index, &body))
            return refuse_without_key(w, body, diag);
    }
    return RELOAD_OK;
}

/* ---- D35 ---- */

reload_err rl_fits_time(int64_t seconds, const char *name, reload_diag *diag)
{
    char text[RELOAD_TIME_SIZE], last[RELOAD_TIME_SIZE];
    if (seconds >= 0 && seconds <= UINT32_MAX)
        return RELOAD_OK;
    reload_time_text(seconds, text);
    reload_time_text(UINT32_MAX, last);
    return rl_fail(diag, RELOAD_ERR_REFUSED,
                   "refused: %s is %s, outside 1970 to %s, the range of 32 bits", name, text, last);
}

reload_err rl_check_time(const rl_rewrite *w, reload_diag *diag)
{
    const reload_suite *suite = w->signer->suite;
    bool written = suite->kind != RELOAD_SUITE_NONE &&
                   (suite->needs_timestamp || (w->options.flags & RELOAD_SIGN_TIMESTAMP) != 0);
    return written && !RL_FAULT("D35: a TIMESTAMP of more than 32 bits")
               ? rl_fits_time(w->options.time, "TIMESTAMP", diag)
               : RELOAD_OK;
}
