/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates, CRLs, keys and requests: read, used and issued */
#include "files.h"

#include <string.h>

#include <reload/print.h>

/* ---- Signing again ---- */

enum { SEQUENCE = 0x30 };

/* Steps over the head of a DER element of up to 64 KiB. Returns its value's length or SIZE_MAX. */
static size_t enter(const uint8_t *der, size_t len, size_t *at)
{
    if (len < *at + 4)
        return SIZE_MAX;
    uint8_t first = der[*at + 1];
    size_t octets = first == 0x82 ? 2 : first == 0x81 ? 1 : 0, value = first;
    if (octets == 0 && first >= 0x80)
        return SIZE_MAX;
    for (size_t i = 0; i < octets; i++)
        value = (i == 0 ? 0 : value << 8) | der[*at + 2 + i];
    *at += 2 + octets;
    return value <= len - *at ? value : SIZE_MAX;
}

/* A certificate or CRL in DER whose signature has 128 octets gets one by the CA over its first
 * member, with SHA-256. Returns false if it has another form. */
static bool sign_again(uint8_t *der, size_t len)
{
    size_t at = 0;
    if (len < FUZZ_SIGNATURE || enter(der, len, &at) == SIZE_MAX)
        return false;
    size_t start = at, n = enter(der, len, &at);
    if (n == SIZE_MAX || at + n > len - FUZZ_SIGNATURE)
        return false;
    const reload_span tbs = {der + start, at + n - start};
    fuzz_sign(KEY_CA, RELOAD_MD_SHA256, &tbs, 1, der + len - FUZZ_SIGNATURE);
    return true;
}

/* Calls check with the octets, and with those that are signed again. */
static void check_both(const uint8_t *data, size_t size, void (*check)(const uint8_t *, size_t))
{
    reload_buf copy = {0};
    check(data, size);
    reload_buf_append(&copy, data, size);
    if (size > 0 && data[0] == SEQUENCE && sign_again(copy.octets, copy.len))
        check(copy.octets, copy.len);
    reload_buf_free(&copy);
}

/* ---- Judging a certificate ---- */

/* A request by alice that carries a certificate, signed with alice's key */
static void make_message(const uint8_t *cert, size_t len, reload_buf *out)
{
    static const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE] = {0x46, 0x90, 0xd1, 0xc0};
    static const uint8_t right = KEY_ALICE;
    const reload_cert_name *alice = reload_cert_name_at(people.cert[CERT_ALICE], 0);
    const reload_value stamp = {.kind = RELOAD_KIND_TIME, .number = NOW};
    reload_buf plain = {0};
    reload_builder b;
    MUST(alice != NULL && alice->peer);
    reload_build_begin(&b, &plain, NULL);
    reload_build_field(&b, RELOAD_F_METHOD, RELOAD_PEER_SEARCH);
    reload_build_field(&b, RELOAD_F_SECURITY, RELOAD_SECURITY_CERTS);
    reload_build_field(&b, RELOAD_F_OVERLAY, reload_overlay_id("chat"));
    reload_build_field_octets(&b, RELOAD_F_SOURCE_ID, alice->id);
    reload_build_field_octets(&b, RELOAD_F_TRANSACTION_ID, transaction_id);
    reload_build_open(&b, RELOAD_A_SOURCE_INFO);
    reload_build_octets(&b, RELOAD_A_PEER_ID, alice->id, RELOAD_ID_SIZE);
    reload_build_octets(&b, RELOAD_A_PEER_CERT, cert, len);
    reload_build_close(&b);
    reload_build_open(&b, RELOAD_A_SIGNATURE);
    reload_build_value(&b, RELOAD_A_TIMESTAMP, &stamp);
    reload_build_octets(&b, RELOAD_A_DIGEST, &right, 1);
    reload_build_close(&b);
    MUST(reload_build_end(&b) == RELOAD_OK);
    MUST(fuzz_write_out(plain.octets, plain.len, out));
    reload_buf_free(&plain);
}

