/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates: reading, trusting, and the keys in them. */

/*
 * A certificate of a message passes through these files, in the order of D18's steps:
 *
 *   outer.c, der.c   the outer structure, which D18 judges before anything in it
 *   parse.c          the fields, by mbed TLS; texts and names for people and for D19 to D21
 *   path.c           every chain from it to a given CA certificate
 *   chain.c          the requirements on one chain; of several chains, the one that got furthest
 *   crl.c            whether a CRL lists a certificate of the chain
 *
 * Before that, trust.c and bundle.c have read the given certificates and CRLs, and crlsigners.c has
 * found which of the certificates signed each CRL.
 *
 * mbed TLS parses and checks single signatures. It does not choose the chain or the reason: its own
 * verifier uses the machine's clock, depends on the order of the given certificates, and reports
 * all faults at once, whereas a verdict must depend on nothing but the message, the policy and the
 * time of checking.
 *
 * Not supported: name constraints, certificate policies, delta and indirect CRLs, OCSP. A critical
 * extension that states one of these is refused, one that is not critical is ignored.
 */
#ifndef RL_X509_X509_H
#define RL_X509_X509_H

#include "base/base.h"

#include <reload/cert.h>

/* The step of D18's list that a certificate fails; of two chains, the one that fails at a later
 * step got further. */
typedef enum rl_cert_fault {
    RL_CERT_GOOD = 0,
    RL_CERT_BAD = 1,
    RL_CERT_WEAK = 2,
    RL_CERT_UNTRUSTED = 3,
    RL_CERT_REVOKED = 4,
    RL_CERT_EXPIRED = 5
} rl_cert_fault;

/* The objection to a certificate. */
typedef struct rl_objection {
    rl_cert_fault fault;
    const char *words; /* static, about the certificate: "is not …"; NULL if it is good */
    const char *limit; /* static, which limit ended the search for chains; NULL if none did */
    const struct mbedtls_x509_crt *at; /* the words are about this one in the chain; or NULL */
    unsigned min_bits;                 /* RL_CERT_WEAK: of the accepted keys, if at is not NULL */
    const struct mbedtls_x509_crt *anchor; /* without a chain: the first CA certificate; or NULL */
    reload_time time; /* RL_CERT_REVOKED: since when; RL_CERT_EXPIRED: the time of checking */
} rl_objection;

#define RL_WEAK_KEY_WORDS "its key is not RSA, or has a size or exponent that is not accepted"
#define RL_WEAK_CHAIN_WORDS \
    "a key in its chain is not RSA, or has a size or exponent that is not accepted"

/* Reads the certificate of an attribute, which must be only DER. If it cannot be read, or fails
 * D18's step 1, *cert is NULL and the objection is set. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_cert_read(const uint8_t *der, size_t len, reload_cert **cert,
                        rl_objection *objection);

/* Writes the objection to a certificate as a terminated text of at most size octets. For a mismatch
 * it has both values. */
void rl_objection_text(const rl_objection *objection, const reload_cert *cert, char *text,
                       size_t size);

/* Adds an owner of the certificate, which must free it too. NULL: does nothing. Owners may be in
 * different threads. */
reload_cert *rl_cert_share(reload_cert *cert);

/* ---- Trust ---- */

/* The certificates and CRLs that a verifier trusts. Once it is built and sealed by rl_trust_seal,
 * several threads can use it. */
typedef struct rl_trust rl_trust;
rl_trust *rl_trust_new(void);
void rl_trust_free(rl_trust **trust);
/* Each takes one or more in PEM, or one in DER. RELOAD_ERR_SYNTAX, RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err rl_trust_add_ca(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag);
reload_err rl_trust_add_intermediates(rl_trust *trust, const uint8_t *octets, size_t len,
                                      reload_diag *diag);
reload_err rl_trust_add_crl(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag);
void rl_trust_set_min_rsa_bits(rl_trust *trust, unsigned bits);
void rl_trust_allow_sha1(rl_trust *trust, bool allowed);
void rl_trust_require_crl(rl_trust *trust, bool required);
/* Finds the given certificates that have signed each CRL. Required before any judging, and again
 * after something was added. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_trust_seal(rl_trust *trust);

/* The signatures between certificates that searches for chains have checked, so that later searches
 * need not check them again. Zero-initialise it. It knows certificates by their addresses: clear it
 * before one of them is freed. */
typedef struct rl_links {
    void *tree;
} rl_links;
void rl_links_clear(rl_links *links);

bool rl_trust_has_ca(const rl_trust *trust);
/* The DER of the i-th given certificate, CA certificates first, then intermediates; NULL if i is
 * past the last. */
const uint8_t *rl_trust_cert_at(const rl_trust *trust, size_t i, size_t *len);
/* Like reload_policy_warnings, for a sealed store. */
typedef void rl_trust_warning(void *arg, reload_given given, size_t file, const char *words);
reload_time rl_trust_warnings(const rl_trust *trust, reload_time time, reload_time since,
                              rl_trust_warning *warn, void *arg);
/* As reload_policy_describe_crls. */
void rl_trust_describe_crls(const rl_trust *trust, size_t file, rl_trust_warning *take, void *arg);
/* D18's steps 2 to 5 for a certificate from rl_cert_read: of all chains from it to a given CA
 * certificate, the one that gets furthest decides. own, given: the signatures of this certificate
 * and of the given ones that earlier searches checked. RELOAD_ERR_ARGUMENT: not sealed;
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_trust_judge(const rl_trust *trust, const reload_cert *cert, reload_time time,
                          rl_links *own, rl_links *given, rl_objection *objection);
/* D28, instead of rl_trust_judge: whether the certificate's key is accepted and has signed the
 * certificate. Other signers and dates do not matter for an identity that is pinned by its key.
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                               rl_objection *objection);

/* ---- Keys ---- */

/* D13: whether signature is an RSASSA-PKCS1-v1_5 signature of the spans by the certificate's key.
 * *match is false if its length is not that of the modulus. One thread at a time for each
 * certificate. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_cert_verify(const reload_cert *cert, reload_md md, const reload_span *spans,
                          size_t count, reload_span signature, bool *match);
/* Like rl_cert_verify, for a digest. signature is as long as the modulus. */
reload_err rl_cert_verify_digest(const reload_cert *cert, reload_md md, const uint8_t *digest,
                                 reload_span signature, bool *match);
/* The SHA-256 of its SubjectPublicKeyInfo. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_cert_fingerprint(const reload_cert *cert,
                               uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE]);
/* Whether it is a CA certificate, which must not sign messages. */
bool rl_cert_is_ca(const reload_cert *cert);

/* ---- Names ---- */

/* D20: whether the certificate names a Peer-ID for the overlay of that name; if NULL, for one whose
 * name has that CRC-32; with any_overlay, for any overlay. */
bool rl_cert_names_peer(const reload_cert *cert, const uint8_t id[RELOAD_ID_SIZE],
                        const char *overlay, uint32_t crc, bool any_overlay);
/* D21: whether it names a user whose address of record equals a KEY. */
bool rl_cert_names_user(const reload_cert *cert, const uint8_t *key, size_t len);
/* D21: drops the scheme from a KEY, since schemes are not compared. */
void rl_drop_scheme(const uint8_t **key, size_t *len);

#endif
