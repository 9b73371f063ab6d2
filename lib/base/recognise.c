/* SPDX-License-Identifier: BSD-2-Clause */
/* Recognises a file of the wrong kind by its first octets. */
#include "base/base.h"

#include <ctype.h>
#include <string.h>

/* ---- The kinds in words ---- */

static const struct {
    const char *text, *remedy;
} contents[RELOAD_CONTENTS] = {
    [RELOAD_CONTENT_EMPTY] = {"empty", NULL},
    [RELOAD_CONTENT_MESSAGE] = {"a RELOAD message", NULL},
    [RELOAD_CONTENT_MESSAGE_JSON] = {"a message as JSON", NULL},
    [RELOAD_CONTENT_MESSAGE_HEX] = {"a message as hex text", NULL},
    [RELOAD_CONTENT_PROFILE] = {"an overlay's profile", NULL},
    [RELOAD_CONTENT_JSON] = {"JSON", NULL},
    [RELOAD_CONTENT_SECRET] = {"a shared secret", NULL},
    [RELOAD_CONTENT_CERT] = {"a certificate", NULL},
    [RELOAD_CONTENT_REQUEST] = {"a certificate request",
                                "reload-keygen issue --request=FILE makes a certificate of it"},
    [RELOAD_CONTENT_CRL] = {"a CRL", NULL},
    [RELOAD_CONTENT_KEY] = {"a private key", NULL},
    [RELOAD_CONTENT_ENCRYPTED_KEY] = {"an encrypted private key",
                                      "to convert it: openssl rsa -aes256 -traditional -in FILE "
                                      "-out NEW"},
    [RELOAD_CONTENT_SSH_KEY] = {"an OpenSSH private key",
                                "to convert it: ssh-keygen -p -m PEM -f FILE"},
    [RELOAD_CONTENT_PUBLIC_KEY] = {"a public key", "its private key is required"},
    [RELOAD_CONTENT_PKCS12] =
        {"a PKCS#12 file", "to convert it: openssl pkcs12 -in FILE -nocerts -nodes -out KEY, and "
                           "-clcerts -nokeys -out CERT"},
    [RELOAD_CONTENT_PKCS7] = {"a PKCS#7 file",
                              "to convert it: openssl pkcs7 -print_certs -in FILE -out NEW.pem"},
    [RELOAD_CONTENT_PEM] = {"PEM of another kind", NULL},
    [RELOAD_CONTENT_GZIP] = {"compressed by gzip", "use gunzip -c FILE"},
    [RELOAD_CONTENT_XZ] = {"compressed by xz", "use xz -dc FILE"},
    [RELOAD_CONTENT_BZIP2] = {"compressed by bzip2", "use bzip2 -dc FILE"},
    [RELOAD_CONTENT_ZSTD] = {"compressed by zstd", "use zstd -dc FILE"},
    [RELOAD_CONTENT_ZIP] = {"a ZIP archive", "use unzip -p FILE"},
    [RELOAD_CONTENT_BASE64] = {"base64", "use base64 -d FILE"},
    [RELOAD_CONTENT_UTF16] = {"UTF-16 text", "use iconv -f UTF-16 -t UTF-8 FILE"},
    [RELOAD_CONTENT_UTF16LE] = {"UTF-16 text", "use iconv -f UTF-16LE -t UTF-8 FILE"},
    [RELOAD_CONTENT_UTF16BE] = {"UTF-16 text", "use iconv -f UTF-16BE -t UTF-8 FILE"},
    [RELOAD_CONTENT_PCAP] = {"a capture (pcap)", NULL},
    [RELOAD_CONTENT_PCAPNG] = {"a capture (pcapng)", NULL},
    [RELOAD_CONTENT_TLS] = {"a TLS record", "decrypt the connection first"},
    [RELOAD_CONTENT_DTLS] = {"a DTLS record", "decrypt the connection first"},
    [RELOAD_CONTENT_DUMP] = {"a dump", "write it by xxd or hexdump -C"},
    [RELOAD_CONTENT_SQLITE] = {"a file of --replay-state or --pin", NULL},
};

const char *reload_content_text(reload_content content)
{
    return (unsigned)content < RELOAD_CONTENTS ? contents[content].text : NULL;
}

const char *reload_content_remedy(reload_content content)
{
    return (unsigned)content < RELOAD_CONTENTS ? contents[content].remedy : NULL;
}

/* ---- Magic numbers ---- */

static bool begins(const uint8_t *octets, size_t len, const void *magic, size_t magic_len)
{
    return len >= magic_len && memcmp(octets, magic, magic_len) == 0;
}

