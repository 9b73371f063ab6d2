/* SPDX-License-Identifier: BSD-2-Clause */
/* Distinguished names: as readable text, and in issued certificates. */
#include "x509/asn1write.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- As text ---- */

/* Appends a code point as UTF-8. */
static void append_code(reload_buf *text, uint32_t c)
{
    uint8_t octets[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t heads[] = {0x00, 0xc0, 0xe0, 0xf0};
    for (size_t i = len; i-- > 1; c >>= 6)
        octets[i] = (uint8_t)(0x80 | (c & 0x3f));
    octets[0] = (uint8_t)(heads[len - 1] | c);
    reload_buf_append(text, octets, len);
}

/* A BMPString or UniversalString as UTF-8. Invalid characters become U+FFFD. */
static void append_wide(reload_buf *text, const mbedtls_x509_buf *value, size_t width)
{
    for (size_t i = 0; i < value->len; i += width) {
        bool whole = value->len - i >= width;
        uint32_t c = !whole       ? UINT32_MAX
                     : width == 2 ? rl_get16(value->p + i)
                                  : rl_get32(value->p + i);
        append_code(text, c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0xfffd : c);
    }
}

static void append_value(reload_buf *text, const mbedtls_x509_buf *value)
{
    if (value->tag == MBEDTLS_ASN1_BMP_STRING)
        append_wide(text, value, 2);
    else if (value->tag == MBEDTLS_ASN1_UNIVERSAL_STRING)
        append_wide(text, value, 4);
    else
        reload_buf_append(text, value->p, value->len);
}

/* Appends a value, escaped for a terminal. A comma, and a plus sign after a blank, get a backslash:
 * they do not end the value. */
static void append_escaped(reload_buf *text, const reload_buf *value)
{
    size_t from = 0;
    for (size_t i = 0; i < value->len; i++) {
        uint8_t c = value->octets[i];
        if (c != ',' && (c != '+' || i == 0 || value->octets[i - 1] != ' '))
            continue;
        rl_escape(text, value->octets + from, i - from, 0);
        reload_buf_append(text, "\\", 1);
        from = i;
    }
    if (value->len > from)
        rl_escape(text, value->octets + from, value->len - from, 0);
}

/* Appends "CN", or the OID of a type without a short name. */
static reload_err append_type(reload_buf *text, const mbedtls_asn1_buf *oid)
{
    const char *name = NULL;
    size_t size = 4 * oid->len + 16; /* an octet of an OID adds at most four characters */
    if (mbedtls_oid_get_attr_short_name(oid, &name) == 0) {
        reload_buf_append(text, name, strlen(name));
        return RELOAD_OK;
    }
    char *digits = malloc(size);
    if (digits == NULL)
        return RELOAD_ERR_MEMORY;
    int n = mbedtls_oid_get_numeric_string(digits, size, oid);
    reload_buf_append(text, n > 0 ? digits : "?", n > 0 ? (size_t)n : 1);
    free(digits);
    return RELOAD_OK;
}

static reload_err append_dn(reload_buf *text, const mbedtls_x509_name *dn)
{
    reload_err err = RELOAD_OK;
    bool merged = false;
    for (; dn != NULL && err == RELOAD_OK; dn = dn->next) {
        reload_buf value = {0};
        if (dn->oid.p == NULL) /* an empty name */
            continue;
        if (text->len > 0)
            reload_buf_append(text, merged ? " + " : ", ", merged ? 3 : 2);
        merged = dn->next_merged != 0;
        err = append_type(text, &dn->oid);
        reload_buf_append(text, "=", 1);
        append_value(&value, &dn->val);
        append_escaped(text, &value);
        err = err == RELOAD_OK ? value.err : err;
        reload_buf_free(&value);
    }
    return err;
}

reload_err rl_dn_text(const mbedtls_x509_name *dn, char **result)
{
    reload_buf text = {0};
    reload_err err = append_dn(&text, dn);
    reload_buf_append(&text, "", 1);
    err = err == RELOAD_OK ? text.err : err;
    *result = err == RELOAD_OK ? strdup((const char *)text.octets) : NULL;
    reload_buf_free(&text);
    return err == RELOAD_OK && *result == NULL ? RELOAD_ERR_MEMORY : err;
}

/* ---- As issued ---- */

enum { MAX_COMMON_NAME = 64 }; /* characters: ub-common-name (RFC 5280 appendix A.1) */
static const char prefix[] = "CN=";

/* Fails, or counts the characters. */
static reload_err count_characters(const char *name, size_t *count, reload_diag *diag)
{
    size_t left = strlen(name), n = 0;
    for (const uint8_t *at = (const uint8_t *)name; left > 0; at += n, left -= n, (*count)++) {
        uint32_t c;
        n = rl_utf8(at, left, &c);
        if (n == 0)
            return rl_fail(diag, RELOAD_ERR_VALUE,
                           "common name is not UTF-8: octet 0x%02x as character %zu", at[0],
                           *count + 1);
        if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
            return rl_fail(diag, RELOAD_ERR_VALUE,
                           "common name has the control character U+%04" PRIX32 " as character %zu",
                           c, *count + 1);
    }
    return RELOAD_OK;
}

reload_err reload_subject_check(const char *subject, reload_diag *diag)
{
    enum { PREFIX = sizeof prefix - 1 };
    size_t count = 0;
    if (strncmp(subject, prefix, PREFIX) != 0)
        return rl_fail(diag, RELOAD_ERR_VALUE, "subject does not begin with \"%s\"", prefix);
    reload_err err = count_characters(subject + PREFIX, &count, diag);
    if (err == RELOAD_OK && (count == 0 || count > MAX_COMMON_NAME))
        err = rl_fail(diag, RELOAD_ERR_VALUE, "common name has %zu characters, expected 1 to %d",
                      count, MAX_COMMON_NAME);
    return err;
}

size_t rl_asn1_subject(rl_asn1 *w, const char *subject)
{
    const char *name = subject + sizeof prefix - 1;
    size_t len = rl_asn1_octets(w, name, strlen(name));
    len = rl_asn1_wrap(w, len, MBEDTLS_ASN1_UTF8_STRING);
    len += rl_asn1_written(w, mbedtls_asn1_write_oid(&w->at, w->start, MBEDTLS_OID_AT_CN,
                                                     MBEDTLS_OID_SIZE(MBEDTLS_OID_AT_CN)));
    len = rl_asn1_wrap(w, len, RL_SEQUENCE);
    len = rl_asn1_wrap(w, len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET);
    return rl_asn1_wrap(w, len, RL_SEQUENCE);
}
