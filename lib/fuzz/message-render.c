/* SPDX-License-Identifier: BSD-2-Clause */
/* Invariants of parsing, rendering, comparing, linting and building a message */
#include "message.h"
#include "verify/lint.h"
#include "verify/report-json.h"

#include "dump/dump.h"

#include <stdlib.h>
#include <string.h>

/* ---- Reading and rendering ---- */

void check_attributes(const reload_msg *msg)
{
    size_t len, trailing_len, n;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const uint8_t *trailing = reload_msg_trailing(msg, &trailing_len, &flaw);
    size_t at = RELOAD_HEADER_SIZE;
    MUST(trailing + trailing_len == octets + len &&
         (flaw != RELOAD_FLAW_NONE) == (trailing_len > 0));
    for (size_t i = 0; i < reload_msg_count(msg); i++) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        char pointer[256], tiny[4];
        reload_value value;
        MUST(attr->offset == at && attr->end > i && attr->end <= reload_msg_count(msg));
        MUST(attr->depth >= 1 && attr->depth <= RELOAD_MAX_DEPTH);
        MUST((attr->parent == RELOAD_NO_ATTR) == (attr->depth == 1));
        const uint8_t *v = reload_msg_value_octets(msg, i, &n);
        MUST(v == octets + at + HEAD && n == attr->length);
        const uint8_t *padding = reload_msg_padding(msg, i, &n);
        MUST(padding == v + attr->length && n <= 3 && padding + n <= octets + len);
        (void)fuzz_touch(NULL, padding, n);
        at += attr->end > i + 1 ? HEAD : HEAD + attr->length + n;
        MUST(reload_msg_pointer(msg, i, pointer, sizeof pointer) && pointer[0] == '/');
        MUST(!reload_msg_pointer(msg, i, tiny, sizeof tiny) &&
             memchr(tiny, '\0', sizeof tiny) != NULL);
        if (reload_msg_value(msg, i, &value)) {
            MUST(attr->flaw == RELOAD_FLAW_NONE);
            if (value.octets != NULL)
                (void)fuzz_touch(NULL, value.octets, value.len);
        }
        MUST(reload_flaw_text((reload_flaw)attr->flaw)[0] != '\0');
    }
    MUST(octets + at == trailing);
}

void check_safe(const reload_buf *text, bool line)
{
    MUST(text->err == RELOAD_OK && text->len > 0 && text->octets[text->len - 1] == '\n');
    for (size_t i = 0; i < text->len; i++)
        MUST((text->octets[i] >= 0x20 && text->octets[i] != 0x7f) ||
             (text->octets[i] == '\n' && (!line || i == text->len - 1)));
}

/* A cache, empty or not, does not change the text. */
static void check_cached(const reload_msg *msg, const reload_buf *text)
{
    reload_buf cached = {0};
    reload_text_cache *cache = reload_text_cache_new();
    MUST(cache != NULL);
    for (unsigned i = 0; i < 2; i++) {
        reload_buf_reset(&cached);
        MUST(reload_text_write_cached(cache, msg, NULL, 0, fuzz_to_buf, &cached) == RELOAD_OK);
        MUST(cached.len == text->len && memcmp(cached.octets, text->octets, text->len) == 0);
    }
    reload_text_cache_free(&cache);
    reload_buf_free(&cached);
}

