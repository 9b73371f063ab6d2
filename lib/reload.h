/*
 * libreload: messages of the 2007 form of RELOAD (REsource LOcation And Discovery).
 *
 * Cited in this file and throughout the library:
 *   B§   draft-bryan-p2psip-reload-01, the base protocol
 *   S§   draft-lowekamp-p2psip-reload-security-01, its security extensions
 *   D1…  the numbered decisions where the two are silent; reload-message(5) lists them
 *
 * The library keeps no global state, prints nothing and never exits. An object belongs to one thread at a time;
 * different objects may be used by different threads at once. All integers on the wire are big-endian; all times are
 * seconds since the epoch. Functions that can fail return a reload_err, and fill in the caller's reload_diag where they
 * take one (NULL is allowed).
 */
#ifndef RELOAD_H
#define RELOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RELOAD_VERSION_STRING "0.1.0"

enum {
    RELOAD_HEADER_SIZE = 68,       /* B§5.1 */
    RELOAD_ID_SIZE = 20,           /* Peer-ID and Resource-ID: 160 bits, B§5.1 */
    RELOAD_TRANSACTION_SIZE = 8,   /* B§5.1 */
    RELOAD_MAX_LENGTH = 0xffffff,  /* of the header's 24-bit Length */
    RELOAD_MAX_DEPTH = 16,         /* D3: attributes are read this deep */
    RELOAD_MAX_TUNNEL = 4,         /* D26: messages in messages are read this deep */
    RELOAD_DEFAULT_SKEW = 300,     /* seconds, D24 step 10 */
    RELOAD_HMAC_SIZE = 20,         /* octets of an HMAC-SHA1 DIGEST, D12 */
    RELOAD_FINGERPRINT_SIZE = 32   /* of a public key: SHA-256, D28 */
};

/* Where it is not known when a message was captured: no capture is as old as the epoch. */
#define RELOAD_NO_TIME INT64_C(0)
/* The latest time that is read, in seconds: far beyond any TIMESTAMP, and sums stay within 64 bits. */
#define RELOAD_MAX_TIME (INT64_C(1) << 40)

/* ---- Results ---------------------------------------------------------------------------------------------------- */

typedef enum reload_err {
    RELOAD_OK = 0,
    RELOAD_ERR_MEMORY,     /* no memory */
    RELOAD_ERR_ARGUMENT,   /* the caller passed something that the function does not take */
    RELOAD_ERR_NO_MESSAGE, /* the octets do not begin with a RELOAD header of the 2007 form */
    RELOAD_ERR_RFC6940,    /* they begin with RFC 6940's token, a wire format that this library does not read */
    RELOAD_ERR_MALFORMED,  /* a message that D24's steps 1 and 3 call malformed */
    RELOAD_ERR_SYNTAX,     /* JSON, hex text or a secret file that cannot be read as such */
    RELOAD_ERR_VALUE,      /* readable, but a value or key is not one that is taken here */
    RELOAD_ERR_TOO_LONG,   /* what would be written does not fit its Length field */
    RELOAD_ERR_REFUSED,    /* could be done, and must not be (D29, D32) */
    RELOAD_ERR_READ,       /* a source of octets failed */
    RELOAD_ERR_WRITE,      /* a sink of octets failed */
    RELOAD_ERR_CRYPTO      /* the cryptographic library failed; says nothing about a signature */
} reload_err;

/* A few words for err; never NULL, whatever the value. The string is static. */
const char *reload_strerror(reload_err err);

/* What went wrong and where. Owned by the caller; a function that fails fills in all of it. */
typedef struct reload_diag {
    reload_err code;
    bool has_offset;   /* offset is set */
    uint64_t offset;   /* in octets: of the message for functions that take one, of the text for those that take text */
    unsigned line;     /* of JSON text, from 1; 0 = not set */
    unsigned column;   /* of JSON text, in characters from 1 */
    char pointer[256]; /* JSON Pointer (RFC 6901) into json.md's rendering; valid where has_pointer is set */
    bool has_pointer;
    char text[256];    /* the cause, one line without control characters */
} reload_diag;

/* ---- Octets ------------------------------------------------------------------------------------------------------ */

/* A growing run of octets with one sticky error: after a failed append every other append is a no-op, and err says what
 * went wrong first. Zero-initialise it. The octets belong to the buffer. */
typedef struct reload_buf {
    uint8_t *octets;
    size_t len;
    size_t cap;
    reload_err err;
} reload_buf;

/* Appends len octets. A length that overflows is RELOAD_ERR_MEMORY. */
void reload_buf_append(reload_buf *buf, const void *octets, size_t len);
/* Forgets the octets (wiping them) and the error, and keeps the memory. */
void reload_buf_reset(reload_buf *buf);
/* Wipes and frees the octets and leaves the buffer empty. */
void reload_buf_free(reload_buf *buf);

/* Takes octets as they are produced. Returns 0; anything else makes the caller stop with RELOAD_ERR_WRITE. */
typedef int (*reload_sink)(void *arg, const void *octets, size_t len);

/* Gives up to size octets (size > 0), as many as there are without waiting for more than one. Returns how many, 0 at the
 * end and -1 on failure. */
typedef ptrdiff_t (*reload_source)(void *arg, uint8_t *octets, size_t size);

/* Writes 2 * len hex digits, lower case, without a terminator. */
void reload_hex_encode(const uint8_t *octets, size_t len, char *digits);
/* Reads len hex digits, of either case, into len / 2 octets. Returns false where len is odd or something is no digit. */
bool reload_hex_decode(const char *digits, size_t len, uint8_t *octets);

/* Reads a time: seconds since the epoch, which may have a fraction, or RFC 3339 ("2007-07-08T12:00:00.5Z"). Returns false where
 * text is neither, or the seconds are more than RELOAD_MAX_TIME. What is finer than a microsecond is dropped. */
bool reload_time_parse(const char *text, int64_t *microseconds);

/* ---- Names of values (B§5.1, B§5.2.3.4, B§5.2.4.2) ---------------------------------------------------------------- */

typedef enum reload_names {
    RELOAD_NAMES_NONE = 0, /* a plain number */
    RELOAD_NAMES_ROUTING,
    RELOAD_NAMES_DHT,
    RELOAD_NAMES_HASH,
    RELOAD_NAMES_SECURITY,
    RELOAD_NAMES_METHOD,
    RELOAD_NAMES_OP,
    RELOAD_NAMES_TRANSPORT,
    RELOAD_NAMES_PHRASE /* a response code's reason phrase, and so whether the drafts have the code */
} reload_names;

enum { RELOAD_VERSION_1 = 1 };
enum { RELOAD_DHT_CHORD = 1, RELOAD_DHT_BAMBOO = 2 };
enum { RELOAD_HASH_SHA1 = 1 };
typedef enum reload_security {
    RELOAD_SECURITY_OPEN = 0, /* left open, in a PEER-JOIN request (B§8.1.1) */
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

/* The name of value in a set, or NULL where it has none. The string is static. */
const char *reload_name(reload_names set, uint32_t value);
/* Looks a name up, letter for letter. Returns whether the set has it, and its value in *value. */
bool reload_name_lookup(reload_names set, const char *name, uint32_t *value);

/* ---- Header fields (B§5.1) ---------------------------------------------------------------------------------------- */

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
    RELOAD_FIELDS /* how many there are */
} reload_field;

typedef enum reload_field_kind {
    RELOAD_FIELD_NUMBER, /* an integer, by name where names has one */
    RELOAD_FIELD_FLAG,   /* one bit */
    RELOAD_FIELD_OCTETS  /* an octet string, shown in hex */
} reload_field_kind;

/* A row of the table of header fields. The fields follow each other in wire order, from bit 32 on. */
typedef struct reload_field_def {
    const char *key;   /* in JSON */
    const char *label; /* for people */
    uint16_t bit;      /* where it begins; bit 0 is the most significant bit of octet 0 */
    uint16_t width;    /* in bits */
    reload_field_kind kind;
    reload_names names;
    uint32_t initial; /* what it is where JSON leaves it out */
} reload_field_def;

