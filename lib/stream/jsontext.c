/* Cutting JSON text into its values, so that jansson is given one at a time, and so that one bad value does not take those
 * behind it along. What a value must look like is jansson's business; here are only brackets, strings and lines. */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

void rl_jsontext_open(rl_jsontext *j, reload_source source, void *arg)
{
    j->source = source;
    j->arg = arg;
    j->pos = j->len = 0;
    j->base = 0;
    j->line = j->column = 1;
    j->in_array = false;
    j->resume = 0;
    j->ended = false;
}

void rl_jsontext_free(rl_jsontext *j)
{
    free(j->text);
    j->text = NULL;
    j->cap = 0;
}

/* Makes text[pos] be there: 1, or 0 at the end. */
static reload_err look(rl_jsontext *j, bool *there)
{
    *there = j->pos < j->len;
    if (*there || j->ended)
        return RELOAD_OK;
    if (j->len == j->cap) {
        size_t cap = j->cap == 0 ? RL_CHUNK : j->cap * 2; /* at most 2 * RL_MAX_JSON */
        char *text = realloc(j->text, cap);
        if (text == NULL)
            return RELOAD_ERR_MEMORY;
        j->text = text;
        j->cap = cap;
    }
    ptrdiff_t n = j->source(j->arg, (uint8_t *)j->text + j->len, j->cap - j->len);
    if (n < 0)
        return RELOAD_ERR_READ;
    j->ended = n == 0;
    j->len += (size_t)n;
    *there = n > 0;
    return RELOAD_OK;
}

/* Steps over text[pos]. */
static void step(rl_jsontext *j)
{
    if (j->text[j->pos++] == '\n') {
        j->line++;
        j->column = 1;
    } else {
        j->column++;
    }
}

/* Forgets the text before pos. */
static void drop(rl_jsontext *j)
{
    if (j->pos > 0)
        memmove(j->text, j->text + j->pos, j->len - j->pos);
    j->base += j->pos;
    j->len -= j->pos;
    j->pos = 0;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A value being read, up to where it ends or turns out not to be JSON. */
struct scan {
    size_t depth;
    char before;    /* the last character that is no white space, outside strings */
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
        /* a value stands only behind these; a new message here means that the last one was never closed */
        if (s->depth > 0 && before != ':' && !(j->nesting[s->depth - 1] == '[' && (before == '[' || before == ',')))
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

/* From text that is no JSON to the next line that begins with an object no further to the right than column. */
static reload_err resynchronise(rl_jsontext *j, unsigned column)
{
    bool there, line_begins = j->column == 1;
    reload_err err;
    while ((err = look(j, &there)) == RELOAD_OK && there) {
        char c = j->text[j->pos];
        if (line_begins && c == '{' && j->column <= column)
            return RELOAD_OK;
        line_begins = c == '\n' || (line_begins && (c == ' ' || c == '\t'));
        step(j);
        if (j->pos >= RL_CHUNK)
            drop(j);
    }
    return err;
}

/* Steps over what stands between values. *there: a value, or what should be one, begins at pos. */
static reload_err skip_between(rl_jsontext *j, bool *there)
{
    reload_err err;
    bool comma = false; /* a second one in a row is an error, which the caller finds */
    while ((err = look(j, there)) == RELOAD_OK && *there) {
        char c = j->text[j->pos];
        if (c == '[' && !j->in_array)
            j->in_array = true;
        else if (c == ']' && j->in_array)
            j->in_array = false;
        else if (c == ',' && j->in_array && !comma)
            comma = true;
        else if (!blank(c) && !(j->base + j->pos < 3 && (uint8_t)c == (uint8_t)"\xef\xbb\xbf"[j->base + j->pos]))
            break;
        step(j);
        if (j->pos >= RL_CHUNK)
            drop(j);
    }
    return err;
}

/* A value that ends before it should; the character that breaks it belongs to its text. */
static void break_off(rl_jsontext *j, rl_slice *slice, size_t second_line)
{
    j->resume = slice->column;
    if (j->pos < j->len)
        step(j);
    slice->len = j->pos;
    if (second_line > 0) { /* a value may begin on any of the lines that were taken for part of this one */
        j->pos = second_line;
        j->line = slice->line + 1;
        j->column = 1;
    }
}

reload_err rl_jsontext_next(rl_jsontext *j, rl_slice *slice)
{
    bool there;
    struct scan s = {0};
    size_t second_line = 0;
    *slice = (rl_slice){0};
    reload_err err = j->resume > 0 ? resynchronise(j, j->resume) : RELOAD_OK;
    j->resume = 0;
    if (err == RELOAD_OK)
        err = skip_between(j, &there);
    if (err != RELOAD_OK)
        return err;
    drop(j);
    slice->offset = j->base;
    slice->line = j->line;
    slice->column = j->column;
    if (!there) {
        slice->text = j->in_array ? "" : NULL;
        slice->broken = j->in_array ? "the text ends inside the array around the messages" : NULL;
        j->in_array = false;
        return RELOAD_OK;
    }
    do {
        err = look(j, &there);
        if (err != RELOAD_OK)
            return err;
        if (!there)
            slice->broken = "the text ends inside a value";
        else if (j->text[j->pos] != '{' && j->pos == 0)
            slice->broken = "a message is a JSON object";
        else if (j->pos >= RL_MAX_JSON)
            slice->broken = "a JSON value of more than 1 GiB";
        else
            slice->broken = scan_character(j, &s, j->text[j->pos]);
        if (slice->broken != NULL) {
            break_off(j, slice, second_line);
            break;
        }
        step(j);
        slice->len = j->pos;
        if (second_line == 0 && j->column == 1)
            second_line = j->pos;
    } while (s.depth > 0);
    slice->text = j->text;
    return RELOAD_OK;
}
