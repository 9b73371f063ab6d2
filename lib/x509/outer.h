/* SPDX-License-Identifier: BSD-2-Clause */
/* The outer structure of a certificate. */
#ifndef RL_X509_OUTER_H
#define RL_X509_OUTER_H

#include "x509/der.h"

/* Elements of a certificate (RFC 5280 section 4.1), each with its tag and length */
typedef struct rl_outer {
    bool v3;
    reload_span head;      /* version and serial number */
    reload_span algorithm; /* of the signature */
    reload_span names;     /* issuer, validity and subject */
    reload_span subject;
    reload_span key;  /* SubjectPublicKeyInfo */
    reload_span rest; /* unique identifiers and extensions */
    reload_span signature;
    rl_der extensions; /* the value of Extensions */
} rl_outer;

/* Reads a certificate in DER. *flaw: D18's step 1, except for the version and for the contents of
 * the fields. RELOAD_ERR_MEMORY. */
reload_err rl_outer_read(reload_span der, rl_outer *outer, rl_flaw *flaw);

typedef enum rl_key_kind {
    RL_KEY_GOOD,    /* an RSA key that D13 accepts with the smallest minimum */
    RL_KEY_REFUSED, /* a key that D13 refuses */
    RL_KEY_BROKEN   /* not a SubjectPublicKeyInfo */
} rl_key_kind;

rl_key_kind rl_outer_key(const rl_outer *outer);
/* Whether mbed TLS supports the signature algorithm, whatever its parameters. */
bool rl_outer_supported(const rl_outer *outer);
/* D18: whether a critical extKeyUsage lacks anyExtendedKeyUsage. */
bool rl_outer_refuses_use(const rl_outer *outer);
/* Parses the certificate as if it were signed with a supported algorithm, and, if stand_in_key is
 * set, as if it had a good key. Returns mbed TLS's result. */
int rl_outer_parse(const rl_outer *outer, bool stand_in_key, mbedtls_x509_crt *crt);
/* Fails, and names the object of a file ("certificate 2 of 3"), the flaw and the name of its
 * subject or issuer. RELOAD_ERR_SYNTAX, RELOAD_ERR_MEMORY. */
reload_err rl_flaw_fail(const char *which, const rl_flaw *flaw, reload_span name,
                        reload_diag *diag);

#endif