/* The row of a field; NULL for a value that is none. */
const reload_field_def *reload_field_def_of(reload_field field);

/* ---- Attributes (B§5.2, S§4) -------------------------------------------------------------------------------------- */

/* Kinds of value. Each is checked, decoded, encoded and shown in one way. */
typedef enum reload_kind {
    RELOAD_KIND_OCTETS = 0, /* any octets: certificates, DIGEST, APPLICATION.BODY, unknown types */
    RELOAD_KIND_COMPOSITE,  /* a run of attributes */
    RELOAD_KIND_TEXT,       /* UTF-8 without NUL */
    RELOAD_KIND_ID,         /* 20 octets */
    RELOAD_KIND_SECONDS,    /* 32 bits, a span of time */
    RELOAD_KIND_TIME,       /* 32 bits, seconds since the epoch */
    RELOAD_KIND_INTEGER,    /* 32 bits (D7) */
    RELOAD_KIND_OP,         /* 8 bits, RELOAD_NAMES_OP */
    RELOAD_KIND_TRANSPORT,  /* 16 bits, RELOAD_NAMES_TRANSPORT (D6) */
    RELOAD_KIND_RESPONSE,   /* 21 reserved bits, class, number, reason phrase (B§5.2.1) */
    RELOAD_KIND_IP_PORT     /* protocol (D5), family, port, address (B§5.2.2.3) */
} reload_kind;

/* What an attribute stands in, or what its members make up. */
typedef enum reload_place {
    RELOAD_IN_NOTHING = 0, /* members: it has none */
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
    const char *also[2]; /* further spellings taken on input; NULL where there are none */
    reload_kind kind;
    reload_place in;      /* where it belongs */
    reload_place members; /* what its members make up; RELOAD_IN_NOTHING unless it is a composite */
    bool once;            /* D11: a second one in the same container makes the message ambiguous */
    const char *section;  /* where the drafts define it */
} reload_attr_def;

/* The row of a type, or NULL where the drafts define no such attribute. */
const reload_attr_def *reload_attr_def_of(uint16_t type);
/* The row with that name or further spelling, or NULL. */
const reload_attr_def *reload_attr_def_named(const char *name);
/* The rows in order of their types, for those who want to see them all: NULL when i is past the last. */
const reload_attr_def *reload_attr_def_at(size_t i);

/* A decoded value. Spans point into the message's octets and live as long as they do. */
typedef struct reload_value {
    reload_kind kind;
    uint32_t number;       /* SECONDS, TIME, INTEGER, OP, TRANSPORT; RESPONSE: class * 100 + number */
    const uint8_t *octets; /* OCTETS, ID, TEXT, and RESPONSE's reason phrase; not terminated */
    size_t len;
    uint8_t protocol;      /* IP_PORT: the first octet, an IANA protocol number or 0 (D5) */
    bool ipv6;
    uint16_t port;
    uint8_t address[16]; /* IP_PORT: 4 or 16 octets of it */
} reload_value;

/* Why an attribute's value is shown as raw octets, or why no attribute could be read. */
typedef enum reload_flaw {
    RELOAD_FLAW_NONE = 0,
    RELOAD_FLAW_HEAD,        /* fewer than four octets left for a type and Length */
    RELOAD_FLAW_LENGTH,      /* Length runs past the end of the container */
    RELOAD_FLAW_PADDING,     /* padding runs past the end of the container */
    RELOAD_FLAW_DEPTH,       /* a composite at depth 16 (D3) */
    RELOAD_FLAW_SIZE,        /* a value of another size than its kind has */
    RELOAD_FLAW_UTF8,        /* text that is not UTF-8 */
    RELOAD_FLAW_NUL,         /* text with a NUL */
    RELOAD_FLAW_RESERVED,    /* RESPONSE-CODE: reserved bits not zero */
    RELOAD_FLAW_CODE,        /* RESPONSE-CODE: class not 1-7 or number over 99 */
    RELOAD_FLAW_FAMILY,      /* PEER-IP-PORT: family neither IPv4 nor IPv6 */
    RELOAD_FLAW_ADDRESS      /* PEER-IP-PORT: address of another size than its family has */
} reload_flaw;

/* A few words for a flaw; never NULL. The string is static. */
const char *reload_flaw_text(reload_flaw flaw);

#define RELOAD_NO_ATTR UINT32_MAX

/* One attribute of a message. Attributes stand in pre-order: the first member of attribute i is i + 1, and the next after
 * all its descendants is at i's end. */
typedef struct reload_attr {
    uint32_t offset;            /* of its type field, from the message's first octet */
    uint32_t end;               /* index of the first attribute behind its descendants */
    uint32_t parent;            /* index, or RELOAD_NO_ATTR in the message itself */
    uint32_t ordinal;           /* which member of its container it is, from 0 */
    uint16_t type;
    uint16_t length;            /* octets of value, padding not included */
    uint8_t depth;              /* 1 in the message itself */
    uint8_t flaw;               /* a reload_flaw; with one, the value is raw and has no members here */
    bool in_place;              /* it and all it stands in stand where B§5.2 and S§4 put them */
    bool repeated;              /* another of its type stands before it in the same container */
    bool ignored;               /* D10: behind the message's SIGNATURE and no ROUTE-LOG, or a member of such */
    const reload_attr_def *def; /* NULL: unknown type */
} reload_attr;

/* ---- Messages ----------------------------------------------------------------------------------------------------- */

/* A message: its octets, which never change, and where its attributes stand in them. */
typedef struct reload_msg reload_msg;

/* An empty message to parse into, or NULL without memory. Until it is parsed into it reads as a header of zeros: no token,
 * Version 0, no attributes. */
reload_msg *reload_msg_new(void);
/* Frees it and sets the pointer to NULL. */
void reload_msg_free(reload_msg **msg);

/* Reads len octets as one message: the header's Length of them follow the header, or fewer where the message was cut
 * short. They are borrowed, and must stay as they are while msg is used. A message may be parsed into again and again.
 * RELOAD_OK says that there is a header with nothing behind the message's end, not that the message is well formed
 * (reload_msg_check). RELOAD_ERR_NO_MESSAGE and RELOAD_ERR_RFC6940: no such header; RELOAD_ERR_VALUE: octets behind the
 * end; RELOAD_ERR_MEMORY. On failure msg is empty, and no octets are borrowed. */
reload_err reload_msg_parse(reload_msg *msg, const uint8_t *octets, size_t len, reload_diag *diag);

/* The octets as they were given to reload_msg_parse: encoding a message is giving these out again. */
const uint8_t *reload_msg_octets(const reload_msg *msg, size_t *len);
/* How many attributes there are, on all levels. */
size_t reload_msg_count(const reload_msg *msg);
/* The i-th of them, i < reload_msg_count. */
const reload_attr *reload_msg_attr(const reload_msg *msg, size_t i);
/* The octets that follow the last attribute that could be read (none in a good message), and why they could not. */
const uint8_t *reload_msg_trailing(const reload_msg *msg, size_t *len, reload_flaw *flaw);
/* Whether fewer octets follow the header than its Length says. */
bool reload_msg_cut_short(const reload_msg *msg);
/* The index of the message's SIGNATURE: the first one at the top (D10); RELOAD_NO_ATTR where there is none. */
uint32_t reload_msg_signature(const reload_msg *msg);
/* The first member of attribute parent (RELOAD_NO_ATTR: of the message) of that type, or RELOAD_NO_ATTR. */
uint32_t reload_msg_member(const reload_msg *msg, uint32_t parent, uint16_t type);

/* A header field as a number. A field of more than 32 bits gives 0: see reload_msg_field_octets. */
uint32_t reload_msg_field(const reload_msg *msg, reload_field field);
/* A header field's octets, *len of them, in the message; NULL for a field that does not fill whole octets. */
const uint8_t *reload_msg_field_octets(const reload_msg *msg, reload_field field, size_t *len);

