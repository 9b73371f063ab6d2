/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages: header fields, attributes, parsing and building.
 *
 * A parsed message is its octets as received, which it borrows, and an array of its attributes in
 * pre-order that point into them. So every message can be parsed, malformed ones too, and nothing
 * is lost: reload_msg_check tells whether it is well formed. Tables of header fields, attributes
 * and security algorithms describe the format; other code reads their rows. A message is built by
 * appending to a buffer. */
#ifndef RELOAD_MESSAGE_H
#define RELOAD_MESSAGE_H

#include <reload/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Names of values (B§5.1, B§5.2.3.4, B§5.2.4.2) ---- */

typedef enum reload_names {
    RELOAD_NAMES_NONE = 0, /* a plain number */
    RELOAD_NAMES_ROUTING,
    RELOAD_NAMES_DHT,
    RELOAD_NAMES_HASH,
    RELOAD_NAMES_SECURITY,
    RELOAD_NAMES_METHOD,
    RELOAD_NAMES_OP,
    RELOAD_NAMES_TRANSPORT,
    RELOAD_NAMES_PHRASE /* reason phrases of the drafts' response codes */
} reload_names;

enum { RELOAD_VERSION_1 = 1 };
enum { RELOAD_DHT_CHORD = 1, RELOAD_DHT_BAMBOO = 2 };
enum { RELOAD_HASH_SHA1 = 1 };
typedef enum reload_security {
    RELOAD_SECURITY_OPEN = 0, /* a PEER-JOIN request leaves the choice to the overlay (B§8.1.1) */
    RELOAD_SECURITY_NONE = 1,
    RELOAD_SECURITY_HMAC = 2,
    RELOAD_SECURITY_CERTS = 3
} reload_security;
enum {
    RELOAD_PEER_JOIN = 0x00,
    RELOAD_PEER_SEARCH = 0x01,
    RELOAD_RESOURCE_GET = 0x10,
    RELOAD_RESOURCE_PUT = 0x11,
    RELOAD_RESOURCE_TRANSFER = 0x12,
    RELOAD_TRANSPORT_OPEN = 0x20,
    RELOAD_TRANSPORT_TUNNEL = 0x21
};

/* The name of value in a set, or NULL if it has none. The string is static. */
const char *reload_name(reload_names set, uint32_t value);
/* Looks a name up; case matters. Returns false if the set does not have it. */
bool reload_name_lookup(reload_names set, const char *name, uint32_t *value);

/* ---- Security algorithms (S§4) ---- */

typedef enum reload_suite_kind {
    RELOAD_SUITE_NONE,      /* nothing is signed */
    RELOAD_SUITE_MAC,       /* a message authentication code under a shared secret */
    RELOAD_SUITE_PUBLIC_KEY /* a signature under the key of a certificate */
} reload_suite_kind;

/* A row of the table of security algorithms. Code that depends on the algorithm reads its row. */
typedef struct reload_suite {
    uint32_t security; /* the header's Security */
    const char *name;
    reload_suite_kind kind;
    reload_md md;
    size_t digest_size; /* of DIGEST, in octets; 0: as long as the key's modulus */
    bool needs_timestamp;
    bool needs_certificates;
} reload_suite;

/* The row of a Security value in the table of security algorithms, or NULL. */
const reload_suite *reload_suite_of(uint32_t security);
/* The i-th row in order of Security; NULL if i is past the last. */
const reload_suite *reload_suite_at(size_t i);

/* ---- Header fields (B§5.1) ---- */

typedef enum reload_field {
    RELOAD_F_TTL = 0,
    RELOAD_F_ROUTING,
    RELOAD_F_FRAG,
    RELOAD_F_LFRG,
    RELOAD_F_FRAG_RESERVED,
    RELOAD_F_EXPERIMENTAL,
    RELOAD_F_VERSION,
    RELOAD_F_DHT,
    RELOAD_F_HASH,
    RELOAD_F_SECURITY,
    RELOAD_F_RESPONSE,
    RELOAD_F_METHOD,
    RELOAD_F_LENGTH,
    RELOAD_F_DESTINATION_ID,
    RELOAD_F_SOURCE_ID,
    RELOAD_F_TRANSACTION_ID,
    RELOAD_F_OVERLAY,
    RELOAD_FIELDS /* number of fields */
} reload_field;

typedef enum reload_field_kind {
    RELOAD_FIELD_NUMBER, /* an integer, shown by name if it has one */
    RELOAD_FIELD_FLAG,   /* one bit */
    RELOAD_FIELD_OCTETS  /* an octet string, shown in hex */
} reload_field_kind;

