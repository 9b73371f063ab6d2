/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as text. */
#include "verify/lint.h"
#include "verify/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void print_escaped(struct verify *v, const char *text)
{
    (void)reload_escape((const uint8_t *)text, strlen(text), output_write, &v->out);
}

/* "tool: put.bin: offset 0: message 1: …" */
__attribute__((format(printf, 3, 4))) static void warn_of_slot(const struct verify *v,
                                                               const struct slot *slot,
                                                               const char *format, ...)
{
    char words[1600], where[96];
    const reload_origin *origin = &slot->kept.origin;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    tool_warn(&v->tool, "%s: %s: message %" PRIu64 ": %s", origin->file,
              origin_place(origin, origin->offset, where), origin->index, words);
}

static void print_signatures(struct verify *v, const reload_msg *msg, const reload_report *report,
                             const char *indent)
{
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = reload_report_signature(report, i);
        char pointer[256];
        if (!reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer))
            pointer[0] = '\0';
        output_print(&v->out, "%s    %s %s: %s", indent,
                     reload_msg_attr(msg, signature->attr)->def->name, pointer,
                     reload_verdict_text(signature->verdict));
        if (signature->reason != RELOAD_REASON_NONE)
            output_print(&v->out, ": %s", reload_reason_text(signature->reason));
        if (signature->has_timestamp)
            output_print(&v->out, ", TIMESTAMP %" PRIu32, signature->timestamp);
        if (signature->signer != NULL)
            output_print(&v->out, ", signer %s",
                         reload_cert_subject(signature->signer)); /* escaped already */
        if (signature->attr > reload_msg_signature(msg))          /* D27 */
            output_print(&v->out, ", unauthenticated: outside the message's SIGNATURE");
        output_print(&v->out, "\n");
    }
}

/* ---- Lint ---- */

/* The state of printing a message's findings. */
struct lint_lines {
    struct verify *v;
    const struct slot *slot;
    const reload_msg *msg;
    const char *prefix;
};

/* "put-destination /attributes/1/value/0: … (B§9.1, D17)" */
static void finding_text(const reload_msg *msg, const struct lint_finding *finding, char *text,
                         size_t size)
{
    const struct lint_rule_def *rule = lint_rule_of(finding->rule);
    const char *level = lint_level_text(rule->level);
    char pointer[256];
    if (!lint_pointer(msg, finding, pointer, sizeof pointer))
        pointer[0] = '\0';
    (void)snprintf(text, size, "lint: %s %s: %s (%s%s%s)", rule->word, pointer, finding->detail,
                   level == NULL ? "" : level, level == NULL ? "" : ", ", rule->section);
}

static int print_finding(void *arg, const struct lint_finding *finding)
{
    const struct lint_lines *lines = arg;
    char text[640];
    finding_text(lines->msg, finding, text, sizeof text);
    output_print(&lines->v->out, "%s    %s\n", lines->prefix, text);
    return lines->v->out.failed ? -1 : 0;
}

static int warn_of_finding(void *arg, const struct lint_finding *finding)
{
    const struct lint_lines *lines = arg;
    char text[640];
    finding_text(lines->msg, finding, text, sizeof text);
    warn_of_slot(lines->v, lines->slot, "%s%s", lines->prefix, text);
    return 0;
}

static void run_lint(struct lint_lines *lines, lint_sink sink)
{
    struct verify *v = lines->v;
    reload_err err = v->options.lint && !v->tool.quiet
                         ? lint_message((reload_security)v->options.policy.suite->security,
                                        lines->msg, sink, lines)
                         : RELOAD_OK;
    if (err != RELOAD_OK && err != RELOAD_ERR_WRITE) /* the output reports it */
        tool_error(&v->tool, STATUS_FAILED, "%s: message %" PRIu64 ": %s",
                   lines->slot->kept.origin.file, lines->slot->kept.origin.index,
                   reload_strerror(err));
}

/* ---- Explanations ---- */

/* Who made a digest that no reading fits. */
static const char *maker_text(const struct verify *v, const struct explanation *explanation)
{
    if (explanation->key_fits)
        return "; the certificate's key has signed other octets";
    if (!v->options.policy.suite->needs_certificates || explanation->no_digest ||
        explanation->foreign[0] != '\0')
        return "";
    return "; it was made with another key or padding, or changed";
}

