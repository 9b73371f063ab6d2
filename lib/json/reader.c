/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages and attributes from JSON. */
#include "base/fault.h"
#include "json/json.h"
#include "json/reader.h"

#include <stdlib.h>
#include <string.h>

#include <reload/render.h>

/* ---- Header ---- */

static reload_err fail_header_key(rl_json_reading *r, const char *key)
{
    const char *keys[RELOAD_FIELDS + 2] = {NULL};
    for (size_t f = 0; f < RELOAD_FIELDS; f++)
        keys[f] = reload_field_def_of((reload_field)f)->key;
    keys[RELOAD_FIELDS] = "forced_length";
    return rl_json_fail_key(r, key, keys);
}

/* The header's fields, into the builder. *forced is set to forced_length if there is one. */
static reload_err read_header(rl_json_reading *r, json_t *header, int64_t *forced)
{
    const char *key;
    json_t *value;
    if (!json_is_object(header))
        return rl_json_fail_value(r, header, "an object");
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
            err = fail_header_key(r, key);
        }
        rl_json_leave(r, before);
        if (err != RELOAD_OK)
            return err;
    }
    /* last, since a misspelled key explains it better */
    if (json_object_get(header, reload_field_def_of(RELOAD_F_METHOD)->key) == NULL)
        return rl_json_fail_at(r, reload_field_def_of(RELOAD_F_METHOD)->key, "missing");
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
        return rl_json_fail_value(r, array, "an array of attributes");
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

/* {"hex": "…", "error": "…"}: octets, unchanged. */
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
    static const char *const keys[] = {"garbage", "meta", "incomplete", NULL};
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

/* Whether the octets built, of which the message's begin at start, exceed a message. */
static reload_err check_size(rl_json_reading *r, size_t start)
{
    return r->b.buf->len - start <= RELOAD_HEADER_SIZE + RELOAD_MAX_LENGTH
               ? RELOAD_OK
               : rl_json_fail(r, RELOAD_ERR_TOO_LONG, RL_JSON_TOO_LONG);
}

/* Whether an object that is not a message has a profile's keys. */
static bool is_profile(const json_t *root)
{
    return json_object_get(root, "header") == NULL && json_object_get(root, "attributes") == NULL &&
           (json_object_get(root, "overlay") != NULL || json_object_get(root, "security") != NULL ||
            json_object_get(root, "ca") != NULL);
}

/* Fails if a header field is a key of the message itself. */
static reload_err check_place(rl_json_reading *r, const json_t *root)
{
    for (size_t f = 0; f < RELOAD_FIELDS; f++) {
        const char *key = reload_field_def_of((reload_field)f)->key;
        if (json_object_get(root, key) != NULL)
            return rl_json_fail_at(r, key, "must be in \"header\"");
    }
    return RELOAD_OK;
}

/* Reads the rest of a message; attrs is the result of reading its attributes. */
static reload_err read_message(rl_json_reading *r, json_t *root, reload_err attrs,
                               const reload_diag *attrs_diag)
{
    static const char *const keys[] = {"header", "attributes", "trailing",
                                       "meta",   "incomplete", NULL};
    int64_t forced = -1;
    if (is_profile(root))
        return rl_json_fail(r, RELOAD_ERR_VALUE, "an overlay's profile, not a message");
    reload_err err = check_place(r, root);
    if (err == RELOAD_OK)
        err = rl_json_check_keys(r, root, keys);
    if (err != RELOAD_OK)
        return err;
    json_t *array = json_object_get(root, "attributes"),
           *trailing = json_object_get(root, "trailing");
    size_t before = rl_json_enter(r, "header");
    err = read_header(r, json_object_get(root, "header"), &forced);
    rl_json_leave(r, before);
    if (err == RELOAD_OK && array != NULL && !json_is_array(array))
        return rl_json_fail_value_at(r, "attributes", array, "an array of attributes");
    if (err == RELOAD_OK && attrs != RELOAD_OK) {
        *r->diag = *attrs_diag;
        return attrs;
    }
    if (err == RELOAD_OK && trailing != NULL) {
        before = rl_json_enter(r, "trailing");
        err = read_octets(r, trailing);
        rl_json_leave(r, before);
    }
    if (err == RELOAD_OK)
        err = check_size(r, r->b.start);
    if (err == RELOAD_OK)
        err = reload_build_end(&r->b);
    if (err == RELOAD_OK && forced >= 0)
        reload_build_field(&r->b, RELOAD_F_LENGTH, (uint32_t)forced);
    return err;
}

/* ---- Text ---- */

/* A message is read while its text comes: each attribute as soon as it is complete, the rest at
 * the end. */
struct rl_json_feed {
    rl_json_filter filter;
    rl_json_reading r;
    reload_diag diag; /* place of the first attribute that is refused */
    reload_err err;   /* the reason for refusing it, or RELOAD_OK */
    size_t index;     /* of the next attribute */
    size_t start;     /* of the octets, after others in the same buffer */
};

/* The filter's take. */
static bool take_attr(void *arg, size_t start)
{
    rl_json_feed *feed = arg;
    rl_json_reading *r = &feed->r;
    reload_diag unseen;
    r->diag = feed->err == RELOAD_OK ? &feed->diag : &unseen;
    json_t *object = rl_json_load(r, &feed->filter, start, JSON_DECODE_ANY);
    if (object == NULL) {
        feed->filter.failed = feed->filter.failed || r->diag->code == RELOAD_ERR_MEMORY;
        return false;
    }
    size_t before = rl_json_enter(r, "attributes");
    (void)rl_json_enter_index(r, feed->index++);
    if (feed->err == RELOAD_OK)
        feed->err = read_attr(r, object, 1);
    rl_json_leave(r, before);
    feed->filter.built = r->b.buf->len - feed->start;
    json_decref(object);
    return true;
}

