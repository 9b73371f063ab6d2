/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON values: names, numbers, octets, IDs, addresses. */
#include "json/reader.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <reload/cert.h>

enum { MAX_TYPES = 64 }; /* attributes in the table */

/* ---- Text ---- */

static json_t *out_of_memory(rl_json_reading *r)
{
    (void)rl_fail_plain(r->diag, RELOAD_ERR_MEMORY);
    r->diag->line = r->diag->column = 1;
    return NULL;
}

json_t *rl_json_load(rl_json_reading *r, const rl_json_filter *f, size_t start, size_t flags)
{
    json_error_t error;
    const char *text = f->kept.len == 0 ? "" : (const char *)f->kept.octets;
    if (f->failed || f->kept.err != RELOAD_OK)
        return out_of_memory(r);
    json_t *root = json_loadb(text + start, f->kept.len - start,
                              JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | flags, &error);
    if (root != NULL)
        return root;
    /* some of jansson's failures to allocate have no text */
    if (json_error_code(&error) == json_error_out_of_memory || error.text[0] == '\0')
        return out_of_memory(r);
    size_t at = start + (error.position > 0 ? (size_t)error.position : 0);
    bool large = json_error_code(&error) == json_error_numeric_overflow;
    (void)rl_fail(r->diag, RELOAD_ERR_SYNTAX, "%s", large ? "number too large" : error.text);
    rl_json_filter_place(f, at, &r->diag->line, &r->diag->column);
    if (r->diag->column == 0)
        r->diag->column = 1;
    return NULL;
}

void rl_json_filter_text(rl_json_filter *f, const char *text, size_t len)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (len >= 3 && memcmp(text, mark, 3) == 0) {
        rl_json_filter_skip_mark(f);
        text += 3;
        len -= 3;
    }
    rl_json_filter_put(f, text, len);
    (void)rl_json_filter_end(f);
}

/* ---- Places ---- */

size_t rl_json_enter(rl_json_reading *r, const char *key)
{
    size_t before = r->len, n = r->len;
    char token[sizeof r->path + 4]; /* one that is longer does not fit either */
    size_t used = 0;
    token[used++] = '/';
    for (const char *c = key; *c != '\0' && used + 3 < sizeof token; c++) {
        if (*c == '~' || *c == '/') {
            token[used++] = '~';
            token[used++] = *c == '~' ? '0' : '1';
        } else {
            token[used++] = *c;
        }
    }
    if (n + used >= sizeof r->path) { /* too long: end with an ellipsis, unless there is one */
        size_t left = sizeof r->path - 1 - n;
        used = left < used ? left : used;
        if (used >= 3) {
            used = rl_utf8_cut(token, used - 3) + 3;
            memcpy(token + used - 3, "...", 3);
        }
    }
    memcpy(r->path + n, token, used);
    r->len = n + used;
    r->path[r->len] = '\0';
    return before;
}

size_t rl_json_enter_index(rl_json_reading *r, size_t index)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%zu", index);
    return rl_json_enter(r, digits);
}

void rl_json_leave(rl_json_reading *r, size_t before)
{
    r->len = before;
    r->path[before] = '\0';
}

reload_err rl_json_fail(rl_json_reading *r, reload_err code, const char *text)
{
    (void)rl_fail(r->diag, code, "%s", text);
    r->diag->has_pointer = true;
    memcpy(r->diag->pointer, r->path, r->len + 1);
    return code;
}

reload_err rl_json_fail_at(rl_json_reading *r, const char *key, const char *text)
{
    size_t before = rl_json_enter(r, key);
    reload_err err = rl_json_fail(r, RELOAD_ERR_VALUE, text);
    rl_json_leave(r, before);
    return err;
}

/* A value for an error: a number, the beginning of a string, or its type. */
static void describe_json(const json_t *json, char *text, size_t size)
{
    enum { MOST = 40 };
    const char *string = json_string_value(json);
    if (string != NULL)
        (void)snprintf(text, size, "\"%.*s\"", rl_utf8_start(string, MOST), string);
    else if (json_is_integer(json))
        (void)snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    else
        (void)snprintf(text, size, "%s",
                       json_is_real(json)     ? "a number with a fraction or exponent"
                       : json_is_true(json)   ? "true"
                       : json_is_false(json)  ? "false"
                       : json_is_null(json)   ? "null"
                       : json_is_object(json) ? "an object"
                                              : "an array");
}

