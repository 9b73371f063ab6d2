/* --explain: the fewest misreadings of the drafts that reproduce a wrong digest. */
#include "verify/explain/explain.h"

#include <stdlib.h>
#include <string.h>

enum {
    MOST_OCTETS = 256 * 1024 * 1024, /* digested for a message, tunnelled ones included */
    EACH_DIGEST = 512,               /* cost of one digest besides its octets */
    MOST_CERTS = 16,                 /* tried besides the signer's */
    MOST_KEY_SIZE = RL_MAX_RSA_BITS / 8,
    CUT_FROM = 10 /* octets of a digest that identify it */
};

/* One wrong digest. */
struct search {
    const reload_policy *policy;
    const reload_msg *msg;
    reload_explanation *found;
    rl_budget *budget;
    reload_err err;
    unsigned level; /* number of misreadings in a fit */
    rl_cover cover;
    const uint8_t *digest; /* as received */
    size_t len;
    const rl_keys *keys; /* HMAC */
    rl_signed *signeds;  /* CERTS: the digests that may be signed */
    size_t count, cap;
    unsigned certs;
};

bool rl_spend(rl_budget *budget, uint64_t cost)
{
    bool enough = cost <= budget->left;
    budget->left -= enough ? cost : 0;
    budget->spent = budget->spent || !enough;
    return enough;
}

/* Records a fit, once. */
static void note(struct search *s, const rl_set *readings)
{
    reload_fit fit = {.count = readings->count};
    for (unsigned i = 0; i < readings->count; i++)
        fit.readings[i] = reload_reading_at(readings->reading[i]);
    if (readings->count != s->level || s->found->count == RELOAD_MAX_FITS)
        return;
    for (size_t i = 0; i < s->found->count; i++)
        if (memcmp(fit.readings, s->found->fits[i].readings, sizeof fit.readings) == 0)
            return;
    s->found->fits[s->found->count++] = fit;
}

/* Records a fit with a reading of the digest's form added. */
static void note_form(struct search *s, const rl_set *readings, rl_reading form)
{
    rl_set set = *readings;
    if (rl_set_add(&set, form))
        note(s, &set);
}

static bool all_zero(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] != 0)
            return false;
    return true;
}

/* Compares the received digest, in each form, with the one that the readings give. */
static void compare(struct search *s, const rl_set *readings, const uint8_t *digest, size_t size)
{
    uint8_t other[2 * RELOAD_MAX_MD_SIZE], decoded[2 * RELOAD_MAX_MD_SIZE];
    size_t least = s->len < size ? s->len : size, base64;
    if (least >= CUT_FROM && rl_equal(digest, s->digest, least)) {
        /* a longer hash is cut to the size of SHA-1 */
        if (s->len == size || (s->len == RELOAD_HMAC_SIZE && size > s->len))
            note(s, readings);
        else if (s->len < size)
            note_form(s, readings, RL_DIGEST_CUT);
        else if (all_zero(s->digest + size, s->len - size))
            note_form(s, readings, RL_DIGEST_PADDED);
    }
    if (s->len == size) {
        for (size_t i = 0; i < size; i++)
            other[i] = digest[size - 1 - i];
        if (rl_equal(other, s->digest, size))
            note_form(s, readings, RL_DIGEST_REVERSED);
        for (size_t i = 0; i < size; i++) /* every size is a multiple of four */
            other[i] = digest[i ^ 3];
        if (rl_equal(other, s->digest, size))
            note_form(s, readings, RL_DIGEST_WORDS_REVERSED);
    }
    if (s->len == 2 * size && reload_hex_decode((const char *)s->digest, s->len, decoded) &&
        rl_equal(decoded, digest, size))
        note_form(s, readings, RL_DIGEST_AS_HEX);
    base64 = rl_base64_encode(digest, size, other);
    if (s->len <= base64 && s->len >= (size * 4 + 2) / 3 && rl_equal(other, s->digest, s->len))
        note_form(s, readings, RL_DIGEST_AS_BASE64);
    rl_wipe(other, sizeof other);
    rl_wipe(decoded, sizeof decoded);
}

/* ---- HMAC ---- */

