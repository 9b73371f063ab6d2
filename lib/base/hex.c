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

int rl_hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool reload_hex_decode(const char *digits, size_t len, uint8_t *octets)
{
    if (len % 2 != 0)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        int high = rl_hex_digit((unsigned char)digits[i]);
        int low = rl_hex_digit((unsigned char)digits[i + 1]);
        if (high < 0 || low < 0)
            return false;
        octets[i / 2] = (uint8_t)(high << 4 | low);
    }
    return true;
}
