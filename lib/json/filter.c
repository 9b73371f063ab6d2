/* SPDX-License-Identifier: BSD-2-Clause */
/* Drops the parts of a JSON text that the reader ignores. Where text is dropped, the kept text
 * leaves jansson in the state that the whole text would: before "]" in [1, 2], for example, it is
 * [2. */
#include "json/filter.h"

#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_BLANKS = 64,  /* white space that is kept in one place */
    MAX_DROPPED = 64, /* octets that are kept of a string to be dropped */
    MAX_DIGITS = 400, /* a double has fewer before its point */
    MAX_WORD = 1000,  /* octets of a number or literal */
    MAX_SPARED = 64,  /* octets that are kept after a fault, for jansson to quote */
    SAFE_DIGITS = 18, /* an integer with as many fits 64 bits */
    MAX_OCTETS = RELOAD_HEADER_SIZE + RELOAD_MAX_LENGTH
};

/* The tokens that may follow. */
enum {
    EXPECT_VALUE,
    EXPECT_ELEMENT, /* or the array's end */
    EXPECT_MEMBER,  /* a key or the object's end */
    EXPECT_KEY,
    EXPECT_COLON,
    EXPECT_NEXT, /* a comma, or the end of an object or array */
    EXPECT_END
};

/* The token being read. */
enum { TOKEN_NONE, TOKEN_BLANK, TOKEN_WORD, TOKEN_STRING };

/* ---- The kept text ---- */

static void filter_keep(rl_json_filter *f, const char *text, size_t len)
{
    reload_buf_append(&f->kept, text, len);
}

static void drop_to(rl_json_filter *f, size_t at)
{
    if (f->kept.len > at)
        f->kept.len = at;
    while (f->place_count > 0 && f->places[f->place_count - 1].at > at)
        f->place_count--;
    f->moved = true;
}

/* Records the position in the whole text of the kept text's end. */
static void mark(rl_json_filter *f)
{
    f->moved = false;
    if (f->place_count > 0 && f->places[f->place_count - 1].at == f->kept.len)
        f->place_count--;
    rl_json_place *places = rl_grow(f->places, &f->place_cap, f->place_count, sizeof *places);
    if (places == NULL) {
        f->failed = true;
        return;
    }
    f->places = places;
    f->places[f->place_count++] =
        (rl_json_place){.at = f->kept.len, .line = f->line, .column = f->column};
}

static void count_column(char c, unsigned *line, unsigned *column)
{
    if (c == '\n') {
        ++*line;
        *column = 0;
    } else if (((uint8_t)c & 0xc0) != 0x80) { /* the first octet of a character */
        ++*column;
    }
}

