/* SPDX-License-Identifier: BSD-2-Clause */
/* Streams of messages under CERTS: judged with a store, signed, answered and explained. The first
 * octets choose policy, time and options; the messages that follow are in the compact form of
 * fuzz_write_out. certs-mutate.c changes them. */
#include "certs.h"

#include <string.h>

enum { MAX_MESSAGES = 12 };

static struct verifier verifiers[POLICIES];
static reload_signer *plain_signer, *full_signer;
static reload_msg *changed; /* for messages derived from the input's */

/* ---- Policies ---- */

static void add_ca(reload_policy *policy)
{
    const reload_buf *pem = &people.pem[CERT_CA];
    MUST(reload_policy_add_ca(policy, pem->octets, pem->len, NULL) == RELOAD_OK);
}

static void add_lists(reload_policy *policy)
{
    const reload_buf *pem = &people.pem[CERT_LINK];
    MUST(reload_policy_add_intermediates(policy, pem->octets, pem->len, NULL) == RELOAD_OK);
    pem = &people.pem[CERT_ALICE_LINKED];
    MUST(reload_policy_add_intermediates(policy, pem->octets, pem->len, NULL) == RELOAD_OK);
    for (size_t i = 0; i < FUZZ_CRLS; i++)
        MUST(reload_policy_add_crl(policy, people.crl[i].octets, people.crl[i].len, NULL) ==
             RELOAD_OK);
}

static void make_policy(size_t i)
{
    struct verifier *v = &verifiers[i];
    v->policy = reload_policy_new(RELOAD_SECURITY_CERTS);
    MUST(v->policy != NULL);
    if (i != POLICY_WEAK)
        reload_policy_set_min_rsa_bits(v->policy, 1024);
    if (i != POLICY_PINS && i != POLICY_PINS_CHAT)
        add_ca(v->policy);
    if (i == POLICY_FULL || i == POLICY_LOOSE)
        add_lists(v->policy);
    if (i == POLICY_FULL) {
        reload_policy_set_dht(v->policy, RELOAD_DHT_CHORD);
        reload_policy_set_hash(v->policy, RELOAD_HASH_SHA1);
    }
    if (i == POLICY_FULL || i == POLICY_PINS_CHAT)
        MUST(reload_policy_set_overlay(v->policy, "chat") == RELOAD_OK);
    if (i == POLICY_LOOSE || i == POLICY_PINS_CHAT)
        reload_policy_set_max_skew(v->policy, -1);
    if (i == POLICY_LOOSE) {
        reload_policy_allow_sha1_certs(v->policy, true);
        reload_policy_require_peer_signature(v->policy, true);
    }
    if (i == POLICY_FULL || i == POLICY_PINS)
        v->remembers = RELOAD_REMEMBER_PEERS | RELOAD_REMEMBER_REQUESTS;
    if (i == POLICY_PINS || i == POLICY_PINS_CHAT)
        v->remembers |= RELOAD_REMEMBER_PINS;
    verifier_begin(v);
}

static reload_signer *make_signer(void)
{
    const reload_buf *key = &people.key_pem[KEY_ALICE], *cert = &people.pem[CERT_ALICE];
    reload_signer *s = reload_signer_new(RELOAD_SECURITY_CERTS);
    MUST(s != NULL);
    MUST(reload_signer_set_key(s, key->octets, key->len, NULL, NULL) == RELOAD_OK);
    MUST(reload_signer_set_cert(s, cert->octets, cert->len, NULL) == RELOAD_OK);
    MUST(reload_signer_check(s, 0, NULL) == RELOAD_OK);
    return s;
}

/* Always the same, since messages are signed twice and compared */
static reload_err same_counter(void *arg, uint32_t *boot_time, uint32_t *counter, reload_diag *diag)
{
    (void)arg;
    (void)diag;
    *boot_time = NOW;
    *counter = 7;
    return RELOAD_OK;
}

static void make_all(void)
{
    if (plain_signer != NULL)
        return;
    identities_begin();
    for (size_t i = 0; i < POLICIES; i++)
        make_policy(i);
    changed = reload_msg_new();
    plain_signer = make_signer();
    full_signer = make_signer();
    MUST(changed != NULL);
    reload_signer_set_counter_source(full_signer, same_counter, NULL);
    MUST(reload_signer_set_overlay(full_signer, "chat") == RELOAD_OK);
    reload_signer_set_dht(full_signer, RELOAD_DHT_CHORD);
    reload_signer_set_hash(full_signer, RELOAD_HASH_SHA1);
}

