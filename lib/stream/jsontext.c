/* SPDX-License-Identifier: BSD-2-Clause */
/* Cuts JSON text into values, so that jansson parses one at a time and a bad value does not spoil
 * the values after it. Only brackets, strings and lines are looked at here; jansson checks the
 * rest. */
#include "stream/stream.h"

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

/* Makes the buffer hold more text: drops the text before start if it is the larger part, or grows.
 */
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
    size_t cap = j->cap == 0 ? RL_CHUNK : j->cap * 2; /* at most 4 * RL_MAX_JSON */
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

/* Skips text[pos]. */
static void skip_character(rl_jsontext *j)
{
    uint8_t c = (uint8_t)j->text[j->pos++];
    if (c == '\n') {
        j->line++;
        j->column = 1;
    } else if ((c & 0xc0) != 0x80) { /* the first octet of a character */
        j->column++;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The state of reading one value. */
struct scan {
    size_t depth;
    char before; /* the last character except white space and strings */
    bool in_string;
    bool escaped;
};

/* Reads one character. Returns NULL, or why the value cannot continue with it. */
static const char *scan_character(rl_jsontext *j, struct scan *s, char c)
{
    if (s->in_string) {
        if (c == '\n')
            return "line break in a string";
        if (!s->escaped && c == '"')
            s->in_string = false;
        s->escaped = !s->escaped && c == '\\';
        return NULL;
    }
    if (is_blank(c))
        return NULL;
    char before = s->before;
    s->before = c;
    switch (c) {
    case '"':
        s->in_string = true;
        break;
    case '{':
    case '[':
        /* a value can only follow these; anywhere else a new message begins, and this one was
         * never closed */
        if (s->depth > 0 && before != ':' &&
            !(j->nesting[s->depth - 1] == '[' && (before == '[' || before == ',')))
            return "unexpected object or array";
        if (s->depth == RL_MAX_NESTING)
            return "nested too deeply";
        j->nesting[s->depth++] = (uint8_t)c;
        break;
    case '}':
    case ']':
        if (j->nesting[s->depth - 1] != (c == '}' ? '{' : '['))
            return "mismatched brackets";
        s->depth--;
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
           is_blank(j->text[j->pos + ahead]) && ahead < 64)
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

/* Skips text that is not JSON, to where a value may begin: an object that begins a line at or
 * before column, or an object outside another that looks like a message. */
static reload_err resynchronise(rl_jsontext *j, unsigned column)
{
    bool there, message, line_begins = j->column == 1;
    char before = ' ';
    reload_err err;
    while ((err = look(j, &there)) == RELOAD_OK && there) {
        char c = j->text[j->pos];
        if (c == '{' && line_begins && j->column <= column)
            return RELOAD_OK;
        if (c == '{' && before != ':') {
            err = looks_like_message(j, &message);
            if (err != RELOAD_OK || message)
                return err;
        }
        line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t'));
        before = is_blank(c) ? before : c;
        skip_character(j);
        j->start = j->pos;
    }
    j->in_array = false; /* its end has been skipped */
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
        uint64_t at = j->base + j->pos;
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
        } else if (!is_blank(c) &&
                   !(at < sizeof rl_byte_order_mark && (uint8_t)c == rl_byte_order_mark[at])) {
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

/* Returns a fault at pos, and skips text[pos] if that is the cause. */
static void give_broken(rl_jsontext *j, rl_slice *slice, const char *why, bool skip)
{
    slice->text = "";
    slice->broken = why;
    slice->broken_line = j->line;
    slice->broken_column = j->column;
    if (skip && j->pos < j->len)
        skip_character(j);
}

/* Gives up a value at pos. The next value may begin on any line after this value's first. */
static void break_off(rl_jsontext *j, rl_slice *slice, const char *why, size_t second_line)
{
    give_broken(j, slice, why, true);
    j->resume = slice->column;
    j->after_value = j->after_comma = false;
    if (second_line > 0) {
        j->pos = j->start + second_line;
        j->line = slice->line + 1;
        j->column = 1;
    }
}

reload_err rl_jsontext_next(rl_jsontext *j, rl_slice *slice)
{
    bool there;
    struct scan s = {0};
    size_t second_line = 0; /* from start */
    const char *broken;
    *slice = (rl_slice){0};
    j->start = j->pos;
    reload_err err = j->resume > 0 ? resynchronise(j, j->resume) : RELOAD_OK;
    j->resume = 0;
    if (err == RELOAD_OK)
        err = skip_between(j, &there, &broken);
    if (err != RELOAD_OK)
        return err;
    j->start = j->pos;
    slice->offset = j->base + j->pos;
    slice->line = j->line;
    slice->column = j->column;
    if (!there && j->in_array)
        broken = "unexpected end: the array of messages is not closed";
    if (broken != NULL) {
        bool value = there && j->text[j->pos] == '{';
        j->in_array = j->in_array && there;
        give_broken(j, slice, broken, !value);
        return RELOAD_OK;
    }
    if (!there)
        return RELOAD_OK;
    do {
        err = look(j, &there);
        if (err != RELOAD_OK)
            return err;
        if (!there)
            broken = "unexpected end inside a value";
        else if (j->text[j->pos] != '{' && j->pos == j->start)
            broken = "expected a JSON object";
        else if (j->pos - j->start >= RL_MAX_JSON)
            broken = "JSON value larger than 1 GiB";
        else
            broken = scan_character(j, &s, j->text[j->pos]);
        if (broken != NULL) {
            break_off(j, slice, broken, second_line);
            return RELOAD_OK;
        }
        skip_character(j);
        if (second_line == 0 && j->column == 1 && j->text[j->pos - 1] == '\n')
            second_line = j->pos - j->start;
    } while (s.depth > 0);
    slice->text = j->text + j->start;
    slice->len = j->pos - j->start;
    j->after_value = true;
    j->after_comma = false;
    return RELOAD_OK;
}
