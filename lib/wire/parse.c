/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsing: from octets to a flat array of attributes over them. */
#include "wire/msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An empty message reads as a header of zeros. */
static void msg_clear(reload_msg *msg)
{
    static const uint8_t no_header[RELOAD_HEADER_SIZE];
    msg->octets = no_header;
    msg->len = msg->trailing = RELOAD_HEADER_SIZE;
    msg->count = 0;
    msg->trailing_flaw = RELOAD_FLAW_NONE;
    msg->signature = RELOAD_NO_ATTR;
    msg->fault[0] = '\0';
}

reload_msg *reload_msg_new(void)
{
    reload_msg *msg = calloc(1, sizeof *msg);
    if (msg != NULL)
        msg_clear(msg);
    return msg;
}

void reload_msg_free(reload_msg **msg)
{
    if (msg == NULL || *msg == NULL)
        return;
    free((*msg)->attrs);
    free(*msg);
    *msg = NULL;
}

/* Reads one attribute's head and skips its value and padding. */
static reload_flaw skip_attr(rl_cursor *c, uint16_t *type, uint16_t *length)
{
    const uint8_t *skipped;
    rl_cursor next = *c;
    if (!rl_take16(&next, type) || !rl_take16(&next, length))
        return RELOAD_FLAW_HEAD;
    if (!rl_take(&next, *length, &skipped))
        return RELOAD_FLAW_LENGTH;
    if (!rl_take(&next, rl_padding(*length), &skipped))
        return RELOAD_FLAW_PADDING;
    *c = next;
    return RELOAD_FLAW_NONE;
}

size_t rl_attr_size(const uint8_t head[RL_HEAD])
{
    size_t length = (size_t)head[2] << 8 | head[3];
    return RL_HEAD + length + rl_padding(length);
}

reload_flaw rl_scan(const uint8_t *octets, size_t len, size_t *bad)
{
    rl_cursor c = {octets, len};
    reload_flaw flaw = RELOAD_FLAW_NONE;
    uint16_t type, length;
    while (c.left > 0 && flaw == RELOAD_FLAW_NONE)
        flaw = skip_attr(&c, &type, &length);
    *bad = len - c.left;
    return flaw;
}

/* A run of attributes being read: those of the message or the members of a composite. */
struct run {
    uint32_t parent;
    reload_place place; /* the place that B§5.2 and S§4 define for these attributes;
                           RELOAD_IN_NOTHING if their container is misplaced */
    uint8_t depth;
    bool ignored;
    uint64_t seen; /* a bit for each row of the attribute table that has occurred */
};

/* Whether an attribute of the same row precedes this one in the run. */
static bool is_repeated(struct run *run, const reload_attr_def *def)
{
    if (def == NULL)
        return false;
    uint64_t bit = UINT64_C(1) << (def - rl_attrs);
    bool repeated = (run->seen & bit) != 0;
    run->seen |= bit;
    return repeated;
}

static bool grow_attrs(reload_msg *msg)
{
    reload_attr *attrs = rl_grow(msg->attrs, &msg->cap, msg->count, sizeof *attrs);
    if (attrs == NULL)
        return false;
    msg->attrs = attrs;
    return true;
}

static reload_err push(reload_msg *msg, struct run *run, uint32_t ordinal, uint32_t offset,
                       uint16_t type, uint16_t length)
{
    if (msg->count == msg->cap && !grow_attrs(msg))
        return RELOAD_ERR_MEMORY;
    uint32_t i = (uint32_t)msg->count++;
    if (run->parent == RELOAD_NO_ATTR) {
        bool is_signed = msg->signature != RELOAD_NO_ATTR;
        run->ignored = is_signed && type != RELOAD_A_ROUTE_LOG; /* D10 */
        if (type == RELOAD_A_SIGNATURE && !is_signed)
            msg->signature = i;
    }
    const reload_attr_def *def = rl_attr_def_of(type);
    msg->attrs[i] = (reload_attr){
        .offset = offset,
        .end = i + 1,
        .parent = run->parent,
        .ordinal = ordinal,
        .type = type,
        .length = length,
        .depth = run->depth,
        .in_place = def != NULL && def->in == run->place,
        .repeated = is_repeated(run, def),
        .ignored = run->ignored,
        .def = def,
    };
    return RELOAD_OK;
}

static reload_err parse_run(reload_msg *msg, struct run *run, uint32_t offset, uint32_t end);

