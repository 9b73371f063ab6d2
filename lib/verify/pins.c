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
    for (; len > 0 && name->octets[host] != '\0'; host++) /* without "@" the name has no host */
        if (name->octets[host] >= 'A' && name->octets[host] <= 'Z')
            name->octets[host] = (uint8_t)(name->octets[host] - 'A' + 'a');
    return RELOAD_OK;
}

/* Appends the name of the identity that the certificates of a site represent, or an empty name. */
static reload_err append_name(const rl_judging *j, const reload_site *site, uint32_t key,
                              reload_buf *name)
{
    size_t len = 0;
    bool body = site->role == RELOAD_ROLE_BODY;
    uint32_t attr =
        body ? key : reload_msg_member(j->msg, rl_peer_info_of(j->msg, site), RELOAD_A_PEER_ID);
    const uint8_t *octets =
        attr == RELOAD_NO_ATTR ? NULL : reload_msg_value_octets(j->msg, attr, &len);
    if (octets != NULL && body)
        return rl_pin_name_of_key(octets, len, name);
    if (octets != NULL && len == RELOAD_ID_SIZE)
        return rl_pin_name_of_peer(octets, name);
    reload_buf_append(name, "", 1);
    return name->err;
}

size_t rl_pin_identity(rl_judging *j, const reload_site *site)
{
    rl_resource *resource = NULL;
    size_t name = j->plan->names.len;
    if (site->role == RELOAD_ROLE_BODY) {
        resource = rl_resource_at(j, reload_msg_attr(j->msg, site->container)->parent, false);
        if (resource->has_identity)
            return resource->identity;
    }
    j->err =
        append_name(j, site, resource == NULL ? RELOAD_NO_ATTR : resource->key, &j->plan->names);
    size_t identity = j->err == RELOAD_OK ? rl_identity_of(j, name) : 0;
    if (resource != NULL) {
        resource->identity = identity;
        resource->has_identity = true;
    }
    return identity;
}
