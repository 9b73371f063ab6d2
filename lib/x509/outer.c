/* SPDX-License-Identifier: BSD-2-Clause */
/* The outer structure of a certificate. mbed TLS stops at the first feature that it does not
 * support, but D18 has its own order of reasons. So a certificate with an unsupported key or
 * signature algorithm is parsed with a stand-in for these, to see whether the rest is good. */
#include "x509/outer.h"

#include "base/fault.h"
#include "x509/asn1write.h"

#include <stdlib.h>

enum { CONTEXT = MBEDTLS_ASN1_CONTEXT_SPECIFIC, WRAPPED = CONTEXT | MBEDTLS_ASN1_CONSTRUCTED };

#define OID(oid) oid, MBEDTLS_OID_SIZE(oid)

/* ---- Reading ---- */

static reload_span since(const unsigned char *start, const rl_der *d)
{
    return (reload_span){start, (size_t)(d->p - start)};
}

static bool take_version(rl_der *tbs, rl_outer *o)
{
    rl_der version, number;
    o->v3 = false;
    if (!rl_der_take(tbs, WRAPPED | 0, &version, NULL))
        return true;
    if (!rl_der_take(&version, MBEDTLS_ASN1_INTEGER, &number, NULL) || !rl_der_done(&version))
        return false;
    o->v3 = number.end - number.p == 1 && *number.p == 2;
    return true;
}

/* issuerUniqueID and subjectUniqueID, in either form */
static void skip_unique_ids(rl_der *tbs)
{
    for (int i = 1; i <= 2; i++)
        if (!rl_der_take(tbs, CONTEXT | i, NULL, NULL))
            (void)rl_der_take(tbs, WRAPPED | i, NULL, NULL);
}

/* TBSCertificate */
static bool read_body(rl_der tbs, rl_outer *o)
{
    const unsigned char *start = tbs.p;
    rl_der serial, wrapped;
    if (!take_version(&tbs, o) || !rl_der_take(&tbs, MBEDTLS_ASN1_INTEGER, &serial, NULL) ||
        rl_der_done(&serial))
        return false;
    o->head = since(start, &tbs);
    if (!rl_der_take(&tbs, RL_SEQUENCE, NULL, &o->algorithm))
        return false;
    start = tbs.p;
    if (!rl_der_take(&tbs, RL_SEQUENCE, NULL, NULL) ||
        !rl_der_take(&tbs, RL_SEQUENCE, NULL, NULL) ||
        !rl_der_take(&tbs, RL_SEQUENCE, NULL, &o->subject))
        return false;
    o->names = since(start, &tbs);
    if (!rl_der_take(&tbs, RL_SEQUENCE, NULL, &o->key))
        return false;
    o->rest = rl_der_left(&tbs);
    skip_unique_ids(&tbs);
    o->extensions = (rl_der){tbs.p, tbs.p};
    if (rl_der_take(&tbs, WRAPPED | 3, &wrapped, NULL) &&
        (!rl_der_take(&wrapped, RL_SEQUENCE, &o->extensions, NULL) || !rl_der_done(&wrapped)))
        return false;
    return rl_der_done(&tbs);
}

/* The extensions that are understood; the others are ignored, or refused if they are critical. */
static bool is_known_extension(reload_span oid)
{
    return rl_oid_is(oid, OID(MBEDTLS_OID_BASIC_CONSTRAINTS)) ||
           rl_oid_is(oid, OID(MBEDTLS_OID_KEY_USAGE)) ||
           rl_oid_is(oid, OID(MBEDTLS_OID_EXTENDED_KEY_USAGE)) ||
           rl_oid_is(oid, OID(MBEDTLS_OID_SUBJECT_ALT_NAME));
}

static bool same_octets(reload_span a, reload_span b)
{
    return a.len == b.len && memcmp(a.octets, b.octets, a.len) == 0;
}

reload_err rl_outer_read(reload_span der, rl_outer *o, rl_flaw *flaw)
{
    rl_der file = rl_der_of(der), certificate, tbs;
    reload_span algorithm;
    *o = (rl_outer){0};
    *flaw = (rl_flaw){0};
    if (!rl_der_take(&file, RL_SEQUENCE, &certificate, NULL) ||
        !rl_der_take(&certificate, RL_SEQUENCE, &tbs, NULL) || !read_body(tbs, o) ||
        !rl_der_take(&certificate, RL_SEQUENCE, NULL, &algorithm) ||
        !rl_der_take(&certificate, MBEDTLS_ASN1_BIT_STRING, NULL, &o->signature) ||
        !rl_der_done(&certificate))
        flaw->words = "is not an X.509 certificate in DER";
    else if (!rl_der_done(&file) && !RL_FAULT("D18: octets after the certificate"))
        flaw->words = "is followed by other octets";
    else if (!same_octets(algorithm, o->algorithm) && !RL_FAULT("D18: one signature algorithm"))
        flaw->words = "states two different signature algorithms";
    return flaw->words == NULL ? rl_extensions_check(o->extensions, is_known_extension, flaw)
                               : RELOAD_OK;
}