/* Checks the value of attribute i, and reads a composite's members unless it has a flaw. */
static reload_err parse_value(reload_msg *msg, uint32_t i)
{
    reload_attr *attr = &msg->attrs[i];
    if (attr->def == NULL)
        return RELOAD_OK;
    uint32_t from = attr->offset + RL_HEAD;
    const uint8_t *value = msg->octets + from;
    size_t bad;
    if (attr->def->kind != RELOAD_KIND_COMPOSITE)
        attr->flaw = (uint8_t)rl_kind_check(attr->def->kind, value, attr->length);
    else if (attr->depth == RELOAD_MAX_DEPTH)
        attr->flaw = RELOAD_FLAW_DEPTH;
    else
        attr->flaw = (uint8_t)rl_scan(value, attr->length, &bad);
    if (attr->def->kind != RELOAD_KIND_COMPOSITE || attr->flaw != RELOAD_FLAW_NONE)
        return RELOAD_OK;
    struct run members = {.parent = i,
                          .place = attr->in_place ? attr->def->members : RELOAD_IN_NOTHING,
                          .depth = (uint8_t)(attr->depth + 1),
                          .ignored = attr->ignored};
    reload_err err = parse_run(msg, &members, from, from + attr->length);
    msg->attrs[i].end = (uint32_t)msg->count; /* attr may have moved */
    return err;
}

/* Reads the attributes from offset to end. Only the message's own run can have a flaw and stop
 * early: rl_scan has checked the others. RELOAD_MAX_DEPTH bounds the recursion. */
static reload_err parse_run(reload_msg *msg, struct run *run, uint32_t offset, uint32_t end)
{
    rl_cursor c = {msg->octets + offset, end - offset};
    for (uint32_t ordinal = 0; c.left > 0; ordinal++) {
        uint32_t at = (uint32_t)(c.at - msg->octets);
        uint16_t type, length;
        reload_flaw flaw = skip_attr(&c, &type, &length);
        if (flaw != RELOAD_FLAW_NONE) {
            msg->trailing = at;
            msg->trailing_flaw = flaw;
            return RELOAD_OK;
        }
        uint32_t i = (uint32_t)msg->count;
        reload_err err = push(msg, run, ordinal, at, type, length);
        if (err == RELOAD_OK)
            err = parse_value(msg, i);
        if (err != RELOAD_OK)
            return err;
    }
    return RELOAD_OK;
}

reload_err rl_check_header(const uint8_t *octets, size_t len, reload_diag *diag)
{
    if (len >= sizeof rl_token_rfc6940 &&
        memcmp(octets, rl_token_rfc6940, sizeof rl_token_rfc6940) == 0)
        return rl_fail_at(diag, RELOAD_ERR_RFC6940, 0,
                          "RFC 6940 message (token d2454c4f); its wire format is not supported");
    if (len < sizeof rl_token || memcmp(octets, rl_token, sizeof rl_token) != 0)
        return rl_fail_at(diag, RELOAD_ERR_NO_MESSAGE, 0,
                          "not a RELOAD message: the token 52454c4f is missing");
    if (len < RELOAD_HEADER_SIZE)
        return rl_fail_at(diag, RELOAD_ERR_NO_MESSAGE, 0,
                          "truncated header: %zu octets, expected 68", len);
    return RELOAD_OK;
}

reload_err reload_msg_parse(reload_msg *msg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    msg_clear(msg);
    reload_err err = rl_check_header(octets, len, diag);
    if (err != RELOAD_OK)
        return err;
    uint32_t length = rl_field_get(octets, RELOAD_F_LENGTH);
    if (len - RELOAD_HEADER_SIZE > length)
        return rl_fail_at(diag, RELOAD_ERR_VALUE, RELOAD_HEADER_SIZE + (uint64_t)length,
                          "%zu octets follow the message", len - RELOAD_HEADER_SIZE - length);
    msg->octets = octets;
    msg->len = (uint32_t)len;
    msg->trailing = msg->len;
    struct run top = {.parent = RELOAD_NO_ATTR, .place = RELOAD_IN_MESSAGE, .depth = 1};
    err = parse_run(msg, &top, RELOAD_HEADER_SIZE, msg->len);
    if (err != RELOAD_OK) {
        msg_clear(msg);
        return rl_fail_plain(diag, err);
    }
    return RELOAD_OK;
}

void rl_msg_fault(reload_msg *msg, const reload_diag *diag)
{
    (void)snprintf(msg->fault, sizeof msg->fault, "%.*s", (int)sizeof msg->fault - 1, diag->text);
}

const char *rl_msg_fault_text(const reload_msg *msg)
{
    return msg->fault[0] == '\0' ? NULL : msg->fault;
}

void reload_msg_moved(reload_msg *msg, const uint8_t *octets)
{
    msg->octets = octets;
}
