/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

enum { MAX_SECRET = 64 * 1024, MAX_KEY = 64 * 1024, MAX_CERTS = 64 * 1024 * 1024 };

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
    tool_keep(tool, path);
    if (good && take(arg, octets.octets, octets.len, &diag) != RELOAD_OK) {
        tool_error_diag(tool, path, &diag);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

/* ---- Private keys ---- */

/* Reads a line from the terminal without echo. Returns false at its end. */
static bool read_hidden(FILE *terminal, const struct termios *shown, char *line, int size)
{
    struct termios hidden = *shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
    bool typed = fgets(line, size, terminal) != NULL;
    (void)tcsetattr(fileno(terminal), TCSAFLUSH, shown);
    (void)fputc('\n', terminal);
    return typed;
}

static bool ask_passphrase(struct tool *tool, const char *path, reload_buf *passphrase)
{
    struct termios shown;
    char line[1024];
    FILE *terminal = fopen("/dev/tty", "r+");
    if (terminal == NULL || tcgetattr(fileno(terminal), &shown) != 0) {
        tool_error(tool, STATUS_FAILED,
                   "%s: the key is encrypted: passphrase required, but there is no terminal; use "
                   "--passphrase-file",
                   path);
        if (terminal != NULL)
            (void)fclose(terminal);
        return false;
    }
    (void)setvbuf(terminal, NULL, _IONBF, 0); /* no buffer keeps the passphrase */
    (void)fprintf(terminal, "Passphrase for %s: ", path);
    (void)fflush(terminal);
    bool typed = read_hidden(terminal, &shown, line, sizeof line);
    (void)fclose(terminal);
    if (typed) {
        line[strcspn(line, "\r\n")] = '\0';
        reload_buf_append(passphrase, line, strlen(line) + 1);
    } else {
        tool_error(tool, STATUS_FAILED, "%s: passphrase required, but none was typed", path);
    }
    explicit_bzero(line, sizeof line);
    return typed;
}

/* The passphrase in a file without one trailing LF or CR LF, and with a terminating NUL. */
static bool read_passphrase(struct tool *tool, const char *path, reload_buf *passphrase)
{
    if (!file_read(tool, path, MAX_SECRET, passphrase, true))
        return false;
    if (passphrase->len > 0 && passphrase->octets[passphrase->len - 1] == '\n')
        passphrase->len--;
    if (passphrase->len > 0 && passphrase->octets[passphrase->len - 1] == '\r')
        passphrase->len--;
    reload_buf_append(passphrase, "", 1);
    return passphrase->err == RELOAD_OK;
}

/* Passes the key's octets on, a second time if a passphrase is required. */
static reload_err take_key(struct tool *tool, const char *path, bool ask, const reload_buf *octets,
                           reload_buf *passphrase, key_taker *take, void *arg)
{
    reload_diag diag = {0};
    reload_err err =
        take(arg, octets->octets, octets->len, (const char *)passphrase->octets, &diag);
    if (ask && err == RELOAD_ERR_PASSPHRASE) {
        if (!ask_passphrase(tool, path, passphrase))
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
        (passphrase_file == NULL || read_passphrase(tool, passphrase_file, &passphrase)) &&
        take_key(tool, path, passphrase_file == NULL, &octets, &passphrase, take, arg) == RELOAD_OK;
    reload_buf_free(&octets);
    reload_buf_free(&passphrase);
    return taken;
}