/* The i-th line about a wrong digest. Returns false when i is past the last. */
static bool explanation_text(const struct verify *v, const struct explanation *explanation,
                             size_t i, char *text, size_t size)
{
    if (i < explanation->count) {
        const explain_fit *fit = &explanation->fits[i];
        char words[1024];
        explain_fit_text(fit, words, sizeof words);
        (void)snprintf(text, size, "%s fits: %s%s%s: %s",
                       explanation->time ? "TIMESTAMP" : "the digest", fit->readings[0]->word,
                       fit->count > 1 ? ", " : "", fit->count > 1 ? fit->readings[1]->word : "",
                       words);
        return true;
    }
    if (i > 0)
        return false;
    bool foreign = explanation->foreign[0] != '\0';
    (void)snprintf(text, size, "%s%s%s%s%s%s",
                   explanation->no_digest ? "there is no digest" : "no known misreading fits",
                   maker_text(v, explanation), foreign ? "; the key of " : "", explanation->foreign,
                   foreign ? " has signed other octets" : "",
                   explanation->incomplete ? "; not all were tried" : "");
    return true;
}

/* Prints "explain: …", or a warning if messages are passed on. */
__attribute__((format(printf, 4, 5))) static void print_explanation(struct verify *v,
                                                                    const struct slot *slot,
                                                                    const char *indent,
                                                                    const char *format, ...)
{
    char words[1536];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (v->options.form != NULL) {
        warn_of_slot(v, slot, "explain: %s", words);
    } else {
        output_print(&v->out, "%s    explain: ", indent);
        output_text(&v->out, words);
        output_text(&v->out, "\n");
    }
}

/* One line for each mistake that reproduces the message's fault */
static void print_faults(struct verify *v, const struct slot *slot, const reload_report *report,
                         const char *indent)
{
    size_t count;
    const struct explained_fault *fault = explanations_faults(&v->explanations, report, &count);
    for (size_t i = 0; i < count; i++, fault++)
        print_explanation(v, slot, indent, "the message fits: %s: %s (%s)", fault->reading->word,
                          fault->reading->text, fault->reading->section);
}

/* Whether comparing octets is the next step. reload-dump shows those of outer messages only. */
static bool is_to_compare(const struct verify *v, const struct slot *slot, const reload_msg *msg,
                          const struct explanation *explanation)
{
    bool other_octets = !v->options.policy.suite->needs_certificates || explanation->key_fits ||
                        explanation->foreign[0] != '\0';
    return msg == slot->kept.msg && explanation->count == 0 && !explanation->no_digest &&
           other_octets;
}

/* "explain: SIGNATURE /attributes/2: the digest fits: …", one line for each fit */
static void print_explanations(struct verify *v, const struct slot *slot, const reload_msg *msg,
                               const reload_report *report, const char *indent)
{
    print_faults(v, slot, report, indent);
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = reload_report_signature(report, i);
        const struct explanation *explanation = explanations_of(&v->explanations, signature);
        char pointer[256], text[1200];
        if (!reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer))
            pointer[0] = '\0';
        for (size_t k = 0;
             explanation != NULL && explanation_text(v, explanation, k, text, sizeof text); k++) {
            bool compare = is_to_compare(v, slot, msg, explanation);
            print_explanation(v, slot, indent, "%s %s: %s%s%s%s",
                              reload_msg_attr(msg, signature->attr)->def->name, pointer, text,
                              compare ? " (reload-dump --tbs=" : "", compare ? pointer : "",
                              compare ? " writes the covered octets)" : "");
        }
    }
}

/* ---- Reports ---- */

/* "RESOURCE-PUT request: " */
static void print_kind(struct verify *v, const reload_msg *msg)
{
    const char *name = reload_name(RELOAD_NAMES_METHOD, reload_msg_field(msg, RELOAD_F_METHOD));
    if (name != NULL)
        output_print(&v->out, "%s", name);
    else
        output_print(&v->out, "method %" PRIu32, reload_msg_field(msg, RELOAD_F_METHOD));
    output_print(&v->out,
                 " %s: ", reload_msg_field(msg, RELOAD_F_RESPONSE) != 0 ? "response" : "request");
}

