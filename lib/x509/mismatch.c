/* SPDX-License-Identifier: BSD-2-Clause */
#include "x509/mismatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_OVERLAY = 32, SHOWN_KEY = 64 };

/* The certificate's first name of a kind, and how many there are. */
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

/* The certificate's name of a Peer-ID, for whatever overlay; NULL: it has none. */
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
        (void)snprintf(text, size,
                       "the certificate names it for overlay \"%.*s\", expected \"%.*s\"",
                       SHOWN_OVERLAY, own->text, SHOWN_OVERLAY, overlay_name);
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