void check_text(const reload_msg *msg)
{
    static const reload_origin origin = {
        .size = sizeof origin, .file = "a\033[31mb\n\xff", .offset = 7, .index = 1};
    reload_buf text = {0};
    MUST(reload_text_write(msg, &origin, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    reload_buf_reset(&text);
    MUST(reload_text_write(msg, NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    check_cached(msg, &text);
    reload_buf_reset(&text);
    MUST(reload_line_write(msg, &origin, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, true);
    reload_buf_free(&text);
    MUST(reload_text_write(msg, &origin, RELOAD_COLOUR, fuzz_touch, NULL) == RELOAD_OK);
    MUST(reload_line_write(msg, NULL, RELOAD_COLOUR, fuzz_touch, NULL) == RELOAD_OK);
}

void check_rows(const reload_buf *text, const uint8_t *octets, size_t len)
{
    enum { OFFSET_END = 8, CELLS = 10, CELLS_END = 58 };
    size_t at = 0;
    const uint8_t *line = text->octets, *end = text->octets + text->len;
    while (line < end) {
        const uint8_t *newline = memchr(line, '\n', (size_t)(end - line));
        MUST(newline != NULL);
        bool row = newline - line >= CELLS_END && line[OFFSET_END] == ' ' &&
                   line[OFFSET_END + 1] == ' ' && line[CELLS] != ' ';
        for (size_t i = 0; i < OFFSET_END && row; i++)
            row = line[i] == ' ' ? i + 1 < OFFSET_END : line[i] >= '0' && line[i] <= '9';
        MUST(!row || strtoul((const char *)line, NULL, 10) == at);
        for (size_t i = CELLS; row && i < CELLS_END && line[i] != ' '; i += 3) {
            const char cell[3] = {(char)line[i], (char)line[i + 1], '\0'};
            MUST(at < len && strtoul(cell, NULL, 16) == octets[at]);
            at++;
        }
        line = newline + 1;
    }
    MUST(at == len);
}

void check_annotated(const reload_msg *msg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_buf text = {0};
    MUST(annotated_write(msg, NULL, 0, fuzz_to_buf, &text) == RELOAD_OK);
    check_safe(&text, false);
    check_rows(&text, octets, len);
    reload_buf_free(&text);
    MUST(annotated_write(msg, NULL, RELOAD_COLOUR, fuzz_touch, NULL) == RELOAD_OK);
}

/* A comparison has text exactly if the octets differ. */
static void check_difference(const diff_side *a, const diff_side *b, bool expected)
{
    reload_buf text = {0};
    bool differ, silently;
    MUST(diff_write(a, b, 0, fuzz_to_buf, &text, &differ) == RELOAD_OK);
    MUST(diff_write(a, b, 0, NULL, NULL, &silently) == RELOAD_OK);
    MUST(differ == expected && silently == expected && (text.len > 0) == expected);
    if (expected)
        check_safe(&text, false);
    reload_buf_free(&text);
}

void check_diff(const reload_msg *msg, unsigned seed)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const diff_side side = {.msg = msg};
    reload_buf copy = {0};
    reload_buf_append(&copy, octets, len);
    check_difference(&side, &side, false);
    for (unsigned k = 0; k < 4; k++) {
        size_t at = (seed + k * 2654435761u) % len, n = k < 2 ? len : at;
        uint8_t bit = (uint8_t)(1u << (seed + k) % 8);
        copy.octets[at] ^= bit;
        bool good = reload_msg_parse(all.made, copy.octets, n, NULL) == RELOAD_OK;
        const diff_side other = {.msg = good ? all.made : NULL,
                                 .octets = good ? NULL : copy.octets,
                                 .len = good ? 0 : n};
        check_difference(&side, &other, true);
        check_difference(&other, &side, true);
        copy.octets[at] ^= bit;
    }
    check_difference(&side, &(diff_side){.msg = NULL}, true);
    reload_buf_free(&copy);
}

void check_json(const reload_msg *msg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_buf json = {0}, back = {0};
    for (unsigned flags = 0; flags <= RELOAD_PRETTY; flags++) {
        reload_diag diag;
        reload_buf_reset(&json);
        reload_buf_reset(&back);
        MUST(reload_json_write(msg, NULL, flags, fuzz_to_buf, &json) == RELOAD_OK);
        MUST(reload_json_read((const char *)json.octets, json.len, &back, &diag) == RELOAD_OK);
        MUST(same(back.octets, back.len, octets, len));
    }
    reload_buf_free(&json);
    reload_buf_free(&back);
}

/* ---- Linting ---- */

struct linted {
    const reload_msg *msg;
    size_t count;
};

static int check_finding(void *arg, const struct lint_finding *finding)
{
    struct linted *linted = arg;
    char pointer[256];
    const struct lint_rule_def *rule = lint_rule_of(finding->rule);
    MUST(rule != NULL && rule->word[0] != '\0');
    MUST(finding->attr == RELOAD_NO_ATTR ||
         (finding->attr < reload_msg_count(linted->msg) && finding->field == RELOAD_FIELDS));
    MUST(finding->attr == RELOAD_NO_ATTR ||
         !reload_msg_attr(linted->msg, finding->attr)->ignored); /* D10 */
    MUST(lint_pointer(linted->msg, finding, pointer, sizeof pointer) && pointer[0] == '/');
    size_t len = strlen(finding->detail);
    MUST(len > 0 && len < sizeof finding->detail - 1);
    for (size_t i = 0; i < len; i++)
        MUST(finding->detail[i] >= ' ' && finding->detail[i] <= '~');
    linted->count++;
    return 0;
}

static int reject_finding(void *arg, const struct lint_finding *finding)
{
    (void)finding;
    ++*(size_t *)arg;
    return -1;
}

void check_lint(const reload_msg *msg)
{
    const reload_origin origin = {.size = sizeof origin, .file = "-", .offset = 0, .index = 1};
    for (reload_security algorithm = RELOAD_SECURITY_NONE; algorithm <= RELOAD_SECURITY_CERTS;
         algorithm++) {
        struct linted first = {msg, 0}, second = {msg, 0};
        size_t rejected = 0;
        MUST(lint_message(algorithm, msg, check_finding, &first) == RELOAD_OK);
        MUST(lint_message(algorithm, msg, check_finding, &second) == RELOAD_OK &&
             first.count == second.count);
        MUST(lint_message(algorithm, msg, reject_finding, &rejected) ==
             (first.count == 0 ? RELOAD_OK : RELOAD_ERR_WRITE));
        MUST(rejected == (first.count == 0 ? 0 : 1));
    }
    MUST(report_json_write(verify(&all.none_verifier, msg, NOW), msg,
                           &(struct report_place){&origin, 68}, RELOAD_SECURITY_CERTS, NULL,
                           RELOAD_ASCII, fuzz_touch, NULL) == RELOAD_OK);
}

/* ---- Building ---- */

/* The built message is the same, except the Length of a truncated one. */
static void check_built(reload_builder *b, const reload_msg *msg)
{
    size_t len;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    const uint8_t *built = b->buf->octets;
    MUST(reload_build_end(b) == RELOAD_OK);
    built = b->buf->octets;
    MUST(b->buf->len == len && memcmp(built, octets, LENGTH_AT) == 0);
    MUST(memcmp(built + LENGTH_END, octets + LENGTH_END, len - LENGTH_END) == 0);
    MUST(reload_msg_truncated(msg) || memcmp(built, octets, len) == 0);
}

/* Builds attributes first to end from their values. Returns false if one has nonzero padding. */
static bool build_from_values(reload_builder *b, const reload_msg *msg, uint32_t first,
                              uint32_t end)
{
    static const uint8_t zeros[3];
    for (uint32_t i = first; i < end; i = reload_msg_attr(msg, i)->end) {
        const reload_attr *attr = reload_msg_attr(msg, i);
        reload_value value;
        size_t len;
        const uint8_t *padding = reload_msg_padding(msg, i, &len);
        if (memcmp(padding, zeros, len) != 0)
            return false;
        if (reload_msg_value(msg, i, &value)) {
            reload_build_value(b, attr->type, &value);
        } else if (attr->flaw != RELOAD_FLAW_NONE) {
            const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
            reload_build_octets(b, attr->type, octets, len);
        } else {
            reload_build_open(b, attr->type);
            if (!build_from_values(b, msg, i + 1, attr->end))
                return false;
            reload_build_close(b);
        }
    }
    return true;
}

void check_building(const reload_msg *msg)
{
    size_t len, n;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_octets(msg, &len);
    reload_buf buf = {0};
    reload_builder b;
    reload_build_begin(&b, &buf, octets);
    reload_build_raw(&b, octets + RELOAD_HEADER_SIZE, len - RELOAD_HEADER_SIZE);
    check_built(&b, msg);
    reload_buf_reset(&buf);
    reload_build_begin(&b, &buf, NULL);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        const uint8_t *field = reload_msg_field_octets(msg, f, &n);
        if (reload_field_def_of(f)->width > 32)
            reload_build_field_octets(&b, f, field);
        else
            reload_build_field(&b, f, reload_msg_field(msg, f));
    }
    if (build_from_values(&b, msg, 0, (uint32_t)reload_msg_count(msg))) {
        const uint8_t *trailing = reload_msg_trailing(msg, &n, &flaw);
        reload_build_raw(&b, trailing, n);
        check_built(&b, msg);
    }
    reload_buf_free(&buf);
}
