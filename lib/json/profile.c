/* SPDX-License-Identifier: BSD-2-Clause */
/* The profile of an overlay, overlay.json. */
#include "json/reader.h"

#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

#include <reload/json.h>
#include <reload/profile.h>

enum { NO_SKEW_LIMIT = -2 }; /* max_skew: "none" */

typedef enum profile_kind {
    PROFILE_TEXT,   /* char * */
    PROFILE_FILES,  /* char *[], up to a NULL */
    PROFILE_NUMBER, /* int64_t, negative if absent */
    PROFILE_SKEW,   /* the same, or NO_SKEW_LIMIT */
    PROFILE_FLAG    /* bool */
} profile_kind;

/* The keys, in the order in which they are written. */
static const struct profile_key {
    const char *key;
    profile_kind kind;
    size_t offset; /* in a reload_profile */
    reload_names names;
    uint32_t max;
} profile_keys[] = {
    /* clang-format off */
    {"overlay", PROFILE_TEXT, offsetof(reload_profile, overlay), 0, 0},
    {"security", PROFILE_NUMBER, offsetof(reload_profile, security), RELOAD_NAMES_SECURITY, 0xff},
    {"dht", PROFILE_NUMBER, offsetof(reload_profile, dht), RELOAD_NAMES_DHT, 0xff},
    {"hash", PROFILE_NUMBER, offsetof(reload_profile, hash), RELOAD_NAMES_HASH, 0xff},
    {"ca", PROFILE_FILES, offsetof(reload_profile, ca), 0, 0},
    {"intermediates", PROFILE_FILES, offsetof(reload_profile, intermediates), 0, 0},
    {"crl", PROFILE_FILES, offsetof(reload_profile, crl), 0, 0},
    {"max_skew", PROFILE_SKEW, offsetof(reload_profile, max_skew), 0, UINT32_MAX},
    {"min_rsa_bits", PROFILE_NUMBER, offsetof(reload_profile, min_rsa_bits), 0, 8192},
    {"allow_sha1_certs", PROFILE_FLAG, offsetof(reload_profile, allow_sha1_certs), 0, 0},
    {"require_crl", PROFILE_FLAG, offsetof(reload_profile, require_crl), 0, 0},
    {"require_peer_signature", PROFILE_FLAG, offsetof(reload_profile, require_peer_signature),
     0, 0},
    {"replay", PROFILE_FLAG, offsetof(reload_profile, replay), 0, 0},
    {"replay_state", PROFILE_TEXT, offsetof(reload_profile, replay_state), 0, 0},
    {"pair", PROFILE_FLAG, offsetof(reload_profile, pair), 0, 0},
    {"pin", PROFILE_TEXT, offsetof(reload_profile, pin), 0, 0},
    /* clang-format on */
};

enum { PROFILE_KEYS = sizeof profile_keys / sizeof profile_keys[0] };

/* The member of a profile that a key is for. */
static void *profile_member(const reload_profile *profile, const struct profile_key *key)
{
    return (void *)((uintptr_t)profile + key->offset);
}

reload_profile *reload_profile_new(void)
{
    reload_profile *profile = malloc(sizeof *profile);
    if (profile != NULL)
        *profile = (reload_profile){
            .security = -1, .dht = -1, .hash = -1, .max_skew = -1, .min_rsa_bits = -1};
    return profile;
}

void reload_profile_free(reload_profile **profile)
{
    if (profile == NULL || *profile == NULL)
        return;
    for (size_t i = 0; i < PROFILE_KEYS; i++) {
        char **texts = profile_member(*profile, &profile_keys[i]);
        if (profile_keys[i].kind == PROFILE_TEXT)
            free(texts[0]);
        for (; profile_keys[i].kind == PROFILE_FILES && *texts != NULL; texts++)
            free(*texts);
    }
    free(*profile);
    *profile = NULL;
}

/* ---- Reading ---- */

static reload_err read_profile_text(rl_json_reading *r, json_t *json, char **text)
{
    if (rl_json_plain_string(json) == NULL)
        return rl_json_fail_value(r, json, "a string without NUL");
    if (json_string_length(json) == 0 && !RL_FAULT("D23: an empty name in a profile"))
        return rl_json_fail(r, RELOAD_ERR_VALUE, "must not be empty");
    *text = strdup(json_string_value(json));
    return *text == NULL ? rl_json_fail(r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY))
                         : RELOAD_OK;
}

