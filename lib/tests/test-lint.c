/* SPDX-License-Identifier: BSD-2-Clause */
/* Lint rules: for each rule, a message that breaks no other one. */
#include "lint-messages.h"
#include "verify/report-json.h"
#include "verify/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The findings of one run. */
struct found {
    const reload_msg *msg;
    size_t count;
    struct lint_finding list[32];
    size_t fails_after; /* the sink fails after that many; 0: never */
};

static int collect_finding(void *arg, const struct lint_finding *finding)
{
    struct found *found = arg;
    char pointer[256];
    assert_true(found->count < COUNT(found->list));
    assert_non_null(lint_rule_of(finding->rule));
    assert_true(finding->attr == RELOAD_NO_ATTR || finding->field == RELOAD_FIELDS);
    assert_true(finding->attr == RELOAD_NO_ATTR || finding->attr < reload_msg_count(found->msg));
    assert_true(lint_pointer(found->msg, finding, pointer, sizeof pointer));
    assert_true(strlen(finding->detail) > 0 &&
                strlen(finding->detail) < sizeof finding->detail - 1); /* not truncated */
    for (const char *p = finding->detail; *p != '\0'; p++)
        assert_true(*p >= ' ' && *p <= '~');
    found->list[found->count++] = *finding;
    return found->fails_after != 0 && found->count >= found->fails_after ? -1 : 0;
}

static void lint_all(reload_security algorithm, const reload_msg *msg, struct found *found)
{
    *found = (struct found){.msg = msg};
    assert_int_equal(lint_message(algorithm, msg, collect_finding, found), RELOAD_OK);
}

/* The pointer to a finding; valid until the next call */
static const char *path_of(const reload_msg *msg, const struct lint_finding *finding)
{
    static char pointer[256];
    assert_true(lint_pointer(msg, finding, pointer, sizeof pointer));
    return pointer;
}

/* Asserts that a message has this finding alone; LINT_RULES: no finding. */
static void expect_one(reload_security algorithm, const reload_msg *msg, enum lint_rule rule,
                       const char *path, const char *what)
{
    struct found found;
    size_t expected = rule == LINT_RULES ? 0 : 1;
    lint_all(algorithm, msg, &found);
    for (size_t i = 0; i < found.count; i++)
        if (found.count != expected || found.list[i].rule != rule ||
            strcmp(path_of(msg, &found.list[i]), path) != 0)
            fail_msg("%s: found %s at %s: %s; expected %s at %s", what,
                     lint_rule_of(found.list[i].rule)->word, path_of(msg, &found.list[i]),
                     found.list[i].detail, expected == 0 ? "nothing" : lint_rule_of(rule)->word,
                     path);
    if (found.count != expected)
        fail_msg("%s: missing finding %s", what, lint_rule_of(rule)->word);
}

static void test_conforming(void **state)
{
    reload_buf buf = {0};
    (void)state;
    for (size_t i = 0; i < lint_base_count; i++) {
        reload_msg *msg = make_message(lint_bases[i].text, &buf);
        expect_one(lint_bases[i].algorithm, msg, LINT_RULES, "", lint_bases[i].name);
        reload_msg_free(&msg);
    }
    reload_buf_free(&buf);
}

static void test_each_rule(void **state)
{
    reload_buf buf = {0};
    (void)state;
    for (size_t i = 0; i < lint_edit_count; i++) {
        const struct edit *e = &lint_edits[i];
        const struct base *base = base_named(e->base);
        char what[64], *text = replaced(base->text, e->from, e->to);
        if (e->from2 != NULL) {
            char *once = text;
            text = replaced(once, e->from2, e->to2);
            free(once);
        }
        reload_msg *msg = make_message(text, &buf);
        (void)snprintf(what, sizeof what, "edit %zu, of %s", i, e->base);
        expect_one(base->algorithm, msg, e->rule, e->path, what);
        reload_msg_free(&msg);
        free(text);
    }
    reload_buf_free(&buf);
}

/* The table of edits breaks every rule at least once. */
static void test_all_rules(void **state)
{
    (void)state;
    for (int rule = 0; rule < LINT_RULES; rule++) {
        size_t i = 0;
        while (i < lint_edit_count && lint_edits[i].rule != (enum lint_rule)rule)
            i++;
        if (i == lint_edit_count)
            fail_msg("untested rule %s", lint_rule_of((enum lint_rule)rule)->word);
    }
}

