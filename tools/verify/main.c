/* reload-verify: judges messages as a receiving peer must. */
#include "store/remember.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    SECRET = 256,
    NONE,
    CA,
    INTERMEDIATES,
    CRL,
    MIN_RSA_BITS,
    ALLOW_SHA1_CERTS,
    PROFILE,
    OVERLAY,
    DHT,
    HASH,
    TIME,
    MAX_SKEW,
    REQUIRE_PEER_SIGNATURE,
    REPLAY,
    REPLAY_STATE,
    REPLAY_PEERS,
    PAIR,
    PIN,
    REPORT_JSON,
    LINT,
    EXPLAIN
};

/* clang-format off */
static const struct tool_option options[] = {
    {SECRET, "secret", "FILE", "the overlay runs under HMAC with this shared secret; if given again, any one will do"},
    {CA, "ca", "FILE", "the overlay runs under CERTS with this CA certificate; if given again, any one will do"},
    {NONE, "none", NULL, "the overlay runs under NONE"},
    {PROFILE, "profile", "FILE", "the overlay's profile, which other options override"},
    {INTERMEDIATES, "intermediates", "FILE", "certificates that may stand between a message's and the CA's"},
    {CRL, "crl", "FILE", "a revocation list of a CA"},
    {MIN_RSA_BITS, "min-rsa-bits", "N", "the smallest RSA key that is taken (default: 2048)"},
    {ALLOW_SHA1_CERTS, "allow-sha1-certs", NULL, "take certificates that are signed with SHA-1"},
    {OVERLAY, "overlay", "NAME", "the overlay's name; another Overlay field is a mismatch"},
    {DHT, "dht", "NAME", "the overlay's DHT algorithm, by name or number"},
    {HASH, "hash", "NAME", "the overlay's hash algorithm, by name or number"},
    {TIME, "time", "TIME", "the time of checking (default: now), or capture: when each message was captured"},
    {MAX_SKEW, "max-skew", "SECONDS", "how far a TIMESTAMP may be off (default: 300), or none"},
    {REQUIRE_PEER_SIGNATURE, "require-peer-signature", NULL, "SOURCE-INFO must have a PEER-SIGNATURE"},
    {REPLAY, "replay", NULL, "a request that came before in this run is a replay"},
    {REPLAY_STATE, "replay-state", "FILE", "so is one that came in another run with this file, which is made where it is missing"},
    {REPLAY_PEERS, "replay-peers", "N", "how many peers are remembered for that (default: 1000000)"},
    {PAIR, "pair", NULL, "a response must match a request that came before in this run"},
    {PIN, "pin", "FILE", "the overlay runs under CERTS with certificates that sign themselves; FILE remembers their keys"},
    {REPORT_JSON, "json", NULL, "report as JSON, a line a message"},
    {LINT, "lint", NULL, "tell what breaks the drafts too; it changes no verdict"},
    {EXPLAIN, "explain", NULL, "say of a wrong digest by which misreading of the drafts it fits"},
    {'f', "format", "FORM", "be a filter: write the valid messages themselves, as binary, json or hex"},
    {'v', "verbose", NULL, "report each signature too"},
    {'i', "input", "FORM", "read binary, json or hex, instead of telling it by the first octets"},
    {'o', "output", "FILE", "write to FILE instead of standard output"},
    {'q', "quiet", NULL, "no report, only errors; the exit status tells"},
    {0, NULL, NULL, NULL},
};
/* clang-format on */

static const struct tool_help help = {
    "reload-verify (--secret=FILE | --ca=FILE | --pin=FILE | --none | --profile=FILE) [options] "
    "[FILE...]",
    "Judges RELOAD messages as a receiving peer must; the status is 0 where all of them pass.",
    options,
};

enum report_form { REPORT_LINES, REPORT_AS_JSON, REPORT_FILTER };

