/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in certificates, and the peers and users that they name (D19, D20, D21). */
#include "x509/cert.h"

#include <stdlib.h>
#include <string.h>

/* Compares without regard to the case of ASCII letters, whatever the locale. */
static bool same_letters(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int x = (unsigned char)a[i], y = (unsigned char)b[i];
        x = x >= 'A' && x <= 'Z' ? x - 'A' + 'a' : x;
        y = y >= 'A' && y <= 'Z' ? y - 'A' + 'a' : y;
        if (x != y)
            return false;
    }
    return true;
}

/* Drops one of the prefixes, in any case, from text. Returns whether it began with one. */
static bool drop_prefix(const char *const *prefixes, const char **text, size_t *len)
{
    for (; *prefixes != NULL; prefixes++) {
        size_t n = strlen(*prefixes);
        if (*len >= n && same_letters(*text, *prefixes, n)) {
            *text += n;
            *len -= n;
            return true;
        }
    }
    return false;
}

static const char *const sip_prefixes[] = {"sip:", "sips:", NULL};
static const char *const aor_prefixes[] = {"sip:", "sips:", "mailto:", NULL};

static reload_err add_name(reload_cert *cert, const reload_cert_name *name, const char *text,
                           size_t len)
{
    reload_cert_name *names = rl_grow(cert->names, &cert->cap, cert->count, sizeof *names);
    if (names == NULL)
        return RELOAD_ERR_MEMORY;
    cert->names = names;
    char **texts = rl_grow(cert->texts, &cert->texts_cap, cert->count, sizeof *texts);
    if (texts == NULL)
        return RELOAD_ERR_MEMORY;
    cert->texts = texts;
    char *copied = malloc(len + 1);
    if (copied == NULL)
        return RELOAD_ERR_MEMORY;
    memcpy(copied, text, len);
    copied[len] = '\0';
    cert->texts[cert->count] = copied;
    cert->names[cert->count] = *name;
    cert->names[cert->count].text = copied;
    cert->count++;
    return RELOAD_OK;
}

/* reload://<40 hex digits>@<overlay name>/ */
static bool peer_uri(const char *text, size_t len, reload_cert_name *name, const char **overlay,
                     size_t *overlay_len)
{
    static const char scheme[] = "reload://";
    enum { SCHEME = sizeof scheme - 1, DIGITS = 2 * RELOAD_ID_SIZE };
    if (len < SCHEME + DIGITS + 3 || memcmp(text, scheme, SCHEME) != 0 ||
        !reload_hex_decode(text + SCHEME, DIGITS, name->id) || text[SCHEME + DIGITS] != '@' ||
        text[len - 1] != '/')
        return false;
    *overlay = text + SCHEME + DIGITS + 1;
    *overlay_len = len - (SCHEME + DIGITS + 2);
    return memchr(*overlay, '%', *overlay_len) == NULL;
}

/* One entry of a subjectAltName. Anything but D19's names is skipped. */
static reload_err read_name(reload_cert *cert, const mbedtls_x509_buf *entry)
{
    enum {
        RFC822_NAME = 0x81,
        URI = 0x86
    }; /* RFC 5280 section 4.2.1.6: context-specific, primitive */
    const char *text = (const char *)entry->p, *part;
    size_t len = entry->len, part_len;
    reload_cert_name name = {.peer = false};
    if (entry->tag != RFC822_NAME && entry->tag != URI)
        return RELOAD_OK;
    for (size_t i = 0; i < len; i++)
        if (entry->p[i] < 0x20 || entry->p[i] > 0x7e)
            return RELOAD_OK;
    if (entry->tag == URI && peer_uri(text, len, &name, &part, &part_len)) {
        name.peer = true;
        return add_name(cert, &name, part, part_len);
    }
    if (entry->tag == URI && !drop_prefix(sip_prefixes, &text, &len))
        return RELOAD_OK;
    const char *rest = text;
    size_t rest_len = len;
    if (entry->tag == URI && drop_prefix(aor_prefixes, &rest, &rest_len))
        return RELOAD_OK; /* D21 drops one prefix, not two */
    const reload_cert_name *last = cert->count > 0 ? &cert->names[cert->count - 1] : NULL;
    if (last != NULL && !last->peer && strlen(last->text) == len &&
        memcmp(last->text, text, len) == 0)
        return RELOAD_OK; /* one user, as a mail address and as a SIP URI */
    return len == 0 ? RELOAD_OK : add_name(cert, &name, text, len);
}

reload_err rl_names_read(reload_cert *cert)
{
    reload_err err = RELOAD_OK;
    if ((cert->crt.ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) == 0)
        return RELOAD_OK;
    for (const mbedtls_x509_sequence *s = &cert->crt.subject_alt_names;
         s != NULL && err == RELOAD_OK; s = s->next)
        err = read_name(cert, &s->buf);
    return err;
}

bool rl_cert_names_peer(const reload_cert *cert, const uint8_t id[RELOAD_ID_SIZE],
                        const char *overlay, uint32_t crc, bool any_overlay)
{
    for (size_t i = 0; i < cert->count; i++) {
        const reload_cert_name *name = &cert->names[i];
        if (name->peer && memcmp(name->id, id, RELOAD_ID_SIZE) == 0 &&
            (overlay != NULL ? strcmp(name->text, overlay) == 0
                             : any_overlay || reload_overlay_id(name->text) == crc))
            return true;
    }
    return false;
}

/* D21: compares two addresses of record by their parts before and after the last "@". */
static bool same_user(const char *a, size_t a_len, const char *b, size_t b_len)
{
    (void)drop_prefix(aor_prefixes, &a, &a_len);
    (void)drop_prefix(aor_prefixes, &b, &b_len);
    const char *at = memrchr(a, '@', a_len);
    if (a_len != b_len || at == NULL)
        return false;
    size_t user = (size_t)(at - a);
    const char *other = memrchr(b, '@', b_len);
    return other == b + user && user > 0 && user + 1 < a_len && memcmp(a, b, user) == 0 &&
           same_letters(at, other, a_len - user);
}

void rl_drop_scheme(const uint8_t **key, size_t *len)
{
    const char *text = (const char *)*key;
    (void)drop_prefix(aor_prefixes, &text, len);
    *key = (const uint8_t *)text;
}

bool rl_cert_names_user(const reload_cert *cert, const uint8_t *key, size_t len)
{
    for (size_t i = 0; i < cert->count; i++)
        if (!cert->names[i].peer &&
            same_user(cert->names[i].text, strlen(cert->names[i].text), (const char *)key, len))
            return true;
    return false;
}

/* Compares strings without regard to their type and case, all else octet for octet. */
static bool same_dn_value(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    bool strings =
        (a->tag == MBEDTLS_ASN1_UTF8_STRING || a->tag == MBEDTLS_ASN1_PRINTABLE_STRING) &&
        (b->tag == MBEDTLS_ASN1_UTF8_STRING || b->tag == MBEDTLS_ASN1_PRINTABLE_STRING);
    if (strings)
        return a->len == b->len && same_letters((const char *)a->p, (const char *)b->p, a->len);
    return a->tag == b->tag && rl_same_octets(a, b);
}

bool rl_same_dn(const mbedtls_x509_name *a, const mbedtls_x509_name *b)
{
    for (; a != NULL && b != NULL; a = a->next, b = b->next)
        if (a->oid.tag != b->oid.tag || !rl_same_octets(&a->oid, &b->oid) ||
            !same_dn_value(&a->val, &b->val) || a->next_merged != b->next_merged)
            return false;
    return a == NULL && b == NULL;
}
