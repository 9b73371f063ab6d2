/* Octets from strangers, read as binary, as hex text and as whatever they look like: every message
 * comes back from each of its renderings, is shown, judged, signed, stripped and extended, and what
 * must hold between these does. */
#include "fuzz.h"
#include "verify/lint.h"
#include "verify/report-json.h"

#include "dump/dump.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1183900000, HEAD = 4, LENGTH_AT = 13, LENGTH_END = 16 };

static const uint8_t secret[] = "a secret for fuzzing";
static const uint8_t other_secret[] = "another";
static const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t peer_id[RELOAD_ID_SIZE] = {0x46, 0x3a, 0xc4, 0x13, 0xc4};

struct verifier {
    reload_policy *policy;
    reload_judge *judge;
};

/* Made once, and used for one message after the other as the tools do. */
static struct {
    reload_signer *hmac, *none;
    struct verifier hmac_verifier, strict_verifier, none_verifier;
    reload_msg *msg, *made, *again;
    reload_report *report;
    struct explanations explanations;
} all;

static void make_all(void)
{
    if (all.msg != NULL)
        return;
    all.msg = reload_msg_new();
    all.made = reload_msg_new();
    all.again = reload_msg_new();
    all.report = reload_report_new();
    all.hmac = reload_signer_new(RELOAD_SECURITY_HMAC);
    all.none = reload_signer_new(RELOAD_SECURITY_NONE);
    all.hmac_verifier.policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    all.strict_verifier.policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    all.none_verifier.policy = reload_policy_new(RELOAD_SECURITY_NONE);
    MUST(all.msg != NULL && all.made != NULL && all.again != NULL && all.report != NULL &&
         all.hmac != NULL && all.none != NULL);
    MUST(all.hmac_verifier.policy != NULL && all.strict_verifier.policy != NULL &&
         all.none_verifier.policy != NULL);
    MUST(reload_signer_set_secret(all.hmac, secret, sizeof secret) == RELOAD_OK);
    MUST(reload_policy_add_secret(all.hmac_verifier.policy, other_secret, sizeof other_secret) ==
         RELOAD_OK);
    MUST(reload_policy_add_secret(all.hmac_verifier.policy, secret, sizeof secret) == RELOAD_OK);
    MUST(reload_policy_add_secret(all.strict_verifier.policy, secret, sizeof secret) == RELOAD_OK);
    MUST(reload_policy_set_overlay(all.strict_verifier.policy, "chat") == RELOAD_OK);
    reload_policy_set_dht(all.strict_verifier.policy, RELOAD_DHT_CHORD);
    reload_policy_set_hash(all.strict_verifier.policy, RELOAD_HASH_SHA1);
    reload_policy_require_peer_signature(all.strict_verifier.policy, true);
    struct verifier *verifiers[] = {&all.hmac_verifier, &all.strict_verifier, &all.none_verifier};
    for (size_t i = 0; i < 3; i++) {
        MUST(reload_policy_seal(verifiers[i]->policy, NULL) == RELOAD_OK);
        verifiers[i]->judge = reload_judge_new(verifiers[i]->policy);
        MUST(verifiers[i]->judge != NULL);
    }
}

static bool same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

static bool flawless_to(const reload_msg *msg)
{
    size_t len;
    reload_flaw flaw;
    (void)reload_msg_trailing(msg, &len, &flaw);
    return len == 0;
}

/* ---- Reading and rendering ---- */

/* The attributes tile the message, and everything that is said of them is within it. */
static void check_attributes(const reload_msg *msg)
{
    size_t len, trailing_len, n;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const uint8_t *trailing = reload_msg_trailing(msg, &trailing_len, &flaw);
    size_t at = RELOAD_HEADER_SIZE;
    MUST(trailing + trailing_len == octets + len &&
         (flaw != RELOAD_FLAW_NONE) == (trailing_len > 0));
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        char pointer[256], tiny[4];
        reload_value value;
        MUST(attr->offset == at && attr->end > i && attr->end <= reload_msg_count(msg));
        MUST(attr->depth >= 1 && attr->depth <= RELOAD_MAX_DEPTH);
        MUST((attr->parent == RELOAD_NO_ATTR) == (attr->depth == 1));
        const uint8_t *v = reload_msg_value_octets(msg, i, &n);
        MUST(v == octets + at + HEAD && n == attr->length);
        const uint8_t *padding = reload_msg_padding(msg, i, &n);
        MUST(padding == v + attr->length && n <= 3 && padding + n <= octets + len);
        (void)fuzz_look(NULL, padding, n);
        at += attr->end > i + 1 ? HEAD : HEAD + attr->length + n;
        MUST(reload_msg_pointer(msg, i, pointer, sizeof pointer) && pointer[0] == '/');
        MUST(!reload_msg_pointer(msg, i, tiny, sizeof tiny) &&
             memchr(tiny, '\0', sizeof tiny) != NULL);
        if (reload_msg_value(msg, i, &value)) {
            MUST(attr->flaw == RELOAD_FLAW_NONE);
            if (value.octets != NULL)
                (void)fuzz_look(NULL, value.octets, value.len);
        }
        MUST(reload_flaw_text((reload_flaw)attr->flaw)[0] != '\0');
    }
    MUST(octets + at == trailing);
}

