/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "../tests/failing.h"
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_fail(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: condition is false: %s\n", file, line, condition);
    abort();
}

int fuzz_to_buf(void *buf, const void *octets, size_t len)
{
    reload_buf_append(buf, octets, len);
    return 0;
}

int fuzz_touch(void *unused, const void *octets, size_t len)
{
    const uint8_t *octet = octets;
    static volatile uint8_t seen;
    (void)unused;
    for (size_t i = 0; i < len; i++)
        seen = (uint8_t)(seen ^ octet[i]);
    return 0;
}

ptrdiff_t fuzz_pull(void *source, uint8_t *octets, size_t size)
{
    struct fuzz_source *s = source;
    size_t n = s->left < size ? s->left : size;
    if (s->step > 0 && n > s->step)
        n = s->step;
    if (n == 0) /* octets may be NULL */
        return 0;
    memcpy(octets, s->octets, n);
    s->octets += n;
    s->left -= n;
    return (ptrdiff_t)n;
}

void fuzz_begin_failing(const uint8_t *octets, size_t len)
{
    enum { MOST = 48 }; /* few inputs cause more allocations */
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ octets[i]) * 16777619u;
    failed = false;
    countdown = (long)((hash >> 8) % MOST);
}

bool fuzz_end_failing(reload_err err)
{
    countdown = -1;
    MUST(err != RELOAD_ERR_MEMORY || failed);
    return err == RELOAD_ERR_MEMORY;
}

/* Reads all items with a new reader while an allocation fails: no other error is reported. */
static void check_failing_reader(const struct fuzz_reading *reading, const uint8_t *octets,
                                 size_t len)
{
    struct fuzz_source source = {octets, len, reading->step};
    const reload_reader_options options = {
        .size = sizeof options, .form = reading->form, .max_message = reading->max_message};
    const reload_item *item = NULL;
    fuzz_begin_failing(octets, len);
    reload_reader *reader = reload_reader_new();
    reload_err err = reader == NULL ? RELOAD_ERR_MEMORY : RELOAD_OK;
    if (err == RELOAD_OK)
        err = reload_reader_open_with(reader, &options, fuzz_pull, &source);
    while (err == RELOAD_OK && (item == NULL || item->kind != RELOAD_ITEM_END))
        err = reload_reader_next(reader, &item);
    MUST(fuzz_end_failing(err) || err == RELOAD_OK);
    reload_reader_free(&reader);
}

/* Asserts that an item's diagnostic has a text of one line. */
static void check_diag(const reload_diag *diag)
{
    MUST(diag->text[0] != '\0' && memchr(diag->text, '\0', sizeof diag->text) != NULL);
    for (const char *c = diag->text; *c != '\0'; c++)
        MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
    if (diag->has_pointer)
        MUST(memchr(diag->pointer, '\0', sizeof diag->pointer) != NULL &&
             (diag->pointer[0] == '\0' || diag->pointer[0] == '/'));
}

void fuzz_read_with(struct fuzz_items *items, const struct fuzz_reading *reading,
                    const uint8_t *octets, size_t len)
{
    static reload_reader *reader; /* reused, as in the tools */
    struct fuzz_source source = {octets, len, reading->step};
    const reload_reader_options options = {
        .size = sizeof options, .form = reading->form, .max_message = reading->max_message};
    const reload_item *item;
    if (reader == NULL)
        reader = reload_reader_new();
    MUST(reader != NULL);
    items->count = items->bad = 0;
    reload_buf_reset(&items->octets);
    MUST(reload_reader_open_with(reader, &options, fuzz_pull, &source) == RELOAD_OK);
    for (;;) {
        MUST(reload_reader_next(reader, &item) == RELOAD_OK);
        items->form = item->form;
        if (item->kind == RELOAD_ITEM_END)
            break;
        MUST(item->offset <= len);
        if (item->kind != RELOAD_ITEM_MESSAGE)
            check_diag(&item->diag);
        items->item = rl_grow(items->item, &items->cap, items->count, sizeof *items->item);
        MUST(items->item != NULL);
        items->item[items->count++] = (struct fuzz_item){.kind = item->kind,
                                                         .offset = item->offset,
                                                         .at = items->octets.len,
                                                         .len = item->len,
                                                         .diag = item->diag,
                                                         .captured = item->captured};
        if (item->kind == RELOAD_ITEM_BAD)
            items->bad++;
        else
            MUST(item->len > 0);
        reload_buf_append(&items->octets, item->octets, item->len);
    }
    MUST(items->octets.err == RELOAD_OK);
}

