/* The 2007 wire format, for the other rooms of the library: what reload.h does not show. */
#ifndef RL_WIRE_WIRE_H
#define RL_WIRE_WIRE_H

#include "base/base.h"

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

/* Whether a header of this format begins here: RELOAD_OK, RELOAD_ERR_NO_MESSAGE, or RELOAD_ERR_RFC6940. */
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
/* Appends a value's octets. RELOAD_ERR_VALUE, where it has no encoding, goes to the buffer's err. */
void rl_kind_encode(const reload_value *value, reload_buf *buf);

/* ---- Signatures: what they cover and what they say ---- */

/* Whose signature it is, which decides what it covers (D1, D8). */
typedef enum rl_role {
    RL_ROLE_NONE = 0,  /* out of its place, or behind the message's SIGNATURE: signs nothing */
    RL_ROLE_MESSAGE,   /* SIGNATURE */
    RL_ROLE_SOURCE,    /* SOURCE-INFO's PEER-SIGNATURE */
    RL_ROLE_REDIRECT,  /* REDIRECT's */
    RL_ROLE_BODY_PEER, /* a BODY.PEER-INFO's */
    RL_ROLE_BODY,      /* BODY.SIGNATURE */
    RL_ROLE_ROUTE_LOG  /* a ROUTE-LOG's PEER-INFO's PEER-SIGNATURE (D27) */
} rl_role;

/* A signature of a message. Indices are RELOAD_NO_ATTR where there is none. */
typedef struct rl_site {
    rl_role role;
    uint32_t attr;       /* the SIGNATURE, PEER-SIGNATURE or BODY.SIGNATURE */
    uint32_t container;  /* what it stands in */
    uint32_t timestamp;  /* its first TIMESTAMP */
    uint32_t digest;     /* its first DIGEST */
    uint32_t expiration; /* its container's PEER-EXPIRATION or BODY.EXPIRATION */
    bool misplaced;      /* D9: not last where it must be, or its DIGEST is not last in it */
} rl_site;

/* Whether an attribute is of one of the three types of signature. */
bool rl_is_signature(uint16_t type);
/* Whose signature the attribute is. */
rl_role rl_role_at(const reload_msg *msg, uint32_t attr);
/* Describes the signature at attr. Looks through its container, and so takes time for each signature in one. */
void rl_site_at(const reload_msg *msg, uint32_t attr, rl_site *site);
/* D21: a BODY that holds one CERTIFICATE and nothing else. */
bool rl_is_certificate_body(const reload_msg *msg, uint32_t body);

/* The octets that a signature covers, in pieces to be digested one after the other. */
typedef struct rl_pieces {
    struct {
        const uint8_t *octets;
        size_t len;
    } piece[3];
    size_t count;
    uint8_t length[3]; /* D2's Length, which stands in for the header's; piece[1] of a message's */
} rl_pieces;

/* The pieces for a site with a DIGEST and a role. They point into the message's octets and into pieces itself. */
void rl_signed_pieces(const reload_msg *msg, const rl_site *site, rl_pieces *pieces);

#endif
