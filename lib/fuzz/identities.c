/* SPDX-License-Identifier: BSD-2-Clause */
#include "identities.h"

#include <string.h>

struct identities people;

/* Keys for fuzzing alone: everyone can read them here. */
/* clang-format off */
static const char *const keys[FUZZ_KEYS] = {
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXQIBAAKBgQCpfK8AxbTs1Nb/9oyE2b8moI/+fdNCF73I2/Gq/gTbnpNyTi3Q\n"
    "VTwmf+Kvb4OPsHzIwgjFFDDq3mxnZx1XIdKVeeYx59Flu0h6M5VyK7Z5tlEaXd9u\n"
    "yTy4KUJbUAvCFbre6bUxZQdJyEgbkZk9wsnulPJ5iG/xI7eGGzsuNjHGAwIDAQAB\n"
    "AoGBAJXy5+npAR8fV3ByMvQ+qa2FFKB1tfidhJ02amN8BdRAQfc5T7MoFeWB845/\n"
    "PIhd/qincpbaPEUvr/zz77NtCx8ehVUZRQJ780oKX2CAk94BF5ZCZjb+CXJ6fykV\n"
    "JpgDKq3JBAd+UunthOJrlxkhelxWTh5muHp87AyDEOa+6E8RAkEA3+eqUD7y2L3a\n"
    "t8ZKGxcaSvvQpgRR9+qIUnnFNC2hBwKH9qeW7l2kUrjK00rrWAmPFD131l0QkKjl\n"
    "Nq5fNLhwtQJBAMHIHm3W5w1ub8ZdwOsHvFzxCAMEfoGm4pUtAba+hS+FjV9Af8bX\n"
    "Go5nn5QU2dqgB0RnGjRzGtSsRR1AjP23ZtcCQQDeqw32BdQOdiiIMJtL+5q7TVg/\n"
    "cfZuXYA6vTy/2kzUotDCHAJ+hQPA/GNA47XOdJsk3shJl328zyo8SgcGcBItAkAL\n"
    "LgV7ZsubvcRbGGuZ469dWVaR/f9icYNfAeK4bVN3w2e9mBYHHb/deWL+gxlygIsK\n"
    "yjv7zKw+mtW980xvEtavAkB7G2oAjBbKaYRg9EZXIbGpkXKANRfzxlVnZXO7K18d\n"
    "ETkZuYvrLG79WVQ345h7Zvl0ez2ukx280BRhOKAqwL4N\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXgIBAAKBgQDsjNJM04c1YcPhKMsT8EcT2a4EXl1H4vs4IreU14SG8Ow4qWT7\n"
    "dSlRo38KLXr6oSav3sREqrB516LKmqUF3jyNSYFTxkG5q5PcSnfchwbx+7y9uJ8B\n"
    "L9FHcJDHMyadPCwQP3SaAF/UZNONtm8hH2kesK40I4OU+MdAUit/qiEKvwIDAQAB\n"
    "AoGBAOMytmJ34KuTBTJjnfm+lGYqc4tanzmGd0gJgE4DWhTJnfkmKgmjFFaHNGOw\n"
    "HyhOU/wjeFuDnhDI3mC+e7XRKFGq9tYpKJTVCVG6qIrSQTmfLp7JuA9mdz/rZVrv\n"
    "3Hksg3/kfXQW8hPF4a3bPI9mm5FmaifP+j/a29nc7XyuclzBAkEA+pmPGxPmFAqE\n"
    "n1bKozjirNJkanUds1GZ11Sxnr1o+EBs+sJSfmDbYKQcMZQNTPMekhXfFjiZOMX0\n"
    "+tpw6TMuDwJBAPGlwbEQokC/Hv28jXUqqlb90ENXjmUWKbIaaIqH1RomXP/HsZTC\n"
    "pfwvCa1aYR9a/NEzx4MtloS3xL7Ovr+RCFECQH/txFBeaCXy+KEe/XM1pwHypbBy\n"
    "+SaBkbeLVOFkcCHLQdcBPHunllZPcNUeb2vI8OJCqA//9Lg21kj5GorxxaECQQCg\n"
    "pMEPJS+4O1Yu+JpRuftjuXgqTJqtOP6fGE9HSOWybK6GnArCCmSuMdcNF3hZj/Ni\n"
    "YDnSSww1TrXM40SLta8BAkEA983EtiXCrujlZ95WuuSO8ENSyJRqJvPbcjVKARCL\n"
    "F4uZphX0c9ylHhJwZXtYtK0kuw6jqirwLSwlnCe0Ich71Q==\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXAIBAAKBgQDoQ1yRJO+A62A8NUNse4E9i7mFWcy4yn08jpKjI6gu61RwPuaH\n"
    "ufwAxEh82hdfdfpppwDcUWRKYOGPwzbmPozfWCB0hqZiKkVLJrli/SCIeCAeNGnT\n"
    "ddS2HWj0QsNRIQHXi4Dgmp1YW6eO5OTWFcTNxwm7gjk5lCJcnz6rK/2BUQIDAQAB\n"
    "AoGAEHG0fBJBYr9HcPvUajnUTKc321kgRXUQqNjvSN2darT+pXPOno1saiF7gFtw\n"
    "jDGuKQzJ4s9gamOxlJwdpu+GyabKWcFNSEz2gR+U8GlSQany6Cg8RVh3KKD6gZpx\n"
    "CuzL4LUUAc/Yxk7RNnhql8T8Bh9DjHLyYc7QDFqFZ7sy/oECQQD5EqoDwEXQ3BDe\n"
    "epyRDwELxZPktbfmGkV+V+Mx4x2pR4xJ25nLo6V5UeoKCYnrTFECftbg6ZsjvwI4\n"
    "DQX5uZWrAkEA7rkEIWg6rjjIEg/9P8iJZewUSiml5Kp9ae2dJsx7+R4u9JXjuhZ9\n"
    "f+7zxZychS99BxlA9h7OCsS5KGvIeS1Q8wJAeOLWIXvwZq5ogZKA6uadW1lJrneE\n"
    "Ceo2UFvXqR7SBpbzP+WVf4Ctj3RyYuy+Q7WGm+9z2zWGVpMeQJYRkGLCgQJBAOqj\n"
    "sAumBwd3iC84yBMJaQNlKAw9I3G+ocacZvrbwn75y+1b5pnhwTkeBT0W0kGWi62O\n"
    "hOtlG+A5vESerE1u3UECQFlEW9buSo0xmn/1B6Xw7x0nhS4T/OCIZ9GDozBygNKw\n"
    "0xL7nfPL9/0X0RnRxwXrjgO+fylnMceg+WdEV1w6/94=\n"
    "-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXgIBAAKBgQDEbQvpn7XBhEiUAWUqrFxiXzMpQ/e4xMiRqC6Cn+B0/+JdIqXR\n"
    "CENMqDxC+7U1f2mFoo9AyTtH+DwZFuR1SUbdqs3YXTH7GQb9saH884Ilkvya0mr0\n"
    "TWtXAy/hfRgVnv96tLExu9GW4QF5h2UtW+tJthOcyK9f3TA1QXE0WyCI2wIDAQAB\n"
    "AoGAWUq4/5r6pN3doGqB8sQnuxBL0ZZ0JipOguhRPFAxWP55iJ0Xg86dyVsxCcIi\n"
    "vg8NiRI8zNatfCn8J+ugLzEAZTcmAYBHXgwyWersp/xVyi7uaG/GLXXuEysqKOFB\n"
    "QQAnDc8yV0SA12/REZ4RsO06sQKBGEXPsU+hYwV8hEWf/gECQQD4xfMGoDgDfb4H\n"
    "jV6jrB48twU7lAZtNE+qt7r6/DREPVsaIEwZnHYFrm/JTvzgCw+djsK5mBU/jZcO\n"
    "Aw3fjNApAkEAyiHOdh12eTXhGNaWQqgNWIkG5M5txZS3YvD3Y8ZYIX6ikyPzvGXV\n"
    "Xvaif11HUOFXisCQ21Pcod/G1n5KNfjhYwJBAPIP4qZK1dYHzxUYKMNHofBgAZZ0\n"
    "NUCjSvWJa0X2i4Du1qt4S7QL+wcSMbGGyyXRfXNIyw69/cbmJdo7fI9OO+kCQQCT\n"
    "TnnZSHV7tlFaOaB96Vz4hbwZaXtEP7I6D+QquXSmzFQMqWnKhegu8czQxxjfD6ot\n"
    "u1KWFJK5AY016gmJNdyDAkEA5/sHHTn2wUbnBNnPCkcX3EPoRM1u15gNTy33Qo/o\n"
    "nD15rvDPIzk5Jg9zxshDfLUnAGds3G9iXobyA+PWJK/3Ig==\n"
    "-----END RSA PRIVATE KEY-----\n",
};
/* clang-format on */

