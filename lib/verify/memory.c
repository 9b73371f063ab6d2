/* D25's window and D28's pins, apart from where they are kept. */
#include "verify/memory.h"

#include <stdlib.h>
#include <string.h>

struct rl_pin {
    char *name;
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
};

void rl_lesson_free(rl_lesson *lesson)
{
    for (size_t i = 0; i < lesson->pin_count; i++)
        free(lesson->pins[i].name);
    free(lesson->pins);
    *lesson = (rl_lesson){0};
}

/* ---- Replay (D25) ---- */

enum { WINDOW = 64 }; /* counters below the highest that are told apart */

bool rl_peer_is_replay(const reload_peer_memory *peer, bool known, uint32_t boot_time,
                       uint32_t counter)
{
    if (!known || boot_time > peer->boot_time)
        return false;
    if (boot_time < peer->boot_time)
        return true;
    if (counter > peer->counter)
        return false;
    uint32_t below = peer->counter - counter;
    return below == 0 || below > WINDOW || (peer->window >> (below - 1) & 1) != 0;
}

void rl_peer_advance(reload_peer_memory *peer, bool known, uint32_t boot_time, uint32_t counter,
                     uint32_t timestamp)
{
    if (known && peer->timestamp > timestamp)
        timestamp = peer->timestamp; /* the newest stays, over all boot times: it says how long ago
                                        the peer was heard of */
    if (!known || boot_time > peer->boot_time) {
        *peer = (reload_peer_memory){
            .boot_time = boot_time, .counter = counter, .timestamp = timestamp};
        return;
    }
    if (counter > peer->counter) {
        uint32_t by = counter - peer->counter; /* the old highest is now that far below */
        peer->window =
            by > WINDOW ? 0 : (by == WINDOW ? 0 : peer->window << by) | UINT64_C(1) << (by - 1);
        peer->counter = counter;
    } else {
        peer->window |= UINT64_C(1) << (peer->counter - counter - 1);
    }
    peer->timestamp = timestamp;
}

/* ---- Pins (D28) ---- */

reload_err rl_pin_name_of_peer(const uint8_t id[RELOAD_ID_SIZE], reload_buf *name)
{
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    reload_hex_encode(id, RELOAD_ID_SIZE, digits);
    reload_buf_append(name, "peer:", 5);
    reload_buf_append(name, digits, sizeof digits);
    return name->err;
}

reload_err rl_pin_name_of_key(const uint8_t *key, size_t len, reload_buf *name)
{
    rl_drop_scheme(&key, &len);
    reload_buf_append(name, "key:", 4);
    size_t host = name->len + len;
    reload_buf_append(name, key, len);
    reload_buf_append(name, "", 1);
    if (name->err != RELOAD_OK)
        return name->err;
    while (len > 0 && key[len - 1] != '@') {
        len--;
        host--;
    }
    for (; len > 0 && name->octets[host] != '\0'; host++) /* no "@": no host */
        if (name->octets[host] >= 'A' && name->octets[host] <= 'Z')
            name->octets[host] = (uint8_t)(name->octets[host] - 'A' + 'a');
    return RELOAD_OK;
}

reload_err rl_pin_mismatch(const reload_memory *memory, const rl_lesson *lesson, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *mismatch)
{
    uint8_t kept[RELOAD_FINGERPRINT_SIZE];
    bool known = false;
    *mismatch = false;
    for (size_t i = 0; i < lesson->pin_count; i++)
        if (strcmp(lesson->pins[i].name, name) == 0) {
            *mismatch =
                memcmp(lesson->pins[i].fingerprint, fingerprint, RELOAD_FINGERPRINT_SIZE) != 0;
            return RELOAD_OK;
        }
    reload_err err = memory->find_pin(memory->arg, name, kept, &known);
    *mismatch = err == RELOAD_OK && known && memcmp(kept, fingerprint, sizeof kept) != 0;
    return err;
}

reload_err rl_pin_note(rl_lesson *lesson, const char *name,
                       const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    for (size_t i = 0; i < lesson->pin_count; i++)
        if (strcmp(lesson->pins[i].name, name) == 0)
            return RELOAD_OK;
    void *pins = lesson->pins;
    bool grown = rl_grow(&pins, &lesson->pin_cap, lesson->pin_count, sizeof *lesson->pins);
    lesson->pins = pins;
    char *copy = grown ? strdup(name) : NULL;
    if (copy == NULL)
        return RELOAD_ERR_MEMORY;
    struct rl_pin *pin = &lesson->pins[lesson->pin_count++];
    pin->name = copy;
    memcpy(pin->fingerprint, fingerprint, RELOAD_FINGERPRINT_SIZE);
    return RELOAD_OK;
}

reload_err rl_lesson_keep(const rl_lesson *lesson, const reload_memory *memory)
{
    reload_err err = RELOAD_OK;
    if (lesson->has_peer)
        err = memory->keep_peer(memory->arg, lesson->peer_id, &lesson->peer);
    for (size_t i = 0; i < lesson->pin_count && err == RELOAD_OK; i++)
        err = memory->keep_pin(memory->arg, lesson->pins[i].name, lesson->pins[i].fingerprint);
    return err;
}
