/* Each allocation of the library failing in turn: no crash, no leak (under ASan), no wrong verdict,
 * no half result. */
#include "failing.h"
#include "test.h"
#include "verify/lint.h"
#include "verify/report-json.h"

#include "dump/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* Ends the failing. A test that fails must come through here, or the next one fails too. */
static void all_succeed(void)
{
    countdown = -1;
    json_set_alloc_funcs(__real_malloc, free);
}

/* Runs a job until no allocation fails any more. Where one failed, it must say so; jansson's own
 * allocations take part where json is set. */
static void each_allocation(reload_err (*run)(void *arg), void *arg, bool json)
{
    unsigned runs = 0;
    json_set_alloc_funcs(json ? __wrap_malloc : __real_malloc, free);
    for (long n = 0;; n++) {
        countdown = n;
        failed = false;
        reload_err err = run(arg);
        countdown = -1;
        if (!failed) {
            assert_int_equal(err, RELOAD_OK);
            break;
        }
        if (err != RELOAD_ERR_MEMORY) {
            all_succeed();
            fail_msg("allocation %ld failed, and the result is %d: %s", n, err,
                     reload_strerror(err));
        }
        runs++;
    }
    all_succeed();
    assert_true(runs > 0); /* else nothing was tried */
}

/* Inside a job an assertion may fail only with allocations working again. */
static void check(bool good, const char *what)
{
    if (!good) {
        all_succeed();
        fail_msg("%s", what);
    }
}

static reload_buf everything;

static int setup(void **state)
{
    (void)state;
    test_everything(&everything);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reload_buf_free(&everything);
    return 0;
}

static const char prefix[] = "as it was";

static void begin_out(reload_buf *out)
{
    long kept = countdown;
    countdown = -1;
    *out = (reload_buf){0};
    reload_buf_append(out, prefix, strlen(prefix));
    countdown = kept;
}

/* On failure out is as it was. */
static void end_out(reload_buf *out, reload_err err)
{
    check(out->len >= strlen(prefix) && memcmp(out->octets, prefix, strlen(prefix)) == 0,
          "what was in out is gone");
    if (err != RELOAD_OK)
        check(out->len == strlen(prefix) && out->err == RELOAD_OK, "out is not as it was");
    else
        check(out->len > strlen(prefix), "nothing was written");
    reload_buf_free(out);
}

/* ---- Parsing and reading ---- */

