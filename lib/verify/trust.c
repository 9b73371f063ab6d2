/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps 7 to 9 of D24 under a public-key suite: which certificate made a signature. */
#include "verify/judge.h"

#include "base/fault.h"

#include <inttypes.h>
#include <string.h>

uint32_t rl_peer_info_of(const reload_msg *msg, const reload_site *site)
{
    return site->role == RELOAD_ROLE_MESSAGE ? rl_covered_attr(msg, RELOAD_A_SOURCE_INFO)
                                             : site->container;
}

static bool uses_pins(const rl_judging *j)
{
    return (j->policy->remember & RELOAD_REMEMBER_PINS) != 0;
}

static reload_reason reason_of(rl_cert_fault fault)
{
    static const reload_reason reasons[] = {
        [RL_CERT_GOOD] = RELOAD_REASON_NONE,
        [RL_CERT_BAD] = RELOAD_REASON_BAD_CERTIFICATE,
        [RL_CERT_WEAK] = RELOAD_REASON_WEAK_KEY,
        [RL_CERT_UNTRUSTED] = RELOAD_REASON_UNTRUSTED_CERTIFICATE,
        [RL_CERT_REVOKED] = RELOAD_REASON_REVOKED_CERTIFICATE,
        [RL_CERT_EXPIRED] = RELOAD_REASON_EXPIRED_CERTIFICATE,
    };
    return reasons[fault];
}

/* Step 7, pins apart: reads the certificate at attribute cert, and judges its chain, or under pins
 * its own signature. *signer: the certificate, if it could be read. */
static reload_reason check_trust(rl_judging *j, uint32_t cert, reload_cert **signer)
{
    rl_objection objection = {RL_CERT_GOOD, NULL};
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(j->msg, cert, &len);
    j->err = rl_cert_read(octets, len, signer, &objection);
    if (j->err == RELOAD_OK && objection.fault == RL_CERT_GOOD)
        j->err = uses_pins(j) ? rl_trust_judge_self(j->policy->trust, *signer, &objection)
                              : rl_trust_judge(j->policy->trust, *signer, j->now, &objection);
    if (j->err != RELOAD_OK)
        return RELOAD_REASON_BAD_CERTIFICATE; /* not used */
    return objection.fault == RL_CERT_GOOD
               ? RELOAD_REASON_NONE
               : rl_judge_fail(j, reason_of(objection.fault), cert, "%s", objection.words);
}

/* Step 8. */
static reload_reason check_digest(rl_judging *j, const reload_site *site, reload_cert *signer)
{
    reload_covered covered;
    reload_span digest;
    bool match = false;
    size_t size = reload_cert_signature_size(signer);
    digest.octets = reload_msg_value_octets(j->msg, site->digest, &digest.len);
    if (digest.len != size)
        return rl_judge_fail(j, RELOAD_REASON_BAD_DIGEST_LENGTH, site->digest,
                             "%zu octets long; the RSA modulus is %zu octets long", digest.len,
                             size);
    reload_site_covered(j->msg, site, &covered);
    j->err =
        rl_cert_verify(signer, j->policy->suite->md, covered.span, covered.count, digest, &match);
    return match && j->err == RELOAD_OK
               ? RELOAD_REASON_NONE
               : rl_judge_fail(j, RELOAD_REASON_BAD_DIGEST, site->digest,
                               "does not verify with the certificate's key");
}

/* D20: the certificate in a PEER-INFO names its PEER-ID, and a request's Source ID is that of its
 * SOURCE-INFO. */
static reload_reason check_peer_binding(rl_judging *j, const reload_site *site,
                                        const reload_cert *signer)
{
    size_t len;
    uint32_t overlay = reload_msg_field(j->msg, RELOAD_F_OVERLAY);
    uint32_t id_attr = reload_msg_member(j->msg, rl_peer_info_of(j->msg, site), RELOAD_A_PEER_ID);
    const uint8_t *id = reload_msg_value_octets(j->msg, id_attr, &len);
    reload_reason reason = RELOAD_REASON_NONE;
    if (len != RELOAD_ID_SIZE || !rl_cert_names_peer(signer, id, j->policy->overlay_name, overlay,
                                                     j->join_request && overlay == 0))
        reason = rl_judge_fail(j, RELOAD_REASON_PEER_ID_MISMATCH, id_attr,
                               "not a Peer-ID that the certificate names for this overlay");
    else if (site->role == RELOAD_ROLE_MESSAGE &&
             reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0 &&
             memcmp(id, reload_msg_field_octets(j->msg, RELOAD_F_SOURCE_ID, &len),
                    RELOAD_ID_SIZE) != 0 &&
             !RL_FAULT("D20: a request's Source ID is its SOURCE-INFO's"))
        reason = rl_judge_fail(j, RELOAD_REASON_PEER_ID_MISMATCH, id_attr,
                               "differs from the header's Source ID");
    if (reason != RELOAD_REASON_NONE && site->role == RELOAD_ROLE_MESSAGE && j->join_request &&
        !RL_FAULT("D20: code 493 for a PEER-JOIN request"))
        j->finding.code = 493; /* B§8.1.2.1 */
    return reason;
}

