/* SPDX-License-Identifier: BSD-2-Clause */
/* The good message from which mutants are made. */
#include "common/octets.h"
#include "mutate/mutate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 4, 5))) static reload_err base_refuse(const struct base *base,
                                                                    uint32_t attr,
                                                                    reload_diag *diag,
                                                                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(diag->text, sizeof diag->text, format, args);
    va_end(args);
    diag->code = RELOAD_ERR_REFUSED;
    diag->has_offset = attr != RELOAD_NO_ATTR;
    diag->offset = diag->has_offset ? base_attr(base, attr)->offset : 0;
    return RELOAD_ERR_REFUSED;
}

const reload_attr *base_attr(const struct base *base, uint32_t attr)
{
    return reload_msg_attr(base->msg, attr);
}

size_t base_size(const struct base *base, uint32_t attr)
{
    return 4 + ((size_t)base_attr(base, attr)->length + 3) / 4 * 4;
}

size_t base_end(const struct base *base, uint32_t attr)
{
    return base_attr(base, attr)->offset + base_size(base, attr);
}

bool base_covered(const struct base *base, uint32_t attr)
{
    return attr < base_attr(base, base->signature)->end;
}

bool base_counts(const struct base *base, uint32_t attr)
{
    return base_covered(base, attr) && base_attr(base, attr)->in_place;
}

const uint8_t *base_value(const struct base *base, uint32_t attr, size_t *len)
{
    return reload_msg_value_octets(base->msg, attr, len);
}

bool base_is_certificate_body(const struct base *base, uint32_t body)
{
    return base_attr(base, body)->type == RELOAD_A_BODY && base_attr(base, body)->end == body + 2 &&
           base_attr(base, body + 1)->type == RELOAD_A_BODY_CERTIFICATE;
}

reload_err base_rng(const struct base *base, const char *purpose, reload_rng **rng)
{
    reload_buf octets = {0};
    reload_buf_append(&octets, base->seed.octets, base->seed.len);
    reload_buf_append(&octets, purpose, strlen(purpose) + 1);
    reload_err err =
        octets.err != RELOAD_OK ? octets.err : reload_rng_new(octets.octets, octets.len, rng);
    reload_buf_free(&octets);
    return err;
}

/* The role of a signature; 0: it has no effect. */
static int role_of(const struct base *base, uint32_t i)
{
    const reload_attr *attr = base_attr(base, i);
    if (!base_counts(base, i))
        return 0;
    if (attr->type == RELOAD_A_SIGNATURE)
        return ROLE_MESSAGE;
    if (attr->type == RELOAD_A_BODY_SIGNATURE)
        return ROLE_BODY;
    if (attr->type != RELOAD_A_PEER_SIGNATURE)
        return 0;
    switch (base_attr(base, attr->parent)->type) {
    case RELOAD_A_SOURCE_INFO:
        return ROLE_SOURCE;
    case RELOAD_A_REDIRECT:
        return ROLE_REDIRECT;
    case RELOAD_A_BODY_PEER_INFO:
        return ROLE_BODY_PEER;
    default:
        return 0; /* a ROUTE-LOG's signature does not change the verdict (D27) */
    }
}

/* Whether the signer makes the same digest as the message has: RSASSA-PKCS1-v1_5 and HMAC are
 * deterministic. */
