#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* 3.6 hides fields that have no accessor */

#include "x509/x509.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/asn1.h>
#include <mbedtls/asn1write.h>
#include <mbedtls/error.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>
#include <mbedtls/x509_csr.h>

struct reload_cert {
    mbedtls_x509_crt crt;
    char subject[512];
    char issuer[512];
    char serial[2 * 64 + 1];
    reload_cert_name *names;
    char **texts; /* of the names; owned */
    size_t count;
    size_t cap;
    size_t texts_cap;
};

static const rl_objection none = {RELOAD_REASON_NONE, NULL};

static rl_objection object(reload_reason reason, const char *words)
{
    return (rl_objection){reason, words};
}

/* Whether an error of mbed TLS says no more than that there was no memory. */
static bool no_memory(int failed)
{
    unsigned low = (unsigned)-failed & 0x7f, high = (unsigned)-failed & 0xff80;
    return low == (unsigned)-MBEDTLS_ERR_MPI_ALLOC_FAILED ||
           (unsigned)-failed == (unsigned)-MBEDTLS_ERR_ASN1_ALLOC_FAILED ||
           high == (unsigned)-MBEDTLS_ERR_X509_ALLOC_FAILED ||
           high == (unsigned)-MBEDTLS_ERR_PK_ALLOC_FAILED ||
           high == (unsigned)-MBEDTLS_ERR_MD_ALLOC_FAILED ||
           low == (unsigned)-MBEDTLS_ERR_ASN1_ALLOC_FAILED;
}

void reload_cert_free(reload_cert **cert)
{
    if (cert == NULL || *cert == NULL)
        return;
    (*cert)->crt.next = NULL; /* a chain is only lent */
    mbedtls_x509_crt_free(&(*cert)->crt);
    for (size_t i = 0; i < (*cert)->count; i++)
        free((*cert)->texts[i]);
    free((*cert)->texts);
    free((*cert)->names);
    free(*cert);
    *cert = NULL;
}

/* ---- Names (D19) ---- */

/* Letters without regard to case, in ASCII whatever the locale. */
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

/* Drops one prefix of a list, in any case, from the front of text. Returns whether there was one.
 */
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
    void *names = cert->names, *texts = cert->texts;
    bool grown = rl_grow(&names, &cert->cap, cert->count, sizeof *cert->names);
    cert->names = names;
    grown = rl_grow(&texts, &cert->texts_cap, cert->count, sizeof *cert->texts) && grown;
    cert->texts = texts;
    char *copied = grown ? malloc(len + 1) : NULL;
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

/* One entry of a subjectAltName. What is none of D19's names is passed over. */
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
        return RELOAD_OK; /* a user often stands there twice, as a mail address and as a SIP URI */
    return len == 0 ? RELOAD_OK : add_name(cert, &name, text, len);
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

/* D21: two addresses of record, compared by what is before and what is behind the last "@". */
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

/* ---- Reading ---- */

/* Days from 1970-01-01 by the Gregorian calendar, and the seconds of the day; a date that mbed TLS
 * has read. */
static int64_t seconds_of(const mbedtls_x509_time *t)
{
    struct tm tm = {.tm_year = t->year - 1900,
                    .tm_mon = t->mon - 1,
                    .tm_mday = t->day,
                    .tm_hour = t->hour,
                    .tm_min = t->min,
                    .tm_sec = t->sec};
    return (int64_t)timegm(&tm);
}

static int compare_oids(const void *a, const void *b)
{
    const mbedtls_asn1_buf *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->len == 0 ? 0 : memcmp(x->p, y->p, x->len);
}

/* Whether an extension stands twice, known or unknown (RFC 5280 section 4.2). */
static reload_err find_duplicate(const mbedtls_x509_crt *crt, bool *duplicate)
{
    unsigned char *p = crt->v3_ext.p;
    const unsigned char *end = p == NULL ? NULL : p + crt->v3_ext.len;
    mbedtls_asn1_buf *oids = NULL;
    void *array = NULL;
    size_t count = 0, cap = 0, len;
    reload_err err = RELOAD_OK;
    *duplicate = false;
    if (p == NULL ||
        mbedtls_asn1_get_tag(&p, end, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0)
        return RELOAD_OK;
    while (p < end && mbedtls_asn1_get_tag(&p, end, &len,
                                           MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) == 0) {
        const unsigned char *next = p + len;
        if (!rl_grow(&array, &cap, count, sizeof *oids)) {
            err = RELOAD_ERR_MEMORY;
            break;
        }
        oids = array;
        if (mbedtls_asn1_get_tag(&p, next, &len, MBEDTLS_ASN1_OID) != 0)
            break;
        oids[count++] = (mbedtls_asn1_buf){.tag = MBEDTLS_ASN1_OID, .len = len, .p = p};
        p = crt->v3_ext.p + (next - crt->v3_ext.p);
    }
    if (err == RELOAD_OK && count > 1) {
        qsort(oids, count, sizeof *oids, compare_oids);
        for (size_t i = 1; i < count && !*duplicate; i++)
            *duplicate = compare_oids(&oids[i - 1], &oids[i]) == 0;
    }
    free(array);
    return err;
}

static int append_to(void *arg, const void *octets, size_t len)
{
    reload_buf_append(arg, octets, len);
    return 0;
}

/* A distinguished name for people. */
static reload_err write_dn(const mbedtls_x509_name *dn, char *text, size_t size)
{
    char raw[1024];
    reload_buf escaped = {0};
    int n = mbedtls_x509_dn_gets(raw, sizeof raw, dn);
    size_t len = n > 0 ? strnlen(raw, sizeof raw) : 0;
    reload_err err = n < 0 && no_memory(n)
                         ? RELOAD_ERR_MEMORY
                         : reload_escape((const uint8_t *)raw, len, append_to, &escaped);
    if (err == RELOAD_OK)
        err = escaped.err;
    size_t fits = escaped.len < size - 1 ? escaped.len : size - 1;
    if (err == RELOAD_OK && fits > 0)
        memcpy(text, escaped.octets, fits);
    text[err == RELOAD_OK ? fits : 0] = '\0';
    reload_buf_free(&escaped);
    return err;
}

/* What is worked out once: words and names. */
static reload_err learn(reload_cert *cert)
{
    reload_err err = write_dn(&cert->crt.subject, cert->subject, sizeof cert->subject);
    if (err == RELOAD_OK)
        err = write_dn(&cert->crt.issuer, cert->issuer, sizeof cert->issuer);
    size_t serial = cert->crt.serial.len < sizeof cert->serial / 2 ? cert->crt.serial.len
                                                                   : sizeof cert->serial / 2;
    reload_hex_encode(cert->crt.serial.p, serial, cert->serial);
    cert->serial[2 * serial] = '\0';
    if ((cert->crt.ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) == 0)
        return err;
    for (const mbedtls_x509_sequence *s = &cert->crt.subject_alt_names;
         s != NULL && err == RELOAD_OK; s = s->next)
        err = read_name(cert, &s->buf);
    return err;
}

/* Whether the SubjectPublicKeyInfo of a certificate that mbed TLS could not read holds a key that
 * D18's step 2 refuses: not RSA, or larger than 8192 bits. The fields in front of it are stepped
 * over (RFC 5280 section 4.1). */
static bool key_is_refused(const uint8_t *der, size_t len)
{
    enum { CONSTRUCTED_SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE };
    static const int tags[] = {
        MBEDTLS_ASN1_INTEGER, CONSTRUCTED_SEQUENCE, CONSTRUCTED_SEQUENCE, CONSTRUCTED_SEQUENCE,
        CONSTRUCTED_SEQUENCE}; /* serial number, signature, issuer, validity, subject */
    unsigned char *p = (unsigned char *)(uintptr_t)der; /* only read */
    const unsigned char *end = der + len;
    size_t n;
    if (mbedtls_asn1_get_tag(&p, end, &n, CONSTRUCTED_SEQUENCE) != 0 ||
        mbedtls_asn1_get_tag(&p, end, &n, CONSTRUCTED_SEQUENCE) != 0)
        return false;
    if (mbedtls_asn1_get_tag(&p, end, &n,
                             MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0) == 0)
        p += n;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        if (mbedtls_asn1_get_tag(&p, end, &n, tags[i]) != 0)
            return false;
        p += n;
    }
    if (mbedtls_asn1_get_tag(&p, end, &n, CONSTRUCTED_SEQUENCE) != 0 ||
        mbedtls_asn1_get_tag(&p, end, &n, CONSTRUCTED_SEQUENCE) != 0)
        return false;
    unsigned char *algorithm_end = p + n;
    if (mbedtls_asn1_get_tag(&p, algorithm_end, &n, MBEDTLS_ASN1_OID) != 0)
        return false;
    if (n != MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS1_RSA) || memcmp(p, MBEDTLS_OID_PKCS1_RSA, n) != 0)
        return true;
    p = algorithm_end;
    if (mbedtls_asn1_get_tag(&p, end, &n, MBEDTLS_ASN1_BIT_STRING) != 0 || n == 0)
        return false;
    p++; /* the number of unused bits */
    if (mbedtls_asn1_get_tag(&p, end, &n, CONSTRUCTED_SEQUENCE) != 0 ||
        mbedtls_asn1_get_tag(&p, end, &n, MBEDTLS_ASN1_INTEGER) != 0)
        return false;
    while (n > 0 && *p == 0) {
        p++;
        n--;
    }
    return n > RL_MAX_RSA_BITS / 8;
}