/* A row of the table of header fields, which are contiguous and in wire order from bit 32. */
typedef struct reload_field_def {
    const char *key;   /* in JSON */
    const char *label; /* in text */
    uint16_t bit;      /* first bit; bit 0 is the most significant bit of octet 0 */
    uint16_t width;    /* in bits */
    reload_field_kind kind;
    reload_names names;
    uint32_t initial; /* the value if JSON omits it */
} reload_field_def;

/* The row of a field in the table of header fields; NULL for any other value. */
const reload_field_def *reload_field_def_of(reload_field field);

/* ---- Attributes (B§5.2, S§4) ---- */

/* Kinds of value: each is checked, decoded, encoded and shown in its own way. */
typedef enum reload_kind {
    RELOAD_KIND_OCTETS = 0, /* any octets: certificates, DIGEST, APPLICATION.BODY, unknown types */
    RELOAD_KIND_COMPOSITE,  /* a run of attributes */
    RELOAD_KIND_TEXT,       /* UTF-8 without NUL */
    RELOAD_KIND_ID,         /* 20 octets */
    RELOAD_KIND_SECONDS,    /* 32 bits, a duration */
    RELOAD_KIND_TIME,       /* 32 bits, seconds since the epoch */
    RELOAD_KIND_INTEGER,    /* 32 bits (D7) */
    RELOAD_KIND_OP,         /* 8 bits, RELOAD_NAMES_OP */
    RELOAD_KIND_TRANSPORT,  /* 16 bits, RELOAD_NAMES_TRANSPORT (D6) */
    RELOAD_KIND_RESPONSE,   /* 21 reserved bits, class, number, reason phrase (B§5.2.1) */
    RELOAD_KIND_IP_PORT     /* protocol (D5), family, port, address (B§5.2.2.3) */
} reload_kind;

/* The container that an attribute belongs in. */
typedef enum reload_place {
    RELOAD_IN_NOTHING = 0,
    RELOAD_IN_MESSAGE,
    RELOAD_IN_PEER_INFO,
    RELOAD_IN_RESOURCE_INFO,
    RELOAD_IN_BODY,
    RELOAD_IN_PARAMETER,
    RELOAD_IN_ROUTE_LOG,
    RELOAD_IN_APPLICATION,
    RELOAD_IN_SIGNATURE
} reload_place;

enum {
    RELOAD_A_RESPONSE_CODE = 0x0001,
    RELOAD_A_SOURCE_INFO = 0x0002,
    RELOAD_A_RESOURCE = 0x0003,
    RELOAD_A_ROUTE_LOG = 0x0004,
    RELOAD_A_REDIRECT = 0x0005,
    RELOAD_A_SIGNATURE = 0x0006,
    RELOAD_A_SDP = 0x0007,
    RELOAD_A_APPLICATION = 0x0008,
    RELOAD_A_PEER_ID = 0x0101,
    RELOAD_A_PEER_NAME = 0x0102,
    RELOAD_A_PEER_IP_PORT = 0x0103,
    RELOAD_A_PEER_EXPIRATION = 0x0104,
    RELOAD_A_PEER_CERT = 0x0105,
    RELOAD_A_PEER_SIGNATURE = 0x0106,
    RELOAD_A_KEY = 0x0201,
    RELOAD_A_BODY = 0x0202,
    RELOAD_A_BODY_ENTRY = 0x0303,
    RELOAD_A_BODY_PARAMETER = 0x0304,
    RELOAD_A_BODY_EXPIRATION = 0x0305,
    RELOAD_A_BODY_SIGNATURE = 0x0306,
    RELOAD_A_BODY_PEER_INFO = 0x0307,
    RELOAD_A_BODY_CERTIFICATE = 0x0308,
    RELOAD_A_PARAMETER_NAME = 0x0309,
    RELOAD_A_PARAMETER_OP = 0x030a,
    RELOAD_A_PARAMETER_VALUE = 0x030b,
    RELOAD_A_ROUTE_LOG_VERSION = 0x0400,
    RELOAD_A_ROUTE_LOG_TRANSPORT = 0x0401,
    RELOAD_A_ROUTE_LOG_PEER_INFO = 0x0402,
    RELOAD_A_APPLICATION_NAME = 0x0403,
    RELOAD_A_APPLICATION_BODY = 0x0404,
    RELOAD_A_APPLICATION_DIALOG = 0x0405,
    RELOAD_A_TIMESTAMP = 0x0801,
    RELOAD_A_DIGEST = 0x0802
};