/* The octets of attribute i's value, padding not included. */
const uint8_t *reload_msg_value_octets(const reload_msg *msg, size_t i, size_t *len);
/* The padding behind it, 0 to 3 octets. */
const uint8_t *reload_msg_padding(const reload_msg *msg, size_t i, size_t *len);
/* Decodes attribute i's value by its type's kind. Returns false for a composite, and where the attribute has a flaw. */
bool reload_msg_value(const reload_msg *msg, size_t i, reload_value *value);

/* The message that attribute i carries: i is the first APPLICATION.BODY beside an APPLICATION.NAME of "reload" (B§8.1.2.1), and
 * the value begins with a RELOAD header and ends where that message does, or before. NULL where it carries none. */
const uint8_t *reload_msg_tunnelled(const reload_msg *msg, size_t i, size_t *len);

/* Writes attribute i's JSON Pointer ("/attributes/2/value/0") into text, always terminated. Returns false where it did not
 * fit. */
bool reload_msg_pointer(const reload_msg *msg, size_t i, char *text, size_t size);

/* D24's steps 1 and 3: RELOAD_OK, or RELOAD_ERR_MALFORMED with offset and cause in diag. A message of another Version and
 * a fragment are judged by step 1's length alone, since nobody knows what their octets mean. */
reload_err reload_msg_check(const reload_msg *msg, reload_diag *diag);

/* ---- Building ----------------------------------------------------------------------------------------------------- */

/* Appends a message to a buffer piece by piece. Errors stick in the buffer's err and are looked at once, in the end. */
typedef struct reload_builder {
    reload_buf *buf;
    size_t start;                     /* where the message begins in buf */
    size_t open[RELOAD_MAX_DEPTH];    /* where each open composite begins */
    unsigned depth;
} reload_builder;

/* Begins a message at the end of buf. header: 68 octets to start from, or NULL for the initial value of each field. */
void reload_build_begin(reload_builder *b, reload_buf *buf, const uint8_t *header);
/* Sets a header field of at most 32 bits; a value that does not fit is RELOAD_ERR_VALUE. Length is set by
 * reload_build_end. */
void reload_build_field(reload_builder *b, reload_field field, uint32_t value);
/* Sets a header field of whole octets from as many octets as it has. */
void reload_build_field_octets(reload_builder *b, reload_field field, const uint8_t *octets);
/* Opens a composite; its Length is set when it is closed. More than 16 open ones are RELOAD_ERR_VALUE. */
void reload_build_open(reload_builder *b, uint16_t type);
/* Closes the innermost one and pads it. Nothing open is RELOAD_ERR_ARGUMENT. */
void reload_build_close(reload_builder *b);
/* Adds an attribute of len octets, with zero padding. */
void reload_build_octets(reload_builder *b, uint16_t type, const uint8_t *octets, size_t len);
/* Adds an attribute with the value encoded by its kind. Not for composites. */
void reload_build_value(reload_builder *b, uint16_t type, const reload_value *value);
/* Adds octets as they are: attributes that were encoded before, padding included. */
void reload_build_raw(reload_builder *b, const uint8_t *octets, size_t len);
/* Sets the header's Length and returns the sticky error: RELOAD_ERR_TOO_LONG where a Length does not hold what it must,
 * RELOAD_ERR_VALUE, RELOAD_ERR_MEMORY. */
reload_err reload_build_end(reload_builder *b);

/* ---- Streams ------------------------------------------------------------------------------------------------------ */

/* The form of an input: one of these, or told by its first octets. */
typedef enum reload_form { RELOAD_FORM_AUTO = 0, RELOAD_FORM_BINARY, RELOAD_FORM_JSON, RELOAD_FORM_HEX } reload_form;

typedef enum reload_item_kind {
    RELOAD_ITEM_END = 0, /* no more */
    RELOAD_ITEM_MESSAGE, /* a message: a header, and as many octets as its Length says, or fewer at the end */
    RELOAD_ITEM_GARBAGE, /* octets up to the next message or the end; over 16 MiB they come in parts */
    RELOAD_ITEM_BAD      /* a piece of JSON or hex text that makes no octets; diag says why */
} reload_item_kind;

typedef struct reload_item {
    reload_item_kind kind;
    reload_form form;
    const uint8_t *octets; /* of MESSAGE and GARBAGE; valid until the next call */
    size_t len;
    uint64_t offset;  /* in the input, in octets of the input's own form: where the item begins */
    int64_t captured; /* microseconds since the epoch, as JSON's meta.time says; RELOAD_NO_TIME: not known */
    reload_diag diag; /* GARBAGE and BAD: what it is; its offset is the place in the input */
} reload_item;

/* Reads messages from an input, in memory bounded by its longest message. */
typedef struct reload_reader reload_reader;

/* A reader without input, whose next item is the end; NULL without memory. */
reload_reader *reload_reader_new(void);
/* Frees it and sets the pointer to NULL. */
void reload_reader_free(reload_reader **reader);
/* Begins a new input. The source is called for more octets only when no whole item is there. */
void reload_reader_open(reload_reader *reader, reload_form form, reload_source source, void *arg);
/* The next item. RELOAD_ERR_READ: the source failed; RELOAD_ERR_MEMORY. Then another input may be opened, and
 * this one not be read further. */
reload_err reload_reader_next(reload_reader *reader, reload_item *item);

/* ---- JSON and text ------------------------------------------------------------------------------------------------ */

/* Where a message was found; part of a rendering where given. */
typedef struct reload_origin {
    const char *file; /* UTF-8 or not; escaped as needed */
    uint64_t offset;
    uint64_t index; /* of the message in the run, from 1 */
    int64_t captured; /* when, in microseconds since the epoch; RELOAD_NO_TIME: not known */
} reload_origin;

enum {
    RELOAD_PRETTY = 1, /* JSON over several lines, indented */
    RELOAD_COLOUR = 2, /* text with ANSI colours */
    RELOAD_ASCII = 4   /* JSON in which all but printable ASCII is escaped, for terminals */
};

/* Writes the message's JSON rendering, an object without a final newline. origin becomes "meta"; NULL: no "meta". */
reload_err reload_json_write(const reload_msg *msg, const reload_origin *origin, unsigned flags, reload_sink sink,
                             void *arg);
/* Writes octets that belong to no message: {"garbage": …}. error says why. */
reload_err reload_json_write_garbage(const uint8_t *octets, size_t len, const char *error, const reload_origin *origin,
                                     unsigned flags, reload_sink sink, void *arg);
/* Appends the octets that one JSON object stands for (a message, or garbage) to out. RELOAD_ERR_SYNTAX: bad syntax or a
 * duplicate key, with line and column (of text) in diag; RELOAD_ERR_VALUE, RELOAD_ERR_TOO_LONG: with a JSON Pointer. On
 * failure out is as it was. */
reload_err reload_json_read(const char *text, size_t len, reload_buf *out, reload_diag *diag);
/* Appends one attribute, given as json.md's object for it, padding included. */
reload_err reload_json_read_attr(const char *text, size_t len, reload_buf *out, reload_diag *diag);

/* Writes the message as a tree for people. */
reload_err reload_text_write(const reload_msg *msg, const reload_origin *origin, unsigned flags, reload_sink sink,
                             void *arg);
/* Writes the message as one line, newline included. */
reload_err reload_line_write(const reload_msg *msg, const reload_origin *origin, unsigned flags, reload_sink sink,
                             void *arg);
/* Writes octets that belong to no message: as a short dump, or with line as one line. */
reload_err reload_text_write_garbage(const uint8_t *octets, size_t len, const char *error, const reload_origin *origin,
                                     bool line, unsigned flags, reload_sink sink, void *arg);
