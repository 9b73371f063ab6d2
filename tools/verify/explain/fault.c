/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults outside digests that a known mistake reproduces: framing, Overlay and TIMESTAMP. */
#include "base/fault.h"
#include "verify/explain/explain.h"

#include <ctype.h>
#include <string.h>
#include <zlib.h>

void explain_fault_add(explain_faults *faults, explain_reading reading)
{
    for (size_t i = 0; i < faults->count; i++)
        if (faults->readings[i] == reading)
            return;
    if (faults->count < sizeof faults->readings / sizeof faults->readings[0])
        faults->readings[faults->count++] = reading;
}

/* ---- Overlay ---- */

enum { MOST_LETTERS = 10, MOST_NAME = 1024 };

/* Sets the case of a name's letters by the bits of a number. Each of the first letters has a bit;
 * the last bit is for all others. */
static void set_case(char *name, const char *original, unsigned bits)
{
    unsigned letters = 0;
    for (; *original != '\0'; original++, name++) {
        bool letter = isalpha((unsigned char)*original) != 0;
        unsigned bit = letters < MOST_LETTERS - 1 ? letters : MOST_LETTERS - 1;
        *name = !letter                  ? *original
                : (bits >> bit & 1) != 0 ? (char)toupper((unsigned char)*original)
                                         : (char)tolower((unsigned char)*original);
        letters += letter;
    }
    *name = '\0';
}

static uint32_t crc_of(const char *octets, size_t len)
{
    return (uint32_t)crc32_z(crc32_z(0, Z_NULL, 0), (const unsigned char *)octets, len);
}

static uint32_t adler_of(const char *octets, size_t len)
{
    return (uint32_t)adler32_z(adler32_z(0, Z_NULL, 0), (const unsigned char *)octets, len);
}

/* A register of CRC-32C, least significant bit first, after an octet. */
static uint32_t crc32c_step(uint32_t crc, uint8_t octet)
{
    const uint32_t castagnoli = 0x82f63b78;
    crc ^= octet;
    for (int bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ ((crc & 1) != 0 ? castagnoli : 0);
    return crc;
}

static uint32_t crc32c_of(const char *octets, size_t len)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < len; i++)
        crc = crc32c_step(crc, (uint8_t)octets[i]);
    return ~crc;
}

/* A register of POSIX's CRC, most significant bit first, after an octet. */
static uint32_t cksum_step(uint32_t crc, uint8_t octet)
{
    const uint32_t polynomial = 0x04c11db7;
    crc ^= (uint32_t)octet << 24;
    for (int bit = 0; bit < 8; bit++)
        crc = crc << 1 ^ (crc >> 31 != 0 ? polynomial : 0);
    return crc;
}

/* What cksum(1) prints: the octets are followed by their number, lowest octet first. */
static uint32_t cksum_of(const char *octets, size_t len)
{
    uint32_t crc = 0;
    for (size_t i = 0; i < len; i++)
        crc = cksum_step(crc, (uint8_t)octets[i]);
    for (size_t n = len; n > 0; n >>= 8)
        crc = cksum_step(crc, (uint8_t)n);
    return ~crc;
}

/* The checksums of a name and a tail that an Overlay may be. */
static void explain_checksum(uint32_t field, const char *name, size_t len, explain_faults *found)
{
    static const struct {
        const char *tail;
        size_t len;
        explain_reading reading;
    } tails[] = {{"\n", 1, READ_OVERLAY_WITH_LF},
                 {"\r\n", 2, READ_OVERLAY_WITH_CRLF},
                 {"", 1, READ_OVERLAY_WITH_NUL}};
    char other[MOST_NAME + 2];
    memcpy(other, name, len);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        memcpy(other + len, tails[i].tail, tails[i].len);
        if (crc_of(other, len + tails[i].len) == field)
            explain_fault_add(found, tails[i].reading);
    }
    if (~crc_of(name, len) == field)
        explain_fault_add(found, READ_OVERLAY_NOT_INVERTED);
    if (adler_of(name, len) == field)
        explain_fault_add(found, READ_OVERLAY_ADLER_32);
    if (crc32c_of(name, len) == field)
        explain_fault_add(found, READ_OVERLAY_CRC_32C);
    if (cksum_of(name, len) == field)
        explain_fault_add(found, READ_OVERLAY_CKSUM);
}

