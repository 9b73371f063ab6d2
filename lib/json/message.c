/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages and garbage as JSON. */
#include "wire/wire.h"

#include <arpa/inet.h>
#include <stdio.h>

#include <reload/render.h>

static void write_named(reload_json_writer *w, reload_names set, uint32_t value)
{
    const char *name = reload_name(set, value);
    if (name == NULL)
        reload_json_integer(w, value);
    else
        reload_json_string(w, name);
}

/* ---- Header ---- */

void reload_json_field(reload_json_writer *w, const reload_msg *msg, reload_field field)
{
    const reload_field_def *def = reload_field_def_of(field);
    size_t len;
    if (def->kind == RELOAD_FIELD_FLAG) {
        reload_json_bool(w, reload_msg_field(msg, field) != 0);
    } else if (def->kind == RELOAD_FIELD_OCTETS) {
        const uint8_t *octets = reload_msg_field_octets(msg, field, &len);
        reload_json_hex(w, octets, len);
    } else {
        write_named(w, def->names, reload_msg_field(msg, field));
    }
}

/* The length of the octets after the header; also the header's own Length if it differs. */
static void write_length(reload_json_writer *w, const reload_msg *msg)
{
    size_t len;
    (void)reload_msg_octets(msg, &len);
    reload_json_integer(w, (int64_t)(len - RELOAD_HEADER_SIZE));
    if (reload_msg_truncated(msg)) {
        reload_json_key(w, "forced_length");
        reload_json_integer(w, reload_msg_field(msg, RELOAD_F_LENGTH));
    }
}

static void write_header(reload_json_writer *w, const reload_msg *msg)
{
    reload_json_begin_object(w);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++) {
        reload_json_key(w, reload_field_def_of(f)->key);
        if (f == RELOAD_F_LENGTH)
            write_length(w, msg);
        else
            reload_json_field(w, msg, f);
    }
    reload_json_end_object(w);
}

/* ---- Values ---- */

static void write_ip_port(reload_json_writer *w, const reload_value *value)
{
    char text[INET6_ADDRSTRLEN] = "";
    (void)inet_ntop(value->ipv6 ? AF_INET6 : AF_INET, value->address, text, sizeof text);
    reload_json_begin_object(w);
    reload_json_key(w, "ip");
    reload_json_string(w, text);
    reload_json_key(w, "port");
    reload_json_integer(w, value->port);
    if (value->protocol != 0) {
        reload_json_key(w, "protocol");
        reload_json_integer(w, value->protocol);
    }
    reload_json_end_object(w);
}

static void write_response(reload_json_writer *w, const reload_value *value)
{
    reload_json_begin_object(w);
    reload_json_key(w, "code");
    reload_json_integer(w, value->number);
    reload_json_key(w, "reason");
    reload_json_text(w, value->octets, value->len);
    reload_json_end_object(w);
}

static void write_value(reload_json_writer *w, const reload_value *value)
{
    switch (value->kind) {
    case RELOAD_KIND_TEXT:
        reload_json_text(w, value->octets, value->len);
        break;
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
        write_named(w, rl_kind_names(value->kind), value->number);
        break;
    case RELOAD_KIND_RESPONSE:
        write_response(w, value);
        break;
    case RELOAD_KIND_IP_PORT:
        write_ip_port(w, value);
        break;
    case RELOAD_KIND_ID:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        reload_json_hex(w, value->octets, value->len);
        break;
    }
}

/* ---- Attributes ---- */

/* The state of writing a message; tunnel is the number of outer messages. */
static void write_message(reload_json_writer *w, const reload_msg *msg, const reload_origin *origin,
                          unsigned tunnel);
static void write_members(reload_json_writer *w, const reload_msg *msg, uint32_t parent,
                          unsigned tunnel);

static void write_type(reload_json_writer *w, const reload_attr *attr)
{
    char digits[8];
    (void)snprintf(digits, sizeof digits, "0x%04x", (unsigned)attr->type);
    reload_json_key(w, "type");
    reload_json_string(w, attr->def != NULL ? attr->def->name : digits);
}