/* Turns an error of mbed TLS's parser into an objection. */
static rl_objection parse_objection(int failed, const uint8_t *der, size_t len)
{
    unsigned high = (unsigned)-failed & 0xff80;
    bool algorithm = high == (unsigned)-MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG;
    if ((algorithm || high == (unsigned)-MBEDTLS_ERR_PK_UNKNOWN_PK_ALG ||
         high == (unsigned)-MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
         high == (unsigned)-MBEDTLS_ERR_PK_INVALID_PUBKEY) &&
        key_is_refused(der, len))
        return object(RELOAD_REASON_WEAK_KEY,
                      "the certificate's key is not RSA, or larger than 8192 bits");
    if (algorithm)
        return object(RELOAD_REASON_UNTRUSTED_CERTIFICATE,
                      "the certificate is signed by an algorithm that is not known here");
    return object(RELOAD_REASON_BAD_CERTIFICATE,
                  "not an X.509 certificate in DER, or one with an unknown critical extension");
}

reload_err rl_cert_read(const uint8_t *der, size_t len, reload_cert **result,
                        rl_objection *objection)
{
    bool duplicate = false;
    *result = NULL;
    *objection = none;
    reload_cert *cert = calloc(1, sizeof *cert);
    if (cert == NULL)
        return RELOAD_ERR_MEMORY;
    mbedtls_x509_crt_init(&cert->crt);
    int failed = mbedtls_x509_crt_parse_der(&cert->crt, der, len);
    reload_err err = failed != 0 && no_memory(failed) ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK && failed != 0)
        *objection = parse_objection(failed, der, len);
    else if (err == RELOAD_OK && cert->crt.raw.len != len)
        *objection = object(RELOAD_REASON_BAD_CERTIFICATE, "octets follow the certificate");
    else if (err == RELOAD_OK && cert->crt.version != 3)
        *objection = object(RELOAD_REASON_BAD_CERTIFICATE, "not an X.509 v3 certificate");
    if (err == RELOAD_OK && objection->reason == RELOAD_REASON_NONE)
        err = find_duplicate(&cert->crt, &duplicate);
    if (err == RELOAD_OK && duplicate)
        *objection =
            object(RELOAD_REASON_BAD_CERTIFICATE, "an extension stands in the certificate twice");
    if (err == RELOAD_OK && objection->reason == RELOAD_REASON_NONE)
        err = learn(cert);
    if (err != RELOAD_OK || objection->reason != RELOAD_REASON_NONE)
        reload_cert_free(&cert);
    *result = cert;
    return err;
}

/* A copy with a NUL behind it, as mbed TLS wants PEM; *len counts the NUL where it is PEM. NULL
 * without memory. */
static uint8_t *pem_or_der(const uint8_t *octets, size_t *len)
{
    uint8_t *text = malloc(*len + 1);
    if (text == NULL)
        return NULL;
    if (*len > 0)
        memcpy(text, octets, *len);
    text[*len] = '\0';
    if (*len > 0 && memmem(octets, *len, "-----BEGIN", 10) != NULL)
        (*len)++;
    return text;
}

reload_err reload_cert_parse(const uint8_t *octets, size_t len, reload_cert **cert,
                             reload_diag *diag)
{
    mbedtls_x509_crt crt;
    rl_objection objection = none;
    size_t given = len;
    uint8_t *text = pem_or_der(octets, &len);
    bool pem = len != given;
    *cert = NULL;
    if (text == NULL)
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    mbedtls_x509_crt_init(&crt);
    int failed = mbedtls_x509_crt_parse(&crt, text, len);
    reload_err err;
    if (failed != 0 && no_memory(failed))
        err = rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    else if (failed != 0)
        err = rl_fail(diag, RELOAD_ERR_SYNTAX, "no certificate that can be read");
    else if (!pem && crt.raw.len != len)
        err = rl_fail(diag, RELOAD_ERR_SYNTAX, "octets follow the certificate");
    else if ((err = rl_cert_read(crt.raw.p, crt.raw.len, cert, &objection)) != RELOAD_OK)
        (void)rl_fail(diag, err, "%s", reload_strerror(err));
    if (err == RELOAD_OK && objection.reason != RELOAD_REASON_NONE)
        err = rl_fail(diag, RELOAD_ERR_SYNTAX, "%s", objection.words);
    mbedtls_x509_crt_free(&crt);
    free(text);
    return err;
}

