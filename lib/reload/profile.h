/* SPDX-License-Identifier: BSD-2-Clause */
/* The profile of an overlay (overlay.json). */
#ifndef RELOAD_PROFILE_H
#define RELOAD_PROFILE_H

#include <reload/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RELOAD_MAX_FILES = 16 };

/* The policy of an overlay. Made by the library alone; callers may read and write its members, and
 * later versions may add members at its end. The profile owns its strings, which come from malloc.
 * An absent key is NULL, -1 or false. */
typedef struct reload_profile {
    char *overlay;     /* name */
    int64_t security;  /* a reload_security */
    int64_t dht, hash; /* header values */
    int64_t max_skew;  /* seconds; -2: no limit */
    int64_t min_rsa_bits;
    bool allow_sha1_certs;
    bool require_crl;
    bool require_peer_signature;
    bool replay, pair;                         /* D25 */
    char *replay_state, *pin;                  /* files (D25, D28) */
    char *ca[RELOAD_MAX_FILES + 1];            /* files of CA certificates, up to a NULL */
    char *intermediates[RELOAD_MAX_FILES + 1]; /* files of intermediate certificates */
    char *crl[RELOAD_MAX_FILES + 1];           /* files of revocation lists */
} reload_profile;

/* Makes a profile without keys; NULL without memory. */
reload_profile *reload_profile_new(void);
/* Frees the profile with its strings, and sets the pointer to NULL. */
void reload_profile_free(reload_profile **profile);
/* Reads a new profile. Errors are those of reload_json_read; an unknown key, and ca together with
 * pin, are RELOAD_ERR_VALUE. On failure *profile is NULL. */
reload_err reload_profile_read(const char *text, size_t len, reload_profile **profile,
                               reload_diag *diag);
/* Writes a profile as JSON on several lines. */
reload_err reload_profile_write(const reload_profile *profile, reload_sink sink, void *arg);
#ifdef __cplusplus
}
#endif

#endif