struct verify {
    struct tool tool;
    enum report_form report_form;
    enum tool_octets_form form; /* of a filter */
    bool verbose;
    bool has_time, captured_time; /* the time of checking is told, or is each message's own */
    bool crls_checked;
    reload_security lint; /* the algorithm to lint under; RELOAD_SECURITY_OPEN: do not */
    bool explain;
    int64_t time;
    struct remember remember;
    bool stopped; /* what is remembered cannot be read or written, and so nothing more can be judged
                   */
    reload_policy *policy;
    reload_judge *judge;
    reload_store store;
    bool stores; /* something is remembered */
    reload_report report;
    struct output out;
    struct input in;
};

__attribute__((format(printf, 2, 3))) static void print(struct verify *v, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0)
        (void)output_write(&v->out, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

static void print_escaped(struct verify *v, const char *text)
{
    (void)reload_escape((const uint8_t *)text, strlen(text), output_write, &v->out);
}

static void print_signatures(struct verify *v, const reload_msg *msg, const reload_report *report,
                             const char *indent)
{
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = &report->signatures[i];
        char pointer[256];
        if (!reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer))
            pointer[0] = '\0';
        print(v, "%s    %s %s: %s", indent, reload_msg_attr(msg, signature->attr)->def->name,
              pointer, reload_verdict_text(signature->verdict));
        if (signature->reason != RELOAD_REASON_NONE)
            print(v, ": %s", reload_reason_text(signature->reason));
        if (signature->has_timestamp)
            print(v, ", TIMESTAMP %" PRIu32, signature->timestamp);
        if (signature->signer != NULL)
            print(v, ", signer %s", reload_cert_subject(signature->signer)); /* escaped already */
        if (signature->attr > reload_msg_signature(msg))
            print(v, ", unauthenticated: it stands behind the SIGNATURE"); /* D27: whoever signed
                                                                              it, nobody vouches for
                                                                              its being here */
        print(v, "\n");
    }
}

/* Where the findings of a message go. */
struct lint_lines {
    struct verify *v;
    const reload_msg *msg;
    const char *before; /* indent of a report; of a warning, what it says first */
};

/* "put-destination /attributes/1/value/0: … (B§9.1, D17)" */
static void finding_text(const reload_msg *msg, const reload_finding *finding, char *text,
                         size_t size)
{
    const reload_rule_def *rule = reload_rule_def_of(finding->rule);
    const char *level = reload_level_text(rule->level);
    char pointer[256];
    if (!reload_finding_pointer(msg, finding, pointer, sizeof pointer))
        pointer[0] = '\0';
    (void)snprintf(text, size, "lint: %s %s: %s (%s%s%s)", rule->word, pointer, finding->detail,
                   level == NULL ? "" : level, level == NULL ? "" : ", ", rule->section);
}

static int print_finding(void *arg, const reload_finding *finding)
{
    const struct lint_lines *lines = arg;
    char text[640];
    finding_text(lines->msg, finding, text, sizeof text);
    print(lines->v, "%s    %s\n", lines->before, text);
    return lines->v->out.failed ? -1 : 0;
}

static int warn_of_finding(void *arg, const reload_finding *finding)
{
    const struct lint_lines *lines = arg;
    const struct verify *v = lines->v;
    char text[640];
    finding_text(lines->msg, finding, text, sizeof text);
    tool_warn(&v->tool, "%s: offset %" PRIu64 ": message %" PRIu64 ": %s%s", v->in.file,
              v->in.origin.offset, v->in.origin.index, lines->before, text);
    return 0;
}

/* Tells what is found in a message that is not to be told of as JSON. */
static void lint(struct verify *v, const reload_msg *msg, reload_lint_sink sink, const char *before)
{
    struct lint_lines lines = {v, msg, before};
    reload_err err = v->lint == RELOAD_SECURITY_OPEN || v->tool.quiet
                         ? RELOAD_OK
                         : reload_lint(v->lint, msg, sink, &lines);
    if (err != RELOAD_OK && err != RELOAD_ERR_WRITE) /* which has been told */
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": %s", v->in.file, v->in.index,
                   reload_strerror(err));
}

