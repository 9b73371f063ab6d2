/* SPDX-License-Identifier: BSD-2-Clause */
/* A CA's directory: its lock, and the files that every command reads. */
#include "base/fault.h"
#include "common/policy.h"
#include "keygen/keygen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

char *ca_path(const struct ca *ca, const char *name)
{
    return keygen_file(ca->tool, ca->dir, name);
}

bool ca_make_issued(const struct ca *ca)
{
    char *path = ca_path(ca, CA_ISSUED_DIR);
    bool good = path != NULL && (mkdir(path, 0777) == 0 || errno == EEXIST);
    if (path != NULL && !good)
        tool_error(ca->tool, STATUS_FAILED, "%s: %s", path, strerror(errno));
    free(path);
    return good;
}

char *ca_issued_path(const struct ca *ca, const struct serial *serial)
{
    char digits[2 * MAX_SERIAL + 1], name[sizeof CA_ISSUED_DIR + sizeof digits + sizeof ".crt"];
    serial_text(serial, digits);
    (void)snprintf(name, sizeof name, CA_ISSUED_DIR "/%s.crt", digits);
    return ca_path(ca, name);
}

/* ---- Reading ---- */

/* The remedy for a directory without a CA */
#define MAKE_CA "'reload-keygen ca --overlay=NAME --output=%s' makes a CA"

/* Records the CA's files, and those that its profile names, which no output may replace. The
 * profile's CRLs are exempt, since this tool writes them. */
static void keep_ca(struct ca *ca)
{
    static const char *const names[] = {CA_KEY_FILE,     CA_CERT_FILE, CA_INDEX_FILE,
                                        CA_PROFILE_FILE, CA_CRL_FILE,  CA_SUCCESSOR_FILE};
    char *const *const lists[] = {ca->profile->ca, ca->profile->intermediates};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = ca_path(ca, names[i]);
        if (path != NULL)
            tool_keep(ca->tool, path);
        free(path);
    }
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t k = 0; lists[i][k] != NULL; k++)
            tool_keep(ca->tool, lists[i][k]);
}

static bool has_file(const struct ca *ca, const char *name)
{
    char *path = ca_path(ca, name);
    bool found = path == NULL || access(path, F_OK) == 0;
    free(path);
    return found;
}

/* Fails for a directory that export wrote: adopt would make an index there. */
static bool check_private(const struct ca *ca)
{
    bool good =
        has_file(ca, CA_KEY_FILE) || has_file(ca, CA_INDEX_FILE) || has_file(ca, CA_ISSUED_DIR);
    if (!good)
        tool_error(ca->tool, STATUS_FAILED,
                   "%s: not a CA's directory: ca.key, index and issued are missing, as in a "
                   "directory that 'reload-keygen export' writes",
                   ca->dir);
    return good;
}

static bool ca_read_profile(struct ca *ca)
{
    char *path = ca_path(ca, CA_PROFILE_FILE);
    bool missing = path != NULL && access(path, F_OK) != 0 && errno == ENOENT;
    if (missing)
        tool_error(ca->tool, STATUS_FAILED,
                   "%s: not a CA's directory: " CA_PROFILE_FILE " is missing; " MAKE_CA, ca->dir,
                   ca->dir);
    bool good = path != NULL && !missing && profile_read(ca->tool, path, &ca->profile);
    if (good && ca->profile->overlay == NULL) {
        tool_error(ca->tool, STATUS_FAILED, "%s: overlay is missing", path);
        good = false;
    }
    free(path);
    return good;
}

static bool ca_read_cert(struct ca *ca)
{
    char *path = ca_path(ca, CA_CERT_FILE);
    ca->cert = path == NULL ? NULL : keygen_read_cert(ca->tool, path);
    free(path);
    return ca->cert != NULL;
}

