/* SPDX-License-Identifier: BSD-2-Clause */
/* Digests made in a wrong way. */
#include "mutate/catalogue.h"

/* Replaces a digest, and signs the message around it again. */
static bool digest_put(struct mutant *m, uint32_t index, const uint8_t *octets, size_t len)
{
    const struct site *site = &m->base->sites[index];
    if (!mutant_set(m, site->digest, octets, len))
        return false;
    m->states[index].size = len;
    m->states[index].broken = true;
    if (site->role == ROLE_MESSAGE)
        return true;
    /* only the enclosing signatures: the mutant's own digest must stay */
    for (size_t i = m->base->site_count; i-- > 0;)
        if (i != index && m->states[i].broken && m->base->sites[i].role == ROLE_BODY &&
            mutant_can_sign(m, i) && !mutant_sign(m, i))
            return false;
    m->signing = SIGN_MESSAGE;
    return mutant_can_sign(m, 0) && mutant_sign(m, 0);
}

bool digest_size(struct mutant *m, uint32_t index)
{
    const struct site *site = &m->base->sites[index];
    size_t len;
    const uint8_t *digest = base_value(m->base, site->digest, &len);
    size_t other = m->base->certs ? other_suite(m->base)->digest_size : 256; /* as of 2048 bits */
    const size_t sizes[] = {0, len - 1, len + 1, other};
    size_t size = sizes[m->mutation->argument];
    reload_buf octets = {0};
    if (size == len)
        return false;
    while (octets.err == RELOAD_OK && octets.len < size)
        reload_buf_append(&octets, digest, size - octets.len < len ? size - octets.len : len);
    mutant_comment(m, "%s: a DIGEST of %zu octets instead of %zu", attr_name(m, site->attr), size,
                   len);
    bool good = octets.err == RELOAD_OK && digest_put(m, index, octets.octets, size);
    if (octets.err != RELOAD_OK)
        m->err = octets.err;
    reload_buf_free(&octets);
    return good;
}

bool digest_fill(struct mutant *m, uint32_t index)
{
    const struct site *site = &m->base->sites[index];
    reload_buf octets = {0};
    for (size_t i = 0; i < site->size; i++) {
        uint8_t octet = m->mutation->argument != 0 ? (uint8_t)mutant_random(m, 256) : 0;
        reload_buf_append(&octets, &octet, 1);
    }
    mutant_comment(m, "%s: a DIGEST of %s octets", attr_name(m, site->attr),
                   m->mutation->argument != 0 ? "random" : "zero");
    bool good = octets.err == RELOAD_OK && digest_put(m, index, octets.octets, octets.len);
    if (octets.err != RELOAD_OK)
        m->err = octets.err;
    reload_buf_free(&octets);
    return good;
}

/* Replaces a digest by one that signer makes with md over a range. */
static bool digest_made(struct mutant *m, uint32_t index, reload_signer *signer, reload_md md,
                        enum range range)
{
    const struct site *site = &m->base->sites[index];
    reload_buf covered = {0}, digest = {0};
    if (m->err != RELOAD_OK || !site->ours)
        return false;
    bool good = mutant_covered(m, index, range, &covered);
    if (good)
        m->err = reload_signer_digest(
            signer, md, &(reload_span){covered.octets, covered.len}, 1,
            site->role == ROLE_BODY && signer == m->base->signer ? RELOAD_DIGEST_RESOURCE : 0,
            &digest);
    size_t len = digest.len < site->size ? digest.len : site->size;
    good = m->err == RELOAD_OK && len == site->size && digest_put(m, index, digest.octets, len);
    reload_buf_free(&covered);
    reload_buf_free(&digest);
    return good;
}