/* The digest of the covered octets by one algorithm. */
static reload_err make_mac(const rl_cover *c, reload_md hash, rl_reading mac, bool twice,
                           const rl_key_reading *key, uint8_t *digest)
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
    case RL_HASH_ONLY:
        return reload_digest(hash, &(reload_span){octets, len}, 1, digest);
    case RL_SECRET_IN_FRONT:
        return reload_digest(hash, (const reload_span[]){{key->octets, key->len}, {octets, len}}, 2,
                             digest);
    case RL_SECRET_BEHIND:
        return reload_digest(hash, (const reload_span[]){{octets, len}, {key->octets, key->len}}, 2,
                             digest);
    case RL_KEY_AND_OCTETS_SWAPPED:
        return reload_hmac(hash, (reload_span){octets, len}, &(reload_span){key->octets, key->len},
                           1, digest);
    default:
        return reload_hmac(hash, (reload_span){key->octets, key->len}, &(reload_span){octets, len},
                           1, digest);
    }
}

/* Tries one algorithm with every key. */
static void try_keys(struct search *s, const rl_set *so_far, reload_md hash, rl_reading mac,
                     bool twice)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    for (size_t i = 0; i < s->keys->count && s->err == RELOAD_OK; i++) {
        const rl_key_reading *key = &s->keys->keys[i];
        rl_set readings = *so_far;
        if (!rl_set_join(&readings, &key->readings) || readings.count > s->level ||
            (mac == RL_HASH_ONLY && !key->first))
            continue;
        if (!rl_spend(s->budget, s->cover.len + key->len + EACH_DIGEST))
            break;
        s->err = make_mac(&s->cover, hash, mac, twice, key, digest);
        if (s->err == RELOAD_OK)
            compare(s, &readings, digest, reload_md_size(hash));
    }
    rl_wipe(digest, sizeof digest);
}

/* Tries every algorithm on the octets of the current cover. */
static void try_macs(struct search *s, const rl_set *covering)
{
    static const rl_reading macs[] = {RL_NO_READING, RL_HASH_ONLY, RL_SECRET_IN_FRONT,
                                      RL_SECRET_BEHIND, RL_KEY_AND_OCTETS_SWAPPED};
    for (int hash = 0; hash < RELOAD_MDS; hash++)
        for (size_t m = 0; m < sizeof macs / sizeof macs[0]; m++)
            for (int twice = 0; twice <= 1; twice++) {
                rl_set readings = *covering;
                if (reload_md_size((reload_md)hash) > 0 &&
                    rl_set_add(&readings, rl_hash_reading((reload_md)hash)) &&
                    rl_set_add(&readings, macs[m]) &&
                    rl_set_add(&readings, twice ? RL_HASHED_TWICE : RL_NO_READING) &&
                    readings.count <= s->level)
                    try_keys(s, &readings, (reload_md)hash, macs[m], twice);
            }
}

/* ---- CERTS ---- */

/* Decodes the DIGEST as a signature of size octets in one form. Returns false if it is not one. */
static bool signature_by(const struct search *s, rl_reading form, size_t size, uint8_t *signature)
{
    uint8_t decoded[2 * MOST_KEY_SIZE];
    size_t n;
    switch (form) {
    case RL_DIGEST_REVERSED:
        for (size_t i = 0; i < size && s->len == size; i++)
            signature[i] = s->digest[size - 1 - i];
        return s->len == size;
    case RL_DIGEST_AS_HEX:
        return s->len == 2 * size && reload_hex_decode((const char *)s->digest, s->len, signature);
    case RL_DIGEST_AS_BASE64:
        if (s->len > sizeof decoded || !rl_base64_decode(s->digest, s->len, decoded, &n) ||
            n != size)
            return false;
        memcpy(signature, decoded, size);
        return true;
    case RL_DIGEST_ZEROS_DROPPED:
        if (s->len >= size || s->len + 4 < size)
            return false;
        memset(signature, 0, size - s->len);
        memcpy(signature + (size - s->len), s->digest, s->len);
        return true;
    case RL_DIGEST_SIGN_OCTET:
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
                        const rl_set *readings, bool own)
{
    for (int hash = 0; hash < RELOAD_MDS && s->err == RELOAD_OK; hash++) {
        bool good = false;
        void *array = s->signeds;
        bool grown = rl_grow(&array, &s->cap, s->count, sizeof *s->signeds);
        s->signeds = array;
        s->err = RELOAD_ERR_MEMORY;
        if (grown)
            s->err = rl_block_read(block, size, bits, (reload_md)hash, readings,
                                   &s->signeds[s->count], &good);
        if (s->err != RELOAD_OK || !good)
            continue;
        if (own && !s->signeds[s->count].pss) /* a block may look like PSS by chance */
            s->found->key_fits = true;
        s->count++;
    }
}

/* Opens the signature with a certificate's key. reading: whose certificate it is. */
static void open_with(struct search *s, const reload_cert *cert, rl_reading reading)
{
    static const rl_reading forms[] = {RL_NO_READING,           RL_DIGEST_REVERSED,
                                       RL_DIGEST_AS_HEX,        RL_DIGEST_AS_BASE64,
                                       RL_DIGEST_ZEROS_DROPPED, RL_DIGEST_SIGN_OCTET};
    uint8_t signature[MOST_KEY_SIZE], block[MOST_KEY_SIZE];
    size_t size = reload_cert_signature_size(cert);
    unsigned bits = reload_cert_key_bits(cert);
    if (bits < RL_MIN_RSA_BITS || bits > RL_MAX_RSA_BITS || size > MOST_KEY_SIZE)
        return;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && s->err == RELOAD_OK; i++) {
        rl_set readings = {.count = 0};
        bool good = false;
        if (!rl_set_add(&readings, reading) || !rl_set_add(&readings, forms[i]) ||
            !signature_by(s, forms[i], size, signature))
            continue;
        if (!rl_spend(s->budget,
                      (uint64_t)size * size * size / 16)) /* the exponentiation's cost, roughly */
            return;
        s->err = reload_cert_recover(cert, signature, block, &good);
        if (s->err == RELOAD_OK && good)
            keep_signed(s, block, size, bits, &readings, reading == RL_NO_READING);
    }
}

