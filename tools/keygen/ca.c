/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen ca */
#include "keygen/keygen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct make_ca {
    struct tool tool;
    const char *dir, *overlay, *name, *seed;
    int64_t bits, max_peers;
    reload_time not_before, not_after;
    char subject[MAX_SUBJECT];
};

static const struct option_row ca_rows[] = {
    OPTION_TEXT(0, "overlay", "NAME", struct make_ca, overlay,
                "make a CA for the overlay with this name"),
    OPTION_TEXT('o', "output", "DIR", struct make_ca, dir,
                "write ca.key, ca.crt, index and overlay.json to directory DIR"),
    OPTION_TEXT(0, "name", "NAME", struct make_ca, name,
                "set the common name of the CA (default: the overlay's name and CA)"),
    KEYGEN_BITS(struct make_ca, bits, "3072"),
    KEYGEN_TIME("not-before", struct make_ca, not_before,
                "make the CA's certificate valid from TIME (default: now)"),
    KEYGEN_TIME("not-after", struct make_ca, not_after,
                "make the CA's certificate valid until TIME (default: ten years later)"),
    OPTION_NUMBER(0, "max-peers", "N", struct make_ca, max_peers, 1, MAX_NAMES,
                  "issue at most N Peer-IDs to a user (default: 16)"),
    OPTION_TEXT(0, "seed", "HEX", struct make_ca, seed,
                "make the key from HEX, for test vectors only"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line ca_line = {
    "reload-keygen ca --overlay=NAME --output=DIR [options]",
    "Makes a CA for an overlay run under CERTS, and the overlay's profile.", ca_rows, true};

/* The self-signed certificate of the CA's key. */
static bool make_certificate(struct make_ca *m, reload_rng *rng, reload_key *key, reload_buf *pem)
{
    uint8_t serial[SERIAL_SIZE];
    reload_diag diag = {0};
    if (!keygen_serial(&m->tool, rng, serial))
        return false;
    reload_cert_spec spec = {.size = sizeof spec,
                             .subject = m->subject,
                             .serial = serial,
                             .serial_len = sizeof serial,
                             .not_before = m->not_before,
                             .not_after = m->not_after,
                             .ca = true};
    reload_err err = reload_cert_issue(&spec, key, NULL, NULL, key, pem, &diag);
    if (err != RELOAD_OK)
        tool_error(&m->tool, STATUS_FAILED, "cannot make a certificate: %s", diag.text);
    return err == RELOAD_OK;
}

/* The new overlay's profile; NULL without memory. */
static reload_profile *make_profile(const struct make_ca *m)
{
    reload_profile *profile = reload_profile_new();
    if (profile == NULL)
        return NULL;
    profile->overlay = strdup(m->overlay);
    profile->security = RELOAD_SECURITY_CERTS;
    profile->dht = RELOAD_DHT_CHORD;
    profile->hash = RELOAD_HASH_SHA1;
    profile->max_skew = RELOAD_DEFAULT_SKEW;
    profile->min_rsa_bits = m->bits < 2048 ? m->bits : 2048;
    profile->ca[0] = strdup("ca.crt");
    if (profile->overlay == NULL || profile->ca[0] == NULL)
        reload_profile_free(&profile);
    return profile;
}

static bool write_profile(struct make_ca *m, const char *path)
{
    reload_profile *profile = make_profile(m);
    struct output out;
    if (profile == NULL)
        tool_error(&m->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    bool good = profile != NULL && output_open(&out, &m->tool, path, 0);
    if (good) {
        (void)reload_profile_write(profile, output_write, &out);
        good = output_close(&out);
    }
    reload_profile_free(&profile);
    return good;
}

/* Calls a function with the path of a file in the CA's directory. */
static bool in_dir(struct make_ca *m, const char *name,
                   bool (*make)(struct make_ca *m, const char *path))
{
    char *path = keygen_path(&m->tool, m->dir, name);
    bool good = path != NULL && make(m, path);
    free(path);
    return good;
}

static bool write_index(struct make_ca *m)
{
    struct ca ca = {.tool = &m->tool, .dir = m->dir};
    struct index index = {.max_peers = (unsigned)m->max_peers};
    return index_write(&index, &ca);
}

const char *const ca_files[CA_FILES] = {"/ca.key", "/ca.crt", "/index", "/overlay.json"};

static bool remove_file(struct make_ca *m, const char *path)
{
    (void)m;
    return unlink(path) == 0 || errno == ENOENT;
}

/* All files or none: none existed before. */
static bool write_all(struct make_ca *m, const char *key_path)
{
    char purpose[512];
    reload_buf pem = {0};
    (void)snprintf(purpose, sizeof purpose, "ca %s", m->overlay);
    reload_rng *rng = keygen_rng(&m->tool, m->seed, purpose);
    reload_key *key = rng == NULL ? NULL : keygen_key(&m->tool, rng, m->bits);
    char *cert_path = keygen_path(&m->tool, m->dir, "/ca.crt");
    bool good = key != NULL && cert_path != NULL && make_certificate(m, rng, key, &pem);
    if (good && (good = keygen_write_key(&m->tool, key, key_path, false))) {
        good = keygen_write(&m->tool, cert_path, &pem, 0) && write_index(m) &&
               in_dir(m, "/overlay.json", write_profile);
        if (!good)
            for (size_t i = 0; i < CA_FILES; i++)
                (void)in_dir(m, ca_files[i], remove_file);
    }
    reload_buf_free(&pem);
    reload_key_free(&key);
    reload_rng_free(&rng);
    free(cert_path);
    return good;
}

/* One file is enough: a CA's key may be kept elsewhere, and a new index would issue Peer-IDs again.
 */
static bool does_not_exist(struct make_ca *m, const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return true;
    tool_error(&m->tool, STATUS_FAILED,
               "%s: already holds a CA, which is never replaced: %s exists", m->dir, path);
    return false;
}

/* An overlay's name can be too long for the common name that is made of it. */
static void set_subject(struct make_ca *m)
{
    char name[MAX_OVERLAY + 4];
    reload_diag diag = {0};
    (void)snprintf(name, sizeof name, "%s CA", m->overlay);
    if (m->name != NULL)
        keygen_subject_option(&m->tool, "name", m->name, m->subject);
    else if (!keygen_subject(name, m->subject, &diag))
        tool_usage(&m->tool, "--name is required: the default is too long: %s", diag.text);
}

static void ca_make(struct make_ca *m)
{
    if (mkdir(m->dir, 0777) != 0 && errno != EEXIST) {
        tool_error(&m->tool, STATUS_FAILED, "%s: %s", m->dir, strerror(errno));
        return;
    }
    for (size_t i = 0; i < CA_FILES; i++)
        if (!in_dir(m, ca_files[i], does_not_exist))
            return;
    (void)in_dir(m, ca_files[0], write_all);
}

int ca_main(int argc, char **argv)
{
    struct make_ca m = {.tool = {.name = "reload-keygen ca"},
                        .bits = 3072,
                        .max_peers = 16,
                        .not_before = tool_now(),
                        .not_after = TIME_NOT_SPECIFIED};
    (void)arguments_parse(&m.tool, &ca_line, argc, argv, &m);
    if (m.overlay == NULL)
        tool_usage(&m.tool, "--overlay is required");
    if (m.dir == NULL)
        tool_usage(&m.tool, "--output is required");
    keygen_overlay(&m.tool, m.overlay);
    keygen_check_clock(&m.tool, m.not_before, "not-before");
    set_subject(&m);
    if (m.not_after == TIME_NOT_SPECIFIED)
        m.not_after = m.not_before + 3652 * KEYGEN_DAY;
    if (m.not_after < m.not_before)
        tool_usage(&m.tool, "--not-after is before --not-before");
    keygen_check_bits(&m.tool, m.bits);
    ca_make(&m);
    return tool_finish(&m.tool);
}
