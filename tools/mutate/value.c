/* SPDX-License-Identifier: BSD-2-Clause */
/* Values that the attribute's type does not allow. */
#include "common/octets.h"
#include "mutate/catalogue.h"

#include <inttypes.h>
#include <string.h>

bool value_size(struct mutant *m, uint32_t attr)
{
    size_t len;
    const uint8_t *value = base_value(m->base, attr, &len);
    uint8_t longer[32] = {0};
    bool up = m->mutation->argument != 0;
    if (!kind_has_fixed_size(attr_kind(m, attr)) || !base_counts(m->base, attr) ||
        len >= sizeof longer)
        return false;
    memcpy(longer, value, len);
    label_flawed(m, attr);
    mutant_comment(m, "%s of %zu octets instead of %zu", attr_name(m, attr), up ? len + 1 : len - 1,
                   len);
    return mutant_set(m, attr, longer, up ? len + 1 : len - 1);
}

/* Makes an octet of text invalid: not UTF-8, or a NUL. */
bool value_text(struct mutant *m, uint32_t attr)
{
    size_t len, from = attr_kind(m, attr) == RELOAD_KIND_RESPONSE ? 4 : 0;
    const uint8_t *value = base_value(m->base, attr, &len);
    if ((attr_kind(m, attr) != RELOAD_KIND_TEXT && from == 0) || !base_counts(m->base, attr) ||
        len <= from)
        return false;
    size_t i = from + mutant_random(m, (uint32_t)(len - from));
    while (i > from && value[i] >= 0x80)
        i--;
    if (value[i] >= 0x80)
        return false;
    /* after an ASCII octet no other can continue the sequence */
    uint8_t octet = m->mutation->argument != 0 ? 0 : (uint8_t)(value[i] | 0x80);
    label_flawed(m, attr);
    mutant_comment(m, "%s: octet %zu of its text is 0x%02x", attr_name(m, attr), i - from, octet);
    return mutant_write(m, base_attr(m->base, attr)->offset + 4u + i, &octet, 1);
}

/* Replaces an octet of a RESPONSE-CODE or a PEER-IP-PORT. */
bool value_octet(struct mutant *m, uint32_t attr)
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
    if (attr_kind(m, attr) != rows[row].kind || !base_counts(m->base, attr))
        return false;
    uint8_t octet = rows[row].octet != 0 || rows[row].kind == RELOAD_KIND_RESPONSE
                        ? rows[row].octet
                        : (uint8_t)(3 - value[1]);
    label_flawed(m, attr);
    mutant_comment(m, "%s: %s", attr_name(m, attr), rows[row].what);
    return mutant_write(m, base_attr(m->base, attr)->offset + 4u + rows[row].index, &octet, 1);
}

/* Nested composites, the innermost at the depth of the argument (D3). */
bool value_depth(struct mutant *m, uint32_t at)
{
    uint8_t octets[4 * (RELOAD_MAX_DEPTH + 1)];
    uint32_t depth = m->mutation->argument;
    (void)at;
    for (uint32_t i = 0; i < depth; i++) {
        octets_put16(octets + 4 * i, RELOAD_A_APPLICATION); /* octets, which may repeat */
        octets_put16(octets + 4 * i + 2, 4 * (depth - 1 - i));
    }
    if (depth >= RELOAD_MAX_DEPTH)
        label_form(m, STEP_FORM, RELOAD_REASON_MALFORMED);
    mutant_comment(m, "%" PRIu32 " nested APPLICATIONs inserted before the SIGNATURE", depth);
    return mutant_insert(m, RELOAD_NO_ATTR, base_attr(m->base, m->base->signature)->offset, octets,
                         4 * (size_t)depth);
}
