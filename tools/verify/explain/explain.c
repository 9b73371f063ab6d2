/* SPDX-License-Identifier: BSD-2-Clause */
/* --explain: the fewest misreadings of the drafts that reproduce a wrong digest. */
#include "base/fault.h"
#include "common/array.h"
#include "verify/explain/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_OCTETS = 256 * 1024 * 1024,   /* digested for a message, tunnelled ones included */
    EACH_DIGEST = 512,                 /* cost of one digest besides its octets */
    MOST_CERTS = EXPLAIN_MAX_KEYS - 1, /* tried besides the signer's (D34) */
    MOST_KEY_SIZE = 8192 / 8,
    CUT_FROM = 10 /* octets of a digest that identify it */
};

/* One wrong digest. */
struct search {
    const reload_policy *policy;
    const reload_msg *msg;
    struct explanation *found;
    explain_budget *budget;
    reload_err err;
    unsigned level; /* number of misreadings in a fit */
    explain_cover cover;
    const uint8_t *digest; /* as received */
    size_t len;
    const explain_keys *keys; /* HMAC */
    explain_signed *signeds;  /* CERTS: the digests that the signature may be of */
    size_t count, cap;
    unsigned certs;
    char whose[256]; /* the certificate that is being tried; empty: the signer's */
};

bool explain_spend(explain_budget *budget, uint64_t cost)
{
    bool enough = cost <= budget->left;
    budget->left -= enough ? cost : 0;
    budget->spent = budget->spent || !enough;
    return enough;
}

/* Records a fit, once. whose: the certificate whose key fits. */
static void note_whose(struct search *s, const explain_set *readings, const char *whose)
{
    explain_fit fit = {.count = readings->count};
    (void)snprintf(fit.whose, sizeof fit.whose, "%s", whose);
    for (unsigned i = 0; i < readings->count; i++)
        fit.readings[i] = explain_reading_at(readings->readings[i]);
    if (readings->count != s->level || s->found->count == EXPLAIN_MAX_FITS)
        return;
    for (size_t i = 0; i < s->found->count; i++)
        if (memcmp(fit.readings, s->found->fits[i].readings, sizeof fit.readings) == 0)
            return;
    s->found->fits[s->found->count++] = fit;
}

static void note(struct search *s, const explain_set *readings)
{
    note_whose(s, readings, "");
}

/* Records a fit, with a misreading of the digest's form added. */
static void note_form(struct search *s, const explain_set *readings, explain_reading form)
{
    explain_set set = *readings;
    if (explain_set_add(&set, form))
        note(s, &set);
}

static bool all_zero(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return false;
    return true;
}

/* Compares in constant time, as the verifier does: a sender of guesses must not learn from the time
 * how many octets of a digest under the secret were right. */
static bool is_same_digest(const uint8_t *made, const uint8_t *received, size_t len)
{
    volatile uint8_t differing = 0; /* not a branch for each octet, whatever the compiler does */
    for (size_t i = 0; i < len; i++)
        differing = (uint8_t)(differing | (made[i] ^ received[i]));
    return differing == 0;
}