bool digest_range(struct mutant *m, uint32_t index)
{
    static const char *const what[] = {
        [RANGE_BASE] = "up to the SIGNATURE attribute, as B§5.2.6 specifies",
        [RANGE_ALL] = "from the message's first octet",
        [RANGE_HEAD] = "from the container's type",
        [RANGE_DIGEST_HEAD] = "including DIGEST's type and Length",
        [RANGE_NO_TIMESTAMP] = "without TIMESTAMP",
        [RANGE_LENGTH] = "with the header's Length after a ROUTE-LOG was appended",
        [RANGE_LENGTH_ZERO] = "with a header's Length of 0"};
    enum range range = (enum range)m->mutation->argument;
    const struct site *site = &m->base->sites[index];
    bool message_only = range == RANGE_BASE || range == RANGE_ALL || range == RANGE_LENGTH ||
                        range == RANGE_LENGTH_ZERO;
    if ((message_only && site->role != ROLE_MESSAGE) ||
        (range == RANGE_HEAD && site->role == ROLE_MESSAGE) ||
        (range == RANGE_NO_TIMESTAMP && site->timestamp == RELOAD_NO_ATTR))
        return false;
    if (range == RANGE_LENGTH) { /* so that Length differs from D2's */
        static const uint8_t route_log[] = {0x00, 0x04, 0x00, 0x08, 0x04, 0x01,
                                            0x00, 0x02, 0x00, 0x11, 0x00, 0x00};
        if (!mutant_insert(m, RELOAD_NO_ATTR, m->base->len, route_log, sizeof route_log))
            return false;
    }
    mutant_comment(m, "%s: a digest %s", attr_name(m, site->attr), what[range]);
    return digest_made(m, index, m->base->signer, m->base->options->suite->md, range);
}

bool digest_sha256(struct mutant *m, uint32_t index)
{
    mutant_comment(m, "%s: %s", attr_name(m, m->base->sites[index].attr),
                   m->base->certs ? "RSA over SHA-256" : "HMAC-SHA256, truncated to 20 octets");
    return digest_made(m, index, m->base->signer, RELOAD_MD_SHA256, RANGE_RIGHT);
}

/* SHA-1 without a secret. */
bool digest_plain(struct mutant *m, uint32_t index)
{
    reload_buf covered = {0};
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    if (m->base->certs || !m->base->sites[index].ours)
        return false;
    bool good = mutant_covered(m, index, RANGE_RIGHT, &covered);
    if (good)
        m->err =
            reload_digest(RELOAD_MD_SHA1, &(reload_span){covered.octets, covered.len}, 1, digest);
    reload_buf_free(&covered);
    mutant_comment(m, "%s: SHA-1 without a secret", attr_name(m, m->base->sites[index].attr));
    return good && m->err == RELOAD_OK &&
           digest_put(m, index, digest, reload_md_size(RELOAD_MD_SHA1));
}

/* A signer with another secret, or another key of the same size. */
static reload_err other_signer(struct base *base)
{
    reload_rng *rng = NULL;
    reload_key *key = NULL;
    reload_buf pem = {0};
    uint8_t secret[RELOAD_HMAC_SIZE];
    if (base->other != NULL)
        return RELOAD_OK;
    base->other = reload_signer_new((reload_security)base->options->suite->security);
    reload_err err = base->other == NULL ? RELOAD_ERR_MEMORY : base_rng(base, "wrong-key", &rng);
    if (err == RELOAD_OK && base->certs) {
        err = reload_key_generate(rng, (unsigned)base->sites[0].size * 8, &key);
        if (err == RELOAD_OK)
            err = reload_key_write(key, &pem);
        if (err == RELOAD_OK)
            err = reload_signer_set_key(base->other, pem.octets, pem.len, NULL, NULL);
    } else if (err == RELOAD_OK) {
        err = reload_rng_fill(rng, secret, sizeof secret);
        if (err == RELOAD_OK)
            err = reload_signer_set_secret(base->other, secret, sizeof secret);
    }
    reload_rng_free(&rng);
    reload_key_free(&key);
    reload_buf_free(&pem);
    return err;
}

bool digest_wrong_key(struct mutant *m, uint32_t index)
{
    if (m->base->sites[index].size != m->base->sites[0].size)
        return false;
    m->err = other_signer(m->base);
    mutant_comment(m, "%s made with another %s", attr_name(m, m->base->sites[index].attr),
                   m->base->certs ? "RSA key" : "secret");
    return digest_made(m, index, m->base->other, m->base->options->suite->md, RANGE_RIGHT);
}
