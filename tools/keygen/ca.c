/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen ca */
#include "common/policy.h"
#include "keygen/keygen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_row ca_rows[] = {
    OPTION_TEXT(0, "overlay", "NAME", struct make_ca, overlay,
                "make a CA for the overlay with this name"),
    OPTION_TEXT('o', "output", "DIR", struct make_ca, dir, "write the CA's files to directory DIR"),
    OPTION_FILE(0, "key", "FILE", struct make_ca, key_file,
                "take over the CA with the private key in FILE", "cert", "succeed"),
    OPTION_FILE(0, "cert", "FILE", struct make_ca, cert_file,
                "take over the CA with the certificate in FILE", "key",
                "succeed name bits not-before not-after seed"),
    OPTION_FILE(0, "crl", "FILE", struct make_ca, crl_file,
                "continue the CRL in FILE, the last one of the CA that is taken over", "key cert",
                NULL),
    OPTION_TEXT(0, "succeed", "DIR", struct make_ca, old_dir,
                "succeed the CA in directory DIR: a new key for the same overlay and subject", NULL,
                "overlay name dht hash max-peers"),
    OPTION_TEXT(0, "name", "NAME", struct make_ca, name,
                "set the common name of the CA (default: the overlay's name and CA)"),
    KEYGEN_BITS(struct make_ca, bits, "3072"),
    KEYGEN_TIME("not-before", struct make_ca, not_before,
                "make the CA's certificate valid from TIME (default: now)"),
    KEYGEN_TIME("not-after", struct make_ca, not_after,
                "make the CA's certificate valid until TIME (default: ten years later)"),
    OPTION_NUMBER(0, "max-peers", "N", struct make_ca, max_peers, 1, MAX_NAMES,
                  "issue at most N Peer-IDs to a user (default: 16)"),
    OPTION_NAMED(0, "dht", "NAME", struct make_ca, dht, RELOAD_NAMES_DHT,
                 "set the overlay's DHT algorithm (default: Chord1.0)"),
    OPTION_NAMED(0, "hash", "NAME", struct make_ca, hash, RELOAD_NAMES_HASH,
                 "set the overlay's hash algorithm (default: SHA-1)"),
    KEYGEN_PASSPHRASE(
        struct make_ca, passphrase_file,
        "encrypt ca.key with the passphrase in FILE, and read another CA's key with it"),
    OPTION_TEXT(0, "seed", "HEX", struct make_ca, seed,
                "make the key from HEX, for test vectors only"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line ca_line = {
    "reload-keygen ca --overlay=NAME --output=DIR [options]\n"
    "reload-keygen ca --overlay=NAME --key=FILE --cert=FILE [--crl=FILE] --output=DIR [options]\n"
    "reload-keygen ca --succeed=OLD --output=DIR [options]",
    "Makes the directory of a CA for an overlay under CERTS, with the overlay's profile: of a new "
    "CA, of one that was made elsewhere, or of a CA's successor.",
    ca_rows,
    true,
    "overlay|succeed output",
    NULL};

/* ---- Common to all CAs ---- */

char *make_ca_path(struct make_ca *m, const char *name)
{
    return keygen_file(&m->tool, m->dir, name);
}

bool ca_certify(struct make_ca *m, reload_rng *rng, const reload_key *key,
                const reload_cert *same_subject, const reload_cert *issuer, reload_key *issuer_key,
                reload_buf *pem)
{
    uint8_t serial[SERIAL_SIZE];
    reload_diag diag = {0};
    if (!keygen_serial(&m->tool, rng, serial))
        return false;
    reload_cert_spec spec = {.size = sizeof spec,
                             .subject = same_subject == NULL ? m->subject : NULL,
                             .serial = serial,
                             .serial_len = sizeof serial,
                             .not_before = m->not_before,
                             .not_after = m->not_after,
                             .ca = true,
                             .same_subject = same_subject};
    if (issuer != NULL && spec.not_after > reload_cert_not_after(issuer))
        spec.not_after = reload_cert_not_after(issuer);
    if (spec.not_before > spec.not_after) { /* the issuer has expired */
        tool_warn(&m->tool,
                  "warning: %s: the old CA's certificate has expired, and so has link.crt: "
                  "verifiers need the new ca.crt",
                  m->dir);
        spec.not_before = spec.not_after;
    }
    reload_err err = reload_cert_issue(&spec, key, NULL, issuer, issuer_key, pem, &diag);
    if (err != RELOAD_OK)
        tool_error(&m->tool, STATUS_FAILED, "cannot make a certificate: %s", diag.text);
    return err == RELOAD_OK;
}

reload_cert *ca_parse(struct make_ca *m, const reload_buf *pem)
{
    reload_diag diag = {0};
    reload_cert *cert = NULL;
    if (reload_cert_parse(pem->octets, pem->len, &cert, &diag) != RELOAD_OK)
        tool_error(&m->tool, STATUS_FAILED, "cannot make a certificate: %s", diag.text);
    return cert;
}

reload_profile *ca_new_profile(struct make_ca *m, int64_t bits)
{
    reload_profile *profile = reload_profile_new();
    if (profile != NULL) {
        profile->overlay = strdup(m->overlay);
        profile->security = policy_suite(RELOAD_SUITE_PUBLIC_KEY)->security;
        profile->dht = m->dht == NOT_SPECIFIED ? RELOAD_DHT_CHORD : m->dht;
        profile->hash = m->hash == NOT_SPECIFIED ? RELOAD_HASH_SHA1 : m->hash;
        profile->max_skew = RELOAD_DEFAULT_SKEW;
        profile->min_rsa_bits = bits < 2048 ? bits : 2048;
        profile->ca[0] = strdup(CA_CERT_FILE);
        profile->crl[0] = strdup(CA_CRL_FILE);
        if (profile->overlay == NULL || profile->ca[0] == NULL || profile->crl[0] == NULL)
            reload_profile_free(&profile);
    }
    if (profile == NULL)
        keygen_no_memory(&m->tool);
    return profile;
}

/* ---- The directory ---- */

static const char *const ca_files[] = {CA_KEY_FILE, CA_CERT_FILE,      CA_INDEX_FILE,
                                       CA_CRL_FILE, CA_PROFILE_FILE,   CA_LINK_FILE,
                                       CA_OLD_FILE, CA_SUCCESSOR_FILE, CA_ISSUED_DIR};
enum { CA_FILES = sizeof ca_files / sizeof ca_files[0] };

/* Calls a function with the path of a file in the CA's directory. */
static bool in_dir(struct make_ca *m, const char *name,
                   bool (*make)(struct make_ca *m, const char *path))
{
    char *path = make_ca_path(m, name);
    bool good = path != NULL && make(m, path);
    free(path);
    return good;
}

static bool remove_file(struct make_ca *m, const char *path)
{
    (void)m;
    return remove(path) == 0 || errno == ENOENT;
}

static bool write_file(struct make_ca *m, const char *name, const reload_buf *text)
{
    char *path = make_ca_path(m, name);
    bool good = path != NULL && keygen_write(&m->tool, path, text, 0);
    free(path);
    return good;
}

/* One file is enough: a CA's key may be kept elsewhere, and a new index would issue Peer-IDs again.
 */
static bool does_not_exist(struct make_ca *m, const char *path)
{
    struct stat st;
    char *profile = make_ca_path(m, CA_PROFILE_FILE);
    bool missing = lstat(path, &st) != 0;
    if (!missing)
        tool_error(&m->tool, STATUS_FAILED,
                   "%s: already holds a CA, which is never replaced: %s exists%s", m->dir, path,
                   profile != NULL && lstat(profile, &st) != 0
                       ? "; if it is left over from an interrupted call, remove the directory"
                       : "");
    free(profile);
    return missing;
}

/* Checks the directory before a key is made. */
static bool check_directory(struct make_ca *m)
{
    for (size_t i = 0; i < CA_FILES; i++)
        if (!in_dir(m, ca_files[i], does_not_exist))
            return false;
    return true;
}

/* Writes all but the key. The profile is last: without it no command uses the directory. */
static bool write_content(struct make_ca *m, const struct ca_content *content)
{
    reload_buf profile = {0};
    bool good = profile_text(&m->tool, content->profile, &profile) &&
                write_file(m, CA_CERT_FILE, content->cert) && ca_make_issued(&m->ca) &&
                crl_renew_own(&m->ca, &content->dates, NULL);
    if (good && content->add != NULL)
        good = content->add(m, content->arg, false);
    bool added = good;
    good = good && write_file(m, CA_PROFILE_FILE, &profile);
    if (!good && added && content->add != NULL)
        (void)content->add(m, content->arg, true);
    reload_buf_free(&profile);
    return good;
}

bool ca_make_directory(struct make_ca *m, const struct ca_content *content)
{
    bool made = mkdir(m->dir, 0777) == 0, good = made || errno == EEXIST;
    if (!good)
        tool_error(&m->tool, STATUS_FAILED, "%s: %s", m->dir, strerror(errno));
    char *key_path = make_ca_path(m, CA_KEY_FILE);
    good = good && key_path != NULL && keygen_write_key(&m->tool, key_path, content->key);
    free(key_path);
    if (good && !(good = write_content(m, content)))
        for (size_t i = 0; i < CA_FILES; i++)
            (void)in_dir(m, ca_files[i], remove_file);
    if (!good && made)
        (void)rmdir(m->dir);
    return good;
}

/* ---- A new CA ---- */

/* The empty CRL is valid from the beginning of the CA, so that messages of that time can be checked
 * too. With a seed it does not depend on the clock. */
static struct crl_dates first_dates(const struct make_ca *m)
{
    if (m->seed != NULL)
        return (struct crl_dates){m->not_before, m->not_after};
    struct crl_dates dates = crl_dates_now(m->not_before);
    if (m->not_before < dates.this_update)
        dates.this_update = m->not_before;
    return dates;
}

static void make_new(struct make_ca *m)
{
    char purpose[512];
    reload_buf key = {0}, cert = {0};
    reload_profile *profile = NULL;
    (void)snprintf(purpose, sizeof purpose, "ca %s", m->overlay);
    reload_rng *rng = keygen_rng(&m->tool, m->seed, purpose, true);
    m->ca.key = rng == NULL ? NULL : keygen_key(&m->tool, rng, m->bits);
    if (m->ca.key != NULL &&
        keygen_key_text(&m->tool, m->ca.key, m->dir, m->passphrase_file, &key) &&
        ca_certify(m, rng, m->ca.key, NULL, NULL, m->ca.key, &cert) &&
        (m->ca.cert = ca_parse(m, &cert)) != NULL &&
        (profile = ca_new_profile(m, m->bits)) != NULL) {
        struct ca_content content = {
            .key = &key, .cert = &cert, .profile = profile, .dates = first_dates(m)};
        (void)ca_make_directory(m, &content);
    }
    reload_profile_free(&profile);
    reload_buf_free(&key);
    reload_buf_free(&cert);
    reload_rng_free(&rng);
}

/* An overlay's name can be too long to be part of the default common name. */
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

/* ---- Options ---- */

static void check_options(struct make_ca *m)
{
    if (m->overlay != NULL)
        keygen_overlay(&m->tool, m->overlay);
    if (m->cert_file != NULL)
        return;
    if (m->not_before == TIME_NOT_SPECIFIED)
        m->not_before = tool_now();
    keygen_check_clock(&m->tool, m->not_before, "not-before");
    if (m->old_dir == NULL)
        set_subject(m);
    if (m->not_after == TIME_NOT_SPECIFIED)
        m->not_after = m->not_before + 3652 * KEYGEN_DAY;
    if (m->not_after < m->not_before)
        tool_usage(&m->tool, "--not-after is before --not-before (default: now)");
    if (m->bits == NOT_SPECIFIED)
        m->bits = 3072;
    keygen_check_bits(&m->tool, m->bits);
}

int ca_main(int argc, char **argv)
{
    struct make_ca m = {.tool = {.name = "reload-keygen ca"},
                        .bits = NOT_SPECIFIED,
                        .max_peers = NOT_SPECIFIED,
                        .dht = NOT_SPECIFIED,
                        .hash = NOT_SPECIFIED,
                        .not_before = TIME_NOT_SPECIFIED,
                        .not_after = TIME_NOT_SPECIFIED};
    (void)arguments_parse(&m.tool, &ca_line, argc, argv, &m);
    check_options(&m);
    m.ca = (struct ca){.tool = &m.tool, .dir = m.dir, .lock = -1};
    m.ca.index.max_peers = m.max_peers == NOT_SPECIFIED ? DEFAULT_MAX_PEERS : (unsigned)m.max_peers;
    if (!check_directory(&m))
        return tool_finish(&m.tool);
    if (m.old_dir != NULL)
        ca_succeed(&m);
    else if (m.cert_file != NULL)
        ca_take_over(&m);
    else
        make_new(&m);
    ca_close(&m.ca);
    return tool_finish(&m.tool);
}