static int64_t time_of(uint8_t octet)
{
    enum { YEAR = 365 * 86400 };
    static const int64_t offsets[] = {0, 0, -300, 300, -301, 301, YEAR, -YEAR};
    return NOW + offsets[octet % (sizeof offsets / sizeof offsets[0])];
}

/* ---- The store ---- */

/* The name of a Peer-ID's pin */
static void pin_name(const uint8_t *id, char name[5 + 2 * RELOAD_ID_SIZE + 1])
{
    memcpy(name, "peer:", 5);
    reload_hex_encode(id, RELOAD_ID_SIZE, name + 5);
    name[5 + 2 * RELOAD_ID_SIZE] = '\0';
}

/* The PEER-ID of the signer that a signature claims, or NULL. */
static const uint8_t *signer_id(const reload_msg *msg, uint32_t signature)
{
    size_t len;
    reload_site site;
    reload_site_at(msg, signature, &site);
    uint32_t info = site.role == RELOAD_ROLE_MESSAGE
                        ? reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO)
                        : site.container;
    if (site.role == RELOAD_ROLE_NONE || site.role == RELOAD_ROLE_BODY)
        return NULL;
    const uint8_t *id =
        reload_msg_value_octets(msg, reload_msg_member(msg, info, RELOAD_A_PEER_ID), &len);
    MUST(len == RELOAD_ID_SIZE);
    return id;
}

/* Asserts that two valid signatures for one Peer-ID have one key, and that a Peer-ID without a pin
 * is that of a ROUTE-LOG. */
static void check_pins(const struct fuzz_store *store, const reload_msg *msg,
                       const reload_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        char name[5 + 2 * RELOAD_ID_SIZE + 1];
        const reload_signature *a = reload_report_signature(report, i);
        const uint8_t *id = a->verdict == RELOAD_VALID ? signer_id(msg, a->attr) : NULL;
        if (id == NULL)
            continue;
        pin_name(id, name);
        MUST(fuzz_store_has_pin(store, name) ||
             reload_role_at(msg, a->attr) == RELOAD_ROLE_ROUTE_LOG);
        for (size_t k = 0; k < i; k++) {
            const reload_signature *b = reload_report_signature(report, k);
            const uint8_t *other = b->verdict == RELOAD_VALID ? signer_id(msg, b->attr) : NULL;
            if (other != NULL && memcmp(id, other, RELOAD_ID_SIZE) == 0)
                MUST(reload_cert_same_key(a->signer, b->signer));
        }
    }
}

/* Asserts that the only new pins of a message are those of its signatures outside ROUTE-LOGs. */
static void check_route_logs(const struct fuzz_store *store, size_t before, const reload_msg *msg,
                             const reload_report *report)
{
    size_t most = 0;
    for (size_t i = 0; i < report->count; i++) {
        const reload_signature *entry = reload_report_signature(report, i);
        most += entry->verdict == RELOAD_VALID &&
                reload_role_at(msg, entry->attr) != RELOAD_ROLE_ROUTE_LOG &&
                reload_role_at(msg, entry->attr) != RELOAD_ROLE_SOURCE; /* the message's identity */
    }
    MUST(report->tunnelled_count > 0 || store->kept[FUZZ_PIN] - before <= most);
}

/* Judged a second time, a request that passed is a replay, and any other message has the same
 * reason. */
static void check_repeat(const struct verifier *v, const reload_msg *msg, reload_moment moment,
                         struct fuzz_store *store, reload_reason before)
{
    bool passed = before == RELOAD_REASON_NONE;
    bool replayed = passed && is_request(msg) && (v->remembers & RELOAD_REMEMBER_PEERS) != 0;
    size_t peers = store->kept[FUZZ_PEER], pins = store->kept[FUZZ_PIN];
    const reload_report *report = verify_with(v, msg, moment, store);
    MUST(report->reason == (replayed ? RELOAD_REASON_REPLAY : before));
    if (!replayed && passed)
        return;
    MUST(store->kept[FUZZ_PEER] == peers && store->kept[FUZZ_PIN] == pins);
    if (replayed) {
        moment.expect_replay = true;
        MUST(verify_with(v, msg, moment, store)->reason == RELOAD_REASON_REPLAY);
    }
}

