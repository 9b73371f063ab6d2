/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy: made from options and files, and again when CRLs change. */
#include "base/fault.h"
#include "verify/verify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool fail_with(struct verify *v, reload_err err)
{
    tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(err));
    return false;
}

/* ---- Files ---- */

static reload_err take_ca(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_policy_add_ca(arg, octets, len, diag);
}

static reload_err take_intermediates(void *arg, const uint8_t *octets, size_t len,
                                     reload_diag *diag)
{
    return reload_policy_add_intermediates(arg, octets, len, diag);
}

static reload_err policy_take_crl(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    return reload_policy_add_crl(arg, octets, len, diag);
}

static struct file_state state_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return (struct file_state){.exists = false};
    return (struct file_state){.exists = true,
                               .dev = st.st_dev,
                               .ino = st.st_ino,
                               .size = st.st_size,
                               .changed = st.st_mtim};
}

static bool is_same_state(const struct file_state *a, const struct file_state *b)
{
    return a->exists == b->exists && a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static volatile sig_atomic_t hangup; /* SIGHUP came */

static void on_hangup(int number)
{
    (void)number;
    hangup = 1;
}

static void watch_hangup(void)
{
    struct sigaction old, action = {.sa_handler = on_hangup, .sa_flags = SA_RESTART};
    if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler == SIG_DFL &&
        !RL_FAULT("crls: SIGHUP reads them again")) /* nohup's stays ignored */
        (void)sigaction(SIGHUP, &action, NULL);
}

static void list_files(struct verify *v, const struct file_list *list, octets_taker *take)
{
    for (size_t i = 0; i < list->count; i++)
        v->sources[v->source_count++] = (struct source){.path = list->names[i], .take = take};
}

void policy_list_files(struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    if (!p->suite->needs_certificates)
        return;
    list_files(v, &p->ca, take_ca);
    list_files(v, &p->intermediates, take_intermediates);
    list_files(v, &p->crl, policy_take_crl);
    for (size_t i = 0; i < v->source_count; i++) {
        struct source *source = &v->sources[i];
        source->state = state_of(source->path); /* taken before the file is read */
        source->watched = source->take == policy_take_crl && source->state.exists &&
                          !path_is_standard_input(source->path);
        v->watches = v->watches || source->watched;
    }
    if (v->watches)
        watch_hangup();
    v->watched = tool_milliseconds();
}

/* ---- The policy ---- */

static bool load_secrets(struct verify *v, const struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        reload_buf secret = {0};
        bool good = secret_read(&v->tool, list->names[i], &secret);
        reload_err err =
            good ? reload_policy_add_secret(v->policy, secret.octets, secret.len) : RELOAD_OK;
        reload_buf_free(&secret);
        if (err != RELOAD_OK)
            return fail_with(v, err);
        if (!good)
            return false;
    }
    return true;
}

static void set_limits(reload_policy *policy, const struct policy_options *p)
{
    if (p->dht >= 0)
        reload_policy_set_dht(policy, (uint8_t)p->dht);
    if (p->hash >= 0)
        reload_policy_set_hash(policy, (uint8_t)p->hash);
    if (p->max_skew != NOT_SPECIFIED)
        reload_policy_set_max_skew(
            policy, p->max_skew == POLICY_NO_SKEW_LIMIT ? -1 : p->max_skew * RELOAD_SECOND);
    if (p->min_rsa_bits >= 0)
        reload_policy_set_min_rsa_bits(policy, (unsigned)p->min_rsa_bits);
    reload_policy_allow_sha1_certs(policy, p->allow_sha1_certs);
    reload_policy_require_crl(policy, p->require_crl);
    reload_policy_require_peer_signature(policy, p->require_peer_signature);
    reload_policy_remember(policy, (p->replay ? RELOAD_REMEMBER_PEERS : 0u) |
                                       (p->pair ? RELOAD_REMEMBER_REQUESTS : 0u) |
                                       (p->pin != NULL ? RELOAD_REMEMBER_PINS : 0u));
}

/* A policy with the parameters of the options, without files; NULL without memory. */
static reload_policy *policy_without_files(const struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    reload_policy *policy = reload_policy_new((reload_security)p->suite->security);
    if (policy == NULL)
        return NULL;
    if (p->overlay != NULL && reload_policy_set_overlay(policy, p->overlay) != RELOAD_OK)
        reload_policy_free(&policy);
    if (policy == NULL)
        return NULL;
    set_limits(policy, p);
    reload_policy_check_all(policy, v->options.check_all);
    return policy;
}

