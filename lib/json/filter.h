/* SPDX-License-Identifier: BSD-2-Clause */
/* Reduces a JSON text, which arrives in pieces, to the text that jansson parses. Values that the
 * reader ignores are checked and dropped. The attributes of a message are passed on one by one, and
 * everything else is kept. jansson finds each fault of the whole text in the kept text too, and the
 * filter knows its line and column in the whole text. */
#ifndef RL_JSON_FILTER_H
#define RL_JSON_FILTER_H

#include "base/base.h"

enum {
    RL_JSON_NESTING = 256, /* more than 16 attributes in each of 5 messages need */
    RL_JSON_MEMBERS = 32,  /* no object has as many known keys */
    RL_JSON_KEYS = 1024    /* keys of open objects, to find duplicates while dropping */
};

/* How a value is read. */
typedef enum rl_json_role {
    RL_JSON_WHOLE,   /* all of it is kept */
    RL_JSON_MESSAGE, /* the object of a message or of garbage */
    RL_JSON_HEADER,
    RL_JSON_TOP,    /* the message's attributes */
    RL_JSON_ATTR,   /* an attribute */
    RL_JSON_VALUE,  /* an attribute's value */
    RL_JSON_OCTETS, /* {"hex": "…", "error": "…"} */
    RL_JSON_HEX,    /* a string of hex digits */
    RL_JSON_META,
    RL_JSON_SMALL,  /* a scalar, or an object of scalars */
    RL_JSON_SCALAR, /* only whether it is an object or an array matters */
    RL_JSON_IGNORED
} rl_json_role;

typedef struct rl_json_level {
    rl_json_role role;
    bool object;
    bool dropping;    /* the kept text has one member at a time, */
    size_t at;        /* after this position */
    bool comma;       /* which follows another member */
    unsigned members; /* number of complete members; counts no further than dropping requires */
    size_t keys;      /* start of this object's keys in the filter's */
} rl_json_level;

/* From this position of the kept text on, columns and lines count from these. */
typedef struct rl_json_place {
    size_t at;
    unsigned line, column; /* of the octet before it */
} rl_json_place;

typedef struct rl_json_filter {
    reload_buf kept; /* the text for jansson */
    /* Takes an attribute from the kept text, from start on. Returns false if jansson does not
     * accept its syntax, or if something fails. NULL: attributes are kept. */
    bool (*take)(void *arg, size_t start);
    void *arg;
    size_t built;  /* octets of the message, by take */
    bool too_long; /* the octets exceed a message: the rest of the text can be skipped */
    bool too_deep; /* an object or array is nested deeper than RL_JSON_NESTING */
    size_t deep;   /* where */
    bool broken;   /* too_deep, or jansson will find a fault at the kept text's end */

    /* the rest is private */
    bool failed;   /* memory ran out for a place */
    size_t spared; /* octets still kept after the fault */
    rl_json_place *places;
    size_t place_count, place_cap;
    unsigned line, column; /* of the last octet */
    bool moved;            /* octets before the next one were dropped */
    int expected;
    int token;
    size_t blanks; /* start of the last white space */
    rl_json_role role;
    rl_json_role root;
    size_t item;       /* start of the value at the innermost level but one */
    size_t start;      /* of the token */
    size_t length;     /* of the string, in octets of its value */
    uint64_t quarters; /* octets encoded by strings that are not yet taken, at least */
    bool stray;        /* the token is out of place, and ends the text for jansson */
    bool key, drop, bad;
    unsigned escape;
    uint32_t code, high;
    uint8_t character[4];
    size_t character_len;
    char name[16]; /* the last key, if it is not longer */
    uint64_t hash;
    size_t depth;
    rl_json_level levels[RL_JSON_NESTING];
    uint64_t keys[RL_JSON_KEYS];
    size_t key_count;
} rl_json_filter;

/* The role of an object's member, and of an array's element. */
rl_json_role rl_json_member_role(const rl_json_level *level, const char *key);
rl_json_role rl_json_element_role(const rl_json_level *level);
/* The role that an object or array has for its members, given its own as a value. */
rl_json_role rl_json_container_role(rl_json_role role, bool object);
/* Whether text is a JSON number. *integer: it has neither a fraction nor an exponent. */
bool rl_json_is_number(const char *text, size_t len, bool *integer);

/* Begins a text. Reuses memory. */
void rl_json_filter_open(rl_json_filter *f, rl_json_role root);
void rl_json_filter_free(rl_json_filter *f);
/* Counts the column of a byte order mark before the text. */
static inline void rl_json_filter_skip_mark(rl_json_filter *f)
{
    f->column++;
    f->moved = true;
}
void rl_json_filter_put(rl_json_filter *f, const char *text, size_t len);
/* Ends the text. Returns false if memory ran out. */
bool rl_json_filter_end(rl_json_filter *f);
/* The line and column of a position in the kept text. */
void rl_json_filter_place(const rl_json_filter *f, size_t at, unsigned *line, unsigned *column);

#endif
