/* SPDX-License-Identifier: BSD-2-Clause */
/* Tries certificates on a signature, and selects one by a pin. */
#include "verify/trial.h"

#include "x509/mismatch.h"

#include <stdlib.h>
#include <string.h>

/* ---- Candidates ---- */

void rl_candidates_clear(rl_candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        reload_cert_free(&candidates->list[i].cert);
    candidates->count = 0;
}

void rl_candidates_free(rl_candidates *candidates)
{
    rl_candidates_clear(candidates);
    free(candidates->list);
    *candidates = (rl_candidates){0};
}

reload_err rl_candidates_add(rl_candidates *candidates, const rl_candidate *candidate)
{
    rl_candidate *list =
        rl_grow(candidates->list, &candidates->cap, candidates->count, sizeof *list);
    if (list == NULL)
        return RELOAD_ERR_MEMORY;
    candidates->list = list;
    rl_candidate *added = &list[candidates->count++];
    *added = *candidate;
    (void)rl_cert_share(added->cert);
    return RELOAD_OK;
}

/* ---- Steps 8 and 9 ---- */

reload_err rl_claim_read(rl_claim *claim, const reload_msg *msg, const reload_site *site,
                         reload_md md)
{
    reload_covered covered;
    *claim = (rl_claim){.msg = msg, .site = site, .md = md};
    reload_site_covered(msg, site, &covered);
    return reload_digest(md, covered.span, covered.count, claim->digest);
}

static void describe_key(const reload_msg *msg, uint32_t resource, const reload_cert *cert,
                         rl_finding *finding)
{
    char text[192] = "has no RESOURCE-INFO.KEY";
    uint32_t key = reload_msg_member(msg, resource, RELOAD_A_KEY);
    size_t len = 0;
    const uint8_t *octets = key == RELOAD_NO_ATTR ? NULL : reload_msg_value_octets(msg, key, &len);
    if (octets != NULL)
        rl_key_mismatch_text(cert, octets, len, text, sizeof text);
    (void)rl_finding_set(finding, msg, RELOAD_REASON_RESOURCE_KEY_MISMATCH,
                         octets == NULL ? resource : key, "%s", text);
}

/* Describes a failure of step 8, or of step 9 for a BODY. */
static void describe_candidate(const rl_claim *claim, const rl_candidate *candidate,
                               reload_reason reason, rl_finding *finding)
{
    const reload_msg *msg = claim->msg;
    const reload_site *site = claim->site;
    finding->reason = RELOAD_REASON_NONE;
    if (reason == RELOAD_REASON_BAD_DIGEST_LENGTH) {
        (void)rl_finding_set(finding, msg, reason, site->digest,
                             "%u octets long; the RSA modulus is %zu octets long",
                             reload_msg_attr(msg, site->digest)->length,
                             reload_cert_signature_size(candidate->cert));
    } else if (reason == RELOAD_REASON_BAD_DIGEST) {
        (void)rl_finding_set(finding, msg, reason, site->digest,
                             "does not verify with the certificate's key");
    } else if (reason == RELOAD_REASON_RESOURCE_KEY_MISMATCH) {
        uint32_t resource = reload_msg_attr(msg, site->container)->parent;
        describe_key(msg, resource, candidate->cert, finding);
    }
}

reload_err rl_claim_try(const rl_claim *claim, const rl_candidate *candidate, rl_finding *finding)
{
    reload_span digest;
    bool match = false;
    reload_err err = RELOAD_OK;
    *finding = (rl_finding){.reason = RELOAD_REASON_NONE};
    digest.octets = reload_msg_value_octets(claim->msg, claim->site->digest, &digest.len);
    if (digest.len != reload_cert_signature_size(candidate->cert))
        describe_candidate(claim, candidate, RELOAD_REASON_BAD_DIGEST_LENGTH, finding);
    else
        err = rl_known_verify(claim->known, candidate->cert, candidate->fingerprint, claim->md,
                              claim->digest, digest, &match);
    if (err == RELOAD_OK && !match && finding->reason == RELOAD_REASON_NONE)
        describe_candidate(claim, candidate, RELOAD_REASON_BAD_DIGEST, finding);
    if (err == RELOAD_OK && finding->reason == RELOAD_REASON_NONE &&
        claim->site->role == RELOAD_ROLE_BODY && !candidate->names_key)
        describe_candidate(claim, candidate, RELOAD_REASON_RESOURCE_KEY_MISMATCH, finding);
    return err;
}