/* Writes the message as a hex dump with each field's name and value beside its octets, those of a message inside it too, and
 * marks the octets that each signature covers (D1, D2, D8). */
reload_err reload_annotated_write(const reload_msg *msg, const reload_origin *origin, unsigned flags, reload_sink sink,
                                  void *arg);
/* Writes octets that belong to no message as a hex dump. */
reload_err reload_annotated_write_garbage(const uint8_t *octets, size_t len, const char *error, const reload_origin *origin,
                                          unsigned flags, reload_sink sink, void *arg);
/* One of the two that are compared: a message, or octets that belong to none, or nothing (msg and octets NULL). */
typedef struct reload_diff_side {
    const reload_msg *msg;
    const uint8_t *octets; /* where msg is NULL */
    size_t len;
    const reload_origin *origin; /* NULL: not named in what is written */
} reload_diff_side;

/* Compares two messages, and writes for each field that differs a line "@ JSON Pointer  name", one with the old value behind
 * "-" and one with the new behind "+"; nothing where the octets are the same. Two messages of which an octet differs never
 * come out the same. sink NULL: only *differ is wanted. Time and memory are bounded by a multiple of the messages' size. */
reload_err reload_diff_write(const reload_diff_side *a, const reload_diff_side *b, unsigned flags, reload_sink sink, void *arg,
                             bool *differ);
/* Writes text from strangers so that it is safe on a terminal: control characters, invisible ones, those that change the
 * direction of writing, octets that are no UTF-8, and backslashes come out as \n, \xNN or \u{NNNN}. */
reload_err reload_escape(const uint8_t *octets, size_t len, reload_sink sink, void *arg);

/* ---- Profiles ----------------------------------------------------------------------------------------------------- */

enum { RELOAD_MAX_FILES = 16 };

/* How an overlay is run, as the file overlay.json says it. Strings are owned; what is not said is NULL, -1 or false. */
typedef struct reload_profile {
    char *overlay;     /* name */
    int64_t security;  /* a reload_security */
    int64_t dht, hash; /* header values */
    int64_t max_skew;  /* seconds; -2: no limit */
    int64_t min_rsa_bits;
    bool allow_sha1_certs;
    bool require_peer_signature;
    bool replay, pair; /* D25 */
    char *replay_state, *pin; /* files (D25, D28) */
    char *ca[RELOAD_MAX_FILES + 1];            /* files of CA certificates, behind the last NULL */
    char *intermediates[RELOAD_MAX_FILES + 1]; /* files of intermediate certificates */
    char *crl[RELOAD_MAX_FILES + 1];           /* files of revocation lists */
} reload_profile;

/* Reads a profile. RELOAD_ERR_SYNTAX, RELOAD_ERR_VALUE (unknown keys too, and ca beside pin) as reload_json_read does. On failure
 * nothing is owned. */
reload_err reload_profile_read(const char *text, size_t len, reload_profile *profile, reload_diag *diag);
/* Writes what a profile says as JSON over several lines. */
reload_err reload_profile_write(const reload_profile *profile, reload_sink sink, void *arg);
/* Frees the strings; nothing is said by the profile then. */
void reload_profile_free(reload_profile *profile);

/* ---- Identifiers (B§4.5.1.2.3, B§6) -------------------------------------------------------------------------------- */

/* The Overlay field for an overlay's name: CRC-32/ISO-HDLC (D15). */
uint32_t reload_overlay_id(const char *name);
/* The Resource-ID of a KEY of len octets, or of its replica-th replica (D17; 0: the KEY itself). */
reload_err reload_resource_id(const uint8_t *key, size_t len, uint32_t replica, uint8_t id[RELOAD_ID_SIZE]);
/* The Peer-ID of an address, "10.4.1.2:5060" or "[2001:db8::1]:5060": the SHA-1 of the IP address's text, its low 16 bits
 * replaced by the port (B§8.1.1). RELOAD_ERR_VALUE where it is no such address. */
reload_err reload_address_id(const char *address, uint8_t id[RELOAD_ID_SIZE], reload_diag *diag);
/* Reads such an address into value (kind RELOAD_KIND_IP_PORT, protocol 0). */
bool reload_address_parse(const char *address, reload_value *value);
/* Writes such an address; size of at least 56 octets always suffices. */
void reload_address_format(const reload_value *value, char *text, size_t size);

/* ---- Secrets and keys ------------------------------------------------------------------------------------------------------ */

/* The shared secret in a secret file's octets (D12): the octets, less one trailing LF or CR LF, or those that "hex:" and
 * hex digits stand for. RELOAD_ERR_SYNTAX: bad hex; RELOAD_ERR_VALUE: empty. Appends to secret. */
reload_err reload_secret_parse(const uint8_t *octets, size_t len, reload_buf *secret, reload_diag *diag);

/* A source of random octets: a CTR_DRBG seeded by the operating system; or, with a seed, an HMAC_DRBG (SP 800-90A, with
 * HMAC-SHA256) whose octets follow from the seed alone, for test vectors and nothing else. */
typedef struct reload_rng reload_rng;
/* seed: len octets, or NULL. RELOAD_ERR_MEMORY; RELOAD_ERR_CRYPTO: the operating system gives no random octets. *rng is then
 * NULL. */
reload_err reload_rng_new(const uint8_t *seed, size_t len, reload_rng **rng);
/* Wipes, frees and sets to NULL. */
void reload_rng_free(reload_rng **rng);
/* Fills len octets. RELOAD_ERR_CRYPTO. */
reload_err reload_rng_fill(reload_rng *rng, uint8_t *octets, size_t len);

/* An RSA private key. */
typedef struct reload_key reload_key;
/* Reads a key: PEM (PKCS#1 or PKCS#8, with a passphrase where it is encrypted; NULL: none) or DER. RELOAD_ERR_SYNTAX: no such
 * key; RELOAD_ERR_VALUE: not RSA, or of a size that D13 does not take; RELOAD_ERR_REFUSED: it wants a passphrase, or another
 * one. */
reload_err reload_key_parse(const uint8_t *octets, size_t len, const char *passphrase, reload_key **key, reload_diag *diag);
/* Makes a key of 1024 to 8192 bits, public exponent 65537. */
reload_err reload_key_generate(reload_rng *rng, unsigned bits, reload_key **key);
/* Wipes, frees and sets to NULL. */
void reload_key_free(reload_key **key);
/* Appends the key as PEM (PKCS#1). */
reload_err reload_key_write(reload_key *key, reload_buf *pem);

/* ---- Certificates (S§7, D18, D19) ------------------------------------------------------------------------------------ */

/* An X.509 certificate and what it says. */
typedef struct reload_cert reload_cert;

/* A name in a certificate's subjectAltName that D19 knows. */
typedef struct reload_cert_name {
    bool peer;                  /* a Peer-ID, else a user's address of record */
    uint8_t id[RELOAD_ID_SIZE]; /* of a peer */
    const char *text;           /* of a peer: the overlay's name; of a user: the address, without "sip:" or "sips:" */
} reload_cert_name;

/* Reads one certificate, DER or PEM. RELOAD_ERR_SYNTAX: it cannot be read, or octets follow it; RELOAD_ERR_MEMORY. */
reload_err reload_cert_parse(const uint8_t *octets, size_t len, reload_cert **cert, reload_diag *diag);
/* Frees it and sets the pointer to NULL. */
void reload_cert_free(reload_cert **cert);
/* Its DER. */
const uint8_t *reload_cert_octets(const reload_cert *cert, size_t *len);
/* Subject and issuer as "CN=…, O=…"; serial number in hex. What comes from strangers in them is escaped. */
const char *reload_cert_subject(const reload_cert *cert);
const char *reload_cert_issuer(const reload_cert *cert);
const char *reload_cert_serial(const reload_cert *cert);
/* Validity, in seconds since the epoch, both ends included. */
int64_t reload_cert_not_before(const reload_cert *cert);
int64_t reload_cert_not_after(const reload_cert *cert);
/* The key: "RSA", "EC", …, and its bits. */
const char *reload_cert_key_type(const reload_cert *cert);
unsigned reload_cert_key_bits(const reload_cert *cert);
/* The names that D19 knows, in the certificate's order. */
size_t reload_cert_names(const reload_cert *cert);
/* The i-th of them, which lives as long as the certificate; NULL when i is past the last. */
const reload_cert_name *reload_cert_name_at(const reload_cert *cert, size_t i);

