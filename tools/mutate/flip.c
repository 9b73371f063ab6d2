/* SPDX-License-Identifier: BSD-2-Clause */
/* One bit flipped. */
#include "common/octets.h"
#include "mutate/catalogue.h"

#include <inttypes.h>

/* Of Length, only a bit that makes it larger is flipped. */
bool flip_field(struct mutant *m, uint32_t field)
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
            m->octets.octets[bit / 8] = octet; /* not covered as it is (D2) */
            label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
        } else {
            (void)mutant_write(m, bit / 8, &octet, 1);
        }
        mutant_comment(m, "bit %u of the header's %s flipped", bit - def->bit, def->label);
        return true;
    }
    return false;
}

bool flip_token(struct mutant *m, uint32_t at)
{
    (void)at;
    unsigned bit = mutant_random(m, 32);
    m->octets.octets[bit / 8] ^= (uint8_t)(0x80u >> bit % 8);
    label_form(m, STEP_HEADER, RELOAD_REASON_MALFORMED);
    mutant_comment(m, "bit %u of the token flipped", bit);
    return true;
}

bool flip_type(struct mutant *m, uint32_t attr)
{
    uint16_t type;
    unsigned bit;
    uint8_t octets[2];
    if (!unknown_type(m, base_attr(m->base, attr)->type, &type, &bit))
        return false;
    octets_put16(octets, type);
    mutant_forget(m, attr);
    mutant_comment(m, "%s: bit %u of its type flipped, which makes it 0x%04x, an unknown type",
                   attr_name(m, attr), 15 - bit, type);
    return mutant_write(m, base_attr(m->base, attr)->offset, octets, sizeof octets);
}

/* A bit that makes the attribute run past the end of its container. */
bool flip_length(struct mutant *m, uint32_t attr)
{
    const reload_attr *a = base_attr(m->base, attr);
    unsigned first = mutant_random(m, 16);
    for (unsigned i = 0; i < 16; i++) {
        unsigned bit = (first + i) % 16;
        uint16_t length = (uint16_t)(a->length ^ 1u << bit);
        uint8_t octets[2];
        if (a->offset + 4u + length <= container_end(m, attr))
            continue;
        octets_put16(octets, length);
        mutant_comment(m, "%s: bit %u of its Length flipped, which makes it %u, too large",
                       attr_name(m, attr), 15 - bit, length);
        return label_overrun(m, attr) && mutant_write(m, a->offset + 2u, octets, sizeof octets);
    }
    return false;
}

/* Length of a KEY's local part, up to the last @: changes in it make another address (D21). */
static size_t local_part(const uint8_t *value, size_t len)
{
    while (len > 0 && value[len - 1] != '@')
        len--;
    return len > 0 ? len - 1 : 0;
}

/* Whether the value can still be read when a bit of it is flipped, and its new meaning is known. */
static bool may_flip(const struct mutant *m, uint32_t attr, const uint8_t *value, size_t len,
                     size_t bit)
{
    uint8_t before = value[bit / 8], after = (uint8_t)(before ^ 0x80u >> bit % 8);
    bool plain = before < 0x80 && after < 0x80 && after != 0; /* as UTF-8 */
    switch (attr_kind(m, attr)) {
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
        /* the last octets of a certificate are its signature's: without them it can still be read
         */
        return !reload_is_certificate(base_attr(m->base, attr)->type) || bit / 8 + 16 >= len;
    }
}

bool flip_value(struct mutant *m, uint32_t attr)
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
        if (reload_is_certificate(base_attr(m->base, attr)->type))
            label_certificate(m, attr, RELOAD_REASON_UNTRUSTED_CERTIFICATE);
        else
            label_changed(m, attr, mutant_octets(m, base_attr(m->base, attr)->offset) + 4);
        mutant_comment(m, "%s: bit %" PRIu32 " of its value flipped", attr_name(m, attr), bit);
        return true;
    }
    return false;
}

bool flip_padding(struct mutant *m, uint32_t attr)
{
    size_t len;
    const uint8_t *padding = reload_msg_padding(m->base->msg, attr, &len);
    if (len == 0)
        return false;
    uint32_t bit = mutant_random(m, (uint32_t)len * 8);
    uint8_t octet = (uint8_t)(padding[bit / 8] ^ 0x80u >> bit % 8);
    mutant_comment(m, "%s: bit %" PRIu32 " of its padding flipped", attr_name(m, attr), bit);
    return mutant_write(
        m, base_attr(m->base, attr)->offset + 4u + base_attr(m->base, attr)->length + bit / 8,
        &octet, 1);
}
