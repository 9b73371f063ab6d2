/* SPDX-License-Identifier: BSD-2-Clause */
/* Cuts JSON text into values, so that one is parsed at a time and a bad value does not spoil the
 * values after it. Only brackets, strings and lines are examined here; the reader checks the rest.
 * A value's text is kept only as far as the next value may be searched in it. */
#include "stream/stream.h"

#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

void rl_jsontext_open(rl_jsontext *j, reload_source source, void *arg)
{
    rl_jsontext kept = {.text = j->text, .cap = j->cap};
    *j = kept;
    j->source = source;
    j->arg = arg;
    j->line = j->column = 1;
}

void rl_jsontext_free(rl_jsontext *j)
{
    free(j->text);
    j->text = NULL;
    j->cap = 0;
}

/* Makes room for more text: drops the text before start if it is the larger part, or grows. */
static bool jsontext_reserve(rl_jsontext *j)
{
    if (j->len < j->cap)
        return true;
    if (j->start > j->len / 2) {
        memmove(j->text, j->text + j->start, j->len - j->start);
        j->base += j->start;
        j->len -= j->start;
        j->pos -= j->start;
        j->start = 0;
        return true;
    }
    size_t cap = j->cap == 0 ? RL_CHUNK : j->cap * 2; /* small: start follows pos */
    char *text = realloc(j->text, cap);
    if (text == NULL)
        return false;
    j->text = text;
    j->cap = cap;
    return true;
}

/* Reads until text[pos + ahead] is available. *there: it is; otherwise the input has ended. */
static reload_err look_ahead(rl_jsontext *j, size_t ahead, bool *there)
{
    while (j->pos + ahead >= j->len && !j->ended) {
        if (!jsontext_reserve(j))
            return RELOAD_ERR_MEMORY;
        ptrdiff_t n = j->source(j->arg, (uint8_t *)j->text + j->len, j->cap - j->len);
        if (n < 0)
            return RELOAD_ERR_READ;
        j->ended = n == 0;
        j->len += (size_t)n;
    }
    *there = j->pos + ahead < j->len;
    return RELOAD_OK;
}

static reload_err look(rl_jsontext *j, bool *there)
{
    return look_ahead(j, 0, there);
}

void rl_jsontext_count(rl_jsontext *j, char c)
{
    if (c == '\n') {
        j->line++;
        j->column = 1;
    } else if (((uint8_t)c & 0xc0) != 0x80) { /* the first octet of a character */
        j->column++;
    }
}

/* Skips text[pos]. */
static void skip_character(rl_jsontext *j)
{
    rl_jsontext_count(j, j->text[j->pos++]);
}

bool rl_jsontext_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Reads one character of a value. Returns NULL, or the fault if the value cannot continue with it.
 */
static const char *scan_character(rl_jsontext *j, char c)
{
    if (c == RL_RECORD_SEPARATOR && !RL_FAULT("input: a record separator ends a value"))
        return "unexpected record separator inside a value";
    if (j->in_string) {
        if (c == '\n')
            return "line break in a string";
        if (!j->escaped && c == '"')
            j->in_string = false;
        j->escaped = !j->escaped && c == '\\';
        return NULL;
    }
    if (rl_jsontext_is_blank(c))
        return NULL;
    char before = j->before;
    j->before = c;
    switch (c) {
    case '"':
        j->in_string = true;
        break;
    case '{':
    case '[':
        /* a value can only follow these; anywhere else a new message begins, and this one was
         * never closed */
        if (j->depth > 0 && before != ':' &&
            !(j->nesting[j->depth - 1] == '[' && (before == '[' || before == ',')))
            return "unexpected object or array";
        if (j->depth == RL_MAX_NESTING)
            return "nested too deeply";
        j->nesting[j->depth++] = (uint8_t)c;
        break;
    case '}':
    case ']':
        if (j->nesting[j->depth - 1] != (c == '}' ? '{' : '['))
            return "mismatched brackets";
        j->depth--;
        break;
    default:
        break;
    }
    return NULL;
}

/* Whether the object at pos looks like a message: its first key is "header" or "garbage". */
static reload_err looks_like_message(rl_jsontext *j, bool *yes)
{
    static const char *const keys[] = {"\"header\"", "\"garbage\""};
    size_t ahead = 1;
    bool there;
    reload_err err;
    *yes = false;
    while ((err = look_ahead(j, ahead, &there)) == RELOAD_OK && there &&
           rl_jsontext_is_blank(j->text[j->pos + ahead]) && ahead < 64)
        ahead++;
    if (err == RELOAD_OK)
        err = look_ahead(j, ahead + strlen(keys[1]), &there);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0] && err == RELOAD_OK; k++) {
        size_t len = strlen(keys[k]);
        *yes = *yes || (j->len - j->pos > ahead + len &&
                        memcmp(j->text + j->pos + ahead, keys[k], len) == 0);
    }
    return err;
}

