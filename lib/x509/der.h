/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading DER (X.690): the outer structure of certificates and CRLs. mbed TLS stops at the first
 * feature that it does not support, so the rest is read here. */
#ifndef RL_X509_DER_H
#define RL_X509_DER_H

#include "x509/cert.h"

/* A reader of elements in their order. */
typedef struct rl_der {
    unsigned char *p;
    const unsigned char *end;
} rl_der;

/* mbed TLS takes its input as not const. */
static inline rl_der rl_der_of(reload_span span)
{
    unsigned char *p = (unsigned char *)(uintptr_t)span.octets;
    return (rl_der){p, span.len == 0 ? p : p + span.len};
}

static inline bool rl_der_done(const rl_der *d)
{
    return d->p == d->end;
}

/* The octets that are left. */
static inline reload_span rl_der_left(const rl_der *d)
{
    return (reload_span){d->p, (size_t)(d->end - d->p)};
}

/* Takes the next element if it has that tag: its value and the whole element, unless they are NULL.
 * Returns false, and takes nothing, if the element has another tag or does not end within the
 * octets. */
bool rl_der_take(rl_der *d, int tag, rl_der *value, reload_span *whole);

/* ---- Extensions (RFC 5280 section 4.2) ---- */

/* A fault of a certificate or CRL. */
typedef struct rl_flaw {
    const char *words; /* static, about the certificate or CRL: "has …"; NULL: no fault */
    reload_span oid;   /* of the extension, or without octets */
} rl_flaw;

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue } */
typedef struct rl_extension {
    reload_span oid;
    bool critical;
    rl_der value;
} rl_extension;

/* Takes the next of a list. Returns false if it is not in DER. */
bool rl_extension_take(rl_der *list, rl_extension *extension);
/* Finds an extension in Extensions, with which the octets begin. Returns false if the extension is
 * absent, or an earlier one is not in DER. */
bool rl_extension_find(rl_der octets, const char *oid, size_t len, rl_der *value);
/* Looks for an extension that cannot be read, is critical but not known, or is a duplicate. list:
 * the value of Extensions. known: whether an extension is known; NULL: none is.
 * RELOAD_ERR_MEMORY. */
reload_err rl_extensions_check(rl_der list, bool (*known)(reload_span oid), rl_flaw *flaw);
/* Appends the OID and the name of an extension, if it has one: "2.5.29.30 (nameConstraints)".
 * RELOAD_ERR_MEMORY. */
reload_err rl_extension_text(reload_span oid, reload_buf *text);
bool rl_oid_is(reload_span oid, const char *expected, size_t len);

#endif
