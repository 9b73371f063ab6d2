/* SPDX-License-Identifier: BSD-2-Clause */
/* Placing signatures and certificates in the completed message (D30). */
#include "base/fault.h"
#include "sign/sign.h"

#include <string.h>

/* ---- Signatures and certificates ---- */

/* Adds a DIGEST of zeros, to be filled in later. */
static void put_empty_digest(rl_rewrite *w, size_t len)
{
    static const uint8_t zeros[RL_MAX_RSA_BITS / 8];
    reload_build_octets(&w->b, RELOAD_A_DIGEST, zeros, len < sizeof zeros ? len : sizeof zeros);
}

static size_t digest_size(const reload_signer *s, const rl_identity *identity)
{
    if (s->suite->kind == RELOAD_SUITE_MAC)
        return s->suite->digest_size;
    /* the key and the certificate have the same size, unless force has combined two pairs */
    return identity->key != NULL ? rl_key_size(identity->key)
                                 : reload_cert_signature_size(identity->cert);
}

/* Records where a signature is placed, so that its digest can be computed. */
static void note_signature(rl_rewrite *w, const rl_identity *identity)
{
    reload_signer *s = w->signer;
    rl_placed *signatures = rl_grow(s->signatures, &s->cap, s->count, sizeof *signatures);
    if (signatures == NULL) {
        if (w->b.buf->err == RELOAD_OK)
            w->b.buf->err = RELOAD_ERR_MEMORY;
        return;
    }
    s->signatures = signatures;
    s->signatures[s->count++] = (rl_placed){(uint32_t)(w->b.buf->len - w->b.start), identity};
}

static void put_signature(rl_rewrite *w, uint16_t type)
{
    const reload_signer *s = w->signer;
    const reload_span *attached = w->options.attached;
    const rl_identity *identity =
        type == RELOAD_A_BODY_SIGNATURE ? rl_resource_identity(s) : &s->peer;
    note_signature(w, identity);
    reload_build_open(&w->b, type);
    if (RL_FAULT("S§5.1: DIGEST is the last member"))
        put_empty_digest(w, digest_size(s, identity));
    if (s->suite->needs_timestamp || (w->options.flags & RELOAD_SIGN_TIMESTAMP) != 0) { /* D4 */
        reload_value stamp = {.kind = RELOAD_KIND_TIME, .number = (uint32_t)w->options.time};
        reload_build_value(&w->b, RELOAD_A_TIMESTAMP, &stamp);
    }
    if (type == RELOAD_A_SIGNATURE && attached != NULL && rl_forced(w))
        reload_build_octets(&w->b, RELOAD_A_DIGEST, attached->octets, attached->len);
    else
        put_empty_digest(w, digest_size(s, identity));
    reload_build_close(&w->b);
}

static void put_cert(rl_rewrite *w, uint16_t type, const reload_cert *cert)
{
    size_t len;
    const uint8_t *der = reload_cert_octets(cert, &len);
    reload_build_octets(&w->b, type, der, len);
}

/* ---- SOURCE-INFO ---- */

/* Copies the members of SOURCE-INFO, and adds a missing PEER-CERT before any PEER-SIGNATURE.
 * Returns whether the PEER-CERT has still to be added. */
static bool copy_source_info(rl_rewrite *w)
{
    bool cert = w->source.cert;
    reload_iter it = reload_members(w->msg, w->source.info);
    while (reload_next(&it)) {
        bool signature = it.attr->type == RELOAD_A_PEER_SIGNATURE;
        if (signature && cert) {
            put_cert(w, RELOAD_A_PEER_CERT, w->signer->peer.cert);
            cert = false;
        }
        if (!signature || !w->source.sign)
            rl_copy(w, it.attr);
    }
    return cert;
}

/* SOURCE-INFO, copied or new. A missing PEER-ID is added first, a missing PEER-CERT last, followed
 * by the PEER-SIGNATURE. */
static void put_source_info(rl_rewrite *w)
{
    const rl_source *c = &w->source;
    if (!c->make && c->peer_id == NULL && !c->cert && !c->sign) {
        rl_copy(w, reload_msg_attr(w->msg, c->info));
        return;
    }
    reload_build_open(&w->b, RELOAD_A_SOURCE_INFO);
    if (c->peer_id != NULL)
        reload_build_octets(&w->b, RELOAD_A_PEER_ID, c->peer_id, RELOAD_ID_SIZE);
    bool cert = c->make ? c->cert : copy_source_info(w);
    if (cert && !RL_FAULT("S§5.1: PEER-CERT is added"))
        put_cert(w, RELOAD_A_PEER_CERT, w->signer->peer.cert);
    if (c->sign)
        put_signature(w, RELOAD_A_PEER_SIGNATURE);
    reload_build_close(&w->b);
}

/* ---- RESOURCE ---- */

