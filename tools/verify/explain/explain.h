/* SPDX-License-Identifier: BSD-2-Clause */
/* Explanations of a wrong digest: the misreadings, and their effect on the octets, the key and the
 * digest. */
#ifndef VERIFY_EXPLAIN_H
#define VERIFY_EXPLAIN_H

#include <reload.h>

/* A misreading of the drafts. The strings are static. */
typedef struct explain_reading_def {
    const char *word;    /* for scripts: "length-not-restored" */
    const char *text;    /* what was done */
    const char *section; /* where the drafts state the rule */
} explain_reading_def;

/* The readings, in the order of trying; NULL when i is past the last. */
const explain_reading_def *explain_reading_at(size_t i);

enum {
    EXPLAIN_MAX_READINGS = 2, /* misreadings at once */
    EXPLAIN_MAX_FITS = 8      /* reported fits */
};

/* One or several misreadings that reproduce a digest. */
typedef struct explain_fit {
    const explain_reading_def *readings[EXPLAIN_MAX_READINGS];
    size_t count;
    char whose[256]; /* key-of-…: the certificate; else empty */
} explain_fit;

/* Writes a fit in words, always terminated. */
void explain_fit_text(const explain_fit *fit, char *text, size_t size);

/* The explanation of a wrong digest or TIMESTAMP. */
struct explanation {
    const reload_signature *signature;
    bool time;                          /* fits of TIMESTAMP, not of the digest */
    explain_fit fits[EXPLAIN_MAX_FITS]; /* with the fewest misreadings */
    size_t count;                       /* 0: no known misreading fits */
    bool no_digest;                     /* DIGEST is absent or empty */
    bool key_fits;     /* CERTS: made with the certificate's key, over other octets */
    char foreign[256]; /* CERTS: the certificate whose key made it, over other octets, or empty */
    bool incomplete;   /* the budget ran out before all readings were tried */
};

/* A mistake that reproduces a message's fault outside its digests. */
struct explained_fault {
    const reload_report *report;
    const explain_reading_def *reading;
};

/* The explanations of a report and its tunnelled reports, in their order. Zero-initialise it. */
struct explanations {
    struct explanation *all;
    size_t count, cap;
    size_t next; /* private */
    struct explained_fault *faults;
    size_t fault_count, fault_cap, next_fault;
};

/* Explains each signature whose reason is RELOAD_REASON_BAD_DIGEST or
 * RELOAD_REASON_BAD_DIGEST_LENGTH: tries each reading, then pairs if none fits, with at most 64
 * keys (D34). Explains malformed messages, Overlays and TIMESTAMPs too. The work for a message is
 * bounded. list, emptied first, is valid while the report is. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err explain_report(const reload_policy *policy, const reload_msg *msg,
                          const reload_report *report, struct explanations *list);
/* The explanation of a signature, or NULL. Signatures must be requested in the report's order,
 * after each explanations_rewind. */
const struct explanation *explanations_of(struct explanations *list,
                                          const reload_signature *signature);
/* The explained faults of a report, to be requested in the same order. */
const struct explained_fault *explanations_faults(struct explanations *list,
                                                  const reload_report *report, size_t *count);
void explanations_rewind(struct explanations *list);
void explanations_clear(struct explanations *list);
void explanations_free(struct explanations *list);

/* ---- The parts of explain.c ---- */

