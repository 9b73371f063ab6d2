/* SPDX-License-Identifier: BSD-2-Clause */
/* Identifiers, secrets, keys and certificates. */
#ifndef RELOAD_CERT_H
#define RELOAD_CERT_H

#include <reload/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Identifiers (B§4.5.1.2.3, B§6) ---- */

/* The Overlay field for an overlay's name: CRC-32/ISO-HDLC (D15). */
uint32_t reload_overlay_id(const char *name);
/* The Resource-ID of a KEY of len octets, or of its replica-th replica (D17; 0: the KEY itself). */
reload_err reload_resource_id(const uint8_t *key, size_t len, uint32_t replica,
                              uint8_t id[RELOAD_ID_SIZE]);
/* The Peer-ID of an address of 4 octets, or 16 for IPv6: the SHA-1 of the address as text
 * ("10.4.1.2", "2001:db8::1"), with the port as its low 16 bits (B§8.1.1). */
reload_err reload_address_id(const uint8_t *address, bool ipv6, uint16_t port,
                             uint8_t id[RELOAD_ID_SIZE]);

/* ---- Secrets and keys ---- */

/* Reads a secret file's octets (D12): the secret itself without one trailing LF or CR LF, or "hex:"
 * and hex digits. Appends to secret. RELOAD_ERR_SYNTAX: bad hex; RELOAD_ERR_VALUE: empty;
 * RELOAD_ERR_MEMORY. */
reload_err reload_secret_parse(const uint8_t *octets, size_t len, reload_buf *secret,
                               reload_diag *diag);

/* A source of random octets: a CTR_DRBG seeded by the operating system. With a seed, which is only
 * for test vectors, it is an HMAC_DRBG (SP 800-90A, with HMAC-SHA256) whose octets follow from the
 * seed alone. */
typedef struct reload_rng reload_rng;
/* Makes a source of random octets. seed has len octets, or is NULL. RELOAD_ERR_MEMORY;
 * RELOAD_ERR_CRYPTO: the operating system gives no random octets. *rng is then NULL. */
reload_err reload_rng_new(const uint8_t *seed, size_t len, reload_rng **rng);
/* Wipes the source, frees it and sets the pointer to NULL. */
void reload_rng_free(reload_rng **rng);
/* Fills octets with len random octets. RELOAD_ERR_CRYPTO. */
reload_err reload_rng_fill(reload_rng *rng, uint8_t *octets, size_t len);

/* An RSA private key. */
typedef struct reload_key reload_key;
/* Reads a key: PEM (PKCS#1 or PKCS#8, with a passphrase if it is encrypted; NULL: none) or DER.
 * RELOAD_ERR_SYNTAX: not such a key. RELOAD_ERR_VALUE: not RSA, or not of 1024 to 8192 bits (D13).
 * RELOAD_ERR_PASSPHRASE: the passphrase is missing or wrong; diag->text states which.
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_key_parse(const uint8_t *octets, size_t len, const char *passphrase,
                            reload_key **key, reload_diag *diag);
/* Makes a key of 1024 to 8192 bits, public exponent 65537. */
reload_err reload_key_generate(reload_rng *rng, unsigned bits, reload_key **key);
/* Wipes the key, frees it and sets the pointer to NULL. */
void reload_key_free(reload_key **key);
/* Appends the key as PEM (PKCS#1). */
reload_err reload_key_write(const reload_key *key, reload_buf *pem);
/* Appends the key as PEM, encrypted with a passphrase that is not empty: PKCS#8 with PBES2 (RFC
 * 8018), which openssl and mbed TLS read. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_key_write_encrypted(reload_key *key, const char *passphrase, reload_buf *pem);

/* ---- Certificates (S§7, D18, D19) ---- */

/* An X.509 certificate. */
typedef struct reload_cert reload_cert;

/* One of D19's names in a certificate's subjectAltName. */
typedef struct reload_cert_name {
    bool peer;                  /* a Peer-ID, else a user's address of record */
    uint8_t id[RELOAD_ID_SIZE]; /* of a peer */
    const char *text;           /* of a peer: the overlay's name; of a user: the address, without
                                   "sip:" or "sips:" */
} reload_cert_name;

/* Reads one certificate, DER or PEM. RELOAD_ERR_SYNTAX: it cannot be read, or octets follow it;
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_cert_parse(const uint8_t *octets, size_t len, reload_cert **cert,
                             reload_diag *diag);
/* Frees the certificate and sets the pointer to NULL. */
void reload_cert_free(reload_cert **cert);
/* The certificate's DER. */
const uint8_t *reload_cert_octets(const reload_cert *cert, size_t *len);
/* Appends the certificate as PEM. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_cert_write(const reload_cert *cert, reload_buf *pem);
/* Subject and issuer as "CN=…, O=…", whole, in UTF-8 and escaped for a terminal; a comma in a value
 * gets a backslash. An empty name gives an empty string. The serial number is in hex. */
