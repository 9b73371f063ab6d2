/* SPDX-License-Identifier: BSD-2-Clause */
/* Hex digits. */
#include "base/base.h"

void reload_hex_encode(const uint8_t *octets, size_t len, char *digits)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        digits[2 * i] = hex[octets[i] >> 4];
        digits[2 * i + 1] = hex[octets[i] & 15];
    }
}

/* The value of each hex digit, plus 1 */
/* clang-format off */
static const uint8_t values[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
    ['8'] = 9, ['9'] = 10,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};
/* clang-format on */

int rl_hex_digit(int c)
{
    return c < 0 || c > UINT8_MAX ? -1 : values[c] - 1;
}

bool reload_hex_decode(const char *digits, size_t len, uint8_t *octets)
{
    if (len % 2 != 0)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        unsigned high = values[(unsigned char)digits[i]];
        unsigned low = values[(unsigned char)digits[i + 1]];
        if (high == 0 || low == 0)
            return false;
        octets[i / 2] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return true;
}