/* A row of the table of attributes. */
typedef struct reload_attr_def {
    uint16_t type;
    const char *name;
    const char *also[2]; /* other spellings accepted on input, or NULL */
    reload_kind kind;
    reload_place in;      /* its container */
    reload_place members; /* of a composite: which container it is; else RELOAD_IN_NOTHING */
    bool once;            /* D11: a duplicate in its container makes the message ambiguous */
    const char *section;  /* of the drafts */
} reload_attr_def;

/* The row of a type, or NULL if the drafts do not define it. */
const reload_attr_def *reload_attr_def_of(uint16_t type);
/* The row with that name or other spelling, or NULL. */
const reload_attr_def *reload_attr_def_named(const char *name);
/* The i-th row in order of type; NULL if i is too large. */
const reload_attr_def *reload_attr_def_at(size_t i);
/* Whether the value of a type is a certificate: PEER-CERT or RESOURCE-INFO.BODY.CERTIFICATE. */
bool reload_is_certificate(uint16_t type);

/* A decoded value. Pointers are into the message's octets. */
typedef struct reload_value {
    reload_kind kind;
    uint32_t number; /* SECONDS, TIME, INTEGER, OP, TRANSPORT; RESPONSE: class * 100 + number */
    const uint8_t *octets; /* OCTETS, ID, TEXT, and RESPONSE's reason phrase; not terminated */
    size_t len;
    uint8_t protocol; /* IP_PORT: the first octet, an IANA protocol number or 0 (D5) */
    bool ipv6;
    uint16_t port;
    uint8_t address[16]; /* IP_PORT: 4 or 16 octets */
} reload_value;

/* Reads an address, "10.4.1.2:5060" or "[2001:db8::1]:5060", into a value of RELOAD_KIND_IP_PORT
 * with protocol 0. Returns false if it is not such an address. */
bool reload_address_parse(const char *address, reload_value *value);
/* Writes an address in the form that reload_address_parse reads. A size of 56 octets always
 * suffices. */
void reload_address_format(const reload_value *value, char *text, size_t size);

/* The fault because of which a value is shown as raw octets, or octets are not an attribute. */
typedef enum reload_flaw {
    RELOAD_FLAW_NONE = 0,
    RELOAD_FLAW_HEAD,     /* fewer than four octets left for a type and Length */
    RELOAD_FLAW_LENGTH,   /* Length runs past the end of its container */
    RELOAD_FLAW_PADDING,  /* padding runs past the end of its container */
    RELOAD_FLAW_DEPTH,    /* a composite at depth 16 (D3) */
    RELOAD_FLAW_SIZE,     /* wrong size for its kind */
    RELOAD_FLAW_UTF8,     /* text is not UTF-8 */
    RELOAD_FLAW_NUL,      /* text contains NUL */
    RELOAD_FLAW_RESERVED, /* RESPONSE-CODE: reserved bits not zero */
    RELOAD_FLAW_CODE,     /* RESPONSE-CODE: class not 1-7 or number over 99 */
    RELOAD_FLAW_FAMILY,   /* PEER-IP-PORT: family neither IPv4 nor IPv6 */
    RELOAD_FLAW_ADDRESS   /* PEER-IP-PORT: wrong address size for its family */
} reload_flaw;

/* The text of a flaw; never NULL. The string is static. */
const char *reload_flaw_text(reload_flaw flaw);

#define RELOAD_NO_ATTR UINT32_MAX

/* An attribute of a message. Attributes are in pre-order: the first member of attribute i is i + 1,
 * its next sibling is at its end. */
typedef struct reload_attr {
    uint32_t offset;  /* of its type field, from the message's first octet */
    uint32_t end;     /* index after its last descendant */
    uint32_t parent;  /* index, or RELOAD_NO_ATTR at top level */
    uint32_t ordinal; /* number of siblings before it */
    uint16_t type;
    uint16_t length; /* octets of value, without padding */
    uint8_t depth;   /* 1 at top level */
    uint8_t flaw;    /* a reload_flaw; with one, a composite has no members here */
    bool in_place;   /* it and its ancestors are where B§5.2 and S§4 allow them */
    bool repeated;   /* an earlier sibling has its type */
    bool ignored;    /* D10: it or its ancestor follows SIGNATURE and is not a ROUTE-LOG */
    const reload_attr_def *def; /* NULL: unknown type */
} reload_attr;

/* ---- Messages ---- */

/* A message: its octets, which never change, and the positions of its attributes. */
typedef struct reload_msg reload_msg;

/* Makes a message; NULL without memory. Until reload_msg_parse it reads as a header of zeros: no
 * token, Version 0, no attributes. */
