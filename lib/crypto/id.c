/* Identifiers (B§4.5.1.2.3, B§6) and shared secrets (D12). */
#include "crypto/digest.h"

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

reload_err reload_resource_id(const uint8_t *key, size_t len, uint32_t replica,
                              uint8_t id[RELOAD_ID_SIZE])
{
    char number[16] = "";
    int digits = replica == 0 ? 0 : snprintf(number, sizeof number, "%" PRIu32, replica);
    const reload_span name[] = {{key, len}, {(const uint8_t *)number, (size_t)digits}};
    return reload_digest(RELOAD_MD_SHA1, name, 2, id);
}

/* A port number in decimal, without sign or leading blanks. */
static bool parse_port(const char *text, uint16_t *port)
{
    uint32_t value = 0;
    size_t len = strlen(text);
    if (len == 0 || len > 5 || strspn(text, "0123456789") != len)
        return false;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (uint32_t)(text[i] - '0');
    *port = (uint16_t)value;
    return value <= 0xffff;
}

bool reload_address_parse(const char *address, reload_value *value)
{
    char host[INET6_ADDRSTRLEN];
    const char *from = address, *end;
    *value = (reload_value){.kind = RELOAD_KIND_IP_PORT, .ipv6 = address[0] == '['};
    if (value->ipv6) {
        from = address + 1;
        end = strchr(from, ']');
        if (end == NULL || end[1] != ':' || !parse_port(end + 2, &value->port))
            return false;
    } else {
        end = strchr(from, ':');
        if (end == NULL || !parse_port(end + 1, &value->port))
            return false;
    }
    size_t len = (size_t)(end - from);
    if (len >= sizeof host)
        return false;
    memcpy(host, from, len);
    host[len] = '\0';
    return inet_pton(value->ipv6 ? AF_INET6 : AF_INET, host, value->address) == 1;
}

void reload_address_format(const reload_value *value, char *text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "";
    (void)inet_ntop(value->ipv6 ? AF_INET6 : AF_INET, value->address, host, sizeof host);
    (void)snprintf(text, size, value->ipv6 ? "[%s]:%u" : "%s:%u", host, value->port);
}

reload_err reload_address_id(const char *address, uint8_t id[RELOAD_ID_SIZE], reload_diag *diag)
{
    reload_value value;
    char host[INET6_ADDRSTRLEN];
    if (!reload_address_parse(address, &value))
        return rl_fail(diag, RELOAD_ERR_VALUE,
                       "not an address such as 10.4.1.2:5060 or [2001:db8::1]:5060");
    if (inet_ntop(value.ipv6 ? AF_INET6 : AF_INET, value.address, host, sizeof host) == NULL)
        return rl_fail(diag, RELOAD_ERR_VALUE, "an address that has no text");
    const reload_span text = {(const uint8_t *)host, strlen(host)};
    reload_err err = reload_digest(RELOAD_MD_SHA1, &text, 1, id);
    if (err != RELOAD_OK)
        return rl_fail(diag, err, "%s", reload_strerror(err));
    rl_put16(id + RELOAD_ID_SIZE - 2, value.port);
    return RELOAD_OK;
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
        return secret->err == RELOAD_OK
                   ? RELOAD_OK
                   : rl_fail(diag, secret->err, "%s", reload_strerror(secret->err));
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
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    (void)reload_hex_decode((const char *)octets + sizeof prefix - 1, digits, decoded);
    reload_buf_append(secret, decoded, digits / 2);
    rl_wipe(decoded, digits / 2);
    free(decoded);
    return secret->err == RELOAD_OK
               ? RELOAD_OK
               : rl_fail(diag, secret->err, "%s", reload_strerror(secret->err));
}