/* What a new certificate is to say. */
typedef struct reload_cert_spec {
    const char *subject;           /* as mbed TLS reads it: "CN=alice@example.com" */
    const reload_cert_name *names; /* of a peer or a user */
    size_t count;
    const uint8_t *serial; /* of at most 20 octets, positive */
    size_t serial_len;
    int64_t not_before, not_after;
    bool ca; /* a CA's: it may sign certificates and revocation lists, and nothing else */
} reload_cert_spec;

/* Issues an X.509 v3 certificate, signed with SHA-256. Whose key it certifies: subject's; or, where that is NULL, the one of the
 * PKCS#10 request in request_len octets, PEM or DER, which must bear its own key's signature. issuer: the CA's certificate; NULL
 * for one that signs itself. Appends PEM to out. RELOAD_ERR_SYNTAX: a bad request; RELOAD_ERR_VALUE: a key, name or date that
 * cannot be written. */
reload_err reload_cert_issue(const reload_cert_spec *spec, reload_key *subject, const uint8_t *request, size_t request_len,
                             const reload_cert *issuer, reload_key *issuer_key, reload_buf *out, reload_diag *diag);
/* Makes a PKCS#10 request for a key. Appends PEM to out. */
reload_err reload_cert_request(reload_key *key, const char *subject, reload_buf *out, reload_diag *diag);

/* An entry of a revocation list. */
typedef struct reload_revocation {
    const uint8_t *serial;
    size_t serial_len;
    int64_t time;
} reload_revocation;

/* Makes a CRL (RFC 5280 section 5), signed with SHA-256, with that CRL number. Appends PEM to out. */
reload_err reload_crl_issue(const reload_cert *issuer, reload_key *issuer_key, const reload_revocation *entries, size_t count,
                            int64_t this_update, int64_t next_update, uint32_t number, reload_buf *out, reload_diag *diag);
/* Whether issuer's name and key have signed a certificate. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_cert_issued_by(const reload_cert *cert, const reload_cert *issuer, bool *yes);
/* Whether a private key is the certificate's. */
bool reload_cert_fits_key(const reload_cert *cert, reload_key *key);

/* ---- Verifying (S§5.2, S§5.3, S§6.1, S§7.1, D18 to D24, D26, D27) ------------------------------------------------------------------- */

typedef enum reload_verdict {
    RELOAD_UNCHECKED = 0, /* not reached */
    RELOAD_VALID,
    RELOAD_INVALID,
    RELOAD_UNSECURED, /* passed in an overlay run under NONE (D23) */
    RELOAD_MALFORMED,
    RELOAD_PINNED /* passed under keys that were only remembered (D28) */
} reload_verdict;

/* D24's reasons, in its order. */
typedef enum reload_reason {
    RELOAD_REASON_NONE = 0,
    RELOAD_REASON_MALFORMED,
    RELOAD_REASON_UNSUPPORTED_VERSION,
    RELOAD_REASON_FRAGMENT,
    RELOAD_REASON_OVERLAY_MISMATCH,
    RELOAD_REASON_SECURITY_MISMATCH,
    RELOAD_REASON_MISSING_SIGNATURE,
    RELOAD_REASON_MISSING_CERTIFICATE,
    RELOAD_REASON_DUPLICATE_ATTRIBUTE,
    RELOAD_REASON_MISPLACED,
    RELOAD_REASON_BAD_DIGEST_LENGTH,
    RELOAD_REASON_MISSING_TIMESTAMP,
    RELOAD_REASON_BAD_CERTIFICATE,
    RELOAD_REASON_WEAK_KEY,
    RELOAD_REASON_UNTRUSTED_CERTIFICATE,
    RELOAD_REASON_REVOKED_CERTIFICATE,
    RELOAD_REASON_EXPIRED_CERTIFICATE,
    RELOAD_REASON_PIN_MISMATCH,
    RELOAD_REASON_BAD_DIGEST,
    RELOAD_REASON_PEER_ID_MISMATCH,
    RELOAD_REASON_RESOURCE_KEY_MISMATCH,
    RELOAD_REASON_STALE,
    RELOAD_REASON_FUTURE,
    RELOAD_REASON_REPLAY,
    RELOAD_REASON_UNMATCHED_RESPONSE,
    RELOAD_REASON_MISSING_EXPIRATION,
    RELOAD_REASON_EXPIRED
} reload_reason;

/* The words that scripts see: "valid", "bad-digest". Static; NULL for RELOAD_REASON_NONE. */
const char *reload_verdict_text(reload_verdict verdict);
const char *reload_reason_text(reload_reason reason);

/* A misreading of the drafts that a digest may have been made by. The strings are static. */
typedef struct reload_reading {
    const char *word;    /* "length-not-restored": the same in every version */
    const char *says;    /* what was done */
    const char *section; /* where it stands how it is right */
} reload_reading;

/* The readings that are tried, in order; NULL when i is past the last. */
const reload_reading *reload_reading_at(size_t i);

enum {
    RELOAD_MAX_READINGS = 2, /* misreadings that are tried together */
    RELOAD_MAX_FITS = 8      /* fits that are told */
};

/* A misreading, or several at once, by which a digest fits. */
typedef struct reload_fit {
    const reload_reading *readings[RELOAD_MAX_READINGS];
    size_t count;
} reload_fit;

/* Why a digest is wrong. */
typedef struct reload_explanation {
    reload_fit fits[RELOAD_MAX_FITS]; /* of the fewest misreadings; several where they cannot be told apart */
    size_t count;                     /* 0: no known misreading fits */
    bool no_digest;                   /* there is none, or an empty one */
    bool key_fits;                    /* CERTS: the certificate's key has made it, whatever it covers */
    bool incomplete;                  /* not all readings could be tried on so much */
} reload_explanation;

/* One signature of a message. */
typedef struct reload_signature {
    uint32_t attr; /* its index in the message */
    reload_verdict verdict;
    reload_reason reason;
    bool has_timestamp;
    uint32_t timestamp;
    const reload_cert *signer; /* under CERTS, where its certificate could be read; belongs to the report */
    reload_explanation *explanation; /* what reload_explain found; else NULL; belongs to the report */
} reload_signature;

/* What a verifier says of a message. Zero-initialise it; it may be used for one message after the other. */
typedef struct reload_report {
    reload_verdict verdict;
    reload_reason reason;
    uint16_t response_code; /* what the request is to be answered with; 0: nothing, or it is a response (S§5.3) */
    char detail[256];       /* the reason in words; empty without one */
    reload_signature *signatures; /* each SIGNATURE, PEER-SIGNATURE and BODY.SIGNATURE, in message order */
    size_t count;
    size_t cap;
    struct reload_tunnelled *tunnelled; /* the messages that it carries, each judged on its own (D26) */
    size_t tunnelled_count;
    size_t tunnelled_cap;
    bool has_round_trip; /* a response, its request (D25), and when both were captured are known */
    int64_t round_trip;  /* microseconds from the request to it */
} reload_report;

/* A message inside a TRANSPORT-TUNNEL's. What it says does not change its carrier's verdict. */
typedef struct reload_tunnelled {
    uint32_t attr;       /* the APPLICATION.BODY that holds it */
    reload_msg *msg;     /* belongs to the report */
    reload_report report;
} reload_tunnelled;

/* Whether a verdict is one that lets a message pass: valid, pinned, or unsecured in an overlay run under NONE. */
bool reload_verdict_passes(reload_verdict verdict);
/* Whether the message, and each that it carries, passed. */
bool reload_report_passed(const reload_report *report);

