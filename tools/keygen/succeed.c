/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen ca --succeed: a CA's new key, which its old one certifies (RFC 4210 section 4.4.1).
 */
#include "common/policy.h"
#include "keygen/keygen.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct succession {
    struct ca old;
    reload_buf link;
    reload_profile *profile;             /* of the new CA */
    char *sources[2 * RELOAD_MAX_FILES]; /* files of the old profile, relative to the process */
    char *targets[2 * RELOAD_MAX_FILES]; /* their new names */
    size_t files;
};

/* ---- The profile ---- */

/* The name of the i-th older file of a kind: old.crt, old-2.crt, … */
static char *numbered(const char *stem, size_t i)
{
    char name[32];
    if (i == 1)
        (void)snprintf(name, sizeof name, "%s.crt", stem);
    else
        (void)snprintf(name, sizeof name, "%s-%zu.crt", stem, i);
    return strdup(name);
}

/* Makes the new list of a profile: the new file, then copies of the old ones. */
static bool renew_list(struct succession *s, struct tool *tool, char **list, const char *first,
                       const char *stem, size_t from, char *const *sources)
{
    size_t count = 0;
    for (size_t i = 0; list[i] != NULL; i++) {
        free(list[i]);
        list[i] = NULL;
    }
    bool good = (list[count++] = strdup(first)) != NULL;
    for (size_t i = 0; good && sources[i] != NULL; i++) {
        if (count == RELOAD_MAX_FILES) {
            tool_error(tool, STATUS_FAILED, "%s: the profile would list more than %d files",
                       s->old.dir, RELOAD_MAX_FILES);
            return false;
        }
        list[count] = numbered(stem, from + i);
        s->sources[s->files] = sources[i];
        s->targets[s->files] = list[count];
        good = list[count++] != NULL;
        s->files += good;
    }
    if (!good)
        keygen_no_memory(tool);
    return good;
}

/* The old profile with both CAs, the link and one CRL. */
static bool succession_make_profile(struct succession *s, struct tool *tool)
{
    static char *const none[] = {NULL};
    char *path = ca_path(&s->old, CA_PROFILE_FILE);
    bool good = path != NULL && profile_read_as_written(tool, path, &s->profile) &&
                renew_list(s, tool, s->profile->ca, CA_CERT_FILE, "old", 1, s->old.profile->ca) &&
                renew_list(s, tool, s->profile->intermediates, CA_LINK_FILE, "link", 2,
                           s->old.profile->intermediates) &&
                renew_list(s, tool, s->profile->crl, CA_CRL_FILE, "", 1, none);
    free(path);
    return good;
}

/* ---- Files ---- */

static bool copy_file(struct make_ca *m, const char *from, const char *to)
{
    reload_buf octets = {0};
    bool good =
        file_read(&m->tool, from, &kind_cert, &octets) && keygen_write(&m->tool, to, &octets, 0);
    reload_buf_free(&octets);
    return good;
}

/* Copies a file of the old issued/. */
static bool copy_issued(struct make_ca *m, const char *from_dir, const char *to_dir,
                        const char *name, bool undo)
{
    char *from = keygen_path(&m->tool, from_dir, name), *to = keygen_path(&m->tool, to_dir, name);
    bool good = from != NULL && to != NULL;
    if (good && undo)
        (void)unlink(to);
    else
        good = good && copy_file(m, from, to);
    free(from);
    free(to);
    return good;
}

static bool copy_all_issued(struct make_ca *m, struct succession *s, bool undo)
{
    char *from = ca_path(&s->old, CA_ISSUED_DIR "/"), *to = make_ca_path(m, CA_ISSUED_DIR "/");
    DIR *dir = from == NULL ? NULL : opendir(from);
    bool good = from != NULL && to != NULL && (dir != NULL || errno == ENOENT);
    if (from != NULL && !good)
        tool_error(&m->tool, STATUS_FAILED, "%s: %s", from, strerror(errno));
    for (struct dirent *d; good && dir != NULL && (d = readdir(dir)) != NULL;)
        if (d->d_name[0] != '.')
            good = copy_issued(m, from, to, d->d_name, undo);
    if (dir != NULL)
        (void)closedir(dir);
    free(from);
    free(to);
    return good;
}

/* Writes, or removes, a file in the new directory. */
static bool succession_put(struct make_ca *m, const char *name, const reload_buf *text,
                           const char *source, bool undo)
{
    char *path = make_ca_path(m, name);
    bool good = path != NULL;
    if (good && undo)
        (void)unlink(path);
    else if (good)
        good = text != NULL ? keygen_write(&m->tool, path, text, 0) : copy_file(m, source, path);
    free(path);
    return good;
}

