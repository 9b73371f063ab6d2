/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading one certificate (D18, step 1). */
#include "x509/outer.h"

#include "base/fault.h"
#include "crypto/encoding.h"

#include <stdlib.h>
#include <string.h>

/* Reads the texts and names from the certificate. */
static reload_err learn(reload_cert *cert)
{
    size_t len = cert->crt.serial.len;
    cert->serial = calloc(2 * len + 1, 1);
    reload_err err = cert->serial == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK)
        err = rl_dn_text(&cert->crt.subject, &cert->subject);
    if (err == RELOAD_OK)
        err = rl_dn_text(&cert->crt.issuer, &cert->issuer);
    if (err != RELOAD_OK)
        return err;
    reload_hex_encode(cert->crt.serial.p, len, cert->serial);
    return rl_names_read(cert);
}

bool rl_key_unread(int failed)
{
    return -(int)((unsigned)-failed & ~0x7fu) == MBEDTLS_ERR_PK_INVALID_PUBKEY &&
           !RL_FAULT("D18: an allocation that fails in mbed TLS");
}

/* Copies the certificate's own octets. */
static bool keep_octets(reload_cert *cert, reload_span der)
{
    cert->octets = malloc(der.len);
    if (cert->octets == NULL)
        return false;
    memcpy(cert->octets, der.octets, der.len);
    cert->len = der.len;
    return true;
}

/* Parses again, with stand-ins, a certificate that mbed TLS refused. Returns the decisive error of
 * mbed TLS. */
static int parse_stand_in(reload_cert *cert, const rl_outer *o, reload_span der, int failed,
                          rl_objection *objection)
{
    bool refused = rl_outer_key(o) == RL_KEY_REFUSED;
    if (!refused && rl_outer_supported(o))
        return rl_key_unread(failed) ? MBEDTLS_ERR_X509_ALLOC_FAILED : failed;
    mbedtls_x509_crt_init(&cert->crt);
    failed = rl_outer_parse(o, refused, &cert->crt);
    if (failed != 0)
        return rl_key_unread(failed) ? MBEDTLS_ERR_X509_ALLOC_FAILED : failed;
    if (refused)
        *objection = (rl_objection){.fault = RL_CERT_WEAK, .words = RL_WEAK_KEY_WORDS};
    cert->crt.sig_md = MBEDTLS_MD_NONE; /* no key verifies it */
    return keep_octets(cert, der) ? 0 : MBEDTLS_ERR_X509_ALLOC_FAILED;
}

/* Parses a certificate whose outer structure is good. RELOAD_ERR_MEMORY, RELOAD_ERR_CRYPTO. */
static reload_err parse(reload_cert *cert, const rl_outer *o, reload_span der,
                        rl_objection *objection)
{
    if (rl_outer_key(o) == RL_KEY_BROKEN) {
        *objection = (rl_objection){.fault = RL_CERT_BAD, .words = "its key cannot be read"};
        return RELOAD_OK;
    }
    int failed = mbedtls_x509_crt_parse_der(&cert->crt, der.octets, der.len);
    if (rl_parse_error(failed) == RELOAD_ERR_SYNTAX &&
        !RL_FAULT("D18: the certificate's form comes before its key"))
        failed = parse_stand_in(cert, o, der, failed, objection);
    reload_err err = rl_parse_error(failed);
    if (err != RELOAD_ERR_SYNTAX)
        return err;
    *objection = (rl_objection){.fault = RL_CERT_BAD, .words = "has a field that cannot be read"};
    return RELOAD_OK;
}

reload_err rl_cert_read(const uint8_t *der, size_t len, reload_cert **result,
                        rl_objection *objection)
{
    const reload_span octets = {der, len};
    rl_outer outer;
    rl_flaw flaw;
    *result = NULL;
    *objection = (rl_objection){.fault = RL_CERT_GOOD};
    reload_err err = rl_outer_read(octets, &outer, &flaw);
    if (err == RELOAD_OK && flaw.words == NULL && !outer.v3 && !RL_FAULT("D18: X.509 v3"))
        flaw.words = "is not X.509 v3";
    if (flaw.words != NULL)
        *objection = (rl_objection){.fault = RL_CERT_BAD, .words = flaw.words};
    if (err != RELOAD_OK || flaw.words != NULL)
        return err;
    reload_cert *cert = calloc(1, sizeof *cert);
    if (cert == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_x509_crt_init(&cert->crt);
    err = parse(cert, &outer, octets, objection);
    if (err == RELOAD_OK && objection->fault == RL_CERT_GOOD)
        err = learn(cert);
    cert->refuses_use = rl_outer_refuses_use(&outer);
    if (err != RELOAD_OK || objection->fault != RL_CERT_GOOD)
        reload_cert_free(&cert);
    *result = cert;
    return err;
}

uint8_t *rl_pem_or_der(const uint8_t *octets, size_t *len)
{
    uint8_t *text = malloc(*len + 1);
    if (text == NULL)
        return NULL;
    if (*len > 0)
        memcpy(text, octets, *len);
    text[*len] = '\0';
    if (rl_is_pem(octets, *len))
        (*len)++;
    return text;
}

void rl_pem_or_der_free(uint8_t *text, size_t len)
{
    rl_wipe(text, len);
    free(text);
}

reload_err rl_parsed(int failed, const char *what, reload_diag *diag)
{
    if (failed > 0)
        return rl_fail(diag, RELOAD_ERR_SYNTAX, "%d of the %ss cannot be read", failed, what);
    reload_err err = rl_parse_error(failed);
    if (err == RELOAD_ERR_SYNTAX || err == RELOAD_ERR_CRYPTO)
        return rl_fail(diag, err, "not a readable %s (mbed TLS: -0x%04x)", what, (unsigned)-failed);
    return err == RELOAD_OK ? err : rl_fail_plain(diag, err);
}

/* The certificate that mbed TLS has read. */
static reload_err take_first(const mbedtls_x509_crt *crt, reload_cert **cert, reload_diag *diag)
{
    rl_objection objection;
    reload_err err = rl_cert_read(crt->raw.p, crt->raw.len, cert, &objection);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    return objection.fault == RL_CERT_GOOD
               ? RELOAD_OK
               : rl_fail(diag, RELOAD_ERR_SYNTAX, "%s", objection.words);
}

reload_err reload_cert_parse(const uint8_t *octets, size_t len, reload_cert **cert,
                             reload_diag *diag)
{
    mbedtls_x509_crt crt;
    size_t given = len;
    uint8_t *text = rl_pem_or_der(octets, &len);
    *cert = NULL;
    if (text == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    mbedtls_x509_crt_init(&crt);
    reload_err err = rl_check_encoding(text, given, "certificate", diag);
    if (err == RELOAD_OK)
        err = rl_parsed(mbedtls_x509_crt_parse(&crt, text, len), "certificate", diag);
    if (err == RELOAD_OK)
        err = rl_check_end(text, given, "certificate", diag);
    if (err == RELOAD_OK)
        err = take_first(&crt, cert, diag);
    mbedtls_x509_crt_free(&crt);
    rl_pem_or_der_free(text, given);
    return err;
}