/* ---- The key and the algorithm ---- */

/* A positive INTEGER without leading zeros. */
static bool take_number(rl_der *d, reload_span *number)
{
    rl_der value;
    if (!rl_der_take(d, MBEDTLS_ASN1_INTEGER, &value, NULL) || rl_der_done(&value) ||
        *value.p >= 0x80)
        return false;
    while (!rl_der_done(&value) && *value.p == 0)
        value.p++;
    *number = rl_der_left(&value);
    return true;
}

static size_t bits_of(reload_span number)
{
    size_t bits = 8 * number.len;
    for (unsigned mask = 0x80; number.len > 0 && (number.octets[0] & mask) == 0; mask >>= 1)
        bits--;
    return bits;
}

/* RSAPublicKey (RFC 8017 appendix A.1.1), in a BIT STRING's value */
static rl_key_kind rsa_kind(rl_der bits)
{
    rl_der numbers;
    reload_span n, e;
    if (rl_der_done(&bits) || *bits.p++ != 0 || !rl_der_take(&bits, RL_SEQUENCE, &numbers, NULL) ||
        !rl_der_done(&bits) || !take_number(&numbers, &n) || !take_number(&numbers, &e) ||
        !rl_der_done(&numbers) || n.len == 0)
        return RL_KEY_BROKEN;
    bool odd = n.octets[n.len - 1] % 2 == 1; /* a modulus is a product of odd primes */
    return odd && bits_of(n) >= RL_MIN_RSA_BITS && bits_of(n) <= RL_MAX_RSA_BITS &&
                   !rl_exponent_is_weak(e.octets, e.len)
               ? RL_KEY_GOOD
               : RL_KEY_REFUSED;
}

/* Whether the parameters of an algorithm are NULL or absent. */
static bool has_no_parameters(rl_der *parameters)
{
    rl_der null;
    return rl_der_done(parameters) || (rl_der_take(parameters, MBEDTLS_ASN1_NULL, &null, NULL) &&
                                       rl_der_done(&null) && rl_der_done(parameters));
}

rl_key_kind rl_outer_key(const rl_outer *o)
{
    rl_der key = rl_der_of(o->key), info, algorithm, oid, bits;
    if (!rl_der_take(&key, RL_SEQUENCE, &info, NULL) ||
        !rl_der_take(&info, RL_SEQUENCE, &algorithm, NULL) ||
        !rl_der_take(&algorithm, MBEDTLS_ASN1_OID, &oid, NULL) ||
        !rl_der_take(&info, MBEDTLS_ASN1_BIT_STRING, &bits, NULL) || !rl_der_done(&info))
        return RL_KEY_BROKEN;
    if (!rl_oid_is(rl_der_left(&oid), OID(MBEDTLS_OID_PKCS1_RSA)))
        return RL_KEY_REFUSED;
    return has_no_parameters(&algorithm) ? rsa_kind(bits) : RL_KEY_BROKEN;
}

bool rl_outer_supported(const rl_outer *o)
{
    rl_der element = rl_der_of(o->algorithm), algorithm, id;
    mbedtls_md_type_t md;
    mbedtls_pk_type_t pk;
    if (!rl_der_take(&element, RL_SEQUENCE, &algorithm, NULL) ||
        !rl_der_take(&algorithm, MBEDTLS_ASN1_OID, &id, NULL))
        return false;
    const mbedtls_asn1_buf oid = {MBEDTLS_ASN1_OID, (size_t)(id.end - id.p), id.p};
    return mbedtls_oid_get_sig_alg(&oid, &md, &pk) == 0 && pk != MBEDTLS_PK_RSASSA_PSS &&
           has_no_parameters(&algorithm);
}

bool rl_outer_refuses_use(const rl_outer *o)
{
    rl_der list = o->extensions, purposes, purpose;
    rl_extension e;
    while (!rl_der_done(&list) && rl_extension_take(&list, &e)) {
        if (!rl_oid_is(e.oid, OID(MBEDTLS_OID_EXTENDED_KEY_USAGE)))
            continue;
        if (!e.critical && !RL_FAULT("D18: an extKeyUsage that is not critical"))
            return false;
        if (!rl_der_take(&e.value, RL_SEQUENCE, &purposes, NULL))
            return true;
        while (rl_der_take(&purposes, MBEDTLS_ASN1_OID, &purpose, NULL))
            if (rl_oid_is(rl_der_left(&purpose), OID(MBEDTLS_OID_ANY_EXTENDED_KEY_USAGE)) &&
                !RL_FAULT("D18: anyExtendedKeyUsage"))
                return false;
        return true;
    }
    return false;
}

