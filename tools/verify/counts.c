/* SPDX-License-Identifier: BSD-2-Clause */
#include "verify/counts.h"

#include "base/fault.h"
#include "common/choice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Counting ---- */

static void count(struct tally *tally, bool passed)
{
    tally->passed += passed;
    tally->failed += !passed;
}

static uint64_t total(const struct tally *tally)
{
    return tally->passed + tally->failed;
}

/* The place of an ID among the peers: the first peer whose ID is not smaller. */
static size_t place_of(const struct counts *s, const uint8_t *id)
{
    size_t from = 0, to = s->peer_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (memcmp(s->peers[middle].id, id, RELOAD_ID_SIZE) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The tally of a peer, in a new row if this message may begin one. */
static struct tally *tally_of(struct counts *s, const uint8_t *id, bool passed)
{
    size_t place = place_of(s, id);
    struct counted_peer *peer = &s->peers[place];
    if (place < s->peer_count && memcmp(peer->id, id, RELOAD_ID_SIZE) == 0)
        return &peer->tally;
    if (s->begun[passed] == COUNTED_PEERS)
        return &s->other_peers;
    s->begun[passed]++;
    memmove(peer + 1, peer, (s->peer_count - place) * sizeof *peer);
    s->peer_count++;
    *peer = (struct counted_peer){.tally = {0, 0}};
    memcpy(peer->id, id, RELOAD_ID_SIZE);
    return &peer->tally;
}

static void add_inner(struct counts *s, const reload_report *report)
{
    for (size_t i = 0; i < report->tunnelled_count; i++) {
        const reload_report *inner = reload_report_tunnelled(report, i)->report;
        s->inner++;
        s->inner_verdicts[inner->verdict]++;
        s->inner_reasons[inner->reason]++;
        add_inner(s, inner);
    }
}

void counts_add(struct counts *s, const reload_msg *msg, const reload_report *report)
{
    bool passed = reload_verdict_passes(report->verdict);
    if (msg == NULL) {
        s->garbage++;
        return;
    }
    s->messages++;
    s->verdicts[report->verdict]++;
    s->reasons[report->reason]++;
    count(&s->methods[reload_msg_field(msg, RELOAD_F_METHOD) % 128], passed);
    count(&s->securities[reload_msg_field(msg, RELOAD_F_SECURITY) % 256], passed);
    count(tally_of(s, choice_sender(msg), passed), passed);
    if (!RL_FAULT("summary: inner messages"))
        add_inner(s, report);
}

void counts_add_unchecked(struct counts *s)
{
    s->unchecked++;
}

bool counts_are_empty(const struct counts *s)
{
    return s->messages == 0 && s->garbage == 0 && s->unchecked == 0;
}

/* ---- Order ---- */

/* Orders two peers by number of messages, descending, then by ID. */
static int compare_peers(const void *a, const void *b)
{
    const struct counted_peer *x = a, *y = b;
    uint64_t of_x = total(&x->tally), of_y = total(&y->tally);
    if (of_x != of_y)
        return of_x < of_y ? 1 : -1;
    return memcmp(x->id, y->id, sizeof x->id);
}

/* ---- Text ---- */

enum { LABEL_WIDTH = 2 * RELOAD_ID_SIZE };

static void print_heading(struct output *out, const char *label, bool tallies)
{
    output_print(out, "\n%-*s  %10s", LABEL_WIDTH, label, "MESSAGES");
    if (tallies)
        output_print(out, "  %10s  %10s", "PASSED", "FAILED");
    output_print(out, "\n");
}

static void print_count(struct output *out, const char *label, uint64_t n)
{
    if (n > 0)
        output_print(out, "%-*s  %10" PRIu64 "\n", LABEL_WIDTH, label, n);
}

static void print_tally(struct output *out, const char *label, const struct tally *tally)
{
    if (total(tally) > 0)
        output_print(out, "%-*s  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "\n", LABEL_WIDTH, label,
                     total(tally), tally->passed, tally->failed);
}

static void print_reasons(struct output *out, const uint64_t *reasons)
{
    for (int i = RELOAD_REASON_NONE + 1; i < VERIFY_REASONS; i++)
        print_count(out, reload_reason_text((reload_reason)i), reasons[i]);
}

static void print_verdicts(struct output *out, const uint64_t *verdicts)
{
    for (int i = RELOAD_UNCHECKED + 1; i < VERIFY_VERDICTS; i++)
        print_count(out, reload_verdict_text((reload_verdict)i), verdicts[i]);
}

/* Rows of a header field's values, by name or number. */
static void print_values(struct output *out, reload_names names, const struct tally *tallies,
                         uint32_t values)
{
    for (uint32_t i = 0; i < values; i++) {
        char number[16];
        const char *name = reload_name(names, i);
        (void)snprintf(number, sizeof number, "%" PRIu32, i);
        print_tally(out, name == NULL ? number : name, &tallies[i]);
    }
}

static void print_peers(struct output *out, const struct counts *s)
{
    for (size_t i = 0; i < s->peer_count; i++) {
        char digits[2 * RELOAD_ID_SIZE + 1] = "";
        reload_hex_encode(s->peers[i].id, RELOAD_ID_SIZE, digits);
        print_tally(out, digits, &s->peers[i].tally);
    }
    print_tally(out, "(other peers)", &s->other_peers);
}

static void write_text(const struct counts *s, struct output *out)
{
    output_print(out, "%" PRIu64 " message%s", s->messages, s->messages == 1 ? "" : "s");
    if (s->garbage > 0)
        output_print(out, ", %" PRIu64 " garbage", s->garbage);
    if (s->unchecked > 0)
        output_print(out, ", %" PRIu64 " not checked", s->unchecked);
    output_print(out, "\n");
    if (s->messages == 0)
        return;
    print_heading(out, "VERDICT", false);
    print_verdicts(out, s->verdicts);
    if (s->reasons[RELOAD_REASON_NONE] < s->messages) {
        print_heading(out, "REASON", false);
        print_reasons(out, s->reasons);
    }
    print_heading(out, "METHOD", true);
    print_values(out, RELOAD_NAMES_METHOD, s->methods, 128);
    print_heading(out, "SECURITY", true);
    print_values(out, RELOAD_NAMES_SECURITY, s->securities, 256);
    print_heading(out, "PEER", true);
    print_peers(out, s);
    if (s->inner > 0) {
        print_heading(out, "TUNNELLED", false);
        print_verdicts(out, s->inner_verdicts);
        print_reasons(out, s->inner_reasons);
    }
}

/* ---- JSON ---- */

static void json_count(reload_json_writer *w, const char *key, uint64_t n)
{
    reload_json_key(w, key);
    reload_json_integer(w, (int64_t)n);
}

static void json_tally(reload_json_writer *w, const struct tally *tally)
{
    json_count(w, "passed", tally->passed);
    json_count(w, "failed", tally->failed);
}

/* Every verdict, and the reasons that occur. */
static void json_findings(reload_json_writer *w, const uint64_t *verdicts, const uint64_t *reasons)
{
    reload_json_key(w, "verdicts");
    reload_json_begin_object(w);
    for (int i = RELOAD_UNCHECKED + 1; i < VERIFY_VERDICTS; i++)
        json_count(w, reload_verdict_text((reload_verdict)i), verdicts[i]);
    reload_json_end_object(w);
    reload_json_key(w, "reasons");
    reload_json_begin_object(w);
    for (int i = RELOAD_REASON_NONE + 1; i < VERIFY_REASONS; i++)
        if (reasons[i] > 0)
            json_count(w, reload_reason_text((reload_reason)i), reasons[i]);
    reload_json_end_object(w);
}

static void json_values(reload_json_writer *w, const char *list, const char *key,
                        reload_names names, const struct tally *tallies, uint32_t values)
{
    reload_json_key(w, list);
    reload_json_begin_array(w);
    for (uint32_t i = 0; i < values; i++) {
        const char *name = reload_name(names, i);
        if (total(&tallies[i]) == 0)
            continue;
        reload_json_begin_object(w);
        reload_json_key(w, key);
        if (name != NULL)
            reload_json_string(w, name);
        else
            reload_json_integer(w, i);
        json_tally(w, &tallies[i]);
        reload_json_end_object(w);
    }
    reload_json_end_array(w);
}

static void json_peers(reload_json_writer *w, const struct counts *s)
{
    reload_json_key(w, "peers");
    reload_json_begin_array(w);
    for (size_t i = 0; i < s->peer_count; i++) {
        reload_json_begin_object(w);
        reload_json_key(w, "peer_id");
        reload_json_hex(w, s->peers[i].id, RELOAD_ID_SIZE);
        json_tally(w, &s->peers[i].tally);
        reload_json_end_object(w);
    }
    reload_json_end_array(w);
    reload_json_key(w, "other_peers");
    reload_json_begin_object(w);
    json_tally(w, &s->other_peers);
    reload_json_end_object(w);
}

static reload_err write_json(const struct counts *s, struct output *out)
{
    reload_json_writer w;
    reload_json_writer_init(&w, output_flags(out), output_write, out);
    reload_json_begin_object(&w);
    json_count(&w, "messages", s->messages);
    json_count(&w, "garbage", s->garbage);
    json_count(&w, "unchecked", s->unchecked);
    json_findings(&w, s->verdicts, s->reasons);
    json_values(&w, "methods", "method", RELOAD_NAMES_METHOD, s->methods, 128);
    json_values(&w, "securities", "security", RELOAD_NAMES_SECURITY, s->securities, 256);
    json_peers(&w, s);
    reload_json_key(&w, "tunnelled");
    reload_json_begin_object(&w);
    json_count(&w, "messages", s->inner);
    json_findings(&w, s->inner_verdicts, s->inner_reasons);
    reload_json_end_object(&w);
    reload_json_end_object(&w);
    return reload_json_writer_finish(&w);
}

void counts_write(struct counts *s, bool json, struct output *out)
{
    qsort(s->peers, s->peer_count, sizeof s->peers[0], compare_peers);
    if (json) {
        output_check(out, write_json(s, out));
        (void)output_write(out, "\n", 1);
    } else {
        write_text(s, out);
    }
    output_end_message(out);
}
