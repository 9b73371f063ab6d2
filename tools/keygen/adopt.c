/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen adopt: enters certificates that the CA signed and the index lacks. */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct adopt {
    struct tool tool;
    const char *dir;
    struct ca ca;
    reload_buf report; /* certificates entered */
    size_t entered;
};

static const struct option_row adopt_rows[] = {
    KEYGEN_CA(struct adopt, dir),
    KEYGEN_QUIET_RESULT("adopted"),
    OPTION_END,
};

static const struct command_line adopt_line = {
    "reload-keygen adopt --ca=DIR [CERT...]",
    "Enters certificates in the index that the CA signed and the index lacks: the files CERT, or "
    "all files in DIR/issued.",
    adopt_rows,
    false,
    "ca",
    NULL};

/* ---- The lines of a certificate ---- */

/* Whether the index can have a name. Returns false after a warning if not. */
static bool is_entered(struct adopt *a, const char *path, const reload_cert_name *name)
{
    const char *overlay = a->ca.profile->overlay;
    if (!name->peer && strchr(name->text, ',') != NULL)
        tool_warn(&a->tool, "warning: %s: user \"%s\" has a comma, and is left out", path,
                  name->text);
    else if (name->peer && strcmp(name->text, overlay) != 0)
        tool_warn(&a->tool,
                  "warning: %s: names a Peer-ID of the overlay \"%s\", which is left out; the "
                  "CA's overlay is \"%s\"",
                  path, name->text, overlay);
    else
        return true;
    return false;
}

/* The values of a certificate's lines, revoked if the CRL lists the certificate. */
static struct entry line_values(const struct adopt *a, const reload_cert *cert,
                                const struct serial *serial)
{
    struct entry values = {
        .serial = *serial, .not_after = reload_cert_not_after(cert), .revoked = -1};
    const struct foreign *listed = index_find_foreign(&a->ca.index, serial);
    if (listed != NULL && !RL_FAULT("ca: adopt enters what the CRL lists as revoked")) {
        values.revoked = listed->revoked;
        values.reason = listed->reason;
    }
    return values;
}

/* Enters a certificate. Returns its first line, or NULL after reporting that memory is short. */
static struct entry *add_lines(struct adopt *a, const char *path, const reload_cert *cert,
                               const struct serial *serial)
{
    struct entry values = line_values(a, cert, serial), *first = NULL;
    size_t all = reload_cert_names(cert), count = 0;
    const reload_cert_name **names = calloc(all + 1, sizeof *names);
    if (names == NULL) {
        keygen_no_memory(&a->tool);
        return NULL;
    }
    for (size_t i = 0; i < all; i++) {
        const reload_cert_name *name = reload_cert_name_at(cert, i);
        if (is_entered(a, path, name))
            names[count++] = name;
    }
    first = index_add_certificate(&a->ca.index, &a->tool, &values, names, count);
    free(names);
    return first;
}

/* ---- Certificates that would not have been issued ---- */

/* Warns of Peer-IDs that a certificate for other users has too. The certificate is still entered,
 * so that it can be revoked. */
static void warn_of_overlap(struct adopt *a, const char *path, size_t before,
                            const struct entry *entry)
{
    const struct index earlier = {.entries = a->ca.index.entries, .count = before};
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    if (!index_taken(&earlier, entry->first, entry->peers) ||
        RL_FAULT("ca: adopt warns of Peer-IDs named twice"))
        return;
    for (size_t i = 0; i < before; i++) /* a renewed certificate names the same */
        if (memcmp(earlier.entries[i].first, entry->first, RELOAD_ID_SIZE) == 0 &&
            earlier.entries[i].peers == entry->peers &&
            strcmp(earlier.entries[i].users, entry->users) == 0)
            return;
    reload_hex_encode(entry->first, RELOAD_ID_SIZE, digits);
    tool_warn(&a->tool,
              "warning: %s: Peer-ID %s or one after it is named by another certificate too", path,
              digits);
}

/* Warns of the certificate's first user that has more Peer-IDs than the limit. */
static void warn_of_limit(struct adopt *a, const char *path, const struct entry *entry)
{
    char *users = strdup(entry->users), *rest = NULL;
    for (char *user = users == NULL ? NULL : strtok_r(users, ",", &rest); user != NULL;
         user = strtok_r(NULL, ",", &rest)) {
        unsigned peers = index_peers_of(&a->ca.index, user);
        if (peers > a->ca.index.max_peers && strcmp(user, "-") != 0)
            tool_warn(&a->tool, "warning: %s: %s has %u Peer-IDs; the CA's limit is %u", path, user,
                      peers, a->ca.index.max_peers);
    }
    free(users);
}

/* ---- Certificates ---- */

/* Copies a certificate to issued/, unless it is there. */
static bool keep_copy(struct adopt *a, const reload_cert *cert, const struct serial *serial)
{
    reload_buf pem = {0};
    char *path = ca_issued_path(&a->ca, serial);
    bool good = path != NULL && ca_make_issued(&a->ca);
    if (good && access(path, F_OK) != 0) {
        reload_err err = reload_cert_write(cert, &pem);
        if (err != RELOAD_OK)
            tool_error(&a->tool, STATUS_FAILED, "%s: %s", path, reload_strerror(err));
        good = err == RELOAD_OK && keygen_write(&a->tool, path, &pem, 0);
    }
    reload_buf_free(&pem);
    free(path);
    return good;
}

