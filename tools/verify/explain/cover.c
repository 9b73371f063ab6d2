/* SPDX-License-Identifier: BSD-2-Clause */
/* The octets that a signer may have digested by mistake. */
#include "common/octets.h"
#include "verify/explain/explain.h"

#include <stdlib.h>
#include <string.h>

enum {
    HEAD = 4,        /* an attribute's type and Length */
    SIGNED_FROM = 8, /* D1 */
    LENGTH_AT = 13,  /* the header's Length, up to LENGTH_END */
    LENGTH_END = 16
};

/* A range of a message's octets. */
struct range {
    uint32_t from, to;
};

static uint32_t offset_at(const explain_cover *c, uint32_t attr)
{
    return reload_msg_attr(c->msg, attr)->offset;
}

/* The end of an attribute, padding included. */
static uint32_t end_at(const explain_cover *c, uint32_t attr)
{
    uint32_t length = reload_msg_attr(c->msg, attr)->length;
    return offset_at(c, attr) + HEAD + length + (4 - length % 4) % 4;
}

/* The range by D1 or D8. */
static struct range right_range(const explain_cover *c)
{
    reload_covered covered;
    size_t len;
    const uint8_t *octets = reload_msg_octets(c->msg, &len);
    reload_site_covered(c->msg, &c->site, &covered);
    return (struct range){(uint32_t)(covered.span[0].octets - octets),
                          offset_at(c, c->site.digest)};
}

/* Length as D2 restores it for the message's SIGNATURE. */
static uint32_t right_length(const reload_msg *msg)
{
    reload_site site;
    reload_covered covered;
    uint32_t signature = reload_msg_signature(msg);
    if (signature == RELOAD_NO_ATTR ||
        reload_msg_member(msg, signature, RELOAD_A_DIGEST) == RELOAD_NO_ATTR)
        return reload_msg_field(msg, RELOAD_F_LENGTH);
    reload_site_at(msg, signature, &site);
    reload_site_covered(msg, &site, &covered);
    return octets_get24(covered.length);
}

/* The padding of the top-level attributes, up to the SIGNATURE's end. */
static uint32_t top_padding(const reload_msg *msg)
{
    size_t count = reload_msg_count(msg), len;
    uint32_t sum = 0, signature = reload_msg_signature(msg);
    for (size_t i = 0; i < count && i <= signature; i = reload_msg_attr(msg, i)->end) {
        (void)reload_msg_padding(msg, i, &len);
        sum += (uint32_t)len;
    }
    return sum;
}

/* The Length of a reading. */
static uint32_t length_by(const explain_cover *c, explain_reading reading)
{
    uint32_t signature = reload_msg_signature(c->msg), l = c->length;
    uint32_t digest = signature == RELOAD_NO_ATTR
                          ? RELOAD_NO_ATTR
                          : reload_msg_member(c->msg, signature, RELOAD_A_DIGEST);
    switch (reading) {
    case READ_LENGTH_NOT_RESTORED:
        return reload_msg_field(c->msg, RELOAD_F_LENGTH);
    case READ_LENGTH_ZERO:
        return 0;
    case READ_LENGTH_WITHOUT_SIGNATURE:
        return signature == RELOAD_NO_ATTR ? l : offset_at(c, signature) - RELOAD_HEADER_SIZE;
    case READ_LENGTH_WITHOUT_DIGEST:
        return digest == RELOAD_NO_ATTR ? l : offset_at(c, digest) - RELOAD_HEADER_SIZE;
    case READ_LENGTH_WITHOUT_DIGEST_VALUE:
        return digest == RELOAD_NO_ATTR ? l : offset_at(c, digest) + HEAD - RELOAD_HEADER_SIZE;
    case READ_LENGTH_WITHOUT_PADDING:
        return l - c->padding;
    case READ_LENGTH_WITH_HEADER:
        return (l + RELOAD_HEADER_SIZE) & RELOAD_MAX_LENGTH;
    case READ_LENGTH_LITTLE_ENDIAN:
        return (l & 0xff) << 16 | (l & 0xff00) | l >> 16;
    default:
        return l;
    }
}

