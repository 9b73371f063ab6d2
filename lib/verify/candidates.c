/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates of a message. Each different certificate is read, and its chain searched for,
 * only once (D21, D34). */
#include "verify/judge.h"

#include "base/fault.h"
#include "crypto/digest.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- Identities by name, ordered by a digest ---- */

struct identity {
    uint8_t digest[RL_SHA256_SIZE]; /* of its name */
    size_t index;                   /* in the plan */
};

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, RL_SHA256_SIZE);
}

void rl_scratch_clear(rl_scratch *scratch)
{
    rl_candidates_clear(&scratch->candidates);
    rl_scratch_forget_identities(scratch);
}

void rl_scratch_forget_identities(rl_scratch *scratch)
{
    tdestroy(scratch->identities, free);
    scratch->identities = NULL;
}

/* The identity with a digest. A new one (*added) has index 0. NULL without memory. */
static struct identity *find_or_add(void **root, const uint8_t digest[RL_SHA256_SIZE], bool *added)
{
    struct identity **found = tfind(digest, root, compare_digests);
    *added = found == NULL;
    if (found != NULL)
        return *found;
    struct identity *entry = calloc(1, sizeof *entry);
    if (entry == NULL)
        return NULL;
    memcpy(entry->digest, digest, sizeof entry->digest);
    if (tsearch(entry, root, compare_digests) != NULL)
        return entry;
    free(entry);
    return NULL;
}

bool rl_uses_pins(const rl_judging *j)
{
    return (j->policy->remember & RELOAD_REMEMBER_PINS) != 0;
}

/* Step 7 without the comparison of pins: judges the certificate's chain or, under pins, its own
 * signature. */
static reload_err judge_certificate(const rl_judging *j, rl_known_cert *c)
{
    const rl_trust *trust = j->policy->trust;
    c->objection = c->unread;
    if (c->unread.fault != RL_CERT_GOOD)
        return RELOAD_OK;
    reload_err err = rl_uses_pins(j) ? rl_trust_judge_self(trust, c->cert, &c->objection)
                                     : rl_trust_judge(trust, c->cert, j->now, &c->links,
                                                      &j->judge->known.given, &c->objection);
    if (err == RELOAD_OK && c->objection.fault == RL_CERT_GOOD && !c->has_fingerprint) {
        err = rl_cert_fingerprint(c->cert, c->fingerprint);
        c->has_fingerprint = err == RELOAD_OK;
    }
    return err;
}

/* The certificate at attribute attr, judged. */
static rl_known_cert *certificate_at(rl_judging *j, uint32_t attr)
{
    reload_span der;
    der.octets = reload_msg_value_octets(j->msg, attr, &der.len);
    rl_known_cert *cert = rl_known_certificate(&j->judge->known, der, &j->err);
    if (cert == NULL)
        return NULL;
    if (cert->message != j->judge->known.message ||
        RL_FAULT("D21: each certificate is judged once")) {
        j->err = judge_certificate(j, cert);
        cert->message = j->err == RELOAD_OK ? j->judge->known.message : 0;
    }
    return j->err == RELOAD_OK ? cert : NULL;
}

/* ---- Identities (D28) ---- */

size_t rl_identity_of(rl_judging *j, size_t name)
{
    rl_plan *plan = j->plan;
    uint8_t digest[RL_SHA256_SIZE];
    bool added = false;
    const reload_span octets = {plan->names.octets + name, plan->names.len - name};
    j->err = reload_digest(RELOAD_MD_SHA256, &octets, 1, digest);
    if (j->err != RELOAD_OK)
        return 0;
    struct identity *found = find_or_add(&j->judge->scratch.identities, digest, &added);
    if (found == NULL || (added && !rl_plan_identity(plan, name, &found->index))) {
        j->err = RELOAD_ERR_MEMORY;
        return 0;
    }
    if (!added)
        plan->names.len = name; /* there already */
    return found->index;
}

/* ---- Lists ---- */

reload_reason rl_objection_reason(const rl_objection *objection)
{
    static const reload_reason reasons[] = {
        [RL_CERT_GOOD] = RELOAD_REASON_NONE,
        [RL_CERT_BAD] = RELOAD_REASON_BAD_CERTIFICATE,
        [RL_CERT_WEAK] = RELOAD_REASON_WEAK_KEY,
        [RL_CERT_UNTRUSTED] = RELOAD_REASON_UNTRUSTED_CERTIFICATE,
        [RL_CERT_REVOKED] = RELOAD_REASON_REVOKED_CERTIFICATE,
        [RL_CERT_EXPIRED] = RELOAD_REASON_EXPIRED_CERTIFICATE,
    };
    return reasons[objection->fault];
}