/* For a filter: of the message, and of those that it carries. */
static void lint_warn(struct verify *v, const reload_msg *msg, const reload_report *report)
{
    lint(v, msg, warn_of_finding, report == &v->report ? "" : "tunnelled: ");
    for (size_t i = 0; i < report->tunnelled_count; i++)
        lint_warn(v, report->tunnelled[i].msg, &report->tunnelled[i].report);
}

/* What is said of a wrong digest, in parts; false when i is past the last. */
static bool explanation_text(const reload_explanation *explanation, size_t i, char *text,
                             size_t size)
{
    if (i < explanation->count) {
        const reload_fit *fit = &explanation->fits[i];
        char words[768];
        reload_fit_text(fit, words, sizeof words);
        (void)snprintf(text, size, "the digest fits: %s%s%s: %s", fit->readings[0]->word,
                       fit->count > 1 ? ", " : "", fit->count > 1 ? fit->readings[1]->word : "",
                       words);
        return true;
    }
    if (i > 0)
        return false;
    (void)snprintf(text, size, "%s%s%s",
                   explanation->no_digest ? "there is no digest" : "no known misreading fits",
                   explanation->key_fits ? "; the certificate's key has signed other octets" : "",
                   explanation->incomplete ? "; not all were tried" : "");
    return true;
}

/* "explain: SIGNATURE /attributes/2: the digest fits: …", a line a fit, on standard error where v
 * is a filter. */
static void print_explanations(struct verify *v, const reload_msg *msg, const reload_report *report,
                               const char *indent)
{
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = &report->signatures[i];
        char pointer[256], text[900];
        if (!reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer))
            pointer[0] = '\0';
        for (size_t k = 0; signature->explanation != NULL &&
                           explanation_text(signature->explanation, k, text, sizeof text);
             k++) {
            const char *name = reload_msg_attr(msg, signature->attr)->def->name;
            if (v->report_form == REPORT_FILTER)
                tool_warn(&v->tool,
                          "%s: offset %" PRIu64 ": message %" PRIu64 ": explain: %s %s: %s",
                          v->in.file, v->in.origin.offset, v->in.origin.index, name, pointer, text);
            else
                print(v, "%s    explain: %s %s: %s\n", indent, name, pointer, text);
        }
    }
}

/* "RESOURCE-PUT request: invalid: bad-digest (431): …", and what it carries on lines of its own.
 * msg: NULL for no message. */
static void print_report(struct verify *v, const reload_msg *msg, const reload_report *report,
                         unsigned depth)
{
    const char *const indents[RELOAD_MAX_TUNNEL + 1] = {"", "    ", "        ", "            ",
                                                        "                "};
    if (msg != NULL) {
        const char *name = reload_name(RELOAD_NAMES_METHOD, reload_msg_field(msg, RELOAD_F_METHOD));
        if (name != NULL)
            print(v, "%s", name);
        else
            print(v, "method %" PRIu32, reload_msg_field(msg, RELOAD_F_METHOD));
        print(v, " %s: ", reload_msg_field(msg, RELOAD_F_RESPONSE) != 0 ? "response" : "request");
    }
    print(v, "%s", reload_verdict_text(report->verdict));
    if (report->reason != RELOAD_REASON_NONE && report->reason != RELOAD_REASON_MALFORMED)
        print(v, ": %s", reload_reason_text(report->reason));
    if (report->response_code != 0)
        print(v, " (%u)", report->response_code);
    if (report->detail[0] != '\0') {
        print(v, ": ");
        print_escaped(v, report->detail);
    }
    if (report->has_round_trip)
        print(v, ", round trip %.6f s", (double)report->round_trip / 1000000);
    print(v, "\n");
    if (v->verbose && msg != NULL)
        print_signatures(v, msg, report, indents[depth]);
    if (msg != NULL) {
        print_explanations(v, msg, report, indents[depth]);
        lint(v, msg, print_finding, indents[depth]);
    }
    for (size_t i = 0; i < report->tunnelled_count && depth < RELOAD_MAX_TUNNEL; i++) {
        print(v, "%s    tunnelled: ", indents[depth]);
        print_report(v, report->tunnelled[i].msg, &report->tunnelled[i].report, depth + 1);
    }
}

