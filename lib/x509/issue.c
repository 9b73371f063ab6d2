/* SPDX-License-Identifier: BSD-2-Clause */
/* Issuing certificates (RFC 5280 section 4, S§7, D19). mbed TLS could write them too, but takes an
 * issuer's name as text, which loses types of strings. */
#include "x509/asn1write.h"
#include "x509/request.h"

enum { URI = 6, RFC822_NAME = 1 }; /* tags of a GeneralName */
enum { MAX_SERIAL = 20 };          /* octets (RFC 5280 section 4.1.2.2) */
enum { MAX_NAMES_SIZE = 1 << 24 }; /* of all names' texts, so that sums cannot wrap */

struct content {
    const reload_cert_spec *spec;
    const mbedtls_pk_context *pk;
    const reload_cert *issuer; /* NULL: self-signed */
    const mbedtls_pk_context *issuer_pk;
};

/* ---- Extensions ---- */

static size_t write_peer(rl_asn1 *w, const reload_cert_name *name)
{
    char digits[2 * RELOAD_ID_SIZE];
    reload_hex_encode(name->id, sizeof name->id, digits);
    size_t n = rl_asn1_octets(w, "/", 1);
    n += rl_asn1_octets(w, name->text, strlen(name->text));
    n += rl_asn1_octets(w, "@", 1);
    n += rl_asn1_octets(w, digits, sizeof digits);
    n += rl_asn1_octets(w, "reload://", 9);
    return rl_asn1_wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | URI);
}

/* A user is written as an rfc822Name and as a SIP URI. */
static size_t write_user(rl_asn1 *w, const char *address)
{
    size_t len = strlen(address), uri = rl_asn1_octets(w, address, len);
    uri += rl_asn1_octets(w, "sip:", 4);
    uri = rl_asn1_wrap(w, uri, MBEDTLS_ASN1_CONTEXT_SPECIFIC | URI);
    return uri + rl_asn1_wrap(w, rl_asn1_octets(w, address, len),
                              MBEDTLS_ASN1_CONTEXT_SPECIFIC | RFC822_NAME);
}

/* GeneralNames (RFC 5280 section 4.2.1.6), from the last to the first. */
static size_t write_names(rl_asn1 *w, const reload_cert_spec *spec)
{
    size_t n = 0;
    if (spec->count == 0)
        return 0;
    for (size_t i = spec->count; i-- > 0;)
        n += spec->names[i].peer ? write_peer(w, &spec->names[i])
                                 : write_user(w, spec->names[i].text);
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_extension(w, n, MBEDTLS_OID_SUBJECT_ALT_NAME,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), false);
}

static size_t write_key_id(rl_asn1 *w, const mbedtls_pk_context *pk)
{
    size_t n = rl_asn1_wrap(w, rl_asn1_key_id(w, pk), MBEDTLS_ASN1_OCTET_STRING);
    return rl_asn1_extension(w, n, MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_KEY_IDENTIFIER), false);
}

static size_t write_usage(rl_asn1 *w, bool ca)
{
    const unsigned char usage = ca ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN
                                   : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    size_t n = rl_asn1_written(
        w, mbedtls_asn1_write_named_bitstring(&w->at, w->start, &usage, 8 * sizeof usage));
    return rl_asn1_extension(w, n, MBEDTLS_OID_KEY_USAGE, MBEDTLS_OID_SIZE(MBEDTLS_OID_KEY_USAGE),
                             true);
}

/* basicConstraints of a CA, with a path length of 0. */
static size_t write_basic_constraints(rl_asn1 *w, bool ca)
{
    size_t n = 0;
    if (ca) {
        n += rl_asn1_written(w, mbedtls_asn1_write_int(&w->at, w->start, 0));
        n += rl_asn1_written(w, mbedtls_asn1_write_bool(&w->at, w->start, 1));
    }
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_extension(w, n, MBEDTLS_OID_BASIC_CONSTRAINTS,
                             MBEDTLS_OID_SIZE(MBEDTLS_OID_BASIC_CONSTRAINTS), ca);
}

/* S§7 and RFC 5280 section 4.2: the certificate's permitted uses and its names. */
static size_t write_extensions(rl_asn1 *w, const struct content *c)
{
    size_t n = write_names(w, c->spec);
    n += rl_asn1_authority(w, c->issuer, c->issuer_pk);
    n += write_key_id(w, c->pk);
    n += write_usage(w, c->spec->ca);
    n += write_basic_constraints(w, c->spec->ca);
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 3);
}

/* ---- The certificate ---- */

