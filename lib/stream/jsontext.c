/* Cutting JSON text into its values, so that jansson is given one at a time, and so that one bad
 * value does not take those behind it along. What a value must look like is jansson's business;
 * here are only brackets, strings and lines. */
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

/* Room for more text behind what there is: that before start goes, once it is the larger part, or
 * the buffer grows. */
static bool reserve(rl_jsontext *j)
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

/* Makes text[at], at or behind pos, be there: *there says whether it is. */
static reload_err look_at(rl_jsontext *j, size_t ahead, bool *there)
{
    while (j->pos + ahead >= j->len && !j->ended) {
        if (!reserve(j))
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
    return look_at(j, 0, there);
}

/* Steps over text[pos]. */
static void step(rl_jsontext *j)
{
    uint8_t c = (uint8_t)j->text[j->pos++];
    if (c == '\n') {
        j->line++;
        j->column = 1;
    } else if ((c & 0xc0) != 0x80) { /* not inside a character of UTF-8 */
        j->column++;
    }
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A value being read, up to where it ends or turns out not to be JSON. */
struct scan {
    size_t depth;
    char before; /* the last character that is no white space, outside strings */
    bool in_string;
    bool escaped;
};

/* Takes one character. Returns NULL, or why the value cannot go on with it. */
static const char *scan_character(rl_jsontext *j, struct scan *s, char c)
{
    if (s->in_string) {
        if (c == '\n')
            return "a line ends inside a string";
        if (!s->escaped && c == '"')
            s->in_string = false;
        s->escaped = !s->escaped && c == '\\';
        return NULL;
    }
    if (blank(c))
        return NULL;
    char before = s->before;
    s->before = c;
    switch (c) {
    case '"':
        s->in_string = true;
        break;
    case '{':
    case '[':
        /* a value stands only behind these; a new message here means that the last one was never
         * closed */
        if (s->depth > 0 && before != ':' &&
            !(j->nesting[s->depth - 1] == '[' && (before == '[' || before == ',')))
            return "an object or array where none can stand";
        if (s->depth == RL_MAX_NESTING)
            return "nested too deeply";
        j->nesting[s->depth++] = (uint8_t)c;
        break;
    case '}':
    case ']':
        if (j->nesting[s->depth - 1] != (c == '}' ? '{' : '['))
            return "brackets that do not match";
        s->depth--;
        break;
    default:
        break;
    }
    return NULL;
}

/* Whether the object that begins at pos looks like a message's: its first key is "header" or
 * "garbage". */
static reload_err looks_like_message(rl_jsontext *j, bool *yes)
{
    static const char *const keys[] = {"\"header\"", "\"garbage\""};
    size_t ahead = 1;
    bool there;
    reload_err err;
    *yes = false;
    while ((err = look_at(j, ahead, &there)) == RELOAD_OK && there &&
           blank(j->text[j->pos + ahead]) && ahead < 64)
        ahead++;
    if (err == RELOAD_OK)
        err = look_at(j, ahead + strlen(keys[1]), &there);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0] && err == RELOAD_OK; k++) {
        size_t len = strlen(keys[k]);
        *yes = *yes || (j->len - j->pos > ahead + len &&
                        memcmp(j->text + j->pos + ahead, keys[k], len) == 0);
    }
    return err;
}

/* From text that is no JSON to where a value may begin: a line that begins with an object no
 * further to the right than column, or an object, not a member of another, that looks like a
 * message. */
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
        before = blank(c) ? before : c;
        step(j);
        j->start = j->pos;
    }
    j->in_array = false; /* its end went by with the rest */
    return err;
}

/* Steps over what stands between values. *there: a value, or what should be one, begins at pos;
 * *broken: why it may not. */
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
            *broken = j->after_comma ? "a comma in front of the array's end" : NULL;
            j->in_array = false;
        } else if (c == ',' && j->in_array) {
            *broken = j->after_value ? NULL : "a comma with no value in front of it";
            j->after_comma = true;
            j->after_value = false;
        } else if (!blank(c) &&
                   !(at < sizeof rl_byte_order_mark && (uint8_t)c == rl_byte_order_mark[at])) {
            break;
        }
        if (*broken != NULL)
            return RELOAD_OK;
        step(j);
        j->start = j->pos;
    }
    if (err == RELOAD_OK && *there && j->in_array && j->after_value) {
        j->after_value = false; /* told once; the value itself comes next */
        *broken = "a comma is missing in front of a value";
    }
    return err;
}

/* Gives out that something is broken here, and steps over text[pos] where it is the cause. */
static void give_broken(rl_jsontext *j, rl_slice *slice, const char *why, bool step_over)
{
    slice->text = "";
    slice->broken = why;
    slice->broken_line = j->line;
    slice->broken_column = j->column;
    if (step_over && j->pos < j->len)
        step(j);
}

/* Where to look for the next value behind one that is broken off at pos: a value may begin on any
 * of the lines that were taken for part of this one. */
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
        broken = "the text ends inside the array around the messages";
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
            broken = "the text ends inside a value";
        else if (j->text[j->pos] != '{' && j->pos == j->start)
            broken = "a message is a JSON object";
        else if (j->pos - j->start >= RL_MAX_JSON)
            broken = "a JSON value of more than 1 GiB";
        else
            broken = scan_character(j, &s, j->text[j->pos]);
        if (broken != NULL) {
            break_off(j, slice, broken, second_line);
            return RELOAD_OK;
        }
        step(j);
        if (second_line == 0 && j->column == 1 && j->text[j->pos - 1] == '\n')
            second_line = j->pos - j->start;
    } while (s.depth > 0);
    slice->text = j->text + j->start;
    slice->len = j->pos - j->start;
    j->after_value = true;
    j->after_comma = false;
    return RELOAD_OK;
}