/* The reason of a message that carries the certificate */
static reload_reason judge(const struct verifier *v, const uint8_t *cert, size_t len)
{
    static reload_msg *msg;
    reload_buf octets = {0};
    if (msg == NULL)
        msg = reload_msg_new();
    make_message(cert, len, &octets);
    MUST(msg != NULL && reload_msg_parse(msg, octets.octets, octets.len, NULL) == RELOAD_OK);
    reload_reason reason = verify(v, msg, NOW)->reason;
    reload_buf_free(&octets);
    return reason;
}

static struct verifier with_ca(void)
{
    const reload_buf *pem = &people.pem[CERT_CA];
    struct verifier v = {.policy = reload_policy_new(RELOAD_SECURITY_CERTS)};
    MUST(v.policy != NULL);
    reload_policy_set_min_rsa_bits(v.policy, 1024);
    MUST(reload_policy_add_ca(v.policy, pem->octets, pem->len, NULL) == RELOAD_OK);
    return v;
}

static void free_verifier(struct verifier *v)
{
    reload_judge_free(&v->judge);
    reload_policy_free(&v->policy);
}

static void check_judged(const uint8_t *der, size_t len, bool readable)
{
    static struct verifier ca, pins;
    if (ca.judge == NULL) {
        ca = with_ca();
        verifier_begin(&ca);
        pins.policy = reload_policy_new(RELOAD_SECURITY_CERTS);
        MUST(pins.policy != NULL);
        reload_policy_set_min_rsa_bits(pins.policy, 1024);
        pins.remembers = RELOAD_REMEMBER_PINS;
        verifier_begin(&pins);
    }
    reload_reason first = judge(&ca, der, len), second = judge(&pins, der, len);
    MUST(readable || first != RELOAD_REASON_NONE);
    MUST(readable || second != RELOAD_REASON_NONE);
    MUST((first == RELOAD_REASON_BAD_CERTIFICATE) == (second == RELOAD_REASON_BAD_CERTIFICATE));
}

/* ---- Reading ---- */

static void use_cert(const reload_cert *cert)
{
    uint8_t block[FUZZ_SIGNATURE], signature[FUZZ_SIGNATURE] = {0, 2};
    bool yes;
    size_t len;
    const uint8_t *der = reload_cert_octets(cert, &len);
    const char *texts[] = {reload_cert_subject(cert), reload_cert_issuer(cert),
                           reload_cert_serial(cert), reload_cert_key_type(cert)};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (const char *c = texts[i]; *c != '\0'; c++)
            MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
    for (size_t i = 0; i < reload_cert_names(cert); i++)
        MUST(reload_cert_name_at(cert, i)->text != NULL);
    MUST(reload_cert_name_at(cert, reload_cert_names(cert)) == NULL);
    MUST(reload_cert_issued_by(cert, people.cert[CERT_CA], &yes) == RELOAD_OK);
    MUST(reload_cert_issued_by(people.cert[CERT_ALICE], cert, &yes) == RELOAD_OK);
    MUST(reload_cert_same_key(cert, cert));
    (void)fuzz_key_of(cert);
    if (reload_cert_signature_size(cert) == sizeof signature)
        MUST(reload_cert_recover(cert, signature, block, &yes) == RELOAD_OK);
    reload_printer printer;
    reload_printer_init(&printer, 0, fuzz_touch, NULL);
    reload_print_cert(&printer, 1, der, len);
    MUST(reload_printer_finish(&printer) == RELOAD_OK);
}

static void check_one_cert(const uint8_t *data, size_t size)
{
    reload_cert *cert, *again;
    reload_diag diag;
    size_t len;
    reload_err err = reload_cert_parse(data, size, &cert, &diag);
    check_diag(err, &diag);
    MUST((err == RELOAD_OK) == (cert != NULL));
    if (cert != NULL) {
        const uint8_t *der = reload_cert_octets(cert, &len);
        use_cert(cert);
        MUST(reload_cert_parse(der, len, &again, NULL) == RELOAD_OK);
        MUST(reload_cert_not_before(cert) == reload_cert_not_before(again) &&
             strcmp(reload_cert_serial(cert), reload_cert_serial(again)) == 0);
        check_judged(der, len, true);
        reload_cert_free(&again);
    } else if (size != 1 && size < 4096) { /* one octet would represent another certificate */
        check_judged(data, size, false);
    }
    reload_cert_free(&cert);
    struct verifier v = with_ca();
    check_diag(reload_policy_add_ca(v.policy, data, size, &diag), &diag);
    check_diag(reload_policy_add_intermediates(v.policy, data, size, &diag), &diag);
    verifier_begin(&v);
    (void)judge(&v, people.pem[CERT_ALICE].octets, 100);
    reload_span linked = fuzz_cert_der(CERT_ALICE_LINKED);
    (void)judge(&v, linked.octets, linked.len);
    free_verifier(&v);
}