/* ---- Stand-ins ---- */

/* An RSA key of 128 bits, the smallest that mbed TLS reads: the SubjectPublicKeyInfo of 2^128-1 and
 * 65537 */
static const uint8_t stand_in[] = {
    0x30, 0x2c, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
    0x00, 0x03, 0x1b, 0x00, 0x30, 0x18, 0x02, 0x11, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x03, 0x01, 0x00, 0x01};

static size_t write_span(rl_asn1 *w, reload_span span)
{
    return span.len == 0 ? 0 : rl_asn1_octets(w, span.octets, span.len);
}

int rl_outer_parse(const rl_outer *o, bool stand_in_key, mbedtls_x509_crt *crt)
{
    enum { HEADS = 64 }; /* two algorithms, and the tags and lengths around all */
    const reload_span key = stand_in_key ? (reload_span){stand_in, sizeof stand_in} : o->key;
    size_t size =
        o->head.len + o->names.len + key.len + o->rest.len + o->signature.len + (size_t)HEADS;
    unsigned char *buf = malloc(size);
    if (buf == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    rl_asn1 w = {.at = buf + size, .start = buf};
    size_t len = write_span(&w, o->signature);
    len += rl_asn1_algorithm(&w);
    size_t tbs = write_span(&w, o->rest);
    tbs += write_span(&w, key);
    tbs += write_span(&w, o->names);
    tbs += rl_asn1_algorithm(&w);
    tbs += write_span(&w, o->head);
    len = rl_asn1_wrap(&w, len + rl_asn1_wrap(&w, tbs, RL_SEQUENCE), RL_SEQUENCE);
    int failed = w.failed;
    if (failed == 0)
        failed = mbedtls_x509_crt_parse_der(crt, w.at, len);
    free(buf);
    return failed;
}

/* A distinguished name in DER as readable text, as of rl_dn_text; "?" if it cannot be read.
 * RELOAD_ERR_MEMORY. */
static reload_err outer_name_text(reload_span name, char **text)
{
    /* an issuer and a validity */
    static const char before[] = "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01X"
                                 "\x30\x1e\x17\x0d"
                                 "700101000000Z\x17\x0d"
                                 "700101000000Z";
    reload_buf names = {0};
    mbedtls_x509_crt crt;
    mbedtls_x509_crt_init(&crt);
    reload_buf_append(&names, before, sizeof before - 1);
    reload_buf_append(&names, name.octets, name.len);
    const rl_outer o = {.head = {(const uint8_t *)"\x02\x01\x01", 3},
                        .names = {names.octets, names.len},
                        .signature = {(const uint8_t *)"\x03\x02\x00\x00", 4}};
    int failed =
        names.err != RELOAD_OK ? MBEDTLS_ERR_X509_ALLOC_FAILED : rl_outer_parse(&o, true, &crt);
    reload_err err = rl_parse_error(failed);
    if (err == RELOAD_OK) {
        err = rl_dn_text(&crt.subject, text);
    } else if (err == RELOAD_ERR_SYNTAX) {
        *text = strdup("?");
        err = *text == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    }
    mbedtls_x509_crt_free(&crt);
    reload_buf_free(&names);
    return err;
}

reload_err rl_flaw_fail(const char *which, const rl_flaw *flaw, reload_span name, reload_diag *diag)
{
    reload_buf extension = {0};
    char *text = NULL;
    reload_err err = RELOAD_OK;
    if (flaw->oid.len > 0) {
        reload_buf_append(&extension, " ", 1);
        err = rl_extension_text(flaw->oid, &extension);
    }
    reload_buf_append(&extension, "", 1);
    err = err == RELOAD_OK ? extension.err : err;
    if (err == RELOAD_OK && name.len > 0)
        err = outer_name_text(name, &text);
    err = err == RELOAD_OK ? rl_fail(diag, RELOAD_ERR_SYNTAX, "%s %s%s%s%s", which, flaw->words,
                                     (const char *)extension.octets, text == NULL ? "" : ": ",
                                     text == NULL ? "" : text)
                           : rl_fail_plain(diag, err);
    free(text);
    reload_buf_free(&extension);
    return err;
}
