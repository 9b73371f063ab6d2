/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a file is a capture, by its first octets. */
#include "capture/internal.h"

#include <string.h>
#include <zlib.h>

enum { LONGEST = 24 };

/* Each format by the octets that it begins with. */
static const struct {
    const char *magic;
    size_t len;
    const char *foreign; /* its name, if libpcap does not read it */
} formats[] = {
    {"\xa1\xb2\xc3\xd4", 4, NULL}, /* pcap, microseconds */
    {"\xd4\xc3\xb2\xa1", 4, NULL},
    {"\xa1\xb2\x3c\x4d", 4, NULL}, /* nanoseconds */
    {"\x4d\x3c\xb2\xa1", 4, NULL},
    {"\xa1\xb2\xcd\x34", 4, NULL}, /* with more about each packet */
    {"\x34\xcd\xb2\xa1", 4, NULL},
    {"\x0a\x0d\x0d\x0a", 4, NULL}, /* pcapng */
    {"snoop\0\0\0", 8, "snoop"},
    {"RTSS", 4, "Network Monitor"},
    {"GMBU", 4, "Network Monitor"},
    {"TRSNIFF data    \x1a", 17, "Sniffer"},
    {"VL\0\0", 4, "NetXRay"},
    {"XCP\0", 4, "Sniffer for Windows"},
    {"\0\0\2\0\x12\5\0\x10", 8, "K12"},
    {"+---------+-------------", 24, "K12 text"},
    {"\xaa\xaa\xaa\xaa", 4, "5View"},
    {"iptrace ", 8, "iptrace"},
    {"TR\0\x64\0", 5, "nettl"},
    {"\x7fver", 4, "EtherPeek"},
    {"ObserverPktBufferVersion", 24, "Observer"},
    {"\5VNF", 4, "Visual Networks"},
    {"\1\x10\x4c\0\1\5Trace Display", 19, "LANalyzer"},
};

static enum capture_kind by_magic(const uint8_t *octets, size_t len, bool all, const char **foreign)
{
    enum capture_kind kind = CAPTURE_NONE;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        size_t n = len < formats[i].len ? len : formats[i].len;
        if (memcmp(octets, formats[i].magic, n) != 0)
            continue;
        *foreign = formats[i].foreign;
        if (n == formats[i].len)
            return *foreign == NULL ? CAPTURE_YES : CAPTURE_FOREIGN;
        kind = all ? CAPTURE_NONE : CAPTURE_MORE;
    }
    return kind;
}

/* The first octets of the data that gzip compressed. */
static enum capture_kind in_gzip(const uint8_t *octets, size_t len, bool all, const char **foreign)
{
    enum { WINDOW = 15 + 16, ENOUGH = 64 * 1024 };
    uint8_t first[LONGEST];
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
    return by_magic(first, n, all || over || len >= ENOUGH, foreign);
}

enum capture_kind capture_recognise(const uint8_t *octets, size_t len, bool all,
                                    const char **foreign)
{
    *foreign = NULL;
    if (len == 0)
        return all ? CAPTURE_NONE : CAPTURE_MORE;
    if (octets[0] != 0x1f || (len > 1 && octets[1] != 0x8b))
        return by_magic(octets, len, all, foreign);
    return len < 2 && !all ? CAPTURE_MORE : in_gzip(octets, len, all, foreign);
}
