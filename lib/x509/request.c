/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate requests (RFC 2986): reading and making them. */
#include "x509/request.h"

#include "base/fault.h"
#include "crypto/encoding.h"
#include "x509/asn1write.h"
#include "x509/outer.h"

#include <stdlib.h>

#include <mbedtls/pem.h>

/* ---- Reading ---- */

/* The parts of a request: CertificationRequestInfo, which is signed, and in it the subject. */
struct parts {
    reload_span info;
    reload_span subject; /* whole, with tag and length */
    reload_span key;     /* SubjectPublicKeyInfo */
    reload_span end;     /* the octets after the info */
};

/* Returns false if the DER is not a request. */
static bool find_parts(reload_span der, struct parts *parts)
{
    rl_der file = rl_der_of(der), request, info;
    if (!rl_der_take(&file, RL_SEQUENCE, &request, NULL) ||
        !rl_der_take(&request, RL_SEQUENCE, &info, &parts->info) ||
        !rl_der_take(&info, MBEDTLS_ASN1_INTEGER, NULL, NULL) || /* version */
        !rl_der_take(&info, RL_SEQUENCE, NULL, &parts->subject) ||
        !rl_der_take(&info, RL_SEQUENCE, NULL, &parts->key))
        return false;
    parts->end = rl_der_left(&request);
    return true;
}

/* Writes the request with a subject instead of an empty one. */
static void write_named(rl_asn1 *w, const struct parts *parts)
{
    const uint8_t *after = parts->subject.octets + parts->subject.len,
                  *info_end = parts->info.octets + parts->info.len;
    size_t rest = rl_asn1_octets(w, parts->end.octets, parts->end.len);
    size_t len = rl_asn1_octets(w, after, (size_t)(info_end - after));
    len += rl_asn1_subject(w, "CN=-");
    len += rl_asn1_written(w, mbedtls_asn1_write_int(&w->at, w->start, 0)); /* version */
    (void)rl_asn1_wrap(w, rl_asn1_wrap(w, len, RL_SEQUENCE) + rest, RL_SEQUENCE);
}

/* mbed TLS refuses an empty subject, which RFC 2986 allows. So it is given a copy with another
 * subject. */
