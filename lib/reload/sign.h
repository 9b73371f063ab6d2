/* SPDX-License-Identifier: BSD-2-Clause */
/* Completing and signing messages.
 *
 * A signer has what belongs to all messages: secret or keys, overlay, counter. One thread at a time
 * may use it. Signing reads a message, completes it, refuses what a sending peer must not sign, and
 * appends the signed message to a buffer; the message that was read does not change. */
#ifndef RELOAD_SIGN_H
#define RELOAD_SIGN_H

#include <reload/cert.h>
#include <reload/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The signer: settings of all messages ---- */

typedef struct reload_signer reload_signer;

/* Makes a signer for a security algorithm. With RELOAD_SECURITY_NONE it completes messages and
 * signs nothing. Returns NULL without memory or for an unknown algorithm. */
reload_signer *reload_signer_new(reload_security algorithm);
/* Copies a signer for another thread: keys, secret, overlay and counter. Both use the same counter
 * source. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO; *copy is then NULL. */
reload_err reload_signer_copy(const reload_signer *signer, reload_signer **copy);
/* Wipes secret and keys, frees the signer and sets the pointer to NULL. */
void reload_signer_free(reload_signer **signer);
/* Sets the shared secret of HMAC. RELOAD_ERR_VALUE: it is empty; RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_signer_set_secret(reload_signer *signer, const uint8_t *secret, size_t len);
/* Set the peer's RSA private key (PEM or DER; passphrase: NULL unless it is encrypted) and its
 * certificate (PEM or DER) for CERTS. RELOAD_ERR_SYNTAX; RELOAD_ERR_VALUE: not RSA of 1024 to 8192
 * bits; RELOAD_ERR_PASSPHRASE. */
reload_err reload_signer_set_key(reload_signer *signer, const uint8_t *octets, size_t len,
                                 const char *passphrase, reload_diag *diag);
reload_err reload_signer_set_cert(reload_signer *signer, const uint8_t *octets, size_t len,
                                  reload_diag *diag);
/* Set the key and certificate that sign BODYs (default: the peer's). */
reload_err reload_signer_set_resource_key(reload_signer *signer, const uint8_t *octets, size_t len,
                                          const char *passphrase, reload_diag *diag);
reload_err reload_signer_set_resource_cert(reload_signer *signer, const uint8_t *octets, size_t len,
                                           reload_diag *diag);
/* Checks the secret or keys, as reload_sign does. RELOAD_ERR_ARGUMENT: one is missing.
 * RELOAD_ERR_REFUSED (D32): a key does not match its certificate, or a certificate is a CA's; not
 * checked with RELOAD_SIGN_FORCE in flags. */
reload_err reload_signer_check(reload_signer *signer, unsigned flags, reload_diag *diag);
/* Set the boot time (default: the TIMESTAMP) and the counter (default: 0) of new Transaction IDs
 * under CERTS. The counter grows by one each time (S§7). */
void reload_signer_set_boot_time(reload_signer *signer, uint32_t boot_time);
void reload_signer_set_counter(reload_signer *signer, uint32_t counter);
/* Returns boot time and counter for a new Transaction ID. On entry *boot_time is the signer's; the
 * source may replace it. A source must never return the same pair twice. If it fails, it writes the
 * cause to diag->text, and the message is not signed. */
typedef reload_err (*reload_counter_source)(void *arg, uint32_t *boot_time, uint32_t *counter,
                                            reload_diag *diag);
/* Uses a source instead of the signer's counter (NULL: uses the counter). The source is called once
 * for each request without a Transaction ID, after every check except that of an attached digest.
 */
void reload_signer_set_counter_source(reload_signer *signer, reload_counter_source source,
                                      void *arg);
/* Set the overlay's name and algorithms. An Overlay field of 0 is set to the name's CRC-32, except
 * in PEER-JOIN requests. A message with another Overlay, DHT or Hash, or a certificate for another
 * overlay (D32), is refused without RELOAD_SIGN_FORCE. RELOAD_ERR_ARGUMENT: the name is empty
 * (D23); RELOAD_ERR_MEMORY. */
reload_err reload_signer_set_overlay(reload_signer *signer, const char *name);
void reload_signer_set_dht(reload_signer *signer, uint8_t dht);
void reload_signer_set_hash(reload_signer *signer, uint8_t hash);

/* ---- Signing (S§5.1, D29, D30) ---- */