static const char *hint(const struct verify *v, const struct slot *slot,
                        const reload_report *report)
{
    bool now = !v->options.capture_time && v->options.time == TIME_NOT_SPECIFIED;
    if (report->reason == RELOAD_REASON_BAD_DIGEST && !v->options.explain)
        return " (--explain may tell why)";
    if (report->reason == RELOAD_REASON_STALE && now &&
        slot->kept.origin.captured != RELOAD_NO_TIME)
        return " (--time=capture checks it as of its capture)";
    return "";
}

reload_err report_verdict(const reload_report *report, reload_sink sink, void *arg)
{
    char text[96], code[16] = "";
    bool reason = report->reason != RELOAD_REASON_NONE && report->reason != RELOAD_REASON_MALFORMED;
    if (report->response_code != 0)
        (void)snprintf(code, sizeof code, " (%u)", report->response_code);
    int n = snprintf(text, sizeof text, "%s%s%s%s%s", reload_verdict_text(report->verdict),
                     reason ? ": " : "", reason ? reload_reason_text(report->reason) : "", code,
                     report->detail[0] == '\0' ? "" : ": ");
    if (n < 0 || sink(arg, text, (size_t)n) != 0)
        return RELOAD_ERR_WRITE;
    return reload_escape((const uint8_t *)report->detail, strlen(report->detail), sink, arg);
}

/* "invalid: bad-digest (431): …" */
static void print_verdict(struct verify *v, const struct slot *slot, const reload_report *report)
{
    output_check(&v->out, report_verdict(report, output_write, &v->out));
    output_print(&v->out, "%s", hint(v, slot, report));
    if (report->has_round_trip)
        output_print(&v->out, ", round trip %.6f s", (double)report->round_trip / RELOAD_SECOND);
    output_print(&v->out, "\n");
}

/* A message, and each inner message on lines of its own. msg: NULL if it is not a message. */
static void print_report(struct verify *v, const struct slot *slot, const reload_msg *msg,
                         const reload_report *report, unsigned depth)
{
    static const char *const indents[RELOAD_MAX_TUNNEL + 1] = {"", "    ", "        ",
                                                               "            ", "                "};
    if (msg != NULL)
        print_kind(v, msg);
    print_verdict(v, slot, report);
    if (msg == NULL) {
        print_faults(v, slot, report, "");
        return;
    }
    if (v->options.verbose)
        print_signatures(v, msg, report, indents[depth]);
    print_explanations(v, slot, msg, report, indents[depth]);
    run_lint(&(struct lint_lines){v, slot, msg, indents[depth]}, print_finding);
    for (size_t i = 0; i < report->tunnelled_count && depth < RELOAD_MAX_TUNNEL; i++) {
        const reload_tunnelled *inner = reload_report_tunnelled(report, i);
        output_print(&v->out, "%s    tunnelled: ", indents[depth]);
        print_report(v, slot, inner->msg, inner->report, depth + 1);
    }
}

/* "put.bin: offset 0: message 1: …" */
void report_text(struct verify *v, const struct slot *slot)
{
    explanations_rewind(&v->explanations);
    char where[RELOAD_PLACE_SIZE];
    print_escaped(v, slot->kept.origin.file);
    output_print(&v->out, ": %s: message %" PRIu64 ": ",
                 reload_place_text(&slot->kept.origin, where), slot->kept.origin.index);
    print_report(v, slot, slot->kept.msg, slot->report, 0);
}

/* ---- Messages instead of reports ---- */

static void warn_of_findings(struct verify *v, const struct slot *slot, const reload_msg *msg,
                             const reload_report *report)
{
    const char *prefix = report == slot->report ? "" : "tunnelled: ";
    run_lint(&(struct lint_lines){v, slot, msg, prefix}, warn_of_finding);
    for (size_t i = 0; i < report->tunnelled_count; i++) {
        const reload_tunnelled *inner = reload_report_tunnelled(report, i);
        warn_of_findings(v, slot, inner->msg, inner->report);
    }
}

void report_rejected(struct verify *v, const struct slot *slot)
{
    const reload_report *report = slot->report;
    explanations_rewind(&v->explanations);
    if (report->verdict == RELOAD_INVALID) {
        warn_of_slot(v, slot, "not passed on: %s: %s%s", reload_reason_text(report->reason),
                     report->detail, hint(v, slot, report));
        print_explanations(v, slot, slot->kept.msg, report, "");
    }
    warn_of_findings(v, slot, slot->kept.msg, report);
}