/* Frees what a report holds and leaves it as if zero-initialised. */
void reload_report_free(reload_report *report);

typedef struct reload_verifier reload_verifier;

/* A verifier for an overlay run under RELOAD_SECURITY_NONE, RELOAD_SECURITY_HMAC or RELOAD_SECURITY_CERTS; NULL without memory
 * or for another algorithm. It is told the algorithm and never takes it from a message (D23). */
reload_verifier *reload_verifier_new(reload_security algorithm);
/* Wipes the secrets, frees it and sets the pointer to NULL. */
void reload_verifier_free(reload_verifier **verifier);
/* Adds a shared secret; where there are several, any one will do. RELOAD_ERR_VALUE: it is empty; RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_verifier_add_secret(reload_verifier *verifier, const uint8_t *secret, size_t len);
/* CERTS: adds CA certificates that are trusted, intermediate certificates that may link others to them, and revocation lists
 * (D18). Each takes one or more in PEM, or one in DER. RELOAD_ERR_SYNTAX, RELOAD_ERR_MEMORY. */
reload_err reload_verifier_add_ca(reload_verifier *verifier, const uint8_t *octets, size_t len, reload_diag *diag);
reload_err reload_verifier_add_intermediates(reload_verifier *verifier, const uint8_t *octets, size_t len, reload_diag *diag);
reload_err reload_verifier_add_crl(reload_verifier *verifier, const uint8_t *octets, size_t len, reload_diag *diag);
/* The smallest RSA key that is taken, in bits: 2048 unless set, and from 1024 to 8192 (D13). */
void reload_verifier_set_min_rsa_bits(reload_verifier *verifier, unsigned bits);
/* Takes certificates that are signed with SHA-1. */
void reload_verifier_allow_sha1_certs(reload_verifier *verifier, bool allowed);
/* Tells of each CRL that is out of date at a time, of an unknown issuer, or badly signed; warn is called with static words. */
void reload_verifier_check_crls(reload_verifier *verifier, int64_t time, void (*warn)(void *arg, const char *words),
                                void *arg);
/* What the header must say; each is not checked unless set (D24 step 4). The overlay's name is also what a certificate must
 * name its Peer-IDs for (D20); RELOAD_ERR_MEMORY. */
reload_err reload_verifier_set_overlay(reload_verifier *verifier, const char *name);
void reload_verifier_set_dht(reload_verifier *verifier, uint8_t dht);
void reload_verifier_set_hash(reload_verifier *verifier, uint8_t hash);
/* How far a TIMESTAMP may be from the time of checking: RELOAD_DEFAULT_SKEW unless set; negative: no limit. */
void reload_verifier_set_max_skew(reload_verifier *verifier, int64_t seconds);
/* Requires a PEER-SIGNATURE in every SOURCE-INFO. */
void reload_verifier_require_peer_signature(reload_verifier *verifier, bool required);

/* What a verifier remembers of a peer whose requests it has seen (D25). */
typedef struct reload_peer_memory {
    uint32_t boot_time; /* its latest */
    uint32_t counter;   /* the highest of that boot time */
    uint64_t window;    /* bit i: whether the counter that is i + 1 below was seen */
    uint32_t timestamp; /* the newest TIMESTAMP of its requests */
} reload_peer_memory;

/* What it remembers of a request (D25, pairing). */
typedef struct reload_request_memory {
    int64_t captured;  /* microseconds since the epoch, or RELOAD_NO_TIME */
    bool open_overlay; /* a PEER-JOIN request that left its Overlay 0 */
} reload_request_memory;

/* Where a verifier keeps what it learns from one message to the next: the caller's functions, each called with arg. A find
 * function says in *found whether there is such an entry, and fills in the entry; a keep function adds one or replaces it, but
 * keep_pin leaves one that is there. What they return other than RELOAD_OK is what reload_verify returns. Where several verifiers
 * share a memory, all calls of one reload_verify must be one transaction, which must be undone where it returns an error. Functions
 * for what the verifier is not asked to remember may be NULL. */
typedef struct reload_memory {
    void *arg;
    reload_err (*find_peer)(void *arg, const uint8_t id[RELOAD_ID_SIZE], reload_peer_memory *peer, bool *found);
    reload_err (*keep_peer)(void *arg, const uint8_t id[RELOAD_ID_SIZE], const reload_peer_memory *peer);
    reload_err (*find_request)(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE], uint32_t overlay,
                               reload_request_memory *request, bool *found);
    reload_err (*keep_request)(void *arg, const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE], uint32_t overlay,
                               const reload_request_memory *request);
    /* name: "peer:" and a Peer-ID in hex, or "key:" and a KEY; fingerprint: the SHA-256 of the SubjectPublicKeyInfo */
    reload_err (*find_pin)(void *arg, const char *name, uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE], bool *found);
    reload_err (*keep_pin)(void *arg, const char *name, const uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]);
} reload_memory;

enum {
    RELOAD_REMEMBER_PEERS = 1,    /* D25: a request under CERTS that was seen is a replay */
    RELOAD_REMEMBER_REQUESTS = 2, /* D25: a response must match a request */
    RELOAD_REMEMBER_PINS = 4      /* D28: certificates sign themselves, and their keys are remembered; no CA is needed */
};

/* Asks for what only a verifier over time can judge: any of RELOAD_REMEMBER_…, or-ed together. The memory is copied; what its arg
 * points to must outlive the verifier. Peers and pins matter under CERTS alone, requests under HMAC and CERTS. */
void reload_verifier_set_memory(reload_verifier *verifier, const reload_memory *memory, unsigned what);
/* When the messages judged from now on were captured, in microseconds since the epoch; RELOAD_NO_TIME, the default: not known. */
void reload_verifier_set_captured(reload_verifier *verifier, int64_t captured);

/* Judges a message at a time. The verdict is in report; the result says whether the message could be judged:
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO, RELOAD_ERR_ARGUMENT (HMAC without a secret, CERTS without a CA or pins), or what the
 * verifier's memory returned; and then report holds no verdict but RELOAD_UNCHECKED. What the memory keeps of peers and pins
 * changes only where the message passes every step (D25, D28). */
reload_err reload_verify(reload_verifier *verifier, const reload_msg *msg, int64_t time, reload_report *report);

/* Explains each signature of a report, and of those inside it, whose reason is RELOAD_REASON_BAD_DIGEST or
 * RELOAD_REASON_BAD_DIGEST_LENGTH: tries the readings in turn, and two at a time where none fits alone. Verdicts stay as they
 * are. The work for a message is bounded. verifier, msg and report: as of reload_verify. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_explain(const reload_verifier *verifier, const reload_msg *msg, reload_report *report);
/* Writes a fit in words into text, always terminated. */
void reload_fit_text(const reload_fit *fit, char *text, size_t size);

/* Writes the report as one JSON object without a newline. msg: what was judged; NULL for octets that are no message, of which
 * report gives verdict, reason and detail alone. origin: not NULL. */
reload_err reload_json_write_report(const reload_report *report, const reload_msg *msg, const reload_origin *origin,
                                    reload_sink sink, void *arg);

/* ---- Linting (D24) --------------------------------------------------------------------------------------------------- */

/* What the drafts ask of a message, in the order of reload-verify(1)'s table. Some of it decides the verdict too; lint decides
 * nothing. */
