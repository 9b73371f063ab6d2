/* SPDX-License-Identifier: BSD-2-Clause */
/* Results, octets, times and digests: the basis of libreload's other headers. */
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
    RELOAD_MAX_LENGTH = 0xffffff, /* the header's Length has 24 bits */
    RELOAD_MAX_DEPTH = 16,        /* D3: nesting of attributes */
    RELOAD_MAX_TUNNEL = 4,        /* D26: nesting of tunnelled messages */
    RELOAD_DEFAULT_SKEW = 300,    /* seconds, D24 step 10 */
    RELOAD_HMAC_SIZE = 20,        /* of an HMAC-SHA1 DIGEST, D12 */
    RELOAD_FINGERPRINT_SIZE = 32  /* of a public key: SHA-256, D28 */
};

/* A time, or a span of time, in microseconds; times count from the epoch, without leap seconds. */
typedef int64_t reload_time;
#define RELOAD_SECOND INT64_C(1000000)
/* An unknown time: no capture is as old as the epoch. */
#define RELOAD_NO_TIME INT64_C(0)
/* The latest time accepted, in seconds: later than any TIMESTAMP, and sums fit 64 bits. */
#define RELOAD_MAX_TIME (INT64_C(1) << 40)

/* ---- Results ---- */

typedef enum reload_err {
    RELOAD_OK = 0,
    RELOAD_ERR_MEMORY,     /* out of memory */
    RELOAD_ERR_ARGUMENT,   /* an argument that the function does not accept */
    RELOAD_ERR_NO_MESSAGE, /* the octets do not begin with a RELOAD header of the 2007 format */
    RELOAD_ERR_RFC6940,    /* the octets begin with RFC 6940's token; its format is not supported */
    RELOAD_ERR_MALFORMED,  /* the message fails D24's step 1 or 3 */
    RELOAD_ERR_SYNTAX,     /* syntax error in JSON, hex text, base64 or a secret file */
    RELOAD_ERR_VALUE,      /* the syntax is correct, but a value or key is not accepted */
    RELOAD_ERR_TOO_LONG,   /* a Length field cannot hold the length */
    RELOAD_ERR_REFUSED,    /* possible, but forbidden by D29 or D32 */
    RELOAD_ERR_READ,       /* a source of octets failed */
    RELOAD_ERR_WRITE,      /* a sink of octets failed */
    RELOAD_ERR_CRYPTO,     /* the cryptographic library failed; no finding about a signature */
    RELOAD_ERR_AGAIN,      /* judge again without expect_replay, then commit */
    RELOAD_ERR_PASSPHRASE, /* a key is encrypted, and the passphrase is missing or wrong */
    RELOAD_ERR_WAITS       /* a source has no octets yet; the same call can be made again */
} reload_err;

/* The text of err; never NULL, for any value. The string is static. */
const char *reload_strerror(reload_err err);

/* An error and its place. Owned by the caller; a function that fails fills in all of it. */
typedef struct reload_diag {
    reload_err code;
    bool has_offset;   /* offset is set */
    uint64_t offset;   /* in the message, or in the text for functions that read text; in octets */
    unsigned line;     /* of JSON or hex text, from 1; 0: not set */
    unsigned column;   /* of such text, in characters from 1 */
    bool has_pointer;  /* pointer is set */
    char pointer[256]; /* JSON Pointer (RFC 6901) into the message's JSON, reload-message(5) */
    char text[256];    /* the fault; one line without control characters */
} reload_diag;

/* ---- Octets ---- */

/* A growing buffer of octets with a sticky error: once an append has failed, further appends do
 * nothing, and err keeps the first error. Initialise it to zeros. The buffer owns the octets, and
 * wipes its old memory when it grows, so it can hold secrets. A caller that lowers len must wipe
 * what it cuts off if that is secret: only len octets are wiped later. */
typedef struct reload_buf {
    uint8_t *octets;
    size_t len;
    size_t cap;
    reload_err err;
} reload_buf;

/* Appends len octets. A length that overflows is RELOAD_ERR_MEMORY. */
void reload_buf_append(reload_buf *buf, const void *octets, size_t len);
/* Wipes the octets and clears the error, but keeps the memory. */
void reload_buf_reset(reload_buf *buf);
/* Wipes and frees the octets and leaves the buffer empty. */
void reload_buf_free(reload_buf *buf);

/* Borrowed octets. */
typedef struct reload_span {
    const uint8_t *octets;
    size_t len;
} reload_span;

/* Receives octets. A result other than 0 makes the caller stop with RELOAD_ERR_WRITE. */
typedef int (*reload_sink)(void *arg, const void *octets, size_t len);

/* Provides up to size octets (size > 0), without waiting for more than one. Returns their number, 0
 * at the end, or -1 on failure. The source of a reader of RELOAD_FORM_BINARY may also return
 * RELOAD_SOURCE_WAITS. */
