/* SPDX-License-Identifier: BSD-2-Clause */
#include "collect.h"

#include <stdio.h>
#include <string.h>

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
log_note(struct test_log *log, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(log->text + log->len, sizeof log->text - log->len, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof log->text - log->len);
    log->len += (size_t)n;
}

static reload_err next_item(reload_reader *reader, const reload_item **item)
{
    reload_err err;
    while ((err = reload_reader_next(reader, item)) == RELOAD_ERR_WAITS)
        assert_int_equal((*item)->kind, RELOAD_ITEM_END);
    return err;
}

void test_collect_from(struct test_log *log, reload_form form, reload_source pull,
                       struct test_source *source, reload_form detected)
{
    reload_reader *reader = reload_reader_new();
    const reload_item *item;
    reload_err err;
    assert_non_null(reader);
    memset(log, 0, sizeof *log);
    const reload_reader_options options = {
        .size = sizeof options, .form = form, .max_message = source->max_message};
    assert_int_equal(reload_reader_open_with(reader, &options, pull, source), RELOAD_OK);
    while ((err = next_item(reader, &item)) == RELOAD_OK && item->kind != RELOAD_ITEM_END) {
        assert_int_equal(item->form, detected);
        if (log->len > 0)
            log_note(log, " ");
        if (item->kind == RELOAD_ITEM_MESSAGE) {
            log_note(log, "M%zu@%llu", item->len, (unsigned long long)item->offset);
            if (item->diag.code != RELOAD_OK)
                log_note(log, "!%d", item->diag.code);
        } else if (item->kind == RELOAD_ITEM_GARBAGE) {
            log_note(log, "G%zu@%llu!%d", item->len, (unsigned long long)item->offset,
                     item->diag.code);
        } else {
            log_note(log, "B@%llu", (unsigned long long)item->diag.offset);
            if (item->diag.line > 0)
                log_note(log, "=%u:%u", item->diag.line, item->diag.column);
            if (item->diag.has_pointer)
                log_note(log, "%s", item->diag.pointer);
            log_note(log, "!%d", item->diag.code);
        }
        if (item->kind != RELOAD_ITEM_MESSAGE) {
            assert_true(item->diag.has_offset);
            /* in hex text the item begins earlier */
            assert_true(item->diag.offset >= item->offset);
            assert_true(strlen(item->diag.text) > 0);
        }
        if (item->kind != RELOAD_ITEM_BAD)
            reload_buf_append(&log->octets, item->octets, item->len);
    }
    if (err != RELOAD_OK)
        log_note(log, "%s!%d", log->len > 0 ? " " : "", err);
    else
        assert_int_equal(next_item(reader, &item), RELOAD_OK); /* the end repeats */
    if (err == RELOAD_OK)
        assert_int_equal(item->kind, RELOAD_ITEM_END);
    reload_reader_free(&reader);
    assert_null(reader);
}

void test_collect(struct test_log *log, reload_form form, struct test_source *source,
                  reload_form detected)
{
    test_collect_from(log, form, test_pull, source, detected);
}

void test_reads(const void *input, size_t len, reload_form form, const char *expected,
                const char *octets)
{
    static const size_t chunks[] = {0, 1, 2, 7, 67, 4096};
    for (size_t k = 0; k < COUNT(chunks); k++)
        for (int specified = 0; specified < 2; specified++) {
            struct test_log log;
            struct test_source source = {.octets = input, .len = len, .chunk = chunks[k]};
            test_collect(&log, specified ? form : RELOAD_FORM_AUTO, &source, form);
            assert_string_equal(log.text, expected);
            if (octets != NULL)
                test_same(log.octets.octets, log.octets.len, octets);
            reload_buf_free(&log.octets);
        }
}
