/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/mismatch.h"

#include "x509/cert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_OVERLAY = 32, SHOWN_KEY = 64, SHOWN_SUBJECT = 64 };

/* The certificate's first name of a kind, and the number of such names. */
static const reload_cert_name *first_name(const reload_cert *cert, bool peer, size_t *count)
{
    const reload_cert_name *first = NULL;
    *count = 0;
    for (size_t i = 0; i < reload_cert_names(cert); i++) {
        const reload_cert_name *name = reload_cert_name_at(cert, i);
        if (name->peer != peer)
            continue;
        if ((*count)++ == 0)
            first = name;
    }
    return first;
}

/* The certificate's name for a Peer-ID, for any overlay; or NULL. */
static const reload_cert_name *name_of(const reload_cert *cert, const uint8_t id[RELOAD_ID_SIZE])
{
    for (size_t i = 0; i < reload_cert_names(cert); i++) {
        const reload_cert_name *name = reload_cert_name_at(cert, i);
        if (name->peer && memcmp(name->id, id, RELOAD_ID_SIZE) == 0)
            return name;
    }
    return NULL;
}

/* " and N more", or nothing. */
static const char *more_text(size_t count, char *text, size_t size)
{
    text[0] = '\0';
    if (count > 1)
        (void)snprintf(text, size, " and %zu more", count - 1);
    return text;
}

void rl_peer_mismatch_text(const reload_cert *cert, const uint8_t id[RELOAD_ID_SIZE],
                           const char *overlay_name, uint32_t overlay, char *text, size_t size)
{
    char hex[2 * RELOAD_ID_SIZE + 1] = "", other[2 * RELOAD_ID_SIZE + 1] = "", more[32];
    size_t count;
    const reload_cert_name *first = first_name(cert, true, &count), *own = name_of(cert, id);
    reload_hex_encode(id, RELOAD_ID_SIZE, hex);
    if (first == NULL) {
        (void)snprintf(text, size, "%s, but the certificate names no Peer-ID", hex);
    } else if (own != NULL && overlay_name != NULL) {
        (void)snprintf(
            text, size, "the certificate names it for overlay \"%.*s\", expected \"%.*s\"",
            SHOWN_OVERLAY, own->text, rl_utf8_start(overlay_name, SHOWN_OVERLAY), overlay_name);
    } else if (own != NULL) {
        (void)snprintf(text, size,
                       "the certificate names it for overlay \"%.*s\", whose CRC-32 is %08" PRIx32
                       ", but Overlay is %08" PRIx32,
                       SHOWN_OVERLAY, own->text, reload_overlay_id(own->text), overlay);
    } else {
        reload_hex_encode(first->id, RELOAD_ID_SIZE, other);
        (void)snprintf(text, size, "%s, but the certificate names %s%s", hex, other,
                       more_text(count, more, sizeof more));
    }
}

static bool is_utf8(const char *text, size_t left)
{
    size_t len;
    uint32_t code;
    for (; left > 0; left -= len, text += len)
        if ((len = rl_utf8((const uint8_t *)text, left, &code)) == 0)
            return false;
    return true;
}

void rl_overlay_mismatch_text(uint32_t overlay, const char *overlay_name, char *text, size_t size)
{
    enum { SHOWN = 100 };
    size_t len = strlen(overlay_name);
    bool shown = len <= SHOWN && is_utf8(overlay_name, len);
    (void)snprintf(text, size, "Overlay is %08" PRIx32 ", expected %08" PRIx32 "%s%s%s", overlay,
                   reload_overlay_id(overlay_name), shown ? " (CRC-32 of \"" : "",
                   shown ? overlay_name : "", shown ? "\")" : "");
}

static bool is_printable(const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octets[i] < 0x20 || octets[i] > 0x7e)
            return false;
    return true;
}

