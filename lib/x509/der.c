/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading DER, and the extensions of certificates and CRLs. */
#include "x509/der.h"

#include "base/fault.h"

#include <stdlib.h>

#include <mbedtls/asn1.h>

bool rl_der_take(rl_der *d, int tag, rl_der *value, reload_span *whole)
{
    unsigned char *start = d->p, *at = d->p;
    size_t len;
    if (mbedtls_asn1_get_tag(&at, d->end, &len, tag) != 0)
        return false;
    d->p = at + len;
    if (value != NULL)
        *value = (rl_der){at, d->p};
    if (whole != NULL)
        *whole = (reload_span){start, (size_t)(d->p - start)};
    return true;
}

/* Takes a BOOLEAN; an absent one is false. Returns false if it cannot be read. */
static bool der_take_bool(rl_der *d, bool *value)
{
    rl_der octets;
    *value = false;
    if (rl_der_done(d) || *d->p != MBEDTLS_ASN1_BOOLEAN)
        return true;
    if (!rl_der_take(d, MBEDTLS_ASN1_BOOLEAN, &octets, NULL) || octets.end - octets.p != 1)
        return false;
    *value = *octets.p != 0;
    return true;
}

/* ---- Extensions ---- */

bool rl_oid_is(reload_span oid, const char *expected, size_t len)
{
    return oid.len == len && (len == 0 || memcmp(oid.octets, expected, len) == 0);
}

static int compare_oids(const void *a, const void *b)
{
    const reload_span *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->len == 0 ? 0 : memcmp(x->octets, y->octets, x->len);
}

struct oids {
    reload_span *list;
    size_t count;
    size_t cap;
};

static reload_err add_oid(struct oids *oids, reload_span oid)
{
    reload_span *list = rl_grow(oids->list, &oids->cap, oids->count, sizeof *list);
    if (list == NULL)
        return RELOAD_ERR_MEMORY;
    oids->list = list;
    oids->list[oids->count++] = oid;
    return RELOAD_OK;
}

bool rl_extension_take(rl_der *list, rl_extension *e)
{
    rl_der fields, oid;
    if (!rl_der_take(list, RL_SEQUENCE, &fields, NULL) ||
        !rl_der_take(&fields, MBEDTLS_ASN1_OID, &oid, NULL) ||
        !der_take_bool(&fields, &e->critical) ||
        !rl_der_take(&fields, MBEDTLS_ASN1_OCTET_STRING, &e->value, NULL))
        return false;
    e->oid = rl_der_left(&oid);
    return rl_der_done(&fields);
}

bool rl_extension_find(rl_der octets, const char *oid, size_t len, rl_der *value)
{
    rl_der list;
    rl_extension e;
    if (!rl_der_take(&octets, RL_SEQUENCE, &list, NULL))
        return false;
    while (!rl_der_done(&list) && rl_extension_take(&list, &e))
        if (rl_oid_is(e.oid, oid, len)) {
            *value = e.value;
            return true;
        }
    return false;
}

/* Sorted first, so that many extensions do not take quadratic time. */
static void find_duplicate(struct oids *oids, rl_flaw *flaw)
{
    if (oids->count > 1)
        qsort(oids->list, oids->count, sizeof *oids->list, compare_oids);
    for (size_t i = 1; i < oids->count; i++)
        if (compare_oids(&oids->list[i - 1], &oids->list[i]) == 0) {
            *flaw = (rl_flaw){"has a duplicate extension", oids->list[i]};
            return;
        }
}

