/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen list */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
    struct tool tool;
    const char *dir;
    char user[MAX_USER + 1];     /* empty: any */
    struct octets_value peer_id; /* len 0: any */
    int status;                  /* a certificate_status, or NOT_SPECIFIED */
    int64_t expiring;            /* seconds, or NOT_SPECIFIED */
    bool revoked, json;
    reload_time now;
    struct ca ca;
    struct output out;
    reload_json_writer writer;
    bool any;      /* something was listed */
    bool *renewed; /* each line of the index; with --expiring */
};

static void user_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    (void)row;
    keygen_user(tool, text, ((struct list *)target)->user);
}

static const struct option_row list_rows[] = {
    KEYGEN_CA(struct list, dir),
    OPTION_CALL(0, "user", "AOR", user_option,
                "list certificates that name this address of record"),
    OPTION_OCTETS(0, "peer-id", struct list, peer_id, RELOAD_ID_SIZE,
                  "list certificates that name this Peer-ID"),
    OPTION_WORD(0, "status", "WORD", struct list, status, certificate_statuses,
                "list certificates with this status: good, revoked or expired"),
    OPTION_FLAG(0, "revoked", struct list, revoked, "list revoked certificates", NULL, "expiring"),
    OPTION_SPAN(0, "expiring", struct list, expiring, KEYGEN_MAX_TIME / RELOAD_SECOND,
                "list what expires within SPAN, such as 30d: good certificates that are not "
                "renewed, and the CA's own certificates and CRLs, even if expired"),
    OPTION_FLAG(0, "json", struct list, json, "print an array of JSON objects"),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line list_line = {
    "reload-keygen list --ca=DIR [options]",
    "Lists the certificates that the CA issued, each with every Peer-ID.",
    list_rows,
    true,
    "ca",
    NULL};

/* ---- Which certificates ---- */

static bool names_user(const struct list *l, const struct entry *entry)
{
    return l->user[0] == '\0' || entry_has_user(entry, l->user);
}

static bool names_peer(const struct list *l, const struct entry *entry)
{
    const uint8_t *id = l->peer_id.octets;
    uint8_t last[RELOAD_ID_SIZE];
    if (l->peer_id.len == 0)
        return true;
    for (; entry != NULL; entry = index_next(&l->ca.index, entry))
        if (entry->peers > 0 && id_add(entry->first, entry->peers - 1, last) &&
            memcmp(entry->first, id, RELOAD_ID_SIZE) <= 0 && memcmp(id, last, RELOAD_ID_SIZE) <= 0)
            return true;
    return false;
}

/* Orders lines by their names, and lines with the same names as they are in the index. */
static int compare_names(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    int order = memcmp(x->first, y->first, RELOAD_ID_SIZE);
    if (order == 0 && x->peers != y->peers)
        order = x->peers < y->peers ? -1 : 1;
    if (order == 0)
        order = strcmp(x->users, y->users);
    return order != 0 ? order : x < y ? -1 : x > y;
}

static bool same_names(const struct entry *a, const struct entry *b)
{
    return a->peers == b->peers && memcmp(a->first, b->first, RELOAD_ID_SIZE) == 0 &&
           strcmp(a->users, b->users) == 0;
}

/* Finds for each line whether a later certificate with the same names is good and lasts longer.
 * Returns false after reporting that memory is short. */
static bool find_renewed(struct list *l)
{
    const struct index *index = &l->ca.index;
    const struct entry **sorted = calloc(index->count + 1, sizeof *sorted);
    l->renewed = calloc(index->count + 1, sizeof *l->renewed);
    bool good = sorted != NULL && l->renewed != NULL;
    for (size_t i = 0; good && i < index->count; i++)
        sorted[i] = &index->entries[i];
    if (good)
        qsort(sorted, index->count, sizeof *sorted, compare_names);
    else
        keygen_no_memory(&l->tool);
    reload_time last = 0; /* end of the last good one */
    for (size_t i = index->count; good && i-- > 0;) {
        if (i + 1 == index->count || !same_names(sorted[i], sorted[i + 1]))
            last = RELOAD_NO_TIME;
        l->renewed[sorted[i] - index->entries] = last > sorted[i]->not_after;
        if (sorted[i]->revoked < 0 && sorted[i]->not_after > last)
            last = sorted[i]->not_after;
    }
    free(sorted);
    return good;
}

/* Whether a time is in the past or within the span. */
static bool expires(const struct list *l, reload_time time)
{
    return time <= l->now + l->expiring * RELOAD_SECOND;
}

static bool is_listed(const struct list *l, const struct entry *entry)
{
    if (!index_is_first(&l->ca.index, entry) || !names_user(l, entry) || !names_peer(l, entry))
        return false;
    enum certificate_status status = entry_status(entry, l->now);
    if (l->status != NOT_SPECIFIED && l->status != (int)status)
        return false;
    if (l->revoked && status != CERT_REVOKED)
        return false;
    return l->expiring == NOT_SPECIFIED || (status == CERT_GOOD && expires(l, entry->not_after) &&
                                            !l->renewed[entry - l->ca.index.entries]);
}

/* ---- Printing ---- */

static void print_heading(struct list *l)
{
    static const char heading[] =
        "SERIAL                            STATUS   NOT-BEFORE            NOT-AFTER             "
        "USERS  PEER-IDS\n";
    if (!l->json && !l->any)
        (void)output_write(&l->out, heading, sizeof heading - 1);
    l->any = true;
}

/* Prints the columns of a line before its Peer-IDs. */
static void print_columns(struct list *l, const char *name, const char *status,
                          reload_time not_before, reload_time not_after, const char *users)
{
    char line[192], from[RELOAD_TIME_SIZE] = "-", until[RELOAD_TIME_SIZE];
    if (not_before != RELOAD_NO_TIME)
        reload_time_text(not_before / RELOAD_SECOND, from);
    reload_time_text(not_after / RELOAD_SECOND, until);
    int n = snprintf(line, sizeof line, "  %-7s  %-20s  %s  ", status, from, until);
    output_text(&l->out, name);
    for (size_t len = strlen(name); len < 2 * SERIAL_SIZE; len++)
        output_text(&l->out, " ");
    (void)output_write(&l->out, line, n < 0 ? 0 : (size_t)n);
    output_text(&l->out, users);
    output_text(&l->out, "  ");
}

static void print_entry(struct list *l, const struct entry *entry)
{
    char serial[2 * MAX_SERIAL + 1];
    reload_time not_before = issued_not_before(&l->ca, &entry->serial);
    print_heading(l);
    if (l->json) {
        print_json_entry(&l->writer, &l->ca.index, entry, not_before, l->now);
        return;
    }
    serial_text(&entry->serial, serial);
    print_columns(l, serial, certificate_statuses[entry_status(entry, l->now)], not_before,
                  entry->not_after, entry->users);
    print_peer_ids(&l->out, &l->ca.index, entry, ",");
    output_text(&l->out, "\n");
}

/* Prints a file of the CA that expires or has expired. Until it is renewed, verifiers reject the
 * certificates that depend on it. not_before: RELOAD_NO_TIME for a CRL. */
static void print_file(struct list *l, const char *path, reload_time not_before,
                       reload_time not_after, bool expired)
{
    const char *status = certificate_statuses[expired ? CERT_EXPIRED : CERT_GOOD];
    if (!expires(l, not_after) || (expired && RL_FAULT("list: an expired file of the CA")))
        return;
    print_heading(l);
    if (!l->json) {
        print_columns(l, path, status, not_before, not_after, "-");
        output_text(&l->out, "-\n");
        return;
    }
    reload_json_begin_object(&l->writer);
    reload_json_key(&l->writer, "file");
    reload_json_string(&l->writer, path);
    reload_json_key(&l->writer, "status");
    reload_json_string(&l->writer, status);
    if (not_before != RELOAD_NO_TIME) {
        reload_json_key(&l->writer, "not_before");
        reload_json_seconds(&l->writer, not_before);
    }
    reload_json_key(&l->writer, "not_after");
    reload_json_seconds(&l->writer, not_after);
    reload_json_end_object(&l->writer);
}

/* ---- The CA's own files ---- */

/* Whether an expired certificate is that of a predecessor, or the link to it: neither can or must
 * be renewed. */
static bool is_succeeded(const struct list *l, const reload_cert *cert)
{
    return reload_cert_not_after(l->ca.cert) >= l->now &&
           strcmp(reload_cert_subject(cert), reload_cert_subject(l->ca.cert)) == 0 &&
           !RL_FAULT("list: an expired predecessor");
}

static void list_cert_file(struct list *l, const char *path)
{
    reload_cert *cert = keygen_read_cert(&l->tool, path);
    bool expired = cert != NULL && reload_cert_not_after(cert) < l->now;
    if (cert != NULL && (!expired || !is_succeeded(l, cert)))
        print_file(l, path, reload_cert_not_before(cert), reload_cert_not_after(cert), expired);
    reload_cert_free(&cert);
}

/* A file of CRLs that the profile lists. */
struct crl_file {
    const char *path;
    bool known;       /* a CA of the profile has signed one of its CRLs */
    reload_time next; /* the first nextUpdate of those, or RELOAD_NO_TIME */
};

/* Takes the CRL of an issuer into account. Returns false after reporting an error. */
static bool add_crl_of(struct list *l, struct crl_file *file, const reload_cert *issuer)
{
    reload_crl *crl;
    bool good = keygen_read_crl(&l->tool, file->path, issuer, &crl);
    reload_time next = crl == NULL ? RELOAD_NO_TIME : reload_crl_next_update(crl);
    file->known = file->known || crl != NULL;
    if (next != RELOAD_NO_TIME && (file->next == RELOAD_NO_TIME || next < file->next))
        file->next = next;
    reload_crl_free(&crl);
    return good;
}

/* Takes the CRLs into account that the certificates in some files have signed. */
static bool add_crls_of(struct list *l, struct crl_file *file, char *const *paths)
{
    bool good = !RL_FAULT("list: the CRL of another issuer");
    for (size_t i = 0; good && paths[i] != NULL; i++) {
        reload_cert *cert = keygen_read_cert(&l->tool, paths[i]);
        good = cert != NULL && add_crl_of(l, file, cert);
        reload_cert_free(&cert);
    }
    return good;
}

static void list_crl_file(struct list *l, const char *path)
{
    struct crl_file file = {.path = path, .next = RELOAD_NO_TIME};
    if (!add_crl_of(l, &file, l->ca.cert) || !add_crls_of(l, &file, l->ca.profile->ca) ||
        !add_crls_of(l, &file, l->ca.profile->intermediates))
        return;
    if (!file.known)
        tool_warn(&l->tool,
                  "warning: %s: not signed by a CA that the profile lists, so verifiers "
                  "ignore it",
                  path);
    if (file.next != RELOAD_NO_TIME) /* D18: a current CRL's nextUpdate is later */
        print_file(l, path, RELOAD_NO_TIME, file.next, file.next <= l->now);
}

static void list_files(struct list *l)
{
    const reload_profile *profile = l->ca.profile;
    for (size_t i = 0; profile->ca[i] != NULL; i++)
        list_cert_file(l, profile->ca[i]);
    for (size_t i = 0; profile->intermediates[i] != NULL; i++)
        list_cert_file(l, profile->intermediates[i]);
    for (size_t i = 0; profile->crl[i] != NULL; i++)
        list_crl_file(l, profile->crl[i]);
}

static void list_all(struct list *l)
{
    bool filtered =
        l->user[0] != '\0' || l->peer_id.len > 0 || l->revoked || l->status != NOT_SPECIFIED;
    if ((l->expiring != NOT_SPECIFIED && !find_renewed(l)) ||
        !output_open(&l->out, &l->tool, NULL, 0))
        return;
    if (l->json) {
        reload_json_writer_init(&l->writer, RELOAD_PRETTY | output_flags(&l->out), output_write,
                                &l->out);
        reload_json_begin_array(&l->writer);
    }
    for (size_t i = 0; i < l->ca.index.count; i++)
        if (is_listed(l, &l->ca.index.entries[i]))
            print_entry(l, &l->ca.index.entries[i]);
    if (l->expiring != NOT_SPECIFIED && !filtered)
        list_files(l);
    if (l->json) {
        reload_json_end_array(&l->writer);
        output_check(&l->out, reload_json_writer_finish(&l->writer));
        output_text(&l->out, "\n");
    }
    (void)output_close(&l->out);
    if (l->expiring != NOT_SPECIFIED && l->any)
        tool_status(&l->tool, STATUS_INVALID);
}

static const char list_statuses[] = "0 success\n1 --expiring listed something\n2 usage error\n"
                                    "4 something failed";

int list_main(int argc, char **argv)
{
    struct list l = {.tool = {.name = "reload-keygen list", .statuses = list_statuses},
                     .status = NOT_SPECIFIED,
                     .expiring = NOT_SPECIFIED,
                     .now = tool_now()};
    (void)arguments_parse(&l.tool, &list_line, argc, argv, &l);
    if (l.revoked && l.status != NOT_SPECIFIED && l.status != CERT_REVOKED)
        tool_usage(&l.tool, "--revoked cannot be combined with --status=%s",
                   certificate_statuses[l.status]);
    if (l.expiring != NOT_SPECIFIED && l.status != NOT_SPECIFIED && l.status != CERT_GOOD)
        tool_usage(&l.tool, "--expiring cannot be combined with --status=%s",
                   certificate_statuses[l.status]);
    if (ca_open(&l.ca, &l.tool, l.dir, NULL, CA_ALLOW_SUCCEEDED)) {
        list_all(&l);
        free(l.renewed);
        ca_close(&l.ca);
    }
    return tool_finish(&l.tool);
}
