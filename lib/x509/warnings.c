/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts about a verifier's files: warnings of certificates and CRLs that are ignored or doubtful
 * (D18), and descriptions of CRLs. */
#include "x509/path.h"

#include "base/fault.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- A warning ---- */

#define FOREVER INT64_MAX

struct warning {
    rl_trust_warning *warn;
    void *arg;
    reload_time time, since;
    reload_time next; /* the first later time with another warning, or RELOAD_NO_TIME */
};

/* Whether a warning that does not depend on the time is due. */
static bool is_first(const struct warning *w)
{
    return w->since == RELOAD_NO_TIME;
}

static void note_change(struct warning *w, reload_time at)
{
    if (at != FOREVER && at > w->time && (w->next == RELOAD_NO_TIME || at < w->next))
        w->next = at;
}

/* The phase of a time relative to a period. end is the first second after the period. */
enum phase { BEFORE, WITHIN, AFTER };

static enum phase phase_at(reload_time begin, reload_time end, reload_time time)
{
    return begin > time ? BEFORE : end <= time ? AFTER : WITHIN;
}

/* The phase of the time of checking, and whether a warning of it is due. */
static enum phase check_period(struct warning *w, reload_time begin, reload_time end, bool *due)
{
    enum phase phase = phase_at(begin, end, w->time);
    note_change(w, begin);
    note_change(w, end);
    *due = phase != WITHIN && (is_first(w) || phase_at(begin, end, w->since) != phase);
    return phase;
}

/* A given certificate or CRL: its number in the file, and its name */
struct object {
    reload_given given;
    size_t file, number, total;
    const char *kind, *link; /* "CRL", "by" */
    const char *name;        /* whose */
};

/* Warns with the name of the object before the words. */
static void warn_of(const struct warning *w, const struct object *o, const char *words)
{
    reload_buf text = {0};
    char which[64];
    if (o->total > 1)
        (void)snprintf(which, sizeof which, "%s %zu of %zu, %s ", o->kind, o->number, o->total,
                       o->link);
    else
        (void)snprintf(which, sizeof which, "%s %s ", o->kind, o->link);
    const char *parts[] = {which, o->name, ": ", words};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        reload_buf_append(&text, parts[i], strlen(parts[i]));
    reload_buf_append(&text, "", 1);
    w->warn(w->arg, o->given, o->file, text.err == RELOAD_OK ? (const char *)text.octets : words);
    reload_buf_free(&text);
}

/* ---- Certificates ---- */

/* A list of given certificates. */
struct given_list {
    reload_given given;
    const mbedtls_x509_crt *first;
    const rl_ends *files;
};

static bool has_signed_crl(const rl_trust *trust, const mbedtls_x509_crt *crt)
{
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next)
        for (size_t i = 0; i < crl->count; i++)
            if (crl->signers[i].crt == crt)
                return true;
    return false;
}

/* The reason why a certificate cannot be the issuer of another (D18), or NULL. */
static const char *why_no_issuer(const mbedtls_x509_crt *crt)
{
    if (rl_may_issue(crt))
        return NULL;
    return crt->version != 3     ? "not X.509 v3; no certificate can chain to it"
           : crt->ca_istrue == 0 ? "not a CA's (basicConstraints); no certificate can chain to it"
                                 : "its keyUsage lacks keyCertSign; no certificate can chain to it";
}

static void check_validity(struct warning *w, const struct object *o, const mbedtls_x509_crt *crt)
{
    char ours[RELOAD_TIME_SIZE], its[RELOAD_TIME_SIZE], words[160];
    bool due;
    reload_time begin = rl_date_read(&crt->valid_from), end = rl_date_read(&crt->valid_to);
    enum phase phase = check_period(w, begin, end + RELOAD_SECOND, &due);
    if (!due || RL_FAULT("D18: a warning of an expired CA certificate"))
        return;
    reload_time_text((phase == BEFORE ? begin : end) / RELOAD_SECOND, its);
    reload_time_text(w->time / RELOAD_SECOND, ours);
    (void)snprintf(words, sizeof words, "%s: %s is %s, the time of checking is %s",
                   phase == BEFORE ? "not yet valid" : "expired",
                   phase == BEFORE ? "notBefore" : "notAfter", its, ours);
    warn_of(w, o, words);
}

static void check_certificate(struct warning *w, const rl_trust *trust, struct object *o,
                              const mbedtls_x509_crt *crt)
{
    char *subject; /* NULL without memory */
    const char *fault = why_no_issuer(crt);
    (void)rl_dn_text(&crt->subject, &subject);
    o->name = subject == NULL ? "?" : subject;
    if (fault == NULL)
        check_validity(w, o, crt);
    else if (is_first(w) && !has_signed_crl(trust, crt) &&
             !RL_FAULT("D18: a warning of a given certificate that can issue nothing"))
        warn_of(w, o, fault);
    free(subject);
}

static void check_certificates(struct warning *w, const rl_trust *trust,
                               const struct given_list *list)
{
    const mbedtls_x509_crt *crt = list->first;
    size_t i = 0;
    for (size_t file = 0; file < list->files->count; file++) {
        size_t begin = i, end = list->files->at[file];
        for (; i < end; i++, crt = crt->next) {
            struct object o = {.given = list->given,
                               .file = file,
                               .number = i - begin + 1,
                               .total = end - begin,
                               .kind = "certificate",
                               .link = "of"};
            check_certificate(w, trust, &o, crt);
        }
    }
}

/* ---- CRLs ---- */

