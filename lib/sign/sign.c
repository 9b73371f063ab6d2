/* Completing and signing messages (S§5.1, D29, D30), and the other rewritings: stripping,
 * appending. */
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/mac.h"
#include "wire/wire.h"
#include "x509/x509.h"

#include <reload/sign.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A key and its certificate. */
struct identity {
    reload_key *key;
    reload_cert *cert;
};

/* A signature that this run has put into the message. */
struct placed {
    uint32_t offset;
    const struct identity *identity; /* CERTS */
};

struct reload_signer {
    reload_security algorithm;
    rl_mac *secret;
    rl_mac *secret_sha256; /* the same secret, for reload_signer_digest */
    struct identity peer;
    struct identity resource; /* its own where set; else BODYs are signed by the peer */
    bool checked;             /* the keys are those of the certificates */
    bool has_boot_time, has_dht, has_hash;
    char *overlay_name; /* NULL: not told */
    uint32_t boot_time, overlay;
    uint64_t counter;                     /* one over 32 bits: all are given out */
    reload_counter_source counter_source; /* NULL: the counter above */
    void *counter_arg;
    uint8_t dht, hash;
    unsigned flags;
    uint32_t time;
    bool has_transaction_id, has_peer_id, has_attached;
    reload_buf attached; /* a digest made elsewhere */
    uint8_t transaction_id[RELOAD_TRANSACTION_SIZE];
    uint8_t peer_id[RELOAD_ID_SIZE];
    reload_rng *random;        /* made when first needed */
    reload_msg *built;         /* the message under work, parsed again to find its signatures */
    struct placed *signatures; /* in ascending order */
    size_t count;
    size_t cap;
};

reload_signer *reload_signer_new(reload_security algorithm)
{
    if (algorithm != RELOAD_SECURITY_NONE && algorithm != RELOAD_SECURITY_HMAC &&
        algorithm != RELOAD_SECURITY_CERTS)
        return NULL;
    reload_signer *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->algorithm = algorithm;
    s->built = reload_msg_new();
    if (s->built == NULL)
        reload_signer_free(&s);
    return s;
}

void reload_signer_free(reload_signer **signer)
{
    if (signer == NULL || *signer == NULL)
        return;
    reload_buf_free(&(*signer)->attached);
    rl_mac_free(&(*signer)->secret);
    rl_mac_free(&(*signer)->secret_sha256);
    reload_key_free(&(*signer)->peer.key);
    reload_cert_free(&(*signer)->peer.cert);
    reload_key_free(&(*signer)->resource.key);
    reload_cert_free(&(*signer)->resource.cert);
    reload_rng_free(&(*signer)->random);
    reload_msg_free(&(*signer)->built);
    free((*signer)->signatures);
    free((*signer)->overlay_name);
    free(*signer);
    *signer = NULL;
}

reload_err reload_signer_set_secret(reload_signer *s, const uint8_t *secret, size_t len)
{
    if (len == 0)
        return RELOAD_ERR_VALUE;
    rl_mac_free(&s->secret);
    rl_mac_free(&s->secret_sha256);
    reload_err err = rl_mac_new(RELOAD_MD_SHA256, secret, len, &s->secret_sha256);
    return err != RELOAD_OK ? err : rl_mac_new(RELOAD_MD_SHA1, secret, len, &s->secret);
}

static reload_err set_key(reload_signer *s, struct identity *identity, const uint8_t *octets,
                          size_t len, const char *passphrase, reload_diag *diag)
{
    reload_key_free(&identity->key);
    s->checked = false;
    return reload_key_parse(octets, len, passphrase, &identity->key, diag);
}

static reload_err set_cert(reload_signer *s, struct identity *identity, const uint8_t *octets,
                           size_t len, reload_diag *diag)
{
    reload_cert_free(&identity->cert);
    s->checked = false;
    return reload_cert_parse(octets, len, &identity->cert, diag);
}

reload_err reload_signer_set_key(reload_signer *s, const uint8_t *octets, size_t len,
                                 const char *passphrase, reload_diag *diag)
{
    return set_key(s, &s->peer, octets, len, passphrase, diag);
}

reload_err reload_signer_set_cert(reload_signer *s, const uint8_t *octets, size_t len,
                                  reload_diag *diag)
{
    return set_cert(s, &s->peer, octets, len, diag);
}

reload_err reload_signer_set_resource_key(reload_signer *s, const uint8_t *octets, size_t len,
                                          const char *passphrase, reload_diag *diag)
{
    return set_key(s, &s->resource, octets, len, passphrase, diag);
}

reload_err reload_signer_set_resource_cert(reload_signer *s, const uint8_t *octets, size_t len,
                                           reload_diag *diag)
{
    return set_cert(s, &s->resource, octets, len, diag);
}

/* keyless: the peer's key may be missing. */
static reload_err check_identity(const reload_signer *s, const struct identity *identity,
                                 bool keyless, const char *whose, reload_diag *diag)
{
    if (identity->cert == NULL || (identity->key == NULL && (!keyless || identity != &s->peer)))
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "%s key and its certificate go together", whose);
    if ((s->flags & RELOAD_SIGN_FORCE) != 0)
        return RELOAD_OK;
    if (identity->key != NULL && !reload_cert_fits_key(identity->cert, identity->key))
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: %s key is not its certificate's (D32)",
                       whose);
    if (rl_cert_is_ca(identity->cert))
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: %s certificate is a CA's, whose key signs no messages", whose);
    return RELOAD_OK;
}