void fuzz_read(struct fuzz_items *items, reload_form form, const uint8_t *octets, size_t len,
               size_t step)
{
    const struct fuzz_reading reading = {form, 0, step};
    fuzz_read_with(items, &reading, octets, len);
}

void fuzz_same_items(const struct fuzz_items *a, const struct fuzz_items *b, bool offsets)
{
    MUST(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        MUST(a->item[i].kind == b->item[i].kind);
        MUST(a->item[i].len == b->item[i].len);
        MUST(!offsets || a->item[i].diag.code == b->item[i].diag.code);
        MUST(!offsets || a->item[i].offset == b->item[i].offset);
    }
    MUST(a->octets.len == b->octets.len);
    MUST(a->octets.len == 0 || memcmp(a->octets.octets, b->octets.octets, a->octets.len) == 0);
}

void fuzz_items_free(struct fuzz_items *items)
{
    reload_buf_free(&items->octets);
    free(items->item);
    *items = (struct fuzz_items){0};
}

void fuzz_chunks(const struct fuzz_items *whole, reload_form form, const uint8_t *octets,
                 size_t len)
{
    struct fuzz_items pieces = {0};
    static const size_t steps[] = {1, 7, 67};
    const struct fuzz_reading reading = {form, 0, steps[len % 3]};
    check_failing_reader(&reading, octets, len);
    fuzz_read_with(&pieces, &reading, octets, len);
    MUST(pieces.form == whole->form);
    fuzz_same_items(whole, &pieces, true);
    fuzz_items_free(&pieces);
}

/* Appends a line of hex digits. A blank line after it ends octets without a correct Length. */
static void append_hex(reload_buf *text, const uint8_t *octets, size_t len, bool blank_line)
{
    char *digits = malloc(2 * len + 2);
    MUST(digits != NULL);
    reload_hex_encode(octets, len, digits);
    memcpy(digits + 2 * len, "\n\n", 2);
    reload_buf_append(text, digits, 2 * len + (blank_line ? 2 : 1));
    free(digits);
}

void fuzz_round_trip(const struct fuzz_items *items)
{
    static reload_msg *msg;
    reload_buf json = {0}, hex = {0};
    struct fuzz_items read_back = {0}, good = {0};
    if (msg == NULL)
        msg = reload_msg_new();
    MUST(msg != NULL);
    for (size_t i = 0; i < items->count; i++) {
        const struct fuzz_item *item = &items->item[i];
        const uint8_t *octets = item->len == 0 ? NULL : items->octets.octets + item->at;
        reload_origin origin = {.size = sizeof origin,
                                .file = "a \xff\"\n name",
                                .offset = item->offset,
                                .index = i + 1};
        if (item->kind == RELOAD_ITEM_BAD)
            continue;
        MUST((good.item = realloc(good.item, (good.count + 1) * sizeof *good.item)) != NULL);
        good.item[good.count++] = *item;
        if (item->kind == RELOAD_ITEM_MESSAGE) {
            MUST(reload_msg_parse(msg, octets, item->len, NULL) == RELOAD_OK);
            MUST(reload_json_write(msg, i % 2 == 0 ? &origin : NULL, 0, fuzz_to_buf, &json) ==
                 RELOAD_OK);
            MUST(memchr(json.octets, '\n', json.len) == NULL || i > 0);
            append_hex(&hex, octets, item->len, reload_msg_truncated(msg));
        } else {
            MUST(reload_json_write_garbage(octets, item->len, "garb\xc3\xa4ge",
                                           i % 2 == 0 ? &origin : NULL, 0, fuzz_to_buf,
                                           &json) == RELOAD_OK);
            append_hex(&hex, octets, item->len, true);
        }
        reload_buf_append(&json, "\n", 1);
    }
    good.octets = items->octets;
    if (good.count > 0) {
        fuzz_read(&read_back, RELOAD_FORM_JSON, json.octets, json.len, 0);
        fuzz_same_items(&good, &read_back, false);
        fuzz_read(&read_back, RELOAD_FORM_AUTO, json.octets, json.len, 0);
        MUST(read_back.form == RELOAD_FORM_JSON);
        fuzz_same_items(&good, &read_back, false);
        fuzz_read(&read_back, RELOAD_FORM_HEX, hex.octets, hex.len, 0);
        fuzz_same_items(&good, &read_back, false);
    }
    free(good.item);
    fuzz_items_free(&read_back);
    reload_buf_free(&json);
    reload_buf_free(&hex);
}
