/* SPDX-License-Identifier: BSD-2-Clause */
/* Identifiers (B§4.5.1.2.3, B§6) and shared secrets (D12). */
#include "crypto/id.h"

#include "base/fault.h"

#include <reload/cert.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

uint32_t reload_overlay_id(const char *name)
{
    return (uint32_t)crc32_z(crc32_z(0, Z_NULL, 0), (const unsigned char *)name, strlen(name));
}

reload_err rl_overlay_set(const char *name, char **copy, uint32_t *overlay)
{
    if (name[0] == '\0' && !RL_FAULT("D23: an empty name of an overlay"))
        return RELOAD_ERR_ARGUMENT;
    char *made = strdup(name);
    if (made == NULL)
        return RELOAD_ERR_MEMORY;
    free(*copy);
    *copy = made;
    *overlay = reload_overlay_id(name);
    return RELOAD_OK;
}

reload_err reload_resource_id(const uint8_t *key, size_t len, uint32_t replica,
                              uint8_t id[RELOAD_ID_SIZE])
{
    char number[16] = "";
    int digits = replica == 0 ? 0 : snprintf(number, sizeof number, "%" PRIu32, replica);
    const reload_span name[] = {{key, len}, {(const uint8_t *)number, (size_t)digits}};
    return reload_digest(RELOAD_MD_SHA1, name, 2, id);
}

reload_err reload_address_id(const uint8_t *address, bool ipv6, uint16_t port,
                             uint8_t id[RELOAD_ID_SIZE])
{
    char text[INET6_ADDRSTRLEN];
    if (inet_ntop(ipv6 ? AF_INET6 : AF_INET, address, text, sizeof text) == NULL)
        return RELOAD_ERR_VALUE;
    const reload_span span = {(const uint8_t *)text, strlen(text)};
    reload_err err = reload_digest(RELOAD_MD_SHA1, &span, 1, id);
    if (err == RELOAD_OK)
        rl_put16(id + RELOAD_ID_SIZE - 2, port);
    return err;
}

reload_err reload_secret_parse(const uint8_t *octets, size_t len, reload_buf *secret,
                               reload_diag *diag)
{
    static const char prefix[] = "hex:";
    if (len > 0 && octets[len - 1] == '\n')
        len -= len > 1 && octets[len - 2] == '\r' ? 2 : 1;
    if (len < sizeof prefix - 1 || memcmp(octets, prefix, sizeof prefix - 1) != 0) {
        if (len == 0)
            return rl_fail(diag, RELOAD_ERR_VALUE, "an empty secret");
        reload_buf_append(secret, octets, len);
        return secret->err == RELOAD_OK ? RELOAD_OK : rl_fail_plain(diag, secret->err);
    }
    size_t digits = len - (sizeof prefix - 1);
    if (digits == 0)
        return rl_fail(diag, RELOAD_ERR_VALUE, "an empty secret");
    for (size_t i = sizeof prefix - 1; i < len; i++)
        if (rl_hex_digit(octets[i]) < 0)
            return rl_fail_at(diag, RELOAD_ERR_SYNTAX, i,
                              "not a hex digit, in a secret that begins with \"hex:\"");
    if (digits % 2 != 0)
        return rl_fail_at(diag, RELOAD_ERR_SYNTAX, len, "an odd number of hex digits");
    uint8_t *decoded = malloc(digits / 2);
    if (decoded == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    (void)reload_hex_decode((const char *)octets + sizeof prefix - 1, digits, decoded);
    reload_buf_append(secret, decoded, digits / 2);
    rl_wipe(decoded, digits / 2);
    free(decoded);
    return secret->err == RELOAD_OK ? RELOAD_OK : rl_fail_plain(diag, secret->err);
}