/* "put.bin: offset 0: message 1: …" */
static void print_line(struct verify *v, const reload_msg *msg)
{
    print_escaped(v, v->in.file);
    print(v, ": offset %" PRIu64 ": message %" PRIu64 ": ", v->in.origin.offset,
          v->in.origin.index);
    print_report(v, msg, &v->report, 0);
}

/* Passes a message on that may be passed on; says of another why not. */
static void filter(struct verify *v)
{
    if (reload_verdict_passes(v->report.verdict)) {
        tool_write_message(&v->out, v->in.msg, v->form, NULL, 0);
    } else if (v->report.verdict == RELOAD_INVALID) {
        tool_warn(&v->tool, "%s: offset %" PRIu64 ": message %" PRIu64 ": not passed on: %s: %s",
                  v->in.file, v->in.origin.offset, v->in.origin.index,
                  reload_reason_text(v->report.reason), v->report.detail);
        print_explanations(v, v->in.msg, &v->report, "");
    }
}

static void report(struct verify *v, const reload_msg *msg)
{
    if (v->report_form == REPORT_FILTER) {
        if (msg != NULL) {
            filter(v);
            lint_warn(v, msg, &v->report);
        }
    } else if (v->tool.quiet) {
        return;
    } else if (v->report_form == REPORT_AS_JSON) {
        output_check(&v->out, v->lint == RELOAD_SECURITY_OPEN
                                  ? reload_json_write_report(&v->report, msg, &v->in.origin,
                                                             output_write, &v->out)
                                  : reload_json_write_report_lint(&v->report, msg, &v->in.origin,
                                                                  v->lint, output_write, &v->out));
        (void)output_write(&v->out, "\n", 1);
    } else {
        print_line(v, msg);
    }
}

static void warn_of_crl(void *arg, const char *words)
{
    struct verify *v = arg;
    tool_warn(&v->tool, "warning: %s", words);
}

/* Tells once what is not in order about the CRLs, as of the first time of checking (D18). */
static void check_crls(struct verify *v, int64_t at)
{
    if (!v->crls_checked)
        reload_policy_crl_warnings(v->policy, at * RELOAD_SECOND, warn_of_crl, v);
    v->crls_checked = true;
}

static void judge(struct verify *v)
{
    reload_diag diag;
    int64_t captured = v->in.item.captured;
    if (v->captured_time && captured == RELOAD_NO_TIME) {
        tool_error(&v->tool, STATUS_FAILED,
                   "%s: message %" PRIu64
                   ": could not be checked: it does not say when it was captured",
                   v->in.file, v->in.index);
        return;
    }
    int64_t at = v->captured_time ? captured / 1000000
                 : v->has_time    ? v->time
                                  : (int64_t)time(NULL);
    check_crls(v, at);
    const reload_moment moment = {at * RELOAD_SECOND, captured};
    reload_err err =
        reload_verify(v->judge, v->in.msg, moment, v->stores ? &v->store : NULL, &v->report);
    if (!remember_message(&v->remember, err == RELOAD_OK)) {
        v->stopped = true;
        return;
    }
    if (err != RELOAD_OK) {
        v->stopped = err == RELOAD_ERR_READ || err == RELOAD_ERR_WRITE;
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked%s%s",
                   v->in.file, v->in.index, v->stopped ? "" : ": ",
                   v->stopped ? "" : reload_strerror(err));
        return;
    }
    if (v->explain && !v->tool.quiet &&
        (err = reload_explain(v->policy, v->in.msg, &v->report)) != RELOAD_OK)
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be explained: %s",
                   v->in.file, v->in.index, reload_strerror(err));
    if (v->report.verdict == RELOAD_MALFORMED && reload_msg_check(v->in.msg, &diag) != RELOAD_OK)
        input_error(&v->in, STATUS_INVALID, &diag);
    if (!reload_report_passed(&v->report))
        tool_status(&v->tool, STATUS_INVALID);
    report(v, v->in.msg);
}