static reload_err check_signer(reload_signer *s, bool keyless, reload_diag *diag)
{
    reload_err err = RELOAD_OK;
    if (s->checked || s->algorithm == RELOAD_SECURITY_NONE)
        return RELOAD_OK;
    if (s->algorithm == RELOAD_SECURITY_HMAC && s->secret == NULL)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "no secret to sign with");
    if (s->algorithm == RELOAD_SECURITY_CERTS) {
        err = check_identity(s, &s->peer, keyless, "the peer's", diag);
        if (err == RELOAD_OK && (s->resource.key != NULL || s->resource.cert != NULL))
            err = check_identity(s, &s->resource, false, "the resource's", diag);
    }
    s->checked = err == RELOAD_OK && !keyless;
    return err;
}

reload_err reload_signer_check(reload_signer *s, reload_diag *diag)
{
    return check_signer(s, s->has_attached, diag);
}

reload_err reload_signer_attach(reload_signer *s, const uint8_t *digest, size_t len)
{
    reload_buf_reset(&s->attached);
    reload_buf_append(&s->attached, digest, len);
    s->has_attached = s->attached.err == RELOAD_OK;
    s->checked = false;
    return s->attached.err;
}

/* Who signs BODYs. */
static const struct identity *resource_identity(const reload_signer *s)
{
    return s->resource.key != NULL ? &s->resource : &s->peer;
}

reload_err reload_signer_set_overlay(reload_signer *s, const char *name)
{
    char *copy = strdup(name);
    if (copy == NULL)
        return RELOAD_ERR_MEMORY;
    free(s->overlay_name);
    s->overlay_name = copy;
    s->overlay = reload_overlay_id(name);
    return RELOAD_OK;
}

void reload_signer_set_dht(reload_signer *s, uint8_t dht)
{
    s->dht = dht;
    s->has_dht = true;
}

void reload_signer_set_hash(reload_signer *s, uint8_t hash)
{
    s->hash = hash;
    s->has_hash = true;
}

void reload_signer_set_boot_time(reload_signer *s, uint32_t boot_time)
{
    s->boot_time = boot_time;
    s->has_boot_time = true;
}

void reload_signer_set_counter(reload_signer *s, uint32_t counter)
{
    s->counter = counter;
}

void reload_signer_set_counter_source(reload_signer *s, reload_counter_source source, void *arg)
{
    s->counter_source = source;
    s->counter_arg = arg;
}

void reload_signer_set_flags(reload_signer *s, unsigned flags)
{
    s->flags = flags;
    s->checked = false;
}

void reload_signer_set_time(reload_signer *s, uint32_t time)
{
    s->time = time;
}

void reload_signer_set_transaction_id(reload_signer *s, const uint8_t id[RELOAD_TRANSACTION_SIZE])
{
    memcpy(s->transaction_id, id, RELOAD_TRANSACTION_SIZE);
    s->has_transaction_id = true;
}

void reload_signer_set_peer_id(reload_signer *s, const uint8_t id[RELOAD_ID_SIZE])
{
    memcpy(s->peer_id, id, RELOAD_ID_SIZE);
    s->has_peer_id = true;
}

/* ---- Copying ---- */

/* One rewriting of a message. */
struct rewrite {
    reload_signer *signer; /* NULL where nothing is signed */
    const reload_msg *msg;
    const uint8_t *octets;
    reload_builder b;
    reload_err err;
    bool done; /* what is in the buffer is as it is to be */
};

/* Copies attributes first to end (which are neighbours in one container) as they are. */
static void copy(struct rewrite *w, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i = reload_msg_attr(w->msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(w->msg, i);
        reload_build_raw(&w->b, w->octets + attr->offset,
                         RL_HEAD + attr->length + rl_padding(attr->length));
    }
}

/* What may be rewritten: D24's steps 1 and 3, or with force whatever has its top-level framing. */
static reload_err check_rewritable(const reload_msg *msg, unsigned flags, reload_diag *diag)
{
    size_t len;
    reload_flaw flaw;
    reload_err err = (flags & RELOAD_SIGN_FORCE) != 0 ? RELOAD_OK : reload_msg_check(msg, diag);
    if (err != RELOAD_OK)
        return err;
    const uint8_t *trailing = reload_msg_trailing(msg, &len, &flaw);
    if (len > 0 && (reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
                    reload_msg_field(msg, RELOAD_F_FRAG) != 0))
        return rl_fail(
            diag, RELOAD_ERR_REFUSED,
            "refused: the octets of a fragment, or of another Version, are no attributes");
    if (len > 0) {
        size_t whole;
        return rl_fail_at(diag, RELOAD_ERR_MALFORMED,
                          (uint64_t)(trailing - reload_msg_octets(msg, &whole)), "%s",
                          reload_flaw_text(flaw));
    }
    return RELOAD_OK;
}

/* A buffer whose error sticks takes no more. */
static reload_err check_buffer(const reload_buf *out, reload_diag *diag)
{
    return out->err == RELOAD_OK ? RELOAD_OK
                                 : rl_fail(diag, out->err, "%s", reload_strerror(out->err));
}

static void begin(struct rewrite *w, const reload_msg *msg, reload_signer *signer, reload_buf *out)
{
    size_t len;
    *w = (struct rewrite){.signer = signer, .msg = msg, .octets = reload_msg_octets(msg, &len)};
    reload_build_begin(&w->b, out, w->octets);
}

/* Cuts out back to what it was. */
static void abandon(struct rewrite *w)
{
    w->b.buf->len = w->b.start;
    w->b.buf->err = RELOAD_OK;
}

