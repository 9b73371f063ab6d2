/* SPDX-License-Identifier: BSD-2-Clause */
#include "signing.h"

#include <string.h>

reload_sign_options options;

void set_options(unsigned flags)
{
    options = (reload_sign_options){.size = sizeof options, .time = 1183900000, .flags = flags};
}

reload_signer *signer_new(unsigned flags)
{
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_HMAC);
    assert_non_null(s);
    assert_int_equal(reload_signer_set_secret(s, (const uint8_t *)SECRET, strlen(SECRET)),
                     RELOAD_OK);
    set_options(flags);
    return s;
}

reload_signer *certs_signer_new(void)
{
    reload_buf key = {0}, cert = {0};
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_non_null(s);
    test_file(&key, "alice.key");
    test_file(&cert, "alice.crt");
    assert_int_equal(reload_signer_set_key(s, key.octets, key.len, NULL, NULL), RELOAD_OK);
    assert_int_equal(reload_signer_set_cert(s, cert.octets, cert.len, NULL), RELOAD_OK);
    set_options(0);
    reload_buf_free(&key);
    reload_buf_free(&cert);
    return s;
}

reload_err sign_hex(reload_signer *s, const char *hex, reload_buf *out)
{
    reload_buf in = {0};
    reload_diag diag = {0};
    test_hex(&in, hex);
    reload_msg *msg = test_parse(&in);
    reload_err err = reload_sign(s, msg, &options, out, &diag);
    assert_int_equal(diag.code, err);
    if (err != RELOAD_OK)
        assert_true(strlen(diag.text) > 0);
    reload_msg_free(&msg);
    reload_buf_free(&in);
    return err;
}

void check_signed(reload_signer *s, const char *hex, const char *expected,
                  const struct digest *digests, size_t count)
{
    reload_buf out = {0};
    assert_int_equal(sign_hex(s, hex, &out), RELOAD_OK);
    for (size_t i = 0; i < count; i++) {
        uint8_t digest[20];
        const struct digest *d = &digests[i];
        assert_true(d->at + 24 <= out.len);
        if (d->from == 0) {
            test_message_digest(SECRET, out.octets, d->at, d->end, digest);
        } else {
            struct test_piece piece[3] = {
                {out.octets + d->from, d->at - d->from}, {NULL, 0}, {NULL, 0}};
            test_hmac(SECRET, piece, digest);
        }
        test_same_octets(out.octets + d->at + 4, 20, digest, 20);
    }
    for (size_t i = 0; i < count; i++)
        memset(out.octets + digests[i].at + 4, 0, 20);
    test_same(out.octets, out.len, expected);
    reload_buf_free(&out);
}

void check_signed_with(unsigned flags, const char *hex, const char *expected,
                       const struct digest *digests, size_t count)
{
    reload_signer *s = signer_new(flags);
    check_signed(s, hex, expected, digests, count);
    reload_signer_free(&s);
}
