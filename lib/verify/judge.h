/* SPDX-License-Identifier: BSD-2-Clause */
/* Judging: declarations shared by the parts of the checklist. */
#ifndef RL_VERIFY_JUDGE_H
#define RL_VERIFY_JUDGE_H

#include "crypto/mac.h"
#include "verify/known.h"
#include "verify/policy.h"
#include "verify/report.h"
#include "wire/wire.h"

/* A judge's state for one message and the messages inside it */
typedef struct rl_scratch {
    rl_candidates candidates; /* candidates of the last list; unused under pins */
    void *identities;         /* of the innermost message's plan */
} rl_scratch;

/* Drops the scratch's content, and keeps memory. */
void rl_scratch_clear(rl_scratch *scratch);
/* To be called before another message's plan. */
void rl_scratch_forget_identities(rl_scratch *scratch);

struct reload_judge {
    const reload_policy *policy;
    rl_mac **macs; /* one for each secret */
    size_t mac_count;
    rl_scratch scratch;
    rl_known known;
    uint64_t lists; /* of certificates made so far */
};

/* Facts shared by the signed BODYs of a RESOURCE */
typedef struct rl_resource {
    uint32_t attr;
    uint32_t key;       /* RELOAD_NO_ATTR: none */
    uint32_t key_again; /* a second KEY, or RELOAD_NO_ATTR */
    bool certified;     /* has a certificate BODY */
    bool listed;        /* trial has its candidates, none tried */
    bool has_identity;  /* under pins */
    size_t identity;
    rl_trial trial;
} rl_resource;

/* One message being judged. A check returns RELOAD_REASON_NONE, or describes the failure in finding
 * and returns its reason. */
typedef struct rl_judging {
    reload_judge *judge;
    const reload_policy *policy;
    const reload_msg *msg;
    reload_time now; /* whole seconds */
    rl_report *report;
    rl_plan *plan;  /* NULL: no queries to the store */
    reload_err err; /* the first failure to judge; from then on no finding counts */
    bool join_request;
    bool expect_replay;
    rl_finding finding;        /* of the check that failed last */
    rl_finding first;          /* of the check that failed first: the message's */
    rl_resource resource;      /* the last one that was examined */
    rl_candidates *candidates; /* the plan's under pins, else the scratch's */
    rl_trial trial;            /* of the signature being judged */
} rl_judging;

/* Describes a failed check; returns the reason. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
reload_reason
rl_judge_fail(rl_judging *j, reload_reason reason, uint32_t attr, const char *format, ...);

/* ---- signature.c: steps 5 to 10 of one signature ---- */

/* The message's SIGNATURE; attr may be RELOAD_NO_ATTR. */
reload_reason rl_check_message(rl_judging *j, uint32_t attr);
/* Step 12: the signature of that type in a container. required: it must not be absent. */
reload_reason rl_check_inner(rl_judging *j, uint32_t container, uint16_t type, bool required);
/* D27: the PEER-SIGNATUREs of ROUTE-LOGs. They do not change the verdict. */
void rl_check_route_logs(rl_judging *j);
/* The message's first SOURCE-INFO, REDIRECT or RESOURCE that its SIGNATURE covers, or
 * RELOAD_NO_ATTR. */
uint32_t rl_covered_attr(const reload_msg *msg, uint16_t type);
/* Steps to the next member that the message's SIGNATURE covers. */
bool rl_next_covered(reload_iter *it, uint16_t type);
/* The value of a TIMESTAMP or EXPIRATION. A value with a flaw, which only a ROUTE-LOG can have,
 * counts as 0. */
reload_time rl_time_at(const reload_msg *msg, uint32_t attr);

/* ---- trust.c: steps 7 to 9 under a public-key suite ---- */

/* The PEER-INFO whose certificate a signature is checked with, or RELOAD_NO_ATTR. */
uint32_t rl_peer_info_of(const reload_msg *msg, const reload_site *site);
/* Checks the digest with the site's certificates. The result is in j->trial. Under pins, also puts
 * the candidates into the plan, and judges as if each pin matches. */
reload_reason rl_check_certificates(rl_judging *j, const reload_site *site);

/* ---- candidates.c: the certificates of a message ---- */

bool rl_uses_pins(const rl_judging *j);
/* The reason of an objection. */
reload_reason rl_objection_reason(const rl_objection *objection);
/* Begins a trial with the certificate at attribute cert. */
void rl_list_peer_certificate(rl_judging *j, uint32_t cert, rl_trial *trial);
/* The RESOURCE at attribute attr. list: also lists its candidates; on failure j->err is set. */
rl_resource *rl_resource_at(rl_judging *j, uint32_t attr, bool list);
/* The index of the identity whose name is at the end of the plan's names, at offset name. */
size_t rl_identity_of(rl_judging *j, size_t name);

/* ---- pins.c ---- */

/* D28: the index in the plan of the identity that the certificates of a site represent. Its name is
 * empty if they represent none. */
size_t rl_pin_identity(rl_judging *j, const reload_site *site);

#endif
