/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake-store.h"

#include <string.h>

static reload_err record_call(struct fake_store *fake, char letter)
{
    size_t len = strlen(fake->calls);
    assert_true(len + 1 < sizeof fake->calls);
    fake->calls[len] = letter;
    fake->calls[len + 1] = '\0';
    if (fake->failing == letter && fake->spared-- == 0)
        return fake->result;
    return RELOAD_OK;
}

static reload_err fake_find_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                                 reload_peer_state *peer, bool *found)
{
    struct fake_store *fake = arg;
    *found = false;
    for (size_t i = 0; i < fake->peer_count; i++)
        if (memcmp(fake->peers[i].id, id, RELOAD_ID_SIZE) == 0) {
            *found = true;
            *peer = fake->peers[i].peer;
        }
    return record_call(fake, 'p');
}

static reload_err fake_keep_peer(void *arg, const uint8_t id[RELOAD_ID_SIZE],
                                 const reload_peer_state *peer)
{
    struct fake_store *fake = arg;
    size_t i = 0;
    reload_err err = record_call(fake, 'P');
    if (err != RELOAD_OK)
        return err;
    while (i < fake->peer_count && memcmp(fake->peers[i].id, id, RELOAD_ID_SIZE) != 0)
        i++;
    assert_true(i < STORE_SIZE);
    memcpy(fake->peers[i].id, id, RELOAD_ID_SIZE);
    fake->peers[i].peer = *peer;
    fake->peer_count += i == fake->peer_count;
    return RELOAD_OK;
}

static reload_err fake_find_request(void *arg,
                                    const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                                    uint32_t overlay, reload_request_state *request, bool *found)
{
    struct fake_store *fake = arg;
    *found = false;
    for (size_t i = 0; i < fake->request_count; i++)
        if (memcmp(fake->requests[i].transaction, transaction_id, RELOAD_TRANSACTION_SIZE) == 0 &&
            fake->requests[i].overlay == overlay) {
            *found = true;
            *request = fake->requests[i].request;
        }
    return record_call(fake, 'q');
}

static reload_err fake_keep_request(void *arg,
                                    const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE],
                                    uint32_t overlay, const reload_request_state *request)
{
    struct fake_store *fake = arg;
    reload_err err = record_call(fake, 'Q');
    if (err != RELOAD_OK)
        return err;
    assert_true(fake->request_count < STORE_SIZE);
    memcpy(fake->requests[fake->request_count].transaction, transaction_id,
           RELOAD_TRANSACTION_SIZE);
    fake->requests[fake->request_count].overlay = overlay;
    fake->requests[fake->request_count++].request = *request;
    return RELOAD_OK;
}

static reload_err fake_find_pin(void *arg, const char *name,
                                uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found)
{
    struct fake_store *fake = arg;
    *found = false;
    for (size_t i = 0; i < fake->pin_count; i++)
        if (strcmp(fake->pins[i].name, name) == 0) {
            *found = true;
            memcpy(fingerprint, fake->pins[i].fingerprint, RELOAD_FINGERPRINT_SIZE);
        }
    return record_call(fake, 'i');
}

static reload_err fake_keep_pin(void *arg, const char *name,
                                const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    struct fake_store *fake = arg;
    reload_err err = record_call(fake, 'I');
    for (size_t i = 0; i < fake->pin_count; i++)
        if (strcmp(fake->pins[i].name, name) == 0)
            return err;
    if (err != RELOAD_OK)
        return err;
    assert_true(fake->pin_count < STORE_SIZE && strlen(name) < sizeof fake->pins[0].name);
    memcpy(fake->pins[fake->pin_count].name, name, strlen(name) + 1);
    memcpy(fake->pins[fake->pin_count++].fingerprint, fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

void clear_store(struct fake_store *fake)
{
    memset(fake, 0, sizeof *fake);
}

reload_store fake_store_functions(struct fake_store *fake)
{
    return (reload_store){.size = sizeof(reload_store),
                          .arg = fake,
                          .find_peer = fake_find_peer,
                          .keep_peer = fake_keep_peer,
                          .find_request = fake_find_request,
                          .keep_request = fake_keep_request,
                          .find_pin = fake_find_pin,
                          .keep_pin = fake_keep_pin};
}