/* Whether a certificate is tried. */
static bool is_tried(const rl_candidate *c)
{
    return c->objection.fault == RL_CERT_GOOD ||
           (c->cert != NULL &&
            (RL_FAULT_OF("reason", reload_reason_text(rl_objection_reason(&c->objection))) ||
             RL_FAULT("D24: the certificate is judged before the digest")));
}

/* A list being made */
struct listing {
    rl_trial *trial;
    rl_candidate objected; /* attr is RELOAD_NO_ATTR if there is none */
};

static void list_candidate(rl_judging *j, struct listing *l, uint32_t attr, uint32_t key)
{
    rl_known_cert *known = certificate_at(j, attr);
    uint64_t list = j->judge->lists;
    if (known == NULL || (known->listed == list && !RL_FAULT("D21: different certificates")))
        return;
    known->listed = list;
    rl_candidate c = {.attr = attr, .cert = known->cert, .objection = known->objection};
    memcpy(c.fingerprint, known->fingerprint, sizeof c.fingerprint);
    if (!is_tried(&c)) {
        if (l->objected.attr == RELOAD_NO_ATTR || c.objection.fault > l->objected.objection.fault)
            l->objected = c;
        return;
    }
    if (key != RELOAD_NO_ATTR) {
        size_t len;
        const uint8_t *octets = reload_msg_value_octets(j->msg, key, &len);
        c.names_key = rl_cert_names_user(c.cert, octets, len);
    }
    j->err = rl_candidates_add(j->candidates, &c);
}

static void begin_list(rl_judging *j, struct listing *l, rl_trial *trial)
{
    if (!rl_uses_pins(j))
        rl_candidates_clear(j->candidates);
    j->judge->lists++;
    *trial = (rl_trial){
        .first = j->candidates->count, .objected = RL_NO_CANDIDATE, .chosen = RL_NO_CANDIDATE};
    *l = (struct listing){.trial = trial, .objected = {.attr = RELOAD_NO_ATTR}};
}

static void end_list(rl_judging *j, struct listing *l)
{
    l->trial->end = j->candidates->count;
    if (j->err != RELOAD_OK || l->objected.attr == RELOAD_NO_ATTR)
        return;
    l->trial->objected = l->trial->end;
    j->err = rl_candidates_add(j->candidates, &l->objected);
}

void rl_list_peer_certificate(rl_judging *j, uint32_t cert, rl_trial *trial)
{
    struct listing l;
    begin_list(j, &l, trial);
    list_candidate(j, &l, cert, RELOAD_NO_ATTR);
    end_list(j, &l);
}

/* D21: certificates that name the KEY come first, then the others, each in message order. */
static int compare_candidates(const void *a, const void *b)
{
    const rl_candidate *x = a, *y = b;
    if (x->names_key != y->names_key && !RL_FAULT("D21: those that name the KEY first"))
        return x->names_key ? -1 : 1;
    return x->attr < y->attr ? -1 : 1;
}

static void list_certificates(rl_judging *j, rl_resource *resource)
{
    struct listing l;
    reload_iter it = reload_members(j->msg, resource->attr);
    begin_list(j, &l, &resource->trial);
    while (j->err == RELOAD_OK && reload_next(&it))
        if (reload_is_certificate_body(j->msg, it.index))
            list_candidate(j, &l, it.index + 1, resource->key);
    size_t count = j->candidates->count - l.trial->first;
    if (count > 1)
        qsort(j->candidates->list + l.trial->first, count, sizeof *j->candidates->list,
              compare_candidates);
    end_list(j, &l);
    resource->listed = true;
}

rl_resource *rl_resource_at(rl_judging *j, uint32_t attr, bool list)
{
    rl_resource *resource = &j->resource;
    if (resource->attr != attr) {
        reload_iter keys = reload_members(j->msg, attr);
        *resource = (rl_resource){.attr = attr};
        resource->key = reload_next_of(&keys, RELOAD_A_KEY) ? keys.index : RELOAD_NO_ATTR;
        resource->key_again = reload_next_of(&keys, RELOAD_A_KEY) ? keys.index : RELOAD_NO_ATTR;
        reload_iter it = reload_members(j->msg, attr);
        while (!resource->certified && reload_next(&it))
            resource->certified = reload_is_certificate_body(j->msg, it.index);
    }
    if (list && !resource->listed)
        list_certificates(j, resource);
    return resource;
}