/* Garbage, and JSON or hex text that makes no message. */
static void report_no_message(struct verify *v)
{
    reload_report_free(&v->report); /* nothing of the message before it */
    v->report.verdict = RELOAD_MALFORMED;
    v->report.reason = RELOAD_REASON_MALFORMED;
    const reload_diag *diag = &v->in.item.diag;
    if (diag->line > 0)
        (void)snprintf(v->report.detail, sizeof v->report.detail, "line %u, column %u: %.200s",
                       diag->line, diag->column, diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        (void)snprintf(v->report.detail, sizeof v->report.detail, "%.120s: %.120s", diag->pointer,
                       diag->text);
    else
        (void)snprintf(v->report.detail, sizeof v->report.detail, "%s", diag->text);
    report(v, NULL);
}

static void verify_all(struct verify *v)
{
    while (!v->out.failed && !v->stopped && input_next(&v->in)) {
        if (input_is_message(&v->in))
            judge(v);
        else
            report_no_message(v);
        if (!remember_commit_some(&v->remember))
            v->out.failed = true;
        output_flush_old(&v->out);
    }
}

/* What was learnt lasts before what follows from it goes out. */
static bool commit_before_flush(void *arg)
{
    struct verify *v = arg;
    return remember_commit(&v->remember);
}

/* Whoever is slow to read what is said must not hold up those who wait for what is remembered. */
static void commit_before_words(void *arg)
{
    struct verify *v = arg;
    v->tool.before_words = NULL; /* committing may have something to say itself */
    if (!remember_commit_between(&v->remember))
        v->out.failed = true;
    v->tool.before_words = commit_before_words;
}

/* The options' values until the verifier is made of them. */
struct policy {
    struct file_list secrets, ca, intermediates, crl;
    reload_profile profile;
    const char *profile_file;
    bool none;
    const char *overlay;
    int64_t dht, hash, min_rsa_bits; /* -1: not told */
    int64_t max_skew;                /* -1: not told; -2: no limit */
    bool allow_sha1_certs, require_peer_signature;
    bool replay, pair;
    const char *replay_state, *pin;
};

/* Which algorithm the options tell, or else the profile; ends the program where they do not tell
 * one. */
static reload_security algorithm(const struct verify *v, const struct policy *p)
{
    int told = (p->secrets.count > 0) + (p->ca.count > 0) + (p->pin != NULL) + p->none;
    if (told > 1)
        tool_usage(&v->tool, "--secret, --ca, --pin and --none exclude each other: an overlay is "
                             "run under one of them");
    if (told == 1)
        return p->none                ? RELOAD_SECURITY_NONE
               : p->secrets.count > 0 ? RELOAD_SECURITY_HMAC
                                      : RELOAD_SECURITY_CERTS;
    if (p->profile.security == RELOAD_SECURITY_HMAC)
        tool_usage(&v->tool, "the profile says HMAC: --secret says under which secret");
    if (p->profile.security == RELOAD_SECURITY_NONE || p->profile.security == RELOAD_SECURITY_CERTS)
        return (reload_security)p->profile.security;
    if (p->profile.security < 0 && (p->profile.ca[0] != NULL || p->profile.pin != NULL))
        return RELOAD_SECURITY_CERTS;
    tool_usage(&v->tool,
               "one of --secret, --ca, --pin, --none and --profile says how the overlay is run");
}

/* Takes from the profile what no option has said. */
static void merge_profile(struct policy *p, reload_security security)
{
    struct {
        struct file_list *list;
        char **files;
    } lists[] = {{&p->ca, p->profile.ca},
                 {&p->intermediates, p->profile.intermediates},
                 {&p->crl, p->profile.crl}};
    bool ca_told = p->ca.count > 0;
    for (size_t i = 0; security == RELOAD_SECURITY_CERTS && i < sizeof lists / sizeof lists[0]; i++)
        if (lists[i].list->count == 0)
            for (size_t k = 0; lists[i].files[k] != NULL; k++)
                lists[i].list->names[lists[i].list->count++] = lists[i].files[k];
    if (security == RELOAD_SECURITY_CERTS && p->pin == NULL && !ca_told)
        p->pin = p->profile.pin;
    p->replay = p->replay || p->profile.replay;
    p->replay_state = p->replay_state == NULL ? p->profile.replay_state : p->replay_state;
    p->pair = p->pair || p->profile.pair;
    p->overlay = p->overlay == NULL ? p->profile.overlay : p->overlay;
    p->dht = p->dht < 0 ? p->profile.dht : p->dht;
    p->hash = p->hash < 0 ? p->profile.hash : p->hash;
    p->max_skew = p->max_skew == -1 ? p->profile.max_skew : p->max_skew;
    p->min_rsa_bits = p->min_rsa_bits < 0 ? p->profile.min_rsa_bits : p->min_rsa_bits;
    p->allow_sha1_certs = p->allow_sha1_certs || p->profile.allow_sha1_certs;
    p->require_peer_signature = p->require_peer_signature || p->profile.require_peer_signature;
}

/* Gives each file's octets to one of the verifier's functions. */
static bool load_files(struct verify *v, const struct file_list *list,
                       reload_err (*add)(reload_policy *policy, const uint8_t *octets, size_t len,
                                         reload_diag *diag))
{
    enum { MAX_FILE = 64 * 1024 * 1024 };
    for (size_t i = 0; i < list->count; i++) {
        reload_buf octets = {0};
        reload_diag diag = {0};
        bool good = file_read(&v->tool, list->names[i], MAX_FILE, &octets, false);
        tool_keep(&v->tool, list->names[i]);
        if (good && add(v->policy, octets.octets, octets.len, &diag) != RELOAD_OK) {
            tool_error(&v->tool, STATUS_FAILED, "%s: %s", list->names[i], diag.text);
            good = false;
        }
        reload_buf_free(&octets);
        if (!good)
            return false;
    }
    return true;
}

static bool load_secrets(struct verify *v, const struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        reload_buf secret = {0};
        bool good = secret_read(&v->tool, list->names[i], &secret);
        reload_err err =
            good ? reload_policy_add_secret(v->policy, secret.octets, secret.len) : RELOAD_OK;
        if (err != RELOAD_OK)
            tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(err));
        reload_buf_free(&secret);
        if (!good || err != RELOAD_OK)
            return false;
    }
    return true;
}

