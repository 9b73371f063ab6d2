/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by all modules: diagnostics, growing arrays, the reading cursor, big-endian integers, hex
 * digits, UTF-8. */
#ifndef RL_BASE_BASE_H
#define RL_BASE_BASE_H

#include <stdarg.h>

#include <reload/base.h>

/* Sets diag to no error. Of the texts only the first octet is written: there is one for each
 * message. */
void rl_diag_clear(reload_diag *diag);
/* Fills in diag, if it is not NULL, and returns code. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
reload_err
rl_fail(reload_diag *diag, reload_err code, const char *format, ...);
/* Like rl_fail, with reload_strerror's text. */
reload_err rl_fail_plain(reload_diag *diag, reload_err code);
/* Like rl_fail, with the offset of the fault. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
reload_err
rl_fail_at(reload_diag *diag, reload_err code, uint64_t offset, const char *format, ...);

/* Grows an array of count elements, cap of them allocated, to hold at least one more. Returns the
 * array, which may have moved, or NULL if memory runs out; the array is then unchanged. */
void *rl_grow(void *array, size_t *cap, size_t count, size_t element);

/* Overwrites memory; the compiler does not optimise it away. */
void rl_wipe(void *memory, size_t len);

/* Copies a caller's struct, whose first member is its size there, into known, which has size octets
 * here. Members that the caller's version lacks become zero, those that this version lacks are
 * ignored. Returns false, and leaves zeros, if given is NULL or its size was not set: no version's
 * size is 0, or ends within a pointer. */
bool rl_sized_copy(void *known, size_t size, const void *given);

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

/* Rounds a time down to a whole second, as TIMESTAMPs and the dates of X.509 are. */
static inline reload_time rl_whole_second(reload_time time)
{
    reload_time rest = time % RELOAD_SECOND;
    return time - rest - (rest < 0 ? RELOAD_SECOND : 0);
}

/* A cursor that cannot leave the octets it reads. Each function returns false, and changes nothing,
 * if too few octets are left. */
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

/* The value of a hex digit; -1 for any other character. */
int rl_hex_digit(int c);

/* The length in octets of the UTF-8 sequence that octets begin with, and its code point; 0 if the
 * octets are not UTF-8. */
size_t rl_utf8(const uint8_t *octets, size_t len, uint32_t *code);
/* The number of ASCII characters that octets begin with, up to a NUL. */
size_t rl_ascii(const uint8_t *octets, size_t len);
/* The number of leading characters that require no escape in a JSON string or on a terminal:
 * printable ASCII other than the quotation mark and the backslash. */
size_t rl_plain(const uint8_t *octets, size_t len);
/* The length of a text that ends at len octets, without an incomplete UTF-8 sequence at its end. */
size_t rl_utf8_cut(const char *text, size_t len);
/* The length of a terminated text, cut between characters to at most most octets; for "%.*s". */
int rl_utf8_start(const char *text, int most);
/* Writes a terminated text of at most size octets (size > 0). A text that does not fit is cut
 * between characters. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 0)))
#endif
void
rl_vtext(char *text, size_t size, const char *format, va_list args);
/* Writes a number in decimal, with zeros to at least that many digits (at most 20), not terminated.
 * Returns the place after the last digit. */
char *rl_put_decimal(char *text, uint64_t number, unsigned least);
/* Appends formatted text. The conversions d, u, x, s, c and % with a width are fast; a format with
 * another one yields at most 191 octets. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 0)))
#endif
void
rl_format(reload_buf *buf, const char *format, va_list args);

/* Appends text as reload_escape does. With quote, appends a quoted value: that character is escaped
 * too, but text that looks like a message is not. */
void rl_escape(reload_buf *buf, const uint8_t *octets, size_t len, char quote);

#endif
