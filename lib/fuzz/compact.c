/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages in the compact form of inputs */
#include "identities.h"

#include <string.h>

/* The mistakes of a DIGEST of one octet; a number without a row means no mistake. */
enum { MISTAKE_HASH = 4, MISTAKE_FROM_9, MISTAKE_TO_DIGEST_VALUE, MISTAKE_LENGTH };

static void append_members(reload_builder *b, const reload_msg *msg, uint32_t parent)
{
    reload_iter it = reload_members(msg, parent);
    while (reload_next(&it)) {
        uint16_t type = it.attr->type;
        size_t len, padding, inner_len;
        const uint8_t *octets = reload_msg_value_octets(msg, it.index, &len);
        const uint8_t *inner = reload_msg_tunnelled(msg, it.index, &inner_len);
        reload_buf out = {0};
        (void)reload_msg_padding(msg, it.index, &padding);
        if (it.attr->def != NULL && it.attr->def->kind == RELOAD_KIND_COMPOSITE &&
            it.attr->flaw == RELOAD_FLAW_NONE) {
            reload_build_open(b, type);
            append_members(b, msg, it.index);
            reload_build_close(b);
        } else if (reload_is_certificate(type) && len == 1) {
            reload_span der = fuzz_cert_der(octets[0]);
            reload_build_octets(b, type, der.octets, der.len);
        } else if (type == RELOAD_A_DIGEST && len == 1) {
            uint8_t signature[FUZZ_SIGNATURE];
            memset(signature, octets[0], sizeof signature);
            reload_build_octets(b, type, signature, sizeof signature);
        } else if (inner != NULL && fuzz_write_out(inner, inner_len, &out)) {
            reload_build_octets(b, type, out.octets, out.len);
        } else {
            reload_build_raw(b, octets - HEAD, HEAD + len + padding);
        }
        reload_buf_free(&out);
    }
}

/* Signs a site whose DIGEST is filled with one octet. */
static void sign_site(const reload_msg *msg, uint32_t attr, uint8_t *octets)
{
    static const reload_md hashes[] = {RELOAD_MD_MD5, RELOAD_MD_SHA224, RELOAD_MD_SHA256,
                                       RELOAD_MD_SHA384, RELOAD_MD_SHA512};
    reload_site site;
    reload_covered covered;
    size_t len;
    reload_site_at(msg, attr, &site);
    if (site.role == RELOAD_ROLE_NONE || site.digest == RELOAD_NO_ATTR)
        return;
    const uint8_t *value = reload_msg_value_octets(msg, site.digest, &len);
    if (len != FUZZ_SIGNATURE || memcmp(value, value + 1, len - 1) != 0)
        return;
    unsigned mistake = value[0] >> 2 & 7, more = value[0] >> 5;
    reload_site_covered(msg, &site, &covered);
    reload_span *last = &covered.span[covered.count - 1];
    if (mistake == MISTAKE_FROM_9 && covered.span[0].len > 0) {
        covered.span[0].octets++;
        covered.span[0].len--;
    } else if (mistake == MISTAKE_TO_DIGEST_VALUE) {
        last->len += HEAD;
    } else if (mistake == MISTAKE_LENGTH && site.role == RELOAD_ROLE_MESSAGE) {
        memset(covered.length, 0, sizeof covered.length);
    }
    fuzz_sign(value[0] & 3,
              mistake == MISTAKE_HASH ? hashes[more % (sizeof hashes / sizeof hashes[0])]
                                      : RELOAD_MD_SHA1,
              covered.span, covered.count, octets + (value - reload_msg_octets(msg, &len)));
}

/* Inner signatures are made before the message's (D8). */
static void sign_sites(reload_buf *out)
{
    reload_msg *msg = reload_msg_new();
    MUST(msg != NULL && reload_msg_parse(msg, out->octets, out->len, NULL) == RELOAD_OK);
    uint32_t own = reload_msg_signature(msg);
    for (uint32_t i = 0; i < reload_msg_count(msg); i++)
        if (i != own && reload_is_signature(reload_msg_attr(msg, i)->type))
            sign_site(msg, i, out->octets);
    if (own != RELOAD_NO_ATTR)
        sign_site(msg, own, out->octets);
    reload_msg_free(&msg);
}

bool fuzz_write_out(const uint8_t *octets, size_t len, reload_buf *out)
{
    reload_builder b;
    reload_msg *msg = reload_msg_new();
    MUST(msg != NULL);
    reload_buf_reset(out);
    bool good = reload_msg_parse(msg, octets, len, NULL) == RELOAD_OK && is_framed(msg) &&
                !reload_msg_truncated(msg);
    if (good) {
        reload_build_begin(&b, out, octets);
        append_members(&b, msg, RELOAD_NO_ATTR);
        good = reload_build_end(&b) == RELOAD_OK;
    }
    reload_msg_free(&msg);
    if (good)
        sign_sites(out);
    else
        reload_buf_reset(out);
    return good;
}