/* The rows of the table in reading.c. */
typedef enum explain_reading {
    /* The header's Length field */
    READ_LENGTH_NOT_RESTORED,
    READ_LENGTH_ZERO,
    READ_LENGTH_WITHOUT_SIGNATURE,
    READ_LENGTH_WITHOUT_DIGEST,
    READ_LENGTH_WITHOUT_DIGEST_VALUE,
    READ_LENGTH_WITHOUT_PADDING,
    READ_LENGTH_WITH_HEADER,
    READ_LENGTH_LITTLE_ENDIAN,
    READ_LENGTH_LEFT_OUT,
    /* Where the range begins */
    READ_FROM_OCTET_0,
    READ_FROM_OCTET_4,
    READ_FROM_OCTET_7,
    READ_FROM_OCTET_8,
    READ_FROM_OCTET_9,
    READ_FROM_OCTET_16,
    READ_FROM_ATTRIBUTES,
    READ_FROM_CONTAINER_HEAD,
    READ_FROM_RESOURCE,
    READ_FROM_SIGNATURE,
    /* Where it ends */
    READ_TO_SIGNATURE,
    READ_TO_DIGEST_VALUE,
    READ_TO_DIGEST_ZEROED,
    READ_TO_END_DIGEST_ZEROED,
    READ_TO_END_WITHOUT_DIGEST,
    READ_TO_END_WITHOUT_SIGNATURE,
    /* Changes inside the range */
    READ_SIGNATURE_HEAD_LEFT_OUT,
    READ_SIGNATURE_LENGTH_WITHOUT_DIGEST,
    READ_SIGNATURE_LENGTH_WITHOUT_DIGEST_VALUE,
    READ_SIGNATURE_LENGTH_ZERO,
    READ_TIMESTAMP_LEFT_OUT,
    READ_TIMESTAMP_HEAD_LEFT_OUT,
    READ_TIMESTAMP_ZERO,
    READ_PADDING_LEFT_OUT,
    READ_PADDING_ZEROED,
    READ_INNER_DIGESTS_ZERO,
    READ_DHT_ZERO,
    READ_HASH_ZERO,
    READ_SECURITY_ZERO,
    READ_RESPONSE_FLIPPED,
    READ_DESTINATION_ID_ZERO,
    READ_SOURCE_ID_ZERO,
    READ_TRANSACTION_ID_ZERO,
    READ_OVERLAY_ZERO,
    /* The key */
    READ_SECRET_AS_HEX,
    READ_SECRET_AS_UPPER_HEX,
    READ_SECRET_WITH_HEX_PREFIX,
    READ_SECRET_FROM_HEX,
    READ_SECRET_AS_BASE64,
    READ_SECRET_FROM_BASE64,
    READ_SECRET_WITHOUT_QUOTES,
    READ_SECRET_WITHOUT_BOM,
    READ_SECRET_FROM_0X,
    READ_SECRET_FROM_HEX_PREFIX,
    READ_SECRET_FROM_BASE64_PREFIX,
    READ_SECRET_HASHED,
    READ_SECRET_TRIMMED,
    READ_SECRET_CUT_AT_NUL,
    READ_SECRET_CUT_TO_20,
    READ_SECRET_CUT_TO_64,
    READ_SECRET_EMPTY,
    READ_SECRET_WITH_LF,
    READ_SECRET_WITH_CRLF,
    READ_SECRET_WITH_NUL,
    READ_SECRET_WITH_BLANK,
    READ_KEY_OF_PEER_CERT,
    READ_KEY_OF_RESOURCE_CERT,
    READ_KEY_OF_CA,
    /* The algorithm */
    READ_MD5,
    READ_SHA_224,
    READ_SHA_256,
    READ_SHA_384,
    READ_SHA_512,
    READ_HASH_ONLY,
    READ_SECRET_IN_FRONT,
    READ_SECRET_BEHIND,
    READ_KEY_AND_OCTETS_SWAPPED,
    READ_HASHED_TWICE,
    READ_NO_DIGEST_INFO,
    READ_DIGEST_INFO_WITHOUT_NULL,
    READ_PSS,
    /* The form of DIGEST */
    READ_DIGEST_REVERSED,
    READ_DIGEST_WORDS_REVERSED,
    READ_DIGEST_AS_HEX,
    READ_DIGEST_AS_BASE64,
    READ_DIGEST_CUT,
    READ_DIGEST_PADDED,
    READ_DIGEST_ZEROS_DROPPED,
    READ_DIGEST_SIGN_OCTET,
    /* Framing, Overlay and TIMESTAMP, which are not part of a digest */
    READ_FRAMED_LITTLE_ENDIAN,
    READ_FRAMED_WITH_HEADER,
    READ_FRAMED_WITHOUT_PADDING,
    READ_FRAMED_WITHOUT_SIGNATURE,
    READ_FRAMED_WITHOUT_DIGEST,
    READ_FRAMED_FOUR_SHORT,
    READ_FRAMED_FOUR_LONG,
    READ_FRAMED_LENGTH_OF_16_BITS,
    READ_FRAMED_LENGTH_OF_32_BITS,
    READ_PADDING_NOT_WRITTEN,
    READ_ALL_LITTLE_ENDIAN,
    READ_ATTRIBUTES_LITTLE_ENDIAN,
    READ_ATTRIBUTE_LENGTH_WITH_HEAD,
    READ_ATTRIBUTE_LENGTH_WITH_PADDING,
    READ_ATTRIBUTE_LENGTH_OF_32_BITS,
    READ_OVERLAY_WITH_LF,
    READ_OVERLAY_WITH_CRLF,
    READ_OVERLAY_WITH_NUL,
    READ_OVERLAY_NOT_INVERTED,
    READ_OVERLAY_ADLER_32,
    READ_OVERLAY_CRC_32C,
    READ_OVERLAY_CKSUM,
    READ_OVERLAY_IN_OTHER_CASE,
    READ_OVERLAY_BYTE_SWAPPED,
    READ_TIME_IN_MILLISECONDS,
    READ_TIME_SINCE_1900,
    READ_TIME_BYTE_SWAPPED,
    READ_TIME_LOCAL,
    READ_READINGS, /* number of readings */
    READ_NO_READING = READ_READINGS
} explain_reading;