/* Compares the received digest, in each form, with the one that the readings give. */
static void compare_signed(struct search *s, const explain_set *readings, const uint8_t *digest,
                           size_t size)
{
    uint8_t other[2 * RELOAD_MAX_MD_SIZE], decoded[2 * RELOAD_MAX_MD_SIZE];
    size_t least = s->len < size ? s->len : size, base64;
    if (least >= CUT_FROM && is_same_digest(digest, s->digest, least)) {
        /* a longer hash is cut to the size of SHA-1 */
        if (s->len == size || (s->len == RELOAD_HMAC_SIZE && size > s->len))
            note(s, readings);
        else if (s->len < size)
            note_form(s, readings, READ_DIGEST_CUT);
        else if (all_zero(s->digest + size, s->len - size))
            note_form(s, readings, READ_DIGEST_PADDED);
    }
    if (s->len == size) {
        for (size_t i = 0; i < size; i++)
            other[i] = digest[size - 1 - i];
        if (is_same_digest(other, s->digest, size))
            note_form(s, readings, READ_DIGEST_REVERSED);
        for (size_t i = 0; i < size; i++) /* every size is a multiple of four */
            other[i] = digest[i ^ 3];
        if (is_same_digest(other, s->digest, size))
            note_form(s, readings, READ_DIGEST_WORDS_REVERSED);
    }
    if (s->len == 2 * size && reload_hex_decode((const char *)s->digest, s->len, decoded) &&
        is_same_digest(digest, decoded, size))
        note_form(s, readings, READ_DIGEST_AS_HEX);
    base64 = explain_base64_encode(digest, size, other);
    if (s->len <= base64 && s->len >= (size * 4 + 2) / 3 &&
        is_same_digest(other, s->digest, s->len))
        note_form(s, readings, READ_DIGEST_AS_BASE64);
    explicit_bzero(other, sizeof other);
    explicit_bzero(decoded, sizeof decoded);
}

/* ---- HMAC ---- */

/* The digest of the covered octets by one algorithm. */
static reload_err make_mac(const explain_cover *c, reload_md hash, explain_reading mac, bool twice,
                           const explain_key_reading *key, uint8_t *digest)
{
    uint8_t first[RELOAD_MAX_MD_SIZE];
    const uint8_t *octets = c->octets;
    size_t len = c->len;
    if (twice) {
        reload_err err = reload_digest(hash, &(reload_span){octets, len}, 1, first);
        if (err != RELOAD_OK)
            return err;
        octets = first;
        len = reload_md_size(hash);
    }
    switch (mac) {
    case READ_HASH_ONLY:
        return reload_digest(hash, &(reload_span){octets, len}, 1, digest);
    case READ_SECRET_IN_FRONT:
        return reload_digest(hash, (const reload_span[]){{key->octets, key->len}, {octets, len}}, 2,
                             digest);
    case READ_SECRET_BEHIND:
        return reload_digest(hash, (const reload_span[]){{octets, len}, {key->octets, key->len}}, 2,
                             digest);
    case READ_KEY_AND_OCTETS_SWAPPED:
        return reload_hmac(hash, (reload_span){octets, len}, &(reload_span){key->octets, key->len},
                           1, digest);
    default:
        return reload_hmac(hash, (reload_span){key->octets, key->len}, &(reload_span){octets, len},
                           1, digest);
    }
}

/* Tries one algorithm with every key. */
static void try_keys(struct search *s, const explain_set *so_far, reload_md hash,
                     explain_reading mac, bool twice)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    for (size_t i = 0; i < s->keys->count && s->err == RELOAD_OK; i++) {
        const explain_key_reading *key = &s->keys->keys[i];
        explain_set readings = *so_far;
        if (!explain_set_join(&readings, &key->readings) || readings.count > s->level ||
            (mac == READ_HASH_ONLY && !key->first))
            continue;
        if (!explain_spend(s->budget, s->cover.len + key->len + EACH_DIGEST))
            break;
        s->err = make_mac(&s->cover, hash, mac, twice, key, digest);
        if (s->err == RELOAD_OK)
            compare_signed(s, &readings, digest, reload_md_size(hash));
    }
    explicit_bzero(digest, sizeof digest);
}