const uint8_t *reload_cert_octets(const reload_cert *cert, size_t *len)
{
    *len = cert->crt.raw.len;
    return cert->crt.raw.p;
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

int64_t reload_cert_not_before(const reload_cert *cert)
{
    return seconds_of(&cert->crt.valid_from);
}

int64_t reload_cert_not_after(const reload_cert *cert)
{
    return seconds_of(&cert->crt.valid_to);
}

const char *reload_cert_key_type(const reload_cert *cert)
{
    return mbedtls_pk_get_name(&cert->crt.pk);
}

unsigned reload_cert_key_bits(const reload_cert *cert)
{
    return (unsigned)rl_pk_bits(&cert->crt.pk);
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

enum {
    SPKI_SIZE = 2 * RL_MAX_RSA_BITS / 8 + 64
}; /* of a SubjectPublicKeyInfo whose exponent is as long as the modulus */

/* Whether two keys are the same public key. */
static bool same_key(mbedtls_pk_context *a, mbedtls_pk_context *b)
{
    uint8_t ours[SPKI_SIZE], theirs[SPKI_SIZE];
    int n = mbedtls_pk_write_pubkey_der(a, ours, sizeof ours);
    int m = mbedtls_pk_write_pubkey_der(b, theirs, sizeof theirs);
    return n > 0 && n == m &&
           memcmp(ours + sizeof ours - n, theirs + sizeof theirs - m, (size_t)n) == 0;
}

/* The public key in a certificate, which is only read, though not every version of mbed TLS says
 * so. */
static mbedtls_pk_context *public_key(const mbedtls_x509_crt *crt)
{
    return (mbedtls_pk_context *)(uintptr_t)&crt->pk;
}

bool reload_cert_fits_key(const reload_cert *cert, reload_key *key)
{
    return same_key(rl_key_pk(key), public_key(&cert->crt));
}

bool rl_cert_same_key(const reload_cert *a, const reload_cert *b)
{
    return same_key(public_key(&a->crt), public_key(&b->crt));
}

reload_err rl_cert_fingerprint(const reload_cert *cert,
                               uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE])
{
    uint8_t der[SPKI_SIZE];
    int n = mbedtls_pk_write_pubkey_der(public_key(&cert->crt), der, sizeof der);
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    if (n < 0)
        return no_memory(n) ? RELOAD_ERR_MEMORY : RELOAD_ERR_CRYPTO;
    return md != NULL && mbedtls_md(md, der + sizeof der - n, (size_t)n, fingerprint) == 0
               ? RELOAD_OK
               : RELOAD_ERR_CRYPTO;
}

/* ---- Signatures by a certificate's key (D13) ---- */

/* Whether an RSA key's public exponent has more than 64 bits. None in use has; but one as long as
 * the modulus makes a check a thousand times as costly, and anybody may send one. */
static bool has_long_exponent(const mbedtls_pk_context *rsa)
{
    uint8_t exponent[8];
    return mbedtls_rsa_export_raw(mbedtls_pk_rsa(*rsa), NULL, 0, NULL, 0, NULL, 0, NULL, 0,
                                  exponent, sizeof exponent) != 0;
}

size_t rl_cert_signature_size(const reload_cert *cert)
{
    return mbedtls_pk_get_len(&cert->crt.pk);
}

reload_err rl_cert_verify(reload_cert *cert, reload_md md, const reload_span *spans, size_t count,
                          reload_span signature, bool *match)
{
    uint8_t digest[RELOAD_MAX_MD_SIZE];
    *match = false;
    if (signature.len != rl_cert_signature_size(cert))
        return RELOAD_OK;
    reload_err err = reload_digest(md, spans, count, digest);
    if (err != RELOAD_OK)
        return err;
    int failed = mbedtls_pk_verify(&cert->crt.pk, (mbedtls_md_type_t)rl_md_type(md), digest,
                                   reload_md_size(md), signature.octets, signature.len);
    *match = failed == 0;
    return failed != 0 && no_memory(failed) ? RELOAD_ERR_MEMORY : RELOAD_OK;
}

reload_err rl_cert_recover(reload_cert *cert, const uint8_t *signature, uint8_t *block, bool *good)
{
    mbedtls_pk_context *pk = &cert->crt.pk;
    *good = false;
    if (!mbedtls_pk_can_do(pk, MBEDTLS_PK_RSA) || mbedtls_pk_get_bitlen(pk) < RL_MIN_RSA_BITS ||
        mbedtls_pk_get_bitlen(pk) > RL_MAX_RSA_BITS || has_long_exponent(pk))
        return RELOAD_OK;
    int failed = mbedtls_rsa_public(mbedtls_pk_rsa(*pk), signature, block);
    *good = failed == 0;
    return failed != 0 && no_memory(failed) ? RELOAD_ERR_MEMORY : RELOAD_OK;
}

/* ---- Trust (D18) ---- */

/* A revocation list, and whose it is. */
struct crl {
    mbedtls_x509_crl crl;
    const mbedtls_x509_crt *issuer; /* among the certificates given: the last that has signed it, */
    const mbedtls_x509_crt *other;  /* and the last that has not */
    struct crl *next;
};

struct rl_trust {
    mbedtls_x509_crt anchors;
    mbedtls_x509_crt intermediates;
    struct crl *crls;
    bool has_anchors, has_intermediates;
    unsigned min_rsa_bits;
    bool allow_sha1;
};

rl_trust *rl_trust_new(void)
{
    rl_trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL)
        return NULL;
    mbedtls_x509_crt_init(&trust->anchors);
    mbedtls_x509_crt_init(&trust->intermediates);
    trust->min_rsa_bits = 2048; /* D13 */
    return trust;
}

void rl_trust_free(rl_trust **trust)
{
    if (trust == NULL || *trust == NULL)
        return;
    mbedtls_x509_crt_free(&(*trust)->anchors);
    mbedtls_x509_crt_free(&(*trust)->intermediates);
    for (struct crl *crl = (*trust)->crls, *next; crl != NULL; crl = next) {
        next = crl->next;
        mbedtls_x509_crl_free(&crl->crl);
        free(crl);
    }
    free(*trust);
    *trust = NULL;
}

static reload_err loaded(int failed, const char *what, reload_diag *diag)
{
    if (failed == 0)
        return RELOAD_OK;
    if (failed < 0 && no_memory(failed))
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    if (failed > 0)
        return rl_fail(diag, RELOAD_ERR_SYNTAX, "%d of the %ss in it cannot be read", failed, what);
    return rl_fail(diag, RELOAD_ERR_SYNTAX, "no %s that can be read (mbed TLS: -0x%04x)", what,
                   (unsigned)-failed);
}

