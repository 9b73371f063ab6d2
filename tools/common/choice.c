/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/choice.h"

#include "base/fault.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* ---- Options ---- */

void choice_method_option(struct tool *tool, const struct option_row *row, const char *text,
                          void *target)
{
    struct choice_methods *methods = target;
    methods->chosen[argument_named(tool, row->name, text, RELOAD_NAMES_METHOD) % CHOICE_METHODS] =
        true;
    methods->any = true;
}

/* Adds the first digits of an ID of at most max digits. */
static void add_id(const struct tool *tool, const char *name, const char *text, size_t max,
                   struct choice_ids *list)
{
    char digits[2 * RELOAD_ID_SIZE];
    size_t len = strlen(text);
    if (len == 0 || strspn(text, "0123456789abcdefABCDEF") != len)
        tool_usage(tool, "--%s: \"%s\" is not the first digits of an ID, in hex", name, text);
    if (len > max)
        tool_usage(tool, "--%s: \"%s\" has %zu digits, expected at most %zu", name, text, len, max);
    if (list->count == CHOICE_MAX_IDS)
        tool_usage(tool, "--%s: more than %d IDs", name, CHOICE_MAX_IDS);
    struct choice_id *id = &list->ids[list->count++];
    memset(digits, '0', sizeof digits);
    memcpy(digits, text, len);
    (void)reload_hex_decode(digits, sizeof digits, id->octets);
    id->digits = len;
}

void choice_peer_option(struct tool *tool, const struct option_row *row, const char *text,
                        void *target)
{
    add_id(tool, row->name, text, 2 * (size_t)RELOAD_ID_SIZE, target);
}

void choice_transaction_option(struct tool *tool, const struct option_row *row, const char *text,
                               void *target)
{
    add_id(tool, row->name, text, 2 * (size_t)RELOAD_TRANSACTION_SIZE, target);
}

/* Reads a frame number. Returns the text after the number; NULL if it is not a number. */
static const char *read_frame(const char *text, uint64_t *frame)
{
    const char *at = text;
    *frame = 0;
    for (; isdigit((unsigned char)*at) && *frame <= UINT32_MAX; at++)
        *frame = *frame * 10 + (uint64_t)(*at - '0');
    return at == text || *frame == 0 || isdigit((unsigned char)*at) ? NULL : at;
}

void choice_frame_option(struct tool *tool, const struct option_row *row, const char *text,
                         void *target)
{
    struct choice_frames *frames = target;
    struct choice_run run;
    const char *at = read_frame(text, &run.first);
    run.last = run.first;
    if (at != NULL && *at == '-')
        at = read_frame(at + 1, &run.last);
    if (at == NULL || *at != '\0' || run.last < run.first)
        tool_usage(tool, "--%s: \"%s\" is not a frame number from 1 on, or a range such as 3-7",
                   row->name, text);
    if (frames->count == CHOICE_MAX_FRAMES)
        tool_usage(tool, "--%s: more than %d ranges", row->name, CHOICE_MAX_FRAMES);
    frames->runs[frames->count++] = run;
}

void choice_check(const struct choice *c, const struct tool *tool, struct input_form form)
{
    if (c->frames.count > 0 && form.form != RELOAD_FORM_AUTO && !form.capture)
        tool_usage(tool, "--frame requires captures: it cannot be combined with another --input");
}

/* ---- Choosing ---- */

static bool begins_with(const uint8_t *octets, const struct choice_id *id)
{
    size_t whole = id->digits / 2;
    return memcmp(octets, id->octets, whole) == 0 &&
           (id->digits % 2 == 0 || octets[whole] >> 4 == id->octets[whole] >> 4);
}

/* Whether one of the IDs begins with digits in the list. octets: NULL without an ID. */
static bool has_id(const struct choice_ids *list, const uint8_t *octets)
{
    for (size_t i = 0; octets != NULL && i < list->count; i++)
        if (begins_with(octets, &list->ids[i]))
            return true;
    return false;
}

static const uint8_t *choice_field(const reload_msg *msg, reload_field f)
{
    size_t len;
    return reload_msg_field_octets(msg, f, &len);
}

/* The Peer-ID in SOURCE-INFO, or NULL. It names the sender of a response, whose header may have the
 * request's IDs (B§8.1.2.1). */
static const uint8_t *source_peer_id(const reload_msg *msg)
{
    reload_value id;
    uint32_t source = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    uint32_t peer =
        source == RELOAD_NO_ATTR ? source : reload_msg_member(msg, source, RELOAD_A_PEER_ID);
    return peer != RELOAD_NO_ATTR && reload_msg_value(msg, peer, &id) ? id.octets : NULL;
}

const uint8_t *choice_sender(const reload_msg *msg)
{
    const uint8_t *id = source_peer_id(msg);
    return id != NULL ? id : choice_field(msg, RELOAD_F_SOURCE_ID);
}

static bool takes_peer(const struct choice_ids *peers, const reload_msg *msg)
{
    return peers->count == 0 || has_id(peers, choice_field(msg, RELOAD_F_SOURCE_ID)) ||
           has_id(peers, choice_field(msg, RELOAD_F_DESTINATION_ID)) ||
           (has_id(peers, source_peer_id(msg)) && !RL_FAULT("choice: the peer in SOURCE-INFO"));
}

/* Whether one of the packets that hold the item is chosen. */
static bool takes_frames(const struct choice_frames *frames, const reload_capture *capture)
{
    for (size_t i = 0; capture != NULL && i < frames->count; i++)
        for (size_t k = 0; k < capture->frame_count; k++)
            if (capture->frames[k] >= frames->runs[i].first &&
                capture->frames[k] <= frames->runs[i].last)
                return true;
    return frames->count == 0;
}

static bool takes_header(const struct choice *c, const reload_msg *msg)
{
    bool response = reload_msg_field(msg, RELOAD_F_RESPONSE) != 0;
    uint32_t method = reload_msg_field(msg, RELOAD_F_METHOD);
    return (!c->methods.any || c->methods.chosen[method % CHOICE_METHODS]) &&
           takes_peer(&c->peers, msg) &&
           (c->transactions.count == 0 ||
            has_id(&c->transactions, choice_field(msg, RELOAD_F_TRANSACTION_ID))) &&
           !(c->requests && response) && !(c->responses && !response);
}

static const char *header_option(const struct choice *c)
{
    return c->methods.any              ? "method"
           : c->peers.count > 0        ? "peer"
           : c->transactions.count > 0 ? "transaction"
           : c->requests               ? "requests"
           : c->responses              ? "responses"
                                       : NULL;
}

const char *choice_option(const struct choice *c)
{
    const char *option = header_option(c);
    return option == NULL && c->frames.count > 0 ? "frame" : option;
}

bool choice_takes(struct choice *c, const reload_msg *msg, const reload_origin *origin)
{
    bool in_frames = (c->captured_frames && origin->capture == NULL) ||
                     takes_frames(&c->frames, origin->capture);
    if (msg == NULL)
        return in_frames && header_option(c) == NULL;
    bool taken = in_frames && takes_header(c, msg);
    c->seen++;
    c->taken += taken;
    return taken;
}

void choice_finish(const struct choice *c, struct tool *tool, bool captures, const char *file)
{
    if (c->frames.count > 0 && !captures && !RL_FAULT("choice: frames without a capture"))
        tool_error(tool, STATUS_USAGE, "--frame requires a capture, but no input is one");
    else if (c->seen > 0 && c->taken == 0)
        tool_warn_file(tool, file, "none of %" PRIu64 " message%s was chosen", c->seen,
                       c->seen == 1 ? "" : "s");
}
