/* Completing and signing messages. */
#ifndef RELOAD_SIGN_H
#define RELOAD_SIGN_H

#include <reload/cert.h>
#include <reload/message.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Signing (S§5.1, D29, D30) ---- */

typedef struct reload_signer reload_signer;

enum {
    RELOAD_SIGN_TIMESTAMP = 1,   /* write a TIMESTAMP under HMAC too (D4) */
    RELOAD_SIGN_SOURCE_INFO = 2, /* put a PEER-SIGNATURE into SOURCE-INFO (S§5.1) */
    RELOAD_SIGN_BODIES =
        4, /* sign unsigned BODYs in messages other than RESOURCE-PUT requests too */
    RELOAD_SIGN_RESIGN_BODIES = 8, /* sign all BODYs anew */
    RELOAD_SIGN_KEEP_SECURITY =
        16,                /* leave a Security octet of 0 in a PEER-JOIN request (B§8.1.1) */
    RELOAD_SIGN_FORCE = 32 /* do what would be refused, so far as it can be done */
};

/* A signer for RELOAD_SECURITY_NONE, which completes messages and signs nothing,
 * RELOAD_SECURITY_HMAC or RELOAD_SECURITY_CERTS; NULL without memory or for another algorithm. */
reload_signer *reload_signer_new(reload_security algorithm);
/* Wipes secret and keys, frees it and sets the pointer to NULL. */
void reload_signer_free(reload_signer **signer);
/* HMAC: the shared secret. RELOAD_ERR_VALUE: it is empty; RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
reload_err reload_signer_set_secret(reload_signer *signer, const uint8_t *secret, size_t len);
/* CERTS: the peer's RSA private key (PEM, with a passphrase where it is encrypted, else NULL; or
 * DER) and its certificate (PEM or DER). RELOAD_ERR_SYNTAX; RELOAD_ERR_VALUE: not RSA of 1024 to
 * 8192 bits; RELOAD_ERR_REFUSED: the passphrase is missing or wrong. */
reload_err reload_signer_set_key(reload_signer *signer, const uint8_t *octets, size_t len,
                                 const char *passphrase, reload_diag *diag);
reload_err reload_signer_set_cert(reload_signer *signer, const uint8_t *octets, size_t len,
                                  reload_diag *diag);
/* The same for BODYs; without them the peer's sign BODYs too. */
reload_err reload_signer_set_resource_key(reload_signer *signer, const uint8_t *octets, size_t len,
                                          const char *passphrase, reload_diag *diag);
reload_err reload_signer_set_resource_cert(reload_signer *signer, const uint8_t *octets, size_t len,
                                           reload_diag *diag);
/* Whether the keys are those of the certificates, and these no CA's: RELOAD_ERR_REFUSED where not
 * (D32), RELOAD_ERR_ARGUMENT where something is missing. reload_sign looks too. */
reload_err reload_signer_check(reload_signer *signer, reload_diag *diag);
/* CERTS: Transaction IDs are made of this boot time (default: the TIMESTAMP) and a counter that
 * begins here (default: 0) and grows by one for each that is given (S§7). */
void reload_signer_set_boot_time(reload_signer *signer, uint32_t boot_time);
void reload_signer_set_counter(reload_signer *signer, uint32_t counter);
/* Gives boot time and counter for a new Transaction ID. It finds the signer's boot time in
 * *boot_time, and may put another there; what is given must never be given again for that boot
 * time. On failure it says why in diag->text, and the message is not signed. */
typedef reload_err (*reload_counter_source)(void *arg, uint32_t *boot_time, uint32_t *counter,
                                            reload_diag *diag);
/* Asks a source instead of counting: once for each request that gets a Transaction ID so, and only
 * when nothing about the message can be refused any more but a digest made elsewhere. NULL: the
 * signer counts itself. */
void reload_signer_set_counter_source(reload_signer *signer, reload_counter_source source,
                                      void *arg);
/* What the overlay's messages have in their headers. An Overlay field of 0 is filled in with the
 * CRC-32 of the name, but for a PEER-JOIN request's; a message that says something else, or a
 * certificate for another overlay (D32), is refused, unless forced. RELOAD_ERR_MEMORY. */
