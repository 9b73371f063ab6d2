/* SPDX-License-Identifier: BSD-2-Clause */
/* Computing the digests of placed signatures (D1, D2, D8). */
#include "sign/sign.h"

#include <string.h>

enum { MAX_DIGEST = RL_MAX_RSA_BITS / 8 };

/* RELOAD_ERR_ARGUMENT: no secret or key. digest has MAX_DIGEST octets. */
static reload_err compute(const reload_signer *s, const rl_identity *identity, reload_md md,
                          const reload_span *spans, size_t count, uint8_t *digest, size_t *len)
{
    if (s->suite->kind == RELOAD_SUITE_PUBLIC_KEY) {
        if (identity->key == NULL)
            return RELOAD_ERR_ARGUMENT;
        *len = rl_key_size(identity->key);
        return rl_key_sign(identity->key, md, spans, count, digest);
    }
    if (s->mac == NULL)
        return RELOAD_ERR_ARGUMENT;
    *len = reload_md_size(md);
    return md == s->suite->md ? rl_mac_digest(s->mac, spans, count, digest)
                              : reload_hmac(md, (reload_span){s->secret.octets, s->secret.len},
                                            spans, count, digest);
}

reload_err reload_signer_digest(reload_signer *s, reload_md md, const reload_span *spans,
                                size_t count, unsigned flags, reload_buf *out)
{
    uint8_t digest[MAX_DIGEST];
    size_t len;
    const rl_identity *identity =
        (flags & RELOAD_DIGEST_RESOURCE) != 0 ? rl_resource_identity(s) : &s->peer;
    reload_err err = compute(s, identity, md, spans, count, digest, &len);
    if (err != RELOAD_OK)
        return err;
    reload_buf_append(out, digest, len);
    return out->err;
}

static reload_err put_attached(const rl_rewrite *w, const reload_covered *covered, uint8_t *to,
                               size_t len, reload_diag *diag)
{
    const reload_signer *s = w->signer;
    const reload_span *attached = w->options.attached;
    uint8_t digest[MAX_DIGEST];
    size_t digest_len;
    if (rl_forced(w))
        return RELOAD_OK; /* put_signature has put it there */
    reload_err err = RELOAD_OK;
    if (s->suite->kind == RELOAD_SUITE_PUBLIC_KEY) {
        err = rl_check_attached(s->peer.cert, s->suite->md, covered, attached, len, diag);
    } else {
        err =
            compute(s, &s->peer, s->suite->md, covered->span, covered->count, digest, &digest_len);
        err = err == RELOAD_OK ? rl_check_attached_mac(digest, digest_len, attached, diag)
                               : rl_fail_plain(diag, err);
    }
    if (err == RELOAD_OK)
        memcpy(to, attached->octets, len);
    return err;
}

/* Computes the digest of the signature at attr of the built message, and writes it there. */
static reload_err put_digest(const rl_rewrite *w, const rl_placed *placed, uint32_t attr,
                             reload_diag *diag)
{
    const reload_signer *s = w->signer;
    reload_site site;
    reload_covered covered;
    uint8_t digest[MAX_DIGEST];
    size_t len;
    reload_site_at(s->built, attr, &site);
    reload_site_covered(s->built, &site, &covered);
    const reload_attr *to = reload_msg_attr(s->built, site.digest);
    uint8_t *octets = w->b.buf->octets + w->b.start + to->offset + RL_HEAD;
    if (w->options.attached != NULL && site.role == RELOAD_ROLE_MESSAGE)
        return put_attached(w, &covered, octets, to->length, diag);
    reload_err err =
        compute(s, placed->identity, s->suite->md, covered.span, covered.count, digest, &len);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    memcpy(octets, digest, to->length);
    return RELOAD_OK;
}

/* Replaces the message by the octets that its own digest covers. */
static reload_err keep_tbs(rl_rewrite *w, uint32_t signature, reload_diag *diag)
{
    reload_site site;
    reload_covered covered;
    reload_buf tbs = {0};
    reload_site_at(w->signer->built, signature, &site);
    reload_site_covered(w->signer->built, &site, &covered);
    for (size_t i = 0; i < covered.count; i++)
        reload_buf_append(&tbs, covered.span[i].octets, covered.span[i].len);
    reload_err err = tbs.err;
    w->b.buf->len = w->b.start;
    reload_buf_append(w->b.buf, tbs.octets, tbs.len); /* shorter: cannot fail */
    reload_buf_free(&tbs);
    return err == RELOAD_OK ? RELOAD_OK : rl_fail_plain(diag, err);
}

/* Digests inside the message first, since the message's own covers them (D8). */
reload_err rl_put_digests(rl_rewrite *w, bool tbs, reload_diag *diag)
{
    reload_signer *s = w->signer;
    reload_err err =
        reload_msg_parse(s->built, w->b.buf->octets + w->b.start, w->b.buf->len - w->b.start, diag);
    const rl_placed *message = NULL;
    size_t next = 0;
    uint32_t count = err == RELOAD_OK ? (uint32_t)reload_msg_count(s->built) : 0;
    for (uint32_t i = 0; i < count && next < s->count && err == RELOAD_OK; i++) {
        const reload_attr *attr = reload_msg_attr(s->built, i);
        const rl_placed *placed = &s->signatures[next];
        if (attr->offset != placed->offset || !reload_is_signature(attr->type))
            continue;
        next++;
        if (attr->type == RELOAD_A_SIGNATURE)
            message = placed;
        else
            err = put_digest(w, placed, i, diag);
    }
    if (err != RELOAD_OK || message == NULL)
        return err;
    uint32_t signature = reload_msg_signature(s->built);
    return tbs ? keep_tbs(w, signature, diag) : put_digest(w, message, signature, diag);
}