static bool adopt_enter(struct adopt *a, const char *path, const reload_cert *cert,
                        const struct serial *serial)
{
    char line[2 * MAX_SERIAL + 32], digits[2 * MAX_SERIAL + 1];
    size_t before = a->ca.index.count;
    if (!keep_copy(a, cert, serial) || add_lines(a, path, cert, serial) == NULL)
        return false;
    for (size_t i = before; i < a->ca.index.count; i++)
        warn_of_overlap(a, path, before, &a->ca.index.entries[i]);
    const struct entry *entry = &a->ca.index.entries[before];
    warn_of_limit(a, path, entry);
    serial_text(serial, digits);
    int n = snprintf(line, sizeof line, "adopted %s ", digits);
    reload_buf_append(&a->report, line, (size_t)n);
    reload_buf_append(&a->report, entry->users, strlen(entry->users));
    reload_buf_append(&a->report, entry->revoked >= 0 ? " revoked\n" : "\n",
                      entry->revoked >= 0 ? 9 : 1);
    a->entered++;
    return true;
}

/* Enters the certificate in a file, if this CA has signed it and the index lacks it. */
static bool adopt_file(struct adopt *a, const char *path)
{
    struct serial serial;
    bool issued = false;
    reload_cert *cert = keygen_read_cert(&a->tool, path);
    bool good = cert != NULL && ca_has_issued(&a->ca, cert, &issued);
    if (good && !issued && !RL_FAULT("ca: another CA's certificate is not adopted"))
        tool_error(&a->tool, STATUS_FAILED, "%s: not issued by this CA, but by %s", path,
                   reload_cert_issuer(cert));
    else if (good && ca_is_own_cert(&a->ca, cert))
        tool_warn(&a->tool, "warning: %s: the CA's own certificate, which is not entered", path);
    else if (good && !cert_serial(cert, &serial))
        tool_error(&a->tool, STATUS_FAILED, "%s: the serial number has more than %d octets", path,
                   MAX_SERIAL);
    else if (good && index_find(&a->ca.index, &serial) == NULL)
        good = adopt_enter(a, path, cert, &serial);
    reload_cert_free(&cert);
    return good;
}

/* Adopts all certificates in issued/, in the order of their names. */
static void adopt_issued(struct adopt *a)
{
    struct dirent **names;
    char *dir = ca_path(&a->ca, CA_ISSUED_DIR "/");
    int count = dir == NULL ? 0 : scandir(dir, &names, NULL, alphasort);
    if (count < 0)
        tool_error(&a->tool, STATUS_FAILED, "%s: %s", dir, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path =
            names[i]->d_name[0] == '.' ? NULL : keygen_path(&a->tool, dir, names[i]->d_name);
        if (path != NULL)
            (void)adopt_file(a, path);
        free(path);
        free(names[i]);
    }
    if (count > 0)
        free(names);
    free(dir);
}

/* The lost index contained the directory of the CA that this one succeeds. */
static void warn_of_predecessor(struct adopt *a)
{
    char *link = ca_path(&a->ca, CA_LINK_FILE);
    if (link != NULL && a->ca.index.succeeds == NULL && access(link, F_OK) == 0)
        tool_warn(&a->tool,
                  "warning: %s: succeeds a CA whose directory the index does not name; to renew "
                  "its CRL too, add a line \"# succeeds DIR\" to the index",
                  a->dir);
    free(link);
}

/* Without a CRL, certificates that were revoked before are entered as good. */
static void warn_of_no_crl(struct adopt *a)
{
    char *path = ca_path(&a->ca, CA_CRL_FILE);
    if (path != NULL && access(path, F_OK) != 0 && a->entered > 0 &&
        !RL_FAULT("ca: adopt warns of unknown revocations"))
        tool_warn(&a->tool,
                  "warning: %s: missing, so revoked certificates are entered as good; "
                  "'reload-keygen crl --ca=%s --crl=FILE' "
                  "continues the last published CRL",
                  path, a->dir);
    free(path);
}

/* Good certificates are entered even if others are refused. */
static void adopt_all(struct adopt *a, char **files)
{
    struct output out;
    if (!output_open(&out, &a->tool, NULL, 0))
        return;
    if (*files == NULL)
        adopt_issued(a);
    for (; *files != NULL; files++)
        (void)adopt_file(a, *files);
    warn_of_predecessor(a);
    warn_of_no_crl(a);
    bool written = index_write(&a->ca.index, &a->ca);
    if (written && !a->tool.quiet)
        output_write_buf(&out, &a->report);
    (void)output_close(&out);
}

int adopt_main(int argc, char **argv)
{
    struct adopt a = {.tool = {.name = "reload-keygen adopt"}};
    int operand = arguments_parse(&a.tool, &adopt_line, argc, argv, &a);
    if (ca_open(&a.ca, &a.tool, a.dir, NULL, CA_NEW_INDEX)) {
        adopt_all(&a, argv + operand);
        ca_close(&a.ca);
    }
    reload_buf_free(&a.report);
    return tool_finish(&a.tool);
}
