/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in memory: entries of each kind, found by the octets of their key */
#include "judging.h"

#include <stdlib.h>
#include <string.h>

void fuzz_store_clear(struct fuzz_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        reload_buf_free(&store->entry[i].key);
        reload_buf_free(&store->entry[i].value);
    }
    free(store->entry);
    *store = (struct fuzz_store){0};
}

static struct fuzz_entry *find_entry(const struct fuzz_store *store, fuzz_kind kind,
                                     const void *key, size_t len)
{
    for (size_t i = 0; i < store->count; i++)
        if (store->entry[i].kind == kind &&
            same(store->entry[i].key.octets, store->entry[i].key.len, key, len))
            return &store->entry[i];
    return NULL;
}

static void keep_entry(struct fuzz_store *store, fuzz_kind kind, const void *key, size_t len,
                       const void *value, size_t value_len)
{
    struct fuzz_entry *entry = find_entry(store, kind, key, len);
    if (entry == NULL) {
        struct fuzz_entry *grown = realloc(store->entry, (store->count + 1) * sizeof *store->entry);
        MUST(grown != NULL);
        store->entry = grown;
        entry = &store->entry[store->count++];
        *entry = (struct fuzz_entry){.kind = kind};
        reload_buf_append(&entry->key, key, len);
    }
    reload_buf_reset(&entry->value);
    reload_buf_append(&entry->value, value, value_len);
    MUST(entry->key.err == RELOAD_OK && entry->value.err == RELOAD_OK);
    store->kept[kind]++;
}

/* Copies the value of an entry. Returns whether there is one. */
static bool load_entry(const struct fuzz_store *store, fuzz_kind kind, const void *key, size_t len,
                       void *value, size_t value_len)
{
    const struct fuzz_entry *entry = find_entry(store, kind, key, len);
    if (entry == NULL)
        return false;
    MUST(entry->value.len == value_len);
    memcpy(value, entry->value.octets, value_len);
    return true;
}

static reload_err find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_state *peer,
                            bool *found)
{
    *found = load_entry(arg, FUZZ_PEER, id, RELOAD_ID_SIZE, peer, sizeof *peer);
    return RELOAD_OK;
}

static reload_err keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                            const reload_peer_state *peer)
{
    keep_entry(arg, FUZZ_PEER, id, RELOAD_ID_SIZE, peer, sizeof *peer);
    return RELOAD_OK;
}

enum { REQUEST_KEY = RELOAD_TRANSACTION_SIZE + sizeof(uint32_t) };

static void request_key(const uint8_t *transaction_id, uint32_t overlay, uint8_t *key)
{
    memcpy(key, transaction_id, RELOAD_TRANSACTION_SIZE);
    memcpy(key + RELOAD_TRANSACTION_SIZE, &overlay, sizeof overlay);
}

static reload_err find_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, reload_request_state *request, bool *found)
{
    uint8_t key[REQUEST_KEY];
    request_key(transaction_id, overlay, key);
    *found = load_entry(arg, FUZZ_REQUEST, key, sizeof key, request, sizeof *request);
    return RELOAD_OK;
}

static reload_err keep_request(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                               uint32_t overlay, const reload_request_state *request)
{
    uint8_t key[REQUEST_KEY];
    request_key(transaction_id, overlay, key);
    keep_entry(arg, FUZZ_REQUEST, key, sizeof key, request, sizeof *request);
    return RELOAD_OK;
}

static reload_err find_pin(void *arg, const char *name,
                           uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found)
{
    *found = load_entry(arg, FUZZ_PIN, name, strlen(name), fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

static reload_err keep_pin(void *arg, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    if (!fuzz_store_has_pin(arg, name))
        keep_entry(arg, FUZZ_PIN, name, strlen(name), fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

bool fuzz_store_has_pin(const struct fuzz_store *store, const char *name)
{
    return find_entry(store, FUZZ_PIN, name, strlen(name)) != NULL;
}

reload_store fuzz_store_functions(struct fuzz_store *store)
{
    return (reload_store){.size = sizeof(reload_store),
                          .arg = store,
                          .find_peer = find_peer,
                          .keep_peer = keep_peer,
                          .find_request = find_request,
                          .keep_request = keep_request,
                          .find_pin = find_pin,
                          .keep_pin = keep_pin};
}