/* The range of the readings; empty if it ends before it begins. */
static struct range range_by(const explain_cover *c, const explain_set *readings)
{
    struct range r = right_range(c);
    size_t len;
    (void)reload_msg_octets(c->msg, &len);
    for (unsigned i = 0; i < readings->count; i++) {
        switch (readings->readings[i]) {
        case READ_FROM_OCTET_0:
            r.from = 0;
            break;
        case READ_FROM_OCTET_4:
            r.from = 4;
            break;
        case READ_FROM_OCTET_7:
            r.from = 7;
            break;
        case READ_FROM_OCTET_8:
            r.from = SIGNED_FROM;
            break;
        case READ_FROM_OCTET_9:
            r.from = 9;
            break;
        case READ_FROM_OCTET_16:
            r.from = LENGTH_END;
            break;
        case READ_FROM_ATTRIBUTES:
            r.from = RELOAD_HEADER_SIZE;
            break;
        case READ_FROM_CONTAINER_HEAD:
            r.from = offset_at(c, c->site.container);
            break;
        case READ_FROM_RESOURCE:
            r.from = offset_at(c, reload_msg_attr(c->msg, c->site.container)->parent) + HEAD;
            break;
        case READ_FROM_SIGNATURE:
            r.from = offset_at(c, c->site.attr);
            break;
        case READ_TO_SIGNATURE:
            r.to = offset_at(c, c->site.attr);
            break;
        case READ_TO_DIGEST_VALUE:
            r.to += HEAD;
            break;
        case READ_TO_DIGEST_ZEROED:
            r.to = end_at(c, c->site.digest);
            break;
        case READ_TO_END_DIGEST_ZEROED:
        case READ_TO_END_WITHOUT_DIGEST:
        case READ_TO_END_WITHOUT_SIGNATURE:
            r.to = (uint32_t)len;
            break;
        default:
            break;
        }
    }
    r.to = r.to < r.from ? r.from : r.to;
    return r;
}

/* The intersection of a range with octets at an offset. */
static struct range common(struct range a, uint32_t at, size_t len)
{
    uint32_t end = at + (uint32_t)len;
    struct range r = {at > a.from ? at : a.from, end < a.to ? end : a.to};
    r.to = r.to < r.from ? r.from : r.to;
    return r;
}

/* Replaces octets at an offset of the message, as far as they are in the range. NULL: zeros. */
static void cover_put(explain_cover *c, struct range range, uint32_t at, size_t len,
                      const uint8_t *octets)
{
    struct range r = common(range, at, len);
    if (r.to == r.from)
        return;
    if (octets == NULL)
        memset(c->octets + (r.from - range.from), 0, r.to - r.from);
    else
        memcpy(c->octets + (r.from - range.from), octets + (r.from - at), r.to - r.from);
}

/* Marks octets to be left out. */
static void cover_drop(explain_cover *c, struct range range, uint32_t at, size_t len)
{
    struct range r = common(range, at, len);
    memset(c->dropped + (r.from - range.from), 1, r.to - r.from);
}

static void put_length(explain_cover *c, struct range range, uint32_t length)
{
    uint8_t octets[3];
    octets_put24(octets, length);
    cover_put(c, range, LENGTH_AT, sizeof octets, octets);
}

/* Sets an attribute's value to zeros. */
static void zero_value(explain_cover *c, struct range range, uint32_t attr)
{
    cover_put(c, range, offset_at(c, attr) + HEAD, reload_msg_attr(c->msg, attr)->length, NULL);
}

static void zero_field(explain_cover *c, struct range range, reload_field field)
{
    const reload_field_def *def = reload_field_def_of(field);
    cover_put(c, range, def->bit / 8u, def->width / 8u, NULL);
}

/* Whether an attribute is the DIGEST of another signature than the site's. */
static bool is_inner_digest(const explain_cover *c, uint32_t i)
{
    const reload_attr *attr = reload_msg_attr(c->msg, i);
    return attr->type == RELOAD_A_DIGEST && i != c->site.digest && attr->parent != RELOAD_NO_ATTR &&
           reload_is_signature(reload_msg_attr(c->msg, attr->parent)->type);
}

/* Applies a reading that concerns many attributes. */
static void put_each(explain_cover *c, struct range range, explain_reading reading)
{
    size_t count = reload_msg_count(c->msg);
    for (size_t i = 0; i < count; i++) {
        size_t len;
        const reload_attr *attr = reload_msg_attr(c->msg, i);
        (void)reload_msg_padding(c->msg, i, &len);
        if (reading == READ_PADDING_LEFT_OUT)
            cover_drop(c, range, attr->offset + HEAD + attr->length, len);
        else if (reading == READ_PADDING_ZEROED)
            cover_put(c, range, attr->offset + HEAD + attr->length, len, NULL);
        else if (is_inner_digest(c, (uint32_t)i))
            zero_value(c, range, (uint32_t)i);
    }
}

/* The readings that set a header field to zero. */
static const struct {
    explain_reading reading;
    reload_field field;
} zeroed_fields[] = {{READ_DHT_ZERO, RELOAD_F_DHT},
                     {READ_HASH_ZERO, RELOAD_F_HASH},
                     {READ_SECURITY_ZERO, RELOAD_F_SECURITY},
                     {READ_DESTINATION_ID_ZERO, RELOAD_F_DESTINATION_ID},
                     {READ_SOURCE_ID_ZERO, RELOAD_F_SOURCE_ID},
                     {READ_TRANSACTION_ID_ZERO, RELOAD_F_TRANSACTION_ID},
                     {READ_OVERLAY_ZERO, RELOAD_F_OVERLAY}};