/* Skips text that is not JSON, to where a value may begin: a record separator, an object that
 * begins a line at or before column, or an object outside another that looks like a message. */
static reload_err resynchronise(rl_jsontext *j, unsigned column)
{
    bool there, message, line_begins = j->column == 1;
    char before = ' ';
    reload_err err;
    while ((err = look(j, &there)) == RELOAD_OK && there) {
        char c = j->text[j->pos];
        if (c == RL_RECORD_SEPARATOR)
            break;
        if (c == '{' && line_begins && j->column <= column)
            return RELOAD_OK;
        if (c == '{' && before != ':') {
            err = looks_like_message(j, &message);
            if (err != RELOAD_OK || message)
                return err;
        }
        line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t'));
        before = rl_jsontext_is_blank(c) ? before : c;
        skip_character(j);
        j->start = j->pos;
    }
    j->in_array = false; /* the value's end has been skipped */
    return err;
}

/* Skips a byte order mark at pos. */
static reload_err skip_mark(rl_jsontext *j, bool *is_mark)
{
    bool there;
    reload_err err = look_ahead(j, sizeof rl_byte_order_mark - 1, &there);
    *is_mark = err == RELOAD_OK && there &&
               memcmp(j->text + j->pos, rl_byte_order_mark, sizeof rl_byte_order_mark) == 0;
    for (size_t i = 0; *is_mark && i < sizeof rl_byte_order_mark; i++)
        skip_character(j);
    return err;
}

/* Skips the text between values. *there: a value is expected at pos; *broken: NULL, or the fault
 * there. */
static reload_err skip_between(rl_jsontext *j, bool *there, const char **broken)
{
    reload_err err;
    *broken = NULL;
    while ((err = look(j, there)) == RELOAD_OK && *there && *broken == NULL) {
        char c = j->text[j->pos];
        bool is_mark = false;
        if ((uint8_t)c == rl_byte_order_mark[0] &&
            !RL_FAULT("input: a byte order mark between JSON texts")) {
            err = skip_mark(j, &is_mark);
            j->start = j->pos;
            if (err != RELOAD_OK || !is_mark)
                break;
            continue;
        }
        if (c == '[' && !j->in_array) {
            j->in_array = true;
            j->after_value = j->after_comma = false;
        } else if (c == ']' && j->in_array) {
            *broken = j->after_comma ? "comma before the end of the array" : NULL;
            j->in_array = false;
        } else if (c == ',' && j->in_array) {
            *broken = j->after_value ? NULL : "comma without a value before it";
            j->after_comma = true;
            j->after_value = false;
        } else if (!rl_jsontext_is_blank(c) && (c != RL_RECORD_SEPARATOR || j->in_array)) {
            break;
        }
        if (*broken != NULL)
            return RELOAD_OK;
        skip_character(j);
        j->start = j->pos;
    }
    if (err == RELOAD_OK && *there && j->in_array && j->after_value) {
        j->after_value = false; /* reported once; the value follows */
        *broken = "missing comma before a value";
    }
    return err;
}

/* Returns a fault at pos, and skips text[pos] if that character is the fault. */
static void give_broken(rl_jsontext *j, rl_slice *slice, const char *why, bool skip)
{
    slice->there = true;
    slice->broken = why;
    slice->broken_line = j->line;
    slice->broken_column = j->column;
    if (skip && j->pos < j->len)
        skip_character(j);
    slice->extent = j->base + j->pos - slice->offset;
}

/* Abandons a value at pos. The next value may begin on any line after this value's first line,
 * unless that line is too far back or the limit of scanning again is reached. */
static void break_off(rl_jsontext *j, rl_slice *slice, const char *why, size_t second_line)
{
    bool separated = j->pos < j->len && j->text[j->pos] == RL_RECORD_SEPARATOR;
    give_broken(j, slice, why, true);
    j->after_value = j->after_comma = false;
    if (separated) {
        j->in_array = false;
        return;
    }
    j->resume = slice->column;
    size_t back = second_line == 0 ? 0 : j->pos - j->start - second_line;
    if (second_line == 0 || j->rewound + back > RL_MAX_REWIND + 4 * (j->base + j->pos))
        return;
    j->rewound += back;
    j->pos = j->start + second_line;
    j->line = slice->line + 1;
    j->column = 1;
}

/* How much of a value's text has been passed on, and where its second line begins, from start; 0:
 * nowhere. */
