/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen self-signed: a certificate without a CA (S§3.2's OPEN ISSUE, D28). */
#include "keygen/keygen.h"

#include <stdio.h>
#include <stdlib.h>

struct self_signed {
    struct leaf leaf;
    const char *overlay, *key_file;
};

static const struct option_row self_signed_rows[] = {
    OPTION_TEXT(0, "overlay", "NAME", struct self_signed, overlay,
                "name Peer-IDs of the overlay with this name"),
    LEAF_NAME_ROWS(struct self_signed, leaf),
    OPTION_FILE(0, "key", "FILE", struct self_signed, key_file,
                "certify the private key in FILE, and write no PREFIX.key", NULL, "bits"),
    OPTION_TEXT(0, "name", "NAME", struct self_signed, leaf.common_name,
                "set the certificate's common name (default: its first name of at most 64 "
                "characters)"),
    KEYGEN_PASSPHRASE(struct self_signed, leaf.passphrase_file,
                      "encrypt PREFIX.key with the passphrase in FILE, or read --key with it"),
    LEAF_OTHER_ROWS(struct self_signed, leaf),
    KEYGEN_QUIET,
    OPTION_END,
};

static const struct command_line self_signed_line = {
    "reload-keygen self-signed --overlay=NAME --output=PREFIX [--user=AOR]... [--peers=N | "
    "--peer-id=HEX...] [options]\n"
    "reload-keygen self-signed --overlay=NAME --output=PREFIX --key=FILE [options]",
    "Makes a self-signed certificate, for verifiers that trust the first key seen for a name.",
    self_signed_rows,
    true,
    "overlay output",
    NULL};

/* Without a CA, two certificates name different Peer-IDs only by chance. */
static bool self_signed_names(struct self_signed *s, reload_rng *rng)
{
    uint8_t drawn[RELOAD_ID_SIZE] = {0};
    const struct index nothing_issued = {0};
    unsigned count = leaf_peers(&s->leaf);
    if (!leaf_consecutive(&s->leaf))
        return false;
    leaf_add_users(&s->leaf);
    if (s->leaf.peer_id_count == 0 && count > 0 &&
        !index_draw(&nothing_issued, &s->leaf.tool, rng, count, drawn))
        return false;
    leaf_add_peers(&s->leaf, s->overlay, s->leaf.peer_id_count > 0 ? s->leaf.peer_ids[0] : drawn);
    return true;
}

static reload_key *self_signed_key(struct self_signed *s, reload_rng *rng)
{
    reload_key *key = NULL;
    if (s->key_file == NULL)
        return keygen_key(&s->leaf.tool, rng, s->leaf.bits);
    (void)keygen_read_key(&s->leaf.tool, s->key_file, s->leaf.passphrase_file, false, &key);
    return key;
}

static void self_signed_files(struct self_signed *s, reload_rng *rng, struct keygen_files *files)
{
    uint8_t serial[SERIAL_SIZE];
    reload_buf pem = {0};
    bool good = self_signed_names(s, rng) && keygen_serial(files->tool, rng, serial);
    reload_key *key = good ? self_signed_key(s, rng) : NULL;
    files->key = s->key_file == NULL ? key : NULL;
    files->pem = &pem;
    if (key != NULL && leaf_certify(&s->leaf, serial, key, NULL, NULL, key, &pem))
        (void)keygen_write_files(files);
    reload_buf_free(&pem);
    reload_key_free(&key);
}

static void self_signed_make(struct self_signed *s)
{
    char purpose[1024];
    struct tool *tool = &s->leaf.tool;
    char *key_path = keygen_path(tool, s->leaf.prefix, ".key"),
         *cert_path = keygen_path(tool, s->leaf.prefix, ".crt");
    struct keygen_files files = {.tool = tool,
                                 .key_path = s->key_file == NULL ? key_path : NULL,
                                 .passphrase_file = s->leaf.passphrase_file,
                                 .path = cert_path,
                                 .force = s->leaf.force};
    if (key_path != NULL && cert_path != NULL && keygen_may_write_files(&files)) {
        (void)snprintf(purpose, sizeof purpose, "self-signed %s %s", s->overlay,
                       s->leaf.user_count > 0 ? s->leaf.users[0] : "");
        reload_rng *rng = keygen_rng(tool, s->leaf.seed, purpose, s->key_file == NULL);
        if (rng != NULL)
            self_signed_files(s, rng, &files);
        reload_rng_free(&rng);
    }
    free(key_path);
    free(cert_path);
}

int self_signed_main(int argc, char **argv)
{
    struct self_signed s = {0};
    struct tool *tool = &s.leaf.tool;
    leaf_begin(&s.leaf, "reload-keygen self-signed");
    (void)arguments_parse(tool, &self_signed_line, argc, argv, &s);
    keygen_overlay(tool, s.overlay);
    if (s.leaf.common_name != NULL)
        keygen_subject_option(tool, "name", s.leaf.common_name, s.leaf.subject);
    bool good = leaf_check(&s.leaf, true);
    if (s.leaf.not_after == TIME_NOT_SPECIFIED)
        s.leaf.not_after = s.leaf.not_before + LEAF_VALIDITY;
    leaf_warn_of_expiry(&s.leaf);
    if (good)
        self_signed_make(&s);
    free(s.leaf.prefix);
    return tool_finish(tool);
}
