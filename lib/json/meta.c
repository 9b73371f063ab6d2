/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads meta: the place and time of a message's capture. No value in it is an error. */
#include "json/reader.h"

#include <arpa/inet.h>
#include <string.h>

static reload_time read_time(const json_t *time)
{
    reload_time captured;
    if (rl_json_plain_string(time) != NULL && reload_time_parse(json_string_value(time), &captured))
        return captured;
    double seconds = json_is_number(time) ? json_number_value(time) : -1;
    return seconds > 0 && seconds <= (double)RELOAD_MAX_TIME
               ? (reload_time)(seconds * (double)RELOAD_SECOND + 0.5)
               : RELOAD_NO_TIME;
}

/* {"ip": "10.4.1.2", "port": 5060} */
static reload_value read_address(const json_t *json)
{
    const reload_value unknown = {.kind = RELOAD_KIND_OCTETS};
    reload_value value = {.kind = RELOAD_KIND_IP_PORT};
    const char *ip = rl_json_plain_string(json_object_get(json, "ip"));
    const json_t *port = json_object_get(json, "port");
    json_int_t number = json_is_integer(port) ? json_integer_value(port) : -1;
    if (ip == NULL || number < 0 || number > UINT16_MAX)
        return unknown;
    value.port = (uint16_t)number;
    value.ipv6 = inet_pton(AF_INET, ip, value.address) != 1;
    return !value.ipv6 || inet_pton(AF_INET6, ip, value.address) == 1 ? value : unknown;
}

void rl_json_read_meta(const json_t *root, rl_json_meta *meta)
{
    const json_t *json = json_object_get(root, "meta");
    const char *transport = rl_json_plain_string(json_object_get(json, "transport"));
    meta->captured = read_time(json_object_get(json, "time"));
    meta->source = read_address(json_object_get(json, "source"));
    meta->destination = read_address(json_object_get(json, "destination"));
    meta->transport = transport == NULL               ? NULL
                      : strcmp(transport, "UDP") == 0 ? "UDP"
                      : strcmp(transport, "TCP") == 0 ? "TCP"
                                                      : NULL;
}
