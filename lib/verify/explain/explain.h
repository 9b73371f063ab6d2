/* Why a digest is wrong: the misreadings, and their effect on the octets, the key and the digest.
 */
#ifndef RL_VERIFY_EXPLAIN_EXPLAIN_H
#define RL_VERIFY_EXPLAIN_EXPLAIN_H

#include "crypto/digest.h"
#include "crypto/key.h"
#include "verify/policy.h"
#include "wire/wire.h"

/* The rows of the table in reading.c. */
typedef enum rl_reading {
    /* The header's Length field */
    RL_LENGTH_NOT_RESTORED,
    RL_LENGTH_ZERO,
    RL_LENGTH_WITHOUT_SIGNATURE,
    RL_LENGTH_WITHOUT_DIGEST,
    RL_LENGTH_WITHOUT_PADDING,
    RL_LENGTH_WITH_HEADER,
    RL_LENGTH_LITTLE_ENDIAN,
    RL_LENGTH_LEFT_OUT,
    /* Where the range begins */
    RL_FROM_OCTET_0,
    RL_FROM_OCTET_4,
    RL_FROM_OCTET_7,
    RL_FROM_OCTET_8,
    RL_FROM_OCTET_9,
    RL_FROM_OCTET_16,
    RL_FROM_ATTRIBUTES,
    RL_FROM_CONTAINER_HEAD,
    RL_FROM_RESOURCE,
    RL_FROM_SIGNATURE,
    /* Where it ends */
    RL_TO_SIGNATURE,
    RL_TO_DIGEST_VALUE,
    RL_TO_DIGEST_ZEROED,
    RL_TO_END_DIGEST_ZEROED,
    RL_TO_END_WITHOUT_DIGEST,
    RL_TO_END_WITHOUT_SIGNATURE,
    /* Changes inside the range */
    RL_SIGNATURE_HEAD_LEFT_OUT,
    RL_SIGNATURE_LENGTH_WITHOUT_DIGEST,
    RL_SIGNATURE_LENGTH_ZERO,
    RL_TIMESTAMP_LEFT_OUT,
    RL_TIMESTAMP_HEAD_LEFT_OUT,
    RL_TIMESTAMP_ZERO,
    RL_PADDING_LEFT_OUT,
    RL_PADDING_ZEROED,
    RL_INNER_DIGESTS_ZERO,
    RL_DHT_ZERO,
    RL_HASH_ZERO,
    RL_SECURITY_ZERO,
    RL_RESPONSE_FLIPPED,
    RL_DESTINATION_ID_ZERO,
    RL_SOURCE_ID_ZERO,
    RL_TRANSACTION_ID_ZERO,
    RL_OVERLAY_ZERO,
    /* The key */
    RL_SECRET_AS_HEX,
    RL_SECRET_AS_UPPER_HEX,
    RL_SECRET_WITH_HEX_PREFIX,
    RL_SECRET_FROM_HEX,
    RL_SECRET_AS_BASE64,
    RL_SECRET_FROM_BASE64,
    RL_SECRET_HASHED,
    RL_SECRET_TRIMMED,
    RL_SECRET_CUT_AT_NUL,
    RL_SECRET_CUT_TO_20,
    RL_SECRET_CUT_TO_64,
    RL_SECRET_EMPTY,
    RL_SECRET_WITH_LF,
    RL_SECRET_WITH_CRLF,
    RL_SECRET_WITH_NUL,
    RL_SECRET_WITH_BLANK,
    RL_KEY_OF_PEER_CERT,
    RL_KEY_OF_RESOURCE_CERT,
    RL_KEY_OF_CA,
    /* The algorithm */
    RL_MD5,
    RL_SHA_224,
    RL_SHA_256,
    RL_SHA_384,
    RL_SHA_512,
    RL_HASH_ONLY,
    RL_SECRET_IN_FRONT,
    RL_SECRET_BEHIND,
    RL_KEY_AND_OCTETS_SWAPPED,
    RL_HASHED_TWICE,
    RL_NO_DIGEST_INFO,
    RL_DIGEST_INFO_WITHOUT_NULL,
    RL_PSS,
    /* The form of DIGEST */
    RL_DIGEST_REVERSED,
    RL_DIGEST_WORDS_REVERSED,
    RL_DIGEST_AS_HEX,
    RL_DIGEST_AS_BASE64,
    RL_DIGEST_CUT,
    RL_DIGEST_PADDED,
    RL_DIGEST_ZEROS_DROPPED,
    RL_DIGEST_SIGN_OCTET,
    RL_READINGS, /* number of readings */
    RL_NO_READING = RL_READINGS
} rl_reading;

/* The readings before this one change the covered octets. */
#define RL_END_COVER RL_SECRET_AS_HEX

