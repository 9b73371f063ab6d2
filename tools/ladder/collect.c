/* SPDX-License-Identifier: BSD-2-Clause */
/* Collects the content of a ladder. */
#include "ladder/internal.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE = 240 }; /* octets of a note */

struct ladder *ladder_new(void)
{
    return calloc(1, sizeof(struct ladder));
}

/* For tdestroy: the arrays own the elements of the trees. */
static void keep(void *entry)
{
    (void)entry;
}

void ladder_free(struct ladder **ladder)
{
    struct ladder *l = *ladder;
    *ladder = NULL;
    if (l == NULL)
        return;
    for (size_t i = 0; i < l->count; i++)
        free(l->rows[i].note);
    free(l->rows);
    tdestroy(l->tree, keep);
    for (size_t i = 0; i < l->id_count; i++)
        free(l->ids[i]);
    free(l->ids);
    tdestroy(l->end_tree, keep);
    for (size_t i = 0; i < l->end_count; i++)
        free(l->ends[i]);
    free(l->ends);
    free(l);
}

/* ---- IDs ---- */

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, RELOAD_ID_SIZE);
}

static struct ladder_id *add_id(struct ladder *l, const uint8_t *octets)
{
    if (l->id_count == l->id_cap) {
        size_t cap = l->id_cap == 0 ? 64 : 2 * l->id_cap;
        struct ladder_id **ids = realloc(l->ids, cap * sizeof *ids);
        if (ids == NULL)
            return NULL;
        l->ids = ids;
        l->id_cap = cap;
    }
    struct ladder_id *id = calloc(1, sizeof *id);
    if (id == NULL)
        return NULL;
    memcpy(id->id, octets, RELOAD_ID_SIZE);
    id->number = id->alias = l->id_count;
    if (tsearch(id, &l->tree, compare_ids) == NULL) {
        free(id);
        return NULL;
    }
    l->ids[l->id_count++] = id;
    return id;
}

/* The entry of an ID, which is added if it is new; NULL without memory. The tree is balanced, since
 * senders choose their IDs. */
static struct ladder_id *find_id(struct ladder *l, const uint8_t *octets)
{
    void *found = tfind(octets, &l->tree, compare_ids);
    return found != NULL ? *(struct ladder_id **)found : add_id(l, octets);
}

/* ---- Addresses ---- */

/* A member of the SOURCE-INFO, or RELOAD_NO_ATTR. */
static uint32_t source_member(const reload_msg *msg, uint16_t type)
{
    uint32_t info = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_SOURCE_INFO);
    return info == RELOAD_NO_ATTR ? info : reload_msg_member(msg, info, type);
}

/* Whether the message comes directly from its sender, without passing another peer. */
static bool is_first_hop(const reload_msg *msg)
{
    return reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_ROUTE_LOG) == RELOAD_NO_ATTR;
}

static int compare_ends(const void *a, const void *b)
{
    return memcmp(a, b, sizeof((struct ladder_end *)NULL)->key);
}

/* The entry of an address and port, which is added if it is new; NULL without memory. */
static struct ladder_end *find_end(struct ladder *l, const reload_value *address)
{
    struct ladder_end new = {.sender = LADDER_NONE, .target = LADDER_NONE};
    memcpy(new.key, address->address, address->ipv6 ? 16 : 4);
    new.key[16] = (uint8_t)(address->port >> 8);
    new.key[17] = (uint8_t)address->port;
    new.key[18] = address->ipv6;
    void *found = tfind(&new, &l->end_tree, compare_ends);
    if (found != NULL)
        return *(struct ladder_end **)found;
    if (l->end_count == l->end_cap) {
        size_t cap = l->end_cap == 0 ? 64 : 2 * l->end_cap;
        struct ladder_end **ends = realloc(l->ends, cap * sizeof *ends);
        if (ends == NULL)
            return NULL;
        l->ends = ends;
        l->end_cap = cap;
    }
    struct ladder_end *end = malloc(sizeof *end);
    if (end == NULL)
        return NULL;
    new.number = l->end_count;
    *end = new;
    if (tsearch(end, &l->end_tree, compare_ends) == NULL) {
        free(end);
        return NULL;
    }
    l->ends[l->end_count++] = end;
    return end;
}

static void set_address(struct ladder_id *id, const reload_value *address, bool own)
{
    if (id->address[0] != '\0' && (id->address_is_own || !own))
        return;
    reload_address_format(address, id->address, sizeof id->address);
    id->address_is_own = own;
}

/* Records the addresses of a message's packet. Returns false without memory. */
static bool note_packet(struct ladder *l, struct ladder_row *row, const reload_msg *msg,
                        const reload_capture *ends)
{
    struct ladder_end *source = find_end(l, &ends->source),
                      *destination = find_end(l, &ends->destination);
    if (source == NULL || destination == NULL)
        return false;
    row->end = destination->number;
    if (is_first_hop(msg)) {
        set_address(l->ids[row->from], &ends->source, true);
        if (source->sender == LADDER_NONE)
            source->sender = row->from;
    }
    set_address(l->ids[row->to], &ends->destination, false);
    return true;
}

/* Records the addresses of a message: those of its packet, if they are known, or else those in its
 * SOURCE-INFO. Returns false without memory. */
static bool note_addresses(struct ladder *l, struct ladder_row *row, const reload_msg *msg,
                           const reload_capture *ends)
{
    reload_value address;
    uint32_t member = source_member(msg, RELOAD_A_PEER_IP_PORT);
    row->end = LADDER_NONE;
    if (ends->source.kind == RELOAD_KIND_IP_PORT && ends->destination.kind == RELOAD_KIND_IP_PORT)
        return note_packet(l, row, msg, ends);
    if (member != RELOAD_NO_ATTR && reload_msg_value(msg, member, &address))
        set_address(l->ids[row->from], &address, true);
    return true;
}

