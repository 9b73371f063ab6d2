/* SPDX-License-Identifier: BSD-2-Clause */
#include "issuing.h"

reload_key *ca_key, *other_key, *leaf_key;
const uint8_t test_serial[2] = {0x40, 1};

int setup_keys(void **state)
{
    (void)state;
    ca_key = test_rsa_key("ca", 1024);
    other_key = test_rsa_key("other", 1024);
    leaf_key = test_rsa_key("leaf", 1024);
    return 0;
}

int teardown_keys(void **state)
{
    (void)state;
    reload_key_free(&ca_key);
    reload_key_free(&other_key);
    reload_key_free(&leaf_key);
    return 0;
}

const reload_cert_spec ca_spec = {.size = sizeof ca_spec,
                                  .subject = "CN=CA",
                                  .serial = test_serial,
                                  .serial_len = 1,
                                  .not_before = 0,
                                  .not_after = 2000000000 * RELOAD_SECOND,
                                  .ca = true};

reload_cert *issue_cert(const reload_cert_spec *spec, reload_key *subject,
                        const reload_cert *issuer, reload_key *issuer_key, reload_buf *pem)
{
    reload_buf text = {0};
    reload_cert *cert;
    assert_int_equal(reload_cert_issue(spec, subject, NULL, issuer, issuer_key, &text, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_cert_parse(text.octets, text.len, &cert, NULL), RELOAD_OK);
    if (pem != NULL)
        reload_buf_append(pem, text.octets, text.len);
    reload_buf_free(&text);
    return cert;
}