/* Tries every algorithm on the octets of the current cover. */
static void try_macs(struct search *s, const explain_set *covering)
{
    static const explain_reading macs[] = {READ_NO_READING, READ_HASH_ONLY, READ_SECRET_IN_FRONT,
                                           READ_SECRET_BEHIND, READ_KEY_AND_OCTETS_SWAPPED};
    for (int hash = 0; hash < RELOAD_MDS; hash++)
        for (size_t m = 0; m < sizeof macs / sizeof macs[0]; m++)
            for (int twice = 0; twice <= 1; twice++) {
                explain_set readings = *covering;
                if (reload_md_size((reload_md)hash) > 0 &&
                    explain_set_add(&readings, explain_hash_reading((reload_md)hash)) &&
                    explain_set_add(&readings, macs[m]) &&
                    explain_set_add(&readings, twice ? READ_HASHED_TWICE : READ_NO_READING) &&
                    readings.count <= s->level)
                    try_keys(s, &readings, (reload_md)hash, macs[m], twice);
            }
}

/* ---- CERTS ---- */

/* Decodes the DIGEST as a signature of size octets in one form. Returns false if it is not one. */
static bool signature_by(const struct search *s, explain_reading form, size_t size,
                         uint8_t *signature)
{
    uint8_t decoded[2 * MOST_KEY_SIZE];
    size_t n;
    switch (form) {
    case READ_DIGEST_REVERSED:
        for (size_t i = 0; i < size && s->len == size; i++)
            signature[i] = s->digest[size - 1 - i];
        return s->len == size;
    case READ_DIGEST_AS_HEX:
        return s->len == 2 * size && reload_hex_decode((const char *)s->digest, s->len, signature);
    case READ_DIGEST_AS_BASE64:
        if (s->len > sizeof decoded || !explain_base64_decode(s->digest, s->len, decoded, &n) ||
            n != size)
            return false;
        memcpy(signature, decoded, size);
        return true;
    case READ_DIGEST_ZEROS_DROPPED:
        if (s->len >= size || s->len + 4 < size)
            return false;
        memset(signature, 0, size - s->len);
        memcpy(signature + (size - s->len), s->digest, s->len);
        return true;
    case READ_DIGEST_SIGN_OCTET:
        if (s->len != size + 1 || s->digest[0] != 0)
            return false;
        memcpy(signature, s->digest + 1, size);
        return true;
    default:
        if (s->len != size)
            return false;
        memcpy(signature, s->digest, size);
        return true;
    }
}

/* Records the digests that a block signs. own: opened with the key that the verifier used. */
static void keep_signed(struct search *s, const uint8_t *block, size_t size, unsigned bits,
                        const explain_set *readings, bool own)
{
    for (int hash = 0; hash < RELOAD_MDS && s->err == RELOAD_OK; hash++) {
        bool good = false;
        explain_signed *signeds = array_grow(s->signeds, &s->cap, s->count, sizeof *signeds);
        if (signeds == NULL) {
            s->err = RELOAD_ERR_MEMORY;
            return;
        }
        s->signeds = signeds;
        s->err = explain_block_read(block, size, bits, (reload_md)hash, readings,
                                    &s->signeds[s->count], &good);
        if (s->err != RELOAD_OK || !good)
            continue;
        bool chance = s->signeds[s->count].pss; /* a block may look like PSS by chance */
        if (own && !chance)
            s->found->key_fits = true;
        else if (!chance && !RL_FAULT("explain: whose a foreign key is"))
            memcpy(s->found->foreign, s->whose, sizeof s->whose);
        memcpy(s->signeds[s->count].whose, s->whose, sizeof s->whose);
        s->count++;
    }
}

/* Opens the signature with a certificate's key. reading: whose certificate it is. */
static void open_with(struct search *s, const reload_cert *cert, explain_reading reading)
{
    static const explain_reading forms[] = {READ_NO_READING,           READ_DIGEST_REVERSED,
                                            READ_DIGEST_AS_HEX,        READ_DIGEST_AS_BASE64,
                                            READ_DIGEST_ZEROS_DROPPED, READ_DIGEST_SIGN_OCTET};
    uint8_t signature[MOST_KEY_SIZE], block[MOST_KEY_SIZE];
    size_t size = reload_cert_signature_size(cert);
    unsigned bits = reload_cert_key_bits(cert);
    if (bits < 1024 || bits > 8192 || size > MOST_KEY_SIZE)
        return;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && s->err == RELOAD_OK; i++) {
        explain_set readings = {.count = 0};
        bool good = false;
        if (!explain_set_add(&readings, reading) || !explain_set_add(&readings, forms[i]) ||
            !signature_by(s, forms[i], size, signature))
            continue;
        if (!explain_spend(s->budget, (uint64_t)size * size * size /
                                          16)) /* the exponentiation's cost, roughly */
            return;
        s->err = reload_cert_recover(cert, signature, block, &good);
        if (s->err == RELOAD_OK && good)
            keep_signed(s, block, size, bits, &readings, reading == READ_NO_READING);
    }
}

