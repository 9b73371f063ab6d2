/* SPDX-License-Identifier: BSD-2-Clause */
/* CRL numbers (RFC 5280 section 5.2.3): positive integers of at most 20 octets, which only grow. */
#include "x509/asn1write.h"
#include "x509/trust.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/asn1.h>

/* number = number * factor + summand. Returns false, with number unchanged, if a DER INTEGER of 20
 * octets cannot hold the result. */
static bool multiply_add(reload_crl_number *number, unsigned factor, unsigned summand)
{
    reload_crl_number result;
    unsigned carry = summand;
    for (size_t i = sizeof result.octets; i-- > 0; carry >>= 8) {
        carry += number->octets[i] * factor;
        result.octets[i] = (uint8_t)carry;
    }
    if (carry != 0 || result.octets[0] >= 0x80)
        return false;
    *number = result;
    return true;
}

/* number = number / 10. Returns the remainder. */
static unsigned divide_by_ten(reload_crl_number *number)
{
    unsigned rest = 0;
    for (size_t i = 0; i < sizeof number->octets; i++) {
        rest = rest << 8 | number->octets[i];
        number->octets[i] = (uint8_t)(rest / 10);
        rest %= 10;
    }
    return rest;
}

bool reload_crl_number_parse(const char *digits, reload_crl_number *number)
{
    *number = (reload_crl_number){{0}};
    if (*digits == '\0')
        return false;
    for (; *digits != '\0'; digits++)
        if (*digits < '0' || *digits > '9' || !multiply_add(number, 10, (unsigned)(*digits - '0')))
            return false;
    return true;
}

void reload_crl_number_text(const reload_crl_number *number, char text[RELOAD_CRL_NUMBER_SIZE])
{
    char digits[RELOAD_CRL_NUMBER_SIZE];
    const reload_crl_number zero = {{0}};
    reload_crl_number rest = *number;
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + divide_by_ten(&rest));
    } while (memcmp(rest.octets, zero.octets, sizeof zero.octets) != 0);
    memcpy(text, digits + at, sizeof digits - at);
}

int reload_crl_number_compare(const reload_crl_number *a, const reload_crl_number *b)
{
    return memcmp(a->octets, b->octets, sizeof a->octets);
}

bool reload_crl_number_next(reload_crl_number *number)
{
    return multiply_add(number, 1, 1);
}

/* ---- Reading the number of a CRL ---- */

/* Steps into an element. */
static bool enter(unsigned char **p, const unsigned char *end, int tag, size_t *len)
{
    return mbedtls_asn1_get_tag(p, end, len, tag) == 0;
}

/* Steps into the value of an extension, of which only the OID has been entered. */
static bool enter_value(unsigned char **p, const unsigned char *end, size_t *len)
{
    int critical;
    (void)mbedtls_asn1_get_bool(p, end, &critical); /* may be missing */
    return enter(p, end, MBEDTLS_ASN1_OCTET_STRING, len) &&
           enter(p, end, MBEDTLS_ASN1_INTEGER, len);
}

/* Reads the CRLNumber among a CRL's extensions. */
static bool find_number(const mbedtls_x509_buf *extensions, reload_crl_number *number)
{
    unsigned char *p = extensions->p;
    size_t len;
    if (p == NULL || !enter(&p, p + extensions->len, RL_SEQUENCE, &len))
        return false;
    for (const unsigned char *end = p + len; p < end && enter(&p, end, RL_SEQUENCE, &len);) {
        unsigned char *next = p + len;
        if (!enter(&p, next, MBEDTLS_ASN1_OID, &len))
            return false;
        bool found = len == sizeof rl_crl_number_oid - 1 && memcmp(p, rl_crl_number_oid, len) == 0;
        p += len;
        if (found) {
            if (!enter_value(&p, next, &len) || len == 0 || len > sizeof number->octets ||
                *p >= 0x80)
                return false;
            *number = (reload_crl_number){{0}};
            memcpy(number->octets + sizeof number->octets - len, p, len);
            return true;
        }
        p = next;
    }
    return false;
}

/* Whether the CRL names an issuer, and is signed by its key. */
static reload_err is_issued_by(const mbedtls_x509_crl *crl, const reload_cert *issuer, bool *good)
{
    *good = false;
    return rl_same_dn(&crl->issuer, &issuer->crt.subject) ? rl_crl_verify(crl, &issuer->crt, good)
                                                          : RELOAD_OK;
}

reload_err reload_crl_number_read(const uint8_t *octets, size_t len, const reload_cert *issuer,
                                  reload_crl_number *number, bool *found)
{
    mbedtls_x509_crl list;
    uint8_t *text = rl_pem_or_der(octets, &len);
    *found = false;
    if (text == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_x509_crl_init(&list);
    reload_err err = rl_parsed(mbedtls_x509_crl_parse(&list, text, len), "CRL", NULL);
    for (const mbedtls_x509_crl *crl = &list; crl != NULL && err == RELOAD_OK; crl = crl->next) {
        reload_crl_number read;
        bool good;
        if (!find_number(&crl->crl_ext, &read))
            continue;
        err = is_issued_by(crl, issuer, &good);
        if (err != RELOAD_OK || !good)
            continue;
        if (!*found || reload_crl_number_compare(&read, number) > 0)
            *number = read;
        *found = true;
    }
    mbedtls_x509_crl_free(&list);
    free(text);
    return err == RELOAD_ERR_SYNTAX ? RELOAD_OK : err;
}