void check_certificate(const uint8_t *data, size_t size)
{
    check_both(data, size, check_one_cert);
}

/* The warnings of one file of CRLs */
struct warnings {
    size_t count;
    bool ignored; /* one says so */
};

static void count_warning(void *arg, reload_given given, size_t file, const char *words)
{
    struct warnings *w = arg;
    MUST(given == RELOAD_GIVEN_CRL && file == 0 && words[0] != '\0');
    w->count++;
    w->ignored = w->ignored || strstr(words, ": ignored: ") != NULL;
}

static void check_crl_entries(const uint8_t *data, size_t size)
{
    reload_diag diag;
    reload_crl *crl = NULL;
    const reload_revocation *entry;
    reload_err err = reload_crl_read(data, size, people.cert[CERT_CA], &crl, &diag);
    check_diag(err, &diag);
    MUST(err == RELOAD_OK || crl == NULL);
    if (crl == NULL)
        return;
    fuzz_touch(NULL, reload_crl_number_of(crl), sizeof(reload_crl_number));
    for (size_t i = 0; (entry = reload_crl_entry_at(crl, i)) != NULL; i++)
        fuzz_touch(NULL, entry->serial, entry->serial_len);
    reload_crl_free(&crl);
}

/* The reason of alice's certificate with the file's CRLs. required: whether a current CRL is */
static reload_reason judge_with_crl(const uint8_t *data, size_t size, bool required,
                                    struct warnings *warnings)
{
    reload_diag diag;
    struct verifier v = with_ca();
    reload_policy_require_crl(v.policy, required);
    reload_err err = reload_policy_add_crl(v.policy, data, size, &diag);
    check_diag(err, &diag);
    verifier_begin(&v);
    (void)reload_policy_warnings(v.policy, NOW * RELOAD_SECOND, RELOAD_NO_TIME, count_warning,
                                 warnings);
    MUST(err == RELOAD_OK || warnings->count == 0);
    reload_span alice = fuzz_cert_der(CERT_ALICE);
    reload_reason reason = judge(&v, alice.octets, alice.len);
    free_verifier(&v);
    return reason;
}

static void check_one_crl(const uint8_t *data, size_t size)
{
    struct warnings warnings = {0}, again = {0};
    reload_reason reason = judge_with_crl(data, size, false, &warnings);
    reload_reason required = judge_with_crl(data, size, true, &again);
    bool revoked = reason == RELOAD_REASON_REVOKED_CERTIFICATE;
    bool in_der = size > 0 && data[0] == 0x30; /* one CRL */
    MUST(revoked || reason == RELOAD_REASON_NONE);
    MUST(revoked
             ? required == reason
             : required == RELOAD_REASON_NONE || required == RELOAD_REASON_UNTRUSTED_CERTIFICATE);
    MUST(warnings.ignored == again.ignored);
    MUST(!(in_der && warnings.ignored) ||
         (!revoked && required == RELOAD_REASON_UNTRUSTED_CERTIFICATE));
    check_crl_entries(data, size);
}

void check_crl(const uint8_t *data, size_t size)
{
    check_both(data, size, check_one_crl);
}

void check_key(const uint8_t *data, size_t size)
{
    static const char *const passphrases[] = {NULL, "", "secret"};
    reload_buf pem = {0};
    reload_diag diag;
    for (size_t i = 0; i < sizeof passphrases / sizeof passphrases[0]; i++) {
        reload_key *key, *again;
        reload_err err = reload_key_parse(data, size, passphrases[i], &key, &diag);
        MUST((err == RELOAD_OK) == (key != NULL));
        MUST(err == RELOAD_OK || (diag.code == err && diag.text[0] != '\0'));
        if (err != RELOAD_OK)
            continue;
        reload_buf_reset(&pem);
        MUST(reload_key_write(key, &pem) == RELOAD_OK);
        MUST(reload_key_parse(pem.octets, pem.len, NULL, &again, NULL) == RELOAD_OK);
        MUST(reload_cert_fits_key(people.cert[CERT_ALICE], key) ==
             reload_cert_fits_key(people.cert[CERT_ALICE], again));
        reload_signer *signer = reload_signer_new(RELOAD_SECURITY_CERTS);
        MUST(signer != NULL &&
             reload_signer_set_key(signer, pem.octets, pem.len, NULL, NULL) == RELOAD_OK);
        reload_signer_free(&signer);
        reload_key_free(&key);
        reload_key_free(&again);
    }
    reload_buf_free(&pem);
}

