/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a file is a capture, by its first octets. */
#include "capture/internal.h"

#include <string.h>
#include <zlib.h>

enum { MAGIC = 4 };

static const uint8_t magics[][MAGIC] = {
    {0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, /* pcap, microseconds */
    {0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1}, /* nanoseconds */
    {0xa1, 0xb2, 0xcd, 0x34}, {0x34, 0xcd, 0xb2, 0xa1}, /* with more about each packet */
    {0x0a, 0x0d, 0x0d, 0x0a},                           /* pcapng */
};

static enum capture_kind by_magic(const uint8_t *octets, size_t len, bool all)
{
    size_t n = len < MAGIC ? len : MAGIC;
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (memcmp(octets, magics[i], n) == 0)
            return n == MAGIC ? CAPTURE_YES : all ? CAPTURE_NONE : CAPTURE_MORE;
    return CAPTURE_NONE;
}

/* The first octets of what gzip compressed. */
static enum capture_kind in_gzip(const uint8_t *octets, size_t len, bool all)
{
    enum { WINDOW = 15 + 16, ENOUGH = 64 * 1024 };
    uint8_t first[MAGIC];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)octets,
                  .avail_in = (uInt)(len < ENOUGH ? len : ENOUGH),
                  .next_out = first,
                  .avail_out = sizeof first};
    if (inflateInit2(&z, WINDOW) != Z_OK)
        return CAPTURE_NONE;
    int result = inflate(&z, Z_SYNC_FLUSH);
    size_t n = sizeof first - z.avail_out;
    (void)inflateEnd(&z);
    bool over = result != Z_OK && result != Z_BUF_ERROR;
    return by_magic(first, n, all || over || len >= ENOUGH);
}

enum capture_kind capture_recognise(const uint8_t *octets, size_t len, bool all)
{
    if (len == 0)
        return all ? CAPTURE_NONE : CAPTURE_MORE;
    if (octets[0] != 0x1f || (len > 1 && octets[1] != 0x8b))
        return by_magic(octets, len, all);
    return len < 2 && !all ? CAPTURE_MORE : in_gzip(octets, len, all);
}
