/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/policy.h"

#include "base/fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void policy_skew_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    *(int64_t *)target = strcmp(text, "none") == 0
                             ? POLICY_NO_SKEW_LIMIT
                             : argument_span(tool, row->name, text, UINT32_MAX);
}

/* ---- The profile ---- */

/* Makes the name of a file in a profile relative to the profile's directory. */
static bool relocate(char **name, const char *profile_path)
{
    const char *slash = strrchr(profile_path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - profile_path) + 1, name_len = strlen(*name);
    if (len == 0 || (*name)[0] == '/')
        return true;
    char *joined = malloc(len + name_len + 1);
    if (joined == NULL)
        return false;
    memcpy(joined, profile_path, len);
    memcpy(joined + len, *name, name_len + 1);
    free(*name);
    *name = joined;
    return true;
}

static bool relocate_files(reload_profile *profile, const char *path)
{
    char **const lists[] = {profile->ca, profile->intermediates, profile->crl};
    char **const names[] = {&profile->replay_state, &profile->pin};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (*names[i] != NULL && !relocate(names[i], path))
            return false;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t k = 0; lists[i][k] != NULL; k++)
            if (!relocate(&lists[i][k], path))
                return false;
    return true;
}

/* Records all files that a profile names as files of the call, even if options override them. */
static void keep_files(struct tool *tool, const reload_profile *profile)
{
    char *const *const lists[] = {profile->ca, profile->intermediates, profile->crl};
    const char *const names[] = {profile->replay_state, profile->pin};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i] != NULL)
            tool_keep(tool, names[i]);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t k = 0; lists[i][k] != NULL; k++)
            tool_keep(tool, lists[i][k]);
}

bool profile_read_as_written(struct tool *tool, const char *path, reload_profile **profile)
{
    reload_buf text = {0};
    reload_diag diag = {0};
    bool good = file_read(tool, path, &kind_profile, &text);
    if (good &&
        reload_profile_read((const char *)text.octets, text.len, profile, &diag) != RELOAD_OK) {
        if (!content_error(tool, path, &text, &kind_profile))
            tool_error_diag(tool, path, &diag);
        good = false;
    }
    reload_buf_free(&text);
    return good;
}

/* The file that a symbolic link leads to; NULL: not a link, or to nothing. The caller frees it. */
static char *link_target(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) ? realpath(path, NULL) : NULL;
}

bool profile_read(struct tool *tool, const char *path, reload_profile **profile)
{
    bool good = profile_read_as_written(tool, path, profile);
    char *target = good ? link_target(path) : NULL;
    if (good && !relocate_files(*profile, target != NULL ? target : path)) {
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        good = false;
    }
    free(target);
    return good;
}

static bool policy_read_profile(struct tool *tool, struct policy_options *p)
{
    if (!profile_read(tool, p->profile_file, &p->profile))
        return false;
    keep_files(tool, p->profile);
    return true;
}

/* A file option replaces the profile's whole list. */
static void merge_list(struct file_list *list, char *const *files)
{
    if (list->count == 0)
        while (files[list->count] != NULL) {
            list->names[list->count] = files[list->count];
            list->count++;
        }
}

/* Takes from the profile the parameters that no option specifies. */
static void merge_profile(struct policy_options *p)
{
    const reload_profile *profile = p->profile;
    if (p->suite->needs_certificates) {
        if (p->pin == NULL && p->ca.count == 0)
            p->pin = profile->pin;
        merge_list(&p->ca, profile->ca);
        merge_list(&p->intermediates, profile->intermediates);
        merge_list(&p->crl, profile->crl);
        p->require_crl = p->require_crl || (p->pin == NULL && profile->require_crl);
    }
    p->replay = p->replay || profile->replay;
    p->replay_state = p->replay_state == NULL ? profile->replay_state : p->replay_state;
    p->pair = p->pair || profile->pair;
    p->overlay = p->overlay == NULL ? profile->overlay : p->overlay;
    p->dht = p->dht == NOT_SPECIFIED ? profile->dht : p->dht;
    p->hash = p->hash == NOT_SPECIFIED ? profile->hash : p->hash;
    p->max_skew = p->max_skew == NOT_SPECIFIED ? profile->max_skew : p->max_skew;
    p->min_rsa_bits = p->min_rsa_bits == NOT_SPECIFIED ? profile->min_rsa_bits : p->min_rsa_bits;
    p->allow_sha1_certs = p->allow_sha1_certs || profile->allow_sha1_certs;
    p->require_peer_signature = p->require_peer_signature || profile->require_peer_signature;
}