/* RFC 5246 section 6.2.1: type, version 3.x, length of at most 2^14 + 2048. RFC 6347 section 4.1:
 * versions 254.255 and 254.253; epoch and number come before the length. */
static reload_content by_record(const uint8_t *octets, size_t len)
{
    enum { MAX_RECORD = 0x4800, DTLS_LENGTH_AT = 11 };
    if (len < 5 || octets[0] < 20 || octets[0] > 23)
        return RELOAD_CONTENT_UNKNOWN;
    if (octets[1] == 3 && octets[2] <= 4 && rl_get16(octets + 3) <= MAX_RECORD)
        return RELOAD_CONTENT_TLS;
    bool dtls = len >= DTLS_LENGTH_AT + 2 && octets[1] == 254 &&
                (octets[2] == 255 || octets[2] == 253) &&
                rl_get16(octets + DTLS_LENGTH_AT) <= MAX_RECORD;
    return dtls ? RELOAD_CONTENT_DTLS : RELOAD_CONTENT_UNKNOWN;
}

static reload_content by_magic(const uint8_t *octets, size_t len)
{
    static const struct {
        const char *magic;
        size_t len;
        reload_content content;
    } magics[] = {
        {"RELO", 4, RELOAD_CONTENT_MESSAGE},
        {"52454c4f", 8, RELOAD_CONTENT_MESSAGE_HEX},
        {"52454C4F", 8, RELOAD_CONTENT_MESSAGE_HEX},
        {"hex:", 4, RELOAD_CONTENT_SECRET},
        {"ssh-", 4, RELOAD_CONTENT_PUBLIC_KEY},
        {"\x1f\x8b\x08", 3, RELOAD_CONTENT_GZIP},
        {"\xfd\x37zXZ", 5, RELOAD_CONTENT_XZ},
        {"BZh", 3, RELOAD_CONTENT_BZIP2},
        {"\x28\xb5\x2f\xfd", 4, RELOAD_CONTENT_ZSTD},
        {"PK\x03\x04", 4, RELOAD_CONTENT_ZIP},
        {"\xff\xfe", 2, RELOAD_CONTENT_UTF16},
        {"\xfe\xff", 2, RELOAD_CONTENT_UTF16},
        {"\xd4\xc3\xb2\xa1", 4, RELOAD_CONTENT_PCAP},
        {"\xa1\xb2\xc3\xd4", 4, RELOAD_CONTENT_PCAP},
        {"\x4d\x3c\xb2\xa1", 4, RELOAD_CONTENT_PCAP},
        {"\xa1\xb2\x3c\x4d", 4, RELOAD_CONTENT_PCAP},
        {"\x0a\x0d\x0d\x0a", 4, RELOAD_CONTENT_PCAPNG},
        {"SQLite format 3", 16, RELOAD_CONTENT_SQLITE},
    };
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (begins(octets, len, magics[i].magic, magics[i].len))
            return magics[i].content;
    return by_record(octets, len);
}

/* ---- PEM ---- */

