/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a digest that was made elsewhere against the message, and explains a mismatch as far as
 * possible. */
#include "crypto/digest.h"
#include "sign/sign.h"
#include "x509/x509.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DIGEST = RL_MAX_RSA_BITS / 8 };

static reload_err refuse_digest(reload_diag *diag, const char *why)
{
    return rl_fail(diag, RELOAD_ERR_REFUSED,
                   "refused: the attached digest does not match this message%s", why);
}

/* Whether octets are text, or, with hex, only hex digits in lines. */
static bool is_text(const reload_span *octets, bool hex)
{
    for (size_t i = 0; i < octets->len; i++) {
        uint8_t c = octets->octets[i];
        bool good = hex ? rl_hex_digit(c) >= 0 : c >= ' ' && c <= '~';
        if (!good && c != '\n' && c != '\r')
            return false;
    }
    return octets->len > 0;
}

/* Refuses a digest of another length, and names what it is instead, if that is known. */
static reload_err refuse_length(const reload_span *attached, size_t len, const char *why,
                                reload_diag *diag)
{
    char is[128] = "";
    reload_content content = reload_recognise(attached->octets, attached->len);
    const char *remedy = reload_content_remedy(content);
    if (why[0] == '\0' && attached->len > 0 && content != RELOAD_CONTENT_UNKNOWN)
        (void)snprintf(is, sizeof is, ": it is %s, not raw octets%s%s",
                       reload_content_text(content), remedy == NULL ? "" : "; ",
                       remedy == NULL ? "" : remedy);
    else if (why[0] == '\0' && is_text(attached, false) && attached->len > len)
        (void)snprintf(is, sizeof is, ": it is %s",
                       is_text(attached, true) ? "hex text, not raw octets; use xxd -r -p FILE"
                                               : "text, not raw octets");
    return rl_fail(diag, RELOAD_ERR_REFUSED,
                   "refused: the attached digest has %zu octets, expected %zu%s", attached->len,
                   len, is[0] == '\0' ? why : is);
}

/* ---- HMAC ---- */

reload_err rl_check_attached_mac(const uint8_t *digest, size_t len, const reload_span *attached,
                                 reload_diag *diag)
{
    if (attached->len != len)
        return refuse_length(attached, len, "", diag);
    return rl_equal(digest, attached->octets, len)
               ? RELOAD_OK
               : refuse_digest(
                     diag,
                     ": it was made with another secret, or over another message, TIMESTAMP or "
                     "Transaction ID");
}

/* ---- RSA ---- */

/* Explains a signature of the right size by the content of its block. */
static reload_err refuse_block(const reload_cert *cert, reload_md md, const reload_covered *covered,
                               const reload_span *attached, reload_diag *diag)
{
    static const uint8_t sha1[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                   0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
    uint8_t block[MAX_DIGEST], digest[RELOAD_MAX_MD_SIZE];
    char found[2 * RL_SHA1_SIZE + 1] = "", expected[2 * RL_SHA1_SIZE + 1] = "", why[192];
    bool good = false;
    reload_err err = reload_cert_recover(cert, attached->octets, block, &good);
    if (err == RELOAD_OK)
        err = reload_digest(md, covered->span, covered->count, digest);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    const reload_span inner =
        good ? reload_pkcs1_content(block, attached->len) : (reload_span){NULL, 0};
    if (inner.octets == NULL)
        return refuse_digest(diag, ": the certificate's key did not make it with PKCS #1 v1.5");
    if (md != RELOAD_MD_SHA1 || inner.len != sizeof sha1 + RL_SHA1_SIZE ||
        memcmp(inner.octets, sha1, sizeof sha1) != 0)
        return refuse_digest(diag, ": the certificate's key made it over a hash other than SHA-1");
    reload_hex_encode(inner.octets + sizeof sha1, RL_SHA1_SIZE, found);
    reload_hex_encode(digest, RL_SHA1_SIZE, expected);
    (void)snprintf(why, sizeof why,
                   ": the key signed SHA-1 %s, expected %s; message, TIMESTAMP and "
                   "Transaction ID must be those that were signed",
                   found, expected);
    return refuse_digest(diag, why);
}

/* A signature that is too short may lack its leading zeros. */
static reload_err refuse_short(const reload_cert *cert, reload_md md, const reload_covered *covered,
                               const reload_span *attached, size_t size, reload_diag *diag)
{
    uint8_t padded[MAX_DIGEST] = {0};
    bool match = false;
    memcpy(padded + size - attached->len, attached->octets, attached->len);
    reload_err err = rl_cert_verify(cert, md, covered->span, covered->count,
                                    (reload_span){padded, size}, &match);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    return refuse_length(attached, size,
                         match ? ": its leading zero octets are missing; add them" : "", diag);
}

reload_err rl_check_attached(const reload_cert *cert, reload_md md, const reload_covered *covered,
                             const reload_span *attached, size_t size, reload_diag *diag)
{
    bool match = false;
    if (attached->len > size || attached->len == 0 || size > MAX_DIGEST)
        return refuse_length(attached, size, "", diag);
    if (attached->len < size)
        return refuse_short(cert, md, covered, attached, size, diag);
    reload_err err = rl_cert_verify(cert, md, covered->span, covered->count, *attached, &match);
    if (err != RELOAD_OK)
        return rl_fail_plain(diag, err);
    return match ? RELOAD_OK : refuse_block(cert, md, covered, attached, diag);
}