/* Ends a rewriting: on failure out is cut back to what it was. */
static reload_err end(struct rewrite *w, reload_diag *diag)
{
    reload_err err = w->done ? RELOAD_OK : reload_build_end(&w->b);
    if (w->err == RELOAD_OK)
        w->err = err;
    if (w->err == RELOAD_OK)
        return RELOAD_OK;
    abandon(w);
    return rl_fail(diag, w->err, "%s",
                   w->err == RELOAD_ERR_TOO_LONG
                       ? "the message, or a part of it, becomes too long for its Length field"
                       : reload_strerror(w->err));
}

/* ---- Signing ---- */

/* Adds an attribute of zeros, to be filled in later. */
static void put_zeros(struct rewrite *w, uint16_t type, size_t len)
{
    static const uint8_t zeros[RL_MAX_RSA_BITS / 8];
    if (len > sizeof zeros && w->err == RELOAD_OK)
        w->err = RELOAD_ERR_VALUE;
    reload_build_octets(&w->b, type, zeros, len < sizeof zeros ? len : sizeof zeros);
}

/* Puts a signature here, its DIGEST's octets still zero. */
static void put_signature(struct rewrite *w, uint16_t type)
{
    reload_signer *s = w->signer;
    bool certs = s->algorithm == RELOAD_SECURITY_CERTS;
    void *signatures = s->signatures;
    bool grown = rl_grow(&signatures, &s->cap, s->count, sizeof *s->signatures);
    s->signatures = signatures;
    if (!grown) {
        w->err = RELOAD_ERR_MEMORY;
        return;
    }
    struct placed *placed = &s->signatures[s->count++];
    placed->offset = (uint32_t)(w->b.buf->len - w->b.start);
    placed->identity = type == RELOAD_A_BODY_SIGNATURE ? resource_identity(s) : &s->peer;
    reload_build_open(&w->b, type);
    if (certs || (s->flags & RELOAD_SIGN_TIMESTAMP) != 0) { /* D4 */
        reload_value stamp = {.kind = RELOAD_KIND_TIME, .number = s->time};
        reload_build_value(&w->b, RELOAD_A_TIMESTAMP, &stamp);
    }
    if (type == RELOAD_A_SIGNATURE && s->has_attached && (s->flags & RELOAD_SIGN_FORCE) != 0)
        put_zeros(w, RELOAD_A_DIGEST, s->attached.len);
    else if (!certs)
        put_zeros(w, RELOAD_A_DIGEST, RELOAD_HMAC_SIZE);
    else /* the key's size is the certificate's, unless it is forced to sign beside another's */
        put_zeros(w, RELOAD_A_DIGEST,
                  placed->identity->key != NULL ? rl_key_size(placed->identity->key)
                                                : rl_cert_signature_size(placed->identity->cert));
    reload_build_close(&w->b);
}

/* Adds a certificate as an attribute. */
static void put_cert(struct rewrite *w, uint16_t type, const reload_cert *cert)
{
    size_t len;
    const uint8_t *der = reload_cert_octets(cert, &len);
    reload_build_octets(&w->b, type, der, len);
}

/* Copies a composite's members, leaving out those of a type. */
static void copy_members_but(struct rewrite *w, uint32_t container, uint16_t type)
{
    uint32_t last = reload_msg_attr(w->msg, container)->end;
    for (uint32_t i = container + 1; i < last; i = reload_msg_attr(w->msg, i)->end)
        if (reload_msg_attr(w->msg, i)->type != type)
            copy(w, i, reload_msg_attr(w->msg, i)->end);
}

/* What D29 adds to SOURCE-INFO. */
struct completion {
    uint32_t info;          /* the SOURCE-INFO; RELOAD_NO_ATTR: none is there */
    bool make;              /* one is made */
    const uint8_t *peer_id; /* the PEER-ID that it lacks; NULL: none */
    bool cert;              /* it lacks a PEER-CERT */
    bool sign;              /* it gets a PEER-SIGNATURE, in the place of another */
};

/* A SOURCE-INFO as it stands, or a new one: with a PEER-ID first where it has none, a PEER-CERT
 * last where it has none, and its PEER-SIGNATURE behind that. */
static void put_source_info(struct rewrite *w, const struct completion *c)
{
    uint32_t end_of_info = c->make ? 0 : reload_msg_attr(w->msg, c->info)->end;
    bool cert = c->cert;
    if (!c->make && c->peer_id == NULL && !c->cert && !c->sign) {
        copy(w, c->info, end_of_info);
        return;
    }
    reload_build_open(&w->b, RELOAD_A_SOURCE_INFO);
    if (c->peer_id != NULL)
        reload_build_octets(&w->b, RELOAD_A_PEER_ID, c->peer_id, RELOAD_ID_SIZE);
    for (uint32_t i = c->make ? 0 : c->info + 1; i < end_of_info;
         i = reload_msg_attr(w->msg, i)->end) {
        bool signature = reload_msg_attr(w->msg, i)->type == RELOAD_A_PEER_SIGNATURE;
        if (signature && cert) {
            put_cert(w, RELOAD_A_PEER_CERT, w->signer->peer.cert);
            cert = false;
        }
        if (!signature || !c->sign)
            copy(w, i, reload_msg_attr(w->msg, i)->end);
    }
    if (cert)
        put_cert(w, RELOAD_A_PEER_CERT, w->signer->peer.cert);
    if (c->sign)
        put_signature(w, RELOAD_A_PEER_SIGNATURE);
    reload_build_close(&w->b);
}

