/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen ca --key --cert: the directory of a CA that was made elsewhere. */
#include "base/fault.h"
#include "keygen/keygen.h"

struct taken_key {
    struct make_ca *m;
    reload_buf text; /* of ca.key */
};

/* A key_taker. An encrypted key file is copied as it is. */
static reload_err take_over_key(void *arg, const uint8_t *octets, size_t len,
                                const char *passphrase, reload_diag *diag)
{
    struct taken_key *t = arg;
    reload_key *plain = NULL;
    reload_err err = reload_key_parse(octets, len, passphrase, &t->m->ca.key, diag);
    if (err != RELOAD_OK)
        return err;
    if (reload_key_parse(octets, len, NULL, &plain, NULL) == RELOAD_ERR_PASSPHRASE)
        reload_buf_append(&t->text, octets, len);
    reload_key_free(&plain);
    return t->text.err;
}

static bool take_over_read_key(struct make_ca *m, struct taken_key *t)
{
    bool plain;
    return key_read(&m->tool, m->key_file, m->passphrase_file, take_over_key, t, &plain) &&
           (t->text.len > 0 ||
            keygen_key_text(&m->tool, m->ca.key, m->key_file, m->passphrase_file, &t->text));
}

/* Whether verifiers accept the certificate as a CA's (D18). */
static bool check_cert(struct make_ca *m)
{
    unsigned usage = reload_cert_usage(m->ca.cert), bits = reload_cert_key_bits(m->ca.cert);
    if (!keygen_check_pair(&m->tool, m->key_file, m->ca.key, m->cert_file, m->ca.cert))
        return false;
    if (((usage & RELOAD_CERT_CA) == 0 || (usage & RELOAD_CERT_SIGNS_CERTS) == 0) &&
        !RL_FAULT("ca: only a CA's certificate is taken over")) {
        tool_error(&m->tool, STATUS_FAILED, "%s: not a CA certificate: %s", m->cert_file,
                   (usage & RELOAD_CERT_CA) == 0 ? "basicConstraints CA is missing"
                                                 : "its keyUsage lacks keyCertSign");
        return false;
    }
    if ((usage & RELOAD_CERT_SIGNS_CRLS) == 0)
        tool_warn(&m->tool,
                  "warning: %s: its keyUsage lacks cRLSign: verifiers warn of its CRLs, "
                  "and openssl refuses them",
                  m->cert_file);
    if (reload_cert_not_after(m->ca.cert) < tool_now())
        tool_warn(&m->tool, "warning: %s: the certificate has expired", m->cert_file);
    keygen_check_bits(&m->tool, bits);
    return true;
}

/* Takes over the last CRL, which must be the CA's. */
static bool take_over_crl(struct make_ca *m)
{
    char number[RELOAD_CRL_NUMBER_SIZE];
    reload_crl *crl = NULL;
    if (m->crl_file == NULL)
        return true;
    bool good = crl_read_last(&m->ca, m->cert_file, m->crl_file, &crl);
    if (good && crl != NULL && (good = crl_merge(&m->ca, crl, NULL))) {
        size_t count = m->ca.index.foreign_count;
        reload_crl_number_text(reload_crl_number_of(crl), number);
        tool_warn(&m->tool, "warning: %s: CRL number %s is continued; %zu certificate%s revoked",
                  m->crl_file, number, count, count == 1 ? " stays" : "s stay");
    }
    reload_crl_free(&crl);
    return good;
}

/* Without its last CRL, certificates that the CA has revoked become good again. */
static void warn_of_no_crl(const struct make_ca *m)
{
    if (m->crl_file == NULL && !RL_FAULT("ca: taking over warns of unknown revocations"))
        tool_warn(&m->tool,
                  "warning: %s: without --crl, certificates that this CA revoked before are not "
                  "known; 'reload-keygen crl --ca=%s --crl=FILE' continues its last CRL",
                  m->dir, m->dir);
}

void ca_take_over(struct make_ca *m)
{
    struct taken_key key = {.m = m};
    reload_buf cert = {0};
    reload_profile *profile = NULL;
    tool_hide_memory();
    m->ca.cert = keygen_read_cert(&m->tool, m->cert_file);
    if (m->ca.cert != NULL && take_over_read_key(m, &key) && check_cert(m) && take_over_crl(m) &&
        (profile = ca_new_profile(m, reload_cert_key_bits(m->ca.cert))) != NULL) {
        reload_err err = reload_cert_write(m->ca.cert, &cert);
        struct ca_content content = {.key = &key.text,
                                     .cert = &cert,
                                     .profile = profile,
                                     .dates = crl_dates_now(reload_cert_not_before(m->ca.cert))};
        if (err != RELOAD_OK)
            tool_error(&m->tool, STATUS_FAILED, "%s: %s", m->cert_file, reload_strerror(err));
        else if (ca_make_directory(m, &content))
            warn_of_no_crl(m);
    }
    reload_profile_free(&profile);
    reload_buf_free(&key.text);
    reload_buf_free(&cert);
}