/* Records the name of the certificate whose key is tried next. */
static void set_whose(struct search *s, const reload_cert *cert)
{
    enum { MAX = 180 };
    const char *subject = reload_cert_subject(cert); /* escaped already */
    size_t len = strlen(subject);
    for (len = len > MAX ? MAX : len; ((uint8_t)subject[len] & 0xc0) == 0x80;)
        len--; /* not within a character */
    (void)snprintf(s->whose, sizeof s->whose, "%.*s, serial %.60s", (int)len, subject,
                   reload_cert_serial(cert));
}

/* Opens the signature with the key of a certificate in DER, unless that is the signer's key. */
static void open_with_der(struct search *s, const uint8_t *der, size_t len, explain_reading reading,
                          const reload_cert *signer)
{
    reload_cert *cert;
    if (s->err != RELOAD_OK || !explain_spend(s->budget, len))
        return;
    if (s->certs == MOST_CERTS) {
        s->found->incomplete = true;
        return;
    }
    s->certs++;
    reload_err err = reload_cert_parse(der, len, &cert, NULL);
    if (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_CRYPTO)
        s->err = err;
    else if (err == RELOAD_OK && !reload_cert_same_key(cert, signer)) {
        set_whose(s, cert);
        open_with(s, cert, reading);
        s->whose[0] = '\0';
    }
    reload_cert_free(&cert);
}

/* Opens the signature with the verifier's key, and with those of all other certificates. */
static void open_signature(struct search *s, const reload_cert *signer)
{
    size_t count = reload_msg_count(s->msg), len;
    const uint8_t *der;
    open_with(s, signer, READ_NO_READING);
    for (size_t i = 0; i < count; i++) {
        uint16_t type = reload_msg_attr(s->msg, i)->type;
        if (!reload_is_certificate(type))
            continue;
        der = reload_msg_value_octets(s->msg, i, &len);
        open_with_der(
            s, der, len,
            type == RELOAD_A_PEER_CERT ? READ_KEY_OF_PEER_CERT : READ_KEY_OF_RESOURCE_CERT, signer);
    }
    reload_span cert;
    for (size_t i = 0; (cert = reload_policy_cert(s->policy, i)).octets != NULL; i++)
        open_with_der(s, cert.octets, cert.len, READ_KEY_OF_CA, signer);
}

/* Compares a digest of the current cover with the signed ones, and with the plain DIGEST. */
static void try_digest(struct search *s, const explain_set *so_far, reload_md hash,
                       const uint8_t *digest)
{
    explain_set readings = *so_far;
    if (explain_set_add(&readings, explain_hash_reading(hash)) &&
        explain_set_add(&readings, READ_HASH_ONLY))
        compare_signed(s, &readings, digest, reload_md_size(hash));
    for (size_t i = 0; i < s->count && s->err == RELOAD_OK; i++) {
        bool fits;
        readings = *so_far;
        if (s->signeds[i].hash != hash || !explain_set_join(&readings, &s->signeds[i].readings))
            continue;
        s->err = explain_signed_is(&s->signeds[i], digest, &fits);
        if (s->err == RELOAD_OK && fits)
            note_whose(s, &readings, s->signeds[i].whose);
    }
}