/* Whether a BODY is to be signed (D30). */
static bool wants_signature(const struct rewrite *w, uint32_t body)
{
    unsigned flags = w->signer->flags;
    bool put_request = reload_msg_field(w->msg, RELOAD_F_METHOD) == RELOAD_RESOURCE_PUT &&
                       reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0;
    const reload_attr *attr = reload_msg_attr(w->msg, body);
    if (attr->type != RELOAD_A_BODY || attr->flaw != RELOAD_FLAW_NONE ||
        rl_is_certificate_body(w->msg, body))
        return false;
    if (reload_msg_member(w->msg, body, RELOAD_A_BODY_SIGNATURE) != RELOAD_NO_ATTR)
        return (flags & RELOAD_SIGN_RESIGN_BODIES) != 0;
    return put_request || (flags & (RELOAD_SIGN_BODIES | RELOAD_SIGN_RESIGN_BODIES)) != 0;
}

/* Whether a RESOURCE has a certificate BODY with that certificate. */
static bool has_certificate(const reload_msg *msg, uint32_t resource, const reload_cert *cert)
{
    size_t len, there;
    const uint8_t *der = reload_cert_octets(cert, &len);
    uint32_t end_of_resource = reload_msg_attr(msg, resource)->end;
    for (uint32_t i = resource + 1; i < end_of_resource; i = reload_msg_attr(msg, i)->end) {
        if (!rl_is_certificate_body(msg, i))
            continue;
        const uint8_t *octets = reload_msg_value_octets(msg, i + 1, &there);
        if (there == len && memcmp(octets, der, len) == 0)
            return true;
    }
    return false;
}

static void put_resource(struct rewrite *w, uint32_t resource)
{
    const reload_attr *attr = reload_msg_attr(w->msg, resource);
    const reload_cert *cert = resource_identity(w->signer)->cert;
    size_t before = w->signer->count;
    if (attr->flaw != RELOAD_FLAW_NONE) {
        copy(w, resource, attr->end);
        return;
    }
    reload_build_open(&w->b, RELOAD_A_RESOURCE);
    for (uint32_t i = resource + 1; i < attr->end; i = reload_msg_attr(w->msg, i)->end) {
        if (!wants_signature(w, i)) {
            copy(w, i, reload_msg_attr(w->msg, i)->end);
            continue;
        }
        reload_build_open(&w->b, RELOAD_A_BODY);
        copy_members_but(w, i, RELOAD_A_BODY_SIGNATURE);
        put_signature(w, RELOAD_A_BODY_SIGNATURE);
        reload_build_close(&w->b);
    }
    if (w->signer->count > before && cert != NULL && !has_certificate(w->msg, resource, cert)) {
        reload_build_open(&w->b, RELOAD_A_BODY);
        put_cert(w, RELOAD_A_BODY_CERTIFICATE, cert);
        reload_build_close(&w->b);
    }
    reload_build_close(&w->b);
}