static reload_err add_certificates(mbedtls_x509_crt *list, bool *has, const uint8_t *octets,
                                   size_t len, reload_diag *diag)
{
    uint8_t *text = pem_or_der(octets, &len);
    if (text == NULL)
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    reload_err err = loaded(mbedtls_x509_crt_parse(list, text, len), "certificate", diag);
    free(text);
    *has = *has || err == RELOAD_OK;
    return err;
}

reload_err rl_trust_add_ca(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return add_certificates(&trust->anchors, &trust->has_anchors, octets, len, diag);
}

reload_err rl_trust_add_intermediates(rl_trust *trust, const uint8_t *octets, size_t len,
                                      reload_diag *diag)
{
    return add_certificates(&trust->intermediates, &trust->has_intermediates, octets, len, diag);
}

reload_err rl_trust_add_crl(rl_trust *trust, const uint8_t *octets, size_t len, reload_diag *diag)
{
    uint8_t *text = pem_or_der(octets, &len);
    struct crl *first = calloc(1, sizeof *first);
    if (text == NULL || first == NULL) {
        free(text);
        free(first);
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    }
    mbedtls_x509_crl_init(&first->crl);
    reload_err err = loaded(mbedtls_x509_crl_parse(&first->crl, text, len), "CRL", diag);
    free(text);
    first->next = trust->crls;
    trust->crls = first;
    /* several in one file come as mbed TLS's own list: each gets its place here, and is freed from
     * there */
    for (struct crl *at = first; err == RELOAD_OK && at->crl.next != NULL; at = at->next) {
        struct crl *more = calloc(1, sizeof *more);
        if (more == NULL) {
            err = rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
            break;
        }
        mbedtls_x509_crl *moved = at->crl.next;
        more->crl = *moved;
        at->crl.next = NULL;
        mbedtls_free(moved);
        more->next = at->next;
        at->next = more;
    }
    return err;
}

void rl_trust_set_min_rsa_bits(rl_trust *trust, unsigned bits)
{
    /* D13 */
    trust->min_rsa_bits = bits < RL_MIN_RSA_BITS   ? RL_MIN_RSA_BITS
                          : bits > RL_MAX_RSA_BITS ? RL_MAX_RSA_BITS
                                                   : bits;
}

void rl_trust_allow_sha1(rl_trust *trust, bool allowed)
{
    trust->allow_sha1 = allowed;
}

const uint8_t *rl_trust_cert_at(const rl_trust *trust, size_t i, size_t *len)
{
    const mbedtls_x509_crt *lists[] = {trust->has_anchors ? &trust->anchors : NULL,
                                       trust->has_intermediates ? &trust->intermediates : NULL};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (const mbedtls_x509_crt *crt = lists[k]; crt != NULL; crt = crt->next)
            if (i-- == 0) {
                *len = crt->raw.len;
                return crt->raw.p;
            }
    return NULL;
}

bool rl_trust_has_ca(const rl_trust *trust)
{
    return trust->has_anchors;
}