/* Whether a digest by that hash can fit. */
static bool is_wanted(const struct search *s, reload_md hash)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->signeds[i].hash == hash)
            return true;
    return reload_md_size(hash) > 0 && s->len <= 2 * RELOAD_MAX_MD_SIZE;
}

static void try_hashes(struct search *s, const explain_set *covering)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    for (int hash = 0; hash < RELOAD_MDS && s->err == RELOAD_OK; hash++) {
        if (!is_wanted(s, (reload_md)hash))
            continue;
        if (!explain_spend(s->budget, s->cover.len + EACH_DIGEST))
            return;
        s->err = reload_digest((reload_md)hash, &(reload_span){s->cover.octets, s->cover.len}, 1,
                               digest);
        if (s->err == RELOAD_OK)
            try_digest(s, covering, (reload_md)hash, digest);
        explain_set twice = *covering;
        if (s->err == RELOAD_OK && explain_set_add(&twice, READ_HASHED_TWICE)) {
            uint8_t again[RELOAD_MAX_MD_SIZE];
            s->err = reload_digest(
                (reload_md)hash, &(reload_span){digest, reload_md_size((reload_md)hash)}, 1, again);
            if (s->err == RELOAD_OK)
                try_digest(s, &twice, (reload_md)hash, again);
        }
    }
}

/* ---- The search ---- */

static void try_cover(struct search *s, const explain_set *covering)
{
    if (s->err != RELOAD_OK || !explain_cover_render(&s->cover, covering, s->budget))
        return;
    if (s->keys != NULL)
        try_macs(s, covering);
    else
        try_hashes(s, covering);
}

/* All fits with the level's number of misreadings. */
static void try_level(struct search *s)
{
    explain_set readings = {.count = 0};
    try_cover(s, &readings);
    for (int a = 0; a < READ_END_COVER; a++) {
        readings = (explain_set){.readings = {(explain_reading)a}, .count = 1};
        try_cover(s, &readings);
    }
    for (int a = 0; a < READ_END_COVER && s->level > 1; a++)
        for (int b = a + 1; b < READ_END_COVER; b++) {
            readings = (explain_set){.readings = {(explain_reading)a}, .count = 1};
            if (explain_set_add(&readings, (explain_reading)b))
                try_cover(s, &readings);
        }
}

/* Opens the signature for its signer. The judge that has read the signer may use its key in another
 * thread, so a copy is used here. */
static void open_for_signer(struct search *s, const reload_cert *signer)
{
    reload_cert *copy;
    size_t len;
    const uint8_t *der = reload_cert_octets(signer, &len);
    reload_err err = reload_cert_parse(der, len, &copy, NULL);
    if (err == RELOAD_OK)
        open_signature(s, copy);
    else if (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_CRYPTO)
        s->err = err;
    reload_cert_free(&copy);
}

/* Explains one signature. keys: NULL unless under HMAC. */
static reload_err explain_one(const reload_policy *policy, const reload_msg *msg,
                              const reload_signature *signature, const explain_keys *keys,
                              explain_budget *budget, struct explanation *found)
{
    struct search s = {
        .policy = policy, .msg = msg, .found = found, .budget = budget, .keys = keys};
    reload_site site;
    size_t len;
    reload_site_at(msg, signature->attr, &site);
    if (site.digest != RELOAD_NO_ATTR)
        s.digest = reload_msg_value_octets(msg, site.digest, &s.len);
    found->no_digest = s.len == 0;
    if (found->no_digest)
        return RELOAD_OK;
    (void)reload_msg_octets(msg, &len);
    if (budget->spent ||
        !explain_spend(budget, len + EACH_DIGEST * (uint64_t)reload_msg_count(msg) / 16)) {
        found->incomplete = true;
        return RELOAD_OK;
    }
    s.err = explain_cover_open(&s.cover, msg, &site);
    if (s.err != RELOAD_OK)
        return s.err;
    if (keys == NULL && signature->signer != NULL)
        open_for_signer(&s, signature->signer);
    for (s.level = 1; s.level <= EXPLAIN_MAX_READINGS && found->count == 0 && s.err == RELOAD_OK;
         s.level++)
        try_level(&s);
    found->incomplete =
        found->incomplete || budget->spent || (found->count == 0 && keys != NULL && keys->cut);
    free(s.signeds);
    explain_cover_close(&s.cover);
    return s.err;
}