enum { DAY = 86400, NAMES = 3 };

static const reload_cert_name alice[NAMES] = {{true, {0x46, 0x3a, 0xc4, 0x13, 0xc4}, "chat"},
                                              {false, {0}, "alice@example.com"},
                                              {true, {0x46, 0x3a, 0xc4, 0x13, 0xc5}, "chat"}};
static const reload_cert_name bob[NAMES] = {{true, {0x48, 0x23, 0xaf, 0xfe, 0x45}, "chat"},
                                            {false, {0}, "bob@example.com"},
                                            {false, {0}, "robert@example.com"}};
static const reload_cert_name other[NAMES] = {{true, {0x46, 0x3a, 0xc4, 0x13, 0xc4}, "other"},
                                              {false, {0}, "alice@example.com"},
                                              {false, {0}, "carol@example.com"}};

/* The serial number is the row's number plus 1. Days are counted from NOW. */
static const struct row {
    const char *subject;
    enum fuzz_key key;
    int issuer; /* a certificate before it; -1: self-signed */
    enum fuzz_key issuer_key;
    const reload_cert_name *names; /* NULL: none */
    int from, to;
    bool ca;
} rows[FUZZ_CERTS] = {
    [CERT_CA] = {"CN=ca", KEY_CA, -1, KEY_CA, NULL, -1000, 1000, true},
    [CERT_LINK] = {"CN=ca", KEY_LINK, CERT_CA, KEY_CA, NULL, -900, 900, true},
    [CERT_ALICE] = {"CN=alice", KEY_ALICE, CERT_CA, KEY_CA, alice, -100, 100, false},
    [CERT_BOB] = {"CN=bob", KEY_BOB, CERT_CA, KEY_CA, bob, -100, 100, false},
    [CERT_ALICE_LINKED] = {"CN=alice", KEY_ALICE, CERT_LINK, KEY_LINK, alice, -100, 100, false},
    [CERT_ALICE_SELF] = {"CN=alice", KEY_ALICE, -1, KEY_ALICE, alice, -100, 100, false},
    [CERT_BOB_AS_ALICE] = {"CN=alice", KEY_BOB, -1, KEY_BOB, alice, -100, 100, false},
    [CERT_ALICE_REVOKED] = {"CN=alice", KEY_ALICE, CERT_CA, KEY_CA, alice, -100, 100, false},
    [CERT_ALICE_EXPIRED] = {"CN=alice", KEY_ALICE, CERT_CA, KEY_CA, alice, -100, -1, false},
    [CERT_ALICE_OTHER] = {"CN=alice", KEY_ALICE, CERT_CA, KEY_CA, other, -100, 100, false},
    [CERT_ROGUE] = {"CN=ca", KEY_BOB, -1, KEY_BOB, NULL, -1000, 1000, true},
    [CERT_ALICE_ROGUE] = {"CN=alice", KEY_ALICE, CERT_ROGUE, KEY_BOB, alice, -100, 100, false},
    [CERT_ALICE_EARLY] = {"CN=alice", KEY_ALICE, CERT_CA, KEY_CA, alice, 1, 100, false},
    [CERT_NOBODY] = {"CN=nobody", KEY_ALICE, CERT_CA, KEY_CA, NULL, -100, 100, false},
};

