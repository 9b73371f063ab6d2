/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole streams of each form through reader and judge, with a largest message. The framing is that
 * of D33's model, and does not depend on the source's chunks. The first octets choose the form and
 * the limits. */
#include "judging.h"

#include "../tests/framing-model.h"

#include <string.h>

struct options {
    uint8_t form, max_message, step, policy;
};

static const uint8_t secret[] = "a secret for fuzzing";

/* ---- Policies ---- */

enum { POLICY_HMAC, POLICY_PAIR, POLICY_NONE, POLICIES };
static struct verifier verifiers[POLICIES];
static reload_msg *msg;

static void make_all(void)
{
    if (msg != NULL)
        return;
    for (size_t i = 0; i < POLICIES; i++) {
        struct verifier *v = &verifiers[i];
        v->policy =
            reload_policy_new(i == POLICY_NONE ? RELOAD_SECURITY_NONE : RELOAD_SECURITY_HMAC);
        MUST(v->policy != NULL);
        if (i != POLICY_NONE)
            MUST(reload_policy_add_secret(v->policy, secret, sizeof secret) == RELOAD_OK);
        v->remembers = i == POLICY_PAIR ? RELOAD_REMEMBER_REQUESTS : 0;
        verifier_begin(v);
    }
    msg = reload_msg_new();
    MUST(msg != NULL);
}

/* ---- Framing ---- */

/* The items that the model expects, compared one after another */
struct expected {
    const struct fuzz_items *items;
    size_t next;
};

static void compare_item(void *arg, char kind, size_t at, size_t end, int error)
{
    struct expected *e = arg;
    MUST(e->next < e->items->count);
    const struct fuzz_item *item = &e->items->item[e->next++];
    MUST(item->kind == (kind == 'M' ? RELOAD_ITEM_MESSAGE : RELOAD_ITEM_GARBAGE));
    MUST(item->offset == at && item->len == end - at);
    MUST(kind != 'M' || item->diag.code == (reload_err)error);
}

static void check_framing(const uint8_t *octets, size_t len, uint32_t max_message)
{
    struct fuzz_items items = {0};
    struct expected expected = {&items, 0};
    const struct fuzz_reading reading = {RELOAD_FORM_BINARY, max_message, 0};
    struct framing_model m = {.octets = octets,
                              .len = len,
                              .max = max_message == 0 ? RELOAD_MAX_LENGTH : max_message,
                              .note = compare_item,
                              .arg = &expected};
    fuzz_read_with(&items, &reading, octets, len);
    framing_read(&m);
    MUST(expected.next == items.count);
    MUST(same(items.octets.octets, items.octets.len, octets, len)); /* no octet is dropped */
    fuzz_items_free(&items);
}

/* ---- Messages ---- */

/* A message that its reader reports as malformed is malformed. The verdict on any other message
 * depends on its octets alone. */
static void judge_item(const struct verifier *v, const struct fuzz_item *item,
                       const uint8_t *octets, uint32_t max_message, struct fuzz_store *store)
{
    const reload_moment moment = {NOW * RELOAD_SECOND, item->captured, false};
    reload_item whole = {.kind = item->kind, .octets = octets, .len = item->len};
    whole.diag = item->diag;
    MUST(reload_item_parse(&whole, msg, NULL) == RELOAD_OK);
    size_t requests = store->kept[FUZZ_REQUEST];
    const reload_report *report = verify_with(v, msg, moment, store);
    MUST(item->diag.code == RELOAD_OK || report->verdict == RELOAD_MALFORMED);
    if (max_message != 0 && reload_msg_field(msg, RELOAD_F_LENGTH) > max_message)
        MUST(report->verdict == RELOAD_MALFORMED);
    MUST(v->remembers != 0 || store->kept[FUZZ_REQUEST] == requests);
    bool request = is_request(msg), passes = reload_verdict_passes(report->verdict);
    if (v->remembers != 0 && passes && request)
        MUST(store->kept[FUZZ_REQUEST] > requests);
    MUST(reload_msg_parse(msg, octets, item->len, NULL) == RELOAD_OK);
    if (item->diag.code == RELOAD_OK && request)
        MUST(reload_verdict_passes(verify(v, msg, NOW)->verdict) == passes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const reload_form forms[] = {RELOAD_FORM_AUTO, RELOAD_FORM_BINARY, RELOAD_FORM_JSON,
                                        RELOAD_FORM_HEX};
    static const uint32_t limits[] = {0, 1, 4, 68, 100, 1000, 65536, 0};
    static const size_t steps[] = {1, 7, 67, 1000};
    struct options o;
    struct fuzz_items items = {0}, pieces = {0};
    struct fuzz_store store = {0};
    if (size < sizeof o)
        return 0;
    make_all();
    memcpy(&o, data, sizeof o);
    data += sizeof o;
    size -= sizeof o;
    struct fuzz_reading reading = {forms[o.form % 4], limits[o.max_message % 8], 0};
    check_framing(data, size, reading.max_message);
    fuzz_read_with(&items, &reading, data, size);
    reading.step = steps[o.step % 4];
    fuzz_read_with(&pieces, &reading, data, size);
    MUST(pieces.form == items.form);
    fuzz_same_items(&items, &pieces, true);
    if (reading.max_message == 0) /* a limit changes where a message ends */
        fuzz_round_trip(&items);
    for (size_t i = 0; i < items.count; i++)
        if (items.item[i].kind == RELOAD_ITEM_MESSAGE)
            judge_item(&verifiers[o.policy % POLICIES], &items.item[i],
                       items.octets.octets + items.item[i].at, reading.max_message, &store);
    fuzz_store_clear(&store);
    fuzz_items_free(&items);
    fuzz_items_free(&pieces);
    return 0;
}