/* D21: the certificate names the user that the RESOURCE's KEY is the address of record of. */
static reload_reason check_resource_binding(rl_judging *j, const reload_site *site,
                                            const reload_cert *signer)
{
    size_t len;
    uint32_t resource = reload_msg_attr(j->msg, site->container)->parent;
    uint32_t key = reload_msg_member(j->msg, resource, RELOAD_A_KEY);
    if (key == RELOAD_NO_ATTR)
        return rl_judge_fail(j, RELOAD_REASON_RESOURCE_KEY_MISMATCH, resource,
                             "has no RESOURCE-INFO.KEY");
    const uint8_t *octets = reload_msg_value_octets(j->msg, key, &len);
    return rl_cert_names_user(signer, octets, len)
               ? RELOAD_REASON_NONE
               : rl_judge_fail(j, RELOAD_REASON_RESOURCE_KEY_MISMATCH, key,
                               "not an address of record that the certificate names");
}

/* Steps 7 to 9 with one certificate, as if its pin fits. */
static void check_candidate(rl_judging *j, const reload_site *site, rl_candidate *c)
{
    reload_reason reason = check_trust(j, c->attr, &c->signer);
    if (reason == RELOAD_REASON_NONE && uses_pins(j)) {
        c->has_pin = true;
        j->err = rl_cert_fingerprint(c->signer, c->fingerprint);
        if (j->err != RELOAD_OK)
            reason = RELOAD_REASON_BAD_CERTIFICATE; /* not used */
    }
    if (reason == RELOAD_REASON_NONE ||
        (c->signer != NULL && RL_FAULT("D24: the certificate is judged before the digest")))
        reason = check_digest(j, site, c->signer);
    if (reason == RELOAD_REASON_NONE)
        reason = site->role == RELOAD_ROLE_BODY ? check_resource_binding(j, site, c->signer)
                                                : check_peer_binding(j, site, c->signer);
    if (reason != RELOAD_REASON_NONE)
        c->finding = j->finding;
    c->finding.reason = reason;
}

/* The best candidate so far; its certificate is j->signer. */
struct choice {
    int rank;
    rl_finding finding;
};

/* Takes a candidate over: its certificate becomes j->signer if it got further than the best so far.
 * Under pins the others keep theirs in the plan, since another may be the best at commit. */
static void take_candidate(rl_judging *j, struct choice *best, rl_candidate *c)
{
    bool better = rl_reason_rank(c->finding.reason) > best->rank;
    reload_cert *loser = c->signer;
    if (better) {
        loser = j->signer;
        j->signer = c->signer;
        best->rank = rl_reason_rank(c->finding.reason);
        best->finding = c->finding;
    }
    rl_candidate *kept = uses_pins(j) ? rl_plan_candidate(j->plan) : NULL;
    if (kept == NULL) {
        if (uses_pins(j))
            j->err = RELOAD_ERR_MEMORY;
        reload_cert_free(&loser);
        return;
    }
    *kept = *c;
    kept->signer = NULL;
    size_t index = j->plan->candidate_count - 1;
    j->plan->candidates[better ? j->chosen : index].signer = loser;
    if (better)
        j->chosen = index;
}

reload_reason rl_check_certificates(rl_judging *j, const reload_site *site)
{
    struct choice best = {.rank = -1};
    j->chosen = j->plan == NULL ? 0 : j->plan->candidate_count;
    if (site->role != RELOAD_ROLE_BODY) {
        uint32_t info = rl_peer_info_of(j->msg, site);
        rl_candidate c = {.attr = reload_msg_member(j->msg, info, RELOAD_A_PEER_CERT)};
        check_candidate(j, site, &c);
        take_candidate(j, &best, &c);
    } else {
        reload_iter it = reload_members(j->msg, reload_msg_attr(j->msg, site->container)->parent);
        while (j->err == RELOAD_OK && reload_next(&it)) {
            if (!reload_is_certificate_body(j->msg, it.index))
                continue;
            rl_candidate c = {.attr = it.index + 1};
            check_candidate(j, site, &c);
            take_candidate(j, &best, &c);
            if (c.finding.reason == RELOAD_REASON_NONE && !uses_pins(j))
                break; /* D21: any one suffices */
        }
    }
    if (j->err != RELOAD_OK)
        return RELOAD_REASON_BAD_CERTIFICATE; /* not used */
    if (best.finding.reason != RELOAD_REASON_NONE)
        j->finding = best.finding;
    return best.finding.reason;
}