static void make_key(size_t i)
{
    const uint8_t *pem = (const uint8_t *)keys[i];
    people.signer[i] = reload_signer_new(RELOAD_SECURITY_CERTS);
    MUST(people.signer[i] != NULL);
    MUST(reload_key_parse(pem, strlen(keys[i]), NULL, &people.key[i], NULL) == RELOAD_OK);
    MUST(reload_signer_set_key(people.signer[i], pem, strlen(keys[i]), NULL, NULL) == RELOAD_OK);
    reload_buf_append(&people.key_pem[i], pem, strlen(keys[i]));
}

static void make_cert(size_t i)
{
    const struct row *row = &rows[i];
    const uint8_t serial = (uint8_t)(i + 1);
    const reload_cert_spec spec = {
        .size = sizeof spec,
        .subject = row->subject,
        .names = row->names,
        .count = row->names == NULL ? 0 : NAMES,
        .serial = &serial,
        .serial_len = 1,
        .not_before = (NOW + (int64_t)DAY * row->from) * RELOAD_SECOND,
        .not_after = (NOW + (int64_t)DAY * row->to) * RELOAD_SECOND,
        .ca = row->ca,
    };
    MUST(reload_cert_issue(&spec, people.key[row->key], NULL,
                           row->issuer < 0 ? NULL : people.cert[row->issuer],
                           people.key[row->issuer_key], &people.pem[i], NULL) == RELOAD_OK);
    MUST(reload_cert_parse(people.pem[i].octets, people.pem[i].len, &people.cert[i], NULL) ==
         RELOAD_OK);
}

