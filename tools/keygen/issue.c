/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen issue */
#include "base/fault.h"
#include "keygen/keygen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct issue {
    struct leaf leaf;
    struct tool *tool; /* the leaf's */
    const char *ca_dir, *request, *renew;
    struct ca ca;
    struct index index;
    char *renewed_users; /* of the certificate to renew, split into the leaf's names */
};

static const struct option_row issue_rows[] = {
    KEYGEN_CA(struct issue, ca_dir),
    LEAF_NAME_ROWS(struct issue, leaf),
    OPTION_FILE(0, "request", "FILE", struct issue, request,
                "certify the key of the request in FILE, and write no PREFIX.key"),
    OPTION_FILE(0, "renew", "CERT", struct issue, renew,
                "keep the names of this certificate, which the CA issued"),
    LEAF_OTHER_ROWS(struct issue, leaf),
    OPTION_END,
};

static const struct command_line issue_line = {
    "reload-keygen issue --ca=DIR --output=PREFIX [--user=AOR]... [--peers=N | --peer-id=HEX...] "
    "[options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX --request=FILE [options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX --renew=CERT [options]",
    "Issues a certificate that names users and Peer-IDs, with a new key or for the key of a "
    "request.",
    issue_rows, true};

/* ---- The new entry of the index ---- */

/* The Peer-IDs of a certificate's names are one block of the index. */
static void set_block(struct entry *entry, const struct issue *s)
{
    for (size_t i = 0; i < s->leaf.name_count; i++)
        if (s->leaf.names[i].peer && entry->peers++ == 0)
            memcpy(entry->first, s->leaf.names[i].id, RELOAD_ID_SIZE);
}

/* The users of a certificate's names as the index lists them. */
static bool set_users(struct entry *entry, struct issue *s)
{
    reload_buf text = {0};
    for (size_t i = 0; i < s->leaf.name_count; i++) {
        if (s->leaf.names[i].peer)
            continue;
        reload_buf_append(&text, ",", text.len > 0);
        reload_buf_append(&text, s->leaf.names[i].text, strlen(s->leaf.names[i].text));
    }
    reload_buf_append(&text, "-", text.len == 0);
    reload_buf_append(&text, "", 1);
    entry->users = text.err == RELOAD_OK ? strdup((const char *)text.octets) : NULL;
    reload_buf_free(&text);
    if (entry->users == NULL)
        keygen_no_memory(s->tool);
    return entry->users != NULL;
}

/* ---- Names ---- */

/* Whether no user gets more Peer-IDs than the CA's limit, which holds for one certificate too. */
static bool within_limit(struct issue *s, unsigned count)
{
    unsigned limit = s->index.max_peers;
    for (size_t i = 0; i < s->leaf.user_count; i++) {
        unsigned total = index_peers_of(&s->index, s->leaf.users[i]) + count;
        if (total > limit) {
            tool_error(s->tool, STATUS_FAILED, "%s would have %u Peer-IDs; the CA's limit is %u",
                       s->leaf.users[i], total, limit);
            return false;
        }
    }
    if (count > limit) {
        tool_error(s->tool, STATUS_FAILED, "%u Peer-IDs in a certificate; the CA's limit is %u",
                   count, limit);
        return false;
    }
    return true;
}

/* S§7: a block of consecutive Peer-IDs, drawn uniformly and disjoint from all issued before. */
static bool add_peers(struct issue *s, reload_rng *rng)
{
    uint8_t first[RELOAD_ID_SIZE] = {0};
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    unsigned count = leaf_peers(&s->leaf);
    if (!leaf_consecutive(&s->leaf) || !within_limit(s, count))
        return false;
    if (s->leaf.peer_id_count > 0)
        memcpy(first, s->leaf.peer_ids[0], sizeof first);
    else if (count > 0 && !RL_FAULT("S§7: Peer-IDs are drawn") &&
             !index_draw(&s->index, s->tool, rng, count, first))
        return false;
    if (count > 0 && index_taken(&s->index, first, count) &&
        !RL_FAULT("S§7: no Peer-ID is issued twice")) {
        reload_hex_encode(first, sizeof first, digits);
        tool_error(
            s->tool, STATUS_FAILED,
            "Peer-ID %s or one after it was issued by this CA before; --renew names it again",
            digits);
        return false;
    }
    leaf_add_peers(&s->leaf, s->ca.profile->overlay, first);
    return true;
}