static int parse_unnamed(reload_request *request, reload_span der, const struct parts *parts)
{
    size_t size = der.len + 64;
    unsigned char *copy = malloc(size);
    if (copy == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    rl_asn1 w = {.at = copy + size, .start = copy};
    write_named(&w, parts);
    int failed = w.failed;
    if (failed == 0)
        failed = mbedtls_x509_csr_parse_der(&request->csr, w.at, (size_t)(copy + size - w.at));
    free(copy);
    return failed;
}

static reload_err check_key(const reload_request *request, reload_span info, reload_diag *diag)
{
    const mbedtls_x509_csr *csr = &request->csr;
    const rl_signed s = {.md = csr->sig_md,
                         .algorithm = csr->sig_pk,
                         .options = csr->sig_opts,
                         .octets = info,
                         .signature = {csr->sig.p, csr->sig.len}};
    bool match;
    if (!rl_pk_usable(&csr->pk, RL_MIN_RSA_BITS))
        return rl_fail(
            diag, RELOAD_ERR_VALUE,
            "its key is not an RSA key of %d to %d bits with an exponent of at most 64 bits",
            RL_MIN_RSA_BITS, RL_MAX_RSA_BITS);
    reload_err err = rl_pk_verify(&csr->pk, &s, &match);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    return match ? RELOAD_OK
                 : rl_fail(diag, RELOAD_ERR_SYNTAX, "its signature does not verify with its key");
}

static reload_err read_der(reload_request *request, reload_span der, reload_diag *diag)
{
    struct parts parts = {.subject = {NULL, 0}};
    bool found = find_parts(der, &parts);
    bool unnamed = found && parts.subject.len == 2 && !RL_FAULT("names: an empty subject");
    int failed = unnamed ? parse_unnamed(request, der, &parts)
                         : mbedtls_x509_csr_parse_der(&request->csr, der.octets, der.len);
    const rl_outer outer = {.key = parts.key};
    if (rl_key_unread(failed) && rl_outer_key(&outer) == RL_KEY_GOOD)
        failed = MBEDTLS_ERR_X509_ALLOC_FAILED;
    reload_err err = rl_parsed(failed, "certificate request", diag);
    if (err == RELOAD_OK)
        err = check_key(request, parts.info, diag);
    if (err != RELOAD_OK)
        return err;
    if (!unnamed)
        err = rl_dn_text(&request->csr.subject, &request->subject);
    else if ((request->subject = strdup("")) == NULL)
        err = RELOAD_ERR_MEMORY;
    return err == RELOAD_OK ? RELOAD_OK : rl_fail_plain(diag, err);
}

static reload_err read_pem(reload_request *request, const uint8_t *text, reload_diag *diag)
{
    static const char *const heads[] = {"-----BEGIN CERTIFICATE REQUEST-----",
                                        "-----BEGIN NEW CERTIFICATE REQUEST-----"};
    static const char *const feet[] = {"-----END CERTIFICATE REQUEST-----",
                                       "-----END NEW CERTIFICATE REQUEST-----"};
    mbedtls_pem_context pem;
    size_t used;
    mbedtls_pem_init(&pem);
    int failed = MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT;
    for (size_t i = 0; i < 2 && failed == MBEDTLS_ERR_PEM_NO_HEADER_FOOTER_PRESENT; i++)
        failed = mbedtls_pem_read_buffer(&pem, heads[i], feet[i], text, NULL, 0, &used);
    reload_err err = rl_parsed(failed, "certificate request", diag);
    if (err == RELOAD_OK)
        err = read_der(request, (reload_span){pem.buf, pem.buflen}, diag);
    mbedtls_pem_free(&pem);
    return err;
}

reload_err reload_request_parse(const uint8_t *octets, size_t len, reload_request **result,
                                reload_diag *diag)
{
    size_t given = len;
    uint8_t *text = rl_pem_or_der(octets, &len);
    reload_request *request = calloc(1, sizeof *request);
    *result = NULL;
    if (text == NULL || request == NULL) {
        rl_pem_or_der_free(text, given);
        free(request);
        return rl_fail_plain(diag, RELOAD_ERR_MEMORY);
    }
    mbedtls_x509_csr_init(&request->csr);
    reload_err err = rl_check_encoding(text, given, "certificate request", diag);
    if (err == RELOAD_OK)
        err = rl_check_end(text, given, "request", diag);
    if (err == RELOAD_OK)
        err = len != given ? read_pem(request, text, diag)
                           : read_der(request, (reload_span){text, len}, diag);
    rl_pem_or_der_free(text, given);
    if (err != RELOAD_OK)
        reload_request_free(&request);
    *result = request;
    return err;
}

void reload_request_free(reload_request **request)
{
    if (request == NULL || *request == NULL)
        return;
    mbedtls_x509_csr_free(&(*request)->csr);
    free((*request)->subject);
    free(*request);
    *request = NULL;
}

const char *reload_request_subject(const reload_request *request)
{
    return request->subject;
}

unsigned reload_request_key_bits(const reload_request *request)
{
    return rl_pk_bits(&request->csr.pk);
}

const char *reload_request_hash(const reload_request *request)
{
    static const struct {
        mbedtls_md_type_t type;
        const char *name;
    } hashes[] = {{MBEDTLS_MD_MD5, "MD5"},        {MBEDTLS_MD_SHA1, "SHA-1"},
                  {MBEDTLS_MD_SHA224, "SHA-224"}, {MBEDTLS_MD_SHA256, "SHA-256"},
                  {MBEDTLS_MD_SHA384, "SHA-384"}, {MBEDTLS_MD_SHA512, "SHA-512"}};
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++)
        if (hashes[i].type == request->csr.sig_md)
            return hashes[i].name;
    return "unknown";
}

bool reload_request_same_key(const reload_request *request, const reload_cert *cert)
{
    return rl_pk_same(&request->csr.pk, &cert->crt.pk);
}

/* ---- Making ---- */

struct content {
    const char *subject;
    const mbedtls_pk_context *pk;
};

/* CertificationRequestInfo (RFC 2986 section 4.1), from its last field to its first. */
static void write_info(rl_asn1 *w, const void *context)
{
    const struct content *c = context;
    size_t len = rl_asn1_wrap(w, 0, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0);
    len += rl_asn1_public_key(w, c->pk);
    len += rl_asn1_subject(w, c->subject);
    len += rl_asn1_written(w, mbedtls_asn1_write_int(&w->at, w->start, 0)); /* version */
    (void)rl_asn1_wrap(w, len, RL_SEQUENCE);
}

reload_err reload_request_write(reload_key *key, const char *subject, reload_buf *out,
                                reload_diag *diag)
{
    const struct content content = {subject, rl_key_pk(key)};
    reload_err err = reload_subject_check(subject, diag);
    if (err != RELOAD_OK)
        return err;
    err = rl_append_signed("CERTIFICATE REQUEST", write_info, &content, RL_SPKI_SIZE + 1024, key,
                           out);
    return err == RELOAD_OK
               ? RELOAD_OK
               : rl_fail(diag, err, "the request cannot be written: %s", reload_strerror(err));
}
