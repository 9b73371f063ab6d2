/* Judging a message as a receiving peer must: D24's checklist. */
#include "crypto/digest.h"
#include "crypto/mac.h"
#include "verify/memory.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct secret {
    rl_mac *mac;
    reload_buf octets;
};

struct reload_verifier {
    reload_security algorithm;
    struct secret *secrets;
    size_t count;
    size_t cap;
    rl_trust *trust;    /* CERTS */
    char *overlay_name; /* NULL: not told */
    bool has_dht, has_hash;
    uint32_t overlay; /* that name's CRC-32 */
    uint8_t dht, hash;
    int64_t max_skew; /* negative: no limit */
    bool require_peer_signature;
    reload_memory memory;
    unsigned remember; /* RELOAD_REMEMBER_… */
    int64_t captured;  /* when the messages were, or RELOAD_NO_TIME */
};

reload_verifier *reload_verifier_new(reload_security algorithm)
{
    if (algorithm != RELOAD_SECURITY_NONE && algorithm != RELOAD_SECURITY_HMAC &&
        algorithm != RELOAD_SECURITY_CERTS)
        return NULL;
    reload_verifier *v = calloc(1, sizeof *v);
    if (v == NULL)
        return NULL;
    v->algorithm = algorithm;
    v->max_skew = RELOAD_DEFAULT_SKEW;
    v->trust = rl_trust_new();
    if (v->trust == NULL)
        reload_verifier_free(&v);
    return v;
}

void reload_verifier_free(reload_verifier **verifier)
{
    if (verifier == NULL || *verifier == NULL)
        return;
    for (size_t i = 0; i < (*verifier)->count; i++) {
        rl_mac_free(&(*verifier)->secrets[i].mac);
        reload_buf_free(&(*verifier)->secrets[i].octets);
    }
    free((*verifier)->secrets);
    rl_trust_free(&(*verifier)->trust);
    free((*verifier)->overlay_name);
    free(*verifier);
    *verifier = NULL;
}

reload_err reload_verifier_add_secret(reload_verifier *v, const uint8_t *secret, size_t len)
{
    if (len == 0)
        return RELOAD_ERR_VALUE;
    void *secrets = v->secrets;
    bool grown = rl_grow(&secrets, &v->cap, v->count, sizeof *v->secrets);
    v->secrets = secrets;
    if (!grown)
        return RELOAD_ERR_MEMORY;
    struct secret *added = &v->secrets[v->count];
    *added = (struct secret){0};
    reload_buf_append(&added->octets, secret, len);
    reload_err err = added->octets.err;
    if (err == RELOAD_OK)
        err = rl_mac_new(RELOAD_MD_SHA1, secret, len, &added->mac);
    if (err == RELOAD_OK)
        v->count++;
    else
        reload_buf_free(&added->octets);
    return err;
}

reload_err reload_verifier_add_ca(reload_verifier *v, const uint8_t *octets, size_t len,
                                  reload_diag *diag)
{
    return rl_trust_add_ca(v->trust, octets, len, diag);
}

reload_err reload_verifier_add_intermediates(reload_verifier *v, const uint8_t *octets, size_t len,
                                             reload_diag *diag)
{
    return rl_trust_add_intermediates(v->trust, octets, len, diag);
}

reload_err reload_verifier_add_crl(reload_verifier *v, const uint8_t *octets, size_t len,
                                   reload_diag *diag)
{
    return rl_trust_add_crl(v->trust, octets, len, diag);
}

void reload_verifier_set_min_rsa_bits(reload_verifier *v, unsigned bits)
{
    rl_trust_set_min_rsa_bits(v->trust, bits);
}

void reload_verifier_allow_sha1_certs(reload_verifier *v, bool allowed)
{
    rl_trust_allow_sha1(v->trust, allowed);
}

void reload_verifier_check_crls(reload_verifier *v, int64_t time,
                                void (*warn)(void *arg, const char *words), void *arg)
{
    rl_trust_check_crls(v->trust, time, warn, arg);
}

reload_err reload_verifier_set_overlay(reload_verifier *v, const char *name)
{
    char *copy = strdup(name);
    if (copy == NULL)
        return RELOAD_ERR_MEMORY;
    free(v->overlay_name);
    v->overlay_name = copy;
    v->overlay = reload_overlay_id(name);
    return RELOAD_OK;
}

void reload_verifier_set_dht(reload_verifier *v, uint8_t dht)
{
    v->dht = dht;
    v->has_dht = true;
}

void reload_verifier_set_hash(reload_verifier *v, uint8_t hash)
{
    v->hash = hash;
    v->has_hash = true;
}

void reload_verifier_set_max_skew(reload_verifier *v, int64_t seconds)
{
    /* beyond 32 bits a skew allows every TIMESTAMP; the bound keeps the sums below within 64 bits
     */
    v->max_skew = seconds > RELOAD_MAX_TIME ? RELOAD_MAX_TIME : seconds;
}

void reload_verifier_require_peer_signature(reload_verifier *v, bool required)
{
    v->require_peer_signature = required;
}

void reload_verifier_set_memory(reload_verifier *v, const reload_memory *memory, unsigned what)
{
    v->memory = *memory;
    v->remember = what;
    if (v->algorithm != RELOAD_SECURITY_CERTS)
        v->remember &= ~(unsigned)(RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_PINS);
    if (v->algorithm == RELOAD_SECURITY_NONE)
        v->remember = 0; /* D23: nothing is looked at but steps 1 to 4 */
}

void reload_verifier_set_captured(reload_verifier *v, int64_t captured)
{
    v->captured = captured;
}

const char *reload_verdict_text(reload_verdict verdict)
{
    switch (verdict) {
    case RELOAD_UNCHECKED:
        return "unchecked";
    case RELOAD_VALID:
        return "valid";
    case RELOAD_INVALID:
        return "invalid";
    case RELOAD_UNSECURED:
        return "unsecured";
    case RELOAD_MALFORMED:
        return "malformed";
    case RELOAD_PINNED:
        return "pinned";
    }
    return "unchecked";
}

