/* SPDX-License-Identifier: BSD-2-Clause */
/* Reports as JSON. */
#include "verify/report-json.h"
#include "verify/lint.h"

/* The state of writing a report. */
struct report_writer {
    reload_json_writer json;
    reload_security lint;              /* RELOAD_SECURITY_OPEN: without "lint" */
    struct explanations *explanations; /* or NULL */
};

static void report_string(reload_json_writer *w, const char *key, const char *text)
{
    reload_json_key(w, key);
    reload_json_string(w, text);
}

static void report_null(reload_json_writer *w, const char *key)
{
    reload_json_key(w, key);
    reload_json_null(w);
}

/* ---- Signatures ---- */

static void report_names(reload_json_writer *w, const reload_cert *cert, const char *key, bool peer)
{
    reload_json_key(w, key);
    reload_json_begin_array(w);
    for (size_t i = 0; i < reload_cert_names(cert); i++) {
        const reload_cert_name *name = reload_cert_name_at(cert, i);
        if (name->peer != peer)
            continue;
        if (peer)
            reload_json_hex(w, name->id, sizeof name->id);
        else
            reload_json_string(w, name->text);
    }
    reload_json_end_array(w);
}

static void report_signer(reload_json_writer *w, const reload_cert *cert)
{
    reload_json_key(w, "signer");
    if (cert == NULL) {
        reload_json_null(w);
        return;
    }
    reload_json_begin_object(w);
    report_string(w, "subject", reload_cert_subject(cert));
    report_string(w, "serial", reload_cert_serial(cert));
    report_names(w, cert, "peer_ids", true);
    report_names(w, cert, "users", false);
    reload_json_end_object(w);
}

/* The misreadings that reproduce a digest. */
static void report_fit(reload_json_writer *w, const explain_fit *fit)
{
    char detail[1024];
    explain_fit_text(fit, detail, sizeof detail);
    reload_json_begin_object(w);
    reload_json_key(w, "reading");
    reload_json_begin_array(w);
    for (size_t i = 0; i < fit->count; i++)
        reload_json_string(w, fit->readings[i]->word);
    reload_json_end_array(w);
    report_string(w, "detail", detail);
    reload_json_end_object(w);
}

static void report_explanation(reload_json_writer *w, const struct explanation *explanation)
{
    const struct {
        bool applies;
        const char *word;
    } notes[] = {{explanation->no_digest, "no-digest"},
                 {explanation->key_fits, "key-fits"},
                 {explanation->foreign[0] != '\0', "other-key-fits"},
                 {explanation->incomplete, "not-all-tried"}};
    reload_json_key(w, "explain");
    reload_json_begin_array(w);
    for (size_t i = 0; i < explanation->count; i++)
        report_fit(w, &explanation->fits[i]);
    reload_json_end_array(w);
    reload_json_key(w, "explain_notes");
    reload_json_begin_array(w);
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (notes[i].applies)
            reload_json_string(w, notes[i].word);
    reload_json_end_array(w);
}

static void report_signature(struct report_writer *r, const reload_msg *msg,
                             const reload_signature *signature)
{
    reload_json_writer *w = &r->json;
    const struct explanation *explanation =
        r->explanations == NULL ? NULL : explanations_of(r->explanations, signature);
    char pointer[256];
    (void)reload_msg_pointer(msg, signature->attr, pointer, sizeof pointer);
    reload_json_begin_object(w);
    report_string(w, "path", pointer);
    report_string(w, "type", reload_msg_attr(msg, signature->attr)->def->name);
    report_string(w, "verdict", reload_verdict_text(signature->verdict));
    if (signature->reason != RELOAD_REASON_NONE)
        report_string(w, "reason", reload_reason_text(signature->reason));
    reload_json_key(w, "timestamp");
    if (signature->has_timestamp)
        reload_json_integer(w, signature->timestamp);
    else
        reload_json_null(w);
    report_signer(w, signature->signer);
    if (explanation != NULL)
        report_explanation(w, explanation);
    reload_json_end_object(w);
}

/* ---- The message ---- */

static void report_origin(reload_json_writer *w, const reload_origin *origin)
{
    reload_json_key(w, "index");
    reload_json_integer(w, (int64_t)origin->index);
    report_string(w, "file", origin->file);
    reload_json_key(w, "offset");
    reload_json_integer(w, (int64_t)origin->offset);
}

static void report_capture(reload_json_writer *w, const reload_origin *origin)
{
    if (origin->capture == NULL)
        return;
    reload_json_key(w, "meta");
    reload_json_begin_object(w);
    reload_json_capture(w, origin);
    reload_json_end_object(w);
    if (origin->capture->incomplete) {
        reload_json_key(w, "incomplete");
        reload_json_bool(w, true);
    }
}

static void report_verdict(reload_json_writer *w, const reload_report *report)
{
    report_string(w, "verdict", reload_verdict_text(report->verdict));
    if (report->reason != RELOAD_REASON_NONE)
        report_string(w, "reason", reload_reason_text(report->reason));
    reload_json_key(w, "response_code");
    if (report->response_code == 0)
        reload_json_null(w);
    else
        reload_json_integer(w, report->response_code);
    if (report->detail[0] != '\0')
        report_string(w, "detail", report->detail);
}