/* The subject of a reading. Two readings of one axis exclude each other. */
typedef enum rl_axis {
    RL_AXIS_LENGTH,
    RL_AXIS_FROM,
    RL_AXIS_TO,
    RL_AXIS_SIGNATURE,
    RL_AXIS_TIMESTAMP,
    RL_AXIS_PADDING,
    RL_AXIS_INNER,
    RL_AXIS_DHT,
    RL_AXIS_HASH_FIELD,
    RL_AXIS_SECURITY,
    RL_AXIS_RESPONSE,
    RL_AXIS_DESTINATION,
    RL_AXIS_SOURCE,
    RL_AXIS_TRANSACTION,
    RL_AXIS_OVERLAY,
    RL_AXIS_KEY,
    RL_AXIS_KEY_END,
    RL_AXIS_CERT,
    RL_AXIS_HASH,
    RL_AXIS_MAC,
    RL_AXIS_TWICE,
    RL_AXIS_BLOCK,
    RL_AXIS_FORM
} rl_axis;

rl_axis rl_reading_axis(rl_reading reading);

/* At most RELOAD_MAX_READINGS misreadings at once, in the table's order. */
typedef struct rl_set {
    rl_reading reading[RELOAD_MAX_READINGS];
    unsigned count;
} rl_set;

/* Adds a reading (RL_NO_READING adds nothing). Returns false if the set is full, or has one of the
 * same axis. */
bool rl_set_add(rl_set *set, rl_reading reading);
/* Adds all of another. */
bool rl_set_join(rl_set *set, const rl_set *other);

/* The work left for a message, in octets digested. */
typedef struct rl_budget {
    uint64_t left;
    bool spent; /* something was skipped for lack of budget */
} rl_budget;
bool rl_spend(rl_budget *budget, uint64_t cost);

/* ---- cover.c: covered octets ---- */

typedef struct rl_cover {
    const reload_msg *msg;
    reload_site site;
    uint32_t length;  /* D2's */
    uint32_t padding; /* of the top-level attributes, up to the SIGNATURE's end */
    bool applies[RL_END_COVER];
    /* scratch, each as large as the message */
    uint8_t *octets;
    uint8_t *dropped;
    size_t len; /* of octets, when rendered */
} rl_cover;

/* Prepares the covers of a site with a DIGEST, in time linear in the attributes.
 * RELOAD_ERR_MEMORY. */
reload_err rl_cover_open(rl_cover *cover, const reload_msg *msg, const reload_site *site);
void rl_cover_close(rl_cover *cover);
/* Sets octets to those covered according to the readings. Returns false if a reading does not
 * apply to this message, or exceeds the budget. */
bool rl_cover_render(rl_cover *cover, const rl_set *readings, rl_budget *budget);

/* ---- key.c: keys derived from a secret ---- */

typedef struct rl_key_reading {
    rl_set readings;
    uint8_t *octets;
    size_t len;
    bool first; /* of all keys; algorithms without a key are tried with it alone */
} rl_key_reading;

typedef struct rl_keys {
    rl_key_reading *keys;
    size_t count;
    size_t cap;
} rl_keys;

/* Writes base64 with padding. Returns the number of characters: 4 for each 3 octets, rounded up. */
size_t rl_base64_encode(const uint8_t *octets, size_t len, uint8_t *text);
/* Reads base64, with or without padding. Returns false if it is not base64. octets has len octets.
 */
bool rl_base64_decode(const uint8_t *text, size_t len, uint8_t *octets, size_t *octets_len);

/* All keys derived from the policy's secrets. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_keys_open(rl_keys *keys, const reload_policy *policy);
/* Wipes and frees them. */
void rl_keys_close(rl_keys *keys);

/* ---- block.c: the content of an RSA signature ---- */

/* A signed digest. */
typedef struct rl_signed {
    rl_set readings;
    reload_md hash;
    bool pss;
    uint8_t digest[RELOAD_MAX_MD_SIZE]; /* under PSS: H of RFC 8017 section 9.1 */
    uint8_t salt[1024];
    size_t salt_len;
} rl_signed;

/* Reads a digest from a block of len octets (key of bits bits): EMSA-PKCS1-v1_5 or EMSA-PSS (RFC
 * 8017 section 9). readings: those that led to the block; result has them and those needed to read
 * it. *good: whether the block holds a digest by that hash. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO.
 */
reload_err rl_block_read(const uint8_t *block, size_t len, unsigned bits, reload_md hash,
                         const rl_set *readings, rl_signed *result, bool *good);
/* Whether the digest is the signed one. */
reload_err rl_signed_is(const rl_signed *what, const uint8_t *digest, bool *fits);

/* The reading of a hash; RL_NO_READING for SHA-1. */
rl_reading rl_hash_reading(reload_md hash);

#endif