void rl_json_filter_place(const rl_json_filter *f, size_t at, unsigned *line, unsigned *column)
{
    size_t low = 0, high = f->place_count;
    while (low < high) { /* the last place at or before at */
        size_t middle = low + (high - low) / 2;
        if (f->places[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    rl_json_place p = low > 0 ? f->places[low - 1] : (rl_json_place){.line = 1};
    for (; p.at < at && p.at < f->kept.len; p.at++)
        count_column((char)f->kept.octets[p.at], &p.line, &p.column);
    *line = p.line;
    *column = p.column;
}

static void fault(rl_json_filter *f)
{
    if (!f->broken)
        f->spared = MAX_SPARED;
    f->broken = true;
}

/* ---- Structure ---- */

static rl_json_level *innermost(rl_json_filter *f)
{
    return f->depth == 0 ? NULL : &f->levels[f->depth - 1];
}

/* Called before a member or an element: drops those before it. */
static void begin_item(rl_json_filter *f)
{
    const rl_json_level *level = innermost(f);
    if (level == NULL || !level->dropping)
        return;
    drop_to(f, level->at);
    if (level->comma)
        filter_keep(f, ",", 1);
}

static void begin_value(rl_json_filter *f)
{
    rl_json_level *level = innermost(f);
    if (level != NULL && !level->object) {
        begin_item(f);
        f->role = rl_json_element_role(level);
        if (level->role == RL_JSON_TOP)
            f->item = f->kept.len;
    }
}

static void end_value(rl_json_filter *f)
{
    rl_json_level *level = innermost(f);
    f->expected = level == NULL ? EXPECT_END : EXPECT_NEXT;
    if (level == NULL || f->broken)
        return;
    bool is_read = level->role == RL_JSON_META && f->role != RL_JSON_IGNORED;
    bool is_last = level->object && !level->dropping && level->role != RL_JSON_WHOLE &&
                   ++level->members == RL_JSON_MEMBERS;
    if (is_read || is_last) {
        level->dropping = level->comma = true;
        level->at = f->kept.len;
    }
    if (level->role == RL_JSON_TOP && f->take != NULL) {
        if (f->moved)
            mark(f);
        if (!f->take(f->arg, f->item))
            fault(f);
        f->quarters = 0;
        f->too_long = f->too_long || f->built > MAX_OCTETS;
    }
}

static void open_container(rl_json_filter *f, char c)
{
    bool object = c == '{';
    begin_value(f);
    filter_keep(f, &c, 1);
    if (f->depth == RL_JSON_NESTING) {
        f->too_deep = true;
        f->deep = f->kept.len;
        fault(f);
        return;
    }
    rl_json_role role = rl_json_container_role(f->role, object);
    rl_json_level *level = &f->levels[f->depth++];
    *level = (rl_json_level){.role = role,
                             .object = object,
                             .dropping = role == RL_JSON_IGNORED || role == RL_JSON_META ||
                                         (role == RL_JSON_TOP && f->take != NULL),
                             .at = f->kept.len,
                             .keys = f->key_count};
    if (role == RL_JSON_ATTR)
        f->quarters += 4 * 4; /* an attribute's head */
    f->expected = object ? EXPECT_MEMBER : EXPECT_ELEMENT;
}

static void close_container(rl_json_filter *f, char c)
{
    const rl_json_level *level = innermost(f);
    if (level->dropping)
        drop_to(f, level->at);
    filter_keep(f, &c, 1);
    f->key_count = level->keys;
    f->role = level->role;
    f->depth--;
    end_value(f);
}

/* Whether the reader ignores a string, number or literal. */
static bool is_ignored(const rl_json_filter *f)
{
    return f->role == RL_JSON_IGNORED || f->role == RL_JSON_META;
}

/* ---- Numbers and literals ---- */

static bool is_word_octet(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.';
}

static void put_word(rl_json_filter *f, char c)
{
    size_t len = f->kept.len - f->start;
    if (len >= MAX_DIGITS && c >= '0' && c <= '9')
        f->moved = true; /* the number is out of range already */
    else if (len >= MAX_WORD)
        fault(f);
    else
        filter_keep(f, &c, 1);
}

/* Whether a number in meta, where no value is an error, may be beyond the range of a double. */
static bool is_beyond(rl_json_filter *f, const char *text, size_t len)
{
    const rl_json_level *level = innermost(f);
    if (level != NULL && level->role == RL_JSON_SMALL)
        level = &f->levels[f->depth - 2]; /* of an address in meta */
    size_t exponent = 0;
    while (exponent < len && text[exponent] != 'e' && text[exponent] != 'E')
        exponent++;
    return level != NULL && level->role == RL_JSON_META && (exponent > 32 || len - exponent > 3);
}

/* jansson refuses a text with an integer beyond 64 bits. The largest or smallest integer of 64 bits
 * replaces it: both are out of every range, so the reader reports the place. */
static void end_word(rl_json_filter *f)
{
    static const char largest[] = "9223372036854775807";
    const char *text = (const char *)f->kept.octets + f->start;
    size_t len = f->kept.len - f->start;
    bool integer = false;
    f->token = TOKEN_NONE;
    if (f->kept.err != RELOAD_OK)
        return;
    if (rl_json_is_number(text, len, &integer)) {
        bool negative = *text == '-';
        bool dropped = !integer && (is_ignored(f) || is_beyond(f, text, len));
        if (dropped || (integer && len - negative > SAFE_DIGITS &&
                        !RL_FAULT("input: an integer beyond 64 bits is out of range"))) {
            drop_to(f, f->start + negative);
            filter_keep(f, dropped ? "0.0" : largest, dropped ? 3 : sizeof largest - 1);
            mark(f);
        }
    } else if (!(len == 4 && (memcmp(text, "true", 4) == 0 || memcmp(text, "null", 4) == 0)) &&
               !(len == 5 && memcmp(text, "false", 5) == 0)) {
        fault(f);
    }
    if (f->stray)
        fault(f);
    else
        end_value(f);
}

/* ---- Strings ---- */

static void begin_string(rl_json_filter *f, bool key)
{
    if (key)
        begin_item(f);
    else if (!f->stray)
        begin_value(f);
    filter_keep(f, "\"", 1);
    f->token = TOKEN_STRING;
    f->key = key;
    f->drop = key ? innermost(f)->dropping : f->stray || is_ignored(f);
    f->bad = false;
    f->start = f->kept.len;
    f->length = 0;
    f->escape = 0;
    f->high = 0;
    f->character_len = 0;
    f->hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
}

/* Counts len octets of a string's value. */
static void string_octets(rl_json_filter *f, const uint8_t *octets, size_t len)
{
    for (size_t i = 0; f->key && i < len; i++) {
        f->hash = (f->hash ^ octets[i]) * UINT64_C(0x100000001b3);
        if (f->length + i < sizeof f->name)
            f->name[f->length + i] = (char)octets[i];
    }
    f->length += len;
    if (f->drop || f->root == RL_JSON_WHOLE)
        return;
    /* "10.4.1.2:5060" has more characters than octets, and so has an ID */
    if (!f->key && (f->role == RL_JSON_HEX || f->role == RL_JSON_VALUE))
        f->quarters += f->role == RL_JSON_HEX ? 2 * len : len;
    f->too_long = f->length > 2 * (size_t)MAX_OCTETS || f->built + f->quarters / 4 > MAX_OCTETS;
}

/* Between two characters. */
static void drop_string(rl_json_filter *f)
{
    if (f->drop && !f->bad && f->kept.len - f->start > MAX_DROPPED) {
        drop_to(f, f->start);
        filter_keep(f, "...", 3); /* the part that is kept must not look like a whole value */
    }
}

static void string_code(rl_json_filter *f, uint32_t code)
{
    uint8_t o[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = len; i-- > 1; code >>= 6)
        o[i] = (uint8_t)(0x80 | (code & 0x3f));
    o[0] = (uint8_t)(first[len] | code);
    string_octets(f, o, len);
}

/* Called after the four digits of an escape. jansson reports half a surrogate pair, or NUL in a
 * key, only at the string's end. */
static void string_escape(rl_json_filter *f)
{
    bool low = f->code >= 0xdc00 && f->code <= 0xdfff;
    bool high = f->code >= 0xd800 && f->code <= 0xdbff;
    f->bad = f->bad || low != (f->high != 0) || (f->code == 0 && f->key);
    if (low && f->high != 0)
        string_code(f, 0x10000 + ((f->high - 0xd800) << 10) + (f->code - 0xdc00));
    else if (!high)
        string_code(f, f->code);
    f->high = high ? f->code : 0;
}

static void put_escaped(rl_json_filter *f, char c)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (f->escape == 1 && c == 'u') {
        f->escape = 2;
        f->code = 0;
        return;
    }
    if (f->escape == 1) {
        const char *found = c == '\0' ? NULL : strchr(from, c);
        f->escape = 0;
        f->bad = f->bad || f->high != 0;
        f->high = 0;
        if (found != NULL)
            string_octets(f, (const uint8_t *)&to[found - from], 1);
        else
            fault(f);
        return;
    }
    int digit = rl_hex_digit((uint8_t)c);
    if (digit < 0) {
        fault(f);
        return;
    }
    f->code = f->code << 4 | (uint32_t)digit;
    f->escape = f->escape == 5 ? 0 : f->escape + 1;
    if (f->escape == 0)
        string_escape(f);
}

/* Part of a character of several octets. */
static void put_character(rl_json_filter *f, char c)
{
    uint32_t code;
    f->character[f->character_len++] = (uint8_t)c;
    uint8_t first = f->character[0];
    size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (f->character_len < size && first >= 0xc0 &&
        (f->character_len == 1 || ((uint8_t)c & 0xc0) == 0x80))
        return;
    if (rl_utf8(f->character, f->character_len, &code) == 0)
        fault(f);
    string_octets(f, f->character, f->character_len);
    f->character_len = 0;
}

/* Writes a duplicate of a dropped key twice, so that jansson reports it. */
static void keep_duplicate(rl_json_filter *f)
{
    size_t len = f->kept.len - f->start + 1;
    char *again = malloc(len);
    if (again == NULL) {
        f->failed = true;
        return;
    }
    memcpy(again, f->kept.octets + f->start - 1, len);
    filter_keep(f, ":0,", 3);
    filter_keep(f, again, len);
    free(again);
    mark(f);
    fault(f);
}

static void end_key(rl_json_filter *f)
{
    const rl_json_level *level = innermost(f);
    f->expected = EXPECT_COLON;
    f->name[f->length < sizeof f->name ? f->length : 0] = '\0';
    f->role = rl_json_member_role(level, f->name);
    if (!level->dropping || f->bad || f->kept.err != RELOAD_OK)
        return;
    for (size_t i = level->keys; i < f->key_count; i++)
        if (f->keys[i] == f->hash && !RL_FAULT("input: duplicates in ignored JSON")) {
            keep_duplicate(f);
            return;
        }
    if (f->key_count < RL_JSON_KEYS)
        f->keys[f->key_count++] = f->hash;
}

static void end_string(rl_json_filter *f)
{
    filter_keep(f, "\"", 1);
    f->token = TOKEN_NONE;
    f->bad = f->bad || f->high != 0;
    if (f->bad || f->stray)
        fault(f);
    else if (f->key)
        end_key(f);
    else
        end_value(f);
}

static void put_string(rl_json_filter *f, char c)
{
    if (f->escape == 0 && f->character_len == 0 && c == '"') {
        end_string(f);
        return;
    }
    filter_keep(f, &c, 1);
    if (f->escape > 0) {
        put_escaped(f, c);
    } else if (c == '\\' && f->character_len == 0) {
        f->escape = 1;
        return;
    } else {
        f->bad = f->bad || f->high != 0;
        f->high = 0;
        if (f->character_len > 0 || (uint8_t)c >= 0x80)
            put_character(f, c);
        else if ((uint8_t)c < 0x20)
            fault(f);
        else
            string_octets(f, (const uint8_t *)&c, 1);
    }
    if (f->escape == 0 && f->character_len == 0 && f->high == 0 && !f->broken)
        drop_string(f);
}

/* Takes the ordinary characters of a string's value that text begins with. Returns their number. */
static size_t put_plain(rl_json_filter *f, const char *text, size_t len)
{
    size_t n = 0;
    if (f->token != TOKEN_STRING || f->key || f->escape > 0 || f->character_len > 0 ||
        f->high != 0 || f->broken)
        return 0;
    n = rl_plain((const uint8_t *)text, len);
    f->column += (unsigned)n;
    string_octets(f, (const uint8_t *)text, n);
    if (f->drop && n > MAX_DROPPED)
        f->moved = true;
    else
        filter_keep(f, text, n);
    drop_string(f);
    if (f->moved)
        mark(f);
    return n;
}

/* ---- Tokens ---- */

static void put_blank(rl_json_filter *f, char c)
{
    if (f->token != TOKEN_BLANK)
        f->blanks = f->kept.len;
    f->token = TOKEN_BLANK;
    if (f->kept.len - f->blanks >= MAX_BLANKS)
        drop_to(f, f->blanks);
    filter_keep(f, &c, 1);
}

/* A comma, a colon or a closing bracket. Returns false if it does not belong here. */
static bool put_structure(rl_json_filter *f, char c)
{
    const rl_json_level *level = innermost(f);
    if (c == ':' && f->expected == EXPECT_COLON) {
        f->expected = EXPECT_VALUE;
    } else if (c == ',' && f->expected == EXPECT_NEXT) {
        f->expected = level->object ? EXPECT_KEY : EXPECT_VALUE;
    } else if ((c == '}' || c == ']') && level != NULL && level->object == (c == '}') &&
               (f->expected == EXPECT_NEXT ||
                f->expected == (level->object ? EXPECT_MEMBER : EXPECT_ELEMENT))) {
        close_container(f, c);
        return true;
    } else {
        return false;
    }
    filter_keep(f, &c, 1);
    return true;
}

static void put_token(rl_json_filter *f, char c)
{
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        put_blank(f, c);
        return;
    }
    bool value = f->expected == EXPECT_VALUE || f->expected == EXPECT_ELEMENT;
    bool key = f->expected == EXPECT_KEY || f->expected == EXPECT_MEMBER;
    f->token = TOKEN_NONE;
    f->stray = !value && !(key && c == '"');
    if (value && (c == '{' || c == '[')) {
        open_container(f, c);
    } else if (c == '"') {
        begin_string(f, key);
    } else if (is_word_octet(c)) {
        if (value)
            begin_value(f);
        f->start = f->kept.len;
        f->token = TOKEN_WORD;
        filter_keep(f, &c, 1);
    } else if (!put_structure(f, c)) {
        filter_keep(f, &c, 1);
        fault(f);
    }
}

static void put_octet(rl_json_filter *f, char c)
{
    if (f->token == TOKEN_WORD && !f->broken && !is_word_octet(c))
        end_word(f);
    count_column(c, &f->line, &f->column);
    if (f->broken) {
        if (f->spared > 0) {
            f->spared--;
            filter_keep(f, &c, 1);
        }
        return;
    }
    if (f->token == TOKEN_STRING)
        put_string(f, c);
    else if (f->token == TOKEN_WORD)
        put_word(f, c);
    else
        put_token(f, c);
    if (f->moved)
        mark(f);
}

/* ---- The text ---- */

void rl_json_filter_open(rl_json_filter *f, rl_json_role root)
{
    reload_buf_reset(&f->kept);
    f->built = 0;
    f->too_long = f->too_deep = f->broken = f->failed = false;
    f->place_count = 0;
    f->line = 1;
    f->column = 0;
    f->moved = f->stray = false;
    f->expected = EXPECT_VALUE;
    f->token = TOKEN_NONE;
    f->role = f->root = root;
    f->quarters = 0;
    f->depth = 0;
    f->key_count = 0;
}

void rl_json_filter_free(rl_json_filter *f)
{
    reload_buf_free(&f->kept);
    free(f->places);
    f->places = NULL;
    f->place_cap = 0;
}

void rl_json_filter_put(rl_json_filter *f, const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && !f->failed && f->kept.err == RELOAD_OK) {
        size_t n = put_plain(f, text + i, len - i);
        if (n == 0)
            put_octet(f, text[i++]);
        i += n;
    }
}

bool rl_json_filter_end(rl_json_filter *f)
{
    if (f->token == TOKEN_WORD && !f->broken)
        end_word(f);
    return !f->failed && f->kept.err == RELOAD_OK;
}
