/* SPDX-License-Identifier: BSD-2-Clause */
/* The verdict of a correct verifier on a mutant: D24 applied to the changes of the good message. It
 * calls no verifier, and reads no octets but the header's. */
#include "common/octets.h"
#include "mutate/mutate.h"

#include <string.h>

/* D24's words and codes, copied from the decision and not from the verifier's table. */
static const struct {
    reload_reason reason;
    const char *word;
    uint16_t code;
} words[] = {
    {RELOAD_REASON_MALFORMED, "malformed", 0},
    {RELOAD_REASON_UNSUPPORTED_VERSION, "unsupported-version", 0},
    {RELOAD_REASON_FRAGMENT, "fragment", 0},
    {RELOAD_REASON_OVERLAY_MISMATCH, "overlay-mismatch", 498},
    {RELOAD_REASON_SECURITY_MISMATCH, "security-mismatch", 401},
    {RELOAD_REASON_MISSING_SIGNATURE, "missing-signature", 401},
    {RELOAD_REASON_MISSING_CERTIFICATE, "missing-certificate", 401},
    {RELOAD_REASON_DUPLICATE_ATTRIBUTE, "duplicate-attribute", 431},
    {RELOAD_REASON_MISPLACED, "misplaced", 431},
    {RELOAD_REASON_BAD_DIGEST_LENGTH, "bad-digest-length", 431},
    {RELOAD_REASON_MISSING_TIMESTAMP, "missing-timestamp", 431},
    {RELOAD_REASON_BAD_CERTIFICATE, "bad-certificate", 431},
    {RELOAD_REASON_UNTRUSTED_CERTIFICATE, "untrusted-certificate", 431},
    {RELOAD_REASON_BAD_DIGEST, "bad-digest", 431},
    {RELOAD_REASON_PEER_ID_MISMATCH, "peer-id-mismatch", 431},
    {RELOAD_REASON_RESOURCE_KEY_MISMATCH, "resource-key-mismatch", 431},
    {RELOAD_REASON_STALE, "stale", 431},
    {RELOAD_REASON_FUTURE, "future", 431},
    {RELOAD_REASON_MISSING_EXPIRATION, "missing-expiration", 431},
    {RELOAD_REASON_EXPIRED, "expired", 431},
};

const char *label_word(reload_reason reason)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].reason == reason)
            return words[i].word;
    return NULL;
}

static uint16_t code_of(reload_reason reason)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].reason == reason)
            return words[i].code;
    return 0;
}

/* Records an objection, unless D24 has an earlier one. who: 0 for steps 1 to 4, then the roles;
 * signatures of one role are in message order. */
static void object(struct mutant *m, unsigned who, uint32_t attr, unsigned step,
                   reload_reason reason)
{
    uint64_t order = (uint64_t)who << 48 | (uint64_t)attr << 8 | step;
    if (order >= m->order)
        return;
    m->order = order;
    m->reason = reason;
}

void label_form(struct mutant *m, enum step step, reload_reason reason)
{
    object(m, 0, 0, step, reason);
}

void label_message(struct mutant *m, enum step step, reload_reason reason)
{
    object(m, ROLE_MESSAGE, 0, step, reason);
}

static void object_at(struct mutant *m, const struct site *site, enum step step,
                      reload_reason reason)
{
    object(m, site->role, site->role == ROLE_MESSAGE ? 0 : site->container, step, reason);
}

/* ---- The mutant's header: steps 1, 2 and 4 ---- */

struct header {
    bool request, join_request;
    uint8_t method;
    uint32_t overlay;
};

static struct header read_header(const struct mutant *m)
{
    const uint8_t *h = m->octets.octets;
    struct header header = {
        .request = (h[12] & 0x80) == 0, .method = h[12] & 0x7f, .overlay = octets_get32(h + 64)};
    header.join_request = header.request && header.method == RELOAD_PEER_JOIN;
    return header;
}

static void label_header(struct mutant *m, const struct header *header)
{
    const struct base *base = m->base;
    const struct mutate_options *policy = base->options;
    const uint8_t *h = m->octets.octets;
    if ((h[8] & 0x7f) != RELOAD_VERSION_1)
        label_form(m, STEP_VERSION, RELOAD_REASON_UNSUPPORTED_VERSION);
    if ((h[6] & 0x80) != 0)
        label_form(m, STEP_FRAGMENT, RELOAD_REASON_FRAGMENT);
    if (policy->overlay != NULL && header->overlay != reload_overlay_id(policy->overlay) &&
        !(header->overlay == 0 && header->join_request))
        label_form(m, STEP_OVERLAY, RELOAD_REASON_OVERLAY_MISMATCH);
    if (h[9] != base->octets[9] ||
        h[10] != base->octets[10]) /* the policy has the good message's DHT and Hash */
        label_form(m, STEP_OVERLAY, RELOAD_REASON_OVERLAY_MISMATCH);
    if (h[11] != policy->suite->security &&
        !(h[11] == RELOAD_SECURITY_OPEN && header->join_request))
        label_form(m, STEP_SECURITY, RELOAD_REASON_SECURITY_MISMATCH);
}

