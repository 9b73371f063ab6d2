/* SPDX-License-Identifier: BSD-2-Clause */
/* Access to a parsed message, and the check of its form. */
#include "wire/msg.h"

#include <inttypes.h>
#include <string.h>

const uint8_t *reload_msg_octets(const reload_msg *msg, size_t *len)
{
    *len = msg->len;
    return msg->octets;
}

size_t reload_msg_count(const reload_msg *msg)
{
    return msg->count;
}

const reload_attr *reload_msg_attr(const reload_msg *msg, size_t i)
{
    return &msg->attrs[i];
}

const uint8_t *reload_msg_trailing(const reload_msg *msg, size_t *len, reload_flaw *flaw)
{
    *len = msg->len - msg->trailing;
    *flaw = msg->trailing_flaw;
    return msg->octets + msg->trailing;
}

bool reload_msg_truncated(const reload_msg *msg)
{
    return msg->len - RELOAD_HEADER_SIZE < rl_field_get(msg->octets, RELOAD_F_LENGTH);
}

uint32_t reload_msg_signature(const reload_msg *msg)
{
    return msg->signature;
}

uint32_t reload_msg_field(const reload_msg *msg, reload_field field)
{
    bool number = (unsigned)field < RELOAD_FIELDS && rl_fields[field].width <= 32;
    return number ? rl_field_get(msg->octets, field) : 0;
}

const uint8_t *reload_msg_field_octets(const reload_msg *msg, reload_field field, size_t *len)
{
    const reload_field_def *def = reload_field_def_of(field);
    if (def == NULL || def->bit % 8 != 0 || def->width % 8 != 0)
        return NULL;
    *len = def->width / 8u;
    return msg->octets + def->bit / 8;
}

const uint8_t *reload_msg_value_octets(const reload_msg *msg, size_t i, size_t *len)
{
    *len = msg->attrs[i].length;
    return msg->octets + msg->attrs[i].offset + RL_HEAD;
}

const uint8_t *reload_msg_padding(const reload_msg *msg, size_t i, size_t *len)
{
    *len = rl_padding(msg->attrs[i].length);
    return msg->octets + msg->attrs[i].offset + RL_HEAD + msg->attrs[i].length;
}

bool reload_msg_value(const reload_msg *msg, size_t i, reload_value *value)
{
    const reload_attr *attr = &msg->attrs[i];
    reload_kind kind = attr->def == NULL ? RELOAD_KIND_OCTETS : attr->def->kind;
    if (attr->flaw != RELOAD_FLAW_NONE || kind == RELOAD_KIND_COMPOSITE)
        return false;
    rl_kind_decode(kind, msg->octets + attr->offset + RL_HEAD, attr->length, value);
    return true;
}

const uint8_t *reload_msg_tunnelled(const reload_msg *msg, size_t i, size_t *len)
{
    static const char reload[] = "reload"; /* B§5.2.8, B§8.1.2.1 */
    const reload_attr *attr = &msg->attrs[i];
    if (attr->type != RELOAD_A_APPLICATION_BODY || attr->repeated ||
        attr->parent == RELOAD_NO_ATTR || msg->attrs[attr->parent].type != RELOAD_A_APPLICATION)
        return NULL;
    uint32_t name = reload_msg_member(msg, attr->parent, RELOAD_A_APPLICATION_NAME);
    if (name == RELOAD_NO_ATTR)
        return NULL;
    const uint8_t *octets = reload_msg_value_octets(msg, name, len);
    if (*len != sizeof reload - 1 || memcmp(octets, reload, *len) != 0)
        return NULL;
    octets = reload_msg_value_octets(msg, i, len);
    if (*len < RELOAD_HEADER_SIZE || memcmp(octets, rl_token, sizeof rl_token) != 0 ||
        *len - RELOAD_HEADER_SIZE > rl_field_get(octets, RELOAD_F_LENGTH))
        return NULL;
    return octets;
}

