/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/tool.h"

enum { MAX_SECRET = 64 * 1024, MAX_KEY = 64 * 1024 };

bool secret_read(struct tool *tool, const char *path, reload_buf *secret)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    reload_err err = RELOAD_ERR_READ;
    if (file_read(tool, path, MAX_SECRET, &octets, true)) {
        err = reload_secret_parse(octets.octets, octets.len, secret, &diag);
        if (err != RELOAD_OK)
            tool_error_diag(tool, path, &diag);
    }
    reload_buf_free(&octets);
    return err == RELOAD_OK;
}

bool certs_read(struct tool *tool, const char *path, octets_taker *take, void *arg)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good = file_read(tool, path, MAX_CERTS, &octets, false);
    if (good && take(arg, octets.octets, octets.len, &diag) != RELOAD_OK) {
        tool_error_diag(tool, path, &diag);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

/* ---- Private keys ---- */

/* Passes the key's octets on, a second time if a passphrase is required. */
static reload_err take_key(struct tool *tool, const char *path, bool ask, const reload_buf *octets,
                           reload_buf *passphrase, key_taker *take, void *arg)
{
    reload_diag diag = {0};
    reload_err err =
        take(arg, octets->octets, octets->len, (const char *)passphrase->octets, &diag);
    if (ask && err == RELOAD_ERR_PASSPHRASE) {
        if (!passphrase_ask(tool, path, passphrase))
            return err;
        err = take(arg, octets->octets, octets->len, (const char *)passphrase->octets, &diag);
    }
    if (err != RELOAD_OK)
        tool_error_diag(tool, path, &diag);
    return err;
}

bool key_read(struct tool *tool, const char *path, const char *passphrase_file, key_taker *take,
              void *arg)
{
    reload_buf octets = {0}, passphrase = {0};
    bool taken =
        file_read(tool, path, MAX_KEY, &octets, true) &&
        (passphrase_file == NULL || passphrase_read(tool, passphrase_file, &passphrase)) &&
        take_key(tool, path, passphrase_file == NULL, &octets, &passphrase, take, arg) == RELOAD_OK;
    reload_buf_free(&octets);
    reload_buf_free(&passphrase);
    return taken;
}