void rl_trial_note(rl_trial *trial, size_t index, const rl_finding *finding)
{
    if (index != trial->objected)
        trial->reasons[trial->tried++] = finding->reason;
    if (trial->chosen != RL_NO_CANDIDATE &&
        rl_reason_rank(finding->reason) <= rl_reason_rank(trial->finding.reason))
        return;
    trial->chosen = index;
    trial->finding = *finding;
}

/* ---- Pins (D28) ---- */

/* Step 7 with a pin: the first candidate with the pinned key, or else the first in message order,
 * which then determines the reason. */
static size_t find_pinned(const rl_trial *trial, const rl_candidates *candidates,
                          const uint8_t *pin, bool *fits)
{
    const rl_candidate *list = candidates->list;
    size_t first = trial->first;
    for (size_t i = trial->first; i < trial->end; i++) {
        *fits = memcmp(list[i].fingerprint, pin, RELOAD_FINGERPRINT_SIZE) == 0;
        if (*fits)
            return i;
        if (list[i].attr < list[first].attr)
            first = i;
    }
    return first;
}

/* Selects only candidate index. All others with the same key give the same result in step 8, and
 * those that name the KEY precede it. */
static reload_err choose_candidate(rl_trial *trial, const rl_candidate *candidate, size_t index,
                                   const reload_msg *msg, uint32_t signature, reload_md md)
{
    reload_site site;
    rl_claim claim = {.msg = msg, .site = &site, .md = md};
    size_t place = index - trial->first;
    if (trial->chosen == index)
        return RELOAD_OK;
    trial->chosen = index;
    reload_site_at(msg, signature, &site);
    if (place < trial->tried) {
        describe_candidate(&claim, candidate, trial->reasons[place], &trial->finding);
        return RELOAD_OK;
    }
    reload_err err = rl_claim_read(&claim, msg, &site, md);
    return err == RELOAD_OK ? rl_claim_try(&claim, candidate, &trial->finding) : err;
}

/* Tries the last of the eight candidates, which the judge has left for a pin. */
static reload_err try_last(rl_trial *trial, const rl_candidates *candidates, const reload_msg *msg,
                           uint32_t signature, reload_md md)
{
    reload_site site;
    rl_claim claim;
    rl_finding finding;
    size_t next = trial->first + trial->tried;
    if (trial->finding.reason == RELOAD_REASON_NONE || next >= trial->end)
        return RELOAD_OK;
    reload_site_at(msg, signature, &site);
    reload_err err = rl_claim_read(&claim, msg, &site, md);
    if (err == RELOAD_OK)
        err = rl_claim_try(&claim, &candidates->list[next], &finding);
    if (err == RELOAD_OK)
        rl_trial_note(trial, next, &finding);
    return err;
}

reload_err rl_trial_decide(rl_trial *trial, const rl_candidates *candidates, const reload_msg *msg,
                           uint32_t signature, reload_md md, const uint8_t *pin,
                           const char *identity)
{
    bool fits = false;
    if (trial->first == trial->end)
        return RELOAD_OK; /* the objection remains */
    if (pin == NULL)
        return try_last(trial, candidates, msg, signature, md);
    size_t index = find_pinned(trial, candidates, pin, &fits);
    const rl_candidate *candidate = &candidates->list[index];
    if (fits)
        return choose_candidate(trial, candidate, index, msg, signature, md);
    enum { SHOWN = 8 };
    char found[2 * SHOWN + 1] = "", stored[2 * SHOWN + 1] = "";
    reload_hex_encode(candidate->fingerprint, SHOWN, found);
    reload_hex_encode(pin, SHOWN, stored);
    if (rl_finding_set(&trial->finding, msg, RELOAD_REASON_PIN_MISMATCH, candidate->attr,
                       "its key differs from the one stored for the %s: SHA-256 %s..., stored "
                       "%s...",
                       identity, found, stored) != RELOAD_REASON_NONE)
        trial->chosen = index;
    return RELOAD_OK;
}