/* D24: the word for each reason, and the code that a request with it is answered with. */
static const struct {
    const char *word;
    uint16_t code;
} reasons[] = {
    [RELOAD_REASON_NONE] = {NULL, 0},
    [RELOAD_REASON_MALFORMED] = {"malformed", 0},
    [RELOAD_REASON_UNSUPPORTED_VERSION] = {"unsupported-version", 0},
    [RELOAD_REASON_FRAGMENT] = {"fragment", 0},
    [RELOAD_REASON_OVERLAY_MISMATCH] = {"overlay-mismatch", 498},
    [RELOAD_REASON_SECURITY_MISMATCH] = {"security-mismatch", 401},
    [RELOAD_REASON_MISSING_SIGNATURE] = {"missing-signature", 401},
    [RELOAD_REASON_MISSING_CERTIFICATE] = {"missing-certificate", 401},
    [RELOAD_REASON_DUPLICATE_ATTRIBUTE] = {"duplicate-attribute", 431},
    [RELOAD_REASON_MISPLACED] = {"misplaced", 431},
    [RELOAD_REASON_BAD_DIGEST_LENGTH] = {"bad-digest-length", 431},
    [RELOAD_REASON_MISSING_TIMESTAMP] = {"missing-timestamp", 431},
    [RELOAD_REASON_BAD_CERTIFICATE] = {"bad-certificate", 431},
    [RELOAD_REASON_WEAK_KEY] = {"weak-key", 431},
    [RELOAD_REASON_UNTRUSTED_CERTIFICATE] = {"untrusted-certificate", 431},
    [RELOAD_REASON_REVOKED_CERTIFICATE] = {"revoked-certificate", 431},
    [RELOAD_REASON_EXPIRED_CERTIFICATE] = {"expired-certificate", 431},
    [RELOAD_REASON_PIN_MISMATCH] = {"pin-mismatch", 431},
    [RELOAD_REASON_BAD_DIGEST] = {"bad-digest", 431},
    [RELOAD_REASON_PEER_ID_MISMATCH] = {"peer-id-mismatch", 431},
    [RELOAD_REASON_RESOURCE_KEY_MISMATCH] = {"resource-key-mismatch", 431},
    [RELOAD_REASON_STALE] = {"stale", 431},
    [RELOAD_REASON_FUTURE] = {"future", 431},
    [RELOAD_REASON_REPLAY] = {"replay", 431},
    [RELOAD_REASON_UNMATCHED_RESPONSE] = {"unmatched-response", 0},
    [RELOAD_REASON_MISSING_EXPIRATION] = {"missing-expiration", 431},
    [RELOAD_REASON_EXPIRED] = {"expired", 431},
};

const char *reload_reason_text(reload_reason reason)
{
    return (unsigned)reason < sizeof reasons / sizeof reasons[0] ? reasons[reason].word : NULL;
}

/* Forgets what was found in a message. */
static void clear_findings(reload_report *report)
{
    for (size_t i = 0; i < report->tunnelled_count; i++) {
        reload_msg_free(&report->tunnelled[i].msg);
        reload_report_free(&report->tunnelled[i].report);
    }
    report->tunnelled_count = 0;
    for (size_t i = 0; i < report->count; i++) {
        reload_cert *signer = (reload_cert *)(uintptr_t)report->signatures[i]
                                  .signer; /* const for those who read it */
        reload_cert_free(&signer);
        free(report->signatures[i].explanation);
    }
    report->count = 0;
}

void reload_report_free(reload_report *report)
{
    if (report == NULL)
        return;
    clear_findings(report);
    free(report->signatures);
    free(report->tunnelled);
    *report = (reload_report){0};
}

/* One message being judged. */
struct judging {
    const reload_verifier *verifier;
    const reload_msg *msg;
    int64_t time;
    reload_report *report;
    reload_err err; /* it could not be judged; the first error stays, and no finding is good from
                       then on */
    bool join_request;
    reload_cert *signer; /* the certificate that the signature just looked at was checked with */
    rl_lesson lesson;    /* what is to be remembered of the message */
};

/* A finding: why something is not as it must be, and at which attribute. */
struct finding {
    reload_reason reason;
    uint32_t attr; /* RELOAD_NO_ATTR: the header */
    const char *detail;
    uint16_t code; /* instead of the reason's own; 0: that one */
};

static const struct finding good = {RELOAD_REASON_NONE, RELOAD_NO_ATTR, NULL, 0};

static struct finding found(reload_reason reason, uint32_t attr, const char *detail)
{
    return (struct finding){reason, attr, detail, 0};
}

