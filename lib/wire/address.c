/* SPDX-License-Identifier: BSD-2-Clause */
/* "10.4.1.2:5060" and "[2001:db8::1]:5060": addresses as text. */
#include "wire/wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

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
    if (!value->ipv6 && size >= sizeof "255.255.255.255:65535") {
        const uint8_t *a = value->address;
        for (size_t i = 0; i < 4; i++) {
            text = rl_put_decimal(text, a[i], 1);
            *text++ = i < 3 ? '.' : ':';
        }
        *rl_put_decimal(text, value->port, 1) = '\0';
        return;
    }
    char host[INET6_ADDRSTRLEN] = "";
    (void)inet_ntop(value->ipv6 ? AF_INET6 : AF_INET, value->address, host, sizeof host);
    (void)snprintf(text, size, value->ipv6 ? "[%s]:%u" : "%s:%u", host, value->port);
}