/* Names are in kebab case and unique; each rule has a section and a text. */
static void test_table(void **state)
{
    (void)state;
    for (int i = 0; i < LINT_RULES; i++) {
        const struct lint_rule_def *def = lint_rule_of((enum lint_rule)i);
        assert_non_null(def);
        assert_true(strlen(def->word) > 3 &&
                    strspn(def->word, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
                        strlen(def->word));
        assert_true(strstr(def->section, "B§") == def->section ||
                    strstr(def->section, "S§") == def->section || def->section[0] == 'D');
        assert_true(strlen(def->text) > 10 && def->text[strlen(def->text) - 1] != '.');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(lint_rule_of((enum lint_rule)k)->word, def->word);
    }
    assert_null(lint_rule_of(LINT_RULES));
    assert_null(lint_rule_of((enum lint_rule) - 1));
    assert_string_equal(lint_level_text(LINT_LEVEL_MUST), "MUST");
    assert_string_equal(lint_level_text(lint_rule_of(LINT_SOURCE_INFO_ADVISED)->level), "SHOULD");
    assert_null(lint_level_text(LINT_LEVEL_NONE));
    assert_null(lint_level_text((enum lint_level)99));
    assert_string_equal(lint_rule_of(LINT_SIGNATURE_NOT_LAST)->section, "S§5.1, S§7.1");
    assert_int_equal(lint_rule_of(LINT_SIGNATURE_NOT_LAST)->level, LINT_LEVEL_MUST);
    assert_int_equal(lint_rule_of(LINT_UNKNOWN_ROUTING)->level, LINT_LEVEL_NONE);
}

/* D17: 16 replicas */
static void test_replicas(void **state)
{
    reload_buf buf = {0};
    (void)state;
    for (uint32_t replica = 0; replica <= LINT_REPLICAS + 1; replica++) {
        char name[40];
        uint8_t id[RELOAD_ID_SIZE];
        reload_msg *msg = make_message(base_named("put")->text, &buf);
        (void)snprintf(name, sizeof name,
                       replica == 0 ? "alice@example.com" : "alice@example.com%u",
                       (unsigned)replica);
        test_sha1(name, id);
        memcpy(buf.octets + 16, id, sizeof id); /* the message reads from buf */
        expect_one(RELOAD_SECURITY_HMAC, msg, replica <= 16 ? LINT_RULES : LINT_PUT_DESTINATION,
                   "/attributes/1/value/0", name);
        reload_msg_free(&msg);
    }
    reload_buf_free(&buf);
}

/* Only octets 4 to 8 are checked in another Version, and only the header in a fragment. */
static void test_unread_parts(void **state)
{
    reload_buf buf = {0};
    struct found found;
    (void)state;
    reload_msg *msg = make_message(base_named("search")->text, &buf);
    memset(buf.octets + 4, 0xff, buf.len - 4);
    buf.octets[4] = 0; /* TTL */
    memset(buf.octets + 13, 0, 3);
    reload_msg_free(&msg);
    buf.len = RELOAD_HEADER_SIZE;
    msg = test_parse(&buf);
    lint_all(RELOAD_SECURITY_CERTS, msg, &found);
    assert_int_equal(found.count, 5);
    assert_int_equal(found.list[4].rule, LINT_UNKNOWN_VERSION);
    assert_int_equal(found.list[0].rule, LINT_TTL_ZERO);
    assert_int_equal(found.list[1].rule, LINT_UNKNOWN_ROUTING);
    assert_int_equal(found.list[2].rule, LINT_RESERVED_FRAGMENT_BITS);
    assert_int_equal(found.list[3].rule, LINT_EXPERIMENTAL_VERSION);
    reload_msg_free(&msg);

    char *text = replaced(base_named("search-certs")->text, "'frag': false", "'frag': true"),
         *other;
    other = replaced(text, "'attributes': [",
                     "'attributes': [{'type': 'APPLICATION', 'value': [], 'padding': ''}, ");
    msg = make_message(other, &buf);
    expect_one(RELOAD_SECURITY_CERTS, msg, LINT_RULES, "", "a fragment's attributes");
    reload_msg_free(&msg);
    free(other);
    other = replaced(text, "4690c25c0", "ffffffff0"); /* without TIMESTAMP to compare with */
    msg = make_message(other, &buf);
    expect_one(RELOAD_SECURITY_CERTS, msg, LINT_RULES, "", "a fragment's boot time");
    reload_msg_free(&msg);
    free(other);
    other = replaced(text, "'SHA-1'", "9");
    msg = make_message(other, &buf);
    expect_one(RELOAD_SECURITY_CERTS, msg, LINT_UNKNOWN_HASH, "/header/hash",
               "a fragment's header");
    reload_msg_free(&msg);
    free(other);
    free(text);
    reload_buf_free(&buf);
}

/* An attribute that may be in the unreadable part is not reported as missing; the readable part is
 * checked. */
static void test_malformed(void **state)
{
    reload_buf buf = {0};
    (void)state;
    /* truncated before RESOURCE, and inside SIGNATURE */
    reload_msg *msg = make_message(base_named("get-response")->text, &buf);
    uint32_t source = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_RESOURCE),
             signature = reload_msg_signature(msg);
    size_t before_resource = reload_msg_attr(msg, source)->offset,
           in_signature = reload_msg_attr(msg, signature)->offset + 10;
    reload_msg_free(&msg);
    buf.len = in_signature;
    msg = test_parse(&buf);
    expect_one(RELOAD_SECURITY_HMAC, msg, LINT_RULES, "", "truncated inside SIGNATURE");
    reload_msg_free(&msg);
    buf.octets[4] = 0;
    buf.len = before_resource;
    msg = test_parse(&buf);
    expect_one(RELOAD_SECURITY_HMAC, msg, LINT_TTL_ZERO, "/header/ttl",
               "truncated before RESOURCE");
    reload_msg_free(&msg);
    /* the same octets as a complete message: RESOURCE and SIGNATURE are missing */
    struct found found;
    test_set_length(&buf, 0);
    msg = test_parse(&buf);
    lint_all(RELOAD_SECURITY_HMAC, msg, &found);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.list[1].rule, LINT_MISSING_RESOURCE);
    assert_int_equal(found.list[2].rule, LINT_MISSING_SIGNATURE);
    reload_msg_free(&msg);
    /* trailing octets after SIGNATURE cannot contain RESPONSE-CODE */
    char *text = replaced(base_named("search-response")->text, CODE("200"), "");
    msg = make_message(text, &buf);
    reload_msg_free(&msg);
    reload_buf_append(&buf, "\0\1\0", 3);
    test_set_length(&buf, 0);
    msg = test_parse(&buf);
    expect_one(RELOAD_SECURITY_HMAC, msg, LINT_MISSING_RESPONSE_CODE, "/attributes",
               "trailing octets after SIGNATURE");
    reload_msg_free(&msg);
    free(text);
    /* a new message, without octets */
    msg = reload_msg_new();
    assert_non_null(msg);
    lint_all(RELOAD_SECURITY_HMAC, msg, &found);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.list[0].rule, LINT_TTL_ZERO);
    assert_int_equal(found.list[1].rule, LINT_UNKNOWN_VERSION);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
}

