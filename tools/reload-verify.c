/* reload-verify: judges messages as a receiving peer must. */
#include "common/tool.h"

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
    REPORT_JSON
};

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
    {TIME, "time", "TIME", "the time of checking (default: now)"},
    {MAX_SKEW, "max-skew", "SECONDS", "how far a TIMESTAMP may be off (default: 300), or none"},
    {REQUIRE_PEER_SIGNATURE, "require-peer-signature", NULL, "SOURCE-INFO must have a PEER-SIGNATURE"},
    {REPORT_JSON, "json", NULL, "report as JSON, a line a message"},
    {'f', "format", "FORM", "be a filter: write the valid messages themselves, as binary, json or hex"},
    {'v', "verbose", NULL, "report each signature too"},
    {'i', "input", "FORM", "read binary, json or hex, instead of telling it by the first octets"},
    {'o', "output", "FILE", "write to FILE instead of standard output"},
    {'q', "quiet", NULL, "no report, only errors; the exit status tells"},
    {0, NULL, NULL, NULL},
};

static const struct tool_help help = {
    "reload-verify (--secret=FILE | --ca=FILE | --none | --profile=FILE) [options] [FILE...]",
    "Judges RELOAD messages as a receiving peer must; the status is 0 where all of them pass.",
    options,
};

enum report_form { REPORT_LINES, REPORT_AS_JSON, REPORT_FILTER };

struct verify {
    struct tool tool;
    enum report_form report_form;
    enum tool_octets_form form; /* of a filter */
    bool verbose;
    bool has_time;
    int64_t time;
    reload_verifier *verifier;
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

static void print_signatures(struct verify *v, const reload_msg *msg, const reload_report *report, const char *indent)
{
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = &report->signatures[i];
        char pointer[256];
        if (!reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer))
            pointer[0] = '\0';
        print(v, "%s    %s %s: %s", indent, reload_msg_attr(msg, signature->attr)->def->name, pointer,
              reload_verdict_text(signature->verdict));
        if (signature->reason != RELOAD_REASON_NONE)
            print(v, ": %s", reload_reason_text(signature->reason));
        if (signature->has_timestamp)
            print(v, ", TIMESTAMP %" PRIu32, signature->timestamp);
        if (signature->signer != NULL)
            print(v, ", signer %s", reload_cert_subject(signature->signer)); /* escaped already */
        print(v, "\n");
    }
}

/* "RESOURCE-PUT request: invalid: bad-digest (431): …", and what it carries on lines of its own. msg: NULL for no message. */
static void print_report(struct verify *v, const reload_msg *msg, const reload_report *report, unsigned depth)
{
    const char *const indents[RELOAD_MAX_TUNNEL + 1] = {"", "    ", "        ", "            ", "                "};
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
    print(v, "\n");
    if (v->verbose && msg != NULL)
        print_signatures(v, msg, report, indents[depth]);
    for (size_t i = 0; i < report->tunnelled_count && depth < RELOAD_MAX_TUNNEL; i++) {
        print(v, "%s    tunnelled: ", indents[depth]);
        print_report(v, report->tunnelled[i].msg, &report->tunnelled[i].report, depth + 1);
    }
}

/* "put.bin: offset 0: message 1: …" */
static void print_line(struct verify *v, const reload_msg *msg)
{
    print_escaped(v, v->in.file);
    print(v, ": offset %" PRIu64 ": message %" PRIu64 ": ", v->in.origin.offset, v->in.origin.index);
    print_report(v, msg, &v->report, 0);
}

/* Passes a message on that may be passed on; says of another why not. */
static void filter(struct verify *v)
{
    if (v->report.verdict == RELOAD_VALID || v->report.verdict == RELOAD_UNSECURED)
        tool_write_message(&v->out, v->in.msg, v->form, NULL, 0);
    else if (v->report.verdict == RELOAD_INVALID)
        tool_warn(&v->tool, "%s: offset %" PRIu64 ": message %" PRIu64 ": not passed on: %s: %s", v->in.file, v->in.origin.offset,
                  v->in.origin.index, reload_reason_text(v->report.reason), v->report.detail);
}