struct passing {
    rl_json_feed *feed;
    size_t passed;
    size_t second_line;
    bool far; /* too long to search for other values */
};

/* Passes the value's text before pos on. */
static reload_err jsontext_pass_on(rl_jsontext *j, struct passing *p)
{
    reload_err err = RELOAD_OK;
    size_t at = j->start + p->passed;
    if (p->feed != NULL && j->pos > at)
        err = rl_json_feed_put(p->feed, j->text + at, j->pos - at);
    p->passed = j->pos - j->start;
    p->far = p->far || p->passed > RL_MAX_REWIND;
    if (p->far) {
        j->start = j->pos;
        p->passed = p->second_line = 0;
    }
    return err;
}

/* Scans one value, or the rest of one. *broken: NULL, or the fault at pos. */
static reload_err scan_value(rl_jsontext *j, struct passing *p, const char **broken)
{
    bool there = true;
    reload_err err = RELOAD_OK;
    do {
        if (j->pos == j->len) {
            err = jsontext_pass_on(j, p);
            if (err == RELOAD_OK)
                err = look(j, &there);
            if (err != RELOAD_OK)
                return err;
        }
        if (j->in_string && !j->escaped && there) {
            size_t plain = rl_plain((const uint8_t *)j->text + j->pos, j->len - j->pos);
            j->pos += plain;
            j->column += (unsigned)plain;
            if (plain > 0)
                continue; /* the depth is not 0 within a string */
        }
        *broken = !there ? "unexpected end inside a value" : scan_character(j, j->text[j->pos]);
        if (*broken != NULL)
            return RELOAD_OK;
        skip_character(j);
        if (p->second_line == 0 && !p->far && j->column == 1 && j->text[j->pos - 1] == '\n')
            p->second_line = j->pos - j->start;
    } while (j->depth > 0);
    return jsontext_pass_on(j, p);
}

/* Skips the rest of a value that is too long, without reporting its faults. */
static reload_err skip_rest(rl_jsontext *j, unsigned column)
{
    struct passing none = {.far = true};
    const char *broken;
    reload_err err = j->depth > 0 ? scan_value(j, &none, &broken) : RELOAD_OK;
    j->resting = false;
    j->after_value = err == RELOAD_OK && j->depth == 0;
    j->resume = j->after_value ? 0 : column;
    return err;
}

/* Skips to where a value is expected. */
static reload_err find_value(rl_jsontext *j, rl_slice *slice, bool *there)
{
    const char *broken;
    j->start = j->pos;
    reload_err err = j->resting ? skip_rest(j, j->resume) : RELOAD_OK;
    if (err == RELOAD_OK && j->resume > 0)
        err = resynchronise(j, j->resume);
    j->resume = 0;
    if (err == RELOAD_OK)
        err = skip_between(j, there, &broken);
    if (err != RELOAD_OK)
        return err;
    j->start = j->pos;
    slice->offset = j->base + j->pos;
    slice->line = j->line;
    slice->column = j->column;
    bool array_ends = !*there || j->text[j->pos] == RL_RECORD_SEPARATOR;
    if (array_ends && j->in_array)
        broken = "unexpected end: the array of messages is not closed";
    if (broken != NULL) {
        bool value = *there && j->text[j->pos] == '{';
        j->in_array = j->in_array && !array_ends;
        give_broken(j, slice, broken, !value);
    }
    return RELOAD_OK;
}

reload_err rl_jsontext_next(rl_jsontext *j, rl_slice *slice, rl_json_feed *feed, reload_buf *octets)
{
    bool there;
    const char *broken = NULL;
    struct passing p = {.feed = feed};
    *slice = (rl_slice){0};
    reload_err err = find_value(j, slice, &there);
    if (err != RELOAD_OK || slice->there || !there)
        return err;
    j->depth = 0;
    j->in_string = j->escaped = false;
    j->before = '\0';
    rl_json_feed_begin(feed, octets);
    if (j->text[j->pos] != '{')
        broken = "expected a JSON object";
    else
        err = scan_value(j, &p, &broken);
    if (err == RELOAD_ERR_TOO_LONG) {
        slice->too_long = j->resting = true;
        give_broken(j, slice, RL_JSON_TOO_LONG, false);
        j->resume = slice->column;
        return RELOAD_OK;
    }
    if (err != RELOAD_OK)
        return err;
    if (broken != NULL) {
        break_off(j, slice, broken, p.second_line);
        return RELOAD_OK;
    }
    slice->there = j->after_value = true;
    slice->extent = j->base + j->pos - slice->offset;
    j->after_comma = false;
    return RELOAD_OK;
}