reload_err rl_extensions_check(rl_der list, bool (*known)(reload_span oid), rl_flaw *flaw)
{
    struct oids oids = {0};
    reload_err err = RELOAD_OK;
    *flaw = (rl_flaw){0};
    while (err == RELOAD_OK && flaw->words == NULL && !rl_der_done(&list)) {
        rl_extension e;
        if (!rl_extension_take(&list, &e))
            *flaw = (rl_flaw){.words = "has an extension that is not in DER"};
        else if (e.critical && (known == NULL || !known(e.oid)) &&
                 !RL_FAULT("D18: an unknown critical extension"))
            *flaw = (rl_flaw){"has an unknown critical extension", e.oid};
        else
            err = add_oid(&oids, e.oid);
    }
    if (err == RELOAD_OK && flaw->words == NULL && !RL_FAULT("D18: a duplicate extension"))
        find_duplicate(&oids, flaw);
    free(oids.list);
    return err;
}

#define ID_CE(n)   MBEDTLS_OID_ID_CE n, MBEDTLS_OID_SIZE(MBEDTLS_OID_ID_CE n)
#define ID_PKIX(n) "\x2b\x06\x01\x05\x05\x07\x01" n, sizeof("\x2b\x06\x01\x05\x05\x07\x01" n) - 1

/* Names of RFC 5280, and of others that certificates have. */
static const struct extension_name {
    const char *oid;
    size_t len;
    const char *name;
} extension_names[] = {
    {ID_CE("\x09"), "subjectDirectoryAttributes"},
    {ID_CE("\x0e"), "subjectKeyIdentifier"},
    {ID_CE("\x0f"), "keyUsage"},
    {ID_CE("\x10"), "privateKeyUsagePeriod"},
    {ID_CE("\x11"), "subjectAltName"},
    {ID_CE("\x12"), "issuerAltName"},
    {ID_CE("\x13"), "basicConstraints"},
    {ID_CE("\x14"), "cRLNumber"},
    {ID_CE("\x15"), "reasonCode"},
    {ID_CE("\x18"), "invalidityDate"},
    {ID_CE("\x1b"), "deltaCRLIndicator"},
    {ID_CE("\x1c"), "issuingDistributionPoint"},
    {ID_CE("\x1d"), "certificateIssuer"},
    {ID_CE("\x1e"), "nameConstraints"},
    {ID_CE("\x1f"), "cRLDistributionPoints"},
    {ID_CE("\x20"), "certificatePolicies"},
    {ID_CE("\x21"), "policyMappings"},
    {ID_CE("\x23"), "authorityKeyIdentifier"},
    {ID_CE("\x24"), "policyConstraints"},
    {ID_CE("\x25"), "extKeyUsage"},
    {ID_CE("\x2e"), "freshestCRL"},
    {ID_CE("\x36"), "inhibitAnyPolicy"},
    {ID_PKIX("\x01"), "authorityInfoAccess"},
    {ID_PKIX("\x0b"), "subjectInfoAccess"},
    {ID_PKIX("\x18"), "tlsFeature"},
    {MBEDTLS_OID_NS_CERT_TYPE, MBEDTLS_OID_SIZE(MBEDTLS_OID_NS_CERT_TYPE), "nsCertType"},
};

reload_err rl_extension_text(reload_span oid, reload_buf *text)
{
    const mbedtls_asn1_buf buf = {MBEDTLS_ASN1_OID, oid.len, rl_der_of(oid).p};
    size_t size = 4 * oid.len + 16; /* an octet of an OID adds at most four characters */
    char *digits = malloc(size);
    if (digits == NULL)
        return RELOAD_ERR_MEMORY;
    int n = mbedtls_oid_get_numeric_string(digits, size, &buf);
    reload_buf_append(text, n > 0 ? digits : "?", n > 0 ? (size_t)n : 1);
    free(digits);
    for (size_t i = 0; i < sizeof extension_names / sizeof extension_names[0]; i++) {
        const struct extension_name *e = &extension_names[i];
        if (rl_oid_is(oid, e->oid, e->len)) {
            reload_buf_append(text, " (", 2);
            reload_buf_append(text, e->name, strlen(e->name));
            reload_buf_append(text, ")", 1);
        }
    }
    return text->err;
}