static void report(struct verify *v, const reload_msg *msg)
{
    if (v->report_form == REPORT_FILTER) {
        if (msg != NULL)
            filter(v);
    } else if (v->tool.quiet) {
        return;
    } else if (v->report_form == REPORT_AS_JSON) {
        output_check(&v->out, reload_json_write_report(&v->report, msg, &v->in.origin, output_write, &v->out));
        (void)output_write(&v->out, "\n", 1);
    } else {
        print_line(v, msg);
    }
}

static void judge(struct verify *v)
{
    reload_diag diag;
    reload_err err = reload_verify(v->verifier, v->in.msg, v->has_time ? v->time : (int64_t)time(NULL), &v->report);
    if (err != RELOAD_OK) {
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": could not be checked: %s", v->in.file, v->in.index,
                   reload_strerror(err));
        return;
    }
    if (v->report.verdict == RELOAD_MALFORMED && reload_msg_check(v->in.msg, &diag) != RELOAD_OK)
        input_error(&v->in, STATUS_INVALID, &diag);
    if (!reload_report_passed(&v->report))
        tool_status(&v->tool, STATUS_INVALID);
    report(v, v->in.msg);
}

/* Garbage, and JSON or hex text that makes no message. */
static void report_no_message(struct verify *v)
{
    reload_report_free(&v->report); /* what the message before carried is none of it */
    v->report.verdict = RELOAD_MALFORMED;
    v->report.reason = RELOAD_REASON_MALFORMED;
    v->report.response_code = 0;
    const reload_diag *diag = &v->in.item.diag;
    if (diag->line > 0)
        (void)snprintf(v->report.detail, sizeof v->report.detail, "line %u, column %u: %.200s", diag->line, diag->column, diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        (void)snprintf(v->report.detail, sizeof v->report.detail, "%.120s: %.120s", diag->pointer, diag->text);
    else
        (void)snprintf(v->report.detail, sizeof v->report.detail, "%s", diag->text);
    report(v, NULL);
}

static void verify_all(struct verify *v)
{
    while (!v->out.failed && input_next(&v->in)) {
        if (input_is_message(&v->in))
            judge(v);
        else
            report_no_message(v);
    }
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
};

/* Which algorithm the options tell, or else the profile; ends the program where they do not tell one. */
static reload_security algorithm(const struct verify *v, const struct policy *p)
{
    int told = (p->secrets.count > 0) + (p->ca.count > 0) + p->none;
    if (told > 1)
        tool_usage(&v->tool, "--secret, --ca and --none exclude each other: an overlay is run under one of them");
    if (told == 1)
        return p->none ? RELOAD_SECURITY_NONE : p->ca.count > 0 ? RELOAD_SECURITY_CERTS : RELOAD_SECURITY_HMAC;
    if (p->profile.security == RELOAD_SECURITY_HMAC)
        tool_usage(&v->tool, "the profile says HMAC: --secret says under which secret");
    if (p->profile.security == RELOAD_SECURITY_NONE || p->profile.security == RELOAD_SECURITY_CERTS)
        return (reload_security)p->profile.security;
    if (p->profile.security < 0 && p->profile.ca[0] != NULL)
        return RELOAD_SECURITY_CERTS;
    tool_usage(&v->tool, "one of --secret, --ca, --none and --profile says how the overlay is run");
}

/* Takes from the profile what no option has said. */
static void merge_profile(struct policy *p, reload_security security)
{
    struct {
        struct file_list *list;
        char **files;
    } lists[] = {{&p->ca, p->profile.ca}, {&p->intermediates, p->profile.intermediates}, {&p->crl, p->profile.crl}};
    for (size_t i = 0; security == RELOAD_SECURITY_CERTS && i < sizeof lists / sizeof lists[0]; i++)
        if (lists[i].list->count == 0)
            for (size_t k = 0; lists[i].files[k] != NULL; k++)
                lists[i].list->names[lists[i].list->count++] = lists[i].files[k];
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
                       reload_err (*add)(reload_verifier *verifier, const uint8_t *octets, size_t len, reload_diag *diag))
{
    enum { MAX_FILE = 64 * 1024 * 1024 };
    for (size_t i = 0; i < list->count; i++) {
        reload_buf octets = {0};
        reload_diag diag = {0};
        bool good = file_read(&v->tool, list->names[i], MAX_FILE, &octets, false);
        if (good && add(v->verifier, octets.octets, octets.len, &diag) != RELOAD_OK) {
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
        reload_err err = good ? reload_verifier_add_secret(v->verifier, secret.octets, secret.len) : RELOAD_OK;
        if (err != RELOAD_OK)
            tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(err));
        reload_buf_free(&secret);
        if (!good || err != RELOAD_OK)
            return false;
    }
    return true;
}

static void warn_of_crl(void *arg, const char *words)
{
    struct verify *v = arg;
    tool_warn(&v->tool, "warning: %s", words);
}

static bool make_verifier(struct verify *v, const struct policy *p, reload_security security)
{
    v->verifier = reload_verifier_new(security);
    if (v->verifier == NULL || (p->overlay != NULL && reload_verifier_set_overlay(v->verifier, p->overlay) != RELOAD_OK)) {
        tool_error(&v->tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
        return false;
    }
    if (p->dht >= 0)
        reload_verifier_set_dht(v->verifier, (uint8_t)p->dht);
    if (p->hash >= 0)
        reload_verifier_set_hash(v->verifier, (uint8_t)p->hash);
    if (p->max_skew != -1)
        reload_verifier_set_max_skew(v->verifier, p->max_skew);
    if (p->min_rsa_bits >= 0)
        reload_verifier_set_min_rsa_bits(v->verifier, (unsigned)p->min_rsa_bits);
    reload_verifier_allow_sha1_certs(v->verifier, p->allow_sha1_certs);
    reload_verifier_require_peer_signature(v->verifier, p->require_peer_signature);
    if (security == RELOAD_SECURITY_HMAC)
        return load_secrets(v, &p->secrets);
    if (security == RELOAD_SECURITY_NONE)
        return true;
    if (p->ca.count == 0) {
        tool_error(&v->tool, STATUS_FAILED, "%s: names no CA certificate; --ca does", p->profile_file);
        return false;
    }
    if (!load_files(v, &p->ca, reload_verifier_add_ca) || !load_files(v, &p->intermediates, reload_verifier_add_intermediates) ||
        !load_files(v, &p->crl, reload_verifier_add_crl))
        return false;
    reload_verifier_check_crls(v->verifier, v->has_time ? v->time : (int64_t)time(NULL), warn_of_crl, v);
    return true;
}

static void set_report_form(struct verify *v, enum report_form form)
{
    if (v->report_form != REPORT_LINES && v->report_form != form)
        tool_usage(&v->tool, "--json reports and --format writes the messages themselves; only one of them goes");
    v->report_form = form;
}

static void run(struct verify *v, struct policy *policy, const char *path, reload_form form, char **files, int count)
{
    if (policy->profile_file != NULL && !profile_read(&v->tool, policy->profile_file, &policy->profile))
        return;
    reload_security security = algorithm(v, policy);
    merge_profile(policy, security);
    if (!make_verifier(v, policy, security) || !output_open(&v->out, &v->tool, path, 0))
        return;
    if (input_open(&v->in, &v->tool, form, files, count, &v->out)) {
        verify_all(v);
        input_close(&v->in);
    }
    (void)output_close(&v->out);
}

int main(int argc, char **argv)
{
    struct verify v = {.tool = {.name = "reload-verify"}};
    struct policy policy = {.dht = -1, .hash = -1, .min_rsa_bits = -1, .max_skew = -1,
                            .profile = {.security = -1, .dht = -1, .hash = -1, .max_skew = -1, .min_rsa_bits = -1}};
    reload_form input_form = RELOAD_FORM_AUTO;
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
            policy.min_rsa_bits = (int64_t)tool_number(&v.tool, "--min-rsa-bits", argument, 1024, 8192);
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
            v.time = tool_time(&v.tool, "--time", argument);
            v.has_time = true;
            break;
        case MAX_SKEW:
            policy.max_skew = strcmp(argument, "none") == 0
                                  ? -2
                                  : (int64_t)tool_number(&v.tool, "--max-skew", argument, 0, UINT32_MAX);
            break;
        case REQUIRE_PEER_SIGNATURE:
            policy.require_peer_signature = true;
            break;
        case REPORT_JSON:
            set_report_form(&v, REPORT_AS_JSON);
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
    run(&v, &policy, path, input_form, argv + optind, argc - optind);
    reload_profile_free(&policy.profile);
    reload_verifier_free(&v.verifier);
    reload_report_free(&v.report);
    if (v.tool.status == STATUS_MALFORMED) /* for this tool, an invalid message is what 1 stands for */
        v.tool.status = STATUS_INVALID;
    return v.tool.status;
}