/* Destination of a file's octets */
struct taking {
    struct verify *v;
    struct source *source;
};

static reload_err take_source(void *arg, const uint8_t *octets, size_t len, reload_diag *diag)
{
    const struct taking *t = arg;
    reload_err err = t->source->take(t->v->policy, octets, len, diag);
    if (err == RELOAD_OK && t->v->watches)
        reload_buf_append(&t->source->octets, octets, len);
    if (t->source->octets.err != RELOAD_OK) {
        err = diag->code = t->source->octets.err;
        (void)snprintf(diag->text, sizeof diag->text, "%s", reload_strerror(err));
    }
    return err;
}

static const struct file_kind *kind_of(const struct source *source)
{
    return source->take == policy_take_crl ? &kind_crls : &kind_ca_certs;
}

static bool read_source(struct verify *v, struct source *source)
{
    struct taking taking = {v, source};
    return content_read(&v->tool, source->path, kind_of(source), take_source, &taking);
}

/* ---- Judges ---- */

static void free_judges(reload_judge **judges, size_t count)
{
    for (size_t i = 0; judges != NULL && i < count; i++)
        reload_judge_free(&judges[i]);
    free(judges);
}

/* Replaces the judges by new ones for a policy. Returns false without memory. */
static bool make_judges(struct verify *v, const reload_policy *policy)
{
    unsigned workers = pipeline_workers(v->pipeline);
    size_t count = workers == 1 ? 1 : workers + 1;
    reload_judge **judges = calloc(count, sizeof *judges);
    for (size_t i = 0; judges != NULL && i < count; i++) {
        judges[i] = reload_judge_new(policy);
        if (judges[i] == NULL) {
            free_judges(judges, count);
            return false;
        }
        reload_judge_set_cache(judges[i], (size_t)v->options.cache * 1024 * 1024);
    }
    if (judges == NULL)
        return false;
    free_judges(v->judges, v->judge_count);
    v->judges = judges;
    v->judge_count = count;
    return true;
}

bool policy_make(struct verify *v)
{
    reload_diag diag;
    v->policy = policy_without_files(v);
    if (v->policy == NULL)
        return fail_with(v, RELOAD_ERR_MEMORY);
    if (!load_secrets(v, &v->options.policy.secrets))
        return false;
    for (size_t i = 0; i < v->source_count; i++)
        if (!read_source(v, &v->sources[i]))
            return false;
    if (reload_policy_seal(v->policy, &diag) != RELOAD_OK) {
        tool_error(&v->tool, STATUS_FAILED, "%s", diag.text);
        return false;
    }
    if (!make_judges(v, v->policy))
        return fail_with(v, RELOAD_ERR_MEMORY);
    if (!v->options.capture_time)
        policy_check_crls(v, policy_time(v));
    return true;
}

reload_time policy_time(const struct verify *v)
{
    return v->options.time != TIME_NOT_SPECIFIED ? v->options.time : tool_now();
}

static void warn_of(void *arg, reload_given given, size_t file, const char *words)
{
    const struct verify *v = arg;
    const struct policy_options *p = &v->options.policy;
    const struct file_list *const lists[] = {[RELOAD_GIVEN_CA] = &p->ca,
                                             [RELOAD_GIVEN_INTERMEDIATES] = &p->intermediates,
                                             [RELOAD_GIVEN_CRL] = &p->crl};
    tool_warn_file(&v->tool, lists[given]->names[file], "%s", words);
}

/* Whether time has changed a warning since the CRLs were checked. */
static bool warning_is_due(const struct verify *v, reload_time now)
{
    return v->next_warning != RELOAD_NO_TIME && now >= v->next_warning &&
           !v->options.capture_time && !RL_FAULT("crls: one that goes out of date during the run");
}

void policy_check_crls(struct verify *v, reload_time now)
{
    if (v->crls_checked && !warning_is_due(v, now))
        return;
    reload_time since = v->crls_checked ? v->checked : RELOAD_NO_TIME;
    v->next_warning = reload_policy_warnings(v->policy, now, since, warn_of, v);
    v->checked = now;
    v->crls_checked = true;
}

/* ---- CRLs that change ---- */

