/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared secrets in files (D12). */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

#include <reload/cert.h>

/* The length without one trailing LF or CR LF, which editors add. */
static size_t trimmed(const uint8_t *octets, size_t len)
{
    if (len == 0 || octets[len - 1] != '\n')
        return len;
    return len > 1 && octets[len - 2] == '\r' ? len - 2 : len - 1;
}

static reload_err append_secret(reload_buf *secret, const uint8_t *octets, size_t len,
                                reload_diag *diag)
{
    if (len == 0)
        return rl_fail(diag, RELOAD_ERR_VALUE, "an empty secret");
    reload_buf_append(secret, octets, len);
    return secret->err == RELOAD_OK ? RELOAD_OK : rl_fail_plain(diag, secret->err);
}

/* Checks the digits after a prefix of from octets. */
static reload_err check_digits(const uint8_t *octets, size_t from, size_t len, reload_diag *diag)
{
    for (size_t i = from; i < len; i++)
        if (rl_hex_digit(octets[i]) < 0)
            return rl_fail_at(diag, RELOAD_ERR_SYNTAX, i,
                              "not a hex digit, in a secret that begins with \"hex:\"");
    return (len - from) % 2 == 0
               ? RELOAD_OK
               : rl_fail_at(diag, RELOAD_ERR_SYNTAX, len, "an odd number of hex digits");
}

static reload_err append_decoded(reload_buf *secret, const uint8_t *digits, size_t len,
                                 reload_diag *diag)
{
    uint8_t *decoded = malloc(len / 2 + 1);
    if (decoded == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    (void)reload_hex_decode((const char *)digits, len, decoded);
    reload_err err = append_secret(secret, decoded, len / 2, diag);
    rl_wipe(decoded, len / 2);
    free(decoded);
    return err;
}

reload_err reload_secret_parse(const uint8_t *octets, size_t len, reload_buf *secret,
                               reload_diag *diag)
{
    static const char prefix[] = "hex:";
    enum { PREFIX = sizeof prefix - 1 };
    len = trimmed(octets, len);
    if (len < PREFIX || memcmp(octets, prefix, PREFIX) != 0)
        return append_secret(secret, octets, len, diag);
    reload_err err = check_digits(octets, PREFIX, len, diag);
    return err == RELOAD_OK ? append_decoded(secret, octets + PREFIX, len - PREFIX, diag) : err;
}
