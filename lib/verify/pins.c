/* SPDX-License-Identifier: BSD-2-Clause */
/* D28: the names that keys are stored under. */
#include "verify/judge.h"

#include "base/fault.h"

reload_err rl_pin_name_of_peer(const uint8_t id[RELOAD_ID_SIZE], reload_buf *name)
{
    char digits[2 * RELOAD_ID_SIZE + 1] = "";
    reload_hex_encode(id, RELOAD_ID_SIZE, digits);
    reload_buf_append(name, "peer:", 5);
    reload_buf_append(name, digits, sizeof digits);
    return name->err;
}

reload_err rl_pin_name_of_key(const uint8_t *key, size_t len, reload_buf *name)
{
    if (!RL_FAULT("D28: a KEY with and without its scheme is one"))
        rl_drop_scheme(&key, &len);
    reload_buf_append(name, "key:", 4);
    size_t host = name->len + len;
    reload_buf_append(name, key, len);
    reload_buf_append(name, "", 1);
    if (name->err != RELOAD_OK)
        return name->err;
    while (len > 0 && key[len - 1] != '@') {
        len--;
        host--;
    }
    for (; len > 0 && name->octets[host] != '\0'; host++) /* without "@" there is no host */
        if (name->octets[host] >= 'A' && name->octets[host] <= 'Z')
            name->octets[host] = (uint8_t)(name->octets[host] - 'A' + 'a');
    return RELOAD_OK;
}

reload_err rl_pin_name(const reload_msg *msg, const reload_site *site, reload_buf *name)
{
    size_t len;
    bool body = site->role == RELOAD_ROLE_BODY;
    uint32_t container =
        body ? reload_msg_attr(msg, site->container)->parent : rl_peer_info_of(msg, site);
    uint32_t attr = reload_msg_member(msg, container, body ? RELOAD_A_KEY : RELOAD_A_PEER_ID);
    const uint8_t *octets =
        attr == RELOAD_NO_ATTR ? NULL : reload_msg_value_octets(msg, attr, &len);
    if (octets != NULL && body)
        return rl_pin_name_of_key(octets, len, name);
    if (octets != NULL && len == RELOAD_ID_SIZE)
        return rl_pin_name_of_peer(octets, name);
    reload_buf_append(name, "", 1);
    return name->err;
}