enum {
    RELOAD_SIGN_TIMESTAMP = 1,      /* write a TIMESTAMP under HMAC too (D4) */
    RELOAD_SIGN_SOURCE_INFO = 2,    /* put a PEER-SIGNATURE into SOURCE-INFO (S§5.1) */
    RELOAD_SIGN_BODIES = 4,         /* sign unsigned BODYs outside RESOURCE-PUT requests too */
    RELOAD_SIGN_RESIGN_BODIES = 8,  /* sign all BODYs, replacing their signatures */
    RELOAD_SIGN_KEEP_SECURITY = 16, /* leave a Security of 0 in a PEER-JOIN request (B§8.1.1) */
    RELOAD_SIGN_FORCE = 32          /* write messages that would otherwise be refused */
};

/* How to sign one message. Zero-initialise it and set size. */
typedef struct reload_sign_options {
    size_t size;                   /* sizeof(reload_sign_options): later versions may add members */
    int64_t time;                  /* the TIMESTAMP to write: seconds since the epoch */
    unsigned flags;                /* any of RELOAD_SIGN_…, or-ed together */
    const uint8_t *transaction_id; /* RELOAD_TRANSACTION_SIZE octets for a request without one.
                                      NULL: boot time and counter under CERTS, else random */
    const uint8_t *peer_id; /* RELOAD_ID_SIZE octets for a response's SOURCE-INFO without PEER-ID (a
                               request's is its Source ID). NULL: the first in the certificate */
    const reload_span *attached; /* the message's own digest, computed elsewhere over the octets of
                                    reload_sign_tbs. NULL: computed here */
} reload_sign_options;

/* Completes a message (D29), signs it (D30) and appends it to out. On failure out is unchanged.
 * RELOAD_ERR_MALFORMED: it is malformed (with RELOAD_SIGN_FORCE: its top-level framing is broken).
 * RELOAD_ERR_REFUSED: D29, D32, a TIMESTAMP or boot time that does not fit 32 bits (D35), or the
 * attached digest is wrong. RELOAD_ERR_ARGUMENT: options without size, or a secret, key or
 * certificate is missing. RELOAD_ERR_TOO_LONG, RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO, or the counter
 * source's error. With an attached digest the peer's key may be missing unless a signature inside
 * the message requires it (RELOAD_ERR_REFUSED). */
reload_err reload_sign(reload_signer *signer, const reload_msg *msg,
                       const reload_sign_options *options, reload_buf *out, reload_diag *diag);
/* Like reload_sign, but appends the octets that the message's own digest covers (D1, D2). The
 * peer's key may be missing, as with an attached digest. */
reload_err reload_sign_tbs(reload_signer *signer, const reload_msg *msg,
                           const reload_sign_options *options, reload_buf *out, reload_diag *diag);

enum {
    RELOAD_DIGEST_RESOURCE = 1 /* by the key that signs BODYs; no difference under HMAC */
};

/* Appends the value of a DIGEST over the spans in order, with any hash function. The drafts use
 * SHA-1 alone (D12, D13); other hash functions make bad digests for tests. flags:
 * RELOAD_DIGEST_RESOURCE or 0. RELOAD_ERR_ARGUMENT: no secret or key; RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_signer_digest(reload_signer *signer, reload_md md, const reload_span *spans,
                                size_t count, unsigned flags, reload_buf *out);

/* ---- Other rewriting ---- */

/* Appends to out an unsigned response to a request (D31), with a code from 100 to 799, for
 * reload_sign to complete. RELOAD_ERR_REFUSED: D24 does not answer a response, a fragment or
 * another Version. RELOAD_ERR_VALUE: the code. RELOAD_ERR_MALFORMED, RELOAD_ERR_MEMORY. */
reload_err reload_reply(const reload_msg *request, unsigned code, reload_buf *out,
                        reload_diag *diag);

/* Appends the message to out without its SIGNATUREs, PEER-SIGNATUREs and BODY.SIGNATUREs.
 * Attributes after a SIGNATURE, which were ignored there, become part of the message. Flags other
 * than RELOAD_SIGN_FORCE are ignored. */
reload_err reload_strip(const reload_msg *msg, unsigned flags, reload_buf *out, reload_diag *diag);

/* Appends the message to out with one more attribute at its end, as a hop adds a ROUTE-LOG
 * (B§5.2.4, S§8). attr is encoded, padding included. Of the message's octets only Length changes.
 * RELOAD_ERR_ARGUMENT: attr is not one attribute, and RELOAD_SIGN_FORCE is not set. */
reload_err reload_append_attr(const reload_msg *msg, const uint8_t *attr, size_t len,
                              unsigned flags, reload_buf *out, reload_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