static reload_content by_label(const uint8_t *octets, size_t len)
{
    static const struct {
        const char *label;
        reload_content content;
    } labels[] = {
        {"CERTIFICATE-----", RELOAD_CONTENT_CERT},
        {"X509 CERTIFICATE-----", RELOAD_CONTENT_CERT},
        {"TRUSTED CERTIFICATE-----", RELOAD_CONTENT_CERT},
        {"CERTIFICATE REQUEST-----", RELOAD_CONTENT_REQUEST},
        {"NEW CERTIFICATE REQUEST-----", RELOAD_CONTENT_REQUEST},
        {"X509 CRL-----", RELOAD_CONTENT_CRL},
        {"ENCRYPTED PRIVATE KEY-----", RELOAD_CONTENT_ENCRYPTED_KEY},
        {"OPENSSH PRIVATE KEY-----", RELOAD_CONTENT_SSH_KEY},
        {"PRIVATE KEY-----", RELOAD_CONTENT_KEY},
        {"RSA PRIVATE KEY-----", RELOAD_CONTENT_KEY},
        {"EC PRIVATE KEY-----", RELOAD_CONTENT_KEY},
        {"EC PARAMETERS-----", RELOAD_CONTENT_KEY},
        {"DSA PRIVATE KEY-----", RELOAD_CONTENT_KEY},
        {"PUBLIC KEY-----", RELOAD_CONTENT_PUBLIC_KEY},
        {"RSA PUBLIC KEY-----", RELOAD_CONTENT_PUBLIC_KEY},
        {"PKCS7-----", RELOAD_CONTENT_PKCS7},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (begins(octets, len, labels[i].label, strlen(labels[i].label)))
            return labels[i].content;
    return RELOAD_CONTENT_PEM;
}

/* The first PEM object, which text may precede. */
static reload_content by_pem(const uint8_t *octets, size_t len)
{
    static const char begin[] = "-----BEGIN ";
    const size_t size = sizeof begin - 1;
    const uint8_t *at = memmem(octets, len, begin, size);
    if (at == NULL || memchr(octets, 0, (size_t)(at - octets)) != NULL)
        return RELOAD_CONTENT_UNKNOWN;
    return by_label(at + size, len - (size_t)(at - octets) - size);
}

/* ---- DER ---- */

enum { DER_INTEGER = 2, DER_BITS = 3, DER_OCTETS = 4, DER_OID = 6, DER_SEQUENCE = 0x30 };
enum { DER_UTC_TIME = 0x17, DER_TIME = 0x18, DER_CONTEXT_0 = 0xa0 };

/* Reads an element's head. value: the part of its value that has been read. Returns the tag, or 0
 * if the octets do not begin with an element. */
static int der_next(rl_cursor *c, rl_cursor *value)
{
    const uint8_t *head;
    size_t len;
    if (!rl_take(c, 2, &head))
        return 0;
    int tag = head[0];
    len = head[1];
    if (len >= 0x80) {
        size_t count = len & 0x7f;
        const uint8_t *octets;
        if (count == 0 || count > 4 || !rl_take(c, count, &octets))
            return 0;
        for (len = 0; count > 0; count--)
            len = len << 8 | *octets++;
    }
    *value = (rl_cursor){c->at, len < c->left ? len : c->left};
    c->at += value->left;
    c->left -= value->left;
    return tag;
}

/* Recognises a certificate, CRL or request by the first members of its signed part. A certificate
 * begins with [0] version, or with a number and an algorithm; a request with a number and a name.
 * In a CRL a date follows the algorithm and the issuer. */
static reload_content by_signed_part(rl_cursor tbs)
{
    rl_cursor value, member;
    int tag = der_next(&tbs, &value);
    if (tag == DER_CONTEXT_0)
        return RELOAD_CONTENT_CERT;
    if (tag == DER_INTEGER) {
        if (der_next(&tbs, &value) != DER_SEQUENCE)
            return RELOAD_CONTENT_UNKNOWN;
        rl_cursor inside = value;
        if (der_next(&inside, &member) != DER_OID) /* a name has SETs, or nothing */
            return RELOAD_CONTENT_REQUEST;
    } else if (tag != DER_SEQUENCE || der_next(&value, &member) != DER_OID) {
        return RELOAD_CONTENT_UNKNOWN;
    }
    if (der_next(&tbs, &value) != DER_SEQUENCE)
        return RELOAD_CONTENT_UNKNOWN;
    tag = der_next(&tbs, &value);
    if (tag == DER_UTC_TIME || tag == DER_TIME)
        return RELOAD_CONTENT_CRL;
    return tag == DER_SEQUENCE ? RELOAD_CONTENT_CERT : RELOAD_CONTENT_UNKNOWN; /* of version 1 */
}

static reload_content by_der(const uint8_t *octets, size_t len)
{
    rl_cursor file = {octets, len}, all, value, inside;
    if (len < 2 || octets[0] != DER_SEQUENCE || der_next(&file, &all) != DER_SEQUENCE)
        return RELOAD_CONTENT_UNKNOWN;
    int first = der_next(&all, &value);
    rl_cursor second = all;
    int next = der_next(&second, &inside);
    if (first == DER_INTEGER && value.left == 1 && value.at[0] == 3 && next == DER_SEQUENCE)
        return RELOAD_CONTENT_PKCS12;
    if (first == DER_INTEGER && value.left == 1 && value.at[0] <= 1)
        return next == DER_SEQUENCE || next == DER_INTEGER || next == DER_OCTETS
                   ? RELOAD_CONTENT_KEY
                   : RELOAD_CONTENT_UNKNOWN;
    if (first == DER_INTEGER && value.left > 32 && next == DER_INTEGER)
        return RELOAD_CONTENT_PUBLIC_KEY;
    if (first == DER_OID)
        return RELOAD_CONTENT_PKCS7;
    rl_cursor start = value;
    if (first == DER_SEQUENCE && der_next(&start, &inside) == DER_OID)
        return next == DER_BITS     ? RELOAD_CONTENT_PUBLIC_KEY
               : next == DER_OCTETS ? RELOAD_CONTENT_ENCRYPTED_KEY
                                    : RELOAD_CONTENT_UNKNOWN;
    return first == DER_SEQUENCE ? by_signed_part(value) : RELOAD_CONTENT_UNKNOWN;
}

/* ---- Text ---- */

static bool has_text(const uint8_t *octets, size_t len, const char *text)
{
    return memmem(octets, len, text, strlen(text)) != NULL;
}

static reload_content by_json(const uint8_t *octets, size_t len)
{
    static const char *const keys[] = {"\"overlay\"", "\"security\"", "\"ca\"", "\"dht\""};
    if (len == 0 || (octets[0] != '{' && octets[0] != '['))
        return RELOAD_CONTENT_UNKNOWN;
    if (has_text(octets, len, "\"header\"") || has_text(octets, len, "\"attributes\""))
        return RELOAD_CONTENT_MESSAGE_JSON;
    for (size_t i = 0; octets[0] == '{' && i < sizeof keys / sizeof keys[0]; i++)
        if (has_text(octets, len, keys[i]))
            return RELOAD_CONTENT_PROFILE;
    return RELOAD_CONTENT_JSON;
}

/* Base64 of a message's token, or some lines of base64 with letters of both cases and digits. */
static reload_content by_base64(const uint8_t *octets, size_t len)
{
    enum { LEAST = 60, LOOKED_AT = 4096 };
    unsigned upper = 0, lower = 0, digits = 0;
    size_t i = 0;
    for (; i < len && i < LOOKED_AT; i++) {
        int c = octets[i];
        upper += isupper(c) != 0;
        lower += islower(c) != 0;
        digits += isdigit(c) != 0;
        if (isalnum(c) == 0 && (c == 0 || strchr("+/=\r\n", c) == NULL))
            return RELOAD_CONTENT_UNKNOWN;
    }
    bool token = begins(octets, len, "UkVMT", 5);
    return token || (i >= LEAST && upper > 0 && lower > 0 && digits > 0) ? RELOAD_CONTENT_BASE64
                                                                         : RELOAD_CONTENT_UNKNOWN;
}

/* A dump of od or hexdump: an offset of 0, a blank, and text. */
static reload_content by_dump(const uint8_t *octets, size_t len)
{
    enum { LEAST = 16, LOOKED_AT = 64 };
    size_t zeros = 0, i;
    while (zeros < len && octets[zeros] == '0')
        zeros++;
    for (i = zeros; i < len && i < LOOKED_AT; i++)
        if (octets[i] != '\n' && (octets[i] < ' ' || octets[i] > '~'))
            return RELOAD_CONTENT_UNKNOWN;
    return zeros >= 6 && zeros <= 8 && i >= LEAST && (octets[zeros] == ' ' || octets[zeros] == ':')
               ? RELOAD_CONTENT_DUMP
               : RELOAD_CONTENT_UNKNOWN;
}

/* Whether each pair of octets holds an ASCII character of text, at place, and 0. */
static bool is_wide(const uint8_t *octets, size_t len, size_t place)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        uint8_t c = octets[i + place];
        if (octets[i + 1 - place] != 0 || ((c < ' ' || c > '~') && (c < '\t' || c > '\r')))
            return false;
    }
    return true;
}