/* The readings before this one change the covered octets. */
#define READ_END_COVER READ_SECRET_AS_HEX

/* The subject of a reading. Two readings of one axis exclude each other. */
typedef enum explain_axis {
    READ_AXIS_LENGTH,
    READ_AXIS_FROM,
    READ_AXIS_TO,
    READ_AXIS_SIGNATURE,
    READ_AXIS_TIMESTAMP,
    READ_AXIS_PADDING,
    READ_AXIS_INNER,
    READ_AXIS_DHT,
    READ_AXIS_HASH_FIELD,
    READ_AXIS_SECURITY,
    READ_AXIS_RESPONSE,
    READ_AXIS_DESTINATION,
    READ_AXIS_SOURCE,
    READ_AXIS_TRANSACTION,
    READ_AXIS_OVERLAY,
    READ_AXIS_KEY_START,
    READ_AXIS_KEY,
    READ_AXIS_KEY_END,
    READ_AXIS_CERT,
    READ_AXIS_HASH,
    READ_AXIS_MAC,
    READ_AXIS_TWICE,
    READ_AXIS_BLOCK,
    READ_AXIS_FORM,
    READ_AXIS_FAULT /* alone */
} explain_axis;

/* list.c: adds an empty explanation of a signature; NULL without memory. */
struct explanation *explanations_add(struct explanations *list, const reload_signature *signature);
/* list.c: adds a mistake that reproduces a fault. RELOAD_ERR_MEMORY. */
reload_err explanations_add_fault(struct explanations *list, const reload_report *report,
                                  explain_reading reading);

explain_axis explain_reading_axis(explain_reading reading);

/* At most EXPLAIN_MAX_READINGS misreadings at once, in the table's order. */
typedef struct explain_set {
    explain_reading readings[EXPLAIN_MAX_READINGS];
    unsigned count;
} explain_set;

/* Adds a reading (READ_NO_READING adds nothing). Returns false if the set is full, or has one of
 * the same axis. */
bool explain_set_add(explain_set *set, explain_reading reading);
/* Adds all of another. */
bool explain_set_join(explain_set *set, const explain_set *other);

/* The work left for a message, in octets digested. */
typedef struct explain_budget {
    uint64_t left;
    bool spent; /* something was skipped for lack of budget */
} explain_budget;
bool explain_spend(explain_budget *budget, uint64_t cost);

/* ---- cover.c: covered octets ---- */

typedef struct explain_cover {
    const reload_msg *msg;
    reload_site site;
    uint32_t length;  /* D2's */
    uint32_t padding; /* of the top-level attributes, up to the SIGNATURE's end */
    bool applies[READ_END_COVER];
    /* scratch, each as large as the message */
    uint8_t *octets;
    uint8_t *dropped;
    size_t len; /* of octets, when rendered */
} explain_cover;

