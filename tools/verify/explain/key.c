/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys that a signer may have derived from a shared secret (D12). */
#include "base/fault.h"
#include "common/array.h"
#include "verify/explain/explain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Adds a key: the octets followed by a tail. */
static reload_err keys_add(explain_keys *keys, const explain_set *readings, const uint8_t *octets,
                           size_t len, const char *tail, size_t tail_len)
{
    explain_key_reading *grown = array_grow(keys->keys, &keys->cap, keys->count, sizeof *grown);
    if (grown == NULL)
        return RELOAD_ERR_MEMORY;
    keys->keys = grown;
    uint8_t *copy = malloc(len + tail_len + 1);
    if (copy == NULL)
        return RELOAD_ERR_MEMORY;
    if (len > 0)
        memcpy(copy, octets, len);
    if (tail_len > 0)
        memcpy(copy + len, tail, tail_len);
    keys->keys[keys->count] = (explain_key_reading){.readings = *readings,
                                                    .octets = copy,
                                                    .len = len + tail_len,
                                                    .first = keys->count == 0,
                                                    .order = keys->next++};
    keys->count++;
    return RELOAD_OK;
}

/* Adds a key as it is, and with each tail. start: how the secret was read before, or
 * READ_NO_READING. */
static reload_err add_part(explain_keys *keys, explain_reading start, explain_reading form,
                           const uint8_t *octets, size_t len)
{
    static const struct {
        explain_reading reading;
        const char *tail;
        size_t len;
    } tails[] = {{READ_NO_READING, "", 0},
                 {READ_SECRET_WITH_LF, "\n", 1},
                 {READ_SECRET_WITH_CRLF, "\r\n", 2},
                 {READ_SECRET_WITH_NUL, "", 1},
                 {READ_SECRET_WITH_BLANK, " ", 1}};
    reload_err err = RELOAD_OK;
    for (size_t i = 0; i < sizeof tails / sizeof tails[0] && err == RELOAD_OK; i++) {
        explain_set readings = {.count = 0};
        if (explain_set_add(&readings, start) && explain_set_add(&readings, form) &&
            explain_set_add(&readings, tails[i].reading))
            err = keys_add(keys, &readings, octets, len, tails[i].tail, tails[i].len);
    }
    return err;
}

static reload_err add_form(explain_keys *keys, explain_reading form, const uint8_t *octets,
                           size_t len)
{
    return add_part(keys, READ_NO_READING, form, octets, len);
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t explain_base64_encode(const uint8_t *octets, size_t len, uint8_t *text)
{
    size_t at = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t v = (uint32_t)octets[i] << 16 | (n > 1 ? (uint32_t)octets[i + 1] << 8 : 0) |
                     (n > 2 ? octets[i + 2] : 0u);
        for (unsigned k = 0; k < 4; k++)
            text[at++] = k <= n ? (uint8_t)base64_digits[v >> (18 - 6 * k) & 63] : '=';
    }
    return at;
}

bool explain_base64_decode(const uint8_t *text, size_t len, uint8_t *octets, size_t *octets_len)
{
    uint32_t v = 0;
    while (len > 0 && text[len - 1] == '=')
        len--;
    *octets_len = 0;
    for (size_t i = 0; i < len; i++) {
        const char *digit = text[i] == '\0' ? NULL : strchr(base64_digits, text[i]);
        if (digit == NULL)
            return false;
        v = v << 6 | (uint32_t)(digit - base64_digits);
        if (i % 4 > 0)
            octets[(*octets_len)++] = (uint8_t)(v >> (6 - 2 * (i % 4)));
    }
    return len % 4 != 1;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Adds the truncated keys. */
static reload_err add_cut(explain_keys *keys, const uint8_t *secret, size_t len)
{
    enum { BLOCK = 64 };
    size_t from = 0, to = len;
    const uint8_t *nul = memchr(secret, '\0', len);
    while (from < to && is_blank(secret[from]))
        from++;
    while (to > from && is_blank(secret[to - 1]))
        to--;
    reload_err err =
        to - from < len ? add_form(keys, READ_SECRET_TRIMMED, secret + from, to - from) : RELOAD_OK;
    if (err == RELOAD_OK && nul != NULL)
        err = add_form(keys, READ_SECRET_CUT_AT_NUL, secret, (size_t)(nul - secret));
    if (err == RELOAD_OK && len > 20)
        err = add_form(keys, READ_SECRET_CUT_TO_20, secret, 20);
    if (err == RELOAD_OK && len > BLOCK)
        err = add_form(keys, READ_SECRET_CUT_TO_64, secret, BLOCK);
    if (err == RELOAD_OK)
        err = add_form(keys, READ_SECRET_EMPTY, secret, 0);
    return err;
}

/* Adds the keys that are other encodings of a secret. work has 24 + 2 * len octets. */
static reload_err add_spelt(explain_keys *keys, const uint8_t *secret, size_t len, uint8_t *work)
{
    size_t n;
    memcpy(work, "hex:", 4);
    reload_hex_encode(secret, len, (char *)work + 4);
    reload_err err = add_form(keys, READ_SECRET_WITH_HEX_PREFIX, work, 4 + 2 * len);
    if (err == RELOAD_OK)
        err = add_form(keys, READ_SECRET_AS_HEX, work + 4, 2 * len);
    bool letters = false;
    for (size_t i = 4; i < 4 + 2 * len; i++) {
        letters = letters || work[i] >= 'a';
        work[i] = (uint8_t)(work[i] >= 'a' ? work[i] - 'a' + 'A' : work[i]);
    }
    if (err == RELOAD_OK && letters)
        err = add_form(keys, READ_SECRET_AS_UPPER_HEX, work + 4, 2 * len);
    if (err == RELOAD_OK && reload_hex_decode((const char *)secret, len, work))
        err = add_form(keys, READ_SECRET_FROM_HEX, work, len / 2);
    n = explain_base64_encode(secret, len, work);
    if (err == RELOAD_OK)
        err = add_form(keys, READ_SECRET_AS_BASE64, work, n);
    if (err == RELOAD_OK && explain_base64_decode(secret, len, work, &n))
        err = add_form(keys, READ_SECRET_FROM_BASE64, work, n);
    if (err == RELOAD_OK)
        err = reload_digest(RELOAD_MD_SHA1, &(reload_span){secret, len}, 1, work);
    if (err == RELOAD_OK)
        err = add_form(keys, READ_SECRET_HASHED, work, 20);
    return err;
}

/* Adds the key that is written after a prefix. work has len octets. */
static reload_err add_prefixed(explain_keys *keys, explain_reading start, const uint8_t *secret,
                               size_t len, uint8_t *work)
{
    static const struct {
        const char *prefix;
        explain_reading reading;
    } prefixes[] = {{"0x", READ_SECRET_FROM_0X},
                    {"hex:", READ_SECRET_FROM_HEX_PREFIX},
                    {"base64:", READ_SECRET_FROM_BASE64_PREFIX}};
    reload_err err = RELOAD_OK;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && err == RELOAD_OK; i++) {
        size_t size = strlen(prefixes[i].prefix), n = (len - size) / 2;
        if (len < size || strncasecmp((const char *)secret, prefixes[i].prefix, size) != 0)
            continue;
        if (prefixes[i].reading == READ_SECRET_FROM_BASE64_PREFIX
                ? explain_base64_decode(secret + size, len - size, work, &n)
                : reload_hex_decode((const char *)secret + size, len - size, work))
            err = add_part(keys, start, prefixes[i].reading, work, n);
    }
    return err;
}

