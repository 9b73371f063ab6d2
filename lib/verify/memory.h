/* What a verifier learns over time (D25, D28): from a message, and into the caller's memory. */
#ifndef RL_VERIFY_MEMORY_H
#define RL_VERIFY_MEMORY_H

#include "wire/wire.h"
#include "x509/x509.h"

/* What one message will leave behind, if it passes every step. */
typedef struct rl_lesson {
    bool has_peer; /* a request's sender has a new state */
    uint8_t peer_id[RELOAD_ID_SIZE];
    reload_peer_memory peer;
    struct rl_pin *pins; /* identities seen for the first time */
    size_t pin_count;
    size_t pin_cap;
} rl_lesson;

void rl_lesson_free(rl_lesson *lesson);

/* D25: whether a request with this boot time and counter was seen, or may have been. known: the
 * peer was heard of before. */
bool rl_peer_is_replay(const reload_peer_memory *peer, bool known, uint32_t boot_time,
                       uint32_t counter);
/* The state after such a request that is no replay. */
void rl_peer_advance(reload_peer_memory *peer, bool known, uint32_t boot_time, uint32_t counter,
                     uint32_t timestamp);

/* D28: the identity that a certificate speaks for, as it is remembered: "peer:" and 40 hex digits;
 * or "key:" and a KEY as D21 compares it, its scheme dropped and its host in lower case. Appends
 * with a terminating NUL to name. */
reload_err rl_pin_name_of_peer(const uint8_t id[RELOAD_ID_SIZE], reload_buf *name);
reload_err rl_pin_name_of_key(const uint8_t *key, size_t len, reload_buf *name);
/* Whether an identity's key is another than the one remembered, or than the one that the message
 * under judgement has shown before. */
reload_err rl_pin_mismatch(const reload_memory *memory, const rl_lesson *lesson, const char *name,
                           const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *mismatch);
/* Notes an identity's key, to be remembered if it was not known. */
reload_err rl_pin_note(rl_lesson *lesson, const char *name,
                       const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]);

/* Hands what was learnt to the memory. */
reload_err rl_lesson_keep(const rl_lesson *lesson, const reload_memory *memory);

#endif
