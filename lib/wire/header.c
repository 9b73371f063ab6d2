/* SPDX-License-Identifier: BSD-2-Clause */
/* Header fields. */
#include "wire/wire.h"

#include <string.h>

const uint8_t rl_token[4] = {0x52, 0x45, 0x4c, 0x4f};
const uint8_t rl_token_rfc6940[4] = {0xd2, 0x45, 0x4c, 0x4f};

#define NUMBER RELOAD_FIELD_NUMBER
#define FLAG   RELOAD_FIELD_FLAG
#define OCTETS RELOAD_FIELD_OCTETS
#define NONE   RELOAD_NAMES_NONE

/*
 * B§5.1. Bits are numbered as in the draft's figure, 32 to a row:
 *
 *      |                         token                                 |   0
 *      |      TTL      |    Routing    |F|L|       reserved            |  32
 *      |E|  Version    |      DHT      |     Hash      |    Security   |  64
 *      |R|   Method    |                    Length                     |  96
 *      |                    Destination ID (160 bits)                  | 128
 *      |                      Source ID (160 bits)                     | 288
 *      |                    Transaction ID (64 bits)                   | 448
 *      |                           Overlay                             | 512
 */
/* clang-format off */
const reload_field_def rl_fields[RELOAD_FIELDS] = {
    [RELOAD_F_TTL] = {"ttl", "TTL", 32, 8, NUMBER, NONE, 32},
    [RELOAD_F_ROUTING] = {"routing", "Routing", 40, 8, NUMBER, RELOAD_NAMES_ROUTING, 0},
    [RELOAD_F_FRAG] = {"frag", "FRAG", 48, 1, FLAG, NONE, 0},
    [RELOAD_F_LFRG] = {"lfrg", "LFRG", 49, 1, FLAG, NONE, 0},
    [RELOAD_F_FRAG_RESERVED] = {"frag_reserved", "Fragment bits", 50, 14, NUMBER, NONE, 0},
    [RELOAD_F_EXPERIMENTAL] = {"experimental", "EXP", 64, 1, FLAG, NONE, 0},
    [RELOAD_F_VERSION] = {"version", "Version", 65, 7, NUMBER, NONE, RELOAD_VERSION_1},
    [RELOAD_F_DHT] = {"dht", "DHT", 72, 8, NUMBER, RELOAD_NAMES_DHT, RELOAD_DHT_CHORD},
    [RELOAD_F_HASH] = {"hash", "Hash", 80, 8, NUMBER, RELOAD_NAMES_HASH, RELOAD_HASH_SHA1},
    [RELOAD_F_SECURITY] = {"security", "Security", 88, 8, NUMBER, RELOAD_NAMES_SECURITY, 0},
    [RELOAD_F_RESPONSE] = {"response", "Response", 96, 1, FLAG, NONE, 0},
    [RELOAD_F_METHOD] = {"method", "Method", 97, 7, NUMBER, RELOAD_NAMES_METHOD, 0},
    [RELOAD_F_LENGTH] = {"length", "Length", 104, 24, NUMBER, NONE, 0},
    [RELOAD_F_DESTINATION_ID] = {"destination_id", "Destination ID", 128, 160, OCTETS, NONE, 0},
    [RELOAD_F_SOURCE_ID] = {"source_id", "Source ID", 288, 160, OCTETS, NONE, 0},
    [RELOAD_F_TRANSACTION_ID] = {"transaction_id", "Transaction ID", 448, 64, OCTETS, NONE, 0},
    [RELOAD_F_OVERLAY] = {"overlay", "Overlay", 512, 32, OCTETS, NONE, 0},
};
/* clang-format on */

const reload_field_def *reload_field_def_of(reload_field field)
{
    return (unsigned)field < RELOAD_FIELDS ? &rl_fields[field] : NULL;
}

/* A field of at most 32 bits lies in one row of the figure: how far above the lowest bit. */
static unsigned shift_of(const reload_field_def *def)
{
    return 32u - def->bit % 32u - def->width;
}

bool rl_field_set(uint8_t *header, reload_field field, uint32_t value)
{
    const reload_field_def *def = reload_field_def_of(field);
    if (def == NULL || def->width > 32)
        return false;
    uint32_t mask = UINT32_MAX >> (32u - def->width), row = rl_get32(header + def->bit / 32 * 4);
    if (value > mask)
        return false;
    row = (row & ~(mask << shift_of(def))) | value << shift_of(def);
    rl_put32(header + def->bit / 32 * 4, row);
    return true;
}

enum { MAX_ROUTING = 2, MAX_ALGORITHM = 0x0f, MAX_METHOD = 0x3f /* bit 6 is zero */ };

const rl_bounds rl_plausible[RL_PLAUSIBLE] = {
    {RELOAD_F_VERSION, RELOAD_VERSION_1, RELOAD_VERSION_1},
    {RELOAD_F_ROUTING, 0, MAX_ROUTING},
    {RELOAD_F_FRAG_RESERVED, 0, 0},
    {RELOAD_F_METHOD, 0, MAX_METHOD},
    {RELOAD_F_DHT, 0, MAX_ALGORITHM},
    {RELOAD_F_HASH, 0, MAX_ALGORITHM},
    {RELOAD_F_SECURITY, 0, MAX_ALGORITHM},
};

bool rl_is_plausible(const uint8_t *header)
{
    if (memcmp(header, rl_token, sizeof rl_token) != 0)
        return false;
    for (size_t i = 0; i < RL_PLAUSIBLE; i++) {
        uint32_t value = rl_field_get(header, rl_plausible[i].field);
        if (value < rl_plausible[i].least || value > rl_plausible[i].most)
            return false;
    }
    return true;
}

void rl_header_initial(uint8_t header[RELOAD_HEADER_SIZE])
{
    memset(header, 0, RELOAD_HEADER_SIZE);
    memcpy(header, rl_token, sizeof rl_token);
    for (reload_field f = 0; f < RELOAD_FIELDS; f++)
        if (rl_fields[f].initial != 0)
            (void)rl_field_set(header, f, rl_fields[f].initial);
}