static reload_err run_parse(void *arg)
{
    (void)arg;
    reload_diag diag = {0};
    reload_msg *msg = reload_msg_new();
    if (msg == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = reload_msg_parse(msg, everything.octets, everything.len, &diag);
    if (err != RELOAD_OK) {
        check(diag.code == err && reload_msg_count(msg) == 0, "not empty after a failure");
        check(reload_msg_signature(msg) == RELOAD_NO_ATTR, "a SIGNATURE in an empty message");
    }
    reload_msg_free(&msg);
    return err;
}

static void test_parse_alloc(void **state)
{
    (void)state;
    each_allocation(run_parse, NULL, false);
}

static void test_buf_alloc(void **state)
{
    (void)state;
    reload_buf buf = {0};
    uint8_t octets[300] = {1};
    reload_buf_append(&buf, octets, 200);
    countdown = 0;
    reload_buf_append(&buf, octets, 200);
    countdown = -1;
    assert_int_equal(buf.err, RELOAD_ERR_MEMORY);
    assert_int_equal(buf.len, 200); /* what was there is there */
    reload_buf_append(&buf, octets, 1);
    assert_int_equal(buf.len, 200);
    reload_buf_free(&buf);
}

struct input {
    const uint8_t *octets;
    size_t len;
    reload_form form;
    unsigned messages;
};

static reload_err run_reader(void *arg)
{
    const struct input *input = arg;
    struct test_source source = {.octets = input->octets, .len = input->len};
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    unsigned messages = 0;
    if (reader == NULL)
        return RELOAD_ERR_MEMORY;
    reload_reader_open(reader, input->form, test_pull, &source);
    reload_err err;
    while ((err = reload_reader_next(reader, &item)) == RELOAD_OK &&
           item->kind != RELOAD_ITEM_END) {
        check(item->kind == RELOAD_ITEM_MESSAGE, "a message became something else");
        messages++;
    }
    if (err == RELOAD_OK)
        check(messages == input->messages, "messages are missing");
    reload_reader_free(&reader);
    return err;
}

static void read_form(const uint8_t *octets, size_t len, reload_form form, unsigned messages)
{
    struct input input = {octets, len, form, messages};
    each_allocation(run_reader, &input, false);
}

static void test_reader_binary(void **state)
{
    (void)state;
    reload_buf buf = {0};
    for (unsigned i = 0; i < 500; i++) /* more than one chunk */
        reload_buf_append(&buf, everything.octets, everything.len);
    read_form(buf.octets, buf.len, RELOAD_FORM_AUTO, 500);
    reload_buf_free(&buf);
    /* one message that needs room */
    reload_builder b;
    uint8_t *zeros = calloc(1, 0xfffc);
    assert_non_null(zeros);
    reload_build_begin(&b, &buf, NULL);
    for (unsigned i = 0; i < 5; i++)
        reload_build_octets(&b, 0x0655, zeros, 0xfffc);
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
    free(zeros);
    read_form(buf.octets, buf.len, RELOAD_FORM_BINARY, 1);
    reload_buf_free(&buf);
}

static void test_reader_hex(void **state)
{
    (void)state;
    reload_buf text = {0};
    char digits[2];
    for (unsigned k = 0; k < 300; k++) {
        for (size_t i = 0; i < everything.len; i++) {
            reload_hex_encode(everything.octets + i, 1, digits);
            reload_buf_append(&text, digits, 2);
        }
        reload_buf_append(&text, "\n\n", 2);
    }
    read_form(text.octets, text.len, RELOAD_FORM_AUTO, 300);
    reload_buf_free(&text);
}

static void json_text(reload_buf *text, unsigned messages)
{
    reload_msg *msg = test_parse(&everything);
    for (unsigned i = 0; i < messages; i++) {
        assert_int_equal(reload_json_write(msg, NULL, RELOAD_PRETTY, test_sink, text), RELOAD_OK);
        reload_buf_append(text, "\n", 1);
    }
    reload_msg_free(&msg);
}

static void test_reader_json(void **state)
{
    (void)state;
    reload_buf text = {0};
    json_text(&text, 4);
    read_form(text.octets, text.len, RELOAD_FORM_AUTO, 4);
    reload_buf_free(&text);
}

/* ---- JSON and text ---- */

static int ignore(void *arg, const void *octets, size_t len)
{
    (void)arg;
    (void)octets;
    (void)len;
    return 0;
}

typedef reload_err (*write_function)(const reload_msg *msg, const reload_origin *origin,
                                     unsigned flags, reload_sink sink, void *arg);

struct writing {
    write_function write;
    const reload_msg *msg;
};

static const reload_origin origin = {.file = "a\xff.bin", .offset = 1, .index = 1};

static reload_err run_write(void *arg)
{
    const struct writing *w = arg;
    return w->write(w->msg, &origin, RELOAD_PRETTY | RELOAD_COLOUR, ignore, NULL);
}

/* A message with long octet strings and a message inside it. */
static void tunnel(reload_buf *buf)
{
    reload_builder b;
    reload_build_begin(&b, buf, NULL);
    reload_build_open(&b, RELOAD_A_APPLICATION);
    reload_build_octets(&b, RELOAD_A_APPLICATION_NAME, (const uint8_t *)"reload", 6);
    reload_build_octets(&b, RELOAD_A_APPLICATION_BODY, everything.octets, everything.len);
    reload_build_close(&b);
    reload_build_raw(&b, (const uint8_t *)"\0\7\0", 3); /* trailing */
    assert_int_equal(reload_build_end(&b), RELOAD_OK);
}

static void writes(write_function write, bool json)
{
    reload_buf buf = {0};
    tunnel(&buf);
    reload_msg *msg = test_parse(&buf);
    struct writing w = {write, msg};
    each_allocation(run_write, &w, json);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static void test_json_write_alloc(void **state)
{
    (void)state;
    writes(reload_json_write, false);
    writes(reload_json_write, true);
}

static void test_text_write_alloc(void **state)
{
    (void)state;
    writes(reload_text_write, false);
    writes(reload_line_write, false);
    writes(annotated_write, false);
}

struct comparing {
    diff_side side[2];
};

static reload_err run_diff(void *arg)
{
    const struct comparing *c = arg;
    bool differ = false;
    reload_err err = diff_write(&c->side[0], &c->side[1], RELOAD_COLOUR, ignore, NULL, &differ);
    check(differ, "no memory made them the same");
    return err;
}

/* Of messages in APPLICATION.BODYs that differ in their last octet, and then of such a one and
 * another of other attributes. */
static void test_diff_alloc(void **state)
{
    (void)state;
    reload_buf buf[3] = {{0}, {0}, {0}};
    reload_msg *msg[3];
    for (int i = 0; i < 2; i++)
        tunnel(&buf[i]);
    buf[1].octets[buf[1].len - 4] ^= 1;
    reload_buf_append(&buf[2], everything.octets, everything.len);
    for (int i = 0; i < 3; i++)
        msg[i] = test_parse(&buf[i]);
    struct comparing c = {{{.msg = msg[0], .origin = &origin}, {.msg = msg[1]}}};
    each_allocation(run_diff, &c, false);
    c.side[1].msg = msg[2];
    each_allocation(run_diff, &c, false);
    c.side[1] = (diff_side){.octets = everything.octets, .len = everything.len};
    each_allocation(run_diff, &c, false);
    for (int i = 0; i < 3; i++) {
        reload_msg_free(&msg[i]);
        reload_buf_free(&buf[i]);
    }
}

static reload_err run_annotated_garbage(void *arg)
{
    (void)arg;
    return annotated_write_garbage(everything.octets, everything.len, "why", &origin, RELOAD_COLOUR,
                                   ignore, NULL);
}

static reload_err run_garbage(void *arg)
{
    (void)arg;
    reload_err err = reload_json_write_garbage(everything.octets, everything.len, "why \xff",
                                               &origin, 0, ignore, NULL);
    if (err == RELOAD_OK)
        err = reload_text_write_garbage(everything.octets, everything.len, "why", &origin, 0,
                                        ignore, NULL);
    return err != RELOAD_OK ? err
                            : reload_line_write_garbage(everything.octets, everything.len, "why",
                                                        &origin, 0, ignore, NULL);
}

static reload_err run_escape(void *arg)
{
    (void)arg;
    return reload_escape(everything.octets, everything.len, ignore, NULL);
}

static void test_garbage_alloc(void **state)
{
    (void)state;
    each_allocation(run_garbage, NULL, false);
    each_allocation(run_garbage, NULL, true);
    each_allocation(run_escape, NULL, false);
    each_allocation(run_annotated_garbage, NULL, false);
}

/* Only with our own allocations: jansson 2.14's lexer itself breaks where one of its own fails. */
static reload_err run_json_read(void *arg)
{
    const reload_buf *text = arg;
    reload_buf out;
    reload_diag diag = {0};
    begin_out(&out);
    reload_err err = reload_json_read((const char *)text->octets, text->len, &out, &diag);
    if (err != RELOAD_OK)
        check(diag.code == err, "the diagnostic says something else");
    end_out(&out, err);
    return err;
}

static void test_json_read_alloc(void **state)
{
    (void)state;
    reload_buf text = {0};
    json_text(&text, 1);
    each_allocation(run_json_read, &text, false);
    reload_buf_free(&text);
}

static reload_err run_read_attr(void *arg)
{
    (void)arg;
    static const char text[] =
        "{\"type\": \"ROUTE-LOG\", \"value\": [{\"type\": \"0x0655\", \"hex\": \"00\"}]}";
    reload_buf out;
    begin_out(&out);
    /* so that room is needed */
    reload_err err = RELOAD_OK;
    size_t len = out.len;
    for (unsigned i = 0; i < 64 && err == RELOAD_OK; i++) {
        len = out.len;
        err = reload_json_read_attr(text, strlen(text), &out, NULL);
    }
    if (err != RELOAD_OK)
        check(out.len == len && out.err == RELOAD_OK, "out is not as it was");
    reload_buf_free(&out);
    return err;
}

static void test_read_attr_alloc(void **state)
{
    (void)state;
    each_allocation(run_read_attr, NULL, false);
}

/* ---- Signing and verifying ---- */

static const uint8_t key[] = "secret";

static reload_err run_sign(void *arg)
{
    reload_msg *msg = arg;
    reload_buf out;
    reload_diag diag = {0};
    begin_out(&out);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_HMAC);
    reload_err err = s == NULL ? RELOAD_ERR_MEMORY : reload_signer_set_secret(s, key, 6);
    if (err == RELOAD_OK) {
        const reload_sign_options options = {
            .size = sizeof options,
            .flags = RELOAD_SIGN_TIMESTAMP | RELOAD_SIGN_SOURCE_INFO | RELOAD_SIGN_RESIGN_BODIES};
        err = reload_sign(s, msg, &options, &out, &diag);
        check(err == RELOAD_OK || diag.code == err, "the diagnostic says something else");
    }
    end_out(&out, err);
    reload_signer_free(&s);
    return err;
}

static void test_sign_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_sign, msg, false);
    reload_msg_free(&msg);
}

