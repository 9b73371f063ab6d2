/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/known.h"

#include "base/fault.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- Certificates ---- */

/* A hash for the order of the tree. Octets that share it are compared, so it need not resist
 * collisions. */
static uint64_t hash_octets(reload_span span)
{
    const uint64_t factor = 0x9e3779b97f4a7c15;
    uint64_t hash = span.len * factor, word;
    size_t i = 0;
    for (; i + sizeof word <= span.len; i += sizeof word) {
        memcpy(&word, span.octets + i, sizeof word);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 32;
    }
    for (; i < span.len; i++)
        hash = (hash ^ span.octets[i]) * factor;
    return hash;
}

static int compare_certs(const void *a, const void *b)
{
    const rl_known_cert *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->der.len != y->der.len)
        return x->der.len < y->der.len ? -1 : 1;
    return x->der.len == 0 ? 0 : memcmp(x->der.octets, y->der.octets, x->der.len);
}

static void free_cert(void *node)
{
    rl_known_cert *cert = node;
    rl_links_clear(&cert->links);
    reload_cert_free(&cert->cert);
    free(cert->own);
    free(cert);
}

static void drop_certs(void **tree)
{
    tdestroy(*tree, free_cert);
    *tree = NULL;
}

/* An estimate: a parsed certificate takes some four times its octets, and 4 KiB. */
static size_t octets_of(const rl_known_cert *cert)
{
    return sizeof *cert + cert->der.len + (cert->cert == NULL ? 0 : 4096 + 3 * cert->der.len);
}

/* Reads a certificate. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
static reload_err read_cert(rl_known_cert *entry, reload_span der)
{
    reload_err err = rl_cert_read(der.octets, der.len, &entry->cert, &entry->unread);
    if (err == RELOAD_OK && entry->cert != NULL) {
        entry->der.octets = reload_cert_octets(entry->cert, &entry->der.len);
        return RELOAD_OK;
    }
    if (err == RELOAD_OK && der.len > 0 && (entry->own = malloc(der.len)) == NULL)
        err = RELOAD_ERR_MEMORY;
    if (err == RELOAD_OK && der.len > 0)
        memcpy(entry->own, der.octets, der.len);
    entry->der = (reload_span){entry->own, der.len};
    return err;
}

static rl_known_cert *new_cert(uint64_t hash, reload_span der, reload_err *err)
{
    rl_known_cert *entry = calloc(1, sizeof *entry);
    *err = entry == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (entry == NULL)
        return NULL;
    entry->hash = hash;
    *err = read_cert(entry, der);
    if (*err == RELOAD_OK)
        return entry;
    free_cert(entry);
    return NULL;
}

/* Adds an entry to the recent certificates. On failure the entry is freed. */
static rl_known_cert *add_recent(rl_known *known, rl_known_cert *entry, reload_err *err)
{
    if (tsearch(entry, &known->recent, compare_certs) == NULL) {
        free_cert(entry);
        *err = RELOAD_ERR_MEMORY;
        return NULL;
    }
    known->recent_octets += octets_of(entry);
    return entry;
}

rl_known_cert *rl_known_certificate(rl_known *known, reload_span der, reload_err *err)
{
    const rl_known_cert wanted = {.hash = hash_octets(der), .der = der};
    rl_known_cert **found = tfind(&wanted, &known->recent, compare_certs);
    *err = RELOAD_OK;
    if (found != NULL)
        return *found;
    found = tfind(&wanted, &known->older, compare_certs);
    rl_known_cert *entry = found == NULL ? new_cert(wanted.hash, der, err) : *found;
    if (found != NULL)
        (void)tdelete(entry, &known->older, compare_certs);
    return entry == NULL ? NULL : add_recent(known, entry, err);
}

/* ---- Signatures ---- */

/* Sets *place to the place of a signature, or NULL if it is not kept. Of two signatures with the
 * same place, the later one is kept. RELOAD_ERR_MEMORY. */
static reload_err find_place(rl_known *known, reload_span signature, rl_known_signature **place)
{
    uint64_t number = 0;
    size_t count = known == NULL ? 0 : known->limit / 4 / sizeof **place;
    *place = NULL;
    if (count == 0 || signature.len > RL_MAX_KNOWN_SIGNATURE || signature.len < sizeof number)
        return RELOAD_OK;
    if (known->signatures == NULL)
        known->signatures = calloc(count, sizeof **place);
    if (known->signatures == NULL)
        return RELOAD_ERR_MEMORY;
    memcpy(&number, signature.octets + signature.len - sizeof number, sizeof number);
    *place = &known->signatures[number % count];
    return RELOAD_OK;
}

static bool is_known(const rl_known_signature *place, const uint8_t *fingerprint, reload_md md,
                     const uint8_t *digest, reload_span signature)
{
    return place->len == signature.len && place->md == md &&
           memcmp(place->fingerprint, fingerprint, sizeof place->fingerprint) == 0 &&
           (memcmp(place->digest, digest, reload_md_size(md)) == 0 ||
            RL_FAULT("cache: a signature over other octets")) &&
           memcmp(place->octets, signature.octets, signature.len) == 0;
}

reload_err rl_known_verify(rl_known *known, const reload_cert *cert,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], reload_md md,
                           const uint8_t *digest, reload_span signature, bool *match)
{
    rl_known_signature *place;
    reload_err err = find_place(known, signature, &place);
    *match =
        err == RELOAD_OK && place != NULL && is_known(place, fingerprint, md, digest, signature);
    if (err != RELOAD_OK || *match)
        return err;
    err = rl_cert_verify_digest(cert, md, digest, signature, match);
    if (err != RELOAD_OK || !*match || place == NULL)
        return err;
    *place = (rl_known_signature){.md = md, .len = signature.len};
    memcpy(place->fingerprint, fingerprint, sizeof place->fingerprint);
    memcpy(place->digest, digest, reload_md_size(md));
    memcpy(place->octets, signature.octets, signature.len);
    return RELOAD_OK;
}

/* ---- From message to message ---- */

void rl_known_begin_message(rl_known *known)
{
    known->message++;
}

void rl_known_end_message(rl_known *known)
{
    if (known->recent_octets <= known->limit / 4 * 3 / 2)
        return;
    drop_certs(&known->older);
    if (known->limit == 0)
        drop_certs(&known->recent);
    known->older = known->recent;
    known->recent = NULL;
    known->recent_octets = 0;
}

void rl_known_forget_policy(rl_known *known)
{
    drop_certs(&known->recent);
    drop_certs(&known->older);
    known->recent_octets = 0;
    rl_links_clear(&known->given);
}

void rl_known_set_limit(rl_known *known, size_t limit)
{
    rl_known_free(known);
    known->limit = limit;
}

void rl_known_free(rl_known *known)
{
    rl_known_forget_policy(known);
    free(known->signatures);
    known->signatures = NULL;
}