void check_request(const uint8_t *data, size_t size)
{
    static const uint8_t serial = 77;
    reload_request *request;
    reload_diag diag;
    reload_buf pem = {0};
    reload_cert *cert;
    reload_err err = reload_request_parse(data, size, &request, &diag);
    check_diag(err, &diag);
    MUST((err == RELOAD_OK) == (request != NULL));
    if (err != RELOAD_OK)
        return;
    MUST(reload_request_subject(request) != NULL && reload_request_key_bits(request) >= 1024);
    const reload_cert_spec spec = {.size = sizeof spec,
                                   .subject = "CN=request",
                                   .serial = &serial,
                                   .serial_len = 1,
                                   .not_before = NOW * RELOAD_SECOND,
                                   .not_after = (NOW + INT64_C(1)) * RELOAD_SECOND};
    MUST(reload_cert_issue(&spec, NULL, request, people.cert[CERT_CA], people.key[KEY_CA], &pem,
                           NULL) == RELOAD_OK);
    MUST(reload_cert_parse(pem.octets, pem.len, &cert, NULL) == RELOAD_OK);
    MUST(reload_cert_key_bits(cert) == reload_request_key_bits(request));
    reload_cert_free(&cert);
    reload_request_free(&request);
    reload_buf_free(&pem);
}

/* ---- Issuing ---- */

/* Takes up to size octets of the input. The rest of value is zero. */
static void take(const uint8_t **data, size_t *left, void *value, size_t size)
{
    size_t n = *left < size ? *left : size;
    memset(value, 0, size);
    memcpy(value, *data, n);
    *data += n;
    *left -= n;
}

/* A date from 33 bits of seconds around the range of years */
static reload_time take_date(const uint8_t **data, size_t *left)
{
    uint32_t seconds;
    uint8_t more;
    take(data, left, &seconds, sizeof seconds);
    take(data, left, &more, 1);
    return ((int64_t)seconds + ((int64_t)(more % 80) << 32) - (more > 250 ? UINT32_MAX : 0)) *
           RELOAD_SECOND;
}

enum { MAX_NAMES = 8, MAX_TEXT = 32 };

struct description {
    char subject[MAX_TEXT], texts[MAX_NAMES][MAX_TEXT];
    reload_cert_name names[MAX_NAMES];
    uint8_t serial[21], serial_len, count, flags;
    reload_cert_spec spec;
};

static void describe(const uint8_t *data, size_t size, struct description *d)
{
    take(&data, &size, &d->flags, 1);
    take(&data, &size, &d->serial_len, 1);
    take(&data, &size, d->serial, sizeof d->serial);
    take(&data, &size, &d->count, 1);
    d->spec = (reload_cert_spec){.size = sizeof d->spec,
                                 .subject = d->subject,
                                 .names = d->names,
                                 .count = d->count % (MAX_NAMES + 1),
                                 .serial = d->serial,
                                 .serial_len = d->serial_len % (sizeof d->serial + 1),
                                 .not_before = take_date(&data, &size),
                                 .not_after = take_date(&data, &size),
                                 .ca = (d->flags & 1) != 0};
    take(&data, &size, d->subject, MAX_TEXT - 1);
    if ((d->flags & 2) == 0)
        memcpy(d->subject, "CN=", 3);
    for (size_t i = 0; i < MAX_NAMES; i++) {
        uint8_t kind;
        take(&data, &size, &kind, 1);
        d->names[i].peer = kind % 2 == 0;
        take(&data, &size, d->names[i].id, RELOAD_ID_SIZE);
        take(&data, &size, d->texts[i], MAX_TEXT - 1);
        d->names[i].text = d->texts[i];
    }
}

