/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate, for the files of lib/x509. */
#ifndef RL_X509_CERT_H
#define RL_X509_CERT_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* 3.6 hides fields that have no accessor */

#include "crypto/pk.h"
#include "x509/x509.h"

#include <stdatomic.h>
#include <string.h>

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

enum { RL_SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE };

struct reload_cert {
    atomic_uint shares; /* owners beyond the first, in any thread */
    mbedtls_x509_crt crt;
    uint8_t *octets; /* the certificate's own octets, if crt has a stand-in, else NULL; owned */
    size_t len;
    bool refuses_use;       /* D18: a critical extKeyUsage lacks anyExtendedKeyUsage */
    char *subject, *issuer; /* escaped; owned */
    char *serial;           /* in hex; owned */
    reload_cert_name *names;
    char **texts; /* of the names; owned */
    size_t count;
    size_t cap;
    size_t texts_cap;
};

/* ---- Reading ---- */

/* A copy with a NUL after it, which mbed TLS requires of PEM; *len counts the NUL if it is PEM.
 * NULL without memory. */
uint8_t *rl_pem_or_der(const uint8_t *octets, size_t *len);
/* Wipes and frees that copy of len octets, without the NUL: a file may have a private key beside or
 * instead of a certificate. */
void rl_pem_or_der_free(uint8_t *text, size_t len);
/* The result of one of mbed TLS's parsers; what: "certificate". RELOAD_ERR_SYNTAX,
 * RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err rl_parsed(int failed, const char *what, reload_diag *diag);
/* Whether mbed TLS has reported that it cannot read an RSA key. It reports the same if an
 * allocation fails; for a good key, that is the only cause. */
bool rl_key_unread(int failed);
/* A distinguished name as readable text, "CN=…, O=…", whole and escaped. The caller frees it; NULL
 * on failure. RELOAD_ERR_MEMORY. */
reload_err rl_dn_text(const mbedtls_x509_name *dn, char **text);

/* ---- Names ---- */

/* Reads the names of the subjectAltName (D19). RELOAD_ERR_MEMORY. */
reload_err rl_names_read(reload_cert *cert);
/* Whether two distinguished names are equal, however they are encoded (RFC 5280 section 7.1, as far
 * as mbed TLS goes). */
bool rl_same_dn(const mbedtls_x509_name *a, const mbedtls_x509_name *b);

static inline bool rl_same_octets(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

/* ---- Dates ---- */

/* A date that mbed TLS has read. */
reload_time rl_date_read(const mbedtls_x509_time *date);
enum { RL_DATE_SIZE = 15 };
/* A date as mbed TLS takes it, YYYYMMDDhhmmss. Returns false if its year is not in 1970 to 9999. */
bool rl_date_write(reload_time time, char text[RL_DATE_SIZE]);

/* ---- Signatures ---- */

/* Whether issuer's key has signed a certificate; its name is not compared. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err rl_crt_signed_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer,
                            bool *good);

#endif