enum { RELOAD_SOURCE_WAITS = -2 /* no octets yet */ };
typedef ptrdiff_t (*reload_source)(void *arg, uint8_t *octets, size_t size);

/* Writes 2 * len lower-case hex digits, not terminated. */
void reload_hex_encode(const uint8_t *octets, size_t len, char *digits);
/* Reads len hex digits of either case into len / 2 octets. Returns false if len is odd or a
 * character is not a hex digit. */
bool reload_hex_decode(const char *digits, size_t len, uint8_t *octets);

/* Kinds of content, to name a file that was given by mistake. */
typedef enum reload_content {
    RELOAD_CONTENT_UNKNOWN,
    RELOAD_CONTENT_EMPTY,
    RELOAD_CONTENT_MESSAGE, /* in binary */
    RELOAD_CONTENT_MESSAGE_JSON,
    RELOAD_CONTENT_MESSAGE_HEX,
    RELOAD_CONTENT_PROFILE,
    RELOAD_CONTENT_JSON,   /* of another kind */
    RELOAD_CONTENT_SECRET, /* of the form that begins with "hex:" (D12) */
    RELOAD_CONTENT_CERT,   /* this and the kinds up to PKCS7: in DER or PEM */
    RELOAD_CONTENT_REQUEST,
    RELOAD_CONTENT_CRL,
    RELOAD_CONTENT_KEY,
    RELOAD_CONTENT_ENCRYPTED_KEY, /* PKCS#8 */
    RELOAD_CONTENT_SSH_KEY,
    RELOAD_CONTENT_PUBLIC_KEY,
    RELOAD_CONTENT_PKCS12,
    RELOAD_CONTENT_PKCS7,
    RELOAD_CONTENT_PEM, /* of another kind */
    RELOAD_CONTENT_GZIP,
    RELOAD_CONTENT_XZ,
    RELOAD_CONTENT_BZIP2,
    RELOAD_CONTENT_ZSTD,
    RELOAD_CONTENT_ZIP,
    RELOAD_CONTENT_BASE64,
    RELOAD_CONTENT_UTF16, /* with a byte order mark */
    RELOAD_CONTENT_PCAP,
    RELOAD_CONTENT_PCAPNG,
    RELOAD_CONTENT_TLS,
    RELOAD_CONTENT_SQLITE,
    RELOAD_CONTENT_UTF16LE, /* without a byte order mark */
    RELOAD_CONTENT_UTF16BE,
    RELOAD_CONTENT_DTLS,
    RELOAD_CONTENT_DUMP, /* of octets as numbers or characters after an offset */
    RELOAD_CONTENTS      /* number of values */
} reload_content;

/* Guesses the content from its first octets. The guess can be wrong: use it for the text of errors
 * only. */
reload_content reload_recognise(const uint8_t *octets, size_t len);
/* A content's name for an error, such as "a certificate"; NULL if it is unknown. The string is
 * static. */
const char *reload_content_text(reload_content content);
/* A remedy, such as the command that converts the content, "use gunzip -c FILE"; NULL if none is
 * known. The string is static. */
const char *reload_content_remedy(reload_content content);

/* Writes untrusted text so that it is safe on a terminal. These become \n, \xNN or \u{NNNN}:
 * backslashes, control characters, invisible characters, characters that change the direction of
 * writing, and octets that are not UTF-8. Text that a reload_reader could read as a message, in
 * binary, hex or JSON, is escaped at its first characters. RELOAD_ERR_MEMORY, RELOAD_ERR_WRITE. */
reload_err reload_escape(const uint8_t *octets, size_t len, reload_sink sink, void *arg);

/* The word of a NULL-terminated list that is nearest to a mistyped word, or NULL if none is near
 * enough. Case is ignored. */
const char *reload_nearest_word(const char *word, const char *const *words);

/* Reads a time: seconds since the epoch, with or without a fraction, or RFC 3339
 * ("2007-07-08T12:00:00.5Z"). Digits after the sixth of a fraction are ignored. Returns false for
 * any other text, and for more than RELOAD_MAX_TIME seconds. */
bool reload_time_parse(const char *text, reload_time *time);

enum { RELOAD_TIME_SIZE = 32 };
/* Writes seconds since the epoch as RFC 3339 in UTC, terminated: "2007-07-08T12:00:00Z". */
void reload_time_text(int64_t seconds, char text[RELOAD_TIME_SIZE]);
/* Like reload_time_text, with a fraction of a second of digits digits (at most 9):
 * "2007-07-08T12:00:00.123456Z". With a year of six or more digits the text may be truncated. */
void reload_time_fraction_text(int64_t seconds, uint32_t nanoseconds, unsigned digits,
                               char text[RELOAD_TIME_SIZE]);

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