/* Adds the keys without characters that a shell or an editor may have put around the secret. work
 * has len octets. */
static reload_err add_unwrapped(explain_keys *keys, const uint8_t *secret, size_t len,
                                uint8_t *work)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    explain_reading start = READ_NO_READING;
    if (len >= sizeof mark && memcmp(secret, mark, sizeof mark) == 0) {
        start = READ_SECRET_WITHOUT_BOM;
        secret += sizeof mark;
        len -= sizeof mark;
    } else if (len >= 2 && (secret[0] == '"' || secret[0] == '\'') &&
               secret[len - 1] == secret[0]) {
        start = READ_SECRET_WITHOUT_QUOTES;
        secret++;
        len -= 2;
    }
    reload_err err = start == READ_NO_READING ? RELOAD_OK : add_form(keys, start, secret, len);
    return err == RELOAD_OK ? add_prefixed(keys, start, secret, len, work) : err;
}

/* Orders keys by number of readings, so that those with the fewest misreadings are tried. */
static int compare_keys(const void *a, const void *b)
{
    const explain_key_reading *x = a, *y = b;
    if (x->readings.count != y->readings.count)
        return x->readings.count < y->readings.count ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void wipe_key(explain_key_reading *key)
{
    explicit_bzero(key->octets, key->len);
    free(key->octets);
}

/* Drops the keys beyond the number that may be tried (D34). */
static void cut_keys(explain_keys *keys)
{
    if (keys->count > 1)
        qsort(keys->keys, keys->count, sizeof *keys->keys, compare_keys);
    keys->cut = keys->count > EXPLAIN_MAX_KEYS;
    while (keys->count > EXPLAIN_MAX_KEYS)
        wipe_key(&keys->keys[--keys->count]);
}

reload_err explain_keys_open(explain_keys *keys, const reload_policy *policy)
{
    reload_err err = RELOAD_OK;
    reload_span secret;
    *keys = (explain_keys){0};
    for (size_t i = 0;
         err == RELOAD_OK && (secret = reload_policy_secret(policy, i)).octets != NULL; i++) {
        size_t size = 2 * secret.len + 4 + 20;
        keys->next = 0;
        uint8_t *work = malloc(size);
        err = work == NULL ? RELOAD_ERR_MEMORY
                           : add_form(keys, READ_NO_READING, secret.octets, secret.len);
        if (err == RELOAD_OK)
            err = add_spelt(keys, secret.octets, secret.len, work);
        if (err == RELOAD_OK)
            err = add_cut(keys, secret.octets, secret.len);
        if (err == RELOAD_OK && !RL_FAULT("explain: how a secret is written"))
            err = add_unwrapped(keys, secret.octets, secret.len, work);
        if (work != NULL)
            explicit_bzero(work, size);
        free(work);
        if (err == RELOAD_OK)
            cut_keys(keys);
    }
    if (err != RELOAD_OK)
        explain_keys_close(keys);
    return err;
}

void explain_keys_close(explain_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++)
        wipe_key(&keys->keys[i]);
    free(keys->keys);
    *keys = (explain_keys){0};
}