/* The value by its kind, or octets in hex if the kind has no other form or the value a flaw. */
static void write_content(reload_json_writer *w, const reload_msg *msg, uint32_t i, unsigned tunnel)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_value value;
    size_t len;
    const uint8_t *octets = reload_msg_value_octets(msg, i, &len);
    bool decoded = reload_msg_value(msg, i, &value);
    if (decoded && value.kind != RELOAD_KIND_OCTETS) {
        reload_json_key(w, "value");
        write_value(w, &value);
    } else if (!decoded && attr->flaw == RELOAD_FLAW_NONE) {
        reload_json_key(w, "value");
        write_members(w, msg, i, tunnel);
    } else {
        reload_json_key(w, "hex");
        reload_json_hex(w, octets, len);
    }
    if (attr->flaw != RELOAD_FLAW_NONE) {
        reload_json_key(w, "error");
        reload_json_string(w, reload_flaw_text((reload_flaw)attr->flaw));
    }
}

static void write_padding(reload_json_writer *w, const reload_msg *msg, uint32_t i)
{
    size_t len;
    const uint8_t *padding = reload_msg_padding(msg, i, &len);
    size_t zeros = 0;
    while (zeros < len && padding[zeros] == 0)
        zeros++;
    if (zeros < len) {
        reload_json_key(w, "padding");
        reload_json_hex(w, padding, len);
    }
}

/* The message that an attribute carries, if any. */
static void write_tunnelled(reload_json_writer *w, const reload_msg *msg, uint32_t i,
                            unsigned tunnel)
{
    size_t len;
    const uint8_t *octets = tunnel < RELOAD_MAX_TUNNEL ? reload_msg_tunnelled(msg, i, &len) : NULL;
    if (octets == NULL)
        return;
    reload_msg *inner = reload_msg_new();
    reload_json_fail(w, inner == NULL ? RELOAD_ERR_MEMORY
                                      : reload_msg_parse(inner, octets, len, NULL));
    if (w->err == RELOAD_OK) {
        reload_json_key(w, "message");
        write_message(w, inner, NULL, tunnel + 1);
    }
    reload_msg_free(&inner);
}

static void write_attr(reload_json_writer *w, const reload_msg *msg, uint32_t i, unsigned tunnel)
{
    const reload_attr *attr = reload_msg_attr(msg, i);
    reload_json_begin_object(w);
    write_type(w, attr);
    write_content(w, msg, i, tunnel);
    write_padding(w, msg, i);
    if (attr->ignored && attr->depth == 1) {
        reload_json_key(w, "ignored");
        reload_json_bool(w, true);
    }
    write_tunnelled(w, msg, i, tunnel);
    reload_json_end_object(w);
}

static void write_members(reload_json_writer *w, const reload_msg *msg, uint32_t parent,
                          unsigned tunnel)
{
    reload_iter it = reload_members(msg, parent);
    reload_json_begin_array(w);
    while (w->err == RELOAD_OK && reload_next(&it))
        write_attr(w, msg, it.index, tunnel);
    reload_json_end_array(w);
}

/* ---- Messages and garbage ---- */

static void write_octets(reload_json_writer *w, const uint8_t *octets, size_t len,
                         const char *error)
{
    reload_json_begin_object(w);
    reload_json_key(w, "hex");
    reload_json_hex(w, octets, len);
    reload_json_key(w, "error");
    reload_json_string(w, error);
    reload_json_end_object(w);
}

static void write_trailing(reload_json_writer *w, const reload_msg *msg)
{
    size_t len;
    reload_flaw flaw;
    const uint8_t *octets = reload_msg_trailing(msg, &len, &flaw);
    if (len == 0)
        return;
    reload_json_key(w, "trailing");
    write_octets(w, octets, len, reload_flaw_text(flaw));
}