static size_t write_validity(rl_asn1 *w, const reload_cert_spec *spec)
{
    size_t n = rl_asn1_time(w, spec->not_after);
    n += rl_asn1_time(w, spec->not_before);
    return rl_asn1_wrap(w, n, RL_SEQUENCE);
}

/* A name as a certificate has it. */
static size_t write_subject_of(rl_asn1 *w, const reload_cert *cert)
{
    return rl_asn1_octets(w, cert->crt.subject_raw.p, cert->crt.subject_raw.len);
}

static size_t write_subject(rl_asn1 *w, const struct content *c)
{
    return c->spec->subject != NULL ? rl_asn1_subject(w, c->spec->subject)
                                    : write_subject_of(w, c->spec->same_subject);
}

static size_t write_issuer(rl_asn1 *w, const struct content *c)
{
    return c->issuer == NULL ? write_subject(w, c) : write_subject_of(w, c->issuer);
}

/* TBSCertificate (RFC 5280 section 4.1), from its last field to its first. */
static void write_body(rl_asn1 *w, const void *context)
{
    const struct content *c = context;
    size_t len = write_extensions(w, c);
    len += rl_asn1_public_key(w, c->pk);
    len += write_subject(w, c);
    len += write_validity(w, c->spec);
    len += write_issuer(w, c);
    len += rl_asn1_algorithm(w);
    len += rl_asn1_integer(w, c->spec->serial, c->spec->serial_len);
    size_t version = rl_asn1_written(w, mbedtls_asn1_write_int(&w->at, w->start, 2)); /* v3 */
    len += rl_asn1_wrap(w, version, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0);
    (void)rl_asn1_wrap(w, len, RL_SEQUENCE);
}

/* Octets that the names take at most; 0: too many. */
static size_t names_size(const reload_cert_spec *spec)
{
    enum { NAME_SIZE = 128 }; /* beside its text */
    size_t size = 1;
    for (size_t i = 0; i < spec->count; i++) {
        size_t len = strlen(spec->names[i].text);
        if (len > MAX_NAMES_SIZE || size > MAX_NAMES_SIZE)
            return 0;
        size += 2 * len + NAME_SIZE;
    }
    return size;
}

static reload_err check_serial(const reload_cert_spec *spec, reload_diag *diag)
{
    bool positive = false;
    for (size_t i = 0; i < spec->serial_len; i++)
        positive = positive || spec->serial[i] != 0;
    return positive && spec->serial_len <= MAX_SERIAL
               ? RELOAD_OK
               : rl_fail(diag, RELOAD_ERR_VALUE,
                         "serial number has %zu octets, expected 1 to %d, and a positive number",
                         spec->serial_len, MAX_SERIAL);
}

static reload_err check_spec(const reload_cert_spec *spec, reload_diag *diag)
{
    char from[RL_DATE_SIZE], to[RL_DATE_SIZE];
    if (!rl_date_write(spec->not_before, from) || !rl_date_write(spec->not_after, to))
        return rl_fail(diag, RELOAD_ERR_VALUE, "date out of range (1970 to 9999)");
    reload_err err = spec->subject == NULL ? RELOAD_OK : reload_subject_check(spec->subject, diag);
    return err == RELOAD_OK ? check_serial(spec, diag) : err;
}

reload_err reload_cert_issue(const reload_cert_spec *given, const reload_key *subject,
                             const reload_request *request, const reload_cert *issuer,
                             reload_key *issuer_key, reload_buf *out, reload_diag *diag)
{
    reload_cert_spec spec;
    if (!rl_sized_copy(&spec, sizeof spec, given) || (subject == NULL) == (request == NULL) ||
        (spec.subject == NULL) == (spec.same_subject == NULL) || issuer_key == NULL)
        return rl_fail_plain(diag, RELOAD_ERR_ARGUMENT);
    const struct content content = {&spec, subject != NULL ? rl_key_pk(subject) : &request->csr.pk,
                                    issuer, rl_key_pk(issuer_key)};
    size_t names = names_size(&spec), dn_size = issuer == NULL ? 0 : issuer->crt.subject_raw.len;
    if (spec.same_subject != NULL)
        dn_size +=
            2 * spec.same_subject->crt.subject_raw.len; /* the certificate may be an issuer too */
    if (names == 0)
        return rl_fail(diag, RELOAD_ERR_VALUE, "names are too long");
    reload_err err = check_spec(&spec, diag);
    if (err != RELOAD_OK)
        return err;
    err = rl_append_signed("CERTIFICATE", write_body, &content,
                           names + dn_size + RL_SPKI_SIZE + 2048, issuer_key, out);
    return err == RELOAD_OK
               ? RELOAD_OK
               : rl_fail(diag, err, "the certificate cannot be written: %s", reload_strerror(err));
}
