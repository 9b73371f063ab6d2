/* Completing and signing messages (S§5.1, D29, D30), and the other rewritings: stripping, appending. */
#include "crypto.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct reload_signer {
    reload_security algorithm;
    rl_hmac *secret;
    unsigned flags;
    uint32_t time;
    bool has_transaction_id, has_peer_id;
    uint8_t transaction_id[RELOAD_TRANSACTION_SIZE];
    uint8_t peer_id[RELOAD_ID_SIZE];
    rl_random *random; /* made when first needed */
    reload_msg *built; /* the message under work, parsed again to find its signatures */
    uint32_t *signatures; /* offsets of the signatures that this run has put there, ascending */
    size_t count;
    size_t cap;
};

reload_signer *reload_signer_new(reload_security algorithm)
{
    if (algorithm != RELOAD_SECURITY_NONE && algorithm != RELOAD_SECURITY_HMAC)
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
    rl_hmac_free(&(*signer)->secret);
    rl_random_free(&(*signer)->random);
    reload_msg_free(&(*signer)->built);
    free((*signer)->signatures);
    free(*signer);
    *signer = NULL;
}

reload_err reload_signer_set_secret(reload_signer *s, const uint8_t *secret, size_t len)
{
    if (len == 0)
        return RELOAD_ERR_VALUE;
    rl_hmac_free(&s->secret);
    s->secret = rl_hmac_new(secret, len);
    return s->secret == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
}

