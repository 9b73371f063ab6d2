/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter's knowledge of values: how the reader uses them, and which numbers are correct. */
#include "json/filter.h"

#include <string.h>

/* ---- Roles ---- */

rl_json_role rl_json_member_role(const rl_json_level *level, const char *key)
{
    static const struct {
        rl_json_role object;
        const char *key; /* NULL: any other */
        rl_json_role role;
    } members[] = {
        {RL_JSON_MESSAGE, "header", RL_JSON_HEADER},
        {RL_JSON_MESSAGE, "attributes", RL_JSON_TOP},
        {RL_JSON_MESSAGE, "trailing", RL_JSON_OCTETS},
        {RL_JSON_MESSAGE, "garbage", RL_JSON_OCTETS},
        {RL_JSON_MESSAGE, "meta", RL_JSON_META},
        {RL_JSON_MESSAGE, "incomplete", RL_JSON_IGNORED},
        {RL_JSON_MESSAGE, NULL, RL_JSON_SCALAR},
        {RL_JSON_HEADER, "length", RL_JSON_IGNORED},
        {RL_JSON_HEADER, NULL, RL_JSON_SMALL},
        {RL_JSON_ATTR, "value", RL_JSON_VALUE},
        {RL_JSON_ATTR, "hex", RL_JSON_HEX},
        {RL_JSON_ATTR, "ignored", RL_JSON_IGNORED},
        {RL_JSON_ATTR, "message", RL_JSON_IGNORED},
        {RL_JSON_ATTR, "error", RL_JSON_IGNORED},
        {RL_JSON_ATTR, NULL, RL_JSON_SCALAR},
        {RL_JSON_OCTETS, "hex", RL_JSON_HEX},
        {RL_JSON_OCTETS, "error", RL_JSON_IGNORED},
        {RL_JSON_OCTETS, NULL, RL_JSON_SCALAR},
        {RL_JSON_META, "time", RL_JSON_SCALAR},
        {RL_JSON_META, "transport", RL_JSON_SCALAR},
        {RL_JSON_META, "source", RL_JSON_SMALL},
        {RL_JSON_META, "destination", RL_JSON_SMALL},
        {RL_JSON_SMALL, NULL, RL_JSON_SCALAR},
        {RL_JSON_WHOLE, NULL, RL_JSON_WHOLE},
    };
    if (level->members >= RL_JSON_MEMBERS) /* refused already because of an earlier member */
        return RL_JSON_IGNORED;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (members[i].object == level->role &&
            (members[i].key == NULL || strcmp(members[i].key, key) == 0))
            return members[i].role;
    return RL_JSON_IGNORED;
}

rl_json_role rl_json_element_role(const rl_json_level *level)
{
    switch (level->role) {
    case RL_JSON_TOP:
    case RL_JSON_VALUE:
        return RL_JSON_ATTR;
    case RL_JSON_WHOLE:
        return RL_JSON_WHOLE;
    default:
        return RL_JSON_IGNORED;
    }
}

rl_json_role rl_json_container_role(rl_json_role role, bool object)
{
    switch (role) {
    case RL_JSON_MESSAGE:
    case RL_JSON_HEADER:
    case RL_JSON_ATTR:
    case RL_JSON_OCTETS:
    case RL_JSON_META:
    case RL_JSON_SMALL:
        return object ? role : RL_JSON_IGNORED;
    case RL_JSON_VALUE:
        return object ? RL_JSON_SMALL : role;
    case RL_JSON_TOP:
        return object ? RL_JSON_IGNORED : role;
    case RL_JSON_WHOLE:
        return role;
    default:
        return RL_JSON_IGNORED;
    }
}

/* ---- Numbers ---- */

static const char *skip_digits(const char *c, const char *end)
{
    while (c < end && *c >= '0' && *c <= '9')
        c++;
    return c;
}

bool rl_json_is_number(const char *text, size_t len, bool *integer)
{
    const char *end = text + len, *c = text + (len > 0 && *text == '-'), *digits = c;
    c = skip_digits(c, end);
    if (c == digits || (*digits == '0' && c - digits > 1))
        return false;
    *integer = c == end;
    if (c < end && *c == '.') {
        digits = ++c;
        c = skip_digits(c, end);
        if (c == digits)
            return false;
    }
    if (c < end && (*c == 'e' || *c == 'E')) {
        c++;
        c += c < end && (*c == '+' || *c == '-');
        digits = c;
        c = skip_digits(c, end);
        if (c == digits)
            return false;
    }
    return c == end;
}
