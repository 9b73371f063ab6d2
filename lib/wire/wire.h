/* The 2007 wire format, for the other rooms of the library: what reload.h does not show. */
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
    RL_SIGNED_FROM = 8,    /* D1: where the message's signature begins */
    RL_LENGTH_AT = 13,     /* the header's Length field */
    RL_LENGTH_END = 16
};

/* Padding behind a value: 0 to 3 octets. */
static inline size_t rl_padding(size_t len)
{
    return (4 - len % 4) % 4;
}

/* Whether a header of this format begins here: RELOAD_OK, RELOAD_ERR_NO_MESSAGE, or
 * RELOAD_ERR_RFC6940. */
reload_err rl_check_header(const uint8_t *octets, size_t len, reload_diag *diag);

/* Header fields, from and into 68 octets. */
uint32_t rl_field_get(const uint8_t *header, reload_field field);
/* Returns false where value does not fit. Not for fields of more than 32 bits. */
bool rl_field_set(uint8_t *header, reload_field field, uint32_t value);
/* The initial value of each field. */
void rl_header_initial(uint8_t header[RELOAD_HEADER_SIZE]);

/* Names by kind: those of OP and TRANSPORT values, else RELOAD_NAMES_NONE. */
reload_names rl_kind_names(reload_kind kind);
/* What is wrong with a value of a kind; not for composites. */
reload_flaw rl_kind_check(reload_kind kind, const uint8_t *octets, size_t len);
/* Decodes a value that rl_kind_check finds without flaw. */
void rl_kind_decode(reload_kind kind, const uint8_t *octets, size_t len, reload_value *value);
/* Appends a value's octets. RELOAD_ERR_VALUE, where it has no encoding, goes to the buffer's err.
 */
void rl_kind_encode(const reload_value *value, reload_buf *buf);

/* D21: a BODY that holds one CERTIFICATE and nothing else. */
bool rl_is_certificate_body(const reload_msg *msg, uint32_t body);

#endif
