/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/choice.h"

#include "base/fault.h"

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

/* ---- Choosing ---- */

static bool begins_with(const uint8_t *octets, const struct choice_id *id)
{
    size_t whole = id->digits / 2;
    return memcmp(octets, id->octets, whole) == 0 &&
           (id->digits % 2 == 0 || octets[whole] >> 4 == id->octets[whole] >> 4);
}

/* Whether one of the IDs begins as one of the list. octets: NULL is no ID. */
static bool has_id(const struct choice_ids *list, const uint8_t *octets)
{
    for (size_t i = 0; octets != NULL && i < list->count; i++)
        if (begins_with(octets, &list->ids[i]))
            return true;
    return false;
}

static const uint8_t *field(const reload_msg *msg, reload_field f)
{
    size_t len;
    return reload_msg_field_octets(msg, f, &len);
}

/* The Peer-ID in SOURCE-INFO, which names the sender of a response, whose header may have the IDs
 * of its request (B§8.1.2.1); NULL without one. */
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
    return id != NULL ? id : field(msg, RELOAD_F_SOURCE_ID);
}

static bool takes_peer(const struct choice_ids *peers, const reload_msg *msg)
{
    return peers->count == 0 || has_id(peers, field(msg, RELOAD_F_SOURCE_ID)) ||
           has_id(peers, field(msg, RELOAD_F_DESTINATION_ID)) ||
           (has_id(peers, source_peer_id(msg)) && !RL_FAULT("choice: the peer in SOURCE-INFO"));
}

static bool takes(const struct choice *c, const reload_msg *msg)
{
    bool response = reload_msg_field(msg, RELOAD_F_RESPONSE) != 0;
    uint32_t method = reload_msg_field(msg, RELOAD_F_METHOD);
    return (!c->methods.any || c->methods.chosen[method % CHOICE_METHODS]) &&
           takes_peer(&c->peers, msg) &&
           (c->transactions.count == 0 ||
            has_id(&c->transactions, field(msg, RELOAD_F_TRANSACTION_ID))) &&
           !(c->requests && response) && !(c->responses && !response);
}

const char *choice_option(const struct choice *c)
{
    return c->methods.any              ? "method"
           : c->peers.count > 0        ? "peer"
           : c->transactions.count > 0 ? "transaction"
           : c->requests               ? "requests"
           : c->responses              ? "responses"
                                       : NULL;
}

bool choice_takes(struct choice *c, const reload_msg *msg)
{
    if (msg == NULL)
        return choice_option(c) == NULL;
    bool taken = takes(c, msg);
    c->seen++;
    c->taken += taken;
    return taken;
}

void choice_warn(const struct choice *c, const struct tool *tool)
{
    if (c->seen > 0 && c->taken == 0)
        tool_warn_file(tool, NULL, "none of %" PRIu64 " messages was chosen", c->seen);
}