/* ---- Rows ---- */

/* A reload_sink: escaped text, as far as it fits. */
static int to_note(void *arg, const void *octets, size_t len)
{
    reload_buf *note = arg;
    if (note->len + len < NOTE)
        reload_buf_append(note, octets, len);
    return 0;
}

/* Escaped text of the caller's to free; NULL without memory. */
static char *make_note(const char *text)
{
    reload_buf note = {0};
    (void)reload_escape((const uint8_t *)text, strlen(text), to_note, &note);
    reload_buf_append(&note, "", 1);
    if (note.err == RELOAD_OK)
        return (char *)note.octets;
    reload_buf_free(&note);
    return NULL;
}

static void set_time(struct ladder_row *row, const reload_origin *origin)
{
    if (origin->capture != NULL) {
        row->seconds = origin->capture->seconds;
        row->nanoseconds = origin->capture->fraction;
    } else if (row->timed) {
        int64_t micros = origin->captured % RELOAD_SECOND;
        row->seconds = origin->captured / RELOAD_SECOND - (micros < 0);
        row->nanoseconds = (uint32_t)(micros < 0 ? micros + RELOAD_SECOND : micros) * 1000;
    }
}

/* A new row, not yet counted; NULL without memory or if the ladder is full, which is counted. */
static struct ladder_row *next_row(struct ladder *l, const reload_origin *origin, reload_err *err)
{
    *err = RELOAD_OK;
    if (l->count == LADDER_ROWS) {
        l->more++;
        return NULL;
    }
    if (l->count == l->cap) {
        size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
        struct ladder_row *rows = realloc(l->rows, cap * sizeof *rows);
        if (rows == NULL) {
            *err = RELOAD_ERR_MEMORY;
            return NULL;
        }
        l->rows = rows;
        l->cap = cap;
    }
    struct ladder_row *row = &l->rows[l->count];
    *row = (struct ladder_row){.index = origin->index, .timed = origin->captured != RELOAD_NO_TIME};
    set_time(row, origin);
    return row;
}

static void fill_row(struct ladder_row *row, const reload_msg *msg)
{
    size_t len;
    reload_value code;
    uint32_t at = reload_msg_member(msg, RELOAD_NO_ATTR, RELOAD_A_RESPONSE_CODE);
    row->response = reload_msg_field(msg, RELOAD_F_RESPONSE) != 0;
    row->method = reload_msg_field(msg, RELOAD_F_METHOD);
    memcpy(row->transaction, reload_msg_field_octets(msg, RELOAD_F_TRANSACTION_ID, &len),
           RELOAD_TRANSACTION_SIZE);
    if (row->response && at != RELOAD_NO_ATTR && reload_msg_value(msg, at, &code))
        row->code = code.number;
}

/* Adds the verdict or, without one, the message's fault. */
static bool fill_verdict(struct ladder_row *row, const reload_msg *msg,
                         const struct ladder_verdict *verdict)
{
    reload_diag diag;
    const char *note = NULL;
    if (reload_msg_check(msg, &diag) != RELOAD_OK) {
        row->tone = LADDER_BAD;
        row->words = "malformed";
        note = diag.text;
    } else if (verdict != NULL) {
        row->tone = verdict->tone;
        row->words = verdict->words;
        note = verdict->detail;
    }
    return note == NULL || note[0] == '\0' || (row->note = make_note(note)) != NULL;
}

/* Finds the two ends of the arrow. A response has its request's IDs, and its sender in SOURCE-INFO
 * (D31). Returns false without memory. */
static bool fill_ends(struct ladder *l, struct ladder_row *row, const reload_msg *msg)
{
    size_t len;
    reload_value value;
    struct ladder_id *source = find_id(l, reload_msg_field_octets(msg, RELOAD_F_SOURCE_ID, &len)),
                     *destination =
                         find_id(l, reload_msg_field_octets(msg, RELOAD_F_DESTINATION_ID, &len)),
                     *responder = destination;
    uint32_t member = source_member(msg, RELOAD_A_PEER_ID);
    if (row->response && member != RELOAD_NO_ATTR && reload_msg_value(msg, member, &value))
        responder = find_id(l, value.octets);
    if (source == NULL || destination == NULL || responder == NULL)
        return false;
    row->source = source->number;
    row->destination = destination->number;
    row->from = row->response ? responder->number : row->source;
    row->to = row->response ? row->source : row->destination;
    l->ids[row->from]->sends = true;
    return true;
}

reload_err ladder_add(struct ladder *l, const reload_msg *msg, const reload_origin *origin,
                      const reload_capture *ends, const struct ladder_verdict *verdict)
{
    reload_err err;
    struct ladder_row *row = next_row(l, origin, &err);
    if (row == NULL)
        return err;
    fill_row(row, msg);
    if (!fill_ends(l, row, msg) || !note_addresses(l, row, msg, ends) ||
        !fill_verdict(row, msg, verdict))
        return RELOAD_ERR_MEMORY;
    l->count++;
    return RELOAD_OK;
}

reload_err ladder_add_garbage(struct ladder *l, size_t len, const char *error,
                              const reload_origin *origin)
{
    char text[NOTE];
    reload_err err;
    struct ladder_row *row = next_row(l, origin, &err);
    if (row == NULL)
        return err;
    (void)snprintf(text, sizeof text, "%zu octet%s of garbage: %.180s", len, len == 1 ? "" : "s",
                   error);
    row->garbage = true;
    row->tone = LADDER_BAD;
    if ((row->note = make_note(text)) == NULL)
        return RELOAD_ERR_MEMORY;
    l->count++;
    return RELOAD_OK;
}
