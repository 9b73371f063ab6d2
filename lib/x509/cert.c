/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a certificate. */
#include "x509/asn1write.h"

#include <stdlib.h>

void reload_cert_free(reload_cert **cert)
{
    if (cert == NULL || *cert == NULL)
        return;
    if (atomic_fetch_sub(&(*cert)->shares, 1) > 0) {
        *cert = NULL;
        return;
    }
    mbedtls_x509_crt_free(&(*cert)->crt);
    for (size_t i = 0; i < (*cert)->count; i++)
        free((*cert)->texts[i]);
    free((*cert)->texts);
    free((*cert)->octets);
    free((*cert)->subject);
    free((*cert)->issuer);
    free((*cert)->serial);
    free((*cert)->names);
    free(*cert);
    *cert = NULL;
}

reload_cert *rl_cert_share(reload_cert *cert)
{
    if (cert != NULL)
        atomic_fetch_add(&cert->shares, 1);
    return cert;
}

const uint8_t *reload_cert_octets(const reload_cert *cert, size_t *len)
{
    *len = cert->octets == NULL ? cert->crt.raw.len : cert->len;
    return cert->octets == NULL ? cert->crt.raw.p : cert->octets;
}

const char *reload_cert_subject(const reload_cert *cert)
{
    return cert->subject;
}

const char *reload_cert_issuer(const reload_cert *cert)
{
    return cert->issuer;
}

const char *reload_cert_serial(const reload_cert *cert)
{
    return cert->serial;
}

reload_time reload_cert_not_before(const reload_cert *cert)
{
    return rl_date_read(&cert->crt.valid_from);
}

reload_time reload_cert_not_after(const reload_cert *cert)
{
    return rl_date_read(&cert->crt.valid_to);
}

const char *reload_cert_key_type(const reload_cert *cert)
{
    return mbedtls_pk_get_name(&cert->crt.pk);
}

unsigned reload_cert_key_bits(const reload_cert *cert)
{
    return rl_pk_bits(&cert->crt.pk);
}

unsigned reload_cert_usage(const reload_cert *cert)
{
    bool any = (cert->crt.ext_types & MBEDTLS_X509_EXT_KEY_USAGE) == 0;
    unsigned usage = cert->crt.key_usage;
    return (cert->crt.ca_istrue != 0 ? RELOAD_CERT_CA : 0u) |
           (any || (usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0 ? RELOAD_CERT_SIGNS_CERTS : 0u) |
           (any || (usage & MBEDTLS_X509_KU_CRL_SIGN) != 0 ? RELOAD_CERT_SIGNS_CRLS : 0u);
}

reload_err reload_cert_write(const reload_cert *cert, reload_buf *pem)
{
    reload_span der;
    der.octets = reload_cert_octets(cert, &der.len);
    return rl_append_pem("CERTIFICATE", der, pem);
}

size_t reload_cert_names(const reload_cert *cert)
{
    return cert->count;
}

const reload_cert_name *reload_cert_name_at(const reload_cert *cert, size_t i)
{
    return i < cert->count ? &cert->names[i] : NULL;
}

bool rl_cert_is_ca(const reload_cert *cert)
{
    return cert->crt.ca_istrue != 0;
}
