/* SPDX-License-Identifier: BSD-2-Clause */
/* Untrusted octets, read as binary and with the form detected. Each message is parsed, rendered,
 * verified, signed, stripped and extended, and the invariants between these are checked. */
#include "message.h"

#include "dump/dump.h"

static const uint8_t secret[] = "a secret for fuzzing";
static const uint8_t other_secret[] = "another";

struct harness all;

static void make_all(void)
{
    if (all.msg != NULL)
        return;
    all.msg = reload_msg_new();
    all.made = reload_msg_new();
    all.again = reload_msg_new();
    all.hmac = reload_signer_new(RELOAD_SECURITY_HMAC);
    all.none = reload_signer_new(RELOAD_SECURITY_NONE);
    all.hmac_verifier.policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    all.strict_verifier.policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    all.none_verifier.policy = reload_policy_new(RELOAD_SECURITY_NONE);
    MUST(all.msg != NULL && all.made != NULL && all.again != NULL && all.hmac != NULL &&
         all.none != NULL);
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
    for (size_t i = 0; i < 3; i++)
        verifier_begin(verifiers[i]);
}

void check_strictness(const reload_msg *msg)
{
    reload_reason lax = verify(&all.hmac_verifier, msg, NOW)->reason;
    reload_reason strict = verify(&all.strict_verifier, msg, NOW)->reason;
    bool early = lax == RELOAD_REASON_MALFORMED || lax == RELOAD_REASON_UNSUPPORTED_VERSION ||
                 lax == RELOAD_REASON_FRAGMENT;
    MUST(strict == lax || (!early && (strict == RELOAD_REASON_OVERLAY_MISMATCH ||
                                      strict == RELOAD_REASON_MISSING_SIGNATURE)));
    MUST(strict != RELOAD_REASON_NONE || lax == RELOAD_REASON_NONE);
}

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
    (void)verify(&all.none_verifier, msg, NOW);
    check_lint(msg);
    check_strictness(msg);
    unsigned seed = len > RELOAD_HEADER_SIZE ? octets[len - 1] : 0u;
    if ((seed + len) % 8 == 0) /* slower than all other checks */
        check_explaining(&all.hmac_verifier, msg, NOW);
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
         same(items.octets.octets, items.octets.len, data, size)); /* no octet is dropped */
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
    fuzz_read(&items, RELOAD_FORM_HEX, data, size, 0);
    fuzz_chunks(&items, RELOAD_FORM_HEX, data, size);
    fuzz_read(&items, RELOAD_FORM_BASE64, data, size, 0);
    fuzz_chunks(&items, RELOAD_FORM_BASE64, data, size);
    fuzz_items_free(&items);
    return 0;
}
