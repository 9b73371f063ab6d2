/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps 7 to 9 of D24 under a public-key suite: which certificate made a signature. */
#include "verify/judge.h"

#include "base/fault.h"
#include "x509/mismatch.h"

#include <inttypes.h>
#include <string.h>

uint32_t rl_peer_info_of(const reload_msg *msg, const reload_site *site)
{
    return site->role == RELOAD_ROLE_MESSAGE ? rl_covered_attr(msg, RELOAD_A_SOURCE_INFO)
                                             : site->container;
}

static reload_reason fail_peer(rl_judging *j, uint32_t id_attr, const uint8_t *id, size_t len,
                               const reload_cert *signer)
{
    char text[192];
    if (len != RELOAD_ID_SIZE)
        return rl_judge_fail(j, RELOAD_REASON_PEER_ID_MISMATCH, id_attr,
                             "%zu octets long, expected %d", len, RELOAD_ID_SIZE);
    rl_peer_mismatch_text(signer, id, j->policy->overlay_name,
                          reload_msg_field(j->msg, RELOAD_F_OVERLAY), text, sizeof text);
    return rl_judge_fail(j, RELOAD_REASON_PEER_ID_MISMATCH, id_attr, "%s", text);
}

static reload_reason fail_source_id(rl_judging *j, uint32_t id_attr, const uint8_t *id)
{
    size_t len;
    char hex[2 * RELOAD_ID_SIZE + 1] = "", source[2 * RELOAD_ID_SIZE + 1] = "";
    reload_hex_encode(id, RELOAD_ID_SIZE, hex);
    reload_hex_encode(reload_msg_field_octets(j->msg, RELOAD_F_SOURCE_ID, &len), RELOAD_ID_SIZE,
                      source);
    return rl_judge_fail(j, RELOAD_REASON_PEER_ID_MISMATCH, id_attr,
                         "%s, but the header's Source ID is %s", hex, source);
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
        reason = fail_peer(j, id_attr, id, len, signer);
    else if (site->role == RELOAD_ROLE_MESSAGE &&
             reload_msg_field(j->msg, RELOAD_F_RESPONSE) == 0 &&
             memcmp(id, reload_msg_field_octets(j->msg, RELOAD_F_SOURCE_ID, &len),
                    RELOAD_ID_SIZE) != 0 &&
             !RL_FAULT("D20: a request's Source ID is its SOURCE-INFO's"))
        reason = fail_source_id(j, id_attr, id);
    if (reason != RELOAD_REASON_NONE && site->role == RELOAD_ROLE_MESSAGE && j->join_request &&
        !RL_FAULT("D20: code 493 for a PEER-JOIN request"))
        j->finding.code = 493; /* B§8.1.2.1 */
    return reason;
}

/* Step 9 of a PEER-SIGNATURE or the message's SIGNATURE, after step 8. */
static void check_binding(rl_judging *j, const reload_site *site, const rl_candidate *c,
                          rl_finding *finding)
{
    if (finding->reason != RELOAD_REASON_NONE || site->role == RELOAD_ROLE_BODY)
        return;
    reload_reason reason = check_peer_binding(j, site, c->cert);
    if (reason != RELOAD_REASON_NONE)
        *finding = j->finding;
    finding->reason = reason;
}

/* Lists the certificates that may have made a signature. */
static void begin_trial(rl_judging *j, const reload_site *site)
{
    if (site->role == RELOAD_ROLE_BODY) {
        uint32_t resource = reload_msg_attr(j->msg, site->container)->parent;
        j->trial = rl_resource_at(j, resource, true)->trial;
    } else {
        uint32_t info = rl_peer_info_of(j->msg, site);
        rl_list_peer_certificate(j, reload_msg_member(j->msg, info, RELOAD_A_PEER_CERT), &j->trial);
    }
}

/* If no certificate could be tried, the objection of the latest step is the finding. */
static void note_objection(rl_judging *j)
{
    const rl_candidate *c = &j->candidates->list[j->trial.objected];
    rl_finding finding = {.reason = RELOAD_REASON_NONE};
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(j->msg, c->attr, &len);
    reload_content content =
        c->objection.fault == RL_CERT_BAD ? reload_recognise(octets, len) : RELOAD_CONTENT_UNKNOWN;
    char text[200];
    rl_objection_text(&c->objection, c->cert, text, sizeof text);
    bool pem =
        content == RELOAD_CONTENT_CERT && octets[0] != 0x30; /* D18: the certificate is in DER */
    if (pem || (content != RELOAD_CONTENT_UNKNOWN && content != RELOAD_CONTENT_CERT))
        finding.reason = rl_finding_set(
            &finding, j->msg, rl_objection_reason(&c->objection), c->attr, "%s%s",
            reload_content_text(content),
            pem ? " as PEM, expected DER; to convert it: openssl x509 -in FILE -outform DER"
                : ", expected a certificate in DER");
    else
        finding.reason = rl_finding_set(&finding, j->msg, rl_objection_reason(&c->objection),
                                        c->attr, "%s", text);
    rl_trial_note(&j->trial, j->trial.objected, &finding);
}

/* The number of certificates to try. Under pins, the last certificate is left for the commit, which
 * knows the pinned key. */
static size_t most_tries(const rl_judging *j, const reload_site *site)
{
    size_t count = j->trial.end - j->trial.first;
    size_t most = RL_FAULT("D21: eight certificates are tried") ? SIZE_MAX : RL_MAX_TRIES;
    if (site->role == RELOAD_ROLE_BODY && rl_uses_pins(j))
        most = RL_MAX_TRIES - 1;
    return count < most ? count : most;
}

reload_reason rl_check_certificates(rl_judging *j, const reload_site *site)
{
    rl_claim claim;
    rl_trial *trial = &j->trial;
    begin_trial(j, site);
    size_t most = j->err == RELOAD_OK ? most_tries(j, site) : 0;
    if (most > 0)
        j->err = rl_claim_read(&claim, j->msg, site, j->policy->suite->md);
    claim.known = &j->judge->known;
    for (size_t i = trial->first; trial->tried < most && j->err == RELOAD_OK && !trial->open; i++) {
        rl_finding finding;
        const rl_candidate *c = &j->candidates->list[i];
        j->err = rl_claim_try(&claim, c, &finding);
        if (j->err == RELOAD_OK)
            check_binding(j, site, c, &finding);
        rl_trial_note(trial, i, &finding);
        trial->open = trial->finding.reason == RELOAD_REASON_NONE;
    }
    if (j->err != RELOAD_OK)
        return RELOAD_REASON_BAD_CERTIFICATE; /* not used */
    if (trial->tried == 0)
        note_objection(j);
    trial->open = trial->finding.reason == RELOAD_REASON_NONE ||
                  (rl_uses_pins(j) && trial->tried < trial->end - trial->first);
    if (trial->open)
        return RELOAD_REASON_NONE;
    j->finding = trial->finding;
    return trial->finding.reason;
}