/* A file's name, or an array of them. */
static reload_err read_profile_files(rl_json_reading *r, json_t *json, char **files)
{
    size_t i;
    json_t *file;
    if (!json_is_array(json))
        return read_profile_text(r, json, &files[0]);
    if (json_array_size(json) > RELOAD_MAX_FILES)
        return rl_json_fail(r, RELOAD_ERR_VALUE, "must be at most 16 files");
    json_array_foreach(json, i, file)
    {
        size_t before = rl_json_enter_index(r, i);
        reload_err err = read_profile_text(r, file, &files[i]);
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    return RELOAD_OK;
}

static reload_err read_profile_flag(rl_json_reading *r, json_t *json, bool *value)
{
    *value = json_is_true(json);
    return json_is_boolean(json) ? RELOAD_OK : rl_json_fail_value(r, json, "true or false");
}

static reload_err read_profile_number(rl_json_reading *r, const struct profile_key *key,
                                      json_t *json, int64_t *value)
{
    const char *text = json_string_value(json);
    uint32_t number = 0;
    if (key->kind == PROFILE_SKEW && text != NULL && strcmp(text, "none") == 0) {
        *value = NO_SKEW_LIMIT;
        return RELOAD_OK;
    }
    if (key->kind == PROFILE_SKEW && !rl_json_integer_in(json, 0, key->max, &number))
        return rl_json_fail_value(r, json, "seconds, an integer from 0 to 4294967295, or \"none\"");
    reload_err err = rl_json_read_named(r, json, key->names, key->max, &number);
    *value = number;
    return err;
}

static reload_err fail_profile_key(rl_json_reading *r, const char *name)
{
    const char *keys[PROFILE_KEYS + 1] = {NULL};
    if (strncmp(name, "secret", 6) == 0)
        return rl_json_fail(r, RELOAD_ERR_VALUE, "a profile has no secret; use --secret=FILE");
    for (size_t i = 0; i < PROFILE_KEYS; i++)
        keys[i] = profile_keys[i].key;
    return rl_json_fail_key(r, name, keys);
}

static reload_err read_profile_key(rl_json_reading *r, const char *name, json_t *json,
                                   const reload_profile *profile)
{
    size_t i = 0;
    while (i < PROFILE_KEYS && strcmp(profile_keys[i].key, name) != 0)
        i++;
    if (i == PROFILE_KEYS)
        return fail_profile_key(r, name);
    void *member = profile_member(profile, &profile_keys[i]);
    switch (profile_keys[i].kind) {
    case PROFILE_TEXT:
        return read_profile_text(r, json, member);
    case PROFILE_FILES:
        return read_profile_files(r, json, member);
    case PROFILE_FLAG:
        return read_profile_flag(r, json, member);
    case PROFILE_NUMBER:
    case PROFILE_SKEW:
    default:
        return read_profile_number(r, &profile_keys[i], json, member);
    }
}

static reload_err read_profile(rl_json_reading *r, json_t *root, const reload_profile *profile)
{
    const char *key;
    json_t *value;
    if (!json_is_object(root))
        return rl_json_fail_value(r, root, "an object");
    json_object_foreach(root, key, value)
    {
        size_t before = rl_json_enter(r, key);
        reload_err err = read_profile_key(r, key, value, profile);
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    return profile->ca[0] != NULL && profile->pin != NULL
               ? rl_json_fail(r, RELOAD_ERR_VALUE, "\"ca\" cannot be combined with \"pin\"")
               : RELOAD_OK;
}

reload_err reload_profile_read(const char *text, size_t len, reload_profile **profile,
                               reload_diag *diag)
{
    reload_diag unseen;
    rl_json_reading r = {.diag = diag == NULL ? &unseen : diag};
    *profile = NULL;
    rl_json_filter *filter = calloc(1, sizeof *filter);
    if (filter == NULL)
        return rl_json_fail(&r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY));
    rl_json_filter_open(filter, RL_JSON_WHOLE);
    rl_json_filter_text(filter, text, len);
    json_t *root = rl_json_load(&r, filter, 0, 0);
    rl_json_filter_free(filter);
    free(filter);
    if (root == NULL)
        return r.diag->code;
    *profile = reload_profile_new();
    reload_err err = *profile == NULL
                         ? rl_json_fail(&r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY))
                         : read_profile(&r, root, *profile);
    json_decref(root);
    if (err != RELOAD_OK)
        reload_profile_free(profile);
    return err;
}

/* ---- Writing ---- */

static bool profile_has(const reload_profile *profile, const struct profile_key *key)
{
    const void *member = profile_member(profile, key);
    switch (key->kind) {
    case PROFILE_TEXT:
    case PROFILE_FILES:
        return *(char *const *)member != NULL;
    case PROFILE_FLAG:
        return *(const bool *)member;
    case PROFILE_SKEW:
        return *(const int64_t *)member != -1;
    case PROFILE_NUMBER:
    default:
        return *(const int64_t *)member >= 0;
    }
}

static void write_profile_number(reload_json_writer *w, const struct profile_key *key,
                                 int64_t value)
{
    const char *name = value < 0 ? "none" : reload_name(key->names, (uint32_t)value);
    if (name == NULL)
        reload_json_integer(w, value);
    else
        reload_json_string(w, name);
}

static void write_profile_key(reload_json_writer *w, const reload_profile *profile,
                              const struct profile_key *key)
{
    const void *member = profile_member(profile, key);
    reload_json_key(w, key->key);
    switch (key->kind) {
    case PROFILE_TEXT:
        reload_json_string(w, *(char *const *)member);
        break;
    case PROFILE_FILES:
        reload_json_begin_array(w);
        for (char *const *file = member; *file != NULL; file++)
            reload_json_string(w, *file);
        reload_json_end_array(w);
        break;
    case PROFILE_FLAG:
        reload_json_bool(w, true);
        break;
    case PROFILE_NUMBER:
    case PROFILE_SKEW:
    default:
        write_profile_number(w, key, *(const int64_t *)member);
        break;
    }
}

reload_err reload_profile_write(const reload_profile *profile, reload_sink sink, void *arg)
{
    reload_json_writer w;
    reload_json_writer_init(&w, RELOAD_PRETTY, sink, arg);
    reload_json_begin_object(&w);
    for (size_t i = 0; i < PROFILE_KEYS; i++)
        if (profile_has(profile, &profile_keys[i]))
            write_profile_key(&w, profile, &profile_keys[i]);
    reload_json_end_object(&w);
    reload_err err = reload_json_writer_finish(&w);
    return err == RELOAD_OK && sink(arg, "\n", 1) != 0 ? RELOAD_ERR_WRITE : err;
}