/* The header field that a reading sets to zero, or RELOAD_FIELDS. */
static reload_field zeroed_field(explain_reading reading)
{
    for (size_t i = 0; i < sizeof zeroed_fields / sizeof zeroed_fields[0]; i++)
        if (zeroed_fields[i].reading == reading)
            return zeroed_fields[i].field;
    return RELOAD_FIELDS;
}

/* Applies a reading inside the range. */
static void put_reading(explain_cover *c, struct range range, explain_reading reading)
{
    uint32_t signature = offset_at(c, c->site.attr);
    uint8_t octets[2];
    switch (reading) {
    case READ_LENGTH_LEFT_OUT:
        cover_drop(c, range, LENGTH_AT, LENGTH_END - LENGTH_AT);
        break;
    case READ_TO_DIGEST_ZEROED:
    case READ_TO_END_DIGEST_ZEROED:
        zero_value(c, range, c->site.digest);
        break;
    case READ_TO_END_WITHOUT_DIGEST:
        cover_drop(c, range, offset_at(c, c->site.digest),
                   end_at(c, c->site.digest) - offset_at(c, c->site.digest));
        break;
    case READ_TO_END_WITHOUT_SIGNATURE:
        cover_drop(c, range, signature, end_at(c, c->site.attr) - signature);
        break;
    case READ_SIGNATURE_HEAD_LEFT_OUT:
        cover_drop(c, range, signature, HEAD);
        break;
    case READ_SIGNATURE_LENGTH_WITHOUT_DIGEST:
        octets_put16(octets, offset_at(c, c->site.digest) - signature - HEAD);
        cover_put(c, range, signature + 2, sizeof octets, octets);
        break;
    case READ_SIGNATURE_LENGTH_WITHOUT_DIGEST_VALUE:
        octets_put16(octets, offset_at(c, c->site.digest) - signature);
        cover_put(c, range, signature + 2, sizeof octets, octets);
        break;
    case READ_SIGNATURE_LENGTH_ZERO:
        cover_put(c, range, signature + 2, 2, NULL);
        break;
    case READ_TIMESTAMP_LEFT_OUT:
        cover_drop(c, range, offset_at(c, c->site.timestamp),
                   end_at(c, c->site.timestamp) - offset_at(c, c->site.timestamp));
        break;
    case READ_TIMESTAMP_HEAD_LEFT_OUT:
        cover_drop(c, range, offset_at(c, c->site.timestamp), HEAD);
        break;
    case READ_TIMESTAMP_ZERO:
        zero_value(c, range, c->site.timestamp);
        break;
    case READ_PADDING_LEFT_OUT:
    case READ_PADDING_ZEROED:
    case READ_INNER_DIGESTS_ZERO:
        put_each(c, range, reading);
        break;
    case READ_RESPONSE_FLIPPED:
        octets[0] = (uint8_t)(reload_msg_field(c->msg, RELOAD_F_METHOD) |
                              (reload_msg_field(c->msg, RELOAD_F_RESPONSE) == 0 ? 0x80u : 0));
        cover_put(c, range, reload_field_def_of(RELOAD_F_RESPONSE)->bit / 8u, 1, octets);
        break;
    default:
        if (zeroed_field(reading) != RELOAD_FIELDS)
            zero_field(c, range, zeroed_field(reading));
        else
            put_length(c, range, length_by(c, reading));
        break;
    }
}

/* Whether a reading gives another Length. */
static bool is_length(explain_reading reading)
{
    return reading <= READ_LENGTH_LITTLE_ENDIAN;
}

/* Whether a reading only moves the range's begin or end. */
static bool is_border(explain_reading reading)
{
    explain_axis axis = explain_reading_axis(reading);
    return axis == READ_AXIS_FROM || reading == READ_TO_SIGNATURE ||
           reading == READ_TO_DIGEST_VALUE;
}