/* Marks the old directory as succeeded, or removes the mark. */
static bool mark_old(struct make_ca *m, struct succession *s, bool undo)
{
    reload_buf text = {0};
    char *path = ca_path(&s->old, CA_SUCCESSOR_FILE), *dir = realpath(m->dir, NULL);
    bool good = path != NULL && dir != NULL;
    if (good && undo) {
        (void)unlink(path);
    } else if (good) {
        reload_buf_append(&text, dir, strlen(dir));
        reload_buf_append(&text, "\n", 1);
        good = keygen_write(&m->tool, path, &text, OUTPUT_STATE);
    } else {
        tool_error(&m->tool, STATUS_FAILED, "%s: %s", m->dir, strerror(errno));
    }
    reload_buf_free(&text);
    free(path);
    free(dir);
    return good;
}

/* The last step before the profile, so that at no time both CAs can issue. */
static bool add_files(struct make_ca *m, void *arg, bool undo)
{
    struct succession *s = arg;
    bool good = succession_put(m, CA_LINK_FILE, &s->link, NULL, undo);
    for (size_t i = 0; (good || undo) && i < s->files; i++)
        good = succession_put(m, s->targets[i], NULL, s->sources[i], undo);
    good = (good || undo) && copy_all_issued(m, s, undo);
    good = (good || undo) && mark_old(m, s, undo);
    if (!good && !undo)
        (void)add_files(m, arg, true);
    return good;
}

/* ---- The new CA ---- */

/* The old index with all revocations becomes the new one's. */
static bool take_index(struct make_ca *m, struct succession *s)
{
    m->ca.index = s->old.index;
    s->old.index = (struct index){0};
    free(m->ca.index.succeeds);
    m->ca.index.succeeds = realpath(s->old.dir, NULL);
    if (m->ca.index.succeeds == NULL)
        tool_error(&m->tool, STATUS_FAILED, "%s: %s", s->old.dir, strerror(errno));
    return m->ca.index.succeeds != NULL;
}

/* Files name the directory in a line, so its name cannot contain a line feed. */
static bool check_dirs(struct make_ca *m)
{
    bool good = strchr(m->dir, '\n') == NULL && strchr(m->old_dir, '\n') == NULL;
    if (!good)
        tool_error(&m->tool, STATUS_FAILED, "%s: a line feed in a directory's name", m->dir);
    return good;
}

static void make_successor(struct make_ca *m, struct succession *s, reload_rng *rng)
{
    reload_buf key = {0}, cert = {0};
    m->ca.key = keygen_key(&m->tool, rng, m->bits);
    if (m->ca.key != NULL &&
        keygen_key_text(&m->tool, m->ca.key, m->dir, m->passphrase_file, &key) &&
        ca_certify(m, rng, m->ca.key, s->old.cert, NULL, m->ca.key, &cert) &&
        ca_certify(m, rng, m->ca.key, s->old.cert, s->old.cert, s->old.key, &s->link) &&
        (m->ca.cert = ca_parse(m, &cert)) != NULL && succession_make_profile(s, &m->tool) &&
        take_index(m, s)) {
        struct ca_content content = {.key = &key,
                                     .cert = &cert,
                                     .profile = s->profile,
                                     .dates = crl_dates_now(m->not_before),
                                     .add = add_files,
                                     .arg = s};
        (void)ca_make_directory(m, &content);
    }
    reload_buf_free(&key);
    reload_buf_free(&cert);
}

void ca_succeed(struct make_ca *m)
{
    char purpose[512];
    struct succession s = {.profile = NULL};
    if (!check_dirs(m) || !ca_open(&s.old, &m->tool, m->old_dir, m->passphrase_file,
                                   CA_READ_KEY | CA_ANY_PASSPHRASE | CA_TO_SUCCEED))
        return;
    (void)snprintf(purpose, sizeof purpose, "succeed %s %s", s.old.profile->overlay,
                   reload_cert_serial(s.old.cert));
    reload_rng *rng = keygen_rng(&m->tool, m->seed, purpose, true);
    if (rng != NULL)
        make_successor(m, &s, rng);
    reload_rng_free(&rng);
    reload_buf_free(&s.link);
    reload_profile_free(&s.profile);
    ca_close(&s.old);
}