/* A request without a Transaction ID, which a generator must be made for. */
static void test_sign_alloc_random(void **state)
{
    (void)state;
    reload_buf buf = {0};
    test_message(&buf, "");
    memset(buf.octets + 56, 0, 8);
    reload_msg *msg = test_parse(&buf);
    each_allocation(run_sign, msg, false);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

/* ---- Certificates ---- */

/* What is needed to sign and verify under CERTS. */
static struct {
    reload_buf ca, key, cert, message;
} certs;

static int setup_certs(void **state)
{
    (void)state;
    test_file(&certs.ca, "overlay/ca.crt");
    test_file(&certs.key, "alice.key");
    test_file(&certs.cert, "alice.crt");
    test_file(&certs.message, "section-4.1.certs.bin");
    return 0;
}

static int teardown_certs(void **state)
{
    (void)state;
    reload_buf_free(&certs.ca);
    reload_buf_free(&certs.key);
    reload_buf_free(&certs.cert);
    reload_buf_free(&certs.message);
    return 0;
}

enum { EXAMPLE_TIME = 946702799 };

static reload_err run_verify_certs(void *arg)
{
    reload_msg *msg = arg;
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    report->verdict = RELOAD_VALID;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_ca(policy, certs.ca.octets, certs.ca.len, NULL);
    if (err == RELOAD_OK)
        err = test_verify(policy, NULL, msg, EXAMPLE_TIME, report);
    if (policy != NULL && err == RELOAD_OK) {
        check(report->verdict == RELOAD_VALID && report->count == 3, "not valid");
        for (size_t i = 0; i < report->count; i++)
            check(strcmp(reload_cert_subject(reload_report_signature(report, i)->signer),
                         "CN=alice@example.com") == 0,
                  "not alice's");
    } else if (report->verdict != RELOAD_VALID) { /* it came to the judging */
        check(report->verdict == RELOAD_UNCHECKED, "a verdict though it could not be checked");
    }
    reload_report_free(&report);
    reload_policy_free(&policy);
    return err;
}

static void test_verify_certs_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_verify_certs, msg, false);
    reload_msg_free(&msg);
}