static const struct entry *find_entry(const struct index *index, const reload_cert *cert)
{
    for (size_t i = 0; i < index->count; i++) {
        const struct entry *entry = &index->entries[i];
        char serial[2 * sizeof entry->serial + 1] = "";
        reload_hex_encode(entry->serial, entry->serial_len, serial);
        if (strcmp(serial, reload_cert_serial(cert)) == 0)
            return entry;
    }
    return NULL;
}

/* Reads the certificate to renew. */
static reload_cert *read_renewed(struct issue *s)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    reload_cert *cert = NULL;
    if (file_read(s->tool, s->renew, MAX_CERT, &octets, false) &&
        reload_cert_parse(octets.octets, octets.len, &cert, &diag) != RELOAD_OK)
        tool_error(s->tool, STATUS_FAILED, "%s: %s", s->renew, diag.text);
    reload_buf_free(&octets);
    return cert;
}

/* The entry of the certificate to renew, which this CA must have issued and not revoked. */
static const struct entry *find_renewed(struct issue *s)
{
    bool issued = false;
    reload_cert *cert = read_renewed(s);
    if (cert == NULL)
        return NULL;
    reload_err err = reload_cert_issued_by(cert, s->ca.cert, &issued);
    const struct entry *entry = err == RELOAD_OK && issued ? find_entry(&s->index, cert) : NULL;
    reload_cert_free(&cert);
    if (err != RELOAD_OK)
        tool_error(s->tool, STATUS_FAILED, "%s: %s", s->renew, reload_strerror(err));
    else if (entry == NULL)
        tool_error(s->tool, STATUS_FAILED, "%s: the certificate was not issued by this CA",
                   s->renew);
    else if (entry->revoked >= 0)
        tool_error(s->tool, STATUS_FAILED, "%s: the certificate is revoked", s->renew);
    return entry != NULL && entry->revoked < 0 ? entry : NULL;
}

/* The names that the index has for the certificate to renew. */
static bool add_renewed(struct issue *s)
{
    const struct entry *entry = find_renewed(s);
    if (entry == NULL)
        return false;
    s->renewed_users = strdup(strcmp(entry->users, "-") == 0 ? "" : entry->users);
    if (s->renewed_users == NULL) {
        keygen_no_memory(s->tool);
        return false;
    }
    for (char *at = s->renewed_users; *at != '\0';) {
        size_t len = strcspn(at, ",");
        bool last = at[len] == '\0';
        at[len] = '\0';
        leaf_add_name(&s->leaf, &(reload_cert_name){.text = at});
        at += len + !last;
    }
    for (unsigned i = 0; i < entry->peers; i++) {
        reload_cert_name name = {.peer = true, .text = s->ca.profile->overlay};
        if (id_add(entry->first, i, name.id))
            leaf_add_name(&s->leaf, &name);
    }
    return true;
}

/* What the certificate names: users, then Peer-IDs. */
static bool issue_names(struct issue *s, reload_rng *rng)
{
    if (s->renew != NULL)
        return add_renewed(s);
    leaf_add_users(&s->leaf);
    return add_peers(s, rng);
}

/* ---- The certificate ---- */