bool explain_cover_render(explain_cover *c, const explain_set *readings, explain_budget *budget)
{
    enum { EACH_ATTR = 16 };
    size_t message_len;
    uint64_t cost = 0;
    explain_set covering = {.count = 0};
    for (unsigned i = 0; i < readings->count; i++) {
        explain_reading reading = readings->readings[i];
        if (reading >= READ_END_COVER)
            continue;
        if (!c->applies[reading])
            return false;
        covering.readings[covering.count++] = reading;
        if (reading == READ_PADDING_LEFT_OUT || reading == READ_PADDING_ZEROED ||
            reading == READ_INNER_DIGESTS_ZERO)
            cost += EACH_ATTR * (uint64_t)reload_msg_count(c->msg);
    }
    struct range range = range_by(c, &covering);
    size_t len = range.to - range.from;
    if (!explain_spend(budget, cost + len))
        return false;
    memcpy(c->octets, reload_msg_octets(c->msg, &message_len) + range.from, len);
    memset(c->dropped, 0, len);
    put_length(c, range, c->length);
    for (unsigned i = 0; i < covering.count; i++)
        if (!is_border(covering.readings[i]))
            put_reading(c, range, covering.readings[i]);
    c->len = 0;
    for (size_t i = 0; i < len; i++)
        if (c->dropped[i] == 0)
            c->octets[c->len++] = c->octets[i];
    return true;
}

/* Finds the readings that make a difference in this message. */
static void find_applicable(explain_cover *c)
{
    size_t len, count = reload_msg_count(c->msg), padding;
    const struct range range = right_range(c);
    bool message = c->site.role == RELOAD_ROLE_MESSAGE,
         stamped = c->site.timestamp != RELOAD_NO_ATTR;
    (void)reload_msg_octets(c->msg, &len);
    bool more = message && len > end_at(c, c->site.digest);
    for (int r = 0; r < READ_END_COVER; r++) {
        if (is_length((explain_reading)r))
            c->applies[r] = length_by(c, (explain_reading)r) != c->length;
        else if (explain_reading_axis((explain_reading)r) ==
                 READ_AXIS_FROM) /* for an inner signature only those set below */
            c->applies[r] = message;
    }
    c->applies[READ_LENGTH_LEFT_OUT] = true;
    c->applies[READ_FROM_OCTET_0] = c->applies[READ_FROM_SIGNATURE] = true;
    c->applies[READ_FROM_OCTET_8] = c->applies[READ_FROM_CONTAINER_HEAD] = !message;
    c->applies[READ_FROM_RESOURCE] = c->site.role == RELOAD_ROLE_BODY;
    c->applies[READ_TO_SIGNATURE] = c->applies[READ_TO_DIGEST_VALUE] =
        c->applies[READ_TO_DIGEST_ZEROED] = true;
    c->applies[READ_TO_END_DIGEST_ZEROED] = c->applies[READ_TO_END_WITHOUT_DIGEST] =
        c->applies[READ_TO_END_WITHOUT_SIGNATURE] = more;
    c->applies[READ_SIGNATURE_HEAD_LEFT_OUT] = c->applies[READ_SIGNATURE_LENGTH_WITHOUT_DIGEST] =
        true;
    c->applies[READ_SIGNATURE_LENGTH_WITHOUT_DIGEST_VALUE] = true;
    c->applies[READ_SIGNATURE_LENGTH_ZERO] = true;
    c->applies[READ_TIMESTAMP_LEFT_OUT] = c->applies[READ_TIMESTAMP_HEAD_LEFT_OUT] =
        c->applies[READ_TIMESTAMP_ZERO] = stamped;
    c->applies[READ_RESPONSE_FLIPPED] = message;
    for (size_t i = 0; message && i < sizeof zeroed_fields / sizeof zeroed_fields[0]; i++) {
        const reload_field_def *def = reload_field_def_of(zeroed_fields[i].field);
        const uint8_t *header = reload_msg_octets(c->msg, &len);
        for (unsigned k = 0; k < def->width / 8u; k++)
            c->applies[zeroed_fields[i].reading] |= header[def->bit / 8u + k] != 0;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t at = offset_at(c, (uint32_t)i);
        const uint8_t *octets = reload_msg_padding(c->msg, i, &padding);
        if (at < range.from || at >= range.to)
            continue;
        c->applies[READ_PADDING_LEFT_OUT] |= padding > 0;
        for (size_t k = 0; k < padding; k++)
            c->applies[READ_PADDING_ZEROED] |= octets[k] != 0;
        c->applies[READ_INNER_DIGESTS_ZERO] |= is_inner_digest(c, (uint32_t)i);
    }
}

reload_err explain_cover_open(explain_cover *c, const reload_msg *msg, const reload_site *site)
{
    size_t len;
    (void)reload_msg_octets(msg, &len);
    *c = (explain_cover){.msg = msg,
                         .site = *site,
                         .length = right_length(msg),
                         .padding = top_padding(msg),
                         .octets = malloc(len),
                         .dropped = malloc(len)};
    if (c->octets == NULL || c->dropped == NULL) {
        explain_cover_close(c);
        return RELOAD_ERR_MEMORY;
    }
    find_applicable(c);
    return RELOAD_OK;
}

void explain_cover_close(explain_cover *c)
{
    free(c->octets);
    free(c->dropped);
    c->octets = c->dropped = NULL;
}
