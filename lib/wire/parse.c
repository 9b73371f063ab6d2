/* Parsing: from octets to a flat array of attributes over them. */
#include "wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reload_msg {
    const uint8_t *octets; /* borrowed */
    uint32_t len;
    reload_attr *attrs; /* pre-order */
    size_t count;
    size_t cap;
    uint32_t signature;
    uint32_t trailing; /* offset of the first octet that is in no attribute */
    reload_flaw trailing_flaw;
};

/* Makes a message empty. */
static void clear(reload_msg *msg)
{
    static const uint8_t no_header[RELOAD_HEADER_SIZE];
    msg->octets = no_header;
    msg->len = msg->trailing = RELOAD_HEADER_SIZE;
    msg->count = 0;
    msg->trailing_flaw = RELOAD_FLAW_NONE;
    msg->signature = RELOAD_NO_ATTR;
}

reload_msg *reload_msg_new(void)
{
    reload_msg *msg = calloc(1, sizeof *msg);
    if (msg != NULL)
        clear(msg);
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

/* Reads one attribute's head and steps over its value and padding. */
static reload_flaw step(rl_cursor *c, uint16_t *type, uint16_t *length)
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

/* Whether octets read as a run of attributes to their end; *bad is where they do not. */
static reload_flaw scan(const uint8_t *octets, size_t len, size_t *bad)
{
    rl_cursor c = {octets, len};
    reload_flaw flaw = RELOAD_FLAW_NONE;
    uint16_t type, length;
    while (c.left > 0 && flaw == RELOAD_FLAW_NONE)
        flaw = step(&c, &type, &length);
    *bad = len - c.left;
    return flaw;
}

/* Where a run of attributes is being read. */
struct run {
    uint32_t parent;
    reload_place place; /* what stands here, where the container itself is in place; else
                           RELOAD_IN_NOTHING */
    uint8_t depth;
    bool ignored;
    uint64_t seen; /* the rows of the attribute table that stood here already, a bit each */
};

static reload_err push(reload_msg *msg, struct run *run, uint32_t ordinal, uint32_t offset,
                       uint16_t type, uint16_t length)
{
    void *attrs = msg->attrs;
    bool grown = rl_grow(&attrs, &msg->cap, msg->count, sizeof *msg->attrs);
    msg->attrs = attrs;
    if (!grown)
        return RELOAD_ERR_MEMORY;
    const reload_attr_def *def = reload_attr_def_of(type);
    msg->attrs[msg->count] = (reload_attr){
        .offset = offset,
        .end = (uint32_t)msg->count + 1,
        .parent = run->parent,
        .ordinal = ordinal,
        .type = type,
        .length = length,
        .depth = run->depth,
        .in_place = def != NULL && def->in == run->place,
        .ignored = run->ignored,
        .def = def,
    };
    if (def != NULL) {
        uint64_t bit = UINT64_C(1) << (def - reload_attr_def_at(0));
        msg->attrs[msg->count].repeated = (run->seen & bit) != 0;
        run->seen |= bit;
    }
    msg->count++;
    return RELOAD_OK;
}

/* Reads the attributes from offset to end. In the message itself it stops at the first that cannot
 * be read; elsewhere scan has looked. The depth is bounded by RELOAD_MAX_DEPTH. */
static reload_err parse_run(reload_msg *msg, struct run *run, uint32_t offset, uint32_t end)
{
    rl_cursor c = {msg->octets + offset, end - offset};
    for (uint32_t ordinal = 0; c.left > 0; ordinal++) {
        uint32_t at = (uint32_t)(c.at - msg->octets);
        uint16_t type, length;
        reload_flaw flaw = step(&c, &type, &length);
        if (flaw != RELOAD_FLAW_NONE) {
            msg->trailing = at;
            msg->trailing_flaw = flaw;
            return RELOAD_OK;
        }
        uint32_t i = (uint32_t)msg->count;
        if (run->parent == RELOAD_NO_ATTR)
            run->ignored = msg->signature != RELOAD_NO_ATTR && type != RELOAD_A_ROUTE_LOG; /* D10 */
        reload_err err = push(msg, run, ordinal, at, type, length);
        if (err != RELOAD_OK)
            return err;
        reload_attr *attr = &msg->attrs[i];
        if (run->parent == RELOAD_NO_ATTR && type == RELOAD_A_SIGNATURE &&
            msg->signature == RELOAD_NO_ATTR)
            msg->signature = i;
        if (attr->def == NULL)
            continue;
        const uint8_t *value = msg->octets + at + RL_HEAD;
        size_t bad;
        if (attr->def->kind != RELOAD_KIND_COMPOSITE) {
            attr->flaw = (uint8_t)rl_kind_check(attr->def->kind, value, length);
        } else if (run->depth == RELOAD_MAX_DEPTH) {
            attr->flaw = RELOAD_FLAW_DEPTH;
        } else if ((flaw = scan(value, length, &bad)) != RELOAD_FLAW_NONE) {
            attr->flaw = (uint8_t)flaw;
        } else {
            struct run members = {.parent = i,
                                  .place = attr->in_place ? attr->def->members : RELOAD_IN_NOTHING,
                                  .depth = (uint8_t)(run->depth + 1),
                                  .ignored = run->ignored};
            err = parse_run(msg, &members, at + RL_HEAD, at + RL_HEAD + length);
            if (err != RELOAD_OK)
                return err;
            msg->attrs[i].end = (uint32_t)msg->count;
        }
    }
    return RELOAD_OK;
}

reload_err rl_check_header(const uint8_t *octets, size_t len, reload_diag *diag)
{
    if (len >= sizeof rl_token_rfc6940 &&
        memcmp(octets, rl_token_rfc6940, sizeof rl_token_rfc6940) == 0)
        return rl_fail_at(
            diag, RELOAD_ERR_RFC6940, 0,
            "a message of RFC 6940 (token d2454c4f); that wire format is not supported");
    if (len < sizeof rl_token || memcmp(octets, rl_token, sizeof rl_token) != 0)
        return rl_fail_at(diag, RELOAD_ERR_NO_MESSAGE, 0,
                          "no RELOAD message begins here: the token 52454c4f (RELO) is missing");
    if (len < RELOAD_HEADER_SIZE)
        return rl_fail_at(diag, RELOAD_ERR_NO_MESSAGE, 0,
                          "a RELOAD header is 68 octets long, but only %zu are there", len);
    return RELOAD_OK;
}

reload_err reload_msg_parse(reload_msg *msg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    clear(msg);
    reload_err err = rl_check_header(octets, len, diag);
    if (err != RELOAD_OK)
        return err;
    uint32_t length = rl_field_get(octets, RELOAD_F_LENGTH);
    if (len - RELOAD_HEADER_SIZE > length)
        return rl_fail_at(diag, RELOAD_ERR_VALUE, RELOAD_HEADER_SIZE + (uint64_t)length,
                          "%zu octets follow the end of the message",
                          len - RELOAD_HEADER_SIZE - length);
    msg->octets = octets;
    msg->len = (uint32_t)len;
    msg->trailing = msg->len;
    struct run top = {.parent = RELOAD_NO_ATTR, .place = RELOAD_IN_MESSAGE, .depth = 1};
    err = parse_run(msg, &top, RELOAD_HEADER_SIZE, msg->len);
    if (err != RELOAD_OK) {
        clear(msg);
        return rl_fail(diag, err, "%s", reload_strerror(err));
    }
    return RELOAD_OK;
}

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

bool reload_msg_cut_short(const reload_msg *msg)
{
    return msg->len - RELOAD_HEADER_SIZE < reload_msg_field(msg, RELOAD_F_LENGTH);
}

uint32_t reload_msg_signature(const reload_msg *msg)
{
    return msg->signature;
}

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

bool reload_next_of(reload_iter *it, uint16_t type)
{
    while (reload_next(it))
        if (it->attr->type == type)
            return true;
    return false;
}

uint32_t reload_msg_member(const reload_msg *msg, uint32_t parent, uint16_t type)
{
    reload_iter it = reload_members(msg, parent);
    return reload_next_of(&it, type) ? it.index : RELOAD_NO_ATTR;
}

uint32_t reload_msg_field(const reload_msg *msg, reload_field field)
{
    return rl_field_get(msg->octets, field);
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
        int n = snprintf(text + used, size - used, "/%s/%" PRIu32, word, path[k]);
        if (n < 0 || (size_t)n >= size - used)
            return false;
        used += (size_t)n;
    }
    return true;
}