static bool same_buf(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

/* Whether two values of a distinguished name are the same: strings whatever their type and case,
 * all else octet for octet. */
static bool same_dn_value(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    bool strings =
        (a->tag == MBEDTLS_ASN1_UTF8_STRING || a->tag == MBEDTLS_ASN1_PRINTABLE_STRING) &&
        (b->tag == MBEDTLS_ASN1_UTF8_STRING || b->tag == MBEDTLS_ASN1_PRINTABLE_STRING);
    if (strings)
        return a->len == b->len && same_letters((const char *)a->p, (const char *)b->p, a->len);
    return a->tag == b->tag && same_buf(a, b);
}

/* Whether two distinguished names are the same, however they are encoded (RFC 5280 section 7.1, as
 * far as mbed TLS goes). */
static bool same_dn(const mbedtls_x509_name *a, const mbedtls_x509_name *b)
{
    for (; a != NULL && b != NULL; a = a->next, b = b->next)
        if (a->oid.tag != b->oid.tag || !same_buf(&a->oid, &b->oid) ||
            !same_dn_value(&a->val, &b->val) || a->next_merged != b->next_merged)
            return false;
    return a == NULL && b == NULL;
}

/* Whether a signature over signed octets is by a certificate's key. */
static reload_err signed_by(const mbedtls_x509_crt *issuer, mbedtls_md_type_t type,
                            mbedtls_pk_type_t pk, const void *options,
                            const mbedtls_x509_buf *octets, const mbedtls_x509_buf *signature,
                            bool *good)
{
    uint8_t digest[MBEDTLS_MD_MAX_SIZE];
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(type);
    *good = false;
    if (md == NULL)
        return RELOAD_OK;
    if (mbedtls_md(md, octets->p, octets->len, digest) != 0)
        return RELOAD_ERR_CRYPTO;
    int failed = mbedtls_pk_verify_ext(pk, options, public_key(issuer), type, digest,
                                       mbedtls_md_get_size(md), signature->p, signature->len);
    *good = failed == 0;
    return failed != 0 && no_memory(failed) ? RELOAD_ERR_MEMORY : RELOAD_OK;
}

reload_err reload_cert_issued_by(const reload_cert *cert, const reload_cert *issuer, bool *yes)
{
    const mbedtls_x509_crt *crt = &cert->crt;
    *yes = false;
    if (!same_dn(&crt->issuer, &issuer->crt.subject))
        return RELOAD_OK;
    return signed_by(&issuer->crt, crt->sig_md, crt->sig_pk, crt->sig_opts, &crt->tbs, &crt->sig,
                     yes);
}

/* Whether a certificate is one that may issue others: a CA's, whose key may sign certificates. */
static bool may_issue(const mbedtls_x509_crt *crt)
{
    return crt->version == 3 && crt->ca_istrue != 0 &&
           ((crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) == 0 ||
            (crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0);
}

/* Whether issuer has signed a CRL, by its key alone: D18 asks no keyUsage of it, and to pass over a
 * list that its CA did sign would be to trust what is revoked. */
static reload_err crl_signed_by(struct crl *crl, const mbedtls_x509_crt *issuer, bool *good)
{
    *good = crl->issuer == issuer; /* found out before */
    if (*good || crl->other == issuer)
        return RELOAD_OK;
    reload_err err = signed_by(issuer, crl->crl.sig_md, crl->crl.sig_pk, crl->crl.sig_opts,
                               &crl->crl.tbs, &crl->crl.sig, good);
    if (err == RELOAD_OK && *good)
        crl->issuer = issuer;
    else if (err == RELOAD_OK)
        crl->other = issuer;
    return err;
}

/* D18 step 4: a CRL signed by the issuer lists the certificate with a date not after the time. */
static reload_err is_revoked(rl_trust *trust, const mbedtls_x509_crt *crt,
                             const mbedtls_x509_crt *issuer, int64_t time, bool *yes)
{
    *yes = false;
    for (struct crl *crl = trust->crls; crl != NULL && !*yes; crl = crl->next) {
        bool good;
        if (!same_dn(&crl->crl.issuer, &issuer->subject))
            continue;
        reload_err err = crl_signed_by(crl, issuer, &good);
        if (err != RELOAD_OK)
            return err;
        for (const mbedtls_x509_crl_entry *e = &crl->crl.entry;
             good && e != NULL && e->raw.len > 0 && !*yes; e = e->next)
            *yes = same_buf(&e->serial, &crt->serial) && seconds_of(&e->revocation_date) <= time;
    }
    return RELOAD_OK;
}

/* Looks for a CRL's issuer among certificates; *named: one bears the name. */
static bool find_crl_issuer(struct crl *crl, const mbedtls_x509_crt *list, bool *named)
{
    bool good = false;
    for (; list != NULL && !good; list = list->next) {
        if (list->raw.len == 0 || !same_dn(&crl->crl.issuer, &list->subject))
            continue;
        *named = true;
        if (crl_signed_by(crl, list, &good) != RELOAD_OK)
            good = false;
    }
    return good;
}

void rl_trust_check_crls(rl_trust *trust, int64_t time, void (*warn)(void *arg, const char *words),
                         void *arg)
{
    for (struct crl *crl = trust->crls; crl != NULL; crl = crl->next) {
        bool named = false;
        if (!find_crl_issuer(crl, &trust->anchors, &named) &&
            !find_crl_issuer(crl, &trust->intermediates, &named))
            warn(arg,
                 named ? "a CRL with a bad signature counts for nothing"
                       : "a CRL whose issuer is none of the certificates given counts for nothing");
        else if (seconds_of(&crl->crl.this_update) > time ||
                 (crl->crl.next_update.year != 0 && seconds_of(&crl->crl.next_update) < time))
            warn(arg,
                 "a CRL is out of date at the time of checking; what it lists counts all the same");
    }
}

/*
 * Chains. mbed TLS builds one too, but by the machine's clock, and by the order in which
 * certificates are given; here every chain from the certificate to a trust anchor is looked at, and
 * one without objection will do.
 */
enum {
    MAX_CHAIN = 10, /* the certificate, 8 intermediates, the anchor */
    MAX_SIGNATURES =
        256 /* that are verified in one search; enough for any honest set of certificates */
};

struct search {
    rl_trust *trust;
    int64_t time;
    const mbedtls_x509_crt *chain[MAX_CHAIN];
    int length;
    int signatures;
    rl_objection best; /* of the chains seen so far */
    reload_err err;
};

static bool weak(const rl_trust *trust, const mbedtls_x509_crt *crt)
{
    size_t bits = rl_pk_bits(&crt->pk);
    return mbedtls_pk_get_type(&crt->pk) != MBEDTLS_PK_RSA || bits < trust->min_rsa_bits ||
           bits > RL_MAX_RSA_BITS || has_long_exponent(&crt->pk);
}

static const char weak_itself[] =
    "the certificate's key is not RSA, or of a size or exponent that is not taken";

/* What a certificate that signs messages must be, whatever its chain (D18 step 3). NULL, or why it
 * is not. */
static const char *judge_leaf(const mbedtls_x509_crt *crt)
{
    bool has_usage = (crt->ext_types & MBEDTLS_X509_EXT_KEY_USAGE) != 0;
    if (crt->ca_istrue != 0)
        return "the certificate is a CA's";
    if (has_usage && (crt->key_usage & MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0)
        return "the certificate's key usage is to sign certificates";
    if (has_usage && (crt->key_usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0)
        return "the certificate's key usage has no digitalSignature";
    return NULL;
}

/* D18's steps 2 to 5 for a whole chain, whose signatures are good. */
static rl_objection judge_chain(struct search *s)
{
    const char *leaf = judge_leaf(s->chain[0]);
    for (int i = 0; i < s->length; i++)
        if (weak(s->trust, s->chain[i]))
            return object(RELOAD_REASON_WEAK_KEY, "a key in the certificate's chain is not RSA, or "
                                                  "of a size or exponent that is not taken");
    if (leaf != NULL)
        return object(RELOAD_REASON_UNTRUSTED_CERTIFICATE, leaf);
    for (int i = 0; i + 1 < s->length; i++) { /* the anchor apart */
        mbedtls_md_type_t md = s->chain[i]->sig_md;
        if (md == MBEDTLS_MD_MD5 || (md == MBEDTLS_MD_SHA1 && !s->trust->allow_sha1))
            return object(RELOAD_REASON_UNTRUSTED_CERTIFICATE,
                          "a certificate in the chain is signed with MD5 or SHA-1");
    }
    for (int i = 0; i + 1 < s->length; i++) {
        bool revoked;
        s->err = is_revoked(s->trust, s->chain[i], s->chain[i + 1], s->time, &revoked);
        if (s->err != RELOAD_OK || revoked)
            return object(RELOAD_REASON_REVOKED_CERTIFICATE,
                          "a certificate in the chain is revoked");
    }
    for (int i = 0; i < s->length; i++)
        if (seconds_of(&s->chain[i]->valid_from) > s->time ||
            seconds_of(&s->chain[i]->valid_to) < s->time)
            return object(RELOAD_REASON_EXPIRED_CERTIFICATE,
                          "a certificate in the chain is not valid at the time of checking");
    return none;
}

/* Whether candidate may have issued the last certificate of the chain, its signature apart. */
static bool may_follow(const struct search *s, const mbedtls_x509_crt *candidate)
{
    const mbedtls_x509_crt *child = s->chain[s->length - 1];
    int below = 0; /* intermediates that the path length counts: those that do not bear their
                      issuer's name */
    if (candidate->raw.len == 0 || !same_dn(&child->issuer, &candidate->subject) ||
        !may_issue(candidate))
        return false;
    for (int i = 0; i < s->length; i++) {
        if (s->chain[i] == candidate)
            return false;
        below += i > 0 && !same_dn(&s->chain[i]->issuer, &s->chain[i]->subject);
    }
    return candidate->max_pathlen == 0 ||
           candidate->max_pathlen >= 1 + below; /* mbed TLS keeps one more than is written */
}

static void search_from(struct search *s);

/* Tries the certificates of a list as the next of the chain. The depth is bounded by MAX_CHAIN. */
static void try_list(struct search *s, const mbedtls_x509_crt *list, bool anchors)
{
    for (; list != NULL && s->err == RELOAD_OK && s->best.reason != RELOAD_REASON_NONE &&
           s->signatures < MAX_SIGNATURES;
         list = list->next) {
        const mbedtls_x509_crt *child = s->chain[s->length - 1];
        bool good;
        if (!may_follow(s, list))
            continue;
        s->signatures++;
        s->err = signed_by(list, child->sig_md, child->sig_pk, child->sig_opts, &child->tbs,
                           &child->sig, &good);
        if (s->err != RELOAD_OK || !good)
            continue;
        s->chain[s->length++] = list;
        if (anchors) {
            rl_objection objection = judge_chain(s);
            /* the reasons stand in D18's order: the later one got further */
            if (objection.reason == RELOAD_REASON_NONE || objection.reason > s->best.reason ||
                s->best.words == NULL)
                s->best = objection;
        } else {
            search_from(s);
        }
        s->length--;
    }
}

static void search_from(struct search *s)
{
    if (s->length == MAX_CHAIN)
        return;
    try_list(s, &s->trust->anchors, true);
    if (s->length + 1 < MAX_CHAIN)
        try_list(s, &s->trust->intermediates, false);
}

reload_err rl_trust_judge(rl_trust *trust, const reload_cert *cert, int64_t time,
                          rl_objection *objection)
{
    struct search s = {.trust = trust,
                       .time = time,
                       .chain = {&cert->crt},
                       .length = 1,
                       .err = RELOAD_OK,
                       .best = {RELOAD_REASON_BAD_CERTIFICATE, NULL}}; /* less than any chain's */
    search_from(&s);
    *objection = s.best;
    if (s.err == RELOAD_OK && s.best.words == NULL &&
        s.best.reason != RELOAD_REASON_NONE) { /* there is no chain */
        if (weak(trust, &cert->crt))
            *objection = object(RELOAD_REASON_WEAK_KEY, weak_itself);
        else
            *objection = object(RELOAD_REASON_UNTRUSTED_CERTIFICATE,
                                "no chain leads from the certificate to a CA of the overlay");
    }
    return s.err;
}

reload_err rl_trust_judge_self(const rl_trust *trust, const reload_cert *cert,
                               rl_objection *objection)
{
    const mbedtls_x509_crt *crt = &cert->crt;
    bool good = false;
    reload_err err = RELOAD_OK;
    *objection = none;
    if (weak(trust, crt))
        *objection = object(RELOAD_REASON_WEAK_KEY, weak_itself);
    else
        err = signed_by(crt, crt->sig_md, crt->sig_pk, crt->sig_opts, &crt->tbs, &crt->sig, &good);
    if (objection->reason == RELOAD_REASON_NONE && !good)
        *objection = object(RELOAD_REASON_UNTRUSTED_CERTIFICATE,
                            "the certificate is not signed by its own key");
    return err;
}

/* ---- Writing ---- */

/* mbed TLS writes ASN.1 from the end of a buffer towards its beginning: each of its functions
 * returns how many octets it wrote, or an error. */
struct asn1 {
    unsigned char *at;
    unsigned char *start;
    int failed;
};

static size_t written(struct asn1 *w, int n)
{
    if (n < 0 && w->failed == 0)
        w->failed = n;
    return n < 0 ? 0 : (size_t)n;
}

/* The tag and length in front of len octets. */
static size_t wrap(struct asn1 *w, size_t len, unsigned char tag)
{
    len += written(w, mbedtls_asn1_write_len(&w->at, w->start, len));
    return len + written(w, mbedtls_asn1_write_tag(&w->at, w->start, tag));
}

/* One entry of a subjectAltName. */
static size_t write_name(struct asn1 *w, const reload_cert_name *name)
{
    char text[512];
    char digits[2 * RELOAD_ID_SIZE];
    reload_hex_encode(name->id, sizeof name->id, digits);
    int n = name->peer ? snprintf(text, sizeof text, "reload://%.*s@%s/", (int)sizeof digits,
                                  digits, name->text)
                       : snprintf(text, sizeof text, "%s", name->text);
    if (n < 0 || (size_t)n >= sizeof text) {
        w->failed = MBEDTLS_ERR_ASN1_BUF_TOO_SMALL;
        return 0;
    }
    size_t len = written(
        w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, (const unsigned char *)text, (size_t)n));
    return wrap(w, len, MBEDTLS_ASN1_CONTEXT_SPECIFIC | (name->peer ? 6 : 1)); /* URI, rfc822Name */
}

/* The names as a GeneralNames (RFC 5280 section 4.2.1.6); a user as an rfc822Name and as a SIP URI.
 */
static int write_names(const reload_cert_spec *spec, unsigned char *buf, size_t size,
                       const unsigned char **start, size_t *len)
{
    struct asn1 w = {.at = buf + size, .start = buf};
    size_t n = 0;
    for (size_t i = spec->count; i-- > 0;) {
        if (!spec->names[i].peer) {
            size_t uri = written(&w, mbedtls_asn1_write_raw_buffer(
                                         &w.at, w.start, (const unsigned char *)spec->names[i].text,
                                         strlen(spec->names[i].text)));
            uri += written(&w, mbedtls_asn1_write_raw_buffer(&w.at, w.start,
                                                             (const unsigned char *)"sip:", 4));
            n += wrap(&w, uri, MBEDTLS_ASN1_CONTEXT_SPECIFIC | 6);
        }
        n += write_name(&w, &spec->names[i]);
    }
    *len = wrap(&w, n, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    *start = w.at;
    return w.failed;
}

/* A date as mbed TLS takes it: YYYYMMDDhhmmss. */
static bool write_date(int64_t time, char text[15])
{
    time_t when = (time_t)time;
    struct tm tm;
    return gmtime_r(&when, &tm) != NULL && tm.tm_year >= 70 && tm.tm_year <= 9999 - 1900 &&
           strftime(text, 15, "%Y%m%d%H%M%S", &tm) == 14;
}

static int set_serial(mbedtls_x509write_cert *crt, const reload_cert_spec *spec)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    uint8_t serial[20];
    if (spec->serial_len > sizeof serial)
        return MBEDTLS_ERR_X509_BAD_INPUT_DATA;
    memcpy(serial, spec->serial, spec->serial_len); /* the argument is not const */
    return mbedtls_x509write_crt_set_serial_raw(crt, serial, spec->serial_len);
#else
    mbedtls_mpi serial;
    mbedtls_mpi_init(&serial);
    int failed = mbedtls_mpi_read_binary(&serial, spec->serial, spec->serial_len);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_serial(crt, &serial);
    mbedtls_mpi_free(&serial);
    return failed;
#endif
}

/* S§7 and RFC 5280 section 4.2: what the certificate may do, and whom it names. */
static int set_extensions(mbedtls_x509write_cert *crt, const reload_cert_spec *spec)
{
    unsigned usage = spec->ca ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN
                              : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    int failed = mbedtls_x509write_crt_set_basic_constraints(crt, spec->ca, spec->ca ? 0 : -1);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_key_usage(crt, usage);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_subject_key_identifier(crt);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_authority_key_identifier(crt);
    if (failed != 0 || spec->count == 0)
        return failed;
    size_t size = 64, len;
    for (size_t i = 0; i < spec->count; i++)
        size += 2 * strlen(spec->names[i].text) + 128;
    unsigned char *buf = malloc(size);
    const unsigned char *names;
    if (buf == NULL)
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    failed = write_names(spec, buf, size, &names, &len);
    if (failed == 0)
        failed = mbedtls_x509write_crt_set_extension(crt, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                                     MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME),
                                                     0, names, len);
    free(buf);
    return failed;
}

/* Appends what a function of mbed TLS writes as PEM. */
static reload_err append_pem(int (*write)(void *context, unsigned char *text, size_t size,
                                          reload_key *key),
                             void *context, reload_key *key, size_t size, reload_buf *out,
                             reload_diag *diag)
{
    unsigned char *text = malloc(size);
    if (text == NULL)
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    int failed = write(context, text, size, key);
    if (failed == 0)
        reload_buf_append(out, text, strlen((const char *)text));
    free(text);
    if (failed != 0)
        return rl_fail(diag, no_memory(failed) ? RELOAD_ERR_MEMORY : RELOAD_ERR_CRYPTO,
                       "cannot be written (mbed TLS: -0x%04x)", (unsigned)-failed);
    return out->err == RELOAD_OK ? RELOAD_OK
                                 : rl_fail(diag, out->err, "%s", reload_strerror(out->err));
}

static int write_crt(void *context, unsigned char *text, size_t size, reload_key *key)
{
    return mbedtls_x509write_crt_pem(context, text, size, rl_rng_callback, rl_key_rng(key));
}

static int write_csr(void *context, unsigned char *text, size_t size, reload_key *key)
{
    return mbedtls_x509write_csr_pem(context, text, size, rl_rng_callback, rl_key_rng(key));
}

/* Reads a request, whose sender must have its key. */
static reload_err read_request(mbedtls_x509_csr *csr, const uint8_t *octets, size_t len,
                               reload_diag *diag)
{
    uint8_t digest[MBEDTLS_MD_MAX_SIZE];
    uint8_t *text = pem_or_der(octets, &len);
    if (text == NULL)
        return rl_fail(diag, RELOAD_ERR_MEMORY, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    reload_err err = loaded(mbedtls_x509_csr_parse(csr, text, len), "certificate request", diag);
    free(text);
    if (err != RELOAD_OK)
        return err;
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(csr->sig_md);
    if (mbedtls_pk_get_type(&csr->pk) != MBEDTLS_PK_RSA || rl_pk_bits(&csr->pk) < RL_MIN_RSA_BITS ||
        rl_pk_bits(&csr->pk) > RL_MAX_RSA_BITS || has_long_exponent(&csr->pk))
        return rl_fail(
            diag, RELOAD_ERR_VALUE,
            "the request's key is not an RSA key of 1024 to 8192 bits, its exponent of 64 at most");
    if (md == NULL || mbedtls_md(md, csr->cri.p, csr->cri.len, digest) != 0 ||
        mbedtls_pk_verify_ext(csr->sig_pk, csr->sig_opts, &csr->pk, csr->sig_md, digest,
                              mbedtls_md_get_size(md), csr->sig.p, csr->sig.len) != 0)
        return rl_fail(diag, RELOAD_ERR_SYNTAX, "the request's signature is not its key's");
    return RELOAD_OK;
}

/* The issuer's name in the form that mbed TLS takes. */
static bool issuer_name(const reload_cert *issuer, char *text, size_t size)
{
    int n = mbedtls_x509_dn_gets(text, size, &issuer->crt.subject);
    return n > 0 && (size_t)n < size;
}

reload_err reload_cert_issue(const reload_cert_spec *spec, reload_key *subject,
                             const uint8_t *request, size_t request_len, const reload_cert *issuer,
                             reload_key *issuer_key, reload_buf *out, reload_diag *diag)
{
    mbedtls_x509write_cert crt;
    mbedtls_x509_csr csr;
    char from[15], to[15], name[1024];
    reload_err err = RELOAD_OK;
    mbedtls_x509write_crt_init(&crt);
    mbedtls_x509_csr_init(&csr);
    mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
    if (subject == NULL)
        err = read_request(&csr, request, request_len, diag);
    mbedtls_x509write_crt_set_subject_key(&crt, subject == NULL ? &csr.pk : rl_key_pk(subject));
    mbedtls_x509write_crt_set_issuer_key(&crt, rl_key_pk(issuer_key));
    if (err == RELOAD_OK &&
        (!write_date(spec->not_before, from) || !write_date(spec->not_after, to)))
        err = rl_fail(diag, RELOAD_ERR_VALUE, "a date that no certificate can bear");
    if (err == RELOAD_OK && issuer != NULL && !issuer_name(issuer, name, sizeof name))
        err = rl_fail(diag, RELOAD_ERR_VALUE, "the issuer's name is too long");
    if (err == RELOAD_OK) {
        int failed = mbedtls_x509write_crt_set_subject_name(&crt, spec->subject);
        if (failed == 0)
            failed =
                mbedtls_x509write_crt_set_issuer_name(&crt, issuer == NULL ? spec->subject : name);
        if (failed == 0)
            failed = mbedtls_x509write_crt_set_validity(&crt, from, to);
        if (failed == 0)
            failed = set_serial(&crt, spec);
        if (failed == 0)
            failed = set_extensions(&crt, spec);
        if (failed != 0)
            err = rl_fail(diag, no_memory(failed) ? RELOAD_ERR_MEMORY : RELOAD_ERR_VALUE,
                          "a name or number that no certificate can bear (mbed TLS: -0x%04x)",
                          (unsigned)-failed);
    }
    if (err == RELOAD_OK)
        err = append_pem(write_crt, &crt, issuer_key, 65536, out, diag);
    mbedtls_x509write_crt_free(&crt);
    mbedtls_x509_csr_free(&csr);
    return err;
}

reload_err reload_cert_request(reload_key *key, const char *subject, reload_buf *out,
                               reload_diag *diag)
{
    mbedtls_x509write_csr csr;
    mbedtls_x509write_csr_init(&csr);
    mbedtls_x509write_csr_set_md_alg(&csr, MBEDTLS_MD_SHA256);
    mbedtls_x509write_csr_set_key(&csr, rl_key_pk(key));
    int failed = mbedtls_x509write_csr_set_subject_name(&csr, subject);
    reload_err err = failed == 0
                         ? append_pem(write_csr, &csr, key, 16384, out, diag)
                         : rl_fail(diag, RELOAD_ERR_VALUE, "a subject that no request can bear");
    mbedtls_x509write_csr_free(&csr);
    return err;
}

/* A time as RFC 5280 section 5.1.2.4 wants it: UTCTime until 2049, then GeneralizedTime. */
static size_t write_time(struct asn1 *w, int64_t time)
{
    char text[15];
    if (!write_date(time, text)) {
        w->failed = MBEDTLS_ERR_X509_INVALID_DATE;
        return 0;
    }
    bool utc = memcmp(text, "2050", 4) < 0;
    size_t len =
        written(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, (const unsigned char *)"Z", 1));
    len += written(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start,
                                                    (const unsigned char *)text + (utc ? 2 : 0),
                                                    utc ? 12 : 14));
    return wrap(w, len, utc ? MBEDTLS_ASN1_UTC_TIME : MBEDTLS_ASN1_GENERALIZED_TIME);
}

/* A positive INTEGER of len octets. */
static size_t write_integer(struct asn1 *w, const uint8_t *octets, size_t len)
{
    while (len > 1 && octets[0] == 0) {
        octets++;
        len--;
    }
    size_t n = written(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, octets, len));
    if (len > 0 && octets[0] >= 0x80)
        n += written(w,
                     mbedtls_asn1_write_raw_buffer(&w->at, w->start, (const unsigned char *)"", 1));
    return wrap(w, n, MBEDTLS_ASN1_INTEGER);
}