/* The same with a certificate in DER, unless it has the signer's key. */
static void open_with_der(struct search *s, const uint8_t *der, size_t len, rl_reading reading,
                          const reload_cert *signer)
{
    reload_cert *cert;
    rl_objection objection;
    if (s->err != RELOAD_OK || !rl_spend(s->budget, len))
        return;
    if (s->certs == MOST_CERTS) {
        s->found->incomplete = true;
        return;
    }
    s->certs++;
    s->err = rl_cert_read(der, len, &cert, &objection);
    if (s->err == RELOAD_OK && cert != NULL && !reload_cert_same_key(cert, signer))
        open_with(s, cert, reading);
    reload_cert_free(&cert);
}

/* Opens the signature with the verifier's key, and with those of all other certificates. */
static void open_signature(struct search *s, const reload_cert *signer)
{
    size_t count = reload_msg_count(s->msg), len;
    const uint8_t *der;
    open_with(s, signer, RL_NO_READING);
    for (size_t i = 0; i < count; i++) {
        uint16_t type = reload_msg_attr(s->msg, i)->type;
        if (type != RELOAD_A_PEER_CERT && type != RELOAD_A_BODY_CERTIFICATE)
            continue;
        der = reload_msg_value_octets(s->msg, i, &len);
        open_with_der(s, der, len,
                      type == RELOAD_A_PEER_CERT ? RL_KEY_OF_PEER_CERT : RL_KEY_OF_RESOURCE_CERT,
                      signer);
    }
    reload_span cert;
    for (size_t i = 0; (cert = reload_policy_cert(s->policy, i)).octets != NULL; i++)
        open_with_der(s, cert.octets, cert.len, RL_KEY_OF_CA, signer);
}