/* Only a message that passes changes peers, and only a pinned message adds pins. */
static void check_stored(const struct verifier *v, const reload_msg *msg, int64_t time,
                         struct fuzz_store *store)
{
    const reload_moment moment = {time * RELOAD_SECOND, time * RELOAD_SECOND, false};
    size_t peers = store->kept[FUZZ_PEER], pins = store->kept[FUZZ_PIN];
    const reload_report *report = verify_with(v, msg, moment, store);
    reload_reason reason = report->reason;
    bool pinned = report->verdict == RELOAD_PINNED;
    if (!reload_verdict_passes(report->verdict))
        MUST(store->kept[FUZZ_PEER] == peers && store->kept[FUZZ_PIN] == pins);
    else if ((v->remembers & RELOAD_REMEMBER_PEERS) != 0 && is_request(msg))
        MUST(store->kept[FUZZ_PEER] > peers);
    MUST(pinned || store->kept[FUZZ_PIN] == pins);
    if (pinned) {
        check_pins(store, msg, report);
        check_route_logs(store, pins, msg, report);
    }
    check_repeat(v, msg, moment, store, reason);
}

/* ---- Signing again ---- */

/* Changes an octet that the message's SIGNATURE covers, which makes only its digest wrong; signs
 * that again with the right key, and returns the report. */
static const reload_report *change_and_sign(const struct verifier *v, reload_buf *octets, size_t at,
                                            uint8_t bit, size_t key, int64_t time)
{
    reload_site site;
    reload_covered covered;
    size_t len;
    octets->octets[at] ^= bit;
    MUST(reload_msg_parse(changed, octets->octets, octets->len, NULL) == RELOAD_OK);
    const reload_report *report = verify(v, changed, time);
    MUST(report->reason == RELOAD_REASON_BAD_DIGEST);
    reload_site_at(changed, reload_msg_signature(changed), &site);
    reload_site_covered(changed, &site, &covered);
    const uint8_t *digest = reload_msg_value_octets(changed, site.digest, &len);
    MUST(len == FUZZ_SIGNATURE);
    fuzz_sign(key, RELOAD_MD_SHA1, covered.span, covered.count,
              octets->octets + (digest - octets->octets));
    MUST(reload_msg_parse(changed, octets->octets, octets->len, NULL) == RELOAD_OK);
    return verify(v, changed, time);
}

/* Makes a message that passes wrong in its digest alone, and signs it again. */
static void check_resigning(const struct verifier *v, const reload_msg *msg, int64_t time,
                            unsigned seed)
{
    enum { DESTINATION_AT = 16 };
    reload_buf copy = {0};
    reload_site site;
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const reload_report *report = verify(v, msg, time);
    reload_verdict verdict = report->verdict;
    const reload_signature *own = entry_of(report, reload_msg_signature(msg));
    if (!reload_verdict_passes(verdict))
        return;
    MUST(own != NULL && own->verdict == RELOAD_VALID && own->signer != NULL);
    size_t key = fuzz_key_of(own->signer);
    reload_buf_append(&copy, octets, len);
    check_tampering(v, &copy, time, seed);
    reload_site_at(msg, reload_msg_signature(msg), &site);
    if (key < FUZZ_KEYS) {
        uint8_t bit = (uint8_t)(1u << seed % 8);
        size_t at = DESTINATION_AT + seed % RELOAD_ID_SIZE;
        report = change_and_sign(v, &copy, at, bit, key, time);
        MUST(report->verdict == verdict && report->reason == RELOAD_REASON_NONE);
        at = reload_msg_attr(msg, site.timestamp)->offset + HEAD + seed % 4;
        report = change_and_sign(v, &copy, at, bit, key, time);
        MUST(reload_verdict_passes(report->verdict) || report->reason == RELOAD_REASON_STALE ||
             report->reason == RELOAD_REASON_FUTURE || report->reason == RELOAD_REASON_REPLAY);
    }
    reload_buf_free(&copy);
}

/* ---- Signing ---- */

static const uint8_t transaction_id[RELOAD_TRANSACTION_SIZE] = {0x46, 0x90, 0xd1, 0xc0, 0, 0, 0, 9};