/* An issued certificate has the requested validity, and the CA has signed it. */
static void check_issued(const reload_cert_spec *spec, const reload_buf *pem)
{
    reload_cert *cert;
    bool yes;
    MUST(reload_cert_parse(pem->octets, pem->len, &cert, NULL) == RELOAD_OK);
    MUST(reload_cert_not_before(cert) == spec->not_before);
    MUST(reload_cert_not_after(cert) == spec->not_after);
    MUST(reload_cert_issued_by(cert, people.cert[CERT_CA], &yes) == RELOAD_OK && yes);
    MUST(reload_cert_fits_key(cert, people.key[KEY_ALICE]));
    MUST(reload_cert_names(cert) <= spec->count);
    use_cert(cert);
    reload_cert_free(&cert);
    check_one_cert(pem->octets, pem->len);
}

void check_issuing(const uint8_t *data, size_t size)
{
    struct description d = {0};
    reload_buf pem = {0}, request = {0};
    reload_diag diag;
    describe(data, size, &d);
    reload_err err = reload_cert_issue(&d.spec, people.key[KEY_ALICE], NULL, people.cert[CERT_CA],
                                       people.key[KEY_CA], &pem, &diag);
    check_diag(err, &diag);
    if (err == RELOAD_OK)
        check_issued(&d.spec, &pem);
    else
        MUST(pem.len == 0);
    err = reload_request_write(people.key[KEY_BOB], d.subject, &request, &diag);
    check_diag(err, &diag);
    MUST(err == reload_subject_check(d.subject, NULL));
    if (err == RELOAD_OK)
        check_request(request.octets, request.len);
    reload_buf_free(&pem);
    reload_buf_free(&request);
}

/* A CRL that names alice's certificate revokes it from that time on, and has its number. */
void check_revoking(const uint8_t *data, size_t size)
{
    enum { ENTRIES = 6, MAX_SERIAL = 4 };
    uint8_t serials[ENTRIES][MAX_SERIAL], count, len[ENTRIES];
    reload_revocation entries[ENTRIES];
    reload_buf pem = {0};
    reload_diag diag;
    reload_crl *crl = NULL;
    bool revoked = false;
    take(&data, &size, &count, 1);
    reload_crl_spec spec = {.size = sizeof spec, .entries = entries, .count = count % ENTRIES};
    take(&data, &size, spec.number.octets, sizeof spec.number.octets);
    spec.number.octets[0] &= 0x7f;
    spec.this_update = take_date(&data, &size);
    spec.next_update = take_date(&data, &size);
    for (size_t i = 0; i < spec.count; i++) {
        take(&data, &size, &len[i], 1);
        take(&data, &size, serials[i], MAX_SERIAL);
        entries[i] = (reload_revocation){.serial = serials[i],
                                         .serial_len = 1 + len[i] % MAX_SERIAL,
                                         .time = take_date(&data, &size)};
        revoked = revoked || (entries[i].serial_len == 1 && serials[i][0] == CERT_ALICE + 1 &&
                              entries[i].time <= NOW * RELOAD_SECOND);
    }
    reload_err err = reload_crl_issue(&spec, people.cert[CERT_CA], people.key[KEY_CA], &pem, &diag);
    check_diag(err, &diag);
    if (err == RELOAD_OK) {
        reload_span alice = fuzz_cert_der(CERT_ALICE);
        struct verifier v = with_ca();
        MUST(reload_policy_add_crl(v.policy, pem.octets, pem.len, NULL) == RELOAD_OK);
        verifier_begin(&v);
        reload_reason reason = judge(&v, alice.octets, alice.len);
        MUST(!revoked || reason == RELOAD_REASON_REVOKED_CERTIFICATE);
        free_verifier(&v);
        MUST(reload_crl_read(pem.octets, pem.len, people.cert[CERT_CA], &crl, NULL) == RELOAD_OK);
        MUST(crl != NULL &&
             reload_crl_number_compare(reload_crl_number_of(crl), &spec.number) == 0);
        reload_crl_free(&crl);
        check_one_crl(pem.octets, pem.len);
    }
    reload_buf_free(&pem);
}
