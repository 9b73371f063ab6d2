/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen issue */
#include "keygen/issue.h"

#include "base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_row issue_rows[] = {
    KEYGEN_CA(struct issue, ca_dir),
    LEAF_NAME_ROWS(struct issue, leaf),
    OPTION_FILE(0, "request", "FILE", struct issue, request,
                "certify the key of the request in FILE, and write no PREFIX.key", NULL, "bits"),
    OPTION_FILE(0, "renew", "CERT", struct issue, renew,
                "name the same users and Peer-IDs as CERT, the file or serial number of a "
                "certificate that the CA issued",
                NULL, "user peers peer-id"),
    OPTION_FLAG(0, "allow-weak", struct issue, allow_weak,
                "accept a request with a weak key or signature or the CA's key, and a certificate "
                "without names"),
    OPTION_FLAG(0, "json", struct issue, json, "print the new certificate's data as JSON"),
    KEYGEN_CA_PASSPHRASE(struct issue, passphrase_file),
    LEAF_OTHER_ROWS(struct issue, leaf),
    KEYGEN_QUIET_RESULT("issued, except with --json"),
    OPTION_END,
};

static const struct command_line issue_line = {
    "reload-keygen issue --ca=DIR --output=PREFIX [--user=AOR]... [--peers=N | --peer-id=HEX...] "
    "[options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX --request=FILE [options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX --renew=CERT [options]",
    "Issues a certificate that names users and Peer-IDs, with a new key or for the key of a "
    "request.",
    issue_rows,
    true,
    "ca output",
    NULL};

/* ---- The new lines of the index ---- */

static bool add_lines(struct issue *s, const struct serial *serial)
{
    const reload_cert_name *names[2 * MAX_NAMES];
    struct entry values = {.serial = *serial, .not_after = s->leaf.not_after, .revoked = -1};
    for (size_t i = 0; i < s->leaf.name_count; i++)
        names[i] = &s->leaf.names[i];
    s->before = s->ca.index.count;
    return index_add_certificate(&s->ca.index, s->tool, &values, names, s->leaf.name_count) != NULL;
}

/* ---- The certificate ---- */

/* Whether a request can be certified: verifiers accept its key and signature, and its key is not
 * the CA's. Returns false after reporting the reason. */
static bool check_request(struct issue *s, const reload_request *request)
{
    const char *hash = reload_request_hash(request);
    unsigned bits = reload_request_key_bits(request);
    int64_t min = s->ca.profile->min_rsa_bits < 0 ? 2048 : s->ca.profile->min_rsa_bits;
    if (s->allow_weak || RL_FAULT("ca: a weak request is refused"))
        return true;
    if (reload_request_same_key(request, s->ca.cert))
        tool_error(s->tool, STATUS_FAILED,
                   "%s: its key is the CA's own; --allow-weak certifies it anyway", s->request);
    else if ((int64_t)bits < min)
        tool_error(
            s->tool, STATUS_FAILED,
            "%s: its key has %u bits, verifiers expect at least %d; --allow-weak certifies it "
            "anyway",
            s->request, bits, (int)min);
    else if (strcmp(hash, "MD5") == 0 || strcmp(hash, "SHA-1") == 0)
        tool_error(s->tool, STATUS_FAILED,
                   "%s: its signature uses %s, expected SHA-256; --allow-weak accepts it anyway",
                   s->request, hash);
    else
        return true;
    return false;
}

static reload_err take_request(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_request_parse(octets, len, arg, diag);
}

/* Whether a certificate names the user of a common name, which may have a scheme such as sip:. */
static bool names_user(const struct issue *s, const char *name)
{
    for (size_t i = 0; i < s->leaf.name_count; i++) {
        const char *user = s->leaf.names[i].text;
        size_t len = strlen(user), name_len = strlen(name);
        if (!s->leaf.names[i].peer && len <= name_len &&
            strcasecmp(name + name_len - len, user) == 0 &&
            (len == name_len || name[name_len - len - 1] == ':'))
            return true;
    }
    return false;
}

/* Warns of a request whose subject names a user that the certificate does not name. */
static void warn_of_subject(struct issue *s, const char *subject)
{
    char name[MAX_USER + 1];
    const char *from = strstr(subject, "CN=");
    size_t len = from == NULL ? 0 : strcspn(from + 3, ", +");
    if (len == 0 || len >= sizeof name)
        return;
    memcpy(name, from + 3, len);
    name[len] = '\0';
    const char *at = strchr(name, '@');
    if (at == NULL || at == name || at[1] == '\0' || names_user(s, name) ||
        RL_FAULT("ca: a warning of a subject that is not used"))
        return;
    tool_warn(s->tool, "warning: %s: its subject CN=%s is not used%s; --user=%s names this user",
              s->request, name,
              s->leaf.user_count == 0 ? ", and the certificate names no user" : "", name);
}