/* Writes "/attributes/12", or as much of it as fits, terminated. Returns its whole length. */
static size_t put_step(const char *word, uint32_t ordinal, char *text, size_t size)
{
    char step[32] = "/";
    size_t len = 1 + strlen(word);
    memcpy(step + 1, word, len - 1);
    step[len++] = '/';
    len = (size_t)(rl_put_decimal(step + len, ordinal, 1) - step);
    size_t fits = size == 0 ? 0 : len < size ? len : size - 1;
    if (size > 0) {
        memcpy(text, step, fits);
        text[fits] = '\0';
    }
    return len;
}

bool reload_msg_pointer(const reload_msg *msg, size_t i, char *text, size_t size)
{
    uint32_t path[RELOAD_MAX_DEPTH];
    size_t depth = 0, used = 0;
    for (uint32_t at = (uint32_t)i; at != RELOAD_NO_ATTR && depth < RELOAD_MAX_DEPTH;
         at = msg->attrs[at].parent)
        path[depth++] = msg->attrs[at].ordinal;
    if (size > 0)
        text[0] = '\0';
    for (size_t k = depth; k-- > 0;) {
        const char *word = k == depth - 1 ? "attributes" : "value";
        size_t len = put_step(word, path[k], text + used, size - used);
        if (len >= size - used)
            return false;
        used += len;
    }
    return true;
}

/* Reports the flaw of attribute i. */
static reload_err report_flaw(const reload_msg *msg, size_t i, reload_diag *diag)
{
    const reload_attr *attr = &msg->attrs[i];
    reload_flaw flaw = (reload_flaw)attr->flaw;
    uint32_t offset = attr->offset;
    if (flaw == RELOAD_FLAW_HEAD || flaw == RELOAD_FLAW_LENGTH || flaw == RELOAD_FLAW_PADDING) {
        size_t bad;
        (void)rl_scan(msg->octets + attr->offset + RL_HEAD, attr->length, &bad);
        offset += RL_HEAD + (uint32_t)bad;
    }
    char expected[48];
    rl_kind_expected(attr->def->kind, msg->octets + attr->offset + RL_HEAD, flaw, expected,
                     sizeof expected);
    reload_err err = rl_fail_at(diag, RELOAD_ERR_MALFORMED, offset, "%s of %u octets: %s%s",
                                attr->def->name, attr->length, reload_flaw_text(flaw), expected);
    if (diag != NULL)
        diag->has_pointer = reload_msg_pointer(msg, i, diag->pointer, sizeof diag->pointer);
    return err;
}

reload_err reload_msg_check(const reload_msg *msg, reload_diag *diag)
{
    if (msg->fault[0] != '\0')
        return rl_fail(diag, RELOAD_ERR_MALFORMED, "%s", msg->fault);
    if (reload_msg_truncated(msg))
        return rl_fail_at(diag, RELOAD_ERR_MALFORMED, RL_LENGTH_AT,
                          "truncated: Length is %" PRIu32 ", but %" PRIu32
                          " octets follow the header",
                          reload_msg_field(msg, RELOAD_F_LENGTH), msg->len - RELOAD_HEADER_SIZE);
    if (rl_field_get(msg->octets, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
        rl_field_get(msg->octets, RELOAD_F_FRAG) != 0)
        return RELOAD_OK;
    if (msg->trailing < msg->len)
        return rl_fail_at(diag, RELOAD_ERR_MALFORMED, msg->trailing,
                          "%s (last %" PRIu32 " octets of the message)",
                          reload_flaw_text(msg->trailing_flaw), msg->len - msg->trailing);
    size_t end = msg->signature == RELOAD_NO_ATTR ? msg->count : msg->attrs[msg->signature].end;
    for (size_t i = 0; i < end; i++) {
        const reload_attr *attr = &msg->attrs[i];
        /* no attribute belongs at depth 16, but a composite there makes the message malformed (D24)
         */
        if (attr->flaw != RELOAD_FLAW_NONE && (attr->in_place || attr->flaw == RELOAD_FLAW_DEPTH))
            return report_flaw(msg, i, diag);
    }
    return RELOAD_OK;
}