static void warn_of_crl(const struct warning *w, const rl_crl *crl, const char *words)
{
    const struct object o = {.given = RELOAD_GIVEN_CRL,
                             .file = crl->file,
                             .number = crl->number,
                             .total = crl->total,
                             .kind = "CRL",
                             .link = "by",
                             .name = crl->issuer};
    warn_of(w, &o, words);
}

/* The reason why a CRL counts for no certificate, or NULL. *lacks_sign: the signer's key may sign
 * certificates only. */
static const char *why_ignored(const rl_crl *crl, bool *lacks_sign)
{
    bool chains = false, signs = false;
    const char *fault = NULL;
    *lacks_sign = false;
    if (crl->count == 0)
        return crl->named
                   ? "ignored: its signature does not verify with a given certificate of its issuer"
                   : "ignored: no given certificate has its issuer's name";
    for (size_t i = 0; i < crl->count; i++) {
        const rl_signer *s = &crl->signers[i];
        chains = chains || s->count > 0;
        signs = signs || (s->count > 0 && rl_may_sign_crls(s->crt));
        fault = fault == NULL ? s->fault : fault;
    }
    *lacks_sign = !signs;
    if (crl->counts)
        return NULL;
    if (!chains)
        return fault != NULL
                   ? fault
                   : "ignored: its signer does not chain to a CA certificate of the overlay";
    if (!crl->has_issuer)
        return "ignored: no given certificate with its issuer's name can issue certificates";
    return signs ? "ignored: its signer and its issuer chain to different CA certificates"
                 : "ignored: its signer's keyUsage lacks cRLSign";
}

static void check_crl_dates(struct warning *w, const rl_trust *trust, const rl_crl *crl)
{
    char ours[RELOAD_TIME_SIZE], its[RELOAD_TIME_SIZE];
    char words[160] = "";
    bool due, has_end = crl->crl.next_update.year != 0;
    reload_time begin = rl_date_read(&crl->crl.this_update);
    reload_time end = has_end ? rl_date_read(&crl->crl.next_update) : FOREVER;
    enum phase phase = check_period(w, begin, end, &due);
    if (due) {
        reload_time_text((phase == BEFORE ? begin : end) / RELOAD_SECOND, its);
        reload_time_text(w->time / RELOAD_SECOND, ours);
        (void)snprintf(words, sizeof words, "%s is %s, the time of checking is %s",
                       phase == BEFORE ? "not yet valid, but still applied: thisUpdate"
                                       : "out of date, but still applied: nextUpdate",
                       its, ours);
    } else if (!has_end && phase == WITHIN && is_first(w) && trust->require_crl) {
        (void)snprintf(words, sizeof words, "not current, but still applied: no nextUpdate");
    }
    if (words[0] != '\0' && !RL_FAULT("D18: a warning of an out-of-date CRL"))
        warn_of_crl(w, crl, words);
}

static void check_crl_signers(const struct warning *w, const rl_crl *crl, const char *fault,
                              bool lacks_sign)
{
    if (fault != NULL && !RL_FAULT("D18: a warning of an ignored CRL"))
        warn_of_crl(w, crl, fault);
    if (fault == NULL && lacks_sign && !RL_FAULT("D18: a warning of an issuer without cRLSign"))
        warn_of_crl(w, crl,
                    "its signer's keyUsage lacks cRLSign; applied to certificates that it issued");
    if (crl->limit != NULL)
        warn_of_crl(w, crl, crl->limit);
}

static void check_crl(struct warning *w, const rl_trust *trust, const rl_crl *crl)
{
    bool lacks_sign;
    const char *fault = why_ignored(crl, &lacks_sign);
    if (is_first(w))
        check_crl_signers(w, crl, fault, lacks_sign);
    if (fault == NULL)
        check_crl_dates(w, trust, crl);
}

reload_time rl_trust_warnings(const rl_trust *trust, reload_time time, reload_time since,
                              rl_trust_warning *warn, void *arg)
{
    struct warning w = {.warn = warn,
                        .arg = arg,
                        .time = rl_whole_second(time),
                        .since = since == RELOAD_NO_TIME ? since : rl_whole_second(since),
                        .next = RELOAD_NO_TIME};
    const struct given_list lists[] = {
        {RELOAD_GIVEN_CA, &trust->anchors, &trust->anchor_files},
        {RELOAD_GIVEN_INTERMEDIATES, &trust->intermediates, &trust->intermediate_files}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        check_certificates(&w, trust, &lists[i]);
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next)
        check_crl(&w, trust, crl);
    return w.next;
}

/* ---- Descriptions ---- */

static void describe_crl(const struct warning *w, const rl_crl *crl)
{
    const reload_crl_number none = {{0}};
    reload_crl_number number = none;
    char digits[RELOAD_CRL_NUMBER_SIZE], date[RELOAD_TIME_SIZE] = "", words[160];
    rl_crl_raise_number(&number, &crl->crl.crl_ext);
    reload_crl_number_text(&number, digits);
    bool has_number = reload_crl_number_compare(&number, &none) != 0;
    bool has_end = crl->crl.next_update.year != 0;
    if (has_end)
        reload_time_text(rl_date_read(&crl->crl.next_update) / RELOAD_SECOND, date);
    (void)snprintf(words, sizeof words, "%s%s, %s%s", has_number ? "number " : "no number",
                   has_number ? digits : "", has_end ? "nextUpdate " : "no nextUpdate", date);
    warn_of_crl(w, crl, words);
}

void rl_trust_describe_crls(const rl_trust *trust, size_t file, rl_trust_warning *take, void *arg)
{
    const struct warning w = {.warn = take, .arg = arg};
    for (const rl_crl *crl = trust->crls; crl != NULL; crl = crl->next)
        if (crl->file == file)
            describe_crl(&w, crl);
}