/* ---- The algorithm ---- */

const reload_suite *policy_suite(reload_suite_kind kind)
{
    const reload_suite *suite;
    for (size_t i = 0; (suite = reload_suite_at(i)) != NULL; i++)
        if (suite->kind == kind)
            return suite;
    return NULL;
}

static int algorithms_specified(const struct policy_options *p)
{
    return (p->secrets.count > 0) + (p->ca.count > 0) + (p->pin != NULL) + p->none;
}

/* An option that would have no effect is a usage error. */
static void check_require_crl(const struct tool *tool, const struct policy_options *p, bool chains)
{
    if (p->require_crl && !chains)
        tool_usage(tool,
                   "--require-crl requires --ca: other certificates have no issuer with a CRL");
}

/* For reload-verify, before any file is opened: ends the program if the options contradict each
 * other, or specify neither an algorithm nor a profile. */
static void policy_check(const struct tool *tool, const struct policy_options *p)
{
    int specified = algorithms_specified(p);
    if (specified > 1)
        tool_usage(tool, "--secret, --ca, --pin and --none cannot be combined: an overlay uses "
                         "one algorithm");
    if (specified == 0 && p->profile_file == NULL)
        tool_usage(tool, "one of --secret, --ca, --pin, --none or --profile is required");
    check_require_crl(tool, p, p->secrets.count == 0 && p->pin == NULL && !p->none);
}

/* The profile's algorithm by its name, or as a number if it is not a known one. */
static const char *security_words(const struct policy_options *p, char text[24])
{
    int64_t security = p->profile->security;
    const char *name = reload_name(RELOAD_NAMES_SECURITY, (uint32_t)security);
    (void)snprintf(text, 24, "%" PRId64, security);
    return name == NULL ? text : name;
}

/* Ends the program if neither the options nor the profile give the algorithm. */
static const reload_suite *decide_suite(const struct tool *tool, const struct policy_options *p)
{
    if (p->none)
        return policy_suite(RELOAD_SUITE_NONE);
    if (p->secrets.count > 0)
        return policy_suite(RELOAD_SUITE_MAC);
    if (p->ca.count > 0 || p->pin != NULL)
        return policy_suite(RELOAD_SUITE_PUBLIC_KEY);
    int64_t security = p->profile->security;
    const reload_suite *suite = security < 0 ? NULL : reload_suite_of((uint32_t)security);
    if (suite != NULL && suite->kind == RELOAD_SUITE_MAC)
        tool_usage(tool, "%s: security is %s, which requires --secret", p->profile_file,
                   suite->name);
    if (suite != NULL)
        return suite;
    if (security < 0 && (p->profile->ca[0] != NULL || p->profile->pin != NULL))
        return policy_suite(RELOAD_SUITE_PUBLIC_KEY);
    char words[24];
    tool_usage(tool, "%s: security is %s%s; one of --secret, --ca, --pin or --none is required",
               p->profile_file, security < 0 ? "missing" : security_words(p, words),
               security < 0 ? "" : ", which is unknown");
}

static bool has_certificates(const reload_suite *suite)
{
    return suite->needs_certificates;
}

static bool has_signatures(const reload_suite *suite)
{
    return suite->kind != RELOAD_SUITE_NONE;
}

/* The names of the algorithms with a property: "HMAC or CERTS". */
static const char *suite_names(bool (*has)(const reload_suite *suite), char text[64])
{
    const reload_suite *suite, *last = NULL;
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; (suite = reload_suite_at(i)) != NULL; i++)
        last = has(suite) ? suite : last;
    for (size_t i = 0; (suite = reload_suite_at(i)) != NULL && len < 64; i++)
        if (has(suite))
            len += (size_t)snprintf(text + len, 64 - len, "%s%s",
                                    len == 0        ? ""
                                    : suite == last ? " or "
                                                    : ", ",
                                    suite->name);
    return text;
}

/* Ends the program if an option has no effect under the algorithm that the profile gives. Options
 * that give the algorithm are compared by the options' rows. */
