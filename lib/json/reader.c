/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages and attributes from JSON. */
#include "json/json.h"
#include "json/reader.h"

#include <string.h>

#include <reload/render.h>

/* ---- Header ---- */

/* The header's fields, into the builder. *forced is set to forced_length if there is one. */
static reload_err read_header(rl_json_reading *r, json_t *header, int64_t *forced)
{
    const char *key;
    json_t *value;
    if (!json_is_object(header))
        return rl_json_fail(r, RELOAD_ERR_VALUE, header == NULL ? "missing" : "must be an object");
    if (json_object_get(header, reload_field_def_of(RELOAD_F_METHOD)->key) == NULL)
        return rl_json_fail_at(r, reload_field_def_of(RELOAD_F_METHOD)->key, "missing");
    json_object_foreach(header, key, value)
    {
        reload_field f = 0;
        while (f < RELOAD_FIELDS && strcmp(reload_field_def_of(f)->key, key) != 0)
            f++;
        if (f == RELOAD_F_LENGTH) /* computed */
            continue;
        size_t before = rl_json_enter(r, key);
        reload_err err;
        if (f < RELOAD_FIELDS) {
            err = rl_json_read_field(r, value, f);
        } else if (strcmp(key, "forced_length") == 0) {
            uint32_t length = 0;
            err = rl_json_read_integer(r, value, RELOAD_MAX_LENGTH, &length);
            *forced = length;
        } else {
            err = rl_json_fail(r, RELOAD_ERR_VALUE, "unknown key");
        }
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    return RELOAD_OK;
}

/* ---- Attributes ---- */

static reload_err read_attrs(rl_json_reading *r, json_t *array, unsigned depth);

/* Appends an attribute's value after its type and Length. */
static reload_err read_content(rl_json_reading *r, json_t *object, uint16_t type, unsigned depth)
{
    const reload_attr_def *def = reload_attr_def_of(type);
    reload_kind kind = def == NULL ? RELOAD_KIND_OCTETS : def->kind;
    json_t *value = json_object_get(object, "value"), *hex = json_object_get(object, "hex");
    if ((value == NULL) == (hex == NULL))
        return rl_json_fail(r, RELOAD_ERR_VALUE,
                            "exactly one of \"value\" and \"hex\" is required");
    size_t before = rl_json_enter(r, value == NULL ? "hex" : "value");
    reload_err err;
    if (hex != NULL)
        err = rl_json_read_hex(r, hex, r->b.buf);
    else if (kind != RELOAD_KIND_COMPOSITE)
        err = rl_json_read_value(r, value, kind);
    else if (depth == RELOAD_MAX_DEPTH)
        err = rl_json_fail(r, RELOAD_ERR_VALUE,
                           "nested deeper than 16 attributes; write it as \"hex\"");
    else
        err = read_attrs(r, value, depth + 1);
    rl_json_leave(r, before);
    return err;
}

/* Sets the Length of the attribute at start, whose value is complete, and pads it. */
static reload_err finish_attr(rl_json_reading *r, json_t *object, size_t start)
{
    json_t *padding = json_object_get(object, "padding"),
           *forced = json_object_get(object, "forced_length");
    reload_buf *buf = r->b.buf;
    uint8_t octets[3] = {0};
    if (buf->err != RELOAD_OK)
        return rl_json_fail(r, buf->err, reload_strerror(buf->err));
    size_t len = buf->len - start - RL_HEAD;
    uint32_t length = (uint32_t)len;
    if (forced != NULL) {
        size_t before = rl_json_enter(r, "forced_length");
        reload_err err = rl_json_read_integer(r, forced, RL_MAX_VALUE, &length);
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            return err;
    } else if (len > RL_MAX_VALUE) {
        return rl_json_fail(
            r, RELOAD_ERR_TOO_LONG,
            "a value of more than 65535 octets does not fit the attribute's Length");
    }
    rl_put16(buf->octets + start + 2, length);
    if (padding != NULL) {
        size_t before = rl_json_enter(r, "padding");
        reload_err err = rl_json_read_fixed_hex(r, padding, octets, rl_padding(len));
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    reload_buf_append(buf, octets, rl_padding(len));
    return RELOAD_OK;
}

static reload_err read_attr(rl_json_reading *r, json_t *object, unsigned depth)
{
    static const char *const keys[] = {"type",    "value",   "hex",   "padding", "forced_length",
                                       "ignored", "message", "error", NULL};
    uint8_t head[RL_HEAD] = {0};
    uint16_t type = 0;
    reload_err err = rl_json_check_keys(r, object, keys);
    if (err != RELOAD_OK)
        return err;
    size_t before = rl_json_enter(r, "type");
    err = rl_json_read_type(r, json_object_get(object, "type"), &type);
    rl_json_leave(r, before);
    if (err != RELOAD_OK)
        return err;
    size_t start = r->b.buf->len;
    rl_put16(head, type);
    reload_buf_append(r->b.buf, head, sizeof head);
    err = read_content(r, object, type, depth);
    return err == RELOAD_OK ? finish_attr(r, object, start) : err;
}

static reload_err read_attrs(rl_json_reading *r, json_t *array, unsigned depth)
{
    size_t i;
    json_t *object;
    reload_err err = RELOAD_OK;
    if (!json_is_array(array))
        return rl_json_fail(r, RELOAD_ERR_VALUE, "must be an array of attributes");
    json_array_foreach(array, i, object)
    {
        size_t before = rl_json_enter_index(r, i);
        err = read_attr(r, object, depth);
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            break;
    }
    return err;
}

/* {"hex": "…", "error": "…"}: octets as they are. */
static reload_err read_octets(rl_json_reading *r, json_t *object)
{
    static const char *const keys[] = {"hex", "error", NULL};
    reload_err err = rl_json_check_keys(r, object, keys);
    if (err != RELOAD_OK)
        return err;
    size_t before = rl_json_enter(r, "hex");
    err = rl_json_read_hex(r, json_object_get(object, "hex"), r->b.buf);
    rl_json_leave(r, before);
    return err;
}

static reload_err read_garbage(rl_json_reading *r, json_t *root)
{
    static const char *const keys[] = {"garbage", "meta", NULL};
    if (json_object_get(root, "header") != NULL)
        return rl_json_fail_at(r, "header", "\"header\" cannot be combined with \"garbage\"");
    reload_err err = rl_json_check_keys(r, root, keys);
    if (err != RELOAD_OK)
        return err;
    size_t before = rl_json_enter(r, "garbage");
    err = read_octets(r, json_object_get(root, "garbage"));
    rl_json_leave(r, before);
    return err;
}

static reload_err read_message(rl_json_reading *r, json_t *root)
{
    static const char *const keys[] = {"header", "attributes", "trailing", "meta", NULL};
    int64_t forced = -1;
    reload_err err = rl_json_check_keys(r, root, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *attrs = json_object_get(root, "attributes"),
           *trailing = json_object_get(root, "trailing");
    reload_build_begin(&r->b, r->b.buf, NULL);
    size_t before = rl_json_enter(r, "header");
    err = read_header(r, json_object_get(root, "header"), &forced);
    rl_json_leave(r, before);
    if (err == RELOAD_OK && attrs != NULL) {
        before = rl_json_enter(r, "attributes");
        err = read_attrs(r, attrs, 1);
        rl_json_leave(r, before);
    }
    if (err == RELOAD_OK && trailing != NULL) {
        before = rl_json_enter(r, "trailing");
        err = read_octets(r, trailing);
        rl_json_leave(r, before);
    }
    if (err != RELOAD_OK)
        return err;
    err = reload_build_end(&r->b);
    if (err == RELOAD_ERR_TOO_LONG && forced >= 0)
        err = r->b.buf->err = RELOAD_OK; /* which is what forced_length is for */
    if (err == RELOAD_ERR_TOO_LONG)
        return rl_json_fail(
            r, err, "more than 16777215 octets of attributes do not fit the header's Length");
    if (err == RELOAD_OK && forced >= 0)
        reload_build_field(&r->b, RELOAD_F_LENGTH, (uint32_t)forced);
    return err;
}

/* ---- Text ---- */

/* meta.time, or RELOAD_NO_TIME: like all of meta it is never an error. */
static reload_time capture_time(json_t *root)
{
    json_t *time = json_object_get(json_object_get(root, "meta"), "time");
    reload_time captured;
    if (rl_json_plain_string(time) != NULL && reload_time_parse(json_string_value(time), &captured))
        return captured;
    double seconds = json_is_number(time) ? json_number_value(time) : -1;
    return seconds > 0 && seconds <= (double)RELOAD_MAX_TIME
               ? (reload_time)(seconds * (double)RELOAD_SECOND + 0.5)
               : RELOAD_NO_TIME;
}

/* Reads a message, garbage or an attribute. On failure out keeps the octets that it had. */
static reload_err read_text(const char *text, size_t len, reload_buf *out, reload_diag *diag,
                            bool attribute, reload_time *captured)
{
    reload_diag unseen;
    rl_json_reading r = {.diag = diag == NULL ? &unseen : diag, .b = {.buf = out}};
    size_t start = out->len;
    if (out->err != RELOAD_OK)
        return rl_json_fail(&r, out->err, reload_strerror(out->err));
    json_t *root = rl_json_parse(&r, text, len);
    if (root == NULL)
        return r.diag->code;
    reload_err err;
    if (attribute)
        err = read_attr(&r, root, 1);
    else if (json_object_get(root, "garbage") != NULL)
        err = read_garbage(&r, root);
    else
        err = read_message(&r, root);
    if (err == RELOAD_OK && out->err != RELOAD_OK)
        err = rl_json_fail(&r, out->err, reload_strerror(out->err));
    if (captured != NULL)
        *captured = capture_time(root);
    json_decref(root);
    if (err != RELOAD_OK) {
        out->len = start;
        out->err = RELOAD_OK;
    }
    return err;
}

reload_err reload_json_read(const char *text, size_t len, reload_buf *out, reload_diag *diag)
{
    return read_text(text, len, out, diag, false, NULL);
}

reload_err rl_json_read_captured(const char *text, size_t len, reload_buf *out,
                                 reload_time *captured, reload_diag *diag)
{
    return read_text(text, len, out, diag, false, captured);
}

reload_err reload_json_read_attr(const char *text, size_t len, reload_buf *out, reload_diag *diag)
{
    return read_text(text, len, out, diag, true, NULL);
}
