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

/* The shared secret in a secret file's octets (D12): the octets, less one trailing LF or CR LF, or
 * those that "hex:" and hex digits stand for. RELOAD_ERR_SYNTAX: bad hex; RELOAD_ERR_VALUE: empty.
 * Appends to secret. */
reload_err reload_secret_parse(const uint8_t *octets, size_t len, reload_buf *secret,
                               reload_diag *diag);

/* A source of random octets: a CTR_DRBG seeded by the operating system; or, with a seed, an
 * HMAC_DRBG (SP 800-90A, with HMAC-SHA256) whose octets follow from the seed alone, for test
 * vectors and nothing else. */
typedef struct reload_rng reload_rng;
/* seed: len octets, or NULL. RELOAD_ERR_MEMORY; RELOAD_ERR_CRYPTO: the operating system gives no
 * random octets. *rng is then NULL. */
reload_err reload_rng_new(const uint8_t *seed, size_t len, reload_rng **rng);
/* Wipes, frees and sets to NULL. */
void reload_rng_free(reload_rng **rng);
/* Fills len octets. RELOAD_ERR_CRYPTO. */
reload_err reload_rng_fill(reload_rng *rng, uint8_t *octets, size_t len);

/* An RSA private key. */
typedef struct reload_key reload_key;
/* Reads a key: PEM (PKCS#1 or PKCS#8, with a passphrase where it is encrypted; NULL: none) or DER.
 * RELOAD_ERR_SYNTAX: no such key; RELOAD_ERR_VALUE: not RSA, or of a size that D13 does not take;
 * RELOAD_ERR_REFUSED: it wants a passphrase, or another one. */
reload_err reload_key_parse(const uint8_t *octets, size_t len, const char *passphrase,
                            reload_key **key, reload_diag *diag);
/* Makes a key of 1024 to 8192 bits, public exponent 65537. */
reload_err reload_key_generate(reload_rng *rng, unsigned bits, reload_key **key);
/* Wipes, frees and sets to NULL. */
void reload_key_free(reload_key **key);
/* Appends the key as PEM (PKCS#1). */
reload_err reload_key_write(reload_key *key, reload_buf *pem);

/* ---- Certificates (S§7, D18, D19) ---- */

/* An X.509 certificate and what it says. */
typedef struct reload_cert reload_cert;

/* A name in a certificate's subjectAltName that D19 knows. */
typedef struct reload_cert_name {
    bool peer;                  /* a Peer-ID, else a user's address of record */
    uint8_t id[RELOAD_ID_SIZE]; /* of a peer */
    const char *
        text; /* of a peer: the overlay's name; of a user: the address, without "sip:" or "sips:" */
} reload_cert_name;

/* Reads one certificate, DER or PEM. RELOAD_ERR_SYNTAX: it cannot be read, or octets follow it;
 * RELOAD_ERR_MEMORY. */
reload_err reload_cert_parse(const uint8_t *octets, size_t len, reload_cert **cert,
                             reload_diag *diag);
/* Frees it and sets the pointer to NULL. */
void reload_cert_free(reload_cert **cert);
/* Its DER. */
const uint8_t *reload_cert_octets(const reload_cert *cert, size_t *len);
/* Subject and issuer as "CN=…, O=…"; serial number in hex. What comes from strangers in them is
 * escaped. */
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

/* Issues an X.509 v3 certificate, signed with SHA-256. Whose key it certifies: subject's; or, where
 * that is NULL, the one of the PKCS#10 request in request_len octets, PEM or DER, which must bear
 * its own key's signature. issuer: the CA's certificate; NULL for one that signs itself. Appends
 * PEM to out. RELOAD_ERR_SYNTAX: a bad request; RELOAD_ERR_VALUE: a key, name or date that cannot
 * be written. */
reload_err reload_cert_issue(const reload_cert_spec *spec, reload_key *subject,
                             const uint8_t *request, size_t request_len, const reload_cert *issuer,
                             reload_key *issuer_key, reload_buf *out, reload_diag *diag);
/* Makes a PKCS#10 request for a key. Appends PEM to out. */
reload_err reload_cert_request(reload_key *key, const char *subject, reload_buf *out,
                               reload_diag *diag);

/* An entry of a revocation list. */
typedef struct reload_revocation {
    const uint8_t *serial;
    size_t serial_len;
    int64_t time;
} reload_revocation;

/* Makes a CRL (RFC 5280 section 5), signed with SHA-256, with that CRL number. Appends PEM to out.
 */
reload_err reload_crl_issue(const reload_cert *issuer, reload_key *issuer_key,
                            const reload_revocation *entries, size_t count, int64_t this_update,
                            int64_t next_update, uint32_t number, reload_buf *out,
                            reload_diag *diag);
/* Whether issuer's name and key have signed a certificate. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_cert_issued_by(const reload_cert *cert, const reload_cert *issuer, bool *yes);
/* Whether a private key is the certificate's. */
bool reload_cert_fits_key(const reload_cert *cert, reload_key *key);

#ifdef __cplusplus
}
#endif

#endif
