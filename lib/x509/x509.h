/* Certificates: reading, trusting, and the keys in them. cert.c includes mbed TLS's X.509 headers.
 */
#ifndef RL_X509_X509_H
#define RL_X509_X509_H

#include "base/base.h"

#include <reload/verify.h>

/* Why a certificate will not do: one of D18's five reasons and a few static words, or
 * RELOAD_REASON_NONE. */
typedef struct rl_objection {
    reload_reason reason;
    const char *words;
} rl_objection;

/* Reads the certificate of an attribute: DER and nothing else. Where it cannot be read at all, or
 * by D18's step 1 is no certificate to go on with, *cert is NULL and the objection says why.
 * RELOAD_ERR_MEMORY. */
reload_err rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                        rl_objection *objection);

/* Whom a verifier trusts. */
typedef struct rl_trust rl_trust;
rl_trust *rl_trust_new(void);
void rl_trust_free(rl_trust **trust);
/* Each takes one or more in PEM, or one in DER. RELOAD_ERR_SYNTAX, RELOAD_ERR_MEMORY. */
reload_err rl_trust_add_ca(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag);
reload_err rl_trust_add_intermediates(rl_trust *trust, const uint8_t *octets, size_t len,
                                      reload_diag *diag);
reload_err rl_trust_add_crl(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag);
void rl_trust_set_min_rsa_bits(rl_trust *trust, unsigned bits);
void rl_trust_allow_sha1(rl_trust *trust, bool allowed);
bool rl_trust_has_ca(const rl_trust *trust);
/* Tells of each CRL that is not quite in order at a time (D18, step 4). */
void rl_trust_check_crls(rl_trust *trust, int64_t time, void (*warn)(void *arg, const char *words),
                         void *arg);

/* D18's steps 2 to 5 for a certificate that rl_cert_read has read: of all chains from it to a CA
 * that was given, the one with the least objection counts. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO.
 * What it learns of CRLs is kept. */
reload_err rl_trust_judge(rl_trust *trust, const reload_cert *cert, int64_t time,
                          rl_objection *objection);

/* D28, in the place of the above: whether the certificate's key will do, and has signed it. Nothing
 * else is asked of it: not who else has signed it, nor when it is valid, since its key alone is
 * what is remembered. */
reload_err rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                               rl_objection *objection);

/* Octets of the modulus of the certificate's RSA key. */
size_t rl_cert_signature_size(const reload_cert *cert);
/* D13: whether signature is an RSASSA-PKCS1-v1_5 signature of the spans by the certificate's key.
 * *match is false if its length is not that of the modulus. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO.
 */
reload_err rl_cert_verify(reload_cert *cert, reload_md md, const reload_span *spans, size_t count,
                          reload_span signature, bool *match);

/* The block that the key makes of a signature of rl_cert_signature_size octets, as many octets (RFC
 * 8017 section 5.2.2); *good says whether it is one, which it is not for a key that is not RSA of
 * 1024 to 8192 bits or a number too large for it. RELOAD_ERR_MEMORY. */
reload_err rl_cert_recover(reload_cert *cert, const uint8_t *signature, uint8_t *block, bool *good);
/* The DER of the i-th certificate given, CA's first, then intermediates; NULL when i is past the
 * last. */
const uint8_t *rl_trust_cert_at(const rl_trust *trust, size_t i, size_t *len);

/* D20: whether the certificate names a Peer-ID for an overlay: the one of that name, or (NULL) one
 * with that CRC-32, or (any_overlay) just any. */
bool rl_cert_names_peer(const reload_cert *cert, const uint8_t id[RELOAD_ID_SIZE],
                        const char *overlay, uint32_t crc, bool any_overlay);
/* D21: whether it names a user whose address of record equals a KEY. */
bool rl_cert_names_user(const reload_cert *cert, const uint8_t *key, size_t len);

/* D21: what a KEY is without the one scheme in front that does not count. */
void rl_drop_scheme(const uint8_t **key, size_t *len);

/* The SHA-256 of its SubjectPublicKeyInfo. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_cert_fingerprint(const reload_cert *cert,
                               uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]);
/* Whether two certificates are of one key. */
bool rl_cert_same_key(const reload_cert *a, const reload_cert *b);
/* Whether the certificate is a CA's, which signs no messages. */
bool rl_cert_is_ca(const reload_cert *cert);

#endif
