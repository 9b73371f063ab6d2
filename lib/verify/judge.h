/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging: what the checklist's parts share. */
#ifndef RL_VERIFY_JUDGE_H
#define RL_VERIFY_JUDGE_H

#include "crypto/mac.h"
#include "verify/policy.h"
#include "verify/report.h"
#include "wire/wire.h"

struct reload_judge {
    const reload_policy *policy;
    rl_mac **macs; /* one for each secret */
    size_t mac_count;
};

/* One message being judged. A check returns RELOAD_REASON_NONE, or the reason having described it
 * in finding. */
typedef struct rl_judging {
    const reload_judge *judge;
    const reload_policy *policy;
    const reload_msg *msg;
    reload_time now; /* whole seconds */
    rl_report *report;
    rl_plan *plan;  /* NULL: nothing is asked of the store */
    reload_err err; /* the first failure to judge; from then on no finding counts */
    bool join_request;
    bool expect_replay;
    rl_finding finding;  /* of the check that failed last */
    reload_cert *signer; /* of the signature being judged */
    size_t chosen;       /* under pins, the candidate that it belongs to */
} rl_judging;

/* Describes a failed check; returns the reason. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
reload_reason
rl_judge_fail(rl_judging *j, reload_reason reason, uint32_t attr, const char *format, ...);

/* ---- signature.c: steps 5 to 10 of one signature ---- */

/* D11 for the attributes from first to end. */
reload_reason rl_check_duplicates(rl_judging *j, uint32_t first, uint32_t end);
/* The message's SIGNATURE; attr may be RELOAD_NO_ATTR. */
reload_reason rl_check_message(rl_judging *j, uint32_t attr);
/* Step 12: the signature of that type in a container. required: it must not be absent. */
reload_reason rl_check_inner(rl_judging *j, uint32_t container, uint16_t type, bool required);
/* D27: the PEER-SIGNATUREs of ROUTE-LOGs. They decide nothing. */
void rl_check_route_logs(rl_judging *j);
/* The message's first SOURCE-INFO, REDIRECT or RESOURCE that its SIGNATURE covers, or
 * RELOAD_NO_ATTR. */
uint32_t rl_covered_attr(const reload_msg *msg, uint16_t type);
/* Steps to the next member that the message's SIGNATURE covers. */
bool rl_next_covered(reload_iter *it, uint16_t type);
/* The value of a TIMESTAMP or EXPIRATION. One with a flaw, possible in a ROUTE-LOG only, counts as
 * 0. */
reload_time rl_time_at(const reload_msg *msg, uint32_t attr);

/* ---- trust.c: steps 7 to 9 under a public-key suite ---- */

/* The PEER-INFO whose certificate a signature is checked with, or RELOAD_NO_ATTR. */
uint32_t rl_peer_info_of(const reload_msg *msg, const reload_site *site);
/* Checks the digest with the site's certificates. Leaves j->signer. Under pins, leaves the
 * candidates in the plan, and judges as if each pin fits. */
reload_reason rl_check_certificates(rl_judging *j, const reload_site *site);

/* ---- pins.c ---- */

/* D28: appends the name of the identity that the certificates of a site speak for, or an empty
 * one. */
reload_err rl_pin_name(const reload_msg *msg, const reload_site *site, reload_buf *name);

#endif