/* ---- Each signature: steps 5 to 10 ---- */

/* Whether an attribute is missing from the mutant or from the good message. */
static bool lost(const struct mutant *m, uint32_t attr)
{
    return attr == RELOAD_NO_ATTR || m->gone[attr];
}

static bool lost_member(const struct mutant *m, uint32_t parent, uint16_t type)
{
    return lost(m, parent) || lost(m, reload_msg_member(m->base->msg, parent, type));
}

/* The number of certificate BODYs left in a RESOURCE; *altered: whether one is missing or has
 * another certificate. */
static size_t certificate_bodies(const struct mutant *m, uint32_t resource, bool *altered)
{
    size_t left = 0;
    *altered = false;
    for (uint32_t i = resource + 1; i < base_attr(m->base, resource)->end;
         i = base_attr(m->base, i)->end) {
        if (!base_is_certificate_body(m->base, i))
            continue;
        if (m->gone[i] || m->gone[i + 1])
            *altered = true;
        else
            left++;
    }
    return left;
}

void label_certificate(struct mutant *m, uint32_t attr, reload_reason reason)
{
    const struct base *base = m->base;
    uint32_t container = base_attr(base, attr)->parent;
    m->altered[attr] = true;
    if (container == RELOAD_NO_ATTR || !base->certs || !base_counts(base, attr))
        return;
    for (size_t i = 0; i < base->site_count; i++) {
        const struct site *site = &base->sites[i];
        if (site->role != ROLE_BODY && site->info == container)
            object_at(m, site, STEP_CERTIFICATE, reason);
        if (site->role != ROLE_BODY || base_attr(base, container)->type != RELOAD_A_BODY ||
            base_attr(base, site->container)->parent != base_attr(base, container)->parent)
            continue;
        bool altered;
        size_t left = certificate_bodies(m, base_attr(base, container)->parent, &altered);
        object_at(m, site, STEP_CERTIFICATE,
                  left == 1 ? reason
                            : REASON_UNKNOWN); /* one of several: which is used is unknown */
    }
}

/* Step 5. */
static void check_there(struct mutant *m, const struct site *site)
{
    if (m->gone[site->attr] && site->role != ROLE_BODY) {
        if (site->role == ROLE_MESSAGE)
            object_at(m, site, STEP_SIGNATURE, RELOAD_REASON_MISSING_SIGNATURE);
        return; /* a PEER-SIGNATURE is optional */
    }
    if (!m->base->certs)
        return;
    if (site->role != ROLE_BODY) {
        if (lost_member(m, site->info, RELOAD_A_PEER_ID) ||
            lost_member(m, site->info, RELOAD_A_PEER_CERT))
            object_at(m, site, STEP_CERTIFICATE_THERE, RELOAD_REASON_MISSING_CERTIFICATE);
        return;
    }
    bool altered;
    if (certificate_bodies(m, base_attr(m->base, site->container)->parent, &altered) == 0)
        object_at(m, site, STEP_CERTIFICATE_THERE, RELOAD_REASON_MISSING_CERTIFICATE);
    else if (altered)
        object_at(m, site, STEP_CERTIFICATE, REASON_UNKNOWN);
}

/* Step 9 under CERTS: D20 and D21. */
static void label_binding(struct mutant *m, const struct site *site, const struct state *state,
                          const struct header *header)
{
    const struct base *base = m->base;
    if (site->role == ROLE_BODY) {
        uint32_t key =
            reload_msg_member(base->msg, base_attr(base, site->container)->parent, RELOAD_A_KEY);
        if (lost(m, key) || m->altered[key])
            object_at(m, site, STEP_BINDING, RELOAD_REASON_RESOURCE_KEY_MISMATCH);
        return;
    }
    size_t len;
    uint32_t id = reload_msg_member(base->msg, site->info, RELOAD_A_PEER_ID);
    uint32_t overlay = reload_msg_field(base->msg, RELOAD_F_OVERLAY);
    /* the good message's certificate names its PEER-ID for the overlay of the policy, or for that
     * of its Overlay field */
    bool named = base->options->overlay != NULL || (header->join_request && header->overlay == 0) ||
                 (header->overlay == overlay && overlay != 0);
    bool source = site->role == ROLE_MESSAGE && header->request && id != RELOAD_NO_ATTR &&
                  memcmp(base_value(base, id, &len), m->octets.octets + 36, RELOAD_ID_SIZE) != 0;
    if (state->other_id || !named || source)
        object_at(m, site, STEP_BINDING, RELOAD_REASON_PEER_ID_MISMATCH);
}