/* Step 1 to 3. */
static struct finding check_form(const struct judging *j, reload_diag *diag)
{
    reload_err malformed = reload_msg_check(j->msg, diag);
    if (malformed != RELOAD_OK)
        return found(RELOAD_REASON_MALFORMED, RELOAD_NO_ATTR, NULL); /* diag tells */
    if (reload_msg_field(j->msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        return found(RELOAD_REASON_UNSUPPORTED_VERSION, RELOAD_NO_ATTR, "Version is not 1");
    if (reload_msg_field(j->msg, RELOAD_F_FRAG) != 0)
        return found(RELOAD_REASON_FRAGMENT, RELOAD_NO_ATTR,
                     "a fragment of a message cannot be verified");
    return good;
}

/* Step 4: the overlay's parameters, and D23's algorithm. */
static struct finding check_overlay(const struct judging *j)
{
    const reload_verifier *v = j->verifier;
    uint32_t overlay = reload_msg_field(j->msg, RELOAD_F_OVERLAY);
    uint32_t security = reload_msg_field(j->msg, RELOAD_F_SECURITY);
    if (v->overlay_name != NULL && overlay != v->overlay && !(overlay == 0 && j->join_request))
        return found(RELOAD_REASON_OVERLAY_MISMATCH, RELOAD_NO_ATTR,
                     "the Overlay field is another overlay's");
    if (v->has_dht && reload_msg_field(j->msg, RELOAD_F_DHT) != v->dht)
        return found(RELOAD_REASON_OVERLAY_MISMATCH, RELOAD_NO_ATTR,
                     "the DHT field names another algorithm");
    if (v->has_hash && reload_msg_field(j->msg, RELOAD_F_HASH) != v->hash)
        return found(RELOAD_REASON_OVERLAY_MISMATCH, RELOAD_NO_ATTR,
                     "the Hash field names another algorithm");
    if (security != (uint32_t)v->algorithm &&
        !(security == RELOAD_SECURITY_OPEN && j->join_request))
        return found(RELOAD_REASON_SECURITY_MISMATCH, RELOAD_NO_ATTR,
                     "the Security field is not the overlay's algorithm");
    return good;
}

/* D11 for the attributes from first to end. */
static struct finding check_duplicates(const reload_msg *msg, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        if (attr->in_place && attr->repeated && attr->def->once)
            return found(RELOAD_REASON_DUPLICATE_ATTRIBUTE, i,
                         "there once already, and may be there only once");
    }
    return good;
}

/* The next attribute of that type that the message's SIGNATURE covers, among those from i to end;
 * end where there is none. */
static uint32_t next_of(const reload_msg *msg, uint32_t i, uint32_t end, uint16_t type)
{
    while (i < end && (reload_msg_attr(msg, i)->type != type || reload_msg_attr(msg, i)->ignored))
        i = reload_msg_attr(msg, i)->end;
    return i;
}

/* The PEER-INFO whose certificate a signature is checked with; RELOAD_NO_ATTR where there is none.
 */
static uint32_t peer_info_of(const struct judging *j, const reload_site *site)
{
    uint32_t end = (uint32_t)reload_msg_count(j->msg), info;
    if (site->role != RELOAD_ROLE_MESSAGE)
        return site->container;
    info = next_of(j->msg, 0, end, RELOAD_A_SOURCE_INFO);
    return info < end ? info : RELOAD_NO_ATTR;
}

/* The certificate BODY of a RESOURCE that comes next from i on; its end where there is none. */
static uint32_t next_certificate_body(const reload_msg *msg, uint32_t i, uint32_t end)
{
    while (i < end && !rl_is_certificate_body(msg, i))
        i = reload_msg_attr(msg, i)->end;
    return i;
}

/* The second half of step 5: under CERTS, is there a certificate to check with? */
static struct finding check_certificate_there(const struct judging *j, const reload_site *site)
{
    if (j->verifier->algorithm != RELOAD_SECURITY_CERTS)
        return good;
    if (site->role == RELOAD_ROLE_BODY) {
        uint32_t resource = reload_msg_attr(j->msg, site->container)->parent;
        uint32_t end = reload_msg_attr(j->msg, resource)->end;
        return next_certificate_body(j->msg, resource + 1, end) < end
                   ? good
                   : found(RELOAD_REASON_MISSING_CERTIFICATE, resource,
                           "has no BODY with a certificate");
    }
    uint32_t info = peer_info_of(j, site);
    if (info == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_MISSING_CERTIFICATE, RELOAD_NO_ATTR,
                     "no SOURCE-INFO, and so no PEER-CERT");
    if (reload_msg_member(j->msg, info, RELOAD_A_PEER_ID) == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_MISSING_CERTIFICATE, info, "has no PEER-ID");
    if (reload_msg_member(j->msg, info, RELOAD_A_PEER_CERT) == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_MISSING_CERTIFICATE, info, "has no PEER-CERT");
    return good;
}

/* Step 6 for one signature, D11 apart. */
static struct finding check_shape(const struct judging *j, const reload_site *site)
{
    bool certs = j->verifier->algorithm == RELOAD_SECURITY_CERTS;
    if (site->misplaced)
        return found(RELOAD_REASON_MISPLACED, site->attr,
                     "not the last member, or its DIGEST is not its last");
    if (site->digest == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_BAD_DIGEST_LENGTH, site->attr, "has no DIGEST");
    if (!certs && reload_msg_attr(j->msg, site->digest)->length != RELOAD_HMAC_SIZE)
        return found(RELOAD_REASON_BAD_DIGEST_LENGTH, site->digest, "not 20 octets long");
    if (certs && site->timestamp == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_MISSING_TIMESTAMP, site->attr, "has no TIMESTAMP");
    return good;
}

/* HMAC, step 8: any one of the secrets will do. */
static struct finding check_hmac(struct judging *j, const reload_site *site)
{
    reload_covered covered;
    uint8_t digest[RELOAD_HMAC_SIZE];
    size_t len;
    reload_site_covered(j->msg, site, &covered);
    const uint8_t *received = reload_msg_value_octets(j->msg, site->digest, &len);
    bool match = false;
    for (size_t i = 0; i < j->verifier->count && !match && j->err == RELOAD_OK; i++) {
        j->err = rl_mac_digest(j->verifier->secrets[i].mac, covered.span, covered.count, digest);
        match = j->err == RELOAD_OK && rl_equal(digest, received, sizeof digest);
    }
    rl_wipe(digest, sizeof digest);
    return match ? good
                 : found(RELOAD_REASON_BAD_DIGEST, site->digest,
                         "is not the digest of the signed octets under the secret");
}

/* The identity that a signature's certificate speaks for (D28): the Peer-ID of a PEER-INFO, or the
 * KEY of a RESOURCE. Nothing is appended where there is none. */
static reload_err pin_name(const struct judging *j, const reload_site *site, reload_buf *name)
{
    size_t len;
    bool body = site->role == RELOAD_ROLE_BODY;
    uint32_t container =
        body ? reload_msg_attr(j->msg, site->container)->parent : peer_info_of(j, site);
    uint32_t attr = reload_msg_member(j->msg, container, body ? RELOAD_A_KEY : RELOAD_A_PEER_ID);
    if (attr == RELOAD_NO_ATTR)
        return RELOAD_OK;
    const uint8_t *octets = reload_msg_value_octets(j->msg, attr, &len);
    if (body)
        return rl_pin_name_of_key(octets, len, name);
    return len == RELOAD_ID_SIZE ? rl_pin_name_of_peer(octets, name) : RELOAD_OK;
}

/* D28, in the place of step 7. learn: the signature has passed, and its key is to be remembered;
 * else it is compared with the one that is. */
static struct finding check_pin(struct judging *j, const reload_site *site,
                                const reload_cert *signer, uint32_t cert, bool learn)
{
    uint8_t fingerprint[RELOAD_FINGERPRINT_SIZE];
    reload_buf name = {0};
    bool mismatch = false;
    j->err = rl_cert_fingerprint(signer, fingerprint);
    if (j->err == RELOAD_OK)
        j->err = pin_name(j, site, &name);
    if (j->err == RELOAD_OK && name.len > 0 && learn)
        j->err = rl_pin_note(&j->lesson, (const char *)name.octets, fingerprint);
    else if (j->err == RELOAD_OK && name.len > 0)
        j->err = rl_pin_mismatch(&j->verifier->memory, &j->lesson, (const char *)name.octets,
                                 fingerprint, &mismatch);
    reload_buf_free(&name);
    if (!mismatch)
        return good;
    return found(RELOAD_REASON_PIN_MISMATCH, cert,
                 site->role == RELOAD_ROLE_BODY
                     ? "is of another key than the one remembered for the KEY"
                     : "is of another key than the one remembered for the PEER-ID beside it");
}

/* Remembers the key of a signature that has passed, but for what a ROUTE-LOG says. */
static void learn_pin(struct judging *j, const reload_site *site, const reload_cert *signer)
{
    if ((j->verifier->remember & RELOAD_REMEMBER_PINS) != 0 &&
        site->role != RELOAD_ROLE_ROUTE_LOG && j->err == RELOAD_OK)
        (void)check_pin(j, site, signer, RELOAD_NO_ATTR, true);
}

/* Step 7: a certificate's chain, or its pin. */
static struct finding check_trust(struct judging *j, const reload_site *site,
                                  const reload_cert *signer, uint32_t cert)
{
    rl_objection objection = {RELOAD_REASON_NONE, NULL};
    bool pins = (j->verifier->remember & RELOAD_REMEMBER_PINS) != 0;
    j->err = pins ? rl_trust_judge_self(j->verifier->trust, signer, &objection)
                  : rl_trust_judge(j->verifier->trust, signer, j->time, &objection);
    if (j->err == RELOAD_OK && objection.reason != RELOAD_REASON_NONE)
        return found(objection.reason, cert, objection.words);
    return pins && j->err == RELOAD_OK ? check_pin(j, site, signer, cert, false) : good;
}

/* CERTS, step 7 and 8: the certificate at attribute cert, and the digest under its key. *signer is
 * the certificate where it could be read. */
static struct finding check_rsa(struct judging *j, const reload_site *site, uint32_t cert,
                                reload_cert **signer)
{
    rl_objection objection;
    reload_covered covered;
    size_t len;
    bool match = false;
    const uint8_t *octets = reload_msg_value_octets(j->msg, cert, &len);
    if (j->err == RELOAD_OK)
        j->err = rl_cert_read(octets, len, signer, &objection);
    struct finding finding = good;
    if (j->err == RELOAD_OK)
        finding = objection.reason == RELOAD_REASON_NONE
                      ? check_trust(j, site, *signer, cert)
                      : found(objection.reason, cert, objection.words);
    if (j->err != RELOAD_OK) /* nothing is known; what goes on must not take that for good */
        return found(RELOAD_REASON_BAD_CERTIFICATE, cert, "could not be checked");
    if (finding.reason != RELOAD_REASON_NONE)
        return finding;
    octets = reload_msg_value_octets(j->msg, site->digest, &len);
    if (len != rl_cert_signature_size(*signer))
        return found(RELOAD_REASON_BAD_DIGEST_LENGTH, site->digest,
                     "not as long as the RSA modulus");
    reload_site_covered(j->msg, site, &covered);
    j->err = rl_cert_verify(*signer, RELOAD_MD_SHA1, covered.span, covered.count,
                            (reload_span){octets, len}, &match);
    return match && j->err == RELOAD_OK
               ? good
               : found(RELOAD_REASON_BAD_DIGEST, site->digest,
                       "is no signature of the signed octets by the certificate's key");
}

/* D20: the certificate in a PEER-INFO names its PEER-ID, and a request's Source ID is that of its
 * SOURCE-INFO. */
static struct finding check_peer_binding(const struct judging *j, const reload_site *site,
                                         uint32_t info, const reload_cert *signer)
{
    size_t len;
    uint32_t overlay = reload_msg_field(j->msg, RELOAD_F_OVERLAY);
    uint32_t id_attr = reload_msg_member(j->msg, info, RELOAD_A_PEER_ID);
    const uint8_t *id = reload_msg_value_octets(j->msg, id_attr, &len);
    if (len != RELOAD_ID_SIZE || !rl_cert_names_peer(signer, id, j->verifier->overlay_name, overlay,
                                                     j->join_request && overlay == 0))
        return found(RELOAD_REASON_PEER_ID_MISMATCH, id_attr,
                     "is not named for this overlay by the PEER-CERT beside it");
    if (site->role == RELOAD_ROLE_MESSAGE && reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0 &&
        memcmp(id, reload_msg_field_octets(j->msg, RELOAD_F_SOURCE_ID, &len), RELOAD_ID_SIZE) != 0)
        return found(RELOAD_REASON_PEER_ID_MISMATCH, id_attr, "is not the header's Source ID");
    return good;
}

/* D21: the certificate names the user that the RESOURCE's KEY is the address of record of. */
static struct finding check_resource_binding(const struct judging *j, uint32_t resource,
                                             const reload_cert *signer)
{
    size_t len;
    uint32_t key = reload_msg_member(j->msg, resource, RELOAD_A_KEY);
    if (key == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_RESOURCE_KEY_MISMATCH, resource, "has no RESOURCE-INFO.KEY");
    const uint8_t *octets = reload_msg_value_octets(j->msg, key, &len);
    return rl_cert_names_user(signer, octets, len)
               ? good
               : found(RELOAD_REASON_RESOURCE_KEY_MISMATCH, key,
                       "is no address of record that the signer's certificate names");
}

/* Takes a certificate over as the signer's, in the place of another. */
static void set_signer(struct judging *j, reload_cert *signer)
{
    reload_cert_free(&j->signer);
    j->signer = signer;
}

/* CERTS, steps 7 to 9 for a signature with the certificate of a PEER-INFO. */
static struct finding check_by_peer(struct judging *j, const reload_site *site)
{
    uint32_t info = peer_info_of(j, site);
    reload_cert *signer = NULL;
    struct finding finding =
        check_rsa(j, site, reload_msg_member(j->msg, info, RELOAD_A_PEER_CERT), &signer);
    set_signer(j, signer);
    if (finding.reason == RELOAD_REASON_NONE && j->err == RELOAD_OK)
        finding = check_peer_binding(j, site, info, signer);
    if (finding.reason == RELOAD_REASON_NONE)
        learn_pin(j, site, signer);
    if (finding.reason == RELOAD_REASON_PEER_ID_MISMATCH && site->role == RELOAD_ROLE_MESSAGE &&
        j->join_request)
        finding.code = 493; /* B§8.1.2.1 */
    return finding;
}

/* How far a check of a BODY with one certificate got, by the step that failed. */
static int progress(reload_reason reason)
{
    if (reason == RELOAD_REASON_NONE)
        return INT_MAX;
    /* the reasons stand in D24's and D18's order, but for the length of a digest, which under CERTS
     * is a matter of step 8 */
    return reason == RELOAD_REASON_BAD_DIGEST_LENGTH ? 2 * RELOAD_REASON_BAD_DIGEST - 1
                                                     : 2 * (int)reason;
}

/* CERTS, steps 7 to 9 for a BODY: any certificate BODY of its RESOURCE will do (D21). */
static struct finding check_by_resource(struct judging *j, const reload_site *site)
{
    uint32_t resource = reload_msg_attr(j->msg, site->container)->parent,
             end = reload_msg_attr(j->msg, resource)->end;
    struct finding best =
        found(RELOAD_REASON_MISSING_CERTIFICATE, resource, "has no BODY with a certificate");
    int best_progress = 0;
    for (uint32_t body = next_certificate_body(j->msg, resource + 1, end);
         body < end && best_progress < progress(RELOAD_REASON_NONE) && j->err == RELOAD_OK;
         body = next_certificate_body(j->msg, reload_msg_attr(j->msg, body)->end, end)) {
        reload_cert *signer = NULL;
        struct finding finding = check_rsa(j, site, body + 1, &signer);
        if (finding.reason == RELOAD_REASON_NONE && j->err == RELOAD_OK)
            finding = check_resource_binding(j, resource, signer);
        if (finding.reason == RELOAD_REASON_NONE)
            learn_pin(j, site, signer);
        if (progress(finding.reason) > best_progress) {
            best = finding;
            best_progress = progress(finding.reason);
            set_signer(j, signer);
        } else {
            reload_cert_free(&signer);
        }
    }
    return best;
}

/* A TIMESTAMP's or EXPIRATION's value. One with a flaw, which only a ROUTE-LOG's can have here,
 * counts as 0. */
static int64_t number_at(const reload_msg *msg, uint32_t attr)
{
    reload_value value;
    return reload_msg_value(msg, attr, &value) ? (int64_t)value.number : 0;
}

/* Step 10. The message must be fresh; what is inside it must not have expired. */
static struct finding check_time(const struct judging *j, const reload_site *site)
{
    if (site->timestamp == RELOAD_NO_ATTR)
        return good;
    int64_t stamp = number_at(j->msg, site->timestamp);
    bool limit = j->verifier->max_skew >= 0;
    int64_t skew = limit ? j->verifier->max_skew : 0;
    if (site->role == RELOAD_ROLE_MESSAGE) {
        if (limit && j->time - stamp > skew)
            return found(RELOAD_REASON_STALE, site->timestamp,
                         "further behind the time of checking than the allowed skew");
    } else if (site->expiration != RELOAD_NO_ATTR &&
               j->time > stamp + number_at(j->msg, site->expiration) + skew) {
        return found(RELOAD_REASON_EXPIRED, site->expiration,
                     "is over: TIMESTAMP and it lie before the time of checking");
    }
    if (limit && stamp - j->time > skew)
        return found(RELOAD_REASON_FUTURE, site->timestamp,
                     "further ahead of the time of checking than the allowed skew");
    return good;
}

/* Steps 7 to 9 for one signature. */
static struct finding check_digest(struct judging *j, const reload_site *site)
{
    if (j->verifier->algorithm == RELOAD_SECURITY_HMAC)
        return check_hmac(j, site);
    return site->role == RELOAD_ROLE_BODY ? check_by_resource(j, site) : check_by_peer(j, site);
}

/* Steps 6 (D11 apart) to 10 for one signature. */
static struct finding check_site(struct judging *j, const reload_site *site)
{
    struct finding finding = check_shape(j, site);
    if (finding.reason == RELOAD_REASON_NONE)
        finding = check_digest(j, site);
    if (finding.reason == RELOAD_REASON_NONE && site->role == RELOAD_ROLE_BODY &&
        site->expiration == RELOAD_NO_ATTR &&
        reload_msg_field(j->msg, RELOAD_F_METHOD) == RELOAD_RESOURCE_PUT &&
        reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0)
        finding = found(RELOAD_REASON_MISSING_EXPIRATION, site->container,
                        "has no RESOURCE-INFO.BODY.EXPIRATION");
    if (finding.reason == RELOAD_REASON_NONE)
        finding = check_time(j, site);
    return finding;
}

/* Enters a signature's verdict, and whose it is, into the report. */
static void note_signature(struct judging *j, uint32_t attr, reload_reason reason)
{
    /* binary search: the list is in message order */
    size_t low = 0, high = j->report->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (j->report->signatures[middle].attr < attr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < j->report->count && j->report->signatures[low].attr == attr) {
        j->report->signatures[low].verdict =
            reason == RELOAD_REASON_NONE ? RELOAD_VALID : RELOAD_INVALID;
        j->report->signatures[low].reason = reason;
        j->report->signatures[low].signer = j->signer;
        j->signer = NULL;
    }
    set_signer(j, NULL);
}

/* The signature of that type in a container, through steps 5 to 10, its own D11 done by the
 * message's. */
static struct finding check_inner(struct judging *j, uint32_t container, uint16_t type,
                                  bool required)
{
    uint32_t attr = reload_msg_member(j->msg, container, type);
    if (attr == RELOAD_NO_ATTR)
        return required
                   ? found(RELOAD_REASON_MISSING_SIGNATURE, container,
                           type == RELOAD_A_BODY_SIGNATURE ? "has no RESOURCE-INFO.BODY.SIGNATURE"
                                                           : "has no PEER-SIGNATURE")
                   : good;
    reload_site site;
    reload_site_at(j->msg, attr, &site);
    struct finding finding = check_certificate_there(j, &site);
    if (finding.reason == RELOAD_REASON_NONE)
        finding = check_site(j, &site);
    if (j->err == RELOAD_OK)
        note_signature(j, attr, finding.reason);
    return finding;
}

/* Runs check on each BODY of each RESOURCE, in order, until one fails. */
static struct finding each_body(struct judging *j,
                                struct finding (*check)(struct judging *j, uint32_t body))
{
    uint32_t end = (uint32_t)reload_msg_count(j->msg);
    struct finding finding = good;
    for (uint32_t r = next_of(j->msg, 0, end, RELOAD_A_RESOURCE);
         r < end && finding.reason == RELOAD_REASON_NONE;
         r = next_of(j->msg, reload_msg_attr(j->msg, r)->end, end, RELOAD_A_RESOURCE)) {
        uint32_t last = reload_msg_attr(j->msg, r)->end;
        for (uint32_t b = next_of(j->msg, r + 1, last, RELOAD_A_BODY);
             b < last && finding.reason == RELOAD_REASON_NONE;
             b = next_of(j->msg, reload_msg_attr(j->msg, b)->end, last, RELOAD_A_BODY))
            finding = check(j, b);
    }
    return finding;
}

static struct finding check_body_peer(struct judging *j, uint32_t body)
{
    uint32_t peer = reload_msg_member(j->msg, body, RELOAD_A_BODY_PEER_INFO);
    return peer == RELOAD_NO_ATTR ? good : check_inner(j, peer, RELOAD_A_PEER_SIGNATURE, false);
}

static struct finding check_body(struct judging *j, uint32_t body)
{
    return rl_is_certificate_body(j->msg, body)
               ? good
               : check_inner(j, body, RELOAD_A_BODY_SIGNATURE, true);
}

/* The PEER-SIGNATURE of a top-level PEER-INFO, where there is one or it is required. */
static struct finding check_peer(struct judging *j, uint16_t type, bool required)
{
    uint32_t end = (uint32_t)reload_msg_count(j->msg);
    uint32_t peer = next_of(j->msg, 0, end, type);
    if (peer < end)
        return check_inner(j, peer, RELOAD_A_PEER_SIGNATURE, required);
    return required ? found(RELOAD_REASON_MISSING_SIGNATURE, RELOAD_NO_ATTR,
                            "no SOURCE-INFO, and so no PEER-SIGNATURE in it")
                    : good;
}

/* Steps 5 to 10 for the message's own SIGNATURE. */
static struct finding check_message(struct judging *j)
{
    uint32_t attr = reload_msg_signature(j->msg);
    if (attr == RELOAD_NO_ATTR)
        return found(RELOAD_REASON_MISSING_SIGNATURE, RELOAD_NO_ATTR,
                     "the message has no SIGNATURE");
    reload_site site;
    reload_site_at(j->msg, attr, &site);
    struct finding finding = check_certificate_there(j, &site);
    if (finding.reason == RELOAD_REASON_NONE)
        finding = check_duplicates(j->msg, 0, reload_msg_attr(j->msg, attr)->end);
    if (finding.reason == RELOAD_REASON_NONE)
        finding = check_site(j, &site);
    if (j->err == RELOAD_OK)
        note_signature(j, attr, finding.reason);
    return finding;
}

/* Step 11 for a request under CERTS: one that was seen, or that is too old to tell, is a replay
 * (D25). */
static struct finding check_replay(struct judging *j)
{
    size_t len;
    rl_lesson *lesson = &j->lesson;
    bool known = false;
    uint32_t signature = reload_msg_signature(j->msg);
    uint32_t stamp =
        (uint32_t)number_at(j->msg, reload_msg_member(j->msg, signature, RELOAD_A_TIMESTAMP));
    const uint8_t *transaction = reload_msg_field_octets(j->msg, RELOAD_F_TRANSACTION_ID, &len);
    uint32_t boot_time = rl_get32(transaction), counter = rl_get32(transaction + 4);
    if (j->verifier->max_skew >= 0 && (int64_t)boot_time > (int64_t)stamp + j->verifier->max_skew)
        return found(RELOAD_REASON_REPLAY, RELOAD_NO_ATTR,
                     "the Transaction ID's boot time is later than the message's own TIMESTAMP");
    memcpy(lesson->peer_id, reload_msg_field_octets(j->msg, RELOAD_F_SOURCE_ID, &len),
           RELOAD_ID_SIZE);
    j->err = j->verifier->memory.find_peer(j->verifier->memory.arg, lesson->peer_id, &lesson->peer,
                                           &known);
    if (j->err != RELOAD_OK)
        return good;
    if (rl_peer_is_replay(&lesson->peer, known, boot_time, counter))
        return found(RELOAD_REASON_REPLAY, RELOAD_NO_ATTR,
                     boot_time < lesson->peer.boot_time
                         ? "the peer has booted again since this Transaction ID's boot time"
                         : "the Transaction ID's counter was seen before, or is below the window");
    rl_peer_advance(&lesson->peer, known, boot_time, counter, stamp);
    lesson->has_peer = true;
    return good;
}

/* Step 11 for a response: one that answers no request that came before. */
static struct finding check_pairing(struct judging *j)
{
    const reload_memory *memory = &j->verifier->memory;
    size_t len;
    const uint8_t *transaction = reload_msg_field_octets(j->msg, RELOAD_F_TRANSACTION_ID, &len);
    uint32_t overlay = reload_msg_field(j->msg, RELOAD_F_OVERLAY);
    reload_request_memory request = {0};
    bool matched = false;
    j->err = memory->find_request(memory->arg, transaction, overlay, &request, &matched);
    if (j->err == RELOAD_OK && !matched &&
        reload_msg_field(j->msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN) {
        /* B§8.1.1: a PEER-JOIN request may leave open what its response says */
        j->err = memory->find_request(memory->arg, transaction, 0, &request, &matched);
        matched = matched && request.open_overlay;
    }
    if (j->err == RELOAD_OK && matched && request.captured != RELOAD_NO_TIME &&
        j->verifier->captured != RELOAD_NO_TIME) {
        j->report->has_round_trip = true;
        j->report->round_trip = j->verifier->captured - request.captured;
    }
    return matched || j->err != RELOAD_OK
               ? good
               : found(RELOAD_REASON_UNMATCHED_RESPONSE, RELOAD_NO_ATTR,
                       "no request with its Transaction ID and Overlay came before");
}

/* Step 11. */
static struct finding check_over_time(struct judging *j)
{
    bool response = reload_msg_field(j->msg, RELOAD_F_RESPONSE) != 0;
    if (!response && (j->verifier->remember & RELOAD_REMEMBER_PEERS) != 0)
        return check_replay(j);
    if (response && (j->verifier->remember & RELOAD_REMEMBER_REQUESTS) != 0)
        return check_pairing(j);
    return good;
}

/* D25: a request is remembered whatever its verdict. */
static reload_err remember_request(const struct judging *j)
{
    const reload_memory *memory = &j->verifier->memory;
    size_t len;
    uint32_t overlay = reload_msg_field(j->msg, RELOAD_F_OVERLAY);
    reload_request_memory request = {.captured = j->verifier->captured,
                                     .open_overlay = j->join_request && overlay == 0};
    if ((j->verifier->remember & RELOAD_REMEMBER_REQUESTS) == 0 ||
        reload_msg_field(j->msg, RELOAD_F_RESPONSE) != 0)
        return RELOAD_OK;
    return memory->keep_request(memory->arg,
                                reload_msg_field_octets(j->msg, RELOAD_F_TRANSACTION_ID, &len),
                                overlay, &request);
}

/* D27: what ROUTE-LOGs say is checked, and decides nothing. Anybody on the way may append some, and
 * so no more are looked at than an honest message can have: one for each hop that its TTL, of 8
 * bits, allows. */
static void look_at_route_logs(struct judging *j)
{
    enum { MAX_HOPS = 255 };
    unsigned hops = 0;
    for (size_t i = 0; i < j->report->count && hops < MAX_HOPS && j->err == RELOAD_OK; i++) {
        reload_site site;
        uint32_t attr = j->report->signatures[i].attr;
        if (reload_role_at(j->msg, attr) != RELOAD_ROLE_ROUTE_LOG)
            continue;
        hops++;
        if (reload_msg_attr(j->msg, attr)
                ->repeated) { /* one for each PEER-INFO is looked at closely */
            note_signature(j, attr, RELOAD_REASON_DUPLICATE_ATTRIBUTE);
            continue;
        }
        reload_site_at(j->msg, attr, &site);
        struct finding finding = check_certificate_there(j, &site);
        if (finding.reason == RELOAD_REASON_NONE)
            finding = check_duplicates(j->msg, site.container + 1,
                                       reload_msg_attr(j->msg, site.container)->end);
        if (finding.reason == RELOAD_REASON_NONE)
            finding = check_site(j, &site);
        if (j->err == RELOAD_OK)
            note_signature(j, attr, finding.reason);
    }
}

/* Lists the signatures, none of them checked yet. */
static reload_err list_signatures(const reload_msg *msg, reload_report *report)
{
    size_t count = reload_msg_count(msg);
    for (size_t i = 0; i < count; i++) {
        if (!reload_is_signature(reload_msg_attr(msg, i)->type))
            continue;
        void *signatures = report->signatures;
        bool grown = rl_grow(&signatures, &report->cap, report->count, sizeof *report->signatures);
        report->signatures = signatures;
        if (!grown)
            return RELOAD_ERR_MEMORY;
        reload_signature *signature = &report->signatures[report->count++];
        *signature = (reload_signature){.attr = (uint32_t)i};
        uint32_t timestamp = reload_msg_member(msg, (uint32_t)i, RELOAD_A_TIMESTAMP);
        reload_value value;
        if (timestamp != RELOAD_NO_ATTR && reload_msg_value(msg, timestamp, &value)) {
            signature->has_timestamp = true;
            signature->timestamp = value.number;
        }
    }
    return RELOAD_OK;
}

static const char *offset_text(uint64_t offset, char *text, size_t size)
{
    (void)snprintf(text, size, "%" PRIu64, offset);
    return text;
}

/* Puts what was found into the report; diag tells of a malformed message. */
static void conclude(struct judging *j, const struct finding *finding, const reload_diag *diag)
{
    reload_report *report = j->report;
    if (finding->reason == RELOAD_REASON_NONE) {
        report->verdict = j->verifier->algorithm == RELOAD_SECURITY_NONE        ? RELOAD_UNSECURED
                          : (j->verifier->remember & RELOAD_REMEMBER_PINS) != 0 ? RELOAD_PINNED
                                                                                : RELOAD_VALID;
        return;
    }
    report->verdict =
        finding->reason == RELOAD_REASON_MALFORMED ? RELOAD_MALFORMED : RELOAD_INVALID;
    report->reason = finding->reason;
    if (reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0)
        report->response_code = finding->code != 0 ? finding->code : reasons[finding->reason].code;
    char pointer[256];
    if (finding->detail == NULL)
        (void)snprintf(report->detail, sizeof report->detail, "%.120s at %s%.100s", diag->text,
                       diag->has_pointer ? "" : "its offset ",
                       diag->has_pointer ? diag->pointer
                                         : offset_text(diag->offset, pointer, sizeof pointer));
    else if (finding->attr == RELOAD_NO_ATTR ||
             !reload_msg_pointer(j->msg, finding->attr, pointer, sizeof pointer))
        (void)snprintf(report->detail, sizeof report->detail, "%s", finding->detail);
    else
        (void)snprintf(report->detail, sizeof report->detail, "%s at %.100s: %.100s",
                       reload_msg_attr(j->msg, finding->attr)->def->name, pointer, finding->detail);
}

static reload_err verify(reload_verifier *verifier, const reload_msg *msg, int64_t time,
                         reload_report *report, unsigned depth);

/* D26: judges the messages that a TRANSPORT-TUNNEL carries in front of its SIGNATURE's end, each on
 * its own. */
static reload_err verify_tunnelled(reload_verifier *verifier, const reload_msg *msg, int64_t time,
                                   reload_report *report, unsigned depth)
{
    size_t count = reload_msg_count(msg), len;
    reload_err err = RELOAD_OK;
    if (depth >= RELOAD_MAX_TUNNEL ||
        reload_msg_field(msg, RELOAD_F_METHOD) != RELOAD_TRANSPORT_TUNNEL ||
        reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
        reload_msg_field(msg, RELOAD_F_FRAG) != 0)
        return RELOAD_OK; /* nobody knows what the octets of another Version, or of a fragment
                             (D14), are */
    for (size_t i = 0; i < count && err == RELOAD_OK; i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        const uint8_t *octets =
            attr->in_place && !attr->ignored ? reload_msg_tunnelled(msg, i, &len) : NULL;
        if (octets == NULL)
            continue;
        void *array = report->tunnelled;
        bool grown = rl_grow(&array, &report->tunnelled_cap, report->tunnelled_count,
                             sizeof *report->tunnelled);
        report->tunnelled = array;
        if (!grown)
            return RELOAD_ERR_MEMORY;
        reload_tunnelled *inner = &report->tunnelled[report->tunnelled_count];
        *inner = (reload_tunnelled){.attr = (uint32_t)i, .msg = reload_msg_new()};
        if (inner->msg == NULL)
            return RELOAD_ERR_MEMORY;
        report->tunnelled_count++;
        err = reload_msg_parse(inner->msg, octets, len, NULL);
        if (err == RELOAD_OK)
            err = verify(verifier, inner->msg, time, &inner->report, depth + 1);
    }
    return err;
}

bool reload_verdict_passes(reload_verdict verdict)
{
    return verdict == RELOAD_VALID || verdict == RELOAD_UNSECURED || verdict == RELOAD_PINNED;
}

bool reload_report_passed(const reload_report *report)
{
    bool passed = reload_verdict_passes(report->verdict);
    for (size_t i = 0; i < report->tunnelled_count && passed; i++)
        passed = reload_report_passed(&report->tunnelled[i].report);
    return passed;
}

/* depth: how many messages this one is inside of. */
static reload_err verify(reload_verifier *verifier, const reload_msg *msg, int64_t time,
                         reload_report *report, unsigned depth)
{
    /* far beyond any TIMESTAMP, and sums stay within 64 bits */
    const int64_t last = 2 * RELOAD_MAX_TIME;
    struct judging j = {.verifier = verifier,
                        .msg = msg,
                        .time = time < -last  ? -last
                                : time > last ? last
                                              : time,
                        .report = report,
                        .err = RELOAD_OK};
    bool secured = verifier->algorithm != RELOAD_SECURITY_NONE;
    reload_diag diag = {0};
    report->verdict = RELOAD_UNCHECKED;
    report->reason = RELOAD_REASON_NONE;
    report->response_code = 0;
    report->detail[0] = '\0';
    report->has_round_trip = false;
    clear_findings(report);
    j.join_request = reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN &&
                     reload_msg_field(msg, RELOAD_F_RESPONSE) == 0;
    if ((verifier->algorithm == RELOAD_SECURITY_HMAC && verifier->count == 0) ||
        (verifier->algorithm == RELOAD_SECURITY_CERTS && !rl_trust_has_ca(verifier->trust) &&
         (verifier->remember & RELOAD_REMEMBER_PINS) == 0))
        return RELOAD_ERR_ARGUMENT;
    reload_err err = list_signatures(msg, report);
    if (err == RELOAD_OK)
        err = remember_request(&j);
    if (err != RELOAD_OK) {
        clear_findings(report);
        return err;
    }

    struct finding finding = check_form(&j, &diag);
    if (finding.reason == RELOAD_REASON_NONE)
        finding = check_overlay(&j);
    if (secured) {
        if (finding.reason == RELOAD_REASON_NONE)
            finding = check_message(&j);
        if (finding.reason == RELOAD_REASON_NONE && j.err == RELOAD_OK)
            finding = check_over_time(&j);
        if (finding.reason == RELOAD_REASON_NONE)
            finding = check_peer(&j, RELOAD_A_SOURCE_INFO, verifier->require_peer_signature);
        if (finding.reason == RELOAD_REASON_NONE)
            finding = check_peer(&j, RELOAD_A_REDIRECT, false);
        if (finding.reason == RELOAD_REASON_NONE)
            finding = each_body(&j, check_body_peer);
        if (finding.reason == RELOAD_REASON_NONE)
            finding = each_body(&j, check_body);
        if (finding.reason == RELOAD_REASON_NONE)
            look_at_route_logs(&j);
        if (finding.reason == RELOAD_REASON_NONE && j.err == RELOAD_OK)
            j.err = rl_lesson_keep(&j.lesson, &verifier->memory);
    }
    set_signer(&j, NULL);
    rl_lesson_free(&j.lesson);
    if (j.err == RELOAD_OK)
        j.err = verify_tunnelled(verifier, msg, time, report, depth);
    if (j.err == RELOAD_OK)
        conclude(&j, &finding, &diag);
    else
        clear_findings(report);
    return j.err;
}

reload_err reload_verify(reload_verifier *verifier, const reload_msg *msg, int64_t time,
                         reload_report *report)
{
    return verify(verifier, msg, time, report, 0);
}

reload_security rl_verifier_algorithm(const reload_verifier *verifier)
{
    return verifier->algorithm;
}

const uint8_t *rl_verifier_secret(const reload_verifier *verifier, size_t i, size_t *len)
{
    if (i >= verifier->count)
        return NULL;
    *len = verifier->secrets[i].octets.len;
    return verifier->secrets[i].octets.octets;
}

const rl_trust *rl_verifier_trust(const reload_verifier *verifier)
{
    return verifier->trust;
}
