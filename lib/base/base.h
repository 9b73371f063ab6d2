/* What every room of the library uses: diagnostics, growing arrays, the reading cursor, big-endian
 * integers. */
#ifndef RL_BASE_BASE_H
#define RL_BASE_BASE_H

#include <stdarg.h>

#include <reload/base.h>

/* Fills in diag (NULL: does nothing) and returns code. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
reload_err
rl_fail(reload_diag *diag, reload_err code, const char *format, ...);
/* The same with the offset of the place. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
reload_err
rl_fail_at(reload_diag *diag, reload_err code, uint64_t offset, const char *format, ...);

/* Makes room for at least one more element in an array of count elements, of which cap are
 * allocated. Returns false without memory; the array is then as it was. */
bool rl_grow(void **array, size_t *cap, size_t count, size_t element);

/* Overwrites memory in a way that is not optimised away. */
void rl_wipe(void *memory, size_t len);

/* Big-endian integers. */
static inline uint16_t rl_get16(const uint8_t *p)
{
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t rl_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void rl_put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void rl_put32(uint8_t *p, uint32_t v)
{
    rl_put16(p, v >> 16);
    rl_put16(p + 2, v);
}

/* Reading: a cursor over octets that cannot leave them. Each function returns false, and changes
 * nothing, where fewer octets are left than it wants. */
typedef struct rl_cursor {
    const uint8_t *at;
    size_t left;
} rl_cursor;

static inline bool rl_take(rl_cursor *c, size_t len, const uint8_t **octets)
{
    if (len > c->left)
        return false;
    *octets = c->at;
    c->at += len;
    c->left -= len;
    return true;
}

static inline bool rl_take16(rl_cursor *c, uint16_t *value)
{
    const uint8_t *p;
    if (!rl_take(c, 2, &p))
        return false;
    *value = rl_get16(p);
    return true;
}

/* The value of a hex digit, -1 for another character. */
int rl_hex_digit(int c);

/* The length in octets of the UTF-8 sequence at the beginning of octets, and its code point; 0
 * where it is none. */
size_t rl_utf8(const uint8_t *octets, size_t len, uint32_t *code);

#endif
