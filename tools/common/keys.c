/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets and private keys in files. */
#include "base/fault.h"
#include "common/tool.h"

bool secret_read(struct tool *tool, const char *path, reload_buf *secret)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    reload_err err = RELOAD_ERR_READ;
    if (file_read(tool, path, &kind_secret, &octets)) {
        err = reload_secret_parse(octets.octets, octets.len, secret, &diag);
        if (err == RELOAD_ERR_VALUE)
            tool_error_file(tool, STATUS_FAILED, path,
                            "%s; 'reload-keygen secret --output=FILE' makes a secret", diag.text);
        else if (err != RELOAD_OK)
            tool_error_diag(tool, path, &diag);
        else
            content_warn(tool, path, &octets, &kind_secret);
    }
    reload_buf_free(&octets);
    return err == RELOAD_OK;
}

/* ---- Private keys ---- */

/* Passes the key's octets on, a second time with its passphrase if it is encrypted. */
static reload_err take_key_file(struct tool *tool, const char *path, const char *given,
                                const reload_buf *octets, key_taker *take, void *arg, bool *plain)
{
    reload_diag diag = {0};
    reload_buf typed = {0};
    reload_err err = take(arg, octets->octets, octets->len, NULL, &diag);
    *plain = err == RELOAD_OK;
    if (err == RELOAD_ERR_PASSPHRASE && given == NULL && !passphrase_ask(tool, path, &typed))
        return err;
    if (err == RELOAD_ERR_PASSPHRASE)
        err = take(arg, octets->octets, octets->len,
                   given == NULL ? (const char *)typed.octets : given, &diag);
    reload_buf_free(&typed);
    if (err != RELOAD_OK && (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_PASSPHRASE ||
                             !content_error(tool, path, octets, &kind_key)))
        tool_error_diag(tool, path, &diag);
    return err;
}

bool key_read(struct tool *tool, const char *path, const char *passphrase_file, key_taker *take,
              void *arg, bool *plain)
{
    reload_buf octets = {0};
    const char *passphrase = NULL;
    bool taken = file_read(tool, path, &kind_key, &octets) &&
                 (passphrase_file == NULL ||
                  (passphrase = passphrase_read(tool, passphrase_file)) != NULL) &&
                 take_key_file(tool, path, passphrase, &octets, take, arg, plain) == RELOAD_OK;
    reload_buf_free(&octets);
    return taken;
}

void passphrase_warn_unused(const struct tool *tool, const char *key_path)
{
    if (!RL_FAULT("options: a passphrase without effect"))
        tool_warn(tool, "warning: %s: not encrypted, so --passphrase-file has no effect", key_path);
}