/* Header fields; null without a message. */
static void report_fields(reload_json_writer *w, const reload_msg *msg)
{
    static const reload_field fields[] = {RELOAD_F_METHOD,         RELOAD_F_RESPONSE,
                                          RELOAD_F_SECURITY,       RELOAD_F_SOURCE_ID,
                                          RELOAD_F_DESTINATION_ID, RELOAD_F_TRANSACTION_ID};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        reload_json_key(w, reload_field_def_of(fields[i])->key);
        if (msg == NULL)
            reload_json_null(w);
        else
            reload_json_field(w, msg, fields[i]);
    }
}

/* ---- Lint ---- */

struct finding_writer {
    reload_json_writer *json;
    const reload_msg *msg;
};

static int report_finding(void *arg, const struct lint_finding *finding)
{
    const struct finding_writer *f = arg;
    const struct lint_rule_def *rule = lint_rule_of(finding->rule);
    char pointer[256];
    (void)lint_pointer(f->msg, finding, pointer, sizeof pointer);
    reload_json_begin_object(f->json);
    report_string(f->json, "rule", rule->word);
    report_string(f->json, "section", rule->section);
    report_string(f->json, "level", lint_level_text(rule->level));
    report_string(f->json, "path", pointer);
    report_string(f->json, "detail", finding->detail);
    reload_json_end_object(f->json);
    return f->json->err == RELOAD_OK ? 0 : -1;
}

static void report_lint(struct report_writer *r, const reload_msg *msg)
{
    struct finding_writer f = {.json = &r->json, .msg = msg};
    if (r->lint == RELOAD_SECURITY_OPEN)
        return;
    reload_json_key(&r->json, "lint");
    reload_json_begin_array(&r->json);
    if (msg != NULL && r->json.err == RELOAD_OK)
        reload_json_fail(&r->json, lint_message(r->lint, msg, report_finding, &f));
    reload_json_end_array(&r->json);
}

/* Known mistakes that reproduce the message's own fault. */
static void report_faults(struct report_writer *r, const reload_report *report)
{
    size_t count = 0;
    const struct explained_fault *faults =
        r->explanations == NULL ? NULL : explanations_faults(r->explanations, report, &count);
    if (count == 0)
        return;
    reload_json_key(&r->json, "explain");
    reload_json_begin_array(&r->json);
    for (size_t i = 0; i < count; i++)
        report_fit(&r->json, &(explain_fit){.readings = {faults[i].reading}, .count = 1});
    reload_json_end_array(&r->json);
}

/* ---- Reports ---- */

/* A report on an inner message has a path, other reports have a place; the other one is NULL. */
static void write_report(struct report_writer *r, const reload_report *report,
                         const reload_msg *msg, const struct report_place *place, const char *path)
{
    reload_json_writer *w = &r->json;
    reload_json_begin_object(w);
    if (path != NULL)
        report_string(w, "path", path);
    if (place != NULL) {
        report_origin(w, place->origin);
        reload_json_key(w, "length");
        reload_json_integer(w, (int64_t)place->length);
        report_capture(w, place->origin);
    }
    report_verdict(w, report);
    report_fields(w, msg);
    if (report->has_round_trip) {
        reload_json_key(w, "round_trip");
        reload_json_seconds(w, report->round_trip);
    }
    report_faults(r, report);
    reload_json_key(w, "signatures");
    reload_json_begin_array(w);
    for (size_t i = 0; msg != NULL && i < report->count && w->err == RELOAD_OK; i++)
        report_signature(r, msg, reload_report_signature(report, i));
    reload_json_end_array(w);
    report_lint(r, msg);
    if (msg != NULL && report->tunnelled_count > 0) {
        reload_json_key(w, "tunnelled");
        reload_json_begin_array(w);
        for (size_t i = 0; i < report->tunnelled_count && w->err == RELOAD_OK; i++) {
            const reload_tunnelled *inner = reload_report_tunnelled(report, i);
            char pointer[256];
            (void)reload_msg_pointer(msg, inner->attr, pointer, sizeof pointer);
            write_report(r, inner->report, inner->msg, NULL, pointer);
        }
        reload_json_end_array(w);
    }
    reload_json_end_object(w);
}

reload_err report_json_write(const reload_report *report, const reload_msg *msg,
                             const struct report_place *place, reload_security lint,
                             struct explanations *explanations, unsigned flags, reload_sink sink,
                             void *arg)
{
    struct report_writer r = {.lint = lint, .explanations = explanations};
    if (explanations != NULL)
        explanations_rewind(explanations);
    reload_json_writer_init(&r.json, flags, sink, arg);
    write_report(&r, report, msg, place, NULL);
    return reload_json_writer_finish(&r.json);
}

reload_err report_json_note(const char *file, const char *words, bool warning, unsigned flags,
                            reload_sink sink, void *arg)
{
    reload_json_writer w;
    reload_json_writer_init(&w, flags, sink, arg);
    reload_json_begin_object(&w);
    if (warning)
        report_string(&w, "warning", words);
    if (file != NULL)
        report_string(&w, "file", file);
    else
        report_null(&w, "file");
    if (!warning)
        report_string(&w, "error", words);
    reload_json_end_object(&w);
    return reload_json_writer_finish(&w);
}

reload_err report_json_unchecked(const reload_origin *origin, const char *why, unsigned flags,
                                 reload_sink sink, void *arg)
{
    reload_json_writer w;
    reload_json_writer_init(&w, flags, sink, arg);
    reload_json_begin_object(&w);
    report_origin(&w, origin);
    report_string(&w, "error", why);
    reload_json_end_object(&w);
    return reload_json_writer_finish(&w);
}