/* Compares a digest of the current cover with the signed ones, and with the plain DIGEST. */
static void try_digest(struct search *s, const rl_set *so_far, reload_md hash,
                       const uint8_t *digest)
{
    rl_set readings = *so_far;
    if (rl_set_add(&readings, rl_hash_reading(hash)) && rl_set_add(&readings, RL_HASH_ONLY))
        compare(s, &readings, digest, reload_md_size(hash));
    for (size_t i = 0; i < s->count && s->err == RELOAD_OK; i++) {
        bool fits;
        readings = *so_far;
        if (s->signeds[i].hash != hash || !rl_set_join(&readings, &s->signeds[i].readings))
            continue;
        s->err = rl_signed_is(&s->signeds[i], digest, &fits);
        if (s->err == RELOAD_OK && fits)
            note(s, &readings);
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

static void try_hashes(struct search *s, const rl_set *covering)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    for (int hash = 0; hash < RELOAD_MDS && s->err == RELOAD_OK; hash++) {
        if (!is_wanted(s, (reload_md)hash))
            continue;
        if (!rl_spend(s->budget, s->cover.len + EACH_DIGEST))
            return;
        s->err = reload_digest((reload_md)hash, &(reload_span){s->cover.octets, s->cover.len}, 1,
                               digest);
        if (s->err == RELOAD_OK)
            try_digest(s, covering, (reload_md)hash, digest);
        rl_set twice = *covering;
        if (s->err == RELOAD_OK && rl_set_add(&twice, RL_HASHED_TWICE)) {
            uint8_t again[RELOAD_MAX_MD_SIZE];
            s->err = reload_digest(
                (reload_md)hash, &(reload_span){digest, reload_md_size((reload_md)hash)}, 1, again);
            if (s->err == RELOAD_OK)
                try_digest(s, &twice, (reload_md)hash, again);
        }
    }
}

/* ---- The search ---- */

static void try_cover(struct search *s, const rl_set *covering)
{
    if (s->err != RELOAD_OK || !rl_cover_render(&s->cover, covering, s->budget))
        return;
    if (s->keys != NULL)
        try_macs(s, covering);
    else
        try_hashes(s, covering);
}

/* All fits with the level's number of misreadings. */
static void try_level(struct search *s)
{
    rl_set readings = {.count = 0};
    try_cover(s, &readings);
    for (int a = 0; a < RL_END_COVER; a++) {
        readings = (rl_set){.reading = {(rl_reading)a}, .count = 1};
        try_cover(s, &readings);
    }
    for (int a = 0; a < RL_END_COVER && s->level > 1; a++)
        for (int b = a + 1; b < RL_END_COVER; b++) {
            readings = (rl_set){.reading = {(rl_reading)a}, .count = 1};
            if (rl_set_add(&readings, (rl_reading)b))
                try_cover(s, &readings);
        }
}

/* Explains one signature. keys: NULL unless under HMAC. */
static reload_err explain(const reload_policy *policy, const reload_msg *msg,
                          const reload_signature *signature, const rl_keys *keys, rl_budget *budget,
                          reload_explanation *found)
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
        !rl_spend(budget, len + EACH_DIGEST * (uint64_t)reload_msg_count(msg) / 16)) {
        found->incomplete = true;
        return RELOAD_OK;
    }
    s.err = rl_cover_open(&s.cover, msg, &site);
    if (s.err != RELOAD_OK)
        return s.err;
    if (keys == NULL && signature->signer != NULL)
        open_signature(&s, signature->signer);
    for (s.level = 1; s.level <= RELOAD_MAX_READINGS && found->count == 0 && s.err == RELOAD_OK;
         s.level++)
        try_level(&s);
    found->incomplete = found->incomplete || budget->spent;
    free(s.signeds);
    rl_cover_close(&s.cover);
    return s.err;
}

static bool is_wrong(const reload_signature *signature)
{
    return signature->reason == RELOAD_REASON_BAD_DIGEST ||
           signature->reason == RELOAD_REASON_BAD_DIGEST_LENGTH;
}

/* One report and its tunnelled ones. keys: made at the first use. */
static reload_err explain_report(const reload_policy *policy, const reload_msg *msg,
                                 reload_report *report, rl_keys *keys, rl_budget *budget)
{
    bool hmac = policy->suite->kind == RL_SUITE_MAC;
    reload_err err = RELOAD_OK;
    for (size_t i = 0; i < report->count && err == RELOAD_OK; i++) {
        reload_signature *signature = &report->signatures[i];
        if (!is_wrong(signature) || signature->explanation != NULL)
            continue;
        reload_explanation *found = calloc(1, sizeof *found);
        err = found == NULL              ? RELOAD_ERR_MEMORY
              : hmac && keys->count == 0 ? rl_keys_open(keys, policy)
                                         : RELOAD_OK;
        if (err == RELOAD_OK)
            err = explain(policy, msg, signature, hmac ? keys : NULL, budget, found);
        if (err == RELOAD_OK)
            signature->explanation = found;
        else
            free(found);
    }
    for (size_t i = 0; i < report->tunnelled_count && err == RELOAD_OK; i++)
        err = explain_report(policy, report->tunnelled[i].msg, &report->tunnelled[i].report, keys,
                             budget);
    return err;
}

reload_err reload_explain(const reload_policy *policy, const reload_msg *msg, reload_report *report)
{
    rl_keys keys = {0};
    rl_budget budget = {.left = MOST_OCTETS};
    reload_err err = explain_report(policy, msg, report, &keys, &budget);
    rl_keys_close(&keys);
    return err;
}
