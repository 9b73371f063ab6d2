/* SPDX-License-Identifier: BSD-2-Clause */
/* Arranges a ladder: pairs requests with responses, and assigns columns to IDs. */
#include "ladder/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Requests and responses ---- */

static int compare_rows(const void *left, const void *right)
{
    const struct ladder_row *const *a = left, *const *b = right;
    int order = memcmp((*a)->transaction, (*b)->transaction, RELOAD_TRANSACTION_SIZE);
    if (order == 0)
        order = ((*a)->source > (*b)->source) - ((*a)->source < (*b)->source);
    if (order == 0)
        order = ((*a)->method > (*b)->method) - ((*a)->method < (*b)->method);
    return order != 0 ? order : (*a > *b) - (*a < *b);
}

/* Whether two rows have the Transaction ID, Source ID and Method in common. */
static bool same_transaction(const struct ladder_row *a, const struct ladder_row *b)
{
    return memcmp(a->transaction, b->transaction, RELOAD_TRANSACTION_SIZE) == 0 &&
           a->source == b->source && a->method == b->method;
}

/* Pairs the rows of one transaction, in order: each response with the last request before it. The
 * requests' arrows end at the peer that answers. */
static void pair_rows(struct ladder *l, struct ladder_row **rows, size_t count)
{
    const struct ladder_row *request = NULL, *response = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i]->response)
            request = rows[i];
        else if (request != NULL)
            rows[i]->request = request->index;
        if (rows[i]->response && request != NULL && response == NULL)
            response = rows[i];
    }
    for (size_t i = 0; i < count && response != NULL; i++) {
        struct ladder_id *target = l->ids[rows[i]->destination];
        if (!rows[i]->response) {
            rows[i]->to = response->from;
            rows[i]->answered = true;
        }
        if (!target->sends && target->alias == target->number)
            target->alias = response->from;
    }
}

/* The peer to which a row's arrow goes. An unanswered request goes to the peer that sends from
 * where its packet went; if none does, all that went there have one column. */
static size_t receiver_of(const struct ladder *l, const struct ladder_row *row)
{
    const struct ladder_id *to = l->ids[row->to];
    struct ladder_end *end =
        row->response || row->answered || row->end == LADDER_NONE ? NULL : l->ends[row->end];
    if (end != NULL && end->sender != LADDER_NONE)
        return end->sender;
    if (end == NULL || to->alias != to->number || to->sends)
        return to->alias;
    if (end->target == LADDER_NONE)
        end->target = to->number;
    return l->ids[end->target]->alias;
}

static reload_err pair(struct ladder *l)
{
    struct ladder_row **rows = calloc(l->count + 1, sizeof(struct ladder_row *));
    size_t count = 0, end;
    if (rows == NULL)
        return RELOAD_ERR_MEMORY;
    for (size_t i = 0; i < l->count; i++)
        if (!l->rows[i].garbage)
            rows[count++] = &l->rows[i];
    qsort(rows, count, sizeof(struct ladder_row *), compare_rows);
    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && same_transaction(rows[i], rows[end]); end++)
            ;
        pair_rows(l, rows + i, end - i);
    }
    free(rows);
    for (size_t i = 0; i < l->count; i++)
        if (!l->rows[i].garbage)
            l->rows[i].to = receiver_of(l, &l->rows[i]);
    return RELOAD_OK;
}

/* ---- IDs ---- */

static int compare_ids(const void *left, const void *right)
{
    const struct ladder_id *const *a = left, *const *b = right;
    return memcmp((*a)->id, (*b)->id, RELOAD_ID_SIZE);
}

/* The number of hex digits at the beginning that two different IDs have in common. */
static size_t common_digits(const struct ladder_id *a, const struct ladder_id *b)
{
    size_t i = 0;
    while (i < RELOAD_ID_SIZE && a->id[i] == b->id[i])
        i++;
    return 2 * i + (i < RELOAD_ID_SIZE && a->id[i] >> 4 == b->id[i] >> 4);
}

static reload_err find_prefixes(struct ladder *l)
{
    struct ladder_id **sorted = calloc(l->id_count + 1, sizeof(struct ladder_id *));
    if (sorted == NULL)
        return RELOAD_ERR_MEMORY;
    for (size_t i = 0; i < l->id_count; i++) {
        sorted[i] = l->ids[i];
        sorted[i]->prefix = MIN_PREFIX;
    }
    qsort(sorted, l->id_count, sizeof(struct ladder_id *), compare_ids);
    for (size_t i = 1; i < l->id_count; i++) {
        size_t digits = common_digits(sorted[i - 1], sorted[i]) + 1;
        if (sorted[i - 1]->prefix < digits)
            sorted[i - 1]->prefix = digits;
        if (sorted[i]->prefix < digits)
            sorted[i]->prefix = digits;
    }
    free(sorted);
    return RELOAD_OK;
}