static reload_err is_ours(const struct base *base, struct site *site)
{
    size_t from, end = base_attr(base, site->digest)->offset, len;
    const uint8_t *digest = base_value(base, site->digest, &len);
    reload_buf covered = {0}, made = {0};
    uint8_t length[3];
    if (site->role == ROLE_MESSAGE) {
        octets_put24(length, (uint32_t)base_end(base, site->attr) - RELOAD_HEADER_SIZE); /* D2 */
        reload_buf_append(&covered, base->octets + 8, 5);
        reload_buf_append(&covered, length, sizeof length);
        from = 16;
    } else {
        from = base_attr(base, site->container)->offset + 4;
    }
    reload_buf_append(&covered, base->octets + from, end - from);
    reload_err err =
        covered.err != RELOAD_OK
            ? covered.err
            : reload_signer_digest(base->signer, base->options->suite->md,
                                   &(reload_span){covered.octets, covered.len}, 1,
                                   site->role == ROLE_BODY ? RELOAD_DIGEST_RESOURCE : 0, &made);
    site->ours = err == RELOAD_OK && made.len == len && memcmp(made.octets, digest, len) == 0;
    reload_buf_free(&covered);
    reload_buf_free(&made);
    return err;
}

static reload_err add_site(struct base *base, uint32_t attr, enum role role, reload_diag *diag)
{
    const reload_msg *msg = base->msg;
    uint32_t container = base_attr(base, attr)->parent;
    struct site *site = &base->sites[base->site_count++];
    *site = (struct site){
        .role = role,
        .attr = attr,
        .container = container,
        .timestamp = reload_msg_member(msg, attr, RELOAD_A_TIMESTAMP),
        .digest = reload_msg_member(msg, attr, RELOAD_A_DIGEST),
        .expiration = role == ROLE_MESSAGE
                          ? RELOAD_NO_ATTR
                          : reload_msg_member(msg, container,
                                              role == ROLE_BODY ? RELOAD_A_BODY_EXPIRATION
                                                                : RELOAD_A_PEER_EXPIRATION),
        .info = role == ROLE_MESSAGE ? reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO)
                : role == ROLE_BODY  ? RELOAD_NO_ATTR
                                     : container};
    if (site->digest == RELOAD_NO_ATTR ||
        base_attr(base, site->digest)->end != base_attr(base, attr)->end ||
        (container != RELOAD_NO_ATTR &&
         base_attr(base, attr)->end != base_attr(base, container)->end))
        return base_refuse(
            base, attr, diag,
            "refused: the message is not valid: a signature or its DIGEST is not the last "
            "member");
    site->size = base_attr(base, site->digest)->length;
    reload_err err = is_ours(base, site);
    if (err != RELOAD_OK)
        return err;
    if (!site->ours && (role == ROLE_MESSAGE || !base->certs))
        return base_refuse(
            base, attr, diag,
            "refused: the message is not valid: a digest is not made with this secret or "
            "key%s",
            role == ROLE_BODY ? "; --resign-bodies replaces it" : "");
    return RELOAD_OK;
}

/* Refuses a message that is invalid, or whose mutants' labels would be uncertain, apart from
 * signatures. */
static reload_err check_attr(const struct base *base, uint32_t i, reload_diag *diag)
{
    const reload_attr *attr = base_attr(base, i);
    bool put_request = reload_msg_field(base->msg, RELOAD_F_METHOD) == RELOAD_RESOURCE_PUT &&
                       reload_msg_field(base->msg, RELOAD_F_RESPONSE) == 0;
    if (attr->flaw != RELOAD_FLAW_NONE)
        return base_refuse(base, i, diag, "refused: the message is not valid: %s",
                           reload_flaw_text((reload_flaw)attr->flaw));
    if (attr->in_place && attr->repeated && attr->def->once)
        return base_refuse(base, i, diag,
                           "refused: the message is not valid: %s occurs twice in its container",
                           attr->def->name);
    if (attr->type == RELOAD_A_BODY_CERTIFICATE && attr->in_place &&
        !base_is_certificate_body(base, attr->parent))
        return base_refuse(
            base, i, diag,
            "refused: a BODY has a CERTIFICATE and other members, which --mutate does not support");
    if (attr->depth == 1 && !base_covered(base, i) && attr->type != RELOAD_A_ROUTE_LOG)
        return base_refuse(
            base, i, diag,
            "refused: %s follows the SIGNATURE, where --mutate supports only ROUTE-LOGs",
            attr->def == NULL ? "an unknown attribute" : attr->def->name);
    if (attr->type != RELOAD_A_BODY || !base_counts(base, i) || base_is_certificate_body(base, i))
        return RELOAD_OK;
    if (reload_msg_member(base->msg, i, RELOAD_A_BODY_SIGNATURE) == RELOAD_NO_ATTR)
        return base_refuse(
            base, i, diag,
            "refused: the message is not valid: a BODY is not signed; use --sign-bodies");
    if (put_request && reload_msg_member(base->msg, i, RELOAD_A_BODY_EXPIRATION) == RELOAD_NO_ATTR)
        return base_refuse(base, i, diag,
                           "refused: the message is not valid: a BODY has no EXPIRATION");
    return RELOAD_OK;
}