/* To be called before anything is written. */
static void check_origin(reload_json_writer *w, const reload_origin *origin)
{
    if (origin != NULL && origin->size < sizeof *origin)
        reload_json_fail(w, RELOAD_ERR_ARGUMENT);
}

/* ---- Captures ---- */

static void write_time(reload_json_writer *w, const reload_capture *capture)
{
    char text[RELOAD_TIME_SIZE];
    reload_time_fraction_text(capture->seconds, capture->fraction, capture->digits, text);
    reload_json_key(w, "time");
    reload_json_string(w, text);
}

void reload_json_capture(reload_json_writer *w, const reload_origin *origin)
{
    const reload_capture *capture = origin->capture;
    reload_json_key(w, "frames");
    reload_json_begin_array(w);
    for (size_t i = 0; i < capture->frame_count; i++)
        reload_json_integer(w, (int64_t)capture->frames[i]);
    reload_json_end_array(w);
    if (origin->captured != RELOAD_NO_TIME)
        write_time(w, capture);
    reload_json_key(w, "source");
    write_ip_port(w, &capture->source);
    reload_json_key(w, "destination");
    write_ip_port(w, &capture->destination);
    reload_json_key(w, "transport");
    reload_json_string(w, capture->transport);
}

static void write_meta(reload_json_writer *w, const reload_origin *origin)
{
    if (origin == NULL || w->err != RELOAD_OK)
        return;
    reload_json_key(w, "meta");
    reload_json_begin_object(w);
    reload_json_key(w, "file");
    reload_json_string(w, origin->file);
    reload_json_key(w, "offset");
    reload_json_integer(w, (int64_t)origin->offset);
    reload_json_key(w, "index");
    reload_json_integer(w, (int64_t)origin->index);
    reload_time second = rl_whole_second(origin->captured), rest = origin->captured - second;
    if (origin->capture != NULL)
        reload_json_capture(w, origin);
    else if (origin->captured != RELOAD_NO_TIME)
        write_time(w, &(reload_capture){.seconds = second / RELOAD_SECOND,
                                        .fraction = (uint32_t)rest * 1000,
                                        .digits = rest == 0 ? 0 : 6});
    reload_json_end_object(w);
}

/* Outside meta: it is not the sender's fault that only a part was captured. */
static void write_incomplete(reload_json_writer *w, const reload_origin *origin)
{
    if (origin == NULL || origin->capture == NULL || !origin->capture->incomplete)
        return;
    reload_json_key(w, "incomplete");
    reload_json_bool(w, true);
}

static void write_message(reload_json_writer *w, const reload_msg *msg, const reload_origin *origin,
                          unsigned tunnel)
{
    reload_json_begin_object(w);
    reload_json_key(w, "header");
    write_header(w, msg);
    reload_json_key(w, "attributes");
    write_members(w, msg, RELOAD_NO_ATTR, tunnel);
    write_trailing(w, msg);
    write_meta(w, origin);
    write_incomplete(w, origin);
    reload_json_end_object(w);
}

reload_err reload_json_write(const reload_msg *msg, const reload_origin *origin, unsigned flags,
                             reload_sink sink, void *arg)
{
    reload_json_writer w;
    reload_json_writer_init(&w, flags, sink, arg);
    check_origin(&w, origin);
    write_message(&w, msg, origin, 0);
    return reload_json_writer_finish(&w);
}

reload_err reload_json_write_garbage(const uint8_t *octets, size_t len, const char *error,
                                     const reload_origin *origin, unsigned flags, reload_sink sink,
                                     void *arg)
{
    reload_json_writer w;
    reload_json_writer_init(&w, flags, sink, arg);
    check_origin(&w, origin);
    reload_json_begin_object(&w);
    reload_json_key(&w, "garbage");
    write_octets(&w, octets, len, error);
    write_meta(&w, origin);
    write_incomplete(&w, origin);
    reload_json_end_object(&w);
    return reload_json_writer_finish(&w);
}