static bool some_changed(const struct verify *v)
{
    for (size_t i = 0; i < v->source_count; i++) {
        struct file_state state = state_of(v->sources[i].path);
        if (v->sources[i].watched && !is_same_state(&state, &v->sources[i].state))
            return true;
    }
    return false;
}

/* Reads the watched files into next. Returns the one that could not be read, or NULL. */
static const struct source *read_watched(struct verify *v, reload_diag *diag)
{
    const struct source *failed = NULL;
    for (size_t i = 0; i < v->source_count; i++) {
        struct source *source = &v->sources[i];
        if (!source->watched)
            continue;
        source->state = state_of(
            source
                ->path); /* recorded after a failure too, so that each change causes one warning */
        if (failed == NULL && !file_load(source->path, kind_of(source), &source->next, diag))
            failed = source;
    }
    return failed;
}

/* Makes a sealed policy from the files as they were read last. On failure, returns the file that
 * could not be used, if any. */
static const struct source *make_next(const struct verify *v, reload_policy **policy,
                                      reload_diag *diag)
{
    *diag = (reload_diag){.code = RELOAD_ERR_MEMORY};
    (void)snprintf(diag->text, sizeof diag->text, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    *policy = policy_without_files(v);
    for (size_t i = 0; i < v->source_count && *policy != NULL; i++) {
        const struct source *source = &v->sources[i];
        const reload_buf *octets = source->watched ? &source->next : &source->octets;
        if (content_take(&v->tool, octets, kind_of(source), source->take, *policy, diag) !=
            RELOAD_OK) {
            reload_policy_free(policy);
            return source;
        }
    }
    if (*policy != NULL && reload_policy_seal(*policy, diag) != RELOAD_OK)
        reload_policy_free(policy);
    return NULL;
}

static void note_crl(void *arg, reload_given given, size_t file, const char *words)
{
    const struct verify *v = arg;
    (void)given;
    tool_warn(&v->tool, "%s: read again: %s", v->options.policy.crl.names[file], words);
}

/* Finds the CRLs whose files have changed, and keeps the new octets. */
static void note_changes(struct verify *v)
{
    const struct policy_options *p = &v->options.policy;
    size_t changed = 0, first = v->source_count - p->crl.count;
    for (size_t i = first; i < v->source_count; i++) {
        reload_buf *old = &v->sources[i].octets, *next = &v->sources[i].next;
        if (!v->sources[i].watched ||
            (old->len == next->len && memcmp(old->octets, next->octets, old->len) == 0))
            continue;
        reload_policy_describe_crls(v->policy, i - first, note_crl, v);
        reload_buf swapped = *old;
        *old = *next;
        *next = swapped;
        changed++;
    }
    if (changed == 0)
        tool_warn(&v->tool, "the CRLs were read again; none has changed");
}

static void replace_policy(struct verify *v, reload_policy *policy)
{
    reload_policy_free(&v->policy);
    v->policy = policy;
    if (!RL_FAULT("crls: a note on those read again"))
        note_changes(v);
    v->crls_checked = false;
    if (!v->options.capture_time)
        policy_check_crls(v, policy_time(v));
}

static void read_again(struct verify *v)
{
    reload_diag diag = {0};
    reload_policy *policy = NULL;
    const struct source *failed = read_watched(v, &diag);
    if (failed == NULL)
        failed = make_next(v, &policy, &diag);
    if (policy != NULL && make_judges(v, policy))
        replace_policy(v, policy);
    else
        reload_policy_free(&policy);
    if (v->policy != policy)
        tool_warn_file(&v->tool, failed == NULL ? NULL : failed->path,
                       "%s; the CRLs that were read before stay in use", diag.text);
    for (size_t i = 0; i < v->source_count; i++)
        reload_buf_free(&v->sources[i].next);
}

void policy_refresh(struct verify *v)
{
    enum { PERIOD_MS = 60 * 1000 };
    if (!v->watches)
        return;
    bool asked = hangup != 0;
    int64_t now = tool_milliseconds();
    if (!asked && now - v->watched < PERIOD_MS)
        return;
    hangup = 0;
    v->watched = now;
    if (!asked && (!some_changed(v) || RL_FAULT("crls: a change is noticed")))
        return;
    slots_finish(v); /* judged by the old policy */
    read_again(v);
}

void policy_forget(struct verify *v)
{
    for (size_t i = 0; i < v->source_count; i++)
        reload_buf_free(&v->sources[i].octets);
    free_judges(v->judges, v->judge_count);
    reload_policy_free(&v->policy);
}
