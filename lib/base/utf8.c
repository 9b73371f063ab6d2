/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 (RFC 3629 section 4). */
#include "base/base.h"

#include <stdio.h>
#include <string.h>

/* The first octet determines the length and the bounds of the second octet. */
size_t rl_utf8(const uint8_t *octets, size_t len, uint32_t *code)
{
    if (len == 0)
        return 0;
    uint8_t first = octets[0];
    size_t size;
    uint8_t low = 0x80, high = 0xbf;
    if (first < 0x80) {
        *code = first;
        return 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
        size = 2;
        *code = first & 0x1fu;
    } else if (first >= 0xe0 && first <= 0xef) {
        size = 3;
        *code = first & 0x0fu;
        low = first == 0xe0 ? 0xa0 : 0x80;
        high = first == 0xed ? 0x9f : 0xbf;
    } else if (first >= 0xf0 && first <= 0xf4) {
        size = 4;
        *code = first & 0x07u;
        low = first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (len < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (octets[i] < low || octets[i] > high)
            return 0;
        *code = *code << 6 | (octets[i] & 0x3fu);
        low = 0x80;
        high = 0xbf;
    }
    return size;
}

/* ---- Runs of accepted octets ---- */

/* Two words as a vector. A refuse_... function sets the high bit of each octet that is not
 * accepted; a borrow sets further bits only after one. Vectors are passed by pointer, since not
 * every processor has registers for them. */
typedef uint64_t words __attribute__((vector_size(16)));
#define EACH(octet) \
    ((words){UINT64_C(0x0101010101010101) * (octet), UINT64_C(0x0101010101010101) * (octet)})

/* Subtracting 1 from each octet sets the high bit of a NUL. */
static inline void refuse_by_ascii(words *w)
{
    *w |= *w - EACH(1);
}

/* Below ' ', above '~', or equal to one of the two */
static inline void refuse_by_plain(words *w)
{
    words quote = *w ^ EACH('"'), backslash = *w ^ EACH('\\');
    *w |= (*w + EACH(1)) | (*w - EACH(' ')) | (quote - EACH(1)) | (backslash - EACH(1));
}

/* Whether an octet of count vectors is not accepted. */
static inline bool any_refused(const uint8_t *octets, size_t count, void (*refuse)(words *))
{
    words found = {0};
    for (size_t k = 0; k < count; k++) {
        words w;
        memcpy(&w, octets + k * sizeof w, sizeof w);
        refuse(&w);
        found |= w;
    }
    found &= EACH(0x80);
    return (found[0] | found[1]) != 0;
}

/* The octets, a multiple of sixteen, before sixteen of which one is not accepted. Four vectors at a
 * time share a test. */
static inline size_t accepted(const uint8_t *octets, size_t len, void (*refuse)(words *))
{
    enum { ONE = sizeof(words), FOUR = 4 * ONE };
    size_t i = 0;
    while (len - i >= FOUR && !any_refused(octets + i, 4, refuse))
        i += FOUR;
    while (len - i >= ONE && !any_refused(octets + i, 1, refuse))
        i += ONE;
    return i;
}

size_t rl_ascii(const uint8_t *octets, size_t len)
{
    size_t i = accepted(octets, len, refuse_by_ascii);
    while (i < len && octets[i] != 0 && octets[i] < 0x80)
        i++;
    return i;
}

static bool is_plain(uint8_t octet)
{
    return octet >= ' ' && octet < 0x7f && octet != '"' && octet != '\\';
}

size_t rl_plain(const uint8_t *octets, size_t len)
{
    size_t i = accepted(octets, len, refuse_by_plain);
    while (i < len && is_plain(octets[i]))
        i++;
    return i;
}

/* ---- Cutting text ---- */

size_t rl_utf8_cut(const char *text, size_t len)
{
    const uint8_t *octets = (const uint8_t *)text;
    uint32_t code;
    for (size_t back = 1; back <= 4 && back <= len; back++) {
        uint8_t octet = octets[len - back];
        if ((octet & 0xc0) != 0x80) /* the first octet of a sequence */
            return octet < 0x80 || rl_utf8(octets + len - back, back, &code) == back ? len
                                                                                     : len - back;
    }
    return len;
}

int rl_utf8_start(const char *text, int most)
{
    return (int)rl_utf8_cut(text, strnlen(text, (size_t)most));
}

void rl_vtext(char *text, size_t size, const char *format, va_list args)
{
    int n = vsnprintf(text, size, format, args);
    if (n < 0)
        text[0] = '\0';
    else if ((size_t)n >= size)
        text[rl_utf8_cut(text, size - 1)] = '\0';
}
