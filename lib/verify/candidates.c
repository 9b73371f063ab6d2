/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates of a message. Each different certificate is read, and its chain searched for,
 * only once (D21, D34). */
#include "verify/judge.h"

#include "base/fault.h"
#include "crypto/digest.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- Facts about certificates, and identities by name, ordered by a digest ---- */

struct fact {
    uint8_t digest[RL_SHA256_SIZE]; /* of its octets */
    rl_candidate candidate;
    unsigned listed; /* the last list to which it was added */
};

struct identity {
    uint8_t digest[RL_SHA256_SIZE]; /* of its name */
    size_t index;                   /* in the plan */
};

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, RL_SHA256_SIZE);
}

static void free_fact(void *node)
{
    struct fact *fact = node;
    reload_cert_free(&fact->candidate.cert);
    free(fact);
}

void rl_scratch_clear(rl_scratch *scratch)
{
    tdestroy(scratch->facts, free_fact);
    scratch->facts = NULL;
    scratch->lists = 0;
    rl_candidates_clear(&scratch->candidates);
    rl_scratch_forget_identities(scratch);
}

void rl_scratch_forget_identities(rl_scratch *scratch)
{
    tdestroy(scratch->identities, free);
    scratch->identities = NULL;
}

/* The entry of a tree for a digest. A new entry (*added) has size octets, all zero except the
 * digest. NULL without memory. */
static void *find_or_add(void **root, const uint8_t digest[RL_SHA256_SIZE], size_t size,
                         bool *added)
{
    void **found = tfind(digest, root, compare_digests);
    *added = found == NULL;
    if (found != NULL)
        return *found;
    void *entry = calloc(1, size);
    if (entry == NULL)
        return NULL;
    memcpy(entry, digest, RL_SHA256_SIZE);
    if (tsearch(entry, root, compare_digests) != NULL)
        return entry;
    free(entry);
    return NULL;
}

bool rl_uses_pins(const rl_judging *j)
{
    return (j->policy->remember & RELOAD_REMEMBER_PINS) != 0;
}

/* Step 7 without the comparison of pins: reads a certificate, and judges its chain or, under pins,
 * its own signature. */
static reload_err judge_certificate(const rl_judging *j, reload_span der, rl_candidate *c)
{
    const rl_trust *trust = j->policy->trust;
    reload_err err = rl_cert_read(der.octets, der.len, &c->cert, &c->objection);
    if (err != RELOAD_OK || c->objection.fault != RL_CERT_GOOD)
        return err;
    if (!rl_uses_pins(j))
        return rl_trust_judge(trust, c->cert, j->now, &c->objection);
    err = rl_trust_judge_self(trust, c->cert, &c->objection);
    return err == RELOAD_OK ? rl_cert_fingerprint(c->cert, c->fingerprint) : err;
}

/* The facts about the certificate at attribute attr. */
static struct fact *fact_at(rl_judging *j, uint32_t attr)
{
    uint8_t digest[RL_SHA256_SIZE];
    bool added = false;
    reload_span der;
    der.octets = reload_msg_value_octets(j->msg, attr, &der.len);
    j->err = reload_digest(RELOAD_MD_SHA256, &der, 1, digest);
    if (j->err != RELOAD_OK)
        return NULL;
    struct fact *fact = find_or_add(&j->judge->scratch.facts, digest, sizeof *fact, &added);
    if (fact == NULL) {
        j->err = RELOAD_ERR_MEMORY;
    } else if (added || RL_FAULT("D21: each certificate is judged once")) {
        reload_cert_free(&fact->candidate.cert);
        j->err = judge_certificate(j, der, &fact->candidate);
    }
    return j->err == RELOAD_OK ? fact : NULL;
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
    struct identity *found =
        find_or_add(&j->judge->scratch.identities, digest, sizeof *found, &added);
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
    struct fact *fact = fact_at(j, attr);
    unsigned list = j->judge->scratch.lists;
    if (fact == NULL || (fact->listed == list && !RL_FAULT("D21: different certificates")))
        return;
    fact->listed = list;
    rl_candidate c = fact->candidate;
    c.attr = attr;
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
    j->judge->scratch.lists++;
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