/* Prepares the covers of a site with a DIGEST, in time linear in the attributes.
 * RELOAD_ERR_MEMORY. */
reload_err explain_cover_open(explain_cover *cover, const reload_msg *msg, const reload_site *site);
void explain_cover_close(explain_cover *cover);
/* Sets octets to those covered according to the readings. Returns false if a reading does not
 * apply to this message, or exceeds the budget. */
bool explain_cover_render(explain_cover *cover, const explain_set *readings,
                          explain_budget *budget);

/* ---- key.c: keys derived from a secret ---- */

typedef struct explain_key_reading {
    explain_set readings;
    uint8_t *octets;
    size_t len;
    bool first;   /* of all keys; algorithms without a key are tried with it alone */
    size_t order; /* of trying: by number of readings, then by this */
} explain_key_reading;

enum { EXPLAIN_MAX_KEYS = 64 }; /* tried for a signature (D34) */

typedef struct explain_keys {
    explain_key_reading *keys;
    size_t count;
    size_t cap;
    size_t next; /* order of the next key of a secret */
    bool cut;    /* there are more than EXPLAIN_MAX_KEYS */
} explain_keys;

/* Writes base64 with padding. Returns the number of characters: 4 for each 3 octets, rounded up. */
size_t explain_base64_encode(const uint8_t *octets, size_t len, uint8_t *text);
/* Reads base64, with or without padding. Returns false if it is not base64. octets has len octets.
 */
bool explain_base64_decode(const uint8_t *text, size_t len, uint8_t *octets, size_t *octets_len);

/* The keys derived from the policy's secrets, EXPLAIN_MAX_KEYS at most. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err explain_keys_open(explain_keys *keys, const reload_policy *policy);
/* Wipes and frees them. */
void explain_keys_close(explain_keys *keys);

/* ---- block.c: the content of an RSA signature ---- */

/* A signed digest. */
typedef struct explain_signed {
    explain_set readings;
    reload_md hash;
    bool pss;
    uint8_t digest[RELOAD_MAX_MD_SIZE]; /* under PSS: H of RFC 8017 section 9.1 */
    uint8_t salt[1024];
    size_t salt_len;
    char whose[256]; /* the certificate whose key opened it; empty for the signer's */
} explain_signed;

/* Reads a digest from a block of len octets (key of bits bits): EMSA-PKCS1-v1_5 or EMSA-PSS (RFC
 * 8017 section 9). readings: those that led to the block; result has these and the ones needed to
 * read the block. *good: whether the block holds a digest by that hash. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err explain_block_read(const uint8_t *block, size_t len, unsigned bits, reload_md hash,
                              const explain_set *readings, explain_signed *result, bool *good);
/* Whether the digest is the signed one. */
reload_err explain_signed_is(const explain_signed *what, const uint8_t *digest, bool *fits);

/* The reading of a hash; READ_NO_READING for SHA-1. */
explain_reading explain_hash_reading(reload_md hash);

/* ---- fault.c: faults outside digests ---- */

/* The readings that reproduce a fault. */
typedef struct explain_faults {
    explain_reading readings[EXPLAIN_MAX_FITS];
    size_t count;
} explain_faults;

/* Adds a reading, once. */
void explain_fault_add(explain_faults *faults, explain_reading reading);
/* The framing of a malformed message, or an Overlay that is not the policy's. */
void explain_faults_of(const reload_policy *policy, const reload_msg *msg,
                       const reload_report *report, explain_faults *found);
/* A TIMESTAMP that is too far from the time of checking. */
void explain_time(const reload_policy *policy, uint32_t timestamp, reload_time checked_at,
                  explain_faults *found);

/* ---- framing.c: malformed messages ---- */

void explain_framing(const reload_msg *msg, explain_faults *found);
/* Whether garbage is the SIGNATURE of the message before it, with attributes that may follow. */
bool explain_rest(const uint8_t *octets, size_t len);

#endif