reload_msg *reload_msg_new(void);
/* Frees the message and sets the pointer to NULL. */
void reload_msg_free(reload_msg **msg);

/* Parses len octets as one message: a header and as many octets as its Length, or fewer if the
 * message is truncated. The octets are borrowed and must not change while msg is in use. RELOAD_OK
 * does not mean that the message is well formed (see reload_msg_check). RELOAD_ERR_NO_MESSAGE and
 * RELOAD_ERR_RFC6940: the octets do not begin with a header; RELOAD_ERR_VALUE: octets follow the
 * message; RELOAD_ERR_MEMORY. On failure msg is empty and nothing is borrowed. */
reload_err reload_msg_parse(reload_msg *msg, const uint8_t *octets, size_t len, reload_diag *diag);
/* Makes msg borrow a copy, at another address, of the octets that it was parsed from. */
void reload_msg_moved(reload_msg *msg, const uint8_t *octets);

/* The octets that were parsed: the message's encoding. */
const uint8_t *reload_msg_octets(const reload_msg *msg, size_t *len);
/* The number of attributes on all levels. */
size_t reload_msg_count(const reload_msg *msg);
/* Attribute i, which is less than reload_msg_count. */
const reload_attr *reload_msg_attr(const reload_msg *msg, size_t i);
/* The octets after the last complete attribute (none in a well-formed message), and their flaw. */
const uint8_t *reload_msg_trailing(const reload_msg *msg, size_t *len, reload_flaw *flaw);
/* Whether fewer octets than Length follow the header. */
bool reload_msg_truncated(const reload_msg *msg);
/* The index of the message's SIGNATURE, the first one at top level (D10), or RELOAD_NO_ATTR. */
uint32_t reload_msg_signature(const reload_msg *msg);
/* The first member of that type of attribute parent (RELOAD_NO_ATTR: of the message), or
 * RELOAD_NO_ATTR. */
uint32_t reload_msg_member(const reload_msg *msg, uint32_t parent, uint16_t type);

/* A header field as a number; 0 for a field of more than 32 bits. */
uint32_t reload_msg_field(const reload_msg *msg, reload_field field);
/* A header field's octets; NULL for a field that is not made of whole octets. */
const uint8_t *reload_msg_field_octets(const reload_msg *msg, reload_field field, size_t *len);

/* The octets of attribute i's value, without padding. */
const uint8_t *reload_msg_value_octets(const reload_msg *msg, size_t i, size_t *len);
/* The padding after the value, 0 to 3 octets. */
const uint8_t *reload_msg_padding(const reload_msg *msg, size_t i, size_t *len);
/* Decodes attribute i's value. Returns false for a composite or a value with a flaw. */
bool reload_msg_value(const reload_msg *msg, size_t i, reload_value *value);

/* The message tunnelled in attribute i, or NULL. Attribute i is the first APPLICATION.BODY with a
 * sibling APPLICATION.NAME of "reload" (B§8.1.2.1); its value begins with a RELOAD header and does
 * not run past that message's end. */
const uint8_t *reload_msg_tunnelled(const reload_msg *msg, size_t i, size_t *len);

/* Writes attribute i's JSON Pointer ("/attributes/2/value/0") to text, always terminated. Returns
 * false if it does not fit. */
bool reload_msg_pointer(const reload_msg *msg, size_t i, char *text, size_t size);

/* Checks the form (D24's steps 1 and 3): RELOAD_OK, or RELOAD_ERR_MALFORMED with offset and fault
 * in diag. Only the length is checked if the message is a fragment or of another Version, since the
 * meaning of its octets is unknown. */
reload_err reload_msg_check(const reload_msg *msg, reload_diag *diag);

/* ---- Members ---- */

/* Iterates over the members of an attribute, or of the message, in order:
 *
 *     reload_iter it = reload_members(msg, parent);
 *     while (reload_next(&it))
 *         use(it.index, it.attr);
 */
typedef struct reload_iter {
    const reload_msg *msg;
    uint32_t index;          /* of the current member */
    const reload_attr *attr; /* the current member; valid while the message is */
    uint32_t next, end;      /* private */
} reload_iter;

/* Starts before the first member of attribute parent (RELOAD_NO_ATTR: of the message). */
reload_iter reload_members(const reload_msg *msg, uint32_t parent);
/* Moves to the next member. Returns false after the last. */
bool reload_next(reload_iter *it);
/* Moves to the next member of that type. Returns false after the last. */
bool reload_next_of(reload_iter *it, uint16_t type);

/* ---- Signature sites (S§5.1, D1, D2, D8, D9) ---- */