typedef enum reload_rule {
    RELOAD_RULE_TTL_ZERO = 0,
    RELOAD_RULE_UNKNOWN_ROUTING,
    RELOAD_RULE_LFRG_WITHOUT_FRAG,
    RELOAD_RULE_RESERVED_FRAGMENT_BITS,
    RELOAD_RULE_EXPERIMENTAL_VERSION,
    RELOAD_RULE_UNKNOWN_VERSION,
    RELOAD_RULE_UNKNOWN_DHT,
    RELOAD_RULE_UNKNOWN_HASH,
    RELOAD_RULE_UNKNOWN_SECURITY,
    RELOAD_RULE_SECURITY_LEFT_OPEN,
    RELOAD_RULE_RESERVED_METHOD_BIT,
    RELOAD_RULE_UNKNOWN_METHOD,
    RELOAD_RULE_JOIN_DESTINATION,
    RELOAD_RULE_PUT_DESTINATION,
    RELOAD_RULE_TRANSACTION_ID_ZERO,
    RELOAD_RULE_TRANSACTION_ID_FORM,
    RELOAD_RULE_OVERLAY_ZERO,
    RELOAD_RULE_RESPONSE_CODE_IN_REQUEST,
    RELOAD_RULE_MISSING_RESPONSE_CODE,
    RELOAD_RULE_UNKNOWN_RESPONSE_CODE,
    RELOAD_RULE_UNDECIPHERABLE_OUTSIDE_JOIN,
    RELOAD_RULE_MISSING_SOURCE_INFO,
    RELOAD_RULE_SOURCE_INFO_ADVISED,
    RELOAD_RULE_RESOURCE_NOT_APPLICABLE,
    RELOAD_RULE_MISSING_RESOURCE,
    RELOAD_RULE_RESOURCE_WITHOUT_200,
    RELOAD_RULE_REDIRECT_IN_REQUEST,
    RELOAD_RULE_REDIRECT_WITHOUT_302,
    RELOAD_RULE_MISSING_REDIRECT,
    RELOAD_RULE_SDP_IN_TUNNEL,
    RELOAD_RULE_MISSING_SDP,
    RELOAD_RULE_SDP_WITHOUT_200,
    RELOAD_RULE_APPLICATION_NOT_APPLICABLE,
    RELOAD_RULE_MISSING_APPLICATION,
    RELOAD_RULE_MISSING_SIGNATURE,
    RELOAD_RULE_SIGNATURE_UNDER_NONE,
    RELOAD_RULE_SIGNATURE_NOT_LAST,
    RELOAD_RULE_ROUTE_LOG_NOT_AT_END,
    RELOAD_RULE_UNKNOWN_ATTRIBUTE,
    RELOAD_RULE_OUT_OF_PLACE,
    RELOAD_RULE_REPEATED_ATTRIBUTE,
    RELOAD_RULE_BAD_VALUE,
    RELOAD_RULE_NONZERO_PADDING,
    RELOAD_RULE_MISSING_PEER_ID,
    RELOAD_RULE_SOURCE_ID_MISMATCH,
    RELOAD_RULE_MISSING_PEER_CERT,
    RELOAD_RULE_CERTIFICATE_WITHOUT_CERTS,
    RELOAD_RULE_PEER_SIGNATURE_NOT_LAST,
    RELOAD_RULE_MISSING_KEY,
    RELOAD_RULE_MISSING_BODY,
    RELOAD_RULE_MISSING_CERTIFICATE_BODY,
    RELOAD_RULE_MISSING_REGISTERED_BODY,
    RELOAD_RULE_MISSING_ENTRY,
    RELOAD_RULE_MISSING_BODY_EXPIRATION,
    RELOAD_RULE_UNSIGNED_BODY,
    RELOAD_RULE_BODY_SIGNATURE_NOT_LAST,
    RELOAD_RULE_CERTIFICATE_NOT_SOLE,
    RELOAD_RULE_MISSING_PARAMETER_NAME,
    RELOAD_RULE_MISSING_PARAMETER_OP,
    RELOAD_RULE_MISSING_PARAMETER_VALUE,
    RELOAD_RULE_UNKNOWN_OP,
    RELOAD_RULE_MISSING_TIMESTAMP,
    RELOAD_RULE_MISSING_DIGEST,
    RELOAD_RULE_DIGEST_NOT_LAST,
    RELOAD_RULE_DIGEST_LENGTH,
    RELOAD_RULE_INNER_TIMESTAMP_LATER,
    RELOAD_RULE_MISSING_ROUTE_LOG_VERSION,
    RELOAD_RULE_MISSING_ROUTE_LOG_TRANSPORT,
    RELOAD_RULE_MISSING_ROUTE_LOG_PEER_INFO,
    RELOAD_RULE_UNKNOWN_TRANSPORT,
    RELOAD_RULE_MISSING_APPLICATION_NAME,
    RELOAD_RULE_MISSING_APPLICATION_BODY,
    RELOAD_RULE_MISSING_APPLICATION_DIALOG,
    RELOAD_RULE_TUNNELLED_NO_MESSAGE,
    RELOAD_RULES /* how many there are */
} reload_rule;

/* How strictly a draft asks for it: MUST where it says so, or says required, mandatory, exactly one or not applicable, and
 * where a decision calls the message incorrect; SHOULD where it says that; NONE where it only describes. */
typedef enum reload_level { RELOAD_LEVEL_NONE = 0, RELOAD_LEVEL_SHOULD, RELOAD_LEVEL_MUST } reload_level;

/* A row of the table of rules. */
typedef struct reload_rule_def {
    const char *word; /* for scripts: "response-code-in-request" */
    reload_level level;
    const char *section; /* what asks for it: "B§5.2", "S§5.1, D9" */
    const char *asks;    /* a sentence, without its full stop */
} reload_rule_def;

/* The row of a rule; NULL for a value that is none. */
const reload_rule_def *reload_rule_def_of(reload_rule rule);
/* "MUST" or "SHOULD", or NULL for RELOAD_LEVEL_NONE. Static. */
const char *reload_level_text(reload_level level);

/* A rule that a message breaks, and where. */
typedef struct reload_finding {
    reload_rule rule;
    uint32_t attr;      /* the attribute; of a missing member, the container; else RELOAD_NO_ATTR */
    reload_field field; /* the header field; else RELOAD_FIELDS */
    char detail[128];   /* in words, ASCII alone and nothing from strangers */
} reload_finding;

/* Takes a finding, which lives as long as the call. Returns 0; anything else makes the caller stop with RELOAD_ERR_WRITE. */
typedef int (*reload_lint_sink)(void *arg, const reload_finding *finding);

enum { RELOAD_LINT_REPLICAS = 16 }; /* a RESOURCE-PUT may go to the KEY's Resource-ID, or to that of replica 1 to this */

/* Looks for what in a message breaks the drafts, in an overlay run under that algorithm (as for a verifier, it is not taken from
 * the message), and tells sink of each: header first, then the message as a whole, then attributes in message order. Neither
 * signatures nor certificates are checked, and a tunnelled message is octets here. Nothing is allocated.
 * A malformed message is looked at as far as it can be read; what may be in the part that cannot is not called missing. Behind
 * the SIGNATURE only ROUTE-LOGs are looked at (D10). Of a fragment (D14) only the header is, and of another Version only TTL,
 * Routing, the fragment bits and EXP.
 * RELOAD_ERR_ARGUMENT: no such algorithm; RELOAD_ERR_WRITE: the sink's; RELOAD_ERR_CRYPTO. */
reload_err reload_lint(reload_security algorithm, const reload_msg *msg, reload_lint_sink sink, void *arg);

/* Writes a JSON Pointer to where a finding is into text, always terminated: an attribute, a header field ("/header/ttl"), or
 * "/attributes" for what the message lacks. Returns false where it did not fit. */
bool reload_finding_pointer(const reload_msg *msg, const reload_finding *finding, char *text, size_t size);

/* reload_json_write_report with what reload_lint finds in the message, and in each that it carries, as "lint"; RELOAD_ERR_ARGUMENT
 * and RELOAD_ERR_CRYPTO are reload_lint's. */
reload_err reload_json_write_report_lint(const reload_report *report, const reload_msg *msg, const reload_origin *origin,
                                         reload_security algorithm, reload_sink sink, void *arg);

/* ---- Signing (S§5.1, D29, D30) ------------------------------------------------------------------------------------- */

typedef struct reload_signer reload_signer;