/* UTF-16 without a byte order mark, if its first characters are ASCII */
static reload_content by_utf16(const uint8_t *octets, size_t len)
{
    enum { LEAST = 8, LOOKED_AT = 64 };
    len = len < LOOKED_AT ? len : LOOKED_AT;
    return len < LEAST               ? RELOAD_CONTENT_UNKNOWN
           : is_wide(octets, len, 0) ? RELOAD_CONTENT_UTF16LE
           : is_wide(octets, len, 1) ? RELOAD_CONTENT_UTF16BE
                                     : RELOAD_CONTENT_UNKNOWN;
}

reload_content reload_recognise(const uint8_t *octets, size_t len)
{
    static reload_content (*const tests[])(const uint8_t *octets, size_t len) = {
        by_magic, by_der, by_pem, by_json, by_dump, by_base64};
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    if (len == 0)
        return RELOAD_CONTENT_EMPTY;
    if (octets[0] == '\n' && by_magic(octets, len) == RELOAD_CONTENT_PCAPNG)
        return RELOAD_CONTENT_PCAPNG;
    reload_content wide = by_utf16(octets, len); /* whose white space is two octets each */
    if (wide != RELOAD_CONTENT_UNKNOWN)
        return wide;
    if (begins(octets, len, mark, sizeof mark)) {
        octets += sizeof mark;
        len -= sizeof mark;
    }
    for (; len > 0 && memchr(" \t\r\n", octets[0], 4) != NULL; len--)
        octets++;
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        reload_content content = tests[i](octets, len);
        if (content != RELOAD_CONTENT_UNKNOWN)
            return content;
    }
    return RELOAD_CONTENT_UNKNOWN;
}