static reload_err run_verify_forged(void *arg)
{
    reload_msg *msg = arg;
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_ca(policy, certs.ca.octets, certs.ca.len, NULL);
    if (err == RELOAD_OK)
        err = test_verify(policy, NULL, msg, EXAMPLE_TIME, report);
    if (err == RELOAD_OK)
        check(report->verdict == RELOAD_INVALID && report->reason == RELOAD_REASON_BAD_DIGEST,
              "another verdict");
    else
        check(report->verdict == RELOAD_UNCHECKED, "a verdict though it could not be checked");
    reload_report_free(&report);
    reload_policy_free(&policy);
    return err;
}

/* A forgery with good signatures inside: whatever fails while the outer one is checked, the inner
 * ones do not make up for it. */
static void test_verify_forged_alloc(void **state)
{
    (void)state;
    reload_buf forged = {0};
    reload_msg *msg = test_parse(&certs.message);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    assert_int_equal(reload_signer_set_key(s, certs.key.octets, certs.key.len, NULL, NULL),
                     RELOAD_OK);
    assert_int_equal(reload_signer_set_cert(s, certs.cert.octets, certs.cert.len, NULL), RELOAD_OK);
    const reload_sign_options options = {
        .size = sizeof options, .time = EXAMPLE_TIME, .flags = RELOAD_SIGN_SOURCE_INFO};
    assert_int_equal(reload_sign(s, msg, &options, &forged, NULL), RELOAD_OK);
    forged.octets[forged.len - 1] ^= 1;
    reload_msg_free(&msg);
    msg = test_parse(&forged);
    each_allocation(run_verify_forged, msg, false);
    reload_msg_free(&msg);
    reload_signer_free(&s);
    reload_buf_free(&forged);
}

