/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of 1024 bits, which are always the same, and certificates for them. Since their signatures
 * are deterministic (RFC 8017 section 8.2), each run has the same octets. */
#ifndef RL_FUZZ_IDENTITIES_H
#define RL_FUZZ_IDENTITIES_H

#include "judging.h"

enum fuzz_key { KEY_ALICE, KEY_BOB, KEY_CA, KEY_LINK, FUZZ_KEYS };

/* Inputs name a certificate by its number: append only. */
enum fuzz_cert {
    CERT_CA,
    CERT_LINK, /* KEY_LINK under CERT_CA's name, by CERT_CA */
    CERT_ALICE,
    CERT_BOB,
    CERT_ALICE_LINKED,  /* by CERT_LINK */
    CERT_ALICE_SELF,    /* self-signed */
    CERT_BOB_AS_ALICE,  /* self-signed, with alice's names */
    CERT_ALICE_REVOKED, /* in CERT_CA's CRL */
    CERT_ALICE_EXPIRED,
    CERT_ALICE_OTHER, /* for another overlay */
    CERT_ROGUE,       /* KEY_BOB under CERT_CA's name, self-signed */
    CERT_ALICE_ROGUE, /* by CERT_ROGUE */
    CERT_ALICE_EARLY, /* not yet valid */
    CERT_NOBODY,      /* by CERT_CA, without names */
    FUZZ_CERTS
};

/* CRLs in PEM: of CERT_CA, of CERT_LINK, of CERT_CA again but out of date, of CERT_ROGUE */
enum { FUZZ_CRLS = 4 };

struct identities {
    reload_key *key[FUZZ_KEYS];
    reload_signer *signer[FUZZ_KEYS]; /* for reload_signer_digest alone */
    reload_cert *cert[FUZZ_CERTS];
    reload_buf pem[FUZZ_CERTS], crl[FUZZ_CRLS], key_pem[FUZZ_KEYS];
};
extern struct identities people;

/* Makes them, if that was not done before. */
void identities_begin(void);
reload_span fuzz_cert_der(size_t cert);
/* The key of a certificate, or FUZZ_KEYS. */
size_t fuzz_key_of(const reload_cert *cert);
/* Replaces a signature, 128 octets, by one of the spans. */
void fuzz_sign(size_t key, reload_md md, const reload_span *spans, size_t count, uint8_t *octets);

enum { FUZZ_SIGNATURE = 128 };

/* Writes a message out in full into out:
 * - A PEER-CERT or CERTIFICATE of one octet becomes the certificate of that number.
 * - A DIGEST of one octet becomes a signature; its lowest two bits name the key, the next three a
 *   mistake, the others a hash function.
 * - A tunnelled message is written out too.
 * So inputs are short, and each changed input is signed again. Returns false if the message is
 * malformed: out is then empty. */
bool fuzz_write_out(const uint8_t *octets, size_t len, reload_buf *out);

#endif