/* Fills in diag for an attribute with a flaw. */
static reload_err flawed(const reload_msg *msg, size_t i, reload_diag *diag)
{
    const reload_attr *attr = &msg->attrs[i];
    uint32_t offset = attr->offset;
    if (attr->flaw == RELOAD_FLAW_HEAD || attr->flaw == RELOAD_FLAW_LENGTH ||
        attr->flaw == RELOAD_FLAW_PADDING) {
        size_t bad;
        (void)scan(msg->octets + attr->offset + RL_HEAD, attr->length, &bad);
        offset += RL_HEAD + (uint32_t)bad;
    }
    reload_err err =
        rl_fail_at(diag, RELOAD_ERR_MALFORMED, offset, "%s of %u octets: %s", attr->def->name,
                   attr->length, reload_flaw_text((reload_flaw)attr->flaw));
    if (diag != NULL)
        diag->has_pointer = reload_msg_pointer(msg, i, diag->pointer, sizeof diag->pointer);
    return err;
}

reload_err reload_msg_check(const reload_msg *msg, reload_diag *diag)
{
    if (reload_msg_cut_short(msg))
        return rl_fail_at(diag, RELOAD_ERR_MALFORMED, RL_LENGTH_AT,
                          "cut short: Length says that %" PRIu32
                          " octets follow the header, but only %" PRIu32 " do",
                          reload_msg_field(msg, RELOAD_F_LENGTH), msg->len - RELOAD_HEADER_SIZE);
    if (reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
        reload_msg_field(msg, RELOAD_F_FRAG) != 0)
        return RELOAD_OK;
    if (msg->trailing < msg->len)
        return rl_fail_at(diag, RELOAD_ERR_MALFORMED, msg->trailing,
                          "%s (the last %" PRIu32 " octets cannot be read)",
                          reload_flaw_text(msg->trailing_flaw), msg->len - msg->trailing);
    size_t end = msg->signature == RELOAD_NO_ATTR ? msg->count : msg->attrs[msg->signature].end;
    for (size_t i = 0; i < end; i++) {
        const reload_attr *attr = &msg->attrs[i];
        /* an attribute at depth 16 cannot be in its place; D24 calls it malformed all the same */
        if (attr->flaw != RELOAD_FLAW_NONE && (attr->in_place || attr->flaw == RELOAD_FLAW_DEPTH))
            return flawed(msg, i, diag);
    }
    return RELOAD_OK;
}