static reload_err run_sign_certs(void *arg)
{
    reload_msg *msg = arg;
    reload_buf out;
    reload_diag diag = {0};
    begin_out(&out);
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    reload_err err = s == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_signer_set_key(s, certs.key.octets, certs.key.len, NULL, &diag);
    if (err == RELOAD_OK)
        err = reload_signer_set_cert(s, certs.cert.octets, certs.cert.len, &diag);
    if (err == RELOAD_OK) {
        const reload_sign_options options = {.size = sizeof options,
                                             .time = EXAMPLE_TIME,
                                             .flags = RELOAD_SIGN_SOURCE_INFO |
                                                      RELOAD_SIGN_RESIGN_BODIES};
        err = reload_sign(s, msg, &options, &out, &diag);
    }
    check(err == RELOAD_OK || diag.code == err || s == NULL, "the diagnostic says something else");
    end_out(&out, err);
    reload_signer_free(&s);
    return err;
}

static void test_sign_certs_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_sign_certs, msg, false);
    reload_msg_free(&msg);
}

static int drop(void *arg, const void *octets, size_t len)
{
    (void)arg;
    (void)octets;
    (void)len;
    return 0;
}

static reload_err run_text_certs(void *arg)
{
    return reload_text_write(arg, NULL, 0, drop, NULL);
}

static void test_text_certs_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_text_certs, msg, false);
    reload_msg_free(&msg);
}

static reload_err run_random(void *arg)
{
    (void)arg;
    uint8_t octets[8];
    reload_rng *rng;
    reload_err err = reload_rng_new(NULL, 0, &rng);
    if (err == RELOAD_OK)
        err = reload_rng_fill(rng, octets, sizeof octets);
    reload_rng_free(&rng);
    return err;
}

static void test_random_alloc(void **state)
{
    (void)state;
    each_allocation(run_random, NULL, false);
}

static reload_err run_strip(void *arg)
{
    reload_buf out;
    begin_out(&out);
    reload_err err = reload_strip(arg, 0, &out, NULL);
    end_out(&out, err);
    return err;
}

static reload_err run_append(void *arg)
{
    static const uint8_t attr[4] = {0, 4, 0, 0};
    reload_buf out;
    begin_out(&out);
    reload_err err = reload_append_attr(arg, attr, sizeof attr, 0, &out, NULL);
    end_out(&out, err);
    return err;
}

static void test_strip_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_strip, msg, false);
    each_allocation(run_append, msg, false);
    reload_msg_free(&msg);
}

/* A verdict is valid or is not given; invalid it never is. */
static reload_err run_verify(void *arg)
{
    reload_msg *msg = arg;
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    reload_err err = policy == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    for (unsigned i = 0; i < 20 && err == RELOAD_OK; i++)
        err = reload_policy_add_secret(policy, key,
                                       i < 19 ? i % 5 + 1 : 6); /* the last one is right */
    if (err == RELOAD_OK)
        err = test_verify(policy, NULL, msg, 1183900000, report);
    check(report->verdict == (err == RELOAD_OK ? RELOAD_VALID : RELOAD_UNCHECKED),
          "a verdict that is none");
    check(report->reason == RELOAD_REASON_NONE, "a reason");
    for (size_t i = 0; i < report->count; i++)
        check(reload_report_signature(report, i)->verdict ==
                  (err == RELOAD_OK ? RELOAD_VALID : RELOAD_UNCHECKED),
              "a signature's verdict");
    if (err == RELOAD_OK)
        err = report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, NULL, ignore, NULL);
    reload_report_free(&report);
    reload_policy_free(&policy);
    return err;
}

static void test_verify_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_verify, msg, false);
    each_allocation(run_verify, msg, true);
    reload_msg_free(&msg);
}

static int count_finding(void *arg, const struct lint_finding *finding)
{
    (void)finding;
    ++*(size_t *)arg;
    return 0;
}

/* Neither findings nor their JSON need memory. */
static void test_lint_alloc(void **state)
{
    (void)state;
    reload_report *report = test_report_new(RELOAD_VALID);
    reload_msg *msg = test_parse(&everything);
    size_t found = 0;
    json_set_alloc_funcs(__wrap_malloc, free);
    failed = false;
    countdown = 0; /* every allocation from here on would fail */
    reload_err err = lint_message(RELOAD_SECURITY_CERTS, msg, count_finding, &found);
    check(err == RELOAD_OK && found > 0, "lint needs memory");
    err = report_json_write(report, msg, &origin, RELOAD_SECURITY_CERTS, NULL, ignore, NULL);
    check(err == RELOAD_OK, "its JSON needs memory");
    check(countdown == 0 && !failed, "lint asks for memory");
    all_succeed();
    reload_report_free(&report);
    reload_msg_free(&msg);
}