static bool ca_read_key(struct ca *ca, bool may_be_plain)
{
    char *path = ca_path(ca, CA_KEY_FILE);
    char *cert_path = ca_path(ca, CA_CERT_FILE);
    bool good = path != NULL && cert_path != NULL &&
                keygen_read_key(ca->tool, path, ca->passphrase_file, may_be_plain, &ca->key) &&
                keygen_check_pair(ca->tool, path, ca->key, cert_path, ca->cert);
    free(path);
    free(cert_path);
    return good;
}

/* Reports the CA that has succeeded this one, and the option that names it. */
static void report_successor(const struct ca *ca, const char *option, const char *mark, char *dir)
{
    dir[strcspn(dir, "\n")] = '\0';
    char *profile = keygen_file(ca->tool, dir, CA_PROFILE_FILE);
    if (profile != NULL && access(profile, F_OK) == 0)
        tool_error(ca->tool, STATUS_FAILED, "%s: succeeded by another CA: --%s=%s is required",
                   ca->dir, option, dir);
    else
        tool_error(
            ca->tool, STATUS_FAILED,
            "%s: succeeded by %s, which is missing or unfinished; if it was moved, write its new "
            "path into %s; only if it was never finished, remove %s and %s, and succeed it again",
            ca->dir, dir, mark, dir, mark);
    free(profile);
}

bool ca_check_successor(const struct ca *ca, const char *option)
{
    const struct file_kind kind = {.text = "the name of a CA's directory", .max = 65536};
    reload_buf text = {0};
    char *path = ca_path(ca, CA_SUCCESSOR_FILE);
    bool marked = path != NULL && access(path, F_OK) == 0;
    if (marked && file_read(ca->tool, path, &kind, &text)) {
        reload_buf_append(&text, "", 1);
        if (text.err == RELOAD_OK)
            report_successor(ca, option, path, (char *)text.octets);
        else
            keygen_no_memory(ca->tool);
    }
    bool good = path != NULL && (!marked || RL_FAULT("ca: a CA that is succeeded issues nothing"));
    reload_buf_free(&text);
    free(path);
    return good;
}

