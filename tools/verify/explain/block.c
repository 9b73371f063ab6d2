/* SPDX-License-Identifier: BSD-2-Clause */
/* The content of an RSA signature after the public-key operation (D13). */
#include "common/octets.h"
#include "verify/explain/explain.h"

#include <string.h>

/* The algorithm's OBJECT IDENTIFIER in a DigestInfo (RFC 8017 appendix B.1). */
static const struct {
    uint8_t octets[9];
    uint8_t len;
} oids[RELOAD_MDS] = {
    [RELOAD_MD_SHA1] = {{0x2b, 0x0e, 0x03, 0x02, 0x1a}, 5},
    [RELOAD_MD_MD5] = {{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05}, 8},
    [RELOAD_MD_SHA224] = {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04}, 9},
    [RELOAD_MD_SHA256] = {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}, 9},
    [RELOAD_MD_SHA384] = {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02}, 9},
    [RELOAD_MD_SHA512] = {{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03}, 9},
};

/* Writes a DigestInfo up to its digest. Returns its size, at most 21 octets. */
static size_t digest_info_head(reload_md hash, bool null, uint8_t *head)
{
    uint8_t oid = oids[hash].len, inner = (uint8_t)(2 + oid + (null ? 2 : 0)),
            size = (uint8_t)reload_md_size(hash);
    size_t at = 0;
    head[at++] = 0x30; /* SEQUENCE: the AlgorithmIdentifier, itself one, and the digest */
    head[at++] = (uint8_t)(2 + inner + 2 + size);
    head[at++] = 0x30;
    head[at++] = inner;
    head[at++] = 0x06;
    head[at++] = oid;
    memcpy(head + at, oids[hash].octets, oid);
    at += oid;
    if (null) {
        head[at++] = 0x05;
        head[at++] = 0;
    }
    head[at++] = 0x04; /* OCTET STRING */
    head[at++] = size;
    return at;
}

/* EMSA-PKCS1-v1_5: with a DigestInfo, with one without NULL, or without one. */
static bool read_pkcs1(const uint8_t *block, size_t len, reload_md hash, explain_signed *result)
{
    static const explain_reading readings[] = {READ_NO_READING, READ_DIGEST_INFO_WITHOUT_NULL,
                                               READ_NO_DIGEST_INFO};
    size_t size = reload_md_size(hash);
    const reload_span inner = reload_pkcs1_content(block, len);
    for (size_t i = 0; inner.octets != NULL && i < sizeof readings / sizeof readings[0]; i++) {
        uint8_t head[32];
        size_t head_len =
            readings[i] == READ_NO_DIGEST_INFO ? 0 : digest_info_head(hash, i == 0, head);
        if (inner.len != head_len + size || memcmp(inner.octets, head, head_len) != 0)
            continue;
        memcpy(result->digest, inner.octets + head_len, size);
        return explain_set_add(&result->readings, readings[i]);
    }
    return false;
}

/* EMSA-PSS, with MGF1 by the same hash and a salt of any length (RFC 8017 section 9.1.2). */
static reload_err read_pss(const uint8_t *block, size_t len, unsigned bits, reload_md hash,
                           explain_signed *result, bool *good)
{
    size_t size = reload_md_size(hash), em_len = (bits - 1 + 7) / 8;
    uint8_t db[sizeof result->salt], mask[RELOAD_MAX_MD_SIZE];
    if (em_len < len && block[0] != 0)
        return RELOAD_OK;
    const uint8_t *em = block + (len - em_len);
    if (em_len < size + 2 || em_len > sizeof db || em[em_len - 1] != 0xbc)
        return RELOAD_OK;
    size_t db_len = em_len - size - 1, at = 0;
    const uint8_t *h = em + db_len;
    for (uint32_t counter = 0; counter * size < db_len; counter++) {
        uint8_t c[4];
        octets_put32(c, counter);
        reload_err err =
            reload_digest(hash, (const reload_span[]){{h, size}, {c, sizeof c}}, 2, mask);
        if (err != RELOAD_OK)
            return err;
        for (size_t i = 0; i < size && counter * size + i < db_len; i++)
            db[counter * size + i] = em[counter * size + i] ^ mask[i];
    }
    db[0] &= (uint8_t)(0xff >> (8 * em_len - (bits - 1)));
    while (at < db_len && db[at] == 0)
        at++;
    if (at == db_len || db[at] != 1)
        return RELOAD_OK;
    result->salt_len = db_len - at - 1;
    memcpy(result->salt, db + at + 1, result->salt_len);
    memcpy(result->digest, h, size);
    result->pss = true;
    *good = explain_set_add(&result->readings, READ_PSS);
    return RELOAD_OK;
}

reload_err explain_block_read(const uint8_t *block, size_t len, unsigned bits, reload_md hash,
                              const explain_set *readings, explain_signed *result, bool *good)
{
    *good = false;
    *result = (explain_signed){.readings = *readings, .hash = hash};
    if (reload_md_size(hash) == 0 ||
        !explain_set_add(&result->readings, explain_hash_reading(hash)))
        return RELOAD_OK;
    *good = read_pkcs1(block, len, hash, result);
    return *good ? RELOAD_OK : read_pss(block, len, bits, hash, result, good);
}

reload_err explain_signed_is(const explain_signed *what, const uint8_t *digest, bool *fits)
{
    uint8_t octets[8 + RELOAD_MAX_MD_SIZE] = {0}, hash[RELOAD_MAX_MD_SIZE];
    size_t size = reload_md_size(what->hash);
    if (!what->pss) {
        *fits = memcmp(what->digest, digest, size) == 0;
        return RELOAD_OK;
    }
    memcpy(octets + 8, digest, size);
    reload_err err = reload_digest(
        what->hash, (const reload_span[]){{octets, 8 + size}, {what->salt, what->salt_len}}, 2,
        hash);
    *fits = err == RELOAD_OK && memcmp(what->digest, hash, size) == 0;
    return err;
}