static size_t write_algorithm(struct asn1 *w)
{
    return written(
        w, mbedtls_asn1_write_algorithm_identifier(&w->at, w->start, MBEDTLS_OID_PKCS1_SHA256,
                                                   MBEDTLS_OID_SIZE(MBEDTLS_OID_PKCS1_SHA256), 0));
}

/* An extension that is not critical: its value has been written, len octets. */
static size_t write_extension(struct asn1 *w, size_t len, const char *oid, size_t oid_len)
{
    size_t n = wrap(w, len, MBEDTLS_ASN1_OCTET_STRING);
    n += written(w, mbedtls_asn1_write_oid(&w->at, w->start, oid, oid_len));
    return wrap(w, n, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
}

/* AuthorityKeyIdentifier: the SHA-1 of the issuer's public key, as its certificate's own identifier
 * is made. */
static size_t write_authority(struct asn1 *w, reload_key *issuer_key)
{
    unsigned char public[2048];
    uint8_t digest[RL_SHA1_SIZE];
    unsigned char *at = public + sizeof public;
    size_t len = written(w, mbedtls_pk_write_pubkey(&at, public, rl_key_pk(issuer_key)));
    if (reload_digest(RELOAD_MD_SHA1, &(reload_span){at, len}, 1, digest) != RELOAD_OK)
        w->failed = MBEDTLS_ERR_X509_ALLOC_FAILED;
    size_t n = written(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, digest, sizeof digest));
    n = wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | 0);
    n = wrap(w, n, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    return write_extension(w, n, MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER,
                           MBEDTLS_OID_SIZE(MBEDTLS_OID_AUTHORITY_KEY_IDENTIFIER));
}