/* Step 10. */
static void label_time(struct mutant *m, const struct site *site, const struct state *state)
{
    const struct mutate_options *policy = m->base->options;
    int64_t now = policy->time;
    int64_t stamp = site->timestamp != RELOAD_NO_ATTR && m->gone[site->timestamp]
                        ? -1
                        : state->stamp; /* or one was added */
    int64_t skew = policy->skew_limit ? policy->max_skew : 0;
    int64_t expiration = lost(m, site->expiration) ? -1 : state->expiration;
    if (stamp < 0)
        return;
    if (site->role == ROLE_MESSAGE && policy->skew_limit && now - stamp > skew)
        object_at(m, site, STEP_TIME, RELOAD_REASON_STALE);
    else if (site->role != ROLE_MESSAGE && expiration >= 0 && now > stamp + expiration + skew)
        object_at(m, site, STEP_TIME, RELOAD_REASON_EXPIRED);
    if (policy->skew_limit && stamp - now > skew)
        object_at(m, site, STEP_TIME, RELOAD_REASON_FUTURE);
}

static void label_site(struct mutant *m, const struct site *site, const struct state *state,
                       const struct header *header)
{
    const struct base *base = m->base;
    const reload_suite *suite = base->options->suite;
    if (site->container != RELOAD_NO_ATTR && m->gone[site->container])
        return; /* removed with the octets that it covers */
    check_there(m, site);
    if (m->gone[site->attr])
        return;
    if (state->misplaced)
        object_at(m, site, STEP_MISPLACED, RELOAD_REASON_MISPLACED);
    if (m->gone[site->digest] || (suite->digest_size != 0 && state->size != suite->digest_size))
        object_at(m, site, STEP_DIGEST_LENGTH, RELOAD_REASON_BAD_DIGEST_LENGTH);
    if (suite->needs_timestamp && lost(m, site->timestamp))
        object_at(m, site, STEP_TIMESTAMP, RELOAD_REASON_MISSING_TIMESTAMP);
    if (suite->digest_size == 0 && state->size != site->size)
        object_at(m, site, STEP_MODULUS, RELOAD_REASON_BAD_DIGEST_LENGTH);
    if (state->broken)
        object_at(m, site, STEP_DIGEST, RELOAD_REASON_BAD_DIGEST);
    if (base->certs)
        label_binding(m, site, state, header);
    if (site->role == ROLE_BODY && header->request && header->method == RELOAD_RESOURCE_PUT &&
        lost(m, site->expiration))
        object_at(m, site, STEP_EXPIRATION, RELOAD_REASON_MISSING_EXPIRATION);
    label_time(m, site, state);
}

/* Step 12: a BODY other than a certificate BODY requires a signature. */
static void label_body(struct mutant *m, uint32_t body)
{
    const struct base *base = m->base;
    if (base_attr(base, body)->type != RELOAD_A_BODY || !base_counts(base, body) || m->gone[body])
        return;
    for (uint32_t i = body + 1; i < base_attr(base, body)->end; i = base_attr(base, i)->end) {
        bool signature = base_attr(base, i)->type == RELOAD_A_BODY_SIGNATURE;
        if (!m->gone[i] && (signature || base_is_certificate_body(base, body)))
            return;
    }
    object(m, ROLE_BODY, body, STEP_SIGNATURE, RELOAD_REASON_MISSING_SIGNATURE);
}

bool label(struct mutant *m)
{
    if (m->octets.len < RELOAD_HEADER_SIZE) {
        label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
        m->code = 0;
        return true;
    }
    struct header header = read_header(m);
    label_header(m, &header);
    for (size_t i = 0; i < m->base->site_count; i++)
        label_site(m, &m->base->sites[i], &m->states[i], &header);
    for (uint32_t i = 0; i < m->base->count; i++)
        label_body(m, i);
    m->code = header.request ? code_of(m->reason) : 0;
    if (m->reason == RELOAD_REASON_PEER_ID_MISMATCH && m->order >> 48 == ROLE_MESSAGE &&
        header.join_request)
        m->code = 493; /* B§8.1.2.1 */
    return m->reason != REASON_UNKNOWN;
}