/* Opens what is to be remembered in, and tells of what would have no effect. */
static bool make_memory(struct verify *v, const struct policy *p, reload_security security)
{
    bool replay = p->replay || p->replay_state != NULL;
    bool told = replay || p->pair;
    unsigned what;
    if (replay && security != RELOAD_SECURITY_CERTS)
        tool_warn(
            &v->tool,
            "warning: replay is looked for under CERTS only, where a Transaction ID tells of it");
    if (p->pair && security == RELOAD_SECURITY_NONE)
        tool_warn(&v->tool, "warning: under NONE responses are not matched with requests");
    if (security == RELOAD_SECURITY_NONE || (!told && p->pin == NULL))
        return true;
    if ((replay && security == RELOAD_SECURITY_CERTS &&
         !remember_peers(&v->remember, &v->tool, p->replay_state)) ||
        (p->pair && !remember_requests(&v->remember, &v->tool)) ||
        (p->pin != NULL && !remember_pins(&v->remember, &v->tool, p->pin)))
        return false;
    v->store = remember_memory(&v->remember, &what);
    v->stores = true;
    reload_policy_remember(v->policy, what);
    return true;
}

static bool make_verifier(struct verify *v, const struct policy *p, reload_security security)
{
    v->policy = reload_policy_new(security);
    if (v->policy == NULL ||
        (p->overlay != NULL && reload_policy_set_overlay(v->policy, p->overlay) != RELOAD_OK)) {
        tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return false;
    }
    if (p->dht >= 0)
        reload_policy_set_dht(v->policy, (uint8_t)p->dht);
    if (p->hash >= 0)
        reload_policy_set_hash(v->policy, (uint8_t)p->hash);
    if (p->max_skew != -1)
        reload_policy_set_max_skew(v->policy, p->max_skew < 0 ? -1 : p->max_skew * RELOAD_SECOND);
    if (p->min_rsa_bits >= 0)
        reload_policy_set_min_rsa_bits(v->policy, (unsigned)p->min_rsa_bits);
    reload_policy_allow_sha1_certs(v->policy, p->allow_sha1_certs);
    reload_policy_require_peer_signature(v->policy, p->require_peer_signature);
    if (security == RELOAD_SECURITY_HMAC)
        return load_secrets(v, &p->secrets);
    if (security == RELOAD_SECURITY_NONE)
        return true;
    if (p->ca.count == 0 && p->pin == NULL) {
        tool_error(&v->tool, STATUS_FAILED, "%s: names no CA certificate; --ca does",
                   p->profile_file);
        return false;
    }
    if (!load_files(v, &p->ca, reload_policy_add_ca) ||
        !load_files(v, &p->intermediates, reload_policy_add_intermediates) ||
        !load_files(v, &p->crl, reload_policy_add_crl))
        return false;
    return true;
}

