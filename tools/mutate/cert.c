/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates changed. */
#include "mutate/catalogue.h"

#include <string.h>

/* A certificate in the message with other octets, or RELOAD_NO_ATTR. */
static uint32_t other_certificate(const struct base *base, const uint8_t *octets, size_t len)
{
    for (uint32_t i = 0; i < base->count; i++) {
        size_t other;
        const uint8_t *value =
            reload_is_certificate(base_attr(base, i)->type) ? base_value(base, i, &other) : NULL;
        if (value != NULL && (other != len || memcmp(value, octets, len) != 0))
            return i;
    }
    return RELOAD_NO_ATTR;
}

/* The size of the certificate's modulus in octets; 0 if it cannot be read. */
static size_t modulus(const uint8_t *octets, size_t len)
{
    reload_cert *cert = NULL;
    reload_err err = reload_cert_parse(octets, len, &cert, NULL);
    size_t size = err == RELOAD_OK ? (reload_cert_key_bits(cert) + 7) / 8 : 0;
    reload_cert_free(&cert);
    return size;
}

bool cert_replace(struct mutant *m, uint32_t attr)
{
    const struct base *base = m->base;
    size_t len;
    const uint8_t *value = base_value(base, attr, &len);
    reload_buf octets = {0};
    static const uint8_t zero;
    uint32_t other = RELOAD_NO_ATTR;
    if (!base->certs || !reload_is_certificate(base_attr(base, attr)->type) ||
        !base_counts(base, attr))
        return false;
    if (m->mutation->argument == CERT_OTHER) {
        other = base_attr(base, attr)->parent == base->sites[0].info
                    ? other_certificate(base, value, len)
                    : RELOAD_NO_ATTR;
        if (other == RELOAD_NO_ATTR)
            return false;
        value = base_value(base, other, &len);
        /* trusted, since its own signatures are good, but with another key */
        bool same = modulus(value, len) == base->sites[0].size;
        label_message(m, same ? STEP_DIGEST : STEP_MODULUS,
                      same ? RELOAD_REASON_BAD_DIGEST : RELOAD_REASON_BAD_DIGEST_LENGTH);
        reload_buf_append(&octets, value, len);
    } else {
        len -= m->mutation->argument == CERT_EMPTY       ? len
               : m->mutation->argument == CERT_TRUNCATED ? 1
                                                         : 0;
        reload_buf_append(&octets, value, len);
        if (m->mutation->argument == CERT_TRAILING)
            reload_buf_append(&octets, &zero, 1);
        label_certificate(m, attr, RELOAD_REASON_BAD_CERTIFICATE);
    }
    static const char *const what[] = {"followed by another octet", "without its last octet",
                                       "empty", "replaced by another one of the message"};
    mutant_comment(m, "%s: %s", attr_name(m, attr), what[m->mutation->argument]);
    bool good = octets.err == RELOAD_OK && mutant_set(m, attr, octets.octets, octets.len);
    if (octets.err != RELOAD_OK)
        m->err = octets.err;
    reload_buf_free(&octets);
    return good;
}