rl_json_feed *rl_json_feed_new(void)
{
    return calloc(1, sizeof(rl_json_feed));
}

void rl_json_feed_free(rl_json_feed **feed)
{
    if (*feed == NULL)
        return;
    rl_json_filter_free(&(*feed)->filter);
    free(*feed);
    *feed = NULL;
}

static void begin_feed(rl_json_feed *feed, reload_buf *out, rl_json_role role)
{
    feed->r.len = 0;
    feed->r.path[0] = '\0';
    feed->err = RELOAD_OK;
    feed->index = 0;
    feed->start = out->len;
    feed->r.b = (reload_builder){.buf = out, .start = out->len};
    rl_json_filter_open(&feed->filter, role);
    feed->filter.take = role == RL_JSON_MESSAGE ? take_attr : NULL;
    feed->filter.arg = feed;
    if (role == RL_JSON_MESSAGE)
        reload_build_begin(&feed->r.b, out, NULL);
}

void rl_json_feed_begin(rl_json_feed *feed, reload_buf *out)
{
    begin_feed(feed, out, RL_JSON_MESSAGE);
}

reload_err rl_json_feed_put(rl_json_feed *feed, const char *text, size_t len)
{
    rl_json_filter *f = &feed->filter;
    rl_json_filter_put(f, text, len);
    if (f->failed || f->kept.err != RELOAD_OK || feed->r.b.buf->err == RELOAD_ERR_MEMORY)
        return RELOAD_ERR_MEMORY;
    return f->too_long && !RL_FAULT("input: JSON beyond a message is refused at once")
               ? RELOAD_ERR_TOO_LONG
               : RELOAD_OK;
}

/* The parsed rest of the text. */
static reload_err read_root(rl_json_feed *feed, json_t *root, rl_json_role role)
{
    rl_json_reading *r = &feed->r;
    reload_buf *out = r->b.buf;
    if (role == RL_JSON_ATTR)
        return read_attr(r, root, 1);
    if (json_object_get(root, "garbage") == NULL)
        return read_message(r, root, feed->err, &feed->diag);
    out->len = feed->start; /* without a header */
    reload_err err = read_garbage(r, root);
    return err == RELOAD_OK ? check_size(r, feed->start) : err;
}

/* Ends the text. On failure out keeps the octets that it had. */
static reload_err end_feed(rl_json_feed *feed, rl_json_role role, rl_json_meta *meta,
                           reload_diag *diag)
{
    rl_json_reading *r = &feed->r;
    rl_json_filter *f = &feed->filter;
    reload_buf *out = r->b.buf;
    json_t *root = NULL;
    reload_err err;
    r->diag = diag;
    (void)rl_json_filter_end(f);
    r->diag = diag;
    if (f->too_long) {
        err = rl_json_fail(r, RELOAD_ERR_TOO_LONG, RL_JSON_TOO_LONG);
    } else if (f->too_deep) {
        err = rl_fail(diag, RELOAD_ERR_SYNTAX, "nested too deeply");
        rl_json_filter_place(f, f->deep, &diag->line, &diag->column);
    } else if ((root = rl_json_load(r, f, 0, 0)) == NULL) {
        err = diag->code;
    } else {
        err = read_root(feed, root, role);
    }
    if (err == RELOAD_OK && out->err != RELOAD_OK)
        err = rl_json_fail(r, out->err, reload_strerror(out->err));
    if (meta != NULL)
        rl_json_read_meta(root, meta);
    json_decref(root);
    if (err != RELOAD_OK) {
        out->len = feed->start;
        out->err = RELOAD_OK;
    }
    return err;
}

reload_err rl_json_feed_end(rl_json_feed *feed, rl_json_meta *meta, reload_diag *diag)
{
    return end_feed(feed, RL_JSON_MESSAGE, meta, diag);
}

/* Reads a message, garbage or an attribute from a whole text. */
static reload_err read_text(const char *text, size_t len, reload_buf *out, reload_diag *diag,
                            rl_json_role role)
{
    reload_diag unseen;
    rl_json_reading r = {.diag = diag == NULL ? &unseen : diag};
    if (out->err != RELOAD_OK)
        return rl_json_fail(&r, out->err, reload_strerror(out->err));
    rl_json_feed *feed = rl_json_feed_new();
    if (feed == NULL)
        return rl_json_fail(&r, RELOAD_ERR_MEMORY, reload_strerror(RELOAD_ERR_MEMORY));
    begin_feed(feed, out, role);
    rl_json_filter_text(&feed->filter, text, len);
    reload_err err = end_feed(feed, role, NULL, r.diag);
    rl_json_feed_free(&feed);
    return err;
}

reload_err reload_json_read(const char *text, size_t len, reload_buf *out, reload_diag *diag)
{
    return read_text(text, len, out, diag, RL_JSON_MESSAGE);
}

reload_err reload_json_read_attr(const char *text, size_t len, reload_buf *out, reload_diag *diag)
{
    return read_text(text, len, out, diag, RL_JSON_ATTR);
}
