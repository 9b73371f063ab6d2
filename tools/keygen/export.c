/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen export: the files that verifiers need, and no others. */
#include "base/fault.h"
#include "common/policy.h"
#include "keygen/keygen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct export
{
    struct tool tool;
    const char *dir, *to;
    struct ca ca;
    reload_profile *profile; /* for the new directory */
    /* the files that it lists, and their new names */
    const char *sources[3 * RELOAD_MAX_FILES + 1], *names[3 * RELOAD_MAX_FILES + 1];
    size_t count, crls; /* the CRLs are the last ones */
    char *crl_path;
    bool made; /* the new directory, by this call */
};

static const struct option_row export_rows[] = {
    KEYGEN_CA(struct export, dir),
    OPTION_TEXT('o', "output", "PUBLIC", struct export, to,
                "write the profile and the files that it lists to directory PUBLIC"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line export_line = {
    "reload-keygen export --ca=DIR --output=PUBLIC [options]",
    "Writes only the files that verifiers need: profile, CA certificates, link and CRL.",
    export_rows,
    true,
    "ca output",
    NULL};

/* Lists a file under its last name. */
static bool add_file(struct export *e, char **entry, const char *source)
{
    const char *slash = strrchr(source, '/'), *name = slash == NULL ? source : slash + 1;
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->names[i], name) == 0) {
            tool_error(&e->tool, STATUS_FAILED, "%s and %s have the same name", e->sources[i],
                       source);
            return false;
        }
    char *copy = strdup(name);
    if (copy == NULL) {
        keygen_no_memory(&e->tool);
        return false;
    }
    free(*entry);
    *entry = copy;
    e->sources[e->count] = source;
    e->names[e->count++] = copy;
    return true;
}

/* The profile, which always lists the CRL of the directory if there is one. */
static bool export_make_profile(struct export *e)
{
    char *path = ca_path(&e->ca, CA_PROFILE_FILE);
    bool good = path != NULL && profile_read_as_written(&e->tool, path, &e->profile);
    free(path);
    for (size_t i = 0; good && e->ca.profile->ca[i] != NULL; i++)
        good = add_file(e, &e->profile->ca[i], e->ca.profile->ca[i]);
    for (size_t i = 0; good && e->ca.profile->intermediates[i] != NULL; i++)
        good = add_file(e, &e->profile->intermediates[i], e->ca.profile->intermediates[i]);
    size_t crls = 0, others = e->count;
    for (; good && e->ca.profile->crl[crls] != NULL; crls++)
        good = add_file(e, &e->profile->crl[crls], e->ca.profile->crl[crls]);
    e->crl_path = good ? ca_path(&e->ca, CA_CRL_FILE) : NULL;
    if (e->crl_path != NULL && !ca_lists_crl(&e->ca) && access(e->crl_path, F_OK) == 0 &&
        crls < RELOAD_MAX_FILES)
        good = add_file(e, &e->profile->crl[crls], e->crl_path);
    e->crls = e->count - others;
    return good && e->crl_path != NULL;
}

/* Writes a file of the new directory. */
static bool export_put(struct export *e, const char *name, const reload_buf *text)
{
    char *path = keygen_file(&e->tool, e->to, name);
    bool good = path != NULL && keygen_write(&e->tool, path, text, 0);
    free(path);
    return good;
}

static bool copy_file(struct export *e, size_t i)
{
    const struct file_kind kind = {.text = "a file to export", .max = 64 * 1024 * 1024};
    reload_buf octets = {0};
    bool good =
        file_read(&e->tool, e->sources[i], &kind, &octets) && export_put(e, e->names[i], &octets);
    reload_buf_free(&octets);
    return good;
}

/* Removes a file of the new directory. */
static void export_drop(struct export *e, const char *name)
{
    char *path = keygen_file(&e->tool, e->to, name);
    if (path != NULL)
        (void)unlink(path);
    free(path);
}

/* Removes the directory with the files that this call has written. */
static void drop_all(struct export *e)
{
    for (size_t i = 0; i < e->count; i++)
        export_drop(e, e->names[i]);
    export_drop(e, CA_PROFILE_FILE);
    (void)rmdir(e->to);
}

/* A directory with a CA's key or index is not public. */
static bool check_target(struct export *e)
{
    static const char *const names[] = {CA_KEY_FILE, CA_INDEX_FILE};
    bool good = true;
    for (size_t i = 0; good && i < sizeof names / sizeof names[0]; i++) {
        char *path = keygen_file(&e->tool, e->to, names[i]);
        good = path != NULL && access(path, F_OK) != 0;
        if (path != NULL && !good && RL_FAULT("ca: export to a CA's directory is refused"))
            good = true;
        else if (path != NULL && !good)
            tool_error(&e->tool, STATUS_FAILED, "%s: holds a CA: %s exists", e->to, path);
        free(path);
    }
    e->made = good && mkdir(e->to, 0777) == 0;
    if (good && !e->made && errno != EEXIST) {
        tool_error(&e->tool, STATUS_FAILED, "%s: %s", e->to, strerror(errno));
        good = false;
    }
    return good;
}

/* A CA that was succeeded does not replace its successor's files: with the old profile, verifiers
 * reject certificates of the new CA. */
static bool check_published_ca(struct export *e)
{
    char *mark = ca_path(&e->ca, CA_SUCCESSOR_FILE);
    char *path = keygen_file(&e->tool, e->to, CA_CERT_FILE);
    bool good = mark != NULL && path != NULL;
    if (good && access(mark, F_OK) == 0 && access(path, F_OK) == 0) {
        reload_cert *cert = keygen_read_cert(&e->tool, path);
        good = cert != NULL && (ca_is_own_cert(&e->ca, cert) || ca_check_successor(&e->ca, "ca"));
        reload_cert_free(&cert);
    }
    free(mark);
    free(path);
    return good;
}

/* An existing copy of this CA's CRL is not replaced by an older one. */
static bool check_crls(struct export *e)
{
    bool good = true;
    for (size_t i = e->count - e->crls; good && i < e->count; i++) {
        char *path = keygen_file(&e->tool, e->to, e->names[i]);
        good = path != NULL && crl_may_replace(&e->ca, path);
        free(path);
    }
    return good;
}

/* The profile is last, so that a reader finds the files that it lists. */
static void write_all(struct export *e)
{
    reload_buf text = {0};
    bool good = export_make_profile(e) && profile_text(&e->tool, e->profile, &text) &&
                check_target(e) && check_published_ca(e) && check_crls(e);
    for (size_t i = 0; good && i < e->count; i++)
        good = copy_file(e, i);
    good = good && export_put(e, CA_PROFILE_FILE, &text);
    if (!good && e->made)
        drop_all(e);
    reload_buf_free(&text);
    reload_profile_free(&e->profile);
    free(e->crl_path);
}

int export_main(int argc, char **argv)
{
    struct export e = {.tool = {.name = "reload-keygen export"}};
    (void)arguments_parse(&e.tool, &export_line, argc, argv, &e);
    if (ca_open(&e.ca, &e.tool, e.dir, NULL, CA_ALLOW_SUCCEEDED)) {
        write_all(&e);
        ca_close(&e.ca);
    }
    return tool_finish(&e.tool);
}