static bool read_request(struct issue *s, reload_request **request)
{
    if (!content_read(s->tool, s->request, &kind_request, take_request, request) ||
        !check_request(s, *request))
        return false;
    if (s->renew == NULL)
        warn_of_subject(s, reload_request_subject(*request));
    issued_warn_of_compromise(&s->ca, s->request, *request);
    return true;
}

/* The certificate for a new key, or for a request's. */
static bool certify(struct issue *s, const struct serial *serial, const reload_key *key,
                    reload_buf *pem)
{
    reload_request *request = NULL;
    bool good = (s->request == NULL || read_request(s, &request)) &&
                leaf_certify(&s->leaf, serial->octets, key, request, s->ca.cert, s->ca.key, pem);
    reload_request_free(&request);
    return good;
}

/* Writes the index with the new lines and the copy, or undoes both. */
static bool commit_lines(void *arg, bool undo)
{
    struct issue *s = arg;
    if (undo) {
        (void)unlink(s->copy_path);
    } else if (!index_write(&s->ca.index, &s->ca)) {
        output_discard(&s->copy);
        return false;
    } else if (keygen_publish(&s->copy, NULL)) {
        return true;
    }
    index_cut(&s->ca.index, s->before);
    (void)index_write(&s->ca.index, &s->ca);
    return false;
}

/* The index is written before the certificate appears: after a crash between them Peer-IDs are
 * lost, but never issued again. Every step that can fail comes before. */
static bool write_files(struct issue *s, const struct serial *serial, struct keygen_files *files,
                        reload_buf *pem)
{
    s->copy_path = ca_issued_path(&s->ca, serial);
    if (s->copy_path == NULL || !ca_make_issued(&s->ca) || !certify(s, serial, files->key, pem) ||
        !keygen_prepare(&s->copy, s->tool, s->copy_path, pem, OUTPUT_STATE))
        return false;
    files->pem = pem;
    files->commit = commit_lines;
    files->arg = s;
    bool written = keygen_write_files(files);
    if (output_is_hidden(&s->copy)) /* the commit was not reached */
        output_discard(&s->copy);
    return written;
}

static void print_json(struct issue *s, const struct entry *entry)
{
    reload_json_writer w;
    reload_json_writer_init(&w, output_flags(&s->out), output_write, &s->out);
    print_json_entry(&w, &s->ca.index, entry, s->leaf.not_before, s->leaf.not_before);
    output_check(&s->out, reload_json_writer_finish(&w));
    output_text(&s->out, "\n");
}

static void print_issued_text(struct issue *s, const struct entry *entry)
{
    char serial[2 * MAX_SERIAL + 1], until[RELOAD_TIME_SIZE];
    serial_text(&entry->serial, serial);
    reload_time_text(entry->not_after / RELOAD_SECOND, until);
    const char *const rows[][2] = {
        {"serial    ", serial}, {"users     ", entry->users}, {"not-after ", until}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        output_text(&s->out, rows[i][0]);
        output_text(&s->out, rows[i][1]);
        output_text(&s->out, "\n");
    }
    if (entry->peers == 0)
        return;
    output_text(&s->out, "peer-id   ");
    print_peer_ids(&s->out, &s->ca.index, entry, "\npeer-id   ");
    output_text(&s->out, "\n");
}

/* Prints what was issued. */
static void print_issued(struct issue *s)
{
    const struct entry *entry = &s->ca.index.entries[s->before];
    if (s->json)
        print_json(s, entry);
    else
        print_issued_text(s, entry);
}

static void issue_files(struct issue *s, reload_rng *rng, struct keygen_files *files)
{
    reload_buf pem = {0};
    struct serial serial = {.len = SERIAL_SIZE};
    bool prints = s->json || !s->tool->quiet;
    if (!keygen_serial(s->tool, rng, serial.octets) || !add_lines(s, &serial))
        return;
    files->key = s->request == NULL ? keygen_key(s->tool, rng, s->leaf.bits) : NULL;
    if ((files->key != NULL || s->request != NULL) &&
        (!prints || output_open(&s->out, s->tool, NULL, 0))) {
        if (write_files(s, &serial, files, &pem) && prints)
            print_issued(s);
        if (prints)
            (void)output_close(&s->out);
    }
    free(s->copy_path);
    reload_buf_free(&pem);
    reload_key_free(&files->key);
}

/* Reports that the CA's certificate has expired when the new one becomes valid. */
static void report_ca_end(struct issue *s, reload_time ca_end)
{
    char end[RELOAD_TIME_SIZE], begin[RELOAD_TIME_SIZE];
    reload_time_text(ca_end / RELOAD_SECOND, end);
    reload_time_text(s->leaf.not_before / RELOAD_SECOND, begin);
    if (ca_end < tool_now())
        tool_error(s->tool, STATUS_FAILED,
                   "%s: the CA's certificate expired at %s; 'reload-keygen ca --succeed=%s "
                   "--output=NEW' makes its successor",
                   s->ca_dir, end, s->ca_dir);
    else
        tool_error(s->tool, STATUS_FAILED,
                   "%s: the CA's certificate expires at %s, before --not-before, which is %s",
                   s->ca_dir, end, begin);
}