static void make_crl(size_t i)
{
    static const struct {
        enum fuzz_cert issuer;
        enum fuzz_key key;
        size_t entries;
        int until;
    } lists[FUZZ_CRLS] = {{CERT_CA, KEY_CA, 1, 10},
                          {CERT_LINK, KEY_LINK, 0, 10},
                          {CERT_CA, KEY_CA, 0, -1},
                          {CERT_ROGUE, KEY_BOB, 1, 10}};
    const uint8_t serial = CERT_ALICE_REVOKED + 1;
    const reload_revocation entry = {
        .serial = &serial, .serial_len = 1, .time = (NOW - (int64_t)DAY) * RELOAD_SECOND};
    const reload_crl_spec spec = {
        .size = sizeof spec,
        .entries = &entry,
        .count = lists[i].entries,
        .this_update = (NOW - (int64_t)10 * DAY) * RELOAD_SECOND,
        .next_update = (NOW + (int64_t)DAY * lists[i].until) * RELOAD_SECOND,
        .number = {{[19] = 1}},
    };
    MUST(reload_crl_issue(&spec, people.cert[lists[i].issuer], people.key[lists[i].key],
                          &people.crl[i], NULL) == RELOAD_OK);
}

void identities_begin(void)
{
    if (people.key[0] != NULL)
        return;
    for (size_t i = 0; i < FUZZ_KEYS; i++)
        make_key(i);
    for (size_t i = 0; i < FUZZ_CERTS; i++)
        make_cert(i);
    for (size_t i = 0; i < FUZZ_CRLS; i++)
        make_crl(i);
}

reload_span fuzz_cert_der(size_t cert)
{
    reload_span der;
    der.octets = reload_cert_octets(people.cert[cert % FUZZ_CERTS], &der.len);
    return der;
}

size_t fuzz_key_of(const reload_cert *cert)
{
    size_t i = 0;
    while (i < FUZZ_KEYS && (cert == NULL || !reload_cert_fits_key(cert, people.key[i])))
        i++;
    return i;
}

void fuzz_sign(size_t key, reload_md md, const reload_span *spans, size_t count, uint8_t *octets)
{
    reload_buf signature = {0};
    MUST(reload_signer_digest(people.signer[key], md, spans, count, 0, &signature) == RELOAD_OK);
    MUST(signature.len == FUZZ_SIGNATURE);
    memcpy(octets, signature.octets, FUZZ_SIGNATURE);
    reload_buf_free(&signature);
}