/* Locks the directory. Reports after a second that it is waiting for another call. */
static bool ca_lock(const struct ca *ca)
{
    const struct timespec step = {.tv_nsec = 50000000};
    for (int i = 0; i < 20; i++) {
        if (flock(ca->lock, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        (void)nanosleep(&step, NULL);
    }
    tool_warn(ca->tool, "%s: waiting for another call of reload-keygen", ca->dir);
    return flock(ca->lock, LOCK_EX) == 0;
}

/* Reports a directory that cannot be used. A file of a CA may be given in place of its directory.
 */
static void not_opened(struct tool *tool, const char *dir, int cause)
{
    const char *slash = strrchr(dir, '/');
    char *parent = slash == NULL  ? strdup(".")
                   : slash == dir ? strdup("/")
                                  : strndup(dir, (size_t)(slash - dir));
    char *profile = parent == NULL ? NULL : keygen_file(tool, parent, CA_PROFILE_FILE);
    bool found = cause == ENOTDIR && profile != NULL && access(profile, F_OK) == 0;
    bool file = cause == ENOTDIR && !found;
    tool_error(tool, STATUS_FAILED, "%s: %s%s%s", dir, strerror(cause),
               found  ? "; use --ca="
               : file ? ", expected a CA's directory, as 'reload-keygen ca' makes it"
                      : "",
               found ? parent : "");
    free(parent);
    free(profile);
}

bool ca_open(struct ca *ca, struct tool *tool, const char *dir, const char *passphrase_file,
             unsigned flags)
{
    *ca = (struct ca){.tool = tool, .dir = dir, .passphrase_file = passphrase_file, .lock = -1};
    ca->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = ca->lock >= 0 && ca_lock(ca);
    if (!good && errno == ENOENT)
        tool_error(tool, STATUS_FAILED, "%s: %s; " MAKE_CA, dir, strerror(errno), dir);
    else if (!good)
        not_opened(tool, dir, errno);
    good = good && ((flags & CA_ALLOW_SUCCEEDED) != 0 ||
                    ca_check_successor(ca, (flags & CA_TO_SUCCEED) != 0 ? "succeed" : "ca"));
    good = good && ca_read_profile(ca) && check_private(ca) && ca_read_cert(ca) &&
           ((flags & CA_READ_KEY) == 0 || ca_read_key(ca, (flags & CA_ANY_PASSPHRASE) != 0)) &&
           index_read(&ca->index, ca, (flags & CA_NEW_INDEX) != 0) && crl_take_over(ca);
    if (good)
        keep_ca(ca);
    if (!good)
        ca_close(ca);
    return good;
}

void ca_close(struct ca *ca)
{
    reload_profile_free(&ca->profile);
    reload_cert_free(&ca->cert);
    reload_key_free(&ca->key);
    index_free(&ca->index);
    if (ca->lock >= 0)
        (void)close(ca->lock);
    ca->lock = -1;
}

/* ---- Certificates of the CA ---- */

bool cert_serial(const reload_cert *cert, struct serial *serial)
{
    return serial_parse(reload_cert_serial(cert), serial);
}

/* Whether the CA certificate in a file of the profile has signed a certificate. A bundle is not
 * this CA's own file: only a person can have put it there. */
static bool signed_by_file(const struct ca *ca, const char *path, const reload_cert *cert,
                           bool *yes)
{
    reload_buf octets = {0};
    reload_cert *issuer = NULL;
    bool good = file_read(ca->tool, path, &kind_cert, &octets);
    reload_err err = RELOAD_OK;
    if (good && reload_cert_parse(octets.octets, octets.len, &issuer, NULL) == RELOAD_OK)
        err = reload_cert_issued_by(cert, issuer, yes);
    if (err != RELOAD_OK)
        tool_error(ca->tool, STATUS_FAILED, "%s: %s", path, reload_strerror(err));
    reload_cert_free(&issuer);
    reload_buf_free(&octets);
    return good && err == RELOAD_OK;
}

bool ca_has_issued(const struct ca *ca, const reload_cert *cert, bool *yes)
{
    reload_err err = reload_cert_issued_by(cert, ca->cert, yes);
    if (err != RELOAD_OK) {
        tool_error(ca->tool, STATUS_FAILED, "%s: %s", ca->dir, reload_strerror(err));
        return false;
    }
    char *link = ca_path(ca, CA_LINK_FILE);
    bool good = link != NULL, succeeds = good && access(link, F_OK) == 0;
    free(link);
    for (size_t i = 0; succeeds && good && !*yes && ca->profile->ca[i] != NULL; i++)
        good = signed_by_file(ca, ca->profile->ca[i], cert, yes);
    return good;
}

bool ca_is_own_cert(const struct ca *ca, const reload_cert *cert)
{
    return reload_cert_same_key(cert, ca->cert) && (reload_cert_usage(cert) & RELOAD_CERT_CA) != 0;
}

/* ---- The profile ---- */

bool ca_is_own_crl(const struct ca *ca, const char *path)
{
    struct stat st, own;
    const char *slash = strrchr(path, '/');
    if (strcmp(slash == NULL ? path : slash + 1, CA_CRL_FILE) != 0)
        return false;
    char *dir = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    bool same = dir != NULL && stat(dir, &st) == 0 && stat(ca->dir, &own) == 0 &&
                st.st_dev == own.st_dev && st.st_ino == own.st_ino;
    free(dir);
    return same;
}

bool ca_lists_crl(const struct ca *ca)
{
    for (size_t i = 0; ca->profile->crl[i] != NULL; i++)
        if (ca_is_own_crl(ca, ca->profile->crl[i]))
            return true;
    return false;
}

bool profile_text(struct tool *tool, const reload_profile *profile, reload_buf *text)
{
    if (profile != NULL && reload_profile_write(profile, buf_write, text) == RELOAD_OK)
        return true;
    keygen_no_memory(tool);
    return false;
}