/* The overlay's parameters, where the signer was told them. */
static reload_err complete_overlay(struct rewrite *w, reload_diag *diag)
{
    const reload_signer *s = w->signer;
    bool force = (s->flags & RELOAD_SIGN_FORCE) != 0;
    bool join_request = reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0 &&
                        reload_msg_field(w->msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN;
    uint32_t overlay = reload_msg_field(w->msg, RELOAD_F_OVERLAY);
    if (s->overlay_name != NULL && overlay == 0 && !join_request)
        reload_build_field(&w->b, RELOAD_F_OVERLAY, s->overlay);
    else if (s->overlay_name != NULL && overlay != s->overlay && overlay != 0 && !force)
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: the Overlay field is another overlay's");
    if (s->has_dht && reload_msg_field(w->msg, RELOAD_F_DHT) != s->dht && !force)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the DHT field names another algorithm than the overlay's");
    if (s->has_hash && reload_msg_field(w->msg, RELOAD_F_HASH) != s->hash && !force)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the Hash field names another algorithm than the overlay's");
    return w->b.buf->err;
}

/* D29: the Security octet. */
static reload_err complete_security(struct rewrite *w, reload_diag *diag)
{
    reload_signer *s = w->signer;
    bool request = reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0;
    bool join_request = request && reload_msg_field(w->msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN;
    uint32_t security = reload_msg_field(w->msg, RELOAD_F_SECURITY);
    if (security == RELOAD_SECURITY_OPEN) {
        if (!join_request || (s->flags & RELOAD_SIGN_KEEP_SECURITY) == 0)
            reload_build_field(&w->b, RELOAD_F_SECURITY, (uint32_t)s->algorithm);
    } else if (security != (uint32_t)s->algorithm && (s->flags & RELOAD_SIGN_FORCE) == 0) {
        const char *name = reload_name(RELOAD_NAMES_SECURITY, security);
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the message's Security is %" PRIu32 "%s%s%s, not %s (D29)",
                       security, name == NULL ? "" : " (", name == NULL ? "" : name,
                       name == NULL ? "" : ")",
                       reload_name(RELOAD_NAMES_SECURITY, (uint32_t)s->algorithm));
    }
    return RELOAD_OK;
}

/* S§7: boot time and counter. */
static reload_err take_counter(reload_signer *s, uint8_t id[RELOAD_TRANSACTION_SIZE],
                               reload_diag *diag)
{
    uint32_t boot_time = s->has_boot_time ? s->boot_time : s->time, counter = 0;
    reload_err err = RELOAD_OK;
    if (s->counter_source != NULL) {
        reload_diag own = {0};
        err = s->counter_source(s->counter_arg, &boot_time, &counter, &own);
        if (err != RELOAD_OK)
            return rl_fail(diag, err, "%s", own.text[0] != '\0' ? own.text : reload_strerror(err));
    } else if (s->counter > UINT32_MAX) {
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the counter is at its end: a later boot time is needed");
    } else {
        counter = (uint32_t)s->counter++;
    }
    rl_put32(id, boot_time);
    rl_put32(id + 4, counter);
    return RELOAD_OK;
}

/* D29: the Transaction ID of a request that has none. This comes when all else has been written, so
 * that a message that is refused, or becomes too long, takes no number. */
static reload_err complete_transaction_id(struct rewrite *w, reload_diag *diag)
{
    static const uint8_t zeros[RELOAD_TRANSACTION_SIZE];
    reload_signer *s = w->signer;
    reload_err err = RELOAD_OK;
    size_t len;
    const uint8_t *id = reload_msg_field_octets(w->msg, RELOAD_F_TRANSACTION_ID, &len);
    if (reload_msg_field(w->msg, RELOAD_F_RESPONSE) != 0 || memcmp(id, zeros, len) != 0)
        return RELOAD_OK;
    uint8_t fresh[RELOAD_TRANSACTION_SIZE];
    memcpy(fresh, s->transaction_id, sizeof fresh);
    if (!s->has_transaction_id && s->algorithm == RELOAD_SECURITY_CERTS) {
        err = take_counter(s, fresh, diag);
        if (err != RELOAD_OK)
            return err;
    } else if (!s->has_transaction_id) {
        err = s->random == NULL ? reload_rng_new(NULL, 0, &s->random) : RELOAD_OK;
        if (err == RELOAD_OK)
            err = reload_rng_fill(s->random, fresh, sizeof fresh);
        if (err != RELOAD_OK)
            return rl_fail(diag, err, "no random octets for a Transaction ID");
    }
    reload_build_field_octets(&w->b, RELOAD_F_TRANSACTION_ID, fresh);
    return RELOAD_OK;
}

/* The first Peer-ID that a certificate names, or NULL. */
static const uint8_t *first_peer_id(const reload_cert *cert)
{
    for (size_t i = 0; cert != NULL && i < reload_cert_names(cert); i++)
        if (reload_cert_name_at(cert, i)->peer)
            return reload_cert_name_at(cert, i)->id;
    return NULL;
}

/* D29: what SOURCE-INFO lacks. */
static reload_err complete_source_info(const struct rewrite *w, struct completion *c,
                                       reload_diag *diag)
{
    const reload_signer *s = w->signer;
    bool request = reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0;
    bool certs = s->algorithm == RELOAD_SECURITY_CERTS;
    size_t len;
    *c = (struct completion){.info =
                                 reload_msg_member(w->msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO)};
    if (c->info != RELOAD_NO_ATTR && reload_msg_attr(w->msg, c->info)->ignored)
        c->info = RELOAD_NO_ATTR;
    bool wanted = s->algorithm != RELOAD_SECURITY_NONE && (s->flags & RELOAD_SIGN_SOURCE_INFO) != 0;
    c->make = c->info == RELOAD_NO_ATTR && (certs || !request);
    if (c->info == RELOAD_NO_ATTR && !c->make)
        return RELOAD_OK;
    if (!c->make && reload_msg_attr(w->msg, c->info)->flaw != RELOAD_FLAW_NONE)
        return RELOAD_OK;
    c->sign = wanted;
    c->cert = certs &&
              (c->make || reload_msg_member(w->msg, c->info, RELOAD_A_PEER_CERT) == RELOAD_NO_ATTR);
    bool has_peer_id =
        !c->make && reload_msg_member(w->msg, c->info, RELOAD_A_PEER_ID) != RELOAD_NO_ATTR;
    /* what is added would break a PEER-SIGNATURE that is there (D8) */
    if (s->algorithm != RELOAD_SECURITY_NONE && !c->make && (!has_peer_id || c->cert) &&
        reload_msg_member(w->msg, c->info, RELOAD_A_PEER_SIGNATURE) != RELOAD_NO_ATTR)
        c->sign = true;
    if (has_peer_id)
        return RELOAD_OK;
    c->peer_id = request          ? reload_msg_field_octets(w->msg, RELOAD_F_SOURCE_ID, &len)
                 : s->has_peer_id ? s->peer_id
                                  : first_peer_id(s->peer.cert);
    if (c->peer_id == NULL && (s->flags & RELOAD_SIGN_FORCE) != 0)
        *c = (struct completion){.info = c->info};
    else if (c->peer_id == NULL)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: a response needs a SOURCE-INFO with the responder's PEER-ID, and "
                       "nothing says what it is (D29)");
    return RELOAD_OK;
}