/* Whether a message has the signer's own certificate, not another one for its key. */
static bool has_own_cert(const reload_msg *msg)
{
    size_t len;
    uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    uint32_t cert = reload_msg_member(msg, info, RELOAD_A_PEER_CERT);
    if (info == RELOAD_NO_ATTR || cert == RELOAD_NO_ATTR)
        return false;
    const reload_span der = fuzz_cert_der(CERT_ALICE);
    const uint8_t *octets = reload_msg_value_octets(msg, cert, &len);
    return same(octets, len, der.octets, der.len);
}

/* Whether a message that alice signed at the time of checking has a reason that the signer does not
 * prevent. The reason is that of its form, its time, or an existing certificate for her key. */
static bool explains(const reload_msg *msg, const reload_report *report)
{
    const reload_signature *entry = entry_of(report, reload_msg_signature(msg));
    MUST(entry != NULL);
    return entry->verdict == RELOAD_VALID ||
           (report->reason >= RELOAD_REASON_UNSUPPORTED_VERSION &&
            report->reason < RELOAD_REASON_BAD_CERTIFICATE) ||
           report->reason == RELOAD_REASON_EXPIRED_CERTIFICATE ||
           (!has_own_cert(msg) && report->reason != RELOAD_REASON_BAD_DIGEST);
}

/* The octets of reload_sign_tbs, signed elsewhere and attached, give the same message as
 * reload_sign. */
static void check_attaching(reload_signer *signer, const reload_msg *msg,
                            reload_sign_options options, const reload_buf *expected)
{
    reload_buf tbs = {0}, attached = {0};
    uint8_t signature[FUZZ_SIGNATURE];
    MUST(reload_sign_tbs(signer, msg, &options, &tbs, NULL) == RELOAD_OK);
    const reload_span octets = {tbs.octets, tbs.len};
    fuzz_sign(KEY_ALICE, RELOAD_MD_SHA1, &octets, 1, signature);
    const reload_span digest = {signature, sizeof signature};
    options.attached = &digest;
    MUST(reload_sign(signer, msg, &options, &attached, NULL) == RELOAD_OK);
    MUST(same(attached.octets, attached.len, expected->octets, expected->len));
    signature[sizeof signature - 1] ^= 1;
    reload_buf_reset(&attached);
    MUST(reload_sign(signer, msg, &options, &attached, NULL) == RELOAD_ERR_REFUSED ||
         (options.flags & RELOAD_SIGN_FORCE) != 0);
    reload_buf_free(&tbs);
    reload_buf_free(&attached);
}

static void check_signed(reload_signer *signer, const reload_msg *msg,
                         const reload_sign_options *options, reload_buf *out)
{
    reload_buf again = {0};
    MUST(reload_msg_parse(changed, out->octets, out->len, NULL) == RELOAD_OK);
    MUST(reload_msg_signature(changed) != RELOAD_NO_ATTR);
    if ((options->flags & RELOAD_SIGN_FORCE) == 0)
        MUST(explains(changed, verify(&verifiers[POLICY_PLAIN], changed, options->time)));
    check_attaching(signer, msg, *options, out);
    if (reload_sign(signer, changed, options, &again, NULL) == RELOAD_OK)
        MUST(same(out->octets, out->len, again.octets, again.len));
    reload_buf_reset(&again);
    if (reload_strip(changed, 0, &again, NULL) == RELOAD_OK) {
        MUST(reload_msg_parse(changed, again.octets, again.len, NULL) == RELOAD_OK);
        MUST(verify(&verifiers[POLICY_PLAIN], changed, options->time)->count == 0);
    }
    reload_buf_free(&again);
}

/* octet: the flags of reload_sign_options, and above them the signer */
static void check_signing(const reload_msg *msg, uint8_t octet, int64_t time)
{
    enum { FLAGS = 2 * RELOAD_SIGN_FORCE - 1, FULL = 2 * RELOAD_SIGN_FORCE };
    reload_buf out = {0};
    reload_diag diag;
    bool full = (octet & FULL) != 0;
    reload_signer *signer = full ? full_signer : plain_signer;
    const reload_sign_options options = {.size = sizeof options,
                                         .time = time,
                                         .flags = octet & FLAGS,
                                         .transaction_id = full ? NULL : transaction_id};
    reload_err err = reload_sign(signer, msg, &options, &out, &diag);
    if (err == RELOAD_OK)
        check_signed(signer, msg, &options, &out);
    else
        MUST(out.len == 0 && diag.code == err && diag.text[0] != '\0' &&
             (err == RELOAD_ERR_MALFORMED || err == RELOAD_ERR_REFUSED ||
              err == RELOAD_ERR_TOO_LONG));
    reload_buf_free(&out);
}

