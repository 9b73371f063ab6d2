/* SPDX-License-Identifier: BSD-2-Clause */
/* Identifiers (B§4.5.1.2.3, B§6). */
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
