/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors: texts and diagnostics. */
#include "base/base.h"

#include <string.h>

const char *reload_strerror(reload_err err)
{
    switch (err) {
    case RELOAD_OK:
        return "no error";
    case RELOAD_ERR_MEMORY:
        return "out of memory";
    case RELOAD_ERR_ARGUMENT:
        return "invalid argument";
    case RELOAD_ERR_NO_MESSAGE:
        return "not a RELOAD message";
    case RELOAD_ERR_RFC6940:
        return "RFC 6940 message, not supported";
    case RELOAD_ERR_MALFORMED:
        return "malformed message";
    case RELOAD_ERR_SYNTAX:
        return "bad syntax";
    case RELOAD_ERR_VALUE:
        return "invalid value";
    case RELOAD_ERR_TOO_LONG:
        return "too long for its Length field";
    case RELOAD_ERR_REFUSED:
        return "refused";
    case RELOAD_ERR_READ:
        return "read error";
    case RELOAD_ERR_WRITE:
        return "write error";
    case RELOAD_ERR_CRYPTO:
        return "the cryptographic library failed";
    case RELOAD_ERR_AGAIN:
        return "not a replay, though one was expected";
    case RELOAD_ERR_PASSPHRASE:
        return "the passphrase is missing or wrong";
    case RELOAD_ERR_WAITS:
        return "the source has no octets yet";
    }
    return "unknown error";
}

void rl_diag_clear(reload_diag *diag)
{
    memset(diag, 0, offsetof(reload_diag, pointer));
    diag->pointer[0] = diag->text[0] = '\0';
}

/* Control characters become spaces: a diagnostic is one line. */
static void diag_fill(reload_diag *diag, reload_err code, const char *format, va_list args)
{
    rl_diag_clear(diag);
    diag->code = code;
    rl_vtext(diag->text, sizeof diag->text, format, args);
    for (char *c = diag->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = ' ';
}

reload_err rl_fail(reload_diag *diag, reload_err code, const char *format, ...)
{
    if (diag != NULL) {
        va_list args;
        va_start(args, format);
        diag_fill(diag, code, format, args);
        va_end(args);
    }
    return code;
}

reload_err rl_fail_at(reload_diag *diag, reload_err code, uint64_t offset, const char *format, ...)
{
    if (diag != NULL) {
        va_list args;
        va_start(args, format);
        diag_fill(diag, code, format, args);
        va_end(args);
        diag->has_offset = true;
        diag->offset = offset;
    }
    return code;
}

reload_err rl_fail_plain(reload_diag *diag, reload_err code)
{
    return rl_fail(diag, code, "%s", reload_strerror(code));
}