static bool seal(struct verify *v)
{
    reload_diag diag;
    reload_err err = reload_policy_seal(v->policy, &diag);
    if (err == RELOAD_OK)
        v->judge = reload_judge_new(v->policy);
    if (v->judge == NULL)
        tool_error(&v->tool, STATUS_FAILED, "%s",
                   err == RELOAD_OK ? reload_strerror(RELOAD_ERR_MEMORY) : diag.text);
    if (v->judge != NULL && !v->captured_time)
        check_crls(v, v->has_time ? v->time : (int64_t)time(NULL));
    return v->judge != NULL;
}

static void set_report_form(struct verify *v, enum report_form form)
{
    if (v->report_form != REPORT_LINES && v->report_form != form)
        tool_usage(
            &v->tool,
            "--json reports and --format writes the messages themselves; only one of them goes");
    v->report_form = form;
}

static void run(struct verify *v, struct policy *policy, bool linting, const char *path,
                reload_form form, char **files, int count)
{
    if (policy->profile_file != NULL &&
        !profile_read(&v->tool, policy->profile_file, &policy->profile))
        return;
    reload_security security = algorithm(v, policy);
    merge_profile(policy, security);
    v->lint = linting ? security : RELOAD_SECURITY_OPEN;
    if (!make_verifier(v, policy, security) || !make_memory(v, policy, security) || !seal(v) ||
        !output_open(&v->out, &v->tool, path, 0))
        return;
    v->out.before_flush = commit_before_flush;
    v->out.before_flush_arg = v;
    v->tool.before_words = commit_before_words;
    v->tool.before_words_arg = v;
    if (input_open(&v->in, &v->tool, form, files, count, &v->out)) {
        verify_all(v);
        input_close(&v->in);
    }
    (void)output_close(&v->out);
}