void reload_signer_set_flags(reload_signer *s, unsigned flags)
{
    s->flags = flags;
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

/* ---- Copying --------------------------------------------------------------------------------------------------- */

/* One rewriting of a message. */
struct rewrite {
    reload_signer *signer; /* NULL where nothing is signed */
    const reload_msg *msg;
    const uint8_t *octets;
    reload_builder b;
    reload_err err;
};

/* Copies attributes first to end (which are neighbours in one container) as they are. */
static void copy(struct rewrite *w, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i = reload_msg_attr(w->msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(w->msg, i);
        reload_build_raw(&w->b, w->octets + attr->offset, RL_HEAD + attr->length + rl_padding(attr->length));
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
    if (len > 0) {
        size_t whole;
        return rl_fail_at(diag, RELOAD_ERR_MALFORMED, (uint64_t)(trailing - reload_msg_octets(msg, &whole)), "%s",
                          reload_flaw_text(flaw));
    }
    return RELOAD_OK;
}

static void begin(struct rewrite *w, const reload_msg *msg, reload_signer *signer, reload_buf *out)
{
    size_t len;
    *w = (struct rewrite){.signer = signer, .msg = msg, .octets = reload_msg_octets(msg, &len)};
    reload_build_begin(&w->b, out, w->octets);
}

/* Ends a rewriting: on failure out is cut back to what it was. */
static reload_err end(struct rewrite *w, reload_diag *diag)
{
    reload_err err = reload_build_end(&w->b);
    if (w->err == RELOAD_OK)
        w->err = err;
    if (w->err == RELOAD_OK)
        return RELOAD_OK;
    w->b.buf->len = w->b.start;
    w->b.buf->err = RELOAD_OK;
    return rl_fail(diag, w->err, "%s",
                   w->err == RELOAD_ERR_TOO_LONG ? "the message, or a part of it, becomes too long for its Length field"
                                                 : reload_strerror(w->err));
}

/* ---- Signing --------------------------------------------------------------------------------------------------- */

/* Puts a signature here, its DIGEST's octets still zero. */
static void put_signature(struct rewrite *w, uint16_t type)
{
    static const uint8_t zeros[RELOAD_HMAC_SIZE];
    reload_signer *s = w->signer;
    void *signatures = s->signatures;
    bool grown = rl_grow(&signatures, &s->cap, s->count, sizeof *s->signatures);
    s->signatures = signatures;
    if (!grown) {
        w->err = RELOAD_ERR_MEMORY;
        return;
    }
    s->signatures[s->count++] = (uint32_t)(w->b.buf->len - w->b.start);
    reload_build_open(&w->b, type);
    if ((s->flags & RELOAD_SIGN_TIMESTAMP) != 0) {
        reload_value stamp = {.kind = RELOAD_KIND_TIME, .number = s->time};
        reload_build_value(&w->b, RELOAD_A_TIMESTAMP, &stamp);
    }
    reload_build_octets(&w->b, RELOAD_A_DIGEST, zeros, sizeof zeros);
    reload_build_close(&w->b);
}

/* Copies a composite's members, leaving out those of a type. */
static void copy_members_but(struct rewrite *w, uint32_t container, uint16_t type)
{
    uint32_t last = reload_msg_attr(w->msg, container)->end;
    for (uint32_t i = container + 1; i < last; i = reload_msg_attr(w->msg, i)->end)
        if (reload_msg_attr(w->msg, i)->type != type)
            copy(w, i, reload_msg_attr(w->msg, i)->end);
}

/* A SOURCE-INFO as it stands (info), or a new one (RELOAD_NO_ATTR): with a PEER-ID first where it has none, and with its
 * PEER-SIGNATURE last where that is asked for. */
static void put_source_info(struct rewrite *w, uint32_t info, const uint8_t *peer_id)
{
    bool resign = w->signer->algorithm != RELOAD_SECURITY_NONE && (w->signer->flags & RELOAD_SIGN_SOURCE_INFO) != 0;
    bool readable = info == RELOAD_NO_ATTR || reload_msg_attr(w->msg, info)->flaw == RELOAD_FLAW_NONE;
    if (!readable || (peer_id == NULL && !resign)) {
        copy(w, info, reload_msg_attr(w->msg, info)->end);
        return;
    }
    reload_build_open(&w->b, RELOAD_A_SOURCE_INFO);
    if (peer_id != NULL)
        reload_build_octets(&w->b, RELOAD_A_PEER_ID, peer_id, RELOAD_ID_SIZE);
    if (info != RELOAD_NO_ATTR && resign)
        copy_members_but(w, info, RELOAD_A_PEER_SIGNATURE);
    else if (info != RELOAD_NO_ATTR)
        copy(w, info + 1, reload_msg_attr(w->msg, info)->end);
    if (resign)
        put_signature(w, RELOAD_A_PEER_SIGNATURE);
    reload_build_close(&w->b);
}

/* Whether a BODY is to be signed (D30). */
static bool wants_signature(const struct rewrite *w, uint32_t body)
{
    unsigned flags = w->signer->flags;
    bool put_request =
        reload_msg_field(w->msg, RELOAD_F_METHOD) == RELOAD_RESOURCE_PUT && reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0;
    const reload_attr *attr = reload_msg_attr(w->msg, body);
    if (attr->type != RELOAD_A_BODY || attr->flaw != RELOAD_FLAW_NONE || rl_is_certificate_body(w->msg, body))
        return false;
    if (reload_msg_member(w->msg, body, RELOAD_A_BODY_SIGNATURE) != RELOAD_NO_ATTR)
        return (flags & RELOAD_SIGN_RESIGN_BODIES) != 0;
    return put_request || (flags & (RELOAD_SIGN_BODIES | RELOAD_SIGN_RESIGN_BODIES)) != 0;
}

static void put_resource(struct rewrite *w, uint32_t resource)
{
    const reload_attr *attr = reload_msg_attr(w->msg, resource);
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
    reload_build_close(&w->b);
}

/* D29: the header. */
static reload_err complete_header(struct rewrite *w, reload_diag *diag)
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
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: the message's Security is %" PRIu32 "%s%s%s, not %s (D29)", security,
                       name == NULL ? "" : " (", name == NULL ? "" : name, name == NULL ? "" : ")",
                       reload_name(RELOAD_NAMES_SECURITY, (uint32_t)s->algorithm));
    }
    static const uint8_t zeros[RELOAD_TRANSACTION_SIZE];
    size_t len;
    const uint8_t *id = reload_msg_field_octets(w->msg, RELOAD_F_TRANSACTION_ID, &len);
    if (!request || memcmp(id, zeros, len) != 0)
        return RELOAD_OK;
    uint8_t fresh[RELOAD_TRANSACTION_SIZE];
    memcpy(fresh, s->transaction_id, sizeof fresh);
    if (!s->has_transaction_id) {
        if (s->random == NULL)
            s->random = rl_random_new();
        reload_err err = s->random == NULL ? RELOAD_ERR_CRYPTO : rl_random_fill(s->random, fresh, sizeof fresh);
        if (err != RELOAD_OK)
            return rl_fail(diag, err, "no random octets for a Transaction ID");
    }
    reload_build_field_octets(&w->b, RELOAD_F_TRANSACTION_ID, fresh);
    return RELOAD_OK;
}