/* What goes to a terminal has no control characters but line feeds. */
static void check_safe(const reload_buf *text, bool line)
{
    MUST(text->err == RELOAD_OK && text->len > 0 && text->octets[text->len - 1] == '\n');
    for (size_t i = 0; i < text->len; i++)
        MUST((text->octets[i] >= 0x20 && text->octets[i] != 0x7f) ||
             (text->octets[i] == '\n' && (!line || i == text->len - 1)));
}

static void check_text(const reload_msg *msg)
{
    static const reload_origin origin = {.file = "a\033[31mb\n\xff", .offset = 7, .index = 1};
    reload_buf text = {0};
    MUST(reload_text_write(msg, &origin, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    reload_buf_reset(&text);
    MUST(reload_text_write(msg, NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    reload_buf_reset(&text);
    MUST(reload_line_write(msg, &origin, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, true);
    reload_buf_free(&text);
    MUST(reload_text_write(msg, &origin, RELOAD_COLOUR, fuzz_look, NULL) == RELOAD_OK);
    MUST(reload_line_write(msg, NULL, RELOAD_COLOUR, fuzz_look, NULL) == RELOAD_OK);
}

/* Reads the octets out of the rows of a hex dump: each has to come once, and in order. */
static void check_rows(const reload_buf *text, const uint8_t *octets, size_t len)
{
    enum { OFFSET_END = 8, CELLS = 10, CELLS_END = 58 };
    size_t at = 0;
    const uint8_t *line = text->octets, *end = text->octets + text->len;
    while (line < end) {
        const uint8_t *newline = memchr(line, '\n', (size_t)(end - line));
        MUST(newline != NULL);
        bool row = newline - line >= CELLS_END && line[OFFSET_END] == ' ' &&
                   line[OFFSET_END + 1] == ' ' && line[CELLS] != ' ';
        for (size_t i = 0; i < OFFSET_END && row; i++)
            row = line[i] == ' ' ? i + 1 < OFFSET_END : line[i] >= '0' && line[i] <= '9';
        MUST(!row || strtoul((const char *)line, NULL, 10) == at);
        for (size_t i = CELLS; row && i < CELLS_END && line[i] != ' '; i += 3) {
            const char cell[3] = {(char)line[i], (char)line[i + 1], '\0'};
            MUST(at < len && strtoul(cell, NULL, 16) == octets[at]);
            at++;
        }
        line = newline + 1;
    }
    MUST(at == len);
}

static void check_annotated(const reload_msg *msg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_buf text = {0};
    MUST(annotated_write(msg, NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    check_rows(&text, octets, len);
    reload_buf_free(&text);
    MUST(annotated_write(msg, NULL, RELOAD_COLOUR, fuzz_look, NULL) == RELOAD_OK);
}

/* A comparison says something where, and only where, octets differ. */
static void check_difference(const diff_side *a, const diff_side *b, bool wanted)
{
    reload_buf text = {0};
    bool differ, quietly;
    MUST(diff_write(a, b, 0, fuzz_to_buf, &text, &differ) == RELOAD_OK);
    MUST(diff_write(a, b, 0, NULL, NULL, &quietly) == RELOAD_OK);
    MUST(differ == wanted && quietly == wanted && (text.len > 0) == wanted);
    if (wanted)
        check_safe(&text, false);
    reload_buf_free(&text);
}

/* A message against itself, against one in which a bit is another, and against what is left of it
 * where some is cut off. */
static void check_diff(const reload_msg *msg, unsigned seed)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const diff_side side = {.msg = msg};
    reload_buf copy = {0};
    reload_buf_append(&copy, octets, len);
    check_difference(&side, &side, false);
    for (unsigned k = 0; k < 4; k++) {
        size_t at = (seed + k * 2654435761u) % len, n = k < 2 ? len : at;
        uint8_t bit = (uint8_t)(1u << (seed + k) % 8);
        copy.octets[at] ^= bit;
        bool good = reload_msg_parse(all.made, copy.octets, n, NULL) == RELOAD_OK;
        const diff_side other = {.msg = good ? all.made : NULL,
                                 .octets = good ? NULL : copy.octets,
                                 .len = good ? 0 : n};
        check_difference(&side, &other, true);
        check_difference(&other, &side, true);
        copy.octets[at] ^= bit;
    }
    check_difference(&side, &(diff_side){.msg = NULL}, true);
    reload_buf_free(&copy);
}

static void check_json(const reload_msg *msg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_buf json = {0}, back = {0};
    for (unsigned flags = 0; flags <= RELOAD_PRETTY; flags++) {
        reload_diag diag;
        reload_buf_reset(&json);
        reload_buf_reset(&back);
        MUST(reload_json_write(msg, NULL, flags, fuzz_to_buf, &json) == RELOAD_OK);
        MUST(reload_json_read((const char *)json.octets, json.len, &back, &diag) == RELOAD_OK);
        MUST(same(back.octets, back.len, octets, len));
    }
    reload_buf_free(&json);
    reload_buf_free(&back);
}

/* ---- Linting ---- */

struct linted {
    const reload_msg *msg;
    size_t count;
};

static int look_at_finding(void *arg, const struct lint_finding *finding)
{
    struct linted *linted = arg;
    char pointer[256];
    const struct lint_rule_def *rule = lint_rule_of(finding->rule);
    MUST(rule != NULL && rule->word[0] != '\0');
    MUST(finding->attr == RELOAD_NO_ATTR ||
         (finding->attr < reload_msg_count(linted->msg) && finding->field == RELOAD_FIELDS));
    MUST(finding->attr == RELOAD_NO_ATTR ||
         !reload_msg_attr(linted->msg, finding->attr)->ignored); /* D10 */
    MUST(lint_pointer(linted->msg, finding, pointer, sizeof pointer) && pointer[0] == '/');
    size_t len = strlen(finding->detail);
    MUST(len > 0 && len < sizeof finding->detail - 1);
    for (size_t i = 0; i < len; i++)
        MUST(finding->detail[i] >= ' ' && finding->detail[i] <= '~');
    linted->count++;
    return 0;
}

static int refuse_finding(void *arg, const struct lint_finding *finding)
{
    (void)finding;
    ++*(size_t *)arg;
    return -1;
}

/* Findings are well formed and the same each time; one that is refused is the last. */
static void check_lint(const reload_msg *msg)
{
    const reload_origin origin = {.file = "-", .offset = 0, .index = 1};
    for (reload_security algorithm = RELOAD_SECURITY_NONE; algorithm <= RELOAD_SECURITY_CERTS;
         algorithm++) {
        struct linted first = {msg, 0}, second = {msg, 0};
        size_t refused = 0;
        MUST(lint_message(algorithm, msg, look_at_finding, &first) == RELOAD_OK);
        MUST(lint_message(algorithm, msg, look_at_finding, &second) == RELOAD_OK &&
             first.count == second.count);
        MUST(lint_message(algorithm, msg, refuse_finding, &refused) ==
             (first.count == 0 ? RELOAD_OK : RELOAD_ERR_WRITE));
        MUST(refused == (first.count == 0 ? 0 : 1));
    }
    MUST(report_json_write(all.report, msg, &origin, RELOAD_SECURITY_CERTS, NULL, fuzz_look,
                           NULL) == RELOAD_OK);
}

/* ---- Building ---- */

/* Compares what was built with the message: the same but for the Length of one that was cut short.
 */
static void check_built(reload_builder *b, const reload_msg *msg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const uint8_t *built = b->buf->octets;
    MUST(reload_build_end(b) == RELOAD_OK);
    built = b->buf->octets;
    MUST(b->buf->len == len && memcmp(built, octets, LENGTH_AT) == 0);
    MUST(memcmp(built + LENGTH_END, octets + LENGTH_END, len - LENGTH_END) == 0);
    MUST(reload_msg_truncated(msg) || memcmp(built, octets, len) == 0);
}

/* Builds attributes first to end from their values. Returns false where one has padding that a
 * builder does not write. */
static bool build_from_values(reload_builder *b, const reload_msg *msg, uint32_t first,
                              uint32_t end)
{
    static const uint8_t zeros[3];
    for (uint32_t i = first; i < end; i = reload_msg_attr(msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        reload_value value;
        size_t len;
        const uint8_t *padding = reload_msg_padding(msg, i, &len);
        if (memcmp(padding, zeros, len) != 0)
            return false;
        if (reload_msg_value(msg, i, &value)) {
            reload_build_value(b, attr->type, &value);
        } else if (attr->flaw != RELOAD_FLAW_NONE) {
            const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
            reload_build_octets(b, attr->type, octets, len);
        } else {
            reload_build_open(b, attr->type);
            if (!build_from_values(b, msg, i + 1, attr->end))
                return false;
            reload_build_close(b);
        }
    }
    return true;
}

static void check_building(const reload_msg *msg)
{
    size_t len, n;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_buf buf = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, octets);
    reload_build_raw(&b, octets + RELOAD_HEADER_SIZE, len - RELOAD_HEADER_SIZE);
    check_built(&b, msg);
    reload_buf_reset(&buf);
    reload_build_begin(&b, &buf, NULL);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const uint8_t *field = reload_msg_field_octets(msg, f, &n);
        if (reload_field_def_of(f)->width > 32)
            reload_build_field_octets(&b, f, field);
        else
            reload_build_field(&b, f, reload_msg_field(msg, f));
    }
    if (build_from_values(&b, msg, 0, (uint32_t)reload_msg_count(msg))) {
        const uint8_t *trailing = reload_msg_trailing(msg, &n, &flaw);
        reload_build_raw(&b, trailing, n);
        check_built(&b, msg);
    }
    reload_buf_free(&buf);
}

/* ---- Judging ---- */

static const reload_report *judge(const struct verifier *verifier, const reload_msg *msg,
                                  int64_t time)
{
    reload_report *report = all.report;
    const reload_origin origin = {.file = "-", .index = 1, .captured = 1183900000500000};
    size_t signatures = 0;
    const reload_moment moment = {time * RELOAD_SECOND, RELOAD_NO_TIME};
    MUST(reload_verify(verifier->judge, msg, moment, NULL, report) == RELOAD_OK);
    MUST((report->verdict == RELOAD_VALID || report->verdict == RELOAD_UNSECURED) ==
         (report->reason == RELOAD_REASON_NONE));
    MUST(report->verdict != RELOAD_UNCHECKED);
    MUST(report->verdict !=
         (verifier == &all.none_verifier ? RELOAD_VALID : RELOAD_UNSECURED)); /* D23 */
    MUST((report->verdict == RELOAD_MALFORMED) == (report->reason == RELOAD_REASON_MALFORMED));
    MUST((report->verdict == RELOAD_MALFORMED) == (reload_msg_check(msg, NULL) != RELOAD_OK));
    MUST((report->detail[0] == '\0') == (report->reason == RELOAD_REASON_NONE));
    MUST(report->response_code == 0 ||
         (report->verdict == RELOAD_INVALID && reload_msg_field(msg, RELOAD_F_RESPONSE) == 0));
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        uint16_t type = reload_msg_attr(msg, i)->type;
        if (type != RELOAD_A_SIGNATURE && type != RELOAD_A_PEER_SIGNATURE &&
            type != RELOAD_A_BODY_SIGNATURE)
            continue;
        MUST(signatures < report->count && reload_report_signature(report, signatures)->attr == i);
        const reload_signature *signature = reload_report_signature(report, signatures++);
        MUST((signature->verdict == RELOAD_INVALID) == (signature->reason != RELOAD_REASON_NONE));
        MUST(signature->verdict == RELOAD_UNCHECKED ||
             (verifier != &all.none_verifier && report->verdict != RELOAD_MALFORMED));
        /* an invalid one makes the message invalid, those in ROUTE-LOGs apart (D27) */
        MUST(signature->verdict != RELOAD_INVALID || report->verdict != RELOAD_VALID ||
             type == RELOAD_A_PEER_SIGNATURE);
    }
    MUST(signatures == report->count);
    MUST(report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, NULL, fuzz_look, NULL) ==
         RELOAD_OK);
    return report;
}

static const reload_signature *entry_of(const reload_report *report, uint32_t attr)
{
    for (size_t i = 0; i < report->count; i++)
        if (reload_report_signature(report, i)->attr == attr)
            return reload_report_signature(report, i);
    return NULL;
}

/* D11, looked for in the plainest way: of two attributes of such a type in one container, both in
 * their place. */
static bool has_duplicates(const reload_msg *msg)
{
    uint32_t signature = reload_msg_signature(msg);
    size_t end =
        signature == RELOAD_NO_ATTR ? reload_msg_count(msg) : reload_msg_attr(msg, signature)->end;
    for (size_t i = 0; i < end; i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        if (attr->in_place && attr->def->once &&
            reload_msg_member(msg, attr->parent, attr->type) != i)
            return true;
    }
    return false;
}

/* Whether a PUT request has a BODY, other than a certificate's, without EXPIRATION. */
static bool lacks_expiration(const reload_msg *msg)
{
    if (reload_msg_field(msg, RELOAD_F_METHOD) != RELOAD_RESOURCE_PUT ||
        reload_msg_field(msg, RELOAD_F_RESPONSE) != 0)
        return false;
    for (uint32_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        bool certificate =
            attr->end == i + 2 && reload_msg_attr(msg, i + 1)->type == RELOAD_A_BODY_CERTIFICATE;
        if (attr->type == RELOAD_A_BODY && attr->in_place && !attr->ignored && !certificate &&
            reload_msg_member(msg, i, RELOAD_A_BODY_EXPIRATION) == RELOAD_NO_ATTR)
            return true;
    }
    return false;
}

/* The first reason, by D24, that a message all of whose signatures this run has made may still
 * have. */
static reload_reason expected(const reload_msg *msg)
{
    if (reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        return RELOAD_REASON_UNSUPPORTED_VERSION;
    if (reload_msg_field(msg, RELOAD_F_FRAG) != 0)
        return RELOAD_REASON_FRAGMENT;
    if (has_duplicates(msg))
        return RELOAD_REASON_DUPLICATE_ATTRIBUTE;
    return lacks_expiration(msg) ? RELOAD_REASON_MISSING_EXPIRATION : RELOAD_REASON_NONE;
}

/* A valid message stays so where a hop may change it, and nowhere else that its signature covers.
 */
static void check_tampering(const reload_buf *good, unsigned seed)
{
    reload_buf copy = {0};
    reload_msg *msg = all.again;
    reload_buf_append(&copy, good->octets, good->len);
    MUST(reload_msg_parse(msg, copy.octets, copy.len, NULL) == RELOAD_OK);
    const reload_attr *signature = reload_msg_attr(msg, reload_msg_signature(msg));
    size_t end = signature->offset + HEAD + signature->length;
    for (unsigned k = 0; k < 8; k++) {
        size_t at = k < 4 ? 4 + k : 8 + (seed + k * 2654435761u) % (end - 8);
        uint8_t bit = (uint8_t)(1u << (seed + k) % 8);
        copy.octets[at] ^= bit;
        if (reload_msg_parse(msg, copy.octets, copy.len, NULL) == RELOAD_OK) {
            reload_verdict verdict = judge(&all.hmac_verifier, msg, NOW)->verdict;
            if (k < 4 && !(at == 6 && bit == 0x80))
                MUST(verdict == RELOAD_VALID);
            else if (at >= LENGTH_AT && at < LENGTH_END)
                MUST(verdict != RELOAD_UNSECURED); /* may be none of the signature's (D2) */
            else
                MUST(verdict == RELOAD_INVALID || verdict == RELOAD_MALFORMED);
        }
        copy.octets[at] ^= bit;
    }
    reload_buf_free(&copy);
}

/* Being told more of the overlay only adds reasons, and each in its place in D24's order. */
static void check_strictness(const reload_msg *msg)
{
    reload_reason lax = judge(&all.hmac_verifier, msg, NOW)->reason;
    reload_reason strict = judge(&all.strict_verifier, msg, NOW)->reason;
    bool early = lax == RELOAD_REASON_MALFORMED || lax == RELOAD_REASON_UNSUPPORTED_VERSION ||
                 lax == RELOAD_REASON_FRAGMENT;
    MUST(strict == lax || (!early && (strict == RELOAD_REASON_OVERLAY_MISMATCH ||
                                      strict == RELOAD_REASON_MISSING_SIGNATURE)));
    MUST(strict != RELOAD_REASON_NONE || lax == RELOAD_REASON_NONE);
}

/* Wrong digests are explained, and the report stays as it was. */
static void check_explaining(const reload_msg *msg)
{
    const reload_report *report = judge(&all.hmac_verifier, msg, NOW);
    const reload_origin origin = {.file = "-", .index = 1};
    reload_report before = *report;
    MUST(explain_report(all.hmac_verifier.policy, msg, report, &all.explanations) == RELOAD_OK);
    MUST(memcmp(&before, report, sizeof before) == 0);
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *signature = reload_report_signature(report, i);
        const struct explanation *explanation = explanations_of(&all.explanations, signature);
        bool wrong = signature->reason == RELOAD_REASON_BAD_DIGEST ||
                     signature->reason == RELOAD_REASON_BAD_DIGEST_LENGTH;
        MUST((explanation != NULL) == wrong);
        for (size_t k = 0; wrong && k < explanation->count; k++) {
            const explain_fit *fit = &explanation->fits[k];
            MUST(fit->count >= 1 && fit->count <= EXPLAIN_MAX_READINGS &&
                 fit->readings[fit->count - 1] != NULL);
        }
    }
    MUST(report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, &all.explanations, fuzz_look,
                           NULL) == RELOAD_OK);
}

/* ---- Rewriting ---- */

/* An encoded ROUTE-LOG with a TRANSPORT. */
static const uint8_t route_log[] = {0, 4, 0, 8, 4, 1, 0, 2, 0, 0x11, 0, 0};

/* What a message that cannot be rewritten is refused with: nobody knows what is wrong in a
 * fragment's octets, or in those of another Version, where there are as many as Length says. */
static reload_err refusal(const reload_msg *msg, unsigned flags)
{
    bool known = reload_msg_field(msg, RELOAD_F_VERSION) == RELOAD_VERSION_1 &&
                 reload_msg_field(msg, RELOAD_F_FRAG) == 0;
    if ((flags & RELOAD_SIGN_FORCE) == 0 && reload_msg_check(msg, NULL) != RELOAD_OK)
        return RELOAD_ERR_MALFORMED;
    return known ? RELOAD_ERR_MALFORMED : RELOAD_ERR_REFUSED;
}

static void check_appending(const reload_msg *msg)
{
    reload_buf out = {0};
    reload_diag diag;
    size_t len, n;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    for (unsigned flags = 0; flags <= RELOAD_SIGN_FORCE; flags += RELOAD_SIGN_FORCE) {
        bool takes = flawless_to(msg) && (flags != 0 || reload_msg_check(msg, NULL) == RELOAD_OK);
        reload_buf_reset(&out);
        reload_err err = reload_append_attr(msg, route_log, sizeof route_log, flags, &out, &diag);
        MUST(err == (takes ? RELOAD_OK : refusal(msg, flags)));
        if (err != RELOAD_OK) {
            MUST(out.len == 0 && diag.code == err && diag.text[0] != '\0');
            continue;
        }
        MUST(out.len == len + sizeof route_log && memcmp(out.octets, octets, LENGTH_AT) == 0);
        MUST(memcmp(out.octets + LENGTH_END, octets + LENGTH_END, len - LENGTH_END) == 0);
        MUST(memcmp(out.octets + len, route_log, sizeof route_log) == 0);
        MUST(reload_msg_parse(all.again, out.octets, out.len, NULL) == RELOAD_OK &&
             !reload_msg_truncated(all.again));
        if (flags != 0)
            continue;
        /* what a hop does changes no verdict */
        reload_report before = *judge(&all.hmac_verifier, msg, NOW);
        n = before.count;
        const reload_report *after = judge(&all.hmac_verifier, all.again, NOW);
        MUST(after->verdict == before.verdict && after->reason == before.reason &&
             after->count == n);
        MUST(after->response_code == before.response_code);
    }
    reload_buf_free(&out);
}

/* Signs msg and looks at the result. Returns whether it could be signed. */
static bool sign(reload_signer *signer, unsigned flags, const reload_msg *msg, reload_buf *out)
{
    reload_diag diag;
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_security algorithm = signer == all.hmac ? RELOAD_SECURITY_HMAC : RELOAD_SECURITY_NONE;
    bool forced = (flags & RELOAD_SIGN_FORCE) != 0;
    bool formed = flawless_to(msg) && (forced || reload_msg_check(msg, NULL) == RELOAD_OK);
    uint32_t security = reload_msg_field(msg, RELOAD_F_SECURITY);
    bool agrees = forced || security == RELOAD_SECURITY_OPEN || security == (uint32_t)algorithm;
    const reload_sign_options options = {.size = sizeof options,
                                         .time = NOW,
                                         .flags = flags,
                                         .transaction_id = transaction_id,
                                         .peer_id = peer_id};
    reload_buf_reset(out);
    reload_err err = reload_sign(signer, msg, &options, out, &diag);
    if (err != RELOAD_OK)
        MUST(out->len == 0 && out->err == RELOAD_OK && diag.code == err && diag.text[0] != '\0');
    MUST(err == (!formed                      ? refusal(msg, flags)
                 : !agrees                    ? RELOAD_ERR_REFUSED
                 : err == RELOAD_ERR_TOO_LONG ? err
                                              : RELOAD_OK));
    MUST(err != RELOAD_ERR_TOO_LONG ||
         len > 32768); /* only what was long before can have become too long */
    if (err != RELOAD_OK)
        return false;
    MUST(memcmp(out->octets, octets, 11) == 0 && memcmp(out->octets + 16, octets + 16, 40) == 0);
    MUST(reload_msg_parse(all.made, out->octets, out->len, NULL) == RELOAD_OK &&
         !reload_msg_truncated(all.made));
    MUST(flawless_to(all.made) && (forced || reload_msg_check(all.made, NULL) == RELOAD_OK));
    return true;
}

/* Signs a message that may hold signatures already: whatever else is said of it, its own SIGNATURE
 * is good, and signing again changes nothing. */
static void check_signing(const reload_msg *msg, unsigned flags)
{
    reload_buf out = {0}, again = {0};
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    (void)sign(all.none, flags, msg, &out);
    if (out.len > 0 && flags == 0)
        MUST(judge(&all.none_verifier, all.made, NOW)->verdict == RELOAD_UNSECURED ||
             reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1 ||
             reload_msg_field(msg, RELOAD_F_FRAG) != 0);
    if (sign(all.hmac, flags, msg, &out)) {
        uint32_t before = reload_msg_signature(msg), after = reload_msg_signature(all.made);
        MUST(after != RELOAD_NO_ATTR);
        const reload_report *report = judge(&all.hmac_verifier, all.made, NOW);
        reload_reason reason = expected(all.made);
        const reload_signature *entry = entry_of(report, after);
        uint32_t security = reload_msg_field(all.made, RELOAD_F_SECURITY);
        bool join = reload_msg_field(msg, RELOAD_F_METHOD) == RELOAD_PEER_JOIN &&
                    reload_msg_field(msg, RELOAD_F_RESPONSE) == 0;
        if (report->verdict != RELOAD_MALFORMED &&
            (security == RELOAD_SECURITY_HMAC || (security == 0 && join)) &&
            (reason == RELOAD_REASON_NONE || reason == RELOAD_REASON_MISSING_EXPIRATION))
            MUST(entry != NULL && entry->verdict == RELOAD_VALID);
        MUST(entry->has_timestamp == ((flags & RELOAD_SIGN_TIMESTAMP) != 0));
        if (before != RELOAD_NO_ATTR) { /* what followed the SIGNATURE follows it still */
            const reload_attr *old = reload_msg_attr(msg, before),
                              *new = reload_msg_attr(all.made, after);
            size_t old_end = old->offset + HEAD + old->length + (4u - old->length % 4u) % 4u;
            size_t new_end = new->offset + HEAD + new->length;
            MUST(same(octets + old_end, len - old_end, out.octets + new_end, out.len - new_end));
        }
        bool valid = report->verdict == RELOAD_VALID;
        check_strictness(all.made);
        MUST(reload_msg_parse(all.again, out.octets, out.len, NULL) == RELOAD_OK);
        if (sign(all.hmac, flags, all.again, &again))
            MUST(same(out.octets, out.len, again.octets, again.len));
        if (valid)
            check_tampering(&out, (unsigned)len + flags);
    }
    reload_buf_free(&out);
    reload_buf_free(&again);
}

/* A message without signatures, in an overlay run under HMAC, signed everywhere: exactly what D24
 * says of it is found. */
static void check_valid(const uint8_t *octets, size_t len, unsigned flags)
{
    reload_buf plain = {0}, out = {0}, back = {0};
    reload_builder b;
    reload_msg *msg = reload_msg_new();
    MUST(msg != NULL);
    reload_build_begin(&b, &plain, octets);
    reload_build_raw(&b, octets + RELOAD_HEADER_SIZE, len - RELOAD_HEADER_SIZE);
    reload_build_field(&b, RELOAD_F_SECURITY, RELOAD_SECURITY_OPEN);
    MUST(reload_build_end(&b) == RELOAD_OK);
    MUST(reload_msg_parse(msg, plain.octets, plain.len, NULL) == RELOAD_OK);
    if (sign(all.hmac, flags, msg, &out)) {
        const reload_report *report = judge(&all.hmac_verifier, all.made, NOW);
        reload_reason reason = expected(all.made);
        MUST(report->reason == reason);
        MUST(report->verdict == (reason == RELOAD_REASON_NONE ? RELOAD_VALID : RELOAD_INVALID));
        if (reason == RELOAD_REASON_NONE) {
            for (size_t i = 0; i < report->count; i++)
                MUST(reload_report_signature(report, i)->verdict == RELOAD_VALID);
            bool stamped = (flags & RELOAD_SIGN_TIMESTAMP) != 0;
            MUST(judge(&all.hmac_verifier, all.made, NOW + 300)->verdict == RELOAD_VALID ||
                 stamped);
            reload_reason late = judge(&all.hmac_verifier, all.made, (int64_t)NOW + 301)->reason;
            MUST(late == (stamped ? RELOAD_REASON_STALE : RELOAD_REASON_NONE));
            reload_reason early = judge(&all.hmac_verifier, all.made, NOW - 301)->reason;
            MUST(early == (stamped ? RELOAD_REASON_FUTURE : RELOAD_REASON_NONE));
            check_tampering(&out, (unsigned)len);
        }
        check_json(all.made);
        /* the signatures come off again; what was completed stays */
        MUST(reload_msg_parse(all.made, out.octets, out.len, NULL) == RELOAD_OK);
        MUST(reload_strip(all.made, 0, &back, NULL) == RELOAD_OK);
        uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
        bool complete = info == RELOAD_NO_ATTR
                            ? reload_msg_field(msg, RELOAD_F_RESPONSE) == 0
                            : reload_msg_attr(msg, info)->flaw != RELOAD_FLAW_NONE ||
                                  reload_msg_member(msg, info, RELOAD_A_PEER_ID) != RELOAD_NO_ATTR;
        if (complete)
            MUST(same(back.octets + RELOAD_HEADER_SIZE, back.len - RELOAD_HEADER_SIZE,
                      plain.octets + RELOAD_HEADER_SIZE, plain.len - RELOAD_HEADER_SIZE));
    }
    reload_buf_free(&plain);
    reload_buf_free(&out);
    reload_buf_free(&back);
    reload_msg_free(&msg);
}

static void check_stripping(const reload_msg *msg, unsigned seed)
{
    static const unsigned extra[] = {0, RELOAD_SIGN_TIMESTAMP, RELOAD_SIGN_SOURCE_INFO,
                                     RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO |
                                         RELOAD_SIGN_RESIGN_BODIES,
                                     RELOAD_SIGN_KEEP_SECURITY | RELOAD_SIGN_SOURCE_INFO};
    reload_buf plain = {0}, again = {0};
    for (unsigned flags = 0; flags <= RELOAD_SIGN_FORCE; flags += RELOAD_SIGN_FORCE) {
        bool takes = flawless_to(msg) && (flags != 0 || reload_msg_check(msg, NULL) == RELOAD_OK);
        reload_buf_reset(&plain);
        reload_buf_reset(&again);
        MUST(reload_strip(msg, flags, &plain, NULL) == (takes ? RELOAD_OK : refusal(msg, flags)));
        if (!takes)
            continue;
        MUST(reload_msg_parse(all.again, plain.octets, plain.len, NULL) == RELOAD_OK);
        MUST(judge(&all.hmac_verifier, all.again, NOW)->count == 0);
        MUST(reload_strip(all.again, RELOAD_SIGN_FORCE, &again, NULL) == RELOAD_OK);
        MUST(same(plain.octets, plain.len, again.octets, again.len));
        if (flags == 0)
            check_valid(plain.octets, plain.len,
                        RELOAD_SIGN_BODIES | extra[seed % (sizeof extra / sizeof extra[0])]);
    }
    reload_buf_free(&plain);
    reload_buf_free(&again);
}

/* ---- The harness ---- */

static void check_message(const uint8_t *octets, size_t len, unsigned depth)
{
    reload_msg *msg = depth == 0 ? all.msg : reload_msg_new();
    reload_diag diag;
    size_t n;
    MUST(msg != NULL && reload_msg_parse(msg, octets, len, &diag) == RELOAD_OK);
    MUST(reload_msg_octets(msg, &n) == octets && n == len);
    check_attributes(msg);
    check_text(msg);
    check_annotated(msg);
    check_diff(msg, len > RELOAD_HEADER_SIZE ? octets[len - 1] * 31u + (unsigned)len : 0u);
    check_json(msg);
    check_building(msg);
    if (reload_msg_check(msg, &diag) != RELOAD_OK) {
        MUST(diag.code == RELOAD_ERR_MALFORMED && diag.has_offset && diag.offset <= len &&
             diag.text[0] != '\0');
        MUST(!diag.has_pointer || diag.pointer[0] == '/');
    }
    (void)judge(&all.none_verifier, msg, NOW);
    check_lint(msg);
    check_strictness(msg);
    unsigned seed = len > RELOAD_HEADER_SIZE ? octets[len - 1] : 0u;
    if ((seed + len) % 8 == 0) /* it takes longer than all the rest */
        check_explaining(msg);
    check_appending(msg);
    check_stripping(msg, seed + (unsigned)len);
    check_signing(msg, 0);
    check_signing(msg, 1u << seed % 6);
    check_signing(msg, (seed + (unsigned)len) % 64);
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        const uint8_t *inner = reload_msg_tunnelled(msg, i, &n);
        if (inner != NULL && depth < RELOAD_MAX_TUNNEL)
            check_message(inner, n, depth + 1);
    }
    if (depth > 0)
        reload_msg_free(&msg);
}

static void check_garbage(const uint8_t *octets, size_t len)
{
    reload_buf text = {0};
    MUST(reload_text_write_garbage(octets, len, "why", NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    reload_buf_reset(&text);
    MUST(reload_line_write_garbage(octets, len, "why", NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, true);
    reload_buf_reset(&text);
    MUST(annotated_write_garbage(octets, len, "why", NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    check_rows(&text, octets, len);
    reload_buf_reset(&text);
    MUST(reload_escape(octets, len, fuzz_to_buf, &text) == RELOAD_OK);
    for (size_t i = 0; i < text.len; i++)
        MUST(text.octets[i] >= 0x20 && text.octets[i] != 0x7f);
    reload_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_items items = {0};
    make_all();
    fuzz_read(&items, RELOAD_FORM_BINARY, data, size, 0);
    MUST(items.bad == 0 &&
         same(items.octets.octets, items.octets.len, data, size)); /* octets are never dropped */
    fuzz_chunks(&items, RELOAD_FORM_BINARY, data, size);
    fuzz_round_trip(&items);
    for (size_t i = 0; i < items.count; i++) {
        const uint8_t *octets = items.octets.octets + items.item[i].at;
        if (items.item[i].kind == RELOAD_ITEM_MESSAGE)
            check_message(octets, items.item[i].len, 0);
        else
            check_garbage(octets, items.item[i].len);
    }
    fuzz_read(&items, RELOAD_FORM_AUTO, data, size, 0);
    fuzz_chunks(&items, RELOAD_FORM_AUTO, data, size);
    if (items.form != RELOAD_FORM_BINARY)
        fuzz_round_trip(&items);
    fuzz_items_free(&items);
    return 0;
}
