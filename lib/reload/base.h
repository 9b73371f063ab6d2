/* Results, octets, time: what every other header of libreload uses. */
#ifndef RELOAD_BASE_H
#define RELOAD_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <reload/version.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    RELOAD_HEADER_SIZE = 68,      /* B§5.1 */
    RELOAD_ID_SIZE = 20,          /* Peer-ID and Resource-ID: 160 bits, B§5.1 */
    RELOAD_TRANSACTION_SIZE = 8,  /* B§5.1 */
    RELOAD_MAX_LENGTH = 0xffffff, /* of the header's 24-bit Length */
    RELOAD_MAX_DEPTH = 16,        /* D3: attributes are read this deep */
    RELOAD_MAX_TUNNEL = 4,        /* D26: messages in messages are read this deep */
    RELOAD_DEFAULT_SKEW = 300,    /* seconds, D24 step 10 */
    RELOAD_HMAC_SIZE = 20,        /* octets of an HMAC-SHA1 DIGEST, D12 */
    RELOAD_FINGERPRINT_SIZE = 32  /* of a public key: SHA-256, D28 */
};

/* A time, or a span of time, in microseconds; times count from the epoch, without leap seconds. */
typedef int64_t reload_time;
#define RELOAD_SECOND INT64_C(1000000)
/* Not known: no capture is as old as the epoch. */
#define RELOAD_NO_TIME INT64_C(0)
/* The latest time accepted, in seconds: beyond any TIMESTAMP, and sums stay within 64 bits. */
#define RELOAD_MAX_TIME (INT64_C(1) << 40)

/* ---- Results ---- */

typedef enum reload_err {
    RELOAD_OK = 0,
    RELOAD_ERR_MEMORY,     /* no memory */
    RELOAD_ERR_ARGUMENT,   /* the caller passed something that the function does not take */
    RELOAD_ERR_NO_MESSAGE, /* the octets do not begin with a RELOAD header of the 2007 form */
    RELOAD_ERR_RFC6940,    /* they begin with RFC 6940's token, a wire format that this library does
                              not read */
    RELOAD_ERR_MALFORMED,  /* a message that D24's steps 1 and 3 call malformed */
    RELOAD_ERR_SYNTAX,     /* JSON, hex text or a secret file that cannot be read as such */
    RELOAD_ERR_VALUE,      /* readable, but a value or key is not one that is taken here */
    RELOAD_ERR_TOO_LONG,   /* what would be written does not fit its Length field */
    RELOAD_ERR_REFUSED,    /* could be done, and must not be (D29, D32) */
    RELOAD_ERR_READ,       /* a source of octets failed */
    RELOAD_ERR_WRITE,      /* a sink of octets failed */
    RELOAD_ERR_CRYPTO,     /* the cryptographic library failed; says nothing about a signature */
    RELOAD_ERR_PASSPHRASE  /* a key is encrypted, and the passphrase is missing or wrong */
} reload_err;

/* A few words for err; never NULL, whatever the value. The string is static. */
const char *reload_strerror(reload_err err);

/* What went wrong and where. Owned by the caller; a function that fails fills in all of it. */
typedef struct reload_diag {
    reload_err code;
    bool has_offset; /* offset is set */
    uint64_t offset; /* in octets: of the message for functions that take one, of the text for those
                        that take text */
    unsigned line;   /* of JSON text, from 1; 0 = not set */
    unsigned column; /* of JSON text, in characters from 1 */
    char pointer[256]; /* JSON Pointer (RFC 6901) into json.md's rendering; valid where has_pointer
                          is set */
    bool has_pointer;
    char text[256]; /* the cause, one line without control characters */
} reload_diag;

/* ---- Octets ---- */

/* A growing run of octets with one sticky error: after a failed append every other append is a
 * no-op, and err says what went wrong first. Zero-initialise it. The octets belong to the buffer.
 */
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

/* Octets that belong to someone else. */
typedef struct reload_span {
    const uint8_t *octets;
    size_t len;
} reload_span;

/* Takes octets as they are produced. Returns 0; anything else makes the caller stop with
 * RELOAD_ERR_WRITE. */
typedef int (*reload_sink)(void *arg, const void *octets, size_t len);

/* Gives up to size octets (size > 0), as many as there are without waiting for more than one.
 * Returns how many, 0 at the end and -1 on failure. */
typedef ptrdiff_t (*reload_source)(void *arg, uint8_t *octets, size_t size);

/* Writes 2 * len hex digits, lower case, without a terminator. */
void reload_hex_encode(const uint8_t *octets, size_t len, char *digits);
/* Reads len hex digits, of either case, into len / 2 octets. Returns false where len is odd or
 * something is no digit. */
bool reload_hex_decode(const char *digits, size_t len, uint8_t *octets);

/* Reads a time: seconds since the epoch, which may have a fraction, or RFC 3339
 * ("2007-07-08T12:00:00.5Z"). Returns false where text is neither, or the seconds are more than
 * RELOAD_MAX_TIME. What is finer than a microsecond is dropped. */
bool reload_time_parse(const char *text, int64_t *microseconds);

/* ---- Digests ---- */

/* Hash functions. The drafts use SHA-1 alone (D12, D13). */
typedef enum reload_md {
    RELOAD_MD_SHA1,
    RELOAD_MD_MD5,
    RELOAD_MD_SHA224,
    RELOAD_MD_SHA256,
    RELOAD_MD_SHA384,
    RELOAD_MD_SHA512,
    RELOAD_MDS /* number of hash functions */
} reload_md;
enum { RELOAD_MAX_MD_SIZE = 64 };

/* Size of a digest in octets; 0 if mbed TLS was built without the hash function. */
size_t reload_md_size(reload_md md);
/* The digest of count spans in order. digest has reload_md_size octets. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_digest(reload_md md, const reload_span *spans, size_t count, uint8_t *digest);
/* The HMAC (RFC 2104) of the spans under a key. digest has reload_md_size octets.
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_hmac(reload_md md, reload_span key, const reload_span *spans, size_t count,
                       uint8_t *digest);

#ifdef __cplusplus
}
#endif

#endif
