/* SPDX-License-Identifier: BSD-2-Clause */
/* The copies of issued certificates, which do not depend on a lost or restored index. */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_COMPROMISE = 1 };

/* ---- Whether the index has all copies ---- */

static int compare_serials(const void *a, const void *b)
{
    const struct serial *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return memcmp(x->octets, y->octets, x->len);
}

/* The serial numbers of the index, sorted. NULL without memory. */
static struct serial *sorted_serials(const struct index *index)
{
    struct serial *sorted = calloc(index->count + 1, sizeof *sorted);
    for (size_t i = 0; sorted != NULL && i < index->count; i++)
        sorted[i] = index->entries[i].serial;
    if (sorted != NULL)
        qsort(sorted, index->count, sizeof *sorted, compare_serials);
    return sorted;
}

/* "SERIAL.crt". adopt reads other files that a person has put there. */
static bool is_copy(const char *name, struct serial *serial)
{
    char digits[2 * MAX_SERIAL + 1];
    size_t len = strlen(name);
    if (len < 5 || len - 4 >= sizeof digits || strcmp(name + len - 4, ".crt") != 0)
        return false;
    memcpy(digits, name, len - 4);
    digits[len - 4] = '\0';
    return serial_parse(digits, serial);
}

/* Whether the index has all copies. Returns false after reporting the first copy that it lacks.
 * path: of the directory. */
static bool has_all(const struct ca *ca, const char *path, DIR *dir, const struct serial *sorted)
{
    struct serial serial;
    for (struct dirent *d; (d = readdir(dir)) != NULL;)
        if (is_copy(d->d_name, &serial) &&
            bsearch(&serial, sorted, ca->index.count, sizeof *sorted, compare_serials) == NULL &&
            !RL_FAULT("ca: nothing is issued by an index that lacks certificates")) {
            tool_error(ca->tool, STATUS_FAILED,
                       "%s/%s: the index lacks this certificate and could issue its Peer-IDs "
                       "again; 'reload-keygen adopt --ca=%s' enters it",
                       path, d->d_name, ca->dir);
            return false;
        }
    return true;
}

bool issued_all_known(const struct ca *ca)
{
    char *path = ca_path(ca, CA_ISSUED_DIR);
    struct serial *sorted = sorted_serials(&ca->index);
    DIR *dir = path == NULL ? NULL : opendir(path);
    bool good = path != NULL && sorted != NULL && (dir != NULL || errno == ENOENT);
    if (path != NULL && sorted == NULL)
        keygen_no_memory(ca->tool);
    else if (path != NULL && !good)
        tool_error(ca->tool, STATUS_FAILED, "%s: %s", path, strerror(errno));
    good = good && (dir == NULL || has_all(ca, path, dir, sorted));
    if (dir != NULL)
        (void)closedir(dir);
    free(sorted);
    free(path);
    return good;
}

/* ---- Dates ---- */

reload_time issued_not_before(const struct ca *ca, const struct serial *serial)
{
    reload_buf octets = {0};
    reload_diag diag;
    reload_cert *cert = NULL;
    struct serial own;
    char *path = ca_issued_path(ca, serial);
    bool copy = path != NULL && file_load(path, &kind_cert, &octets, &diag) &&
                reload_cert_parse(octets.octets, octets.len, &cert, &diag) == RELOAD_OK &&
                cert_serial(cert, &own) && serial_same(&own, serial);
    reload_time time = copy ? reload_cert_not_before(cert) : RELOAD_NO_TIME;
    reload_cert_free(&cert);
    reload_buf_free(&octets);
    free(path);
    return time;
}

/* ---- Compromised keys ---- */

/* Warns if a request has the key of a certificate whose key was compromised. */
static void check_compromised(const struct ca *ca, const struct serial *serial,
                              const char *request_path, const reload_request *request)
{
    char digits[2 * MAX_SERIAL + 1];
    char *path = ca_issued_path(ca, serial);
    reload_cert *cert =
        path == NULL || access(path, R_OK) != 0 ? NULL : keygen_read_cert(ca->tool, path);
    serial_text(serial, digits);
    if (cert != NULL && reload_request_same_key(request, cert) &&
        !RL_FAULT("ca: a warning of a compromised key"))
        tool_warn(ca->tool,
                  "warning: %s: its key is that of certificate %s, which was revoked for "
                  "keyCompromise",
                  request_path, digits);
    reload_cert_free(&cert);
    free(path);
}

void issued_warn_of_compromise(const struct ca *ca, const char *path, const reload_request *request)
{
    const struct index *index = &ca->index;
    for (size_t i = 0; i < index->count; i++)
        if (index->entries[i].revoked >= 0 && index->entries[i].reason == KEY_COMPROMISE &&
            index_is_first(index, &index->entries[i]))
            check_compromised(ca, &index->entries[i].serial, path, request);
    for (size_t i = 0; i < index->foreign_count; i++)
        if (index->foreign[i].reason == KEY_COMPROMISE)
            check_compromised(ca, &index->foreign[i].serial, path, request);
}