/* The signed reply to a request that passed matches it. */
static void check_reply(const struct verifier *v, const reload_msg *msg, int64_t time,
                        unsigned seed)
{
    static const unsigned codes[] = {200, 302, 401, 431, 493, 498, 99, 799};
    struct fuzz_store store = {0};
    reload_buf plain = {0}, out = {0};
    reload_diag diag;
    const reload_moment moment = {time * RELOAD_SECOND, time * RELOAD_SECOND, false};
    const reload_sign_options options = {.size = sizeof options, .time = time};
    bool passes = reload_verdict_passes(verify_with(v, msg, moment, &store)->verdict);
    reload_err err = reload_reply(msg, codes[seed % 8], &plain, &diag);
    MUST(err == RELOAD_OK ? reload_msg_parse(changed, plain.octets, plain.len, NULL) == RELOAD_OK
                          : diag.text[0] != '\0');
    MUST(err == RELOAD_OK || !passes || !is_request(msg) || codes[seed % 8] < 100);
    if (err == RELOAD_OK &&
        reload_sign(plain_signer, changed, &options, &out, &diag) == RELOAD_OK) {
        MUST(reload_msg_parse(changed, out.octets, out.len, NULL) == RELOAD_OK);
        reload_reason reason = verify_with(v, changed, moment, &store)->reason;
        MUST(!passes || reason != RELOAD_REASON_UNMATCHED_RESPONSE);
    }
    fuzz_store_clear(&store);
    reload_buf_free(&plain);
    reload_buf_free(&out);
}

/* ---- A message ---- */

static void check_rendering(const reload_msg *msg)
{
    MUST(reload_text_write(msg, NULL, 0, fuzz_touch, NULL) == RELOAD_OK);
    MUST(reload_line_write(msg, NULL, RELOAD_COLOUR, fuzz_touch, NULL) == RELOAD_OK);
}

static void check_message(const struct options *o, const reload_msg *msg, struct fuzz_store *store)
{
    const struct verifier *v = &verifiers[o->policy % POLICIES];
    int64_t time = time_of(o->time);
    check_stored(v, msg, time, store);
    check_resigning(v, msg, time, o->seed);
    if (o->seed % 4 == 1) /* slower than all other checks */
        check_explaining(v, msg, time);
    check_signing(msg, o->flags, time);
    check_reply(v, msg, time, o->seed);
    check_rendering(msg);
}

static void write_item(const struct fuzz_item *item, const uint8_t *octets, reload_buf *stream)
{
    reload_buf out = {0};
    const uint8_t *own = octets + item->at;
    if (item->kind == RELOAD_ITEM_MESSAGE && fuzz_write_out(own, item->len, &out))
        reload_buf_append(stream, out.octets, out.len);
    else
        reload_buf_append(stream, own, item->len);
    reload_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_items items = {0};
    struct fuzz_store store = {0};
    reload_buf stream = {0};
    struct options o;
    if (size < sizeof o)
        return 0;
    make_all();
    memcpy(&o, data, sizeof o);
    fuzz_read(&items, RELOAD_FORM_BINARY, data + sizeof o, size - sizeof o, 0);
    for (size_t i = 0; i < items.count; i++)
        write_item(&items.item[i], items.octets.octets, &stream);
    fuzz_read(&items, RELOAD_FORM_BINARY, stream.octets, stream.len, 0);
    fuzz_round_trip(&items);
    reload_msg *msg = reload_msg_new();
    MUST(msg != NULL);
    for (size_t i = 0; i < items.count && i < MAX_MESSAGES; i++) {
        const uint8_t *octets = items.octets.octets + items.item[i].at;
        if (items.item[i].kind != RELOAD_ITEM_MESSAGE)
            continue;
        MUST(reload_msg_parse(msg, octets, items.item[i].len, NULL) == RELOAD_OK);
        check_message(&o, msg, &store);
    }
    reload_msg_free(&msg);
    fuzz_store_clear(&store);
    fuzz_items_free(&items);
    reload_buf_free(&stream);
    return 0;
}