static void explain_overlay(const reload_msg *msg, const char *name, explain_faults *found)
{
    char other[MOST_NAME + 1];
    uint32_t field = reload_msg_field(msg, RELOAD_F_OVERLAY), right = reload_overlay_id(name);
    size_t len = strlen(name);
    bool case_fits = false;
    if (field == right || len > MOST_NAME)
        return;
    explain_checksum(field, name, len, found);
    for (unsigned bits = 0; bits < 1u << MOST_LETTERS && !case_fits; bits++) {
        set_case(other, name, bits);
        case_fits = reload_overlay_id(other) == field;
    }
    if (case_fits)
        explain_fault_add(found, READ_OVERLAY_IN_OTHER_CASE);
    if (__builtin_bswap32(right) == field)
        explain_fault_add(found, READ_OVERLAY_BYTE_SWAPPED);
}

/* A Length of 32 bits, which shifts the Overlay by an octet. A Length of less than 256 is then
 * read as 0, so that no attribute is left to see it by. */
static void explain_wide_length(const reload_msg *msg, const char *name, explain_faults *found)
{
    if ((reload_msg_field(msg, RELOAD_F_OVERLAY) & 0xffffff) == reload_overlay_id(name) >> 8)
        explain_fault_add(found, READ_FRAMED_LENGTH_OF_32_BITS);
}

void explain_faults_of(const reload_policy *policy, const reload_msg *msg,
                       const reload_report *report, explain_faults *found)
{
    const char *name = reload_policy_overlay(policy);
    bool malformed = report->verdict == RELOAD_MALFORMED;
    bool mismatch = report->reason == RELOAD_REASON_OVERLAY_MISMATCH;
    found->count = 0;
    if (malformed && !RL_FAULT("explain: framing"))
        explain_framing(msg, found);
    else if (mismatch && name != NULL && !RL_FAULT("explain: Overlay"))
        explain_overlay(msg, name, found);
    if ((malformed || mismatch) && name != NULL && found->count == 0)
        explain_wide_length(msg, name, found);
}

/* ---- TIMESTAMP ---- */

/* Whether two times of 32 bits, which may have wrapped, are at most most seconds apart. */
static bool is_near(uint32_t a, uint32_t b, int64_t most)
{
    uint32_t ahead = a - b, behind = b - a;
    return (ahead < behind ? ahead : behind) <= most;
}

/* Whether a difference of seconds is an offset of local time, which is a multiple of a quarter of
 * an hour. The clock is assumed to be right to a minute. */
static bool is_zone(int64_t difference)
{
    enum { MINUTE = 60, QUARTER = 900, MOST = 14 * 3600 };
    int64_t size = difference < 0 ? -difference : difference;
    int64_t rest = size % QUARTER;
    return size >= QUARTER - MINUTE && size <= MOST + MINUTE &&
           (rest <= MINUTE || rest >= QUARTER - MINUTE);
}

void explain_time(const reload_policy *policy, uint32_t timestamp, reload_time checked_at,
                  explain_faults *found)
{
    const uint32_t ntp = 2208988800; /* seconds from 1900 to 1970 */
    int64_t now = checked_at / RELOAD_SECOND, skew = reload_policy_max_skew(policy) / RELOAD_SECOND;
    uint32_t low = (uint32_t)now;
    found->count = 0;
    if (RL_FAULT("explain: TIMESTAMP"))
        return;
    if (is_near(timestamp, (uint32_t)(now * 1000), skew * 1000 + 999))
        explain_fault_add(found, READ_TIME_IN_MILLISECONDS);
    if (is_near(timestamp, low + ntp, skew))
        explain_fault_add(found, READ_TIME_SINCE_1900);
    if (is_near(__builtin_bswap32(timestamp), low, skew))
        explain_fault_add(found, READ_TIME_BYTE_SWAPPED);
    if (is_zone((int64_t)timestamp - now))
        explain_fault_add(found, READ_TIME_LOCAL);
}
