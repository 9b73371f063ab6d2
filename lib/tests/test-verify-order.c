/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of D24, with each pair of faults; the report as JSON */
#include "crafting.h"
#include "verify/report-json.h"

#include <string.h>

/* Faults in D24's order; of two faults, the first decides. */
enum fault {
    F_CUT,
    F_VERSION,
    F_FRAGMENT,
    F_VALUE,
    F_OVERLAY,
    F_SECURITY,
    F_NO_SIGNATURE,
    F_DUPLICATE,
    F_MISPLACED,
    F_LENGTH,
    F_DIGEST,
    F_STALE,
    F_SOURCE,
    F_REDIRECT,
    F_BODY_PEER,
    F_BODY_UNSIGNED,
    F_BODY_DIGEST,
    F_NO_EXPIRATION,
    F_EXPIRED,
    FAULTS
};

static const struct {
    const char *reason;
    uint16_t code;
} faults[FAULTS] = {
    [F_CUT] = {"malformed", 0},
    [F_VERSION] = {"unsupported-version", 0},
    [F_FRAGMENT] = {"fragment", 0},
    [F_VALUE] = {"malformed", 0},
    [F_OVERLAY] = {"overlay-mismatch", 498},
    [F_SECURITY] = {"security-mismatch", 401},
    [F_NO_SIGNATURE] = {"missing-signature", 401},
    [F_DUPLICATE] = {"duplicate-attribute", 431},
    [F_MISPLACED] = {"misplaced", 431},
    [F_LENGTH] = {"bad-digest-length", 431},
    [F_DIGEST] = {"bad-digest", 431},
    [F_STALE] = {"stale", 431},
    [F_SOURCE] = {"bad-digest", 431},
    [F_REDIRECT] = {"bad-digest-length", 431},
    [F_BODY_PEER] = {"misplaced", 431},
    [F_BODY_UNSIGNED] = {"missing-signature", 401},
    [F_BODY_DIGEST] = {"bad-digest", 431},
    [F_NO_EXPIRATION] = {"missing-expiration", 431},
    [F_EXPIRED] = {"expired", 431},
};

/* Whether a message can have both faults */
static bool compatible(enum fault a, enum fault b)
{
    /* a missing signature or EXPIRATION has no other fault; a short digest is not compared */
    if (a == F_NO_SIGNATURE)
        return b != F_MISPLACED && b != F_LENGTH && b != F_DIGEST && b != F_STALE;
    if (a == F_BODY_UNSIGNED)
        return b != F_BODY_DIGEST && b != F_EXPIRED;
    return !(a == F_NO_EXPIRATION && b == F_EXPIRED) && !(a == F_LENGTH && b == F_DIGEST) &&
           !(a == F_DIGEST && b == F_LENGTH);
}

static void craft_faulty(const bool has[FAULTS], bool response, reload_buf *buf)
{
    struct plan p = {.response = response,
                     .message = {"TD", NOW, false, false},
                     .source = {"D", 0, false, false},
                     .redirect = {"D", 0, false, false},
                     .body_peer = {"D", 0, false, false},
                     .body = {"D", 0, false, false}};
    if (has[F_VALUE])
        p.before = "00070001"
                   "ff"
                   "000000";
    if (has[F_SECURITY])
        p.security = 3;
    p.no_message_signature = has[F_NO_SIGNATURE];
    if (has[F_DUPLICATE])
        p.in_source = PEER_ID;
    if (has[F_MISPLACED])
        p.message.members = has[F_LENGTH] ? "dT" : "DT";
    else if (has[F_LENGTH])
        p.message.members = "Td";
    p.message.wrong = has[F_DIGEST];
    if (has[F_STALE])
        p.message.timestamp = NOW - 301;
    p.source.wrong = has[F_SOURCE];
    if (has[F_REDIRECT])
        p.redirect.members = "d";
    p.body_peer.early = has[F_BODY_PEER];
    p.no_body_signature = has[F_BODY_UNSIGNED];
    p.body.wrong = has[F_BODY_DIGEST];
    p.no_expiration = has[F_NO_EXPIRATION];
    if (has[F_EXPIRED]) {
        p.body = (struct sig){"TD", NOW - 301, has[F_BODY_DIGEST], false};
        p.body_expiration = 1;
    }
    craft(&p, buf);
    if (has[F_CUT])
        buf->octets[15]++;
    if (has[F_VERSION])
        buf->octets[8] = 9;
    if (has[F_FRAGMENT])
        buf->octets[6] = 0x80;
}

static void test_order(void **state)
{
    (void)state;
    for (int a = 0; a < FAULTS; a++)
        for (int b = a; b < FAULTS; b++)
            for (int response = 0; response < 2; response++) {
                bool has[FAULTS] = {false};
                reload_buf buf = {0};
                if (a != b && !compatible((enum fault)a, (enum fault)b))
                    continue;
                if (response && (a == F_NO_EXPIRATION || b == F_NO_EXPIRATION))
                    continue; /* a fault of requests only */
                has[a] = has[b] = true;
                reload_policy *policy = new_policy();
                if (has[F_OVERLAY])
                    assert_int_equal(reload_policy_set_overlay(policy, "other"), RELOAD_OK);
                craft_faulty(has, response, &buf);
                print_message("# %s, then %s\n", faults[a].reason, faults[b].reason);
                check_octets(policy, &buf, NOW,
                             strcmp(faults[a].reason, "malformed") == 0 ? RELOAD_MALFORMED
                                                                        : RELOAD_INVALID,
                             faults[a].reason, response ? 0 : faults[a].code, NULL);
                reload_policy_free(&policy);
                reload_buf_free(&buf);
            }
    /* valid without faults */
    bool none[FAULTS] = {false};
    reload_buf buf = {0};
    reload_policy *policy = new_policy();
    craft_faulty(none, false, &buf);
    check_octets(policy, &buf, NOW, RELOAD_VALID, NULL, 0, NULL);
    reload_policy_free(&policy);
    reload_buf_free(&buf);
}