/* The role of a signature, which determines the octets that it covers. */
typedef enum reload_role {
    RELOAD_ROLE_NONE = 0,  /* misplaced, or after the message's SIGNATURE: covers nothing */
    RELOAD_ROLE_MESSAGE,   /* SIGNATURE */
    RELOAD_ROLE_SOURCE,    /* PEER-SIGNATURE of SOURCE-INFO */
    RELOAD_ROLE_REDIRECT,  /* PEER-SIGNATURE of REDIRECT */
    RELOAD_ROLE_BODY_PEER, /* PEER-SIGNATURE of a BODY.PEER-INFO */
    RELOAD_ROLE_BODY,      /* BODY.SIGNATURE */
    RELOAD_ROLE_ROUTE_LOG  /* PEER-SIGNATURE of a ROUTE-LOG.PEER-INFO (D27) */
} reload_role;

/* A signature of a message. The index of a missing attribute is RELOAD_NO_ATTR. */
typedef struct reload_site {
    reload_role role;
    uint32_t attr;       /* the SIGNATURE, PEER-SIGNATURE or BODY.SIGNATURE */
    uint32_t container;  /* its parent */
    uint32_t timestamp;  /* its first TIMESTAMP */
    uint32_t digest;     /* its first DIGEST */
    uint32_t expiration; /* its container's PEER-EXPIRATION or BODY.EXPIRATION */
    bool misplaced; /* D9: not the last member of its container, or its last member is not DIGEST */
} reload_site;

/* The octets that a signature covers: spans to be digested in order. */
typedef struct reload_covered {
    reload_span span[3]; /* of the message's octets, and of length below */
    size_t count;
    uint8_t length[3]; /* the header's Length as D2 restores it; span[1] of a message's SIGNATURE */
} reload_covered;

/* Whether a type is SIGNATURE, PEER-SIGNATURE or BODY.SIGNATURE. */
bool reload_is_signature(uint16_t type);
/* The role of the signature at attr. */
reload_role reload_role_at(const reload_msg *msg, uint32_t attr);
/* Describes the signature at attr, in time linear in its container's members. */
void reload_site_at(const reload_msg *msg, uint32_t attr, reload_site *site);
/* D21: whether a BODY's only member is one CERTIFICATE. */
bool reload_is_certificate_body(const reload_msg *msg, uint32_t body);
/* Finds the octets that a signature covers. site must have a role and a digest. covered must not be
 * copied, since a span points into it. */
void reload_site_covered(const reload_msg *msg, const reload_site *site, reload_covered *covered);

/* ---- Building ---- */

/* Appends a message to a buffer, attribute by attribute. The buffer's err is sticky:
 * reload_build_end returns the first error. */
typedef struct reload_builder {
    reload_buf *buf;
    size_t start;                  /* position of the message in buf */
    size_t open[RELOAD_MAX_DEPTH]; /* position of each open composite */
    unsigned depth;
} reload_builder;

/* Begins a message at the end of buf. header: 68 octets to copy, or NULL for initial values. */
void reload_build_begin(reload_builder *b, reload_buf *buf, const uint8_t *header);
/* Sets a header field of at most 32 bits; RELOAD_ERR_VALUE if value does not fit.
 * reload_build_end sets Length. */
void reload_build_field(reload_builder *b, reload_field field, uint32_t value);
/* Sets a header field made of whole octets. */
void reload_build_field_octets(reload_builder *b, reload_field field, const uint8_t *octets);
/* Opens a composite. RELOAD_ERR_VALUE if 16 are open. */
void reload_build_open(reload_builder *b, uint16_t type);
/* Closes the innermost composite, sets its Length and pads it. RELOAD_ERR_ARGUMENT if none is open.
 */
void reload_build_close(reload_builder *b);
/* Appends an attribute with a value of len octets, and padding of zeros. */
void reload_build_octets(reload_builder *b, uint16_t type, const uint8_t *octets, size_t len);
/* Encodes a value and appends it as an attribute. Not for composites. */
void reload_build_value(reload_builder *b, uint16_t type, const reload_value *value);
/* Appends encoded attributes, with their padding. */
void reload_build_raw(reload_builder *b, const uint8_t *octets, size_t len);
/* Sets the header's Length. Returns the sticky error: RELOAD_ERR_TOO_LONG if a Length field cannot
 * hold its value, RELOAD_ERR_VALUE, RELOAD_ERR_ARGUMENT, RELOAD_ERR_MEMORY. */
reload_err reload_build_end(reload_builder *b);

#ifdef __cplusplus
}
#endif

#endif