bool rl_signs_body(const rl_rewrite *w, uint32_t body)
{
    unsigned flags = w->options.flags;
    bool put_request = (rl_is_request(w->msg) &&
                        reload_msg_field(w->msg, RELOAD_F_METHOD) == RELOAD_RESOURCE_PUT) ||
                       RL_FAULT("S§5.2: BODYs are signed in RESOURCE-PUT requests only");
    const reload_attr *attr = reload_msg_attr(w->msg, body);
    if (attr->type != RELOAD_A_BODY || attr->flaw != RELOAD_FLAW_NONE ||
        reload_is_certificate_body(w->msg, body))
        return false;
    if (reload_msg_member(w->msg, body, RELOAD_A_BODY_SIGNATURE) != RELOAD_NO_ATTR)
        return (flags & RELOAD_SIGN_RESIGN_BODIES) != 0 || RL_FAULT("D30: a signed BODY is copied");
    return (put_request && !RL_FAULT("D30: unsigned BODYs of a RESOURCE-PUT are signed")) ||
           (flags & (RELOAD_SIGN_BODIES | RELOAD_SIGN_RESIGN_BODIES)) != 0;
}

/* Whether a RESOURCE has a certificate BODY with that certificate. */
static bool has_certificate(const reload_msg *msg, uint32_t resource, const reload_cert *cert)
{
    size_t len, there;
    const uint8_t *der = reload_cert_octets(cert, &len);
    reload_iter it = reload_members(msg, resource);
    while (reload_next(&it)) {
        if (!reload_is_certificate_body(msg, it.index))
            continue;
        const uint8_t *octets = reload_msg_value_octets(msg, it.index + 1, &there);
        if (there == len && memcmp(octets, der, len) == 0)
            return true;
    }
    return false;
}

/* A BODY with a new signature, which replaces any other. */
static void put_signed_body(rl_rewrite *w, uint32_t body)
{
    reload_build_open(&w->b, RELOAD_A_BODY);
    reload_iter it = reload_members(w->msg, body);
    while (reload_next(&it))
        if (it.attr->type != RELOAD_A_BODY_SIGNATURE)
            rl_copy(w, it.attr);
    put_signature(w, RELOAD_A_BODY_SIGNATURE);
    reload_build_close(&w->b);
}

static void put_resource(rl_rewrite *w, uint32_t resource)
{
    const reload_cert *cert = rl_resource_identity(w->signer)->cert;
    size_t before = w->signer->count;
    if (reload_msg_attr(w->msg, resource)->flaw != RELOAD_FLAW_NONE) {
        rl_copy(w, reload_msg_attr(w->msg, resource));
        return;
    }
    reload_build_open(&w->b, RELOAD_A_RESOURCE);
    reload_iter it = reload_members(w->msg, resource);
    while (reload_next(&it)) {
        if (rl_signs_body(w, it.index))
            put_signed_body(w, it.index);
        else
            rl_copy(w, it.attr);
    }
    if (w->signer->count > before && cert != NULL && !has_certificate(w->msg, resource, cert) &&
        !RL_FAULT("D29: a certificate BODY is added")) {
        reload_build_open(&w->b, RELOAD_A_BODY);
        put_cert(w, RELOAD_A_BODY_CERTIFICATE, cert);
        reload_build_close(&w->b);
    }
    reload_build_close(&w->b);
}

/* ---- The message ---- */

/* The index of the first of the trailing ROUTE-LOGs, which a new SIGNATURE precedes. */
static uint32_t trailing_route_logs(const reload_msg *msg)
{
    uint32_t count = (uint32_t)reload_msg_count(msg), first = count;
    reload_iter it = reload_members(msg, RELOAD_NO_ATTR);
    while (reload_next(&it)) {
        if (it.attr->type != RELOAD_A_ROUTE_LOG)
            first = count;
        else if (first == count)
            first = it.index;
    }
    return first;
}

/* The place of new attributes: before the attribute with that index. */
struct places {
    uint32_t source_info;
    uint32_t signature; /* before the old SIGNATURE, which it replaces */
};

static void put_new(rl_rewrite *w, const struct places *places, uint32_t before)
{
    if (w->source.make && before == places->source_info)
        put_source_info(w);
    if (w->signer->suite->kind != RELOAD_SUITE_NONE && before == places->signature)
        put_signature(w, RELOAD_A_SIGNATURE);
}

void rl_place_attributes(rl_rewrite *w)
{
    bool sign = w->signer->suite->kind != RELOAD_SUITE_NONE;
    uint32_t count = (uint32_t)reload_msg_count(w->msg);
    uint32_t signature = reload_msg_signature(w->msg);
    bool code_first = count > 0 && reload_msg_attr(w->msg, 0)->type == RELOAD_A_RESPONSE_CODE;
    const struct places places = {
        code_first ? 1 : 0, signature != RELOAD_NO_ATTR ? signature : trailing_route_logs(w->msg)};
    reload_iter it = reload_members(w->msg, RELOAD_NO_ATTR);
    while (reload_next(&it)) {
        put_new(w, &places, it.index);
        if (it.index == w->source.info)
            put_source_info(w);
        else if (sign && it.attr->type == RELOAD_A_RESOURCE && !it.attr->ignored)
            put_resource(w, it.index);
        else if (!sign || it.index != signature)
            rl_copy(w, it.attr);
    }
    put_new(w, &places, count);
}
