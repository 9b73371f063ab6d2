/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading JSON: what messages and profiles share. Only this directory includes jansson. */
#ifndef RL_JSON_READER_H
#define RL_JSON_READER_H

#include "json/filter.h"
#include "json/json.h"
#include "wire/wire.h"

#include <jansson.h>

/* The text being read, and the place in it. */
typedef struct rl_json_reading {
    reload_diag *diag; /* never NULL */
    char path[sizeof((reload_diag *)0)->pointer];
    size_t len; /* of path */
    reload_builder b;
} rl_json_reading;

/* Passes a whole text through a filter that has been opened. A byte order mark may precede it. */
void rl_json_filter_text(rl_json_filter *f, const char *text, size_t len);
/* Parses the text that a filter has kept, from start on; NULL: diag says why, with the line and
 * column in the whole text. flags: jansson's. */
json_t *rl_json_load(rl_json_reading *r, const rl_json_filter *f, size_t start, size_t flags);

/* Appends one reference token to the JSON Pointer (RFC 6901 section 3). Returns the length to
 * restore when leaving the place. A path that is too long ends with an ellipsis. */
size_t rl_json_enter(rl_json_reading *r, const char *key);
size_t rl_json_enter_index(rl_json_reading *r, size_t index);
void rl_json_leave(rl_json_reading *r, size_t before);

/* Fills in diag with the current place and returns code. */
reload_err rl_json_fail(rl_json_reading *r, reload_err code, const char *text);
/* RELOAD_ERR_VALUE at a key of the current object. */
reload_err rl_json_fail_at(rl_json_reading *r, const char *key, const char *text);

/* RELOAD_ERR_VALUE at the current place, or at a key of the current object: the value found there
 * (NULL: none) is not the expected one, such as "an object". */
reload_err rl_json_fail_value(rl_json_reading *r, const json_t *json, const char *expected);
reload_err rl_json_fail_value_at(rl_json_reading *r, const char *key, const json_t *json,
                                 const char *expected);
/* RELOAD_ERR_VALUE at the current place, whose key is not in a NULL-terminated list. */
reload_err rl_json_fail_key(rl_json_reading *r, const char *key, const char *const *keys);
/* Checks that object is an object whose keys are all in a NULL-terminated list. */
reload_err rl_json_check_keys(rl_json_reading *r, json_t *object, const char *const *keys);

/* Values. Each fails with RELOAD_ERR_VALUE, RELOAD_ERR_MEMORY or RELOAD_ERR_CRYPTO. */

/* A string without NUL, or NULL. */
const char *rl_json_plain_string(const json_t *json);
/* Whether a value is an integer from min to max. */
bool rl_json_integer_in(const json_t *json, uint32_t min, uint32_t max, uint32_t *value);
reload_err rl_json_read_integer(rl_json_reading *r, json_t *json, uint32_t max, uint32_t *value);
/* An integer, or a name of a set. */
reload_err rl_json_read_named(rl_json_reading *r, json_t *json, reload_names set, uint32_t max,
                              uint32_t *value);
/* Appends the octets of a string of hex digits. */
reload_err rl_json_read_hex(rl_json_reading *r, json_t *json, reload_buf *out);
/* Exactly len octets in hex. */
reload_err rl_json_read_fixed_hex(rl_json_reading *r, json_t *json, uint8_t *octets, size_t len);
/* A header field, into the builder. */
reload_err rl_json_read_field(rl_json_reading *r, json_t *json, reload_field field);
/* An attribute's type. */
reload_err rl_json_read_type(rl_json_reading *r, json_t *json, uint16_t *type);
/* Appends the value of an attribute that is not a composite to the builder's buffer. */
reload_err rl_json_read_value(rl_json_reading *r, json_t *json, reload_kind kind);

/* Reads the meta of a message's object (meta.c); root may be NULL. */
void rl_json_read_meta(const json_t *root, rl_json_meta *meta);

#endif