reload_err base_seed(struct base *base, const char *seed)
{
    size_t len = strlen(seed) / 2;
    uint8_t *octets = malloc(len + 1);
    if (octets == NULL)
        return RELOAD_ERR_MEMORY;
    if (len > 0)
        (void)reload_hex_decode(seed, 2 * len, octets); /* checked with the options */
    reload_buf_append(&base->seed, octets, len);
    free(octets);
    return base->seed.err;
}

static reload_err open_base(struct base *base, reload_diag *diag)
{
    reload_err err = reload_msg_parse(base->msg, base->octets, base->len, diag);
    if (err == RELOAD_OK)
        err = reload_msg_check(base->msg, diag);
    if (err == RELOAD_OK)
        err = base_seed(base, base->options->seed);
    if (err != RELOAD_OK)
        return err;
    base->count = (uint32_t)reload_msg_count(base->msg);
    base->signature = reload_msg_signature(base->msg);
    uint32_t version = reload_msg_field(base->msg, RELOAD_F_VERSION);
    if (version != RELOAD_VERSION_1)
        return base_refuse(base, RELOAD_NO_ATTR, diag, "refused: Version is %u, expected %u",
                           (unsigned)version, RELOAD_VERSION_1);
    if (reload_msg_field(base->msg, RELOAD_F_FRAG) != 0)
        return base_refuse(base, RELOAD_NO_ATTR, diag, "refused: the message is a fragment");
    if (base->signature == RELOAD_NO_ATTR)
        return base_refuse(base, RELOAD_NO_ATTR, diag, "refused: the message has no SIGNATURE");
    base->sites = calloc(base->count, sizeof *base->sites);
    if (base->sites == NULL)
        return RELOAD_ERR_MEMORY;
    for (uint32_t i = 0; i < base->count && err == RELOAD_OK; i++)
        err = check_attr(base, i, diag);
    if (err == RELOAD_OK)
        err = add_site(base, base->signature, ROLE_MESSAGE, diag);
    for (uint32_t i = 0; i < base->count && err == RELOAD_OK; i++) {
        int role = role_of(base, i);
        if (role > ROLE_MESSAGE)
            err = add_site(base, i, (enum role)role, diag);
    }
    return err;
}

reload_err base_open(struct base *base, const struct mutate_options *options, reload_signer *signer,
                     const uint8_t *octets, size_t len, reload_diag *diag)
{
    *base = (struct base){.options = options,
                          .signer = signer,
                          .certs = options->suite->kind == RELOAD_SUITE_PUBLIC_KEY,
                          .octets = octets,
                          .len = len,
                          .msg = reload_msg_new()};
    reload_err err = base->msg == NULL ? RELOAD_ERR_MEMORY : open_base(base, diag);
    if (err != RELOAD_OK && diag->text[0] == '\0')
        (void)snprintf(diag->text, sizeof diag->text, "%s", reload_strerror(err));
    return err;
}

void base_close(struct base *base)
{
    reload_signer_free(&base->other);
    reload_msg_free(&base->msg);
    free(base->sites);
    reload_buf_free(&base->seed);
}
