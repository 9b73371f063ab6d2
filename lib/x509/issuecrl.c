/* SPDX-License-Identifier: BSD-2-Clause */
/* Issuing CRLs (RFC 5280 section 5). mbed TLS only reads them. */
#include "x509/asn1write.h"

static size_t write_crl_extensions(rl_asn1 *w, const reload_crl_number *number,
                                   const reload_cert *issuer, const reload_key *issuer_key)
{
    size_t n = rl_asn1_integer(w, number->octets, sizeof number->octets);
    n = rl_asn1_extension(w, n, RL_CRL_NUMBER_OID, sizeof RL_CRL_NUMBER_OID - 1, false);
    n += rl_asn1_authority(w, issuer, rl_key_pk(issuer_key));
    n = rl_asn1_wrap(w, n, RL_SEQUENCE);
    return rl_asn1_wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0);
}

/* crlEntryExtensions with the reason, unless it is unspecified (RFC 5280 section 5.3.1). */
static size_t write_reason(rl_asn1 *w, unsigned reason)
{
    const uint8_t octet = (uint8_t)reason;
    if (reason == 0)
        return 0;
    size_t n = rl_asn1_wrap(w, rl_asn1_octets(w, &octet, 1), MBEDTLS_ASN1_ENUMERATED);
    n = rl_asn1_extension(w, n, RL_CRL_REASON_OID, sizeof RL_CRL_REASON_OID - 1, false);
    return rl_asn1_wrap(w, n, RL_SEQUENCE);
}

/* The list is left out if it would be empty. */
static size_t write_entries(rl_asn1 *w, const reload_crl_spec *spec)
{
    size_t list = 0;
    for (size_t i = spec->count; i-- > 0;) {
        size_t entry = write_reason(w, spec->entries[i].reason);
        entry += rl_asn1_time(w, spec->entries[i].time);
        entry += rl_asn1_integer(w, spec->entries[i].serial, spec->entries[i].serial_len);
        list += rl_asn1_wrap(w, entry, RL_SEQUENCE);
    }
    return spec->count == 0 ? 0 : rl_asn1_wrap(w, list, RL_SEQUENCE);
}

struct content {
    const reload_crl_spec *spec;
    const reload_cert *issuer;
    const reload_key *issuer_key;
};

/* TBSCertList (RFC 5280 section 5.1), from its last field to its first. */
static void write_body(rl_asn1 *w, const void *context)
{
    const struct content *c = context;
    size_t len = write_crl_extensions(w, &c->spec->number, c->issuer, c->issuer_key);
    len += write_entries(w, c->spec);
    len += rl_asn1_time(w, c->spec->next_update);
    len += rl_asn1_time(w, c->spec->this_update);
    len += rl_asn1_octets(w, c->issuer->crt.subject_raw.p, c->issuer->crt.subject_raw.len);
    len += rl_asn1_algorithm(w);
    len += rl_asn1_written(w, mbedtls_asn1_write_int(&w->at, w->start, 1)); /* v2 */
    (void)rl_asn1_wrap(w, len, RL_SEQUENCE);
}

static reload_err make_crl(const reload_crl_spec *spec, const reload_cert *issuer,
                           reload_key *issuer_key, reload_buf *out)
{
    enum { ENTRY_SIZE = 64 }; /* a serial number of 20 octets, a date and a reason take 56 */
    const struct content content = {spec, issuer, issuer_key};
    size_t size = 4096 + issuer->crt.subject_raw.len;
    if (spec->count > (SIZE_MAX / 4 - size) / ENTRY_SIZE)
        return RELOAD_ERR_TOO_LONG;
    return rl_append_signed("X509 CRL", write_body, &content, size + spec->count * ENTRY_SIZE,
                            issuer_key, out);
}

reload_err reload_crl_issue(const reload_crl_spec *given, const reload_cert *issuer,
                            reload_key *issuer_key, reload_buf *out, reload_diag *diag)
{
    reload_crl_spec spec;
    bool good =
        rl_sized_copy(&spec, sizeof spec, given) && spec.number.octets[0] < 0x80; /* 20 octets */
    for (size_t i = 0; good && i < spec.count; i++)
        good = spec.entries[i].serial_len > 0 && spec.entries[i].serial_len <= 20 &&
               spec.entries[i].reason <= 0x7f;
    reload_err err = good ? make_crl(&spec, issuer, issuer_key, out) : RELOAD_ERR_ARGUMENT;
    return err == RELOAD_OK
               ? RELOAD_OK
               : rl_fail(diag, err, "the CRL cannot be written: %s", reload_strerror(err));
}
