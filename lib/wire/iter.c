/* SPDX-License-Identifier: BSD-2-Clause */
/* Members of an attribute, or of the message. */
#include "wire/msg.h"

reload_iter reload_members(const reload_msg *msg, uint32_t parent)
{
    bool top = parent == RELOAD_NO_ATTR;
    return (reload_iter){.msg = msg,
                         .index = RELOAD_NO_ATTR,
                         .next = top ? 0 : parent + 1,
                         .end = top ? (uint32_t)msg->count : msg->attrs[parent].end};
}

bool reload_next(reload_iter *it)
{
    if (it->next >= it->end)
        return false;
    it->index = it->next;
    it->attr = &it->msg->attrs[it->index];
    it->next = it->attr->end;
    return true;
}

/* Walks the array itself, since most searches are for one type. */
bool reload_next_of(reload_iter *it, uint16_t type)
{
    const reload_attr *attrs = it->msg->attrs;
    uint32_t i = it->next;
    while (i < it->end && attrs[i].type != type)
        i = attrs[i].end;
    it->next = i;
    return reload_next(it);
}

uint32_t reload_msg_member(const reload_msg *msg, uint32_t parent, uint16_t type)
{
    reload_iter it = reload_members(msg, parent);
    return reload_next_of(&it, type) ? it.index : RELOAD_NO_ATTR;
}