/* Judges and explains; what could not be explained is not said to fit, or not to fit. */
static reload_err explain(reload_policy *policy, const reload_msg *msg, int64_t time,
                          const char *word)
{
    reload_report *report = reload_report_new();
    if (report == NULL)
        return RELOAD_ERR_MEMORY;
    reload_err err = test_verify(policy, NULL, msg, time, report);
    bool judged = err == RELOAD_OK, explained = false;
    struct explanations list = {0};
    if (judged)
        err = explain_report(policy, msg, report, &list);
    for (size_t i = 0; i < report->count; i++) {
        const struct explanation *explanation =
            explanations_of(&list, reload_report_signature(report, i));
        explained = explained || explanation != NULL;
        check(explanation == NULL || (explanation->count == 1 &&
                                      strcmp(explanation->fits[0].readings[0]->word, word) == 0),
              "another explanation");
    }
    check(explained == (err == RELOAD_OK), "an explanation after a failure, or none without one");
    check(!judged || report->verdict == RELOAD_INVALID, "another verdict");
    if (err == RELOAD_OK)
        err = report_json_write(report, msg, &origin, RELOAD_SECURITY_OPEN, &list, ignore, NULL);
    explanations_free(&list);
    reload_report_free(&report);
    return err;
}

static reload_err run_explain(void *arg)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_secret(policy, (const uint8_t *)" secret", 7);
    if (err == RELOAD_OK)
        err = explain(policy, arg, 1183900000, "secret-trimmed");
    reload_policy_free(&policy);
    return err;
}

static void test_explain_alloc(void **state)
{
    (void)state;
    reload_msg *msg = test_parse(&everything);
    each_allocation(run_explain, msg, false);
    each_allocation(run_explain, msg, true);
    reload_msg_free(&msg);
}

static reload_err run_explain_certs(void *arg)
{
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    reload_err err = policy == NULL
                         ? RELOAD_ERR_MEMORY
                         : reload_policy_add_ca(policy, certs.ca.octets, certs.ca.len, NULL);
    if (err == RELOAD_OK)
        err = explain(policy, arg, EXAMPLE_TIME, "response-flipped");
    reload_policy_free(&policy);
    return err;
}

static void test_explain_certs_alloc(void **state)
{
    (void)state;
    certs.message.octets[12] ^= 0x80; /* R/r */
    reload_msg *msg = test_parse(&certs.message);
    each_allocation(run_explain_certs, msg, false);
    reload_msg_free(&msg);
}

static reload_err run_secret(void *arg)
{
    static const char text[] = "hex:00112233\n";
    reload_buf secret = {0};
    (void)arg;
    reload_err err = reload_secret_parse((const uint8_t *)text, strlen(text), &secret, NULL);
    if (err == RELOAD_OK)
        err = reload_secret_parse((const uint8_t *)"a secret", 8, &secret, NULL);
    reload_buf_free(&secret);
    return err;
}

static void test_secret_alloc(void **state)
{
    (void)state;
    each_allocation(run_secret, NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_alloc),
        cmocka_unit_test(test_buf_alloc),
        cmocka_unit_test(test_reader_binary),
        cmocka_unit_test(test_reader_hex),
        cmocka_unit_test(test_reader_json),
        cmocka_unit_test(test_json_write_alloc),
        cmocka_unit_test(test_text_write_alloc),
        cmocka_unit_test(test_diff_alloc),
        cmocka_unit_test(test_garbage_alloc),
        cmocka_unit_test(test_json_read_alloc),
        cmocka_unit_test(test_read_attr_alloc),
        cmocka_unit_test(test_sign_alloc),
        cmocka_unit_test(test_sign_alloc_random),
        cmocka_unit_test_setup_teardown(test_verify_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_verify_forged_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_sign_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test_setup_teardown(test_text_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test(test_random_alloc),
        cmocka_unit_test(test_strip_alloc),
        cmocka_unit_test(test_verify_alloc),
        cmocka_unit_test(test_lint_alloc),
        cmocka_unit_test(test_explain_alloc),
        cmocka_unit_test_setup_teardown(test_explain_certs_alloc, setup_certs, teardown_certs),
        cmocka_unit_test(test_secret_alloc),
    };
    return cmocka_run_group_tests_name("alloc", tests, setup, teardown);
}
