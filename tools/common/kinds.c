/* SPDX-License-Identifier: BSD-2-Clause */
/* The expected kinds of files, and errors about files of another kind. */
#include "common/tool.h"

#include <stdio.h>
#include <string.h>

enum {
    MAX_SECRET = 64 * 1024,
    MAX_KEY = 64 * 1024,
    MAX_PROFILE = 1024 * 1024,
    MAX_CERTS = 64 * 1024 * 1024
};

/* clang-format off */
const struct file_kind
    kind_secret = {"a shared secret", RELOAD_CONTENT_SECRET, MAX_SECRET, true, NULL, NULL},
    kind_key = {"a private key", RELOAD_CONTENT_KEY, MAX_KEY, true, NULL, ".key"},
    kind_passphrase = {"a passphrase", RELOAD_CONTENT_UNKNOWN, MAX_SECRET, true, NULL, NULL},
    kind_digest = {"a digest", RELOAD_CONTENT_UNKNOWN, MAX_KEY, false, NULL, NULL},
    kind_profile = {"an overlay's profile", RELOAD_CONTENT_PROFILE, MAX_PROFILE, false,
                    "overlay.json", ".json"},
    kind_cert = {"a certificate", RELOAD_CONTENT_CERT, MAX_CERTS, false, NULL, ".crt"},
    kind_ca_certs = {"a certificate", RELOAD_CONTENT_CERT, MAX_CERTS, false, "ca.crt", ".crt"},
    kind_crls = {"a CRL", RELOAD_CONTENT_CRL, MAX_CERTS, false, "overlay.crl", ".crl"},
    kind_request = {"a certificate request", RELOAD_CONTENT_REQUEST, MAX_CERTS, false, NULL,
                    ".csr"},
    kind_messages = {"RELOAD messages", RELOAD_CONTENT_UNKNOWN, SIZE_MAX, false, NULL, NULL};
/* clang-format on */

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

bool content_describe(const struct tool *tool, const reload_buf *octets,
                      const struct file_kind *kind, reload_diag *diag)
{
    reload_content content = reload_recognise(octets->octets, octets->len),
                   expected = kind->content;
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
        (void)snprintf(diag->text, sizeof diag->text, "empty, expected %s", kind->text);
    else
        (void)snprintf(diag->text, sizeof diag->text, "%s, not %s%s%s%s%s",
                       reload_content_text(content), kind->text,
                       option == NULL ? "" : "; it belongs to ", option == NULL ? "" : option,
                       remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
    return true;
}

bool content_error(struct tool *tool, const char *path, const reload_buf *octets,
                   const struct file_kind *kind)
{
    reload_diag diag;
    if (!content_describe(tool, octets, kind, &diag))
        return false;
    tool_error_diag(tool, path, &diag);
    return true;
}

reload_err content_take(const struct tool *tool, const reload_buf *octets,
                        const struct file_kind *kind, octets_taker *take, void *arg,
                        reload_diag *diag)
{
    reload_err err = take(arg, octets->octets, octets->len, diag);
    if (err != RELOAD_OK && err != RELOAD_ERR_MEMORY)
        (void)content_describe(tool, octets, kind, diag);
    return err;
}

bool content_read(struct tool *tool, const char *path, const struct file_kind *kind,
                  octets_taker *take, void *arg)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    bool good = file_read(tool, path, kind, &octets);
    if (good && content_take(tool, &octets, kind, take, arg, &diag) != RELOAD_OK) {
        tool_error_diag(tool, path, &diag);
        good = false;
    }
    reload_buf_free(&octets);
    return good;
}

void content_warn(const struct tool *tool, const char *path, const reload_buf *octets,
                  const struct file_kind *kind)
{
    reload_content content = reload_recognise(octets->octets, octets->len);
    const char *noun = strrchr(kind->text, ' ') + 1; /* after "a" */
    if (content != RELOAD_CONTENT_UNKNOWN && content != kind->content &&
        content != RELOAD_CONTENT_EMPTY && content != RELOAD_CONTENT_BASE64)
        tool_warn_file(tool, path, "%s, not %s; all its octets are used as the %s",
                       reload_content_text(content), kind->text, noun);
}