static bool is_wrong(const reload_signature *signature)
{
    return signature->reason == RELOAD_REASON_BAD_DIGEST ||
           signature->reason == RELOAD_REASON_BAD_DIGEST_LENGTH;
}

/* The keys and the budget of one message, and the list of its explanations. */
struct run {
    const reload_policy *policy;
    bool mac;
    explain_keys keys; /* made at the first use */
    explain_budget budget;
    struct explanations *list;
};

static reload_err explain_signature(struct run *r, const reload_msg *msg,
                                    const reload_signature *signature)
{
    reload_err err =
        r->mac && r->keys.count == 0 ? explain_keys_open(&r->keys, r->policy) : RELOAD_OK;
    if (err != RELOAD_OK)
        return err;
    struct explanation *found = explanations_add(r->list, signature);
    if (found == NULL)
        return RELOAD_ERR_MEMORY;
    err = explain_one(r->policy, msg, signature, r->mac ? &r->keys : NULL, &r->budget, found);
    if (err != RELOAD_OK)
        r->list->count--; /* half an explanation would mislead */
    return err;
}

/* Adds an explanation of a TIMESTAMP if there is one. */
static reload_err explain_timestamp(struct run *r, const reload_report *report,
                                    const reload_signature *signature)
{
    explain_faults faults;
    explain_time(r->policy, signature->timestamp, report->checked_at, &faults);
    if (faults.count == 0)
        return RELOAD_OK;
    struct explanation *found = explanations_add(r->list, signature);
    if (found == NULL)
        return RELOAD_ERR_MEMORY;
    found->time = true;
    for (; found->count < faults.count; found->count++)
        found->fits[found->count] = (explain_fit){
            .readings = {explain_reading_at((size_t)faults.readings[found->count])}, .count = 1};
    return RELOAD_OK;
}

/* One report and its tunnelled ones. */
static reload_err explain_all(struct run *r, const reload_msg *msg, const reload_report *report)
{
    explain_faults faults;
    explain_faults_of(r->policy, msg, report, &faults);
    reload_err err = RELOAD_OK;
    for (size_t i = 0; i < faults.count && err == RELOAD_OK; i++)
        err = explanations_add_fault(r->list, report, faults.readings[i]);
    for (size_t i = 0; i < report->count && err == RELOAD_OK; i++) {
        const reload_signature *signature = reload_report_signature(report, i);
        if (is_wrong(signature))
            err = explain_signature(r, msg, signature);
        else if (signature->reason == RELOAD_REASON_STALE ||
                 signature->reason == RELOAD_REASON_FUTURE)
            err = explain_timestamp(r, report, signature);
    }
    for (size_t i = 0; i < report->tunnelled_count && err == RELOAD_OK; i++) {
        const reload_tunnelled *inner = reload_report_tunnelled(report, i);
        err = explain_all(r, inner->msg, inner->report);
    }
    return err;
}

reload_err explain_report(const reload_policy *policy, const reload_msg *msg,
                          const reload_report *report, struct explanations *list)
{
    const reload_suite *suite = reload_suite_of((uint32_t)reload_policy_security(policy));
    struct run r = {.policy = policy,
                    .mac = suite->kind == RELOAD_SUITE_MAC,
                    .budget = {.left = MOST_OCTETS},
                    .list = list};
    explanations_clear(list);
    reload_err err = explain_all(&r, msg, report);
    explain_keys_close(&r.keys);
    return err;
}
