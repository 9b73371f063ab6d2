/* SPDX-License-Identifier: BSD-2-Clause */
/* Big-endian integers in octets. */
#ifndef RELOAD_OCTETS_H
#define RELOAD_OCTETS_H

#include <stdint.h>

static inline uint16_t octets_get16(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t octets_get24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | octets_get16(p + 1);
}

static inline uint32_t octets_get32(const uint8_t *p)
{
    return (uint32_t)octets_get16(p) << 16 | octets_get16(p + 2);
}

static inline void octets_put16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void octets_put24(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 16);
    octets_put16(p + 1, value);
}

static inline void octets_put32(uint8_t *p, uint32_t value)
{
    octets_put16(p, value >> 16);
    octets_put16(p + 2, value);
}

#endif