/* Warns of a certificate that verifiers never accept. */
static void warn_of_dates(const struct issue *s)
{
    char end[RELOAD_TIME_SIZE], begin[RELOAD_TIME_SIZE];
    reload_time ca_begin = reload_cert_not_before(s->ca.cert);
    leaf_warn_of_expiry(&s->leaf);
    if (s->leaf.not_after >= ca_begin || RL_FAULT("ca: a warning of an end before the CA begins"))
        return;
    reload_time_text(s->leaf.not_after / RELOAD_SECOND, end);
    reload_time_text(ca_begin / RELOAD_SECOND, begin);
    tool_warn(s->tool,
              "warning: the certificate ends at %s, before the CA's certificate begins at %s, "
              "so verifiers never accept it",
              end, begin);
}

/* Computes the end of validity: a year, but not beyond the end of the CA's certificate. Returns
 * false after reporting an error. */
static bool set_validity(struct issue *s)
{
    struct leaf *leaf = &s->leaf;
    reload_time ca_end = reload_cert_not_after(s->ca.cert);
    if (ca_end < leaf->not_before && !RL_FAULT("ca: an expired CA issues nothing")) {
        report_ca_end(s, ca_end);
        return false;
    }
    if (leaf->not_after == TIME_NOT_SPECIFIED) {
        leaf->not_after = leaf->not_before + LEAF_VALIDITY;
        leaf->not_after = leaf->not_after > ca_end ? ca_end : leaf->not_after;
    } else if (leaf->not_after > ca_end) {
        tool_warn(s->tool, "warning: the CA's certificate expires before --not-after");
    }
    warn_of_dates(s);
    return true;
}

/* Issues a certificate to files that may be written. */
static void issue_to(struct issue *s, struct keygen_files *files)
{
    char purpose[2048];
    struct leaf *leaf = &s->leaf;
    /* with one seed, each certificate of a CA has its own key */
    (void)snprintf(purpose, sizeof purpose, "issue %s %zu %s", s->ca.profile->overlay,
                   s->ca.index.count, leaf->user_count > 0 ? leaf->users[0] : "");
    reload_rng *rng = keygen_rng(s->tool, leaf->seed, purpose, s->request == NULL);
    if (rng != NULL && issue_names(s, rng))
        issue_files(s, rng, files);
    reload_rng_free(&rng);
}

/* Whether the output does not replace the certificate to renew. Returns false after reporting how
 * to renew it in its place. */
static bool check_renewed(struct issue *s, const char *path)
{
    struct stat in, out;
    if (s->renew == NULL || stat(s->renew, &in) != 0 || stat(path, &out) != 0 ||
        in.st_dev != out.st_dev || in.st_ino != out.st_ino)
        return true;
    reload_cert *cert = keygen_read_cert(s->tool, s->renew);
    if (cert != NULL)
        tool_error(
            s->tool, STATUS_FAILED,
            "%s: --output cannot replace the file of --renew; to renew it in place, give its "
            "serial number: --renew=%s --force",
            path, reload_cert_serial(cert));
    reload_cert_free(&cert);
    return false;
}

static void issue(struct issue *s)
{
    struct leaf *leaf = &s->leaf;
    char *key_path = keygen_path(s->tool, leaf->prefix, ".key"),
         *cert_path = keygen_path(s->tool, leaf->prefix, ".crt");
    struct keygen_files files = {.tool = s->tool,
                                 .key_path = s->request == NULL ? key_path : NULL,
                                 .path = cert_path,
                                 .force = leaf->force};
    if (key_path != NULL && cert_path != NULL &&
        ca_open(&s->ca, s->tool, s->ca_dir, s->passphrase_file, CA_READ_KEY) &&
        check_renewed(s, cert_path) && keygen_may_write_files(&files) && set_validity(s))
        issue_to(s, &files);
    ca_close(&s->ca);
    free(s->renewed_users);
    free(key_path);
    free(cert_path);
}

static bool check_issue(struct issue *s)
{
    bool nameless = s->renew == NULL && s->leaf.user_count == 0 && leaf_peers(&s->leaf) == 0;
    if (s->allow_weak && s->request == NULL && !nameless)
        tool_usage(s->tool, "--allow-weak requires --request, or --peers=0 without --user");
    return leaf_check(&s->leaf, s->renew == NULL && !s->allow_weak);
}

int issue_main(int argc, char **argv)
{
    struct issue s = {.ca = {.lock = -1}, .copy = {.fd = -1}, .out = {.fd = -1}};
    leaf_begin(&s.leaf, "reload-keygen issue");
    s.tool = &s.leaf.tool;
    (void)arguments_parse(s.tool, &issue_line, argc, argv, &s);
    if (check_issue(&s))
        issue(&s);
    free(s.leaf.prefix);
    return tool_finish(s.tool);
}