/* D29: the PEER-ID that SOURCE-INFO lacks; NULL where it lacks none, or where there is no SOURCE-INFO and none is made. */
static reload_err complete_peer_id(const struct rewrite *w, uint32_t info, const uint8_t **peer_id, reload_diag *diag)
{
    bool request = reload_msg_field(w->msg, RELOAD_F_RESPONSE) == 0;
    size_t len;
    *peer_id = NULL;
    if (info == RELOAD_NO_ATTR && request)
        return RELOAD_OK;
    if (info != RELOAD_NO_ATTR && (reload_msg_attr(w->msg, info)->flaw != RELOAD_FLAW_NONE ||
                                   reload_msg_member(w->msg, info, RELOAD_A_PEER_ID) != RELOAD_NO_ATTR))
        return RELOAD_OK;
    if (request)
        *peer_id = reload_msg_field_octets(w->msg, RELOAD_F_SOURCE_ID, &len);
    else if (w->signer->has_peer_id)
        *peer_id = w->signer->peer_id;
    else
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: a response needs a SOURCE-INFO with the responder's PEER-ID, and nothing says what it is (D29)");
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
static void put_attributes(struct rewrite *w, uint32_t info, const uint8_t *peer_id)
{
    bool sign = w->signer->algorithm != RELOAD_SECURITY_NONE;
    uint32_t count = (uint32_t)reload_msg_count(w->msg);
    uint32_t signature = reload_msg_signature(w->msg);
    bool make_info = info == RELOAD_NO_ATTR && peer_id != NULL;
    uint32_t info_at = count > 0 && reload_msg_attr(w->msg, 0)->type == RELOAD_A_RESPONSE_CODE ? 1 : 0;
    uint32_t sign_at = signature != RELOAD_NO_ATTR ? signature : before_route_logs(w->msg);
    for (uint32_t i = 0;; i = reload_msg_attr(w->msg, i)->end) {
        if (make_info && i == info_at)
            put_source_info(w, RELOAD_NO_ATTR, peer_id);
        if (sign && i == sign_at)
            put_signature(w, RELOAD_A_SIGNATURE);
        if (i == count)
            break;
        const reload_attr *attr = reload_msg_attr(w->msg, i);
        if (i == info)
            put_source_info(w, i, peer_id);
        else if (sign && attr->type == RELOAD_A_RESOURCE && !attr->ignored)
            put_resource(w, i);
        else if (!sign || i != signature)
            copy(w, i, attr->end);
    }
}

/* Computes the digest of the signature at attr and writes it into the message's octets. */
static reload_err put_digest(const reload_signer *s, uint8_t *octets, uint32_t attr)
{
    rl_site site;
    rl_pieces pieces;
    uint8_t digest[RELOAD_HMAC_SIZE];
    rl_site_at(s->built, attr, &site);
    rl_signed_pieces(s->built, &site, &pieces);
    reload_err err = rl_hmac_digest(s->secret, &pieces, digest);
    if (err == RELOAD_OK)
        memcpy(octets + reload_msg_attr(s->built, site.digest)->offset + RL_HEAD, digest, sizeof digest);
    return err;
}

/* Digests for the signatures put there: those inside first, since the message's covers them (D8). */
static reload_err put_digests(struct rewrite *w)
{
    reload_signer *s = w->signer;
    uint8_t *octets = w->b.buf->octets + w->b.start;
    reload_err err = reload_msg_parse(s->built, octets, w->b.buf->len - w->b.start, NULL);
    size_t next = 0;
    uint32_t count = err == RELOAD_OK ? (uint32_t)reload_msg_count(s->built) : 0;
    for (uint32_t i = 0; i < count && next < s->count && err == RELOAD_OK; i++) {
        const reload_attr *attr = reload_msg_attr(s->built, i);
        if (attr->offset != s->signatures[next] || !rl_is_signature(attr->type))
            continue;
        next++;
        if (attr->type != RELOAD_A_SIGNATURE)
            err = put_digest(s, octets, i);
    }
    if (err == RELOAD_OK && s->count > 0)
        err = put_digest(s, octets, reload_msg_signature(s->built));
    return err;
}

reload_err reload_sign(reload_signer *signer, const reload_msg *msg, reload_buf *out, reload_diag *diag)
{
    struct rewrite w;
    const uint8_t *peer_id;
    if (signer->algorithm != RELOAD_SECURITY_NONE && signer->secret == NULL)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "no secret to sign with");
    reload_err err = check_rewritable(msg, signer->flags, diag);
    if (err != RELOAD_OK)
        return err;
    uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    if (info != RELOAD_NO_ATTR && reload_msg_attr(msg, info)->ignored)
        info = RELOAD_NO_ATTR;
    signer->count = 0;
    begin(&w, msg, signer, out);
    err = complete_peer_id(&w, info, &peer_id, diag);
    if (err == RELOAD_OK)
        err = complete_header(&w, diag);
    if (err != RELOAD_OK) {
        out->len = w.b.start;
        out->err = RELOAD_OK;
        return err;
    }
    put_attributes(&w, info, peer_id);
    if (w.err == RELOAD_OK && reload_build_end(&w.b) == RELOAD_OK)
        w.err = put_digests(&w);
    return end(&w, diag);
}

/* ---- Stripping and appending ----------------------------------------------------------------------------------- */

/* Copies attributes first to last without the signatures among them and inside them. The depth is bounded by
 * RELOAD_MAX_DEPTH. */
static void copy_stripped(struct rewrite *w, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i = reload_msg_attr(w->msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(w->msg, i);
        if (rl_is_signature(attr->type))
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
    reload_err err = check_rewritable(msg, flags, diag);
    if (err != RELOAD_OK)
        return err;
    begin(&w, msg, NULL, out);
    copy_stripped(&w, 0, (uint32_t)reload_msg_count(msg));
    return end(&w, diag);
}

reload_err reload_append_attr(const reload_msg *msg, const uint8_t *attr, size_t len, unsigned flags, reload_buf *out,
                              reload_diag *diag)
{
    struct rewrite w;
    reload_err err = check_rewritable(msg, flags, diag);
    if (err != RELOAD_OK)
        return err;
    begin(&w, msg, NULL, out);
    copy(&w, 0, (uint32_t)reload_msg_count(msg));
    reload_build_raw(&w.b, attr, len);
    return end(&w, diag);
}
