/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_SECRET = 64 * 1024, MAX_KEY = 64 * 1024 };

/* The option that reads a content; NULL: no option does. In reload-keygen it depends on the
 * command. */
static const char *option_for(const struct tool *tool, reload_content content)
{
    static const char keygen[] = "reload-keygen";
    if (strncmp(tool->name, keygen, sizeof keygen - 1) == 0)
        return NULL;
    switch (content) {
    case RELOAD_CONTENT_CERT:
        return "--cert or --ca";
    case RELOAD_CONTENT_KEY:
    case RELOAD_CONTENT_ENCRYPTED_KEY:
    case RELOAD_CONTENT_SSH_KEY:
        return "--key";
    case RELOAD_CONTENT_CRL:
        return "--crl";
    case RELOAD_CONTENT_SECRET:
        return "--secret";
    case RELOAD_CONTENT_PROFILE:
        return "--profile";
    default:
        return NULL;
    }
}

/* Describes the kind of a file of the wrong kind. Returns false if the kind is unknown, or is the
 * expected one. */
static bool describe_content(const struct tool *tool, const reload_buf *octets,
                             reload_content expected, reload_diag *diag)
{
    reload_content content = reload_recognise(octets->octets, octets->len);
    bool key = expected == RELOAD_CONTENT_KEY, is_key = content == RELOAD_CONTENT_ENCRYPTED_KEY ||
                                                        content == RELOAD_CONTENT_SSH_KEY ||
                                                        content == RELOAD_CONTENT_PUBLIC_KEY;
    const char *option = key && is_key ? NULL : option_for(tool, content);
    const char *remedy = !key && is_key ? NULL : reload_content_remedy(content);
    if (content == RELOAD_CONTENT_UNKNOWN || content == expected ||
        (content == RELOAD_CONTENT_ENCRYPTED_KEY && key) ||
        (content == RELOAD_CONTENT_JSON && expected == RELOAD_CONTENT_PROFILE))
        return false;
    *diag = (reload_diag){.code = RELOAD_ERR_SYNTAX};
    if (content == RELOAD_CONTENT_EMPTY)
        (void)snprintf(diag->text, sizeof diag->text, "empty, expected %s",
                       reload_content_text(expected));
    else
        (void)snprintf(diag->text, sizeof diag->text, "%s, not %s%s%s%s%s",
                       reload_content_text(content), reload_content_text(expected),
                       option == NULL ? "" : "; it belongs to ", option == NULL ? "" : option,
                       remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
    return true;
}

bool content_error(struct tool *tool, const char *path, const reload_buf *octets,
                   reload_content expected)
{
    reload_diag diag;
    if (!describe_content(tool, octets, expected, &diag))
        return false;
    tool_error_diag(tool, path, &diag);
    return true;
}

reload_err content_take(const struct tool *tool, const reload_buf *octets, reload_content expected,
                        octets_taker *take, void *arg, reload_diag *diag)
{
    reload_err err = take(arg, octets->octets, octets->len, diag);
    if (err != RELOAD_OK && err != RELOAD_ERR_MEMORY)
        (void)describe_content(tool, octets, expected, diag);
    return err;
}

/* The file of a CA's directory with a content; or NULL. */
static const char *file_of_ca(reload_content content)
{
    switch (content) {
    case RELOAD_CONTENT_PROFILE:
        return "overlay.json";
    case RELOAD_CONTENT_CERT:
        return "ca.crt";
    case RELOAD_CONTENT_CRL:
        return "overlay.crl";
    default:
        return NULL;
    }
}

bool directory_error(struct tool *tool, const char *path, reload_content expected)
{
    struct stat st;
    const char *file = file_of_ca(expected);
    char inside[4096];
    if (file == NULL || strcmp(path, "-") == 0 || stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return false;
    bool ends = path[strlen(path) - 1] == '/';
    int n = snprintf(inside, sizeof inside, "%s%s%s", path, ends ? "" : "/", file);
    if (n < 0 || (size_t)n >= sizeof inside || access(inside, F_OK) != 0)
        return false;
    tool_error_file(tool, STATUS_FAILED, path, "%s; use %s", strerror(EISDIR), inside);
    return true;
}

/* Warns of a secret that is a file of another kind: any octets are a secret (D12). */
static void check_secret(const struct tool *tool, const char *path, const reload_buf *octets)
{
    reload_content content = reload_recognise(octets->octets, octets->len);
    if (content != RELOAD_CONTENT_UNKNOWN && content != RELOAD_CONTENT_SECRET &&
        content != RELOAD_CONTENT_EMPTY && content != RELOAD_CONTENT_BASE64)
        tool_warn_file(tool, path, "%s, not a shared secret; all its octets are used as the secret",
                       reload_content_text(content));
}

/* Reports a missing file. The secret itself may have been given in place of its name. */
static bool secret_missing(struct tool *tool, const char *path)
{
    if (strcmp(path, "-") == 0 || access(path, F_OK) == 0 || errno != ENOENT)
        return false;
    tool_error_file(tool, STATUS_FAILED, path,
                    "%s; --secret requires the name of a file that holds the secret",
                    strerror(ENOENT));
    return true;
}

bool secret_read(struct tool *tool, const char *path, reload_buf *secret)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    reload_err err = RELOAD_ERR_READ;
    if (!secret_missing(tool, path) && file_read(tool, path, MAX_SECRET, &octets, true)) {
        err = reload_secret_parse(octets.octets, octets.len, secret, &diag);
        if (err != RELOAD_OK)
            tool_error_diag(tool, path, &diag);
        else
            check_secret(tool, path, &octets);
    }
    reload_buf_free(&octets);
    return err == RELOAD_OK;
}

bool content_read(struct tool *tool, const char *path, reload_content expected, octets_taker *take,
                  void *arg)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good =
        !directory_error(tool, path, expected) && file_read(tool, path, MAX_CERTS, &octets, false);
    if (good && content_take(tool, &octets, expected, take, arg, &diag) != RELOAD_OK) {
        tool_error_diag(tool, path, &diag);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

bool certs_read(struct tool *tool, const char *path, octets_taker *take, void *arg)
{
    return content_read(tool, path, RELOAD_CONTENT_CERT, take, arg);
}

bool crls_read(struct tool *tool, const char *path, octets_taker *take, void *arg)
{
    return content_read(tool, path, RELOAD_CONTENT_CRL, take, arg);
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
    if (err != RELOAD_OK && (err == RELOAD_ERR_MEMORY || err == RELOAD_ERR_PASSPHRASE ||
                             !content_error(tool, path, octets, RELOAD_CONTENT_KEY)))
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
