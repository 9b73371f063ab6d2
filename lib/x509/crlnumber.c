/* SPDX-License-Identifier: BSD-2-Clause */
/* CRL numbers (RFC 5280 section 5.2.3): positive integers of at most 20 octets, which only grow. */
#include "x509/asn1write.h"

#include <string.h>

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