const char *reload_cert_subject(const reload_cert *cert);
const char *reload_cert_issuer(const reload_cert *cert);
const char *reload_cert_serial(const reload_cert *cert);
/* The certificate's validity, both ends included. */
reload_time reload_cert_not_before(const reload_cert *cert);
reload_time reload_cert_not_after(const reload_cert *cert);
/* The type of the certificate's key, "RSA", "EC", …, and its size in bits. */
const char *reload_cert_key_type(const reload_cert *cert);
unsigned reload_cert_key_bits(const reload_cert *cert);
/* The permitted uses of the certificate's key, or-ed together. Without keyUsage it may sign
 * certificates and CRLs. */
enum { RELOAD_CERT_CA = 1, RELOAD_CERT_SIGNS_CERTS = 2, RELOAD_CERT_SIGNS_CRLS = 4 };
unsigned reload_cert_usage(const reload_cert *cert);
/* The number of D19's names in the certificate. */
size_t reload_cert_names(const reload_cert *cert);
/* The i-th of D19's names in the certificate, which owns it; NULL if i is past the last. */
const reload_cert_name *reload_cert_name_at(const reload_cert *cert, size_t i);

/* Whether issuer issued the certificate: it names issuer, and issuer's key signed it.
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_cert_issued_by(const reload_cert *cert, const reload_cert *issuer, bool *yes);
/* Whether a private key is the certificate's. */
bool reload_cert_fits_key(const reload_cert *cert, const reload_key *key);
/* Checks that a private key is the certificate's. If it is not, diag has the SHA-256 of both public
 * keys, as "openssl pkey -pubout -outform DER" writes them. RELOAD_ERR_VALUE: it is another key. */
reload_err reload_cert_check_key(const reload_cert *cert, const reload_key *key, reload_diag *diag);
/* Whether two certificates have the same public key. */
bool reload_cert_same_key(const reload_cert *a, const reload_cert *b);
/* Size in octets of a signature by the certificate's RSA key: that of the modulus. */
size_t reload_cert_signature_size(const reload_cert *cert);
/* Recovers the block that was signed from a signature: s^e mod n (RFC 8017 section 5.2.2). Both
 * have reload_cert_signature_size octets. *good is false for a key that D13 refuses, and for a
 * signature that is n or more. One thread at a time for each certificate. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_cert_recover(const reload_cert *cert, const uint8_t *signature, uint8_t *block,
                               bool *good);
/* The octets that EMSA-PKCS1-v1_5 has padded in such a block: those after 00 01, at least eight FF,
 * and 00 (RFC 8017 section 9.2). NULL and 0 octets if the block has another structure. */
reload_span reload_pkcs1_content(const uint8_t *block, size_t len);

/* ---- Issuing ---- */

/* A certificate request (PKCS#10, RFC 2986). */
typedef struct reload_request reload_request;

/* Reads a request, PEM or DER, and checks its signature by its own key. RELOAD_ERR_SYNTAX: it
 * cannot be read, or the signature does not verify; RELOAD_ERR_VALUE: D13 refuses the key;
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_request_parse(const uint8_t *octets, size_t len, reload_request **request,
                                reload_diag *diag);
/* Frees the request and sets the pointer to NULL. */
void reload_request_free(reload_request **request);
/* The request's subject, in the form of reload_cert_subject. */
const char *reload_request_subject(const reload_request *request);
/* Size of the request's RSA key in bits. */
unsigned reload_request_key_bits(const reload_request *request);
/* Name of the hash function of the request's signature, such as "SHA-256". */
const char *reload_request_hash(const reload_request *request);
/* Whether a request has the same public key as a certificate. */
bool reload_request_same_key(const reload_request *request, const reload_cert *cert);
/* Whether a subject can be written: "CN=" and a common name, used literally, of 1 to 64 characters
 * in UTF-8 without control characters. RELOAD_ERR_VALUE, with the limit in diag. */
