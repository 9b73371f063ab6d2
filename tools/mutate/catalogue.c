/* The mutations. Each says what it does to the octets, and, where that is more than breaking
 * digests, what it means. */
#include "mutate/mutate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- What they share ---- */

/* An attribute's name, for comments. */
static const char *name_of(const struct mutant *m, uint32_t attr)
{
    const reload_attr_def *def = base_attr(m->base, attr)->def;
    return def == NULL ? "the unknown attribute" : def->name;
}

static reload_kind kind_of(const struct mutant *m, uint32_t attr)
{
    const reload_attr_def *def = base_attr(m->base, attr)->def;
    return def == NULL ? RELOAD_KIND_OCTETS : def->kind;
}

/* Whether values of a kind all have one size, so that no other is taken. */
static bool fixed_size(reload_kind kind)
{
    switch (kind) {
    case RELOAD_KIND_ID:
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
    case RELOAD_KIND_IP_PORT:
        return true;
    default:
        return false;
    }
}

static bool is_certificate(uint16_t type)
{
    return type == RELOAD_A_PEER_CERT || type == RELOAD_A_BODY_CERTIFICATE;
}

static uint32_t number_at(const uint8_t *octets)
{
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
           octets[3];
}

static void put_number(uint8_t *octets, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        octets[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void put16(uint8_t *octets, uint32_t number)
{
    octets[0] = (uint8_t)(number >> 8);
    octets[1] = (uint8_t)number;
}

/* An attribute that could no longer be read: malformed where it counts, else no more than other
 * octets. */
static void flawed(struct mutant *m, uint32_t attr)
{
    if (base_counts(m->base, attr))
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
}

/* The value of an attribute has become another: what that means for the signatures that look at it.
 * Not for what flawed() is for, nor for a DIGEST's length. */
static void changed(struct mutant *m, uint32_t attr, const uint8_t *value)
{
    const struct base *base = m->base;
    for (size_t i = 0; i < base->site_count; i++) {
        const struct site *site = &base->sites[i];
        if (site->timestamp == attr)
            m->states[i].stamp = number_at(value);
        if (site->expiration == attr)
            m->states[i].expiration = number_at(value);
        if (site->info != RELOAD_NO_ATTR && base_attr(base, attr)->type == RELOAD_A_PEER_ID &&
            base_attr(base, attr)->parent == site->info)
            m->states[i].other_id = true;
        if (site->digest == attr)
            m->states[i].broken = true;
    }
    if (base_attr(base, attr)->type == RELOAD_A_KEY)
        m->altered[attr] = true;
}

/* What an attribute's container makes of a Length by which it runs past the container's end.
 * Returns false where nothing is known of it. */
static bool runs_past(struct mutant *m, uint32_t attr)
{
    uint32_t parent = base_attr(m->base, attr)->parent;
    if (parent == RELOAD_NO_ATTR)
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
    else if (base_counts(m->base, parent))
        flawed(m, parent);
    else
        return !base_covered(m->base,
                             attr); /* in a ROUTE-LOG behind the SIGNATURE it means nothing */
    return true;
}

/* Where an attribute's container ends. */
static size_t container_end(const struct mutant *m, uint32_t attr)
{
    uint32_t parent = base_attr(m->base, attr)->parent;
    return parent == RELOAD_NO_ATTR
               ? m->base->len
               : base_attr(m->base, parent)->offset + 4u + base_attr(m->base, parent)->length;
}

/* A type that the drafts define nothing for, made of another by one bit. */
static bool unknown_type(struct mutant *m, uint16_t type, uint16_t *unknown, unsigned *bit)
{
    unsigned first = mutant_random(m, 16);
    for (unsigned i = 0; i < 16; i++) {
        *bit = (first + i) % 16;
        *unknown = (uint16_t)(type ^ 1u << *bit);
        if (reload_attr_def_of(*unknown) == NULL)
            return true;
    }
    return false;
}

/* An attribute of an unknown type with five octets. */
static void unknown_attr(struct mutant *m, uint8_t attr[12])
{
    memset(attr, 0, 12);
    put16(attr, 0x0600 + mutant_random(m, 0x100)); /* reserved for the DHT: opaque anywhere */
    put16(attr + 2, 5);
    for (int i = 0; i < 5; i++)
        attr[4 + i] = (uint8_t)mutant_random(m, 256);
}

/* ---- Flipped bits ---- */

/* A bit of a header field; of Length, one that makes it larger. */
static bool flip_field(struct mutant *m, uint32_t field)
{
    const reload_field_def *def = reload_field_def_of((reload_field)field);
    unsigned first = mutant_random(m, def->width);
    for (unsigned i = 0; i < def->width; i++) {
        unsigned bit = def->bit + (first + i) % def->width;
        uint8_t octet = *mutant_octets(m, bit / 8);
        if (field == RELOAD_F_LENGTH && (octet & 0x80u >> bit % 8) != 0)
            continue;
        octet ^= (uint8_t)(0x80u >> bit % 8);
        if (field == RELOAD_F_LENGTH) {
            m->octets.octets[bit / 8] = octet; /* which no signature covers as it stands (D2) */
            label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
        } else {
            (void)mutant_write(m, bit / 8, &octet, 1);
        }
        mutant_say(m, "bit %u of the header's %s flipped", bit - def->bit, def->label);
        return true;
    }
    return false;
}

static bool flip_token(struct mutant *m, uint32_t at)
{
    (void)at;
    unsigned bit = mutant_random(m, 32);
    m->octets.octets[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
    mutant_say(m, "bit %u of the token flipped", bit);
    return true;
}

static bool flip_type(struct mutant *m, uint32_t attr)
{
    uint16_t type;
    unsigned bit;
    uint8_t octets[2];
    if (!unknown_type(m, base_attr(m->base, attr)->type, &type, &bit))
        return false;
    put16(octets, type);
    mutant_forget(m, attr);
    mutant_say(m, "%s: bit %u of its type flipped, which makes it 0x%04x, an unknown one",
               name_of(m, attr), 15 - bit, type);
    return mutant_write(m, base_attr(m->base, attr)->offset, octets, sizeof octets);
}

/* A bit of its Length by which it runs past the end of its container. */
static bool flip_length(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    unsigned first = mutant_random(m, 16);
    for (unsigned i = 0; i < 16; i++) {
        unsigned bit = (first + i) % 16;
        uint16_t length = (uint16_t)(a->length ^ 1u << bit);
        uint8_t octets[2];
        if (a->offset + 4u + length <= container_end(m, attr))
            continue;
        put16(octets, length);
        mutant_say(m, "%s: bit %u of its Length flipped, which makes it %u, more than there is",
                   name_of(m, attr), 15 - bit, length);
        return runs_past(m, attr) && mutant_write(m, a->offset + 2u, octets, sizeof octets);
    }
    return false;
}

/* Where a KEY's local part ends, at the last @; there other octets make another address (D21). */
static size_t local_part(const uint8_t *value, size_t len)
{
    while (len > 0 && value[len - 1] != '@')
        len--;
    return len > 0 ? len - 1 : 0;
}

/* Whether a bit of a value may be flipped so that the value can still be read, and what it means
 * then is known. */
static bool may_flip(const struct mutant *m, uint32_t attr, const uint8_t *value, size_t len,
                     size_t bit)
{
    uint8_t before = value[bit / 8], after = (uint8_t)(before ^ 0x80u >> bit % 8);
    bool plain = before < 0x80 && after < 0x80 && after != 0; /* as UTF-8 */
    switch (kind_of(m, attr)) {
    case RELOAD_KIND_COMPOSITE:
        return false;
    case RELOAD_KIND_TEXT:
        if (m->base->certs && base_attr(m->base, attr)->type == RELOAD_A_KEY &&
            bit / 8 + 1 != local_part(value, len))
            return false;
        return plain && after != '@' && after != ':';
    case RELOAD_KIND_RESPONSE:
        return bit / 8 >= 4 ? plain : bit / 8 == 3 && after <= 99;
    case RELOAD_KIND_IP_PORT:
        return bit / 8 != 1;
    default:
        /* a certificate can still be read where the last octets, its signature's, have changed */
        return !is_certificate(base_attr(m->base, attr)->type) || bit / 8 + 16 >= len;
    }
}

static bool flip_value(struct mutant *m, uint32_t attr)
{
    size_t len;
    const uint8_t *value = base_value(m->base, attr, &len);
    uint32_t first = mutant_random(m, (uint32_t)len * 8);
    for (uint32_t i = 0; i < len * 8; i++) {
        uint32_t bit = (first + i) % (uint32_t)(len * 8);
        uint8_t octet = (uint8_t)(value[bit / 8] ^ 0x80u >> bit % 8);
        if (!may_flip(m, attr, value, len, bit))
            continue;
        if (!mutant_write(m, base_attr(m->base, attr)->offset + 4u + bit / 8, &octet, 1))
            return false;
        if (is_certificate(base_attr(m->base, attr)->type))
            label_certificate(m, attr, RELOAD_REASON_UNTRUSTED_CERTIFICATE);
        else
            changed(m, attr, mutant_octets(m, base_attr(m->base, attr)->offset) + 4);
        mutant_say(m, "%s: bit %" PRIu32 " of its value flipped", name_of(m, attr), bit);
        return true;
    }
    return false;
}

static bool flip_padding(struct mutant *m, uint32_t attr)
{
    size_t len;
    const uint8_t *padding = reload_msg_padding(m->base->msg, attr, &len);
    if (len == 0)
        return false;
    uint32_t bit = mutant_random(m, (uint32_t)len * 8);
    uint8_t octet = (uint8_t)(padding[bit / 8] ^ 0x80u >> bit % 8);
    mutant_say(m, "%s: bit %" PRIu32 " of its padding flipped", name_of(m, attr), bit);
    return mutant_write(
        m, base_attr(m->base, attr)->offset + 4u + base_attr(m->base, attr)->length + bit / 8,
        &octet, 1);
}

/* ---- Lengths ---- */

static bool header_length(struct mutant *m, uint32_t at)
{
    (void)at;
    const uint32_t right = (uint32_t)m->base->len - RELOAD_HEADER_SIZE;
    const uint32_t lengths[] = {right + 1, right - 1, 0, RELOAD_MAX_LENGTH};
    uint32_t length = lengths[m->mutation->argument];
    if (right == RELOAD_MAX_LENGTH)
        return false;
    m->octets.octets[13] = (uint8_t)(length >> 16);
    put16(m->octets.octets + 14, length & 0xffff);
    m->trailing = length < right;
    if (length > 0) /* cut short, or the last attribute is */
        label_form(m, length > right ? STEP_HEADER : STEP_FORM, RELOAD_REASON_MALFORMED);
    else
        mutant_forget(m, m->base->signature);
    mutant_say(m, "the header's Length is %" PRIu32 " instead of %" PRIu32, length, right);
    return true;
}

/* The next octet belongs to the value: a padding octet, or the next attribute's. */
static bool length_up(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    size_t padding;
    const uint8_t *next = reload_msg_padding(m->base->msg, attr, &padding);
    reload_kind kind = kind_of(m, attr);
    uint8_t octets[2];
    bool last = base_end(m->base, attr) == container_end(m, attr);
    if (a->length == 0xffff)
        return false;
    put16(octets, a->length + 1u);
    mutant_say(m, "%s: its Length is %u instead of %u", name_of(m, attr), a->length + 1u,
               a->length);
    if (!mutant_write(m, a->offset + 2u, octets, sizeof octets))
        return false;
    if (!base_covered(m->base, attr) && a->depth > 1)
        return true; /* in a ROUTE-LOG */
    if (padding == 0 && last)
        return runs_past(m, attr);
    if (fixed_size(kind) || kind == RELOAD_KIND_COMPOSITE) {
        flawed(m, attr);
        return base_counts(m->base, attr); /* whatever becomes of what is behind it */
    }
    if (padding == 0)
        return false;
    if (kind == RELOAD_KIND_OCTETS) {
        if (is_certificate(a->type))
            label_certificate(m, attr, RELOAD_REASON_BAD_CERTIFICATE);
        return true;
    }
    if (next[0] != 0)
        return false;
    flawed(m, attr); /* text with a NUL */
    return true;
}

/* The last octet belongs to the padding. */
static bool length_down(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    size_t len;
    const uint8_t *value = base_value(m->base, attr, &len);
    reload_kind kind = kind_of(m, attr);
    uint8_t octets[2];
    if (len == 0)
        return false;
    put16(octets, a->length - 1u);
    mutant_say(m, "%s: its Length is %u instead of %u", name_of(m, attr), a->length - 1u,
               a->length);
    if (!mutant_write(m, a->offset + 2u, octets, sizeof octets))
        return false;
    if (!base_covered(m->base, attr) && a->depth > 1)
        return true;
    if (fixed_size(kind) || kind == RELOAD_KIND_COMPOSITE) {
        flawed(m, attr);
        return base_counts(m->base, attr);
    }
    if (len % 4 == 1) /* what was padding becomes the next attribute */
        return false;
    if (kind == RELOAD_KIND_RESPONSE && len == 4)
        flawed(m, attr);
    else if ((kind == RELOAD_KIND_TEXT || kind == RELOAD_KIND_RESPONSE) && value[len - 1] >= 0x80)
        flawed(m, attr); /* a sequence of UTF-8 without its end */
    else if (is_certificate(a->type))
        label_certificate(m, attr, RELOAD_REASON_BAD_CERTIFICATE);
    for (size_t i = 0; i < m->base->site_count; i++)
        if (m->base->sites[i].digest == attr)
            m->states[i].size = len - 1;
    if (a->type == RELOAD_A_KEY)
        m->altered[attr] = true;
    return true;
}

/* No octets are left to it; a composite's members come to stand behind it, in no place of theirs.
 */
static bool length_zero(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    static const uint8_t zeros[2];
    reload_kind kind = kind_of(m, attr);
    if (a->length == 0)
        return false;
    mutant_say(m, "%s: its Length is 0 instead of %u", name_of(m, attr), a->length);
    if (!mutant_write(m, a->offset + 2u, zeros, sizeof zeros))
        return false;
    if (fixed_size(kind)) {
        flawed(m, attr);
        return base_counts(m->base, attr) || (!base_covered(m->base, attr) && a->depth > 1);
    }
    if (kind != RELOAD_KIND_COMPOSITE)
        return false;
    for (uint32_t i = attr + 1; i < a->end; i++)
        m->gone[i] = true;
    for (size_t i = 0; i < m->base->site_count; i++)
        if (m->base->sites[i].attr == attr && m->base->sites[i].role != ROLE_MESSAGE)
            m->states[i].misplaced = true; /* what was in it is behind it */
    return true;
}

static bool length_maximum(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    static const uint8_t octets[2] = {0xff, 0xff};
    if (a->offset + 4u + 0xffff <= container_end(m, attr))
        return false;
    mutant_say(m, "%s: its Length is 65535 instead of %u", name_of(m, attr), a->length);
    return runs_past(m, attr) && mutant_write(m, a->offset + 2u, octets, sizeof octets);
}

/* ---- What stands where ---- */

static bool drop(struct mutant *m, uint32_t attr)
{
    mutant_say(m, "%s dropped", name_of(m, attr));
    return mutant_remove(m, attr);
}

/* D11: another of it behind it. */
static bool duplicate(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    if (base_counts(m->base, attr) && a->def->once)
        label_message(m, STEP_DUPLICATE, RELOAD_REASON_DUPLICATE_ATTRIBUTE);
    mutant_say(m, "%s doubled", name_of(m, attr));
    return mutant_insert(m, a->parent, base_end(m->base, attr), m->base->octets + a->offset,
                         base_size(m->base, attr));
}

static bool swap(struct mutant *m, uint32_t attr)
{
    const struct base *base = m->base;
    const reload_attr *a = base_attr(base, attr);
    uint32_t next = a->end, container = a->parent;
    uint32_t end = container == RELOAD_NO_ATTR ? base->count : base_attr(base, container)->end;
    if (next >= end)
        return false;
    const reload_attr *b = base_attr(base, next);
    if (base_size(base, attr) == base_size(base, next) &&
        memcmp(base->octets + a->offset, base->octets + b->offset, base_size(base, attr)) == 0)
        return false;
    mutant_say(m, "%s and %s behind it swapped", name_of(m, attr), name_of(m, next));
    if (next == base->signature)
        mutant_forget(m, attr); /* D10 */
    for (size_t i = 0; i < base->site_count; i++)
        if (base->sites[i].digest == next ||
            (base->sites[i].attr == next && next != base->signature))
            m->states[i].misplaced = true; /* D9 */
    return mutant_move(m, next, container, a->offset);
}

/* To the end of the message, where it is ignored (D10). */
static bool behind(struct mutant *m, uint32_t attr)
{
    if (attr >= m->base->signature || base_attr(m->base, attr)->depth > 1)
        return false;
    mutant_forget(m, attr);
    mutant_say(m, "%s moved behind the SIGNATURE, to the end of the message", name_of(m, attr));
    return mutant_move(m, attr, RELOAD_NO_ATTR, m->base->len);
}

/* Out of what it stands in, to the front of the SIGNATURE. */
static bool lift(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    if (a->depth == 1 || (a->def != NULL && a->def->in == RELOAD_IN_MESSAGE))
        return false;
    mutant_forget(m, attr);
    mutant_say(m, "%s moved out of %s, to the front of the SIGNATURE", name_of(m, attr),
               name_of(m, a->parent));
    return mutant_move(m, attr, RELOAD_NO_ATTR, base_attr(m->base, m->base->signature)->offset);
}

/* Into the first other composite of the message. */
static bool sink(struct mutant *m, uint32_t attr)
{
    const struct base *base = m->base;
    uint32_t into = 0;
    if (base_attr(base, attr)->depth > 1 || !base_covered(base, attr))
        return false;
    while (into < base->signature && (into == attr || kind_of(m, into) != RELOAD_KIND_COMPOSITE))
        into = base_attr(base, into)->end;
    for (uint32_t i = attr; i < base_attr(base, attr)->end; i++)
        if (base_attr(base, i)->depth + 1 >= RELOAD_MAX_DEPTH)
            return false;
    if (into >= base->signature)
        return false;
    mutant_forget(m, attr);
    mutant_say(m, "%s moved into %s, as its first member", name_of(m, attr), name_of(m, into));
    return mutant_move(m, attr, into, base_attr(base, into)->offset + 4u);
}

/* An unknown attribute where the argument says. */
enum insert { IN_FRONT, BEFORE_SIGNATURE, AT_THE_END };

static bool insert(struct mutant *m, uint32_t at)
{
    uint8_t attr[12];
    (void)at;
    unknown_attr(m, attr);
    size_t offset = m->mutation->argument == IN_FRONT ? RELOAD_HEADER_SIZE
                    : m->mutation->argument == BEFORE_SIGNATURE
                        ? base_attr(m->base, m->base->signature)->offset
                        : m->base->len;
    mutant_say(m, "an unknown attribute 0x%02x%02x put %s", attr[0], attr[1],
               m->mutation->argument == IN_FRONT           ? "in front of all others"
               : m->mutation->argument == BEFORE_SIGNATURE ? "in front of the SIGNATURE"
                                                           : "behind all others");
    return mutant_insert(m, RELOAD_NO_ATTR, offset, attr, sizeof attr);
}

/* An unknown member in a signature, before its DIGEST or behind it; or behind a signature in its
 * container. */
enum member { BEFORE_DIGEST, BEHIND_DIGEST, BEHIND_SIGNATURE };

static bool insert_member(struct mutant *m, uint32_t index)
{
    const struct site *site = &m->base->sites[index];
    uint8_t attr[12];
    uint32_t where = m->mutation->argument;
    unknown_attr(m, attr);
    if (where == BEHIND_SIGNATURE && site->role == ROLE_MESSAGE)
        return false;
    m->states[index].misplaced = where != BEFORE_DIGEST;
    mutant_say(m, "an unknown attribute 0x%02x%02x put %s %s", attr[0], attr[1],
               where == BEFORE_DIGEST   ? "in front of the DIGEST of"
               : where == BEHIND_DIGEST ? "behind the DIGEST of"
                                        : "behind",
               name_of(m, site->attr));
    if (where == BEHIND_SIGNATURE)
        return mutant_insert(m, site->container, base_end(m->base, site->attr), attr, sizeof attr);
    return mutant_insert(m, site->attr,
                         where == BEFORE_DIGEST ? base_attr(m->base, site->digest)->offset
                                                : base_end(m->base, site->digest),
                         attr, sizeof attr);
}

/* What a hop, or a stranger, may put behind the SIGNATURE. */
enum appended { ROUTE_LOG, BROKEN_ROUTE_LOG, BROKEN_SOURCE_INFO, SECOND_SIGNATURE };

static bool append(struct mutant *m, uint32_t at)
{
    static const uint8_t route_log[] = {0x00, 0x04, 0x00, 0x08, 0x04, 0x01,
                                        0x00, 0x02, 0x00, 0x11, 0x00, 0x00};
    static const uint8_t broken[] = {0x00, 0x00, 0x00, 0x08, 0x01, 0x01,
                                     0x00, 0x14, 0x46, 0x3a, 0xc4, 0x13};
    const struct base *base = m->base;
    uint8_t octets[sizeof broken];
    (void)at;
    memcpy(octets, m->mutation->argument == ROUTE_LOG ? route_log : broken, sizeof octets);
    switch (m->mutation->argument) {
    case ROUTE_LOG:
        mutant_say(m, "a ROUTE-LOG appended, as a hop does");
        break;
    case BROKEN_ROUTE_LOG:
        put16(octets, RELOAD_A_ROUTE_LOG);
        mutant_say(m, "a ROUTE-LOG appended whose member runs past its end");
        break;
    case BROKEN_SOURCE_INFO:
        put16(octets, RELOAD_A_SOURCE_INFO);
        mutant_say(m, "a SOURCE-INFO appended whose member runs past its end");
        break;
    default:
        mutant_say(m, "the SIGNATURE appended a second time, its DIGEST another");
        if (!mutant_insert(m, RELOAD_NO_ATTR, base->len,
                           base->octets + base_attr(base, base->signature)->offset,
                           base_size(base, base->signature)))
            return false;
        m->octets.octets[m->octets.len - 1] ^= 1;
        return true;
    }
    return mutant_insert(m, RELOAD_NO_ATTR, base->len, octets, sizeof octets);
}

/* ---- Values that are none ---- */

static bool wrong_size(struct mutant *m, uint32_t attr)
{
    size_t len;
    const uint8_t *value = base_value(m->base, attr, &len);
    uint8_t longer[32] = {0};
    bool up = m->mutation->argument != 0;
    if (!fixed_size(kind_of(m, attr)) || !base_counts(m->base, attr) || len >= sizeof longer)
        return false;
    memcpy(longer, value, len);
    flawed(m, attr);
    mutant_say(m, "%s of %zu octets instead of %zu", name_of(m, attr), up ? len + 1 : len - 1, len);
    return mutant_set(m, attr, longer, up ? len + 1 : len - 1);
}

/* An octet of text: not UTF-8, or a NUL. */
static bool bad_text(struct mutant *m, uint32_t attr)
{
    size_t len, from = kind_of(m, attr) == RELOAD_KIND_RESPONSE ? 4 : 0;
    const uint8_t *value = base_value(m->base, attr, &len);
    if ((kind_of(m, attr) != RELOAD_KIND_TEXT && from == 0) || !base_counts(m->base, attr) ||
        len <= from)
        return false;
    size_t i = from + mutant_random(m, (uint32_t)(len - from));
    while (i > from && value[i] >= 0x80)
        i--;
    if (value[i] >= 0x80)
        return false;
    /* behind an ASCII octet there is none that could belong to a sequence with it */
    uint8_t octet = m->mutation->argument != 0 ? 0 : (uint8_t)(value[i] | 0x80);
    flawed(m, attr);
    mutant_say(m, "%s: octet %zu of its text is 0x%02x", name_of(m, attr), i - from, octet);
    return mutant_write(m, base_attr(m->base, attr)->offset + 4u + i, &octet, 1);
}

/* Octets of a RESPONSE-CODE or a PEER-IP-PORT: which, and what they become. */
static bool bad_octet(struct mutant *m, uint32_t attr)
{
    static const struct {
        reload_kind kind;
        uint8_t index, octet;
        const char *what;
    } rows[] = {{RELOAD_KIND_RESPONSE, 1, 0x20, "its reserved bits are not zero"},
                {RELOAD_KIND_RESPONSE, 2, 0x00, "its class is 0"},
                {RELOAD_KIND_RESPONSE, 3, 100, "its number is 100"},
                {RELOAD_KIND_IP_PORT, 1, 0x03, "its family is 3"},
                {RELOAD_KIND_IP_PORT, 1, 0x00, "its family is the other one"}};
    size_t len;
    const uint8_t *value = base_value(m->base, attr, &len);
    uint32_t row = m->mutation->argument;
    if (kind_of(m, attr) != rows[row].kind || !base_counts(m->base, attr))
        return false;
    uint8_t octet = rows[row].octet != 0 || rows[row].kind == RELOAD_KIND_RESPONSE
                        ? rows[row].octet
                        : (uint8_t)(3 - value[1]);
    flawed(m, attr);
    mutant_say(m, "%s: %s", name_of(m, attr), rows[row].what);
    return mutant_write(m, base_attr(m->base, attr)->offset + 4u + rows[row].index, &octet, 1);
}

/* Composites in composites, the innermost at the depth of the argument (D3). */
static bool deep(struct mutant *m, uint32_t at)
{
    uint8_t octets[4 * (RELOAD_MAX_DEPTH + 1)];
    uint32_t depth = m->mutation->argument;
    (void)at;
    for (uint32_t i = 0; i < depth; i++) {
        put16(octets + 4 * i, RELOAD_A_APPLICATION); /* which may repeat */
        put16(octets + 4 * i + 2, 4 * (depth - 1 - i));
    }
    if (depth >= RELOAD_MAX_DEPTH)
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
    mutant_say(m, "%" PRIu32 " APPLICATIONs, each in the one before, put in front of the SIGNATURE",
               depth);
    return mutant_insert(m, RELOAD_NO_ATTR, base_attr(m->base, m->base->signature)->offset, octets,
                         4 * (size_t)depth);
}

/* ---- Octets missing, and too many ---- */

static bool cut(struct mutant *m, uint32_t at)
{
    const struct base *base = m->base;
    const size_t lengths[] = {1,
                              4,
                              RELOAD_HEADER_SIZE - 1,
                              RELOAD_HEADER_SIZE,
                              RELOAD_HEADER_SIZE + 2,
                              base_attr(base, base->signature)->offset,
                              base_attr(base, base->sites[0].digest)->offset,
                              base->len - 1};
    (void)at;
    m->octets.len = lengths[m->mutation->argument];
    label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
    mutant_say(m, "cut short after %zu of %zu octets", m->octets.len, base->len);
    return true;
}

static bool cut_inside(struct mutant *m, uint32_t attr)
{
    size_t size = base_size(m->base, attr);
    if (base_attr(m->base, attr)->depth > 1)
        return false;
    m->octets.len = base_attr(m->base, attr)->offset + mutant_random(m, (uint32_t)size);
    label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
    mutant_say(m, "cut short in %s, after %zu of %zu octets", name_of(m, attr), m->octets.len,
               m->base->len);
    return true;
}

/* Octets behind the message, which its Length counts or not. */
static bool overhang(struct mutant *m, uint32_t at)
{
    uint8_t octets[3];
    (void)at;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)mutant_random(m, 256);
    if (m->mutation->argument != 0) {
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
        mutant_say(m, "three octets behind the last attribute, in the header's Length");
        return mutant_insert(m, RELOAD_NO_ATTR, m->base->len, octets, sizeof octets);
    }
    reload_buf_append(&m->octets, octets, sizeof octets);
    m->err = m->octets.err;
    m->trailing = true;
    mutant_say(m, "three octets behind the end of the message");
    return m->err == RELOAD_OK;
}

/* ---- The header, signed anew ---- */

/* What is put into a field. */
enum field_value { VALUE_OTHER, VALUE_ZERO, VALUE_ONE, VALUE_TWO };

static bool set_field(struct mutant *m, reload_field field, uint32_t value)
{
    const reload_field_def *def = reload_field_def_of(field);
    bool changes = false;
    for (unsigned i = 0; i < def->width; i++) {
        unsigned bit = def->bit + i;
        uint8_t octet = *mutant_octets(m, bit / 8), mask = (uint8_t)(0x80u >> bit % 8);
        bool set = def->width - 1 - i < 32 && (value >> (def->width - 1 - i) & 1) != 0;
        if (((octet & mask) != 0) == set)
            continue;
        octet ^= mask;
        changes = true;
        (void)mutant_write(m, bit / 8, &octet, 1);
    }
    mutant_say(m, "the header's %s set to 0x%" PRIx32, def->label, value);
    return changes;
}

static bool set_overlay(struct mutant *m, uint32_t at)
{
    (void)at;
    return set_field(m, RELOAD_F_OVERLAY,
                     m->mutation->argument != 0 ? 0 : mutant_random(m, UINT32_MAX) | 1);
}

static bool set_version(struct mutant *m, uint32_t at)
{
    (void)at;
    return set_field(m, RELOAD_F_VERSION, m->mutation->argument);
}

static bool set_frag(struct mutant *m, uint32_t at)
{
    (void)at;
    return set_field(m, RELOAD_F_FRAG, 1);
}

static bool set_dht(struct mutant *m, uint32_t at)
{
    (void)at;
    return set_field(m, RELOAD_F_DHT,
                     m->base->octets[9] == RELOAD_DHT_BAMBOO ? RELOAD_DHT_CHORD
                                                             : RELOAD_DHT_BAMBOO);
}

static bool set_hash(struct mutant *m, uint32_t at)
{
    (void)at;
    return set_field(m, RELOAD_F_HASH, (m->base->octets[10] + 1u) & 0xff);
}

static bool set_security(struct mutant *m, uint32_t at)
{
    (void)at;
    uint32_t value = m->mutation->argument;
    if (value == RELOAD_SECURITY_CERTS && m->base->certs)
        value = RELOAD_SECURITY_HMAC;
    return set_field(m, RELOAD_F_SECURITY, value);
}

static bool set_response(struct mutant *m, uint32_t at)
{
    (void)at;
    return set_field(m, RELOAD_F_RESPONSE, reload_msg_field(m->base->msg, RELOAD_F_RESPONSE) ^ 1);
}

static bool set_source(struct mutant *m, uint32_t at)
{
    (void)at;
    uint8_t id[RELOAD_ID_SIZE];
    for (size_t i = 0; i < sizeof id; i++)
        id[i] = (uint8_t)mutant_random(m, 256);
    mutant_say(m, "the header's Source ID is another");
    return memcmp(id, m->base->octets + 36, sizeof id) != 0 && mutant_write(m, 36, id, sizeof id);
}

/* S§7: the boot time in a Transaction ID. It is a replay's sign (D25), for those who look for
 * replays. */
static bool set_boot_time(struct mutant *m, uint32_t at)
{
    const struct mutate_options *policy = m->base->options;
    int64_t boot = (int64_t)policy->time + (policy->skew_limit ? policy->max_skew : 0) + 1;
    uint8_t octets[4];
    (void)at;
    if (!m->base->certs || (m->base->octets[12] & 0x80) != 0 || boot > UINT32_MAX)
        return false;
    put_number(octets, (uint32_t)boot);
    mutant_say(m, "the Transaction ID's boot time is later than the TIMESTAMP: a verifier that "
                  "looks for replays refuses it (D25)");
    return mutant_write(m, 56, octets, sizeof octets);
}

/* ---- Digests ---- */

/* Puts a digest into a signature; the message around it is signed anew. */
static bool put_digest(struct mutant *m, uint32_t index, const uint8_t *octets, size_t len)
{
    const struct site *site = &m->base->sites[index];
    if (!mutant_set(m, site->digest, octets, len))
        return false;
    m->states[index].size = len;
    m->states[index].broken = true;
    if (site->role == ROLE_MESSAGE)
        return true;
    /* only what is around it: the mutant's own digest must stay */
    for (size_t i = m->base->site_count; i-- > 0;)
        if (i != index && m->states[i].broken && m->base->sites[i].role == ROLE_BODY &&
            mutant_can_sign(m, i) && !mutant_sign(m, i))
            return false;
    m->signing = SIGN_MESSAGE;
    return mutant_can_sign(m, 0) && mutant_sign(m, 0);
}

static bool digest_size(struct mutant *m, uint32_t index)
{
    const struct site *site = &m->base->sites[index];
    size_t len;
    const uint8_t *digest = base_value(m->base, site->digest, &len);
    size_t other = m->base->certs ? RELOAD_HMAC_SIZE : 256; /* what the other algorithm has */
    const size_t sizes[] = {0, len - 1, len + 1, other};
    size_t size = sizes[m->mutation->argument];
    reload_buf octets = {0};
    if (size == len)
        return false;
    while (octets.err == RELOAD_OK && octets.len < size)
        reload_buf_append(&octets, digest, size - octets.len < len ? size - octets.len : len);
    mutant_say(m, "%s: a DIGEST of %zu octets instead of %zu", name_of(m, site->attr), size, len);
    bool good = octets.err == RELOAD_OK && put_digest(m, index, octets.octets, size);
    if (octets.err != RELOAD_OK)
        m->err = octets.err;
    reload_buf_free(&octets);
    return good;
}

static bool digest_fill(struct mutant *m, uint32_t index)
{
    const struct site *site = &m->base->sites[index];
    reload_buf octets = {0};
    for (size_t i = 0; i < site->size; i++) {
        uint8_t octet = m->mutation->argument != 0 ? (uint8_t)mutant_random(m, 256) : 0;
        reload_buf_append(&octets, &octet, 1);
    }
    mutant_say(m, "%s: a DIGEST of %s octets", name_of(m, site->attr),
               m->mutation->argument != 0 ? "random" : "zero");
    bool good = octets.err == RELOAD_OK && put_digest(m, index, octets.octets, octets.len);
    if (octets.err != RELOAD_OK)
        m->err = octets.err;
    reload_buf_free(&octets);
    return good;
}

/* Puts a digest there that was made in another way. */
static bool digest_made(struct mutant *m, uint32_t index, reload_signer *signer, reload_md md,
                        enum range range)
{
    const struct site *site = &m->base->sites[index];
    reload_buf covered = {0}, digest = {0};
    if (m->err != RELOAD_OK || !site->ours)
        return false;
    bool good = mutant_covered(m, index, range, &covered);
    if (good)
        m->err = reload_signer_digest(
            signer, md, &(reload_span){covered.octets, covered.len}, 1,
            site->role == ROLE_BODY && signer == m->base->signer ? RELOAD_DIGEST_RESOURCE : 0,
            &digest);
    size_t len = digest.len < site->size ? digest.len : site->size;
    good = m->err == RELOAD_OK && len == site->size && put_digest(m, index, digest.octets, len);
    reload_buf_free(&covered);
    reload_buf_free(&digest);
    return good;
}

static bool digest_range(struct mutant *m, uint32_t index)
{
    static const char *const what[] = {
        [RANGE_BASE] = "up to the SIGNATURE attribute, as B§5.2.6 has it",
        [RANGE_ALL] = "from the message's first octet",
        [RANGE_HEAD] = "from the container's type on",
        [RANGE_DIGEST_HEAD] = "including DIGEST's type and Length",
        [RANGE_NO_TIMESTAMP] = "without TIMESTAMP",
        [RANGE_LENGTH] = "with the header's Length as it is behind a ROUTE-LOG",
        [RANGE_LENGTH_ZERO] = "with a header's Length of 0"};
    enum range range = (enum range)m->mutation->argument;
    const struct site *site = &m->base->sites[index];
    bool message_only = range == RANGE_BASE || range == RANGE_ALL || range == RANGE_LENGTH ||
                        range == RANGE_LENGTH_ZERO;
    if ((message_only && site->role != ROLE_MESSAGE) ||
        (range == RANGE_HEAD && site->role == ROLE_MESSAGE) ||
        (range == RANGE_NO_TIMESTAMP && site->timestamp == RELOAD_NO_ATTR))
        return false;
    if (range == RANGE_LENGTH) { /* so that it differs from D2's */
        static const uint8_t route_log[] = {0x00, 0x04, 0x00, 0x08, 0x04, 0x01,
                                            0x00, 0x02, 0x00, 0x11, 0x00, 0x00};
        if (!mutant_insert(m, RELOAD_NO_ATTR, m->base->len, route_log, sizeof route_log))
            return false;
    }
    mutant_say(m, "%s: a digest %s", name_of(m, site->attr), what[range]);
    return digest_made(m, index, m->base->signer, RELOAD_MD_SHA1, range);
}

static bool digest_sha256(struct mutant *m, uint32_t index)
{
    mutant_say(m, "%s: %s", name_of(m, m->base->sites[index].attr),
               m->base->certs ? "RSA over SHA-256" : "HMAC-SHA256, cut to 20 octets");
    return digest_made(m, index, m->base->signer, RELOAD_MD_SHA256, RANGE_RIGHT);
}

/* SHA-1 without a secret. */
static bool digest_plain(struct mutant *m, uint32_t index)
{
    reload_buf covered = {0};
    uint8_t digest[RELOAD_ID_SIZE];
    if (m->base->certs || !m->base->sites[index].ours)
        return false;
    bool good = mutant_covered(m, index, RANGE_RIGHT, &covered);
    if (good)
        m->err = reload_resource_id(covered.octets, covered.len, 0, digest);
    reload_buf_free(&covered);
    mutant_say(m, "%s: SHA-1 without a secret", name_of(m, m->base->sites[index].attr));
    return good && m->err == RELOAD_OK && put_digest(m, index, digest, sizeof digest);
}

/* A signer with another secret, or another key of the same size. */
static reload_err other_signer(struct base *base)
{
    reload_rng *rng = NULL;
    reload_key *key = NULL;
    reload_buf pem = {0};
    uint8_t secret[RELOAD_HMAC_SIZE];
    if (base->other != NULL)
        return RELOAD_OK;
    base->other = reload_signer_new(base->options->security);
    reload_err err = base->other == NULL ? RELOAD_ERR_MEMORY : base_rng(base, "wrong-key", &rng);
    if (err == RELOAD_OK && base->certs) {
        err = reload_key_generate(rng, (unsigned)base->sites[0].size * 8, &key);
        if (err == RELOAD_OK)
            err = reload_key_write(key, &pem);
        if (err == RELOAD_OK)
            err = reload_signer_set_key(base->other, pem.octets, pem.len, NULL, NULL);
    } else if (err == RELOAD_OK) {
        err = reload_rng_fill(rng, secret, sizeof secret);
        if (err == RELOAD_OK)
            err = reload_signer_set_secret(base->other, secret, sizeof secret);
    }
    reload_rng_free(&rng);
    reload_key_free(&key);
    reload_buf_free(&pem);
    return err;
}

static bool wrong_key(struct mutant *m, uint32_t index)
{
    if (m->base->sites[index].size != m->base->sites[0].size)
        return false;
    m->err = other_signer(m->base);
    mutant_say(m, "%s made with another %s", name_of(m, m->base->sites[index].attr),
               m->base->certs ? "RSA key" : "secret");
    return digest_made(m, index, m->base->other, RELOAD_MD_SHA1, RANGE_RIGHT);
}

/* ---- Times ---- */

/* Puts a TIMESTAMP into a signature, and makes it and the message's anew. */
static bool stamp(struct mutant *m, uint32_t index, int64_t time)
{
    const struct site *site = &m->base->sites[index];
    uint8_t attr[8] = {0x08, 0x01, 0x00, 0x04};
    if (time < 0 || time > UINT32_MAX || !mutant_can_sign(m, index) ||
        m->states[index].stamp == time)
        return false;
    put_number(attr + 4, (uint32_t)time);
    bool good = site->timestamp != RELOAD_NO_ATTR
                    ? mutant_write(m, base_attr(m->base, site->timestamp)->offset + 4u, attr + 4, 4)
                    : mutant_insert(m, site->attr, base_attr(m->base, site->digest)->offset, attr,
                                    sizeof attr);
    m->states[index].stamp = time;
    m->signing = site->role == ROLE_MESSAGE ? SIGN_MESSAGE : SIGN_ALL;
    mutant_say(m, "%s: a TIMESTAMP %" PRId64 " s from the time of checking", name_of(m, site->attr),
               time - (int64_t)m->base->options->time);
    return good && mutant_sign_anew(m);
}

enum when { STALE, STALE_EDGE, FUTURE, FUTURE_EDGE, EPOCH, END_OF_TIME };

static bool message_time(struct mutant *m, uint32_t at)
{
    int64_t now = m->base->options->time,
            skew = m->base->options->skew_limit ? m->base->options->max_skew : 0;
    const int64_t times[] = {now - skew - 1, now - skew, now + skew + 1, now + skew, 0, UINT32_MAX};
    (void)at;
    return stamp(m, 0, times[m->mutation->argument]);
}

static bool inner_time(struct mutant *m, uint32_t index)
{
    int64_t now = m->base->options->time,
            skew = m->base->options->skew_limit ? m->base->options->max_skew : 0;
    int64_t span = m->states[index].expiration + skew;
    uint32_t when = m->mutation->argument;
    if (m->base->sites[index].role == ROLE_MESSAGE ||
        (m->states[index].expiration < 0 && (when == STALE || when == STALE_EDGE)))
        return false;
    const int64_t times[] = {now - span - 1, now - span, now + skew + 1, now + skew};
    return stamp(m, index, times[when]);
}

/* ---- Certificates ---- */

enum cert { CERT_TRAILING, CERT_TRUNCATED, CERT_EMPTY, CERT_OTHER };

/* A certificate in the message whose octets are not those; RELOAD_NO_ATTR: none. */
static uint32_t other_certificate(const struct base *base, const uint8_t *octets, size_t len)
{
    for (uint32_t i = 0; i < base->count; i++) {
        size_t other;
        const uint8_t *value =
            is_certificate(base_attr(base, i)->type) ? base_value(base, i, &other) : NULL;
        if (value != NULL && (other != len || memcmp(value, octets, len) != 0))
            return i;
    }
    return RELOAD_NO_ATTR;
}

/* The modulus of the certificate's key, in octets; 0 where it cannot be told. */
static size_t modulus(const uint8_t *octets, size_t len)
{
    reload_cert *cert = NULL;
    reload_err err = reload_cert_parse(octets, len, &cert, NULL);
    size_t size = err == RELOAD_OK ? (reload_cert_key_bits(cert) + 7) / 8 : 0;
    reload_cert_free(&cert);
    return size;
}

static bool certificate(struct mutant *m, uint32_t attr)
{
    const struct base *base = m->base;
    size_t len;
    const uint8_t *value = base_value(base, attr, &len);
    reload_buf octets = {0};
    static const uint8_t zero;
    uint32_t other = RELOAD_NO_ATTR;
    if (!base->certs || !is_certificate(base_attr(base, attr)->type) || !base_counts(base, attr))
        return false;
    if (m->mutation->argument == CERT_OTHER) {
        other = base_attr(base, attr)->parent == base->sites[0].info
                    ? other_certificate(base, value, len)
                    : RELOAD_NO_ATTR;
        if (other == RELOAD_NO_ATTR)
            return false;
        value = base_value(base, other, &len);
        /* it is trusted, since its own signatures are good; but its key is another */
        bool same = modulus(value, len) == base->sites[0].size;
        label_message(m, same ? STEP_DIGEST : STEP_MODULUS,
                      same ? RELOAD_REASON_BAD_DIGEST : RELOAD_REASON_BAD_DIGEST_LENGTH);
        reload_buf_append(&octets, value, len);
    } else {
        len -= m->mutation->argument == CERT_EMPTY       ? len
               : m->mutation->argument == CERT_TRUNCATED ? 1
                                                         : 0;
        reload_buf_append(&octets, value, len);
        if (m->mutation->argument == CERT_TRAILING)
            reload_buf_append(&octets, &zero, 1);
        label_certificate(m, attr, RELOAD_REASON_BAD_CERTIFICATE);
    }
    static const char *const what[] = {"followed by another octet", "without its last octet",
                                       "empty", "another one of the message"};
    mutant_say(m, "%s: %s", name_of(m, attr), what[m->mutation->argument]);
    bool good = octets.err == RELOAD_OK && mutant_set(m, attr, octets.octets, octets.len);
    if (octets.err != RELOAD_OK)
        m->err = octets.err;
    reload_buf_free(&octets);
    return good;
}

/* The good message itself. */
static bool nothing(struct mutant *m, uint32_t at)
{
    (void)at;
    mutant_say(m, "the good message itself");
    return true;
}

/* ---- The catalogue ---- */

#define NOT_SIGNED     (1u << SIGN_NOTHING)
#define MESSAGE_SIGNED (1u << SIGN_MESSAGE)
#define EACH_WAY       (1u << SIGN_NOTHING | 1u << SIGN_MESSAGE | 1u << SIGN_ALL)

/* A row: name, group, flag, places, signings, what makes it and its argument; what it does, where
 * that is said, and the reason that it is for. The manual has these, and check-manuals.sh looks. */
/* clang-format off */
static const struct mutation mutations[] = {
    {"none", "good", "Good", AT_MESSAGE, NOT_SIGNED, nothing, 0, "nothing", "D24", "valid"},

    {"flip-field", "flip", "BitFlip", AT_FIELDS, NOT_SIGNED | MESSAGE_SIGNED, flip_field, 0,
     "a bit of each header field", "B§5.1, D1", "bad-digest; valid for what a hop may change"},
    {"flip-token", "flip", "BitFlip", AT_MESSAGE, NOT_SIGNED, flip_token, 0,
     "a bit of the token", "B§5.1", "malformed"},
    {"flip-type", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_type, 0,
     "a bit of a type, which makes it unknown", "B§5.2", "bad-digest; missing-…"},
    {"flip-length", "flip", "BitFlip", AT_ATTRIBUTES, NOT_SIGNED, flip_length, 0,
     "a bit of a Length, which makes it too large", "D3", "malformed"},
    {"flip-value", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_value, 0,
     "a bit of a value that can be read all the same", "D1, D8", "bad-digest"},
    {"flip-padding", "flip", "BitFlip", AT_ATTRIBUTES, EACH_WAY, flip_padding, 0,
     "a bit of padding", "D1, D8", "bad-digest"},

    {"header-length-up", "length", "Length", AT_MESSAGE, NOT_SIGNED, header_length, 0,
     "the header's Length one up", "B§5.1", "malformed"},
    {"header-length-down", "length", "Length", AT_MESSAGE, NOT_SIGNED, header_length, 1,
     "one down", "B§5.1", "malformed"},
    {"header-length-zero", "length", "Length", AT_MESSAGE, NOT_SIGNED, header_length, 2,
     "zero", "B§5.1", "missing-signature"},
    {"header-length-maximum", "length", "Length", AT_MESSAGE, NOT_SIGNED, header_length, 3,
     "16777215", "B§5.1", "malformed"},
    {"length-up", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_up, 0,
     "an attribute's Length one up", "D3", "malformed"},
    {"length-down", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_down, 0,
     "one down", "D3", "malformed"},
    {"length-zero", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED | MESSAGE_SIGNED, length_zero, 0,
     "zero", "D3", "malformed; missing-…"},
    {"length-maximum", "length", "Length", AT_ATTRIBUTES, NOT_SIGNED, length_maximum, 0,
     "65535", "D3", "malformed"},

    {"drop", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, drop, 0,
     "an attribute dropped", "D24", "missing-…"},
    {"double", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, duplicate, 0,
     "doubled", "D11", "duplicate-attribute"},
    {"swap", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, swap, 0,
     "swapped with the next one", "D9", "misplaced"},
    {"behind", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, behind, 0,
     "moved behind the SIGNATURE", "D10", "missing-certificate"},
    {"lift", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, lift, 0,
     "moved to the message itself", "B§5.2", "missing-…"},
    {"sink", "structure", "Structure", AT_ATTRIBUTES, EACH_WAY, sink, 0,
     "moved into another one", "B§5.2", "missing-…"},

    {"insert-first", "insert", "Insertion", AT_MESSAGE, EACH_WAY, insert, IN_FRONT,
     "an unknown attribute in front", "D24", "bad-digest"},
    {"insert-before-signature", "insert", "Insertion", AT_MESSAGE, EACH_WAY, insert, BEFORE_SIGNATURE,
     "in front of the SIGNATURE", "D24", "bad-digest"},
    {"insert-last", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, insert, AT_THE_END,
     "behind all others", "D10", "valid"},
    {"insert-before-digest", "insert", "Insertion", AT_SITES, EACH_WAY, insert_member, BEFORE_DIGEST,
     "in front of a DIGEST", "D1, D8", "bad-digest"},
    {"insert-behind-digest", "insert", "Insertion", AT_SITES, EACH_WAY, insert_member, BEHIND_DIGEST,
     "behind a DIGEST", "D9", "misplaced"},
    {"insert-behind-signature", "insert", "Insertion", AT_SITES, EACH_WAY, insert_member, BEHIND_SIGNATURE,
     "behind a BODY's or PEER-INFO's signature", "D9", "misplaced"},
    {"route-log", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, append, ROUTE_LOG,
     "a ROUTE-LOG appended", "D2, D27", "valid"},
    {"route-log-broken", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, append, BROKEN_ROUTE_LOG,
     "one that cannot be read", "D10, D27", "valid"},
    {"source-info-broken", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, append, BROKEN_SOURCE_INFO,
     "a SOURCE-INFO that cannot be read appended", "D10", "valid"},
    {"second-signature", "insert", "Insertion", AT_MESSAGE, NOT_SIGNED, append, SECOND_SIGNATURE,
     "a bad second SIGNATURE appended", "D10", "valid"},

    {"short-value", "value", "Value", AT_ATTRIBUTES, EACH_WAY, wrong_size, 0,
     "a value an octet too short", "D24", "malformed"},
    {"long-value", "value", "Value", AT_ATTRIBUTES, EACH_WAY, wrong_size, 1,
     "an octet too long", "D24", "malformed"},
    {"not-utf8", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_text, 0,
     "text that is not UTF-8", "D24", "malformed"},
    {"nul", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_text, 1, "text with a NUL", "D24", "malformed"},
    {"response-reserved", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_octet, 0,
     "RESPONSE-CODE's reserved bits not zero", "B§5.2.1", "malformed"},
    {"response-class", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_octet, 1,
     "its class 0", "B§5.2.1", "malformed"},
    {"response-number", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_octet, 2,
     "its number 100", "B§5.2.1", "malformed"},
    {"address-family", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_octet, 3,
     "a PEER-IP-PORT's family 3", "B§5.2.2.3", "malformed"},
    {"address-size", "value", "Value", AT_ATTRIBUTES, EACH_WAY, bad_octet, 4,
     "IPv4 for IPv6 and the other way round", "B§5.2.2.3", "malformed"},
    {"depth-15", "value", "Value", AT_MESSAGE, EACH_WAY, deep, RELOAD_MAX_DEPTH - 1,
     "attributes 15 deep", "D3", "bad-digest"},
    {"depth-16", "value", "Value", AT_MESSAGE, EACH_WAY, deep, RELOAD_MAX_DEPTH,
     "16 deep, the last a composite", "D3", "malformed"},

    {"cut-1", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 0, "the first octet alone", "D24", "malformed"},
    {"cut-token", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 1, "the token alone", "D24", "malformed"},
    {"cut-header", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 2,
     "the header without its last octet", "D24", "malformed"},
    {"cut-attributes", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 3, "the header alone", "D24", "malformed"},
    {"cut-head", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 4,
     "half of the first attribute's head", "D24", "malformed"},
    {"cut-signature", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 5,
     "up to the SIGNATURE", "D24", "malformed"},
    {"cut-digest", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 6, "up to the DIGEST", "D24", "malformed"},
    {"cut-last", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, cut, 7, "all but the last octet", "D24", "malformed"},
    {"cut-inside", "cut", "Cut", AT_ATTRIBUTES, NOT_SIGNED, cut_inside, 0,
     "up to somewhere in an attribute", "D24", "malformed"},
    {"overhang", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, overhang, 0,
     "octets behind the end", "B§5.1", "valid"},
    {"overhang-counted", "cut", "Cut", AT_MESSAGE, NOT_SIGNED, overhang, 1,
     "the same, in the header's Length", "D24", "malformed"},

    {"version-2", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_version, 2,
     "Version 2", "D24", "unsupported-version"},
    {"fragment", "header", "Header", AT_MESSAGE, NOT_SIGNED, set_frag, 0, "FRAG set", "D14", "fragment"},
    {"other-overlay", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_overlay, 0,
     "another Overlay", "D16, D20", "overlay-mismatch"},
    {"no-overlay", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_overlay, 1,
     "an Overlay of 0", "D20, D24", "overlay-mismatch; valid in a PEER-JOIN"},
    {"other-dht", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_dht, 0,
     "another DHT", "D24", "overlay-mismatch"},
    {"other-hash", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_hash, 0,
     "another Hash", "D24", "overlay-mismatch"},
    {"security-open", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_security, RELOAD_SECURITY_OPEN,
     "Security 0", "D23", "security-mismatch; valid in a PEER-JOIN"},
    {"security-none", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_security, RELOAD_SECURITY_NONE,
     "Security NONE", "D23", "security-mismatch"},
    {"security-other", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_security, RELOAD_SECURITY_CERTS,
     "the other algorithm's Security", "D23", "security-mismatch"},
    {"response-bit", "header", "Header", AT_MESSAGE, NOT_SIGNED | MESSAGE_SIGNED, set_response, 0,
     "a response of a request, or the other way round", "D20, D24", "bad-digest"},
    {"other-source", "header", "Header", AT_MESSAGE, NOT_SIGNED | MESSAGE_SIGNED, set_source, 0,
     "another Source ID", "D20", "peer-id-mismatch"},
    {"late-boot", "header", "Header", AT_MESSAGE, MESSAGE_SIGNED, set_boot_time, 0,
     "a boot time later than the TIMESTAMP", "D25", "valid where replays are not looked for"},

    {"wrong-key", "digest", "Digest", AT_SITES, NOT_SIGNED, wrong_key, 0,
     "another secret or key", "D12, D13", "bad-digest"},
    {"sha256", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_sha256, 0,
     "SHA-256 in SHA-1's place", "D12, D13", "bad-digest"},
    {"no-secret", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_plain, 0,
     "SHA-1 instead of HMAC-SHA1", "D12", "bad-digest"},
    {"range-base", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_BASE,
     "what B§5.2.6 says is covered", "D1", "bad-digest"},
    {"range-all", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_ALL,
     "covered from the first octet", "D1", "bad-digest"},
    {"range-container", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_HEAD,
     "from the container's type", "D8", "bad-digest"},
    {"range-digest", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_DIGEST_HEAD,
     "up to DIGEST's value", "D1, D8", "bad-digest"},
    {"range-timestamp", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_NO_TIMESTAMP,
     "without TIMESTAMP", "D1, D8", "bad-digest"},
    {"range-length", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_LENGTH,
     "Length as a hop has left it", "D2", "bad-digest"},
    {"range-length-zero", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_range, RANGE_LENGTH_ZERO,
     "a Length of 0", "D2", "bad-digest"},
    {"digest-zero", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_fill, 0, "zeros", "D24", "bad-digest"},
    {"digest-random", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_fill, 1,
     "random octets", "D24", "bad-digest"},
    {"digest-empty", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 0,
     "a DIGEST of no octets", "D24", "bad-digest-length"},
    {"digest-short", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 1,
     "an octet less", "D24", "bad-digest-length"},
    {"digest-long", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 2,
     "an octet more", "D24", "bad-digest-length"},
    {"digest-other-size", "digest", "Digest", AT_SITES, NOT_SIGNED, digest_size, 3,
     "as long as under the other algorithm", "D24", "bad-digest-length"},

    {"stale", "time", "Time", AT_MESSAGE, NOT_SIGNED, message_time, STALE,
     "a TIMESTAMP a second older than allowed", "D24", "stale"},
    {"stale-edge", "time", "Time", AT_MESSAGE, NOT_SIGNED, message_time, STALE_EDGE,
     "as old as allowed", "D24", "valid"},
    {"future", "time", "Time", AT_MESSAGE, NOT_SIGNED, message_time, FUTURE,
     "a second further ahead than allowed", "D24", "future"},
    {"future-edge", "time", "Time", AT_MESSAGE, NOT_SIGNED, message_time, FUTURE_EDGE,
     "as far ahead as allowed", "D24", "valid"},
    {"epoch", "time", "Time", AT_MESSAGE, NOT_SIGNED, message_time, EPOCH, "1970", "D24", "stale"},
    {"end-of-time", "time", "Time", AT_MESSAGE, NOT_SIGNED, message_time, END_OF_TIME,
     "2106", "D24", "future"},
    {"expired", "time", "Time", AT_SITES, NOT_SIGNED, inner_time, STALE,
     "a BODY or PEER-INFO a second past its EXPIRATION", "D24", "expired"},
    {"expired-edge", "time", "Time", AT_SITES, NOT_SIGNED, inner_time, STALE_EDGE,
     "in its last second", "D24", "valid"},
    {"inner-future", "time", "Time", AT_SITES, NOT_SIGNED, inner_time, FUTURE,
     "signed a second further ahead than allowed", "D24", "future"},
    {"inner-future-edge", "time", "Time", AT_SITES, NOT_SIGNED, inner_time, FUTURE_EDGE,
     "as far ahead as allowed", "D24", "valid"},

    {"cert-trailing", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, certificate, CERT_TRAILING,
     "an octet behind a certificate", "D18", "bad-certificate"},
    {"cert-truncated", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, certificate, CERT_TRUNCATED,
     "its last octet missing", "D18", "bad-certificate"},
    {"cert-empty", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, certificate, CERT_EMPTY,
     "no octets", "D18", "bad-certificate"},
    {"cert-other", "cert", "Certificate", AT_ATTRIBUTES, EACH_WAY, certificate, CERT_OTHER,
     "the message's other certificate, the user's", "D18", "bad-digest"},
};
/* clang-format on */

const struct mutation *mutation_at(size_t i)
{
    return i < sizeof mutations / sizeof mutations[0] ? &mutations[i] : NULL;
}

const char *flag_text(const char *flag)
{
    static const struct {
        const char *flag, *text;
    } flags[] = {
        {"Good", "The message that all others were made of."},
        {"BitFlip", "One bit is another."},
        {"Length", "A Length is not what it must be."},
        {"Structure", "An attribute is missing, there twice, or in another place."},
        {"Insertion", "An attribute was put in."},
        {"Value", "An attribute's value is none of its type."},
        {"Cut", "Octets are missing at the end, or too many are there."},
        {"Header", "A header field has another value."},
        {"Digest", "A DIGEST was made in another way than the drafts say."},
        {"Time", "A TIMESTAMP is another, at the edge of what is allowed or beyond it."},
        {"Certificate", "A certificate is another, or none."},
        {"SignedAnew", "The message's SIGNATURE was made anew, so that its digest is right."},
        {"AllSignedAnew",
         "So were the signatures of the BODYs and PEER-INFOs that the mutation is in."},
        {"Trailing", "Octets follow the end that the header's Length gives. The result is that of "
                     "the message before it."},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(flags[i].flag, flag) == 0)
            return flags[i].text;
    return NULL;
}