void rl_key_mismatch_text(const reload_cert *cert, const uint8_t *key, size_t len, char *text,
                          size_t size)
{
    char shown[SHOWN_KEY + 8], more[32];
    size_t count;
    const reload_cert_name *first = first_name(cert, false, &count);
    if (len <= SHOWN_KEY && is_printable(key, len))
        (void)snprintf(shown, sizeof shown, "\"%.*s\"", (int)len, (const char *)key);
    else
        (void)snprintf(shown, sizeof shown, "%zu octets", len);
    if (first == NULL)
        (void)snprintf(text, size, "%s, but the certificate names no address of record", shown);
    else
        (void)snprintf(text, size, "%s, but the certificate names \"%.*s\"%s", shown, SHOWN_KEY,
                       first->text, more_text(count, more, sizeof more));
}

/* ---- Objections ---- */

/* The certificate at fault: "CN=… in its chain ", or nothing for the certificate itself. */
static void write_subject(const mbedtls_x509_crt *crt, char *text, size_t size)
{
    char *subject = NULL;
    if (rl_dn_text(&crt->subject, &subject) != RELOAD_OK)
        subject = NULL;
    size_t len = subject == NULL ? 0 : strlen(subject);
    if (len > 0)
        (void)snprintf(text, size, "%.*s%s in its chain ", rl_utf8_start(subject, SHOWN_SUBJECT),
                       subject, len <= SHOWN_SUBJECT ? "" : "…");
    else
        (void)snprintf(text, size, "a certificate in its chain ");
    free(subject);
}

/* The date that the objection is about, if any. */
static void write_dates(const rl_objection *o, char *text, size_t size)
{
    char its[RELOAD_TIME_SIZE] = "", ours[RELOAD_TIME_SIZE];
    reload_time_text(o->time / RELOAD_SECOND, ours);
    bool early = rl_date_read(&o->at->valid_from) > o->time;
    const mbedtls_x509_time *date = early ? &o->at->valid_from : &o->at->valid_to;
    reload_time_text(rl_date_read(date) / RELOAD_SECOND, its);
    if (o->fault == RL_CERT_REVOKED)
        (void)snprintf(text, size, " since %s", ours);
    else if (o->fault == RL_CERT_EXPIRED)
        (void)snprintf(text, size, ": %s is %s, the time of checking is %s",
                       early ? "notBefore" : "notAfter", its, ours);
}

/* ": its issuer is CN=a, expected CN=b". A CA of that name has another key. */
static void write_issuer(const rl_objection *o, const reload_cert *cert, char *text, size_t size)
{
    enum { SHOWN = 48 };
    char *issuer = NULL, *expected = NULL;
    if (rl_dn_text(&cert->crt.issuer, &issuer) == RELOAD_OK &&
        rl_dn_text(&o->anchor->subject, &expected) == RELOAD_OK) {
        if (strcmp(issuer, expected) == 0)
            (void)snprintf(text, size, ": the key of %.*s does not verify its signature",
                           rl_utf8_start(issuer, SHOWN), issuer);
        else
            (void)snprintf(text, size, ": its issuer is %.*s, expected %.*s",
                           rl_utf8_start(issuer, SHOWN), issuer, rl_utf8_start(expected, SHOWN),
                           expected);
    }
    free(issuer);
    free(expected);
}

void rl_objection_text(const rl_objection *objection, const reload_cert *cert, char *text,
                       size_t size)
{
    char subject[SHOWN_SUBJECT + 32] = "", key[80], more[160] = "";
    const char *words = objection->words;
    if (objection->at != NULL) {
        if (objection->at != &cert->crt)
            write_subject(objection->at, subject, sizeof subject);
        if (objection->fault == RL_CERT_WEAK) {
            rl_pk_fault_text(&objection->at->pk, objection->min_bits, key, sizeof key);
            words = key;
        }
        write_dates(objection, more, sizeof more);
    } else if (objection->anchor != NULL && cert != NULL) {
        write_issuer(objection, cert, more, sizeof more);
    }
    (void)snprintf(text, size, "%s%s%s%s%s", subject, words, more,
                   objection->limit == NULL ? "" : "; ",
                   objection->limit == NULL ? "" : objection->limit);
}
