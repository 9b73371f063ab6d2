/* SPDX-License-Identifier: BSD-2-Clause */
/* Recognising files of the wrong kind */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define OCTETS(text) text, sizeof text - 1

/* Heads of DER elements that are longer than the sample, as at the beginning of a file */
#define OID "\x06\x01\x2a"
static const struct {
    reload_content content;
    const char *octets;
    size_t len;
} samples[] = {
    {RELOAD_CONTENT_EMPTY, OCTETS("")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("x")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("a secret of our own\n")},
    {RELOAD_CONTENT_UNKNOWN,
     OCTETS("rosebudrosebudrosebudrosebudrosebudrosebudrosebudrosebudrosebud")},
    {RELOAD_CONTENT_MESSAGE, OCTETS("RELO\x20")},
    {RELOAD_CONTENT_MESSAGE_HEX, OCTETS("\xef\xbb\xbf 52454C4F20")},
    {RELOAD_CONTENT_MESSAGE_JSON, OCTETS("\n{\"header\": {}}")},
    {RELOAD_CONTENT_PROFILE, OCTETS("{\"security\": \"CERTS\"}")},
    {RELOAD_CONTENT_JSON, OCTETS("{\"a\": 1}")},
    {RELOAD_CONTENT_JSON, OCTETS("[1]")},
    {RELOAD_CONTENT_SECRET, OCTETS("hex:0011")},
    {RELOAD_CONTENT_CERT, OCTETS("Certificate:\n  Data:\n-----BEGIN CERTIFICATE-----\nMII")},
    {RELOAD_CONTENT_REQUEST, OCTETS("-----BEGIN CERTIFICATE REQUEST-----\n")},
    {RELOAD_CONTENT_CRL, OCTETS("-----BEGIN X509 CRL-----\n")},
    {RELOAD_CONTENT_KEY, OCTETS("-----BEGIN RSA PRIVATE KEY-----\n")},
    {RELOAD_CONTENT_ENCRYPTED_KEY, OCTETS("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")},
    {RELOAD_CONTENT_SSH_KEY, OCTETS("-----BEGIN OPENSSH PRIVATE KEY-----\n")},
    {RELOAD_CONTENT_PUBLIC_KEY, OCTETS("-----BEGIN PUBLIC KEY-----\n")},
    {RELOAD_CONTENT_PUBLIC_KEY, OCTETS("ssh-rsa AAAA")},
    {RELOAD_CONTENT_PKCS7, OCTETS("-----BEGIN PKCS7-----\n")},
    {RELOAD_CONTENT_PEM, OCTETS("-----BEGIN PGP MESSAGE-----\n")},
    /* version 3, and version 1, which begins with the serial number */
    {RELOAD_CONTENT_CERT, OCTETS("\x30\x82\x02\x80\x30\x82\x01\xe9\xa0\x03\x02\x01\x02")},
    {RELOAD_CONTENT_CERT,
     OCTETS("\x30\x82\x02\x80\x30\x82\x01\xe9\x02\x01\x05\x30\x03" OID "\x30\x00\x30\x1e")},
    {RELOAD_CONTENT_REQUEST, OCTETS("\x30\x82\x01\x80\x30\x81\xe9\x02\x01\x00\x30\x02\x31\x00")},
    {RELOAD_CONTENT_REQUEST, OCTETS("\x30\x82\x01\x80\x30\x81\xe9\x02\x01\x00\x30\x00\x30\x00")},
    {RELOAD_CONTENT_CRL,
     OCTETS("\x30\x82\x01\x80\x30\x81\xe9\x02\x01\x01\x30\x03" OID "\x30\x00\x17\x0d")},
    {RELOAD_CONTENT_KEY, OCTETS("\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01")},
    {RELOAD_CONTENT_KEY, OCTETS("\x30\x82\x04\xa4\x02\x01\x00\x30\x03" OID)},
    {RELOAD_CONTENT_ENCRYPTED_KEY, OCTETS("\x30\x82\x04\xa4\x30\x03" OID "\x04\x82\x04\x00")},
    {RELOAD_CONTENT_PUBLIC_KEY, OCTETS("\x30\x82\x01\x22\x30\x03" OID "\x03\x82\x01\x0f")},
    {RELOAD_CONTENT_PKCS12, OCTETS("\x30\x82\x01\x22\x02\x01\x03\x30\x03" OID)},
    {RELOAD_CONTENT_PKCS7, OCTETS("\x30\x82\x01\x22" OID)},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("\x30\x82\x01\x22\x04\x01\x00")},
    {RELOAD_CONTENT_GZIP, OCTETS("\x1f\x8b\x08")},
    {RELOAD_CONTENT_XZ, OCTETS("\xfd\x37zXZ")},
    {RELOAD_CONTENT_BZIP2, OCTETS("BZh9")},
    {RELOAD_CONTENT_ZSTD, OCTETS("\x28\xb5\x2f\xfd")},
    {RELOAD_CONTENT_ZIP, OCTETS("PK\x03\x04")},
    {RELOAD_CONTENT_BASE64, OCTETS("UkVMTyAAAAA=")},
    {RELOAD_CONTENT_BASE64,
     OCTETS("MIIEpAIBAAKCAQEAv0QmXjzl3Yh5bZ0p8x7d2l1FqkWm9n3v+4T6uGyo/e5a8Rbx\r\n")},
    {RELOAD_CONTENT_UTF16, OCTETS("\xff\xfe{\0")},
    {RELOAD_CONTENT_UTF16, OCTETS("\xfe\xff\0{")},
    {RELOAD_CONTENT_UTF16LE, OCTETS("{\0\"\0h\0e\0")},
    {RELOAD_CONTENT_UTF16LE, OCTETS("\n\0-\0-\0-\0")},
    {RELOAD_CONTENT_UTF16BE, OCTETS("\0{\0\n\0\"\0h")},
    {RELOAD_CONTENT_JSON, OCTETS("{\0\"\0h\0e\1")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("\0\0\0\0\0\0\0\0")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("5\0002\0004\0")},
    {RELOAD_CONTENT_PCAP, OCTETS("\xd4\xc3\xb2\xa1\2\0\4\0")},
    {RELOAD_CONTENT_PCAP, OCTETS("\xa1\xb2\x3c\x4d\0\2\0\4")},
    {RELOAD_CONTENT_PCAPNG, OCTETS("\n\r\r\n\x1c\0\0\0")},
    {RELOAD_CONTENT_TLS, OCTETS("\x16\x03\x01\x02\x00\x01")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("\x16\x03\x01\x7f\x00\x01")},
    {RELOAD_CONTENT_DTLS, OCTETS("\x16\xfe\xff\0\0\0\0\0\0\0\0\1\0\1")},
    {RELOAD_CONTENT_DTLS, OCTETS("\x17\xfe\xfd\0\1\0\0\0\0\0\1\0\x40")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("\x17\xfe\xfd\0\1\0\0\0\0\0\1\x7f\0")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("\x1f\x8b\x07")},
    {RELOAD_CONTENT_DUMP, OCTETS("0000000 042522 047514 000040 000000\n0000010")},
    {RELOAD_CONTENT_DUMP, OCTETS("0000000   R   E   L   O      \\0")},
    {RELOAD_CONTENT_DUMP, OCTETS("00000000: 5245 4c4f 2000 0000")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("0000000 0425")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("000000000000000000000000")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("00000 5245 4c4f 2000 0000")},
    {RELOAD_CONTENT_UNKNOWN, OCTETS("0000000 5245 4c4f \x80")},
    {RELOAD_CONTENT_SQLITE, OCTETS("SQLite format 3\0\x10")},
};

static void test_recognise(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        reload_content found = reload_recognise((const uint8_t *)samples[i].octets, samples[i].len);
        if (found != samples[i].content)
            fail_msg("sample %zu is %d, expected %d", i, (int)found, (int)samples[i].content);
    }
}

/* Each prefix of a sample, in memory of exactly that size */
static void test_recognise_beginnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++)
        for (size_t len = 0; len < samples[i].len; len++) {
            uint8_t *octets = malloc(len + (len == 0));
            assert_non_null(octets);
            memcpy(octets, samples[i].octets, len);
            reload_content found = reload_recognise(octets, len);
            assert_true(found < RELOAD_CONTENTS);
            free(octets);
        }
}

static void test_recognise_texts(void **state)
{
    (void)state;
    assert_null(reload_content_text(RELOAD_CONTENT_UNKNOWN));
    assert_null(reload_content_text(RELOAD_CONTENTS));
    assert_null(reload_content_remedy(RELOAD_CONTENTS));
    for (int i = RELOAD_CONTENT_UNKNOWN + 1; i < RELOAD_CONTENTS; i++)
        assert_non_null(reload_content_text((reload_content)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recognise),
        cmocka_unit_test(test_recognise_beginnings),
        cmocka_unit_test(test_recognise_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