reload_err reload_signer_set_overlay(reload_signer *signer, const char *name);
void reload_signer_set_dht(reload_signer *signer, uint8_t dht);
void reload_signer_set_hash(reload_signer *signer, uint8_t hash);
/* Any of RELOAD_SIGN_…, or-ed together; none unless set. */
void reload_signer_set_flags(reload_signer *signer, unsigned flags);
/* The TIMESTAMP to write. */
void reload_signer_set_time(reload_signer *signer, uint32_t time);
/* The Transaction ID for the requests that have none; without it, each gets a random one, or under
 * CERTS one of boot time and counter. */
void reload_signer_set_transaction_id(reload_signer *signer,
                                      const uint8_t id[RELOAD_TRANSACTION_SIZE]);
/* The PEER-ID for a response's SOURCE-INFO that has none (a request's is its Source ID); without
 * it, under CERTS, the first that the certificate names. */
void reload_signer_set_peer_id(reload_signer *signer, const uint8_t id[RELOAD_ID_SIZE]);

/* Completes a message by D29, signs it by D30 and appends it to out. RELOAD_ERR_MALFORMED: it is
 * malformed by D24's steps 1 and 3 (with RELOAD_SIGN_FORCE: its top-level framing is broken);
 * RELOAD_ERR_REFUSED: D29 or D32; RELOAD_ERR_TOO_LONG; RELOAD_ERR_CRYPTO; RELOAD_ERR_ARGUMENT: HMAC
 * without a secret, CERTS without key or certificate. On failure out is as it was. */
reload_err reload_sign(reload_signer *signer, const reload_msg *msg, reload_buf *out,
                       reload_diag *diag);

/* The same, but appends the octets that the message's own digest will cover (D1, D2) instead of the
 * message. Under CERTS the peer's key may be missing, unless something inside is to be signed with
 * it: then RELOAD_ERR_REFUSED. */
reload_err reload_sign_tbs(reload_signer *signer, const reload_msg *msg, reload_buf *out,
                           reload_diag *diag);
/* A digest for the next message that is signed, made elsewhere from the octets of reload_sign_tbs;
 * len octets, which are copied. reload_sign then refuses (RELOAD_ERR_REFUSED) one that is not right
 * for the message, unless forced. RELOAD_ERR_MEMORY. */
reload_err reload_signer_attach(reload_signer *signer, const uint8_t *digest, size_t len);

enum {
    RELOAD_DIGEST_RESOURCE =
        1, /* by the resource's key, as a BODY's is made; under HMAC it is all one */
    RELOAD_DIGEST_SHA256 = 2 /* with SHA-256 where the draft has SHA-1: no verifier takes it */
};

/* Appends to out what a DIGEST holds whose signature covers these octets (D12, D13), whatever they
 * are: for messages that reload_sign would complete or refuse, and so for making bad ones. flags:
 * any of RELOAD_DIGEST_…, or-ed together. RELOAD_ERR_ARGUMENT: no secret or key; RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err reload_signer_digest(reload_signer *signer, const uint8_t *octets, size_t len,
                                unsigned flags, reload_buf *out);

/* Appends an unsigned response with a code from 100 to 799 to a request (D31); what is missing is
 * for reload_sign to complete. RELOAD_ERR_MALFORMED, and RELOAD_ERR_REFUSED for a response, a
 * fragment or another Version: no code is due for these (D24); RELOAD_ERR_VALUE: the code;
 * RELOAD_ERR_MEMORY. */
reload_err reload_reply(const reload_msg *request, unsigned code, reload_buf *out,
                        reload_diag *diag);

/* Appends the message without its SIGNATUREs, PEER-SIGNATUREs and BODY.SIGNATUREs to out. What
 * stood behind a SIGNATURE, and was ignored there, is then part of the message like all else. The
 * flags are those of signing; RELOAD_SIGN_FORCE alone matters. */
reload_err reload_strip(const reload_msg *msg, unsigned flags, reload_buf *out, reload_diag *diag);

/* Appends the message with one more attribute at its end, as a hop appends a ROUTE-LOG (B§5.2.4,
 * S§8): attr is the encoded attribute, padding included. All octets but Length stay as they are. */
reload_err reload_append_attr(const reload_msg *msg, const uint8_t *attr, size_t len,
                              unsigned flags, reload_buf *out, reload_diag *diag);

#ifdef __cplusplus
}
#endif

#endif