/* TBSCertList (RFC 5280 section 5.1), from its last field to its first. */
static size_t write_crl_body(struct asn1 *w, const reload_cert *issuer, reload_key *issuer_key,
                             const reload_revocation *entries, size_t count, int64_t this_update,
                             int64_t next_update, uint32_t number)
{
    static const char crl_number[] = MBEDTLS_OID_ID_CE "\x14"; /* id-ce 20 */
    uint8_t number_octets[4];
    rl_put32(number_octets, number);
    size_t n = write_integer(w, number_octets, sizeof number_octets);
    n = write_extension(w, n, crl_number, sizeof crl_number - 1);
    n += write_authority(w, issuer_key);
    n = wrap(w, n, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    size_t len = wrap(w, n, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED | 0);
    if (count > 0) {
        size_t list = 0;
        for (size_t i = count; i-- > 0;) {
            size_t entry = write_time(w, entries[i].time);
            entry += write_integer(w, entries[i].serial, entries[i].serial_len);
            list += wrap(w, entry, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
        }
        len += wrap(w, list, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    }
    len += write_time(w, next_update);
    len += write_time(w, this_update);
    len += written(w, mbedtls_asn1_write_raw_buffer(&w->at, w->start, issuer->crt.subject_raw.p,
                                                    issuer->crt.subject_raw.len));
    len += write_algorithm(w);
    len += written(w, mbedtls_asn1_write_int(&w->at, w->start, 1)); /* v2 */
    return wrap(w, len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
}

/* Signs a DER body with SHA-256. */
static int sign_body(reload_key *key, const unsigned char *body, size_t len,
                     unsigned char *signature, size_t size, size_t *signed_len)
{
    uint8_t digest[32];
    int failed = mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), body, len, digest);
    if (failed != 0)
        return failed;
#if MBEDTLS_VERSION_MAJOR >= 3
    return mbedtls_pk_sign(rl_key_pk(key), MBEDTLS_MD_SHA256, digest, sizeof digest, signature,
                           size, signed_len, rl_rng_callback, rl_key_rng(key));
#else
    (void)size;
    return mbedtls_pk_sign(rl_key_pk(key), MBEDTLS_MD_SHA256, digest, sizeof digest, signature,
                           signed_len, rl_rng_callback, rl_key_rng(key));
#endif
}

reload_err reload_crl_issue(const reload_cert *issuer, reload_key *issuer_key,
                            const reload_revocation *entries, size_t count, int64_t this_update,
                            int64_t next_update, uint32_t number, reload_buf *out,
                            reload_diag *diag)
{
    static const char head[] = "-----BEGIN X509 CRL-----\n", foot[] = "-----END X509 CRL-----\n";
    unsigned char signature[RL_MAX_RSA_BITS / 8];
    size_t size = 4096 + issuer->crt.subject_raw.len, signed_len = 0, pem_len = 0;
    if (count > (SIZE_MAX / 4 - size) / 64)
        return rl_fail(diag, RELOAD_ERR_TOO_LONG, "too many certificates for one CRL");
    size += count * 64; /* a serial number of 20 octets and a date take 45 */
    unsigned char *body = malloc(size), *der = malloc(2 * size), *pem = malloc(4 * size);
    reload_err err = body == NULL || der == NULL || pem == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK) {
        struct asn1 b = {.at = body + size, .start = body},
                    w = {.at = der + 2 * size, .start = der};
        size_t len = write_crl_body(&b, issuer, issuer_key, entries, count, this_update,
                                    next_update, number);
        if (b.failed == 0)
            b.failed = sign_body(issuer_key, b.at, len, signature, sizeof signature, &signed_len);
        size_t n =
            written(&w, mbedtls_asn1_write_bitstring(&w.at, w.start, signature, signed_len * 8));
        n += write_algorithm(&w);
        n += written(&w, mbedtls_asn1_write_raw_buffer(&w.at, w.start, b.at, len));
        n = wrap(&w, n, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
        if (b.failed != 0 || w.failed != 0 ||
            mbedtls_pem_write_buffer(head, foot, w.at, n, pem, 4 * size, &pem_len) != 0)
            err = RELOAD_ERR_CRYPTO;
        else
            reload_buf_append(out, pem, strlen((const char *)pem));
        if (err == RELOAD_OK)
            err = out->err;
    }
    free(body);
    free(der);
    free(pem);
    return err == RELOAD_OK
               ? RELOAD_OK
               : rl_fail(diag, err, "the CRL cannot be written: %s", reload_strerror(err));
}