reload_err rl_json_fail_value(rl_json_reading *r, const json_t *json, const char *expected)
{
    char text[sizeof r->diag->text], found[64];
    if (json == NULL) {
        (void)snprintf(text, sizeof text, "missing; must be %s", expected);
    } else {
        describe_json(json, found, sizeof found);
        (void)snprintf(text, sizeof text, "must be %s, not %s", expected, found);
    }
    return rl_json_fail(r, RELOAD_ERR_VALUE, text);
}

reload_err rl_json_fail_value_at(rl_json_reading *r, const char *key, const json_t *json,
                                 const char *expected)
{
    size_t before = rl_json_enter(r, key);
    reload_err err = rl_json_fail_value(r, json, expected);
    rl_json_leave(r, before);
    return err;
}

reload_err rl_json_fail_key(rl_json_reading *r, const char *key, const char *const *keys)
{
    char text[128] = "unknown key";
    const char *near = reload_nearest_word(key, keys);
    if (near != NULL)
        (void)snprintf(text, sizeof text, "unknown key (did you mean \"%s\"?)", near);
    return rl_json_fail(r, RELOAD_ERR_VALUE, text);
}

reload_err rl_json_check_keys(rl_json_reading *r, json_t *object, const char *const *keys)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return rl_json_fail_value(r, object, "an object");
    json_object_foreach(object, key, value)
    {
        size_t k = 0;
        while (keys[k] != NULL && strcmp(keys[k], key) != 0)
            k++;
        if (keys[k] == NULL) {
            size_t before = rl_json_enter(r, key);
            reload_err err = rl_json_fail_key(r, key, keys);
            rl_json_leave(r, before);
            return err;
        }
    }
    return RELOAD_OK;
}

/* ---- Plain values ---- */

bool rl_json_integer_in(const json_t *json, uint32_t min, uint32_t max, uint32_t *value)
{
    json_int_t integer = json_is_integer(json) ? json_integer_value(json) : -1;
    *value = (uint32_t)integer;
    return integer >= (json_int_t)min && integer <= (json_int_t)max;
}

const char *rl_json_plain_string(const json_t *json)
{
    const char *text = json_string_value(json);
    return text != NULL && strlen(text) == json_string_length(json) ? text : NULL;
}

reload_err rl_json_read_integer(rl_json_reading *r, json_t *json, uint32_t max, uint32_t *value)
{
    char text[64];
    if (rl_json_integer_in(json, 0, max, value))
        return RELOAD_OK;
    (void)snprintf(text, sizeof text, "an integer from 0 to %" PRIu32, max);
    return rl_json_fail_value(r, json, text);
}

/* RELOAD_ERR_VALUE for an unknown name. The error quotes the name and the nearest word of a
 * NULL-terminated list, or else the expected value. */
static reload_err json_fail_name(rl_json_reading *r, const json_t *json, const char *what,
                                 const char *const *words, const char *expected)
{
    enum { MOST = 40 };
    char text[sizeof r->diag->text];
    const char *name = json_string_value(json);
    if (name == NULL)
        return rl_json_fail_value(r, json, expected);
    const char *near = reload_nearest_word(name, words);
    int len = rl_utf8_start(name, MOST);
    if (near != NULL)
        (void)snprintf(text, sizeof text, "\"%.*s\": %s (did you mean %s?)", len, name, what, near);
    else
        (void)snprintf(text, sizeof text, "\"%.*s\": %s; must be %s", len, name, what, expected);
    return rl_json_fail(r, RELOAD_ERR_VALUE, text);
}

reload_err rl_json_read_named(rl_json_reading *r, json_t *json, reload_names set, uint32_t max,
                              uint32_t *value)
{
    if (!json_is_string(json) || set == RELOAD_NAMES_NONE)
        return rl_json_read_integer(r, json, max, value);
    const char *name = rl_json_plain_string(json);
    if (name != NULL && reload_name_lookup(set, name, value))
        return RELOAD_OK;
    const char *words[RL_MAX_NAMES + 1];
    char all[160];
    size_t used = 0;
    rl_names(set, words);
    for (size_t i = 0; words[i] != NULL && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s, ", words[i]);
    (void)snprintf(all + strlen(all), sizeof all - strlen(all), "or an integer");
    return json_fail_name(r, json, "not a known name", words, all);
}

reload_err rl_json_read_hex(rl_json_reading *r, json_t *json, reload_buf *out)
{
    size_t len = json_string_length(json);
    if (!json_is_string(json))
        return rl_json_fail_value(r, json, "a string of hex digits");
    uint8_t *octets = malloc(len / 2 + 1);
    if (octets == NULL)
        return rl_json_fail(r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY));
    bool good = reload_hex_decode(json_string_value(json), len, octets);
    if (good)
        reload_buf_append(out, octets, len / 2);
    free(octets);
    return good ? RELOAD_OK : rl_json_fail_value(r, json, "an even number of hex digits");
}