reload_err reload_subject_check(const char *subject, reload_diag *diag);
/* Makes a request for a key, with a subject that reload_subject_check accepts. Appends PEM to out.
 * RELOAD_ERR_VALUE: the subject; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_request_write(reload_key *key, const char *subject, reload_buf *out,
                                reload_diag *diag);

/* The content of a new certificate. */
typedef struct reload_cert_spec {
    size_t size;                   /* sizeof(reload_cert_spec): the struct may grow */
    const char *subject;           /* "CN=alice@example.com", see reload_subject_check */
    const reload_cert_name *names; /* of peers and users */
    size_t count;
    const uint8_t *serial; /* of at most 20 octets, positive */
    size_t serial_len;
    reload_time not_before, not_after; /* years 1970 to 9999 */
    bool ca; /* a CA certificate: it may sign certificates and CRLs, but not messages */
    const reload_cert
        *same_subject; /* the source of the subject, octet for octet, if subject is NULL */
} reload_cert_spec;

/* Issues an X.509 v3 certificate, signed with SHA-256, for subject's or request's key; the other
 * one is NULL. issuer: the CA certificate; NULL: self-signed. Appends PEM to out.
 * RELOAD_ERR_ARGUMENT; RELOAD_ERR_VALUE: a name, number or date that cannot be written;
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_cert_issue(const reload_cert_spec *spec, const reload_key *subject,
                             const reload_request *request, const reload_cert *issuer,
                             reload_key *issuer_key, reload_buf *out, reload_diag *diag);

/* An entry of a CRL. */
typedef struct reload_revocation {
    const uint8_t *serial;
    size_t serial_len;
    reload_time time;
    unsigned reason; /* a CRLReason (RFC 5280 section 5.3.1); 0: unspecified, and not written */
} reload_revocation;

/* A CRL's number (RFC 5280 section 5.2.3), big-endian, below 2^159: 20 octets of a DER INTEGER. */
typedef struct reload_crl_number {
    uint8_t octets[20];
} reload_crl_number;

enum { RELOAD_CRL_NUMBER_SIZE = 49 }; /* of its decimal digits and a NUL */

/* Reads a CRL number. Returns false unless the text consists of decimal digits, at least one, or if
 * the number is too large. */
bool reload_crl_number_parse(const char *digits, reload_crl_number *number);
/* Writes a CRL number in decimal digits. */
void reload_crl_number_text(const reload_crl_number *number, char text[RELOAD_CRL_NUMBER_SIZE]);
/* Returns a negative number if a is less than b, 0 if they are equal, else a positive number. */
int reload_crl_number_compare(const reload_crl_number *a, const reload_crl_number *b);
/* Adds one to a CRL number. Returns false, and changes nothing, if it is the largest. */
bool reload_crl_number_next(reload_crl_number *number);

/* ---- CRLs that were issued before ---- */

/* All CRLs in one file by one issuer, combined. */
typedef struct reload_crl reload_crl;
/* Reads a file of CRLs, PEM or DER. *crl is NULL if issuer has issued none of them.
 * RELOAD_ERR_SYNTAX: not CRLs; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_crl_read(const uint8_t *octets, size_t len, const reload_cert *issuer,
                           reload_crl **crl, reload_diag *diag);
/* Frees the CRLs and sets the pointer to NULL. */
void reload_crl_free(reload_crl **crl);
/* The largest number of the combined CRLs; 0 if none has one. */
const reload_crl_number *reload_crl_number_of(const reload_crl *crl);
/* The latest nextUpdate of the combined CRLs; RELOAD_NO_TIME if none has one. */
reload_time reload_crl_next_update(const reload_crl *crl);
/* The i-th entry of the combined CRLs, which own it; NULL if i is past the last. Its serial number
 * has no leading zeros. */
const reload_revocation *reload_crl_entry_at(const reload_crl *crl, size_t i);

/* The content of a new CRL. */
typedef struct reload_crl_spec {
    size_t size; /* sizeof(reload_crl_spec): the struct may grow */
    const reload_revocation *entries;
    size_t count;
    reload_time this_update, next_update;
    reload_crl_number number; /* more than the last CRL's */
} reload_crl_spec;

/* Issues a CRL (RFC 5280 section 5), signed with SHA-256. Appends PEM to out. RELOAD_ERR_ARGUMENT;
 * RELOAD_ERR_VALUE: a date that cannot be written; RELOAD_ERR_TOO_LONG; RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_crl_issue(const reload_crl_spec *spec, const reload_cert *issuer,
                            reload_key *issuer_key, reload_buf *out, reload_diag *diag);

/* ---- Trust ---- */

/* Kinds of files that a verifier's policy is built from. */
typedef enum reload_given {
    RELOAD_GIVEN_CA = 0,
    RELOAD_GIVEN_INTERMEDIATES,
    RELOAD_GIVEN_CRL
} reload_given;

#ifdef __cplusplus
}
#endif

#endif