enum {
    RELOAD_SIGN_TIMESTAMP = 1,      /* write a TIMESTAMP under HMAC too (D4) */
    RELOAD_SIGN_SOURCE_INFO = 2,    /* put a PEER-SIGNATURE into SOURCE-INFO (S§5.1) */
    RELOAD_SIGN_BODIES = 4,         /* sign unsigned BODYs in messages other than RESOURCE-PUT requests too */
    RELOAD_SIGN_RESIGN_BODIES = 8,  /* sign all BODYs anew */
    RELOAD_SIGN_KEEP_SECURITY = 16, /* leave a Security octet of 0 in a PEER-JOIN request (B§8.1.1) */
    RELOAD_SIGN_FORCE = 32          /* do what would be refused, so far as it can be done */
};

/* A signer for RELOAD_SECURITY_NONE, which completes messages and signs nothing, RELOAD_SECURITY_HMAC or
 * RELOAD_SECURITY_CERTS; NULL without memory or for another algorithm. */
reload_signer *reload_signer_new(reload_security algorithm);
/* Wipes secret and keys, frees it and sets the pointer to NULL. */
void reload_signer_free(reload_signer **signer);
/* HMAC: the shared secret. RELOAD_ERR_VALUE: it is empty; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_signer_set_secret(reload_signer *signer, const uint8_t *secret, size_t len);
/* CERTS: the peer's RSA private key (PEM, with a passphrase where it is encrypted, else NULL; or DER) and its certificate (PEM
 * or DER). RELOAD_ERR_SYNTAX; RELOAD_ERR_VALUE: not RSA of 1024 to 8192 bits; RELOAD_ERR_REFUSED: the passphrase is missing
 * or wrong. */
reload_err reload_signer_set_key(reload_signer *signer, const uint8_t *octets, size_t len, const char *passphrase,
                                 reload_diag *diag);
reload_err reload_signer_set_cert(reload_signer *signer, const uint8_t *octets, size_t len, reload_diag *diag);
/* The same for BODYs; without them the peer's sign BODYs too. */
reload_err reload_signer_set_resource_key(reload_signer *signer, const uint8_t *octets, size_t len, const char *passphrase,
                                          reload_diag *diag);
reload_err reload_signer_set_resource_cert(reload_signer *signer, const uint8_t *octets, size_t len, reload_diag *diag);
/* Whether the keys are those of the certificates, and these no CA's: RELOAD_ERR_REFUSED where not (D32), RELOAD_ERR_ARGUMENT
 * where something is missing. reload_sign looks too. */
reload_err reload_signer_check(reload_signer *signer, reload_diag *diag);
/* CERTS: Transaction IDs are made of this boot time (default: the TIMESTAMP) and a counter that begins here (default: 0) and
 * grows by one for each that is given (S§7). */
void reload_signer_set_boot_time(reload_signer *signer, uint32_t boot_time);
void reload_signer_set_counter(reload_signer *signer, uint32_t counter);
/* Gives boot time and counter for a new Transaction ID. It finds the signer's boot time in *boot_time, and may put another there;
 * what is given must never be given again for that boot time. On failure it says why in diag->text, and the message is not
 * signed. */
typedef reload_err (*reload_counter_source)(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag);
/* Asks a source instead of counting: once for each request that gets a Transaction ID so, and only when nothing about the message
 * can be refused any more but a digest made elsewhere. NULL: the signer counts itself. */
void reload_signer_set_counter_source(reload_signer *signer, reload_counter_source source, void *arg);
/* What the overlay's messages have in their headers. An Overlay field of 0 is filled in with the CRC-32 of the name, but for a
 * PEER-JOIN request's; a message that says something else, or a certificate for another overlay (D32), is refused, unless forced.
 * RELOAD_ERR_MEMORY. */
reload_err reload_signer_set_overlay(reload_signer *signer, const char *name);
void reload_signer_set_dht(reload_signer *signer, uint8_t dht);
void reload_signer_set_hash(reload_signer *signer, uint8_t hash);
/* Any of RELOAD_SIGN_…, or-ed together; none unless set. */
void reload_signer_set_flags(reload_signer *signer, unsigned flags);
/* The TIMESTAMP to write. */
void reload_signer_set_time(reload_signer *signer, uint32_t time);
/* The Transaction ID for the requests that have none; without it, each gets a random one, or under CERTS one of boot time and
 * counter. */
void reload_signer_set_transaction_id(reload_signer *signer, const uint8_t id[RELOAD_TRANSACTION_SIZE]);
/* The PEER-ID for a response's SOURCE-INFO that has none (a request's is its Source ID); without it, under CERTS, the first
 * that the certificate names. */
void reload_signer_set_peer_id(reload_signer *signer, const uint8_t id[RELOAD_ID_SIZE]);

/* Completes a message by D29, signs it by D30 and appends it to out. RELOAD_ERR_MALFORMED: it is malformed by D24's steps 1
 * and 3 (with RELOAD_SIGN_FORCE: its top-level framing is broken); RELOAD_ERR_REFUSED: D29 or D32; RELOAD_ERR_TOO_LONG;
 * RELOAD_ERR_CRYPTO; RELOAD_ERR_ARGUMENT: HMAC without a secret, CERTS without key or certificate. On failure out is as it was. */
reload_err reload_sign(reload_signer *signer, const reload_msg *msg, reload_buf *out, reload_diag *diag);

/* The same, but appends the octets that the message's own digest will cover (D1, D2) instead of the message. Under CERTS the
 * peer's key may be missing, unless something inside is to be signed with it: then RELOAD_ERR_REFUSED. */
reload_err reload_sign_tbs(reload_signer *signer, const reload_msg *msg, reload_buf *out, reload_diag *diag);
/* A digest for the next message that is signed, made elsewhere from the octets of reload_sign_tbs; len octets, which are
 * copied. reload_sign then refuses (RELOAD_ERR_REFUSED) one that is not right for the message, unless forced. RELOAD_ERR_MEMORY. */
reload_err reload_signer_attach(reload_signer *signer, const uint8_t *digest, size_t len);

enum {
    RELOAD_DIGEST_RESOURCE = 1, /* by the resource's key, as a BODY's is made; under HMAC it is all one */
    RELOAD_DIGEST_SHA256 = 2    /* with SHA-256 where the draft has SHA-1: no verifier takes it */
};

/* Appends to out what a DIGEST holds whose signature covers these octets (D12, D13), whatever they are: for messages that
 * reload_sign would complete or refuse, and so for making bad ones. flags: any of RELOAD_DIGEST_…, or-ed together.
 * RELOAD_ERR_ARGUMENT: no secret or key; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_signer_digest(reload_signer *signer, const uint8_t *octets, size_t len, unsigned flags, reload_buf *out);

/* Appends an unsigned response with a code from 100 to 799 to a request (D31); what is missing is for reload_sign to complete.
 * RELOAD_ERR_MALFORMED, and RELOAD_ERR_REFUSED for a response, a fragment or another Version: no code is due for these (D24);
 * RELOAD_ERR_VALUE: the code; RELOAD_ERR_MEMORY. */
reload_err reload_reply(const reload_msg *request, unsigned code, reload_buf *out, reload_diag *diag);

/* Appends the message without its SIGNATUREs, PEER-SIGNATUREs and BODY.SIGNATUREs to out. What stood behind a SIGNATURE, and
 * was ignored there, is then part of the message like all else. The flags are those of signing;
 * RELOAD_SIGN_FORCE alone matters. */
reload_err reload_strip(const reload_msg *msg, unsigned flags, reload_buf *out, reload_diag *diag);

/* Appends the message with one more attribute at its end, as a hop appends a ROUTE-LOG (B§5.2.4, S§8): attr is the encoded
 * attribute, padding included. All octets but Length stay as they are. */
reload_err reload_append_attr(const reload_msg *msg, const uint8_t *attr, size_t len, unsigned flags, reload_buf *out,
                              reload_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