/* Reads a string of exactly len octets in hex. Returns false if it is not one. */
static bool is_hex_of(const json_t *json, uint8_t *octets, size_t len)
{
    return json_is_string(json) && json_string_length(json) == 2 * len &&
           reload_hex_decode(json_string_value(json), 2 * len, octets);
}

reload_err rl_json_read_fixed_hex(rl_json_reading *r, json_t *json, uint8_t *octets, size_t len)
{
    char text[64];
    if (is_hex_of(json, octets, len))
        return RELOAD_OK;
    (void)snprintf(text, sizeof text, "a string of %zu hex digits", 2 * len);
    return rl_json_fail_value(r, json, text);
}

/* The value of {"sha1": "…"}, an object with one key, whose value is a string; else NULL. */
static json_t *sole_string(json_t *json, const char *key)
{
    json_t *value = json_object_size(json) == 1 ? json_object_get(json, key) : NULL;
    return rl_json_plain_string(value) != NULL ? value : NULL;
}

/* An ID: 40 hex digits, or text to be digested with SHA-1. */
static reload_err read_id(rl_json_reading *r, json_t *json, uint8_t id[RELOAD_ID_SIZE])
{
    if (is_hex_of(json, id, RELOAD_ID_SIZE))
        return RELOAD_OK;
    json_t *text = sole_string(json, "sha1");
    if (text == NULL)
        return rl_json_fail_value(
            r, json, "a string of 40 hex digits, or an object with the key \"sha1\" and a text");
    if (reload_digest(
            RELOAD_MD_SHA1,
            &(reload_span){(const uint8_t *)json_string_value(text), json_string_length(text)}, 1,
            id) != RELOAD_OK)
        return rl_json_fail(r, RELOAD_ERR_CRYPTO, reload_strerror(RELOAD_ERR_CRYPTO));
    return RELOAD_OK;
}

static reload_err read_overlay(rl_json_reading *r, json_t *json, uint8_t octets[4])
{
    if (is_hex_of(json, octets, 4))
        return RELOAD_OK;
    json_t *name = sole_string(json, "name");
    if (name == NULL)
        return rl_json_fail_value(
            r, json, "a string of 8 hex digits, or an object with the key \"name\" and a text");
    rl_put32(octets, reload_overlay_id(json_string_value(name)));
    return RELOAD_OK;
}

/* ---- Header fields ---- */

reload_err rl_json_read_field(rl_json_reading *r, json_t *json, reload_field field)
{
    const reload_field_def *def = reload_field_def_of(field);
    uint8_t octets[RELOAD_ID_SIZE];
    uint32_t value = 0;
    reload_err err;
    switch (def->kind) {
    case RELOAD_FIELD_FLAG:
        if (!json_is_boolean(json))
            return rl_json_fail_value(r, json, "true or false");
        reload_build_field(&r->b, field, json_is_true(json));
        return RELOAD_OK;
    case RELOAD_FIELD_NUMBER:
        err = rl_json_read_named(r, json, def->names, (uint32_t)((UINT64_C(1) << def->width) - 1),
                                 &value);
        if (err == RELOAD_OK)
            reload_build_field(&r->b, field, value);
        return err;
    case RELOAD_FIELD_OCTETS:
    default:
        if (def->width == 8 * RELOAD_ID_SIZE)
            err = read_id(r, json, octets);
        else if (field == RELOAD_F_OVERLAY)
            err = read_overlay(r, json, octets);
        else
            err = rl_json_read_fixed_hex(r, json, octets, def->width / 8u);
        if (err == RELOAD_OK)
            reload_build_field_octets(&r->b, field, octets);
        return err;
    }
}

/* ---- Attributes ---- */