/* D32: a SOURCE-INFO that this key may speak for. */
static reload_err check_peer(const struct rewrite *w, const struct completion *c, reload_diag *diag)
{
    const reload_cert *cert = w->signer->peer.cert;
    bool request = reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0;
    bool join_request = request && reload_msg_field(w->msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN;
    uint32_t overlay =
        rl_field_get(w->b.buf->octets + w->b.start, RELOAD_F_OVERLAY); /* as it was completed */
    size_t len = RELOAD_ID_SIZE;
    const uint8_t *id = c->peer_id;
    if (id == NULL)
        id = reload_msg_value_octets(w->msg, reload_msg_member(w->msg, c->info, RELOAD_A_PEER_ID),
                                     &len);
    if (len != RELOAD_ID_SIZE || !rl_cert_names_peer(cert, id, w->signer->overlay_name, overlay,
                                                     join_request && overlay == 0)) {
        char digits[2 * RELOAD_ID_SIZE + 1] = "";
        if (len == RELOAD_ID_SIZE)
            reload_hex_encode(id, len, digits);
        return rl_fail(
            diag, RELOAD_ERR_REFUSED,
            "refused: the certificate does not name the PEER-ID %s for the Overlay %08" PRIx32
            " (D32)",
            digits, overlay);
    }
    if (request &&
        memcmp(id, reload_msg_field_octets(w->msg, RELOAD_F_SOURCE_ID, &len), RELOAD_ID_SIZE) != 0)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the PEER-ID is not the request's Source ID (D20, D32)");
    if (c->cert)
        return RELOAD_OK;
    reload_cert *there = NULL;
    rl_objection objection;
    const uint8_t *der = reload_msg_value_octets(
        w->msg, reload_msg_member(w->msg, c->info, RELOAD_A_PEER_CERT), &len);
    reload_err err = rl_cert_read(der, len, &there, &objection);
    bool fits = there != NULL && rl_cert_same_key(there, cert);
    reload_cert_free(&there);
    if (err != RELOAD_OK)
        return rl_fail(diag, err, "%s", reload_strerror(err));
    return fits ? RELOAD_OK
                : rl_fail(diag, RELOAD_ERR_REFUSED,
                          "refused: the PEER-CERT that is there is of another key (D32)");
}

/* D32: the KEY of each RESOURCE in which a BODY is to be signed is the user's whose key signs it.
 */
static reload_err check_resources(const struct rewrite *w, reload_diag *diag)
{
    const reload_cert *cert = resource_identity(w->signer)->cert;
    uint32_t count = (uint32_t)reload_msg_count(w->msg);
    for (uint32_t r = 0; r < count; r = reload_msg_attr(w->msg, r)->end) {
        const reload_attr *attr = reload_msg_attr(w->msg, r);
        bool wanted = false;
        size_t len;
        if (attr->type != RELOAD_A_RESOURCE || attr->ignored)
            continue;
        for (uint32_t i = r + 1; i < attr->end; i = reload_msg_attr(w->msg, i)->end)
            wanted = wanted || wants_signature(w, i);
        if (!wanted)
            continue;
        uint32_t key = reload_msg_member(w->msg, r, RELOAD_A_KEY);
        const uint8_t *octets =
            key == RELOAD_NO_ATTR ? NULL : reload_msg_value_octets(w->msg, key, &len);
        if (octets == NULL || !rl_cert_names_user(cert, octets, len))
            return rl_fail_at(diag, RELOAD_ERR_REFUSED, attr->offset,
                              "refused: the certificate names no user that the RESOURCE-INFO.KEY "
                              "is the address of (D32)");
    }
    return RELOAD_OK;
}

/* Where the trailing run of ROUTE-LOGs begins: a new SIGNATURE goes before it (D30). */
static uint32_t before_route_logs(const reload_msg *msg)
{
    uint32_t count = (uint32_t)reload_msg_count(msg), begin_of_run = count;
    for (uint32_t i = 0; i < count; i = reload_msg_attr(msg, i)->end) {
        if (reload_msg_attr(msg, i)->type != RELOAD_A_ROUTE_LOG)
            begin_of_run = count;
        else if (begin_of_run == count)
            begin_of_run = i;
    }
    return begin_of_run;
}

/* Writes the completed message, with its new signatures still without digests. */
static void put_attributes(struct rewrite *w, const struct completion *c)
{
    bool sign = w->signer->algorithm != RELOAD_SECURITY_NONE;
    uint32_t count = (uint32_t)reload_msg_count(w->msg);
    uint32_t signature = reload_msg_signature(w->msg);
    uint32_t info_at =
        count > 0 && reload_msg_attr(w->msg, 0)->type == RELOAD_A_RESPONSE_CODE ? 1 : 0;
    uint32_t sign_at = signature != RELOAD_NO_ATTR ? signature : before_route_logs(w->msg);
    for (uint32_t i = 0;; i = reload_msg_attr(w->msg, i)->end) {
        if (c->make && i == info_at)
            put_source_info(w, c);
        if (sign && i == sign_at)
            put_signature(w, RELOAD_A_SIGNATURE);
        if (i == count)
            break;
        const reload_attr *attr = reload_msg_attr(w->msg, i);
        if (i == c->info)
            put_source_info(w, c);
        else if (sign && attr->type == RELOAD_A_RESOURCE && !attr->ignored)
            put_resource(w, i);
        else if (!sign || i != signature)
            copy(w, i, attr->end);
    }
}

/* Puts the digest that was made elsewhere, where it is right or must be taken. */
static reload_err put_attached(const reload_signer *s, const reload_covered *covered, uint8_t *to,
                               size_t len)
{
    uint8_t digest[RELOAD_HMAC_SIZE];
    bool match = false;
    reload_err err = RELOAD_OK;
    if (len != s->attached.len)
        return RELOAD_ERR_REFUSED;
    if (s->algorithm == RELOAD_SECURITY_CERTS) {
        err = rl_cert_verify(s->peer.cert, RELOAD_MD_SHA1, covered->span, covered->count,
                             (reload_span){s->attached.octets, len}, &match);
    } else {
        err = rl_mac_digest(s->secret, covered->span, covered->count, digest);
        match =
            err == RELOAD_OK && len == sizeof digest && rl_equal(digest, s->attached.octets, len);
    }
    if (err == RELOAD_OK && !match && (s->flags & RELOAD_SIGN_FORCE) == 0)
        err = RELOAD_ERR_REFUSED;
    if (err == RELOAD_OK)
        memcpy(to, s->attached.octets, len);
    return err;
}

/* Computes the digest of the signature at attr and writes it into the message's octets. */
static reload_err put_digest(const reload_signer *s, const struct placed *placed, uint8_t *octets,
                             uint32_t attr)
{
    reload_site site;
    reload_covered covered;
    uint8_t digest[RL_MAX_RSA_BITS / 8];
    reload_site_at(s->built, attr, &site);
    reload_site_covered(s->built, &site, &covered);
    const reload_attr *to = reload_msg_attr(s->built, site.digest);
    if (s->has_attached && site.role == RELOAD_ROLE_MESSAGE)
        return put_attached(s, &covered, octets + to->offset + RL_HEAD, to->length);
    if (s->algorithm == RELOAD_SECURITY_CERTS && placed->identity->key == NULL)
        return RELOAD_ERR_REFUSED;
    reload_err err = s->algorithm == RELOAD_SECURITY_HMAC
                         ? rl_mac_digest(s->secret, covered.span, covered.count, digest)
                         : rl_key_sign(placed->identity->key, RELOAD_MD_SHA1, covered.span,
                                       covered.count, digest);
    if (err == RELOAD_OK)
        memcpy(octets + to->offset + RL_HEAD, digest, to->length);
    return err;
}

/* Cuts the message back to the octets that its own digest covers. */
static reload_err keep_tbs(struct rewrite *w, uint32_t signature)
{
    reload_site site;
    reload_covered covered;
    reload_buf tbs = {0};
    reload_site_at(w->signer->built, signature, &site);
    reload_site_covered(w->signer->built, &site, &covered);
    for (size_t i = 0; i < covered.count; i++)
        reload_buf_append(&tbs, covered.span[i].octets, covered.span[i].len);
    reload_err err = tbs.err;
    w->b.buf->len = w->b.start;
    reload_buf_append(w->b.buf, tbs.octets, tbs.len); /* less than was there */
    reload_buf_free(&tbs);
    return err;
}

/* Digests for the signatures put there: those inside first, since the message's covers them (D8).
 * tbs: the message's own is left out, and only what it would cover stays in the buffer. */
static reload_err put_digests(struct rewrite *w, bool tbs)
{
    reload_signer *s = w->signer;
    uint8_t *octets = w->b.buf->octets + w->b.start;
    reload_err err = reload_msg_parse(s->built, octets, w->b.buf->len - w->b.start, NULL);
    const struct placed *message = NULL;
    size_t next = 0;
    uint32_t count = err == RELOAD_OK ? (uint32_t)reload_msg_count(s->built) : 0;
    for (uint32_t i = 0; i < count && next < s->count && err == RELOAD_OK; i++) {
        const reload_attr *attr = reload_msg_attr(s->built, i);
        const struct placed *placed = &s->signatures[next];
        if (attr->offset != placed->offset || !reload_is_signature(attr->type))
            continue;
        next++;
        if (attr->type == RELOAD_A_SIGNATURE)
            message = placed;
        else
            err = put_digest(s, placed, octets, i);
    }
    if (err != RELOAD_OK || message == NULL)
        return err;
    return tbs ? keep_tbs(w, reload_msg_signature(s->built))
               : put_digest(s, message, octets, reload_msg_signature(s->built));
}

static reload_err sign(reload_signer *signer, const reload_msg *msg, bool tbs, reload_buf *out,
                       reload_diag *diag)
{
    struct rewrite w;
    struct completion completion;
    reload_err err = check_buffer(out, diag);
    if (err == RELOAD_OK)
        err = check_signer(signer, tbs || signer->has_attached, diag);
    if (err == RELOAD_OK)
        err = check_rewritable(msg, signer->flags, diag);
    if (err != RELOAD_OK)
        return err;
    signer->count = 0;
    begin(&w, msg, signer, out);
    err = out->err == RELOAD_OK ? complete_overlay(&w, diag)
                                : rl_fail(diag, out->err, "%s", reload_strerror(out->err));
    if (err == RELOAD_OK)
        err = complete_source_info(&w, &completion, diag);
    if (err == RELOAD_OK && signer->algorithm == RELOAD_SECURITY_CERTS &&
        (signer->flags & RELOAD_SIGN_FORCE) == 0) {
        err = check_peer(&w, &completion, diag);
        if (err == RELOAD_OK)
            err = check_resources(&w, diag);
    }
    if (err == RELOAD_OK)
        err = complete_security(&w, diag);
    bool built = false;
    if (err == RELOAD_OK) {
        put_attributes(&w, &completion);
        built = w.err == RELOAD_OK && reload_build_end(&w.b) == RELOAD_OK;
        if (built)
            err = complete_transaction_id(&w, diag);
    }
    if (err != RELOAD_OK) {
        abandon(&w);
        return err;
    }
    if (built) {
        w.err = put_digests(&w, tbs);
        w.done = w.err == RELOAD_OK;
    }
    err = end(&w, diag);
    if (err == RELOAD_ERR_REFUSED)
        (void)rl_fail(diag, err, "%s",
                      signer->has_attached
                          ? "refused: the attached digest is not right for this message"
                          : "refused: something inside the message wants a signature by the key "
                            "that is missing");
    return err;
}

reload_err reload_sign(reload_signer *signer, const reload_msg *msg, reload_buf *out,
                       reload_diag *diag)
{
    reload_err err = sign(signer, msg, false, out, diag);
    signer->has_attached = false;
    return err;
}

reload_err reload_sign_tbs(reload_signer *signer, const reload_msg *msg, reload_buf *out,
                           reload_diag *diag)
{
    if (signer->algorithm == RELOAD_SECURITY_NONE)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "under NONE nothing is signed");
    return sign(signer, msg, true, out, diag);
}