/* Numbers the columns in the order of their first use. */
static void number_lanes(struct ladder *l)
{
    l->lanes = 0;
    for (size_t i = 0; i < l->id_count; i++)
        l->ids[i]->lane = SIZE_MAX;
    for (size_t i = 0; i < l->count; i++) {
        if (l->rows[i].garbage)
            continue;
        struct ladder_id *ends[2] = {l->ids[l->rows[i].from], l->ids[l->rows[i].to]};
        for (size_t k = 0; k < 2; k++)
            if (ends[k]->lane == SIZE_MAX)
                ends[k]->lane = l->lanes++;
    }
}

reload_err ladder_arrange(struct ladder *l)
{
    reload_err err = pair(l);
    if (err == RELOAD_OK)
        err = find_prefixes(l);
    if (err == RELOAD_OK)
        number_lanes(l);
    return err;
}

/* ---- Texts ---- */

void ladder_name(const struct ladder_id *id, char text[ID_DIGITS + 1])
{
    reload_hex_encode(id->id, RELOAD_ID_SIZE, text);
    text[id->prefix < ID_DIGITS ? id->prefix : ID_DIGITS] = '\0';
}

void ladder_label(const struct ladder *l, const struct ladder_row *row, char text[LABEL_SIZE])
{
    char method[32], code[16] = "", target[ID_DIGITS + 4] = "", request[32] = "",
                     digits[ID_DIGITS + 1];
    const char *name = reload_name(RELOAD_NAMES_METHOD, row->method);
    if (name != NULL)
        (void)snprintf(method, sizeof method, "%s", name);
    else
        (void)snprintf(method, sizeof method, "method %" PRIu32, row->method);
    if (row->code != 0)
        (void)snprintf(code, sizeof code, " %" PRIu32, row->code);
    else if (row->response)
        (void)snprintf(code, sizeof code, " response");
    if (!row->response && row->to != row->destination) {
        ladder_name(l->ids[row->destination], digits);
        (void)snprintf(target, sizeof target, " %s", digits);
    }
    if (row->request != 0)
        (void)snprintf(request, sizeof request, " (to %" PRIu64 ")", row->request);
    (void)snprintf(text, LABEL_SIZE, "%s%s%s%s", method, code, target, request);
}

void ladder_delta(const struct ladder *l, const struct ladder_row *row, char text[24])
{
    const struct ladder_row *before = row - 1;
    text[0] = '\0';
    if (row == l->rows || !row->timed || !before->timed)
        return;
    int64_t seconds = row->seconds - before->seconds;
    int64_t micros = ((int64_t)row->nanoseconds - (int64_t)before->nanoseconds) / 1000;
    if (seconds > 9999 || seconds < -9999) {
        (void)snprintf(text, 24, "%+" PRId64, seconds);
        return;
    }
    int64_t total = seconds * RELOAD_SECOND + micros, size = total < 0 ? -total : total;
    (void)snprintf(text, 24, "%c%" PRId64 ".%06" PRId64, total < 0 ? '-' : '+',
                   size / RELOAD_SECOND, size % RELOAD_SECOND);
}

struct ladder_widths ladder_measure(const struct ladder *l)
{
    struct ladder_widths widest = {0};
    for (size_t i = 0; i < l->count; i++) {
        char label[LABEL_SIZE], delta[24];
        const struct ladder_row *row = &l->rows[i];
        ladder_delta(l, row, delta);
        widest.delta = ladder_greater(widest.delta, strlen(delta));
        if (row->garbage) {
            widest.note = ladder_greater(widest.note, strlen(row->note));
            continue;
        }
        ladder_label(l, row, label);
        widest.label = ladder_greater(widest.label, strlen(label));
        widest.words = ladder_greater(widest.words, row->words == NULL ? 0 : strlen(row->words));
    }
    for (size_t i = 0; i < l->id_count; i++)
        if (l->ids[i]->lane != SIZE_MAX)
            widest.head = ladder_greater(
                widest.head, ladder_greater(l->ids[i]->prefix, strlen(l->ids[i]->address)));
    return widest;
}