reload_err rl_json_read_type(rl_json_reading *r, json_t *json, uint16_t *type)
{
    uint32_t number;
    if (rl_json_integer_in(json, 0, 0xffff, &number)) {
        *type = (uint16_t)number;
        return RELOAD_OK;
    }
    const char *name = rl_json_plain_string(json);
    if (name != NULL) {
        const reload_attr_def *def = reload_attr_def_named(name);
        uint8_t octets[2];
        if (def != NULL) {
            *type = def->type;
            return RELOAD_OK;
        }
        if (strlen(name) == 6 && name[0] == '0' && name[1] == 'x' &&
            reload_hex_decode(name + 2, 4, octets)) {
            *type = rl_get16(octets);
            return RELOAD_OK;
        }
    }
    const char *words[MAX_TYPES + 1];
    size_t count = 0;
    for (const reload_attr_def *def; (def = reload_attr_def_at(count)) != NULL && count < MAX_TYPES;
         count++)
        words[count] = def->name;
    words[count] = NULL;
    return json_fail_name(r, json, "not an attribute's name", words,
                          "an attribute's name, or 0x and four hex digits");
}

static reload_err read_response(rl_json_reading *r, json_t *json, reload_value *value)
{
    static const char *const keys[] = {"code", "reason", NULL};
    reload_err err = rl_json_check_keys(r, json, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *code = json_object_get(json, "code"), *reason = json_object_get(json, "reason");
    if (!rl_json_integer_in(code, 100, 799, &value->number))
        return rl_json_fail_value_at(r, "code", code, "an integer from 100 to 799");
    if (reason != NULL && rl_json_plain_string(reason) == NULL)
        return rl_json_fail_value_at(r, "reason", reason, "a string without NUL");
    value->octets = (const uint8_t *)json_string_value(reason);
    value->len = json_string_length(reason);
    return RELOAD_OK;
}

static reload_err read_ip_port(rl_json_reading *r, json_t *json, reload_value *value)
{
    static const char *const keys[] = {"ip", "port", "protocol", NULL};
    if (json_is_string(json)) {
        if (rl_json_plain_string(json) != NULL &&
            reload_address_parse(json_string_value(json), value))
            return RELOAD_OK;
        return rl_json_fail_value(r, json,
                                  "an address such as \"10.4.1.2:5060\" or \"[2001:db8::1]:5060\"");
    }
    reload_err err = rl_json_check_keys(r, json, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *protocol = json_object_get(json, "protocol");
    const char *ip = rl_json_plain_string(json_object_get(json, "ip"));
    uint32_t number = 0;
    if (ip != NULL && inet_pton(AF_INET, ip, value->address) == 1)
        value->ipv6 = false;
    else if (ip != NULL && inet_pton(AF_INET6, ip, value->address) == 1)
        value->ipv6 = true;
    else
        return rl_json_fail_value_at(r, "ip", json_object_get(json, "ip"),
                                     "an IPv4 or IPv6 address");
    size_t before = rl_json_enter(r, "port");
    err = rl_json_read_integer(r, json_object_get(json, "port"), 0xffff, &number);
    rl_json_leave(r, before);
    value->port = (uint16_t)number;
    if (err != RELOAD_OK || protocol == NULL)
        return err;
    before = rl_json_enter(r, "protocol");
    err = rl_json_read_integer(r, protocol, 0xff, &number);
    rl_json_leave(r, before);
    value->protocol = (uint8_t)number;
    return err;
}

reload_err rl_json_read_value(rl_json_reading *r, json_t *json, reload_kind kind)
{
    reload_value value = {.kind = kind};
    uint8_t id[RELOAD_ID_SIZE];
    reload_err err = RELOAD_OK;
    switch (kind) {
    case RELOAD_KIND_TEXT:
        if (rl_json_plain_string(json) == NULL)
            return rl_json_fail_value(r, json, "a string without NUL");
        value.octets = (const uint8_t *)json_string_value(json);
        value.len = json_string_length(json);
        break;
    case RELOAD_KIND_ID:
        err = read_id(r, json, id);
        value.octets = id;
        value.len = sizeof id;
        break;
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
        err = rl_json_read_integer(r, json, UINT32_MAX, &value.number);
        break;
    case RELOAD_KIND_OP:
        err = rl_json_read_named(r, json, rl_kind_names(kind), 0xff, &value.number);
        break;
    case RELOAD_KIND_TRANSPORT:
        err = rl_json_read_named(r, json, rl_kind_names(kind), 0xffff, &value.number);
        break;
    case RELOAD_KIND_RESPONSE:
        err = read_response(r, json, &value);
        break;
    case RELOAD_KIND_IP_PORT:
        err = read_ip_port(r, json, &value);
        break;
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        return rl_json_fail(r, RELOAD_ERR_VALUE, "a value of this type must be given as \"hex\"");
    }
    if (err == RELOAD_OK)
        rl_kind_encode(&value, r->b.buf);
    return err;
}