static void test_verdict_names(void **state)
{
    (void)state;
    assert_string_equal(reload_verdict_text(RELOAD_UNCHECKED), "unchecked");
    assert_string_equal(reload_verdict_text(RELOAD_VALID), "valid");
    assert_string_equal(reload_verdict_text(RELOAD_INVALID), "invalid");
    assert_string_equal(reload_verdict_text(RELOAD_UNSECURED), "unsecured");
    assert_string_equal(reload_verdict_text(RELOAD_MALFORMED), "malformed");
    assert_null(reload_reason_text(RELOAD_REASON_NONE));
    assert_null(reload_reason_text((reload_reason)999));
    assert_int_equal(reload_reason_code(RELOAD_REASON_STALE), 431);
    assert_int_equal(reload_reason_code(RELOAD_REASON_MALFORMED), 0);
    assert_int_equal(reload_reason_code(RELOAD_REASON_UNMATCHED_RESPONSE), 0);
    assert_int_equal(reload_reason_code(RELOAD_REASON_NONE), 0);
    assert_int_equal(reload_reason_code((reload_reason)999), 0);
}

static void check_report(const struct plan *p, const char *text)
{
    reload_buf buf = {0}, out = {0};
    reload_report *report = test_report_new(RELOAD_UNCHECKED);
    reload_origin origin = {.size = sizeof origin, .file = "put.bin", .offset = 5, .index = 3};
    reload_policy *policy = new_policy();
    craft(p, &buf);
    reload_msg *msg = test_parse(&buf);
    assert_int_equal(test_verify(policy, NULL, msg, NOW, report), RELOAD_OK);
    assert_int_equal(report_json_write(report, msg, &(struct report_place){&origin, 68},
                                       RELOAD_SECURITY_OPEN, NULL, 0, test_sink, &out),
                     RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal((const char *)out.octets, text);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&out);
    reload_buf_free(&buf);
}

static void test_report_json(void **state)
{
    (void)state;
    check_report(&(struct plan){.message = {"TD", NOW, false, false}},
                 "{\"index\": 3, \"file\": \"put.bin\", \"offset\": 5, \"length\": 68, "
                 "\"verdict\": \"valid\", "
                 "\"response_code\": null, "
                 "\"method\": \"RESOURCE-PUT\", \"response\": false, \"security\": \"HMAC\", "
                 "\"source_id\": \"0000000000000000000000000000000000000000\", "
                 "\"destination_id\": \"0000000000000000000000000000000000000000\", "
                 "\"transaction_id\": \"4690c25c00000000\", "
                 "\"signatures\": [{\"path\": \"" BODY_SIG
                 "\", \"type\": \"RESOURCE-INFO.BODY.SIGNATURE\", \"verdict\": \"valid\", "
                 "\"timestamp\": null, \"signer\": null}, {\"path\": \"/attributes/2\", \"type\": "
                 "\"SIGNATURE\", "
                 "\"verdict\": \"valid\", \"timestamp\": 1183900000, \"signer\": null}]}");
    check_report(
        &(struct plan){.no_body_signature = true, .message = {"D", 0, true, false}},
        "{\"index\": 3, \"file\": \"put.bin\", \"offset\": 5, \"length\": 68, \"verdict\": "
        "\"invalid\", "
        "\"reason\": \"bad-digest\", "
        "\"response_code\": 431, \"detail\": "
        "\"DIGEST at /attributes/2/value/0: does not match the signed octets and the secret\", "
        "\"method\": \"RESOURCE-PUT\", \"response\": false, \"security\": \"HMAC\", "
        "\"source_id\": \"0000000000000000000000000000000000000000\", "
        "\"destination_id\": \"0000000000000000000000000000000000000000\", "
        "\"transaction_id\": \"4690c25c00000000\", "
        "\"signatures\": [{\"path\": \"/attributes/2\", \"type\": \"SIGNATURE\", "
        "\"verdict\": \"invalid\", \"reason\": \"bad-digest\", \"timestamp\": null, "
        "\"signer\": null}]}");
    /* garbage has null fields */
    reload_buf out = {0};
    reload_origin origin = {.size = sizeof origin, .file = "-", .offset = 0, .index = 1};
    reload_report *garbage = test_report_new(RELOAD_MALFORMED);
    garbage->reason = RELOAD_REASON_MALFORMED;
    assert_int_equal(report_json_write(garbage, NULL, &(struct report_place){&origin, 68},
                                       RELOAD_SECURITY_OPEN, NULL, 0, test_sink, &out),
                     RELOAD_OK);
    reload_buf_append(&out, "", 1);
    assert_string_equal(
        (const char *)out.octets,
        "{\"index\": 1, \"file\": \"-\", \"offset\": 0, \"length\": 68, \"verdict\": "
        "\"malformed\", \"reason\": "
        "\"malformed\", "
        "\"response_code\": null, \"method\": null, \"response\": null, \"security\": null, "
        "\"source_id\": null, \"destination_id\": null, \"transaction_id\": null, \"signatures\": "
        "[]}");
    reload_report_free(&garbage);
    reload_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_verdict_names),
        cmocka_unit_test(test_report_json),
    };
    return cmocka_run_group_tests_name("verify-order", tests, NULL, NULL);
}
