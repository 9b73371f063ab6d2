/* SPDX-License-Identifier: BSD-2-Clause */
/* The 2007 wire format, for the library's other modules. */
#ifndef RL_WIRE_WIRE_H
#define RL_WIRE_WIRE_H

#include "base/base.h"

#include <reload/message.h>

/* The first four octets of a message, "RELO" (B§5.1), and of RFC 6940's. */
extern const uint8_t rl_token[4];
extern const uint8_t rl_token_rfc6940[4];

enum {
    RL_HEAD = 4,           /* octets of an attribute's type and Length */
    RL_MAX_VALUE = 0xffff, /* octets of an attribute's value */
    RL_SIGNED_FROM = 8,    /* D1: the first octet that a message's signature covers */
    RL_LENGTH_AT = 13,     /* the header's Length field */
    RL_LENGTH_END = 16
};

/* Size of the padding after a value of len octets: 0 to 3. */
static inline size_t rl_padding(size_t len)
{
    return (4 - len % 4) % 4;
}

/* Whether octets begin with a header: RELOAD_OK, RELOAD_ERR_NO_MESSAGE or RELOAD_ERR_RFC6940. */
reload_err rl_check_header(const uint8_t *octets, size_t len, reload_diag *diag);

/* D33: the bounds of a field in a plausible header. */
typedef struct rl_bounds {
    reload_field field;
    uint32_t least, most;
} rl_bounds;

enum { RL_PLAUSIBLE = 7 };
extern const rl_bounds rl_plausible[RL_PLAUSIBLE];
/* D33: whether 68 octets can be a message's header, rather than text that contains the token. */
bool rl_is_plausible(const uint8_t *header);
/* The size of an attribute with its head and padding, according to its head. */
size_t rl_attr_size(const uint8_t head[RL_HEAD]);
/* Records a fault in a parsed message's framing that its octets do not show. reload_msg_check then
 * reports that fault. */
void rl_msg_fault(reload_msg *msg, const reload_diag *diag);
/* That fault; NULL: none. */
const char *rl_msg_fault_text(const reload_msg *msg);

/* The names of a set. words has RL_MAX_NAMES + 1 pointers, the last of which used is NULL. */
enum { RL_MAX_NAMES = 15 };
void rl_names(reload_names set, const char **words);
/* "3 (CERTS)", or the number alone, as a terminated text of at most size octets. Returns text. */
const char *rl_number_text(reload_names set, uint32_t value, char *text, size_t size);
/* Writes the found or expected value for some flaws: ", expected 4 octets". */
void rl_kind_expected(reload_kind kind, const uint8_t *octets, reload_flaw flaw, char *text,
                      size_t size);

/* The table of attributes, and the rows of the types with a high octet: the low octet of the first
 * type, and how many types follow each other. */
typedef struct rl_attr_group {
    uint8_t low, count, row;
} rl_attr_group;
enum { RL_ATTR_GROUPS = 9 };
extern const reload_attr_def rl_attrs[];
extern const rl_attr_group rl_attr_groups[RL_ATTR_GROUPS];

/* Like reload_attr_def_of. Inline, since parsing looks up each attribute. */
static inline const reload_attr_def *rl_attr_def_of(uint16_t type)
{
    size_t group = type >> 8;
    if (group >= RL_ATTR_GROUPS)
        return NULL;
    unsigned i = (type & 0xffu) - rl_attr_groups[group].low; /* wraps below the first */
    return i < rl_attr_groups[group].count ? &rl_attrs[rl_attr_groups[group].row + i] : NULL;
}

/* The table of fields. */
extern const reload_field_def rl_fields[RELOAD_FIELDS];

/* Reads a field of at most 32 bits, which lies in one row of the figure, from a header of 68
 * octets. Inline, since judging a message reads some twenty fields. */
static inline uint32_t rl_field_get(const uint8_t *header, reload_field field)
{
    const reload_field_def *def = &rl_fields[field];
    uint32_t row = rl_get32(header + def->bit / 32 * 4);
    return row << def->bit % 32 >> (32u - def->width);
}

/* Writes a field of at most 32 bits. Returns false if value does not fit. */
bool rl_field_set(uint8_t *header, reload_field field, uint32_t value);
/* A header with the initial value of each field. */
void rl_header_initial(uint8_t header[RELOAD_HEADER_SIZE]);

/* The names of values of a kind: RELOAD_NAMES_NONE except for OP and TRANSPORT. */
reload_names rl_kind_names(reload_kind kind);
/* The size of the values of a kind; 0: it varies. */
size_t rl_kind_size(reload_kind kind);
/* The flaw of a value of a kind; RELOAD_FLAW_NONE for composites. */
reload_flaw rl_kind_check(reload_kind kind, const uint8_t *octets, size_t len);
/* Decodes a value without flaw. */
void rl_kind_decode(reload_kind kind, const uint8_t *octets, size_t len, reload_value *value);
/* Appends a value's octets. The buffer's err is RELOAD_ERR_VALUE if the value has no encoding. */
void rl_kind_encode(const reload_value *value, reload_buf *buf);

#endif