static bool read_request(struct issue *s, reload_request **request)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good = file_read(s->tool, s->request, MAX_CERT, &octets, false);
    if (good && reload_request_parse(octets.octets, octets.len, request, &diag) != RELOAD_OK) {
        tool_error(s->tool, STATUS_FAILED, "%s: %s", s->request, diag.text);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

/* The certificate for a new key, or for a request's. */
static bool certify(struct issue *s, const struct entry *entry, reload_key *key, reload_buf *pem)
{
    reload_request *request = NULL;
    bool good = (s->request == NULL || read_request(s, &request)) &&
                leaf_certify(&s->leaf, entry->serial, key, request, s->ca.cert, s->ca.key, pem);
    reload_request_free(&request);
    return good;
}

/* Writes the index with the new entry, or without it again. */
static bool commit_entry(void *arg, bool undo)
{
    struct issue *s = arg;
    if (undo)
        index_drop_last(&s->index);
    return index_write(&s->index, &s->ca);
}

/* The index is written before the certificate appears: after a crash between them Peer-IDs are
 * lost, but never issued again. All that can fail is tried before. */
static void issue_files(struct issue *s, reload_rng *rng, struct keygen_files *files)
{
    reload_buf pem = {0};
    struct entry *entry = index_add(&s->index, s->tool);
    if (entry == NULL)
        return;
    entry->serial_len = SERIAL_SIZE;
    entry->not_after = s->leaf.not_after;
    set_block(entry, s);
    bool good = keygen_serial(s->tool, rng, entry->serial) && set_users(entry, s);
    files->key = good && s->request == NULL ? keygen_key(s->tool, rng, s->leaf.bits) : NULL;
    files->pem = &pem;
    files->commit = commit_entry;
    files->arg = s;
    if (good && (files->key != NULL || s->request != NULL) && certify(s, entry, files->key, &pem))
        (void)keygen_write_files(files);
    reload_buf_free(&pem);
    reload_key_free(&files->key);
}

/* Works out the end of validity from the CA's: a year, but not beyond the CA's certificate. Returns
 * false after reporting that the CA's certificate has expired when the new one becomes valid. */
static bool set_validity(struct issue *s)
{
    struct leaf *leaf = &s->leaf;
    reload_time ca_end = reload_cert_not_after(s->ca.cert);
    if (ca_end < leaf->not_before) {
        tool_error(s->tool, STATUS_FAILED, "%s: the CA's certificate expires before --not-before",
                   s->ca_dir);
        return false;
    }
    if (leaf->not_after == TIME_NOT_SPECIFIED) {
        leaf->not_after = leaf->not_before + LEAF_VALIDITY;
        leaf->not_after = leaf->not_after > ca_end ? ca_end : leaf->not_after;
    } else if (leaf->not_after > ca_end) {
        tool_warn(s->tool, "warning: the CA's certificate expires before --not-after");
    }
    return true;
}

/* Issues a certificate to files that may be written. */
static void issue_to(struct issue *s, struct keygen_files *files)
{
    char purpose[2048];
    struct leaf *leaf = &s->leaf;
    /* with one seed, each certificate of a CA has its own key */
    (void)snprintf(purpose, sizeof purpose, "issue %s %zu %s", s->ca.profile->overlay,
                   s->index.count, leaf->user_count > 0 ? leaf->users[0] : "");
    reload_rng *rng = keygen_rng(s->tool, leaf->seed, purpose);
    if (rng != NULL && issue_names(s, rng))
        issue_files(s, rng, files);
    reload_rng_free(&rng);
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
    if (key_path != NULL && cert_path != NULL && ca_open(&s->ca, s->tool, s->ca_dir) &&
        index_read(&s->index, &s->ca) && keygen_may_write_files(&files) && set_validity(s))
        issue_to(s, &files);
    index_free(&s->index);
    ca_close(&s->ca);
    free(s->renewed_users);
    free(key_path);
    free(cert_path);
}

static void check_issue(struct issue *s)
{
    if (s->ca_dir == NULL)
        tool_usage(s->tool, "--ca is required");
    if (s->leaf.prefix == NULL)
        tool_usage(s->tool, "--output is required");
    if (s->renew != NULL &&
        (s->leaf.peers != NOT_SPECIFIED || s->leaf.peer_id_count > 0 || s->leaf.user_count > 0))
        tool_usage(s->tool, "--renew cannot be combined with --user, --peers or --peer-id");
    if (s->request != NULL && s->leaf.bits != NOT_SPECIFIED)
        tool_usage(s->tool, "--bits cannot be combined with --request");
    leaf_check(&s->leaf, s->renew == NULL);
}

int issue_main(int argc, char **argv)
{
    struct issue s = {.ca = {.lock = -1}};
    leaf_begin(&s.leaf, "reload-keygen issue");
    s.tool = &s.leaf.tool;
    (void)arguments_parse(s.tool, &issue_line, argc, argv, &s);
    check_issue(&s);
    issue(&s);
    return tool_finish(s.tool);
}