reload_err reload_signer_digest(reload_signer *s, const uint8_t *octets, size_t len, unsigned flags,
                                reload_buf *out)
{
    uint8_t digest[RL_MAX_RSA_BITS / 8];
    bool sha256 = (flags & RELOAD_DIGEST_SHA256) != 0;
    reload_span span = {octets, len};
    rl_mac *secret = sha256 ? s->secret_sha256 : s->secret;
    reload_key *key =
        (flags & RELOAD_DIGEST_RESOURCE) != 0 ? resource_identity(s)->key : s->peer.key;
    bool certs = s->algorithm == RELOAD_SECURITY_CERTS;
    size_t size = certs    ? key == NULL ? 0 : rl_key_size(key)
                     : sha256 ? RL_SHA256_SIZE
                           : RELOAD_HMAC_SIZE;
    if (certs ? key == NULL : secret == NULL)
        return RELOAD_ERR_ARGUMENT;
    reload_err err =
        certs ? rl_key_sign(key, sha256 ? RELOAD_MD_SHA256 : RELOAD_MD_SHA1, &span, 1, digest)
              : rl_mac_digest(secret, &span, 1, digest);
    if (err != RELOAD_OK)
        return err;
    reload_buf_append(out, digest, size);
    return out->err;
}

reload_err reload_reply(const reload_msg *request, unsigned code, reload_buf *out,
                        reload_diag *diag)
{
    static const reload_field same[] = {RELOAD_F_DHT, RELOAD_F_HASH, RELOAD_F_METHOD,
                                        RELOAD_F_OVERLAY};
    static const reload_field same_octets[] = {RELOAD_F_DESTINATION_ID, RELOAD_F_SOURCE_ID,
                                               RELOAD_F_TRANSACTION_ID};
    reload_builder b;
    size_t start = out->len, len;
    reload_err err = check_buffer(out, diag);
    if (err != RELOAD_OK)
        return err;
    err = reload_msg_check(request, diag); /* D24: no code is due for these */
    if (err != RELOAD_OK)
        return err;
    if (reload_msg_field(request, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
        reload_msg_field(request, RELOAD_F_FRAG) != 0)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: a fragment, or a request of another Version, is not answered");
    if (reload_msg_field(request, RELOAD_F_RESPONSE) != 0)
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: a response is not answered");
    reload_build_begin(&b, out, NULL);
    reload_build_field(&b, RELOAD_F_RESPONSE, 1);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        reload_build_field(&b, same[i], reload_msg_field(request, same[i]));
    for (size_t i = 0; i < sizeof same_octets / sizeof same_octets[0]; i++)
        reload_build_field_octets(&b, same_octets[i],
                                  reload_msg_field_octets(request, same_octets[i], &len));
    const char *phrase = reload_name(RELOAD_NAMES_PHRASE, code);
    reload_value value = {.kind = RELOAD_KIND_RESPONSE,
                          .number = code,
                          .octets = (const uint8_t *)phrase,
                          .len = phrase == NULL ? 0 : strlen(phrase)};
    reload_build_value(&b, RELOAD_A_RESPONSE_CODE, &value);
    err = reload_build_end(&b);
    if (err == RELOAD_OK)
        return RELOAD_OK;
    out->len = start;
    out->err = RELOAD_OK;
    return rl_fail(diag, err, "%s",
                   err == RELOAD_ERR_VALUE ? "a response code is a number from 100 to 799"
                                           : reload_strerror(err));
}

/* ---- Stripping and appending ---- */

/* Copies attributes first to last without the signatures among them and inside them. The depth is
 * bounded by RELOAD_MAX_DEPTH. */
static void copy_stripped(struct rewrite *w, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i = reload_msg_attr(w->msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(w->msg, i);
        if (reload_is_signature(attr->type))
            continue;
        if (attr->end == i + 1) {
            copy(w, i, attr->end);
            continue;
        }
        reload_build_open(&w->b, attr->type);
        copy_stripped(w, i + 1, attr->end);
        reload_build_close(&w->b);
    }
}

reload_err reload_strip(const reload_msg *msg, unsigned flags, reload_buf *out, reload_diag *diag)
{
    struct rewrite w;
    reload_err err = check_buffer(out, diag);
    if (err == RELOAD_OK)
        err = check_rewritable(msg, flags, diag);
    if (err != RELOAD_OK)
        return err;
    begin(&w, msg, NULL, out);
    copy_stripped(&w, 0, (uint32_t)reload_msg_count(msg));
    return end(&w, diag);
}

reload_err reload_append_attr(const reload_msg *msg, const uint8_t *attr, size_t len,
                              unsigned flags, reload_buf *out, reload_diag *diag)
{
    struct rewrite w;
    reload_err err = check_buffer(out, diag);
    if (err == RELOAD_OK)
        err = check_rewritable(msg, flags, diag);
    if (err != RELOAD_OK)
        return err;
    begin(&w, msg, NULL, out);
    copy(&w, 0, (uint32_t)reload_msg_count(msg));
    reload_build_raw(&w.b, attr, len);
    return end(&w, diag);
}