int main(int argc, char **argv)
{
    struct verify v = {
        .tool = {.name = "reload-verify"},
        .remember = {.max_peers = DEFAULT_MAX_PEERS, .max_requests = DEFAULT_MAX_REQUESTS}};
    struct policy policy = {
        .dht = -1,
        .hash = -1,
        .min_rsa_bits = -1,
        .max_skew = -1,
        .profile = {.security = -1, .dht = -1, .hash = -1, .max_skew = -1, .min_rsa_bits = -1}};
    reload_form input_form = RELOAD_FORM_AUTO;
    bool linting = false;
    const char *path = NULL;
    char *argument;
    int id;
    while ((id = tool_getopt(&v.tool, argc, argv, &help, &argument)) != -1) {
        switch (id) {
        case SECRET:
            file_list_add(&v.tool, &policy.secrets, "--secret", argument);
            break;
        case CA:
            file_list_add(&v.tool, &policy.ca, "--ca", argument);
            break;
        case INTERMEDIATES:
            file_list_add(&v.tool, &policy.intermediates, "--intermediates", argument);
            break;
        case CRL:
            file_list_add(&v.tool, &policy.crl, "--crl", argument);
            break;
        case MIN_RSA_BITS:
            policy.min_rsa_bits =
                (int64_t)tool_number(&v.tool, "--min-rsa-bits", argument, 1024, 8192);
            break;
        case ALLOW_SHA1_CERTS:
            policy.allow_sha1_certs = true;
            break;
        case PROFILE:
            policy.profile_file = argument;
            break;
        case NONE:
            policy.none = true;
            break;
        case OVERLAY:
            policy.overlay = argument;
            break;
        case DHT:
            policy.dht = tool_named(&v.tool, "--dht", argument, RELOAD_NAMES_DHT);
            break;
        case HASH:
            policy.hash = tool_named(&v.tool, "--hash", argument, RELOAD_NAMES_HASH);
            break;
        case TIME:
            v.captured_time = strcmp(argument, "capture") == 0;
            v.has_time = !v.captured_time;
            v.time = v.has_time ? tool_time(&v.tool, "--time", argument) : 0;
            break;
        case MAX_SKEW:
            policy.max_skew =
                strcmp(argument, "none") == 0
                    ? -2
                    : (int64_t)tool_number(&v.tool, "--max-skew", argument, 0, UINT32_MAX);
            break;
        case REQUIRE_PEER_SIGNATURE:
            policy.require_peer_signature = true;
            break;
        case REPLAY:
            policy.replay = true;
            break;
        case REPLAY_STATE:
            policy.replay_state = argument;
            break;
        case REPLAY_PEERS:
            v.remember.max_peers = tool_number(&v.tool, "--replay-peers", argument, 1, UINT32_MAX);
            break;
        case PAIR:
            policy.pair = true;
            break;
        case PIN:
            policy.pin = argument;
            break;
        case REPORT_JSON:
            set_report_form(&v, REPORT_AS_JSON);
            break;
        case LINT:
            linting = true;
            break;
        case EXPLAIN:
            v.explain = true;
            break;
        case 'f':
            v.form = tool_octets_form(&v.tool, "--format", argument, "");
            set_report_form(&v, REPORT_FILTER);
            break;
        case 'v':
            v.verbose = true;
            break;
        case 'i':
            input_form = tool_form(&v.tool, "--input", argument);
            break;
        case 'o':
            path = argument;
            break;
        case 'q':
            v.tool.quiet = true;
            break;
        default:
            break;
        }
    }
    if (policy.profile_file == NULL)
        (void)algorithm(&v, &policy); /* a mistake is told before anything is read */
    run(&v, &policy, linting, path, input_form, argv + optind, argc - optind);
    remember_close(&v.remember);
    reload_profile_free(&policy.profile);
    reload_judge_free(&v.judge);
    reload_policy_free(&v.policy);
    reload_report_free(&v.report);
    if (v.tool.status ==
        STATUS_MALFORMED) /* for this tool, an invalid message is what 1 stands for */
        v.tool.status = STATUS_INVALID;
    return v.tool.status;
}
