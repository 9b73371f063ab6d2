/* SPDX-License-Identifier: BSD-2-Clause */
/* The form and the end of an object in DER or PEM. mbed TLS ignores what follows. */
#include "crypto/encoding.h"

#include "base/fault.h"

#include <string.h>

/* A SEQUENCE with a length of more than one octet: no text begins like this, and no key,
 * certificate, request or CRL is shorter. */
static bool begins_der(const uint8_t *octets, size_t len)
{
    return len >= 2 && octets[0] == 0x30 && octets[1] >= 0x80;
}

bool rl_is_pem(const uint8_t *octets, size_t len)
{
    return len > 0 && !begins_der(octets, len) && memmem(octets, len, "-----BEGIN", 10) != NULL;
}

reload_err rl_check_encoding(const uint8_t *octets, size_t len, const char *what, reload_diag *diag)
{
    bool short_der = len >= 2 && octets[0] == 0x30 && len - 2 == octets[1];
    if (begins_der(octets, len) || short_der || rl_is_pem(octets, len) ||
        RL_FAULT("files: neither PEM nor DER"))
        return RELOAD_OK;
    return rl_fail(diag, RELOAD_ERR_SYNTAX, "neither PEM nor DER, expected a %s", what);
}

size_t rl_pem_count(const uint8_t *octets, size_t len, const char *label)
{
    static const char begin[] = "-----BEGIN ", dashes[] = "-----";
    enum { BEGIN = sizeof begin - 1, DASHES = sizeof dashes - 1 };
    size_t count = 0, label_len = strlen(label);
    const uint8_t *end = octets + len, *at = len == 0 ? NULL : memmem(octets, len, begin, BEGIN);
    while (at != NULL) {
        at += BEGIN;
        size_t left = (size_t)(end - at);
        count += left >= label_len + DASHES && memcmp(at, label, label_len) == 0 &&
                 memcmp(at + label_len, dashes, DASHES) == 0;
        at = memmem(at, left, begin, BEGIN);
    }
    return count;
}

/* The size of the DER object that the octets begin with; 0: it is not whole. */
static size_t der_size(const uint8_t *octets, size_t len)
{
    if (!begins_der(octets, len))
        return 0;
    size_t count = octets[1] & 0x7f, value = 0;
    if (count == 0 || count > 4 || len - 2 < count) /* no file has more than 32 bits of octets */
        return 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | octets[2 + i];
    return value > len - 2 - count ? 0 : 2 + count + value;
}

/* The size of a file up to the end of its first PEM object and the white space that follows; 0: the
 * object is not whole. */
static size_t pem_size(const uint8_t *octets, size_t len)
{
    static const char begin[] = "-----BEGIN", foot[] = "-----END ", dashes[] = "-----";
    const uint8_t *end = octets + len, *at = memmem(octets, len, begin, sizeof begin - 1);
    if (at != NULL)
        at = memmem(at, (size_t)(end - at), foot, sizeof foot - 1);
    if (at != NULL) {
        at += sizeof foot - 1;
        at = memmem(at, (size_t)(end - at), dashes, sizeof dashes - 1);
    }
    if (at == NULL)
        return 0;
    at += sizeof dashes - 1;
    while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r')))
        at++;
    return (size_t)(at - octets);
}

static reload_err check_size(size_t size, size_t len, const char *what, const char *remedy,
                             reload_diag *diag)
{
    if (size == 0 || size == len || RL_FAULT("files: octets after a key or certificate"))
        return RELOAD_OK;
    return rl_fail_at(diag, RELOAD_ERR_SYNTAX, size, "%zu octet%s after the %s%s", len - size,
                      len - size == 1 ? "" : "s", what, remedy);
}

reload_err rl_check_der_end(const uint8_t *octets, size_t len, const char *what, reload_diag *diag)
{
    return check_size(der_size(octets, len), len, what, "; only PEM can hold several", diag);
}

reload_err rl_check_end(const uint8_t *octets, size_t len, const char *what, reload_diag *diag)
{
    size_t size = rl_is_pem(octets, len) ? pem_size(octets, len) : der_size(octets, len);
    return check_size(size, len, what, ", expected one", diag);
}