static int fail_on_finding(void *arg, const struct lint_finding *finding)
{
    (void)arg;
    fail_msg("unexpected finding %s", lint_rule_of(finding->rule)->word);
    return 0;
}

static void test_results(void **state)
{
    reload_buf buf = {0};
    char small[8];
    (void)state;
    char *text = replaced(base_named("search")->text, SIGNATURE ", ", ""),
         *other = replaced(text, "'ttl': 32", "'ttl': 0");
    reload_msg *msg = make_message(other, &buf);
    struct found found = {.msg = msg, .fails_after = 1};
    assert_int_equal(lint_message(RELOAD_SECURITY_OPEN, msg, fail_on_finding, NULL),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(lint_message(UNKNOWN_SECURITY, msg, fail_on_finding, NULL),
                     RELOAD_ERR_ARGUMENT);
    assert_int_equal(lint_message(RELOAD_SECURITY_HMAC, msg, collect_finding, &found),
                     RELOAD_ERR_WRITE);
    assert_int_equal(found.count, 1); /* stops at the error */
    found = (struct found){.msg = msg, .fails_after = 2};
    assert_int_equal(lint_message(RELOAD_SECURITY_HMAC, msg, collect_finding, &found),
                     RELOAD_ERR_WRITE);
    assert_int_equal(found.count, 2);
    assert_false(lint_pointer(msg, &found.list[0], small, sizeof small));
    assert_int_equal(strlen(small), sizeof small - 1); /* terminated */
    assert_false(lint_pointer(msg, &found.list[1], small, sizeof small));
    reload_msg_free(&msg);
    free(text);
    free(other);
    reload_buf_free(&buf);
}

/* Writes the JSON report and returns it. */
static const char *write_report(const reload_report *report, const reload_msg *msg,
                                reload_security algorithm, reload_buf *out)
{
    const reload_origin origin = {.size = sizeof origin, .file = "-", .offset = 0, .index = 1};
    reload_buf_reset(out);
    assert_int_equal(report_json_write(report, msg, &(struct report_place){&origin, 68}, algorithm,
                                       NULL, 0, test_sink, out),
                     RELOAD_OK);
    reload_buf_append(out, "", 1);
    return (const char *)out->octets;
}

/* Without findings the report has an empty array, and without linting none. */
static void test_empty_report(void **state)
{
    static const char head[] =
        "{\"index\": 1, \"file\": \"-\", \"offset\": 0, \"length\": 68, \"verdict\": \"valid\", "
        "\"response_code\": "
        "null, "
        "\"method\": \"PEER-SEARCH\", \"response\": false, \"security\": \"HMAC\", "
        "\"source_id\": \"" ALICE "\", \"destination_id\": \"" BOB "\", "
        "\"transaction_id\": \"4690c25c00000001\", \"signatures\": []";
    reload_report *report = test_report_new(RELOAD_VALID);
    reload_report *garbage = test_report_new(RELOAD_MALFORMED);
    garbage->reason = RELOAD_REASON_MALFORMED;
    reload_buf buf = {0}, out = {0};
    char expected[1024];
    (void)state;
    reload_msg *msg = make_message(base_named("search")->text, &buf);
    (void)snprintf(expected, sizeof expected, "%s, \"lint\": []}", head);
    assert_string_equal(write_report(report, msg, RELOAD_SECURITY_HMAC, &out), expected);
    (void)snprintf(expected, sizeof expected, "%s}", head);
    assert_string_equal(write_report(report, msg, RELOAD_SECURITY_OPEN, &out), expected);
    assert_non_null(strstr(write_report(garbage, NULL, RELOAD_SECURITY_HMAC, &out),
                           "\"signatures\": [], \"lint\": []}"));
    reload_report_free(&report);
    reload_report_free(&garbage);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
    reload_buf_free(&out);
}

/* Two findings, and one in the tunnelled message */
static void test_report(void **state)
{
    reload_buf buf = {0}, inner_buf = {0}, out = {0};
    const char *text;
    (void)state;
    reload_msg *msg = make_message(base_named("search")->text, &buf);
    reload_report *report = test_report_new(RELOAD_VALID);
    reload_tunnelled *tunnelled = rl_report_add_tunnelled(rl_report_of(report), 0);
    reload_msg_free(&tunnelled->msg);
    tunnelled->msg = make_message(base_named("join")->text, &inner_buf);
    tunnelled->report->verdict = RELOAD_VALID;
    inner_buf.octets[4] = 0;
    buf.octets[4] = 0;
    buf.octets[11] = 0;
    text = write_report(report, msg, RELOAD_SECURITY_HMAC, &out);
    assert_non_null(strstr(text,
                           "\"lint\": [{\"rule\": \"ttl-zero\", \"section\": \"B§5.1\", \"level\": "
                           "\"MUST\", \"path\": \"/header/ttl\", "
                           "\"detail\": \"TTL is 0: receivers discard the message\"}, {\"rule\": "
                           "\"security-left-open\", \"section\": \"B§8.1.1, B§8.2.1\", "
                           "\"level\": \"MUST\", \"path\": \"/header/security\", \"detail\": "
                           "\"Security is 0 outside a PEER-JOIN request\"}], "
                           "\"tunnelled\": [{\"path\": \"/attributes/0\", "));
    assert_non_null(strstr(text,
                           "\"signatures\": [], \"lint\": [{\"rule\": \"ttl-zero\", \"section\": "
                           "\"B§5.1\", \"level\": \"MUST\", \"path\": \"/header/ttl\", "
                           "\"detail\": \"TTL is 0: receivers discard the message\"}]}]}"));
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_buf_free(&buf);
    reload_buf_free(&inner_buf);
    reload_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conforming),   cmocka_unit_test(test_each_rule),
        cmocka_unit_test(test_all_rules),    cmocka_unit_test(test_table),
        cmocka_unit_test(test_replicas),     cmocka_unit_test(test_unread_parts),
        cmocka_unit_test(test_malformed),    cmocka_unit_test(test_results),
        cmocka_unit_test(test_empty_report), cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests_name("lint", tests, setup_lint, NULL);
}