static void check_effect(const struct tool *tool, const struct policy_options *p)
{
    const struct {
        bool specified;
        bool (*required)(const reload_suite *suite);
        const char *name;
    } options[] = {
        {p->crl.count > 0, has_certificates, "crl"},
        {p->intermediates.count > 0, has_certificates, "intermediates"},
        {p->min_rsa_bits != NOT_SPECIFIED, has_certificates, "min-rsa-bits"},
        {p->allow_sha1_certs, has_certificates, "allow-sha1-certs"},
        {p->replay, has_certificates, "replay"},
        {p->replay_state != NULL, has_certificates, "replay-state"},
        {p->pair, has_signatures, "pair"},
        {p->max_skew != NOT_SPECIFIED, has_signatures, "max-skew"},
        {p->require_peer_signature, has_signatures, "require-peer-signature"},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char names[64];
        if (options[i].specified && !options[i].required(p->suite))
            tool_usage(tool, "--%s requires %s, but the security of %s is %s", options[i].name,
                       suite_names(options[i].required, names), p->profile_file, p->suite->name);
    }
}

/* Drops parameters of a profile that have no effect under the algorithm, with a warning. */
static void drop_without_effect(const struct tool *tool, struct policy_options *p)
{
    p->replay = p->replay || p->replay_state != NULL;
    if (p->replay && !has_certificates(p->suite)) {
        char names[64];
        tool_warn_file(tool, p->profile_file,
                       "replay is detected under %s only, where Transaction IDs are numbered",
                       suite_names(has_certificates, names));
        p->replay = false;
        p->replay_state = NULL;
    }
    if (p->pair && !has_signatures(p->suite)) {
        tool_warn_file(tool, p->profile_file, "under %s, responses are not matched with requests",
                       p->suite->name);
        p->pair = false;
    }
}

/* Whether the profile has another algorithm than the options, and the words for it. */
static bool is_other_security(const struct policy_options *p, char *words, size_t size)
{
    char security[24];
    (void)snprintf(words, size, "security is %s, but the options specify %s",
                   security_words(p, security), p->suite->name);
    return p->profile->security >= 0 && p->profile->security != (int64_t)p->suite->security;
}

/* What the profile has for its own algorithm, such as its CAs, then has no effect. */
static void warn_of_other_security(const struct tool *tool, const struct policy_options *p)
{
    char words[96];
    if (is_other_security(p, words, sizeof words) &&
        !RL_FAULT("options: a warning that they specify another algorithm"))
        tool_warn_file(tool, p->profile_file, "%s", words);
}

static void warn_without_crl(const struct tool *tool, const struct policy_options *p)
{
    if (p->suite->needs_certificates && p->require_crl && p->crl.count == 0 &&
        !RL_FAULT("crls: a warning that none is given"))
        tool_warn_file(tool, p->profile_file,
                       "every certificate will be rejected: a CRL is required, but none is given");
}

bool policy_load(struct tool *tool, struct policy_options *p)
{
    policy_check(tool, p);
    if (p->profile_file != NULL && !policy_read_profile(tool, p))
        return false;
    p->suite = decide_suite(tool, p);
    check_require_crl(tool, p,
                      p->suite->needs_certificates &&
                          (p->ca.count > 0 || p->profile == NULL || p->profile->pin == NULL));
    if (p->profile_file != NULL) {
        check_effect(tool, p);
        warn_of_other_security(tool, p);
        merge_profile(p);
    }
    if (p->suite->needs_certificates && p->ca.count == 0 && p->pin == NULL) {
        tool_error_file(tool, STATUS_FAILED, p->profile_file,
                        "security is %s, but ca is missing; --ca is required", p->suite->name);
        return false;
    }
    drop_without_effect(tool, p);
    warn_without_crl(tool, p);
    return true;
}

bool policy_load_as(struct tool *tool, struct policy_options *p, const reload_suite *suite,
                    bool force)
{
    char words[96];
    p->suite = suite;
    if (p->profile_file == NULL)
        return true;
    if (!policy_read_profile(tool, p))
        return false;
    if (is_other_security(p, words, sizeof words) && !force) {
        tool_error_file(tool, STATUS_FAILED, p->profile_file, "%s", words);
        return false;
    }
    merge_profile(p);
    return true;
}

void policy_free(struct policy_options *p)
{
    reload_profile_free(&p->profile);
}
