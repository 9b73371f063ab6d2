/* SPDX-License-Identifier: BSD-2-Clause */
/* Extensions that mbed TLS does not read, of certificates, CRLs and their entries. */
#include "x509/asn1write.h"

#include <mbedtls/asn1.h>

static bool enter(unsigned char **p, const unsigned char *end, int tag, size_t *len)
{
    return mbedtls_asn1_get_tag(p, end, len, tag) == 0;
}

/* The value of an Extension, of which only the OID has been entered. */
static bool read_value(unsigned char *p, const unsigned char *end, reload_span *value)
{
    size_t len;
    int critical;
    (void)mbedtls_asn1_get_bool(&p, end, &critical); /* may be missing */
    if (!enter(&p, end, MBEDTLS_ASN1_OCTET_STRING, &len))
        return false;
    *value = (reload_span){p, len};
    return true;
}

bool rl_extension_find(unsigned char *p, const unsigned char *end, const char *oid, size_t oid_len,
                       reload_span *value)
{
    size_t len;
    if (!enter(&p, end, RL_SEQUENCE, &len))
        return false;
    for (end = p + len; p < end && enter(&p, end, RL_SEQUENCE, &len);) {
        unsigned char *next = p + len;
        if (!enter(&p, next, MBEDTLS_ASN1_OID, &len))
            return false;
        if (len == oid_len && memcmp(p, oid, len) == 0)
            return read_value(p + len, next, value);
        p = next;
    }
    return false;
}
